"""Results on a map in a notebook: GeoDataFrames drawn by folium, with a legend and all texts plain.

The map stands alone. Leaflet is inside it and nothing is fetched, unless tiles are asked for. What
may come from a user or a map, names of columns too, is shown as text and never as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd
import shapely

from sim.errors import InputError
from sim.surface import optional, plain_text

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

MOST_FEATURES = 100_000
"""What browsers draw; a page of so many streets has some 60 MB."""
MOST_WORDS = 12
"""Words of a column that have a colour of their own; all others share one."""
CLASSES = 5
MISSING, OTHERS = "#9a9a9a", "#555555"
DIGITS = 7
"""Of degrees: a centimetre."""
TAKEN = frozenset({"color", "legend", "categorical"})
LEGEND = "legend_of_layer_"
CORNERS = (
    "right:10px;bottom:24px", "right:10px;top:10px", "left:60px;top:10px", "left:10px;bottom:60px",
)  # fmt: skip
"""Where the legends of layers on one map stand, one after another."""
OPEN_STREET_MAP = "© OpenStreetMap contributors"
WITH_LICENCE = {OPEN_STREET_MAP: f"{OPEN_STREET_MAP} (ODbL)"}
"""How a source is named whose licence asks to be named with it."""
NOT_STATED = "whose data it is was not stated"
OF_ITS_CITY = "data: the sources of its city (provenance)"
"""Of a part of a city, which alone does not know them."""


@dataclass(frozen=True)
class Layer:
    """A table as it is drawn.

    Attributes
    ----------
    table
        Rows with a place, in any coordinate system.
    column
        What colours tell.
    title
        Of the legend, with the unit.
    tooltip
        Columns that are shown of the row under the pointer, those that the table has.
    missing
        What a missing value means, in words.
    colours
        Of words that have one of their own.
    attribution
        Whose data it is, a source each.
    """

    table: gpd.GeoDataFrame
    column: str
    title: str
    tooltip: tuple[str, ...]
    missing: str = "not known"
    colours: Mapping[str, str] = field(default_factory=dict)
    attribution: tuple[str, ...] = ()


def web_map(
    layer: Layer,
    *,
    column: str | None = None,
    scheme: str = "Quantiles",
    k: int = CLASSES,
    cmap: str = "viridis",
    tooltip: str | Iterable[str] | None = None,
    tiles: str | None = None,
    m: folium.Map | None = None,
    **further: Any,  # noqa: ANN401 - whatever GeoDataFrame.explore takes
) -> folium.Map:
    """Draw a layer with a legend; what is not named here goes on to `GeoDataFrame.explore`.

    Parameters
    ----------
    layer
        What is drawn.
    column
        Of the table, in place of the layer's own.
    scheme, k
        How numbers are put into classes, by name in mapclassify, and into how many.
    cmap
        Colours of the classes, by name in matplotlib.
    tooltip
        Columns shown of the row under the pointer.
    tiles
        Background by name, for example "OpenStreetMap"; it comes from the network. None by default.
    m
        A map of folium to draw on; a new one by default.

    Raises
    ------
    InputError
        mapclassify or matplotlib is missing, there is no such column, scheme or colours, or there
        are more rows than a browser draws.
    """
    drawing = optional("folium", "explore")
    optional("mapclassify", "explore")
    optional("matplotlib", "explore")
    for name in sorted(TAKEN & further.keys()):
        raise InputError(f"{name}: colours and legend follow from column, scheme, k and cmap")
    table = _plain_table(layer)
    chosen, shown = _columns(table, layer, column, tooltip)
    colours, rows = _coloured(table[chosen], layer, scheme, k, cmap)
    texts = _texts(table, shown)
    drawn: Any = m
    if len(texts):
        names = list(texts.columns.drop("geometry"))
        words: dict[str, Any] = {"tooltip": names or False, "prefer_canvas": True, **further}
        drawn = texts.explore(color=colours, legend=False, tiles=tiles, m=m, **words)
    elif m is None:
        drawn = drawing.Map(tiles=tiles)
    if m is None:
        _put_leaflet_inside(drawn, drawing.Element)
    _add_legend(
        drawn, drawing.Element, layer.title if chosen == layer.column else chosen, rows,
        _credit(layer.attribution),
    )  # fmt: skip
    return cast("folium.Map", drawn)


def _credit(sources: tuple[str, ...]) -> str:
    """Return in one line whose data is on a map, without markup; each source whole."""
    named = dict.fromkeys(WITH_LICENCE.get(one, one) for one in sources)
    return "; ".join(map(_no_template, named)) or NOT_STATED


def _columns(
    table: gpd.GeoDataFrame, layer: Layer, column: str | None, tooltip: str | Iterable[str] | None
) -> tuple[str, list[str]]:
    """Return the column of the colours and those of the tooltip, if the table has them."""
    asked = [tooltip] if isinstance(tooltip, str) else tooltip
    shown = [name for name in layer.tooltip if name in table] if asked is None else list(asked)
    chosen = layer.column if column is None else column
    for word, name in (("column", chosen), *(("tooltip", name) for name in shown)):
        if name not in table:
            raise InputError(f"{word}: there is no {name!r}; give one of {', '.join(table)}")
    return chosen, shown


def _put_leaflet_inside(drawn: Any, element: Any) -> None:  # noqa: ANN401 - folium has no types
    """Put Leaflet into a map in place of links to the files of other hosts."""
    drawn.default_js, drawn.default_css = [], []
    inside = f"<style>{_leaflet('leaflet.css')}</style><script>{_leaflet('leaflet.js')}</script>"
    drawn.get_root().header.add_child(element(f"{{% raw %}}{inside}{{% endraw %}}"))


def _plain_table(layer: Layer) -> gpd.GeoDataFrame:
    """Return the rows that have a place, with the index as columns where it has names."""
    table = layer.table
    if len(table) > MOST_FEATURES:
        raise InputError(
            f"explore: {len(table):,} rows are above the {MOST_FEATURES:,} that browsers draw; "
            "take a part of the area, or plot()"
        )
    if table.active_geometry_name != "geometry":
        table = table.rename_geometry("geometry")
    named = [name for name in table.index.names if name is not None and name not in table]
    table = table.reset_index(level=named) if named else table
    table = table[~(table.geometry.isna() | table.geometry.is_empty)]
    return table.reset_index(drop=True).rename(columns=str)


def _texts(table: gpd.GeoDataFrame, shown: list[str]) -> gpd.GeoDataFrame:
    """Return what is shown of each row as texts without markup, names of columns too."""
    texts = table[["geometry"]].to_crs(4326)
    texts["geometry"] = shapely.transform(
        texts.geometry.to_numpy(), lambda corner: corner.round(DIGITS)
    )
    for name in shown:
        texts[_no_template(name)] = [_no_template(_in_words(value)) for value in table[name]]
    return texts


def _figure(value: Any) -> str:  # noqa: ANN401 - a number of Python or of numpy
    """Return a number as people read it: whole from 1,000 on, else with four digits."""
    if np.isnan(value):
        return "–"
    return f"{value:,.0f}" if 1000 <= abs(value) < np.inf else f"{value:.4g}"


def _in_words(value: object) -> object:
    """Return a value as people read it."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return _figure(value)
    if isinstance(value, int | np.integer):
        return int(value)
    return "–" if value is None or value is pd.NA or value is pd.NaT else value


def _coloured(
    values: pd.Series, layer: Layer, scheme: str, k: int, cmap: str
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return a colour a row, and the colours with their words for the legend."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return _of_numbers(values.to_numpy(np.float64, na_value=np.nan), layer, scheme, k, cmap)
    words = pd.Series([str(_in_words(value)) for value in values], index=values.index, dtype=object)
    often = words.value_counts(sort=True).index[:MOST_WORDS]
    own = layer.colours
    palette = [_hex(cmap, at) for at in np.linspace(0, 0.95, max(len(often), 1))]
    known = {word: own.get(word, colour) for word, colour in zip(often, palette, strict=False)}
    rows = [(known[word], word) for word in (*own, *known) if word in known]
    rows = list(dict.fromkeys(rows))
    if words.nunique() > len(known):
        rows.append((OTHERS, "all others"))
    return [known.get(word, OTHERS) for word in words], rows


def _of_numbers(
    values: np.ndarray[Any, np.dtype[np.float64]], layer: Layer, scheme: str, k: int, cmap: str
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return what `_coloured` does, of numbers in classes."""
    known = np.isfinite(values)
    colours, rows = np.full(len(values), MISSING, object), []
    distinct = np.unique(values[known])
    if len(distinct):
        tops = distinct
        if len(distinct) > k:
            try:
                with catch_warnings():
                    simplefilter("ignore")  # many alike make fewer classes, as the legend shows
                    found = optional("mapclassify", "explore").classify(values[known], scheme, k=k)
            except (TypeError, ValueError, KeyError, AttributeError) as error:
                raise InputError(f"scheme: {scheme!r} with k={k} ({error})") from None
            tops = np.unique(found.bins)
        of = np.searchsorted(tops, values[known], side="left").clip(max=len(tops) - 1)
        palette = np.array([_hex(cmap, at) for at in np.linspace(0, 0.95, len(tops))], object)
        colours[known] = palette[of]
        low = np.concatenate([distinct[:1], tops[:-1]])
        rows = [
            (colour, _figure(b) if a == b or len(distinct) <= k else f"{_figure(a)} – {_figure(b)}")
            for colour, a, b in zip(palette, low, tops, strict=True)
        ]
    if not known.all():
        rows.append((MISSING, layer.missing))
    return colours.tolist(), rows


def _hex(cmap: str, at: float) -> str:
    """Return a colour of a colour map, from 0 to 1."""
    maps = optional("matplotlib", "explore").colormaps
    if cmap not in maps:
        raise InputError(f"cmap: there is no {cmap!r}; give one of matplotlib's, as 'viridis'")
    red, green, blue = (round(255 * part) for part in maps[cmap](float(at))[:3])
    return f"#{red:02x}{green:02x}{blue:02x}"


def _add_legend(
    drawn: Any,  # noqa: ANN401 - folium has no types
    element: Any,  # noqa: ANN401 - folium has no types
    title: str,
    rows: list[tuple[str, str]],
    credit: str,
) -> None:
    """Put a legend into the next corner: what colours mean, and whose data it is."""
    body = drawn.get_root().html
    before = sum(name.startswith(LEGEND) for name in body._children)
    lines = "".join(
        f'<div><span style="display:inline-block;width:.9em;height:.9em;margin-right:.5em;'
        f'background:{colour}"></span>{_no_template(words)}</div>'
        for colour, words in rows
    )
    legend = (
        f'<div style="position:absolute;z-index:1000;{CORNERS[before % len(CORNERS)]};'
        "padding:8px;max-width:24em;background:#fff;color:#222;border:1px solid #bbb;"
        'font:12px/1.4 sans-serif">'
        f"<b>{_no_template(title)}</b>{lines}"
        f'<div style="color:#666">{credit}</div></div>'
    )
    body.add_child(element(legend), name=f"{LEGEND}{before}")


def _no_template(text: object) -> str:
    """Return text without markup, nor any template: folium fills what it has filled once more."""
    return plain_text(text).replace("{", "&#123;")


@cache
def _leaflet(name: str) -> str:
    """Return a file of Leaflet, without what would ask for further files."""
    package = find_spec("js_lib_leaflet")
    places = [] if package is None else package.submodule_search_locations or []
    if not places:
        raise InputError("explore: Leaflet is missing; pip install django-js-lib-leaflet")
    path = Path(places[0]) / "static" / "js_lib_leaflet" / name
    text = re.sub(r"(?m)^//# sourceMappingURL=.*$", "", path.read_text(encoding="utf-8"))
    return re.sub(r"(?m)^.*url\([^)]*\).*$", "", text) if name.endswith(".css") else text
