"""Lives of several weeks: where simulated residents walk on each day, and when.

Each resident has a home, one profile and usual places; a stop is made elsewhere with the stated
chance. Draws are keyed by (seed, stage, person, day, stop): another resident or day changes none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.city.model import City
from sim.days.parameters import WEEK, WORKDAYS, DaysParameters, Habits, habits
from sim.errors import InputError
from sim.keyed_random import uniform
from sim.trips.days import DayDraws, Legs, departures, normal
from sim.trips.profiles import Stop, profiles
from sim.trips.routing import Walks, walk

ONCE = ("home", "work", "work-inside")
"""Stages that are drawn once in a life."""
WORKS = ("commuter", "pupil")
"""Profiles that go to work or to school."""
_GOLDEN = 0.6180339887498949
HOUR_S = 3600.0


class Lives(NamedTuple):
    """Days of residents: walks by person, day and hour, and what is true of each person."""

    person: NDArray[np.int64]
    day: NDArray[np.int64]
    """From 0, a Monday."""
    walk: NDArray[np.int64]
    """Which of `walks`."""
    departs_s: NDArray[np.float64]
    """Seconds after the midnight before the day."""
    leg: NDArray[np.int64]
    """Of the day, from 0."""
    walks: Walks
    """Each way of each person once."""
    walker: NDArray[np.int64]
    """Whose each of `walks` is."""
    home: NDArray[np.int32]
    """Of each person: the junction at the door."""
    stays_at: NDArray[np.int32]
    """Of each person: the junction at which most of the time out is spent on workdays, −1 if none;
    the station or the edge of the map for those who leave it."""
    leaves_h: NDArray[np.float64]
    """Of each person: the middle hour of leaving home on workdays, NaN if never."""
    profile: NDArray[np.object_]
    days: int

    @property
    def works(self) -> NDArray[np.bool_]:
        """Of each person, whether the profile goes to work or to school and the stay is known."""
        return np.isin(self.profile, WORKS) & (self.stays_at >= 0)


class _LifeDraws(DayDraws):
    """Draws days of persons; what it is told of is numbered by person and day."""

    def __init__(
        self, city: City, seed: int, report: dict[str, float], parameters: DaysParameters
    ) -> None:
        super().__init__(city, seed, report)
        self.days, self.usual, self.change = parameters.days, habits(), parameters.changes
        self.for_work = {
            f"to-{name}-{number}"
            for name in WORKS
            for number, stop in enumerate(profiles()[name].stops)
            if stop.to[0] in ("work", "school")
        }

    def draw(self, stage: str, person: NDArray[np.int64], *number: int) -> NDArray[np.float64]:
        """Return one number a day: the usual one, but where the day is drawn apart."""
        who, day = np.divmod(person, self.days)
        usual = uniform(self.seed, stage, who, *number)
        if stage in ONCE or stage == "on-foot":
            return usual
        fresh = uniform(self.seed, f"{stage} of the day", who, day, *number)
        if stage == "chance":
            return fresh
        change = self.usual.change_of_work if stage in self.for_work else self.change
        changed = uniform(self.seed, f"{stage} changed", who, day, *number) < change
        return np.where(changed, fresh, usual)

    def leaves_h(self, stop: Stop, person: NDArray[np.int64], number: int) -> NDArray[np.float64]:
        """Draw the hour of leaving: the person's own, and how far the day is from it."""
        who, day = np.divmod(person, self.days)
        weekend = (day % WEEK >= WORKDAYS).astype(np.int64)
        own = uniform(self.seed, "leaves usually", who, weekend, number)
        of_day = uniform(self.seed, "leaves on the day", who, day, number)
        spread = self.usual.day_spread_h
        return stop.leaves_h + stop.spread_h * normal(own) + spread * normal(of_day)


def draw_lives(
    city: City,
    parameters: DaysParameters,
    seed: int,
    *,
    cost_dispersion: float,
    speed_m_s: float,
    workers: int | None = None,
) -> tuple[Lives, dict[str, float]]:
    """Draw residents, their days, and the ways they take.

    Parameters
    ----------
    city
        Where; homes lie in its area.
    parameters
        How many people, for how many days.
    seed
        Of the scenario.
    cost_dispersion, speed_m_s
        As in `sim.trips.routing.walk`.
    workers
        Threads; all cores by default. The result does not depend on it.

    Returns
    -------
    The lives, and what was left out or replaced, as counts.

    Raises
    ------
    InputError
        Nobody walks anywhere.
    """
    report: dict[str, float] = {}
    rule, draws = habits(), _LifeDraws(city, seed, report, parameters)
    person = np.arange(parameters.people, dtype=np.int64)
    profile = _profiles_of(person, rule, seed)
    row = np.arange(parameters.people * parameters.days, dtype=np.int64)
    out = _goes_out(row, parameters, rule, seed)
    weekend = row % parameters.days % WEEK >= WORKDAYS
    for name in rule.weekend:
        of_profile = out & (profile[row // parameters.days] == name)
        usual = profiles()[name]
        draws.live(usual, row[of_profile & ~weekend])
        draws.live(replace(usual, stops=rule.weekend[name]), row[of_profile & weekend])
    home = draws.homes(person * parameters.days).node
    lives = _walked(city, draws.legs(), home, profile, parameters, seed,
                    (cost_dispersion, speed_m_s), workers)  # fmt: skip
    report["walks_not_joined"] = float(lives.walks.unreachable)
    return lives, report


def _profiles_of(person: NDArray[np.int64], rule: Habits, seed: int) -> NDArray[np.object_]:
    """Return each person's profile; few people already keep the shares."""
    names = list(rule.weekend)
    share = np.array([profiles()[name].share for name in names])
    step = (person * _GOLDEN + uniform(seed, "profile of a life")[0]) % 1.0
    place = np.searchsorted(np.cumsum(share / share.sum()), step, side="right")
    return np.asarray(np.array(names, object)[np.minimum(place, len(names) - 1)], object)


def _goes_out(
    row: NDArray[np.int64], parameters: DaysParameters, rule: Habits, seed: int
) -> NDArray[np.bool_]:
    """Return on which days each person goes out."""
    who, day = np.divmod(row, parameters.days)
    stays = np.where(day % WEEK >= WORKDAYS, rule.stays_home[1], rule.stays_home[0])
    return uniform(seed, "stays at home", who, day) >= stays


def _walked(
    city: City,
    legs: Legs,
    home: NDArray[np.int32],
    profile: NDArray[np.object_],
    parameters: DaysParameters,
    seed: int,
    usage: tuple[float, float],
    workers: int | None,
) -> Lives:
    """Find the way of each walk, each way of a person once, and the hours."""
    who, day = np.divmod(legs.person, parameters.days)
    if not len(who):
        raise InputError("days: nobody walks anywhere here; the area needs homes and places to go")
    nodes = len(city.streets.nodes)
    key = (who * nodes + legs.origin) * nodes + legs.destination
    _, first, way = np.unique(key, return_index=True, return_inverse=True)
    walks = walk(
        city.streets, legs.origin[first], legs.destination[first], who[first], seed=seed,
        cost_dispersion=usage[0], speed_m_s=usage[1], workers=workers,
    )  # fmt: skip
    way = way.reshape(-1).astype(np.int64)
    lasts = np.nan_to_num(walks.duration_s)[way]
    departs = departures(legs, lasts)
    stays_at = _longest_stay(legs, departs + lasts, departs, who, day, len(home))
    return Lives(
        who, day, way, departs, legs.leg.astype(np.int64), walks, who[first], home, stays_at,
        _leaves(legs, departs, who, day, len(home)), profile, parameters.days,
    )  # fmt: skip


def _longest_stay(
    legs: Legs,
    arrives: NDArray[np.float64],
    departs: NDArray[np.float64],
    who: NDArray[np.int64],
    day: NDArray[np.int64],
    people: int,
) -> NDArray[np.int32]:
    """Return where each person spends most time out on workdays, of equal ones the lowest."""
    stay = np.flatnonzero((legs.person[1:] == legs.person[:-1]) & (day[1:] % WEEK < WORKDAYS))
    node, seconds = legs.destination[stay].astype(np.int64), departs[stay + 1] - arrives[stay]
    most = int(node.max(initial=0)) + 1
    at, place = np.unique(who[stay] * most + node, return_inverse=True)
    summed = np.bincount(place.reshape(-1), seconds, len(at))
    order = np.lexsort((at, -summed, at // most))
    person, first = np.unique(at[order] // most, return_index=True)
    found = np.full(people, -1, np.int32)
    found[person] = at[order][first] % most
    return found


def _leaves(
    legs: Legs,
    departs: NDArray[np.float64],
    who: NDArray[np.int64],
    day: NDArray[np.int64],
    people: int,
) -> NDArray[np.float64]:
    """Return the middle hour at which each person leaves home on workdays, NaN if never."""
    rows = np.flatnonzero((legs.leg == 0) & (day % WEEK < WORKDAYS))
    return middle_of(who[rows], departs[rows] / HOUR_S, people)


def middle_of(
    group: NDArray[np.int64], value: NDArray[np.float64], groups: int
) -> NDArray[np.float64]:
    """Return the lower median of the values of each group, NaN for one without any."""
    order = np.lexsort((value, group))
    count = np.bincount(group, minlength=groups)
    first = np.cumsum(count) - count
    found = np.full(groups, np.nan)
    some = count > 0
    found[some] = value[order][(first + (count - 1) // 2)[some]]
    return found
