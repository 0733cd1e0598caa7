"""The mutation run: are there tests that fail when a small fault is planted in the engine?

    python benchmarks/mutants.py --work FOLDER [--number N] [--seed S] [--only PATH[:LINE] ...]
                                 [--again survived] [--wide] [--jobs N] [--list]

Faults are drawn at random, half of them in tracking and the page's figures, the rest in placement,
trips and the metrics of results. Each is planted in a copy of the checkout under FOLDER, never in
place; the tests of the room that name the mutated module run first, then those of what imports it
(with --wide also the rest of the room and whole runs), quick ones before slow, until one fails.
FOLDER/journal.jsonl keeps every verdict, and a run that was stopped goes on where it was. Kernels
that the fault can reach are compiled again, in a cache of their own. Limits count processor time,
so a busy machine changes no verdict.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import hashlib
import importlib
import json
import math
import os
import random
import re
import resource
import shutil
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import NoReturn

import numba
import numpy as np
import pytest
from mutations import Mutation, mutations

ROOT = Path(__file__).parents[1]
LEFT_OUT = shutil.ignore_patterns(
    ".git", "node_modules", "__pycache__", ".hypothesis", ".*_cache", "runs"
)
GRACE_S, SLOWER = 60.0, 3.0
"""Tests may use so many processor seconds, and so many times what they used without a fault."""
WAITING = 20.0
"""They are stopped by the clock after so many times that."""
LOADED = (
    "geopandas", "hypothesis", "scipy.spatial", "scipy.sparse.csgraph", "scipy.special",
    "scipy.integrate", "networkx", "pydantic", "yaml", "typer.testing", "rich.table", "pyarrow",
    "pyarrow.parquet", "jinja2", "requests", "matplotlib.pyplot",
)  # fmt: skip
LOADED_EARLY = "ignore::pytest.PytestAssertRewriteWarning"
QUICK, SLOW = "not slow", "slow"
SCRIPTS = "test_scripts.py"
"""It runs the tests of the page's scripts under node."""
WIDER = ("tests/pipeline/test_run.py", "tests/results")
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Group:
    """Files to plant faults in, what share of the draw they get, and the tests of their room."""

    share: float
    files: tuple[str, ...]
    rooms: tuple[str, ...]
    inside: str = ""
    """Pattern for names of functions, where only some of a file matter."""


GROUPS = {
    "tracking": Group(0.375, ("sim/tracking/**/*.py",), ("tests/tracking",)),
    "page": Group(0.075, ("maps/payload.py",), ("tests/maps",)),
    "headline": Group(
        0.025, ("maps/page.py",), ("tests/maps",), r"headline|percent|_rows|is_proxy|texts_of"
    ),
    "scripts": Group(0.025, ("maps/assets/figures.js",), ("tests/maps",)),
    "trips": Group(0.2, ("sim/trips/**/*.py",), ("tests/trips",)),
    "placement": Group(0.2, ("sim/placement/**/*.py",), ("tests/placement",)),
    "metrics": Group(0.1, ("sim/results/metrics.py",), ("tests/results", "tests/ensemble")),
}


def group_of(path: str) -> Group:
    """The group that a file belongs to."""
    for group in GROUPS.values():
        if any(file.relative_to(ROOT).as_posix() == path for file in files_of(group)):
            return group
    raise SystemExit(f"{path}: no group of mutants holds this file")


def files_of(group: Group) -> list[Path]:
    return sorted({file for pattern in group.files for file in ROOT.glob(pattern)})


def drawn(number: int, seed: int) -> list[Mutation]:
    """So many faults at random: a place in the code first, then what goes wrong there."""
    rng = random.Random(seed)
    chosen: list[Mutation] = []
    for group in GROUPS.values():
        places: dict[tuple[str, int], list[Mutation]] = {}
        for file in files_of(group):
            for fault in found_in(file, group):
                places.setdefault((fault.path, fault.start), []).append(fault)
        wanted = min(round(number * group.share), len(places))
        chosen += [rng.choice(places[place]) for place in rng.sample(sorted(places), wanted)]
    rng.shuffle(chosen)
    return chosen


def found_in(file: Path, group: Group) -> list[Mutation]:
    inside = re.compile(group.inside) if group.inside else None
    return mutations(file.relative_to(ROOT).as_posix(), file.read_bytes(), inside)


def dealt_out(faults: list[Mutation], jobs: int) -> list[list[Mutation]]:
    """Share faults among jobs, those of one file to one job: it compiles what that file needs."""
    dealt: list[list[Mutation]] = [[] for _ in range(jobs)]
    many = Counter(fault.path for fault in faults)
    owner: dict[str, int] = {}
    for path in sorted(many, key=lambda path: (-many[path], path)):
        loads = [sum(many[p] for p, job in owner.items() if job == j) for j in range(jobs)]
        owner[path] = loads.index(min(loads))
    for fault in faults:
        dealt[owner[fault.path]].append(fault)
    return dealt


def named(only: list[str]) -> list[Mutation]:
    """Every fault of the files or lines asked for."""
    found = []
    for text in only:
        path, _, line = text.partition(":")
        faults = found_in(ROOT / path, group_of(path))
        found += [fault for fault in faults if not line or fault.line == int(line)]
    return found


@cache
def digest_of(path: str) -> str:
    """The digest of a file as it was when the run began; it may change meanwhile."""
    return hashlib.sha256((ROOT / path).read_bytes()).hexdigest()[:12]


class Journal:
    """Verdicts by fault, kept as lines of JSON; the last line of a fault counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[str, dict] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                self.rows[row["key"]] = row

    @staticmethod
    def key(fault: Mutation) -> str:
        return f"{fault.path}@{digest_of(fault.path)}:{fault.start}:{fault.after}"

    def add(self, fault: Mutation, **said: object) -> None:
        row = {"key": self.key(fault), "fault": fault.name, **said}
        self.rows[row["key"]] = row
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


@dataclass
class Imports:
    """Which modules of the engine import which, read from the source."""

    tree: Path
    direct: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        files = [*self.tree.glob("sim/**/*.py"), *self.tree.glob("maps/**/*.py")]
        paths = {self.module(file): file for file in files}
        for name, file in paths.items():
            asked: set[str] = set()
            for node in ast.walk(ast.parse(file.read_bytes())):
                if isinstance(node, ast.Import):
                    asked |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    asked |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
            self.direct[name] = asked & set(paths)

    def module(self, file: Path) -> str:
        parts = file.relative_to(self.tree).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def importers(self, module: str) -> set[str]:
        return {name for name, asked in self.direct.items() if module in asked}

    def reached(self, module: str) -> set[str]:
        """The module and all that import it, directly or not."""
        found, fresh = {module}, {module}
        while fresh:
            fresh = set().union(*(self.importers(name) for name in fresh)) - found
            found |= fresh
        return found

    def compiled(self, module: str) -> list[Path]:
        """Files with kernels that a fault in a module can reach."""
        names = {name for name in self.reached(module) if "sim.jit" in self.direct[name]}
        return [self.tree / Path(*name.split(".")).with_suffix(".py") for name in sorted(names)]


class Bench:
    """A copy of the checkout in which faults are planted and tests run."""

    def __init__(self, work: Path, wide: bool) -> None:
        self.work, self.wide = work, wide
        self.tree, self.cache = work / "tree", work / "numba"
        self.trial = work / "numba_trial"
        path = work / "baseline.json"
        self.baseline: dict[str, float] = json.loads(path.read_text()) if path.exists() else {}
        """Processor seconds of each test file on the code as it is; -1 if it fails already."""

    def prepare(self) -> None:
        """Copy the checkout as it stands; compiled kernels of files that did not change stay."""
        self.work.mkdir(parents=True, exist_ok=True)
        shared = self.work / "shared"
        if not shared.exists() and (ROOT.parent / "shared").exists():
            shared.symlink_to((ROOT.parent / "shared").resolve())
        shutil.rmtree(self.tree, ignore_errors=True)
        shutil.copytree(ROOT, self.tree, ignore=LEFT_OUT)
        modules = ROOT / "node_modules"
        if modules.exists():
            (self.tree / "node_modules").symlink_to(modules.resolve())
        self.cache.mkdir(exist_ok=True)
        compileall.compile_dir(self.tree, quiet=2)

    def adopt(self) -> None:
        """Take over what other jobs have compiled and measured of the same files.

        numba names the folder of a module's kernels by the path of the module's folder.
        """
        for other in self.work.parent.glob("job*/baseline.json"):
            with suppress(ValueError):  # it is being written
                self.baseline = json.loads(other.read_text()) | self.baseline
        for tree in self.work.parent.glob("job*/tree"):
            for folder in {file.parent for file in self.tree.rglob("*.py")}:
                there = _compiled_in(tree.parent / "numba", tree / folder.relative_to(self.tree))
                here = _compiled_in(self.cache, folder)
                for file in sorted(there.glob("*.nb?")) if there != here else ():  # index last
                    if not (here / file.name).exists():
                        here.mkdir(exist_ok=True)
                        shutil.copy2(file, here)

    @cached_property
    def imports(self) -> Imports:
        return Imports(self.tree)

    def measure(self, tests: list[str], marked: str) -> None:
        """Run test files once on the code as it is; those that fail already are not asked."""
        for test in tests:
            name = f"{test} {marked}"
            if name not in self.baseline:
                self.adopt()
            if name not in self.baseline:
                verdict, killer, busy = self.pytest([test], marked, self.cache, 3600)
                if verdict not in {"passed", "none"}:
                    print(f"left out: {name} ({verdict} {killer} without a fault)", flush=True)
                known = {"passed": max(round(busy, 1), 0.1), "none": 0.0}
                self.baseline[name] = known.get(verdict, -1.0)
                path = self.work / "baseline.json"
                path.write_text(json.dumps(self.baseline, indent=1))

    def stages(self, fault: Mutation) -> list[tuple[list[str], str]]:
        """Test files to ask in turn, and which of their tests by marker.

        Those of the module, quick ones first, then those of what imports it. The rest of the room
        and tests of runs are asked when --wide is given, or where no test names the module.
        """
        module = self.imports.module(self.tree / fault.path)
        asked = self.imports.importers(module) if fault.path.endswith(".py") else set()
        words = [re.compile(rf"\b{re.escape(name)}\b(?!\.)") for name in sorted(asked)]
        own: list[str] = []
        importing: list[str] = []
        others: list[str] = []
        near = test_files(self.tree, group_of(fault.path).rooms)
        for test in near:
            text = (self.tree / test).read_text(encoding="utf-8")
            named = Path(fault.path).stem in Path(test).stem or re.search(rf"{module}\b", text)
            if named or (fault.path.endswith(".js") and Path(test).name == SCRIPTS):
                own.append(test)
            else:
                (importing if any(word.search(text) for word in words) else others).append(test)
        stages = [(own, QUICK), (own, SLOW), (importing, QUICK)]
        if not (own or importing):
            stages.append((others, QUICK))
        if self.wide:
            runs = [test for test in test_files(self.tree, WIDER) if test not in near]
            stages += [(others, QUICK), (importing + others, SLOW), (runs, QUICK)]
        return [stage for stage in stages if stage[0]]

    def pytest(
        self, tests: list[str], marked: str, cache: Path, limit: float
    ) -> tuple[str, str, float]:
        """Run tests in a child until one fails: the verdict, which failed, processor seconds.

        The child has numba and the rest loaded already, but nothing of the engine.
        """
        said = self.work / "said.txt"
        child = os.fork()
        if not child:
            _ask(self.tree, [*tests, "-m", marked], cache, said, math.ceil(limit))
        ends = time.monotonic() + WAITING * limit
        while True:
            done, status, used = os.wait4(child, os.WNOHANG)
            if done:
                break
            if time.monotonic() > ends:
                os.killpg(child, signal.SIGKILL)
                ends = math.inf
            time.sleep(0.05)
        busy = used.ru_utime + used.ru_stime
        if os.WIFSIGNALED(status):
            timeout = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
            return ("timeout" if timeout else "failed"), f"signal {os.WTERMSIG(status)}", busy
        if os.WEXITSTATUS(status) in (0, 5):
            return ("none" if os.WEXITSTATUS(status) else "passed"), "", busy
        text = said.read_text(encoding="utf-8", errors="replace")
        killer = FAILED.search(text)
        return "failed", killer[1] if killer else text.strip()[-200:], busy

    def try_out(self, fault: Mutation) -> dict[str, object]:
        """Plant one fault, ask the tests, and take it out again."""
        file = self.tree / fault.path
        source, status = file.read_bytes(), file.stat()
        taken = 0.0
        for number, (tests, marked) in enumerate(self.stages(fault)):
            self.measure(tests, marked)
            busy_for = {test: self.baseline[f"{test} {marked}"] for test in tests}
            fit = sorted((t for t in tests if busy_for[t] > 0.0), key=busy_for.get)
            if not fit:
                continue
            limit = GRACE_S + SLOWER * sum(busy_for[test] for test in fit)
            cache = self._trial_cache(fault)
            try:
                file.write_bytes(fault.planted(source))
                verdict, killer, busy = self.pytest(fit, marked, cache, limit)
            finally:
                file.write_bytes(source)
                os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
            taken += busy
            if verdict != "passed":
                state = "killed" if verdict == "failed" else "timeout"
                return {"state": state, "by": killer, "stage": number, "seconds": round(taken)}
        return {"state": "survived", "seconds": round(taken)}

    def _trial_cache(self, fault: Mutation) -> Path:
        """Compiled kernels without those that hold code or constants of the mutated file."""
        shutil.rmtree(self.trial, ignore_errors=True)
        shutil.copytree(self.cache, self.trial, copy_function=os.link)
        if fault.path.endswith(".py"):
            for file in self.imports.compiled(self.imports.module(self.tree / fault.path)):
                for stale in _compiled_in(self.trial, file.parent).glob(f"{file.stem}.*"):
                    stale.unlink()
        return self.trial


def _compiled_in(cache: Path, folder: Path) -> Path:
    """Where numba keeps what it has compiled of the modules in a folder."""
    digest = hashlib.sha1(str(folder).encode(), usedforsecurity=False).hexdigest()
    return cache / f"{folder.name}_{digest}"


def _ask(tree: Path, asked: list[str], cache: Path, said: Path, limit: int) -> NoReturn:
    """Run pytest in this process, a child, and end it."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 10))
    out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.chdir(tree)
    os.environ.update(NUMBA_CACHE_DIR=str(cache), PYTHONPATH=str(tree), PYTHONDONTWRITEBYTECODE="1")
    numba.config.CACHE_DIR = str(cache)
    sys.dont_write_bytecode = True
    sys.path[:] = [str(tree), *(p for p in sys.path if Path(p) != ROOT / "benchmarks")]
    words = ["-x", "-q", "--no-header", "--tb=line", "-rfE", "-p", "no:cacheprovider", "-W"]
    code = pytest.main([*words, LOADED_EARLY, *asked])
    sys.stdout.flush()
    os._exit(int(code))


def warm_up() -> None:
    """Load what every test loads, and nothing of the engine, so that children need not."""
    for name in LOADED:
        importlib.import_module(name)
    numba.njit(lambda x: x[1:].sum() + 1)(np.zeros(3))


def test_files(tree: Path, rooms: tuple[str, ...]) -> list[str]:
    found: list[Path] = []
    for room in rooms:
        path = tree / room
        found += sorted(path.rglob("test_*.py")) if path.is_dir() else [path]
    return [file.relative_to(tree).as_posix() for file in found if file.exists()]


def summary(rows: list[dict]) -> str:
    """How many were killed, by where the fault was, and the survivors."""
    table: dict[str, Counter] = {}
    for row in rows:
        room = "/".join(row["fault"].split(":")[0].split("/")[:2])
        table.setdefault(room, Counter())[row["state"]] += 1
        table.setdefault("all", Counter())[row["state"]] += 1
    lines = [f"{'':24}{'faults':>8}{'killed':>8}{'timeout':>9}{'survived':>10}"]
    for room in [*sorted(set(table) - {"all"}), "all"]:
        n = table.get(room, Counter())
        lines.append(f"{room:24}{n.total():8}{n['killed']:8}{n['timeout']:9}{n['survived']:10}")
    lines += [f"survived: {row['fault']}" for row in rows if row["state"] == "survived"]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder of the copy and journal")
    parser.add_argument("--number", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], metavar="PATH[:LINE]")
    parser.add_argument("--again", default="", help="try those with this verdict once more")
    parser.add_argument("--wide", action="store_true", help="ask the whole room and runs too")
    parser.add_argument("--jobs", type=int, default=1, help="copies of the checkout at work")
    parser.add_argument("--list", action="store_true", help="say what would be planted, and stop")
    asked = parser.parse_args()
    faults = named(asked.only) if asked.only else drawn(asked.number, asked.seed)
    if asked.list:
        print("\n".join(fault.name for fault in faults))
        return
    keys = [Journal.key(fault) for fault in faults]
    warm_up()
    asked.work.mkdir(parents=True, exist_ok=True)
    children = []
    for job in range(asked.jobs):
        child = os.fork()
        if not child:
            _work(asked, job, dealt_out(faults, asked.jobs)[job])
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    known = Journal(asked.work / "journal.jsonl").rows
    print(summary([known[key] for key in keys if key in known]))


def _work(asked: argparse.Namespace, job: int, faults: list[Mutation]) -> None:
    """Try some of the faults in a copy of this job's own, and keep each verdict at once."""
    bench = Bench((asked.work / f"job{job}").resolve(), asked.wide)
    bench.prepare()
    bench.adopt()
    journal = Journal(asked.work / "journal.jsonl")
    for count, fault in enumerate(faults, 1):
        known = journal.rows.get(journal.key(fault))
        if known is None or known["state"] == asked.again:
            journal.add(fault, **bench.try_out(fault))
        row = journal.rows[journal.key(fault)]
        print(f"{job}: {count}/{len(faults)} {row['state']} {row['seconds']} s {fault.name}",
              flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
