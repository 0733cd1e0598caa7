"""Watched malls and stations by arithmetic: by hand, by chance, and what cannot be."""

import numpy as np
import pytest

from sim.ensemble.indoors import OUTDOORS, TYPICAL, indoor_shares, watched_indoors
from sim.errors import InputError

FIGURES = {
    "answer": 0.8, "answer_within_1.5": 0.5, "unseen_trips": 0.4, "observed_length": 0.2,
    "coverage": 0.1, "tracked_live": None,
}  # fmt: skip


def test_one_walk_in_five_by_hand():
    found = watched_indoors(FIGURES, TYPICAL)
    # of 100 walks 20 are seen inside for three tenths: 80 of the 100 stay as they were
    assert found == pytest.approx(
        {"answer": 0.64, "answer_within_1.5": 0.4, "unseen_trips": 0.32,
         "observed_length": 0.2 + 0.2 * 0.3 * 0.8, "coverage": 0.1, "tracked_live": None}
    )  # fmt: skip
    assert watched_indoors(FIGURES, OUTDOORS) == FIGURES
    nothing = dict.fromkeys(FIGURES)
    assert watched_indoors(nothing, TYPICAL) == nothing


def test_chance_agrees():
    rng = np.random.default_rng(3)
    walks, inside = indoor_shares("35 % x 60 %")
    seen = np.where(rng.random(200_000) < 0.4, 0.0, rng.random(200_000))
    leads_inside = rng.random(len(seen)) < walks
    now = np.where(leads_inside, inside + (1 - inside) * seen, seen)
    figures = {"observed_length": seen.mean(), "unseen_trips": (seen == 0).mean()}
    found = watched_indoors(figures, "35 % x 60 %")
    assert found["observed_length"] == pytest.approx(now.mean(), abs=0.005)
    assert found["unseen_trips"] == pytest.approx((now == 0).mean(), abs=0.005)


@pytest.mark.parametrize("level", ["20 %", "120 % x 30 %", "20 % x 300 %", "x", "-1 % x 3 %"])
def test_what_is_no_level_is_refused(level):
    with pytest.raises(InputError, match="is not a share of walks and of their length"):
        indoor_shares(level)
