"""Transit: the nearest to a station exit first."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sim.cameras.candidates import Candidates
from sim.city import City
from sim.errors import InputError
from sim.placement.strategies.random import shuffle_key


def nearest_to_stations_first(city: City, sites: Candidates, seed: int) -> NDArray[np.int64]:
    """Rank candidates by distance to the nearest station or exit, in steps of 10 m; ties by lot.

    Raises
    ------
    InputError
        The city has no stations.
    """
    stations = city.places.of("station").geometry
    if stations.empty:
        raise InputError(
            f"strategy transit needs stations, and {city.area.name} has none; "
            "choose another strategy or import places",
            key="cameras.strategy",
        )
    tree = cKDTree(np.column_stack([stations.x, stations.y]))
    distance = tree.query(np.column_stack([sites.x, sites.y]))[0]
    return np.lexsort((shuffle_key(sites, seed), np.floor(distance / 10)))
