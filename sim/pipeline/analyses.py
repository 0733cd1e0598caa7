"""What a run finds about the city beside its walks: the dark network, crowds, recognition, rules.

Each figure comes from one function of `sim.tracking`; here they are called in their order and put
where summary.json and the tables of a run folder want them. Nothing is computed here.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from sim.cameras.candidates import SIGHT_LINES
from sim.cameras.fleet import Fleet
from sim.city.model import City
from sim.city.zones import are_points
from sim.pipeline.cached_stages import CachedStages
from sim.pipeline.user_inputs import OwnInputs
from sim.placement.context import DIRECTIONS
from sim.placement.limit import coverage_limit
from sim.placement.sites import available_sites
from sim.processes import available_cores, computing_threads
from sim.results.analyses import Analyses
from sim.results.regimes import Warrant, oversight_summary
from sim.results.spending import spending
from sim.results.wrongful_stops import alerts_of_totals, faces_searched
from sim.scenario.parameters import prices
from sim.scenario.schema import Scenario, plain_mix, plain_names
from sim.sight.ranks import FirstSeen
from sim.sight.sightings import Sightings
from sim.tracking.anonymity import neighbours, summary
from sim.tracking.inequality import (
    exposure_by_district,
    exposure_by_group,
    exposure_by_hour,
    exposure_by_street_class,
    exposure_by_zone,
    sensitive_places,
    zones_around,
)
from sim.tracking.parameters import TrackingParameters
from sim.tracking.percolation import dark_network
from sim.tracking.policy import compare_policies
from sim.tracking.recognition import (
    PersonFaces,
    faces_of_trips,
    of_the_people,
    recognition_burden,
    recognition_summary,
)
from sim.tracking.report import TrackReport
from sim.tracking.subsample import drawn_persons, subsample
from sim.tracking.unicity import unicity
from sim.trips.model import Trips

LOOKING = {"equity", "greedy_cover", "greedy_trips"}
"""Strategies that look for the most to see; a proven limit stands beside what they reach."""
COMPARED = 500
"""Persons compared for unicity: half of the function's own default, in a third of its time."""
PLANNING_UNIT = "planning unit"
NEAREST_UNIT = "nearest unit point, not its boundary"
"""What the user's zones are called in tables: by their outlines, or by points alone."""
RULED = 5_000
"""Persons whose walks are followed again under every rule, drawn at random where there are more.
Differences are taken walk by walk, so their error is small with far fewer."""


def analyse(
    stages: CachedStages,
    seen: Sightings,
    pieces: FirstSeen,
    trips: Trips,
    tracks: TrackReport,
    parameters: TrackingParameters,
    own: OwnInputs,
) -> Analyses:
    """Find what a run tells beside the figures of single walks."""
    scenario, city = stages.scenario, stages.city
    totals, seed = scenario.cameras.totals, scenario.seed
    dark = dark_network(city, seen, pieces)
    with computing_threads(available_cores()) as beside:
        beside.submit(lambda: tracks.summary)  # keeps what it finds
        policies = beside.submit(_policies, stages, seen, trips, parameters)
        near = beside.submit(neighbours, city, dark, totals)
        searched = beside.submit(stages.searched, seen.fleet, lambda: subsample(
            city, seen, trips, totals, pieces=pieces, parameters=parameters,
            walks=scenario.tracking.subsample, seed=seed,
        ))  # fmt: skip
        faces = beside.submit(_faces, scenario, seen, tracks, parameters)
        exposure = beside.submit(_exposure, city, pieces, tracks, own.zones)
        shared = beside.submit(
            stages.unicity, seen, COMPARED,
            lambda: unicity(seen, trips, totals, seed=seed, people=COMPARED),
        )  # fmt: skip
        limit = _limit(scenario, city, seen.fleet, own)
        burden, persons = faces.result()
        alerts, oversight = _alerts(scenario, persons, policies.result())
        return Analyses(
            dark=dark,
            anonymity={total: summary(near.result(), shared.result(), total) for total in totals},
            recognition={
                total: recognition_summary(burden, total, scenario.recognition.task)
                for total in totals
            },
            alerts=alerts,
            oversight=oversight,
            searched=searched.result(),
            policies=policies.result(),
            exposure=exposure.result(),
            limit=limit,
            spending=spending(city, seen.fleet, pieces, tracks, prices(scenario)),
        )


def _faces(
    scenario: Scenario, seen: Sightings, tracks: TrackReport, parameters: TrackingParameters
) -> tuple[pd.DataFrame, PersonFaces]:
    """Count the faces of every walk once, for comparing them all and for those searched."""
    facing, uptime = parameters.facing_degrees, parameters.uptime
    faces = faces_of_trips(seen, tracks, facing_degrees=facing, uptime=uptime)
    gallery = scenario.recognition.gallery
    burden = recognition_burden(seen, tracks, gallery=gallery, faces=faces)
    return burden, faces_searched(seen, tracks, parameters, faces)


def _alerts(
    scenario: Scenario, persons: PersonFaces, policies: pd.DataFrame
) -> tuple[dict[int, dict[str, Any] | None], dict[str, Any] | None]:
    """Return what live recognition would raise at each total, and regimes at the largest."""
    totals, added_up = scenario.cameras.totals, of_the_people(persons)
    found = alerts_of_totals(persons, added_up, totals, scenario.recognition.gallery)
    named = alerts_of_totals(persons, added_up, totals, Warrant().people, last=True)
    last = totals[-1]
    return found, oversight_summary(policies, last, found[last], named[last])


def _policies(
    stages: CachedStages, seen: Sightings, trips: Trips, parameters: TrackingParameters
) -> pd.DataFrame:
    """Follow some walks again under other rules."""
    scenario, city = stages.scenario, stages.city
    totals, seed = scenario.cameras.totals, scenario.seed
    return stages.policies(seen.fleet, lambda: compare_policies(
        city, seen, drawn_persons(trips, RULED, seed), totals, parameters=parameters, seed=seed,
    ))  # fmt: skip


def _limit(
    scenario: Scenario, city: City, fleet: Fleet, own: OwnInputs
) -> dict[int, dict[str, float] | None]:
    """Bound what any fleet could see, beside strategies that try to see the most."""
    cameras = scenario.cameras
    totals, rank = cameras.totals, fleet.arrays.rank
    if LOOKING.isdisjoint(plain_names(cameras.strategy)):
        return dict.fromkeys(totals)
    standing = fleet.heads[fleet.real].reset_index(drop=True)
    found = coverage_limit(
        city, [int((rank <= total).sum()) for total in totals], optics=plain_mix(cameras.optics),
        task=cameras.aims.task, existing=Fleet(standing) if len(standing) else None,
        kinds=available_sites(city, own.sites, own.exclude)[0],
        directions=SIGHT_LINES if cameras.heads_per_site <= SIGHT_LINES else DIRECTIONS,
    )  # fmt: skip
    return {total: {cameras.aims.task: share} for total, share in zip(totals, found, strict=True)}


def _exposure(
    city: City, pieces: FirstSeen, tracks: TrackReport, zones: gpd.GeoDataFrame | None
) -> pd.DataFrame:
    """Put who and what is exposed into one table; a column that a kind of group lacks is empty."""
    tables = [
        exposure_by_street_class(city, pieces, tracks.totals),
        exposure_by_district(city, pieces, tracks.totals),
        exposure_by_group(tracks, "kind"),
        exposure_by_group(tracks, "profile"),
        exposure_by_hour(tracks),
        sensitive_places(city, pieces, tracks.totals),
    ]
    if zones is not None:
        by = PLANNING_UNIT
        if are_points(zones):
            by, zones = NEAREST_UNIT, zones_around(zones, city.area.polygon)
        tables.append(exposure_by_zone(city, pieces, tracks.totals, zones, by=by))
    joined = pd.concat([table for table in tables if len(table)], ignore_index=True)
    return joined.assign(group=joined["group"].astype("str"))
