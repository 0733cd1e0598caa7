"""Who walks and how, with defaults and limits.

The scenario language takes the defaults and limits of its keys under `trips` from here. The file
loads neither numpy nor numba, so that a scenario is checked quickly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from sim.limits import check, limited

WALKING_SPEED_M_S = 1.34
"""Mean free walking speed on the flat, m/s (Weidmann, Transporttechnik der Fussgänger, 1993)."""
WalkKind = Literal["home-station", "home-market", "station-office"]
USUAL_KINDS: tuple[WalkKind, ...] = get_args(WalkKind)
"""Pairs of kinds of place between which people walk, origin first."""


FORMER_PROFILES = {
    "marcher": "is no profile any more; a crowd on the move is an entry of trips.crowds"
}
"""Profiles of earlier versions, and what stands in their place."""


@dataclass(frozen=True)
class TripParameters:
    """Who walks and how, as a scenario says it.

    Attributes
    ----------
    people
        Persons sampled, a walk or a day each.
    kinds
        Pairs of kinds of place between which they walk, origin first.
    taste
        Sigma of the personal lognormal factor on the walking time of each street; 0 is exact
        shortest walks.
    speed_m_s
        Walking speed on the flat, m/s.
    od_share
        Share of the people of an origin-destination table that are simulated.

    Raises
    ------
    InputError
        A number is outside its limits; names the key.
    """

    people: int = limited(2000, at_most=1_000_000, whole=True)
    kinds: tuple[str, ...] = USUAL_KINDS
    taste: float = limited(0.2, at_most=2)
    speed_m_s: float = limited(WALKING_SPEED_M_S, at_least=0.2, at_most=3, unit="m/s")
    od_share: float = limited(1.0, above=0, at_most=1)

    def __post_init__(self) -> None:
        """Refuse values out of range, naming the key."""
        check(self, "trips")
