"""District boundaries and lamp posts of the Government: what they hold that others do not."""

import official_town as town
import pytest
import shapely

from sim.area import district_outlines
from sim.city.from_files import import_files
from sim.city.sources.official_districts import OUTLINE_TOLERANCE_M, read_districts
from sim.city.sources.official_lamp_posts import read_lamp_posts
from sim.errors import InputError


def district(name, west, south, east, north):
    """A record of the district boundaries, its outline a box in HK80 metres."""
    ring = [[west, south], [west, north], [east, north], [east, south], [west, south]]
    return {"NAME_EN": name, "NAME_TC": "", "AREA_CODE": "E", "AREA_TYPE": "DC"}, [ring]


@pytest.mark.parametrize(
    "name", ["Yau Tsim Mong", "YAU TSIM MONG", "Yau Tsim Mong District", "yau tsim mong district"]
)
def test_a_district_is_its_land_however_its_name_is_written(tmp_path, name):
    own = district(name, 830000, 815000, 836500, 821500)  # half of it harbour
    found = read_districts(town.esri(tmp_path / "d.json", [own]))
    shape, known = found["Yau Tsim Mong"], district_outlines()
    land = shapely.union_all(list(known.values())).buffer(OUTLINE_TOLERANCE_M)
    assert shape.area < 0.9 * 6500**2
    assert shape.difference(land).area < 1
    assert shapely.box(835000, 818500, 835500, 819500).within(shape)
    assert found["Eastern"].equals(known["Eastern"])  # not in the file


def test_an_ampersand_is_an_and(tmp_path):
    own = district("Central & Western", 832000, 814000, 834000, 816500)
    found = read_districts(town.esri(tmp_path / "d.json", [own]))
    assert not found["Central and Western"].equals(district_outlines()["Central and Western"])


def test_a_file_that_names_no_district_is_refused(tmp_path):
    own = district("Atlantis", 832000, 814000, 834000, 816500)
    with pytest.raises(InputError, match="names no district"):
        read_districts(town.esri(tmp_path / "d.json", [own]))


def test_the_official_outline_is_the_study_area(tmp_path):
    box = (town.WEST + 40, town.SOUTH + 40, town.WEST + 200, town.SOUTH + 200)
    files = [
        town.esri(tmp_path / "n.json", town.grid()),
        town.esri(tmp_path / "b.json", town.houses()),
        town.esri(tmp_path / "d.json", [district("Yau Tsim Mong", *box)]),
    ]
    city = import_files(files, "town", area="Yau Tsim Mong", halo_m=20)
    assert city.area.polygon.equals(shapely.box(*box))
    with pytest.raises(InputError, match="need --area"):
        import_files(files, "town")


def test_a_number_that_two_posts_have_is_two_posts(tmp_path):
    posts = [
        town.post("AA1", 10.0, 10.0), town.post("AA1", 10.0, 10.0), town.post("AA1", 90.0, 10.0),
        town.post("", 50.0, 10.0),
    ]  # fmt: skip
    found, report = read_lamp_posts(town.geojson(tmp_path / "p.geojson", posts))
    assert found["name"].tolist() == ["AA1", "AA1", ""]
    assert report == {"lamp_posts_twice": 1}
    assert set(found["kind"]) == {"lamp_post"}
