"""Make the figure of the paper and its figures in words, from the reference run.

    sim run scenarios/as_announced.yaml
    python docs/paper/figures.py out/as_announced     # writes answer.csv, then answer.png from it
    python docs/paper/figures.py                      # draws answer.png again from answer.csv

The right half is drawn from the table of docs/bands.md. A test holds answer.csv and the sentence in
paper.md equal to what the run gives. Needs the extra `plot`.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sys
from io import StringIO
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TABLE, PICTURE, BANDS = HERE / "answer.csv", HERE / "answer.png", HERE.parent / "bands.md"
COLUMNS = ("total", "task", "share", "p5", "p95")
TASKS = ("detect", "recognise")
RANGE = re.compile(r"(<?\d+) \(([^)]+)\) – (<?\d+) \(([^)]+)\)")


def table(run: Path) -> str:
    """Return the answer of a run by total and task, as CSV in per cent of walks."""
    steps = json.loads((run / "summary.json").read_text(encoding="utf-8"))["steps"]
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for step in steps:
        for task in TASKS:
            found = step["answer"][task]["any_length"]
            band = found["fleets"]
            shares = (found["share"], band["p5"], band["p95"])
            writer.writerow([step["total"], task, *(f"{100 * share:.2f}" for share in shares)])
    return out.getvalue()


def rows() -> list[dict[str, Any]]:
    """Return the table that is kept beside the paper, numbers read."""
    with TABLE.open(encoding="utf-8") as kept:
        read = csv.DictReader(kept)
        return [
            {key: row[key] if key == "task" else float(row[key]) for key in row} for row in read
        ]


def sentence() -> str:
    """Return what the paper says of the reference run, made of the table."""
    told = {}
    for row in rows():
        if row["task"] == "recognise":
            shares = (row["share"], row["p5"], row["p95"])
            told[int(row["total"])] = "{:.0f} % ({:.0f}–{:.0f})".format(*shares)
    return f"{told[4_000]} of everyday walks at 4,000 cameras and {told[60_000]} at 60,000"


def cases(total: str = "60,000 cameras") -> dict[str, tuple[float, float, str, str]]:
    """Return lowest and highest mean by assumption, with their levels, from docs/bands.md."""
    lines = BANDS.read_text(encoding="utf-8").splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("| assumption |"))
    column = [cell.strip() for cell in lines[head].split("|")].index(total)
    found = {}
    for line in lines[head + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.split("|")]
        ends = RANGE.fullmatch(cells[column])
        if ends:
            low, high = (float(ends[i].replace("<1", "0.5")) for i in (1, 3))
            found[cells[1].strip("`")] = (low, high, ends[2], ends[4])
    return found


def drawn_from() -> str:
    """Return a digest of all numbers in the figure, which the picture carries."""
    numbers = json.dumps([rows(), list(cases().items())])
    return hashlib.sha256(numbers.encode()).hexdigest()


def draw() -> None:
    """Draw both halves of the figure."""
    import matplotlib as mpl  # the extra `plot`

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # after the choice of what draws

    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.9), constrained_layout=True)
    kept = rows()
    for task, marker in zip(TASKS, "so", strict=True):
        of = [row for row in kept if row["task"] == task]
        x, y = [row["total"] for row in of], [row["share"] for row in of]
        left.fill_between(x, [r["p5"] for r in of], [r["p95"] for r in of], alpha=0.25, lw=0)
        left.plot(x, y, marker + "-", label=task)
    left.set(xlabel="cameras in the whole city", ylabel="walks that can be made unseen, %")
    left.set(ylim=(0, 60), xlim=(0, 70_000), title="(a) chance: mean, 90 % band")
    left.legend(title="task", frameon=False)
    told = cases()
    for at, (low, high, lowest, highest) in enumerate(told.values()):
        right.plot([low, high], [at, at], "o-", color="C1")
        right.annotate(f"{lowest} – {highest}", (high, at), (5, -3), textcoords="offset points",
                       fontsize=6)  # fmt: skip
    right.set_yticks(range(len(told)), list(told))
    right.set(
        xlim=(0, 60), xlabel="walks unrecognised at 60,000, %", title="(b) named cases: range"
    )
    right.invert_yaxis()
    figure.savefig(PICTURE, dpi=200, metadata={"Software": None, "Description": drawn_from()})


def main() -> None:
    """Write the table, if a run is given, and draw the figure."""
    if len(sys.argv) > 1:
        TABLE.write_text(table(Path(sys.argv[1])), encoding="utf-8")
    draw()
    print(sentence())


if __name__ == "__main__":
    main()
