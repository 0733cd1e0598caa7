"""Each strategy's order by its definition: sites one after another, in plain Python."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from oracles import keyed_random

import sim
from sim.cameras.candidates import candidates
from sim.cameras.optics import CASES
from sim.city.places import Places
from sim.placement import placing
from sim.placement.context import HeadOrder, PlacementContext, by_turns, headings, hung, interleaved
from sim.placement.parameters import Objective
from sim.placement.strategies.registry import STRATEGIES, ranked


@pytest.fixture(scope="module")
def context():
    city = sim.load_city("mong_kok_core")
    return PlacementContext(city, candidates(city), 7, 400, CASES["typical"])


def draw(context, site):
    """What settles ties: a number keyed by the site's place in whole centimetres."""
    x, y = (round(float(values[site]) * 100) for values in (context.sites.x, context.sites.y))
    return keyed_random.uniform(context.seed, "place", x, y)


def sorted_by(context, key):
    sites = range(len(context.sites.x))
    return sorted(sites, key=lambda site: (key(site), draw(context, site)))


def test_junctions_come_before_posts_and_busy_ones_first(context):
    sites = context.sites
    wanted = sorted_by(context, lambda k: (not sites.junction[k], -sites.importance[k]))
    assert STRATEGIES["junctions"](context).tolist() == wanted
    assert sites.junction[wanted[0]]
    assert not sites.junction[wanted[-1]]


def test_random_is_the_order_of_the_draws(context):
    assert STRATEGIES["random"](context).tolist() == sorted_by(context, lambda _: 0)


@pytest.mark.parametrize(("name", "kinds"), [("transit", ("station",)), ("places", ("market",))])
def test_the_nearest_come_first_in_steps_of_ten_metres(context, name, kinds):
    table = context.city.places.table
    places = shapely.multipoints(table.geometry[table["kind"].isin(kinds)].to_numpy())
    away = shapely.distance(shapely.points(context.sites.x, context.sites.y), places)
    aimed = replace(context, aims=Objective(near=kinds))
    assert STRATEGIES[name](aimed).tolist() == sorted_by(context, lambda k: int(away[k] // 10))


def test_points_share_cameras_by_weight_nearest_first(context):
    """Two points, three to one: of every four cameras three look after the first."""
    west, south, east, north = context.city.area.region.bounds
    spots = [(west + (east - west) * f, (south + north) / 2) for f in (0.25, 0.75)]
    shapes = shapely.points(spots)
    points = gpd.GeoDataFrame({"weight": [3.0, 1.0]}, geometry=shapes, crs=context.city.area.crs)
    order = STRATEGIES["points"](replace(context, aims=Objective(points=points)))
    away = np.array([np.hypot(context.sites.x - x, context.sites.y - y) for x, y in spots])
    owner = away.argmin(axis=0)
    for count in (4, 8, 40, 100):
        assert (owner[order[:count]] == 0).sum() == pytest.approx(0.75 * count, abs=1)
    for point in (0, 1):
        own = order[owner[order] == point].tolist()
        steps = away[point] // 10
        assert own == sorted(own, key=lambda k: (steps[k], draw(context, k)))


def test_population_gives_each_square_its_residents_share(context):
    city, sites = context.city, context.sites
    homes = city.places.of("home")
    square_of = lambda x, y: (x // 250, y // 250)  # noqa: E731
    cells = [square_of(x, y) for x, y in zip(sites.x, sites.y, strict=True)]
    people = dict.fromkeys(cells, 0.0)
    spots = shapely.points(sites.x, sites.y)
    for point, weight in zip(homes.geometry, homes["weight"], strict=True):
        own = square_of(point.x, point.y)
        if own not in people:
            own = cells[int(shapely.distance(spots, point).argmin())]
        people[own] += weight
    order = STRATEGIES["population"](context)
    whole = sum(people.values())
    for count in (40, 120):
        got = dict.fromkeys(people, 0)
        for site in order[:count]:
            got[cells[site]] += 1
        room = {cell: cells.count(cell) for cell in people}
        for cell, lives in people.items():
            if got[cell] < room[cell]:
                assert got[cell] == pytest.approx(count * lives / whole, abs=2)


def test_nobody_lives_at_homes_without_weight(context):
    homes = context.city.places.table.copy()
    homes.loc[homes["kind"] == "home", "weight"] = np.nan
    row = homes.index[homes["kind"] == "home"][0]
    homes.loc[row, "weight"] = 5.0
    alone = replace(context, city=replace(context.city, places=Places(homes)))
    order = STRATEGIES["population"](alone)
    here = (homes.geometry[row].x // 250, homes.geometry[row].y // 250)
    cells = list(zip(alone.sites.x // 250, alone.sites.y // 250, strict=True))
    count = cells.count(here)
    assert count > 3
    assert all(cells[site] == here for site in order[:count])


# --- what strategies share ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per_site", "site", "direction"),
    [(1.0, [4, 2, 9], [0, 0, 0]), (2.0, [4, 4, 2, 2, 9, 9], [0, 1, 0, 1, 0, 1]),
     (2.5, [4, 4, 4, 2, 2, 9, 9], [0, 1, 2, 0, 1, 0, 1])],
)  # fmt: skip
def test_heads_are_hung_site_by_site_best_view_first(per_site, site, direction):
    order = hung(np.array([4, 2, 9]), per_site)
    assert order.site.tolist() == site
    assert order.direction.tolist() == direction
    assert order.first(2).site.tolist() == site[:2]
    assert len(order.first(2).direction) == 2


def test_headings_are_the_four_best_and_then_those_between(context):
    site = np.array([3] * 8)
    found = headings(context.sites, HeadOrder(site, np.arange(8)))
    best = context.sites.heading[3]
    assert found == pytest.approx([*(best % 360), *((best + 45) % 360)])


def order_of(*codes):
    return HeadOrder(np.array([s for s, _ in codes]), np.array([d for _, d in codes]))


def test_orders_are_mixed_by_turns_of_their_weight():
    one = order_of((0, 0), (0, 1), (1, 0), (2, 0), (3, 0))
    two = order_of((9, 0), (8, 0), (1, 0), (7, 0))
    mixed = interleaved([one, two], [2.0, 1.0], 8)
    # 2/1 beats 1/1; 2/5 and 1/1: the other; 2/5 and 1/3: the first; 2/7 and 1/3: the other …
    assert list(zip(mixed.site.tolist(), mixed.direction.tolist(), strict=True)) == [
        (0, 0), (0, 1), (9, 0), (1, 0), (8, 0), (2, 0), (3, 0), (7, 0),
    ]  # fmt: skip
    assert interleaved([one, two], [2.0, 1.0], 4).site.tolist() == [0, 0, 9, 1]
    assert interleaved([one], [1.0], 9).site.tolist() == one.site.tolist()


def test_a_mix_in_a_scenario_is_a_mix_of_both_orders(context):
    """Two heads of the first strategy to each of the second, both from their best on."""
    mix = {"junctions": 2.0, "random": 1.0}
    both = [ranked(name, context) for name in mix]
    wanted = interleaved(both, list(mix.values()), context.wanted)
    by_name = dict(zip(mix, both, strict=True))
    found = placing._mixed(by_name, mix, context.wanted)
    assert found.site.tolist() == wanted.site.tolist()
    assert found.direction.tolist() == wanted.direction.tolist()
    firsts = {int(order.site[0]) for order in both}
    assert len(firsts) == 2
    assert firsts <= set(found.site[:8].tolist())
    alone = placing._mixed(by_name, {"random": 0.3}, context.wanted)
    assert alone.site.tolist() == both[1].site.tolist()


def test_groups_take_turns_by_weight():
    """Five, three and no seats in turn (Sainte-Laguë), each group's best first."""
    weight = np.array([5.0, 3.0, 0.0])
    group = np.array([0, 0, 0, 1, 1, 2, 2])
    preference = np.array([3.0, 1.0, 2.0, 5.0, 4.0, 1.0, 0.0])
    # 5, 3, 5/3, 3/3, 5/5: the tie of 1 goes to the group that has had fewer
    assert by_turns(weight, group, preference).tolist() == [1, 4, 2, 3, 0, 6, 5]
    # groups alike take turns, each time the better of the two first
    alike = by_turns(np.ones(2), np.array([0, 0, 1, 1]), np.array([4.0, 1.0, 3.0, 2.0]))
    assert alike.tolist() == [1, 3, 2, 0]
