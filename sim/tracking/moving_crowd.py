"""How many people of a crowd on the move are recognised, when bodies hide faces from heads.

Everybody walks the same way; what differs is the place in the crowd. Around a face stand bodies at
random, as many as the density says, and one hides it where it cuts the line of sight from the head.
The chance of that is a closed form; places in the crowd are averaged over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import FACE_HEIGHT_M
from sim.tracking.kernels.linking import GLANCE_M
from sim.tracking.kernels.walks import MEET_M
from sim.tracking.linking import hit_rates
from sim.tracking.parameters import MovingCrowd, TrackingParameters
from sim.tracking.reach import AROUND, cotangent_of

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.city.streets import StreetArrays
    from sim.sight.arrays import SightingArrays
    from sim.tracking.kernels.walks import PathArrays

NODES = np.polynomial.legendre.leggauss(8)
"""Moments of a stretch of street on which the face is turned to a head."""
PLACES = np.polynomial.legendre.leggauss(4)
"""Places in a crowd: on either rim, where fewer bodies stand in the way, and between the rims."""
TOUCHING_M = 1e-9
"""Shorter lengths are no lengths."""

Floats = NDArray[np.float64]


class Looks(NamedTuple):
    """Moments at which heads look at a face on its way, of one sighting after the other."""

    sighting: NDArray[np.int64]
    weight: Floats
    """Share of the time of its sighting in which the face is turned to the head."""
    far: Floats
    """Distance to the head, m."""
    rise: Floats
    """Height of the head above a face, m."""
    ahead: Floats
    aside: Floats
    """Direction to the head: its parts along the way and to the left of it."""


class WaySightings(NamedTuple):
    """What heads see of one way for one task, with the face turned to them at some moment."""

    head: NDArray[np.int64]
    seconds: Floats
    """In view, of each sighting."""
    looks: Looks


class Recognised(NamedTuple):
    """How many people of a crowd are recognised, expected."""

    people: float
    never: float
    once: float
    more: float
    """By one sighting, by two or more."""
    error: float
    """Standard deviation of how many are recognised, persons apart from one another."""
    at_least: float
    """How many are recognised however long neighbours stay together, see `recognised`."""
    hidden: float
    """Share of looks in which a body hides the face; NaN without sightings."""
    in_the_open: float
    """How many would be recognised if bodies hid no face."""


def sightings_of_way(
    paths: PathArrays,
    streets: StreetArrays,
    fleet: Fleet,
    seen: SightingArrays,
    task: int,
    facing_degrees: float,
) -> WaySightings:
    """Return what heads see of a way, with the moments at which they look at a face.

    Parameters
    ----------
    paths
        The way, as the only walk.
    streets, fleet, seen
        Of the run.
    task
        Place in the tasks of `seen`.
    facing_degrees
        Largest angle between the walking direction and the direction to the head.
    """
    step = _rows_of(np.diff(seen.edge_ptr[task])[paths.edge])
    edge, backward = paths.edge[step], paths.backward[step]
    row = _counted(seen.edge_ptr[task][paths.edge], np.diff(seen.edge_ptr[task])[paths.edge])
    start, end, length = seen.start[row], seen.end[row], paths.edge_length
    before = np.cumsum(length[paths.edge]) - length[paths.edge]
    begin = before[step] + np.where(backward, length[edge] - end, start)
    sighting, number = _joined(seen.head[row], begin, begin + end - start)
    seconds = _summed(sighting, (end - start) * paths.pace[edge], number)
    head = np.empty(number, np.int64)
    head[sighting] = seen.head[row]
    looks = _looks(
        streets, fleet, (row, edge, backward, seen.head[row], sighting), seen, facing_degrees,
        paths.pace,
    )  # fmt: skip
    faced = np.bincount(looks.sighting, minlength=number) > 0
    place = np.cumsum(faced) - 1
    looks = looks._replace(sighting=place[looks.sighting])
    return WaySightings(head[faced], seconds[faced], looks)


def hidden_length(far: Floats, rise: Floats, body_height_m: float) -> Floats:
    """Return how much of a line of sight, from the face on, is below the tops of bodies.

    Parameters
    ----------
    far
        Distance from face to head on the ground, m.
    rise
        Height of the head above the face, m.
    body_height_m
        Of the bodies.
    """
    above = body_height_m - FACE_HEIGHT_M
    return far * np.clip(above / np.maximum(rise, TOUCHING_M), 0.0, 1.0)


def chance_free(covered_m: Floats, crowd: MovingCrowd) -> Floats:
    """Return the chance that no body cuts a line of sight.

    Parameters
    ----------
    covered_m
        How much of the line is among bodies and below their tops, m.
    crowd
        Its density λ and the diameter d of bodies.

    Notes
    -----
    Bodies are upright cylinders on a Poisson field, none of which stands where the face is. Those
    that touch a length s of the line have their middles in an area of d s, so the chance is
    exp(−λ d s), with s = r (h_B − h_U) / (h_A − h_U) at a distance r, heights h of bodies, face and
    head (Gapeyenko and others, Analysis of human-body blockage in urban millimeter-wave cellular
    communications, IEEE ICC 2016, whose term for the half circle at the face is that of bodies
    that stand in its place).
    """
    return np.exp(-crowd.people_per_m2 * crowd.body_width_m * covered_m)


def recognised(
    way: WaySightings,
    crowd: MovingCrowd,
    works: Floats,
    rate: float,
    parameters: TrackingParameters,
) -> Recognised:
    """Return how many people of a crowd are recognised at least once.

    Parameters
    ----------
    way
        Sightings of the way by the heads that count.
    crowd
        Its size, and its bodies.
    works
        Of each sighting, the chance that its head works and looks there.
    rate
        Hit rate; the mean over persons.
    parameters
        Of following: the time needed, and how the hit rate varies by person.

    Notes
    -----
    At each sighting one look falls at a moment in which the face is turned to the head, all alike.
    If the bodies around a person are others at every sighting, being hidden at one says nothing of
    the next, and chances multiply. Where neighbours stay together fewer are recognised: of events
    that all grow with the same bodies none is less likely for the others (Harris 1960). Fewest they
    are if whoever is hidden at a sighting is so at all where more are hidden: Π (1 − c F) is
    supermodular in who is free, F, so its mean is largest there (Tchen 1980).
    """
    people, looks = crowd.people, way.looks
    chance = works * rate * np.minimum(1.0, way.seconds / parameters.dwell_needed_s)
    rates, kinds = hit_rates(rate, parameters.hit_rate_spread) if rate > 0 else (np.ones(1),) * 2
    factor = rates / rate if rate > 0 else rates
    found, hidden = np.zeros(5), 0.0
    for share, side, behind in _places(crowd, looks):
        covered = _covered(looks, crowd, side, behind)
        weight = looks.weight * chance_free(covered, crowd)
        free = _summed(looks.sighting, weight, len(way.head))
        hidden += share * float(1 - free.mean()) if len(free) else np.nan
        for each, kind in zip(factor, kinds, strict=True):
            found += (
                share
                * kind
                * np.append(_times(each * chance * free), _never_together(each * chance, free))
            )
    never, once, more, spread, together = (people * found).tolist()
    missed = sum(
        kind * np.prod(1 - each * chance) for each, kind in zip(factor, kinds, strict=True)
    )
    error = float(np.sqrt(spread))
    return Recognised(
        people, never, once, more, error, people - together, hidden, float(people * (1 - missed))
    )


def _times(chance: Floats) -> Floats:
    """Return the chances of no hit, one, more, and the variance of whether there is any."""
    never, once = 1.0, 0.0
    for each in chance.tolist():
        once = once * (1 - each) + never * each
        never *= 1 - each
    return np.array([never, once, max(1 - never - once, 0.0), never * (1 - never)])


def _never_together(chance: Floats, free: Floats) -> float:
    """Return the chance of no hit if who is hidden at a sighting is so at all that hide more."""
    order = np.argsort(-free)
    missed = np.append(1.0, np.cumprod(1 - chance[order]))
    return float(-(np.diff(np.concatenate([[1.0], free[order], [0.0]])) * missed).sum())


def _places(crowd: MovingCrowd, looks: Looks) -> list[tuple[float, float, float]]:
    """Return places in a crowd that stand for all: share, metres to the left, metres behind."""
    rim = hidden_length(looks.far + crowd.width_m / 2, looks.rise, crowd.body_height_m)
    depth = float(rim.max(initial=0.0))
    return [
        (one * other, left - crowd.width_m / 2, back)
        for left, one in _stretch(crowd.width_m, depth)
        for back, other in _stretch(crowd.length_m, depth)
    ]


def _stretch(length: float, rim: float) -> list[tuple[float, float]]:
    """Return places along a stretch with their shares, as many near its ends as between them."""
    rim = min(rim, length / 2)
    nodes, weights = PLACES
    return [
        (low + (high - low) * (float(node) + 1) / 2, float(weight) * (high - low) / (2 * length))
        for low, high in ((0.0, rim), (rim, length - rim), (length - rim, length))
        if high > low
        for node, weight in zip(nodes, weights, strict=True)
    ]


def _covered(looks: Looks, crowd: MovingCrowd, side: float, behind: float) -> Floats:
    """Return how much of each line of sight is among bodies and below their tops, m.

    From a place so far to the left of the middle and behind the front.
    """
    forward, left = looks.far * looks.ahead, looks.far * looks.aside - side
    far = np.maximum(np.hypot(forward, left), TOUCHING_M)
    across = crowd.width_m / 2 + np.where(left > 0, -side, side)
    along = np.where(forward > 0, behind, crowd.length_m - behind)
    reach = np.minimum(
        across * far / np.maximum(np.abs(left), TOUCHING_M),
        along * far / np.maximum(np.abs(forward), TOUCHING_M),
    )
    return np.minimum(hidden_length(far, looks.rise, crowd.body_height_m), reach)


def _joined(head: NDArray[np.int32], begin: Floats, end: Floats) -> tuple[NDArray[np.int64], int]:
    """Return the sighting of each stretch, those of one head that meet being one."""
    order = np.lexsort((begin, head))
    opens = np.ones(len(order), bool)
    opens[1:] = head[order][1:] != head[order][:-1]
    opens[1:] |= begin[order][1:] > end[order][:-1] + MEET_M
    sighting = np.empty(len(order), np.int64)
    sighting[order] = np.cumsum(opens) - 1
    return sighting, int(opens.sum())


def _looks(
    streets: StreetArrays,
    fleet: Fleet,
    rows: tuple[NDArray[np.generic], ...],
    seen: SightingArrays,
    facing_degrees: float,
    pace: Floats,
) -> Looks:
    """Cut sightings where streets bend and where the face turns away; return their moments."""
    row, edge, backward, head, sighting = rows
    segments = np.diff(streets.segment_ptr)[edge]
    of = _rows_of(segments)
    s = _counted(streets.segment_ptr[edge], segments)
    x0, y0, from_t = (
        values[s] for values in (streets.segment_x0, streets.segment_y0, streets.segment_start)
    )
    dx, dy = streets.segment_x1[s] - x0, streets.segment_y1[s] - y0
    length = np.hypot(dx, dy)
    ux, uy = dx / length, dy / length
    heads = fleet.arrays
    hx, hy = heads.x[head[of]] - x0, heads.y[head[of]] - y0
    low = np.maximum(seen.start[row[of]], from_t)
    high = np.minimum(seen.end[row[of]], from_t + length)
    if facing_degrees < AROUND:
        ahead = from_t + hx * ux + hy * uy
        margin = np.abs(hx * uy - hy * ux) * cotangent_of(facing_degrees)
        back = backward[of]
        low = np.where(back, np.maximum(low, ahead + margin), low)
        high = np.where(back, high, np.minimum(high, ahead - margin))
    kept = np.flatnonzero(high - low > GLANCE_M)
    node, weight = NODES
    middle, half = (high[kept] + low[kept]) / 2, (high[kept] - low[kept]) / 2
    t = (middle[:, None] + half[:, None] * node) - from_t[kept][:, None]
    vx = hx[kept][:, None] - t * ux[kept][:, None]
    vy = hy[kept][:, None] - t * uy[kept][:, None]
    far = np.maximum(np.hypot(vx, vy), TOUCHING_M)
    turn = np.where(backward[of[kept]], -1.0, 1.0)[:, None]
    ax, ay = turn * ux[kept][:, None], turn * uy[kept][:, None]
    which = np.repeat(sighting[of[kept]], len(node))
    seconds = (half * pace[edge[of[kept]]])[:, None] * weight
    whole = np.bincount(which, seconds.ravel(), int(sighting.max(initial=-1)) + 1)
    rise = np.repeat(heads.mount[head[of[kept]]] - FACE_HEIGHT_M, len(node))
    return Looks(
        which, seconds.ravel() / whole[which], far.ravel(), rise,
        ((vx * ax + vy * ay) / far).ravel(), ((ax * vy - ay * vx) / far).ravel(),
    )  # fmt: skip


def _summed(of: NDArray[np.int64], values: Floats, count: int) -> Floats:
    """Return the sum of values by what they are of."""
    return np.asarray(np.bincount(of, values, count), np.float64)


def _rows_of(count: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the place of each of so many things, again for each of its parts."""
    return np.repeat(np.arange(len(count)), count)


def _counted(first: NDArray[np.integer], count: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return first, first + 1, … for each of some things, one after the other."""
    begun = np.cumsum(count) - count
    return np.repeat(first - begun, count) + np.arange(int(count.sum()))
