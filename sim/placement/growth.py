"""How many cameras where, and in which order: from the city's total to heads in the area.

The city's heads go one at a time to the 18 districts by Sainte-Laguë, and inside a district to the
simulated region or the rest, so no area ever loses a head as the total grows. Each head of the
region has an owner by the phase of its city rank, and watches a street or not by the owner's share.
Where the heads hang is decided in `sim.placement.placing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.apportionment import sainte_lague
from sim.area import Area
from sim.cameras.fleet import OWNERS, Fleet
from sim.errors import InputError
from sim.limits import check, check_value
from sim.placement.parameters import (
    AS_PLANNED,
    OF_DISTRICTS,
    PHASES,
    Phase,
    PlacementParameters,
    Plan,
)  # fmt: skip
from sim.placement.plan import (
    AS_SCENARIO,
    PlannedHeads,
    district_weights,
    in_region,
    planned_heads,
    region_parts,
)  # fmt: skip
from sim.wording import counted

STREET_SHARES: Mapping[str, Mapping[str, float]] = {
    "low": {"police": 0.6, "department": 0.3, "transport": 0.2, "estate": 0.1, "mall": 0.05,
            "other": 0.1},
    "middle": {"police": 0.9, "department": 0.6, "transport": 0.5, "estate": 0.4, "mall": 0.2,
               "other": 0.4},
    "high": dict.fromkeys(OWNERS, 1.0),
}  # fmt: skip
"""Share of each owner's heads that watch a street: three cases, all assumptions, never pooled."""


class RegionHeads(NamedTuple):
    """The city's heads that fall to the simulated region and watch a street, by city rank."""

    rank: NDArray[np.int32]
    owner: NDArray[np.int8]
    year: NDArray[np.int16]
    linked: NDArray[np.bool_]
    """Whether a head hangs already and is only joined to the system."""
    announced: NDArray[np.int32]
    """City ranks of all heads of the region, whether they watch a street or not."""
    mobile: NDArray[np.int32]
    """City ranks of those among them that drive or walk about, and so stand nowhere."""
    district: NDArray[np.int8]
    """Of each head that watches a street, the place of its district in `districts()`; −1 where
    heads are not shared out among districts."""
    strategy: NDArray[np.int16]
    """Of each head that watches a street an entry of `strategies`, −1 for the scenario's own."""
    strategies: tuple[str | Mapping[str, float], ...] = ()

    def after(self, heads: int) -> RegionHeads:
        """Leave out the first heads, whose ranks go to cameras that stand already."""
        return self._replace(
            rank=self.rank[heads:],
            owner=self.owner[heads:],
            year=self.year[heads:],
            linked=self.linked[heads:],
            district=self.district[heads:],
            strategy=self.strategy[heads:],
        )


def region_heads(
    area: Area,
    total: int,
    *,
    share_rule: str = PlacementParameters.share_rule,
    share: float | None = None,
    street_share: str | Mapping[str, float] = PlacementParameters.street_share,
    mobile_share: float = PlacementParameters.mobile_share,
    phases: Sequence[Phase] = PHASES,
    plan: Plan | None = None,
) -> RegionHeads:
    """Share the city's heads out and keep those of the region that watch a street.

    Parameters
    ----------
    area
        Its `parts` say what the region holds of each district.
    total
        Heads in the whole city (in the region itself with rule "direct").
    share_rule
        "population", "daytime" or "streets" (weights of districts and parts), "equal", "given"
        (the region's `share` of the city), "direct", or with a plan "as_planned".
    street_share
        A case of `STREET_SHARES`, or a share for every owner.
    mobile_share
        Share of all heads that are mobile (vehicles, worn on the body); they are counted and left
        out, because where they look is nowhere known.
    phases
        Growth, in ascending order of total; beyond the last its mix goes on a year later. They
        give owners and years; who stands in which district is shared out over all together.
    plan
        Growth with districts and places for each phase, in place of `phases`
        (`sim.placement.plan`).

    Raises
    ------
    InputError
        The rule does not fit the area, a share is missing or not 0..1, or the phases do not follow
        one another.
    """
    _check_phases(plan.phases if plan else phases)
    shares = _street_shares(street_share)
    check_value(PlacementParameters, "mobile_share", mobile_share, "cameras")
    if plan is None:
        heads = _unplanned(area, total, share_rule, share, phases)
    else:
        rule = None if share_rule == AS_PLANNED else share_rule
        heads = in_region(planned_heads(plan, total, rule), area, plan, rule)
    on_street, mobile = _watching(heads, shares, mobile_share, plan)
    return RegionHeads(
        heads.rank[on_street],
        heads.owner[on_street],
        heads.year[on_street],
        heads.linked[on_street],
        heads.rank,
        heads.rank[mobile],
        heads.district[on_street],
        heads.strategy[on_street],
        heads.strategies,
    )


def dated(fleet: Fleet, totals: Sequence[int], dates: Sequence[str]) -> Fleet:
    """Return a fleet whose simulated heads hang in the years in which totals are reached.

    Parameters
    ----------
    fleet
        Heads with ranks up to the last total.
    totals
        Heads in the whole city, ascending.
    dates
        When each of them is reached, beginning with the year; none leaves the years of the phases.
    """
    if not dates:
        return fleet
    years = np.array([int(date[:4]) for date in dates], np.int16)
    reached = np.searchsorted(np.asarray(totals, np.int64), fleet.heads["rank"])
    year = years[np.minimum(reached, len(years) - 1)]
    kept = fleet.heads["year"].to_numpy(np.int16)
    return replace(fleet, heads=fleet.heads.assign(year=np.where(fleet.real, kept, year)))


def _watching(
    heads: PlannedHeads, shares: Mapping[str, float], mobile_share: float, plan: Plan | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which heads watch a street, and which are mobile."""
    # a plan's phases are taken apart, so that a change of one leaves all others as they are
    parts = _parts(heads.rank, plan.phases) if plan else [slice(None)]
    mobile = np.zeros(len(heads.rank), bool)
    on_street = np.zeros(len(heads.rank), bool)
    for part in parts:
        mobile[part] = _turns(mobile_share, len(mobile[part]))
        on_street[part] = _on_street(heads.owner[part], shares) & ~mobile[part]
    return on_street, mobile


def _parts(rank: NDArray[np.int32], phases: Sequence[Phase]) -> list[slice]:
    """Return the rows of each phase, those beyond the last included."""
    stops = np.searchsorted(rank, [phase.total for phase in phases], side="right").tolist()
    return [slice(*ends) for ends in pairwise([0, *stops, len(rank)])]


def _unplanned(
    area: Area, total: int, share_rule: str, share: float | None, phases: Sequence[Phase]
) -> PlannedHeads:
    """Share out all heads together; the phases give owners and years only."""
    rank, district = _announced(area, total, share_rule, share)
    owner, year = _owners(rank, phases)
    linked = np.zeros(len(rank), bool)
    as_scenario = np.full(len(rank), AS_SCENARIO, np.int16)
    return PlannedHeads(rank, owner, year, linked, district, as_scenario, ())


def _check_phases(phases: Sequence[Phase]) -> None:
    """Refuse phases that cannot be read as growth.

    Raises
    ------
    InputError
        There is none, totals do not increase or years fall, or nobody known owns a phase.
    """
    if not phases:
        raise InputError("growth needs at least one phase; give one", key="cameras.phases")
    for i, phase in enumerate(phases):
        key = f"cameras.phases.{i}"
        check(phase, key)
        before = phases[i - 1] if i else Phase(0, phase.year, {})
        if phase.total <= before.total or phase.year < before.year:
            raise InputError(
                f"{counted(phase.total, 'camera')} in {phase.year}: not after {before.total:,} in "
                f"{before.year}; write the phases in order",
                key=key,
            )
        unknown = [name for name in phase.mix if name not in OWNERS]
        if unknown or not any(weight > 0 for weight in phase.mix.values()):
            what = f'"{unknown[0]}" is no owner' if unknown else "nobody owns these cameras"
            raise InputError(f"{what}; give weights to some of {', '.join(OWNERS)}", key=key)


def _street_shares(given: str | Mapping[str, float]) -> Mapping[str, float]:
    """Return the share by owner of a named case, or the shares given.

    Raises
    ------
    InputError
        There is no such case, or an owner's share is missing or not 0..1.
    """
    key = "cameras.street_share"
    if isinstance(given, str):
        if given not in STREET_SHARES:
            raise InputError(
                f'"{given}" is no case; choose one of {", ".join(STREET_SHARES)}', key=key
            )
        return STREET_SHARES[given]
    for name in OWNERS:
        if name not in given or not 0 <= given[name] <= 1:
            raise InputError(f"give a share 0..1 of every owner; {name} has none", key=key)
    return given


def _announced(
    area: Area, total: int, share_rule: str, share: float | None
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """City ranks, from 1, of the heads that fall to the region, and the district of each."""
    if share_rule in OF_DISTRICTS:
        return _of_districts(area, total, share_rule)
    if share_rule == AS_PLANNED:
        raise InputError("as_planned needs a plan; write plan: as_announced", "cameras.share_rule")
    ranks = np.arange(1, total + 1, dtype=np.int32)
    if share_rule == "given":
        if share is None:
            raise InputError("share_rule given needs a share; write share: 0.02", "cameras.share")
        check_value(PlacementParameters, "share", share, "cameras")
        ranks = ranks[_turns(share, total)]
    return ranks, np.full(len(ranks), -1, np.int8)


def _of_districts(
    area: Area, total: int, share_rule: str
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Share heads out among the districts, and in each between the region and the rest."""
    if not area.parts:
        raise InputError(
            f"{area.name} is not in Hong Kong: its totals cannot be shared out of the city's; "
            "write share_rule: direct",
            key="cameras.share_rule",
        )
    city = sainte_lague(district_weights(share_rule).tolist(), total)
    here = np.zeros(total, bool)
    for number, shares in region_parts(area, share_rule):
        ranks = np.flatnonzero(city == number)
        here[ranks[sainte_lague(shares, len(ranks)) == 0]] = True
    return (np.flatnonzero(here) + 1).astype(np.int32), city[here].astype(np.int8)


def _owners(
    rank: NDArray[np.int32], phases: Sequence[Phase]
) -> tuple[NDArray[np.int8], NDArray[np.int16]]:
    """Owner and year of each head, apportioned inside each phase of growth."""
    owner = np.zeros(len(rank), np.int8)
    year = np.zeros(len(rank), np.int16)
    begin = 0
    later = Phase(2**31 - 1, phases[-1].year + 1, phases[-1].mix)
    for phase in (*phases, later):
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
        on_street[own] = _turns(shares[name], len(own))
    return on_street


def _turns(share: float, count: int) -> NDArray[np.bool_]:
    """Return which of so many, in their order, make up the share."""
    if share <= 0 or count == 0:
        return np.zeros(count, bool)
    chosen: NDArray[np.bool_] = sainte_lague([share, 1.0 - share], count) == 0
    return chosen
