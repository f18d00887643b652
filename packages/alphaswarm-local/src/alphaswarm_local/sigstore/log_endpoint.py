"""The transparency log on the wire. Source: Rekor's API v1 (`openapi.yaml`)."""

import json
import re
from typing import Any

from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.sigstore.errors import RefusedError
from alphaswarm_local.sigstore.log import FullLogError, TransparencyLog
from alphaswarm_local.sigstore.proposals import UnacceptableEntryError, entry_of

_UUID = re.compile(r"(?:[0-9a-f]{16})?[0-9a-f]{64}")
_LARGEST = 32 * 1024 * 1024
Answer = tuple[int, dict[str, Any]]


class LogEndpoint:
    """Answers what is below `/api/v1/log`.

    Args:
        log: The log.
    """

    def __init__(self, log: TransparencyLog) -> None:
        self._log = log

    def __call__(self, request: HttpRequest, rest: str) -> Answer:
        """Status and document for a request whose path ends with `rest`.

        Raises:
            RefusedError: there is nothing of that kind.
        """
        match request.method, rest:
            case "GET", "":
                return 200, self._log.head()
            case "POST", "entries":
                return self._add(request)
            case "GET", "entries":
                return 200, self._at(request)
            case "GET", str(path) if path.startswith("entries/") and _UUID.fullmatch(path[8:]):
                index = self._log.index_of(path[8:])
                return 200, self._entry(-1 if index is None else index)
        raise RefusedError(404, 404, "The log has nothing at this path")

    def _add(self, request: HttpRequest) -> Answer:
        if len(request.body) > _LARGEST:
            raise RefusedError(413, 413, "The entry is too large")
        try:
            index, is_new = self._log.add(entry_of(json.loads(request.body)))
        except (UnacceptableEntryError, ValueError, RecursionError) as error:
            raise RefusedError(400, 400, f"error processing entry: {error}") from error
        except FullLogError as error:
            raise RefusedError(507, 507, "The log is full; start the local cloud anew") from error
        if not is_new:
            raise RefusedError(409, 409, f"an equivalent entry already exists in the transparency log: {index}")
        return 201, self._entry(index)

    def _at(self, request: HttpRequest) -> dict[str, Any]:
        given = [value for name, value in request.query if name == "logIndex"]
        if len(given) != 1 or not given[0].isascii() or not given[0].isdigit() or len(given[0]) > 12:  # noqa: PLR2004
            raise RefusedError(400, 400, "logIndex is a number")
        return self._entry(int(given[0]))

    def _entry(self, index: int) -> dict[str, Any]:
        found = self._log.entry(index)
        if found is None:
            raise RefusedError(404, 404, "There is no such entry")
        return dict([found])
