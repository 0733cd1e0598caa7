"""Sweeps: what a matrix asks for, cells that survive any end of the program, bands from cells."""

import json
import resource
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.atomic_write import replace_text
from sim.ensemble.bands import BANDED, bands
from sim.ensemble.cell import TASKS, cell, digest
from sim.ensemble.journal import Journal, hold_figures
from sim.ensemble.sweep import bands_of, cells_table, plan_of, sweep
from sim.errors import InputError
from sim.results.metrics import FIGURES
from sim.scenario.load import expand, load_scenario

pytestmark = pytest.mark.slow

BASE = """name: small
area: mong_kok_core
cameras: {totals: [4000, 60000]}
trips: {people: 30}
"""
SWEEP = f"""{BASE}matrix:
  cameras.strategy: [junctions, random]
  cameras.street_share: [middle, low]
  seed: [7, 8]
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("sweep") / "s.yaml"
    path.write_text(SWEEP)
    return path


@pytest.fixture(scope="module")
def plan(file):
    return plan_of(file)


@pytest.fixture(scope="module")
def rows(plan):
    """Every cell, computed here one after another."""
    return {
        one.digest: cell(one.scenario, one.scenario.seed, threads=1)["rows"] for one in plan.cells
    }


def fill(folder, rows):
    folder.mkdir()
    with Journal(folder / "cells.jsonl") as kept:
        for key, found in rows.items():
            kept.add({"digest": key, "rows": found})
    return folder


# what is asked for


def test_every_combination_is_a_cell(plan, file):
    assert [one.name for one in plan.cells] == [name for name, _ in expand(file)]
    asked = product(["junctions", "random"], ["middle", "low"], [7, 8])
    found = [
        (one.scenario.cameras.strategy, one.scenario.cameras.street_share, one.scenario.seed)
        for one in plan.cells
    ]
    assert found == [*asked]
    assert len({one.digest for one in plan.cells}) == 8
    assert plan.varied == {
        "seed": ("7", "8"),
        "cameras.strategy": ("junctions", "random"),
        "cameras.street_share": ("middle", "low"),
    }
    assert plan.name == "small"


def test_a_cell_is_the_scenario_run_alone(plan, file, tmp_path):
    path = tmp_path / "alone.yaml"
    path.write_text(BASE)
    alone = load_scenario(path, ["cameras.strategy=random", "seed=8"]).scenario
    (same,) = [one for one in plan.cells if one.digest == digest(alone, 8, {})]
    assert same.levels == {
        "seed": "8",
        "cameras.strategy": "random",
        "cameras.street_share": "middle",
    }


def test_the_example_is_right():
    plan = plan_of(Path(__file__).parents[2] / "scenarios" / "sweep_mong_kok_core.yaml")
    assert (plan.name, len(plan.cells)) == ("sweep_mong_kok_core", 216)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BASE, "s.yaml: has no matrix"),
        (
            BASE + "matrix:\n  cameras.optics: [weak, lens]\n",
            's.yaml:6:26: cameras.optics: "lens" is not one of',
        ),
        (BASE + "matrix:\n  area: [mong_kok_core, nowhere]\n", "s.yaml:6:3: area: 'nowhere' is no"),
        (BASE.replace("mong_kok_core", "nowhere") + "matrix: {seed: [1, 2]}\n", "s.yaml:2:1: area"),
        (BASE + "matrix:\n  trips.own: [none.gpx]\n", "s.yaml:6:3: trips.own: "),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path, text, said):
    path = tmp_path / "s.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as refused:
        plan_of(path)
    assert str(refused.value).startswith(str(tmp_path / said.partition(":")[0]))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_key_set_from_outside_is_named_so(file):
    with pytest.raises(InputError, match=r"^--set area: 'nowhere' is no built-in area"):
        plan_of(file, ["area=nowhere"])


# one table of all cells


def test_the_table_has_every_figure_of_every_cell(plan, rows):
    table = cells_table(plan, rows)
    assert len(table) == len(plan.cells) * 2 * len(TASKS)
    assert [*table.columns[:8]] == [
        "digest", "scenario", "area", "seed", "strategy", "optics", "share_rule", "street_share",
    ]  # fmt: skip
    assert not table[["digest", "total", "task"]].duplicated().any()
    for one, (_, group) in zip(plan.cells, table.groupby("digest", sort=False), strict=True):
        assert set(group["seed"]) == {one.scenario.seed}
        assert set(group["strategy"]) == {one.scenario.cameras.strategy}
        for row, expected in zip(group.to_dict("records"), rows[one.digest], strict=True):
            for name in BANDED:
                value = expected[name]
                assert row[name] == value or (value is None and row[name] != row[name])


def test_what_is_finished_is_not_computed_again(plan, rows, tmp_path):
    folder = fill(tmp_path / "o", rows)
    said = []
    swept = sweep(plan, folder, done=lambda *at: said.append(at), announce=said.append)
    assert swept.computed == 0
    assert said == [(8, 8)]
    names = ["bands.json", "cells.csv", "cells.jsonl", "cells.parquet", "sweep.json"]
    assert sorted(path.name for path in folder.iterdir()) == names
    other = fill(tmp_path / "p", dict(reversed(rows.items())))
    sweep(plan, other)
    for name in set(names) - {"cells.jsonl"}:
        assert (folder / name).read_bytes() == (other / name).read_bytes(), name


def test_shares_by_owner_are_told_apart(tmp_path):
    owners = "police: 1, department: 1, transport: 1, estate: 0, mall: 0"
    path = tmp_path / "s.yaml"
    values = f"[{{{owners}, other: 0}}, {{{owners}, other: 1}}, low]"
    path.write_text(BASE + f"matrix: {{cameras.street_share: {values}}}\n")
    found = plan_of(path)
    figures = dict.fromkeys(FIGURES, 0.5)
    rows = {
        one.digest: [{"total": total, "task": task, **figures} for total, task in one.keys]
        for one in found.cells
    }
    assert cells_table(found, rows)["street_share"].nunique() == 3
    (content,) = bands_of(found, rows).values()
    assert len({row["case"] for row in content["cases"]}) == 2


def test_other_keys_have_columns_of_their_own(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(BASE + "matrix: {tracking.memory_s: [60, 600], area: [mong_kok_core]}\n")
    found = plan_of(path)
    one = cell(found.cells[0].scenario, 1, threads=1)["rows"]
    table = cells_table(found, dict.fromkeys([each.digest for each in found.cells], one))
    assert [*dict.fromkeys(table["tracking.memory_s"])] == ["60.0", "600.0"]


# bands from cells


def test_bands_of_a_sweep_are_those_of_bands(plan, rows, tmp_path):
    (content,) = bands_of(plan, rows).values()
    own = plan.cells[0].scenario
    levels = {"strategy": ["random"], "street_share": ["low"]}
    expected = bands(own, seeds=2, cases=levels, factorial=True).content
    assert content["scenario"] == expected["scenario"]
    for key in ("version", "headline", "seeds", "factorial", "chance", "range", "decomposition"):
        assert content[key] == expected[key], key
    by_case = {json.dumps([row["changes"], row["total"], row["task"], row["figure"]]): row
               for row in expected["cases"]}  # fmt: skip
    for row in content["cases"]:
        key = json.dumps([row["changes"], row["total"], row["task"], row["figure"]])
        assert row == by_case.pop(key)
    assert by_case == {}


def test_areas_and_lists_of_totals_are_never_pooled(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(BASE + "matrix: {cameras.totals: [[4000], [60000]], seed: [7, 8]}\n")
    found = plan_of(path)
    figures = dict.fromkeys(FIGURES, 0.5)
    rows = {
        one.digest: [{"total": total, "task": task, **figures} for total, task in one.keys]
        for one in found.cells
    }
    read = bands_of(found, rows)
    assert len(read) == 2
    for content, total in zip(read.values(), (4000, 60000), strict=True):
        assert {row["total"] for row in content["chance"]} == {total}
        assert content["factors"] == {}


def test_variants_are_cases_too(tmp_path):
    path = tmp_path / "s.yaml"
    variants = (
        "variants:\n  a: {cameras: {optics: weak}}\n"
        "  b: {cameras: {optics: strong, strategy: random}}\n"
    )
    path.write_text(BASE + variants + "matrix: {variant: [a, b], seed: [7, 8]}\n")
    found = plan_of(path)
    figures = dict.fromkeys(FIGURES, 0.5)
    rows = {
        one.digest: [{"total": total, "task": task, **figures} for total, task in one.keys]
        for one in found.cells
    }
    (content,) = bands_of(found, rows).values()
    assert {row["case"] for row in content["cases"]} == {"strategy: random, optics: strong"}
    assert not content["factorial"]


# cells on the disk


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_cut_at_any_byte_loses_only_the_line_that_it_cuts(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("cut")
    count = data.draw(st.integers(1, 5))
    whole = fill(folder / "o", {f"{i}": [{"total": i, "task": "é"}] for i in range(count)})
    content = (whole / "cells.jsonl").read_bytes()
    cut = data.draw(st.integers(0, len(content)))
    (whole / "cells.jsonl").write_bytes(content[:cut])
    kept_lines = content[:cut].count(b"\n")
    with Journal(whole / "cells.jsonl") as kept:
        assert [*kept.cells] == [f"{i}" for i in range(kept_lines)]
        for i in range(kept_lines, count):
            kept.add({"digest": f"{i}", "rows": [{"total": i, "task": "é"}]})
    assert (whole / "cells.jsonl").read_bytes() == content


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"null", b"[[]]", b"\xff\xfe", b"[" * 100_000, b'{"digest": 1, "rows": []}',
     b'{"digest": "b", "rows": [NaN]}', b'{"digest": "b", "rows": [1]}', b"\0" * 50],
)  # fmt: skip
def test_a_damaged_line_is_no_cell(tmp_path, line):
    path = fill(tmp_path / "o", {"a": []}) / "cells.jsonl"
    path.write_bytes(line + b"\n" + path.read_bytes())
    with Journal(path) as kept:
        assert [*kept.cells] == ["a"]


def test_a_cell_without_all_its_figures_is_computed_again():
    keys = [*product([4000], TASKS)]
    whole = [{"total": 4000, "task": task, "a": 1.5, "b": None} for task in TASKS]
    assert hold_figures(whole, keys, ["a", "b"])
    assert not hold_figures(whole[1:], keys, ["a", "b"])
    assert not hold_figures(whole, keys, ["a", "c"])
    assert not hold_figures([{**row, "a": "1"} for row in whole], keys, ["a", "b"])


def test_two_programs_do_not_add_to_one_file(tmp_path):
    path = tmp_path / "cells.jsonl"
    with Journal(path), pytest.raises(InputError, match="another program is adding to it"):
        Journal(path)
    assert not (tmp_path / "cells.jsonl").exists()


@contextmanager
def little_room(size):
    """Let files grow up to some bytes, as on a disk that is full.

    Only inside a test: pytest itself may be writing to a file that is longer.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_no_half_line(tmp_path):
    path = tmp_path / "cells.jsonl"
    with Journal(path) as kept:
        kept.add({"digest": "a", "rows": [{"total": 1}]})
        before = path.read_bytes()
        with (
            little_room(len(before) + 20),
            pytest.raises(OSError, match="File too large") as full,
        ):
            kept.add({"digest": "b", "rows": [{"total": i} for i in range(100)]})
        assert full.value.filename == str(path)
        assert [*kept.cells] == ["a"]
        assert path.read_bytes() == before


def test_a_full_disk_leaves_the_earlier_table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("earlier")
    with little_room(100), pytest.raises(OSError, match="File too large") as full:
        replace_text(path, "x" * 10_000, remedy="", flush=True)
    assert full.value.filename == str(path)
    with little_room(100), pytest.raises(InputError, match=r"table\.csv: cannot be written"):
        replace_text(path, "x" * 10_000)
    assert [each.name for each in tmp_path.iterdir()] == ["table.csv"]
    assert path.read_text() == "earlier"


def test_a_folder_of_something_else_is_not_touched(plan, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="holds files that are not of a sweep"):
        sweep(plan, tmp_path)
    with pytest.raises(InputError, match="is a file"):
        sweep(plan, tmp_path / "mine.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
