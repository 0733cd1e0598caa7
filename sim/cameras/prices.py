"""What a camera costs in a year, by owner, in Hong Kong dollars: defaults and limits.

The default is what was said of the whole programme, divided by its years and cameras
(`sim/facts/camera_cost.csv`). The file loads no numpy, so that a scenario is checked quickly.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

from sim.limits import check, limited

LARGEST_HKD = 10_000_000


def _programme() -> float:
    """Return the programme's cost a camera and year, HK$, to the hundred."""
    text = files("sim.facts").joinpath("camera_cost.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    row = next(row for row in rows if row["item"] == "programme")
    return round(float(row["hkd"]) / float(row["years"]) / float(row["cameras"]), -2)


PROGRAMME_HKD = _programme()
"""Cost of the announced programme a camera and year, everything in it, HK$."""


@dataclass(frozen=True)
class CameraPrices:
    """What a camera of each owner costs in a year, HK$.

    Attributes
    ----------
    police, department, transport, estate, mall, other
        HK$ a camera and year.

    Raises
    ------
    InputError
        A number is outside its limits; names the key.
    """

    police: float = limited(PROGRAMME_HKD, at_most=LARGEST_HKD, unit="HK$")
    department: float = limited(PROGRAMME_HKD, at_most=LARGEST_HKD, unit="HK$")
    transport: float = limited(PROGRAMME_HKD, at_most=LARGEST_HKD, unit="HK$")
    estate: float = limited(PROGRAMME_HKD, at_most=LARGEST_HKD, unit="HK$")
    mall: float = limited(PROGRAMME_HKD, at_most=LARGEST_HKD, unit="HK$")
    other: float = limited(PROGRAMME_HKD, at_most=LARGEST_HKD, unit="HK$")

    def __post_init__(self) -> None:
        """Refuse values out of range, naming the key."""
        check(self, "cameras.cost")
