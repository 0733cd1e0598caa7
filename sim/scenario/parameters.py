"""What a scenario says, as the rooms of the engine take it."""

from __future__ import annotations

from typing import Any

from sim.cameras.prices import CameraPrices
from sim.placement.parameters import OWN_PLAN, PHASES, Phase, Plan
from sim.placement.plan import announced
from sim.scenario.schema import Crowd, GrowthPhase, Scenario, plain_mix
from sim.tracking.parameters import MovingCrowd, TrackingParameters


def placing(scenario: Scenario) -> dict[str, Any]:
    """Return what a scenario says of cameras as `sim.place` takes it, files and seed apart."""
    cameras = scenario.cameras
    share = cameras.street_share
    return {
        "strategy": plain_mix(cameras.strategy),
        "share_rule": cameras.share_rule,
        "share": cameras.share,
        "street_share": share if isinstance(share, str) else share.model_dump(),
        "mobile_share": cameras.mobile_share,
        "phases": tuple(map(_phase, cameras.phases)) or PHASES,
        "plan": planned(scenario),
        "optics": plain_mix(cameras.optics),
        "heads_per_site": cameras.heads_per_site,
    }


def planned(scenario: Scenario) -> Plan | None:
    """Return the plan that a scenario's cameras follow, None without one."""
    name = scenario.cameras.plan
    if name is None:
        return None
    if name != OWN_PLAN:
        return announced(name)
    return Plan(OWN_PLAN, tuple(map(_phase, scenario.cameras.phases)))


def _phase(phase: GrowthPhase) -> Phase:
    strategies = {owner: plain_mix(mix) for owner, mix in phase.strategy if mix is not None}
    return Phase(
        phase.total,
        phase.year,
        _positive(phase.owners.model_dump()),
        phase.name,
        phase.districts,
        strategies,
        phase.linked,
    )


def _positive(weights: dict[str, float]) -> dict[str, float]:
    return {name: weight for name, weight in weights.items() if weight > 0}


def prices(scenario: Scenario) -> CameraPrices:
    """Return what a scenario says a camera costs in a year, by owner."""
    return CameraPrices(**scenario.cameras.cost.model_dump())


def moving(crowd: Crowd) -> MovingCrowd:
    """Return what a scenario says of a crowd on the move, its way apart."""
    return MovingCrowd(**crowd.model_dump(exclude={"name", "name_zh", "walk"}))


def following(scenario: Scenario) -> TrackingParameters:
    """Return what a scenario says of identification and following."""
    values = scenario.tracking.model_dump(exclude={"subsample"})
    return TrackingParameters(**{**values, "hit_rate": tuple(values["hit_rate"].values())})
