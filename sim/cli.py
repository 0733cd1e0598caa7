"""The command `sim`: arguments in, the engine called, words and exit codes out.

Exit code 0 is done, 1 failed while working, 2 the user's input is wrong, 130 stopped by Ctrl-C.
Errors are one line each on standard error. It computes nothing, and imports the engine only when
a command needs it, so that `sim --help` and `sim validate` answer at once.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import math
import os
import sys
import time
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import (
    AsJson,
    Debug,
    ScenarioFile,
    Settings,
    Variants,
    cameras,
    comparing,
    data,
    examples,
    exporting,
    located,
    print_json,
    progress,
    publishing,
    sweeping,
)
from sim.errors import InputError, InputErrors

if TYPE_CHECKING:
    from rich.table import Table

    from sim.pipeline.cost import Estimate
    from sim.scenario.load import LoadedScenario

DONE, FAILED, WRONG_INPUT, STOPPED = 0, 1, 2, 130
HEADLINE_TASK = "recognise"
"""The task whose walks the closing table shows: close enough to recognise a face."""

# typer carries click's classes under names that differ between its versions.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="sim",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Parameters
    ----------
    arguments
        What follows `sim`; those of the process by default.
    """
    # Looking for cycles among all that a process held as it ends takes a tenth of a second.
    atexit.register(gc.freeze)
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        with warnings.catch_warnings():
            if not debug:
                warnings.simplefilter("ignore")
            command = typer.main.get_command(app)
            with command.make_context("sim", words) as context:
                command.invoke(context)
            sys.stdout.flush()
    except typer.Exit as leave:
        return leave.exit_code
    except BrokenPipeError:
        # The reader of a pipe has gone; without this Python complains again as it ends.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (KeyboardInterrupt, typer.Abort, Exception) as error:
        if debug:
            traceback.print_exc()
        return _answer(error)
    return DONE


def _answer(error: BaseException) -> int:
    """Say on standard error what went wrong, one line each, and return the exit code."""
    from sim.errors import one_line

    if isinstance(error, KeyboardInterrupt | typer.Abort):
        print("sim: stopped; nothing was written", file=sys.stderr)
        return STOPPED
    code = WRONG_INPUT
    if isinstance(error, InputErrors):
        lines = error.lines
    elif isinstance(error, InputError):
        lines = [str(error)]
    elif isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        lines = [f"{str(error.filename)[:80]}…: is too long for the name of a file; shorten it"]
    elif isinstance(error, _UsageError):
        words = getattr(error, "format_message", error.__str__)()
        asked = getattr(getattr(error, "ctx", None), "command_path", "sim")
        lines = [f"sim: {' '.join(words.split())} (see `{asked} --help`)"]
    else:
        code = FAILED
        lines = [f"sim: {_failure(error)}; --debug shows where"]
    for line in lines:
        print(one_line(line), file=sys.stderr)
    return code


def _failure(error: BaseException) -> str:
    """Say what stopped the work, where it is not the user's input."""
    if isinstance(error, MemoryError):
        return "not enough memory; take a smaller area or fewer people"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror}"
    return f"failed: {type(error).__name__}: {' '.join(str(error).split())[:300]}"


@app.callback(
    invoke_without_command=True,
    epilog=examples(
        "sim template > my.yaml          a commented scenario to begin with",
        "sim validate my.yaml            is it right?",
        "sim run my.yaml                 simulate; leaves out/<name> with map.html",
    ),
)
def top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Simulate what can still be walked unseen in Hong Kong at 4,000 and at 60,000 cameras."""
    if version:
        from importlib.metadata import version as installed

        print(f"sim {installed('hk-camera-sim')}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


@app.command(
    "run",
    short_help="Simulate a scenario: figures, tables and a map.",
    epilog=examples(
        "sim run scenarios/mong_kok_core.yaml",
        "sim run my.yaml --out results/try1 --set cameras.strategy=transit",
        'sim run my.yaml --set "cameras.totals=[4000, 60000]" --no-map',
        "sim run my.yaml --variant night --json",
        "sim run my.yaml --dry-run",
    ),
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
            help="Compute every stage anew and keep none for later runs (HK_CAMERA_SIM_CACHE "
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
    from sim.scenario.load import load_scenario

    loaded = load_scenario(scenario, settings or [], variants or [])
    with located(loaded):
        if dry_run:
            _show_resolved(loaded, as_json=as_json)
            return
        folder = out if out is not None else Path("out") / loaded.scenario.name
        _run(loaded, folder, draw_map=not no_map, as_json=as_json, keep=not no_cache)


def _show_resolved(loaded: LoadedScenario, *, as_json: bool) -> None:
    """Print the scenario with its defaults and what it takes, if its area is here and fits."""
    from sim.city.loaders import load_city
    from sim.errors import one_line
    from sim.pipeline.cost import estimate
    from sim.pipeline.run import check_fits
    from sim.scenario.load import dump_scenario

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
    from rich.console import Console

    from sim.errors import one_line
    from sim.pipeline.run import run
    from sim.pipeline.stage_cache import StageCache, cache_folder
    from sim.scenario.schema import mix_words

    finish = None
    if draw_map:
        from maps import write_pages

        finish = write_pages

    def foresee(takes: Estimate) -> None:
        if takes.is_large:
            print(one_line(next(takes.lines())), file=sys.stderr)

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
    console = Console(highlight=False, width=max(80, get_terminal_size().columns))
    console.print(_closing_table(summary))
    for line in _reading(summary, mix_words(loaded.scenario.cameras.optics)):
        console.print(line, markup=False)
    print(f"{folder / 'map.html' if draw_map else folder} ({seconds:.1f} s)")


def _closing_table(summary: dict[str, Any]) -> Table:
    """Return the figures of a run as a table, a total a row."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from sim.results.metrics import along_bus_streets

    area, tasks = summary["area"], summary["tasks"]
    kind = "simulated cameras" if summary.get("simulated", True) else "cameras partly simulated"
    title = f"{area['name']}: {area['street_km']:.1f} km of streets, {kind}"
    # As Text, because a name in brackets would be taken for rich's markup.
    table = Table(title=Text(title, "bold"), title_justify="left", box=box.SIMPLE_HEAD, padding=0)
    heads = ["cameras\nin the city", "here", *(f"streets\n{task}" for task in tasks)]
    trip = "route" if along_bus_streets(summary) else "walk"
    for head in [*heads, f"{trip}\nseen", f"{trip}s\nunseen", "dark\ngap"]:
        table.add_column(head, justify="right", no_wrap=True)
    for step in summary["steps"]:
        walks = step["trips"].get(HEADLINE_TASK) or {}
        table.add_row(
            f"{step['total']:,}",
            f"{step['cameras']:,}",
            *(_percent(step["coverage"].get(task)) for task in tasks),
            _percent((walks.get("observed_length") or {}).get("p50")),
            _percent(walks.get("unseen_trips")),
            _metres((walks.get("longest_gap_m") or {}).get("p50")),
        )
    return table


def _reading(summary: dict[str, Any], optics: str) -> list[str]:
    """Return the lines that say how the table is to be read, and on which assumptions."""
    area, real = summary["area"], summary.get("real_cameras", 0)
    kind = "Simulated, not a list of real cameras."
    if real:
        kind = f"{real} cameras as mapped or listed by others, the rest simulated."
    from sim.results.metrics import ALONG_BUS_STREETS, along_bus_streets

    proxy = along_bus_streets(summary)
    trip = "route" if proxy else "walk"
    trips = area.get("trips", "walks")
    return [
        *_limits(summary),
        f"streets: share of length in view, by what the picture can tell; {trip} seen: median "
        f"share of a typical {trip} with a camera near enough to {HEADLINE_TASK} a face turned "
        f"towards it; {trip}s unseen: share of {trip}s without any; dark gap: median of the "
        "longest without.",
        *([ALONG_BUS_STREETS] if proxy else []),
        *([] if proxy or trips == "walks" else [f"trips: {trips}."]),
        f"{kind} Shared out by: {area['share_rule']}; watching a "
        f"street: {area['street_share']}; optics: {optics}; walls: {area['walls']}.",
    ]


def _limits(summary: dict[str, Any]) -> list[str]:
    """Say what no fleet of these numbers could exceed, where it was asked."""
    said = []
    for step in summary["steps"]:
        for task, most in (step.get("coverage_limit") or {}).items():
            seen, limit = step["coverage"][task], math.ceil(1000 * most) / 10
            said.append(f"{step['total']:,}: {_percent(seen)} of at most {limit:.1f} %")
            tasks = task
    return [f"{tasks}, against the proven limit of any fleet: {'; '.join(said)}."] if said else []


def _percent(share: float | None) -> str:
    """Return a share 0..1 as a percentage, a dash where there is none."""
    return "–" if share is None else f"{100 * share:.1f} %"


def _metres(length: float | None) -> str:
    """Return a length, a dash where there is none."""
    return "–" if length is None else f"{length:,.0f} m"


@app.command(
    "validate",
    short_help="Check scenario files.",
    epilog=examples(
        "sim validate my.yaml",
        "sim validate scenarios/*.yaml",
        "sim validate my.yaml --json",
    ),
)
def validate_command(
    scenarios: Annotated[
        list[Path], typer.Argument(metavar="SCENARIO.yaml ...", help="Scenario files.")
    ],
    settings: Settings = None,
    variants: Variants = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Check scenario files; all mistakes at once, each with file, line, column and remedy.

    All that a file holds is checked: what it extends, its variants, and its whole matrix.
    """
    from sim.scenario.load import check_file
    from sim.scenario.mistakes import ScenarioMistakes

    wrong: list[str] = []
    files: list[dict[str, Any]] = []
    for path in scenarios:
        try:
            checked = check_file(path, settings or [], variants or [])
        except ScenarioMistakes as errors:
            wrong.extend(errors.lines)
            found = [mistake.to_json() for mistake in errors.mistakes]
            files.append({"file": str(path), "valid": False, "mistakes": found})
        else:
            held = checked.to_json()
            files.append({"file": str(path), "valid": True, "mistakes": [], **held})
            if not as_json:
                print(f"{path}: valid ({checked.in_words()})")
    if as_json:
        print_json({"valid": not wrong, "files": files})
    if wrong:
        raise InputErrors(wrong)


@app.command(
    "schema",
    short_help="Print the JSON Schema of a scenario.",
    epilog=examples(
        "sim schema > scenario.schema.json",
        "then begin a scenario with this line, and an editor completes and checks its keys:",
        "# yaml-language-server: $schema=scenario.schema.json",
    ),
)
def schema_command(debug: Debug = False) -> None:
    """Print the JSON Schema of a scenario, for editors and other programs."""
    from sim.scenario.schema import json_schema

    print_json(json_schema())


@app.command(
    "template",
    short_help="Print a commented scenario to begin with.",
    epilog=examples(
        "sim template > my.yaml && sim run my.yaml",
    ),
)
def template_command(debug: Debug = False) -> None:
    """Print a commented scenario that is ready to run."""
    from sim.scenario.template import template

    print(template(), end="")


@app.command(
    "map",
    short_help="Draw the map of a finished run again.",
    epilog=examples("sim map out/mong_kok_core", "sim map out/mong_kok_core --json"),
)
def map_command(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder of `sim run`.")],
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Draw map.html and report.html of a finished run again."""
    from maps import write_pages

    drawn = write_pages(run_folder)
    if as_json:
        print_json({"map": str(drawn), "report": str(drawn.with_name("report.html"))})
    else:
        print(drawn)


# The order in which `sim --help` lists them.
for family in (comparing, sweeping, exporting, publishing, data, cameras):
    family.register(app)


if __name__ == "__main__":
    sys.exit(main())
