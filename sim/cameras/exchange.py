"""Fleets in files: GeoParquet with the columns of a fleet, GeoJSON with OpenStreetMap's tags.

What is written is read back with equal heads. GeoJSON carries every column of the fleet beside the
tags, for OpenStreetMap has none for a range or a duty; where the two disagree, it is refused.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
import pyproj
import shapely

from sim.atomic_write import replace_file
from sim.cameras.fleet import HEAD_COLUMNS, LISTED_POLE, MAPPED, Fleet
from sim.cameras.mapped import MOST_CAMERAS
from sim.cameras.optics import CAMERA_TYPES
from sim.city.sources.parquet_size import unpacked_bytes
from sim.city.sources.tables import check_file, shown
from sim.errors import InputError, InputErrors

VERSION = 1
MARK = "hk_camera_sim"
"""Member of the GeoJSON that says it is one of ours."""
LARGEST_PARQUET_MB = LARGEST_UNPACKED_MB = 1000
NEEDED = {"heading", "field_of_view", "range_detect", "rank"}
"""Columns by which a Parquet file is known as a fleet."""
SITE_WORDS = ("source", "name", "operator", "zone", "ref")
"""What is kept of the things behind the heads, beside their site."""
_SITE_TAGS = {"name": "name", "operator": "operator", "zone": "surveillance:zone", "ref": "ref"}
_MOUNT_TAGS = {
    "lamp post": "street_lamp", "wall": "wall", "traffic light": "traffic_signals",
    "building": "building", "vehicle": "vehicle",
}  # fmt: skip
ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
PARTLY_GUESSED = "partly guessed by hk-camera-sim; do not upload to OpenStreetMap"
SIMULATED = "simulated, no real camera; do not upload to OpenStreetMap"
EPSG = re.compile(r"EPSG:\d{4,6}", re.IGNORECASE)
_AGREE_DEGREES = 1e-6
_DAMAGED = (
    OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError,
    NotImplementedError, MemoryError, shapely.errors.ShapelyError,
)  # fmt: skip
"""What GEOS, PROJ and pandas raise on the bytes of a damaged file, beside Arrow's own."""
_SAME_LENS = 0.05
"""Degrees; the direction of a head as wide as its camera type needs no fan."""


def write_cameras(fleet: Fleet, path: str | Path, sites: pd.DataFrame | None = None) -> None:
    """Write a fleet as GeoParquet (.parquet) or as GeoJSON with OpenStreetMap's tags (.geojson).

    Parameters
    ----------
    fleet
        Heads in projected metres.
    path
        The file; an earlier one is replaced when the new one is whole.
    sites
        Names and sources of the sites, as `RealCameras.sites` has them.

    Raises
    ------
    InputError
        The name ends in neither, or the file cannot be written.
    """
    path = Path(path)
    table = fleet.heads[[name for name in HEAD_COLUMNS if name in fleet.heads]]
    if sites is not None:
        words = sites.set_index("site")[list(SITE_WORDS)]
        own = words.reindex(table["site"]).fillna("").set_index(table.index)
        table = gpd.GeoDataFrame(pd.concat([table, own], axis=1), crs=fleet.heads.crs)
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        replace_file(path, lambda new: _write_parquet(new, table))
    elif suffix in (".geojson", ".json"):
        document = _document(table)
        lines = [json.dumps(f, ensure_ascii=False, allow_nan=False) for f in document["features"]]
        head = json.dumps(document | {"features": []}, ensure_ascii=False).removesuffix("]}")
        replace_file(path, lambda new: _write_text(new, f"{head}\n" + ",\n".join(lines) + "\n]}"))
    else:
        raise InputError(f"{path}: cameras are written as .parquet or .geojson; choose one")


def _write_parquet(path: Path, table: gpd.GeoDataFrame) -> None:
    """Write GeoParquet 1.1 with bounding boxes."""
    table.to_parquet(
        path, index=False, compression="zstd", schema_version="1.1.0", write_covering_bbox=True
    )


def write_report(table: pd.DataFrame, path: str | Path) -> None:
    """Write what became of every value as CSV; a value that a spreadsheet would run is quoted.

    Parameters
    ----------
    table
        As `RealCameras.table` has it.
    path
        The file; an earlier one is replaced when the new one is whole.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    # an apostrophe keeps "=…", "+…", "-…" and "@…" of a stranger's tags from being formulas
    safe = table.replace(to_replace=r"^([=+\-@\t\r])", value=r"'\1", regex=True)
    replace_file(Path(path), lambda new: _write_text(new, safe.to_csv(index=False).rstrip("\n")))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8")


def _document(table: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return the GeoJSON of a table of heads, a feature a head."""
    crs = _metric(Path("cameras"), str(table.crs.to_string()))
    rows = table.drop(columns="geometry").to_dict("records")
    degrees = _degrees(crs, table["x"].to_numpy(), table["y"].to_numpy())
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(v, 7) for v in place]},
            "properties": {
                **_tags(row, turned),
                **{f"sim:{name}": row[name] for name in HEAD_COLUMNS if name in row},
                **({"sim:source": row["source"]} if row.get("source") else {}),
            },
        }
        for row, (*place, turned) in zip(rows, degrees.tolist(), strict=True)
    ]
    mapped = (table["status"] == MAPPED).any()
    return {
        "type": "FeatureCollection",
        MARK: {"version": VERSION, "crs": crs},
        **({"attribution": ATTRIBUTION} if mapped else {}),
        "features": features,
    }


def _degrees(crs: str, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return longitude, latitude and convergence of the grid, shape (n, 3), degrees."""
    to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform(x, y)
    factors = pyproj.Proj(crs).get_factors(longitude, latitude)
    return np.column_stack([longitude, latitude, factors.meridian_convergence])


def _tags(row: Mapping[str, Any], turned: float) -> dict[str, str]:
    """Return the OpenStreetMap tags of a head; bearings there are from true north."""
    lens = CAMERA_TYPES.get(row["camera_type"])
    turns = row["duty"] < 1 if lens is None else lens.sweep is not None
    panoramic = not turns and row["field_of_view"] >= 180 and row["duty"] == 1
    tags = {
        "man_made": "surveillance",
        "surveillance": "outdoor",
        "surveillance:type": "camera",
        "camera:type": "panoramic" if panoramic else "panning" if turns else "fixed",
        "height": f"{row['mount']:.6g}",
    }
    true = row["heading"] + turned
    half = row["field_of_view"] / 2
    own_lens = lens is None or abs(row["field_of_view"] - lens.field_of_view) < _SAME_LENS
    if half < 180 and (turns or not own_lens):
        tags["camera:direction"] = f"{_degree(true - half)}-{_degree(true + half)}"
    elif half < 180:
        tags["camera:direction"] = _degree(true)
    if row["mounted_on"] in _MOUNT_TAGS:
        tags["camera:mount"] = _MOUNT_TAGS[row["mounted_on"]]
    if row["year"]:
        tags["start_date"] = f"{row['year']:04d}"
    if row["deck"] == "subway":
        tags["layer"] = "-1"
    tags["note"] = SIMULATED if row["status"] in ("simulated", LISTED_POLE) else PARTLY_GUESSED
    return tags | {tag: row[word] for word, tag in _SITE_TAGS.items() if row.get(word)}


def _degree(bearing: float) -> str:
    return f"{round(bearing % 360, 1) % 360:g}"


def is_fleet_table(path: Path) -> bool:
    """Return whether a Parquet file has the columns of a fleet.

    Raises
    ------
    InputError
        The file is missing, too large or damaged.
    """
    return set(_columns(path)) >= NEEDED


def _columns(path: Path) -> list[str]:
    """Return the column names of a Parquet file, after checking its size."""
    check_file(path, LARGEST_PARQUET_MB)
    try:
        metadata = pyarrow.parquet.read_metadata(path)
        names = [str(name) for name in metadata.schema.to_arrow_schema().names]
        size = unpacked_bytes(path, LARGEST_UNPACKED_MB * 1_000_000)
    except (*_DAMAGED, pyarrow.ArrowException) as error:
        raise InputError(f"{path}: is no Parquet file, or is damaged; get it again") from error
    if metadata.num_rows > MOST_CAMERAS:
        raise InputError(f"{path}: more than {MOST_CAMERAS:,} cameras; cut the area out first")
    if size > LARGEST_UNPACKED_MB * 1_000_000:
        raise InputError(
            f"{path}: takes more than {LARGEST_UNPACKED_MB:,} MB unpacked; cut the area out first"
        )
    return names


def read_fleet_table(path: Path) -> tuple[Fleet, pd.DataFrame]:
    """Read a fleet from GeoParquet: cameras.parquet of a run, or what `write_cameras` wrote.

    Returns
    -------
    fleet, sites
        Sites with the words known of them.

    Raises
    ------
    InputError
        The file is damaged, or its columns are not those of a fleet.
    """
    wanted = [name for name in _columns(path) if name in (*HEAD_COLUMNS, *SITE_WORDS)]
    try:
        table = gpd.read_parquet(path, columns=wanted)
    except (*_DAMAGED, pyarrow.ArrowException) as error:
        reason = " ".join(str(error).split())[:80]
        raise InputError(f"{path}: is no GeoParquet of cameras ({reason})") from error
    return _fleet(path, table)


def fleet_in_json(path: Path, document: Mapping[str, Any]) -> tuple[Fleet, pd.DataFrame] | None:
    """Read a fleet from GeoJSON that `write_cameras` wrote; None if it is from elsewhere.

    Raises
    ------
    InputError
        It is of a later version, or its tags or points have been changed beside its columns.
    """
    mark = document.get(MARK)
    if mark is None:
        return None
    if not isinstance(mark, Mapping) or mark.get("version") != VERSION:
        raise InputError(f"{path}: {MARK}: not of version {VERSION}; write it again")
    crs = _metric(path, mark.get("crs"))
    rows, places, tags = [], [], []
    for number, feature in enumerate(document["features"], 1):
        try:
            said = feature["properties"]
            rows.append({name: _plain(name, said[f"sim:{name}"]) for name in HEAD_COLUMNS[:-1]})
            rows[-1] |= {word: str(said.get(tag, "")) for word, tag in _SITE_TAGS.items()}
            rows[-1]["source"] = str(said.get("sim:source", ""))
            longitude, latitude = feature["geometry"]["coordinates"]
            places.append((float(longitude), float(latitude)))
            tags.append({key: v for key, v in said.items() if not key.startswith("sim:")})
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"{path}: feature {number}: is no head of a fleet ({error})"
            ) from error
    try:
        table = pd.DataFrame(rows)
        point = gpd.points_from_xy(table["x"].astype(float), table["y"].astype(float))
    except (KeyError, ValueError) as error:
        raise InputError(f"{path}: holds no heads with a position") from error
    frame = gpd.GeoDataFrame(table, geometry=point, crs=crs)
    fleet, sites = _fleet(path, frame)
    _refuse_changes(path, _document(frame), places, tags)
    return fleet, sites


def _plain(name: str, value: object) -> str | int | float:
    """Return a value of a column, which is a word or a number; of `linked`, true or false."""
    if isinstance(value, bool) != (name == "linked") or not isinstance(value, str | int | float):
        raise TypeError(f"{name} is no {'true or false' if name == 'linked' else 'word or number'}")
    return value


def _metric(path: Path, crs: object) -> str:
    """Return the name of a system in metres."""
    if isinstance(crs, str) and EPSG.fullmatch(crs):
        with contextlib.suppress(pyproj.exceptions.ProjError):
            if pyproj.CRS.from_user_input(crs).is_projected:
                return crs
    raise InputError(f"{path}: its crs {shown(str(crs))} is no projected EPSG system")


def _refuse_changes(
    path: Path, again: dict[str, Any], places: list[tuple[float, float]], tags: list[dict[str, str]]
) -> None:
    """Refuse tags or points that are not those of the columns beside them."""
    for number, feature in enumerate(again["features"], 1):
        place, said = places[number - 1], tags[number - 1]
        own = {k: v for k, v in feature["properties"].items() if not k.startswith("sim:")}
        changed = [key for key in {**own, **said} if said.get(key) != own.get(key)]
        if np.abs(np.subtract(place, feature["geometry"]["coordinates"])).max() > _AGREE_DEGREES:
            changed.insert(0, "its point")
        if changed:
            raise InputError(
                f"{path}: feature {number}: {shown(changed[0])} has been changed beside the sim: "
                f"properties; delete those of the whole file, and {MARK}, to have tags read"
            )


def _fleet(path: Path, table: gpd.GeoDataFrame) -> tuple[Fleet, pd.DataFrame]:
    """Check a table and make a fleet of it, with what is known of its sites."""
    try:
        fleet = Fleet.from_heads(table)
    except InputErrors as errors:
        raise InputErrors([f"{path}: {line}" for line in errors.lines]) from errors
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{path}: its columns are not those of a fleet") from error
    words = pd.DataFrame(
        {word: table[word].astype(str) if word in table else "" for word in SITE_WORDS},
        index=table.index,
    )
    words.insert(0, "site", fleet.heads["site"].to_numpy(np.int64))
    return fleet, words.drop_duplicates("site").reset_index(drop=True)
