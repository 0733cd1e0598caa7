"""What software reads of walks: against single points, against sums by hand, laws, and a street."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tracking as slow
from test_exposure import a_world, tracked

from sim.area import Area
from sim.cameras.optics import TASKS
from sim.cameras.software import SOFTWARE_CASES
from sim.city.model import City
from sim.city.places import Places
from sim.city.walls import Walls
from sim.tracking.answer import answer
from sim.tracking.linking import faced_positions
from sim.tracking.reach import Layer, everywhere, faced, in_reach, shares_in_reach
from sim.tracking.software import CASES, read_by_software
from sim.tracking.walks import path_arrays

TOTALS = (5, 17, 33, 60)


def layers_of(fleet, rng, count=3):
    """Layers with intervals of their own at every head, some of them empty."""
    layers = []
    for task in rng.integers(0, len(TASKS), count):
        near = rng.uniform(0, 8, len(fleet))
        far = np.where(rng.random(len(fleet)) < 0.2, 0.0, near + rng.uniform(0, 15, len(fleet)))
        layers.append(Layer(int(task), near, far, float(rng.uniform(0, 120))))
    return layers


def spans(arrays, layer, edge):
    """Intervals of one layer on an edge: head, start, end."""
    low, high = arrays.edge_ptr[layer, edge], arrays.edge_ptr[layer, edge + 1]
    return list(zip(arrays.head[low:high].tolist(), arrays.start[low:high].tolist(),
                    arrays.end[low:high].tolist(), strict=True))  # fmt: skip


def holds(intervals, head, t):
    """Whether a position lies in an interval of the head; None within a micrometre of an end."""
    own = [(a, b) for h, a, b in intervals if h == head]
    if any(abs(t - end) < 1e-5 for span in own for end in span):
        return None
    return any(a < t < b for a, b in own)


@pytest.mark.parametrize("seed", range(3))
def test_single_points_are_in_reach_by_their_distance_and_angle(seed):
    streets, fleet, seen, _ = a_world(seed)
    rng = np.random.default_rng(seed)
    layers = layers_of(fleet, rng)
    reach = in_reach(streets.arrays, fleet, seen.arrays, layers)
    turned = faced(streets.arrays, fleet, seen.arrays, layers)
    heads, decided = fleet.arrays, 0
    for edge, line in enumerate(streets.edges.geometry):
        for t in rng.uniform(0, line.length, 6):
            x, y = line.interpolate(t).coords[0]
            ahead = np.subtract(line.interpolate(t + 1e-6).coords[0], (x, y))
            for number, layer in enumerate(layers):
                for head in range(len(fleet)):
                    to = np.array([heads.x[head] - x, heads.y[head] - y])
                    away = np.hypot(*to)
                    near, far = layer.near[head], layer.far[head]
                    sees = holds(spans(seen.arrays, layer.task, edge), head, t)
                    if sees is None or min(abs(away - near), abs(away - far)) < 1e-4:
                        continue
                    within = sees and near < away < far
                    assert holds(spans(reach, number, edge), head, t) in (within, None)
                    for way, sign in ((0, 1), (1, -1)):
                        cosine = sign * to @ ahead / away / np.hypot(*ahead)
                        angle = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
                        if abs(angle - layer.facing_degrees) < 1e-3:
                            continue
                        found = holds(spans(turned, 2 * number + way, edge), head, t)
                        assert found in (within and angle < layer.facing_degrees, None)
                        decided += bool(found)
    assert decided > 10


@pytest.mark.parametrize("seed", range(3))
def test_shares_are_the_sums_over_edges_walked_in_their_direction(seed):
    streets, fleet, seen, trips = a_world(seed)
    layers = layers_of(fleet, np.random.default_rng(seed))
    turned = faced(streets.arrays, fleet, seen.arrays, layers)
    steps, rank = np.array(TOTALS), fleet.arrays.rank
    paths = path_arrays(streets, trips)
    mine = shares_in_reach(paths, rank, turned, steps, by_direction=True)
    for trip in range(len(trips)):
        rows = range(trips.path_ptr[trip], trips.path_ptr[trip + 1])
        for k, total in enumerate(TOTALS):
            for layer in range(len(layers)):
                metres = 0.0
                for row in rows:
                    way = 2 * layer + int(trips.path_backward[row])
                    own = [
                        (a, b) for head, a, b in spans(turned, way, trips.path_edge[row])
                        if rank[head] <= total
                    ]  # fmt: skip
                    metres += shapely.unary_union([shapely.LineString([(a, 0), (b, 0)])
                                                   for a, b in own]).length  # fmt: skip
                share = metres / trips.table["length"][trip]
                assert mine[trip, k, layer] == pytest.approx(share, abs=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_limits_that_cut_nothing_leave_what_is_seen(seed):
    world = a_world(seed)
    streets, fleet, seen, trips = world
    layers = [Layer(task, *everywhere(fleet)) for task in range(len(TASKS))]
    found = in_reach(streets.arrays, fleet, seen.arrays, layers)
    for name in ("edge_ptr", "head", "start", "end"):
        mine, whole = getattr(found, name), getattr(seen.arrays, name)
        assert mine == pytest.approx(whole, abs=1e-9)
    figures = tracked(world, TOTALS).figures["observed_length"]
    shares = shares_in_reach(
        path_arrays(streets, trips), fleet.arrays.rank, found, np.array(TOTALS), by_direction=False
    )
    assert shares == pytest.approx(figures, abs=1e-9)


def test_the_face_is_turned_from_where_linking_says():
    streets, fleet, seen, _ = a_world(5)
    turned = faced(streets.arrays, fleet, seen.arrays, [Layer(1, *everywhere(fleet), 50.0)])
    first, last = faced_positions(streets.arrays, fleet, seen.arrays, 50.0)
    for edge in range(len(streets.edges)):
        low, high = seen.arrays.edge_ptr[1, edge], seen.arrays.edge_ptr[1, edge + 1]
        for way, position, pick in ((0, first, min), (1, last, max)):
            expected = {}
            for row in range(low, high):
                if not np.isnan(position[row]):
                    head = int(seen.arrays.head[row])
                    expected[head] = pick(position[row], expected.get(head, position[row]))
            found = {}
            for head, a, b in spans(turned, way, edge):
                t = b if way else a
                found[head] = pick(t, found.get(head, t))
            assert found == pytest.approx(expected, abs=1e-9)


def city_of(streets, width=1000.0):
    region = shapely.box(-width, -width, width, width)
    area = Area("invented", "", region, region, "EPSG:2326", (), 0.0)
    return City(area, streets, Walls.none("EPSG:2326"), Places.empty("EPSG:2326"))


def ends_of(trips, ends):
    """Give walks their doors."""
    columns = {"origin": [a for a, _ in ends], "destination": [b for _, b in ends], "leg": 0}
    return replace(trips, table=trips.table.assign(**columns))


def read(streets, fleet, seen, trips, totals, **options):
    city = city_of(streets)
    seen = replace(seen, area=city.area.polygon)
    known = answer(city, seen, trips, totals, workers=1)
    return read_by_software(city, seen, trips, totals, known, **options)


def test_one_street_by_hand():
    # a dome beside the middle of a street of 100 m, 3 m aside, 4 m high: what identifies at 12 m
    # has 12.238 m slant at 250 px/m, so 8.031 at 380.95 px/m: 7.664 m along the ground, 7.052 m
    # along the street; 30° down are 4.157 m, 2.877 along the street
    streets = slow.network([[(0, 0), (100, 0)], [(0, 0), (50, 200), (100, 0)]])
    heads = slow.fleet([{"x": 50.0, "y": 3.0, "rank": 7}])
    trips = slow.trips_along(streets, [[(0, False)], [(0, True)], [(1, False)]])
    trips = ends_of(trips, [(0, 1), (1, 0), (0, 1)])
    report = read(streets, heads, slow.open_field(streets, heads), trips, (6, 7))
    far = np.sqrt((12**2 + 2.4**2) * (250 * 0.063 / 24) ** 2 - 2.4**2 - 9)
    near = np.sqrt((2.4 / np.tan(np.radians(30))) ** 2 - 9)
    assert (far, near) == pytest.approx((7.0524, 2.8774), abs=1e-4)
    lenient = CASES.index("lenient")
    assert report.reach[:, :, lenient] == pytest.approx(
        np.array([[0, 2 * (far - near) / 100], [0, 2 * (far - near) / 100], [0, 0]])
    )
    # at most 30° to a head 3 m aside is from 5.196 m before it: nothing behind it
    turned = (far - 3 / np.tan(np.radians(30))) / 100
    assert report.facing[:, :, lenient] == pytest.approx(
        np.array([[0, turned], [0, turned], [0, 0]])
    )
    # typical: 32 px leave 6.023 m slant, 5.524 m; 15° down are 8.957 m
    assert report.cameras.tolist() == [[0, 0, 0], [1, 0, 0]]
    assert (report.reach[:, :, 1:] == 0).all()
    length = 100 + 2 * np.hypot(50, 200)
    assert report.streets[:, lenient] == pytest.approx([0, 2 * (far - near) / length])
    # the other street goes round it
    assert np.isinf(report.last).all()
    summary = report.summary[7]["software"]["lenient"]
    assert summary["unread_walks"] == pytest.approx(1 / 3)
    assert summary["unread_walks_facing"] == pytest.approx(1 / 3)
    assert summary["answer"]["any_length"]["share"] == 1


def test_a_street_without_another_way_is_closed_by_the_first_head_that_reads_it():
    streets = slow.network([[(0, 0), (100, 0)]])
    heads = slow.fleet([
        {"x": 30.0, "y": 9.0, "rank": 3}, {"x": 50.0, "y": 3.0, "rank": 7},
    ])  # fmt: skip
    trips = ends_of(slow.trips_along(streets, [[(0, False)]]), [(0, 1)])
    report = read(streets, heads, slow.open_field(streets, heads), trips, (2, 3, 6, 7))
    assert report.last[0, CASES.index("lenient")] == 6  # 9 m aside is too far for the first
    found = [report.summary[n]["software"]["lenient"]["answer"]["any_length"]["share"]
             for n in (2, 3, 6, 7)]  # fmt: skip
    assert found == [1, 1, 1, 0]


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_software_reads_no_more_than_can_be_identified_and_less_with_the_face_turned(seed):
    world = a_world(seed)
    streets, fleet, seen, trips = world
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, len(streets.nodes), (len(trips), 2))
    trips = ends_of(trips, ends.tolist())
    report = read(streets, fleet, seen, trips, TOTALS)
    identify = tracked(world, TOTALS).figures["observed_length"][:, :, -1:]
    assert (report.reach <= identify + 1e-12).all()
    assert (report.facing <= report.reach + 1e-12).all()
    assert (np.diff(report.reach, axis=1) >= -1e-12).all()
    assert (np.diff(report.watched, axis=2) <= 1e-12).all()
    known = answer(city_of(streets), replace(seen, area=city_of(streets).area.polygon), trips,
                   TOTALS, workers=1)  # fmt: skip
    assert (report.last >= known.closed.last[known.counted][:, -1:]).all()
    assert set(report.summary[60]["in_reach_facing"]) == set(TASKS)
    assert set(report.summary[60]["software"]) == set(SOFTWARE_CASES)


def test_persons_who_watch_all_round_see_what_is_observed():
    world = a_world(3)
    streets, fleet, seen, trips = world
    trips = ends_of(trips, [(0, 1)] * len(trips))
    report = read(streets, fleet, seen, trips, TOTALS, facing_degrees=180.0)
    figures = tracked(world, TOTALS).figures["observed_length"]
    assert report.watched == pytest.approx(figures, abs=1e-9)
