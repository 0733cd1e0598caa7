"""The files that a scenario brings of its own: walks, people, cameras, points to watch, zones.

They are read before any long work, so that a mistake in them is told at once; a complaint names
the scenario key beside the file and line. What they mean is known in `sim.trips.own`,
`sim.city.population`, `sim.city.points`, `sim.city.zones` and `sim.cameras.real`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd

from sim.cameras.fleet import Fleet
from sim.cameras.real import read_cameras
from sim.city.kept_free import read_kept_free, stretches_in_any
from sim.city.model import City
from sim.city.points import read_points, read_poles
from sim.city.population import with_population
from sim.city.sources.shapes import left_out_words
from sim.city.sources.tables import check_file
from sim.city.zones import read_zones
from sim.errors import InputError, InputErrors
from sim.placement.parameters import Exclusion, Objective
from sim.placement.sites import official_poles, shapes_of
from sim.scenario.schema import Scenario
from sim.trips.model import Trips
from sim.trips.own import (
    Demand,
    Traces,
    join,
    match_traces,
    read_od,
    read_traces,
    refuse_none,
    sample_od,
)

LARGEST_MB = 1000
"""The readers have smaller limits of their own, by kind of file."""
KINDS = {
    "own": "walks of the user",
    "od": "origin-destination table of the user",
    "existing": "cameras that stand already",
    "points": "points to watch",
    "zones": "zones of the user",
    "sites": "poles listed by the user",
    "exclude": "places that the user keeps cameras away from",
}


class OwnInputs(NamedTuple):
    """What was read from the user's files; None where the scenario names none."""

    traces: Traces | None
    demand: Demand | None
    existing: Fleet | None
    aims: Objective
    zones: gpd.GeoDataFrame | None = None
    sites: gpd.GeoDataFrame | None = None
    exclude: tuple[Exclusion, ...] = ()

    def added_to(self, trips: Trips, city: City, scenario: Scenario) -> Trips:
        """Return trips with those of the user after them.

        Raises
        ------
        InputError
            No walk of the user follows the streets, or there are too many.
        """
        wanted = scenario.trips
        if self.traces is not None:
            with _for("trips.own"):
                own = match_traces(city, self.traces, speed_m_s=wanted.speed_m_s)
                trips = join(trips, refuse_none(own, wanted.own or "", city))
        if self.demand is not None:
            drawn = sample_od(
                city,
                self.demand,
                seed=scenario.seed,
                share=wanted.od_share,
                cost_dispersion=wanted.taste,
                speed_m_s=wanted.speed_m_s,
            )
            trips = join(trips, drawn)
        return trips


def check_files(scenario: Scenario) -> None:
    """Refuse a scenario whose files are not there.

    Raises
    ------
    InputError
        Names the key.
    """
    for key, path in _paths(scenario):
        with _for(key):
            check_file(Path(path), LARGEST_MB)


def _paths(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Yield (key, path) of the files that a scenario names."""
    trips, cameras = scenario.trips, scenario.cameras
    paths = {
        "trips.own": trips.own,
        "trips.od": trips.od,
        "trips.population": trips.population,
        "cameras.existing": cameras.existing,
        "cameras.aims.points": cameras.aims.points,
        "zones": scenario.zones,
    }
    paths["cameras.sites"] = cameras.sites
    paths |= {f"cameras.exclude.{n}.file": zone.file for n, zone in enumerate(cameras.exclude)}
    yield from ((key, path) for key, path in paths.items() if path is not None)


def read_own_inputs(scenario: Scenario, city: City) -> tuple[City, OwnInputs]:
    """Read the user's files.

    Returns
    -------
    city
        With the user's homes, and all files named in its provenance with their digests.
    own
        Trips to be put on the streets.

    Raises
    ------
    InputError
        A file is wrong; names the key and mostly the line of the file.
    """
    wanted = scenario.trips
    if scenario.cameras.trees == "crowns":
        with _for("cameras.trees"):
            city = city.with_crowns()
    traces = demand = None
    if wanted.population is not None:
        with _for("trips.population"):
            city = with_population(city, wanted.population, wanted.population_column)
    if wanted.own is not None:
        with _for("trips.own"):
            traces = read_traces(wanted.own, city.streets.crs)
        city = _with_source(city, Path(wanted.own), KINDS["own"])
    if wanted.od is not None:
        with _for("trips.od"):
            demand = read_od(wanted.od, city)
        city = _with_source(city, Path(wanted.od), KINDS["od"])
    city, existing, aims = _read_for_cameras(scenario, city)
    city, sites, exclude = _read_sites(scenario, city)
    zones = None
    if scenario.zones is not None:
        with _for("zones"):
            zones = read_zones(scenario.zones, city.streets.crs)
        city = _with_source(city, Path(scenario.zones), KINDS["zones"], zones)
    return city, OwnInputs(traces, demand, existing, aims, zones, sites, exclude)


def _read_for_cameras(scenario: Scenario, city: City) -> tuple[City, Fleet | None, Objective]:
    """Read the cameras that stand already, and the points to watch."""
    wanted = scenario.cameras
    aims = Objective(near=wanted.aims.near, task=wanted.aims.task, times=wanted.aims.times)
    existing = None
    if wanted.existing is not None:
        with _for("cameras.existing"):
            existing = read_cameras(wanted.existing, city).fleet
        city = _with_source(city, Path(wanted.existing), KINDS["existing"])
    if wanted.aims.points is not None:
        with _for("cameras.aims.points"):
            points = read_points(wanted.aims.points, city.streets.crs)
        aims = replace(aims, points=points)
        city = _with_source(city, Path(wanted.aims.points), KINDS["points"], points)
    return city, existing, aims


def _read_sites(
    scenario: Scenario, city: City
) -> tuple[City, gpd.GeoDataFrame | None, tuple[Exclusion, ...]]:
    """Read listed poles and zones; return the city with what is masked, and both."""
    wanted, poles = scenario.cameras, None
    if wanted.sites is not None:
        with _for("cameras.sites"):
            poles = read_poles(wanted.sites, city.streets.crs)
        city = _with_source(city, Path(wanted.sites), KINDS["sites"], poles)
    if wanted.candidates != "inferred":
        poles = official_poles(city, wanted.candidates)
    zones: list[Exclusion] = []
    for number, zone in enumerate(wanted.exclude):
        shapes = None
        if zone.file is not None:
            with _for(f"cameras.exclude.{number}.file"):
                shapes = read_kept_free(zone.file, city.streets.crs)
            city = _with_source(city, Path(zone.file), KINDS["exclude"], shapes)
        zones.append(Exclusion(zone.places, shapes, zone.metres, zone.how))
    hidden = [
        (shapes_of(city, zone, number), zone.metres)
        for number, zone in enumerate(zones)
        if zone.how == "masked"
    ]
    return replace(city, masked=stretches_in_any(city.streets, hidden)), poles, tuple(zones)


def _with_source(city: City, path: Path, kind: str, layer: gpd.GeoDataFrame | None = None) -> City:
    """Name a file in the provenance, and how many rows of its layer were left out and why."""
    source = {"file": path.name, "kind": kind, "sha256": sha256(path.read_bytes()).hexdigest()}
    known = city.provenance
    new: dict[str, object] = {"sources": [*known.get("sources", []), source]}
    words = "" if layer is None else left_out_words(layer.attrs.get("left_out", {}))
    if words:
        new["assumptions"] = [*known.get("assumptions", []), f"{kind}: {words} of {path.name}"]
    return replace(city, provenance={**known, **new})


@contextmanager
def _for(key: str) -> Iterator[None]:
    """Put the scenario key to an error of a file, which knows its own lines only."""
    try:
        yield
    except InputErrors:
        raise
    except InputError as error:
        raise InputError(str(error), error.key or key) from error
