"""CBOR in and out: what botocore writes is read, what is written botocore reads, and no garbage gets through."""

import math
from datetime import UTC, datetime

import pytest
from botocore.parsers import BaseCBORParser
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_local.aws import cbor

_SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text() | st.binary() | st.floats()
_VALUES = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30)


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


@given(_VALUES)
def test_value_comes_back_when_it_was_encoded(value: object) -> None:
    assert _same(cbor.decode(cbor.encode(value)), value)


@given(st.binary(max_size=200))
def test_bytes_are_read_or_refused_when_they_are_arbitrary(data: bytes) -> None:
    try:
        cbor.decode(data)
    except cbor.CborError:
        return


@given(_VALUES, st.integers(1, 5))
def test_value_is_refused_when_it_is_cut_off(value: object, missing: int) -> None:
    data = cbor.encode([value, "end"])
    with pytest.raises(cbor.CborError):
        cbor.decode(data[:-missing])


def test_time_is_understood_by_botocore_when_it_is_tagged() -> None:
    import io

    class Parser(BaseCBORParser):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()

    stream = io.BufferedReader(io.BytesIO(cbor.encode({"at": cbor.Timestamp(1700000000.5)})))
    parsed = Parser().parse_data_item(stream)
    moment = parsed["at"]
    assert moment == datetime.fromtimestamp(1700000000.5, UTC)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\xbf\x61a\x01\xff", {"a": 1}),
        (b"\x9f\x01\x02\xff", [1, 2]),
        (b"\x7f\x61a\x61b\xff", "ab"),
        (b"\xc1\x1a\x65\x53\xf1\x00", 1700000000),
        (b"\xf9\x3c\x00", 1.0),
    ],
)
def test_value_is_read_when_it_uses_indefinite_lengths_tags_or_half_floats(data: bytes, value: object) -> None:
    assert cbor.decode(data) == value


@pytest.mark.parametrize(
    "data", [b"\x81" * 100 + b"\x01", b"\x9b" + b"\xff" * 8, b"\xa2\x61a\x01\x61a\x02", b"\x01\x01"]
)
def test_bytes_are_refused_when_they_are_too_deep_too_long_or_ambiguous(data: bytes) -> None:
    with pytest.raises(cbor.CborError):
        cbor.decode(data)
