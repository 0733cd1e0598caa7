"""The limit: no fleet of any strategy exceeds it, and a small crossing where it is the optimum."""

import itertools
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest

import sim
from sim.cameras.candidates import candidates
from sim.cameras.fleet import Fleet
from sim.cameras.optics import TASKS, camera_type
from sim.errors import InputError
from sim.placement.context import DIRECTIONS, PlacementContext
from sim.placement.incidence import incidence
from sim.placement.limit import coverage_limit
from sim.placement.parameters import Objective
from sim.placement.strategies.registry import STRATEGIES
from sim.placement.views import candidate_arrays, views
from sim.sight.ranks import first_seen
from sim.sight.sightings import see_arrays

TOTALS = (4_000, 20_000, 60_000)
ROUNDING = 1e-6
"""Views are rounded to millimetres; a street of the sample is 20 m and longer."""


@pytest.fixture(scope="module")
def city():
    return sim.load_city("mong_kok_core")


@pytest.fixture(scope="module")
def counts(city):
    rank = sim.place(city, TOTALS[-1], strategy="random").arrays.rank
    return [int((rank <= total).sum()) for total in TOTALS]


def seen_by(city, strategy, task, **options):
    """Coverage of a strategy's fleet at each total."""
    station = city.places.of("station").geometry.iloc[0]
    aims = Objective(points=gpd.GeoDataFrame(geometry=[station], crs=city.area.crs), task=task)
    fleet = sim.place(city, TOTALS[-1], strategy=strategy, seed=7, aims=aims, **options)
    ranks = sim.see(city, fleet).first_seen
    return np.array([ranks.coverage(total)[task] for total in TOTALS])


@pytest.mark.slow
@pytest.mark.parametrize("task", ["detect", "recognise"])
def test_no_strategy_exceeds_the_limit(city, counts, task):
    limit = np.array(coverage_limit(city, counts, task=task))
    assert (np.diff(limit) >= 0).all()
    assert (limit <= 1).all()
    for strategy in STRATEGIES:
        assert (seen_by(city, strategy, task) <= limit + ROUNDING).all(), strategy


def test_greedy_comes_near_the_limit(city, counts):
    # the strategy also counts the halo, so it is judged where area and region are one
    whole = replace(city, area=replace(city.area, polygon=city.area.region))
    limit = np.array(coverage_limit(whole, counts, task="detect"))
    greedy = seen_by(whole, "greedy_cover", "detect")
    assert (greedy <= limit + ROUNDING).all()
    assert (greedy >= (1 - 1 / np.e) * limit).all()
    assert greedy[0] > 0.9 * limit[0]


def test_more_steps_and_fewer_directions_never_raise_it(city, counts):
    plain = coverage_limit(city, counts, steps=0)
    searched = coverage_limit(city, counts)
    assert all(s <= p for s, p in zip(searched, plain, strict=True))
    one_way = coverage_limit(city, counts, directions=1, steps=0)
    assert one_way[-1] < plain[-1]
    assert coverage_limit(city, []) == []
    assert coverage_limit(city, [0]) == [0.0]


def test_mixed_types_and_five_heads_a_pole_stay_below_their_limit(city, counts):
    mix = {"weak": 1.0, "strong": 1.0}
    limit = np.array(coverage_limit(city, counts, optics=mix, directions=DIRECTIONS))
    for strategy in ("junctions", "greedy_cover"):
        seen = seen_by(city, strategy, "recognise", optics=mix, heads_per_site=5)
        assert (seen <= limit + ROUNDING).all()
    weak = np.array(coverage_limit(city, counts, optics="weak"))
    assert (limit >= weak).all()


def test_cameras_that_stand_already_count(city, counts):
    sites = candidates(city)
    heads = gpd.GeoDataFrame(
        {"heading": sites.heading[:40, 0], "camera_type": "strong"},
        geometry=gpd.points_from_xy(sites.x[:40], sites.y[:40]), crs=city.area.crs,
    )  # fmt: skip
    standing = Fleet.from_heads(heads)
    limit = np.array(coverage_limit(city, counts, task="identify", existing=standing))
    seen = seen_by(city, "greedy_cover", "identify", existing=standing)
    assert (seen <= limit + ROUNDING).all()
    assert limit[0] > coverage_limit(city, counts, task="identify")[0]


def test_the_limit_lies_above_the_best_of_all_pairs_and_triples(city):
    """An oracle without greedy, incidence or prices: every choice of ten heads is tried."""
    sites, centre = candidates(city), city.area.polygon.centroid
    near = np.argsort(np.hypot(sites.x - centre.x, sites.y - centre.y))[:5]
    site, way = np.repeat(near, 2), np.tile([0, 1], 5)
    heads = gpd.GeoDataFrame(
        {"heading": sites.heading[site, way], "camera_type": "typical"},
        geometry=gpd.points_from_xy(sites.x[site], sites.y[site]), crs=city.area.crs,
    )  # fmt: skip
    small = replace(city, area=replace(city.area, polygon=centre.buffer(60.0)))
    limit = coverage_limit(small, [1, 2, 3], task="detect")
    seen = sim.see(small, Fleet.from_heads(heads))
    best = []
    for size in (1, 2, 3):
        choices = itertools.combinations(range(len(heads)), size)
        masks = (np.isin(np.arange(len(heads)), choice) for choice in choices)
        best.append(max(first_seen(seen, heads=mask).coverage(10)["detect"] for mask in masks))
    assert (np.array(best) <= np.array(limit) + ROUNDING).all()
    assert best[2] > 0.5 * limit[2]


@pytest.mark.parametrize("task", TASKS)
def test_looking_for_one_task_alone_changes_no_bit(city, task):
    context = PlacementContext(
        city, candidates(city), 7, 50, camera_type("typical"), aims=Objective(task=task)
    )
    found = views(context)
    heads = candidate_arrays(context.sites, found.heads, context.lens)
    every = see_arrays(city.streets.arrays, city.walls.arrays, heads)
    stretches = found.incidence.stretches
    again = incidence(every, TASKS.index(task), len(heads.x), stretches)
    for mine, other in zip(found.incidence[1:], again[1:], strict=True):
        assert np.array_equal(mine, other)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"task": "see"}, "no task; choose one of detect"),
        ({"directions": 9}, "a site offers 1 to 8"),
        ({"optics": "huge"}, "huge"),
        ({"kinds": ["trees"]}, "trees"),
    ],
)
def test_mistakes_are_one_line(city, options, said):
    with pytest.raises(InputError, match=said):
        coverage_limit(city, [10], **options)
