"""How OpenStreetMap values are read: several values in one, and names in two languages.

It reads lists as osmnx, GeoPackage and GraphML write them, and splits Hong Kong names that mix
Chinese and English.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from itertools import dropwhile, takewhile
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.city.measures import number_text

OTHER_TAGS = ("other_tags", "all_tags", "tags")
"""Columns in which GDAL and others put the tags that have no column of their own."""
_HSTORE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*(?:"((?:[^"\\]|\\.)*)"|NULL)')
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
_IDEOGRAPH = r"[\u3400-\u9fff\uf900-\ufaff]"
_SEAM = re.compile(f"(?<={_IDEOGRAPH})(?=[A-Za-z]{{2}})|(?<=[A-Za-z]{{2}})(?={_IDEOGRAPH})")
_HAS_IDEOGRAPH = re.compile(_IDEOGRAPH)


def split_name(value: object, chinese: object = None, english: object = None) -> tuple[str, str]:
    """Split "彌敦道 Nathan Road" into ("Nathan Road", "彌敦道").

    Parameters
    ----------
    value
        The OSM name; of several (a list, a list written as text, "A;B") the first in
        alphabetical order counts, because osmnx writes them in no fixed order.
    chinese, english
        The OSM name:zh and name:en, which win over the split where they are given; `english`
        only where `value` has Chinese in it, so that elsewhere a street keeps its local name.
    """
    name = min(tag_values(value), default="")
    own_latin, own_chinese = _by_script(name)
    given_chinese, given_english = tag_values(chinese), tag_values(english)
    if given_english and (own_chinese or not own_latin):
        own_latin = min(given_english)
    if len(given_chinese) == 1 or not own_chinese:
        own_chinese = min(given_chinese, default="")
    return own_latin.strip("/-;, "), own_chinese.strip("/-;, ")


def _by_script(name: str) -> tuple[str, str]:
    """Return the words without ideographs, and the first words in a row that have any."""
    if not _HAS_IDEOGRAPH.search(name):
        return " ".join(name.split()), ""
    words = _SEAM.sub(" ", name).split()
    marked = [bool(_HAS_IDEOGRAPH.search(word)) for word in words]
    latin = " ".join(word for word, mark in zip(words, marked, strict=True) if not mark)
    first_run = dropwhile(lambda pair: not pair[1], zip(words, marked, strict=True))
    return latin, " ".join(word for word, _ in takewhile(lambda pair: pair[1], first_run))


def split_names(frame: pd.DataFrame) -> NDArray[np.object_]:
    """Return `split_name` of every row's name, name:zh and name:en, where it has them.

    Parameters
    ----------
    frame
        A thing a row.

    Returns
    -------
    names
        Shape (rows, 2): English, or the local one, and Chinese.
    """
    columns = [_distinct(frame, key) for key in ("name", "name:zh", "name:en")]
    kind = np.zeros(len(frame), np.int64)
    for code, values in columns:
        kind, _ = pd.factorize(kind * len(values) + code)
    first = np.unique(kind, return_index=True)[1]
    names = [split_name(*(values[code[row]] for code, values in columns)) for row in first]
    return np.array(names, object).reshape(-1, 2)[kind]


def tag_values(value: object) -> list[str]:
    """Read an OSM value that may be several: a list, a list written as text, or "a;b"."""
    if isinstance(value, (list, tuple, set, np.ndarray)):
        return [str(item) for item in value if item is not None and str(item)]
    if not isinstance(value, str) or not value:
        return []
    if value.startswith("[") and value.endswith("]"):
        quoted = [(a or b).replace("\\", "") for a, b in _QUOTED.findall(value)]
        return [item for item in quoted if item] or re.findall(r"[^\[\],\s]+", value)
    return [item.strip() for item in value.split(";") if item.strip()]


def read_tag(
    frame: pd.DataFrame, name: str, read: Callable[[frozenset[str]], bool | float | str]
) -> NDArray[Any]:
    """Return what `read` makes of one tag, row by row; it is asked once for each value there is.

    Parameters
    ----------
    frame
        A way a row; without the column every row counts as without the tag.
    name
        The tag.
    read
        Given the values of a tag, of which there are none where it is missing.
    """
    codes, values = _distinct(frame, name)
    return np.array([read(frozenset(tag_values(value))) for value in values])[codes]


def _distinct(frame: pd.DataFrame, name: str) -> tuple[NDArray[np.intp], list[object]]:
    """Return which of the values of a column each row has, and these, the last one None."""
    if name not in frame:
        return np.full(len(frame), -1), [None]
    column = frame[name]
    try:
        codes, values = pd.factorize(column)
    except TypeError:  # lists, as a graph in memory has them
        codes, _ = pd.factorize(column.map(repr))
        return codes, [*column.iloc[np.unique(codes, return_index=True)[1]], None]
    return codes, [*values, None]


def tag_text(value: object) -> str:
    """Return a value as the text of a tag, several joined by semicolons; empty where it is none.

    Parameters
    ----------
    value
        As tables, JSON and numpy hold it.
    """
    text = ""
    if isinstance(value, str):
        text = value.strip()
    elif isinstance(value, bool | np.bool_):
        text = "yes" if value else "no"
    elif isinstance(value, int | float | np.number):
        text = number_text(float(value)) if isinstance(value, float | np.floating) else f"{value:d}"
    elif isinstance(value, list | tuple | np.ndarray):
        text = ";".join(text for text in map(tag_text, value) if text)
    return text


def parse_other_tags(value: object) -> dict[str, str]:
    """Return the tags that a cell holds: hstore or JSON as text, or a mapping.

    Parameters
    ----------
    value
        For example '"height"=>"12","level"=>"-1"' as GDAL writes it by default.
    """
    if isinstance(value, str):
        if value.lstrip().startswith("{"):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                return {}
        else:
            pairs = _HSTORE.findall(value)
            return {_plain(key): _plain(text) for key, text in pairs if text}
    if isinstance(value, Mapping):
        known: dict[Any, Any] = dict(value)
        texts = {str(key): tag_text(item) for key, item in known.items()}
        return {key: text for key, text in texts.items() if text}
    return {}


def _plain(text: str) -> str:
    """Return a text of an hstore without its backslashes."""
    return re.sub(r"\\(.)", r"\1", text)
