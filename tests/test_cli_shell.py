"""The command beside its results: completion in shells, -q and -v, plain terminals, counts."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

from sim.cli import main
from sim.commands import COMMANDS, Family
from sim.commands.completion import KEYS, STRATEGIES
from sim.wording import counted

ROOT = Path(__file__).parents[1]
FIRST = {"scenario": ("SCENARIO", "SWEEP"), "run": ("RUN",), "area": ("BUNDLE", "AREA")}


def asked(shell: str, line: str, folder: Path) -> list[str]:
    """Return what a shell is told at the end of a line."""
    words = line.split(" ")
    told = {"bash": {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}}
    told = told.get(
        shell, {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    )
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[0] = 'sim'\n"
        "import atexit\n"
        "atexit.register(lambda: print('numba' in sys.modules, file=sys.stderr))\n"
        "from sim.cli import main; main([])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=folder,
        capture_output=True, text=True, timeout=60,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "_SIM_COMPLETE": f"complete_{shell}",
             "HK_CAMERA_SIM_DATA": str(folder / "data"), **told},
    )  # fmt: skip
    assert done.stderr == "False\n", "a word that is no option needs no engine"
    return done.stdout.split("\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a scenario, a run and something else."""
    (tmp_path / "out" / "first").mkdir(parents=True)
    (tmp_path / "out" / "first" / "summary.json").write_text("{}")
    (tmp_path / "my.yaml").write_text("name: a\n")
    (tmp_path / "my.txt").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("sim temp", ["template"]),
        ("sim run m", ["my.yaml"]),
        ("sim map ou", ["out/first"]),
        ("sim run o", ["out/first/"]),
        ("sim map out/", ["out/first"]),
        ("sim data info mong", ["mong_kok_core"]),
        ("sim run my.yaml --set cameras.strategy=gr",
         ["cameras.strategy=greedy_cover", "cameras.strategy=greedy_trips"]),
    ],
)  # fmt: skip
def test_bash_is_told_what_may_follow(line: str, offered: list[str], folder: Path) -> None:
    assert [word for word in asked("bash", line, folder) if word] == offered


@pytest.mark.parametrize("shell", ["fish", "zsh"])
def test_other_shells_are_told_too(shell: str, folder: Path) -> None:
    assert "my.yaml" in "".join(asked(shell, "sim validate m", folder))


def test_what_commands_take_is_what_they_declare() -> None:
    def each(entries):
        for entry in entries.values():
            yield from each(entry.commands) if isinstance(entry, Family) else [entry]

    for entry in each(COMMANDS):
        command = typer.main.get_command(import_module(entry.module).app)
        first = [one.metavar for one in command.params if one.param_type_name == "argument"][:1]
        kinds = [kind for kind, words in FIRST.items() if first and first[0].startswith(words)]
        assert kinds == ([entry.takes] if entry.takes else []), entry.module


def test_offered_names_are_those_that_there_are() -> None:
    from sim.placement.strategies.registry import STRATEGIES as registered
    from sim.scenario.schema import Scenario

    assert set(STRATEGIES) == set(registered)
    for key in KEYS:
        fields = Scenario.model_fields
        for part in key.split(".")[:1]:
            assert part in fields, key


@pytest.mark.parametrize("variable", ["NO_COLOR", "TERM"])
def test_plain_terminals_get_no_bars_and_no_colours(
    variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sim.commands import terminal, verbosity

    monkeypatch.setenv(variable, "dumb" if variable == "TERM" else "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    verbosity.begin()
    assert verbosity.can_move() == (variable == "NO_COLOR")
    terminal.console().print(terminal.table("of [bold]cameras[/bold]"))
    assert "\x1b" not in capsys.readouterr().out


def test_quiet_and_verbose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sim.commands.verbosity import LOG, note

    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text("name: a\narea: mong_kok_core\ncameras: {totals: [4000]}\n")
    assert main(["validate", "s.yaml", "-v"]) == 0
    err = capsys.readouterr().err.splitlines()
    assert err[0].startswith("sim: hk-camera-sim 0.")
    assert "numba" in err[1]
    assert err[-1].startswith("sim: done in ")
    assert main(["validate", "s.yaml", "--quiet"]) == 0
    note("not heard")
    assert capsys.readouterr().err == ""
    assert main(["validate", "missing.yaml", "-q"]) == 2
    assert "missing.yaml" in capsys.readouterr().err
    assert main(["validate", "s.yaml"]) == 0
    note("heard again")
    assert capsys.readouterr().err == "heard again\n"
    assert len([one for one in LOG.handlers if type(one).__name__ == "_ToStandardError"]) == 1


def test_counts_and_their_nouns() -> None:
    said = [counted(n, "cell") for n in (0, 1, 2, 4000)]
    assert said == ["0 cells", "1 cell", "2 cells", "4,000 cells"]
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(0, "entry", "entries") == "0 entries"
