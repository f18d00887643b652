"""The environment that engine processes get: listed, never inherited.

The host's `TF_*` and `AWS_*` variables, its home directory and its CA bundles change what Terraform does; none of them
reaches an engine unless it is listed here.
"""

import os
from collections.abc import Mapping
from pathlib import Path

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")


def engine_environment(
    ambient: Mapping[str, str], cloud: Mapping[str, str], *, data: Path, configuration: Path, home: Path
) -> dict[str, str]:
    """The whole environment of an engine process.

    Args:
        ambient: The environment of this process; a short list of names is taken from it.
        cloud: The `AWS_*` variables of the target.
        data: `TF_DATA_DIR`: providers and backend of the stack, outside the source tree.
        configuration: The Terraform CLI configuration file.
        home: A directory of ours that stands for the user's home, so that no dotfile is read.
    """
    return {
        "PATH": os.defpath,
        **{name: ambient[name] for name in _PASSED_ON if name in ambient},
        "HOME": str(home),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
        "TF_DATA_DIR": str(data),
        "TF_CLI_CONFIG_FILE": str(configuration),
        **cloud,
    }
