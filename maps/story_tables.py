"""The tables of the story: the same as each step's sentence and picture, for whoever reads rows.

Figures are those of summary.json, policies and bands.json; what a run has not is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from maps.answer import HEADLINE_TASK, SEEN_AT_ALL, answer_of, doubt_of, ends_of, of_a_hundred, span
from maps.names import clean_name
from maps.report_policy_texts import WORDS as RULE_WORDS
from maps.report_sensitivity_texts import WORDS as CASE_WORDS
from maps.run_folder import RunFolder
from maps.story_texts import WORDS
from maps.texts import LANGUAGES, TEXTS, closed_up

Pair = list[str]
Table = dict[str, Any]
BASE_RULE = "live"
NO_RULES = ("off", "a tenth fewer cameras", "half the cameras")
"""Neither a rule for cameras that stay: no recognition at all, or fewer cameras."""
HALF = "half the cameras"


def said(key: str, **values: str) -> Pair:
    """Return a text of the story in both languages, its places filled with the same."""
    return [closed_up(words.format(**values)) for words in WORDS[key]]


def tables_of(run: RunFolder) -> dict[str, Table]:
    """Return the table of each step that has one.

    Returns
    -------
    By step: "head" and "rows", each cell as [English, Chinese].
    """
    summary = run.summary
    found = {
        "question": _table(["total", "answer", "band", "detect", "walked"], _answers(summary)),
        "eye": _table(["task", "means", "pixels"], _tasks(run.tasks)),
        "dots": _table(["total", "streets", "answer"], _streets(summary)),
    }
    if years := years_of_plan(summary):
        found["wipe"] = _table(["year", "total", "streets", "answer"], _years(summary, years))
    rules = rules_of(run)
    if rules is not None:
        found["camera"] = _table(["rule", "live", "afterwards", "either"], _rules(rules))
    cases = cases_of(run)
    if cases:
        ends = [[f"{step['total']:,}"] * 2 for step in ends_of(summary)]
        found["sure"] = {"head": [said("head_case"), *ends], "rows": [*_cases(summary, cases)]}
    return found


def years_of_plan(summary: Mapping[str, Any]) -> dict[int, int]:
    """Return how many cameras the plan of a run has by the end of each year, as far as it goes."""
    if summary["area"]["share_rule"] == "direct":
        return {}
    most = summary["steps"][-1]["total"]
    years: dict[int, int] = {}
    for phase in (summary.get("plan") or {}).get("phases") or ():
        if phase.get("year") and phase["total"] <= most:
            years[int(phase["year"])] = max(int(phase["total"]), years.get(int(phase["year"]), 0))
    return dict(sorted(years.items())) if len(years) > 1 else {}


def rules_of(run: RunFolder) -> pd.DataFrame | None:
    """Return what rules leave tracked at the headline's second total, the strongest first."""
    if run.policies is None:
        return None
    high = ends_of(run.summary)[1]["total"]
    rows = run.policies
    rows = rows[(rows["total"] == high) & (rows["task"] == HEADLINE_TASK)]
    base = rows.loc[rows["policy"] == BASE_RULE, "tracked"]
    if not len(base) or not base.iloc[0] > 0 or len(rows) < 2:
        return None
    ordered: pd.DataFrame = rows.sort_values("tracked", kind="stable")
    return ordered


def cases_of(run: RunFolder) -> list[tuple[str, list[float]]]:
    """Return the named cases with their mean answers at the headline's totals, highest first."""
    told = (run.bands or {}).get("cases") or ()
    ends = [step["total"] for step in ends_of(run.summary)]
    found: dict[str, dict[int, float]] = {}
    for row in told:
        if (row["task"], row["figure"]) == (HEADLINE_TASK, "answer") and row["mean"] is not None:
            found.setdefault(row["case"], {})[row["total"]] = row["mean"]
    whole = {case: [by[end] for end in ends] for case, by in found.items() if {*ends} <= {*by}}
    return sorted(whole.items(), key=lambda case: (-case[1][-1], -case[1][0], case[0]))


def rule_name(name: str) -> Pair:
    """Return what a rule is called in both languages."""
    return list(RULE_WORDS.get(f"policy {name}") or [clean_name(name)] * 2)


def case_name(case: str) -> Pair:
    """Return what a named case is called in both languages."""
    names = []
    for part in case.split(", "):
        factor, _, level = part.partition(": ")
        names.append(
            CASE_WORDS.get(f"level {level or factor}") or [clean_name(level or factor)] * 2
        )
    return [joint.join(name[at] for name in names) for at, joint in enumerate((", ", "、"))]


def whole_percent(share: float | None) -> str:
    """Write a share in whole percent."""
    return "—" if share is None else f"{100 * share:.0f}%"


def _table(head: Sequence[str], rows: Iterator[list[Pair]]) -> Table:
    return {"head": [said(f"head_{name}") for name in head], "rows": [*rows]}


def _same(text: str) -> Pair:
    return [text, text]


def _of(share: float | None) -> Pair:
    """Write a share as so many of 100 in both languages."""
    return [of_a_hundred(share, to) if share is not None else "—" for to in LANGUAGES]


def _answers(summary: Mapping[str, Any]) -> Iterator[list[Pair]]:
    for step in summary["steps"]:
        doubt = doubt_of(summary, step["total"])
        known = doubt.p5 is not None and doubt.p95 is not None
        band = [span(doubt.p5 or 0.0, doubt.p95 or 0.0, to) if known else "—" for to in LANGUAGES]
        yield [
            _same(f"{step['total']:,}"), _of(answer_of(step, HEADLINE_TASK)[0]), band,
            _of(answer_of(step, SEEN_AT_ALL)[0]),
            _of(step["trips"][HEADLINE_TASK].get("unseen_trips")),
        ]  # fmt: skip


def _tasks(tasks: list[str]) -> Iterator[list[Pair]]:
    for task in tasks:
        yield [list(TEXTS[task]), list(TEXTS[f"{task}_means"]), list(TEXTS[f"{task}_pixels"])]


def _streets(summary: Mapping[str, Any]) -> Iterator[list[Pair]]:
    for step in summary["steps"]:
        yield [_same(f"{step['total']:,}"), *_at(step)]


def _at(step: Mapping[str, Any] | None) -> list[Pair]:
    """Write the street unseen and the walks left at a step; neither where it is not simulated."""
    if step is None:
        return [_same("—"), _same("—")]
    unseen = _same(whole_percent(1 - step["coverage"][HEADLINE_TASK]))
    return [unseen, _of(answer_of(step, HEADLINE_TASK)[0])]


def _years(summary: Mapping[str, Any], years: Mapping[int, int]) -> Iterator[list[Pair]]:
    steps = {step["total"]: step for step in summary["steps"]}
    for year, total in years.items():
        yield [_same(f"{year}"), _same(f"{total:,}"), *_at(steps.get(total))]


def _rules(rules: pd.DataFrame) -> Iterator[list[Pair]]:
    for row in rules.to_dict("records"):
        shares = (row[name] for name in ("tracked_live", "tracked_afterwards", "tracked"))
        yield [rule_name(row["policy"]), *(_same(whole_percent(share)) for share in shares)]


def _cases(
    summary: Mapping[str, Any], cases: list[tuple[str, list[float]]]
) -> Iterator[list[Pair]]:
    yield [said("as_simulated"), *(_of(answer_of(s, HEADLINE_TASK)[0]) for s in ends_of(summary))]
    for case, shares in cases:
        yield [case_name(case), *(_of(share) for share in shares)]
