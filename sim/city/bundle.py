"""City bundles: a folder of GeoParquet layers with a manifest of digests, licences and counts.

It knows how a city is kept on disk and found again by name, not how it is made. A bundle is written
aside and moved into place, and is refused whole when any of it was cut short or changed.
"""

from __future__ import annotations

import difflib
import hashlib
import io
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shlex import quote
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from sim.area import Area, DistrictPart
from sim.atomic_write import folder_aside
from sim.city import City
from sim.city.places import Places
from sim.city.streets import DECKS, StreetNetwork
from sim.city.walls import Walls
from sim.errors import InputError
from sim.processes import available_cores

FORMAT = "hk-camera-sim city"
FORMAT_VERSION = 1
LAYERS = ("nodes", "edges", "walls", "places", "area")
COLUMNS = {
    "nodes": {"osm_id"},
    "edges": {"u", "v", "street", "name", "name_zh", "highway", "deck", "steps", "length"},
    "walls": {"height", "kind"},
    "places": {"kind", "name", "name_zh", "weight"},
    "area": {"kind"},
}
BUILT_IN = ("mong_kok_core",)
"""Samples that come with the package."""
LARGEST_MANIFEST_MB = 10
LARGEST_LAYER_MB = 2000
DATA_FOLDER_VARIABLE = "HK_CAMERA_SIM_DATA"

_NAME = re.compile(r"[\w][\w.-]{0,63}")


def bundles_folder() -> Path:
    """Return the folder that holds bundles: HK_CAMERA_SIM_DATA, else the user's data folder."""
    from platformdirs import user_data_dir

    given = os.environ.get(DATA_FOLDER_VARIABLE)
    return Path(given) if given else Path(user_data_dir("hk-camera-sim", appauthor=False))


def bundle_path(name: str) -> Path:
    """Return the folder in which the bundle of a name is kept, whether it exists or not.

    Raises
    ------
    InputError
        The name is not made of letters, digits, "_", "-" and ".", or is a built-in sample's.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"name: {name!r} cannot name a bundle; use up to 64 letters, digits, _ - and ."
        )
    if name in BUILT_IN:
        raise InputError(f"name: {name!r} is the built-in sample; choose another name")
    return bundles_folder() / name


def list_bundles() -> list[str]:
    """Return the names of the bundles in `bundles_folder`, sorted."""
    folder = bundles_folder()
    if not folder.is_dir():
        return []
    return sorted(p.name for p in folder.iterdir() if _is_bundle(p) and _NAME.fullmatch(p.name))


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
    if folder.exists() and not _is_bundle(folder):
        raise InputError(f"{folder}: exists and is no bundle; choose another name or remove it")
    try:
        with folder_aside(folder) as new:
            _write(city, new, imported)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from error
    return folder


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a bundle's manifest: name, sources, licences, counts, what was dropped, digests.

    Raises
    ------
    InputError
        No bundle, a damaged manifest, or one of a later version.
    """
    path = Path(folder) / "manifest.json"
    if not path.is_file():
        raise InputError(f"{folder}: no bundle there (no manifest.json); import one")
    if path.stat().st_size > LARGEST_MANIFEST_MB * 1_000_000:
        raise InputError(f"{path}: too large for a manifest; import the bundle again")
    try:
        manifest = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: damaged or cut short; import the bundle again") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise InputError(f"{path}: is no manifest of a city bundle; import the bundle again")
    found = manifest.get("version")
    if found != FORMAT_VERSION:
        raise InputError(
            f"{path}: bundle version {found!r}, this package reads version {FORMAT_VERSION}; "
            "update hk-camera-sim or import the bundle again"
        )
    return manifest


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
        layers = {name: _read_layer(folder, name, manifest["layers"][name]) for name in LAYERS}
        city = _city(manifest, layers)
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise InputError(f"{folder}: the bundle is damaged ({reason}); import it again") from error
    return city


def load_city(name_or_path: str | Path) -> City:
    """Load a city by the name of a built-in sample or bundle, or by the path of a bundle.

    Districts of Hong Kong may be named as people write them, in either language, several with
    commas between them, or as "all": the bundle is the one that `sim data fetch` makes of them.

    Parameters
    ----------
    name_or_path
        "mong_kok_core", which is built in; a name that `sim data list` shows; a bundle's folder;
        or districts.

    Raises
    ------
    InputError
        Nothing of that name; the message names the nearest one and how to import.
    """
    name = str(name_or_path)
    if name in BUILT_IN:
        from sim.city.sources.sample import load_sample

        return load_sample(name)
    if _NAME.fullmatch(name) and _is_bundle(bundles_folder() / name):
        return load_bundle(bundles_folder() / name)
    path = Path(name_or_path)
    if path.is_dir():
        return load_bundle(path)
    if path.is_file():
        raise InputError(
            f"{name}: is a file, not a bundle; import it first: sim data import {name} --name NAME",
            key="area",
        )
    words = district_words(name)
    if words:
        plain = district_bundle(words)
        if _is_bundle(bundles_folder() / plain):
            return load_bundle(bundles_folder() / plain)
        asked = " ".join(f'"{word}"' if " " in word else word for word in words)
        raise InputError(
            f"{name}: no bundle {plain!r} of {'these districts' if words[1:] else 'it'} is here; "
            f"make one with `sim data fetch {asked}`, or from an extract with `sim data import "
            f"FILE.osm.pbf --name {plain} --area {quote(name)}`",
            key="area",
        )
    known = [*BUILT_IN, *list_bundles()]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    raise InputError(
        f"{name!r} is no built-in area and no bundle; {hint} "
        f"(to add one: sim data import FILE --name {name if _NAME.fullmatch(name) else 'NAME'})",
        key="area",
    )


def district_words(name: str) -> list[str]:
    """Return the words of a name that is made of districts of Hong Kong, else none.

    Parameters
    ----------
    name
        As people write it: "Wan Chai", "灣仔, Eastern" or "all".
    """
    from sim.city.sources.named_areas import named_districts

    words = [word.strip() for word in re.split("[,、，]", name)]
    return words if all(named_districts(word) for word in words) else []


def district_bundle(words: list[str]) -> str:
    """Return the name of the bundle that `sim data fetch` makes of districts or of "all".

    Names are written as on the list of the 18 districts, in the order given.
    """
    from sim.city.sources.named_areas import named_districts, plain_name

    if [word.lower() for word in words] == ["all"]:
        return "hong_kong"
    return plain_name(" and ".join(d.name for word in words for d in named_districts(word)))


def _is_bundle(folder: Path) -> bool:
    return (folder / "manifest.json").is_file()


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
    }

    def written(name: str) -> dict[str, Any]:
        path, frame = folder / f"{name}.parquet", layers[name]
        frame.to_parquet(path, index=False, compression="zstd", geometry_encoding="WKB")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return {"file": path.name, "rows": len(frame), "sha256": digest}

    with ThreadPoolExecutor(available_cores()) as pool:
        described = dict(zip(layers, pool.map(written, layers), strict=True))
    manifest = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
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
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _read_layer(folder: Path, name: str, described: dict[str, Any]) -> gpd.GeoDataFrame:
    import pyarrow

    path = folder / f"{name}.parquet"
    if not path.is_file():
        raise InputError(f"{path}: missing from the bundle; import it again")
    if path.stat().st_size > LARGEST_LAYER_MB * 1_000_000:
        raise InputError(f"{path}: larger than {LARGEST_LAYER_MB} MB; import a smaller area")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != described["sha256"]:
        raise InputError(f"{path}: cut short or changed since the import; import it again")
    try:
        frame = gpd.read_parquet(io.BytesIO(data))
    except (pyarrow.ArrowException, OSError, shapely.errors.ShapelyError) as error:
        raise InputError(f"{path}: cannot be read; import the bundle again") from error
    missing = COLUMNS[name] - set(frame.columns)
    if missing or len(frame) != described["rows"]:
        what = f"no column {sorted(missing)[0]}" if missing else "rows are missing"
        raise InputError(f"{path}: {what}; import the bundle again")
    return frame


def _city(manifest: dict[str, Any], layers: dict[str, gpd.GeoDataFrame]) -> City:
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
    )
