"""Stand-ins for actions that need GitHub's own services or the internet, chosen by name whatever commit is pinned."""

from collections.abc import Mapping

from alphaswarm_local.actions.builtin.artifacts import DOWNLOAD, UPLOAD
from alphaswarm_local.actions.builtin.aws_credentials import CONFIGURE_AWS_CREDENTIALS
from alphaswarm_local.actions.builtin.base import ActionCall, BuiltIn
from alphaswarm_local.actions.builtin.checkout import CHECKOUT
from alphaswarm_local.actions.builtin.docker_setup import SETUP_BUILDX, SETUP_QEMU
from alphaswarm_local.actions.builtin.ecr_login import ECR_LOGIN
from alphaswarm_local.actions.builtin.setup_python import SETUP_PYTHON
from alphaswarm_local.actions.builtin.setup_terraform import SETUP_TERRAFORM

BUILT_IN: Mapping[str, BuiltIn] = {
    each.name: each
    for each in (
        CHECKOUT,
        UPLOAD,
        DOWNLOAD,
        SETUP_PYTHON,
        SETUP_TERRAFORM,
        CONFIGURE_AWS_CREDENTIALS,
        ECR_LOGIN,
        SETUP_QEMU,
        SETUP_BUILDX,
    )
}
"""By name, in lower case."""

__all__ = ["BUILT_IN", "ActionCall", "BuiltIn"]
