"""How well a walker is followed: laws, the slow truth and chance, then cases by hand."""

import csv
import math
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles import tracking as slow
from scipy.integrate import quad
from scipy.special import erfcx
from test_exposure import CityOf, a_world, line_world, tracked

from sim.cameras.fleet import Fleet
from sim.cameras.software import SOFTWARE_CASES
from sim.errors import InputError
from sim.sight.sightings import Sightings
from sim.tracking.kernels.gaps import (
    seconds_alive,
    seconds_alive_both,
    survival,
)
from sim.tracking.linking import faced_positions
from sim.tracking.parameters import TrackingParameters
from sim.tracking.report import follow_walks


def by_person(**more):
    """Parameters under which a person watches live, as one searches afterwards."""
    return TrackingParameters(live_by="person", **more)


CASES = [
    by_person(),
    by_person(hit_rate=(0.2, 0.4, 0.6, 0.9), memory_s=40, dwell_needed_s=20),
    by_person(hit_rate=(0.5, 0.5, 0.5, 0.5), look_alike_share=0, facing_degrees=180),
    by_person(hit_rate=(1, 1, 1, 1), walkers_per_m2=1, facing_degrees=100),
    by_person(hit_rate=(0.2, 0.4, 0.6, 0.9), memory_s=200, crowd="by_hour"),
    by_person(look_alike_share=0.01, crowd="by_hour", facing_degrees=180),
]
MACHINES = [
    TrackingParameters(),
    TrackingParameters(hit_rate=(0.2, 0.4, 0.6, 0.9), memory_s=40, dwell_needed_s=3),
    TrackingParameters(walkers_per_m2=1, facing_degrees=20),
]
FIGURES = ("identified", "tracked_live", "tracked_afterwards")


@pytest.mark.parametrize("parameters", CASES)
def test_the_recursion_equals_the_slow_truth(parameters):
    world = _a_day_in(a_world(11))
    streets, fleet, seen, trips = world
    totals = (12, 30, 60)
    figures = tracked(world, totals, parameters=parameters).figures
    faced = faced_positions(streets.arrays, fleet, seen.arrays, parameters.facing_degrees)
    for trip in range(len(trips)):
        seconds = trips.table["duration_s"][trip]
        for k, total in enumerate(totals):
            for task in range(4):
                line = slow.timeline(seen, trips, trip, task, total, faced, parameters)
                identified, live, afterwards = slow.expected(line)
                truth = [identified, live / seconds, afterwards / seconds]
                mine = [figures[name][trip, k, task] for name in FIGURES]
                assert mine == pytest.approx(truth, abs=1e-9), (trip, total, task)


def _a_day_in(world):
    """The same world with streets of several classes, and walks at several hours."""
    streets, fleet, seen, trips = world
    classes = np.array(["pedestrian", "residential", "service", "primary"])
    edges = streets.edges.assign(highway=classes[np.arange(len(streets.edges)) % 4])
    streets = replace(streets, edges=edges)
    table = trips.table.assign(departs_s=[np.nan, *(3600.0 * np.array([3, 9.5, 18, 21.2, 30]))])
    return (
        streets, fleet, Sightings(fleet, streets, seen.arrays), replace(trips, table=table)
    )  # fmt: skip


def test_chance_agrees_with_the_recursion_on_100_walks():
    parameters = by_person(hit_rate=(0.0, 0.3, 0.5, 0.9), memory_s=60)
    rng = np.random.default_rng(4)
    z = []
    for seed in range(17):
        world = a_world(100 + seed)
        streets, fleet, seen, trips = world
        figures = tracked(world, (60,), parameters=parameters).figures
        faced = faced_positions(streets.arrays, fleet, seen.arrays, parameters.facing_degrees)
        for trip in range(len(trips)):
            line = slow.timeline(seen, trips, trip, 1, 60, faced, parameters)
            plays = slow.played(line, rng, 800) / trips.table["duration_s"][trip]
            error = plays.std(axis=0) / math.sqrt(len(plays))
            mine = [figures[name][trip, 0, 1] for name in FIGURES[1:]]
            z += [(m - p) / e for m, p, e in zip(mine, plays.mean(axis=0), error, strict=True) if e]
    assert len(z) > 150
    assert np.abs(z).max() < 4.5
    assert abs(np.mean(z)) < 0.25


def what_a_machine_reads(streets, fleet, seen):
    """Sightings of the lenient case by pixels, steepness and distance, and where faces turn."""
    heads, case = fleet.arrays, SOFTWARE_CASES["lenient"]
    drop = heads.mount - 1.6
    slant = np.hypot(heads.reach[:, 3], drop) * 250 / (24 / 0.063)
    near = np.maximum(heads.near, drop / math.tan(math.radians(30)))
    rows = []
    for task, edge, head, start, end in _rows(seen):
        if task != 3:
            continue
        line = streets.edges.geometry.iloc[edge]
        cuts = {start, end, *(t for t in _bends(line) if start < t < end)}
        far = math.sqrt(slant[head] ** 2 - drop[head] ** 2)
        for radius in (near[head], far):
            circle = shapely.Point(heads.x[head], heads.y[head]).buffer(radius, quad_segs=2**10)
            for point in shapely.get_coordinates(circle.exterior.intersection(line)):
                cuts.add(line.project(shapely.Point(point)))
        ends = sorted(t for t in cuts if start <= t <= end)
        for a, b in pairwise(ends):
            middle = line.interpolate((a + b) / 2)
            away = math.hypot(middle.x - heads.x[head], middle.y - heads.y[head])
            if near[head] < away < far:
                rows.append((0, edge, head, a, b))
    read = slow.given(streets, fleet, rows)
    return read, faced_positions(streets.arrays, fleet, read.arrays, case.turn), case.hit_rate


def _bends(line):
    points = shapely.get_coordinates(line)
    return np.cumsum(np.hypot(*np.diff(points, axis=0).T))[:-1]


@pytest.mark.parametrize("parameters", MACHINES)
def test_live_is_by_machine_and_afterwards_by_a_person(parameters):
    found = 0
    for seed in (11, 12):
        world = a_world(seed, heads=50)
        streets, fleet, seen, trips = world
        figures = tracked(world, (30, 60), parameters=parameters).figures
        faced = faced_positions(streets.arrays, fleet, seen.arrays, parameters.facing_degrees)
        machine = what_a_machine_reads(streets, fleet, seen)
        for trip in range(len(trips)):
            seconds = trips.table["duration_s"][trip]
            for k, total in enumerate((30, 60)):
                for task in range(4):
                    asked = seen, trips, trip, task, total, faced, parameters
                    identified, _, afterwards = slow.expected(slow.timeline(*asked))
                    _, live, _ = slow.expected(slow.timeline(*asked, machine))
                    truth = [identified, live / seconds, afterwards / seconds]
                    mine = [figures[name][trip, k, task] for name in FIGURES]
                    assert mine == pytest.approx(truth, abs=1e-5), (trip, total, task)
                    found += live > 0
    assert found > 10


def test_who_watches_live_changes_nothing_afterwards():
    """What is known of a gap is shared by who watches, and must not depend on who asks first."""
    streets, fleet, seen, trips = _a_day_in(a_world(11, heads=50))
    for more in ({"crowd": "by_hour"}, {"uptime": 0.7}, {"hit_rate_spread": 0.3}):
        alone, both = (
            tracked((streets, fleet, seen, trips), (12, 30, 60),
                    parameters=TrackingParameters(live_by=by, **more)).figures
            for by in ("person", "lenient")
        )  # fmt: skip
        assert both["tracked_live"].sum() > 0
        for name in ("identified", "tracked_afterwards"):
            np.testing.assert_array_equal(both[name], alone[name])


@pytest.mark.slow
def test_chance_agrees_live_by_machine_and_afterwards_by_a_person():
    parameters = TrackingParameters(memory_s=60)
    rng, z = np.random.default_rng(5), []
    for seed in range(4):
        world = a_world(200 + seed, heads=50)
        streets, fleet, seen, trips = world
        figures = tracked(world, (60,), parameters=parameters).figures
        faced = faced_positions(streets.arrays, fleet, seen.arrays, parameters.facing_degrees)
        machine = what_a_machine_reads(streets, fleet, seen)
        for trip in range(len(trips)):
            asked = seen, trips, trip, 2, 60, faced, parameters
            for row, (name, by) in enumerate((("tracked_live", machine),
                                              ("tracked_afterwards", None))):  # fmt: skip
                line = slow.timeline(*asked, by)
                plays = slow.played(line, rng, 200)[:, row] / trips.table["duration_s"][trip]
                error = plays.std() / math.sqrt(len(plays))
                if error > 1e-12:  # plays that end alike differ in the last bit of a sum
                    z.append((figures[name][trip, 0, 2] - plays.mean()) / error)
    assert len(z) > 20
    assert np.abs(z).max() < 4
    assert abs(np.mean(z)) < 0.5


@given(
    st.integers(0, 10_000), st.floats(0, 1), st.integers(1, 300),
    st.sampled_from([
        {"walkers_per_m2": 0.3}, {"crowd": "by_hour"},
        {"crowd": "by_hour", "look_alike_share": 0.002},
    ]),
)  # fmt: skip
@example(seed=569, place=0.0, memory=1, crowd={"walkers_per_m2": 0.3})
@settings(max_examples=35, deadline=None)
def test_one_sighting_more_never_lowers_anything(seed, place, memory, crowd):
    streets, fleet, seen, trips = _a_day_in(a_world(seed))
    parameters = TrackingParameters(hit_rate=(0.3,) * 4, memory_s=memory, **crowd)
    rows = _rows(seen)
    rng = np.random.default_rng(seed)
    chosen = rng.random(len(rows)) < 0.5
    kept = [row for row, k in zip(rows, chosen, strict=True) if k]
    absent = [row for row, k in zip(rows, chosen, strict=True) if not k]
    # by a head of its own: one more interval of a head that is watching already may join two of
    # its sightings into one longer sighting, which is not a sighting more
    task, edge, head, start, end = absent[int(place * (len(absent) - 1))]
    fleet = _with_copy_of(fleet, int(head))
    more = [*kept, (task, edge, len(fleet) - 1, start, end)]
    before, after = (
        tracked((streets, fleet, slow.given(streets, fleet, r), trips), (60,),
                parameters=parameters).figures
        for r in (kept, more)
    )  # fmt: skip
    for name in FIGURES:
        assert (after[name] >= before[name] - 1e-12).all(), name


def _with_copy_of(fleet: Fleet, head: int) -> Fleet:
    """The fleet and, last in rank, one more head that stands and looks where `head` does."""
    copy = fleet.heads.iloc[[head]].assign(rank=60, site=fleet.heads["site"].max() + 1)
    return Fleet(pd.concat([fleet.heads, copy], ignore_index=True))


def _rows(seen: Sightings):
    a = seen.arrays
    edges = a.edge_ptr.shape[1] - 1
    each = np.diff(a.edge_ptr, axis=1)
    task = np.repeat(np.arange(4), each.sum(axis=1))
    edge = np.repeat(np.tile(np.arange(edges), 4), each.ravel())
    return list(zip(task, edge, a.head, a.start, a.end, strict=True))


def closed(g, tau=600.0, walkers=0.05 * 0.01):
    """ρ(g), ∫ρ and ∫ρ(u)ρ(g−u), by quadrature; walkers of 1 m/s on one street in 100 m of land."""
    room = lambda r: 14 * (2 * r + 0.01 * math.pi * r * r)  # noqa: E731
    rho = lambda u: math.exp(-u / tau - walkers * room(u))  # noqa: E731
    return rho(g), quad(rho, 0, g)[0], quad(lambda u: rho(u) * rho(g - u), 0, g)[0]


def test_one_head_on_a_line():
    # lost for 20 m, identified at 20 m with 0.5, in view to 50 m, then unseen for 50 m
    figures = line_world([(2, 0, 0, 20.0, 50.0)], parameters=by_person()).figures
    alive = closed(50)[1]
    before = closed(20)[1]
    assert figures["identified"][0, 0, 2] == 0.5
    assert figures["tracked_live"][0, 0, 2] == pytest.approx(0.5 * (30 + alive) / 100)
    assert figures["tracked_afterwards"][0, 0, 2] == pytest.approx(
        0.5 * (before + 30 + alive) / 100
    )
    assert figures["tracked_live"][0, 0, 0] == 0  # hit rate 0 at detect


def test_two_heads_and_a_gap():
    rows = [(2, 0, 0, 10.0, 30.0), (2, 1, 1, 10.0, 40.0)]
    figures = line_world(rows, totals=(2,), parameters=by_person()).figures
    rho, alive, both = closed(30)
    f1 = 0.5
    f2 = 1 - (1 - f1 * rho) * (1 - 0.5)
    live = f1 * (20 + alive) + f2 * (30 + closed(10)[1])
    assert figures["tracked_live"][0, 0, 2] == pytest.approx(live / 100)
    b1 = 1 - (1 - 0.5 * rho) * (1 - 0.5)  # from the first sighting backward
    afterwards = (
        b1 * closed(10)[1]
        + (1 - (1 - f1) * (1 - 0.5 * rho)) * 20
        + (f1 + 0.5) * alive - f1 * 0.5 * both
        + f2 * (30 + closed(10)[1])
    )  # fmt: skip
    assert figures["tracked_afterwards"][0, 0, 2] == pytest.approx(afterwards / 100)
    assert figures["identified"][0, 0, 2] == pytest.approx(0.75)


def test_a_track_in_view_stays_alive():
    # the second head does not identify (walker's back), but keeps what the first one began
    streets = slow.network([[(0, 0), (100, 0)]])
    fleet = slow.fleet([{"x": 300.0, "y": 0.0}, {"x": -300.0, "y": 0.0}])
    seen = slow.given(streets, fleet, [(3, 0, 0, 0.0, 10.0), (3, 0, 1, 10.0, 100.0)])
    trips = slow.trips_along(streets, [[(0, False)]])
    figures = tracked((streets, fleet, seen, trips), (2,), parameters=by_person()).figures
    assert figures["tracked_live"][0, 0, 3] == pytest.approx(0.9)
    assert figures["identified"][0, 0, 3] == pytest.approx(0.9)


def test_short_sightings_identify_less():
    figures = line_world([(3, 0, 0, 10.0, 10.25)]).figures
    assert figures["identified"][0, 0, 3] == pytest.approx(0.9 * 0.25)


@pytest.mark.parametrize("degrees", [0.5, 30.0, 60.0, 90.0, 120.0, 180.0])
def test_where_the_face_is_first_turned_to_the_head(degrees):
    streets, fleet, seen, _ = a_world(21)
    ahead, behind = faced_positions(streets.arrays, fleet, seen.arrays, degrees)
    table, lines = seen.table, streets.edges.geometry.to_numpy()
    for row in range(0, len(table), 7):
        t0, t1, line = table["t0"][row], table["t1"][row], lines[table["edge"][row]]
        head = fleet.heads.geometry.iloc[seen.arrays.head[row]]
        at = np.linspace(t0, t1, 400)[:-1] + 1e-7
        here, there = (
            np.array([line.interpolate(t + d).coords[0] for t in at]) for d in (0.0, 1e-6)
        )
        walking, to_head = there - here, np.array(head.coords[0]) - here
        cross = walking[:, 0] * to_head[:, 1] - walking[:, 1] * to_head[:, 0]
        angle = np.degrees(np.arctan2(np.abs(cross), (walking * to_head).sum(axis=1)))
        for found, faced, order in (
            (ahead[row], angle <= degrees, 1), (behind[row], 180 - angle <= degrees, -1)
        ):  # fmt: skip
            sampled = at[::order][faced[::order]]
            if len(sampled):
                assert found == pytest.approx(sampled[0], abs=1.01 * (t1 - t0) / 399 + 1e-5)
            elif not np.isnan(found):  # faced between two samples at the most
                assert degrees < 180


def alive(gap, loss, crowd):
    z = loss / 2 / math.sqrt(crowd) if crowd else math.inf
    outlived = survival(gap, loss, crowd)
    return seconds_alive(
        gap, loss, crowd, outlived, math.exp(z * z) if z < 20 else math.inf, math.erfc(z)
    )


@given(st.floats(0.01, 5000), st.floats(0.5, 1e6), st.floats(0, 0.5))
@settings(max_examples=200, deadline=None)
def test_closed_forms_equal_quadrature(gap, memory, crowd):
    loss = 1 / memory
    rho = lambda u: survival(u, loss, crowd)  # noqa: E731
    far = min(gap, 45 * min(memory, 1 / math.sqrt(crowd) if crowd else memory))
    points = np.geomspace(far * 1e-6, far, 9)[:-1]
    once = quad(rho, 0, far, limit=400, epsabs=1e-12, epsrel=1e-12, points=points)[0]
    assert alive(gap, loss, crowd) == pytest.approx(once, rel=1e-9, abs=1e-9)
    both = quad(lambda u: rho(u) * rho(gap - u), 0, gap, limit=400, epsabs=1e-12,
                points=np.linspace(0, gap, 9)[1:-1])[0]  # fmt: skip
    assert seconds_alive_both(gap, loss, loss, crowd) == pytest.approx(both, rel=1e-7, abs=1e-9)


@given(
    st.floats(0.01, 500), st.floats(1e-6, 2), st.floats(1e-6, 2),
    st.one_of(st.just(0.0), st.floats(1e-12, 1e-6), st.floats(1e-6, 0.5)),
)  # fmt: skip
@example(10.0, 0.03, 0.0300001, 1e-8)  # the sum at eight nodes
@example(10.0, 0.08, 0.01, 0.004)  # just within it, and just beyond it
@example(10.0, 0.11, 0.01, 0.0051)
@settings(max_examples=300, deadline=None)
def test_alive_both_ways_equals_quadrature(gap, ahead, back, crowd):
    rho = lambda u: survival(u, ahead, crowd) * survival(gap - u, back, crowd)  # noqa: E731
    # cut where it is largest, and at the widths that it may have
    top = min(max(gap / 2 - (ahead - back) / (4 * crowd), 0.0), gap) if crowd else 0.0
    near = [1 / max(ahead, back), *([1 / math.sqrt(crowd)] if crowd else [])]
    cuts = [
        0.0,
        gap,
        top,
        *(s + k * w for s in (0, gap, top) for w in near for k in (-6, -1, 1, 6)),
    ]
    cuts = sorted({min(max(cut, 0.0), gap) for cut in cuts})
    # with its full output it does not warn where it comes near the last bits
    truth = sum(
        quad(rho, a, b, epsabs=0, epsrel=1e-11, full_output=1)[0] for a, b in pairwise(cuts)
    )
    found = seconds_alive_both(gap, ahead, back, crowd)
    assert found == pytest.approx(truth, rel=1e-9, abs=1e-200)
    assert seconds_alive_both(gap, back, ahead, crowd) == found


@pytest.mark.parametrize("z", [0.1, 5.0, 19.9, 20.1, 25.0, 60.0, 1e3, 1e6])
def test_a_track_without_end_lives_as_long_as_erfcx_says(z):
    """∫₀^∞ exp(−u − c u²) du = √π z erfcx(z) with z = 1 / (2 √c), to thirteen digits."""
    crowd = 1 / (2 * z) ** 2
    assert alive(1e9, 1.0, crowd) == pytest.approx(
        math.sqrt(math.pi) * z * erfcx(z), rel=2e-13 if z > 20 else 1e-12
    )


@given(st.floats(0, 1000), st.floats(0, 1000), st.floats(1, 1e4), st.floats(0, 1))
def test_a_sighting_between_two_gaps_never_hurts(a, b, memory, crowd):
    joined = survival(a + b, 1 / memory, crowd)
    assert survival(a, 1 / memory, crowd) * survival(b, 1 / memory, crowd) >= joined * (1 - 1e-12)


@given(st.floats(0.1, 1000), st.floats(0.1, 1000), st.floats(1, 1e4))
def test_a_longer_gap_is_outlived_less_often(gap, more, memory):
    for crowd in (0.0, 1e-4, 1.0):
        longer = survival(gap + more, 1 / memory, crowd)
        assert longer <= survival(gap, 1 / memory, crowd) <= 1


@pytest.mark.parametrize("seed", range(3))
def test_fuller_streets_lose_more_and_no_look_alikes_is_chance_alone(seed):
    world = _a_day_in(a_world(seed))
    base = by_person(hit_rate=(0.3,) * 4, memory_s=120)
    figures = [
        tracked(world, (60,), parameters=replace(base, crowd=crowd)).figures
        for crowd in ("quiet", "busy", "crush")
    ]
    for name in FIGURES[1:]:
        for fewer, more in pairwise(figures):
            assert (more[name] <= fewer[name] + 1e-12).all()
            assert more[name].sum() < fewer[name].sum()
        by_hour = tracked(world, (60,), parameters=replace(base, crowd="by_hour")).figures[name]
        assert (figures[2][name] - 1e-12 <= by_hour).all()
        assert (by_hour <= figures[0][name] + 1e-12).all()
    alone = replace(base, look_alike_share=0, crowd="by_hour")
    nobody = replace(base, walkers_per_m2=0)
    for name in FIGURES:
        np.testing.assert_allclose(
            *(tracked(world, (60,), parameters=p).figures[name] for p in (alone, nobody)),
            rtol=0, atol=1e-12,
        )  # fmt: skip


def test_without_look_alikes_a_gap_is_outlived_by_chance():
    assert line_world([(2, 0, 0, 0.0, 50.0)], parameters=by_person(
        look_alike_share=0, memory_s=30, hit_rate=(0, 0, 1, 1))
    ).figures["tracked_live"][0, 0, 2] == pytest.approx(
        (50 + 30 * (1 - math.exp(-50 / 30))) / 100
    )  # fmt: skip


def test_uptime_and_duty_lower_what_is_tracked_but_not_what_can_be_seen():
    world = a_world(31)
    streets, fleet, seen, trips = world
    full = tracked(world, (60,), parameters=TrackingParameters()).figures
    half = tracked(world, (60,), parameters=TrackingParameters(uptime=0.5)).figures
    none = tracked(world, (60,), parameters=TrackingParameters(uptime=0.0)).figures
    lazy = slow.fleet([
        {**head, "duty": 0.5}
        for head in fleet.heads[["x", "y", "rank", "site"]].to_dict("records")
    ])  # fmt: skip
    part = tracked((streets, lazy, Sightings(lazy, streets, seen.arrays), trips), (60,)).figures
    for other in (half, none, part):
        np.testing.assert_array_equal(other["observed_length"], full["observed_length"])
        for name in FIGURES:
            assert (other[name] <= full[name] + 1e-12).all()
    assert none["identified"].max() == 0
    assert 0 < part["identified"].sum() < full["identified"].sum()


def test_outages_are_drawn_per_head_from_the_seed():
    streets, _, seen, trips = a_world(31)
    pieces, half = slow.first_seen(seen), TrackingParameters(uptime=0.5)
    days = [
        follow_walks(CityOf(streets), seen, trips, (60,), pieces=pieces, parameters=half, seed=seed)
        .figures["identified"]
        for seed in (1, 1, 2)
    ]  # fmt: skip
    np.testing.assert_array_equal(days[0], days[1])
    assert (days[0] != days[2]).any()


@pytest.mark.parametrize(
    ("name", "value"),
    [("memory_s", 0.0), ("memory_s", math.nan), ("look_alike_share", 1.5), ("uptime", -0.1),
     ("facing_degrees", 200.0), ("hit_rate", (0, 0, 1, 2)), ("hit_rate", (0.5,)),
     ("walkers_per_m2", -1.0), ("crowd", "full")],
)  # fmt: skip
def test_parameters_that_cannot_be(name, value):
    with pytest.raises(InputError) as error:
        TrackingParameters(**{name: value})
    assert error.value.key == f"tracking.{name}"


def test_memory_lies_between_published_re_identification_results():
    text = files("sim.facts").joinpath("reidentification.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    memory = [-60 / math.log(float(row["rank1"])) for row in rows]
    assert min(memory) == pytest.approx(93, abs=1)
    assert max(memory) == pytest.approx(1805, abs=1)
    assert min(memory) < TrackingParameters.memory_s < max(memory)
    assert all(row["seen"] and row["trust"] in {"A", "B", "C"} for row in rows)
