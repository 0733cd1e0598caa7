"""Where software could read a face: the interval of distance of a lens, by named case.

What software needs is a table of facts (`sim/facts/software.csv`): pixels between the pupils, the
steepest line of sight, the largest turn of the face. The pixels end the interval far away, the
steepness near the head; for many lenses nothing is left between the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.cameras.optics import (
    CAMERA_TYPES,
    FACE_HEIGHT_M,
    PIXELS_PER_METRE,
    TASKS,
    Optics,
    facts_table,
)
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.cameras.fleet import Fleet

PUPILS_M = 0.063
"""Distance between the pupils of a face, m."""
NEAREST_TASK = TASKS[-1]
"""Software needs more pixels than any task: what it could read lies in what can be identified."""
EMPTY = (0.0, 0.0)


@dataclass(frozen=True)
class SoftwareCase:
    """What one kind of software needs of a picture.

    Attributes
    ----------
    name
        lenient, typical or strict.
    pupil_px
        Pixels between the pupils.
    pitch
        Steepest line of sight from the head down to the face, degrees.
    turn
        Largest angle between the walking direction and the direction to the head, degrees.
    hit_rate
        Share of listed people found when their face is read.
    sources
        Of each number, where it comes from or the word assumption.

    Raises
    ------
    InputError
        An angle is not within 0 to 90 degrees, or fewer pixels are asked for than it takes to
        identify.
    """

    name: str
    pupil_px: float
    pitch: float
    turn: float
    hit_rate: float
    sources: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse what could not be read."""
        if not (0 < self.pitch < 90 and 0 <= self.turn < 90 and 0 <= self.hit_rate <= 1):
            raise InputError(f"software {self.name}: give angles below 90° and a hit rate 0..1")
        if self.px_per_m < PIXELS_PER_METRE[-1]:
            least = PIXELS_PER_METRE[-1] * PUPILS_M
            raise InputError(
                f"software {self.name}: {self.pupil_px} px between the pupils are fewer than the "
                f"{least:g} of identify; give more"
            )

    @property
    def px_per_m(self) -> float:
        """Pixels a metre on the face."""
        return self.pupil_px / PUPILS_M

    def interval(self, lens: Optics) -> tuple[float, float]:
        """Return the horizontal distances between which a face can be read, m.

        Parameters
        ----------
        lens
            A camera type.

        Returns
        -------
        Nearest and farthest; both 0 where no place is near enough and far enough at once.

        Notes
        -----
        Far: √(slant² − (mount − 1.6)²), slant from the lens's projection, no farther than the upper
        edge of the picture. Near: the larger of the near limit and (mount − 1.6) / tan(pitch).
        """
        drop = lens.mount_m - FACE_HEIGHT_M
        slant = float(lens.slant_range(self.px_per_m))
        far = min(np.sqrt(max(slant**2 - drop**2, 0.0)), lens.far_limit())
        near = max(lens.near_limit(), self._steepest(drop))
        return (near, float(far)) if near < far else EMPTY

    def intervals(self, fleet: Fleet) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return `interval` of every head, from its near limit, ranges and height.

        Returns
        -------
        Nearest and farthest, shape (heads,), both 0 where the interval is empty.

        Notes
        -----
        Slant ranges go with the inverse of the pixels needed, so that to identify gives that of
        software. Where the upper edge of the picture ends every task, it is the camera type's.
        """
        heads = fleet.arrays
        drop = heads.mount - FACE_HEIGHT_M
        identify, detect = heads.reach[:, -1], heads.reach[:, 0]
        slant = np.hypot(identify, drop) * (PIXELS_PER_METRE[-1] / self.px_per_m)
        names = list(fleet.heads.get("camera_type", [""] * len(fleet)))
        for row in np.flatnonzero((identify > 0) & (identify == detect)):
            kind = CAMERA_TYPES.get(names[row])
            if kind is not None:
                slant[row] = max(float(kind.slant_range(self.px_per_m)), slant[row])
        far = np.minimum(np.sqrt(np.maximum(slant**2 - drop**2, 0.0)), identify)
        near = np.maximum(heads.near, self._steepest(drop))
        read = (identify > 0) & (near < far)
        return np.where(read, near, 0.0), np.where(read, far, 0.0)

    def _steepest(self, drop: Any) -> Any:  # noqa: ANN401 - a number or an array of them
        """Distance nearer than which the line of sight to a face so far below is too steep, m."""
        return drop / np.tan(np.radians(self.pitch))


def _case_of(row: Mapping[str, str]) -> SoftwareCase:
    """Return the case that a row of the table says."""
    sources = {name: row[f"{name}_source"] for name in ("pupil", "pitch", "turn", "hit")}
    pupil_px, pitch, turn, hit_rate = (
        float(row[name]) for name in ("pupil_px", "pitch", "turn", "hit_rate")
    )
    name = row["case"]
    return SoftwareCase(name, pupil_px, pitch, turn, hit_rate, MappingProxyType(sources))


SOFTWARE_CASES: Mapping[str, SoftwareCase] = MappingProxyType(
    {row["case"]: _case_of(row) for row in facts_table("software.csv")}
)
"""The named cases, the most capable software first; all of them are shown, none is pooled."""
REFERENCE_CASE = "lenient"
"""The case that stands for software where one figure is given."""
