"""What rules change: laws for every walk, cases by hand, and the ready cases on a real city."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tracking as slow
from test_exposure import CityOf, a_world

from sim.cameras.optics import TASKS
from sim.cameras.software import SOFTWARE_CASES
from sim.city.loaders import load_city
from sim.errors import InputError
from sim.sight.ranks import first_seen
from sim.sight.sightings import Sightings, see
from sim.tracking import watched
from sim.tracking.parameters import TrackingParameters
from sim.tracking.policy import (
    FIGURES,
    POLICIES,
    Policy,
    compare_policies,
    linked,
    masked,
    strongest_first,
)
from sim.tracking.report import follow_walks
from sim.trips.demand import sample_trips

TOTALS = (20, 60)
PARAMETERS = TrackingParameters(hit_rate=(0.2, 0.4, 0.6, 0.9), memory_s=60)
LIVE = Policy("base")


def owned(seed):
    """A world whose heads belong to three owners in turn."""
    streets, fleet, seen, trips = a_world(seed)
    owners = np.array(["police", "department", "mall"], object)
    fleet.heads["owner"] = owners[np.arange(len(fleet)) % 3]
    return streets, fleet, seen, trips


def compared(world, *policies, totals=TOTALS, **options):
    streets, _, seen, trips = world
    options = {"parameters": PARAMETERS, "workers": 1} | options
    return compare_policies(CityOf(streets), seen, trips, totals, (LIVE, *policies), **options)


def figures(table, name):
    """Figures of one policy, shape (totals × tasks, figures)."""
    return table.loc[table["policy"] == name, list(FIGURES)].to_numpy()


@given(st.integers(0, 10_000), st.floats(0.01, 100), st.floats(0.1, 100))
@settings(max_examples=10, deadline=None)
def test_off_afterwards_live(seed, kept, delay):
    days = {"retention_days": kept, "request_delay_days": delay}
    table = compared(
        owned(seed),
        Policy("off", recognition="off", **days),
        Policy("afterwards", recognition="afterwards", **days),
        Policy("live", **days),
    )
    off, afterwards, live = (figures(table, name) for name in ("off", "afterwards", "live"))
    assert (off[:, :4] == 0).all()
    assert (off <= afterwards).all()
    assert (afterwards <= live + 1e-12).all()
    assert (afterwards[:, 0] == 0).all()
    assert (live[:, 4] == off[:, 4]).all()  # what is seen does not depend on recognition


@given(st.integers(0, 10_000), st.floats(0, 400), st.floats(0, 400))
@settings(max_examples=10, deadline=None)
@pytest.mark.parametrize("recognition", ["afterwards", "live"])
def test_longer_retention_never_lowers(recognition, seed, one, other):
    short, long = sorted((one, other))
    table = compared(
        owned(seed),
        Policy("short", recognition, retention_days=short),
        Policy("long", recognition, retention_days=long),
    )
    assert (figures(table, "short") <= figures(table, "long") + 1e-12).all()


@given(st.integers(0, 10_000), st.sets(st.sampled_from(["police", "department", "mall"])))
@settings(max_examples=12, deadline=None)
def test_fewer_linked_owners_never_raise(seed, owners):
    some = tuple(sorted(owners))
    table = compared(
        owned(seed),
        Policy("some", linked_owners=some),
        Policy("fewer", linked_owners=some[1:]),
        Policy("all three", linked_owners=("police", "department", "mall")),
    )
    assert (figures(table, "fewer") <= figures(table, "some") + 1e-12).all()
    assert (figures(table, "some") <= figures(table, "base") + 1e-12).all()
    assert (figures(table, "all three") == figures(table, "base")).all()


@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=10, deadline=None)
def test_masks_outages_and_fewer_cameras_never_raise(seed, one, other, left):
    low, high = sorted((one, other))
    table = compared(
        owned(seed),
        Policy("few covered", covered_share=low, covered_hit=left),
        Policy("more covered", covered_share=high, covered_hit=left),
        Policy("low uptime", uptime=low),
        Policy("high uptime", uptime=high),
        Policy("few", camera_share=max(low, 0.01)),
        Policy("more", camera_share=max(high, 0.01)),
    )
    for less, more in (
        ("more covered", "few covered"),
        ("few covered", "base"),
        ("low uptime", "high uptime"),
        ("high uptime", "base"),
        ("few", "more"),
        ("more", "base"),
    ):
        assert (figures(table, less) <= figures(table, more) + 1e-12).all(), less


def test_the_base_is_what_track_gives():
    world = owned(3)
    streets, _, seen, trips = world
    table = compared(world, Policy("the same"), Policy("kept for ever", retention_days=1e9))
    report = follow_walks(CityOf(streets), seen, trips, TOTALS, parameters=PARAMETERS, workers=1)
    for name in ("tracked_live", "identified", "observed_length"):
        truth = report.figures[name].mean(axis=0).ravel()
        assert table.loc[table["policy"] == "base", name].to_numpy() == pytest.approx(truth)
    ever = table.loc[table["policy"] == "kept for ever", "tracked"].to_numpy()
    afterwards = report.figures["tracked_afterwards"].mean(axis=0).ravel()
    assert ever == pytest.approx(afterwards)
    same = table[table["policy"] == "the same"]
    assert (same[[f"{name}_change" for name in FIGURES]] == 0).all(axis=None)
    assert (same["rules_changed"] == 0).all()


def test_retention_by_hand():
    assert Policy("a", retention_days=7, request_delay_days=7).still_kept == pytest.approx(
        1 - 1 / math.e
    )
    assert Policy("a", retention_days=0).still_kept == 0
    table = compared(owned(3), Policy("half", "afterwards", 7 * math.log(2), 7))
    before = table.loc[table["policy"] == "base", "tracked_afterwards"].to_numpy()
    after = table.loc[table["policy"] == "half", "tracked_afterwards"].to_numpy()
    assert after == pytest.approx(before / LIVE.still_kept / 2)


def test_covering_is_a_mixture_of_walkers(monkeypatch):
    world = owned(3)
    streets, _, seen, trips = world
    table = compared(world, Policy("third", covered_share=1 / 3, covered_hit=0.5))
    means = []
    for factor in (1.0, 0.5):
        hit = tuple(factor * rate for rate in PARAMETERS.hit_rate)
        lenient = replace(SOFTWARE_CASES["lenient"], hit_rate=factor * 0.89)
        monkeypatch.setattr(watched, "SOFTWARE_CASES", {"lenient": lenient})
        parameters = TrackingParameters(hit_rate=hit, memory_s=60)
        figures = follow_walks(
            CityOf(streets), seen, trips, TOTALS, parameters=parameters, workers=1
        ).figures
        means.append(figures)
    for name in ("tracked_live", "identified"):
        bare, covered = (figures[name].mean(axis=0).ravel() for figures in means)
        mixed = table.loc[table["policy"] == "third", name].to_numpy()
        assert mixed == pytest.approx(2 / 3 * bare + 1 / 3 * covered)
        assert mixed.max() > 0


def test_the_change_is_paired_and_its_error_is_of_persons():
    world = owned(3)
    streets, _, seen, trips = world
    table = compared(world, Policy("police", linked_owners=("police",)))
    city = CityOf(streets)
    mine = seen.fleet.heads["owner"].to_numpy() == "police"
    apart = Sightings(seen.fleet, seen.streets, masked(seen.arrays, mine))
    live = [
        follow_walks(city, s, trips, TOTALS, parameters=PARAMETERS, workers=1).figures[
            "tracked_live"
        ]
        for s in (seen, apart)
    ]
    change = (live[1] - live[0]).reshape(len(trips), -1)
    rows = table[table["policy"] == "police"]
    assert rows["tracked_live_change"].to_numpy() == pytest.approx(change.mean(axis=0))
    error = change.std(axis=0, ddof=1) / np.sqrt(len(trips))
    assert rows["tracked_live_change_se"].to_numpy() == pytest.approx(error)
    removed = [(~mine & (seen.fleet.arrays.rank <= total)).sum() for total in TOTALS]
    assert rows["heads_removed"].to_numpy().reshape(2, 4).tolist() == [[r] * 4 for r in removed]
    known = rows[rows["heads_removed"] > 0]
    each = known["tracked_change"] / known["heads_removed"]
    assert known["tracked_change_per_head"].to_numpy() == pytest.approx(each.to_numpy())


@pytest.mark.parametrize("seed", range(4))
def test_ranks_of_linked_owners_are_those_under_the_mask(seed):
    """A head that is left out may have hidden a later one's rank; both ways agree on that."""
    _, fleet, seen, _ = owned(seed)
    wanted = ("department", "mall")
    mask = fleet.heads["owner"].isin(wanted).to_numpy()
    under_mask = first_seen(seen, heads=mask).arrays
    alone = linked(seen, wanted).first_seen.arrays
    for name in under_mask._fields:
        np.testing.assert_array_equal(getattr(alone, name), getattr(under_mask, name))
    a = linked(seen, wanted).arrays
    assert mask[a.head].all()
    assert (np.diff(a.edge_ptr, axis=1) >= 0).all()
    assert a.edge_ptr[-1, -1] == len(a.head) == mask[seen.arrays.head].sum()


def test_named_walks_do_not_count_and_nobody_is_no_number():
    world = owned(3)
    world[3].table.loc[0, "named"] = True
    some = compared(world)
    world[3].table["named"] = True
    none = compared(world, POLICIES[2])
    assert some["tracked"].notna().all()
    assert none[list(FIGURES)].isna().all(axis=None)


@pytest.mark.parametrize(
    ("key", "value"),
    [("recognition", "sometimes"), ("retention_days", -1), ("retention_days", math.inf),
     ("request_delay_days", 0), ("linked_owners", ("polise",)), ("uptime", 1.2),
     ("covered_share", math.nan), ("covered_hit", 2), ("camera_share", 0)],
)  # fmt: skip
def test_what_cannot_be_is_refused(key, value):
    with pytest.raises(InputError, match=f"policy odd: {key} is"):
        Policy("odd", **{key: value})


def test_names_are_needed_once():
    with pytest.raises(InputError, match="stands twice"):
        compared(owned(3), LIVE)
    streets, _, seen, trips = owned(3)
    with pytest.raises(InputError, match="none given"):
        compare_policies(CityOf(streets), seen, trips, TOTALS, ())


def test_ready_cases_change_few_rules():
    base = POLICIES[0]
    assert base.rules_changed(base) == 0
    for policy in POLICIES[1:]:
        assert policy.rules_changed(base) + (policy.camera_share < 1) in (1, 2), policy.name


@pytest.mark.slow
def test_ready_cases_on_real_streets():
    city = load_city("mong_kok_core")
    rng = np.random.default_rng(4)
    nodes = city.streets.nodes.geometry
    spots = nodes.iloc[rng.choice(len(nodes), 120, replace=False)]
    owners = ("police", "department", "mall")
    fleet = slow.fleet([
        {"x": p.x + 2, "y": p.y + 2, "rank": 500 * (i + 1), "site": i, "owner": owners[i % 3]}
        for i, p in enumerate(spots)
    ])  # fmt: skip
    trips = sample_trips(city, people=60, seed=4)
    table = compare_policies(city, see(city, fleet, threads=1), trips, (4_000, 60_000), seed=4)
    assert len(table) == len(POLICIES) * 2 * len(TASKS)
    assert (table["tracked"] <= 1).all()
    assert (table["tracked_change"] <= 1e-12).all()  # no ready case allows more than the base
    order = strongest_first(table, 60_000, "recognise")
    assert order["policy"].iloc[0] == "off"
    assert order["tracked_change"].is_monotonic_increasing
    assert order.set_index("policy").loc["half the cameras", "heads_removed"] == 60


@pytest.mark.parametrize("seed", [3, 8])
def test_a_function_is_a_policy_as_the_ready_ones_are(seed):
    world = owned(seed)
    asked = []

    def police(heads):
        asked.append(len(heads))
        return heads["owner"] == "police"

    def everything(heads):
        heads["owner"] = "nobody"  # a copy: nothing of the fleet's own
        return np.ones(len(heads), bool)

    ready = Policy("police heads", linked_owners=("police",))
    with_rest = Policy("nearby and afterwards", recognition="afterwards", joins=police)
    afterwards = replace(ready, name="both", recognition="afterwards")
    table = compared(world, ready, police, everything, with_rest, afterwards)
    assert asked == [len(world[1])] * 2
    np.testing.assert_array_equal(figures(table, "police"), figures(table, "police heads"))
    np.testing.assert_array_equal(figures(table, "everything"), figures(table, "base"))
    np.testing.assert_array_equal(figures(table, "nearby and afterwards"), figures(table, "both"))
    by_name = table.set_index("policy")
    for name in ("police", "police heads"):
        assert (by_name.loc[name, "rules_changed"] == 1).all()
    same = ["heads", "heads_removed"]
    assert by_name.loc["police", same].to_numpy().tolist() == (
        by_name.loc["police heads", same].to_numpy().tolist()
    )
    assert (figures(table, "police") <= figures(table, "base") + 1e-12).all()


def test_the_faults_of_a_function_name_the_policy():
    world = owned(3)
    count = len(world[1])

    def mine(_):
        return 1 / 0

    for function, said in (
        (mine, r'^policy "mine" fails \(ZeroDivisionError: division by zero\); fix it$'),
        (lambda _: [True], rf'^policy "<lambda>" returns the shape \(1,\); .* {count} heads'),
        (lambda _: True, r"returns the shape \(\); return True or False"),
        (lambda heads: heads[["owner"]] == "police", r"returns the shape \(\d+, 1\)"),
        (lambda heads: heads["mount"], r"returns float64 and not truth values; return True"),
        (lambda heads: heads["owner"], r"and not truth values; return True"),
        (lambda heads: np.full(len(heads), np.nan), r"returns missing values \(NaN\); return True"),
        (lambda heads: [None, *[True] * (len(heads) - 1)], r"returns missing values"),
    ):
        with pytest.raises(InputError, match=said) as caught:
            compared(world, function)
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match=r"^policies\[1\]: is 'off'; give a Policy, or a function"):
        compared(world, "off")
    with pytest.raises(InputError, match="stands twice"):
        compared(world, lambda heads: heads["rank"] > 0, lambda heads: heads["rank"] > 1)
    with pytest.raises(InputError, match="joins is 5; give a function"):
        Policy("mine", joins=5)
