"""What is wrong with settings, told with file, line and key (or the variable), and with what would be right."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from alphaswarm_core.errors import ConfigurationError
from alphaswarm_core.settings.project import FILE_NAME, Settings
from alphaswarm_core.settings.spelling import did_you_mean
from alphaswarm_core.settings.toml_lines import line_of


def explained(
    error: ValidationError, path: Path, text: str, sources: Mapping[tuple[str, ...], str]
) -> ConfigurationError:
    """All findings in one message; the first one leads, the rest stand under it."""
    findings = [_finding(detail, path.name, text, sources) for detail in error.errors()]
    first = error.errors()[0]
    more = "\n".join(findings[1:])
    return ConfigurationError(findings[0], why=more or None, fix=_what_would_be_right(first))


def _finding(detail: ErrorDetails, name: str, text: str, sources: Mapping[tuple[str, ...], str]) -> str:
    key = tuple(str(part) for part in detail["loc"])
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = f"unknown key{did_you_mean(key[-1], _keys_beside(key))}"
    elif detail["type"] == "missing":
        message = "this key is missing"
    elif not isinstance(detail["input"], dict):
        message = f"{message}; found {detail['input']!r}"
    if key in sources:
        return f"{sources[key]}: {message}"
    line = line_of(text, key)
    return f"{name}{f', line {line}' if line else ''}, {'.'.join(key) or 'the file'}: {message}"


def _section_of(key: tuple[str, ...]) -> type[BaseModel] | None:
    """The model that the last part of `key` is a field of."""
    model: Any = Settings
    for part in key[:-1]:
        field = model.model_fields.get(part) if hasattr(model, "model_fields") else None
        if field is not None:
            model = field.annotation
            continue
        arguments = getattr(model, "__args__", ())
        model = arguments[-1] if arguments else model
    if hasattr(model, "__args__"):
        model = model.__args__[-1]
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _keys_beside(key: tuple[str, ...]) -> list[str]:
    section = _section_of(key)
    return list(section.model_fields) if section else []


def _what_would_be_right(detail: ErrorDetails) -> str:
    key = tuple(str(part) for part in detail["loc"])
    section = _section_of(key)
    field = section.model_fields.get(key[-1]) if section and key else None
    if field is None and section is not None and key:
        field = next((each for each in section.model_fields.values() if each.alias == key[-1]), None)
    if field is None:
        return f"docs/reference/settings.md lists the keys of {FILE_NAME}"
    example = f" For example: {key[-1]} = {_toml(field.examples[0])}" if field.examples else ""
    return f"{field.description}{example}"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
