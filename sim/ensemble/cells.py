"""Cells that are wanted and not there yet: computed on workers, kept in the journal one by one.

Bands, sweeps and sensitivity all end here. What is kept does not depend on workers, order or
interruptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sim.ensemble.cell import Case, compute, row_keys
from sim.ensemble.executor import Workers, computed, workers_of
from sim.ensemble.journal import Journal, Rows, hold_figures
from sim.errors import InputError
from sim.pipeline.digests import code_digest
from sim.scenario.schema import Scenario

Done = Callable[[int, int], None]
"""Called with the number of finished cells and that of all."""
Announce = Callable[[str], None]
"""Called with one line of text."""


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


def not_whole(
    scenario: Scenario,
    wanted: Sequence[Wanted],
    finished: Mapping[str, Rows],
    figures: Sequence[str],
) -> list[Wanted]:
    """Return the cells wanted that are not whole among those finished, each once.

    Parameters
    ----------
    scenario
        Whose totals a whole cell has.
    wanted
        Cells; some may be the same in two words.
    finished
        Rows by digest.
    figures
        That a whole cell has in every row.
    """
    keys = row_keys(scenario)
    return [
        one
        for digest, one in {one.digest: one for one in wanted}.items()
        if digest not in finished or not hold_figures(finished[digest], keys, figures)
    ]


def complete(
    scenario: Scenario,
    wanted: Sequence[Wanted],
    journal: Journal,
    figures: Sequence[str],
    workers: int,
    done: Done,
) -> Mapping[str, Rows]:
    """Compute the cells of one scenario that are not whole yet; return the rows of all by digest.

    Parameters
    ----------
    scenario, wanted, figures
        See `not_whole`.
    journal
        Holds finished cells, and takes the others.
    workers
        Processes.
    done
        Called with the number of finished cells and that of all.
    """
    needed = len({one.digest for one in wanted})
    missing = not_whole(scenario, wanted, journal.cells, figures)
    there = needed - len(missing)
    done(there, needed)
    compute_missing(
        missing,
        journal,
        lambda cell: {key: cell[key] for key in ("digest", "seed", "case", "rows")},
        workers=workers,
        done=lambda count: done(there + count, needed),
    )
    return journal.cells


def tell_left_aside(journal: Journal, wanted: Iterable[str], announce: Announce) -> None:
    """Announce how many finished cells of another version of the program are not used, if any.

    Parameters
    ----------
    journal
        Holds finished cells; a cell of another version has another digest.
    wanted
        Digests of the cells that are.
    announce
        Called with one line.
    """
    if others := journal.of_another(_code()).difference(wanted):
        announce(f"finished cells of another version of the program, left aside: {len(others):,}")


def _code() -> str:
    return code_digest()[:12]


def compute_missing(
    missing: Sequence[Wanted],
    journal: Journal,
    keep: Callable[[Mapping[str, Any]], dict[str, Any]],
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    done: Callable[[int], None] = lambda _count: None,
    announce: Announce = lambda _words: None,
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
            journal.add({**keep(result), "code": _code()})
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
