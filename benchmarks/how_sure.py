"""Whether intervals hold the truth, and bands a new fleet, as often as they say.

    python benchmarks/how_sure.py scenarios/as_announced.yaml how_sure.jsonl --replicates 400

A replicate is the scenario with other people and other fleets, and one fleet more than it asks for.
Of each figure its 95 % interval (`interval`) should hold the truth, which is the mean over all
replicates, and its 90 % band the fleet that was drawn beside it. Every replicate is a line of the
file; a second call goes on where the first was stopped. At the end the table is printed: how many
of 100 intervals and bands hold, and between which ends that share lies with 95 % confidence
(Clopper and Pearson); of how many replicates, where some have no interval.

Of values that no two fleets share a band holds 90 in 100. Where a new fleet can have the very value
of an end (a share that is 0 with nearly every fleet, a critical total never reached, which counts
as infinite) it counts as held, so that more hold: 95 where the upper end is infinite.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
from scipy.stats import beta
from scipy.stats import t as student

from sim.city.loaders import load_city
from sim.pipeline.cached_stages import CachedStages
from sim.pipeline.fleets import FleetsOf, many_fleets
from sim.pipeline.simulate import drawn_walks
from sim.pipeline.user_inputs import read_own_inputs
from sim.results.fleets import Fleets
from sim.results.metrics import figures_of
from sim.scenario.load import load_scenario
from sim.scenario.schema import Ensemble

FAR = 1_000_003
"""Seeds of replicates lie so far apart that none has a fleet of another."""
FIGURES = {
    "cameras here": ("cameras", "recognise", lambda step: tuple(
        step[f"cameras{end}"] for end in ("_mean", "_se", "_df", "_fleets")
    )),
    "streets, recognise": ("coverage", "recognise", lambda step: tuple(
        step[f"coverage{end}"]["recognise"] for end in ("", "_se", "_df", "_fleets")
    )),
    "answer, recognise": (
        "answer", "recognise", lambda step: share(step["answer"]["recognise"]["any_length"])
    ),
    "answer, detect": (
        "answer", "detect", lambda step: share(step["answer"]["detect"]["any_length"])
    ),
    "answer within 1.5": (
        "answer_within_1.5", "recognise",
        lambda step: share(step["answer"]["recognise"]["within_1.5"]),
    ),
    "walk seen, mean": (
        "observed_length", "recognise", lambda step: mean(step, "observed_length")
    ),
    "walks never seen": ("unseen_trips", "recognise", lambda step: tuple(
        step["trips"]["recognise"][f"unseen_trips{end}"] for end in ("", "_se", "_df", "_fleets")
    )),
    "longest gap, mean": (
        "longest_gap_m", "recognise", lambda step: mean(step, "longest_gap_m")
    ),
    "followed live": ("tracked_live", "recognise", lambda step: mean(step, "tracked_live")),
}  # fmt: skip
"""The name and task under which `sim.results.metrics` has a figure, and of a step of summary.json
the figure, its standard error, degrees of freedom and band."""

OF_WALKS = ("answer, recognise", "answer, detect", "answer within 1.5", "walks never seen")
"""Figures that are shares of walks."""


def interval(value, se, df, of_walks):
    """Return the ends of a 95 % interval, or None where the figure has none.

    value ± t · se; for a share of walks on the scale of log odds, where it cannot pass 0 or 1 and
    is lopsided near them, as survey programs have it (Korn and Graubard, Analysis of Health
    Surveys, 1999, 2.5; Agresti, Categorical Data Analysis, 3rd ed. 2013, 3.1).
    """
    if None in (value, se, df) or not se > 0:
        return None
    far = student.ppf(0.975, df) * se
    if not of_walks:
        return value - far, value + far
    middle, far = math.log(value / (1 - value)), far / (value * (1 - value))
    return tuple(1 / (1 + math.exp(-end)) for end in (middle - far, middle + far))


def share(found):
    return found["share"], found["se"], found["df"], found["fleets"]


def mean(step, name):
    found = step["trips"]["recognise"][name]
    return found["mean"], found["se"], found["df"], found["fleets"]


def replicate(scenario, city, own, number):
    """Return the figures of one replicate and of the fleet beside it, as plain data."""
    seed, count = scenario.seed + FAR * (number + 1), scenario.ensemble.fleets
    drawn = scenario.model_copy(update={"seed": seed, "ensemble": Ensemble(fleets=count + 1)})
    trips = drawn_walks(drawn, city, own)
    found = many_fleets(FleetsOf(CachedStages(drawn, city, None), own, trips), leave_out=1)
    beside = found.parts[-1]
    fleets = Fleets(count, found.seeds[:-1], found.totals, found.parts[:-1], found.people)
    merged = fleets.put_into(fleets.parts[0])
    rows = {}
    for k, step in enumerate(merged["steps"]):
        for name, (figure, task, of) in FIGURES.items():
            value, se, df, ends = of(step)
            new = figures_of(beside["steps"][k], task)[figure]
            rows[f"{step['total']:,}: {name}"] = [value, se, df, ends["p5"], ends["p95"], new]
    own_critical = merged["percolation"]["recognise"]
    rows["critical total"] = [
        own_critical["critical_total"], None, None, own_critical["critical_total_p5"],
        own_critical["critical_total_p95"], beside["percolation"]["recognise"]["critical_total"],
    ]  # fmt: skip
    return {"replicate": number, "rows": rows}


def within(value, low, high):
    """Return whether a value lies in a band; an end or a value that is None is infinite."""
    low, high, value = (math.inf if each is None else each for each in (low, high, value))
    return low <= value <= high


def told(held):
    """Return a share of 100 and its 95 % confidence interval in words."""
    count, hits = len(held), int(sum(held))
    if not count:
        return "–"
    low = beta.ppf(0.025, hits, count - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, count - hits) if hits < count else 1.0
    return f"{100 * hits / count:.1f} ({100 * low:.0f}–{100 * high:.0f})"


def table(lines):
    """Yield the rows of the table, in Markdown."""
    yield f"| of {len(lines)} replicates | truth | truth in interval, % | new fleet in band, % |"
    yield "|---|---:|---:|---:|"
    for name in lines[0]["rows"]:
        rows = [line["rows"][name] for line in lines]
        values = np.array([math.nan if row[0] is None else row[0] for row in rows], float)
        truth = float(np.nanmean(values)) if np.isfinite(values).any() else math.nan
        of_walks = name.partition(": ")[2] in OF_WALKS
        found = [interval(value, se, df, of_walks) for value, se, df, *_ in rows]
        held = [ends[0] <= truth <= ends[1] for ends in found if ends]
        of = f" of {len(held)}" if 0 < len(held) < len(rows) else ""
        bands = [within(new, low, high) for *_, low, high, new in rows]
        yield f"| {name} | {truth:,.4g} | {told(held)}{of} | {told(bands)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", type=Path)
    parser.add_argument("file", type=Path, help="of finished replicates, a line each")
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--most-minutes", type=float, default=math.inf)
    asked = parser.parse_args()
    scenario = load_scenario(asked.scenario).scenario
    city, own = read_own_inputs(scenario, load_city(scenario.area))
    lines = []
    if asked.file.is_file():
        lines = [json.loads(line) for line in asked.file.read_text().splitlines()]
    begun = time.monotonic()
    with asked.file.open("a") as out:
        for number in range(len(lines), asked.replicates):
            if time.monotonic() - begun > 60 * asked.most_minutes:
                break
            lines.append(replicate(scenario, city, own, number))
            out.write(json.dumps(lines[-1]) + "\n")
            out.flush()
    print("\n".join(table(lines)))


if __name__ == "__main__":
    main()
