"""Against shapely: a point is seen exactly where a straight line of sight meets no footprint."""

import itertools
from pathlib import Path

import numpy as np
import pytest
import shapely
from oracles.lines_of_sight import LinesOfSight, compare, points_on
from oracles.scenes import intervals, street_arrays, wall_arrays

from sim.cameras.fleet import HeadArrays
from sim.sight.sightings import see_arrays

DATA = Path(__file__).parents[3] / "shared" / "data"


def random_heads(rng, x, y, reach, fov, near):
    n = len(x)
    return HeadArrays(
        np.arange(1, n + 1, dtype=np.int32), x, y, np.full(n, 4.0), np.zeros(n, np.int8),
        rng.uniform(-360, 720, n), rng.choice(fov, n).astype(float), rng.choice(near, n),
        np.tile(np.array(reach, float), (n, 1)),
    )  # fmt: skip


def questions(rng, streets, heads, each):
    """(edge, head, t) triples: every head asks about points near it, half of them in range."""
    k = np.searchsorted(
        np.cumsum(streets.edge_length), rng.uniform(0, streets.edge_length.sum(), 40 * each)
    )
    t = rng.uniform(0, streets.edge_length[k])
    x, y = points_on(streets, k, t)
    tree = shapely.STRtree(shapely.points(x, y))
    edge, head = [], []
    position = []
    for h in range(len(heads.x)):
        around = shapely.Point(heads.x[h], heads.y[h]).buffer(heads.reach[h, 0] * 1.1)
        near = tree.query(around)
        near = rng.choice(near, min(each, len(near)), replace=False)
        edge.append(k[near])
        position.append(t[near])
        head.append(np.full(len(near), h))
    return np.concatenate(edge), np.concatenate(head), np.concatenate(position)


def convex_footprints(rng, n, extent):
    """Rotated rectangles and triangles that may overlap one another."""
    shapes = []
    for _ in range(n):
        cx, cy = rng.uniform(0, extent, 2)
        w, h = rng.uniform(4, 25, 2)
        turn = rng.uniform(0, np.pi)
        corner = np.array([(-w, -h), (w, -h), (w, h), (-w, h)][: rng.integers(3, 5)]) / 2
        c, s = np.cos(turn), np.sin(turn)
        shapes.append(shapely.Polygon(corner @ np.array([(c, s), (-s, c)]) + (cx, cy)))
    return shapely.orient_polygons(np.array(shapes))


def walls_of(footprints, top=np.inf):
    """Walls with the building on the left, holes too."""
    walls = []
    for shape in shapely.get_parts(footprints):
        for ring in [shape.exterior, *shape.interiors]:
            c = np.array(ring.coords)
            walls += [(*p, *q, top) for p, q in itertools.pairwise(c) if (p != q).any()]
    return walls


@pytest.mark.parametrize("seed", range(3))
def test_random_footprints_as_lines_of_sight(seed):
    rng = np.random.default_rng(seed)
    at = np.array([834_000.3, 819_000.7])
    shapes = shapely.transform(convex_footprints(rng, 60, 300), lambda c: c + at)
    if seed == 1:  # one block with courtyards: holes see out only as far as their own walls
        ring = shapely.difference(shapely.box(*at, *(at + 300)), shapely.union_all(shapes))
        shapes = shapely.orient_polygons(shapely.get_parts(ring))
    walls = wall_arrays(walls_of(shapes))
    edges = [at + rng.uniform(0, 300, (rng.integers(2, 5), 2)) for _ in range(80)]
    streets = street_arrays([[tuple(p) for p in edge] for edge in edges])
    oracle = LinesOfSight(shapes)
    x, y = (rng.uniform(0, 300, (2, 400)).T + at).T
    free = np.flatnonzero(oracle.outside(x, y))[:120]
    heads = random_heads(
        rng, x[free], y[free], (120, 60, 60, 20), (5, 62, 90, 180, 200, 300, 359.5, 360), (0, 3.0)
    )
    seen = see_arrays(streets, walls, heads)
    asked = questions(rng, streets, heads, 300)
    for task in (0, 1, 3):
        decided, wrong, undecided, truth, engine = compare(
            streets, heads, seen, oracle, *asked, task
        )
        assert len(wrong) == 0, [(heads.x[asked[1][i]], truth[i], engine[i]) for i in wrong[:5]]
        assert undecided < decided / 1000
        assert 10 < (truth == 1).sum() < decided


def test_the_oracle_itself_tells_clear_cut_and_touch():
    oracle = LinesOfSight(np.array([shapely.box(834_005, 819_000, 834_006, 819_002)]))
    start = np.tile([834_000.0, 819_001.0], (5, 1))
    end = start + np.array([(10, 0), (10, 5), (10, 2), (10, 2.00001), (4.9, 0)])
    assert oracle.clear(start, end).tolist() == [0, 1, -1, 1, 1]


def test_random_footprints_as_in_cgal():
    vispoly = pytest.importorskip("pyvispoly", reason="CGAL's binding pyvispoly is not installed")

    def ring(line):
        return vispoly.Polygon([vispoly.Point(float(x), float(y)) for x, y in line])

    rng = np.random.default_rng(8)
    shapes = shapely.union_all(convex_footprints(rng, 25, 200))
    shapes = shapely.orient_polygons(shapely.get_parts(shapes))
    shapes = np.array([shapely.Polygon(shape.exterior) for shape in shapes])
    edges = [rng.uniform(0, 200, (2, 2)) for _ in range(60)]
    streets = street_arrays([[tuple(p) for p in edge] for edge in edges])
    oracle = LinesOfSight(shapes)
    x, y = rng.uniform(0, 200, (2, 60))
    free = np.flatnonzero(oracle.outside(x, y))[:20]
    heads = random_heads(rng, x[free], y[free], (900, 900, 900, 900), (360,), (0,))
    seen = see_arrays(streets, wall_arrays(walls_of(shapes)), heads)
    room = vispoly.PolygonWithHoles(
        ring([(-300, -300), (500, -300), (500, 500), (-300, 500)]),
        [ring(np.array(shape.exterior.coords)[:-1][::-1]) for shape in shapes],
    )
    calculator = vispoly.VisibilityPolygonCalculator(room)
    for h in range(len(free)):
        view = calculator.compute_visibility_polygon(vispoly.Point(heads.x[h], heads.y[h]))
        outline = shapely.Polygon([(float(p.x()), float(p.y())) for p in view.boundary()])
        for edge in range(len(edges)):
            line = shapely.LineString(edges[edge])
            length = sum(b - a for a, b in intervals(seen, edge, h))
            assert length == pytest.approx(shapely.intersection(line, outline).length, abs=1e-6)


@pytest.mark.slow
def test_mong_kok_heads_as_lines_of_sight():
    file = DATA / "mong_kok" / "walk_graph.gpkg"
    if not file.exists():
        pytest.skip("real data is not here: ../shared/data/mong_kok")
    import geopandas as gpd

    from sim.city.streets import StreetNetwork
    from sim.city.walls import Walls

    network = StreetNetwork.build(
        gpd.read_file(file, layer="nodes"), gpd.read_file(file, layer="edges")
    )
    walls = Walls.from_streets(network, shapely.box(*network.edges.total_bounds))
    streets = network.arrays
    oracle = LinesOfSight(walls.footprints.geometry.to_numpy())
    rng = np.random.default_rng(200)
    k = rng.choice(np.flatnonzero(network.edges["deck"] == "street"), 320, replace=False)
    x, y = points_on(streets, k, streets.edge_length[k] * rng.uniform(0.1, 0.9, len(k)))
    free = np.flatnonzero(oracle.outside(x, y))[:200]
    assert len(free) == 200
    heads = random_heads(
        rng, x[free], y[free], (128, 51, 26, 13), (62, 90, 180, 270, 360), (0, 3.8)
    )
    seen = see_arrays(streets, walls.arrays, heads)
    asked = questions(rng, streets, heads, 500)
    for task in range(4):
        decided, wrong, undecided, truth, _ = compare(streets, heads, seen, oracle, *asked, task)
        assert len(wrong) == 0
        assert undecided < decided / 500
        assert (truth == 1).sum() > 10
