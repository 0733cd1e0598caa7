"""An attack on all that could lose a user's files: signals, files put into --out, cut caches.

    python benchmarks/reliability.py --folder FOLDER [--only SECTION ...] [--seed 1]

Every attempt is a line of FOLDER/journal.jsonl; the same command goes on where it was stopped, and
prints a table in Markdown when all is done. Sections may be run side by side in one FOLDER. It ends
with 1 if anything was lost. The sections:

warm        52 × SIGKILL, SIGTERM, SIGHUP in turn during `run`, `data import`, `sweep` and `site`,
            at a random instant of the whole length of the command, which is measured again after
            each attempt.
cold        48 × the same without compiled kernels and stages.
interrupts  24 × the same with SIGINT, to the program and all its processes, as a terminal does.
first       24 × all four signals in the first quarter, while Python loads what it needs.
replacing   24 × all four signals while the new folder is filled or is exchanged for the earlier.
files       50 × a file put into --out at a random instant.
cuts        20 × a file of the cache of compiled kernels cut at a random length before a run.
strangers   another user (nobody; needs root) tries every port on which a sweep and its workers
            listen, over HTTP, over TLS, and over TLS with a certificate of his own.

After each signal: the exit code and the one line of a stop, no traceback; no process left; nothing
hidden left (after SIGKILL: after the next command); the earlier or the new result whole, byte for
byte; the user's own file there; and the same command once more gives the same bytes. A signal that
came when the command had ended is sent again, earlier or later, and is not counted.
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT), str(ROOT / "tests")]

SCENARIO = """name: small
area: mong_kok_core
cameras: {totals: [4000, 60000]}
trips: {people: 5}
"""
COMMANDS = {
    "run": "run s.yaml --no-map --out place/out",
    "import": "data import grid.gpkg --name out",
    "sweep": "sweep w.yaml --workers 2 --out place/out",
    "site": "site shown --out place/out",
}
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
EVERY = (*SIGNALS, signal.SIGINT)
COUNTS = {
    "warm": 52, "cold": 48, "interrupts": 24, "first": 24, "replacing": 24, "files": 50, "cuts": 20,
    "strangers": 1,
}  # fmt: skip
COLD = ("run", "import", "site", "sweep", "import", "site", "run", "site")
"""Commands without kernels in turn: those that compile for minutes are not the most frequent."""
FIRST = 0.25
"""Share of a command's length that is its beginning."""
LONGEST_S = 900
STOP_LINE = (
    r"sim: stopped; (nothing was written|\S*place/out is written"
    "|finished cells are kept: the same command goes on)"
)


class Here:
    """A folder in which commands are begun, with the results that they should give.

    Attributes
    ----------
    seconds
        The length of each command without interruption, as last measured; cold ones by the ratio
        measured at the beginning.
    whole
        The digests of the files that each leaves.
    """

    def __init__(self, folder):
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.place = folder / "place"
        self.out = self.place / "out"
        self.seconds, self.colder, self.whole = {}, {}, {}
        shutil.rmtree(folder / "results", ignore_errors=True)
        (folder / "s.yaml").write_text(SCENARIO)
        (folder / "w.yaml").write_text(f"{SCENARIO}matrix: {{seed: [1, 2, 3]}}\n")
        if not (folder / "grid.gpkg").exists():
            from city.drawn import frames, grid_ways  # found by the path above

            nodes, edges = frames(grid_ways())
            nodes.to_file(folder / "grid.gpkg", layer="nodes", driver="GPKG")
            edges.to_file(folder / "grid.gpkg", layer="edges", driver="GPKG")
        self.run_once("run s.yaml --out shown")
        self.shown = contents(folder / "shown")

    def measure(self, name, *, cold=False):
        """Run a command, at first, and keep what it leaves as the result that it gives."""
        if name not in self.whole:
            for _ in range(2):  # the first one leaves kernels and stages
                self.clear(name, earlier=False)
                self.seconds[name] = self.run_once(COMMANDS[name])
            self.whole[name] = contents(self.out)
            shutil.copytree(self.out, self.folder / "results" / name)
        if cold and name not in self.colder:
            self.clear(name, earlier=False)
            self.colder[name] = self.run_once(COMMANDS[name], cold=True) / self.seconds[name]

    def length(self, name, *, cold):
        return self.seconds[name] * (self.colder[name] if cold else 1.0)

    def measured(self, name, seconds, *, cold):
        """Take the length of a command that was over before it was to be stopped."""
        if cold:
            self.colder[name] = seconds / self.seconds[name]
        else:
            self.seconds[name] = seconds

    def clear(self, name, *, earlier=True):
        """Put an earlier result into --out, with a file of the user's beside it."""
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir()
        (self.place / "mine.txt").write_text("mine")
        if earlier and name != "sweep":  # else nothing is left to compute
            shutil.copytree(self.folder / "results" / name, self.out)

    def run_once(self, words, *, cold=False):
        begun = time.perf_counter()
        code, said = wait(self.begin(words, cold=cold))
        assert code == 0, said
        return time.perf_counter() - begun

    def begin(self, words, *, cold=False):
        if cold:
            for place in (self.folder / "kernels_cold", self.folder / "stages_cold"):
                shutil.rmtree(place, ignore_errors=True)
        kind = "cold" if cold else "warm"
        own = {
            "PYTHONPATH": str(ROOT),
            "HK_CAMERA_SIM_DATA": str(self.place),
            "HK_CAMERA_SIM_CACHE": str(self.folder / f"stages_{kind}"),
            "NUMBA_CACHE_DIR": str(self.folder / f"kernels_{kind}"),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "sim", *words.split()],
            cwd=self.folder, env={**os.environ, **own}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def processes(self):
        """Return the processes begun here, of whatever generation: all have the variables."""
        mark = f"HK_CAMERA_SIM_DATA={self.place}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (path / "environ").read_bytes().split(b"\0"):
                    found.append(int(path.name))
        return found


def wait(process):
    _, said = process.communicate(timeout=LONGEST_S)
    return process.returncode, said


def contents(folder):
    """Return the digest of each file but those that hold seconds or are added to."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("manifest.json", "cells.jsonl")
    }


def listens(process):
    """Return whether the program hears signals: it does not in the first instants of Python."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        caught = next(line for line in lines if line.startswith("SigCgt:")).split()[1]
        return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)
    return False


def wait_for_replacing(here, process, chance):
    """Wait until the new folder is begun, filled, or is being exchanged; then an instant longer."""
    phase = chance.choice(("begun", "filled", "exchanged", "exchanged"))
    before = here.out.stat().st_ino
    while process.poll() is None:
        room = next((path for path in here.place.iterdir() if path.name.startswith(".out-")), None)
        if room is None:
            time.sleep(0.0005)
            continue
        try:
            gone = here.out.stat().st_ino != before
        except FileNotFoundError:
            gone = True
        new = room / "work" / "new"
        filled = any((new / name).exists() for name in ("manifest.json", "site.txt", "index.html"))
        if gone or phase == "begun" or (phase == "filled" and filled):
            break
    time.sleep(chance.random() * (0.002 if phase == "exchanged" else 0.05))


def stop(here, name, number, chance, *, cold, when):
    """Stop a command; return what went wrong, and facts of the attempt."""
    here.measure(name, cold=cold)
    here.clear(name)
    process = here.begin(COMMANDS[name], cold=cold)
    begun = time.perf_counter()
    if when == "replacing":
        wait_for_replacing(here, process, chance)
    else:
        share = FIRST if when == "first" else 1.0
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.random() * share * here.length(name, cold=cold))
            here.measured(name, time.perf_counter() - begun, cold=cold)
    if process.poll() is not None:
        wait(process)
        return None, {}
    heard = listens(process)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does: its helpers and workers get it too
    else:
        process.send_signal(number)
    sent = time.perf_counter()
    code, said = wait(process)
    facts = {"at_s": round(sent - begun, 3), "answered_s": round(time.perf_counter() - sent, 3)}
    facts |= {"code": code, "heard": heard}
    wrong = wrong_words(number, code, said, heard=heard)
    if code == 0 and facts["answered_s"] > max(1.0, 0.25 * here.length(name, cold=cold)):
        wrong.append("stop lost")
    wrong += left_behind(here, name, number)
    if number == signal.SIGKILL:
        time.sleep(2.5)  # younger folders may belong to a program that begins
    begun = time.perf_counter()
    code, again = wait(here.begin(COMMANDS[name]))
    here.seconds[name] = time.perf_counter() - begun
    if code or contents(here.out) != here.whole[name]:
        wrong.append("the next command failed")
    if [*here.place.rglob(".*")] or {path.name for path in here.place.iterdir()} != {
        "out", "mine.txt",
    }:  # fmt: skip
        wrong.append("left for good")
    if (here.place / "mine.txt").read_text() != "mine" or contents(
        here.folder / "shown"
    ) != here.shown:
        wrong.append("file lost")
    if wrong:
        facts |= {"said": said, "again": again}
    return wrong, facts


def wrong_words(number, code, said, *, heard):
    """Return what is wrong with the exit code and the lines of a command that was stopped."""
    wrong = []
    if heard or number != signal.SIGINT:  # Python itself prints one before it runs the program
        wrong += ["traceback"] * ("Traceback" in said or "Exception ignored" in said)
    lines = [line for line in said.splitlines() if "workers here" not in line]
    if number == signal.SIGKILL or not heard:
        if code not in (-number, 130) and not (code == 0 and not lines):
            wrong.append(f"exit code {code}")
    elif code == 130:
        if len(lines) != 1 or not re.fullmatch(STOP_LINE, lines[0]):
            wrong.append("not the line of a stop")
    elif code != 0 or lines:  # 0: all was done, and Python was about to end
        wrong.append(f"exit code {code}")
    return wrong


def left_behind(here, name, number):
    """Return what is wrong right after a stop: processes, hidden files, half a result."""
    wrong = []
    until = time.monotonic() + 30
    while (left := here.processes()) and time.monotonic() < until:
        time.sleep(0.05)
    if left:
        wrong.append("process left")
        for process in left:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
    if number != signal.SIGKILL and [*here.place.rglob(".*")]:
        wrong.append("hidden file left")
    if name != "sweep":
        places = [here.out]
        if number == signal.SIGKILL and not here.out.exists():  # between two renames: it comes back
            places = [*here.place.glob(".out-*/work/former")]
        if not places or contents(places[0]) != here.whole[name]:
            wrong.append("half a result")
    return wrong


def put(here, name, chance):
    """Put a file into --out at a random instant; return what went wrong."""
    here.measure(name)
    here.clear(name)
    process = here.begin(COMMANDS[name])
    begun = time.perf_counter()
    time.sleep(chance.random() * here.seconds[name])
    mine = here.out / chance.choice(["mine.txt", "deep/er/mine.txt", ".mine"])
    if process.poll() is not None:
        here.seconds[name] = time.perf_counter() - begun
        wait(process)
        return None, {}
    sent = time.perf_counter()
    try:
        mine.parent.mkdir(parents=True, exist_ok=True)
        mine.write_text("mine")
    except FileNotFoundError:  # moved away between the two calls: nothing was put
        wait(process)
        return None, {}
    code, said = wait(process)
    wrong = [] if mine.is_file() and mine.read_text() == "mine" else ["file lost"]
    found = [path for path in here.place.iterdir() if path.name.startswith("out")]
    if not any(contents(path).items() >= here.whole[name].items() for path in found):
        wrong.append("no result")
    if "Traceback" in said or len(said.splitlines()) > 1:
        wrong.append("more than one line")
    facts = {"at_s": round(sent - begun, 3), "code": code}
    return wrong, facts | ({"said": said} if wrong else {})


def cut(here, chance):
    """Cut a file of compiled kernels; return what went wrong."""
    here.measure("run")
    here.clear("run")
    shutil.rmtree(here.folder / "stages_warm", ignore_errors=True)
    path = chance.choice(sorted((here.folder / "kernels_warm").rglob("*.nb[ic]")))
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(len(content))])
    code, said = wait(here.begin(COMMANDS["run"]))
    wrong = [] if code == 0 and not said else ["failed"]
    if contents(here.out) != here.whole["run"]:
        wrong.append("other figures")
    now = path.read_bytes()
    healed = hashlib.sha256(now[32:]).digest() == now[:32]
    if not healed:
        path.unlink()
    return wrong, {"file": path.name, "written again": healed}


def knock(port, own):
    """Return whether a port answers to HTTP, to TLS, or to TLS with a certificate of one's own."""
    answers = []
    for way in ("http", "tls", "own"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if way == "own":
            context.load_cert_chain(own)
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                talk = line if way == "http" else context.wrap_socket(line)
                talk.sendall(b"GET / HTTP/1.0\r\n\r\n")
                said = talk.recv(100)
                answers.append(bool(said) and said[:1] != b"\x15")  # an alert is a refusal
                talk.close()
        except OSError:  # errors of TLS among them
            answers.append(False)
    return answers


def stranger(here, _chance):
    """Try every port of a sweep as another user; return what went wrong."""
    own = here.folder / "own.pem"
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=dask-internal",
    ]
    subprocess.run([*words, "-keyout", own, "-out", f"{own}.crt"], check=True, capture_output=True)
    own.write_text(own.read_text() + Path(f"{own}.crt").read_text())
    here.clear("sweep")
    process = here.begin(COMMANDS["sweep"])
    ports = set()
    while process.poll() is None and len(ports) < 5:  # one of the scheduler, two of each worker
        every = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        found = [one for each in every for one in each.net_connections("inet")]
        ports = {one.laddr.port for one in found if one.status == psutil.CONN_LISTEN}
        time.sleep(0.2)
    time.sleep(1)  # the web servers that dask opens are closed then
    content = own.read_text()
    "warm".encode("idna")  # loaded by the first connection, and not to be read by the other user
    child = os.fork()
    if child == 0:
        failed = 255
        try:
            os.setgid(65534)
            os.setuid(65534)
            mine = Path(tempfile.mkdtemp()) / "own.pem"
            mine.write_text(content)
            failed = sum(sum(knock(port, mine)) for port in ports)
        finally:
            os._exit(failed)
    let_in = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    process.terminate()
    wait(process)
    wrong = ["let in"] * let_in + ["not all ports found"] * (len(ports) < 5)
    return wrong, {"tries": 3 * len(ports)}


def attempts():
    """Yield (section, number, call) of every attempt; `call` takes the folder and the chances."""
    both = (False, True)
    for section, numbers, colds in (
        ("warm", SIGNALS, (False,)), ("cold", SIGNALS, (True,)),
        ("interrupts", (signal.SIGINT,), both), ("first", EVERY, both),
    ):  # fmt: skip
        names = COLD if section == "cold" else tuple(COMMANDS)
        kinds = [(n, name, c) for c in colds for name in names for n in numbers]
        when = "first" if section == "first" else "any"
        for i in range(COUNTS[section]):
            number, name, cold = kinds[i % len(kinds)]
            yield section, i, (stop, (name, number), {"cold": cold, "when": when})
    replaced = [(number, name) for name in ("run", "import", "site") for number in EVERY]
    for i in range(COUNTS["replacing"]):
        number, name = replaced[i % len(replaced)]
        yield "replacing", i, (stop, (name, number), {"cold": False, "when": "replacing"})
    for i in range(COUNTS["files"]):
        yield "files", i, (put, (("run", "site", "import")[i % 3],), {})
    for i in range(COUNTS["cuts"]):
        yield "cuts", i, (cut, (), {})
    if os.geteuid() == 0:
        yield "strangers", 0, (stranger, (), {})


def title(section, call):
    """Return the row of the table to which an attempt belongs."""
    function, words, named = call
    if function is stop:
        kind = {"any": "", "first": " in its first quarter", "replacing": " replacing"}
        number = "SIGINT" if section == "interrupts" else "SIGKILL, SIGTERM, SIGHUP"
        if section in ("first", "replacing"):
            number = "SIGKILL, SIGTERM, SIGHUP, SIGINT"
        cold = "cold" if named["cold"] else "warm"
        return f"{number} during `{words[0]}`{kind[named['when']]}, {cold}"
    if function is put:
        return f"a file put into --out of `{words[0]}`"
    return "a file of compiled kernels cut" if function is cut else "another user at every port"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="work and journal; kept")
    parser.add_argument("--only", nargs="+", choices=list(COUNTS), default=list(COUNTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=10**9, help="attempts of each section")
    asked = parser.parse_args()
    # a shell begins what runs in its background deaf to SIGINT, and what that begins stays so
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asked.folder.mkdir(parents=True, exist_ok=True)
    folder = asked.folder.resolve()
    journal = folder / "journal.jsonl"
    lines = journal.read_text().splitlines() if journal.exists() else []
    done = {tuple(line["attempt"]): line for line in map(json.loads, lines)}
    here = None
    for section, i, call in attempts():
        key = (asked.seed, section, i)
        if section not in asked.only or i >= asked.most or key in done:
            continue
        here = here or Here(folder / "-".join(asked.only))
        chance = random.Random(repr(key))
        function, words, named = call
        wrong = None
        while wrong is None:  # None: the command had ended
            wrong, facts = function(here, *words, chance, **named)
        line = {"attempt": key, "row": title(section, call), "wrong": wrong, **facts}
        if function is stop:
            line["signal"] = words[1].name
        done[key] = line
        with journal.open("a") as file:
            file.write(json.dumps(line) + "\n")
        print(json.dumps(line), file=sys.stderr, flush=True)
    print("| attack | times | lost or left |\n|---|---:|---|")
    rows = {}
    for line in done.values():
        rows.setdefault(line["row"], []).append(line)
    for row, its in rows.items():
        wrong = Counter(word for line in its for word in line["wrong"])
        told = ", ".join(f"{times} × {what}" for what, times in sorted(wrong.items()))
        times = sum(line.get("tries", 1) for line in its)
        print(f"| {row} | {times} | {told or 'nothing'} |", flush=True)
    return 1 if any(line["wrong"] for line in done.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
