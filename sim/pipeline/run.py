"""From a scenario to a run folder: the pipeline with its cache, what it says, and the folder.

The folder is written under a temporary name beside its place and moved there when it is whole; an
interruption leaves nothing behind.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sim.arguments import a_path, named_arguments
from sim.atomic_write import FolderKind, check_replaceable, replace_folder
from sim.city.loaders import load_city
from sim.city.model import City
from sim.pipeline.cached_stages import CachedStages
from sim.pipeline.compile_ahead import ANSWERS, SEARCHES, WALKS, kernels_ahead
from sim.pipeline.cost import Estimate, estimate
from sim.pipeline.fleets import FleetsOf, many_fleets, one_fleet
from sim.pipeline.fleets_beside import fleets_beside, with_room
from sim.pipeline.simulate import (
    ANSWERED,
    FOLLOWED,
    SEARCHED,
    Announce,
    Before,
    Draw,
    Results,
    StageTimes,
    check_fits,
    drawn_walks,
    simulate,
)  # fmt: skip
from sim.pipeline.stage_cache import StageCache
from sim.pipeline.user_inputs import OwnInputs, read_own_inputs
from sim.processes import available_cores
from sim.results.contract import MANIFEST, RUN_FILES, SUMMARY
from sim.results.fleets import Fleets
from sim.results.write import TableWriter, manifest, summary, write_manifest, write_summary
from sim.scenario.load import LoadedScenario, scenario_of
from sim.scenario.schema import Scenario
from sim.second_python import Beside

NEEDED = {FOLLOWED: WALKS, ANSWERED: ANSWERS, SEARCHED: SEARCHES}
"""Parts of the kernels that must be there before something is done."""


@named_arguments(out=a_path)
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
        The scenario does not fit the city or this machine, or `out` is no run folder.
    """
    scenario, out = scenario_of(scenario), Path(out)
    check_replaceable(out, RUN_FOLDER)
    times = StageTimes(announce)
    with kernels_ahead() as ahead, fleets_beside(scenario) as beside:
        with times.stage("city"):
            city: City = load_city(scenario.area)
            check_fits(scenario, city)
            city, own = read_own_inputs(scenario, city)
            takes = _foreseen(scenario, city, foresee)
            helping = with_room(beside, takes)
            stages = CachedStages(scenario, city, cache)
        with replace_folder(out, RUN_FOLDER) as folder:
            figures = _compute(
                folder, stages, own, times, lambda what: ahead.wait_for(*NEEDED[what]), helping
            )  # fmt: skip
            del city, own, stages  # the page of a whole city needs the room
            if finish is not None:
                with times.stage("map"):
                    finish(folder)
    return figures


def _compute(
    folder: Path,
    stages: CachedStages,
    own: OwnInputs,
    times: StageTimes,
    before: Before,
    beside: Beside | None,
) -> dict[str, Any]:
    """Simulate, and write everything but the page; return the content of summary.json."""
    with TableWriter(folder) as writer:
        fleets, draw = _many_fleets(stages, own, times, before, beside)
        found = simulate(
            stages, own, times=times, before=before,
            before_analyses=lambda some: _begin_to_write(writer, stages.city, some),
            draw=draw, analysed=True,
        )  # fmt: skip
        fleets = fleets or one_fleet(stages.scenario, stages.city, found)
        return _write(folder, stages, found, fleets, writer, times)


def _many_fleets(
    stages: CachedStages,
    own: OwnInputs,
    times: StageTimes,
    before: Before,
    beside: Beside | None,
) -> tuple[Fleets | None, Draw | None]:
    """Return the figures of all fleets and the one shown, None where the scenario asks for one."""
    scenario, city = stages.scenario, stages.city
    if scenario.ensemble.fleets == 1:
        return None, None
    with times.stage("trips"):
        trips = stages.trips(lambda: drawn_walks(scenario, city, own))
    of = FleetsOf(stages, own, trips, before)
    with times.stage("fleets"):
        found = stages.fleets(
            lambda: many_fleets(
                of, beside=beside,
                done=lambda count, all_: times.announce(f"fleets, {count} of {all_}"),
            )
        )  # fmt: skip
        if beside is not None:
            beside.end()  # of fleets that an earlier run found, it waits to compute some
        seed = found.seeds[found.shown]
        return found, Draw(seed, stages.fleet(seed, lambda: of.fleet(found.shown)))


def _foreseen(
    scenario: Scenario, city: City, foresee: Callable[[Estimate], object] | None
) -> Estimate:
    """Tell and return what a run will take, and refuse one that cannot fit into this machine."""
    takes = estimate(scenario, city)
    if foresee is not None:
        foresee(takes)
    takes.refuse_too_large()
    return takes


def _begin_to_write(writer: TableWriter, city: City, found: Results) -> None:
    writer.write_scene(city, found.seen, found.pieces, found.trips)


def _write(
    folder: Path,
    stages: CachedStages,
    found: Results,
    fleets: Fleets,
    writer: TableWriter,
    times: StageTimes,
) -> dict[str, Any]:
    """Write the last tables and the two JSON files; return the content of summary.json."""
    scenario, city = stages.scenario, stages.city
    fleet, _, pieces, trips, tracks, analyses = found
    assert analyses is not None
    with times.stage("files"):
        writer.write_analyses(analyses)
        writer.write_fleets(fleets)
        shown = summary(scenario, city, fleet, pieces, trips, tracks, analyses)
        figures = fleets.put_into(shown)
        write_summary(folder, figures)
        writer.finish()
        cores, recalled = available_cores(), stages.recalled
        write_manifest(
            folder, manifest(scenario, city, fleet, trips, times.seconds, cores, recalled)
        )
    return figures


def _is_run(folder: Path) -> bool:
    """Return whether both JSON files of a folder are those of a run, whatever their version."""
    keys = {MANIFEST: {"version", "scenario", "scenario_digest"}, SUMMARY: {"version", "steps"}}
    with suppress(OSError, ValueError, RecursionError):
        for name, wanted in keys.items():
            content = json.loads((folder / name).read_bytes())
            if not isinstance(content, dict) or not content.keys() >= wanted:
                return False
        return True
    return False


RUN_FOLDER = FolderKind("a run", lambda parts: parts[0] in RUN_FILES and len(parts) == 1, _is_run)
"""A run replaces an earlier run and nothing else."""
