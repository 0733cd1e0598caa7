"""What single values may be: texts, names of files, numbers, shares, positions and dates.

Every key of the language is made of these. Each check says in words what to write instead; what
several keys together may be is said with the group they stand in.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError, PydanticKnownError

from sim.limits import limits_of
from sim.scenario.units import SHARE

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from pydantic.fields import FieldInfo

HONG_KONG_BOX = (22.13, 113.82, 22.58, 114.45)
"""South, west, north, east: way-points outside are not in Hong Kong."""

NAME = re.compile(r"\w[\w-]*")
_LATITUDE_LONGITUDE = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*,\s*([-+]?\d+(?:\.\d+)?)\s*")
DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_ONLY_FIGURES = re.compile(r"[\s\d.,;:+-]*\d[\s\d.,;:+-]*")


def mistake(text: str, *at: str | int) -> PydanticCustomError:
    """Return the error for one mistake, `at` the keys or indices below the value validated."""
    return PydanticCustomError("scenario", "{text}", {"text": text, "at": at})


def coordinates(text: str) -> tuple[float, float] | None:
    """Return (latitude, longitude) in degrees where a way-point is written so, else None."""
    match = _LATITUDE_LONGITUDE.fullmatch(text)
    return (float(match[1]), float(match[2])) if match else None


def in_hong_kong(latitude: float, longitude: float) -> bool:
    """Return whether a position in degrees lies in the box around Hong Kong."""
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
    if not NAME.fullmatch(text) or len(text) > 80 or len(text.encode()) > 200:
        near = re.sub(r"[^\w-]+", "_", text).strip("_-")[:40]
        hint = f' (did you mean "{near}"?)' if near and near != text else ""
        raise mistake(f"is not a folder name: letters, digits, _ and -, 1 to 80{hint}")
    return text


def _way_point(text: str) -> str:
    """Refuse coordinates that are not a position on Earth or are written the wrong way round."""
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


_DATE_FORMS = {
    "anyOf": [
        {"type": "integer", "minimum": 1000, "maximum": 9999},
        {"type": "string", "pattern": f"^{DATE.pattern}$", "examples": ["2026-02"]},
    ]
}
"""A year, or a date as text, for the JSON Schema."""


def _date(value: object) -> str:
    """Return a date as text; a year may be written as a number."""
    text = str(value) if type(value) is int else value
    if not isinstance(text, str):
        raise PydanticKnownError("string_type")
    if not DATE.fullmatch(text):
        raise mistake("is not a date; write a year, 2026, or 2026-02 or 2026-02-28")
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
Words = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]
FilePath = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_printable)]
FolderName = Annotated[Words, AfterValidator(_folder_name)]
WayPoint = Annotated[Words, AfterValidator(_way_point)]
Date = Annotated[str, BeforeValidator(_date), WithJsonSchema(_DATE_FORMS)]
"""A year, a month or a day, as text."""
Whole = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[Number, Field(ge=0, le=1), SHARE]
Weight = Annotated[Number, Field(ge=0, le=1_000_000)]


class RoomParameters:
    """Keys of the language that are parameters of a room: their defaults and limits are its own.

    Parameters
    ----------
    room
        The dataclass of the room, with fields made by `sim.limits.limited`.
    """

    def __init__(self, room: type[DataclassInstance]) -> None:
        self.room = room

    def within(self, name: str) -> FieldInfo:
        """Return the limits of a parameter as an annotation of its key."""
        limits = limits_of(self.room, name)
        lowest: dict[str, Any] = {"gt" if limits.above else "ge": limits.low}
        return cast("FieldInfo", Field(**lowest, le=limits.high))

    def key(self, name: str, description: str) -> Any:  # noqa: ANN401 - as pydantic's `Field`
        """Return the field of a key; `{limits}` in its description stands for the range."""
        words = description.replace("{limits}", limits_of(self.room, name).words())
        return Field(default=getattr(self.room, name), description=words)


class Part(BaseModel):
    """A group of keys: unknown keys are errors, and what is read does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=False)
