"""Which cases of a scenario are set beside it: factors, their levels, one at a time or together.

Plan, optics, strategy, share rule, street share, walls, mounting height and trees are named cases:
nobody knows how likely each is. What a case changes in the scenario is in `sim.ensemble.cell`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from sim.cameras.optics import CASES
from sim.ensemble.cell import FACTORS, MAPPED, NONE, ON_REQUEST, Case, base_level, resolve, world_of
from sim.ensemble.indoors import TYPICAL
from sim.errors import InputError
from sim.placement.parameters import OF_DISTRICTS
from sim.placement.plan import announced_plans
from sim.scenario.schema import Scenario
from sim.wording import counted

LEVELS: Mapping[str, tuple[str, ...]] = {
    "plan": announced_plans(),
    "optics": tuple(CASES),
    "strategy": ("random", "junctions", "transit", "empirical"),
    "share_rule": OF_DISTRICTS,
    "street_share": ("low", "middle", "high"),
    "walls": (MAPPED, NONE),
    "mount": ("3 m", "8 m"),
    "hours": ("day", "night"),
    "indoors": (TYPICAL,),
    "trees": ("none", "crowns"),
}
"""The levels that each factor takes, beside the scenario's own."""
MOST_SEEDS = 1000


class Plan(NamedTuple):
    """Which cells answer the question."""

    seeds: tuple[int, ...]
    levels: dict[str, tuple[str, ...]]
    base: dict[str, str]
    cases: tuple[dict[str, str], ...]
    """The scenario itself first."""
    factorial: bool
    notes: tuple[str, ...]


def plan_of(
    scenario: Scenario,
    *,
    seeds: int,
    cases: Sequence[str] | Mapping[str, Sequence[str]] | None,
    factorial: bool,
) -> Plan:
    """Return which cells answer the question; see `bands`.

    Raises
    ------
    InputError
        A factor, level or number that cannot be.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise InputError(f"{counted(seeds, 'seed')}; give 1 to {MOST_SEEDS}")
    if not scenario.trips.people and scenario.trips.own is None and scenario.trips.od is None:
        raise InputError(
            "bands are read from typical walks, and there are none; write people: 2000",
            key="trips.people",
        )
    levels, notes = _levels(scenario, cases)
    base = {factor: base_level(scenario, factor) for factor in levels}
    varied = [dict(zip(levels, chosen, strict=True)) for chosen in product(*levels.values())]
    alone = [{**base, factor: level} for factor in levels for level in levels[factor]]
    changed = [changes(case, base) for case in (varied if factorial else alone)]
    unique = {tuple(case.items()): case for case in [{}, *changed]}
    for case in unique.values():
        resolve(scenario, scenario.seed, case)
    first = scenario.seed
    return Plan(
        tuple((first + i) % 2**63 for i in range(seeds)),
        levels,
        base,
        tuple(unique.values()),
        factorial,
        tuple(notes),
    )


def _levels(
    scenario: Scenario, cases: Sequence[str] | Mapping[str, Sequence[str]] | None
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Return the levels of each factor, the scenario's own among them, and what was left out."""
    asked = FACTORS if cases is None else tuple(cases)
    known = (*FACTORS, *ON_REQUEST)
    unknown = [factor for factor in asked if factor not in known]
    if unknown:
        raise InputError(f'"{unknown[0]}" is not a case; choose of {", ".join(known)}')
    levels: dict[str, tuple[str, ...]] = {}
    notes = []
    for factor in dict.fromkeys(asked):
        reason = _why_not(scenario, factor)
        if reason and cases is not None:
            raise InputError(f"{factor}: {reason}; leave it out")
        if reason:
            notes.append(f"{factor} is not varied: {reason}.")
            continue
        given = tuple(cases[factor]) if isinstance(cases, Mapping) else ()
        own = base_level(scenario, factor)
        levels[factor] = tuple(dict.fromkeys([own, *(given or LEVELS[factor])]))
    return levels, notes


def _why_not(scenario: Scenario, factor: str) -> str:
    """Return why a factor cannot be varied here, if it cannot."""
    if factor == "share_rule" and scenario.cameras.share_rule == "direct":
        return "the totals are those of the area itself"
    if factor == "plan" and scenario.cameras.plan not in LEVELS["plan"]:
        return "the scenario does not follow the announced plan"
    if factor == "walls" and not len(world_of(scenario).city.walls.footprints):
        return "the area has no walls"
    if factor == "trees" and world_of(scenario).city.trees is None:
        return "no trees of the area are known"
    return ""


def changes(case: Case, base: Case) -> dict[str, str]:
    """Return what a case changes in the scenario."""
    return {factor: level for factor, level in case.items() if level != base[factor]}
