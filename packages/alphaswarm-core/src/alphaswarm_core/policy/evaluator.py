"""Evaluates Rego in a process of its own: `python -m alphaswarm_core.policy.evaluator`, a request on standard input.

The engine (rego-cpp) is native code: a defect in it ends the process that it is in, and nothing inside that process can
stop it. So it gets one, which `engine` starts, bounds and ends.

Three of the engine's habits are worked around here, and the tests would notice their end. It does not escape quotes in
what it prints, so every text of a result comes back in base64. It takes the quotes off a text of the input that begins
and ends with one, so such a text gets another pair (`_quoted`). And its json.unmarshal unescapes once too often, so
JSON text in attributes is parsed before (`parsed_texts`): a policy document with one escaped quote would otherwise be
read by no rule.
"""

import base64
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from regopy import Interpreter

_FIELDS = ("rule", "address", "what")
_OBJECT = ", ".join(f'"{each}": base64.encode(found.{each})' for each in _FIELDS)
_COUNT = "count(data.main.SET)"
_QUERY = f"[{{{_OBJECT}}} | some found in data.main.SET]"


def evaluate(modules: Mapping[str, str], data: Mapping[str, Any], document: Any, *queries: str) -> list[Any]:
    """The value of each query; None where it is undefined.

    Raises:
        RuntimeError: the engine does not understand the modules or a query; it has said why on standard output.
    """
    interpreter = Interpreter()
    for name, source in modules.items():
        interpreter.add_module(name, source)
    interpreter.add_data(dict(data))  # in one piece: the engine does not merge documents
    interpreter.set_input(_quoted(document))
    return [_value(interpreter, query) for query in queries]


def _quoted(value: Any) -> Any:
    """The input as the engine has to get it to see the texts that there are."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) > 1 and value[0] == value[-1] == '"' else value
    if isinstance(value, dict):
        return {name: _quoted(each) for name, each in value.items()}
    return [_quoted(each) for each in value] if isinstance(value, list) else value


def _value(interpreter: Interpreter, query: str) -> Any:
    output = interpreter.query(query)
    if not output.ok():
        raise RuntimeError(f"{query} cannot be evaluated")
    expressions = output.results[0].expressions if len(output) else []
    return expressions[0] if expressions else None


def findings(modules: Mapping[str, str], data: Mapping[str, Any], document: Any) -> dict[str, list[dict[str, str]]]:
    """The members of `data.main.deny` and `data.main.warn`."""
    names = ("deny", "warn")
    queries = [query.replace("SET", name) for name in names for query in (_QUERY, _COUNT)]
    values = evaluate(modules, data, parsed_texts(document), *queries)
    return {name: _whole(name, values[2 * i], values[2 * i + 1]) for i, name in enumerate(names)}


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


def _whole(name: str, found: Any, count: Any) -> list[dict[str, str]]:
    """All findings of a set. A finding without rule, address or words would be left out by the query: a denial lost."""
    if count is None:
        raise RuntimeError(f"the policy has no data.main.{name}")
    if not isinstance(found, list) or len(found) != count:
        raise RuntimeError(f"a finding of data.main.{name} has no {', no '.join(_FIELDS)}")
    return [_decoded(each) for each in found]


def _decoded(found: Mapping[str, str]) -> dict[str, str]:
    return {each: base64.b64decode(found[each]).decode("utf-8", "replace") for each in _FIELDS}


def main() -> int:
    """Answer one request: the findings in one plan (`input`), in several (`plans`), or the value of a `query`."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what the engine prints is a diagnostic, not an answer
    value = _answer(json.load(sys.stdin.buffer))
    with os.fdopen(answer, "w", encoding="utf-8") as stream:
        json.dump(value, stream)
    return 0


def _answer(request: Mapping[str, Any]) -> Any:
    modules, data = request["modules"], request["data"]
    if "query" in request:
        return evaluate(modules, data, {}, request["query"])[0]
    if "plans" in request:
        return [findings(modules, {**data, "context": each["context"]}, each["input"]) for each in request["plans"]]
    return findings(modules, data, request["input"])


if __name__ == "__main__":
    sys.exit(main())
