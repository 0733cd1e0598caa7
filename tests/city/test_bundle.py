import json

import geopandas as gpd
import numpy as np
import pytest
from drawn import frames, grid_ways, shared
from geopandas.testing import assert_geodataframe_equal
from shapely.affinity import translate
from shapely.geometry import box

from sim.city.assemble import assemble
from sim.city.bundle import LAYERS, load_bundle, save_bundle
from sim.city.bundle_folder import (
    DATA_FOLDER_VARIABLE,
    bundle_path,
    bundles_folder,
    list_bundles,
    read_manifest,
)
from sim.city.district_names import district_bundle
from sim.city.from_files import import_files
from sim.city.loaders import load_city
from sim.city.streets import StreetNetwork
from sim.errors import InputError

ABROAD = np.array([385_000.0, 6_672_000.0])


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "data"))


def drawn(crs="EPSG:32635", **tags):
    ways = [*grid_ways(6, 6, 100.0, name="花園街 Fa Yuen Street", **tags),
            ([(0, 0), (250, 130)], {"highway": "footway", "bridge": "yes"})]  # fmt: skip
    return frames(ways, crs=crs, origin=ABROAD)


def a_city():
    houses = gpd.GeoDataFrame(
        {"height": [12.0, None]},
        geometry=[translate(box(x, 110, x + 40, 150), *ABROAD) for x in (110, 210)],
        crs="EPSG:32635",
    )
    return assemble(
        "town", StreetNetwork.build(*drawn()), buildings=houses, name_zh="城",
        provenance={"sources": [{"file": "drawn", "licence": "none", "attribution": "me"}]},
    )  # fmt: skip


def saved_files(folder):
    nodes, edges = drawn()
    nodes.to_file(folder / "walk.gpkg", layer="nodes")
    edges.to_file(folder / "walk.gpkg", layer="edges")
    return folder / "walk.gpkg"


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_what_is_saved_is_what_is_loaded():
    city = a_city()
    loaded = load_bundle(save_bundle(city, bundle_path("town")))
    assert_geodataframe_equal(loaded.streets.nodes, city.streets.nodes)
    assert_geodataframe_equal(loaded.streets.edges, city.streets.edges)
    assert_geodataframe_equal(loaded.walls.footprints, city.walls.footprints)
    assert_geodataframe_equal(loaded.places.table, city.places.table)
    assert loaded.area == city.area
    assert (loaded.walls.kind, loaded.walls.report) == (city.walls.kind, city.walls.report)
    assert loaded.streets.report == city.streets.report
    assert loaded.provenance == city.provenance
    for ours, theirs in ((city.streets, loaded.streets), (city.walls, loaded.walls)):
        for a, b in zip(ours.arrays, theirs.arrays, strict=True):
            assert a.dtype == b.dtype
            assert np.array_equal(a, b)


def test_the_same_city_gives_the_same_bytes_and_so_does_a_loaded_one(tmp_path):
    once = contents(save_bundle(a_city(), tmp_path / "once"))
    twice = contents(save_bundle(a_city(), tmp_path / "twice"))
    again = contents(save_bundle(load_bundle(tmp_path / "once"), tmp_path / "again"))
    assert once == twice == again
    assert set(once) == {"manifest.json", *(f"{name}.parquet" for name in LAYERS)}


def test_saving_again_replaces_and_leaves_nothing_beside(tmp_path):
    folder = save_bundle(a_city(), tmp_path / "data" / "town")
    (folder / "edges.parquet").write_bytes(b"")
    save_bundle(a_city(), folder, imported="2026-01-01")
    assert load_bundle(folder).area.name == "town"
    assert read_manifest(folder)["imported"] == "2026-01-01"
    assert [path.name for path in folder.parent.iterdir()] == ["town"]


def test_an_interrupted_save_keeps_the_old_bundle(tmp_path, monkeypatch):
    folder = save_bundle(a_city(), tmp_path / "data" / "town")
    before = contents(folder)
    monkeypatch.setattr(gpd.GeoDataFrame, "to_parquet", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_bundle(a_city(), folder)
    assert contents(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["town"]


def test_a_folder_that_is_no_bundle_is_not_overwritten(tmp_path):
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter.txt").write_text("years of work")
    with pytest.raises(InputError, match=r"not of a bundle \(chapter\.txt\); choose another name"):
        save_bundle(a_city(), folder)
    assert (folder / "chapter.txt").read_text() == "years of work"


MANIFESTS = {
    "of a web app": '{"name": "my app", "version": 1}',
    "of another format": '{"format": "another city", "version": 1}',
    "a list": "[1, 2]",
    "no JSON": "dear",
    "empty": "",
    "with the format in a list": '[{"format": "hk-camera-sim city"}]',
    "with the format deeper": '{"a": {"format": "hk-camera-sim city"}}',
    "with the format in a text that is cut": '{"a": "hk-camera-sim city',
}


@pytest.mark.parametrize("content", MANIFESTS.values(), ids=MANIFESTS)
def test_a_folder_with_another_manifest_is_no_bundle(tmp_path, monkeypatch, content):
    monkeypatch.setenv("HK_CAMERA_SIM_DATA", str(tmp_path))
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "manifest.json").write_text(content)
    assert list_bundles() == []
    with pytest.raises(InputError, match=r"not of a bundle \(manifest\.json\)"):
        save_bundle(a_city(), folder)
    assert (folder / "manifest.json").read_text() == content


@pytest.mark.parametrize(
    "name", ["notes.txt", "more/walls.parquet", ".hidden", "walls.parquet.old"]
)
def test_a_bundle_with_other_files_in_it_is_not_replaced(tmp_path, name):
    folder = save_bundle(a_city(), tmp_path / "a")
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("mine")
    with pytest.raises(InputError, match="not of a bundle"):
        save_bundle(a_city(), folder)
    assert (folder / name).read_text() == "mine"


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.99])
def test_a_bundle_whose_manifest_was_cut_is_imported_again(tmp_path, kept):
    folder = save_bundle(a_city(), tmp_path / "a")
    whole = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(whole[: int(len(whole) * kept)])
    save_bundle(a_city(), folder)
    assert (folder / "manifest.json").read_bytes() == whole


def test_bundles_are_found_by_name_and_by_path(tmp_path):
    assert list_bundles() == []
    save_bundle(a_city(), bundle_path("town"))
    save_bundle(a_city(), tmp_path / "elsewhere")
    assert bundles_folder() == tmp_path / "data"
    assert list_bundles() == ["town"]
    assert load_city("town").area.name == "town"
    assert load_city(tmp_path / "elsewhere").area.name == "town"
    assert load_city(str(tmp_path / "elsewhere")).area.name == "town"


def test_the_folder_is_the_users_own_where_none_is_given(monkeypatch):
    monkeypatch.delenv(DATA_FOLDER_VARIABLE)
    assert bundles_folder().name == "hk-camera-sim"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("twon", "did you mean 'town'.*sim data import"),
        ("mong_kok_cor", "did you mean 'mong_kok_core'"),
        ("atlantis", "known: mong_kok_core, town"),
        ("../town", "no built-in area"),
        ("", "no bundle"),
    ],
)
def test_unknown_names_get_the_nearest_and_the_way_to_import(name, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_bundle(a_city(), bundle_path("town"))
    with pytest.raises(InputError, match=says) as caught:
        load_city(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "bundle"),
    [
        ("Wan Chai", "wan_chai"),
        ("wan chai district", "wan_chai"),
        ("灣仔區", "wan_chai"),
        ("Wan Chai, Eastern", "wan_chai_and_eastern"),
        ("灣仔、東區", "wan_chai_and_eastern"),
        ("all", "hong_kong"),
    ],
)
def test_districts_are_found_by_their_names_or_the_way_to_get_them_is_said(name, bundle):
    with pytest.raises(InputError, match=f"no bundle '{bundle}'.*sim data fetch") as caught:
        load_city(name)
    assert caught.value.key == "area"
    assert "\n" not in str(caught.value)
    save_bundle(a_city(), bundle_path(bundle))
    assert load_city(name).area.name == "town"


def test_the_hint_for_districts_is_the_command_that_makes_their_bundle():
    from sim.city.sources.named_areas import nominatim, wanted_area

    words = ["Wan Chai", "東區"]
    assert wanted_area(words, nominatim(bundles_folder())).plain_name == district_bundle(words)
    with pytest.raises(InputError, match='sim data fetch "Wan Chai" 東區`'):
        load_city("Wan Chai, 東區")


def test_a_file_is_to_be_imported_first(tmp_path):
    with pytest.raises(InputError, match="sim data import"):
        load_city(saved_files(tmp_path))


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../town", "/etc", "a b", "x" * 65, ".town"]
)
def test_names_that_are_paths_are_refused(name):
    with pytest.raises(InputError, match="cannot name a bundle"):
        bundle_path(name)


def test_the_name_of_the_sample_is_taken():
    with pytest.raises(InputError, match="built-in sample"):
        bundle_path("mong_kok_core")


def changed_manifest(folder, **changes):
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def damage(case, folder):
    edges = folder / "edges.parquet"
    manifest = folder / "manifest.json"
    match case:
        case "cut short":
            edges.write_bytes(edges.read_bytes()[:-100])
        case "one bit":
            data = bytearray(edges.read_bytes())
            data[len(data) // 2] ^= 1
            edges.write_bytes(data)
        case "missing":
            edges.unlink()
        case "another layer":
            edges.write_bytes((folder / "nodes.parquet").read_bytes())
        case "later version":
            changed_manifest(folder, version=4)
        case "other format":
            changed_manifest(folder, format="a song")
        case "no manifest":
            manifest.unlink()
        case "half a manifest":
            manifest.write_bytes(manifest.read_bytes()[:200])
        case "a list":
            manifest.write_text("[]")
        case "deep":
            manifest.write_text("[" * 100_000)
        case "no layers":
            changed_manifest(folder, layers={})
        case "no halo":
            changed_manifest(folder, halo_m="wide")
        case "odd parts":
            changed_manifest(folder, parts=[{"district": "Atlantis"}])


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("cut short", r"edges\.parquet: cut short or changed"),
        ("one bit", r"edges\.parquet: cut short or changed"),
        ("missing", r"edges\.parquet: missing"),
        ("another layer", "cut short or changed"),
        ("later version", "version 4.*update"),
        ("other format", "no manifest of a city bundle"),
        ("no manifest", "no bundle there"),
        ("half a manifest", "damaged"),
        ("a list", "no manifest of a city bundle"),
        ("deep", "damaged"),
        ("no layers", "damaged"),
        ("no halo", "damaged"),
        ("odd parts", "damaged"),
    ],
)
def test_a_damaged_bundle_is_refused_in_one_line(case, says):
    folder = save_bundle(a_city(), bundle_path("town"))
    damage(case, folder)
    with pytest.raises(InputError, match=says) as caught:
        load_bundle(folder)
    assert "\n" not in str(caught.value)


def test_files_become_a_city_with_their_digests(tmp_path):
    path = saved_files(tmp_path)
    city = import_files([path], "town")
    source = city.provenance["sources"][0]
    assert (source["file"], source["kind"], source["licence"]) == (
        "walk.gpkg",
        "streets",
        "ODbL 1.0",
    )
    assert len(source["sha256"]) == 64
    assert city.provenance["attribution"] == ["© OpenStreetMap contributors"]
    assert str(tmp_path) not in json.dumps(city.provenance)
    assert city.walls.kind == "blocks"


def test_an_area_file_cuts_the_streets_to_its_halo(tmp_path):
    path = saved_files(tmp_path)
    area = translate(box(150, 150, 350, 350), *ABROAD)
    gpd.GeoDataFrame(geometry=[area], crs="EPSG:32635").to_crs(4326).to_file(tmp_path / "a.geojson")
    city = import_files([path], "core", area=tmp_path / "a.geojson", halo_m=50)
    assert city.area.polygon.symmetric_difference(area).area < 1
    assert city.area.halo_m == 50
    assert city.streets.length_km < import_files([path], "town").streets.length_km
    assert city.streets.edges.intersects(area.buffer(51)).all()
    gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs=4326).to_file(tmp_path / "b.geojson")
    with pytest.raises(InputError, match=r"b\.geojson: no streets inside"):
        import_files([path], "sea", area=tmp_path / "b.geojson")


def test_an_area_of_an_extract_with_a_hut_off_its_path_gets_inferred_walls(tmp_path):
    """Streets and houses of one file cannot be of two places."""
    import osmium
    from osmium.osm.mutable import Node, Way

    path = tmp_path / "path.osm.pbf"
    places = [(114.25, 22.42), (114.27, 22.42), (114.262, 22.44), (114.2621, 22.44),
              (114.2621, 22.4401)]  # fmt: skip
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in enumerate(places, 1):
            writer.add_node(Node(id=number, location=place))
        writer.add_way(Way(id=1, nodes=[1, 2], tags={"highway": "path"}))
        writer.add_way(Way(id=2, nodes=[3, 4, 5, 3], tags={"building": "hut"}))
    area = gpd.GeoDataFrame(geometry=[box(114.258, 22.418, 114.262, 22.422)], crs="EPSG:4326")
    area.to_file(tmp_path / "area.geojson")
    city = import_files([path], "path", area=tmp_path / "area.geojson")
    assert city.walls.kind == "blocks"
    assert any("no building footprint" in text for text in city.provenance["assumptions"])


def test_a_district_of_an_extract_by_its_name(tmp_path):
    path = shared("central/central_tst.osm.pbf")
    city = import_files([path], "cw", area="Central and Western")
    assert [part.district for part in city.area.parts] == ["Central and Western"]
    edge = gpd.GeoSeries([city.area.polygon], crs="EPSG:2326")
    edge.to_frame("geometry").to_file(tmp_path / "edge.gpkg")
    same = import_files([path], "cw", area=tmp_path / "edge.gpkg")
    assert len(same.streets.edges) == len(city.streets.edges)
    in_chinese = import_files([path], "cw", area="中西區")
    assert in_chinese.area.polygon.equals(city.area.polygon)
    both = import_files([path], "both", area="中西區, Yau Tsim Mong")
    assert both.area.polygon.area > city.area.polygon.area
    with pytest.raises(InputError, match="no streets inside it"):
        import_files([path], "islands", area="Islands")
    with pytest.raises(InputError, match=r"is no district of Hong Kong.*did you mean Wan Chai"):
        import_files([path], "wan_chay", area="Wan Chay")


def test_an_area_without_streets_is_refused_in_one_line(tmp_path):
    streets = saved_files(tmp_path)
    sea = gpd.GeoDataFrame(geometry=[translate(box(9e4, 0, 9.1e4, 900), *ABROAD)], crs=32635)
    sea.to_file(tmp_path / "sea.gpkg")
    with pytest.raises(InputError, match=r"sea\.gpkg: no streets inside it") as caught:
        import_files([streets], "sea", area=tmp_path / "sea.gpkg")
    assert "\n" not in str(caught.value)


def test_streets_without_buildings_get_inferred_walls_and_it_is_said(tmp_path):
    city = import_files([saved_files(tmp_path)], "town")
    assert city.walls.kind == "blocks"
    assert any("façades are inferred" in text for text in city.provenance["assumptions"])


def test_buildings_beside_streets_are_walls(tmp_path):
    path = saved_files(tmp_path)
    houses = gpd.GeoDataFrame(geometry=[translate(box(10, 10, 50, 50), *ABROAD)], crs="EPSG:32635")
    houses.to_parquet(tmp_path / "houses.parquet")
    city = import_files([path, tmp_path / "houses.parquet"], "town")
    assert city.walls.kind == "mixed"  # one house; the other blocks are inferred
    assert (city.walls.footprints["kind"] == "footprint").sum() == 1
    assert [source["kind"] for source in city.provenance["sources"]] == ["streets", "polygons"]


def test_exactly_one_file_has_the_streets(tmp_path):
    path = saved_files(tmp_path)
    other = tmp_path / "more.gpkg"
    other.write_bytes(path.read_bytes())
    with pytest.raises(InputError, match=r"exactly one.*walk\.gpkg, more\.gpkg"):
        import_files([path, other], "town")
    with pytest.raises(InputError, match="none"):
        import_files([], "town")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "files", "walls", "stations"),
    [
        ("mong_kok", ["mong_kok/walk_graph.gpkg", "transit/mtr_exits.json"], "blocks", 40),
        ("central", ["central/central_tst.osm.pbf", "transit/mtr_exits.json"], "footprints", 10),
        ("helsinki", ["cities/helsinki.osm.pbf"], "footprints", 10),
    ],
)
def test_real_cities_survive_the_disk(name, files, walls, stations):
    city = import_files([shared(file) for file in files], name)
    loaded = load_city(save_bundle(city, bundle_path(name)))
    assert loaded.provenance == city.provenance
    assert loaded.walls.kind == walls
    assert loaded.streets.length_km == city.streets.length_km
    assert len(loaded.places.of("station")) >= stations
    assert loaded.area.polygon.area >= 0.3 * loaded.area.region.area
    assert (
        loaded.provenance["counts"]["streets_inside_footprints_km"] < 0.05 * city.streets.length_km
    )
