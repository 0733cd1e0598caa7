"""Writes the result of docs/sensitivity.md: `python docs/sensitivity_page.py CELLS.csv FEW.csv`.

The files are what the two commands on the page leave behind, of all cases and of four; what the
page needs of them is kept as docs/sensitivity_cells.csv and docs/sensitivity_few.csv, and without
files the page is written from there. A test compares the page with those tables, and some of their
cells with the engine.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from maps.answer import of_a_hundred
from sim.ensemble.cases import plan_of
from sim.ensemble.sensitivity import SPLIT, Design, design_of, split_rows
from sim.results.metrics import FIGURES, HEADLINE_TASK
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario

HERE = Path(__file__).parent
PAGE, CELLS = HERE / "sensitivity.md", HERE / "sensitivity_cells.csv"
FEW, FEW_CASES, SAMPLE = HERE / "sensitivity_few.csv", "optics,street_share,mount,walls", 40
BEGIN, END = "<!-- written by docs/sensitivity_page.py -->", "<!-- end of what it writes -->"
TOTALS = (4_000, 60_000)
COLUMNS = ["combination", "seed", "total", *SPLIT]
Row = Mapping[str, Any]


def scenario() -> Scenario:
    """Return the scenario of the page."""
    return load_scenario(HERE.parent / "scenarios" / "as_announced.yaml").scenario


def design_for(cells: pd.DataFrame, cases: str | None = None, sample: int = 0) -> Design:
    """Return the combinations of a table of cells, or a sample of those."""
    own, named = scenario(), cases.split(",") if cases else None
    levels = plan_of(own, seeds=1, cases=named, factorial=False).levels
    count = int(cells["combination"].max()) + 1
    return design_of(levels, sample or count, len(cells) // count // len(TOTALS), own.seed)


def kept(path: Path) -> pd.DataFrame:
    """Return what the page needs of the command's cells, to a millionth."""
    cells = pd.read_csv(path)
    needed = (cells["task"] == HEADLINE_TASK) & cells["total"].isin(TOTALS)
    return cells.loc[needed, COLUMNS].round(6)


def splits(design: Design, cells: pd.DataFrame) -> dict[tuple[int, str], Row]:
    """Return how each figure splits, by total and figure."""
    rows = split_rows(design, cells.assign(task=HEADLINE_TASK), TOTALS, scenario().seed)
    return {(row["total"], row["figure"]): row for row in rows}


def few_splits(few: pd.DataFrame) -> list[dict[tuple[int, str], Row]]:
    """Return the splits of all combinations of few cases, and of a sample of the same cells."""
    every = design_for(few, FEW_CASES)
    some = design_for(few, FEW_CASES, SAMPLE)
    places = np.ravel_multi_index(tuple(some.chosen.T), some.sizes)
    of_place = few.groupby("combination")
    sampled = pd.concat([of_place.get_group(int(place)) for place in places])
    return [splits(every, few), splits(some, sampled)]


def block(cells: pd.DataFrame, few: pd.DataFrame) -> str:
    """Return what stands between the marks on the page."""
    design = design_for(cells)
    of = splits(design, cells)
    answers = [of[total, "answer"] for total in TOTALS]
    return "\n\n".join(
        [
            _sentence(answers, design),
            _table(of),
            _ends(answers),
            _pairs(answers),
            _trust(of, design),
            _agreement(few),
        ]
    )


def _sentence(answers: list[Row], design: Design) -> str:
    said = []
    for row in answers:
        first, second = _ordered(row)[:2]
        said.append(
            f"at {row['total']:,} cameras **{NAMES[first['factor']]}** "
            f"({_share(first)} of the variance, then {NAMES[second['factor']]} with "
            f"{_share(second)})"
        )
    return (
        "In the core of Mong Kok, with the cameras as announced, what moves the answer most is\n"
        + ",\n".join(said)
        + ":\n`sim sensitivity scenarios/as_announced.yaml --combinations "
        + f"{len(design.chosen)}`."
    )


NAMES = {
    "plan": "the reading of the plan",
    "optics": "the lens",
    "strategy": "which places come first",
    "share_rule": "the share between districts",
    "street_share": "how many cameras watch a street",
    "walls": "walls",
    "mount": "how high cameras hang",
}


def _table(of: Mapping[tuple[int, str], Row]) -> str:
    columns = [(total, figure) for figure in SPLIT for total in TOTALS]
    heads = [f"{FIGURES[figure].words}, {total:,}" for total, figure in columns]
    lines = [
        "## Shares of the variance, %",
        "",
        "| assumption | " + " | ".join(heads) + " |",
        "|---|" + "---:|" * len(columns),
    ]
    shares = [{one["factor"]: one for one in of[column]["factors"]} for column in columns]
    order = sorted(NAMES, key=lambda name: -sum(by[name]["share"] for by in shares[:2]))
    lines += [_line(f"`{name}`", [_percent(by[name]) for by in shares]) for name in order]
    for key, words in (
        ("higher", "three or more together"),
        ("chance", "chance"),
        ("sum", "check: all of it, of the variance of the cells"),
    ):
        lines.append(_line(words, [_percent(of[column][key]) for column in columns]))
    spread = [f"{100 * of[c]['mean']:.0f} ± {100 * of[c]['sd']:.0f}" for c in columns]
    return "\n".join([*lines, _line("mean ± sd over all cases, %", spread)])


def _ends(answers: list[Row]) -> str:
    lines = [
        "## From the lowest level to the highest",
        "",
        "The answer, walks of 100: mean at each end of an assumption over all the others, and the "
        "difference.",
        "",
        "| assumption | " + " | ".join(f"{row['total']:,} cameras" for row in answers) + " |",
        "|---|" + "---|" * len(answers),
    ]
    factors = [{one["factor"]: one for one in row["factors"]} for row in answers]
    order = sorted(NAMES, key=lambda name: -max(_spread(by[name]) for by in factors))
    lines += [_line(f"`{name}`", [_end(by[name]) for by in factors]) for name in order]
    return "\n".join(lines)


def _spread(factor: Row) -> float:
    means = [found["mean"] for found in factor["levels"].values()]
    return max(means) - min(means)


def _end(factor: Row) -> str:
    means = {level: found["mean"] for level, found in factor["levels"].items()}
    low, high = (end(means, key=means.__getitem__) for end in (min, max))
    return (
        f"{of_a_hundred(means[low], 'en')} ({low}) – {of_a_hundred(means[high], 'en')} ({high}): "
        f"{100 * (means[high] - means[low]):.0f}"
    )


def _pairs(answers: list[Row]) -> str:
    said = []
    for row in answers:
        pairs = sorted(row["pairs"], key=lambda pair: -pair["share"])[:2]
        both = " and ".join(
            f"`{pair['factors'][0]}` with `{pair['factors'][1]}` {_percent(pair)} %"
            for pair in pairs
        )
        said.append(f"at {row['total']:,} cameras {both}")
    return (
        "What two do together beyond each alone is most, of the variance: " + "; ".join(said) + "."
    )


def _trust(of: Mapping[tuple[int, str], Row], design: Design) -> str:
    cells = design.seeds.size
    lines = [
        "## How well the fit tells combinations it has not seen",
        "",
        f"{len(design.chosen):,} of {math.prod(design.sizes):,} combinations, every pair of levels "
        "about equally often,\n"
        f"under {design.seeds.shape[1]} seeds each: {cells:,} cells. Root mean square miss of "
        "combinations left out, in points;\nwhat chance alone puts into it; and how much of their "
        "variance is told.",
        "",
        "| figure | without pairs | with pairs | chance alone | told |",
        "|---|---:|---:|---:|---:|",
    ]
    for figure in SPLIT:
        for total in TOTALS:
            row = of[total, figure]
            found = row["held_out"]
            best = found[row["model"]]
            cells_of = [
                *(f"{100 * found[model]['error']:.1f}" for model in ("additive", "pairs")),
                f"{100 * best['noise']:.1f}",
                f"{100 * best['explained']:.0f} %",
            ]
            lines.append(_line(f"{FIGURES[figure].words}, {total:,}", cells_of))
    return "\n".join(lines)


def _agreement(few: pd.DataFrame) -> str:
    every, some = few_splits(few)
    lines = [
        "## Every combination against a sample",
        "",
        f"Four cases have {len(few) // 2 // len(TOTALS)} combinations: "
        f"`sim sensitivity scenarios/as_announced.yaml --cases {FEW_CASES}`\ntakes each once, and "
        f"with `--combinations {SAMPLE}` a sample of them is fitted. Shares of the answer's "
        "variance, %:",
        "",
        "| part | " + " | ".join(f"{n:,}, every one | {n:,}, sample" for n in TOTALS) + " |",
        "|---|" + "---:|---:|" * len(TOTALS),
    ]
    columns = [found[total, "answer"] for total in TOTALS for found in (every, some)]
    shares = [{one["factor"]: one["alone"] for one in row["factors"]} for row in columns]
    lines += [_line(f"`{name}` alone", [_percent(of[name]) for of in shares])
              for name in FEW_CASES.split(",")]  # fmt: skip
    for key, words in (("chance", "chance"), ("sum", "check")):
        lines.append(_line(words, [_percent(row[key]) for row in columns]))
    return "\n".join(lines)


def _ordered(row: Row) -> list[Row]:
    return sorted(row["factors"], key=lambda one: -one["share"])


def _share(part: Row) -> str:
    return f"{100 * part['share']:.0f} ± {100 * part['se']:.0f} %"


def _percent(part: Row) -> str:
    places = 0 if abs(part["share"]) >= 0.095 else 1
    share = round(100 * part["share"], places) + 0.0  # no minus before nothing
    return f"{share:.{places}f} ± {100 * part['se']:.{places}f}"


def _line(name: str, cells: list[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def on_page() -> str:
    """Return what stands between the marks on the page now."""
    return PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()


if __name__ == "__main__":
    for given, table in zip(sys.argv[1:], (CELLS, FEW), strict=False):
        kept(Path(given)).to_csv(table, index=False, lineterminator="\n")
    above, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    below = rest.partition(END)[2]
    written = block(pd.read_csv(CELLS), pd.read_csv(FEW))
    PAGE.write_text(f"{above}{BEGIN}\n\n{written}\n\n{END}{below}", encoding="utf-8")
