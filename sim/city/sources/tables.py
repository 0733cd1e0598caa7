"""Tables that users bring: CSV and Parquet, as columns of text or numbers with their lines.

A table is read with limits on its size, by column names that do not mind capitals, and every
complaint names the line of the file. It does not know what the columns mean.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pyproj
from numpy.typing import NDArray

from sim.city.measures import number_text
from sim.city.sources.parquet_size import unpacked_bytes
from sim.errors import InputError
from sim.wording import counted

if TYPE_CHECKING:
    import pandas as pd

LARGEST_MB = 100
LARGEST_UNPACKED_MB = 1000
"""Of a Parquet file, which may be packed a thousandfold."""
MOST_ROWS = 2_000_000
MOST_COLUMNS = 1000
FURTHEST_M = 1e8
EXACT = 2.0**53
"""Above, two whole numbers can be one float: ids of that size stay text."""
LONGEST_SHOWN = 60
LONGEST_LIST = 200
"""Characters of a user's text that a message repeats."""
LONGITUDE = ("lon", "longitude", "lng", "long")
LATITUDE = ("lat", "latitude")
SUFFIXES = (".csv", ".tsv", ".txt", ".parquet")


@dataclass(frozen=True)
class OwnTable:
    """Columns of a user's table.

    Attributes
    ----------
    path
        The file.
    names
        All its column names, in lower case.
    columns
        Those asked for: lists of text, or float64 arrays (NaN where empty) from Parquet.
    lines
        Line of the file (CSV) or row from 1 (Parquet) of each row.
    """

    path: Path
    names: tuple[str, ...]
    columns: dict[str, list[str] | NDArray[np.float64]]
    lines: Sequence[int]

    def __len__(self) -> int:
        return len(self.lines)

    def where(self, row: int) -> str:
        """Return "file:line" of a row."""
        packed = self.path.suffix.lower() == ".parquet"
        return f"{self.path}: row {self.lines[row]}" if packed else f"{self.path}:{self.lines[row]}"

    def find(self, *names: str) -> str | None:
        """Return the first of some names that is a column."""
        return next((name for name in names if name in self.columns), None)

    def unused(self, used: Collection[str | None]) -> dict[str, float]:
        """Return a count of the columns that are not among those used, under their names."""
        names = [name for name in self.names if name and name not in used]
        return {f"columns_not_used: {listed(names)}": float(len(names))} if names else {}

    def texts(self, name: str) -> list[str]:
        """Return a column as text without spaces around it; whole numbers without a point."""
        column = self.columns[name]
        if isinstance(column, list):
            return [text.strip() for text in column]
        return [number_text(value) for value in column.tolist()]

    def numbers(self, name: str, empty: float | None = None) -> NDArray[np.float64]:
        """Return a column as finite numbers; what is empty becomes `empty`, if that is given.

        Raises
        ------
        InputError
            A value that is not a finite number, with its line.
        """
        column = self.columns[name]
        if isinstance(column, list):
            values = np.array([number(text) for text in column], np.float64)
            blank = np.array([not text.strip() for text in column], bool)
        else:
            values, blank = column.astype(np.float64), np.isnan(column)
        if empty is not None:
            values = np.where(blank, empty, values)
        wrong = ~np.isfinite(values)
        if wrong.any():
            row = int(wrong.argmax())
            text = "" if blank[row] else str(column[row])
            raise InputError(f"{self.where(row)}: {name}: {shown(text)} is not a number")
        return values

    def points(self, prefix: str, crs: str) -> NDArray[np.float64] | None:
        """Return the positions in columns such as `prefix` + "lon" and "lat", or "x" and "y".

        Parameters
        ----------
        prefix
            Before the names, for example "origin_"; may be empty.
        crs
            Projected system of the result, in which x and y are taken to be.

        Returns
        -------
        array or None
            Shape (rows, 2), metres; None without such columns.

        Raises
        ------
        InputError
            Only one of the two columns, degrees under x and y, or no position on Earth.
        """
        longitude = self.find(*(prefix + name for name in LONGITUDE))
        latitude = self.find(*(prefix + name for name in LATITUDE))
        if longitude and latitude:
            degrees = np.column_stack([self.numbers(longitude), self.numbers(latitude)])
            metres, wrong = projected(degrees, crs)
            if wrong.any():
                row = int(wrong.argmax())
                raise InputError(f"{self.where(row)}: {not_a_position(*degrees[row])}")
            return metres
        x, y = self.find(f"{prefix}x"), self.find(f"{prefix}y")
        if x and y:
            metres = np.column_stack([self.numbers(x), self.numbers(y)])
            if off_the_map(metres).any():
                row = int(off_the_map(metres).argmax())
                raise InputError(f"{self.where(row)}: {x}, {y} are no metres in {crs}")
            if len(metres) and (np.abs(metres) <= (180, 90)).all():
                raise InputError(
                    f"{self.path}: columns {x}, {y} hold degrees; name them {prefix}lon and "
                    f"{prefix}lat, or give metres in {crs}"
                )
            return metres
        one = longitude or latitude or x or y
        if one:
            other = {longitude: "latitude", latitude: "longitude", x: f"{prefix}y"}
            missing = other.get(one, f"{prefix}x")
            raise InputError(f"{self.path}: column {one} without {missing}; give both")
        return None


def read_table(path: Path, wanted: Collection[str]) -> OwnTable:
    """Read the wanted columns of a CSV (comma, semicolon or tab) or Parquet file.

    Parameters
    ----------
    path
        The file, in UTF-8 if it is text; its first line names the columns.
    wanted
        Names in lower case; those that the file lacks are left out.

    Raises
    ------
    InputError
        The file is missing, empty, damaged, too large, or a row has too many or too few values.
    """
    check_file(path, LARGEST_MB)
    if path.suffix.lower() == ".parquet":
        return _parquet(path, wanted)
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: tables are read from {', '.join(SUFFIXES)} files")
    return _csv(path, wanted)


def check_file(path: Path, largest_mb: int) -> None:
    """Refuse a file that is missing, empty or too large, before anything of it is read."""
    try:
        folder, here = path.is_dir(), path.is_file()
        size = path.stat().st_size if here else 0
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise InputError(f"{path}: cannot be read; check the path") from error
    if folder:
        raise InputError(f"{path}: is a folder; name a file in it")
    if not here:
        raise InputError(f"{path}: no such file; check the path, seen from the working folder")
    if size == 0:
        raise InputError(f"{path}: the file is empty")
    if size > largest_mb * 1_000_000:
        raise InputError(
            f"{path}: {size / 1e6:,.0f} MB is too large ({largest_mb} MB at most); cut the study "
            "area out first"
        )


def read_text(path: Path, largest_mb: int = LARGEST_MB) -> str:
    """Return the text of a file in UTF-8.

    Raises
    ------
    InputError
        The file is missing, empty, too large or not UTF-8.
    """
    check_file(path, largest_mb)
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: is not text in UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def is_table(path: Path) -> bool:
    """Return whether a file is a table of positions, and no layer of shapes."""
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        return True
    if path.suffix.lower() != ".parquet":
        return False
    read_table(path, ())  # complains of a damaged file
    return b"geo" not in (pyarrow.parquet.read_schema(path).metadata or {})


def numbers_of(path: Path, values: pd.Series[Any], name: str) -> NDArray[np.float64]:
    """Return a column of numbers, or of text that is numbers; what is empty is 0.

    Raises
    ------
    InputError
        A value is not a number; names the row.
    """
    blank = (values.isna() | (values.astype("str").str.strip() == "")).to_numpy(bool)
    numbers = np.array([number(str(value)) for value in values], np.float64)
    numbers[blank] = 0.0
    wrong = np.isnan(numbers)
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(
            f"{path}: row {row + 1}: {name}: {shown(str(values.iloc[row]))} is not a number"
        )
    return numbers


def number(text: str) -> float:
    """Return the number that a text is, NaN if it is none or not finite."""
    try:
        value = float(text) if "_" not in text else np.nan
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan


def projected(
    degrees: NDArray[np.float64], crs: str
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return longitudes and latitudes as metres in `crs`, and which are not positions there."""
    longitude, latitude = degrees.reshape(-1, 2).T
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    metres = np.column_stack(to_metres.transform(longitude, latitude)).reshape(-1, 2)
    on_earth = (np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)
    return metres, ~on_earth | off_the_map(metres)


def off_the_map(metres: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which positions, shape (n, 2), lie further from the origin than any projection's."""
    return np.asarray(~(np.abs(metres) <= FURTHEST_M).all(axis=1), np.bool_)


def not_a_position(longitude: float, latitude: float) -> str:
    """Return what is wrong with a position in degrees."""
    swapped = abs(latitude) > 90 >= abs(longitude) and abs(latitude) <= 180
    hint = "longitude and latitude are swapped" if swapped else "write degrees (WGS 84)"
    return f"longitude {longitude:.6g}, latitude {latitude:.6g} is no position here; {hint}"


def shown(text: str) -> str:
    """Return a user's text in quotation marks, cut short and on one line."""
    return f'"{_cut(text, LONGEST_SHOWN)}"'


def listed(names: Iterable[str]) -> str:
    """Return the names of a user's columns, cut short and on one line."""
    return _cut(", ".join(names), LONGEST_LIST)


def _cut(text: str, longest: int) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text[:longest])
    return f"{printable}{'…' if len(text) > longest else ''}"


def _csv(path: Path, wanted: Collection[str]) -> OwnTable:
    text = read_text(path)
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        _check_names(path, names)
        chosen = {name: i for i, name in enumerate(names) if name in wanted}
        columns: dict[str, list[str]] = {name: [] for name in chosen}
        lines: list[int] = []
        for row in reader:
            if not any(value.strip() for value in row):
                continue  # spreadsheets end in rows of separators alone
            if len(row) != len(names):
                raise InputError(
                    f"{path}:{reader.line_num}: {counted(len(row), 'value')} under {len(names)} "
                    "column names"
                )
            for name, i in chosen.items():
                columns[name].append(row[i])
            lines.append(reader.line_num)
            if len(lines) > MOST_ROWS:
                raise InputError(f"{path}: more than {MOST_ROWS:,} rows; cut the study area out")
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: is no CSV ({error})") from error
    if not lines:
        raise InputError(f"{path}: holds no rows under its column names")
    return OwnTable(path, tuple(names), dict(columns), lines)


def _check_names(path: Path, names: list[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise InputError(f"{path}: {len(names):,} columns are too many ({MOST_COLUMNS} at most)")
    twice = [name for i, name in enumerate(names) if name and name in names[:i]]
    if twice:
        raise InputError(f"{path}:1: column {shown(twice[0])} stands twice; rename one")


def _parquet(path: Path, wanted: Collection[str]) -> OwnTable:
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            raise InputError(f"{path}: is no Parquet file, whatever its name; check its format")
    try:
        with pyarrow.parquet.ParquetFile(path) as packed:
            _check_parquet(path, packed.metadata)
            names = [name.lower() for name in packed.schema_arrow.names]
            _check_names(path, names)
            chosen = [n for n in packed.schema_arrow.names if n.lower() in wanted]
            _check_unpacked(path, chosen)
            table = packed.read(columns=chosen)
            columns = {name.lower(): _plain(table.column(name)) for name in chosen}
            rows = packed.metadata.num_rows
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError, OverflowError) as error:
        reason = " ".join(str(error).split())[:80]
        raise InputError(f"{path}: is damaged or of a kind that is not read ({reason})") from error
    if not rows:
        raise InputError(f"{path}: holds no rows")
    return OwnTable(path, tuple(names), columns, range(1, rows + 1))


def _check_parquet(path: Path, metadata: pyarrow.parquet.FileMetaData) -> None:
    groups = (metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if metadata.num_rows > MOST_ROWS or sum(groups) > LARGEST_UNPACKED_MB * 1_000_000:
        raise InputError(
            f"{path}: {metadata.num_rows:,} rows are too many or too large ({MOST_ROWS:,} rows, "
            f"{LARGEST_UNPACKED_MB} MB unpacked at most); cut the study area out"
        )


def _check_unpacked(path: Path, columns: Sequence[str]) -> None:
    most = LARGEST_UNPACKED_MB * 1_000_000
    if unpacked_bytes(path, most, columns) > most:
        raise InputError(
            f"{path}: takes more than {LARGEST_UNPACKED_MB} MB unpacked; cut the study area out"
        )


def _plain(column: pyarrow.ChunkedArray) -> list[str] | NDArray[np.float64]:
    """Return an Arrow column as numbers if it holds numbers, else as text."""
    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    types = pyarrow.types
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        values = np.asarray(column.cast(pyarrow.float64(), safe=False).to_numpy(), np.float64)
        if not types.is_integer(kind) or not (np.abs(values) >= EXACT).any():
            return values
    try:
        texts = column.cast(pyarrow.string()).to_pylist()
    except pyarrow.ArrowException:  # lists, records, bytes: nothing that is read here
        texts = [None if value is None else str(value) for value in column.to_pylist()]
    return ["" if text is None else text for text in texts]
