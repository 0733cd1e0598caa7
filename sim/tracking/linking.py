"""How well a walker is followed: the expected share of a walk on which the track is alive.

A walker is tracked or lost. Being identified makes them tracked; a track lives on while any head
has them in view, and survives an unseen gap by chance. The expectation is a forward recursion
along the walk, exact given which heads work and how readily the walker is recognised, and then
averaged over walkers; nothing is drawn. It knows sightings, not streets.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.cameras.fleet import Fleet
from sim.cameras.optics import TASKS
from sim.city.streets import StreetArrays
from sim.jit import inner, kernel
from sim.keyed_random import uniform
from sim.sight.sightings import SightingArrays
from sim.tracking.exposure import (
    HeadSteps,
    PathArrays,
    SeenArrays,
    StepPieces,
    gather_runs,
    gather_spells,
    in_chunks,
    new_runs,
    new_spells,
)
from sim.tracking.parameters import TrackingParameters

KINDS_OF_WALKERS = 16
"""Hit rates at which a walk is followed where they vary by person; see `hit_rates`."""
ALIKE = 1e-12
"""A spread nearer to 0, or a mean nearer to 0 or 1, is no spread; a spread nearer to 1 is 1."""
GLANCE_M = 1e-6
"""A face turned to a head for less than a micrometre of street is not turned to it."""


class LinkingArrays(NamedTuple):
    """How well each walker is followed; every array has the shape (trips, totals, tasks)."""

    identified: NDArray[np.float64]
    """Probability to be identified at least once."""
    live_s: NDArray[np.float64]
    """Expected seconds tracked, each moment judged from what came before it."""
    afterwards_s: NDArray[np.float64]
    """Expected seconds tracked from recordings, forward or backward from an identification."""


class Chances(NamedTuple):
    """What the recursion needs to know besides geometry, for one task."""

    hit: NDArray[np.float64]
    """Of each head: hit rate × duty; 0 where the head is out of order."""
    dwell_needed_s: float
    loss: float
    """1/τ, per second."""
    crowd: float
    """α δ π v², per square second."""
    factor: NDArray[np.float64]
    """Of each kind of walker: hit rate as a multiple of the mean."""
    weight: NDArray[np.float64]
    """Share of walkers of each kind."""


class Spans(NamedTuple):
    """Scratch: a walk cut into spans in view and gaps, with at most one sighting at each end."""

    gap: NDArray[np.bool_]
    seconds: NDArray[np.float64]
    chance: NDArray[np.float64]
    """Probability that the sighting at the end of the span identifies, at the mean hit rate."""
    alive: NDArray[np.float64]
    """Probability to be tracked at the beginning of the span, judged forward."""


def faced_positions(
    streets: StreetArrays, fleet: Fleet, sightings: SightingArrays, facing_degrees: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where each interval first has the walker's face turned to the head.

    The walking direction is that of the street segment. On a straight segment the angle to the
    head only grows, so the answer is exact and does not depend on how edges are cut.

    Returns
    -------
    tuple
        For walkers from u to v and from v to u: position on the edge (m from u), NaN where the
        face is never turned to the head within the interval.
    """
    if facing_degrees >= 180:
        return sightings.start, sightings.end
    tangent = math.tan(math.radians(facing_degrees))
    # at 0 degrees only a head straight ahead is faced
    cotangent = min(1 / tangent, 1e12) if tangent != 0 else 1e12
    forward = np.full(len(sightings.head), np.nan)
    backward = np.full(len(sightings.head), np.nan)
    heads = fleet.arrays
    for task in range(len(TASKS)):
        _find_faced(
            sightings.edge_ptr[task], sightings.head, sightings.start, sightings.end,
            heads.x, heads.y, streets, cotangent, forward, backward,
        )  # fmt: skip
    return forward, backward


def hit_rates(
    mean: float, spread: float, kinds: int = KINDS_OF_WALKERS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return kinds of walkers that stand for a Beta distribution of the hit rate.

    They are the nodes of Gauss-Jacobi quadrature (Golub and Welsch 1969). All figures of a walk
    are polynomials in the hit rate, of the degree of its sightings that may identify, so the
    expectation over persons is exact for walks with up to 2 · kinds − 1 of these, and beyond them
    wrong by less than 1e-9 at 50 and 1e-3 at 200.

    Parameters
    ----------
    mean, spread
        As in `TrackingParameters`: Beta(m c, (1 − m) c) with c = 1 / spread − 1.
    kinds
        How many, where they differ.

    Returns
    -------
    tuple
        Hit rate and share of walkers of each kind.
    """
    if spread < ALIKE or not ALIKE < mean < 1 - ALIKE:
        return np.array([mean]), np.ones(1)
    certainty, n = 1 / spread - 1, np.arange(1, kinds)
    more, fewer = mean * certainty, (1 - mean) * certainty
    # recurrence of the Jacobi polynomials, with what would be 0/0 at certainty 0 taken out
    middle = np.full(kinds, 2 * mean - 1)
    middle[1:] *= certainty - 2
    middle[1] /= certainty + 2
    middle[2:] *= certainty / ((2 * n[1:] + certainty - 2) * (2 * n[1:] + certainty))
    beside = np.full(kinds - 1, 4 * mean * (1 - mean) / (certainty + 1))
    n = n[1:]
    beside[1:] = 4 * n * (n + fewer - 1) * (n + more - 1) * (n + certainty - 2)
    beside[1:] /= (2 * n + certainty - 2) ** 2 * (2 * n + certainty - 1) * (2 * n + certainty - 3)
    node, vector = np.linalg.eigh(np.diag(middle) + np.diag(np.sqrt(beside), -1))
    return np.clip((1 + node) / 2, 0.0, 1.0), vector[0] ** 2


def drawn_hit_rates(mean: float, spread: float, lot: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the hit rates of single persons, from lots in [0, 1): the Beta quantile of each.

    The parameters are those of `hit_rates`.
    """
    if spread < ALIKE or not ALIKE < mean < 1 - ALIKE:
        return np.full(lot.shape, mean)
    if spread > 1 - ALIKE:
        return (lot >= 1 - mean).astype(np.float64)
    from scipy.special import betaincinv

    certainty = 1 / spread - 1
    rate: NDArray[np.float64] = betaincinv(mean * certainty, (1 - mean) * certainty, lot)
    return rate


def working_heads(fleet: Fleet, uptime: float, seed: int) -> NDArray[np.float64]:
    """Return for each head its duty where it works on the day, 0 where it is out of order."""
    works = uniform(seed, "outage", fleet.arrays.rank) < uptime
    return np.where(works, fleet.heads["duty"].to_numpy(np.float64), 0.0)


def linking(
    paths: PathArrays,
    heads: HeadSteps,
    hit: NDArray[np.float64],
    sightings: SightingArrays,
    faced: tuple[NDArray[np.float64], NDArray[np.float64]],
    pieces: list[StepPieces],
    totals: int,
    speed_m_s: float,
    parameters: TrackingParameters,
    workers: int | None = None,
) -> LinkingArrays:
    """Return how well each walker is followed, for every total and task.

    Parameters
    ----------
    paths, heads, sightings
        Walks, heads and what the heads see.
    hit
        Of each head, the probability that it works and looks there.
    faced
        Of `faced_positions`.
    pieces
        Streets cut by step, one per task: what keeps a track alive.
    totals
        How many totals there are.
    speed_m_s
        How fast look-alikes may have come from where the walker was last seen.
    parameters
        Of the scenario.
    workers
        Threads; all cores by default. The result does not depend on it.
    """
    out = np.zeros((3, len(paths.ptr) - 1, totals, len(pieces)))
    for task, rate in enumerate(parameters.hit_rate):
        if rate == 0:
            continue
        rates, shares = hit_rates(rate, parameters.hit_rate_spread)
        chances = Chances(
            hit * rate,
            parameters.dwell_needed_s,
            1 / parameters.memory_s,
            parameters.look_alikes_per_s2(speed_m_s),
            rates / rate,
            shares,
        )
        seen = SeenArrays(
            sightings.edge_ptr[task], sightings.head, sightings.start, sightings.end, *faced
        )
        _follow_all(task, paths, heads, seen, pieces[task], chances, totals, out, workers)
    return LinkingArrays(*out)


def _follow_all(
    task: int,
    paths: PathArrays,
    heads: HeadSteps,
    seen: SeenArrays,
    pieces: StepPieces,
    chances: Chances,
    totals: int,
    out: NDArray[np.float64],
    workers: int | None,
) -> None:
    """Follow every walk for one task, on threads."""

    def some(first: int, stop: int) -> None:
        spells, runs = (
            new_spells(first, stop, paths, seen, heads),
            new_runs(first, stop, paths, pieces),
        )
        most = len(spells.head) + len(runs.step) + 1
        spans = Spans(np.empty(most, np.bool_), np.empty(most), np.empty(most), np.empty(most))
        events = np.empty((3, len(spells.head)))
        _follow(
            first, stop, task, paths, heads, seen, pieces, chances, totals,
            spells, runs, events, spans, out,
        )  # fmt: skip

    in_chunks(some, len(paths.ptr) - 1, workers)


# mypy: disable-error-code="no-untyped-def,no-untyped-call"
# ruff: noqa: ANN001, ANN201, ANN202 - kernels have the signature of the arrays that call them


@kernel
def _find_faced(row_ptr, head, start, end, x, y, streets, cotangent, forward, backward):
    for edge in range(len(row_ptr) - 1):
        for row in range(row_ptr[edge], row_ptr[edge + 1]):
            for s in range(streets.segment_ptr[edge], streets.segment_ptr[edge + 1]):
                x0, y0 = streets.segment_x0[s], streets.segment_y0[s]
                dx, dy = streets.segment_x1[s] - x0, streets.segment_y1[s] - y0
                length = np.hypot(dx, dy)
                from_t = streets.segment_start[s]
                low, high = max(start[row], from_t), min(end[row], from_t + length)
                if high - low <= 0.0:
                    continue
                hx, hy = x[head[row]] - x0, y[head[row]] - y0
                ahead = from_t + (hx * dx + hy * dy) / length
                aside = abs(hx * dy - hy * dx) / length * cotangent
                # walking up, faced until `aside` metres before passing it; down, the mirror image
                if ahead - aside > low + GLANCE_M and not forward[row] <= low:
                    forward[row] = low
                if ahead + aside < high - GLANCE_M and not backward[row] >= high:
                    backward[row] = high


@kernel
def _follow(
    first, stop, task, paths, heads, seen, pieces, chances, totals, spells, runs, events, spans, out
):
    for trip in range(first, stop):
        count = gather_spells(trip, paths, seen, spells)
        found = _identifications(count, heads, spells, chances, totals, events)
        count = gather_runs(trip, paths, pieces, runs)
        for total in range(totals):
            number = -1
            for kind in range(len(chances.factor)):
                factor, weight = chances.factor[kind], chances.weight[kind]
                missed = 1.0
                for event in range(found):
                    if events[1, event] <= total:
                        missed *= 1.0 - factor * events[2, event]
                if missed == 1.0:
                    continue
                if number < 0:
                    number = _cut_spans(total, count, runs, found, events, spans)
                live, both = expected_seconds(number, spans, factor, chances.loss, chances.crowd)
                out[0, trip, total, task] += weight * (1.0 - missed)
                out[1, trip, total, task] += weight * live
                out[2, trip, total, task] += weight * both


@inner
def _identifications(count, heads, spells, chances, totals, events):
    """Write moment, step and probability of each sighting that may identify, by moment."""
    found = 0
    for spell in range(count):
        head = spells.head[spell]
        chance = chances.hit[head] * min(1.0, spells.seconds[spell] / chances.dwell_needed_s)
        if chance == 0.0 or spells.faced[spell] == np.inf or heads.step[head] >= totals:
            continue
        k, moment = found, spells.faced[spell]
        # almost in order already, since a walk meets one edge after the other
        while k > 0 and events[0, k - 1] > moment:
            events[0, k], events[1, k] = events[0, k - 1], events[1, k - 1]
            events[2, k] = events[2, k - 1]
            k -= 1
        events[0, k], events[1, k], events[2, k] = moment, heads.step[head], chance
        found += 1
    return found


@inner
def _cut_spans(total, count, runs, found, events, spans):
    """Cut a walk where it enters or leaves view and where it may be identified."""
    number, event, clock = 0, 0, 0.0
    gap, seconds = False, 0.0
    for run in range(count):
        unseen = runs.step[run] > total
        if unseen != gap:
            number = _add_span(number, gap, seconds, 0.0, spans)
            gap, seconds = unseen, 0.0
        end = clock + runs.seconds[run]
        while event < found and events[0, event] < end:
            if events[1, event] <= total:
                before = max(events[0, event] - clock, 0.0)
                number = _add_span(number, gap, seconds + before, events[2, event], spans)
                clock, seconds = clock + before, 0.0
            event += 1
        seconds += end - clock
        clock = end
    return _add_span(number, gap, seconds, 0.0, spans)


@inner
def _add_span(number, gap, seconds, chance, spans):
    if seconds <= 0.0 and chance == 0.0:
        return number
    spans.gap[number], spans.seconds[number] = gap, seconds
    spans.chance[number] = chance
    return number + 1


@kernel
def expected_seconds(number, spans, factor, loss, crowd):
    """Return the expected seconds tracked live, and afterwards from recordings.

    The chances of the spans hold times `factor`, for a walker recognised so much more readily.
    Live is f, the forward recursion. Afterwards is 1 − (1 − f)(1 − b), where b runs backward from
    the identifications still to come: the two rest on different sightings, so they are
    independent.
    """
    live, f = 0.0, 0.0
    for k in range(number):
        seconds = spans.seconds[k]
        spans.alive[k] = f
        if spans.gap[k] and f > 0.0:
            live += f * seconds_alive(seconds, loss, crowd)
            f *= survival(seconds, loss, crowd)
        else:
            live += f * seconds
        f = 1.0 - (1.0 - f) * (1.0 - factor * spans.chance[k])
    both, b = 0.0, 0.0
    for k in range(number - 1, -1, -1):
        seconds, f = spans.seconds[k], spans.alive[k]
        b = 1.0 - (1.0 - b) * (1.0 - factor * spans.chance[k])
        if spans.gap[k] and (f > 0.0 or b > 0.0):
            both += (f + b) * seconds_alive(seconds, loss, crowd)
            both -= f * b * seconds_alive_both(seconds, loss, crowd)
            b *= survival(seconds, loss, crowd)
        else:
            both += (f + b - f * b) * seconds
    return live, both


@kernel
def survival(gap_s, loss, crowd):
    """Return ρ(g) = exp(−g/τ − α δ π (v g)²): the chance that a track outlives a gap."""
    return np.exp(-loss * gap_s - crowd * gap_s * gap_s)


@kernel
def seconds_alive(gap_s, loss, crowd):
    """Return ∫₀ᵍ ρ(u) du in closed form.

    With z = loss / (2 √crowd) and erfcx(x) = exp(x²) erfc(x) it is
    √π / (2 √crowd) · (erfcx(z) − ρ(g) erfcx(z + √crowd g)), which stays accurate where the
    plain difference of error functions does not.
    """
    root = np.sqrt(crowd)
    if root * gap_s < 1e-8:
        return -np.expm1(-loss * gap_s) / loss
    z = loss / (2.0 * root)
    rest = survival(gap_s, loss, crowd) * _erfcx(z + root * gap_s)
    return 0.5 * np.sqrt(np.pi) / root * (_erfcx(z) - rest)


@kernel
def seconds_alive_both(gap_s, loss, crowd):
    """Return ∫₀ᵍ ρ(u) ρ(g − u) du = exp(−g/τ − c g²/2) √(π/2c) erf(g √(c/2)), c = α δ π v²."""
    reach = gap_s * np.sqrt(0.5 * crowd)
    outer = np.exp(-loss * gap_s - 0.5 * crowd * gap_s * gap_s)
    if reach < 1e-8:
        return outer * gap_s
    return outer * gap_s * 0.5 * np.sqrt(np.pi) / reach * math.erf(reach)


@inner
def _erfcx(x):
    """Return exp(x²) erfc(x) for x ≥ 0; beyond 20 the asymptotic series is exact to 1e-13."""
    if x < 20.0:
        return np.exp(x * x) * math.erfc(x)
    t = 0.5 / (x * x)
    series = 1.0 - t * (1.0 - 3.0 * t * (1.0 - 5.0 * t * (1.0 - 7.0 * t * (1.0 - 9.0 * t))))
    return series / (x * np.sqrt(np.pi))
