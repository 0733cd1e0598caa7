"""Betweenness by walking flow: how many walkers pass along each street.

It counts the walks of simulated people on the edges they take, times the residents that each person
stands for, and says how far chance may have moved the count. Placement and maps read it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.city.model import City
from sim.city.streets import StreetNetwork
from sim.errors import InputError
from sim.trips.demand import sample_trips, ways_walked
from sim.trips.model import Trips


class WalkingFlow(NamedTuple):
    """Walkers along each edge, both directions together, in the order of the network's edges."""

    walkers: NDArray[np.float64]
    """Residents represented by those who pass; who passes twice counts twice."""
    standard_error: NDArray[np.float64]
    """Of `walkers`, from drawing these people and no others."""


def street_flow(streets: StreetNetwork, trips: Trips) -> NDArray[np.float64]:
    """Count the walkers along each edge.

    Parameters
    ----------
    streets
        The network that the trips were routed on.
    trips
        Named walks are examples and count nobody.

    Returns
    -------
    walkers
        Residents represented by those who pass, shape (edges,). Splitting an edge gives both
        parts its count, and the counts of two lots of trips add up to that of both together.
    """
    return np.bincount(
        trips.path_edge, weights=_on_paths(trips, _walkers(trips)), minlength=len(streets.edges)
    ).astype(np.float64)


def street_flow_error(streets: StreetNetwork, trips: Trips, *, people: int) -> NDArray[np.float64]:
    """Return the standard error of `street_flow`, from the spread between people.

    Parameters
    ----------
    streets, trips
        As for `street_flow`; all trips of a person are one draw.
    people
        How many persons were drawn, those without a trip included.

    Notes
    -----
    The variance of a sum of `people` independent draws x is people · s², s² the sample variance of
    x. Kinds of walk are dealt out in turn and not drawn, which makes the true error a little
    smaller. With fewer than two people it is unknown (NaN).
    """
    from scipy.sparse import coo_array  # slow, and placed heads are mostly found in the cache

    if people < 2:
        return np.full(len(streets.edges), np.nan)
    counted = _walkers(trips)
    person = np.unique(trips.table["person"].to_numpy(np.int64), return_inverse=True)[1]
    passes: Any = coo_array(
        (_on_paths(trips, counted), (_on_paths(trips, person), trips.path_edge)),
        shape=(int(person.max(initial=0)) + 1, len(streets.edges)),
    ).tocsr()  # sums the passes of one person along one edge
    total = np.asarray(passes.sum(axis=0)).ravel()
    squares = np.asarray(passes.multiply(passes).sum(axis=0)).ravel()
    variance = (squares - total**2 / people).clip(min=0.0) / (people - 1)
    return np.asarray(np.sqrt(people * variance), np.float64)


def walking_betweenness(city: City, *, people: int, seed: int) -> WalkingFlow:
    """Sample typical walks and count the walkers along each street.

    Unlike betweenness of the graph alone, walks begin and end where people do, are as long as
    people walk, and follow each person's own costs. They have one end in the study area, so streets
    of the halo are passed by fewer than in truth.

    Parameters
    ----------
    city
        Streets and places.
    people
        How many persons to draw; the standard error falls with its square root.
    seed
        Of the scenario.

    Raises
    ------
    InputError
        People cannot be, or the city has no places to walk to.
    """
    if people < 2:
        raise InputError(f"{people} people: walking flow needs at least 2; 2,000 are usual")
    trips = sample_trips(city, people=people, seed=seed)
    if len(trips) == 0:
        raise InputError(_no_places(city))
    return WalkingFlow(
        street_flow(city.streets, trips), street_flow_error(city.streets, trips, people=people)
    )


def walkers_along(city: City, *, people: int, seed: int) -> NDArray[np.float64]:
    """Return the walkers of `walking_betweenness` alone: no table of walks, no error.

    Parameters
    ----------
    city, people, seed
        As there; one person is enough.

    Raises
    ------
    InputError
        People cannot be, or the city has no places to walk to.
    """
    routed, represents = ways_walked(city, people=people, seed=seed)
    if not np.isfinite(routed.length).any():
        raise InputError(_no_places(city))
    passes = np.bincount(routed.path_edge, minlength=len(city.streets.edges))
    return np.asarray(passes * represents, np.float64)


def _no_places(city: City) -> str:
    return f"walking flow needs places to walk to, and {city.area.name} has none; import places"


def _walkers(trips: Trips) -> NDArray[np.float64]:
    """Residents that each trip stands for, none for a named walk."""
    represents = trips.table["represents"].to_numpy(np.float64)
    return np.where(trips.table["named"].to_numpy(bool), 0.0, represents)


def _on_paths(trips: Trips, values: NDArray[Any]) -> NDArray[Any]:
    """Repeat a value of each trip along its edges."""
    return np.repeat(values, np.diff(trips.path_ptr))
