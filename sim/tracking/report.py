"""The answers per walk, total and task, and their summary over typical walks.

It calls the exposure and the linking of walks and puts their figures into a table, a summary as
in summary.json, and curves by rank.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.arguments import a_seed, a_text, made, named_arguments, one_of, threads, totals, whole
from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.processes import computing_threads
from sim.surface import Result, axes_for, percent
from sim.tracking.answer import Answer, answer
from sim.tracking.curves import curves_of
from sim.tracking.exposure import ExposureArrays, expected_metres
from sim.tracking.kernels.walks import PathArrays
from sim.tracking.linking import (
    LinkingArrays,
)
from sim.tracking.parameters import TrackingParameters
from sim.tracking.software import SoftwareReport, read_by_software
from sim.tracking.statistics import WalkValues, numbers_of, shares_of
from sim.tracking.walks import part_of
from sim.tracking.watched import share_of, watched_walks
from sim.web_map import Layer, web_map
from sim.wording import counted

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    from matplotlib.axes import Axes

    from sim.city.model import City
    from sim.sight.arrays import PieceArrays
    from sim.sight.ranks import FirstSeen
    from sim.sight.sightings import Sightings
    from sim.trips.model import Trips

MEANS = (
    "observed_length", "observed_time", "expected_length", "heads", "sites", "sightings", "dwell_s",
    "longest_gap_m", "longest_gap_s", "first_sighting_m",
)  # fmt: skip
"""Figures of summary.json given as mean and percentiles; the tracked shares follow apart."""
SHARES = ("identified", "unseen_trips")
"""Those given as a share and its error."""
FIRST_METRE = 1.0
"""The door is seen if a head sees any of the first metre of the walk."""


@dataclass(frozen=True, repr=False)
class TrackReport(Result):
    """How trackable each walk is, for every total and task.

    Attributes
    ----------
    trips
        The walks.
    totals
        Numbers of heads in the whole city, ascending.
    figures
        By name, arrays of shape (trips, totals, tasks): observed_length and observed_time
        (shares that can be seen), expected_length (share of length that some head is expected to
        watch, counting with each head's duty and with the uptime), heads, sites, sightings,
        dwell_s (mean seconds in view per sighting; NaN without one), longest_gap_m,
        longest_gap_s, median_gap_m, median_gap_s (unseen stretches, those at both ends included),
        first_sighting_m (NaN if never), identified (probability), tracked_live and
        tracked_afterwards (expected shares of time), door_seen (whether any of the first metre is
        seen).
    paths
        The walks as plain arrays.
    pieces
        First-seen ranks along the streets.
    answer
        Whether the walks can still be made unseen by somebody who knew every camera; None where
        it was not asked for.
    software
        Where software could read faces; None where it was not asked for.
    """

    trips: Trips
    totals: tuple[int, ...]
    figures: dict[str, NDArray[Any]]
    paths: PathArrays
    pieces: PieceArrays
    answer: Answer | None = None
    software: SoftwareReport | None = None

    @cached_property
    def table(self) -> pd.DataFrame:
        """The figures, a row for each trip × total × task, with the trip's own columns."""
        return self.rows(0, len(self.trips))

    @named_arguments(name=a_text)
    def with_figure(self, name: str, metric: Callable[[TrackReport], ArrayLike]) -> TrackReport:
        """Return the report with a figure of one's own beside the others, in every table of it.

        Parameters
        ----------
        name
            Of its column; not that of another figure.
        metric
            Is given this report and returns a number for each walk, total and task: an array of
            shape (trips, totals, tasks), or one that broadcasts to it.

        Raises
        ------
        InputError
            The name is taken, or the metric fails or returns something else; names the metric.
        """
        if name in self.rows(0, 0):
            raise InputError(f"name: there is a column {name!r} already; give another")
        shape = len(self.trips), len(self.totals), len(TASKS)
        try:
            values = np.broadcast_to(np.asarray(metric(self), np.float64), shape).copy()
        except Exception as error:
            raise InputError(
                f'metric "{name}" gives no number for each of {counted(shape[0], "walk")}, '
                f"{counted(shape[1], 'total')} and {counted(shape[2], 'task')} "
                f"({type(error).__name__}: {error}); fix it"
            ) from error
        return replace(self, figures={**self.figures, name: values})

    @named_arguments(city=made("City"), total=whole(1), task=one_of(TASKS))
    def to_gdf(
        self, city: City, *, total: int | None = None, task: str = "recognise"
    ) -> gpd.GeoDataFrame:
        """Return the figures of each walk at one total and task, with its line.

        Parameters
        ----------
        city
            Whose streets are walked.
        total
            One of `totals`, the last by default.
        task
            Quality: detect, observe, recognise or identify.

        Returns
        -------
        GeoDataFrame
            As `Trips.to_gdf`, in its index, with a column for each of `figures`.

        Raises
        ------
        InputError
            The total is not among those that were asked for, or there is no such task.
        """
        asked = self.totals[-1] if total is None else total
        if asked not in self.totals:
            known = ", ".join(f"{each:,}" for each in self.totals)
            raise InputError(f"total: {asked:,} was not asked of `track`; give one of {known}")
        k, t = self.totals.index(asked), TASKS.index(task)
        walks = self.trips.to_gdf(city)
        return walks.assign(**{name: values[:, k, t] for name, values in self.figures.items()})

    def rows(self, first: int, stop: int) -> pd.DataFrame:
        """Return the rows of `table` of some trips: the whole may be too large to hold twice.

        Parameters
        ----------
        first, stop
            From this trip on, up to but without that one.
        """
        own = ["person", "kind", "named", "name", "name_zh"]
        count, each = stop - first, len(self.totals) * len(TASKS)
        row = np.repeat(np.arange(first, stop, dtype=np.int32), each)
        walks = self.trips.table
        task = np.tile(np.arange(len(TASKS)), count * len(self.totals))
        columns: dict[str, Any] = {"trip": row}
        columns |= {name: walks[name].array.take(row) for name in own}
        columns["total"] = np.tile(np.repeat(np.array(self.totals, np.int32), len(TASKS)), count)
        columns["task"] = pd.Series(TASKS, dtype="str").array.take(task)
        of_the_day = ("profile", "leg", "departs_s", "represents")
        for name in ("length", "duration_s", *of_the_day):
            columns[name] = walks[name].array.take(row)
        columns |= {name: v[first:stop].reshape(-1) for name, v in self.figures.items()}
        return pd.DataFrame(columns)

    @cached_property
    def summary(self) -> dict[int, dict[str, dict[str, Any]]]:
        """By total and task, the figures of summary.json over the sampled walks (not the named).

        Without any sampled walk every figure is null. Every mean and share has its standard
        error beside it, see `standard_error`.
        """
        found = {name: _summarised(name, walks) for name, walks in self.of_walks()}
        return {
            total: {
                task: {key: part for of in found.values() for key, part in of[k][t].items()}
                for t, task in enumerate(TASKS)
            }
            for k, total in enumerate(self.totals)
        }

    def of_walks(self) -> Iterator[tuple[str, WalkValues]]:
        """Return the figures of the sampled walks (not the named) by their names in summary.json.

        Returns
        -------
        Name, and a value for each walk, total and task.
        """
        sampled = part_of(~self.trips.table["named"].to_numpy(bool))
        persons = self.trips.persons
        who = persons.of_walk[sampled], persons.stratum
        for name in (*MEANS, "identified", "tracked_live", "tracked_afterwards"):
            yield name, WalkValues(self.figures[name][sampled], *who)
        yield "unseen_trips", WalkValues(self.figures["observed_length"][sampled] == 0, *who)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        figure: str = "observed_length",
        task: str = "recognise",
    ) -> Axes:
        """Draw a figure of typical walks over the number of cameras; return the axes.

        The line is the median, the band reaches from the 10th to the 90th percentile.

        Parameters
        ----------
        ax
            matplotlib axes to draw on; new ones by default.
        figure
            One that `summary` gives with its percentiles, for example observed_length.
        task
            Quality: detect, observe, recognise or identify.

        Raises
        ------
        InputError
            There is no such figure or task, or matplotlib is not installed.
        """
        known = (*MEANS, "tracked_live", "tracked_afterwards")
        for word, words in ((figure, known), (task, TASKS)):
            if word not in words:
                raise InputError(f'"{word}" cannot be drawn; give one of {", ".join(words)}')
        ax = axes_for(ax, to_scale=False)
        rows = [self.summary[total][task][figure] for total in self.totals]
        low, middle, high = (
            [math.nan if row[key] is None else row[key] for row in rows]
            for key in ("p10", "p50", "p90")
        )
        ax.fill_between(self.totals, low, high, color="crimson", alpha=0.2, linewidth=0)
        ax.plot(self.totals, middle, color="crimson", marker="o")
        ax.set_xlabel("cameras in the whole city (simulated)")
        ax.set_ylabel(f"{figure.replace('_', ' ')}, {task}")
        return ax

    @named_arguments(city=made("City"), total=whole(1), task=one_of(TASKS))
    def explore(
        self,
        city: City,
        *,
        figure: str = "observed_length",
        total: int | None = None,
        task: str = "recognise",
        **options: Any,  # noqa: ANN401
    ) -> folium.Map:
        """Return a map of folium with the walks, coloured by a figure of each.

        Parameters
        ----------
        city
            Whose streets are walked.
        figure
            One of `figures`.
        total
            One of `totals`, the last by default.
        task
            Quality: detect, observe, recognise or identify.
        options
            Further arguments of `GeoDataFrame.explore`: column, tooltip, scheme, k, cmap, tiles, m.

        Raises
        ------
        InputError
            There is no such figure, total or task, or the extra `explore` is missing.
        """
        if figure not in self.figures:
            raise InputError(
                f"figure: there is no {figure!r}; give one of {', '.join(self.figures)}"
            )
        shown = self.totals[-1] if total is None else total
        table = self.to_gdf(city, total=shown, task=task)
        title = f"{figure.replace('_', ' ')}, {task}, {counted(shown, 'camera')} in the city"
        own = ("person", "kind", "name", "length", figure)
        layer = Layer(table, figure, title, own, "none", attribution=city.attribution)
        return web_map(layer, **options)

    def _in_short(self) -> str:
        return (
            f"{counted(len(self.trips), 'walk')}, {counted(len(self.totals), 'total')} of cameras, "
            f"{counted(len(self.figures), 'figure')}"
        )

    def _card(self) -> tuple[str, Mapping[str, object]]:
        seen = {total: tasks["recognise"] for total, tasks in self.summary.items()}
        return f"{counted(len(self.trips), 'walk')}: median share within reach of recognition", {
            counted(total, "camera"): f"{percent(figures['observed_length']['p50'])} "
            f"(never seen: {percent(figures['unseen_trips'])} of walks)"
            for total, figures in seen.items()
        }

    @cached_property
    def curves(self) -> dict[str, NDArray[np.object_]]:
        """Per task, for each walk: ranks, ascending, and the metres first seen at each rank.

        Columns curve_rank_<task> (int32) and curve_length_<task> (m), an array a walk.
        """
        columns = {}
        for t, task in enumerate(TASKS):
            rank, length = curves_of(self.paths, self.pieces, t).each()
            columns[f"curve_rank_{task}"], columns[f"curve_length_{task}"] = rank, length
        return columns


@named_arguments(
    city=made("City"), seen=made("Sightings"), trips=made("Trips"), totals=totals,
    parameters=made("TrackingParameters"), seed=a_seed, workers=threads,
)  # fmt: skip
def track(
    city: City,
    seen: Sightings,
    trips: Trips,
    totals: Sequence[int] | None = None,
    *,
    pieces: FirstSeen | None = None,
    parameters: TrackingParameters | None = None,
    seed: int = 0,
    workers: int | None = None,
) -> TrackReport:
    """Find how much of each walk is seen, how well the walker is followed, and the answer.

    Parameters
    ----------
    city
        The streets that were seen and walked.
    seen
        What the whole fleet sees.
    trips
        Who walks where.
    totals
        Numbers of heads in the whole city, increasing; the whole fleet where not given.
    pieces
        First-seen ranks; found from `seen` where not given.
    parameters
        Of identification and following; the defaults of `TrackingParameters` where not given.
    seed
        Decides which heads are out of order, where the uptime is below 1, and whose lengths of
        ways are looked at for the answer, where walks are many.
    workers
        Threads; all cores by default. The result does not depend on it.

    Returns
    -------
    Figures of each walk at every total and task.

    Raises
    ------
    InputError
        Totals that cannot be, a table too large for memory, or walks or sightings of another city.
    """
    report = follow_walks(
        city, seen, trips, totals, pieces=pieces, parameters=parameters, seed=seed, workers=workers
    )
    found = known_answers(
        city, seen, trips, report.totals, pieces, parameters, seed=seed, workers=workers
    )
    return replace(report, **found._asdict())


class Answers(NamedTuple):
    """What is known of walks beside following them."""

    answer: Answer
    software: SoftwareReport


def known_answers(
    city: City,
    seen: Sightings,
    trips: Trips,
    totals: Sequence[int],
    pieces: FirstSeen | None,
    parameters: TrackingParameters | None,
    *,
    seed: int,
    workers: int | None,
) -> Answers:
    """Find the answer, and where software could read faces; neither hangs on following walks."""
    rules = parameters or TrackingParameters()
    found = answer(city, seen, trips, totals, pieces=pieces, seed=seed, workers=workers)
    software = read_by_software(
        city, seen, trips, totals, found, pieces=pieces, facing_degrees=rules.facing_degrees,
        workers=workers,
    )  # fmt: skip
    return Answers(found, software)


def follow_walks(
    city: City,
    seen: Sightings,
    trips: Trips,
    totals: Sequence[int] | None = None,
    *,
    pieces: FirstSeen | None = None,
    parameters: TrackingParameters | None = None,
    seed: int = 0,
    workers: int | None = None,
) -> TrackReport:
    """Do what `track` does without the answer, for which nobody asks of one walk or one rule."""
    parameters = parameters or TrackingParameters()
    walks = watched_walks(
        city, seen, trips, totals, pieces=pieces, facing_degrees=parameters.facing_degrees,
        workers=workers,
    )  # fmt: skip
    paths, steps = walks.paths, walks.steps
    if workers == 1:
        e, followed = walks.exposure(), walks.followed(parameters, seed)
    else:
        with computing_threads(1) as beside:  # each stage takes all threads: one after the other
            begun = beside.submit(walks.prepare_to_follow, parameters)
            e, _ = walks.exposure(), begun.result()
        followed = walks.followed(parameters, seed)
    chance = seen.fleet.heads["duty"].to_numpy(np.float64) * parameters.uptime
    watched = e.seen_m
    if (chance != 1).any():
        watched = expected_metres(paths, walks.heads, seen.arrays, chance, len(steps), workers)
    figures = _figures(trips, e, watched, followed)
    return TrackReport(trips, tuple(steps.tolist()), figures, paths, walks.pieces)


def _figures(
    trips: Trips, e: ExposureArrays, watched: NDArray[np.float64], followed: LinkingArrays
) -> dict[str, NDArray[Any]]:
    """Make the figures of what was found, in the same memory where they are numbers alike."""
    metres = trips.table["length"].to_numpy(np.float64)[:, None, None]
    seconds = trips.table["duration_s"].to_numpy(np.float64)[:, None, None]
    with np.errstate(invalid="ignore"):  # no sighting has no dwell
        dwell = np.divide(e.head_seconds, e.sightings, out=e.head_seconds)
    expected = np.minimum(watched / metres, 1.0)  # may be read from what is seen
    return {
        "observed_length": share_of(metres, e.seen_m),
        "observed_time": share_of(seconds, e.seen_s),
        "expected_length": expected,
        "heads": e.heads,
        "sites": e.sites,
        "sightings": e.sightings,
        "dwell_s": dwell,
        "longest_gap_m": e.longest_gap_m,
        "longest_gap_s": e.longest_gap_s,
        "median_gap_m": e.median_gap_m,
        "median_gap_s": e.median_gap_s,
        "first_sighting_m": e.first_sighting_m,
        "identified": followed.identified,
        "tracked_live": share_of(seconds, followed.live_s),
        "tracked_afterwards": share_of(seconds, followed.afterwards_s),
        "door_seen": e.first_sighting_m < FIRST_METRE,
    }


def _summarised(name: str, walks: WalkValues) -> list[list[dict[str, Any]]]:
    """Return a figure of walks for every total and task as summary.json has it."""
    if name in SHARES:
        return [
            [{name: share, f"{name}_se": error} for share, error in row] for row in shares_of(walks)
        ]
    return [[{name: part} for part in row] for row in numbers_of(walks)]
