"""The stages of a run that are worth keeping: what each depends on, and how it is written down.

A stage is a pure function, so what was found once under the same digest is found again. Kept are
placement, sight with first-seen ranks, trips, tracking, unicity, the searched figures and the
rules; all else is quicker to compute than to read. Sight depends on streets, walls and heads alone,
so another seed, policy or number of people does not compute it again where the heads are the same.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from typing import TypeVar

import pandas as pd

from sim.cameras.fleet import Fleet
from sim.city.digest import city_digest, scene_digest
from sim.city.model import City
from sim.digests import digest_of
from sim.pipeline.digests import code_digest
from sim.pipeline.stage_cache import (
    Arrays,
    StageCache,
    packed,
    plain_packed,
    plain_unpacked,
    unpacked,
)  # fmt: skip
from sim.pipeline.user_inputs import KINDS
from sim.placement.parameters import AS_PLANNED
from sim.placement.strategies.registry import STRATEGIES
from sim.results.fleets import Fleets
from sim.scenario.parameters import planned
from sim.scenario.schema import Scenario, plain_names
from sim.sight.arrays import PieceArrays, SightingArrays
from sim.sight.ranks import FirstSeen
from sim.sight.sightings import Sightings
from sim.tracking.avoidance import Avoidance
from sim.tracking.reconstruction import Reconstruction
from sim.tracking.report import TrackReport
from sim.tracking.subsample import Subsample
from sim.tracking.unicity import Unicity
from sim.tracking.walks import path_arrays
from sim.trips.model import Trips

LOG = logging.getLogger(__name__)
Result = TypeVar("Result")
LIBRARIES = ("numpy", "numba", "scipy", "pandas", "geopandas", "shapely", "pyarrow")
STAGES = ("cameras", "sight", "trips", "fleets", "tracking", "unicity", "searched", "policies")
ZONES = KINDS["zones"]
"""Streets are only grouped by them: no cached stage depends on this file."""
SEEN = ("edge_ptr", "head", "start", "end")
PIECES = ("piece_ptr", "start", "end", "rank", "in_area")
PATHS = ("path_ptr", "path_edge", "path_backward")
AVOIDED = ("trip", "shortest_m", "seen_m", "bound_m", "length_m", "joined_unseen")
RETRACED = ("trip", "share", "spread")


@dataclass
class CachedStages:
    """The stages of one run, looked for in a cache before they are computed.

    Attributes
    ----------
    scenario, city
        The city as read with the user's own files, which are named with digests in its provenance.
    cache
        None computes everything.
    recalled
        Names of the stages that were found, as of `STAGES`.
    """

    scenario: Scenario
    city: City
    cache: StageCache | None
    recalled: list[str] = field(default_factory=list)

    def fleet(self, seed: int, compute: Callable[[], Fleet]) -> Fleet:
        """Return the heads placed with a seed; those of strategies from outside, placed again."""
        cameras = self.scenario.cameras
        if not self._strategies <= set(STRATEGIES):
            return compute()
        return self._cached(
            "cameras",
            lambda: (self._city, cameras.model_dump(mode="json"), seed),
            compute,
            lambda fleet: {
                "heads": packed(fleet.heads),
                "report": plain_packed({**fleet.report}),
                "placed_for": plain_packed(fleet.placed_for),
            },
            lambda a: Fleet(
                unpacked(a["heads"], shapes=True),
                plain_unpacked(a["report"]),
                plain_unpacked(a["placed_for"]),
                attribution=self.city.attribution,
            ),
        )

    def fleets(self, compute: Callable[[], Fleets]) -> Fleets:
        """Return the figures of all fleets of an ensemble."""
        scenario = self.scenario
        if not self._strategies <= set(STRATEGIES):
            return compute()

        def read(a: Arrays) -> Fleets:
            asked, seeds, totals, parts = plain_unpacked(a["about"])
            people = {k.removeprefix("people_"): v for k, v in a.items() if k != "about"}
            return Fleets(asked, tuple(seeds), tuple(totals), tuple(parts), people)

        return self._cached(
            "fleets",
            lambda: (
                self._city,
                scenario.model_dump(
                    mode="json",
                    include={
                        "cameras",
                        "trips",
                        "tracking",
                        "ensemble",
                        "seed",
                    },
                ),
            ),
            compute,
            lambda found: {
                "about": plain_packed([found.asked, found.seeds, found.totals, found.parts]),
                **{f"people_{name}": values for name, values in found.people.items()},
            },
            read,
        )

    def seen(self, fleet: Fleet, compute: Callable[[], Sightings]) -> Sightings:
        """Return the sightings, with their first-seen ranks."""
        city = self.city

        def read(a: Arrays) -> Sightings:
            arrays = SightingArrays(*(a[name] for name in SEEN))
            seen = Sightings(
                fleet, city.streets, arrays, city.area.polygon, a["indoors"], city.attribution
            )
            pieces = PieceArrays(*(a[f"piece_{name}"] for name in PIECES))
            seen.__dict__["first_seen"] = FirstSeen(pieces)  # where its cached property looks
            return seen

        return self._cached(
            "sight",
            lambda: (self._scene, *fleet.arrays),
            compute,
            lambda seen: {
                **dict(zip(SEEN, seen.arrays, strict=True)),
                **{f"piece_{name}": a for name, a in seen.first_seen.arrays._asdict().items()},
                "indoors": seen.indoors,
            },
            read,
        )

    def trips(self, compute: Callable[[], Trips]) -> Trips:
        """Return the walks, those of the user's own files among them."""

        def read(a: Arrays) -> Trips:
            unreachable, speed_m_s, report = plain_unpacked(a["about"])
            ptr, edge, backward = (a[name] for name in PATHS)
            return Trips(unpacked(a["table"]), ptr, edge, backward, unreachable, speed_m_s, report)

        return self._cached(
            "trips",
            lambda: self._trips_depend_on,
            compute,
            lambda trips: {
                "table": packed(trips.table),
                **{name: getattr(trips, name) for name in PATHS},
                "about": plain_packed([trips.unreachable, trips.speed_m_s, trips.report]),
            },
            read,
        )

    def tracks(
        self, seen: Sightings, trips: Trips, compute: Callable[[], TrackReport]
    ) -> TrackReport:
        """Return the figures of every walk."""
        totals = tuple(int(total) for total in self.scenario.cameras.totals)
        return self._cached(
            "tracking",
            lambda: self._tracked_with(seen.fleet),
            compute,
            lambda tracks: dict(tracks.figures),
            lambda a: TrackReport(
                trips, totals, a, path_arrays(self.city.streets, trips), seen.first_seen.arrays
            ),
        )

    def unicity(self, seen: Sightings, people: int, compute: Callable[[], Unicity]) -> Unicity:
        """Return how many of so many people share some sightings of a person."""
        about = ("compared", "represented", "bin_s", "hours_known")
        totals = list(self.scenario.cameras.totals)
        return self._cached(
            "unicity",
            lambda: (self._scene, *seen.fleet.arrays, *self._trips_depend_on, totals, people),
            compute,
            lambda found: {
                "table": packed(found.table),
                "about": plain_packed([getattr(found, name) for name in about]),
            },
            lambda a: Unicity(unpacked(a["table"]), *plain_unpacked(a["about"])),
        )

    def searched(self, fleet: Fleet, compute: Callable[[], Subsample]) -> Subsample:
        """Return the figures that need a search for every walk."""

        def write(found: Subsample) -> Arrays:
            about = [found.totals, found.avoided.stretches, found.retraced.draws]
            avoided = {f"avoided_{name}": getattr(found.avoided, name) for name in AVOIDED}
            retraced = {f"retraced_{name}": getattr(found.retraced, name) for name in RETRACED}
            who = {"person": found.person, "stratum": found.stratum}
            return {**avoided, **retraced, **who, "about": plain_packed(about)}

        def read(a: Arrays) -> Subsample:
            totals, stretches, draws = plain_unpacked(a["about"])
            avoided = {name: a[f"avoided_{name}"] for name in AVOIDED}
            retraced = {name: a[f"retraced_{name}"] for name in RETRACED}
            return Subsample(
                tuple(totals), a["person"], a["stratum"],
                Avoidance(stretches=tuple(stretches), **avoided),
                Reconstruction(draws=draws, **retraced),
            )  # fmt: skip

        walks = self.scenario.tracking.subsample
        return self._cached(
            "searched", lambda: (*self._tracked_with(fleet), walks), compute, write, read
        )

    def policies(self, fleet: Fleet, compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Return what rules change."""

        def read(a: Arrays) -> pd.DataFrame:
            table: pd.DataFrame = unpacked(a["table"])
            return table

        return self._cached(
            "policies", lambda: self._tracked_with(fleet), compute,
            lambda table: {"table": packed(table)}, read,
        )  # fmt: skip

    def _cached(
        self,
        stage: str,
        depends_on: Callable[[], Sequence[object]],
        compute: Callable[[], Result],
        write: Callable[[Result], Arrays],
        read: Callable[[Arrays], Result],
    ) -> Result:
        if self.cache is None:
            return compute()
        digest = digest_of(self._program, stage, *depends_on())
        arrays = self.cache.get(stage, digest)
        LOG.debug("sim: cache: %s %s", stage, "not found" if arrays is None else "found")
        if arrays is not None:
            self.recalled.append(stage)
            self.recalled.sort(key=STAGES.index)  # some are looked for on two threads
            return read(arrays)
        found = compute()
        self.cache.put(stage, digest, write(found))
        return found

    def _tracked_with(self, fleet: Fleet) -> tuple[object, ...]:
        """Return what tracking depends on: scene, heads with their owners, walks, rules."""
        scenario = self.scenario
        rules = scenario.tracking.model_dump(mode="json", exclude={"subsample"})
        heads = fleet.heads
        told: list[object] = [pd.factorize(heads["site"])[0], heads["duty"].to_numpy("float64")]
        for name in ("owner", "status"):
            number, names = pd.factorize(heads[name])
            told += [number, list(map(str, names))]
        return (
            self._scene, *fleet.arrays, *told, *self._trips_depend_on, rules,
            list(scenario.cameras.totals),
        )  # fmt: skip

    @property
    def _trips_depend_on(self) -> tuple[object, ...]:
        trips = self.scenario.trips.model_dump(mode="json")
        return (self._city, trips, self.scenario.seed)

    @property
    def _strategies(self) -> set[str]:
        """Names of the strategies that place heads, those of the phases where a plan decides."""
        names, plan = plain_names(self.scenario.cameras.strategy), planned(self.scenario)
        if plan is None or names != (AS_PLANNED,):
            return set(names)
        mixes = [mix for phase in plan.phases for mix in phase.strategy.values()]
        return {name for mix in mixes for name in ((mix,) if isinstance(mix, str) else mix)}

    @cached_property
    def _program(self) -> list[str]:
        libraries = [version(name) for name in LIBRARIES]
        return [code_digest(), *libraries, platform.python_version(), platform.machine()]

    @cached_property
    def _scene(self) -> str:
        return scene_digest(self.city)

    @cached_property
    def _city(self) -> str:
        return city_digest(self.city, without_sources=(ZONES,))
