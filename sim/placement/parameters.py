"""How many cameras, where and whose, with defaults and limits.

The scenario language takes the defaults and limits of its keys under `cameras` from here. The file
loads neither numpy nor geopandas, so that a scenario is checked quickly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from sim.cameras.tasks import Task
from sim.limits import check, limited, metadata

if TYPE_CHECKING:
    import geopandas as gpd

LARGEST_TOTAL = 1_000_000
"""Most heads in a whole city."""
ShareRule = Literal["population", "daytime", "streets", "equal", "given", "direct", "as_planned"]
OF_DISTRICTS: tuple[ShareRule, ...] = ("population", "daytime", "streets", "equal")
"""Rules that share the city's heads out among its 18 districts."""
AS_PLANNED = "as_planned"
"""In place of a share rule or a strategy: what each phase of the plan names."""
PlanName = Literal[
    "as_announced", "announced_all_urban", "announced_few_police", "announced_many_police", "own"
]
"""Readings of the announced plan (`sim/facts/announced.yaml`), or the scenario's own `phases`."""
OWN_PLAN: PlanName = "own"
DistrictName = Literal[
    "Central and Western", "Wan Chai", "Eastern", "Southern", "Yau Tsim Mong", "Sham Shui Po",
    "Kowloon City", "Wong Tai Sin", "Kwun Tong", "Kwai Tsing", "Tsuen Wan", "Tuen Mun", "Yuen Long",
    "North", "Tai Po", "Sha Tin", "Sai Kung", "Islands",
]  # fmt: skip
"""The names of `sim.area.districts`, for the scenario language, which loads no table."""
SHARE_RULES: tuple[ShareRule, ...] = get_args(ShareRule)
StreetShareCase = Literal["low", "middle", "high"]
"""Names of `sim.placement.growth.STREET_SHARES`."""
OwnerName = Literal["police", "department", "transport", "estate", "mall", "other"]
HowExcluded = Literal["no_site", "masked"]
CandidateName = Literal["inferred", "lamp_posts", "poles"]
"""Where simulated cameras may hang: places that the engine infers, the city's lamp posts, or these
with traffic lights and faces of footbridges."""
PlaceKind = Literal["home", "landmark", "market", "office", "school", "sensitive", "station"]


@dataclass(frozen=True)
class Phase:
    """A step of the city's growth.

    Attributes
    ----------
    total
        Heads in the city when the phase is complete.
    year
        By which they hang.
    mix
        Weight by owner of the heads that the phase adds.
    name
        What it is called.
    districts
        Where its heads go, by English name; to all districts where none is named. Only in a plan,
        as what follows.
    strategy
        Strategy, or mix of strategies by weight, by owner; owners that are not named take the
        strategy of the scenario.
    linked
        Owners whose cameras hang already and are only joined to the system.
    said, source, trust
        What was said of the phase, by whom, and how far that can be trusted.
    """

    total: int = field(metadata=metadata(at_least=1, at_most=LARGEST_TOTAL, whole=True))
    year: int = field(metadata=metadata(at_least=1900, at_most=2200, whole=True))
    mix: Mapping[str, float]
    name: str = ""
    districts: tuple[str, ...] = ()
    strategy: Mapping[str, str | Mapping[str, float]] = field(default_factory=dict)
    linked: tuple[str, ...] = ()
    said: str = ""
    source: str = ""
    trust: str = ""


@dataclass(frozen=True)
class Plan:
    """How a city's cameras grow, phase by phase.

    Attributes
    ----------
    name
        What it is called.
    phases
        In ascending order of total.
    share_rule
        By which each phase's own heads are shared out among its districts.
    """

    name: str
    phases: tuple[Phase, ...]
    share_rule: str = "daytime"


PHASES = (
    Phase(4_000, 2025, {"police": 1.0}),
    Phase(11_000, 2026, {"police": 1.0, "department": 6.0}),
    Phase(60_000, 2028, {"department": 1.0, "transport": 1.0, "estate": 1.0, "mall": 1.0}),
)
"""Growth as announced (about 4,000 in 2025; 11,000 in early 2026, 5,000 of them police; 60,000 by
2028). The owners of the last phase are not published: equal parts are our assumption."""


@dataclass(frozen=True)
class Exclusion:
    """Somewhere cameras are kept away from, or see nothing of.

    Attributes
    ----------
    places
        Kinds of places of the city.
    shapes
        Points, lines or polygons of the user's own, in any CRS.
    metres
        How far around them, m.
    how
        "no_site": no camera is hung there; "masked": cameras hang where they do, and what they see
        there is cut out.

    Raises
    ------
    InputError
        A number is outside its limits; names the key.
    """

    places: tuple[PlaceKind, ...] = ()
    shapes: gpd.GeoDataFrame | None = None
    metres: float = limited(50.0, at_most=5_000, unit="m")
    how: HowExcluded = "no_site"

    def __post_init__(self) -> None:
        """Refuse values out of range, naming the key."""
        check(self, "cameras.exclude")


@dataclass(frozen=True)
class PlacementParameters:
    """How the heads of a city are shared out and placed.

    Attributes
    ----------
    strategy
        A strategy by name.
    share_rule
        How the city's total is shared out.
    share
        Share of the city's heads that stand in the region, with share_rule "given" only.
    street_share
        Case of how many heads watch a street.
    mobile_share
        Share of the heads that are mobile and so stand nowhere.
    optics
        A camera type by name.
    heads_per_site
        Mean heads on one pole.

    Raises
    ------
    InputError
        A number is outside its limits; names the key.
    """

    strategy: str = "junctions"
    share_rule: ShareRule = "population"
    share: float | None = limited(None, at_most=1)
    street_share: StreetShareCase = "middle"
    mobile_share: float = limited(0.0, at_most=1)
    optics: str = "typical"
    heads_per_site: float = limited(2.5, at_least=1, at_most=8)

    def __post_init__(self) -> None:
        """Refuse values out of range, naming the key."""
        check(self, "cameras")


@dataclass(frozen=True)
class Objective:
    """What a scenario asks of strategies that aim at something.

    Attributes
    ----------
    near
        Kinds of places (strategy places).
    points
        Points of the user's own, in any CRS (strategy points); column weight where some weigh
        more.
    task
        Quality that counts (equity, greedy_cover, greedy_trips).
    times
        How often a walk should be seen (greedy_trips).

    Raises
    ------
    InputError
        A number is outside its limits; names the key.
    """

    near: tuple[PlaceKind, ...] = ("station", "market", "school", "sensitive")
    points: gpd.GeoDataFrame | None = None
    task: Task = "recognise"
    times: int = limited(1, at_least=1, at_most=100, whole=True)

    def __post_init__(self) -> None:
        """Refuse values out of range, naming the key."""
        check(self, "cameras.aims")
