"""The door to what the trees publish: the values of handles in SSM, and secrets that a handle names."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from alphaswarm_core.adapters.aws_answers import asking
from alphaswarm_core.adapters.aws_clients import client
from alphaswarm_core.errors import RefusedError, UnavailableError
from alphaswarm_core.handles import prefix


class HandleUnreadableError(UnavailableError):
    """The tree that publishes the handle was not applied."""

    code = "AS-HDL-003"
    summary = "A handle is not published in the environment"


class HandleRefusedError(RefusedError):
    """AWS does not let the caller read the handle, or write the secret that it names."""

    code = "AS-HDL-004"
    summary = "AWS does not let the caller read a handle or write the secret that it names"


def first_handle(cloud: Mapping[str, str], environment: str, names: Sequence[str]) -> str:
    """The value of the first of these handles that is published.

    Raises:
        HandleUnreadableError: none is.
        HandleRefusedError: the caller may not read it.
    """
    paths = [f"{prefix(environment)}/{name}" for name in names]
    with _asking(f"read {paths[0]}"):
        found = client("ssm", cloud).get_parameters(Names=paths)["Parameters"]
    values = {each["Name"]: str(each["Value"]) for each in found}
    for path in paths:
        if path in values:
            return values[path]
    raise HandleUnreadableError(
        f"{' or '.join(paths)} is not published",
        fix=f"Apply the landing zone of {environment}: terraform -chdir=infrastructure/envs/{environment} apply",
    )


def put_secret(cloud: Mapping[str, str], arn: str, value: str) -> None:
    """Give a secret a new value.

    Raises:
        HandleRefusedError: the caller may not.
    """
    with _asking(f"write {arn}"):
        client("secretsmanager", cloud).put_secret_value(SecretId=arn, SecretString=value)


def _asking(what: str) -> AbstractContextManager[None]:
    return asking(
        lambda refusal: HandleRefusedError(f"AWS refuses to {what}", why=refusal.told),
        lambda why: HandleUnreadableError(f"AWS could not be asked to {what}", why=why),
    )
