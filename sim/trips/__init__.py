"""People on foot: routes with personal taste, sampled walks and named walks."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["WALKING_SPEED_M_S", "Trips"]

WALKING_SPEED_M_S = 1.34
"""Mean free walking speed on the flat, m/s (Weidmann, Transporttechnik der Fussgänger, 1993)."""


@dataclass(frozen=True)
class Trips:
    """Walks over a street network, each from junction to junction.

    Attributes
    ----------
    table
        A trip a row, index 0…n-1: person (int64; -1 for named walks), kind (for example
        "home-station"), name, name_zh (empty unless named), named (bool), origin, destination
        (node index, int32), length (m), duration_s.
    path_ptr
        Edges of trip i are path_ptr[i] : path_ptr[i + 1] in walking order, int64 (n + 1).
    path_edge
        Edge index, int32.
    path_backward
        True where the edge is walked from v to u.
    unreachable
        Number of pairs asked for that the network does not join.
    speed_m_s
        Walking speed on the flat that the durations assume, m/s.
    report
        What was asked for, left out, redrawn and dropped, as counts.
    """

    table: pd.DataFrame
    path_ptr: NDArray[np.int64]
    path_edge: NDArray[np.int32]
    path_backward: NDArray[np.bool_]
    unreachable: int = 0
    speed_m_s: float = WALKING_SPEED_M_S
    report: dict[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.table)
