"""What is seen of each street as a share of its length, on the user's own edges or the network's.

Rows, index and columns are those of the graph that a city was made of, where it was made of one.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from sim.cameras.optics import TASKS
from sim.city.streets import StreetNetwork
from sim.sight.arrays import PieceArrays

COLUMNS = tuple(f"seen_{task}" for task in TASKS)
"""Shares of length that are seen, 0 to 1, by task."""


def seen_shares(pieces: PieceArrays, total: int) -> pd.DataFrame:
    """Return the share of each edge of the network that is seen at a number of cameras.

    Parameters
    ----------
    pieces
        First-seen ranks along the streets.
    total
        Cameras in the whole city.

    Returns
    -------
    DataFrame
        An edge a row, the columns `COLUMNS`.
    """
    count = len(pieces.piece_ptr) - 1
    edge = np.repeat(np.arange(count), np.diff(pieces.piece_ptr))
    metres = pieces.end - pieces.start
    length = np.bincount(edge, metres, count)
    shares = {}
    for k, name in enumerate(COLUMNS):
        seen = np.bincount(edge, np.where(pieces.rank[:, k] <= total, metres, 0.0), count)
        shares[name] = np.minimum(seen / length, 1.0)
    return pd.DataFrame(shares)


def edges_with(streets: StreetNetwork, values: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the user's edges, or without a graph of the user's those of the network, with values.

    Parameters
    ----------
    streets
        The network.
    values
        An edge of the network a row; columns take the place of the user's of the same name.

    Returns
    -------
    GeoDataFrame
        In the user's order, index and coordinate system; values are missing on edges that nobody
        walks, of which `edge`, the number in the network, is −1.
    """
    own = streets.own
    if own is None:
        return streets.edges.assign(edge=np.arange(len(values), dtype=np.int32), **values)
    known = own.edge >= 0
    found = {
        str(name): np.where(known, column.to_numpy()[own.edge], np.nan)
        for name, column in values.items()
    }
    return own.table.assign(edge=own.edge, **found)
