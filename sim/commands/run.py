"""`sim run`: a scenario simulated, its run folder written, its figures shown."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from shutil import get_terminal_size
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from maps.answer import answer_lines, answer_of
from sim.city.loaders import load_city
from sim.commands.options import (
    AsJson,
    Debug,
    ScenarioFile,
    Settings,
    Variants,
    command_app,
    examples,
    located,
    percent,
    print_json,
)
from sim.commands.terminal import progress
from sim.commands.verbosity import is_quiet, note
from sim.errors import one_line
from sim.pipeline.cost import Estimate, estimate
from sim.pipeline.run import run
from sim.pipeline.simulate import check_fits
from sim.pipeline.stage_cache import StageCache, cache_folder, refusal
from sim.results.contract import FEWEST_FOR_BAND, MANIFEST, fleets_of
from sim.results.metrics import (
    ALONG_BUS_STREETS,
    HEADLINE_TASK,
    along_bus_streets,
    part_of_answer,
)
from sim.scenario.load import LoadedScenario, dump_scenario, load_scenario
from sim.scenario.schema import mix_words
from sim.wording import counted

app = command_app()


@app.command(
    epilog=examples(
        "sim run scenarios/mong_kok_core.yaml",
        "sim run my.yaml --out results/try1 --set cameras.strategy=transit",
        'sim run my.yaml --set "cameras.totals=[4000, 60000]" --no-map',
        "sim run my.yaml --variant night --json",
        "sim run my.yaml --dry-run",
    )
)
def run_command(
    scenario: ScenarioFile,
    out: Annotated[
        Path | None, typer.Option("--out", help="Run folder; out/<name> by default.")
    ] = None,
    settings: Settings = None,
    variants: Variants = None,
    no_map: Annotated[bool, typer.Option("--no-map", help="Draw no map and no report.")] = False,
    no_cache: Annotated[
        bool,
        typer.Option(
            "--no-cache",
            help="Compute every stage again and keep none for later runs (HK_CAMERA_SIM_CACHE "
            "names the folder that keeps them).",
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Show the scenario as resolved and what a run would take; run nothing.",
        ),
    ] = False,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Simulate a scenario; leave its figures, tables and map in a run folder."""
    loaded = load_scenario(scenario, settings or [], variants or [])
    with located(loaded):
        if dry_run:
            _show_resolved(loaded, as_json=as_json)
            return
        folder = out if out is not None else Path("out") / loaded.scenario.name
        _run(loaded, folder, draw_map=not no_map, as_json=as_json, keep=not no_cache)


def _show_resolved(loaded: LoadedScenario, *, as_json: bool) -> None:
    """Print the scenario with its defaults and what it takes, if its area is here and fits."""
    city = load_city(loaded.scenario.area)
    check_fits(loaded.scenario, city)
    takes = estimate(loaded.scenario, city)
    if as_json:
        plain = loaded.scenario.model_dump(mode="json")
        print_json({"scenario": plain, "estimate": takes.to_json()})
        return
    for line in takes.lines():
        print(one_line(f"# {line}"))
    print(dump_scenario(loaded.scenario), end="")


def _run(
    loaded: LoadedScenario, folder: Path, *, draw_map: bool, as_json: bool, keep: bool
) -> None:
    """Run a loaded scenario and show its figures."""
    finish = None
    if draw_map:
        from maps import write_pages  # slow: loads folium

        finish = write_pages

    def foresee(takes: Estimate) -> None:
        if takes.is_large:
            note(one_line(next(takes.lines())))

    untrusted = refusal(cache_folder()) if keep else ""
    if untrusted:
        note(one_line(untrusted))
    begun = time.perf_counter()
    with progress() as announce:
        summary = run(
            loaded.scenario, folder, announce=announce, finish=finish,
            cache=StageCache(cache_folder()) if keep else None, foresee=foresee,
        )  # fmt: skip
    seconds = time.perf_counter() - begun
    if as_json:
        drawn = str(folder / "map.html") if draw_map else None
        told = {"folder": str(folder), "map": drawn, "seconds": round(seconds, 1)}
        print_json({**told, "summary": summary})
        return
    if is_quiet():
        print(folder / "map.html" if draw_map else folder)
        return
    console = Console(highlight=False, width=max(80, get_terminal_size().columns))
    console.print(_closing_table(summary))
    for line in _reading(summary, mix_words(loaded.scenario.cameras.optics)):
        console.print(line, markup=False)
    for line in _notes(folder):
        console.print(one_line(f"- {line}"), markup=False)
    print(f"{folder / 'map.html' if draw_map else folder} ({seconds:.1f} s)")


def _notes(folder: Path) -> list[str]:
    """Return what the run substituted, guessed or left out, from its manifest."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return []
    return [note["en"] for note in json.loads(manifest.read_text(encoding="utf-8"))["notes"]]


def _closing_table(summary: dict[str, Any]) -> Table:
    """Return the figures of a run as a table, a total a row."""
    area, tasks = summary["area"], summary["tasks"]
    some_real = summary.get("real_cameras", 0)
    kind = "cameras partly simulated" if some_real else "simulated cameras"
    title = f"{area['name']}: {area['street_km']:.1f} km of streets, {kind}"
    # As Text, because a name in brackets would be taken for rich's markup.
    table = Table(title=Text(title, "bold"), title_justify="left", box=box.SIMPLE_HEAD, padding=0)
    trip = "route" if along_bus_streets(summary) else "walk"
    many = fleets_of(summary) > 1
    shown = [tasks[0], HEADLINE_TASK] if many else tasks  # the band needs the room of two
    heads = ["cameras\nin the city", "here", "way\nleft", *(["of 100,\nfrom – to"] if many else [])]
    heads += [f"streets\n{task}" for task in shown]
    for head in [*heads, f"{trip}\nseen", f"{trip}s\nunseen", "dark\ngap"]:
        table.add_column(head, justify="right", no_wrap=True)
    for step in summary["steps"]:
        walks = step["trips"].get(HEADLINE_TASK) or {}
        table.add_row(
            f"{step['total']:,}",
            f"{step['cameras']:,}",
            percent(answer_of(step, HEADLINE_TASK)[0]),
            *([_band(step)] if many else []),
            *(percent(step["coverage"].get(task)) for task in shown),
            percent((walks.get("observed_length") or {}).get("p50")),
            percent(walks.get("unseen_trips")),
            _metres((walks.get("longest_gap_m") or {}).get("p50")),
        )
    return table


def _band(step: dict[str, Any]) -> str:
    """Return the band of one more placement of the first figure."""
    fleets = part_of_answer(step, HEADLINE_TASK, "any_length").get("fleets") or {}
    ends = [fleets[end] for end in ("p5", "p95") if fleets.get(end) is not None]
    return " – ".join(f"{100 * end:.0f}" for end in ends) or "–"


def _of_chance(summary: dict[str, Any]) -> list[str]:
    """Return what the figures of one or of several placements are worth."""
    fleets = fleets_of(summary)
    asked = (summary.get("ensemble") or {}).get("asked", 1)
    if fleets == 1 and asked > 1:
        return ["One placement: seeds change nothing here, so there is no band of chance."]
    if fleets == 1:
        return [
            "One placement of many equally possible ones: --set ensemble.fleets=20 gives means "
            "over 20 and the band in which one more would lie."
        ]
    if fleets < FEWEST_FOR_BAND:
        return [f"from – to: lowest and highest of {counted(fleets, 'placement')}."]
    return ["from – to: the band in which one more placement would lie in 9 of 10 cases."]


def _reading(summary: dict[str, Any], optics: str) -> list[str]:
    """Return the lines that say how the table is to be read, and on which assumptions."""
    area, real = summary["area"], summary.get("real_cameras", 0)
    kind = "Simulated, not a list of real cameras."
    if summary.get("listed_poles"):
        kind = "Simulated, on poles that were listed: statistics alone, no ways past them."
    if real:
        kind = f"{counted(real, 'camera')} as mapped or listed by others, the rest simulated."
    proxy = along_bus_streets(summary)
    trip = "route" if proxy else "walk"
    trips = area.get("trips", "walks")
    return [
        *answer_lines(summary),
        *_of_chance(summary),
        *_limits(summary),
        *_spending(summary),
        f"way left: share of {trip}s for which some way, however long, has no camera near enough "
        f"to {HEADLINE_TASK} a face; streets: share of length in view, by what the picture can "
        f"tell; {trip} seen: median share of a typical {trip} with a camera near enough to "
        f"{HEADLINE_TASK} a face turned towards it; {trip}s unseen: share of {trip}s without any; "
        "dark gap: median of the longest without.",
        *([ALONG_BUS_STREETS] if proxy else []),
        *([] if proxy or trips == "walks" else [f"trips: {trips}."]),
        f"{kind} {_plan(summary)}Shared out by: {area['share_rule']}; watching a "
        f"street: {area['street_share']}; optics: {optics}; walls: {area['walls']}.",
    ]


def _plan(summary: dict[str, Any]) -> str:
    plan = summary.get("plan")
    return f"Plan: {plan['name']}. " if plan else ""


def _limits(summary: dict[str, Any]) -> list[str]:
    """Return what no fleet of these numbers could exceed, where it was asked."""
    said = []
    for step in summary["steps"]:
        for task, most in (step.get("coverage_limit") or {}).items():
            seen, limit = step["coverage"][task], math.ceil(1000 * most) / 10
            said.append(f"{step['total']:,}: {percent(seen)} of at most {limit:.1f} %")
            tasks = task
    return [f"{tasks}, against the proven limit of any fleet: {'; '.join(said)}."] if said else []


def _spending(summary: dict[str, Any]) -> list[str]:
    """Return what the cameras of the last total cost, a kilometre and a walk too."""
    step = summary["steps"][-1]
    if not step.get("hkd_a_year"):
        return []
    found = {f"a km of streets in view ({HEADLINE_TASK})": step["hkd_a_km"][HEADLINE_TASK]}
    trip = "route" if along_bus_streets(summary) else "walk"
    found[f"a {trip} that passes one near enough"] = step["hkd_a_walk"][HEADLINE_TASK]
    told = [f"HK${_amount(value)} {what}" for what, value in found.items() if value is not None]
    return [
        f"At {step['total']:,} the cameras here cost HK${_amount(step['hkd_a_year'])} a year "
        f"(cameras.cost): {', '.join(told)}."
    ]


def _amount(hkd: float) -> str:
    """Return an amount of money to three figures."""
    if hkd == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(hkd)))
    return f"{round(hkd, digits):,.{max(digits, 0) if hkd < 100 else 0}f}"


def _metres(length: float | None) -> str:
    """Return a length, a dash where there is none."""
    return "–" if length is None else f"{length:,.0f} m"
