"""The report's first two pages: the answer with band and range, two curves, what may be quoted.

It takes figures of a run as the rest of the report does, and says what a reader needs who goes no
further; everything else is the appendix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from maps.answer import (
    ANY_LENGTH,
    SEEN_AT_ALL,
    Doubt,
    answer_of,
    doubt_of,
    ends_of,
    is_answered,
    of_a_hundred,
    span,
)
from maps.brief_texts import WORDS as BRIEF
from maps.charts import Band, Chart, Curve, Pair, share_axis
from maps.numbers import percent
from maps.page import HEADLINE_TASK, class_ends
from maps.report_curves import streets
from maps.report_figures import Figures, same
from maps.report_tables import case_name
from maps.report_texts import words
from maps.texts import LANGUAGES, closed_up
from sim.results.contract import FEWEST_FOR_BAND

MAY = ("may_sentence", "may_row", "may_bound")
MAY_NOT = ("not_place", "not_police", "not_safe", "not_single", "not_elsewhere")
COMMANDS = (
    ("run", "sim run SCENARIO"),
    ("bands", "sim bands SCENARIO --seeds 20 --into RUN"),
    ("sensitivity", "sim sensitivity SCENARIO --into RUN"),
    ("quote", "sim quote RUN"),
    ("brief", "sim brief RUN"),
    ("map", "sim map RUN"),
)
"""What those who ran it may run next, and what each is for (a key of the texts)."""
NONE = "—"


def reader(f: Figures) -> dict[str, Any]:
    """Return what the first two pages say, sentences as [English, Chinese].

    Returns
    -------
    dict
        answered; table (head, rows), over, sure and means where there is an answer; charts, may,
        may_not and commands.
    """
    answered = is_answered(f.run.summary)
    drawn = [(*_street_words(f), streets(f).charts[0])]
    found: dict[str, Any] = {
        "answered": answered,
        "charts": drawn,
        "may": [brief(key) for key in MAY] if answered else [],
        "may_not": [brief(key) for key in MAY_NOT],
        "commands": [(command, words(f"ran_{key}")) for key, command in COMMANDS],
    }
    if answered:
        found["charts"] = [(words("reader_walks"), words("reader_walks_says"), _walks(f)), *drawn]
        found["table"] = {"head": _head(f), "rows": [_row(f, n) for n in class_ends(f.run.totals)]}
        found["over"] = _over(f)
        found["sure"] = [*_sure(f), _range(f)]
        found["means"] = brief("means_text", metres=_metres(f))
    return found


def brief(key: str, **values: object) -> Pair:
    """Return a text of a brief in both languages with its places filled."""
    english, chinese = (sentence.format(**values) for sentence in BRIEF[key])
    return [english, closed_up(chinese)]


def _said(write: Callable[[str], str]) -> Pair:
    """Return what is written in each language."""
    return [write(language) for language in LANGUAGES]


def _of_100(share: float | None) -> Pair:
    return same(NONE) if share is None else _said(lambda to: of_a_hundred(share, to))


def _from_to(low: float | None, high: float | None) -> Pair:
    if low is None or high is None:
        return same(NONE)
    return _said(lambda to: span(low, high, to))


def _head(f: Figures) -> list[Pair]:
    last = doubt_of(f.run.summary, f.run.totals[-1])
    return [
        f.below,
        *(brief(key) for key in ("not_recognised", "band_own" if last.own else "band", "range",
                                 "not_seen", "walked")),
    ]  # fmt: skip


def _row(f: Figures, total: int) -> dict[str, Any]:
    """Return a line of the table of the answer, as `sim brief` has it."""
    step = f.run.summary["steps"][f.run.totals.index(total)]
    doubt = doubt_of(f.run.summary, total)
    band = _from_to(doubt.p5, doubt.p95)
    if doubt.p5 is not None and not doubt.own:
        pairs = zip(LANGUAGES, _of_100(doubt.mean), band, strict=True)
        band = [BRIEF["around"][LANGUAGES.index(to)].format(mean=mean, band=ends)
                for to, mean, ends in pairs]  # fmt: skip
    return {
        "total": f"{total:,}",
        "answer": _of_100(answer_of(step, HEADLINE_TASK)[0]),
        "band": band,
        "range": _from_to(doubt.lowest, doubt.highest),
        "cases": _cases(doubt),
        "not_seen": _of_100(answer_of(step, SEEN_AT_ALL)[0]),
        "walked": _of_100(step["trips"][HEADLINE_TASK].get("unseen_trips")),
    }


def _cases(doubt: Doubt) -> Pair | None:
    """Return which cases lie at the ends of the range."""
    found = [case_name(case) for case in (doubt.lowest_case, doubt.highest_case) if case]
    return [" – ".join(pair) for pair in zip(*found, strict=True)] if found else None


def _sure(f: Figures) -> list[Pair]:
    """Return how the band is to be read, or that there is none."""
    doubt = doubt_of(f.run.summary, int(ends_of(f.run.summary)[1]["total"]))
    if doubt.p5 is None:
        return [brief("sure_one")]
    few = "_few" if (doubt.draws or 0) < FEWEST_FOR_BAND else ""
    return [brief(f"sure_{'fleets' if doubt.own else 'seeds'}{few}", n=doubt.draws)]


def _range(f: Figures) -> Pair:
    """Return the range over the named cases at both ends, or that it was not computed."""
    ends = [int(step["total"]) for step in ends_of(f.run.summary)]
    doubts = [doubt_of(f.run.summary, total) for total in ends]
    if any(doubt.lowest is None for doubt in doubts):
        return words("reader_no_range")
    low, high = (_from_to(doubt.lowest, doubt.highest) for doubt in doubts)
    if ends[0] == ends[1]:
        return words("reader_range_one", high_range=high)
    said = words(
        "reader_range", low=f"{ends[0]:,}", high=f"{ends[1]:,}", low_range=low, high_range=high
    )
    return [said[0], closed_up(said[1])]


def _over(f: Figures) -> dict[str, Pair | None]:
    """Return the range over the named cases at the low and the high end, where it is known."""
    found: dict[str, Pair | None] = {}
    for end, step in zip(("low", "high"), ends_of(f.run.summary), strict=True):
        doubt = doubt_of(f.run.summary, int(step["total"]))
        ends = _from_to(doubt.lowest, doubt.highest)
        said = None if doubt.lowest is None else words("reader_over", range=ends)
        found[end] = said and [said[0], closed_up(said[1])]
    return found


def _metres(f: Figures) -> str:
    """Return how far the cameras of the run recognise, the farthest."""
    ranges = f.run.heads[f"range_{HEADLINE_TASK}"].to_numpy(float)
    return f"{ranges.max():.0f}" if len(ranges) else NONE


def _walks(f: Figures) -> Chart:
    """Return the curves of the answer over the number of cameras, with the band by chance."""
    curves = [
        Curve(
            f.totals, f.of_all(*path), words(f"reader_{name}"), same(percent(f.last(*path))),
            style, dots=True,
        )
        for name, style, path in (
            ("knowing", "recognise", ("answer", HEADLINE_TASK, ANY_LENGTH, "share")),
            ("walked", "recognise dashed", ("trips", HEADLINE_TASK, "unseen_trips")),
            ("not_seen", "detect", ("answer", SEEN_AT_ALL, ANY_LENGTH, "share")),
        )
    ]  # fmt: skip
    doubts = [doubt_of(f.run.summary, total) for total in f.run.totals]
    bands = []
    if all(doubt.p5 is not None and doubt.p95 is not None for doubt in doubts):
        low, high = ([getattr(doubt, name) for doubt in doubts] for name in ("p5", "p95"))
        bands = [Band(f.totals, f.array(low), f.array(high), HEADLINE_TASK)]
    top = [curve.y for curve in curves] + [band.high for band in bands]
    return f.chart("reader_walks_axis", share_axis(*top), curves, bands)


def _street_words(f: Figures) -> tuple[Pair, Pair]:
    """Return the title and the sentence of the curve of streets."""
    share = f.last("coverage", HEADLINE_TASK)
    return words("reader_streets"), words("reader_streets_says", n=f.n, share=percent(share))
