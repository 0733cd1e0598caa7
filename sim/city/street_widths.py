"""How wide streets are and whether they have a footway on each side, measured on areas of ground.

Straight across a street, in several places along each of its edges, the stretch of carriageway and
footway is measured around the edge's line. An edge whose line lies on no such area, or runs along
another street, gets no width, and whoever asks takes that of its class.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.processes import available_cores, computing_threads

if TYPE_CHECKING:
    from sim.city.sources.official_pavements import Paved
    from sim.city.streets import StreetNetwork

EVERY_M = 20.0
"""A place across which is measured every so many metres of an edge."""
MOST_PLACES = 8
REACH_M = 40.0
"""So far to each side; a stretch that goes on beyond has no known width."""
SEAM_M = 0.5
"""Areas apart by less than this are one."""
OFF_LINE_M = 1.5
"""A line may lie so far beside the ground that it is of."""
NARROWEST_FOOTWAY_M = 0.5
KNOWN_SHARE = 0.5
"""An edge has a width where at least this share of its places has one."""
AT_ONCE = 20_000
_APART_M = 4 * REACH_M
"""Between the places on one long axis, so that stretches of two of them never touch."""


class Widths(NamedTuple):
    """Of each edge: what was measured across it."""

    whole_m: NDArray[np.float64]
    """Carriageways and footways together, NaN where it is not known."""
    kerbs_m: NDArray[np.float64]
    """From kerb to kerb where the line lies on a carriageway, NaN elsewhere."""
    sides: NDArray[np.bool_]
    """Whether a footway lies on each side of that carriageway."""


class _Stretches(NamedTuple):
    """Stretches of ground across streets, in ascending order, on one axis; none touch."""

    begin: NDArray[np.float64]
    end: NDArray[np.float64]


def measured_widths(edges: gpd.GeoDataFrame, paved: Paved) -> Widths:
    """Measure edges at street level, without steps.

    Parameters
    ----------
    edges
        As of a `StreetNetwork`, in the metres of the areas.
    paved
        Areas of street at ground level.

    Returns
    -------
    The median of the places of each edge; a side counts where half of its places have it.
    """
    level = (edges["deck"] == "street").to_numpy() & ~edges["steps"].to_numpy(bool)
    row = np.flatnonzero(level)
    found = np.full((3, 0), np.nan)
    line = edges.geometry.to_numpy()
    of, across = _places(line[row])
    tree = shapely.STRtree(paved.shape)
    with computing_threads(available_cores()) as pool:
        some = (across[i : i + AT_ONCE] for i in range(0, len(of), AT_ONCE))
        parts = list(pool.map(lambda lines: _measured(lines, paved, tree), some))
    found = np.concatenate([found, *parts], axis=1)
    places = np.bincount(of, minlength=len(row))
    table = pd.DataFrame(found.T, columns=["whole", "kerbs", "sides"]).groupby(of)
    known = table.count().reindex(np.arange(len(row)), fill_value=0).to_numpy()
    median = table.median().reindex(np.arange(len(row))).to_numpy()
    median = np.where(known < KNOWN_SHARE * places[:, None], np.nan, median)
    out = np.full((len(edges), 3), np.nan)
    out[row] = median
    return Widths(out[:, 0], out[:, 1], out[:, 2] >= KNOWN_SHARE)


def with_widths(streets: StreetNetwork, widths: Widths) -> StreetNetwork:
    """Return a network whose edges say how wide their street is, and count those that do not.

    Parameters
    ----------
    streets
        The network.
    widths
        Of its edges.

    Returns
    -------
    With the column facades, m, NaN where the width of the class is taken.
    """
    length = streets.edges["length"].to_numpy()
    level = (streets.edges["deck"] == "street").to_numpy()
    known = ~np.isnan(widths.whole_m)
    report = {
        **streets.report,
        "width_measured_km": round(float(length[known].sum()) / 1000, 3),
        "width_by_class_km": round(float(length[level & ~known].sum()) / 1000, 3),
    }
    edges = streets.edges.assign(facades=widths.whole_m)
    return replace(streets, edges=edges, report=report)


def _places(line: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Return which line each place is on, and a straight line across it there."""
    long = shapely.length(line)
    count = np.clip(np.ceil(long / EVERY_M), 1, MOST_PLACES).astype(np.int64)
    of = np.repeat(np.arange(len(line)), count)
    step = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    at = (step + 0.5) / count[of] * long[of]
    near = np.minimum(1.0, long[of] / 4)
    before, here, after = (
        shapely.get_coordinates(shapely.line_interpolate_point(line[of], at + by))
        for by in (-near, 0.0, near)
    )
    along = after - before
    size = np.hypot(*along.T)
    flat = size == 0  # a line that turns back on itself
    along[flat] = (1.0, 0.0)
    left = np.column_stack([-along[:, 1], along[:, 0]]) / np.where(flat, 1.0, size)[:, None]
    ends = np.stack([here - REACH_M * left, here + REACH_M * left], axis=1)
    return of, np.asarray(shapely.linestrings(ends), object)


def _measured(
    across: NDArray[np.object_], paved: Paved, tree: shapely.STRtree
) -> NDArray[np.float64]:
    """Return width, width from kerb to kerb, and whether both sides have a footway (1 or 0)."""
    place, area = tree.query(across, predicate="intersects")
    cut = shapely.intersection(across[place], paved.shape[area])
    part, of = shapely.get_parts(cut, return_index=True)
    part, of_part = shapely.get_parts(part, return_index=True)  # collections of several kinds
    of = of[of_part]
    straight = shapely.get_type_id(part) == 1
    part, of = part[straight], of[straight]
    start = shapely.get_coordinates(shapely.get_point(across, 0))
    far = [
        np.hypot(*(shapely.get_coordinates(shapely.get_point(part, end)) - start[place[of]]).T)
        for end in (0, -1)
    ]
    shift = place[of] * _APART_M
    begin, end = np.minimum(*far) + shift, np.maximum(*far) + shift
    driven = paved.driven[area[of]]
    middle = np.arange(len(across), dtype=np.float64) * _APART_M + REACH_M
    whole = _around(_joined(begin, end), middle)
    kerbs = _around(_joined(begin[driven], end[driven]), middle)
    left, right = whole[0] - kerbs[0], kerbs[1] - whole[1]
    unknown = np.isnan(left) | np.isnan(right)
    both = np.where(unknown, np.nan, np.maximum(left, right) <= -NARROWEST_FOOTWAY_M)
    return np.stack([whole[1] - whole[0], kerbs[1] - kerbs[0], both])


def _joined(begin: NDArray[np.float64], end: NDArray[np.float64]) -> _Stretches:
    """Join stretches that overlap or lie less than a seam apart."""
    order = np.argsort(begin, kind="stable")
    begin, end = begin[order], end[order]
    if not len(begin):
        return _Stretches(begin, end)
    reached = np.maximum.accumulate(end)
    first = np.concatenate([[True], begin[1:] > reached[:-1] + SEAM_M])
    last = np.append(np.flatnonzero(first)[1:] - 1, len(begin) - 1)
    return _Stretches(begin[first], reached[last])


def _around(
    found: _Stretches, middle: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return begin and end of the stretch around each middle, NaN without one or beyond reach."""
    begin, end = (np.full(len(middle), np.nan) for _ in range(2))
    if not len(found.begin):
        return begin, end
    one = np.clip(
        np.searchsorted(found.begin, middle + OFF_LINE_M, "right") - 1, 0, len(found.begin) - 1
    )
    inside = (found.begin[one] <= middle + OFF_LINE_M) & (found.end[one] >= middle - OFF_LINE_M)
    ends = np.maximum(middle - found.begin[one], found.end[one] - middle) >= REACH_M - SEAM_M
    good = inside & ~ends
    begin[good], end[good] = found.begin[one[good]], found.end[one[good]]
    return begin, end
