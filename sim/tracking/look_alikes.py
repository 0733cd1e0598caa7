"""Who might be taken for the one followed: walkers on the streets around, by hour and street.

Walkers keep to streets: within r metres of where somebody was last seen lie
A(r) = w (2 r + D π r²) m² of street, w the mean width of a street and D the length of street per
land (`sim.city.street_space`). Of δ walkers on each of these, a share α looks alike.
"""

from __future__ import annotations

import csv
import math
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.tracking.kernels.linking import Crowd
from sim.tracking.parameters import CROWDS, TrackingParameters

if TYPE_CHECKING:
    from sim.city.model import City
    from sim.trips.model import Trips

HOURS = 24
AWAKE = slice(7, 23)
"""Hours over which the density is averaged for a walk of which no time is known."""
OTHERS = "others"


def street_m2(radius_m: float, width_m: float, per_m: float) -> float:
    """Return A(r) = w (2 r + D π r²), the area of street within a distance, m².

    Parameters
    ----------
    radius_m
        The distance r, m.
    width_m, per_m
        Of `sim.city.street_space.StreetSpace`.
    """
    return width_m * (2 * radius_m + per_m * math.pi * radius_m**2)


def crowd_of(city: City, trips: Trips, parameters: TrackingParameters) -> Crowd:
    """Return where look-alikes of walkers are, as the recursion along a walk reads it.

    Parameters
    ----------
    city
        With `streets` and `street_space`.
    trips
        Walks through it. Where departures are known and the case is by hour, look-alikes are as
        many as at the hour of departure; else the mean from 7 to 23 hours.
    parameters
        Of following.
    """
    space, speed = city.street_space, trips.speed_m_s
    shared = parameters.look_alike_share * space.width_m
    near, wide = 2 * shared * speed, shared * space.per_m * math.pi * speed**2
    edges, everywhere = len(city.streets.edges), parameters.everywhere
    if everywhere is not None:
        nowhere, whole = np.zeros(edges, np.int64), np.zeros(len(trips), np.int64)
        return Crowd(near, wide, np.full((1, 1), everywhere), nowhere, whole)
    classes, density = crowds_by_hour()
    number = {name: k for k, name in enumerate(classes)}
    kind = city.streets.edges["highway"].map(number).fillna(number[OTHERS])
    leaves = trips.table["departs_s"].to_numpy(np.float64)
    known = np.isfinite(leaves)
    hour = np.full(len(trips), HOURS, np.int64)
    hour[known] = (leaves[known] // 3600).astype(np.int64) % HOURS
    return Crowd(near, wide, density.copy(), kind.to_numpy(np.int64), hour)


@cache
def crowds_by_hour() -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return the densities of `sim/facts/crowds.csv`.

    Returns
    -------
    tuple
        Classes of street, "others" among them; walkers per m² of street, shape (25, classes): a
        row for each hour, then the mean from 7 to 23 hours.
    """
    text = files("sim.facts").joinpath("crowds.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    classes = tuple(dict.fromkeys(name for row in rows for name in row["classes"].split()))
    density = np.full((HOURS + 1, len(classes)), np.nan)
    for row in rows:
        for name in row["classes"].split():
            hours = slice(int(row["begins"]), int(row["ends"]))
            density[hours, classes.index(name)] = CROWDS[row["crowd"]]
    density[HOURS] = density[AWAKE].mean(axis=0)
    density.setflags(write=False)
    return classes, density
