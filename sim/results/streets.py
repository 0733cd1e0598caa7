"""Which streets become seen between two numbers of cameras, each street's length counted once.

A table of one fleet is read from first-seen ranks; of several fleets over the same streets it has
their means, and the band in which one more fleet would lie. How streets are told apart is known in
`sim.city.street_names`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.area import district_outlines
from sim.cameras.tasks import TASKS
from sim.city.linear_referencing import points_at
from sim.city.model import City
from sim.city.street_names import Streets, streets_by_name
from sim.errors import InputError
from sim.results.uncertainty import band
from sim.sight.arrays import PieceArrays

By = Literal["name", "class", "district"]
WAYS: tuple[str, ...] = get_args(By)
NOWHERE = "outside the districts"
BANDS = ("from_share", "to_share", "gain")
_SHORTEST_M = 0.5

Floats = NDArray[np.float64]


class Seen(NamedTuple):
    """What one fleet sees of each group: metres of street counted once, at both numbers.

    `length` is that of the group.
    """

    length: Floats
    at_first: Floats
    at_last: Floats


@dataclass(frozen=True)
class Grouped:
    """The streets of a city in groups, ready to be looked at under one fleet after another.

    Attributes
    ----------
    city
        Streets and study area.
    by
        "name": by street; "class": by OpenStreetMap's `highway`; "district": by Hong Kong district.
    """

    city: City
    by: By = "name"

    def __post_init__(self) -> None:
        if self.by not in WAYS:
            raise InputError(f'"{self.by}" is not a kind of group; choose {", ".join(WAYS)}')
        if self.by == "district" and not self.city.area.parts:
            raise InputError(f"{self.city.area.name} is not in Hong Kong: it has no districts")

    @cached_property
    def streets(self) -> Streets:
        """Whose street each edge is, counted once."""
        return streets_by_name(self.city.streets)

    @cached_property
    def _groups(self) -> tuple[pd.DataFrame, NDArray[np.int64]]:
        """Return the groups with their names, and the group of each edge."""
        edges = self.city.streets.edges
        if self.by == "name":
            return self.streets.names, self.streets.of_edge
        if self.by == "class":
            words = edges["highway"].astype("str").str.removesuffix("_link").to_numpy(object)
        else:
            words = self._districts()
        code, names = pd.factorize(words, sort=True)
        return pd.DataFrame({"name": names}), code.astype(np.int64)

    def _districts(self) -> NDArray[np.object_]:
        """Return the district in which the middle of each edge lies."""
        arrays = self.city.streets.arrays
        edge = np.arange(len(arrays.edge_length))
        x, y = points_at(arrays, edge, arrays.edge_length / 2).T
        found = np.full(len(edge), NOWHERE, object)
        outlines = district_outlines()
        for part in self.city.area.parts:
            found[shapely.contains_xy(outlines[part.district], x, y)] = part.district
        return found

    def seen(self, pieces: PieceArrays, first: int, last: int, task: str) -> Seen:
        """Return what is seen of each group at two numbers of cameras.

        Parameters
        ----------
        pieces
            First-seen ranks of one fleet along the streets.
        first, last
            Cameras in the whole city.
        task
            One of `sim.cameras.tasks.TASKS`.
        """
        names, of_edge = self._groups
        edge = np.repeat(np.arange(len(pieces.piece_ptr) - 1), np.diff(pieces.piece_ptr))
        metres = np.where(pieces.in_area, self.streets.metres(edge, pieces.start, pieces.end), 0.0)
        rank, group = pieces.rank[:, TASKS.index(task)], of_edge[edge]

        def summed(chosen: NDArray[np.bool_] | bool) -> Floats:
            return np.bincount(group, metres * chosen, minlength=len(names)).astype(np.float64)

        return Seen(summed(True), summed(rank <= first), summed(rank <= last))

    def table(self, found: Sequence[Seen]) -> pd.DataFrame:
        """Return a group a row, those that gain most street first.

        Parameters
        ----------
        found
            What each fleet sees, from `seen`.

        Returns
        -------
        DataFrame
            name (and with `by="name"` name_zh and named), km (counted once, in the study area),
            from_share, to_share and gain (shares of that length at both numbers and their
            difference, means over the fleets), gained_km; with several fleets each share also with
            _p5 and _p95, the band of one more fleet.
        """
        names, _ = self._groups
        length = found[0].length
        kept = length > _SHORTEST_M
        table = names[kept].assign(km=length[kept] / 1000)
        shares = _shares([Seen(*(column[kept] for column in one)) for one in found])
        for name, values in shares.items():
            table[name] = values.mean(axis=0)
        table["gained_km"] = table["km"] * table["gain"]
        if len(found) > 1:
            for name in BANDS:
                table[[f"{name}_p5", f"{name}_p95"]] = _bands(shares[name])
        return table.sort_values(
            ["gained_km", "km", "name"], ascending=[False, False, True], ignore_index=True
        )

    def whole(self, found: Sequence[Seen]) -> dict[str, float]:
        """Return what `table` says of one group, of all streets together."""
        every = [Seen(*(np.array([column.sum()]) for column in one)) for one in found]
        shares = _shares(every)
        whole = {"km": float(every[0].length[0]) / 1000}
        whole |= {name: float(values.mean()) for name, values in shares.items()}
        whole["gained_km"] = whole["km"] * whole["gain"]
        if len(found) > 1:
            for name in BANDS:
                low, high = _bands(shares[name])[0].tolist()
                whole |= {f"{name}_p5": low, f"{name}_p95": high}
        return whole


def _shares(found: Sequence[Seen]) -> dict[str, Floats]:
    """Return the shares seen and gained, by name, shape (fleets, groups)."""
    first = np.array([one.at_first / one.length for one in found])
    last = np.array([one.at_last / one.length for one in found])
    return {"from_share": first, "to_share": last, "gain": last - first}


def _bands(values: Floats) -> Floats:
    """Return both ends of the band of one more fleet, shape (groups, 2)."""
    return np.array([[(of := band(group))["p5"], of["p95"]] for group in values.T], float)
