"""Growth: sums are exact, nobody ever loses a head, and the fleet at N is the heads of rank ≤ N."""

from fractions import Fraction

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from sim.apportionment import sainte_lague
from sim.area import Area, DistrictPart, districts
from sim.cameras.fleet import OWNERS, Fleet
from sim.city.loaders import load_city
from sim.errors import InputError
from sim.pipeline.simulate import placed, placements_of
from sim.pipeline.user_inputs import OwnInputs
from sim.placement.growth import (
    STREET_SHARES,
    dated,
    region_heads,
)
from sim.placement.parameters import AS_PLANNED, PHASES, SHARE_RULES, Objective, Phase
from sim.scenario.schema import Scenario

weights = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=20)
SQUARE = box(835000, 820000, 836000, 821000)


def area(*parts: DistrictPart) -> Area:
    return Area("test", "試", SQUARE, SQUARE, "EPSG:2326", parts, 0.0)


PART = DistrictPart("Yau Tsim Mong", 90_000, 1.0, 20.0)


def highest_quotients(weights: list[float], total: int) -> np.ndarray:
    """The definition, one seat at a time, in fractions: weights count as they are written."""
    written = [Fraction(repr(weight)) for weight in weights]
    seats, quotient = np.zeros(len(weights), int), list(written)
    for _ in range(total):
        who = quotient.index(max(quotient))
        seats[who] += 1
        quotient[who] = written[who] / (2 * int(seats[who]) + 1)
    return seats


@example([333334, 999999.9999999999, 1000000], 4)  # in floating point a tie
@given(weights, st.integers(1, 300))
def test_apportionment_equals_its_definition(shares, total):
    who = sainte_lague(shares, total)
    assert len(who) == total
    assert (
        np.bincount(who, minlength=len(shares)).tolist()
        == highest_quotients(shares, total).tolist()
    )


@given(weights, st.integers(1, 2000), st.integers(0, 500))
def test_no_one_loses_a_seat_as_the_total_grows(shares, total, more):
    assert (sainte_lague(shares, total + more)[:total] == sainte_lague(shares, total)).all()


def test_all_60000_heads_of_the_city_fall_to_some_district():
    people = [d.population for d in districts()]
    seats = np.bincount(sainte_lague(people, 60_000), minlength=18)
    assert seats.sum() == 60_000
    quota = np.array(people) / sum(people) * 60_000
    assert np.abs(seats - quota).max() < 1


@pytest.mark.parametrize("bad", [[], [0.0, 0.0], [-1.0, 2.0], [float("nan")]])
def test_weights_that_share_nothing_are_refused(bad):
    with pytest.raises(InputError):
        sainte_lague(bad, 10)


@pytest.mark.parametrize("rule", ["population", "streets"])
@pytest.mark.parametrize("case", sorted(STREET_SHARES))
def test_the_fleet_at_n_is_the_heads_of_rank_up_to_n(rule, case):
    whole = region_heads(area(PART), 60_000, share_rule=rule, street_share=case)
    assert (np.diff(whole.rank) > 0).all()
    for total in (1, 4_000, 11_000, 37_123):
        small = region_heads(area(PART), total, share_rule=rule, street_share=case)
        known = whole.rank <= total
        assert (small.rank == whole.rank[known]).all()
        assert (small.owner == whole.owner[known]).all()


def test_a_region_gets_its_share_of_its_district():
    heads = region_heads(area(PART), 60_000, street_share="high")
    assert len(heads.rank) == len(heads.announced)
    assert len(heads.rank) == pytest.approx(60_000 * 90_000 / 7_411_945, abs=2)


def test_street_shares_are_kept_for_every_owner():
    heads = region_heads(area(PART), 60_000, street_share="middle")
    everyone = region_heads(area(PART), 60_000, street_share="high")
    for code, owner in enumerate(OWNERS):
        all_of = (everyone.owner == code).sum()
        assert (heads.owner == code).sum() == pytest.approx(
            all_of * STREET_SHARES["middle"][owner], abs=1
        )


def test_phases_give_owners_and_years():
    heads = region_heads(area(PART), 60_000, street_share="high")
    first = heads.rank <= PHASES[0].total
    assert {OWNERS[code] for code in heads.owner[first]} == {"police"}
    assert set(heads.year[first]) == {2025}
    assert set(heads.year) == {2025, 2026, 2028}


def test_direct_totals_are_the_area_itself():
    heads = region_heads(area(), 500, share_rule="direct", street_share="high")
    assert heads.rank.tolist() == list(range(1, 501))


def test_outside_hong_kong_only_direct_counts_make_sense():
    with pytest.raises(InputError, match="direct"):
        region_heads(area(), 500)


@settings(max_examples=25)
@given(st.floats(0.001, 1.0), st.integers(1, 5000))
def test_a_given_share_is_kept(share, total):
    heads = region_heads(area(), total, share_rule="given", share=share, street_share="high")
    assert len(heads.announced) == pytest.approx(total * share, abs=1)


# Every total from 1 to 60,000, and not a sample of them: an apportionment is right if and only if
# no one's last seat has a lower quotient than anybody's next (Balinski and Young), so the seats of
# all totals can be checked side by side.

EVERY = np.arange(1, 60_001)
FIELDS = {"population": "population", "streets": "carriageway_km"}


def seats_at_every_total(who, parties):
    """Seats of each party at each total from 1, shape (totals, parties)."""
    return np.cumsum(who[:, None] == np.arange(parties), axis=0)


def rightly_shared(seats, weight):
    """Whether each row of seats is a Sainte-Laguë apportionment."""
    last = np.where(seats > 0, weight / np.maximum(2 * seats - 1, 1), np.inf)
    following = weight / (2 * seats + 1)
    return bool((last.min(axis=1) >= following.max(axis=1) * (1 - 1e-12)).all())


@pytest.mark.parametrize("field", FIELDS.values())
def test_at_every_total_the_districts_hold_it_exactly_and_rightly(field):
    weight = np.array([float(getattr(d, field)) for d in districts()])
    seats = seats_at_every_total(sainte_lague(weight, 60_000), 18)
    assert (seats.sum(axis=1) == EVERY).all()
    assert (np.diff(seats, axis=0) >= 0).all()
    assert rightly_shared(seats, weight)
    quota = np.outer(EVERY, weight / weight.sum())
    assert np.abs(seats - quota).max() < 2


@pytest.mark.slow
@pytest.mark.parametrize("rule", FIELDS)
@pytest.mark.parametrize("held", [0.0005, 0.0713, 0.5, 0.99])
def test_at_every_total_an_area_and_the_rest_hold_their_district(rule, held):
    for number, district in enumerate(districts()):
        whole = float(getattr(district, FIELDS[rule]))
        everyone = [float(getattr(d, FIELDS[rule])) for d in districts()]
        of_district = np.cumsum(sainte_lague(everyone, 60_000) == number)
        announced = region_heads(area(part_of(district, held)), 60_000, share_rule=rule).announced
        of_area = np.searchsorted(announced, EVERY, side="right")
        seats = np.column_stack([of_area, of_district - of_area])
        assert (seats >= 0).all()
        assert rightly_shared(seats, np.array([whole * held, whole - whole * held]))


@pytest.mark.parametrize("held", [0.0005, 0.021, 0.4999, 1.0])
def test_at_every_total_a_given_share_is_rightly_shared(held):
    announced = region_heads(area(), 60_000, share_rule="given", share=held).announced
    of_area = np.searchsorted(announced, EVERY, side="right")
    seats = np.column_stack([of_area, EVERY - of_area])
    assert rightly_shared(seats, np.array([held, 1 - held]))


@pytest.mark.parametrize("rule", FIELDS)
def test_areas_that_make_up_the_city_hold_every_head_once(rule):
    # an irrational share, so that the two never tie: either would then take the head
    found = [
        region_heads(area(part_of(district, held)), 60_000, share_rule=rule).announced
        for district in districts()
        for held in (1 / np.pi, 1 - 1 / np.pi)
    ]
    assert (np.sort(np.concatenate(found)) == EVERY).all()


def part_of(district, held):
    return DistrictPart(
        district.name, district.population * held, district.land_km2 * held,
        district.carriageway_km * held,
    )  # fmt: skip


mixes = st.dictionaries(st.sampled_from(OWNERS), st.floats(0.1, 9), min_size=1)


@st.composite
def own_phases(draw):
    totals = sorted(draw(st.sets(st.integers(1, 70_000), min_size=1, max_size=5)))
    years = sorted(draw(st.lists(st.integers(2020, 2035), min_size=5, max_size=5)))
    return [Phase(t, y, draw(mixes)) for t, y in zip(totals, years, strict=False)]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([rule for rule in SHARE_RULES if rule != AS_PLANNED]),
    st.integers(1, 60_000),
    st.integers(0, 5_000),
    st.one_of(st.just(0.0), st.floats(0, 1)),
    st.one_of(st.just(PHASES), own_phases()),
    st.sampled_from(sorted(STREET_SHARES)),
    st.floats(0.001, 1.0),
)
def test_no_head_changes_as_the_total_grows(rule, total, more, mobile, phases, case, held):
    where = area(*(part_of(d, held) for d in districts()[3:7]))
    share = held if rule == "given" else None
    small, large = (
        region_heads(where, n, share_rule=rule, share=share, street_share=case,
                     mobile_share=mobile, phases=phases)
        for n in (total, total + more)
    )  # fmt: skip
    known = large.rank <= total
    for name in ("rank", "owner", "year"):
        assert (getattr(large, name)[known] == getattr(small, name)).all()
    assert (large.announced[large.announced <= total] == small.announced).all()
    assert (large.mobile[large.mobile <= total] == small.mobile).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60_000), st.floats(0, 1), st.sampled_from(sorted(STREET_SHARES)))
def test_heads_are_mobile_or_fixed_and_mobile_ones_have_their_share(total, mobile, case):
    heads = region_heads(area(), total, share_rule="direct", mobile_share=mobile,
                         street_share=case)  # fmt: skip
    assert (heads.announced == np.arange(1, total + 1)).all()
    assert not np.isin(heads.rank, heads.mobile).any()
    assert np.isin(heads.rank, heads.announced).all()
    # at every total, not only at the last
    count = np.searchsorted(heads.mobile, heads.announced, side="right")
    assert np.abs(count - mobile * heads.announced).max() <= 0.5 + 1e-6
    if case == "high":
        assert len(heads.rank) + len(heads.mobile) == total


@settings(max_examples=40, deadline=None)
@given(own_phases(), st.integers(1, 60_000))
def test_each_phase_has_its_own_owners_and_year(phases, total):
    heads = region_heads(area(), total, share_rule="direct", street_share="high", phases=phases)
    begin = 0
    later = Phase(10**6, phases[-1].year + 1, phases[-1].mix)
    for phase in (*phases, later):
        mine = (heads.rank > begin) & (heads.rank <= phase.total)
        assert (heads.year[mine] == phase.year).all()
        counts = np.bincount(heads.owner[mine], minlength=len(OWNERS))
        weight = np.array([phase.mix.get(name, 0.0) for name in OWNERS])
        assert np.abs(counts - weight / weight.sum() * mine.sum()).max() < 2
        begin = max(begin, phase.total)


@pytest.mark.parametrize(
    ("phases", "said"),
    [
        ([], "at least one"),
        ([Phase(4000, 2025, {"police": 1}), Phase(4000, 2026, {"mall": 1})], "in order"),
        ([Phase(4000, 2025, {"police": 1}), Phase(9000, 2024, {"mall": 1})], "in order"),
        ([Phase(4000, 2025, {"polise": 1})], "no owner"),
        ([Phase(4000, 2025, {"police": 0})], "nobody"),
    ],
)
def test_phases_that_are_no_growth_are_refused(phases, said):
    with pytest.raises(InputError, match=said):
        region_heads(area(PART), 100, phases=phases)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"mobile_share": 1.2}, "0..1"),
        ({"mobile_share": float("nan")}, "0..1"),
        ({"share_rule": "given", "share": 1.2}, "0..1"),
        ({"share_rule": "given"}, "needs a share"),
        ({"street_share": "some"}, "low, middle, high"),
        ({"street_share": {"police": 1.0}}, "every owner"),
    ],
)
def test_shares_that_are_none_are_refused(wrong, said):
    with pytest.raises(InputError, match=said):
        region_heads(area(PART), 100, **wrong)


def fleet_of(ranks, **columns):
    points = gpd.points_from_xy(range(len(ranks)), [0] * len(ranks))
    heads = {"rank": ranks, "camera_type": "typical", "heading": 0.0, "status": "simulated"}
    table = gpd.GeoDataFrame({**heads, **columns}, geometry=points, crs="EPSG:2326")
    return Fleet.from_heads(table)


@pytest.mark.parametrize(
    ("totals", "dates", "years"),
    [
        ((10, 20, 30), ("2025", "2026-02", "2028-12-31"), [2025, 2025, 2026, 2026, 2028]),
        ((10, 20, 30), ("2027-02", "2027-12", "2030"), [2027, 2027, 2027, 2027, 2030]),
        ((30,), ("2041",), [2041] * 5),
        ((5, 9, 30), ("2001", "2002", "2003"), [2001, 2003, 2003, 2003, 2003]),
        ((10, 20, 30), (), [2019] * 5),
    ],
)
def test_years_follow_the_dates_of_the_totals(totals, dates, years):
    fleet = fleet_of([1, 10, 11, 20, 30], year=2019)
    assert dated(fleet, totals, dates).heads["year"].tolist() == years
    assert dated(fleet, totals, dates).heads["year"].dtype == fleet.heads["year"].dtype


def test_cameras_that_stand_keep_their_years():
    fleet = fleet_of([1, 2, 3], year=[1999, 0, 2020], status=["mapped", "listed", "simulated"])
    assert dated(fleet, (2, 3), ("2025", "2026")).heads["year"].tolist() == [1999, 0, 2026]


@pytest.mark.parametrize(
    "cameras",
    [
        {"totals": {"2025-10": 4000, "2027-02": 31000, "2028": 60000}},
        {"totals": [4000, 31000, 60000], "dates": [2025, "2027-02", 2028]},
        {"totals": [4000, 31000, 60000], "dates": [2025, 2027, 2028],
         "phases": [{"total": 4000, "year": 2030, "owners": {"police": 1}}]},
    ],
)  # fmt: skip
def test_a_scenario_dates_its_cameras(cameras):
    scenario = Scenario.model_validate(
        {"name": "a", "area": "mong_kok_core", "cameras": {**cameras, "strategy": "random"}}
    )
    heads = placed(
        scenario,
        placements_of(
            scenario, load_city("mong_kok_core"), OwnInputs(None, None, None, Objective())
        ),
        0,
    )
    spans = heads.heads.groupby("year")["rank"].agg(["min", "max"])
    assert spans.index.tolist() == [2025, 2027, 2028]
    assert spans["max"].tolist()[:2] <= [4000, 31000]
    assert spans["min"].tolist()[1:] >= [4001, 31001]
