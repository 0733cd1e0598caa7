"""Roofs and heights: small scenes against straight lines through solids in rational arithmetic."""

import random
from dataclasses import replace
from fractions import Fraction

import geopandas as gpd
import pytest
import shapely
from oracles import scenes, solids

from sim.city.decks import DECKS
from sim.city.walls import Walls
from sim.sight.sightings import see

SHIFT = 834_000.0, 819_000.0
RANGE_M = 200
POINTS = 23
"""Asked on each street: thirds of 23rds, so that no sight line meets a corner of the lattice."""


def engine(boxes, streets, heads, blocks=()):
    """Return the intervals that each head sees of each street, m from its start.

    `blocks` are numbers of the boxes that are inferred and not mapped.
    """
    east, north = SHIFT
    scene = scenes.Scene(
        [[(x + east, y + north) for x, y in line] for line, _ in streets],
        [],
        [replace(head, x=head.x + east, y=head.y + north) for head in heads],
        [deck for _, deck in streets],
    )
    city, fleet = scenes.city(scene)
    if boxes:
        shape = [shapely.box(*map(float, (b.west, b.south, b.east, b.north))) for b in boxes]
        frame = gpd.GeoDataFrame(
            {"height": [float("nan") if b.top is None else float(b.top) for b in boxes]},
            geometry=[shapely.affinity.translate(s, *SHIFT) for s in shape],
            crs=city.streets.crs,
        )
        walls = Walls.from_footprints(frame)
        walls.footprints.loc[[*blocks], "kind"] = "block"
        city = replace(city, walls=walls)
    seen = see(city, fleet, threads=1).arrays
    return [
        [scenes.intervals(seen, edge, head) for head in range(len(heads))]
        for edge in range(len(streets))
    ]


def truth(boxes, line, deck, head, s):
    """Return whether a head sees the point at share s of a street, in rational arithmetic."""
    if deck != head.deck:
        return False
    above = solids.FOOTBRIDGE if deck == DECKS.index("footbridge") else Fraction(0)
    (ax, ay), (bx, by) = ((Fraction(x), Fraction(y)) for x, y in line)
    eye = Fraction(head.x), Fraction(head.y), above + Fraction(head.mount)
    face = ax + s * (bx - ax), ay + s * (by - ay), above + solids.FACE
    return solids.sees(eye, face, boxes)


def compare(boxes, streets, heads, blocks=()):
    """Ask both of every head and many points; return how many are seen and how many are not."""
    return compared(engine(boxes, streets, heads, blocks), boxes, streets, heads)


def compared(found, boxes, streets, heads):
    """Ask many points of the intervals that the engine found."""
    count = [0, 0]
    for (line, deck), of_street in zip(streets, found, strict=True):
        (ax, ay), (bx, by) = line
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        for head, spans in zip(heads, of_street, strict=True):
            for k in range(POINTS):
                s = Fraction(3 * k + 1, 3 * POINTS)
                t = float(s) * length
                said = any(low < t < high for low, high in spans)
                assert said == truth(boxes, line, deck, head, s), (boxes, line, deck, head, t)
                count[said] += 1
    return count


def box(west, south, east, north, top=None):
    return solids.Box(*map(Fraction, (west, south, east, north)), None if top is None else
                      Fraction(top))  # fmt: skip


STREET, FOOTBRIDGE, SUBWAY = (DECKS.index(name) for name in ("street", "footbridge", "subway"))
THROUGH = ((-20.0, 0.0), (60.0, 0.0))
HOUSE = 10.0, -6.0, 30.0, 6.0


def seen_along(top, mount=4.0, deck=STREET, heads=None):
    """What a head 20 m before a house sees of the street that runs through it."""
    head = scenes.Head(-18.0, 0.5, reach=(RANGE_M,), mount=mount, deck=deck)
    house = box(*HOUSE, top)
    compare([house], [(THROUGH, deck)], [head])
    return engine([house], [(THROUGH, deck)], [head])[0][0]


@pytest.mark.parametrize("mount", [2.0, 4.0, 8.0, 50.0])
@pytest.mark.parametrize("top", [2.0, 3.0, 6.0, None])
def test_no_head_sees_under_a_roof_whatever_its_height(top, mount):
    # the house stands from 30 to 50 m along the street
    assert all(high <= 30 or low >= 50 for low, high in seen_along(top, mount))


def test_a_roof_below_the_face_hides_nothing():
    assert seen_along(1.5) == [pytest.approx((0, 80))]


def test_over_a_low_roof_the_street_behind_is_seen_again():
    # lens at 8 m, roof at 2 m, back wall 48 m away: down to a face 48 · (8 − 1.6) / (8 − 2) away
    (before, behind) = seen_along(2.0, 8.0)
    assert before == pytest.approx((0, 30))
    assert behind == pytest.approx((2 + 48 * 6.4 / 6, 80), abs=0.01)


def test_a_subway_has_no_walls_and_no_roof():
    assert seen_along_subway() == [pytest.approx((0, 80))]


def seen_along_subway():
    head = scenes.Head(-18.0, 0.5, reach=(RANGE_M,), deck=SUBWAY)
    return engine([box(*HOUSE)], [(THROUGH, SUBWAY)], [head])[0][0]


def test_an_inferred_block_is_no_roof():
    head = scenes.Head(-18.0, 0.5, reach=(RANGE_M,))
    scene = scenes.Scene([[*THROUGH]], [], [head])
    city, _ = scenes.city(scene, [shapely.box(*HOUSE)])
    block = city.walls.footprints.assign(kind="block")
    assert len(city.roofs.edge) == 1
    assert len(replace(city, walls=Walls(block, "blocks")).roofs.edge) == 0


def test_a_street_along_a_facade_is_under_no_roof():
    # sevenths of a metre: the middle of a side is rounded into the house or out of it
    corner = [(x / 7 + 834_000 / 3, y / 7 + 819_000 / 3) for x, y in
              [(0, 0), (31, 5), (47, 60), (20, 83), (-11, 40)]]  # fmt: skip
    sides = [[corner[k - 1], corner[k]] for k in range(len(corner))]
    city, _ = scenes.city(scenes.Scene(sides), [shapely.Polygon(corner)])
    assert len(city.roofs.edge) == 0


def test_a_network_without_roofs_keeps_its_very_arrays():
    city, _ = scenes.city(scenes.Scene([[*THROUGH]]), [shapely.box(10, 5, 30, 9)])
    assert city.open_streets is city.streets.arrays


@pytest.mark.parametrize(
    ("top", "seen"),
    # deck 5.5 m up: a face at 7.1 m, a lens of 4 m at 9.5 m
    [(6.0, 80), (7.1, 80), (9.0, None), (9.5, None), (12.0, None), (None, None)],
)
def test_walls_beside_a_footbridge_count_from_the_street(top, seen):
    bridge = ((-20.0, 0.0), (60.0, 0.0))
    head = scenes.Head(0.0, -12.0, reach=(RANGE_M,), deck=FOOTBRIDGE)
    house = box(-30, -6, 40, -2, top)
    compare([house], [(bridge, FOOTBRIDGE)], [head])
    spans = engine([house], [(bridge, FOOTBRIDGE)], [head])[0][0]
    if seen is not None:
        assert scenes.measure(spans) == pytest.approx(seen)
    else:
        assert scenes.measure(spans) < 80


@pytest.mark.parametrize(("top", "indoor"), [(3.0, 0), (6.0, 1)])
def test_a_head_on_a_footbridge_hangs_above_low_roofs(top, indoor):
    line = ((-20.0, 0.0), (60.0, 0.0))
    # on the street the lens at 4 m hangs in a house of 6 m, on the bridge at 9.5 m above its roof
    heads = [scenes.Head(20.0, 1.0, reach=(RANGE_M,), deck=deck) for deck in (STREET, FOOTBRIDGE)]
    found = engine([box(*HOUSE, top)], [(line, STREET), (line, FOOTBRIDGE)], heads)
    assert bool(found[0][0]) == (not indoor)
    assert found[1][1] == [pytest.approx((0, 80))]


def random_scene(draw):
    """Houses on even numbers, eyes and streets between them."""
    tops = [None, Fraction(3, 2), 2, 3, Fraction(7, 2), 5, 7, 9, 12]
    boxes = []
    for _ in range(draw.randint(1, 5)):
        west, south = 2 * draw.randint(-12, 8), 2 * draw.randint(-12, 8)
        east, north = west + 2 * draw.randint(1, 8), south + 2 * draw.randint(1, 8)
        boxes.append(box(west, south, east, north, draw.choice(tops)))

    def point():
        return tuple(draw.randint(-25, 25) + Fraction(draw.choice([3, 5, 11]), 16) for _ in "xy")

    deck = draw.choice([STREET, STREET, FOOTBRIDGE])
    streets = [(tuple(tuple(map(float, point())) for _ in "ab"), deck) for _ in range(3)]
    heads = []
    above = solids.FOOTBRIDGE if deck == FOOTBRIDGE else 0
    while len(heads) < 2:
        x, y = point()
        mount = draw.choice([2.5, 4.0, 8.0])
        inside = [b for b in boxes if b.west < x < b.east and b.south < y < b.north]
        if all(b.top is not None and b.top < above + Fraction(mount) for b in inside):
            heads.append(scenes.Head(float(x), float(y), reach=(RANGE_M,), mount=mount, deck=deck))
    return boxes, streets, heads


def test_random_houses_as_solids_in_rational_arithmetic():
    draw, count = random.Random("roofs"), [0, 0]
    for _ in range(30):
        count = [a + b for a, b in zip(count, compare(*random_scene(draw)), strict=True)]
    assert min(count) > 700


def test_inferred_blocks_among_houses_as_solids_in_rational_arithmetic():
    # a block is a solid without end: what it hides does not depend on whether it has a roof
    draw, count, guessed = random.Random("mixed"), [0, 0], 0
    while guessed < 15:
        boxes, streets, heads = random_scene(draw)
        blocks = [k for k, b in enumerate(boxes) if b.top is None]
        if blocks:
            guessed += 1
            more = compare(boxes, streets, heads, blocks)
            count = [a + b for a, b in zip(count, more, strict=True)]
    assert min(count) > 200


RIMS = -40.0, 200.0
"""Streets at 0, 80 and 160 m both ways, 14 m wide, and a footbridge as wide through two blocks."""


def cut_blocks():
    """Return what the streets and the bridge leave of the region, as solids without end."""
    ways = [(-40, -7), (7, 73), (87, 153), (167, 200)]
    cut = [(-40, -7), (7, 33), (47, 73), (87, 153), (167, 200)]
    return [
        box(west, south, east, north)
        for west, east in ways
        for south, north in (cut if 0 < west < 160 else ways)
    ]


def heads_beside(streets, draw):
    """Return heads at random within 5 m of the streets of their deck."""
    heads = []
    for deck in [STREET] * 8 + [FOOTBRIDGE] * 3:
        (ax, ay), (bx, by) = draw.choice([line for line, on in streets if on == deck])
        share, aside, mount = draw.random(), draw.uniform(-5.0, 5.0), draw.choice([3.0, 8.0])
        x, y = ax + share * (bx - ax), ay + share * (by - ay)
        x, y = (x, y + aside) if ay == by else (x + aside, y)
        heads.append(scenes.Head(x, y, reach=(2 * RANGE_M,), mount=mount, deck=deck))
    return heads


def test_blocks_cut_by_streets_and_a_footbridge_as_solids_in_rational_arithmetic():
    low, high = RIMS
    streets = [
        *((((at, low), (at, high)), STREET) for at in (0.0, 80.0, 160.0)),
        *((((low, at), (high, at)), STREET) for at in (0.0, 80.0, 160.0)),
        (((0.0, 40.0), (160.0, 40.0)), FOOTBRIDGE),
    ]
    east, north = SHIFT
    heads = heads_beside(streets, random.Random("cut"))
    moved = [replace(h, x=h.x + east, y=h.y + north) for h in heads]
    lines = [[(x + east, y + north) for x, y in line] for line, _ in streets]
    city, fleet = scenes.city(scenes.Scene(lines, [], moved, [deck for _, deck in streets]))
    region = shapely.affinity.translate(shapely.box(low, low, high, high), *SHIFT)
    city = replace(city, walls=Walls.from_streets(city.streets, region))
    solid = shapely.union_all([
        shapely.box(*map(float, (b.west, b.south, b.east, b.north))) for b in cut_blocks()
    ])  # fmt: skip
    blocks = shapely.union_all(city.walls.footprints.geometry)
    apart = shapely.symmetric_difference(blocks, shapely.affinity.translate(solid, *SHIFT))
    assert apart.area < 1e-6
    seen = see(city, fleet, threads=1).arrays
    found = [
        [scenes.intervals(seen, edge, head) for head in range(len(heads))]
        for edge in range(len(streets))
    ]
    here = [replace(h, x=Fraction(m.x) - Fraction(east), y=Fraction(m.y) - Fraction(north))
            for h, m in zip(heads, moved, strict=True)]  # fmt: skip
    assert min(compared(found, cut_blocks(), streets, here)) > 200


def test_what_is_left_of_streets_with_bends_and_several_roofs():
    line = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (30.0, 10.0)]
    houses = [shapely.box(8, -5, 15, 5), shapely.box(9, 3, 12, 7), shapely.box(20, 0, 40, 30)]
    city, _ = scenes.city(scenes.Scene([line, [(0.0, 50.0), (9.0, 50.0)]]), houses)
    a = city.open_streets
    assert a.segment_ptr.tolist() == [0, 3, 4]
    assert a.segment_edge.tolist() == [0, 0, 0, 1]
    assert a.segment_start.tolist() == [0, 17, 20, 0]
    assert a.segment_x0.tolist() == [0, 10, 10, 0]
    assert a.segment_x1.tolist() == [8, 10, 20, 9]
    assert a.segment_y0.tolist() == [0, 7, 10, 50]
    assert a.segment_y1.tolist() == [0, 10, 10, 50]
    assert (a.edge_length == city.streets.arrays.edge_length).all()
