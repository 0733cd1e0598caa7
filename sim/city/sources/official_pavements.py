"""The Government's pavement inventory: which ground is carriageway and which is footway.

Areas at ground level alone are read; viaducts and subways lie above and below the streets whose
width is asked for. Seams inside a carriageway are no kerbs: neighbours of one use are one.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.sources.official_records import AREA, numbers, read_records
from sim.errors import InputError

FIELDS = ("OBJECTID", "FEAT_TYPE", "LVL")
CARRIAGEWAY, FOOTWAY, OTHER, CYCLE, LANE, RUN_IN, REFUGE, ISLAND = 1, 2, 3, 5, 6, 7, 31, 32
DRIVEN = (CARRIAGEWAY, CYCLE, LANE, RUN_IN)
WALKED = (FOOTWAY, OTHER, REFUGE, ISLAND)
NOT_A_STREET = (8, 9, 23, 24)
"""Interchanges and car parks."""


class Paved(NamedTuple):
    """Areas of street at ground level, EPSG:2326."""

    shape: NDArray[np.object_]
    driven: NDArray[np.bool_]
    """Whether it is carriageway, and not footway, refuge or island."""


def read_pavements(path: Path) -> tuple[Paved, dict[str, float]]:
    """Read the layer INV_PG.

    Parameters
    ----------
    path
        The whole layer as GeoJSON, or JSON of the server.

    Returns
    -------
    paved
        Areas at ground level.
    report
        What was left out, counted.

    Raises
    ------
    InputError
        As `read_records`; or none of its areas is a street at ground level.
    """
    records = read_records(path, FIELDS, AREA)
    kind, level = (numbers(records.fields[name]) for name in ("FEAT_TYPE", "LVL"))
    ground = (level == 0) | np.isnan(level)
    street = np.isin(kind, (*DRIVEN, *WALKED))
    report = {
        **records.left_out,
        "pavements_off_the_ground": float((~ground).sum()),
        "pavements_not_of_streets": float((np.isin(kind, NOT_A_STREET) & ground).sum()),
        "pavements_unknown": float((~street & ~np.isin(kind, NOT_A_STREET) & ground).sum()),
    }
    keep = ground & street
    if not keep.any():
        raise InputError(
            f"{path}: none of its {len(keep):,} areas is a street at ground level; "
            "give the layer INV_PG"
        )
    shape = np.asarray(shapely.make_valid(shapely.force_2d(records.shape[keep])), object)
    paved = Paved(shape, np.isin(kind[keep], DRIVEN))
    return paved, {key: value for key, value in report.items() if value}
