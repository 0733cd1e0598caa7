"""Writes other cities' densities on docs/context.md: `python docs/context_page.py SUMMARY.json`.

The file is what `sim run scenarios/other_cities.yaml` leaves behind. Densities come from the facts;
a test runs the command again and compares the page.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from maps.answer import HEADLINE_TASK, SEEN_AT_ALL, answer_of, doubt_of, of_a_hundred

FACTS = Path(__file__).parents[1] / "sim" / "facts"
PAGE = Path(__file__).parent / "context.md"
BEGIN, END = "<!-- written by docs/context_page.py -->", "<!-- end of what it writes -->"
COUNTS = (
    "hong_kong_2025", "hong_kong_2025_12", "london_comparitech_2024", "singapore_2021",
    "hong_kong_2028", "seoul_2022", "singapore_2030", "london_comparitech_2021",
)  # fmt: skip
"""Rows of camera_counts.csv that stand beside one another, the thinnest first."""


class Row(NamedTuple):
    """One count, over the built-up land of its city, and as many cameras for Hong Kong's.

    Attributes
    ----------
    place, year, counts
        As the table of counts has them.
    cameras, built_up_km2
        How many, on how much built-up land.
    total
        Cameras in Hong Kong at that density, in hundreds; its own numbers as they are.
    """

    place: str
    year: int
    counts: str
    cameras: float
    built_up_km2: float
    total: int


def table_of(name: str) -> pd.DataFrame:
    """Return a table of the facts by its first column."""
    return pd.read_csv(FACTS / f"{name}.csv", comment="#", index_col=0)


def rows() -> list[Row]:
    """Return what stands beside one another."""
    counts, land = table_of("camera_counts"), table_of("built_up")["built_up_km2"]
    found = []
    for name in COUNTS:
        row = counts.loc[name]
        cameras = row["cameras"]
        if pd.isna(cameras):
            cameras = row["per_1000"] * row["population"] / 1000
        own = row["place"] == "Hong Kong"
        total = cameras if own else round(cameras / land[row["place"]] * land["Hong Kong"], -2)
        place = str(row["place"])
        found.append(
            Row(place, int(row["year"]), str(row["counts"]), cameras, land[place], int(total))
        )
    return found


def block(summary: Mapping[str, Any]) -> str:
    """Return what stands between the marks on the page."""
    lines = [
        "| place, year | what is counted | cameras | built-up km² | for each km² of it | as many "
        "in Hong Kong | walks of 100 that could still be made without being recognised | … without "
        "being seen at all |",
        "|---|---|---:|---:|---:|---:|---|---:|",
    ]
    steps = {step["total"]: step for step in summary["steps"]}
    for row in rows():
        step, doubt = steps[row.total], doubt_of(summary, row.total)
        answer, seen, low, high = (
            of_a_hundred(share, "en")
            for share in (answer_of(step, HEADLINE_TASK)[0], answer_of(step, SEEN_AT_ALL)[0],
                          doubt.p5, doubt.p95)
        )  # fmt: skip
        cells = (
            f"{row.place}, {row.year}", row.counts, _count(row.cameras),
            f"{row.built_up_km2:,.0f}", f"{row.cameras / row.built_up_km2:,.0f}",
            f"{row.total:,}", f"{answer} ({low} to {high})", seen,
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", *_land()])


def _count(cameras: float) -> str:
    """Return a count; in thousands where it was worked out from a density."""
    return f"{cameras:,.0f}" if cameras == int(cameras) else f"about {round(cameras, -3):,.0f}"


def _land() -> list[str]:
    """Return what each city's built-up land is."""
    return [
        f"- {place}: {row['built_up_km2']:,} of {row['of_km2']:,} km²: {row['counts']} "
        f"([{row['source']}]({row['url']}){' (second hand)' if row['secondary'] == 'yes' else ''})."
        for place, row in table_of("built_up").iterrows()
    ]


def on_page() -> str:
    """Return what stands between the marks on the page now."""
    return PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()


if __name__ == "__main__":
    above, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    below = rest.partition(END)[2]
    found = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    PAGE.write_text(f"{above}{BEGIN}\n\n{block(found)}\n\n{END}{below}", encoding="utf-8")
