"""docs/sensitivity.md is what its table of cells says, and the table is what the engine gives."""

import importlib.util

import numpy as np
import pandas as pd
import pytest
from documentation.blocks import ROOT

from sim.ensemble.cases import changes, plan_of
from sim.ensemble.cell import cell
from sim.ensemble.sensitivity import SPLIT
from sim.results.metrics import HEADLINE_TASK

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page():
    path = ROOT / "docs" / "sensitivity_page.py"
    spec = importlib.util.spec_from_file_location("sensitivity_page", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cells(page):
    return pd.read_csv(page.CELLS)


@pytest.fixture(scope="module")
def few(page):
    return pd.read_csv(page.FEW)


def test_the_page_is_what_its_tables_say(page, cells, few):
    assert page.on_page() == page.block(cells, few), "run `python docs/sensitivity_page.py`"


@pytest.mark.parametrize("combination", [1, 400, 480])
def test_the_table_is_what_the_engine_gives(page, cells, combination):
    _is_what_the_engine_gives(page, cells, page.design_for(cells), combination)


def _is_what_the_engine_gives(page, cells, design, combination):
    own = page.scenario()
    assert cells["seed"].tolist() == [
        seed for seeds in design.seeds.tolist() for seed in seeds for _ in page.TOTALS
    ]
    base = plan_of(own, seeds=1, cases=None, factorial=False).base
    seed = int(design.seeds[combination, 0])
    kept = cells[(cells["combination"] == combination) & (cells["seed"] == seed)]
    found = [
        [row[name] for name in SPLIT]
        for row in cell(own, seed, changes(design.case(combination), base))["rows"]
        if row["task"] == HEADLINE_TASK and row["total"] in page.TOTALS
    ]
    assert kept[list(SPLIT)].to_numpy() == pytest.approx(np.array(found), abs=1e-6), (
        "make the page again by the command it names"
    )


def test_a_sample_agrees_with_every_combination(page, few):
    """Of four cases: the same cells, all of them and some of them fitted."""
    every, some = page.few_splits(few)
    assert {row["model"] for row in every.values()} == {"factorial"}
    assert {row["model"] for row in some.values()} <= {"pairs", "additive"}
    apart = []
    for place, exact in every.items():
        found = some[place]
        assert found["sum"]["share"] == pytest.approx(1, abs=3 * found["sum"]["se"])
        assert found["mean"] == pytest.approx(exact["mean"], abs=0.03)
        pairs = zip(found["factors"], exact["factors"], strict=True)
        of_both = [(mine["alone"], its["alone"]) for mine, its in pairs]
        of_both.append((found["chance"], exact["chance"]))
        apart += [(a["share"] - b["share"]) / np.hypot(a["se"], b["se"]) for a, b in of_both]
    assert np.abs(apart).max() < 4
    assert np.sqrt(np.mean(np.square(apart))) < 1.5


@pytest.mark.parametrize("combination", [0, 53])
def test_the_table_of_few_cases_is_what_the_engine_gives(page, few, combination):
    _is_what_the_engine_gives(page, few, page.design_for(few, page.FEW_CASES), combination)
