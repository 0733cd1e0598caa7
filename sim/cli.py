"""The command `sim`: arguments in, a command called, exit codes out.

Exit code 0 is done, 1 failed while working, 2 the user's input is wrong, 130 stopped by Ctrl-C or
by the signals TERM and HUP. Errors are one line each on standard error. Commands are in
`sim.commands`, which loads each when it is asked for, so that `sim --help` and `sim validate`
answer at once.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import os
import sys
import time
import traceback
import warnings
from collections.abc import Sequence
from typing import Annotated

import typer

from sim.atomic_write import written
from sim.commands import verbosity
from sim.commands.completion import is_asked, program
from sim.commands.lazy import LazyGroup
from sim.commands.options import examples
from sim.errors import InputError, InputErrors, KeptBesideError, one_line
from sim.first_run import begin_early as begin_compiling_early
from sim.processes import seek_cycles_seldom
from sim.second_python import begin_early as begin_fleets_early
from sim.stopping import STOPPED, answered, listening, stop_asked

DONE, FAILED, WRONG_INPUT = 0, 1, 2

# typer carries click's classes under names that differ between its versions.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="sim",
    cls=LazyGroup,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Parameters
    ----------
    arguments
        What follows `sim`; those of the process by default.
    """
    with listening():
        return _called(list(sys.argv[1:] if arguments is None else arguments))


def _called(words: list[str]) -> int:
    """Run the command of these words and return its exit code."""
    _open_closed_streams()
    written.clear()
    verbosity.begin()
    seek_cycles_seldom()
    # Looking for cycles among all that a process held as it ends takes a tenth of a second.
    atexit.register(gc.freeze)
    debug = "--debug" in words
    begin_compiling_early(words)
    begin_fleets_early(words)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        with warnings.catch_warnings():
            if not debug:
                warnings.simplefilter("ignore")
            _invoke(words)
            sys.stdout.flush()
    except typer.Exit as leave:
        return _silenced(leave.exit_code)
    except BrokenPipeError:
        return _silenced(STOPPED if stop_asked() else FAILED)
    except (KeyboardInterrupt, typer.Abort, Exception) as error:
        code = FAILED
        with contextlib.suppress(BrokenPipeError):
            if debug:
                traceback.print_exc()
            code = _answer(error)
        return _silenced(code)
    return DONE


def _invoke(words: list[str]) -> None:
    """Call the command of these words, or tell a shell how they may go on."""
    command = typer.main.get_command(app)
    if is_asked():
        command.main(words, prog_name=program())  # answers and leaves
    begun = time.perf_counter()
    with command.make_context(program(), words) as context:
        command.invoke(context)
    verbosity.detail(f"done in {time.perf_counter() - begun:.2f} s")


def _open_closed_streams() -> None:
    """Give a process that was begun with closed streams ones that go nowhere.

    Files that are opened later would take their numbers, and with them what is printed.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))


def _silenced(code: int) -> int:
    """Turn streams whose reader has gone to nowhere: Python would complain as it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return code


def _answer(error: BaseException) -> int:
    """Print on standard error what went wrong, one line each, and return the exit code."""
    if stop_asked() or isinstance(error, KeyboardInterrupt | typer.Abort):
        places = ", ".join(str(path) for path in written)
        told = f"{places} is written" if places else "nothing was written"
        print(one_line(f"sim: stopped; {told}"), file=sys.stderr)
        answered()
        return STOPPED
    code = WRONG_INPUT
    if isinstance(error, InputErrors):
        lines = error.lines
    elif isinstance(error, InputError):
        lines = [str(error)]
    elif isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        lines = [f"{str(error.filename)[:80]}…: is too long for the name of a file; shorten it"]
    elif isinstance(error, _UsageError):
        words = getattr(error, "format_message", error.__str__)()
        asked = getattr(getattr(error, "ctx", None), "command_path", "sim")
        lines = [f"sim: {' '.join(words.split())} (see `{asked} --help`)"]
    elif isinstance(error, KeptBesideError):
        code = FAILED
        lines = [str(error)]
    else:
        code = FAILED
        lines = [f"sim: {_failure(error)}; --debug shows where"]
    for line in lines:
        print(one_line(line), file=sys.stderr)
    return code


def _failure(error: BaseException) -> str:
    """Return what stopped the work, where it is not the user's input."""
    if isinstance(error, MemoryError):
        return "not enough memory; take a smaller area or fewer people"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror}"
    return f"failed: {type(error).__name__}: {' '.join(str(error).split())[:300]}"


@app.callback(
    invoke_without_command=True,
    epilog=examples(
        "sim template > my.yaml          a commented scenario to begin with",
        "sim validate my.yaml            is it right?",
        "sim run my.yaml                 simulate; leaves out/<name> with map.html",
    ),
)
def top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Simulate what can still be walked unseen in Hong Kong at 4,000 and at 60,000 cameras."""
    if version:
        from importlib.metadata import version as installed  # slow, and rarely asked for

        print(f"sim {installed('hk-camera-sim')}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


if __name__ == "__main__":
    sys.exit(main())
