"""Numbers with their unit, as people write them: "10 min", "2 km/h", "30 %".

A key has one kind of quantity; text with a unit of that kind is turned into the key's own unit, and
text with any other is answered with the units that fit. Which key takes which unit is said in
`sim.scenario.schema`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from math import degrees, isfinite
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_MEASURED = re.compile(r"([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?)\s*([^\d\s.,:+-].*)")
LONGEST = 80
"""Characters after which a text is not a number with a unit."""


@dataclass(frozen=True)
class Quantity:
    """A kind of quantity: an annotation that also takes text with one of its units.

    Attributes
    ----------
    name
        What it is, with its article.
    own
        The unit in which the key counts, empty for a bare share.
    units
        How much of the key's own unit each unit is, by its spellings.
    example
        Text that is right.
    """

    name: str
    own: str
    units: Mapping[str, float]
    example: str

    def plain(self, value: object) -> object:
        """Return text with a unit as a number in the key's own unit; anything else as it is."""
        measured = split(value)
        if measured is None:
            return value
        number, unit = measured
        if unit in self.units:
            result = number * self.units[unit]
            return float(f"{result:.15g}") if isfinite(result) else value
        other = kind_of(unit)
        wrong = f"has the unit of {other.name}" if other else f'has the unknown unit "{unit[:20]}"'
        raise PydanticCustomError(
            "scenario", "{text}", {"text": f"{wrong}; write {self.remedy()}", "at": ()}
        )

    def remedy(self) -> str:
        """Return what to write: a plain number, or one with a unit."""
        bare = f"a number of {self.own}" if self.own else "a number 0..1"
        return f'{bare}, or with its unit, such as "{self.example}"'

    def __hash__(self) -> int:
        """Distinguish kinds by their names."""
        return hash(self.name)

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Turn text into a number before it is checked."""
        return core_schema.no_info_before_validator_function(self.plain, handler(source))

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe both forms."""
        spelt = "|".join(map(re.escape, self.units))
        pattern = rf"^\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*({spelt})\s*$"
        text = {"type": "string", "pattern": pattern, "examples": [self.example]}
        return {"anyOf": [handler(core), text]}


def _spelt(*units: tuple[str, float]) -> dict[str, float]:
    """Return units by each of their spellings, which stand separated by spaces."""
    return {name: factor for names, factor in units for name in names.split()}


TIME = Quantity(
    "a time", "seconds",
    _spelt(("s sec second seconds", 1.0), ("min minute minutes", 60.0), ("h hour hours", 3600.0),
           ("ms", 0.001)),
    "10 min",
)  # fmt: skip
LENGTH = Quantity(
    "a length", "metres",
    _spelt(("m metre metres meter meters", 1.0), ("km", 1000.0), ("cm", 0.01), ("mm", 0.001),
           ("ft foot feet", 0.3048)),
    "40 m",
)  # fmt: skip
SPEED = Quantity(
    "a speed", "metres per second",
    _spelt(("m/s", 1.0), ("km/h kph kmh", 1 / 3.6), ("mph", 0.44704), ("m/min", 1 / 60)),
    "5 km/h",
)  # fmt: skip
ANGLE = Quantity(
    "an angle", "degrees", _spelt(("degrees degree deg °", 1.0), ("rad", degrees(1))), "60 degrees"
)
SHARE = Quantity("a share", "", _spelt(("% percent", 0.01), ("‰", 0.001)), "30 %")
DENSITY = Quantity(
    "a density", "people per square metre",
    _spelt(("people/m2 people/m² /m2 /m²", 1.0), ("people/ha /ha", 1e-4),
           ("people/km2 people/km² /km2 /km²", 1e-6)),
    "0.1 people/m2",
)  # fmt: skip
QUANTITIES = (TIME, LENGTH, SPEED, ANGLE, SHARE, DENSITY)
"""Every kind that is known, so that a wrong unit can be named; not every kind has a key."""


def split(value: object) -> tuple[float, str] | None:
    """Return (number, unit) of text such as "10 min", None for anything else."""
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    match = _MEASURED.fullmatch(unicodedata.normalize("NFC", value).strip())
    if match is None:
        return None
    unit = " ".join(match[2].split())
    return float(match[1]), re.sub(r"\s*/\s*", "/", unit)


def kind_of(unit: str) -> Quantity | None:
    """Return the kind of quantity that a unit measures, None where it is unknown."""
    return next((quantity for quantity in QUANTITIES if unit in quantity.units), None)
