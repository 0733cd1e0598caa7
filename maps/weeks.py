"""What weeks of records tell of a home, from days.json: sentences, table, curves and a picture.

Report and page say the same. A run without days.json has nothing of it; all residents are
simulated, and that is said first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from markupsafe import Markup

from maps.answer import ends_of
from maps.charts import Band, Chart, Curve, Pair, chart, share_axis
from maps.names import clean_name
from maps.numbers import percent, plain
from maps.report_figures import Figures, Section, same
from maps.report_texts import WORDS as REPORT_WORDS
from maps.report_texts import words
from maps.run_folder import RunFolder
from maps.texts import TEXTS, closed_up
from sim.errors import InputError
from sim.results.contract import DAYS, TITLES

HOME, WORK = "home", "work"
NAME_OF_PLACE = {HOME: "weeks_home", WORK: "weeks_place"}
STYLES = ("step1", "step2", "step3", "step4")
WIDTH, LEFT, ROW = 320, 84, 22
"""Of the page's picture, and how high each of its rows is."""
Share = Mapping[str, float | None]
Step = Mapping[str, Any]


@dataclass(frozen=True)
class Weeks:
    """The content of days.json, and which numbers of cameras the headline tells of."""

    content: Mapping[str, Any]
    totals: tuple[int, ...]

    @cached_property
    def steps(self) -> dict[tuple[int, bool, int | None], Step]:
        """Each step by total, whether owners are linked, and days kept."""
        return {
            (step["total"], step["linked"], step["retention_days"]): step
            for step in self.content["steps"]
        }

    @cached_property
    def kept(self) -> list[int | None]:
        """Days for which records are kept, ascending; None, never deleted, comes last."""
        found = dict.fromkeys(step["retention_days"] for step in self.content["steps"])
        return sorted(found, key=lambda days: np.inf if days is None else days)

    @cached_property
    def owner(self) -> Pair:
        """Whose records alone are searched where owners are not linked."""
        name = next(step["owner"] for step in self.content["steps"] if not step["linked"])
        return list(TEXTS.get(f"owner_{name}", (clean_name(name),) * 2))

    def differs(self, total: int) -> bool:
        """Return whether cameras of others than the one owner hang at a total."""
        every, own = (self.steps[total, linked, self.kept[0]] for linked in (True, False))
        return bool(every["cameras"] != own["cameras"])


def weeks_of(run: RunFolder) -> Weeks | None:
    """Return what weeks tell of a run; None without days.json or if it is of another scenario.

    Raises
    ------
    InputError
        The steps of days.json are not those that `sim days` writes.
    """
    content = run.weeks
    if content is None or not of_this_run(run):
        return None
    try:
        there = sorted({int(step["total"]) for step in content["steps"]})
        told = dict.fromkeys(step["total"] for step in ends_of(run.summary))
        totals = tuple(total for total in told if total in there) or (there[0], there[-1])
        weeks = Weeks(content, tuple(dict.fromkeys(totals)))
        _ = [*_sentences(weeks), *weeks_not(weeks), weeks_table(weeks), weeks_picture(weeks)]
    except (KeyError, TypeError, IndexError, ValueError, StopIteration) as error:
        raise InputError(
            f"{DAYS} is not as `sim days` writes it ({type(error).__name__}: {error}); run "
            "`sim days RUN --into` again or take it away"
        ) from error
    return weeks


def of_this_run(run: RunFolder) -> bool:
    """Return whether days.json, if there is one, is of the run's own scenario."""
    scenario: dict[str, Any] = run.manifest.get("scenario") or {}
    own = {key: value for key, value in scenario.items() if key not in TITLES}
    return run.weeks is None or bool(run.weeks["scenario"] == own)


def weeks_sentences(weeks: Weeks) -> list[Pair]:
    """Return the sentences, each as [English, Chinese]; the first says that nobody is real."""
    return [[closed_up(text) for text in said] for said in _sentences(weeks)]


def weeks_not(weeks: Weeks) -> list[Pair]:
    """Return what may not be concluded, each as [English, Chinese]."""
    total, kept = weeks.totals[-1], weeks.kept[-1]
    remains = weeks.steps[total, True, kept][HOME]["remains"]
    wrong = {**remains, "share": 1 - remains["share"]}
    said = [
        words("weeks_not_found"), words("weeks_not_safe"),
        words("weeks_not_evidence", n=f"{total:,}", long_kept=_kept(kept), wrong=of_100(wrong)),
    ]  # fmt: skip
    return [[closed_up(text) for text in pair] for pair in said]


def _sentences(weeks: Weeks) -> Iterator[Pair]:
    content, (first, *_, last) = weeks.content, (*weeks.totals, weeks.totals[-1])
    yield words("weeks_simulated", people=f"{content['people']:,}", days=plain(content["days"]))
    blind = {place: of_100(content["blind"][place]) for place in (HOME, WORK)}
    yield _both(weeks, "weeks_says", last, linked=True, blind=blind[HOME])
    if first != last:
        yield _both(weeks, "weeks_few", first, linked=True)
    if weeks.differs(last):
        yield _both(weeks, "weeks_alone", last, linked=False, owner=weeks.owner)
    work = weeks.steps[last, True, weeks.kept[-1]][WORK]["near"]
    if work["share"] is not None:
        yield words(
            "weeks_work", workers=f"{content['workers']:,}", n=f"{last:,}", long=of_100(work),
            long_kept=_kept(weeks.kept[-1]), blind=blind[WORK],
        )  # fmt: skip
    rate, reader = percent(content["hit_rate"]), f"live_by {content['by']}"
    if content["by"] == "person" or reader not in REPORT_WORDS:
        yield words("weeks_by_person", hit_rate=rate, task=words(content["task"]))
    else:
        yield words("weeks_by_software", hit_rate=rate, reader=words(reader))
    yield words("weeks_error")


def _both(weeks: Weeks, key: str, total: int, *, linked: bool, **values: object) -> Pair:
    """Say the share of homes found at a total under the shortest and the longest retention."""
    short, long = weeks.kept[0], weeks.kept[-1]
    near = [weeks.steps[total, linked, kept][HOME]["near"] for kept in (short, long)]
    return words(
        key if len(weeks.kept) > 1 else f"{key}_one", n=f"{total:,}", short=of_100(near[0]),
        long=of_100(near[1]), short_kept=_kept(short), long_kept=_kept(long), **values,
    )  # fmt: skip


def of_100(share: Share) -> str:
    """Write a share as people of a hundred, with its standard error; a dash where there is none."""
    if share["share"] is None:
        return "—"
    error = share["se"]
    return f"{100 * share['share']:.1f}" + ("" if error is None else f" ± {100 * error:.1f}")


def _kept(days: int | None) -> Pair:
    if days is None:
        return words("weeks_never")
    return words("weeks_kept_one") if days == 1 else words("weeks_kept", n=f"{days:,}")


def _column(days: int | None) -> Pair:
    if days is None:
        return words("weeks_never")
    return words("weeks_day") if days == 1 else words("weeks_days", n=f"{days:,}")


def weeks_table(weeks: Weeks) -> dict[str, Any]:
    """Return homes and work places found: "head" and "rows", each cell as [English, Chinese]."""
    places = [HOME, *([WORK] if weeks.content["workers"] else [])]
    rows = [row for place in places for row in _rows(weeks, place)]
    return {"head": [words("weeks_head"), *map(_column, weeks.kept)], "rows": rows}


def _rows(weeks: Weeks, place: str) -> Iterator[list[Pair]]:
    """Yield what is found of a place: with no record, then at each total, linked and not."""
    name, blind = words(NAME_OF_PLACE[place]), same(of_100(weeks.content["blind"][place]))
    yield [words("weeks_row_blind", place=name), *(blind for _ in weeks.kept)]
    for total in weeks.totals:
        for linked in (True, False) if weeks.differs(total) else (True,):
            whose = _whose(weeks, total, linked)
            near = (weeks.steps[total, linked, kept][place]["near"] for kept in weeks.kept)
            row = words("weeks_row", place=name, n=f"{total:,}", whose=whose)
            yield [row, *(same(of_100(share)) for share in near)]


def _whose(weeks: Weeks, total: int, linked: bool) -> Pair:
    if not linked:
        return words("weeks_only", owner=weeks.owner)
    key = "weeks_linked" if weeks.differs(total) else "weeks_one_owner"
    return words(key, owner=weeks.owner)


def weeks_section(f: Figures) -> Section | None:
    """Return the report's section, None where nobody put a days.json into the folder."""
    if not of_this_run(f.run):
        return Section("weeks", words("weeks_other"), [], [])
    weeks = weeks_of(f.run)
    if weeks is None:
        return None
    simulated, main, *notes = weeks_sentences(weeks)
    says = [f"{simulated[0]} {main[0]}", f"{simulated[1]}{main[1]}"]
    return Section("weeks", says, [*notes, *weeks_not(weeks)], _charts(f, weeks),
                   weeks_table(weeks))  # fmt: skip


def _charts(f: Figures, weeks: Weeks) -> list[Chart]:
    """Return homes found over the number of cameras, linked and not; none at a single total."""
    totals = sorted({total for total, _, _ in weeks.steps})
    if len(totals) < 2:
        return []
    axis = share_axis(*([step[HOME]["near"]["share"] for step in weeks.steps.values()],))
    drawn = []
    for linked in (True, False) if any(map(weeks.differs, totals)) else (True,):
        curves, bands = _curves(weeks, totals, linked)
        title = words("weeks_axis" if linked else "weeks_axis_alone", owner=weeks.owner)
        drawn.append(chart(title, f.below, f.axis, axis, curves, bands))
    return drawn


def _curves(
    weeks: Weeks,
    totals: list[int],
    linked: bool,
) -> tuple[list[Curve], list[Band]]:
    """Return a curve and a band for each retention, and the level of no record at all."""
    x = np.array(totals, np.float64)
    curves, bands = [], []
    for kept, style in zip(weeks.kept, STYLES, strict=False):
        near = [weeks.steps[total, linked, kept][HOME]["near"] for total in totals]
        share, error = (np.array([each[key] or 0.0 for each in near]) for key in ("share", "se"))
        curves.append(Curve(x, share, _kept(kept), same(percent(share[-1])), style, dots=True))
        bands.append(Band(x, np.maximum(share - error, 0.0), share + error, style))
    blind = float(weeks.content["blind"][HOME]["share"])
    level = np.full(len(x), blind)
    curves.append(Curve(x, level, words("weeks_blind"), same(percent(blind)), "thin"))
    return curves, bands


def weeks_picture(weeks: Weeks) -> Markup:
    """Draw homes found by cameras and days kept; it says nothing in words but numbers."""
    found = [
        (total, kept, *(weeks.steps[total, linked, kept][HOME]["near"] for linked in (True, False)))
        for total in weeks.totals
        for kept in weeks.kept
    ]
    blind = weeks.content["blind"][HOME]["share"]
    axis = share_axis([near["share"] + (near["se"] or 0) for row in found for near in row[2:]])

    def at(share: float) -> str:
        return f"{LEFT + (WIDTH - LEFT - 14) * float(axis.along(share)):.1f}"

    foot = ROW * len(found) + 16
    parts = [f'<path class="case-axis" d="M{at(blind)} 4V{foot - 12}"/>']
    for row, (total, kept, linked, alone) in enumerate(found):
        y, error = ROW * row + 16, linked["se"] or 0.0
        low, high = at(max(linked["share"] - error, 0.0)), at(linked["share"] + error)
        parts += [
            f'<text x="0" y="{y + 4}">{total:,} · {"∞" if kept is None else f"{kept:,}"}</text>',
            f'<path class="case-band" d="M{low} {y}H{high}"/>',
            f'<path class="case-mean" d="M{at(linked["share"])} {y - 8}V{y + 8}"/>',
        ]
        if weeks.differs(total):
            parts.append(f'<circle class="case-dot" cx="{at(alone["share"])}" cy="{y}" r="4"/>')
    ticks = "".join(
        f'<text x="{at(value)}" y="{foot + 4}">{100 * value:g}</text>' for value, _ in axis.ticks
    )
    return Markup(
        f'<svg class="cases" viewBox="0 0 {WIDTH} {foot + 10}" role="img" '
        f'aria-labelledby="weeks-means">{"".join(parts)}<g text-anchor="middle">{ticks}</g></svg>'
    )  # every part is a number


def weeks_facts(run: RunFolder) -> tuple[dict[str, Any], dict[str, Pair]]:
    """Return what the page's template needs of weeks, and its words by key; nothing without any.

    Parameters
    ----------
    run
        As read.
    """
    weeks = weeks_of(run)
    if weeks is None:
        return {}, {}
    facts: dict[str, Pair] = {}

    def keyed(pair: Pair) -> str:
        key = f"weeks_{len(facts)}"
        facts[key] = pair
        return key

    table = weeks_table(weeks)
    parts = {
        "title": keyed(words("weeks")),
        "says": [keyed(said) for said in weeks_sentences(weeks)],
        "not": [keyed(said) for said in weeks_not(weeks)],
        "means": keyed(words("weeks_picture", owner=weeks.owner)),
        "picture": weeks_picture(weeks),
        "head": [keyed(cell) for cell in table["head"]],
        "rows": [(keyed(first), [cell[0] for cell in rest]) for first, *rest in table["rows"]],
    }
    return parts, facts
