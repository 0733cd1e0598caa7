"""What is put into a run's folder after the run: band, range, sensitivity, and what weeks tell.

Chance gives a band, named cases a range; a figure of a run is quoted with both. They are computed
over many runs (`sim.ensemble.bands`, `sim.ensemble.sensitivity`), so a run has them only after they
were put beside it here. What weeks of residents tell is of the run itself, and asked for by few.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.atomic_write import replace_text
from sim.errors import InputError
from sim.results.contract import BANDS, DAYS, SENSITIVITY, SUMMARY, TITLES, json_text
from sim.results.read import RunData, read_data
from sim.scenario.schema import Scenario


def put_bands(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the bands of a scenario into a run of it: bands.json, and `range` of summary.json.

    Parameters
    ----------
    folder
        A run folder.
    content
        Of bands.json.

    Raises
    ------
    InputError
        The run is of another scenario, or not whole.
    """
    run = read_data(folder, RunData)
    _check_same(folder, run.manifest["scenario"], content["scenario"])
    replace_text(folder / BANDS, json_text(content))
    replace_text(folder / SUMMARY, json_text({**run.summary, "range": ranges(content)}))


def put_sensitivity(folder: Path, content: Mapping[str, Any]) -> None:
    """Write which assumption moves a scenario's figures most into a run of it, sensitivity.json.

    Parameters
    ----------
    folder
        A run folder.
    content
        Of sensitivity.json.

    Raises
    ------
    InputError
        The run is of another scenario, or not whole.
    """
    run = read_data(folder, RunData)
    _check_same(folder, run.manifest["scenario"], content["scenario"])
    replace_text(folder / SENSITIVITY, json_text(content))


def put_days(run: RunData, content: Mapping[str, Any]) -> None:
    """Write what weeks of residents tell under a run's cameras into its folder, days.json.

    Parameters
    ----------
    run
        The run.
    content
        As `sim.results.days.days_run` returns it of this run.
    """
    own = {key: each for key, each in run.manifest["scenario"].items() if key not in TITLES}
    replace_text(run.folder / DAYS, json_text({**content, "scenario": own}))


def check_same(folder: Path, scenario: Scenario) -> None:
    """Refuse a run of another scenario, titles apart.

    Raises
    ------
    InputError
        Names the keys that differ; or the folder is no whole run.
    """
    run = read_data(folder, RunData)
    _check_same(folder, run.manifest["scenario"], scenario.model_dump(mode="json"))


def _check_same(folder: Path, own: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    differing = [
        key
        for key in dict.fromkeys([*own, *other])
        if key not in TITLES and own.get(key) != other.get(key)
    ]
    if differing:
        raise InputError(
            f"{folder}: a run of another scenario than this one (they differ in "
            f"{', '.join(differing)}); run this scenario first"
        )


def ranges(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return for each total, task and figure the band by chance and the range over the cases."""
    place = ("total", "task", "figure")
    spread = {tuple(row[key] for key in place): row for row in content["range"]}
    found = []
    for row in content["chance"]:
        ends = spread[tuple(row[key] for key in place)]
        found.append(
            {key: row[key] for key in (*place, "mean", "p5", "p50", "p95", "n")}
            | {
                end: {"value": ends[end], "case": ends[f"{end}_case"]}
                for end in ("lowest", "highest")
            }
        )
    return found
