"""The dark network: laws, then the slow truth, then cases by hand."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import percolation as slow
from oracles import tracking

from sim.area import Area
from sim.city.model import City
from sim.city.places import Places
from sim.city.walls import Walls
from sim.errors import InputError
from sim.sight.arrays import NEVER
from sim.sight.ranks import first_seen
from sim.tracking.percolation import HALF, SEEN, cut_nodes, dark_network, network_of

DARK = int(NEVER)


def network(streets, cut=(), ranks=()):
    net, pieces = slow.arrays_of(streets)
    leaves = np.isin(np.arange(len(net.nodes)), list(cut))
    return network_of(net.arrays, pieces, leaves, np.array(ranks, np.int32))


def totals_of(streets):
    """Every total at which something changes, and some between."""
    ranks = {piece[1] for s in streets for piece in s.stretches} - {DARK}
    return sorted({0, *ranks, *(rank - 1 for rank in ranks), max(ranks, default=0) + 5})


def split(streets, rng):
    """Cut every street in two, between stretches or inside one."""
    halves = []
    for i, s in enumerate(streets):
        k = int(rng.integers(len(s.stretches)))
        length, rank, inside = s.stretches[k]
        share = rng.choice([0.3, 0.5, 1.0])
        middle = (1000.0 + i, -1.0)
        first = [*s.stretches[:k], (length * share, rank, inside)]
        rest = [(length * (1 - share), rank, inside)] if share < 1 else []
        rest += s.stretches[k + 1 :]
        halves.append(slow.Street(s.start, middle if rest else s.end, first, s.deck))
        if rest:
            halves.append(slow.Street(middle, s.end, rest, s.deck))
    return halves


@pytest.mark.parametrize("block", range(10))
def test_percolation_equals_the_slow_truth(block):
    for seed in range(20 * block, 20 * block + 20):
        streets = slow.random_streets(np.random.default_rng(seed))
        dark = network(streets)
        curve = dark.curve("recognise")
        pieces = [(i, k) for i, s in enumerate(streets) for k in range(len(s.stretches))]
        for total in totals_of(streets):
            truth = [part for part in slow.parts_of(streets, total) if part[1]]
            largest = max((metres for metres, _ in truth), default=0.0)
            row = curve[curve["total"] <= total].iloc[-1]
            assert dark.largest_share(total, "recognise") == pytest.approx(largest / dark.street_m)
            assert row["largest_share"] == dark.largest_share(total, "recognise")
            assert row["parts"] == sum(metres > 0 for metres, _ in truth)
            assert row["dark_m"] == pytest.approx(sum(metres for metres, _ in truth))
            found = dark.components(total, "recognise")
            mine = {}
            for piece, part in zip(pieces, found.component.tolist(), strict=True):
                mine.setdefault(part, set()).add(piece)
            mine.pop(SEEN, None)
            assert {frozenset(part) for part in mine.values()} == {part for _, part in truth}
            for metres, part in truth:
                number = found.component[pieces.index(next(iter(part)))]
                assert found.length_m[number] == pytest.approx(metres)
            assert (np.diff(found.length_m) <= 0).all()


@pytest.mark.parametrize("seed", range(30))
def test_the_bottleneck_equals_the_slow_truth(seed):
    streets = slow.random_streets(np.random.default_rng(seed))
    dark = network(streets)
    stretches = [(i, k) for i, s in enumerate(streets) for k in range(len(s.stretches))][:9]
    last = dark.last_joined(np.arange(len(stretches)), "detect")
    for i, a in enumerate(stretches):
        for j, b in enumerate(stretches):
            assert last[i, j] == slow.last_joined(streets, a, b), (a, b)


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_dark_parts_do_not_grow(seed):
    streets = slow.random_streets(np.random.default_rng(seed))
    dark = network(streets)
    curve = dark.curve("detect")
    assert (np.diff(curve["largest_share"]) <= 1e-12).all()
    assert (np.diff(curve["dark_m"]) <= 1e-9).all()
    before = None
    for total in totals_of(streets):
        now = dark.components(total, "detect").component
        if before is not None:  # what hangs together now did so with fewer cameras
            assert (before[now != SEEN] != SEEN).all()
            for part in set(now.tolist()) - {SEEN}:
                assert len(set(before[now == part].tolist())) == 1
        before = now


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_splitting_edges_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    streets = slow.random_streets(rng)
    whole, halves = network(streets), network(split(streets, rng))
    a, b = whole.curve("detect"), halves.curve("detect")
    assert a["total"].tolist() == b["total"].tolist()
    assert a["parts"].tolist() == b["parts"].tolist()
    np.testing.assert_allclose(a["largest_share"], b["largest_share"], atol=1e-12)
    np.testing.assert_allclose(a["dark_m"], b["dark_m"], atol=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_order_and_direction_of_streets_change_nothing(seed):
    rng = np.random.default_rng(seed)
    streets = slow.random_streets(rng)
    turned = [
        slow.Street(s.end, s.start, s.stretches[::-1], s.deck)
        for s in [streets[i] for i in rng.permutation(len(streets))]
    ]
    a, b = network(streets).curve("detect"), network(turned).curve("detect")
    np.testing.assert_allclose(a.to_numpy(float), b.to_numpy(float), atol=1e-9)


def ring(ranks, length=100.0):
    """A ring of as many streets as ranks."""
    corner = [(float(i), 0.0) for i in range(len(ranks))]
    return [
        slow.Street(corner[i], corner[(i + 1) % len(ranks)], [(length, rank, True)])
        for i, rank in enumerate(ranks)
    ]


def test_critical_total_of_a_ring():
    # Ten streets in a ring. Rank 3 opens it: 9 of 10 are left in one part. Rank 5, opposite,
    # leaves two parts of 4; no part holds half any more.
    dark = network(ring([3, *[DARK] * 4, 5, *[DARK] * 4]), ranks=[2, 3, 4, 5])
    assert dark.largest_share(2, "detect") == 1.0
    assert dark.largest_share(3, "detect") == pytest.approx(0.9)
    assert dark.largest_share(4, "detect") == pytest.approx(0.9)
    assert dark.largest_share(5, "detect") == pytest.approx(0.4)
    assert dark.percolation_threshold("detect") == 5
    assert dark.summary["detect"] == {
        "critical_cameras": 4,
        "critical_total": 5,
        "largest_dark_share": [[0, 1.0], [2, pytest.approx(0.9)], [4, pytest.approx(0.4)]],
    }


def test_half_of_a_ring_is_not_less_than_half():
    dark = network(ring([3, DARK, DARK, 3, DARK, DARK, DARK, DARK, DARK, DARK]))
    assert dark.largest_share(3, "detect") == pytest.approx(0.6)
    assert dark.percolation_threshold("detect") is None
    assert dark.summary["detect"]["critical_cameras"] is None
    assert network(ring([4, DARK])).largest_share(4, "detect") == HALF
    assert network(ring([4, DARK])).percolation_threshold("detect") is None


def test_a_map_in_pieces_is_broken_without_any_camera():
    apart = [
        slow.Street((2.0 * i, 0.0), (2.0 * i + 1, 0.0), [(10.0, DARK, True)]) for i in range(3)
    ]
    dark = network(apart)
    assert dark.percolation_threshold("detect") == 0
    assert (dark.last_joined(np.arange(3), "detect") == [
        [np.inf, -1, -1], [-1, np.inf, -1], [-1, -1, np.inf],
    ]).all()  # fmt: skip


def test_a_seen_end_closes_its_junction_to_all_of_its_deck():
    meet, ends = (0.0, 0.0), [(1.0, 0.0), (2.0, 0.0), (3.0, 0.0)]
    star = [slow.Street(meet, end, [(1.0, DARK, True), (9.0, DARK, True)]) for end in ends]
    star[0].stretches[0] = (1.0, 7, True)
    dark = network(star)
    assert dark.curve("detect")["parts"].tolist() == [1, 3]
    star[0].deck = "footbridge"  # a head that sees the bridge does not see the street below
    assert network(star).curve("detect")["parts"].tolist() == [1, 2]


def test_the_map_around_the_area_joins_but_does_not_count():
    streets = ring([DARK, 4, DARK, DARK])
    streets[3].stretches = [(500.0, DARK, False)]
    dark = network(streets)
    assert dark.street_m == 300
    assert dark.largest_share(4, "detect") == pytest.approx(2 / 3)
    assert dark.components(4, "detect").length_m.tolist() == [200.0]


def test_parts_that_leave_the_map():
    streets = [
        slow.Street(
            (0.0, 0.0), (1.0, 0.0), [(10.0, DARK, True), (5.0, 3, True), (30.0, DARK, True)]
        )
    ]
    found = network(streets, cut=[0]).components(3, "detect")
    assert found.component.tolist() == [1, SEEN, 0]
    assert found.length_m.tolist() == [30, 10]
    assert found.leaves_map.tolist() == [False, True]
    assert network(streets, cut=[0]).components(2, "detect").leaves_map.tolist() == [True]


def test_places_by_position_and_by_node():
    streets = [
        slow.Street((0.0, 0.0), (1.0, 0.0), [(10.0, DARK, True), (5.0, 3, True), (30.0, 8, True)]),
        slow.Street((1.0, 0.0), (2.0, 0.0), [(20.0, DARK, True)], deck="subway"),
    ]
    dark = network(streets)
    edge, t = np.array([0, 0, 0, 0, 0, 1]), np.array([0.0, 9.9, 10.0, 15.0, 45.0, 20.0])
    place = dark.at_positions(edge, t)
    assert place.tolist() == [0, 0, 1, 2, 2, 3]
    node = dark.at_nodes(np.array([0, 1, 2]))
    last = dark.last_joined(np.concatenate([place, node]), "detect")
    assert last[0].tolist() == [np.inf, np.inf, 2, 2, 2, 2, np.inf, 2, 2]
    assert last[7, 3] == last[7, 5] == 7  # the node is its junction on the street deck
    assert last[5, 8] == np.inf
    assert (last == last.T).all()
    table = dark.bottlenecks(["a", "b", "c"], dark.at_positions(edge[:3], t[:3]))
    assert table[["from", "to"]].to_numpy().tolist() == [["a", "b"], ["a", "c"], ["b", "c"]]
    assert table["last_identify"].tolist() == [np.inf, 2, 2]


def test_too_many_places():
    with pytest.raises(InputError, match="2000"):
        network(ring([5, DARK])).last_joined(np.zeros(2001, np.int64), "detect")


def test_no_street_in_the_area():
    streets = [slow.Street((0.0, 0.0), (1.0, 0.0), [(10.0, DARK, False)])]
    with pytest.raises(InputError, match="larger") as error:
        network(streets)
    assert error.value.key == "area"


def test_a_seam_of_rounding_is_no_part():
    streets = [slow.Street((0.0, 0.0), (1.0, 0.0), [(9.0, 1, True), (1e-9, DARK, True)])]
    assert network(streets).curve("detect")["parts"].tolist() == [1, 0]


def test_a_city_and_its_cameras():
    # A street of 300 m, of which the study area holds 200 m; one dome in it and one beyond.
    streets = tracking.network([[(0, 0), (200, 0)], [(200, 0), (300, 0)]])
    fleet = tracking.fleet([{"x": 100.0, "y": 7.0}, {"x": 290.0, "y": 7.0}])
    region, polygon = shapely.box(-50, -50, 300, 50), shapely.box(-50, -50, 200, 50)
    area = Area("a", "", polygon, region, tracking.CRS, (), 100.0)
    city = City(area, streets, Walls.none(tracking.CRS), Places.empty(tracking.CRS))
    assert cut_nodes(city).tolist() == [True, False, True]
    seen = tracking.open_field(streets, fleet)
    dark = dark_network(city, seen, first_seen(seen, polygon))
    assert dark.camera_ranks.tolist() == [1]
    curve = dark.curve("recognise")  # 25 m reach, 7 m beside the street: 24 m either way
    assert curve["total"].tolist() == [0, 1, 2]
    assert curve["cameras"].tolist() == [0, 1, 1]
    assert curve["largest_share"].tolist() == pytest.approx([1, 0.38, 0.38])
    assert curve["dark_m"].tolist() == pytest.approx([200, 152, 152])
    assert dark.percolation_threshold("recognise") == 1
    assert dark.components(1, "recognise").leaves_map.tolist() == [True, True]
    # the second camera sees the end of the street on the edge of the map
    assert sorted(dark.components(2, "recognise").leaves_map.tolist()) == [False, True]
