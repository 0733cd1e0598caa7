"""The answer: whether a walk can still be made unseen by somebody who knew every camera.

For every walk, task and number of cameras: whether streets that no head sees join its two doors, by
a way of any length and by one at most 1.5 times as long as the shortest. Doors and ways lie in the
study area. Of subways, indoor ways and what lies under roofs nothing is known, so they are closed;
beside it stands the answer with all of them open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.cameras.fleet import only_of_simulated
from sim.cameras.optics import TASKS
from sim.city.decks import DECKS
from sim.keyed_random import keys
from sim.sight.roofs import cut_at
from sim.tracking.drawn import DrawnAnswer
from sim.tracking.kernels.answer import Arcs, Asked, Room, count_within
from sim.tracking.percolation import (
    DarkElements,
    dark_elements,
    dark_tree,
    junctions_at,
    last_joined_pairs,
)
from sim.tracking.statistics import WalkValues, shares_of
from sim.tracking.walks import check_same_streets, in_chunks
from sim.trips.search import new_heap
from sim.wording import counted

if TYPE_CHECKING:
    from sim.city.model import City
    from sim.city.roofs import Stretches
    from sim.city.streets import StreetArrays
    from sim.sight.arrays import PieceArrays
    from sim.sight.ranks import FirstSeen
    from sim.sight.sightings import Sightings
    from sim.trips.model import Persons, Trips

STRETCH = 1.5
"""Longest way over the shortest one, of the answer that looks at lengths."""
SEARCHED = 2_000
"""Walks whose lengths are looked at; so many are drawn at random where there are more."""
CLOSED_DECKS = ("subway", "covered")
INDOOR = "corridor"
"""Class of an indoor way, whatever its deck."""
WALKS_AT_ONCE = 128
NOT_EVEN_WITHOUT = -1.0
"""Last unseen total of a walk that has no such way without any camera either."""

WAYS = ("any_length", f"within_{STRETCH:g}")
"""Parts of the answer: by some way however long, or by one not much longer than the shortest."""


class Ways(NamedTuple):
    """What was found for one choice of open ways."""

    last: NDArray[np.float64]
    """Shape (trips, tasks): the largest total at which streets that nothing sees join the doors;
    infinite where the whole fleet does not part them, `NOT_EVEN_WITHOUT` where no camera need."""
    near: NDArray[np.bool_]
    """Shape (walks searched, totals, tasks): whether such a way is at most `STRETCH` times as long
    as the shortest."""


@dataclass(frozen=True, repr=False)
class Answer(DrawnAnswer):
    """Whether walks can still be made unseen by somebody who knew every camera.

    Attributes
    ----------
    totals
        Numbers of heads in the whole city.
    counted
        Whether each trip counts, shape (trips,): drawn (not named), its doors two, both in the
        study area.
    left_out
        Drawn walks that do not count: equal_ends, beyond_the_area.
    persons
        Who makes each trip, and the groups in which people were dealt out.
    searched
        The trips whose lengths were looked at, rows ascending.
    shortest_m
        Length of the shortest way from door to door of each of them, m, all ways open.
    closed, opened
        What was found with subways, indoor ways and ways under roofs closed, and open.
    simulated
        Whether every head is simulated; if one is not, figures of many walks are given only.
    """

    totals: tuple[int, ...]
    counted: NDArray[np.bool_]
    left_out: dict[str, int]
    persons: Persons
    searched: NDArray[np.int64]
    shortest_m: NDArray[np.float64]
    closed: Ways
    opened: Ways
    simulated: bool

    @cached_property
    def summary(self) -> dict[int, dict[str, dict[str, Any]]]:
        """By total and task, the figures of summary.json under "answer".

        any_length and within_1.5 hold share, se (see `standard_error`) and n, the walks; open
        holds the same two with all ways open.
        """
        found = {path: (shares_of(w), len(w.person)) for path, w in self.of_walks()}

        def of(path: str, k: int, t: int) -> dict[str, Any]:
            shares, count = found[path]
            share, error = shares[k][t]
            return {"share": share, "se": error, "n": count}

        return {
            total: {
                task: {
                    **{way: of(way, k, t) for way in WAYS},
                    "open": {way: of(f"open/{way}", k, t) for way in WAYS},
                }
                for t, task in enumerate(TASKS)
            }
            for k, total in enumerate(self.totals)
        }

    def of_walks(self) -> Iterator[tuple[str, WalkValues]]:
        """Return whether each walk can still be made, by the path of its share in `summary`.

        Returns
        -------
        Path, and yes or no for each walk that counts, total and task.
        """
        steps = np.asarray(self.totals)[None, :, None]
        person, stratum = self.persons
        for path, ways in (("", self.closed), ("open/", self.opened)):
            yes = ways.last[self.counted][:, None, :] >= steps
            any_length, near = (f"{path}{way}" for way in WAYS)
            yield any_length, WalkValues(yes, person[self.counted], stratum)
            yield near, WalkValues(ways.near, person[self.searched], stratum)

    @property
    def walks(self) -> dict[str, int]:
        """How many walks count, how many of them were searched, and how many were left out.

        only_by_closed_ways counts those that no open way joins without any camera either: they
        count as no.
        """
        none = self.closed.last[self.counted] == NOT_EVEN_WITHOUT
        return {
            "counted": int(self.counted.sum()),
            f"within_{STRETCH:g}": len(self.searched),
            "only_by_closed_ways": int(none.all(axis=1).sum()),
            **self.left_out,
        }

    @property
    def last_unseen(self) -> pd.DataFrame:
        """The last unseen total of each trip, under simulated heads only.

        A trip a row: for each task last_unseen_<task> and last_unseen_open_<task>, the largest
        number of heads in the whole city at which the walk can still be made by some way that none
        of them sees; infinite where the whole fleet leaves one, −1 where the ways allowed do not
        join its doors without any camera either, NaN where a walk has one door or one beyond the
        area.

        Raises
        ------
        InputError
            A head is not simulated.
        """
        only_of_simulated(self.simulated, "a walk's last unseen total is not given")
        return pd.DataFrame(
            {
                f"last_unseen{variant}_{task}": ways.last[:, t]
                for variant, ways in (("", self.closed), ("_open", self.opened))
                for t, task in enumerate(TASKS)
            }
        )

    def of_trips(self, total: int, task: str, way: str = "any_length") -> NDArray[np.float64]:
        """Return 1 for each trip that can still be made, 0 for each that cannot, NaN for others.

        Parameters
        ----------
        total
            Of `totals`.
        task
            Of `TASKS`.
        way
            "any_length", or "within_1.5", which only the trips searched have.

        Returns
        -------
        1, 0 or NaN for each trip, shape (trips,).
        """
        k, t = self.totals.index(total), TASKS.index(task)
        yes = np.full(len(self.counted), np.nan)
        if way == "any_length":
            yes[self.counted] = self.closed.last[self.counted, t] >= total
        else:
            yes[self.searched] = self.closed.near[:, k, t]
        return yes

    def _in_short(self) -> str:
        return (
            f"{counted(int(self.counted.sum()), 'walk')} of {len(self.counted):,} counted, "
            f"{counted(len(self.totals), 'total')} of cameras"
        )

    def _card(self) -> tuple[str, Mapping[str, object]]:
        title = "Walks that could still be made unrecognised by somebody who knew every camera"
        shares = {total: tasks["recognise"] for total, tasks in self.summary.items()}
        return title, {
            counted(total, "camera"): " / ".join(
                "–" if share is None else f"{100 * share:.0f} %"
                for share in (found["any_length"]["share"], found["within_1.5"]["share"])
            )
            for total, found in shares.items()
        }


def answer(
    city: City,
    seen: Sightings,
    trips: Trips,
    totals: Sequence[int],
    *,
    pieces: FirstSeen | None = None,
    searched: int = SEARCHED,
    seed: int = 0,
    workers: int | None = None,
) -> Answer:
    """Find whether walks can still be made unseen by somebody who knew every camera.

    Parameters
    ----------
    city, seen, trips
        The streets, what the whole fleet sees of them, and who walks where.
    totals
        Numbers of heads in the whole city, increasing.
    pieces
        First-seen ranks; found from `seen` where not given.
    searched
        Walks whose lengths are looked at, drawn at random where there are more.
    seed
        Decides which; one more walk changes no other.
    workers
        Threads; all cores by default. The result does not depend on it.

    Returns
    -------
    Answer
        For every walk, total and task; shares with their errors in its summary.

    Raises
    ------
    InputError
        The sightings are along other streets, or a total is above what the fleet was placed for.

    Notes
    -----
    A way of any length is there as long as the two doors lie in one component of the unseen
    network, so its last total is the bottleneck of the maximum spanning tree, which
    `sim.tracking.percolation` grows for all totals at once. Lengths are metres of the mapped
    network on both sides, without cost dispersion; the shortest way may lead anywhere.
    """
    seen.fleet.check_totals(totals)
    check_same_streets(city.streets, seen.streets)
    a = city.streets.arrays
    inside = shapely.intersects_xy(city.area.polygon, a.node_x, a.node_y)
    ways = both_ways(city, (pieces or seen.first_seen).arrays)
    return answer_of(
        a, ways, trips, totals, inside, simulated=seen.fleet.simulated,
        searched=searched, seed=seed, workers=workers,
    )  # fmt: skip


def both_ways(city: City, pieces: PieceArrays) -> tuple[OpenWays, OpenWays]:
    """Return the ways of a city with what is closed closed, and with it open, by their ranks."""
    streets = city.streets.arrays
    closed = unwatched(city.streets.edges["highway"].to_numpy(), streets)
    return ways_of(streets, pieces, closed, city.roofs)


def unwatched(highway: NDArray[np.object_], streets: StreetArrays) -> NDArray[np.bool_]:
    """Return which edges are subways, covered or indoor ways."""
    deck = np.isin(streets.edge_deck, [DECKS.index(name) for name in CLOSED_DECKS])
    return np.asarray(deck | (highway == INDOOR))


class OpenWays(NamedTuple):
    """The streets of the study area on which a way may lead, cut where ranks change."""

    elements: DarkElements
    """What is closed has rank 0, so it is unseen at no total."""
    piece_ptr: NDArray[np.int64]

    @property
    def edge_rank(self) -> NDArray[np.int32]:
        """Totals below which the whole of each edge and its two ends are unseen, (edges, tasks)."""
        e = self.elements
        along = np.minimum.reduceat(e.rank[: self.piece_ptr[-1]], self.piece_ptr[:-1])
        at_ends = np.minimum(e.rank[e.edge_ends[0]], e.rank[e.edge_ends[1]])
        return np.asarray(np.minimum(along, at_ends), np.int32)


def ways_of(
    streets: StreetArrays,
    pieces: PieceArrays,
    unwatched: NDArray[np.bool_],
    roofs: Stretches,
) -> tuple[OpenWays, OpenWays]:
    """Return the ways of the study area with what is closed closed, and with it open.

    Parameters
    ----------
    streets, pieces
        Streets and their first-seen ranks.
    unwatched
        Of each edge, whether it is a subway, covered or indoor.
    roofs
        Stretches under roofs.

    Notes
    -----
    What is closed is seen or not like any other street, and so is a junction where it ends.
    """
    cut, roofed = cut_at(pieces, roofs)
    elements = dark_elements(streets, cut, np.zeros(len(streets.node_x), bool))
    shut = roofed | np.repeat(unwatched, np.diff(cut.piece_ptr))
    return (
        OpenWays(_without(elements, ~cut.in_area | shut), cut.piece_ptr),
        OpenWays(_without(elements, ~cut.in_area), cut.piece_ptr),
    )


def _without(elements: DarkElements, closed: NDArray[np.bool_]) -> DarkElements:
    rank = elements.rank.copy()
    rank[: len(closed)][closed] = 0
    return elements._replace(rank=rank)


def answer_of(
    streets: StreetArrays,
    ways: tuple[OpenWays, OpenWays],
    trips: Trips,
    totals: Sequence[int],
    inside: NDArray[np.bool_],
    *,
    simulated: bool = True,
    searched: int = SEARCHED,
    seed: int = 0,
    workers: int | None = None,
) -> Answer:
    """Do what `answer` does on plain arrays.

    Parameters
    ----------
    streets, ways
        Streets, and the ways of `ways_of`.
    trips, totals, searched, seed, workers
        As `answer`.
    inside
        Of each node, whether it lies in the study area.
    simulated
        Whether every head is simulated.
    """
    table = trips.table
    start, end = (table[name].to_numpy(np.int64) for name in ("origin", "destination"))
    person = table["person"].to_numpy(np.int64)
    drawn, equal = ~table["named"].to_numpy(bool), start == end
    beyond = ~equal & ~(inside[start] & inside[end])
    counted = drawn & ~equal & ~beyond
    lasts = [last_totals(way, start, end, workers) for way in ways]
    for last in lasts:
        last[equal | beyond] = np.nan
    rows = _some(counted, person, table["leg"].to_numpy(np.int64), searched, seed)
    steps = np.asarray(totals, np.int64)
    shortest, near = _near(
        streets, [way.edge_rank for way in ways], [last[rows] for last in lasts],
        start[rows], end[rows], steps, workers,
    )  # fmt: skip
    closed, opened = (Ways(last, near[v]) for v, last in enumerate(lasts))
    left_out = {
        "equal_ends": int((drawn & equal).sum()), "beyond_the_area": int((drawn & beyond).sum()),
    }  # fmt: skip
    return Answer(
        tuple(steps.tolist()), counted, left_out, trips.persons, rows, shortest, closed, opened,
        simulated,
    )  # fmt: skip


def last_totals(
    ways: OpenWays,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    workers: int | None = None,
) -> NDArray[np.float64]:
    """Return the largest total at which streets that nothing sees join the doors of each walk.

    Parameters
    ----------
    ways
        The streets on which they may lead.
    start, end
        Nodes of the doors: a door is a node's junction on the street deck, if it has one.
    workers
        Threads; as many as there are cores by default.

    Returns
    -------
    Shape (walks, tasks): infinite where the whole fleet does not part the two,
    `NOT_EVEN_WITHOUT` where the ways do not join them at all.
    """
    e = ways.elements
    doors = junctions_at(e, start), junctions_at(e, end)
    tasks = e.rank.shape[1]
    found = np.empty((len(start), tasks))

    def of_task(task: int, _: int) -> None:
        rank = np.ascontiguousarray(e.rank[:, task])
        found[:, task] = last_joined_pairs(dark_tree(e, task), rank, *doors)

    in_chunks(of_task, tasks, workers, at_once=1)
    return found


def _some(
    counted: NDArray[np.bool_],
    person: NDArray[np.int64],
    leg: NDArray[np.int64],
    most: int,
    seed: int,
) -> NDArray[np.int64]:
    """Draw so many of the walks that count, rows ascending, keyed by person and leg."""
    rows = np.flatnonzero(counted)
    if len(rows) <= most:
        return rows
    order = np.argsort(keys(seed, "answer", person[rows], leg[rows]), kind="stable")
    return np.sort(rows[order[:most]])


def _near(
    streets: StreetArrays,
    edge_rank: Sequence[NDArray[np.int32]],
    last: Sequence[NDArray[np.float64]],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    totals: NDArray[np.int64],
    workers: int | None,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return shortest lengths, and whether an unseen way is near them: (variants, walks, …)."""
    arcs = Arcs(
        streets.adjacency_ptr, streets.adjacency_node, streets.adjacency_edge,
        streets.edge_length[streets.adjacency_edge],
    )  # fmt: skip
    rank = np.ascontiguousarray(np.concatenate(edge_rank, axis=1).T)
    # ways are as long in both directions, so every walk ends where more of them have an end, and
    # those of one end share a search
    ends = np.bincount(np.concatenate([start, end]))
    back = ends[start] > ends[end]
    start, end = np.where(back, end, start), np.where(back, start, end)
    order = np.argsort(end, kind="stable")
    limits = np.concatenate(last, axis=1)[order]
    asked = Asked(start[order], end[order], totals, rank, limits, STRETCH)
    nodes = np.stack([streets.edge_u, streets.edge_v]).astype(np.int64)
    shortest, count = np.empty(len(start)), np.zeros((len(start), len(rank)), np.int32)

    def some(first: int, stop: int) -> None:
        room = _room(len(streets.node_x))
        count_within(first, stop, arcs, asked, nodes, room, shortest, count)

    in_chunks(some, len(start), workers, WALKS_AT_ONCE)
    place = np.argsort(order)
    shortest, count = shortest[place], count[place]
    near = count[:, None, :] > np.arange(len(totals))[None, :, None]
    return shortest, np.moveaxis(near.reshape(*near.shape[:2], len(edge_rank), len(TASKS)), 2, 0)


def _room(nodes: int) -> Room:
    settled, reached, edge, met = (np.zeros(nodes, np.int64) for _ in range(4))
    return Room(
        np.empty(nodes), settled, reached, edge, np.empty(nodes), met, new_heap(nodes),
        new_heap(nodes), np.zeros(5, np.int64),
    )  # fmt: skip
