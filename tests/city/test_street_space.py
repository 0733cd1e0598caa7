"""How much room streets give: streets drawn as several lines count once; then laws and a sample."""

import math

import numpy as np
import pytest
import shapely
from oracles.tracking import network

from sim.city.loaders import load_city
from sim.city.street_space import ALONG, CELL_M, street_space
from sim.city.street_space import _lines_beside as lines_beside
from sim.city.street_space import _pieces as street_space_pieces
from sim.tracking.look_alikes import crowds_by_hour, street_m2


def of(lines, classes=None, region=None):
    streets = network(lines)
    if classes:
        streets.edges["highway"] = classes
    return street_space(streets, region)


def test_one_street_is_as_wide_as_its_class():
    space = of([[(0, 0), (90, 0)]], ["primary"])
    assert space.width_m == pytest.approx(22)
    assert space.per_m == pytest.approx(90 / CELL_M**2)
    assert space.edge_m2.tolist() == pytest.approx([90 * 22])


@pytest.mark.parametrize("apart", [0.5, 6, 11, 13.9])
def test_two_lines_of_one_street_count_once(apart):
    space = of([[(0, 0), (90, 0)], [(90, apart), (0, apart)]])
    assert space.once_m.tolist() == pytest.approx([45, 45])
    assert space.width_m == pytest.approx(max(14, apart + 5))  # a way has 2.5 m beside it


def test_streets_with_houses_between_count_each():
    space = of([[(0, 0), (90, 0)], [(0, 14.1), (90, 14.1)]])
    assert space.once_m.tolist() == pytest.approx([90, 90])


@pytest.mark.parametrize(("name", "zh"), [("Nathan Road", "彌敦道"), ("", "彌敦道")])
def test_a_wide_street_of_one_name_counts_once(name, zh):
    streets = network([[(0, y), (90, y)] for y in (0, 12, 34)])
    streets.edges["name"], streets.edges["name_zh"] = name, zh
    space = street_space(streets)
    assert space.once_m.tolist() == pytest.approx([30, 30, 30])
    assert space.width_m == pytest.approx(39)
    far = network([[(0, 0), (90, 0)], [(0, 51), (90, 51)]])
    far.edges["name"] = "Nathan Road"
    assert street_space(far).once_m.tolist() == pytest.approx([90, 90])


def test_footways_beside_a_road_are_part_of_it():
    lines = [[(0, y), (90, y)] for y in (10, 2, 18)]
    space = of(lines, ["primary", "footway", "footway"])
    assert space.once_m.tolist() == pytest.approx([30, 30, 30])
    assert space.width_m == pytest.approx(22)


def test_a_crossing_has_no_room_of_its_own():
    # two pavements 11 m apart and a way across, as pavements are drawn where a map has none
    lines = [[(0, 0), (45, 0)], [(45, 0), (90, 0)], [(0, 11), (45, 11)], [(45, 11), (90, 11)],
             [(45, 0), (45, 11)]]  # fmt: skip
    space = of(lines, [*["residential"] * 4, "footway"])
    assert space.edge_m2[4] == 0
    assert space.once_m.sum() == pytest.approx(90)
    assert space.width_m == pytest.approx(16)


def test_decks_are_apart_and_bends_do_not_count_themselves():
    streets = network([[(0, 0), (90, 0)], [(0, 5), (90, 5)]])
    streets.edges["deck"] = ["street", "footbridge"]
    assert street_space(streets).once_m.tolist() == pytest.approx([90, 90])
    hairpin = of([[(0, 0), (90, 0), (90, 5), (0, 5)]])
    assert hairpin.once_m.tolist() == pytest.approx([185])


def test_land_beyond_the_region_and_without_streets_does_not_count():
    line = [[(10, 50), (390, 50)]]
    assert of(line).land_m2 == pytest.approx(4 * CELL_M**2)
    assert of(line, region=shapely.box(0, 0, 1000, 60)).land_m2 == pytest.approx(4 * 60 * CELL_M)


@pytest.mark.parametrize("pitch", [50, 100])
def test_a_grid_has_two_streets_to_the_square(pitch):
    at = range(0, 2001, pitch)
    lines = [[(x, 0), (x, 2000)] for x in at] + [[(0, y), (2000, y)] for y in at]
    space = of(lines, region=shapely.box(0, 0, 2000, 2000))
    assert space.per_m == pytest.approx(2 / pitch, rel=2 * pitch / 2000)
    assert space.width_m == pytest.approx(14)


@pytest.mark.parametrize("side", [30, 900])
def test_lines_beside_are_those_found_among_all_pairs(side):
    # so many along one square that there are more pairs than room is made for at first
    rng = np.random.default_rng(side)
    starts = rng.uniform(0, side, (80, 2))
    turns = rng.normal(0, 0.3, 80) + np.pi * rng.integers(0, 2, 80)
    ends = starts + 60 * np.column_stack([np.cos(turns), np.sin(turns)])
    streets = network(list(np.stack([starts, ends], axis=1).tolist()))
    streets.edges["highway"] = rng.choice(["primary", "footway", "residential"], 80)
    pieces = street_space_pieces(streets)
    crossed, here, there, offset = lines_beside(pieces)
    middle = pieces.start + pieces.along * pieces.length[:, None] / 2
    to = middle[:, None] - pieces.start
    ahead = (to * pieces.along).sum(axis=2)
    across = to[..., 0] * pieces.along[:, 1] - to[..., 1] * pieces.along[:, 0]
    turn = pieces.along @ pieces.along.T
    other = pieces.edge[:, None] != pieces.edge
    beside = other & (ahead >= 0) & (ahead < pieces.length) & (np.abs(turn) >= ALONG)
    i, j = np.nonzero(beside & (np.abs(across) <= 50))
    order = np.lexsort((there, here))
    assert here[order].tolist() == i.tolist()
    assert there[order].tolist() == j.tolist()
    np.testing.assert_allclose(offset[order], (across * np.sign(turn))[i, j], atol=1e-9)
    beyond = np.hypot(across, ahead - np.clip(ahead, 0, pieces.length))
    wider = pieces.width > pieces.width[:, None]
    within = other & ~beside & wider & (beyond <= pieces.width / 2)
    assert crossed.tolist() == within.any(axis=1).tolist()


def test_moving_a_city_by_whole_squares_changes_nothing():
    rng = np.random.default_rng(3)
    lines = [rng.uniform(0, 400, (3, 2)).tolist() for _ in range(12)]
    here = of(lines)
    there = of([[(x + 4000, y - 3000) for x, y in line] for line in lines])
    np.testing.assert_allclose(there.edge_m2, here.edge_m2, rtol=1e-9)
    assert there.per_m == pytest.approx(here.per_m, rel=1e-9)


def test_the_sample_counts_its_pavements_once():
    city = load_city("mong_kok_core")
    space = city.street_space
    assert 0.4 < space.once_m.sum() / city.streets.edges["length"].sum() < 0.5
    assert 14 < space.width_m < 25
    assert 0.015 < space.per_m < 0.025
    assert space.edge_m2.sum() == pytest.approx(space.width_m * space.per_m * space.land_m2)


def test_room_within_reach_is_one_street_and_those_around():
    assert street_m2(0, 14, 0.02) == 0
    assert street_m2(100, 14, 0) == 2800
    assert street_m2(100, 14, 0.02) == pytest.approx(14 * (200 + 0.02 * math.pi * 1e4))


def test_the_table_of_crowds_covers_every_hour_and_class():
    classes, density = crowds_by_hour()
    assert "others" in classes
    assert density.shape == (25, len(classes))
    assert set(np.unique(density[:24])) <= {0.01, 0.1, 1.0}
    np.testing.assert_allclose(density[24], density[7:23].mean(axis=0))
