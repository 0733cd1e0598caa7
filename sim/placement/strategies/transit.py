"""Transit: the nearest to a station exit first."""

import numpy as np
from numpy.typing import NDArray

from sim.placement.context import PlacementContext
from sim.placement.strategies.places import nearest_first


def nearest_to_stations_first(context: PlacementContext) -> NDArray[np.int64]:
    """Rank candidates by distance to the nearest station or exit, in steps of 10 m.

    Ties at random.

    Raises
    ------
    InputError
        The city has no stations.
    """
    return nearest_first(context, "transit", ("station",))
