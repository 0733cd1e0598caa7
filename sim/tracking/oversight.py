"""What an auditor who sees only logs can detect of searches without reason, and how soon.

Somebody with access searches one person's face, or a place, for ends of their own. What is logged
decides what the auditor can count: all searches, those of each officer, those of the same person,
or reasons that are looked up. Each count is compared with what is usual, at a chance of false alarm
that is kept for the whole force; power is a closed form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.limits import check, limited

Floats = NDArray[np.float64]
MOST_MONTHS = 60
POWERS = (0.8, 0.95)
"""Chances of finding a misuser for which months are told."""
NEGLIGIBLE = 1e-12
MOST_NUMBERS, NODES = 300, 41
"""Numbers of stops up to which each is looked at; nodes beyond."""


@dataclass(frozen=True)
class Audit:
    """Who searches how often, with and without reason, and what an audit asks for.

    Attributes
    ----------
    officers
        People who may search.
    searches
        Number of searches with a reason, by each in a month; the mean over officers.
    spread
        Coefficient of variation between officers, a ratio: duties differ, over all months alike.
    misuse
        Number of searches without a reason in a month by one officer who misuses access.
    again
        Share of searches with a reason that are of a person whom the officer has searched before.
    checked
        Share of log entries whose reason is looked up.
    caught
        Chance that a look at an entry without a reason finds none.
    flagged
        Chance that a look at an entry with a reason finds none.
    false_alarm
        Chance that an audit accuses anybody of a force without a misuser.

    Raises
    ------
    InputError
        A number is outside its limits; names the key.
    """

    officers: int = limited(500, at_least=1, at_most=100_000, whole=True)
    searches: float = limited(20.0, at_least=0, at_most=10_000)
    spread: float = limited(0.5, at_least=0, at_most=5)
    misuse: float = limited(4.0, at_least=0, at_most=10_000)
    again: float = limited(0.02, at_most=1)
    checked: float = limited(0.05, at_most=1)
    caught: float = limited(0.8, at_most=1)
    flagged: float = limited(0.02, at_most=1)
    false_alarm: float = limited(0.05, above=0, at_most=0.5)

    def __post_init__(self) -> None:
        """Refuse a number out of range, naming the key."""
        check(self, "audit")


class Logged(NamedTuple):
    """What a kind of log lets an auditor count, in a month."""

    name: str
    usual: float
    """Mean of the count where nobody misuses access."""
    extra: float
    """What one misuser adds."""
    spread: float
    """Coefficient of variation of the usual count between those compared."""
    compared: int
    """Counts that are looked at: one for all, or one for each officer."""


def kinds_of_log(audit: Audit) -> tuple[Logged, ...]:
    """Return what each kind of log lets an auditor count, from the least to the most.

    Parameters
    ----------
    audit
        Who searches how often.

    Notes
    -----
    All searches of a force are as spread as a sum of its officers. Searches of the same person
    count from the second on; the first is counted too, which is one too many in all.
    """
    a = audit
    looked = a.checked * a.searches * a.flagged
    force = a.spread / math.sqrt(a.officers)
    return (
        Logged("all searches", a.officers * a.searches, a.misuse, force, 1),
        Logged("by officer", a.searches, a.misuse, a.spread, a.officers),
        Logged("by officer and person", a.again * a.searches, a.misuse, a.spread, a.officers),
        Logged("reasons, looked up", looked, a.checked * a.misuse * a.caught, a.spread, a.officers),
    )


def threshold(logged: Logged, months: int, false_alarm: float) -> int:
    """Return the count from which an auditor asks, so that false alarms are as rare as wanted.

    Parameters
    ----------
    logged
        What is counted.
    months
        Of logs.
    false_alarm
        Chance that any of the counts compared comes so far without misuse (Bonferroni).
    """
    tail = _above(_usual(logged, months))
    return int(np.flatnonzero(tail <= false_alarm / logged.compared)[0])


def power(logged: Logged, months: int, false_alarm: float) -> float:
    """Return the chance that one misuser's count comes so far that the auditor asks.

    Parameters
    ----------
    logged, months, false_alarm
        As `threshold`.

    Notes
    -----
    Usual counts are Poisson with a rate that varies between officers as a gamma distribution, so
    negative binomial; a misuser's own searches are Poisson on top. Because what an officer usually
    searches stays from month to month, more months do not find a misuser whose searches are few
    beside the spread between officers.
    """
    chance = _usual(logged, months)
    tail = np.append(_above(chance), 0.0)
    least = int(np.flatnonzero(tail <= false_alarm / logged.compared)[0])
    own = _poisson(logged.extra * months)
    need = np.maximum(least - np.arange(len(own)), 0)
    return float(own @ tail[np.minimum(need, len(tail) - 1)] + max(1 - own.sum(), 0.0))


def months_until(logged: Logged, wanted: float, false_alarm: float) -> int | None:
    """Return the first number of months of logs that gives so much power; None beyond 60.

    Parameters
    ----------
    logged, false_alarm
        As `threshold`.
    wanted
        Power, 0 to 1.
    """
    if not 0 < wanted < 1:
        raise InputError(f"power {wanted:g}: give a chance above 0 and below 1")
    for months in range(1, MOST_MONTHS + 1):
        if power(logged, months, false_alarm) >= wanted:
            return months
    return None


def unequal_power(
    stops: float, share: float, ratio: float, months: int, false_alarm: float
) -> float:
    """Return the chance that an auditor finds that a group is wrongly stopped too often.

    It takes logs of stops that say how each ended and of which group the person was; without either
    nothing can be found at all.

    Parameters
    ----------
    stops
        Wrongful stops in a month.
    share
        Share of the group among walkers.
    ratio
        How often one of it is wrongly stopped against one of the others.
    months
        Of logs.
    false_alarm
        Chance that the test finds what is not there.

    Notes
    -----
    A binomial test of the group's stops among all, one-sided and exact, averaged over how many
    stops there are (Poisson; where that may be many numbers, over 41 of them).
    """
    if not (stops >= 0 and 0 < share < 1 and ratio > 0):
        raise InputError(
            f"stops {stops:g}, share {share:g}, ratio {ratio:g}: give stops of 0 or more, a share "
            "between 0 and 1 and a ratio above 0"
        )
    there = share * ratio / (1 - share + share * ratio)
    chance, found = _poisson(stops * months), 0.0
    numbers = np.flatnonzero(chance > NEGLIGIBLE)
    if len(numbers) > MOST_NUMBERS:
        numbers = np.linspace(numbers[0], numbers[-1], NODES).round().astype(np.int64)
        chance = chance / chance[numbers].sum()
    for number in numbers.tolist():
        tail = np.append(_above(_binomial(number, share)), 0.0)
        least = int(np.flatnonzero(tail <= false_alarm)[0])
        found += chance[number] * float(_binomial(number, there)[least:].sum())
    return found


def _usual(logged: Logged, months: int) -> Floats:
    """Return the chance of each usual count: negative binomial, Poisson without spread."""
    mean = logged.usual * months
    if mean <= 0:
        return np.ones(1)
    if logged.spread <= 0:
        return _poisson(mean)
    shape = 1 / logged.spread**2
    most = _enough(mean, math.sqrt(mean + (mean * logged.spread) ** 2))
    count = np.arange(1, most)
    steps = np.log((count - 1 + shape) / count) + math.log(mean / (shape + mean))
    return np.exp(shape * math.log(shape / (shape + mean)) + np.append(0.0, np.cumsum(steps)))


def _poisson(mean: float) -> Floats:
    """Return the chance of each count, as far as it matters."""
    if mean <= 0:
        return np.ones(1)
    count = np.arange(1, _enough(mean, math.sqrt(mean)))
    return np.exp(-mean + np.append(0.0, np.cumsum(np.log(mean / count))))


def _binomial(trials: int, share: float) -> Floats:
    """Return the chance of each count of so many trials."""
    count = np.arange(1, trials + 1)
    steps = np.log((trials - count + 1) / count) + math.log(share / (1 - share))
    return np.exp(trials * math.log1p(-share) + np.append(0.0, np.cumsum(steps)))


def _enough(mean: float, deviation: float) -> int:
    """Return a count beyond which next to nothing lies, even of a skewed distribution."""
    return int(mean + 30 * deviation + 50)


def _above(chance: Floats) -> Floats:
    """Return the chance of each count or more, summed from the small end; 0 beyond the last."""
    return np.append(np.cumsum(chance[::-1])[::-1], 0.0)
