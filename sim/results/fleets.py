"""Figures of many fleets over the same people: their means, errors of both chances, and bands.

Where cameras hang is drawn as who walks is, so a figure of one fleet is one of many equally
possible ones. Of F fleets watching the same P persons each figure has its mean, its standard error
over fleets and persons as crossed effects, and the band in which one more fleet would lie.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.cameras.tasks import TASKS
from sim.results.districts import DISTRICTS, districts_of
from sim.results.metrics import HEADLINE_TASK, figures_of
from sim.results.uncertainty import Floats, band
from sim.tracking.statistics import WalkValues, person_shifts, shift_variance

Parts = dict[str, Any]
"""What one fleet's run says of itself: `steps`, `percolation` and `districts`, as in
summary.json."""
CRITICAL = ("critical_cameras", "critical_total")
GROUPS_OF_TASKS = ("answer", "trips")
"""Parts of a step whose figures have names of their own, without that of the part before them."""
SAME_SHARE = 1e-9
"""Means of shares that are as close are the same, on whatever machine they were found."""


@dataclass
class PersonSums:
    """How far each person moves the figures, summed over fleets of the same people.

    Attributes
    ----------
    fleets
        How many were added.
    whole
        By figure, the walks and the sum of what each has, over fleets with a value for all of them:
        shifts are linear in these, so one look at the sum does.
    shift
        By figure, the sum of `person_shifts` over the other fleets, (persons, totals, tasks).
    """

    fleets: int = 0
    whole: dict[str, WalkValues] = field(default_factory=dict)
    shift: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def add(self, walks: Iterable[tuple[str, WalkValues]]) -> None:
        """Add the figures of one more fleet."""
        self.fleets += 1
        for name, figure in walks:
            if name not in self.whole:
                nothing = np.zeros(figure.values.shape, np.float32)
                self.whole[name] = figure._replace(values=nothing)
            if np.isfinite(figure.values).all():
                np.add(self.whole[name].values, figure.values, out=self.whole[name].values)
            elif name in self.shift:
                self.shift[name] += person_shifts(figure)
            else:
                self.shift[name] = person_shifts(figure)

    def variances(self) -> dict[str, Floats]:
        """Return the variance of each mean over fleets that drawing people leaves.

        Returns
        -------
        By figure, shape (totals, tasks, 2): the variance, and its degrees of freedom, which are
        persons less the groups in which they were dealt out.
        """
        found = {}
        for name, figure in self.whole.items():
            stratum = figure.stratum
            shift = person_shifts(figure).astype(np.float64)
            if name in self.shift:
                shift += self.shift[name]
            variance = shift_variance(shift / self.fleets, stratum)
            groups = min(len(shift), 1) if stratum is None else len(np.unique(stratum))
            free = np.full_like(variance, len(shift) - groups)
            found[name] = np.stack([variance, free], axis=-1)
        return found


@dataclass(frozen=True)
class Fleets:
    """What several fleets over the same people say.

    Attributes
    ----------
    asked
        How many fleets were asked for.
    seeds
        Of each fleet; a single one where seeds change nothing.
    totals
        Numbers of heads in the whole city.
    parts
        What each fleet's run says, see `Parts`.
    people
        What `PersonSums.variances` says; empty with one fleet.
    """

    asked: int
    seeds: tuple[int, ...]
    totals: tuple[int, ...]
    parts: tuple[Parts, ...]
    people: Mapping[str, Floats]

    @cached_property
    def shown(self) -> int:
        """The fleet nearest the middle: the least sum of squared standardised distances.

        Over all totals and the figures by which runs are compared; ties go to the lowest seed.
        """
        table = self._rows
        figures = table[table["task"] == HEADLINE_TASK].pivot(
            index="fleet", columns=["total", "figure"], values="value"
        )
        values = figures.to_numpy(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            apart = (values - values.mean(axis=0)) / values.std(axis=0)
        distance = np.where(np.isfinite(apart).all(axis=0), apart, 0.0)
        return int((distance**2).sum(axis=1).argmin())

    @property
    def table(self) -> pd.DataFrame:
        """A fleet × total × task × figure a row: the columns of the table "fleets"."""
        return self._rows.assign(shown=self._rows["fleet"] == self.shown)

    @cached_property
    def _rows(self) -> pd.DataFrame:
        rows = [
            (number, seed, step["total"], task, name, value)
            for number, (seed, part) in enumerate(zip(self.seeds, self.parts, strict=True))
            for step in part["steps"]
            for task in TASKS
            for name, value in figures_of(step, task, part["percolation"]).items()
        ]
        columns = ("fleet", "seed", "total", "task", "figure", "value")
        table = pd.DataFrame(rows, columns=columns)
        return table.astype(
            {"fleet": "int32", "seed": "int64", "total": "int64", "value": "float64"}
        )

    def put_into(self, summary: Mapping[str, Any]) -> dict[str, Any]:
        """Return summary.json of the fleet shown with the figures of all fleets in their places.

        Means stand where one fleet's figures stood; percentiles over walks are means of the
        fleets' own. Each figure gains its standard error over fleets and people with its degrees of
        freedom, and `fleets`, the band of one more fleet.
        """
        shown = self.shown
        content = {
            **summary, "ensemble": self._about(shown), DISTRICTS: districts_of(self.parts)
        }  # fmt: skip
        if len(self.seeds) == 1:
            return content
        steps = [
            self._merged([part["steps"][k] for part in self.parts], step, (k,))
            for k, step in enumerate(summary["steps"])
        ]
        critical = {
            task: {
                **found,
                **{f"{name}_shown": found[name] for name in CRITICAL},
                **_critical([part["percolation"][task] for part in self.parts]),
            }
            for task, found in summary["percolation"].items()
        }
        return {**content, "steps": steps, "percolation": critical}

    def _about(self, shown: int) -> dict[str, Any]:
        return {
            "fleets": len(self.seeds),
            "asked": self.asked,
            "shown_fleet": shown,
            "shown_seed": self.seeds[shown],
            "first_seed": self.seeds[0],
        }

    def _merged(
        self, parts: Sequence[Mapping[str, Any]], shown: Mapping[str, Any], path: tuple[Any, ...]
    ) -> dict[str, Any]:
        """Return a group of figures with those of all fleets in the place of one fleet's."""
        found = {**shown}
        for key, value in parts[0].items():
            if key == "total" or key.endswith("_se"):
                continue
            own, at = [part[key] for part in parts], (*path, key)
            if isinstance(value, Mapping):
                found |= self._group(key, own, shown[key], at)
            elif f"{key}_se" in parts[0]:
                errors = [part[f"{key}_se"] for part in parts]
                found |= _named(key, self._figure(own, errors, at))
            else:
                found |= _named(key, _of_streets(own))
        if "cameras" in found:  # a number of cameras is whole
            found |= {"cameras": round(found["cameras"]), "cameras_mean": found["cameras"]}
        return found

    def _group(
        self,
        name: str,
        parts: Sequence[Mapping[str, Any]],
        shown: Mapping[str, Any],
        path: tuple[Any, ...],
    ) -> dict[str, Any]:
        """Return what stands under a name: groups of figures, a figure with its parts, numbers."""
        main = next((key for key in ("mean", "share") if key in parts[0]), None)
        if main is not None:
            return {name: {**shown, **self._with_percentiles(main, parts, path)}}
        if any(isinstance(value, Mapping) for value in parts[0].values()) or len(path) == 3:
            return {name: self._merged(parts, shown, path)}
        plain = {key: _of_streets([part[key] for part in parts]) for key in parts[0]}
        return {
            name if part == "value" else f"{name}_{part}": {
                key: figure[part] for key, figure in plain.items()
            }
            for part in ("value", "se", "df", "fleets")
        }

    def _with_percentiles(
        self, main: str, parts: Sequence[Mapping[str, Any]], path: tuple[Any, ...]
    ) -> dict[str, Any]:
        errors = [part["se"] for part in parts]
        figure = self._figure([part[main] for part in parts], errors, path)
        found = {main if key == "value" else key: part for key, part in figure.items()}
        for name in ("p10", "p50", "p90"):
            if name in parts[0]:
                found[name] = _mean([part[name] for part in parts])
        return {**found, "n": round(_mean([part["n"] for part in parts]) or 0)}

    def _figure(
        self, values: Sequence[float | None], errors: Sequence[float | None], path: tuple[Any, ...]
    ) -> dict[str, Any]:
        """Return mean, se, df and band of one figure of walks."""
        people = self._people(path)
        se, df = crossed_error(_numbers(values), _numbers(errors), *people)
        return {**_plain(values), "se": se, "df": df}

    def _people(self, path: tuple[Any, ...]) -> tuple[float, int]:
        """Return the variance that drawing people leaves in a mean, and degrees of freedom."""
        step, group, column, *rest = path
        apart = () if group in GROUPS_OF_TASKS else (group,)
        columns = self.parts[0]["steps"][step][group]
        name = "/".join((*apart, *rest))
        variance, free = self.people[name][step, list(columns).index(column)].tolist()
        return variance, int(free)


def figure_of_fleets(table: pd.DataFrame, summary: Mapping[str, Any], figure: str) -> Floats | None:
    """Return a figure of the fleet shown; None if the fleets have another mean than the summary.

    Parameters
    ----------
    table
        The table "fleets" of a run folder, its rows in their order.
    summary
        The content of its summary.json.
    figure
        Of `sim.results.metrics.FIGURES`.

    Returns
    -------
    Shape (totals, tasks).
    """
    rows = table[table["figure"] == figure]
    steps, percolation = summary["steps"], summary["percolation"]
    stated = [[figures_of(step, task, percolation)[figure] for task in TASKS] for step in steps]
    values = rows["value"].to_numpy(np.float64).reshape(-1, len(steps), len(TASKS))
    means = np.array(stated, np.float64)
    if not np.allclose(values.mean(axis=0), means, rtol=0, atol=SAME_SHARE, equal_nan=True):
        return None
    shown = rows["shown"].to_numpy(bool).reshape(values.shape)[:, 0, 0]
    return np.asarray(values[shown][0])


def crossed_error(
    means: Floats, errors: Floats, of_people: float, people_df: int
) -> tuple[float | None, float | None]:
    """Return the standard error of a mean over fleets and persons, and its degrees of freedom.

    Parameters
    ----------
    means
        Of each fleet over the same persons; fleets without one (NaN) are left out.
    errors
        Standard error of each, from drawing persons alone.
    of_people
        Variance, from drawing persons alone, of the mean over the fleets.
    people_df
        Its degrees of freedom: persons less the groups in which they were dealt out.

    Returns
    -------
    Both None with fewer than two fleets or no degree of freedom.

    Notes
    -----
    Fleets and persons are crossed random effects. The variance of fleets' means / F and that of
    persons' means / P both hold that of their interaction / (F · P), which is therefore taken off
    once; it is what persons' variance within a fleet has beyond that of their means. Degrees of
    freedom by Satterthwaite (An approximate distribution of estimates of variance components,
    Biometrics Bulletin 2, 1946).
    """
    known = np.isfinite(means) & np.isfinite(errors)
    means, errors = means[known], errors[known]
    fleets = len(means)
    if fleets < 2 or people_df < 1:
        return None, None
    of_fleets = float(means.var(ddof=1)) / fleets
    both = max(float((errors**2).mean()) - of_people, 0.0) / (fleets - 1)
    total = max(of_fleets + of_people - both, of_fleets, of_people)
    if total <= 0:
        return 0.0, None
    parts = (
        of_fleets**2 / (fleets - 1) + of_people**2 / people_df
        + both**2 / ((fleets - 1) * people_df)
    )  # fmt: skip
    return math.sqrt(total), total**2 / parts


def _critical(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the number of cameras that breaks the unseen network: the middle, and the band.

    Where a fleet never breaks it the number counts as infinite; an end that is infinite is None.
    """
    found: dict[str, Any] = {}
    for name in CRITICAL:
        values = np.array([math.inf if part[name] is None else part[name] for part in parts])
        ends = {
            key: None if math.isinf(end) else round(end)
            for key, end in zip(("p5", "p50", "p95"), _ranks(values), strict=True)
        }
        found |= {name: ends["p50"], **{f"{name}_{key}": end for key, end in ends.items()}}
    reached = sum(part["critical_total"] is not None for part in parts)
    return {**found, "fleets_reaching": reached}


def _ranks(values: Floats) -> Iterator[float]:
    """Yield the quantiles of one more value at rank / (n + 1); infinite values are the largest."""
    ordered = np.sort(values)
    for share in (0.05, 0.5, 0.95):
        place = min(max(share * (len(ordered) + 1), 1.0), float(len(ordered))) - 1
        low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
        part = place - math.floor(place)
        yield float(low if part == 0 else low + part * (high - low) if high < math.inf else high)


def _plain(values: Sequence[float | None]) -> dict[str, Any]:
    """Return the mean and the band of one more fleet."""
    found = band(_numbers(values))
    return {"value": found["mean"], "fleets": {key: found[key] for key in ("p5", "p50", "p95")}}


def _of_streets(values: Sequence[float | None]) -> dict[str, Any]:
    """Return what `_plain` does, and the standard error of the mean, over fleets alone."""
    known = _numbers(values)
    known = known[np.isfinite(known)]
    error = float(known.std(ddof=1)) / math.sqrt(len(known)) if len(known) > 1 else None
    return {**_plain(values), "se": error, "df": None if error is None else len(known) - 1}


def _named(key: str, figure: Mapping[str, Any]) -> dict[str, Any]:
    """Return a figure whose parts stand beside it, with its name before theirs."""
    return {key if name == "value" else f"{key}_{name}": part for name, part in figure.items()}


def _numbers(values: Sequence[float | None]) -> Floats:
    return np.array([math.nan if value is None else value for value in values], np.float64)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
