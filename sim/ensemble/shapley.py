"""How much of a figure's variance each assumption makes: Shapley effects of independent factors.

Every level of a factor counts alike, and factors are combined freely, so a figure of one cell is a
sum of parts, one for each set of factors, and of chance (Hoeffding; Sobol 1993). The Shapley effect
of a factor is the variance of its own part, plus half of that of each pair it is in, a third of
each three, and so on (Owen 2014): effects of all factors and chance add up to the variance.

Where every combination was computed, the parts are those of the balanced analysis of variance. Else
a random sample of combinations is fitted by least squares in contrasts of the levels, alone and in
pairs, and what the fit leaves is told apart from chance by several seeds of the same combination.
What noise puts into a sum of squares is taken off, so parts are unbiased and may come out below 0.
Pure functions of numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.results.uncertainty import Floats

Ints = NDArray[np.int64]
GROUPS = 20
"""Of combinations, left out one after another for standard errors."""
FOLDS = 10
REDRAWS = 200
"""Of the noise of a full factorial, for standard errors."""
ADDITIVE, PAIRS, FACTORIAL = "additive", "pairs", "factorial"
SPARE = 1.25
"""A model is tried with so many combinations for each of its coefficients at least."""


class Effects(NamedTuple):
    """Parts of the variance of several figures; shapes begin as said, then (figures,).

    Attributes
    ----------
    mean, variance
        Of one cell, had every combination been computed: the variance is the sum of all parts.
    observed
        Variance of the cells there are. Levels of a sample go together a little by chance, so it
        is the same within its error only.
    shapley, alone, total
        Shape (factors,): Shapley effect, part of the factor alone, and all parts that it is in (of
        those that the model has).
    pairs
        Shape (factors × (factors − 1) / 2,), in the order of `itertools.combinations`.
    higher
        What sets of more than two factors make beyond their pairs; of a fit without pairs, of more
        than one.
    unassigned
        As much of it as is in no factor's `shapley`: none in a full factorial, all in a fit.
    chance
        What differs between seeds of one combination.
    levels
        For each factor the mean at each of its levels over all others, shape (levels,).
    """

    mean: Floats
    variance: Floats
    observed: Floats
    shapley: Floats
    alone: Floats
    total: Floats
    pairs: Floats
    higher: Floats
    unassigned: Floats
    chance: Floats
    levels: tuple[Floats, ...]


class HeldOut(NamedTuple):
    """How well a fit tells combinations it has not seen, by figure, shape (figures,).

    Attributes
    ----------
    error
        Root mean square difference from the means of combinations left out.
    noise
        What chance alone puts into that, for a model that is right.
    explained
        1 − squared error / variance of the means of combinations.
    """

    error: Floats
    noise: Floats
    explained: Floats


def contrasts(levels: int) -> Floats:
    """Return orthonormal contrasts of levels that count alike, shape (levels, levels − 1).

    Helmert's: the columns have mean 0, mean square 1 and mean product 0.
    """
    table = np.zeros((levels, levels - 1))
    for column in range(levels - 1):
        size = math.sqrt(levels / ((column + 1) * (column + 2)))
        table[: column + 1, column] = size
        table[column + 1, column] = -size * (column + 1)
    return table


class _Model:
    """The columns of a least-squares fit, and which set of factors each belongs to."""

    def __init__(self, sizes: Sequence[int], *, pairs: bool) -> None:
        self.sizes = tuple(sizes)
        factors = range(len(sizes))
        self.sets: list[tuple[int, ...]] = [(i,) for i in factors]
        self.sets += [*combinations(factors, 2)] if pairs else []
        counts = [math.prod(sizes[i] - 1 for i in factor) for factor in self.sets]
        ends = np.cumsum([1, *counts])
        self.columns = [slice(a, b) for a, b in pairwise(ends)]
        self.count = int(ends[-1])

    def design(self, chosen: Ints) -> Floats:
        """Return the columns for combinations, shape (combinations, columns)."""
        alone = [contrasts(size)[chosen[:, i]] for i, size in enumerate(self.sizes)]
        parts = [np.ones((len(chosen), 1))]
        for factors in self.sets:
            part = alone[factors[0]]
            for other in factors[1:]:
                part = (part[:, :, None] * alone[other][:, None, :]).reshape(len(chosen), -1)
            parts.append(part)
        return np.hstack(parts)


def fewest_combinations(sizes: Sequence[int]) -> int:
    """Return how many combinations at least a fit of factors of such sizes takes."""
    return _fewest(_Model(sizes, pairs=False))


def _fewest(fit: _Model) -> int:
    """Return with how many combinations a fit is tried, so that parts of them are enough too."""
    return max(2 * GROUPS, math.ceil((SPARE * fit.count + 1) / (1 - 1 / FOLDS)))


def sampled_effects(chosen: Ints, values: Floats, sizes: Sequence[int], model: str) -> Effects:
    """Return effects from a random sample of combinations.

    Parameters
    ----------
    chosen
        Place of the level of each factor, each drawn freely and alike, shape (combinations,
        factors).
    values
        Shape (combinations, seeds, figures), at least two seeds.
    sizes
        Number of levels of each factor.
    model
        `ADDITIVE` or `PAIRS`.
    """
    fit = _Model(sizes, pairs=model == PAIRS)
    means, chance = _means_and_chance(values)
    columns = fit.design(chosen)
    inverse = np.linalg.pinv(columns.T @ columns, hermitian=True)
    coefficients = inverse @ (columns.T @ means)
    left = means - columns @ coefficients
    noise = (left**2).sum(axis=0) / (len(means) - fit.count)  # of the mean of a combination
    parts = {
        factors: (coefficients[at] ** 2).sum(axis=0) - noise * np.trace(inverse[at, at])
        for factors, at in zip(fit.sets, fit.columns, strict=True)
    }
    seeds = values.shape[1]
    return _effects(
        parts,
        mean=coefficients[0],
        observed=means.var(axis=0, ddof=1) + chance * (1 - 1 / seeds),
        chance=chance,
        higher=noise - chance / seeds,
        unassigned=noise - chance / seeds,
        levels=tuple(
            coefficients[0] + contrasts(size) @ coefficients[at]
            for size, at in zip(fit.sizes, fit.columns[: len(fit.sizes)], strict=True)
        ),
    )


def held_out(chosen: Ints, values: Floats, sizes: Sequence[int], model: str) -> HeldOut | None:
    """Return how well a model tells combinations left out, a tenth at a time; None if too few.

    Parameters
    ----------
    chosen, values, sizes, model
        See `sampled_effects`.
    """
    fit = _Model(sizes, pairs=model == PAIRS)
    count = len(chosen)
    if count < _fewest(fit):
        return None
    means, chance = _means_and_chance(values)
    columns, fold = fit.design(chosen), np.arange(count) % FOLDS
    left = np.empty_like(means)
    for each in range(FOLDS):
        out = fold == each
        found = np.linalg.lstsq(columns[~out], means[~out], rcond=None)[0]
        left[out] = means[out] - columns[out] @ found
    error = (left**2).mean(axis=0)
    spread = means.var(axis=0)
    explained = 1 - np.divide(error, spread, out=np.full_like(error, np.nan), where=spread > 0)
    return HeldOut(np.sqrt(error), np.sqrt(chance / values.shape[1]), explained)


def sampled_errors(
    chosen: Ints,
    values: Floats,
    sizes: Sequence[int],
    model: str,
    of: Callable[[Effects], Floats],
) -> Floats:
    """Return standard errors by leaving out a twentieth of the combinations at a time.

    Parameters
    ----------
    chosen, values, sizes, model
        See `sampled_effects`.
    of
        Takes effects and returns the numbers whose errors are wanted.
    """
    group = np.arange(len(chosen)) % GROUPS
    found = np.array(
        [
            of(sampled_effects(chosen[group != each], values[group != each], sizes, model))
            for each in range(GROUPS)
        ]
    )
    return np.asarray(np.sqrt((GROUPS - 1) * found.var(axis=0)))


def factorial_effects(values: Floats, factors: int) -> Effects:
    """Return effects where every combination was computed under several seeds of its own.

    Parameters
    ----------
    values
        Shape (levels of the first factor, …, levels of the last, seeds, figures), at least two
        seeds.
    factors
        How many factors.
    """
    sizes, seeds = values.shape[:factors], values.shape[factors]
    means, chance = _means_and_chance(values.reshape(-1, *values.shape[factors:]))
    return _factorial(means.reshape(*sizes, -1), chance, chance / seeds)


def factorial_errors(
    values: Floats, factors: int, of: Callable[[Effects], Floats], seed: int
) -> Floats:
    """Return standard errors by drawing the noise of every combination again.

    Parameters
    ----------
    values, factors
        See `factorial_effects`.
    of
        Takes effects and returns the numbers whose errors are wanted.
    seed
        Of what is drawn.
    """
    sizes, seeds = values.shape[:factors], values.shape[factors]
    means, chance = _means_and_chance(values.reshape(-1, *values.shape[factors:]))
    degrees = len(means) * (seeds - 1)
    random = np.random.default_rng([seed, 0x5EA])
    found = []
    for _ in range(REDRAWS):
        noisy = means + random.normal(size=means.shape) * np.sqrt(chance / seeds)
        drawn = chance * random.chisquare(degrees, size=chance.shape) / degrees
        found.append(of(_factorial(noisy.reshape(*sizes, -1), drawn, (chance + drawn) / seeds)))
    return np.asarray(np.std(found, axis=0))


def _factorial(means: Floats, chance: Floats, noise: Floats) -> Effects:
    """Return effects from the means of all combinations, and the variance of noise in them."""
    sizes = means.shape[:-1]
    factors = range(len(sizes))
    parts = {}
    for order in range(1, len(sizes) + 1):
        for chosen in combinations(factors, order):
            others = tuple(i for i in factors if i not in chosen)
            part = means.mean(axis=others, keepdims=True)
            for axis in chosen:
                part = part - part.mean(axis=axis, keepdims=True)
            freedom = math.prod(sizes[i] - 1 for i in chosen)
            squares = (part**2).mean(axis=tuple(factors))
            parts[chosen] = squares - noise * freedom / math.prod(sizes)
    return _effects(
        parts,
        mean=means.mean(axis=tuple(factors)),
        observed=None,
        chance=chance,
        higher=np.asarray(
            sum((part for chosen, part in parts.items() if len(chosen) > 2), np.zeros_like(chance))
        ),
        unassigned=np.zeros_like(chance),
        levels=tuple(means.mean(axis=tuple(i for i in factors if i != each)) for each in factors),
    )


def _effects(
    parts: dict[tuple[int, ...], Floats],
    *,
    mean: Floats,
    observed: Floats | None,
    chance: Floats,
    higher: Floats,
    unassigned: Floats,
    levels: tuple[Floats, ...],
) -> Effects:
    """Put together the parts of sets of factors; what was observed is their sum if None."""
    count, nothing = len(levels), np.zeros_like(chance)
    shapley, alone, total = (np.zeros((count, *chance.shape)) for _ in range(3))
    for chosen, part in parts.items():
        for factor in chosen:
            shapley[factor] += part / len(chosen)
            total[factor] += part
            alone[factor] += part if len(chosen) == 1 else 0.0
    pairs = [parts.get(pair, nothing) for pair in combinations(range(count), 2)]
    variance = shapley.sum(axis=0) + unassigned + chance
    return Effects(
        mean,
        variance,
        variance if observed is None else observed,
        shapley,
        alone,
        total,
        np.array(pairs).reshape(len(pairs), *chance.shape),
        higher,
        unassigned,
        chance,
        levels,
    )


def _means_and_chance(values: Floats) -> tuple[Floats, Floats]:
    """Return the mean of each combination, and the variance of one cell between seeds."""
    return values.mean(axis=1), values.var(axis=1, ddof=1).mean(axis=0)
