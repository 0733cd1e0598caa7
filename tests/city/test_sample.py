"""The built-in Mong Kok: its table, the city made of it, and the real map where it is at hand."""

import re
import time
from importlib.resources import files

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn import shared

from sim.city.sources.sample import SAMPLES, build_sample, centrelines, load_sample, read_table
from sim.errors import InputError

TEXT = files("sim.facts").joinpath("mong_kok_core.yaml").read_text(encoding="utf-8")
STREETS = """Nathan Road, Argyle Street, Mong Kok Road, Fife Street, Bute Street, Dundas Street,
    Prince Edward Road West, Shantung Street, Nelson Street, Soy Street, Tung Choi Street,
    Sai Yeung Choi Street South, Sai Yeung Choi Street North, Fa Yuen Street, Sai Yee Street,
    Portland Street, Shanghai Street, Reclamation Street, Canton Road, Ferry Street, Tong Mi Road,
    Playing Field Road, Yuen Po Street, Flower Market Road, Boundary Street, Poplar Street,
    Maple Street, Tai Nan Street, Ki Lung Street, Yu Chau Street, Cedar Street, Lai Chi Kok Road,
    Nullah Road, Arran Street, Arran Lane, Hak Po Street, Pak Po Street, Luen Wan Street,
    Yim Po Fong Street, Kwong Wa Street, Yin Chong Street, Changsha Street, Hong Lok Street,
    Thistle Street, Shamchun Street, Nam Tau Street, Cheung Wong Road, Kam Lam Street,
    Kam Fong Street, Tak Cheong Street, Embankment Road, Yuen Ngai Street, Waterloo Road"""


@pytest.fixture(scope="module")
def table():
    return read_table(TEXT, "table")


@pytest.fixture(scope="module")
def city():
    return load_sample("mong_kok_core")


# --- the table --------------------------------------------------------------------------------


def test_table_is_small_and_says_sources_and_licence(table):
    assert len(TEXT.encode()) <= 60_000
    assert max(map(len, TEXT.splitlines())) < 250
    assert any("OpenStreetMap" in source["attribution"] for source in table["sources"])
    assert "ODbL" in table["licence"]


def test_every_real_street_is_there_in_two_languages(table):
    names = {row["name"] for row in table["streets"]}
    missing = {" ".join(name.split()) for name in STREETS.split(",")} - names
    assert not missing
    zh = {row["name"]: row["zh"] for row in table["streets"]}
    assert (zh["Nathan Road"], zh["Argyle Street"]) == ("彌敦道", "亞皆老街")
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in zh.values())


def test_places_are_whole_metres_and_streets_never_turn_back(table):
    for row in [*table["streets"], *table["ways_on_foot"]]:
        assert all(re.fullmatch(r"8\d{5} 8\d{5}", place) for place in row["chain"]), row["name"]
        points = np.array([place.split() for place in row["chain"]], float)
        step = np.diff(points, axis=0)
        assert (np.hypot(*step.T) >= 3).all(), row["name"]
        if row in table["streets"] and len(step) > 1:
            cosine = np.einsum("ij,ij->i", step[:-1], step[1:])
            cosine /= np.hypot(*step[:-1].T) * np.hypot(*step[1:].T)
            assert (cosine > -0.5).all(), row["name"]


def test_remarks_name_the_streets_that_join_there(table):
    streets = {}
    for row in [*table["streets"], *table["ways_on_foot"]]:
        for place in row["chain"]:
            streets.setdefault(place, set()).add(row["name"])
    name, seen = "", 0
    for line in TEXT.splitlines():
        if found := re.fullmatch(r"- name: (.*)", line):
            name = found[1]
        if found := re.fullmatch(r"  - (\d{6} \d{6})(?:  # (.*))?", line):
            if found[1] not in streets or not name:
                continue  # a corner of the area
            said = set(found[2].split(", ")) if found[2] else set()
            assert said == streets[found[1]] - {name}, (name, line)
            seen += 1
    assert seen > 400


def test_streets_join_wherever_they_cross(table):
    """No street passes over another without sharing a place, but on a bridge or in a tunnel."""
    lines = centrelines(table)
    level = lines["bridge"] + lines["tunnel"] == ""
    level = lines[level & (lines["highway"] != "steps")].reset_index()
    line = level.geometry.to_numpy()
    a, b = shapely.STRtree(line).query(line, predicate="intersects")
    vertices = [{tuple(p) for p in shapely.get_coordinates(g)} for g in line]
    for i, j in zip(a[a < b], b[a < b], strict=True):
        assert vertices[i] & vertices[j], (level["name"][i], level["name"][j])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "no YAML"),
        ("- 1", "must be a table"),
        (TEXT.replace("crs: EPSG:2326", "crs: EPSG:4326"), "must be a table with `crs"),
    ],
)
def test_a_broken_table_is_told(text, message):
    with pytest.raises(InputError, match=message) as error:
        read_table(text, "x.yaml")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  - 835431 820371", "  - 835431, 820371", "Nathan Road: a place is written"),
        ("  - 835431 820371", "  - 835431 820371 4", "Nathan Road: .*place"),
        ("  class: primary\n", "", "Ferry Street: has no class"),
        ("- [landmark, Langham Place", "- [mall, Langham Place", "'mall' is no kind of place"),
    ],
)
def test_a_wrong_row_is_named(old, new, message):
    assert old in TEXT
    with pytest.raises(InputError, match=message):
        build_sample(read_table(TEXT.replace(old, new, 1), "x.yaml"))


def test_only_built_in_samples_are_loaded():
    with pytest.raises(InputError, match="known: mong_kok_core"):
        load_sample("../mong_kok")


# --- the city ---------------------------------------------------------------------------------


def test_it_loads_fast():
    start = time.perf_counter()
    load_sample(SAMPLES[0])
    assert time.perf_counter() - start < 1.0


def test_network_is_whole(city):
    report = city.streets.report
    assert all(value == 0 for key, value in report.items() if key != "carriageway_km"), report
    assert 1000 < len(city.streets.edges) < 3000
    assert 55 < city.streets.length_km < 80
    assert not city.streets.edges.duplicated(["u", "v", "street", "length"]).any()
    assert (city.streets.edges["length"] > 0.5).all()
    assert set(city.streets.edges["deck"]) == {"street", "footbridge", "subway"}


def test_nathan_road_has_two_pavements_all_along(city):
    edges = city.streets.edges
    nathan = edges[(edges["name"] == "Nathan Road") & (edges["highway"] == "primary")]
    middle = centrelines(read_table(TEXT, ""))
    middle = middle[middle["name"] == "Nathan Road"].geometry.iloc[0]
    sides = nathan.geometry.centroid.map(
        lambda p: np.sign((p.x - 835340) * -1378 - (p.y - 820833) * 265)
    )
    for side in (-1, 1):  # the rest is the width of its side streets
        assert 0.8 < nathan["length"][sides == side].sum() / middle.length < 0.95


def test_no_pavement_crosses_another(city):
    edges = city.streets.edges
    edges = edges[(edges["deck"] == "street") & ~edges["steps"]].reset_index()
    line = edges.geometry.to_numpy()
    a, b = shapely.STRtree(line).query(line, predicate="crosses")
    pairs = {(edges["name"][i], edges["name"][j]) for i, j in zip(a, b, strict=True) if i < j}
    assert not pairs


def test_walls_are_blocks_and_leave_the_streets_free(city):
    assert city.walls.kind == "blocks"
    assert set(city.walls.footprints["kind"]) == {"block"}
    assert 120 < len(city.walls.footprints) < 250
    solid = shapely.union_all(city.walls.footprints.geometry.to_numpy())
    assert solid.within(city.area.region.buffer(1))
    assert 0.45 < solid.intersection(city.area.polygon).area / city.area.polygon.area < 0.75
    line = city.streets.edges[city.streets.edges["deck"] == "street"].geometry.to_numpy()
    assert shapely.length(shapely.intersection(line, solid)).sum() < 30
    inside = shapely.intersection(line, city.area.polygon)
    assert shapely.length(shapely.intersection(inside, solid)).sum() < 1


def test_area_and_people(city, table):
    assert city.area.polygon.is_valid
    assert city.area.region.contains(city.area.polygon.buffer(city.area.halo_m - 15))
    assert 0.9 < city.area.polygon.area / 1e6 < 1.15
    people = sum(group["people"] for group in table["area_population"])
    homes = city.places.of("home")
    assert homes["weight"].sum() == pytest.approx(people)
    assert (homes["weight"] > 0).all()
    assert homes.within(city.area.polygon).all()
    for group in table["area_population"]:
        corners = [tuple(map(float, place.split())) for place in group["within"]]
        inside = homes.within(shapely.Polygon(corners))
        assert homes["weight"][inside].sum() == pytest.approx(group["people"], rel=0.02)
    assert sum(p.population for p in city.area.parts) == sum(table["region_population"].values())
    assert {p.district for p in city.area.parts} == set(table["region_population"])


def test_places_are_near_streets(city):
    places = city.places.table
    assert {"home", "station", "market", "office", "school", "landmark"} <= set(places["kind"])
    exits = set(city.places.of("station")["name"])
    assert {"Mong Kok Exit E2", "Prince Edward Exit A", "Mong Kok East Exit D"} <= exits
    assert len(exits) == 26
    assert places.within(city.area.region).all()
    streets = shapely.union_all(city.streets.edges.geometry.to_numpy())
    assert (places.distance(streets) < 90).all()
    assert not places[places["kind"] != "home"].duplicated(["kind", "name"]).any()


def test_provenance_says_where_it_comes_from(city):
    found = city.provenance
    assert "© OpenStreetMap contributors" in found["attribution"]
    assert "ODbL 1.0" in found["licence"]
    assert found["walls"]["kind"] == "blocks"
    assert found["counts"]["edges"] == len(city.streets.edges)
    assert any("blocks" in text for text in found["assumptions"])


def test_example_walks_can_be_walked(city, table):
    from sim.trips.waypoints import Gazetteer

    names = Gazetteer(city)
    for walk in table["walks"]:
        nodes = [names.node(place) for place in walk["via"]]
        assert len(set(nodes)) == len(nodes), walk["name"]


def test_the_same_twice(city):
    again = load_sample("mong_kok_core")
    assert again.streets.edges.equals(city.streets.edges)
    assert again.walls.footprints.equals(city.walls.footprints)
    assert again.places.table.equals(city.places.table)


# --- the real map -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real():
    edges = gpd.read_file(shared("mong_kok/walk_graph.gpkg"), layer="edges").to_crs("EPSG:2326")
    return edges[edges["name"].fillna("").str.contains(r"[\u4e00-\u9fff]")]


def test_streets_lie_where_the_map_has_them(table, real):
    lines = centrelines(table)
    for name, chains in lines[lines["bridge"] + lines["tunnel"] == ""].groupby("name:zh"):
        mapped = real[real["name"].str.contains(name, regex=False)].geometry.to_numpy()
        if not len(mapped):
            continue  # a footbridge or its stairs
        middle = shapely.union_all(mapped)
        for chain, width in chains[["geometry", "width"]].itertuples(index=False):
            if chain.length < 60:
                continue
            allowed = 8 + (0 if np.isnan(width) else width / 2)
            at = np.linspace(0.15, 0.85, 8) * chain.length
            away = shapely.distance(shapely.line_interpolate_point(chain, at), middle)
            assert np.median(away) < allowed, (name, away)


def test_no_named_street_of_the_map_is_missing(city, table, real):
    known = {row["zh"] for row in table["streets"]}
    walked = {"primary", "secondary", "tertiary", "residential", "unclassified", "pedestrian"}
    real = real[real["highway"].isin(walked) & (real["bridge"] == "")]
    inside = shapely.length(real.geometry.intersection(city.area.polygon.buffer(-10)))
    metres = inside.groupby(real["name"]).sum()
    long = [name for name, length in metres.items() if length > 40]
    assert len(long) > 45
    missing = [name for name in long if not any(zh in name for zh in known)]
    assert not missing
