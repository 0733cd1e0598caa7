"""Files and folders are whole or not there: written beside their place, moved into it at the end.

It knows neither what is written nor for whom.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.errors import InputError


def write_aside(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside the path and move it into place.

    Parameters
    ----------
    path
        Where the file shall stand; one that stands there is replaced.
    write
        Called with the path to write to.

    Raises
    ------
    InputError
        It cannot be written there; what stood there still does.
    """
    aside = ""
    try:
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        os.close(handle)
        write(Path(aside))
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); choose another") from error
    finally:
        if aside and os.path.lexists(aside):
            Path(aside).unlink()


@contextmanager
def room_beside(out: Path) -> Iterator[Path]:
    """Give an empty folder beside `out` that goes however the work ends, Ctrl-C included.

    Folders above `out` that had to be made go too, unless they hold something by then.

    Parameters
    ----------
    out
        Where the work shall stand in the end.

    Raises
    ------
    InputError
        No folder can be made there.
    """
    made = not out.parent.exists()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise InputError(
            f"{out}: cannot be written ({error.strerror}); choose another place"
        ) from None
    except KeyboardInterrupt:
        if made:
            with suppress(OSError):
                out.parent.rmdir()
        raise
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)
        if made:
            with suppress(OSError):  # it holds the work
                out.parent.rmdir()


@contextmanager
def folder_aside(out: Path) -> Iterator[Path]:
    """Give a new folder beside `out` that takes its place if nothing goes wrong.

    A folder that stands there is moved aside first, comes back if the new one cannot be put in its
    place, and goes then.

    Parameters
    ----------
    out
        Where the folder shall stand; errors are those of `room_beside`.
    """
    with room_beside(out) as room:
        new, former = room / "new", room / "former"
        new.mkdir()
        yield new
        new.chmod(0o755)
        try:
            if out.exists():
                out.replace(former)
            new.replace(out)
        finally:
            if former.exists() and not out.exists():
                former.replace(out)
