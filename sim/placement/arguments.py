"""What each argument of `sim.place` must be; what they mean is in `sim.placement.placing`."""

from collections.abc import Mapping

from sim.arguments import (
    Check,
    a_seed,
    a_table,
    a_text,
    either,
    made,
    mix,
    number,
    one_of,
    several,
    whole,
)
from sim.placement.parameters import LARGEST_TOTAL, SHARE_RULES
from sim.placement.strategies.registry import OwnStrategy

_mix = mix("a strategy, a function")


def _strategy(name: str, value: object) -> object:
    """Return a strategy or a mix of them; functions stand for themselves."""
    if callable(value):
        return OwnStrategy.of(value)
    if isinstance(value, Mapping):
        own = {OwnStrategy.of(key) if callable(key) else key: part for key, part in value.items()}
        return _mix(name, own)
    return _mix(name, value)


CHECKS: dict[str, Check] = {
    "city": made("City"), "total": whole(0, LARGEST_TOTAL), "strategy": _strategy,
    "share_rule": one_of(SHARE_RULES), "share": number(0), "mobile_share": number(0),
    "seed": a_seed,
    "street_share": mix("a case"), "optics": mix("a camera type"), "heads_per_site": number(1),
    "phases": several(made("Phase"), "a list of phases"),
    "plan": either("the name of a plan, or a plan", a_text, made("Plan")),
    "existing": made("Fleet"), "aims": made("Objective"),
    "sites": a_table("points, a pole a row", key="cameras.sites"),
    "exclude": several(made("Exclusion"), "a list of zones"),
}  # fmt: skip
"""Checks by argument."""
