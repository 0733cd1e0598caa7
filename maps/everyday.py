"""A hundred of a run's everyday walks, as the doors between which they lead.

The page finds their ways itself, as it does for the reader's own; a walk here is drawn at random
and nobody's. They are given for simulated cameras only, as whatever tells of single walks.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.answer import is_answered
from maps.finder import junctions
from maps.packing import Columns
from maps.run_folder import RunFolder

EVERYDAY = 100
"""How many walks a page carries."""


def add_everyday(columns: Columns, run: RunFolder, walks: int = EVERYDAY) -> None:
    """Add the junctions of both doors of so many walks, evenly through all that the answer counts.

    Parameters
    ----------
    columns
        To add to.
    run
        The run; nothing is added where it has no answer, or a camera is not simulated.
    walks
        How many at most.
    """
    known = run.whole is not None and run.summary["simulated"] and is_answered(run.summary)
    if not (walks and known):
        return
    doors = _counted(run)
    chosen = np.unique(np.linspace(0, len(doors) - 1, min(walks, len(doors))).round().astype(int))
    ends = run.edges[["u", "v"]].to_numpy(np.int64)
    node, first = np.unique(ends, return_index=True)
    number = junctions(run.edges).ravel()[first]
    for side, name in enumerate(("day_from", "day_to")):
        columns.add(name, number[np.searchsorted(node, doors[chosen, side])])


def _counted(run: RunFolder) -> NDArray[np.int64]:
    """Return the nodes of both doors of each walk that the answer counts, shape (walks, 2)."""
    assert run.whole is not None
    table = run.whole.table("trips", ("named", "origin", "destination"))
    drawn = table[~table["named"].to_numpy(bool)]
    doors = drawn[["origin", "destination"]].to_numpy(np.int64)
    known = np.isin(doors, run.edges[["u", "v"]].to_numpy(np.int64)).all(axis=1)
    at = run.whole.city.streets.arrays
    area = shapely.union_all(run.districts.geometry[run.districts["kind"] == "area"].to_numpy())
    shapely.prepare(area)
    inside = shapely.intersects_xy(area, at.node_x[doors], at.node_y[doors]).all(axis=1)
    apart = doors[:, 0] != doors[:, 1]
    found: NDArray[np.int64] = doors[known & inside & apart]
    return found
