"""What if a few cameras change: look again only with the heads that are new or moved.

The result is the same, to the bit, as looking again with all of them: what an unchanged head sees
does not depend on the others. Streets and walls must be the same as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.cameras.fleet import Fleet, HeadArrays
from sim.sight.sightings import Sightings, order_rows, rows_of, see_rows

if TYPE_CHECKING:
    from sim.city.model import City


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
    return Sightings(fleet, city.streets, arrays, city.area.polygon, indoor)


def _what_matters(heads: HeadArrays) -> list[bytes]:
    """All of a head that decides what it sees (not its rank), as a key."""
    numbers = (heads.x, heads.y, heads.mount, heads.deck, heads.heading, heads.field_of_view)
    table: NDArray[np.float64] = np.column_stack([*numbers, heads.near, heads.reach])
    return [row.tobytes() for row in table]
