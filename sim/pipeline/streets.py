"""Which streets become seen in a run between two numbers of cameras, over all its fleets.

A run keeps the streets of the fleet that it shows. The other fleets are drawn again from the seeds
that it names: placed and looked with once more, which takes a part of what the run took; walks are
not needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.cameras.tasks import TASKS
from sim.city.loaders import load_city
from sim.errors import InputError
from sim.pipeline.fleets import in_order
from sim.pipeline.simulate import placed, placements_of
from sim.pipeline.user_inputs import read_own_inputs
from sim.processes import available_cores
from sim.results.contract import fleets_of
from sim.results.metrics import HEADLINE_TASK
from sim.results.run import Run, read_run
from sim.results.streets import By, Grouped, Seen
from sim.sight.arrays import PieceArrays
from sim.sight.sightings import see
from sim.surface import WithCard, axes_for, percent
from sim.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

USUAL = (4000, 60000)
"""The two numbers compared where a run has both."""

Foresee = Callable[[int, float], object]


@dataclass(frozen=True, repr=False)
class StreetsSeen(WithCard):
    """Which streets become seen between two numbers of cameras.

    Attributes
    ----------
    table
        A street, class or district a row, see `sim.results.streets.Grouped.table`.
    whole
        The same figures of all streets of the area together.
    from_total, to_total
        Cameras in the whole city.
    task
        Image quality.
    by
        "name", "class" or "district".
    fleets
        Over how many fleets the figures are means.
    seconds
        How long drawing the fleets again took, s.
    notes
        What has to be said beside the table.
    """

    table: pd.DataFrame
    whole: Mapping[str, float]
    from_total: int
    to_total: int
    task: str
    by: By
    fleets: int
    seconds: float
    notes: tuple[str, ...]

    def plot(self, ax: Axes | None = None, *, top: int = 20) -> Axes:
        """Draw the shares of the streets that gain most at both numbers; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        top
            How many streets, classes or districts.
        """
        ax = axes_for(ax, to_scale=False)
        rows = self.table.head(top).iloc[::-1]
        places, ends = range(len(rows)), (rows["from_share"], rows["to_share"])
        ax.hlines(places, *ends, color="0.7")
        for share, total in zip(ends, (self.from_total, self.to_total), strict=True):
            ax.plot(share, places, "o", label=counted(total, "camera"))
        ax.set_yticks(places, rows["name"].replace("", "–").to_list())
        ax.set_xlabel(f"share of street length seen, {self.task}")
        ax.legend(frameon=False)
        return ax

    def _in_short(self) -> str:
        return (
            f"{counted(len(self.table), 'row')} by {self.by}, {self.task}, {self.from_total:,} to "
            f"{counted(self.to_total, 'camera')}"
        )

    def _card(self) -> tuple[str, Mapping[str, object]]:
        def words(share: Mapping[Any, Any]) -> str:
            return f"{percent(share['from_share'])} to {percent(share['to_share'])}"

        first = self.table.head(5).to_dict("records")
        title = (
            f"Streets seen, {self.task}: {self.from_total:,} to {counted(self.to_total, 'camera')}"
        )
        return title, {
            "all streets": words(self.whole),
            **{str(row["name"]) or "–": words(row) for row in first},
        }

    def to_json(self, top: int | None = None) -> dict[str, Any]:
        """Return everything as plain values.

        Parameters
        ----------
        top
            Only so many rows; all by default.
        """
        rows = self.table if top is None else self.table.head(top)
        return {
            "from_total": self.from_total,
            "to_total": self.to_total,
            "task": self.task,
            "by": self.by,
            "fleets": self.fleets,
            "seconds": round(self.seconds, 3),
            "whole": dict(self.whole),
            "streets": rows.to_dict("records"),
            "notes": list(self.notes),
        }


def streets(
    run: Run | str | Path,
    *,
    from_total: int | None = None,
    to_total: int | None = None,
    by: By = "name",
    task: str = HEADLINE_TASK,
    all_fleets: bool = True,
    foresee: Foresee = lambda _fleets, _seconds: None,
) -> StreetsSeen:
    """Return which streets become seen in a finished run between two numbers of cameras.

    Parameters
    ----------
    run
        A run folder, or what `sim.read_run` returns.
    from_total, to_total
        Cameras in the whole city; by default 4,000 and 60,000 where the run has both, otherwise
        its first and its last total (from 0 where it has one).
    by
        "name", "class" or "district".
    task
        Quality: detect, observe, recognise or identify.
    all_fleets
        Whether to draw the run's other fleets again, for means and bands.
    foresee
        Called with the number of fleets and the seconds that drawing them again will take, once
        one of them shows it.

    Returns
    -------
    StreetsSeen
        Every street's length counts once, however many lines it is drawn with; its share is that
        of all its lines.

    Raises
    ------
    InputError
        A total, task or kind of group that cannot be, or no whole run.
    """
    run = run if isinstance(run, Run) else read_run(run)
    first, last = _totals(run, from_total, to_total)
    if task not in TASKS:
        raise InputError(f'"{task}" is no task; choose one of {", ".join(TASKS)}')
    grouped = Grouped(run.city, by)
    begun = time.perf_counter()
    found, notes = _of_fleets(run, grouped, first, last, task, foresee if all_fleets else None)
    seconds = time.perf_counter() - begun if len(found) > 1 else 0.0
    table, whole = grouped.table(found), grouped.whole(found)
    return StreetsSeen(table, whole, first, last, task, by, len(found), seconds, notes)


def _of_fleets(
    run: Run, grouped: Grouped, first: int, last: int, task: str, foresee: Foresee | None
) -> tuple[list[Seen], tuple[str, ...]]:
    """Return what each fleet sees, or that shown alone, and why; None: no other is asked for."""
    why = "without band."
    if fleets_of(run.summary) == 1:
        why = _alone(run)
    elif foresee is not None:
        try:
            pieces = fleets_again(run, foresee=foresee)
            return [grouped.seen(one, first, last, task) for one in pieces], ()
        except InputError as error:
            why = f"without band: {error}"
    shown = grouped.seen(run.pieces, first, last, task)
    return [shown], (f"Of the fleet that the run shows, {why}",)


def _alone(run: Run) -> str:
    """Return in words why a run has one fleet."""
    if run.summary.get("ensemble", {}).get("asked", 1) > 1:
        return "the same whatever the seed: the range over strategies carries the doubt."
    return "the only one: without band (ensemble: {fleets: 20} draws more)."


def _totals(run: Run, first: int | None, last: int | None) -> tuple[int, int]:
    """Return the two numbers to compare.

    Raises
    ------
    InputError
        They are not in order, or above what the run has placed.
    """
    have = run.totals
    own = (have[0] if len(have) > 1 else 0, have[-1])
    usual = USUAL if set(USUAL) <= set(have) else own
    one, two = usual[0] if first is None else first, usual[1] if last is None else last
    if not 0 <= one < two:
        raise InputError(
            f"from {one:,} to {counted(two, 'camera')}: give two numbers in rising order"
        )
    if two > have[-1]:
        raise InputError(f"{counted(two, 'camera')}: this run goes up to {have[-1]:,}")
    return one, two


def fleets_again(run: Run, *, foresee: Foresee = lambda _f, _s: None) -> Iterator[PieceArrays]:
    """Yield the first-seen ranks of each fleet of a run, in the order of their seeds.

    Parameters
    ----------
    run
        A run of several fleets.
    foresee
        Called with the number of fleets and the seconds that all will take.

    Raises
    ------
    InputError
        The city or a file of the scenario is not there any more, or has changed: the fleet shown
        is not found as the run has it.
    """
    scenario = run.scenario
    city, own = read_own_inputs(scenario, load_city(scenario.area))
    placements = placements_of(scenario, city, own)
    seeds = run.table("fleets", ["fleet", "seed", "shown"]).drop_duplicates("fleet")

    def one(seed: int) -> PieceArrays:
        return see(city, placed(scenario, placements, seed), threads=1).first_seen.arrays

    begun, cores = time.perf_counter(), available_cores()
    numbers, shown = seeds["seed"].tolist(), seeds["shown"].to_numpy(bool)
    for count, pieces in enumerate(in_order(one, numbers, cores)):
        if count == 0:
            foresee(len(numbers), (time.perf_counter() - begun) * len(numbers) / cores)
        if shown[count] and not _same(pieces, run.pieces):
            raise InputError("streets or cameras have changed since it was made; run it again")
        yield pieces


def _same(one: PieceArrays, other: PieceArrays) -> bool:
    """Return whether two fleets see the same, up to the rounding of another machine."""
    return (
        np.array_equal(one.piece_ptr, other.piece_ptr)
        and np.array_equal(one.rank, other.rank)
        and np.allclose(one.end, other.end, rtol=0, atol=1e-6)
    )
