"""The faults of the mutation run: each is one change that still parses, and none is in words."""

import ast
import re
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SOURCE = '''
"""A module of 3 things."""
from __future__ import annotations

LIMIT_M = 7.5
"""At most 2 of them."""
CELLS_AT_ONCE = 64


@kernel(cache=True)
def seen(values: NDArray[np.float64], last: int = 3) -> float:
    """Return 1 or 2."""
    if not values.any() and last % 24 >= 5:
        raise InputError(f"{last + 1} is more than 2", key="a" + "b")
    total = -values[1:].sum()  # 9 < 10
    for k in range(last):
        if k == 2:
            continue
        total += min(k, last) * 0.5
    return total - 1 if last < 4 else np.searchsorted(values, 1.0, side="right")


class Thing:
    def __repr__(self) -> str:
        return "x" * (3 + 4)
'''
WANTED = {
    ("constant", "7.5", "15.0"), ("comparison", ">=", ">"), ("comparison", ">=", "<="),
    ("modulus", "24", "12"), ("off by one", "24", "25"), ("and/or", "and", "or"),
    ("sign or not", "not ", ""), ("function", "any", "all"), ("sign or not", "-", ""),
    ("slice", "1", ""), ("comparison", "==", "!="), ("loop", "continue", "break"),
    ("operator", "+=", "-="), ("operator", "*", "/"), ("function", "min", "max"),
    ("constant", "0.5", "1.0"), ("comparison", "<", "<="), ("side", '"right"', '"left"'),
    ("condition", "last < 4", "False"), ("off by one", "3", "4"),
}  # fmt: skip


@pytest.fixture(scope="module")
def mutations():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")
        import mutations

        yield mutations.mutations
    sys.modules.pop("mutations", None)


def test_the_usual_faults_are_found(mutations):
    found = {(f.kind, f.before, f.after) for f in mutations("a.py", SOURCE.encode())}
    assert found >= WANTED
    text = SOURCE.splitlines()
    for fault in mutations("a.py", SOURCE.encode()):
        line = text[fault.line - 1]
        assert fault.before in line
        assert not re.search(r'"""|raise|CELLS_AT_ONCE|@kernel|import|\* \(', line), fault.name


def test_only_the_functions_asked_for(mutations):
    inside = re.compile("seen")
    assert all(f.line > 8 for f in mutations("a.py", SOURCE.encode(), inside))
    assert not mutations("a.py", SOURCE.encode(), re.compile("other"))


@pytest.mark.parametrize("name", ["tracking/linking.py", "trips/search.py", "sight/kernels.py"])
def test_every_fault_of_the_engine_is_one_change_that_parses(mutations, name):
    source = (ROOT / "sim" / name).read_bytes()
    tree = ast.dump(ast.parse(source))
    faults = mutations(f"sim/{name}", source)
    assert len(faults) > 100
    assert len(set(faults)) == len(faults)
    for fault in faults[::7]:
        changed = ast.parse(fault.planted(source))
        assert ast.dump(changed) != tree, fault.name


def test_scripts_keep_their_comments_and_strings(mutations):
    script = b"""// 1 < 2
import { a } from "./b.js"; /* 3 + 4 */
const n = share < 1 && x === "a<b" ? Math.min(n, 2) : `7`;
"""
    found = {(f.before, f.after) for f in mutations("a.js", script)}
    assert found == {("<", "<="), ("&&", "||"), ("===", "!=="), ("1", "2"), ("2", "3"),
                     ("Math.min", "Math.max")}  # fmt: skip


def test_a_file_that_changed_meanwhile_is_not_mutated(mutations):
    fault = mutations("a.py", b"x = 1 + 2\n")[0]
    with pytest.raises(ValueError, match="something else"):
        fault.planted(b"longer = 1 + 2\n")
