"""Where software could read a number plate: the interval of distance of a head, by named case.

What software needs is a table of facts (`sim/facts/plates.csv`): pixels a metre on the plate, the
steepest line of sight, the largest angle to the road, the highest head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import FACE_HEIGHT_M, PIXELS_PER_METRE, facts_table
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet

PLATE_HEIGHT_M = 0.5
"""Middle of a plate above the road, m; an assumption."""


@dataclass(frozen=True)
class PlateCase:
    """What one kind of software needs to read a number plate.

    Attributes
    ----------
    name
        lenient, typical or strict.
    px_per_m
        Pixels a metre on the plate.
    vertical
        Steepest line of sight from the head down to the plate, degrees.
    horizontal
        Largest angle between the road and the direction to the head, degrees.
    highest_m
        Highest head, m above the road.
    sources
        Of each number, where it comes from or the word assumption.

    Raises
    ------
    InputError
        A number cannot be.
    """

    name: str
    px_per_m: float
    vertical: float
    horizontal: float
    highest_m: float
    sources: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse what could not be read."""
        angles = 0 < self.vertical < 90 and 0 <= self.horizontal < 90
        if not (angles and self.px_per_m > 0 and self.highest_m > PLATE_HEIGHT_M):
            raise InputError(
                f"plates {self.name}: give pixels above 0, angles below 90° and a height above "
                f"{PLATE_HEIGHT_M} m"
            )

    def intervals(self, fleet: Fleet) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the horizontal distances between which each head could read a plate, m.

        Parameters
        ----------
        fleet
            Heads with their ranges, near limits and heights.

        Returns
        -------
        tuple
            Nearest and farthest, shape (heads,), both 0 where no place is near and far enough.

        Notes
        -----
        Slant ranges go with the inverse of the pixels needed, so those of the tasks give the
        plate's; far = √(slant² − (mount − 0.5)²), no farther than a head detects. Near is the
        larger of where the lower edge of the picture comes down to the plate and of
        (mount − 0.5) / tan(vertical). Walls cut the line to a face, not to the plate.
        """
        heads = fleet.arrays
        to_face, drop = heads.mount - FACE_HEIGHT_M, heads.mount - PLATE_HEIGHT_M
        px = np.array(PIXELS_PER_METRE)
        slants = np.hypot(heads.reach, to_face[:, None]) * px / self.px_per_m
        slant = np.where(heads.reach > 0, slants, 0.0).max(axis=1)
        far = np.minimum(np.sqrt(np.maximum(slant**2 - drop**2, 0.0)), heads.reach[:, 0])
        lower_edge = heads.near * drop / to_face
        near = np.maximum(lower_edge, drop / np.tan(np.radians(self.vertical)))
        read = (near < far) & (heads.mount <= self.highest_m)
        return np.where(read, near, 0.0), np.where(read, far, 0.0)


def _case_of(row: Mapping[str, str]) -> PlateCase:
    """Return the case that a row of the table says."""
    sources = {name: row[f"{name}_source"] for name in ("px", "over", "angle", "height")}
    return PlateCase(
        row["case"], float(row["px"]) / float(row["over_m"]), float(row["vertical"]),
        float(row["horizontal"]), float(row["highest_m"]), MappingProxyType(sources),
    )  # fmt: skip


PLATE_CASES: Mapping[str, PlateCase] = MappingProxyType(
    {row["case"]: _case_of(row) for row in facts_table("plates.csv")}
)
"""The named cases, the most capable first; all of them are shown, none is pooled."""
