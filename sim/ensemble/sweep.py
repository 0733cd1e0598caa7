"""Many scenarios of one file: every combination of its matrix, kept cell by cell, in one table.

A sweep file is a scenario with a `matrix`; each combination is one cell, computed by
`sim.ensemble.cell` on the workers of `sim.ensemble.executor`. A cell is known by the digest of all
that goes in, so a second call computes what is missing and nothing else; what is written depends
on the file alone, not on workers, order or interruptions. The first value of each key makes the
scenario beside which bands set the others.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel

from sim.arguments import a_path, either, made, named_arguments, threads
from sim.atomic_write import replace_file, replace_text, target_name
from sim.cameras.optics import TASKS
from sim.ensemble.bands import BANDED, content_of, is_bands_file
from sim.ensemble.cases import Plan
from sim.ensemble.cell import FACTORS, base_level, digest, in_words, row_keys, world_of
from sim.ensemble.cells import Done, Wanted, compute_missing, tell_left_aside
from sim.ensemble.drawn import DrawnCells
from sim.ensemble.journal import Journal, Rows, folder_for, hold_figures, read_cells
from sim.errors import InputError
from sim.pipeline.digests import code_digest
from sim.pipeline.simulate import check_fits
from sim.results.contract import TITLES, json_text
from sim.results.exported import plain_text
from sim.results.metrics import FIGURES
from sim.scenario.layers import steps
from sim.scenario.load import check_file, expand
from sim.scenario.schema import Scenario
from sim.scenario.strict_yaml import read as read_yaml

SWEEP_VERSION = 1
JOURNAL, PARQUET, CSV, ABOUT = "cells.jsonl", "cells.parquet", "cells.csv", "sweep.json"
BANDS = "bands"
_BANDS_FILE = re.compile(rf"{BANDS}(_.+)?\.json")
OF_EVERY_SWEEP = ("area", "seed", "strategy", "optics", "share_rule", "street_share")
"""Columns that every table of cells has, so that tables of several sweeps can be joined."""
ERASED = (*TITLES, "version")
APART = ("area", "cameras.totals")
"""Keys whose values ask another question and are not cases of it: bands are made for each."""


class Cell(NamedTuple):
    """One combination of the matrix.

    `levels` has the value of each key that differs between cells, in words.
    """

    name: str
    scenario: Scenario
    digest: str
    levels: dict[str, str]

    @property
    def keys(self) -> list[tuple[int, str]]:
        """The total and task of each of its rows."""
        return row_keys(self.scenario)


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep file asks for.

    Attributes
    ----------
    name
        That of the scenario.
    cells
        In the order of the matrix.
    varied
        The keys that differ between cells, each with its values in words.
    """

    name: str
    cells: tuple[Cell, ...]
    varied: dict[str, tuple[str, ...]]


@dataclass(frozen=True, repr=False)
class Swept(DrawnCells):
    """A finished sweep.

    Attributes
    ----------
    cells
        Every cell with its digest, settings and figures: a row for each total and task.
    bands
        The content of each bands.json by the name of its file.
    computed
        Cells that this call has computed; the others were there.
    """

    cells: pd.DataFrame
    bands: dict[str, dict[str, Any]]
    computed: int


def plan_of(
    path: str | Path, overrides: Sequence[str] = (), variants: Sequence[str] = ()
) -> SweepPlan:
    """Read a sweep file and check every combination of its matrix against its city.

    Parameters
    ----------
    path
        A scenario file with a matrix; it may extend another.
    overrides, variants
        As for a scenario, see `sim.scenario.load.load_scenario`.

    Raises
    ------
    InputErrors
        With one line for each mistake: file, line, column and key.
    InputError
        There is no matrix, or a scenario does not fit its city.
    """
    path = Path(path)
    found = expand(path, overrides, variants)
    if len(found) == 1 and check_file(path, overrides, variants).cells == 0:
        raise InputError(
            f"{path}: has no matrix, so there is nothing to vary; write for example "
            "matrix: {seed: [1, 2, 3]}"
        )
    settings = [_settings(scenario) for _, scenario in found]
    varied = {
        key: tuple(dict.fromkeys(each.get(key, "") for each in settings))
        for key in dict.fromkeys(key for each in settings for key in each)
        if len({each.get(key, "") for each in settings}) > 1
    }
    cells = {}
    # area by area, because few cities are kept in memory
    for i in sorted(range(len(found)), key=lambda i: found[i][1].area):
        name, scenario = found[i]
        _check(path, scenario, overrides)
        levels = {key: settings[i].get(key, "") for key in varied}
        cells[i] = Cell(name, scenario, digest(scenario, scenario.seed, {}), levels)
    return SweepPlan(_name_of(path, found), tuple(cells[i] for i in sorted(cells)), varied)


@named_arguments(
    plan=either("the path of a sweep file", a_path, made("SweepPlan")), out=a_path, workers=threads
)
def sweep(
    plan: SweepPlan | str | Path,
    out: str | Path,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    done: Done = lambda _count, _of: None,
    announce: Callable[[str], None] = lambda _words: None,
) -> Swept:
    """Compute the cells that are missing and write one table of all.

    Parameters
    ----------
    plan
        The path of a sweep file, or what `plan_of` made of it.
    out
        Folder for the cells and tables; a second call with the same folder goes on where the
        first was stopped, by whatever.
    scheduler
        Address of a dask scheduler; processes of this machine without it.
    workers
        How many processes here, one for each core by default. The result does not depend on it.
    done
        Called with the number of finished cells and that of all.
    announce
        Called with one line about the workers, if any, and one about cells of another version.

    Returns
    -------
    Swept
        The table of all cells, and the content of each bands.json.

    Raises
    ------
    InputError
        The folder holds something else or cannot be written, no workers can be had, or a cell
        does not fit its city.
    OSError
        The disk is full; finished cells are kept.
    """
    plan = plan_of(plan) if isinstance(plan, str | Path) else plan
    out = Path(out)
    with folder_for(out, _belongs, "a sweep", JOURNAL), Journal(out / JOURNAL) as journal:
        tell_left_aside(journal, [one.digest for one in plan.cells], announce)
        missing = _missing(plan, journal.cells)
        count = len({one.digest for one in plan.cells})
        done(count - len(missing), count)
        compute_missing(
            [Wanted(one.digest, one.name, one.scenario, one.scenario.seed, {}) for one in missing],
            journal,
            _line,
            scheduler=scheduler,
            workers=workers,
            done=lambda number: done(count - len(missing) + number, count),
            announce=announce,
        )
        table = cells_table(plan, journal.cells)
        read = bands_of(plan, journal.cells)
        _write(plan, out, table, read)
    return Swept(table, read, len(missing))


def _line(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a cell: the figures that need no whole run."""
    kept = ("total", "task", *BANDED)
    return {
        "digest": cell["digest"],
        "rows": [{name: row[name] for name in kept} for row in cell["rows"]],
    }


def missing_of(plan: SweepPlan, out: Path) -> list[Cell]:
    """Return the cells of a plan that are not finished in a folder; writes nothing."""
    return _missing(plan, read_cells(out / JOURNAL))


def default_folder(plan: SweepPlan) -> Path:
    """Return where a sweep is written if nobody says otherwise."""
    return Path("out") / f"{plan.name}_sweep"


def cells_table(plan: SweepPlan, rows: Mapping[str, Rows]) -> pd.DataFrame:
    """Return every cell in the order of the matrix, a row for each total and task.

    Parameters
    ----------
    plan
        From `plan_of`.
    rows
        Rows of each cell by digest.
    """
    others = [key for key in plan.varied if _short(key) not in OF_EVERY_SWEEP]
    others = [key for key in others if key not in APART]
    table: list[dict[str, Any]] = []
    for one in plan.cells:
        scenario = one.scenario
        own: dict[str, Any] = {"digest": one.digest, "scenario": one.name, "area": scenario.area}
        own["seed"] = scenario.seed
        for factor in OF_EVERY_SWEEP[2:]:
            own[factor] = one.levels.get(f"cameras.{factor}") or base_level(scenario, factor)
        own |= {key: one.levels[key] for key in others}
        table += [
            own
            | {"total": row["total"], "task": row["task"]}
            | {name: row[name] for name in BANDED}
            for row in rows[one.digest]
        ]
    return pd.DataFrame(table).astype(dict.fromkeys(BANDED, np.float64) | {"seed": np.int64})


def bands_of(plan: SweepPlan, rows: Mapping[str, Rows]) -> dict[str, dict[str, Any]]:
    """Return the content of bands.json for each area (and list of totals), by file name.

    The first combination is the scenario; seeds give its band, all else that varies named cases.
    Where a case was not computed under every seed there are none.
    """
    groups: dict[tuple[str, ...], list[Cell]] = {}
    for one in plan.cells:
        apart = one.scenario.area, json.dumps(one.scenario.cameras.totals)
        groups.setdefault(apart, []).append(one)
    found: dict[str, dict[str, Any]] = {}
    for cells in groups.values():
        content = _bands(cells, rows)
        if content is not None:
            name = BANDS if len(groups) == 1 else f"{BANDS}_{cells[0].name}"
            more = f"_{len(found) + 1}" * (f"{name}.json" in found)  # a matrix may set one name
            found[f"{name}{more}.json"] = content
    return found


def _settings(scenario: Scenario) -> dict[str, str]:
    """Return every key that can change a figure with its value in words."""
    found: dict[str, str] = {}
    plain = scenario.model_dump(mode="json")
    for group in type(scenario).model_fields:
        if group in ERASED:
            continue
        value = getattr(scenario, group)
        if isinstance(value, BaseModel):
            for key in type(value).model_fields:
                found[f"{group}.{key}"] = _words(scenario, f"{group}.{key}", plain[group][key])
        else:
            found[group] = _words(scenario, group, plain[group])
    return found


def _words(scenario: Scenario, key: str, value: object) -> str:
    """Return a value in words: as cases name it, else as it is written."""
    named = key in ("cameras.strategy", "cameras.optics") or isinstance(value, str)
    if named and _short(key) in FACTORS:
        return base_level(scenario, _short(key))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(key: str) -> str:
    """Return a key as bands name its factor: keys of cameras that are cases without their group."""
    group, _, name = key.rpartition(".")
    return name if group == "cameras" and name in FACTORS else key


def _check(path: Path, scenario: Scenario, overrides: Sequence[str]) -> None:
    """Refuse a combination that does not fit its city, with the place of the key at fault."""
    try:
        check_fits(scenario, world_of(scenario).city)
    except InputError as error:
        key = error.key or "area"
        set_by = any(one.partition("=")[0].strip() == key for one in overrides)
        where = f"--set {key}" if set_by else f"{_place(path, key)}: {key}"
        raise InputError(f"{where}: {str(error).removeprefix(f'{key}: ')}") from None


def _place(path: Path, key: str) -> str:
    """Return file, line and column of a key in the matrix or the scenario, or of its group."""
    places = read_yaml(path.read_text(encoding="utf-8-sig")).places
    own = steps(key)
    around = [("matrix", key), *(own[:length] for length in range(len(own), 0, -1))]
    place = next((places[at] for at in around if at in places), None)
    return f"{path}:{place.line}:{place.column}" if place else f"{path}"


def _name_of(path: Path, found: Sequence[tuple[str, Scenario]]) -> str:
    """Return the name of the scenario without what its combinations add to it."""
    data = read_yaml(path.read_text(encoding="utf-8-sig")).value
    own = data.get("name") if isinstance(data, dict) else None
    known = isinstance(own, str) and found[0][1].name.startswith(own)
    return str(own) if known else path.stem


def _missing(plan: SweepPlan, kept: Mapping[str, Rows]) -> list[Cell]:
    """Return the cells to compute, each once, those that share a city and walks together."""
    wanted = {
        one.digest: one
        for one in plan.cells
        if one.digest not in kept or not hold_figures(kept[one.digest], one.keys, BANDED)
    }
    return sorted(wanted.values(), key=lambda one: (one.scenario.area, one.scenario.seed))


def _bands(cells: Sequence[Cell], rows: Mapping[str, Rows]) -> dict[str, Any] | None:
    """Read the cells of one area together; None where a case lacks a seed."""
    seeds = tuple(dict.fromkeys(one.scenario.seed for one in cells))
    factors = [
        key
        for key in cells[0].levels
        if key not in (*APART, "seed") and len({one.levels[key] for one in cells}) > 1
    ]
    base = {_short(key): cells[0].levels[key] for key in factors}
    by_case: dict[str, dict[int, Cell]] = {}
    cases: dict[str, dict[str, str]] = {}
    for one in cells:
        own = {_short(key): one.levels[key] for key in factors}
        case = {factor: level for factor, level in own.items() if level != base[factor]}
        words = in_words(case)
        cases[words] = case
        by_case.setdefault(words, {})[one.scenario.seed] = one
    if any(len(of_seed) < len(seeds) for of_seed in by_case.values()):
        return None
    table = pd.DataFrame(
        {"case": words} | row
        for words, of_seed in by_case.items()
        for seed in seeds
        for row in rows[of_seed[seed].digest]
    )
    levels = _levels_alone(base, cases.values())
    plan = Plan(
        seeds,
        levels,
        base,
        tuple(cases.values()),
        math.prod(map(len, levels.values())) == len(cases) > 1,
        (),
    )
    return content_of(cells[0].scenario, plan, table, null_models={})


def _levels_alone(
    base: Mapping[str, str], cases: Iterable[Mapping[str, str]]
) -> dict[str, tuple[str, ...]]:
    """Return the levels of each factor that were computed with all others as in the scenario."""
    levels = {factor: [level] for factor, level in base.items()}
    for case in cases:
        if len(case) == 1:
            ((factor, level),) = case.items()
            levels[factor].append(level)
    return {factor: tuple(found) for factor, found in levels.items()}


def _write(
    plan: SweepPlan, out: Path, table: pd.DataFrame, read: Mapping[str, Mapping[str, Any]]
) -> None:
    """Write the tables and what was read from them; bands of an earlier matrix go."""
    about = {
        "version": SWEEP_VERSION,
        "simulated": all(one.scenario.cameras.on_own_places for one in plan.cells),
        "name": plan.name,
        "cells": len(plan.cells),
        "varied": {key: list(values) for key, values in plan.varied.items()},
        "tasks": list(TASKS),
        "figures": {name: FIGURES[name].words for name in BANDED},
        "code_digest": code_digest(),
    }
    whole = partial(replace_file, remedy="", flush=True)
    whole(out / PARQUET, lambda path: table.to_parquet(path, index=False, compression="zstd"))
    texts = {CSV: plain_text(table).to_csv(index=False, lineterminator="\n")}
    for name, content in {**read, ABOUT: about}.items():
        texts[name] = json_text(content)
    for name, text in texts.items():
        replace_text(out / name, text, remedy="", flush=True)
    for path in out.iterdir():
        of_earlier = path.name not in read and _BANDS_FILE.fullmatch(path.name)
        if of_earlier and is_bands_file(path):
            path.unlink(missing_ok=True)


def _belongs(name: str) -> bool:
    """Return whether a file may stand in the folder of a sweep."""
    name = target_name(name) or name
    return name in {JOURNAL, PARQUET, CSV, ABOUT} or _BANDS_FILE.fullmatch(name) is not None
