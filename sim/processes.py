"""Processes and threads of our own, and on how many cores; another Python runs this very package.

Threads here are ended by a stop as processes are: at once, whatever they are in the middle of.
"""

import ctypes
import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.stopping import undisturbed

MEMORY_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
"""Where Linux says how much memory a container may have, in both versions of its groups."""
LONGEST_LINE = 4096
"""Bytes that a helper is told at most."""


CYCLES_SOUGHT_EVERY = 100_000
"""New objects, less those gone, after which Python looks for cycles among them."""


def seek_cycles_seldom() -> None:
    """Spare the time of looking for cycles of objects, of which hardly any are ever found.

    It is a fifth of a second while a command and its libraries load, and a tenth of compiling.
    """
    gc.set_threshold(CYCLES_SOUGHT_EVERY)


def same_package() -> dict[str, str]:
    """Return the environment in which another Python imports the very files of this one.

    A checkout in the working folder would otherwise come before an installed package; and numba's
    cache hangs on the files.
    """
    paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def begin_helper(
    module: str, *words: str, stdout: int = subprocess.DEVNULL, keep: tuple[int, ...] = ()
) -> subprocess.Popen[bytes]:
    """Start another Python on a module of this package, which calls `end_with_parent` first.

    It keeps the open files of these numbers. What it says on standard error is dropped: it only
    saves time, and its caller does without it.
    """
    with undisturbed():  # begun and known here, or not begun
        return subprocess.Popen(
            [sys.executable, "-P", "-m", module, *words],
            env=same_package(),
            stdin=subprocess.PIPE,  # held open: the helper ends when this process does
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            pass_fds=keep,
        )


def end_with_parent() -> Future[str]:
    """End this process at once when the one that began it is gone; leave Ctrl-C to that one.

    Returns
    -------
    The line that the other one writes to standard input, once it has written one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told: Future[str] = Future()
    threading.Thread(target=_wait_for_end, args=(told,), daemon=True).start()
    return told


def _wait_for_end(told: Future[str]) -> None:
    line = b""
    with suppress(OSError):
        while more := os.read(0, LONGEST_LINE):  # nothing, when the other end is closed
            line += more
            if line.endswith(b"\n") and not told.done():
                told.set_result(line.decode())
    os._exit(1)


def tell(helper: subprocess.Popen[bytes], line: str) -> None:
    """Write a line to a helper; one that is gone is heard by whoever waits for it."""
    if helper.stdin is not None:
        with suppress(OSError):
            helper.stdin.write(f"{line}\n".encode())
            helper.stdin.flush()


def end_helper(helper: subprocess.Popen[bytes]) -> None:
    """End a helper at once, and close what leads to it and from it; more than once does no harm."""
    helper.kill()
    helper.wait()
    for stream in (helper.stdin, helper.stdout):
        if stream is not None:
            with suppress(OSError):  # what was written to one that is gone
                stream.close()


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


def give_back_memory() -> None:
    """Give memory that is free inside this process back to the system, where the C library can.

    Many small shapes leave holes behind; after a large import they are a third of all.
    """
    with suppress(OSError, AttributeError):  # glibc alone has it
        ctypes.CDLL(None).malloc_trim(0)


def available_cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
