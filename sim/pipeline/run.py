"""From a scenario to a run folder: the stages in their order, nothing else.

Each stage is a pure function of the ones before it. The folder is written under a temporary name
beside its place and moved there when it is whole; an interruption leaves nothing behind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.atomic_write import folder_aside
from sim.errors import InputError
from sim.results.contract import RUN_FILES
from sim.scenario.load import scenario_of
from sim.scenario.parameters import following, placing

if TYPE_CHECKING:
    from sim.city.model import City
    from sim.pipeline.cached_stages import KeptStages
    from sim.pipeline.compile_ahead import Helpers
    from sim.pipeline.cost import Estimate
    from sim.pipeline.stage_cache import StageCache
    from sim.pipeline.user_inputs import OwnInputs
    from sim.scenario.load import LoadedScenario
    from sim.scenario.schema import Scenario
    from sim.trips.model import Trips

Announce = Callable[[str], None]


@dataclass
class Stages:
    """Says which stage has begun and keeps how long each took, seconds."""

    announce: Announce
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside as the stage `name`."""
        self.announce(name)
        begun = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begun


def run(
    scenario: Scenario | LoadedScenario | str | Path,
    out: str | Path,
    *,
    announce: Announce = lambda _: None,
    finish: Callable[[Path], object] | None = None,
    cache: StageCache | None = None,
    foresee: Callable[[Estimate], object] | None = None,
) -> dict[str, Any]:
    """Run a scenario and leave its run folder at `out`.

    Parameters
    ----------
    scenario
        The path of its file, or what `load_scenario` made of it.
    out
        The run folder itself; an earlier run there is replaced.
    announce
        Called with the name of each stage as it begins.
    finish
        Called with the folder when everything but it is written (it draws the map).
    cache
        Where finished stages are kept, so that a run that was killed goes on from the last one,
        and a repeated one computes what changed. The tables do not depend on it.
    foresee
        Called with what the run will take, before the work.

    Returns
    -------
    dict
        The content of summary.json.

    Raises
    ------
    InputError
        The scenario does not fit the city, or `out` is something else than a run folder.
    """
    from sim.city.loaders import load_city
    from sim.pipeline.cached_stages import KeptStages
    from sim.pipeline.compile_ahead import kernels_ahead
    from sim.pipeline.cost import estimate
    from sim.pipeline.user_inputs import read_own_inputs

    scenario, out = scenario_of(scenario), Path(out)
    check_replaceable(out)
    stages = Stages(announce)
    with kernels_ahead() as helpers:
        with stages.stage("city"):
            city: City = load_city(scenario.area)
            check_fits(scenario, city)
            city, own = read_own_inputs(scenario, city)
            if foresee is not None:
                foresee(estimate(scenario, city))
        with folder_aside(out) as folder:
            kept = KeptStages(scenario, city, cache)
            figures = _compute(kept, own, folder, stages, helpers)
            if finish is not None:
                with stages.stage("map"):
                    finish(folder)
    return figures


def _compute(
    kept: KeptStages, own: OwnInputs, folder: Path, stages: Stages, helpers: Helpers
) -> dict[str, Any]:
    from sim.pipeline.analyses import answers
    from sim.pipeline.compile_ahead import wait_for
    from sim.placement.placing import place
    from sim.processes import available_cores
    from sim.results.write import manifest, summary, write_json, write_tables
    from sim.sight.sightings import see
    from sim.tracking import track

    scenario, city = kept.scenario, kept.city
    totals = scenario.cameras.totals
    with stages.stage("cameras"):
        fleet = kept.fleet(
            lambda: place(
                city, totals[-1], existing=own.existing, aims=own.aims, **placing(scenario)
            )
        )
    with stages.stage("sight"):
        seen = kept.seen(fleet, lambda: see(city, fleet))
        pieces = seen.first_seen
    with stages.stage("trips"):
        wait_for(helpers)
        trips = kept.trips(lambda: own.added_to(sampled(scenario, city), city, scenario))
    with stages.stage("tracking"):
        parameters = following(scenario)
        tracks = kept.tracks(seen, trips, lambda: track(
            city, seen, trips, totals, pieces=pieces, parameters=parameters, seed=scenario.seed,
        ))  # fmt: skip
    with stages.stage("answers"):
        found = answers(kept, seen, pieces, trips, tracks, parameters, own.zones)
    with stages.stage("files"):
        write_tables(folder, city, seen, pieces, trips, tracks, found)
        figures = summary(scenario, city, fleet, pieces, trips, tracks, found)
        write_json(folder / "summary.json", figures)
        threads = available_cores()
        sources = manifest(scenario, city, fleet, trips, stages.seconds, threads, kept.recalled)
        write_json(folder / "manifest.json", sources)
    return figures


def sampled(scenario: Scenario, city: City) -> Trips:
    """Draw the walks that a scenario asks for."""
    from sim.trips.demand import sample_trips

    wanted = scenario.trips
    profiles = wanted.profiles
    return sample_trips(
        city,
        people=wanted.people,
        seed=scenario.seed,
        kinds=wanted.kinds,
        taste=wanted.taste,
        speed_m_s=wanted.speed_m_s,
        walks=wanted.walks,
        profiles=profiles if isinstance(profiles, tuple) else profiles.model_dump(),
    )


def check_fits(scenario: Scenario, city: City) -> None:
    """Refuse a scenario that does not fit its city, before any work.

    Raises
    ------
    InputError
        The way the cameras are shared out is not possible here, or a file that the scenario
        names is not there; names the key.
    """
    from sim.pipeline.user_inputs import check_files

    check_files(scenario)
    if not city.area.parts and scenario.cameras.share_rule in ("population", "streets"):
        raise InputError(
            f"{city.area.name} is not in Hong Kong, so a share of Hong Kong's cameras is not "
            "defined; write share_rule: direct and the area's own counts",
            key="cameras.share_rule",
        )


def check_replaceable(out: Path) -> None:
    """Refuse to write over anything that is not an earlier run.

    Raises
    ------
    InputError
        `out` is a file, or a folder that holds something else than a run.
    """
    if out.is_dir() and any(out.iterdir()):
        names = {path.name for path in out.iterdir()}
        if not names >= {"manifest.json", "summary.json"} or not names <= RUN_FILES:
            raise InputError(f"{out}: holds files that are no run; choose another --out")
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file; choose another --out")
