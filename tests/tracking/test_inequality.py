"""Who is seen more: Gini and deciles by hand and by law, streets by zone, groups, hours, doors."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracles import tracking as slow
from test_exposure import a_world, tracked

from sim.area import Area
from sim.cameras.optics import TASKS
from sim.city.loaders import load_city
from sim.city.model import City
from sim.city.places import Places
from sim.city.walls import Walls
from sim.errors import InputError
from sim.sight.arrays import NEVER
from sim.sight.sightings import see
from sim.tracking.inequality import (
    decile_ratio,
    exposure_by_district,
    exposure_by_group,
    exposure_by_hour,
    exposure_by_street_class,
    exposure_by_zone,
    gini,
    inequality_across,
    inequality_of_people,
    sensitive_places,
    zones_around,
)
from sim.tracking.statistics import standard_error

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
TOTALS = (4_000, 20_000, 60_000)
VALUES = st.lists(st.floats(1e-6, 1e6) | st.just(0.0), min_size=1, max_size=30)


# --- two numbers of inequality -------------------------------------------------------------------


def test_gini_by_hand():
    assert gini([1, 1, 1, 1]) == pytest.approx(0)
    assert gini([0, 0, 0, 1]) == pytest.approx(0.75)
    assert gini([1, 3]) == pytest.approx(0.25)
    assert gini([1, 3], [3, 1]) == pytest.approx(gini([1, 1, 1, 3]))
    assert gini([0, 0]) == 0
    assert math.isnan(gini([]))


def test_decile_ratio_by_hand():
    assert decile_ratio(range(1, 11)) == 9  # the first tenth is 1, nine tenths reach 9
    assert decile_ratio([2, 2]) == 1
    assert decile_ratio([1, 5], [1, 9]) == 5
    assert decile_ratio([1, 5], [2, 8]) == 5
    assert decile_ratio([1, 5], [95, 5]) == 1
    assert math.isnan(decile_ratio([0, 5]))
    assert math.isnan(decile_ratio([]))


@given(VALUES)
def test_gini_is_the_mean_difference(values):
    x = np.array(values)
    assume(x.sum() > 1e-3)
    truth = np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())
    assert gini(x) == pytest.approx(truth, abs=1e-9)
    assert 0 <= gini(x) <= 1 - 1 / len(x) + 1e-9


@given(VALUES, st.lists(st.integers(0, 4), min_size=30, max_size=30), st.floats(0.1, 10))
def test_weights_are_copies_and_units_do_not_matter(values, times, unit):
    x, w = np.array(values), np.array(times[: len(values)])
    assume(x[w > 0].sum() > 1e-3)
    copies = np.repeat(x, w)
    assert gini(x, w) == pytest.approx(gini(copies), abs=1e-9)
    assert decile_ratio(x, w) == pytest.approx(decile_ratio(copies), nan_ok=True)
    assert gini(unit * x, w) == pytest.approx(gini(x, w), abs=1e-9)
    assert decile_ratio(x, w / 7) == pytest.approx(decile_ratio(x, w), nan_ok=True)


@given(VALUES, st.data())
def test_giving_to_a_poorer_one_makes_equal(values, data):
    x = np.sort(values)
    assume(x.sum() > 1e-3)
    assume(len(x) > 1)
    poor, rich = sorted(data.draw(st.tuples(*[st.integers(0, len(x) - 1)] * 2)))
    gift = data.draw(st.floats(0, 0.5)) * (x[rich] - x[poor])
    after = x.copy()
    after[rich] -= gift
    after[poor] += gift
    assert gini(after) <= gini(x) + 1e-9


@pytest.mark.parametrize(
    "arguments", [([-1, 2],), ([math.nan],), ([1, 2], [1]), ([1], [-1]), ([1], [math.inf])]
)
def test_what_cannot_be_is_refused(arguments):
    with pytest.raises(InputError):
        gini(*arguments)
    with pytest.raises(InputError):
        decile_ratio(*arguments)


# --- streets -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mong_kok():
    """The sample city with invented heads at random junctions."""
    city = load_city("mong_kok_core")
    rng = np.random.default_rng(4)
    nodes = city.streets.nodes.geometry
    spots = nodes.iloc[rng.choice(len(nodes), 150, replace=False)]
    fleet = slow.fleet(
        [{"x": p.x + 2, "y": p.y + 2, "rank": 400 * (i + 1)} for i, p in enumerate(spots)]
    )
    return city, see(city, fleet, threads=1).first_seen


def whole(table, first_seen):
    """Check that the parts of a table are the whole, per total and task."""
    for (total, task), part in table.groupby(["total", "task"]):
        length = part["street_km"].sum() * 1000
        assert length == pytest.approx(first_seen.length_m, rel=1e-6)
        share = (part["share_seen"] * part["street_km"]).sum() / part["street_km"].sum()
        assert share == pytest.approx(first_seen.coverage(total)[task], abs=1e-6)


def test_street_classes_and_districts_add_up_to_coverage(mong_kok):
    city, first_seen = mong_kok
    classes = exposure_by_street_class(city, first_seen, TOTALS)
    whole(classes, first_seen)
    assert not classes["group"].str.endswith("_link").any()
    districts = exposure_by_district(city, first_seen, TOTALS)
    whole(districts, first_seen)
    assert set(districts["group"]) <= {part.district for part in city.area.parts}


@given(st.lists(st.floats(0.05, 0.95), min_size=1, max_size=4, unique=True))
@settings(max_examples=6, deadline=None)
def test_zones_cut_streets_exactly(mong_kok, cuts):
    """However the area is cut into strips, they add up, in whatever coordinates they come."""
    city, first_seen = mong_kok
    west, south, east, north = city.area.region.bounds
    edges = [west - 50, *(west + c * (east - west) for c in sorted(cuts)), east + 50]
    strips = [shapely.box(a, south - 50, b, north + 50) for a, b in pairwise(edges)]
    zones = gpd.GeoDataFrame(
        {"name": [str(i) for i in range(len(strips))]}, geometry=strips, crs=city.streets.crs
    )
    whole(exposure_by_zone(city, first_seen, TOTALS, zones), first_seen)


def test_zones_need_names_and_a_place_on_earth(mong_kok):
    city, first_seen = mong_kok
    zones = gpd.GeoDataFrame(geometry=[city.area.polygon], crs=city.streets.crs)
    with pytest.raises(InputError, match="column name"):
        exposure_by_zone(city, first_seen, TOTALS, zones)
    zones = gpd.GeoDataFrame({"name": ["a"]}, geometry=[city.area.polygon])
    with pytest.raises(InputError, match="coordinate system"):
        exposure_by_zone(city, first_seen, TOTALS, zones)


@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=12, unique=True
    )
)
@settings(max_examples=30, deadline=None)
def test_zones_around_points_are_nearest(spots):
    region = shapely.box(0, 0, 100, 100)
    where = shapely.points(spots)
    names = [f"unit {i}" for i in range(len(spots))]
    points = gpd.GeoDataFrame({"name": names}, geometry=where, crs="EPSG:2326")
    zones = zones_around(points, region).set_index("name").geometry
    assert zones.area.sum() == pytest.approx(region.area)
    for i, name in enumerate(names):
        if name in zones.index:
            inside = zones[name].representative_point()
            assert shapely.distance(where, inside).min() == pytest.approx(
                where[i].distance(inside), abs=1e-6
            )


def test_zones_around_points_of_one_name_are_one():
    where = shapely.points([(10, 10), (90, 90), (90, 10)])
    points = gpd.GeoDataFrame({"name": ["a", "a", "b"]}, geometry=where, crs="EPSG:2326")
    zones = zones_around(points, shapely.box(0, 0, 100, 100))
    assert zones["name"].tolist() == ["a", "b"]
    points.geometry = where[[0, 0, 2]]
    points["name"] = ["first", "second", "b"]
    assert zones_around(points, shapely.box(0, 0, 100, 100))["name"].tolist() == ["b", "first"]
    with pytest.raises(InputError, match="give points"):
        zones_around(points.head(0), shapely.box(0, 0, 1, 1))


def test_planning_units_of_the_census(mong_kok):
    """Zones about the published points of planning units add up to the area's streets."""
    path = SHARED / "census" / "tpu_alt_origins_v3.csv"
    if not path.exists():
        pytest.skip("needs the shared census points")
    city, first_seen = mong_kok
    rows = pd.read_csv(path, dtype={"tpu_id": str})
    where = gpd.points_from_xy(rows["lon"], rows["lat"], crs="EPSG:4326")
    points = gpd.GeoDataFrame({"name": rows["tpu_id"]}, geometry=where).to_crs(city.streets.crs)
    zones = zones_around(points, city.area.region)
    table = exposure_by_zone(city, first_seen, TOTALS, zones)
    whole(table, first_seen)
    assert table["group"].nunique() > 3


def test_outside_hong_kong_there_are_no_districts(mong_kok):
    city, first_seen = mong_kok
    elsewhere = replace(city, area=replace(city.area, parts=()))
    assert exposure_by_district(elsewhere, first_seen, TOTALS).empty


def test_more_cameras_show_no_group_less(mong_kok):
    city, first_seen = mong_kok
    table = exposure_by_street_class(city, first_seen, TOTALS)
    for _, part in table.groupby(["group", "task"]):
        assert part["share_seen"].is_monotonic_increasing


# --- places --------------------------------------------------------------------------------------


def test_doors_are_the_first_metre_of_street(mong_kok):
    city, first_seen = mong_kok
    a = first_seen.arrays
    table = sensitive_places(city, first_seen, TOTALS, ("home", "station"))
    homes = city.places.of("home").geometry
    homes = homes[homes.intersects(city.area.polygon)]
    edges = city.streets.edges[city.streets.edges["deck"] != "subway"]
    lines = edges.geometry.to_numpy()
    for task in (0, 2):
        seen = 0
        for spot in homes:
            k = int(np.argmin(shapely.distance(lines, spot)))
            edge, t = edges.index[k], shapely.line_locate_point(lines[k], spot)
            own = range(a.piece_ptr[edge], a.piece_ptr[edge + 1])
            ranks = [a.rank[p, task] for p in own if a.start[p] <= t + 1 and a.end[p] >= t - 1]
            seen += min(ranks, default=NEVER) <= 60_000
        rows = table[(table["group"] == "home") & (table["total"] == 60_000)]
        row = rows[rows["task"] == TASKS[task]].iloc[0]
        assert row["places"] == len(homes)
        assert row["share_seen"] == pytest.approx(seen / len(homes), abs=2 / len(homes))


def test_single_places_are_not_told_of(mong_kok):
    """Of fewer than five places nothing but their number is given; far ones have no door."""
    city, first_seen = mong_kok
    middle = city.area.polygon.centroid
    table = city.places.of("home").head(5).assign(kind="sensitive")
    inside = table[table.intersects(city.area.polygon)]
    assert len(inside) == 5
    for count in range(6):
        some = replace(city, places=Places(inside.head(count)))
        told = sensitive_places(some, first_seen, TOTALS)
        assert (told["places"] == count).all()
        assert told["share_seen"].notna().all() == (count == 5)
        assert set(told.columns) == {"by", "group", "total", "task", "places", "share_seen"}
    streetless = gpd.GeoDataFrame(
        {"kind": ["sensitive"], "name": "", "name_zh": "", "weight": 1.0},
        geometry=[shapely.Point(middle.x + 1e5, middle.y)], crs=city.streets.crs,
    )  # fmt: skip
    wide = replace(city.area, polygon=city.area.polygon.buffer(2e5))
    far = replace(city, area=wide, places=Places(streetless))
    assert (sensitive_places(far, first_seen, TOTALS)["places"] == 0).all()


def a_street_with_doors(doors, deck="street"):
    """A street of 200 m, seen from 60 to 80 m by rank 1 and from 120 to 130 m by rank 2."""
    streets = slow.network([[(0, 0), (100, 0)], [(100, 0), (200, 0)], [(0, 3), (200, 3)]])
    streets.edges["deck"] = [deck, "street", "subway"]
    fleet = slow.fleet([{"x": 500.0, "y": 0.0, "rank": rank} for rank in (10, 20)])
    rows = [(0, 0, 0, 60.0, 80.0), (0, 1, 1, 20.0, 30.0), (0, 2, 0, 0.0, 200.0)]
    table = gpd.GeoDataFrame(
        {"kind": "sensitive", "name": "", "name_zh": "", "weight": 1.0},
        geometry=[shapely.Point(p) for p in doors], index=range(len(doors)), crs=slow.CRS,
    )  # fmt: skip
    region = shapely.box(-100, -100, 300, 100)
    area = Area("T", "", region, region, slow.CRS, (), 0.0)
    city = City(area, streets, Walls.none(slow.CRS), Places(table))
    return city, slow.first_seen(slow.given(streets, fleet, rows))


DOORS = {  # where a door is: from which rank on it is seen
    (70.0, 5.0): 10, (59.1, 5.0): 10, (58.9, 5.0): NEVER, (80.9, -5.0): 10, (81.1, -5.0): NEVER,
    (125.0, 49.0): 20, (119.1, 0.0): 20, (131.1, 1.0): NEVER, (10.0, 3.0): NEVER,
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("total", [9, 10, 11, 19, 20, 21])
def test_a_door_is_seen_from_its_rank_on_within_a_metre_of_street(door, total):
    """Five places at one door; the subway under it, wholly seen, does not count."""
    city, first_seen = a_street_with_doors([door] * 5)
    row = sensitive_places(city, first_seen, [total]).iloc[0]
    assert (row["places"], row["task"], row["total"]) == (5, "detect", total)
    assert row["share_seen"] == float(total >= DOORS[door])


def test_places_farther_than_50_m_from_a_street_have_no_door():
    city, first_seen = a_street_with_doors([(70.0, 49.9)] * 5 + [(70.0, 50.1)] * 3)
    row = sensitive_places(city, first_seen, [10]).iloc[0]
    assert (row["places"], row["share_seen"]) == (5, 1.0)


def test_classes_are_seen_at_their_ranks_and_count_metres_inside_the_area():
    city, first_seen = a_street_with_doors([])
    city.streets.edges["highway"] = ["primary", "primary_link", "steps"]
    outside = first_seen.arrays._replace(in_area=first_seen.arrays.start < 110)
    table = exposure_by_street_class(city, replace(first_seen, arrays=outside), [9, 10, 20])
    told = table[table["task"] == "detect"].set_index(["group", "total"])
    assert told["share_seen"].to_dict() == pytest.approx({
        ("primary", 9): 0.0, ("primary", 10): 0.1, ("primary", 20): 0.15,
        ("steps", 9): 0.0, ("steps", 10): 1.0, ("steps", 20): 1.0,
    })  # fmt: skip
    assert told["street_km"].to_dict() == pytest.approx(
        {(g, n): 0.2 for g in ("primary", "steps") for n in (9, 10, 20)}
    )


def test_zones_share_a_street_where_they_cut_it():
    """West of 70 m, from there to 100 m, and far away: each has its own metres and sights."""
    city, first_seen = a_street_with_doors([])
    boxes = [shapely.box(-50, -1, 70, 1), shapely.box(70, -1, 100, 1), shapely.box(500, 0, 600, 1)]
    zones = gpd.GeoDataFrame({"name": ["west", "east", "far"]}, geometry=boxes, crs=slow.CRS)
    table = exposure_by_zone(city, first_seen, [9, 10], zones, by="strip")
    told = table[table["task"] == "detect"].set_index(["group", "total"])
    assert set(table["by"]) == {"strip"}
    assert told["street_km"].to_dict() == pytest.approx(
        {("west", 9): 0.07, ("west", 10): 0.07, ("east", 9): 0.03, ("east", 10): 0.03}
    )
    assert told["share_seen"].to_dict() == pytest.approx(
        {("west", 9): 0.0, ("west", 10): 1 / 7, ("east", 9): 0.0, ("east", 10): 1 / 3}
    )


def test_groups_without_weight_or_value_are_no_groups():
    table = pd.DataFrame({
        "by": "x", "total": 7, "task": "detect", "value": [1.0, np.nan, 3.0, 9.0],
        "weight": [1.0, 1.0, 1.0, 0.0],
    })  # fmt: skip
    row = inequality_across(table, "value", "weight").iloc[0]
    assert (row["groups"], row["lowest"], row["highest"]) == (2, 1.0, 3.0)
    assert row["gini"] == pytest.approx(0.25)
    assert row["decile_ratio"] == pytest.approx(3.0)


# --- people --------------------------------------------------------------------------------------


def a_day(seed=5):
    """Six walks of three persons of two profiles, at 8, 8, 9, 8 (next day), 9 and no hour."""
    world = a_world(seed)
    table = world[3].table
    table["person"] = np.array([0, 0, 1, 1, 2, 2])
    table["profile"] = ["a", "a", "b", "b", "b", "b"]
    hours = np.array([8.0, 8.5, 9.9, 24 + 8.2, 9.0, np.nan])
    table["departs_s"] = 3600 * hours
    table["represents"] = 3.0
    return tracked(world, (20, 60))


def test_hours_by_hand():
    report = a_day()
    table = exposure_by_hour(report)
    seconds = report.trips.table["duration_s"].to_numpy()
    for k, total in enumerate((20, 60)):
        for hour, walks in ((8, [0, 1, 3]), (9, [2, 4])):
            row = table[
                (table["group"] == hour) & (table["total"] == total) & (table["task"] == "observe")
            ].iloc[0]
            share = report.figures["observed_time"][walks, k, 1]
            assert row["walks"] == len(walks)
            assert row["person_hours"] == pytest.approx(3 * seconds[walks].sum() / 3600)
            assert row["share_seen"] == pytest.approx(np.average(share, weights=seconds[walks]))
    assert set(table["group"]) == {8, 9}


@pytest.mark.parametrize("hour", [0, 7, 11, 12, 13, 18, 23])
def test_every_hour_of_the_day_is_its_own_and_days_are_alike(hour):
    world = a_world(5)
    trips = world[3].table
    # one walk in the hour's first minute, one in its last, one the day after, the rest at noon
    times = [hour, hour + 0.99, 24 + hour, 12.5, 12.5, 12.5][: len(trips)]
    trips["departs_s"] = 3600 * np.array(times)
    table = exposure_by_hour(tracked(world, (20,)))
    walks = table[table["task"] == "detect"].set_index("group")["walks"].to_dict()
    assert walks == ({hour: 3, 12: 3} if hour != 12 else {12: 6})


def test_groups_by_hand():
    report = a_day()
    table = exposure_by_group(report).set_index(["group", "total", "task"])
    row = table.loc[("b", 60, "observe")]
    assert row["walks"] == 4
    assert row["people"] == 6
    values = report.figures["tracked_live"][2:, 1, 1]
    assert row["tracked_live"] == pytest.approx(values.mean())
    assert row["tracked_live_se"] == pytest.approx(
        standard_error(values, np.array([1, 1, 2, 2]), np.zeros(3, np.int64))
    )  # of three persons, who are one group
    assert table[[c for c in table if c.endswith("_se")]].loc["a"].isna().all(axis=None)
    with pytest.raises(InputError, match="profile or kind"):
        exposure_by_group(report, "name")


def test_inequality_of_people_by_hand():
    report = a_day()
    rows = inequality_of_people(report).set_index(["total", "task"])
    seconds = report.trips.table["duration_s"].to_numpy()
    seen = report.figures["observed_time"][:, 1, 0] * seconds
    share = [seen[i : i + 2].sum() / seconds[i : i + 2].sum() for i in (0, 2, 4)]
    row = rows.loc[(60, "detect")]
    assert len(rows) == 2 * len(TASKS)
    assert row["groups"] == 3
    assert row["gini"] == pytest.approx(gini(share))
    assert [row["lowest"], row["highest"]] == pytest.approx([min(share), max(share)])


def test_inequality_across_groups(mong_kok):
    city, first_seen = mong_kok
    classes = exposure_by_street_class(city, first_seen, TOTALS)
    rows = inequality_across(classes, "share_seen", "street_km")
    assert len(rows) == len(TOTALS) * len(TASKS)
    part = classes[(classes["total"] == 60_000) & (classes["task"] == "detect")]
    row = rows[(rows["total"] == 60_000) & (rows["task"] == "detect")].iloc[0]
    assert row["gini"] == pytest.approx(gini(part["share_seen"], part["street_km"]))
    assert row["groups"] == len(part)


def test_without_sampled_walks_there_is_nobody_to_compare():
    world = a_world(5)
    world[3].table["named"] = True
    report = tracked(world, (60,))
    assert exposure_by_hour(report).empty
    groups = exposure_by_group(report)
    assert groups.empty
    assert inequality_across(groups, "observed_time", "people").empty
    rows = inequality_of_people(report)
    assert (rows["groups"] == 0).all()
    assert rows["gini"].isna().all()
