"""Compiled kernels on disk: damaged files heal, and without a place to write there is no cache."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from privileges import file_permissions_hold

from sim.jit import on_disk

KERNEL = """
from sim.jit import kernel

@kernel
def twice(x):
    return 2 * x
"""


def loaded(folder):
    """Import the module as a new process would, with nothing compiled in memory."""
    spec = importlib.util.spec_from_file_location("twice_of_tests", folder / "twice_of_tests.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.twice


def hits(twice):
    return sum(twice.stats.cache_hits.values())


LINKED = """
from sim.jit import inner, kernel, lean_inner

@inner
def halves(x):
    return [x // 2, x - x // 2]

@lean_inner
def longer(x):
    return max(x, 1) + 1

@kernel
def twice(x):
    low, high = halves(longer(x))
    return 2 * (low + high - 1)
"""


def test_inner_kernels_are_compiled_into_their_callers(tmp_path):
    (tmp_path / "twice_of_tests.py").write_text(LINKED)
    twice = loaded(tmp_path)
    assert twice(7) == 14
    called = [f.name for f in twice.overloads[twice.signatures[0]].library.get_defined_functions()]
    assert any("twice" in name for name in called)
    again = loaded(tmp_path)
    assert again(7) == 14
    assert hits(again) == 1


def test_another_numba_compiles_them_its_own_way(tmp_path):
    (tmp_path / "twice_of_tests.py").write_text(LINKED)
    program = (
        'import numba; numba.__version__ = "0.99.0"; import sim.jit; assert not sim.jit.LINKED; '
        "from twice_of_tests import twice; assert twice(7) == 14"
    )
    own = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parents[1])])}
    subprocess.run([sys.executable, "-c", program], env={**os.environ, **own}, check=True)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "twice_of_tests.py").write_text(KERNEL)
    twice = loaded(tmp_path)
    assert twice(2) == 4
    assert hits(twice) == 0
    again = loaded(tmp_path)
    assert again(2) == 4
    assert hits(again) == 1
    return tmp_path


def test_what_is_on_disk_is_known_without_loading_it(folder):
    twice = loaded(folder)
    assert on_disk(twice)
    assert hits(twice) == 0
    source = folder / "twice_of_tests.py"
    source.write_text(source.read_text().replace("2 * x", "2 * x + 0"))
    assert not on_disk(loaded(folder))
    assert loaded(folder)(2) == 4
    again = loaded(folder)
    assert on_disk(again)
    (path,) = (folder / "__pycache__").glob("*.nbc")
    path.unlink()
    assert not on_disk(again)
    assert on_disk(abs)  # nothing that could be missing


DAMAGES = {
    "empty": lambda content: b"",
    "one byte": lambda content: content[:1],
    "cut in its digest": lambda content: content[:20],
    "cut after its digest": lambda content: content[:32],
    "half": lambda content: content[: len(content) // 2],
    "its last byte missing": lambda content: content[:-1],
    "zeros, as a crash of the machine leaves": lambda content: bytes(len(content)),
    "zeros at its end": lambda content: content[:-64] + bytes(64),
    "one bit changed": lambda content: content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
    "as numba alone writes it": lambda content: content[32:],
    "longer": lambda content: content + b"more",
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("suffixes", [("nbi",), ("nbc",), ("nbi", "nbc")])
def test_a_damaged_cache_heals(folder, suffixes, damage):
    for suffix in suffixes:
        (path,) = (folder / "__pycache__").glob(f"*.{suffix}")
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
    first = loaded(folder)
    assert first(2) == 4
    assert hits(first) == 0
    second = loaded(folder)
    assert second(2) == 4
    assert hits(second) == 1
    assert first(1.5) == second(1.5) == 3.0


@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
@pytest.mark.parametrize("how", ["gone", "a folder", "not to be read"])
def test_a_cache_file_that_cannot_be_opened_costs_a_compilation(folder, suffix, how):
    (path,) = (folder / "__pycache__").glob(f"*.{suffix}")
    if how == "not to be read":
        path.chmod(0)
    else:
        path.unlink()
    if how == "a folder":
        path.mkdir()
    with file_permissions_hold():
        assert loaded(folder)(2) == 4
        assert loaded(folder)(2) == 4


def test_without_a_place_to_write_kernels_run_uncached(tmp_path, monkeypatch):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "twice_of_tests.py").write_text(KERNEL)
    (tmp_path / "home").mkdir()
    for name in ("package", "home"):
        (tmp_path / name).chmod(0o555)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with file_permissions_hold():
        twice = loaded(tmp_path / "package")
        assert twice(2) == 4
    assert twice.stats.cache_path is None
    assert not list((tmp_path / "home").iterdir())


def test_a_cache_that_cannot_be_written_any_more_is_no_error(folder):
    (folder / "__pycache__").chmod(0o555)
    with file_permissions_hold():
        twice = loaded(folder)
        assert twice(1.5) == 3.0
    (folder / "__pycache__").chmod(0o755)
