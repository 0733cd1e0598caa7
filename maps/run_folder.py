"""Reading a run folder: the tables and figures that a page needs, and nothing else of them.

File and column names are those of `sim.results.contract`; a folder that is not whole or was written
in another form is refused. What is told of single walks comes from `sim.results.read`. It changes
no figure.
"""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from sim.errors import InputError
from sim.results.contract import (
    BANDS,
    BANDS_VERSION,
    DAYS,
    DAYS_VERSION,
    MANIFEST,
    SENSITIVITY,
    SENSITIVITY_VERSION,
    SUMMARY,
    TABLES,
    VERSION,
    rank_column,
)
from sim.results.read import RunData, read_data

POLICY_COLUMNS = TABLES["policies"].names(
    "policy", "total", "task", "tracked_live", "tracked_afterwards", "tracked", "tracked_change",
    "tracked_change_se", "walks",
)  # fmt: skip
READ_AHEAD = ("nodes", "edges", "places", "districts", "cameras", "walls")
"""Tables with geometry that a page asks for, in this order."""
READERS = 2
SIGHTING_COLUMNS = TABLES["sightings"].names("rank", "edge", "task")
EXPOSURE_COLUMNS = TABLES["exposure"].names(
    "by", "group", "total", "task", "street_km", "share_seen", "walks", "observed_time",
    "observed_time_se", "places",
)  # fmt: skip
EDGE_COLUMNS = TABLES["edges"].names(
    "edge", "u", "v", "name", "name_zh", "highway", "deck", "geometry"
)
SURROUNDINGS_COLUMNS = TABLES["surroundings"].names("kind", "name", "name_zh", "geometry")
BANDS_KEYS = ("scenario", "headline", "seeds", "chance", "range", "decomposition")
DAYS_KEYS = ("scenario", "task", "by", "hit_rate", "people", "days", "workers", "blind", "steps")
SENSITIVITY_KEYS = ("scenario", "headline", "combinations", "every_combination", "figures")


@dataclass(frozen=True)
class RunFolder:
    """What a page reads of a run.

    Attributes
    ----------
    summary, manifest
        The two JSON files.
    edges, walls, places, districts, heads
        GeoDataFrames in the run's projected metres; `heads` in ascending order of rank with the
        second geometry column `field`.
    pieces
        Pieces of streets (GeoDataFrame) in order along each edge: edge, t0, t1, in_area,
        rank_<task>.
    walks
        Named walks (GeoDataFrame), a walk a row, with their curves.
    walk_figures
        Figures of the named walks, a row for each walk × total × task.
    curves
        Curves of the other walks: length, curve_rank_<task>, curve_length_<task> (arrow lists).
    policies, exposure
        What rules change, and who and where is seen more; None in runs of before there were any.
    sightings
        Which head sees which edge for which task; None where a run does not say.
    closed
        Of each piece of `pieces`, whether the answer counts it as closed; None where nobody said.
    bands, sensitivity, weeks
        Content of bands.json, sensitivity.json and days.json, None unless somebody put them into
        the folder.
    whole
        The folder itself, for what is seldom asked for.
    surroundings
        Water, green ground and names (GeoDataFrame); None in runs of before there were any.
    """

    summary: dict[str, Any]
    manifest: dict[str, Any]
    edges: gpd.GeoDataFrame
    pieces: gpd.GeoDataFrame
    heads: gpd.GeoDataFrame
    walls: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    walks: gpd.GeoDataFrame
    walk_figures: pd.DataFrame
    curves: pa.Table
    policies: pd.DataFrame | None
    exposure: pd.DataFrame | None
    sightings: pd.DataFrame | None
    bands: dict[str, Any] | None
    sensitivity: dict[str, Any] | None = None
    weeks: dict[str, Any] | None = None
    closed: NDArray[np.bool_] | None = None
    whole: RunData | None = None
    surroundings: gpd.GeoDataFrame | None = None

    @cached_property
    def roofed(self) -> pd.DataFrame:
        """Stretches of street under the roofs of mapped buildings: edge, t0, t1 (m along it)."""
        if self.whole is None or not (self.walls["kind"] == "footprint").any():
            return pd.DataFrame({"edge": np.zeros(0, np.int64), "t0": [], "t1": []})
        return pd.DataFrame(dict(zip(("edge", "t0", "t1"), self.whole.roofed, strict=True)))

    @property
    def tasks(self) -> list[str]:
        """The tasks, from the loosest to the strictest."""
        return [str(task) for task in self.summary["tasks"]]

    @property
    def totals(self) -> list[int]:
        """City totals of the scenario, ascending."""
        return [int(step["total"]) for step in self.summary["steps"]]

    @cached_property
    def heads_here(self) -> NDArray[np.bool_]:
        """Which heads are "here": in the study area, the halo left out, shape (heads,)."""
        area = shapely.union_all(self.districts.geometry[self.districts["kind"] == "area"])
        if shapely.is_empty(area):
            return np.ones(len(self.heads), bool)
        shapely.prepare(area)
        return np.asarray(shapely.intersects(area, self.heads.geometry.to_numpy()), np.bool_)


def read_run_folder(folder: Path) -> RunFolder:
    """Read a run folder.

    Raises
    ------
    InputError
        The folder is missing, not whole, or written in a form this version does not know.
    """
    summary = _read_json(folder, SUMMARY)
    if summary.get("version") != VERSION:
        raise InputError(
            f"{folder}: {SUMMARY} has version {summary.get('version')!r}, this program reads "
            f"{VERSION}; run the scenario again with `sim run`"
        )
    tasks = [str(task) for task in summary["tasks"]]
    run = read_data(folder, _ReadOnce)
    with ThreadPoolExecutor(READERS) as pool:
        pieces = pool.submit(_read_pieces, folder, tasks)
        run.read_ahead(pool)
        walks = _named_walks(run)  # and with them all that the curves of the others are made of
        curves = pool.submit(run.trip_curves, named=False)
        return RunFolder(
            summary=summary,
            manifest=_read_json(folder, MANIFEST),
            edges=run.chosen("edges", EDGE_COLUMNS).sort_values("edge", ignore_index=True),
            pieces=pieces.result(),
            heads=run.geometry("cameras").sort_values("rank", ignore_index=True),
            walls=run.geometry("walls"),
            places=run.geometry("places"),
            districts=run.geometry("districts"),
            walks=walks,
            walk_figures=run.trip_figures(named=True),
            policies=_read_if_there(folder, "policies", POLICY_COLUMNS),
            exposure=_read_if_there(folder, "exposure", EXPOSURE_COLUMNS),
            sightings=_read_if_there(folder, "sightings", SIGHTING_COLUMNS),
            bands=_read_many(folder, BANDS, BANDS_VERSION, BANDS_KEYS),
            sensitivity=_read_many(folder, SENSITIVITY, SENSITIVITY_VERSION, SENSITIVITY_KEYS),
            weeks=_read_many(folder, DAYS, DAYS_VERSION, DAYS_KEYS),
            curves=curves.result(),
            closed=run.closed,
            whole=run,
            surroundings=_surroundings(run),
        )


class _ReadOnce(RunData):
    """A run of which each table with geometry is read once, whoever asks for it."""

    @cached_property
    def _tables(self) -> dict[str, Future[gpd.GeoDataFrame]]:
        return {}

    def read_ahead(self, pool: ThreadPoolExecutor) -> None:
        """Begin to read the tables that a page asks for."""
        for name in READ_AHEAD:
            self._tables[name] = pool.submit(super().geometry, name)

    def geometry(self, name: str) -> gpd.GeoDataFrame:
        """Return a table with its geometry (projected metres)."""
        return self._tables[name].result()

    def chosen(self, name: str, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
        """Return columns of a table with geometry."""
        table = self.geometry(name)
        missing = [column for column in columns if column not in table]
        if missing:
            file = self.folder / TABLES[name].file
            raise InputError(f"{file}: lacks {', '.join(missing)}; run the scenario again")
        return table[[*columns]]


def _named_walks(run: RunData) -> gpd.GeoDataFrame:
    """Return the walks that the scenario names, with their lines and curves."""
    lines = run.trip_lines(named=True)
    curves = run.trip_curves(named=True).drop_columns(["trip", "length"]).to_pandas()
    return lines.assign(**curves)


def _read_if_there(folder: Path, name: str, columns: tuple[str, ...]) -> pd.DataFrame | None:
    """Read a table that runs of earlier versions have not; columns it lacks are empty."""
    if not (folder / TABLES[name].file).is_file():
        return None
    table: pd.DataFrame = _read_table(folder, name, None).to_pandas()
    return table.reindex(columns=list(columns))


def _surroundings(run: RunData) -> gpd.GeoDataFrame | None:
    """Read what lies around the streets, which runs of earlier versions do not tell."""
    if not (run.folder / TABLES["surroundings"].file).is_file():
        return None
    table = RunData.geometry(run, "surroundings")
    missing = set(SURROUNDINGS_COLUMNS) - set(table.columns)
    if missing:
        file = run.folder / TABLES["surroundings"].file
        raise InputError(f"{file}: lacks {', '.join(sorted(missing))}; run the scenario again")
    return table


def _read_many(
    folder: Path, name: str, version: int, keys: tuple[str, ...]
) -> dict[str, Any] | None:
    """Read what was told of this run after it was made, where it was put into the folder."""
    if not (folder / name).is_file():
        return None
    content = _read_json(folder, name)
    if content.get("version") != version or any(key not in content for key in keys):
        raise InputError(
            f"{folder}: {name} has a form this program does not know; "
            f"run `sim {name.removesuffix('.json')}` again or take it away"
        )
    return content


def _present(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise InputError(f"{folder}: no {name}; give a folder that `sim run` has finished")
    return path


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    path = _present(folder, name)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error}); run the scenario again") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: not a JSON object; run the scenario again")
    return content


def _read_table(folder: Path, name: str, columns: list[str] | None) -> pa.Table:
    path = _present(folder, TABLES[name].file)
    try:
        return pq.read_table(path, columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: {_first_line(error)}; run the scenario again") from None


def _read_pieces(folder: Path, tasks: list[str]) -> gpd.GeoDataFrame:
    path = _present(folder, TABLES["streets"].file)
    ranks = [rank_column(task) for task in tasks]
    try:
        table = gpd.read_parquet(path, columns=["edge", "t0", "t1", "in_area", *ranks, "geometry"])
        return table.sort_values(["edge", "t0"], ignore_index=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{path}: {_first_line(error)}; run the scenario again") from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
