"""Sentences on wrongful stops, of summary.json: what live recognition would do, and what is stated.

Report and page say the same, the range first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maps.charts import Pair
from maps.numbers import chance, number, percent, plain
from maps.report_texts import words

CLAIM = "claim"
"""The case in which every camera reads faces, as the plan claims."""
OF_THE_CLAIM = ("rates", "stops")
"""Assumptions that are left open where every camera reads."""
SEARCHER_AND_PERSON, COUNTED = "by officer and person", "all searches"
"""Kinds of log that find most and least."""


def alerts_sentences(summary: Mapping[str, Any]) -> list[Pair]:
    """Return wrongful stops at the largest total, at the smallest, and what the police state.

    Parameters
    ----------
    summary
        The content of summary.json.

    Returns
    -------
    list
        Each as [English, Chinese]; none for a run without such figures. The first two are one
        where nobody would be stopped; what the police state is told in Hong Kong alone.
    """
    steps = summary["steps"]
    if not steps[-1].get("alerts"):
        return []
    few, many = steps[0], steps[-1]
    found = many["alerts"]
    ends = found["wrongful_stops"][CLAIM]
    elsewhere = summary["area"]["share_rule"] == "direct"
    stated = [] if elsewhere else [words("alerts_stated")]
    if not ends["highest"] > 0:
        return [words("alerts_none", n=f"{many['total']:,}"), *stated]
    said = words(
        "alerts_says", n=f"{many['total']:,}", gallery=f"{found['gallery']:,}",
        walkers=number(found["walkers"]), why=words(f"alerts_why_{_moves_most(found)}"),
        **_ends(ends),
    )  # fmt: skip
    if few["total"] == many["total"]:
        return [said, *stated]
    fewer = few["alerts"]["wrongful_stops"][CLAIM]
    return [said, words("alerts_few", n=f"{few['total']:,}", **_ends(fewer)), *stated]


def oversight_sentences(summary: Mapping[str, Any]) -> list[Pair]:
    """Return the sentences on regimes and on logs; none for a run without such figures.

    Parameters
    ----------
    summary
        The content of summary.json.
    """
    if not summary.get("oversight"):
        return []
    return [regimes_sentence(summary), logs_sentence(summary)]


def regimes_sentence(summary: Mapping[str, Any]) -> Pair:
    """Return what each regime makes of wrongful stops.

    Parameters
    ----------
    summary
        The content of summary.json, with oversight.
    """
    found = summary["oversight"]
    warrant = found["warrant"]
    stops = {row["regime"]: number(row["wrongful_stops"]) for row in found["regimes"]}
    return words(
        "regimes_says", n=f"{found['total']:,}", live=stops["live"],
        warrant=stops["live under warrant"], place=percent(warrant["place"]),
        hours=plain(warrant["hours"]), people=plain(warrant["people"]),
    )  # fmt: skip


def logs_sentence(summary: Mapping[str, Any]) -> Pair:
    """Return how surely one misuser is found, by what is logged.

    Parameters
    ----------
    summary
        The content of summary.json, with oversight.
    """
    found = summary["oversight"]
    audit, power = found["audit"], power_of(found)
    return words(
        "logs_says", officers=plain(audit["officers"]), misuse=plain(audit["misuse"]),
        who=chance(power[SEARCHER_AND_PERSON][3]), count=chance(power[COUNTED][12]),
        alarm=percent(audit["false_alarm"]),
    )  # fmt: skip


def power_of(oversight: Mapping[str, Any]) -> dict[str, dict[int, float]]:
    """Return power by kind of log and months.

    Parameters
    ----------
    oversight
        That part of summary.json.
    """
    return {
        log["logged"]: {row["months"]: row["power"] for row in log["power"]}
        for log in oversight["logs"]
    }


def _ends(found: Mapping[str, float]) -> dict[str, str]:
    return {end: number(found[end]) for end in ("lowest", "middle", "highest")}


def _moves_most(found: Mapping[str, Any]) -> str:
    """Return which assumption alone moves wrongful stops the farthest, where every camera reads."""
    moved = {name: found["moves"][name].values() for name in OF_THE_CLAIM}
    return max(moved, key=lambda name: max(moved[name]) - min(moved[name]))
