"""A city's footbridges and station exits beside the Government's: which decks differ.

The layer of public footbridges says where a bridge stands, not what is walked on it; so it is
compared by presence: an official bridge on which nothing of the city lies on that deck, and a deck
of the city where no official bridge stands. Exits are compared by the ways beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sim.city.components import connected_components
from sim.city.walkable import FOOT_ONLY

if TYPE_CHECKING:
    from sim.city.model import City

LEAST_M = 5.0
"""So many metres of a way on an official footbridge are a way over it."""
TOUCHED_M = 2.0
"""A way so near touches an official footbridge."""
NEAR_M = 10.0
"""A deck of the city this near to an official footbridge belongs to it."""
EXIT_M = 30.0
"""Ways farther from an exit do not lead to it."""


class Decks(NamedTuple):
    """What was compared, tables in EPSG of the city."""

    official: gpd.GeoDataFrame
    """An official footbridge that touches the study area a row: number, what ("same", "touched" of
    a lift tower or landing, "on the street", "nothing walked"), bridge_m and street_m (metres of
    foot ways on it), x, y."""
    own: gpd.GeoDataFrame
    """A connected group of footbridge ways a row: what ("same" or "not of the layer"), length_m,
    name, x, y (the middle of its longest way)."""
    exits: gpd.GeoDataFrame
    """A station exit a row: name, what ("street", another deck, or "no way"), metres to it, and
    subway_m (metres to the nearest way in a subway, NaN where none is within `EXIT_M`)."""


def compare_decks(city: City, footbridges: gpd.GeoDataFrame, exits: gpd.GeoDataFrame) -> Decks:
    """Set the footbridges and exits of a city beside those of the Government.

    Parameters
    ----------
    city
        In Hong Kong.
    footbridges
        As `sim.city.sources.official_footbridges.read_footbridges` gives them.
    exits
        Points with a column name; may be empty.
    """
    area, crs = city.area.polygon, city.streets.crs
    near = footbridges.to_crs(crs)
    near = near[near.intersects(area)].reset_index(drop=True)
    points = exits.to_crs(crs)
    points = points[points.intersects(area)].reset_index(drop=True)
    return Decks(_official(city, near), _own(city, near), _exits(city, points))


def _official(city: City, bridges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    edges = city.streets.edges
    on_bridge = (edges["deck"] == "footbridge").to_numpy()
    foot = edges["highway"].isin(FOOT_ONLY).to_numpy() & ~edges["steps"].to_numpy()
    on_street = (edges["deck"] == "street").to_numpy() & foot
    shape = bridges.geometry.to_numpy()
    metres = {
        name: _metres_on(edges.geometry.to_numpy()[some], shape)
        for name, some in (("bridge_m", on_bridge), ("street_m", on_street))
    }
    met = np.zeros(len(shape), bool)
    tree = shapely.STRtree(edges.geometry.to_numpy()[on_bridge])
    met[tree.query(shape, predicate="dwithin", distance=TOUCHED_M)[0]] = True
    what = np.select(
        [metres["bridge_m"] >= LEAST_M, met, metres["street_m"] >= LEAST_M],
        ["same", "touched", "on the street"], "nothing walked",
    )  # fmt: skip
    middle = shapely.centroid(shape)
    table = {"number": bridges["number"], "outlined": bridges["outlined"], "what": what, **metres}
    places = {"x": shapely.get_x(middle), "y": shapely.get_y(middle)}
    return gpd.GeoDataFrame({**table, **places}, geometry=shape, crs=city.streets.crs)


def _metres_on(line: NDArray[np.object_], shape: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the metres of lines inside each shape."""
    tree = shapely.STRtree(line)
    of_shape, of_line = tree.query(shape, predicate="intersects")
    inside = shapely.length(shapely.intersection(line[of_line], shape[of_shape]))
    return np.round(np.bincount(of_shape, inside, len(shape)), 1)


def _own(city: City, bridges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return groups of footbridge ways in the study area that hang together."""
    edges = city.streets.edges
    some = edges[(edges["deck"] == "footbridge").to_numpy()]
    some = some[some.intersects(city.area.polygon)]
    ends = some[["u", "v"]].to_numpy().astype(np.int64)
    label = connected_components(ends[:, 0], ends[:, 1], len(city.streets.nodes))[1]
    _, group = np.unique(label[ends[:, 0]], return_inverse=True)
    line, length = some.geometry.to_numpy(), some["length"].to_numpy()
    tree = shapely.STRtree(bridges.geometry.to_numpy())
    meets = np.zeros(len(some), bool)
    meets[tree.query(line, predicate="dwithin", distance=NEAR_M)[0]] = True
    groups = int(group.max()) + 1 if len(some) else 0
    order = np.lexsort((length, group))
    longest = order[np.searchsorted(group[order], np.arange(groups), side="right") - 1]
    same = np.bincount(group, meets, groups) > 0
    middle = shapely.line_interpolate_point(line[longest], 0.5, normalized=True)
    names = [_named(some["name"].to_numpy()[group == k]) for k in range(groups)]
    table = {
        "what": np.where(same, "same", "not of the layer"),
        "length_m": np.round(np.bincount(group, length, groups), 1),
        "name": np.array(names, object), "x": shapely.get_x(middle), "y": shapely.get_y(middle),
    }  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=middle, crs=city.streets.crs)


def _named(names: NDArray[np.object_]) -> str:
    return next((str(name) for name in names if name), "")


def _exits(city: City, exits: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return on which deck the nearest way of each exit lies; the street's where it is near."""
    edges, point = city.streets.edges, exits.geometry.to_numpy()
    deck, metres = np.full(len(point), "no way", object), np.full(len(point), np.nan)
    subway = metres.copy()
    for name in ("covered", "subway", "footbridge", "street"):
        line = edges.geometry.to_numpy()[(edges["deck"] == name).to_numpy()]
        (row, _), apart = shapely.STRtree(line).query_nearest(
            point, max_distance=EXIT_M, all_matches=False, return_distance=True
        )
        if name == "subway":
            subway[row] = np.round(apart, 1)
        nearer = (name == "street") | ~(metres[row] < apart)
        deck[row[nearer]], metres[row[nearer]] = name, apart[nearer]
    table = {"name": exits["name"].to_numpy(), "what": deck, "metres": np.round(metres, 1)}
    table["subway_m"] = subway
    return gpd.GeoDataFrame(table, geometry=point, crs=city.streets.crs)
