"""The fleet: sites with directed heads, the one structure every later stage reads.

A head is one directed camera with one rank in the whole city; a fleet of N cameras is the heads
of rank ≤ N.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from sim.arguments import a_table, named_arguments, one_of, whole
from sim.cameras.drawn import DrawnFleet
from sim.cameras.optics import FACE_HEIGHT_M, TASKS, camera_type
from sim.cameras.own_columns import (
    OwnColumns,
    check_heads,
    convergence,
    made_a_table,
    own_columns,
    sectors_of,
    with_own,
)  # fmt: skip
from sim.city.decks import DECKS
from sim.errors import InputError, InputErrors
from sim.web_map import OPEN_STREET_MAP
from sim.wording import counted

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from sim.cameras.optics import Optics

RANGE_COLUMNS = tuple(f"range_{task}" for task in TASKS)
OPTICS_COLUMNS = ("mount", "field_of_view", "near", *RANGE_COLUMNS, "duty")
"""What a camera type decides of a head."""
OWNERS = ("police", "department", "transport", "estate", "mall", "other")
MOUNTS = ("lamp post", "wall", "traffic light", "building", "vehicle", "unknown", "footbridge")
"""What a head hangs on; the code of a mount is its place in this tuple."""
HEAD_COLUMNS = (
    "rank", "area_rank", "site", "x", "y", "mount", "deck", "heading", "field_of_view", "near",
    *RANGE_COLUMNS, "duty", "owner", "status", "year", "linked", "camera_type", "mounted_on",
    "geometry",
)  # fmt: skip
"""The columns of `Fleet.heads` in their order."""
SITE_COLUMNS = (
    "site", "rank", "area_rank", "x", "y", "deck", "owner", "status", "year", "mounted_on",
    "geometry",
)  # fmt: skip
SIMULATED = "simulated"
"""Status of a head that a strategy placed."""
LISTED_POLE = "listed_pole"
"""Status of one that a strategy placed on a pole which the user listed."""
MAPPED = "mapped"
"""Status of one that OpenStreetMap has."""
DEFAULTS: dict[str, str | int | bool] = {
    "deck": "street", "owner": "other", "status": "given", "year": 0, "linked": False,
    "mounted_on": "unknown",
}  # fmt: skip
"""What `Fleet.from_heads` fills in where a column or a value is missing."""
FURTHEST_M = 100_000.0
LARGEST_RANK = 2**31 - 2


class HeadArrays(NamedTuple):
    """Heads as plain arrays in ascending order of rank (metres, degrees clockwise from north)."""

    rank: NDArray[np.int32]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    mount: NDArray[np.float64]
    deck: NDArray[np.int8]
    heading: NDArray[np.float64]
    field_of_view: NDArray[np.float64]
    near: NDArray[np.float64]
    reach: NDArray[np.float64]
    """Range per task, shape (heads, 4), not increasing from detect to identify."""


def refusal(what: str) -> str:
    """Return the line that refuses what is told of simulated cameras only (docs/ethics.md).

    Parameters
    ----------
    what
        As "least-seen walks are not drawn".
    """
    return (
        f"{what}: some cameras are real or on poles that were listed, and of those there are "
        "statistics alone"
    )


def only_of_simulated(simulated: bool, what: str) -> None:
    """Refuse what is told of simulated cameras only; the one place where that is decided.

    Parameters
    ----------
    simulated
        Of the fleet: whether all its cameras are simulated, on places of the engine's own.
    what
        As of `refusal`.

    Raises
    ------
    InputError
        A camera is real, hangs on a pole that was listed, or comes from a file.
    """
    if not simulated:
        raise InputError(refusal(what))


@dataclass(frozen=True, repr=False)
class Fleet(DrawnFleet):
    """Cameras, a head a row.

    Attributes
    ----------
    heads
        Points (projected metres) in ascending order of rank; columns rank (city rank, from 1),
        area_rank, site, x, y, mount (m), deck, heading (degrees clockwise from north),
        field_of_view (degrees; of a turning head the angle it covers), near (m), range_detect …
        range_identify (m; 0 where the task is empty), duty (share of time it looks in any one
        direction; 1 if fixed), owner (one of `OWNERS`), status, year (0 unknown), camera_type
        ("unknown" where none is known), mounted_on (one of `MOUNTS`).
    report
        Counts of what was announced, left out, moved or refused on the way here.
    placed_for
        Cameras in the whole city that it was placed for; 0 where nobody said, so that its last
        rank counts.
    own
        Index and columns of the table that it was made of; None without any.
    attribution
        Whose map its places were found on, a source each; empty where nobody said.
    """

    heads: gpd.GeoDataFrame
    report: Mapping[str, int] = field(default_factory=dict)
    placed_for: int = 0
    own: OwnColumns | None = None
    attribution: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        made_a_table(self.heads)

    def __len__(self) -> int:
        return len(self.heads)

    @classmethod
    @named_arguments(heads=a_table("points, a head a row", metres=True))
    def from_heads(cls, heads: gpd.GeoDataFrame, report: Mapping[str, int] | None = None) -> Fleet:
        """Make a fleet of a table of one's own: fill what is missing, check the rest.

        Parameters
        ----------
        heads
            Points in projected metres, a head a row in ascending order of rank. Column heading is
            needed unless every head looks all round. What `OPTICS_COLUMNS` miss comes from column
            camera_type. Missing ranks are the order of the rows, missing sites one for each
            position; deck is "street", owner "other", status "given", year 0 and mounted_on
            "unknown". x and y are taken from the points; columns not of a fleet, and the index,
            come back with `to_gdf`.
        report
            Counts to keep with the fleet.

        Raises
        ------
        InputErrors
            Something is missing or wrong; one line for each column at fault, naming its first row.
        """
        table = _filled(heads)
        problems = list(_problems(table))
        if problems:
            raise InputErrors(problems)
        typed = _typed(table)
        return cls(typed, report or {}, own=own_columns(heads, typed["rank"], HEAD_COLUMNS))

    def to_gdf(self) -> gpd.GeoDataFrame:
        """Return the heads in the index of the table that they were made of, with its own columns.

        Heads of other origin, or without an index of their own, are numbered from 0.
        """
        return with_own(self.heads, self.own)

    @named_arguments(task=one_of(TASKS), total=whole(0))
    def fields(self, task: str = "detect", *, total: int | None = None) -> gpd.GeoDataFrame:
        """Return what each head could see if there were no walls: its range, as a polygon.

        Parameters
        ----------
        task
            Quality: detect, observe, recognise or identify.
        total
            Cameras in the whole city; all of the fleet by default.

        Returns
        -------
        GeoDataFrame
            As `to_gdf`, sectors and rings in place of points; round edges are drawn with a corner
            for each degree. Heads whose range is empty have an empty polygon. What is left
            behind walls is given by `sim.isovists`.

        Raises
        ------
        InputError
            There is no such task, or it was placed for fewer cameras.
        """
        self.check_totals([] if total is None else [total])
        sectors = sectors_of(self.heads, f"range_{task}")
        found = with_own(self.heads.set_geometry(sectors, crs=self.heads.crs), self.own)
        return found if total is None else found[(self.heads["rank"] <= total).to_numpy()]

    @property
    def last_rank(self) -> int:
        """City rank of the last head: so many cameras the city has at least; 0 of none."""
        return int(self.arrays.rank[-1]) if len(self) else 0

    @property
    def largest_total(self) -> int:
        """Cameras in the whole city up to which it answers."""
        return max(self.placed_for, self.last_rank)

    def check_totals(self, totals: Iterable[int]) -> None:
        """Refuse numbers of cameras that it was not placed for.

        Parameters
        ----------
        totals
            Cameras in the whole city.

        Raises
        ------
        InputError
            One is negative or above `largest_total`. A fleet without any head says nothing.
        """
        wrong = [total for total in totals if total < 0 or (total > self.largest_total > 0)]
        if wrong:
            raise InputError(
                f"total {', '.join(f'{total:,}' for total in wrong)}: the fleet was placed for "
                f"{counted(self.largest_total, 'camera')} in the city (placed_for); ask for fewer",
                key="cameras.totals",
            )

    def inside(self, polygon: BaseGeometry | None) -> NDArray[np.bool_]:
        """Return which heads are "here": in the study area, the halo left out.

        The one count behind "cameras here" in tables, maps, reports, comparisons and sweeps.

        Parameters
        ----------
        polygon
            Study area, in the system of the heads; None for everywhere.

        Returns
        -------
        array
            Truth values, shape (heads,).
        """
        if polygon is None:
            return np.ones(len(self), bool)
        x, y = (self.heads[name].to_numpy(np.float64) for name in ("x", "y"))
        return np.asarray(shapely.intersects_xy(polygon, x, y), np.bool_)

    def in_crs(self, crs: str) -> Fleet:
        """Return the fleet in another projected system: positions converted, headings turned.

        A fleet without a system is taken to be in it.

        Parameters
        ----------
        crs
            Projected system, for example that of a city.

        Raises
        ------
        InputError
            The heads are in degrees, or have no place in that system.
        """
        own = self.heads.crs
        if own is None or own == crs:
            return self
        if own.is_geographic:
            raise InputError("cameras: positions are not in projected metres; convert them first")
        moved = self.heads.to_crs(crs)
        x, y = moved.geometry.x.to_numpy(np.float64), moved.geometry.y.to_numpy(np.float64)
        if not (np.isfinite(x) & np.isfinite(y)).all():
            raise InputError(f"cameras: some have no place in {crs}; check their system {own.name}")
        before = self.heads.geometry
        turn = convergence(str(own), before.x.to_numpy(), before.y.to_numpy())
        heading = self.heads["heading"].to_numpy(np.float64) + turn - convergence(crs, x, y)
        return replace(self, heads=moved.assign(x=x, y=y, heading=heading % 360))

    @property
    def sites(self) -> gpd.GeoDataFrame:
        """The poles and walls, a site a row in order of its first rank, with its count of heads."""
        table = self.heads
        first = table.drop_duplicates("site")
        columns = [name for name in SITE_COLUMNS if name in table]
        heads = table["site"].value_counts().reindex(first["site"]).to_numpy(np.int64)
        sites = first[columns].reset_index(drop=True)
        sites.insert(1, "heads", heads)
        return sites

    @cached_property
    def real(self) -> NDArray[np.bool_]:
        """Whether a map or a list gave a head, or nobody says it is simulated; shape (heads,)."""
        if "status" not in self.heads:
            return np.ones(len(self), bool)
        of_strategy = self.heads["status"].isin([SIMULATED, LISTED_POLE])
        return np.asarray(~of_strategy.to_numpy(np.bool_), np.bool_)

    @property
    def on_listed_poles(self) -> NDArray[np.bool_]:
        """Whether a head is simulated on a pole that the user listed; shape (heads,)."""
        if "status" not in self.heads:
            return np.zeros(len(self), bool)
        return np.asarray(self.heads["status"] == LISTED_POLE, np.bool_)

    @property
    def credits(self) -> tuple[str, ...]:
        """Whose data its places are, a source each: `attribution`, and that of mapped cameras."""
        mapped = "status" in self.heads and (self.heads["status"] == MAPPED).any()
        return (*self.attribution, OPEN_STREET_MAP) if mapped else self.attribution

    @property
    def simulated(self) -> bool:
        """Whether every head is simulated on a place of the engine's own.

        Only then are more than statistics told: this decides for command, library, page and export.
        """
        return not (self.real.any() or self.on_listed_poles.any())

    @property
    def empty_tasks(self) -> dict[str, int]:
        """How many heads see nobody for each task: its range ends before the near limit."""
        a = self.arrays
        empty = (a.reach <= a.near[:, None]).sum(axis=0)
        return dict(zip(TASKS, empty.tolist(), strict=True))

    def _in_short(self) -> str:
        return (
            f"{counted(len(self), 'camera')} here, {self.last_rank:,} in the city, {self.heads.crs}"
        )

    def _card(self) -> tuple[str, Mapping[str, object]]:
        kinds = self.heads["camera_type"].value_counts() if "camera_type" in self.heads else {}
        real, listed = int(self.real.sum()), int(self.on_listed_poles.sum())
        return "Fleet of cameras", {
            "cameras (heads)": len(self),
            "sites": int(self.heads["site"].nunique()),
            "simulated": len(self) - real,
            **({"of them on listed poles": listed} if listed else {}),
            "mapped, listed or given": real,
            "city ranks": f"1 to {int(self.heads['rank'].max()):,}" if len(self) else "–",
            **{f"type {kind}": int(count) for kind, count in dict(kinds).items()},
        }

    @cached_property
    def arrays(self) -> HeadArrays:
        """The heads as flat arrays."""
        table = self.heads
        check_heads(table)
        deck = table["deck"].map({name: code for code, name in enumerate(DECKS)})
        return HeadArrays(
            rank=table["rank"].to_numpy(np.int32),
            x=table["x"].to_numpy(np.float64),
            y=table["y"].to_numpy(np.float64),
            mount=table["mount"].to_numpy(np.float64),
            deck=deck.to_numpy(np.int8),
            heading=table["heading"].to_numpy(np.float64),
            field_of_view=table["field_of_view"].to_numpy(np.float64),
            near=table["near"].to_numpy(np.float64),
            reach=np.ascontiguousarray(table[list(RANGE_COLUMNS)].to_numpy(np.float64)),
        )


def optics_of(lens: Optics) -> dict[str, float]:
    """Return what a camera type decides of a head, by column of `OPTICS_COLUMNS`."""
    ranges = (float(reach) for reach in lens.ranges())
    near = lens.near_limit()
    near = near if np.isfinite(near) else 0.0  # a picture of the sky: every range is 0
    values = (lens.mount_m, lens.covered_angle, near, *ranges, lens.duty)
    return dict(zip(OPTICS_COLUMNS, values, strict=True))


def _filled(heads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give every column of a fleet to a table of heads."""
    if heads.crs is None or heads.crs.is_geographic:
        raise InputError("cameras: positions are not in projected metres; convert them first")
    point = heads.geometry
    if not (point.notna() & (point.geom_type == "Point") & ~point.is_empty).all():
        raise InputError("cameras: a row has no point; give every head a position")
    count = len(heads)
    x, y = point.x.to_numpy(np.float64), point.y.to_numpy(np.float64)
    table = pd.DataFrame(heads.drop(columns=heads.geometry.name)).reset_index(drop=True)
    table["x"], table["y"] = x, y
    kind = table["camera_type"].fillna("unknown") if "camera_type" in table else "unknown"
    table["camera_type"] = kind
    _fill_optics(table)
    if (
        "heading" not in table
        and "field_of_view" in table
        and (table["field_of_view"] == 360).all()
    ):
        table["heading"] = 0.0
    order = np.arange(1, count + 1)
    site = pd.factorize(pd.Series(x + 1j * y))[0]
    for name, value in (("rank", order), ("area_rank", order), ("site", site)):
        if name not in table:
            table[name] = value
    for name, word in DEFAULTS.items():
        table[name] = table[name].where(table[name].notna(), word) if name in table else word
    missing = [name for name in HEAD_COLUMNS[:-1] if name not in table]
    if missing:
        raise InputError(
            f"cameras: no column {', '.join(missing)}; give it, or a known type in camera_type"
        )
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs=heads.crs)


def _fill_optics(table: pd.DataFrame) -> None:
    """Take from each head's camera type the optics columns that the table does not have."""
    missing = [name for name in OPTICS_COLUMNS if name not in table]
    if not missing or (table["camera_type"] == "unknown").any():
        return
    kinds = table["camera_type"].unique()
    of_type = {name: optics_of(camera_type(name)) for name in kinds}
    for column in missing:
        value = {name: optics[column] for name, optics in of_type.items()}
        table[column] = table["camera_type"].map(value).astype(np.float64)


def _problems(table: gpd.GeoDataFrame) -> Iterator[str]:
    """Yield what is wrong, a line for each column at fault."""
    names = ("rank", "area_rank", "site", "x", "y", "heading", *OPTICS_COLUMNS, "year")
    number = {
        name: pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64) for name in names
    }
    checks = {name: (np.isfinite(value), "is no number") for name, value in number.items()}
    checks |= _checks_of_numbers(number)
    for name, known in (("deck", DECKS), ("owner", OWNERS), ("mounted_on", MOUNTS)):
        checks[name] = (table[name].isin(known).to_numpy(), f"is not one of {', '.join(known)}")
    checks["linked"] = table["linked"].isin((True, False)).to_numpy(), "is not True or False"
    for name, (good, what) in checks.items():
        if not good.all():
            row = int(np.flatnonzero(~good)[0])
            value = table[name].iloc[row]
            yield f"cameras: row {row + 1}: {name} {value} {what}; correct it"


def _checks_of_numbers(
    number: Mapping[str, NDArray[np.float64]],
) -> dict[str, tuple[NDArray[np.bool_], str]]:
    """Which rows are right, for each column of numbers, and what the others are."""
    checks = {}
    for name in ("rank", "area_rank"):
        ascending = np.diff(number[name], prepend=0) > 0
        good = ascending & _whole(number[name], LARGEST_RANK)
        checks[name] = good, "is no whole number above the one before it"
    checks["site"] = _whole(number["site"], LARGEST_RANK), "is no whole number from 0"
    checks["year"] = _whole(number["year"], 9999), "is no year (0 if unknown)"
    checks["heading"] = _within(number["heading"], 0, np.nextafter(360, 0)), "is not in 0…360"
    lowest = np.nextafter(FACE_HEIGHT_M, 2)
    checks["mount"] = _within(number["mount"], lowest, 1000), "is not above a face (1.6 m)"
    checks["field_of_view"] = _within(number["field_of_view"], 1e-9, 360), "is not in 0…360"
    checks["near"] = _within(number["near"], 0, FURTHEST_M), "is no distance"
    checks["duty"] = _within(number["duty"], 0, 1), "is no share 0…1"
    farthest: float | NDArray[np.float64] = FURTHEST_M
    for name in RANGE_COLUMNS:
        checks[name] = _within(number[name], 0, farthest), "is not in 0…the range before it"
        farthest = number[name]
    return checks


def _whole(value: NDArray[np.float64], most: int) -> NDArray[np.bool_]:
    return np.asarray((value == np.rint(value)) & (value >= 0) & (value <= most))


def _within(
    value: NDArray[np.float64], low: float, high: float | NDArray[np.float64]
) -> NDArray[np.bool_]:
    return np.asarray((low <= value) & (value <= high))


def _typed(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put the columns in their order, each in its type."""
    whole = {"rank": np.int32, "area_rank": np.int32, "site": np.int32, "year": np.int16}
    real = dict.fromkeys(("x", "y", "heading", *OPTICS_COLUMNS), np.float64)
    words = dict.fromkeys(("status", "camera_type"), str)
    return table[list(HEAD_COLUMNS)].astype({**whole, **real, **words, "linked": bool})
