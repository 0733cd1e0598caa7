import json
import shutil
import sqlite3

import geopandas as gpd
import numpy as np
import pytest
import shapely
from city.test_pbf import written
from drawn import ORIGIN, frames, grid_ways, shared
from shapely.affinity import translate
from shapely.geometry import box

from sim.city import from_files
from sim.city.sources import files
from sim.city.sources.files import (
    file_kind,
    read_area,
    read_buildings,
    read_mtr_exits,
    read_polygons,
    read_streets,
)
from sim.city.streets import StreetNetwork
from sim.errors import InputError


def saved_streets(path, ways=None):
    nodes, edges = frames(ways or grid_ways(), crs="EPSG:2326")
    nodes.to_file(path, layer="nodes", driver="GPKG")
    edges.to_file(path, layer="edges", driver="GPKG")
    return path


def houses(**columns):
    shapes = [translate(box(10, 10, 40, 40), *ORIGIN), translate(box(100, 10, 130, 40), *ORIGIN)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:2326")


def exits(*records):
    good = {"name_en": "Mong Kok", "name_zh": "旺角", "exit": "B3", "lat": 22.3193, "lng": 114.1694}
    return [{**good, **record} for record in records]


def saved_json(path, content):
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_geopackage_gives_the_network_it_was_saved_from(tmp_path):
    nodes, edges = read_streets(saved_streets(tmp_path / "walk.gpkg"))
    assert file_kind(tmp_path / "walk.gpkg") == "streets"
    drawn = StreetNetwork.build(*frames(grid_ways()))
    assert StreetNetwork.build(nodes, edges).edges.equals(drawn.edges)


def test_a_graphml_gives_the_network_it_was_saved_from(tmp_path):
    import osmnx as ox

    nodes, edges = frames(grid_ways(name="彌敦道 Nathan Road", bridge="yes"), crs="EPSG:2326")
    nodes = nodes.assign(x=nodes.geometry.x, y=nodes.geometry.y).set_index("osmid")
    keyed = edges.assign(key=0, length=edges.length).set_index(["u", "v", "key"])
    graph = ox.graph_from_gdfs(nodes, keyed, graph_attrs={"crs": "EPSG:2326"})
    path = tmp_path / "walk.graphml"
    ox.save_graphml(graph, path)
    streets = StreetNetwork.build(*read_streets(path))
    assert file_kind(path) == "streets"
    assert streets.length_km == pytest.approx(StreetNetwork.build(*frames(grid_ways())).length_km)
    assert set(streets.edges["name"]) == {"Nathan Road"}


@pytest.mark.parametrize("suffix", [".geojson", ".json", ".parquet", ".gpkg"])
def test_buildings_of_every_format_are_the_same(tmp_path, suffix):
    frame = houses(height=["12", None], **{"building:levels": [None, "5"]}).to_crs("EPSG:4326")
    path = tmp_path / f"houses{suffix}"
    if suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, driver="GPKG" if suffix == ".gpkg" else "GeoJSON")
    found, _ = read_buildings(path)
    assert file_kind(path) == "polygons"
    assert found["height"].tolist() == [12.0, 16.0]
    assert found.crs == "EPSG:4326"
    # GeoJSON keeps seven decimals, about a centimetre.
    apart = found.geometry.to_crs(2326).symmetric_difference(frame.geometry.to_crs(2326))
    assert (apart.area < 1).all()


def test_roofs_and_points_are_no_walls(tmp_path):
    frame = houses(building=["roof", "yes"])
    point = gpd.GeoDataFrame({"building": ["yes"]}, geometry=shapely.points([ORIGIN]), crs=2326)
    path = tmp_path / "houses.parquet"
    gpd.GeoDataFrame(gpd.pd.concat([frame, point], ignore_index=True), crs=2326).to_parquet(path)
    found, report = read_buildings(path)
    assert len(found) == 1
    assert np.isnan(found["height"]).all()
    assert report == {"roofs_and_the_like": 1, "height_unknown": 1}


PARTS = {
    "a roof": ({"building": "roof"}, "roofs_and_the_like"),
    "a cellar": ({"building": "yes", "level": "-1"}, "buildings_underground"),
    "a room": ({"building": "yes", "indoor": "room"}, "rooms_inside"),
    "a bridge between houses": ({"building": "yes", "min_height": "9"}, "parts_above_the_street"),
    "a house cut by the edge": ({"building": "yes"}, "buildings_cut_or_crossing"),
    "a house of which nothing is left": ({"building": "yes"}, "buildings_without_outline"),
}


@pytest.mark.parametrize("case", PARTS)
def test_counts_of_buildings_go_with_the_buildings(tmp_path, case):
    tags, reason = PARTS[case]
    gone = {"buildings_cut_or_crossing": (12,), "buildings_without_outline": (11, 12)}
    ways = [([1, 2, 12, 11, 1], tags), ([30, 31, 32], {"highway": "residential"})]
    path = written(tmp_path / "a.osm.pbf", ways, missing=gone.get(reason, ()))
    given = houses().to_crs(4326)
    given.to_file(tmp_path / "houses.geojson")
    kinds = {path: "pbf"}
    assert from_files._read_features(kinds, {}).report == {reason: 1}
    found = from_files._read_features({**kinds, tmp_path / "houses.geojson": "polygons"}, {})
    assert found.report == {"height_unknown": 2}
    assert [len(frame) for frame in found.buildings] == [2]


def test_counts_of_streets_and_places_stay_beside_given_buildings(tmp_path):
    ways = [([1, 2, 3], {"highway": "residential"}), ([5, 6], {"building": "yes"})]
    points = {7: {"highway": "bus_stop"}}
    path = written(tmp_path / "a.osm.pbf", ways, points=points)
    houses().to_crs(4326).to_file(tmp_path / "houses.geojson")
    found = from_files._read_features({path: "pbf", tmp_path / "houses.geojson": "polygons"}, {})
    assert found.report == {"bus_stops_as_stations": 1, "height_unknown": 2}


def test_an_area_is_the_union_of_its_polygons(tmp_path):
    houses().to_file(tmp_path / "area.gpkg")
    polygon, crs = read_area(tmp_path / "area.gpkg")
    assert polygon.area == pytest.approx(1800)
    assert crs == "EPSG:2326"


def test_station_exits_have_names_in_both_languages(tmp_path):
    path = saved_json(tmp_path / "mtr_exits.json", exits({}, {"exit": "C"}))
    table = read_mtr_exits(path)
    assert file_kind(path) == "mtr_exits"
    assert table["name"].tolist() == ["Mong Kok Exit B3", "Mong Kok Exit C"]
    assert table["name_zh"].tolist() == ["旺角B3出口", "旺角C出口"]
    assert set(table["kind"]) == {"station"}


def test_real_exits_and_streets():
    assert len(read_mtr_exits(shared("transit/mtr_exits.json"))) == 582
    assert file_kind(shared("transit/mtr_exits.json")) == "mtr_exits"
    nodes, edges = read_streets(shared("mong_kok/walk_graph.gpkg"))
    assert (len(nodes), len(edges)) == (5406, 7788)


def one_line(caught):
    return "\n" not in str(caught.value)


@pytest.mark.parametrize("share", [0, 0.0001, 0.01, 0.3, 0.9, 0.999])
def test_a_geopackage_cut_short_is_refused(tmp_path, share):
    whole = saved_streets(tmp_path / "whole.gpkg").read_bytes()
    path = tmp_path / "cut.gpkg"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match=r"cut\.gpkg: .*(empty|damaged|is no)") as caught:
        read_streets(path)
    assert one_line(caught)


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
@pytest.mark.parametrize("suffix", [".geojson", ".parquet", ".graphml"])
def test_other_files_cut_short_are_refused(tmp_path, suffix, share):
    path = tmp_path / f"cut{suffix}"
    if suffix == ".graphml":
        path.write_text("<?xml version='1.0'?><graphml><graph edgedefault='directed'/></graphml>")
    elif suffix == ".parquet":
        houses().to_parquet(path)
    else:
        houses().to_crs(4326).to_file(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match=f"cut{suffix}: ") as caught:
        (read_streets if suffix == ".graphml" else read_buildings)(path)
    assert one_line(caught)


def damaged(case, folder):
    """A file with one fault and the reader that should refuse it."""
    path = folder / "given.gpkg"
    match case:
        case "missing":
            return read_streets, path
        case "a folder":
            path.mkdir()
            return read_streets, path
        case "no edges layer":
            houses().to_file(path, layer="houses")
            return read_streets, path
        case "no nodes layer":
            frames(grid_ways())[1].to_file(path, layer="edges")
            return read_streets, path
        case "no edges":
            saved_streets(path)
            frames(grid_ways())[1].iloc[:0].to_file(path, layer="edges")
            return read_streets, path
        case "no CRS":
            nodes, edges = frames(grid_ways())
            nodes.to_file(path, layer="nodes")
            edges.set_crs(None, allow_override=True).to_file(path, layer="edges")
            return read_streets, path
        case "text with the name of a GeoPackage":
            path.write_text("this is no GeoPackage, however much it looks like one")
            return read_streets, path
        case "a database that is no GeoPackage":
            with sqlite3.connect(path) as base:
                base.execute("create table streets (name text)")
            base.close()
            return read_streets, path
        case "another kind of file":
            return file_kind, saved_json(folder / "given.xlsx", [])
        case "points":
            gpd.GeoDataFrame(geometry=shapely.points([ORIGIN]), crs=2326).to_file(path)
            return read_buildings, path
        case "nothing":
            return read_polygons, saved_json(
                folder / "given.geojson", {"type": "FeatureCollection", "features": []}
            )
        case "no GeoJSON":
            return read_polygons, saved_json(folder / "given.geojson", {"a": 1})
        case "a table":
            path = folder / "given.parquet"
            gpd.pd.DataFrame({"height": [1.0]}).to_parquet(path)
            return read_buildings, path
        case "no graph":
            path = folder / "given.graphml"
            path.write_text("<html><body>no graph</body></html>")
            return read_streets, path
        case "no exits":
            return read_mtr_exits, saved_json(folder / "given.json", [])
        case "no position":
            return read_mtr_exits, saved_json(folder / "given.json", exits({"lat": 822000}))
        case "no latitude":
            return read_mtr_exits, saved_json(folder / "given.json", exits({}, {"lat": None}))
        case "a number":
            return read_mtr_exits, saved_json(folder / "given.json", [3])


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("missing", "no such file"),
        ("a folder", "no such file"),
        ("no edges layer", "no layer 'edges' .*houses"),
        ("no nodes layer", "no layer 'nodes'"),
        ("no edges", "empty"),
        ("no CRS", "no CRS"),
        ("text with the name of a GeoPackage", "is no gpkg"),
        ("a database that is no GeoPackage", "no layer|damaged"),
        ("another kind of file", "xlsx"),
        ("points", "no polygons but Point"),
        ("nothing", "no polygons|layers|damaged"),
        ("no GeoJSON", "damaged"),
        ("a table", "damaged"),
        ("no graph", "GraphML|damaged"),
        ("no exits", "not a list"),
        ("no position", "record 1.*no position"),
        ("no latitude", "record 2"),
        ("a number", "record 1"),
    ],
)
@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_bad_files_are_refused_in_one_line(tmp_path, case, says):
    read, path = damaged(case, tmp_path)
    with pytest.raises(InputError, match=says) as caught:
        read(path)
    assert one_line(caught)
    assert path.name in str(caught.value)


def test_huge_files_are_refused_before_they_are_read(tmp_path, monkeypatch):
    path = saved_streets(tmp_path / "walk.gpkg")
    monkeypatch.setattr(files, "MOST_FEATURES", 10)
    with pytest.raises(InputError, match="too many"):
        read_streets(path)
    monkeypatch.setattr(files, "LARGEST_FILE_MB", 0)
    with pytest.raises(InputError, match="too large"):
        read_streets(path)


def test_files_are_opened_as_what_their_name_says(tmp_path):
    """GDAL opens a virtual layer of any name; it may point at another file."""
    saved_streets(tmp_path / "walk.gpkg")
    path = tmp_path / "area.geojson"
    path.write_text(
        f"<OGRVRTDataSource><OGRVRTLayer name='nodes'><SrcDataSource>{tmp_path / 'walk.gpkg'}"
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    with pytest.raises(InputError, match="is no geojson"):
        read_polygons(path)
    shutil.copy(tmp_path / "walk.gpkg", path)
    with pytest.raises(InputError, match="is no geojson"):
        read_polygons(path)
