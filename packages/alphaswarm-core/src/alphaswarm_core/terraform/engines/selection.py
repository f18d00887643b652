"""Choosing the engine: `auto` takes a suitable binary, else the embedded one."""

import re
from collections.abc import Mapping

from alphaswarm_core.settings import TerraformSettings
from alphaswarm_core.terraform.engines.base import Engine, EngineIdentity, EngineKind
from alphaswarm_core.terraform.engines.binary import find_binary
from alphaswarm_core.terraform.engines.embedded import find_embedded
from alphaswarm_core.terraform.errors import EngineMissingError, EngineVersionError

MINIMUM = (1, 10)
"""The first Terraform, and the first OpenTofu, whose S3 backend can lock with a file."""


def select_engine(settings: TerraformSettings, environment: Mapping[str, str]) -> Engine:
    """The engine that `settings` ask for.

    Args:
        settings: `engine` and `binary` decide.
        environment: For its PATH.

    Raises:
        EngineMissingError: none is there.
        EngineVersionError: the one that was asked for is too old.
    """
    if settings.engine == "embedded":
        return find_embedded()
    try:
        return _suitable(find_binary(settings.binary, environment))
    except (EngineMissingError, EngineVersionError) as unsuitable:
        if settings.engine == "binary":
            raise
        return _embedded_instead(unsuitable)


def select_same(wanted: EngineIdentity, settings: TerraformSettings, environment: Mapping[str, str]) -> Engine:
    """The engine that made a plan, to apply it: the same kind and version.

    Raises:
        EngineMissingError: it is not installed any more.
        EngineVersionError: the one that is installed has another version.
    """
    embedded = wanted.kind is EngineKind.EMBEDDED
    engine: Engine = find_embedded() if embedded else find_binary(settings.binary, environment)
    if engine.identity != wanted:
        raise EngineVersionError(
            f"The plan was made by {wanted.product} {wanted.version} ({wanted.kind}); "
            f"here is {engine.identity.product} {engine.identity.version}",
            why="a saved plan can only be applied by the version that made it",
            fix="Plan again with the engine that is here, or install the one that made the plan",
        )
    return engine


def _suitable(engine: Engine) -> Engine:
    found = re.match(r"(\d+)\.(\d+)", engine.identity.version)
    if found is None or (int(found.group(1)), int(found.group(2))) < MINIMUM:
        raise EngineVersionError(
            f"{engine.identity.product} {engine.identity.version} is too old",
            why="locking of the state in S3 needs 1.10 or newer",
            fix='Install 1.10 or newer, or set engine = "embedded" in alphaswarm.toml',
        )
    return engine


def _embedded_instead(unsuitable: EngineMissingError | EngineVersionError) -> Engine:
    try:
        return find_embedded()
    except EngineMissingError as missing:
        raise EngineMissingError(
            "No Terraform engine was found", why=f"{unsuitable.what}; {missing.what}", fix=missing.fix
        ) from missing
