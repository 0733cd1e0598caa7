"""Whether walks of a run can still be made unseen, up to which total, and what stands in the way.

Of one walk between two places, under simulated cameras only: the last total at which some unseen
way joins its doors, the shortest such way, and the fewest cameras in the way where none is left. Of
all walks of a run, as statistics under any cameras: how their last totals are spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sim.cameras.fleet import only_of_simulated
from sim.errors import InputError
from sim.results.asked import asked
from sim.results.contract import fleets_of
from sim.results.drawn import DrawnLines
from sim.results.metrics import HEADLINE_TASK
from sim.results.read import RunData
from sim.results.walk import line_of, nodes_of, shortest_legs, way_points_of
from sim.tracking.answer import (
    NOT_EVEN_WITHOUT,
    OpenWays,
    last_totals,
)
from sim.tracking.fewest import Fewest, WatchedWays, fewest_heads, shortest_unseen, watched_ways

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet

UNSEEN_VERSION = 1
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
ELSEWHERE = "elsewhere"
"""Where a camera hangs that is in no district of Hong Kong."""


@dataclass(frozen=True, repr=False)
class UnseenAnswer(DrawnLines):
    """What a run says of one walk that is to be unseen.

    Attributes
    ----------
    content
        version, simulated, run, task, way_points (as of `sim walk`), shortest_m (metres of the
        shortest way), last_unseen (the largest total at which some way is unseen; null where
        `always` or `never`), always (whether the whole fleet leaves one), never (whether the ways
        allowed do not join the doors without any camera either), totals: total, unseen (whether a
        way is left), length_m and detour of the shortest unseen way (null without), fewest (lower
        and upper: no way passes fewer cameras than lower, one passes upper; exact, whether they
        are the same; by_owner and by_district of those on the way found, and their
        simulated_ranks; null where `never`).
    lines
        The shortest unseen ways, and where none is left the ways that pass fewest (WGS 84), with
        columns what, total, length_m, cameras.
    attribution
        Whose streets they are, a source each.
    """

    content: dict[str, Any]
    lines: gpd.GeoDataFrame
    attribution: tuple[str, ...] = ()


def unseen_walk(
    run: str | Path | RunData,
    start: str,
    end: str,
    *,
    totals: Sequence[int] | None = None,
    task: str = HEADLINE_TASK,
) -> UnseenAnswer:
    """Answer for one walk: can it be made unseen, how long is it then, and what is in the way.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    start, end
        Places, as `sim.results.walk.walk_run` reads them.
    totals
        Cameras in the whole city, up to the largest total of the run; the run's by default.
    task
        Of `sim.cameras.optics.TASKS`.

    Raises
    ------
    InputError
        A camera is not simulated; a place is not on the network or lies beyond the study area; a
        total or task cannot be.
    """
    run, steps, number = asked(run, totals, task)
    only_of_simulated(run.fleet.simulated, "a walk's last unseen total is not given")
    nodes = nodes_of(run, [start, end])
    _check_inside(run, [start, end], nodes)
    shortest = float(shortest_legs(run, [start, end], nodes).length.sum())
    ways = open_ways(run)
    streets = run.city.streets.arrays
    watched = watched_ways(streets, run.seen.arrays, run.fleet.arrays.rank, ways, number)
    last = float(last_totals(ways, np.array([nodes[0]]), np.array([nodes[1]]))[0, number])
    rows, lines = [], []
    for total in steps:
        row, line = _at(run, ways, watched, nodes, total, number, shortest)
        rows.append(row)
        lines += line
    within = np.isfinite(last) and last != NOT_EVEN_WITHOUT
    content = {
        "version": UNSEEN_VERSION,
        "simulated": True,
        "run": str(run.summary.get("scenario", "")),
        "task": task,
        "way_points": way_points_of(run, [start, end], nodes),
        "shortest_m": shortest,
        "last_unseen": int(last) if within else None,
        "always": last == np.inf,
        "never": last == NOT_EVEN_WITHOUT,
        "totals": rows,
    }
    columns = ["what", "total", "length_m", "cameras", "geometry"]
    table = gpd.GeoDataFrame(lines, columns=columns, geometry="geometry", crs=run.city.streets.crs)
    shown = table.assign(task=task, simulated=True).to_crs("EPSG:4326")
    return UnseenAnswer(content, shown, run.city.attribution)


def unseen_walks(
    run: str | Path | RunData,
    *,
    totals: Sequence[int] | None = None,
    task: str = HEADLINE_TASK,
) -> dict[str, Any]:
    """Return how the last unseen totals of all walks of a run are spread, under its fleet shown.

    Parameters
    ----------
    run, totals, task
        As `unseen_walk`.

    Returns
    -------
    dict
        version, simulated, run, task, walks (how many count), last_unseen (p10, p50, p90: in so
        large a share of walks it is lower; null above the largest total of the run, 0 where no
        allowed way joins the doors), always and never (shares of walks, as of `unseen_walk`), and
        totals: total, share (of walks that can still be made unseen), parted (share of walks whose
        last way goes between the total before and this one), fleets (of all fleets of the run:
        count, mean share, p5, p50, p95; null of a single fleet and at totals not of the run).

    Raises
    ------
    InputError
        The run has no walks, or a total or task cannot be.
    """
    run, steps, number = asked(run, totals, task)
    found = run.answer
    last = found.closed.last[found.counted, number]
    if not len(last):
        raise InputError(f"{run.folder}: no walk counts; run it with trips.people above 0")
    share = np.array([(last >= total).mean() for total in steps])
    fleets = _over_fleets(run, task)
    middle = {name: np.quantile(last, q, method="inverted_cdf") for name, q in QUANTILES.items()}
    return {
        "version": UNSEEN_VERSION,
        "simulated": run.fleet.simulated,
        "run": str(run.summary.get("scenario", "")),
        "task": task,
        "walks": len(last),
        "last_unseen": {
            name: int(max(value, 0)) if value < np.inf else None for name, value in middle.items()
        },
        "always": float((last == np.inf).mean()),
        "never": float((last == NOT_EVEN_WITHOUT).mean()),
        "totals": [
            {
                "total": total,
                "share": float(left),
                "parted": float(parted) + 0.0,
                "fleets": fleets.get(total),
            }
            for total, left, parted in zip(steps, share, -np.diff(share, prepend=1.0), strict=True)
        ],
    }


def _over_fleets(run: RunData, task: str) -> dict[int, dict[str, Any]]:
    """Return the share of walks left over all fleets of a run, by its totals."""
    count = fleets_of(run.summary)
    shares = {
        int(step["total"]): step["answer"][task]["any_length"] for step in run.summary["steps"]
    }
    return {
        total: {"count": count, "mean": share["share"], **share["fleets"]}
        for total, share in shares.items()
        if "fleets" in share
    }


def owners_and_districts(run: RunData, fleet: Fleet, heads: NDArray[np.int64]) -> dict[str, Any]:
    """Return how many of some heads each owner has and each district holds, the most first.

    Parameters
    ----------
    run
        Whose districts are asked.
    fleet, heads
        A fleet, and rows of it.

    Returns
    -------
    dict
        by_owner and by_district, counts by name; `ELSEWHERE` outside Hong Kong's districts.
    """
    table = fleet.heads.iloc[heads]
    districts = run.geometry("districts")
    districts = districts[districts["kind"] == "district"]
    where = np.full(len(table), ELSEWHERE, object)
    for name, shape in zip(districts["name"], districts.geometry, strict=True):
        where[shapely.intersects_xy(shape, table["x"], table["y"])] = name
    return {"by_owner": _counts(table["owner"].to_numpy(object)), "by_district": _counts(where)}


def _counts(words: NDArray[np.object_]) -> dict[str, int]:
    names, count = np.unique(words.astype(str), return_counts=True)
    order = np.argsort(-count, kind="stable")
    return {str(names[k]): int(count[k]) for k in order}


def _check_inside(run: RunData, via: Sequence[str], nodes: Sequence[int]) -> None:
    a, polygon = run.city.streets.arrays, run.city.area.polygon
    for text, node in zip(via, nodes, strict=True):
        if not shapely.intersects_xy(polygon, a.node_x[node], a.node_y[node]):
            raise InputError(
                f'"{text}" lies beyond the study area, where streets are watched less; choose a '
                f"place inside {run.city.area.name}"
            )


def open_ways(run: RunData) -> OpenWays:
    """Return the ways of the answer, what is closed closed.

    Parameters
    ----------
    run
        From `sim.results.read.read_data`.
    """
    return run.open_ways


def _at(
    run: RunData,
    ways: OpenWays,
    watched: WatchedWays,
    nodes: Sequence[int],
    total: int,
    task: int,
    shortest_m: float,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the answer at one total, and its line."""
    start, end = nodes
    length = run.city.streets.arrays.edge_length
    metres, way = shortest_unseen(watched, ways, length, start, end, total, task)
    left = metres < np.inf
    found = fewest_heads(watched, ways, start, end, total)
    row = {
        "total": total,
        "unseen": left,
        "length_m": metres if left else None,
        "detour": metres / shortest_m if left else None,
        "fewest": None if found is None else _fewest(run, found),
    }
    if found is None:
        return row, []
    edges = way if left else found.edge
    line = {
        "what": "shortest unseen way" if left else "way past the fewest cameras found",
        "total": total,
        "length_m": float(length[edges].sum()),
        "cameras": found.upper,
        "geometry": _line(run, start, edges),
    }
    return row, [line]


def _fewest(run: RunData, found: Fewest) -> dict[str, Any]:
    return {
        "lower": found.lower,
        "upper": found.upper,
        "exact": found.lower == found.upper,
        **owners_and_districts(run, run.fleet, found.heads),
        "simulated_ranks": run.fleet.arrays.rank[found.heads].tolist(),
    }


def _line(run: RunData, start: int, edges: NDArray[np.int64]) -> shapely.LineString:
    a, node, backward = run.city.streets.arrays, start, []
    for edge in edges:
        backward.append(a.edge_u[edge] != node)
        node = a.edge_u[edge] + a.edge_v[edge] - node
    return line_of(run, edges, np.array(backward, bool))
