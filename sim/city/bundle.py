"""City bundles: a folder of GeoParquet layers with a manifest of digests, licences and counts.

A city is kept on disk and found again by name. A bundle is written beside its place and moved into
it, and is refused whole when any of it was cut short or changed.
"""

from __future__ import annotations

import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow
import shapely

from sim.area import Area, DistrictPart
from sim.atomic_write import FolderKind, replace_folder
from sim.city.bundle_folder import (
    FORMAT,
    FORMAT_VERSION,
    GROUND_VERSION,
    TREES_VERSION,
    is_bundle,
    read_manifest,
)
from sim.city.decks import DECKS
from sim.city.ground import Ground
from sim.city.model import City
from sim.city.places import Places
from sim.city.streets import StreetNetwork
from sim.city.trees import Trees
from sim.city.walls import Walls
from sim.errors import InputError

SURROUNDINGS = "surroundings"
"""A layer that a bundle may have: what a map shows around the streets."""
LAYERS = ("nodes", "edges", "walls", "places", "area")
COLUMNS = {
    "nodes": {"osm_id"},
    "edges": {"u", "v", "street", "name", "name_zh", "highway", "deck", "steps", "length"},
    "walls": {"height", "kind"},
    "places": {"kind", "name", "name_zh", "weight"},
    "area": {"kind"},
    "trees": {"radius", "base", "top", "of"},
    SURROUNDINGS: {"kind", "name", "name_zh"},
}
LARGEST_LAYER_MB = 2000
_FILES = frozenset(
    {
        "manifest.json",
        "ground.parquet",
        *(f"{layer}.parquet" for layer in (*LAYERS, "trees", SURROUNDINGS)),
    }
)
BUNDLE_FOLDER = FolderKind(
    "a bundle",
    lambda parts: len(parts) == 1 and parts[0] in _FILES,
    is_bundle,
    "choose another name or remove it",
)
"""A bundle replaces an earlier bundle and nothing else."""


def save_bundle(city: City, folder: Path, *, imported: str | None = None) -> Path:
    """Write a city as a bundle; the same city gives the same bytes.

    Parameters
    ----------
    city
        What to write.
    folder
        The bundle itself, for example ``bundle_path("mong_kok")``; replaced if it is a bundle.
    imported
        Date to note in the manifest; none by default, so that bytes depend on the city only.

    Raises
    ------
    InputError
        The folder holds something else, or cannot be written.
    """
    folder = Path(folder)
    try:
        with replace_folder(folder, BUNDLE_FOLDER) as new:
            _write(city, new, imported)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from error
    return folder


def load_bundle(folder: Path) -> City:
    """Read a city from a bundle, every layer checked against its digest.

    Raises
    ------
    InputError
        A layer is missing, cut short or changed, or the bundle is of a later version.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    try:
        names = [name for name in COLUMNS if name in LAYERS or name in manifest["layers"]]
        layers = {name: _read_layer(folder, name, manifest["layers"][name]) for name in names}
        city = _city(manifest, layers, _read_ground(folder, manifest.get("ground")))
        city = replace(city, surroundings=layers.get(SURROUNDINGS))
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise InputError(f"{folder}: the bundle is damaged ({reason}); import it again") from error
    return city


def _package_version() -> str:
    try:
        return version("hk-camera-sim")
    except PackageNotFoundError:
        return "not installed"


def _write(city: City, folder: Path, imported: str | None) -> None:
    area = gpd.GeoDataFrame(
        {"kind": ["area", "region"]},
        geometry=[city.area.polygon, city.area.region],
        crs=city.area.crs,
    )
    layers = {
        "nodes": city.streets.nodes,
        "edges": city.streets.edges,
        "walls": city.walls.footprints,
        "places": city.places.table,
        "area": area,
        **({} if city.trees is None else {"trees": city.trees.table}),
        **({} if city.surroundings is None else {SURROUNDINGS: city.surroundings}),
    }

    def written(name: str) -> dict[str, Any]:
        path, frame = folder / f"{name}.parquet", layers[name]
        frame.to_parquet(path, index=False, compression="zstd", geometry_encoding="WKB")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"file": path.name, "rows": len(frame), "sha256": digest}

    large: list[str] = [n for n in ("walls", "edges", "trees") if n in layers]  # not side by side
    with ThreadPoolExecutor(1) as pool:
        small = {name: pool.submit(written, name) for name in layers if name not in large}
        done = {name: written(name) for name in large}
        done |= {name: layer.result() for name, layer in small.items()}
    described = {name: done[name] for name in layers}
    manifest = {
        "format": FORMAT,
        "version": _version(city),
        "package_version": _package_version(),
        "imported": imported,
        "name": city.area.name,
        "name_zh": city.area.name_zh,
        "crs": city.area.crs,
        "halo_m": city.area.halo_m,
        "parts": [vars(part) for part in city.area.parts],
        "streets_report": city.streets.report,
        "walls_kind": city.walls.kind,
        "walls_report": city.walls.report,
        "provenance": city.provenance,
        "layers": described,
        **({} if city.ground is None else {"ground": _write_ground(city.ground, folder)}),
        **({} if city.trees is None else {"trees_report": city.trees.report}),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _version(city: City) -> int:
    """Return the oldest version of bundles that holds all of a city."""
    if city.trees is not None:
        return TREES_VERSION
    return FORMAT_VERSION if city.ground is None else GROUND_VERSION


def _write_ground(ground: Ground, folder: Path) -> dict[str, Any]:
    path = folder / "ground.parquet"
    table = pd.DataFrame({"height": ground.height.astype(np.float32).ravel()})
    table.to_parquet(path, index=False, compression="zstd")
    rows, columns = ground.height.shape
    return {
        "file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "west": ground.west, "south": ground.south, "cell": ground.cell,
        "rows": rows, "columns": columns,
    }  # fmt: skip


def _read_ground(folder: Path, described: dict[str, Any] | None) -> Ground | None:
    if described is None:
        return None
    data = _checked(folder / "ground.parquet", described["sha256"])
    try:
        height = pd.read_parquet(io.BytesIO(data))["height"].to_numpy(np.float32)
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(
            f"{folder / 'ground.parquet'}: cannot be read; import the bundle again"
        ) from error
    shape = int(described["rows"]), int(described["columns"])
    west, south, cell = (float(described[name]) for name in ("west", "south", "cell"))
    return Ground(west, south, cell, height.reshape(shape))


def _checked(path: Path, sha256: str) -> bytes:
    """Return the bytes of a file of a bundle as it was written."""
    if not path.is_file():
        raise InputError(f"{path}: missing from the bundle; import it again")
    if path.stat().st_size > LARGEST_LAYER_MB * 1_000_000:
        raise InputError(f"{path}: larger than {LARGEST_LAYER_MB} MB; import a smaller area")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise InputError(f"{path}: cut short or changed since the import; import it again")
    return data


def _read_layer(folder: Path, name: str, described: dict[str, Any]) -> gpd.GeoDataFrame:
    path = folder / f"{name}.parquet"
    data = _checked(path, described["sha256"])
    try:
        frame = gpd.read_parquet(io.BytesIO(data))
    except (pyarrow.ArrowException, OSError, shapely.errors.ShapelyError) as error:
        raise InputError(f"{path}: cannot be read; import the bundle again") from error
    missing = COLUMNS[name] - set(frame.columns)
    if missing or len(frame) != described["rows"]:
        what = f"no column {sorted(missing)[0]}" if missing else "rows are missing"
        raise InputError(f"{path}: {what}; import the bundle again")
    return frame


def _city(
    manifest: dict[str, Any], layers: dict[str, gpd.GeoDataFrame], ground: Ground | None
) -> City:
    edges, nodes = layers["edges"], layers["nodes"]
    ends = edges[["u", "v"]].to_numpy()
    if not edges["deck"].isin(DECKS).all() or not np.isin(ends, np.arange(len(nodes))).all():
        raise InputError(f"bundle {manifest['name']!r}: edges do not fit nodes; import it again")
    shapes = dict(zip(layers["area"]["kind"], layers["area"].geometry, strict=True))
    return City(
        Area(
            name=manifest["name"],
            name_zh=manifest["name_zh"],
            polygon=shapes["area"],
            region=shapes["region"],
            crs=manifest["crs"],
            parts=tuple(DistrictPart(**part) for part in manifest["parts"]),
            halo_m=float(manifest["halo_m"]),
        ),
        StreetNetwork(nodes, edges, manifest["streets_report"]),
        Walls(layers["walls"], manifest["walls_kind"], manifest["walls_report"]),
        Places(layers["places"]),
        manifest["provenance"],
        ground=ground,
        trees=Trees(layers["trees"], manifest["trees_report"]) if "trees" in layers else None,
    )
