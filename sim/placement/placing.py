"""From a city's total to a fleet: as many heads as growth says, where a strategy puts them.

It joins the counts of `sim.placement.growth`, the order of a strategy or a mix of them, the camera
types, and cameras that stand already. Everything placed here is simulated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from sim.cameras.candidates import Candidates, candidates
from sim.cameras.fleet import OWNERS, RANGE_COLUMNS, Fleet
from sim.cameras.optics import CASES
from sim.city.streets import DECKS
from sim.errors import InputError
from sim.placement.ground import Aims, Ground, HeadOrder, headings, interleaved
from sim.placement.growth import PHASES, Phase, RegionHeads, region_heads, sainte_lague
from sim.placement.strategies import ranked

if TYPE_CHECKING:
    from sim.city import City

ONLY_EXISTING = "existing"
"""In place of a strategy: the cameras that stand already, and no others."""


def place(
    city: City,
    total: int,
    *,
    strategy: str | Mapping[str, float] = "junctions",
    share_rule: str = "population",
    share: float | None = None,
    street_share: str | Mapping[str, float] = "middle",
    mobile_share: float = 0.0,
    phases: Sequence[Phase] = PHASES,
    optics: str | Mapping[str, float] = "typical",
    heads_per_site: float = 2.5,
    existing: Fleet | None = None,
    aims: Aims | None = None,
    seed: int = 0,
) -> Fleet:
    """Place the heads that fall to a city's region at a city total; all simulated.

    Parameters
    ----------
    city
        Where to place.
    total
        Heads in the whole city (in the region itself with share_rule "direct").
    strategy
        A name of `sim.placement.strategies.STRATEGIES` or of an installed package, a mix of them
        by weight, or "existing" for the cameras that stand already and no others.
    share_rule, share, street_share, mobile_share, phases
        See `region_heads`.
    optics
        A camera type, or a mix of types by weight.
    heads_per_site
        Mean heads on one pole, 1 to 8.
    existing
        Cameras that stand already: they come first, in their order, as they are.
    aims
        What strategies that aim at something should aim at.
    seed
        Decides ties and the random strategy.

    Raises
    ------
    InputError
        An unknown name, or more heads than there are places for.
    """
    heads = region_heads(
        city.area, total, share_rule=share_rule, share=share, street_share=street_share,
        mobile_share=mobile_share, phases=phases,
    )  # fmt: skip
    report = _counted(heads)
    tables = []
    standing = _standing(city, existing, heads, report)
    if standing is not None:
        tables.append(standing)
    left = RegionHeads(
        heads.rank[report["existing"] :], heads.owner[report["existing"] :],
        heads.year[report["existing"] :], heads.announced, heads.mobile,
    )  # fmt: skip
    if strategy != ONLY_EXISTING:
        mix = _mix(optics, "cameras.optics")
        ground = Ground(
            city, candidates(city), seed, len(left.rank), CASES[max(mix, key=mix.__getitem__)],
            heads_per_site, aims or Aims(), None if standing is None else Fleet(standing),
        )  # fmt: skip
        order = _order(ground, strategy)
        tables.append(_heads_table(city, ground.sites, order, left, mix, report["existing"]))
    return Fleet(_joined(tables, city), report)


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


def _order(ground: Ground, strategy: str | Mapping[str, float]) -> HeadOrder:
    """Rank heads by one strategy or several, as many as are wanted.

    Raises
    ------
    InputError
        There are fewer places than heads.
    """
    mix = _mix(strategy, "cameras.strategy")
    orders = [ranked(name, ground) for name in mix]
    order = orders[0]
    if len(orders) > 1:
        order = interleaved(orders, list(mix.values()), ground.wanted)
    if len(order.site) < ground.wanted:
        raise InputError(
            f"{ground.wanted} heads are to hang in {ground.city.area.name}, but strategy "
            f"{', '.join(mix)} has places for {len(order.site)}; lower the totals or raise "
            "heads_per_site",
            key="cameras.totals",
        )
    return order.first(ground.wanted)


def _standing(
    city: City, existing: Fleet | None, heads: RegionHeads, report: dict[str, int]
) -> gpd.GeoDataFrame | None:
    """Give the first ranks of the region to the cameras that stand in it already.

    Raises
    ------
    InputError
        The cameras are in another projection than the city.
    """
    if existing is None:
        return None
    table = existing.heads
    if table.crs != city.streets.crs:
        table = table.to_crs(city.streets.crs)
        table = table.assign(x=table.geometry.x, y=table.geometry.y)
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
    city: City,
    sites: Candidates,
    order: HeadOrder,
    heads: RegionHeads,
    mix: Mapping[str, float],
    before: int,
) -> gpd.GeoDataFrame:
    """Hang heads of ascending ranks in the order of preference, `before` standing already."""
    names = list(mix)
    kind = sainte_lague(list(mix.values()), len(order.site)) if len(order.site) else order.site
    lenses = [CASES[name] for name in names]
    _, first, number = np.unique(order.site, return_index=True, return_inverse=True)
    site = np.argsort(np.argsort(first))[number] + before
    ranges = np.array([lens.ranges() for lens in lenses])[kind]
    table = pd.DataFrame(
        {
            "rank": heads.rank,
            "area_rank": np.arange(before + 1, before + len(order.site) + 1, dtype=np.int32),
            "site": site.astype(np.int32),
            "x": sites.x[order.site],
            "y": sites.y[order.site],
            "mount": np.array([lens.mount_m for lens in lenses])[kind],
            "deck": np.array(DECKS, object)[sites.deck[order.site]],
            "heading": headings(sites, order),
            "field_of_view": np.array([lens.field_of_view for lens in lenses])[kind],
            "near": np.array([lens.near_limit() for lens in lenses])[kind],
            **dict(zip(RANGE_COLUMNS, ranges.T, strict=True)),
            "duty": 1.0,
            "owner": np.array(OWNERS, object)[heads.owner],
            "status": "simulated",
            "year": heads.year,
        }
    )
    points = gpd.points_from_xy(table["x"], table["y"])
    return gpd.GeoDataFrame(table, geometry=points, crs=city.streets.crs)


def _joined(tables: Sequence[gpd.GeoDataFrame], city: City) -> gpd.GeoDataFrame:
    """Join what stands and what is placed; every head keeps its own rank."""
    filled = [table for table in tables if len(table)] or list(tables[:1])
    if not filled:
        raise InputError(
            "strategy existing needs cameras that stand already; write existing: FILE",
            key="cameras.existing",
        )
    if len(filled) == 1:
        return filled[0]
    joined = pd.concat(filled, ignore_index=True)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=city.streets.crs)
