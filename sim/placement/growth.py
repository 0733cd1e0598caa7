"""How many cameras where, and in which order: from the city's total to heads in the area.

The city's heads go one at a time to the 18 districts by Sainte-Laguë, and inside a district to the
simulated region or the rest, so no area ever loses a head as the total grows. Each head of the
region has an owner by the phase of its city rank, and watches a street or not by the owner's share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.area import Area, districts
from sim.cameras.candidates import SIGHT_LINES, Candidates, candidates
from sim.cameras.fleet import OWNERS, RANGE_COLUMNS, Fleet
from sim.cameras.optics import CASES
from sim.city.streets import DECKS
from sim.errors import InputError
from sim.placement.strategies import STRATEGIES

if TYPE_CHECKING:
    from sim.city import City

SHARE_RULES = ("population", "streets", "given", "direct")


class Phase(NamedTuple):
    """Heads up to a city total, the year they hang by then, and the mix of owners among them."""

    total: int
    year: int
    mix: Mapping[str, float]


PHASES = (
    Phase(4_000, 2025, {"police": 1.0}),
    Phase(11_000, 2026, {"police": 1.0, "department": 6.0}),
    Phase(60_000, 2028, {"department": 1.0, "transport": 1.0, "estate": 1.0, "mall": 1.0}),
)
"""Growth as announced (about 4,000 in 2025; 11,000 in early 2026, 5,000 of them police; 60,000 by
2028). The owners of the last phase are not published: equal parts are our assumption."""
LATER = Phase(10**9, 2029, PHASES[-1].mix)

STREET_SHARES: Mapping[str, Mapping[str, float]] = {
    "low": {"police": 0.6, "department": 0.3, "transport": 0.2, "estate": 0.1, "mall": 0.05,
            "other": 0.1},
    "middle": {"police": 0.9, "department": 0.6, "transport": 0.5, "estate": 0.4, "mall": 0.2,
               "other": 0.4},
    "high": dict.fromkeys(OWNERS, 1.0),
}  # fmt: skip
"""Share of each owner's heads that watch a street: three cases, all assumptions, never pooled."""


def sainte_lague(weights: Sequence[float], total: int) -> NDArray[np.int32]:
    """Return to whom each of `total` seats goes, in order: always to the highest w / (2a + 1).

    Ties go to the earlier weight. The first n entries are the apportionment of n seats, so no one
    ever loses a seat as the total grows (Balinski and Young, Fair Representation, 1982).

    Raises
    ------
    InputError
        A weight is negative or not finite, or all are zero.
    """
    weight = np.asarray(weights, np.float64)
    if not np.isfinite(weight).all() or (weight < 0).any() or weight.sum() <= 0:
        raise InputError("cameras: weights must be positive numbers; check the areas' figures")
    most = np.ceil(weight / weight.sum() * total).astype(np.int64) + 2
    while True:
        who = np.repeat(np.arange(len(weight), dtype=np.int32), most)
        seat = np.arange(len(who)) - np.repeat(np.cumsum(most) - most, most)
        quotient = weight[who] / (2 * seat + 1)
        order = np.lexsort((who, -quotient))[:total]
        given = np.bincount(who[order], minlength=len(weight))
        # one that got all the seats prepared for it might have got more
        if (given < most).all():
            return who[order]
        most = most * 2


class RegionHeads(NamedTuple):
    """The city's heads that fall to the simulated region and watch a street, by city rank."""

    rank: NDArray[np.int32]
    owner: NDArray[np.int8]
    year: NDArray[np.int16]
    announced: NDArray[np.int32]
    """City ranks of all heads of the region, whether they watch a street or not."""


def region_heads(
    area: Area,
    total: int,
    *,
    share_rule: str = "population",
    share: float | None = None,
    street_share: str | Mapping[str, float] = "middle",
) -> RegionHeads:
    """Share the city's heads out and keep those of the region that watch a street.

    Parameters
    ----------
    area
        Its `parts` say what the region holds of each district.
    total
        Heads in the whole city (in the region itself with rule "direct").
    share_rule
        "population" or "streets" (weights of districts and parts), "given" (the region's `share`
        of the city), "direct".
    street_share
        A case of `STREET_SHARES`, or a share for every owner.

    Raises
    ------
    InputError
        The rule does not fit the area, or a share is missing.
    """
    announced = _announced(area, total, share_rule, share)
    shares = STREET_SHARES[street_share] if isinstance(street_share, str) else street_share
    owner, year = _owners(announced)
    on_street = _on_street(owner, shares)
    return RegionHeads(announced[on_street], owner[on_street], year[on_street], announced)


def _announced(area: Area, total: int, share_rule: str, share: float | None) -> NDArray[np.int32]:
    """City ranks, from 1, of the heads that fall to the region."""
    if share_rule == "direct":
        return np.arange(1, total + 1, dtype=np.int32)
    if share_rule == "given":
        if share is None:
            raise InputError("share_rule given needs a share; write share: 0.02", "cameras.share")
        if share <= 0:
            return np.zeros(0, np.int32)
        chosen = sainte_lague([share, 1.0 - share], total) == 0
        return (np.flatnonzero(chosen) + 1).astype(np.int32)
    if not area.parts:
        raise InputError(
            f"{area.name} is not in Hong Kong: its totals cannot be shared out of the city's; "
            "write share_rule: direct",
            key="cameras.share_rule",
        )
    field = {"population": "population", "streets": "carriageway_km"}[share_rule]
    parts = {part.district: float(getattr(part, field)) for part in area.parts}
    whole = [float(getattr(district, field)) for district in districts()]
    city = sainte_lague(whole, total)
    found = []
    for index, district in enumerate(districts()):
        if parts.get(district.name, 0.0) <= 0:
            continue
        ranks = np.flatnonzero(city == index) + 1
        rest = max(whole[index] - parts[district.name], 0.0)
        found.append(ranks[sainte_lague([parts[district.name], rest], len(ranks)) == 0])
    return np.sort(np.concatenate(found)).astype(np.int32) if found else np.zeros(0, np.int32)


def _owners(rank: NDArray[np.int32]) -> tuple[NDArray[np.int8], NDArray[np.int16]]:
    """Owner and year of each head, apportioned inside each phase of growth."""
    owner = np.zeros(len(rank), np.int8)
    year = np.zeros(len(rank), np.int16)
    begin = 0
    for phase in (*PHASES, LATER):
        stop = int(np.searchsorted(rank, phase.total, side="right"))
        if stop > begin:
            names = [OWNERS.index(name) for name in phase.mix]
            turn = sainte_lague(list(phase.mix.values()), stop - begin)
            owner[begin:stop] = np.array(names)[turn]
            year[begin:stop] = phase.year
        begin = max(begin, stop)
    return owner, year


def _on_street(owner: NDArray[np.int8], shares: Mapping[str, float]) -> NDArray[np.bool_]:
    """Which heads watch a street, apportioned among each owner's heads in their order."""
    on_street = np.zeros(len(owner), bool)
    for code, name in enumerate(OWNERS):
        own = np.flatnonzero(owner == code)
        if len(own) and shares[name] > 0:
            on_street[own] = sainte_lague([shares[name], 1.0 - shares[name]], len(own)) == 0
    return on_street


def place(
    city: City,
    total: int,
    *,
    strategy: str = "junctions",
    share_rule: str = "population",
    share: float | None = None,
    street_share: str | Mapping[str, float] = "middle",
    optics: str = "typical",
    heads_per_site: float = 2.5,
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
        A name of `sim.placement.strategies.STRATEGIES`.
    share_rule, share, street_share
        See `region_heads`.
    optics
        A case of `sim.cameras.optics.CASES`.
    heads_per_site
        Mean heads on one pole, 1 to 8.
    seed
        Decides ties and the random strategy.

    Raises
    ------
    InputError
        An unknown name, or more heads than there are places for.
    """
    if strategy not in STRATEGIES:
        raise InputError(
            f'unknown strategy "{strategy}"; choose one of {", ".join(STRATEGIES)}',
            key="cameras.strategy",
        )
    heads = region_heads(
        city.area, total, share_rule=share_rule, share=share, street_share=street_share
    )
    sites = candidates(city)
    needed = int(np.ceil(len(heads.rank) / heads_per_site))
    if needed > len(sites.x):
        raise InputError(
            f"{len(heads.rank)} heads need {needed} sites, but {city.area.name} has places for "
            f"{len(sites.x)}; lower the totals or raise heads_per_site",
            key="cameras.totals",
        )
    order = STRATEGIES[strategy](city, sites, seed)
    return Fleet(_heads_table(city, sites, order, heads, optics, heads_per_site))


def _heads_table(
    city: City,
    sites: Candidates,
    order: NDArray[np.int64],
    heads: RegionHeads,
    optics: str,
    heads_per_site: float,
) -> gpd.GeoDataFrame:
    """Hang heads of consecutive ranks on sites in order of preference."""
    number = np.arange(len(heads.rank))
    site = (number / heads_per_site).astype(np.int64)
    first = np.searchsorted(site, site)
    which = number - first
    chosen = order[site]
    lens = CASES[optics]
    turn = 45.0 * (which // SIGHT_LINES)
    heading = (sites.heading[chosen, which % SIGHT_LINES] + turn) % 360
    table = pd.DataFrame(
        {
            "rank": heads.rank,
            "area_rank": (number + 1).astype(np.int32),
            "site": site.astype(np.int32),
            "x": sites.x[chosen],
            "y": sites.y[chosen],
            "mount": lens.mount_m,
            "deck": np.array(DECKS, object)[sites.deck[chosen]],
            "heading": heading,
            "field_of_view": lens.field_of_view,
            "near": lens.near_limit(),
            **dict(zip(RANGE_COLUMNS, lens.ranges(), strict=True)),
            "duty": 1.0,
            "owner": np.array(OWNERS, object)[heads.owner],
            "status": "simulated",
            "year": heads.year,
        }
    )
    points = gpd.points_from_xy(table["x"], table["y"])
    return gpd.GeoDataFrame(table, geometry=points, crs=city.streets.crs)
