"""The answer of a run in words: how many walks can still be made by who knew every camera.

It takes the summary of a run and returns the page's first sentence and its note, in English and in
Chinese; what the words are stands in `maps.texts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from maps.names import area_words
from maps.texts import LANGUAGES, TEXTS, closed_up, is_proxy, on_listed_poles, text
from sim.errors import InputError
from sim.results.contract import fleets_of

HEADLINE_TASK, SEEN_AT_ALL = "recognise", "detect"
NOW, ANNOUNCED = 4_000, 60_000
"""Cameras that Hong Kong had in 2025 and is to have by 2028, as the Government says: the headline
tells of them where a run does."""
ANNOUNCED_PLAN = "as_announced"
"""What scenarios call the plan that the Government announced."""
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
ANY_LENGTH, NEAR = "any_length", "within_1.5"
NO_BREAK = "\u00a0"
DOUBTS = {"band": ("p5", "p95"), "range": ("lowest", "highest")}
"""What is said of how sure a figure is, and the ends of each."""


class Doubt(NamedTuple):
    """How sure the answer is at one number of cameras; None for what is not known.

    Attributes
    ----------
    mean, p5, p95
        Over what was drawn, and the band by chance.
    draws
        How many times it was drawn.
    own
        Whether the run itself drew them, fleets that watch the same people; else `sim bands` did,
        placements and crowds.
    lowest, highest, lowest_case, highest_case
        The range over named cases, and which lie at its ends.
    """

    mean: float | None = None
    p5: float | None = None
    p95: float | None = None
    draws: int | None = None
    own: bool = False
    lowest: float | None = None
    highest: float | None = None
    lowest_case: str | None = None
    highest_case: str | None = None


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


def machine_answer_of(step: Mapping[str, Any], case: str) -> tuple[float | None, float | None]:
    """Return the share of walks without any place where software could read a face, and its error.

    Parameters
    ----------
    step
        Of the summary.
    case
        Of `summary["software"]["cases"]`.
    """
    found: Any = ((step.get("software") or {}).get(case) or {}).get("answer") or {}
    found = found.get(ANY_LENGTH) or {}
    return found.get("share"), found.get("se")


def reference_case(summary: Mapping[str, Any]) -> str:
    """Return the case of software that stands for all; empty where a run has none."""
    return str((summary.get("software") or {}).get("reference") or "")


def reads_nowhere(step: Mapping[str, Any], case: str) -> bool:
    """Return whether cameras watch here, and none of them could ever read a face."""
    reading = ((step.get("software") or {}).get(case) or {}).get("cameras_reading")
    return bool(step["cameras"]) and reading == 0


def is_answered(summary: Mapping[str, Any]) -> bool:
    """Return whether a run has an answer, and its trips are walks."""
    return not is_proxy(summary) and answer_of(summary["steps"][0], HEADLINE_TASK)[0] is not None


def check_answered(folder: Path, summary: Mapping[str, Any]) -> None:
    """Refuse a run of which nothing can be quoted.

    Raises
    ------
    InputError
        It has no typical walks, or streets of buses only.
    """
    if not is_answered(summary):
        raise InputError(
            f"{folder}: no typical walks on a walking network, so there is no answer to quote"
        )


def of_a_hundred(share: float, language: str) -> str:
    """Write a share as so many of 100; neither none nor all is written for what is neither."""
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return text("fewer_than_one", language)
    if whole == 100 and share < 1:
        return text("more_than_99", language)
    return f"{whole}"


def ends_of(summary: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the steps of which the headline tells: those of 2025's and of the announced number.

    Where a run does not ask for 2025's number it is the first; where it does not ask for the
    announced one after that, it is the last.
    """
    steps = summary["steps"]
    first = next((k for k, step in enumerate(steps) if step["total"] == NOW), 0)
    later = steps[first + 1 :]
    return steps[first], next((step for step in later if step["total"] == ANNOUNCED), steps[-1])


def answer_counts(
    summary: Mapping[str, Any], area: list[str], years: Mapping[int, int | None]
) -> dict[str, list[str]]:
    """Return the words of the first screen, each as [English, Chinese]; none without an answer.

    Parameters
    ----------
    summary
        The content of summary.json.
    area
        The area's names.
    years
        Of totals, as the plan has them.

    Returns
    -------
    dict
        low_count, low_answer, low_walks, low_band and the same of high (the last alone where there
        is one total): read one after the other they are a sentence and its doubt; answer_means
        and answer_official, what the counts are of.
    """
    if not is_answered(summary):
        return {}
    ends = dict(zip(("low", "high"), ends_of(summary), strict=True))
    if ends["low"]["total"] == ends["high"]["total"]:
        del ends["low"]
    said: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for end, step in ends.items():
            for name, words in _count(summary, step, years.get(step["total"]), language).items():
                said.setdefault(f"{end}_{name}", []).append(words)
    totals = {step["total"] for step in ends.values()}
    official = totals <= {NOW, ANNOUNCED} and summary["area"]["share_rule"] != "direct"
    known = [total for total in (NOW, ANNOUNCED) if total in totals and years.get(total)]
    partly = not official and known
    says = {
        "answer_means": "answer_means" if summary["simulated"] else "answer_means_real",
        "answer_official": "answer_official"
        if official
        else ("answer_partly" if partly else "answer_assumed"),
    }
    n = f"{known[0]:,}" if known else ""
    for name, key in says.items():
        said[name] = [
            closed_up(text(key, to, area=here, n=n, plan=_plan(summary, to)))
            for to, here in zip(LANGUAGES, area, strict=True)
        ]
    if not summary["simulated"]:
        del said["answer_official"]
    return said


def _count(
    summary: Mapping[str, Any], step: Mapping[str, Any], year: int | None, language: str
) -> dict[str, str]:
    """Return how many cameras, how many walks of 100, and what other placements give, in words."""
    total, when = step["total"], when_of(summary, step, year, language)
    key = "answer_count_when" if when else "answer_count"
    share, doubt = answer_of(step, HEADLINE_TASK)[0], doubt_of(summary, total)
    of = text("no_figure", language) if share is None else of_a_hundred(share, language)
    return {
        "count": text(key, language, n=f"{total:,}", when=when),
        "answer": closed_up(text("answer_of", language, of=of)),
        "walks": text("answer_walks", language),
        "band": band_words(doubt, language),
    }


def band_words(doubt: Doubt, language: str) -> str:
    """Return what other placements give, as the first screen says it; empty where none is known."""
    if doubt.p5 is None or doubt.p95 is None:
        return ""
    band = span(doubt.p5, doubt.p95, language)
    said = text(f"answer_band{'' if doubt.own else '_crowds'}", language, band=band)
    words, colon, numbers = said.rpartition(": " if language == "en" else "：")
    return f"{words}{colon}{numbers.replace(' ', NO_BREAK)}"


def drawn(doubt: Doubt, language: str) -> str:
    """Return what was drawn again for a band: placements alone, or walkers too."""
    return text("answer_drawn_places" if doubt.own else "answer_drawn_crowds", language)


def when_of(
    summary: Mapping[str, Any], step: Mapping[str, Any], year: int | None, language: str
) -> str:
    """Return when there are so many cameras, and whether that is planned; empty where unknown.

    Parameters
    ----------
    summary, step
        The content of summary.json, and one of its steps.
    year
        Of the total, as the plan has it.
    language
        One of `LANGUAGES`.
    """
    direct = summary["area"]["share_rule"] == "direct"
    phases = () if direct else (summary.get("plan") or {}).get("phases") or ()
    of_plan = (phase.get("year") for phase in phases if phase["total"] == step["total"])
    date = str(step.get("date") or year or next(of_plan, None) or "")
    if not date:
        return ""
    words = date_words(date, language)
    planned = step["total"] == ANNOUNCED and not direct
    return text("answer_planned", language, when=words) if planned else words


def date_words(date: str, language: str, *, short: bool = False) -> str:
    """Write a date of a scenario, a year with or without month and day."""
    year, *rest = date.split("-")
    numbers = [int(part) for part in rest]
    if language == "zh":
        parts = (f" {number} {unit}" for number, unit in zip(numbers, "月日", strict=False))
        return "".join([f"{year} 年", *parts])
    months = [MONTHS[number - 1][: 3 if short else None] for number in numbers[:1]]
    return " ".join([*map(str, numbers[1:]), *months, year])


def _plan(summary: Mapping[str, Any], language: str) -> str:
    """Return what the plan is called whose cameras are counted."""
    name = (summary.get("plan") or {}).get("name")
    return text(
        "answer_plan_announced" if name == ANNOUNCED_PLAN else "answer_plan_assumed", language
    )


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
    steps, case = ends_of(summary), reference_case(summary)
    ending = "two" if len(summary["steps"]) > 1 else "one"
    totals = {"low": f"{steps[0]['total']:,}", "high": f"{steps[1]['total']:,}"}
    shares = {
        "answer": [answer_of(step, HEADLINE_TASK)[0] for step in steps],
        "unseen": [answer_of(step, SEEN_AT_ALL)[0] for step in steps],
        "machine": [machine_answer_of(step, case)[0] for step in steps],
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
        if reads_nowhere(steps[1], case):
            parts["machine"] = text("headline_machine_none", language)
        said["headline"].append(parts.pop("answer"))
        doubts = {
            name: text(
                f"headline_{name}_{ending}",
                language,
                **totals,
                **ends,
                what=drawn(doubt_of(summary, steps[1]["total"]), language),
            )
            for name, ends in _doubts(summary, language).items()
        }
        parts = {**doubts, **parts}
        counted = "headline_counted" if summary["simulated"] else "headline_counted_real"
        if on_listed_poles(summary):
            counted = "headline_counted_listed"
        walks = summary["steps"][0]["answer"][HEADLINE_TASK][ANY_LENGTH]["n"]
        notes = [*parts.values(), text(counted, language, walks=f"{walks:,}")]
        fleets = fleets_of(summary)
        if fleets > 1:
            notes.append(text("headline_fleets", language, fleets=fleets))
        said["headline_note"].append((" " if language == "en" else "").join(notes))
    return {key: [english, closed_up(chinese)] for key, (english, chinese) in said.items()}


def answer_lines(summary: Mapping[str, Any]) -> list[str]:
    """Return the first sentence and its note in English, none without an answer.

    Parameters
    ----------
    summary
        The content of summary.json.
    """
    area = summary["area"]
    city = TEXTS["this_area" if area["share_rule"] == "direct" else "hong_kong"]
    said = answer_headline(summary, [area_words(area["name"])] * len(LANGUAGES), list(city))
    return [] if said is None else [lines[0] for lines in said.values()]


def has_doubt(summary: Mapping[str, Any]) -> bool:
    """Return whether the answer's band and range are in the summary."""
    return len(_doubts(summary, LANGUAGES[0])) == len(DOUBTS)


def doubt_of(summary: Mapping[str, Any], total: int) -> Doubt:
    """Return the band and the range of the answer at a number of cameras, as far as they are known.

    The band is that of the run's own fleets, where it has several; else that which `sim bands`
    put into the summary, with the range.

    Parameters
    ----------
    summary
        The content of summary.json.
    total
        Of the run.
    """
    rows = [
        row
        for row in summary.get("range") or ()
        if (row["total"], row["task"], row["figure"]) == (total, HEADLINE_TASK, "answer")
    ]
    found = Doubt()
    if rows:
        row = rows[0]
        found = Doubt(
            row.get("mean"), row.get("p5"), row.get("p95"), row.get("n"), False,
            row["lowest"]["value"], row["highest"]["value"],
            row["lowest"]["case"], row["highest"]["case"],
        )  # fmt: skip
    step = next(step for step in summary["steps"] if step["total"] == total)
    fleets = (step.get("answer") or {}).get(HEADLINE_TASK, {}).get(ANY_LENGTH, {}).get("fleets")
    if fleets:
        found = found._replace(
            mean=answer_of(step, HEADLINE_TASK)[0], p5=fleets["p5"], p95=fleets["p95"],
            draws=(summary.get("ensemble") or {}).get("fleets"), own=True,
        )  # fmt: skip
    return found


def _doubts(summary: Mapping[str, Any], language: str) -> dict[str, dict[str, str]]:
    """Return the ends of band and range in words by their name, those that are known."""
    ends = {
        end: doubt_of(summary, step["total"])
        for end, step in zip(("low", "high"), ends_of(summary), strict=True)
    }
    found = {}
    for name, (low, high) in DOUBTS.items():
        shares = {end: (getattr(doubt, low), getattr(doubt, high)) for end, doubt in ends.items()}
        if not any(None in pair for pair in shares.values()):
            found[name] = {f"{end}_{name}": span(*pair, language) for end, pair in shares.items()}
    return found


def span(low: float, high: float, language: str) -> str:
    """Write two shares as so many to so many of 100, once where both are written alike."""
    words = [of_a_hundred(share, language) for share in (low, high)]
    return (
        words[0] if words[0] == words[1] else text("from_to", language, low=words[0], high=words[1])
    )
