"""Where city bundles are kept, what they may be called, and what their manifests say.

It reads names and manifests only, so it loads no library of geometry; layers are read and written
by `sim.city.bundle`.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from platformdirs import user_data_dir

from sim.errors import InputError

FORMAT = "hk-camera-sim city"
FORMAT_VERSION = 1
GROUND_VERSION = 2
"""Of a bundle with the heights of its ground, which earlier packages would leave out."""
TREES_VERSION = 3
"""Of one with trees, which earlier packages would leave out too."""
BUILT_IN = ("mong_kok_core",)
"""Samples that come with the package."""
LARGEST_MANIFEST_MB = 10
LONGEST_NAME = 64
DATA_FOLDER_VARIABLE = "HK_CAMERA_SIM_DATA"

NAME = re.compile(rf"[\w][\w.-]{{0,{LONGEST_NAME - 1}}}")
"""What a bundle may be called."""
_MARKED = re.compile(rb'\s*\{\s*"format"\s*:\s*"' + re.escape(FORMAT.encode()) + rb'"')


def bundles_folder() -> Path:
    """Return the folder that holds bundles: HK_CAMERA_SIM_DATA, else the user's data folder."""
    given = os.environ.get(DATA_FOLDER_VARIABLE)
    return Path(given) if given else Path(user_data_dir("hk-camera-sim", appauthor=False))


def bundle_path(name: str) -> Path:
    """Return the folder in which the bundle of a name is kept, whether it exists or not.

    Raises
    ------
    InputError
        The name is not made of letters, digits, "_", "-" and ".", or is a built-in sample's.
    """
    if not NAME.fullmatch(name):
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
    return sorted(p.name for p in folder.iterdir() if is_bundle(p) and NAME.fullmatch(p.name))


def plain_name(name: str) -> str:
    """Return a name as a bundle may have it: "Wan Chai" is "wan_chai"."""
    return re.sub(r"[^\w.]+", "_", name.lower()).strip("_.")[:LONGEST_NAME]


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
    if found not in (FORMAT_VERSION, GROUND_VERSION, TREES_VERSION):
        raise InputError(
            f"{path}: bundle version {found!r}, this package reads version {TREES_VERSION}; "
            "update hk-camera-sim or import the bundle again"
        )
    return manifest


def is_bundle(folder: Path) -> bool:
    """Return whether a folder is a bundle: whether its manifest is of the format.

    One that was cut short still is, so that its name is known and it can be imported again.
    """
    path = folder / "manifest.json"
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_MANIFEST_MB * 1_000_000 + 1)
    except OSError:
        return False
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError):
        return _MARKED.match(content) is not None
    return isinstance(manifest, dict) and manifest.get("format") == FORMAT
