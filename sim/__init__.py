"""Simulate what can still be walked unseen in Hong Kong at 4,000 cameras and at 60,000.

The researcher's surface: a city, a fleet of simulated cameras, what they see, walks, how trackable
a walker is, and all that the command does with scenarios and runs. Names are loaded when first
used, so importing `sim` is quick and compiles nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet
    from sim.cameras.optics import Optics
    from sim.cameras.real import read_cameras
    from sim.city.loaders import City, load_city
    from sim.ensemble.bands import bands
    from sim.ensemble.sweep import sweep
    from sim.errors import InputError
    from sim.pipeline.run import run
    from sim.placement.placing import place
    from sim.results.compare import compare
    from sim.results.run import read_run
    from sim.scenario.load import load_scenario
    from sim.sight.isovist import isovists as isovists
    from sim.sight.raster import Raster as Raster
    from sim.sight.sightings import Sightings
    from sim.sight.targets import see
    from sim.sight.visible import visibility as visibility
    from sim.sight.what_if import what_if
    from sim.tracking.parameters import TrackingParameters
    from sim.tracking.report import track
    from sim.trips.demand import sample_trips
    from sim.trips.model import Trips

_HOME = {
    "City": "sim.city.loaders",
    "Fleet": "sim.cameras.fleet",
    "InputError": "sim.errors",
    "Optics": "sim.cameras.optics",
    "Raster": "sim.sight.raster",  # beside the surface below, as targets of `see`
    "Sightings": "sim.sight.sightings",
    "TrackingParameters": "sim.tracking.parameters",
    "Trips": "sim.trips.model",
    "bands": "sim.ensemble.bands",
    "compare": "sim.results.compare",
    "isovists": "sim.sight.isovist",  # draws; not of the surface below
    "load_city": "sim.city.loaders",
    "load_scenario": "sim.scenario.load",
    "place": "sim.placement.placing",
    "read_cameras": "sim.cameras.real",
    "read_run": "sim.results.run",
    "run": "sim.pipeline.run",
    "sample_trips": "sim.trips.demand",
    "see": "sim.sight.targets",
    "show": "sim.commands.show",  # draws with `maps`; not of the engine's own surface below
    "sweep": "sim.ensemble.sweep",
    "track": "sim.tracking.report",
    "visibility": "sim.sight.visible",  # asks no city; not of the surface below
    "what_if": "sim.sight.what_if",
}

__all__ = [
    "City", "Fleet", "InputError", "Optics", "Sightings", "TrackingParameters", "Trips", "bands",
    "compare", "load_city", "load_scenario", "place", "read_cameras", "read_run", "run",
    "sample_trips", "see", "sweep", "track", "what_if",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Load a public name from its home when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
