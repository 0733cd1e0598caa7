"""One walk through a run: how much of it is seen, and how little of it need be seen.

Streets, heads and what they see come from the run folder; the walk is the shortest one between two
places, or through several. The places typed may be somebody's door, so nothing of
them is kept here. Less seen ways are looked for under simulated cameras only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.cameras.fleet import refusal
from sim.errors import InputError
from sim.results.asked import asked, named
from sim.results.drawn import DrawnLines
from sim.results.metrics import ALONG_BUS_STREETS, HEADLINE_TASK, along_bus_streets
from sim.results.read import RunData
from sim.scenario.parameters import following
from sim.scenario.schema import coordinates
from sim.sight.ranks import FirstSeen
from sim.tracking.avoidance import STRETCHES, MinimalExposurePath, minimal_exposure_path
from sim.tracking.report import TrackReport, follow_walks
from sim.trips.model import Trips
from sim.trips.routing import Walks, edge_seconds, walk
from sim.trips.waypoints import Gazetteer
from sim.wording import counted

WALK_VERSION = 1
MOST_WAY_POINTS = 50
FIGURES = (
    "observed_length", "observed_time", "heads", "sites", "sightings", "longest_gap_m",
    "longest_gap_s", "first_sighting_m", "identified", "tracked_live", "tracked_afterwards",
)  # fmt: skip
"""Figures of a trip that a walk is answered with."""
REAL_CAMERAS = f"{refusal('Less seen ways are not looked for')}."


@dataclass(frozen=True, repr=False)
class WalkAnswer(DrawnLines):
    """What a run says of one walk.

    Attributes
    ----------
    content
        version, simulated, run, task, way_points (text, latitude and longitude of the junction
        taken, away_m from the coordinates typed), length_m, duration_s, streets (name, name_zh,
        highway and length_m, in walking order), totals (total, the figures of `FIGURES`,
        in_view_s, and least_seen: for each stretch the walk found, or null where that is refused),
        notes.
    lines
        The walk and the less seen ways (WGS 84), with columns what, total, stretch, length_m,
        seen_m.
    attribution
        Whose streets they are, a source each.
    """

    content: dict[str, Any]
    lines: gpd.GeoDataFrame
    attribution: tuple[str, ...] = ()


def walk_run(
    run: str | Path | RunData,
    via: Sequence[str],
    *,
    totals: Sequence[int] | None = None,
    task: str = HEADLINE_TASK,
) -> WalkAnswer:
    """Answer for the shortest walk through way-points in a run.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    via
        Way-points in walking order, two or more, as `sim.trips.waypoints.Gazetteer` reads them:
        "22.3193,114.1694", a street corner, a station exit, a place.
    totals
        Cameras in the whole city, up to the largest total of the run; the run's by default.
    task
        Of `sim.cameras.optics.TASKS`.

    Raises
    ------
    InputError
        A way-point, total or task that cannot be, or no way on foot.
    """
    run, steps, number = asked(run, totals, task)
    nodes = nodes_of(run, via)
    legs = shortest_legs(run, via, nodes)
    trip = as_trip(run, nodes, legs)
    tracks = tracks_of(run, trip, steps)
    real = not run.fleet.simulated
    found = {} if real else {total: _least_seen(run, nodes, total, task) for total in steps}
    length = float(legs.length.sum())
    content = {
        "version": WALK_VERSION,
        "simulated": not real,
        "run": str(run.summary.get("scenario", "")),
        "task": task,
        "way_points": way_points_of(run, via, nodes),
        "length_m": length,
        "duration_s": float(trip.table["duration_s"].iloc[0]),
        "streets": streets_of(run, legs.path_edge),
        "totals": [
            {
                "total": total,
                **_figures(tracks, k, number, float(trip.table["duration_s"].iloc[0])),
                "least_seen": _stretches(found.get(total), length),
            }
            for k, total in enumerate(steps)
        ],
        "notes": [
            *([ALONG_BUS_STREETS] if along_bus_streets(run.summary) else []),
            *([REAL_CAMERAS] if real else []),
        ],
    }
    return WalkAnswer(content, _lines(run, legs, content, found), run.city.attribution)


def via_of(run: RunData, name: str) -> list[str]:
    """Return the way-points of a walk that the scenario of a run names.

    Parameters
    ----------
    run
        Whose scenario.
    name
        Of the walk, in either language.

    Raises
    ------
    InputError
        It names none so; says which.
    """
    return list(named(run.scenario.trips.walks, name, "walk").via)


def nodes_of(run: RunData, via: Sequence[str]) -> list[int]:
    """Return the junction of each way-point.

    Parameters
    ----------
    run, via
        As `walk_run`.

    Raises
    ------
    InputError
        A way-point is not found, or is the junction of the one before.
    """
    if not 2 <= len(via) <= MOST_WAY_POINTS:
        raise InputError(f"{counted(len(via), 'way-point')}; give 2 to {MOST_WAY_POINTS}")
    names = Gazetteer(run.city)
    nodes = [names.node(text) for text in via]
    for step in range(1, len(nodes)):
        if nodes[step] == nodes[step - 1]:
            raise InputError(
                f'"{via[step - 1]}" and "{via[step]}" are the same junction; choose places further '
                "apart"
            )
    return nodes


def shortest_legs(run: RunData, via: Sequence[str], nodes: list[int]) -> Walks:
    """Return the shortest walk from each way-point to the next.

    Parameters
    ----------
    run, via
        As `walk_run`.
    nodes
        Of `nodes_of`.

    Raises
    ------
    InputError
        There is no way on foot.
    """
    streets = run.city.streets
    # without steps every metre takes as long, so the quickest walk is the shortest
    flat = replace(streets, edges=streets.edges.assign(steps=False))
    legs = walk(
        flat,
        nodes[:-1],
        nodes[1:],
        np.full(len(nodes) - 1, -1),
        seed=0,
        cost_dispersion=0.0,
        workers=1,
    )
    if legs.unreachable:
        step = int(np.isnan(legs.length).argmax())
        raise InputError(
            f'no way on foot from "{via[step]}" to "{via[step + 1]}"; choose other way-points'
        )
    return legs


def as_trip(run: RunData, nodes: list[int], legs: Walks) -> Trips:
    """Return the walk as the one trip that the trackers take.

    Parameters
    ----------
    run, nodes, legs
        The run, of `nodes_of`, and of `shortest_legs`.
    """
    speed = run.scenario.trips.speed_m_s
    seconds = edge_seconds(run.city.streets, speed)[legs.path_edge].sum()
    row = {
        "person": np.int64(-1), "kind": "named", "name": "", "name_zh": "", "named": True,
        "origin": np.int32(nodes[0]), "destination": np.int32(nodes[-1]),
        "length": legs.length.sum(), "duration_s": seconds,
    }  # fmt: skip
    ptr = np.array([0, len(legs.path_edge)], np.int64)
    table = pd.DataFrame([row])
    return Trips(table, ptr, legs.path_edge, legs.path_backward, speed_m_s=speed)


def tracks_of(run: RunData, trip: Trips, totals: list[int]) -> TrackReport:
    """Return how a walk is seen and followed at some totals.

    Parameters
    ----------
    run, trip, totals
        The run, of `as_trip`, and cameras in the whole city.
    """
    return follow_walks(
        run.city,
        run.seen,
        trip,
        totals,
        pieces=FirstSeen(run.pieces),
        parameters=following(run.scenario),
        seed=run.scenario.seed,
    )


def _figures(
    tracks: TrackReport, step: int, task: int, duration_s: float
) -> dict[str, float | None]:
    """Return the figures of the walk at one total; None where there is none."""
    values = {name: float(tracks.figures[name][0, step, task]) for name in FIGURES}
    values["in_view_s"] = values["observed_time"] * duration_s
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def _least_seen(
    run: RunData, nodes: list[int], total: int, task: str
) -> dict[float, list[MinimalExposurePath]]:
    """Return the least-seen walk of every leg, by how much longer it may be."""
    return {
        stretch: [
            minimal_exposure_path(
                run.city.streets, run.fleet, run.pieces, start, end,
                total=total, task=task, stretch=stretch,
            )
            for start, end in pairwise(nodes)
        ]
        for stretch in STRETCHES
    }  # fmt: skip


def _stretches(
    found: dict[float, list[MinimalExposurePath]] | None, shortest_m: float
) -> list[dict[str, Any]] | None:
    """Return the less seen walks as figures, None where they are refused."""
    if found is None:
        return None
    return [
        {
            "stretch": stretch,
            "length_m": sum(leg.length_m for leg in legs),
            "detour": sum(leg.length_m for leg in legs) / shortest_m,
            "seen_m": sum(leg.seen_m for leg in legs),
            "at_least_seen_m": sum(leg.bound_m for leg in legs),
            "least_seen": sum(leg.seen_m for leg in legs) / shortest_m,
        }
        for stretch, legs in found.items()
    ]


def way_points_of(run: RunData, via: Sequence[str], nodes: list[int]) -> list[dict[str, Any]]:
    """Return each way-point with the junction that it was taken for, and how far that is.

    Parameters
    ----------
    run, via
        As `walk_run`.
    nodes
        Of `nodes_of`.

    Returns
    -------
    Of each: text, latitude, longitude, and away_m, None where no coordinates were typed.
    """
    junctions = run.city.streets.nodes.geometry.iloc[nodes]
    degrees = junctions.to_crs("EPSG:4326")
    rows = []
    for text, metres, junction in zip(via, junctions, degrees, strict=True):
        typed = coordinates(text)
        away = None
        if typed is not None:
            point = gpd.GeoSeries.from_xy([typed[1]], [typed[0]], crs="EPSG:4326")
            away = round(float(point.to_crs(junctions.crs).distance(metres).iloc[0]), 1)
        latitude, longitude = round(junction.y, 6), round(junction.x, 6)
        rows.append({"text": text, "latitude": latitude, "longitude": longitude, "away_m": away})
    return rows


def streets_of(run: RunData, edges: NDArray[np.int32]) -> list[dict[str, Any]]:
    """Return the streets along the way, each as long as the walk stays on it.

    Parameters
    ----------
    run, edges
        The run, and the way in walking order.
    """
    table = run.city.streets.edges[["name", "name_zh", "highway", "length"]].iloc[edges]
    rows: list[dict[str, Any]] = []
    for name, name_zh, highway, length in table.itertuples(index=False):
        street = {"name": str(name or ""), "name_zh": str(name_zh or ""), "highway": str(highway)}
        named = street["name"] or street["name_zh"]
        same = rows and all(
            rows[-1][key] == street[key] for key in (("name", "name_zh") if named else street)
        )
        if same:
            rows[-1]["length_m"] += float(length)
        else:
            rows.append({**street, "length_m": float(length)})
    return rows


def _lines(
    run: RunData,
    legs: Walks,
    content: dict[str, Any],
    found: dict[int, dict[float, list[MinimalExposurePath]]],
) -> gpd.GeoDataFrame:
    """Return the walk and the less seen ways as lines in degrees."""
    rows: list[dict[str, Any]] = [
        {
            "what": "walk",
            "total": step["total"],
            "stretch": 1.0,
            "length_m": content["length_m"],
            "seen_m": step["observed_length"] * content["length_m"],
            "geometry": line_of(run, legs.path_edge, legs.path_backward),
        }
        for step in content["totals"]
    ]
    for total, stretches in found.items():
        for stretch, ways in stretches.items():
            edge = np.concatenate([way.edge for way in ways])
            backward = np.concatenate([way.backward for way in ways])
            rows.append(
                {
                    "what": "least seen way",
                    "total": total,
                    "stretch": stretch,
                    "length_m": sum(way.length_m for way in ways),
                    "seen_m": sum(way.seen_m for way in ways),
                    "geometry": line_of(run, edge, backward),
                }
            )
    lines = gpd.GeoDataFrame(rows, geometry="geometry", crs=run.city.streets.crs)
    return lines.assign(task=content["task"], simulated=content["simulated"]).to_crs("EPSG:4326")


def line_of(
    run: RunData, edge: NDArray[np.integer[Any]], backward: NDArray[np.bool_]
) -> shapely.LineString:
    """Join edges in walking order to one line.

    Parameters
    ----------
    run
        Whose streets they are.
    edge, backward
        Edges, and whether each is walked from its node v to u.
    """
    lines = run.city.streets.edges.geometry.to_numpy()[edge]
    lines = np.where(backward, shapely.reverse(lines), lines)
    return shapely.remove_repeated_points(shapely.linestrings(shapely.get_coordinates(lines)))
