"""Files and folders are whole or not there: written beside their place, moved into it at the end.

Every file and folder that replaces another is written here, and here alone. It knows neither what
is written nor for whom.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.errors import InputError

_TEMPORARY = re.compile(r"\.(?P<target>.+)-[a-z0-9_]{8}\.part")


def replace_file(
    path: Path,
    write: Callable[[Path], object],
    *,
    remedy: str = "choose another",
    mode: int = 0o644,
    flush: bool = False,
) -> None:
    """Write a file under a temporary name beside the path and move it into place.

    Parameters
    ----------
    path
        Where the file shall stand; one that stands there is replaced.
    write
        Called with the path to write to.
    remedy
        Ends the line that says that the file cannot be written. Without one the place is the
        program's own: the system's error is raised with the path.
    mode
        Permissions of the file.
    flush
        Whether the content is on the disk before the file is moved.

    Raises
    ------
    InputError
        It cannot be written there and there is a remedy; what stood there still does.
    OSError
        It cannot be written there and there is none.
    """
    temporary: Path | None = None
    try:
        temporary = _temporary_beside(path)
        write(temporary)
        if flush:
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except OSError as error:
        if remedy:
            raise InputError(f"{path}: cannot be written ({reason(error)}); {remedy}") from error
        raise OSError(error.errno, reason(error), str(path)) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def replace_text(
    path: Path, text: str, *, remedy: str = "choose another", flush: bool = False
) -> None:
    """Write a text file as UTF-8 with its line ends as they are; see `replace_file`."""
    content = text.encode()
    replace_file(path, lambda new: new.write_bytes(content), remedy=remedy, flush=flush)


def target_name(name: str) -> str | None:
    """Return the name of the file that a temporary one became or was to become, else None.

    A program that is killed leaves temporary files behind.
    """
    found = _TEMPORARY.fullmatch(name)
    return found["target"] if found else None


def reason(error: OSError) -> str:
    """Return why the system refused, in words; pyarrow's errors hide it inside a sentence."""
    if error.errno:
        return os.strerror(error.errno)
    return (str(error).splitlines() or [type(error).__name__])[0]


@contextmanager
def temporary_folder(out: Path) -> Iterator[Path]:
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
def replace_folder(
    out: Path, check: Callable[[Path], object] = lambda _out: None
) -> Iterator[Path]:
    """Give a new folder beside `out` that takes its place if nothing goes wrong.

    A folder that stands there is moved away first, comes back if the new one cannot be put in its
    place, and goes then.

    Parameters
    ----------
    out
        Where the folder shall stand; errors are those of `temporary_folder`.
    check
        Called with `out` before the work and again at the moment of replacing; refuses what may
        not be replaced by raising.
    """
    check(out)
    with temporary_folder(out) as room:
        new, former = room / "new", room / "former"
        new.mkdir()
        yield new
        new.chmod(0o755)
        check(out)
        try:
            if out.exists():
                out.replace(former)
            new.replace(out)
        finally:
            if former.exists() and not out.exists():
                former.replace(out)


def replace_both(new: tuple[Path, Path], places: tuple[Path, Path]) -> None:
    """Move two finished files into their places; if that fails, both are as before.

    Parameters
    ----------
    new
        The files, on the disk of their places.
    places
        Where they shall stand; the second is replaced last.
    """
    (first, last), (first_place, last_place) = new, places
    earlier = first.with_name("earlier")
    if first_place.exists():
        first_place.replace(earlier)
    try:
        first.replace(first_place)
        last.replace(last_place)
    except BaseException:  # Ctrl-C as well
        first_place.unlink(missing_ok=True)
        if earlier.exists():
            earlier.replace(first_place)
        raise


def _temporary_beside(path: Path) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".part")
    os.close(handle)
    return Path(name)
