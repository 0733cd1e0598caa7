"""Layers that researchers bring: GeoPackage and GraphML as osmnx saves them, GeoJSON, GeoParquet.

Each reader answers with frames in the file's own CRS, or with one line that says what is wrong
with the file. What the layers mean to a walker is decided in `sim.city.streets` and `walls`.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from sim.city.sources.footprints import POLYGONS, read_footprints
from sim.city.sources.geodatabase import is_geodatabase
from sim.city.sources.graphs import graph_frames
from sim.city.sources.official_layers import Layer, official_layer
from sim.city.sources.official_terrain import is_terrain
from sim.city.sources.parquet_size import unpacked_bytes
from sim.city.sources.pbf import exit_names
from sim.errors import InputError
from sim.wording import counted

LARGEST_FILE_MB = 1000
LARGEST_TEXT_MB = 300
LARGEST_UNPACKED_MB = 3000
"""GraphML and JSON are read whole into memory, at about ten times their size."""
MOST_FEATURES = 2_000_000
ROUTES = {"routes_uv", "routes_vu"}
"""Columns that tell streets that buses use from streets that people walk."""

Kind = Layer | Literal["pbf", "streets", "bus_streets", "polygons", "mtr_exits"]
_MAGIC = {
    ".gpkg": b"SQLite format 3\0",
    ".parquet": b"PAR1",
    ".geoparquet": b"PAR1",
}
_POLYGON_SUFFIXES = (".geojson", ".json", ".parquet", ".geoparquet", ".gpkg")
_BY_SUFFIX: dict[str, Kind] = {".pbf": "pbf", ".graphml": "streets"}
_STREET_SUFFIXES = (".gpkg", ".graphml")


def file_kind(path: Path) -> Kind:
    """Return what a file holds, from its name and its content.

    Raises
    ------
    InputError
        The file is missing or of no kind that can be imported.
    """
    suffix = path.suffix.lower()
    if is_terrain(path) or suffix in _BY_SUFFIX:
        return _BY_SUFFIX.get(suffix, "official_terrain")
    if suffix == ".gpkg":
        layers = _layers(path)
        if layers == ["edges"] and _columns(path, "edges") >= ROUTES:
            return "bus_streets"
        return "streets" if "edges" in layers else "polygons"
    packed = is_geodatabase(path)
    layer = official_layer(path) if packed or suffix in (".geojson", ".json") else None
    if layer is not None:
        return layer
    if suffix == ".json" and isinstance(_json(path), list):
        return "mtr_exits"
    if suffix in _POLYGON_SUFFIXES:
        return "polygons"
    _check(path, LARGEST_FILE_MB)
    if packed:
        raise InputError(
            f"{path}: its layer is none of the Government's that are read "
            "(docs/hong-kong.md); save it as GeoJSON"
        )
    raise InputError(
        f"{path}: files of kind {suffix or '(no suffix)'} are not read; give .osm.pbf, .gpkg or "
        ".graphml for streets, .geojson, .parquet or .gpkg for buildings, mtr_exits.json"
    )


def read_streets(path: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Read nodes and edges of a street graph that osmnx saved as GeoPackage or GraphML.

    Returns
    -------
    nodes, edges
        As `StreetNetwork.build` takes them.

    Raises
    ------
    InputError
        The file is missing, damaged, empty, too large, has no CRS, or no layers nodes and edges.
    """
    if path.suffix.lower() == ".graphml":
        nodes, edges = _graphml(path)
    elif path.suffix.lower() == ".gpkg":
        layers = _layers(path)
        for layer in ("edges", "nodes"):
            if layer not in layers:
                raise InputError(
                    f"{path}: no layer {layer!r} (found: {', '.join(layers) or 'none'}); save the "
                    "graph with osmnx.save_graph_geopackage"
                )
        nodes, edges = (_read_layer(path, layer) for layer in ("nodes", "edges"))
    else:
        raise InputError(f"{path}: streets are read from {' and '.join(_STREET_SUFFIXES)} files")
    for frame, what in ((edges, "edges"), (nodes, "nodes")):
        if frame.empty:
            raise InputError(f"{path}: layer {what!r} is empty; choose a larger area")
        if frame.crs is None:
            raise InputError(f"{path}: layer {what!r} has no CRS; set one, for example EPSG:4326")
    return nodes, edges


def read_edges(path: Path) -> gpd.GeoDataFrame:
    """Read a layer `edges` that stands alone, with whole numbers u and v for its ends.

    Raises
    ------
    InputError
        The file is missing, damaged, empty or too large, has no CRS, or no such columns.
    """
    edges = _read_layer(path, "edges")
    if edges.empty:
        raise InputError(f"{path}: layer 'edges' is empty; choose a larger area")
    if edges.crs is None:
        raise InputError(f"{path}: layer 'edges' has no CRS; set one, for example EPSG:4326")
    for name in ("u", "v"):
        if name not in edges or not pd.api.types.is_integer_dtype(edges[name]):
            raise InputError(f"{path}: layer 'edges' has no whole numbers in column {name}")
    return edges


def read_polygons(path: Path) -> gpd.GeoDataFrame:
    """Read a layer of polygons (GeoJSON, GeoParquet or GeoPackage); other shapes are left out.

    Raises
    ------
    InputError
        The file is missing, damaged, empty, too large, has no CRS, or holds no polygons.
    """
    frame = read_shapes(path)
    polygon = np.isin(shapely.get_type_id(frame.geometry.to_numpy()), POLYGONS)
    if not polygon.any():
        kinds = sorted({str(kind) for kind in frame.geom_type.dropna().unique()})
        raise InputError(
            f"{path}: holds no polygons but {', '.join(kinds) or 'nothing'}; give a polygon layer"
        )
    return frame[polygon].reset_index(drop=True)


def read_shapes(path: Path) -> gpd.GeoDataFrame:
    """Read a layer of shapes (GeoJSON, GeoParquet or GeoPackage) with its columns.

    Raises
    ------
    InputError
        The file is missing, damaged, empty, too large, or has no CRS.
    """
    suffix = path.suffix.lower()
    if suffix in (".parquet", ".geoparquet"):
        frame = _parquet(path)
    elif suffix in (".geojson", ".json", ".gpkg"):
        layers = _layers(path)
        if len(layers) != 1:
            raise InputError(
                f"{path}: {counted(len(layers), 'layer')} with shapes "
                f"({', '.join(layers) or 'none'}); give a file with one"
            )
        frame = _read_layer(path, layers[0])
    else:
        raise InputError(f"{path}: shapes are read from {', '.join(_POLYGON_SUFFIXES)} files")
    if frame.crs is None:
        raise InputError(f"{path}: no CRS in the file; set one, for example EPSG:4326")
    return frame


def read_buildings(path: Path) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    """Read building footprints with their height.

    Returns
    -------
    footprints, report
        As of `sim.city.sources.footprints.read_footprints`.

    Raises
    ------
    InputError
        As `read_polygons`; or no polygon of the file is a building that stands.
    """
    frame = read_polygons(path)
    footprints, report = read_footprints(frame)
    if footprints.empty:
        said = ", ".join(f"{count:.0f} {reason}" for reason, count in report.items())
        raise InputError(f"{path}: holds no building that stands ({said}); give building polygons")
    return footprints, report


def read_area(path: Path) -> tuple[BaseGeometry, str]:
    """Read a study area: the union of the polygons of a file, and its CRS.

    Raises
    ------
    InputError
        As `read_polygons`.
    """
    frame = read_polygons(path)
    polygon = shapely.union_all(shapely.make_valid(frame.geometry.to_numpy()))
    if polygon.is_empty or not np.isfinite(polygon.bounds).all():
        raise InputError(f"{path}: its polygons are empty; draw the study area again")
    return polygon, str(frame.crs.to_string())


def read_mtr_exits(path: Path) -> gpd.GeoDataFrame:
    """Read station exits from a list of records name_en, name_zh, exit, lat, lng.

    Returns
    -------
    Points (WGS 84) with kind "station", name and name_zh with the exit, weight 1.

    Raises
    ------
    InputError
        The file is not such a list, or a position is not valid.
    """
    records = _json(path)
    if not isinstance(records, list) or not records:
        raise InputError(f"{path}: not a list of station exits; give mtr_exits.json")
    rows = []
    for number, record in enumerate(records, 1):
        try:
            longitude, latitude = float(record["lng"]), float(record["lat"])
            names = [str(record[key]) for key in ("name_en", "name_zh", "exit")]
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{path}: record {number}: needs name_en, name_zh, exit, lat and lng"
            ) from error
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise InputError(f"{path}: record {number}: {latitude}, {longitude} is no position")
        rows.append((*exit_names(*names), longitude, latitude))
    table = pd.DataFrame(rows, columns=["name", "name_zh", "longitude", "latitude"])
    return gpd.GeoDataFrame(
        {"kind": "station", "name": table["name"], "name_zh": table["name_zh"], "weight": 1.0},
        geometry=shapely.points(table[["longitude", "latitude"]].to_numpy()),
        crs="EPSG:4326",
    )


def _check(path: Path, largest_mb: int) -> None:
    if not path.is_file():
        raise InputError(f"{path}: no such file; check the path")
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"{path}: the file is empty; download it again")
    if size > largest_mb * 1_000_000:
        raise InputError(
            f"{path}: {size / 1e6:.0f} MB is too large ({largest_mb} MB at most); "
            "cut the study area out first"
        )


def _check_count(path: Path, count: int) -> None:
    if count > MOST_FEATURES:
        raise InputError(
            f"{path}: {count:,} features are too many ({MOST_FEATURES:,} at most); "
            "cut the study area out first"
        )


def _damaged(path: Path, error: Exception) -> InputError:
    reason = " ".join(str(error).split()).rsplit(": ", 1)[-1][:80]
    return InputError(f"{path}: the file is damaged or cut short ({reason}); get it again")


def _check_format(path: Path) -> None:
    """Refuse what is not the format its name says: GDAL would guess, and open other kinds."""
    suffix = path.suffix.lower()
    is_text = suffix in (".geojson", ".json")
    _check(path, LARGEST_TEXT_MB if is_text else LARGEST_FILE_MB)
    with path.open("rb") as file:
        head = file.read(64)
    if is_text:
        good = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
    else:
        good = head.startswith(_MAGIC[suffix])
    if not good:
        raise InputError(f"{path}: is no {suffix[1:]} file, whatever its name; check its format")


@contextmanager
def _without_gdal_warnings() -> Iterator[Any]:
    """Yield pyogrio; silence what it only warns of: harmless, or found wrong by our own check."""
    import pyogrio  # type: ignore[import-untyped]  # slow: loads GDAL

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield pyogrio


def _layers(path: Path) -> list[str]:
    """Return the names of the layers that have shapes."""
    _check_format(path)
    try:
        with _without_gdal_warnings() as pyogrio:
            return [str(name) for name, shape in pyogrio.list_layers(path) if shape is not None]
    except (RuntimeError, ValueError) as error:
        raise _damaged(path, error) from error


def _columns(path: Path, layer: str) -> set[str]:
    try:
        with _without_gdal_warnings() as pyogrio:
            return set(pyogrio.read_info(path, layer=layer)["fields"])
    except (RuntimeError, UnicodeDecodeError) as error:
        raise _damaged(path, error) from error


def _read_layer(path: Path, layer: str) -> gpd.GeoDataFrame:
    try:
        with _without_gdal_warnings() as pyogrio:
            count = pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"]
    except (RuntimeError, UnicodeDecodeError) as error:
        raise _damaged(path, error) from error
    _check_count(path, count)
    try:
        with _without_gdal_warnings(), np.errstate(invalid="ignore"):
            frame = gpd.read_file(path, layer=layer)
    except (RuntimeError, UnicodeDecodeError, shapely.errors.ShapelyError) as error:
        raise _damaged(path, error) from error
    if len(frame) != count:
        raise InputError(
            f"{path}: {len(frame)} of {counted(count, 'feature')} could be read; get it again"
        )
    return frame


def _parquet(path: Path) -> gpd.GeoDataFrame:
    _check_format(path)
    try:
        count = pyarrow.parquet.read_metadata(path).num_rows
    except (pyarrow.ArrowException, OSError) as error:
        raise _damaged(path, error) from error
    _check_count(path, count)
    most = LARGEST_UNPACKED_MB * 1_000_000
    try:
        size = unpacked_bytes(path, most)
    except (pyarrow.ArrowException, OSError) as error:
        raise _damaged(path, error) from error
    if size > most:
        raise InputError(
            f"{path}: takes more than {LARGEST_UNPACKED_MB} MB unpacked; cut the study area out"
        )
    try:
        with np.errstate(invalid="ignore"):  # vertices that are not numbers
            return gpd.read_parquet(path)
    except (pyarrow.ArrowException, OSError, ValueError, shapely.errors.ShapelyError) as error:
        raise _damaged(path, error) from error


NO_GRAPH = (LookupError, ValueError, TypeError, SyntaxError, AttributeError, RecursionError)
"""What networkx and osmnx raise for a file that is XML and no graph of streets."""


def _graphml(path: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    import networkx as nx  # slow, and needed for GraphML alone
    import osmnx as ox  # slow, and needed for GraphML alone

    _check(path, LARGEST_TEXT_MB)
    try:
        graph = ox.load_graphml(path)
    except (ElementTree.ParseError, nx.NetworkXError, UnicodeDecodeError) as error:
        raise _damaged(path, error) from error
    except NO_GRAPH as error:
        raise _no_graph(path, error) from error
    try:
        return graph_frames(graph)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (*NO_GRAPH, pyproj.exceptions.ProjError) as error:
        raise _no_graph(path, error) from error


def _no_graph(path: Path, error: Exception) -> InputError:
    words = " ".join(str(error).split())[:80]
    return InputError(
        f"{path}: no GraphML of a street graph ({words}); save it with osmnx.save_graphml"
    )


def _json(path: Path) -> object:
    _check(path, LARGEST_TEXT_MB)
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _damaged(path, error) from error
