"""The empirical strategy: births by rates, poles that keep apart, heads and looks as measured."""

from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import keyed_random
from scipy.spatial import cKDTree

import sim
from sim.cameras.candidates import candidates
from sim.cameras.optics import CASES
from sim.city.places import Places
from sim.errors import InputError
from sim.placement.context import DIRECTIONS, HeadOrder, PlacementContext, headings
from sim.placement.observed import MOST_HEADS, RATES, observed_rule
from sim.placement.strategies.empirical import (
    births,
    features,
    looks_of,
    order_by,
    unknown_causes,
)
from sim.placement.strategies.registry import ranked


@pytest.fixture(scope="module")
def context():
    city = sim.load_city("mong_kok_core")
    return PlacementContext(city, candidates(city), 7, 400, CASES["typical"])


@pytest.fixture(scope="module")
def plain(context):
    """The rule without patches: rates and distances alone."""
    return replace(observed_rule(), patches=0.0)


def spots(context):
    return np.column_stack([context.sites.x, context.sites.y])


def pairs_within(spot, radius):
    return len(cKDTree(spot).query_pairs(radius))


# Births


def test_births_equal_their_definition(context, plain):
    """One after another, each rate summed over time until it reaches the number drawn for it."""
    spot = spots(context)
    rate = np.exp(features(context.city, context.sites) @ plain.log_rates())
    left = np.array([
        -np.log1p(-keyed_random.uniform(7, "birth of a pole", round(x * 100), round(y * 100)))
        for x, y in spot
    ])  # fmt: skip
    free, order = list(range(len(spot))), []
    while free:
        wait = left[free] / rate[free]
        site = free.pop(int(wait.argmin()))
        left[free] -= wait.min() * rate[free]
        order.append(site)
        away = np.hypot(*(spot[free] - spot[site]).T)
        low = 0.0
        for radius, effect in plain.near:
            inside = np.array(free, int)[(away <= radius) & (away > low)]
            rate[inside] *= np.exp(effect)
            low = radius
    assert births(context, plain).tolist() == order


def test_the_first_pole_comes_by_the_rates(context, plain):
    """Of many seeds, each kind of place is first as often as its rates add up to."""
    x = features(context.city, context.sites)
    rate = np.exp(x @ plain.log_rates())
    crossing = x[:, RATES.index("crossing with a lane")] > 0
    expected = rate[crossing].sum() / rate.sum()
    alone = replace(plain, near=((0.001, 0.0),))
    first = [births(replace(context, seed=seed), alone)[0] for seed in range(80)]
    error = np.sqrt(expected * (1 - expected) / 80)
    assert crossing[first].mean() == pytest.approx(expected, abs=3.3 * error)


def test_poles_keep_apart(context, plain):
    """With a factor for poles near there are fewer pairs than without, and the nearer the fewer."""
    apart = replace(plain, near=((30.0, -3.0), (50.0, -1.0)))
    free = replace(plain, near=((30.0, 0.0), (50.0, 0.0)))
    count = [0, 0]
    for seed in range(5):
        for k, rule in enumerate((apart, free)):
            chosen = births(replace(context, seed=seed), rule)[:60]
            count[k] += pairs_within(spots(context)[chosen], 50.0)
    assert count[0] < 0.6 * count[1]


def test_standing_cameras_hold_poles_off(context, plain):
    standing = sim.place(context.city, 8_000, strategy="junctions", seed=1)
    strict = replace(plain, near=((30.0, -8.0), (50.0, -8.0)))
    first = births(replace(context, locked=standing), strict)[:30]
    heads = np.column_stack([standing.arrays.x, standing.arrays.y])
    assert cKDTree(heads).query(spots(context)[first])[0].min() > 50.0


def test_a_fleet_more_does_not_move_a_pole(context):
    """The order is whole whatever is wanted."""
    few, many = (births(replace(context, wanted=n), observed_rule()) for n in (1, 400))
    assert (few == many).all()
    assert sorted(few.tolist()) == list(range(len(context.sites.x)))


def test_unknown_causes_are_smooth_and_of_variance_one():
    spot = np.random.default_rng(1).uniform(0, 9_000, (4_000, 2))
    drawn = np.array([unknown_causes(spot, 150.0, seed) for seed in range(6)])
    assert drawn.mean() == pytest.approx(0, abs=0.06)
    assert drawn.std() == pytest.approx(1, abs=0.05)
    beside = unknown_causes(spot + np.array([20.0, 0.0]), 150.0, 0)
    assert np.corrcoef(drawn[0], beside)[0, 1] > 0.97
    assert abs(np.corrcoef(drawn[0], drawn[1])[0, 1]) < 0.1
    assert (unknown_causes(spot[:9], 150.0, 0) == drawn[0][:9]).all()


def test_without_homes_and_schools_streets_alone_decide(context):
    table = context.city.places.table
    bare = replace(context.city, places=Places(table[~table["kind"].isin(["home", "school"])]))
    x = features(bare, context.sites)
    assert (x[:, RATES.index("homes")] == np.log(1.1)).all()
    assert (x[:, RATES.index("school")] == 0).all()
    assert len(ranked("empirical", replace(context, city=bare)).site) >= context.wanted


# Heads on a pole, and where they look


@given(st.floats(1, MOST_HEADS))
def test_poles_have_the_mean_that_is_asked_for(mean):
    share = observed_rule().heads_with_mean(mean)
    assert share.sum() == pytest.approx(1)
    assert (share >= 0).all()
    assert share @ np.arange(1, MOST_HEADS + 1) == pytest.approx(mean, abs=1e-6)


def test_at_their_own_mean_shares_are_those_measured():
    rule = observed_rule()
    measured = np.array(rule.heads) / np.sum(rule.heads)
    found = rule.heads_with_mean(measured @ np.arange(1, MOST_HEADS + 1))
    assert found == pytest.approx(measured, abs=1e-9)


@pytest.mark.parametrize("mean", [0.9, 8.1, np.nan])
def test_a_mean_that_no_pole_has_is_refused(mean):
    with pytest.raises(InputError, match="1 to 8 are possible"):
        observed_rule().heads_with_mean(mean)


def test_heads_of_a_pole_follow_one_another_and_fill_up_later(context):
    order = order_by(context, observed_rule())
    sites = len(context.sites.x)
    code = order.site * DIRECTIONS + order.direction
    assert sorted(code.tolist()) == list(range(DIRECTIONS * sites))
    changes = np.flatnonzero(np.diff(order.site)) + 1
    first_round = np.split(order.site, changes)[:sites]
    assert len({int(part[0]) for part in first_round}) == sites
    heads = sum(map(len, first_round)) / sites
    assert heads == pytest.approx(context.heads_per_site, abs=0.25)


def test_first_heads_look_along_the_street_as_often_as_measured(context):
    rule = observed_rule()
    post = ~context.sites.junction
    first = np.concatenate([looks_of(context.sites, rule, seed)[post, 0] for seed in range(30)])
    kind = np.where(first < 2, 0, np.where(first < 4, 1, 2))
    for part, share in enumerate(rule.first_look):
        error = np.sqrt(share * (1 - share) / len(first))
        assert (kind == part).mean() == pytest.approx(share, abs=4 * error)


def test_second_heads_look_the_other_way_as_often_as_measured(context):
    rule = observed_rule()
    sites = context.sites
    post = np.flatnonzero(~sites.junction)
    angle = []
    for seed in range(30):
        looks = looks_of(sites, rule, seed)
        assert (np.sort(looks, axis=1) == np.arange(DIRECTIONS)).all()
        one, two = (headings(sites, HeadOrder(post, looks[post, k])) for k in (0, 1))
        angle.append(np.abs((two - one + 180) % 360 - 180))
    apart = np.concatenate(angle)
    error = 4 * np.sqrt(0.25 / len(apart))
    assert (apart > 157).mean() == pytest.approx(rule.next_look[1], abs=error)
    assert (np.abs(apart - 90) < 23).mean() == pytest.approx(rule.next_look[0], abs=error)


# The table


def test_the_rule_is_the_mean_of_the_cities():
    cities = [observed_rule(name) for name in ("seoul_gangnam", "seoul_gwangjin", "busan_haeundae")]
    rule = observed_rule()
    for name in RATES:
        assert rule.rates[name] == pytest.approx(np.mean([c.rates[name] for c in cities]), abs=2e-4)
    assert rule.near[0][1] == pytest.approx(np.mean([c.near[0][1] for c in cities]), abs=2e-4)
    assert rule.patches == pytest.approx(np.mean([c.patches for c in cities]), abs=2e-4)


def test_what_is_common_to_the_cities():
    """Cameras against crime: lanes before main roads, crossings before posts, poles apart."""
    for name in ("mean", "seoul_gangnam", "seoul_gwangjin", "busan_haeundae"):
        rule = observed_rule(name)
        assert rule.rates["main"] < rule.rates["lane"] == 0
        assert rule.rates["foot"] < 0
        assert rule.rates["crossing with a lane"] > 1
        assert rule.near[0][1] < rule.near[1][1] < 0


def test_the_table_holds_figures_and_no_place():
    """Rates, shares and two distances: nothing that could be a longitude, a latitude or a metre."""
    text = files("sim.facts").joinpath("real_networks.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines() if not line.startswith("#")]
    assert rows[0][:2] == ["kind", "name"]
    for kind, name, *values in rows[1:]:
        least, most = {"patches": (0, 150)}.get(kind, (-3, 3))
        assert all(least <= float(value) <= most for value in values if value), (kind, name)
        assert not name.isdigit() or kind in ("near", "heads")


def test_a_city_that_is_not_in_the_table_is_refused():
    with pytest.raises(InputError, match="choose from mean, seoul_gangnam"):
        observed_rule("london")
