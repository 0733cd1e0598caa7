"""The table and the summary of `track`: each number at its trip, total and task."""

import numpy as np
import pytest
from oracles import tracking as slow
from test_exposure import a_world, tracked

from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.tracking import report as module
from sim.tracking import watched
from sim.tracking.statistics import (
    WalkValues,
    numbers,
    percentiles,
    shares_of,
    standard_error,
)

TOTALS = (9, 25, 60)
OWN = ("person", "kind", "named", "name", "name_zh", "length", "duration_s", "profile", "leg",
       "departs_s", "represents")  # fmt: skip


@pytest.fixture(scope="module")
def report():
    world = a_world(6)
    table = world[3].table
    table["person"] = [3, 3, 5, 8, 8, 9]
    table["kind"] = ["a", "b", "c", "d", "e", "f"]
    table["named"] = [True, False, False, False, False, False]
    table["name"] = ["first", "", "", "", "", ""]
    return tracked(world, TOTALS)


def test_every_row_is_that_of_its_trip_total_and_task(report):
    table = report.table
    assert len(table) == len(report.trips) * len(TOTALS) * len(TASKS)
    rows = table.itertuples()
    for trip, (k, total), (t, task) in (
        (trip, step, task)
        for trip in range(len(report.trips))
        for step in enumerate(TOTALS)
        for task in enumerate(TASKS)
    ):
        row = next(rows)
        assert (row.trip, row.total, row.task) == (trip, total, task)
        for name in OWN:
            mine, wanted = getattr(row, name), report.trips.table[name][trip]
            assert mine == wanted or (mine != mine and wanted != wanted)
        for name, values in report.figures.items():
            assert getattr(row, name) == pytest.approx(values[trip, k, t], nan_ok=True)


@pytest.mark.parametrize(("first", "stop"), [(0, 1), (2, 5), (5, 6), (3, 3), (0, 6)])
def test_some_rows_are_a_part_of_the_table(report, first, stop):
    part = report.rows(first, stop)
    whole = report.table[report.table["trip"].between(first, stop - 1)].reset_index(drop=True)
    assert part.equals(whole)


def test_the_summary_is_of_sampled_walks_and_of_persons(report):
    sampled = np.arange(1, 6)
    person = np.array([0, 1, 2, 2, 3])
    for k, total in enumerate(TOTALS):
        for t, task in enumerate(TASKS):
            said = report.summary[total][task]
            column = {name: v[sampled, k, t] for name, v in report.figures.items()}
            for name in (*module.MEANS, "tracked_live", "tracked_afterwards"):
                assert said[name] == numbers(column[name], person, np.zeros(4, int)), name
            assert said["identified"] == pytest.approx(column["identified"].mean())
            assert said["identified_se"] == standard_error(column["identified"], person)
            never = (column["observed_length"] == 0).astype(float)
            assert said["unseen_trips"] == pytest.approx(never.mean())
            assert said["unseen_trips_se"] == standard_error(never, person)


def test_percentiles_are_of_what_is_a_number():
    values = np.array([np.nan, *range(101), np.inf])
    said = numbers(values, np.arange(103))
    assert (said["p10"], said["p50"], said["p90"], said["n"]) == (10, 50, 90, 101)
    assert said["mean"] == 50
    assert said["se"] == pytest.approx(np.arange(101).std(ddof=1) / np.sqrt(101))
    assert set(numbers(values[:1], np.zeros(1, int)).values()) == {None, 0}


@pytest.mark.parametrize("count", [1, 2, 3, 10, 11, 101, 1000])
def test_percentiles_are_those_of_numpy_to_the_bit(count):
    for values in (np.random.default_rng(count).normal(size=count), np.arange(count) // 3 * 0.1):
        assert percentiles(np.sort(values)) == np.percentile(values, [10, 50, 90]).tolist()


def test_shares_are_of_all_walks():
    values = np.array([True, False, False, True, True])
    ((found,),) = shares_of(WalkValues(values[:, None, None], np.arange(5)))
    assert found == pytest.approx((0.6, np.sqrt(0.24 / 4)))
    ((found,),) = shares_of(WalkValues(values[:0, None, None], np.arange(0)))
    assert found == (None, None)


def test_the_whole_fleet_counts_where_no_total_is_given():
    world = a_world(6)
    last = int(world[1].arrays.rank[-1])
    whole = tracked(world, None)
    assert whole.totals == (last,)
    alike = tracked(world, (last,))
    assert all(np.array_equal(v, alike.figures[k], equal_nan=True)
               for k, v in whole.figures.items())  # fmt: skip


def test_without_a_head_one_camera_is_the_whole_fleet():
    streets, fleet, _, trips = a_world(6)
    nobody = type(fleet)(fleet.heads.iloc[:0])
    found = tracked((streets, nobody, slow.given(streets, nobody, []), trips), None)
    assert found.totals == (1,)
    assert not found.figures["observed_length"].any()


def test_a_table_too_large_for_memory_is_refused(monkeypatch):
    world = a_world(6)
    rows = len(world[3]) * 2 * len(TASKS)
    monkeypatch.setattr(watched, "LARGEST_TABLE", rows)
    assert len(tracked(world, (9, 60)).table) == rows
    monkeypatch.setattr(watched, "LARGEST_TABLE", rows - 1)
    with pytest.raises(InputError, match=f"{rows:,} rows") as error:
        tracked(world, (9, 60))
    assert error.value.key == "trips.people"


@pytest.mark.parametrize(("seen_to", "door"), [(0.5, True), (0.0, False)])
def test_a_door_is_seen_within_the_first_metre(seen_to, door):
    """A sighting that begins at 0.9 m is of the door, one that begins at 1 m is not."""
    begins = 0.9 if seen_to else 1.0
    streets = slow.network([[(0, 0), (100, 0)]])
    fleet = slow.fleet([{"x": 300.0, "y": 0.0}])
    seen = slow.given(streets, fleet, [(0, 0, 0, begins, 50.0)])
    found = tracked((streets, fleet, seen, slow.trips_along(streets, [[(0, False)]])), (1,))
    assert found.figures["door_seen"][0, 0, 0] == door


def test_duty_and_uptime_lower_what_some_head_is_expected_to_watch():
    """Two heads see 0 to 40 m and 20 to 60 m of 100 m, each for a share of the time."""
    streets = slow.network([[(0, 0), (100, 0)]])
    fleet = slow.fleet([{"x": 300.0, "y": 0.0, "duty": 0.5}, {"x": 300.0, "y": 0.0, "duty": 0.25}])
    seen = slow.given(streets, fleet, [(0, 0, 0, 0.0, 40.0), (0, 0, 1, 20.0, 60.0)])
    world = (streets, fleet, seen, slow.trips_along(streets, [[(0, False)]]))
    figures = tracked(world, (1, 2)).figures
    assert figures["observed_length"][0, :, 0].tolist() == pytest.approx([0.4, 0.6])
    both = 20 * 0.5 + 20 * (1 - 0.5 * 0.75) + 20 * 0.25
    assert figures["expected_length"][0, :, 0].tolist() == pytest.approx([0.2, both / 100])
