"""Packed columns come back as they went in."""

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.packing import LARGEST, Columns, varint

numbers = st.integers(-LARGEST, LARGEST)


def unpack(columns):
    """Read columns as the page does; the twin of maps/assets/payload.js."""
    data = zlib.decompress(base64.b64decode(columns.text()))
    found, at = {}, 0
    for name, count, differences in columns.index:
        values, before = [], 0
        for _ in range(count):
            value = shift = 0
            while True:
                byte = data[at]
                at += 1
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    break
            value = (value >> 1) ^ -(value & 1)
            before = before + value if differences else value
            values.append(before)
        found[name] = np.array(values, np.int64)
    assert at == len(data)
    return found


@given(st.lists(st.tuples(st.lists(numbers), st.booleans()), max_size=4))
def test_columns_come_back(given_columns):
    columns = Columns()
    kept = {}
    for place, (values, differences) in enumerate(given_columns):
        # Differences of far numbers would not fit; those of nearer ones do.
        near = [value // 4 for value in values]
        columns.add(str(place), near, differences=differences)
        kept[str(place)] = near
    found = unpack(columns)
    assert {name: list(values) for name, values in found.items()} == kept


def test_small_numbers_take_one_byte():
    assert len(varint(np.arange(-64, 64))) == 128
    assert len(varint(np.array([64, -65]))) == 4


@pytest.mark.parametrize("value", [LARGEST + 1, -LARGEST - 1])
def test_a_number_too_large_for_the_page_is_refused(value):
    with pytest.raises(ValueError, match="cannot be packed"):
        Columns().add("x", [value])


def test_a_difference_too_large_for_the_page_is_refused():
    with pytest.raises(ValueError, match="cannot be packed"):
        Columns().add("x", [-LARGEST, LARGEST], differences=True)


def test_a_name_is_used_once():
    columns = Columns()
    columns.add("x", [1])
    with pytest.raises(ValueError, match="twice"):
        columns.add("x", [2])
