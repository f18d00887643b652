"""The parameters of a call in one form, whatever its protocol: name → texts, and every text with its name."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.aws.protocols import Protocol

_NAMED_LIST = re.compile(r"(?P<name>\w+)(?:\.[A-Za-z]+)?\.[0-9]+\Z")


class Inputs:
    """What a call says.

    Args:
        call: The call. Its body is read again only where the protocol keeps parameters there.
    """

    def __init__(self, call: ApiCall) -> None:
        self.document = _document(call)
        self._is_form = call.operation.protocol.is_form

    def texts(self, name: str) -> list[str]:
        """The values of the top-level parameter `name`: one, several of a list, or none."""
        value = self.document.get(name)
        if value is None and self._is_form:
            return [
                text
                for key, text in self.document.items()
                if (match := _NAMED_LIST.match(key)) is not None and match["name"] == name
            ]
        listed = value if isinstance(value, list) else [value]
        return [str(each) for each in listed if isinstance(each, str | int) and not isinstance(each, bool)]

    def text(self, name: str) -> str | None:
        """The only or first value of `name`."""
        return next(iter(self.texts(name)), None)

    def is_true(self, name: str) -> bool:
        """Whether the flag `name` is set."""
        return self.document.get(name) in (True, "true", "True")

    def named_texts(self) -> Iterator[tuple[str, str]]:
        """Every text at any depth with the name that it has: the last one before positions of lists."""
        if self._is_form:
            for key, value in self.document.items():
                names = [part for part in key.split(".") if not re.fullmatch(r"member|entry|[0-9]+", part)]
                yield (names[-1] if names else key), str(value)
        else:
            yield from _walk("", self.document)

    def top_level(self) -> Iterator[tuple[str, str]]:
        """Every text of a top-level parameter, lists included."""
        for key in self.document:
            match = _NAMED_LIST.match(key) if self._is_form else None
            name = match["name"] if match else key
            if match is not None or "." not in key:
                yield from ((name, each) for each in ([str(self.document[key])] if match else self.texts(key)))


def _document(call: ApiCall) -> Mapping[str, Any]:
    operation, request = call.operation, call.request
    if operation.protocol is not Protocol.REST_JSON:
        return operation.parameters
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        body = {}
    return {**dict(request.query), **(body if isinstance(body, dict) else {}), **operation.parameters}


def _walk(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(str(key), item)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(name, item)
