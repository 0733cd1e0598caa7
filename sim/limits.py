"""Default, limits and unit of a parameter, written once in the dataclass of its room.

A field made by `limited` carries its limits in its metadata. The dataclass refuses values outside
them by calling `check` in its `__post_init__`, and the scenario language takes default and limits
of its keys from the same field, so that what it accepts is never refused later. Nothing here loads
more than the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from math import inf
from numbers import Real
from typing import TYPE_CHECKING, TypeVar, cast

from sim.errors import InputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
_LIMITS = "limits"


@dataclass(frozen=True)
class Limits:
    """The numbers that a parameter may take.

    Attributes
    ----------
    low, high
        Lowest and highest, in the parameter's unit.
    above
        Whether the lowest itself is excluded.
    unit
        What is counted, for example "s"; empty for bare numbers.
    whole
        Whether only whole numbers are possible.
    """

    low: float
    high: float
    above: bool = False
    unit: str = ""
    whole: bool = False

    def allow(self, value: object) -> bool:
        """Return whether a value is a number within the limits; NaN never is."""
        number = cast("float", value)  # any real number compares as one does
        if isinstance(value, bool) or not isinstance(value, Real):
            return False
        if not self.low <= number <= self.high:
            return False
        return not (self.above and value == self.low) and not (
            self.whole and not float(value).is_integer()
        )

    def words(self) -> str:
        """Return the range in words, for example "0..1" or "above 0 to 600"."""
        if self.above:
            return f"above {_number(self.low)} to {_number(self.high)}"
        return f"{_number(self.low)}..{_number(self.high)}"

    def remedy(self) -> str:
        """Return what to give, for example "a number 0..1"."""
        what = "a whole number" if self.whole else "a number"
        return f"{what} {self.words()}" + (f" {self.unit}" if self.unit else "")


def _number(value: float) -> str:
    """Return a limit as people write it."""
    return f"{value:,.10f}".rstrip("0").rstrip(".")


def metadata(
    *,
    at_most: float,
    at_least: float = 0,
    above: float | None = None,
    unit: str = "",
    whole: bool = False,
) -> dict[str, Limits]:
    """Return the limits of a parameter as the metadata of its field in a dataclass.

    Parameters
    ----------
    at_most, at_least, above
        Its limits; `above` takes the place of `at_least` where the lower limit itself is excluded.
    unit, whole
        See `Limits`.
    """
    low = at_least if above is None else above
    if not -inf < low < at_most < inf:
        raise ValueError(f"limits {low} and {at_most} are not a range")
    return {_LIMITS: Limits(low, at_most, above is not None, unit, whole)}


def limited(
    default: T,
    *,
    at_most: float,
    at_least: float = 0,
    above: float | None = None,
    unit: str = "",
    whole: bool = False,
) -> T:
    """Return the field of a dataclass for a parameter with limits and a default; see `metadata`."""
    limits = metadata(at_most=at_most, at_least=at_least, above=above, unit=unit, whole=whole)
    return field(default=default, metadata=limits)


def limits_of(parameters: type[DataclassInstance], name: str) -> Limits:
    """Return the limits of a field of a dataclass of parameters.

    Parameters
    ----------
    parameters
        The dataclass.
    name
        A field that `limited` made, or one with `metadata`.

    Raises
    ------
    KeyError
        There is no such field, or it has no limits.
    """
    limits: Limits = {each.name: each for each in fields(parameters)}[name].metadata[_LIMITS]
    return limits


def check(parameters: DataclassInstance, group: str) -> None:
    """Refuse a dataclass of parameters with a number outside its limits.

    A field that is None is left alone; of a tuple every number is checked.

    Parameters
    ----------
    parameters
        A dataclass with fields that `limited` made.
    group
        Where its keys stand in a scenario, for example "tracking".

    Raises
    ------
    InputError
        A number is out of its limits; names the key, the value and the range.
    """
    for each in fields(parameters):
        limits = each.metadata.get(_LIMITS)
        if limits is not None:
            check_value(type(parameters), each.name, getattr(parameters, each.name), group)


def check_value(parameters: type[DataclassInstance], name: str, value: object, group: str) -> None:
    """Refuse a value that a field of a dataclass of parameters may not take; see `check`."""
    limits = limits_of(parameters, name)
    for part in value if isinstance(value, tuple) else (value,):
        if part is not None and not limits.allow(part):
            raise InputError(f"{name} is {value}; give {limits.remedy()}", key=f"{group}.{name}")
