"""Population: cameras in proportion to the people who live near, at every number of cameras."""

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.nearest import tree_of
from sim.placement.context import PlacementContext, by_turns
from sim.placement.strategies.random import shuffle_key

CELL_M = 250.0
"""Side of the squares in which residents and candidates are counted."""


def in_proportion_to_residents(context: PlacementContext) -> NDArray[np.int64]:
    """Rank candidates so that each square of 250 m has its residents' share; else at random.

    People who live where no camera could hang count in the square of the nearest candidate.

    Raises
    ------
    InputError
        The city has no homes.
    """
    residents, of_site = context.once("residents", lambda: _residents(context))
    return by_turns(residents, of_site, shuffle_key(context))


def _residents(context: PlacementContext) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the residents of each square with candidates, and the square of each candidate."""
    sites, homes = context.sites, context.city.places.of("home")
    people = homes["weight"].to_numpy(np.float64)
    if not (people > 0).any():
        raise InputError(
            f"strategy population needs homes, and {context.city.area.name} has none; choose "
            "another strategy or write trips.population",
            key="cameras.strategy",
        )
    spot = np.column_stack([sites.x, sites.y])
    square, of_site = squares(spot)
    at_home, of_home = squares(np.column_stack([homes.geometry.x, homes.geometry.y]))
    nearest = tree_of(spot).query(np.column_stack([homes.geometry.x, homes.geometry.y]))[1]
    known = {tuple(cell): number for number, cell in enumerate(square.tolist())}
    own = np.array([known.get(tuple(cell), -1) for cell in at_home.tolist()], np.int64)[of_home]
    cell = np.where(own >= 0, own, of_site[nearest])
    residents = np.bincount(cell, weights=np.nan_to_num(people).clip(min=0), minlength=len(square))
    return residents.astype(np.float64), of_site


def squares(
    spot: NDArray[np.float64], side: float = CELL_M
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the squares that hold points, as (column, row), and which square holds each point."""
    cell, of_spot = np.unique(np.floor(spot / side).astype(np.int64), axis=0, return_inverse=True)
    return cell, of_spot.reshape(-1)
