"""A signal that ends the program is answered once: not lost, not where it would break something."""

import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest

from sim import stopping
from sim.atomic_write import FolderKind, replace_folder, replace_text, written
from sim.cli import main
from sim.commands import lazy
from sim.ensemble.executor import deaf_children
from sim.processes import computing_threads
from sim.stopping import STOPPING, answered, leave, listening, stop_asked, undisturbed

ROOT = Path(__file__).parents[1]
NUMBERS = [*STOPPING]
LINE = "sim: stopped; nothing was written\n"


def python(words, *, path=ROOT, **more):
    environment = {**os.environ, "PYTHONPATH": str(path)}
    return subprocess.run(
        [sys.executable, *words], env=environment, capture_output=True, text=True, check=False,
        timeout=60, **more,
    )  # fmt: skip


LINKED = """
import signal, sys
from llvmlite import binding
from sim.stopping import listening

binding.initialize_native_target()
one, other = (binding.parse_assembly(f"define void @{name}() {{ ret void }}") for name in "ab")

def hook(frame, event, _):
    if event == "return" and frame.f_code.co_name == "__call__":
        if frame.f_locals["self"]._cfn.__name__ == "LLVMPY_LinkModules":
            sys.setprofile(None)
            signal.raise_signal(signal.SIGNAL)

with listening():
    sys.setprofile(hook)
    try:
        one.link_in(other)
    except KeyboardInterrupt:
        print("in the call")
    try:
        for _ in range(10**8):
            pass
    except KeyboardInterrupt:
        print("after it")
del one, other
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_stop_while_llvm_hands_memory_on_waits(name):
    # raised at that instant it frees the module twice: a segmentation fault
    done = python(["-c", LINKED.replace("signal.SIGNAL", f"signal.{name}")])
    assert (done.returncode, done.stdout, done.stderr) == (0, "after it\n", "")


@contextlib.contextmanager
def stopped(name):
    with pytest.raises(KeyboardInterrupt, match=name), listening():
        yield


def wait_to_be_stopped():
    until = time.monotonic() + 20
    while time.monotonic() < until:
        time.sleep(0.01)
    pytest.fail("the stop was lost")


class Dropping:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)


class Plain:
    pass


def dropped_by_a_finalizer():
    Dropping()


def dropped_by_a_callback():
    one = Plain()
    kept = weakref.ref(one, lambda _: signal.raise_signal(signal.SIGTERM))
    del one
    gc.collect()
    assert kept() is None


def dropped_by_code_that_catches_all():
    with contextlib.suppress(BaseException):  # as extension modules do
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    "drop", [dropped_by_a_finalizer, dropped_by_a_callback, dropped_by_code_that_catches_all]
)
def test_a_stop_that_is_dropped_comes_again(drop, capfd):
    with stopped("SIGTERM"):
        drop()
        wait_to_be_stopped()
    assert capfd.readouterr().err == ""
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_what_clears_up_after_a_stop_is_left_alone():
    cleared = []

    def work():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            time.sleep(5 * stopping.AGAIN_S)
            try:
                Path("/nowhere/at/all").stat()
            except OSError:
                time.sleep(2 * stopping.AGAIN_S)
            cleared.append("all")

    with pytest.raises(KeyboardInterrupt), listening():
        work()
    assert cleared == ["all"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_stop_waits_for_a_step_and_for_those_around_it(number):
    done = []
    with stopped(signal.Signals(number).name):
        with undisturbed():
            with undisturbed():
                signal.raise_signal(number)
                time.sleep(3 * stopping.AGAIN_S)
                done.append("inner")
            time.sleep(3 * stopping.AGAIN_S)
            done.append("outer")
        done.append("after")
    assert done == ["inner", "outer"]


def test_handlers_are_as_before_when_nobody_listens_any_more():
    before = [signal.getsignal(number) for number in NUMBERS], sys.unraisablehook
    with listening():
        assert not stop_asked()
        with listening():
            pass
        assert signal.getsignal(signal.SIGTERM) is not before[0][1]
    assert before == ([signal.getsignal(number) for number in NUMBERS], sys.unraisablehook)


def test_a_stop_that_becomes_another_error_is_a_stop(monkeypatch, capsys):
    def load(_name):
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            raise ImportError("numpy._core.multiarray failed to import") from None

    monkeypatch.setattr(lazy, "import_module", load)
    assert main(["validate", "a.yaml"]) == 130
    assert capsys.readouterr().err == LINE


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("module", ["typer", "yaml"])
def test_a_stop_while_modules_are_loaded_is_one_line(tmp_path, number, module):
    (tmp_path / f"{module}.py").write_text(
        f"import os, time\nos.kill(os.getpid(), {int(number)})\ntime.sleep(20)\n"
    )
    done = python(["-m", "sim", "validate", "a.yaml"], path=f"{tmp_path}:{ROOT}", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", LINE)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_when_all_is_done_changes_no_exit_code(number):
    program = f"""
import signal
from sim.stopping import leave, listening
with listening():
    leave(3)
signal.raise_signal({int(number)})
"""
    done = python(["-c", program])
    assert (done.returncode, done.stderr) == (3, "")


def test_a_stop_that_is_answered_is_not_raised_again():
    with listening():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        answered()
        time.sleep(3 * stopping.AGAIN_S)
        assert stop_asked()


def test_leaving_is_for_those_who_listen():
    before = [signal.getsignal(number) for number in NUMBERS]
    leave(3)
    assert before == [signal.getsignal(number) for number in NUMBERS]


def test_the_line_of_a_stop_names_what_is_written_already(tmp_path, monkeypatch, capsys):
    def load(_name):
        replace_text(tmp_path / "a.txt", "a")
        with replace_folder(tmp_path / "out", FolderKind("x", bool, bool)):
            pass
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(lazy, "import_module", load)
    assert main(["validate", "a.yaml"]) == 130
    assert written == [tmp_path / "a.txt", tmp_path / "out"]
    said = f"sim: stopped; {tmp_path / 'a.txt'}, {tmp_path / 'out'} is written\n"
    assert capsys.readouterr().err == said


BLOCKED = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"


def test_ctrl_c_while_workers_start_is_not_lost_and_not_theirs():
    deaf = []

    def start():
        deaf.append(python(["-c", BLOCKED]).stdout)

    def both(action):
        thread = threading.Thread(target=action)
        thread.start()
        return thread

    asked = threading.Event()
    with stopped("SIGINT"):
        with deaf_children():
            thread = both(start)
            later = both(lambda: (asked.wait(20), start()))
            os.kill(os.getpid(), signal.SIGINT)
            thread.join()
        wait_to_be_stopped()
    asked.set()  # a worker that is begun again when another has died
    # a thread that another test left may take the signal, and then nobody waited for the first
    thread.join()
    later.join()
    assert deaf == ["True\n", "True\n"]


def test_a_stop_does_not_wait_for_threads_that_compute():
    ended, computed = threading.Event(), []
    begun = time.monotonic()

    def compute():
        with computing_threads(1) as pool:
            pool.submit(ended.wait, 20)
            pool.submit(computed.append, "after the stop")
            signal.raise_signal(signal.SIGTERM)

    with stopped("SIGTERM"):
        compute()
    assert time.monotonic() - begun < 10
    ended.set()
    time.sleep(0.1)
    assert computed == []


def test_all_else_waits_for_threads_that_compute():
    computed = []

    def compute(error):
        with computing_threads(1) as pool:
            pool.submit(time.sleep, 0.1)
            pool.submit(computed.append, "all")
            if error:
                raise error

    compute(None)
    with pytest.raises(OSError, match="full"):
        compute(OSError("full"))
    assert computed == ["all", "all"]


def test_a_stopped_program_ends_with_its_threads_and_says_all_it_said():
    program = """
import threading, time
from sim.stopping import end_at_once
threading.Thread(target=time.sleep, args=(50,)).start()
print("said", end="")
end_at_once(130)
"""
    begun = time.monotonic()
    done = python(["-c", program])
    assert (done.returncode, done.stdout, done.stderr) == (130, "said", "")
    assert time.monotonic() - begun < 40
