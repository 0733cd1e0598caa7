"""How well one walker after the other is followed: a recursion along the walk, by total.

A walk is cut into spans in view and gaps, with at most one sighting that may identify at the end
of each; the recursion and the survival of a gap are closed forms, so nothing is drawn. A gap on
streets that are not equally busy is cut where they change, and goes on in the next span.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.city.streets import StreetArrays
from sim.jit import ZERO, lean_inner, lean_kernel
from sim.tracking.kernels.gaps import (
    ALIVE,
    ALIVE_BACK,
    OUTLIVED,
    OUTLIVED_BACK,
    SECONDS,
    Gaps,
    alive_both,
    forget,
    know_ahead,
    know_back,
)
from sim.tracking.kernels.walks import (
    Runs,
    SeenArrays,
    Spells,
    Walked,
    gather_spells,
    sees_more,
)

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

GLANCE_M = 1e-6
"""A face turned to a head for less than a micrometre of street is not turned to it."""
IDENTIFIED, AFTERWARDS, LIVE = range(3)
"""Rows of what `follow` writes."""
PERSON, SOFTWARE = range(2)
"""Watchers."""
IN_VIEW = -1
AT_ONCE_S = 1e-9
"""What begins so near to something else begins with it."""


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
    """How a walker is identified and lost, whoever watches."""

    dwell_needed_s: float
    loss: float
    """1/τ, per second."""
    crowd: Crowd


class Watcher(NamedTuple):
    """Who identifies walkers for one task: a person or software."""

    walked: Walked
    """With what the heads show to this watcher."""
    hit: NDArray[np.float64]
    """Of each head: hit rate × duty; 0 where the head is out of order."""
    spells: Spells
    """Scratch."""


class Kinds(NamedTuple):
    """Kinds of walkers to the watchers, and which rows are written; a line for each watcher."""

    factor: NDArray[np.float64]
    """Of each kind of walker: hit rate as a multiple of the mean."""
    weight: NDArray[np.float64]
    """Share of walkers of each kind."""
    rows: NDArray[np.int64]
    """From the first on, up to but without the second; who writes none does not watch."""


class At(NamedTuple):
    """Where following stands."""

    trip: int
    total: int
    task: int
    who: int


class Events(NamedTuple):
    """Scratch: the sightings of one walk that may identify, by moment; a line for each watcher."""

    found: NDArray[np.int64]
    """How many they are."""
    moment: NDArray[np.float64]
    """Seconds from the start of the walk."""
    step: NDArray[np.int64]
    chance: NDArray[np.float64]
    """Probability to identify, at the mean hit rate."""


class Spans(NamedTuple):
    """Scratch: a walk cut into spans in view and gaps, with at most one sighting at each end.

    A span in view is a gap that every track outlives.
    """

    place: NDArray[np.int64]
    """Of a gap: its row of what is known of gaps; of a span in view: `IN_VIEW`."""
    chance: NDArray[np.float64]
    """Probability that the sighting at the end of the span identifies, at the mean hit rate."""
    tracked: NDArray[np.float64]
    """Probability to be tracked at the beginning of the span, judged forward."""
    outlived: NDArray[np.float64]
    alive_s: NDArray[np.float64]
    outlived_back: NDArray[np.float64]
    alive_back_s: NDArray[np.float64]
    both_s: NDArray[np.float64]
    """As in `sim.tracking.kernels.gaps`."""


class Room(NamedTuple):
    """Scratch of one chunk of walks."""

    runs: Runs
    clock: NDArray[np.float64]
    """When each run begins, s from the start of the walk; after the last, when the walk ends."""
    density: NDArray[np.float64]
    """Walkers per m² of street, of each run, then of each sighting in a gap."""
    bounds: NDArray[np.int64]
    """Runs with which stretches begin; after the last, the number of runs."""
    gaps: Gaps
    """What is known of the gap that begins with each run, then with each sighting."""
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
    walks: Numbers,
    task: int,
    person: Watcher,
    software: Watcher,
    kinds: Kinds,
    chances: Chances,
    room: Room,
    out: Floats,
) -> None:
    """Follow some walks; `out` has the shape (3, trips, totals, tasks).

    Only the rows that the kinds name are written. Both watchers watch the same streets, so what
    is known of a gap holds for both.
    """
    events, totals, stretches = room.events, out.shape[2], ZERO
    for trip in walks:
        most = ZERO
        for who in range(2):
            watcher = person if who == PERSON else software
            events.found[who] = ZERO
            if kinds.rows[who, 0] < kinds.rows[who, 1]:
                events.found[who] = _identifications(trip, who, watcher, chances, totals, events)
            most = max(most, events.found[who])
        if most == 0:
            continue
        count = _gather_runs(trip, person.walked, chances.crowd, room)
        forget(count + most, room.gaps)
        for who in range(2):
            _set_on_bounds(who, count, room)
        for total in range(totals):
            more = total == 0 or sees_more(total, count, room.runs)
            if more:
                stretches = _find_stretches(total, count, room)
            for who in range(2):
                found = events.found[who]
                if found == 0:
                    continue
                row, end = kinds.rows[who, 0], kinds.rows[who, 1]
                if more or _learns_more(total, who, found, events):
                    at = At(trip, total, task, who)
                    _follow_kinds(at, stretches, found, kinds, chances, room, out)
                else:
                    for figure in range(row, end):
                        out[figure, trip, total, task] = out[figure, trip, total - 1, task]


@lean_inner
def _follow_kinds(
    at: At, stretches: int, found: int, kinds: Kinds, chances: Chances, room: Room, out: Floats
) -> None:
    """Follow every kind of walker along one walk at one total."""
    trip, total, task, who = at
    row, end = kinds.rows[who, 0], kinds.rows[who, 1]
    recorded, number = row <= AFTERWARDS < end, -1
    for kind in range(kinds.factor.shape[1]):
        factor, weight = kinds.factor[who, kind], kinds.weight[who, kind]
        missed = _missed(total, who, found, factor, room.events)
        if missed == 1.0:
            continue
        if number < 0:
            number = _cut_spans(total, stretches, who, found, recorded, chances, room)
            if recorded:
                _weigh_backward(number, chances, room)
        live = seconds_live(number, room.spans, factor)
        both = seconds_recorded(number, room.spans, factor) if recorded else 0.0
        for figure in range(row, end):
            value = (1.0 - missed, both, live)[figure]
            out[figure, trip, total, task] += weight * value


@lean_inner
def _missed(total: int, who: int, found: int, factor: float, events: Events) -> float:
    """Return the probability that no sighting at this total identifies."""
    missed = 1.0
    for event in range(found):
        if events.step[who, event] <= total:
            missed *= 1.0 - factor * events.chance[who, event]
    return missed


@lean_inner
def _gather_runs(trip: int, walked: Walked, crowd: Crowd, room: Room) -> int:
    """Write the stretches of a walk between changes of step or density; return their number."""
    paths, pieces, count, clock = walked.paths, walked.pieces, ZERO, 0.0
    step, density = room.runs.step, room.density
    for k in range(paths.ptr[trip], paths.ptr[trip + 1]):
        edge, backward = paths.edge[k], paths.backward[k]
        here = crowd.density[crowd.hour[trip], crowd.kind[edge]]
        low, high = pieces.ptr[edge], pieces.ptr[edge + 1]
        for i in range(high - low):
            piece = high - 1 - i if backward else low + i
            if count == 0 or step[count - 1] != pieces.step[piece] or density[count - 1] != here:
                step[count], density[count], room.clock[count] = pieces.step[piece], here, clock
                count += 1
            clock += pieces.length[piece] * paths.pace[edge]
    room.clock[count] = clock
    return int(count)


@lean_inner
def _set_on_bounds(who: int, count: int, room: Room) -> None:
    """Set sightings that begin with a run exactly there: rounding would put them into the gap."""
    run, clock, moments = 0, room.clock, room.events.moment
    for event in range(room.events.found[who]):
        moment = moments[who, event]
        while run + 1 < count and clock[run + 1] <= moment + AT_ONCE_S:
            run += 1
        if moment < clock[run] + AT_ONCE_S:
            moments[who, event] = clock[run]


@lean_inner
def _find_stretches(total: int, count: int, room: Room) -> int:
    """Write where a walk enters or leaves view, or in a gap streets that are not so busy."""
    step, density, bounds = room.runs.step, room.density, room.bounds
    number = ZERO
    for run in range(count):
        bounds[number] = run
        gap = step[run] > total
        before = run > 0 and step[run - 1] > total
        number += (run == 0) | (gap != before) | (gap & (density[run] != density[run - 1]))
    bounds[number] = count
    return int(number)


@lean_inner
def _learns_more(total: int, who: int, found: int, events: Events) -> bool:
    """Return whether a walk has anything to identify by that is new at this total."""
    more = False
    for event in range(found):
        more |= events.step[who, event] == total
    return more


@lean_inner
def _identifications(
    trip: int, who: int, watcher: Watcher, chances: Chances, totals: int, events: Events
) -> int:
    """Write moment, step and probability of each sighting that may identify, by moment."""
    paths, heads, seen, _ = watcher.walked
    spells, found = watcher.spells, ZERO
    moments, steps, each = events.moment[who], events.step[who], events.chance[who]
    count = gather_spells(trip, paths, seen, spells)
    for spell in range(count):
        head = spells.head[spell]
        chance = watcher.hit[head] * min(1.0, spells.seconds[spell] / chances.dwell_needed_s)
        if chance == 0.0 or spells.faced[spell] == np.inf or heads.step[head] >= totals:
            continue
        k, moment = found, spells.faced[spell]
        # almost in order already, since a walk meets one edge after the other
        while k > 0 and moments[k - 1] > moment:
            moments[k], steps[k], each[k] = moments[k - 1], steps[k - 1], each[k - 1]
            k -= 1
        moments[k], steps[k], each[k] = moment, heads.step[head], chance
        found += 1
    return int(found)


@lean_inner
def _cut_spans(
    total: int,
    stretches: int,
    who: int,
    found: int,
    recorded: bool,
    chances: Chances,
    room: Room,
) -> int:
    """Cut stretches where the walker may be identified; find how a track lives through gaps.

    Where nothing is recorded, what comes before the first sighting is left out: nobody tracks the
    walker yet. So many seconds t after it was lost, with i = ∫ δ so far, the exponent of ρ is
    t/τ + near i + wide t i: linear and quadratic in what is still to come of a span.
    """
    spans, crowd, gaps = room.spans, chances.crowd, room.gaps
    moments, steps, each = room.events.moment, room.events.step, room.events.chance
    number, event, gone, walkers, earliest = ZERO, ZERO, 0.0, 0.0, 0.0
    if not recorded:
        while event < found and steps[who, event] > total:
            event += 1
        earliest = moments[who, event] if event < found else np.inf
    for stretch in range(stretches):
        place = room.bounds[stretch]
        end = room.clock[room.bounds[stretch + 1]]
        if end <= earliest:
            continue
        begin = max(room.clock[place], earliest) if number == 0 else room.clock[place]
        gap, density = room.runs.step[place] > total, room.density[place]
        if not gap:
            gone, walkers = 0.0, 0.0
        met = True
        while met:
            while event < found and steps[who, event] > total:
                event += 1
            met = event < found and moments[who, event] < end
            until = max(moments[who, event], begin) if met else end
            chance = each[who, event] if met else 0.0
            seconds = until - begin
            if seconds == 0.0 and number > 0 and spans.chance[number - 1] == 0.0:
                spans.chance[number - 1] = chance
            elif seconds > 0.0 or chance > 0.0:
                spans.place[number], spans.chance[number] = IN_VIEW, chance
                spans.outlived[number], spans.alive_s[number] = 1.0, seconds
                if gap and seconds > 0.0:
                    loss = chances.loss + crowd.near * density
                    loss += crowd.wide * (walkers + density * gone)
                    know_ahead(place, seconds, loss, crowd.wide * density, gaps)
                    spans.place[number] = place
                    spans.outlived[number] = gaps.known[place, OUTLIVED]
                    spans.alive_s[number] = gaps.known[place, ALIVE]
                    gone += seconds
                    walkers += density * seconds
                number += 1
            if met and gap:  # what is left of the gap has a place of its own
                place = room.bounds[stretches] + event
                room.density[place], gone, walkers = density, 0.0, 0.0
            begin = until
            event += met
    return int(number)


@lean_inner
def _weigh_backward(number: int, chances: Chances, room: Room) -> None:
    """Find how a track lives through each gap of the walk told backward, and both ways."""
    spans, crowd, known = room.spans, chances.crowd, room.gaps.known
    first, last = 0, number - 1
    while first < number and spans.chance[first] == 0.0:
        first += 1
    while last >= 0 and spans.chance[last] == 0.0:
        last -= 1
    gone, walkers = 0.0, 0.0
    for k in range(number - 1, -1, -1):
        place = spans.place[k]
        if place == IN_VIEW:
            spans.outlived_back[k] = 1.0
            spans.alive_back_s[k] = spans.both_s[k] = spans.alive_s[k]
            continue
        if k == number - 1 or spans.place[k + 1] == IN_VIEW or spans.chance[k] > 0.0:
            gone, walkers = 0.0, 0.0
        seconds, density = known[place, SECONDS], room.density[place]
        loss = chances.loss + crowd.near * density
        loss += crowd.wide * (walkers + density * gone)
        know_back(place, loss, crowd.wide * density, room.gaps)
        spans.outlived_back[k] = known[place, OUTLIVED_BACK]
        spans.alive_back_s[k] = known[place, ALIVE_BACK]
        spans.both_s[k] = 0.0
        if first < k <= last:
            spans.both_s[k] = alive_both(place, crowd.wide * density, room.gaps)
        gone += seconds
        walkers += density * seconds


@lean_inner
def seconds_live(number: int, spans: Spans, factor: float) -> float:
    """Return the expected seconds tracked live: f, the forward recursion.

    The chances of the spans hold times `factor`, for a walker recognised so much more readily.
    """
    live, f = 0.0, 0.0
    for k in range(number):
        chance = factor * spans.chance[k]
        spans.tracked[k] = f
        live += f * spans.alive_s[k]
        f = f * (spans.outlived[k] * (1.0 - chance)) + chance
    return live


@lean_inner
def seconds_recorded(number: int, spans: Spans, factor: float) -> float:
    """Return the expected seconds tracked afterwards from recordings, after `seconds_live`.

    It is 1 − (1 − f)(1 − b), where b runs backward from the identifications still to come: the
    two rest on different sightings, so they are independent.
    """
    both, b = 0.0, 0.0
    for k in range(number - 1, -1, -1):
        chance, f = factor * spans.chance[k], spans.tracked[k]
        b = b * (1.0 - chance) + chance
        both += f * spans.alive_s[k] + b * spans.alive_back_s[k] - f * b * spans.both_s[k]
        b *= spans.outlived_back[k]
    return both
