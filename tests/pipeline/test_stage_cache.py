import hashlib
import io
import json
import os
import pickle
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.city.loaders import load_city
from sim.cli import main
from sim.digests import digest_of
from sim.pipeline.cached_stages import CachedStages
from sim.pipeline.run import run
from sim.pipeline.stage_cache import StageCache, refusal
from sim.placement.placing import place
from sim.placement.strategies.registry import STRATEGIES
from sim.scenario.schema import Scenario

ALL = ["cameras", "sight", "trips", "tracking", "unicity", "searched", "policies"]
PLANNED = {"totals": [4000], "plan": "as_announced"}
ROOT = Path(__file__).parents[2]


def scenario(people=40, seed=7, strategy="junctions", subsample=4, **more):
    return Scenario.model_validate(
        {
            "name": "kept",
            "area": "mong_kok_core",
            "cameras": {"totals": [4000, 60000], "strategy": strategy},
            "trips": {"people": people},
            "tracking": {"subsample": subsample},
            "seed": seed,
            **more,
        }
    )


def recalled(folder):
    return json.loads((folder / "manifest.json").read_text())["machine"]["stages_of_earlier_runs"]


def content(folder):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "manifest.json"  # it holds seconds
    }


@settings(deadline=None)
@given(st.lists(st.sampled_from([np.int32, np.float64, bool, np.uint8]), max_size=4), st.data())
def test_what_is_kept_comes_back_and_what_is_damaged_does_not(tmp_path_factory, types, data):
    cache = StageCache(tmp_path_factory.mktemp("stages"))
    given_arrays = {f"a{k}": np.arange(3 * k).reshape(-1, 3).astype(t) for k, t in enumerate(types)}
    cache.put("sight", "d1", given_arrays)
    found = cache.get("sight", "d1")
    assert list(found) == list(given_arrays)
    for name, array in given_arrays.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)
    assert cache.get("sight", "d2") is None
    assert cache.get("trips", "d1") is None
    (entry,) = cache.folder.iterdir()
    whole = bytearray(entry.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(whole) - 1)))
    entry.write_bytes(bytes(whole[:cut]))
    assert cache.get("sight", "d1") is None
    assert not list(cache.folder.iterdir())


def test_objects_are_never_kept(tmp_path):
    cache = StageCache(tmp_path)
    for array in (np.array([{"an": "object"}], object), np.zeros(1, [("x", float)])):
        with pytest.raises(ValueError, match=r"sight: a holds .*, which no entry can"):
            cache.put("sight", "a", {"a": array})
    assert not [*tmp_path.iterdir()]


def test_nothing_is_unpickled(tmp_path):
    written = io.BytesIO()
    np.savez(written, a=np.array([{"an": "object"}], object))
    assert pickle.dumps({"an": "object"})[:1] in written.getvalue()
    cache = StageCache(tmp_path)
    forged = (
        written.getvalue(),
        b'[["a", "|O", [1]]]\n' + pickle.dumps({"an": "object"}),
        b'[["a", "no type", [1]]]\n',
        b'[["a", "<i8", ["1"]]]\n',
        b'[["a", "<i8", [9]]]\n',
        b"[1]\n",
        b"{}",
    )
    for body in forged:
        (tmp_path / "sight-d.stage").write_bytes(hashlib.sha256(body).digest() + body)
        assert cache.get("sight", "d") is None
        assert not [*tmp_path.iterdir()]


def test_digests_tell_apart_types_shapes_and_order():
    a = np.arange(4)
    parts = [(a,), (a.astype(float),), (a.reshape(2, 2),), (a, a), (a.tobytes(),), ([0, 1, 2, 3],),
             ("ab", "c"), ("a", "bc"), ()]  # fmt: skip
    assert len({digest_of(*each) for each in parts}) == len(parts)
    assert digest_of(a) == digest_of(np.arange(8)[:4])


def test_what_was_not_used_for_longest_goes_first_and_abandoned_files_too(tmp_path):
    cache = StageCache(tmp_path, limit_bytes=4000)
    for name in ("old", "used", "new"):
        cache.put("sight", name, {"a": np.zeros(1000, np.uint8)})
        time.sleep(0.01)
        assert cache.get("sight", "old" if name == "old" else "used" if name == "used" else name)
    cache.get("sight", "old")  # now it is the last one used
    abandoned = tmp_path / ".sight-x.stage-abcdefgh.part"
    abandoned.touch()
    os.utime(abandoned, (0, 0))
    time.sleep(0.01)
    cache.put("sight", "more", {"a": np.zeros(1000, np.uint8)})
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {"sight-new.stage", "sight-old.stage", "sight-more.stage"}
    cache.put("sight", "huge", {"a": np.zeros(5000, np.uint8)})
    assert {path.name for path in tmp_path.iterdir()} == kept


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770, 0o722, 0o720])
def test_a_folder_that_others_can_write_is_not_used(tmp_path, mode):
    cache = StageCache(tmp_path / "s")
    cache.put("sight", "a1", {"a": np.zeros(3)})
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    assert cache.get("sight", "a1")
    cache.folder.chmod(mode)
    assert "others can write there" in refusal(cache.folder)
    assert cache.get("sight", "a1") is None
    cache.put("sight", "a2", {"a": np.zeros(3)})
    assert [path.name for path in cache.folder.iterdir()] == ["sight-a1.stage"]
    cache.folder.chmod(0o755)
    assert refusal(cache.folder) == ""
    assert cache.get("sight", "a1")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners of POSIX")
def test_the_folder_of_another_user_is_not_used(tmp_path, monkeypatch):
    cache = StageCache(tmp_path / "s")
    cache.put("sight", "a1", {"a": np.zeros(3)})
    other = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: other)
    assert "belongs to another user" in refusal(cache.folder)
    assert cache.get("sight", "a1") is None


def test_clearing_deletes_entries_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HK_CAMERA_SIM_CACHE", str(tmp_path))
    cache = StageCache(tmp_path)
    cache.put("sight", "a1", {"a": np.zeros(3)})
    cache.put("trips", "a2", {"a": np.zeros(3)})
    (tmp_path / "letter.txt").touch()
    (tmp_path / "letter.stage").touch()
    assert main(["cache", "info"]) == 0
    assert "1 sight, 1 trips" in capsys.readouterr().out
    assert main(["cache", "clear"]) == 0
    assert "2 entries deleted" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {"letter.txt", "letter.stage"}
    assert main(["cache", "clear"]) == 0
    assert main(["cache", "info"]) == 0
    assert "nothing kept" in capsys.readouterr().out


def test_runs_side_by_side_read_whole_entries_only(tmp_path):
    cache = StageCache(tmp_path)
    array = np.arange(20_000)

    def use(k):
        if k % 2:
            cache.put("sight", "d", {"a": array})
            return True
        found = cache.get("sight", "d")
        return found is None or np.array_equal(found["a"], array)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(200)))
    assert [path.name for path in tmp_path.iterdir()] == ["sight-d.stage"]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "alone"
    run(scenario(), out)
    return content(out)


@pytest.mark.slow
def test_a_repeated_run_gives_the_same_bytes_and_computes_no_stage(tmp_path, alone):
    cache = StageCache(tmp_path / "stages")
    run(scenario(), tmp_path / "first", cache=cache)
    assert recalled(tmp_path / "first") == []
    run(scenario(), tmp_path / "second", cache=cache)
    assert recalled(tmp_path / "second") == ALL
    assert content(tmp_path / "first") == content(tmp_path / "second") == alone
    for entry in cache.folder.iterdir():
        entry.write_bytes(entry.read_bytes()[:-1])
    run(scenario(), tmp_path / "damaged", cache=cache)
    assert recalled(tmp_path / "damaged") == []
    assert content(tmp_path / "damaged") == alone
    # other walks, rules and words are followed anew past the same sightings
    for changed in (
        {"people": 41},
        {"tracking": {"subsample": 4, "uptime": 0.9}},
        {"recognition": {"gallery": 500}},
        {"title": "Another"},
    ):
        run(scenario(**changed), tmp_path / "changed", cache=cache)
        found = recalled(tmp_path / "changed")
        assert found[:2] == ["cameras", "sight"]
        assert found[2:] == ([] if "people" in changed else ["trips", "unicity"]
                             if "tracking" in changed else ALL[2:])  # fmt: skip
        run(scenario(**changed), tmp_path / "uncached")
        assert content(tmp_path / "changed") == content(tmp_path / "uncached")
    # another strategy places other heads
    run(scenario(strategy="random"), tmp_path / "changed", cache=cache)
    assert recalled(tmp_path / "changed") == ["trips"]


def test_heads_of_a_plan_are_kept(tmp_path):
    cache, wanted = StageCache(tmp_path / "cache"), scenario(cameras=PLANNED)
    for name in ("first", "second"):
        run(wanted, tmp_path / name, cache=cache)
    assert recalled(tmp_path / "second") == ALL
    assert content(tmp_path / "first") == content(tmp_path / "second")


@pytest.mark.parametrize(("strangers", "kept"), [({"random"}, []), ({"even"}, ["cameras"])])
def test_heads_placed_by_another_package_are_not_kept(tmp_path, monkeypatch, strangers, kept):
    ours = {name: rank for name, rank in STRATEGIES.items() if name not in strangers}
    monkeypatch.setattr("sim.pipeline.cached_stages.STRATEGIES", ours)
    phase = {"total": 4000, "year": 2025, "owners": {"police": 1}, "name": "one"}
    cameras = {**PLANNED, "plan": "own", "phases": [{**phase, "strategy": {"police": "random"}}]}
    city = load_city("mong_kok_core")
    fleet = place(city, 4000)
    stages = CachedStages(scenario(cameras=cameras), city, StageCache(tmp_path))
    for _ in range(2):
        stages.fleet(7, lambda: fleet)
    assert stages.recalled == kept


def test_a_cache_that_cannot_be_is_no_error(tmp_path, alone):
    (tmp_path / "file").touch()
    run(scenario(), tmp_path / "run", cache=StageCache(tmp_path / "file" / "stages"))
    assert content(tmp_path / "run") == alone


KILLED = """
import json, os, signal, sys
from pathlib import Path
from sim.pipeline.run import run
from sim.scenario.schema import Scenario
from sim.pipeline.stage_cache import StageCache
def announce(stage):
    if stage == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)
wanted = Scenario.model_validate(json.loads(sys.argv[1]))
run(wanted, Path(sys.argv[2]) / "run", announce=announce, cache=StageCache(Path(sys.argv[2]) / "s"))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of POSIX")
def test_a_killed_run_goes_on_from_its_last_finished_stage(tmp_path, alone):
    wanted = scenario()
    words = [sys.executable, "-c", KILLED, wanted.model_dump_json(), str(tmp_path)]
    for killed_in, finished in (("trips", ALL[:2]), ("answers", ALL[:4])):
        done = subprocess.run([*words, killed_in], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == -9, done.stderr
        assert not (tmp_path / "run").exists()
        kept = {path.name.partition("-")[0] for path in (tmp_path / "s").iterdir()}
        assert kept - {"trips"} == set(finished) - {"trips"}, "walks are drawn beside the others"
        assert "trips" in kept or killed_in == "trips"
    run(wanted, tmp_path / "run", cache=StageCache(tmp_path / "s"))
    assert recalled(tmp_path / "run") == ALL[:4]
    assert content(tmp_path / "run") == alone
