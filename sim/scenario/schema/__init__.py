"""The scenario language: every key, its unit, its range and its default, and nothing else.

These models are the only place of defaults; the JSON Schema, the template and the reference page
are made from them. A file holds a group of keys, `values` what a single value may be. It reads no
files and knows no streets: `sim.scenario.load` reads YAML into these models, and what depends on
the city (is there such a place?) is checked when it runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sim.cameras.tasks import TASKS
from sim.scenario.schema.cameras import (
    STREET_SHARE_TAGS,
    Cameras,
    GrowthPhase,
    OwnerMix,
    OwnerStrategies,
    StreetShares,
)
from sim.scenario.schema.crowds import Crowd
from sim.scenario.schema.layers import LAYER_KEYS, MOST_CELLS, MOST_NAMED, Layers
from sim.scenario.schema.mixes import (
    OPTICS,
    STRATEGIES,
    STRATEGY_ENTRY_POINTS,
    mix_words,
    plain_mix,
    plain_names,
)
from sim.scenario.schema.sites import Aims, Cost, Exclude
from sim.scenario.schema.tracking import HitRate, Recognition, Tracking
from sim.scenario.schema.trips import PROFILE_TAGS, PROFILES, ProfileShares, Trips, Walk
from sim.scenario.schema.values import (
    FilePath,
    FolderName,
    Part,
    Text,
    Whole,
    Words,
    coordinates,
    in_hong_kong,
    mistake,
)
from sim.tracking.parameters import LARGEST_TABLE

__all__ = [
    "LAYER_KEYS", "MOST_CELLS", "MOST_NAMED", "OPTICS", "PROFILES", "STRATEGIES",
    "STRATEGY_ENTRY_POINTS", "TAGS", "VERSION", "Aims", "Cameras", "Cost", "Crowd", "Ensemble",
    "Exclude", "GrowthPhase", "HitRate", "Layers", "OwnerMix", "OwnerStrategies",
    "ProfileShares", "Recognition", "Scenario", "StreetShares", "Tracking", "Trips", "Walk",
    "coordinates", "json_schema", "mix_words", "plain_mix", "plain_names",
]  # fmt: skip

TAGS = (*STREET_SHARE_TAGS, *PROFILE_TAGS)
"""Tags of the forms of keys that have two; pydantic puts them into its locations."""
MOST_FLEETS = 1000
VERSION = 1
"""Version of the scenario language that this program reads."""


class Ensemble(Part):
    """How often what is drawn by chance is drawn."""

    fleets: Annotated[Whole, Field(ge=1, le=MOST_FLEETS)] = Field(
        default=1,
        description=(
            "Fleets that watch the same people, {limits}: as many equally possible placements, "
            "whose spread is the band of every figure; 20 give one that holds 9 of 10 others."
        ).format(limits=f"1..{MOST_FLEETS:,}"),
    )


class Scenario(Part):
    """One question to the simulator."""

    version: Literal[1] = Field(
        default=1, description="Version of this scenario language; other versions are refused."
    )
    name: FolderName = Field(
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
    ensemble: Ensemble = Field(
        default_factory=Ensemble, description="How often what is drawn by chance is drawn."
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

    @model_validator(mode="after")
    def _tables_not_too_large(self) -> Scenario:
        """Refuse more walks and totals than a run's tables can hold.

        How many walks typical days make is known when they are drawn.
        """
        people, totals, tasks = self.trips.people, len(self.cameras.totals), len(TASKS)
        rows = people * totals * tasks
        if rows > LARGEST_TABLE:
            words = (
                f"{people:,} walks × {totals} totals × {tasks} tasks are {rows:,} rows, above "
                f"{LARGEST_TABLE:,}; take fewer people or totals"
            )
            problems = [(("trips", "people"), words)]
            raise PydanticCustomError("scenario", "{text}", {"text": words, "problems": problems})
        return self

    def _positions_outside(self) -> Iterator[tuple[int, int]]:
        """Yield (walk, way-point) of the coordinates outside Hong Kong."""
        for index, walk in enumerate(self.trips.walks):
            for step, text in enumerate(walk.via):
                position = coordinates(text)
                if position and not in_hong_kong(*position):
                    yield index, step


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
