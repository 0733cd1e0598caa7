from dataclasses import replace

import numpy as np
import pytest

import sim
from sim.city.bundle import load_bundle, save_bundle
from sim.city.digest import city_digest, scene_digest


@pytest.fixture(scope="module")
def city():
    return sim.load_city("mong_kok_core")


def with_table(part, table, **columns):
    return replace(part, **{table: getattr(part, table).assign(**columns)})


def first_one_else(column, value):
    changed = column.copy()
    changed.iloc[0] = value
    return changed


def with_streets(city, column, value):
    edges = city.streets.edges
    columns = {column: first_one_else(edges[column], value)}
    return replace(city, streets=with_table(city.streets, "edges", **columns))


def with_places(city, **columns):
    return replace(city, places=with_table(city.places, "table", **columns))


def with_walls(city, **columns):
    return replace(city, walls=with_table(city.walls, "footprints", **columns))


def with_area(city, **changes):
    return replace(city, area=replace(city.area, **changes))


CHANGES = {
    "name of a street": lambda c: with_streets(c, "name", "Elsewhere Street"),
    "class of a street": lambda c: with_streets(c, "highway", "never"),
    "way of a street": lambda c: with_streets(c, "street", -1),
    "weight of a place": lambda c: with_places(
        c, weight=first_one_else(c.places.table["weight"], 0.5)
    ),
    "name of a place": lambda c: with_places(c, name=first_one_else(c.places.table["name"], "x")),
    "position of places": lambda c: with_places(c, geometry=c.places.table.translate(0.001)),
    "kind of a wall": lambda c: with_walls(c, kind=first_one_else(c.walls.footprints["kind"], "x")),
    "kind of all walls": lambda c: replace(c, walls=replace(c.walls, kind="mixed")),
    "region": lambda c: with_area(c, region=c.area.region.buffer(0.001)),
    "halo": lambda c: with_area(c, halo_m=c.area.halo_m + 1),
    "districts": lambda c: with_area(c, parts=c.area.parts[:-1]),
    "kind of streets": lambda c: replace(c, provenance={**c.provenance, "streets_kind": "proxy"}),
    "sources": lambda c: replace(c, provenance={**c.provenance, "sources": []}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_results_may_depend_on_changes_the_digest_of_a_city(change, city):
    changed = change(city)
    assert city_digest(changed) != city_digest(city)
    assert scene_digest(changed) == scene_digest(city)


def test_walls_and_the_area_that_counts_change_both_digests(city):
    walls = with_walls(city, height=np.full(len(city.walls.footprints), 3.0))
    smaller = with_area(city, polygon=city.area.polygon.buffer(-1))
    for digest in (scene_digest, city_digest):
        assert len({digest(each) for each in (city, walls, smaller)}) == 3


def test_the_names_of_the_area_change_no_digest(city):
    renamed = with_area(city, name="x", name_zh="y")
    assert city_digest(renamed) == city_digest(city)


def test_sources_on_which_nothing_depends_are_left_out(city):
    sources = [*city.provenance["sources"], {"kind": "zones", "sha256": "0"}]
    grouped = replace(city, provenance={**city.provenance, "sources": sources})
    assert city_digest(grouped) != city_digest(city)
    assert city_digest(grouped, without_sources=("zones",)) == city_digest(city)


def test_a_city_from_its_bundle_has_the_same_digests(city, tmp_path):
    kept = load_bundle(save_bundle(city, tmp_path / "kept"))
    assert scene_digest(kept) == scene_digest(city)
    assert city_digest(kept) == city_digest(city)
