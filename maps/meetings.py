"""Which heads see which streets, in the order in which a page carries them.

It takes the sightings of a run and gives, edge after edge, the heads that see it, so that the page
counts who sees a walk, and so that a first-seen rank can be told by its place among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from maps.run_folder import RunFolder


@dataclass(frozen=True)
class Meetings:
    """Edges and the heads that see them.

    Attributes
    ----------
    first
        Meetings of edge e are first[e] : first[e + 1].
    head
        Row of each meeting's head, heads in ascending order of rank; ascending on each edge.
    task
        The strictest task that the head sees there, as its place among the run's.
    code
        Of each head: what stands for its rank on the page, ascending.
    """

    first: NDArray[np.int64]
    head: NDArray[np.int64]
    task: NDArray[np.int64]
    code: NDArray[np.int64]

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Rows of the heads as edges first meet them, then those that none meets."""
        met, at = np.unique(self.head, return_index=True)
        unmet = np.setdiff1d(np.arange(len(self.code)), met)
        return np.concatenate([met[np.argsort(at)], unmet])

    @cached_property
    def number(self) -> NDArray[np.int64]:
        """Place of each head in that order."""
        place = np.empty(len(self.order), np.int64)
        place[self.order] = np.arange(len(self.order))
        return place

    def places(
        self, piece: NDArray[np.int64], edge: NDArray[np.int64], code: NDArray[np.int64]
    ) -> NDArray[np.int64] | None:
        """Return at which place among the heads of its edge each code is that of.

        Parameters
        ----------
        piece
            The piece of street of each code.
        edge
            The edge of each piece.
        code
            What stands for ranks.

        Returns
        -------
        None where a head is said to see a street first that it does not meet.
        """
        size = np.int64(len(self.code) + 1)
        own = np.repeat(np.arange(len(self.first) - 1), np.diff(self.first)) * size + self.head
        wanted = edge[piece] * size + np.searchsorted(self.code, code)
        if not np.isin(wanted, own).all() or not np.isin(code, self.code).all():
            return None
        return np.searchsorted(own, wanted) - self.first[edge[piece]]


def meetings(run: RunFolder, heads: gpd.GeoDataFrame, code: NDArray[np.int64]) -> Meetings | None:
    """Return which heads see each edge of a run; None where the run does not say.

    Parameters
    ----------
    run
        The run.
    heads
        Those drawn, in ascending order of rank.
    code
        What stands for their ranks.
    """
    if run.sightings is None:
        return None
    known = heads["rank"].to_numpy(np.int64)
    table = run.sightings[run.sightings["rank"].isin(known)]
    task = table["task"].astype("str").map({task: k for k, task in enumerate(run.tasks)})
    pairs = pd.DataFrame(
        {
            "edge": np.searchsorted(run.edges["edge"].to_numpy(), table["edge"].to_numpy()),
            "head": np.searchsorted(known, table["rank"].to_numpy(np.int64)),
            "task": task.to_numpy(np.int64),
        }
    )
    strictest = pairs.groupby(["edge", "head"], sort=True)["task"].max().reset_index()
    counts = np.bincount(strictest["edge"].to_numpy(np.int64), minlength=len(run.edges))
    return Meetings(
        np.append(0, np.cumsum(counts)), strictest["head"].to_numpy(np.int64),
        strictest["task"].to_numpy(np.int64), code,
    )  # fmt: skip
