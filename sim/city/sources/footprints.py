"""Building footprints from tables: files that people bring, and GeoDataFrames in memory.

Columns are read as the tags that they are named after, as osmnx, GDAL and QGIS write them; a
table without a column of buildings is taken to hold buildings and nothing else.
"""

from __future__ import annotations

from collections import Counter

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sim.city.sources.buildings import (
    BUILDING_KEYS,
    NOT_BUILDINGS,
    building_height,
    read_building,
)
from sim.city.tags import OTHER_TAGS, parse_other_tags, tag_text
from sim.errors import InputError

POLYGONS = (3, 6)
"""shapely type ids of Polygon and MultiPolygon."""


def read_footprints(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    """Return the buildings of a table that hide what is behind them.

    Parameters
    ----------
    frame
        Shapes in any coordinate system; columns named after OpenStreetMap tags are read, and
        `other_tags` as GDAL writes it.

    Returns
    -------
    footprints
        Polygons with the one column height (m above ground; NaN unknown).
    report
        What was left out, counted by reason, and how many heights are known and unknown.
    """
    shape = frame.geometry.to_numpy()
    report: Counter[str] = Counter()
    polygon = np.isin(shapely.get_type_id(shape), POLYGONS)
    report["shapes_without_area"] = int((~polygon).sum())
    tags = tags_of(frame[polygon])
    tagged = any("building" in one or "building:part" in one for one in tags) or (
        {"building", "building:part"} & set(frame.columns)
    )
    heights: list[float] = []
    keep = np.zeros(len(tags), bool)
    for row, own in enumerate(tags):
        found = read_building(own if tagged else {**own, "building": "yes"})
        reason = NOT_BUILDINGS if found is None else found.left_out
        if reason:
            report[reason] += 1
            continue
        keep[row] = True
        heights.append(building_height(own))
    height = np.array(heights, np.float64)
    report["height_unknown"] = int(np.isnan(height).sum())
    footprints = gpd.GeoDataFrame({"height": height}, geometry=shape[polygon][keep], crs=frame.crs)
    return footprints, {reason: float(count) for reason, count in report.items() if count}


def check_buildings(buildings: gpd.GeoDataFrame) -> None:
    """Refuse a table without any polygon, and a column height that no map would have.

    That is: truth values, below 0, or no number at all.

    Texts such as "12 m" are read; one that cannot be read is a height that is not known, as on
    the map, but not where that is so of all of them.

    Raises
    ------
    InputError
        There is no polygon, or the first row with such a height.
    """
    kinds = buildings.geom_type.dropna().unique()
    if len(buildings) and not {"Polygon", "MultiPolygon"} & set(kinds):
        held = f"{', '.join(kinds)} alone" if len(kinds) else "no shape"
        raise InputError(f"buildings: has {held}; give polygons of buildings")
    if "height" not in buildings or not len(buildings):
        return
    height = buildings["height"]
    wrong = height.notna().to_numpy(bool)
    remedy = "give metres above the ground, missing where it is not known"
    if pd.api.types.is_numeric_dtype(height) and not pd.api.types.is_bool_dtype(height):
        metres = height.to_numpy(np.float64, na_value=np.nan)
        wrong = wrong & ~((metres >= 0) & np.isfinite(metres))
    elif any(building_height({"height": tag_text(value)}) > 0 for value in height[wrong]):
        return
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(f"buildings: row {row + 1}: height {height.iloc[row]!s:.40}; {remedy}")


def tags_of(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Return the tags of each row that decide on buildings, as text.

    Parameters
    ----------
    frame
        A thing a row; what is missing, empty or not text, number or list is not a tag.
    """
    rows: list[dict[str, str]] = [{} for _ in range(len(frame))]
    for column in OTHER_TAGS:
        if column in frame and not isinstance(frame[column].dtype, gpd.array.GeometryDtype):
            for row, value in enumerate(frame[column].tolist()):
                rows[row].update(parse_other_tags(value))
    for column in BUILDING_KEYS:
        if column in frame:
            for row, value in enumerate(frame[column].tolist()):
                text = tag_text(value)
                if text:
                    rows[row][column] = text
    return rows
