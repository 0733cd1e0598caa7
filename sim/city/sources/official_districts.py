"""The Government's district boundaries as study areas, without the sea that they hold."""

from __future__ import annotations

from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from sim.area import district_outlines
from sim.city.district_names import named_districts
from sim.city.sources.official_records import AREA, read_records, texts
from sim.errors import InputError

OUTLINE_TOLERANCE_M = 150.0
"""The built-in outlines, which end at the shore, are generalised to this."""


def read_districts(path: Path) -> dict[str, BaseGeometry]:
    """Read the layer DCD.

    Parameters
    ----------
    path
        The whole layer as GeoJSON, or JSON of the server.

    Returns
    -------
    The land of each district, EPSG:2326, keyed by its English name; the built-in outline of one
    that the file lacks.

    Raises
    ------
    InputError
        As `read_records`; or it names no district.
    """
    records = read_records(path, ("OBJECTID", "NAME_EN"), AREA)
    known = district_outlines()
    land = shapely.union_all(list(known.values())).buffer(OUTLINE_TOLERANCE_M)
    outlines: dict[str, list[BaseGeometry]] = {}
    for name, shape in zip(texts(records.fields["NAME_EN"]), records.shape, strict=True):
        for district in named_districts(name) if name.lower() != "all" else ():
            outlines.setdefault(district.name, []).append(shapely.make_valid(shape))
    if not outlines:
        raise InputError(f"{path}: names no district of Hong Kong; give the layer DCD")
    found = {name: shapely.union_all(own) & land for name, own in outlines.items()}
    return {**known, **found}
