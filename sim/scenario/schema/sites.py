"""What cameras are aimed at, where they may not hang, what they cost: groups under `cameras`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from sim.cameras.prices import CameraPrices
from sim.cameras.tasks import Task
from sim.placement.parameters import Exclusion, HowExcluded, Objective, PlaceKind
from sim.scenario.schema.values import FilePath, Number, Part, RoomParameters, Whole, mistake
from sim.scenario.units import LENGTH

_AIMS = RoomParameters(Objective)
_EXCLUSION = RoomParameters(Exclusion)
_PRICES = RoomParameters(CameraPrices)


class Aims(Part):
    """What strategies that aim at something aim at."""

    near: tuple[PlaceKind, ...] = Field(
        default=Objective.near,
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
        default=Objective.task,
        description=(
            "Quality that equity and the greedy strategies count: detect, observe, recognise or "
            "identify."
        ),
    )
    times: Annotated[Whole, _AIMS.within("times")] = _AIMS.key(
        "times", "How many times a walk should be seen for strategy greedy_trips, {limits}."
    )


class Exclude(Part):
    """Somewhere that cameras are kept away from, or see nothing of."""

    places: tuple[PlaceKind, ...] = Field(
        default=Exclusion.places, description="Kinds of places of the city; or write `file`."
    )
    file: FilePath | None = Field(
        default=None,
        description=(
            "File of points, lines or polygons (GeoJSON, GeoParquet, GeoPackage, CSV), seen from "
            "the working folder; or write `places`."
        ),
    )
    metres: Annotated[Number, _EXCLUSION.within("metres"), LENGTH] = _EXCLUSION.key(
        "metres", "How far around them, {limits} m."
    )
    how: HowExcluded = Field(
        default=Exclusion.how,
        description=(
            "no_site: no simulated camera is hung there; masked: cameras hang where they do, and "
            "what they see there is cut out."
        ),
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Exclude:
        """Refuse neither or both of places and file."""
        if bool(self.places) == (self.file is not None):
            words = "write places or file" if self.file is None else "write places or file alone"
            raise mistake(f"{words}, for example {{places: [school], metres: 50}}")
        return self


def _price(owner: str, cameras: str) -> Any:  # noqa: ANN401 - as pydantic's `Field`
    """Return the field of what an owner's cameras cost."""
    return _PRICES.key(owner, f"HK$ a camera and year of {cameras}, {{limits}}.")


class Cost(Part):
    """What a camera costs in a year, HK$, by owner; by default the announced programme's mean."""

    police: Annotated[Number, _PRICES.within("police")] = _price("police", "police cameras")
    department: Annotated[Number, _PRICES.within("department")] = _price(
        "department", "other government departments' cameras"
    )
    transport: Annotated[Number, _PRICES.within("transport")] = _price(
        "transport", "transport operators' cameras"
    )
    estate: Annotated[Number, _PRICES.within("estate")] = _price(
        "estate", "housing estates' cameras"
    )
    mall: Annotated[Number, _PRICES.within("mall")] = _price("mall", "malls' cameras")
    other: Annotated[Number, _PRICES.within("other")] = _price("other", "all other owners' cameras")
