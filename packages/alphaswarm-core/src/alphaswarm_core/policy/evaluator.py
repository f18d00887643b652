"""Evaluates Rego in a process of its own: `python -m alphaswarm_core.policy.evaluator`, a request on standard input.

The engine (rego-cpp) is native code: a defect in it ends the process that it is in, and nothing inside that process can
stop it. So it gets one, with limits on memory and time; `engine` starts it.

Two of the engine's habits are worked around here, and the tests would notice their end. It does not escape quotes in
what it prints, so every text of a result comes back in base64. And its json.unmarshal unescapes once too often, so JSON
text in attributes is parsed before (`parsed_texts`): a policy document with one escaped quote would otherwise be read
by no rule.
"""

import base64
import json
import os
import resource
import sys
from collections.abc import Mapping
from typing import Any

_MEMORY_BYTES = 4 * 1024**3
_FIELDS = ("rule", "address", "what")
_QUERY = "[{" + ", ".join(f'"{each}": base64.encode(found.{each})' for each in _FIELDS) + "} | some found in data.main.SET]"


def evaluate(
    modules: Mapping[str, str], data: Mapping[str, Any], document: Any, queries: Mapping[str, str]
) -> dict[str, Any]:
    """The value of each query; None where it is undefined.

    Raises:
        RuntimeError: the engine does not understand the modules or a query; it has said why on standard output.
    """
    from regopy import Interpreter

    interpreter = Interpreter()
    for name, source in modules.items():
        interpreter.add_module(name, source)
    interpreter.add_data(dict(data))  # in one piece: the engine does not merge documents
    interpreter.set_input(document)
    values: dict[str, Any] = {}
    for name, query in queries.items():
        output = interpreter.query(query)
        if not output.ok():
            raise RuntimeError(f"{name} cannot be evaluated")
        expressions = output.results[0].expressions if len(output) else []
        values[name] = expressions[0] if expressions else None
    return values


def findings(modules: Mapping[str, str], data: Mapping[str, Any], document: Any) -> dict[str, list[dict[str, str]]]:
    """The members of `data.main.deny` and `data.main.warn`."""
    queries = {name: _QUERY.replace("SET", name) for name in ("deny", "warn")}
    values = evaluate(modules, data, parsed_texts(document), queries)
    return {name: [_decoded(each) for each in _list(values[name], name)] for name in queries}


def parsed_texts(document: Any) -> Any:
    """The plan with JSON text in resource attributes parsed. What cannot be parsed stays text, and rules say so."""
    if not isinstance(document, dict) or not isinstance(document.get("resource_changes"), list):
        return document
    return {**document, "resource_changes": [_with_parsed(each) for each in document["resource_changes"]]}


def _with_parsed(change: Any) -> Any:
    inner = change.get("change") if isinstance(change, dict) else None
    after = inner.get("after") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or not isinstance(after, dict):
        return change
    return {**change, "change": {**inner, "after": {name: _parsed(value) for name, value in after.items()}}}


def _parsed(value: Any) -> Any:
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return parsed if isinstance(parsed, dict | list) else value


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise RuntimeError(f"data.main.{name} is no set of findings")
    return value


def _decoded(found: Mapping[str, str]) -> dict[str, str]:
    return {each: base64.b64decode(found[each]).decode("utf-8", "replace") for each in _FIELDS}


def main() -> int:
    """Answer one request: `{"modules", "data", "input"}` for findings, with `"tests"` for the values of tests."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what the engine prints is a diagnostic, not an answer
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    request = json.load(sys.stdin.buffer)
    if "tests" in request:
        values: Any = evaluate(request["modules"], request["data"], {}, request["tests"])
    else:
        values = findings(request["modules"], request["data"], request["input"])
    with os.fdopen(answer, "w", encoding="utf-8") as stream:
        json.dump(values, stream)
    return 0


if __name__ == "__main__":
    sys.exit(main())
