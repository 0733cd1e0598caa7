"""The first figure of a run, and the sentence that says it: how many walks can still be made.

The figure is the answer (see `sim.tracking.answer`), at the fewest and at the most cameras of the
run. Taken from summary.json as it is; runs of before there was an answer have no sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.results.metrics import HEADLINE_TASK, along_bus_streets, part_of_answer

SEEN_AT_ALL = "detect"


def answer_share(
    step: Mapping[str, Any], task: str = HEADLINE_TASK, way: str = "any_length"
) -> float | None:
    """Return the share of walks that can still be made without being seen for a task.

    Parameters
    ----------
    step
        Of `summary["steps"]`.
    task
        Of `summary["tasks"]`.
    way
        "any_length" or "within_1.5".

    Returns
    -------
    0 to 1, None where the run does not say.
    """
    share = part_of_answer(step, task, way).get("share")
    return None if share is None else float(share)


def of_a_hundred(share: float) -> str:
    """Return a share as so many of 100, never 0 or 100 for what is neither."""
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return "fewer than 1"
    if whole == 100 and share < 1:
        return "more than 99"
    return f"{whole}"


def answer_sentence(summary: Mapping[str, Any]) -> str | None:
    """Return what the run answers in words, None where it has no answer for walks.

    Parameters
    ----------
    summary
        The content of summary.json.
    """
    steps = summary["steps"]
    first, last = steps[0], steps[-1]
    shares = [answer_share(step) for step in (first, last)]
    detected = [answer_share(step, SEEN_AT_ALL) for step in (first, last)]
    if along_bus_streets(summary) or None in shares or None in detected:
        return None
    recognised, seen = (
        [of_a_hundred(share) for share in pair if share is not None] for pair in (shares, detected)
    )
    whose = "simulated" if summary.get("simulated", True) else "some of them real"
    said = (
        f"At {first['total']:,} cameras, {recognised[0]} of 100 everyday walks in "
        f"{summary['area']['name']} could still be made without being recognised once, by someone "
        "who knew every camera of the plan"
    )
    counts = f"Without being seen at all: {seen[0]}"
    if last is not first:
        said += f"; at {last['total']:,}, {recognised[1]} of 100"
        counts += f"; at {last['total']:,}, {seen[1]}"
    return (
        f"{said}. {counts}. Only the plan's cameras are counted, {whose}; subways, indoor and "
        "roofed ways count as closed."
    )
