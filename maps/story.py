"""The story of a page: one sentence a step, for readers who scroll, swipe or print.

Each sentence stands in the page's HTML, so that it is there without a script as well; what a step
shows on the map is the script's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maps.answer import answer_of, doubt_of, drawn, ends_of, is_answered, of_a_hundred, span
from maps.brief_texts import WORDS as BRIEF_WORDS
from maps.run_folder import RunFolder
from maps.story_tables import (
    BASE_RULE,
    HALF,
    NO_RULES,
    cases_of,
    rule_name,
    rules_of,
    said,
    whole_percent,
    years_of_plan,
)
from maps.texts import LANGUAGES, closed_up, text

STEPS = ("question", "eye", "wipe", "dots", "own", "camera", "sure")
"""The steps in their order; the page's script knows them by these names."""
STORY_TEXTS = (
    *(f"story_{step}" for step in STEPS if step != "camera"), "story_sure_one",
)  # fmt: skip
"""The texts of the sentences, which the page carries filled."""
NOT_CONCLUDED = ("place", "police", "safe", "single", "elsewhere")
"""What may not be concluded, as a brief says it."""
TASK = "recognise"
CHART_WIDTH, CHART_ROW, CHART_LEFT = 360, 34, 48


def story_of(run: RunFolder, area: list[str]) -> dict[str, list[str]]:
    """Return the words of each step as [English, Chinese]; none without an answer at two totals.

    Parameters
    ----------
    run
        The run.
    area
        The area's names.

    Returns
    -------
    The sentence of each step by its name; as far as the run has them years (the plan year by
    year), counter (what one camera is, and what rules are), said (what the authorities say) and
    not_… (what may not be concluded).
    """
    summary = run.summary
    if not is_answered(summary):
        return {}
    low, high = ends_of(summary)
    shares = [answer_of(step, TASK)[0] for step in (low, high)]
    if low["total"] == high["total"] or None in shares:
        return {}
    found = _sentences(summary, area)
    if _only_bus_streets(summary):
        del found["own"]
    else:
        found["camera"] = said("camera")
        found["counter"] = _counter(run, high)
    if years := years_of_plan(summary):
        found["years"] = _by_year(years)
    if cases_of(run):
        found |= {"cases": said("cases"), "cases_axis": said("cases_axis")}
    if summary.get("plan"):
        found["said"] = list(BRIEF_WORDS["said_text"])
    return found | {f"not_{name}": list(BRIEF_WORDS[f"not_{name}"]) for name in NOT_CONCLUDED}


def _sentences(summary: Mapping[str, Any], area: list[str]) -> dict[str, list[str]]:
    """Return the sentences that the table of texts has."""
    low, high = ends_of(summary)
    shares = [answer_of(step, TASK)[0] for step in (low, high)]
    doubts = [doubt_of(summary, step["total"]) for step in (low, high)]
    banded = all(doubt.p5 is not None and doubt.p95 is not None for doubt in doubts)
    found: dict[str, list[str]] = {}
    for language, here in zip(LANGUAGES, area, strict=True):
        few, many = (of_a_hundred(share, language) for share in shares if share is not None)
        values = {
            "area": here, "low": f"{low['total']:,}", "high": f"{high['total']:,}",
            "low_of": few, "high_of": many,
            "streets": whole_percent(1 - high["coverage"][TASK]),
        }  # fmt: skip
        for end, doubt in zip(("low", "high"), doubts, strict=True):
            if doubt.p5 is not None and doubt.p95 is not None:
                values[f"{end}_band"] = span(doubt.p5, doubt.p95, language)
                values["what"] = drawn(doubt, language)
        for step in STEPS:
            key = "story_sure_one" if step == "sure" and not banded else f"story_{step}"
            if key in STORY_TEXTS:
                found.setdefault(step, []).append(closed_up(text(key, language, **values)))
    return found


def _by_year(years: Mapping[int, int]) -> list[str]:
    """Say how many cameras there are by each year."""
    parts = [said("year", year=f"{year}", n=f"{total:,}") for year, total in years.items()]
    joints = said("joint")
    lists = [
        joint.join(part[at] for part in parts)
        for at, joint in enumerate((joints[0] + " ", joints[1]))
    ]
    return [said("years", list=words)[at] for at, words in enumerate(lists)]


def _counter(run: RunFolder, high: Mapping[str, Any]) -> list[str]:
    """Say what one camera does on average, and what the strongest rule short of none does."""
    count, share = round(high["cameras"]), float(high["coverage"][TASK])
    each = f"{100 * share / count:.2f}%" if count else "—"
    values = {
        "high": f"{high['total']:,}", "cameras": f"{count:,}", "each": each,
        "share": whole_percent(share),
    }  # fmt: skip
    rules = rules_of(run)
    rows = {} if rules is None else dict(zip(rules["policy"], rules["tracked"], strict=True))
    others = [name for name in rows if name != BASE_RULE and name not in NO_RULES]
    if not others:
        return said("counter_one", **values)
    values |= {"base": whole_percent(rows[BASE_RULE]), "after": whole_percent(rows[others[0]])}
    rule = rule_name(others[0])
    found = [said("counter", **values, rule=rule[at])[at] for at in range(len(LANGUAGES))]
    if HALF not in rows:
        return found
    half = said("counter_half", half=whole_percent(rows[HALF]))
    return [f"{found[0]} {half[0]}", f"{found[1]}{half[1]}"]


def cases_chart(run: RunFolder) -> str:
    """Draw the answer's band and its named cases at the headline's totals; empty without cases.

    It says nothing in words but the numbers of cameras and the axis, so both languages share it.
    """
    cases = cases_of(run)
    if not cases:
        return ""
    parts = []
    for row, step in enumerate(ends_of(run.summary)):
        y = CHART_ROW * row + 18
        doubt, share = doubt_of(run.summary, step["total"]), answer_of(step, TASK)[0]
        parts.append(f'<text x="0" y="{y + 4}">{step["total"]:,}</text>')
        parts.append(f'<path class="case-axis" d="M{_x(0)} {y}H{_x(1)}"/>')
        if doubt.p5 is not None and doubt.p95 is not None:
            parts.append(f'<path class="case-band" d="M{_x(doubt.p5)} {y}H{_x(doubt.p95)}"/>')
        if share is not None:
            parts.append(f'<path class="case-mean" d="M{_x(share)} {y - 12}V{y + 12}"/>')
        parts += [
            f'<circle class="case-dot" cx="{_x(shares[row])}" cy="{y}" r="4"/>'
            for _, shares in cases
        ]
    foot = CHART_ROW * 2 + 14
    ticks = "".join(f'<text x="{_x(k / 4)}" y="{foot}">{25 * k}</text>' for k in range(5))
    return (
        f'<svg class="cases" viewBox="0 0 {CHART_WIDTH} {foot + 8}" role="img" '
        f'aria-labelledby="cases-means">{"".join(parts)}<g text-anchor="middle">{ticks}</g></svg>'
    )


def _x(share: float) -> str:
    """Return where a share lies across the chart."""
    return f"{CHART_LEFT + (CHART_WIDTH - CHART_LEFT - 14) * share:.1f}"


def _only_bus_streets(summary: Mapping[str, Any]) -> bool:
    return bool(summary["area"].get("streets") == "bus-street proxy")
