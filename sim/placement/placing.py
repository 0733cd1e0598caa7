"""From a city's total to a fleet: as many heads as growth says, where a strategy puts them.

It joins the counts of `sim.placement.growth`, the order of a strategy or a mix of them, the camera
types, and cameras that stand already. Everything placed here is simulated.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, TypeVar, cast

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.apportionment import sainte_lague
from sim.area import districts_at
from sim.arguments import named_arguments
from sim.cameras.candidates import Candidates
from sim.cameras.fleet import (
    LISTED_POLE,
    MOUNTS,
    OPTICS_COLUMNS,
    OWNERS,
    SIMULATED,
    Fleet,
    optics_of,
)
from sim.cameras.optics import camera_type
from sim.city.decks import DECKS
from sim.errors import InputError
from sim.limits import check_value
from sim.placement.arguments import CHECKS
from sim.placement.context import (
    DIRECTIONS,
    HeadOrder,
    PlacementContext,
    headings,
    interleaved,
)
from sim.placement.growth import RegionHeads, region_heads
from sim.placement.leaning import how_far
from sim.placement.parameters import (
    AS_PLANNED,
    PHASES,
    Exclusion,
    Objective,
    Phase,
    PlacementParameters,
    Plan,
)  # fmt: skip
from sim.placement.plan import announced
from sim.placement.sites import available_sites
from sim.placement.strategies.registry import WHOLE_ORDERS, Strategy, ranked
from sim.wording import counted

if TYPE_CHECKING:
    from sim.city.model import City

Key = TypeVar("Key", bound=Hashable)
AHEAD = 4
"""So many times as far as heads are wanted an order is read at first where there are several
districts: the places of one of them may come late."""
ONLY_EXISTING = "existing"
"""In place of a strategy: the cameras that stand already, and no others."""


@named_arguments(**CHECKS)
def place(
    city: City,
    total: int,
    *,
    strategy: str | Strategy | Mapping[str | Strategy, float] | Mapping[str, float] | None = None,
    share_rule: str | None = None, share: float | None = None, plan: Plan | str | None = None,
    street_share: str | Mapping[str, float] = PlacementParameters.street_share,
    mobile_share: float = PlacementParameters.mobile_share, phases: Sequence[Phase] = PHASES,
    optics: str | Mapping[str, float] = PlacementParameters.optics,
    heads_per_site: float = PlacementParameters.heads_per_site, seed: int = 0,
    existing: Fleet | None = None, aims: Objective | None = None,
    sites: gpd.GeoDataFrame | None = None, exclude: Sequence[Exclusion] = (),
) -> Fleet:  # fmt: skip
    """Place the heads that fall to a city's region at a city total; all simulated.

    Parameters
    ----------
    city
        Where to place.
    total
        Heads in the whole city (in the region itself with share_rule "direct").
    strategy
        A name of `sim.placement.strategies.registry.STRATEGIES` or of an installed package, a
        function that is given a `PlacementContext` and returns rows of its sites, best first, a
        mix of these by weight, or "existing": the cameras that stand already and no others. By
        default junctions; with a plan "as_planned", the places that its phases name.
    share_rule, share, street_share, mobile_share, phases, plan
        See `region_heads`; without a rule population, or the plan's own. A plan by name is a
        reading of what was announced.
    optics
        A camera type, or a mix of types by weight.
    heads_per_site
        Mean number of heads on one pole, 1 to 8.
    existing
        Cameras that stand already: they come first, in their order, as they are.
    aims
        What strategies that aim at something should aim at.
    sites
        Poles (points, any CRS), the only places for cameras, a pole a row; of heads on listed
        poles there are statistics alone.
    exclude
        Zones in which no camera is hung. Those that mask what is seen are of the city: see
        `City.masked`.
    seed
        Decides ties and the random strategy.

    Returns
    -------
    Heads in ascending rank, those that stand already first; the report counts what was placed.

    Raises
    ------
    InputError
        An unknown name, a number outside its limits, or more heads than there are places for.
    """
    return placement(
        city, total, strategy=cast("str", strategy), share_rule=share_rule, share=share, plan=plan,
        street_share=street_share, mobile_share=mobile_share, phases=phases, optics=optics,
        heads_per_site=heads_per_site, existing=existing, aims=aims, sites=sites, exclude=exclude,
    ).fleet(seed)  # fmt: skip


@dataclass(frozen=True)
class Placement:
    """All that fleets of one city have in common, whatever their seed; see `placement`."""

    total: int
    strategy: str | Mapping[str, float]
    heads: RegionHeads
    """Those to be placed, after the cameras that stand already."""
    mix: Mapping[str, float]
    standing: gpd.GeoDataFrame | None
    report: Mapping[str, int]
    context: PlacementContext | None
    """With seed 0; None where only existing cameras count."""
    status: str = SIMULATED
    """Of the heads to be placed."""
    attribution: tuple[str, ...] = ()
    """Whose map the city is."""

    def fleet(self, seed: int) -> Fleet:
        """Return the fleet of a seed, as `place` does.

        Raises
        ------
        InputError
            More heads than there are places for, or a strategy that does not fit the city.
        """
        report = {**self.report}
        if self.context is None:
            return Fleet(_that_stand(self.standing), report, placed_for=self.total)
        context = replace(self.context, seed=seed)
        table = _heads_table(
            context, self.strategy, self.heads, self.mix, self.standing, self.status
        )
        fleet = Fleet(table, report, placed_for=self.total, attribution=self.attribution)
        return _noted(fleet, self.strategy, context)


def placement(
    city: City,
    total: int,
    *,
    strategy: str | Mapping[str, float] | None = None,
    share_rule: str | None = None, share: float | None = None, plan: Plan | str | None = None,
    street_share: str | Mapping[str, float] = PlacementParameters.street_share,
    mobile_share: float = PlacementParameters.mobile_share, phases: Sequence[Phase] = PHASES,
    optics: str | Mapping[str, float] = PlacementParameters.optics,
    heads_per_site: float = PlacementParameters.heads_per_site,
    existing: Fleet | None = None, aims: Objective | None = None,
    sites: gpd.GeoDataFrame | None = None, exclude: Sequence[Exclusion] = (),
) -> Placement:  # fmt: skip
    """Share out heads and list the places for them, once for all seeds.

    Parameters and errors are those of `place`.
    """
    check_value(PlacementParameters, "heads_per_site", heads_per_site, "cameras")
    plan, strategy, share_rule = _defaults(plan, strategy, share_rule)
    heads = region_heads(city.area, total, share_rule=share_rule, share=share,
                         street_share=street_share, mobile_share=mobile_share,
                         phases=phases, plan=plan)  # fmt: skip
    report = _counted(heads)
    standing = _standing(city, existing, heads, report)
    left, mix = heads.after(report["existing"]), _mix(optics, "cameras.optics")
    context = None
    if strategy != ONLY_EXISTING:
        free, counts = available_sites(city, sites, exclude)
        report |= counts
        context = _context(city, free, len(left.rank), mix, heads_per_site, standing, aims)
    status = SIMULATED if sites is None else LISTED_POLE
    whose = city.attribution
    return Placement(total, strategy, left, mix, standing, report, context, status, whose)


def _defaults(
    plan: Plan | str | None, strategy: str | Mapping[str, float] | None, share_rule: str | None
) -> tuple[Plan | None, str | Mapping[str, float], str]:
    """Fill in what was left open, as the plan says where there is one."""
    plan = announced(plan) if isinstance(plan, str) else plan
    strategy = strategy or (AS_PLANNED if plan else PlacementParameters.strategy)
    return plan, strategy, share_rule or (AS_PLANNED if plan else PlacementParameters.share_rule)


def _noted(fleet: Fleet, strategy: str | Mapping[str, float], context: PlacementContext) -> Fleet:
    """Return a fleet; its report says how far off it stands from what its strategy leans to."""
    away = how_far(fleet, _mix(strategy, "cameras.strategy"), context)
    return replace(fleet, report={**fleet.report, **away}) if away else fleet


def _that_stand(standing: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Return the cameras that stand already.

    Raises
    ------
    InputError
        None were given.
    """
    if standing is None:
        raise InputError(
            "strategy existing needs cameras that stand already; write existing: FILE",
            key="cameras.existing",
        )
    return standing


def _context(
    city: City,
    sites: Candidates,
    wanted: int,
    mix: Mapping[str, float],
    heads_per_site: float,
    standing: gpd.GeoDataFrame | None,
    aims: Objective | None,
) -> PlacementContext:
    """Return what strategies look at; they look through the camera type that most heads are of."""
    return PlacementContext(
        city=city,
        sites=sites,
        seed=0,
        wanted=wanted,
        lens=camera_type(max(mix, key=mix.__getitem__), "cameras.optics"),
        heads_per_site=heads_per_site,
        aims=aims or Objective(),
        locked=None if standing is None else Fleet(standing),
    )


def _mix(mix: str | Mapping[str, float], key: str) -> Mapping[str, float]:
    """Return a mix by weight; a single name is the whole of it.

    Raises
    ------
    InputError
        Nothing has a weight.
    """
    if isinstance(mix, str):
        return {mix: 1.0}
    parts = {name: weight for name, weight in mix.items() if weight > 0}
    if not parts:
        raise InputError("nothing in this mix has a weight above 0; give one", key=key)
    return parts


def _counted(heads: RegionHeads) -> dict[str, int]:
    """Count the region's heads: those announced, and why some of them are not placed."""
    return {
        "announced": len(heads.announced),
        "mobile": len(heads.mobile),
        "not_on_streets": len(heads.announced) - len(heads.mobile) - len(heads.rank),
        "on_streets": len(heads.rank),
        "existing": 0,
        "existing_elsewhere": 0,
    }


def _order(
    context: PlacementContext, strategy: str | Mapping[str, float], heads: RegionHeads
) -> HeadOrder:
    """Rank as many heads as are wanted, each in the district that it falls to.

    A strategy ranks the whole region; a head takes the next place of that order in its district.

    Raises
    ------
    InputError
        There are fewer places than heads.
    """
    mixes, choice = _strategies(strategy, heads)
    names = dict.fromkeys(name for mix in mixes for name in mix)
    several = len(np.unique(heads.district)) > 1
    sites = context.sites
    place = districts_at(sites.x, sites.y) if several else np.zeros(len(sites.x), np.int8)
    needed = heads.district if several else np.zeros(len(heads.district), np.int8)
    room = DIRECTIONS * len(sites.x)
    wanted = context.wanted
    if several and WHOLE_ORDERS.issuperset(names):
        wanted = min(AHEAD * wanted, room)  # what is read beyond need changes nothing
    by_name: dict[str, HeadOrder] = {}
    while True:
        # beyond what is wanted an order is open, so another total might find another
        asked = replace(context, wanted=wanted)
        left = [name for name in names if name not in by_name or name not in WHOLE_ORDERS]
        by_name |= {name: ranked(name, asked) for name in left}
        orders = [_mixed(by_name, mix, wanted).first(wanted) for mix in mixes]
        found, left_over = in_turn(orders, place, choice, needed)
        ended = all(len(order.site) < wanted for order in orders)
        if not left_over or wanted >= room or ended:
            break
        wanted = min(2 * wanted, room)  # a district's places may come late in the order
    if len(found.site) < context.wanted:
        places = len(np.unique(np.concatenate([_codes(order) for order in orders])))
        most = int(heads.rank[places]) - 1
        raise InputError(
            f"{counted(context.wanted, 'head')} to hang in {context.city.area.name}, but strategy "
            f"{', '.join(names)} has places for {places}; lower the totals to {most:,} or raise "
            "heads_per_site",
            key="cameras.totals",
        )
    return found


def _strategies(
    strategy: str | Mapping[str, float], heads: RegionHeads
) -> tuple[list[Mapping[str, float]], NDArray[np.int16]]:
    """Return the mixes of strategies in use, and which of them each head follows."""
    if strategy != AS_PLANNED:
        return [_mix(strategy, "cameras.strategy")], np.zeros(len(heads.rank), np.int16)
    named = [*heads.strategies, PlacementParameters.strategy]
    used, choice = np.unique(heads.strategy % len(named), return_inverse=True)
    return [_mix(named[i], "cameras.plan") for i in used], choice.astype(np.int16)


def _mixed(by_name: Mapping[str, HeadOrder], mix: Mapping[str, float], wanted: int) -> HeadOrder:
    """Rank heads by one strategy or several, as each of them ranks them."""
    orders = [by_name[name] for name in mix]
    return orders[0] if len(orders) == 1 else interleaved(orders, list(mix.values()), wanted)


def in_turn(
    orders: Sequence[HeadOrder],
    district: NDArray[np.int8],
    choice: NDArray[np.int16],
    needed: NDArray[np.int8],
) -> tuple[HeadOrder, int]:
    """Give each head in turn the next place of its order in its district.

    Parameters
    ----------
    orders
        Places in order of preference.
    district
        District of each site.
    choice, needed
        Of each head, in order of rank: which of the orders it follows, and its district.

    Returns
    -------
    places
        One for each head. Heads for whom their district has no place left take what others left,
        first in their own order, and those for whom nothing is left are missing at the end.
    left_over
        How many heads found no place in their district.
    """
    codes = [_codes(order) for order in orders]
    taken: set[int] = set()
    there = [district[order.site] for order in orders]
    given = _take(
        {
            (number, where): iter(code[have == where].tolist())
            for number, (code, have) in enumerate(zip(codes, there, strict=True))
            for where in np.unique(needed).tolist()
        },
        zip(choice.tolist(), needed.tolist(), strict=True),
        taken,
    )
    without = [head for head, place in enumerate(given) if place < 0]
    rest = {
        number: chain(code.tolist(), *(other.tolist() for other in codes))
        for number, code in enumerate(codes)
    }
    for head, place in zip(without, _take(rest, choice[without].tolist(), taken), strict=True):
        given[head] = place
    found = np.array([place for place in given if place >= 0], np.int64)
    return HeadOrder(found // DIRECTIONS, found % DIRECTIONS), len(without)


def _take(queues: Mapping[Key, Iterator[int]], turns: Iterable[Key], taken: set[int]) -> list[int]:
    """Take the next place that nobody has from the queue of each turn; −1 where none is left."""
    given = []
    for turn in turns:
        for code in queues[turn]:
            if code not in taken:
                taken.add(code)
                given.append(code)
                break
        else:
            given.append(-1)
    return given


def _codes(order: HeadOrder) -> NDArray[np.int64]:
    """Return a number for each place and direction."""
    return order.site * DIRECTIONS + order.direction


def _standing(
    city: City, existing: Fleet | None, heads: RegionHeads, report: dict[str, int]
) -> gpd.GeoDataFrame | None:
    """Give the first ranks of the region to the cameras that stand in it already.

    Raises
    ------
    InputError
        The cameras have no place in the projection of the city.
    """
    if existing is None:
        return None
    table = existing.in_crs(city.streets.crs).heads
    here = table.geometry.within(city.area.region)
    report["existing_elsewhere"] = int((~here).sum())
    table = table[here].iloc[: len(heads.rank)].reset_index(drop=True)
    report["existing"] = len(table)
    site, _ = pd.factorize(table["site"])
    return table.assign(
        rank=heads.rank[: len(table)],
        area_rank=np.arange(1, len(table) + 1, dtype=np.int32),
        site=site.astype(np.int32),
    )


def _heads_table(
    context: PlacementContext,
    strategy: str | Mapping[str, float],
    heads: RegionHeads,
    mix: Mapping[str, float],
    standing: gpd.GeoDataFrame | None,
    status: str,
) -> gpd.GeoDataFrame:
    """Hang heads of ascending ranks in the order of preference, after those that stand."""
    sites, order = context.sites, _order(context, strategy, heads)
    before, poles = (0, 0) if standing is None else (len(standing), standing["site"].nunique())
    kinds = sainte_lague(list(mix.values()), len(order.site)) if len(order.site) else order.site
    names = np.array(list(mix), object)[kinds]
    lenses = pd.DataFrame([optics_of(camera_type(name, "cameras.optics")) for name in mix])
    lens = lenses.iloc[kinds].reset_index(drop=True)
    _, first, number = np.unique(order.site, return_index=True, return_inverse=True)
    table = pd.DataFrame(
        {
            "rank": heads.rank,
            "area_rank": np.arange(before + 1, before + len(order.site) + 1, dtype=np.int32),
            "site": (np.argsort(np.argsort(first))[number] + poles).astype(np.int32),
            "x": sites.x[order.site],
            "y": sites.y[order.site],
            "mount": lens["mount"],
            "deck": np.array(DECKS, object)[sites.deck[order.site]],
            "heading": headings(sites, order),
            **{name: lens[name] for name in OPTICS_COLUMNS if name != "mount"},
            "owner": np.array(OWNERS, object)[heads.owner],
            "status": status,
            "year": heads.year,
            "linked": heads.linked,
            "camera_type": names,
            "mounted_on": np.array(MOUNTS, object)[sites.mounted_on[order.site]],
        }
    )
    points = gpd.points_from_xy(table["x"], table["y"])
    placed = gpd.GeoDataFrame(table, geometry=points, crs=context.city.streets.crs)
    return _joined(standing, placed)


def _joined(standing: gpd.GeoDataFrame | None, placed: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join what stands and what is placed; every head keeps its own rank."""
    if standing is None or standing.empty:
        return placed
    if placed.empty:
        return standing
    return gpd.GeoDataFrame(pd.concat([standing, placed], ignore_index=True), crs=placed.crs)
