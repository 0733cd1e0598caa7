"""Processes and threads of our own, and on how many cores; another Python runs this very package.

Threads here are ended by a stop as processes are: at once, whatever they are in the middle of.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.stopping import undisturbed

MEMORY_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
"""Where Linux says how much memory a container may have, in both versions of its groups."""


def same_package() -> dict[str, str]:
    """Return the environment in which another Python imports the very files of this one.

    A checkout in the working folder would otherwise come before an installed package; and numba's
    cache hangs on the files.
    """
    paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def begin_helper(
    module: str, *words: str, stdout: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start another Python on a module of this package, which calls `end_with_parent` first.

    What it says on standard error is dropped: it only saves time, and its caller does without it.
    """
    with undisturbed():  # begun and known here, or not begun
        return subprocess.Popen(
            [sys.executable, "-P", "-m", module, *words],
            env=same_package(),
            stdin=subprocess.PIPE,  # held open: the helper ends when this process does
            stdout=stdout,
            stderr=subprocess.DEVNULL,
        )


def end_with_parent() -> None:
    """End this process at once when the one that began it is gone; leave Ctrl-C to that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_wait_for_end, daemon=True).start()


def _wait_for_end() -> None:
    with suppress(OSError):
        os.read(0, 1)  # returns when the other end of standard input is closed
    os._exit(1)


@contextmanager
def computing_threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Give threads that compute in memory, and write no files.

    The block ends when all is computed; a stop does not wait for what is begun, which may be a
    kernel that is being compiled.
    """
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
        pool.shutdown()
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    except Exception:
        pool.shutdown()
        raise


def machine_memory_bytes() -> int:
    """Return the memory that this process may have: the machine's, or less where a limit is set."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [whole]
    for path in MEMORY_LIMITS:
        with suppress(OSError, ValueError):  # no such file, or the word "max"
            limits.append(int(path.read_text(encoding="ascii")))
    return min(limit for limit in limits if limit > 0)


def available_cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
