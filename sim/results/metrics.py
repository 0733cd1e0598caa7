"""The few figures by which runs are compared, by name, with the words and the form they take.

Each is one number for one total and one task, taken from a step of summary.json. Which of them is
the mean of a figure of single trips, so that it can be paired trip by trip, is said here too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

HEADLINE_TASK = "recognise"
"""Close enough, with this camera, to recognise a face turned towards it."""
HEADLINE = "observed_length_p50"
"""Median over typical walks of the share of its length that is seen."""

ALONG_BUS_STREETS = (
    "Trips go along streets that buses use (bus-street proxy): they are not walks, and no figure "
    "of theirs is one of walking."
)


def along_bus_streets(summary: Mapping[str, Any]) -> bool:
    """Return whether the trips of a run are not walks, because only streets of buses are known."""
    return (summary.get("area") or {}).get("streets") == "bus-street proxy"


class Figure(NamedTuple):
    """One figure."""

    words: str
    form: Literal["count", "share", "metres"]
    column: str = ""
    """The figure of single trips of which it is the mean; empty if it is none."""


FIGURES: Mapping[str, Figure] = MappingProxyType(
    {
        "answer": Figure("could be walked unseen", "share", "answer"),
        "answer_within_1.5": Figure("… by a way up to ×1.5", "share", "answer_within_1.5"),
        "cameras": Figure("cameras here", "count"),
        "coverage": Figure("streets seen", "share"),
        "observed_length_p50": Figure("walk seen, median", "share"),
        "observed_length_p10": Figure("walk seen, 10th percentile", "share"),
        "observed_length_p90": Figure("walk seen, 90th percentile", "share"),
        "observed_length": Figure("walk seen, mean", "share", "observed_length"),
        "unseen_trips": Figure("walks never seen", "share", "unseen_trips"),
        "longest_gap_m": Figure("longest unseen stretch, mean", "metres", "longest_gap_m"),
        "identified": Figure("walkers identified", "share", "identified"),
        "tracked_live": Figure("followed live", "share", "tracked_live"),
        "tracked_afterwards": Figure("followed afterwards", "share", "tracked_afterwards"),
        "no_unseen_walk": Figure("walks without an unseen way", "share"),
        "least_seen": Figure("least seen up to ×1.5, mean", "share"),
        "critical_total": Figure("cameras that break the unseen network", "count"),
    }
)
"""All figures compared; the mean of a figure has its name, a percentile says which."""
OF_THE_ANSWER: Mapping[str, str] = MappingProxyType(
    {"answer": "any_length", "answer_within_1.5": "within_1.5"}
)
"""Figures of `steps[].answer`: the share of walks that somebody who knew every camera could still
make without being seen for the task."""


def part_of_answer(step: Mapping[str, Any], task: str, way: str) -> Mapping[str, Any]:
    """Return a share of the answer as summary.json gives it, with se and n; empty without one.

    Parameters
    ----------
    step
        Of `summary["steps"]`.
    task
        Of `summary["tasks"]`.
    way
        "any_length" or "within_1.5".
    """
    answer = (step.get("answer") or {}).get(task) or {}
    return answer.get(way) or {}


def figures_of(
    step: Mapping[str, Any], task: str, percolation: Mapping[str, Any] | None = None
) -> dict[str, float | None]:
    """Return the figures of one step of summary.json for one task; None where there is none.

    Parameters
    ----------
    step
        Of `summary["steps"]`.
    task
        Of `summary["tasks"]`.
    percolation
        `summary["percolation"]`.
    """
    walks = step["trips"].get(task) or {}
    seen = walks.get("observed_length") or {}
    found = {
        "cameras": step.get("cameras"),
        "coverage": (step.get("coverage") or {}).get(task),
        **{f"observed_length_{p}": seen.get(p) for p in ("p50", "p10", "p90")},
        **{name: _mean(walks.get(name)) for name in _of_walks()},
        **{
            name: part_of_answer(step, task, way).get("share")
            for name, way in OF_THE_ANSWER.items()
        },
        "least_seen": _mean((walks.get("least_seen") or {}).get("1.5")),
        "critical_total": ((percolation or {}).get(task) or {}).get("critical_total"),
    }
    return {name: _number(found[name]) for name in FIGURES}


def error_of(step: Mapping[str, Any], task: str, name: str) -> float | None:
    """Return the standard error of a figure as the summary gives it, None where it has none."""
    if name in OF_THE_ANSWER:
        return _number(part_of_answer(step, task, OF_THE_ANSWER[name]).get("se"))
    walks = step["trips"].get(task) or {}
    value = walks.get(name)
    if name == "least_seen" and isinstance(value, Mapping):
        value = value.get("1.5")
    return _number(value.get("se") if isinstance(value, Mapping) else walks.get(f"{name}_se"))


def in_words(name: str, value: float | None, *, signed: bool = False) -> str:
    """Return a figure as people read it, a dash where there is none."""
    if value is None:
        return "–"
    sign = "+" if signed else ""
    form = FIGURES[name].form
    if form == "share":
        return f"{100 * value:{sign}.1f} {'points' if signed else '%'}"
    return f"{value:{sign},.0f}{' m' if form == 'metres' else ''}"


def _of_walks() -> tuple[str, ...]:
    own = [name for name, figure in FIGURES.items() if figure.column]
    return (*own, "no_unseen_walk")


def _mean(value: object) -> object:
    """Return the mean of {mean, se, …}, or the number itself."""
    return value.get("mean") if isinstance(value, Mapping) else value


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value
