"""Between CBOR (RFC 8949) and plain values, as far as Smithy's RPC v2 CBOR protocol uses it.

New SDKs speak this protocol to CodeBuild, CloudWatch and Cloud Map; moto does not. The front door turns such a request
into the same service's JSON protocol and the answer back. CBOR tags times where JSON has plain numbers, so the way back
follows the operation's output shape.
"""

import math
import struct
from typing import Any

_TIMESTAMP_TAG = 1
_MAX_DEPTH = 64


class CborError(ValueError):
    """The bytes are not CBOR, or use a feature that the protocol does not."""


def encode(value: Any) -> bytes:
    """`value` as CBOR: null, booleans, numbers, text, bytes, lists, maps, `Timestamp`.

    Raises:
        CborError: a type that has no CBOR form here.
    """
    out = bytearray()
    _encode_into(out, value)
    return bytes(out)


class Timestamp(float):
    """Seconds since the epoch, encoded with CBOR's time tag."""

    __slots__ = ()


def encode_error(code: str, message: str) -> bytes:
    """An error document of the protocol."""
    return encode({"__type": code, "message": message})


def decode(data: bytes) -> Any:
    """The value in `data`; times come back as numbers of seconds.

    Raises:
        CborError: not CBOR, not complete, or too deeply nested.
    """
    reader = _Reader(data)
    try:
        value = reader.value(0)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise CborError("the body is not well-formed CBOR") from error
    if reader.position != len(data):
        raise CborError("there are bytes after the CBOR value")
    return value


def _encode_into(out: bytearray, value: Any) -> None:  # noqa: C901 - one branch a type
    if value is None:
        out.append(0xF6)
    elif isinstance(value, bool):
        out.append(0xF5 if value else 0xF4)
    elif isinstance(value, Timestamp):
        _head(out, 6, _TIMESTAMP_TAG)
        out += b"\xfb" + struct.pack(">d", float(value))
    elif isinstance(value, int):
        _head(out, 0 if value >= 0 else 1, value if value >= 0 else -1 - value)
    elif isinstance(value, float):
        out += b"\xfb" + struct.pack(">d", value)
    elif isinstance(value, str):
        encoded = value.encode()
        _head(out, 3, len(encoded))
        out += encoded
    elif isinstance(value, bytes):
        _head(out, 2, len(value))
        out += value
    elif isinstance(value, list):
        _head(out, 4, len(value))
        for item in value:
            _encode_into(out, item)
    elif isinstance(value, dict):
        _head(out, 5, len(value))
        for key, item in value.items():
            _encode_into(out, key)
            _encode_into(out, item)
    else:
        raise CborError(f"no CBOR form for {type(value).__name__}")


def _head(out: bytearray, major: int, number: int) -> None:
    """The first byte and the argument: up to 23 in the byte itself, then 1, 2, 4 or 8 bytes."""
    for limit, info, form in ((24, None, ""), (1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I")):
        if number < limit:
            out.append(major << 5 | (number if info is None else info))
            out += struct.pack(form, number) if form else b""
            return
    out.append(major << 5 | 27)
    out += struct.pack(">Q", number)


class _Reader:
    """Reads one value after the other; every length is checked against what is there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def value(self, depth: int) -> Any:  # noqa: PLR0911 - one branch a major type
        if depth > _MAX_DEPTH:
            raise CborError("nested too deeply")
        first = self._data[self.position]
        self.position += 1
        major, info = first >> 5, first & 0x1F
        match major:
            case 0:
                return self._number(info)
            case 1:
                return -1 - self._number(info)
            case 2:
                return self._string(info, major)
            case 3:
                return self._string(info, major).decode()
            case 4:
                return self._items(info, depth)
            case 5:
                return self._pairs(info, depth)
            case 6:
                self._number(info)
                return self.value(depth + 1)
            case _:
                return self._simple(info)

    def _number(self, info: int) -> int:
        if info < 24:  # noqa: PLR2004 - RFC 8949, section 3
            return info
        size = {24: 1, 25: 2, 26: 4, 27: 8}.get(info)
        if size is None:
            raise CborError("a reserved length")
        return int.from_bytes(self._take(size))

    def _take(self, size: int) -> bytes:
        taken = self._data[self.position : self.position + size]
        if len(taken) != size:
            raise CborError("the value is cut off")
        self.position += size
        return taken

    def _string(self, info: int, major: int) -> bytes:
        if info != 31:  # noqa: PLR2004 - 31 marks an indefinite length
            return self._take(self._number(info))
        parts = []
        while not self._at_break():
            first = self._take(1)[0]
            if first >> 5 != major or first & 0x1F == 31:  # noqa: PLR2004
                raise CborError("a chunk of another type in a string")
            parts.append(self._take(self._number(first & 0x1F)))
        return b"".join(parts)

    def _items(self, info: int, depth: int) -> list[Any]:
        if info != 31:  # noqa: PLR2004
            return [self.value(depth + 1) for _ in range(self._count(info))]
        items = []
        while not self._at_break():
            items.append(self.value(depth + 1))
        return items

    def _pairs(self, info: int, depth: int) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        remaining = math.inf if info == 31 else self._count(info)  # noqa: PLR2004
        while remaining > 0 and not (info == 31 and self._at_break()):  # noqa: PLR2004
            key = self.value(depth + 1)
            if not isinstance(key, str) or key in pairs:
                raise CborError("a map's key is not a text, or comes twice")
            pairs[key] = self.value(depth + 1)
            remaining -= 1
        return pairs

    def _count(self, info: int) -> int:
        count = self._number(info)
        if count > len(self._data) - self.position:
            raise CborError("more items are announced than there are bytes")
        return count

    def _at_break(self) -> bool:
        if self._data[self.position] != 0xFF:  # noqa: PLR2004 - the "break" byte
            return False
        self.position += 1
        return True

    def _simple(self, info: int) -> Any:
        simple = {20: False, 21: True, 22: None, 23: None}
        if info in simple:
            return simple[info]
        form = {25: ">e", 26: ">f", 27: ">d"}.get(info)
        if form is None:
            raise CborError("an unknown simple value")
        number: float = struct.unpack(form, self._take(struct.calcsize(form)))[0]
        return number
