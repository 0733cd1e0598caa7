"""A hundred of a run's everyday walks, as the doors between which they lead.

The page finds their ways itself, as it does for the reader's own; a walk here is drawn at random
and nobody's. They are chosen so that as many of them are left as the headline says of 100, and are
given for simulated cameras only, as whatever tells of single walks.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.answer import HEADLINE_TASK, answer_of, ends_of, is_answered
from maps.finder import junctions
from maps.packing import Columns
from maps.run_folder import RunFolder

EVERYDAY = 100
"""How many walks a page carries."""


def add_everyday(columns: Columns, run: RunFolder, walks: int = EVERYDAY) -> None:
    """Add the junctions of both doors of so many walks.

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
    doors = everyday_doors(run, walks)
    ends = run.edges[["u", "v"]].to_numpy(np.int64)
    node, first = np.unique(ends, return_index=True)
    number = junctions(run.edges).ravel()[first]
    for side, name in enumerate(("day_from", "day_to")):
        columns.add(name, number[np.searchsorted(node, doors[:, side])])


def everyday_doors(run: RunFolder, walks: int = EVERYDAY) -> NDArray[np.int64]:
    """Return the nodes of both doors of the walks that a page carries, shape (walks, 2).

    Of those that the shown cameras leave at both totals of the headline, at the first only and at
    neither, so many are taken that the walks left are the headline's, which is a mean over all
    placements; evenly through all that the answer counts. Where there are too few of a kind, all
    are taken evenly whatever their kind.

    Parameters
    ----------
    run
        A run with an answer.
    walks
        How many at most.
    """
    assert run.whole is not None
    doors = _counted(run)
    if len(doors) <= walks:
        return doors
    low, high = ends_of(run.summary)
    shares = (answer_of(step, HEADLINE_TASK)[0] or 0.0 for step in (low, high))
    left_low, left_high = (round(walks * share) for share in shares)
    start, end = (np.ascontiguousarray(side) for side in doors.T)
    last = run.whole.last_unseen(start, end)[:, run.tasks.index(HEADLINE_TASK)]
    kind = (last >= low["total"]).astype(int) + (last >= high["total"])
    wanted = (walks - left_low, left_low - left_high, left_high)
    of_kind = [np.flatnonzero(kind == k) for k in range(len(wanted))]
    if any(len(rows) < many for rows, many in zip(of_kind, wanted, strict=True)):
        return doors[_evenly(np.arange(len(doors)), walks)]
    chosen = [_evenly(rows, many) for rows, many in zip(of_kind, wanted, strict=True)]
    return doors[np.sort(np.concatenate(chosen))]


def _evenly(rows: NDArray[np.int64], many: int) -> NDArray[np.int64]:
    """Return so many of some rows, evenly through them."""
    at = np.linspace(0, len(rows) - 1, many).round().astype(int)
    return rows[at] if many else rows[:0]


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
