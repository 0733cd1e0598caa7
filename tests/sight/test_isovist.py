"""Drawn fields against lines of sight: what lies well inside is seen, what lies outside is not."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from sim.area import HONG_KONG_CRS
from sim.cameras.fleet import RANGE_COLUMNS, Fleet
from sim.city.walls import Walls
from sim.sight.isovist import TOLERANCE_M, isovist_polygons

MOUNT_M, REACH_M = 4.0, 40.0
BESIDE_M = TOLERANCE_M + 0.1
"""Nearer than this to the outline, its simplified corners and the steps of its arcs decide."""


def houses(rng):
    """Houses in four places that are kilometres apart, many wall to wall; where heads may hang."""
    corner = np.repeat(rng.uniform(0, 8000, (4, 2)), 60, axis=0) + 6 * rng.integers(-9, 9, (240, 2))
    far = corner + 6 * rng.integers(1, 3, (240, 2))
    shapes = shapely.get_parts(shapely.union_all(shapely.box(*corner.T, *far.T)))
    height = rng.choice([MOUNT_M - 1, MOUNT_M + 10, np.nan], len(shapes))
    spots = corner + rng.uniform(-20, 20, corner.shape)
    outside = ~shapely.dwithin(shapely.union_all(shapes), shapely.points(spots), 0.5)
    return gpd.GeoDataFrame({"height": height}, geometry=shapes, crs=HONG_KONG_CRS), spots[outside]


def fleet_at(spots, rng):
    heads = {"heading": rng.uniform(0, 360, len(spots)), "mount": MOUNT_M, "duty": 1.0}
    heads |= {"near": 0.0}
    heads |= {"field_of_view": rng.choice([20.0, 62.0, 180.0, 270.0, 360.0], len(spots))}
    heads |= dict.fromkeys(RANGE_COLUMNS, REACH_M)
    at = gpd.points_from_xy(*spots.T, crs=HONG_KONG_CRS)
    return Fleet.from_heads(gpd.GeoDataFrame(heads, geometry=at))


def test_a_field_is_where_lines_of_sight_go():
    rng = np.random.default_rng(11)
    shapes, spots = houses(rng)
    fleet = fleet_at(spots, rng)
    tall = shapely.union_all(shapes.geometry[~(shapes["height"] < MOUNT_M)].to_numpy())
    shapely.prepare(tall)
    fields = isovist_polygons(Walls.from_footprints(shapes), fleet)
    assert shapely.is_valid(fields).all()
    for field, spot, head in zip(fields, spots, fleet.heads.itertuples(), strict=True):
        aim = rng.uniform(-1.1 * REACH_M, 1.1 * REACH_M, (60, 2))
        apart = np.degrees(np.arctan2(*aim.T)) - head.heading
        there = np.hypot(*aim.T) < REACH_M
        there &= abs((apart + 180) % 360 - 180) <= head.field_of_view / 2
        sight = shapely.linestrings(
            np.stack([np.broadcast_to(spot, aim.shape), spot + aim], axis=1)
        )
        seen = there & ~shapely.relate_pattern(tall, sight, "T********")
        at = shapely.points(spot + aim)
        clear = shapely.distance(field.boundary, at) > BESIDE_M
        np.testing.assert_array_equal(shapely.intersects(field, at)[clear], seen[clear])


@pytest.mark.parametrize("chosen", [slice(0, 0), slice(3, 4), slice(None, None, 7)])
def test_a_field_is_the_same_whichever_other_heads_there_are(chosen):
    rng = np.random.default_rng(12)
    shapes, spots = houses(rng)
    walls, fleet = Walls.from_footprints(shapes), fleet_at(spots, rng)
    some = Fleet(fleet.heads.iloc[chosen].reset_index(drop=True))
    whole = shapely.to_wkb(isovist_polygons(walls, fleet))[chosen]
    assert list(shapely.to_wkb(isovist_polygons(walls, some))) == list(whole)
