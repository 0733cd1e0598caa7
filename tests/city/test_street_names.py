"""Whose street each way is, and metres of street counted once."""

import itertools

import numpy as np
import pytest
import shapely
from city.drawn import frames

from sim.city.beside import counted, stretches
from sim.city.street_names import Streets, streets_by_name
from sim.city.streets import StreetNetwork

FOOT = {"highway": "footway"}


def network(ways, turned=0.0):
    """A network of ways, turned by degrees about its origin."""
    angle = np.radians(turned)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    nodes, edges = frames([(np.asarray(path, float) @ turn, tags) for path, tags in ways])
    return StreetNetwork.build(nodes, edges, "EPSG:2326")


def by_name(found: Streets, net: StreetNetwork) -> dict[str, float]:
    """Metres of street counted once, by name."""
    edge = np.arange(len(net.edges))
    metres = found.metres(edge, 0.0 * edge, net.arrays.edge_length)
    once = np.bincount(found.of_edge, metres, minlength=len(found.names))
    return {name: m for name, m in zip(found.names["name"], once, strict=True) if m or name}


def main_street(lines):
    """A street drawn as so many lines 10 m apart, joined by a crossing street at one end."""
    offsets = [10.0 * k for k in range(lines)]
    along = [([(0, y), (300, y)], {"name": "Long Road", "name:zh": "長道"}) for y in offsets]
    ends = [*offsets, offsets[-1] + 100.0]
    across = [
        ([(0, low), (0, high)], {"name": "Cross Road"}) for low, high in itertools.pairwise(ends)
    ]
    return along + across


@pytest.mark.parametrize("turned", [0.0, 31.0, 90.0])
@pytest.mark.parametrize("lines", [1, 2, 4])
def test_a_street_counts_once_however_many_lines_it_has(lines, turned):
    net = network(main_street(lines), turned)
    once = by_name(streets_by_name(net), net)
    assert once["Long Road"] == pytest.approx(300, abs=1e-6)
    assert once["Cross Road"] == pytest.approx(100 + 10 * (lines - 1), abs=1e-6)


def test_lines_far_apart_count_each():
    ways = [*main_street(1), ([(0, 100), (300, 100)], {"name": "Long Road"})]
    net = network(ways)
    assert by_name(streets_by_name(net), net)["Long Road"] == pytest.approx(600)


def test_a_half_with_a_twin_counts_half_there_and_whole_beyond():
    ways = [
        ([(0, 0), (300, 0)], {"name": "Long Road"}),
        ([(0, 10), (100, 10)], {"name": "Long Road"}),
        ([(0, 0), (0, 10)], {"name": "Cross Road"}),
    ]
    net = network(ways)
    found = streets_by_name(net)
    edge = int(np.flatnonzero(net.edges["length"] > 299)[0])
    forward = (
        net.nodes.geometry[net.edges["u"][edge]].x < net.nodes.geometry[net.edges["v"][edge]].x
    )
    cut = np.array([0.0, 60.0, 100.0, 140.0, 300.0])
    start, end = (cut[:-1], cut[1:]) if forward else (300 - cut[1:], 300 - cut[:-1])
    parts = found.metres(np.full(4, edge), start, end)
    assert parts == pytest.approx([30, 20, 40, 160])
    assert by_name(found, net)["Long Road"] == pytest.approx(300)


def test_pieces_add_up_to_their_edge():
    net = network(main_street(3), 17.0)
    found = streets_by_name(net)
    cuts = np.sort(np.random.default_rng(4).random(30))
    for edge, length in enumerate(net.arrays.edge_length):
        ends = np.concatenate([[0.0], cuts * length, [length]])
        parts = found.metres(np.full(len(ends) - 1, edge), ends[:-1], ends[1:])
        whole = found.metres(np.array([edge]), np.zeros(1), np.array([length]))
        assert parts.sum() == pytest.approx(whole[0], abs=1e-6)
        assert (parts >= -1e-9).all()


def test_pavements_go_under_the_street_and_crossings_count_for_nothing():
    ways = [
        ([(0, 0), (200, 0)], {"name": "Long Road"}),
        ([(0, 8), (200, 8)], FOOT),
        ([(0, -8), (200, -8)], FOOT),
        ([(0, -8), (0, 0)], {**FOOT, "name": "Long Road"}),
        ([(0, 0), (0, 8)], {**FOOT, "name": "Long Road"}),
    ]
    net = network(ways)
    found = streets_by_name(net)
    assert list(found.names["name"]) == ["Long Road"]
    assert by_name(found, net) == pytest.approx({"Long Road": 200.0})


def test_unnamed_ways_go_under_the_streets_that_they_join():
    ways = [
        ([(0, 0), (200, 0)], {"name": "South Road", "name:zh": "南道"}),
        ([(0, 100), (200, 100)], {"name": "North Road", "name:zh": "北道"}),
        ([(0, 0), (0, 100)], {"name": "West Road"}),
        ([(100, 50), (100, 0)], FOOT),
        ([(100, 50), (100, 100)], FOOT),
        ([(200, 100), (260, 100)], FOOT),
    ]
    joined = [([(0, 0), (100, 0)], ways[0][1]), ([(100, 0), (200, 0)], ways[0][1])]
    joined += [([(0, 100), (100, 100)], ways[1][1]), ([(100, 100), (200, 100)], ways[1][1])]
    net = network(joined + ways[2:])
    found = streets_by_name(net)
    once = by_name(found, net)
    # each half of the lane is nearest to the street at its end, its middle to either
    lane = {name: m for name, m in once.items() if name.startswith("unnamed")}
    assert lane["unnamed ways off North Road"] >= 60 - 1e-6
    assert sum(lane.values()) == pytest.approx(160)
    unnamed = found.names[~found.names["named"]]
    assert set(unnamed["name_zh"]) <= {"北道旁的無名路", "南道旁的無名路", "北道與南道之間的無名路"}
    assert "unnamed ways between North Road and South Road" in set(unnamed["name"])


def test_a_city_without_any_name_is_one_row():
    net = network([([(0, 0), (50, 0)], {}), ([(50, 0), (50, 70)], {})])
    found = streets_by_name(net)
    assert found.names.to_dict("records") == [
        {"name": "unnamed ways", "name_zh": "無名路", "named": False}
    ]


def test_a_street_named_in_one_language_here_and_two_there_is_one():
    ways = [
        ([(0, 0), (80, 0)], {"name:en": "Long Road", "name:zh": "長道"}),
        ([(80, 0), (120, 0)], {"name": "長道"}),
        ([(120, 0), (190, 0)], {"name": "Long Road"}),
        ([(190, 0), (220, 0)], {"name": "短道"}),
    ]
    net = network(ways)
    names = streets_by_name(net).names
    assert sorted(zip(names["name"], names["name_zh"], strict=True)) == [
        ("", "短道"), ("Long Road", "長道"),
    ]  # fmt: skip


def test_stretches_are_those_of_points_one_by_one():
    """Against perpendiculars dropped from many points of random segments."""
    rng = np.random.default_rng(8)
    ways = [(rng.random((2, 2)) * 60, {}) for _ in range(8)]
    hub = [
        ([path[0], path[1], (200.0 + k, 300.0), (400, 400)], t) for k, (path, t) in enumerate(ways)
    ]
    net = network(hub)
    a = net.arrays
    found = [
        (int(e), int(o), s, t, bool(along))
        for part in stretches(a, 40.0, lambda one, two: one != two)
        for e, o, s, t, along in zip(*part, strict=True)
    ]
    ends = shapely.linestrings(
        np.stack([np.c_[a.segment_x0, a.segment_y0], np.c_[a.segment_x1, a.segment_y1]], axis=1)
    )
    for edge in range(len(a.edge_length)):
        for t in np.linspace(0.4, a.edge_length[edge] - 0.4, 25):
            point = shapely.line_interpolate_point(net.edges.geometry.iloc[edge], t)
            for other in range(len(a.edge_length)):
                if other == edge:
                    continue
                feet = 0
                for g in np.flatnonzero(a.segment_edge == other):
                    at = shapely.line_locate_point(ends[g], point)
                    inside = 1e-6 < at < shapely.length(ends[g]) - 1e-6
                    feet += inside and shapely.distance(ends[g], point) < 40.0
                known = sum(e == edge and o == other and s < t < u for e, o, s, u, _ in found)
                assert known == feet


def test_counts_cover_every_line():
    steps = counted(
        np.array([1, 1]), np.array([2.0, 4.0]), np.array([6.0, 9.0]), np.array([5.0, 10.0, 0.0])
    )
    assert list(zip(steps.key, steps.start, steps.end, steps.number[:, 0], strict=True)) == [
        (0, 0, 5, 0), (1, 0, 2, 0), (1, 2, 4, 1), (1, 4, 6, 2), (1, 6, 9, 1), (1, 9, 10, 0),
    ]  # fmt: skip
