"""What a page carries so that it can look again with cameras that its reader moves.

Directions, lenses and heights of cameras, heights of walls, streets under roofs, and the plane on
which metres are measured. The page's kernel (`maps/assets/sight.js`) knows streets, walls and roofs
only; where a run has more to it, or is not to be changed, the reason is carried instead.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from maps.packing import Columns
from maps.run_folder import RunFolder

DECIMETRES, CENTIDEGREES = 10, 100
FULL_TURN = 360 * CENTIDEGREES // 10
"""Tenths of a degree."""
KNOWN = ("mount", "deck", "heading", "field_of_view")
NOT_SIMULATED, TOO_LARGE, UNKNOWN = "real", "city", "unknown"
"""Why a page's cameras cannot be changed: some are real, too much to carry, more than is known."""
ON_TERRAIN = "ground:"
"""How a run's assumptions begin where heads and streets stand on a terrain model."""
NO_TREES = "none"
"""What a scenario says where crowns of trees hide nothing."""
LATTICE = np.linspace(0.0, 1.0, 5)
"""Places at which the plane is fitted, as shares of the width and height of what is drawn."""


def refusal_of(run: RunFolder, *, walkable: bool, large: bool) -> str | None:
    """Return why the cameras of a run cannot be changed on its page; None where they can.

    Parameters
    ----------
    run
        The run.
    walkable
        Whether its streets are walked on the page.
    large
        Whether it is drawn coarsely, as a whole city.
    """
    if not run.summary["simulated"]:
        return NOT_SIMULATED
    if large:
        return TOO_LARGE
    cameras = (run.manifest.get("scenario") or {}).get("cameras") or {}
    assumed = (run.manifest.get("data") or {}).get("assumptions") or []
    sloping = any(str(words).startswith(ON_TERRAIN) for words in assumed)
    masked = any(zone.get("how") == "masked" for zone in cameras.get("exclude") or [])
    leafy = cameras.get("trees", NO_TREES) != NO_TREES
    known = set(KNOWN) <= set(run.heads) and "height" in run.walls
    return None if walkable and known and not (masked or sloping or leafy) else UNKNOWN


def add_sight(
    columns: Columns,
    run: RunFolder,
    heads: gpd.GeoDataFrame,
    order: NDArray[np.int64] | None,
    wall_of_ring: NDArray[np.int64],
    decks: list[str],
) -> None:
    """Add what the page's kernel needs beside what is drawn.

    Parameters
    ----------
    columns
        To add to.
    run
        The run.
    heads
        The cameras.
    order
        Their rows in the order in which they are carried; as they are where None.
    wall_of_ring
        Row of the wall of each ring.
    decks
        Names of the decks of edges by their codes.
    """
    heads = heads if order is None else heads.iloc[order]
    tenths = np.rint(heads["heading"].to_numpy(np.float64) * 10) % FULL_TURN
    columns.add("head_heading", tenths)
    columns.add("head_mount", np.rint(heads["mount"].to_numpy(np.float64) * DECIMETRES))
    columns.add("head_view", np.rint(heads["field_of_view"].to_numpy(np.float64) * CENTIDEGREES))
    deck = pd.Categorical(heads["deck"].astype("str"), categories=decks).codes
    columns.add("head_deck", np.where(deck < 0, len(decks), deck))
    height = run.walls["height"].to_numpy(np.float64)[wall_of_ring]
    columns.add("wall_top", np.rint(np.nan_to_num(height, nan=0.0) * DECIMETRES))
    roof = run.roofed
    edge = np.searchsorted(run.edges["edge"].to_numpy(), roof["edge"].to_numpy())
    order = np.lexsort((roof["t0"], edge))
    columns.add("roof_edge", edge[order], differences=True)
    for name, at in (("roof_start", "t0"), ("roof_end", "t1")):
        columns.add(name, np.rint(roof[at].to_numpy(np.float64)[order] * DECIMETRES))


def plane_of(metres: NDArray[np.float64], steps: NDArray[np.float64]) -> list[float]:
    """Return a, b, c, d: east is a · x + b · y and north c · x + d · y, metres from grid steps.

    Parameters
    ----------
    metres
        Some places, projected, shape (n, 2).
    steps
        The same places on the page's grid, not rounded, shape (n, 2).
    """
    moved, stepped = metres - metres.mean(axis=0), steps - steps.mean(axis=0)
    fitted, *_ = np.linalg.lstsq(stepped, moved, rcond=None)
    return [float(number) for number in fitted.T.ravel()]


def lattice(bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return places spread over west, south, east, north (metres), shape (n, 2)."""
    west, south, east, north = bounds
    x, y = np.meshgrid(west + LATTICE * (east - west), south + LATTICE * (north - south))
    return np.column_stack([x.ravel(), y.ravel()])
