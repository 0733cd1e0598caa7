"""The report's picture of what moves the answer most: a tornado from sensitivity.json.

It chooses rows, places and words; shares and means are those of `sim sensitivity`, where its file
lies in the run folder and belongs to the same scenario.
"""

from __future__ import annotations

from typing import Any

from maps.answer import ends_of, of_a_hundred
from maps.charts import WIDE, Axis, Pair, share_axis
from maps.numbers import percent
from maps.report_figures import Figures, Section, points
from maps.report_tables import factor_name, level_name
from maps.report_texts import words
from maps.texts import LANGUAGES
from sim.results.contract import TITLES


def sensitivity(f: Figures) -> Section | None:
    """Return the section, None where nobody put a sensitivity.json into the folder."""
    content = f.run.sensitivity
    if content is None:
        return None
    own = {key: value for key, value in f.scenario.items() if key not in TITLES}
    if content["scenario"] != own:
        return Section("sensitivity", words("sensitivity_other"), [], [])
    rows = [row for row in _headlines(f, content) if row["factors"]]
    if not rows:
        return None
    parts = [words("sensitivity_most", n=f"{row['total']:,}", **_most(row)) for row in rows]
    says = [joint.join(part[at] for part in parts) for at, joint in enumerate((" ", ""))]
    axis = share_axis(*([end[0] for one in row["factors"] for end in _ends(one)] for row in rows))
    return Section(
        "sensitivity",
        says,
        [*(_trust(content, row) for row in rows), words("sensitivity_likely")],
        [],
        {"tornado": [_tornado(row, axis) for row in rows]},
    )


def _headlines(f: Figures, content: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows on the answer at the two numbers of cameras of which the headline tells."""
    wanted = content["headline"]
    totals = dict.fromkeys(step["total"] for step in ends_of(f.run.summary))
    of_total = {
        row["total"]: row
        for row in content["figures"]
        if (row["task"], row["figure"]) == (wanted["task"], wanted["figure"])
    }
    return [of_total[total] for total in totals]


def _ordered(row: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(row["factors"], key=lambda one: -one["share"])


def _most(row: dict[str, Any]) -> dict[str, Any]:
    """Return what moves the answer most, and how much of its variance that is."""
    most = _ordered(row)[0]
    return {"factor": factor_name(most["factor"]), "share": percent(most["share"])}


def _trust(content: dict[str, Any], row: dict[str, Any]) -> Pair:
    """Return how far the shares at one number of cameras can be trusted."""
    told: dict[str, Any] = {
        "n": f"{row['total']:,}", "combinations": f"{content['combinations']:,}",
        "chance": percent(row["chance"]["share"]), "higher": percent(row["higher"]["share"]),
    }  # fmt: skip
    if content["every_combination"]:
        return words("sensitivity_every", **told)
    fit = row["held_out"][row["model"]]
    return words(
        "sensitivity_fit", error=points(fit["error"]), noise=points(fit["noise"]),
        more=words(f"sensitivity_more_{row['model']}"), **told
    )  # fmt: skip


def _ends(factor: dict[str, Any]) -> list[tuple[float, str]]:
    """Return the lowest and the highest mean of a factor's levels, and which level it is."""
    means = [(found["mean"], level) for level, found in factor["levels"].items()]
    return [min(means), max(means)]


def _tornado(row: dict[str, Any], axis: Axis) -> dict[str, Any]:
    """Return what the template needs to draw one tornado."""
    return {
        "title": words("sensitivity_title", n=f"{row['total']:,}", mean=percent(row["mean"])),
        "below": words("sensitivity_axis"),
        "middle": _place(axis, row["mean"]),
        "ticks": [(_place(axis, value), written) for value, written in axis.ticks],
        "rows": [_bar(factor, axis) for factor in _ordered(row)],
    }


def _bar(factor: dict[str, Any], axis: Axis) -> dict[str, Any]:
    ends = _ends(factor)
    low, high = (_place(axis, mean) for mean, _ in ends)
    said = [
        " – ".join(
            words("sensitivity_end", n=of_a_hundred(max(mean, 0.0), language),
                  level=level_name(level))[at]
            for mean, level in ends
        )
        for at, language in enumerate(LANGUAGES)
    ]  # fmt: skip
    return {
        "name": factor_name(factor["factor"]),
        "share": f"{percent(max(factor['share'], 0.0))} ± {points(factor['se'])}",
        "low": low,
        "wide": round(max(high - low, 2.0), 1),
        "ends": said,
    }


def _place(axis: Axis, value: float) -> float:
    return round(float(axis.along(value)) * WIDE, 1)
