"""An attack on all that could lose a user's files: signals, files put into --out, cut caches.

    python benchmarks/reliability.py [--signals 100] [--files 50] [--cuts 20] [--seed 1]

Signals: `sim run`, `data import`, `sweep` and `site` are stopped by SIGKILL, SIGTERM and SIGHUP in
turn, at a random instant of the time that the command takes, each second time without kernels and
stages of earlier runs, always with an earlier result in --out. Files: one is put into --out at a
random instant. Cuts: a file of the cache of compiled kernels is cut at a random length before a
run. Strangers: while a sweep works, another user (nobody; needs root) tries every port on which the
sweep and its workers listen, over HTTP, over TLS, and over TLS with a certificate of his own. It
prints a table in Markdown and ends with 1 if anything was lost.
"""

import argparse
import hashlib
import os
import random
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
trips: {people: 20}
"""
COMMANDS = {
    "run": ("run s.yaml --no-map --out place/out", "place/out"),
    "import": ("data import grid.gpkg --name out", "place/out"),
    "sweep": ("sweep w.yaml --workers 2 --out place/out", "place/out"),
    "site": ("site shown --out place/out", "place/out"),
}
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
COLD_S = 40.0
"""The longest that is waited without caches before the signal; all is compiled then."""


class Here:
    """A folder in which commands are begun."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "s.yaml").write_text(SCENARIO)
        (folder / "w.yaml").write_text(f"{SCENARIO}matrix: {{seed: [1, 2, 3, 4]}}\n")
        from city.drawn import frames, grid_ways  # found by the path above

        nodes, edges = frames(grid_ways())
        nodes.to_file(folder / "grid.gpkg", layer="nodes", driver="GPKG")
        edges.to_file(folder / "grid.gpkg", layer="edges", driver="GPKG")
        self.ends = self.wait(self.begin("run s.yaml --out shown"))

    def begin(self, words, *, cold=False):
        if cold:
            for name in ("kernels_cold", "stages_cold"):
                shutil.rmtree(self.folder / name, ignore_errors=True)
        kind = "cold" if cold else "warm"
        own = {
            "PYTHONPATH": str(ROOT),
            "HK_CAMERA_SIM_DATA": str(self.folder / "place"),
            "HK_CAMERA_SIM_CACHE": str(self.folder / f"stages_{kind}"),
            "NUMBA_CACHE_DIR": str(self.folder / f"kernels_{kind}"),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "sim.cli", *words.split()],
            cwd=self.folder, env={**os.environ, **own}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    @staticmethod
    def wait(process):
        _, said = process.communicate(timeout=600)
        return process.returncode, said


def contents(folder):
    """Return the digest of each file but those that hold seconds or are added to."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("manifest.json", "cells.jsonl")
    }


def fresh(here, words, out):
    """Make an earlier result in --out, with a file of the user's beside it."""
    place = here.folder / "place"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    begun = time.perf_counter()
    code, said = here.wait(here.begin(words))
    assert code == 0, said
    (place / "mine.txt").write_text("mine")
    return time.perf_counter() - begun, contents(here.folder / out)


def stop(here, name, number, chance, *, cold):
    """Stop a command at a random instant; return what went wrong."""
    words, out = COMMANDS[name]
    seconds, whole = fresh(here, words, out)
    if name == "sweep":  # else nothing is left to compute
        shutil.rmtree(here.folder / out)
    process = here.begin(words, cold=cold)
    time.sleep(chance.random() * (min(8 * seconds, COLD_S) if cold else seconds))
    children = []
    if process.poll() is None:
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
    _, said = here.wait(process)
    wrong = []
    place = here.folder / "place"
    if "Traceback" in said or "Exception ignored" in said:
        wrong.append("traceback")
    if psutil.wait_procs(children, timeout=30)[1]:
        wrong.append("process left")
    if number != signal.SIGKILL and [*place.rglob(".*")]:
        wrong.append("hidden file left")
    if name != "sweep" and (here.folder / out).exists() and contents(here.folder / out) != whole:
        wrong.append("half a result")
    time.sleep(2.5)  # younger ones may belong to a program that begins
    code, said = here.wait(here.begin(words))
    if code or contents(here.folder / out) != whole:
        wrong.append("the next command failed")
    if [*place.rglob(".*")] or {path.name for path in place.iterdir()} != {"out", "mine.txt"}:
        wrong.append("left for good")
    if (place / "mine.txt").read_text() != "mine":
        wrong.append("file lost")
    return wrong


def put(here, name, chance):
    """Put a file into --out at a random instant; return what went wrong."""
    words, out = COMMANDS[name]
    seconds, whole = fresh(here, words, out)
    process = here.begin(words)
    time.sleep(chance.random() * seconds)
    mine = here.folder / out / chance.choice(["mine.txt", "deep/er/mine.txt", ".mine"])
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("mine")
    _, said = here.wait(process)
    wrong = [] if mine.is_file() and mine.read_text() == "mine" else ["file lost"]
    found = [path for path in (here.folder / "place").iterdir() if path.name.startswith("out")]
    if not any(contents(path).items() >= whole.items() for path in found):
        wrong.append("no result")
    if "Traceback" in said or len(said.splitlines()) > 1:
        wrong.append("more than one line")
    return wrong


def cut(here, chance):
    """Cut a file of compiled kernels; return what went wrong."""
    words, out = COMMANDS["run"]
    _, whole = fresh(here, words, out)
    shutil.rmtree(here.folder / "stages_warm")
    files = sorted((here.folder / "kernels_warm").rglob("*.nb[ic]"))
    path = chance.choice(files)
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(len(content))])
    code, said = here.wait(here.begin(words))
    wrong = [] if code == 0 and not said else ["failed"]
    if contents(here.folder / out) != whole:
        wrong.append("other figures")
    return wrong


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
                if way != "http":
                    line = context.wrap_socket(line)  # noqa: PLW2901
                line.sendall(b"GET / HTTP/1.0\r\n\r\n")
                said = line.recv(100)
                answers.append(bool(said) and said[:1] != b"\x15")  # an alert is a refusal
                line.close()
        except OSError:  # errors of TLS among them
            answers.append(False)
    return answers


def stranger(here):
    """Try every port of a sweep as another user; return how many ways were tried and let in."""
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
    shutil.rmtree(here.folder / "place", ignore_errors=True)
    (here.folder / "place").mkdir()
    process = here.begin(COMMANDS["sweep"][0])
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
    here.wait(process)
    return 3 * len(ports), let_in


def row(attack, count, wrong):
    told = ", ".join(f"{times} × {what}" for what, times in sorted(wrong.items()))
    print(f"| {attack} | {count} | {told or 'nothing'} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name, count in (("signals", 100), ("files", 50), ("cuts", 20), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=count)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    lost = Counter()
    with tempfile.TemporaryDirectory() as folder:
        here = Here(Path(folder))
        assert here.ends[0] == 0, here.ends[1]
        print("| attack | times | lost or left |\n|---|---:|---|")
        kinds = [(name, number) for number in SIGNALS for name in COMMANDS]
        count, wrong = Counter(), {}
        for i in range(asked.signals):
            kind = kinds[i % len(kinds)]
            cold = i // len(kinds) % 2 == 1
            at = (*kind, cold)
            count[at] += 1
            wrong.setdefault(at, Counter()).update(stop(here, *kind, chance, cold=cold))
            print(f"{i + 1} of {asked.signals}: {kind[0]}", file=sys.stderr, flush=True)
        for (name, number, cold), times in count.items():
            words = f"{number.name} during `{name}`, {'cold' if cold else 'warm'}"
            row(words, times, wrong[name, number, cold])
            lost += wrong[name, number, cold]
        for k, name in enumerate(("run", "site", "import")):
            times, found = len(range(k, asked.files, 3)), Counter()
            for _ in range(times):
                found.update(put(here, name, chance))
            row(f"a file put into --out of `{name}`", times, found)
            lost += found
        found = Counter()
        for _ in range(asked.cuts):
            found.update(cut(here, chance))
        row("a file of compiled kernels cut", asked.cuts, found)
        lost += found
        if os.geteuid() == 0:
            tried, let_in = stranger(here)
            found = Counter({"let in": let_in} if let_in else {})
            row("another user of the machine at every port of a sweep", tried, found)
            lost += found
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
