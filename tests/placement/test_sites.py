"""Listed poles as the only places for cameras, zones without cameras, zones that nobody sees."""

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from city.drawn import ORIGIN, frames, grid_ways
from shapely.geometry import LineString, MultiPoint, Point, Polygon

import sim
from sim.area import Area
from sim.cameras.candidates import candidates, listed_sites
from sim.cameras.exchange import write_cameras
from sim.cameras.fleet import LISTED_POLE, MOUNTS
from sim.city.kept_free import distance_to, read_kept_free, stretches_in_any, stretches_near
from sim.city.places import Places
from sim.city.points import read_poles
from sim.city.roofs import without
from sim.city.streets import StreetNetwork
from sim.city.walls import Walls
from sim.cli import main
from sim.errors import InputError
from sim.placement.parameters import Exclusion, Objective
from sim.placement.sites import available_sites, shapes_of
from sim.results.run import read_run

CRS = "EPSG:2326"


@pytest.fixture(scope="module")
def city():
    return sim.load_city("mong_kok_core")


def layer(*shapes, crs=CRS):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def drawn_town():
    """A grid of nine junctions 80 m apart."""
    streets = StreetNetwork.build(*frames(grid_ways(3, 3)), CRS)
    region = shapely.box(*streets.edges.total_bounds).buffer(20)
    area = Area("drawn", "", region, region, CRS, (), 0.0)
    return sim.City(area, streets, Walls.none(CRS), Places.empty(CRS))


@pytest.fixture(scope="module")
def poles(city):
    """A pole beside every fifth place of the engine's own."""
    sites = candidates(city)
    return layer(*shapely.points(sites.x[::5] + 0.5, sites.y[::5]))


# poles


def test_cameras_hang_on_listed_poles_and_nowhere_else(city, poles):
    fleet = sim.place(city, 20_000, sites=poles, seed=3)
    spots = {(p.x, p.y) for p in poles.geometry}
    assert {*zip(fleet.heads["x"], fleet.heads["y"], strict=True)} <= spots
    assert set(fleet.heads["status"]) == {LISTED_POLE}
    assert fleet.on_listed_poles.all()
    assert not fleet.real.any()
    assert not fleet.simulated
    report = fleet.report
    left_out = sum(report[f"poles_{why}"] for why in ("elsewhere", "off_streets", "in_buildings"))
    assert report["sites_left"] == report["poles_listed"] - left_out
    own = sim.place(city, 20_000, seed=3)
    assert fleet.arrays.rank.tolist() == own.arrays.rank.tolist()
    assert own.simulated


@pytest.mark.parametrize("strategy", ["random", "even", "transit", "betweenness", "greedy_cover"])
def test_every_kind_of_strategy_ranks_poles(city, poles, strategy):
    fleet = sim.place(city, 4_000, sites=poles, strategy=strategy, seed=1)
    assert len(fleet) == fleet.report["on_streets"]


def test_poles_look_along_their_street_and_know_their_junction():
    town = drawn_town()
    x, y = ORIGIN
    found, left_out = listed_sites(
        town, np.array([x + 40, x + 80, x + 5_000]), np.array([y + 2.0, y + 83.0, y])
    )
    none = dict.fromkeys(("poles_off_streets", "poles_in_buildings", "poles_moved"), 0)
    assert left_out == {"poles_elsewhere": 1, **none}
    assert found.junction.tolist() == [False, True]
    assert found.importance[1] == 4 * found.importance[0]
    assert sorted(found.heading[0][:2] % 180) == pytest.approx([90, 90])
    assert {"unknown"} == {MOUNTS[k] for k in found.mounted_on}


def test_more_cameras_than_poles_carry_are_refused_with_the_most_that_hang(city, poles):
    few = poles.iloc[:60]
    with pytest.raises(InputError, match=r"lower the totals to ([\d,]+)") as told:
        sim.place(city, 60_000, sites=few)
    most = int(str(told.value).split("lower the totals to ")[1].split(" ")[0].replace(",", ""))
    fleet = sim.place(city, most, sites=few)
    assert len(fleet) > 100
    with pytest.raises(InputError, match="lower the totals"):
        sim.place(city, most + 1, sites=few)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (layer(Point(800_000, 800_000)), r"the nearest is \d+\.\d km from Mong Kok core"),
        (layer(Point(0, 0), crs="EPSG:4326"), "check positions and CRS"),
        (layer(Point(835_000, 820_000), crs=None), "no CRS"),
        (layer(Polygon([(0, 0), (1, 0), (1, 1)])), "give points"),
        (layer(), "give points"),
    ],
)
def test_poles_that_can_carry_nothing_are_refused(city, given, says):
    with pytest.raises(InputError, match=says) as told:
        sim.place(city, 4_000, sites=given)
    assert told.value.key == "cameras.sites"


def write(folder, name, frame):
    path = folder / name
    frame.to_file(path, driver="GeoJSON")
    return path


def test_poles_are_read_once_each(tmp_path):
    spots = [Point(114.17, 22.32), Point(114.17, 22.32), MultiPoint([(114.171, 22.32)])]
    path = write(tmp_path, "poles.geojson", layer(*spots, None, crs="EPSG:4326"))
    found = read_poles(path, CRS)
    assert len(found) == 2
    assert found.crs == CRS
    assert found.attrs["left_out"] == {
        "without a shape": 1, "that stand where another does": 1,
    }  # fmt: skip
    (tmp_path / "poles.csv").write_text("lon,lat,name\n114.17,22.32,a\n114.17,22.32,b\n")
    assert len(read_poles(tmp_path / "poles.csv", CRS)) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("lon,lat\n", "no rows|0 poles|no points"),
        ("a,b\n1,2\n", "no columns lon and lat"),
        ("lon,lat\n114.17,north\n", ":2: .*north"),
    ],
)
def test_bad_tables_of_poles_are_refused_in_one_line(tmp_path, content, says):
    path = tmp_path / "poles.csv"
    path.write_text(content)
    with pytest.raises(InputError, match=says) as told:
        read_poles(path, CRS)
    assert "\n" not in str(told.value)


def test_polygons_are_no_poles(tmp_path):
    shape = Polygon([(114.17, 22.32), (114.171, 22.32), (114.171, 22.321)])
    path = write(tmp_path, "p.geojson", layer(Point(114.17, 22.3), shape, crs="EPSG:4326"))
    with pytest.raises(InputError, match=r"row 2: a Polygon; poles are points"):
        read_poles(path, CRS)


def test_a_huge_list_of_poles_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.city.points.MOST_POLES", 3)
    path = tmp_path / "poles.csv"
    path.write_text("lon,lat\n" + "".join(f"114.17,22.3{k}\n" for k in range(4)))
    with pytest.raises(InputError, match="4 poles; give 1 to 3"):
        read_poles(path, CRS)


def test_simulated_cameras_on_poles_are_not_offered_to_a_map(city, poles, tmp_path):
    fleet = sim.place(city, 4_000, sites=poles)
    write_cameras(fleet, tmp_path / "fleet.geojson")
    text = (tmp_path / "fleet.geojson").read_text()
    assert LISTED_POLE in text


# zones


def test_no_camera_is_hung_near_places_of_a_kind(city):
    zone = Exclusion(("station",), None, 60.0)
    sites, report = available_sites(city, exclude=[zone])
    stations = shapes_of(city, zone, 0)
    assert distance_to(stations, sites.x, sites.y).min() > 60
    assert report["sites_left"] + report["sites_excluded"] == len(candidates(city).x)
    fleet = sim.place(city, 60_000, strategy="transit", exclude=[zone], seed=2)
    assert fleet.simulated
    assert distance_to(stations, fleet.arrays.x, fleet.arrays.y).min() > 60
    masks = available_sites(city, exclude=[replace(zone, how="masked")])
    assert masks[1] == {}


def test_zones_of_any_shape(city):
    middle = city.area.polygon.centroid
    line = LineString([(middle.x - 300, middle.y), (middle.x + 300, middle.y)])
    square = middle.buffer(80, cap_style="square")
    sites, _ = available_sites(
        city, exclude=[Exclusion((), layer(line), 25.0), Exclusion((), layer(square), 0.0)]
    )
    spots = shapely.points(sites.x, sites.y)
    assert shapely.distance(spots, line).min() > 25
    assert not shapely.intersects(spots, square).any()


def test_zones_that_leave_nothing_are_refused_with_what_would(city):
    region = layer(city.area.region.buffer(200))
    with pytest.raises(InputError, match=r"leaves no place .* lower metres") as told:
        available_sites(city, exclude=[Exclusion((), region, 5.0)])
    assert told.value.key == "cameras.exclude.0.metres"
    with pytest.raises(InputError, match="has no places of kind gate") as told:
        available_sites(city, exclude=[Exclusion(("gate",), None, 5.0)])
    assert told.value.key == "cameras.exclude.0.places"
    with pytest.raises(InputError, match="metres is -1"):
        Exclusion(("school",), None, -1.0)


@pytest.mark.parametrize("metres", [0.0, 12.0, 60.0])
def test_stretches_are_where_points_are_near(metres):
    town = drawn_town()
    shapes = np.array(
        [
            Point(ORIGIN + np.array([30.0, 3.0])),
            shapely.box(*(ORIGIN + 60.0), *(ORIGIN + np.array([100.0, 95.0]))),
        ],
        object,
    )
    found = stretches_near(town.streets, shapes, metres)
    for edge, line in enumerate(town.streets.edges.geometry):
        t = np.linspace(0.05, line.length - 0.05, 160)
        away = distance_to(
            shapes, *shapely.get_coordinates(shapely.line_interpolate_point(line, t)).T
        )
        rows = found.edge == edge
        inside = ((found.start[rows, None] < t) & (t < found.end[rows, None])).any(axis=0)
        sure = np.abs(away - metres) > 0.01
        assert (inside == (away <= metres))[sure].all()


def test_what_is_masked_is_cut_out_of_what_is_seen_and_nothing_else(city):
    zone = Exclusion(("station",), None, 40.0, "masked")
    hidden = stretches_in_any(city.streets, [(shapes_of(city, zone, 0), 40.0)])
    fleet = sim.place(city, 20_000, seed=5)
    every, masked = sim.see(city, fleet), sim.see(replace(city, masked=hidden), fleet)
    stations = shapes_of(city, zone, 0)
    for task in ("detect", "recognise"):
        pieces = [seen.pieces[lambda p: p[f"rank_{task}"] <= 20_000] for seen in (every, masked)]  # noqa: B023
        all_seen, left = (shapely.union_all(p.geometry.to_numpy()) for p in pieces)
        zones = shapely.union_all(shapely.buffer(stations, 40.0, quad_segs=90))
        assert shapely.length(shapely.intersection(left, zones)) < 0.05
        outside = shapely.difference(all_seen, zones.buffer(0.001))
        assert shapely.length(left) == pytest.approx(shapely.length(outside), abs=0.5)
    assert len(without(city.streets.arrays, hidden).segment_x0) > 0


def test_files_of_zones(tmp_path):
    shapes = [Point(114.17, 22.32), LineString([(114.17, 22.32), (114.18, 22.32)])]
    path = write(tmp_path, "z.geojson", layer(*shapes, None, crs="EPSG:4326"))
    found = read_kept_free(path, CRS)
    assert len(found) == 2
    assert found.attrs["left_out"] == {"without a shape": 1}
    (tmp_path / "none.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(InputError, match=r"none\.geojson"):
        read_kept_free(tmp_path / "none.geojson", CRS)


# a run

SCENARIO = """\
name: poles
area: mong_kok_core
cameras:
  totals: [4000, 20000]
  sites: poles.csv
  exclude:
    - {places: [station], metres: 20}
    - {file: zone.geojson, metres: 30 m, how: masked}
trips: {people: 40}
ensemble: {fleets: 2}
"""


@pytest.fixture(scope="module")
def run_folder(city, poles, tmp_path_factory):
    folder = tmp_path_factory.mktemp("poles")
    where = poles.to_crs("EPSG:4326").geometry
    rows = "".join(f"{p.x!r},{p.y!r}\n" for p in where)
    (folder / "poles.csv").write_text(f"lon,lat\n{rows}120,30\n")
    middle = gpd.GeoSeries([city.area.polygon.centroid], crs=CRS).to_crs("EPSG:4326")
    write(folder, "zone.geojson", gpd.GeoDataFrame(geometry=middle))
    (folder / "s.yaml").write_text(SCENARIO)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["run", "s.yaml", "--out", "run"]) == 0
    return folder


@pytest.mark.slow
def test_a_run_on_listed_poles_tells_statistics_alone(run_folder, capsys, monkeypatch):
    monkeypatch.chdir(run_folder)
    summary = json.loads((run_folder / "run" / "summary.json").read_text())
    assert summary["simulated"] is False
    assert summary["real_cameras"] == 0
    assert summary["listed_poles"] == len(read_run("run").fleet)
    assert 0 < summary["steps"][0]["coverage"]["detect"] < 1
    assert summary["steps"][0]["answer"]["recognise"]["any_length"]["share"] > 0
    manifest = json.loads((run_folder / "run" / "manifest.json").read_text())
    assert {"poles listed by the user", "places that the user keeps cameras away from"} <= {
        source.get("kind") for source in manifest["data"]["sources"]
    }
    notes = " ".join(note["en"] for note in manifest["notes"])
    assert "2 outside the region" in notes
    assert "statistics alone" in notes
    assert "masked streets" in notes
    for page in ("map.html", "report.html"):
        assert "掛在名單" in (run_folder / "run" / page).read_text(encoding="utf-8")
    ends = ["--from", "Flower Market", "--to", "Mong Kok exit E2"]
    assert main(["walk", "run", *ends, "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert all(step["least_seen"] is None for step in content["totals"])
    assert main(["unseen", "run", *ends]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert main(["streets", "run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fleets"] == 2
    assert main(["export", "run", "--format", "csv"]) == 0
    trips = pd.read_csv(run_folder / "run_csv" / "trips.csv")
    assert trips["last_unseen_recognise"].isna().all()
    assert trips["seen_detect_20000"].notna().all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("poles.csv", "no.csv", "s.yaml:5:3: cameras.sites: no.csv: no such file"),
        ("zone.geojson", "no.geojson", "s.yaml:8:8: cameras.exclude.1.file: no.geojson: no such"),
        ("places: [station]", "places: [stations]", "s.yaml:7:17: cameras.exclude.0.places.0: "),
        ("places: [station], ", "", "s.yaml:7:7: cameras.exclude.0: write places or file"),
        ("metres: 20}", "metres: 4000}", "s.yaml:7:27: cameras.exclude.0.metres: leaves no place"),
    ],
)
def test_what_does_not_fit_is_one_line_with_its_key(
    run_folder, was, now, says, monkeypatch, capsys
):
    monkeypatch.chdir(run_folder)
    (run_folder / "wrong.yaml").write_text(SCENARIO.replace(was, now))
    assert main(["run", "wrong.yaml", "--out", "wrong", "--no-map"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert says.replace("s.yaml", "wrong.yaml") in err


def test_poles_in_inferred_blocks_move_to_their_street_and_in_buildings_carry_none(city):
    walls = city.walls.footprints
    inside = walls.geometry.representative_point()
    near = inside[inside.distance(shapely.union_all(city.streets.edges.geometry.to_numpy())) < 40]
    x, y = near.x.to_numpy()[:30], near.y.to_numpy()[:30]
    found, left_out = listed_sites(city, x, y)
    here = len(x) - left_out["poles_elsewhere"]
    assert left_out["poles_moved"] == len(found.x) == here > 0
    assert not shapely.intersects_xy(shapely.union_all(walls.geometry), found.x, found.y).any()
    houses = replace(city, walls=Walls(walls.assign(kind="footprint"), "footprints"))
    found, left_out = listed_sites(houses, x, y)
    assert len(found.x) == left_out["poles_moved"] == 0
    assert left_out["poles_in_buildings"] == here


@pytest.mark.parametrize(
    ("strategy", "kinds", "name"),
    [("transit", ["station"], "transit"), ({"places": 1, "random": 1}, ["market"], "places")],
)
def test_strategies_that_lean_say_how_far_their_cameras_stand(city, strategy, kinds, name):
    aims = Objective(near=("market",))
    fleet = sim.place(city, 20_000, strategy=strategy, aims=aims, seed=4)
    places = city.places.table
    spots = places.geometry[places["kind"].isin(kinds)].to_numpy()
    away = distance_to(spots, fleet.arrays.x, fleet.arrays.y)
    assert fleet.report[f"{name}_watched"] == len(spots)
    assert fleet.report[f"{name}_half_within_m"] == np.ceil(np.median(away))
    assert fleet.report[f"{name}_farthest_m"] == np.ceil(away.max())
    assert not any("_watched" in key for key in sim.place(city, 4_000, seed=4).report)
