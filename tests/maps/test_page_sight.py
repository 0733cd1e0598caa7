"""The page's sight kernel is the engine's: random edits, interval by interval, rank by rank."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from page_edits import compare, node_finds, random_edits, random_scene, rows_of_cameras
from pyproj import Transformer

from maps.payload import UNIT, build_payload
from maps.run_folder import read_run_folder
from sim.cameras.optics import TASKS
from sim.city.from_official import GROUND_ASSUMPTION

pytestmark = pytest.mark.slow

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(not NODE, reason="node is not installed")
SCENES, EDITS = 5, 60


@pytest.fixture(scope="module")
def run(run_folder):
    return read_run_folder(run_folder)


@pytest.fixture(scope="module")
def carried(run):
    payload = build_payload(run)
    return {"head": payload.head, "packed": payload.columns.text()}


@needs_node
def test_edits_of_random_scenes_are_the_engine_s(tmp_path):
    edits = intervals = 0
    for seed in range(SCENES):
        scene = random_scene(seed)
        wanted = random_edits(np.random.default_rng(100 + seed), scene, EDITS)
        found = node_finds(NODE, {"scene": scene, "edits": wanted}, tmp_path)
        told = compare(scene, wanted, found["edits"])
        assert told.faults == []
        edits += told.edits
        intervals += told.intervals
    assert edits == SCENES * EDITS
    assert intervals > 4 * edits


@needs_node
def test_a_fault_would_be_found(tmp_path):
    scene = random_scene(0)
    wanted = random_edits(np.random.default_rng(100), scene, 10)
    found = node_finds(NODE, {"scene": scene, "edits": wanted}, tmp_path)
    k = next(k for k, edit in enumerate(found["edits"]) if edit["seen"] and edit["pieces"])
    found["edits"][k]["seen"]["start"][0] += 1e-8
    assert len(compare(scene, wanted, found["edits"]).faults) == 1


@needs_node
def test_edits_on_what_a_page_carries_are_the_engine_s(carried, tmp_path):
    unchanged = node_finds(NODE, {"payload": carried, "edits": []}, tmp_path)
    scene = unchanged["scene"]
    own = rows_of_cameras(scene, [camera for *_, camera in scene["cameras"]])
    for (place, start, end), seen in zip(own, unchanged["seen"], strict=True):
        assert place.tolist() == seen["place"]
        np.testing.assert_allclose([*start, *end], seen["start"] + seen["end"], rtol=0, atol=1e-9)
    wanted = random_edits(np.random.default_rng(5), scene, EDITS)
    found = node_finds(NODE, {"payload": carried, "edits": wanted}, tmp_path)
    told = compare(scene, wanted, found["edits"], own)
    assert told.faults == []
    assert told.intervals > 50


@needs_node
def test_the_page_s_scene_is_the_run_s(run, carried, tmp_path):
    """Lengths, places and what is seen: of the run, but for what drawing rounds."""
    found = node_finds(NODE, {"payload": carried, "edits": []}, tmp_path)
    scene = found["scene"]
    np.testing.assert_allclose(scene["drawn"], run.edges.length, rtol=0, atol=0.25)
    heads = run.heads[run.heads["rank"] <= run.totals[-1]]
    x = np.array([camera["x"] for *_, camera in scene["cameras"]])
    apart = np.diff(heads.geometry.x.to_numpy()) - np.diff(x)
    assert np.abs(apart).max() < 0.2
    for name, column in (("mount", "mount"), ("heading", "heading"), ("near", "near")):
        carried_of = [camera[name] for *_, camera in scene["cameras"]]
        np.testing.assert_allclose(carried_of, heads[column], rtol=0, atol=0.051)
    sightings = run.sightings
    for k, (rank, seen) in enumerate(zip(heads["rank"], found["seen"], strict=True)):
        met = {
            4 * int(edge) + TASKS.index(str(task))
            for edge, task in sightings[sightings["rank"] == rank][["edge", "task"]].to_numpy()
        }
        long = {
            place for place, a, b in zip(seen["place"], seen["start"], seen["end"], strict=True)
            if b - a > 1.0
        }  # fmt: skip
        assert long <= met, f"camera {k}"


def test_the_plane_is_true_to_a_thousandth(run, carried):
    """Distances on the page's plane against those of the run's projection."""
    head = carried["head"]
    plane = np.array(head["sight"]["plane"]).reshape(2, 2)
    place = run.heads.geometry.get_coordinates().to_numpy()
    transform = Transformer.from_crs(run.edges.crs, "EPSG:3857", always_xy=True)
    steps = (np.column_stack(transform.transform(*place.T)) - head["origin"]) / UNIT
    apart = np.linalg.norm(np.diff(place, axis=0), axis=1)
    found = np.linalg.norm(np.diff(steps @ plane.T, axis=0), axis=1)
    np.testing.assert_allclose(found, apart, rtol=1e-3, atol=1e-6)


def test_real_cameras_are_not_changed_and_nothing_is_carried_for_it(run):
    payload = build_payload(replace(run, summary={**run.summary, "simulated": False}))
    assert payload.head["fixed"] == "real"
    assert payload.head["sight"] is None
    assert "head_heading" not in {name for name, *_ in payload.columns.index}


def test_streets_on_a_terrain_model_are_not_known_to_the_page(run):
    data = {**run.manifest["data"], "assumptions": [GROUND_ASSUMPTION]}
    changed = replace(run, manifest={**run.manifest, "data": data})
    assert build_payload(changed).head["fixed"] == "unknown"


def test_masked_streets_are_not_known_to_the_page(run):
    zone = {"how": "masked", "metres": 50}
    scenario = {"cameras": {"exclude": [zone]}}
    changed = replace(run, manifest={**run.manifest, "scenario": scenario})
    assert build_payload(changed).head["fixed"] == "unknown"
