import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn import grid_ways, shared

from sim.area import district_outlines, districts
from sim.city.bundle import load_bundle, save_bundle
from sim.city.from_files import import_files
from sim.city.sources.bus_streets import (
    FACADES_M,
    PROXY,
    covered_districts,
    outline,
    read_bus_streets,
)
from sim.city.sources.files import file_kind
from sim.errors import InputError

INLAND = np.array([836_000.0, 820_000.0])
LION_ROCK = [(836750, 822895), (836745, 823020), (836720, 823070), (835895, 824185)]
HARBOUR = [(836656, 817807), (836866, 816062)]


def saved(path, lines, crs="EPSG:4326", **columns):
    """A file in the form of the real one; ends that coincide have one number."""
    numbers = {}
    ends = [
        [numbers.setdefault(tuple(map(float, line[i])), len(numbers)) for line in lines]
        for i in (0, -1)
    ]
    table = {"u": ends[0], "v": ends[1], "routes_uv": 3, "routes_vu": 0, "district": "X", **columns}
    shapes = [shapely.LineString(line) for line in lines]
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:2326", index=range(len(lines)))
    frame.to_crs(crs).to_file(path, layer="edges", driver="GPKG")
    return path


def grid():
    return [np.asarray(path) + INLAND for path, _ in grid_ways(6, 6)]


def test_the_form_of_the_file_tells_what_it_holds(tmp_path):
    assert file_kind(saved(tmp_path / "bus.gpkg", grid())) == "bus_streets"
    frame = gpd.read_file(tmp_path / "bus.gpkg").drop(columns="routes_uv")
    frame.to_file(tmp_path / "other.gpkg", layer="edges")
    assert file_kind(tmp_path / "other.gpkg") == "streets"


def test_tunnels_and_crossings_of_the_harbour_are_taken_out_and_counted(tmp_path):
    street = grid()
    found = read_bus_streets(saved(tmp_path / "bus.gpkg", [*street, LION_ROCK, HARBOUR]))
    assert len(found.edges) == len(street)
    assert found.report["in_tunnels_km"] == pytest.approx(1.58, abs=0.02)
    assert found.report["over_water_km"] == pytest.approx(1.76, abs=0.01)
    assert found.report["in_the_file_km"] == pytest.approx(
        sum(shapely.LineString(line).length for line in (*street, LION_ROCK, HARBOUR)) / 1000,
        abs=0.01,
    )


def test_a_street_across_a_tunnel_stays(tmp_path):
    across = [(836_300, 823_400), (836_700, 823_400)]
    found = read_bus_streets(saved(tmp_path / "bus.gpkg", [*grid(), across]))
    assert found.report["in_tunnels_km"] == 0


def test_junctions_are_where_edges_end(tmp_path):
    found = read_bus_streets(saved(tmp_path / "bus.gpkg", grid()))
    assert len(found.nodes) == 36
    at = found.nodes.set_index("osmid").geometry
    ends = at[found.edges["u"]].to_numpy(), shapely.get_point(found.edges.geometry.to_numpy(), 0)
    assert (shapely.distance(*ends) < 1e-6).all()


def test_a_part_of_a_city_needs_an_area_and_is_labelled(tmp_path):
    path = saved(tmp_path / "bus.gpkg", grid())
    with pytest.raises(InputError, match=r"cover no district.*--area"):
        import_files([path], "part")
    area = gpd.GeoDataFrame(geometry=[shapely.box(*INLAND, *(INLAND + 400))], crs="EPSG:2326")
    area.to_file(tmp_path / "area.gpkg")
    city = import_files([path], "part", area=tmp_path / "area.gpkg", halo_m=0)
    assert city.provenance["streets_kind"] == PROXY
    assert PROXY in city.provenance["assumptions"][0]
    assert city.walls.kind == "blocks"
    assert not city.streets.edges["name"].any()
    kept = load_bundle(save_bundle(city, tmp_path / "kept"))
    assert kept.provenance["streets_kind"] == PROXY


def test_facades_stand_as_far_off_as_they_do_along_such_streets_elsewhere(tmp_path):
    area = gpd.GeoDataFrame(geometry=[shapely.box(*INLAND, *(INLAND + 400))], crs="EPSG:2326")
    area.to_file(tmp_path / "area.gpkg")
    path = saved(tmp_path / "bus.gpkg", grid())
    city = import_files([path], "part", area=tmp_path / "area.gpkg", halo_m=0)
    inner = city.walls.footprints.within(shapely.box(*(INLAND + 80), *(INLAND + 320)))
    areas = city.walls.footprints.area[inner].to_numpy()
    assert areas == pytest.approx([(80 - FACADES_M) ** 2] * 9, abs=0.1)
    assert "facades" not in city.streets.edges


@pytest.mark.parametrize(
    ("change", "says"),
    [({"u": 0.5}, "no whole numbers in column u"), ({"u": "a"}, "no whole numbers in column u")],
)
def test_what_are_no_junctions_is_refused(tmp_path, change, says):
    with pytest.raises(InputError, match=says) as caught:
        read_bus_streets(saved(tmp_path / "bus.gpkg", grid(), **change))
    assert "\n" not in str(caught.value)


def test_streets_abroad_are_refused(tmp_path):
    frame = gpd.read_file(saved(tmp_path / "bus.gpkg", grid()))
    frame.set_crs("EPSG:32635", allow_override=True).to_file(tmp_path / "b.gpkg", layer="edges")
    frame = frame.set_geometry(frame.translate(5, 3))
    frame.to_file(tmp_path / "b.gpkg", layer="edges")
    with pytest.raises(InputError, match="Hong Kong only"):
        read_bus_streets(tmp_path / "b.gpkg")


@pytest.mark.slow
def test_the_real_file_holds_all_18_districts_on_land():
    found = read_bus_streets(shared("streets/hong_kong_streets.gpkg"))
    report = found.report
    assert report["in_the_file_km"] == pytest.approx(2759.4, abs=0.1)
    assert 60 < report["over_water_km"] < 80
    assert 70 < report["in_tunnels_km"] < 95
    parts = covered_districts(found.edges)
    assert [part.district for part in parts] == [d.name for d in districts()]
    assert sum(part.population for part in parts) == 7_411_945
    beyond = found.edges.geometry.difference(outline(parts).buffer(150)).length
    assert beyond.max() <= 30


def test_districts_half_held_are_not_counted():
    found = read_bus_streets(shared("streets/hong_kong_streets.gpkg"))
    eastern = district_outlines()["Eastern"]
    inside = found.edges[found.edges.intersects(eastern)]
    assert [part.district for part in covered_districts(inside)] == ["Eastern"]
