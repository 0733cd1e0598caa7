"""What watched malls and stations would do to the figures of walks, by arithmetic.

Nothing is simulated. A level names the share of walks that lead through one, and the share of
their length that lies inside, all of it watched for every task. Which walks they are
hangs on nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sim.errors import InputError

OUTDOORS = "none"
"""The level at which no walk leads indoors."""
TYPICAL = "20 % x 30 %"
"""One walk in five, for three tenths of its length: an assumption."""
_FORM = re.compile(r"(\d+(?:\.\d+)?) ?% x (\d+(?:\.\d+)?) ?%")
_ALL_OUTDOORS = ("answer", "answer_within_1.5", "unseen_trips")
"""Shares of walks that no camera may see anywhere: a walk through a watched mall is not one."""


def indoor_shares(level: str) -> tuple[float, float]:
    """Return the share of walks that lead indoors, and the share of their length inside.

    Raises
    ------
    InputError
        The level is not two shares.
    """
    if level == OUTDOORS:
        return 0.0, 0.0
    found = _FORM.fullmatch(level)
    shares = tuple(float(part) / 100 for part in found.groups()) if found else ()
    if not shares or max(shares) > 1:
        raise InputError(
            f'indoors: "{level}" is not a share of walks and of their length; write "{TYPICAL}"'
        )
    return shares[0], shares[1]


def watched_indoors(figures: Mapping[str, float | None], level: str) -> dict[str, float | None]:
    """Return the figures of one total and task with some walks led through watched places.

    Parameters
    ----------
    figures
        Of `sim.results.metrics.figures_of`.
    level
        As "20 % x 30 %": share of walks, share of their length.

    Returns
    -------
    dict
        answer, answer_within_1.5 and unseen_trips times 1 − the share of walks; observed_length, x,
        becomes x + walks · inside · (1 − x). All others are of the streets alone.
    """
    walks, inside = indoor_shares(level)
    found = dict(figures)
    for name in _ALL_OUTDOORS:
        share = found.get(name)
        found[name] = None if share is None else share * (1 - walks)
    seen = found.get("observed_length")
    found["observed_length"] = None if seen is None else seen + walks * inside * (1 - seen)
    return found
