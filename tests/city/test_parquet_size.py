"""Small Parquet files that are large in memory: found out before they are unpacked."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.city.sources.parquet_size import unpacked_bytes
from sim.city.sources.tables import read_table
from sim.errors import InputError


def dictionary_of(values, rows):
    """Write a dictionary column without its texts in memory as often as they stand there."""
    return pa.DictionaryArray.from_arrays(
        pa.array(np.arange(rows, dtype=np.int32) % len(values)), pa.array(values)
    )


@pytest.mark.parametrize(
    ("values", "rows"),
    [(["x" * 5000], 1_500_000), ([b"x" * 9000], 400_000), (["a" * 9000, "b"], 900_000),
     ([f"{i}" * 3000 for i in range(9)], 1_000_000)],
    ids=["one text", "bytes", "by turns", "several"],
)  # fmt: skip
def test_bombs_are_refused_small(tmp_path, values, rows):
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"name": dictionary_of(values, rows)}), path, compression="zstd")
    assert path.stat().st_size < 1_000_000
    before = pa.total_allocated_bytes()
    pool = pa.default_memory_pool()
    assert unpacked_bytes(path, 1_000_000_000) > 1_000_000_000
    assert pa.total_allocated_bytes() <= before + 1_000_000
    assert pool.max_memory() is None or pool.max_memory() < 500_000_000
    with pytest.raises(InputError, match=r"bomb\.parquet: takes more than 1000 MB unpacked"):
        read_table(path, {"name"})


@pytest.mark.parametrize("rows", [0, 1, 70_000])
@pytest.mark.parametrize("nested", [False, True])
def test_what_is_small_is_counted_as_it_is(tmp_path, rows, nested):
    path = tmp_path / "a.parquet"
    column = pa.array(
        [["abc"] if nested else "abc"] * rows, pa.list_(pa.string()) if nested else pa.string()
    )
    pq.write_table(pa.table({"name": column, "x": pa.array(np.zeros(rows))}), path)
    size = unpacked_bytes(path, 10**9)
    assert 11 * rows <= size <= 40 * rows + 100
    assert unpacked_bytes(path, 10**9, ["x"]) == 8 * rows
    assert unpacked_bytes(path, 10**9, ["none"]) == 0


def test_many_numbers_in_lists_are_counted(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"name": pa.array([[0] * 10_000] * 300)}), path)
    assert unpacked_bytes(path, 10**6) > 10**6
