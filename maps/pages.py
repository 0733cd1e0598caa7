"""Both pages of a run, written from one reading of its folder."""

from __future__ import annotations

from pathlib import Path

from maps.page import write_map
from maps.report import write_report
from maps.run_folder import read_run_folder


def write_pages(run_folder: Path) -> Path:
    """Write report.html and map.html into a finished run folder; return the path of the map."""
    run = read_run_folder(Path(run_folder))
    write_report(run_folder, run)
    return write_map(run_folder, run)
