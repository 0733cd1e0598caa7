"""Workers on dask.distributed: processes of this machine, or those of a scheduler elsewhere.

It starts or finds workers, gives them tasks and hands back what is finished, in whatever order. A
task whose worker dies is given to another. What the tasks compute is not known here.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from multiprocessing import resource_tracker
from typing import Any, NamedTuple

from sim.errors import InputError
from sim.processes import available_cores
from sim.stopping import undisturbed
from sim.wording import counted

MOST_WORKERS = 256
CONNECT_S = 30.0
"""Seconds to wait for a scheduler, and for its first worker."""
DEATHS = 10
"""Workers that one task may lose before it is given up: it needs more memory than they have."""
AHEAD = 4
"""Tasks given out for each worker; more need not wait on the scheduler."""
_ADDRESS = re.compile(r"([a-z]+://)?[\w.-]+:\d{1,5}|[a-z]+://\[[0-9a-fA-F:.]+\]:\d{1,5}")
INSTALL = "python -m pip install 'hk-camera-sim[distributed]'"


class Workers(NamedTuple):
    """Workers that answer.

    `client` is that of `distributed`, None where this process computes one task after another;
    `threads` is what a task may use; `words` says how many they are and how much memory each may
    take.
    """

    client: Any
    threads: int
    words: str


@contextmanager
def workers_of(
    scheduler: str | None, workers: int | None, most: int = MOST_WORKERS
) -> Iterator[Workers]:
    """Start workers here, or find those of a scheduler; those started here end with the block.

    One worker is this process itself, which needs no scheduler.

    Parameters
    ----------
    scheduler
        Address such as tcp://host:8786; processes of this machine without it.
    workers
        How many processes to start, by default one for each core, or this one where
        dask.distributed is not installed; not with `scheduler`.
    most
        How many could have something to do.

    Raises
    ------
    InputError
        dask.distributed is not installed, no scheduler or worker answers, or `workers` is given
        for a scheduler elsewhere.
    """
    if scheduler is not None and workers is not None:
        raise InputError("--workers starts workers here, --scheduler finds others; give one")
    check_workers(workers)
    here = min(workers or (available_cores() if _can_start_here() else 1), max(most, 1))
    if scheduler is None and here == 1:
        more = "" if workers or _can_start_here() else f"; for more install dask: {INSTALL}"
        yield Workers(None, available_cores(), f"1 worker here, this process{more}")
        return
    if _distributed() is None:
        raise InputError(f"several workers need dask.distributed; install it: {INSTALL}")
    if scheduler is None and not _can_start_here():
        raise InputError(f"several workers need cryptography; install it: {INSTALL}")
    _hush()
    with ExitStack() as stack:
        yield _local(stack, here) if scheduler is None else _elsewhere(stack, scheduler)


def check_workers(workers: int | None) -> None:
    """Refuse a number of workers that cannot be.

    Raises
    ------
    InputError
        It is below 1 or above `MOST_WORKERS`.
    """
    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise InputError(f"{counted(workers, 'worker')}; give 1 to {MOST_WORKERS}")


def computed(
    workers: Workers, function: Callable[..., Any], tasks: Mapping[str, tuple[Any, ...]]
) -> Iterator[tuple[str, Any]]:
    """Yield (key, result) of each task when it is finished; the rest is dropped if one fails.

    Parameters
    ----------
    workers
        From `workers_of`.
    function
        A pure function that the workers can import; called with the task's values.
    tasks
        Values by key, in the order in which they are best begun.

    Raises
    ------
    InputError
        One task lost worker after worker, or the scheduler has gone.
    Exception
        Whatever `function` raised; an InputError with the key before it.
    """
    if workers.client is None:
        for name, given_values in tasks.items():
            yield name, _named(function, given_values, name)
        return
    library = _distributed()
    todo = iter(tasks.items())
    given: dict[Any, str] = {}
    finished = library.as_completed(loop=workers.client.loop)
    try:
        while True:
            for _ in range(AHEAD * max(1, _threads_of(workers)) - len(given)):
                key, values = next(todo, (None, ()))
                if key is None:
                    break
                future = workers.client.submit(function, *values, pure=False)
                given[future] = key
                finished.add(future)
            if not given:
                return
            future = next(finished)
            key = given.pop(future)
            yield key, _result(future, key)
            future.release()
    except (CancelledError, OSError) as error:
        if isinstance(error, OSError) and workers.client.status == "running":
            raise
        raise InputError(
            "the scheduler has gone; finished cells are kept: the same command goes on"
        ) from None
    finally:
        with suppress(Exception):
            workers.client.cancel([*given])


def _named(function: Callable[..., Any], values: tuple[Any, ...], key: str) -> Any:  # noqa: ANN401
    """Return what the function returns; an InputError says of which task it is."""
    try:
        return function(*values)
    except InputError as error:
        raise InputError(f"{key}: {error}", error.key) from None


def _result(future: Any, key: str) -> Any:  # noqa: ANN401 - whatever the function returns
    library = _distributed()
    try:
        return _named(future.result, (), key)
    except library.scheduler.KilledWorker:
        raise InputError(
            f"{key}: every worker that computed it has died, most likely of too little memory; "
            "take fewer --workers, or a smaller area or fewer people"
        ) from None


def _threads_of(workers: Workers) -> int:
    """Return how many tasks run at once now; workers come and go."""
    return sum(workers.client.nthreads().values())


def _local(stack: ExitStack, count: int) -> Workers:
    """Start processes of one thread each, which die with this program."""
    import dask  # an extra: comes with dask.distributed

    library = _distributed()
    settings = {
        "distributed.scheduler.allowed-failures": DEATHS,
        "distributed.worker.memory.target": False,  # cells return little: nothing to spill
        "distributed.worker.memory.spill": False,
        "distributed.scheduler.http.routes": [],  # a worker that is begun again answers nothing
        "distributed.worker.http.routes": [],
    }
    stack.enter_context(dask.config.set(settings))
    # Whoever reaches a scheduler runs code as its owner, and any user of this machine reaches its
    # ports: certificates of this cluster alone, which are in memory only, keep all others out.
    security = library.Security.temporary()
    with undisturbed(), deaf_children():  # dask cannot close a cluster that is half begun
        cluster = stack.enter_context(
            library.LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                worker_dashboard_address=None,
                # the page is closed at once; until then two programs must not want one port
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                protocol="tls://",
                security=security,
                silence_logs=logging.CRITICAL,
            )
        )
    client = stack.enter_context(library.Client(cluster, security=security, set_as_default=False))
    client.wait_for_workers(count, timeout=CONNECT_S * 4)
    client.run(_close_page)
    client.run_on_scheduler(_close_page)
    limits = [worker.memory_manager.memory_limit for worker in cluster.workers.values()]
    each = f", at most {min(limits) / 2**30:.1f} GiB each" if all(limits) else ""
    threads = max(1, available_cores() // count)
    return Workers(client, threads, f"{counted(count, 'worker')} here{each}")


def _close_page(dask_worker: Any = None, dask_scheduler: Any = None) -> None:  # noqa: ANN401
    """Close the web server that dask opens on every address, without certificates, in any case."""
    (dask_worker or dask_scheduler).http_server.stop()


def _elsewhere(stack: ExitStack, address: str) -> Workers:
    """Find a scheduler and its workers."""
    library = _distributed()
    if not _ADDRESS.fullmatch(address):
        raise InputError(
            f"--scheduler {address}: is not an address; write one such as tcp://10.0.0.1:8786"
        )
    try:
        client = stack.enter_context(
            library.Client(address, timeout=CONNECT_S, set_as_default=False, name="hk-camera-sim")
        )
    except (OSError, ValueError, ImportError) as error:
        words = " ".join(str(error).split())[:150] or type(error).__name__
        raise InputError(
            f"--scheduler {address}: no scheduler answers ({words}); begin one with "
            "`dask scheduler` and give the address that it prints"
        ) from None
    try:
        client.wait_for_workers(1, timeout=CONNECT_S)
    except TimeoutError:
        raise InputError(
            f"--scheduler {address}: has no workers; begin some with `dask worker {address}`"
        ) from None
    count = len(client.nthreads())
    return Workers(client, 1, f"{counted(count, 'worker')} of {address}")


def _distributed() -> Any:  # noqa: ANN401 - its annotations leave much out
    """Return dask.distributed, None where it is not installed."""
    try:
        import distributed  # an extra, and slow to load: one worker works without it
    except ImportError:
        return None
    return distributed


def _can_start_here() -> bool:
    """Return whether processes of this machine can be started, closed to its other users."""
    return _distributed() is not None and find_spec("cryptography") is not None


def _hush() -> None:
    """Keep dask's own messages off the screen: what matters is said here in one line."""
    for name in ("distributed", *logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


@contextmanager
def deaf_children() -> Iterator[None]:
    """Start processes that leave Ctrl-C to this one, which decides what becomes of them.

    Threads begun in the block and the processes that they start, then or later, inherit that
    Ctrl-C is blocked, from their first moment on. One that comes meanwhile waits for this process.
    """
    if threading.current_thread() is not threading.main_thread() or os.name == "nt":
        yield
        return
    resource_tracker.ensure_running()  # it would unblock Ctrl-C where it is started later
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
