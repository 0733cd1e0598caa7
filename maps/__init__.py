"""From a finished run folder to HTML files that ask nothing of any network.

It reads the files that a run leaves behind, and knows nothing of how they were computed. What the
page draws and says is decided here; every figure on it comes from the run folder unchanged, or
from the run's curves by addition.
"""

from pathlib import Path

from maps.page import write_map
from maps.report import write_report

__all__ = ["write_map", "write_pages", "write_report"]


def write_pages(run_folder: Path) -> Path:
    """Write report.html and map.html into a finished run folder; return the path of the map."""
    write_report(run_folder)
    return write_map(run_folder)
