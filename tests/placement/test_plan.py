"""The announced plan: its totals, its splits, and that a row changes only what it says."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

import sim
from sim.apportionment import sainte_lague
from sim.area import Area, DistrictPart, districts
from sim.cameras.fleet import OWNERS
from sim.city.census import ELSEWHERE, NEW_TERRITORIES, commuting, daytime_population
from sim.errors import InputError
from sim.placement.growth import region_heads
from sim.placement.parameters import AS_PLANNED, OF_DISTRICTS, Phase, Plan
from sim.placement.plan import (
    announced,
    announced_cost,
    announced_plans,
    district_weights,
    planned_heads,
)

SQUARE = box(835000, 820000, 836000, 821000)
PARTS = (
    DistrictPart("Yau Tsim Mong", 90_000, 1.0, 20.0),
    DistrictPart("Sha Tin", 60_000, 2.0, 30.0),
)
AREA = Area("test", "試", SQUARE, SQUARE, "EPSG:2326", PARTS, 0.0)
URBAN = {
    "Central and Western", "Wan Chai", "Eastern", "Southern", "Yau Tsim Mong", "Sham Shui Po",
    "Kowloon City", "Wong Tai Sin", "Kwun Tong",
}  # fmt: skip


def test_the_announced_totals_are_reproduced():
    totals = [phase.total for phase in announced().phases]
    assert {4_000, 11_000, 60_000, 66_500} <= set(totals)
    years = {phase.total: phase.year for phase in announced().phases}
    assert (years[4_000], years[60_000], years[66_500]) == (2025, 2028, 2031)
    for total in (4_000, 11_000, 60_000, 66_500):
        heads = planned_heads(announced(), total)
        assert len(heads.rank) == total
        assert np.bincount(heads.owner, minlength=len(OWNERS)).sum() == total
        assert np.bincount(heads.district, minlength=18).sum() == total


def test_the_polices_cameras_are_as_announced():
    police = OWNERS.index("police")
    heads = planned_heads(announced(), 66_500)
    upto = {total: int((heads.owner[:total] == police).sum()) for total in (4_000, 11_000, 51_000)}
    assert upto == {4_000: 4_000, 11_000: 5_000, 51_000: 15_100}
    assert (heads.year[:51_000] <= 2027).all()


def test_the_first_own_cameras_stand_on_the_island_and_in_kowloon():
    names = [district.name for district in districts()]
    heads = planned_heads(announced(), 11_000)
    assert {names[i] for i in heads.district[:5_000]} == URBAN
    assert {names[i] for i in heads.district[5_000:]} == set(names)
    urban = planned_heads(announced("announced_all_urban"), 31_000)
    assert {names[i] for i in urban.district[:11_000]} == URBAN
    assert {names[i] for i in urban.district[11_000:]} == set(names)


@pytest.mark.parametrize("name", announced_plans())
@pytest.mark.parametrize("rule", OF_DISTRICTS)
def test_no_district_loses_a_head_and_every_reading_has_the_totals(name, rule):
    plan = announced(name)
    assert [phase.total for phase in plan.phases] == [p.total for p in announced().phases]
    whole = planned_heads(plan, 66_500, rule)
    for total in (1, 999, 4_000, 4_001, 30_123, 60_000):
        part = planned_heads(plan, total, rule)
        for one, other in zip(part[:5], whole[:5], strict=True):
            assert (one == other[:total]).all()


def test_every_line_has_its_source_and_trust():
    for phase in announced().phases:
        assert all((phase.said, phase.source, phase.trust)), phase.name
        assert set(phase.mix) <= set(phase.strategy)
        assert set(phase.linked) <= set(phase.mix)
    lines = announced_cost()
    assert lines[0].million_hkd == 4060
    assert sum(line.million_hkd for line in lines[1:]) < 4060
    assert all(line.source and line.trust for line in lines)


owners = st.dictionaries(st.sampled_from(OWNERS), st.integers(1, 9), min_size=1)
places = st.lists(st.sampled_from([d.name for d in districts()]), unique=True, max_size=5)


@given(st.data(), st.integers(0, 2), owners, places)
@settings(max_examples=60)
def test_a_change_of_a_row_changes_only_what_it_says(data, number, mix, where):
    plan = Plan("own", tuple(
        Phase(total, year, data.draw(owners), districts=tuple(data.draw(places)))
        for total, year in ((300, 2025), (900, 2026), (2_000, 2028))
    ))  # fmt: skip
    rule = data.draw(st.sampled_from(OF_DISTRICTS))
    changed = replace(plan.phases[number], mix=mix, districts=tuple(where))
    other = Plan("own", tuple(changed if i == number else p for i, p in enumerate(plan.phases)))
    before, after = (region_heads(AREA, 2_000, plan=p, share_rule=rule) for p in (plan, other))
    begin = plan.phases[number - 1].total if number else 0
    same = [(h.rank <= begin) | (h.rank > changed.total) for h in (before, after)]
    for column in ("rank", "owner", "year", "linked", "district"):
        assert (getattr(before, column)[same[0]] == getattr(after, column)[same[1]]).all()


def test_what_is_linked_is_what_the_plan_names():
    plan = announced()
    heads = planned_heads(plan, 66_500)
    begin = 0
    for phase in plan.phases:
        part = slice(begin, phase.total)
        own = np.isin(heads.owner[part], [OWNERS.index(name) for name in phase.linked])
        assert (heads.linked[part] == own).all(), phase.name
        begin = phase.total
    assert not heads.linked[:5_000].any()  # the police's own
    assert heads.linked[5_000:11_000].all()
    here = region_heads(AREA, 66_500, plan=plan, share_rule=AS_PLANNED)
    assert (here.linked == heads.linked[here.rank - 1]).all()
    assert not region_heads(AREA, 4_000).linked.any()


@given(owners, st.integers(1, 3_000))
@settings(max_examples=40)
def test_owners_and_districts_of_a_phase_are_in_proportion(mix, total):
    plan = Plan("own", (Phase(5_000, 2025, mix),), "population")
    heads = planned_heads(plan, total)
    weight = district_weights("population")
    for name, share in mix.items():
        own = heads.owner == OWNERS.index(name)
        assert abs(own.sum() - total * share / sum(mix.values())) < len(mix)
        seats = np.bincount(heads.district[own], minlength=18)
        assert np.abs(seats - own.sum() * weight / weight.sum()).max() < 2


def test_a_region_gets_its_part_of_each_district():
    heads = region_heads(AREA, 66_500, plan=announced(), share_rule=AS_PLANNED, street_share="high")
    city = planned_heads(announced(), 66_500)
    for part in PARTS:
        number = [district.name for district in districts()].index(part.district)
        whole = districts()[number].carriageway_km
        expected = (city.district == number).sum() * part.carriageway_km / whole
        assert (heads.district == number).sum() == pytest.approx(expected, abs=len(OWNERS) * 7 / 2)


def test_a_plan_means_nothing_outside_hong_kong():
    with pytest.raises(InputError, match="18 districts"):
        region_heads(replace(AREA, parts=()), 4_000, plan=announced())
    with pytest.raises(InputError, match="as_planned needs a plan"):
        region_heads(AREA, 4_000, share_rule=AS_PLANNED)
    with pytest.raises(InputError, match="is no plan"):
        announced("as_rumoured")


def test_people_by_day_are_the_residents_moved():
    people = daytime_population()
    residents = {district.name: district.population for district in districts()}
    assert sum(people.values()) == sum(residents.values())
    assert all(isinstance(count, int) for count in people.values())
    to = {name: sum(work.get(name, 0) for work in commuting().values()) for name in residents}
    for name in set(residents) - set(NEW_TERRITORIES):  # outside the New Territories by hand
        out = sum(commuting()[name].values())
        assert people[name] == residents[name] - out + to[name]
    new = set(NEW_TERRITORIES)
    elsewhere = sum(work.get(ELSEWHERE, 0) for work in commuting().values())
    moved = sum(people[n] - residents[n] for n in new)
    out = sum(sum(commuting()[n].values()) for n in new)
    assert moved == sum(to[n] for n in new) - out + elsewhere
    assert people["Central and Western"] > 1.5 * residents["Central and Western"]


def test_planned_cameras_hang_where_their_phase_says():
    city = sim.load_city("mong_kok_core")
    large = sim.place(city, 60_000, plan=announced(), seed=7)
    small = sim.place(city, 11_000, plan="as_announced", seed=7).heads
    columns = ["rank", "x", "y", "heading", "owner", "year"]
    assert large.heads[columns][: len(small)].equals(small[columns])
    places = large.heads[["x", "y", "heading"]].itertuples(index=False, name=None)
    assert max(Counter(places).values()) == 1
    assert set(large.heads["owner"]) == {"police", "department", "transport", "estate", "mall"}
    exits = city.places.table
    exits = exits[exits["kind"] == "station"].geometry.union_all()
    of = large.heads[large.heads["rank"] > 11_000]
    far = of.distance(exits).groupby(of["owner"]).median()
    assert far["transport"] < far["estate"]


def exact_order(weights, total):
    seats = [0] * len(weights)
    order = []
    for _ in range(total):
        quotient = [Fraction(repr(w)) / (2 * s + 1) for w, s in zip(weights, seats, strict=True)]
        best = max(range(len(weights)), key=lambda i: (quotient[i], -i))
        order.append(best)
        seats[best] += 1
    return order


@given(
    st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.7, 1.0, 2.1, 3.0, 9.0]), min_size=1, max_size=6),
    st.integers(1, 120),
)
def test_ties_are_decided_in_whole_numbers(weights, total):
    assert sainte_lague(weights, total).tolist() == exact_order(weights, total)


def test_a_tenth_and_three_tenths_tie_where_whole_numbers_do():
    assert sainte_lague([0.3, 0.1], 20).tolist() == sainte_lague([3, 1], 20).tolist()
    assert sainte_lague([0.1, 0.3], 20).tolist() == sainte_lague([1, 3], 20).tolist()
