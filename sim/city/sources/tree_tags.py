"""What OpenStreetMap tags say of a tree: species, trunk, height, crown; without tables."""

from __future__ import annotations

import math
import re

from sim.city.sources.buildings import Tags

TREE, ROW = "tree", "tree_row"
"""Values of the tag natural."""
_NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(mm|cm|m)?\s*")
_METRES = {"mm": 0.001, "cm": 0.01, "m": 1.0}


def tree_tags(tags: Tags) -> tuple[str, float, float, float]:
    """Return species, trunk (mm), height and spread of the crown (m), NaN where not stated.

    Parameters
    ----------
    tags
        Of a tree or a row. The trunk is of its `diameter` (mm, or with a unit), else of its
        `circumference` (m, or with a unit).
    """
    value = tags.get
    species = value("species") or value("taxon") or value("genus") or ""
    trunk = 1000 * _metres(value("diameter"), "mm")
    if math.isnan(trunk):
        trunk = 1000 * _metres(value("circumference"), "m") / math.pi
    return species, trunk, _metres(value("height"), "m"), _metres(value("diameter_crown"), "m")


def _metres(text: str | None, unit: str) -> float:
    found = None if text is None else _NUMBER.fullmatch(text)
    if found is None:
        return math.nan
    return float(found[1].replace(",", ".")) * _METRES[found[2] or unit]
