"""Which mapped buildings stand in the way of a look along the street, and how high they are.

One set of rules for OpenStreetMap extracts, files of polygons and GeoDataFrames in memory. It
works on tags, a thing at a time, and needs no tables, so that the reader of extracts starts
quickly; `sim.city.sources.footprints` applies it to tables.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple, Protocol

from sim.city.measures import metres, plain_number

STOREY_M = 3.2
FLOATING_M = 3.0
"""A part whose underside is this high or higher cuts no line of sight to a face."""
NOT_STANDING = frozenset({
    "bridge", "canopy", "carport", "demolished", "destroyed", "gazebo", "no", "pergola", "planned",
    "proposed", "razed", "removed", "roof", "shelter",
})  # fmt: skip
"""What does not stand, and what stands open on its sides: neither a wall nor a roof."""
INSIDE = frozenset({"yes", "room", "area", "corridor", "level", "wall", "door"})
"""Values of `indoor` that make a thing part of the inside of a building."""
HEIGHTS = ("height", "building:height", "est_height")
BUILDING_KEYS = (
    "building", "building:part", *HEIGHTS, "building:levels", "building:levels:underground",
    "building:min_level", "indoor", "layer", "level", "location", "min_height", "roof:height",
    "roof:levels", "wall",
)  # fmt: skip
"""All tags that decide whether a building stands and how high it is."""
NOT_BUILDINGS = "not_buildings"
ROOFS, ABOVE, UNDERGROUND, ROOMS = (
    "roofs_and_the_like", "parts_above_the_street", "buildings_underground", "rooms_inside",
)  # fmt: skip
CUT, WITHOUT_OUTLINE = "buildings_cut_or_crossing", "buildings_without_outline"
COUNTED = frozenset({ROOFS, ABOVE, UNDERGROUND, ROOMS, CUT, WITHOUT_OUTLINE})
"""Reasons under which a report of an extract counts buildings, and those only."""
_LEVEL = re.compile(r"[+-]?\d+(?:\.\d+)?")


class Tags(Protocol):
    """The tags of one thing: a dict, or pyosmium's own list, which is slow to turn into one."""

    def get(self, key: str, /) -> str | None:
        """Return the value of a key, None where it is missing."""


class Building(NamedTuple):
    """What the tags of a building say."""

    value: str
    """Of `building`, or of `building:part`."""
    part: bool
    left_out: str
    """Why it hides nothing, as counted in reports; empty where it stands."""


def read_building(tags: Tags) -> Building | None:
    """Return what tags say of a building; None where they are of none.

    Parameters
    ----------
    tags
        Of one thing, as OpenStreetMap has them.
    """
    value, part = tags.get("building"), False
    if not value or value == "no":
        value, part = tags.get("building:part"), True
    if not value or value == "no":
        return None
    return Building(value, part, _left_out(tags, value))


def _left_out(tags: Tags, value: str) -> str:
    """Return why a building hides nothing at eye height from the street, empty if it does."""
    if not set(_values(value)) - NOT_STANDING or tags.get("wall") == "no":
        return ROOFS
    if underside(tags) >= FLOATING_M:
        return ABOVE
    if _is_underground(tags):
        return UNDERGROUND
    if set(_values(tags.get("indoor") or "")) & INSIDE:
        return ROOMS
    return ""


def _is_underground(tags: Tags) -> bool:
    """Return whether all of a building lies below the street."""
    if "underground" in _values(tags.get("location") or ""):
        return True
    for key in ("layer", "level"):
        levels = _levels(tags.get(key) or "")
        if levels and max(levels) < 0:
            return True
    above, below = (
        storeys(tags.get(key)) for key in ("building:levels", "building:levels:underground")
    )
    return above == 0 and below > 0 and math.isnan(_stated_height(tags))


@lru_cache(maxsize=4096)  # a map says the same few things of thousands of buildings
def _values(text: str) -> tuple[str, ...]:
    """Return the values of a tag that may hold several."""
    return tuple(word for word in (part.strip() for part in text.split(";")) if word)


@lru_cache(maxsize=4096)
def _levels(text: str) -> list[float]:
    """Return the levels of "-1", "-2;-1", "-2--1" or "-1-3"; none where a word is not a level."""
    found: list[float] = []
    for word in _values(text):
        ends = re.fullmatch(rf"({_LEVEL.pattern})(?:-({_LEVEL.pattern}))?", word)
        if not ends:
            return []
        found += [float(end) for end in ends.groups() if end is not None]
    return found


@lru_cache(maxsize=4096)
def length(value: str | None) -> float:
    """Return the metres of a tag, the largest of several; NaN where it states none."""
    found = [metres(word) for word in _values(value or "")]
    return max((number for number in found if number is not None), default=math.nan)


@lru_cache(maxsize=4096)
def storeys(value: str | None) -> float:
    """Return the storeys of a tag, the largest of several ("3;5", "3-5"); NaN where none."""
    words = [word for part in _values(value or "") for word in part.split("-")]
    found = [plain_number(word) for word in words]
    return max((number for number in found if number is not None), default=math.nan)


def building_height(tags: Tags) -> float:
    """Return the height (m) that tags state; NaN where they state none.

    It is the tag height in any unit, else building:levels and roof:levels of 3.2 m each; of
    several values the largest.

    Parameters
    ----------
    tags
        Of one building.
    """
    height = _stated_height(tags)
    if math.isnan(height):
        height = storeys(tags.get("building:levels")) * STOREY_M
        if not math.isnan(height):
            height += _roof_height(tags)
    return height if height > 0 else math.nan


def _stated_height(tags: Tags) -> float:
    for key in HEIGHTS:
        height = length(tags.get(key))
        if not math.isnan(height):
            return height
    return math.nan


def _roof_height(tags: Tags) -> float:
    """Return the height of the roof above the storeys; 0 where no tag says more."""
    roof = length(tags.get("roof:height"))
    if math.isnan(roof):
        roof = storeys(tags.get("roof:levels")) * STOREY_M
    return 0.0 if math.isnan(roof) else roof


def underside(tags: Tags) -> float:
    """Return the height (m) of the lowest point above ground; 0 where no tag says more.

    Parameters
    ----------
    tags
        Of one building.
    """
    low = length(tags.get("min_height"))
    if math.isnan(low):
        low = storeys(tags.get("building:min_level")) * STOREY_M
    return 0.0 if math.isnan(low) else low
