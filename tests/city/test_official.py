"""Layers of the Government as people save them from a browser: from records to a city that runs."""

import json

import geopandas as gpd
import numpy as np
import official_town as town
import pytest
import shapely
from drawn import SHARED

from sim.cameras.fleet import LISTED_POLE
from sim.city.bundle import load_bundle
from sim.city.bundle_folder import DATA_FOLDER_VARIABLE, bundle_path
from sim.city.from_files import import_files
from sim.city.sources.official_buildings import SHED_M, read_official_buildings
from sim.city.sources.official_hours import read_hours
from sim.city.sources.official_network import WalkOptions, read_network, walk_options
from sim.city.sources.official_records import AREA, LINE, read_records
from sim.cli import main
from sim.errors import InputError
from sim.placement.placing import place
from sim.placement.sites import official_poles

FORMS = {"esri": town.esri, "geojson": town.geojson}


@pytest.fixture(params=sorted(FORMS))
def form(request):
    return FORMS[request.param]


def network(tmp_path, records, form=town.esri, **options):
    return read_network(form(tmp_path / "network.json", records), WalkOptions(**options))


def decks(found):
    """Deck of each way by the number of its route, counted from 1."""
    return dict(zip(found.edges["osmid"] - 220900000, found.edges["deck"], strict=True))


def heights(tmp_path, records, ground=None):
    path = town.esri(tmp_path / "buildings.json", records)
    frame, report, _ = read_official_buildings(path, ground)
    return frame["height"].tolist(), report


# the thin path: two layers -> city -> figures


def test_a_few_streets_in_official_form_make_a_city(tmp_path, form):
    ways = form(tmp_path / "a.json", town.grid() + town.bridge()[1:] + town.bridge()[:1])
    city = import_files([ways, form(tmp_path / "b.json", town.houses())], "town")
    assert city.area.crs == "EPSG:2326"
    assert city.walls.kind == "footprints"
    assert city.provenance["network"] == "official pedestrian network"
    names = city.streets.edges.groupby("name_zh")["length"].sum()
    assert names["樣本街"] == pytest.approx(24 * 80, abs=0.1)
    assert set(city.streets.edges["name"]) == {"Sample Street", "Sample Footbridge", ""}
    by_deck = city.streets.edges.groupby("deck")["length"].sum()
    assert by_deck["footbridge"] == pytest.approx(70, abs=0.1)
    assert by_deck["street"] == pytest.approx(24 * 80 + 10, abs=0.1)
    assert {round(h, 6) for h in city.walls.footprints["height"]} == {15.0, 63.0}
    assert any("Lands Department" in text for text in city.provenance["attribution"])


# form


def test_numbers_and_words_are_the_same_codes(tmp_path):
    records = town.grid(2, 2) + town.bridge()
    numbers = read_network(town.geojson(tmp_path / "n.json", records, words=False))
    words = read_network(town.geojson(tmp_path / "w.json", records))
    texts = [({k: str(v) if k in town.WORDS else v for k, v in fields.items()}, line)
             for fields, line in records]  # fmt: skip
    digits = read_network(town.geojson(tmp_path / "d.json", texts, words=False))
    for other in (words, digits):
        assert decks(other) == decks(numbers)
        assert other.report == numbers.report


def test_unknown_codes_are_counted_and_walked(tmp_path):
    odd = [
        town.street([(0, 0), (9, 9)], FeatureType=77),
        town.street([(0, 0), (9, 8)], Direction=2),
    ]
    found = network(tmp_path, town.grid(2, 2) + odd)
    assert found.report["unknown_FeatureType"] == found.report["unknown_Direction"] == 1
    assert len(found.edges) == 6


def test_both_forms_lie_at_the_same_place(tmp_path):
    one = read_records(town.esri(tmp_path / "e.json", town.bridge()), ("OBJECTID",), LINE)
    two = read_records(town.geojson(tmp_path / "g.json", town.bridge()), ("OBJECTID",), LINE)
    for a, b in zip(one.shape, two.shape, strict=True):
        apart = shapely.get_coordinates(a, include_z=True) - shapely.get_coordinates(
            b, include_z=True
        )
        assert np.abs(apart).max() < 0.002


def test_hk80_degrees_are_not_read_as_wgs84(tmp_path):
    grid = town.grid(2, 2)
    line = gpd.GeoSeries([shapely.LineString(shape) for _, shape in grid], crs=2326)
    named = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4611"}}}
    shapes = shapely.to_geojson(shapely.force_2d(line.to_crs(4611)))
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(own)} for own in shapes
    ]
    path = tmp_path / "hk80.json"
    path.write_text(json.dumps(named | {"features": features}))
    found = read_records(path, (), LINE)
    assert shapely.hausdorff_distance(shapely.force_2d(found.shape), line.force_2d()).max() < 0.01


def test_holes_are_holes_in_both_forms(tmp_path):
    fields, (ring,) = town.block("Tower", (0, 0, 40, 40), 5, 50)
    inner = [[x * 0.5 + (town.WEST + 20) * 0.5, y * 0.5 + (town.SOUTH + 20) * 0.5] for x, y in ring]
    for form in FORMS.values():
        path = form(tmp_path / "h.json", [(fields, [ring, inner[::-1]])])
        (shape,) = read_records(path, (), AREA).shape
        assert shape.area == pytest.approx(1600 - 400, abs=0.1)


def test_curves_are_taken_through_their_points(tmp_path):
    fields, (ring,) = town.block("Tower", (0, 0, 40, 40), 5, 50)
    middle = [town.WEST - 5, town.SOUTH + 20]
    record = {
        "attributes": fields,
        "geometry": {"curveRings": [[ring[0], {"c": [ring[1], middle]}, *ring[2:]]]},
    }
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"features": [record]}))
    (shape,) = read_records(path, (), AREA).shape
    assert shape.area == pytest.approx(1600 + 5 * 40 / 2)


def test_a_record_on_two_pages_counts_once(tmp_path):
    grid = town.grid(2, 2)
    path = town.esri(tmp_path / "t.json", [*grid, (grid[0][0] | {"OBJECTID": 1}, grid[0][1])])
    found = read_network(path)
    assert found.report["records_twice"] == 1
    assert len(found.edges) == 4


# buildings


def test_a_tower_is_as_high_as_it_stands_above_its_podiums_ground(tmp_path):
    podium = town.block("Podium", (0, 0, 40, 30), 5.0, 20.0, Storeys=5)
    tower = town.block("Tower", (10, 5, 30, 25), 20.0, 68.0, Storeys=14)
    found, report = heights(tmp_path, [podium, tower])
    assert found == [15.0, 63.0]
    assert report["on_podiums"] == 1


def test_podiums_on_podiums(tmp_path):
    stack = [
        town.block("Tower", (10, 10, 20, 20), 30.4, 90.0),
        town.block("Podium", (5, 5, 25, 25), 20.0, 30.0),
        town.block("Podium", (0, 0, 30, 30), 5.0, 20.5),
    ]
    found, report = heights(tmp_path, stack)
    assert found == [85.0, 25.0, 15.5]
    assert report["on_podiums"] == 2


def test_a_tower_on_a_hill_beside_a_lower_one_stands_on_its_own_ground(tmp_path):
    low = town.block("Tower", (0, 0, 20, 20), 5.0, 50.0)
    high = town.block("Tower", (20, 0, 40, 20), 20.0, 68.0)
    found, _ = heights(tmp_path, [low, high])
    assert found == [45.0, 48.0]


def test_the_street_is_the_ground_where_a_base_says_otherwise(tmp_path):
    ground = np.array([shapely.LineString([(town.WEST - 5, town.SOUTH - 50, 4.0),
                                           (town.WEST - 5, town.SOUTH + 50, 6.0)])])  # fmt: skip
    cases = [
        town.block("Tower", (0, -1, 20, 1), 6.5, 50.0),  # good to 2 m: the base
        town.block("Tower", (0, -1, 20, 1), 25.0, 68.0),  # no podium is on record
        town.block("Tower", (0, -1, 20, 1), None, 50.0),
        town.block("Tower", (0, -1, 20, 1), -20.0, 3.0),  # all of it below the street
        town.block("Tower", (100, -1, 120, 1), 25.0, 68.0),  # too far from any street
    ]
    found, report = heights(tmp_path, cases, ground)
    assert found == pytest.approx([43.5, 63.0, 45.0, 23.0, 43.0], abs=0.03)
    assert report["tops_below_street"] == 1


def test_missing_and_impossible_heights_are_counted_with_their_fallbacks(tmp_path):
    shed = "Temporary Structure"
    cases = [
        town.block(shed, (0, 0, 4, 4), None, None),
        town.block(shed, (10, 0, 14, 4), 5.0, 9.0),
        town.block("Tower", (20, 0, 24, 4), None, None, Storeys=14),
        town.block("Tower", (30, 0, 34, 4), 5.0, 5.0),
        town.block("Tower", (40, 0, 44, 4), 9.0, 5.0),
        town.block("Tower", (50, 0, 54, 4), 5.0, -9999),
        town.block("Tower", (60, 0, 64, 4), 5.0, "50.0"),
        town.block("Tower", (70, 0, 74, 4), 5.0, "high"),
    ]
    found, report = heights(tmp_path, cases)
    nan = np.nan
    assert np.array_equal(found, [SHED_M, 4.0, nan, nan, nan, nan, 45.0, nan], equal_nan=True)
    assert report["sheds_assumed_3_m"] == 1
    assert report["heights_impossible"] == 3
    assert report["height_unknown"] == 5
    assert report["bases_missing"] == 4


def test_what_does_not_stand_or_is_open_is_no_wall(tmp_path):
    box = (0, 0, 9, 9)
    cases = [
        town.block("Tower", box, 5, 50, BuildingCSUID="3552020226T20060311"),
        town.block("Tower", box, 5, 50, Status="Demolished"),
        town.block("Tower", box, 5, 50, Status="Proposed"),
        town.block("Open-sided Structure", box, 5, 9),
        town.block("Pagoda", box, 5, 50),
    ]
    found, report = heights(tmp_path, cases)
    assert found == [45.0, 45.0]  # a T in the number does not make a shed
    assert report["proposed_or_demolished"] == 2
    assert report["open_sided_structures"] == report["unknown_block_type"] == 1


# decks and joins


def test_ways_join_in_three_dimensions_only(tmp_path, form):
    crossing = [town.street([(0, 0), (20, 0)]), town.street([(20, 0), (40, 0)])]
    over = [town.way([(20, -10, 11), (20, 0, 11)], 2), town.way([(20, 0, 11), (20, 10, 11)], 2)]
    found = network(tmp_path, crossing + over, form)
    ends = found.edges[["u", "v"]].to_numpy()
    assert len(np.unique(ends)) == 6
    assert not set(ends[:2].ravel()) & set(ends[2:].ravel())


def test_a_lift_joins_its_ends_and_has_no_length(tmp_path):
    found = network(tmp_path, town.grid(2, 2) + town.bridge())
    assert found.report["lifts_that_join_decks"] == 1
    assert "elevator" not in set(found.edges["highway"])
    bridge = found.edges[found.edges["deck"] == "footbridge"]
    street = found.edges[found.edges["deck"] == "street"]
    assert set(bridge[["u", "v"]].to_numpy().ravel()) & set(street[["u", "v"]].to_numpy().ravel())
    without = network(tmp_path, town.grid(2, 2) + town.bridge(), lifts=False)
    assert without.report["lifts_left_out"] == 1
    assert len(np.unique(without.edges[["u", "v"]])) == len(np.unique(found.edges[["u", "v"]])) + 1


def test_a_bridge_right_above_a_street_stays_when_lifts_join_both_its_ends(tmp_path):
    above = [
        town.way([(0, 0, 5), (0, 0, 11)], 10),
        town.way([(0, 0, 11), (80, 0, 11)], 2),
        town.way([(80, 0, 11), (80, 0, 5)], 10),
    ]
    ways = town.esri(tmp_path / "n.json", town.grid() + above)
    city = import_files([ways, town.esri(tmp_path / "b.json", town.houses())], "town")
    assert city.streets.edges.groupby("deck")["length"].sum()["footbridge"] == 80


@pytest.mark.parametrize(
    ("height", "fields", "deck"),
    [
        (town.GROUND, {}, "street"),
        (town.GROUND + 2.9, {}, "street"),  # a landing half-way up
        (town.GROUND + 3.1, {}, "footbridge"),
        (town.GROUND + 7.3, {"BuildingID_1": 1108290001}, "footbridge"),
        (town.GROUND + 1.6, {"BuildingID_1": 1108290001}, "footbridge"),
        (town.GROUND + 0.2, {"BuildingID_1": 1108290001}, "street"),
        (town.GROUND + 7.3, {"Location": 2}, "covered"),
        (town.GROUND, {"WeatherProof": 1}, "covered"),
        (town.GROUND + 7.3, {"WeatherProof": 1}, "footbridge"),
        (-0.5, {}, "street"),  # low, and not underground
    ],
)
def test_the_deck_of_a_plain_footway_goes_by_its_height_above_the_street(
    tmp_path, height, fields, deck
):
    plaza = town.way([(10, 8, height), (60, 8, height)], **fields)
    found = network(tmp_path, [*town.grid(2, 2), plaza])
    assert decks(found)[5] == deck


def test_a_path_up_a_hill_from_the_street_is_no_deck(tmp_path):
    path = [
        town.way([(80, 80, 5), (100, 85, 9)], 24),
        town.way([(100, 85, 9), (120, 90, 14)], 24),
    ]
    found = network(tmp_path, town.grid(2, 2) + path)
    assert {decks(found)[5], decks(found)[6]} == {"street"}


def test_types_decide_before_heights(tmp_path):
    other = [
        town.way([(10, 8, 5), (60, 8, 5)], 2),
        town.way([(10, 9, 5), (60, 9, 5)], 4),
        town.way([(10, 7, 25), (60, 7, 25)], 30),
    ]
    found = network(tmp_path, town.grid(2, 2) + other)
    assert [decks(found)[k] for k in (5, 6, 7)] == ["footbridge", "subway", "street"]


def test_steps_lie_on_the_deck_of_both_their_ends(tmp_path):
    up = town.bridge()
    along = [  # steps in the middle of a bridge, and of a subway
        town.way([(80, 10, 11.5), (120, 10, 11.5)], 2),
        town.way([(120, 10, 11.5), (125, 10, 12.5)], 12),
        town.way([(125, 10, 12.5), (140, 10, 12.5)], 2),
        town.way([(0, 30, -1), (40, 30, -1)], 4),
        town.way([(40, 30, -1), (44, 30, -3)], 8),
        town.way([(44, 30, -3), (90, 30, -3)], 4),
    ]
    found = decks(network(tmp_path, town.grid(2, 2) + up + along))
    assert found[5] == "street"
    assert found[10] == "footbridge"
    assert found[13] == "subway"


def test_what_is_not_walked_is_counted(tmp_path):
    records = [
        *town.grid(2, 2),
        town.street([(0, 0), (9, 9)], Enabled=2),
        town.street([(0, 0), (9, 8)], Location=3),
        town.street([(0, 0), (9, 7)], FeatureType=13),
        town.street([(0, 0), (9, 6)], Location=2),
        town.street([(0, 0), (9, 5)], FeatureType=8, Direction=-1, AccessTimeID=220000099),
    ]
    found = network(tmp_path, records)
    assert len(found.edges) == 5
    assert found.report["not_enabled_left_out"] == found.report["paid_area_left_out"] == 1
    assert found.report["one_way_km"] == found.report["with_opening_hours_km"] == 0.01
    assert found.report["one_way_without_way_back"] == 1
    assert len(network(tmp_path, records, one_way=False).edges) == 6
    fewer = network(tmp_path, records, indoor=False, escalators=False)
    assert len(fewer.edges) == 4
    assert fewer.report["indoor_ways_left_out"] == fewer.report["escalators_left_out"] == 1


def test_steps_and_escalators_are_steps(tmp_path):
    records = [*town.grid(2, 2), town.way([(0, 0, 5), (0, 9, 9)], 8)]
    assert network(tmp_path, records + town.bridge()).edges["highway"].tolist().count("steps") == 2


def test_names_in_both_languages(tmp_path):
    records = [
        town.street([(0, 0), (50, 0)], StreetNameEN="KING'S ROAD", StreetNameTC="英皇道"),
        town.street([(50, 0), (90, 0)], StreetNameEN="", StreetNameTC=None,
                    AliasNameEN="Sample Plaza Podium", AliasNameTC="樣本廣場平台"),
        town.street([(90, 0), (99, 0)], StreetNameEN="-99", StreetNameTC="－９９"),
    ]  # fmt: skip
    edges = network(tmp_path, records).edges
    assert edges["name"].tolist() == ["King's Road", "Sample Plaza Podium", ""]
    assert edges["name:zh"].tolist() == ["英皇道", "樣本廣場平台", ""]


# what is refused


BAD = {
    "a page": ({"exceededTransferLimit": True}, "first page of the layer only"),
    "a page of GeoJSON": ({"properties": {"exceededTransferLimit": True}}, "first page"),
    "another system": ({"spatialReference": {"wkid": 27700}}, "27700 is not read"),
    "degrees that are metres": ({"spatialReference": {"wkid": 4326}}, "its numbers are not"),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_files_that_are_not_the_whole_layer_are_refused(tmp_path, case):
    members, says = BAD[case]
    path = town.esri(tmp_path / "n.json", town.grid(2, 2), **members)
    with pytest.raises(InputError, match=says) as refused:
        read_network(path)
    assert "\n" not in str(refused.value)
    assert str(path) in str(refused.value)


RECORD = '{"attributes":{"OBJECTID":1,"PedestrianRouteID":1,"FeatureType":1},"geometry":%s}'
TEXTS = {
    "cut short": ('{"features":[' + RECORD % '{"paths":[[[835500', "record 1 is cut short"),
    "cut between": ('{"features":[' + RECORD % "null" + ",", "cut short after record 1"),
    "no end": ('{"features":[' + RECORD % "null" + "]", "after its last record"),
    "words as points": (
        '{"features":[' + RECORD % '{"paths":[[["a",820000,5],[835500,820000,5]]]}' + "]}",
        "record 1: its shape has points that are no positions",
    ),
    "not numbers": ('{"features":[' + RECORD % '{"paths":[[[NaN,1,5]]]}' + "]}", "record 1"),
    "elsewhere": (
        '{"features":[' + RECORD % '{"paths":[[[500000,180000,5],[500100,180000,5]]]}' + "]}",
        "do not lie in Hong Kong",
    ),
    "latitude first": (
        '{"features":[' + RECORD % '{"paths":[[[22.32,114.16,5],[22.33,114.16,5]]]}' + "]}",
        "latitude stands before longitude",
    ),
    "no heights": (
        '{"features":[' + RECORD % '{"paths":[[[835500,820000],[835510,820000]]]}' + "]}",
        "returnZ=true",
    ),
    "measures for heights": (
        '{"hasM":true,"features":['
        + RECORD % '{"paths":[[[835500,820000,7],[835510,820000,8]]]}' + "]}",
        "returnZ=true",
    ),
    "a list for a code": (
        '{"features":[' + RECORD.replace('"FeatureType":1', '"FeatureType":[1]') % "null" + "]}",
        "FeatureType is no plain value",
    ),
    "nothing": ('{"features":[]}', "none of its 0 records"),
    "deep": ('{"features":[' + "[" * 100_000, "nested too deeply"),
    "a web page": ("<html>Access denied</html>", "web page"),
    "an error": (
        '{"error":{"code":400,"message":"Cannot perform query","details":[]}}',
        "error of a server .400 Cannot perform query",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(TEXTS))
def test_damaged_files_are_refused_in_one_line(tmp_path, case):
    text, says = TEXTS[case]
    path = tmp_path / "n.json"
    path.write_text(text)
    with pytest.raises(InputError, match=says) as refused:
        read_network(path)
    assert "\n" not in str(refused.value)


def test_layers_that_make_no_city_are_refused(tmp_path):
    ways = town.esri(tmp_path / "n.json", town.grid(2, 2))
    with pytest.raises(InputError, match="needs buildings"):
        import_files([ways], "town")
    again = town.esri(tmp_path / "m.json", town.grid(2, 2))
    with pytest.raises(InputError, match="given twice"):
        import_files([ways, again], "town")


def test_a_scenario_runs_on_official_layers(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "data"))
    town.geojson(tmp_path / "n.geojson", town.grid() + town.bridge())
    town.geojson(tmp_path / "b.geojson", town.houses())
    town.geojson(tmp_path / "p.geojson", town.posts())
    files = [str(tmp_path / f"{name}.geojson") for name in "nbp"]
    assert main(["data", "import", *files, "--name", "town"]) == 0
    city = load_bundle(bundle_path("town"))
    assert len(city.places.of("lamp_post")) == 12
    assert city.provenance["layers"] == {
        "streets": ["official_network"], "buildings": ["official_buildings"],
        "places": ["built-in facts"], "poles": ["official_lamp_posts", "official_network"],
        "ground": [], "districts": ["built-in facts"],
    }  # fmt: skip
    assert {"DATA.GOV.HK and CSDI terms of use"} <= {*city.provenance["licence"]}
    scenario = tmp_path / "town.yaml"
    scenario.write_text(
        "name: town\narea: town\ncameras: {totals: [60000]}\ntrips: {people: 20}\nseed: 7\n"
    )
    out = tmp_path / "run"
    assert main(["run", str(scenario), "--out", str(out)]) == 0
    for page in ("map.html", "report.html"):  # whom to credit, wherever it is shown
        text = (out / page).read_text(encoding="utf-8")
        for department in ("Lands Department", "Highways Department", "CSDI and DATA.GOV.HK"):
            assert department in text
    summary = json.loads((out / "summary.json").read_text())
    assert summary["steps"][0]["cameras"] > 0
    assert summary["area"]["streets"] == "official pedestrian network"
    manifest = json.loads((out / "manifest.json").read_text())
    assert "official pedestrian network, Lands Department" in manifest["cite"]


def test_cameras_hang_on_the_official_lamp_posts_and_tell_statistics_alone(tmp_path):
    files = [
        town.geojson(tmp_path / "n.geojson", town.grid()),
        town.geojson(tmp_path / "b.geojson", town.houses()),
        town.geojson(tmp_path / "p.geojson", [*town.posts(), town.posts()[0]]),
    ]
    city = import_files(files, "town")
    poles = official_poles(city, "lamp_posts")
    assert len(poles) == 12  # one is in the file twice
    fleet = place(city, 1_000, share_rule="given", share=0.01, sites=poles, seed=7)
    heads = shapely.points(fleet.heads["x"], fleet.heads["y"])
    assert shapely.distance(heads, shapely.union_all(poles.geometry.to_numpy())).max() < 1e-9
    assert set(fleet.heads["status"]) == {LISTED_POLE}
    assert set(fleet.heads["mounted_on"]) == {"lamp post"}
    assert not fleet.simulated


def scenario_with(tmp_path, **cameras):
    path = tmp_path / "s.yaml"
    words = {"totals": [1000]} | cameras
    lines = "".join(f"  {key}: {value}\n" for key, value in words.items())
    path.write_text(f"name: s\narea: mong_kok_core\ncameras:\n{lines}trips: {{people: 2}}\n")
    return str(path)


@pytest.mark.parametrize(
    ("cameras", "says"),
    [
        ({"candidates": "lamp_posts"}, "has no lamp posts; import the layer"),
        ({"candidates": "poles"}, "has no lamp posts, traffic lights or footbridges; import"),
        ({"candidates": "lamp_post"}, 'did you mean "lamp_posts"'),
        ({"candidates": "lamp_posts", "sites": "x.csv"}, "does not go with sites"),
    ],
)
def test_lamp_posts_that_cannot_be_had_are_one_line(tmp_path, capsys, cameras, says):
    command = ["run", scenario_with(tmp_path, **cameras), "--out", str(tmp_path / "run")]
    assert main(command) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "s.yaml:5: cameras.candidates" in said or "s.yaml:5:" in said
    assert not (tmp_path / "run").exists()


def table_of_hours(tmp_path, *rows, names=("AccessTimeID", "day_code", "from_time", "to_time")):
    path = tmp_path / "hours.json"
    features = [{"attributes": dict(zip(names, row, strict=True))} for row in rows]
    path.write_text(json.dumps({"features": features}))
    return path


@pytest.mark.parametrize(
    ("hour", "walked"),
    [
        ("05:59", {"always", "unknown"}),
        ("06:00", {"down", "always", "unknown"}),
        ("09:59", {"down", "always", "unknown"}),
        ("10:00", {"up", "always", "unknown", "mall"}),
        ("23:59", {"up", "always", "unknown", "mall"}),
        ("00:10", {"always", "unknown", "mall"}),
    ],
)
def test_escalators_and_malls_by_the_hour(tmp_path, hour, walked):
    hours = table_of_hours(
        tmp_path,
        (1, "1", "0600", "1000"),
        (2, "1", 1000, "2400"),
        (3, "1", "10:00", "0030"),
        (3, "2", 1200, 1300),
    )
    ways = [
        town.street([(0, 0), (0, 9)], 8, AccessTimeID=1, StreetNameEN="down", Direction=-1),
        town.street([(0, 0), (0, 9.5)], 8, AccessTimeID=2, StreetNameEN="up", Direction=1),
        town.street([(0, 0), (9, 9)], Location=2, AccessTimeID=3, StreetNameEN="mall"),
        town.street([(0, 0), (9, 8)], AccessTimeID=4, StreetNameEN="unknown"),
        town.street([(0, 0), (9, 7)], StreetNameEN="always"),
    ]
    path = town.esri(tmp_path / "n.json", ways)
    options = walk_options({"at": hour, "one_way": False})
    found = read_network(path, options, read_hours(hours))
    assert set(found.edges["name"]) == walked
    assert found.report["closed_left_out"] == 5 - len(walked)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([(1, "1", "0600", "soon")], 'record 1: "0600 to soon" are no times as HHMM'),
        ([(1, "1", "0600", "0960")], "no times"),
        ([(1, "1", None, "0900")], "no times"),
    ],
)
def test_bad_hours_are_one_line(tmp_path, rows, says):
    with pytest.raises(InputError, match=says):
        read_hours(table_of_hours(tmp_path, *rows))


def test_hours_and_their_table_go_together(tmp_path):
    files = [town.esri(tmp_path / "n.json", town.grid()), table_of_hours(tmp_path, (1, 1, 1, 2))]
    files.append(town.esri(tmp_path / "b.json", town.houses()))
    with pytest.raises(InputError, match="go together"):
        import_files(files, "town")
    with pytest.raises(InputError, match="go together"):
        import_files([files[0], files[2]], "town", walk={"at": "08:30"})
    with pytest.raises(InputError, match="no time of day"):
        import_files(files, "town", walk={"at": "24:00"})
    assert import_files(files, "town", walk={"at": "08:30"}).area.name == "town"


def test_the_sample_scene_of_the_reference_comes_out_as_worked_out_by_hand(tmp_path):
    """Decks, heights and joins: the street, the bridge that its lift joins, steps, a podium."""
    reference = SHARED.parent / "design" / "official-data.md"
    if not reference.is_file():
        pytest.skip("the reference is not beside this checkout")
    text = reference.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith('{"')]
    lines = [(line.get("properties") or line["attributes"], line["geometry"]) for line in lines
             if "features" not in line]  # fmt: skip
    blocks = [one for one in lines if "BuildingBlockType" in one[0]]
    ways = [one for one in lines if "PedestrianRouteID" in one[0]]
    whole = [(ways[0][0] | fields, shape) for fields, shape in ways]
    written = []
    for fields, shape in whole:
        if "type" in shape:
            line = shapely.LineString(shape["coordinates"])
            flat = gpd.GeoSeries([shapely.force_2d(line)], crs=4326).to_crs(2326).iloc[0]
            height = shapely.get_coordinates(line, include_z=True)[:, 2]
            line = np.column_stack([flat.coords, height]).tolist()
        own = {"paths": [line]} if "type" in shape else shape
        written.append({"attributes": fields, "geometry": own})
    path = tmp_path / "n.json"
    path.write_text(json.dumps({"hasZ": True, "features": written}))
    found = read_network(path)
    edges = found.edges.set_index(found.edges["osmid"] - 220900000)
    assert edges["deck"].to_dict() == {
        1: "street", 2: "footbridge", 3: "street", 4: "footbridge", 5: "subway"
    }  # fmt: skip
    assert edges.loc[3, "highway"] == "steps"
    assert found.report["lifts_that_join_decks"] == 1
    assert edges.loc[1, "v"] == edges.loc[2, "u"]  # by the lift
    assert edges.loc[2, "v"] == edges.loc[3, "u"]
    assert len({*edges["u"], *edges["v"]}) == 8  # podium and subway join nothing
    assert edges.loc[1, "geometry"].length == pytest.approx(70, abs=0.01)
    path = tmp_path / "b.json"
    path.write_text(json.dumps({"features": [{"attributes": a, "geometry": g} for a, g in blocks]}))
    frame, report, _ = read_official_buildings(path, found.ground)
    assert frame["height"].tolist() == [15.0, 63.0]
    assert report == {"open_sided_structures": 1, "on_podiums": 1}
