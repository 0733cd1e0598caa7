"""An invented town: a grid of named streets with homes, stations, a market and offices."""

import geopandas as gpd
import numpy as np
import shapely
from oracles.tracking import CRS, network

from sim.area import Area
from sim.city.model import City
from sim.city.places import Places
from sim.city.walls import Walls

WEST, SOUTH = 835_000.0, 820_000.0


def grid_city(places, columns=9, rows=7, pitch=60.0, area=(60, 60, 420, 300)):
    """Streets "A0 … A6" across and "B0 … B8" along, Chinese names 甲0… and 乙0…."""
    at = lambda c, r: (WEST + c * pitch, SOUTH + r * pitch)  # noqa: E731
    lines = [[at(c, r), at(c + 1, r)] for r in range(rows) for c in range(columns - 1)]
    lines += [[at(c, r), at(c, r + 1)] for c in range(columns) for r in range(rows - 1)]
    streets = network(lines, streets=[*np.repeat(range(rows), columns - 1),
                                      *np.repeat(range(50, 50 + columns), rows - 1)])  # fmt: skip
    across = [str(r) for r in range(rows) for _ in range(columns - 1)]
    along = [str(c) for c in range(columns) for _ in range(rows - 1)]
    streets.edges["name"] = [f"A{n} Street" for n in across] + [f"B{n} Road" for n in along]
    streets.edges["name_zh"] = [f"甲{n}街" for n in across] + [f"乙{n}道" for n in along]
    west, south, east, north = area
    polygon = shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)
    region = shapely.box(*(streets.nodes.total_bounds + np.array([-1, -1, 1, 1])))
    table = gpd.GeoDataFrame(
        [(kind, name, zh, weight) for kind, name, zh, weight, *_ in places],
        columns=["kind", "name", "name_zh", "weight"],
        geometry=[shapely.Point(WEST + x, SOUTH + y) for *_, x, y in places], crs=CRS,
    )  # fmt: skip
    area_ = Area("grid", "格", polygon, region, CRS, (), 60.0)
    return City(area_, streets, Walls.none(CRS), Places(table))


PLACES = [
    *(("home", "", "", 10.0 * (i + 1), 70 + 37 * i % 340, 70 + 53 * i % 220) for i in range(20)),
    ("home", "", "", 1e6, 10, 10),  # outside the area: nobody lives here
    ("station", "Mong Kok exit E2", "旺角 E2出口", 1.0, 120, 120),
    ("station", "Mong Kok exit B1", "旺角 B1出口", 1.0, 180, 180),
    ("station", "Prince Edward exit A", "太子 A出口", 1.0, 420, 360),
    ("market", "Flower Market", "花墟", 1.0, 300, 240),
    ("office", "Langham Place", "朗豪坊", 1.0, 360, 120),
    ("office", "", "", 3.0, 240, 290),
    ("landmark", "Far Pier", "遠碼頭", 1.0, 2000, 2000),
]
