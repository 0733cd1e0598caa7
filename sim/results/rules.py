"""The cheapest set of rules that brings back the answer of a run, or its walks not identified.

The rules are a ready set, made for the fleet of the run: owners that are not joined, zones, nights,
caps, what may be done with faces and recordings; and rules of the user's own. Prices are the share
of cameras, hours and uses that a rule takes, unless the user gives others. It is a statistic of
many walks, under any cameras.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import TASKS
from sim.cameras.software import SOFTWARE_CASES
from sim.city.kept_free import distance_to
from sim.errors import InputError
from sim.results.asked import asked_at
from sim.results.metrics import HEADLINE_TASK
from sim.results.read import RunData
from sim.results.unseen import open_ways
from sim.scenario.parameters import following
from sim.tracking.fewest import watched_ways
from sim.tracking.identified import identified_under
from sim.tracking.policy import Policy
from sim.tracking.rules import HOURS, InForce, Rule, RulesTried, WalksUnder, rules_tried

if TYPE_CHECKING:
    from sim.scenario.own_rules import OwnRule, OwnRules

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
ANSWER, IDENTIFIED = "answer", "identified"
TARGETS = (ANSWER, IDENTIFIED)
"""What is brought back: walks that can be made unseen, or walks, as walked, not identified."""
KEPT_DAYS = (7.0, 1.0)
WARRANT = 0.01
"""Share of walks that are searched for where each takes a warrant: an assumption."""
ONE_USE = 0.5
"""Of two uses of pictures, live and afterwards."""


def least_rules(
    run: str | Path | RunData,
    restore: float,
    *,
    target: str = ANSWER,
    total: int | None = None,
    task: str = HEADLINE_TASK,
    prices: Mapping[str, float] | None = None,
    left_out: Sequence[str] = (),
    own: OwnRules | None = None,
) -> dict[str, Any]:
    """Find the cheapest rules under which so many walks are unseen, or not identified, again.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    restore
        Share of walks, the mean over the hours of a day, all alike.
    target
        "answer": walks that can be made unseen by some way, however long, by somebody who knew
        every camera; "identified": walks, as walked, on which nobody is identified, live by
        software nor afterwards by a person.
    total, task
        Cameras in the whole city, the run's largest by default; of `sim.cameras.optics.TASKS`.
    prices, left_out
        By rule, those of the ready set where not given; and rules that are not to be had.
    own
        Rules of one's own, of `sim.scenario.own_rules.read_rules`.

    Returns
    -------
    dict
        version, simulated, run, target, task, total, walks, restore, without_rules and with_all
        (shares); rules: rule, cameras (that it takes), hours (a day), price, alone (the share under
        it alone); cheapest: rules, price, at_least (no set costs less; the price itself where it is
        the cheapest), share, and by_sum (the share if each rule's gain alone simply added up).

    Raises
    ------
    InputError
        No rule reaches the share; there is no such rule, price, total or task; no walk counts.
    """
    run, (total,), number = asked_at(run, total, task)
    if not 0 < restore <= 1:
        raise InputError(f"restore {restore:g}: give a share of walks above 0 and up to 1")
    if target not in TARGETS:
        raise InputError(f'target "{target}": give one of {", ".join(TARGETS)}')
    walks, share_of = _asked_of_walks(run, target, total, number)
    rules = _rules(run, total, task, target, own)
    tried = rules_tried(_priced(rules, prices or {}, left_out), share_of)
    about = {"target": target, "task": task, "total": total, "walks": walks, "restore": restore}
    return {
        "version": RULES_VERSION,
        "simulated": run.fleet.simulated,
        "run": str(run.summary.get("scenario", "")),
        **about,
        **_found(tried, restore),
    }


def _asked_of_walks(
    run: RunData, target: str, total: int, task: int
) -> tuple[int, Callable[[InForce], float]]:
    """Return how many walks count, and the share of them that rules bring back."""
    if target == ANSWER:
        under = _walks_under(run, total, task)
        return len(under.start), lambda force: under.share(force.gone)
    parameters = following(run.scenario)
    if parameters.hit_rate[task] == 0:
        raise InputError(f"nobody is identified at the quality {TASKS[task]}; give a finer --task")
    trips = run.trips.only(np.flatnonzero(~run.trips.table["named"].to_numpy(bool)))
    if not len(trips.table):
        raise InputError(f"{run.folder}: no walk counts; run it with trips.people above 0")
    case = SOFTWARE_CASES.get(parameters.live_by)
    identified = identified_under(
        run.city, run.seen, trips, total, task, parameters, run.scenario.seed, case
    )
    return len(trips.table), identified.share


def _rules(run: RunData, total: int, task: str, target: str, own: OwnRules | None) -> list[Rule]:
    """Return the ready set and the rules of one's own."""
    heads = int(np.searchsorted(run.fleet.arrays.rank, total, side="right"))
    ready = list(ready_rules(run, heads, task, target))
    if own is None:
        return ready
    known = {rule.name: rule for rule in ready}
    found = dict(known) if own.ready else {}
    for each in own.rules:
        if each.does:
            found[each.name] = _own(run, heads, task, target, each)
        elif each.name in known:
            found[each.name] = known[each.name]._replace(price=each.price)
        else:
            have = "; ".join(known)
            raise InputError(
                f'rule "{each.name}" does nothing and is not of the ready set, which has {have}'
            )
    return list(found.values())


def ready_rules(run: RunData, heads: int, task: str, target: str = ANSWER) -> Iterator[Rule]:
    """Yield the ready set for the first heads of a run's fleet; what does nothing is not had.

    Without recognition no head counts for the tasks that tell who somebody is; what people at
    screens know is not simulated. Retention, search and the difference between live and afterwards
    act on who is identified, not on what can be seen.

    Parameters
    ----------
    run
        From `sim.read_run`.
    heads
        How many heads there are.
    task
        Of `sim.cameras.optics.TASKS`.
    target
        Of `TARGETS`.
    """
    always = np.ones(HOURS, bool)
    fleet = run.fleet
    there = np.arange(len(fleet)) < heads
    owner = fleet.heads["owner"].to_numpy(object)
    found: list[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]] = [
        (f"unlink {name}", owner == name, always)
        for name in sorted(set(owner[:heads]) - {NEVER_UNLINKED})
    ]
    found += [(f"at most {cap} a km", _beyond(run, cap), always) for cap in CAPS_PER_KM]
    near = _near(run, ZONED, ZONE_M)
    found.append((f"none within {ZONE_M:.0f} m of schools and clinics", near, always))
    found.append((f"none from {NIGHT[0]} to {NIGHT[1]} h", there, _hours(NIGHT)))
    if task in FACES and target == ANSWER:
        found.append(("recognition off", there, always))
    for name, gone, hours in found:
        taken = gone & there
        if taken.any():
            yield Rule(name, taken, hours, _price(taken, heads, hours))
    if target == IDENTIFIED:
        yield from _of_pictures(len(fleet))


def _of_pictures(heads: int) -> Iterator[Rule]:
    """Yield the rules on what may be done with pictures; each takes no head away."""
    none, always = np.zeros(heads, bool), np.ones(HOURS, bool)
    yield Rule("recognition off", none, always, 1.0, live=False, searched=0.0)
    yield Rule("recognition afterwards only", none, always, ONE_USE, live=False)
    usual = Policy("usual").still_kept
    for days in KEPT_DAYS:
        kept = Policy("kept", retention_days=days).still_kept / usual
        name = f"kept {days:g} day{'s' if days != 1 else ''}"
        yield Rule(name, none, always, ONE_USE * (1 - kept), kept_days=days)
    name = f"search under warrant, {WARRANT:.0%} of walks"
    yield Rule(name, none, always, ONE_USE * (1 - WARRANT), searched=WARRANT)


def _own(run: RunData, heads: int, task: str, target: str, rule: OwnRule) -> Rule:
    """Return a rule of one's own for a run's fleet."""
    there = np.arange(len(run.fleet)) < heads
    gone = np.isin(run.fleet.heads["owner"].to_numpy(object), list(rule.unlink))
    if rule.none_near is not None:
        gone |= _near(run, rule.none_near.places, rule.none_near.metres)
    if rule.at_most_per_km is not None:
        gone |= _beyond(run, rule.at_most_per_km)
    off = rule.recognition == "off"
    if rule.does == ("hours",) or (off and task in FACES and (target == ANSWER or rule.hours)):
        gone |= True
    hours = np.ones(HOURS, bool) if rule.hours is None else _hours(rule.hours)
    days = math.inf if rule.retention_days is None else rule.retention_days
    searched = 0.0 if off else 1.0 if rule.warrant is None else rule.warrant
    return Rule(
        rule.name, gone & there, hours, rule.price, rule.recognition is None, days, searched
    )


def _beyond(run: RunData, per_km: float) -> NDArray[np.bool_]:
    """Return the heads beyond so many a km of street; those with the first ranks stay."""
    km = float(run.city.streets.arrays.edge_length.sum()) / 1000
    return np.arange(len(run.fleet)) >= int(per_km * km)


def _near(run: RunData, kinds: Sequence[str], metres: float) -> NDArray[np.bool_]:
    """Return the heads near places of some kinds."""
    places = run.city.places.table
    shapes = places.geometry[places["kind"].isin(kinds)].to_numpy()
    if not len(shapes):
        return np.zeros(len(run.fleet), bool)
    a = run.fleet.arrays
    return np.asarray(distance_to(np.asarray(shapes, object), a.x, a.y) <= metres)


def _hours(ends: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the hours between two, past midnight where the first is the later one."""
    hour, (first, last) = np.arange(HOURS), (end % HOURS for end in ends)
    return (hour >= first) & (hour < last) if first < last else (hour >= first) | (hour < last)


def _price(taken: NDArray[np.bool_], heads: int, hours: NDArray[np.bool_]) -> float:
    return float(taken.sum() / heads * hours.mean())


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
            "at_least": best.at_least,
            "share": best.share,
            "by_sum": none + sum(alone[k] - none for k in best.rules),
        },
    }
