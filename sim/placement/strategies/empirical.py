"""Empirical: as real public networks stand, by rates and distances that were fitted to them.

Every free candidate gets its next camera at a rate of its own: by the class of its street, whether
streets meet there, homes and schools near, and how many poles stand close already. The rates are
those of `sim.placement.observed`; nothing of a real position is in them but such figures.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.cameras.candidates import SIGHT_LINES, Candidates
from sim.city.decks import DECKS
from sim.city.model import City
from sim.jit import ZERO, lean_kernel
from sim.keyed_random import uniform
from sim.nearest import tree_of
from sim.placement.context import DIRECTIONS, HeadOrder, PlacementContext
from sim.placement.observed import STREETS, NetworkRule, observed_rule
from sim.trips.search import Heap, Index, new_heap, pop, push

BESIDE_M = 15.0
"""A candidate stands by the busiest street of its deck within so many metres."""
HOMES_M = 250.0
"""Homes within so many metres count, as a multiple of their mean over all candidates."""
NO_HOMES = 0.1
"""Added to that multiple, so that where nobody lives cameras are rare and not impossible."""
SCHOOL_M = 300.0
"""Width of a school zone."""
LANE = STREETS.index("lane")
PATCH_CELLS = 2
"""Squares of random noise to the width of a patch."""
PATCH_REACH = 2.5
"""Noise farther than so many widths no longer counts."""
CLASSES = {
    "primary": "main", "secondary": "main", "trunk": "main", "tertiary": "tertiary",
    "residential": "lane", "unclassified": "lane", "living_street": "lane", "road": "lane",
    "service": "service",
}  # fmt: skip
"""Kind of a street by its class, links as what they lead to; all others are "foot"."""

Floats = NDArray[np.float64]


def as_real_networks(context: PlacementContext) -> HeadOrder:
    """Order heads as those of real networks might have been hung, one pole after another.

    The poles come in the order of their births; each has as many heads as a pole of real networks
    has, brought to the mean `heads_per_site`. Where more heads are wanted than that gives, the
    poles get more in the same order.
    """
    return order_by(context, observed_rule())


def order_by(context: PlacementContext, rule: NetworkRule) -> HeadOrder:
    """Order heads by a rule; see `as_real_networks`."""
    pole = births(context, rule)
    looks = looks_of(context.sites, rule, context.seed)[pole]
    u = uniform(context.seed, "heads on a pole", *_spot(context.sites))[pole]
    upto = np.cumsum(rule.heads_with_mean(context.heads_per_site))
    count = 1 + np.searchsorted(upto[:-1], u, side="right")
    soon = np.arange(DIRECTIONS) < count[:, None]
    site = np.repeat(pole, DIRECTIONS).reshape(looks.shape)
    return HeadOrder(
        np.concatenate([site[soon], site[~soon]]), np.concatenate([looks[soon], looks[~soon]])
    )


def births(context: PlacementContext, rule: NetworkRule) -> NDArray[np.int64]:
    """Rank candidates by the time at which each gets its pole.

    Notes
    -----
    A spatial birth process (Preston 1975): a free candidate has a rate of exp(its log rate), less
    by a factor for every pole within so many metres (the inhibition of Strauss 1975). It gets its
    pole when the rate summed over time reaches an exponential number drawn for its spot, so the
    first n poles are the same in every larger fleet. Cameras that stand already count from the
    beginning.
    """
    sites = context.sites
    spot = np.column_stack([sites.x, sites.y])
    found = context.once("what rates depend on", lambda: features(context.city, sites))
    causes = unknown_causes(spot, rule.patch_m, context.seed)
    rate = np.exp(found @ rule.log_rates() + rule.patches * causes)
    rings = np.array([radius for radius, _ in rule.near])
    near = context.once(("sites near", *rings), lambda: _neighbours(spot, rings))
    factor = np.exp([effect for _, effect in rule.near])
    first = -np.log1p(-uniform(context.seed, "birth of a pole", *_spot(sites))) / rate
    if context.locked is not None and len(context.locked):
        standing = tree_of(np.unique(context.locked.heads[["x", "y"]].to_numpy(np.float64), axis=0))
        within = [standing.query_ball_point(spot, radius, return_length=True) for radius in rings]
        first /= np.prod(factor ** np.diff(within, axis=0, prepend=0).T, axis=1)
    return _in_order_of_birth(first, *near, factor)


def features(city: City, sites: Candidates) -> Floats:
    """Return what a rate depends on, shape (sites, names): columns as `RATES`.

    One column for each kind of street (1 where it is the busiest beside the site), then crossings
    with a lane, crossings without one, log of homes near, and whether a school is near.
    """
    beside = _streets_beside(city, sites)
    busiest = np.where(beside.any(axis=1), beside.argmax(axis=1), len(STREETS) - 1)
    with_lane = beside[:, LANE]
    return np.column_stack([
        busiest[:, None] == np.arange(len(STREETS)),
        sites.junction & with_lane,
        sites.junction & ~with_lane,
        np.log(_homes_near(city, sites) + NO_HOMES),
        _near_school(city, sites),
    ]).astype(np.float64)  # fmt: skip


def unknown_causes(spot: Floats, width: float, seed: int) -> Floats:
    """Return a smooth random number of mean 0 and variance 1 for each spot, shape (spots, 2) m.

    It stands for what makes real networks denser in one quarter than in the next and is on no map
    (crime, petitions, funds): noise on squares, averaged with Gaussian weights as wide as `width`.
    """
    side = width / PATCH_CELLS
    reach = int(np.ceil(PATCH_REACH * PATCH_CELLS))
    step = np.arange(-reach, reach + 1)
    across, up = (step.ravel() for step in np.meshgrid(step, step))
    square = np.floor(spot / side)
    noise = np.zeros(len(spot))
    squared = np.zeros(len(spot))
    for east, north in zip(across.tolist(), up.tolist(), strict=True):
        there = square + np.array([east, north])
        away = np.hypot(*(spot - (there + 0.5) * side).T) / width
        weight = np.exp(-(away**2) / 2)
        drawn = uniform(seed, "unknown causes", *there.T) - 0.5
        noise += weight * drawn
        squared += weight**2
    return np.asarray(noise * np.sqrt(12 / squared), np.float64)


def looks_of(sites: Candidates, rule: NetworkRule, seed: int) -> NDArray[np.int64]:
    """Return for each site its eight directions in the order in which heads look along them.

    The first is drawn by whether it looks along the street, across it or between; the others by
    the angle that they make with the first.
    """
    count = len(sites.x)
    number = np.arange(DIRECTIONS)
    kind = np.where(number < SIGHT_LINES // 2, 0, np.where(number < SIGHT_LINES, 1, 2))
    share = (np.array(rule.first_look) / np.bincount(kind))[kind]
    at_crossing = np.where(number < SIGHT_LINES, share[:SIGHT_LINES].mean(), share)
    weight = np.where(sites.junction[:, None], at_crossing, share)
    x, y = _spot(sites)
    spot = np.repeat(x, DIRECTIONS), np.repeat(y, DIRECTIONS), np.tile(number, count)
    wait = -np.log1p(-uniform(seed, "look", *spot)).reshape(count, DIRECTIONS)
    own = np.arange(count), (wait / weight).argmin(axis=1)
    heading = sites.heading[:, number % SIGHT_LINES] + 45.0 * (number // SIGHT_LINES)
    angle = np.abs((heading - heading[own][:, None] + 180) % 360 - 180)
    apart = np.select([np.abs(angle - 90) <= 22.5, angle >= 157.5], [0, 1], 2)
    apart[own] = -1
    one = apart[:, :, None] == np.arange(3)
    held = np.maximum(one.sum(axis=1), 1)
    weight = (one * (np.array(rule.next_look) / held)[:, None, :]).sum(axis=2)
    weight[own] = np.inf  # the first comes first
    again = -np.log1p(-uniform(seed, "next look", *spot)).reshape(count, DIRECTIONS)
    return np.argsort(again / weight, axis=1, kind="stable")


def _spot(sites: Candidates) -> tuple[Floats, Floats]:
    """Return where sites stand, in whole centimetres, by which draws are keyed."""
    return np.round(sites.x * 100), np.round(sites.y * 100)


def _streets_beside(city: City, sites: Candidates) -> NDArray[np.bool_]:
    """Return which kinds of street of its own deck each site stands by, shape (sites, kinds)."""
    edges = city.streets.edges
    word = edges["highway"].str.removesuffix("_link").map(CLASSES).fillna("foot")
    kind = word.map({name: number for number, name in enumerate(STREETS)}).to_numpy(np.int64)
    line, deck = edges.geometry.to_numpy(), city.streets.arrays.edge_deck
    points = shapely.points(sites.x, sites.y)
    beside = np.zeros((len(points), len(STREETS)), bool)
    for code in range(len(DECKS)):
        own, here = np.flatnonzero(deck == code), np.flatnonzero(sites.deck == code)
        tree = shapely.STRtree(line[own])
        site, edge = tree.query(points[here], predicate="dwithin", distance=BESIDE_M)
        beside[here[site], kind[own[edge]]] = True
    return beside


def _homes_near(city: City, sites: Candidates) -> Floats:
    """Return the homes within 250 m of each site, by weight, as a multiple of their mean."""
    homes = city.places.of("home")
    weight = np.nan_to_num(homes["weight"].to_numpy(np.float64)).clip(min=0)
    if not weight.sum() > 0 or not len(sites.x):
        return np.ones(len(sites.x))
    spot = np.column_stack([homes.geometry.x, homes.geometry.y])
    near = tree_of(spot).query_ball_point(np.column_stack([sites.x, sites.y]), HOMES_M)
    found = np.array([weight[rows].sum() for rows in near])
    mean = found.mean()
    return np.asarray(found / mean if mean > 0 else np.ones(len(found)))


def _near_school(city: City, sites: Candidates) -> NDArray[np.bool_]:
    """Return which sites stand within a school zone."""
    schools = city.places.of("school")
    if schools.empty:
        return np.zeros(len(sites.x), bool)
    tree = tree_of(np.column_stack([schools.geometry.x, schools.geometry.y]))
    found: NDArray[np.bool_] = tree.query(np.column_stack([sites.x, sites.y]))[0] <= SCHOOL_M
    return found


def _neighbours(
    spot: Floats, rings: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
    """Return who stands near each site and in which ring, as rows from ptr to the next."""
    pair = tree_of(spot).query_pairs(rings[-1], output_type="ndarray").astype(np.int64)
    both = np.concatenate([pair, pair[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    apart = np.hypot(*(spot[both[:, 0]] - spot[both[:, 1]]).T)
    ptr = np.concatenate([[0], np.cumsum(np.bincount(both[:, 0], minlength=len(spot)))])
    ring = np.minimum(np.searchsorted(rings, apart), len(rings) - 1).astype(np.int8)
    return ptr.astype(np.int64), np.ascontiguousarray(both[:, 1]), ring


def _in_order_of_birth(
    first: Floats,
    ptr: NDArray[np.int64],
    other: NDArray[np.int64],
    ring: NDArray[np.int8],
    factor: Floats,
) -> NDArray[np.int64]:
    """Let sites have their poles one after another; each slows what stands near it."""
    order = np.zeros(len(first), np.int64)
    _give_birth(first.copy(), ptr, other, ring, factor, new_heap(len(first)), order)
    return order


@lean_kernel
def _give_birth(
    time: Floats,
    ptr: NDArray[np.int64],
    other: NDArray[np.int64],
    ring: NDArray[np.int8],
    factor: Floats,
    heap: Heap,
    order: NDArray[np.int64],
) -> None:
    """Take the earliest birth again and again; times only grow, so old keys come up too early."""
    size: Index = ZERO
    for site in range(len(time)):
        size = push(heap, 0, size, time[site], site)
    born = 0
    while size > 0:
        site, key = heap.item[0], heap.key[0]
        size = pop(heap, 0, size)
        if key < time[site]:
            size = push(heap, 0, size, time[site], site)
            continue
        order[born] = site
        born += 1
        for k in range(ptr[site], ptr[site + 1]):
            if time[other[k]] > key:
                time[other[k]] = key + (time[other[k]] - key) / factor[ring[k]]
