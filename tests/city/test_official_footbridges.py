"""Footbridges of the Government: shapes by number, places on their faces, decks beside a city's."""

import json

import geopandas as gpd
import official_town as town
import pytest
import shapely

from sim.cameras.fleet import MOUNTS
from sim.city.decks_beside import compare_decks
from sim.city.from_files import import_files
from sim.city.sources.files import file_kind
from sim.city.sources.official_footbridges import FACE_SPACING_M, footbridge_faces, read_footbridges
from sim.city.sources.official_network import WalkOptions, read_network
from sim.errors import InputError
from sim.placement.sites import available_sites, official_poles

DECK = (20, 8, 80, 12)
"""The town's footbridge in metres from its corner."""


def outline(number, x0, y0, x1, y1, key="STRUCT_NO"):
    ring = [(x0, y0), (x0, y1), (x1, y1), (x1, y0), (x0, y0)]
    return {key: number}, [[[town.WEST + x, town.SOUTH + y] for x, y in ring]]


def boxes(path, *shapes, **also):
    features = []
    for number, shape in shapes:
        degrees = gpd.GeoSeries([shape], crs=2326).to_crs(4326).iloc[0]
        sides = dict(zip(("west", "south", "east", "north"), degrees.bounds, strict=True))
        middle = {"type": "Point", "coordinates": [*degrees.centroid.coords[0]]}
        properties = {"structure": number, **sides, **also}
        features.append({"type": "Feature", "properties": properties, "geometry": middle})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def city_of(tmp_path, *bridges, ways=()):
    crossing = town.street([(0, 80), (0, 90)], 30)
    files = [
        town.esri(tmp_path / "n.json", [*town.grid(), *town.bridge(), crossing, *ways]),
        town.esri(tmp_path / "b.json", town.houses()),
        town.geojson(tmp_path / "p.geojson", town.posts()),
    ]
    if bridges:
        files.append(town.geojson(tmp_path / "f.geojson", [*bridges]))
    return import_files(files, "town", halo_m=0)


@pytest.mark.parametrize("key", ["STRUCT_NO", "STRUCTURE_NO"])
@pytest.mark.parametrize("form", [town.esri, town.geojson])
def test_parts_of_one_number_are_one_bridge(tmp_path, key, form):
    parts = [outline("KF1", *DECK, key=key), outline("KF1", 80, 8, 90, 12, key=key)]
    path = form(tmp_path / "f.json", [*parts, outline("KF2", 0, 40, 5, 60, key=key)])
    assert file_kind(path) == "official_footbridges"
    found, report = read_footbridges(path)
    assert found["number"].tolist() == ["KF1", "KF2"]
    assert found.area.round(1).tolist() == [280.0, 100.0]
    assert found["outlined"].all()
    assert report == {"footbridges_in_parts": 1}


def test_boxes_tell_where_a_bridge_is_and_have_no_faces(tmp_path):
    shape = shapely.box(town.WEST + 20, town.SOUTH + 8, town.WEST + 80, town.SOUTH + 12)
    path = boxes(tmp_path / "f.geojson", ("KF1", shape))
    assert file_kind(path) == "official_footbridges"
    found, _ = read_footbridges(path)
    assert found.geometry[0].hausdorff_distance(shape) < 0.5
    assert not len(footbridge_faces(found))


@pytest.mark.parametrize(
    ("also", "says"),
    [({"east": 114.0}, "record 1: its box is none"), ({"structure": None}, "number of a struc")],
)
def test_bad_bridges_are_one_line(tmp_path, also, says):
    shape = shapely.box(town.WEST, town.SOUTH, town.WEST + 9, town.SOUTH + 9)
    with pytest.raises(InputError, match=says) as refused:
        read_footbridges(boxes(tmp_path / "f.geojson", ("KF1", shape), **also))
    assert "\n" not in str(refused.value)


def test_cameras_hang_on_posts_lights_and_faces_and_watch_the_street_below(tmp_path):
    city = city_of(tmp_path, outline("KF1", *DECK))
    poles = official_poles(city, "poles")
    counts = poles["kind"].value_counts().to_dict()
    assert counts == {"lamp_post": 12, "traffic_signal": 2, "footbridge_face": 6}
    faces = poles[poles["kind"] == "footbridge_face"]
    ring = shapely.box(*(a + b for a, b in zip(DECK, [town.WEST, town.SOUTH] * 2, strict=True)))
    assert faces.distance(ring.exterior).max() < 0.01
    assert len(faces) == round(ring.length / FACE_SPACING_M)
    sites, report = available_sites(city, poles)
    assert report["poles_listed"] == 20
    hung = [MOUNTS[k] for k in sites.mounted_on]
    assert hung.count("footbridge") == 6
    assert hung.count("traffic light") == 2
    deck = sites.deck[[word == "footbridge" for word in hung]]
    assert set(deck.tolist()) == {0}  # the street, though the bridge is nearer
    assert set(official_poles(city, "lamp_posts")["kind"]) == {"lamp_post"}


def test_without_one_kind_the_others_do(tmp_path):
    sites, _ = available_sites(city := city_of(tmp_path), official_poles(city, "poles"))
    assert {MOUNTS[k] for k in sites.mounted_on} == {"lamp post", "traffic light"}


def test_steps_are_left_out_by_option(tmp_path):
    path = town.esri(tmp_path / "n.json", town.grid(2, 2) + town.bridge())
    found = read_network(path, WalkOptions(steps=False))
    assert found.report["steps_left_out"] == 1
    assert "steps" not in set(found.edges["highway"])


def test_decks_that_differ_are_listed(tmp_path):
    private = [  # a bridge of its own far from the layer's
        town.way([(160, 160, 5), (165, 160, 11.5)], 12),
        town.way([(165, 160, 11.5), (220, 165, 11.5)], 2, AliasNameEN="Sample Mall"),
    ]
    subway = town.way([(80, 100, -1), (90, 100, -1)], 4)
    down = town.way([(80, 80, 5), (80, 100, -1)], 12)
    city = city_of(tmp_path, ways=[*private, subway, down])
    official = [
        outline("KF1", *DECK), outline("KF2", 78, -3, 82, 0.5), outline("KF3", 81, 155, 90, 165),
        outline("KF4", 120, 120, 130, 125), outline("KF5", 9000, 0, 9010, 9),
    ]  # fmt: skip
    found, _ = read_footbridges(town.geojson(tmp_path / "f.geojson", official))
    exits = gpd.GeoDataFrame(
        {"name": ["A", "B", "C"]},
        geometry=[shapely.Point(town.WEST + x, town.SOUTH + y)
                  for x, y in ((81, 100), (40, 14), (120, 120))], crs=2326,
    )  # fmt: skip
    decks = compare_decks(city, found, exits)
    assert dict(zip(decks.official["number"], decks.official["what"], strict=True)) == {
        "KF1": "same", "KF2": "touched", "KF3": "on the street", "KF4": "nothing walked",
    }  # fmt: skip
    assert decks.own[["name", "what"]].to_numpy().tolist() == [
        ["Sample Footbridge", "same"], ["Sample Mall", "not of the layer"],
    ]  # fmt: skip
    assert decks.exits["what"].tolist() == ["street", "street", "no way"]
    assert decks.exits["subway_m"].fillna(-1).tolist() == [0, -1, -1]
