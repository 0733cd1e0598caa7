"""What is asked of a run: which folder, at which numbers of cameras, for which task.

Every question of `sim.results` reads these three alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from sim.arguments import several, whole
from sim.cameras.optics import TASKS
from sim.errors import InputError
from sim.results.read import RunData, read_data
from sim.wording import counted

if TYPE_CHECKING:
    from sim.scenario.schema import Crowd, Walk

check_totals = several(whole(0), "a list of whole numbers of cameras")
"""A check for numbers of cameras, in any order."""
Named = TypeVar("Named", "Walk", "Crowd")


class Asked(NamedTuple):
    """A run and what is asked of it."""

    run: RunData
    totals: list[int]
    """Cameras in the whole city, ascending."""
    task: int
    """Place in `sim.cameras.optics.TASKS`."""


def asked(run: str | Path | RunData, totals: Sequence[int] | None, task: str) -> Asked:
    """Return a run, the totals and the task that are asked for.

    Parameters
    ----------
    run
        Run folder, or what was read of it.
    totals
        Cameras in the whole city; those of the run where None.
    task
        Of `sim.cameras.optics.TASKS`.

    Raises
    ------
    InputError
        There is no whole run, there is no such task, or a total is below 1 or above the run's
        largest.
    """
    run = run if isinstance(run, RunData) else read_data(run, RunData)
    if task not in TASKS:
        raise InputError(f'task "{task}": give one of {", ".join(TASKS)}')
    if totals is not None:
        totals = check_totals("totals", totals)
    steps = sorted(set(run.totals if totals is None else totals))
    if not steps or steps[0] < 1 or steps[-1] > run.totals[-1]:
        wrong = [total for total in steps if not 1 <= total <= run.totals[-1]]
        raise InputError(
            f"total {', '.join(f'{total:,}' for total in wrong)}: the run knows 1 to "
            f"{counted(run.totals[-1], 'camera')}; give totals in that range"
        )
    return Asked(run, [int(total) for total in steps], TASKS.index(task))


def asked_at(run: str | Path | RunData, total: int | None, task: str) -> Asked:
    """Return as `asked` does, at one total, the largest of the run where None.

    Parameters
    ----------
    run, total, task
        As `asked`.

    Raises
    ------
    InputError
        As `asked`.
    """
    run = run if isinstance(run, RunData) else read_data(run, RunData)
    return asked(run, [run.totals[-1] if total is None else total], task)


def named(things: Sequence[Named], name: str, what: str) -> Named:
    """Return the one of a scenario's things that is named so, in either language.

    Parameters
    ----------
    things
        Walks or crowds of the scenario of a run.
    name
        What is asked for.
    what
        One of them is called, for the message.

    Raises
    ------
    InputError
        None is named so; says which are.
    """
    for each in things:
        if name in (each.name, each.name_zh):
            return each
    names = [each.name for each in things]
    near = get_close_matches(name, names, 1)
    hint = f' (did you mean "{near[0]}"?)' if near else f"; it names {', '.join(names) or 'none'}"
    raise InputError(f'the scenario of this run names no {what} "{name}"{hint}')
