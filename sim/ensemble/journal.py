"""Finished cells on disk: each a line of one file, whole or not there, whatever ends the program.

A line is written in one piece and flushed to the disk before the cell counts as finished; a line
that was cut off is dropped when the file is opened again. Whose cells they are and what is read
from them is known in `sim.ensemble.sweep` and `sim.ensemble.bands`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from sim.atomic_write import replace_text, target_name
from sim.errors import InputError

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None

Rows = list[dict[str, Any]]
_BEGINS = b'{"digest": "'
"""Begins every line."""


class Journal:
    """Finished cells by digest, in a file that only one program at a time adds to.

    Parameters
    ----------
    path
        The file; made where it is missing. Without one the cells are in memory only.

    Attributes
    ----------
    cells
        The rows of each cell by its digest.

    Raises
    ------
    InputError
        The file cannot be written, or another program is adding to it.
    """

    def __init__(self, path: Path | None) -> None:
        self._path, self._file = path, None if path is None else _opened(path)
        self._lines: dict[str, str] = {}
        self.cells: dict[str, Rows] = {}
        if path is None or self._file is None:
            return
        try:
            _lock(self._file, path)
            self._lines, end = _whole_lines(path)
            if end < os.fstat(self._file.fileno()).st_size:
                self._file.truncate(end)
            self.cells = _rows_of(self._lines)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, and take it away where nothing is in it."""
        if self._path is None or self._file is None:
            return
        empty = os.fstat(self._file.fileno()).st_size == 0
        self._file.close()
        if empty:
            self._path.unlink(missing_ok=True)

    def add(self, cell: Mapping[str, Any]) -> None:
        """Keep one more cell; it is on the disk when this returns.

        Parameters
        ----------
        cell
            digest, rows, and whatever else its line shall say; of the code it was computed with
            last, see `of_another`.

        Raises
        ------
        OSError
            The disk is full or gone; the file is as it was before.
        """
        line = json.dumps(cell, ensure_ascii=False, allow_nan=False) + "\n"
        if self._file is not None:
            before = os.fstat(self._file.fileno()).st_size
            try:
                _write_all(self._file.fileno(), line.encode())
                os.fsync(self._file.fileno())
            except OSError as error:
                with suppress(OSError):
                    self._file.truncate(before)
                raise OSError(error.errno, error.strerror, str(self._path)) from None
        # as read back, so that a cell is the same whether it was computed now or before
        digest = str(cell["digest"])
        self._lines[digest] = line
        self.cells[digest] = json.loads(line)["rows"]

    def of_another(self, code: str) -> set[str]:
        """Return the digests of cells that were not kept by this version of the program.

        Parameters
        ----------
        code
            What ends a cell of this version, its last key.
        """
        ending = f'"code": {json.dumps(code)}}}\n'
        return {digest for digest, line in self._lines.items() if not line.endswith(ending)}

    def rewrite(self, order: Sequence[str]) -> None:
        """Keep the cells of these digests alone, in this order; the last thing done with it."""
        if self._path is not None:
            text = "".join(self._lines[digest] for digest in order)
            replace_text(self._path, text, remedy="", flush=True)


def read_cells(path: Path) -> dict[str, Rows]:
    """Return the finished cells of a file by digest, none where it is missing; writes nothing."""
    return _rows_of(_whole_lines(path)[0]) if path.is_file() else {}


def _opened(path: Path) -> FileIO:
    try:
        return FileIO(path, "a+")  # not truncated, and every write goes to the end
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); choose another --out"
        ) from None


def _lock(file: FileIO, path: Path) -> None:
    """Keep other programs out until this one ends, in whatever way; not on every system."""
    if fcntl is None:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(
            f"{path}: another program is adding to it; let it end, or choose another --out"
        ) from None
    except OSError:  # network file systems that know no locks
        return


def _whole_lines(path: Path) -> tuple[dict[str, str], int]:
    """Return the lines that are whole cells by digest, and where the last whole line ends."""
    found: dict[str, str] = {}
    end = 0
    with path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                break
            end += len(line)
            with suppress(ValueError, TypeError, KeyError, RecursionError):
                cell = json.loads(line, parse_constant=_refuse)
                if isinstance(cell["digest"], str) and _are_rows(cell["rows"]):
                    found[cell["digest"]] = line.decode()
    return found, end


def _rows_of(lines: Mapping[str, str]) -> dict[str, Rows]:
    return {digest: json.loads(line)["rows"] for digest, line in lines.items()}


def hold_figures(rows: Rows, keys: Sequence[tuple[int, str]], figures: Sequence[str]) -> bool:
    """Return whether a cell has one row for each (total, task), with every figure or null."""
    return [(row.get("total"), row.get("task")) for row in rows] == [*keys] and all(
        name in row and (row[name] is None or isinstance(row[name], int | float))
        for row in rows
        for name in figures
    )


@contextmanager
def folder_for(
    folder: Path, belongs: Callable[[str], bool], what: str, journal: str
) -> Iterator[None]:
    """Make a folder, or take one that holds nothing else; take it away if it stays empty.

    Parameters
    ----------
    folder
        With the folders above it that are missing.
    belongs
        Tells of the name of a file whether it may stand there.
    what
        What the folder is of, for the message: "a sweep".
    journal
        The name of the file of cells. A folder that holds anything is known by it, by its
        content: names alone may be those of other files.

    Raises
    ------
    InputError
        It cannot be written or holds files of another kind.
    """
    if folder.is_symlink() and not folder.exists():
        raise InputError(f"{folder}: is a link to a place that is not there; choose another --out")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; choose another --out")
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = [path.name for path in folder.iterdir() if not target_name(path.name)]
        others = [name for name in names if not belongs(name)]
        if names and not _begins_as_journal(folder / journal):
            others = others or names
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be written ({error.strerror}); choose another --out"
        ) from None
    if others:
        raise InputError(f"{folder}: holds files that are not of {what}; choose another --out")
    try:
        yield
    finally:
        with suppress(OSError):  # they hold the work
            for one in made:
                one.rmdir()


def _begins_as_journal(path: Path) -> bool:
    """Return whether a file is a journal: empty, cut short in its first line, or more."""
    if not path.is_file() or path.is_symlink():
        return False
    with path.open("rb") as file:
        begun = file.read(len(_BEGINS))
    return _BEGINS.startswith(begun)


def _write_all(file: int, content: bytes) -> None:
    """Write to the end; a disk with little room takes a part, and refuses the next."""
    while content:
        content = content[os.write(file, content) :]


def _are_rows(rows: object) -> bool:
    return isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows)


def _refuse(constant: str) -> object:
    raise ValueError(constant)
