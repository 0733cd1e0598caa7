"""Files and folders are whole or not there: written beside their place, moved into it at the end.

Every file and folder that replaces another is written here, and here alone.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from sim.errors import InputError, KeptBesideError
from sim.stopping import undisturbed

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None

ALIVE, FORMER = "lock", "former"
GRACE_S = 2.0
"""A file or folder that is younger may belong to a program that has not locked it yet."""
written: list[Path] = []
"""What this process has written for its user so far, each when it stands in its place."""
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
    handle = -1
    try:
        with suppress(OSError):
            _sweep_files(path)
        with undisturbed():
            handle, temporary = _temporary_beside(path)
        write(temporary)
        if flush:
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
        temporary.chmod(mode)
        with undisturbed():
            temporary.replace(path)
            if remedy:
                written.append(path)
    except OSError as error:
        if remedy:
            raise InputError(f"{path}: cannot be written ({reason(error)}); {remedy}") from error
        raise OSError(error.errno, reason(error), str(path)) from error
    finally:
        with undisturbed():
            if temporary is not None:
                os.close(handle)
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


class FolderKind(NamedTuple):
    """What may be replaced by a folder of a kind: an earlier one of the same, and nothing else.

    Attributes
    ----------
    what
        Names the kind in messages: "a run".
    owns
        Tells of the parts of a path below the folder whether this program writes such a file or
        folder there.
    marked
        Tells of a folder whether a file in it has the format of the kind; names alone do not.
    remedy
        Ends the line that refuses.
    """

    what: str
    owns: Callable[[tuple[str, ...]], bool]
    marked: Callable[[Path], bool]
    remedy: str = "choose another --out"


def check_replaceable(out: Path, kind: FolderKind) -> None:
    """Refuse to put a folder where one cannot stand or where anything else stands.

    Parameters
    ----------
    out
        Where the folder shall stand; a link stands for what it points to.
    kind
        What may be replaced.

    Raises
    ------
    InputError
        It is a file, a link to nothing, a mount point, the folder that the program was called in
        or one above it, or holds something else than an earlier folder of this kind.
    """
    if out.is_symlink() and not out.exists():
        raise InputError(f"{out}: is a link to a place that is not there; {kind.remedy}")
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file; {kind.remedy}")
    if not out.exists():
        return
    if os.path.ismount(out):
        raise InputError(f"{out}: is a mount point and cannot be replaced; name a folder in it")
    with suppress(OSError):  # the folder one works in may be gone
        if Path.cwd().is_relative_to(out.resolve()):
            raise InputError(f"{out}: is the folder you are in; name another")
    foreign = _foreign(out, kind)
    if foreign:
        raise InputError(
            f"{out}: holds files that are not of {kind.what} ({foreign}); {kind.remedy}"
        )


def _foreign(folder: Path, kind: FolderKind) -> str:
    """Return the name of a file in the folder that the kind does not own, or "" if none is."""
    try:
        inside = sorted(folder.iterdir())
        for path in _below(folder):
            parts = path.relative_to(folder).parts
            if not kind.owns(parts):
                return "/".join(parts)
        if inside and not kind.marked(folder):
            return inside[0].name
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({reason(error)}); {kind.remedy}") from None
    return ""


def _below(folder: Path) -> Iterator[Path]:
    """Yield all files and folders below a folder, what is in a folder first; links as they are."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)
        yield path


@contextmanager
def temporary_folder(out: Path, kind: FolderKind | None = None) -> Iterator[Path]:
    """Give an empty folder beside `out` that goes however the work ends, signals included.

    Folders above `out` that had to be made go too, unless they hold something by then. What
    programs that were killed left beside `out` goes first.

    Parameters
    ----------
    out
        Where the work shall stand in the end.
    kind
        What it is; where it is given, the deleting of an earlier folder of that kind in which a
        program was killed is ended.

    Raises
    ------
    InputError
        No folder can be made there.
    """
    made = not out.parent.exists()
    with ExitStack() as held:
        room: Path | None = None
        try:
            try:
                with undisturbed():
                    out.parent.mkdir(parents=True, exist_ok=True)
                    with suppress(OSError):  # a folder that can be written but not read
                        _sweep(out, kind)
                    room = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
                    (room / ALIVE).touch()
                    held.enter_context(_alive(room / ALIVE))
            except OSError as error:
                raise InputError(
                    f"{out}: cannot be written ({error.strerror}); choose another place"
                ) from None
            work = room / "work"
            work.mkdir()
            yield work
        finally:
            with undisturbed():
                if room is not None:
                    _discard(room)
                if made:
                    with suppress(OSError):  # it holds the work
                        out.parent.rmdir()


@contextmanager
def replace_folder(out: Path, kind: FolderKind) -> Iterator[Path]:
    """Give a new folder beside `out` that takes its place if nothing goes wrong.

    A folder that stands there is moved away first, comes back if the new one cannot be put in its
    place, and goes then, file by file: only those that the kind owns are deleted. Where `out` is a
    link, what it points to is replaced and the link stays.

    Parameters
    ----------
    out
        Where the folder shall stand; errors are those of `temporary_folder`.
    kind
        What may be replaced. It is asked before the work, and again of the former folder when
        that has been moved away and nobody can put anything into it by its name any more.

    Raises
    ------
    InputError
        Before the work: what stands there may not be replaced.
    KeptBesideError
        After the work: something else stands there by now. It is left as it is, and the new
        folder stands beside it under the name that the error gives.
    """
    check_replaceable(out, kind)
    place = Path(os.path.realpath(out))
    with temporary_folder(place, kind) as work:
        new = work / "new"
        new.mkdir()
        yield new
        new.chmod(0o755)
        with undisturbed():
            _exchange(out, place, new, kind)


def _exchange(out: Path, place: Path, new: Path, kind: FolderKind) -> None:
    """Put the new folder in its place, or beside it where something else stands there."""
    former = new.with_name(FORMER)
    try:
        if os.path.lexists(place):
            check_replaceable(place, kind)
            place.replace(former)
            check_replaceable(former, kind)
        new.replace(place)
        written.append(out)
    except (InputError, OSError) as error:
        if former.exists() and not os.path.lexists(place):
            former.replace(place)
        why = str(error) if isinstance(error, InputError) else f"{out}: {reason(error)}"
        why = why.removesuffix(f"; {kind.remedy}").replace(str(former), str(out))
        kept = _put_beside(place, new)
        written.append(kept)
        raise KeptBesideError(f"{why}; it is left as it is, the new one is in {kept}") from None
    finally:
        if former.exists() and not os.path.lexists(place):
            former.replace(place)
    if former.exists():
        _delete_own(former, kind)
        if former.exists():
            _put_beside(place, former)


def _put_beside(place: Path, folder: Path) -> Path:
    """Move a folder to a free name beside a place and return it."""
    for number in count(1):
        beside = place.with_name(f"{place.name}-new" + f"-{number}" * (number > 1))
        try:
            beside.mkdir()  # takes the name before anybody else does
        except FileExistsError:
            continue
        folder.replace(beside)
        return beside
    raise AssertionError  # numbers do not end


def _delete_own(folder: Path, kind: FolderKind) -> None:
    """Delete what the kind owns in a folder, and the folder if it is empty then."""
    for path in _below(folder):
        if kind.owns(path.relative_to(folder).parts):
            with suppress(OSError):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    with suppress(OSError):
        folder.rmdir()


def _discard(room: Path) -> None:
    """Delete a room; a folder of the user's that is still in it stays where it is."""
    if not (room / "work" / FORMER).exists():
        shutil.rmtree(room / "work", ignore_errors=True)  # the lock last: it tells whose room it is
        shutil.rmtree(room, ignore_errors=True)


def _sweep(out: Path, kind: FolderKind | None) -> None:
    """Delete what killed programs left beside `out`; give back what they had moved away.

    A folder is left over if nobody holds the lock of the file in it. Where the new one has left it,
    the former was found to be of the kind and was being deleted.
    """
    pattern = re.compile(rf"\.{re.escape(out.name)}-[a-z0-9_]{{8}}")
    for room in out.parent.iterdir():
        if not pattern.fullmatch(room.name):
            continue
        if not (room / ALIVE).is_file():  # killed as it was made or as the last of it went
            with suppress(OSError):  # it holds something, so it is not ours
                if time.time() - room.stat().st_mtime >= GRACE_S:
                    room.rmdir()
            continue
        with suppress(OSError), _alive(room / ALIVE, least_age_s=GRACE_S):
            former = room / "work" / FORMER
            if former.exists() and not os.path.lexists(out):
                former.replace(out)
            elif former.exists():
                if kind is not None and not (room / "work" / "new").exists():
                    _delete_own(former, kind)
                if former.exists():
                    _put_beside(out, former)
            _discard(room)


@contextmanager
def _alive(path: Path, least_age_s: float = 0.0) -> Iterator[None]:
    """Hold the lock of a file, which goes with this process in whatever way it ends.

    Raises
    ------
    OSError
        Another process holds it, or the file is younger than that.
    """
    with path.open("rb+") as file:  # makes none: it may go between a look and this
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            least_age_s *= 24 * 3600 / GRACE_S
        if time.time() - os.fstat(file.fileno()).st_mtime < least_age_s:
            raise BlockingIOError
        yield


def replace_both(
    new: tuple[Path, Path],
    places: tuple[Path, Path],
    check: Callable[[], object] = lambda: None,
) -> None:
    """Move two finished files into their places; if that fails, both are as before.

    Parameters
    ----------
    new
        The files, on the disk of their places.
    places
        Where they shall stand; the second is replaced last. Links stay, what they point to is
        replaced.
    check
        Called at the moment of replacing; refuses what may not be replaced with an InputError.

    Raises
    ------
    KeptBesideError
        The check refused; the new files stand beside under the name that the error gives.
    """
    first, last = new
    first_place, last_place = (Path(os.path.realpath(place)) for place in places)
    earlier = first.with_name("earlier")
    with undisturbed():
        try:
            check()
        except InputError as error:
            beside = _put_beside(last_place.with_suffix(""), first.parent)
            written.append(beside)
            raise KeptBesideError(
                f"{error}; it is left as it is, the new one is in {beside}"
            ) from None
        if first_place.exists():
            first_place.replace(earlier)
        try:
            first.replace(first_place)
            last.replace(last_place)
            written.append(places[1])
        except BaseException:
            first_place.unlink(missing_ok=True)
            if earlier.exists():
                earlier.replace(first_place)
            raise


def _temporary_beside(path: Path) -> tuple[int, Path]:
    """Make a temporary file and hold its lock as long as its handle is open."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".part")
    if fcntl is not None:
        with suppress(OSError):  # network file systems that know no locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle, Path(name)


def _sweep_files(path: Path) -> None:
    """Delete what killed programs left of a file: old temporary ones that nobody holds."""
    for left in path.parent.glob(f".{glob.escape(path.name)}-*.part"):
        if target_name(left.name) == path.name:
            with suppress(OSError), _alive(left, least_age_s=GRACE_S):
                left.unlink()
