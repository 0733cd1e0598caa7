"""Walks as other programs write them: who walked, which walk, when, and what is left unread."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
import shapely

import sim
from sim.cli import main
from sim.errors import InputError
from sim.trips.own import read_od, read_trips
from sim.trips.own_walks import read_traces

CRS = "EPSG:2326"
WALKS = {
    "A": np.array([[835792, 820430], [835791, 820420], [835791, 820411], [835801, 820409.0]]),
    "B": np.array([[835300, 820700], [835310, 820701], [835320, 820702.0]]),
}


def degrees(xy):
    points = gpd.GeoSeries(gpd.points_from_xy(*xy.T), crs=CRS).to_crs(4326)
    return shapely.get_coordinates(points.to_numpy())


@pytest.fixture(scope="module")
def city():
    return sim.load_city("mong_kok_core")


def table(column, values=("A", "B"), **more):
    """Rows of both walks, one after another, named in a column."""
    rows = [
        {column: value, "lon": lon, "lat": lat}
        for value, xy in zip(values, WALKS.values(), strict=True)
        for lon, lat in degrees(xy).tolist()
    ]
    return pd.DataFrame(rows).assign(**more)


def read(path, frame):
    frame.to_csv(path, index=False)
    return read_traces(path, CRS)


def are_both(traces):
    assert traces.ptr.tolist() == [0, 4, 7]
    assert np.abs(traces.xy - np.concatenate([*WALKS.values()])).max() < 0.01


@pytest.mark.parametrize(
    "column",
    ["person", "user_id", "User_ID", "uid", "user", "userid", "participant", "participant_id",
     "subject", "device", "device_id", "person_uid", "tid", "trajectory_id", "traj_id",
     "trajectory", "track_id", "journey", "route", "id", "name", "track_fid"],
)  # fmt: skip
def test_columns_of_other_programs_tell_walks_apart(tmp_path, column):
    traces = read(tmp_path / "walks.csv", table(column))
    are_both(traces)
    assert traces.person.tolist() == [0, 1]
    assert not any("columns_not_used" in key for key in traces.report)
    table(column).to_parquet(tmp_path / "walks.parquet")
    are_both(read_traces(tmp_path / "walks.parquet", CRS))


def test_people_and_their_walks_are_two_columns(tmp_path):
    frame = table("traj_id", (7, 8), user_id="anna")
    traces = read(tmp_path / "walks.csv", frame)
    are_both(traces)
    assert traces.person.tolist() == [0, 0]
    assert traces.leg.tolist() == [0, 1]
    are_both(read(tmp_path / "ids.csv", table("id", (7, 8), user_id="anna")))
    segments = table("track_seg_id", (0, 1), track_fid=0)
    are_both(read(tmp_path / "segments.csv", segments))


def test_rows_sorted_by_time_are_told_apart_by_their_person(tmp_path):
    frame = table("uid").assign(time=[0, 2, 4, 6, 1, 3, 5])
    traces = read(tmp_path / "walks.csv", frame.sort_values("time"))
    are_both(traces)


@pytest.mark.parametrize("column", ["unit_code", "code", "participant_number", "file", "sample"])
def test_an_unknown_column_that_groups_rows_is_refused_in_one_line(tmp_path, column):
    with pytest.raises(InputError) as error:
        read(tmp_path / "walks.csv", table(column))
    said = f"no column tells the walks apart (found: {column}); name it person or trip"
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_names_that_come_again_and_again_are_refused(tmp_path):
    frame = table("name").assign(time=[0, 2, 4, 6, 1, 3, 5]).sort_values("time")
    with pytest.raises(InputError, match="tells the walks apart"):
        read(tmp_path / "walks.csv", frame)


def alternating(apart_m, **columns):
    """Points of two walkers in turn, side by side; no column of a known name."""
    along = np.arange(12) * 8.0
    xy = np.column_stack([835700 + along, np.full(12, 820430.0)])
    xy[1::2, 1] += apart_m
    lon, lat = degrees(xy).T
    return pd.DataFrame({"lon": lon, "lat": lat, **columns})


@pytest.mark.parametrize("column", ["walker_no", "code", "who", "cluster"])
@pytest.mark.parametrize("values", [(1, 2), ("A", "B"), ("2026-a", "2026-b")])
def test_walkers_who_alternate_are_refused(tmp_path, column, values):
    frame = alternating(300, **{column: [*values] * 6})
    with pytest.raises(InputError, match=rf"no column tells the walks apart \(found: {column}\)"):
        read(tmp_path / "walks.csv", frame)


@pytest.mark.parametrize("apart", [0.5, 5, 300])
@pytest.mark.parametrize("shuffled", [False, True])
def test_walkers_at_two_places_at_once_are_refused(tmp_path, apart, shuffled):
    seconds = [30_000 + 10 * (row // 2) for row in range(12)]
    frame = alternating(apart, time=seconds, code=["A", "B"] * 6)
    frame = frame.sample(frac=1, random_state=1) if shuffled else frame
    with pytest.raises(InputError, match="tells the walks apart"):
        read(tmp_path / "walks.csv", frame)


@pytest.mark.parametrize(
    "columns",
    [
        {"surface": ["asphalt", "gravel"] * 6},
        {"moving": [1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1]},
        {"signal_lost": [0, 1] * 6, "time": range(30_000, 30_012)},
        {"weather": ["dry", "wet", "dry"] * 4},
    ],
)
def test_what_changes_along_one_walk_stays_one_walk(tmp_path, columns):
    traces = read(tmp_path / "walk.csv", alternating(0, **columns))
    assert traces.ptr.tolist() == [0, 12]


DATES = ["2026-03-01", "2026/3/1", "2026-W09-7", "2026W097"]


@pytest.mark.parametrize("text", DATES)
@pytest.mark.parametrize("column", ["time", "datetime", "date_time", "recorded_at"])
def test_dates_alone_order_points_and_give_no_hour(tmp_path, text, column):
    traces = read(tmp_path / "walks.csv", table("person", **{column: text}))
    are_both(traces)
    assert np.isnan(traces.departs_s).all()
    assert traces.report["dates_without_time_of_day"] == 7


@pytest.mark.parametrize("text", DATES)
def test_dates_among_moments_are_refused(tmp_path, text):
    times = ["2026-03-01T08:30:00", "2026-03-01T08:30:10", text, *["2026-03-01T08:31:00"] * 4]
    with pytest.raises(InputError, match="has no time of day, as other rows have") as error:
        read(tmp_path / "walks.csv", table("person", time=times))
    assert ":4: " in str(error.value)


def test_dates_alone_give_walks_of_a_row_no_hour(tmp_path):
    lon, lat = degrees(np.concatenate([*WALKS.values()])).T
    ends = {"origin_lon": lon[:3], "origin_lat": lat[:3], "destination_lon": lon[4:],
            "destination_lat": lat[4:]}  # fmt: skip
    frame = pd.DataFrame({**ends, "departs": "2026-03-01"})
    traces = read(tmp_path / "walks.csv", frame)
    assert np.isnan(traces.departs_s).all()
    assert traces.report["dates_without_time_of_day"] == 3
    clocks = read(tmp_path / "clocks.csv", frame.assign(departs="2026-03-01 00:00"))
    assert clocks.departs_s.tolist() == [0, 0, 0]
    assert "dates_without_time_of_day" not in clocks.report


def test_midnight_that_is_written_is_midnight(tmp_path):
    traces = read(tmp_path / "walks.csv", table("person", time="2026-03-01T00:00:00"))
    assert traces.departs_s.tolist() == [0, 0]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"id": range(7)},
        {"fid": range(7)},
        {"name": "morning"},
        {"ele": [5, 5, 5, 6, 6, 7, 7], "speed": [1, 1, 1, 1, 2, 2, 2]},
        {"slope": 0.5, "weather": [0.5, 0.5, 0.5, 1.5, 1.5, 1.5, 1.5]},
    ],
)
def test_a_plain_file_stays_one_walk_and_unused_columns_are_named(tmp_path, more):
    frame = table("drop").drop(columns="drop").assign(**more)
    traces = read(tmp_path / "walk.csv", frame)
    assert traces.ptr.tolist() == [0, 7]
    named = [key for key in traces.report if key.startswith("columns_not_used")]
    assert named == ([f"columns_not_used: {', '.join(more)}"] if more else [])


def test_columns_that_are_empty_are_as_if_they_were_not_there(tmp_path):
    frame = table("user_id").assign(person="", time=np.nan, datetime="08:30")
    traces = read(tmp_path / "walks.csv", frame)
    are_both(traces)
    assert traces.departs_s.tolist() == [30_600, 30_600]
    assert "columns_not_used: person, time" in traces.report
    with pytest.raises(InputError, match="tells the walks apart"):
        read(tmp_path / "unknown.csv", table("code").assign(person=""))


def test_a_row_without_its_person_is_named(tmp_path):
    frame = table("user").assign(user=["A", "", "A", "A", "B", "B", "B"])
    with pytest.raises(InputError, match=r"walks\.csv:3: user: is empty"):
        read(tmp_path / "walks.csv", frame)


def test_ids_of_eighteen_digits_are_not_one(tmp_path):
    ids = [864_691_135_000_000_001, 864_691_135_000_000_002]
    table("device_id", ids).to_parquet(tmp_path / "walks.parquet")
    are_both(read_traces(tmp_path / "walks.parquet", CRS))


@pytest.mark.parametrize(
    "kind", ["category", "Int64", "string", "float64", "decimal", "timestamp", "zoned", "boolean"]
)
def test_columns_of_parquet_of_every_type(tmp_path, kind):
    frame = table("user_id", (1, 2))
    seconds = np.arange(7) + 30_600
    clock = pd.Timestamp("2026-03-01") + pd.to_timedelta(seconds, unit="s")
    if kind == "category":
        frame = frame.astype({"user_id": "category"})
    elif kind in ("Int64", "string", "float64"):
        frame = frame.astype({"user_id": kind})
    elif kind == "boolean":
        frame["user_id"] = (frame["user_id"] == 1).astype("boolean")
    frame["time"] = clock if kind == "timestamp" else seconds
    if kind == "zoned":
        frame["time"] = clock.tz_localize("Asia/Hong_Kong").tz_convert("UTC")
    packed = pa.Table.from_pandas(frame, preserve_index=False)
    if kind == "decimal":
        for i, name in enumerate(("lon", "lat"), 1):
            exact = pa.array(packed[name].to_pylist(), pa.float64()).cast(pa.decimal128(15, 10))
            packed = packed.set_column(i, name, exact)
    pa.parquet.write_table(packed, tmp_path / "walks.parquet")
    traces = read_traces(tmp_path / "walks.parquet", CRS)
    are_both(traces)
    assert traces.departs_s.tolist() == [30_600, 30_604]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("time", ["23:59:58", "23:59:59", "00:00:00", "00:00:01"]),
        ("t", [86_398, 86_399, 0, 1]),
        ("datetime", [f"2026-03-0{d}T{c}" for d, c in (
            (1, "23:59:58"), (1, "23:59:59"), (2, "00:00:00"), (2, "00:00:01"))]),
        ("ts", [f"2026-03-01T15:59:58.{i}Z" for i in range(4)]),
        ("timestamp", [1_772_380_798 + i for i in range(4)]),
        ("gps_time", [1_772_380_798_000 + 1000 * i for i in range(4)]),
        ("local_time", [46_082 + (86_398 + i) / 86_400 for i in range(4)]),
        ("time", [1, 0.999977, 0, 0.0000116]),
    ],
)  # fmt: skip
def test_walks_across_midnight_keep_the_order_of_the_file(tmp_path, column, values):
    frame = table("user_id").iloc[:4].assign(**{column: values})
    if values[0] == 1:
        frame[column] = [0.999977, 0.9999885, 0.0, 0.0000116]
    traces = read(tmp_path / "walk.csv", frame)
    assert np.abs(traces.xy - WALKS["A"]).max() < 0.01
    assert traces.departs_s[0] == pytest.approx(86_398, abs=0.1)


def test_dates_beside_clocks_order_walks_of_several_days(tmp_path):
    frame = table("user_id").iloc[:4]
    frame = frame.assign(date=["2026-03-01"] * 2 + ["2026-03-02"] * 2,
                         time=["10:00", "11:00", "09:00", "09:30"])  # fmt: skip
    traces = read(tmp_path / "walk.csv", frame)
    assert np.abs(traces.xy - WALKS["A"]).max() < 0.01
    assert traces.departs_s.tolist() == [36_000]


def gpx(*parts):
    return f'<gpx xmlns="http://www.topografix.com/GPX/1/1">{"".join(parts)}</gpx>'


def points(walk, element="trkpt", time=None):
    inner = f"<time>{time}</time>" if time else ""
    return "".join(
        f'<{element} lat="{lat:.8f}" lon="{lon:.8f}">{inner}</{element}>'
        for lon, lat in degrees(WALKS[walk]).tolist()
    )


@pytest.mark.parametrize(
    "parts",
    [
        ("<trk><name>a</name>", points("A"), "</trk><rte><name>b</name>", points("B", "rtept"),
         "</rte>"),
        ("<trk><name>a</name>", points("A"), "</trk><trk><name>b</name>", points("B"), "</trk>"),
        ("<trk><name>a</name>", points("A"), "</trk><trk><name>b</name><trkseg>", points("B"),
         "</trkseg></trk>"),
        ("<trk><name>a</name><trkseg>", points("A"), "</trkseg></trk><trk><name>b</name>",
         points("B"), "</trk>"),
        ("<rte><name>a</name>", points("A", "rtept"), "</rte><trk><name>b</name>", points("B"),
         "</trk>"),
    ],
)  # fmt: skip
def test_points_directly_inside_a_track_are_a_walk_of_their_own(tmp_path, parts):
    (tmp_path / "walk.gpx").write_text(gpx(*parts))
    traces = read_traces(tmp_path / "walk.gpx", CRS)
    are_both(traces)
    assert traces.name == ["a", "b"]


def test_points_before_a_segment_of_the_same_track_are_no_part_of_it(tmp_path):
    inner = ("<trk><name>a</name>", points("A"), "<trkseg>", points("B"), "</trkseg></trk>")
    (tmp_path / "walk.gpx").write_text(gpx(*inner))
    are_both(read_traces(tmp_path / "walk.gpx", CRS))


@pytest.mark.parametrize(
    ("around", "element"),
    [(("<trk><trkseg>", "</trkseg></trk>"), "trkpt"), (("<trk>", "</trk>"), "trkpt"),
     (("<rte>", "</rte>"), "rtept"), (("", ""), "wpt")],
)  # fmt: skip
def test_the_first_time_of_a_gpx_walk_is_its_departure(tmp_path, around, element):
    before = "<metadata><time>2001-01-01T00:00:00Z</time></metadata>"
    body = points("A", element, "2026-03-01T00:30:00Z")
    (tmp_path / "walk.gpx").write_text(gpx(before, around[0], body, around[1]))
    traces = read_traces(tmp_path / "walk.gpx", CRS)
    assert traces.departs_s.tolist() == [30_600]


def lines(*features):
    made = [
        {"type": "Feature", "properties": properties, "geometry": geometry}
        for properties, geometry in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": made})


def line(walk):
    return {"type": "LineString", "coordinates": degrees(WALKS[walk]).tolist()}


@pytest.mark.parametrize(
    ("properties", "departs"),
    [
        ({"departs": "08:30"}, 30_600),
        ({"departs_s": 30_600}, 30_600),
        ({"departure": "2026-03-01T00:30:00Z"}, 30_600),
        ({"start": "2026-03-01 08:30:00"}, 30_600),
        ({"Time": 1_772_325_000}, 30_600),
        ({"coordTimes": ["2026-03-01T00:30:00Z", "2026-03-01T00:31:00Z"]}, 30_600),
        ({"start": "Mong Kok"}, np.nan),
        ({"departs": None}, np.nan),
        ({}, np.nan),
    ],
)
def test_lines_say_when_they_depart(tmp_path, properties, departs):
    (tmp_path / "walk.geojson").write_text(lines((properties, line("A"))))
    found = read_traces(tmp_path / "walk.geojson", CRS).departs_s
    assert np.array_equal(found, [departs], equal_nan=True)


@pytest.mark.parametrize("text", DATES)
def test_a_line_that_departs_on_a_date_has_no_hour(tmp_path, text):
    lon_lat = degrees(WALKS["A"]).tolist()
    line = {"type": "LineString", "coordinates": lon_lat}
    features = [{"type": "Feature", "properties": {"departs": text}, "geometry": line}]
    path = tmp_path / "walks.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    traces = read_traces(path, CRS)
    assert np.isnan(traces.departs_s).all()
    assert traces.report["dates_without_time_of_day"] == 1


def test_a_departure_that_is_no_time_is_refused(tmp_path):
    (tmp_path / "walk.geojson").write_text(lines(({"departs": "soon"}, line("A"))))
    with pytest.raises(InputError, match='feature 1: "soon" is no time'):
        read_traces(tmp_path / "walk.geojson", CRS)


def test_collections_give_their_lines_and_other_shapes_are_counted(tmp_path):
    both = {"type": "GeometryCollection", "geometries": [
        line("A"), {"type": "GeometryCollection", "geometries": [line("B")]}]}  # fmt: skip
    spot = {"type": "MultiPoint", "coordinates": degrees(WALKS["A"]).tolist()}
    text = lines(({"user_id": 7.0}, both), ({}, spot), ({}, None))
    (tmp_path / "walk.geojson").write_text(text)
    traces = read_traces(tmp_path / "walk.geojson", CRS)
    are_both(traces)
    assert traces.person.tolist() == [0, 0]
    assert traces.report["other_shapes_left_out"] == 2


def along_two_streets(city):
    """Rows of two people, each along one of the two longest streets, a point every 10 m."""
    longest = city.streets.edges.sort_values("length").geometry.to_numpy()[-2:]
    return [
        (who, *shapely.get_coordinates(street.interpolate(along))[0].tolist())
        for who, street in zip("AB", longest, strict=True)
        for along in np.arange(0, street.length, 10)
    ]


def test_walks_of_a_column_user_id_are_those_of_person(city, tmp_path):
    rows = along_two_streets(city)
    frames = {c: pd.DataFrame(rows, columns=[c, "x", "y"]) for c in ("person", "user_id")}
    for column, frame in frames.items():
        frame.to_csv(tmp_path / f"{column}.csv", index=False)
    right, found = (read_trips(tmp_path / f"{c}.csv", city).table for c in frames)
    assert len(found) == 2
    pd.testing.assert_frame_equal(right, found)


@pytest.mark.parametrize(
    ("count", "says"),
    [("1e3", 1000.0), ("2019.0", 2019.0), ("123.69000000000001", 123.69000000000001),
     ('"1,000"', '"1,000" is not a number'), ("1_000", "is not a number"),
     ("1 000", "is not a number")],
)  # fmt: skip
def test_counts_of_a_table_are_plain_numbers(city, tmp_path, count, says):
    text = f"origin,destination,count,purpose\nMong Kok,Flower Market,{count},work\n"
    (tmp_path / "od.csv").write_text(text)
    if isinstance(says, float):
        demand = read_od(tmp_path / "od.csv", city)
        assert demand.count.tolist() == [says]
        assert demand.report["columns_not_used: purpose"] == 1
    else:
        with pytest.raises(InputError, match=says):
            read_od(tmp_path / "od.csv", city)


SCENARIO = "name: a\narea: mong_kok_core\ncameras: {totals: [60000]}\ntracking: {subsample: 0}\n"


@pytest.mark.slow
def test_the_command_refuses_and_reads_the_same(city, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(SCENARIO + "trips: {own: walks.csv}\n")
    rows = along_two_streets(city)
    for column, code in (("unit_code", 2), ("user_id", 0)):
        frame = pd.DataFrame(rows, columns=[column, "x", "y"])
        frame.to_csv(tmp_path / "walks.csv", index=False)
        assert main(["run", "s.yaml", "--out", column]) == code
    assert "no column tells the walks apart (found: unit_code)" in capsys.readouterr().err
    assert pd.read_parquet(tmp_path / "user_id" / "trips.parquet")["person"].nunique() == 2


@pytest.mark.slow
def test_the_command_reads_tracks_without_segments_and_walks_past_midnight(
    city, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(SCENARIO + "trips: {own: walks.gpx}\n")
    (tmp_path / "night.yaml").write_text(SCENARIO + "trips: {own: night.csv}\n")
    rows = along_two_streets(city)
    for who in WALKS:
        monkeypatch.setitem(WALKS, who, np.array([p for w, *p in rows if w == who]))
    parts = ("<trk>", points("A"), "</trk><rte>", points("B", "rtept"), "</rte>")
    (tmp_path / "walks.gpx").write_text(gpx(*parts))
    night = pd.DataFrame([row for row in rows if row[0] == "A"], columns=["uid", "x", "y"])
    seconds = (np.arange(len(night)) + 86_395) % 86_400
    night["time"] = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in seconds.tolist()]
    night.to_csv(tmp_path / "night.csv", index=False)
    for name, walks in (("s", 2), ("night", 1)):
        assert main(["run", f"{name}.yaml", "--out", name]) == 0
        trips = pd.read_parquet(tmp_path / name / "trips.parquet")
        assert trips["trip"].nunique() == walks
        straight = city.streets.edges["length"].nlargest(2).iloc[:walks]
        assert trips["length"].max() <= straight.max() * 1.2
