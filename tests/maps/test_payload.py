"""What the page carries says the same as the run folder."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from invented_run import TASKS, hand_written_streets, trip_rows, walks_of
from pyproj import Transformer
from shapely import Point
from test_packing import unpack

from maps.names import LONGEST_NAME, clean_name
from maps.payload import DECIMETRE, UNIT, build_payload
from maps.run_folder import read_run_folder
from maps.sight_payload import UNKNOWN, refusal_of


@pytest.fixture(scope="module")
def run(run_folder):
    return read_run_folder(run_folder)


@pytest.fixture(scope="module")
def payload(run):
    return build_payload(run)


@pytest.fixture(scope="module")
def columns(payload):
    return unpack(payload.columns)


def code(columns, total):
    return int(np.searchsorted(columns["ranks"], total, side="right"))


def piece_codes(run, columns):
    """Codes of each piece's first-seen rank, task by task, as the page unfolds them."""
    before, fresh = [0] * len(run.tasks), iter(columns["piece_new"].tolist())
    rows = []
    for like in columns["piece_like"].tolist():
        row = []
        for k, last in enumerate(before):
            said = like >> 2 * k & 3
            row.append(last if said == 0 else 0 if said == 1 else row[-1] if said == 2
                       else next(fresh))  # fmt: skip
        rows.append(row)
        before = row
    return dict(zip(run.tasks, np.array(rows).T, strict=True))


def test_street_shares_are_the_summary_s(run, payload, columns):
    payload_step = payload.head["piece_step"]
    for step in run.summary["steps"]:
        for task in run.tasks:
            length = columns["piece_length"] * columns["piece_inside"] * 10 * payload_step
            codes = piece_codes(run, columns)[task]
            metres = columns[f"seen_{task}"] + np.bincount(
                codes, weights=length, minlength=len(columns["ranks"]) + 1
            )
            share = metres[1 : code(columns, step["total"]) + 1].sum() / metres.sum()
            assert share == pytest.approx(step["coverage"][task], abs=1e-5)


def test_cameras_in_the_area_are_the_summary_s(run, columns):
    for step in run.summary["steps"]:
        here = columns["head_inside"][columns["head_rank"] <= code(columns, step["total"])]
        assert here.sum() == step["cameras"]


def test_walk_bands_are_the_summary_s_at_every_total(run, columns):
    for step in run.summary["steps"]:
        place = int(np.searchsorted(columns["band_rank"], step["total"], side="right")) - 1
        for task in run.tasks:
            seen = step["trips"][task]["observed_length"]
            for name in ("p10", "p50", "p90"):
                share = columns[f"band_{task}_{name}"][place] / 100_000
                assert share == pytest.approx(seen[name], abs=1e-5)


def test_walk_shares_never_fall_as_cameras_are_added(run, columns):
    for task in run.tasks:
        assert (np.diff(columns[f"band_{task}_p50"]) >= 0).all()


def test_named_walks_add_up_to_their_row(run, payload, columns):
    figures = run.walk_figures.set_index(["trip", "total", "task"])
    for task in run.tasks:
        steps = columns[f"walk_{task}_steps"]
        stop = np.cumsum(steps)
        for place, walk in enumerate(payload.head["walks"]):
            part = slice(stop[place] - steps[place], stop[place])
            rank = columns[f"walk_{task}_rank"][part]
            metres = columns[f"walk_{task}_length"][part] / 1000
            for total in run.totals:
                row = figures.loc[(run.walks["trip"].iloc[place], total, task)]
                share = min(metres[rank <= total].sum() / walk["length"], 1.0)
                assert share == pytest.approx(row["observed_length"], abs=1e-5)


def test_pieces_cover_their_edge(run, columns):
    stop = np.cumsum(columns["edge_pieces"])
    length = np.add.reduceat(columns["piece_length"], stop - columns["edge_pieces"]) * DECIMETRE
    assert np.abs(length - run.edges.length.to_numpy()).max() <= DECIMETRE


def test_ranks_come_back(run, columns):
    for task in run.tasks:
        codes = piece_codes(run, columns)[task]
        rank = np.where(codes > 0, columns["ranks"][codes - 1], 2**31 - 1)
        assert (rank == run.pieces[f"rank_{task}"].to_numpy()).all()


def test_drawn_points_lie_where_they_are(run, payload, columns):
    west, south = payload.head["origin"]
    x, y = west + columns["edge_x"] * UNIT, south + columns["edge_y"] * UNIT
    back = Transformer.from_crs("EPSG:3857", run.edges.crs, always_xy=True).transform(x, y)
    there = run.edges.get_coordinates().to_numpy()
    assert np.hypot(*(np.column_stack(back) - there).T).max() < 0.1


def test_a_decimetre_on_the_ground_is_a_decimetre_on_the_page(payload, columns, run):
    x, y = columns["edge_x"], columns["edge_y"]
    drawn = np.hypot(x[1] - x[0], y[1] - y[0]) / payload.head["decimetre"] * DECIMETRE
    assert drawn == pytest.approx(run.edges.length.iloc[0], rel=5e-3)


def test_every_camera_has_a_field_where_it_stands(run, columns):
    assert len(columns["head_x"]) == len(run.heads)
    assert set(columns["field_head"]) <= set(range(len(run.heads)))
    assert columns["field_points"].sum() == len(columns["field_x"])


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (None, ""),
        (float("nan"), ""),
        ("  Nathan\n\tRoad ", "Nathan Road"),
        ("\u202eRoad\u202c", "Road"),
        ("彌敦道\u0000", "彌敦道"),
        ("<script>", "<script>"),
    ],
)
def test_names_are_made_fit_to_show(given, shown):
    assert clean_name(given) == shown


def test_a_very_long_name_is_cut():
    assert len(clean_name("x" * 5000)) == LONGEST_NAME


def test_a_run_without_cameras_walks_walls_or_places_is_carried(run):
    empty = {
        "heads": run.heads.iloc[:0],
        "walls": run.walls.iloc[:0],
        "places": run.places.iloc[:0],
        "walks": run.walks.iloc[:0],
        "curves": run.curves.slice(0, 0),
        "districts": run.districts.iloc[:0],
    }
    assert all(len(table) == 0 for table in empty.values())
    columns = unpack(build_payload(replace(run, **empty)).columns)
    assert len(columns["head_x"]) == len(columns["walk_x"]) == len(columns["band_rank"]) == 0


def test_the_exits_of_a_station_share_one_label(run):
    places = run.places.iloc[[0] * 3].assign(
        name=["Prince Edward Exit A", "Prince Edward Exit B1", "Prince Edward exit C"],
        name_zh=["太子A出口", "太子B1出口", "太子 C 出口"],
    )
    labels = build_payload(replace(run, places=places)).words["places"]
    assert [label["name"] for label in labels if label["kind"] == "station"] == [
        ["Prince Edward", "太子"]
    ]


def test_a_district_is_named_where_it_is_simulated(run, payload):
    labels = [label for label in payload.words["places"] if label["kind"] == "district"]
    assert [label["name"] for label in labels] == [["Yau Tsim Mong", "油尖旺"]]
    x, y = (o + UNIT * a for o, a in zip(payload.head["origin"], labels[0]["at"], strict=True))
    back = Transformer.from_crs("EPSG:3857", run.edges.crs, always_xy=True).transform(x, y)
    region = run.districts.geometry[run.districts["kind"] == "region"].iloc[0]
    assert region.covers(Point(back))


def test_walls_keep_their_rings(run, columns):
    rings = gpd.GeoSeries(run.walls.geometry).count_interior_rings().sum() + len(run.walls)
    assert len(columns["wall_points"]) == rings


def test_the_engine_finds_on_reading_what_shapely_found(run):
    """Lines, curves and shares of the named walks, which the invented run knows without it."""
    nodes, edges = hand_written_streets()
    ends = [(0, len(nodes) - 1), (1, len(nodes) - 3)]
    expected = walks_of(edges, run.pieces, ends, [("a", ""), ("b", "")])
    assert [*run.walks["trip"]] == [0, 1]
    for found, walk in zip(run.walks.itertuples(), expected.itertuples(), strict=True):
        assert shapely.equals_exact(
            found.geometry, shapely.remove_repeated_points(walk.geometry), 1e-9
        )
        for task in TASKS:
            for name in (f"curve_rank_{task}", f"curve_length_{task}"):
                np.testing.assert_allclose(getattr(found, name), getattr(walk, name), atol=1e-9)
    shares = trip_rows(expected, run.totals)["observed_length"]
    np.testing.assert_allclose(run.walk_figures["observed_length"], shares, atol=1e-9)
    assert shares.max() > 0.5


def test_no_camera_is_moved_where_crowns_of_trees_hide(run):
    def with_trees(case):
        scenario = run.manifest["scenario"]
        cameras = {**scenario["cameras"], "trees": case}
        return replace(run, manifest={**run.manifest, "scenario": {**scenario, "cameras": cameras}})

    told = [refusal_of(with_trees(case), walkable=True, large=False) for case in ("none", "crowns")]
    assert told == [refusal_of(run, walkable=True, large=False), UNKNOWN]
    assert told[0] != UNKNOWN
