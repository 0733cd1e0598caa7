"""What if a few cameras change: look again only with the heads that are new or moved.

The result is the same, to the bit, as looking again with all of them: what an unchanged head sees
does not depend on the others. First-seen ranks are found again on the streets concerned only.
Streets and walls must be the same as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.arguments import a_table, by_rank, made, named_arguments, number, refused, several, whole
from sim.cameras.edits import edited
from sim.cameras.fleet import Fleet, HeadArrays
from sim.cameras.optics import TASKS
from sim.sight.arrays import SightingArrays
from sim.sight.ranks import first_seen_again
from sim.sight.sightings import Sightings, edge_pointers, order_rows, rows_of, see_rows

if TYPE_CHECKING:
    import geopandas as gpd

    from sim.city.model import City


def _place(name: str, value: object) -> tuple[float, float]:
    """Return x and y, metres; refuse what is no pair of finite numbers."""
    parts = several(number(), "x and y in metres")(name, value)
    if len(parts) != 2:
        raise refused(name, value, "x and y in metres")
    return parts[0], parts[1]


@named_arguments(
    city=made("City"),
    before=made("Sightings"),
    add=a_table("points, a head a row", metres=True),
    remove=several(whole(1), "a list of city ranks"),
    turn=by_rank(number(), "new headings by city rank, as {7: 90.0}"),
    move=by_rank(_place, "new places by city rank, as {7: (x, y)}"),
)
def what_if(
    city: City,
    before: Sightings,
    *,
    add: gpd.GeoDataFrame | None = None,
    remove: Iterable[int] = (),
    turn: Mapping[int, float] | None = None,
    move: Mapping[int, tuple[float, float]] | None = None,
) -> Sightings:
    """Find what a fleet would see with some heads added, removed, turned or moved.

    Parameters
    ----------
    city
        The city of `before`, unchanged and with its walls (that of a run read back has none).
    before
        What the fleet sees.
    add
        Heads to add, a table as of `Fleet.from_heads`. Without a column rank they come after the
        last number of cameras that the fleet answers for; with one, they take ranks that are free.
    remove
        City ranks of heads to take away; nobody takes their place.
    turn
        New headings (degrees clockwise from north) by city rank.
    move
        New places (x, y, metres) by city rank; a head may be moved and turned.

    Returns
    -------
    Sightings
        Of the changed fleet (`fleet`), to the bit as `see` finds them, first-seen ranks included.
        Heads moved, and those added unless their status says else, are not simulated any more, so
        of such a fleet there are statistics only.

    Raises
    ------
    InputError
        A rank is not of the fleet, is named twice or is taken; a heading, place or table that
        cannot be; a head is to be removed from a fleet that is not all simulated (docs/ethics.md).
    """
    fleet, former = edited(before.fleet, add=add, remove=remove, turn=turn, move=move)
    looked, indoor = see_rows(city, fleet, only=former < 0)
    edges = len(city.streets.edges)
    new = order_rows([looked], len(fleet), edges)
    arrays, changed = _spliced(before, former, new)
    known = np.flatnonzero(former >= 0)
    if len(before.indoors):
        indoor[known] = before.indoors[former[known]]
    after = Sightings(fleet, city.streets, arrays, city.area.polygon, indoor, city.attribution)
    # its first-seen ranks are a cached property, which is found here for less
    vars(after)["first_seen"] = first_seen_again(after, before.first_seen, changed)
    return after


def see_changed(city: City, before: Sightings, fleet: Fleet) -> Sightings:
    """Find what a changed fleet sees, given what it saw before the change.

    Parameters
    ----------
    city
        The city of `before`, unchanged.
    before
        Sightings of the former fleet.
    fleet
        The fleet after heads were added, removed, moved or given other ranks.

    Returns
    -------
    Sightings
        As of `see`, to the byte; only heads that are new or moved are computed.
    """
    fleet = fleet.in_crs(city.streets.crs)
    old, new = _what_matters(before.fleet.arrays), _what_matters(fleet.arrays)
    known = {head: row for row, head in reversed(list(enumerate(old)))}
    former = np.array([known.get(head, -1) for head in new], np.int64)
    looked, indoor = see_rows(city, fleet, only=former < 0)
    kept = rows_of(before, former)
    arrays = order_rows([kept, looked], len(fleet), len(city.streets.edges))
    indoor[former >= 0] = before.indoors[former[former >= 0]]
    return Sightings(fleet, city.streets, arrays, city.area.polygon, indoor, city.attribution)


def _what_matters(heads: HeadArrays) -> list[bytes]:
    """All of a head that decides what it sees (not its rank), as a key."""
    numbers = (heads.x, heads.y, heads.mount, heads.deck, heads.heading, heads.field_of_view)
    table: NDArray[np.float64] = np.column_stack([*numbers, heads.near, heads.reach])
    return [row.tobytes() for row in table]


def _spliced(
    before: Sightings, former: NDArray[np.int64], new: SightingArrays
) -> tuple[SightingArrays, NDArray[np.bool_]]:
    """Put sightings of new heads among those that stay; return which edges have others than before.

    Parameters
    ----------
    before
        Of the former fleet.
    former
        Of each head the row it had before, -1 where it is new.
    new
        Sightings of the new heads alone, by their new rows.
    """
    old = before.arrays
    edges = old.edge_ptr.shape[1] - 1
    row = np.full(len(before.fleet), -1, np.int32)
    row[former[former >= 0]] = np.flatnonzero(former >= 0)
    head, place, place_new = row[old.head], _places(old), _places(new)
    changed = np.zeros(edges, bool)
    for at in (place[head < 0], place_new):
        changed[at % edges] = True
    kept = head >= 0
    head, place = head[kept], place[kept]
    count = np.int64(len(former))
    at = np.searchsorted(place * count + head, place_new * count + new.head)
    arrays = SightingArrays(
        edge_pointers(np.concatenate([place, place_new]), edges),
        np.insert(head, at, new.head),
        np.insert(old.start[kept], at, new.start),
        np.insert(old.end[kept], at, new.end),
    )
    return arrays, changed


def _places(sightings: SightingArrays) -> NDArray[np.int64]:
    """Return the task and edge of each sighting as one number: task · edges + edge."""
    ptr = sightings.edge_ptr
    return np.repeat(np.arange(len(TASKS) * (ptr.shape[1] - 1)), np.diff(ptr, axis=1).ravel())
