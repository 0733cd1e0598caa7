"""Runs side by side: what differs between their scenarios, and what comes of it.

Figures are those of the runs; differences are taken from the first run. Where two runs have the
same people on the same walks, differences are paired walk by walk, which takes out who walks; else
the runs are independent samples. Either error tells of sampled walks only, and nothing of where
cameras hang: `sim.ensemble.bands` varies that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.arguments import a_path, named_arguments, one_of, several
from sim.cameras.optics import TASKS
from sim.errors import InputError, one_line
from sim.results.contract import fleets_of
from sim.results.metrics import (
    ALONG_BUS_STREETS,
    FIGURES,
    HEADLINE,
    HEADLINE_TASK,
    OF_THE_ANSWER,
    along_bus_streets,
    error_of,
    figures_of,
)
from sim.results.read import RunData, read_data
from sim.surface import WithCard, axes_for, percent
from sim.tracking.statistics import standard_error
from sim.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAIRED, INDEPENDENT = "paired", "independent"
MOST_RUNS = 100
DEEPEST = 20
"""Levels of keys that are told apart; a scenario has four."""
NOT_COMPARED = ("name", "title", "title_zh")
"""Keys of a scenario that change no figure."""
WHO_WALKS = ("person", "kind", "leg", "length", "duration_s")
"""Runs in which these and the lines agree have the same people on the same walks."""
OF_STREETS = ("cameras", "coverage", "critical_total")
"""Figures on which who walks has no influence."""
Walks = tuple[bytes, ...]
"""What makes each sampled walk of a run the one it is, in the order of trips."""


@dataclass(frozen=True, repr=False)
class Comparison(WithCard):
    """Runs side by side.

    Attributes
    ----------
    runs
        A name a run: that of its folder, with those above where two are alike.
    folders
        Their folders.
    differs
        Scenario keys whose values differ, each with one value a run.
    notes
        What a reader must know before comparing, a sentence each.
    table
        A figure a row: run, total, task, figure (see `sim.results.metrics.FIGURES`), value,
        difference (from the first run), difference_se, pairing ("paired", "independent" or
        empty). Missing numbers are NaN.
    """

    runs: tuple[str, ...]
    folders: tuple[str, ...]
    differs: dict[str, list[Any]]
    notes: tuple[str, ...]
    table: pd.DataFrame

    def plot(self, ax: Axes | None = None, *, figure: str = HEADLINE) -> Axes:
        """Draw a figure of each run over the number of cameras; return the axes.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        figure
            One that the table has.

        Raises
        ------
        InputError
            There is no such figure, or matplotlib is not installed.
        """
        rows = self.table[self.table["figure"] == figure]
        if rows.empty:
            known = ", ".join(self.table["figure"].unique())
            raise InputError(f"figure: there is no {figure!r}; give one of {known}")
        ax = axes_for(ax, to_scale=False)
        for (run, task), own in rows.groupby(["run", "task"], sort=False):
            ax.plot(own["total"], own["value"], marker="o", label=f"{run}, {task}")
        ax.set_xlabel("cameras in the whole city")
        ax.set_ylabel(figure.replace("_", " "))
        ax.legend(frameon=False)
        return ax

    def _in_short(self) -> str:
        return f"{counted(len(self.runs), 'run')}, {counted(len(self.table), 'figure')}"

    def _card(self) -> tuple[str, Mapping[str, object]]:
        rows = self.table[self.table["figure"] == HEADLINE]
        return f"Comparison of {counted(len(self.runs), 'run')}: {HEADLINE.replace('_', ' ')}", {
            f"{run}, {counted(total, 'camera')}": percent(value)
            for run, total, value in zip(rows["run"], rows["total"], rows["value"], strict=True)
        }

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data; missing numbers are null."""
        rows = self.table.to_dict("records")
        plain = [{key: _plain(value) for key, value in row.items()} for row in rows]
        return {
            "version": 1,
            "runs": [
                {"run": run, "folder": folder}
                for run, folder in zip(self.runs, self.folders, strict=True)
            ],
            "differs": self.differs,
            "notes": list(self.notes),
            "rows": plain,
        }


@named_arguments(
    runs=several(a_path, "a list of run folders"), tasks=several(one_of(TASKS), "a list of tasks")
)
def compare(runs: Sequence[str | Path], *, tasks: Sequence[str] = (HEADLINE_TASK,)) -> Comparison:
    """Compare runs with the first of them.

    Parameters
    ----------
    runs
        Run folders, two or more.
    tasks
        Of `sim.cameras.optics.TASKS`.

    Returns
    -------
    Comparison
        Figures of every run at every total and task, with differences from the first run and their
        standard errors, and the scenario keys in which the runs differ.

    Raises
    ------
    InputError
        Fewer than two runs, an unknown task, or a folder that is not a whole run of this version.
    """
    if not 2 <= len(runs) <= MOST_RUNS:
        raise InputError(
            f"{counted(len(runs), 'run')} to compare; give 2 to {MOST_RUNS} run folders"
        )
    for task in tasks:
        if task not in TASKS:
            raise InputError(f'task "{task}": give one of {", ".join(TASKS)}')
    read = [read_data(folder, RunData) for folder in runs]
    names = _names([run.folder for run in read])
    walks = [_walks(run) for run in read]
    return Comparison(
        names,
        tuple(one_line(str(run.folder)) for run in read),
        _differing(read),
        tuple(_notes(read, names, walks)),
        _table(read, names, walks, tasks),
    )


def _names(folders: list[Path]) -> tuple[str, ...]:
    """Name runs by their folders, with as many folders above as tell them apart."""
    parts = [folder.resolve().parts for folder in folders]
    depth = 1
    deepest = max(map(len, parts))
    while depth < deepest and len({p[-depth:] for p in parts}) < len(set(parts)):
        depth += 1
    return tuple(one_line(str(Path(*p[-depth:]))) for p in parts)


def _differing(runs: list[RunData]) -> dict[str, list[Any]]:
    """Return the keys of the scenarios that do not have one value in all runs."""
    flat = [dict(_leaves(run.manifest["scenario"])) for run in runs]
    keys = dict.fromkeys(key for scenario in flat for key in scenario)
    values = {key: [scenario.get(key) for scenario in flat] for key in keys}
    return {
        key: found
        for key, found in values.items()
        if key not in NOT_COMPARED and any(value != found[0] for value in found)
    }


def _leaves(value: object, key: str = "") -> list[tuple[str, Any]]:
    """Return (dotted key, value) of all that is not a group of keys; lists are values."""
    if not isinstance(value, Mapping) or not value or key.count(".") > DEEPEST:
        return [(one_line(key), value)]
    inside = [_leaves(part, f"{key}.{name}" if key else str(name)) for name, part in value.items()]
    return [leaf for leaves in inside for leaf in leaves]


def _walks(run: RunData) -> Walks:
    """Return a digest of who walks where on each sampled walk."""
    table = run.trip_lines(named=False)
    columns = [table[name].to_list() for name in WHO_WALKS]
    columns.append(shapely.to_wkb(table.geometry.to_numpy()).tolist())
    return tuple(
        blake2b(repr(w).encode(), digest_size=16).digest() for w in zip(*columns, strict=True)
    )


def _notes(runs: list[RunData], names: tuple[str, ...], walks: list[Walks]) -> Iterator[str]:
    """Yield what a reader must know before comparing, for each run beside the first."""
    first = runs[0]
    for run, name in zip(runs, names, strict=True):
        if along_bus_streets(run.summary):
            yield f"{name}: {ALONG_BUS_STREETS}"
    for run, name, own in zip(runs[1:], names[1:], walks[1:], strict=True):
        yield from _differing_ground(first, run, names[0], name)
        if own == walks[0]:
            yield (
                f"{name}: the same {counted(len(own), 'walk')} as {names[0]}, so their means are "
                "paired "
                "walk by walk, fleets of one number with one another where both have as many; ± is "
                "one standard error, persons and fleets as the samples."
            )
        else:
            shared = len(set(own) & set(walks[0]))
            yield (
                f"{name}: not the walks of {names[0]} ({shared:,} of {len(own):,} are the same), "
                "so ± is that of independent samples"
                + (", which is on the safe side." if shared else ".")
            )
    if any(fleets_of(run.summary) == 1 for run in runs):
        yield (
            "A run of one fleet says nothing of where else its cameras might hang; write "
            "ensemble: {fleets: 20} into its scenario."
        )


def _differing_ground(first: RunData, run: RunData, first_name: str, name: str) -> Iterator[str]:
    """Yield where two runs do not stand on the same ground."""
    one, other = first.summary["area"], run.summary["area"]
    if one["name"] != other["name"] or first.manifest["area"] != run.manifest["area"]:
        yield one_line(
            f"{name}: another study area ({other['name']}) than {first_name} ({one['name']}); "
            "differences mix the place with everything else."
        )
    elif first.manifest.get("data") != run.manifest.get("data"):
        yield f"{name}: the same area as {first_name} from other data."
    if one.get("walls") != other.get("walls"):
        yield one_line(
            f"{name}: walls are {other.get('walls')}, in {first_name} {one.get('walls')}."
        )
    package = "hk-camera-sim"
    versions = [r.manifest.get("packages", {}).get(package) for r in (first, run)]
    if versions[0] != versions[1]:
        yield one_line(f"{name}: made by {package} {versions[1]}, {first_name} by {versions[0]}.")
    missing = sorted(set(first.totals) ^ set(run.totals))
    if missing:
        totals = ", ".join(f"{total:,}" for total in missing)
        yield f"{name}: totals not in both: {totals}; there is no difference to give."


def _table(
    runs: list[RunData], names: tuple[str, ...], walks: list[Walks], tasks: Sequence[str]
) -> pd.DataFrame:
    """Return a figure a row, in the order of tasks, totals, figures and runs."""
    steps = [{int(step["total"]): step for step in run.summary["steps"]} for run in runs]
    totals = sorted({total for of_run in steps for total in of_run})
    rows: list[dict[str, Any]] = []
    for task in tasks:
        values = [_Values(run, of_run, task) for run, of_run in zip(runs, steps, strict=True)]
        for total in totals:
            for figure in FIGURES:
                for name, own, paired in zip(
                    names, values, (w == walks[0] for w in walks), strict=True
                ):
                    rows.append(
                        {"run": name, "total": total, "task": task, "figure": figure}
                        | own.beside(values[0], total, figure, paired=paired)
                    )
    return pd.DataFrame(rows)


class _Values:
    """The figures of one run for one task, and the walks behind them."""

    def __init__(self, run: RunData, steps: Mapping[int, Mapping[str, Any]], task: str) -> None:
        self._run, self._task, self._steps = run, task, steps
        percolation = run.summary.get("percolation")
        try:
            self.figures = {
                total: figures_of(step, task, percolation) for total, step in steps.items()
            }
        except (KeyError, AttributeError, TypeError) as error:
            raise InputError(
                f"{run.folder}: its summary lacks {error}; run the scenario again"
            ) from None

    def beside(
        self, first: _Values, total: int, figure: str, *, paired: bool
    ) -> dict[str, float | str]:
        """Return a figure, its difference from the first run, and how that was found."""
        value = self.figures.get(total, {}).get(figure)
        base = first.figures.get(total, {}).get(figure)
        if first is self or value is None or base is None:
            return _row(value)
        people = (math.nan, 0.0)
        if paired and FIGURES[figure].column:
            people = self._paired(first, total, figure)
            if self._placements == first._placements == 1:
                return _row(value, *people, PAIRED)
        either = FIGURES[figure].column or figure in OF_STREETS
        if paired and either and self._placements == first._placements > 1:
            of_fleets = self._fleets_paired(first, total, figure)
            return _row(value, value - base, math.hypot(of_fleets, people[1]), PAIRED)
        errors = [error_of(of._steps[total], self._task, figure) for of in (first, self)]
        known = [error for error in errors if error is not None]
        if len(known) < 2:
            return _row(value, value - base)
        return _row(value, value - base, math.hypot(*known), INDEPENDENT)

    def _paired(self, first: _Values, total: int, figure: str) -> tuple[float, float]:
        """Return the mean difference over the same walks, and its standard error by person."""
        column = FIGURES[figure].column
        own, base = self._of_walks(total, column), first._of_walks(total, column)
        apart = own - base
        known = np.isfinite(apart)
        if not known.any():
            return math.nan, math.nan
        person, stratum = self._run.trips.persons
        error = standard_error(apart, person[self._sampled], stratum)
        return float(apart[known].mean()), math.nan if error is None else error

    @property
    def _placements(self) -> int:
        return int(self._run.fleets["fleet"].max()) + 1

    def _fleets_paired(self, first: _Values, total: int, figure: str) -> float:
        """Return the standard error of the mean difference of fleets of the same number."""
        own, base = (
            table[
                (table["total"] == total)
                & (table["task"] == self._task)
                & (table["figure"] == figure)
            ].sort_values("fleet")["value"].to_numpy(np.float64)
            for table in (self._run.fleets, first._run.fleets)
        )  # fmt: skip
        apart = own - base
        return float(apart.std(ddof=1) / math.sqrt(len(apart)))

    def _of_walks(self, total: int, column: str) -> NDArray[np.float64]:
        if column in OF_THE_ANSWER:
            yes = self._run.answer.of_trips(total, self._task, OF_THE_ANSWER[column])
            return yes[self._sampled]
        tracks = self._run.tracks
        name = "observed_length" if column == "unseen_trips" else column
        figures = tracks.figures[name][:, tracks.totals.index(total), TASKS.index(self._task)]
        if column == "unseen_trips":
            figures = figures == 0
        return np.asarray(figures[self._sampled], np.float64)

    @cached_property
    def _sampled(self) -> NDArray[np.bool_]:
        """Whether each walk is of a person drawn: the named are told apart."""
        return ~self._run.trips.table["named"].to_numpy(bool)


def _row(
    value: float | None, difference: float = math.nan, error: float = math.nan, pairing: str = ""
) -> dict[str, float | str]:
    return {
        "value": math.nan if value is None else value,
        "difference": difference,
        "difference_se": error,
        "pairing": pairing,
    }


def _plain(value: object) -> object:
    """Return a cell of the table as plain data."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
