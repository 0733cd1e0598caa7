"""The report's tables: at a glance, what rules change, who is seen more, how far figures move.

It chooses rows and words; the figures are those of the run folder's summary and tables, and of
bands.json where it lies beside them and belongs to the same scenario.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from maps.answer import (
    ANY_LENGTH,
    NEAR,
    SEEN_AT_ALL,
    answer_of,
    machine_answer_of,
    reads_nowhere,
    reference_case,
)
from maps.charts import Band, Curve, Pair, share_axis
from maps.names import clean_name
from maps.numbers import number, percent, plain
from maps.page import HEADLINE_TASK
from maps.report_figures import (
    Figures,
    Section,
    figure,
    of_proxy,
    points,
    same,
)  # fmt: skip
from maps.report_texts import WORDS, group_name, words
from maps.texts import is_proxy
from sim.results.contract import TITLES

SHORTEST_CLASS_KM = 0.5
"""Classes of street with less are left out: their share says little."""
OF_TRIPS = (
    "glance_answer", "glance_answer_near", "glance_answer_unseen", "glance_answer_machine",
    "glance_answer_open", "glance_walk", "glance_unseen", "glance_live", "glance_afterwards",
    "glance_no_way", "glance_alerts",
)  # fmt: skip
"""Rows at a glance that are about trips."""
BASE_POLICY = "live"
FEWER_CAMERAS = ("a tenth fewer cameras", "half the cameras")
"""Policies that are not rules but fewer cameras."""
NO_RECOGNITION = "off"


def glance(f: Figures) -> dict[str, Any]:
    """Return the few figures that answer first, at the lowest and the highest total."""
    steps = f.run.summary["steps"]
    chosen = [steps[0], steps[-1]] if len(steps) > 1 else steps[:1]
    trips = ("trips", HEADLINE_TASK)
    curve = figure(f.run.summary, "percolation", HEADLINE_TASK, "largest_dark_share")
    rows = [
        *_answer_rows(chosen, reference_case(f.run.summary)),
        ("glance_here", [f"{step['cameras']:,}" for step in chosen]),
        ("glance_streets", [percent(figure(step, "coverage", HEADLINE_TASK)) for step in chosen]),
        ("glance_walk", [_spread(figure(step, *trips, "observed_length")) for step in chosen]),
        ("glance_unseen", [percent(figure(step, *trips, "unseen_trips")) for step in chosen]),
        ("glance_live", [percent(figure(step, *trips, "tracked_live", "p50")) for step in chosen]),
        ("glance_afterwards", [
            percent(figure(step, *trips, "tracked_afterwards", "p50")) for step in chosen
        ]),
        ("glance_dark", [_dark_share(curve, step["cameras"]) for step in chosen]),
        ("glance_no_way", [
            _with_error(figure(step, *trips, "no_unseen_walk"),
                        figure(step, *trips, "no_unseen_walk_se")) for step in chosen
        ]),
        ("glance_alerts", [_alerts(step) for step in chosen]),
    ]  # fmt: skip
    proxied = OF_TRIPS if is_proxy(f.run.summary) else ()
    return {
        "head": [(f"{step['total']:,}", f.below) for step in chosen],
        "rows": [
            (of_proxy(words(key)) if key in proxied else words(key), values)
            for key, values in rows
            if set(values) != {"—"}
        ],
        "note": words("glance_note", task=words(f.last("recognition", "task") or "identify")),
    }


def _answer_rows(steps: list[dict[str, Any]], case: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the rows of the answer: who knew every camera could still make so many walks."""
    machine = [_with_error(*machine_answer_of(step, case)) for step in steps]
    for key, task, way, ways_open in (
        ("glance_answer", HEADLINE_TASK, ANY_LENGTH, False),
        ("glance_answer_near", HEADLINE_TASK, NEAR, False),
        ("glance_answer_unseen", SEEN_AT_ALL, ANY_LENGTH, False),
        ("glance_answer_open", HEADLINE_TASK, ANY_LENGTH, True),
    ):
        yield (
            key, [_with_error(*answer_of(step, task, way, ways_open=ways_open)) for step in steps]
        )  # fmt: skip
        if task == SEEN_AT_ALL:
            yield "glance_answer_machine", machine


def _spread(found: dict[str, float] | None) -> str:
    if not found or found.get("p50") is None:
        return "—"
    return f"{percent(found['p50'])} ({percent(found['p10'])}–{percent(found['p90'])})"


def _with_error(share: float | None, error: float | None) -> str:
    return "—" if share is None else f"{percent(share)} ± {points(error)}"


def _dark_share(curve: list[list[float]] | None, cameras: int) -> str:
    """Read the step function of the largest unseen part at a number of cameras in the area."""
    if not curve:
        return "—"
    at = int(np.searchsorted([count for count, _ in curve], cameras, side="right")) - 1
    return percent(curve[max(at, 0)][1])


def _alerts(step: dict[str, Any]) -> str:
    low, high = (
        figure(step, "recognition", "cases", case, "false_alerts_per_day")
        for case in ("low", "high")
    )
    return "—" if low is None or high is None else f"{number(low)}–{number(high)}"


def table_sections(f: Figures) -> Iterator[Section]:
    """Yield the sections whose figures the run folder has."""
    for made in (machine(f), rules(f), cost(f), unequal(f), bands(f)):
        if made is not None:
            yield made


def machine(f: Figures) -> Section | None:
    """Return where software could read faces at the highest total, case by case."""
    summary, step = f.run.summary, f.run.summary["steps"][-1]
    case, cases = reference_case(summary), figure(summary, "software", "cases")
    walks = f.last("software", case, "walks", "n")
    if not cases or not walks:
        return None
    heads = ("cameras", "streets", "passed", "faced", "without")
    found = {name: _software_row(f, name) for name in cases}
    nowhere = all(reads_nowhere(step, name) for name in cases)
    values = {name: cell[0] for name, cell in zip(heads, found[case], strict=True)}
    share, error = machine_answer_of(step, case)
    says = words("machine_nowhere", n=f.n) if nowhere else words(
        "machine_says", n=f.n, share=percent(share), share_se=points(error),
        **{name: values[name] for name in ("streets", "passed", "faced")},
    )  # fmt: skip
    rows = [
        [
            words(f"machine {name}", px=plain(needs["pupil_px"]), pitch=plain(needs["pitch"]),
                  turn=plain(needs["turn"])),
            *found[name],
        ]
        for name, needs in cases.items()
    ]  # fmt: skip
    head = [words("machine_case", n=f.n), *(words(f"machine_{name}") for name in heads)]
    note = words("machine_note", walks=plain(walks))
    return Section("machine", says, [note], [], {"head": head, "rows": rows})


def _software_row(f: Figures, case: str) -> list[list[str]]:
    """Return what software of a case could read, in the order of the table's columns."""
    unread = [f.last("software", case, name) for name in ("unread_walks", "unread_walks_facing")]
    share, error = machine_answer_of(f.run.summary["steps"][-1], case)
    reading = f.last("software", case, "cameras_reading")
    return [
        same(number(reading)) if reading else words("machine_none"),
        same(percent(f.last("software", case, "streets"))),
        *(same(percent(1 - share)) for share in unread),
        same(_with_error(share, error)),
    ]


def cost(f: Figures) -> Section | None:
    """Return what the cameras cost in a year, a kilometre seen and a walk, total by total."""
    steps = f.run.summary["steps"]
    if any(step.get("hkd_a_year") is None for step in steps):
        return None
    last = steps[-1]
    each = {name: last[f"hkd_a_{name}"].get(HEADLINE_TASK) for name in ("km", "walk")}
    says = words(
        "cost_says", n=f.n, year=number(last["hkd_a_year"]),
        **{name: number(value) for name, value in each.items()},
    )  # fmt: skip
    rows = [
        [
            same(plain(step["total"])),
            same(plain(step["cameras"])),
            same(number(step["hkd_a_year"])),
            *(
                same(number(step[f"hkd_a_{name}"].get(task)))
                for name in ("km", "walk")
                for task in (SEEN_AT_ALL, HEADLINE_TASK)
            ),
        ]
        for step in steps
    ]
    heads = ("total", "cameras", "year", "km_seen", "km", "walk_seen", "walk")
    head = [words(f"cost_{name}") for name in heads]
    return Section("cost", says, [words("cost_note")], [], {"head": head, "rows": rows}, minor=True)


def rules(f: Figures) -> Section | None:
    """Return what lowers tracking most at the highest total, strongest first."""
    table = _at_the_end(f, f.run.policies)
    if table is None or BASE_POLICY not in set(table["policy"]):
        return None
    table = table.sort_values("tracked_change", kind="stable")
    base = float(table.loc[table["policy"] == BASE_POLICY, "tracked"].iloc[0])
    if not base > 0:  # nobody walks, or nobody is tracked: there is nothing to lower
        return None
    rows = [
        {
            "name": policy_name(row["policy"]),
            "live": percent(row["tracked_live"]),
            "afterwards": percent(row["tracked_afterwards"]),
            "either": percent(row["tracked"]),
            "bar": round(100 * row["tracked"] / base, 1),
            "change": "" if row["policy"] == BASE_POLICY else _change(row),
        }
        for row in table.to_dict("records")
    ]
    other = table[~table["policy"].isin([BASE_POLICY, NO_RECOGNITION, *FEWER_CAMERAS])]
    if len(other) < 2:
        return None
    first, second = other.iloc[0], other.iloc[1]
    says = words(
        "rules_says", n=f.n, base=percent(base), first=policy_name(first["policy"]),
        first_share=percent(first["tracked"]), second=policy_name(second["policy"]),
        second_share=percent(second["tracked"]),
    )  # fmt: skip
    half = table[table["policy"] == FEWER_CAMERAS[-1]]
    if len(half):
        more = words("rules_half", half=percent(float(half["tracked"].iloc[0])))
        says = [f"{says[0]} {more[0]}", f"{says[1]}{more[1]}"]
    compared = table["walks"].iloc[0]  # runs of before this column compared all
    if not compared > 0:
        compared = f.last("trips", HEADLINE_TASK, "tracked_live", "n")
    walks = int(compared)
    return Section("rules", says, [words("rules_note", walks=plain(walks))], [], {"rules": rows})


def _change(row: Mapping[Hashable, Any]) -> str:
    change = 100 * row["tracked_change"]
    sign = "−" if change < -0.05 else "+" if change > 0.05 else ""
    error = 100 * row["tracked_change_se"]
    return f"{sign}{abs(change):.1f} ± {'<0.1' if 0 < error < 0.05 else f'{error:.1f}'}"


def policy_name(name: str) -> list[str]:
    """Return what a rule is called in both languages."""
    return words(f"policy {name}") if f"policy {name}" in WORDS else same(clean_name(name))


def _at_the_end(f: Figures, table: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return a table's rows at the highest total for the headline task, if it has any."""
    if table is None:
        return None
    chosen = table[(table["total"] == f.run.totals[-1]) & (table["task"] == HEADLINE_TASK)]
    return chosen if len(chosen) else None


def unequal(f: Figures) -> Section | None:
    """Return which streets, districts, walks and people are seen more, at the highest total."""
    table = _at_the_end(f, f.run.exposure)
    if table is None:
        return None
    groups = [made for by in dict.fromkeys(table["by"]) if (made := _group(f, table, by))]
    classes = next((rows for by, rows in groups if by == "street class"), [])
    if not classes:
        return None
    high, low = classes[0], classes[-1]
    says = words(
        "unequal_says", n=f.n, high=high["value"], low=low["value"], high_name=high["name"],
        low_name=low["name"],
    )  # fmt: skip
    shown = [(words(f"by {by}") if f"by {by}" in WORDS else same(by), rows) for by, rows in groups]
    return Section("unequal", says, [words("unequal_note", n=f.n)], [], {"groups": shown})


def _group(f: Figures, table: pd.DataFrame, by: str) -> tuple[str, list[dict[str, Any]]] | None:
    """Return the bars of one kind of group; None where there is nothing to compare."""
    own = table[table["by"] == by]
    share = own["share_seen"].fillna(own["observed_time"])
    own = own.assign(share=share)[share.notna().to_numpy()]
    if by == "street class":
        own = own[own["street_km"] >= SHORTEST_CLASS_KM]
    if len(own) < (1 if by == "place" else 2):
        return None
    if by != "hour":
        own = own.sort_values("share", ascending=False, kind="stable")
    rows = [
        {
            "name": _name_in(f, by, str(row["group"])),
            "value": percent(row["share"]),
            "error": "" if pd.isna(row["observed_time_se"]) else points(row["observed_time_se"]),
            "bar": round(100 * row["share"], 1),
            "size": _size(row),
        }
        for row in own.to_dict("records")
    ]
    return by, rows


def _size(row: Mapping[Hashable, Any]) -> list[str]:
    if pd.notna(row["street_km"]):
        return same(f"{row['street_km']:,.1f} km")
    if pd.notna(row["places"]):
        return words("n_places", n=f"{row['places']:,.0f}")
    return same(f"n = {row['walks']:,.0f}")


def _name_in(f: Figures, by: str, group: str) -> list[str]:
    if by == "district":
        districts = f.run.districts
        found = districts[(districts["kind"] == "district") & (districts["name"] == group)]
        chinese = clean_name(found["name_zh"].iloc[0]) if len(found) else ""
        return [clean_name(group), chinese or clean_name(group)]
    if by == "hour":
        return same(f"{int(float(group)):02d}:00")
    return [clean_name(name) for name in group_name(group)]


def bands(f: Figures) -> Section:
    """Return how far the headline figure moves by chance and by named cases, from bands.json."""
    content = f.run.bands
    if content is None:
        return Section("bands", words("bands_none"), [], [])
    own = {key: value for key, value in f.scenario.items() if key not in TITLES}
    if content["scenario"] != own:
        return Section("bands", words("bands_other"), [], [])
    chance, between = (_headlines(content, name) for name in ("chance", "range"))
    ends = {name: _along(f, chance, name) for name in ("p5", "mean", "p95")}
    ends |= {name: _along(f, between, name) for name in ("lowest", "highest")}
    shown = (("mean", HEADLINE_TASK), ("highest", "thin"), ("lowest", "thin dashed"))
    labels = {"mean": "scenario", "highest": "highest", "lowest": "lowest"}
    curves = [
        Curve(
            f.x_from_nothing, f.from_nothing(ends[name]), words(f"bands_{labels[name]}"),
            same(percent(ends[name][-1])), style, dots=True,
        )
        for name, style in shown
    ]  # fmt: skip
    band = Band(
        f.x_from_nothing, f.from_nothing(ends["p5"]), f.from_nothing(ends["p95"]), HEADLINE_TASK
    )
    last, by_chance = between[f.run.totals[-1]], chance[f.run.totals[-1]]
    says = words(
        "bands_says", n=f.n, seeds=str(len(content["seeds"])),
        p5=percent(by_chance["p5"]), p95=percent(by_chance["p95"]),
        lowest=percent(last["lowest"]), lowest_case=case_name(last["lowest_case"]),
        highest=percent(last["highest"]), highest_case=case_name(last["highest_case"]),
    )  # fmt: skip
    axis = share_axis(*(curve.y for curve in curves))
    drawn = f.chart("bands_axis", axis, curves, [band])
    return Section("bands", says, [words("bands_note")], [drawn], _factors(f, content))


def _headlines(content: dict[str, Any], name: str) -> dict[int, dict[str, Any]]:
    """Return the rows on the headline figure by total."""
    wanted = content["headline"]
    return {
        int(row["total"]): row
        for row in content[name]
        if (row["task"], row["figure"]) == (wanted["task"], wanted["figure"])
    }


def _along(f: Figures, rows: dict[int, dict[str, Any]], name: str) -> np.ndarray[Any, Any]:
    values = [rows[total][name] for total in f.run.totals]
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _factors(f: Figures, content: dict[str, Any]) -> dict[str, Any]:
    """Return how far each assumption moves the headline figure at the highest total."""
    wanted = (f.run.totals[-1], content["headline"]["figure"])
    rows = [row for row in content["decomposition"] if (row["total"], row["figure"]) == wanted]
    rows = [row for row in rows if row["spread"] is not None]
    rows.sort(key=lambda row: -row["spread"])
    return {
        "head": [words("bands_factor", n=f.n), words("bands_from"), words("bands_to")],
        "rows": [
            [
                factor_name(row["factor"]),
                _end(row["lowest"], row["lowest_level"]),
                _end(row["highest"], row["highest_level"]),
            ]
            for row in rows
        ],
    }


def _end(value: float, level: str | None) -> list[str]:
    if level is None:
        return same(percent(value))
    english, chinese = level_name(level)
    return [f"{percent(value)} · {english}", chinese]


def factor_name(factor: str) -> list[str]:
    """Return what `sim bands` varied, in both languages."""
    return words(f"factor {factor}") if f"factor {factor}" in WORDS else same(clean_name(factor))


def level_name(level: str) -> list[str]:
    """Return a level of what `sim bands` varied, in both languages."""
    return words(f"level {level}") if f"level {level}" in WORDS else same(clean_name(level))


def case_name(case: str) -> Pair:
    """Name a case of one or more changes, as bands.json writes them: "factor: level, …"."""
    parts = [part.partition(": ") for part in case.split(", ")]
    names = [level_name(level or factor) for factor, _, level in parts]
    return [joint.join(name[at] for name in names) for at, joint in enumerate((", ", "、"))]
