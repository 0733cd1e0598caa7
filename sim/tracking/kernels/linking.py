"""How well one walker after the other is followed: a recursion along the walk, by total.

A walk is cut into spans in view and gaps, with at most one sighting that may identify at the end
of each; the recursion and the survival of a gap are closed forms, so nothing is drawn. A gap on
streets that are not equally busy is cut where they change, and goes on in the next span.
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
    gather_spells,
    sees_more,
)

Floats = NDArray[np.float64]

GLANCE_M = 1e-6
"""A face turned to a head for less than a micrometre of street is not turned to it."""
IDENTIFIED, AFTERWARDS, LIVE = range(3)
"""Rows of what `follow` writes."""


GAUSS = np.polynomial.legendre.leggauss(8)
"""Nodes and weights over −1 to 1."""
GENTLE = 0.25
"""Up to this much tilt squared and bend the eight nodes are wrong by less than 1e-12 of a gap."""


class Crowd(NamedTuple):
    """Where look-alikes are: everything per walker on a m² of street."""

    near: float
    """2 α w v, per second: on the street that the walker was lost on."""
    wide: float
    """α w D π v², per square second: on the streets around."""
    density: NDArray[np.float64]
    """Walkers per m² of street, shape (hours, kinds of street)."""
    kind: NDArray[np.int64]
    """Of each edge."""
    hour: NDArray[np.int64]
    """Of each walk."""


class Chances(NamedTuple):
    """What the recursion needs to know besides geometry, for one task."""

    hit: NDArray[np.float64]
    """Of each head: hit rate × duty; 0 where the head is out of order."""
    dwell_needed_s: float
    loss: float
    """1/τ, per second."""
    crowd: Crowd
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
    density: NDArray[np.float64]
    """Of a gap: walkers per m² of street."""
    chance: NDArray[np.float64]
    """Probability that the sighting at the end of the span identifies, at the mean hit rate."""
    alive: NDArray[np.float64]
    """Probability to be tracked at the beginning of the span, judged forward."""
    loss: NDArray[np.float64]
    """Of a gap: by how much the exponent of ρ grows a second where the span begins."""
    outlived: NDArray[np.float64]
    """Of a gap: `survival`."""
    alive_s: NDArray[np.float64]
    """Of a gap: `seconds_alive`."""
    loss_back: NDArray[np.float64]
    outlived_back: NDArray[np.float64]
    alive_back_s: NDArray[np.float64]
    """The same of the walk told backward."""


class Room(NamedTuple):
    """Scratch of one chunk of walks."""

    spells: Spells
    runs: Runs
    density: NDArray[np.float64]
    """Walkers per m² of street, of each run."""
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
    recorded = chances.first <= AFTERWARDS < chances.stop
    for trip in range(first, stop):
        count = gather_spells(trip, paths, walked.seen, spells)
        found = _identifications(count, walked.heads, spells, chances, totals, events)
        if found == 0:
            continue
        count = _gather_runs(trip, walked, chances.crowd, runs, room.density)
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
                    number = _cut_spans(total, count, runs, room.density, found, events, spans)
                    _weigh_gaps(number, recorded, spans, chances.loss, chances.crowd)
                live = seconds_live(number, spans, factor)
                wide = chances.crowd.wide
                both = seconds_recorded(number, spans, factor, wide) if recorded else 0.0
                for figure in range(chances.first, chances.stop):
                    value = (1.0 - missed, both, live)[figure]
                    out[figure, trip, total, task] += weight * value


@lean_inner
def _gather_runs(trip: int, walked: Walked, crowd: Crowd, runs: Runs, density: Floats) -> int:
    """Write the stretches of a walk between changes of step or density; return their number."""
    paths, pieces, count = walked.paths, walked.pieces, 0
    for k in range(paths.ptr[trip], paths.ptr[trip + 1]):
        edge, backward = paths.edge[k], paths.backward[k]
        here = crowd.density[crowd.hour[trip], crowd.kind[edge]]
        low, high = pieces.ptr[edge], pieces.ptr[edge + 1]
        for i in range(high - low):
            piece = high - 1 - i if backward else low + i
            step = pieces.step[piece]
            if count == 0 or runs.step[count - 1] != step or density[count - 1] != here:
                runs.seconds[count], runs.step[count], density[count] = 0.0, step, here
                count += 1
            runs.seconds[count - 1] += pieces.length[piece] * paths.pace[edge]
    return count


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
def _cut_spans(
    total: int,
    count: int,
    runs: Runs,
    density: Floats,
    found: int,
    events: Events,
    spans: Spans,
) -> int:
    """Cut a walk where it enters or leaves view and where it may be identified."""
    number, event, clock = ZERO, 0, 0.0
    gap, seconds, here = False, 0.0, 0.0
    for run in range(count):
        unseen = runs.step[run] > total
        if unseen != gap or (gap and density[run] != here):
            number = _add_span(number, gap, seconds, here, 0.0, spans)
            gap, seconds = unseen, 0.0
        here = density[run]
        end = clock + runs.seconds[run]
        while event < found and events.moment[event] < end:
            if events.step[event] <= total:
                before = max(events.moment[event] - clock, 0.0)
                chance = events.chance[event]
                number = _add_span(number, gap, seconds + before, here, chance, spans)
                clock, seconds = clock + before, 0.0
            event += 1
        seconds += end - clock
        clock = end
    return _add_span(number, gap, seconds, here, 0.0, spans)


@lean_inner
def _add_span(
    number: int, gap: bool, seconds: float, density: float, chance: float, spans: Spans
) -> int:
    if seconds <= 0.0 and chance == 0.0:
        return number
    spans.gap[number], spans.seconds[number], spans.density[number] = gap, seconds, density
    spans.chance[number] = chance
    return number + 1


@lean_inner
def _weigh_gaps(number: int, recorded: bool, spans: Spans, loss: float, crowd: Crowd) -> None:
    """Write how well a track lives through each gap, both ways where recordings are searched.

    So many seconds t after it was lost, with i = ∫ δ so far, the exponent of ρ is t/τ + near i +
    wide t i: linear and quadratic in what is still to come of a span.
    """
    gone, walkers = 0.0, 0.0
    for k in range(number):
        if not spans.gap[k]:
            continue
        if k == 0 or not spans.gap[k - 1] or spans.chance[k - 1] > 0.0:
            gone, walkers = 0.0, 0.0
        seconds, density = spans.seconds[k], spans.density[k]
        spans.loss[k] = loss + crowd.near * density + crowd.wide * (walkers + density * gone)
        spans.outlived[k], spans.alive_s[k] = _lived(seconds, spans.loss[k], crowd.wide * density)
        gone += seconds
        walkers += density * seconds
    for k in range(number - 1 if recorded else -1, -1, -1):
        if not spans.gap[k]:
            continue
        if k == number - 1 or not spans.gap[k + 1] or spans.chance[k] > 0.0:
            gone, walkers = 0.0, 0.0
        seconds, density = spans.seconds[k], spans.density[k]
        back = loss + crowd.near * density + crowd.wide * (walkers + density * gone)
        spans.loss_back[k] = back
        if back == spans.loss[k]:
            spans.outlived_back[k], spans.alive_back_s[k] = spans.outlived[k], spans.alive_s[k]
        else:
            lived = _lived(seconds, back, crowd.wide * density)
            spans.outlived_back[k], spans.alive_back_s[k] = lived
        gone += seconds
        walkers += density * seconds


@lean_inner
def _lived(seconds: float, loss: float, crowd: float) -> tuple[float, float]:
    """Return `survival` and `seconds_alive` of a span."""
    outlived = survival(seconds, loss, crowd)
    return outlived, seconds_alive(seconds, loss, crowd, outlived)


@lean_inner
def seconds_live(number: int, spans: Spans, factor: float) -> float:
    """Return the expected seconds tracked live: f, the forward recursion.

    The chances of the spans hold times `factor`, for a walker recognised so much more readily.
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
    return live


@lean_inner
def seconds_recorded(number: int, spans: Spans, factor: float, wide: float) -> float:
    """Return the expected seconds tracked afterwards from recordings, after `seconds_live`.

    It is 1 − (1 − f)(1 − b), where b runs backward from the identifications still to come: the
    two rest on different sightings, so they are independent.
    """
    both, b = 0.0, 0.0
    for k in range(number - 1, -1, -1):
        seconds, f = spans.seconds[k], spans.alive[k]
        b = 1.0 - (1.0 - b) * (1.0 - factor * spans.chance[k])
        if spans.gap[k] and (f > 0.0 or b > 0.0):
            both += f * spans.alive_s[k] + b * spans.alive_back_s[k]
            if f > 0.0 and b > 0.0:
                ahead, back = spans.loss[k], spans.loss_back[k]
                crowd = wide * spans.density[k]
                both -= f * b * seconds_alive_both(seconds, ahead, back, crowd)
            b *= spans.outlived_back[k]
        else:
            both += (f + b - f * b) * seconds
    return both


@lean_kernel
def survival(gap_s: float, loss: float, crowd: float) -> float:
    """Return ρ(g) = exp(−loss g − crowd g²): the chance that a track outlives a gap."""
    return float(np.exp(-loss * gap_s - crowd * gap_s * gap_s))


@lean_kernel
def seconds_alive(gap_s: float, loss: float, crowd: float, outlived: float) -> float:
    """Return ∫₀ᵍ ρ(u) du in closed form, from ρ(g).

    With z = loss / (2 √crowd) and erfcx(x) = exp(x²) erfc(x) it is
    √π / (2 √crowd) · (erfcx(z) − ρ(g) erfcx(z + √crowd g)), which stays accurate where the
    plain difference of error functions does not.
    """
    root = np.sqrt(crowd)
    if root * gap_s < 1e-8:
        return float(-np.expm1(-loss * gap_s) / loss)
    z = loss / (2.0 * root)
    rest = outlived * scaled_erfc(z + root * gap_s)
    return float(0.5 * np.sqrt(np.pi) / root * (scaled_erfc(z) - rest))


@lean_kernel
def seconds_alive_both(gap_s: float, ahead: float, back: float, crowd: float) -> float:
    """Return ∫₀ᵍ ρ(u) ρ′(g − u) du, where ρ has the loss `ahead` and ρ′ the loss `back`.

    About the middle of the gap the exponent is S + x s + q² s², −1 ≤ s ≤ 1, with
    S = (ahead + back) g/2 + q², x = |ahead − back| g/2 and q² = crowd g²/2. With z = x / (2 q) the
    integral is g √π / (4 q) · exp(z² − S) (erf(q + z) + erf(q − z)); beyond z = q it is written
    with erfcx, and where x and q are small it is a sum at eight nodes.
    """
    half, bend = 0.5 * gap_s, 0.5 * crowd * gap_s * gap_s
    reach, tilt = np.sqrt(bend), abs(ahead - back) * half
    outer = (ahead + back) * half + bend
    if tilt == 0.0 and reach < 1e-8:
        return float(np.exp(-outer) * gap_s)
    if tilt == 0.0:
        shape = 0.5 * np.sqrt(np.pi) / reach * math.erf(reach)
        return float(np.exp(-outer) * gap_s * shape)
    if tilt * tilt < GENTLE and bend < GENTLE:
        total = 0.0
        for k in range(len(GAUSS[0])):
            s = GAUSS[0][k]
            total += GAUSS[1][k] * np.exp(-outer - tilt * s - bend * s * s)
        return float(half * total)
    if reach < 1e-8:
        return float(half * (np.exp(tilt - outer) - np.exp(-tilt - outer)) / tilt)
    z = 0.5 * tilt / reach
    scale = half * 0.5 * np.sqrt(np.pi) / reach
    if z < reach:
        both = math.erf(reach + z) + math.erf(reach - z)
        return float(scale * np.exp(z * z - outer) * both)
    first = np.exp(tilt - bend - outer) * scaled_erfc(z - reach)
    last = np.exp(-tilt - bend - outer) * scaled_erfc(z + reach)
    return float(scale * (first - last))


@lean_inner
def scaled_erfc(x: float) -> float:
    """Return exp(x²) erfc(x) for x ≥ 0; beyond 20 the asymptotic series is exact to 1e-13."""
    if x < 20.0:
        return float(np.exp(x * x) * math.erfc(x))
    t = 0.5 / (x * x)
    series = 1.0 - t * (1.0 - 3.0 * t * (1.0 - 5.0 * t * (1.0 - 7.0 * t * (1.0 - 9.0 * t))))
    return float(series / (x * np.sqrt(np.pi)))
