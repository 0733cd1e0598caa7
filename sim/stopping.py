"""Signals that end the program: Ctrl-C, TERM and HUP become one KeyboardInterrupt that is not lost.

Python raises KeyboardInterrupt between any two instructions, which has two dangers. In the wrappers
of LLVM it leaves memory that is freed twice, and the program ends in a segmentation fault; there a
stop waits for the next safe instant. And in callbacks and in the imports of extension modules it is
dropped or becomes another error; a stop that nothing answers is therefore raised again.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

STOPPING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Signals that end a program and leave it time to clear up; Windows has no SIGHUP."""
STOPPED = 130
"""Exit code of a program that was stopped."""
AGAIN_S = 0.05
"""Seconds until a stop that nothing answers is raised again."""
SOON_S = 0.002
"""Seconds until it is looked again whether a stop may be raised."""
UNSAFE = "llvmlite.binding"
"""Package whose objects own memory of LLVM; a call that frees it is noted only when it is over."""


class _Stop:
    """What is known of a stop; only the main thread reads and writes it.

    Attributes
    ----------
    asked
        The last signal, None before the first.
    pending
        Whether it came while steps were undisturbed.
    undisturbed
        How many blocks of `undisturbed` are open.
    """

    def __init__(self) -> None:
        self.asked: int | None = None
        self.pending = False
        self.undisturbed = 0


_stop = _Stop()


def stop_asked() -> bool:
    """Return whether a signal has asked this program to stop."""
    return _stop.asked is not None


@contextmanager
def listening() -> Iterator[None]:
    """Let signals stop what the block does, unless they were not to be heard or have a handler.

    Within a block of another `listening` it does nothing.
    """
    numbers = [number for number in STOPPING if _is_default(number)]
    if threading.current_thread() is not threading.main_thread() or not numbers:
        yield
        return
    former_hook = sys.unraisablehook
    former = {number: signal.getsignal(number) for number in numbers}
    alarm = signal.getsignal(signal.SIGALRM) if hasattr(signal, "SIGALRM") else None
    try:
        _stop.asked, _stop.pending = None, False
        sys.unraisablehook = _silent_about_stops(former_hook)
        for number in numbers:
            signal.signal(number, _hear)
        yield
    finally:
        if hasattr(signal, "SIGALRM"):
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            signal.signal(signal.SIGALRM, alarm)
        for number, handler in former.items():
            if signal.getsignal(number) is _hear:  # `leave` has set another for good
                signal.signal(number, handler)
        sys.unraisablehook = former_hook


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put Ctrl-C and the signals that end a program off until the block is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    _stop.undisturbed += 1
    others = {number: signal.getsignal(number) for number in STOPPING}
    others = {number: one for number, one in others.items() if callable(one) and one is not _hear}
    try:
        for number in others:  # handlers of the program that calls this as a library
            signal.signal(number, lambda number, _frame: came.append(number))
        yield
    finally:
        for number, handler in others.items():
            signal.signal(number, handler)
        _stop.undisturbed -= 1
        for number in came[:1]:
            signal.raise_signal(number)
        if _stop.pending and not _stop.undisturbed:
            _raise_where_safe(sys._getframe())


def answered() -> None:
    """Note that the stop has been told to the user; it is not raised again."""
    _stop.pending = False
    if hasattr(signal, "SIGALRM"):
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def leave(code: int) -> None:
    """Let signals that come while Python ends, with all the work done, end it with this code."""
    for number in STOPPING:
        if signal.getsignal(number) is _hear:
            signal.signal(number, lambda *_: os._exit(code))


def end_at_once(code: int) -> NoReturn:
    """End this process with all its threads: Python would wait for a kernel being compiled."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed, or its reader has gone
            stream.flush()
    os._exit(code)


def _is_default(number: int) -> bool:
    return signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)


def _hear(number: int, frame: FrameType | None) -> None:
    """Handle a signal that asks for a stop."""
    _stop.asked = number
    _stop.pending = True
    _raise_where_safe(frame)


def _raise_where_safe(frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, now or when the frame is done with what it must not leave undone.

    Raises
    ------
    KeyboardInterrupt
        With the name of the signal.
    """
    unsafe = False
    if hasattr(signal, "SIGALRM"):  # without a clock it cannot wait
        signal.signal(signal.SIGALRM, _remind)
        unsafe = _is_unsafe(frame)
        signal.setitimer(signal.ITIMER_REAL, SOON_S if unsafe else AGAIN_S)
    if _stop.asked is None or _stop.undisturbed or unsafe:
        return
    _stop.pending = False
    raise KeyboardInterrupt(signal.Signals(_stop.asked).name)


def _remind(_number: int, frame: FrameType | None) -> None:
    """Raise a stop that waits or was dropped; leave alone what is clearing up because of it."""
    if _is_answered():
        signal.setitimer(signal.ITIMER_REAL, AGAIN_S)
    else:
        _raise_where_safe(frame)


def _is_answered() -> bool:
    """Return whether the code that was interrupted handles a stop, or an end that it caused."""
    error = sys.exc_info()[1]
    while error is not None:
        if isinstance(error, KeyboardInterrupt | GeneratorExit):
            return True
        error = error.__context__
    return False


def _is_unsafe(frame: FrameType | None) -> bool:
    """Return whether a function that must not be left half done is at work."""
    while frame is not None:
        if str(frame.f_globals.get("__name__")).startswith(UNSAFE):
            return True
        frame = frame.f_back
    return False


def _silent_about_stops(former: Callable[[Any], object]) -> Callable[[Any], object]:
    """Return a hook for errors that Python drops: a stop among them is raised again soon."""

    def hook(dropped: Any) -> None:  # noqa: ANN401 - sys.UnraisableHookArgs, for annotations only
        if not (stop_asked() and isinstance(dropped.exc_value, KeyboardInterrupt)):
            former(dropped)

    return hook
