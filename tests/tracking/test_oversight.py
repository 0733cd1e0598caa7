"""What an auditor finds in logs: power against an independent play, false alarms, laws, by hand."""

import math

import numpy as np
import pytest

from sim.errors import InputError
from sim.tracking.oversight import (
    Audit,
    Logged,
    kinds_of_log,
    months_until,
    power,
    threshold,
    unequal_power,
)

PLAYS = 40_000


def counts(draw, logged, months, extra):
    """Play officers month by month: what each usually does stays, every month is drawn."""
    shape = 1 / logged.spread**2
    rate = logged.usual * draw.gamma(shape, 1 / shape, PLAYS)
    monthly = draw.poisson(rate[:, None], (PLAYS, months))
    return monthly.sum(axis=1) + draw.poisson(extra, (PLAYS, months)).sum(axis=1)


def within(counted, share, plays=PLAYS):
    error = math.sqrt(max(share * (1 - share), 1 / plays) / plays)
    assert abs(counted - share) < 3.5 * error, (counted, share)


@pytest.mark.parametrize("months", [1, 6, 18])
def test_power_is_what_a_play_finds(months):
    """For every kind of log of an officer; the false alarms too, where there are any to count."""
    draw = np.random.default_rng(months)
    for logged in kinds_of_log(Audit(officers=20))[1:]:
        least = threshold(logged, months, 0.05)
        within((counts(draw, logged, months, logged.extra) >= least).mean(),
               power(logged, months, 0.05))  # fmt: skip
        alarms = (counts(draw, logged, months, 0.0) >= least).mean()
        assert alarms < 0.05 / 20 + 3.5 * math.sqrt(0.05 / 20 / PLAYS)


def test_unequal_stops_are_what_a_play_finds():
    draw = np.random.default_rng(5)
    for stops, share, ratio, months in ((3.0, 0.08, 10.0, 2), (20.0, 0.5236, 2.0, 3)):
        there = share * ratio / (1 - share + share * ratio)
        number = draw.poisson(stops * months, PLAYS)
        of_group = draw.binomial(number, there)
        # a p-value for each play, by adding the upper tail up with the factorials themselves
        p = {
            (n, x): sum(
                math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(x, n + 1)
            )
            for n, x in set(zip(number.tolist(), of_group.tolist(), strict=True))
        }  # fmt: skip
        found = [p[pair] <= 0.05 for pair in zip(number.tolist(), of_group.tolist(), strict=True)]
        within(np.mean(found), unequal_power(stops, share, ratio, months, 0.05))
        assert unequal_power(stops, share, 1.0, months, 0.05) <= 0.05


def test_by_hand_without_spread():
    """Nobody usually comes here: one search is enough, and is there with 1 − exp(−2)."""
    logged = Logged("by hand", 0.0, 2.0, 0.0, 10)
    assert threshold(logged, 1, 0.05) == 1
    assert power(logged, 1, 0.05) == pytest.approx(1 - math.exp(-2))
    assert months_until(logged, 0.95, 0.05) == 2  # 1 − exp(−4) is 0.98
    # Poisson with mean 1: P(N ≥ 3) = 0.0803, P(N ≥ 4) = 0.0190
    assert threshold(Logged("by hand", 1.0, 0.0, 0.0, 1), 1, 0.05) == 4


def test_who_misuses_nothing_is_not_found():
    for logged in kinds_of_log(Audit(misuse=0.0)):
        assert power(logged, 12, 0.05) <= 0.05


def test_more_in_the_log_finds_sooner_and_a_count_of_all_never():
    """With the default audit; a spread between officers sets an end to what counts can find."""
    until = {log.name: months_until(log, 0.8, 0.05) for log in kinds_of_log(Audit())}
    assert until["all searches"] is None
    assert until["by officer"] is None
    assert until["by officer and person"] is not None
    alike = kinds_of_log(Audit(spread=0.0))[1]
    assert months_until(alike, 0.8, 0.05) is not None


def test_power_grows_with_misuse_and_with_checks():
    by_misuse = [power(kinds_of_log(Audit(misuse=m))[2], 6, 0.05) for m in (1.0, 3.0, 9.0)]
    assert by_misuse == sorted(by_misuse)
    by_checks = [power(kinds_of_log(Audit(checked=c))[3], 6, 0.05) for c in (0.01, 0.2, 1.0)]
    assert by_checks == sorted(by_checks)


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="checked"):
        Audit(checked=2.0)
    with pytest.raises(InputError, match="power"):
        months_until(kinds_of_log(Audit())[0], 1.0, 0.05)
    with pytest.raises(InputError, match="share"):
        unequal_power(1.0, 0.0, 2.0, 3, 0.05)
