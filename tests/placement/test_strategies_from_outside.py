"""A strategy from another package: installed, found by name, run, and checked."""

import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.cameras.candidates import candidates
from sim.cameras.optics import CASES
from sim.errors import InputError
from sim.placement.context import PlacementContext
from sim.placement.strategies.registry import ENTRY_POINTS, STRATEGIES, ranked, strategy

PACKAGE = """
import numpy as np
from sim.placement.context import HeadOrder

def northernmost(context):
    return np.argsort(-context.sites.y, kind="stable")

def looking_east(context):
    best = np.argmin(np.abs((context.sites.heading - 90 + 180) % 360 - 180), axis=1)
    return HeadOrder(np.arange(len(best)), best)

def twice(context):
    return np.array([1, 2, 1])

def nowhere(context):
    return np.array([len(context.sites.x)])

def behind(context):
    return HeadOrder(np.array([0]), np.array([8]))

def same_head(context):
    return HeadOrder(np.array([3, 3]), np.array([1, 1]))

def uneven(context):
    return HeadOrder(np.array([3, 4]), np.array([1]))

def halves(context):
    return np.array([0.5, 1.5])

def too_few(context):
    return [4, 2]
"""
NAMES = ("northernmost", "looking_east", "twice", "nowhere", "behind", "same_head", "uneven",
         "halves", "too_few")  # fmt: skip


DOCS = Path(__file__).parents[2] / "docs" / "strategies.md"


@pytest.fixture(scope="module")
def site_packages(tmp_path_factory):
    """A folder as pip leaves it: a module and its dist-info."""
    folder = tmp_path_factory.mktemp("site-packages")
    (folder / "own_cameras.py").write_text(PACKAGE, encoding="utf-8")
    info = folder / "own_cameras-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-cameras\nVersion: 1.0\n")
    lines = [f"[{ENTRY_POINTS}]", *(f"{name} = own_cameras:{name}" for name in NAMES)]
    lines.append("random = own_cameras:twice")  # cannot take the name of one of ours
    lines.append("lost = own_cameras:no_such_function")
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def installed(site_packages, monkeypatch):
    monkeypatch.syspath_prepend(str(site_packages))


@pytest.fixture(scope="module")
def city():
    return sim.load_city("mong_kok_core")


@pytest.fixture(scope="module")
def context(city):
    return PlacementContext(city, candidates(city), 7, 50, CASES["typical"])


@pytest.mark.usefixtures("installed")
def test_a_fleet_is_placed_by_a_strategy_from_outside(city):
    fleet = sim.place(city, 70, strategy="northernmost", share_rule="direct", seed=7)
    y = fleet.heads.drop_duplicates("site")["y"].to_numpy()
    assert len(fleet) > 10
    assert (np.diff(y) <= 0).all()


@pytest.mark.usefixtures("installed")
def test_it_may_choose_single_heads(city):
    fleet = sim.place(city, 8_000, strategy="looking_east", seed=7)
    off_east = np.abs((fleet.heads["heading"] - 90 + 180) % 360 - 180)
    assert (off_east <= 90).all()
    assert fleet.heads["site"].is_unique


@pytest.mark.usefixtures("installed")
def test_it_mixes_with_those_of_this_package(city):
    fleet = sim.place(city, 8_000, strategy={"northernmost": 1, "junctions": 1}, seed=7)
    assert len(fleet) == len(sim.place(city, 8_000, seed=7))


@pytest.mark.usefixtures("installed")
def test_it_cannot_take_the_name_of_one_of_ours():
    assert strategy("random") is STRATEGIES["random"]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("twice", "names a site twice"),
        ("nowhere", "no candidates"),
        ("behind", "directions that are not 0 to 7"),
        ("same_head", "names a head twice"),
        ("uneven", "a site and a direction"),
        ("halves", "whole numbers"),
    ],
)
def test_an_answer_that_is_no_order_is_refused(name, said, context):
    with pytest.raises(InputError, match=said) as caught:
        ranked(name, context)
    assert f'"{name}"' in str(caught.value)


@pytest.mark.usefixtures("installed")
def test_too_short_an_order_is_refused_when_heads_are_placed(city):
    with pytest.raises(InputError, match="has places for 5"):
        sim.place(city, 8_000, strategy="too_few", seed=7)


@pytest.mark.usefixtures("installed")
def test_one_that_cannot_be_loaded_is_named():
    with pytest.raises(InputError, match=r'"lost" cannot be loaded.*no_such_function'):
        strategy("lost")


def test_unless_it_is_installed_nobody_knows_it(context):
    with pytest.raises(InputError, match='unknown strategy "northernmost"'):
        ranked("northernmost", context)


@pytest.mark.slow
def test_it_is_found_by_a_new_process(site_packages):
    code = textwrap.dedent(
        f"""
        import sys; sys.path.insert(0, {str(site_packages)!r})
        from sim.placement.strategies.registry import strategy
        print(strategy("northernmost").__module__)
        """
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "own_cameras"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


def test_the_ten_lines_of_the_docs_run(tmp_path, monkeypatch, city):
    code = next(block for block in blocks("python") if "def northernmost" in block)
    entries = tomllib.loads(next(block for block in blocks("toml") if ENTRY_POINTS in block))
    assert len(code.splitlines()) <= 10
    (tmp_path / "my_cameras.py").write_text(code, encoding="utf-8")
    info = tmp_path / "my_cameras-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-cameras\nVersion: 1.0\n")
    points = entries["project"]["entry-points"][ENTRY_POINTS]
    lines = [f"[{ENTRY_POINTS}]", *(f"{name} = {where}" for name, where in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(str(tmp_path))
    fleet = sim.place(city, 70, strategy="northernmost", share_rule="direct", seed=7)
    assert (np.diff(fleet.heads.drop_duplicates("site")["y"]) <= 0).all()


def test_the_docs_name_every_strategy():
    named = set(re.findall(r"^\| `(\w+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert named == {*STRATEGIES, "existing"}
