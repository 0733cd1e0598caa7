"""The Government's footbridges: outlines by number, and their faces as places for cameras.

The raw layer was not seen when this was written, so the number of a structure is looked for under
several names. A list of centres with bounding boxes is read too, which tells where a bridge is and
nothing of its outline.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.area import HONG_KONG_CRS
from sim.city.places import FOOTBRIDGE_FACE
from sim.city.sources.official_records import AREA, POINT, field_names, numbers, read_records, texts
from sim.errors import InputError

NUMBERS = ("STRUCT_NO", "STRUCTURE_NO", "STRUCTURENO", "STR_NO", "STRUCTURE", "structure")
"""Fields that may hold the number of a structure."""
SIDES = ("west", "south", "east", "north")
"""Of a bounding box, degrees."""
FACE_SPACING_M = 20.0
"""A place for a camera every so many metres of a footbridge's outline: an assumption."""


def has_footbridges(names: set[str]) -> bool:
    """Return whether these are the fields of a layer of footbridges.

    Parameters
    ----------
    names
        Of one record.
    """
    numbered = bool(names & {*NUMBERS[:4]})
    return numbered or ("structure" in names and names >= {*SIDES})


def read_footbridges(path: Path) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    """Read the layer STR_FB, or a list of centres and boxes.

    Parameters
    ----------
    path
        The whole layer as GeoJSON, or JSON of the server.

    Returns
    -------
    footbridges
        EPSG:2326, a structure a row: number, outlined (whether the shape is an outline and not a
        box), geometry.
    report
        What was left out or joined, counted.

    Raises
    ------
    InputError
        As `read_records`; or no record has the number of a structure.
    """
    outlined = not any(names >= {*SIDES} for names in field_names(path))
    records = read_records(path, ("OBJECTID", *NUMBERS, *SIDES), AREA if outlined else POINT)
    if outlined:
        shape = np.asarray(shapely.make_valid(records.shape), object)
    else:
        shape = _boxes(path, [numbers(records.fields[side]) for side in SIDES])
    said = [texts(records.fields[name]) for name in NUMBERS]
    number = np.array([next(filter(None, each), "") for each in zip(*said, strict=True)], object)
    if not (number != "").any():
        raise InputError(f"{path}: no record has the number of a structure; give the layer STR_FB")
    lone = np.array([text or f"without number {row}" for row, text in enumerate(number)], object)
    known, of = np.unique(lone.astype(str), return_inverse=True)
    joined = [shapely.union_all(shape[of == k]) for k in range(len(known))]
    report = {
        **records.left_out,
        "footbridges_in_parts": float(len(number) - len(known)),
        "footbridges_without_number": float((number == "").sum()),
    }
    frame = gpd.GeoDataFrame(
        {"number": known, "outlined": outlined}, geometry=joined, crs=HONG_KONG_CRS
    )
    return frame, {key: value for key, value in report.items() if value}


def _boxes(path: Path, sides: list[NDArray[np.float64]]) -> NDArray[np.object_]:
    """Return bounding boxes in degrees as shapes in metres."""
    west, south, east, north = sides
    good = (west <= east) & (south <= north) & (west >= 113) & (east <= 115)
    if not good.all():
        row = int(np.flatnonzero(~good)[0]) + 1
        raise InputError(f"{path}: record {row:,}: its box is none; give west, south, east, north")
    frame = gpd.GeoSeries(shapely.box(west, south, east, north), crs="EPSG:4326")
    return np.asarray(frame.to_crs(HONG_KONG_CRS).to_numpy(), object)


def footbridge_faces(footbridges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return places along the faces of footbridges where a camera could hang.

    Parameters
    ----------
    footbridges
        As `read_footbridges` gives them; boxes have no faces.

    Returns
    -------
    Points, EPSG:2326, every `FACE_SPACING_M` of the outlines, as places have them.
    """
    outlined = footbridges[footbridges["outlined"]]
    ring, of = shapely.get_parts(shapely.boundary(outlined.geometry.to_numpy()), return_index=True)
    long = shapely.length(ring)
    count = np.maximum(np.round(long / FACE_SPACING_M), 1).astype(np.int64)
    row = np.repeat(np.arange(len(ring)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    at = shapely.line_interpolate_point(ring[row], (step + 0.5) * (long / count)[row])
    name = outlined["number"].to_numpy()[of[row]]
    table = pd.DataFrame({"kind": FOOTBRIDGE_FACE, "name": name, "name_zh": "", "weight": 1.0})
    return gpd.GeoDataFrame(table, geometry=at, crs=HONG_KONG_CRS)
