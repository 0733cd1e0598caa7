"""Kinds of people and their days, and where residents work: facts for `sim.trips.days`.

They are tables with their sources, `sim/facts/profiles.yaml` and `sim/facts/commute.csv`. Nothing
is drawn here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from sim.errors import InputError
from sim.trips.parameters import FORMER_PROFILES

NEARNESS_M = 200.0
"""As for the simple walks of `sim.trips.demand`; a stop may have its own."""


@dataclass(frozen=True)
class Stop:
    """One stop of a day, as `sim/facts/profiles.yaml` describes it."""

    to: tuple[str, ...]
    leaves_h: float
    spread_h: float
    chance: float = 1.0
    otherwise: str = ""
    nearness_m: float = NEARNESS_M


@dataclass(frozen=True)
class Profile:
    """A kind of person: how many for each resident, where the day begins, and its stops."""

    name: str
    share: float
    begins: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True)
class Customs:
    """What all profiles have in common: who goes on foot over the edge, and the shortest stay."""

    on_foot: float
    on_foot_next: float
    on_foot_within_m: float
    stay_s: float


@cache
def profiles() -> dict[str, Profile]:
    """Return the built-in profiles by name; sources stand in `sim/facts/profiles.yaml`."""
    found = {}
    for name, row in _table()["profiles"].items():
        stops = tuple(stop_of(stop) for stop in row["stops"])
        found[name] = Profile(name, float(row["share"]), row["begins"], stops)
    return found


@cache
def customs() -> Customs:
    """Return what all profiles have in common."""
    row = _table()
    stay_s = 60.0 * float(row["stay_minutes"])
    return Customs(
        float(row["on_foot"]), float(row["on_foot_next"]), float(row["on_foot_within"]), stay_s
    )


@cache
def _table() -> dict[str, Any]:
    text = files("sim.facts").joinpath("profiles.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def stop_of(row: Mapping[str, Any]) -> Stop:
    """Return a stop as a table of facts writes it."""
    return Stop(
        tuple(row["to"]),
        float(row["leaves"][0]),
        float(row["leaves"][1]),
        float(row.get("chance", 1.0)),
        row.get("otherwise", ""),
        float(row.get("nearness", NEARNESS_M)),
    )


def chosen_shares(wanted: Sequence[str] | Mapping[str, float]) -> dict[str, float]:
    """Return share by profile, scaled to 1.

    Parameters
    ----------
    wanted
        Names of profiles, with the shares of the table, or shares by name.

    Raises
    ------
    InputError
        An unknown profile, or shares that are not above 0 in sum.
    """
    known = profiles()
    for i, name in enumerate(wanted):
        if name not in known:
            place = name if isinstance(wanted, Mapping) else i
            if name in FORMER_PROFILES:
                raise InputError(f'"{name}" {FORMER_PROFILES[name]}', key=f"trips.profiles.{place}")
            raise InputError(
                f'"{name}" is no profile; known: {", ".join(known)}', key=f"trips.profiles.{place}"
            )
    shares = {name: known[name].share for name in wanted}
    if isinstance(wanted, Mapping):
        shares = {name: float(share) for name, share in wanted.items()}
    total = sum(shares.values())
    if not all(0 <= share < np.inf for share in shares.values()) or total <= 0:
        raise InputError("shares must be 0 or more, and one above 0", key="trips.profiles")
    return {name: share / total for name, share in shares.items() if share > 0}
