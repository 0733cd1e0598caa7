"""Who walks where: the keys under `trips`; numbers as in `sim.trips.parameters`."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from sim.scenario.schema.crowds import Crowd
from sim.scenario.schema.values import (
    FilePath,
    Number,
    Part,
    RoomParameters,
    Share,
    Text,
    WayPoint,
    Whole,
    Words,
    mistake,
)
from sim.scenario.units import SHARE, SPEED
from sim.trips.parameters import FORMER_PROFILES, USUAL_KINDS, TripParameters, WalkKind

_TRIPS = RoomParameters(TripParameters)

ProfileName = Literal[
    "commuter", "pupil", "shopper", "older_resident", "night_out", "worker", "visitor"
]
PROFILES: tuple[str, ...] = get_args(ProfileName)
"""The typical days by name; tests hold them equal to `sim/facts/profiles.yaml`."""
PROFILE_TAGS = ("<names>", "<shares>")
"""Tags of the two forms of profiles; pydantic puts them into its locations."""


class Walk(Part):
    """A named walk through way-points, shown on the map with its figures."""

    name: Words = Field(description="Name in English.", examples=["Exit E2 to the Flower Market"])
    name_zh: Text = Field(
        default="", description="Name in Chinese, may be empty.", examples=["E2 出口至花墟"]
    )
    via: tuple[WayPoint, ...] = Field(
        min_length=2,
        max_length=50,
        description=(
            'Way-points in walking order, 2 to 50: a station exit ("Mong Kok exit E2"), a street '
            'corner ("Nathan Road / Argyle Street"), a place by name, or "latitude,longitude" in '
            "degrees."
        ),
        examples=[["Mong Kok exit E2", "Flower Market"]],
    )

    @field_validator("via")
    @classmethod
    def _no_standing_still(cls, via: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a way-point that repeats the one before."""
        for index in range(1, len(via)):
            if via[index] == via[index - 1]:
                raise mistake("is the same as the way-point before it; remove one", index)
        return via


class ProfileShares(Part):
    """How many of the people sampled live each typical day; scaled to 1 in sum."""

    commuter: Share = Field(default=0.0, description="Share 0..1 who live here and go to work.")
    pupil: Share = Field(default=0.0, description="Share 0..1 who live here and go to school.")
    shopper: Share = Field(default=0.0, description="Share 0..1 who live here and shop by day.")
    older_resident: Share = Field(
        default=0.0, description="Share 0..1 of older residents: market, clinic, place of worship."
    )
    night_out: Share = Field(default=0.0, description="Share 0..1 who live here and go out late.")
    worker: Share = Field(default=0.0, description="Share 0..1 who come from elsewhere to work.")
    visitor: Share = Field(default=0.0, description="Share 0..1 who come to see and to shop.")

    @model_validator(mode="after")
    def _somebody(self) -> ProfileShares:
        """Refuse a day on which nobody goes out."""
        if not any(share for _, share in self):
            raise mistake("gives every profile a share of 0; give one above 0, or leave it out")
        return self


def _kind_of_profiles(value: object) -> str:
    """Tell names of profiles from shares by profile for pydantic."""
    return PROFILE_TAGS[1] if isinstance(value, dict | ProfileShares) else PROFILE_TAGS[0]


class Trips(Part):
    """Who walks where."""

    people: Annotated[Whole, _TRIPS.within("people")] = _TRIPS.key(
        "people", "People sampled, a walk or a day each, {limits}."
    )
    kinds: tuple[WalkKind, ...] = Field(
        default=USUAL_KINDS,
        min_length=1,
        description="Kinds of typical walk that are sampled, where no profiles are given.",
    )
    profiles: Annotated[
        Annotated[tuple[ProfileName, ...], Field(max_length=7), Tag(PROFILE_TAGS[0])]
        | Annotated[ProfileShares, Tag(PROFILE_TAGS[1])],
        Discriminator(_kind_of_profiles),
    ] = Field(
        default=(),
        description=(
            "Typical days instead of single walks: names of profiles, with the shares of "
            "sim/facts/profiles.yaml, or a share 0..1 for each, as {commuter: 0.4, pupil: 0.2, "
            "shopper: 0.1, older_resident: 0.2, night_out: 0.05, worker: 0.2, visitor: 0.1}."
        ),
    )
    taste: Annotated[Number, _TRIPS.within("taste")] = _TRIPS.key(
        "taste",
        "Cost dispersion between people: sigma of a lognormal factor with mean 1 "
        "on the length of each street, {limits}; 0 is exact shortest walks.",
    )
    speed_m_s: Annotated[Number, _TRIPS.within("speed_m_s"), SPEED] = _TRIPS.key(
        "speed_m_s", "Walking speed on the flat, metres per second, {limits}."
    )
    walks: tuple[Walk, ...] = Field(
        default=(),
        max_length=200,
        description="Named walks, at most 200.",
    )
    crowds: tuple[Crowd, ...] = Field(
        default=(),
        max_length=50,
        description="Crowds on the move along named walks, at most 50; `sim crowd RUN --crowd`.",
    )
    own: FilePath | None = Field(
        default=None,
        description=(
            "File with your own walks, seen from the working folder: GPX, GeoJSON lines, or CSV or "
            "Parquet with person, trip and lon, lat or x, y. With it people is 0 unless written."
        ),
    )
    od: FilePath | None = Field(
        default=None,
        description=(
            "File with your own origin-destination table (CSV or Parquet: origin, destination, "
            "count), seen from the working folder. With it people is 0 unless written."
        ),
    )
    od_share: Annotated[Number, _TRIPS.within("od_share"), SHARE] = _TRIPS.key(
        "od_share",
        "Share of the people of the origin-destination table that are simulated, 0..1.",
    )
    population: FilePath | None = Field(
        default=None,
        description=(
            "File that says how many people live where (points or polygons: GeoJSON, GeoParquet, "
            "GeoPackage, CSV), seen from the working folder, in place of the homes of the area."
        ),
    )
    population_column: Words | None = Field(
        default=None,
        validate_default=True,
        description="Its column of people; by default population, pop or residents.",
    )

    @model_validator(mode="before")
    @classmethod
    def _own_trips_stand_alone(cls, data: object) -> object:
        """Sample nobody beside the user's own trips unless asked to: means must not mix unseen."""
        own = isinstance(data, dict) and (data.get("own") or data.get("od"))
        return {"people": 0, **data} if isinstance(data, dict) and own else data

    @field_validator("population_column")
    @classmethod
    def _column_of_a_file(cls, column: str | None, info: ValidationInfo) -> str | None:
        """Refuse a column without its file."""
        if column is not None and info.data.get("population", "") is None:
            raise mistake("has no effect without population: FILE; remove it")
        return column

    @field_validator("kinds")
    @classmethod
    def _each_kind_once(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a kind named twice."""
        for index, kind in enumerate(kinds):
            if kind in kinds[:index]:
                raise mistake(f'"{kind}" stands twice; remove one', index)
        return kinds

    @field_validator("profiles", mode="before")
    @classmethod
    def _no_former_profile(cls, profiles: object) -> object:
        """Refuse a profile of earlier versions, and say what stands in its place."""
        for name, instead in FORMER_PROFILES.items():
            if isinstance(profiles, list | tuple | dict) and name in profiles:
                place = name if isinstance(profiles, dict) else list(profiles).index(name)
                raise mistake(f'"{name}" {instead}', place)
        return profiles

    @field_validator("profiles")
    @classmethod
    def _profiles_or_kinds(
        cls, profiles: tuple[str, ...] | ProfileShares, info: ValidationInfo
    ) -> tuple[str, ...] | ProfileShares:
        """Refuse a profile named twice, and profiles beside kinds of single walks."""
        if isinstance(profiles, tuple):
            for index, name in enumerate(profiles):
                if name in profiles[:index]:
                    raise mistake(f'"{name}" stands twice; remove one', index)
        if profiles and info.data.get("kinds", USUAL_KINDS) != USUAL_KINDS:
            raise mistake("and kinds exclude one another; remove one of the two")
        return profiles

    @field_validator("walks")
    @classmethod
    def _each_name_once(cls, walks: tuple[Walk, ...]) -> tuple[Walk, ...]:
        """Refuse two walks of one name."""
        names = [walk.name for walk in walks]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise mistake(f'"{name}" names two walks; rename one', index, "name")
        return walks

    @field_validator("crowds")
    @classmethod
    def _along_named_walks(
        cls, crowds: tuple[Crowd, ...], info: ValidationInfo
    ) -> tuple[Crowd, ...]:
        """Refuse two crowds of one name, and one along a walk that has no name here."""
        walks = [walk.name for walk in info.data.get("walks", ())]
        for index, crowd in enumerate(crowds):
            if crowd.name in [other.name for other in crowds[:index]]:
                raise mistake(f'"{crowd.name}" names two crowds; rename one', index, "name")
            if "walks" in info.data and crowd.walk not in walks:
                have = f"they are {', '.join(walks)}" if walks else "there are none"
                raise mistake(f'"{crowd.walk}" is not one of trips.walks; {have}', index, "walk")
        return crowds

    @field_validator("od_share")
    @classmethod
    def _share_of_a_table(cls, share: float, info: ValidationInfo) -> float:
        """Refuse a share of nothing."""
        if share != 1 and info.data.get("od", "") is None:
            raise mistake("has no effect without od: FILE; remove it")
        return share
