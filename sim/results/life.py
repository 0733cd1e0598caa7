"""One simulated life of a run as a picture: its ways, records, and the doors that remain possible.

Given for simulated cameras only; who lives it is invented and has no name.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from sim.atomic_write import replace_text
from sim.cameras.fleet import only_of_simulated
from sim.days.observer import possible_places, remaining, told_of_home
from sim.days.picture import Life, drawn
from sim.errors import InputError
from sim.results.days import Weeks
from sim.wording import counted


def write_life(weeks: Weeks, path: str | Path, person: int | None = None) -> Path:
    """Draw one life at the largest total asked for, owners linked, under the longest retention.

    Parameters
    ----------
    weeks
        Of `sim.results.days.weeks_of`.
    path
        SVG file to write.
    person
        Which resident, from 0; the first who works or learns where None.

    Raises
    ------
    InputError
        Some camera is not simulated, there is no such resident, or the file cannot be written.
    """
    only_of_simulated(weeks.question.run.fleet.simulated, "one life is not drawn")
    people = len(weeks.lives.home)
    chosen = int(np.argmax(weeks.lives.works)) if person is None else person
    if not 0 <= chosen < people:
        raise InputError(f"person {chosen}: give 0 to {people - 1}")
    replace_text(Path(path), drawn(_life(weeks, chosen)))
    return Path(path)


def _life(weeks: Weeks, person: int) -> Life:
    """Return what is drawn of one life."""
    run, lives, found = weeks.question.run, weeks.lives, weeks.candidates
    number, days = len(weeks.cases) - 2, weeks.parameters.days
    kept_days = [days if each is None else min(each, days) for each in weeks.parameters.retention]
    window, kept, told = max(kept_days), weeks.kept, told_of_home(weeks.kept, number)
    ways, doors = weeks.ways(number), found.columns[0]
    guess = remaining(ways, told, doors, found.home, window, every_day=False).guess[person]
    left = possible_places(ways, (told[0][person], told[1][person]), doors, window)
    a = run.city.streets.arrays
    at = np.column_stack([a.node_x, a.node_y])
    door = found.node[doors]
    day = np.arange(days)
    on = (kept.times[number, person] > 0) & (day >= days - window)
    heads = np.unique(np.concatenate([told[0][person][on], told[1][person][on]]))
    table = run.fleet.heads
    rows = np.flatnonzero(lives.person == person)
    lasts = lives.walks.duration_s[lives.walk[rows]]
    lines = [shapely.get_coordinates(line) for line in run.city.streets.edges.geometry]
    edges = np.unique(np.concatenate([
        lives.walks.path_edge[lives.walks.path_ptr[way] : lives.walks.path_ptr[way + 1]]
        for way in np.unique(lives.walk[rows])
    ]))  # fmt: skip
    case = weeks.cases[number]
    return Life(
        lines, [lines[edge] for edge in edges], at[door[left]], at[lives.home[person]],
        at[door[guess]], table[["x", "y"]].to_numpy(np.float64)[heads],
        [
            (int(lives.day[row]), float(lives.departs_s[row]), float(lives.departs_s[row] + last))
            for row, last in zip(rows, lasts, strict=True)
        ],
        [
            (int(d), float(moment[number, person, d]))
            for d in np.flatnonzero(on)
            for moment in (kept.first_s, kept.last_s)
        ],
        days,
        f"One invented life, {lives.profile[person]}, {counted(days, 'day')}, "
        f"{counted(case.total, 'simulated camera')}, kept {counted(window, 'day')}: "
        f"{len(left)} of {counted(len(door), 'door')} remain",
        f"虛構人生一例：{days} 日，{case.total:,} 個模擬鏡頭，記錄保存 {window} 日："
        f"{len(door)} 處門口之中，仍有 {len(left)} 處可能",
    )  # fmt: skip
