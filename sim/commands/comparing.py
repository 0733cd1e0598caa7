"""`sim compare`, `sim bands` and `sim walk`: what finished runs and their cases say.

Arguments in, the functions of `sim.scenario` called, tables out. It computes no figure.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import (
    STOPPED,
    AsJson,
    Debug,
    ScenarioFile,
    Settings,
    console,
    counting,
    examples,
    located,
    print_json,
    table,
)
from sim.commands.publishing import write_two_runs
from sim.errors import InputError
from sim.results.metrics import HEADLINE_TASK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from sim.ensemble.bands import Bands
    from sim.results.compare import Comparison
    from sim.results.walk import WalkAnswer

SHORT_STREET_M = 30.0
"""Streets walked for less are mostly crossed; `--json` has them all."""
OF_ALL_TOTALS = ("critical_total",)
"""Figures that are the same at every total: shown once, at the last."""
FAR_M = 25.0
"""A junction further than this from the place typed is told."""
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="Run folder of `sim run`.")]
Task = Annotated[
    str,
    typer.Option("--task", metavar="TASK", help="Quality: detect, observe, recognise or identify."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to `sim`."""
    app.command(
        "compare",
        short_help="Set finished runs side by side.",
        epilog=examples(
            "sim compare out/junctions out/transit",
            "sim compare out/a out/b out/c --task detect --task recognise --out all.csv",
            "sim compare out/a out/b --map two.html      both maps on one page",
            "sim compare out/a out/b --json",
        ),
    )(compare_command)
    app.command(
        "bands",
        short_help="How far a scenario's figures move, by chance and by case.",
        epilog=examples(
            "sim bands scenarios/mong_kok_core.yaml",
            "sim bands my.yaml --seeds 20 --cases optics,street_share --workers 2",
            'sim bands my.yaml --cases "strategy=even+population+greedy_cover,walls"',
            "sim bands my.yaml --factorial --cases optics,strategy --out bands/both",
            "sim bands my.yaml --seeds 100 --dry-run",
            "sim bands my.yaml --seeds 5 --json",
        ),
    )(bands_command)
    app.command(
        "walk",
        short_help="How much of one walk is seen in a finished run.",
        epilog=examples(
            "sim walk out/mong_kok_core --from 22.3193,114.1694 --to 22.3252,114.1721",
            'sim walk out/mong_kok_core --from "Mong Kok exit E2" --to "Flower Market"',
            "sim walk out/a --from 22.3193,114.1694 --to 22.3252,114.1721 --total 60000 --json",
        ),
    )(walk_command)


def compare_command(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN RUN ...", help="Run folders of `sim run`.")
    ],
    tasks: Annotated[
        list[str] | None,
        typer.Option(
            "--task",
            metavar="TASK",
            help="Quality: detect, observe, recognise (by default) or identify; may be repeated.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.csv", help="Also write all figures.")
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--map", metavar="FILE.html", help="Also write two runs on one page."),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Set finished runs side by side: what differs in them, and what comes of it."""
    from sim.results.compare import compare

    _check_csv(out)
    if page is not None:
        write_two_runs(runs, page)
    compared = compare(runs, tasks=tasks or [HEADLINE_TASK])
    if out is not None:
        _write(out, compared.table.to_csv(index=False, lineterminator="\n"))
    if as_json:
        print_json(compared.to_json())
        return
    show = console()
    for line in _differences(compared):
        show.print(line, markup=False)
    for task in dict.fromkeys(compared.table["task"]):
        show.print(_side_by_side(compared, task))
    for line in compared.notes:
        show.print(line, markup=False)
    for path in (out, page):
        if path is not None:
            print(path)


def bands_command(
    scenario: ScenarioFile,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, max=1000, help="Seeds, from the scenario's own on.")
    ] = 10,
    cases: Annotated[
        str | None,
        typer.Option(
            "--cases",
            metavar="CASE,...",
            help="Of optics, strategy, share_rule, street_share, walls; all by default. "
            "Levels of one's own: strategy=even+transit.",
        ),
    ] = None,
    factorial: Annotated[
        bool, typer.Option("--factorial", help="Vary all cases together, not one at a time.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="out/<name>_bands by default.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256, help="Processes.")] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count the cells, say what they take, run nothing.")
    ] = False,
    settings: Settings = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how far a scenario's figures move, by chance and by named case.

    Seeds give a band of what is drawn by chance; cases are set beside one another, never pooled.
    Finished cells are kept in DIR, so the same command goes on where it was stopped.
    """
    from sim.ensemble.bands import bands, cells_to_compute
    from sim.pipeline.cost import estimate_cells
    from sim.scenario.load import load_scenario

    loaded = load_scenario(scenario, settings or [])
    folder = out if out is not None else Path("out") / f"{loaded.scenario.name}_bands"
    chosen = _cases(cases)
    if dry_run:
        with located(loaded):
            cells = cells_to_compute(
                loaded.scenario, folder, seeds=seeds, cases=chosen, factorial=factorial
            )
            takes = estimate_cells(cells, workers)
        if as_json:
            print_json({"folder": str(folder), "estimate": takes.to_json()})
        else:
            print(takes.line())
        return
    try:
        with located(loaded), counting() as done:
            read = bands(
                loaded.scenario,
                folder,
                seeds=seeds,
                cases=chosen,
                factorial=factorial,
                workers=workers,
                done=done,
            )
    except KeyboardInterrupt:
        print("sim: stopped; finished cells are kept: the same command goes on", file=sys.stderr)
        raise typer.Exit(STOPPED) from None
    if as_json:
        print_json({"folder": str(folder), **read.content})
        return
    show = console()
    show.print(_bands_table(read))
    for line in _bands_lines(read):
        show.print(line, markup=False)
    print(folder / "bands.json")


def walk_command(
    run_folder: RunFolder,
    start: Annotated[
        str, typer.Option("--from", metavar="LAT,LON", help="Or a corner, a station exit, a place.")
    ],
    end: Annotated[str, typer.Option("--to", metavar="LAT,LON", help="Likewise.")],
    via: Annotated[
        list[str] | None,
        typer.Option("--via", metavar="LAT,LON", help="Way-point between; may be repeated."),
    ] = None,
    totals: Annotated[
        list[int] | None,
        typer.Option("--total", metavar="N", help="Cameras in the city; the run's by default."),
    ] = None,
    task: Task = HEADLINE_TASK,
    geojson: Annotated[
        Path | None,
        typer.Option("--geojson", metavar="FILE", help="Write the walk and less seen ways."),
    ] = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show how much of one walk is seen in a finished run, and how little of it need be.

    The walk is the shortest one. What is typed is kept nowhere, unless --geojson names a file.
    """
    from sim.results.walk import walk_run

    answer = walk_run(run_folder, [start, *(via or []), end], totals=totals or None, task=task)
    if geojson is not None:
        _write(geojson, answer.lines.to_json(drop_id=True, ensure_ascii=False) + "\n")
    if as_json:
        print_json(answer.content)
        return
    show = console()
    for line in _walk_lines(answer):
        show.print(line, markup=False)
    show.print(_walk_table(answer))
    for line in _walk_notes(answer):
        show.print(line, markup=False)


def _write(path: Path, text: str) -> None:
    from sim.atomic_write import write_aside

    write_aside(path, lambda aside: aside.write_text(text, encoding="utf-8", newline="\n"))


def _check_csv(out: Path | None) -> None:
    if out is not None and out.suffix.lower() != ".csv":
        raise InputError(f"{out}: name it {out.stem or 'figures'}.csv")


def _differences(compared: Comparison) -> Iterator[str]:
    """Say in which keys the scenarios differ, a line each."""
    from sim.errors import one_line

    if not compared.differs:
        yield "The scenarios are the same in every key that changes a figure."
    for key, values in compared.differs.items():
        words = (one_line(json.dumps(value, ensure_ascii=False))[:80] for value in values)
        yield f"{key}: {' | '.join(words)}"


def _side_by_side(compared: Comparison, task: str) -> Table:
    """Return the figures of all runs for one task, differences from the first beside them."""
    from rich.text import Text

    from sim.results.metrics import FIGURES, in_words

    shown = table(f"{task}: {' | '.join(compared.runs)}")
    shown.add_column("cameras\nin the city", justify="right")
    shown.add_column("", no_wrap=True)
    for i, run in enumerate(compared.runs):
        shown.add_column(Text(run), justify="right", no_wrap=True)
        if i:
            shown.add_column("difference", justify="right", no_wrap=True)
    rows = compared.table[compared.table["task"] == task]
    for (total, figure), group in rows.groupby(["total", "figure"], sort=False):
        name = str(figure)
        before = name in OF_ALL_TOTALS and total != rows["total"].iloc[-1]
        if before or group["value"].isna().all():
            continue
        cells = []
        for i, row in enumerate(group.itertuples()):
            cells.append(in_words(name, _known(row.value)))
            if i:
                cells.append(_apart(name, _known(row.difference), _known(row.difference_se)))
        first = name == next(iter(FIGURES))
        shown.add_row(f"{total:,}" if first else "", FIGURES[name].words, *cells)
    return shown


def _known(value: Any) -> float | None:  # noqa: ANN401 - a cell of a table
    return None if value != value else float(value)  # noqa: PLR0124 - NaN


def _apart(name: str, difference: float | None, error: float | None) -> str:
    from sim.results.metrics import in_words

    words = in_words(name, difference, signed=True)
    if error is None or difference is None:
        return words
    return f"{words} ± {in_words(name, error).removesuffix(' %')}"


def _cases(text: str | None) -> Mapping[str, Sequence[str]] | None:
    """Read "optics,strategy=even+transit" as factors with levels; none of one's own are all."""
    if text is None:
        return None
    chosen: dict[str, list[str]] = {}
    for part in text.split(","):
        factor, equals, levels = (word.strip() for word in part.partition("="))
        names = [level.strip() for level in levels.split("+")] if equals else []
        if not factor or (equals and not all(names)):
            raise InputError(f'--cases: "{part}" is not CASE or CASE=LEVEL+LEVEL, as strategy=even')
        if factor in chosen:
            raise InputError(f'--cases: "{factor}" is given twice')
        chosen[factor] = names
    return chosen


def _bands_table(read: Bands) -> Table:
    """Return the headline at each total: the scenario, chance, and the range of each case."""
    content = read.content
    headline = content["headline"]
    chosen = {key: _of_headline(content[key], headline) for key in (
        "chance", "range", "decomposition", "null_models",
    )}  # fmt: skip
    totals = [row["total"] for row in chosen["chance"]]
    shown = table(f"{content['name']}: typical walk seen (median), {headline['task']}")
    shown.add_column("cameras in the city", no_wrap=True)
    for total in totals:
        shown.add_column(f"{total:,}", justify="right", no_wrap=True)
    shown.add_row("the scenario", *(_percent(row["mean"]) for row in chosen["chance"]))
    shown.add_row(
        f"by chance ({len(content['seeds'])} seeds, 5–95 %)",
        *(_from_to(row["p5"], row["p95"]) for row in chosen["chance"]),
    )
    for factor in content["factors"]:
        rows = [row for row in chosen["decomposition"] if row["factor"] == factor]
        shown.add_row(
            f"range over {factor}", *(_from_to(row["lowest"], row["highest"]) for row in rows)
        )
    shown.add_row(
        "range of scenarios", *(_from_to(row["lowest"], row["highest"]) for row in chosen["range"])
    )
    for name in dict.fromkeys(row["null_model"] for row in chosen["null_models"]):
        rows = [row for row in chosen["null_models"] if row["null_model"] == name]
        shown.add_row(f"null model: {name}", *(_percent(row["mean"]) for row in rows))
    for cells in _unseen_rows(content):
        shown.add_row(*cells)
    return shown


def _unseen_rows(content: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield the walks never seen: where few are seen at all, their median says nothing."""
    wanted = {**content["headline"], "figure": "unseen_trips"}
    chance, spread = (_of_headline(content[key], wanted) for key in ("chance", "range"))
    yield ["walks never seen, the scenario", *(_percent(row["mean"]) for row in chance)]
    ends = (_from_to(row["lowest"], row["highest"]) for row in spread)
    yield ["walks never seen, range of scenarios", *ends]


def _bands_lines(read: Bands) -> Iterator[str]:
    """Say how the table is to be read, and which cases lie at its ends."""
    from sim.errors import one_line

    content = read.content
    last = _of_headline(content["range"], content["headline"])[-1]
    if last["lowest_case"] is not None:
        yield one_line(
            f"At {last['total']:,} cameras the lowest case is {last['lowest_case']} "
            f"({_percent(last['lowest'])}), the highest {last['highest_case']} "
            f"({_percent(last['highest'])})."
        )
    shares = [
        f"{row['factor']} {_percent(row['share_of_variance'])}"
        for row in _of_headline(content["decomposition"], content["headline"])
        if row["total"] == last["total"] and row["share_of_variance"] is not None
    ]
    if shares:
        yield f"Variance at {last['total']:,} cameras, over these levels: {', '.join(shares)}."
    yield (
        "Cases are means over seeds, set beside one another: nobody knows how likely each is, so "
        "they are no error band."
    )
    if content["simulated"]:
        yield "All cameras and people are simulated."
    yield from map(one_line, content["notes"])


def _of_headline(
    rows: Sequence[Mapping[str, Any]], headline: Mapping[str, str]
) -> list[Mapping[str, Any]]:
    return [row for row in rows if all(row[key] == headline[key] for key in ("figure", "task"))]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _from_to(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{100 * low:.1f}–{100 * high:.1f} %"


def _walk_lines(answer: WalkAnswer) -> Iterator[str]:
    """Say which way the walk takes."""
    from sim.errors import one_line

    content = answer.content
    places = " → ".join(point["text"] for point in content["way_points"])
    yield one_line(
        f"{places}: {content['length_m']:,.0f} m, {content['duration_s'] / 60:.0f} min, the "
        "shortest way on foot"
    )
    for point in content["way_points"]:
        if (point["away_m"] or 0) >= FAR_M:
            yield one_line(
                f"from junction to junction: the one nearest to {point['text']} is "
                f"{point['away_m']:,.0f} m away"
            )
    named = [
        (street["name"] or street["name_zh"], street["length_m"])
        for street in content["streets"]
        if street["length_m"] >= SHORT_STREET_M
    ]
    joined: list[list[Any]] = []
    for name, length in named:
        if joined and joined[-1][0] == name:
            joined[-1][1] += length
        else:
            joined.append([name, length])
    way = ", ".join(f"{name or 'unnamed way'} ({length:,.0f} m)" for name, length in joined)
    if way:
        yield one_line(f"along {way}")


def _walk_table(answer: WalkAnswer) -> Table:
    """Return what is seen of the walk, a total a row."""
    content = answer.content
    stretches = [row["stretch"] for row in content["totals"][0]["least_seen"] or []]
    cameras = "simulated cameras" if content["simulated"] else "some cameras are real"
    shown = table(f"{content['run']}: {content['task']}, {cameras}")
    heads = ["cameras\nin the city", "walk\nseen", "longest\nunseen", "cameras\nmet"]
    heads += ["followed\nlive", "followed\nafterwards"]
    heads += [f"least seen\nup to ×{stretch:g}" for stretch in stretches]
    for head in heads:
        shown.add_column(head, justify="right", no_wrap=True)
    for row in content["totals"]:
        found = row["least_seen"] or []
        shown.add_row(
            f"{row['total']:,}",
            _percent(row["observed_length"]),
            f"{row['longest_gap_m']:,.0f} m",
            f"{row['heads']:,.0f}",
            _percent(row["tracked_live"]),
            _percent(row["tracked_afterwards"]),
            *(f"{_percent(way['least_seen'])} (×{way['detour']:.2f})" for way in found),
        )
    return shown


def _walk_notes(answer: WalkAnswer) -> Iterator[str]:
    """Say how the figures are to be read."""
    content = answer.content
    yield from content["notes"]
    yield (
        f"walk seen: share of its length with a camera near enough to {content['task']}"
        f"{' a face turned towards it' if content['task'] in ('recognise', 'identify') else ''}; "
        "followed: expected share of the time."
    )
    if content["simulated"]:
        yield (
            "least seen: metres that must be seen on a way at most so much longer, over the length "
            "of the shortest one. No camera here is real: nothing follows for a real walk."
        )
