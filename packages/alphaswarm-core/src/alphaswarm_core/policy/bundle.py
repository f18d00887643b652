"""The policy directory as one value: modules, tests, data, the catalogue of rules, and a digest over all of it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from alphaswarm_core.policy.errors import PolicyUnusableError
from alphaswarm_core.policy.result import Severity

_LARGEST_FILE = 1_000_000
_MOST_FILES = 500
_TEST_ENDING = "_test.rego"
_DATA = "data"
_CASES = "cases/"
_FIX = "Restore the directory from the repository: it is part of what is reviewed"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue. `ungated` is its severity where an environment asks for no approval."""

    id: str
    severity: Severity
    ungated: Severity
    title: str
    why: str
    fix: str


@dataclass(frozen=True, slots=True)
class PolicyBundle:
    """What a plan is judged by.

    Attributes:
        modules: Rego sources by path below the directory, without tests and cases.
        cases: The sources of the test cases, by path.
        data: What stands in the YAML files below `data/`, merged.
        rules: The catalogue, by rule id.
        digest: SHA-256 over every file's path and bytes: which policy judged a run.
    """

    modules: Mapping[str, str]
    cases: Mapping[str, str]
    data: Mapping[str, Any]
    rules: Mapping[str, Rule]
    digest: str


def read_bundle(directory: Path) -> PolicyBundle:
    """Read the policy below `directory`.

    Raises:
        PolicyUnusableError: it is missing, has no rules, or a file of it cannot be read.
    """
    if not directory.is_dir():
        raise PolicyUnusableError(f"There is no policy in {directory}", why="it is not a directory", fix=_FIX)
    sources = {path.relative_to(directory).as_posix(): _text(path) for path in _files(directory)}
    rego = {name: text for name, text in sources.items() if name.endswith(".rego")}
    rules = {name: text for name, text in rego.items() if not name.endswith(_TEST_ENDING)}
    modules = {name: text for name, text in rules.items() if not name.startswith(_CASES)}
    if not modules:
        raise PolicyUnusableError(f"There are no rules in {directory}", why="no file ends in .rego", fix=_FIX)
    data = _data({name: text for name, text in sources.items() if name not in rego})
    return PolicyBundle(
        modules=modules,
        cases={name: text for name, text in rules.items() if name not in modules},
        data=data,
        rules=_rules(data),
        digest=_digest(sources),
    )


def _files(directory: Path) -> Iterator[Path]:
    found = sorted((*directory.rglob("*.rego"), *(directory / _DATA).glob("*.yaml")))
    if len(found) > _MOST_FILES:
        raise PolicyUnusableError(f"{directory} has more than {_MOST_FILES} files", fix=_FIX)
    yield from found


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise PolicyUnusableError(f"{path} is larger than {_LARGEST_FILE // 1_000_000} MB", fix=_FIX)
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PolicyUnusableError(f"{path} is not UTF-8", why=str(error), fix=_FIX) from error
    except OSError as error:
        raise PolicyUnusableError(f"{path} cannot be read", why=error.strerror, fix=_FIX) from error


def _data(sources: Mapping[str, str]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for name, text in sources.items():
        try:
            document = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise PolicyUnusableError(f"{name} is not YAML", why=str(error), fix=_FIX) from error
        if not isinstance(document, dict) or set(document) & set(merged):
            raise PolicyUnusableError(f"{name} is not a mapping with keys of its own", fix=_FIX)
        merged |= document
    return merged


def _rules(data: Mapping[str, Any]) -> dict[str, Rule]:
    catalogue = data.get("rules")
    if not isinstance(catalogue, dict) or not catalogue:
        raise PolicyUnusableError(
            "The policy has no catalogue of rules", why=f"{_DATA}/rules.yaml lists none", fix=_FIX
        )
    return {str(name): _rule(str(name), entry) for name, entry in catalogue.items()}


def _rule(name: str, entry: object) -> Rule:
    fields = entry if isinstance(entry, dict) else {}
    try:
        severity = Severity(fields["severity"])
        texts = [str(fields[key]).strip() for key in ("title", "why", "fix")]
        ungated = Severity(fields.get("ungated", severity))
    except (KeyError, ValueError) as error:
        raise PolicyUnusableError(f"The rule {name} is not described whole", why=str(error), fix=_FIX) from error
    return Rule(name, severity, ungated, *texts)


def _digest(sources: Mapping[str, str]) -> str:
    whole = hashlib.sha256()
    for name, text in sorted(sources.items()):
        for part in (name.encode(), text.encode()):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()
