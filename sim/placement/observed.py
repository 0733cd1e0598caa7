"""What was measured of real public networks, as a rule by which a fleet can be placed.

The table `sim/facts/real_networks.csv` has one row a figure, for each city and the mean that the
strategy takes. Figures only: no position of a real camera is kept.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

STREETS = ("lane", "tertiary", "main", "service", "foot")
"""Kinds of street: where people live, roads that collect from them, main roads, ways to a door or
a car park, and ways for feet and bicycles."""
RATES = (*STREETS, "crossing with a lane", "crossing without a lane", "homes", "school")
"""What the rate of a pole depends on."""
MOST_HEADS = 8
"""Heads on one pole at most; the few poles with more count as these."""
SAME = 1e-12
"""Two means this close are equal."""


@dataclass(frozen=True)
class NetworkRule:
    """Rates, distances and heads of a network.

    Attributes
    ----------
    rates
        Log rate of a pole by name of what it depends on, as in `RATES`.
    near
        Distances, m, ascending, and the log factor on the rate for each pole between the one
        before and this.
    patches, patch_m
        Standard deviation of the log rate between quarters, for causes that are on no map, and how
        wide such a quarter is, m.
    heads
        Shares of poles with 1, 2, ... 8 heads.
    first_look
        Shares of first heads that look along the street, across it, and between.
    next_look
        Shares of further heads at a right angle to the first, opposite to it, and otherwise.
    """

    rates: Mapping[str, float]
    near: tuple[tuple[float, float], ...]
    patches: float
    patch_m: float
    heads: tuple[float, ...]
    first_look: tuple[float, float, float]
    next_look: tuple[float, float, float]

    def log_rates(self) -> NDArray[np.float64]:
        """Return the log rates in the order of `RATES`."""
        return np.array([self.rates[name] for name in RATES])

    def heads_with_mean(self, mean: float) -> NDArray[np.float64]:
        """Return the shares of poles with 1, 2, ... 8 heads, brought to a mean.

        Parameters
        ----------
        mean
            From 1 to 8.

        Raises
        ------
        InputError
            No pole can have so many heads in the mean.

        Notes
        -----
        Of all shares with this mean these are the nearest to the measured ones (least relative
        entropy): each is multiplied by a power of its number of heads, exp(tilt × heads).
        """
        if not 1 <= mean <= MOST_HEADS:
            raise InputError(f"{mean} heads on a pole; 1 to {MOST_HEADS} are possible")
        number, measured = np.arange(1, MOST_HEADS + 1), np.array(self.heads)
        low, high = -60.0, 60.0  # beyond, all poles have one number of heads
        while high - low > SAME:
            tilt = (low + high) / 2
            shares = measured * np.exp(tilt * (number - mean))
            shares /= shares.sum()
            low, high = (tilt, high) if shares @ number < mean else (low, tilt)
        return np.asarray(shares, np.float64)


@cache
def observed_rule(column: str = "mean") -> NetworkRule:
    """Return the rule of the measured networks.

    Parameters
    ----------
    column
        "mean" over the cities, or a city by the name of its column.

    Raises
    ------
    InputError
        The table has no such column.
    """
    rows = _rows()
    if column not in rows[0]:
        known = ", ".join(name for name in rows[0] if name not in ("kind", "name"))
        raise InputError(f'no figures of "{column}" among real networks; choose from {known}')
    parts: dict[str, dict[str, float]] = {}
    for row in rows:
        value = row[column] or row["mean"]  # what a city's list does not tell is as elsewhere
        parts.setdefault(row["kind"], {})[row["name"]] = float(value)
    near = tuple((float(name), value) for name, value in parts["near"].items())
    first, following = parts["first_look"], parts["next_look"]
    return NetworkRule(
        MappingProxyType(parts["rate"]),
        near,
        parts["patches"]["spread"],
        parts["patches"]["width"],
        tuple(parts["heads"].values()),
        (first["along"], first["across"], first["between"]),
        (following["right angle"], following["opposite"], following["otherwise"]),
    )


def _rows() -> list[dict[str, str]]:
    text = files("sim.facts").joinpath("real_networks.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))
