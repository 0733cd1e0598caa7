"""The Government's pavements: how wide streets are, and which sides have a footway."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import official_town as town
import pytest
import shapely

from sim.city.bundle import load_bundle, save_bundle
from sim.city.from_files import import_files
from sim.city.sources.files import file_kind
from sim.city.sources.official_pavements import Paved, read_pavements
from sim.city.street_widths import REACH_M, measured_widths
from sim.errors import InputError

WEST, SOUTH = town.WEST, town.SOUTH


def area(kind, box, level=0):
    """A record of INV_PG, a box from the town's corner."""
    x0, y0, x1, y1 = box
    ring = [(x0, y0), (x0, y1), (x1, y1), (x1, y0), (x0, y0)]
    fields = {"FEAT_TYPE": kind, "SUR_TYPE_1": 1, "PAVER_TYPE": None, "LVL": level}
    return fields, [[[WEST + x, SOUTH + y] for x, y in ring]]


def street_of(south, road, north, begin=-20, end=260):
    """A street along y = 0: a footway, a carriageway in two halves with a seam, a footway."""
    half = road / 2
    middle = (begin + end) / 2
    found = [area(1, (begin, -half, middle, half)), area(1, (middle + 0.01, -half, end, half))]
    found += [area(2, (begin, -half - south, end, -half))] * (south > 0)
    return found + [area(2, (begin, half, end, half + north))] * (north > 0)


def edges(*lines, deck="street", steps=False):
    moved = [shapely.LineString([(WEST + x, SOUTH + y) for x, y in line]) for line in lines]
    table = {"deck": [deck] * len(lines), "steps": steps}
    return gpd.GeoDataFrame(table, geometry=moved, crs="EPSG:2326")


def paved(tmp_path, records, form=town.esri):
    return read_pavements(form(tmp_path / "p.json", records))[0]


@pytest.mark.parametrize("form", [town.esri, town.geojson], ids=["esri", "geojson"])
@pytest.mark.parametrize(
    ("south", "road", "north", "both"), [(3, 8, 4, True), (0, 8, 4, False), (0.4, 8, 4, False)]
)
def test_a_street_is_as_wide_as_its_ground(tmp_path, form, south, road, north, both):
    ground = paved(tmp_path, street_of(south, road, north), form)
    found = measured_widths(edges([(0, 0), (240, 0)]), ground)
    assert found.whole_m == pytest.approx([south + road + north], abs=0.01)
    assert found.kerbs_m == pytest.approx([road], abs=0.01)
    assert found.sides.tolist() == [both]


def test_from_a_footway_the_whole_street_is_measured(tmp_path):
    ground = paved(tmp_path, street_of(3, 8, 4))
    found = measured_widths(edges([(0, 6), (240, 6)], [(0, 8.5), (240, 8.5)]), ground)
    assert found.whole_m == pytest.approx([15, 15])
    assert np.isnan(found.kerbs_m).all()
    assert not found.sides.any()


def test_what_has_no_width(tmp_path):
    ground = paved(tmp_path, street_of(3, 8, 4, begin=-60, end=300))
    crossing = [(120, -7), (120, 8)]
    for line in (crossing, [(0, 40), (240, 40)]):
        assert np.isnan(measured_widths(edges(line), ground).whole_m).all()
    for kept_off in ({"deck": "footbridge"}, {"steps": True}):
        assert np.isnan(measured_widths(edges([(0, 0), (9, 0)], **kept_off), ground).whole_m).all()


def test_a_street_counts_where_half_of_it_is_known(tmp_path):
    ground = paved(tmp_path, street_of(3, 8, 4, begin=0, end=100))
    short, long = [(0, 0), (190, 0)], [(0, 0), (230, 0)]
    known = np.isfinite(measured_widths(edges(short, long), ground).whole_m)
    assert known.tolist() == [True, False]


@pytest.mark.parametrize("seed", range(8))
def test_widths_turn_with_the_town(seed):
    random = np.random.default_rng(seed)
    widths = random.uniform([1, 5, 1], [5, 20, 5])
    bounds = np.cumsum([-20, *widths])
    boxes = [shapely.box(-100, a, 100, b) for a, b in pairwise(bounds)]
    line = shapely.LineString([(-90, bounds[1] + widths[1] / 3), (90, bounds[1] + widths[1] / 2)])
    angle = random.uniform(0, 6)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shapes = [shapely.transform(one, lambda xy: xy @ turn) for one in (*boxes, line)]
    frame = gpd.GeoDataFrame({"deck": ["street"], "steps": False}, geometry=shapes[3:])
    found = measured_widths(frame, Paved(np.array(shapes[:3]), np.array([False, True, False])))
    slant = np.hypot(180, widths[1] / 6) / 180
    assert found.whole_m[0] == pytest.approx(widths.sum() * slant)
    assert found.kerbs_m[0] == pytest.approx(widths[1] * slant)
    assert found.sides[0]
    assert found.whole_m[0] < 2 * REACH_M


def test_areas_that_are_no_street_on_the_ground_are_counted(tmp_path):
    records = [
        *street_of(3, 8, 4), area(1, (0, 0, 9, 9), level=1), area(4, (0, 0, 9, 9)),
        area(23, (0, 0, 9, 9)),
    ]  # fmt: skip
    path = town.esri(tmp_path / "p.json", records)
    assert file_kind(path) == "official_pavements"
    ground, report = read_pavements(path)
    assert len(ground.shape) == 4
    counted = ("pavements_off_the_ground", "pavements_not_of_streets", "pavements_unknown")
    assert report == dict.fromkeys(counted, 1.0)
    path = town.esri(tmp_path / "q.json", [area(1, (0, 0, 9, 9), level=-1)])
    with pytest.raises(InputError, match="none of its 1 areas is a street at ground level"):
        read_pavements(path)


def streets_file(tmp_path):
    """Three streets of OpenStreetMap's form by their middle, one without a footway in the south."""
    nodes = {1: (0, 0), 2: (240, 0), 3: (0, 80), 4: (240, 80), 5: (0, 160), 6: (240, 160)}
    pairs = [(1, 2), (3, 4), (5, 6), (1, 3), (3, 5)]
    place = {n: (WEST + x, SOUTH + y) for n, (x, y) in nodes.items()}
    lines = [shapely.LineString([place[u], place[v]]) for u, v in pairs]
    table = {
        "u": [u for u, _ in pairs], "v": [v for _, v in pairs], "key": 0,
        "osmid": [*range(1, 6)], "highway": "residential", "name": ["A", "B", "C", "D", "D"],
    }  # fmt: skip
    path = tmp_path / "streets.gpkg"
    points = [shapely.Point(place[n]) for n in nodes]
    gpd.GeoDataFrame({"osmid": [*nodes]}, geometry=points, crs=2326).to_file(path, layer="nodes")
    gpd.GeoDataFrame(table, geometry=lines, crs=2326).to_file(path, layer="edges")
    return path


def test_pavements_give_streets_their_width_and_both_sides(tmp_path):
    def moved(records, north):
        return [
            (fields, [[[x, y + north] for x, y in ring] for ring in rings])
            for fields, rings in records
        ]

    records = street_of(3, 12, 3) + moved(street_of(0, 6, 3), 80)
    files = [streets_file(tmp_path), town.esri(tmp_path / "b.json", town.houses(set_back=20.0))]
    files.append(town.esri(tmp_path / "p.json", records))
    city = import_files(files, "town")
    wide = city.streets.edges.set_index("name")["facades"]
    assert wide[["A", "B"]].tolist() == pytest.approx([18, 9])
    assert wide[["C", "D"]].isna().all()
    assert city.streets.report["width_measured_km"] == pytest.approx(0.48)
    assert city.streets.report["width_by_class_km"] == pytest.approx(0.4)
    assert city.provenance["layers"]["widths"] == ["official_pavements"]
    assert any("Pavements, Highways Department" in text for text in city.provenance["attribution"])
    plain = import_files(files[:2], "town")
    assert "facades" not in plain.streets.edges
    assert city.street_space.edge_m2.sum() != plain.street_space.edge_m2.sum()
    kept = load_bundle(save_bundle(city, tmp_path / "bundle"))
    assert kept.streets.edges["facades"].equals(city.streets.edges["facades"])
    assert kept.street_space.width_m == city.street_space.width_m

    both = import_files(files, "town", pavements=True)
    edges = both.streets.edges
    north = shapely.get_coordinates(shapely.centroid(edges.geometry))[:, 1] - SOUTH
    long = edges["length"].to_numpy() > 150
    assert sorted(north[long].round(3)) == pytest.approx([-7, 7, 80, 154.5, 165.5], abs=0.3)
    report = both.streets.report
    assert report["without_two_footways_km"] == report["kerbs_measured_km"] == 0.24
    assert report["both_sides_inferred_km"] == pytest.approx(0.64)


def test_pavements_of_hong_kong_beside_streets_elsewhere_are_one_line(tmp_path):
    path = streets_file(tmp_path)
    for layer in ("nodes", "edges"):
        frame = gpd.read_file(path, layer=layer)
        frame.geometry = frame.translate(-300_000).to_crs(2326)
        frame.to_file(tmp_path / "far.gpkg", layer=layer)
    with pytest.raises(InputError, match="pavements: known of Hong Kong only"):
        import_files(
            [tmp_path / "far.gpkg", town.esri(tmp_path / "p.json", street_of(3, 8, 4))], "town"
        )
