"""Which walks are searched, and what is said of them: by hand from the searches themselves."""

import numpy as np
import pytest
from oracles import keyed_random
from oracles import tracking as slow
from test_avoidance import a_town, some_walks
from test_exposure import CityOf

from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.tracking.avoidance import STRETCHES
from sim.tracking.parameters import TrackingParameters
from sim.tracking.statistics import numbers, standard_error
from sim.tracking.subsample import drawn_persons, drawn_walks, subsample

TOTALS = (3, 6, 12)


def crowd(walks, rng):
    """Walks of persons with one to four legs each, some of them named, in mixed order."""
    streets, *_ = a_town(1, side=4)
    one = [[(0, False)]] * walks
    trips = slow.trips_along(streets, one)
    trips.table["person"] = np.sort(rng.integers(100, 100 + walks // 2, walks))
    trips.table["leg"] = trips.table.groupby("person").cumcount().astype(np.int32)
    trips.table["named"] = rng.random(walks) < 0.2
    return trips


def draw_by_hand(trips, walks, seed):
    """The rows of the walks whose keys are smallest."""
    rows = [row for row in range(len(trips)) if not trips.table["named"][row]]
    key = {
        row: keyed_random.key(
            seed, "subsample", int(trips.table["person"][row]), int(trips.table["leg"][row])
        )
        for row in rows
    }
    return sorted(sorted(rows, key=key.get)[:walks])


@pytest.mark.parametrize("walks", [0, 1, 7, 20, 1000])
def test_walks_are_drawn_by_their_keys(walks):
    trips = crowd(60, np.random.default_rng(2))
    assert drawn_walks(trips, walks, 9).tolist() == draw_by_hand(trips, walks, 9)
    assert not trips.table["named"].to_numpy(bool)[drawn_walks(trips, walks, 9)].any()


def test_another_walk_changes_no_other():
    trips = crowd(60, np.random.default_rng(2))
    few, more = (set(drawn_walks(trips, n, 9).tolist()) for n in (10, 11))
    assert few < more
    assert few != set(drawn_walks(trips, 10, 10).tolist())


@pytest.mark.parametrize("persons", [1, 5, 12])
def test_persons_are_drawn_whole(persons):
    trips = crowd(60, np.random.default_rng(2))
    table = trips.table
    known = sorted(set(table["person"][~table["named"]]))
    chosen = sorted(known, key=lambda p: keyed_random.key(4, "persons", int(p)))[:persons]
    some = drawn_persons(trips, persons, 4)
    wanted = table[table["person"].isin(chosen)]
    assert some.table["person"].tolist() == wanted["person"].tolist()
    assert some.table["leg"].tolist() == wanted["leg"].tolist()
    assert len(some) < len(trips)


def test_all_trips_stay_where_there_are_no_more_persons():
    trips = crowd(60, np.random.default_rng(2))
    count = trips.table["person"][~trips.table["named"]].nunique()
    assert drawn_persons(trips, count, 4) is trips
    assert drawn_persons(trips, count - 1, 4) is not trips


@pytest.fixture(scope="module")
def searched():
    streets, seen, rng = a_town(5, side=4, drop=0.1)
    trips = some_walks(streets, rng, count=14)
    trips.table["person"] = 10 + np.arange(len(trips)) // 2
    trips.table["leg"] = (np.arange(len(trips)) % 2).astype(np.int32)
    trips.table["named"] = np.arange(len(trips)) == 0
    loose = TrackingParameters(hit_rate=(0.3, 0.6, 0.5, 0.9), dwell_needed_s=20, facing_degrees=180)
    found = subsample(
        CityOf(streets), seen, trips, TOTALS, pieces=slow.first_seen(seen), parameters=loose,
        walks=8, seed=3, workers=1,
    )  # fmt: skip
    return trips, found


def test_persons_are_numbered_among_all_who_were_drawn(searched):
    trips, found = searched
    everybody = sorted(set(trips.table["person"][~trips.table["named"]]))
    persons = trips.table["person"].to_numpy()[drawn_walks(trips, 8, 3)]
    assert found.person.tolist() == [everybody.index(p) for p in persons]
    assert len(found.stratum) == len(everybody)
    assert found.totals == TOTALS
    assert len(found.person) == 8


def test_figures_are_those_of_the_searches_at_their_total_and_task(searched):
    _, found = searched
    told = []
    who = found.person, found.stratum
    for k, total in enumerate(TOTALS):
        for t, task in enumerate(TASKS):
            said = found.summary(total, task)
            told.append(str(said))
            assert said["reconstructed"] == numbers(found.retraced.share[:, k, t], *who)
            no_way = found.avoided.no_unseen_walk[:, k, t].astype(float)
            assert said["no_unseen_walk"] == pytest.approx(no_way.mean())
            assert said["no_unseen_walk_se"] == standard_error(no_way, *who)
            assert list(said["least_seen"]) == [f"{stretch:g}" for stretch in STRETCHES]
            for s, stretch in enumerate(STRETCHES):
                values = found.avoided.least_seen[:, k, t, s]
                assert said["least_seen"][f"{stretch:g}"] == numbers(values, *who)
            assert said["least_seen_proven"] == found.avoided.proven[:, k, t].mean()
    assert len(set(told)) > 6  # totals and tasks differ here


def test_without_walks_every_figure_is_null(searched):
    trips, _ = searched
    streets, seen, _ = a_town(5, side=4, drop=0.1)
    none = subsample(
        CityOf(streets), seen, trips, TOTALS, pieces=slow.first_seen(seen), walks=0, workers=1
    )
    said = none.summary(6, "detect")
    assert said["reconstructed"]["n"] == 0
    assert said["no_unseen_walk"] is said["least_seen_proven"] is None
    assert said["least_seen"] == {f"{stretch:g}": None for stretch in STRETCHES}


def test_a_number_of_walks_that_cannot_be(searched):
    trips, _ = searched
    streets, seen, _ = a_town(5, side=4, drop=0.1)
    with pytest.raises(InputError):
        subsample(CityOf(streets), seen, trips, TOTALS, pieces=slow.first_seen(seen), walks=-1)
