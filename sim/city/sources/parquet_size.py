"""How large a Parquet file is once it is unpacked, found out without unpacking it.

A text that stands in a million rows takes its bytes once in the file and a million times in memory,
and what the file says of its own size counts it once as well. Here texts and bytes are read as
dictionaries, a group of rows and a column at a time, and their lengths are added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow
import pyarrow.compute
import pyarrow.parquet

BATCH_ROWS = 65_536


def unpacked_bytes(path: Path, most: int, columns: Sequence[str] | None = None) -> int:
    """Return the bytes that columns of a file take in memory; more than `most` if above it.

    Parameters
    ----------
    path
        A Parquet file.
    most
        Counting ends above it.
    columns
        Names of columns, all by default; those that are not there count nothing.

    Raises
    ------
    pyarrow.ArrowException, OSError
        The file is damaged.
    """
    total: int = 0
    with pyarrow.parquet.ParquetFile(path) as packed:
        wanted = packed.schema_arrow.names if columns is None else columns
        leaves = [packed.schema.column(i) for i in range(len(packed.schema))]
        chosen = [leaf for leaf in leaves if leaf.path.partition(".")[0] in wanted]
        texts = [leaf.path for leaf in chosen if leaf.physical_type == "BYTE_ARRAY"]
        groups = [packed.metadata.row_group(i) for i in range(packed.metadata.num_row_groups)]
        total += sum(
            8 * group.column(i).num_values
            for group in groups
            for i, leaf in enumerate(leaves)
            if leaf in chosen
        )
        for group in groups:
            if group.total_byte_size > most:
                return int(group.total_byte_size)
    if total > most or not texts:
        return int(total)
    for text in texts:
        with pyarrow.parquet.ParquetFile(path, read_dictionary=[text]) as packed:
            for batch in packed.iter_batches(BATCH_ROWS, columns=[text]):
                total += sum(_text_bytes(column) for column in batch.columns)
                if total > most:
                    return total
    return total


def _text_bytes(column: pyarrow.Array) -> int:
    """Return the bytes of the texts of a column, each as often as it stands there."""
    if not pyarrow.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = pyarrow.compute.binary_length(column.dictionary)
    taken = lengths.take(column.indices)
    return int(pyarrow.compute.sum(taken.cast(pyarrow.int64())).as_py() or 0)
