"""How far a scenario's figures move: by chance, by named cases, and beside null models.

Seeds give a band of what is drawn by chance. Optics, strategy, share rule, street share, walls and
mounting height are named cases: nobody knows how likely each is, so they are set beside one another
as a range of scenarios and never pooled with chance into one band. Every case has the same people
as the scenario itself under the same seed, so differences are paired. What a cell computes is in
`sim.ensemble.cell`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.arguments import a_flag, a_path, named_arguments, whole
from sim.atomic_write import replace_text, target_name
from sim.cameras.optics import TASKS
from sim.ensemble.cases import Plan, changes, plan_of
from sim.ensemble.cell import NULL_MODELS, Case, digest, in_words, resolve, world_of
from sim.ensemble.cells import Announce, Done, Wanted, complete, not_whole, tell_left_aside
from sim.ensemble.drawn import DrawnCells
from sim.ensemble.executor import check_workers
from sim.ensemble.journal import Journal, Rows, folder_for, read_cells
from sim.errors import InputError
from sim.pipeline.simulate import check_fits
from sim.results.contract import BANDS, BANDS_VERSION, TITLES, json_text
from sim.results.metrics import FIGURES, HEADLINE, HEADLINE_TASK
from sim.results.uncertainty import Floats, band, extremes, paired_difference, variance_shares
from sim.scenario.load import LoadedScenario, scenario_of
from sim.scenario.schema import Scenario

ON_RUNS = ("no_unseen_walk", "least_seen", "critical_total")
"""Figures that are found on whole runs only."""
BANDED = tuple(name for name in FIGURES if name not in ON_RUNS)
JOURNAL, CSV = "cells.jsonl", "cells.csv"
MOST_CELLS = 50_000


@dataclass(frozen=True, repr=False)
class Bands(DrawnCells):
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


@named_arguments(out=a_path, seeds=whole(), factorial=a_flag)
def bands(
    scenario: Scenario | LoadedScenario | str | Path,
    out: str | Path | None = None,
    *,
    seeds: int = 10,
    cases: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    factorial: bool = False,
    workers: int = 1,
    done: Done = lambda _count, _of: None,
    announce: Announce = lambda _words: None,
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
    done, announce
        Called with the number of finished cells and that of all; and with one line if the folder
        holds cells of another version of the program.

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
    check_workers(workers)
    wanted = _wanted(scenario, plan)
    if out is None:
        with Journal(None) as journal:
            return _computed(scenario, plan, wanted, journal, workers, done)
    out = Path(out)
    with folder_for(out, _belongs, "bands", JOURNAL), Journal(out / JOURNAL) as journal:
        tell_left_aside(journal, [one.digest for one in wanted], announce)
        found = _computed(scenario, plan, wanted, journal, workers, done)
        replace_text(out / BANDS, json_text(found.content), remedy="", flush=True)
        table = found.cells.to_csv(index=False, lineterminator="\n")
        replace_text(out / CSV, table, remedy="", flush=True)
        journal.rewrite([*dict.fromkeys(one.digest for one in wanted)])
    return found


def _computed(
    scenario: Scenario,
    plan: Plan,
    wanted: Sequence[Wanted],
    journal: Journal,
    workers: int,
    done: Done,
) -> Bands:
    """Compute the cells that are missing, and read all of them together."""
    results = complete(scenario, wanted, journal, BANDED, workers, done)
    table = _cells_table(plan, wanted, results)
    return Bands(content_of(scenario, plan, table), table)


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
    wanted = _wanted(scenario, plan)
    missing = not_whole(scenario, wanted, read_cells(out / JOURNAL), BANDED)
    return [resolve(scenario, one.seed, one.case) for one in missing]


def _belongs(name: str) -> bool:
    """Return whether a file may stand in the folder of bands."""
    return (target_name(name) or name) in {JOURNAL, BANDS, CSV}


def is_bands_file(path: Path) -> bool:
    """Return whether a file is a bands.json, by what is in it."""
    with suppress(OSError, ValueError, RecursionError):
        content = json.loads(path.read_bytes())
        return isinstance(content, dict) and content.keys() >= {"version", "scenario", "seeds"}
    return False


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
        Wanted(digest(scenario, seed, case), f"{in_words(case)}, seed {seed}", scenario, seed, case)
        for seed in plan.seeds
        for case in cases.values()
    ]


def _cells_table(
    plan: Plan,
    wanted: Sequence[Wanted],
    results: Mapping[str, Rows],
) -> pd.DataFrame:
    """Return every cell, a row for each total and task."""
    rows = []
    for key, _, _, seed, case in wanted:
        own = {"seed": seed, "case": in_words(case)}
        own |= {factor: case.get(factor, level) for factor, level in plan.base.items()}
        own["headings"] = case.get("headings", "as placed")
        rows += [
            own | {"total": row["total"], "task": row["task"]} | {n: row[n] for n in BANDED}
            for row in results[key]
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
        "simulated": scenario.cameras.on_own_places,
        "scenario": {key: value for key, value in plain.items() if key not in TITLES},
        "name": scenario.name,
        "headline": {"figure": HEADLINE, "task": HEADLINE_TASK},
        "seeds": list(plan.seeds),
        "factors": {
            factor: {"scenario": plan.base[factor], "levels": list(levels)}
            for factor, levels in plan.levels.items()
        },
        "factorial": plan.factorial,
        "notes": list(plan.notes),
        "chance": [key | band(values[{}][:, *at]) for key, at in values.places()],
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
        apart = paired_difference(own[:, *at], base[:, *at])
        yield key | band(own[:, *at]) | {"difference": apart}


def _range(
    cases: Sequence[Case], values: _Values, at: tuple[int, int, int]
) -> dict[str, float | str | None]:
    """Return the lowest and the highest mean among the named cases, and which they are."""
    means = {in_words(case): band(values[case][:, *at])["mean"] for case in cases}
    low, high = extremes(means)
    return {
        "lowest": None if low is None else means[low],
        "lowest_case": low,
        "highest": None if high is None else means[high],
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
            level: band(values[changes({factor: level}, plan.base)][:, *at])["mean"]
            for level in plan.levels[factor]
        }
        low, high = extremes(means)
        ends = (None if low is None else means[low], None if high is None else means[high])
        yield _part(factor, ends, (low, high), shares)
    chance = band(values[{}][:, *at])
    yield _part("seed", (chance["p5"], chance["p95"]), (None, None), shares)
    if plan.factorial:
        yield _part("factors together", (None, None), (None, None), shares)


def _part(
    factor: str,
    ends: tuple[float | None, float | None],
    levels: tuple[str | None, str | None],
    shares: Mapping[str, float],
) -> dict[str, Any]:
    """Return how far one factor moves a figure, between which levels."""
    low, high = ends
    return {
        "factor": factor,
        "lowest": low,
        "lowest_level": levels[0],
        "highest": high,
        "highest_level": levels[1],
        "spread": None if low is None or high is None else high - low,
        "share_of_variance": shares.get(factor),
    }


def _shares(plan: Plan, values: _Values, at: tuple[int, int, int]) -> dict[str, float]:
    """Return each factor's share of the sum of squares, that of seeds and of interactions."""
    sizes = [len(levels) for levels in plan.levels.values()]
    of_cells = [
        values[changes(dict(zip(plan.levels, chosen, strict=True)), plan.base)][:, *at]
        for chosen in product(*plan.levels.values())
    ]
    return variance_shares(np.array(of_cells).reshape(*sizes, -1), list(plan.levels))
