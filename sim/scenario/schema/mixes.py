"""Names, or names with weights: the form of `strategy` and of `optics`.

It takes the names of this package's strategies and camera types, and asks installed packages for
more strategies only where a name is not its own.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticKnownError

from sim.placement.parameters import LARGEST_TOTAL
from sim.scenario.schema.values import mistake

Mix = str | tuple[tuple[str, float], ...]
"""A name, or names with weights above 0."""
STRATEGIES = (
    "random", "even", "junctions", "betweenness", "transit", "places", "population", "points",
    "equity", "greedy_cover", "greedy_trips", "empirical", "existing", "as_planned",
)  # fmt: skip
"""The placement strategies by name; tests hold them equal to the registry, with `existing` and
`as_planned`."""
STRATEGY_ENTRY_POINTS = "hk_camera_sim.strategies"
OPTICS = (
    "weak", "typical", "strong", "fixed_bullet", "dome", "panoramic", "ptz", "low_cost", "fourk",
    "two_megapixel", "thousand_dollar", "typical_low", "typical_high",
)  # fmt: skip
"""The camera types by name; tests hold them equal to `sim.cameras.optics.CAMERA_TYPES`."""


def _strategy_names() -> tuple[str, ...]:
    """Return the strategies of this package and of installed packages."""
    return (*STRATEGIES, *sorted(entry_points(group=STRATEGY_ENTRY_POINTS).names))


def _mix_of(
    names: Callable[[], tuple[str, ...]], built_in: tuple[str, ...] = ()
) -> Callable[[object], Mix]:
    """Return the check of a name or of names with weights; those not built in are looked up."""

    def check(value: object) -> Mix:
        if not isinstance(value, str | dict):
            raise PydanticKnownError("string_type")
        parts = value if isinstance(value, dict) else {value: 1.0}
        if not parts:
            raise mistake("is an empty mix; write a name, or names with weights")
        for name, weight in parts.items():
            if name not in built_in and name not in names():
                expected = ", ".join(f"'{known}'" for known in names())
                raise PydanticKnownError("literal_error", {"expected": expected})
            if isinstance(weight, bool) or not isinstance(weight, int | float) or not weight > 0:
                raise mistake(f"{weight} is not a weight; write a number above 0", name)
            if weight > LARGEST_TOTAL:
                raise mistake(f"{weight} is out of range; write at most {LARGEST_TOTAL}", name)
        if isinstance(value, str):
            return value
        return tuple((str(name), float(weight)) for name, weight in parts.items())

    return check


def _mix_schema(names: tuple[str, ...], *, others: bool) -> WithJsonSchema:
    """Return the JSON Schema of a mix; with `others` names beside these are possible."""
    weights = {"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST_TOTAL}
    mix = {
        "type": "object",
        "minProperties": 1,
        "properties": dict.fromkeys(names, weights),
        "additionalProperties": weights if others else False,
    }
    other: list[dict[str, Any]] = [{"type": "string"}] if others else []
    return WithJsonSchema({"anyOf": [{"enum": [*names]}, *other, mix]})


def plain_mix(mix: Mix) -> str | dict[str, float]:
    """Return a mix as it is written in a file."""
    return mix if isinstance(mix, str) else dict(mix)


def plain_names(mix: Mix) -> tuple[str, ...]:
    """Return the names of a mix."""
    return (mix,) if isinstance(mix, str) else tuple(name for name, _ in mix)


def mix_words(mix: Mix) -> str:
    """Return a mix in words: one name, or `3 junctions + 1 random`."""
    return mix if isinstance(mix, str) else " + ".join(f"{w:g} {name}" for name, w in mix)


StrategyMix = Annotated[
    Mix, PlainValidator(_mix_of(_strategy_names, STRATEGIES)), PlainSerializer(plain_mix),
    _mix_schema(STRATEGIES, others=True),
]  # fmt: skip
OpticsMix = Annotated[
    Mix,
    PlainValidator(_mix_of(lambda: OPTICS)),
    PlainSerializer(plain_mix),
    _mix_schema(OPTICS, others=False),
]
