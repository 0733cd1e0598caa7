"""The user's own trips: what comes back from a file, what is left out, and what is refused."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.cli import main
from sim.errors import InputError, InputErrors
from sim.trips.own import join, match_traces, read_od, read_trips, sample_od, write_gpx
from sim.trips.own_demand import MOST_OF_ROW, OD_PERSONS
from sim.trips.own_walks import Traces, read_traces

CRS = "EPSG:2326"


@pytest.fixture(scope="module")
def city():
    return sim.load_city("mong_kok_core")


@pytest.fixture(scope="module")
def sampled(city):
    return sim.sample_trips(city, people=120, seed=3)


def paths(trips):
    return [trips.path_edge[a:b].tolist() for a, b in zip(trips.path_ptr, trips.path_ptr[1:])]  # noqa: B905


def whole(trips, city):
    """Every path is unbroken from its origin to its destination, and its length is its edges'."""
    a = city.streets.arrays
    for i, row in trips.table.iterrows():
        steps = slice(trips.path_ptr[i], trips.path_ptr[i + 1])
        edge, back = trips.path_edge[steps], trips.path_backward[steps]
        begins = np.where(back, a.edge_v[edge], a.edge_u[edge])
        ends = np.where(back, a.edge_u[edge], a.edge_v[edge])
        assert begins[0] == row["origin"]
        assert ends[-1] == row["destination"]
        assert (ends[:-1] == begins[1:]).all()
        assert a.edge_length[edge].sum() == pytest.approx(row["length"])
    return trips


def drawn(trips, city, spacing, noise, seed=0):
    """Points along each walk with independent noise, as traces."""
    rng = np.random.default_rng(seed)
    lines = city.streets.edges.geometry.to_numpy()
    points, ptr = [], [0]
    for edges, backward in zip(
        paths(trips), np.split(trips.path_backward, trips.path_ptr[1:-1]), strict=True
    ):
        walked = np.where(backward, shapely.reverse(lines[edges]), lines[edges])
        line = shapely.LineString(shapely.get_coordinates(walked))
        at = np.append(np.arange(0, line.length, spacing), line.length)
        xy = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
        points.append(xy + rng.normal(scale=noise, size=xy.shape) if noise else xy)
        ptr.append(ptr[-1] + len(xy))
    n = len(ptr) - 1
    return Traces(
        np.concatenate(points), np.array(ptr), np.arange(n), np.zeros(n, np.int32),
        [""] * n, [""] * n, np.full(n, np.nan), {"read": float(n)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("spacing", "noise", "missed", "added"),
    [(5, 0, 0.01, 0.01), (40, 0, 0.02, 0.02), (5, 4, 0.02, 0.02), (10, 8, 0.08, 0.16)],
)
def test_tracks_come_back_to_the_streets_walked(city, sampled, spacing, noise, missed, added):
    length = city.streets.arrays.edge_length
    trips = whole(match_traces(city, drawn(sampled, city, spacing, noise)), city)
    assert len(trips) == len(sampled)
    total = lost = more = 0.0
    for true, found in zip(paths(sampled), paths(trips), strict=True):
        total += length[true].sum()
        lost += length[list(set(true) - set(found))].sum()
        more += length[list(set(found) - set(true))].sum()
    assert lost / total < missed
    assert more / total < added


def test_a_track_and_its_reverse_are_one_walk(city, sampled):
    traces = drawn(sampled, city, 5, 0)
    turned = np.concatenate([xy[::-1] for xy in np.split(traces.xy, traces.ptr[1:-1])])
    there, back = (match_traces(city, traces._replace(xy=xy)).table for xy in (traces.xy, turned))
    same = (there["origin"] == back["destination"]) & (there["destination"] == back["origin"])
    assert same.mean() > 0.95


def test_another_trace_changes_no_other(city, sampled):
    every = drawn(sampled, city, 10, 5)
    first = every.ptr[40]
    some = every._replace(
        xy=every.xy[:first], ptr=every.ptr[:41], person=every.person[:40], leg=every.leg[:40]
    )
    assert paths(match_traces(city, some)) == paths(match_traces(city, every))[:40]


def test_out_to_gpx_and_in_again(city, sampled, tmp_path):
    write_gpx(sampled, city, tmp_path / "walks.gpx")
    again = whole(read_trips(tmp_path / "walks.gpx", city), city)
    assert [path.name for path in tmp_path.iterdir()] == ["walks.gpx"]
    assert len(again) == len(sampled)
    assert again.table["length"].sum() == pytest.approx(sampled.table["length"].sum(), rel=0.01)
    same = [a == b for a, b in zip(paths(again), paths(sampled), strict=True)]
    assert np.mean(same) > 0.85  # crossings have arms of equal length
    assert again.table["name"][0] == f"{sampled.table['kind'][0]} 0"
    assert again.table["person"].nunique() == 1
    assert again.table["leg"].tolist() == list(range(len(again)))


def test_names_that_are_markup_stay_names(city, sampled, tmp_path):
    table = sampled.table.assign(name='<b>&"\x00\x1b', name_zh="沿彌敦道")
    write_gpx(sim.Trips(table, *(getattr(sampled, f) for f in (
        "path_ptr", "path_edge", "path_backward"))), city, tmp_path / "w.gpx")  # fmt: skip
    assert read_trips(tmp_path / "w.gpx", city).table["name"][0] == '<b>&" 沿彌敦道'


POINTS = np.array([[835470, 820038], [835537, 819935], [835422, 820132]], float)
DEGREES = shapely.get_coordinates(
    gpd.GeoSeries(gpd.points_from_xy(*POINTS.T), crs=CRS).to_crs(4326)
)


def gpx(*points, element="trkpt", around=("<trk><name>T</name><trkseg>", "</trkseg></trk>")):
    inner = "".join(f'<{element} lat="{y:.7f}" lon="{x:.7f}"/>' for x, y in points)
    return f'<gpx xmlns="http://www.topografix.com/GPX/1/1">{around[0]}{inner}{around[1]}</gpx>'


def geojson(kind, coordinates, **properties):
    feature = {"type": "Feature", "properties": properties}
    feature["geometry"] = {"type": kind, "coordinates": coordinates}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def rows(header, *lines):
    return "\n".join([header, *(",".join(map(str, line)) for line in lines)]) + "\n"


(X, Y), (X1, Y1), _ = POINTS
(LO, LA), (LO1, LA1), _ = DEGREES
ONE_WALK = {
    "track.gpx": gpx(*DEGREES),
    "route.gpx": gpx(*DEGREES, element="rtept", around=("<rte><name>T</name>", "</rte>")),
    "points.gpx": gpx(*DEGREES, element="wpt", around=("", "")),
    "line.geojson": geojson("LineString", DEGREES.tolist(), name="T", person="a"),
    "bare.geojson": json.dumps({"type": "LineString", "coordinates": DEGREES.tolist()}),
    "xy.csv": rows("person,trip,x,y", *(("a", 1, *p) for p in POINTS.tolist())),
    "lonlat.csv": rows("Person,Trip,Lon,Lat", *(("a", 1, *p) for p in DEGREES.tolist())),
    "semicolon.csv": rows("x,y", *POINTS.tolist()).replace(",", ";"),
    "time.csv": rows("person,leg,x,y,time", *(
        ("a", 1, *POINTS[i].tolist(), f"08:0{i}:00") for i in (2, 0, 1))),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_WALK)
def test_every_kind_of_file_gives_the_same_walk(city, tmp_path, name):
    (tmp_path / name).write_text(ONE_WALK[name], encoding="utf-8")
    trips = whole(read_trips(tmp_path / name, city), city)
    (tmp_path / "track.gpx").write_text(ONE_WALK["track.gpx"])
    assert paths(trips) == paths(read_trips(tmp_path / "track.gpx", city))
    assert len(trips) == 1
    assert trips.table["kind"][0] == "own"
    assert not trips.table["named"].any()
    if name == "time.csv":
        assert trips.table["departs_s"][0] == 8 * 3600


def test_matsim_trips_and_parquet(city, tmp_path):
    table = pd.DataFrame(
        {
            "person": ["p1", "p1", "p2", "p2"],
            "trip_number": [1, 2, 1, 2],
            "dep_time": ["07:30:00", "18:00:00", "26:10:00", "09:00:00"],
            "main_mode": ["walk", "walk", "walk", "pt"],
            "start_x": [X, X1, X, X], "start_y": [Y, Y1, Y, Y],
            "end_x": [X1, X, X1, X1], "end_y": [Y1, Y, Y1, Y1],
        }
    )  # fmt: skip
    table.to_csv(tmp_path / "trips.csv", sep=";", index=False)
    table.to_parquet(tmp_path / "trips.parquet")
    for name in ("trips.csv", "trips.parquet"):
        trips = whole(read_trips(tmp_path / name, city), city)
        assert trips.report["own_not_on_foot"] == 1
        people = trips.table["person"] - trips.table["person"].min()
        assert people.tolist() == [0, 0, 1]
        assert trips.table["leg"].tolist() == [0, 1, 0]
        assert trips.table["departs_s"].tolist() == [27_000, 64_800, 94_200]
        assert trips.table["origin"][0] == trips.table["destination"][1]


def test_what_is_too_far_is_left_out_and_counted(city, tmp_path):
    far = (835000, 825000)
    lines = [("a", 1, X, Y), ("a", 1, *far), ("a", 1, X1, Y1)]
    lines += [("b", 1, *far), ("b", 1, X, Y), ("c", 1, X, Y), ("c", 1, X + 1, Y)]
    (tmp_path / "w.csv").write_text(rows("person,trip,x,y", *lines))
    trips = read_trips(tmp_path / "w.csv", city)
    assert len(trips) == 1
    assert trips.report["own_read"] == 3
    assert trips.report["own_points_too_far"] == 2
    assert trips.report["own_joined_across_points_left_out"] == 1
    assert trips.report["own_dropped_too_far"] == 1
    assert trips.report["own_dropped_zero_length"] == 1


LAUGHS = (
    '<!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><gpx><trk><name>&b;</name></trk></gpx>'
)
SECRETS = '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx><name>&x;</name></gpx>'
REFUSED = [
    ("none.gpx", None, "no such file"),
    ("empty.gpx", "", "the file is empty"),
    ("laughs.gpx", LAUGHS, "document type"),
    ("secrets.gpx", SECRETS, "document type"),
    ("utf16.gpx", LAUGHS.encode("utf-16"), "document type"),
    ("cut.gpx", gpx(*DEGREES)[:-9], "is no GPX"),
    ("other.gpx", "<kml></kml>", "begins with <kml>"),
    ("deep.gpx", "<gpx>" + "<a>" * 100, "deep"),
    ("none_in.gpx", "<gpx></gpx>", "holds no walk"),
    ("words.gpx", gpx(*DEGREES).replace('lat="22', 'lat="x'), "no lat and lon in degrees"),
    ("nan.gpx", gpx(*DEGREES).replace('lat="22', 'lat="nan" a="'), "no lat and lon in degrees"),
    ("encoding.gpx", '<?xml version="1.0" encoding="zlib_codec"?><gpx/>', "is no GPX"),
    ("swapped.gpx", gpx(*DEGREES[:, ::-1]), "are swapped"),
    ("broken.geojson", "{", "is no GeoJSON"),
    ("deep.geojson", "[" * 200_000, "is no GeoJSON"),
    ("nan.geojson", geojson("LineString", [[float("nan"), 1]]), "is no GeoJSON"),
    ("long.geojson", '{"type": "LineString", "coordinates": [[1' + "0" * 400 + ", 2]]}", "no posi"),
    ("list.geojson", "[1, 2]", "is no GeoJSON of features"),
    ("features.geojson", '{"type": "FeatureCollection"}', "without a list"),
    ("feature.geojson", '{"type": "FeatureCollection", "features": [3]}', "feature 1: is no"),
    ("text.geojson", geojson("LineString", [["a", "b"]]), "is no position"),
    ("number.geojson", geojson("LineString", 3), "without a list of coordinates"),
    ("points.geojson", geojson("Point", [114.1, 22.3]), "holds no walk"),
    ("metres.geojson", geojson("LineString", POINTS.tolist()), "point 1: longitude"),
    ("latin.csv", "x,y\n\xe9,1\n".encode("latin-1"), ":2: is not text in UTF-8"),
    ("header.csv", "x,y\n", "no rows"),
    ("columns.csv", "a,b\n1,2\n", "no columns lon and lat"),
    ("half.csv", "x,b\n1,2\n", "column x without y"),
    ("twice.csv", "x,y,x\n1,2,3\n", "stands twice"),
    ("short.csv", "x,y\n1,2\n1\n", ":3: 1 value under 2 column names"),
    ("word.csv", "x,y\n1e6,2e6\n1e6,abc\n", ':3: y: "abc" is not a number'),
    ("inf.csv", "x,y\n1e6,2e6\n1e6,inf\n", ':3: y: "inf" is not a number'),
    ("huge.csv", "x,y\n1e300,2e6\n", ":2: x, y are no metres"),
    ("degrees.csv", "x,y\n114.1,22.3\n", "hold degrees; name them lon and lat"),
    ("quote.csv", 'x,y\n"1,2\n', "is no CSV"),
    ("time.csv", "x,y,time\n8e5,8e5,soon\n", ':2: time: "soon" is no time'),
    ("mode.csv", "x,y,mode\n8e5,8e5,car\n", "no row is on foot"),
    ("far.csv", "x,y\n8e5,8e5\n8.1e5,8e5\n", "further than 50 m"),
    ("short_walk.csv", f"x,y\n{X},{Y}\n{X},{Y}\n", "shorter than half a street"),
    ("cut.parquet", b"PAR1 and no more", "is damaged"),
    ("text.parquet", "x,y\n1,2\n", "is no Parquet file"),
    ("walk.kml", "<kml/>", "files of kind .kml are not read"),
    ("walk", "x", "files of kind (no suffix) are not read"),
]


@pytest.mark.parametrize(("name", "content", "says"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_cannot_be_read_is_one_line(city, tmp_path, name, content, says):
    path = put(tmp_path / name, content)
    with pytest.raises(InputError) as error:
        read_trips(path, city)
    assert says in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_nobody_walks_a_thousand_kilometres(city):
    xy = np.tile([[X, Y], [X + 30, Y]], (30_000, 1))
    n = len(xy)
    with pytest.raises(InputError, match="which nobody walks"):
        match_traces(
            city,
            Traces(
                xy,
                np.array([0, n]),
                np.zeros(1, np.int64),
                np.zeros(1, np.int32),
                [""],
                [""],
                np.full(1, np.nan),
                {},
            ),
        )


def put(path, content):
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_folder_is_no_file(city, tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        read_trips(tmp_path, city)


PIECES = st.sampled_from([
    "<gpx>", "</gpx>", "<trk>", "<trkseg>", '<trkpt lat="22.3" lon="114.1"/>', "</trkseg>",
    "<!DOCTYPE a>", "<!ENTITY a 'b'>", "&a;", '{"type": "LineString",', '"coordinates": [', "[1,2]",
    "]}", '{"type": "FeatureCollection", "features": [', "x,y\n", "lon,lat,person\n", "8e5,8.1e5\n",
    "1,2\n", "origin,destination,count\n", "Mong Kok,花墟,3\n", '"', "\0", "\r", ";", "PAR1",
    "population,lon,lat\n", "-1,", "nan", "1e999", "\ufeff",
])  # fmt: skip
ANYTHING = st.binary(max_size=300) | st.text(max_size=200).map(
    lambda text: text.encode("utf-8", "surrogatepass")
) | st.lists(PIECES, max_size=12).map(lambda parts: "".join(parts).encode())  # fmt: skip


def complaints(act):
    """What an act complains of, one text a complaint; no other error may leave it."""
    try:
        return [], act()
    except InputErrors as errors:
        return errors.lines, None
    except InputError as error:
        return [str(error)], None


FUZZ = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.slow
@FUZZ
@given(content=ANYTHING, suffix=st.sampled_from(["gpx", "geojson", "csv", "parquet", "txt"]))
def test_any_bytes_are_traces_or_one_complaint(tmp_path, content, suffix):
    path = put(tmp_path / f"any.{suffix}", content)
    said, traces = complaints(lambda: read_traces(path, CRS))
    assert not any("\n" in line for line in said)
    if traces is not None:
        assert np.isfinite(traces.xy).all()
        assert traces.ptr[-1] == len(traces.xy)


@FUZZ
@given(content=ANYTHING, suffix=st.sampled_from(["csv", "parquet"]))
def test_any_bytes_are_a_table_or_complaints(city, tmp_path, content, suffix):
    path = put(tmp_path / f"any.{suffix}", content)
    said, _ = complaints(lambda: read_od(path, city))
    assert not any("\n" in line for line in said)


OD = rows(
    "origin,destination,count",
    ("Mong Kok exit E2", "Flower Market", 30),
    ("旺角站 B1 出口", "彌敦道／亞皆老街", 2.5),
    ("Langham Place", "朗豪坊", 7),
    ('"22.3193,114.1694"', "花墟", 0),
    ("Prince Edward", "Nathan Rd & Argyle St", 4),
)


def test_a_table_gives_its_people(city, tmp_path):
    demand = read_od(put(tmp_path / "od.csv", OD), city)
    assert demand.report == {
        "rows": 5, "rows_too_far": 0, "rows_within_one_junction": 1, "rows_without_people": 1,
    }  # fmt: skip
    trips = whole(sample_od(city, demand, seed=1), city)
    assert trips.table["kind"].eq("od").all()
    row = (trips.table["person"] - OD_PERSONS) // MOST_OF_ROW
    assert row.value_counts().to_dict() in ({0: 30, 1: 2, 4: 4}, {0: 30, 1: 3, 4: 4})
    assert trips.table["person"].is_unique
    assert (trips.table["represents"] == 1).all()
    pd.testing.assert_frame_equal(trips.table, sample_od(city, demand, seed=1).table)
    frame = pd.read_csv(tmp_path / "od.csv")
    frame.to_parquet(tmp_path / "od.parquet")
    packed = sample_od(city, read_od(tmp_path / "od.parquet", city), seed=1)
    pd.testing.assert_frame_equal(trips.table, packed.table)


def test_another_row_and_a_larger_count_change_nobodys_walk(city, tmp_path):
    few = sample_od(city, read_od(put(tmp_path / "a.csv", OD), city), seed=1, cost_dispersion=0.5)
    longer = OD.replace(",30\n", ",40\n") + "Flower Market,Langham Place,9\n"
    many = sample_od(
        city, read_od(put(tmp_path / "b.csv", longer), city), seed=1, cost_dispersion=0.5
    )
    found = dict(zip(many.table["person"], paths(many), strict=True))
    assert [found[person] for person in few.table["person"]] == paths(few)
    assert len(many) == len(few) + 19
    assert len({tuple(path) for path in paths(few)[:30]}) > 1  # tastes differ


@pytest.mark.slow
def test_a_share_is_of_every_row_and_right_on_average(city, tmp_path):
    demand = read_od(put(tmp_path / "od.csv", OD), city)
    counts = [len(sample_od(city, demand, seed=s, share=0.1)) for s in range(200)]
    assert np.mean(counts) == pytest.approx(3.65, abs=4 * np.std(counts) / np.sqrt(200))
    assert (sample_od(city, demand, seed=1, share=0.1).table["represents"] == 10).all()


def test_positions_in_a_table_and_rows_too_far(city, tmp_path):
    header = "from_lon,from_lat,to_lon,to_lat,trips"
    lines = [(LO, LA, LO1, LA1, 3), (LO, LA, 114.0, 22.4, 5)]
    demand = read_od(put(tmp_path / "od.csv", rows(header, *lines)), city)
    assert demand.report["rows_too_far"] == 1
    assert demand.count.tolist() == [3]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("origin,destination\nMong Kok,花墟\n", "no column count"),
        ("from,count\nMong Kok,2\n", "no columns origin and destination"),
        ("from,to,count\nMong Kok,花墟,-2\n", ":2: count: -2 is below 0"),
        ("from,to,count\nMong Kok,花墟,\n", ':2: count: "" is not a number'),
        ("from,to,count\nMong Kok,花墟,1\nMong Kok,Flour Market,1\n", ":3: to: "),
        ("from,to,count\nMong Kok,旺角站,1\n", "no row joins two places"),
        ("from,to,count\nMong Kok,花墟,0\n", "no row joins two places"),
        ("o_x,o_y,d_x,d_y,n\n8e5,8e5,8.1e5,8e5,1\n", "no column count"),
        ("o_x,o_y,d_x,d_y,flow\n8e5,8e5,8.1e5,8e5,1\n", "no row joins"),
    ],
)
def test_tables_that_cannot_be(city, tmp_path, text, says):
    with pytest.raises(InputError) as error:
        read_od(put(tmp_path / "od.csv", text), city)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_unknown_places_are_named_all_at_once(city, tmp_path):
    lines = [f"Nowhere {i},花墟,1" for i in range(50)]
    text = "\n".join(["from,to,count", *lines])
    with pytest.raises(InputErrors) as errors:
        read_od(put(tmp_path / "od.csv", text), city)
    assert len(errors.value.lines) == 21
    assert errors.value.lines[0].startswith(f'{tmp_path / "od.csv"}:2: from: "Nowhere 0"')


def test_too_many_people_name_a_share_that_works(city, tmp_path):
    demand = read_od(put(tmp_path / "od.csv", "from,to,count\nMong Kok,花墟,4e7\n"), city)
    with pytest.raises(InputError, match=r"trips\.od_share: 0\.01") as error:
        sample_od(city, demand, seed=1)
    assert error.value.key == "trips.od_share"


def test_joined_trips_keep_their_paths(city, sampled, tmp_path):
    own = read_trips(put(tmp_path / "w.gpx", gpx(*DEGREES)), city)
    both = whole(join(sampled, own), city)
    assert paths(both) == paths(sampled) + paths(own)
    assert both.report["trips"] == len(sampled) + 1
    assert list(both.table.columns) == list(sampled.table.columns)
    slow = read_trips(tmp_path / "w.gpx", city, speed_m_s=1.0)
    with pytest.raises(InputError, match="different walking speeds"):
        join(sampled, slow)


SCENARIO = "name: a\narea: mong_kok_core\ncameras:\n  totals: [60000]\ntrips:\n"


@pytest.mark.slow
def test_a_scenario_with_files_of_its_own(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    put(Path("w.gpx"), gpx(*DEGREES))
    put(Path("od.csv"), OD)
    put(Path("pop.csv"), rows("lon,lat,residents", (LO, LA, 10)))
    put(Path("s.yaml"), SCENARIO + "  own: w.gpx\n  od: od.csv\n  population: pop.csv\n")
    assert main(["run", "s.yaml", "--no-map"]) == 0
    trips = pd.read_parquet("out/a/trips.parquet")
    assert set(trips["kind"]) == {"own", "od"}  # nobody is sampled beside them
    manifest = json.loads(Path("out/a/manifest.json").read_text())
    assert manifest["scenario"]["trips"]["people"] == 0
    files = [source.get("file") for source in manifest["data"]["sources"]]
    assert files[-3:] == ["pop.csv", "w.gpx", "od.csv"]
    figures = json.loads(Path("out/a/summary.json").read_text())["steps"][0]["trips"]["detect"]
    assert figures["observed_length"]["se"] > 0
    assert figures["unseen_trips_se"] is not None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("  own: none.gpx", "s.yaml:6:3: trips.own: none.gpx: no such file"),
        ("  own: bad.csv", "s.yaml:6:3: trips.own: bad.csv:2: y: "),
        ("  people: 5\n  od: bad.csv", "s.yaml:7:3: trips.od: bad.csv:1: no column count"),
        ("  population: bad.csv", "s.yaml:6:3: trips.population: bad.csv: no column population"),
        ("  population: bad.csv\n  population_column: t", "s.yaml:7:3: trips.population_column: "),
        ("  population_column: t", "s.yaml:6:3: trips.population_column: has no effect"),
        ("  od_share: 0.5", "s.yaml:6:3: trips.od_share: has no effect"),
        ("  own: 3", "s.yaml:6:3: trips.own: 3 is a number"),
        ("  own: far.csv", "s.yaml:6:3: trips.own: far.csv: none of its 1 walk"),
        ("  owm: w.gpx", 's.yaml:6:3: trips.owm: unknown key (did you mean "own"?)'),
    ],
)
def test_wrong_files_in_a_scenario_are_one_line(tmp_path, monkeypatch, capsys, keys, says):
    monkeypatch.chdir(tmp_path)
    put(Path("bad.csv"), "x,y\n8e5,abc\n")
    put(Path("far.csv"), "x,y\n8e5,8e5\n8.1e5,8e5\n")
    put(Path("s.yaml"), SCENARIO + keys + "\n")
    assert main(["run", "s.yaml", "--no-map"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(says)
    assert err.count("\n") == 1
    assert not Path("out").exists() or not list(Path("out").iterdir())
