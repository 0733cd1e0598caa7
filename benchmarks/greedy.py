"""The greedy benchmark: 60,000 of 300,000 candidates in the generated city, against peers.

    python benchmarks/greedy.py [--out FILE] [--rounds N] [--parts selection peers bound] [--quick]

Times are medians of interleaved rounds in one process, after one call that compiles; those of one
thread are its processor seconds, those of sight are by the clock. `lazy, pieces`
is the textbook lazy greedy on streets cut into pieces, compiled; `heapq, numpy` is the same in
Python; cutting is timed apart, and both must pick the same heads in the same order, or the script
fails. apricot (apricot-select, where installed) knows no lengths and orders ties otherwise, so it
runs on a small city in cells of a metre, the engine beside it, and only what is seen is compared;
spopt finds the optimum among few heads.
"""

from __future__ import annotations

import argparse
import heapq
import json
import platform
import resource
import statistics
import sys
import time
import warnings
from pathlib import Path

import numba
import numpy as np
from scipy import sparse

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from city_scene import BLOCKS, city, fleet

from sim.placement import bound, greedy, incidence
from sim.sight import sightings

CANDIDATES, PICKS = 300_000, 60_000
RANGES = {"40 m": (40.0, 0.0, 0.0, 0.0), "128 m": (128.0, 0.0, 0.0, 0.0)}
TOTALS = (4_000, 11_000, 20_000, 60_000)
PEER_BLOCKS, PEER_CANDIDATES, PEER_PICKS = 10, 3_000, 300
FEW_CANDIDATES, FEW_PICKS = 300, 60
"""For a peer that seeks the optimum."""


def seconds(call, *given):
    started = time.perf_counter()
    result = call(*given)
    return time.perf_counter() - started, result


def busy(call, *given):
    """Time one call by its thread's processor: a busy machine disturbs it less than a clock."""
    started = time.thread_time()
    result = call(*given)
    return time.thread_time() - started, result


def system_of(blocks: int, candidates: int, reach):
    """Sightings, stretches and times of the two steps before the choice."""
    streets, walls, footprints = city(blocks)
    del footprints
    heads = fleet(streets, candidates, reach, 62.0)
    took, seen = seconds(sightings.see_arrays, streets, walls, heads)
    return seen, incidence.whole_edges(streets.edge_length), took


def by_head(system):
    """Pieces, their lengths, and per head the pieces it sees, in order."""
    pieces = bound.cut_pieces(system)
    order = system.head_row
    size = pieces.stop[order] - pieces.first[order]
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    piece = np.repeat(pieces.first[order], size) + within
    before = np.concatenate([[0], np.cumsum(size)])
    return pieces.length, before[system.head_ptr], piece.astype(np.int32)


def heapq_numpy(length, ptr, piece, count):
    """Lazy greedy in Python: a heap, and a gather for every gain looked up."""
    unseen = length.copy()
    gains = np.concatenate([[0], np.cumsum(length[piece])])
    gains = gains[ptr[1:]] - gains[ptr[:-1]]
    heap = [(-int(gain), head) for head, gain in enumerate(gains) if gain > 0]
    heapq.heapify(heap)
    order, gained = [], []
    while heap and len(order) < count:
        gain, head = heap[0]
        mine = piece[ptr[head] : ptr[head + 1]]
        now = int(unseen[mine].sum())
        if now == -gain:
            heapq.heappop(heap)
            unseen[mine] = 0
            order.append(head)
            gained.append(now)
        elif now:
            heapq.heapreplace(heap, (-now, head))
        else:
            heapq.heappop(heap)
    return np.array(order), np.array(gained)


@numba.njit
def lazy_pieces(length, ptr, piece, count):
    """Do the same, compiled."""
    unseen = length.copy()
    heap = [(np.int64(0), np.int64(0)) for _ in range(0)]
    for head in range(len(ptr) - 1):
        gain = 0
        for i in range(ptr[head], ptr[head + 1]):
            gain += length[piece[i]]
        if gain > 0:
            heap.append((-gain, head))
    heapq.heapify(heap)
    order, gained = np.empty(count, np.int64), np.empty(count, np.int64)
    taken = 0
    while len(heap) > 0 and taken < count:
        gain, head = heap[0]
        now = 0
        for i in range(ptr[head], ptr[head + 1]):
            now += unseen[piece[i]]
        if now == -gain:
            heapq.heappop(heap)
            for i in range(ptr[head], ptr[head + 1]):
                unseen[piece[i]] = 0
            order[taken], gained[taken] = head, now
            taken += 1
        elif now > 0:
            heapq.heapreplace(heap, (-now, head))
        else:
            heapq.heappop(heap)
    return order[:taken], gained[:taken]


def agree(picks, order, gained, who: str) -> None:
    assert (picks.order == order).all(), f"{who} picked other heads"
    assert (picks.gain == gained).all(), f"{who} found other gains"


def selection(given) -> list[dict]:
    """The whole city: sight, incidence and choice, and the compiled and the Python peer."""
    table = []
    candidates, picks = (30_000, 6_000) if given.quick else (CANDIDATES, PICKS)
    for name, reach in RANGES.items():
        seen, stretches, sight_s = system_of(given.blocks, candidates, reach)
        taken: dict[str, list[float]] = {}
        system = incidence.incidence(seen, 0, candidates, stretches)
        greedy.greedy_cover(system, picks)  # compiles
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # before any peer
        cutting_s, (length, ptr, piece) = busy(by_head, system)
        lazy_pieces(length, ptr, piece, 10)
        for _ in range(given.rounds):
            took, system = busy(incidence.incidence, seen, 0, candidates, stretches)
            taken.setdefault("incidence_s", []).append(took)
            took, found = busy(greedy.greedy_cover, system, picks)
            taken.setdefault("choice_s", []).append(took)
            for who, peer in (("lazy, pieces", lazy_pieces), ("heapq, numpy", heapq_numpy)):
                took, other = busy(peer, length, ptr, piece, picks)
                agree(found, *other, who)
                taken.setdefault(who, []).append(took)
        row = {"ranges": name, "candidates": candidates, "intervals": len(system.head)}
        row |= {"pieces seen by heads": len(piece), "sight_s": sight_s}
        row["cutting for peers"] = cutting_s
        row |= {key: statistics.median(values) for key, values in taken.items()}
        for who in ("lazy, pieces", "heapq, numpy"):
            pairs = zip(taken[who], taken["choice_s"], strict=True)
            row[f"{who}: times as slow"] = statistics.median(a / b for a, b in pairs)
        row |= {"picks": len(found.order), "seen_km": found.gain.sum() / 1e6, "peak_gb": peak}
        table.append(row)
        show("selection", row)
    return table


def in_cells(candidates: int):
    """A small city in cells of a metre: as the engine takes it, and which head sees which cell."""
    seen, stretches, _ = system_of(PEER_BLOCKS, candidates, RANGES["40 m"])
    metres = seen._replace(start=np.rint(seen.start), end=np.rint(seen.end))
    end = ((stretches.end + 999) // 1000 * 1000).astype(np.int32)
    system = incidence.incidence(metres, 0, candidates, stretches._replace(end=end))
    base = np.cumsum(end // 1000) - end // 1000
    order, size = system.head_row, (system.end - system.start) // 1000
    within = np.arange(size.sum()) - np.repeat((np.cumsum(size[order]) - size[order]), size[order])
    cell = np.repeat((base[system.row_stretch] + system.start // 1000)[order], size[order]) + within
    ptr = np.concatenate([[0], np.cumsum(size[order])])[system.head_ptr]
    shape = (candidates, int(end.sum() // 1000))
    return system, sparse.csr_matrix((np.ones(len(cell)), cell, ptr), shape=shape)


def peers(given) -> list[dict]:
    """Compare on a small city in cells of a metre with peers that know no lengths."""
    table = []
    for name, solve, candidates, picks in (
        ("apricot, lazy", apricot, PEER_CANDIDATES, PEER_PICKS),
        ("spopt, optimum", spopt, FEW_CANDIDATES, FEW_PICKS),
    ):
        system, matrix = in_cells(candidates)
        found = greedy.greedy_cover(system, picks)
        times = [seconds(greedy.greedy_cover, system, picks)[0] for _ in range(5)]
        ours = statistics.median(times)
        try:
            took, metres = seconds(solve, matrix, picks)
        except ImportError as error:
            show("peers", {name: f"not installed ({error})"})
            continue
        row = {"peer": name, "candidates": candidates, "picks": picks}
        row |= {"engine_s": ours, "peer_s": took, "times as slow": took / ours}
        row |= {"engine_m": int(found.gain.sum()) // 1000, "peer_m": metres}
        table.append(row)
        show("peers", row)
    return table


def spopt(matrix, count: int) -> int:
    """Metres seen at best, by spopt's maximal covering location problem (integer programming)."""
    import pulp
    from spopt.locate import MCLP

    sees = matrix.toarray().astype(bool).T
    cells, metres = np.unique(sees[sees.any(axis=1)], axis=0, return_counts=True)
    away = np.where(cells, 0.0, 1.0)
    model = MCLP.from_cost_matrix(away, metres.astype(float), 0.5, p_facilities=count)
    model.solve(pulp.PULP_CBC_CMD(msg=False))
    chosen = np.array([place.value() > 0.5 for place in model.fac_vars])
    return int(metres[cells[:, chosen].any(axis=1)].sum())


def apricot(matrix, count: int) -> int:
    """Metres seen by the lazy greedy of apricot-select."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from apricot import MaxCoverageSelection

        chosen = MaxCoverageSelection(count, optimizer="lazy").fit(matrix)
    return int(chosen.gains.sum())


def bounds(given) -> list[dict]:
    """How much better any other fleet of these candidates could be."""
    table = []
    candidates = 30_000 if given.quick else CANDIDATES
    for name, reach in RANGES.items():
        seen, stretches, _ = system_of(given.blocks, candidates, reach)
        system = incidence.incidence(seen, 0, candidates, stretches)
        picks = greedy.greedy_cover(system, max(TOTALS))
        for total in TOTALS:
            found = int(picks.gain[:total].sum())
            simple = bound.coverage_bounds(system, picks, [total], steps=0)[0]
            took, (best,) = seconds(bound.coverage_bounds, system, picks, [total])
            row = {"ranges": name, "heads": total, "greedy_km": found / 1e6}
            row |= {"of greedy's own bound": found / simple, "of the bound": found / best}
            table.append(row | {"bound_s": took})
            show("bound", table[-1])
    return table


def show(part: str, row: dict) -> None:
    cells = (f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items())
    print(f"{part:10}", " | ".join(cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--blocks", type=int, default=BLOCKS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--parts", nargs="+", default=["selection", "peers", "bound"])
    given = parser.parse_args()
    parts = {"selection": selection, "peers": peers, "bound": bounds}
    result = {"machine": platform.processor() or platform.machine(), "numba": numba.__version__}
    for part in given.parts:
        result[part] = parts[part](given)
    if given.out:
        given.out.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
