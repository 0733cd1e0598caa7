"""Growth: sums are exact, nobody ever loses a head, and the fleet at N is the heads of rank ≤ N."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from sim.area import Area, DistrictPart, districts
from sim.cameras.fleet import OWNERS
from sim.errors import InputError
from sim.placement.growth import PHASES, STREET_SHARES, region_heads, sainte_lague

weights = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=20)
SQUARE = box(835000, 820000, 836000, 821000)


def area(*parts: DistrictPart) -> Area:
    return Area("test", "試", SQUARE, SQUARE, "EPSG:2326", parts, 0.0)


PART = DistrictPart("Yau Tsim Mong", 90_000, 1.0, 20.0)


def highest_quotients(weights: list[float], total: int) -> np.ndarray:
    """The definition, one seat at a time."""
    seats = np.zeros(len(weights), int)
    for _ in range(total):
        quotient = np.array(weights) / (2 * seats + 1)
        seats[int(quotient.argmax())] += 1
    return seats


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
