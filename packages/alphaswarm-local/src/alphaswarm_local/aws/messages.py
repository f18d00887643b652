"""What goes in and out at the front door: one HTTP request, one HTTP response, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it arrived.

    Attributes:
        method: Upper case.
        target: The request target, byte for byte as sent (`/bucket/a%2Fb?x=1`): signatures and labels depend on it.
        headers: Names in lower case; the values of a repeated header joined with a comma.
        body: The whole body, transfer encoding removed.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def raw_path(self) -> str:
        """The path, still percent-encoded; never empty."""
        return self.target.partition("?")[0] or "/"

    @property
    def raw_query(self) -> str:
        """The query string, still percent-encoded."""
        return self.target.partition("?")[2]

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's pairs, decoded, in order; a flag such as `?acl` has an empty value."""
        return parse_qsl(self.raw_query, keep_blank_values=True)

    @property
    def media_type(self) -> str:
        """The content type without its parameters, lower case; empty if none was sent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class FileBody:
    """A body that lies in a file, or a part of it: some packages have hundreds of megabytes, too many for memory."""

    path: Path
    start: int
    length: int


@dataclass(slots=True)
class HttpResponse:
    """A response before it is framed. `headers` keeps repeated names (`Set-Cookie`) apart; the length is not in it.

    With `file`, that is the body and `body` is empty.
    """

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    file: FileBody | None = None

    @property
    def length(self) -> int:
        """Bytes of the body."""
        return self.file.length if self.file is not None else len(self.body)

    def header(self, name: str) -> str | None:
        """The first value of `name`, in any case, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def set_header(self, name: str, value: str) -> None:
        """Replace every value of `name`."""
        self.headers = [(key, old) for key, old in self.headers if key.lower() != name.lower()]
        self.headers.append((name, value))
