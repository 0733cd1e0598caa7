"""Trees: read from the official layer and from extracts, made crowns, kept, looked past."""

import json
from dataclasses import replace

import numpy as np
import official_town as town
import osmium
import pandas as pd
import pytest
from osmium.osm.mutable import Node, Way

import sim
from sim.city.bundle import load_bundle, save_bundle
from sim.city.digest import city_digest, scene_digest
from sim.city.from_files import import_files
from sim.city.loaders import City
from sim.city.sources.files import file_kind
from sim.city.sources.official_trees import read_official_trees
from sim.city.sources.pbf import read_features
from sim.city.sources.tree_tags import tree_tags
from sim.city.trees import CLASSES, crowns_by, group_of
from sim.errors import InputError


def tree(number, x, y, dbh=172, species=None, **fields):
    """A record of the layer of roadside trees."""
    known = {"TREE_ID": number, "DBH": dbh, "SPECIES_NAME": species, "ROAD_NAME": "SAMPLE STREET",
             "LU_HMD": "Yau Tsim Mong"}  # fmt: skip
    return known | fields, [town.WEST + x, town.SOUTH + y]


def row(every=10.0):
    """Trees along the kerb of the first street."""
    return [tree(f"RTR{k:07}", 4.0 + k * every, 3.0, 150 + 40 * (k % 8)) for k in range(23)]


@pytest.mark.parametrize("write", [town.esri, town.geojson])
def test_the_official_layer_is_read_with_what_is_missing_counted(tmp_path, write):
    records = [
        tree("RTR9900001", 95.2, 5.8, 172, "FICUS MICROCARPA"),
        tree("RTR9900002", 130.0, -6.0, 0),
        tree("RTR9900001", 95.2, 5.8, 172, "FICUS MICROCARPA"),  # one number twice at one place
        tree("RTR9900001", 20.0, 5.8, 300),  # and elsewhere: another tree
    ]
    path = write(tmp_path / "trees.json", records)
    assert file_kind(path) == "official_trees"
    trees, report = read_official_trees(path)
    assert list(trees["species"]) == ["FICUS MICROCARPA", "", ""]
    assert list(trees["trunk_mm"]) == [172, 0, 300]
    assert report == {"trees_twice": 1.0, "trees_without_trunk": 1.0}


def crown(species="", trunk_mm=np.nan, height=np.nan, spread=np.nan):
    table = pd.DataFrame({"species": [species], "trunk_mm": [trunk_mm], "height": [height],
                          "spread": [spread]})  # fmt: skip
    return crowns_by(table).iloc[0].tolist()


def test_crowns_follow_from_species_and_trunk_as_stated():
    assert crown(trunk_mm=172) == [2.0, 2.5, 7.0, "trunk"]
    assert crown(trunk_mm=199.9) == crown(trunk_mm=100) != crown(trunk_mm=200)
    assert crown() == crown(trunk_mm=0) == crown(trunk_mm=-5) == [2.0, 2.5, 7.0, "assumed"]
    assert crown("FICUS MICROCARPA", 900) == [pytest.approx(7.8), 5.0, 15.0, "trunk"]
    assert crown("Melaleuca cajuputi subsp. cumingiana", 250)[0] == pytest.approx(1.75)
    assert crown("Roystonea regia", 400) == [2.0, 5.0, 8.0, "trunk"]
    assert crown(trunk_mm=172, height=12.0, spread=9.0) == [4.5, 4.0, 12.0, "measured"]
    assert crown(height=1.6) == [2.0, pytest.approx(1.1), 1.6, "assumed"]  # never upside down
    assert crown(height=4000.0, spread=0.01) == crown()  # impossible ones count as missing
    assert [group_of(name) for name in ("Ficus", "", "Unknown tree")] == ["broad", "other", "other"]
    assert sorted(CLASSES) == list(CLASSES)


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({}, ("", np.nan, np.nan, np.nan)),
        ({"species": "Ficus virens", "height": "12", "diameter_crown": "9.5 m"},
         ("Ficus virens", np.nan, 12.0, 9.5)),
        ({"genus": "Ficus", "circumference": "0.942"}, ("Ficus", 299.85, np.nan, np.nan)),
        ({"diameter": "300", "circumference": "9"}, ("", 300.0, np.nan, np.nan)),
        ({"diameter": "30 cm", "height": "tall"}, ("", 300.0, np.nan, np.nan)),
    ],
)  # fmt: skip
def test_tags_tell_of_a_tree(tags, told):
    found = tree_tags(tags)
    assert found[0] == told[0]
    assert np.allclose(found[1:], told[1:], atol=0.01, equal_nan=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("layers")
    return [town.esri(folder / "n.json", town.grid()), town.esri(folder / "b.json", town.houses())]


def test_a_bundle_keeps_its_trees_and_without_the_case_nothing_moves(tmp_path, files):
    bare = import_files(files, "town")
    leafy = import_files([*files, town.esri(tmp_path / "t.json", row())], "town")
    assert bare.trees is None
    assert len(leafy.trees.table) == 23
    assert leafy.provenance["layers"]["trees"] == ["official_trees"]
    assert any("Roadside trees" in one for one in leafy.provenance["attribution"])
    for city, version in ((bare, 1), (leafy, 3)):
        save_bundle(city, tmp_path / str(version))
        said = json.loads((tmp_path / str(version) / "manifest.json").read_text())
        assert said["version"] == version
    kept = City._of(load_bundle(tmp_path / "3"))
    assert kept.trees.table.equals(leafy.trees.table)
    assert scene_digest(kept) == scene_digest(bare)
    with pytest.raises(InputError, match="no trees are known"):
        City._of(bare).with_crowns()
    crowned = kept.with_crowns()
    assert scene_digest(crowned) != scene_digest(bare)
    assert city_digest(crowned) == city_digest(leafy.with_crowns())
    fleet = sim.place(kept, 30, share_rule="given", share=1.0, seed=7)
    seen = [sim.see(one, fleet) for one in (City._of(bare), kept, crowned)]
    for one, other in zip(seen[0].arrays, seen[1].arrays, strict=True):
        assert np.array_equal(one, other)
    metres = [float((each.arrays.end - each.arrays.start).sum()) for each in seen]
    assert metres[0] > metres[2] > 0
    turned = sim.what_if(crowned, seen[2], turn={3: 90.0})
    again = sim.see(crowned, turned.fleet)
    for one, other in zip(turned.arrays, again.arrays, strict=True):
        assert np.array_equal(one, other)


def test_crowns_stand_on_the_ground(files, tmp_path):
    city = import_files([*files, town.esri(tmp_path / "t.json", row())], "town").with_crowns()
    ground = sim.city.ground.Ground(town.WEST - 900, town.SOUTH - 900, 900.0,
                                    np.full((4, 4), 33.5, np.float32))  # fmt: skip
    raised = replace(city, ground=ground)
    assert np.allclose(raised.relief_at(np.zeros(2), np.zeros(2)).crown, 33.5)
    fleet = sim.place(city, 30, share_rule="given", share=1.0, seed=7)
    for one, other in zip(
        sim.see(City._of(city), fleet).arrays, sim.see(City._of(raised), fleet).arrays, strict=True
    ):
        assert np.array_equal(one, other)


WEST, SOUTH, STEP = 114.16, 22.31, 0.0002


def test_an_extract_has_trees_and_rows_of_them_and_the_official_ones_come_first(tmp_path):
    path = tmp_path / "a.osm.pbf"
    nodes = {n: {} for n in range(1, 10)} | {
        11: {"natural": "tree", "species": "Ficus virens"},
        12: {"natural": "tree", "amenity": "library"},
        18: {"natural": "stone"},
        999: {"natural": "tree"},  # 4 km away
    }
    with osmium.SimpleWriter(str(path)) as writer:
        for n, tags in nodes.items():
            place = (WEST + STEP * (n % 100), SOUTH + STEP * (n // 10))
            writer.add_node(Node(id=n, location=place, tags=tags))
        writer.add_way(Way(id=1, nodes=[*range(1, 10)], tags={"highway": "residential"}))
        writer.add_way(Way(id=2, nodes=[11, 12], tags={"natural": "tree_row", "height": "9"}))
        writer.add_way(Way(id=3, nodes=[2, 3], tags={"natural": "cliff"}))
        writer.add_way(Way(id=4, nodes=[12, 70], tags={"natural": "tree_row"}))  # leaves it
    city = import_files([path], "a")
    apart = STEP * 111_320 * np.cos(np.radians(SOUTH))
    in_row = round(apart / 8) + 1
    assert len(city.trees.table) == 2 + in_row
    assert list(city.trees.table["radius"])[:2] == [pytest.approx(2.6), 2.0]
    assert (city.trees.table["top"][2:] == 9.0).all()
    assert city.provenance["layers"]["trees"] == ["pbf"]
    assert list(read_features(path)[1]["kind"]) == ["landmark"]
    place = city.trees.table.geometry.iloc[0]
    same = [({"TREE_ID": "RTR1", "DBH": 300, "SPECIES_NAME": None}, [place.x + 2.0, place.y])]
    both = import_files([path, town.esri(tmp_path / "t.json", same)], "a")
    assert len(both.trees.table) == len(city.trees.table) - 1  # the row begins at the same tree
    assert both.provenance["left_out_while_reading"]["trees_in_two_sources"] == 2
    assert both.provenance["layers"]["trees"] == ["official_trees", "pbf"]
