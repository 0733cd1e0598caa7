"""Strategies: each orders what stands there, says so where it cannot, and keeps its own promise."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

import sim
from sim.apportionment import sainte_lague
from sim.cameras.candidates import candidates
from sim.cameras.fleet import Fleet
from sim.cameras.optics import CASES
from sim.city.places import Places
from sim.errors import InputError
from sim.placement.context import DIRECTIONS, PlacementContext, planning_seed
from sim.placement.parameters import Objective
from sim.placement.strategies.population import squares
from sim.placement.strategies.registry import STRATEGIES, ranked

TOTAL = 60_000
ON_SITES = {"random", "even", "junctions", "betweenness", "transit", "places", "population",
            "points"}  # fmt: skip
LOOKING = set(STRATEGIES) - ON_SITES - {"empirical"}


@pytest.fixture(scope="module")
def city():
    return sim.load_city("mong_kok_core")


@pytest.fixture(scope="module")
def aims(city):
    stations = city.places.of("station").geometry
    points = gpd.GeoDataFrame({"weight": [2.0, 1.0]}, geometry=stations.iloc[[0, -1]].to_list(),
                              crs=city.area.crs)  # fmt: skip
    return Objective(points=points.to_crs("EPSG:4326"))


@pytest.fixture(scope="module")
def context(city, aims):
    return PlacementContext(city, candidates(city), 7, 400, CASES["typical"], aims=aims)


@pytest.fixture(scope="module")
def fleets(city, aims):
    return {name: sim.place(city, TOTAL, strategy=name, seed=7, aims=aims) for name in STRATEGIES}


@pytest.fixture(scope="module")
def coverage(city, fleets):
    """Share of all streets of the region, for the totals by strategy."""
    everywhere = replace(city, area=replace(city.area, polygon=city.area.region))
    return {
        name: [sim.see(everywhere, fleet).first_seen.coverage(n)["recognise"]
               for n in (4_000, 20_000, TOTAL)]
        for name, fleet in fleets.items()
    }  # fmt: skip


def spot(context):
    return np.column_stack([context.sites.x, context.sites.y])


def place_like(fleet):
    return fleet.heads[["rank", "x", "y", "heading"]].to_numpy()


# What holds for every strategy


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_has_places_for_all_heads_and_none_twice(name, context):
    order = ranked(name, context)
    code = order.site * DIRECTIONS + order.direction
    assert len(code) >= context.wanted
    assert len(np.unique(code)) == len(code)


@pytest.mark.parametrize("name", sorted(ON_SITES))
def test_strategies_that_rank_sites_rank_all_of_them(name, context):
    order = STRATEGIES[name](context)
    assert sorted(order.tolist()) == list(range(len(context.sites.x)))


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_seed_gives_the_same_order(name, context):
    for one, other in zip(ranked(name, context), ranked(name, context), strict=True):
        assert (one == other).all()


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_smaller_fleet_is_the_beginning_of_a_larger(name, city, aims, fleets):
    small = sim.place(city, 9_000, strategy=name, seed=7, aims=aims)
    assert (place_like(small) == place_like(fleets[name])[: len(small)]).all()


@pytest.mark.parametrize("name", ["random", "junctions", "transit", "places", "betweenness"])
def test_a_site_less_changes_the_order_of_no_others(name, context):
    keep = np.ones(len(context.sites.x), bool)
    keep[::3] = False
    fewer = replace(context, sites=type(context.sites)(*(v[keep] for v in context.sites)))
    order = STRATEGIES[name](context)
    assert (np.flatnonzero(keep)[STRATEGIES[name](fewer)] == order[keep[order]]).all()


@pytest.mark.parametrize("name", STRATEGIES)
def test_no_strategy_needs_more_than_one_head(name, context):
    order = ranked(name, replace(context, wanted=1))
    assert len(order.site) >= 1


# Even spacing


def test_even_sites_are_farther_apart_than_any_candidate_is_from_them(context):
    """Farthest point first: what is chosen is no nearer to each other than what is not, to it."""
    order, where = STRATEGIES["even"](context), spot(context)
    edge = 2 * shapely.distance(shapely.points(where), context.city.area.region.boundary)
    for count in (2, 5, 17, 60, 150):
        chosen = where[order[:count]]
        spacing = cKDTree(chosen).query(chosen, k=2)[0][:, 1].min()
        spacing = min(spacing, edge[order[:count]].min())
        reach = np.minimum(cKDTree(chosen).query(where)[0], edge).max()
        assert reach <= spacing + 1e-9


def test_even_equals_its_definition(context):
    where, order = spot(context), STRATEGIES["even"](context)
    away = 2 * shapely.distance(shapely.points(where), context.city.area.region.boundary)
    for site in order[: int(np.ceil(context.wanted / 2.5))].tolist():
        assert away[site] == away.max()
        away = np.minimum(away, np.hypot(*(where - where[site]).T))
        away[site] = -1


def test_even_keeps_away_from_cameras_that_stand(city, context):
    standing = sim.place(city, 8_000, strategy="junctions", seed=1)
    order = STRATEGIES["even"](replace(context, locked=standing))
    heads = np.column_stack([standing.arrays.x, standing.arrays.y])
    near = cKDTree(heads).query(spot(context))[0]
    assert near[order[0]] > np.median(near)


# People, places, points


def test_population_keeps_every_square_at_its_share(context):
    order = STRATEGIES["population"](context)
    square, of_site = squares(spot(context))
    homes = context.city.places.of("home")
    at = np.floor(np.column_stack([homes.geometry.x, homes.geometry.y]) / 250).astype(int)
    known = {tuple(cell): i for i, cell in enumerate(square.tolist())}
    people = np.zeros(len(square))
    nearest = cKDTree(spot(context)).query(np.column_stack([homes.geometry.x, homes.geometry.y]))[1]
    for cell, weight, site in zip(at.tolist(), homes["weight"], nearest, strict=True):
        people[known.get(tuple(cell), of_site[site])] += weight
    capacity = np.bincount(of_site, minlength=len(square))
    for count in (1, 7, 40, 90):
        seats = np.bincount(of_site[order[:count]], minlength=len(square))
        if (seats == capacity).any():
            break
        wanted = np.bincount(sainte_lague(people, count), minlength=len(square))
        assert (seats == wanted).all()


def test_twice_the_weight_draws_twice_the_cameras(context, aims):
    order = STRATEGIES["points"](context)
    points = aims.points.to_crs(context.city.area.crs)
    owner = cKDTree(np.column_stack([points.geometry.x, points.geometry.y])).query(spot(context))[1]
    assert (owner[order[:40]] == sainte_lague([2.0, 1.0], 40)).all()


def test_points_on_one_spot_count_together(context, aims):
    first, last = aims.points.geometry.iloc[[0, -1]]
    several = gpd.GeoDataFrame(geometry=[first, first, last], crs=aims.points.crs)
    twice = STRATEGIES["points"](replace(context, aims=Objective(points=several)))
    assert (twice == STRATEGIES["points"](context)).all()


def test_transit_is_places_near_stations(context):
    near = replace(context, aims=Objective(near=("station",)))
    assert (STRATEGIES["places"](near) == STRATEGIES["transit"](context)).all()


def test_places_come_in_steps_of_ten_metres(context):
    near = replace(context, aims=Objective(near=("market",)))
    markets = context.city.places.of("market").geometry
    distance = shapely.distance(
        shapely.points(spot(context)), shapely.MultiPoint(markets.to_list())
    )[STRATEGIES["places"](near)]
    assert (np.diff(np.floor(distance / 10)) >= 0).all()


def test_betweenness_begins_where_most_people_walk(context):
    from sim.trips.flow import walking_betweenness

    flow = walking_betweenness(context.city, people=2_000, seed=99).walkers  # other people
    lines = context.city.streets.edges.geometry.to_numpy()
    _, edge = shapely.STRtree(lines).query_nearest(shapely.points(spot(context)), all_matches=False)
    order = STRATEGIES["betweenness"](context)
    tenth = len(order) // 10
    assert flow[edge[order[:tenth]]].mean() > 3 * flow[edge].mean()


def test_planners_do_not_see_the_walks_that_judge_them():
    seeds = {planning_seed(seed) for seed in range(1000)}
    assert len(seeds) == 1000
    assert not seeds & set(range(1000))


# Strategies that look


@pytest.mark.parametrize("other", STRATEGIES)
def test_nothing_sees_much_more_than_greedy_cover(other, coverage):
    """Any fleet of the same heads is seen at most e/(e - 1) times as well (Nemhauser 1978)."""
    for best, one in zip(coverage["greedy_cover"], coverage[other], strict=True):
        assert best >= (1 - 1 / np.e) * one - 1e-9


def test_greedy_cover_sees_most_on_the_sample(coverage):
    for name, shares in coverage.items():
        if name != "greedy_cover":
            assert shares[-1] < coverage["greedy_cover"][-1]


def test_equity_lifts_the_least_covered_square(city, fleets):
    """The least seen tenth of squares is better off than with the fleet that sees most."""
    assert least_tenth(city, fleets["equity"]) > least_tenth(city, fleets["greedy_cover"])
    assert least_tenth(city, fleets["equity"]) > 2 * least_tenth(city, fleets["junctions"])


def test_equity_begins_in_no_corner(context):
    """All squares are unseen at first: which comes first is a lot, not their place on the map."""
    first = [ranked("equity", replace(context, seed=seed, wanted=1)).site[0] for seed in range(8)]
    spots = np.column_stack([context.sites.x, context.sites.y])[first]
    assert len(squares(spots)[0]) >= 4


def least_tenth(city, fleet):
    from sim.city.linear_referencing import points_at

    everywhere = replace(city, area=replace(city.area, polygon=city.area.region))
    pieces = sim.see(everywhere, fleet).first_seen.arrays
    edge = np.repeat(np.arange(len(pieces.piece_ptr) - 1), np.diff(pieces.piece_ptr))
    lengths = city.streets.arrays.edge_length
    square = squares(points_at(city.streets.arrays, np.arange(len(lengths)), lengths / 2))[1][edge]
    length = pieces.end - pieces.start
    seen = np.bincount(square, length * (pieces.rank[:, 2] <= TOTAL)) / np.bincount(square, length)
    return np.sort(seen)[: len(seen) // 10 + 1].mean()


def test_greedy_trips_sees_more_walks_than_others(city, fleets):
    walks = sim.sample_trips(city, people=500, seed=7)
    share = {}
    for name in ("greedy_trips", "random", "junctions", "greedy_cover"):
        report = sim.track(city, sim.see(city, fleets[name]), walks, totals=[4_000])
        share[name] = (report.figures["heads"][:, 0, 2] > 0).mean()
    assert max(share, key=share.get) == "greedy_trips"


def test_the_aim_decides_what_greedy_cover_sees_most_of(city):
    shares = {}
    for task in ("detect", "recognise"):
        fleet = sim.place(city, TOTAL, strategy="greedy_cover", aims=Objective(task=task), seed=7)
        shares[task] = sim.see(city, fleet).first_seen.coverage(TOTAL)
    assert shares["detect"]["detect"] > shares["recognise"]["detect"]
    assert shares["recognise"]["recognise"] > shares["detect"]["recognise"]


@pytest.mark.parametrize("times", [1, 3])
def test_greedy_trips_sees_each_planning_walk_so_often_before_any_more_often(times, city, context):
    """While the first aim is not reached, every head adds to a walk seen fewer times."""
    from sim.placement.greedy_trips import greedy_trips
    from sim.placement.strategies.betweenness import PLANNING_PEOPLE
    from sim.placement.views import views

    aims = replace(context.aims, times=times)
    order = ranked("greedy_trips", replace(context, aims=aims))
    seen = views(context)
    walks = sim.sample_trips(city, people=PLANNING_PEOPLE, seed=planning_seed(context.seed))
    first = greedy_trips(seen.incidence, walks, context.wanted, times=times).order
    code = (seen.heads.site * DIRECTIONS + seen.heads.direction)[first]
    assert (code == (order.site * DIRECTIONS + order.direction)[: len(code)]).all()


@pytest.mark.parametrize("name", ["greedy_cover", "equity"])
def test_what_stands_is_looked_through_and_not_chosen_again(name, city, context):
    """Lock the first picks in, and the next ones are those that came next before."""
    order = ranked(name, context)
    fleet = sim.place(city, TOTAL, strategy=name, share_rule="given", share=0.02, seed=7)
    locked = Fleet(fleet.heads.iloc[:30])
    rest = ranked(name, replace(context, locked=locked, wanted=100))
    code, after = (o.site * DIRECTIONS + o.direction for o in (order, rest))
    assert (after[:100] == code[30:130]).all()


# What cannot be


def bare(city, *kinds):
    table = city.places.table
    return replace(city, places=Places(table[~table["kind"].isin(kinds)]))


@pytest.mark.parametrize(
    ("name", "kinds", "said"),
    [
        ("transit", ["station"], "needs places of kind station"),
        ("population", ["home"], "needs homes"),
        ("betweenness", ["station", "market", "office"], "needs places to walk to"),
        ("greedy_trips", ["station", "market", "office"], "needs places to walk to"),
    ],
)
def test_a_city_without_what_it_needs_is_refused(name, kinds, said, city, context):
    with pytest.raises(InputError, match=said) as caught:
        ranked(name, replace(context, city=bare(city, *kinds)))
    assert caught.value.key == "cameras.strategy"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("near", "said", "key"),
    [
        (("statoin",), 'did you mean "station"', "cameras.aims.near.0"),
        (("station", "zzz"), "known: gate", "cameras.aims.near.1"),
        (("landmark",), "has none", "cameras.strategy"),
        ((), "needs places", "cameras.strategy"),
    ],
)
def test_kinds_that_are_not_there_are_refused(near, said, key, city, context):
    without = replace(context, city=bare(city, "landmark"), aims=Objective(near=near))
    with pytest.raises(InputError, match=said) as caught:
        ranked("places", without)
    assert caught.value.key == key


@pytest.mark.parametrize("name", sorted(LOOKING))
def test_a_task_that_is_none_is_refused(name, context):
    with pytest.raises(InputError, match="no task") as caught:
        ranked(name, replace(context, aims=Objective(task="see")))
    assert caught.value.key == "cameras.aims.task"


@pytest.mark.parametrize("strategy", ["points", {"points": 1, "random": 3}])
def test_points_report_how_far_their_cameras_stand(city, aims, strategy):
    fleet = sim.place(city, 20_000, strategy=strategy, aims=aims, seed=2)
    at = aims.points.to_crs(city.area.crs).geometry
    spots = shapely.points(fleet.heads[["x", "y"]].to_numpy())
    away = shapely.distance(spots, shapely.multipoints(at.to_numpy()))
    assert fleet.report["points_watched"] == len(at)
    assert fleet.report["points_half_within_m"] == np.ceil(np.median(away))
    assert fleet.report["points_farthest_m"] == np.ceil(away.max())


def test_other_strategies_report_no_points(city, aims):
    fleet = sim.place(city, 20_000, strategy="random", aims=aims, seed=2)
    assert not any(name.startswith("points_") for name in fleet.report)


def points_of(*weights, crs="EPSG:2326", at=None):
    shapes = [at or shapely.Point(835600, 820100)] * len(weights)
    return gpd.GeoDataFrame({"weight": weights}, geometry=shapes, crs=crs)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (None, "needs points"),
        (points_of(), "needs points"),
        (points_of(1.0, crs=None), "no CRS"),
        (points_of(1.0, at=shapely.Point(0, 0)), "none lies in"),
        (points_of(1.0, at=shapely.box(0, 0, 1, 1)), "no points"),
        (points_of(0.0), "positive"),
        (points_of(float("nan")), "positive"),
    ],
)
def test_points_that_cannot_be_are_refused(points, said, city, context):
    if points is not None and said == "positive":
        points = points.set_geometry([city.area.polygon.centroid])
    with pytest.raises(InputError, match=said) as caught:
        ranked("points", replace(context, aims=Objective(points=points)))
    assert caught.value.key == "cameras.aims.points"


def test_an_unknown_strategy_is_named_beside_the_one_meant(context):
    with pytest.raises(InputError, match='did you mean "junctions"') as caught:
        ranked("junction", context)
    assert caught.value.key == "cameras.strategy"
