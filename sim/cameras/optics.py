"""From lens and sensor to what a head can tell: field of view, range and near limit per task.

Pixel densities are those of EN 62676-4:2014 (detect 25, observe 62.5, recognise 125, identify
250 pixels per metre on the target). It knows one head at a time and no map.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError

TASKS = ("detect", "observe", "recognise", "identify")
"""The four tasks, from the loosest to the strictest."""
PIXELS_PER_METRE = (25.0, 62.5, 125.0, 250.0)
"""Pixel density each task needs on the target (EN 62676-4:2014)."""
FACE_HEIGHT_M = 1.6


@dataclass(frozen=True)
class Optics:
    """A camera type.

    Attributes
    ----------
    width_px, height_px
        Pixels across and down the picture.
    field_of_view
        Horizontal, degrees; 180 and more is a panoramic head.
    mount_m
        Height of the lens above the way, m; above 1.6.
    """

    width_px: int
    height_px: int
    field_of_view: float
    mount_m: float

    def ranges(self) -> NDArray[np.float64]:
        """Return the horizontal range per task, m, shape (4,); 0 where the task is out of reach.

        Slant range R = width / (2 tan(fov/2) · px/m), for panoramic heads width / (2π · px/m)
        · 360/fov; horizontal range √(R² − (mount − 1.6)²).
        """
        if self.mount_m <= FACE_HEIGHT_M:
            raise InputError(
                f"mount height {self.mount_m} m is not above a face (1.6 m); raise the camera"
            )
        density = np.array(PIXELS_PER_METRE)
        if self.field_of_view >= 180:
            slant = self.width_px / (2 * np.pi * density) * 360 / self.field_of_view
        else:
            slant = self.width_px / (2 * np.tan(np.radians(self.field_of_view) / 2) * density)
        squared = slant**2 - (self.mount_m - FACE_HEIGHT_M) ** 2
        return np.sqrt(np.maximum(squared, 0.0))

    def near_limit(self) -> float:
        """Return the distance nearer than which a face passes below the picture, m.

        The head is tilted so that the upper edge of its picture meets the horizon; a panoramic
        head, or one whose picture spans a right angle from top to bottom, looks straight down as
        well and has no near limit.
        """
        if self.field_of_view >= 180:
            return 0.0
        across = np.tan(np.radians(self.field_of_view) / 2)
        vertical = 2 * np.arctan(across * self.height_px / self.width_px)
        if vertical >= np.pi / 2:
            return 0.0
        return float((self.mount_m - FACE_HEIGHT_M) / np.tan(vertical))


CASES = {
    "weak": Optics(1920, 1080, 90.0, 4.0),
    "typical": Optics(3840, 2160, 62.0, 4.0),
    "strong": Optics(3840, 2160, 40.0, 5.0),
}
"""Three market cases, never pooled: full HD wide angle; 4K (as in the rough trial); 4K tele."""
