"""Who walks where: typical walks or typical days of simulated people, and named walks.

Without profiles each person has one walk of one kind. One end, the home (or for walks without one
the destination), lies in the study area and is drawn by weight; the other end is drawn among the
nearest places of its kind in the region. With profiles each person has a day (`sim.trips.days`).
All draws are keyed by (seed, stage, person), so another person changes nobody's walk. What cameras
see is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.arguments import (
    a_seed,
    a_text,
    either,
    having,
    made,
    named_arguments,
    number,
    several,
    weights,
    whole,
)
from sim.city.model import City
from sim.city.places import KINDS
from sim.errors import InputError
from sim.keyed_random import uniform
from sim.nearest import tree_of
from sim.trips.days import Legs, departures, draw_days
from sim.trips.destinations import Ends, by_weight, ends_of, residents
from sim.trips.model import Trips
from sim.trips.parameters import USUAL_KINDS, WALKING_SPEED_M_S, TripParameters
from sim.trips.routing import Walks, walk
from sim.trips.waypoints import Gazetteer, WalkThrough

WITHOUT_EITHER = "home-office"
"""What is walked in place of the usual kinds where neither stations nor markets are known."""
NEAREST = 12
"""How many of the nearest places of a kind a person chooses from."""
NEARNESS_M = 200.0
"""Choice goes with weight × exp(−distance / 200 m), so that most people use the nearest station or
market, and a much larger one draws some from further off. An assumption, not yet fitted to data."""
DRAWS = 5
"""Times a destination is drawn again when it snaps to the junction of its origin."""
LONG_M = 2000.0
"""Longer walks are counted: many of these people would take a bus, which is not simulated."""
COLUMNS: dict[str, Any] = {
    "person": np.int64, "kind": "str", "name": "str", "name_zh": "str", "named": bool,
    "origin": np.int32, "destination": np.int32, "length": np.float64, "duration_s": np.float64,
    "profile": "str", "leg": np.int32, "departs_s": np.float64, "represents": np.float64,
}  # fmt: skip


class NamedRoute(NamedTuple):
    """A named walk and the quickest way through its way-points, leg by leg."""

    name: str
    name_zh: str
    origin: int
    destination: int
    legs: Walks


class Pairs(NamedTuple):
    """Who walks from which node to which, in the order of persons."""

    person: NDArray[np.int64]
    kind: NDArray[np.object_]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]


@named_arguments(
    city=made("City"), people=whole(), seed=a_seed,
    kinds=several(a_text, "a list of kinds of walk"),
    cost_dispersion=number(0), speed_m_s=number(),
    walks=several(having("via", "name", "name_zh"), "a list of walks"),
    profiles=either(
        "a list of profiles, or shares by name", several(a_text, ""), weights(number(0), "")
    ),
)  # fmt: skip
def sample_trips(
    city: City,
    *,
    people: int,
    seed: int,
    kinds: Sequence[str] = USUAL_KINDS,
    cost_dispersion: float = TripParameters.taste,
    speed_m_s: float = WALKING_SPEED_M_S,
    walks: Sequence[WalkThrough] = (),
    profiles: Sequence[str] | Mapping[str, float] = (),
) -> Trips:
    """Draw typical walks, one a person, or typical days, after the named walks.

    Parameters
    ----------
    city
        Streets and places. Without homes in the area, people live along its streets, evenly by
        length, and the report says so.
    people
        How many persons to draw; person p walks a kind in turn (p modulo the number of kinds).
    seed
        Of the scenario.
    kinds
        Pairs of kinds of place, origin first. A kind for which the city has no place is left out
        and reported. Where it has neither stations nor markets, the usual kinds give way to
        "home-office", which is reported too.
    cost_dispersion
        Sigma of the personal lognormal factor on each street's walking time.
    speed_m_s
        Walking speed on the flat, m/s.
    walks
        Named walks; between their way-points they take the quickest way.
    profiles
        Names of profiles of `sim/facts/profiles.yaml`, or shares by name: every person then has a
        day of walks in place of one walk of the `kinds`.

    Returns
    -------
    Trips
        Named walks first (person -1), then persons in order, each one's walks in that of the day.

    Raises
    ------
    InputError
        A kind, number or way-point that cannot be; names the scenario key.
    """
    TripParameters(people=people, taste=cost_dispersion, speed_m_s=speed_m_s)
    named = _named_routes(city, walks, speed_m_s)
    report: dict[str, float] = {"people": people, "named_walks": len(walks)}
    report["represents_unknown"] = float(residents(city) is None)
    if profiles:
        legs, represents = draw_days(city, people, seed, profiles, report)
    else:
        legs, represents = _draw_walks(city, people, seed, kinds, report)
    routed = walk(
        city.streets, legs.origin, legs.destination, legs.person,
        seed=seed, cost_dispersion=cost_dispersion, speed_m_s=speed_m_s,
    )  # fmt: skip
    return _joined(named, legs, represents, routed, speed_m_s, report)


def ways_walked(city: City, *, people: int, seed: int) -> tuple[Walks, float]:
    """Return the ways of those whom `sample_trips` draws, without a table of them.

    Returns
    -------
    The ways of one usual walk a person, and how many people each person stands for.
    """
    TripParameters(people=people)
    legs, represents = _draw_walks(city, people, seed, USUAL_KINDS, {})
    routed = walk(city.streets, legs.origin, legs.destination, legs.person, seed=seed,
                  cost_dispersion=TripParameters.taste, speed_m_s=WALKING_SPEED_M_S)  # fmt: skip
    return routed, represents


def _draw_walks(
    city: City, people: int, seed: int, kinds: Sequence[str], report: dict[str, float]
) -> tuple[Legs, float]:
    """Return walks of no profile and no hour, one a person, and how many people each stands for."""
    pairs = _draw_pairs(city, people, seed, kinds, report)
    none = np.zeros(len(pairs.person))
    legs = Legs(
        pairs.person, none.astype(np.int32), np.full(len(none), "", object), *pairs[1:],
        none + np.nan,
    )  # fmt: skip
    return legs, (residents(city) or people) / max(people, 1)


def _draw_pairs(
    city: City, people: int, seed: int, kinds: Sequence[str], report: dict[str, float]
) -> Pairs:
    """Draw both ends of every person's walk; a walk from a junction to itself is drawn again."""
    ends = {kind: ends_of(city, kind, report) for kind in _kinds_of_place(kinds)}
    usable = [kind for kind in kinds if _usable(kind, ends)]
    report |= {f"left_out_{kind}": 1.0 for kind in kinds if kind not in usable}
    if not usable and tuple(kinds) == USUAL_KINDS and _usable(WITHOUT_EITHER, ends):
        usable = [WITHOUT_EITHER]
        report[f"instead_{WITHOUT_EITHER}"] = 1.0
    person = np.arange(people if usable else 0, dtype=np.int64)
    origin, destination = np.zeros((2, len(person)), np.int32)
    kind_of = np.empty(len(person), object)
    for turn, kind in enumerate(usable):
        chosen = person[turn :: len(usable)]
        kind_of[chosen] = kind
        start, end = kind.split("-")
        anchor = _anchor(kind)
        other = start if anchor == end else end
        near, far = _draw_ends(chosen, seed, anchor, other, ends, report)
        origin[chosen], destination[chosen] = (far, near) if anchor == end else (near, far)
    moved = origin != destination
    report["dropped_zero_length"] = float((~moved).sum())
    return Pairs(person[moved], kind_of[moved], origin[moved], destination[moved])


def _draw_ends(
    person: NDArray[np.int64],
    seed: int,
    anchor: str,
    other: str,
    ends: dict[str, Ends],
    report: dict[str, float],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return each person's node in the area and the node of the place chosen near it."""
    here, there = ends[anchor], ends[other]
    place = by_weight(np.where(here.in_area, here.weight, 0.0), uniform(seed, anchor, person))
    near = here.node[place]
    tree = tree_of(np.column_stack([there.x, there.y]))
    count = min(NEAREST, len(there.x))
    distance, choice = tree.query(
        np.column_stack([here.x[place], here.y[place]]), k=np.arange(1, count + 1)
    )
    # relative to the nearest, so that far places do not all vanish in rounding
    choice, distance = np.asarray(choice), np.asarray(distance)
    pull = there.weight[choice] * np.exp((distance[:, :1] - distance) / NEARNESS_M)
    far = np.zeros(len(person), np.int32)
    left = np.arange(len(person))
    for draw in range(DRAWS):
        number = uniform(seed, f"{anchor}-{other}", person[left], draw)
        summed = np.cumsum(pull[left], axis=1)
        column = (summed <= number[:, None] * summed[:, -1:]).sum(axis=1).clip(max=count - 1)
        far[left] = there.node[choice[left, column]]
        left = left[far[left] == near[left]]
        report["redrawn"] = report.get("redrawn", 0.0) + len(left) * (draw < DRAWS - 1)
    return near, far


def _kinds_of_place(kinds: Sequence[str]) -> list[str]:
    found: list[str] = []
    for i, kind in enumerate(kinds):
        parts = kind.split("-")
        if len(parts) != 2 or not set(parts) <= set(KINDS) or parts[0] == parts[1]:
            raise InputError(
                f'"{kind}" is no kind of walk; write two different ones of {", ".join(KINDS)} '
                'as "home-station"',
                key=f"trips.kinds.{i}",
            )
        found += [part for part in parts if part not in found]
    return found


def _anchor(kind: str) -> str:
    """Return the end that lies in the study area: the home, or without one the destination."""
    start, end = kind.split("-")
    return start if start == "home" else end


def _usable(kind: str, ends: dict[str, Ends]) -> bool:
    start, end = (ends[part] for part in kind.split("-"))
    return bool(len(start.x) and len(end.x) and ends[_anchor(kind)].in_area.any())


def _named_routes(city: City, walks: Sequence[WalkThrough], speed_m_s: float) -> list[NamedRoute]:
    if not walks:  # reading all names of a whole city takes a second
        return []
    names = Gazetteer(city)
    return [
        _named_route(city, item, f"trips.walks.{i}", names, speed_m_s)
        for i, item in enumerate(walks)
    ]


def _named_route(
    city: City, item: WalkThrough, key: str, names: Gazetteer, speed_m_s: float
) -> NamedRoute:
    """Find the quickest way through the way-points of one named walk."""
    nodes = [names.node(text, f"{key}.via.{step}") for step, text in enumerate(item.via)]
    if len(nodes) < 2:
        raise InputError("a walk needs at least two way-points", key=f"{key}.via")
    for step in range(1, len(nodes)):
        if nodes[step] == nodes[step - 1]:
            raise InputError(
                f'"{item.via[step - 1]}" and "{item.via[step]}" are the same junction; remove one',
                key=f"{key}.via.{step}",
            )
    legs = walk(
        city.streets, nodes[:-1], nodes[1:], np.full(len(nodes) - 1, -1),
        seed=0, cost_dispersion=0.0, speed_m_s=speed_m_s, workers=1,
    )  # fmt: skip
    if legs.unreachable:
        step = int(np.isnan(legs.length).argmax()) + 1
        raise InputError(
            f'no way on foot from "{item.via[step - 1]}" to "{item.via[step]}"; choose other '
            "way-points",
            key=f"{key}.via.{step}",
        )
    return NamedRoute(item.name, item.name_zh, nodes[0], nodes[-1], legs)


def _joined(
    named: list[NamedRoute],
    legs: Legs,
    represents: float,
    routed: Walks,
    speed_m_s: float,
    report: dict[str, float],
) -> Trips:
    """Put named walks and persons' walks into one.

    A person with a walk that no way joins is dropped whole, for a day with a hole is none.
    """
    joined = ~np.isin(legs.person, legs.person[np.isnan(routed.length)])
    steps = np.diff(routed.path_ptr)
    kept = np.repeat(joined, steps)
    counts = np.concatenate([[len(route.legs.path_edge) for route in named], steps[joined]])
    sampled = _sampled(legs, represents, routed)[joined]
    tables = [table for table in (_named(named), sampled) if len(table)]
    table = pd.concat(tables, ignore_index=True) if tables else _named(named)
    report |= {
        "trips": float(len(table)),
        "longer_than_2_km": float((table["length"] > LONG_M).sum()),
        "unreachable": float(routed.unreachable),
        "dropped_with_unreachable": float((~joined).sum()) - routed.unreachable,
        "people_with_a_walk": float(len(np.unique(legs.person[joined]))),
    }
    edges = [*(route.legs.path_edge for route in named), routed.path_edge[kept]]
    backward = [*(route.legs.path_backward for route in named), routed.path_backward[kept]]
    return Trips(
        table,
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate(edges),
        np.concatenate(backward),
        routed.unreachable,
        speed_m_s,
        report,
    )


def _named(named: list[NamedRoute]) -> pd.DataFrame:
    rows = [
        (-1, "named", r.name, r.name_zh, True, r.origin, r.destination,
         r.legs.length.sum(), r.legs.duration_s.sum(), "", 0, np.nan, 1.0)
        for r in named
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _sampled(legs: Legs, represents: float, routed: Walks) -> pd.DataFrame:
    columns = {
        "person": legs.person,
        "kind": legs.kind,
        "name": "",
        "name_zh": "",
        "named": False,
        "origin": legs.origin,
        "destination": legs.destination,
        "length": routed.length,
        "duration_s": routed.duration_s,
        "profile": legs.profile,
        "leg": legs.leg,
        "departs_s": departures(legs, routed.duration_s),
        "represents": represents,
    }
    return pd.DataFrame(columns, index=range(len(legs.person))).astype(COLUMNS)
