"""The command: what it prints, where, and with which exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import cli
from sim.cli import main
from sim.errors import InputError

GOOD = "name: a\narea: mong_kok_core\ncameras:\n  totals: [4000, 60000]\n"
SCENARIOS = Path(__file__).parents[1] / "scenarios"
COMMANDS = [
    "run", "validate", "schema", "template", "map", "compare", "bands", "sensitivity", "walk",
    "data import", "data fetch", "data list", "data info", "data decks", "cameras import",
]  # fmt: skip


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a good scenario in a folder of its own, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    path = Path("s.yaml")
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_help_lists_every_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for command in COMMANDS:
        assert f"\n  {command.split()[0]} " in out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    assert f"Examples:\n    sim {command}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("sim 0.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rum", "s.yaml"], "No such command 'rum'. Did you mean 'run'?"),
        (["run"], "Missing argument 'SCENARIO.yaml'."),
        (["run", "s.yaml", "--ouT", "x"], "No such option"),
        (["run", "s.yaml", "more.yaml"], "Got unexpected extra argument"),
        (["data"], "Missing command."),
    ],
)
def test_wrong_words_are_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"sim: {said}")
    assert err.count("\n") == 1


def test_validate_says_what_is_right_and_all_that_is_wrong(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("wrong.yaml").write_text(GOOD + "sede: 1\nseed: x\n")
    assert main(["validate", str(scenario), "wrong.yaml", "none.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out == "s.yaml: valid (mong_kok_core; junctions; 4,000, 60,000 cameras)\n"
    assert err.splitlines() == [
        'wrong.yaml:5:1: sede: unknown key (did you mean "seed"?)',
        'wrong.yaml:6:1: seed: "x" is text; write a whole number',
        "none.yaml: no such file",
    ]


def test_shipped_scenarios_are_valid(capsys: pytest.CaptureFixture[str]) -> None:
    paths = sorted(SCENARIOS.glob("*.yaml"))
    assert {path.stem for path in paths} >= {"central", "mong_kok", "mong_kok_core"}
    assert main(["validate", *map(str, paths)]) == 0


def test_template_is_valid(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template"]) == 0
    scenario.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["validate", str(scenario)]) == 0


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Scenario"


@pytest.mark.parametrize("words", [["--help"], ["validate", "s.yaml"], ["schema"], ["template"]])
def test_commands_without_a_city_load_no_engine(scenario: Path, words: list[str]) -> None:
    code = (
        "import sys\nfrom sim.cli import main\n"
        f"assert main({words!r}) == 0\n"
        "heavy = {'numpy', 'numba', 'pandas', 'geopandas', 'rich', 'folium'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_run_loads_no_more_than_every_run_needs() -> None:
    code = (
        "import sys, sim.commands.run\n"
        "spared = {'scipy.sparse', 'scipy.spatial', 'osmnx', 'networkx', 'folium', 'matplotlib'}\n"
        "sys.exit(', '.join(spared & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


SUMMARY = {
    "simulated": True, "real_cameras": 0,
    "area": {
        "name": "[red]Mong Kok[/]", "street_km": 31.2, "share_rule": "population",
        "street_share": "middle", "walls": "blocks",
    },
    "tasks": ["detect", "observe", "recognise", "identify"],
    "steps": [
        {
            "total": total,
            "cameras": total // 100,
            "answer": {
                task: {"any_length": {"share": share, "n": 1996}}
                for task, share in (("detect", 0.331), ("recognise", 0.874))
            },
            "coverage_limit": None,
            "coverage": {"detect": 0.5, "observe": 0.25, "recognise": 0.123, "identify": None},
            "trips": {
                "recognise": {
                    "observed_length": {"p50": 0.0987}, "unseen_trips": 0.31,
                    "longest_gap_m": {"p50": None},
                }
            },
        }
        for total in (4000, 60000)
    ],
}  # fmt: skip


def pretend(monkeypatch: pytest.MonkeyPatch, outcome: object) -> list[dict[str, object]]:
    """Let `sim run` end in `outcome` at once; return what it was asked for."""
    asked: list[dict[str, object]] = []

    def run(scenario: object, out: Path, **options: object) -> object:
        asked.append({"scenario": scenario, "out": out, **options})
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setattr("sim.commands.run.run", run)
    return asked


def test_run_ends_with_a_table_a_person_can_read(
    scenario: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = pretend(monkeypatch, SUMMARY)
    assert main(["run", str(scenario), "--no-map", "--set", "seed=9"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "[red]Mong Kok[/]: 31.2 km of streets, simulated cameras" in out
    row = next(line for line in out.splitlines() if "60,000" in line)
    assert " ".join(row.split()) == "60,000 600 87.4 % 50.0 % 25.0 % 12.3 % – 9.9 % 31.0 % –"
    assert (
        "At 4,000 cameras in Hong Kong, 87 of 100 everyday walks in [red]Mong Kok[/] could still "
        "be made without being recognised once, by someone who knew every camera of the plan; at "
        "60,000, 87 of 100. Without being seen at all: 33 of 100; at 60,000, 33."
    ) in " ".join(out.split())
    for said in ("Simulated", "population", "street: middle", "typical", "blocks", "out/a"):
        assert said in out
    assert asked[0]["out"] == Path("out/a")
    assert asked[0]["finish"] is None
    assert asked[0]["scenario"].seed == 9  # type: ignore[attr-defined]


def test_run_says_why_its_walks_are_others_than_asked_for(
    scenario: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend(monkeypatch, {**SUMMARY, "area": {**SUMMARY["area"], "trips": "none: [b]no place[/]"}})
    assert main(["run", str(scenario), "--no-map"]) == 0
    assert "trips: none: [b]no place[/]." in capsys.readouterr().out


def test_run_draws_the_map_unless_told_not_to(
    scenario: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import maps

    asked = pretend(monkeypatch, SUMMARY)
    assert main(["run", str(scenario), "--out", "elsewhere"]) == 0
    assert asked[0]["finish"] is maps.write_pages
    assert asked[0]["out"] == Path("elsewhere")
    assert str(Path("elsewhere/map.html")) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("outcome", "code", "said"),
    [
        (InputError("no such place", key="cameras.totals.1"),
         2, "s.yaml:4:18: cameras.totals.1: no such place"),
        (InputError("no such place", key="seed"), 2, "--set seed: no such place"),
        (InputError("out: holds files that are no run"), 2, "out: holds files that are no run"),
        (RuntimeError("broken\nhere"), 1, "sim: failed: RuntimeError: broken here; --debug shows "
         "where"),
        (MemoryError(), 1, "sim: not enough memory; take a smaller area or fewer people; --debug "
         "shows where"),
        (OSError(28, "No space left on device", "out/a"), 1,
         "sim: out/a: No space left on device; --debug shows where"),
        (KeyboardInterrupt(), 130, "sim: stopped; nothing was written"),
    ],
    ids=["key", "override", "input", "fault", "memory", "disk", "stopped"],
)  # fmt: skip
def test_what_goes_wrong_is_one_line_and_a_code(
    scenario: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    outcome: BaseException,
    code: int,
    said: str,
) -> None:
    pretend(monkeypatch, outcome)
    words = ["run", str(scenario), "--no-map", "--set", "seed=3"]
    assert main(words) == code
    assert capsys.readouterr().err == said + "\n"
    assert main([*words, "--debug"]) == code
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.fixture
def bundles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder for bundles."""
    monkeypatch.setenv("HK_CAMERA_SIM_DATA", str(tmp_path / "bundles"))
    return tmp_path / "bundles"


def test_an_unknown_area_is_named_with_its_line(
    scenario: Path, bundles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario.write_text(GOOD.replace("mong_kok_core", "mong_kok_cor"))
    for words in (["--dry-run"], ["--no-map"]):
        assert main(["run", str(scenario), *words]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("s.yaml:2:1: area: 'mong_kok_cor' is no built-in area and no bundle")
        assert "mong_kok_core" in err
        assert err.count("\n") == 1
    assert not Path("out").exists() or not list(Path("out").iterdir())


def test_data_that_is_not_there(bundles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["data", "info", "nowhere"],
        ["data", "import", "nowhere.gpkg", "--name", "nowhere"],
        ["data", "import", "nowhere.gpkg", "--name", "../nowhere"],
        ["map", "nowhere"],
    ):
        assert main(words) == 2
        assert "nowhere" in (err := capsys.readouterr().err)
        assert err.count("\n") == 1
    assert not bundles.exists()


def test_data_list_shows_what_is_here(bundles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bundles / "broken").mkdir(parents=True)
    (bundles / "broken" / "manifest.json").write_text('{"format": "hk-camera-sim city", "na')
    assert main(["data", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "mong_kok_core  built in"
    assert lines[1].startswith("broken  unusable: ")


def test_imported_data_is_listed_and_described(
    bundles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = SCENARIOS.parents[1] / "shared" / "data" / "central" / "central_tst.osm.pbf"
    if not source.exists():
        pytest.skip("real data (shared/data/central) is not beside this checkout")
    assert main(["data", "import", str(source), "--name", "central", "--name-zh", "中環"]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0] == "central (中環), EPSG:2326"
    assert said.endswith("a scenario takes it with `area: central`\n")
    assert main(["data", "info", "central"]) == 0
    assert said.startswith(capsys.readouterr().out)
    assert main(["data", "list"]) == 0
    assert "central  imported 20" in capsys.readouterr().out
    assert main(["run", str(SCENARIOS / "central.yaml"), "--dry-run"]) == 0
    assert "area: central\n" in capsys.readouterr().out


def python(code: str, folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_control_c_stops_a_run_with_one_line(scenario: Path, tmp_path: Path) -> None:
    code = (
        "import sys, time\nimport sim.pipeline.run as engine\nfrom sim.cli import main\n"
        "def run(*_, **__):\n    print('begun', flush=True)\n    time.sleep(30)\n"
        "engine.run = run\nsys.exit(main(['run', 's.yaml', '--no-map']))"
    )
    with python(code, tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert time.monotonic() - begun < 10
    assert err == "sim: stopped; nothing was written\n"
    assert process.returncode == 130
    assert sorted(file.name for file in tmp_path.iterdir()) == ["s.yaml"]


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    code = "import sys\nfrom sim.cli import main\nsys.stdin.readline()\nsys.exit(main(['schema']))"
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, err = process.communicate("go\n", timeout=20)
    assert err == ""
    assert process.returncode == 1
