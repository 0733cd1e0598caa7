"""The one pipeline: from a scenario, its city and the user's inputs to results in memory.

Each stage is a pure function of the ones before it. A run calls it once and writes what it found;
a cell of an ensemble calls it with the change of its case and takes the figures of walks alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

from sim.cameras.fleet import Fleet
from sim.cameras.hours import at_hours
from sim.cameras.prices import CameraPrices
from sim.city.model import City
from sim.city.walls import Walls
from sim.errors import InputError
from sim.pipeline.analyses import analyse
from sim.pipeline.cached_stages import CachedStages
from sim.pipeline.user_inputs import OwnInputs, check_files
from sim.placement.growth import dated
from sim.placement.parameters import AS_PLANNED, OF_DISTRICTS
from sim.placement.placing import Placement, placement
from sim.processes import computing_threads
from sim.results.analyses import Analyses
from sim.results.spending import spending
from sim.scenario.parameters import following, placing
from sim.scenario.schema import Scenario
from sim.sight.ranks import FirstSeen
from sim.sight.sightings import Sightings, see
from sim.tracking.report import Answers, TrackReport, follow_walks, known_answers
from sim.trips.demand import sample_trips
from sim.trips.model import Trips

LOG = logging.getLogger(__name__)
Announce = Callable[[str], None]
Before = Callable[[str], object]
FOLLOWED, ANSWERED, SEARCHED = "followed", "answered", "searched"


@dataclass
class StageTimes:
    """Announces each stage as it begins and keeps how long it took, seconds."""

    announce: Announce = lambda _name: None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside as the stage `name`."""
        self.announce(name)
        begun = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begun
        LOG.debug("sim: stage %s: %.2f s", name, self.seconds[name])


class Change(NamedTuple):
    """What a case changes that no scenario can say.

    `walls` tells whether walls hide anything; `fleet` takes the heads as placed and returns those
    that look.
    """

    walls: bool = True
    fleet: Callable[[Fleet], Fleet] | None = None


class Draw(NamedTuple):
    """One of the fleets of a scenario: its seed, and the fleet itself where somebody has it."""

    seed: int
    fleet: Fleet | None = None


class Results(NamedTuple):
    """What the stages found; `analyses` only where they were asked for."""

    fleet: Fleet
    seen: Sightings
    pieces: FirstSeen
    trips: Trips
    tracks: TrackReport
    analyses: Analyses | None


def simulate(
    stages: CachedStages,
    own: OwnInputs,
    *,
    times: StageTimes | None = None,
    change: Change | None = None,
    draw: Draw | None = None,
    walks: Callable[[], Trips] | None = None,
    before: Before = lambda _: None,
    before_analyses: Callable[[Results], object] = lambda _: None,
    analysed: bool = False,
    threads: int | None = None,
) -> Results:
    """Simulate a scenario in its city.

    Parameters
    ----------
    stages
        The scenario, its city, and the cache in which finished stages are looked for.
    own
        What was read from the user's files.
    times
        Announces and times the stages.
    change
        What a case changes; such stages are neither looked for in the cache nor kept.
    draw
        Which fleet; that of the scenario's own seed by default.
    walks
        Returns the walks where somebody has them; drawn as the scenario asks by default.
    before
        Called with `FOLLOWED`, `ANSWERED` and `SEARCHED`, each before that is done to walks.
    before_analyses
        Called with what was found up to there.
    analysed
        Whether to find what needs more than the figures of single walks.
    threads
        All cores by default; results do not depend on it.
    """
    if change is not None:
        stages = replace(stages, cache=None)
    change, times, city = change or Change(), times or StageTimes(), stages.city
    drawn = partial(stages.trips, walks or partial(drawn_walks, stages.scenario, city, own))
    with computing_threads(1) as beside:  # who walks where hangs on no camera
        begun = None if threads == 1 else beside.submit(drawn)
        fleet, seen = _looked(stages, own, times, change, draw, threads)
        with times.stage("trips"):
            trips = drawn() if begun is None else begun.result()
    pieces = seen.first_seen
    with times.stage("tracking"):
        tracks = _tracked(stages, seen, pieces, trips, threads, before)
    found = Results(fleet, seen, pieces, trips, tracks, None)
    if analysed:
        before(SEARCHED)
        before_analyses(found)
        with times.stage("answers"):
            found = found._replace(analyses=_analyses(stages, own, found))
    return found


def _looked(
    stages: CachedStages,
    own: OwnInputs,
    times: StageTimes,
    change: Change,
    draw: Draw | None,
    threads: int | None,
) -> tuple[Fleet, Sightings]:
    """Place the cameras and find what they see."""
    city = stages.city
    with times.stage("cameras"):
        fleet = _fleet(stages, own, draw)
        if change.fleet is not None:
            fleet = change.fleet(fleet)
    with times.stage("sight"):
        bare = partial(replace, city, walls=Walls.none(city.streets.crs), crowns=False)
        looked = city if change.walls else bare()
        seen = stages.seen(fleet, lambda: see(looked, fleet, threads=threads))
        _ = seen.first_seen  # keeps what it finds
    return fleet, seen


def _analyses(stages: CachedStages, own: OwnInputs, found: Results) -> Analyses:
    _, seen, pieces, trips, tracks, _ = found
    return analyse(stages, seen, pieces, trips, tracks, following(stages.scenario), own)


def _fleet(stages: CachedStages, own: OwnInputs, draw: Draw | None) -> Fleet:
    scenario, city = stages.scenario, stages.city
    seed, fleet = draw or Draw(scenario.seed)
    if fleet is not None:
        return fleet
    return stages.fleet(
        seed, lambda: placed(scenario, placements_of(scenario, city, own), seed)
    )  # fmt: skip


def placements_of(scenario: Scenario, city: City, own: OwnInputs) -> Placement:
    """Return what fleets of a scenario have in common, whatever their seed."""
    total = scenario.cameras.totals[-1]
    return placement(
        city, total, existing=own.existing, aims=own.aims, sites=own.sites, exclude=own.exclude,
        **placing(scenario),
    )  # fmt: skip


def placed(scenario: Scenario, placements: Placement, seed: int) -> Fleet:
    """Return the fleet of a seed, its heads dated and seeing at the hours that it says."""
    cameras = scenario.cameras
    return at_hours(dated(placements.fleet(seed), cameras.totals, cameras.dates), cameras.hours)


def _tracked(
    stages: CachedStages,
    seen: Sightings,
    pieces: FirstSeen,
    trips: Trips,
    threads: int | None,
    before: Before,
) -> TrackReport:
    """Follow the walks, and ask whether they can still be made by who knew every camera."""
    scenario, city = stages.scenario, stages.city
    totals, seed = scenario.cameras.totals, scenario.seed
    rules = following(scenario)
    before(FOLLOWED)

    def answers() -> Answers:
        before(ANSWERED)
        found = known_answers(
            city, seen, trips, tuple(map(int, totals)), pieces, rules, seed=seed, workers=threads
        )
        _ = found.answer.summary, found.software.summary  # each keeps what it finds
        return found

    with computing_threads(1) as beside:  # of two threads that follow one is often done earlier
        begun = None if threads == 1 else beside.submit(answers)
        tracks = stages.tracks(seen, trips, lambda: follow_walks(
            city, seen, trips, totals, pieces=pieces, parameters=rules, seed=seed, workers=threads,
        ))  # fmt: skip
        found = answers() if begun is None else begun.result()
    return replace(tracks, **found._asdict())


def steps_of(city: City, found: Results, cost: CameraPrices | None = None) -> list[dict[str, Any]]:
    """Return the figures of streets and walks at each total, as the steps of summary.json.

    Where prices are given, what the cameras cost is among them.
    """
    fleet, _, pieces, _, tracks, _ = found
    assert tracks.answer is not None
    assert tracks.software is not None
    here = fleet.inside(city.area.polygon)
    spent = {} if cost is None else spending(city, fleet, pieces, tracks, cost)
    return [
        {
            "total": total,
            "cameras": int((here & (fleet.arrays.rank <= total)).sum()),
            "answer": tracks.answer.summary[total],
            "coverage": pieces.coverage(total),
            "trips": tracks.summary[total],
            **tracks.software.summary[total],
            **spent.get(total, {}),
        }
        for total in tracks.totals
    ]


def drawn_walks(scenario: Scenario, city: City, own: OwnInputs) -> Trips:
    """Draw the walks that a scenario asks for, those of the user's own files after them."""
    wanted = scenario.trips
    profiles = wanted.profiles
    drawn = sample_trips(
        city,
        people=wanted.people,
        seed=scenario.seed,
        kinds=wanted.kinds,
        cost_dispersion=wanted.taste,
        speed_m_s=wanted.speed_m_s,
        walks=wanted.walks,
        profiles=profiles if isinstance(profiles, tuple) else profiles.model_dump(),
    )
    return own.added_to(drawn, city, scenario)


def check_fits(scenario: Scenario, city: City) -> None:
    """Refuse a scenario that does not fit its city, before any work.

    Raises
    ------
    InputError
        The way the cameras are shared out is not possible here, or a file that the scenario
        names is not there; names the key.
    """
    check_files(scenario)
    if not city.area.parts and scenario.cameras.share_rule in (*OF_DISTRICTS, AS_PLANNED):
        raise InputError(
            f"{city.area.name} is not in Hong Kong, so a share of Hong Kong's cameras is not "
            "defined; write share_rule: direct and the area's own counts",
            key="cameras.share_rule",
        )
