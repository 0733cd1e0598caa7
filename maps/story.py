"""The story of a page: one sentence a step, for readers who scroll, swipe or print.

Each sentence stands in the page's HTML, so that it is there without a script as well; what a step
shows on the map is the script's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maps.answer import answer_of, doubt_of, ends_of, is_answered, of_a_hundred, span
from maps.texts import LANGUAGES, closed_up, text

STEPS = ("question", "eye", "wipe", "dots", "own", "sure")
"""The steps in their order; the page's script knows them by these names."""
STORY_TEXTS = (*(f"story_{step}" for step in STEPS), "story_sure_one")
"""The texts of the sentences, which the page carries filled."""
TASK = "recognise"


def story_of(summary: Mapping[str, Any], area: list[str]) -> dict[str, list[str]]:
    """Return the sentence of each step as [English, Chinese]; none without an answer at two totals.

    Parameters
    ----------
    summary
        The content of summary.json.
    area
        The area's names.
    """
    if not is_answered(summary):
        return {}
    low, high = ends_of(summary)
    shares = [answer_of(step, TASK)[0] for step in (low, high)]
    if low["total"] == high["total"] or None in shares:
        return {}
    steps = [key for key in STEPS if key != "own" or not _only_bus_streets(summary)]
    doubts = [doubt_of(summary, step["total"]) for step in (low, high)]
    banded = all(doubt.p5 is not None and doubt.p95 is not None for doubt in doubts)
    said: dict[str, list[str]] = {}
    for language, here in zip(LANGUAGES, area, strict=True):
        few, many = (of_a_hundred(share, language) for share in shares if share is not None)
        values = {
            "area": here, "low": f"{low['total']:,}", "high": f"{high['total']:,}",
            "low_of": few, "high_of": many,
            "streets": f"{100 * (1 - high['coverage'][TASK]):.0f}%",
        }  # fmt: skip
        for end, doubt in zip(("low", "high"), doubts, strict=True):
            if doubt.p5 is not None and doubt.p95 is not None:
                values[f"{end}_band"] = span(doubt.p5, doubt.p95, language)
        for step in steps:
            key = "story_sure_one" if step == "sure" and not banded else f"story_{step}"
            said.setdefault(step, []).append(closed_up(text(key, language, **values)))
    return said


def _only_bus_streets(summary: Mapping[str, Any]) -> bool:
    return bool(summary["area"].get("streets") == "bus-street proxy")
