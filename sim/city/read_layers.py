"""Layers of several files put under one another."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.area import HONG_KONG_CRS
from sim.city.places import TRAFFIC_SIGNAL


def stacked(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put layers of one kind under one another in WGS 84.

    Parameters
    ----------
    frames
        At least one, each with its CRS.
    """
    projected = [frame.to_crs("EPSG:4326") for frame in frames]
    return gpd.GeoDataFrame(pd.concat(projected, ignore_index=True), crs="EPSG:4326")


def with_signals(places: gpd.GeoDataFrame, signals: NDArray[np.object_] | None) -> gpd.GeoDataFrame:
    """Return places and the traffic lights of the pedestrian network.

    Parameters
    ----------
    places
        As the other files have them.
    signals
        Points on the Hong Kong grid (m); None where no file has any.
    """
    if signals is None or not len(signals):
        return places
    table = pd.DataFrame({"name": [""] * len(signals), "name_zh": "", "weight": 1.0})
    lights = gpd.GeoDataFrame(table, geometry=signals, crs=HONG_KONG_CRS)
    return stacked([places, lights.assign(kind=TRAFFIC_SIGNAL)])
