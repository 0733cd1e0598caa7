"""Records of a file geodatabase in a zip archive, as the Government's portal also gives its layers.

Nothing is unpacked but the plain files of the one folder .gdb, under names of their own, into a
folder that goes again, and no more than the limits below. A record comes as GeoJSON has it.
"""

from __future__ import annotations

import math
import re
import stat
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from sim.errors import InputError
from sim.wording import counted

LARGEST_FILE_MB = 1000
LARGEST_UNPACKED_MB = 3000
MOST_FILES = 2000
"""Of an archive."""
AT_ONCE = 20_000
_BLOCK = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9_]{1,40}(\.[A-Za-z0-9_]{1,20}){0,2}")
_ENCRYPTED = 1


class GeodatabaseStream:
    """The records of the one layer with shapes of a geodatabase.

    Parameters
    ----------
    path
        A zip archive with one folder .gdb.

    Attributes
    ----------
    members
        The coordinate system, as GeoJSON names it; known once the first record is read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.members: dict[str, Any] = {}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield the records in their order.

        Raises
        ------
        InputError
            The archive is damaged, larger than the limits, holds names that lead out of it, or no
            geodatabase with one layer of shapes.
        """
        with _unpacked(self.path) as folder:
            layer, count, crs = _layer(folder, self.path)
            self.members = _members(crs)
            given = 0
            while given < count:
                names, number, wkb, columns = _some(folder, layer, given, self.path)
                if not len(number):
                    raise InputError(
                        f"{self.path}: {given:,} of {counted(count, 'record')} can be read; save "
                        "the layer again"
                    )
                given += len(number)
                yield from _records(names, number, wkb, columns)


def is_geodatabase(path: Path) -> bool:
    """Return whether a file is a zip archive with a folder .gdb.

    Parameters
    ----------
    path
        Whatever it holds.
    """
    if path.suffix.lower() != ".zip" or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(_folder_of(name) for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, UnicodeDecodeError):
        return False


def _folder_of(name: str) -> str | None:
    """Return the folder .gdb in which an entry of an archive lies."""
    parts = PurePosixPath(name).parts
    return next((part for part in parts if part.lower().endswith(".gdb")), None)


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """Unpack the files of a geodatabase into a folder that is gone afterwards."""
    size = path.stat().st_size
    if size > LARGEST_FILE_MB * 1_000_000:
        raise InputError(
            f"{path}: {size / 1e6:,.0f} MB is too large ({LARGEST_FILE_MB:,} MB at most); "
            "cut the area out first"
        )
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "layer.gdb"
        folder.mkdir()
        try:
            with zipfile.ZipFile(path) as archive:
                left = LARGEST_UNPACKED_MB * 1_000_000
                for entry in _entries(archive, path):
                    target = folder / PurePosixPath(entry.filename).name
                    left = _unpack(archive, entry, target, left, path)
        except InputError:
            raise
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
            raise InputError(f"{path}: the zip archive is damaged; save it again") from error
        except OSError as error:
            raise InputError(f"{path}: cannot be unpacked ({error.strerror})") from error
        yield folder


def _entries(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    """Return the files of the one geodatabase; refuse archives that no portal writes."""
    every = archive.infolist()
    if len(every) > MOST_FILES:
        raise InputError(f"{path}: more than {MOST_FILES:,} files in it; save one layer alone")
    for entry in every:
        inside = PurePosixPath(entry.filename)
        if inside.is_absolute() or ".." in inside.parts or re.search(r"[\\:\0]", entry.filename):
            raise InputError(f"{path}: holds a name that leads out of it; it is not unpacked")
    found = [entry for entry in every if _folder_of(entry.filename) and not entry.is_dir()]
    folders = {str(PurePosixPath(entry.filename).parent) for entry in found}
    if len(folders) > 1:
        raise InputError(
            f"{path}: {counted(len(folders), 'geodatabase')} in it; give one by itself"
        )
    for entry in found:
        if entry.flag_bits & _ENCRYPTED:
            raise InputError(f"{path}: is locked with a password; save it without")
        mode = entry.external_attr >> 16
        plain = not stat.S_IFMT(mode) or stat.S_ISREG(mode)
        if not plain or not _NAME.fullmatch(PurePosixPath(entry.filename).name):
            raise InputError(f"{path}: holds what no geodatabase does; it is not unpacked")
    if sum(entry.file_size for entry in found) > LARGEST_UNPACKED_MB * 1_000_000:
        raise _too_large(path)
    return found


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, left: int, path: Path
) -> int:
    """Write one file; return how many bytes may still come, whatever the archive says of them."""
    with archive.open(entry) as packed, target.open("xb") as out:
        while block := packed.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise _too_large(path)
            out.write(block)
    return left


def _too_large(path: Path) -> InputError:
    return InputError(
        f"{path}: takes more than {LARGEST_UNPACKED_MB:,} MB unpacked; cut the area out first"
    )


@contextmanager
def _gdal(path: Path) -> Iterator[Any]:
    """Yield pyogrio; turn what it raises into one line, silence what it only warns of."""
    import pyogrio  # type: ignore[import-untyped]  # slow: loads GDAL

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            yield pyogrio
    except (RuntimeError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split()).rsplit(": ", 1)[-1][:80]
        raise InputError(
            f"{path}: the geodatabase is damaged ({reason}); save the layer again"
        ) from error


def _layer(folder: Path, path: Path) -> tuple[str, int, str | None]:
    """Return name, number of records and coordinate system of the one layer with shapes."""
    with _gdal(path) as pyogrio:
        found = [str(name) for name, shape in pyogrio.list_layers(folder) if shape is not None]
    if len(found) != 1:
        names = ", ".join(found[:5]) or "none"
        raise InputError(
            f"{path}: {counted(len(found), 'layer')} with shapes ({names}); save one layer "
            "alone, as GeoJSON or in a geodatabase of its own"
        )
    with _gdal(path) as pyogrio:
        about = pyogrio.read_info(folder, layer=found[0], force_feature_count=True)
    return found[0], int(about["features"]), about["crs"]


def _some(
    folder: Path, layer: str, given: int, path: Path
) -> tuple[list[str], NDArray[np.int64], NDArray[np.object_], list[NDArray[Any]]]:
    """Return names of the fields, numbers, shapes and values of the next records."""
    with _gdal(path) as pyogrio:
        about, number, wkb, columns = pyogrio.raw.read(
            folder, layer=layer, skip_features=given, max_features=AT_ONCE, return_fids=True
        )
    return [*about["fields"]], number, wkb, columns


def _members(crs: str | None) -> dict[str, Any]:
    """Return the plane coordinate system as GeoJSON names it, of one with heights too."""
    if crs is None:
        return {}
    system = pyproj.CRS.from_user_input(crs)
    plane = system.sub_crs_list[0] if system.is_compound else system
    code = plane.to_epsg()
    name = f"EPSG:{code}" if code is not None else plane.name
    return {"crs": {"type": "name", "properties": {"name": name}}}


def _records(
    names: list[str],
    number: NDArray[np.int64],
    wkb: NDArray[np.object_],
    columns: list[NDArray[Any]],
) -> Iterator[dict[str, Any]]:
    """Yield records as GeoJSON has them; what is no number is missing."""
    shape = shapely.from_wkb(wkb, on_invalid="ignore")
    plain = [column.tolist() for column in columns]
    for row, one in enumerate(shape):
        values = {name: column[row] for name, column in zip(names, plain, strict=True)}
        values = {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in values.items()
        }
        values.setdefault("OBJECTID", int(number[row]))
        bare = one is None or one.is_empty
        yield {"properties": values, "geometry": None if bare else shapely.geometry.mapping(one)}
