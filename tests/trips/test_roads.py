"""Roads of a walking network: pavements become lanes, corners junctions; one-way rules by hand."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from sim.city.pavements import pavements
from sim.city.streets import StreetNetwork
from sim.errors import InputError
from sim.trips.roads import AGAINST, ALONG, drive, roads_of

X, Y = 835_500.0, 820_000.0


def block(highway="residential"):
    """Two streets east and two north, 200 m apart, with both pavements."""
    low, high = [(-100, 0), (0, 0), (200, 0), (300, 0)], [(-100, 200), (0, 200), (200, 200),
                                                          (300, 200)]  # fmt: skip
    chains = [low, high, *([(y, x) for x, y in chain] for chain in (low, high))]
    lines = [shapely.linestrings(np.array(chain, float) + np.array([X, Y])) for chain in chains]
    table = {"highway": highway, "pavements": "both", "width": 9.0, "osmid": range(4),
             "name": [f"Street {k}" for k in range(4)]}  # fmt: skip
    frame = gpd.GeoDataFrame(table, geometry=lines, crs="EPSG:2326")
    return StreetNetwork.build(*pavements(frame))


def line_of(points, highway="residential", ways=()):
    """A street drawn as one line, in pieces."""
    nodes = gpd.GeoDataFrame({"osmid": range(len(points))},
                             geometry=gpd.points_from_xy(*zip(*points, strict=True)),
                             crs="EPSG:2326")  # fmt: skip
    pairs = ways or [(k, k + 1) for k in range(len(points) - 1)]
    lines = [shapely.LineString([points[u], points[v]]) for u, v in pairs]
    edges = gpd.GeoDataFrame({"u": [u for u, _ in pairs], "v": [v for _, v in pairs],
                              "highway": highway, "osmid": range(len(pairs))},
                             geometry=lines, crs="EPSG:2326")  # fmt: skip
    return StreetNetwork.build(nodes, edges)


def test_traffic_keeps_to_the_left_pavement_and_corners_are_one_junction():
    streets = block()
    roads = roads_of(streets)
    middle = shapely.line_interpolate_point(streets.edges.geometry.array, 0.5, normalized=True)
    x, y = shapely.get_x(middle) - X, shapely.get_y(middle) - Y
    there = (np.abs(x - 100) < 20) & (np.abs(y) < 20)
    between = np.flatnonzero(there[roads.edge]).tolist()
    assert len(between) == 2  # one arc each way
    node_x = np.full(roads.nodes, np.nan)
    for tail, edge in zip(roads.tail, roads.edge, strict=True):
        node_x[tail] = min(x[edge], node_x[tail]) if np.isfinite(node_x[tail]) else x[edge]
    for k in between:
        other = between[1] if k == between[0] else between[0]
        assert (roads.tail[k], roads.head[k]) == (roads.head[other], roads.tail[other])
    east = next(k for k in between if node_x[roads.tail[k]] < 50)
    west = next(k for k in between if k != east)
    assert y[roads.edge[east]] > 0 > y[roads.edge[west]]  # left of eastward is north
    trips = drive(roads, 50, 1, roads.length, 0.1)
    assert trips.no_way < 25  # ends of streets at the map's edge are dead ends, not islands
    assert set(streets.edges["highway"][roads.edge]) == {"residential"}


def test_one_way_streets_are_driven_one_way():
    streets = line_of([(X, Y), (X + 100, Y), (X + 200, Y)])
    u, v = streets.arrays.edge_u, streets.arrays.edge_v
    both = roads_of(streets)
    assert len(both.edge) == 4
    for way, (tail, head) in ((ALONG, (u, v)), (AGAINST, (v, u))):
        roads = roads_of(streets, np.full(2, way))
        assert sorted(zip(roads.tail, roads.head, strict=True)) == sorted(
            zip(tail, head, strict=True)
        )
    for wrong in ([0], [0, 2]):
        with pytest.raises(InputError, match="directions"):
            roads_of(streets, wrong)


def test_footways_alone_are_no_roads():
    with pytest.raises(InputError, match="vehicles drive"):
        roads_of(line_of([(X, Y), (X + 100, Y)], highway="footway"))
    roads = roads_of(line_of([(X, Y), (X + 100, Y)]))
    with pytest.raises(InputError, match="study area"):
        drive(roads, 3, 1, np.zeros(2), 0.0)
