"""A fleet with a few heads added, removed, turned or moved; all others keep rank and place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.cameras.fleet import DEFAULTS, HEAD_COLUMNS, Fleet, only_of_simulated
from sim.errors import InputError

BY_HAND = DEFAULTS["status"]
"""Status of a head that somebody moved: of where people put cameras there are statistics only."""
NEW = -1


def edited(
    fleet: Fleet,
    *,
    add: gpd.GeoDataFrame | None = None,
    remove: Iterable[int] = (),
    turn: Mapping[int, float] | None = None,
    move: Mapping[int, tuple[float, float]] | None = None,
) -> tuple[Fleet, NDArray[np.int64]]:
    """Return a fleet after some changes, and of each of its heads the row that it had before.

    Parameters
    ----------
    fleet
        Before.
    add, remove, turn, move
        As of `sim.what_if`.

    Returns
    -------
    The fleet, and rows of the former one, shape (heads,): `NEW` where a head is new or sees
    something else than before.

    Raises
    ------
    InputError
        A rank is not of the fleet, is named twice or is taken; a heading or place is not finite;
        a head is to be removed from a fleet that is not all simulated.
    """
    turn, move, remove = dict(turn or {}), dict(move or {}), list(remove)
    if remove:
        only_of_simulated(fleet.simulated, "single cameras are not removed")
    row = {rank: k for k, rank in enumerate(fleet.arrays.rank.tolist())}
    _check_ranks(row, remove, [*turn, *move])
    heads = fleet.heads.reset_index(drop=True)
    if not set(HEAD_COLUMNS) <= set(heads):
        heads = Fleet.from_heads(heads).heads
    former = np.arange(len(heads))
    former[[row[rank] for rank in (*turn, *move)]] = NEW
    heads = _turned(heads, {row[rank]: heading for rank, heading in turn.items()})
    heads = _moved(heads, {row[rank]: place for rank, place in move.items()})
    if remove:
        kept = np.ones(len(heads), bool)
        kept[[row[rank] for rank in remove]] = False
        heads, former = heads[kept], former[kept]
    if add is not None and len(add):
        new = _added(fleet, add, heads)
        heads = pd.concat([heads, new], ignore_index=True)
        former = np.append(former, np.full(len(new), NEW))
        order = np.argsort(heads["rank"].to_numpy(), kind="stable")
        heads, former = heads.iloc[order], former[order]
    if remove or add is not None:
        order = np.arange(1, len(heads) + 1, dtype=np.int32)
        heads = heads.reset_index(drop=True).assign(area_rank=order)
    last = int(heads["rank"].max()) if len(heads) else 0
    return replace(fleet, heads=heads, placed_for=max(fleet.largest_total, last)), former


def _turned(heads: gpd.GeoDataFrame, headings: Mapping[int, float]) -> gpd.GeoDataFrame:
    """Turn heads, by row."""
    if not headings:
        return heads
    given = np.array(list(headings.values()), float)
    if not np.isfinite(given).all():
        raise InputError(f"turn: {given[~np.isfinite(given)][0]} is not a number of degrees")
    heading = heads["heading"].to_numpy(np.float64, copy=True)
    heading[list(headings)] = given % 360 % 360  # the first may round up to 360
    return heads.assign(heading=heading)


def _check_ranks(row: Mapping[int, int], remove: list[int], changed: list[int]) -> None:
    """Refuse ranks that the fleet has not, and a head removed twice or also changed."""
    missing = [rank for rank in (*remove, *changed) if rank not in row]
    if missing:
        raise InputError(f"camera {missing[0]}: the fleet has no camera of this rank; correct it")
    twice = [r for k, r in enumerate(remove) if r in remove[:k] or r in changed]
    if twice:
        raise InputError(f"camera {twice[0]}: is removed and named once more; name it once")


def _moved(heads: gpd.GeoDataFrame, places: Mapping[int, tuple[float, float]]) -> gpd.GeoDataFrame:
    """Put heads, by row, on poles of their own at other places."""
    if not places:
        return heads
    at = list(places)
    xy = np.array(list(places.values()), float).reshape(-1, 2)
    if not np.isfinite(xy).all():
        raise InputError("move: a place is not finite; give x and y in metres")
    first = int(heads["site"].max()) + 1
    new = {
        "x": xy[:, 0],
        "y": xy[:, 1],
        "site": first + pd.factorize(xy[:, 0] + 1j * xy[:, 1])[0],
        "status": BY_HAND,
        "mounted_on": DEFAULTS["mounted_on"],
        heads.geometry.name: gpd.points_from_xy(*xy.T, crs=heads.crs),
    }
    columns = {name: heads[name].to_numpy(copy=True) for name in new}
    for name, values in new.items():
        columns[name][at] = values
    return heads.assign(**columns).set_crs(heads.crs, allow_override=True)


def _added(fleet: Fleet, add: gpd.GeoDataFrame, heads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return heads to add as rows of the fleet, on poles of their own."""
    new = Fleet.from_heads(add).in_crs(str(fleet.heads.crs)).heads
    if "rank" not in add:
        new["rank"] = (fleet.largest_total + np.arange(1, len(new) + 1)).astype(np.int32)
    taken = np.intersect1d(new["rank"], heads["rank"])
    if len(taken):
        raise InputError(f"add: rank {taken[0]} is taken by a camera of the fleet; give another")
    first = int(heads["site"].max()) + 1 if len(heads) else 0
    new["site"] = first + pd.factorize(new["site"])[0].astype(np.int32)
    return new[list(HEAD_COLUMNS)]
