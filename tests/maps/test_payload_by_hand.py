"""What the page carries, part by part, on tables written by hand."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from invented_run import TASKS
from test_packing import unpack

from maps import payload as module
from maps.packing import Columns
from maps.payload import WALK_FIGURES, build_payload
from maps.run_folder import read_run_folder

NEVER = 2**31 - 1


@pytest.fixture(scope="module")
def run(run_folder):
    return read_run_folder(run_folder)


def with_summary(run, **content):
    return replace(run, summary={**json.loads(json.dumps(run.summary)), **content})


def packed(add, *given):
    columns = Columns()
    add(columns, *given)
    return {name: np.asarray(values).tolist() for name, values in unpack(columns).items()}


# --- small things in the head -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heads", "totals", "years"),
    [
        # the first total ends with 2024's last head, the second with 2026's
        ([(1, 2024), (5, 2024), (6, 2026), (9, 2026)], [5, 9], [2024, 2026]),
        # in the midst of a year no year is said
        ([(1, 2024), (5, 2024), (6, 2026), (9, 2026)], [4, 7], [None, None]),
        ([(1, 2024), (5, 2024), (6, 2026), (9, 2026)], [1, 10], [None, 2026]),
        # a year is said once, of the first total that holds it whole
        ([(1, 2024), (5, 2024), (8, 2025)], [5, 7, 8, 9], [2024, None, 2025, None]),
        # an earlier year that goes on keeps a later one from being whole
        ([(1, 2024), (7, 2024), (2, 2025), (4, 2025)], [4, 6, 7], [None, None, 2025]),
        # heads without a year tell nothing
        ([(1, 0), (5, 0)], [5, 9], [None, None]),
        ([(1, 0), (3, 2024), (5, 0)], [2, 3, 5], [None, 2024, None]),
    ],
)
def test_a_total_has_the_year_that_it_holds_whole(run, heads, totals, years):
    table = run.heads.iloc[: len(heads)].assign(
        rank=np.array([rank for rank, _ in heads], np.int32), year=[year for _, year in heads]
    )
    steps = [{"total": total} for total in totals]
    changed = replace(with_summary(run, steps=steps), heads=table)
    assert module.years_of(changed) == years
    direct = with_summary(changed, area={**run.summary["area"], "share_rule": "direct"})
    assert module.years_of(direct) == [None] * len(totals)
    undated = replace(changed, heads=table.drop(columns="year"))
    assert module.years_of(undated) == [None] * len(totals)


def test_medians_are_those_of_the_step(run):
    said = {name: {"p10": 1.0, "p50": 2.0 + k, "p90": 9.0} for k, name in enumerate(
        ("longest_gap_m", "heads", "tracked_live", "observed_length"))}  # fmt: skip
    step = {"trips": {"detect": said, "identify": {"heads": said["heads"], "tracked_live": None}}}
    assert module._typical(step) == {
        "detect": {"longest_gap_m": 2.0, "heads": 3.0, "tracked_live": 4.0},
        "identify": {"heads": 3.0},
    }


def test_critical_totals_are_the_summary_s(run):
    found = {"detect": {"critical_total": 7}, "observe": {"critical_total": None}, "identify": None}
    assert module._critical_totals(with_summary(run, percolation=found)) == {
        "detect": 7, "observe": None,
    }  # fmt: skip
    assert module._critical_totals(with_summary(run, percolation=None)) == {}


@pytest.mark.parametrize("walks", [True, False])
@pytest.mark.parametrize("streets", ["osm", "bus-street proxy"])
def test_streets_of_buses_and_pages_without_walks_are_cut_coarsely(run, walks, streets):
    changed = with_summary(run, area={**run.summary["area"], "streets": streets})
    made = build_payload(changed, walks=walks)
    own = walks and streets == "osm"
    assert made.head["walkable"] is own
    assert made.head["piece_step"] == (1 if own else 10)
    assert made.head["field_step"] == (1 if own else 2)
    columns = unpack(made.columns)
    assert ("edge_rest" in columns) is own
    stop = np.cumsum(columns["edge_pieces"])
    length = np.add.reduceat(columns["piece_length"], stop - columns["edge_pieces"])
    metres = length * made.head["piece_step"] / 10
    assert metres == pytest.approx(run.edges.length.to_numpy(), abs=made.head["piece_step"] / 20)


# --- streets ------------------------------------------------------------------------------------


def test_forms_tell_wide_streets_and_decks(run):
    table = run.edges.copy()
    form = {
        0: ("residential", "street"),
        1: ("primary", "street"),
        2: ("footway", "subway"),
        3: ("tertiary", "covered"),
        4: ("steps", "footbridge"),
        5: ("secondary", "footbridge"),
    }
    for row, (highway, deck) in form.items():
        table.loc[table.index[row], ["highway", "deck"]] = highway, deck
    columns = unpack(build_payload(replace(run, edges=table)).columns)
    assert columns["edge_form"][:6].tolist() == list(form)


@pytest.mark.parametrize("metres", [[0.0], [0.04], [0.06], [12.34, 7.0], [99.95, 0.001, 3.333]])
def test_rests_bring_lengths_back_to_the_millimetre(metres):
    """Pieces are drawn in decimetres; an edge's own length is known to half a millimetre."""
    ends = np.cumsum(metres)
    edge = np.zeros(len(metres), np.int64)
    rest = module._rests(edge, ends, 1)[0]
    drawn = np.rint(ends[-1] / 0.1) * 100
    assert (drawn + rest) / 1000 == pytest.approx(ends[-1], abs=0.0005)
    assert abs(rest) <= 50


def test_codes_are_places_in_the_list_of_ranks():
    ranks = np.array([3, 7, 20])
    codes = module._code(np.array([3, 7, 20, 21, NEVER, 1]), ranks)
    assert codes.tolist() == [1, 2, 3, 0, 0, 1]
    assert module._code(np.array([5, NEVER]), ranks[:0]).tolist() == [0, 0]


def test_ranks_beyond_the_highest_total_are_not_known(run):
    last = run.totals[-1]
    table = run.heads.assign(rank=np.arange(last - 2, last - 2 + len(run.heads), dtype=np.int32))
    ranks = module._known_ranks(replace(run, heads=table))
    assert ranks.max() == last
    assert (np.diff(ranks) > 0).all()
    assert ranks.min() > 0
    assert {last - 2, last - 1, last} <= set(ranks.tolist())


def test_new_ranks_are_written_once_and_others_by_their_likeness(run):
    """0: as the piece before, 1: never, 2: as the next looser task, 3: a new one."""
    frame = run.pieces.iloc[:4].assign(t0=[0.0, 10.0, 25.04, 0.0], t1=[10.0, 25.04, 30.0, 5.0],
                                       edge=run.edges["edge"].to_numpy()[[0, 0, 0, 2]])  # fmt: skip
    codes = np.array([[5, 5, 0, 0], [5, 4, 0, 0], [0, 4, 4, 0], [6, 6, 6, 2]])
    found = packed(module._add_pieces, replace(run, pieces=frame), codes, 1)
    said = [[like >> 2 * k & 3 for k in range(4)] for like in found["piece_like"]]
    assert said == [[3, 2, 0, 0], [0, 3, 0, 0], [1, 0, 2, 0], [3, 2, 2, 3]]
    assert found["piece_new"] == [5, 4, 6, 2]
    assert found["piece_length"] == [100, 150, 50, 50]
    assert found["edge_pieces"][:4] == [3, 0, 1, 0]


# --- cameras ------------------------------------------------------------------------------------


def test_heads_beyond_the_highest_total_are_left_out(run):
    rank = run.heads["rank"].to_numpy().copy()
    rank[-3:] = run.totals[-1] + np.arange(3)  # the first of them is the last of the total
    made = build_payload(replace(run, heads=run.heads.assign(rank=rank)))
    columns = unpack(made.columns)
    assert len(columns["head_x"]) == len(rank) - 2
    assert columns["ranks"].max() == run.totals[-1]


def test_reaches_are_decimetres(run):
    table = run.heads.assign(near=0.26, range_detect=31.44, range_identify=3.06)
    columns = unpack(build_payload(replace(run, heads=table)).columns)
    assert set(columns["head_near"]) == {3}
    assert set(columns["head_range_detect"]) == {314}
    assert set(columns["head_range_identify"]) == {31}


def test_the_strictest_task_of_each_meeting_is_told(run):
    rank = run.heads["rank"].to_numpy()
    edge = run.edges["edge"].to_numpy()
    table = pd.DataFrame(
        [(rank[4], edge[1], "detect"), (rank[4], edge[1], "recognise"),
         (rank[2], edge[1], "observe"),
         (rank[0], edge[3], "identify"), (run.totals[-1] + 1, edge[3], "identify")],
        columns=["rank", "edge", "task"],
    )  # fmt: skip
    found = unpack(build_payload(replace(run, sightings=table)).columns)
    assert found["edge_met"][:5].tolist() == [0, 2, 0, 1, 0]
    assert found["met_head"].tolist() == [2, 4, 0]
    strictest = ("observe", "recognise", "identify")
    assert found["met_task"].tolist() == [TASKS.index(task) for task in strictest]
    assert "met_head" not in unpack(build_payload(replace(run, sightings=None)).columns)


# --- walks --------------------------------------------------------------------------------------


def curves(*walks):
    """Walks of (length, ranks, metres), all tasks alike."""
    columns = {"length": [float(length) for length, _, _ in walks]}
    for task in TASKS:
        columns[f"curve_rank_{task}"] = pa.array([r for _, r, _ in walks], pa.list_(pa.int32()))
        columns[f"curve_length_{task}"] = pa.array([m for *_, m in walks], pa.list_(pa.float64()))
    return pa.table(columns)


def test_shares_of_walks_add_up_rank_by_rank():
    table = curves(
        (100, [3, 8], [20.0, 30.0]), (50, [], []), (200, [1, 8, 99], [10.0, 90.0, 100.0])
    )
    share = module._seen_shares(table, "detect", np.array([0, 1, 3, 7, 8]))
    assert share.T.tolist() == [
        [0, 0, 0.2, 0.2, 0.5], [0, 0, 0, 0, 0], [0, 0.05, 0.05, 0.05, 0.5],
    ]  # fmt: skip


def bands_of(run):
    return packed(module._add_walk_bands, module._walk_bands(run))


def test_bands_are_percentiles_at_every_rank_and_total(run):
    """Eleven walks of 100 m, of which the n-th is seen for n metres ten from rank 5 on."""
    table = curves(*((100, [5], [10.0 * n]) for n in range(11)))
    steps = [{"total": 4}, {"total": 6}]
    found = bands_of(replace(with_summary(run, steps=steps), curves=table))
    assert found["band_rank"] == [0, 4, 5, 6]
    for task in TASKS:
        assert found[f"band_{task}_p10"] == [0, 0, 10_000, 10_000]
        assert found[f"band_{task}_p50"] == [0, 0, 50_000, 50_000]
        assert found[f"band_{task}_p90"] == [0, 0, 90_000, 90_000]


@pytest.mark.parametrize(("ranks", "most", "kept"), [(10, 10, 10), (11, 10, 6), (21, 10, 7)])
def test_very_many_ranks_are_thinned_evenly(run, monkeypatch, ranks, most, kept):
    monkeypatch.setattr(module, "MOST_CURVE_POINTS", most)
    table = curves((100, list(range(1, ranks + 1)), [1.0] * ranks))
    steps = [{"total": 1000}]
    found = bands_of(replace(with_summary(run, steps=steps), curves=table))
    assert len(found["band_rank"]) == kept + 2  # and none, and the total
    assert found["band_rank"][0] == 0
    assert found["band_rank"][-1] == 1000
    inner = np.diff(found["band_rank"][1:-1])
    assert len(set(inner.tolist())) <= 1
    # however thinned, the share at each rank kept is the whole share up to it
    last = found["band_rank"][-2]
    assert found["band_detect_p50"][-2:] == [last * 1000, ranks * 1000]


def test_very_many_walks_leave_fewer_points(run, monkeypatch):
    monkeypatch.setattr(module, "MOST_CURVE_CELLS", 12)
    table = curves(*((100, list(range(1, 9)), [1.0] * 8) for _ in range(3)))
    steps = [{"total": 9}]
    found = bands_of(replace(with_summary(run, steps=steps), curves=table))
    assert found["band_rank"] == [0, 1, 3, 5, 7, 9]


def test_named_walks_carry_their_figures_at_each_total_and_task(run):
    figures = run.walk_figures.copy()
    number = np.arange(len(figures), dtype=float)
    for k, name in enumerate(WALK_FIGURES):
        figures[name] = number + k / 10 + 1.23456789e-4
    figures.loc[figures.index[0], WALK_FIGURES[3]] = None
    made = build_payload(replace(run, walk_figures=figures)).head["walks"]
    rows = figures.set_index(["trip", "total", "task"])
    empty = 0
    for walk, trip in zip(made, run.walks["trip"], strict=True):
        assert walk["length"] == run.walks.set_index("trip")["length"][trip]
        assert walk["duration_s"] == run.walks.set_index("trip")["duration_s"][trip]
        for step, total in zip(walk["steps"], run.totals, strict=True):
            for task in run.tasks:
                row = rows.loc[(trip, total, task)]
                for name in WALK_FIGURES:
                    if pd.isna(row[name]):
                        empty += step[task][name] is None
                    else:
                        assert step[task][name] == round(row[name], 6)
    assert empty == 1


# --- shapes -------------------------------------------------------------------------------------


def test_rings_keep_their_corners_and_their_row():
    hole = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(2, 2), (4, 2), (4, 4)]])
    pair = shapely.MultiPolygon([shapely.box(20, 0, 21, 1), shapely.box(30, 0, 31, 1)])
    line = shapely.LineString([(0, 0), (1, 1)])
    corner, of_ring, row = module._rings(np.array([hole, line, pair], object), 0.0)
    assert row.tolist() == [0, 0, 2, 2]
    assert np.bincount(of_ring).tolist() == [4, 3, 4, 4]
    assert corner[of_ring == 1].tolist() in ([[2, 2], [4, 2], [4, 4]], [[2, 2], [4, 4], [4, 2]])


def test_labels_stand_in_the_middle_stations_first(run):
    """Exits of one station share a label; other kinds of place have none."""
    points = shapely.points([(0, 0), (30, 60), (10, 10), (50, 50)])
    origin = shapely.get_coordinates(run.places.geometry.to_numpy())[0]
    places = run.places.iloc[[0] * 4].assign(
        kind=["landmark", "home", "station", "station"],
        name=["Tower", "Home", "Mong Kok exit A1", "Mong Kok Exit E2"],
        name_zh=["塔", "家", "旺角 A1出口", "旺角E2出口"],
        geometry=shapely.transform(points, lambda xy: xy + origin),
    )
    grid = module.Grid(run.edges.crs, module.bounds_of(run))
    labels = module._labels(grid, replace(run, places=places))
    named = [(label["kind"], label["name"]) for label in labels if label["kind"] != "district"]
    assert named == [("station", ["Mong Kok", "旺角"]), ("landmark", ["Tower", "塔"])]
    both = grid.place(shapely.get_coordinates(places.geometry.to_numpy()[2:]))
    assert labels[0]["at"] == np.rint(both.mean(axis=0)).astype(int).tolist()


@pytest.mark.parametrize(
    ("names", "labels"),
    [(("", ""), []), ((None, None), []), (("Tower", ""), [["Tower", "Tower"]]),
     (("", "塔"), [["塔", "塔"]])],
)  # fmt: skip
def test_a_place_without_a_name_has_no_label(run, names, labels):
    """A name in one language stands for both."""
    places = run.places.iloc[:1].assign(kind="landmark", name=names[0], name_zh=names[1])
    grid = module.Grid(run.edges.crs, module.bounds_of(run))
    found = module._labels(grid, replace(run, places=places))
    assert [label["name"] for label in found if label["kind"] == "landmark"] == labels


def test_a_district_outside_the_region_has_no_label(run):
    far = run.districts.copy()
    far.loc[far["kind"] == "district", "geometry"] = shapely.box(0, 0, 10, 10)
    grid = module.Grid(run.edges.crs, module.bounds_of(run))
    assert module._district_labels(grid, far) == []
    assert len(module._district_labels(grid, run.districts)) == 1


def test_bounds_span_all_that_is_drawn_but_districts(run):
    frames = [run.edges, run.walls, run.heads, run.districts[run.districts["kind"] != "district"]]
    bounds = np.array([frame.total_bounds for frame in frames])
    west, south, east, north = module.bounds_of(run)
    assert (west, south) == (bounds[:, 0].min(), bounds[:, 1].min())
    assert (east, north) == (bounds[:, 2].max(), bounds[:, 3].max())
    far = run.walls.iloc[:1].assign(
        geometry=[shapely.box(west - 500, north + 1, west - 400, north + 300)]
    )
    west2, south2, east2, north2 = module.bounds_of(replace(run, walls=far))
    assert (west2, south2, east2, north2) == (west - 500, south, east, north + 300)
    assert module.bounds_of(replace(run, walls=run.walls.iloc[:0])) == pytest.approx(
        [west, south, east, north]
    )


# --- large cities -------------------------------------------------------------------------------


def test_a_large_city_is_drawn_coarsely_and_counted_as_ever(run, monkeypatch):
    fine = build_payload(run)
    monkeypatch.setattr(module, "WIDE_PIECES", len(run.pieces) - 1)
    wide = build_payload(run)
    assert (wide.head["walkable"], wide.head["piece_step"], wide.head["line_step"]) == (True, 5, 5)
    columns = unpack(wide.columns)
    stop = np.cumsum(columns["edge_pieces"])
    steps = np.add.reduceat(columns["piece_length"], stop - columns["edge_pieces"])
    metres = steps / 2 + columns["edge_rest"] / 1000
    assert metres == pytest.approx(run.edges.length.to_numpy(), abs=0.0051)
    stop = np.cumsum(columns["edge_points"])
    drawn = unpack(fine.columns)
    ends = np.cumsum(drawn["edge_points"])
    for axis in ("edge_x", "edge_y"):
        # half a step at every junction, and where they were drawn finely half of a tenth
        assert np.abs(columns[axis][stop - 1] - drawn[axis][ends - 1]).max() <= 3
    kept = {name for name in drawn if name.startswith(("head_", "met_", "piece_new", "piece_like"))}
    edited = {"head_heading", "head_mount", "head_view", "head_deck"}  # cameras of a city stay
    assert edited <= kept
    assert not edited & set(columns)
    same = kept - edited
    assert len(same) > 10
    assert all(np.array_equal(columns[name], drawn[name]) for name in same)
    area = columns["piece_length"] * columns["piece_inside"] * 50
    for task in TASKS:
        all_metres = columns[f"seen_{task}"].sum() + area.sum()
        inside = run.pieces[run.pieces["in_area"]]
        length = (inside["t1"] - inside["t0"]).sum() * 100
        assert all_metres == pytest.approx(length, abs=5 * len(columns["ranks"]) + 5)
