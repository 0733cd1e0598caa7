"""Weeks of residents in a run: what remains possible of home, work place and routine.

Residents are simulated and have no names. What the observer may know, and the rule by which doors
remain possible, is in `sim.days.observer`; nothing here says anything of a real person or camera.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.city.places import KINDS
from sim.days.kept import Case, Watcher, counts, kept_of, met_on, watcher_of
from sim.days.kernels.lives import Kept, Met
from sim.days.kernels.remains import Places, Remaining
from sim.days.lives import HOUR_S, Lives, draw_lives, middle_of
from sim.days.observer import (
    Network,
    Ways,
    heads_in,
    metres_apart,
    network_of,
    remaining,
    told_of_home,
    told_of_work,
    views_of,
    ways_of,
)
from sim.days.parameters import WEEK, WORKDAYS, DaysParameters
from sim.errors import InputError
from sim.results.asked import Asked, asked
from sim.results.contract import DAYS_VERSION
from sim.results.metrics import HEADLINE_TASK
from sim.results.read import RunData
from sim.scenario.parameters import following
from sim.tracking.kernels.walks import PathArrays
from sim.tracking.walks import paths_of
from sim.trips.destinations import ends_of, residents

OWNER = "police"
"""Whose cameras alone stand for owners who are not linked, where it has any."""
NEAR_M = 100.0
"""A guess within so many metres along streets counts as right."""
NEAR_H = 0.5
"""A guess of the hour of leaving within so much counts as right."""
FEW = (10, 50, 1000)
"""Days are counted until fewer other residents than these remain."""


class Candidates(NamedTuple):
    """Where people may live and stay: nodes, homes first, and what is true of them."""

    node: NDArray[np.int64]
    home: Places
    stay: Places
    known: bool
    """Whether it is known how many people live at each door."""

    @property
    def columns(self) -> tuple[slice, slice]:
        """Where the homes and the places to stay are among the nodes."""
        doors = len(self.home.weight)
        return slice(0, doors), slice(doors, len(self.node))


@dataclass(frozen=True)
class Weeks:
    """Lives in a run with all that is kept of them, for each case.

    Attributes
    ----------
    question
        The run, its totals and the task.
    parameters
        Of the lives.
    """

    question: Asked
    parameters: DaysParameters

    @cached_property
    def lives(self) -> Lives:
        """The residents and their walks."""
        scenario = self.question.run.scenario
        return draw_lives(
            self.question.run.city, self.parameters, scenario.seed,
            cost_dispersion=scenario.trips.taste, speed_m_s=scenario.trips.speed_m_s,
        )[0]  # fmt: skip

    @cached_property
    def watcher(self) -> Watcher:
        """Who identifies."""
        run, _, task = self.question
        rules = following(run.scenario)
        return watcher_of(run.city.streets, run.seen, task, self.parameters.by, rules)

    @cached_property
    def network(self) -> Network:
        """The streets."""
        return network_of(self.question.run.city.streets.arrays, self.paths.pace)

    @cached_property
    def paths(self) -> PathArrays:
        """The ways of the lives."""
        run = self.question.run
        return paths_of(run.city.streets, self.lives.walks, run.scenario.trips.speed_m_s)

    @cached_property
    def cases(self) -> list[Case]:
        """Each total with owners linked and not."""
        return [Case(total, owner) for total in self.question.totals for owner in (None, self.own)]

    @cached_property
    def own(self) -> str:
        """Whose cameras stand for owners who are not linked."""
        owners = self.question.run.fleet.heads["owner"].to_numpy(object).astype(str)
        names, count = np.unique(owners, return_counts=True)
        return OWNER if OWNER in names or not len(names) else str(names[np.argmax(count)])

    @cached_property
    def met(self) -> Met:
        """Whom each way meets."""
        return met_on(self.paths, self.question.run.fleet, self.watcher)

    @cached_property
    def kept(self) -> Kept:
        """What is kept of each day in each case, if nothing is deleted."""
        run = self.question.run
        rules, seed = following(run.scenario), run.scenario.seed
        return kept_of(self.lives, self.met, run.fleet, self.watcher, self.cases, rules, seed)

    @cached_property
    def candidates(self) -> Candidates:
        """Where people may live, and where they may stay."""
        city, lives = self.question.run.city, self.lives
        homes = ends_of(city, "home", {})
        door, place = np.unique(homes.node.astype(np.int64), return_inverse=True)
        known = residents(city) is not None
        people = np.ones(len(door))
        if known:
            people = np.bincount(place.reshape(-1), homes.weight).astype(np.float64)
        kinds = [ends_of(city, kind, {}).node for kind in KINDS if kind != "home"]
        stay = np.unique(np.concatenate(kinds).astype(np.int64))
        return Candidates(
            np.concatenate([door, stay]),
            Places(people, metres_apart(self.network, door), _place_of(door, lives.home)),
            Places(np.ones(len(stay)), metres_apart(self.network, stay),
                   _place_of(stay, lives.stays_at)),
            known,
        )  # fmt: skip

    def heads_of(self, case: Case) -> NDArray[np.bool_]:
        """Return which heads count in a case."""
        fleet = self.question.run.fleet
        owner = fleet.heads["owner"].to_numpy(object)
        return np.asarray(counts(owner, case) & (fleet.arrays.rank <= case.total))

    def ways(self, number: int) -> Ways:
        """Return the most likely ways of the case of this number."""
        run, case = self.question.run, self.cases[number]
        chance = run.fleet.heads["duty"].to_numpy(np.float64) * following(run.scenario).uptime
        views = views_of(self.network, self.watcher, np.where(self.heads_of(case), chance, 0.0))
        home, work = told_of_home(self.kept, number), told_of_work(self.kept, number)
        return ways_of(
            self.network, views, heads_in(home[0], work[0]), heads_in(home[1], work[1]),
            self.candidates.node,
        )  # fmt: skip


def weeks_of(
    run: str | Path | RunData,
    parameters: DaysParameters,
    totals: Sequence[int] | None = None,
    task: str = HEADLINE_TASK,
) -> Weeks:
    """Return lives in a run; the parameters and refusals are those of `days_run`."""
    question = asked(run, totals, task)
    if not len(ends_of(question.run.city, "home", {}).x):
        raise InputError(f"{question.run.folder}: no homes are known here, so nobody lives here")
    return Weeks(question, parameters)


def days_run(
    run: str | Path | RunData,
    parameters: DaysParameters | None = None,
    *,
    totals: Sequence[int] | None = None,
    task: str = HEADLINE_TASK,
) -> dict[str, Any]:
    """Return what can still be said of residents after weeks, from identifications alone.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    parameters
        How many residents and days, and how long identifications are kept; the defaults where
        None.
    totals
        Cameras in the whole city, up to the largest total of the run; the run's by default.
    task
        Of `sim.cameras.optics.TASKS`, of a person who searches recordings.

    Returns
    -------
    dict
        version, simulated, run, task, by, hit_rate, people, days, change; doors and residents (of
        the region; null where no population is known), workers (people who work or learn),
        blind (shares right by the same guess of somebody who has nothing: home, work); steps: for
        each total, linked owners or one owner alone, and retention, what `_step` returns.

    Raises
    ------
    InputError
        There is no whole run, nobody lives in its area, or a total or task cannot be.
    """
    weeks = weeks_of(run, parameters or DaysParameters(), totals, task)
    lives, found, data = weeks.lives, weeks.candidates, weeks.question.run
    steps = [step for number in range(len(weeks.cases)) for step in _steps(weeks, number)]
    return {
        "version": DAYS_VERSION, "simulated": data.fleet.simulated,
        "run": str(data.summary.get("scenario", "")), "task": task, "by": weeks.parameters.by,
        "hit_rate": weeks.watcher.hit_rate, "people": len(lives.home), "days": lives.days,
        "change": weeks.parameters.changes, "doors": len(found.home.weight),
        "residents": float(found.home.weight.sum()) if found.known else None,
        "workers": int(_workers(weeks).sum()), "blind": _blind(weeks), "steps": steps,
    }  # fmt: skip


def _place_of(nodes: NDArray[np.int64], wanted: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the place of each wanted node among ascending nodes, −1 where it is none of them."""
    place = np.searchsorted(nodes, wanted).clip(max=len(nodes) - 1)
    return np.where(nodes[place] == wanted, place, -1).astype(np.int64)


def _workers(weeks: Weeks) -> NDArray[np.bool_]:
    """Return who works or learns at a place that may be guessed."""
    return np.asarray(weeks.lives.works & (weeks.candidates.stay.true >= 0))


def _blind(weeks: Weeks) -> dict[str, dict[str, float | None]]:
    """Return how often the guess is right if nothing at all is kept."""
    found, people = weeks.candidates, len(weeks.lives.home)
    nothing = Ways(np.zeros((0, len(found.node))), np.zeros((0, len(found.node))),
                   np.zeros(0, np.int32), np.zeros(0, np.int32))  # fmt: skip
    untold = np.full((people, 1), -1, np.int32)
    home, stay = (
        remaining(nothing, (untold, untold), columns, places, 1, every_day=False)
        for columns, places in zip(found.columns, (found.home, found.stay), strict=True)
    )
    works = _workers(weeks)
    return {
        "home": _share(_near(found.home, home)),
        "work": _share(_near(found.stay, stay)[works]),
    }


def _steps(weeks: Weeks, number: int) -> Iterator[dict[str, Any]]:
    """Yield what is told in one case, for each retention."""
    ways, days, done = weeks.ways(number), weeks.parameters.days, {}
    for retention in weeks.parameters.retention:
        window = days if retention is None else min(retention, days)
        if window not in done:
            done[window] = _step(weeks, number, ways, window)
        case = weeks.cases[number]
        yield {
            "total": case.total, "linked": case.owner is None, "owner": case.owner,
            "cameras": int(weeks.heads_of(case).sum()), "retention_days": retention,
            **done[window],
        }  # fmt: skip


def _step(weeks: Weeks, number: int, ways: Ways, window: int) -> dict[str, Any]:
    """Return what is told in one case if identifications of the last days alone are kept.

    Returns
    -------
    dict
        identified_days (share of days with an identification), kept (identifications kept at the
        end), doors and residents (that remain possible), home and work: remains (share of people
        whose true one does) and near (whose guess lies within 100 m of it), places (of work that
        remain); hour (share of people whose hour of leaving home is guessed within half an hour);
        fewer_than: by number of other residents, share (of people for whom so few remained at the
        end of some day), days (in which half of all people were; null if fewer than half).
    """
    found, kept, (doors, stays) = weeks.candidates, weeks.kept, weeks.candidates.columns
    told = told_of_home(kept, number), told_of_work(kept, number)
    home = remaining(ways, told[0], doors, found.home, window)
    work = remaining(ways, told[1], stays, found.stay, window, every_day=False)
    works = _workers(weeks)
    return {
        "identified_days": _mean((kept.times[number] > 0).mean(axis=1)),
        "kept": _mean(kept.times[number, :, -window:].sum(axis=1)),
        "doors": _spread(home.places[:, -1]),
        "residents": _spread(home.weight[:, -1]) if found.known else None,
        "home": {
            "remains": _share(home.true_one[:, -1]), "near": _share(_near(found.home, home)),
        },
        "work": {
            "places": _spread(work.places[works, -1]),
            "remains": _share(work.true_one[works, -1]),
            "near": _share(_near(found.stay, work)[works]),
        },
        "hour": _share(_hours_right(weeks, number, window)),
        "fewer_than": _fewer(home) if found.known else None,
    }  # fmt: skip


def _near(places: Places, found: Remaining) -> NDArray[np.bool_]:
    """Return whether each person's guess is near the true place."""
    apart = places.apart_m[places.true, found.guess]
    return np.asarray((places.true >= 0) & (apart <= NEAR_M))


def _hours_right(weeks: Weeks, number: int, window: int) -> NDArray[np.bool_]:
    """Return whether the middle hour of first identifications on workdays is that of leaving."""
    lives, kept = weeks.lives, weeks.kept
    day = np.arange(lives.days)
    counted = (kept.times[number] > 0) & (day % WEEK < WORKDAYS) & (day >= lives.days - window)
    person, on = np.nonzero(counted)
    guess = middle_of(person, kept.first_s[number][person, on] / HOUR_S, len(lives.home))
    known = np.isfinite(lives.leaves_h)
    return np.asarray(np.abs(guess - lives.leaves_h)[known] <= NEAR_H)


def _fewer(home: Remaining) -> dict[str, dict[str, float | int | None]]:
    """Return in how many days so few other residents remain."""
    told: dict[str, dict[str, float | int | None]] = {}
    for few in FEW:
        reached = np.asarray(home.weight - 1 < few)
        ever = np.asarray(reached.any(axis=1), bool)
        first = np.where(ever, reached.argmax(axis=1) + 1.0, np.inf)
        half = float(np.quantile(first, 0.5, method="inverted_cdf"))
        told[str(few)] = {**_share(ever), "days": int(half) if half < np.inf else None}
    return told


def _share(yes: NDArray[np.bool_]) -> dict[str, float | None]:
    """Return a share of people and its standard error; null of nobody."""
    return {"share" if name == "mean" else name: value for name, value in _mean(yes).items()}


def _mean(values: NDArray[Any]) -> dict[str, float | None]:
    count = len(values)
    if not count:
        return {"mean": None, "se": None}
    spread = float(np.std(values, ddof=1)) if count > 1 else math.nan
    error = spread / math.sqrt(count)
    return {"mean": float(np.mean(values)), "se": error if math.isfinite(error) else None}


def _spread(values: NDArray[Any]) -> dict[str, float | None]:
    """Return mean, its error and percentiles."""
    if not len(values):
        return {**_mean(values), "p10": None, "p50": None, "p90": None}
    percentiles = np.quantile(values, (0.1, 0.5, 0.9), method="inverted_cdf")
    names = ("p10", "p50", "p90")
    return {**_mean(values), **dict(zip(names, map(float, percentiles), strict=True))}
