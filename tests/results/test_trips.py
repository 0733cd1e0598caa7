"""Walks of a run folder: rebuilt exactly, with figures, lines and curves to the bit as computed."""

import json
import shutil

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from sim.cameras.optics import TASKS
from sim.city.loaders import load_city
from sim.errors import InputError
from sim.pipeline.cached_stages import CachedStages
from sim.pipeline.run import run
from sim.pipeline.simulate import simulate
from sim.pipeline.user_inputs import read_own_inputs
from sim.results.compare import compare
from sim.results.contract import FORMER_FILES, RUN_FILES
from sim.results.run import read_run
from sim.scenario.schema import Scenario
from sim.trips.own import write_gpx

pytestmark = pytest.mark.slow

WALKS = [
    {"name": "There", "name_zh": "去", "via": ["Mong Kok exit E2", "Flower Market"]},
    {"name": "Back", "via": ["Flower Market", "Langham Place", "Mong Kok exit E2"]},
]
FORMS = {
    "walks": {"trips": {"people": 80, "walks": WALKS}},
    "days": {
        "trips": {"people": 40, "profiles": ["commuter", "shopper"], "speed_m_s": 1.1},
        "tracking": {"uptime": 0.8, "facing_degrees": 60.0, "memory_s": 300.0, "subsample": 0},
        "cameras": {"totals": [500, 4000, 60000], "optics": {"typical": 0.5, "ptz": 0.5}},
    },
    "named alone": {"trips": {"people": 0, "walks": WALKS}},
    "own and sampled": {"trips": {"people": 20, "own": "walks.gpx"}},
}


def scenario(form, folder) -> Scenario:
    given = FORMS[form]
    trips = dict(given["trips"])
    if "own" in trips:
        trips["own"] = str(folder / trips["own"])
    whole = {"name": "a", "area": "mong_kok_core", "seed": 7, "cameras": {"totals": [4000, 60000]}}
    return Scenario.model_validate({**whole, **given, "trips": trips})


@pytest.fixture(scope="module", params=FORMS)
def both(request, tmp_path_factory):
    """Results of the pipeline in memory, and the run folder of the same scenario read back."""
    folder = tmp_path_factory.mktemp("runs")
    made = scenario("named alone", folder)
    city = load_city("mong_kok_core")
    city, own = read_own_inputs(made, city)
    write_gpx(simulate(CachedStages(made, city, None), own).trips, city, folder / "walks.gpx")
    made = scenario(request.param, folder)
    city, own = read_own_inputs(made, load_city("mong_kok_core"))
    run(made, folder / "run")
    return simulate(CachedStages(made, city, None), own), read_run(folder / "run")


def same_bits(found, expected):
    """Whether tables agree to the bit in values, and in types where these are numbers."""
    assert [*found.columns] == [*expected.columns]
    for name in expected:
        one, other = found[name].to_numpy(), expected[name].to_numpy()
        if one.dtype.kind in "fiub":
            assert one.dtype == other.dtype, name
            np.testing.assert_array_equal(one, other, err_msg=name)
        else:
            assert one.tolist() == other.tolist(), name


def test_the_walks_are_rebuilt_exactly(both):
    made, finished = both
    found, expected = finished.trips, made.trips
    same_bits(found.table[[*expected.table]], expected.table)
    for name in ("path_ptr", "path_edge", "path_backward"):
        one, other = getattr(found, name), getattr(expected, name)
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
        assert one.flags.writeable  # or kernels are compiled once more
    for name in ("unreachable", "speed_m_s", "report"):
        assert getattr(found, name) == getattr(expected, name)


def test_figures_are_those_of_the_run_to_the_bit(both):
    made, finished = both
    same_bits(finished.trip_figures(), made.tracks.table)
    same_bits(finished.tracks.table, made.tracks.table)
    assert finished.tracks.summary == made.tracks.summary


def test_the_answer_is_that_of_the_run(both):
    made, finished = both
    assert finished.answer.summary == made.tracks.answer.summary
    assert [step["answer"] for step in finished.summary["steps"]] == [
        finished.answer.summary[total] for total in finished.totals
    ]
    same_bits(finished.answer.last_unseen, made.tracks.answer.last_unseen)
    assert finished.summary["answer_walks"] == finished.answer.walks


def test_another_answer_than_the_summary_says_is_refused(both, tmp_path):
    _, finished = both
    copy = shutil.copytree(finished.folder, tmp_path / "copy")
    path = copy / "summary.json"
    summary = json.loads(path.read_text())
    share = summary["steps"][0]["answer"]["detect"]["any_length"]
    share["share"] = 0.5 if share["share"] is None else share["share"] + 1e-6
    path.write_text(json.dumps(summary))
    with pytest.raises(InputError, match="the answer is not found again"):
        read_run(copy).answer  # noqa: B018


@pytest.mark.parametrize("named", [True, False])
def test_some_walks_have_the_figures_that_they_have_among_all(both, named):
    _, finished = both
    for make in (finished.trip_figures, finished.trip_lines):
        all_of_them = make()
        chosen = all_of_them[all_of_them["named"] == named]
        same_bits(pd.DataFrame(make(named=named)), pd.DataFrame(chosen))


def test_curves_are_those_of_the_run_to_the_bit(both):
    made, finished = both
    found = finished.trip_curves().to_pandas()
    np.testing.assert_array_equal(found["length"], made.trips.table["length"])
    for name, column in made.tracks.curves.items():
        for one, other in zip(found[name], column, strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)


def test_curves_add_up_to_the_share_seen(both):
    _, finished = both
    curves = finished.trip_curves().to_pandas()
    figures = finished.trip_figures()
    for task in TASKS:
        for total in finished.totals:
            rows = figures[(figures["total"] == total) & (figures["task"] == task)]
            pairs = zip(curves[f"curve_rank_{task}"], curves[f"curve_length_{task}"], strict=True)
            seen = [metres[rank <= total].sum() for rank, metres in pairs]
            shares = rows["observed_length"].to_numpy()
            assert shares == pytest.approx(seen / curves["length"].to_numpy(), abs=1e-9)


def test_lines_join_the_doors_along_the_edges(both):
    made, finished = both
    lines = finished.trip_lines()
    nodes = finished.city.streets.nodes.geometry.to_numpy()
    assert lines.geometry.length.to_numpy() == pytest.approx(lines["length"].to_numpy(), abs=1e-6)
    for name, at in (("origin", 0), ("destination", -1)):
        ends = shapely.get_coordinates(shapely.get_point(lines.geometry.to_numpy(), at))
        np.testing.assert_array_equal(ends, shapely.get_coordinates(nodes[lines[name]]))
    edges = finished.city.streets.edges.geometry.to_numpy()
    ptr, path = made.trips.path_ptr, made.trips.path_edge
    for i in range(0, len(lines), 7):
        walked = shapely.union_all(edges[path[ptr[i] : ptr[i + 1]]])
        assert shapely.hausdorff_distance(walked, lines.geometry.iloc[i]) < 1e-9


def test_the_folder_holds_no_line_and_no_figure_of_a_walk(both):
    _, finished = both
    table = pq.read_table(finished.folder / "trips.parquet")
    assert table.num_rows == len(finished.trips)
    assert {"geometry", "observed_length", "total"}.isdisjoint(table.column_names)
    assert not FORMER_FILES & {path.name for path in finished.folder.iterdir()}
    assert FORMER_FILES <= RUN_FILES  # or no new run could replace one of version 1


@pytest.fixture
def finished(both, tmp_path):
    return shutil.copytree(both[1].folder, tmp_path / "run")


one_run = pytest.mark.parametrize("both", ["walks"], indirect=True)


def changed(table, **columns):
    for name, values in columns.items():
        at = table.column_names.index(name)
        table = table.set_column(at, name, pa.array(values, table.schema.field(name).type))
    return table


@one_run
@pytest.mark.parametrize(
    "change",
    [
        lambda t: changed(t, edges=[[10**6] * len(e) for e in t["edges"].to_pylist()]),
        lambda t: changed(t, edges=[[-1] * len(e) for e in t["edges"].to_pylist()]),
        lambda t: changed(t, edges=[e[::-1] for e in t["edges"].to_pylist()]),
        lambda t: changed(t, edges=[e[1:] for e in t["edges"].to_pylist()]),
        lambda t: changed(t, backward=[[not b for b in e] for e in t["backward"].to_pylist()]),
        lambda t: changed(t, edges=[None] * t.num_rows),
        lambda t: changed(t, edges=[[None] * len(e) for e in t["edges"].to_pylist()]),
        lambda t: changed(t, trip=np.arange(1, t.num_rows + 1)),
        lambda t: changed(t, origin=t["destination"].to_pylist()),
        lambda t: changed(t, leg=[None] * t.num_rows),
        lambda t: t.drop_columns(["backward"]),
        lambda t: (
            t.slice(0, 0).append_column("more", pa.array([], pa.int32())).drop_columns("trip")
        ),
    ],
)
def test_walks_that_cannot_be_are_refused_in_one_line(finished, change):
    path = finished / "trips.parquet"
    pq.write_table(change(pq.read_table(path)), path)
    with pytest.raises(InputError, match="run the scenario again") as refused:
        read_run(finished).trip_figures()
    assert "\n" not in str(refused.value)


@one_run
@pytest.mark.parametrize("name", ["sightings", "streets", "trips"])
def test_figures_that_are_not_those_of_the_summary_are_refused(finished, name):
    """Tables of another run, or another version of the engine."""
    path = finished / f"{name}.parquet"
    table = pq.read_table(path)
    if name == "streets":
        rank = np.maximum(table["rank_detect"].to_numpy(), 30_000)
        table = changed(table, rank_detect=rank)
    else:
        table = table.slice(0, table.num_rows // 2)
    pq.write_table(table, path)
    with pytest.raises(InputError, match=r"not found again.*run the scenario again$"):
        read_run(finished).trip_figures()


@one_run
@pytest.mark.parametrize("report", [None, [], {}, {"not_joined": "many"}])
def test_a_manifest_that_lacks_the_trips_is_refused_in_one_line(finished, report):
    path = finished / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "trips": report}))
    with pytest.raises(InputError, match="run the scenario again") as refused:
        read_run(finished).trip_lines()
    assert "\n" not in str(refused.value)


def test_a_run_beside_itself_has_the_same_walks(both):
    _, finished = both
    notes = compare([finished.folder, finished.folder]).notes
    count = int((~finished.trips.table["named"]).sum())
    assert f"the same {count:,} walks as" in notes[0]


@one_run
def test_a_folder_of_version_1_is_refused_by_its_number(finished):
    for name in ("summary.json", "manifest.json"):
        path = finished / name
        path.write_text(json.dumps({**json.loads(path.read_text()), "version": 1}))
    with pytest.raises(InputError, match="version 1; this program reads version 2; run the scen"):
        read_run(finished)


@one_run
def test_a_run_replaces_one_of_version_1(finished):
    gpd.GeoDataFrame(geometry=[]).to_parquet(finished / "trips_geometry.parquet")
    run(scenario("named alone", finished), finished)
    assert not (finished / "trips_geometry.parquet").exists()
    assert len(read_run(finished).trips) == 2
