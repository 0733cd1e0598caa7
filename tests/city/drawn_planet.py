"""A planet of one quarter in Mong Kok, drawn by hand: streets, houses, a station, a school."""

from city.overpass_server import Planet

WEST, SOUTH, STEP, SIDE = 114.160, 22.310, 0.0008, 8
MIDDLE = f"{SOUTH + STEP * 3.5:.5f},{WEST + STEP * 3.5:.5f}"


def quarter():
    """Streets on an 8 x 8 grid (85 m), each row and column one way; houses in every block."""
    nodes, ways = {}, {}
    for row in range(SIDE):
        for column in range(SIDE):
            place = (round(WEST + STEP * column, 7), round(SOUTH + STEP * row, 7))
            nodes[1 + row * SIDE + column] = (*place, {})
    for k in range(SIDE):
        street = {"highway": "residential", "name": f"花園街 Street & <{k}>"}
        ways[100 + k] = ([1 + k * SIDE + c for c in range(SIDE)], street)
        ways[200 + k] = ([1 + r * SIDE + k for r in range(SIDE)], {"highway": "secondary"})
    relations = {}
    for row in range(SIDE - 1):
        for column in range(SIDE - 1):
            number = row * SIDE + column
            _house(nodes, ways, 1000 + 10 * number, row, column)
    members = [("w", ways_of(2, 2), "outer")]
    _house(nodes, ways, 9000, 2, 2, 0.45, {})
    relations[500] = ([*members, ("w", 9000, "inner")], {"type": "multipolygon", "building": "yes"})
    ways[ways_of(2, 2)] = (ways[ways_of(2, 2)][0], {})
    middle = nodes[1 + 3 * SIDE + 3]
    nodes[20] = (*nodes[20][:2], {"railway": "subway_entrance", "ref": "B2"})
    spots = {
        "railway": "station", "amenity": "school", "shop": "mall", "office": "company",
        "man_made": "surveillance",
    }  # fmt: skip
    for number, (key, value) in enumerate(spots.items(), 8000):
        place = (middle[0] + 0.0001 * (number - 8000), middle[1] + 0.0002)
        nodes[number] = (*place, {key: value, "name": f"旺角 {value}"})
    return Planet(nodes, ways, relations)


def ways_of(row, column):
    return 1000 + 10 * (row * SIDE + column)


def _house(nodes, ways, number, row, column, rim=0.25, tags=None):
    """A square in a block; `rim` is its distance from the streets, in blocks."""
    for corner, (x, y) in enumerate(
        [(rim, rim), (1 - rim, rim), (1 - rim, 1 - rim), (rim, 1 - rim)]
    ):
        place = (WEST + STEP * (column + x), SOUTH + STEP * (row + y))
        nodes[number + corner] = (round(place[0], 7), round(place[1], 7), {})
    house = {"building": "yes", "building:levels": "10"} if tags is None else tags
    ways[number] = ([*range(number, number + 4), number], house)
