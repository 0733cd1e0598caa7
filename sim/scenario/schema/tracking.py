"""What the sightings add up to: the keys under `tracking` and `recognition`."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from sim.scenario.schema.values import Number, Part, Share, Task, Whole, mistake
from sim.scenario.units import ANGLE, DENSITY, TIME


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
