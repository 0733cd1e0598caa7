"""From an alert of face recognition to a stop: what becomes of faces searched, right and wrong.

A face is searched; an alert is raised or not; an operator lets it pass or not; the person is found
and stopped or not; a stop ends in an arrest or not. Every link is a probability out of a table of
facts (`sim/facts/alert_to_stop.csv`, `alert_groups.csv`), so expected numbers are products, and the
chance that the person is on the list follows by Bayes at each link. Cases are named, never pooled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.cameras.optics import facts_table
from sim.errors import InputError
from sim.keyed_random import uniform

LINKS = ("check_true", "check_false", "reached", "wrongful_arrest", "upheld", "true_arrest")
DAYS_A_YEAR = 365
AT_ONCE = 32_768
"""Faces followed at a time, so that they stay in the cache of a core."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StopCase:
    """What becomes of an alert, as shares of those who come to each link.

    Attributes
    ----------
    name
        light, middle or heavy for people who are not on the list.
    check_true, check_false
        Share of true and of false alerts that the operator lets pass.
    reached
        Share of those let pass on which the person is found and stopped.
    wrongful_arrest
        Share of wrongful stops that end in an arrest.
    upheld
        Share of wrongful arrests that are not put right within a year.
    true_arrest
        Share of right stops that end in an arrest.

    Raises
    ------
    InputError
        A share is not within 0 and 1.
    """

    name: str
    check_true: float
    check_false: float
    reached: float
    wrongful_arrest: float
    upheld: float
    true_arrest: float

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        for link in LINKS:
            _check_share(f"{self.name}: {link}", getattr(self, link))


class Group(NamedTuple):
    """A group of walkers: only a share of all, never a person."""

    name: str
    share: float
    ratio: float
    """How often its faces are mistaken, against those of the first group."""


class Chain(NamedTuple):
    """How many come to each link; numbers or arrays of one shape, expected or by chance."""

    faces: Floats
    true_alerts: Floats
    false_alerts: Floats
    true_passed: Floats
    false_passed: Floats
    right_stops: Floats
    wrongful_stops: Floats
    right_arrests: Floats
    wrongful_arrests: Floats
    wrongful_upheld: Floats
    """Wrongful arrests that are not put right within a year."""

    def right(self) -> dict[str, Floats]:
        """Return the chance that the person is on the list at each link; NaN where nobody comes."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return {
                "alert": np.divide(self.true_alerts, self.true_alerts + self.false_alerts),
                "passed": np.divide(self.true_passed, self.true_passed + self.false_passed),
                "stop": np.divide(self.right_stops, self.right_stops + self.wrongful_stops),
                "arrest": np.divide(self.right_arrests, self.right_arrests + self.wrongful_arrests),
            }


@cache
def stop_cases() -> Mapping[str, StopCase]:
    """Return what becomes of an alert in the cases light, middle and heavy."""
    found: dict[str, dict[str, float]] = {}
    for row in facts_table("alert_to_stop.csv"):
        found.setdefault(row["case"], {})[row["link"]] = float(row["value"])
    return MappingProxyType({name: StopCase(name, **links) for name, links in found.items()})


@cache
def group_cases() -> Mapping[str, tuple[Group, ...]]:
    """Return the groups of each named case; their shares add up to 1."""
    found: dict[str, list[Group]] = {}
    for row in facts_table("alert_groups.csv"):
        group = Group(row["group"], float(row["share"]), float(row["ratio"]))
        found.setdefault(row["case"], []).append(group)
    return MappingProxyType({name: tuple(groups) for name, groups in found.items()})


def group_rates(rate: float, groups: tuple[Group, ...]) -> Floats:
    """Return each group's false alerts for a face searched, whose mean over all faces is `rate`.

    Parameters
    ----------
    rate
        False alerts for each face searched, over all walkers.
    groups
        Their shares of walkers, which add up to 1, and ratios.

    Raises
    ------
    InputError
        Shares do not add up to 1, or a group's rate would be above 1.
    """
    _check_share("false positive rate", rate)
    share, ratio = (np.array([getattr(g, name) for g in groups]) for name in ("share", "ratio"))
    if not (abs(share.sum() - 1) < 1e-9 and (share >= 0).all() and (ratio >= 0).all()):
        raise InputError(f"groups {groups}: give shares that add up to 1, and ratios of 0 or more")
    mean = float(share @ ratio)
    rates = np.asarray(rate * ratio / mean if mean > 0 else np.full(len(groups), np.nan))
    if not (rates <= 1).all():
        raise InputError(
            f"groups {groups}: at a mean of {rate:g} one would raise more false alerts than it has "
            "faces; give smaller ratios"
        )
    return rates


def at_threshold(
    hit_rate: float, false_positive_rate: float, stricter: float
) -> tuple[float, float]:
    """Return both rates with the threshold set so that false alerts are so many times fewer.

    Parameters
    ----------
    hit_rate, false_positive_rate
        At the threshold as published, 0 to 1.
    stricter
        How many times fewer false alerts; below 1 more of them.

    Returns
    -------
    tuple
        Hit rate and false positive rate.

    Notes
    -----
    Scores of the listed and of the others are taken to be normal with one spread, the model of
    equal variances (Green and Swets, Signal Detection Theory and Psychophysics, 1966): d′ =
    z(hit) − z(false) stays, the threshold moves. No curve of the software used is published.
    """
    _check_share("hit rate", hit_rate)
    _check_share("false positive rate", false_positive_rate)
    if not (stricter > 0 and false_positive_rate / stricter <= 1):
        raise InputError(
            f"stricter {stricter:g}: give how many times fewer false alerts there are, above 0 and "
            "not so few that every face raises one"
        )
    wrong = false_positive_rate / stricter
    if stricter == 1 or not all(0 < rate < 1 for rate in (hit_rate, false_positive_rate, wrong)):
        return hit_rate, wrong  # software that never errs, or always does, has no threshold to move
    z = NormalDist()
    moved = z.inv_cdf(hit_rate) - z.inv_cdf(false_positive_rate) + z.inv_cdf(wrong)
    return z.cdf(moved), wrong


def expected(
    faces: ArrayLike,
    listed_share: ArrayLike,
    hit_rate: ArrayLike,
    false_positive_rate: ArrayLike,
    case: StopCase,
) -> Chain:
    """Return how many are expected to come to each link, in closed form.

    Parameters
    ----------
    faces
        Faces searched; by group an array.
    listed_share
        Share of them that belong to people on the list.
    hit_rate, false_positive_rate
        Chance that a listed face raises an alert, and that any other does.
    case
        What becomes of an alert.
    """
    _check_rates(listed_share, hit_rate, false_positive_rate)
    number, listed = np.asarray(faces, np.float64), np.asarray(listed_share, np.float64)
    true = number * listed * np.asarray(hit_rate, np.float64)
    false = number * (1 - listed) * np.asarray(false_positive_rate, np.float64)
    true_passed, false_passed = true * case.check_true, false * case.check_false
    right, wrongful = true_passed * case.reached, false_passed * case.reached
    arrested = wrongful * case.wrongful_arrest
    return Chain(
        number, true, false, true_passed, false_passed, right, wrongful,
        right * case.true_arrest, arrested, arrested * case.upheld,
    )  # fmt: skip


def played(
    faces: int,
    listed_share: float,
    hit_rate: float,
    false_positive_rate: float,
    case: StopCase,
    seed: int,
) -> Chain:
    """Follow each of so many faces through the chain by chance, and count.

    Parameters
    ----------
    faces
        Faces searched.
    listed_share, hit_rate, false_positive_rate, case
        As `expected`.
    seed
        The same seed gives the same counts.
    """
    _check_rates(listed_share, hit_rate, false_positive_rate)
    counts = np.zeros(len(Chain._fields))
    for first in range(0, faces, AT_ONCE):
        some = np.arange(first, min(first + AT_ONCE, faces))
        counts += _followed(some, listed_share, (hit_rate, false_positive_rate), case, seed)
    return Chain(*counts)


def _followed(
    face: NDArray[np.int64],
    listed_share: float,
    rates: tuple[float, float],
    case: StopCase,
    seed: int,
) -> list[int]:
    """Follow some faces through the chain; return how many come to each link."""
    listed = uniform(seed, "listed", face) < listed_share

    def some(of: NDArray[np.int64], link: str, share: float) -> NDArray[np.int64]:
        return of[uniform(seed, link, of) < share]

    true = some(face[listed], "hit", rates[0])
    false = some(face[~listed], "mistaken", rates[1])
    passed = some(true, "check", case.check_true), some(false, "check", case.check_false)
    right, wrongful = (some(of, "reached", case.reached) for of in passed)
    arrests = some(right, "arrest", case.true_arrest)
    arrested = some(wrongful, "arrest", case.wrongful_arrest)
    upheld = some(arrested, "upheld", case.upheld)
    counted = (face, true, false, *passed, right, wrongful, arrests, arrested, upheld)
    return [len(of) for of in counted]


def people_stopped(
    searches: ArrayLike, rate: float, stop: float, represents: ArrayLike = 1.0
) -> tuple[float, float]:
    """Return how many people are stopped at least once: fewest and most.

    Parameters
    ----------
    searches
        Searches of each person's face in the time.
    rate
        Chance that one search raises an alert, the mean over people: the false positive rate for
        people who are not on the list, the hit rate for those who are.
    stop
        Chance that an alert ends in a stop.
    represents
        How many people each stands for.

    Returns
    -------
    tuple
        Fewest, where likeness alone decides, so that the same people raise an alert at every
        search; most, where every search is apart from the others. People who each have a rate of
        their own lie between: 1 − (1 − a L)^k is concave in the rate L (Jensen).
    """
    _check_share("rate", rate)
    _check_share("chance of a stop", stop)
    count, people = np.asarray(searches, np.float64), np.asarray(represents, np.float64)
    fewest, most = rate * (1 - _never(stop, count)), 1 - _never(stop * rate, count)
    return float((people * fewest).sum()), float((people * most).sum())


def _never(chance: float, times: Floats) -> Floats:
    """Return the probability of nothing in so many trials."""
    if chance >= 1:
        return np.where(times > 0, 0.0, 1.0)
    return np.asarray(np.exp(times * np.log1p(-chance)))


def _check_rates(listed: ArrayLike, hit: ArrayLike, wrong: ArrayLike) -> None:
    _check_share("listed share", listed)
    _check_share("hit rate", hit)
    _check_share("false positive rate", wrong)


def _check_share(name: str, value: ArrayLike) -> None:
    share = np.asarray(value, np.float64)
    if not ((share >= 0) & (share <= 1)).all():
        raise InputError(f"{name} {share}: give a number from 0 to 1")
