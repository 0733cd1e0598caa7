"""Shapley effects: toy functions whose parts are known by hand, and samples beside factorials."""

from fractions import Fraction
from itertools import combinations, permutations, product

import numpy as np
import pytest

from sim.ensemble.balanced_order import balanced_order
from sim.ensemble.shapley import (
    ADDITIVE,
    PAIRS,
    contrasts,
    factorial_effects,
    factorial_errors,
    fewest_combinations,
    held_out,
    sampled_effects,
    sampled_errors,
    whole_errors,
)

pytestmark = pytest.mark.slow

SIZES = (3, 2, 4)
MANY = (3, 2, 4, 3, 3)
"""Of which samples are drawn."""


def toy(a, b, c, d=0, e=0):
    """A function of three factors: each alone, a pair, and all three; in whole numbers.

    Two more do a little, alone and together.
    """
    three = (a == 0) * (b == 1) * (c == 3) * 12
    return Fraction(6 * a + 3 * b + (a == 2) * (b == 1) * 8 + three + d + 2 * (d == e))


def shapley_by_orders(sizes, function):
    """Shapley effects by their definition: what a factor adds, over all orders of the factors."""
    points = [*product(*map(range, sizes))]

    def explained(known):
        groups = {}
        for point in points:
            groups.setdefault(tuple(point[i] for i in known), []).append(function(*point))
        means = [sum(group) / len(group) for group in groups.values()]
        return sum(m * m for m in means) / len(means) - (sum(means) / len(means)) ** 2

    found = [Fraction(0)] * len(sizes)
    orders = [*permutations(range(len(sizes)))]
    for order in orders:
        for place, factor in enumerate(order):
            before, after = sorted(order[:place]), sorted(order[: place + 1])
            found[factor] += (explained(after) - explained(before)) / len(orders)
    return found, explained(range(len(sizes)))


def every(sizes, function, seeds=2, noise=0.0, random=None):
    """All combinations under several seeds, shape (*sizes, seeds, 1)."""
    exact = np.array([float(function(*point)) for point in product(*map(range, sizes))])
    drawn = np.repeat(exact[:, None], seeds, 1)
    if noise:
        drawn = drawn + noise * random.normal(size=drawn.shape)
    return drawn.reshape(*sizes, seeds, 1)


def sample(sizes, function, count, noise, seed, seeds=2):
    random = np.random.default_rng(seed)
    places = balanced_order(sizes, count, seed)
    chosen = np.stack(np.unravel_index(places, sizes), 1)
    exact = np.array([float(function(*point)) for point in chosen])
    return chosen, exact[:, None, None] + noise * random.normal(size=(count, seeds, 1))


def shares(effects):
    """Everything that adds up to the variance, over it."""
    parts = np.vstack([effects.shapley, effects.higher, effects.chance])
    return parts / effects.variance


def whole(effects):
    """All parts together over the variance of the cells."""
    return effects.variance / effects.observed


@pytest.mark.parametrize("levels", [1, 2, 3, 7])
def test_contrasts_are_orthonormal(levels):
    table = contrasts(levels)
    assert table.shape == (levels, levels - 1)
    assert table.T @ table / levels == pytest.approx(np.eye(levels - 1), abs=1e-12)
    assert table.mean(axis=0) == pytest.approx(0, abs=1e-12)


def test_a_full_factorial_gives_the_effects_of_the_definition():
    expected, whole = shapley_by_orders(SIZES, toy)
    found = factorial_effects(every(SIZES, toy), len(SIZES))
    assert found.shapley[:, 0] == pytest.approx([float(part) for part in expected], abs=1e-10)
    assert found.variance[0] == pytest.approx(float(whole))
    assert found.shapley.sum() == pytest.approx(float(whole))
    assert found.chance == found.chance * 0
    assert found.higher[0] > 0


def test_parts_by_hand():
    """Two factors: x in {-1, 1}, y in {-1, 0, 1}: f = 3x + 2y + xy has parts 9, 8/3 and 2/3."""
    found = factorial_effects(
        every((2, 3), lambda x, y: 3 * (2 * x - 1) + 2 * (y - 1) + (2 * x - 1) * (y - 1)), 2
    )
    assert found.alone[:, 0] == pytest.approx([9, 8 / 3])
    assert found.pairs[:, 0] == pytest.approx([2 / 3])
    assert found.shapley[:, 0] == pytest.approx([9 + 1 / 3, 8 / 3 + 1 / 3])
    assert found.total[:, 0] == pytest.approx([9 + 2 / 3, 8 / 3 + 2 / 3])
    assert [*found.levels[0][:, 0], *found.levels[1][:, 0]] == pytest.approx([-3, 3, -2, 0, 2])


def test_a_sample_without_noise_of_a_function_in_pairs_is_exact():
    def paired(a, b, c, d, e):
        return toy(a, b, 0, d, e) + c * c

    chosen, values = sample(MANY, paired, 150, 0.0, 3)
    exact = factorial_effects(every(MANY, paired), len(MANY))
    found = sampled_effects(chosen, values, MANY, PAIRS)
    for name in ("shapley", "alone", "total", "pairs"):
        assert getattr(found, name) == pytest.approx(getattr(exact, name), abs=1e-9), name
    assert found.higher == pytest.approx(0, abs=1e-9)
    for mine, other in zip(found.levels, exact.levels, strict=True):
        assert mine == pytest.approx(other)
    assert held_out(chosen, values, MANY, PAIRS).explained == pytest.approx(1)


@pytest.mark.parametrize("model", [ADDITIVE, PAIRS])
def test_a_sample_of_every_combination_is_the_factorial(model):
    count = int(np.prod(MANY))
    chosen, values = sample(MANY, toy, count, 2.0, 4)
    places = np.ravel_multi_index(chosen.T, MANY)
    shaped = np.empty_like(values)
    shaped[places] = values
    exact = factorial_effects(shaped.reshape(*MANY, 2, 1), len(MANY))
    found = sampled_effects(chosen, values, MANY, model)
    for name in ("mean", "variance", "observed", "alone", "chance"):
        assert getattr(found, name) == pytest.approx(getattr(exact, name)), name
    if model == PAIRS:
        assert found.pairs == pytest.approx(exact.pairs)
        assert found.higher == pytest.approx(exact.higher)
    assert whole_errors(chosen, values, MANY, model, 1) == pytest.approx(0, abs=1e-12)


def test_samples_agree_with_the_factorial_and_add_up_within_their_errors():
    """Over 60 samples: no bias, and standard errors as large as the differences."""
    exact = factorial_effects(every(MANY, toy), len(MANY))
    given = [(exact.shapley - _of_two(exact)), exact.higher, [9.0]]
    truth = np.vstack(given) / (exact.variance + 9.0)
    apart, errors = [], []
    for seed in range(60):
        chosen, values = sample(MANY, toy, 110, 3.0, seed)
        found = shares(sampled_effects(chosen, values, MANY, PAIRS))
        apart.append(found - truth)
        assert found.sum() == pytest.approx(1)
        if seed < 20:
            errors.append(sampled_errors(chosen, values, MANY, PAIRS, shares, 7))
    apart, errors = np.array(apart)[..., 0], np.array(errors)[..., 0]
    spread = apart.std(axis=0)
    assert np.all(np.abs(apart.mean(axis=0)) < 3.5 * spread / np.sqrt(60) + 0.005)
    ratio = np.sqrt((errors**2).mean(axis=0)) / spread
    assert np.all((ratio > 0.75) & (ratio < 1.5)), ratio


def curved(a, b, c, d, e):
    """A function whose every set of factors has a part."""
    return Fraction((a + 1) * (c + 1) * 4 + (a + 1) * (b + 1) * (d + 1) * (e + 1))


def test_the_check_lies_within_two_errors_in_95_of_100_samples():
    apart = []
    for seed in range(100):
        chosen, first = sample(MANY, toy, 110, 3.0, seed)
        values = np.concatenate([first, sample(MANY, curved, 110, 1.0, seed)[1]], axis=2)
        check = whole(sampled_effects(chosen, values, MANY, PAIRS))
        apart.append((check - 1) / whole_errors(chosen, values, MANY, PAIRS, seed))
    apart = np.array(apart)
    within = np.mean(np.abs(apart) < 2, axis=0)
    assert np.all((within >= 0.9) & (within <= 0.99)), within
    assert np.sqrt((apart**2).mean(axis=0)) == pytest.approx(1, abs=0.2)
    assert np.all(np.abs(apart.mean(axis=0)) < 0.35)


def _of_two(effects):
    """What sets of more than two factors give to each factor."""
    pairs = np.zeros_like(effects.shapley)
    for pair, part in zip(combinations(range(len(pairs)), 2), effects.pairs, strict=True):
        pairs[[*pair]] += part / 2
    return effects.shapley - effects.alone - pairs


def test_noise_of_a_factorial_is_taken_off_and_its_errors_hold():
    exact = factorial_effects(every(SIZES, toy), len(SIZES))
    truth = np.vstack([exact.shapley, [16.0]]) / (exact.variance + 16.0)

    def own(effects):
        return np.vstack([effects.shapley, effects.chance]) / effects.variance

    apart, errors = [], []
    for seed in range(100):
        noisy = every(SIZES, toy, 3, 4.0, np.random.default_rng(seed))
        found = own(factorial_effects(noisy, len(SIZES)))
        assert found.sum() == pytest.approx(1)
        apart.append(found - truth)
        if seed < 20:
            errors.append(factorial_errors(noisy, len(SIZES), own, 7))
    apart, errors = np.array(apart)[..., 0], np.array(errors)[..., 0]
    spread = apart.std(axis=0)
    assert np.all(np.abs(apart.mean(axis=0)) < 3.5 * spread / 10 + 0.005)
    ratio = np.sqrt((errors**2).mean(axis=0)) / spread
    assert np.all((ratio > 0.7) & (ratio < 1.5)), ratio


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_the_order_of_factors_and_levels_changes_nothing(order):
    order = [*order, 3, 4]
    chosen, values = sample(MANY, toy, 150, 2.0, 5)
    found = sampled_effects(chosen, values, MANY, PAIRS)
    turned = chosen[:, order].copy()
    turned[:, 0] = MANY[order[0]] - 1 - turned[:, 0]  # levels the other way round
    other = sampled_effects(turned, values, [MANY[i] for i in order], PAIRS)
    assert other.shapley == pytest.approx(found.shapley[list(order)])
    assert other.total == pytest.approx(found.total[list(order)])
    place = {frozenset(pair): at for at, pair in enumerate(combinations(range(5), 2))}
    of_other = [place[frozenset((order[i], order[j]))] for i, j in combinations(range(5), 2)]
    assert other.pairs == pytest.approx(found.pairs[of_other])
    assert other.levels[0][::-1] == pytest.approx(found.levels[order[0]])
    assert other.higher == pytest.approx(found.higher)
    assert other.chance == pytest.approx(found.chance)


def test_a_factor_that_does_nothing_has_nothing():
    found = factorial_effects(every(SIZES, lambda a, b, _c: 5 * a + b * a), 3)
    assert [found.shapley[2, 0], found.total[2, 0]] == pytest.approx([0, 0], abs=1e-12)


def test_held_out_tells_a_model_that_is_wrong_and_one_that_has_too_few():
    chosen, values = sample(MANY, lambda a, b, *_: 10 * ((a == 1) ^ b), 200, 1.0, 8)
    wrong, right = (held_out(chosen, values, MANY, model) for model in (ADDITIVE, PAIRS))
    assert wrong.explained[0] < 0.5 < 0.95 < right.explained[0]
    assert right.error[0] < 1.3 * right.noise[0]
    wide = (5, 5, 5)  # 13 columns alone, 61 with pairs
    chosen, values = sample(wide, lambda a, b, c: a + b * c, 60, 1.0, 8)
    assert held_out(chosen, values, wide, PAIRS) is None
    assert held_out(chosen, values, wide, ADDITIVE) is not None
    assert held_out(chosen[:39], values[:39], wide, ADDITIVE) is None
    assert fewest_combinations(wide) == 40


def test_what_does_not_vary_has_no_part():
    chosen, values = sample(MANY, lambda *_: 0.25, 100, 0.0, 2)
    found = sampled_effects(chosen, values, MANY, ADDITIVE)
    assert found.variance == pytest.approx(0, abs=1e-15)
    assert found.shapley == pytest.approx(0, abs=1e-15)
    assert np.isnan(held_out(chosen, values, MANY, ADDITIVE).explained).all()
