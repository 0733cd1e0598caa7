"""How well one walker after the other is followed: a recursion along the walk, by total.

A walk is cut into spans in view and gaps, with at most one sighting that may identify at the end
of each; the recursion and the survival of a gap are closed forms, so nothing is drawn.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.city.streets import StreetArrays
from sim.jit import ZERO, lean_inner, lean_kernel
from sim.tracking.kernels.walks import (
    HeadSteps,
    Runs,
    SeenArrays,
    Spells,
    Walked,
    gather_runs,
    gather_spells,
    sees_more,
)

Floats = NDArray[np.float64]

GLANCE_M = 1e-6
"""A face turned to a head for less than a micrometre of street is not turned to it."""
IDENTIFIED, AFTERWARDS, LIVE = range(3)
"""Rows of what `follow` writes."""


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
    first: int
    stop: int
    """Rows that are written: from `first` on, up to but without `stop`."""


class Events(NamedTuple):
    """Scratch: the sightings of one walk that may identify, by moment."""

    moment: NDArray[np.float64]
    """Seconds from the start of the walk."""
    step: NDArray[np.int64]
    chance: NDArray[np.float64]
    """Probability to identify, at the mean hit rate."""


class Spans(NamedTuple):
    """Scratch: a walk cut into spans in view and gaps, with at most one sighting at each end."""

    gap: NDArray[np.bool_]
    seconds: NDArray[np.float64]
    chance: NDArray[np.float64]
    """Probability that the sighting at the end of the span identifies, at the mean hit rate."""
    alive: NDArray[np.float64]
    """Probability to be tracked at the beginning of the span, judged forward."""
    outlived: NDArray[np.float64]
    """Of a gap: `survival`."""
    alive_s: NDArray[np.float64]
    """Of a gap: `seconds_alive`."""


class Room(NamedTuple):
    """Scratch of one chunk of walks."""

    spells: Spells
    runs: Runs
    events: Events
    spans: Spans


@lean_kernel
def find_faced(
    seen: SeenArrays, x: Floats, y: Floats, streets: StreetArrays, cotangent: float
) -> None:
    """Write where each interval first has the walker's face turned to the head."""
    for edge in range(len(seen.row_ptr) - 1):
        for row in range(seen.row_ptr[edge], seen.row_ptr[edge + 1]):
            for s in range(streets.segment_ptr[edge], streets.segment_ptr[edge + 1]):
                x0, y0 = streets.segment_x0[s], streets.segment_y0[s]
                dx, dy = streets.segment_x1[s] - x0, streets.segment_y1[s] - y0
                length = np.hypot(dx, dy)
                from_t = streets.segment_start[s]
                low, high = max(seen.start[row], from_t), min(seen.end[row], from_t + length)
                if high - low <= 0.0:
                    continue
                hx, hy = x[seen.head[row]] - x0, y[seen.head[row]] - y0
                ahead = from_t + (hx * dx + hy * dy) / length
                margin = abs(hx * dy - hy * dx) / length * cotangent
                # walking up, faced until `margin` metres before passing it; down, the mirror image
                if ahead - margin > low + GLANCE_M and not seen.faced_forward[row] <= low:
                    seen.faced_forward[row] = low
                if ahead + margin < high - GLANCE_M and not seen.faced_backward[row] >= high:
                    seen.faced_backward[row] = high


@lean_kernel
def follow(
    first: int, stop: int, task: int, walked: Walked, chances: Chances, room: Room, out: Floats
) -> None:
    """Follow the walks first … stop − 1; `out` has the shape (3, trips, totals, tasks).

    Only the rows that the chances name are written.
    """
    paths, spells, runs, events, spans = (
        walked.paths,
        room.spells,
        room.runs,
        room.events,
        room.spans,
    )
    totals = out.shape[2]
    for trip in range(first, stop):
        count = gather_spells(trip, paths, walked.seen, spells)
        found = _identifications(count, walked.heads, spells, chances, totals, events)
        if found == 0:
            continue
        count = gather_runs(trip, paths, walked.pieces, runs)
        for total in range(totals):
            if total > 0 and not _learns_more(total, found, events, count, runs):
                for figure in range(chances.first, chances.stop):
                    out[figure, trip, total, task] = out[figure, trip, total - 1, task]
                continue
            number = -1
            for kind in range(len(chances.factor)):
                factor, weight = chances.factor[kind], chances.weight[kind]
                missed = 1.0
                for event in range(found):
                    if events.step[event] <= total:
                        missed *= 1.0 - factor * events.chance[event]
                if missed == 1.0:
                    continue
                if number < 0:
                    number = _cut_spans(total, count, runs, found, events, spans)
                    _weigh_gaps(number, spans, chances.loss, chances.crowd)
                live, both = expected_seconds(number, spans, factor, chances.loss, chances.crowd)
                for figure in range(chances.first, chances.stop):
                    value = (1.0 - missed, both, live)[figure]
                    out[figure, trip, total, task] += weight * value


@lean_inner
def _learns_more(total: int, found: int, events: Events, count: int, runs: Runs) -> bool:
    """Return whether a walk has anything, in view or to identify by, that is new at this total."""
    for event in range(found):
        if events.step[event] == total:
            return True
    return sees_more(total, count, runs)


@lean_inner
def _identifications(
    count: int, heads: HeadSteps, spells: Spells, chances: Chances, totals: int, events: Events
) -> int:
    """Write moment, step and probability of each sighting that may identify, by moment."""
    found = 0
    for spell in range(count):
        head = spells.head[spell]
        chance = chances.hit[head] * min(1.0, spells.seconds[spell] / chances.dwell_needed_s)
        if chance == 0.0 or spells.faced[spell] == np.inf or heads.step[head] >= totals:
            continue
        k, moment = found, spells.faced[spell]
        # almost in order already, since a walk meets one edge after the other
        while k > 0 and events.moment[k - 1] > moment:
            events.moment[k], events.step[k] = events.moment[k - 1], events.step[k - 1]
            events.chance[k] = events.chance[k - 1]
            k -= 1
        events.moment[k], events.step[k], events.chance[k] = moment, heads.step[head], chance
        found += 1
    return found


@lean_inner
def _cut_spans(total: int, count: int, runs: Runs, found: int, events: Events, spans: Spans) -> int:
    """Cut a walk where it enters or leaves view and where it may be identified."""
    number, event, clock = ZERO, 0, 0.0
    gap, seconds = False, 0.0
    for run in range(count):
        unseen = runs.step[run] > total
        if unseen != gap:
            number = _add_span(number, gap, seconds, 0.0, spans)
            gap, seconds = unseen, 0.0
        end = clock + runs.seconds[run]
        while event < found and events.moment[event] < end:
            if events.step[event] <= total:
                before = max(events.moment[event] - clock, 0.0)
                number = _add_span(number, gap, seconds + before, events.chance[event], spans)
                clock, seconds = clock + before, 0.0
            event += 1
        seconds += end - clock
        clock = end
    return _add_span(number, gap, seconds, 0.0, spans)


@lean_inner
def _add_span(number: int, gap: bool, seconds: float, chance: float, spans: Spans) -> int:
    if seconds <= 0.0 and chance == 0.0:
        return number
    spans.gap[number], spans.seconds[number] = gap, seconds
    spans.chance[number] = chance
    return number + 1


@lean_inner
def _weigh_gaps(number: int, spans: Spans, loss: float, crowd: float) -> None:
    """Write how well a track lives through each gap: both ways and all walkers need it."""
    root = np.sqrt(crowd)
    at_once = scaled_erfc(loss / (2.0 * root))
    for k in range(number):
        if spans.gap[k]:
            seconds = spans.seconds[k]
            outlived = survival(seconds, loss, crowd)
            spans.outlived[k] = outlived
            spans.alive_s[k] = seconds_alive(seconds, loss, root, outlived, at_once)


@lean_inner
def expected_seconds(
    number: int, spans: Spans, factor: float, loss: float, crowd: float
) -> tuple[float, float]:
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
            live += f * spans.alive_s[k]
            f *= spans.outlived[k]
        else:
            live += f * seconds
        f = 1.0 - (1.0 - f) * (1.0 - factor * spans.chance[k])
    both, b = 0.0, 0.0
    for k in range(number - 1, -1, -1):
        seconds, f = spans.seconds[k], spans.alive[k]
        b = 1.0 - (1.0 - b) * (1.0 - factor * spans.chance[k])
        if spans.gap[k] and (f > 0.0 or b > 0.0):
            both += (f + b) * spans.alive_s[k]
            if f > 0.0 and b > 0.0:
                both -= f * b * seconds_alive_both(seconds, loss, crowd)
            b *= spans.outlived[k]
        else:
            both += (f + b - f * b) * seconds
    return live, both


@lean_kernel
def survival(gap_s: float, loss: float, crowd: float) -> float:
    """Return ρ(g) = exp(−g/τ − α δ π (v g)²): the chance that a track outlives a gap."""
    return float(np.exp(-loss * gap_s - crowd * gap_s * gap_s))


@lean_kernel
def seconds_alive(gap_s: float, loss: float, root: float, outlived: float, at_once: float) -> float:
    """Return ∫₀ᵍ ρ(u) du in closed form, from the root of crowd, ρ(g) and erfcx(z).

    With z = loss / (2 √crowd) and erfcx(x) = exp(x²) erfc(x) it is
    √π / (2 √crowd) · (erfcx(z) − ρ(g) erfcx(z + √crowd g)), which stays accurate where the
    plain difference of error functions does not.
    """
    if root * gap_s < 1e-8:
        return float(-np.expm1(-loss * gap_s) / loss)
    rest = outlived * scaled_erfc(loss / (2.0 * root) + root * gap_s)
    return float(0.5 * np.sqrt(np.pi) / root * (at_once - rest))


@lean_kernel
def seconds_alive_both(gap_s: float, loss: float, crowd: float) -> float:
    """Return ∫₀ᵍ ρ(u) ρ(g − u) du = exp(−g/τ − c g²/2) √(π/2c) erf(g √(c/2)), c = α δ π v²."""
    reach = gap_s * np.sqrt(0.5 * crowd)
    outer = np.exp(-loss * gap_s - 0.5 * crowd * gap_s * gap_s)
    if reach < 1e-8:
        return float(outer * gap_s)
    return float(outer * gap_s * 0.5 * np.sqrt(np.pi) / reach * math.erf(reach))


@lean_inner
def scaled_erfc(x: float) -> float:
    """Return exp(x²) erfc(x) for x ≥ 0; beyond 20 the asymptotic series is exact to 1e-13."""
    if x < 20.0:
        return float(np.exp(x * x) * math.erfc(x))
    t = 0.5 / (x * x)
    series = 1.0 - t * (1.0 - 3.0 * t * (1.0 - 5.0 * t * (1.0 - 7.0 * t * (1.0 - 9.0 * t))))
    return float(series / (x * np.sqrt(np.pi)))
