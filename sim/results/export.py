"""A run handed on: one GeoPackage, or a folder of tables, with a data dictionary.

`export_run` writes it in one of the formats below. What the tables hold and what the dictionary
says is in `sim.results.exported`, the GeoPackage in `sim.results.geopackage`, map tiles in
`sim.results.vector_tiles`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import geopandas as gpd
import pandas as pd
import shapely

from sim.atomic_write import FolderKind, replace_folder
from sim.errors import InputError
from sim.results.contract import BBOX, PACKED, WITH_BOXES, packing
from sim.results.dictionary import LAYERS
from sim.results.exported import (
    COMMON_NOTES,
    exported_dictionary,
    exported_table,
    is_export,
    named_errors,
    plain_text,
)
from sim.results.geopackage import README, export_geopackage
from sim.results.read import RunData
from sim.results.vector_tiles import TILE_NOTES, write_tiles

Format = Literal["gpkg", "csv", "geoparquet", "geoparquet-2", "pmtiles"]
FORMATS: tuple[str, ...] = get_args(Format)
WKT = "wkt"
"""The column of a CSV table that holds its geometry."""


class Folder(NamedTuple):
    """A format that is a folder with a file a table.

    `suffix` ends the names of its files; `write` writes one table and need not be one for tables
    without geometry (`only_shapes`), and returns what is to be known of its file, if anything;
    `notes` say how the files are to be read, `shape` what the dictionary says of geometry.
    """

    suffix: str
    write: Callable[[pd.DataFrame, Path], str]
    notes: tuple[str, ...]
    shape: str = ""
    only_shapes: bool = False


def export_run(run: RunData, form: str, out: Path) -> list[Path]:
    """Write the tables of a run for other programs.

    Parameters
    ----------
    run
        From `sim.results.read.read_data`, or `sim.read_run`.
    form
        "gpkg": one GeoPackage with a layer a table and styles, and its dictionary beside it; all
        others: a folder with a file a table and its dictionary. "csv" (geometry as WKT);
        "geoparquet" (1.1, with bounding boxes); "geoparquet-2" (2.0, which geopandas writes from
        1.2 on); "pmtiles" (vector tiles for web maps, of tables with geometry only).
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
        named = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
        raise InputError(f'"{form}" is not a format; choose {named}')
    if form == "gpkg":
        return export_geopackage(run, out)
    folder = FOLDERS[form]
    with named_errors(out), replace_folder(out, _kind(folder)) as made:
        layers = [layer for layer in LAYERS if layer.shape or not folder.only_shapes]
        notes = [*folder.notes]
        for layer in layers:
            path = made / f"{layer.name}.{folder.suffix}"
            told = folder.write(exported_table(run, layer), path)
            notes += [f"{path.name}: {told}."] if told else []
        words = exported_dictionary(run, notes, folder.shape, layers)
        (made / README).write_text(words, encoding="utf-8")
    return [out, out / README]


def default_out(run: RunData, form: str) -> Path:
    """Return where an export is written if nobody says otherwise: beside the run folder."""
    folder = run.folder.resolve()
    return run.folder.parent / f"{folder.name}{'.gpkg' if form == 'gpkg' else f'_{form}'}"


def _kind(folder: Folder) -> FolderKind:
    """Return what such a folder may replace: an earlier export in the same format."""
    ours = {README, *(f"{layer.name}.{folder.suffix}" for layer in LAYERS)}
    return FolderKind(
        "an export",
        lambda parts: len(parts) == 1 and parts[0] in ours,
        lambda place: is_export(place / README),
    )


def _write_csv(table: pd.DataFrame, path: Path) -> str:
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
    return ""


def _write_parquet(table: pd.DataFrame, path: Path) -> str:
    if isinstance(table, gpd.GeoDataFrame):
        packed = packing([*table.columns, BBOX])
        table.to_parquet(path, index=False, **WITH_BOXES, **packed)
    else:
        table.to_parquet(path, index=False, **packing(table.columns))
    return ""


def _write_parquet_2(table: pd.DataFrame, path: Path) -> str:
    """Write GeoParquet 2.0, whose own type of geometry carries bounds: no boxes beside it."""
    if not isinstance(table, gpd.GeoDataFrame):
        table.to_parquet(path, index=False, **packing(table.columns))
        return ""
    try:
        table.to_parquet(path, index=False, **PACKED, schema_version="2.0.0")
    except ValueError as error:
        remedy = "install geopandas 1.2 and pyarrow 21 or newer, or choose geoparquet"
        raise InputError(f"geoparquet-2: {str(error).splitlines()[0]} ({remedy})") from error
    return ""


FOLDERS: dict[str, Folder] = {
    "csv": Folder(
        "csv",
        _write_csv,
        (
            *COMMON_NOTES,
            "Files are UTF-8 with a byte order mark, texts in quotes, True and False for yes and "
            "no.",
            "Texts that a spreadsheet would run as a formula begin with an apostrophe.",
        ),
        f"{WKT} (m): its geometry as well-known text",
    ),
    "geoparquet": Folder(
        "parquet",
        _write_parquet,
        (
            *COMMON_NOTES,
            "Tables with geometry are GeoParquet 1.1 with a column bbox of bounding boxes, the "
            "others plain Parquet.",
        ),
        "geometry, bbox (m): its geometry as well-known binary, and the bounding box of that",
    ),
    "geoparquet-2": Folder(
        "parquet",
        _write_parquet_2,
        (*COMMON_NOTES, "Tables with geometry are GeoParquet 2.0, the others plain Parquet."),
        "geometry (m): its geometry, in the type that Parquet has for it",
    ),
    "pmtiles": Folder("pmtiles", write_tiles, (*COMMON_NOTES, *TILE_NOTES), only_shapes=True),
}
"""The formats that are folders, by name."""
