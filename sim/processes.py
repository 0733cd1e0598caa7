"""Processes of our own: another Python that runs this very package, and on how many cores."""

import os
from pathlib import Path


def same_package() -> dict[str, str]:
    """Return the environment in which another Python imports the very files of this one.

    A checkout in the working folder would otherwise come before an installed package; and numba's
    cache hangs on the files.
    """
    paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def available_cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
