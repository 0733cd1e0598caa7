"""A plan: growth phase by phase, each with its own owners, districts and order of places.

Every phase's own heads are shared out and no others, so a later phase never makes up for what an
earlier one left out, no district loses a head as the total grows, and a change of one phase leaves
the heads of all others as they are. The reference plan is what Hong Kong announced,
`sim/facts/announced.yaml`, with the source and the trust of every line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from sim.apportionment import sainte_lague
from sim.area import Area, districts
from sim.cameras.fleet import OWNERS
from sim.city.census import daytime_population
from sim.errors import InputError
from sim.placement.parameters import Phase, Plan

AS_SCENARIO = -1
"""In place of an entry of `PlannedHeads.strategies`: the strategy of the scenario."""


class PlannedHeads(NamedTuple):
    """The heads of a plan in ascending city rank, from 1: those of the city, or of a region."""

    rank: NDArray[np.int32]
    owner: NDArray[np.int8]
    year: NDArray[np.int16]
    linked: NDArray[np.bool_]
    """Whether a head hangs already and is only joined to the system."""
    district: NDArray[np.int8]
    """Place of its district in `districts()`."""
    strategy: NDArray[np.int16]
    """Of each head an entry of `strategies`, or `AS_SCENARIO`."""
    strategies: tuple[str | Mapping[str, float], ...]


class Cost(NamedTuple):
    """A line of what the announced plan costs."""

    what: str
    million_hkd: float
    source: str
    trust: str


def announced_plans() -> tuple[str, ...]:
    """Return the names of the readings of the announced plan, the reference first."""
    return tuple(_table()["cases"])


@cache
def announced(name: str = "as_announced") -> Plan:
    """Return a reading of the announced plan.

    Raises
    ------
    InputError
        There is no reading of that name.
    """
    table = _table()
    if name not in table["cases"]:
        known = ", ".join(table["cases"])
        raise InputError(f'"{name}" is no plan; choose one of {known}', key="cameras.plan")
    changes = table["cases"][name]
    rows = [{**row, **changes.get(row["name"], {})} for row in table["phases"]]
    return Plan(name, tuple(_phase(row, table["regions"]) for row in rows), table["share_rule"])


def announced_cost() -> tuple[Cost, ...]:
    """Return what the announced plan is said to cost, HK$ million, the whole first."""
    return tuple(Cost(**row) for row in _table()["cost"])


@cache
def _table() -> dict[str, Any]:
    text = files("sim.facts").joinpath("announced.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def _phase(row: Mapping[str, Any], regions: Mapping[str, list[str]]) -> Phase:
    return Phase(
        int(row["total"]),
        int(row["year"]),
        row["owners"],
        row["name"],
        tuple(name for region in row.get("districts", ()) for name in regions[region]),
        row["strategy"],
        tuple(row.get("linked", ())),
        row["said"],
        row["source"],
        row["trust"],
    )


def planned_heads(plan: Plan, total: int, share_rule: str | None = None) -> PlannedHeads:
    """Share out the heads of the whole city: whose each is, and in which district.

    Parameters
    ----------
    plan
        Beyond its last phase that phase's mix goes on a year later.
    total
        Heads in the whole city.
    share_rule
        In place of the plan's own: population, daytime, streets (carriageway) or equal.

    Notes
    -----
    In each phase the owners take turns by weight, and each owner's heads go to the districts of
    the phase by weight; both by Sainte-Laguë, so n heads are the first n of any more.
    """
    weight = district_weights(share_rule or plan.share_rule)
    names = [district.name for district in districts()]
    owner = np.zeros(total, np.int8)
    year = np.zeros(total, np.int16)
    linked = np.zeros(total, bool)
    district = np.zeros(total, np.int8)
    strategy = np.full(total, AS_SCENARIO, np.int16)
    strategies: list[str | Mapping[str, float]] = []
    begin = 0
    last = replace(plan.phases[-1], total=2**31 - 1, year=plan.phases[-1].year + 1)
    for phase in (*plan.phases, last):
        stop = min(phase.total, total)
        if stop <= begin:
            continue
        here = np.array([not phase.districts or name in phase.districts for name in names])
        owners = list(phase.mix)
        turn = sainte_lague([phase.mix[name] for name in owners], stop - begin)
        year[begin:stop] = phase.year
        for number, name in enumerate(owners):
            own = begin + np.flatnonzero(turn == number)
            owner[own] = OWNERS.index(name)
            linked[own] = name in phase.linked
            district[own] = sainte_lague(np.where(here, weight, 0.0).tolist(), len(own))
            if name in phase.strategy:
                mix = phase.strategy[name]
                if mix not in strategies:
                    strategies.append(mix)
                strategy[own] = strategies.index(mix)
        begin = stop
    rank = np.arange(1, total + 1, dtype=np.int32)
    return PlannedHeads(rank, owner, year, linked, district, strategy, tuple(strategies))


def in_region(
    heads: PlannedHeads, area: Area, plan: Plan, share_rule: str | None = None
) -> PlannedHeads:
    """Keep the heads that fall to a simulated region.

    In each district the heads of one owner and phase go to the region or the rest by weight:
    people where people share the city out, else carriageway.

    Raises
    ------
    InputError
        The area is not in Hong Kong.
    """
    if not area.parts:
        raise InputError(
            f"{area.name} is not in Hong Kong: a plan for its 18 districts has no meaning there; "
            "remove plan and write share_rule: direct",
            key="cameras.plan",
        )
    phase = np.searchsorted([phase.total for phase in plan.phases], heads.rank)
    here = np.zeros(len(heads.rank), bool)
    for number, shares in region_parts(area, share_rule or plan.share_rule):
        local = np.flatnonzero(heads.district == number)
        group = phase[local] * len(OWNERS) + heads.owner[local]
        for each in np.unique(group):
            own = local[group == each]
            here[own[sainte_lague(shares, len(own)) == 0]] = True
    return PlannedHeads(
        heads.rank[here],
        heads.owner[here],
        heads.year[here],
        heads.linked[here],
        heads.district[here],
        heads.strategy[here],
        heads.strategies,
    )


def region_parts(area: Area, share_rule: str) -> Iterator[tuple[int, list[float]]]:
    """Yield each district that a region touches, and the weights of the region and of the rest.

    People weigh where people share the city out, else carriageway. A district is told by its place
    in `districts()`.
    """
    field = "population" if share_rule == "population" else "carriageway_km"
    parts = {part.district: float(getattr(part, field)) for part in area.parts}
    for number, district in enumerate(districts()):
        part = parts.get(district.name, 0.0)
        if part > 0:
            yield number, [part, max(float(getattr(district, field)) - part, 0.0)]


def district_weights(share_rule: str) -> NDArray[np.float64]:
    """Return the weight of each of the 18 districts under a share rule.

    Raises
    ------
    InputError
        The rule shares nothing out among districts.
    """
    if share_rule == "population":
        return np.array([district.population for district in districts()], np.float64)
    if share_rule == "daytime":
        people = daytime_population()
        return np.array([people[district.name] for district in districts()], np.float64)
    if share_rule == "streets":
        return np.array([district.carriageway_km for district in districts()])
    if share_rule == "equal":
        return np.ones(len(districts()))
    raise InputError(
        f"share_rule {share_rule} shares nothing out among districts; write population, daytime, "
        "streets or equal",
        key="cameras.share_rule",
    )
