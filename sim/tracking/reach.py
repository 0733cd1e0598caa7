"""What heads see within a distance of their own, and with the walker's face turned to them.

It comes from the sightings there are, cut by circles around the heads and by the facing angle; the
share of a walk in reach follows from the pieces of street, each walked in its direction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import TASKS
from sim.cameras.software import NEAREST_TASK, SoftwareCase
from sim.sight.arrays import SightingArrays, read_only
from sim.sight.ranks import pieces_of
from sim.tracking.kernels.reach import (
    BACKWARD,
    EITHER,
    FORWARD,
    Limits,
    Rows,
    add_along,
    cut_rows,
)
from sim.tracking.walks import in_chunks

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.city.streets import StreetArrays
    from sim.sight.arrays import PieceArrays
    from sim.tracking.kernels.walks import PathArrays

FARTHEST_COTANGENT = 1e12
"""At a facing angle of 0 degrees only a head straight ahead is faced."""
AROUND = 180.0
"""Facing angle, degrees, at which the face is turned to every head."""


class Layer(NamedTuple):
    """One way of being in reach."""

    task: int
    """Place in `TASKS` of the sightings that are cut."""
    near: NDArray[np.float64]
    far: NDArray[np.float64]
    """Of each head, the distances between which it is in reach, m; none where `far` is 0."""
    facing_degrees: float = AROUND
    """Largest angle between the walking direction and the direction to the head."""


def cotangent_of(facing_degrees: float) -> float:
    """Return how far ahead a head must be to be faced, for each metre that it stands aside."""
    tangent = math.tan(math.radians(facing_degrees))
    return min(1 / tangent, FARTHEST_COTANGENT) if tangent != 0 else FARTHEST_COTANGENT


def everywhere(fleet: Fleet) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return limits of distance that cut nothing."""
    return np.zeros(len(fleet)), np.full(len(fleet), np.inf)


def software_layer(fleet: Fleet, case: SoftwareCase) -> Layer:
    """Return where software of a case could read a face."""
    near, far = case.intervals(fleet)
    return Layer(TASKS.index(NEAREST_TASK), near, far, case.turn)


def in_reach(
    streets: StreetArrays, fleet: Fleet, seen: SightingArrays, layers: Sequence[Layer]
) -> SightingArrays:
    """Return where heads are in reach, whatever the face is turned to, a layer in a task's place.

    Parameters
    ----------
    streets, fleet, seen
        What was looked at, by whom, and what was seen.
    layers
        Their facing angles do not count here.
    """
    return _stacked([_cut(streets, fleet, seen, layer, EITHER) for layer in layers])


def faced(
    streets: StreetArrays, fleet: Fleet, seen: SightingArrays, layers: Sequence[Layer]
) -> SightingArrays:
    """Return where heads are in reach and the face is turned to them.

    Returns
    -------
    For each layer two in the places of tasks: walking from u to v, and from v to u.
    """
    return _stacked([
        _cut(streets, fleet, seen, layer, way if layer.facing_degrees < AROUND else EITHER)
        for layer in layers
        for way in (FORWARD, BACKWARD)
    ])  # fmt: skip


def shares_in_reach(
    paths: PathArrays,
    rank: NDArray[np.int32],
    sightings: SightingArrays,
    totals: NDArray[np.int64],
    *,
    by_direction: bool,
    workers: int | None = None,
) -> NDArray[np.float64]:
    """Return the share of each walk that is in reach of some head.

    Parameters
    ----------
    paths
        Walks.
    rank
        City rank of each head.
    sightings
        Of `in_reach` or `faced`.
    totals
        Numbers of heads in the whole city, ascending.
    by_direction
        Whether they are those of `faced`, two for each layer.
    workers
        Threads; as many as there are cores by default.

    Returns
    -------
    Shape (trips, totals, layers).
    """
    length, steps = paths.edge_length, len(totals)
    uncut = np.zeros(len(length) + 1, np.int64)
    pieces = pieces_of(sightings, rank, length, uncut, np.zeros(0))
    edge = np.repeat(np.arange(len(length)), np.diff(pieces.piece_ptr))
    layers = pieces.rank.shape[1]
    found = np.zeros((layers, len(length), steps))
    for layer in range(layers):
        step = np.searchsorted(totals, pieces.rank[:, layer])
        seen = np.flatnonzero(step < steps)
        place = edge[seen] * steps + step[seen]
        metres = (pieces.end - pieces.start)[seen]
        found[layer] = np.bincount(place, metres, len(length) * steps).reshape(-1, steps)
    found = np.cumsum(found, axis=2)
    ways = np.stack([found[::2], found[1::2]] if by_direction else [found, found])
    columns = np.ascontiguousarray(np.moveaxis(ways, 1, 3).reshape(2, len(length), -1))
    out = np.zeros((len(paths.ptr) - 1, columns.shape[2]))

    def some(first: int, stop: int) -> None:
        ptr = paths.ptr[first : stop + 1]
        add_along(ptr, paths.edge, paths.backward, length, columns, out[first:stop])

    in_chunks(some, len(out), workers)
    return out.reshape(len(out), steps, ways.shape[1])


def pieces_in_reach(
    streets: StreetArrays, rank: NDArray[np.int32], sightings: SightingArrays, area: PieceArrays
) -> PieceArrays:
    """Cut the streets where the first head in reach changes, and at the edge of the study area.

    Parameters
    ----------
    streets, sightings
        Streets, and what `in_reach` says.
    rank
        City rank of each head.
    area
        Pieces that say what of the streets lies in the study area.
    """
    edges = len(streets.edge_length)
    of = np.repeat(np.arange(edges), np.diff(area.piece_ptr))
    border = np.flatnonzero((area.in_area[1:] != area.in_area[:-1]) & (of[1:] == of[:-1])) + 1
    ptr = np.zeros(edges + 1, np.int64)
    ptr[1:] = np.bincount(of[border], minlength=edges).cumsum()
    pieces = pieces_of(sightings, rank, streets.edge_length, ptr, area.start[border])
    before = np.append(0.0, np.cumsum(streets.edge_length))
    edge = np.repeat(np.arange(edges), np.diff(pieces.piece_ptr))
    middle = before[edge] + (pieces.start + pieces.end) / 2
    place = np.searchsorted(before[of] + area.start, middle, side="right") - 1
    return pieces._replace(in_area=area.in_area[place])


def _cut(streets: StreetArrays, fleet: Fleet, seen: SightingArrays, layer: Layer, way: int) -> Rows:
    """Cut the sightings of a layer's task."""
    heads = fleet.arrays
    limits = Limits(read_only(heads.x), read_only(heads.y), layer.near, layer.far)
    rows = Rows(seen.edge_ptr[layer.task], seen.head, seen.start, seen.end)
    cotangent = cotangent_of(layer.facing_degrees)
    room = int(rows.ptr[-1] - rows.ptr[0]) + 16
    while True:
        out = Rows(
            np.zeros_like(rows.ptr), np.empty(room, np.int32), np.empty(room), np.empty(room)
        )
        count = cut_rows(rows, limits, streets, way, cotangent, out)
        if count <= room:
            return Rows(out.ptr, out.head[:count], out.start[:count], out.end[:count])
        room = count


def _stacked(layers: Sequence[Rows]) -> SightingArrays:
    """Put layers one behind the other, as tasks are."""
    before = np.cumsum([0, *(len(layer.head) for layer in layers[:-1])])
    return SightingArrays(
        np.stack([layer.ptr + count for layer, count in zip(layers, before, strict=True)]),
        np.concatenate([layer.head for layer in layers]),
        np.concatenate([layer.start for layer in layers]),
        np.concatenate([layer.end for layer in layers]),
    )
