"""The run folder: the tables, the summary and the manifest, as docs/run-folder.md describes them.

Each function turns one result of the engine into one table; `TableWriter` writes them. Nothing
here computes a figure, and nothing depends on the hour or the machine except the manifest.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import geopandas as gpd
import pandas as pd

from sim.area import district_outlines, districts
from sim.cameras.optics import TASKS
from sim.cameras.software import REFERENCE_CASE, SOFTWARE_CASES
from sim.city.model import NETWORK
from sim.city.surroundings import with_hong_kong
from sim.placement.parameters import AS_PLANNED
from sim.processes import available_cores
from sim.results.contract import (
    BBOX,
    MANIFEST,
    SUMMARY,
    TABLES,
    VERSION,
    WITH_BOXES,
    json_text,
    packing,
)
from sim.results.notes import notes
from sim.results.trips import NOT_JOINED, write_trips
from sim.scenario.parameters import planned
from sim.sight.isovist import isovist_polygons
from sim.sight.ranks import pieces_table
from sim.wording import counted

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.city.model import City
    from sim.results.analyses import Analyses
    from sim.results.fleets import Fleets
    from sim.scenario.schema import Scenario
    from sim.sight.ranks import FirstSeen
    from sim.sight.sightings import Sightings
    from sim.tracking.report import TrackReport
    from sim.trips.model import Trips

VERSIONED = ("numpy", "numba", "scipy", "pandas", "geopandas", "shapely", "pyproj", "pyarrow")


class TableWriter:
    """Writes the tables of a run folder on threads of its own, while the run goes on.

    A context: left with an error, it drops the tables that were not begun.

    Parameters
    ----------
    folder
        The run folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = ThreadPoolExecutor(available_cores())
        self._writing: list[Future[None]] = []

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the tables begun; no other is begun any more."""
        self._pool.shutdown(cancel_futures=True)

    def write_scene(self, city: City, seen: Sightings, pieces: FirstSeen, trips: Trips) -> None:
        """Begin to write streets, heads, what they see and who walks, the longest first."""
        self._write("cameras", lambda: _cameras(city, seen.fleet))
        self._write("streets", lambda: pieces_table(city.streets, pieces.arrays))
        self._write("sightings", lambda: seen.table)
        path = self._folder / TABLES["trips"].file
        self._writing.append(self._pool.submit(write_trips, path, trips))
        self._write("nodes", lambda: city.streets.nodes.rename_axis("node").reset_index())
        self._write("edges", lambda: city.streets.edges.rename_axis("edge").reset_index())
        self._write("walls", lambda: city.walls.footprints)
        self._write("places", lambda: city.places.table)
        self._write("districts", lambda: _districts(city))
        self._write("surroundings", lambda: with_hong_kong(city.surroundings, city.area))

    def write_analyses(self, found: Analyses) -> None:
        """Begin to write what rules change and who is seen more."""
        self._write("policies", lambda: found.policies)
        self._write("exposure", lambda: found.exposure)

    def write_fleets(self, found: Fleets) -> None:
        """Begin to write the figures of every fleet."""
        self._write("fleets", lambda: found.table)

    def finish(self) -> None:
        """Return when every table is there; raise what kept one from being written."""
        for written in self._writing:
            written.result()

    def _write(self, name: str, make: Callable[[], pd.DataFrame]) -> None:
        def write() -> None:
            table = _as_agreed(name, make())
            path = self._folder / TABLES[name].file
            if isinstance(table, gpd.GeoDataFrame):
                boxed = BBOX in TABLES[name].names()
                packed = packing([*table.columns, *([BBOX] if boxed else [])])
                geo = {**WITH_BOXES, "write_covering_bbox": boxed}
                table.to_parquet(path, index=False, **geo, **packed)
            else:
                table.to_parquet(path, index=False, **packing(table.columns))

        self._writing.append(self._pool.submit(write))


def _as_agreed(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the columns of the contract in their order."""
    columns = TABLES[name].columns
    return table[[c.name for c in columns if not c.optional or c.name in table]]


def _cameras(city: City, fleet: Fleet) -> gpd.GeoDataFrame:
    table = fleet.heads.copy()
    table["field"] = gpd.GeoSeries(
        isovist_polygons(city.walls, fleet), index=table.index, crs=table.crs
    )
    return table


def _districts(city: City) -> gpd.GeoDataFrame:
    """List the study area, the region simulated and the districts that it touches."""
    area = city.area
    rows = [
        ("area", area.name, area.name_zh, area.polygon),
        ("region", area.name, area.name_zh, area.region),
    ]
    parts = {part.district for part in area.parts}
    outlines = district_outlines() if parts else {}
    rows += [
        ("district", d.name, d.name_zh, outlines[d.name]) for d in districts() if d.name in parts
    ]
    kind, name, name_zh, shape = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"kind": kind, "name": name, "name_zh": name_zh}, geometry=list(shape), crs=area.crs
    )


def _plan_in_words(scenario: Scenario) -> dict[str, Any] | None:
    """Return the plan that the cameras follow and what its phases rest on, None without one."""
    plan = planned(scenario)
    if plan is None:
        return None
    keys = ("name", "total", "year", "districts", "linked", "said", "source", "trust")
    return {
        "name": plan.name,
        "phases": [
            {**{key: getattr(phase, key) for key in keys}, "owners": dict(phase.mix)}
            for phase in plan.phases
        ],
    }


def summary(
    scenario: Scenario,
    city: City,
    fleet: Fleet,
    pieces: FirstSeen,
    trips: Trips,
    tracks: TrackReport,
    found: Analyses,
) -> dict[str, Any]:
    """Return summary.json; figures of later versions are null, never absent."""
    answer, software = tracks.answer, tracks.software
    assert answer is not None
    assert software is not None
    rank = fleet.heads["rank"].to_numpy()
    inside = fleet.inside(city.area.polygon)
    cameras = scenario.cameras
    dates = cameras.dates or (None,) * len(cameras.totals)
    return {
        "version": VERSION,
        **_what_cameras(fleet),
        "scenario": scenario.name,
        "plan": _plan_in_words(scenario),
        "area": _area(scenario, city, pieces, trips),
        "tasks": list(TASKS),
        "steps": [
            {
                "total": total,
                "date": date,
                "cameras": int(((rank <= total) & inside).sum()),
                "answer": answer.summary[total],
                "coverage": pieces.coverage(total),
                "coverage_limit": found.limit[total],
                "trips": {
                    task: {**tracks.summary[total][task], **found.of_trips(total, task)}
                    for task in TASKS
                },
                **software.summary[total],
                **found.spending[total],
                "anonymity": found.anonymity[total],
                "recognition": found.recognition[total],
                "alerts": found.alerts[total],
            }
            for total, date in zip(cameras.totals, dates, strict=True)
        ],
        "answer_walks": answer.walks,
        "software": _software_in_words(),
        "percolation": found.dark.summary,
        "oversight": found.oversight,
    }


def _area(scenario: Scenario, city: City, pieces: FirstSeen, trips: Trips) -> dict[str, Any]:
    """Return what is counted and how cameras were shared out to it."""
    cameras, plan = scenario.cameras, planned(scenario)
    as_planned = cameras.share_rule == AS_PLANNED
    share = cameras.street_share
    return {
        "name": city.area.name,
        "districts": [part.district for part in city.area.parts],
        "street_km": pieces.length_m / 1000,
        "street_width_m": city.street_space.width_m,
        "street_m_per_m2": city.street_space.per_m,
        "buildings": len(city.walls.footprints),
        "walls": city.walls.kind,
        "streets": _streets_in_words(city),
        "trips": _trips_in_words(city, trips),
        "share_rule": plan.share_rule if plan and as_planned else cameras.share_rule,
        "street_share": share if isinstance(share, str) else "given by owner",
    }


def _software_in_words() -> dict[str, Any]:
    """Return what each case of software needs, and which case stands for all."""
    cases = {
        case.name: {
            "pupil_px": case.pupil_px, "pitch": case.pitch, "turn": case.turn,
            "hit_rate": case.hit_rate, "sources": dict(case.sources),
        }
        for case in SOFTWARE_CASES.values()
    }  # fmt: skip
    return {"reference": REFERENCE_CASE, "cases": cases}


def _what_cameras(fleet: Fleet) -> dict[str, Any]:
    """Return whether all cameras are simulated, and how many are real or on listed poles."""
    return {
        "simulated": fleet.simulated,
        "real_cameras": int(fleet.real.sum()),
        "listed_poles": int(fleet.on_listed_poles.sum()),
    }


def _streets_in_words(city: City) -> str:
    """Return which network the streets are."""
    usual = city.provenance.get(NETWORK, "walking network")
    return str(city.provenance.get("streets_kind", usual))


def _trips_in_words(city: City, trips: Trips) -> str:
    """Return what the trips are, and where they are not the usual ones why."""
    if "streets_kind" in city.provenance:
        return "along bus streets (bus-street proxy), not walks"
    if trips.report.get("instead_home-office"):
        return "walks from home to office: no station and no market is known here"
    if not len(trips) and trips.report.get("people"):
        return "none: the area has no places between which the walks asked for could go"
    return "walks"


def manifest(
    scenario: Scenario,
    city: City,
    fleet: Fleet,
    trips: Trips,
    timings: dict[str, float],
    threads: int,
    recalled: Sequence[str] = (),
) -> dict[str, Any]:
    """Return manifest.json: what went in, with what, on what, and how to cite it."""
    resolved = scenario.model_dump(mode="json")
    digest = hashlib.sha256(json.dumps(resolved, sort_keys=True).encode()).hexdigest()
    own = version("hk-camera-sim")
    real = int(fleet.real.sum())
    cameras = f"{counted(real, 'camera')} from a map or list, all others" if real else "all cameras"
    if fleet.on_listed_poles.any():
        cameras += " (on listed poles)"
    return {
        "version": VERSION,
        "simulated": fleet.simulated,
        "scenario": resolved,
        "scenario_digest": digest,
        "seed": scenario.seed,
        "area": {
            "name": city.area.name,
            "name_zh": city.area.name_zh,
            "crs": city.area.crs,
            "halo_m": city.area.halo_m,
            "parts": [part.__dict__ for part in city.area.parts],
        },
        "data": city.provenance,
        "streets": city.streets.report,
        "walls": {"kind": city.walls.kind, **city.walls.report},
        "cameras": {**fleet.report},
        "trips": {**trips.report, NOT_JOINED: trips.unreachable},
        "notes": notes(city, trips, scenario.trips.people, fleet.report, scenario.cameras.hours),
        "packages": {"hk-camera-sim": own, **{name: version(name) for name in VERSIONED}},
        "python": platform.python_version(),
        "machine": {
            "processor": platform.machine(),
            "threads": threads,
            "stages_of_earlier_runs": list(recalled),
        },
        "timings_s": {stage: round(seconds, 3) for stage, seconds in timings.items()},
        "cite": f"hk-camera-sim {own}, scenario {scenario.name} ({digest[:12]}), seed "
        f"{scenario.seed}; {cameras} and people simulated. {_map_data(city)}.",
    }


def _map_data(city: City) -> str:
    """Return whose streets they are, in the words that go into a citation."""
    kind = city.provenance.get("streets_kind")
    if NETWORK in city.provenance:
        return f"Streets: {city.provenance[NETWORK]}, Lands Department via CSDI"
    if kind is None:
        return "Map data © OpenStreetMap contributors (ODbL)"
    return f"Streets: {kind}, Transport Department via CSDI"


def write_summary(folder: Path, content: dict[str, Any]) -> None:
    """Write summary.json into a run folder."""
    _write_json(folder / SUMMARY, content)


def write_manifest(folder: Path, content: dict[str, Any]) -> None:
    """Write manifest.json into a run folder."""
    _write_json(folder / MANIFEST, content)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json_text(content), encoding="utf-8")
