"""What the sightings add up to: how much of a walk is seen, and how well a walker is followed.

`track` takes what a fleet sees and who walks where, and answers for every number of cameras and
every task at once. Cameras are simulated; nothing here concerns a real person. Its parts are loaded
when first asked for, so that parameters are known without compiling anything.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.tracking.parameters import TrackingParameters
    from sim.tracking.report import TrackReport, track

__all__ = ["TrackReport", "TrackingParameters", "track"]

_HOME = {"TrackReport": "report", "TrackingParameters": "parameters", "track": "report"}


def __getattr__(name: str) -> object:
    """Load a public name from its home when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'sim.tracking' has no attribute {name!r}")
    return getattr(import_module(f"sim.tracking.{_HOME[name]}"), name)
