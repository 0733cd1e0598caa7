"""How many people are in a street, from counts of heads that see overlapping pieces of it.

Each head counts whom it finds on each piece of street that it sees. Where pieces overlap, the same
person is counted by several; cut where the set of heads changes, every count is divided by how many
heads look at its piece and by the chance of being found, so nobody counts twice (Horvitz and
Thompson, JASA 47, 1952). Unseen street is taken to hold as many people per metre as seen street.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import InputError

Floats = NDArray[np.float64]


class Pieces(NamedTuple):
    """Street cut where the set of heads that see it changes."""

    edge: NDArray[np.int64]
    start: Floats
    end: Floats
    heads: NDArray[np.int64]
    """How many see it; 0 where nobody does."""

    @property
    def metres(self) -> Floats:
        """Length of each piece, m."""
        return self.end - self.start


class Count(NamedTuple):
    """An estimate of the number of people."""

    people: float
    error: float
    """Standard error: of the estimate against the number really there."""
    added_up: float
    """What the counts give if they are added up and only divided by the chance of being found."""
    seen: float
    """Share of the street that some head sees."""


def overlapping(edge: ArrayLike, start: ArrayLike, end: ArrayLike, length: ArrayLike) -> Pieces:
    """Cut streets where what heads see begins and ends.

    Parameters
    ----------
    edge, start, end
        What each head sees, an interval a row; those of one head on a street do not overlap.
    length
        Of each street, m; `edge` counts from 0.
    """
    rows = np.asarray(edge, np.int64)
    low, high = np.asarray(start, np.float64), np.asarray(end, np.float64)
    metres = np.asarray(length, np.float64)
    streets = np.arange(len(metres))
    place = np.concatenate([rows, rows, streets, streets])
    at = np.concatenate([low, high, np.zeros(len(metres)), metres])
    step = np.concatenate([np.ones(len(low)), -np.ones(len(high)), np.zeros(2 * len(metres))])
    order = np.lexsort((at, place))
    place, at, seen_by = place[order], at[order], np.cumsum(step[order])
    whole = (place[1:] == place[:-1]) & (at[1:] > at[:-1])
    count = np.round(seen_by[:-1][whole]).astype(np.int64)
    return Pieces(place[:-1][whole], at[:-1][whole], at[1:][whole], count)


def counted(pieces: Pieces, found: ArrayLike, chance: float, clumping: float = 1.0) -> Count:
    """Return the number of people from what all heads count on each piece.

    Parameters
    ----------
    pieces
        Of `overlapping`.
    found
        People that the heads of each piece found on it, all heads together.
    chance
        That a head finds a person whom it could see, 0 to 1.
    clumping
        Variance of the number of people on a stretch over its mean; 1 where people walk
        independently of one another (Poisson), 2 in pairs.

    Raises
    ------
    InputError
        No head sees anything, or the chance or clumping cannot be.

    Notes
    -----
    With u metres of L seen, N̂ = (L / u) Σ found / (heads × chance). Var(N̂ − N) is that of finding,
    (L / u)² Σ people (1 − chance) / (chance heads), and that of who is where, clumping × density ×
    (L − u) L / u; density is estimated. Heads find a person independently of one another.
    """
    if not (0 < chance <= 1 and clumping >= 0):
        raise InputError(
            f"chance {chance:g}, clumping {clumping:g}: give above 0 to 1, and 0 or up"
        )
    seen, number = pieces.heads > 0, np.asarray(found, np.float64)
    length, looked = float(pieces.metres.sum()), float(pieces.metres[seen].sum())
    if not looked > 0:
        raise InputError("no camera sees any of this street, so nobody can be counted")
    heads = pieces.heads[seen]
    there = number[seen] / (heads * chance)
    scale = length / looked
    people = scale * float(there.sum())
    by_finding = scale**2 * float((there * (1 - chance) / (chance * heads)).sum())
    by_place = clumping * people / length * (length - looked) * scale
    error = float(np.sqrt(by_finding + by_place))
    return Count(people, error, float(number[seen].sum()) / chance, looked / length)
