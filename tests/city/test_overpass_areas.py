import json

import geopandas as gpd
import overpass_server as server
import pytest
import shapely
from overpass_server import busy, running

from sim.area import HONG_KONG_CRS, district_outlines, districts
from sim.city.sources.named_areas import nominatim, wanted_area
from sim.city.sources.overpass_queries import questions
from sim.city.sources.server import NoAnswerError
from sim.errors import InputError

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[-15.43, 28.12], [-15.42, 28.12], [-15.42, 28.13], [-15.43, 28.12]]],
}
POINT = {"type": "Point", "coordinates": [-15.43, 28.12]}
LAS_PALMAS = "Las Palmas, Spain"
FOUND = {"osm_type": "relation", "osm_id": 343, "display_name": LAS_PALMAS, "geojson": SQUARE}


@pytest.fixture
def script():
    places = {
        LAS_PALMAS: [{**FOUND, "geojson": POINT}, FOUND],
        "a corner": [{**FOUND, "geojson": POINT}],
        "odd": [
            {},
            {"geojson": None},
            {"geojson": {"type": "Polygon", "coordinates": [[["x"]]]}},
            {"geojson": {"type": "Polygon", "coordinates": [[[0, 0], [400, 0], [0, 9], [0, 0]]]}},
        ],
    }
    with running(places=places) as running_script:
        yield running_script


@pytest.fixture
def find(script, tmp_path):
    waited = []

    def find(*words):
        return wanted_area(words, nominatim(tmp_path, script.nominatim, wait=waited.append))

    return find


@pytest.mark.parametrize("district", districts(), ids=lambda d: d.name)
def test_a_district_is_known_by_its_names(district, find, script):
    plain = district.name
    for word in (plain, plain.upper(), f" {plain} District", district.name_zh,
                 district.name_zh.removesuffix("區"), plain.replace(" and ", " & "),
                 plain.lower().replace(" ", "_")):  # fmt: skip
        area = find(word)
        assert (area.name, area.name_zh, area.crs) == (plain, district.name_zh, HONG_KONG_CRS)
        assert area.polygon.equals(district_outlines()[plain])
        assert area.sources == []
    assert script.asked == []


def test_several_areas_are_joined(find):
    area = find("Wan Chai", "東區")
    outlines = district_outlines()
    assert area.polygon.area == pytest.approx(
        outlines["Wan Chai"].area + outlines["Eastern"].area, rel=1e-6
    )
    assert (area.name, area.name_zh) == ("Wan Chai and Eastern", "灣仔區、東區")
    assert area.plain_name == "wan_chai_and_eastern"


def test_all_is_hong_kong(find):
    area = find("all")
    assert (area.name, area.name_zh, area.plain_name) == ("Hong Kong", "香港", "hong_kong")
    assert area.polygon.area == pytest.approx(sum(o.area for o in district_outlines().values()))


def test_a_radius_around_a_point(find):
    area = find("22.3193, 114.1694,800")
    assert area.crs == HONG_KONG_CRS
    assert area.polygon.area == pytest.approx(3.1416 * 800**2, rel=0.01)
    assert area.plain_name == "800_m_around_22.3193_114.169"
    assert find("-33.861,151.209,500").crs == "EPSG:32756"


@pytest.mark.parametrize("longitude", [179.2, 179.9, -179.4, -179.95, 178.9])
@pytest.mark.parametrize("latitude", [-16.8, 51.9, 0.3])
def test_areas_near_the_antimeridian_are_asked_for(find, latitude, longitude):
    area = find(f"{latitude},{longitude},800")
    assert area.polygon.area == pytest.approx(3.14 * 800**2, rel=0.01)
    boxes = [box for _, box in questions(area, 150)]
    assert boxes
    assert all(abs(box.west - longitude) < 0.2 and abs(box.east - longitude) < 0.2 for box in boxes)


@pytest.mark.parametrize("longitude", ["180", "-180", "179.999", "-179.995"])
@pytest.mark.parametrize("latitude", [-16.8, 65.7])
def test_areas_across_the_antimeridian_are_one_line(find, latitude, longitude):
    area = find(f"{latitude},{longitude},800")
    with pytest.raises(InputError, match="lies on the antimeridian") as error:
        questions(area, 150)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("longitude", ["180.001", "-181", "360"])
def test_longitudes_beyond_the_world_are_one_line(find, longitude):
    with pytest.raises(InputError, match="no such position"):
        find(f"-17,{longitude},800")


def test_a_file_with_a_polygon(find, tmp_path):
    shape = shapely.box(835000, 819000, 836000, 820000)
    path = tmp_path / "my area.gpkg"
    gpd.GeoSeries([shape], crs=HONG_KONG_CRS).to_file(path)
    area = find(str(path))
    assert area.polygon.equals(shape)
    assert (area.name, area.plain_name) == ("my area", "my_area")
    assert area.sources[0]["file"] == "my area.gpkg"
    assert len(area.sources[0]["sha256"]) == 64
    joined = find(str(path), "22.3193,114.1694,100")
    assert joined.polygon.area > shape.area


def test_a_place_is_looked_up_once_and_its_first_outline_counts(find, script):
    area = find(LAS_PALMAS)
    assert find(LAS_PALMAS) == area
    assert script.asked == [LAS_PALMAS]
    assert area.crs == "EPSG:32628"
    assert (area.name, area.plain_name) == ("Las Palmas", "las_palmas")
    (source,) = area.sources
    assert (source["place"], source["osm"]) == (LAS_PALMAS, "relation 343")
    assert source["licence"] == "ODbL 1.0"


@pytest.mark.parametrize(
    "failures",
    [[busy(429)], [server.cut, server.half], [server.page], [server.sending('{"error": "no"}')],
     [server.sending("[1, 2]")], [server.sending("[" * 100_000)]],
)  # fmt: skip
def test_a_geocoder_that_fails_for_a_while_is_waited_for(failures, find, script):
    script.failures = list(failures)
    assert find(LAS_PALMAS).name == "Las Palmas"
    assert len(script.asked) == 1 + len(failures)


def test_a_geocoder_that_fails_for_ever_is_one_line(find, script):
    script.for_ever = busy(504)
    with pytest.raises(NoAnswerError, match="Nominatim at 127"):
        find(LAS_PALMAS)
    assert len(script.asked) == 6


WRONG = {
    "Atlantis": "no such place found; districts are Central and Western",
    "a corner": "found as a point only",
    "odd": "found as a point only",
    "91,114,100": "no such position",
    "22.3,114.1,0": "a radius is between",
    "22.3,114.1,99999": "a radius is between",
    "nowhere.geojson": "no such file",
}


@pytest.mark.parametrize(("word", "reason"), WRONG.items())
def test_what_is_no_area_is_one_clear_line(word, reason, find):
    with pytest.raises(InputError, match=reason) as caught:
        find(word)
    assert "\n" not in str(caught.value)
    assert word in str(caught.value)


def test_no_words_and_far_apart_words_are_refused(find, tmp_path):
    with pytest.raises(InputError, match="none given"):
        find()
    with pytest.raises(InputError, match="spans"):
        find("Wan Chai", "51.5,-0.1,500")
    path = tmp_path / "line.geojson"
    line = {"type": "LineString", "coordinates": [[114.1, 22.3], [114.2, 22.3]]}
    path.write_text(json.dumps(line), encoding="utf-8")
    with pytest.raises(InputError, match="holds no polygons"):
        find(str(path))


@pytest.mark.parametrize("url", [
    "overpass-api.de", "ftp://example.org", "https://", "file:///x", "http://a:99999", "http://[::1",
])  # fmt: skip
def test_what_is_no_address_is_refused(url, tmp_path):
    with pytest.raises(InputError, match="is no address of a server"):
        nominatim(tmp_path, url)
