"""How far a scenario's figures move: by chance, by named cases, and beside null models.

Seeds give a band of what is drawn by chance. Optics, strategy, share rule, street share and walls
are named cases: nobody knows how likely each is, so they are set beside one another as a range of
scenarios and never pooled with chance into one band. Every case has the same people as the scenario
itself under the same seed, so differences are paired. What a cell computes is in
`sim.ensemble.cell`.
"""

from __future__ import annotations

import json
import math
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import CASES, TASKS
from sim.ensemble.cell import (
    FACTORS,
    MAPPED,
    NONE,
    NULL_MODELS,
    Case,
    base_level,
    cell,
    digest,
    in_words,
    resolve,
    world_of,
)
from sim.ensemble.executor import deaf_children
from sim.errors import InputError
from sim.pipeline.run import check_fits
from sim.processes import available_cores
from sim.results.metrics import FIGURES, HEADLINE, HEADLINE_TASK
from sim.scenario.load import scenario_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.load import LoadedScenario
    from sim.scenario.schema import Scenario

BANDS_VERSION = 1
LEVELS: Mapping[str, tuple[str, ...]] = {
    "optics": tuple(CASES),
    "strategy": ("random", "junctions", "transit"),
    "share_rule": ("population", "streets"),
    "street_share": ("low", "middle", "high"),
    "walls": (MAPPED, NONE),
}
"""The levels that each factor takes, beside the scenario's own."""
ON_RUNS = ("no_unseen_walk", "least_seen", "critical_total")
"""Figures that are found on whole runs only."""
BANDED = tuple(name for name in FIGURES if name not in ON_RUNS)
CELLS_FILE, JSON_FILE, CSV_FILE = "cells.jsonl", "bands.json", "cells.csv"
MOST_SEEDS = 1000
MOST_CELLS = 50_000
MOST_WORKERS = 256
ERASED = ("name", "title", "title_zh")
Done = Callable[[int, int], None]
Floats = NDArray[np.float64]


class Plan(NamedTuple):
    """Which cells answer the question."""

    seeds: tuple[int, ...]
    levels: dict[str, tuple[str, ...]]
    base: dict[str, str]
    cases: tuple[dict[str, str], ...]
    """The scenario itself first."""
    factorial: bool
    notes: tuple[str, ...]


class Wanted(NamedTuple):
    """A cell to be computed."""

    digest: str
    seed: int
    case: dict[str, str]


@dataclass(frozen=True)
class Bands:
    """How far a scenario's figures move.

    Attributes
    ----------
    content
        The content of bands.json, see docs/bands.md.
    cells
        Every cell: seed, case, a column a factor, total, task and the figures.
    """

    content: dict[str, Any]
    cells: pd.DataFrame


def bands(
    scenario: Scenario | LoadedScenario | str | Path,
    out: str | Path | None = None,
    *,
    seeds: int = 10,
    cases: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    factorial: bool = False,
    workers: int = 1,
    done: Done = lambda _count, _of: None,
) -> Bands:
    """Run a scenario under several seeds and in its named cases, and read them together.

    Parameters
    ----------
    scenario
        The path of its file, or what `load_scenario` made of it.
    out
        Folder for bands.json, cells.csv and the finished cells; a second call with the same
        folder goes on where the first was stopped. Nothing is kept without it.
    seeds
        How many, from the scenario's own on, 1 to 1,000.
    cases
        Factors to vary (of `FACTORS`), or levels by factor; all that apply by default.
    factorial
        Vary all factors together and not one at a time: levels × levels × … cells a seed.
    workers
        Processes. The result does not depend on it. A script that asks for several calls this
        under `if __name__ == "__main__":`, as all that start processes.
    done
        Called with the number of finished cells and that of all.

    Returns
    -------
    Bands
        The spread by seed and by case, and the figures of every cell.

    Raises
    ------
    InputError
        A factor, level or number that cannot be, or a scenario that does not fit its city.
    """
    scenario = scenario_of(scenario)
    plan = plan_of(scenario, seeds=seeds, cases=cases, factorial=factorial)
    check_fits(scenario, world_of(scenario).city)
    if not 1 <= workers <= MOST_WORKERS:
        raise InputError(f"{workers} workers; give 1 to {MOST_WORKERS}")
    wanted = _wanted(scenario, plan)
    needed = {one.digest: one for one in wanted}
    kept = _Kept(None if out is None else Path(out), set(needed), scenario.cameras.totals)
    done(len(kept.results), len(needed))
    missing = [one for key, one in needed.items() if key not in kept.results]
    for result in _compute(scenario, missing, workers):
        kept.add(result)
        done(len(kept.results), len(needed))
    table = _cells_table(plan, wanted, kept.results)
    read = Bands(content_of(scenario, plan, table), table)
    kept.finish(read, list(needed))
    return read


def cells_to_compute(
    scenario: Scenario,
    out: Path,
    *,
    seeds: int = 10,
    cases: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    factorial: bool = False,
) -> list[Scenario]:
    """Return the scenarios of the cells that `bands` would compute; writes nothing.

    Parameters
    ----------
    scenario, out, seeds, cases, factorial
        See `bands`.

    Raises
    ------
    InputError
        As `bands`.
    """
    plan = plan_of(scenario, seeds=seeds, cases=cases, factorial=factorial)
    check_fits(scenario, world_of(scenario).city)
    needed = {one.digest: one for one in _wanted(scenario, plan)}
    finished = _finished(out, set(needed), scenario.cameras.totals)
    return [
        resolve(scenario, one.seed, one.case) for key, one in needed.items() if key not in finished
    ]


def plan_of(
    scenario: Scenario,
    *,
    seeds: int,
    cases: Sequence[str] | Mapping[str, Sequence[str]] | None,
    factorial: bool,
) -> Plan:
    """Return which cells answer the question; see `bands`.

    Raises
    ------
    InputError
        A factor, level or number that cannot be.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise InputError(f"{seeds} seeds; give 1 to {MOST_SEEDS}")
    if not scenario.trips.people and scenario.trips.own is None and scenario.trips.od is None:
        raise InputError(
            "bands are read from typical walks, and there are none; write people: 2000",
            key="trips.people",
        )
    levels, notes = _levels(scenario, cases)
    base = {factor: base_level(scenario, factor) for factor in levels}
    varied = [dict(zip(levels, chosen, strict=True)) for chosen in product(*levels.values())]
    alone = [{**base, factor: level} for factor in levels for level in levels[factor]]
    changes = [_changes(case, base) for case in (varied if factorial else alone)]
    unique = {tuple(case.items()): case for case in [{}, *changes]}
    for case in unique.values():
        resolve(scenario, scenario.seed, case)
    first = scenario.seed
    return Plan(
        tuple((first + i) % 2**63 for i in range(seeds)),
        levels,
        base,
        tuple(unique.values()),
        factorial,
        tuple(notes),
    )


def _levels(
    scenario: Scenario, cases: Sequence[str] | Mapping[str, Sequence[str]] | None
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Return the levels of each factor, the scenario's own among them, and what was left out."""
    asked = FACTORS if cases is None else tuple(cases)
    unknown = [factor for factor in asked if factor not in FACTORS]
    if unknown:
        raise InputError(f'"{unknown[0]}" is no case; choose of {", ".join(FACTORS)}')
    levels: dict[str, tuple[str, ...]] = {}
    notes = []
    for factor in dict.fromkeys(asked):
        reason = _why_not(scenario, factor)
        if reason and cases is not None:
            raise InputError(f"{factor}: {reason}; leave it out")
        if reason:
            notes.append(f"{factor} is not varied: {reason}.")
            continue
        given = tuple(cases[factor]) if isinstance(cases, Mapping) else ()
        own = base_level(scenario, factor)
        levels[factor] = tuple(dict.fromkeys([own, *(given or LEVELS[factor])]))
    return levels, notes


def _why_not(scenario: Scenario, factor: str) -> str:
    """Say why a factor cannot be varied here, if it cannot."""
    if factor == "share_rule" and scenario.cameras.share_rule == "direct":
        return "the totals are those of the area itself"
    if factor == "walls" and not len(world_of(scenario).city.walls.footprints):
        return "the area has no walls"
    return ""


def _changes(case: Case, base: Case) -> dict[str, str]:
    """Return what a case changes in the scenario."""
    return {factor: level for factor, level in case.items() if level != base[factor]}


def _wanted(scenario: Scenario, plan: Plan) -> list[Wanted]:
    """Return every cell, those of one seed after one another; some may be the same in two words.

    Raises
    ------
    InputError
        There are too many.
    """
    cases = {in_words(case): case for case in (*plan.cases, *map(dict, NULL_MODELS.values()))}
    count = len(plan.seeds) * len(cases)
    if count > MOST_CELLS:
        raise InputError(f"{count:,} cells are above {MOST_CELLS:,}; take fewer seeds or cases")
    return [
        Wanted(digest(scenario, seed, case), seed, case)
        for seed in plan.seeds
        for case in cases.values()
    ]


class _Kept:
    """Finished cells, each a line of a file as soon as it is there."""

    def __init__(self, folder: Path | None, wanted: set[str], totals: Sequence[int]) -> None:
        self._folder = folder
        self.results: dict[str, dict[str, Any]] = {}
        if folder is None:
            return
        _check_folder(folder)
        self.results = _finished(folder, wanted, totals)
        # without the end of a line that was cut off, which would spoil the next one
        self._write(CELLS_FILE, "".join(map(_line, self.results.values())))

    def add(self, result: dict[str, Any]) -> None:
        """Keep one more cell."""
        self.results[result["digest"]] = result
        if self._folder is not None:
            with (self._folder / CELLS_FILE).open("a", encoding="utf-8") as file:
                file.write(_line(result))

    def finish(self, read: Bands, order: list[str]) -> None:
        """Write what was read from the cells, and the cells in their order."""
        if self._folder is None:
            return
        text = json.dumps(read.content, ensure_ascii=False, indent=1, allow_nan=False)
        self._write(JSON_FILE, text + "\n")
        self._write(CSV_FILE, read.cells.to_csv(index=False, lineterminator="\n"))
        self._write(CELLS_FILE, "".join(_line(self.results[key]) for key in order))

    def _write(self, name: str, text: str) -> None:
        if self._folder is not None:
            aside = self._folder / f".{name}"
            aside.write_text(text, encoding="utf-8", newline="\n")
            aside.replace(self._folder / name)


def _finished(folder: Path, wanted: set[str], totals: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Return the cells wanted that are whole in a folder, by digest."""
    results = {}
    for line in _lines(folder / CELLS_FILE):
        with suppress(ValueError, TypeError, KeyError):
            result = json.loads(line, parse_constant=_refuse)
            if result["digest"] in wanted and _whole(result, totals):
                results[result["digest"]] = result
    return results


def _check_folder(folder: Path) -> None:
    """Make the folder, or refuse one that holds anything else."""
    names = {CELLS_FILE, JSON_FILE, CSV_FILE}
    names |= {f".{name}" for name in names}
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; choose another --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = {path.name for path in folder.iterdir()} - names
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be written ({error.strerror}); choose another --out"
        ) from (None)
    if others:
        raise InputError(f"{folder}: holds files that are no bands; choose another --out")


def _lines(path: Path) -> Iterator[str]:
    if path.is_file():
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from file


def _line(result: Mapping[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False, allow_nan=False) + "\n"


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _whole(result: Mapping[str, Any], totals: Sequence[int]) -> bool:
    """Say whether a line holds all figures of a cell, each a number or null."""
    keys = [(row["total"], row["task"]) for row in result["rows"]]
    values = [row[name] for row in result["rows"] for name in BANDED]
    return keys == list(product(totals, TASKS)) and all(
        value is None or isinstance(value, int | float) for value in values
    )


def _compute(
    scenario: Scenario, wanted: Sequence[Wanted], workers: int
) -> Iterator[dict[str, Any]]:
    """Yield each cell when it is finished."""
    if workers == 1 or len(wanted) < 2:
        for one in wanted:
            yield {**cell(scenario, one.seed, one.case), "digest": one.digest}
        return
    threads = max(1, available_cores() // workers)
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(wanted)), context)
    waiting: dict[Future[dict[str, Any]], str] = {}
    try:
        todo = iter(wanted)
        while True:
            # no more than run at once, so that a stop need not wait for a queue
            for one in islice(todo, workers - len(waiting)):
                with deaf_children():
                    task = pool.submit(cell, scenario, one.seed, one.case, threads=threads)
                waiting[task] = one.digest
            if not waiting:
                return
            for finished in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield {**finished.result(), "digest": waiting.pop(finished)}
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _cells_table(
    plan: Plan,
    wanted: Sequence[Wanted],
    results: Mapping[str, Mapping[str, Any]],
) -> pd.DataFrame:
    """Return every cell, a row for each total and task."""
    import pandas as pd

    rows = []
    for key, seed, case in wanted:
        own = {"seed": seed, "case": in_words(case)}
        own |= {factor: case.get(factor, level) for factor, level in plan.base.items()}
        own["headings"] = case.get("headings", "as placed")
        rows += [
            own | {"total": row["total"], "task": row["task"]} | {n: row[n] for n in BANDED}
            for row in results[key]["rows"]
        ]
    table = pd.DataFrame(rows)
    return table.astype(dict.fromkeys(BANDED, np.float64))


class _Values:
    """Figures by case as arrays of shape (seeds, totals, tasks, figures)."""

    def __init__(self, plan: Plan, table: pd.DataFrame, totals: Sequence[int]) -> None:
        self.totals = totals
        shape = (len(plan.seeds), len(totals), len(TASKS), len(BANDED))
        self._of = {
            case: group[list(BANDED)].to_numpy(np.float64).reshape(shape)
            for case, group in table.groupby("case", sort=False)
        }

    def __getitem__(self, case: Case) -> Floats:
        return self._of[in_words(case)]

    def places(
        self, task: str | None = None
    ) -> Iterator[tuple[dict[str, Any], tuple[int, int, int]]]:
        """Yield total, task and figure of each number, and its place after that of the seed."""
        for i, total in enumerate(self.totals):
            for k, name in enumerate(TASKS):
                for f, figure in enumerate(BANDED):
                    if task in (None, name):
                        yield {"total": total, "task": name, "figure": figure}, (i, k, f)


def content_of(
    scenario: Scenario,
    plan: Plan,
    table: pd.DataFrame,
    null_models: Mapping[str, Case] = NULL_MODELS,
) -> dict[str, Any]:
    """Return bands.json.

    Parameters
    ----------
    scenario
        The one beside which the cases are set.
    plan
        Seeds, levels and cases.
    table
        Column case (in words) and those of `BANDED`; the rows of a case by seed, total and task.
    null_models
        Those that the table has, by name.
    """
    plain = scenario.model_dump(mode="json")
    values = _Values(plan, table, scenario.cameras.totals)
    nulls = [
        {"null_model": name, **_changed(case)} | row
        for name, case in null_models.items()
        for row in _against_base(values, case)
    ]
    return {
        "version": BANDS_VERSION,
        "simulated": scenario.cameras.existing is None,
        "scenario": {key: value for key, value in plain.items() if key not in ERASED},
        "name": scenario.name,
        "headline": {"figure": HEADLINE, "task": HEADLINE_TASK},
        "seeds": list(plan.seeds),
        "factors": {
            factor: {"scenario": plan.base[factor], "levels": list(levels)}
            for factor, levels in plan.levels.items()
        },
        "factorial": plan.factorial,
        "notes": list(plan.notes),
        "chance": [key | _band(values[{}][:, *at]) for key, at in values.places()],
        "cases": [
            _changed(case) | row for case in plan.cases[1:] for row in _against_base(values, case)
        ],
        "range": [key | _range(plan.cases, values, at) for key, at in values.places()],
        "decomposition": [
            key | row
            for key, at in values.places(HEADLINE_TASK)
            for row in _decomposed(plan, values, at)
        ],
        "null_models": nulls,
    }


def _changed(case: Case) -> dict[str, Any]:
    return {"case": in_words(case), "changes": dict(case)}


def _against_base(values: _Values, case: Case) -> Iterator[dict[str, Any]]:
    """Yield each figure of a case, and its difference from the scenario on the same people."""
    own, base = values[case], values[{}]
    for key, at in values.places():
        apart = own[:, *at] - base[:, *at]
        band = _band(apart)
        error = None
        if band["n"] > 1:
            real = apart[np.isfinite(apart)]
            error = float(real.std(ddof=1) / math.sqrt(len(real)))
        yield key | _band(own[:, *at]) | {"difference": {**band, "se": error}}


def _band(values: Floats) -> dict[str, Any]:
    """Mean over seeds, and the 5 to 95 % band (none with fewer than two)."""
    real = values[np.isfinite(values)]
    if not len(real):
        return {"mean": None, "p5": None, "p50": None, "p95": None, "n": 0}
    low, middle, high = np.percentile(real, [5, 50, 95]).tolist()
    several = len(real) > 1
    return {
        "mean": float(real.mean()),
        "p5": low if several else None,
        "p50": middle,
        "p95": high if several else None,
        "n": len(real),
    }


def _range(
    cases: Sequence[Case], values: _Values, at: tuple[int, int, int]
) -> dict[str, float | str | None]:
    """Return the lowest and the highest mean among the named cases, and which they are."""
    means = {in_words(case): _band(values[case][:, *at])["mean"] for case in cases}
    known = {case: mean for case, mean in means.items() if mean is not None}
    if not known:
        return {"lowest": None, "lowest_case": None, "highest": None, "highest_case": None}
    low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    return {
        "lowest": known[low],
        "lowest_case": low,
        "highest": known[high],
        "highest_case": high,
    }


def _decomposed(plan: Plan, values: _Values, at: tuple[int, int, int]) -> Iterator[dict[str, Any]]:
    """Yield for each factor how far it moves a figure, and its share of all variance.

    The shares are those of a balanced analysis of variance over the cells named, each level
    counting alike; they are given where all factors were varied together.
    """
    shares = _shares(plan, values, at) if plan.factorial else {}
    for factor in plan.levels:
        means = {
            level: _band(values[_changes({factor: level}, plan.base)][:, *at])["mean"]
            for level in plan.levels[factor]
        }
        known = {level: mean for level, mean in means.items() if mean is not None}
        low = min(known, key=known.__getitem__, default=None)
        high = max(known, key=known.__getitem__, default=None)
        yield {
            "factor": factor,
            "lowest": None if low is None else known[low],
            "lowest_level": low,
            "highest": None if high is None else known[high],
            "highest_level": high,
            "spread": None if low is None or high is None else known[high] - known[low],
            "share_of_variance": shares.get(factor),
        }
    band = _band(values[{}][:, *at])
    spread = None if band["p5"] is None else band["p95"] - band["p5"]
    rest = {"lowest": band["p5"], "highest": band["p95"], "spread": spread}
    for factor, own in (("seed", rest), ("factors together", dict.fromkeys(rest))):
        if factor == "seed" or plan.factorial:
            yield {
                "factor": factor,
                "lowest": own["lowest"],
                "lowest_level": None,
                "highest": own["highest"],
                "highest_level": None,
                "spread": own["spread"],
                "share_of_variance": shares.get(factor),
            }


def _shares(plan: Plan, values: _Values, at: tuple[int, int, int]) -> dict[str, float]:
    """Return each factor's share of the sum of squares, that of seeds and of interactions."""
    sizes = [len(levels) for levels in plan.levels.values()]
    of_cells = [
        values[_changes(dict(zip(plan.levels, chosen, strict=True)), plan.base)][:, *at]
        for chosen in product(*plan.levels.values())
    ]
    return variance_shares(np.array(of_cells).reshape(*sizes, -1), list(plan.levels))


def variance_shares(values: Floats, factors: Sequence[str]) -> dict[str, float]:
    """Split the variance of a full factorial among its factors.

    Parameters
    ----------
    values
        Shape (levels of the first factor, …, levels of the last, seeds).
    factors
        Their names.

    Returns
    -------
    dict
        By factor the share of its main effect; "factors together", what only combinations
        explain; "seed", what differs between seeds within a case. They add up to 1. Empty where
        nothing varies or a value is missing.
    """
    apart = values - values.mean()
    total = float((apart**2).sum())
    if not math.isfinite(total) or total <= 1e-24 * max(1.0, float((values**2).sum())):
        return {}
    shares = {}
    for axis, factor in enumerate(factors):
        others = tuple(i for i in range(values.ndim) if i != axis)
        effect = apart.mean(axis=others)
        shares[factor] = float((effect**2).sum()) * values.size / len(effect) / total
    between = float((apart.mean(axis=-1) ** 2).sum()) * values.shape[-1] / total
    shares["factors together"] = max(0.0, between - sum(shares.values()))
    shares["seed"] = 1.0 - between
    return shares
