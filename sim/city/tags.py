"""How OpenStreetMap values are read: several values in one, and names in two languages.

It knows the ways in which osmnx, GeoPackage and GraphML write lists, and how Hong Kong names mix
Chinese and English; it knows nothing of what a tag means.
"""

from __future__ import annotations

import re
from itertools import dropwhile, takewhile

import numpy as np
import pandas as pd

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
    words = _SEAM.sub(" ", name).split()
    marked = [bool(_HAS_IDEOGRAPH.search(word)) for word in words]
    own_latin = " ".join(word for word, mark in zip(words, marked, strict=True) if not mark)
    first_run = dropwhile(lambda pair: not pair[1], zip(words, marked, strict=True))
    own_chinese = " ".join(word for word, _ in takewhile(lambda pair: pair[1], first_run))
    given_chinese, given_english = tag_values(chinese), tag_values(english)
    if given_english and (any(marked) or not own_latin):
        own_latin = min(given_english)
    if len(given_chinese) == 1 or not own_chinese:
        own_chinese = min(given_chinese, default="")
    return own_latin.strip("/-;, "), own_chinese.strip("/-;, ")


def split_names(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Return `split_name` of every row's name, name:zh and name:en, where it has them."""
    columns = [
        frame[key].tolist() if key in frame else [None] * len(frame)
        for key in ("name", "name:zh", "name:en")
    ]
    known: dict[str, tuple[str, str]] = {}
    names = []
    for row in zip(*columns, strict=True):
        text = repr(row)
        if text not in known:
            known[text] = split_name(*row)
        names.append(known[text])
    return names


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


def tag_words(frame: pd.DataFrame, name: str) -> list[frozenset[str]]:
    """Return the values of one tag, a set a row; empty where the column or the value is missing."""
    if name not in frame:
        return [frozenset()] * len(frame)
    values = frame[name].to_numpy(object)
    try:
        codes, found = pd.factorize(values)
    except TypeError:  # lists, as a graph in memory has them
        return [frozenset(tag_values(value)) for value in values]
    sets = [*(frozenset(tag_values(value)) for value in found), frozenset()]
    return [sets[code] for code in codes]
