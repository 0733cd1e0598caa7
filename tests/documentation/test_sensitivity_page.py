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


def test_the_page_is_what_its_table_says(page, cells):
    assert page.on_page() == page.block(cells), "run `python docs/sensitivity_page.py`"


@pytest.mark.parametrize("combination", [1, 400, 480])
def test_the_table_is_what_the_engine_gives(page, cells, combination):
    own, design = page.scenario(), page.design_for(cells)
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
