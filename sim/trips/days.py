"""Typical days: chains of walks by profile, from home to station to work and back, with times.

What people do is a table of facts (`sim/facts/profiles.yaml`), and where residents of a district
work is another (`sim/facts/commute.csv`, census). All draws are keyed by (seed, stage, person,
stop), so another person changes nobody's day. Which way they walk is `sim.trips.routing`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.area import district_outlines, districts
from sim.city.census import commuting
from sim.city.model import City
from sim.keyed_random import uniform
from sim.nearest import tree_of
from sim.trips.destinations import (
    Ends,
    by_weight,
    choose_near,
    districts_beyond,
    ends_of,
    residents,
)
from sim.trips.profiles import (
    NEARNESS_M,
    Profile,
    Stop,
    chosen_shares,
    customs,
    profiles,
)

CUT_AT_SIGMA = 2.0
HOUR_S = 3600.0
_GOLDEN = 0.6180339887498949
"""Persons' profiles step by the golden section, so that few people already keep the shares."""


class Legs(NamedTuple):
    """Walks of all people, by person and in the order of the day."""

    person: NDArray[np.int64]
    leg: NDArray[np.int32]
    profile: NDArray[np.object_]
    kind: NDArray[np.object_]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    wanted_s: NDArray[np.float64]
    """When the person would leave, seconds after midnight, if already there."""


def draw_days(
    city: City,
    people: int,
    seed: int,
    wanted: Sequence[str] | Mapping[str, float],
    report: dict[str, float],
) -> tuple[Legs, float]:
    """Draw every person's day, without the way between the stops.

    Parameters
    ----------
    wanted
        Profiles as `chosen_shares` reads them.
    report
        Gets what was left out, replaced or not known, as counts.

    Returns
    -------
    The walks, and how many people each simulated person stands for: the residents of the area
    over those of the people who live there (1 where no population is known).
    """
    shares = chosen_shares(wanted)
    known = profiles()
    names = list(shares)
    person = np.arange(people, dtype=np.int64)
    ladder = np.cumsum(list(shares.values()))
    step = (person * _GOLDEN + uniform(seed, "profile")[0]) % 1.0
    profile = np.minimum(np.searchsorted(ladder, step, side="right"), len(names) - 1)
    day = DayDraws(city, seed, report)
    for index, name in enumerate(names):
        members = person[profile == index]
        report[f"people_{name}"] = float(len(members))
        if len(members):
            day.live(known[name], members)
    local = sum(report[f"people_{name}"] for name in names if known[name].begins == "home")
    inhabitants = residents(city)
    represents = inhabitants / local if inhabitants is not None and local else 1.0
    report["people_who_live_in_the_area"] = local
    report["residents_of_the_area"] = inhabitants or 0.0
    return day.legs(), represents


def departures(legs: Legs, duration_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return when each walk begins, seconds after the midnight before the day.

    Nobody leaves a place sooner than the shortest stay after having arrived; walks after the next
    midnight have more than 86,400 s.
    """
    departs = legs.wanted_s.copy()
    for number in range(1, int(legs.leg.max(initial=0)) + 1):
        row = np.flatnonzero(legs.leg == number)
        earliest = departs[row - 1] + duration_s[row - 1] + customs().stay_s
        departs[row] = np.maximum(departs[row], earliest)
    return departs


class Where(NamedTuple):
    """Where some people are: positions, nodes, and the kind of place."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    node: NDArray[np.int32]
    kind: NDArray[np.object_]

    def take(self, rows: NDArray[Any]) -> Where:
        """Return where some of them are."""
        return Where(*(values[rows] for values in self))

    def put(self, rows: NDArray[Any], other: Where) -> None:
        """Put some of them where others are."""
        self.x[rows], self.y[rows] = other.x, other.y
        self.node[rows], self.kind[rows] = other.node, other.kind


class DayDraws:
    """Draws the days of one profile after another, and keeps the walks.

    Parameters
    ----------
    city, seed
        Where, and what all draws are keyed by.
    report
        Gets what was left out, replaced or not known, as counts.
    """

    def __init__(self, city: City, seed: int, report: dict[str, float]) -> None:
        self.city, self.seed, self.report = city, seed, report
        self.places: dict[str, Ends] = {}
        self.workplace: dict[int, str] = {}
        self.drawn: list[tuple[NDArray[Any], ...]] = []

    def draw(self, stage: str, person: NDArray[np.int64], *number: int) -> NDArray[np.float64]:
        """Return one number in [0, 1) a person; whoever draws many days of one has another rule."""
        return uniform(self.seed, stage, person, *number)

    def ends(self, kind: str) -> Ends:
        """Return the places of a kind."""
        if kind not in self.places:
            self.places[kind] = ends_of(self.city, kind, self.report)
        return self.places[kind]

    def has(self, kind: str) -> bool:
        """Return whether the city has a kind of place, or one that stands for it."""
        alternatives = {"away": ("station", "gate"), "work": ("office", "away")}
        if kind in alternatives:
            return any(self.has(other) for other in alternatives[kind])
        return kind == "home" or len(self.ends(kind).x) > 0

    def count(self, what: str, number: int) -> None:
        """Add to what was left out or replaced."""
        if number:
            self.report[what] = self.report.get(what, 0.0) + number

    def live(self, profile: Profile, person: NDArray[np.int64]) -> None:
        """Draw where the people of one profile begin, and each of their stops."""
        if profile.begins == "home":
            here = home = self.homes(person)
            goal = None
        else:
            goal = self.goal(profile, person)
            if goal is None or not self.has("away"):
                self.count(f"left_out_{profile.name}", len(person))
                return
            here = home = self.entrances(person, goal, profile.stops[0].nearness_m)
        for number, stop in enumerate(profile.stops):
            there = goal if goal is not None and number == 0 else None
            there = there or self.next_place(profile, number, person, here, home)
            goes = np.flatnonzero(here.node != there.node)
            unmoved = (here.node == there.node) & (here.kind != there.kind)
            self.count("dropped_zero_length", int(unmoved.sum()))
            self.keep(profile, number, stop, person[goes], here.take(goes), there.take(goes))
            here = there

    def goal(self, profile: Profile, person: NDArray[np.int64]) -> Where | None:
        """Draw by weight where people from elsewhere go first; they come by what is near to it."""
        stop = profile.stops[0]
        kind = self.first_kind(profile, stop, len(person))
        if not kind:
            return None
        ends = self.ends(kind)
        weight = np.where(ends.in_area, ends.weight, 0.0)
        chosen = by_weight(
            weight if weight.any() else ends.weight,
            self.draw(f"to-{profile.name}-0", person),
        )
        return _at(ends, chosen, kind)

    def entrances(self, person: NDArray[np.int64], goal: Where, nearness_m: float) -> Where:
        """Draw the stations and cordon nodes by which people come, near to where they go first."""
        by = self.way_out(person, 0, goal, np.full(len(person), customs().on_foot))
        entered = goal.take(np.arange(len(person)))
        for kind in sorted(set(by)):
            rows = np.flatnonzero(by == kind)
            number = self.draw("entrance", person[rows])
            entered.put(rows, _near(goal.take(rows), self.ends(kind), nearness_m, number, kind))
        return entered

    def next_place(
        self,
        profile: Profile,
        number: int,
        person: NDArray[np.int64],
        here: Where,
        home: Where,
    ) -> Where:
        """Draw where each person goes next; some stay."""
        stop = profile.stops[number]
        to = self.kinds_to(profile, number, person, here, home)
        there = here.take(np.arange(len(person)))
        for kind in sorted(set(to) - {""}):
            rows = np.flatnonzero(to == kind)
            if kind == "home":
                there.put(rows, home.take(rows))
            else:
                stage = f"to-{profile.name}-{number}"
                there.put(rows, self.choose(kind, stop, stage, person[rows], here.take(rows)))
        return there

    def homes(self, person: NDArray[np.int64]) -> Where:
        """Draw homes in the area by weight, people where the census gives them."""
        ends = self.ends("home")
        chosen = by_weight(np.where(ends.in_area, ends.weight, 0.0), self.draw("home", person))
        return _at(ends, chosen, "home")

    def way_out(
        self,
        person: NDArray[np.int64],
        number: int,
        here: Where,
        on_foot: NDArray[np.float64],
    ) -> NDArray[np.object_]:
        """Draw who leaves the region by a station and who on foot at a cordon node."""
        near = np.zeros(len(person), bool)
        for district, rows in self.by_work_district(person):
            nodes = self.cordon_nodes_to(district)
            if len(nodes.x):
                tree = tree_of(np.column_stack([nodes.x, nodes.y]))
                away = tree.query(np.column_stack([here.x[rows], here.y[rows]]))[0]
                near[rows] = np.asarray(away) <= customs().on_foot_within_m
        walks = near & (self.draw("on-foot", person, number) < on_foot)
        walks |= not self.has("station")
        return np.where(walks, "gate", "station").astype(object)

    def by_work_district(self, person: NDArray[np.int64]) -> list[tuple[str, NDArray[np.int64]]]:
        """Return the rows of the people of each district of work, "" for those without one."""
        district = np.array([self.workplace.get(who, "") for who in person.tolist()], object)
        return [(name, np.flatnonzero(district == name)) for name in sorted(set(district))]

    def cordon_nodes_to(self, district: str) -> Ends:
        """Return the cordon nodes that lead to a district, all of them for ""."""
        nodes = self.ends("gate")
        if not district:
            return nodes
        fits = districts_beyond(self.city, nodes.x, nodes.y) == district
        return Ends(nodes.x[fits], nodes.y[fits], nodes.weight[fits], nodes.node[fits],
                    nodes.in_area[fits])  # fmt: skip

    def first_kind(self, profile: Profile, stop: Stop, goers: int) -> str:
        """Return the first kind of place of a stop that the city has, and count replacements."""
        kind = next((kind for kind in stop.to if self.has(kind)), "")
        if kind != stop.to[0]:
            what = f"replaced_{stop.to[0]}_by_{kind}" if kind else f"left_out_{stop.to[0]}"
            self.count(f"{what}_{profile.name}", goers)
        return kind

    def kinds_to(
        self,
        profile: Profile,
        number: int,
        person: NDArray[np.int64],
        here: Where,
        home: Where,
    ) -> NDArray[np.object_]:
        """Return the kind of place each person goes to, "" for those who stay."""
        stop = profile.stops[number]
        goes = self.draw("chance", person, number) < stop.chance
        kind = self.first_kind(profile, stop, int(goes.sum()))
        other = stop.otherwise if stop.otherwise and self.has(stop.otherwise) else ""
        to = np.where(goes, kind, other).astype(object)
        on_foot = np.full(len(person), customs().on_foot)
        for_work = np.flatnonzero(to == "work")
        if len(for_work):
            to[for_work], on_foot[for_work] = self.work(person[for_work], home.take(for_work))
        away = np.flatnonzero(to == "away")
        to[away] = self.way_out(person[away], number, here.take(away), on_foot[away])
        # who is out of the region already has no walk to make inside it
        out = np.isin(here.kind, ("station", "gate")) & np.isin(to, ("station", "gate"))
        to[out | ((here.kind == "home") & (to == "home"))] = ""
        return to

    def work(
        self, person: NDArray[np.int64], home: Where
    ) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
        """Draw who works at an office inside the region and who away, and how likely on foot.

        A worker's district of work is drawn from the census table. Work lies inside the region
        with the chance of the region's share of that district's streets, which stand for jobs.
        Those who work away walk only to a district that begins beyond a cordon node near them.
        """
        parts = {part.district: part.carriageway_km for part in self.city.area.parts}
        inside, on_foot = np.ones(len(person)), np.full(len(person), customs().on_foot)
        if parts:
            whole = {d.name: d.carriageway_km for d in districts()}
            share = {name: min(1.0, km / whole[name]) for name, km in parts.items()}
            district = self.work_districts(person, home)
            inside = np.array([share.get(name, 0.0) for name in district])
            on_foot[:] = customs().on_foot_next
            self.workplace.update(zip(person.tolist(), district.tolist(), strict=True))
        else:
            self.count("no_home_work_table", len(person))
        here = (self.draw("work-inside", person) < inside) & self.has("office")
        here |= not self.has("away")
        self.count("commuters_working_inside", int(here.sum()))
        return np.where(here, "office", "away").astype(object), on_foot

    def work_districts(self, person: NDArray[np.int64], home: Where) -> NDArray[np.object_]:
        """Draw each worker's district of work from those of the district of home."""
        drawn = np.full(len(person), "", object)
        living = _district_of(home)
        for district in sorted(set(living)):
            rows = np.flatnonzero(living == district)
            table = commuting()[district]
            workers = np.array(list(table.values()), np.float64)
            number = self.draw("work", person[rows])
            drawn[rows] = np.array(list(table), object)[by_weight(workers, number)]
        return drawn

    def choose(
        self, kind: str, stop: Stop, stage: str, person: NDArray[np.int64], here: Where
    ) -> Where:
        """Draw the place of a kind that each person goes to."""
        ends = self.ends(kind)
        number = self.draw(stage, person)
        if kind != "gate":
            return _near(here, ends, stop.nearness_m, number, kind)
        there = here.take(np.arange(len(person)))
        for district, rows in self.by_work_district(person):
            some = self.cordon_nodes_to(district)
            some = some if len(some.x) else ends  # no station, so all leave at some cordon node
            there.put(rows, _near(here.take(rows), some, NEARNESS_M, number[rows], kind))
        return there

    def leaves_h(self, stop: Stop, person: NDArray[np.int64], number: int) -> NDArray[np.float64]:
        """Draw the hour at which each person would leave for a stop."""
        return stop.leaves_h + stop.spread_h * normal(self.draw("leaves", person, number))

    def keep(
        self,
        profile: Profile,
        number: int,
        stop: Stop,
        person: NDArray[np.int64],
        here: Where,
        there: Where,
    ) -> None:
        """Keep the walks to one stop with the times at which people would leave for it."""
        hours = self.leaves_h(stop, person, number)
        kind = here.kind + "-" + there.kind
        name = np.full(len(person), profile.name, object)
        stops = np.full(len(person), number)
        wanted_s = (hours * HOUR_S).clip(0.0)
        self.drawn.append((person, stops, name, kind, here.node, there.node, wanted_s))

    def legs(self) -> Legs:
        """Return all walks by person and stop, each person's numbered from 0."""
        if not self.drawn:
            nothing = np.zeros(0)
            return _legs(nothing, nothing, nothing, nothing, nothing, nothing, nothing)
        columns = [np.concatenate(column) for column in zip(*self.drawn, strict=True)]
        order = np.lexsort((columns[1], columns[0]))
        return _legs(*(column[order] for column in columns))


def normal(number: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the quantiles of a normal distribution, cut at two sigma, for numbers in [0, 1)."""
    from scipy.special import ndtri  # slow, and walks are mostly found in the cache

    z: NDArray[np.float64] = ndtri(number.clip(1e-12)).clip(-CUT_AT_SIGMA, CUT_AT_SIGMA)
    return z


def _legs(
    person: NDArray[Any],
    _stop: NDArray[Any],
    profile: NDArray[Any],
    kind: NDArray[Any],
    origin: NDArray[Any],
    destination: NDArray[Any],
    wanted_s: NDArray[Any],
) -> Legs:
    first = np.searchsorted(person, person)
    return Legs(
        person.astype(np.int64),
        (np.arange(len(person)) - first).astype(np.int32),
        profile.astype(object),
        kind.astype(object),
        origin.astype(np.int32),
        destination.astype(np.int32),
        wanted_s.astype(np.float64),
    )


def _near(
    here: Where, ends: Ends, nearness_m: float, number: NDArray[np.float64], kind: str
) -> Where:
    chosen = choose_near(here.x, here.y, here.node, ends, nearness_m, number)
    return _at(ends, chosen, kind)


def _at(ends: Ends, chosen: NDArray[np.int64], kind: str) -> Where:
    kinds = np.full(len(chosen), kind, object)
    return Where(ends.x[chosen], ends.y[chosen], ends.node[chosen], kinds)


def _district_of(home: Where) -> NDArray[np.object_]:
    """Return the Hong Kong district of each home: the one it lies in, or the nearest."""
    outlines = district_outlines()
    names = np.array(list(outlines), object)
    at, person_at = np.unique(np.column_stack([home.x, home.y]), axis=0, return_inverse=True)
    tree = shapely.STRtree(list(outlines.values()))
    return np.asarray(names[tree.nearest(shapely.points(at))][person_at.reshape(-1)], object)
