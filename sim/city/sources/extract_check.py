"""What an OpenStreetMap extract must be before it is read: one city, whole, of one time."""

from __future__ import annotations

from pathlib import Path

import osmium

from sim.city.sources.pbf_size import check_unpacked
from sim.errors import InputError

LARGEST_FILE_MB = 300


def check_extract(path: Path) -> None:
    """Refuse what is not an extract of one city, before it is read.

    Raises
    ------
    InputError
        The file is missing, empty, too large (packed or unpacked) or no OSM PBF.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; check the path")
    size = path.stat().st_size
    if size > LARGEST_FILE_MB * 1_000_000:
        raise InputError(
            f"{path}: {size / 1e6:.0f} MB is more than one city ({LARGEST_FILE_MB} MB); cut the "
            "study area out first, for example with `osmium extract`"
        )
    with path.open("rb") as file:
        if b"OSMHeader" not in file.read(64):
            raise InputError(f"{path}: is no OSM PBF file, or is empty; give a .osm.pbf extract")
    check_unpacked(path)


def refuse_history(path: Path) -> None:
    """Refuse a file with several versions of a thing.

    Parameters
    ----------
    path
        A .osm.pbf file.

    Raises
    ------
    InputError
        It says that it is a history file.
    """
    with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        if reader.header().has_multiple_object_versions:
            raise InputError(
                f"{path}: is a history file, with streets and buildings of all times; take a "
                "snapshot first: `osmium time-filter in.osh.pbf -o out.osm.pbf`"
            )
