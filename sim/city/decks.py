"""The vertical level of a way: what its tags state, and what its layer and its neighbours tell."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from sim.city.components import connected_components
from sim.city.measures import metres
from sim.city.tags import read_tag
from sim.city.walkable import FOOT_ONLY

DECKS = ("street", "footbridge", "subway", "covered")
"""Vertical levels of a way; the code of a deck is its place in this tuple."""

PASSAGE, ARCADE = "passage", "arcade"
"""Ways that lead through buildings and are open to sight."""
ARCADES = ("arcade", "colonnade")
PASSAGE_WIDTH_M = 4.0
"""Width of a way through a building where no tag states it, m."""
NARROWEST_M, WIDEST_M = 0.5, 30.0
"""A tagged width outside these is not believed."""
FACE_M = 1.6
"""Height of a walker's face above the way, which cameras look for, m."""
FOOTBRIDGE_M = 5.5
"""Height of a footbridge above the street, m: taken for all, for no map that is read states it."""
LARGEST_HANGING_M = 250.0
"""Untagged footways that hang between bridges are raised up to this joint length."""


def tagged_decks(edges: gpd.GeoDataFrame) -> NDArray[np.str_]:
    """Read the deck that OSM tags state; a covered bridge is a footbridge, for level decides.

    Arcades and colonnades, which are open sideways, lie on the street's.
    """

    def says(name: str, *but: str) -> NDArray[np.bool_]:
        return read_tag(edges, name, lambda words: bool(words - {"no", *but}))

    inside = read_tag(edges, "highway", lambda words: bool(words & {"corridor", "elevator"}))
    covered = says("tunnel") | says("covered", *ARCADES) | says("indoor") | inside
    bridge = says("bridge", "boardwalk", "low_water_crossing")
    subway = says("tunnel", "building_passage")
    return np.select([bridge, subway, covered], ["footbridge", "subway", "covered"], "street")


def tagged_openings(edges: gpd.GeoDataFrame) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Return how ways lead through buildings, and how wide they are there.

    Parameters
    ----------
    edges
        A way a row, with columns named after OpenStreetMap tags.

    Returns
    -------
    kind
        "passage" (`tunnel` or `covered` is building_passage), "arcade" (`covered` is arcade or
        colonnade), empty for all others: ways off the ground, indoor ways, subways.
    width
        Metres, as `width` states, else `PASSAGE_WIDTH_M`.
    """

    def only(name: str, *words: str) -> NDArray[np.bool_]:
        return read_tag(edges, name, lambda said: bool(said & {*words}) and said <= {"no", *words})

    passage = only("tunnel", "building_passage") | only("covered", "building_passage")
    elsewhere = read_tag(edges, "indoor", lambda words: bool(words - {"no"}))
    elsewhere |= read_tag(edges, "bridge", lambda words: bool(words - {"no"}))
    elsewhere |= read_tag(edges, "layer", layer_of) != 0
    elsewhere |= read_tag(edges, "highway", lambda words: bool(words & {"corridor", "elevator"}))
    kind = np.select([elsewhere, passage, only("covered", *ARCADES)], ["", PASSAGE, ARCADE], "")
    return kind, np.asarray(read_tag(edges, "width", _width), np.float64)


def _width(words: frozenset[str]) -> float:
    """Return the width that a tag states, m, of several the least; the usual one where none."""
    found = [width for width in map(metres, words) if width is not None]
    known = [width for width in found if NARROWEST_M <= width <= WIDEST_M]
    return min(known, default=PASSAGE_WIDTH_M)


def deck_heights(deck: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return the height above the street, m, of ways and of what hangs above them.

    A footbridge's is `FOOTBRIDGE_M`; of subways no walls are known, so theirs does not matter.

    Parameters
    ----------
    deck
        Codes of `DECKS`.
    """
    return np.where(deck == DECKS.index("footbridge"), FOOTBRIDGE_M, 0.0)


def layer_of(words: frozenset[str]) -> int:
    """OSM layer, 0 where missing, unreadable or several."""
    word = next(iter(words)) if len(words) == 1 else ""
    return int(word) if re.fullmatch(r"[+-]?\d", word) else 0


def inferred_decks(table: gpd.GeoDataFrame, report: dict[str, float]) -> NDArray[np.object_]:
    """Give footways without a bridge or tunnel a deck: by their layer, or that of their neighbours.

    A covered or indoor way off the ground lies on its level's deck; a lift on none.
    """
    deck: NDArray[np.object_] = np.array(table["deck"], dtype=object)
    length = table["length"].to_numpy()
    foot = table["highway"].isin(FOOT_ONLY).to_numpy() & ~table["steps"].to_numpy()
    lift = (table["highway"] == "elevator").to_numpy()
    layer = table["layer"].to_numpy()
    for name, off_ground in (("footbridge", layer > 0), ("subway", layer < 0)):
        by_layer = foot & np.isin(deck, ("street", "covered")) & off_ground & ~lift
        deck[by_layer] = name
        hangs = _hanging(table, deck, foot, name)
        deck[hangs] = name
        report[f"inferred_{name}_km"] = float(length[by_layer | hangs].sum()) / 1000
    return deck


def _hanging(
    table: gpd.GeoDataFrame, deck: NDArray[np.object_], foot: NDArray[np.bool_], above: str
) -> NDArray[np.bool_]:
    """Find groups of street-deck footways that only bridges (or subways), steps and lifts reach.

    Steps and lifts change level, so a group ends there; a group that meets the named deck at two
    junctions or more and nothing else is taken to lie on it.
    """
    ends = table[["u", "v"]].to_numpy()
    size = int(ends.max()) + 1
    changes_level = table["steps"].to_numpy() | (table["highway"] == "elevator").to_numpy()
    level = np.isin(deck, ("street", "covered")) & ~changes_level
    count, label = connected_components(ends[level, 0], ends[level, 1], size)
    group = label[ends[:, 0]]
    on_deck, elsewhere = np.zeros(size, bool), np.zeros(size, bool)
    on_deck[ends[deck == above].ravel()] = True
    elsewhere[ends[np.isin(deck, ("footbridge", "subway")) & (deck != above)].ravel()] = True
    meets = np.bincount(label[on_deck], minlength=count)
    astray = np.bincount(label[elsewhere], minlength=count)
    metres = np.bincount(group[level], weights=table["length"][level], minlength=count)
    other = np.bincount(group[level & ~(foot & (deck == "street"))], minlength=count)
    raised = (meets >= 2) & (astray == 0) & (other == 0) & (metres <= LARGEST_HANGING_M)
    return np.asarray(level & raised[group])
