"""What the next cameras would add, and what would be missing without some.

Both are read from exact sightings: additions from first-seen ranks, so they add up to the coverage;
removals by finding the ranks again without the heads in question, because a head left out may have
hidden a later one. Streets of the study area count. Why anyone would add or remove is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.cameras.fleet import only_of_simulated
from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.sight.ranks import first_seen
from sim.wording import counted

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.sight.sightings import Sightings

MOST_STEPS = 1_000_000


def next_heads(
    seen: Sightings, step: int = 1000, *, task: str = "recognise", up_to: int | None = None
) -> pd.DataFrame:
    """Return what each further `step` heads in the whole city add to what is seen in the area.

    Parameters
    ----------
    seen
        What the largest fleet sees.
    step
        Heads in the whole city, 1 or more.
    task
        One of `sim.cameras.optics.TASKS`.
    up_to
        Last total; by default the first multiple of `step` with all heads.

    Returns
    -------
    DataFrame
        A step a row: from_total (not included), to_total, cameras (heads that come in the step
        inside the study area), around (heads that come beside it and may see into it), new_m
        (street first seen in the step, m), new_share (of all street length), coverage (share seen
        at to_total), m_per_camera (new_m for each of `cameras`; NaN without one), diminishing
        (whether a camera of this step adds less than one of the last step that had any).

    Raises
    ------
    InputError
        The step or the last total cannot be, or there is no such task.
    """
    rank = seen.fleet.arrays.rank
    seen.fleet.check_totals(() if up_to is None else [up_to])
    last = int(up_to if up_to is not None else rank.max(initial=0))
    if step < 1 or last < 0 or last / step > MOST_STEPS:
        raise InputError(f"step: is {step}, up to {last}; give a step of 1 or more heads")
    to = np.arange(1, -(-last // step) + 1) * step
    if up_to is not None and len(to):
        to[-1] = last
    length = seen.first_seen.length_m
    share = np.array([seen.first_seen.coverage(total)[_known(task)] for total in to.tolist()])
    new = np.diff(share, prepend=0.0)
    inside = seen.fleet.inside(seen.area)
    cameras, around = (
        np.diff(np.searchsorted(rank[of], to, side="right"), prepend=0) for of in (inside, ~inside)
    )
    each = np.divide(new * length, cameras, out=np.full(len(to), np.nan), where=cameras > 0)
    before = pd.Series(each).ffill().shift().to_numpy(np.float64)
    return pd.DataFrame(
        {
            "from_total": np.concatenate([[0], to[:-1]])[: len(to)],
            "to_total": to,
            "cameras": cameras,
            "around": around,
            "new_m": new * length,
            "new_share": new,
            "coverage": share,
            "m_per_camera": each,
            "diminishing": each < before,
        }
    )


def without(
    seen: Sightings, heads: NDArray[np.bool_], *, totals: Sequence[int] | None = None
) -> pd.DataFrame:
    """Return what is seen with and without some heads.

    Parameters
    ----------
    seen
        What the whole fleet sees.
    heads
        Which heads are taken away, see `heads_of`; nobody takes their place.
    totals
        Heads in the whole city, by default that of all heads.

    Returns
    -------
    DataFrame
        A total and task a row: total, task, cameras (heads of the region, halo included, up to the
        total), removed (those taken away among them), coverage, coverage_without (shares of street
        length), lost_m (street that only they saw, m), m_per_camera (lost_m for each removed; NaN
        without).

    Raises
    ------
    InputError
        The mask is not one truth value a head, or a total is above those of the fleet.
    """
    seen.fleet.check_totals(totals or ())
    rank = seen.fleet.arrays.rank
    mask = np.asarray(heads)
    if mask.dtype != bool or mask.shape != rank.shape:
        raise InputError(
            f"heads to remove: give one truth value for each of the {counted(len(rank), 'head')}"
        )
    every, left = seen.first_seen, first_seen(seen, heads=~mask)
    rows = []
    for total in [int(rank.max(initial=0))] if totals is None else totals:
        cameras = int(np.searchsorted(rank, total, side="right"))
        removed = int(mask[:cameras].sum())
        full, rest = every.coverage(total), left.coverage(total)
        for task in TASKS:
            remains = min(rest[task], full[task])  # never more, up to the order of adding up
            lost = (full[task] - remains) * every.length_m
            each = lost / removed if removed else np.nan
            rows.append((total, task, cameras, removed, full[task], remains, lost, each))
    return pd.DataFrame(
        rows,
        columns=["total", "task", "cameras", "removed", "coverage", "coverage_without", "lost_m",
                 "m_per_camera"],
    )  # fmt: skip


def heads_of(
    fleet: Fleet,
    *,
    owners: Sequence[str] = (),
    sites: Sequence[int] = (),
    ranks: Sequence[int] = (),
) -> NDArray[np.bool_]:
    """Return which heads are those of some owners, or on some sites, or in a list of city ranks.

    Raises
    ------
    InputError
        The fleet has no head of such an owner, site or rank; the first is named. Or sites or ranks
        are asked of cameras that are not simulated: of these only owners are told apart.
    """
    if sites or ranks:
        only_of_simulated(fleet.simulated, "single cameras are not left out")
    found = np.zeros(len(fleet), bool)
    for column, wanted in (("owner", owners), ("site", sites), ("rank", ranks)):
        have = fleet.heads[column]
        missing = [value for value in wanted if value not in set(have)]
        if missing:
            raise InputError(f"no camera of {column} {missing[0]!r} in this fleet; correct it")
        found |= have.isin(list(wanted)).to_numpy(bool)
    return found


def _known(task: str) -> str:
    """Check the name of a task.

    Raises
    ------
    InputError
        There is none of that name.
    """
    if task not in TASKS:
        raise InputError(f'"{task}" is no task; choose one of {", ".join(TASKS)}')
    return task
