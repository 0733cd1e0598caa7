"""The fleet: sites with directed heads, the one structure every later stage reads.

A head is one directed camera with one rank in the whole city; a fleet of N cameras is the heads
of rank ≤ N. The fleet does not know how its heads were chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import TASKS
from sim.city.streets import DECKS

RANGE_COLUMNS = tuple(f"range_{task}" for task in TASKS)
OWNERS = ("police", "department", "transport", "estate", "mall", "other")


class HeadArrays(NamedTuple):
    """Heads as plain arrays in ascending order of rank (metres, degrees clockwise from north)."""

    rank: NDArray[np.int32]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    mount: NDArray[np.float64]
    deck: NDArray[np.int8]
    heading: NDArray[np.float64]
    field_of_view: NDArray[np.float64]
    near: NDArray[np.float64]
    reach: NDArray[np.float64]
    """Range per task, shape (heads, 4), not increasing from detect to identify."""


@dataclass(frozen=True)
class Fleet:
    """Cameras, a head a row.

    Attributes
    ----------
    heads
        Points (projected metres) in ascending order of rank; columns rank (city rank, from 1),
        area_rank, site, x, y, mount (m), deck, heading (degrees clockwise from north),
        field_of_view (degrees), near (m), range_detect … range_identify (m), duty (share of
        time), owner, status, year.
    report
        Counts of what was announced, left out, moved or refused on the way here.
    """

    heads: gpd.GeoDataFrame
    report: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.heads)

    @cached_property
    def arrays(self) -> HeadArrays:
        """The heads as flat arrays."""
        table = self.heads
        deck = table["deck"].map({name: code for code, name in enumerate(DECKS)})
        return HeadArrays(
            rank=table["rank"].to_numpy(np.int32),
            x=table["x"].to_numpy(np.float64),
            y=table["y"].to_numpy(np.float64),
            mount=table["mount"].to_numpy(np.float64),
            deck=deck.to_numpy(np.int8),
            heading=table["heading"].to_numpy(np.float64),
            field_of_view=table["field_of_view"].to_numpy(np.float64),
            near=table["near"].to_numpy(np.float64),
            reach=np.ascontiguousarray(table[list(RANGE_COLUMNS)].to_numpy(np.float64)),
        )
