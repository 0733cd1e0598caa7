"""From lens and sensor to what a head can tell: field of view, range and near limit per task.

Pixel densities and camera types are tables of facts (`sim/facts/pixel_density.csv`,
`sim/facts/camera_types.csv`). Camera types are taken one at a time.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.arguments import named_arguments, number
from sim.cameras import tasks
from sim.errors import InputError

TASKS = tasks.TASKS
"""The four tasks, from the loosest to the strictest."""
FACE_HEIGHT_M = 1.6
PROJECTIONS = ("rectilinear", "equidistant", "panoramic")
"""How lenses draw: straight lines straight; equal angles equally far apart; round the horizon."""
WIDEST_RECTILINEAR = 80.0
"""Field of view, degrees, above which a lens whose projection is not stated is equidistant."""


def facts_table(name: str) -> list[dict[str, str]]:
    """Return the rows of a table in `sim/facts`, without its comments."""
    text = files("sim.facts").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


_DENSITY = {row["task"]: float(row["px_per_m"]) for row in facts_table("pixel_density.csv")}
PIXELS_PER_METRE = tuple(_DENSITY[task] for task in TASKS)
"""Pixel density each task needs on the target (EN 62676-4:2014)."""


@dataclass(frozen=True)
class Optics:
    """A camera type.

    Attributes
    ----------
    width_px, height_px
        Pixels across and down the picture; of a panoramic head, pixels round the horizon.
    field_of_view
        Horizontal angle of the lens, degrees; 180 and more is a panoramic head.
    mount_m
        Height of the lens above the way, m; above 1.6.
    tilt
        Degrees below the horizon of the middle of the picture. None: the upper edge of the
        picture meets the horizon.
    sweep
        Angle that a turning head covers, degrees, from `field_of_view` to 360; None: fixed.
    mean_duty
        Share of time for which a turning head looks in any one direction of its sweep; None: an
        even tour, field_of_view / sweep. Watching one way more than others takes duty from those.
    projection
        One of `PROJECTIONS`. None: by the field of view, rectilinear to 80 degrees, equidistant
        above, panoramic from 180.

    Raises
    ------
    InputError
        A number is not finite or out of its range, or a panoramic head is tilted or turned.
    """

    width_px: int
    height_px: int
    field_of_view: float
    mount_m: float
    tilt: float | None = None
    sweep: float | None = None
    mean_duty: float | None = None
    projection: str | None = None

    def __post_init__(self) -> None:
        for name in ("width_px", "height_px", "field_of_view", "mount_m"):
            number()(name, getattr(self, name))
        for name in ("tilt", "sweep", "mean_duty"):
            if getattr(self, name) is not None:
                number()(name, getattr(self, name))
        for problem in self._problems():
            raise InputError(f"camera type: {problem}")

    def _problems(self) -> list[str]:
        """Return what is wrong, in the order in which it should be fixed."""
        sweep, duty = self.sweep, self.mean_duty
        checks = (
            (min(self.width_px, self.height_px) > 0, "a picture has no pixels; give its size"),
            (0 < self.field_of_view <= 360, f"field of view {self.field_of_view}° is not 0..360"),
            (
                FACE_HEIGHT_M < self.mount_m < np.inf,
                f"mount height {self.mount_m} m is not above a face (1.6 m); raise the camera",
            ),
            (self.tilt is None or abs(self.tilt) <= 90, f"tilt {self.tilt}° is not -90..90"),
            (
                not self.panoramic or (self.tilt is None and sweep is None),
                "a panoramic head neither tilts nor turns; leave tilt and sweep out",
            ),
            (
                sweep is None or self.field_of_view <= sweep <= 360,
                f"sweep {sweep}° is not between the field of view and 360; correct it",
            ),
            (
                duty is None or (sweep is not None and 0 <= duty <= 1),
                f"duty {duty} is not a share 0..1 of a turning head's time; correct it",
            ),
            (
                self.projection in (None, *PROJECTIONS),
                f'unknown projection "{self.projection}"; choose one of {", ".join(PROJECTIONS)}',
            ),
            (
                self.projection is None or self.panoramic == (self.projection == "panoramic"),
                f"a lens of {self.field_of_view}° is not {self.projection}; from 180° on it is "
                "panoramic, below it is not",
            ),
        )
        return [problem for good, problem in checks if not good]

    @classmethod
    @named_arguments(sensor_width_mm=number(), focal_mm=number())
    def from_lens(
        cls,
        sensor_width_mm: float,
        focal_mm: float,
        width_px: int,
        height_px: int,
        mount_m: float,
        *,
        tilt: float | None = None,
        sweep: float | None = None,
        mean_duty: float | None = None,
        projection: str | None = None,
    ) -> Optics:
        """Make a camera type from its sensor and lens.

        The field of view is 2 atan(width / 2 focal) of a rectilinear lens and width / focal, in
        radians, of an equidistant or panoramic one.

        Parameters
        ----------
        sensor_width_mm, focal_mm
            Width of the sensor's active part and focal length, mm. A nominal format such as 1/2.8"
            is not a width: look it up in the sensor's data sheet (about 5.6 mm for 1/2.8").
        width_px, height_px, mount_m, tilt, sweep, mean_duty
            As of the class itself.
        projection
            As of the class itself. None: rectilinear where that gives no more than 80 degrees, else
            equidistant, or panoramic where that gives 180 and more.

        Raises
        ------
        InputError
            A length is not positive, or any of the camera type's own numbers is wrong.
        """
        if not (0 < sensor_width_mm < np.inf and 0 < focal_mm < np.inf):
            raise InputError(
                f"camera type: sensor {sensor_width_mm} mm and lens {focal_mm} mm must be positive"
            )
        straight = float(np.degrees(2 * np.arctan(sensor_width_mm / (2 * focal_mm))))
        even = float(np.degrees(sensor_width_mm / focal_mm))
        if projection is None:
            wide = "panoramic" if even >= 180 else "equidistant"
            projection = "rectilinear" if straight <= WIDEST_RECTILINEAR else wide
        field_of_view = straight if projection == "rectilinear" else even
        return cls(width_px, height_px, field_of_view, mount_m, tilt, sweep, mean_duty, projection)

    @property
    def panoramic(self) -> bool:
        """Whether it looks all round, or half round, with one lens."""
        return self.field_of_view >= 180

    @property
    def rectilinear(self) -> bool:
        """Whether the lens draws straight lines straight."""
        if self.projection is None:
            return self.field_of_view <= WIDEST_RECTILINEAR
        return self.projection == "rectilinear"

    @property
    def covered_angle(self) -> float:
        """Horizontal angle that the head covers in time, degrees: its sweep, or its lens's."""
        return self.field_of_view if self.sweep is None else self.sweep

    @property
    def duty(self) -> float:
        """Share of time for which it looks in any one direction that it covers; 1 if fixed."""
        if self.sweep is None:
            return 1.0
        return self.field_of_view / self.sweep if self.mean_duty is None else self.mean_duty

    def slant_ranges(self) -> NDArray[np.float64]:
        """Return the distance from lens to face at which each task is just possible, m, shape (4,).

        Of each task's pixels a metre it is `slant_range`.
        """
        return np.asarray(self.slant_range(np.array(PIXELS_PER_METRE)))

    def slant_range(self, px_per_m: ArrayLike) -> NDArray[np.float64]:
        """Return the distance from lens to face at which so many pixels a metre are left, m.

        Rectilinear: width / (2 tan(fov/2) · px/m); equidistant: width / (fov in radians · px/m);
        panoramic, by pixels round the horizon: width / (2π · px/m) · 360/fov.

        Parameters
        ----------
        px_per_m
            Pixels a metre on the target, one number or an array.
        """
        density = np.asarray(px_per_m, np.float64)
        if self.panoramic:
            return np.asarray(self.width_px / (2 * np.pi * density) * 360 / self.field_of_view)
        angle = np.radians(self.field_of_view)
        across = 2 * np.tan(angle / 2) if self.rectilinear else angle
        return np.asarray(self.width_px / (across * density))

    def ranges(self) -> NDArray[np.float64]:
        """Return the horizontal range per task, m, shape (4,); 0 where the task is empty.

        √(slant² − (mount − 1.6)²), no farther than the upper edge of the picture allows; empty
        where that is no farther than the near limit.
        """
        squared = self.slant_ranges() ** 2 - (self.mount_m - FACE_HEIGHT_M) ** 2
        reach = np.minimum(np.sqrt(np.maximum(squared, 0.0)), self.far_limit())
        return np.where(reach > self.near_limit(), reach, 0.0)

    def empty_tasks(self) -> tuple[str, ...]:
        """Return the names of the tasks for which this camera type sees nobody anywhere."""
        return tuple(task for task, reach in zip(TASKS, self.ranges(), strict=True) if reach == 0)

    def vertical_field_of_view(self) -> float:
        """Return the vertical angle of the lens, degrees, at most 180."""
        if not self.rectilinear:
            return min(self.field_of_view * self.height_px / self.width_px, 180.0)
        across = np.tan(np.radians(self.field_of_view) / 2)
        return float(np.degrees(2 * np.arctan(across * self.height_px / self.width_px)))

    def near_limit(self) -> float:
        """Return the distance nearer than which a face passes below the picture, m.

        0 where the picture reaches straight down, as a panoramic head's does; infinite where the
        whole picture lies above the horizon.
        """
        if self.panoramic:
            return 0.0
        vertical = self.vertical_field_of_view()
        lower = vertical if self.tilt is None else self.tilt + vertical / 2
        if lower >= 90:
            return 0.0
        return self._drop_at(lower)

    def far_limit(self) -> float:
        """Return the distance farther than which a face passes above the picture, m.

        Infinite where the upper edge of the picture meets the horizon or lies above it.
        """
        if self.panoramic or self.tilt is None:
            return float(np.inf)
        return self._drop_at(self.tilt - self.vertical_field_of_view() / 2)

    def _drop_at(self, below: float) -> float:
        """Distance at which a line so many degrees below the horizon is down at a face, m."""
        if below <= 0:
            return float(np.inf)
        return float((self.mount_m - FACE_HEIGHT_M) / np.tan(np.radians(min(below, 90.0))))


def _camera_types() -> Mapping[str, Optics]:
    types = {}
    for row in facts_table("camera_types.csv"):
        tilt, sweep, duty = (float(row[k]) if row[k] else None for k in ("tilt", "sweep", "duty"))
        types[row["name"]] = Optics(
            int(row["width_px"]), int(row["height_px"]), float(row["field_of_view"]),
            float(row["mount_m"]), tilt, sweep, duty, row["projection"] or None,
        )  # fmt: skip
    return MappingProxyType(types)


CAMERA_TYPES = _camera_types()
"""Every camera type by the name that a scenario uses; sources are in the table's header."""
CASES = MappingProxyType({name: CAMERA_TYPES[name] for name in ("weak", "typical", "strong")})
"""Three market cases, never pooled: full HD wide angle; 4K (as in the rough trial); 4K tele."""


def camera_type(name: str, key: str = "") -> Optics:
    """Return a camera type by name.

    Raises
    ------
    InputError
        There is none of that name; lists those there are.
    """
    if name not in CAMERA_TYPES:
        raise InputError(
            f'unknown camera type "{name}"; choose one of {", ".join(CAMERA_TYPES)}', key=key
        )
    return CAMERA_TYPES[name]
