"""What a leaked session of the apply role could try with the deploy build, tried: each is seen to be refused."""

from collections.abc import Mapping
from typing import Any

from alphaswarm.composition import Session
from alphaswarm.rehearsed_sessions import Authority, session_as
from alphaswarm.story import StoryError

_OWN_COMMANDS = "version: 0.2\nphases: {build: {commands: [id]}}\n"
OVERRIDES: Mapping[str, Mapping[str, Any]] = {
    "other commands": {"buildspecOverride": _OWN_COMMANDS},
    "a variable that is code": {"environmentVariablesOverride": [{"name": "BASH_ENV", "value": "evil.sh"}]},
    "another index": {"environmentVariablesOverride": [{"name": "PIP_INDEX_URL", "value": "https://example.org"}]},
    "another ledger": {"environmentVariablesOverride": [{"name": "ALPHASWARM_LEDGER_URL", "value": "sqlite://"}]},
    "another source": {"sourceLocationOverride": "https://github.com/octo-org/octo-repo.git"},
    "another role": {"serviceRoleOverride": "arn:aws:iam::111111111111:role/alphaswarm-image-dev"},
    "a privileged container": {"privilegedModeOverride": True},
}
"""What is tried, by its name: parameters of StartBuild beside the project and a commit."""


def try_overrides(here: Session, environment: str) -> list[str]:
    """Try each override as the apply role; the names of those that AWS refused, which are all.

    Raises:
        StoryError: a build was started.
    """
    from botocore.exceptions import ClientError

    from alphaswarm_core.adapters.aws_clients import client
    from alphaswarm_core.delivery.deploy_project import project_name

    acting = session_as(here, environment, Authority.APPLY)
    codebuild, project = client("codebuild", acting.cloud), project_name(here.settings, environment)
    for name, override in OVERRIDES.items():
        try:
            build = codebuild.start_build(projectName=project, **override)["build"]
        except ClientError as error:
            if not error.response["Error"]["Code"].startswith("AccessDenied"):
                raise StoryError(
                    f"A build with {name} was not refused for want of permission", why=str(error)
                ) from error
        else:
            codebuild.stop_build(id=build["id"])
            raise StoryError(f"A build with {name} was started: {build['id']}", fix="Look at the apply role's policy")
    return list(OVERRIDES)
