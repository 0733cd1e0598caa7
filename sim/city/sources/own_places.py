"""Places that people bring: schools, clinics, offices, homes, from a layer, a table or in memory.

A column kind says what a place is, in the engine's words or in those of OpenStreetMap; without one
the columns are read as tags, as osmnx and QGIS write them. What a place is for is known elsewhere.
"""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.city.model import City
from sim.city.places import GIVEN_KINDS
from sim.city.sources.files import read_shapes
from sim.city.sources.place_tags import PLACE_TAGS, place_kind
from sim.city.sources.shapes import names_of, plain_shapes
from sim.city.sources.tables import (
    LATITUDE,
    LONGITUDE,
    is_table,
    listed,
    numbers_of,
    read_table,
    shown,
)
from sim.city.tags import split_names, tag_text
from sim.errors import InputError
from sim.wording import counted

SAME_PLACE_M = 50.0
"""A mapped place this near to a given one of its kind is that place."""
KIND, WEIGHT = "kind", "weight"
NAMES = {
    "name": "name", "name_en": "name:en", "name:en": "name:en", "name_zh": "name:zh",
    "name:zh": "name:zh",
}  # fmt: skip
TAG_KEYS = tuple(dict.fromkeys(key for key, _, _ in PLACE_TAGS))
_STATIONS = {"entrance": "station", "rail": "station", "bus_stop": "station"}
_WORDS = {
    **{value: _STATIONS.get(kind, kind) for _, values, kind in reversed(PLACE_TAGS)
       for value in sorted(values)},
    **{kind: kind for kind in GIVEN_KINDS},
}  # fmt: skip
"""What people call a kind of place: the engine's words and the values of OpenStreetMap's tags."""


def read_places(path: Path, crs: str) -> gpd.GeoDataFrame:
    """Read places with their kind.

    Parameters
    ----------
    path
        GeoJSON, GeoParquet or GeoPackage; or CSV or Parquet with lon, lat (WGS 84) or x, y (metres
        in `crs`), a place a row. Column kind, or columns named after OpenStreetMap tags; name,
        name_zh and weight (people of a home, importance of others; 1 by default) are optional.
    crs
        Projected system of the result.

    Returns
    -------
    GeoDataFrame
        As `places_of`.

    Raises
    ------
    InputError
        The file cannot be read, or as of `places_of`.
    """
    if not is_table(path):
        return places_of(read_shapes(path), crs, str(path))
    table = read_table(path, {KIND, WEIGHT, *NAMES, *TAG_KEYS, *LONGITUDE, *LATITUDE, "x", "y"})
    points = table.points("", crs)
    if points is None:
        raise InputError(
            f"{path}:1: no columns lon and lat, or x and y (found: {listed(table.names)})"
        )
    known = {name: table.texts(name) for name in table.columns if name not in ("x", "y")}
    found = {name: known.get(name, "") for name in table.names if name not in ("", "geometry")}
    frame = gpd.GeoDataFrame(found, geometry=shapely.points(points), crs=crs)
    return places_of(frame, crs, str(path))


def places_of(frame: gpd.GeoDataFrame, crs: str, source: str) -> gpd.GeoDataFrame:
    """Return the places of a table.

    Parameters
    ----------
    frame
        Shapes in any coordinate system; a polygon counts at a point inside it, and the points of a
        MultiPoint share its weight.
    crs
        Projected system of the result.
    source
        What complaints name.

    Returns
    -------
    GeoDataFrame
        Points with kind (one of `GIVEN_KINDS`), name, name_zh, weight. Rows without a usable
        shape or a kind are left out and counted in attrs["left_out"], by reason.

    Raises
    ------
    InputError
        No CRS, no column says the kind, a kind is not known, a weight is not above 0, or no row
        is a place.
    """
    if frame.crs is None:
        raise InputError(f"{source}: no CRS; set one, for example EPSG:4326")
    by_name = {str(name).lower(): name for name in frame.columns if name != frame.geometry.name}
    own = pd.DataFrame({lower: frame[name] for lower, name in by_name.items()})
    kind, reason = _kinds(own, source)
    plain = plain_shapes(frame.to_crs(crs).geometry.to_numpy()).without_lines()
    kept = kind[plain.row] != ""
    row = plain.row[kept]
    left_out = Counter(plain.left_out)
    left_out[reason] += len(np.unique(plain.row[~kept]))
    names = split_names(own.rename(columns=NAMES).loc[:, lambda f: ~f.columns.duplicated()])
    places = gpd.GeoDataFrame(
        {
            "kind": kind[row],
            "name": names[row, 0],
            "name_zh": names[row, 1],
            "weight": _weights(own, source)[row] * plain.share[kept],
        },
        geometry=shapely.point_on_surface(plain.shape[kept]),
        crs=crs,
    )
    if places.empty:
        raise InputError(f"{source}: holds no place; give points with a kind")
    places.attrs["left_out"] = {reason: count for reason, count in left_out.items() if count}
    return places.astype({"kind": "str", "name": "str", "name_zh": "str"})


def joined_places(
    mapped: gpd.GeoDataFrame, given: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    """Put given places beside mapped ones; a mapped one that is given too is left out.

    Parameters
    ----------
    mapped
        As an extract holds them, in any CRS.
    given
        As of `places_of`.

    Returns
    -------
    places, report
        In the CRS of `given`; how many were given, left out of the file, and taken for another.
    """
    mapped = mapped.to_crs(given.crs)
    same = np.zeros(len(mapped), bool)
    for kind in given["kind"].unique():
        of_kind = np.flatnonzero((mapped["kind"] == kind).to_numpy())
        spots = shapely.multipoints(given.geometry[given["kind"] == kind].to_numpy())
        gap = shapely.distance(mapped.geometry.to_numpy()[of_kind], spots)
        same[of_kind[gap < SAME_PLACE_M]] = True
    columns = ["kind", "name", "name_zh", "weight", "geometry"]
    parts = [table for table in (mapped.loc[~same, columns], given[columns]) if len(table)]
    report = {
        "places_given": float(len(given)),
        "places_mapped_and_given": float(same.sum()),
        **{f"places_left_out_{why}": float(n) for why, n in given.attrs["left_out"].items()},
    }
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=given.crs), {
        name: count for name, count in report.items() if count
    }


def with_places_outside(city: City, given: gpd.GeoDataFrame, source: str) -> City:
    """Return a city that counts how many of the given places lie outside what is simulated.

    Parameters
    ----------
    city
        Made with them.
    given
        As of `places_of`.
    source
        What complaints name.

    Raises
    ------
    InputError
        All of them do.
    """
    outside = int((~given.intersects(city.area.region)).sum())
    if outside == len(given):
        raise InputError(
            f"{source}: none of its {counted(outside, 'place')} lies where the streets are; "
            "check that both "
            "are of one place and that the CRS is the true one"
        )
    if not outside:
        return city
    counts = city.provenance["left_out_while_reading"] | {"places_outside": float(outside)}
    return replace(city, provenance={**city.provenance, "left_out_while_reading": counts})


def _kinds(own: pd.DataFrame, source: str) -> tuple[NDArray[np.object_], str]:
    """Return the kind of each row, empty where it has none, and what such rows are."""
    if KIND in own:
        return _from_words(names_of(own[KIND]), source), "without a kind"
    keys = [key for key in TAG_KEYS if key in own]
    if not keys:
        raise InputError(
            f"{source}: no column kind (found: {listed(map(str, own.columns))}); give one with "
            f"{', '.join(GIVEN_KINDS)}"
        )
    texts = {key: [tag_text(value) for value in own[key].tolist()] for key in keys}
    kinds = [
        place_kind(dict(zip(keys, row, strict=True))) for row in zip(*texts.values(), strict=True)
    ]
    found = np.array([_STATIONS.get(kind or "", kind or "") for kind in kinds], object)
    return found.reshape(-1), "of no kind of place"


def _from_words(words: NDArray[np.object_], source: str) -> NDArray[np.object_]:
    kind = np.empty(len(words), object)
    for row, word in enumerate(words):
        kind[row] = _kind_called(word) if word else ""
        if kind[row] is None:
            near = difflib.get_close_matches(word.lower(), _WORDS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"take {', '.join(GIVEN_KINDS)}"
            raise InputError(
                f"{source}: row {row + 1}: kind {shown(word)} is no kind of place; {hint}"
            )
    return kind


def _kind_called(word: str) -> str | None:
    """Return the kind that a word stands for, in singular or plural; None for none."""
    plain = "_".join(word.lower().split())
    singular = (plain, plain.removesuffix("s"), plain.removesuffix("es"), plain[:-3] + "y")
    return next((_WORDS[form] for form in singular if form in _WORDS), None)


def _weights(own: pd.DataFrame, source: str) -> NDArray[np.float64]:
    if WEIGHT not in own:
        return np.ones(len(own))
    column = own[WEIGHT]
    blank = (column.isna() | (column.astype("str").str.strip() == "")).to_numpy(bool)
    weight = np.where(blank, 1.0, numbers_of(Path(source), column, WEIGHT))
    if not (weight > 0).all():
        row = int((~(weight > 0)).argmax())
        raise InputError(f"{source}: row {row + 1}: a weight must be above 0")
    return weight
