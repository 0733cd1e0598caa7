"""The districts of a city side by side: the answer of each, its error and the walks behind it.

It takes what summary.json says of the walks that begin in each district; where a run has no answer
(streets of buses only, or no walks), the share of street in view, as the run's table of exposure
has it. It writes what a page says of them, and computes no figure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from maps.answer import HEADLINE_TASK, answer_of, ends_of, is_answered, of_a_hundred, span
from maps.district_texts import WORDS
from maps.names import name_pair
from maps.run_folder import RunFolder
from maps.texts import LANGUAGES, closed_up, is_proxy
from sim.results.contract import fleets_of

FEWEST = 2
"""Fewer districts are not set side by side."""
CERTAIN = 1.96
"""Standard errors within which 19 of 20 draws lie."""
NONE_OF = 3.0
"""Of n walks that all agree, one of 3 / n might still not, 19 times of 20 (rule of three)."""

Pair = list[str]


def districts_of(run: RunFolder, area: Sequence[str]) -> dict[str, Any] | None:
    """Return what a page shows of the districts, texts as [English, Chinese].

    Parameters
    ----------
    run
        The folder as read.
    area
        Names of the study area.

    Returns
    -------
    dict or None
        lead, sure; of ("walks" or "streets"); ends, the places of the two totals told of; top, the
        share up to which curves are drawn; whole, the curve of the area;
        cards, sorted: name, curve (a share a total, None with too few walks), lines, behind (how
        many walks or kilometres), says, cells (of the table); heads of the table. None where there
        are fewer than `FEWEST` districts.
    """
    found = _of_walks(run) if is_answered(run.summary) else _of_streets(run)
    if len(found) < FEWEST:
        return None
    kind = "walks" if is_answered(run.summary) else "streets"
    steps = run.summary["steps"]
    ends = [steps.index(step) for step in ends_of(run.summary)]
    ends = ends if ends[0] != ends[1] else ends[1:]
    totals = [f"{total:,}" for total in run.totals]
    top = _top(found, _whole(run, kind))
    values = _pairs(
        first=totals[0], last=totals[-1], high=totals[ends[-1]], area=area,
        streets=WORDS["bus_streets" if is_proxy(run.summary) else "all_streets"],
        fleets=str(fleets_of(run.summary)), top=f"{100 * top:.0f}",
    )  # fmt: skip
    cards = [_card(kind, district, ends, totals, values) for district in _sorted(found, ends[-1])]
    return {
        "of": kind,
        "lead": _say(_lead(run, kind), values),
        "sure": _say(_sure(run, kind), values),
        "ends": ends,
        "top": top,
        "whole": _whole(run, kind),
        "cards": cards,
        "heads": [
            _say("table_district", {}),
            _say(f"table_{kind}", {}),
            *(_say("table_at", _pairs(n=totals[end])) for end in ends),
        ],
    }


def _of_walks(run: RunFolder) -> list[dict[str, Any]]:
    """Return name, walks, and share, se and band a total, of each district."""
    table = run.districts[run.districts["kind"] == "district"]
    chinese = dict(zip(table["name"], table["name_zh"], strict=True))
    return [
        {
            "name": name_pair(told["name"], chinese.get(told["name"], "")),
            "walks": told["walks"],
            **told["answer"][HEADLINE_TASK],
        }
        for told in run.summary.get("districts") or ()
    ]


def _of_streets(run: RunFolder) -> list[dict[str, Any]]:
    """Return name, kilometres of street and share in view a total, of each district."""
    if run.exposure is None:
        return []
    rows = run.exposure
    rows = rows[(rows["by"] == "district") & (rows["task"] == HEADLINE_TASK)]
    found = []
    for name, name_zh in run.districts.loc[
        run.districts["kind"] == "district", ["name", "name_zh"]
    ].itertuples(index=False):
        own = rows[rows["group"] == name].set_index("total")
        if set(run.totals) <= set(own.index):
            share = [float(own["share_seen"][total]) for total in run.totals]
            km = float(own["street_km"].iloc[0])
            found.append({"name": name_pair(name, name_zh), "km": km, "share": share})
    return found


def _whole(run: RunFolder, kind: str) -> list[float | None]:
    steps = run.summary["steps"]
    if kind == "walks":
        return [answer_of(step, HEADLINE_TASK)[0] for step in steps]
    return [step["coverage"][HEADLINE_TASK] for step in steps]


def _top(found: list[dict[str, Any]], whole: list[float | None]) -> float:
    """Return the quarter up to which every curve reaches."""
    shares = [share for district in found for share in district["share"]]
    highest: float = max(share for share in (*shares, *whole, 0.0) if share is not None)
    return float(max(math.ceil(4 * highest), 1)) / 4


def _lead(run: RunFolder, kind: str) -> str:
    if kind == "walks":
        return "walks_lead" if run.summary["simulated"] else "walks_lead_real"
    return "streets_lead" if is_proxy(run.summary) else "streets_lead_none"


def _sure(run: RunFolder, kind: str) -> str:
    several = kind == "walks" and fleets_of(run.summary) > 1
    return f"{kind}_sure_fleets" if several else f"{kind}_sure"


def _sorted(found: list[dict[str, Any]], end: int) -> list[dict[str, Any]]:
    """Return districts with the least in view, or most walks left, first; those untold last."""

    def order(district: dict[str, Any]) -> tuple[bool, float]:
        share = district["share"][end]
        if share is None:
            return True, -district["walks"]
        return False, share if "km" in district else -share

    return sorted(found, key=order)


def _card(
    kind: str,
    district: dict[str, Any],
    ends: list[int],
    totals: list[str],
    values: dict[str, Pair],
) -> dict[str, Any]:
    """Return what a page says of one district."""
    told = district["share"][ends[-1]] is not None
    own = {**values, "name": district["name"]}
    if kind == "walks":
        own |= _pairs(walks=f"{district['walks']:,}")
        behind = _say("walks", own)
        cell = own["walks"]
    else:
        own |= _pairs(km=f"{district['km']:,.0f}")
        behind = _say("kilometres", own)
        cell = own["km"]
    figures = [_figure(kind, district, end) for end in ends] if told else []
    for end, name in zip(reversed(ends), ("high", "low"), strict=False):
        own[name] = _pairs(n=totals[end])["n"]
        own[f"{name}_of"] = _plain(kind, district["share"][end]) if told else ["", ""]
    says = f"{kind}_says" if len(ends) > 1 else f"{kind}_says_one"
    few = _say("few", {})
    lines = [_say("line", {"n": [totals[end]] * len(LANGUAGES), "of": of})
             for end, of in zip(ends, figures, strict=False)]  # fmt: skip
    return {
        "name": district["name"],
        "curve": [round(share, 5) for share in district["share"]] if told else None,
        "lines": lines or [few],
        "behind": behind,
        "says": _say(says if told else "few_says", own),
        "cells": [cell, *(figures or [few] * len(ends))],
    }


def _plain(kind: str, share: float) -> Pair:
    """Write a share as so many of 100 walks, or as percent of street."""
    if kind == "walks":
        return [of_a_hundred(share, language) for language in LANGUAGES]
    return [f"{100 * share:.0f}%"] * len(LANGUAGES)


def _figure(kind: str, district: dict[str, Any], end: int) -> Pair:
    """Write a share, and how sure it is where that is known."""
    share = district["share"][end]
    of = _say(f"{kind}_of", {"of": _plain(kind, share)})
    low, high = (district.get(name, [None] * (end + 1))[end] for name in ("p5", "p95"))
    if low is not None and high is not None:
        band = [span(low, high, to) for to in LANGUAGES]
        return of if band == _plain(kind, share) else _say("by_chance", {"of": of, "band": band})
    se = district["se"][end] if kind == "walks" else None
    if se is None:
        return of
    error = CERTAIN * se if 0 < share < 1 else NONE_OF / district["walks"]
    return _say("give_or_take", {"of": of, **_pairs(error=f"{math.ceil(100 * error)}")})


def _pairs(**values: str | Sequence[str]) -> dict[str, Pair]:
    """Return values in both languages: those given once are the same in both."""
    return {
        name: [value] * len(LANGUAGES) if isinstance(value, str) else list(value)
        for name, value in values.items()
    }


def _say(key: str, values: dict[str, Pair]) -> Pair:
    """Return a text in both languages with its places filled."""
    english, chinese = (
        words.format(**{name: pair[place] for name, pair in values.items()})
        for place, words in enumerate(WORDS[key])
    )
    return [english, closed_up(chinese)]
