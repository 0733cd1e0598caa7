"""Finished cells on disk: each a line of one file, whole or not there, whatever ends the program.

A line is written in one piece and flushed to the disk before the cell counts as finished; a line
that was cut off is dropped when the file is opened again. Whose cells they are and what is read
from them is known in `sim.ensemble.sweep`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from sim.errors import InputError

Rows = list[dict[str, Any]]


class KeptCells:
    """Finished cells by digest, in a file that only one program at a time adds to.

    Parameters
    ----------
    path
        The file; made where it is missing.

    Attributes
    ----------
    cells
        The rows of each cell by its digest.

    Raises
    ------
    InputError
        The file cannot be written, or another program is adding to it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.cells: dict[str, Rows] = {}
        try:
            # not truncated, and every write goes to the end
            self._file = path.open("a+b", buffering=0)
        except OSError as error:
            raise InputError(
                f"{path}: cannot be written ({error.strerror}); choose another --out"
            ) from None
        try:
            self._lock()
            self._read()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> KeptCells:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, and take it away where nothing is in it."""
        empty = os.fstat(self._file.fileno()).st_size == 0
        self._file.close()
        if empty:
            self._path.unlink(missing_ok=True)

    def add(self, digest: str, rows: Rows) -> None:
        """Keep one more cell; it is on the disk when this returns.

        Raises
        ------
        OSError
            The disk is full or gone; the file is as it was before.
        """
        line = json.dumps({"digest": digest, "rows": rows}, allow_nan=False) + "\n"
        before = os.fstat(self._file.fileno()).st_size
        try:
            _write_all(self._file.fileno(), line.encode())
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(before)
            raise OSError(error.errno, error.strerror, str(self._path)) from None
        # as read back, so that a cell is the same whether it was computed now or before
        self.cells[digest] = json.loads(line)["rows"]

    def _lock(self) -> None:
        """Keep other programs out until this one ends, in whatever way; not on every system."""
        try:
            import fcntl
        except ImportError:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"{self._path}: another sweep is adding to it; let it end, or choose another --out"
            ) from None
        except OSError:  # network file systems that know no locks
            return

    def _read(self) -> None:
        """Read the cells that are whole, and cut off a line that is not."""
        self.cells, end = _whole_cells(self._path)
        if end < os.fstat(self._file.fileno()).st_size:
            self._file.truncate(end)


def read_cells(path: Path) -> dict[str, Rows]:
    """Return the finished cells of a file by digest, none where it is missing; writes nothing."""
    return _whole_cells(path)[0] if path.is_file() else {}


def _whole_cells(path: Path) -> tuple[dict[str, Rows], int]:
    """Return the cells that are whole, and where the last whole line ends."""
    cells: dict[str, Rows] = {}
    end = 0
    with path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                break
            end += len(line)
            with suppress(ValueError, TypeError, KeyError, RecursionError):
                cell = json.loads(line, parse_constant=_refuse)
                if isinstance(cell["digest"], str) and _are_rows(cell["rows"]):
                    cells[cell["digest"]] = cell["rows"]
    return cells, end


def hold_figures(rows: Rows, keys: Sequence[tuple[int, str]], figures: Sequence[str]) -> bool:
    """Say whether a cell has one row for each (total, task), with every figure or null."""
    return [(row.get("total"), row.get("task")) for row in rows] == [*keys] and all(
        name in row and (row[name] is None or isinstance(row[name], int | float))
        for row in rows
        for name in figures
    )


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file aside, flush it to the disk and move it into its place.

    Raises
    ------
    OSError
        The disk is full or gone; nothing is left aside, and what stood there stands.
    """
    aside = aside_of(path)
    try:
        write(aside)
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        # pyarrow's errors carry their number inside a sentence
        raise OSError(error.errno, _reason(error), str(path)) from None
    finally:
        aside.unlink(missing_ok=True)


def aside_of(path: Path) -> Path:
    """Return the place in which a file is written before it is moved."""
    return path.with_name(f".{path.name}.part")


@contextmanager
def folder_for(folder: Path, belongs: Callable[[str], bool]) -> Iterator[None]:
    """Make a folder, or take one that holds nothing else; take it away if it stays empty.

    Raises
    ------
    InputError
        It cannot be written or holds files of another kind.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; choose another --out")
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = [path.name for path in folder.iterdir() if not belongs(path.name)]
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be written ({error.strerror}); choose another --out"
        ) from None
    if others:
        raise InputError(f"{folder}: holds files that are no sweep; choose another --out")
    try:
        yield
    finally:
        with suppress(OSError):  # they hold the sweep
            for one in made:
                one.rmdir()


def _write_all(file: int, content: bytes) -> None:
    """Write to the end; a disk with little room takes a part, and refuses the next."""
    while content:
        content = content[os.write(file, content) :]


def _are_rows(rows: object) -> bool:
    return isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows)


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error).splitlines()[0]
