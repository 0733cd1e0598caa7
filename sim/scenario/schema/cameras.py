"""How many cameras, where, whose, and what they can tell: the keys under `cameras`."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sim.cameras.tasks import Hours, Trees
from sim.placement.parameters import (
    AS_PLANNED,
    LARGEST_TOTAL,
    OF_DISTRICTS,
    OWN_PLAN,
    CandidateName,
    DistrictName,
    OwnerName,
    Phase,
    PlacementParameters,
    PlanName,
    ShareRule,
    StreetShareCase,
)
from sim.scenario.schema.mixes import OpticsMix, StrategyMix, plain_mix, plain_names
from sim.scenario.schema.sites import Aims, Cost, Exclude
from sim.scenario.schema.values import (
    DATE,
    Date,
    FilePath,
    Number,
    Part,
    RoomParameters,
    Share,
    Text,
    Weight,
    Whole,
    mistake,
)
from sim.scenario.units import SHARE
from sim.wording import counted

_CAMERAS = RoomParameters(PlacementParameters)
_PHASE = RoomParameters(Phase)
STREET_SHARE_TAGS = ("<case>", "<owners>")
"""Tags of the two forms of street_share; pydantic puts them into its locations."""


def _one_or_several(value: object) -> object:
    """Let a single total stand for a list of one, and totals by date for a list."""
    if isinstance(value, dict):
        return tuple(value.values())
    return value if isinstance(value, list | tuple) else (value,)


def _array_item_or_dates(schema: dict[str, Any]) -> None:
    """Allow a single item for a list of one, and dates for keys, in the JSON Schema."""
    array = {key: schema.pop(key) for key in ("type", "items", "minItems", "maxItems")}
    dated = {
        "type": "object",
        "patternProperties": {f"^{DATE.pattern}$": array["items"]},
        "additionalProperties": False,
        "minProperties": array["minItems"],
        "maxProperties": array["maxItems"],
    }
    schema["anyOf"] = [array["items"], array, dated]


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
    return STREET_SHARE_TAGS[1] if isinstance(value, dict | StreetShares) else STREET_SHARE_TAGS[0]


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


def _of_owner(cameras: str) -> Any:  # noqa: ANN401 - as pydantic's `Field`
    """Return the field of the strategy of an owner's cameras."""
    words = f"Strategy of {cameras}, or a mix with weights above 0..1,000,000."
    return Field(default=None, description=words)


class OwnerStrategies(Part):
    """Where the cameras of each owner come first, in one phase of a plan."""

    police: StrategyMix | None = _of_owner("police cameras")
    department: StrategyMix | None = _of_owner("other government departments' cameras")
    transport: StrategyMix | None = _of_owner("transport operators' cameras")
    estate: StrategyMix | None = _of_owner("housing estates' cameras")
    mall: StrategyMix | None = _of_owner("malls' cameras")
    other: StrategyMix | None = _of_owner("all other owners' cameras")

    @model_validator(mode="after")
    def _places(self) -> OwnerStrategies:
        """Refuse what names no places."""
        for owner, mix in self:
            for name in plain_names(mix) if mix is not None else ():
                if name in (AS_PLANNED, "existing"):
                    raise mistake(f"{name} names no places; write a strategy that does", owner)
        return self


class GrowthPhase(Part):
    """Cameras up to a city total, by when they hang, and whose they are."""

    total: Annotated[Whole, _PHASE.within("total")] = Field(
        description="City total at the end of the phase, cameras, 1..1,000,000.", examples=[20000]
    )
    year: Annotated[Whole, _PHASE.within("year")] = Field(
        description="Year by which they hang, 1900..2200.", examples=[2027]
    )
    owners: OwnerMix = Field(description="Owners of the cameras that the phase adds, by weight.")
    name: Text = Field(default="", description="What the phase is called; with plan: own.")
    districts: tuple[DistrictName, ...] = Field(
        default=(),
        max_length=18,
        description="Districts in which its cameras hang, all by default; with plan: own.",
        examples=[["Wan Chai", "Yau Tsim Mong"]],
    )
    strategy: OwnerStrategies = Field(
        default_factory=OwnerStrategies,
        description=(
            "Strategy, or mix of strategies, by owner, in place of the scenario's; with plan: own."
        ),
    )
    linked: tuple[OwnerName, ...] = Field(
        default=(),
        max_length=6,
        description=(
            "Owners whose cameras hang already and are only joined to the system; with plan: own."
        ),
        examples=[["department"]],
    )


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
        default=PlacementParameters.strategy,
        description=(
            "Which places come first: random (anywhere along streets), even (evenly spaced), "
            "junctions (the busiest first), betweenness (streets that most walks use), transit "
            "(near station exits), places (near `aims.near`), population (where people live), "
            "points (near `aims.points`), equity (least covered neighbourhood next), "
            "greedy_cover (most street newly seen), greedy_trips (most walks newly seen), "
            "empirical (as poles of real networks stand), existing (only the cameras of "
            "`existing`), as_planned (what each phase of the plan names; the default with one); "
            "or a mix with weights above 0..1,000,000, as {junctions: 3, random: 1}."
        ),
    )
    plan: PlanName | None = Field(
        default=None,
        description=(
            "Growth phase by phase, each with its own owners, districts and places: as_announced "
            "(the reference), announced_all_urban, announced_few_police, announced_many_police "
            "(other readings of what was said), own (the table under `phases`), or none."
        ),
    )
    share_rule: ShareRule = Field(
        default=PlacementParameters.share_rule,
        description=(
            "How the city's total is shared out: population (of the 18 districts), daytime (people "
            "there on a working day), streets (length of carriageway), equal, given (write "
            "`share`), direct (totals are the cameras of the area itself; the only rule outside "
            "Hong Kong), as_planned (by the rule of the plan; the default with one)."
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
        Annotated[StreetShareCase, Tag(STREET_SHARE_TAGS[0])]
        | Annotated[StreetShares, Tag(STREET_SHARE_TAGS[1])],
        Discriminator(_kind_of_street_share),
    ] = Field(
        default=PlacementParameters.street_share,
        description=(
            "How many of the cameras watch a street at all: low, middle, high, or a share 0..1 "
            "for every owner. Shown with every headline."
        ),
    )
    optics: OpticsMix = Field(
        default=PlacementParameters.optics,
        description=(
            "Camera type: weak (full HD, 90 degrees), typical (4K, 62 degrees), strong (4K, "
            "40 degrees), fixed_bullet, dome, panoramic, ptz, low_cost, fourk, two_megapixel, "
            "thousand_dollar, typical_low, typical_high (docs/cameras.md); "
            "or a mix with weights above 0..1,000,000, as {fixed_bullet: 2, ptz: 1}."
        ),
    )
    heads_per_site: Annotated[Number, _CAMERAS.within("heads_per_site")] = _CAMERAS.key(
        "heads_per_site", "Heads (directed cameras) on one pole or wall, mean, {limits}."
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
    sites: FilePath | None = Field(
        default=None,
        validate_default=True,
        description=(
            "File of poles (points), seen from the working folder: the only places for simulated "
            "cameras. A run on listed poles gives statistics alone."
        ),
    )
    candidates: CandidateName = Field(
        default="inferred",
        validate_default=True,
        description=(
            "Where simulated cameras may hang: inferred (junctions, and posts every 40 m), or on "
            "what the bundle has of the Government: lamp_posts, or poles, which are these, traffic "
            "lights of crossings and faces of footbridges; both count as listed."
        ),
    )
    exclude: tuple[Exclude, ...] = Field(
        default=(),
        max_length=64,
        description=(
            "Places that cameras are kept away from, or see nothing of, as "
            "[{places: [school], metres: 50}]."
        ),
        examples=[[]],
    )
    cost: Cost = Field(
        default_factory=Cost, description="What a camera costs in a year, HK$, by owner."
    )
    hours: Hours = Field(
        default="day",
        description=(
            "When they look: by night every task, and software, needs twice the pixels "
            "(assumption)."
        ),
    )
    trees: Trees = Field(
        default="none",
        description=(
            "What roadside trees hide: none (nothing), or crowns (what is behind the crown of "
            "each tree of the bundle, opaque all year; an assumption, docs/walls.md)."
        ),
    )
    mobile_share: Annotated[Number, _CAMERAS.within("mobile_share"), SHARE] = _CAMERAS.key(
        "mobile_share",
        "Share {limits} of the cameras that are mobile (vehicles, worn on the body): they are "
        "counted and left out, since where they look is nowhere known.",
    )
    dates: tuple[Date, ...] = Field(
        default=(),
        max_length=64,
        description=(
            "When each total is reached, as many dates as totals, in order (a year, 2026-02 or "
            "2026-02-28), or none; left out where the totals are written by date. The years in "
            "which cameras hang follow them, not the phases."
        ),
        examples=[[]],
    )
    phases: tuple[GrowthPhase, ...] = Field(
        default=(),
        max_length=64,
        description=(
            "Growth by year and owner; by default as announced: 4,000 (2025), 11,000 (2026), "
            "60,000 (2028). With plan: own the plan itself."
        ),
    )

    @model_validator(mode="before")
    @classmethod
    def _as_planned(cls, data: object) -> object:
        """Let a plan decide what the scenario leaves open."""
        if not isinstance(data, dict) or data.get("plan") is None:
            return data
        return {"strategy": AS_PLANNED, "share_rule": AS_PLANNED, **data}

    @model_validator(mode="after")
    def _plan_fits(self) -> Cameras:
        """Refuse keys of a plan without one, and what does not go with one."""
        if self.plan is None:
            for key in ("strategy", "share_rule"):
                if getattr(self, key) == AS_PLANNED:
                    raise mistake("as_planned needs a plan; write plan: as_announced", key)
            for index, phase in enumerate(self.phases):
                planned = phase.districts or phase.name or phase.linked
                if planned or any(mix for _, mix in phase.strategy):
                    raise mistake("is part of a plan; write plan: own", "phases", index)
            return self
        if self.share_rule not in (AS_PLANNED, *OF_DISTRICTS):
            words = "shares nothing out among districts; remove it, or remove plan"
            raise mistake(f"{self.share_rule} {words}", "share_rule")
        if (self.plan == OWN_PLAN) != bool(self.phases):
            words = (
                "is missing; plan: own needs phases"
                if not self.phases
                else (
                    f"would have no effect with plan: {self.plan}; write plan: own, or remove them"
                )
            )
            raise mistake(words, "phases")
        if self.aims.points is None:
            for index, phase in enumerate(self.phases):
                if any(mix and "points" in plain_names(mix) for _, mix in phase.strategy):
                    words = "strategy points needs a file of points; write aims.points"
                    raise mistake(words, "phases", index)
        return self

    @model_validator(mode="before")
    @classmethod
    def _totals_by_date(cls, data: object) -> object:
        """Take the dates from the totals where these are written by date."""
        totals = data.get("totals") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(totals, dict):
            return data
        if data.get("dates"):
            raise mistake("stand with the totals already; remove this key", "dates")
        wrong = next((key for key in totals if not DATE.fullmatch(str(key))), None)
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
            raise mistake(
                f"has {len(dates)} for {counted(len(totals), 'total')}; write a date for each"
            )
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
        if strategy is not None and strategy != AS_PLANNED and AS_PLANNED in plain_names(strategy):
            raise mistake("as_planned cannot be part of a mix; write it alone", "strategy")
        return existing

    @field_validator("sites")
    @classmethod
    def _sites_used(cls, sites: str | None, info: ValidationInfo) -> str | None:
        """Refuse poles that nothing is hung on."""
        if sites is not None and info.data.get("strategy") == "existing":
            raise mistake("would have no effect with strategy: existing; remove it")
        return sites

    @field_validator("candidates")
    @classmethod
    def _candidates_used(cls, candidates: str, info: ValidationInfo) -> str:
        """Refuse lamp posts beside another list of poles, or where nothing is hung."""
        if candidates != "inferred":
            if info.data.get("strategy") == "existing":
                raise mistake("would have no effect with strategy: existing; remove it")
            if info.data.get("sites") is not None:
                raise mistake("does not go with sites, which lists poles too; remove one")
        return candidates

    @property
    def on_own_places(self) -> bool:
        """Whether every camera is simulated on a place of the engine's own, and none is listed."""
        return self.existing is None and self.sites is None and self.candidates == "inferred"

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
