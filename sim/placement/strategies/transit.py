"""Transit: the nearest to a station exit first."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sim.errors import InputError
from sim.placement.ground import Ground
from sim.placement.strategies.random import shuffle_key


def nearest_to_stations_first(ground: Ground) -> NDArray[np.int64]:
    """Rank candidates by distance to the nearest station or exit, in steps of 10 m; ties by lot.

    Raises
    ------
    InputError
        The city has no stations.
    """
    city, sites = ground.city, ground.sites
    stations = city.places.of("station").geometry
    if stations.empty:
        raise InputError(
            f"strategy transit needs stations, and {city.area.name} has none; "
            "choose another strategy or import places",
            key="cameras.strategy",
        )
    tree = cKDTree(np.column_stack([stations.x, stations.y]))
    distance = tree.query(np.column_stack([sites.x, sites.y]))[0]
    return np.lexsort((shuffle_key(ground), np.floor(distance / 10)))
