"""Join what grows dark as cameras are taken away: a forest of unions that keeps every join."""

import numpy as np
from numpy.typing import NDArray

from sim.jit import lean_kernel

SHORTEST_COMPONENT_M = 1e-3
"""Dark stretches shorter than this are seams of rounding and are counted as no component."""
NOT_DARK = np.int32(-(2**31))
"""Parent of an element that is not dark yet."""


@lean_kernel
def grow_dark(
    order: NDArray[np.int64],
    rank: NDArray[np.int32],
    ptr: NDArray[np.int64],
    neighbour: NDArray[np.int32],
    metres: NDArray[np.float64],
    parent: NDArray[np.int32],
    joined: NDArray[np.int32],
    largest: NDArray[np.float64],
    components: NDArray[np.int64],
) -> None:
    """Make one element dark after the other and hang smaller components on larger ones.

    Paths are not shortened: they are kept, for with the total of each join they answer for every
    total. Hanging the smaller on the larger keeps them short. A root has, as its parent, minus the
    number of elements below it.
    """
    for i in range(len(order)):
        root = order[i]
        parent[root] = -1
        count = components[i] + (metres[root] >= SHORTEST_COMPONENT_M)
        for k in range(ptr[order[i]], ptr[order[i] + 1]):
            other = np.int64(neighbour[k])
            if parent[other] == NOT_DARK:
                continue
            while parent[other] >= 0:
                other = np.int64(parent[other])
            if other == root:
                continue
            low, high = (root, other) if parent[root] > parent[other] else (other, root)
            before = (metres[low] >= SHORTEST_COMPONENT_M) + (metres[high] >= SHORTEST_COMPONENT_M)
            parent[high] += parent[low]
            parent[low], joined[low] = high, rank[order[i]]
            metres[high] += metres[low]
            count += (metres[high] >= SHORTEST_COMPONENT_M) - before
            root = high
        largest[i + 1], components[i + 1] = max(largest[i], metres[root]), count
