"""What a life of several weeks is asked for: people, days, retention, and how habits hold.

Habits are a table of facts, `sim/facts/weeks.yaml`; what is drawn from them is in `sim.days.lives`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from sim.errors import InputError
from sim.limits import check, limited
from sim.tracking.parameters import LIVE_BY, PERSON
from sim.trips.profiles import Stop, stop_of

WEEK = 7
WORKDAYS = 5
"""The first days of each week of seven; the others are its weekend."""
NEVER_DELETED = None
"""Retention of recordings that are never deleted."""
RETENTIONS: tuple[int | None, ...] = (1, 7, 31, NEVER_DELETED)
MOST_DAYS = 56


@dataclass(frozen=True)
class Habits:
    """How lives hold to their habits, as `sim/facts/weeks.yaml` states it."""

    change: float
    change_of_work: float
    day_spread_h: float
    stays_home: tuple[float, float]
    weekend: Mapping[str, tuple[Stop, ...]]
    """By profile."""


@cache
def habits() -> Habits:
    """Return the habits of the table; its sources stand there."""
    text = files("sim.facts").joinpath("weeks.yaml").read_text(encoding="utf-8")
    row: dict[str, Any] = yaml.safe_load(text)
    weekday, weekend = row["stays_home"]
    return Habits(
        float(row["change"]),
        float(row["change_of_work"]),
        float(row["day_spread"]) / 60,
        (float(weekday), float(weekend)),
        MappingProxyType(
            {name: tuple(map(stop_of, stops)) for name, stops in row["weekend"].items()}
        ),
    )


@dataclass(frozen=True)
class DaysParameters:
    """Whose weeks are simulated, and what is kept of them.

    Attributes
    ----------
    people
        Residents simulated.
    days
        Days that each of them lives, from a Monday on.
    retention
        Days for which identifications are kept, one case each; None: never deleted.
    by
        Who identifies: a person who searches recordings, with the hit rate and the turn of the
        face of the tracking parameters, or software of a case of `sim.cameras.software`.
    change
        Chance that a stop of a day, work and school apart, is made at another place than usual;
        that of `sim/facts/weeks.yaml` where None.

    Raises
    ------
    InputError
        A number is outside its limits, or nobody of that name identifies; names the key.
    """

    people: int = limited(1000, at_least=2, at_most=20_000, whole=True)
    days: int = limited(31, at_least=1, at_most=MOST_DAYS, whole=True)
    retention: tuple[int | None, ...] = RETENTIONS
    by: str = PERSON
    change: float | None = limited(None, at_most=1)

    def __post_init__(self) -> None:
        """Refuse values out of range, naming the key."""
        check(self, "days")
        if self.by not in LIVE_BY:
            raise InputError(f"by {self.by!r}: give one of {', '.join(LIVE_BY)}", key="days.by")
        kept = [days for days in self.retention if days is not None]
        wrong = [days for days in kept if not (isinstance(days, int) and 1 <= days <= 36_500)]
        if wrong or not self.retention:
            raise InputError(
                f"retention {wrong or 'of none'}: give whole days, 1 to 36,500, or never",
                key="days.retention",
            )

    @property
    def changes(self) -> float:
        """Chance that a stop is made at another place than usual."""
        return habits().change if self.change is None else self.change
