"""Two invented runs of one area, and their figures as `sim compare --json` prints them."""

import json

from invented_run import TASKS, write_run

FIGURES = {
    "unseen_trips": None, "identified": None, "no_unseen_walk": None,
    "longest_gap_m": "longest_gap_m", "tracked_live": "tracked_live",
}  # fmt: skip


def figures_of(step, task):
    """The figures that an invented summary has; others are missing, as in runs without them."""
    seen = step["trips"][task]["observed_length"]
    means = {name: step["trips"][task][key]["mean"] for name, key in FIGURES.items() if key}
    return {
        "cameras": step["cameras"], "coverage": step["coverage"][task],
        **{f"observed_length_{name}": seen[name] for name in ("p50", "p10", "p90")}, **means,
    }  # fmt: skip


def compared(folders, names, differs):
    """What `sim compare --json` says of two runs, all tasks."""
    steps = [json.loads((folder / "summary.json").read_text())["steps"] for folder in folders]
    rows = []
    for task in TASKS:
        for pair in zip(*steps, strict=True):
            both = [figures_of(step, task) for step in pair]
            for figure in both[0]:
                apart = both[1][figure] - both[0][figure]
                rows += [
                    {"run": name, "total": pair[0]["total"], "task": task, "figure": figure,
                     "value": of[figure], "difference": apart if k else None,
                     "difference_se": 0.01 if k else None, "pairing": "paired" if k else ""}
                    for k, (name, of) in enumerate(zip(names, both, strict=True))
                ]  # fmt: skip
    return {"differs": differs, "rows": rows}


def two_runs(folder, names=("junctions", "random"), differs=None, **given):
    """Write two runs that differ in their cameras; return folders, names and figures."""
    folders = [write_run(folder / f"run-{seed}", seed=seed, **given) for seed in (7, 8)]
    differs = differs or {"cameras.strategy": ["junctions", "random"], "seed": [7, 8]}
    return folders, list(names), compared(folders, names, differs)
