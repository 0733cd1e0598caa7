"""One HTML file of two runs of the same area: two maps moved together, one slider, differences.

It takes two run folders as they are, and differences with their errors as `sim compare` found them.
What the two have alike (streets, walls, names) is carried once.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from maps.answer import ANNOUNCED, answer_of, doubt_of, is_answered, of_a_hundred, span
from maps.comparison_texts import WORDS
from maps.credits import credit_of
from maps.names import clean_name
from maps.numbers import percent
from maps.page import (
    HEADLINE_TASK,
    QuietMap,
    SeenStreets,
    assemble,
    class_ends,
    has_walks,
    page_facts,
    page_template,
    page_words,
    picture_of,
    write_page,
)
from maps.payload import bounds_of, build_payload
from maps.report_tables import policy_name
from maps.report_texts import WORDS as REPORT
from maps.report_texts import words as report_words
from maps.run_folder import RunFolder, read_run_folder
from maps.texts import LANGUAGES, closed_up, is_proxy, table, texts_of
from sim.errors import InputError

ENTRY = "compare.js"
STEP_FIGURES = (
    "answer", "unseen_trips", "longest_gap_m", "identified", "tracked_live", "tracked_afterwards",
    "no_unseen_walk", "critical_total",
)  # fmt: skip
"""Figures taken from the comparison; those that follow the slider come from the runs."""
STILL_FIGURES = {
    "cameras": "cameras", "coverage": "coverage", "observed_length_p50": "walk",
    "observed_length_p10": "walk_p10", "observed_length_p90": "walk_p90",
    **{name: name for name in STEP_FIGURES},
}  # fmt: skip
"""Figures of the table of all totals, each with the end of its text's key."""
COUNTS = ("cameras", "critical_total")
LONGEST_VALUE = 300


def write_comparison(
    folders: Sequence[Path], out: Path, names: Sequence[str], compared: Mapping[str, Any]
) -> Path:
    """Write a page of two runs side by side and return its path.

    Parameters
    ----------
    folders
        Two folders that `sim run` has finished.
    out
        The HTML file to write; an older one is replaced once the new one is whole.
    names
        What the two runs are called.
    compared
        differs (scenario keys with a value a run) and rows (run, total, task, figure, value,
        difference, difference_se, pairing), as `sim compare --json` prints them for all tasks.

    Raises
    ------
    InputError
        Not two runs, runs of different areas, or runs that share no total.
    """
    if len(folders) != 2:
        raise InputError(f"{len(folders)} runs; a page shows two side by side, give 2 run folders")
    runs = [read_run_folder(Path(folder)) for folder in folders]
    totals = _shared_totals(runs, folders)
    pair = _Pair(runs, [clean_name(name) for name in names], totals, compared)
    if not out.parent.is_dir():
        raise InputError(f"{out}: there is no folder {out.parent}; make it first")
    return write_page(out, pair.page())


def _shared_totals(runs: Sequence[RunFolder], folders: Sequence[Path]) -> list[int]:
    """Return the totals that both runs have; refuse runs that cannot stand side by side."""
    first, second = (run.summary["area"]["name"] for run in runs)
    if first != second or runs[0].edges.crs != runs[1].edges.crs:
        raise InputError(
            f"{folders[1]}: another study area ({clean_name(second)}) than {folders[0]} "
            f"({clean_name(first)}); give two runs of one area"
        )
    if runs[0].tasks != runs[1].tasks:
        raise InputError(f"{folders[1]}: other tasks than {folders[0]}; run both again")
    shared = sorted(set(runs[0].totals) & set(runs[1].totals))
    if not shared:
        raise InputError(f"{folders[1]}: no total is also one of {folders[0]}; give both the same")
    return shared


class _Pair:
    """Two runs and what is said of them."""

    def __init__(
        self,
        runs: list[RunFolder],
        names: list[str],
        totals: list[int],
        compared: Mapping[str, Any],
    ) -> None:
        self.runs, self.names, self.totals, self.compared = runs, names, totals, compared
        first, second = (run.summary for run in runs)
        said = {**first, "simulated": first["simulated"] and second["simulated"]}
        for key in ("real_cameras", "listed_poles"):
            said[key] = (first.get(key) or 0) + (second.get(key) or 0)
        self.texts = {**texts_of(said), **WORDS}
        self.walked = all(map(has_walks, runs))
        self.facts = self._facts()

    def page(self) -> str:
        """Return the page."""
        maps = [QuietMap(name, animated=False) for name in ("a", "b")]
        SeenStreets("Unseen.compare", "[map_of_a, map_of_b]").add_to(maps[1])
        words = page_words(self.texts, self.facts)
        payloads, packed = self._payloads()
        carried = {
            "payloads": payloads,
            "facts": self.facts,
            "texts": table(self.texts),
            "classes": class_ends(self.totals),
            "totals": self.totals,
            "steps": self._steps(),
            "rules": self._rules(),
        }
        body = page_template("compare.html").render(
            tasks=self.runs[0].tasks,
            sides=list(zip("AB", self.facts["sides"], self._pictures(), strict=True)),
            ends=[f"{end:,}" for end in self._ends()],
            still=self._still(),
            walked=self.walked,
            rules=bool(carried["rules"]),
            cites=[
                (f"{letter}: ", side["cite"])
                for letter, side in zip("AB", self.facts["sides"], strict=True)
            ],
            **words,
        )
        return assemble(maps, words, ENTRY, body, carried, packed).render()

    def _facts(self) -> dict[str, Any]:
        """Return what the page says, names and sentences as [English, Chinese]."""
        own = [page_facts(run) for run in self.runs]
        title = self._say("two_title", area=own[0]["area"])
        names = self._names([fact["title"] for fact in own])
        sources = list(dict.fromkeys(source for fact in own for source in fact["sources"]))
        return {
            "area": own[0]["area"],
            "city": own[0]["city"],
            "ends": self._ends(),
            "still": self._say("still", n=f"{self._ends()[1]:,}", city=own[0]["city"]),
            "title": title,
            **self._headline(own[0]["city"]),
            **dict(zip(("name_a", "name_b"), names, strict=True)),
            "sides": [
                {key: fact[key] for key in ("walls", "share_rule", "street_share", "scenario",
                                            "seed", "cite")}
                for fact in own
            ],
            "sources": sources,
            "credit": credit_of(sources, bus_streets=is_proxy(self.runs[0].summary)),
            "cite": " ".join(fact["cite"] for fact in own),
            "dates": own[0]["dates"] if own[0]["dates"] == own[1]["dates"] else {},
            **self._differs(),
            "pairing": self._pairing(),
        }  # fmt: skip

    def _names(self, titles: list[list[str]]) -> list[list[str]]:
        """Return what the two are called in both languages.

        Their titles, where these differ; else what differs, if it has words; else the names given.
        """
        if titles[0] != titles[1]:
            return titles
        for values in self.compared["differs"].values():
            keys = [f"level {value}" for value in values]
            if len(set(keys)) == len(self.runs) and REPORT.keys() >= set(keys):
                return [report_words(key) for key in keys]
        return [[name.replace("_", " ")] * len(LANGUAGES) for name in self.names]

    def _say(self, key: str, **values: Any) -> list[str]:  # noqa: ANN401 - numbers and pairs
        """Return a text in both languages; a list among the values holds one for each."""
        return [
            self.texts[key][place].format(
                **{k: v[place] if isinstance(v, list) else v for k, v in values.items()}
            )
            for place in range(len(LANGUAGES))
        ]

    def _headline(self, city: list[str]) -> dict[str, list[str]]:
        """Return one sentence on both at the highest total, with its note."""
        if all(is_answered(run.summary) for run in self.runs):
            return self._answer(city)
        values: dict[str, Any] = {"city": city, "n": f"{self.totals[-1]:,}"}
        for side, run in zip("ab", self.runs, strict=True):
            step = run.summary["steps"][run.totals.index(self.totals[-1])]
            seen = step["trips"][HEADLINE_TASK]["observed_length"]
            shares = seen if self.walked else {"p50": step["coverage"][HEADLINE_TASK]}
            for name in shares.keys() & {"p10", "p50", "p90"}:
                values[f"{side}_{name}"] = percent(shares[name])
        ending = "" if self.walked else "_streets"
        return {
            "headline": self._say(f"two_headline{ending}", **values),
            "headline_note": self._say(f"two_note{ending}"),
        }

    def _answer(self, city: list[str]) -> dict[str, list[str]]:
        """Return the answer of both at the announced number, or the highest, and how sure it is."""
        total = self._ends()[1]
        values: dict[str, Any] = {"city": city, "n": f"{total:,}"}
        for side, run in zip("ab", self.runs, strict=True):
            step = run.summary["steps"][run.totals.index(total)]
            doubt = doubt_of(run.summary, total)
            share = answer_of(step, HEADLINE_TASK)[0]
            if share is not None:
                values[f"{side}_answer"] = [of_a_hundred(share, lang) for lang in LANGUAGES]
            if doubt.p5 is not None and doubt.p95 is not None:
                ends = doubt.p5, doubt.p95
                values[f"{side}_band"] = [span(*ends, language) for language in LANGUAGES]
        sure = "two_note_band" if {"a_band", "b_band"} <= values.keys() else "two_note_one"
        notes = zip(self._say(sure, **values), self._say("two_note_answer"), strict=True)
        headline = self._say("two_headline_answer", **values)
        english, chinese = (" ".join(pair) for pair in notes)
        apart = self._difference(total)
        if apart:
            headline = [f"{headline[0]} {apart[0]}", headline[1] + apart[1]]
        return {
            "headline": [headline[0], closed_up(headline[1])],
            "headline_note": [english, closed_up(chinese)],
        }

    def _difference(self, total: int) -> list[str]:
        """Return how many more or fewer walks of 100 are left in B; nothing where none is known."""
        for row in self.compared["rows"]:
            found = (row["total"], row["task"], row["figure"]) == (total, HEADLINE_TASK, "answer")
            if found and row["difference"]:
                error: str | list[str] = ""
                if row["difference_se"] is not None:
                    error = self._say("two_apart_error", n=f"{100 * row['difference_se']:.1f}")
                key = "two_more" if row["difference"] > 0 else "two_fewer"
                return self._say(key, apart=f"{abs(100 * row['difference']):.1f}", error=error)
        return []

    def _differs(self) -> dict[str, Any]:
        """Return the keys that differ, and what each and both its values are called.

        Under "differs" stand the keys; a row's name and values stand in both languages under
        "differs_<row>_key", "…_a" and "…_b", as the scenario has them where they have no words.
        """
        rows = dict(self.compared["differs"].items())
        walls = [run.summary["area"]["walls"] for run in self.runs]
        if walls[0] != walls[1]:
            rows["walls"] = walls
        said: dict[str, Any] = {"differs": [clean_name(key) for key in rows]}
        for place, (key, values) in enumerate(rows.items()):
            plain = key.rsplit(".", 1)[-1]
            said[f"differs_{place}_key"] = _named(f"factor {plain}", clean_name(key))
            for side, value in zip("ab", values, strict=False):
                words = _named(f"level {value}", _value(value))
                said[f"differs_{place}_{side}"] = words
        return said

    def _pairing(self) -> str:
        """Return the key of what ± is, empty where no difference has an error."""
        said = {row["pairing"] for row in self.compared["rows"] if row["pairing"]}
        if not said:
            return ""
        return "two_paired" if "paired" in said else "two_independent"

    def _payloads(self) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """Pack both runs on one grid; the second carries only what the first does not."""
        spans = np.array([bounds_of(run) for run in self.runs])
        bounds = np.concatenate([spans[:, :2].min(axis=0), spans[:, 2:].max(axis=0)])
        first, second = (build_payload(run, bounds, walks=False) for run in self.runs)
        apart = second.columns.without(first.columns)
        heads = [first.head, {**second.head, "columns": apart.index}]
        return heads, {"packed-a": first.columns.text(), "packed-b": apart.text()}

    def _rows(self) -> dict[tuple[int, str, str], list[float | None]]:
        """Return (value of A, value of B, difference, error) by total, task and figure."""
        found: dict[tuple[int, str, str], list[float | None]] = {}
        for row in self.compared["rows"]:
            cells = found.setdefault((row["total"], row["task"], row["figure"]), [])
            cells.append(_rounded(row["value"]))
            if len(cells) == 2:
                cells += [_rounded(row["difference"]), _rounded(row["difference_se"])]
        return found

    def _steps(self) -> list[dict[str, dict[str, list[float | None]]]]:
        """Return, at each shared total, the figures of each task that do not follow the slider."""
        rows = self._rows()
        return [
            {
                task: {
                    name: rows[total, task, name]
                    for name in STEP_FIGURES
                    if _known(rows.get((total, task, name)))
                }
                for task in self.runs[0].tasks
            }
            for total in self.totals
        ]

    def _still(self) -> list[dict[str, Any]]:
        """Return the rows of the table of all totals, for the headline's task."""
        rows = self._rows()
        found = []
        for total in self.totals:
            for name, key in STILL_FIGURES.items():
                cells = rows.get((total, HEADLINE_TASK, name))
                if cells is None or not _known(cells) or self._is_said(name, total):
                    continue
                written = [_written(name, value) for value in cells[:2]]
                apart = _apart(name, cells[2], cells[3])
                found.append(
                    {"total": f"{total:,}", "key": f"two_{key}", "cells": [*written, apart],
                     "first": name == "cameras"}
                )  # fmt: skip
        return found

    def _is_said(self, name: str, total: int) -> bool:
        """Whether a figure that is the same at every total was said at one before."""
        return name == "critical_total" and total != self.totals[-1]

    def _rules(self) -> list[dict[str, Any]]:
        """Return, per rule that both runs tried, the tracked shares at each total and task."""
        tried = [run.policies for run in self.runs if run.policies is not None]
        if len(tried) < len(self.runs) or not self.walked:
            return []
        shares = [
            policies.set_index(["policy", "total", "task"])["tracked"].to_dict()
            for policies in tried
        ]
        names = dict.fromkeys(map(str, tried[0]["policy"]))
        found = []
        for name in names:
            steps = [
                {task: [_rounded(of.get((name, total, task))) for of in shares]
                 for task in self.runs[0].tasks}
                for total in self.totals
            ]  # fmt: skip
            if all(_known(cells) for step in steps for cells in step.values()):
                found.append({"name": policy_name(name), "steps": steps})
        return found

    def _ends(self) -> list[int]:
        """Return the numbers of cameras of which pictures tell: the fewest and the headline's."""
        return [self.totals[0], ANNOUNCED if ANNOUNCED in self.totals else self.totals[-1]]

    def _pictures(self) -> list[Markup]:
        return [Markup(picture_of(run, f"picture-{side}", self._ends()))
                for side, run in zip("AB", self.runs, strict=True)]  # fmt: skip


def _named(key: str, otherwise: str) -> list[str]:
    """Return the words of a key or value of a scenario; itself where there are none."""
    return report_words(key) if key in REPORT else [otherwise] * len(LANGUAGES)


def _value(value: object) -> str:
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clean_name(written, LONGEST_VALUE)


def _rounded(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else round(float(value), 6)


def _known(cells: Sequence[float | None] | None) -> bool:
    """Whether either run has the figure."""
    return cells is not None and any(value is not None for value in cells[:2])


def _written(name: str, value: float | None) -> str:
    if value is None:
        return "—"
    if name in COUNTS:
        return f"{value:,.0f}"
    return f"{value:,.0f} m" if name == "longest_gap_m" else percent(value)


def _apart(name: str, difference: float | None, error: float | None) -> str:
    """Write a difference with its sign and its error; shares in points."""
    if difference is None:
        return "—"
    share = name not in COUNTS and name != "longest_gap_m"
    scale, places = (100, 1) if share else (1, 0)
    written = f"{difference * scale:+,.{places}f}".replace("-", "−")
    return written if error is None else f"{written} ± {error * scale:,.{places}f}"
