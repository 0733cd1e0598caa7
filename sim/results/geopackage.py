"""A run as one GeoPackage that a GIS opens coloured, its dictionary beside it.

The layers are those of `sim.results.exported`; their styles (`sim.results.layer_look`) lie in the
table `layer_styles`, where QGIS looks for them. No hour is written: the same run, the same bytes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pandas as pd
import pyogrio  # type: ignore[import-untyped]

from sim.atomic_write import replace_both, temporary_folder
from sim.errors import InputError
from sim.results.dictionary import LAYERS, columns_of
from sim.results.exported import (
    COMMON_NOTES,
    TITLE,
    about,
    exported_dictionary,
    exported_table,
    is_export,
    named_errors,
)
from sim.results.layer_look import Look, looks
from sim.results.layer_xml import qml, sld
from sim.results.read import RunData

README = "README.txt"
STYLES = "layer_styles"
"""The table in which QGIS looks for the styles of a GeoPackage's layers."""
NOTES = (
    *COMMON_NOTES,
    "The layers about and data_dictionary say the same inside the file.",
    "QGIS opens every layer in the colours of the map; streets and trips hold other styles beside.",
)
_REMEDY = "choose another --out"
_WRITTEN = "2000-01-01T00:00:00.000Z"
"""Stands for the time of writing, so that the same run gives the same file."""


def export_geopackage(run: RunData, out: Path) -> list[Path]:
    """Write a run as a GeoPackage with its dictionary beside it; see `sim.results.export`."""
    if out.suffix.lower() != ".gpkg" or out.is_dir():
        raise InputError(f"{out}: name it {out.stem or 'export'}.gpkg")
    place = Path(os.path.realpath(out)) if out.is_symlink() else out
    beside = place.with_name(f"{place.stem}_{README}")
    _check(out, beside)
    with temporary_folder(place) as folder, named_errors(out):
        made = folder / "export.gpkg"
        with _fixed_time():
            for layer in LAYERS:
                _write_layer(exported_table(run, layer), made, layer.name)
            words = pd.DataFrame(about(run).items(), columns=["subject", "text"])
            _write_layer(words, made, "about")
            columns = [
                (layer.name, column.name, column.unit, column.meaning)
                for layer in LAYERS
                for column in columns_of(layer, run.totals)
            ]
            names = ["layer", "column", "unit", "meaning"]
            _write_layer(pd.DataFrame(columns, columns=names), made, "data_dictionary")
            _write_styles(run, made)
        text = folder / README
        text.write_text(exported_dictionary(run, NOTES), encoding="utf-8")
        replace_both((text, made), (beside, out), lambda: _check(out, beside))
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


def _write_styles(run: RunData, path: Path) -> None:
    """Write the styles in the form that QGIS gives that table."""
    kinds = sorted(set(run.fleet.heads["status"]))
    rows = [_style(look) for look in looks(run.totals, kinds)]
    table = pd.DataFrame(rows).assign(update_time=pd.Timestamp(_WRITTEN))
    pyogrio.write_dataframe(table, path, layer=STYLES, driver="GPKG", append=True, FID="id")


def _style(look: Look) -> dict[str, object]:
    return {
        "f_table_catalog": "",
        "f_table_schema": "",
        "f_table_name": look.layer,
        "f_geometry_column": "geom",
        "styleName": look.name,
        "styleQML": qml(look),
        "styleSLD": sld(look),
        "useAsDefault": look.default,
        "description": look.title,
        "owner": "",
    }


def _check(out: Path, beside: Path) -> None:
    """Refuse to write over anything that is not an earlier export.

    Raises
    ------
    InputError
        The file or its dictionary is somebody else's, or a link to nothing.
    """
    for path, ours in ((out, _is_gpkg), (beside, is_export)):
        if path.is_symlink() and not path.exists():
            raise InputError(f"{path}: is a link to a place that is not there; {_REMEDY}")
        if path.exists() and not ours(path):
            raise InputError(f"{path}: is not an earlier export of a run; {_REMEDY}")


def _is_gpkg(path: Path) -> bool:
    """Return whether a GeoPackage is one that was written here."""
    with suppress(sqlite3.Error, OSError, TypeError):
        found = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        with closing(found):
            rows = found.execute("SELECT text FROM about WHERE subject = 'title'").fetchall()
            return len(rows) == 1 and str(rows[0][0]).startswith(TITLE)
    return False
