"""What following and recognising people assumes, with defaults and limits.

The scenario language takes the defaults and limits of its keys under `tracking` and `recognition`
from here. The file loads neither numpy nor numba, so that a scenario is checked quickly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from sim.cameras.tasks import Task
from sim.errors import InputError
from sim.limits import check, limited

PERSON = "person"
LiveBy = Literal["lenient", "typical", "strict", "person"]
LIVE_BY: tuple[str, ...] = get_args(LiveBy)
"""Who may identify walkers as they pass: software of a named case, or a person."""
LARGEST_TABLE = 20_000_000
"""Rows of walks × totals × tasks; so many take about 10 GB."""

CrowdName = Literal["quiet", "busy", "crush", "by_hour"]
"""Named cases of how many walk on a street; `by_hour` asks `sim/facts/crowds.csv`."""
BY_HOUR = "by_hour"
CROWDS = {"quiet": 0.01, "busy": 0.1, "crush": 1.0}
"""Walkers per m² of street between façades, in each case: assumptions."""


@dataclass(frozen=True)
class TrackingParameters:
    """What it takes to identify a walker and to follow one from camera to camera.

    Attributes
    ----------
    memory_s
        Time constant τ of losing a track in an unseen gap by chance, s;
        `sim/facts/reidentification.csv` brackets it.
    look_alike_share
        Share α of other walkers, 0 to 1, whom a camera cannot tell from the one followed.
    crowd
        Case of the density δ of walkers: one of `CROWDS` everywhere at all hours, or "by_hour",
        by class of street and hour of departure.
    walkers_per_m2
        Density δ everywhere at all hours, people per m2 of street, in place of a case; that of
        the case where None.
    dwell_needed_s
        Time in view from which a sighting identifies with the full hit rate, s.
    facing_degrees
        Largest angle between the walking direction and the direction to the head at which the
        face counts as turned to it, degrees.
    hit_rate
        Probability that a person who watches or searches recordings identifies a walker, per task
        from detect to identify; the mean over walkers.
    hit_rate_spread
        How much it varies by person: its variance as a share of m (1 − m), the largest that a
        probability of mean m can have. 0: all alike; 1: each person always or never.
    live_by
        Who identifies walkers as they pass: software of a case of `sim.cameras.software`, within
        its own distances, turn of the face and hit rate, or a person, with `hit_rate` and
        `facing_degrees`. Afterwards it is always a person who searches recordings.
    uptime
        Share of heads, 0 to 1, that work on the day simulated; which ones is drawn once per head.

    Raises
    ------
    InputError
        A number is outside its limits, the case is unknown, or there are not four hit rates;
        names the key.
    """

    memory_s: float = limited(600.0, at_least=0.001, at_most=1_000_000, unit="s")
    look_alike_share: float = limited(0.05, at_most=1)
    crowd: CrowdName = "quiet"
    walkers_per_m2: float | None = limited(None, at_most=10, unit="people/m2")
    dwell_needed_s: float = limited(1.0, at_least=0.000_001, at_most=600, unit="s")
    facing_degrees: float = limited(60.0, at_most=180, unit="degrees")
    hit_rate: tuple[float, float, float, float] = limited((0.0, 0.0, 0.5, 0.9), at_most=1)
    hit_rate_spread: float = limited(0.0, at_most=1)
    uptime: float = limited(1.0, at_most=1)
    live_by: LiveBy = "lenient"

    def __post_init__(self) -> None:
        """Refuse values out of range, naming the key."""
        check(self, "tracking")
        if self.crowd not in get_args(CrowdName):
            known = ", ".join(get_args(CrowdName))
            raise InputError(f"crowd is {self.crowd!r}; give {known}", key="tracking.crowd")
        if len(self.hit_rate) != 4:
            raise InputError(
                f"hit_rate is {self.hit_rate}; give four probabilities, detect to identify",
                key="tracking.hit_rate",
            )
        if self.live_by not in LIVE_BY:
            raise InputError(
                f"live_by is {self.live_by}; give one of {', '.join(LIVE_BY)}",
                key="tracking.live_by",
            )

    @property
    def everywhere(self) -> float | None:
        """Walkers per m2 of street where they are as many everywhere at all hours, else None."""
        return CROWDS.get(self.crowd) if self.walkers_per_m2 is None else self.walkers_per_m2


@dataclass(frozen=True)
class SearchParameters:
    """For how many walks the figures are found that need a search of the network.

    Attributes
    ----------
    subsample
        Walks drawn for it; a share of one half has an error of 3.5 % with 200.

    Raises
    ------
    InputError
        The number is outside its limits; names the key.
    """

    subsample: int = limited(200, at_most=100_000, whole=True)

    def __post_init__(self) -> None:
        """Refuse a number out of range, naming the key."""
        check(self, "tracking")


@dataclass(frozen=True)
class RecognitionParameters:
    """The list that faces are compared with, and the picture it takes.

    Attributes
    ----------
    gallery
        Pictures on the list; 10,000 is that of the British test of 2023, Hong Kong's is not
        published.
    task
        Image quality that the software needs. At 250 px/m (identify) eyes 63 mm apart are 16
        pixels apart, at 125 px/m only 8: too few for machines.

    Raises
    ------
    InputError
        The gallery is outside its limits; names the key.
    """

    gallery: int = limited(10_000, at_least=1, at_most=100_000_000, unit="pictures", whole=True)
    task: Task = "identify"

    def __post_init__(self) -> None:
        """Refuse a number out of range, naming the key."""
        check(self, "recognition")


@dataclass(frozen=True)
class MovingCrowd:
    """A crowd that walks a way together: a marathon, a festival, the way home from fireworks.

    Attributes
    ----------
    length_m
        From its front to its rear, m.
    width_m
        Across the street, m.
    people_per_m2
        Density, people per m2 of the crowd.
    speed_m_s
        At which it walks or runs on the flat, m/s; that of the run's walks where None.
    body_width_m
        Diameter of the upright cylinder that stands for a body, m; an assumption, about the
        breadth of shoulders. 0: bodies hide no face.
    body_height_m
        Its height, m; an assumption. Faces are at 1.6 m.

    Raises
    ------
    InputError
        A number is outside its limits; names the key.
    """

    length_m: float = limited(200.0, at_least=1, at_most=20_000, unit="m")
    width_m: float = limited(8.0, at_least=1, at_most=100, unit="m")
    people_per_m2: float = limited(1.0, at_least=0.001, at_most=10, unit="people/m2")
    speed_m_s: float | None = limited(None, at_least=0.1, at_most=7, unit="m/s")
    body_width_m: float = limited(0.45, at_most=2, unit="m")
    body_height_m: float = limited(1.7, at_least=1.6, at_most=2.5, unit="m")

    def __post_init__(self) -> None:
        """Refuse values out of range, naming the key."""
        check(self, "trips.crowds")

    @property
    def people(self) -> float:
        """How many walk in it."""
        return self.length_m * self.width_m * self.people_per_m2
