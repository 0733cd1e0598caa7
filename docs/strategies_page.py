"""Writes the tables on docs/strategies.md: `python docs/strategies_page.py [AREA …]`.

Every strategy stands in the place of all that the announced plan names, with the plan's owners,
districts and numbers; each figure is the mean over 20 fleets with its band. The built-in core needs
nothing else, Mong Kok its bundle. A test makes some rows again and compares the page.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq

import sim
from maps.answer import HEADLINE_TASK, of_a_hundred
from sim.city.model import City
from sim.placement.strategies.registry import STRATEGIES
from sim.scenario.schema import Scenario

PAGE = Path(__file__).parent / "strategies.md"
MARKS = "<!-- {area}: written by docs/strategies_page.py -->", "<!-- {area}: end -->"
AREAS = ("mong_kok_core", "mong_kok")
FEW, MANY = 4_000, 60_000
FLEETS, PEOPLE, SEED = 20, 2_000, 7
COLUMNS = (
    "strategy", "poles", f"can be walked unrecognised, {FEW:,}", f"… {MANY:,}",
    f"walks with nobody recognised, {FEW:,}", f"… {MANY:,}", f"of a walk, {MANY:,}",
    f"streets, detect, {MANY:,}", f"streets, recognise, {FEW:,}", f"… {MANY:,}",
)  # fmt: skip


def users_points(city: City, folder: Path) -> Path:
    """Write two points for strategy points: a station, weight 2, and a market, weight 1."""
    spots = [city.places.of(kind).geometry.iloc[0] for kind in ("station", "market")]
    points = gpd.GeoDataFrame({"weight": [2.0, 1.0]}, geometry=spots, crs=city.area.crs)
    path = folder / "points.geojson"
    points.to_crs("EPSG:4326").to_file(path, driver="GeoJSON")
    return path


def row(area: str, strategy: str) -> str:
    """Run a strategy and return its row of the table of an area."""
    city = sim.load_city(area)
    with tempfile.TemporaryDirectory() as folder:
        points = users_points(city, Path(folder))
        cameras: dict[str, Any] = {
            "plan": "as_announced", "totals": [FEW, MANY], "strategy": strategy,
            "aims": {"points": str(points)},
        }  # fmt: skip
        scenario = Scenario.model_validate(
            {
                "name": "strategies",
                "area": area,
                "cameras": cameras,
                "trips": {"people": PEOPLE},
                "ensemble": {"fleets": FLEETS},
                "seed": SEED,
            }
        )
        out = Path(folder) / "run"
        steps = sim.run(scenario, out)["steps"]
        poles = len(pq.read_table(out / "cameras.parquet", columns=["site"])["site"].unique())
    first, last = (figures(step) for step in steps)
    cells = [
        strategy, f"{poles:,}", first["answer"], last["answer"], first["unseen"], last["unseen"],
        last["of_a_walk"], last["detect"], first["recognise"], last["recognise"],
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def figures(step: Mapping[str, Any]) -> dict[str, str]:
    """Return the figures of one number of cameras, each with its band."""
    answer, walks = step["answer"][HEADLINE_TASK]["any_length"], step["trips"][HEADLINE_TASK]
    seen, streets = walks["observed_length"], step["coverage"]
    bands = step.get("coverage_fleets") or {}
    return {
        "answer": banded(answer["share"], answer.get("fleets")),
        "unseen": banded(walks["unseen_trips"], walks.get("unseen_trips_fleets")),
        "of_a_walk": banded(seen["mean"], seen.get("fleets")),
        **{task: banded(streets[task], bands.get(task)) for task in ("detect", "recognise")},
    }


def banded(share: float, band: Mapping[str, float] | None) -> str:
    """Return a share of a hundred, and the band of one fleet more where there is one."""
    if not band:
        return short(share)
    return f"{short(share)} ({short(band['p5'])}–{short(band['p95'])})"


def short(share: float) -> str:
    """Return a share of a hundred as a cell of a table has it."""
    return of_a_hundred(share, "en").replace("fewer than ", "<").replace("more than ", ">")


def table(area: str) -> str:
    """Return the table of an area."""
    head = [f"| {' | '.join(COLUMNS)} |", "|---|" + "---:|" * (len(COLUMNS) - 1)]
    return "\n".join([*head, *(row(area, name) for name in STRATEGIES)])


def on_page(area: str) -> list[str]:
    """Return the rows of an area that stand on the page now."""
    begin, end = (mark.format(area=area) for mark in MARKS)
    text = PAGE.read_text(encoding="utf-8").split(begin)[1].split(end)[0]
    return text.strip().splitlines()[2:]


if __name__ == "__main__":
    for name in sys.argv[1:] or AREAS:
        begin, end = (mark.format(area=name) for mark in MARKS)
        found = table(name)  # some minutes
        above, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
        below = rest.partition(end)[2]
        PAGE.write_text(f"{above}{begin}\n\n{found}\n\n{end}{below}", encoding="utf-8")
