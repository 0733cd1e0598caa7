"""How much of a figure's variance each assumption makes: Shapley effects of independent factors.

Every level of a factor counts alike, and factors are combined freely, so a figure of one cell is a
sum of parts, one for each set of factors, and of chance (Hoeffding; Sobol 1993). The Shapley effect
of a factor is the variance of its own part, plus half of that of each pair it is in, a third of
each three, and so on (Owen 2014): effects of all factors and chance add up to the variance.

Where every combination was computed, the parts are those of the balanced analysis of variance. Else
a sample of combinations is fitted by least squares in contrasts of the levels, alone and in pairs,
and what the fit leaves is told apart from chance by several seeds of the same combination. What
noise puts into a sum of squares is taken off, so parts are unbiased and may come out below 0; of a
sample that grows to every combination they become those of the analysis of variance. Pure functions
of numbers.
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
FEWEST = 40
"""Combinations of a sample."""
FOLDS = 10
REDRAWS = 200
"""Of noise, for standard errors."""
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
        The same, from the variance of the cells there are, without any fit. Levels of a sample go
        together a little by chance, so it is the same within `whole_errors` only.
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
    return max(FEWEST, math.ceil((SPARE * fit.count + 1) / (1 - 1 / FOLDS)))


def sampled_effects(chosen: Ints, values: Floats, sizes: Sequence[int], model: str) -> Effects:
    """Return effects from a sample of combinations.

    Of n combinations out of N, what p coefficients leave has the mean square e = h + chance /
    seeds, h of sets of factors that the fit does not have. Coefficients b are those of all N but
    for a variance of h (A − 1/N) + A chance / seeds, A their diagonal in the inverse of the
    columns' products (orthonormal over all N): h counts no longer once every combination is there
    (the correction for a finite population, Cochran, Sampling Techniques, 1977, chapter 2). That
    much is taken off the sum of b² of a set, and h (N − p) / N is the part of all other sets.

    Parameters
    ----------
    chosen
        Place of the level of each factor, no combination twice, every renaming of levels equally
        likely; shape (combinations, factors).
    values
        Shape (combinations, seeds, figures), at least two seeds.
    sizes
        Number of levels of each factor.
    model
        `ADDITIVE` or `PAIRS`.
    """
    fit = _Model(sizes, pairs=model == PAIRS)
    return _effects_of(fit, _fitted(fit, chosen, values))


class _Fitted(NamedTuple):
    """A least-squares fit of the means of combinations.

    `products` are those of the columns; `noise` is the mean square that the fit leaves.
    """

    means: Floats
    seeds: int
    chance: Floats
    products: Floats
    inverse: Floats
    coefficients: Floats
    noise: Floats

    @property
    def beyond(self) -> Floats:
        """Mean square of what sets that the fit does not have put into a combination."""
        return self.noise - self.chance / self.seeds


def _fitted(fit: _Model, chosen: Ints, values: Floats) -> _Fitted:
    means, chance = _means_and_chance(values)
    columns = fit.design(chosen)
    products = columns.T @ columns
    inverse: Floats = np.linalg.pinv(products, hermitian=True).astype(np.float64)
    coefficients = inverse @ (columns.T @ means)
    left = means - columns @ coefficients
    noise = (left**2).sum(axis=0) / (len(means) - fit.count)
    return _Fitted(means, values.shape[1], chance, products, inverse, coefficients, noise)


def _effects_of(fit: _Model, fitted: _Fitted) -> Effects:
    every, coefficients, chance = math.prod(fit.sizes), fitted.coefficients, fitted.chance
    higher = fitted.beyond * (every - fit.count) / every
    between = fitted.means.var(axis=0, ddof=1) - chance / fitted.seeds
    return _effects(
        dict(zip(fit.sets, _parts(fit, fitted, fitted.beyond / every), strict=True)),
        mean=coefficients[0],
        observed=between * (every - 1) / every + chance,
        chance=chance,
        higher=higher,
        unassigned=higher,
        levels=tuple(
            coefficients[0] + contrasts(size) @ coefficients[at]
            for size, at in zip(fit.sizes, fit.columns[: len(fit.sizes)], strict=True)
        ),
    )


def _parts(fit: _Model, fitted: _Fitted, given_back: Floats | float) -> list[Floats]:
    """Return the part of each set; what is given back is of each coefficient, see above."""
    return [
        (fitted.coefficients[at] ** 2).sum(axis=0)
        - fitted.noise * np.trace(fitted.inverse[at, at])
        + given_back * (at.stop - at.start)
        for at in fit.columns
    ]


def whole_errors(
    chosen: Ints, values: Floats, sizes: Sequence[int], model: str, seed: int
) -> Floats:
    """Return the standard error of variance / observed about 1, shape (figures,).

    Both are of the same cells, and what the fit leaves is in both alike: their difference is
    b'(I − C (N − 1) / N) b less its mean, with b the coefficients and C the covariance of their
    columns in the sample, the identity over all N. It says how far levels that matter go together
    in the sample, which cells drawn again would not tell. It is found by giving the levels of each
    factor other names: any renaming was as likely to be the sample, so this is the distribution of
    the difference among samples (a randomisation, Fisher, The Design of Experiments, 1935). A
    renaming turns the coefficients of each set among themselves; they are taken as long as their
    part is large, and what noise adds to them is drawn too.

    Parameters
    ----------
    chosen, values, sizes, model
        See `sampled_effects`.
    seed
        Of what is drawn.
    """
    fit = _Model(sizes, pairs=model == PAIRS)
    fitted = _fitted(fit, chosen, values)
    count, share = len(chosen), 1 - 1 / math.prod(sizes)
    sums = fitted.products[0]
    together = share * (fitted.products - np.outer(sums, sums) / count) / (count - 1)
    apart = np.eye(fit.count) - together
    apart[0, 0] = 0.0  # the mean has no variance
    of_noise = np.trace(fitted.inverse[1:, 1:]) - share * (fit.count - 1) / (count - 1)
    random = np.random.default_rng([seed, 0x5EB])
    shape = (REDRAWS, *fitted.coefficients.shape)
    drawn = np.sqrt(fitted.noise) * (_root(fitted.inverse) @ random.normal(size=shape))
    drawn += _renamed(fit, _lengths(fit, fitted), random)
    differences = (drawn * (apart @ drawn)).sum(axis=1) - fitted.noise * of_noise
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt((differences**2).mean(axis=0)) / _effects_of(fit, fitted).variance
    return np.asarray(error)


def _lengths(fit: _Model, fitted: _Fitted) -> Floats:
    """Return the coefficients, those of each set as long as its part is large."""
    found = np.zeros_like(fitted.coefficients)
    for at, part in zip(fit.columns, _parts(fit, fitted, 0.0), strict=True):
        squares = (fitted.coefficients[at] ** 2).sum(axis=0)
        kept = np.divide(part, squares, out=np.zeros_like(squares), where=squares > 0)
        found[at] = fitted.coefficients[at] * np.sqrt(np.maximum(kept, 0.0))
    return found


def _root(covariance: Floats) -> Floats:
    """Return what turns independent draws into draws of a covariance: its symmetric root.

    That is one whatever vectors are found where values are equal, which differs by processor.
    """
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)


def _renamed(fit: _Model, coefficients: Floats, random: np.random.Generator) -> Floats:
    """Return coefficients with other names of levels, shape (redraws, columns, figures)."""
    found = np.zeros((REDRAWS, *coefficients.shape))
    tables = [contrasts(size) for size in fit.sizes]
    turns = [
        np.array([table.T @ random.permutation(table) / len(table) for _ in range(REDRAWS)])
        for table in tables
    ]
    for factors, at in zip(fit.sets, fit.columns, strict=True):
        if len(factors) == 1:
            found[:, at] = turns[factors[0]] @ coefficients[at]
            continue
        first, second = (turns[factor] for factor in factors)
        grid = coefficients[at].reshape(first.shape[2], second.shape[2], -1)
        both = np.einsum("rab,rcd,bdf->racf", first, second, grid, optimize=True)
        found[:, at] = both.reshape(REDRAWS, -1, coefficients.shape[1])
    return found


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
    seed: int,
) -> Floats:
    """Return standard errors of numbers of a sample, by drawing what the fit leaves again.

    What it leaves of each combination gets a random sign (Wu, Annals of Statistics 14, 1986), so
    that some combinations may be noisier than others; it is made smaller by the part of it that
    more combinations would not change (see `sampled_effects`). Mean squares are drawn by random
    weights of combinations.

    Parameters
    ----------
    chosen, values, sizes, model
        See `sampled_effects`.
    of
        Takes effects and returns the numbers whose errors are wanted.
    seed
        Of what is drawn.
    """
    fit = _Model(sizes, pairs=model == PAIRS)
    fitted = _fitted(fit, chosen, values)
    columns, count = fit.design(chosen), len(chosen)
    solved = fitted.inverse @ columns.T
    left = fitted.means - columns @ fitted.coefficients
    free = np.maximum(1 - (columns * solved.T).sum(axis=1), 1 / count)[:, None]
    still = fitted.noise - np.maximum(fitted.beyond, 0.0) * count / math.prod(sizes)
    drop = np.divide(still, fitted.noise, out=np.ones_like(still), where=fitted.noise > 0)
    drawn = left / np.sqrt(free) * np.sqrt(drop)
    between, lengths = values.var(axis=1, ddof=1), _lengths(fit, fitted)
    random = np.random.default_rng([seed, 0x5EC])
    found = []
    for _ in range(REDRAWS):
        signs = random.choice([-1.0, 1.0], count)
        weights = random.exponential(size=count)
        again = fitted._replace(
            coefficients=lengths + solved @ (signs[:, None] * drawn),
            noise=weights @ left**2 / (count - fit.count),
            chance=weights @ between / count,
        )
        found.append(of(_effects_of(fit, again)))
    return np.asarray(np.std(found, axis=0))


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
