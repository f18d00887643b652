"""Where a command acts: on the local cloud or on AWS, and the environment that its tools get for it.

A target never mixes: a local target uses loopback endpoints and the local cloud's own keys and never reads `~/.aws` or
ambient keys; an AWS target refuses loopback endpoints and static keys. The result is a complete list of `AWS_*`
variables: a process that the product starts gets these and nothing else of that name.
"""

import ipaddress
import os
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from alphaswarm_core.errors import RefusedError
from alphaswarm_core.local_address import LocalCloudAddress, LocalCloudError


class Target(StrEnum):
    """`local`: the embedded cloud of this checkout. `aws`: the real one."""

    LOCAL = "local"
    AWS = "aws"


class TargetRefusedError(RefusedError):
    """The target and what the environment offers do not go together."""

    code = "AS-TGT-001"
    summary = "Target and credentials or endpoint do not go together"


_AWS_SESSION_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CA_BUNDLE",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_STS_REGIONAL_ENDPOINTS",
)


def local_client_environment(address: LocalCloudAddress, environment: str) -> dict[str, str]:
    """What a plain `terraform`, `aws` or SDK needs to act on `environment` of the local cloud.

    The configuration files are named and empty, so that no profile of the host is ever read.

    Raises:
        LocalCloudError: the running local cloud has no account for `environment`.
    """
    keys = address.accounts.get(environment)
    if keys is None:
        raise LocalCloudError(
            f"The running local cloud has no account for '{environment}'",
            why=f"it was started with accounts for {', '.join(sorted(address.accounts))}",
            fix="Start it anew, with alphaswarm.toml as it is now: alphaswarm local reset",
        )
    return {
        "AWS_ENDPOINT_URL": address.endpoint,
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_REGION": address.region,
        "AWS_DEFAULT_REGION": address.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def aws_client_environment(ambient: Mapping[str, str], region: str) -> dict[str, str]:
    """The `AWS_*` variables for the real AWS, taken from `ambient`: temporary credentials only.

    Raises:
        TargetRefusedError: an endpoint is overridden (plans and secrets would go to whoever listens there), or the key
            is a static one (an access key without a session token, or an `AKIA…` key).
    """
    _refuse_endpoints(ambient)
    _refuse_static_keys(ambient)
    chosen = {name: ambient[name] for name in _AWS_SESSION_VARIABLES if ambient.get(name)}
    return {
        **chosen,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


_JOB_SESSION = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def local_job_session(ambient: Mapping[str, str]) -> dict[str, str]:
    """The session that a job of the local cloud's GitHub has got by its token; nothing outside of such jobs.

    A job is rehearsed with what it would have on AWS: with the local cloud's own keys it could do anything.
    """
    in_job = ambient.get("GITHUB_ACTIONS") == "true" and is_loopback(ambient.get("ACTIONS_ID_TOKEN_REQUEST_URL", ""))
    own = {name: ambient[name] for name in _JOB_SESSION if ambient.get(name)}
    return own if in_job and len(own) == len(_JOB_SESSION) else {}


def is_local_job(ambient: Mapping[str, str]) -> bool:
    """Whether this process says that it runs in a job of the local cloud's GitHub, which told it where AWS is."""
    places = (
        ambient.get("ACTIONS_ID_TOKEN_REQUEST_URL") or ambient.get("GITHUB_API_URL", ""),
        ambient.get("AWS_ENDPOINT_URL", ""),
    )
    return ambient.get("GITHUB_ACTIONS") == "true" and all(is_loopback(each) for each in places)


def local_job_environment(ambient: Mapping[str, str], region: str) -> dict[str, str]:
    """The `AWS_*` variables in such a job: the address that it was told, and the session that its token got.

    Its checkout is a copy somewhere else, so the local cloud's own keys are not within its reach, and are not looked
    for.

    Raises:
        TargetRefusedError: this is no such job, or it has no session yet.
    """
    session = local_job_session(ambient)
    if not is_local_job(ambient) or not session:
        raise TargetRefusedError(
            "This job has no session in the local cloud",
            why="a job acts on AWS in the session of a role, which it gets for its token",
            fix="Assume a role first: aws-actions/configure-aws-credentials, with the permission id-token: write",
        )
    return {
        **session,
        "AWS_ENDPOINT_URL": ambient["AWS_ENDPOINT_URL"],
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


_IN_LOCAL_BUILD = (
    "AWS_ENDPOINT_URL",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
)
_OTHER_CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)


def is_build(ambient: Mapping[str, str]) -> bool:
    """Whether this process says that it runs in a build of CodeBuild."""
    return bool(ambient.get("CODEBUILD_BUILD_ID"))


def is_local_build(ambient: Mapping[str, str]) -> bool:
    """Whether it says so of the local cloud: a build whose AWS is at a loopback address."""
    return is_build(ambient) and is_loopback(ambient.get("AWS_ENDPOINT_URL", ""))


def local_build_environment(ambient: Mapping[str, str], region: str) -> dict[str, str]:
    """The `AWS_*` variables in a build of the local cloud: its address, and a way to the build's own credentials.

    The bootstrap keys are not among them, and are not looked for. On AWS this opens nothing: such a process talks to
    its own machine alone, its runs are recorded with the target `local`, and where the environment holds anything by
    which AWS itself could be reached (keys, a token, the relative address that AWS gives its builds) it is refused, so
    that no credentials of AWS are ever sent to a loopback address, and no plan of one target is applied to the other.

    Raises:
        TargetRefusedError: this is no such build, or it has other credentials than the local cloud's.
    """
    if not is_local_build(ambient):
        raise TargetRefusedError("This is no build of the local cloud", fix="Choose --target aws")
    others = [name for name in _OTHER_CREDENTIALS if ambient.get(name)]
    if others:
        raise TargetRefusedError(
            f"The build's AWS is at a loopback address, but {others[0]} is set",
            why="a build of the local cloud gets its credentials from the local cloud, and from nowhere else",
            fix=f"Unset {others[0]}; on AWS, unset AWS_ENDPOINT_URL",
        )
    endpoint, credentials = ambient["AWS_ENDPOINT_URL"], ambient.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", "")
    if urlsplit(endpoint).netloc != urlsplit(credentials).netloc:
        raise TargetRefusedError(
            "The build's AWS and its credentials are at different addresses",
            why=f"{urlsplit(endpoint).netloc} and {urlsplit(credentials).netloc or 'none'}",
            fix="Start the build with: alphaswarm deploy --executor codebuild",
        )
    return {
        **{name: ambient[name] for name in _IN_LOCAL_BUILD if ambient.get(name)},
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine: `localhost` or an address of the loopback range."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_endpoints(ambient: Mapping[str, str]) -> None:
    named = sorted(name for name in ambient if name.startswith("AWS_ENDPOINT_URL") and ambient[name])
    if named:
        where = "a loopback address" if is_loopback(ambient[named[0]]) else "another endpoint"
        raise TargetRefusedError(
            f"The target is aws, but {named[0]} names {where}",
            fix=f"Unset {named[0]}, or choose the local cloud: --target local",
        )


def _refuse_static_keys(ambient: Mapping[str, str]) -> None:
    key = ambient.get("AWS_ACCESS_KEY_ID")
    if key and (key.startswith("AKIA") or not ambient.get("AWS_SESSION_TOKEN")):
        raise TargetRefusedError(
            "The target is aws, and the environment holds a static AWS key",
            why="AWS_ACCESS_KEY_ID without a session token lives until somebody deletes it; no such key may exist",
            fix="Unset it and assume a role over OIDC; in a workflow: aws-actions/configure-aws-credentials",
        )
