"""What a page carries: the run's streets, cameras, walks and figures, as packed integers.

It turns projected metres into Web-Mercator decimetres (the plane Leaflet draws in), street pieces
into cuts along their edge, and first-seen ranks into places in one list of ranks. The figures it
adds are sums over the run's own curves, so the page can follow a slider between the run's totals.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from maps.answer import answer_of, ends_of, is_answered
from maps.basemap import basemap_of, with_names
from maps.everyday import EVERYDAY, add_everyday
from maps.finder import STATION_EXIT, build_finder, junctions
from maps.layers import layers, owner_codes
from maps.meetings import Meetings, meetings
from maps.names import name_pair
from maps.packing import Columns
from maps.run_folder import RunFolder
from maps.sight_payload import add_sight, lattice, plane_of, refusal_of

UNIT = 0.1
"""Grid of every drawn coordinate, Web-Mercator metres."""
DECIMETRE = 0.1
THREADS = 2
"""That work beside the one that gathers; on two cores more would keep it waiting."""
BUS_STREETS = "bus-street proxy"
"""Streets that nobody should be sent along on foot: a page on them gives no walk."""


class Form(NamedTuple):
    """How finely a page draws: tolerances of outlines in metres, steps on the grid.

    Attributes
    ----------
    piece_step
        Decimetres to which streets are cut.
    rest_step
        Millimetres to which edges are as long as they are.
    curve_step
        Centimetres to which curves over ranks are.
    """

    piece_step: int
    line_tolerance: float
    line_step: int
    wall_tolerance: float
    wall_step: int
    field_tolerance: float
    field_step: int
    rest_step: int = 1
    curve_step: int = 1


FINE = Form(1, 0.05, 1, 0.4, 1, 0.25, 1)
WIDE = Form(5, 0.5, 5, 3.0, 10, 1.5, 10, rest_step=20, curve_step=100)
"""Of a city so large that its page would be slow to send: nothing is left out."""
COARSE = Form(10, 0.5, 1, 3.0, 1, 0.5, 2)
"""Of streets on which no walk is measured."""
WIDE_PIECES = 150_000
"""Streets of more pieces than these are a large city's."""
MOST_CURVE_CELLS = 4_000_000
MOST_CURVE_POINTS = 400
SHARE_SCALE = 100_000
LABELLED = ("station", "market", "landmark")
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
TYPICAL = ("longest_gap_m", "heads", "tracked_live")
WALK_FIGURES = ("observed_length", "heads", "longest_gap_m", "tracked_live")


@dataclass(frozen=True)
class Payload:
    """What a page carries.

    Attributes
    ----------
    head
        Small things as JSON: grid, totals, figures.
    words
        Names of streets and places, which are also in the columns, as text.
    columns
        Everything long, as integers.
    """

    head: dict[str, Any]
    words: dict[str, Any]
    columns: Columns


class Grid:
    """The plane the page draws in: integers of `UNIT` Web-Mercator metres from an origin.

    Parameters
    ----------
    crs
        The run's projected CRS.
    bounds
        West, south, east, north in that CRS; the origin is the south-west corner.
    """

    def __init__(self, crs: CRS, bounds: NDArray[np.float64]) -> None:
        self._transformer = Transformer.from_crs(crs, "EPSG:3857", always_xy=True)
        west, south, east, north = bounds
        x, y = self._transformer.transform([west, west, east, east], [south, north, south, north])
        self.origin = (math.floor(min(x)), math.floor(min(y)))
        self.decimetre = self._steps_per_decimetre((west + east) / 2, (south + north) / 2)
        """Grid steps per decimetre on the ground, at the middle."""

    def _steps_per_decimetre(self, x: float, y: float) -> float:
        """Side of the square that 100 m × 100 m become; Web-Mercator differs 0.7 % by direction."""
        east, north = self._transformer.transform([x, x + 100, x], [y, y, y + 100])
        across, up = (np.array([east[k] - east[0], north[k] - north[0]]) for k in (1, 2))
        area = abs(across[0] * up[1] - across[1] * up[0])
        return math.sqrt(area) / 100 * DECIMETRE / UNIT

    def place(self, coordinates: NDArray[np.float64], step: int = 1) -> NDArray[np.int64]:
        """Return whole steps on the grid, shape (n, 2), of projected metres, shape (n, 2)."""
        if not len(coordinates):
            return np.zeros((0, 2), np.int64)
        return np.asarray(np.rint(self._on_grid(coordinates) / step), np.int64)

    def plane(self, bounds: NDArray[np.float64]) -> list[float]:
        """Return how metres follow from steps on the grid; see `plane_of`."""
        metres = lattice(bounds)
        return plane_of(metres, self._on_grid(metres))

    def _on_grid(self, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        metres = np.column_stack(self._transformer.transform(*coordinates.T))
        return np.asarray((metres - self.origin) / UNIT)


def build_payload(
    run: RunFolder, bounds: NDArray[np.float64] | None = None, *, walks: bool = True
) -> Payload:
    """Gather what the page carries from a run folder.

    Parameters
    ----------
    run
        The folder as read.
    bounds
        What the page's grid must span, where it is not this run alone.
    walks
        Carry what the reader's own walk needs, where the run's streets can be walked.
    """
    # Shapely, numpy's sorting and zlib let other threads work meanwhile.
    with ThreadPoolExecutor(THREADS) as pool:
        columns = Columns(pool if bounds is None else None)  # beside another run some are left out
        return _gather(run, bounds_of(run) if bounds is None else bounds, walks, columns, pool)


def _gather(
    run: RunFolder,
    bounds: NDArray[np.float64],
    walks: bool,
    columns: Columns,
    pool: ThreadPoolExecutor,
) -> Payload:
    grid = Grid(run.edges.crs, bounds)
    heads = run.heads[run.heads["rank"] <= run.totals[-1]]
    ranks = _known_ranks(run)
    walkable = walks and run.summary["area"].get("streets") != BUS_STREETS
    fine = FINE if len(run.pieces) <= WIDE_PIECES else WIDE
    form = fine if walkable else COARSE
    bands = pool.submit(_walk_bands, run)
    lines = pool.submit(shapely.simplify, run.edges.geometry.to_numpy(), form.line_tolerance)
    fields = pool.submit(_rings, heads["field"].to_numpy(), form.field_tolerance)
    walls = pool.submit(_rings, run.walls.geometry.to_numpy(), form.wall_tolerance)
    codes = np.column_stack(
        [_code(run.pieces[f"rank_{task}"].to_numpy(np.int64), ranks) for task in run.tasks]
    )
    met = meetings(run, heads, _code(heads["rank"].to_numpy(np.int64), ranks)) if walkable else None
    _add_lines(columns, grid, lines.result(), junctions(run.edges), form.line_step)
    names, edge_name = _add_streets(columns, run)
    pieces_met = _add_pieces(columns, run, codes, form.piece_step, met)
    columns.add("ranks", ranks, differences=True)
    decks = _add_network(columns, run)
    found = _add_own_walk(columns, run, names, edge_name, form) if walkable else []
    _add_meetings(columns, met)
    add_everyday(columns, run, EVERYDAY if walkable and form is FINE else 0)
    _add_rings(columns, grid, "wall", walls.result(), form.wall_step)
    place = _add_heads(columns, grid, run, heads, ranks, met)
    labels = _add_basemap(columns, grid, run)
    fixed = refusal_of(run, walkable=walkable, large=form is WIDE)
    if fixed is None:
        add_sight(columns, run, heads, met.order if met else None, walls.result().row, decks)
    _add_fields(columns, grid, fields.result(), place, form.field_step)
    _add_seen_curves(columns, run, codes, len(ranks), form)
    _add_walk_bands(columns, bands.result())
    words = {"names": names, "found": found, "places": labels}
    columns.add_text("words", json.dumps(words, ensure_ascii=False, separators=(",", ":")))
    head = {
        "origin": grid.origin,
        "unit": UNIT,
        "decimetre": grid.decimetre,
        **{name: getattr(form, name) for name in ("line_step", "field_step", "piece_step")},
        "pieces_met": pieces_met,
        "tasks": run.tasks,
        "totals": run.totals,
        "typical": _typical_of(run.summary),
        "critical": _critical_totals(run),
        "walkable": walkable,
        "years": years_of(run),
        "layers": layers(run),
        **_of_summary(run.summary),
        "fixed": fixed,
        "sight": None if fixed else {"plane": grid.plane(bounds), "decks": decks},
        "walks": _add_walks(columns, grid, run),
        "outlines": _add_outlines(columns, grid, run.districts),
    }
    return Payload({**head, "columns": columns.index}, words, columns)


def _of_summary(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first total told of, whether all is simulated, and what software needs."""
    told = summary.get("software")
    case = told["cases"][told["reference"]] if told else {}
    software = {name: float(case[name]) for name in ("pupil_px", "pitch") if told}
    return {
        "first": ends_of(summary)[0]["total"],
        "simulated": bool(summary["simulated"]),
        "software": software or None,
    }


def bounds_of(run: RunFolder) -> NDArray[np.float64]:
    """Return west, south, east, north of all that a run draws."""
    frames = [run.edges, run.walls, run.heads, run.districts[run.districts["kind"] != "district"]]
    bounds = np.array([frame.total_bounds for frame in frames if len(frame)])
    return np.concatenate([np.nanmin(bounds[:, :2], axis=0), np.nanmax(bounds[:, 2:], axis=0)])


def _known_ranks(run: RunFolder) -> NDArray[np.int64]:
    """Ranks that occur, up to the highest total; a place in this list, from 1, is a rank's code."""
    found = [run.heads["rank"].to_numpy(np.int64)]
    found += [run.pieces[f"rank_{task}"].to_numpy(np.int64) for task in run.tasks]
    ranks = np.unique(np.concatenate(found))
    return ranks[(ranks > 0) & (ranks <= run.totals[-1])]


def _code(rank: NDArray[np.int64], ranks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of each rank in the list, from 1; 0 for ranks beyond the highest total."""
    last = ranks[-1] if len(ranks) else 0
    return np.where(rank <= last, np.searchsorted(ranks, rank) + 1, 0)


def _add_points(columns: Columns, grid: Grid, name: str, shapes: NDArray[np.object_]) -> None:
    """Add the coordinates of shapes that have one line each."""
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    placed = grid.place(coordinates)
    columns.add(f"{name}_points", np.bincount(owner, minlength=len(shapes)))
    columns.add(f"{name}_x", placed[:, 0], differences=True)
    columns.add(f"{name}_y", placed[:, 1], differences=True)


def ring_steps(place: NDArray[np.int64], points: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how far each corner of rings lies from the one before, along one axis.

    First corners come first, each from that of the ring before, then all second ones and so on
    to the fourth, then the others in order: corners of one place compress best together. The
    fourth of four is told from where it closes a parallelogram.
    """
    first = np.cumsum(points) - points
    of_ring = np.repeat(np.arange(len(points)), points)
    at = np.arange(len(place)) - first[of_ring]
    step = np.diff(place, prepend=0)
    closing = np.flatnonzero((at == 3) & (points[of_ring] == 4))
    step[closing] += step[closing - 2]
    begun = first[points > 0]
    step[begun] = np.diff(place[begun], prepend=0)
    return step[np.argsort(np.minimum(at, 4), kind="stable")]


class Rings(NamedTuple):
    """Rings of polygons, without the last corner, which is the first one again.

    Attributes
    ----------
    corner
        Shape (corners, 2), projected metres.
    of_corner
        The ring of each corner.
    row
        The row of each ring.
    """

    corner: NDArray[np.float64]
    of_corner: NDArray[np.int64]
    row: NDArray[np.int64]


def _rings(shapes: NDArray[np.object_], tolerance: float) -> Rings:
    """Return the rings of polygons, drawn to a tolerance (metres)."""
    part, row = shapely.get_parts(
        shapely.simplify(shapes, tolerance) if tolerance else shapes, return_index=True
    )
    polygonal = shapely.get_type_id(part) == 3
    ring, of_part = shapely.get_rings(part[polygonal], return_index=True)
    corner, of_ring = shapely.get_coordinates(ring, return_index=True)
    kept = np.diff(of_ring, append=len(ring)) == 0
    return Rings(corner[kept], of_ring[kept], np.asarray(row[polygonal][of_part], np.int64))


def _add_rings(columns: Columns, grid: Grid, name: str, rings: Rings, step: int = 1) -> None:
    """Add the rings of polygons."""
    corner, of_ring, row = rings
    placed = grid.place(corner, step)
    if step > 1:  # corners may have fallen together
        apart = np.diff(of_ring, prepend=-1) != 0
        apart[1:] |= (placed[1:] != placed[:-1]).any(axis=1)
        placed, of_ring = placed[apart], of_ring[apart]
    points = np.bincount(of_ring, minlength=len(row))
    columns.add(f"{name}_points", points)
    for k, axis in enumerate("xy"):
        columns.add(f"{name}_{axis}", ring_steps(placed[:, k], points), unit=step)


def _add_fields(
    columns: Columns,
    grid: Grid,
    rings: Rings,
    place: NDArray[np.int64],
    size: int,
) -> None:
    """Add what each head sees as steps from the head, which itself is left out where it begins."""
    corner, of_ring, head = rings
    step = np.rint((grid.place(corner) - place[head[of_ring]]) / size).astype(np.int64)
    first = np.diff(of_ring, prepend=-1) != 0
    begins = first & ~step.any(axis=1)
    columns.add("field_head", head, differences=True)
    columns.add("field_whole", np.bincount(of_ring[begins], minlength=len(head)) == 0)
    columns.add("field_points", np.bincount(of_ring[~begins], minlength=len(head)))
    columns.add("field_x", step[~begins, 0], differences=True)
    columns.add("field_y", step[~begins, 1], differences=True)


def _add_streets(columns: Columns, run: RunFolder) -> tuple[list[list[str]], NDArray[np.int64]]:
    """Add what edges are; return the names, and each edge's place among them."""
    edges = run.edges
    names = edges[["name", "name_zh"]].to_numpy(object)
    pairs = [tuple(name_pair(*pair)) for pair in names.tolist()]
    known = {pair: code for code, pair in enumerate(dict.fromkeys([("", ""), *pairs]))}
    edge_name = np.array([known[pair] for pair in pairs], np.int64)
    columns.add("edge_name", edge_name)
    wide = edges["highway"].isin(["primary", "secondary", "tertiary"]).to_numpy()
    roofed = edges["deck"].isin(["subway", "covered"]).to_numpy()
    raised = (edges["deck"] == "footbridge").to_numpy()
    columns.add("edge_form", wide + 2 * roofed + 4 * raised)
    return [list(pair) for pair in known], edge_name


def _add_lines(
    columns: Columns, grid: Grid, drawn: NDArray[np.object_], ends: NDArray[np.int64], step: int
) -> None:
    """Add junctions, and how far the points of each edge between them lie off a straight line.

    Of each point it is foreseen that it lies on the straight line from the one before to the
    edge's end, which has as many parts as points are left.
    """
    coordinates, owner = shapely.get_coordinates(drawn, return_index=True)
    placed = grid.place(coordinates, step)
    points = np.bincount(owner, minlength=len(drawn))
    last = np.cumsum(points) - 1
    first = last - points + 1
    node = np.zeros((int(ends.max(initial=-1)) + 1, 2), np.int64)
    node[ends[:, 1]], node[ends[:, 0]] = placed[last], placed[first]
    between = np.ones(len(placed), bool)
    between[first] = between[last] = False
    at = np.flatnonzero(between)
    before, end = placed[at - 1], last[owner[at]]
    foreseen = before + (placed[end] - before) // (end - at + 1)[:, None]
    columns.add("edge_points", points)
    columns.add("edge_ends", ends.ravel(), recent=True)
    for k, axis in enumerate("xy"):
        columns.add(f"node_{axis}", node[:, k], differences=True, unit=step)
        columns.add(f"edge_{axis}", (placed[at] - foreseen)[:, k])


def _steps(metres: NDArray[np.float64], step: int) -> NDArray[np.int64]:
    """Return places along edges in whole steps of so many decimetres."""
    return np.asarray(np.rint(metres / (DECIMETRE * step)), np.int64)


def _add_pieces(
    columns: Columns,
    run: RunFolder,
    codes: NDArray[np.int64],
    step: int,
    met: Meetings | None = None,
) -> bool:
    """Add pieces: how many an edge has, their lengths (in `step` decimetres) and codes of ranks.

    Of each code it is said whether it is that of the piece before (0), none (1), that of the next
    looser task on this piece (2) or a new one (3): two bits a task, loosest lowest. Only new ones
    are written: as places among the heads that meet the edge, where all are, which is returned.
    """
    edge = np.searchsorted(run.edges["edge"].to_numpy(), run.pieces["edge"].to_numpy())
    columns.add("edge_pieces", np.bincount(edge, minlength=len(run.edges)))
    cut = _steps(run.pieces[["t0", "t1"]].to_numpy(np.float64), step)
    columns.add("piece_length", np.diff(cut, axis=1)[:, 0])
    before = np.vstack([np.zeros((1, codes.shape[1]), np.int64), codes[:-1]])
    looser = np.column_stack([np.full(len(codes), -1), codes[:, :-1]])
    like = np.select([codes == before, codes == 0, codes == looser], [0, 1, 2], 3)
    columns.add("piece_like", (like << (2 * np.arange(codes.shape[1]))).sum(axis=1))
    new = like == 3
    place = None if met is None else met.places(np.nonzero(new)[0], edge, codes[new])
    if place is None:
        columns.add("piece_new", codes[new])
    else:
        columns.add("piece_met", place)
    return place is not None


def _rests(
    edge: NDArray[np.int64], end: NDArray[np.float64], edges: int, step: int = 1
) -> NDArray[np.int64]:
    """Millimetres by which each edge is longer than its steps of so many decimetres.

    Without them the shortest of two ways that are nearly as long would be a matter of rounding.
    """
    rests = np.zeros(edges, np.int64)
    rests[edge] = np.rint(end * 1000) - 100 * step * _steps(end, step)  # the last piece's stands
    return rests


def _add_own_walk(
    columns: Columns,
    run: RunFolder,
    names: list[list[str]],
    edge_name: NDArray[np.int64],
    form: Form,
) -> list[list[str]]:
    """Add what the reader's own walk needs besides streets; return the names of places."""
    end = run.pieces["t1"].to_numpy(np.float64)
    edge = np.searchsorted(run.edges["edge"].to_numpy(), run.pieces["edge"].to_numpy())
    rest = np.rint(_rests(edge, end, len(run.edges), form.piece_step) / form.rest_step)
    columns.add("edge_rest", rest, unit=form.rest_step)
    finder = build_finder(run, names, edge_name)
    columns.add("name_node", finder.street_node)
    columns.add("found_node", finder.place_node)
    return finder.place_names


def _add_network(columns: Columns, run: RunFolder) -> list[str]:
    """Add what unseen ways hang on: decks of edges, pieces inside, and those that are closed.

    Names of the decks are returned, by their codes.
    """
    deck, names = pd.factorize(run.edges["deck"].astype("str"), sort=True)
    columns.add("edge_deck", deck)
    columns.add("piece_inside", run.pieces["in_area"].to_numpy(bool))
    closed = np.zeros(len(run.pieces), bool) if run.closed is None else run.closed
    columns.add("piece_closed", closed)
    return [str(name) for name in names]


def _add_meetings(columns: Columns, met: Meetings | None) -> None:
    """Add which heads see each edge, and the strictest task that each of them sees there."""
    if met is None:
        return
    columns.add("edge_met", np.diff(met.first))
    columns.add("met_head", met.number[met.head], recent=True)
    columns.add("met_task", met.task)


def _critical_totals(run: RunFolder) -> dict[str, int | None]:
    """Totals at which the largest unseen part falls below half of street length, by task.

    Of the fleet shown, whose streets these are.
    """
    found = run.summary.get("percolation") or {}
    return {task: critical_of(part) for task, part in found.items() if part}


def critical_of(part: Mapping[str, Any]) -> int | None:
    """Return the total at which the unseen network of the fleet shown breaks, None if it does not.

    Parameters
    ----------
    part
        Of one task, from summary.json's percolation.
    """
    found: int | None = part.get("critical_total_shown", part["critical_total"])
    return found


def years_of(run: RunFolder) -> list[int | None]:
    """Return the year of each total: the one whose last head it holds, and no later one's."""
    if "year" not in run.heads or run.summary["area"]["share_rule"] == "direct":
        return [None] * len(run.totals)
    dated = run.heads[run.heads["year"] > 0]
    spans = dated.groupby("year")["rank"].agg(["min", "max"]).sort_index()
    years: list[int | None] = []
    for total in run.totals:
        begun = spans.index[spans["min"] <= total]
        whole = len(begun) > 0 and bool((spans["max"][begun] <= total).all())
        year = int(begun[-1]) if whole else None
        years.append(None if year in years else year)
    return years


def _typical_of(summary: Mapping[str, Any]) -> list[dict[str, dict[str, float | None]]]:
    """Return `_typical` of each step; without an answer where trips are no walks."""
    answered = is_answered(summary)
    return [_typical(step, answered=answered) for step in summary["steps"]]


def _typical(step: dict[str, Any], *, answered: bool = True) -> dict[str, dict[str, float | None]]:
    """Medians over typical walks, and the answer where they are walks, at one total.

    No curve gives them.
    """
    typical: dict[str, dict[str, float | None]] = {
        task: {name: figures[name]["p50"] for name in TYPICAL if figures.get(name)}
        for task, figures in step["trips"].items()
    }
    for task, figures in typical.items():
        share, _ = answer_of(step, task)
        if share is not None and answered:
            figures["answer"] = share
    return typical


def _add_heads(
    columns: Columns,
    grid: Grid,
    run: RunFolder,
    heads: gpd.GeoDataFrame,
    ranks: NDArray[np.int64],
    met: Meetings | None,
) -> NDArray[np.int64]:
    """Add cameras in the order in which streets meet them, neighbours side by side.

    The page puts them in ascending order of rank, as all else that is carried has them. Their
    places on the grid are returned, in that order too.
    """
    place = grid.place(shapely.get_coordinates(heads.geometry.to_numpy()))
    order = np.arange(len(heads)) if met is None else met.order
    rank = _code(heads["rank"].to_numpy(np.int64), ranks)[order]
    columns.add("head_rank", rank, differences=met is None)
    columns.add("head_x", place[order, 0], differences=True)
    columns.add("head_y", place[order, 1], differences=True)
    columns.add("head_owner", owner_codes(run)[: len(heads)][order])
    columns.add("head_inside", run.heads_here[: len(heads)][order])
    for name in ("near", *(f"range_{task}" for task in run.tasks)):
        columns.add(f"head_{name}", np.rint(heads[name].to_numpy(np.float64)[order] / DECIMETRE))
    return place


def _add_seen_curves(
    columns: Columns, run: RunFolder, codes: NDArray[np.int64], ranks: int, form: Form
) -> None:
    """Add, per task, the street length in the area first seen at each rank (cm), never seen first.

    The page adds them up, so its share at any number of cameras is the run's own. What pieces of
    whole steps make of each length is taken off, as the page can add that up itself.
    """
    inside = run.pieces["in_area"].to_numpy(bool)
    cut = run.pieces[["t0", "t1"]].to_numpy(np.float64)[inside]
    length = np.diff(cut, axis=1)[:, 0]
    drawn = np.diff(_steps(cut, form.piece_step), axis=1)[:, 0] * 10 * form.piece_step
    for k, task in enumerate(run.tasks):
        metres, known = (np.bincount(codes[inside, k], weights=weights, minlength=ranks + 1)
                         for weights in (length, drawn))  # fmt: skip
        summed = np.rint(np.cumsum(np.rint(metres * 100 - known)) / form.curve_step)
        columns.add(f"seen_{task}", np.diff(summed, prepend=0), unit=form.curve_step)


class WalkBands(NamedTuple):
    """Percentiles of the share seen of typical walks: `share` has one for each rank.

    Names are those of the columns, ranks ascend.
    """

    rank: NDArray[np.int64]
    share: dict[str, NDArray[np.float64]]


def _add_walk_bands(columns: Columns, bands: WalkBands) -> None:
    """Add the 10th, 50th and 90th percentile of typical walks' seen share, rank by rank."""
    columns.add("band_rank", bands.rank, differences=True)
    for name, share in bands.share.items():
        columns.add(name, np.rint(share * SHARE_SCALE), differences=True)


def _walk_bands(run: RunFolder) -> WalkBands:
    """Return percentiles of typical walks' seen share.

    They do not follow from sums, so they are taken here, at every rank that changes a walk
    (thinned evenly where there are very many) and at the run's totals.
    """
    count = run.curves.num_rows
    grid = _band_ranks(run) if count else np.zeros(0, np.int64)
    wanted = list(QUANTILES.values())

    def of_task(task: str) -> dict[str, NDArray[np.float64]]:
        seen = _seen_shares(run.curves, task, grid) if count else np.zeros((0, 1))
        bands = np.quantile(seen, wanted, axis=1, overwrite_input=True)
        return {f"band_{task}_{name}": band for name, band in zip(QUANTILES, bands, strict=True)}

    with ThreadPoolExecutor(THREADS) as pool:  # the page waits for these longest
        found = pool.map(of_task, run.tasks)
        return WalkBands(grid, {name: band for of in found for name, band in of.items()})


def _band_ranks(run: RunFolder) -> NDArray[np.int64]:
    """Return 0, ranks that change a walk, of very many evenly spaced ones, and the totals."""
    changes = np.zeros(run.totals[-1] + 1, bool)
    for task in run.tasks:
        rank = _flat(run.curves, f"curve_rank_{task}")
        changes[rank[rank < len(changes)]] = True
    ranks = np.flatnonzero(changes)
    most = max(min(MOST_CURVE_POINTS, MOST_CURVE_CELLS // run.curves.num_rows), 1)
    thinned = ranks[:: math.ceil(len(ranks) / most)] if len(ranks) else ranks
    return np.unique(np.concatenate([[0], thinned, run.totals]))


def _flat(curves: pa.Table, name: str) -> NDArray[Any]:
    return np.asarray(curves[name].combine_chunks().flatten().to_numpy(zero_copy_only=False))


def _seen_shares(curves: pa.Table, task: str, grid: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of each walk's length seen with the heads up to each rank, shape (ranks, walks)."""
    lists = curves[f"curve_rank_{task}"].combine_chunks()
    owner = np.repeat(np.arange(len(lists)), np.asarray(lists.value_lengths().fill_null(0)))
    rank = _flat(curves, f"curve_rank_{task}")
    kept = rank <= grid[-1]
    row = np.searchsorted(grid, np.arange(grid[-1] + 1))  # of every rank: ranks come many times
    cell = row[rank[kept]] * len(lists) + owner[kept]
    metres = _flat(curves, f"curve_length_{task}")[kept]
    added = np.bincount(cell, weights=metres, minlength=len(lists) * len(grid))
    seen = np.asarray(added, np.float64).reshape(len(grid), len(lists))
    np.cumsum(seen, axis=0, out=seen)
    seen /= np.maximum(curves["length"].to_numpy(), 1e-9)
    return seen


def _add_walks(columns: Columns, grid: Grid, run: RunFolder) -> list[dict[str, Any]]:
    """Add named walks: the line, the curve per task (rank, mm), and the figures at each total."""
    _add_points(columns, grid, "walk", run.walks.geometry.to_numpy())
    for task in run.tasks:
        rank, length = run.walks[f"curve_rank_{task}"], run.walks[f"curve_length_{task}"]
        columns.add(f"walk_{task}_steps", [len(row) for row in rank])
        columns.add(f"walk_{task}_rank", np.concatenate([[], *rank]), differences=True)
        columns.add(f"walk_{task}_length", np.rint(np.concatenate([[], *length]) * 1000))
    figures = run.walk_figures.set_index(["trip", "total", "task"])
    return [
        {
            "name": name_pair(row.name, row.name_zh),
            "length": float(row.length),
            "duration_s": float(row.duration_s),
            "steps": [
                {task: _figures(figures, (row.trip, total, task)) for task in run.tasks}
                for total in run.totals
            ],
        }
        for row in run.walks.itertuples()
    ]


def _figures(table: pd.DataFrame, key: tuple[Any, ...]) -> dict[str, float | None]:
    row = table.loc[key]
    values = {name: row[name] for name in WALK_FIGURES}
    return {name: None if pd.isna(v) else round(float(v), 6) for name, v in values.items()}


def _add_basemap(columns: Columns, grid: Grid, run: RunFolder) -> list[dict[str, Any]]:
    """Add what lies around the streets; return all labels of the map."""
    around = basemap_of(run)
    for kind, shapes in around.areas.items():
        _add_rings(columns, grid, kind, _rings(shapes, 0.0), around.step)
    at = grid.place(np.array([place for _, _, place in around.names]).reshape(-1, 2))
    names = [
        {"kind": kind, "name": pair, "at": place}
        for (kind, pair, _), place in zip(around.names, at.tolist(), strict=True)
    ]
    return with_names(_labels(grid, run), names)


def _labels(grid: Grid, run: RunFolder) -> list[dict[str, Any]]:
    """One label a place name, at the middle of its points (the exits of a station)."""
    shown = run.places[run.places["kind"].isin(LABELLED)]
    position = grid.place(shapely.get_coordinates(shown.geometry.to_numpy()))
    found: dict[tuple[str, ...], list[NDArray[np.int64]]] = {}
    for row, point in zip(shown.itertuples(), position, strict=True):
        names = (STATION_EXIT.sub("", name) for name in name_pair(row.name, row.name_zh))
        found.setdefault((str(row.kind), *names), []).append(point)
    labels = [
        {"kind": kind, "name": names, "at": np.rint(np.mean(points, axis=0)).astype(int).tolist()}
        for (kind, *names), points in found.items()
        if names[0]
    ]
    labels.sort(key=lambda label: LABELLED.index(label["kind"]))
    return labels + _district_labels(grid, run.districts)


def _district_labels(grid: Grid, districts: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Name each district inside the part of it that is simulated."""
    region = shapely.union_all(districts.geometry[districts["kind"] == "region"].to_numpy())
    table = districts[districts["kind"] == "district"]
    parts = shapely.intersection(table.geometry.to_numpy(), region)
    inside = ~shapely.is_empty(parts)
    at = grid.place(shapely.get_coordinates(shapely.point_on_surface(parts[inside])))
    return [
        {"kind": "district", "name": name_pair(row.name, row.name_zh), "at": point.tolist()}
        for row, point in zip(table[inside].itertuples(), at, strict=True)
    ]


def _add_outlines(
    columns: Columns, grid: Grid, districts: gpd.GeoDataFrame
) -> list[dict[str, Any]]:
    """Add the outlines of the study area, its halo and the districts, with their names."""
    rings = _rings(districts.geometry.to_numpy(), 1.0)
    _add_rings(columns, grid, "outline", rings)
    table = list(districts.itertuples())
    return [
        {"kind": str(table[row].kind), "name": name_pair(table[row].name, table[row].name_zh)}
        for row in rings.row
    ]
