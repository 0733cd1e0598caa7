"""What of a run is handed on: its tables as an export has them, and the words beside them.

Tables, columns and their order come from `sim.results.dictionary`. Texts are made safe for
the programs that open such files: no control characters, and nothing that a spreadsheet would run
as a formula. No figure is computed here; those of single trips are made on reading.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
from pyogrio.errors import DataSourceError  # type: ignore[import-untyped]

from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.results.contract import NEVER, TABLES, TRIP_FIGURES, TRIP_LINES
from sim.results.dictionary import LAYERS, LEFT_OUT, Layer, columns_of
from sim.results.metrics import ALONG_BUS_STREETS, along_bus_streets
from sim.results.read import RunData
from sim.results.removal import own_worth
from sim.wording import counted

TITLE = "hk-camera-sim: scenario "
"""Begins the dictionary and the layer `about` of every export, which are known by it."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
COMMON_NOTES = (
    "share: 0 to 1. Empty cells: there is no such figure or it is unknown.",
    "The fleet at N cameras is the cameras of rank up to N; a street is seen at N cameras "
    "where its rank is up to N.",
)
"""How the files of every export are to be read."""


def exported_dictionary(
    run: RunData, notes: Sequence[str], shape: str = "", layers: Sequence[Layer] = LAYERS
) -> str:
    """Return the data dictionary of an export: what it is, whose data, every table and column.

    Parameters
    ----------
    run
        The run exported.
    notes
        How its files are to be read, a line each.
    shape
        What the dictionary says of the geometry of a table that has one, if it says anything.
    layers
        The tables that are in the export.
    """
    lines = [*about(run).values(), "", *notes, ""]
    for layer in layers:
        lines += [f"{layer.name}: a row is {layer.row}"]
        for column in columns_of(layer, run.totals):
            unit = f" ({column.unit})" if column.unit else ""
            lines.append(f"  {column.name}{unit}: {column.meaning}")
        if layer.shape and shape:
            lines.append(f"  {shape}")
        lines.append("")
    lines += ["Not in this export, but in the run folder:"]
    lines += [f"  {layer.name}: {layer.row}" for layer in LAYERS if layer not in layers]
    lines += [f"  {name}: {why}" for name, why in LEFT_OUT.items()]
    return "\n".join(lines) + "\n"


def plain_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts no spreadsheet takes for formulas: an apostrophe before those.

    Parameters
    ----------
    table
        Of any columns; numbers are left as they are.
    """
    return _with_texts(table, lambda text: f"'{text}" if _FORMULA.match(text) else text)


def about(run: RunData) -> dict[str, str]:
    """Return what everyone who gets the file must know, by subject."""
    manifest, summary = run.manifest, run.summary
    data = manifest.get("data") or {}
    real = summary.get("real_cameras") or 0
    kind = "All cameras and all people in these tables are simulated: none of them is real."
    if summary.get("listed_poles") and not real:
        kind = (
            "All cameras and all people in these tables are simulated; cameras hang on poles that "
            "the scenario lists."
        )
    elif not summary["simulated"]:
        kind = (
            f"As a map or list gives them (see status): {counted(real, 'camera')}; all others, and "
            "all people, are simulated."
        )
    found = {
        "title": f"{TITLE}{summary['scenario']}, {summary['area']['name']}",
        "simulated": kind,
        "attribution": f"Data: {'; '.join(data.get('attribution') or ['not stated'])}",
        "licence": f"Licences of the data: {'; '.join(data.get('licence') or ['not stated'])}",
        "cite": f"Cite as: {manifest.get('cite') or 'not stated'}",
        "city": f"Streets: {summary['area'].get('streets') or 'walking network'}; walls: "
        f"{summary['area'].get('walls') or 'not stated'}",
        **({"trips": ALONG_BUS_STREETS} if along_bus_streets(summary) else {}),
        "crs": f"Coordinates: {manifest['area']['crs']}, metres",
        "digest": f"Scenario digest: {manifest.get('scenario_digest') or 'not stated'}",
    }
    return {key: _clean(text) for key, text in found.items()}


def exported_table(run: RunData, layer: Layer) -> pd.DataFrame:
    """Return one table with the columns of the dictionary; a GeoDataFrame if it has geometry."""
    read: Any = _read(run, layer)
    names = [column.name for column in columns_of(layer, run.totals)]
    table: pd.DataFrame = read.reindex(columns=names)
    for name in names:
        if name.startswith("rank_"):
            table[name] = table[name].astype("Int64").where(table[name] != NEVER)
    table = _with_texts(table, _clean)
    if layer.shape:
        table = gpd.GeoDataFrame(table, geometry=read[layer.shape].to_numpy(), crs=read.crs)
    return table


def _read(run: RunData, layer: Layer) -> pd.DataFrame:
    """Return what a layer is made of, read from the folder or made on reading."""
    if layer.table == TRIP_LINES.name:
        return _with_seen(run, run.trip_lines())
    if layer.table == TRIP_FIGURES.name:
        return run.trip_figures()
    if layer.shape:
        shapes: pd.DataFrame = run.geometry(layer.table)
        if layer.table == "streets" and "length" not in shapes:  # of a run of an earlier version
            shapes["length"] = shapes["t1"] - shapes["t0"]
        if layer.name == "cameras" and run.fleet.simulated:
            shapes = shapes.merge(own_worth(run), on="rank", how="left")
        return shapes
    return _without_shape(run, layer)


def _without_shape(run: RunData, layer: Layer) -> pd.DataFrame:
    """Return the columns that a table has; some come only with what the scenario asks for."""
    names = [column.name for column in layer.columns]
    path = run.folder / TABLES[layer.table].file
    with suppress(OSError, ValueError):  # named when the table is read
        there = pq.read_schema(path).names
        names = [name for name in names if name in there]
    return run.table(layer.table, names)


def _with_seen(run: RunData, trips: gpd.GeoDataFrame) -> pd.DataFrame:
    """Add to each trip the share of it that is seen, by total and task, and its last total."""
    tracks = run.tracks
    seen = {
        f"seen_{task}_{total}": tracks.figures["observed_length"][:, step, number]
        for step, total in enumerate(tracks.totals)
        for number, task in enumerate(TASKS)
    }
    joined: pd.DataFrame = trips.assign(**seen)
    if not run.fleet.simulated:  # of real cameras no walk is told more than what is seen of it
        return joined
    last = run.answer.last_unseen.clip(upper=run.totals[-1])
    names = [f"last_unseen_{task}" for task in TASKS]
    return joined.assign(**{name: last[name].to_numpy() for name in names})


def _with_texts(table: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    """Return a table with every text changed."""
    changed = table.copy()
    for name in table.columns:
        if pd.api.types.is_string_dtype(table[name]) or table[name].dtype == object:
            values = [change(value) if isinstance(value, str) else value for value in table[name]]
            changed[name] = pd.Series(values, index=table.index, dtype=object)
    return changed


def _clean(text: str) -> str:
    """Return a text without control characters, which break rows and files."""
    return _CONTROL.sub(" ", text)


def is_export(words: Path) -> bool:
    """Return whether a file is the dictionary of an export."""
    with suppress(OSError), words.open("rb") as file:
        return file.read(len(TITLE)) == TITLE.encode()
    return False


@contextmanager
def named_errors(out: Path) -> Iterator[None]:
    """Raise errors of writing with the file or folder they are about."""
    try:
        yield
    except InputError:
        raise
    except (OSError, DataSourceError) as error:
        words = getattr(error, "strerror", None) or f"{error} (is the disk full?)"
        raise OSError(getattr(error, "errno", None) or errno.EIO, words, str(out)) from None
