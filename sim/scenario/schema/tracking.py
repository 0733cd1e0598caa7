"""What the sightings add up to: the keys under `tracking` and `recognition`.

Defaults and limits are those of `sim.tracking.parameters`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from sim.cameras.tasks import Task
from sim.scenario.schema.values import (
    Number,
    Part,
    RoomParameters,
    Share,
    Whole,
    mistake,
)
from sim.scenario.units import ANGLE, DENSITY, SHARE, TIME
from sim.tracking.parameters import (
    CROWDS,
    CrowdName,
    LiveBy,
    RecognitionParameters,
    SearchParameters,
    TrackingParameters,
)

_TRACK = RoomParameters(TrackingParameters)
_SEARCH = RoomParameters(SearchParameters)
_RECOGNITION = RoomParameters(RecognitionParameters)
_HIT_RATE = TrackingParameters.hit_rate


class HitRate(Part):
    """Chance that one sighting of a face turned towards the head identifies the walker."""

    detect: Share = Field(
        default=_HIT_RATE[0], description="Chance 0..1 at detect quality (25 px/m)."
    )
    observe: Share = Field(
        default=_HIT_RATE[1], description="Chance 0..1 at observe quality (62.5 px/m)."
    )
    recognise: Share = Field(
        default=_HIT_RATE[2], description="Chance 0..1 at recognise quality (125 px/m)."
    )
    identify: Share = Field(
        default=_HIT_RATE[3], description="Chance 0..1 at identify quality (250 px/m)."
    )

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

    memory_s: Annotated[Number, _TRACK.within("memory_s"), TIME] = _TRACK.key(
        "memory_s",
        "Time constant tau of losing a walker in an unseen gap by chance, seconds, {limits}.",
    )
    look_alike_share: Annotated[Number, _TRACK.within("look_alike_share"), SHARE] = _TRACK.key(
        "look_alike_share",
        "Share alpha {limits} of other walkers who look alike to a camera.",
    )
    crowd: CrowdName = Field(
        default=TrackingParameters.crowd,
        description=(
            "How many walk on the streets: "
            + ", ".join(
                f"{name} ({density:g} per m2 of street)" for name, density in CROWDS.items()
            )
            + " everywhere at all hours, or by_hour, by class of street and hour of departure "
            "(sim/facts/crowds.csv; assumptions)."
        ),
    )
    walkers_per_m2: Annotated[Number | None, _TRACK.within("walkers_per_m2"), DENSITY] = _TRACK.key(
        "walkers_per_m2",
        "Density delta of walkers everywhere, people per square metre of street, {limits}, in "
        "place of the case that crowd names.",
    )
    dwell_needed_s: Annotated[Number, _TRACK.within("dwell_needed_s"), TIME] = _TRACK.key(
        "dwell_needed_s",
        "Time in view after which a sighting counts in full, seconds, {limits}.",
    )
    facing_degrees: Annotated[Number, _TRACK.within("facing_degrees"), ANGLE] = _TRACK.key(
        "facing_degrees",
        "Largest angle between walking direction and direction to the camera at which a face "
        "counts as turned towards it, degrees, {limits}.",
    )
    hit_rate: HitRate = Field(
        default_factory=HitRate,
        description=(
            "Chance that a person who sees it identifies the walker in one sighting, by task, "
            "never decreasing."
        ),
    )
    hit_rate_spread: Annotated[Number, _TRACK.within("hit_rate_spread"), SHARE] = _TRACK.key(
        "hit_rate_spread",
        "How much the chance varies from person to person, {limits}: the variance of a Beta "
        "distribution as a share of the greatest possible; 0 is everybody alike.",
    )
    live_by: LiveBy = Field(
        default=TrackingParameters.live_by,
        description=(
            "Who identifies walkers as they pass: software (lenient, typical or strict, which need "
            "ever more of a picture) or a person, with hit_rate and facing_degrees. Afterwards it "
            "is always a person who searches recordings."
        ),
    )
    uptime: Annotated[Number, _TRACK.within("uptime"), SHARE] = _TRACK.key(
        "uptime", "Share {limits} of cameras that work on a given day."
    )
    subsample: Annotated[Whole, _SEARCH.within("subsample")] = _SEARCH.key(
        "subsample",
        "Walks for which the least-seen alternative and the reconstructed path are searched, "
        "{limits}; the summary says of how many, and with what error.",
    )


class Recognition(Part):
    """Faces compared with a list."""

    gallery: Annotated[Whole, _RECOGNITION.within("gallery")] = _RECOGNITION.key(
        "gallery",
        "Pictures on the list that every face is compared with, {limits}; false alerts grow "
        "with it.",
    )
    task: Task = Field(
        default=RecognitionParameters.task,
        description=(
            "Picture quality that the software needs: detect, observe, recognise or identify."
        ),
    )
