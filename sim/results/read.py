"""A run read back: its figures, its tables, and the city, fleet and walks they were made of.

It reads what `sim.results.write` wrote and refuses a folder that is not whole or was written in
another version. Figures, curves and lines of single walks are not in the folder: the engine finds
them again, to the bit as the run did. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import ValidationError
from shapely.errors import ShapelyError

from sim.area import Area, DistrictPart
from sim.cameras.fleet import Fleet
from sim.cameras.optics import TASKS
from sim.city.loaders import City
from sim.city.places import Places
from sim.city.roofs import Stretches
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls
from sim.errors import InputError
from sim.results.contract import (
    MANIFEST,
    SUMMARY,
    TABLES,
    TRIP_FIGURES,
    TRIP_LINES,
    VERSION,
    Column,
    curve_columns,
    rank_column,
)
from sim.results.fleets import SAME_SHARE, figure_of_fleets
from sim.results.told import AGAIN, read_json, reason
from sim.results.trips import read_trips_table
from sim.scenario.parameters import following
from sim.scenario.schema import Scenario
from sim.sight.arrays import PieceArrays, SightingArrays
from sim.sight.ranks import FirstSeen
from sim.sight.sightings import Sightings
from sim.tracking.answer import Answer, OpenWays, answer, last_totals, unwatched, ways_of
from sim.tracking.closed import closed_pieces
from sim.tracking.curves import curves_of
from sim.tracking.report import TrackReport, follow_walks
from sim.tracking.walks import path_arrays
from sim.trips.lines import lines_of
from sim.trips.model import Trips

Table = TypeVar("Table", bound=pd.DataFrame)
Made = TypeVar("Made")
Kind = TypeVar("Kind", bound="RunData")
Given = ParamSpec("Given")


def _decoded(table: Table) -> Table:
    """Return a table whose texts are texts: a damaged one is found out here and not later."""
    for name in table.select_dtypes(include=["object", "string"]).columns:
        column = table[name]
        if column.dtype != object:  # texts alone, of which a table has few and says them often
            column = column.drop_duplicates()
        for text in column.to_numpy(object):
            if isinstance(text, str):
                text.encode()
    return table


def _whole(
    make: Callable[Concatenate[Kind, Given], Made],
) -> Callable[Concatenate[Kind, Given], Made]:
    """Wrap a reader so that a run whose tables do not fit together is reported as damaged."""

    @wraps(make)
    def made(run: Kind, /, *args: Given.args, **kwargs: Given.kwargs) -> Made:
        try:
            return make(run, *args, **kwargs)
        except InputError:
            raise
        except (
            pa.ArrowException, ShapelyError, ArithmeticError, AttributeError, LookupError,
            TypeError, ValueError,
        ) as error:  # fmt: skip
            words = f"its tables do not fit together ({reason(error)})"
            raise run._damaged(words) from None

    return made


def _no_rows(columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return a table of these columns without a row."""
    kinds = {column.name: "str" if column.type == "text" else column.type for column in columns}
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})


@dataclass(frozen=True)
class RunData:
    """What a run folder holds.

    Attributes
    ----------
    folder
        Where it stands.
    summary, manifest
        The two JSON files.
    """

    folder: Path
    summary: dict[str, Any]
    manifest: dict[str, Any]

    @property
    def totals(self) -> tuple[int, ...]:
        """City totals of the scenario, ascending."""
        return tuple(int(step["total"]) for step in self.summary["steps"])

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as resolved."""
        try:
            return Scenario.model_validate(self.manifest["scenario"])
        except ValidationError as error:
            many = error.error_count()
            raise self._damaged(f"its scenario is not valid (errors: {many})") from None

    def table(
        self, name: str, columns: Sequence[str], only: Mapping[str, object] | None = None
    ) -> pd.DataFrame:
        """Return columns of a table without geometry.

        Parameters
        ----------
        name
            Of the file.
        columns
            In the order wanted.
        only
            Values by column: rows that have others are left out while reading.

        Raises
        ------
        InputError
            The file is missing or damaged, or lacks a column.
        """
        path = self._file(name)
        try:
            chosen = [(column, "==", value) for column, value in (only or {}).items()]
            return _decoded(pd.read_parquet(path, columns=[*columns], filters=chosen or None))
        except (pa.ArrowException, OSError, ValueError, KeyError) as error:
            raise InputError(f"{path}: {reason(error)}; {AGAIN}") from None

    def geometry(self, name: str) -> gpd.GeoDataFrame:
        """Return a table with its geometry (projected metres).

        Parameters
        ----------
        name
            Of the file.

        Raises
        ------
        InputError
            The file is missing or damaged, or lacks a column.
        """
        path = self._file(name)
        try:
            return _decoded(gpd.read_parquet(path))
        except (pa.ArrowException, ShapelyError, OSError, ValueError, KeyError) as error:
            raise InputError(f"{path}: {reason(error)}; {AGAIN}") from None

    @cached_property
    @_whole
    def city(self) -> City:
        """Streets, places and area as simulated.

        Walls are left out: what they hide is in the sightings.
        """
        nodes = self.geometry("nodes").sort_values("node", ignore_index=True)
        edges = self.geometry("edges").sort_values("edge", ignore_index=True)
        ends = edges[["u", "v"]].to_numpy(np.int64)
        if len(edges) == 0 or ends.min() < 0 or ends.max() >= len(nodes):
            raise self._damaged("edges.parquet names junctions that nodes.parquet lacks")
        districts = self.geometry("districts").set_index("kind").geometry
        about = self.manifest["area"]
        area = Area(
            str(about["name"]),
            str(about["name_zh"]),
            districts["area"],
            districts["region"],
            str(edges.crs.to_string()),
            tuple(DistrictPart(**part) for part in about["parts"]),
            float(about["halo_m"]),
        )
        streets = StreetNetwork(nodes.drop(columns="node"), edges.drop(columns="edge"))
        whose = {"attribution": self.manifest["data"].get("attribution")}
        return City(area, streets, Walls.none(area.crs), Places(self.geometry("places")), whose)

    @cached_property
    def walled_city(self) -> City:
        """The city with its walls, as the answer needs it for its roofs."""
        walls = Walls(self.geometry("walls"), str(self.summary["area"]["walls"]))
        return replace(self.city, walls=walls)

    @cached_property
    @_whole
    def closed(self) -> NDArray[np.bool_]:
        """Of each piece of `pieces`, whether the answer counts it as closed, even in part."""
        return closed_pieces(self.walled_city, self.pieces)

    @cached_property
    def roofed(self) -> Stretches:
        """Streets under the roofs of mapped buildings, which no camera sees."""
        return self.walled_city.roofs

    @cached_property
    @_whole
    def fleet(self) -> Fleet:
        """The heads in ascending order of rank."""
        heads = self.geometry("cameras").sort_values("rank", ignore_index=True)
        return Fleet(heads.drop(columns="field"), {}, self.totals[-1], None, self.city.attribution)

    @cached_property
    @_whole
    def pieces(self) -> PieceArrays:
        """First-seen ranks along the streets."""
        ranks = [rank_column(task) for task in TASKS]
        table = self.table("streets", ["edge", "t0", "t1", "in_area", *ranks])
        table = table.sort_values(["edge", "t0"], ignore_index=True)
        edge, edges = table["edge"].to_numpy(np.int64), np.arange(len(self.city.streets.edges) + 1)
        if not np.array_equal(np.unique(edge), edges[:-1]):
            raise self._damaged("streets.parquet does not cover every edge of edges.parquet")
        return PieceArrays(
            np.searchsorted(edge, edges).astype(np.int64),
            table["t0"].to_numpy(np.float64),
            table["t1"].to_numpy(np.float64),
            np.ascontiguousarray(table[ranks].to_numpy(np.int32)),
            table["in_area"].to_numpy(bool),
        )

    @cached_property
    @_whole
    def seen(self) -> Sightings:
        """What the fleet sees."""
        return self._sightings(self.table("sightings", TABLES["sightings"].names()))

    @cached_property
    @_whole
    def trips(self) -> Trips:
        """The walks, as they were when the run was made."""
        path = self._file("trips")
        try:
            table = pq.read_table(path, columns=[*TABLES["trips"].names()])
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path}: {reason(error)}; {AGAIN}") from None
        speed, report = self.scenario.trips.speed_m_s, self.manifest["trips"]
        trips = read_trips_table(table, self.city.streets, speed, report)
        _decoded(trips.table)
        return trips

    @cached_property
    @_whole
    def tracks(self) -> TrackReport:
        """How trackable each walk is at every total and task; computed, as in the run."""
        tracks = self._tracked(self.trips, self.seen)
        self._check_found_again(tracks)
        return tracks

    @cached_property
    @_whole
    def answer(self) -> Answer:
        """Whether the walks can still be made by somebody who knew every camera, as in the run."""
        found = answer(
            self.walled_city, self.seen, self.trips, self.totals,
            pieces=FirstSeen(self.pieces), seed=self.scenario.seed,
        )  # fmt: skip
        again = np.array(
            [[of[t]["any_length"]["share"] for t in TASKS] for of in found.summary.values()], float
        )
        stated = self._of_fleet_shown("answer")
        if not np.allclose(stated, again, rtol=0, atol=SAME_SHARE, equal_nan=True):
            raise self._damaged(f"the answer is not found again as it is in {SUMMARY}")
        return found

    @cached_property
    def open_ways(self) -> OpenWays:
        """The ways of the answer, what is closed closed."""
        city = self.walled_city
        closed = unwatched(city.streets.edges["highway"].to_numpy(), city.streets.arrays)
        return ways_of(city.streets.arrays, self.pieces, closed, city.roofs)[0]

    def last_unseen(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the largest total with an unseen way between doors (nodes), for walks × tasks."""
        return last_totals(self.open_ways, start, end)

    @cached_property
    def fleets(self) -> pd.DataFrame:
        """The figures of every fleet of the run: the table "fleets"."""
        return self.table("fleets", TABLES["fleets"].names())

    @_whole
    def trip_figures(self, *, named: bool | None = None) -> pd.DataFrame:
        """Return how trackable each walk is: a row for each walk × total × task.

        Computed when called; to the bit what the figures of the run's summary were made of.

        Parameters
        ----------
        named
            Only the walks that the scenario names, or only the others; all by default.

        Returns
        -------
        DataFrame
            The columns of `sim.results.contract.TRIP_FIGURES`.
        """
        if named is None:
            rows = self.tracks.table
        else:
            trip = self._chosen(named)
            if not len(trip):  # of a city, what is asked of its streets takes a second
                return _no_rows(TRIP_FIGURES.columns)
            trips = self.trips.only(trip)
            table = self.table("sightings", TABLES["sightings"].names())
            walked = table[table["edge"].isin(np.unique(trips.path_edge))]
            rows = self._tracked(trips, self._sightings(walked.reset_index(drop=True))).table
            rows["trip"] = trip.astype(np.int32)[rows["trip"]]
        return rows[[*TRIP_FIGURES.names()]]

    @_whole
    def trip_lines(self, *, named: bool | None = None) -> gpd.GeoDataFrame:
        """Return the walks with their lines in projected metres, a walk a row.

        Parameters
        ----------
        named
            Only the walks that the scenario names, or only the others; all by default.

        Returns
        -------
        GeoDataFrame
            The columns of `sim.results.contract.TRIP_LINES`.
        """
        streets, trip = self.city.streets, self._chosen(named)
        trips = self.trips.only(trip)
        table = trips.table.assign(trip=trip.astype(np.int32), geometry=lines_of(streets, trips))
        return gpd.GeoDataFrame(table[[*TRIP_LINES.names()]], crs=streets.crs)

    @_whole
    def trip_curves(self, *, named: bool | None = None) -> pa.Table:
        """Return what of each walk is first seen at each rank, a walk a row.

        Parameters
        ----------
        named
            Only the walks that the scenario names, or only the others; all by default.

        Returns
        -------
        pyarrow.Table
            trip, length (m), and for each task two lists, curve_rank_<task> and
            curve_length_<task> (m), as `sim.results.contract.curve_columns` names them.
        """
        trip = self._chosen(named)
        trips = self.trips.only(trip)
        paths = path_arrays(self.city.streets, trips)
        columns = {
            "trip": pa.array(trip.astype(np.int32)),
            "length": pa.array(trips.table["length"].to_numpy()),
        }
        for number, task in enumerate(TASKS):
            found = curves_of(paths, self.pieces, number)
            for name, values in zip(curve_columns(task), found[1:], strict=True):
                columns[name] = pa.LargeListArray.from_arrays(found.ptr, pa.array(values))
        return pa.table(columns)

    def _chosen(self, named: bool | None) -> NDArray[np.int64]:
        """Return the rows of the walks that are named, or not; all where None."""
        of_each = self.trips.table["named"].to_numpy(bool)
        return np.flatnonzero(of_each == named) if named is not None else np.arange(len(of_each))

    def _tracked(self, trips: Trips, seen: Sightings) -> TrackReport:
        scenario = self.scenario
        return follow_walks(
            self.city, seen, trips, self.totals, pieces=FirstSeen(self.pieces),
            parameters=following(scenario), seed=scenario.seed,
        )  # fmt: skip

    def _of_fleet_shown(self, figure: str) -> NDArray[np.float64]:
        """Return a figure of the fleet whose tables these are, shape (totals, tasks)."""
        found = figure_of_fleets(self.fleets, self.summary, figure)
        if found is None:
            raise self._damaged(
                f"the {figure} is not found again as it is in {SUMMARY}: fleets have another mean"
            )
        return found

    def _check_found_again(self, tracks: TrackReport) -> None:
        """Refuse figures of walks of which the means are not those of the summary."""
        sampled = ~tracks.trips.table["named"].to_numpy(bool)
        if not sampled.any():
            return
        for name in ("observed_length", "tracked_live", "tracked_afterwards"):
            found = tracks.figures[name][sampled].mean(axis=0)
            if not np.allclose(found, self._of_fleet_shown(name), rtol=0, atol=SAME_SHARE):
                raise self._damaged(
                    f"the figures of its walks are not found again: {name} has other means than in "
                    f"{TABLES['fleets'].file}, which another version of this program wrote, or "
                    "tables that are not of this run"
                )

    def _sightings(self, table: pd.DataFrame) -> Sightings:
        """Return rows of sightings.parquet as what the fleet sees."""
        edges = len(self.city.streets.edges)
        head, edge, task = self._numbered(table, edges)
        order = np.lexsort((table["t0"].to_numpy(), head, edge, task))
        ptr = np.searchsorted((task * edges + edge)[order], np.arange(len(TASKS) * edges + 1))
        edge_ptr = np.empty((len(TASKS), edges + 1), np.int64)
        edge_ptr[:, :-1] = ptr[:-1].reshape(len(TASKS), edges)
        edge_ptr[:, -1] = ptr[edges::edges]
        begin, end = (table[at].to_numpy(np.float64)[order] for at in ("t0", "t1"))
        arrays = SightingArrays(edge_ptr, head[order].astype(np.int32), begin, end)
        area, whose = self.city.area.polygon, self.city.attribution
        return Sightings(self.fleet, self.city.streets, arrays, area, attribution=whose)

    def _numbered(
        self, table: pd.DataFrame, edges: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Head, edge and task of each sighting, as places in their lists."""
        rank = self.fleet.arrays.rank
        wanted = table["rank"].to_numpy(np.int64)
        head = np.searchsorted(rank, wanted).clip(max=max(len(rank) - 1, 0))
        edge = table["edge"].to_numpy(np.int64)
        task = table["task"].map({name: k for k, name in enumerate(TASKS)})
        known = task.notna().all() and (not len(edge) or 0 <= edge.min() <= edge.max() < edges)
        if not known or (len(wanted) and (not len(rank) or (rank[head] != wanted).any())):
            raise self._damaged("sightings.parquet names heads, edges or tasks that are not there")
        return head.astype(np.int64), np.asarray(edge), np.asarray(task.to_numpy(np.int64))

    def _file(self, name: str) -> Path:
        path = self.folder / TABLES[name].file
        if not path.is_file():
            raise InputError(f"{self.folder}: no {path.name}; give a folder that `sim run` left")
        return path

    def _damaged(self, what: str) -> InputError:
        return InputError(f"{self.folder}: {what}; {AGAIN}")


def read_data(folder: str | Path, kind: type[Kind]) -> Kind:
    """Read a run folder; its tables are read when they are asked for.

    Parameters
    ----------
    folder
        As `sim run` left it.
    kind
        The class to return: `RunData`, or one with more methods.

    Returns
    -------
    RunData
        Summary and manifest as read; tables, scenario and city follow on demand.

    Raises
    ------
    InputError
        There is no whole run there, or it was written in another version.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give a folder that `sim run` left")
    summary, manifest = (read_json(folder / name) for name in (SUMMARY, MANIFEST))
    for name, content in ((SUMMARY, summary), (MANIFEST, manifest)):
        if content.get("version") != VERSION:
            raise InputError(
                f"{folder / name}: is written in version {content.get('version')!r}; this program "
                f"reads version {VERSION}; {AGAIN}"
            )
    run = kind(folder, summary, manifest)
    try:
        if not run.totals or not isinstance(manifest["scenario"], dict):
            raise KeyError("steps")  # noqa: TRY301 - the same remedy as for one that is missing
        area, crs = summary["area"]["name"], manifest["area"]["crs"]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{folder}: its summary or manifest lacks {error}; {AGAIN}") from None
    if not isinstance(area, str) or not isinstance(crs, str):
        raise InputError(f"{folder}: its area has no name or coordinate system; {AGAIN}")
    return run
