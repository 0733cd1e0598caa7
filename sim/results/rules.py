"""The cheapest set of rules that brings the answer of a run back to a share of walks.

The rules are a ready set, made for the fleet of the run: owners that are not joined, zones, nights,
caps, and no recognition at all. Prices are the share of cameras and hours that a rule takes, unless
the user gives others. It is a statistic of many walks, under any cameras.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.city.kept_free import distance_to
from sim.errors import InputError
from sim.results.asked import asked_at
from sim.results.metrics import HEADLINE_TASK
from sim.results.read import RunData
from sim.results.unseen import open_ways
from sim.tracking.fewest import watched_ways
from sim.tracking.rules import HOURS, Rule, RulesTried, WalksUnder, rules_tried

RULES_VERSION = 1
NIGHT = (22, 6)
CAPS_PER_KM = (10, 5)
ZONE_M = 50.0
ZONED = ("school", "sensitive")
"""Kinds of places of the ready zone; sensitive ones are clinics, places of worship, courts."""
FACES = ("recognise", "identify")
"""Tasks that end with recognition."""
NEVER_UNLINKED = "police"
"""Its cameras are its own: there is no link to undo."""


def least_rules(
    run: str | Path | RunData,
    restore: float,
    *,
    total: int | None = None,
    task: str = HEADLINE_TASK,
    prices: Mapping[str, float] | None = None,
    left_out: Sequence[str] = (),
) -> dict[str, Any]:
    """Find the cheapest rules under which so many walks can be made unseen again.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    restore
        Share of walks that can be made unseen by some way, however long, by somebody who knew
        every camera; the mean over the hours of a day, all alike.
    total
        Cameras in the whole city; the largest total of the run by default.
    task
        Of `sim.cameras.optics.TASKS`.
    prices
        By rule; those of the ready set where not given.
    left_out
        Rules that are not to be had.

    Returns
    -------
    dict
        version, simulated, run, task, total, walks, restore, without_rules and with_all (shares);
        rules: rule, cameras (that it takes), hours (a day), price, alone (the share under it
        alone); cheapest: rules, price, share, and by_sum (the share if each rule's gain alone
        simply added up).

    Raises
    ------
    InputError
        No rule reaches the share; there is no such rule, price, total or task; no walk counts.
    """
    run, (total,), number = asked_at(run, total, task)
    if not 0 < restore <= 1:
        raise InputError(f"restore {restore:g}: give a share of walks above 0 and up to 1")
    under = _walks_under(run, total, number)
    ready = _priced(list(ready_rules(run, under.heads, task)), prices or {}, left_out)
    tried = rules_tried(ready, under.share)
    return {
        "version": RULES_VERSION,
        "simulated": run.fleet.simulated,
        "run": str(run.summary.get("scenario", "")),
        "task": task,
        "total": total,
        "walks": len(under.start),
        "restore": restore,
        **_found(tried, restore),
    }


def ready_rules(run: RunData, heads: int, task: str) -> Iterator[Rule]:
    """Yield the ready set for the first heads of a run's fleet; a rule that takes none is not had.

    Without recognition no head counts for the tasks that tell who somebody is; what people at
    screens know is not simulated.

    Parameters
    ----------
    run
        From `sim.read_run`.
    heads
        How many heads there are.
    task
        Of `sim.cameras.optics.TASKS`.
    """
    fleet, always = run.fleet, np.ones(HOURS, bool)
    there = np.arange(len(fleet)) < heads
    owner = fleet.heads["owner"].to_numpy(object)
    hour = np.arange(HOURS)
    night = (hour >= NIGHT[0]) | (hour < NIGHT[1])
    found: list[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]] = [
        (f"unlink {name}", owner == name, always)
        for name in sorted(set(owner[:heads]) - {NEVER_UNLINKED})
    ]
    km = float(run.city.streets.arrays.edge_length.sum()) / 1000
    for cap in CAPS_PER_KM:
        beyond = np.arange(len(fleet)) >= int(cap * km)
        found.append((f"at most {cap} a km", beyond, always))
    places = run.city.places.table
    shapes = places.geometry[places["kind"].isin(ZONED)].to_numpy()
    if len(shapes):
        a = fleet.arrays
        near = distance_to(np.asarray(shapes, object), a.x, a.y) <= ZONE_M
        found.append((f"none within {ZONE_M:.0f} m of schools and clinics", near, always))
    found.append((f"none from {NIGHT[0]} to {NIGHT[1]} h", there, night))
    if task in FACES:
        found.append(("recognition off", there, always))
    for name, gone, hours in found:
        taken = gone & there
        if taken.any():
            yield Rule(name, taken, hours, float(taken.sum() / heads * hours.mean()))


def _priced(rules: list[Rule], prices: Mapping[str, float], left_out: Sequence[str]) -> list[Rule]:
    """Give rules the user's prices, and leave some out."""
    names = [rule.name for rule in rules]
    for name in (*prices, *left_out):
        if name not in names:
            have = "; ".join(names)
            raise InputError(f'rule "{name}" is not one of this run; it has {have}')
    return [
        rule._replace(price=float(prices.get(rule.name, rule.price)))
        for rule in rules
        if rule.name not in left_out
    ]


def _walks_under(run: RunData, total: int, task: int) -> WalksUnder:
    trips, streets = run.trips.table, run.city.streets.arrays
    counted = run.answer.counted
    if not counted.any():
        raise InputError(f"{run.folder}: no walk counts; run it with trips.people above 0")
    ways, rank = open_ways(run), run.fleet.arrays.rank
    start, end = (trips[name].to_numpy(np.int64)[counted] for name in ("origin", "destination"))
    watched = watched_ways(streets, run.seen.arrays, rank, ways, task)
    heads = int(np.searchsorted(rank, total, side="right"))
    return WalksUnder(watched, ways, start, end, len(streets.node_x), heads)


def _found(tried: RulesTried, restore: float) -> dict[str, Any]:
    """Return what the rules do alone, all together, and the cheapest set of them."""
    none, every = tried.of(()).share, tried.of(range(len(tried.rules))).share
    best = tried.cheapest(restore)
    alone = [tried.of((k,)).share for k in range(len(tried.rules))]
    return {
        "without_rules": none,
        "with_all": every,
        "rules": [
            {
                "rule": rule.name,
                "cameras": int(rule.gone.sum()),
                "hours": int(rule.hours.sum()),
                "price": rule.price,
                "alone": share,
            }
            for rule, share in zip(tried.rules, alone, strict=True)
        ],
        "cheapest": {
            "rules": [tried.rules[k].name for k in best.rules],
            "price": best.price,
            "share": best.share,
            "by_sum": none + sum(alone[k] - none for k in best.rules),
        },
    }
