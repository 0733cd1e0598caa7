"""How much of a walk could be retraced: gaps between identifications filled by the least-cost way.

Who was identified where is drawn again and again; what the heads that identified a walker saw is
known, and an observer takes the quickest way between two known stretches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.cameras.optics import TASKS
from sim.city.streets import StreetNetwork
from sim.errors import InputError
from sim.keyed_random import keys, uniform
from sim.tracking.kernels.reconstruction import Chances, Known, Map, Memory, Room, Scene, retrace
from sim.tracking.kernels.walks import PathArrays, SeenArrays
from sim.tracking.linking import drawn_hit_rates, faced_positions, working_heads
from sim.tracking.parameters import TrackingParameters
from sim.tracking.walks import head_steps, in_chunks, new_spells, path_arrays, seen_arrays
from sim.trips.routing import edge_seconds
from sim.trips.search import new_scratch, walk_graph
from sim.wording import counted

if TYPE_CHECKING:
    from sim.sight.sightings import Sightings
    from sim.trips.model import Trips

DRAWS = 32
MOST_DRAWS = 100_000
TRIPS_AT_ONCE = 16
REMEMBERED = 4096
"""Gaps of one walk whose filling is kept for the next draw; a gap beyond is filled again."""


@dataclass(frozen=True)
class Reconstruction:
    """How much of each walk an observer could retrace from the identifications.

    It may fall as the number of heads grows: one more identification in the midst of a gap may
    lead the quickest way astray that was right by chance.

    Attributes
    ----------
    trip
        Rows of the trips asked for, shape (trips,).
    draws
        How often it was drawn who is identified where.
    share
        Of the walk's length, mean over the draws, shape (trips, totals, tasks).
    spread
        Standard deviation over the draws; the standard error of `share` that comes from drawing
        is spread / sqrt(draws). The draws of two walks are independent.
    """

    trip: NDArray[np.int64]
    draws: int
    share: NDArray[np.float64]
    spread: NDArray[np.float64]


def reconstruction(
    streets: StreetNetwork,
    seen: Sightings,
    trips: Trips,
    totals: Sequence[int],
    *,
    parameters: TrackingParameters,
    seed: int,
    hit: NDArray[np.float64] | None = None,
    trip: ArrayLike | None = None,
    draws: int = DRAWS,
    workers: int | None = None,
) -> Reconstruction:
    """Find how much of each walk could be retraced, for every total and task.

    A sighting identifies with the same chance as in `sim.tracking.linking`; where hit rates vary by
    person, each draw draws the person's own. All that the head saw in that sighting is then known,
    before and after the moment of recognition too. Between two known stretches the observer takes
    the quickest way from where the walker was last seen to where they were seen next; before the
    first and after the last nothing is added.

    Parameters
    ----------
    streets
        The network walked.
    seen, trips
        What the heads see, and who walks where.
    totals
        Numbers of heads in the whole city, increasing.
    parameters
        Of the scenario.
    seed
        Outages are drawn once, as for `linking`. Identifications are keyed by (seed, person, walk
        of the person, rank of the head, its sighting on the walk, draw), so the same ones are made
        at every total.
    hit
        Chance that each head works and looks there; by seed and uptime if not given.
    trip
        Rows of the trips to do, each once; all by default.
    draws
        How often it is drawn who is identified where.
    workers
        Threads; all cores by default. The result does not depend on it.

    Raises
    ------
    InputError
        Draws out of range, a trip asked for twice, or more cameras than the fleet was placed for.
    """
    chosen = _checked(seen, trips, totals, trip, draws)
    hit = working_heads(seen.fleet, parameters.uptime, seed) if hit is None else hit
    steps = np.asarray(totals, np.int64)
    scene = _scene(streets, seen, trips, chosen, steps)
    faced = faced_positions(streets.arrays, seen.fleet, seen.arrays, parameters.facing_degrees)
    out = np.zeros((2, len(chosen), len(steps), len(TASKS)))
    for task, chances in _every_task(seen, trips, chosen, parameters, seed, hit, draws):
        rows = seen_arrays(seen.arrays, task, faced)
        work = partial(_retrace_some, task, scene, rows, chances, out)
        in_chunks(work, len(chosen), workers, TRIPS_AT_ONCE)
    return Reconstruction(chosen, draws, *out)


def _checked(
    seen: Sightings, trips: Trips, totals: Sequence[int], trip: ArrayLike | None, draws: int
) -> NDArray[np.int64]:
    """Return the rows of the trips to do, refusing what cannot be."""
    seen.fleet.check_totals(totals)
    chosen = np.arange(len(trips)) if trip is None else np.asarray(trip, np.int64)
    if not 1 <= draws <= MOST_DRAWS or len(np.unique(chosen)) != len(chosen):
        raise InputError(
            f"reconstruction: {counted(draws, 'draw')} of {counted(len(chosen), 'trip')}; give 1 "
            f"to {MOST_DRAWS:,} draws, and each trip once"
        )
    return chosen


def _every_task(
    seen: Sightings,
    trips: Trips,
    chosen: NDArray[np.int64],
    parameters: TrackingParameters,
    seed: int,
    hit: NDArray[np.float64],
    draws: int,
) -> Iterator[tuple[int, Chances]]:
    """Yield, for each task at which anybody is identified, what decides who is."""
    walk_key = _walk_keys(seed, trips)[chosen]
    # a copy, for a fleet's own is read-only or not, and the kernel would be compiled for both
    rank = seen.fleet.arrays.rank.copy()
    persons = trips.table["person"].to_numpy(np.int64)[chosen]
    quantile = uniform(seed, "hit rate", persons[:, None], np.arange(draws)[None, :])
    for task, rate in enumerate(parameters.hit_rate):
        if rate == 0:
            continue
        person = drawn_hit_rates(rate, parameters.hit_rate_spread, quantile) / rate
        yield task, Chances(hit * rate, person, rank, parameters.dwell_needed_s, walk_key, draws)


def _walk_keys(seed: int, trips: Trips) -> NDArray[np.uint64]:
    """One key a walk, by person and by the walk's place among those of the person."""
    person = trips.table["person"]
    turn = person.groupby(person).cumcount()
    return keys(seed, "reconstruction", person.to_numpy(np.int64), turn.to_numpy(np.int64))


def _only(paths: PathArrays, chosen: NDArray[np.int64]) -> PathArrays:
    """Return the chosen walks, in their order."""
    counts = np.diff(paths.ptr)[chosen]
    ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    source = np.repeat(paths.ptr[chosen] - ptr[:-1], counts) + np.arange(ptr[-1])
    return paths._replace(ptr=ptr, edge=paths.edge[source], backward=paths.backward[source])


def _scene(
    streets: StreetNetwork,
    seen: Sightings,
    trips: Trips,
    chosen: NDArray[np.int64],
    totals: NDArray[np.int64],
) -> Scene:
    """Return walks, heads, and the streets by walking time."""
    seconds = edge_seconds(streets, trips.speed_m_s)
    a = streets.arrays
    known_map = Map(a.edge_u, a.edge_v, walk_graph(streets, seconds, 0.0))
    paths = _only(path_arrays(streets, trips), chosen)
    return Scene(paths, head_steps(seen.fleet, totals), known_map)


def _retrace_some(
    task: int,
    scene: Scene,
    seen: SeenArrays,
    chances: Chances,
    out: NDArray[np.float64],
    first: int,
    stop: int,
) -> None:
    """Retrace the walks first … stop − 1 for one task."""
    paths, heads = scene.paths, scene.heads
    spells = new_spells(np.arange(first, stop), paths, seen, heads)
    most = len(spells.head)
    known = Known(
        np.empty(most), np.empty(most), np.empty(most, np.int64), np.empty(most),
        np.empty(most, np.uint64), np.empty(most, np.bool_), np.empty_like(heads.step),
    )  # fmt: skip
    edges = int(np.diff(paths.ptr[first : stop + 1]).max(initial=0))
    memory = Memory(
        np.empty(REMEMBERED, np.int64), np.empty(REMEMBERED),
        np.zeros(len(paths.edge_length), np.int64), np.zeros(2, np.int64),
    )  # fmt: skip
    room = Room(
        spells, known, np.empty(edges + 1), np.empty(edges + 1), memory,
        new_scratch(len(scene.known_map.graph.x)),
    )  # fmt: skip
    retrace(first, stop, task, scene, seen, chances, room, out)
