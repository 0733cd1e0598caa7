"""The tracker played out by chance, written from the model's words and not from the program.

A walker goes along straight lines through a field without walls, past heads that see a disc each.
Every play draws how readily this walker is recognised, who recognises them where, when a track is
lost by chance, and where other walkers stand who look alike. Nothing of `sim.tracking` is used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np


@dataclass(frozen=True)
class Sighting:
    """One head that has the walker in view, from `begin` to `end` (s)."""

    begin: float
    end: float
    seconds: float
    faced: float
    """The first moment at which the walker's face is turned to the head; inf if never."""


@dataclass(frozen=True)
class Tracker:
    """What decides whether a walker is identified, and whether a track is kept."""

    hit_rate: float
    hit_rate_spread: float
    memory_s: float
    look_alike_share: float
    walkers_per_m2: float
    dwell_needed_s: float
    facing_degrees: float
    speed_m_s: float
    width_m: float
    """Of streets, and how many metres of them there are per m² of land."""
    per_m: float


def pieces_of_walk(lines, slow, path, speed):
    """Straight pieces in walking order: from, to (m), and the clock at both ends (s)."""
    clock, pieces = 0.0, []
    for edge, backward in path:
        points = np.array(lines[edge], float)[:: -1 if backward else 1]
        for here, there in pairwise(points):
            after = clock + np.hypot(*(there - here)) * slow[edge] / speed
            pieces.append((here, there, clock, after))
            clock = after
    return pieces


def sightings(pieces, head, reach, facing_degrees) -> list[Sighting]:
    """Every time a walker comes within `reach` of a head, and leaves again."""
    found: list[Sighting] = []
    for here, there, before, after in pieces:
        ahead, away = there - here, here - np.array(head)
        # |away + s ahead| = reach
        a, b, c = ahead @ ahead, 2 * ahead @ away, away @ away - reach**2
        root = b * b - 4 * a * c
        if root <= 0:
            continue
        low, high = (max((-b - math.sqrt(root)) / (2 * a), 0),
                     min((-b + math.sqrt(root)) / (2 * a), 1))  # fmt: skip
        if high <= low:
            continue
        begin, end = (before + s * (after - before) for s in (low, high))
        to_head = -(away + low * ahead)
        cosine = ahead @ to_head / (np.linalg.norm(ahead) * np.linalg.norm(to_head))
        # past the first moment the head only falls behind
        faced = begin if cosine >= math.cos(math.radians(facing_degrees)) else math.inf
        last = found[-1] if found else None
        if last and begin - last.end < 1e-6:
            joined = last.seconds + end - begin
            found[-1] = Sighting(last.begin, end, joined, min(last.faced, faced))
        else:
            found.append(Sighting(begin, end, end - begin, faced))
    return found


def played(pieces, views: list[Sighting], tracker: Tracker, rng, plays: int):
    """Whether identified, seconds tracked live, and with recordings, in each play."""
    able = [s for s in views if math.isfinite(s.faced)]
    rate = _own_hit_rate(tracker, rng, plays)
    chance = [min(1.0, s.seconds / tracker.dwell_needed_s) for s in able]
    hits = [rng.random(plays) < rate * c for c in chance]
    stops = {pieces[0][2], pieces[-1][3]} | {s.faced for s in able}
    stops = sorted(stops | {t for s in views for t in (s.begin, s.end)})
    middles = (np.array(stops[:-1]) + stops[1:]) / 2
    lit = [any(s.begin < t < s.end for s in views) for t in middles]
    ahead = _tracked_until(stops, lit, able, hits, tracker, rng, plays)
    # the same film shown backward: a hit tracks what came before it
    mirror = [Sighting(-s.end, -s.begin, s.seconds, -s.faced) for s in able]
    back = _tracked_until(
        [-t for t in reversed(stops)], lit[::-1], mirror, hits, tracker, rng, plays
    )[::-1]
    live, both = np.zeros(plays), np.zeros(plays)
    for k, length in enumerate(np.diff(stops)):
        live += ahead[k]
        both += np.minimum(ahead[k] + back[k], length)
    return np.any(hits, axis=0) if hits else np.zeros(plays, bool), live, both


def _own_hit_rate(tracker: Tracker, rng, plays):
    m, s = tracker.hit_rate, tracker.hit_rate_spread
    return np.full(plays, m) if s == 0 else rng.beta(m * (1 / s - 1), (1 - m) * (1 / s - 1), plays)


def _tracked_until(stops, lit, able, hits, tracker, rng, plays):
    """Seconds tracked from the beginning of every span on; in a gap nothing begins."""
    on, unseen, survives = np.zeros(plays, bool), 0.0, None
    seconds = []
    for k, seen in enumerate(lit):
        for sighting, hit in zip(able, hits, strict=True):
            if sighting.faced == stops[k]:
                on = on | hit
        length = stops[k + 1] - stops[k]
        if seen:
            seconds.append(np.where(on, length, 0.0))
            unseen, survives = 0.0, None
            continue
        if survives is None:  # a gap begins: how long a track in it would live
            survives = _lifetime(_gap(stops, lit, k), tracker, rng, plays)
        seconds.append(np.where(on, np.clip(survives - unseen, 0.0, length), 0.0))
        unseen += length
        on = on & (survives >= unseen)
    return seconds


def _gap(stops, lit, k):
    end = k
    while end < len(lit) and not lit[end]:
        end += 1
    return stops[end] - stops[k]


def _lifetime(gap, tracker: Tracker, rng, plays):
    """When a track in a gap is lost: by chance, or as the first look-alike comes within reach."""
    by_chance = rng.exponential(tracker.memory_s, plays)
    reach = tracker.speed_m_s * gap
    per_metre = tracker.look_alike_share * tracker.walkers_per_m2 * tracker.width_m
    # along the street that the walker was lost on, to both sides of the spot
    beside = rng.poisson(2 * per_metre * reach, plays)
    nearest = np.full(plays, np.inf)
    distance = reach * rng.random(beside.sum())
    np.minimum.at(nearest, np.repeat(np.arange(plays), beside), distance)
    # and on the streets around, which are even over the disc
    around = rng.poisson(per_metre * tracker.per_m * math.pi * reach**2, plays)
    distance = reach * np.sqrt(rng.random(around.sum()))
    np.minimum.at(nearest, np.repeat(np.arange(plays), around), distance)
    return np.minimum(by_chance, nearest / tracker.speed_m_s)
