"""One-way escalators: walked only where somebody can come back beside them."""

import networkx as nx
import numpy as np
import official_town as town
import pytest

from sim.city.from_files import import_files
from sim.city.sources.official_directions import WAY_BACK_M, ways_back
from sim.city.sources.official_hours import Hours
from sim.city.sources.official_network import read_network, walk_options
from sim.errors import InputError

SPANS = Hours({"1": [(6 * 60, 10 * 60)], "2": [(10 * 60, 24 * 60)]})
"""As the Mid-Levels escalators: down in the morning, up from ten o'clock."""
LANDINGS = [
    town.street([(0, 0), (20, 0)], StreetNameEN=""),
    town.street([(0, 0), (0, 90)], StreetNameEN=""),
    town.way([(20, 10, 15), (60, 10, 15)], 2),
]


def climb(name, kind=8, direction=1, side=0.0, **fields):
    """From the street at (20, 0) up to the deck at (20, 10), bent to one side."""
    path = [(20, 0, 5), (20 + side, 5, 10), (20, 10, 15)]
    return town.way(path, kind, Direction=direction, StreetNameEN=name, **fields)


STAIRS = climb("stairs", 12, 0, 4.0)
FAR_STAIRS = [
    town.way([(60, 10, 15), (60, 0, 5)], 12, StreetNameEN="stairs"),
    town.street([(60, 0), (20, 0)], StreetNameEN="ground"),
]


def walked(tmp_path, ways, at=None, **options):
    path = town.esri(tmp_path / "n.json", [*LANDINGS, *ways])
    found = read_network(path, walk_options({"at": at, **options}), SPANS)
    return set(found.edges["name"]) - {""}, found.report


@pytest.mark.parametrize(
    ("beside", "left"),
    [
        ([], set()),
        ([STAIRS], {"one", "stairs"}),
        ([climb("other", direction=-1, side=1.0)], {"one", "other"}),
        ([climb("other", direction=1, side=1.0)], set()),
        (FAR_STAIRS, {"stairs", "ground"}),
    ],
    ids=["alone", "stairs", "another down", "another up", "stairs far off"],
)
def test_an_escalator_stays_where_a_way_back_is_beside_it(tmp_path, beside, left):
    names, report = walked(tmp_path, [climb("one"), *beside])
    assert names == left
    gone = {fields["StreetNameEN"] for fields, _ in [climb("one"), *beside]} - left
    assert report.get("one_way_without_way_back", 0) == len(gone)
    assert report.get("one_way_without_way_back_km", 0) == pytest.approx(0.01 * len(gone), abs=1e-3)


def test_a_direction_is_along_the_line_as_it_is_drawn(tmp_path):
    path = [(20, 10, 15), (21, 5, 10), (20, 0, 5)]
    down = town.way(path, 8, Direction=1, StreetNameEN="down")
    up = town.way(path, 8, Direction=-1, StreetNameEN="up")
    assert walked(tmp_path, [climb("one"), down])[0] == {"one", "down"}
    assert walked(tmp_path, [climb("one"), up])[0] == set()


def test_a_lift_beside_an_escalator_is_a_way_back(tmp_path):
    lift = town.way([(20, 10, 15), (20, 10, 5)], 10)
    foot = town.street([(20, 10), (20, 0)], StreetNameEN="ground")
    assert walked(tmp_path, [climb("one"), lift, foot])[0] == {"one", "ground"}


def test_directions_are_left_aside_on_request(tmp_path):
    names, report = walked(tmp_path, [climb("one")], one_way=False)
    assert names == {"one"}
    assert report["one_way_km"] == 0.01


@pytest.mark.parametrize(
    ("at", "with_stairs", "left"),
    [
        (None, False, {"down", "up"}),
        ("05:59", False, set()),
        ("06:00", False, set()),
        ("10:00", False, set()),
        (None, True, {"down", "up", "stairs"}),
        ("05:59", True, {"stairs"}),
        ("06:00", True, {"down", "stairs"}),
        ("09:59", True, {"down", "stairs"}),
        ("10:00", True, {"up", "stairs"}),
    ],
)
def test_escalators_that_turn_round_by_the_hour(tmp_path, at, with_stairs, left):
    turning = [
        climb("down", direction=-1, AccessTimeID=1),
        climb("up", direction=1, side=0.5, AccessTimeID=2),
    ]
    assert walked(tmp_path, turning + [STAIRS] * with_stairs, at)[0] == left


def random_town(seed):
    """Ends, lengths and directions of a few ways between a few junctions."""
    random = np.random.default_rng(seed)
    ends = random.integers(0, 9, (16, 2))
    direction = random.choice([0, 1, -1], 16, p=[0.4, 0.3, 0.3])
    return ends, random.uniform(1, 25, 16), direction


def graph_of(ends, length, direction):
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(9))
    for (u, v), metres, way in zip(ends.tolist(), length, direction.tolist(), strict=True):
        pairs = [(u, v)] * (way >= 0) + [(v, u)] * (way <= 0)
        graph.add_edges_from((a, b, {"m": metres}) for a, b in pairs)
    return graph


def shortest(graph):
    """Metres from each junction to each other, infinite without a way."""
    out = np.full((9, 9), np.inf)
    for a, found in nx.all_pairs_dijkstra_path_length(graph, weight="m"):
        out[a, [*found]] = [*found.values()]
    return out


@pytest.mark.parametrize("seed", range(60))
def test_ways_back_are_the_shortest_and_walks_lie_between_both_bounds(seed):
    ends, length, direction = random_town(seed)
    back, true = ways_back(ends, length, direction), shortest(graph_of(ends, length, direction))
    for (u, v), metres, way, found in zip(ends.tolist(), length, direction, back, strict=True):
        want = true[v, u] if way > 0 else true[u, v]
        if way == 0 or u == v:
            want = metres
        assert found == pytest.approx(want if want <= metres + WAY_BACK_M else np.inf)
    # with directions nobody walks where nobody can without them, nor the other way round
    both, none = np.zeros(16, np.int64), direction == 0
    assert (shortest(graph_of(ends, length, both)) <= true + 1e-9).all()
    assert (true <= shortest(graph_of(ends[none], length[none], direction[none])) + 1e-9).all()
    # what stays joins in both directions only what directions join in both
    stays = np.isfinite(back)
    kept = shortest(graph_of(ends[stays], length[stays], both[stays]))
    assert np.isinf(kept[np.isinf(true)]).all()


def test_what_was_assumed_of_directions_is_said(tmp_path):
    files = [
        town.esri(tmp_path / "n.json", [*town.grid(), *town.bridge()]),
        town.esri(tmp_path / "b.json", town.houses()),
    ]
    usual = import_files(files, "town").provenance["assumptions"][0]
    asked = import_files(files, "town", walk={"one_way": False}).provenance["assumptions"][0]
    assert f"a way back no more than {WAY_BACK_M:g} m longer" in usual
    assert "against their direction too" in asked
    with pytest.raises(InputError, match="--both-ways"):
        import_files(files[1:], "town", walk={"one_way": False})
