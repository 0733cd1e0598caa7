"""A proven bound: no fleet of n of these candidates, however chosen, sees more street than this.

Put any price on each piece of street, from nothing to its length: n heads then see at most all
that is not priced plus what the n dearest views cost. Where a greedy fleet sees a piece it costs
nothing, elsewhere its length, and this is the known bound of greedy; a primal-dual search moves
the prices on to those of the linear relaxation. Whatever prices it ends with, the bound is added
up in whole numbers; how the prices were found plays no part in its proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.placement.best_first import Picks
from sim.placement.incidence import Incidence

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

STEPS = 100
LOOK_EVERY = 25
ENOUGH = 1e-6
"""The search ends where bound and greedy are this close, as a share of the bound."""
FINENESS = 1024
"""Prices are whole parts of a millimetre, so many to one."""


class Pieces(NamedTuple):
    """Stretches cut wherever a candidate's view begins or ends."""

    length: Longs
    """mm; what lies between the last piece of one stretch and the first of the next is 0 long."""
    first: Longs
    stop: Longs
    """Row r of the incidence sees pieces first[r] : stop[r]."""
    head: NDArray[np.int32]
    """Candidate of each row."""
    heads: int


def cut_pieces(incidence: Incidence) -> Pieces:
    """Cut the stretches of an incidence into pieces that every candidate sees whole or not."""
    # one axis for all stretches, each beginning where no earlier one reaches
    room = incidence.stretches.end.astype(np.int64) + 1
    base = (np.cumsum(room) - room)[incidence.row_stretch]
    ends = np.concatenate([base + incidence.start, base + incidence.end])
    stops, place = np.unique(ends, return_inverse=True)
    first, stop = place[: len(base)], place[len(base) :]
    heads_on = np.cumsum(
        np.bincount(first, minlength=len(stops)) - np.bincount(stop, minlength=len(stops))
    )
    length = np.append(np.diff(stops), 0)[: len(stops)]
    return Pieces(
        np.where(heads_on > 0, length, 0), first, stop, incidence.head, incidence.candidates
    )


def seeable(incidence: Incidence) -> int:
    """Return the length that all candidates together see, mm."""
    return int(cut_pieces(incidence).length.sum())


def coverage_bounds(
    incidence: Incidence, picks: Picks, counts: Sequence[int], *, steps: int = STEPS
) -> Longs:
    """Return, for each number of heads, a length (mm) that no choice of so many can exceed.

    Parameters
    ----------
    incidence
        What the candidates see.
    picks
        A greedy choice from it, where the search begins. The bound holds for every fleet of so
        many candidates, whether or not it has the heads that stood already.
    counts
        Numbers of heads, 0 or more.
    steps
        Steps of the search for each number at most; 0 gives the bound of greedy alone.

    Notes
    -----
    Prices of a greedy fleet: Nemhauser, Wolsey and Fisher (1978). Prices of the linear relaxation:
    its Lagrangian dual (Fisher 1981), searched by primal-dual hybrid gradient with diagonal steps
    (Pock and Chambolle 2011) and restarts from the average (Applegate and others 2021).
    """
    pieces = cut_pieces(incidence)
    bounds = []
    for count in counts:
        best, price = _greedy_prices(pieces, picks, count)
        if 0 < count < incidence.candidates and steps > 0:
            best = _search(pieces, picks, count, steps, price, best)
        bounds.append(best)
    return np.array(bounds, np.int64)


def _greedy_prices(pieces: Pieces, picks: Picks, count: int) -> tuple[int, Floats]:
    """Return the least bound from prices of greedy fleets of up to this size, and its prices."""
    best, price = int(pieces.length.sum()), np.zeros(len(pieces.length))
    for size in sorted({count * share // 4 for share in range(5)}):
        chosen = np.zeros(pieces.heads)
        chosen[picks.order[:size]] = 1.0
        unseen = (_heads_on(pieces, chosen) < 0.5).astype(np.float64)
        bound = _proven(pieces, unseen, count)
        if bound < best:
            best, price = bound, unseen
    return best, price


def _search(pieces: Pieces, picks: Picks, count: int, steps: int, price: Floats, best: int) -> int:
    """Search the saddle point of prices, which lower the bound, and of heads, which raise it.

    Prices are shares of a piece's length; each coordinate has its own step, one over what it meets.
    """
    goal = int(picks.gain[:count].sum())
    if best - goal <= ENOUGH * best:
        return best
    chosen = np.zeros(pieces.heads)
    chosen[picks.order[:count]] = 1.0
    price_step = 1 / np.maximum(_heads_on(pieces, np.ones(pieces.heads)), 1.0)
    head_step = 1 / np.maximum(_views(pieces, pieces.length.astype(np.float64)), 1.0)
    on = _heads_on(pieces, chosen)
    level, mean, mean_of = 0.0, np.zeros(len(price)), 0
    for step in range(1, steps + 1):
        moved = np.clip(price - price_step * (on - 1), 0.0, 1.0)
        view = _views(pieces, pieces.length * (2 * moved - price))
        price = moved
        chosen, level = _share_out(chosen + head_step * view, head_step, count, level)
        on = _heads_on(pieces, chosen)
        mean += price
        mean_of += 1
        if step % LOOK_EVERY == 0 or step == steps:
            now, average = (_proven(pieces, p, count) for p in (price, mean / mean_of))
            if average < now:
                price = mean / mean_of
            mean, mean_of = np.zeros(len(price)), 0
            best = min(best, now, average)
            if best - goal <= ENOUGH * best:
                break
    return best


def _share_out(wanted: Floats, step: Floats, count: int, level: float) -> tuple[Floats, float]:
    """Bring shares of heads to between 0 and 1 and to the sum `count`, by the least change.

    Every share gives up the same level times its step; Newton's search for the level begins at the
    last one, and falls back on halving where it would leave what is known of it.
    """
    low, high = float(((wanted - 1) / step).min()), float((wanted / step).max())
    level = min(max(level, low), high)
    for _ in range(60):
        share = wanted - level * step
        inner = (share > 0) & (share < 1)
        np.clip(share, 0.0, 1.0, out=share)
        excess = float(share.sum()) - count
        if abs(excess) <= 1e-9 * count:
            break
        low, high = (level, high) if excess > 0 else (low, level)
        slope = float(step[inner].sum())
        level = level + excess / slope if slope > 0 else low
        if not low < level < high:
            level = (low + high) / 2
    return share, level


def _views(pieces: Pieces, price: Floats) -> Floats:
    """Add up what each head's view costs."""
    total = np.concatenate([[0.0], np.cumsum(price)])
    view = np.bincount(pieces.head, total[pieces.stop] - total[pieces.first], pieces.heads)
    return view.astype(np.float64, copy=False)


def _heads_on(pieces: Pieces, chosen: Floats) -> Floats:
    """Count the chosen heads, or shares of them, that see each piece."""
    share, size = chosen[pieces.head], len(pieces.length) + 1
    change = np.bincount(pieces.first, share, size) - np.bincount(pieces.stop, share, size)
    return np.asarray(change.cumsum()[:-1])


def _proven(pieces: Pieces, price: Floats, count: int) -> int:
    """Return the bound from these prices (shares of length), in whole numbers, rounded down.

    Rounding down is allowed because what is seen is a whole number of millimetres.
    """
    priced = np.rint(np.clip(price, 0.0, 1.0) * (pieces.length * FINENESS)).astype(np.int64)
    total = np.concatenate([[0], np.cumsum(priced)])
    # these sums stay below 2⁵³, so floating point adds them exactly
    view = np.bincount(pieces.head, total[pieces.stop] - total[pieces.first], pieces.heads)
    least = max(pieces.heads - count, 0)
    dearest = np.partition(view, least)[least:] if 0 < least < pieces.heads else view[least:]
    unpriced = int(pieces.length.sum()) * FINENESS - int(priced.sum())
    return (unpriced + int(dearest.astype(np.int64).sum())) // FINENESS
