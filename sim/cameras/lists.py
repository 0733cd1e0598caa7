"""Lists of cameras: the Transport Department's form, and any table with named columns.

A row becomes a thing with a position and the tags that OpenStreetMap would have for it, so that
lists and maps are read by the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyproj
from numpy.typing import NDArray

from sim.area import HONG_KONG_CRS
from sim.cameras.mapped import LONGEST_TAG, MOST_CAMERAS, Mapped
from sim.cameras.tags import Note
from sim.city.sources.tables import (
    LATITUDE,
    LONGITUDE,
    OwnTable,
    listed,
    not_a_position,
    read_table,
    shown,
)
from sim.errors import InputError

FIELDS: dict[str, tuple[str, ...]] = {
    "lon": LONGITUDE,
    "lat": LATITUDE,
    "x": ("x", "easting", "east"),
    "y": ("y", "northing", "north"),
    "id": ("id", "key", "ref", "camera_id"),
    "name": ("name", "description", "location", "address"),
    "heading": ("heading", "camera:direction", "direction", "bearing", "azimuth"),
    "height": ("height", "mount", "mount_height", "height_m"),
    "tilt": ("tilt", "camera:angle"),
    "field_of_view": ("field_of_view", "fov"),
    "type": ("type", "camera:type", "camera_type"),
    "mounted_on": ("mounted_on", "camera:mount"),
    "owner": ("owner", "operator"),
    "year": ("year", "start_date", "installed"),
}
"""What a list may say of a camera, and the column names under which it is found unasked."""
TAGS = {
    "name": "name", "heading": "camera:direction", "height": "height", "tilt": "camera:angle",
    "field_of_view": "field_of_view", "type": "camera:type", "mounted_on": "camera:mount",
    "owner": "operator", "year": "start_date", "id": "ref",
}  # fmt: skip
TRANSPORT_FORM = {"key", "region", "description", "easting", "northing", "url"}
"""Columns by which the Transport Department's list of traffic cameras is known."""
AGREE_M = 1.0
"""Two positions of one camera this near are the same."""
_GRID = ((800_000, 870_000), (800_000, 850_000))
"""Eastings and northings of the HK80 grid inside Hong Kong."""
_CRS = re.compile(r"EPSG:\d{4,6}", re.IGNORECASE)


class ListedThings(NamedTuple):
    """What a list holds."""

    things: list[Mapped]
    notes: list[Note]
    """What became of columns, and of positions that needed a choice."""


def read_list(
    path: Path, columns: Mapping[str, str] | None = None, crs: str | None = None
) -> ListedThings:
    """Read a table of cameras, a camera a row.

    Parameters
    ----------
    path
        CSV (comma, semicolon or tab; UTF-8) or Parquet, with a position in lon, lat (WGS 84) or
        in x, y or easting, northing, or in both; then lon, lat count, and the other is checked.
    columns
        Column of the file for a field of `FIELDS`, for example {"heading": "bearing"}; the other
        fields are found under the names listed there.
    crs
        System of x and y, for example "EPSG:2326", which is taken for what lies on that grid.

    Raises
    ------
    InputError
        The file cannot be read, has no position columns, or a row has no position on Earth.
    """
    wanted = _wanted(columns or {})
    table = read_table(path, {name for names in wanted.values() for name in names})
    if len(table) > MOST_CAMERAS:
        raise InputError(f"{path}: more than {MOST_CAMERAS:,} cameras; cut the area out first")
    field = {key: table.find(*names) for key, names in wanted.items()}
    for key in columns or {}:
        if field[key] is None:
            raise InputError(
                f"{path}:1: no column {shown(wanted[key][0])} for {key}; its columns are "
                f"{listed(table.names)}"
            )
    degrees, notes = _positions(table, field, crs)
    notes = [*_unused(table, field), *notes]
    tags = {TAGS[key]: table.texts(name) for key, name in field.items() if name and key in TAGS}
    if set(table.names) >= TRANSPORT_FORM and field["owner"] is None:
        tags["operator"] = ["Transport Department"] * len(table)
        notes.insert(0, Note("header", "operator", "", "guessed", "transport, by the columns"))
    things = []
    for row in range(len(table)):
        said = {key: values[row][:LONGEST_TAG] for key, values in tags.items() if values[row]}
        said["man_made"] = "surveillance"
        longitude, latitude = degrees[row].tolist()
        things.append(Mapped(f"row {table.lines[row]}", longitude, latitude, said))
    return ListedThings(things, notes)


def _wanted(columns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the column names to look for, by field."""
    for key in columns:
        if key not in FIELDS:
            raise InputError(
                f"columns: unknown field {shown(key)}; choose among {', '.join(FIELDS)}"
            )
    given = {key: (name.strip().lower(),) for key, name in columns.items()}
    return {**FIELDS, **given}


def _unused(table: OwnTable, field: Mapping[str, str | None]) -> list[Note]:
    """Note every column of the file that is not read."""
    used = set(field.values())
    return [
        Note("header", name[:LONGEST_TAG], "", "refused", "column not used")
        for name in table.names
        if name not in used
    ]


def _positions(
    table: OwnTable, field: Mapping[str, str | None], crs: str | None
) -> tuple[NDArray[np.float64], list[Note]]:
    """Return longitude and latitude of every row, and notes where two positions disagree."""
    if crs is not None and not _CRS.fullmatch(crs):
        raise InputError(f"crs: {shown(crs)} is no system; write for example EPSG:2326")
    degrees = _pair(table, field, "lon", "lat")
    metres = _pair(table, field, "x", "y")
    if degrees is None and metres is None:
        raise InputError(
            f"{table.path}:1: no columns lon, lat or x, y among {listed(table.names)}; name them "
            "with --columns, for example --columns lon=east,lat=north"
        )
    grid = crs or (HONG_KONG_CRS if metres is not None and _in_hong_kong(metres) else None)
    unknown = f"{field['x']}, {field['y']}"
    if degrees is None and grid is None:
        raise InputError(
            f"{table.path}:1: {unknown} are of an unknown system; give it, for example --crs "
            "EPSG:2326"
        )
    other = None if metres is None or grid is None else _to_degrees(metres, grid)
    chosen = other if degrees is None else degrees
    assert chosen is not None
    _refuse_off_earth(table, chosen)
    if degrees is None or metres is None:
        return chosen, []
    if other is None:
        reason = "system unknown; give it with --crs to have it checked"
        return chosen, [Note("header", unknown, "", "refused", reason)]
    return chosen, _disagreements(table, chosen, other)


def _in_hong_kong(metres: NDArray[np.float64]) -> bool:
    low, high = np.array(_GRID, np.float64).T
    return bool(((low <= metres) & (metres <= high)).all())


def _pair(
    table: OwnTable, field: Mapping[str, str | None], first: str, second: str
) -> NDArray[np.float64] | None:
    one, other = field[first], field[second]
    if one and other:
        return np.column_stack([table.numbers(one), table.numbers(other)])
    if one or other:
        missing = second if one else first
        raise InputError(f"{table.path}:1: column {one or other} without {missing}; give both")
    return None


def _to_degrees(metres: NDArray[np.float64], crs: str) -> NDArray[np.float64]:
    try:
        system = pyproj.CRS.from_user_input(crs)
        to_degrees = pyproj.Transformer.from_crs(system, "EPSG:4326", always_xy=True)
        flat = system.is_projected or system.is_geographic
    except pyproj.exceptions.ProjError as error:
        raise InputError(f"crs: {shown(crs)} is no system known; check its number") from error
    if not flat:
        raise InputError(f"crs: {shown(crs)} is no system of positions on a map; give another")
    return np.column_stack(to_degrees.transform(*metres.T))


def _refuse_off_earth(table: OwnTable, degrees: NDArray[np.float64]) -> None:
    good = (np.abs(degrees[:, 0]) <= 180) & (np.abs(degrees[:, 1]) < 90)
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        raise InputError(f"{table.where(row)}: {not_a_position(*degrees[row])}")


def _disagreements(
    table: OwnTable, degrees: NDArray[np.float64], others: NDArray[np.float64]
) -> list[Note]:
    """Note the rows whose two positions lie apart."""
    apart = np.asarray(pyproj.Geod(ellps="WGS84").inv(*degrees.T, *others.T)[2])
    return [
        Note(f"row {table.lines[row]}", "position", f"{degrees[row, 0]:.6f}, {degrees[row, 1]:.6f}",
             "guessed", f"x, y lie {apart[row]:,.0f} m away; lon, lat are taken")
        for row in np.flatnonzero(~(apart <= AGREE_M)).tolist()
    ]  # fmt: skip
