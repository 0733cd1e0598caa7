"""Which assumption moves the figures most: shares of their variance over all named cases together.

Named cases are combined freely, every level alike; each combination is computed under several seeds
of its own, which tells chance apart. Where there are more combinations than asked for, a balanced
sample of them is fitted (`sim.ensemble.shapley`), and how well the fit tells combinations left out
stands beside the shares. Shares say how much a case matters over the levels named, not how likely
any level is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations as combinations_of
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.atomic_write import replace_text, target_name
from sim.ensemble.balanced_order import balanced_order
from sim.ensemble.cases import Plan, changes, plan_of
from sim.ensemble.cell import digest, in_words, resolve, world_of
from sim.ensemble.cells import Announce, Done, Wanted, complete, not_whole, tell_left_aside
from sim.ensemble.drawn import DrawnCells
from sim.ensemble.executor import check_workers
from sim.ensemble.journal import Journal, Rows, folder_for, read_cells
from sim.ensemble.shapley import (
    ADDITIVE,
    FACTORIAL,
    PAIRS,
    Effects,
    HeldOut,
    Ints,
    factorial_effects,
    factorial_errors,
    fewest_combinations,
    held_out,
    sampled_effects,
    sampled_errors,
    whole_errors,
)
from sim.errors import InputError
from sim.pipeline.simulate import check_fits
from sim.results.contract import SENSITIVITY, SENSITIVITY_VERSION, TITLES, json_text
from sim.results.metrics import HEADLINE, HEADLINE_TASK
from sim.results.uncertainty import Floats
from sim.scenario.load import LoadedScenario, scenario_of
from sim.scenario.schema import Scenario
from sim.wording import counted

SPLIT = ("answer", HEADLINE, "unseen_trips")
"""Figures whose variance is split."""
JOURNAL, CSV = "cells.jsonl", "cells.csv"
MOST_COMBINATIONS = 25_000
MOST_IN_ALL = 1_000_000
"""Combinations of all levels, of which some are computed."""
MOST_SEEDS = 20
NOTHING = 1e-12
"""A variance below this is that of rounding."""
NO_SPLIT: Mapping[str, Any] = {
    "mean": None, "sd": None, "model": None, "held_out": None, "factors": [], "pairs": [],
    "higher": None, "chance": None, "sum": None,
}  # fmt: skip
"""Of a figure that some cell does not have, or that does not vary."""
NOT_HELD_OUT: Mapping[str, HeldOut | None] = {}


class Design(NamedTuple):
    """Which combinations are computed.

    Attributes
    ----------
    levels
        By factor; factors of one level are left out.
    chosen
        Place of the level of each factor, shape (combinations, factors).
    seeds
        Of each combination, shape (combinations, seeds).
    whole
        Whether these are all combinations, each once.
    """

    levels: Mapping[str, tuple[str, ...]]
    chosen: Ints
    seeds: Ints
    whole: bool

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of levels of each factor."""
        return tuple(len(levels) for levels in self.levels.values())

    def case(self, combination: int) -> dict[str, str]:
        """Return a combination, the level of every factor."""
        return {
            factor: levels[place]
            for (factor, levels), place in zip(
                self.levels.items(), self.chosen[combination].tolist(), strict=True
            )
        }


@dataclass(frozen=True, repr=False)
class Sensitivity(DrawnCells):
    """Which assumption moves the figures most.

    Attributes
    ----------
    content
        The content of sensitivity.json, see docs/sensitivity.md.
    cells
        Every cell: combination, seed, a column a factor, total, task and the figures.
    """

    content: dict[str, Any]
    cells: pd.DataFrame


def sensitivity(
    scenario: Scenario | LoadedScenario | str | Path,
    out: str | Path | None = None,
    *,
    combinations: int = 500,
    seeds: int = 2,
    cases: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    workers: int = 1,
    done: Done = lambda _count, _of: None,
    announce: Announce = lambda _words: None,
) -> Sensitivity:
    """Split the variance of a scenario's figures over its named cases, all varied together.

    Parameters
    ----------
    scenario
        The path of its file, or what `load_scenario` made of it.
    out
        Folder for sensitivity.json, cells.csv and the finished cells; a second call with the same
        folder goes on where the first was stopped, and one with more combinations or seeds
        computes only those added. Nothing is kept without it.
    combinations
        How many are taken, every pair of levels about equally often; where there are no more in
        all, each is taken once and the split is exact but for chance.
    seeds
        Of each combination, 2 to 20: they tell chance apart.
    cases
        Factors to vary (of `sim.ensemble.cell.FACTORS`), or levels by factor; all that apply by
        default.
    workers
        Processes. The result does not depend on it. A script that asks for several calls this
        under `if __name__ == "__main__":`, as all that start processes.
    done
        Called with the number of finished cells and that of all.
    announce
        Called with one line if the folder holds cells of another version of the program.

    Raises
    ------
    InputError
        A factor, level or number that cannot be, or a scenario that does not fit its city.
    """
    scenario = scenario_of(scenario)
    plan, design = _planned(scenario, combinations, seeds, cases)
    check_workers(workers)
    wanted = _wanted(scenario, plan, design)
    if out is None:
        with Journal(None) as journal:
            return _computed(scenario, plan, design, wanted, journal, workers, done)
    out = Path(out)
    with folder_for(out, _belongs, "sensitivity", JOURNAL), Journal(out / JOURNAL) as journal:
        tell_left_aside(journal, [one.digest for one in wanted], announce)
        found = _computed(scenario, plan, design, wanted, journal, workers, done)
        replace_text(out / SENSITIVITY, json_text(found.content), remedy="", flush=True)
        table = found.cells.to_csv(index=False, lineterminator="\n")
        replace_text(out / CSV, table, remedy="", flush=True)
    return found


def cells_to_compute(
    scenario: Scenario,
    out: Path,
    *,
    combinations: int = 500,
    seeds: int = 2,
    cases: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
) -> list[Scenario]:
    """Return the scenarios of the cells that `sensitivity` would compute; writes nothing.

    Parameters
    ----------
    scenario, out, combinations, seeds, cases
        See `sensitivity`.

    Raises
    ------
    InputError
        As `sensitivity`.
    """
    plan, design = _planned(scenario, combinations, seeds, cases)
    wanted = _wanted(scenario, plan, design)
    missing = not_whole(scenario, wanted, read_cells(out / JOURNAL), SPLIT)
    return [resolve(scenario, one.seed, one.case) for one in missing]


def design_of(
    levels: Mapping[str, tuple[str, ...]], combinations: int, seeds: int, seed: int
) -> Design:
    """Return which combinations are computed, under which seeds.

    A sample is balanced (`sim.ensemble.balanced_order`), and the seeds of a combination depend on
    the scenario's seed and its place among all, so more combinations or seeds keep those there are.

    Parameters
    ----------
    levels
        By factor.
    combinations, seeds
        See `sensitivity`.
    seed
        Of the scenario.

    Raises
    ------
    InputError
        Nothing varies, there are too few combinations for so many levels, or too many in all.
    """
    levels = {factor: chosen for factor, chosen in levels.items() if len(chosen) > 1}
    sizes = [len(chosen) for chosen in levels.values()]
    if not levels:
        raise InputError("no case has more than one level, so there is nothing to split")
    whole = math.prod(sizes) <= combinations
    if math.prod(sizes) > MOST_IN_ALL:
        raise InputError(
            f"{math.prod(sizes):,} combinations of all levels; at most {MOST_IN_ALL:,}: take fewer "
            "cases or levels"
        )
    if not whole:
        fewest = fewest_combinations(sizes)
        if combinations < fewest:
            raise InputError(
                f"{counted(combinations, 'combination')} for {sum(sizes)} levels of "
                f"{counted(len(sizes), 'case')}; take {fewest} or more, or fewer cases"
            )
    places = np.arange(math.prod(sizes)) if whole else balanced_order(sizes, combinations, seed)
    chosen = np.stack(np.unravel_index(places, sizes), axis=1).astype(np.int64)
    of_each = MOST_IN_ALL * np.arange(seeds, dtype=np.int64)[None, :]
    return Design(levels, chosen, (seed + places[:, None] + of_each) % 2**62, whole)


def _planned(
    scenario: Scenario,
    combinations: int,
    seeds: int,
    cases: Sequence[str] | Mapping[str, Sequence[str]] | None,
) -> tuple[Plan, Design]:
    if not 2 <= seeds <= MOST_SEEDS:
        raise InputError(f"{counted(seeds, 'seed')}; give 2 to {MOST_SEEDS}")
    if not 1 <= combinations <= MOST_COMBINATIONS:
        raise InputError(f"{counted(combinations, 'combination')}; give 1 to {MOST_COMBINATIONS:,}")
    plan = plan_of(scenario, seeds=1, cases=cases, factorial=False)
    check_fits(scenario, world_of(scenario).city)
    return plan, design_of(plan.levels, combinations, seeds, scenario.seed)


def _wanted(scenario: Scenario, plan: Plan, design: Design) -> list[Wanted]:
    """Return every cell, those of one combination after one another."""
    found = []
    for combination, seeds in enumerate(design.seeds.tolist()):
        case = changes(design.case(combination), plan.base)
        found += [
            Wanted(digest(scenario, seed, case), f"{in_words(case)}, seed {seed}", scenario, seed,
                   case)
            for seed in seeds
        ]  # fmt: skip
    return found


def _computed(
    scenario: Scenario,
    plan: Plan,
    design: Design,
    wanted: Sequence[Wanted],
    journal: Journal,
    workers: int,
    done: Done,
) -> Sensitivity:
    """Compute the cells that are missing, and read all of them together."""
    results = complete(scenario, wanted, journal, SPLIT, workers, done)
    table = _cells_table(design, wanted, results)
    return Sensitivity(content_of(scenario, plan, design, table), table)


def _cells_table(
    design: Design, wanted: Sequence[Wanted], results: Mapping[str, Rows]
) -> pd.DataFrame:
    """Return every cell, a row for each total and task."""
    seeds = design.seeds.shape[1]
    rows = [
        {"combination": at // seeds, "seed": one.seed, **design.case(at // seeds)}
        | {"total": row["total"], "task": row["task"]} | {name: row[name] for name in SPLIT}
        for at, one in enumerate(wanted)
        for row in results[one.digest]
    ]  # fmt: skip
    return pd.DataFrame(rows).astype(dict.fromkeys(SPLIT, np.float64))


def _belongs(name: str) -> bool:
    """Return whether a file may stand in the folder of a sensitivity analysis."""
    return (target_name(name) or name) in {JOURNAL, SENSITIVITY, CSV}


def content_of(
    scenario: Scenario, plan: Plan, design: Design, table: pd.DataFrame
) -> dict[str, Any]:
    """Return sensitivity.json.

    Parameters
    ----------
    scenario
        The one whose cases were combined.
    plan
        Its levels and notes.
    design
        Which combinations, under which seeds.
    table
        Columns total, task and those of `SPLIT`; rows by combination, seed, total and task.
    """
    plain = scenario.model_dump(mode="json")
    return {
        "version": SENSITIVITY_VERSION,
        "simulated": scenario.cameras.existing is None,
        "scenario": {key: value for key, value in plain.items() if key not in TITLES},
        "name": scenario.name,
        "headline": {"figure": "answer", "task": HEADLINE_TASK},
        "combinations": len(design.chosen),
        "seeds": design.seeds.shape[1],
        "every_combination": design.whole,
        "factors": {
            factor: {"scenario": plan.base[factor], "levels": list(levels)}
            for factor, levels in design.levels.items()
        },
        "notes": list(plan.notes),
        "figures": split_rows(design, table, scenario.cameras.totals, scenario.seed),
    }


def split_rows(
    design: Design, table: pd.DataFrame, totals: Sequence[int], seed: int
) -> list[dict[str, Any]]:
    """Return how the variance of each figure splits, by total, task and figure.

    Parameters
    ----------
    design, table
        See `content_of`.
    totals
        Of the table.
    seed
        Of what errors draw.
    """
    tasks = [*dict.fromkeys(table["task"])]
    places = [*product(totals, tasks, SPLIT)]
    values = table[list(SPLIT)].to_numpy(np.float64).reshape(*design.seeds.shape, len(places))
    known = np.isfinite(values).all(axis=(0, 1))
    splits = iter(_splits(design, values[:, :, known], seed) if known.any() else ())
    return [
        {"total": total, "task": task, "figure": figure} | dict(next(splits) if real else NO_SPLIT)
        for (total, task, figure), real in zip(places, known.tolist(), strict=True)
    ]


def _splits(design: Design, values: Floats, seed: int) -> list[dict[str, Any]]:
    """Return the split of each figure; values have shape (combinations, seeds, figures)."""
    figures = range(values.shape[2])
    if design.whole:
        factors = len(design.sizes)
        shaped = values.reshape(*design.sizes, *values.shape[1:])
        effects = factorial_effects(shaped, factors)
        errors = factorial_errors(shaped, factors, _numbers, seed)
        return [_split(design, FACTORIAL, effects, errors, at) for at in figures]
    given = (design.chosen, values, design.sizes)
    tried = {model: held_out(*given, model) for model in (ADDITIVE, PAIRS)}
    fits = {
        model: (sampled_effects(*given, model), _sampled_errors(design, values, model, seed))
        for model, found in tried.items()
        if found is not None
    }
    splits = []
    for at in figures:
        errors_of = {name: float(found.error[at]) for name, found in tried.items() if found}
        model = min(errors_of, key=errors_of.__getitem__)
        splits.append(_split(design, model, *fits[model], at, tried))
    return splits


def _sampled_errors(design: Design, values: Floats, model: str, seed: int) -> Floats:
    """Return the errors of all numbers of a sample."""
    given = (design.chosen, values, design.sizes, model)
    errors = sampled_errors(*given, _numbers, seed)
    errors[_names(design).index(("sum",))] = whole_errors(*given, seed)
    return errors


def _numbers(effects: Effects) -> Floats:
    """Return all numbers that have a standard error, in the order of `_names`."""
    parts = [effects.shapley, effects.alone, effects.total, effects.pairs]
    parts += [effects.higher[None], effects.chance[None]]
    varies = np.where(effects.variance > NOTHING, effects.variance, np.nan)
    observed = np.where(effects.observed > NOTHING, effects.observed, np.nan)
    whole = effects.variance / observed
    return np.vstack([np.vstack(parts) / varies, whole[None], *effects.levels])


def _names(design: Design) -> list[tuple[str, ...]]:
    """Return what each number of `_numbers` is."""
    factors = [*design.levels]
    found = [(kind, factor) for kind in ("share", "alone", "total") for factor in factors]
    levels = [(factor, level) for factor in factors for level in design.levels[factor]]
    return [*found, *(("pair", *pair) for pair in combinations_of(factors, 2)), ("higher",),
            ("chance",), ("sum",), *(("level", *level) for level in levels)]  # fmt: skip


def _split(
    design: Design,
    model: str,
    effects: Effects,
    errors: Floats,
    at: int,
    tried: Mapping[str, HeldOut | None] = NOT_HELD_OUT,
) -> dict[str, Any]:
    """Return how the variance of one figure splits."""
    if min(effects.variance[at], effects.observed[at]) <= NOTHING:
        return {**NO_SPLIT, "mean": float(effects.mean[at]), "sd": 0.0}
    numbers = zip(_numbers(effects)[:, at].tolist(), errors[:, at].tolist(), strict=True)
    of = {
        name: {"mean" if name[0] == "level" else "share": number, "se": _finite(error)}
        for name, (number, error) in zip(_names(design), numbers, strict=True)
    }
    return {
        "mean": float(effects.mean[at]),
        "sd": float(np.sqrt(effects.variance[at])),
        "model": model,
        "held_out": {name: _told(found, at) for name, found in tried.items() if found} or None,
        "factors": [
            {
                "factor": factor,
                **of["share", factor],
                "alone": of["alone", factor],
                "total": of["total", factor],
                "levels": {level: of["level", factor, level] for level in levels},
            }
            for factor, levels in design.levels.items()
        ],
        "pairs": [
            {"factors": list(pair), **of["pair", *pair]}
            for pair in combinations_of(design.levels, 2)
            if model != ADDITIVE
        ],
        **{name: of[name,] for name in ("higher", "chance", "sum")},
    }


def _told(found: HeldOut, at: int) -> dict[str, float | None]:
    """Return how well a fit tells combinations left out, for one figure."""
    return {
        "error": float(found.error[at]),
        "noise": float(found.noise[at]),
        "explained": _finite(float(found.explained[at])),
    }


def _finite(value: float) -> float | None:
    """Return a number, None for an error of what hardly varies."""
    return value if math.isfinite(value) else None
