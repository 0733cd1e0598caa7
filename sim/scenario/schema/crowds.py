"""A crowd on the move: the keys of each entry of `trips.crowds`.

Numbers are those of `sim.tracking.parameters.MovingCrowd`. Nobody is drawn; `sim crowd` asks.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.schema.values import Number, Part, RoomParameters, Text, Words
from sim.scenario.units import SPEED
from sim.tracking.parameters import MovingCrowd

_CROWD = RoomParameters(MovingCrowd)


class Crowd(Part):
    """A crowd on the move along a named walk: a marathon, a festival; `sim crowd` asks of it."""

    name: Words = Field(description="Name in English.", examples=["Harbour Marathon"])
    name_zh: Text = Field(
        default="", description="Name in Chinese, may be empty.", examples=["維港馬拉松"]
    )
    walk: Words = Field(
        description="Its way: the English name of one of trips.walks.",
        examples=["Exit E2 to the Flower Market"],
    )
    length_m: Annotated[Number, _CROWD.within("length_m")] = _CROWD.key(
        "length_m", "From its front to its rear, metres, {limits}."
    )
    width_m: Annotated[Number, _CROWD.within("width_m")] = _CROWD.key(
        "width_m", "Across the street, metres, {limits}."
    )
    people_per_m2: Annotated[Number, _CROWD.within("people_per_m2")] = _CROWD.key(
        "people_per_m2", "Density, people per square metre, {limits}."
    )
    speed_m_s: Annotated[Number | None, _CROWD.within("speed_m_s"), SPEED] = _CROWD.key(
        "speed_m_s",
        "Speed on the flat, metres per second, {limits}; that of the walks if left out.",
    )
    body_width_m: Annotated[Number, _CROWD.within("body_width_m")] = _CROWD.key(
        "body_width_m",
        "Breadth of a body that may hide a face, metres, {limits}; 0: none hides one.",
    )
    body_height_m: Annotated[Number, _CROWD.within("body_height_m")] = _CROWD.key(
        "body_height_m", "Height of a body, metres, {limits}; faces are at 1.6."
    )
