"""What lies near a point: scipy's k-d tree, loaded when the first one is grown.

Free of every room. A run that finds its placement and walks in the cache asks for no tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.spatial import cKDTree


def tree_of(points: NDArray[np.float64]) -> cKDTree:
    """Return the k-d tree of points, shape (points, 2)."""
    from scipy.spatial import cKDTree  # slow: loads all of linear algebra

    return cKDTree(points)
