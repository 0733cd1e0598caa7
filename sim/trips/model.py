"""Walks over a street network: a table, a trip a row, and the edges that each takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.arguments import a_table, a_text, made, named_arguments, number
from sim.surface import Result, axes_for
from sim.trips.lines import OwnRows, traces_of, with_lines
from sim.trips.parameters import WALKING_SPEED_M_S
from sim.trips.put_on_streets import put_on_streets
from sim.web_map import Layer, web_map
from sim.wording import counted

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    from matplotlib.axes import Axes

    from sim.city.model import City

WITHOUT_A_DAY = pd.DataFrame(
    {"profile": "", "leg": np.int32(0), "departs_s": np.nan, "represents": 1.0}, index=[0]
).astype({"profile": "str", "leg": np.int32})
"""The columns of a day, as one row, for a walk that belongs to none."""


TOOLTIP = ("person", "kind", "name", "length", "duration_s", "departs_s")


class Persons(NamedTuple):
    """Who makes walks, and in which group each person was dealt out."""

    of_walk: NDArray[np.int64]
    """Shape (trips,): who makes each, numbered from 0; −1 for named walks."""
    stratum: NDArray[np.int64]
    """Shape (persons,): the group, numbered from 0, at least two persons in each."""


@dataclass(frozen=True, repr=False)
class Trips(Result):
    """Walks over a street network, each from junction to junction.

    Attributes
    ----------
    table
        A trip a row, index 0…n-1: person (int64; -1 for named walks), kind (for example
        "home-station"), name, name_zh (empty unless named), named (bool), origin, destination
        (node index, int32), length (m), duration_s, profile (empty without one), leg (int32, from
        0 in the order of a person's day), departs_s (seconds after the midnight before the day,
        NaN where no time is known), represents (people that each simulated person stands for:
        residents of the area over people sampled; 1 for named walks and where no population is
        known). Of the last four, those that the given table lacks are added with these values.
    path_ptr
        Edges of trip i are path_ptr[i] : path_ptr[i + 1] in walking order, shape (trips + 1,).
    path_edge
        Edge index, shape (edges walked,).
    path_backward
        Whether the edge is walked from v to u, shape (edges walked,).
    unreachable
        Number of pairs asked for that the network does not join.
    speed_m_s
        Walking speed on the flat that the durations assume, m/s.
    report
        What was asked for, left out, redrawn and dropped, as counts.
    own
        Index and columns of the table that they were made of; None without one.
    """

    table: pd.DataFrame
    path_ptr: NDArray[np.int64]
    path_edge: NDArray[np.int32]
    path_backward: NDArray[np.bool_]
    unreachable: int = 0
    speed_m_s: float = WALKING_SPEED_M_S
    report: dict[str, float] = field(default_factory=dict)
    own: OwnRows | None = None

    def __post_init__(self) -> None:
        """Add the columns of a day to a table of walks that has none."""
        made("DataFrame")("table", self.table)
        for name in ("path_ptr", "path_edge", "path_backward"):
            made("ndarray")(name, getattr(self, name))
        table = self.table
        missing = WITHOUT_A_DAY.columns.difference(table.columns, sort=False)
        if len(missing):
            added = WITHOUT_A_DAY[missing].loc[np.zeros(len(table), np.int64)]
            joined = pd.concat([table, added.set_index(table.index)], axis=1)
            object.__setattr__(self, "table", joined)

    def __len__(self) -> int:
        return len(self.table)

    @classmethod
    @named_arguments(
        city=made("City"),
        lines=a_table("lines, a walk a row"),
        departs=a_text,
        speed_m_s=number(0.2),
    )
    def from_gdf(
        cls,
        city: City,
        lines: gpd.GeoDataFrame,
        *,
        departs: str | None = None,
        speed_m_s: float = WALKING_SPEED_M_S,
    ) -> Trips:
        """Put lines of one's own on the streets of a city, a walk a row.

        Parameters
        ----------
        city
            Its streets.
        lines
            LineStrings in any coordinate system; columns person, name and name_zh are read where
            there are any, all others and the index come back with `to_gdf`.
        departs
            Column with the time at which each begins: times of pandas, or seconds after midnight.
        speed_m_s
            Walking speed on the flat, m/s.

        Returns
        -------
        Trips
            In the order of the rows; lines that follow no street are left out and counted in the
            report (names with "own" before them). See `sim.trips.matching`.

        Raises
        ------
        InputError
            A row has no line, or the column of times is missing or holds none.
        """
        traces = traces_of(lines, city.streets.crs, departs)
        on = put_on_streets(city.streets, traces, speed_m_s)
        name = str(lines.geometry.name)
        own = OwnRows(pd.DataFrame(lines.drop(columns=name)).iloc[on.line], name)
        return cls(
            on.table, on.path_ptr, on.path_edge, on.path_backward, on.unreachable, speed_m_s,
            on.report, own,
        )  # fmt: skip

    @named_arguments(city=made("City"))
    def to_gdf(self, city: City) -> gpd.GeoDataFrame:
        """Return the walks with their lines, in the index of the table that they were made of.

        Parameters
        ----------
        city
            Whose streets are walked.

        Returns
        -------
        GeoDataFrame
            A walk a row, projected metres: the user's columns, where there are any, then those of
            `table` that are not among them.
        """
        return with_lines(city.streets, self, self.own)

    @cached_property
    def persons(self) -> Persons:
        """Who makes each walk, and the groups in which people were dealt out.

        How many persons have each profile, or without profiles each kind of walk, is settled and
        not drawn (`sim.trips.demand`, `sim.trips.days`), so errors count chance within each. Those
        alone in a group make one together, and one alone joins the smallest group (strata
        collapsed, as in W. G. Cochran, Sampling Techniques, 3rd ed. 1977, 5A.12). People of whom
        no walk was left are few and not counted.
        """
        table = self.table
        drawn = ~table["named"].to_numpy(bool)
        _, first, person = np.unique(
            table["person"].to_numpy(np.int64)[drawn], return_index=True, return_inverse=True
        )
        of_walk = np.full(len(table), -1, np.int64)
        of_walk[drawn] = person
        own = table.loc[drawn, ["profile", "kind"]].iloc[first]
        group = own["profile"].where(own["profile"] != "", own["kind"]).to_numpy(object)
        return Persons(of_walk, _collapsed(np.unique(group.astype(str), return_inverse=True)[1]))

    @named_arguments(city=made("City"))
    def plot(self, city: City, ax: Axes | None = None) -> Axes:
        """Draw the walks, the more often a street is walked the darker; return the axes.

        Parameters
        ----------
        city
            Whose streets are walked.
        ax
            matplotlib axes to draw on; new ones by default.
        """
        ax = axes_for(ax)
        if len(self):
            self.to_gdf(city).plot(ax=ax, color="crimson", alpha=0.15, linewidth=1.5)
        return ax

    @named_arguments(city=made("City"))
    def explore(self, city: City, **options: Any) -> folium.Map:  # noqa: ANN401
        """Return a map of folium with the walks, coloured by kind.

        Parameters
        ----------
        city
            Whose streets are walked.
        options
            Further arguments of `GeoDataFrame.explore`: column, tooltip, scheme, k, cmap, tiles, m.
        """
        table, whose = self.to_gdf(city), city.attribution
        return web_map(Layer(table, "kind", "kind of walk", TOOLTIP, attribution=whose), **options)

    def _in_short(self) -> str:
        return f"{counted(len(self), 'walk')}, {self.table['length'].sum() / 1000:,.1f} km"

    def _card(self) -> tuple[str, Mapping[str, object]]:
        table = self.table
        metres = table["length"]
        return "Walks of simulated people", {
            "walks": len(table),
            "of them named": int(table["named"].sum()),
            "people": int(table["person"][~table["named"].astype(bool)].nunique()),
            "length, median": f"{metres.median():,.0f} m" if len(table) else "–",
            "length, all": f"{metres.sum() / 1000:,.1f} km",
            "pairs not joined on foot": self.unreachable,
        }

    def only(self, chosen: NDArray[np.int64]) -> Trips:
        """Return some of the trips, rows in ascending order, as trips of their own.

        Parameters
        ----------
        chosen
            Rows of the table, ascending, shape (chosen,).
        """
        size = np.diff(self.path_ptr)[chosen]
        ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        at = np.arange(ptr[-1]) + np.repeat(self.path_ptr[chosen] - ptr[:-1], size)
        return replace(
            self,
            table=self.table.iloc[chosen].reset_index(drop=True),
            path_ptr=ptr,
            path_edge=self.path_edge[at],
            path_backward=self.path_backward[at],
            own=None if self.own is None else self.own._replace(table=self.own.table.iloc[chosen]),
        )


def _collapsed(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put persons who are alone in their group together, so that each has two."""
    size = np.bincount(group)
    joined = size == 1
    if joined.sum() == 1:
        joined[np.argsort(np.where(joined, np.iinfo(np.int64).max, size), kind="stable")[:1]] = True
    numbers = np.where(joined[group], len(size), group)
    return np.asarray(np.unique(numbers, return_inverse=True)[1], np.int64)
