"""Writes the tables of docs/plan.md from the facts: `python docs/plan_page.py` renews the page.

A test fails where the page is not as `sim/facts/announced.yaml` says.
"""

from __future__ import annotations

from pathlib import Path

from sim.area import districts
from sim.city.census import daytime_population
from sim.placement.parameters import Phase
from sim.placement.plan import announced, announced_cost, announced_plans

PAGE = Path(__file__).parent / "plan.md"
BEGIN = "<!-- written by docs/plan_page.py -->"


def tables() -> str:
    """Return what stands below the mark on the page."""
    return "\n\n".join([_phases(), _cases(), _cost(), _people()]) + "\n"


def _phases() -> str:
    rows = [
        "## The phases",
        "",
        "| phase | cameras in the city | by | whose, by weight | where | said | source | trust |",
        "|---|---:|---|---|---|---|---|---|",
    ]
    for phase in announced().phases:
        where = ", ".join(phase.districts) or "all districts"
        rows.append(
            f"| {phase.name} | {phase.total:,} | {phase.year} | {_owners(phase)} | {where} | "
            f"{phase.said} | {phase.source} | {phase.trust} |"
        )
    return "\n".join(rows)


def _owners(phase: Phase) -> str:
    places = {owner: _mix(mix) for owner, mix in phase.strategy.items() if owner in phase.mix}
    linked = dict.fromkeys(phase.linked, ", linked")
    return "; ".join(
        f"{owner} {weight:g} ({places[owner]}{linked.get(owner, '')})"
        for owner, weight in phase.mix.items()
    )


def _mix(mix: object) -> str:
    return " + ".join(f"{w:g} {name}" for name, w in mix.items()) if isinstance(mix, dict) else mix


def _cases() -> str:
    rows = ["## Other readings", "", "| plan | phase | what is different |", "|---|---|---|"]
    own = {phase.name: phase for phase in announced().phases}
    for name in announced_plans()[1:]:
        for phase in announced(name).phases:
            if phase.mix != own[phase.name].mix:
                rows.append(f"| {name} | {phase.name} | {_owners(phase)} |")
            if phase.districts != own[phase.name].districts:
                rows.append(f"| {name} | {phase.name} | {', '.join(phase.districts)} |")
    return "\n".join(rows)


def _cost() -> str:
    rows = [
        "## What it is said to cost, 2026/27 to 2031/32",
        "",
        "| what | HK$ million | source | trust |",
    ]
    rows += ["|---|---:|---|---|"]
    rows += [
        f"| {c.what} | {c.million_hkd:,.0f} | {c.source} | {c.trust} |" for c in announced_cost()
    ]
    return "\n".join(rows)


def _people() -> str:
    rows = [
        "## People by day",
        "",
        "| district | residents, 2021 | there on a working day | carriageway, km |",
        "|---|---:|---:|---:|",
    ]
    people = daytime_population()
    rows += [
        f"| {d.name} | {d.population:,} | {people[d.name]:,} | {d.carriageway_km:,.0f} |"
        for d in districts()
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    above = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    PAGE.write_text(f"{above}{BEGIN}\n\n{tables()}", encoding="utf-8")
