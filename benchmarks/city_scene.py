"""The generated dense city of the sight benchmark, the same on every machine.

A street grid of 114 × 114 perturbed blocks, each with about ten footprints of about nine walls:
128,560 buildings, 1.14 million walls, 182,000 street segments. Heads stand beside streets. It is
made from a seed and holds no data of any place.
"""

from __future__ import annotations

import numpy as np
import shapely

from sim.cameras.fleet import HeadArrays
from sim.city.streets import StreetArrays
from sim.city.walls import WallArrays

PITCH_M = 100.0
STREET_M = 12.0
"""Width between façades on both sides of a street."""
BUILDINGS = 128_560
BLOCKS = 114
PARTS = 7
"""Segments a block edge is bent into."""


def city(blocks: int = BLOCKS, buildings: int | None = None, seed: int = 20):
    """Return streets, walls and footprints of a city of blocks × blocks."""
    rng = np.random.default_rng(seed)
    if buildings is None:
        buildings = round(BUILDINGS * (blocks / BLOCKS) ** 2)
    corner = np.stack(np.meshgrid(np.arange(blocks + 1), np.arange(blocks + 1), indexing="ij"), -1)
    corner = corner * PITCH_M + rng.uniform(-9, 9, corner.shape) + (830_000.0, 815_000.0)
    walls, footprints = _houses(corner, buildings, rng)
    return _streets(corner, rng), walls, footprints


def _streets(corner, rng) -> StreetArrays:
    """Edges between neighbouring corners, each of `PARTS` slightly bent segments."""
    u = np.concatenate([corner[:-1].reshape(-1, 2), corner[:, :-1].reshape(-1, 2)])
    v = np.concatenate([corner[1:].reshape(-1, 2), corner[:, 1:].reshape(-1, 2)])
    number = np.arange(corner[..., 0].size).reshape(corner.shape[:2])
    tail = np.concatenate([number[:-1].ravel(), number[:, :-1].ravel()]).astype(np.int32)
    head = np.concatenate([number[1:].ravel(), number[:, 1:].ravel()]).astype(np.int32)
    share = np.linspace(0, 1, PARTS + 1)
    path = u[:, None] + (v - u)[:, None] * share[:, None]
    path[:, 1:-1] += rng.uniform(-0.7, 0.7, path[:, 1:-1].shape)
    start, end = path[:, :-1].reshape(-1, 2), path[:, 1:].reshape(-1, 2)
    length = np.hypot(*(end - start).T).reshape(len(u), PARTS)
    edges = np.arange(len(u), dtype=np.int32)
    order = np.argsort(np.concatenate([tail, head]), kind="stable")
    degree = np.bincount(np.concatenate([tail, head]), minlength=number.size)
    return StreetArrays(
        corner[..., 0].ravel().copy(), corner[..., 1].ravel().copy(), tail, head,
        length.sum(axis=1), np.zeros(len(u), np.int8),
        np.arange(len(u) + 1, dtype=np.int64) * PARTS, np.repeat(edges, PARTS),
        (np.cumsum(length, axis=1) - length).ravel(),
        start[:, 0].copy(), start[:, 1].copy(), end[:, 0].copy(), end[:, 1].copy(),
        np.concatenate([[0], np.cumsum(degree)]).astype(np.int64),
        np.concatenate([head, tail])[order], np.tile(edges, 2)[order],
    )  # fmt: skip


def _houses(corner, buildings: int, rng):
    """Two rows of five lots a block, back to back; a footprint of 8 to 10 walls on each."""
    a, b = corner[:-1, :-1].reshape(-1, 2), corner[1:, :-1].reshape(-1, 2)
    c, d = corner[1:, 1:].reshape(-1, 2), corner[:-1, 1:].reshape(-1, 2)
    inset = STREET_M / 2 / PITCH_M
    lot = rng.permutation(len(a) * 10)[: min(buildings, len(a) * 10)]
    lot.sort()
    block, place = lot // 10, lot % 10
    column, row = place % 5, place // 5
    sides = rng.integers(8, 11, len(lot))
    owner = np.repeat(np.arange(len(lot), dtype=np.int32), sides)
    first = np.concatenate([[0], np.cumsum(sides)])
    turn = (np.arange(len(owner)) - first[owner] + rng.uniform(-0.25, 0.25, len(owner))) / sides[
        owner
    ]
    x, y = np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)
    wide = 0.48 / np.maximum(abs(x), abs(y)) * rng.uniform(0.92, 1.0, len(owner))
    # (u, v) in the unit square of the block, then bilinear to its four corners
    u = inset + (1 - 2 * inset) * (column[owner] + 0.5 + wide * x) / 5
    v = inset + (1 - 2 * inset) * (row[owner] + 0.5 + wide * y) / 2
    u, v, k = u[:, None], v[:, None], block[owner]
    p = a[k] * (1 - u) * (1 - v) + b[k] * u * (1 - v) + c[k] * u * v + d[k] * (1 - u) * v
    following = np.arange(1, len(owner) + 1)
    following[first[1:] - 1] = first[:-1]
    q = p[following]
    closed = np.insert(p, first[1:], p[first[:-1]], axis=0)
    rings = first + np.arange(len(first))
    footprints = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, closed, (rings, np.arange(len(rings)))
    )
    columns = [np.ascontiguousarray(v) for v in (*p.T, *q.T)]
    return WallArrays(*columns, np.full(len(p), np.inf), owner), footprints


def fleet(
    streets: StreetArrays, count: int, reach, field_of_view: float, seed: int = 1
) -> HeadArrays:
    """Heads up to 3 m beside random points of the streets, looking anywhere."""
    rng = np.random.default_rng([seed, count])
    k = rng.integers(len(streets.segment_x0), size=count)
    s = rng.random(count)
    x = streets.segment_x0[k] * (1 - s) + streets.segment_x1[k] * s + rng.uniform(-3, 3, count)
    y = streets.segment_y0[k] * (1 - s) + streets.segment_y1[k] * s + rng.uniform(-3, 3, count)
    return HeadArrays(
        np.arange(1, count + 1, dtype=np.int32), x, y, np.full(count, 4.0),
        np.zeros(count, np.int8), rng.uniform(0, 360, count), np.full(count, float(field_of_view)),
        np.zeros(count), np.tile(np.array(reach, float), (count, 1)),
    )  # fmt: skip
