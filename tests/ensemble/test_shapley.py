"""Shapley effects: toy functions whose parts are known by hand, and samples beside factorials."""

from fractions import Fraction
from itertools import combinations, permutations, product

import numpy as np
import pytest

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
)

pytestmark = pytest.mark.slow

SIZES = (3, 2, 4)


def toy(a, b, c):
    """A function of three factors: each alone, a pair, and all three; in whole numbers."""
    return Fraction(6 * a + 3 * b + (a == 2) * (b == 1) * 8 + (a == 0) * (b == 1) * (c == 3) * 12)


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
    chosen = np.stack([random.integers(0, size, count) for size in sizes], 1)
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
    def paired(a, b, c):
        return toy(a, b, 0) + c * c

    chosen, values = sample(SIZES, paired, 200, 0.0, 3)
    exact = factorial_effects(every(SIZES, paired), len(SIZES))
    found = sampled_effects(chosen, values, SIZES, PAIRS)
    for name in ("shapley", "alone", "total", "pairs"):
        assert getattr(found, name) == pytest.approx(getattr(exact, name), abs=1e-9), name
    assert found.higher == pytest.approx(0, abs=1e-9)
    for mine, other in zip(found.levels, exact.levels, strict=True):
        assert mine == pytest.approx(other)
    assert held_out(chosen, values, SIZES, PAIRS).explained == pytest.approx(1)


def test_samples_agree_with_the_factorial_and_add_up_within_their_errors():
    """Over 60 samples: no bias, and standard errors as large as the differences."""
    exact = factorial_effects(every(SIZES, toy), len(SIZES))
    truth = np.vstack([exact.shapley - _of_three(exact), exact.higher, [9.0]]) / (
        exact.variance + 9.0
    )
    apart, errors, sums = [], [], []
    for seed in range(60):
        chosen, values = sample(SIZES, toy, 160, 3.0, seed)
        found = shares(sampled_effects(chosen, values, SIZES, PAIRS))
        apart.append(found - truth)
        errors.append(sampled_errors(chosen, values, SIZES, PAIRS, shares))
        assert found.sum() == pytest.approx(1)
        error = sampled_errors(chosen, values, SIZES, PAIRS, whole)
        sums.append((whole(sampled_effects(chosen, values, SIZES, PAIRS)) - 1) / error)
    apart, errors = np.array(apart)[..., 0], np.array(errors)[..., 0]
    spread = apart.std(axis=0)
    assert np.all(np.abs(apart.mean(axis=0)) < 3.5 * spread / np.sqrt(60) + 0.005)
    ratio = np.sqrt((errors**2).mean(axis=0)) / spread
    assert np.all((ratio > 0.75) & (ratio < 1.5)), ratio
    assert np.mean(np.abs(sums) < 2) > 0.85


def _of_three(effects):
    """What the part of all three factors gives to each."""
    return effects.higher / 3


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
    chosen, values = sample(SIZES, toy, 150, 2.0, 5)
    found = sampled_effects(chosen, values, SIZES, PAIRS)
    turned = chosen[:, order].copy()
    turned[:, 0] = SIZES[order[0]] - 1 - turned[:, 0]  # levels the other way round
    other = sampled_effects(turned, values, [SIZES[i] for i in order], PAIRS)
    assert other.shapley == pytest.approx(found.shapley[list(order)])
    assert other.total == pytest.approx(found.total[list(order)])
    place = {frozenset(pair): at for at, pair in enumerate(combinations(range(3), 2))}
    of_other = [place[frozenset((order[i], order[j]))] for i, j in combinations(range(3), 2)]
    assert other.pairs == pytest.approx(found.pairs[of_other])
    assert other.levels[0][::-1] == pytest.approx(found.levels[order[0]])
    assert other.higher == pytest.approx(found.higher)
    assert other.chance == pytest.approx(found.chance)


def test_a_factor_that_does_nothing_has_nothing():
    found = factorial_effects(every(SIZES, lambda a, b, _c: 5 * a + b * a), 3)
    assert [found.shapley[2, 0], found.total[2, 0]] == pytest.approx([0, 0], abs=1e-12)


def test_held_out_tells_a_model_that_is_wrong_and_one_that_has_too_few():
    chosen, values = sample(SIZES, lambda a, b, _c: 10 * ((a == 1) ^ b), 300, 1.0, 8)
    wrong, right = (held_out(chosen, values, SIZES, model) for model in (ADDITIVE, PAIRS))
    assert wrong.explained[0] < 0.5 < 0.95 < right.explained[0]
    assert right.error[0] < 1.3 * right.noise[0]
    wide = (5, 5, 5)  # 13 columns alone, 61 with pairs
    chosen, values = sample(wide, lambda a, b, c: a + b * c, 60, 1.0, 8)
    assert held_out(chosen, values, wide, PAIRS) is None
    assert held_out(chosen, values, wide, ADDITIVE) is not None
    assert held_out(chosen[:39], values[:39], wide, ADDITIVE) is None
    assert fewest_combinations(wide) == 40


def test_what_does_not_vary_has_no_part():
    chosen, values = sample(SIZES, lambda *_: 0.25, 100, 0.0, 2)
    found = sampled_effects(chosen, values, SIZES, ADDITIVE)
    assert found.variance == pytest.approx(0, abs=1e-15)
    assert found.shapley == pytest.approx(0, abs=1e-15)
    assert np.isnan(held_out(chosen, values, SIZES, ADDITIVE).explained).all()
