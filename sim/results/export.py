"""A run handed on: one GeoPackage, or a folder of CSV tables, with a data dictionary.

Tables, columns and their order come from `sim.results.dictionary`. Texts are made safe for
the programs that open such files: no control characters, and nothing that a spreadsheet would run
as a formula. No figure is computed here; those of single trips are made on reading.
"""

from __future__ import annotations

import csv
import errno
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, get_args

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio  # type: ignore[import-untyped]
import shapely
from pyogrio.errors import DataSourceError  # type: ignore[import-untyped]

from sim.atomic_write import FolderKind, replace_both, replace_folder, temporary_folder
from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.results.contract import NEVER, TABLES, TRIP_FIGURES, TRIP_LINES
from sim.results.dictionary import LAYERS, LEFT_OUT, Layer, columns_of
from sim.results.metrics import ALONG_BUS_STREETS, along_bus_streets
from sim.results.read import RunData
from sim.results.removal import own_worth

Format = Literal["gpkg", "csv"]
FORMATS: tuple[str, ...] = get_args(Format)
README = "README.txt"
TITLE = "hk-camera-sim: scenario "
"""Begins the dictionary and the layer `about` of every export, which are known by it."""
REMEDY = "choose another --out"
WKT = "wkt"
"""The column of a CSV table that holds its geometry."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_WRITTEN = "2000-01-01T00:00:00.000Z"
"""Stands for the time of writing, so that the same run gives the same file."""


def export_run(run: RunData, form: str, out: Path) -> list[Path]:
    """Write the tables of a run for other programs.

    Parameters
    ----------
    run
        From `sim.results.read.read_data`, or `sim.read_run`.
    form
        "gpkg": one GeoPackage with a layer a table, and its dictionary beside it; "csv": a folder
        with a file a table (geometry as WKT) and its dictionary.
    out
        The file (its name ends with .gpkg), or the folder; an earlier export there is replaced.

    Returns
    -------
    list
        What was written: the file or folder, and the dictionary.

    Raises
    ------
    InputError
        The format is not known, the run is damaged, or `out` is something else or cannot be
        written.
    """
    if form not in FORMATS:
        raise InputError(f'"{form}" is not a format; choose {" or ".join(FORMATS)}')
    if form == "gpkg":
        return _export_gpkg(run, out)
    with _named(out), replace_folder(out, CSV_FOLDER) as made:
        for layer in LAYERS:
            _write_csv(_layer(run, layer), made / f"{layer.name}.csv")
        (made / README).write_text(dictionary(run, "csv"), encoding="utf-8")
    return [out, out / README]


def default_out(run: RunData, form: str) -> Path:
    """Return where an export is written if nobody says otherwise: beside the run folder."""
    folder = run.folder.resolve()
    return run.folder.parent / f"{folder.name}{'.gpkg' if form == 'gpkg' else '_csv'}"


def dictionary(run: RunData, form: str) -> str:
    """Return the data dictionary of an export: what it is, whose data, every table and column."""
    lines = [*_about(run).values(), "", *_notes(form), ""]
    for layer in LAYERS:
        lines += [f"{layer.name}: a row is {layer.row}"]
        for column in columns_of(layer, run.totals):
            unit = f" ({column.unit})" if column.unit else ""
            lines.append(f"  {column.name}{unit}: {column.meaning}")
        if layer.shape and form == "csv":
            lines.append(f"  {WKT} (m): its geometry as well-known text")
        lines.append("")
    lines += ["Not in this export, but in the run folder:"]
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


def _about(run: RunData) -> dict[str, str]:
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
            f"{real} cameras are as a map or list gives them (see status); all others, and all "
            "people, are simulated."
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


def _notes(form: str) -> list[str]:
    """Return how the files are to be read."""
    common = [
        "share: 0 to 1. Empty cells: there is no such figure or it is unknown.",
        "The fleet at N cameras is the cameras of rank up to N; a street is seen at N cameras "
        "where its rank is up to N.",
    ]
    if form == "gpkg":
        return [*common, "The layers about and data_dictionary say the same inside the file."]
    return [
        *common,
        "Files are UTF-8 with a byte order mark, texts in quotes, True and False for yes and no.",
        "Texts that a spreadsheet would run as a formula begin with an apostrophe.",
    ]


def _layer(run: RunData, layer: Layer) -> pd.DataFrame:
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


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    plain = pd.DataFrame(table)
    if "geometry" in plain:
        shapes = plain.pop("geometry").to_numpy()
        plain[WKT] = shapely.to_wkt(shapes, rounding_precision=3)
    plain_text(plain).to_csv(
        path,
        index=False,
        encoding="utf-8-sig",  # without the mark, spreadsheets take Chinese for something else
        quoting=csv.QUOTE_NONNUMERIC,
        lineterminator="\r\n",
    )


def _export_gpkg(run: RunData, out: Path) -> list[Path]:
    if out.suffix.lower() != ".gpkg" or out.is_dir():
        raise InputError(f"{out}: name it {out.stem or 'export'}.gpkg")
    place = Path(os.path.realpath(out)) if out.is_symlink() else out
    beside = place.with_name(f"{place.stem}_{README}")
    _check_gpkg(out, beside)
    with temporary_folder(place) as folder, _named(out):
        made = folder / "export.gpkg"
        with _fixed_time():
            for layer in LAYERS:
                _write_layer(_layer(run, layer), made, layer.name)
            about = pd.DataFrame(_about(run).items(), columns=["subject", "text"])
            _write_layer(about, made, "about")
            columns = [
                (layer.name, column.name, column.unit, column.meaning)
                for layer in LAYERS
                for column in columns_of(layer, run.totals)
            ]
            names = ["layer", "column", "unit", "meaning"]
            _write_layer(pd.DataFrame(columns, columns=names), made, "data_dictionary")
        words = folder / README
        words.write_text(dictionary(run, "gpkg"), encoding="utf-8")
        replace_both((words, made), (beside, out), lambda: _check_gpkg(out, beside))
    return [out, beside]


def _write_layer(table: pd.DataFrame, path: Path, name: str) -> None:
    pyogrio.write_dataframe(table, path, layer=name, driver="GPKG", append=path.exists())


@contextmanager
def _fixed_time() -> Iterator[None]:
    """Write no hour into the file."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _WRITTEN})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _is_export(words: Path) -> bool:
    """Return whether a file is the dictionary of an export."""
    with suppress(OSError), words.open("rb") as file:
        return file.read(len(TITLE)) == TITLE.encode()
    return False


CSV_FOLDER = FolderKind(
    "an export",
    lambda parts: parts in {(README,), *((f"{layer.name}.csv",) for layer in LAYERS)},
    lambda folder: _is_export(folder / README),
)
"""An export replaces an earlier export and nothing else."""


def _check_gpkg(out: Path, beside: Path) -> None:
    """Refuse to write over anything that is not an earlier export.

    Raises
    ------
    InputError
        The file or its dictionary is somebody else's, or a link to nothing.
    """
    for path, ours in ((out, _is_gpkg), (beside, _is_export)):
        if path.is_symlink() and not path.exists():
            raise InputError(f"{path}: is a link to a place that is not there; {REMEDY}")
        if path.exists() and not ours(path):
            raise InputError(f"{path}: is not an earlier export of a run; {REMEDY}")


def _is_gpkg(path: Path) -> bool:
    """Return whether a GeoPackage is one that was written here."""
    with suppress(sqlite3.Error, OSError, TypeError):
        found = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        with closing(found):
            rows = found.execute("SELECT text FROM about WHERE subject = 'title'").fetchall()
            return len(rows) == 1 and str(rows[0][0]).startswith(TITLE)
    return False


@contextmanager
def _named(out: Path) -> Iterator[None]:
    """Raise errors of writing with the file or folder they are about."""
    try:
        yield
    except InputError:
        raise
    except (OSError, DataSourceError) as error:
        words = getattr(error, "strerror", None) or f"{error} (is the disk full?)"
        raise OSError(getattr(error, "errno", None) or errno.EIO, words, str(out)) from None
