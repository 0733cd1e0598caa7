"""The Government's lamp posts as places where a camera could hang."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from sim.area import HONG_KONG_CRS
from sim.city.places import LAMP_POST
from sim.city.sources.official_records import POINT, read_records, texts

SAME_M = 1.0
"""Posts of one number this near to each other are one."""
FIELDS = ("OBJECTID", "LAMP_NO", "PRIMARY_ST")


def read_lamp_posts(path: Path) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    """Read the layer Lamppost.

    Parameters
    ----------
    path
        The whole layer as GeoJSON, or JSON of the server.

    Returns
    -------
    posts
        Points, EPSG:2326, with kind "lamp_post", name (the number of the post), name_zh and
        weight 1.
    report
        What was left out, counted.

    Raises
    ------
    InputError
        As `read_records`.
    """
    records = read_records(path, FIELDS, POINT)
    point = shapely.force_2d(records.shape)
    name = np.array(texts(records.fields["LAMP_NO"]), object)
    place = np.round(shapely.get_coordinates(point) / SAME_M)
    seen: set[tuple[str, float, float]] = set()
    keep = np.ones(len(point), bool)
    for row, (number, (x, y)) in enumerate(zip(name.tolist(), place.tolist(), strict=True)):
        key = (number, x, y)
        keep[row] = key not in seen
        seen.add(key)
    report = {**records.left_out, "lamp_posts_twice": float((~keep).sum())}
    posts = gpd.GeoDataFrame(
        {"kind": LAMP_POST, "name": name[keep], "name_zh": "", "weight": 1.0},
        geometry=point[keep],
        crs=HONG_KONG_CRS,
    )
    return posts, {key: value for key, value in report.items() if value}
