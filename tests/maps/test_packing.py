"""Packed columns come back as they went in."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.packing import (
    ALPHABET,
    DIFFERENCES,
    LARGEST,
    RECENT,
    SIGNED,
    Columns,
    byte_planes,
    printable,
)

numbers = st.integers(-LARGEST, LARGEST)


def bytes_of(text):
    """Read what `printable` wrote."""
    count, _, pairs = text.partition(":")
    digits = [ALPHABET.index(character) for character in pairs]
    values = [91 * high + low for high, low in zip(digits[::2], digits[1::2], strict=True)]
    bits = "".join(f"{value:013b}" for value in values)
    return bytes(int(bits[8 * k : 8 * k + 8], 2) for k in range(int(count)))


def as_stored(columns):
    """Read columns as the page does; the twin of unpack in maps/assets/payload.js."""
    data = zlib.decompress(bytes_of(columns.text()), -zlib.MAX_WBITS)
    found, at = {}, 0
    for name, count, how, form, unit in columns.index:
        signed, width = divmod(form, SIGNED)
        planes = np.frombuffer(data, np.uint8, width * count, at).reshape(width, count)
        at += width * count
        values = (planes.astype(np.int64) << (8 * np.arange(width))[:, None]).sum(axis=0)
        if signed:
            values = (values >> 1) ^ -(values & 1)
        if how == DIFFERENCES:
            values = np.cumsum(values)
        elif how == RECENT:
            newest = -1
            for row, value in enumerate(values.tolist()):
                values[row] = newest + 1 - value
                newest = max(newest, int(values[row]))
        found[name] = np.asarray(values, np.int64).reshape(count) * unit
    assert at == len(data)
    return found


def unpack(columns):
    """Read columns and unfold streets, cameras and ranks, as maps/assets/payload.js does."""
    found = as_stored(columns)
    if "edge_ends" in found:
        step = next(unit for name, *_, unit in columns.index if name == "node_x")
        _unfold_lines(found, step)
    for name in ("wall", "outline"):
        if f"{name}_points" in found:
            _unfold_rings(found, name)
    if "head_rank" in found:
        _unfold_heads(found)
    if "piece_met" in found:
        found["piece_new"] = _meeting_codes(found)
    return found


def _unfold_lines(found, step):
    ends = found["edge_ends"].reshape(-1, 2)
    found["edge_u"], found["edge_v"] = ends.T
    for axis in "xy":
        node, off = found[f"node_{axis}"] // step, iter(found[f"edge_{axis}"].tolist())
        line = []
        for (u, v), points in zip(ends, found["edge_points"].tolist(), strict=True):
            here = int(node[u])
            line.append(here)
            for left in range(points - 1, 1, -1):
                here += (int(node[v]) - here) // left + next(off)
                line.append(here)
            line.append(int(node[v]))
        found[f"edge_{axis}"] = np.array(line, np.int64) * step


def _unfold_rings(found, name):
    points = found[f"{name}_points"].tolist()
    for axis in (f"{name}_x", f"{name}_y"):
        corners = [(ring, place) for ring, many in enumerate(points) for place in range(many)]
        order = sorted((min(place, 4), ring, place) for ring, place in corners)
        step = {
            (ring, place): int(value)
            for (_, ring, place), value in zip(order, found[axis], strict=True)
        }
        corners, begun = [], 0
        for ring, many in enumerate(points):
            for place in range(many):
                if place == 0:
                    begun += step[ring, 0]
                    corners.append(begun)
                    continue
                corners.append(corners[-1] + step[ring, place])
                if place == 3 and many == 4:
                    corners[-1] -= corners[-3] - corners[-4]
        found[axis] = np.array(corners, np.int64)


def _unfold_heads(found):
    order = np.argsort(found["head_rank"], kind="stable")
    for name in [name for name in found if name.startswith("head_")]:
        found[name] = found[name][order]
    if "met_head" in found:
        found["met_head"] = np.argsort(order)[found["met_head"]]


def _meeting_codes(found):
    codes, places, piece = [], iter(found["piece_met"].tolist()), 0
    first = np.cumsum(found["edge_met"]) - found["edge_met"]
    tasks = sum(name.startswith("head_range_") for name in found)
    for edge, pieces in enumerate(found["edge_pieces"].tolist()):
        for like in found["piece_like"][piece : piece + pieces].tolist():
            new = sum(like >> 2 * k & 3 == 3 for k in range(tasks))
            codes += [
                found["head_rank"][found["met_head"][first[edge] + next(places)]]
                for _ in range(new)
            ]
        piece += pieces
    return np.array(codes, np.int64)


@given(st.lists(st.tuples(st.lists(numbers), st.booleans()), max_size=4))
def test_columns_come_back(given_columns):
    columns = Columns()
    kept = {}
    for place, (values, differences) in enumerate(given_columns):
        # Differences of far numbers would not fit; those of nearer ones do.
        near = [value // 4 for value in values]
        columns.add(str(place), near, differences=differences)
        kept[str(place)] = near
    found = as_stored(columns)
    assert {name: list(values) for name, values in found.items()} == kept


@given(st.lists(st.integers(0, 30)))
def test_numbers_that_come_in_order_come_back(drawn):
    values = np.unique(drawn, return_index=True, return_inverse=True)
    ordered = np.argsort(np.argsort(values[1]))[values[2]] if drawn else []
    columns = Columns()
    columns.add("x", ordered, recent=True, unit=3)
    assert as_stored(columns)["x"].tolist() == [3 * value for value in ordered]


def test_long_columns_come_back_beside_short_ones():
    draw = np.random.default_rng(5)
    columns, kept = Columns(), {}
    for k, many in enumerate((3, 5000, 0, 2, 9000, 1)):
        kept[f"c{k}"] = draw.integers(-(10 ** (2 + k % 3)), 10**5, many)
        columns.add(f"c{k}", kept[f"c{k}"], differences=bool(k % 2))
    found = as_stored(columns)
    assert all(np.array_equal(found[name], values) for name, values in kept.items())


@given(st.binary(max_size=60))
def test_bytes_come_back_from_characters_that_need_no_escape(data):
    text = printable(data)
    assert bytes_of(text) == data
    assert not set(text) & set('<&"' + "\r\n\x00")


def test_numbers_take_as_many_bytes_as_the_largest():
    assert byte_planes(np.zeros(9, np.int64)) == (b"", 0)
    assert byte_planes(np.arange(-128, 128))[1] == SIGNED + 1
    assert byte_planes(np.array([-1, 128])) == (bytes([1, 0, 0, 1]), SIGNED + 2)
    assert byte_planes(np.array([0, 255])) == (bytes([0, 255]), 1)
    assert byte_planes(np.array([LARGEST, -LARGEST]))[1] == SIGNED + 4


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
