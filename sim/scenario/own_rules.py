"""Rules of one's own for `sim rules --rules FILE`: a name, what it does from a closed set, a price.

A file holds `rules`, a list, and may say `ready: false` to leave out the ready set. A rule that
does nothing of its own gives another price to the rule of that name in the ready set.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from sim.errors import InputErrors
from sim.placement.parameters import PlaceKind
from sim.scenario import strict_yaml
from sim.scenario.load import read_text
from sim.scenario.schema.values import Number, Part, Share, Whole, Words, mistake

Owner = Literal["police", "department", "transport", "estate", "mall", "other"]
Hour = Annotated[Whole, Field(ge=0, le=24)]
ACTIONS = ("unlink", "none_near", "at_most_per_km", "recognition", "retention_days", "warrant")


class NoneNear(Part):
    """Places near which no camera counts."""

    places: tuple[PlaceKind, ...] = Field(min_length=1, description="Kinds of places.")
    metres: Annotated[Number, Field(ge=0, le=5000)] = Field(50.0, description="Metres, 0..5,000.")


class OwnRule(Part):
    """One rule: what it does, in which hours, and what it costs."""

    name: Words = Field(description="What it is called.")
    price: Annotated[Number, Field(ge=0, le=1e12)] = Field(description="0..1e12, in any unit.")
    unlink: tuple[Owner, ...] = Field((), description="Owners whose cameras are not joined.")
    none_near: NoneNear | None = Field(None, description="Places near which no camera counts.")
    at_most_per_km: Annotated[Number, Field(ge=0, le=10_000)] | None = Field(
        None, description="Cameras per km of street, the first ones stay, 0..10,000."
    )
    recognition: Literal["off", "afterwards"] | None = Field(
        None, description="Nobody is recognised, or in recordings only."
    )
    retention_days: Annotated[Number, Field(ge=0, le=10_000)] | None = Field(
        None, description="Recordings are kept so many days at most, 0..10,000."
    )
    warrant: Share | None = Field(None, description="Share 0..1 of walks that may be searched for.")
    hours: tuple[Hour, Hour] | None = Field(
        None, description="From and to, 0..24; alone: no camera counts then."
    )

    @property
    def does(self) -> tuple[str, ...]:
        """Which of `ACTIONS` it takes; hours alone are one too."""
        taken = tuple(name for name in ACTIONS if getattr(self, name) not in (None, ()))
        return taken or (("hours",) if self.hours is not None else ())

    @model_validator(mode="after")
    def _hours_of_cameras(self) -> OwnRule:
        """Refuse hours for what is not done by the hour."""
        if self.hours is not None:
            if self.hours[0] % 24 == self.hours[1] % 24:
                raise mistake("begins and ends in the same hour; leave hours out for all day")
            for name in ("retention_days", "warrant"):
                if name in self.does:
                    raise mistake(f"{name} holds at all hours; leave hours out")
        return self


class OwnRules(Part):
    """Rules of one's own, beside the ready set or in its place."""

    rules: tuple[OwnRule, ...] = Field((), max_length=60, description="Rules, at most 60.")
    ready: bool = Field(True, description="Whether the ready set is to be had as well.")

    @field_validator("rules")
    @classmethod
    def _each_name_once(cls, rules: tuple[OwnRule, ...]) -> tuple[OwnRule, ...]:
        """Refuse two rules of one name."""
        names = [rule.name for rule in rules]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise mistake(f'"{name}" names two rules; rename one', index, "name")
        return rules


def read_rules(path: str | Path) -> OwnRules:
    """Read a file of rules.

    Parameters
    ----------
    path
        YAML.

    Raises
    ------
    InputErrors
        All that is wrong with it, a line each: file, line, key, what is wrong.
    """
    path = Path(path)
    document = strict_yaml.read(read_text(path))
    lines = [
        _line(path, problem.place, problem.path, problem.text) for problem in document.problems
    ]
    if lines:
        raise InputErrors(lines)
    try:
        return OwnRules.model_validate({} if document.value is None else document.value)
    except ValidationError as error:
        found = []
        for each in error.errors():
            context = each.get("ctx", {})
            key = (*each["loc"], *context.get("at", ()))
            place = document.places.get(key) or document.places.get(key[:-1])
            found.append(_line(path, place, key, _words(each["type"], each["msg"])))
        raise InputErrors(found) from None


def _words(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return f"unknown key; a rule has name, price, {', '.join(ACTIONS)}, hours"
    if kind == "missing":
        return "is missing"
    return message[:1].lower() + message[1:]


def _line(path: Path, place: strict_yaml.Place | None, key: strict_yaml.Path, words: str) -> str:
    at = f":{place.line}:{place.column}" if place else ""
    name = f"{'.'.join(map(str, key))}: " if key else ""
    return f"{path}{at}: {name}{words}"
