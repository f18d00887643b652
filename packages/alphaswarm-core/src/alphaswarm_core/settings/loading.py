"""From the file, the environment and the flags to settings that hold."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from alphaswarm_core.errors import ConfigurationError
from alphaswarm_core.settings.findings import explained
from alphaswarm_core.settings.project import FILE_NAME, Settings
from alphaswarm_core.settings.toml_lines import syntax_error_line

ENVIRONMENT_VARIABLES: dict[str, tuple[str, ...]] = {
    "ALPHASWARM_TARGET": ("target",),
    "ALPHASWARM_EXECUTOR": ("executor",),
    "ALPHASWARM_HOME": ("home",),
    "ALPHASWARM_LEDGER_URL": ("ledger", "url"),
    "ALPHASWARM_ENGINE": ("terraform", "engine"),
    "ALPHASWARM_TERRAFORM_BINARY": ("terraform", "binary"),
    "ALPHASWARM_ADMIN_PUBLIC_URL": ("admin", "public_url"),
    "ALPHASWARM_ADMIN_SIGN_IN": ("admin", "sign_in"),
    "ALPHASWARM_ADMIN_TRUSTED_ALB_ARN": ("admin", "trusted_alb_arn"),
    "ALPHASWARM_ADMIN_ISSUER": ("admin", "issuer"),
    "ALPHASWARM_ADMIN_CLIENT_ID": ("admin", "client_id"),
}
"""Which `ALPHASWARM_*` variable sets which key."""


def find_settings_file(start: Path) -> Path:
    """The nearest `alphaswarm.toml` in `start` or above it.

    Raises:
        ConfigurationError: there is none.
    """
    for directory in (start, *start.parents):
        if (directory / FILE_NAME).is_file():
            return directory / FILE_NAME
    raise ConfigurationError(
        f"No {FILE_NAME} in {start} or any directory above it",
        fix=f"Change into the project, or name the file: --config path/to/{FILE_NAME}",
    )


def load_settings(
    path: Path, environ: Mapping[str, str], overrides: Mapping[tuple[str, ...], object] | None = None
) -> Settings:
    """Read, merge and check the settings.

    Args:
        path: The `alphaswarm.toml` to read.
        environ: The process environment; only the `ALPHASWARM_*` names of `ENVIRONMENT_VARIABLES` are looked at.
        overrides: Values of flags, by key path, for example `{("terraform", "engine"): "embedded"}`.

    Raises:
        ConfigurationError: the file is missing, unreadable or says something that does not hold.
    """
    text = _read(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"{path.name}, line {syntax_error_line(error) or '?'}: this is not TOML",
            why=str(error),
            fix="Strings need quotes, tables stand in [brackets], one key a line",
        ) from error
    sources: dict[tuple[str, ...], str] = {}
    for variable, key in ENVIRONMENT_VARIABLES.items():
        if environ.get(variable):
            _set(document, key, environ[variable])
            sources[key] = variable
    for key, value in (overrides or {}).items():
        _set(document, key, value)
        sources[key] = f"--{key[-1]}"
    document["root"] = path.parent.absolute()
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        raise explained(error, path, text, sources) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no {path}", fix=f"Name an existing file: --config path/to/{FILE_NAME}"
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8", why=str(error), fix="Save it as UTF-8") from error
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read", why=error.strerror) from error


def _set(document: dict[str, Any], key: tuple[str, ...], value: object) -> None:
    table = document
    for part in key[:-1]:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        table = inner
    table[key[-1]] = value
