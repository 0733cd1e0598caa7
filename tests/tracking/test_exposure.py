"""What is seen of a walk: laws, then the slow truth, then cases by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tracking as slow

from sim.cameras.optics import TASKS
from sim.city.street_space import street_space
from sim.errors import InputError
from sim.jit import kernel
from sim.sorting import select_first, sort_first
from sim.tracking.report import follow_walks


def a_world(seed, *, cut=0.0, heads=14, sites=6):
    """A grid of bent streets, domes beside them, and random walks; `cut` splits edges."""
    rng = np.random.default_rng(seed)
    at = {
        (c, r): (70.0 * c + rng.uniform(-9, 9), 70.0 * r + rng.uniform(-9, 9))
        for c in range(4) for r in range(4)
    }  # fmt: skip
    ends = [((c, r), (c + 1, r)) for c in range(3) for r in range(4)]
    ends += [((c, r), (c, r + 1)) for c in range(4) for r in range(3)]
    bend = [rng.uniform(-12, 12, 2) for _ in ends]
    steps = rng.random(len(ends)) < 0.2
    lines = [
        [at[a], tuple((np.array(at[a]) + at[b]) / 2 + d), at[b]]
        for (a, b), d in zip(ends, bend, strict=True)
    ]
    where = rng.uniform(-10, 220, (heads, 2))
    rank = np.sort(rng.choice(np.arange(1, 60), heads, replace=False))
    fleet = slow.fleet([
        {"x": x, "y": y, "rank": int(k), "site": int(s)}
        for (x, y), k, s in zip(where, rank, rng.integers(0, sites, heads), strict=True)
    ])  # fmt: skip
    paths = [_random_path(rng, ends) for _ in range(6)]
    if cut:
        lines, paths, steps = _split(lines, paths, steps, np.random.default_rng(seed + 1), cut)
    streets = slow.network(lines, steps=steps)
    return streets, fleet, slow.open_field(streets, fleet), slow.trips_along(streets, paths)


def _random_path(rng, ends):
    node, path = ends[rng.integers(len(ends))][0], []
    for _ in range(rng.integers(2, 9)):
        e = rng.choice([k for k, pair in enumerate(ends) if node in pair])
        back = ends[e][1] == node
        path.append((int(e), bool(back)))
        node = ends[e][0] if back else ends[e][1]
    return path


def _split(lines, paths, steps, rng, share):
    """Cut edges in two, on a vertex or between two, and keep the walks."""
    out, parts, stairs = [], {}, []
    for e, line in enumerate(lines):
        points, at = list(line), None
        if rng.random() < share:
            k, s = int(rng.integers(2)), rng.uniform(0, 0.9)
            at = tuple(np.array(line[k]) * (1 - s) + np.array(line[k + 1]) * s)
            points = [*line[: k + 1], at, *line[k + 1 :]] if s > 0.1 else points
            at = points.index(at) if s > 0.1 else 1
        pieces = [points] if at is None else [points[: at + 1], points[at:]]
        parts[e] = range(len(out), len(out) + len(pieces))
        out += pieces
        stairs += [steps[e]] * len(pieces)
    walked = [
        [(p, b) for e, b in path for p in (reversed(parts[e]) if b else parts[e])] for path in paths
    ]
    return out, walked, stairs


class CityOf:
    """All of a city that tracking reads."""

    def __init__(self, streets, space=None):
        self.streets = streets
        self.street_space = space or street_space(streets)


def tracked(world, totals, *, space=None, **options):
    streets, _, seen, trips = world
    return follow_walks(
        CityOf(streets, space),
        seen,
        trips,
        totals,
        pieces=slow.first_seen(seen),
        workers=1,
        **options,
    )


@pytest.mark.parametrize("seed", range(4))
def test_exposure_equals_the_slow_truth(seed):
    world = a_world(seed)
    totals = (5, 17, 33, 60)
    report = tracked(world, totals)
    _, _, seen, trips = world
    for trip in range(len(trips)):
        for k, total in enumerate(totals):
            for task in range(len(TASKS)):
                truth = slow.exposure_of(seen, trips, trip, task, total)
                mine = {name: report.figures[name][trip, k, task] for name in truth}
                assert mine == pytest.approx(truth, abs=1e-9, nan_ok=True), (trip, total, task)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_splitting_edges_changes_nothing(seed):
    # how wide streets are on the whole is measured at points, which cuts move
    space = street_space(a_world(seed)[0])
    whole = tracked(a_world(seed), (9, 25, 60), space=space).figures
    split = tracked(a_world(seed, cut=0.7), (9, 25, 60), space=space).figures
    for name, values in whole.items():
        np.testing.assert_allclose(split[name], values, atol=1e-7, err_msg=name)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_more_cameras_never_see_less(seed):
    figures = tracked(a_world(seed), (3, 9, 20, 35, 60)).figures
    for name in ("observed_length", "observed_time", "heads", "sites", "sightings", "identified",
                 "tracked_live", "tracked_afterwards", "door_seen"):  # fmt: skip
        assert (np.diff(figures[name].astype(float), axis=1) >= -1e-12).all(), name
    for name in ("longest_gap_m", "longest_gap_s"):
        assert (np.diff(figures[name], axis=1) <= 1e-9).all(), name
    first = np.nan_to_num(figures["first_sighting_m"], nan=np.inf)
    assert (first[:, 1:] <= first[:, :-1] + 1e-9).all()


def test_a_stricter_task_never_sees_more():
    figures = tracked(a_world(3), (20, 60)).figures
    for name in ("observed_length", "heads", "sites"):
        assert (np.diff(figures[name], axis=2) <= 1e-12).all()


def test_workers_and_other_trips_change_nothing(monkeypatch):
    streets, _, seen, trips = a_world(5)
    one = tracked((streets, None, seen, trips), (20, 60)).table
    monkeypatch.setattr("sim.tracking.walks.TRIPS_AT_ONCE", 2)
    two = follow_walks(
        CityOf(streets), seen, trips, (20, 60), pieces=slow.first_seen(seen), workers=2
    ).table
    assert one.equals(two)


def line_world(rows, totals=(1,), length=100.0, reverse=False, parameters=None, **head):
    """One straight street of 100 m and what is seen of it, by hand."""
    streets = slow.network([[(0, 0), (length / 2, 0)], [(length / 2, 0), (length, 0)]])
    ranks = 1 + max((r[2] for r in rows), default=0)
    fleet = slow.fleet([{"x": 300.0, "y": 0.0, **head} for _ in range(ranks)])
    seen = slow.given(streets, fleet, rows)
    path = [(1, True), (0, True)] if reverse else [(0, False), (1, False)]
    world = streets, fleet, seen, slow.trips_along(streets, [path], speed=1.0)
    return tracked(world, totals, parameters=parameters)


def test_one_head_across_two_edges_is_one_sighting():
    report = line_world([(0, 0, 0, 40.0, 50.0), (0, 1, 0, 0.0, 15.0)])
    row = report.table.query("task == 'detect'").iloc[0]
    assert row["sightings"] == row["heads"] == row["sites"] == 1
    assert row["dwell_s"] == pytest.approx(25)
    assert row["observed_length"] == row["observed_time"] == pytest.approx(0.25)
    assert row["first_sighting_m"] == pytest.approx(40)
    assert row["longest_gap_m"] == row["longest_gap_s"] == pytest.approx(40)
    assert row["median_gap_m"] == pytest.approx(37.5)
    assert not row["door_seen"]


@pytest.mark.parametrize(("apart", "sightings"), [(0.0009, 1), (0.0011, 2)])
@pytest.mark.parametrize("reverse", [False, True])
def test_sightings_meet_within_a_millimetre(apart, sightings, reverse):
    report = line_world([(0, 0, 0, 40.0, 50.0), (0, 1, 0, apart, 15.0)], reverse=reverse)
    assert report.figures["sightings"][0, 0, 0] == sightings


def test_two_heads_of_one_site_are_one_site():
    rows = [(0, 0, 0, 40.0, 50.0), (0, 1, 1, 10.0, 15.0)]
    figures = line_world(rows, totals=(1, 2), site=7).figures
    assert figures["heads"][0, :, 0].tolist() == [1, 2]
    assert figures["sites"][0, :, 0].tolist() == [1, 1]


def test_a_walk_never_seen():
    report = line_world([(0, 0, 0, 40.0, 50.0)])
    row = report.table.query("task == 'identify'").iloc[0]
    assert row["longest_gap_m"] == pytest.approx(100)
    assert np.isnan(row["first_sighting_m"])
    assert np.isnan(row["dwell_s"])
    summary = report.summary[1]["identify"]
    assert summary["unseen_trips"] == 1.0
    assert summary["dwell_s"] == dict.fromkeys(["mean", "se", "p10", "p50", "p90"]) | {"n": 0}


def test_curves_add_up_to_the_share_seen():
    world = a_world(8)
    report = tracked(world, (10, 25, 60))
    for t, task in enumerate(TASKS):
        for trip in range(len(world[3])):
            rank = report.curves[f"curve_rank_{task}"][trip]
            metres = report.curves[f"curve_length_{task}"][trip]
            assert (np.diff(rank) > 0).all()
            for k, total in enumerate(report.totals):
                share = metres[rank <= total].sum() / world[3].table["length"][trip]
                assert share == pytest.approx(report.figures["observed_length"][trip, k, t])


def test_no_walks_at_all_is_null_not_an_error():
    streets, fleet, seen, _ = a_world(1)
    none = slow.trips_along(streets, [[(0, False)]])
    none.table["named"] = True
    report = tracked((streets, fleet, seen, none), (60,))
    assert report.summary[60]["detect"]["observed_length"]["n"] == 0
    assert report.summary[60]["detect"]["unseen_trips"] is None


def test_no_camera_at_all():
    streets, _, _, trips = a_world(1)
    nobody = slow.fleet([{"x": 0.0, "y": 0.0}])
    nobody = type(nobody)(nobody.heads.iloc[:0])
    seen = slow.given(streets, nobody, [])
    figures = tracked((streets, nobody, seen, trips), (4000,)).figures
    assert figures["observed_length"].max() == figures["tracked_live"].max() == 0
    np.testing.assert_allclose(figures["longest_gap_m"][:, 0, 0], trips.table["length"], rtol=1e-12)


@pytest.mark.parametrize("totals", [(), (0,), (5, 5), (5, 3)])
def test_totals_that_cannot_be(totals):
    with pytest.raises(InputError, match="increasing") as error:
        tracked(a_world(1), totals)
    assert error.value.key == "cameras.totals"


@kernel
def the_smallest(values, count, k):
    return select_first(values, count, k)


@given(st.lists(st.floats(0, 1e6) | st.sampled_from([0.0, 1.0]), min_size=1), st.data())
@settings(max_examples=100, deadline=None)
def test_selecting(values, data):
    k = data.draw(st.integers(0, len(values) - 1))
    array = np.array([*values, -1.0])
    assert the_smallest(array, len(values), k) == sorted(values)[k]
    assert sorted(array[:k]) == sorted(values)[:k]
    assert sorted(array) == [-1.0, *sorted(values)]


@given(st.lists(st.floats(0, 1e6), max_size=300))
@settings(max_examples=30, deadline=None)
def test_sorting(values):
    array = np.array([*values, -1.0])
    sort_first(array, len(values))
    assert array.tolist() == [*sorted(values), -1.0]
