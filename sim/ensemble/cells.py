"""Cells that are wanted and not there yet: computed on workers, kept in the journal one by one.

Bands and sweeps both end here. What is kept does not depend on workers, order or interruptions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sim.ensemble.cell import Case, compute
from sim.ensemble.executor import Workers, computed, workers_of
from sim.ensemble.journal import Journal
from sim.errors import InputError
from sim.pipeline.digests import code_digest
from sim.scenario.schema import Scenario

Done = Callable[[int, int], None]
"""Called with the number of finished cells and that of all."""


class Wanted(NamedTuple):
    """A cell to be computed; `name` says which it is in messages."""

    digest: str
    name: str
    scenario: Scenario
    seed: int
    case: Case

    @property
    def key(self) -> str:
        """The name by which the scheduler knows it."""
        return f"{self.name} ({self.digest[:12]})"


def compute_missing(
    missing: Sequence[Wanted],
    journal: Journal,
    keep: Callable[[Mapping[str, Any]], dict[str, Any]],
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    done: Callable[[int], None] = lambda _count: None,
    announce: Callable[[str], None] = lambda _words: None,
) -> None:
    """Compute cells and keep each in the journal as soon as it is there.

    Parameters
    ----------
    missing
        Each digest once, in the order in which they are best begun.
    journal
        Takes the cells.
    keep
        Takes what `sim.ensemble.cell.cell` returned and returns the line of the journal.
    scheduler, workers
        See `sim.ensemble.executor.workers_of`.
    done
        Called with the number of cells that were computed.
    announce
        Called with one line about the workers.

    Raises
    ------
    InputError
        No workers can be had, or one has other data or another version of the program.
    """
    if not missing:
        return
    by_key = {one.key: one for one in missing}
    with workers_of(scheduler, workers, most=len(missing)) as found:
        announce(found.words)
        _check_code(found, scheduler)
        tasks = {
            key: (one.scenario.model_dump(mode="json"), one.seed, dict(one.case), found.threads)
            for key, one in by_key.items()
        }
        for number, (key, result) in enumerate(computed(found, compute, tasks), start=1):
            if result["digest"] != by_key[key].digest:
                raise InputError(
                    f"{key}: a worker computed it from other data or another version of the "
                    "program; give workers the same files and the same hk-camera-sim"
                )
            journal.add(keep(result))
            done(number)


def _check_code(workers: Workers, scheduler: str | None) -> None:
    """Refuse workers that run another version of the program, before any work."""
    if scheduler is None:
        return
    try:
        theirs = workers.client.run(code_digest)
    except ModuleNotFoundError as error:
        raise InputError(
            f"--scheduler {scheduler}: its workers have no {error.name}; install "
            "hk-camera-sim there"
        ) from None
    for address, found in theirs.items():
        if found != code_digest():
            raise InputError(
                f"--scheduler {scheduler}: the worker at {address} has another version of "
                "hk-camera-sim; install this one there"
            )
