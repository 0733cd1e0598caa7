"""From a finished run folder to HTML files that ask nothing of any network.

It reads the files that a run leaves behind. What the page draws and says is decided here; every
figure on it comes from the run folder unchanged, or from the run's curves by addition.
"""

from pathlib import Path

from maps.comparison import write_comparison
from maps.page import write_map
from maps.report import write_report
from maps.run_folder import read_run_folder
from maps.site import write_site

__all__ = ["write_comparison", "write_map", "write_pages", "write_report", "write_site"]


def write_pages(run_folder: Path) -> Path:
    """Write report.html and map.html into a finished run folder; return the path of the map."""
    run = read_run_folder(Path(run_folder))
    write_report(run_folder, run)
    return write_map(run_folder, run)
