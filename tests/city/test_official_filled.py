"""Buildings of an extract beside the Government's: what these lack is filled in, each once."""

import geopandas as gpd
import numpy as np
import official_town as town
import osmium
import pytest
import shapely

from sim.city.filled_buildings import SAME_SHARE, lacking
from sim.city.from_files import import_files


def box(x0, y0, x1, y1):
    return shapely.box(town.WEST + x0, town.SOUTH + y0, town.WEST + x1, town.SOUTH + y1)


def table(*boxes):
    return gpd.GeoDataFrame(
        {"height": [20.0] * len(boxes)}, geometry=[box(*one) for one in boxes], crs=2326
    )


KNOWN = np.array([box(0, 0, 20, 20), box(2, 2, 18, 18), box(20, 0, 40, 20)], object)


@pytest.mark.parametrize(
    ("house", "stays"),
    [
        ((50, 0, 70, 20), True),
        ((40, 0, 60, 20), True),  # wall to wall
        ((38.5, 0, 58.5, 20), True),  # the wall of two surveys, 7.5 % of it
        ((36, 0, 56, 20), False),  # 20 %
        ((0, 0, 20, 20), False),
        ((-1, -1, 41, 21), False),  # over two blocks
        ((5, 5, 6, 6), False),  # a part inside
        ((-200, -200, 200, 0.5), True),  # large, and touches
    ],
)
def test_a_building_is_filled_in_where_no_block_is(house, stays):
    (left,), report = lacking([table(house).to_crs(4326)], KNOWN)
    assert len(left) == stays
    assert report == {"buildings_filled_in": stays, "buildings_known_officially": not stays}


@pytest.mark.parametrize("seed", range(20))
def test_what_is_filled_in_covers_little_of_what_is_known(seed):
    random = np.random.default_rng(seed)
    corner, size = random.uniform(0, 200, (2, 30, 2)), random.uniform(5, 40, (2, 30, 2))
    known, mapped = (shapely.box(*(town.WEST + a).T, *(town.WEST + a + b).T)
                     for a, b in zip(corner, size, strict=True))  # fmt: skip
    tables = [gpd.GeoDataFrame(geometry=some, crs=2326) for some in np.array_split(mapped, 3)]
    left, report = lacking(tables, known)
    stays = np.concatenate([frame.geometry.to_numpy() for frame in left])
    shared = shapely.area(shapely.intersection(stays, shapely.union_all(known)))
    assert (shared <= SAME_SHARE * shapely.area(stays) + 1e-6).all()
    assert sum(report.values()) == 30
    # nothing that meets no block is lost
    apart = ~shapely.intersects(mapped, shapely.union_all(known))
    assert {*shapely.to_wkb(mapped[apart])} <= {*shapely.to_wkb(stays)}


def extract(path, boxes):
    """Write an extract with a house of 30 m on each box."""
    writer = osmium.SimpleWriter(str(path))
    corners = [xy for one in boxes for xy in shapely.get_coordinates(box(*one))[:4]]
    point = gpd.GeoSeries(shapely.points(corners), crs=2326).to_crs(4326)
    for number, place in enumerate(point, 1):
        writer.add_node(osmium.osm.mutable.Node(id=number, location=(place.x, place.y)))
    for number in range(len(boxes)):
        first = 4 * number + 1
        nodes = [first, first + 1, first + 2, first + 3, first]
        tags = {"building": "yes", "height": "30"}
        writer.add_way(osmium.osm.mutable.Way(id=number + 1, nodes=nodes, tags=tags))
    writer.close()
    return path


def test_an_extract_fills_in_the_official_buildings(tmp_path):
    blocks = [*town.houses(2, 2), town.block("Open-sided Structure", (170, 10, 190, 30), 5, 9)]
    houses = [
        (12, 12, 68, 68),  # of the official layer too
        (172, 12, 188, 28),  # open on its sides there
        (172, 92, 228, 148),  # in no official record
    ]
    files = [
        town.esri(tmp_path / "n.json", town.grid()),
        town.esri(tmp_path / "b.json", blocks),
        extract(tmp_path / "a.osm.pbf", houses),
    ]
    city = import_files(files, "town")
    height = city.walls.footprints["height"].tolist()
    assert sorted(height) == pytest.approx([15.0] * 4 + [30.0] + [63.0] * 4)
    filled = city.walls.footprints[np.isclose(height, 30)]
    assert filled.geometry.iloc[0].hausdorff_distance(box(*houses[2])) < 0.1
    report = city.provenance["left_out_while_reading"]
    assert report["buildings_filled_in"] == 1
    assert report["buildings_known_officially"] == 2
    assert city.provenance["layers"]["buildings"] == ["official_buildings", "pbf"]
    assert any("OpenStreetMap" in text for text in city.provenance["attribution"])
    alone = import_files(files[:2], "town")
    assert alone.provenance["layers"]["buildings"] == ["official_buildings"]
    assert len(alone.walls.footprints) == 8
