"""Finished stages of runs, kept on disk under the digest of all that they depend on.

An entry is one file: a digest of what follows, a line of JSON that names the arrays with their
types and shapes, then their bytes; tables are among them as Parquet. Nothing is ever unpickled, or
parsed as Python, which threads of one process cannot do at the same time in every Python (numpy's
own files have such headers). Entries are written whole or not at all, so runs side by side and runs
that are killed leave no half entry; one that is damaged counts as missing. The folder stays below a
limit: what was not used for longest goes first. What a stage is and what it depends on is known in
`sim.pipeline.cached_stages`.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import re
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from platformdirs import user_cache_dir

from sim.atomic_write import replace_file, target_name

CACHE_FOLDER_VARIABLE = "HK_CAMERA_SIM_CACHE"
LIMIT_BYTES = 1_000_000_000
"""Of all entries together."""
LARGEST_BYTES = LIMIT_BYTES // 8
"""A larger entry is not kept: it would drive out the others, and reading it gains little."""
ABANDONED_S = 3600.0
"""A temporary file that is older was left by a run that was killed."""
Arrays = dict[str, NDArray[Any]]
_ENTRY = re.compile(r"(?P<stage>[a-z_]+)-[0-9a-z]+\.stage")


def cache_folder() -> Path:
    """Return where stages are kept: HK_CAMERA_SIM_CACHE, else the user's cache folder."""
    given = os.environ.get(CACHE_FOLDER_VARIABLE)
    return Path(given) if given else Path(user_cache_dir("hk-camera-sim", appauthor=False))


def refusal(folder: Path) -> str:
    """Return why a folder cannot be trusted with stages, "" if it can.

    What lies there goes into figures, so it must be one's own, and no other user may write there.
    """
    try:
        about = folder.stat()
    except OSError:
        return ""  # not there yet, or not to be read: then nothing is found
    if hasattr(os, "geteuid") and about.st_uid != os.geteuid():
        return f"{folder}: belongs to another user, so no stages are taken from it or kept there"
    if os.name == "posix" and about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return (
            f"{folder}: others can write there, so no stages are taken from it or kept there; "
            f"chmod 700 {folder}"
        )
    return ""


class Kept(NamedTuple):
    """One kept stage: its name, its file and how large that is."""

    stage: str
    path: Path
    size: int


@dataclass(frozen=True)
class StageCache:
    """A folder of finished stages.

    Attributes
    ----------
    folder
        Made when the first entry is kept. Where it cannot be read or written, nothing is kept and
        nothing is found; a run goes on without.
    limit_bytes
        Above it the entries that were not used for longest are deleted.
    """

    folder: Path
    limit_bytes: int = LIMIT_BYTES

    def get(self, stage: str, digest: str) -> Arrays | None:
        """Return what was kept of a stage, or None; a damaged entry is deleted.

        Parameters
        ----------
        stage, digest
            As `put` was given them.
        """
        path = self._path(stage, digest)
        if refusal(self.folder):
            return None
        try:
            content = path.read_bytes()
        except OSError:
            return None
        try:
            arrays = _arrays_of(content)
        except (ValueError, TypeError):
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)  # used now, so it goes last
        return arrays

    def put(self, stage: str, digest: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep a stage; a full disk or a folder that cannot be written is not an error.

        Parameters
        ----------
        stage
            Name of the stage.
        digest
            Of the program, its input and its parameters.
        arrays
            What the stage gave, by name, of any shape and without objects.
        """
        if sum(array.nbytes for array in arrays.values()) > min(LARGEST_BYTES, self.limit_bytes):
            return
        content = _content_of(stage, arrays)
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if refusal(self.folder):
                return
            self._write(self._path(stage, digest), content)
            self._evict()

    def entries(self) -> list[Kept]:
        """Return what is kept, by name of the file; nothing where it cannot be read."""
        found = []
        with suppress(OSError):
            for path in sorted(self.folder.iterdir()):
                name = _ENTRY.fullmatch(path.name)
                if name:
                    with suppress(OSError):  # another run may delete it meanwhile
                        found.append(Kept(name["stage"], path, path.stat().st_size))
        return found

    def clear(self) -> list[Kept]:
        """Delete every entry, and nothing else that lies in the folder; return what is gone.

        Raises
        ------
        OSError
            One cannot be deleted.
        """
        found = self.entries()
        for entry in found:
            entry.path.unlink(missing_ok=True)
        return found

    def _path(self, stage: str, digest: str) -> Path:
        return self.folder / f"{stage}-{digest}.stage"

    def _write(self, path: Path, content: bytes) -> None:
        def write(new: Path) -> None:
            with new.open("wb") as file:
                file.write(hashlib.sha256(content).digest())
                file.write(content)

        replace_file(path, write, remedy="", mode=0o600)

    def _evict(self) -> None:
        """Delete what was not used for longest until the rest is within the limit."""
        entries = []
        for path in self.folder.iterdir():
            with suppress(OSError):  # another run may delete it meanwhile
                about = path.stat()
                if _ENTRY.fullmatch(path.name):
                    entries.append((about.st_mtime_ns, about.st_size, path))
                elif (
                    _ENTRY.fullmatch(target_name(path.name) or "")
                    and time.time() - about.st_mtime > ABANDONED_S
                ):
                    path.unlink()
        room = self.limit_bytes
        for _, size, path in sorted(entries, reverse=True):
            room -= size
            if room < 0:
                with suppress(OSError):
                    path.unlink()


def _content_of(stage: str, arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return what an entry holds of named arrays.

    Raises
    ------
    ValueError
        An array holds objects, or fields with names.
    """
    for name, array in arrays.items():
        if array.dtype.hasobject or array.dtype.names:
            raise ValueError(f"{stage}: {name} holds {array.dtype}, which no entry can")
    about = [(name, array.dtype.str, array.shape) for name, array in arrays.items()]
    return b"".join(
        [json.dumps(about).encode(), b"\n", *(array.tobytes() for array in arrays.values())]
    )


def _arrays_of(entry: bytes) -> Arrays:
    """Read an entry.

    Raises
    ------
    ValueError
        It is not what was written.
    """
    if hashlib.sha256(memoryview(entry)[32:]).digest() != entry[:32]:
        raise ValueError("another digest")
    start = entry.index(b"\n", 32) + 1
    arrays = {}
    for name, dtype, shape in json.loads(entry[32:start]):
        flat = np.frombuffer(entry, dtype, math.prod(shape), start)
        arrays[name] = flat.reshape(shape).copy()  # one's own to write to, as it was computed
        start += flat.nbytes
    return arrays


def packed(table: pd.DataFrame) -> NDArray[np.uint8]:
    """Return a table, with geometry or without, as the bytes of a Parquet file."""
    written = io.BytesIO()
    table.to_parquet(written)
    return np.frombuffer(written.getbuffer(), np.uint8)


def unpacked(content: NDArray[np.uint8], *, shapes: bool = False) -> Any:  # noqa: ANN401 - a table
    """Return the table of which `packed` made these bytes; with geometry if it has shapes."""
    read = gpd.read_parquet if shapes else pd.read_parquet
    return read(io.BytesIO(content.tobytes()))


def plain_packed(content: object) -> NDArray[np.uint8]:
    """Return plain data as the bytes of its JSON."""
    return np.frombuffer(json.dumps(content).encode(), np.uint8)


def plain_unpacked(content: NDArray[np.uint8]) -> Any:  # noqa: ANN401 - JSON
    """Return the data of which `plain_packed` made these bytes."""
    return json.loads(content.tobytes())
