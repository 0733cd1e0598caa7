"""The answer of a run in words: how many walks can still be made by who knew every camera.

It takes the summary of a run and returns the page's first sentence and its note, in English and in
Chinese; what the words are stands in `maps.texts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maps.texts import LANGUAGES, is_proxy, text

HEADLINE_TASK, SEEN_AT_ALL = "recognise", "detect"
ANY_LENGTH, NEAR = "any_length", "within_1.5"


def answer_of(
    step: Mapping[str, Any], task: str, way: str = ANY_LENGTH, *, ways_open: bool = False
) -> tuple[float | None, float | None]:
    """Return a share of the answer and its standard error; None where the run has none.

    Parameters
    ----------
    step
        Of the summary.
    task
        Of the summary.
    way
        `ANY_LENGTH` or `NEAR`.
    ways_open
        With subways, indoor and roofed ways open, not closed.
    """
    found: Any = (step.get("answer") or {}).get(task) or {}
    if ways_open:
        found = found.get("open") or {}
    found = found.get(way) or {}
    return found.get("share"), found.get("se")


def is_answered(summary: Mapping[str, Any]) -> bool:
    """Return whether a run has an answer, and its trips are walks."""
    return not is_proxy(summary) and answer_of(summary["steps"][0], HEADLINE_TASK)[0] is not None


def of_a_hundred(share: float, language: str) -> str:
    """Write a share as so many of 100; neither none nor all is written for what is neither."""
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return text("fewer_than_one", language)
    if whole == 100 and share < 1:
        return text("more_than_99", language)
    return f"{whole}"


def answer_headline(
    summary: Mapping[str, Any], area: list[str], city: list[str]
) -> dict[str, list[str]] | None:
    """Return the first sentence and its note, each as [English, Chinese]; None without an answer.

    Parameters
    ----------
    summary
        The content of summary.json.
    area, city
        Names of the area, and what its totals count the cameras of, in both languages.
    """
    if not is_answered(summary):
        return None
    steps = [summary["steps"][0], summary["steps"][-1]]
    ending = "two" if len(summary["steps"]) > 1 else "one"
    totals = {"low": f"{steps[0]['total']:,}", "high": f"{steps[1]['total']:,}"}
    shares = {
        "answer": [answer_of(step, HEADLINE_TASK)[0] for step in steps],
        "unseen": [answer_of(step, SEEN_AT_ALL)[0] for step in steps],
        "walked": [step["trips"][HEADLINE_TASK].get("unseen_trips") for step in steps],
    }
    said: dict[str, list[str]] = {"headline": [], "headline_note": []}
    for language, here, whole in zip(LANGUAGES, area, city, strict=True):
        parts = {
            name: text(
                f"headline_{name}_{ending}", language, area=here, city=whole, **totals,
                low_of=of_a_hundred(pair[0], language), high_of=of_a_hundred(pair[1], language),
            )
            for name, pair in shares.items() if None not in pair
        }  # fmt: skip
        said["headline"].append(parts.pop("answer"))
        doubt = _doubt(summary, language)
        if doubt:
            parts = {
                "doubt": text(f"headline_doubt_{ending}", language, **totals, **doubt),
                **parts,
            }
        counted = "headline_counted" if summary["simulated"] else "headline_counted_real"
        walks = summary["steps"][0]["answer"][HEADLINE_TASK][ANY_LENGTH]["n"]
        notes = [*parts.values(), text(counted, language, walks=f"{walks:,}")]
        said["headline_note"].append((" " if language == "en" else "").join(notes))
    return said


def has_doubt(summary: Mapping[str, Any]) -> bool:
    """Return whether the answer's band and range are in the summary."""
    return bool(_doubt(summary, LANGUAGES[0]))


def _doubt(summary: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return the band and the range of the answer, empty unless `sim bands` put them there."""
    ends = {"low": summary["steps"][0]["total"], "high": summary["steps"][-1]["total"]}
    rows = {
        row["total"]: row
        for row in summary.get("range") or ()
        if (row["task"], row["figure"]) == (HEADLINE_TASK, "answer")
    }
    said: dict[str, str] = {}
    for end, total in ends.items():
        row = rows.get(total)
        if row is None or row["p5"] is None or row["lowest"]["value"] is None:
            return {}
        shares = {
            "p5": row["p5"], "p95": row["p95"],
            "from": row["lowest"]["value"], "to": row["highest"]["value"],
        }  # fmt: skip
        said |= {f"{end}_{name}": of_a_hundred(share, language) for name, share in shares.items()}
    return said
