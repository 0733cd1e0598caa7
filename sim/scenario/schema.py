"""The scenario language: every key, its unit, its range and its default, and nothing else.

These models are the only place of defaults; the JSON Schema, the template and the reference page
are made from them. It reads no files and knows no streets: `sim.scenario.load` reads YAML into
these models, and what depends on the city (is there such a place?) is checked when it runs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    PlainValidator,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

from sim.scenario.units import ANGLE, DENSITY, SHARE, SPEED, TIME

VERSION = 1
"""Version of the scenario language that this program reads."""
LARGEST_TOTAL = 1_000_000
HONG_KONG_BOX = (22.13, 113.82, 22.58, 114.45)
"""South, west, north, east: way-points outside are not in Hong Kong."""

_NAME = re.compile(r"\w[\w-]*")
_LATITUDE_LONGITUDE = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*,\s*([-+]?\d+(?:\.\d+)?)\s*")
_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_ONLY_FIGURES = re.compile(r"[\s\d.,;:+-]*\d[\s\d.,;:+-]*")


def mistake(text: str, *at: str | int) -> PydanticCustomError:
    """Return the error for one mistake, `at` the keys or indices below the value validated."""
    return PydanticCustomError("scenario", "{text}", {"text": text, "at": at})


def coordinates(text: str) -> tuple[float, float] | None:
    """Return (latitude, longitude) in degrees where a way-point is written so, else None."""
    match = _LATITUDE_LONGITUDE.fullmatch(text)
    return (float(match[1]), float(match[2])) if match else None


def in_hong_kong(latitude: float, longitude: float) -> bool:
    """Say whether a position in degrees lies in the box around Hong Kong."""
    south, west, north, east = HONG_KONG_BOX
    return south <= latitude <= north and west <= longitude <= east


def _printable(text: str) -> str:
    """Refuse characters that break names of files, tables and pages."""
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise mistake(f"contains the character U+{ord(character):04X}; remove it")
    if text != text.strip():
        raise mistake("begins or ends with a space; remove it")
    return text


def _folder_name(text: str) -> str:
    """Refuse a name that is not a safe name of a folder on every file system."""
    if not _NAME.fullmatch(text) or len(text) > 80 or len(text.encode()) > 200:
        near = re.sub(r"[^\w-]+", "_", text).strip("_-")[:40]
        hint = f' (did you mean "{near}"?)' if near and near != text else ""
        raise mistake(f"is not a folder name: letters, digits, _ and -, 1 to 80{hint}")
    return text


def _way_point(text: str) -> str:
    """Refuse coordinates that are no position on Earth or are written the wrong way round."""
    position = coordinates(text)
    if position is None:
        if _ONLY_FIGURES.fullmatch(text):
            raise mistake('is not a position; write latitude,longitude: "22.3193,114.1694"')
        return text
    latitude, longitude = position
    north, east = text.split(",")
    if in_hong_kong(longitude, latitude) or abs(latitude) > 90 >= abs(longitude):
        raise mistake(
            "has latitude and longitude swapped; the latitude comes first "
            f'(did you mean "{east.strip()},{north.strip()}"?)'
        )
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise mistake('is not a position in degrees; write latitude,longitude: "22.3193,114.1694"')
    return text


def _one_or_several(value: object) -> object:
    """Let a single total stand for a list of one, and totals by date for a list."""
    if isinstance(value, dict):
        return tuple(value.values())
    return value if isinstance(value, list | tuple) else (value,)


_DATE_FORMS = {
    "anyOf": [
        {"type": "integer", "minimum": 1000, "maximum": 9999},
        {"type": "string", "pattern": f"^{_DATE.pattern}$", "examples": ["2026-02"]},
    ]
}
"""A year, or a date as text, for the JSON Schema."""


def _array_item_or_dates(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema that a single item stands for a list of one, and dates for keys."""
    array = {key: schema.pop(key) for key in ("type", "items", "minItems", "maxItems")}
    dated = {
        "type": "object",
        "patternProperties": {f"^{_DATE.pattern}$": array["items"]},
        "additionalProperties": False,
        "minProperties": array["minItems"],
        "maxProperties": array["maxItems"],
    }
    schema["anyOf"] = [array["items"], array, dated]


def _date(value: object) -> str:
    """Return a date as text; a year may be written as a number."""
    text = str(value) if type(value) is int else value
    if not isinstance(text, str):
        raise PydanticKnownError("string_type")
    if not _DATE.fullmatch(text):
        raise mistake("is not a date; write a year, 2026, or 2026-02 or 2026-02-28")
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
Words = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]
FilePath = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_printable)]
Whole = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[Number, Field(ge=0, le=1), SHARE]
Weight = Annotated[Number, Field(ge=0, le=1_000_000)]
Task = Literal["detect", "observe", "recognise", "identify"]
PlaceKind = Literal["home", "landmark", "market", "office", "school", "sensitive", "station"]
Mix = str | tuple[tuple[str, float], ...]
"""A name, or names with weights above 0."""
ShareRule = Literal["population", "streets", "given", "direct"]
StreetShareCase = Literal["low", "middle", "high"]
WalkKind = Literal["home-station", "home-market", "station-office"]
ProfileName = Literal[
    "commuter", "pupil", "shopper", "older_resident", "night_out", "worker", "visitor", "marcher"
]

STRATEGIES = (
    "random", "even", "junctions", "betweenness", "transit", "places", "population", "points",
    "equity", "greedy_cover", "greedy_trips", "existing",
)  # fmt: skip
"""The placement strategies by name; tests hold them equal to the registry, with `existing`."""
STRATEGY_ENTRY_POINTS = "hk_camera_sim.strategies"
PROFILES: tuple[str, ...] = get_args(ProfileName)
"""The typical days by name; tests hold them equal to `sim/facts/profiles.yaml`."""
TAGS = ("<case>", "<owners>", "<names>", "<shares>")
"""Tags of the two forms of street_share and of profiles; pydantic puts them into its locations."""
OPTICS = (
    "weak", "typical", "strong", "fixed_bullet", "dome", "panoramic", "ptz", "low_cost", "fourk",
)  # fmt: skip
"""The camera types by name; tests hold them equal to `sim.cameras.optics.CAMERA_TYPES`."""


def _strategy_names() -> tuple[str, ...]:
    """Return the strategies of this package and of installed packages."""
    return (*STRATEGIES, *sorted(entry_points(group=STRATEGY_ENTRY_POINTS).names))


def _mix_of(
    names: Callable[[], tuple[str, ...]], built_in: tuple[str, ...] = ()
) -> Callable[[object], Mix]:
    """Return the check of a name or of names with weights; those not built in are looked up."""

    def check(value: object) -> Mix:
        if not isinstance(value, str | dict):
            raise PydanticKnownError("string_type")
        parts = value if isinstance(value, dict) else {value: 1.0}
        if not parts:
            raise mistake("is an empty mix; write a name, or names with weights")
        for name, weight in parts.items():
            if name not in built_in and name not in names():
                expected = ", ".join(f"'{known}'" for known in names())
                raise PydanticKnownError("literal_error", {"expected": expected})
            if isinstance(weight, bool) or not isinstance(weight, int | float) or not weight > 0:
                raise mistake(f"{weight} is no weight; write a number above 0", name)
            if weight > LARGEST_TOTAL:
                raise mistake(f"{weight} is out of range; write at most {LARGEST_TOTAL}", name)
        if isinstance(value, str):
            return value
        return tuple((str(name), float(weight)) for name, weight in parts.items())

    return check


def _mix_schema(names: tuple[str, ...], *, others: bool) -> WithJsonSchema:
    """Return the JSON Schema of a mix; with `others` names beside these are possible."""
    weights = {"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST_TOTAL}
    mix = {
        "type": "object",
        "minProperties": 1,
        "properties": dict.fromkeys(names, weights),
        "additionalProperties": weights if others else False,
    }
    other: list[dict[str, Any]] = [{"type": "string"}] if others else []
    return WithJsonSchema({"anyOf": [{"enum": [*names]}, *other, mix]})


def plain_mix(mix: Mix) -> str | dict[str, float]:
    """Return a mix as it is written in a file."""
    return mix if isinstance(mix, str) else dict(mix)


def plain_names(mix: Mix) -> tuple[str, ...]:
    """Return the names of a mix."""
    return (mix,) if isinstance(mix, str) else tuple(name for name, _ in mix)


def mix_words(mix: Mix) -> str:
    """Return a mix in words: one name, or `3 junctions + 1 random`."""
    return mix if isinstance(mix, str) else " + ".join(f"{w:g} {name}" for name, w in mix)


StrategyMix = Annotated[
    Mix, PlainValidator(_mix_of(_strategy_names, STRATEGIES)), PlainSerializer(plain_mix),
    _mix_schema(STRATEGIES, others=True),
]  # fmt: skip
OpticsMix = Annotated[
    Mix,
    PlainValidator(_mix_of(lambda: OPTICS)),
    PlainSerializer(plain_mix),
    _mix_schema(OPTICS, others=False),
]


class Part(BaseModel):
    """A group of keys: unknown keys are errors, and what is read does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=False)


class StreetShares(Part):
    """How many of each owner's cameras watch a street, all owners named."""

    police: Share = Field(description="Share 0..1 of police cameras that watch a street.")
    department: Share = Field(
        description="Share 0..1 of other government departments' cameras that watch a street."
    )
    transport: Share = Field(
        description="Share 0..1 of transport operators' cameras that watch a street."
    )
    estate: Share = Field(description="Share 0..1 of housing estates' cameras on a street.")
    mall: Share = Field(description="Share 0..1 of malls' cameras that watch a street.")
    other: Share = Field(description="Share 0..1 of all other owners' cameras on a street.")


def _kind_of_street_share(value: object) -> str:
    """Tell a named case from shares by owner for pydantic."""
    return TAGS[1] if isinstance(value, dict | StreetShares) else TAGS[0]


class Aims(Part):
    """What strategies that aim at something aim at."""

    near: tuple[PlaceKind, ...] = Field(
        default=("station", "market", "school", "sensitive"),
        min_length=1,
        description="Kinds of places for strategy places, the nearest to any of them first.",
    )
    points: FilePath | None = Field(
        default=None,
        description=(
            "File of points for strategy points (GeoJSON, GeoParquet, GeoPackage, CSV), seen from "
            "the working folder; a column `weight` makes some count more."
        ),
    )
    task: Task = Field(
        default="recognise",
        description=(
            "Quality that equity and the greedy strategies count: detect, observe, recognise or "
            "identify."
        ),
    )
    times: Annotated[Whole, Field(ge=1, le=100)] = Field(
        default=1,
        description="How many times a walk should be seen for strategy greedy_trips, 1..100.",
    )


class OwnerMix(Part):
    """Weights of the owners among the cameras of one phase; scaled to 1 in sum."""

    police: Weight = Field(default=0.0, description="Weight of police cameras, 0..1,000,000.")
    department: Weight = Field(
        default=0.0, description="Weight of other government departments' cameras, 0..1,000,000."
    )
    transport: Weight = Field(
        default=0.0, description="Weight of transport operators' cameras, 0..1,000,000."
    )
    estate: Weight = Field(
        default=0.0, description="Weight of housing estates' cameras, 0..1,000,000."
    )
    mall: Weight = Field(default=0.0, description="Weight of malls' cameras, 0..1,000,000.")
    other: Weight = Field(
        default=0.0, description="Weight of all other owners' cameras, 0..1,000,000."
    )

    @model_validator(mode="after")
    def _somebody(self) -> OwnerMix:
        """Refuse a phase that nobody adds to."""
        if not any(weight for _, weight in self):
            raise mistake("gives no owner a weight above 0; give one")
        return self


class GrowthPhase(Part):
    """Cameras up to a city total, by when they hang, and whose they are."""

    total: Annotated[Whole, Field(ge=1, le=LARGEST_TOTAL)] = Field(
        description="City total at the end of the phase, cameras, 1..1,000,000.", examples=[20000]
    )
    year: Annotated[Whole, Field(ge=1900, le=2200)] = Field(
        description="Year by which they hang, 1900..2200.", examples=[2027]
    )
    owners: OwnerMix = Field(description="Owners of the cameras that the phase adds, by weight.")


class Cameras(Part):
    """How many cameras, where, and what they can tell."""

    totals: Annotated[
        tuple[Annotated[Whole, Field(ge=1, le=LARGEST_TOTAL)], ...],
        BeforeValidator(_one_or_several),
    ] = Field(
        min_length=1,
        max_length=64,
        description=(
            "Cameras (directed heads, not sites) in the whole city, 1 to 64 increasing numbers; "
            'with share_rule "direct" the cameras of the area itself. By date, with the date as '
            "key: {2025: 4000, 2026-02: 11000, 2028: 60000}."
        ),
        examples=[[4000, 11000, 20000, 40000, 60000]],
        json_schema_extra=_array_item_or_dates,
    )
    strategy: StrategyMix = Field(
        default="junctions",
        description=(
            "Which places come first: random (anywhere along streets), even (evenly spaced), "
            "junctions (the busiest first), betweenness (streets that most walks use), transit "
            "(near station exits), places (near `aims.near`), population (where people live), "
            "points (near `aims.points`), equity (least covered neighbourhood next), greedy_cover "
            "(most street newly seen), greedy_trips (most walks newly seen), existing (only the "
            "cameras of `existing`); or a mix with weights above 0..1,000,000, as "
            "{junctions: 3, random: 1}."
        ),
    )
    share_rule: ShareRule = Field(
        default="population",
        description=(
            "How the city's total is shared out: population (of the 18 districts), streets "
            "(length of carriageway), given (write `share`), direct (totals are the cameras of "
            "the area itself; the only rule outside Hong Kong)."
        ),
    )
    share: Share | None = Field(
        default=None,
        validate_default=True,
        description=(
            "Share 0..1 of the city's cameras that stand in the region simulated; "
            "only with share_rule: given."
        ),
    )
    street_share: Annotated[
        Annotated[StreetShareCase, Tag(TAGS[0])] | Annotated[StreetShares, Tag(TAGS[1])],
        Discriminator(_kind_of_street_share),
    ] = Field(
        default="middle",
        description=(
            "How many of the cameras watch a street at all: low, middle, high, or a share 0..1 "
            "for every owner. Shown with every headline."
        ),
    )
    optics: OpticsMix = Field(
        default="typical",
        description=(
            "Camera type: weak (full HD, 90 degrees), typical (4K, 62 degrees), strong (4K, "
            "40 degrees), fixed_bullet, dome, panoramic, ptz, low_cost, fourk (docs/cameras.md); "
            "or a mix with weights above 0..1,000,000, as {fixed_bullet: 2, ptz: 1}."
        ),
    )
    heads_per_site: Annotated[Number, Field(ge=1, le=8)] = Field(
        default=2.5,
        description="Heads (directed cameras) on one pole or wall, mean, 1..8.",
    )

    existing: FilePath | None = Field(
        default=None,
        validate_default=True,
        description=(
            "File of cameras that stand already, seen from the working folder (as "
            "`sim cameras import` writes or reads them): they come first, as they are."
        ),
    )
    aims: Aims = Field(
        default_factory=Aims,
        validate_default=True,
        description="What strategies that aim at something aim at.",
    )
    mobile_share: Share = Field(
        default=0.0,
        description=(
            "Share 0..1 of the cameras that are mobile (vehicles, worn on the body): they are "
            "counted and left out, since where they look is nowhere known."
        ),
    )
    dates: tuple[Annotated[str, BeforeValidator(_date), WithJsonSchema(_DATE_FORMS)], ...] = Field(
        default=(),
        max_length=64,
        description=(
            "When each total is reached, as many dates as totals, in order (a year, 2026-02 or "
            "2026-02-28), or none; left out where the totals are written by date."
        ),
        examples=[[]],
    )
    phases: tuple[GrowthPhase, ...] = Field(
        default=(),
        max_length=64,
        description=(
            "Growth by year and owner; by default as announced: 4,000 (2025), 11,000 (2026), "
            "60,000 (2028)."
        ),
    )

    @model_validator(mode="before")
    @classmethod
    def _totals_by_date(cls, data: object) -> object:
        """Take the dates from the totals where these are written by date."""
        totals = data.get("totals") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(totals, dict):
            return data
        if data.get("dates"):
            raise mistake("stand with the totals already; remove this key", "dates")
        wrong = next((key for key in totals if not _DATE.fullmatch(str(key))), None)
        if wrong is not None:
            raise mistake("is not a date; write a year, 2026, or 2026-02", "totals", wrong)
        for before, after in pairwise(totals):
            if str(after) <= str(before):
                words = f"does not come after {before}; write the dates in increasing order"
                raise mistake(words, "totals", after)
        return {**data, "dates": list(totals)}

    @field_validator("dates")
    @classmethod
    def _a_date_each(cls, dates: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Refuse dates that do not follow one another, or are not as many as the totals."""
        for index, (before, after) in enumerate(pairwise(dates), start=1):
            if after <= before:
                raise mistake(f"{after} does not come after {before}; write them in order", index)
        totals = info.data.get("totals")
        if dates and totals is not None and len(dates) != len(totals):
            raise mistake(f"has {len(dates)} for {len(totals)} totals; write a date for each")
        return dates

    @field_validator("totals")
    @classmethod
    def _increasing(cls, totals: tuple[int, ...]) -> tuple[int, ...]:
        """Refuse totals that do not increase."""
        for index, (before, after) in enumerate(pairwise(totals), start=1):
            if after <= before:
                raise mistake(
                    f"{after} does not come after {before}; write the totals in increasing order",
                    index,
                )
        return totals

    @field_validator("phases")
    @classmethod
    def _growing(cls, phases: tuple[GrowthPhase, ...]) -> tuple[GrowthPhase, ...]:
        """Refuse phases that do not grow."""
        for index, (before, after) in enumerate(pairwise(phases), start=1):
            if after.total <= before.total or after.year < before.year:
                raise mistake("does not come after the phase before; write them in order", index)
        return phases

    @field_validator("existing")
    @classmethod
    def _existing_given(cls, existing: str | None, info: ValidationInfo) -> str | None:
        """Refuse strategy existing without its file."""
        strategy = info.data.get("strategy")
        if existing is None and strategy == "existing":
            raise mistake("is missing; strategy existing needs a file of cameras")
        if strategy is not None and strategy != "existing" and "existing" in plain_mix(strategy):
            raise mistake("cannot be part of a mix; it always comes first: write existing: FILE")
        return existing

    @field_validator("aims")
    @classmethod
    def _points_given(cls, aims: Aims, info: ValidationInfo) -> Aims:
        """Refuse strategy points without its file."""
        if "points" in plain_names(info.data.get("strategy", "")) and aims.points is None:
            raise mistake("is missing; strategy points needs a file of points", "points")
        return aims

    @field_validator("share")
    @classmethod
    def _share_where_given(cls, share: float | None, info: ValidationInfo) -> float | None:
        """Refuse a share without its rule, and the rule without a share."""
        rule = info.data.get("share_rule")
        if rule == "given" and share is None:
            raise mistake("is missing; share_rule: given needs a share 0..1")
        if rule is not None and rule != "given" and share is not None:
            raise mistake(
                f"has no effect with share_rule: {rule}; remove it, or write share_rule: given"
            )
        return share


class Walk(Part):
    """A named walk through way-points, shown on the map with its figures."""

    name: Words = Field(description="Name in English.", examples=["Exit E2 to the Flower Market"])
    name_zh: Text = Field(
        default="", description="Name in Chinese, may be empty.", examples=["E2 出口至花墟"]
    )
    via: tuple[Annotated[Words, AfterValidator(_way_point)], ...] = Field(
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
    marcher: Share = Field(default=0.0, description="Share 0..1 who come to march together.")

    @model_validator(mode="after")
    def _somebody(self) -> ProfileShares:
        """Refuse a day on which nobody goes out."""
        if not any(share for _, share in self):
            raise mistake("gives every profile a share of 0; give one above 0, or leave it out")
        return self


def _kind_of_profiles(value: object) -> str:
    """Tell names of profiles from shares by profile for pydantic."""
    return TAGS[3] if isinstance(value, dict | ProfileShares) else TAGS[2]


class Trips(Part):
    """Who walks where."""

    people: Annotated[Whole, Field(ge=0, le=1_000_000)] = Field(
        default=2000, description="People sampled, a walk or a day each, 0..1,000,000."
    )
    kinds: tuple[WalkKind, ...] = Field(
        default=get_args(WalkKind),
        min_length=1,
        description="Kinds of typical walk that are sampled, where no profiles are given.",
    )
    profiles: Annotated[
        Annotated[tuple[ProfileName, ...], Field(max_length=8), Tag(TAGS[2])]
        | Annotated[ProfileShares, Tag(TAGS[3])],
        Discriminator(_kind_of_profiles),
    ] = Field(
        default=(),
        description=(
            "Typical days instead of single walks: names of profiles, with the shares of "
            "sim/facts/profiles.yaml, or a share 0..1 for each, as {commuter: 0.4, pupil: 0.2, "
            "shopper: 0.1, older_resident: 0.2, night_out: 0.05, worker: 0.2, visitor: 0.1, "
            "marcher: 0.02}."
        ),
    )
    taste: Annotated[Number, Field(ge=0, le=2)] = Field(
        default=0.2,
        description=(
            "Spread of the personal taste for streets: sigma of a lognormal factor with mean 1 "
            "on the length of each street, 0..2; 0 is exact shortest walks."
        ),
    )
    speed_m_s: Annotated[Number, Field(ge=0.2, le=3), SPEED] = Field(
        default=1.34, description="Walking speed on the flat, metres per second, 0.2..3."
    )
    walks: tuple[Walk, ...] = Field(
        default=(),
        max_length=200,
        description="Named walks, at most 200.",
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
    od_share: Annotated[Number, Field(gt=0, le=1), SHARE] = Field(
        default=1.0,
        description="Share of the people of the origin-destination table that are simulated, 0..1.",
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
        if profiles and info.data.get("kinds", get_args(WalkKind)) != get_args(WalkKind):
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

    @field_validator("od_share")
    @classmethod
    def _share_of_a_table(cls, share: float, info: ValidationInfo) -> float:
        """Refuse a share of nothing."""
        if share != 1 and info.data.get("od", "") is None:
            raise mistake("has no effect without od: FILE; remove it")
        return share


class HitRate(Part):
    """Chance that one sighting of a face turned towards the head identifies the walker."""

    detect: Share = Field(default=0.0, description="Chance 0..1 at detect quality (25 px/m).")
    observe: Share = Field(default=0.0, description="Chance 0..1 at observe quality (62.5 px/m).")
    recognise: Share = Field(
        default=0.5, description="Chance 0..1 at recognise quality (125 px/m)."
    )
    identify: Share = Field(default=0.9, description="Chance 0..1 at identify quality (250 px/m).")

    @model_validator(mode="after")
    def _sharper_is_better(self) -> HitRate:
        """Refuse a sharper picture that identifies less often."""
        for (task, rate), (sharper, better) in pairwise(self):
            if better < rate:
                raise mistake(
                    f"{better:g} is less than {rate:g} of {task}; a sharper picture cannot "
                    "identify less often",
                    sharper,
                )
        return self


class Tracking(Part):
    """What the sightings add up to."""

    memory_s: Annotated[Number, Field(gt=0, le=1_000_000), TIME] = Field(
        default=600.0,
        description=(
            "Time constant tau of losing a walker in an unseen gap by chance, seconds, "
            "above 0 to 1,000,000."
        ),
    )
    look_alike_share: Share = Field(
        default=0.05, description="Share alpha 0..1 of other walkers who look alike to a camera."
    )
    walkers_per_m2: Annotated[Number, Field(ge=0, le=10), DENSITY] = Field(
        default=0.01, description="Density delta of walkers, people per square metre, 0..10."
    )
    dwell_needed_s: Annotated[Number, Field(gt=0, le=600), TIME] = Field(
        default=1.0,
        description="Time in view after which a sighting counts in full, seconds, above 0 to 600.",
    )
    facing_degrees: Annotated[Number, Field(ge=0, le=180), ANGLE] = Field(
        default=60.0,
        description=(
            "Largest angle between walking direction and direction to the camera at which a face "
            "counts as turned towards it, degrees, 0..180."
        ),
    )
    hit_rate: HitRate = Field(
        default_factory=HitRate,
        description="Chance that one sighting identifies the walker, by task, never decreasing.",
    )
    hit_rate_spread: Share = Field(
        default=0.0,
        description=(
            "How much the chance varies from person to person, 0..1: the variance of a Beta "
            "distribution as a share of the greatest possible; 0 is everybody alike."
        ),
    )
    uptime: Share = Field(
        default=1.0, description="Share 0..1 of cameras that work on a given day."
    )
    subsample: Annotated[Whole, Field(ge=0, le=100_000)] = Field(
        default=200,
        description=(
            "Walks for which the least-seen alternative and the reconstructed path are searched, "
            "0..100,000; the summary says of how many, and with what error."
        ),
    )


class Recognition(Part):
    """Faces compared with a list."""

    gallery: Annotated[Whole, Field(ge=1, le=100_000_000)] = Field(
        default=10_000,
        description=(
            "Pictures on the list that every face is compared with, 1..100,000,000; false alerts "
            "grow with it."
        ),
    )
    task: Task = Field(
        default="identify",
        description=(
            "Picture quality that the software needs: detect, observe, recognise or identify."
        ),
    )


class Scenario(Part):
    """One question to the simulator."""

    version: Literal[1] = Field(
        default=1, description="Version of this scenario language; other versions are refused."
    )
    name: Annotated[Words, AfterValidator(_folder_name)] = Field(
        description=(
            "Name of the run and of its folder: letters (Chinese too), digits, _ and -, 1..80."
        ),
        examples=["my_scenario"],
    )
    title: Text = Field(default="", description="Title for the map in English, may be empty.")
    title_zh: Text = Field(default="", description="Title for the map in Chinese, may be empty.")
    area: Words = Field(
        description=(
            "Study area: a built-in (mong_kok_core), the name of a bundle (`sim data list`), or "
            "the path of a bundle's folder, seen from the working folder."
        ),
        examples=["mong_kok_core"],
    )
    cameras: Cameras = Field(description="How many cameras, where, and what they can tell.")
    trips: Trips = Field(default_factory=Trips, description="Who walks where.")
    tracking: Tracking = Field(
        default_factory=Tracking, description="What the sightings add up to."
    )
    recognition: Recognition = Field(
        default_factory=Recognition, description="Faces compared with a list."
    )
    zones: FilePath | None = Field(
        default=None,
        description=(
            "File of zones to report streets by, such as planning units: polygons or points with "
            "a column name, unit, tpu_id, tpu or id. Points stand for all that is nearest to them."
        ),
        examples=["tpu.csv"],
    )
    seed: Annotated[Whole, Field(ge=0, le=2**63 - 1)] = Field(
        default=0, description="Seed of everything drawn by chance; the same seed, the same run."
    )

    @field_validator("version", mode="before")
    @classmethod
    def _known_version(cls, version: object) -> object:
        """Refuse a file written for another version, by its number."""
        if isinstance(version, bool) or not isinstance(version, int):
            raise mistake(f"is not a version number; write {VERSION}")
        if version != VERSION:
            raise mistake(
                f"this file is written in version {version}; this program reads version {VERSION}"
            )
        return version

    @model_validator(mode="after")
    def _way_points_in_hong_kong(self) -> Scenario:
        """Refuse way-points far from Hong Kong in a Hong Kong scenario, all of them at once."""
        if self.cameras.share_rule == "direct":
            return self
        outside = [
            (("trips", "walks", index, "via", step), self.trips.walks[index].via[step])
            for index, step in self._positions_outside()
        ]
        if outside:
            problems = [
                (
                    at,
                    f'"{text}" is not in Hong Kong; correct it, or write '
                    "cameras.share_rule: direct for another city",
                )
                for at, text in outside
            ]
            raise PydanticCustomError(
                "scenario", "{text}", {"text": problems[0][1], "problems": problems}
            )
        return self

    def _positions_outside(self) -> Iterator[tuple[int, int]]:
        """Yield (walk, way-point) of the coordinates outside Hong Kong."""
        for index, walk in enumerate(self.trips.walks):
            for step, text in enumerate(walk.via):
                position = coordinates(text)
                if position and not in_hong_kong(*position):
                    yield index, step


MOST_NAMED = 200
"""Overrides, or variants, that a file may name."""
MOST_CELLS = 10_000
"""Scenarios that a matrix may make."""


LAYER_KEYS = ("extends", "overrides", "variants", "matrix")
"""The keys of `Layers`, which only a whole file can have."""


def _name_of_changes(name: object) -> str | None:
    """Say what is wrong with the name of overrides or a variant, None if nothing is."""
    if isinstance(name, str) and _NAME.fullmatch(name) and len(name) <= 40:
        return None
    return "is not a name: letters, digits, _ and -, 1 to 40"


def _named(value: object, info: ValidationInfo) -> dict[str, Any]:
    """Check named sets of changes; what the changes say is checked where they are chosen."""
    key = str(info.field_name)
    if not isinstance(value, dict):
        raise mistake("is not a group of names, each with the keys that it changes below it")
    if len(value) > MOST_NAMED:
        raise mistake(f"has more than {MOST_NAMED} entries; write fewer")
    found: list[tuple[tuple[str | int, ...], str]] = []
    for name, changes in value.items():
        wrong = _name_of_changes(name)
        if wrong:
            found.append(((key, name), wrong))
        elif isinstance(changes, list) and key == "variants":
            found += [
                ((key, name, index), "is not the name of overrides; write one")
                for index, part in enumerate(changes)
                if not isinstance(part, str)
            ]
        elif isinstance(changes, dict):
            words = "cannot be changed here; write it at the top of a file"
            found += [((key, name, inner), words) for inner in changes if inner in LAYER_KEYS]
        else:
            lists = ", or a list of overrides" if key == "variants" else ""
            found.append(((key, name), f"is not a group of keys to change{lists}"))
    if found:
        raise _several(found)
    return value


def _several(found: list[tuple[tuple[str | int, ...], str]]) -> PydanticCustomError:
    """Return the error for several mistakes, each with its path from the top."""
    return PydanticCustomError("scenario", "{text}", {"text": found[0][1], "problems": found})


def _lists_by_key(value: object) -> dict[str, list[Any]]:
    """Check that a matrix is lists of values by key, and how many scenarios it makes."""
    if not isinstance(value, dict):
        raise mistake("is not a group of keys, each with a list of values")
    cells = 1
    found: list[tuple[tuple[str | int, ...], str]] = []
    for key, values in value.items():
        if not all(key.split(".")) or len(key) > 200:
            found.append((("matrix", key), "is not a key; write one such as cameras.strategy"))
        elif not isinstance(values, list) or not values:
            found.append((("matrix", key), "is not a list of values; write [one, another]"))
        else:
            cells *= len(values)
    if cells > MOST_CELLS:
        found.append((("matrix",), f"makes {cells} scenarios; at most {MOST_CELLS} can be made"))
    if found:
        raise _several(found)
    return value


class Layers(Part):
    """Keys that make one file out of others, or several scenarios out of one file."""

    extends: FilePath | None = Field(
        default=None,
        description=(
            "Scenario file that this one begins with, seen from the folder of this file: groups "
            "of keys are joined, everything else written here takes the place of what stands there."
        ),
        examples=["mong_kok_core.yaml"],
    )
    overrides: Annotated[dict[str, Any], PlainValidator(_named)] = Field(
        default_factory=dict,
        description=(
            "Named sets of keys to change, at most 200; chosen with `--variant NAME`, or by the "
            "variants that list them."
        ),
        examples=[{"sharp": {"cameras": {"optics": "strong"}}}],
    )
    variants: Annotated[dict[str, Any], PlainValidator(_named)] = Field(
        default_factory=dict,
        description=(
            "Named forms of this scenario, at most 200, chosen with `--variant NAME`: keys to "
            "change, or a list of overrides, applied in order. The run is called <name>_<variant> "
            "unless it changes the name."
        ),
        examples=[{"night": {"trips": {"profiles": ["night_out"]}}, "worst": ["sharp"]}],
    )
    matrix: Annotated[dict[str, Any], PlainValidator(_lists_by_key)] = Field(
        default_factory=dict,
        description=(
            "Lists of values by dotted key: every combination is one scenario, at most 10,000 in "
            "all, for `sim sweep`. The key `variant` takes names of variants or overrides."
        ),
        examples=[{"cameras.strategy": ["random", "junctions"], "seed": [1, 2, 3]}],
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file, for editors and other programs.

    A file that extends another, and the changes of a variant, need not name what must be named.
    """
    whole = Scenario.model_json_schema()
    groups, required = whole.pop("$defs"), whole.pop("required")
    changes = {name: value for name, value in whole["properties"].items() if name != "version"}
    changes["cameras"] = {**changes["cameras"], "$ref": "#/$defs/CamerasChanges"}
    groups["CamerasChanges"] = {k: v for k, v in groups["Cameras"].items() if k != "required"}
    groups["Changes"] = {"type": "object", "additionalProperties": False, "properties": changes}
    layers = {
        name: {"description": field.description, "examples": field.examples, **_LAYER_FORMS[name]}
        for name, field in Layers.model_fields.items()
    }
    cameras = whole["properties"]["cameras"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "properties": {**whole["properties"], "cameras": changes["cameras"], **layers},
        "if": {"required": ["extends"]},
        "else": {"required": required, "properties": {"cameras": {"$ref": cameras["$ref"]}}},
        "$defs": groups,
    }


_BY_NAME = {"type": "object", "maxProperties": MOST_NAMED}
_CHANGES = {"$ref": "#/$defs/Changes"}
_LAYER_FORMS: dict[str, dict[str, Any]] = {
    "extends": {"type": "string", "minLength": 1, "maxLength": 1000},
    "overrides": {**_BY_NAME, "additionalProperties": _CHANGES},
    "variants": {
        **_BY_NAME,
        "additionalProperties": {
            "anyOf": [_CHANGES, {"type": "array", "items": {"type": "string"}}]
        },
    },
    "matrix": {"type": "object", "additionalProperties": {"type": "array", "minItems": 1}},
}
"""What each key of `Layers` may be, for the JSON Schema."""
