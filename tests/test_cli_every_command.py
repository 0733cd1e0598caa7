"""What holds of every command: examples that parse, JSON for programs, one line an error.

The commands are taken from the program itself, so a new one is tested as soon as it is there.
"""

import json
import os
import pty
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from sim.cli import app, main

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
CONTRACT = {
    "run", "validate", "schema", "template", "data fetch", "data import", "data list", "data info",
    "data decks", "sweep", "compare", "map", "walk", "unseen", "crowd", "alerts", "oversight",
    "plates", "count", "incidents", "days", "rules", "cameras import", "export", "site",
    "cameras next", "cameras without",
    "cameras remove", "cache info", "cache clear", "quote", "bands", "brief", "warmup", "streets",
    "sensitivity",
}  # fmt: skip
NOT_FOR_PROGRAMS = {"schema", "template"}
"""Their whole output is a file for programs or people already."""
SCENARIO = """\
name: small
area: mong_kok_core
cameras: {totals: [4000, 60000]}
trips: {people: 20}
"""
BRIDGE = """{"features": [{"properties": {"STRUCT_NO": "KF999"}, "geometry": {"type": "Polygon",
 "coordinates": [[[114.169, 22.319], [114.17, 22.319], [114.17, 22.32], [114.169, 22.319]]]}}]}"""
FROM, TO = "22.3193,114.1694", "22.3212,114.1707"


def commands() -> dict[str, typer.core.TyperCommand]:
    """Return every command of the program by its words."""

    def inside(group, above: str) -> Iterator[tuple[str, object]]:
        for name, command in group.commands.items():
            words = f"{above} {name}".strip()
            if hasattr(command, "commands"):
                yield from inside(command, words)
            else:
                yield words, command

    return dict(inside(typer.main.get_command(app), ""))


def examples_of(command) -> list[str]:
    """Return the example lines of a command's help that are commands."""
    lines = [line.strip() for line in (command.epilog or "").splitlines()]
    return [part.strip() for line in lines if line.startswith("sim ") for part in line.split("&&")]


def test_the_commands_are_those_of_the_contract() -> None:
    assert set(commands()) == CONTRACT


@pytest.mark.parametrize("words", sorted(CONTRACT))
def test_every_example_is_one_that_the_command_takes(words: str) -> None:
    top = typer.main.get_command(app)
    examples = examples_of(commands()[words])
    assert examples[0].startswith(f"sim {words}")
    for example in examples:
        given = shlex.split(example.split(" > ")[0])
        assert given[0] == "sim"
        context, command, rest = top.make_context("sim", given[1:]), top, given[1:]
        while hasattr(command, "commands"):
            name, command, rest = command.resolve_command(context, rest)
            context = command.make_context(name, rest, parent=context)


@pytest.mark.parametrize("words", sorted(CONTRACT))
def test_every_command_has_the_options_of_all(words: str) -> None:
    options = {option for one in commands()[words].params for option in one.opts}
    assert "--debug" in options
    assert ("--json" in options) == (words not in NOT_FOR_PROGRAMS)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a scenario, a list of cameras, streets and a finished run."""
    from city.drawn import frames, grid_ways

    folder = tmp_path_factory.mktemp("every_command")
    (folder / "s.yaml").write_text(SCENARIO)
    (folder / "w.yaml").write_text(f"{SCENARIO}matrix: {{seed: [1]}}\n")
    (folder / "bridges.geojson").write_text(BRIDGE)
    (folder / "list.csv").write_text("lon,lat,heading\n114.17,22.32,90\n")
    nodes, edges = frames(grid_ways())
    nodes.to_file(folder / "grid.gpkg", layer="nodes", driver="GPKG")
    edges.to_file(folder / "grid.gpkg", layer="edges", driver="GPKG")
    before = Path.cwd()
    os.chdir(folder)
    try:
        assert main(["run", "s.yaml"]) == 0
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def there(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder as the working folder, with bundles of its own."""
    monkeypatch.chdir(here)
    monkeypatch.setenv("HK_CAMERA_SIM_DATA", str(here / "bundles"))
    monkeypatch.setenv("HK_CAMERA_SIM_CACHE", str(here / "stages"))
    return here


RUN = "out/small"
GOOD = {
    "run": ["s.yaml", "--no-map", "--out", "out/again"],
    "run --dry-run": ["s.yaml"],
    "validate": ["s.yaml"],
    "compare": [RUN, RUN],
    "map": [RUN],
    "walk": [RUN, "--from", FROM, "--to", TO],
    "unseen": [RUN],
    "crowd": [RUN, "--street", "Nathan Road"],
    "plates": [RUN],
    "count": [RUN, "--street", "Nathan Road"],
    "incidents": [RUN],
    "alerts": [RUN],
    "oversight": [RUN],
    "days": [RUN, "--people", "20", "--days", "3"],
    "rules": [RUN, "--restore", "0.5"],
    "quote": [RUN],
    "brief": [RUN, "--out", "brief.html"],
    "streets": [RUN],
    "export": [RUN, "--format", "csv"],
    "site": [RUN, "--out", "site"],
    "bands": ["s.yaml", "--seeds", "1", "--cases", "optics=typical"],
    "bands --dry-run": ["s.yaml", "--seeds", "2"],
    "sensitivity": ["s.yaml", "--cases", "walls"],
    "sensitivity --dry-run": ["s.yaml"],
    "sweep": ["w.yaml", "--workers", "1"],
    "sweep --dry-run": ["w.yaml"],
    "data import": ["grid.gpkg", "--name", "grid"],
    "data list": [],
    "data info": ["mong_kok_core"],
    "data decks": ["mong_kok_core", "bridges.geojson"],
    "cameras import": ["list.csv", "--report", "values.csv"],
    "cameras next": [RUN],
    "cameras without": [RUN, "--owner", "police"],
    "cameras remove": [RUN, "--count", "5", "--for", "unseen"],
    "cache info": [],
    "cache clear": [],
    "warmup": [],
}
"""Words that each command takes; `data fetch` has a test of its own beside its server."""


def test_every_command_for_programs_is_tried() -> None:
    tried = {words.removesuffix(" --dry-run") for words in GOOD}
    assert tried == CONTRACT - NOT_FOR_PROGRAMS - {"data fetch"}


@pytest.mark.parametrize("words", GOOD)
def test_every_command_gives_one_json_document(
    there: Path, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    if words.startswith("sweep"):
        pytest.importorskip("distributed", reason="sweeps need the extra `distributed`")
    assert main([*words.split(), *GOOD[words], "--json"]) == 0
    out, _ = capfd.readouterr()
    content = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert content


WRONG = {
    "run": ["none.yaml"],
    "validate": ["none.yaml"],
    "compare": [RUN, "none"],
    "map": ["none"],
    "walk": ["none", "--from", FROM, "--to", TO],
    "unseen": ["none", "--from", FROM, "--to", TO],
    "alerts": ["none"],
    "oversight": ["none"],
    "days": ["none"],
    "rules": ["none", "--restore", "0.5"],
    "streets": ["none"],
    "export": ["none"],
    "site": ["none", "--out", "site2"],
    "brief": ["none"],
    "bands": ["none.yaml"],
    "sensitivity": ["none.yaml"],
    "sweep": ["s.yaml"],
    "data import": ["none.gpkg", "--name", "none"],
    "data info": ["none"],
    "data decks": ["mong_kok_core", "none.geojson"],
    "cameras import": ["none.csv"],
    "cameras next": ["none"],
    "cameras without": ["none", "--owner", "police"],
    "cameras remove": ["none", "--count", "5", "--for", "unseen"],
}


@pytest.mark.parametrize("words", WRONG)
def test_errors_for_programs_are_lines_and_the_code_2(
    there: Path, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = sorted(there.rglob("*"))
    assert main([*words.split(), *WRONG[words], "--json"]) == 2
    out, err = capfd.readouterr()
    assert err.count("\n") == 1
    assert "Traceback" not in err
    if words == "validate":
        assert json.loads(out)["valid"] is False
    else:
        assert out == ""
    assert sorted(there.rglob("*")) == before


def on_a_terminal(words: list[str], environment: dict[str, str], folder: Path) -> str:
    """Return what a command prints where standard output and error are a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        os.execv(sys.executable, [sys.executable, "-m", "sim.cli", *words])
    said = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        said += part
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0, said
    return said.decode()


COLOUR = re.compile(r"\x1b\[(\d+;)*([39][0-7]|38|48)[;m]")


@pytest.mark.slow
def test_colour_is_for_terminals_only(there: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["run", "s.yaml", "--no-map", "--out", "out/coloured"]
    plain = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    plain = {key: value for key, value in plain.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    assert COLOUR.search(on_a_terminal(words, plain, there))
    assert not COLOUR.search(on_a_terminal(words, {**plain, "NO_COLOR": "1"}, there))
    assert main(words) == 0
    out, err = capfd.readouterr()
    assert "\x1b" not in out + err


class Interrupter:
    """Stops the program at the n-th moment at which it makes, writes or moves a file in a folder.

    Python reports these moments to an audit hook, which cannot be taken away again, so that one
    hook serves all tests.
    """

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.left = self.seen = 0
        sys.addaudithook(self.notice)

    def notice(self, event: str, told: tuple) -> None:
        if self.folder is None or event not in ("open", "os.rename", "os.mkdir"):
            return
        reading = event == "open" and not (told[2] or 0) & (os.O_WRONLY | os.O_RDWR)
        path = str(told[0])
        if reading or not (Path.cwd() == self.folder or path.startswith(str(self.folder))):
            return
        if Path(path).is_absolute() and not path.startswith(str(self.folder)):
            return
        self.seen += 1
        if self.seen == self.left:
            raise KeyboardInterrupt

    def stop_at(self, moment: int, words: list[str], folder: Path) -> int:
        """Run a command, stopped at a moment (0: never); return its exit code."""
        self.folder, self.left, self.seen = folder, moment, 0
        try:
            return main(words)
        finally:
            self.folder = None


@pytest.fixture(scope="module")
def interrupter() -> Interrupter:
    """Return what stops the program."""
    return Interrupter()


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, hidden ones too; no folder that is left behind is empty."""
    found = {str(p.relative_to(folder)): p for p in sorted(folder.rglob("*"))}
    return {name: path.read_bytes() if path.is_file() else b"" for name, path in found.items()}


WRITING = {
    "run": ["run", "s.yaml"],
    "map": ["map", RUN],
    "brief": ["brief", RUN],
    "export csv": ["export", RUN, "--format", "csv"],
    "export gpkg": ["export", RUN],
    "site": ["site", RUN, "--out", "site"],
    "data import": ["data", "import", "grid.gpkg", "--name", "grid"],
    "cameras import": ["cameras", "import", "list.csv"],
    "compare": ["compare", RUN, RUN, "--out", "figures.csv"],
    "streets": ["streets", RUN, "--out", "streets.csv"],
    "walk": ["walk", RUN, "--from", FROM, "--to", TO, "--geojson", "walk.geojson"],
}


@pytest.mark.slow
@pytest.mark.parametrize("replacing", [False, True], ids=["new", "replacing"])
@pytest.mark.parametrize("name", WRITING)
def test_ctrl_c_at_any_moment_leaves_what_was_there(
    there: Path,
    name: str,
    replacing: bool,
    interrupter: Interrupter,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "bundles").mkdir()
    for file in ("s.yaml", "list.csv", "grid.gpkg"):
        shutil.copy(there / file, tmp_path)
    if name not in ("run", "data import", "cameras import"):
        shutil.copytree(there / RUN, tmp_path / RUN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HK_CAMERA_SIM_DATA", str(tmp_path / "bundles"))
    if replacing:
        assert interrupter.stop_at(0, WRITING[name], tmp_path) == 0
        whole, moments = contents(tmp_path), interrupter.seen
    else:
        with_copy = shutil.copytree(tmp_path, tmp_path_factory.mktemp("counted") / "copy")
        monkeypatch.chdir(with_copy)
        monkeypatch.setenv("HK_CAMERA_SIM_DATA", str(with_copy / "bundles"))
        assert interrupter.stop_at(0, WRITING[name], with_copy) == 0
        moments = interrupter.seen
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HK_CAMERA_SIM_DATA", str(tmp_path / "bundles"))
        whole = contents(tmp_path)
    capfd.readouterr()
    chosen = {1, 2, moments // 2, moments - 2, moments - 1, moments} - {0, -1}
    for moment in sorted(chosen):
        assert interrupter.stop_at(moment, WRITING[name], tmp_path) == 130
        assert capfd.readouterr().err == "sim: stopped; nothing was written\n"
        left = contents(tmp_path)
        assert left.keys() == whole.keys(), f"moment {moment} of {moments}"
        assert left == whole, f"moment {moment} of {moments}"
