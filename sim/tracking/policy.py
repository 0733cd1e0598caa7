"""What rules change when no camera moves: recognition, retention, linked owners, uptime, masks.

A policy changes what sightings mean, not where they are, so all policies are compared on the same
streets, heads and walks, trip by trip. Rules are numbers here; whether one is law, is kept or could
be checked is not modelled. Fewer cameras stand beside the rules for comparison.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.arguments import refused
from sim.cameras.fleet import OWNERS
from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.sight.sightings import Sightings
from sim.tracking.parameters import TrackingParameters
from sim.tracking.statistics import WalkValues, shares_of
from sim.tracking.watched import WatchedWalks, watched_walks
from sim.wording import counted

if TYPE_CHECKING:
    import geopandas as gpd

    from sim.city.model import City
    from sim.sight.arrays import SightingArrays
    from sim.trips.model import Persons, Trips

Recognition = Literal["off", "afterwards", "live"]
RECOGNITION: tuple[str, ...] = get_args(Recognition)
"""From the least to the most that machines may do with faces."""
Figures = dict[str, NDArray[np.float64]]
"""By name, arrays of shape (sampled walks, totals, tasks)."""
FIGURES = ("tracked_live", "tracked_afterwards", "tracked", "identified", "observed_length")
"""What policies are compared by; `tracked` is followed live or found in recordings, whichever of
the two is more of a walk."""


RULES = ("recognition", "retention_days", "linked_owners", "uptime", "covered_share", "joins")
"""What a policy decides apart from the number of cameras; its other fields are assumptions."""


@dataclass(frozen=True)
class Policy:
    """One set of rules.

    Attributes
    ----------
    name
        For tables.
    recognition
        "live": faces are compared as people walk by, and in recordings; "afterwards": in
        recordings only; "off": never. Watching by people is not simulated.
    retention_days
        Recordings are kept so long. The default is what was reported of the Mong Kok pilot, 2024.
    request_delay_days
        Mean of the random time after which recordings are asked for (exponential). Assumption.
    linked_owners
        Owners whose heads are joined to one another; None for all. Heads of others still see,
        but what they see is not added to a track.
    uptime
        Share of heads that work; None for that of the tracking parameters.
    covered_share
        Share of walkers who cover their faces.
    covered_hit
        What a covered face leaves of the hit rate, 0 to 1. The default is the worst of NIST's
        best algorithms of 2020 on masked faces (5 to 50 % failures, NISTIR 8311, one to one).
    camera_share
        Share of each total that hangs: 0.5 at 60,000 means 30,000.
    joins
        A rule of one's own: a function that is given a copy of the table of heads (`Fleet.to_gdf`)
        and returns for each whether what it sees is added to a track. None for all; those that
        `linked_owners` leaves out stay out.
    """

    name: str
    recognition: Recognition = "live"
    retention_days: float = 30.0
    request_delay_days: float = 7.0
    linked_owners: tuple[str, ...] | None = None
    uptime: float | None = None
    covered_share: float = 0.0
    covered_hit: float = 0.5
    camera_share: float = 1.0
    joins: Callable[[gpd.GeoDataFrame], ArrayLike] | None = None

    def __post_init__(self) -> None:
        """Refuse values out of range, naming the policy."""
        if self.recognition not in RECOGNITION:
            raise self._wrong("recognition", f"one of {', '.join(RECOGNITION)}")
        for name in ("covered_share", "covered_hit", "uptime"):
            share = getattr(self, name)
            if share is not None and not 0 <= share <= 1:
                raise self._wrong(name, "a number from 0 to 1")
        if not 0 < self.camera_share <= 1:
            raise self._wrong("camera_share", "a number above 0, at most 1")
        if not 0 <= self.retention_days < math.inf:
            raise self._wrong("retention_days", "a number of days, 0 or more")
        if not 0 < self.request_delay_days < math.inf:
            raise self._wrong("request_delay_days", "a number of days above 0")
        if self.linked_owners is not None:
            unknown = set(self.linked_owners) - set(OWNERS)
            if unknown:
                raise self._wrong("linked_owners", f"owners among {', '.join(OWNERS)}")
        if self.joins is not None and not callable(self.joins):
            raise self._wrong("joins", "a function of the table of heads")

    def _wrong(self, name: str, wanted: str) -> InputError:
        return InputError(f"policy {self.name}: {name} is {getattr(self, name)}; give {wanted}")

    @property
    def still_kept(self) -> float:
        """Share of requests that come while the recording is still there."""
        return -math.expm1(-self.retention_days / self.request_delay_days)

    def rules_changed(self, base: Policy) -> int:
        """Return how many of `RULES` differ from those of another policy."""
        return sum(getattr(self, rule) != getattr(base, rule) for rule in RULES)


POLICIES = (
    Policy("live"),
    Policy("afterwards only", recognition="afterwards"),
    Policy("off", recognition="off"),
    Policy("kept 7 days", retention_days=7.0),
    Policy("afterwards, kept 7 days", recognition="afterwards", retention_days=7.0),
    Policy("afterwards, kept 1 day", recognition="afterwards", retention_days=1.0),
    Policy("police heads only", linked_owners=("police",)),
    Policy("police and departments", linked_owners=("police", "department")),
    Policy("one head in five out of order", uptime=0.8),
    Policy("one walker in five covered", covered_share=0.2),
    Policy("everybody covered", covered_share=1.0),
    Policy("a tenth fewer cameras", camera_share=0.9),
    Policy("half the cameras", camera_share=0.5),
)
"""Ready cases; the first is the base. "afterwards only" and "off" stand for what the European
Union's AI Act leaves of real-time recognition by police in public: banned, with exceptions."""


OwnOrPolicy = Policy | Callable[["gpd.GeoDataFrame"], ArrayLike]


def linked(seen: Sightings, owners: Iterable[str] | None) -> Sightings:
    """Return what the heads of some owners see, the fleet and its ranks unchanged.

    Parameters
    ----------
    seen
        What the whole fleet sees.
    owners
        Names of owners; None for all.
    """
    if owners is None:
        return seen
    return _only(seen, seen.fleet.heads["owner"].isin(list(owners)).to_numpy(bool))


def _only(seen: Sightings, heads: NDArray[np.bool_]) -> Sightings:
    """Return what some heads see, the fleet and its ranks unchanged."""
    arrays = masked(seen.arrays, heads)
    return replace(seen, arrays=arrays)


def _joined(seen: Sightings, policy: Policy) -> NDArray[np.bool_] | None:
    """Return which heads a policy's own rule joins, None for all.

    Raises
    ------
    InputError
        The function fails or returns something else; the error names the policy.
    """
    if policy.joins is None:
        return None
    count, name = len(seen.fleet), f'policy "{policy.name}"'
    wanted = f"return True or False for each of the {counted(count, 'head')} that it is given"
    try:
        found = np.asarray(policy.joins(seen.fleet.to_gdf()))
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{name} fails ({type(error).__name__}: {error}); fix it") from error
    if found.shape != (count,):
        raise InputError(f"{name} returns the shape {found.shape}; {wanted}")
    if pd.isna(found).any():
        raise InputError(f"{name} returns missing values (NaN); {wanted}")
    if found.dtype != bool and not all(isinstance(each, bool | np.bool_) for each in found):
        raise InputError(f"{name} returns {found.dtype} and not truth values; {wanted}")
    return found.astype(np.bool_)


def masked(arrays: SightingArrays, heads: NDArray[np.bool_]) -> SightingArrays:
    """Return the sightings of the heads under a mask, in the same order."""
    keep = heads[arrays.head]
    before = np.concatenate([[0], np.cumsum(keep)]).astype(np.int64)
    return arrays._replace(
        edge_ptr=before[arrays.edge_ptr],
        head=arrays.head[keep],
        start=arrays.start[keep],
        end=arrays.end[keep],
    )


def compare_policies(
    city: City,
    seen: Sightings,
    trips: Trips,
    totals: Sequence[int],
    policies: Sequence[OwnOrPolicy] = POLICIES,
    *,
    parameters: TrackingParameters | None = None,
    seed: int = 0,
    workers: int | None = None,
) -> pd.DataFrame:
    """Compare policies on the same streets, heads and walks.

    Parameters
    ----------
    city, seen, trips, totals
        As `sim.track`.
    policies
        The first is the base that the others are compared with. A function stands for a policy of
        its name that is the base but for `Policy.joins`.
    parameters
        Of identification and following under full rules.
    seed
        Decides which heads are out of order: fewer work at a lower uptime, never others.
    workers
        Threads; all cores by default. The result does not depend on it.

    Returns
    -------
    DataFrame
        A row for each policy × total × task over the sampled walks: policy, total, task, heads
        (that are joined, in the region simulated), heads_removed (from the base), rules_changed,
        walks (how many were compared);
        for each of `FIGURES` its mean, its mean difference to the base trip by trip
        (<figure>_change) and that difference's standard error by person (<figure>_change_se); and
        tracked_change_per_head and tracked_change_per_rule (NaN where none was removed or
        changed). NaN without sampled walks.

    Raises
    ------
    InputError
        No policy, two of one name, something else than policies and functions, a function that
        fails or returns no truth value for each head, or totals that cannot be.

    Notes
    -----
    Walks are tracked once for every set of heads, uptime and hit rates among the policies, seven
    times for `POLICIES`, and 32 bytes a walk × total × task are kept of each: take some thousand
    persons, not all.
    """
    known = _policies(policies)
    _check_names(known)
    runs = _Runs(city, seen, trips, totals, parameters or TrackingParameters(), seed, workers)
    for policy in known:  # a function that fails does so before any work
        runs.joined(policy)
    return pd.DataFrame([row for policy in known for row in _rows(policy, known[0], runs)])


def strongest_first(comparison: pd.DataFrame, total: int, task: str) -> pd.DataFrame:
    """Return the policies at one total and task, the one that lowers `tracked` most first."""
    chosen = (comparison["total"] == total) & (comparison["task"] == task)
    return comparison[chosen].sort_values("tracked_change", kind="stable").reset_index(drop=True)


@dataclass
class _Runs:
    """Tracks the walks once for each set of sightings, totals and chances that policies need."""

    city: City
    seen: Sightings
    trips: Trips
    totals: Sequence[int]
    parameters: TrackingParameters
    seed: int
    workers: int | None

    def __post_init__(self) -> None:
        """Note whose walks count: the sampled, not the named."""
        self.sampled = ~self.trips.table["named"].to_numpy(bool)
        persons = self.trips.persons
        self.who = persons._replace(of_walk=persons.of_walk[self.sampled])
        self._linked: dict[object, Sightings] = {}
        self._joined: dict[object, NDArray[np.bool_] | None] = {}
        self._watched: dict[object, WatchedWalks] = {}
        self._tracked: dict[object, Figures] = {}

    def steps(self, policy: Policy) -> NDArray[np.int64]:
        """Return the totals that hang under a policy, at least one head each."""
        exact = np.asarray(self.totals, np.float64) * policy.camera_share
        return np.maximum(np.floor(exact + 1e-9), 1).astype(np.int64)

    def joined(self, policy: Policy) -> NDArray[np.bool_] | None:
        """Return which heads a policy's own rule joins, None for all; it is asked once."""
        if policy.name not in self._joined:
            self._joined[policy.name] = _joined(self.seen, policy)
        return self._joined[policy.name]

    def heads(self, policy: Policy) -> NDArray[np.int64]:
        """Return how many heads of the region are joined under a policy, at each total."""
        table, own = self.seen.fleet.heads, self.joined(policy)
        kept = np.ones(len(table), bool) if own is None else own
        if policy.linked_owners is not None:
            kept = kept & table["owner"].isin(policy.linked_owners).to_numpy(bool)
        rank = table["rank"].to_numpy(np.int64)[kept]
        return np.searchsorted(rank, self.steps(policy), side="right")

    def figures(self, policy: Policy) -> Figures:
        """Return `FIGURES` of the sampled walks under a policy."""
        bare, covered = policy.covered_share < 1, policy.covered_share > 0
        mix: Figures = {}
        for share, factor in (
            *([(1 - policy.covered_share, 1.0)] if bare else []),
            *([(policy.covered_share, policy.covered_hit)] if covered else []),
        ):
            part = _ruled(policy, self._followed(policy, factor))
            mix = {name: mix.get(name, 0.0) + share * values for name, values in part.items()}
        return mix

    def _followed(self, policy: Policy, hit_factor: float) -> Figures:
        """Track the walks with the policy's heads, uptime and a part of the hit rates."""
        owners = None if policy.linked_owners is None else tuple(sorted(policy.linked_owners))
        uptime = self.parameters.uptime if policy.uptime is None else policy.uptime
        own = self._own(policy)
        key = owners, own, uptime, policy.camera_share, hit_factor
        if key not in self._tracked:
            a, b, c, d = self.parameters.hit_rate
            hit = (a * hit_factor, b * hit_factor, c * hit_factor, d * hit_factor)
            steps, place = np.unique(self.steps(policy), return_inverse=True)
            parameters = replace(self.parameters, hit_rate=hit, uptime=uptime)
            found = self._walks(policy, owners, steps).tracked(parameters, self.seed, hit_factor)
            self._tracked[key] = {
                name: values[self.sampled][:, place] for name, values in found.items()
            }
        return self._tracked[key]

    def _own(self, policy: Policy) -> bytes | None:
        """Return what tells the heads that a policy's own rule joins from those of others."""
        own = self.joined(policy)
        return None if own is None else own.tobytes()

    def _walks(
        self, policy: Policy, owners: tuple[str, ...] | None, steps: NDArray[np.int64]
    ) -> WatchedWalks:
        """Return the walks in view of the heads that a policy joins, at some totals."""
        heads = owners, self._own(policy)
        key = heads, tuple(steps.tolist())
        if key not in self._watched:
            if heads not in self._linked:
                seen, own = linked(self.seen, owners), self.joined(policy)
                self._linked[heads] = seen if own is None else _only(seen, own)
            self._watched[key] = watched_walks(
                self.city, self._linked[heads], self.trips, steps.tolist(),
                facing_degrees=self.parameters.facing_degrees, workers=self.workers,
            )  # fmt: skip
        return self._watched[key]


def _rows(policy: Policy, base: Policy, runs: _Runs) -> Iterator[dict[str, Any]]:
    """Compare a policy with the base: a row for each total and task."""
    before, after = runs.figures(base), runs.figures(policy)
    heads_before, heads = runs.heads(base), runs.heads(policy)
    rules = policy.rules_changed(base)
    compared = [_compared(name, before[name], after[name], runs.who) for name in FIGURES]
    for k, t in product(range(len(runs.totals)), range(len(TASKS))):
        removed = int(heads_before[k] - heads[k])
        row: dict[str, Any] = {
            "policy": policy.name, "total": int(runs.totals[k]), "task": TASKS[t],
            "heads": int(heads[k]), "heads_removed": removed, "rules_changed": rules,
            "walks": len(runs.who.of_walk),
        }  # fmt: skip
        for figure in compared:
            row |= figure[k][t]
        change = row["tracked_change"]
        row["tracked_change_per_head"] = change / removed if removed else np.nan
        row["tracked_change_per_rule"] = change / rules if rules else np.nan
        yield row


def _ruled(policy: Policy, followed: Figures) -> Figures:
    """Apply what may be done with faces, and how long recordings are there."""
    live, afterwards = followed["tracked_live"], followed["tracked_afterwards"]
    kept = policy.still_kept
    if policy.recognition == "off":
        allowed = {name: np.zeros_like(live) for name in FIGURES[:-1]}
    elif policy.recognition == "afterwards":
        allowed = {
            "tracked_live": np.zeros_like(live),
            "tracked_afterwards": kept * afterwards,
            "tracked": kept * afterwards,
            "identified": kept * followed["identified"],
        }
    else:
        allowed = {
            "tracked_live": live,
            "tracked_afterwards": kept * afterwards,
            "tracked": live + kept * np.maximum(afterwards - live, 0.0),
            "identified": followed["identified"],
        }
    return {**allowed, "observed_length": followed["observed_length"]}


def _compared(
    name: str, before: NDArray[np.float64], after: NDArray[np.float64], who: Persons
) -> list[list[dict[str, float]]]:
    """Return a figure's mean, its mean change trip by trip, and that change's standard error."""
    return [
        [
            {
                name: float(after[:, k, t].mean()) if len(after) else np.nan,
                f"{name}_change": np.nan if change is None else change,
                f"{name}_change_se": np.nan if error is None else error,
            }
            for t, (change, error) in enumerate(row)
        ]
        for k, row in enumerate(shares_of(WalkValues(after - before, *who)))
    ]


def _policies(given: Sequence[OwnOrPolicy]) -> list[Policy]:
    """Return policies, with functions as what the base becomes with a rule of one's own."""
    found: list[Policy] = []
    for i, each in enumerate(given):
        if isinstance(each, Policy):
            found.append(each)
        elif callable(each):
            base = found[0] if found else POLICIES[0]
            name = str(getattr(each, "__name__", type(each).__name__))
            found.append(replace(base, name=name, joins=each))
        else:
            raise refused(f"policies[{i}]", each, "a Policy, or a function of the table of heads")
    return found


def _check_names(policies: Sequence[Policy]) -> None:
    if not policies:
        raise InputError("policies: none given; give the base and what to compare with it")
    names = [policy.name for policy in policies]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f'policies: "{name}" stands twice; rename one')
