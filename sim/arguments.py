"""Arguments of public functions, checked by name before any work is done.

A decorator takes a check for each argument; what a check refuses is one `InputError` that begins
with the argument's name, shows what was given and says what to give. Nothing here loads more than
the standard library: tables are known by what they have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import signature
from math import inf, isfinite, nan
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from sim.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

P = ParamSpec("P")
R = TypeVar("R")
Check = Callable[[str, Any], Any]
"""Takes an argument's name and value; returns the value to work with or raises."""
LONGEST_VALUE = 60
LARGEST_SEED = 2**63 - 1
MAKERS = {
    "City": "a city, as sim.load_city or sim.City.from_osmnx makes it",
    "Fleet": "a fleet; make one of a table with sim.Fleet.from_heads",
    "Sightings": "sightings, as sim.see finds them",
    "Trips": "walks, as sim.sample_trips or sim.Trips.from_gdf makes them",
    "TrackingParameters": "sim.TrackingParameters(…)",
    "Objective": "sim.placement.parameters.Objective(…)",
    "Scenario": "the path of a scenario, or what sim.load_scenario returns",
    "SweepPlan": "the path of a sweep file",
    "Axes": "axes of matplotlib",
    "DataFrame": "a DataFrame",
    "ndarray": "an array of numpy",
    "Phase": "sim.placement.parameters.Phase(…)",
    "Plan": "sim.placement.parameters.Plan(…)",
    "Exclusion": "sim.placement.parameters.Exclusion(…)",
}


def named_arguments(**checks: Check) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that checks arguments by name before the function is called.

    Parameters
    ----------
    **checks
        For each argument what it must be. None passes where it is the default.

    Raises
    ------
    InputError
        At the call: an argument is not what it must be.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        form = signature(function)
        defaults = {name: form.parameters[name].default for name in checks}

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = form.bind(*args, **kwargs)
            for name, check in checks.items():
                if name in bound.arguments and bound.arguments[name] is not defaults[name]:
                    bound.arguments[name] = check(name, bound.arguments[name])
            return function(*bound.args, **bound.kwargs)

        return checked

    return decorate


def refused(name: str, value: object, remedy: str) -> InputError:
    """Return the error of an argument: its name, what was given, what to give.

    Parameters
    ----------
    name, value
        The argument; numbers and texts are shown, of anything else the type.
    remedy
        What to give, for example "a number above 0".
    """
    plain = isinstance(value, str | Real) or value is None
    kind = type(value).__name__
    article = "an" if kind[0] in "aeioAEIO" else "a"
    shown = repr(value)[:LONGEST_VALUE] if plain else f"{article} {kind}"
    if isinstance(value, Real) and not isinstance(value, bool):
        shown = str(value)[:LONGEST_VALUE]  # numpy's numbers name their type in repr
    return InputError(f"{name}: is {shown}; give {remedy}")


def made(*kinds: str) -> Check:
    """Return a check for objects of classes of these names, or of classes derived from them."""

    def check(name: str, value: object) -> object:
        if {each.__name__ for each in type(value).__mro__}.isdisjoint(kinds):
            raise refused(name, value, MAKERS[kinds[0]])
        return value

    return check


def having(*names: str) -> Check:
    """Return a check for objects of any class with these attributes."""

    def check(name: str, value: object) -> object:
        if not all(hasattr(value, each) for each in names):
            raise refused(name, value, f"an object with {', '.join(names)}")
        return value

    return check


def whole(low: float = -inf, high: float = inf, unit: str = "") -> Check:
    """Return a check for a whole number; 10.0 is one, True is not."""
    limits = f"from {low:,}" if high == inf else f"{low:,} to {high:,}"
    remedy = " ".join(filter(None, ("a whole number", limits if low > -inf else "", unit)))

    def check(name: str, value: object) -> int:
        if _is_truth(value) or not isinstance(value, Real):
            raise refused(name, value, remedy)
        if not isinstance(value, Integral) and not float(value).is_integer():
            raise refused(name, value, remedy)
        if not low <= cast("float", value) <= high:
            raise refused(name, value, remedy)
        return int(cast("float", value))

    return check


def number(low: float = -inf, high: float = inf, *, above: bool = False, unit: str = "") -> Check:
    """Return a check for a finite number; with `above` the lowest itself is excluded."""
    first = "a number" if low == -inf else f"a number {'above' if above else 'from'} {low:g}"
    remedy = " ".join(filter(None, (first, f"to {high:g}" if high < inf else "", unit)))

    def check(name: str, value: object) -> object:
        found = cast("float", value) if isinstance(value, Real) and not _is_truth(value) else nan
        if not isfinite(found) or not low <= found <= high or (above and found == low):
            raise refused(name, value, remedy)
        return value

    return check


def a_flag(name: str, value: object) -> bool:
    """Return whether; refuse what is neither True nor False."""
    if not _is_truth(value):
        raise refused(name, value, "True or False")
    return bool(value)


def a_text(name: str, value: object) -> str:
    """Return a text; refuse anything else."""
    if not isinstance(value, str):
        raise refused(name, value, "a text")
    return value


def a_path(name: str, value: object) -> str | Path:
    """Return a path; refuse anything else."""
    if not isinstance(value, str | Path):
        raise refused(name, value, "a path")
    return value


def one_of(known: Iterable[str]) -> Check:
    """Return a check for one of several words."""
    words = tuple(known)

    def check(name: str, value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise refused(name, value, f"one of {', '.join(words)}")
        return value

    return check


def several(each: Check, remedy: str) -> Check:
    """Return a check for a list, of which every item passes a check of its own.

    Parameters
    ----------
    each
        Of an item, called with a name such as "totals[1]".
    remedy
        What to give where it is no list, for example "a list of whole numbers".
    """

    def check(name: str, value: object) -> object:
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
            raise refused(name, value, remedy)
        return [each(f"{name}[{i}]", item) for i, item in enumerate(value)]

    return check


def either(remedy: str, *checks: Check) -> Check:
    """Return a check that passes what one of several passes."""

    def check(name: str, value: object) -> object:
        for each in checks:
            try:
                return each(name, value)
            except InputError:
                continue
        raise refused(name, value, remedy)

    return check


def weights(each: Check, remedy: str) -> Check:
    """Return a check for numbers by name, {"one": 0.7, "other": 0.3}.

    Parameters
    ----------
    each
        Of a number, called with a name such as "strategy['random']".
    remedy
        What to give where it is no dictionary.
    """

    def check(name: str, value: object) -> object:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise refused(name, value, remedy)
        return {key: each(f"{name}[{key!r}]", part) for key, part in value.items()}

    return check


def by_rank(each: Check, remedy: str) -> Check:
    """Return a check for a dictionary from city ranks; its values pass a check of their own."""

    def check(name: str, value: object) -> object:
        if not isinstance(value, Mapping):
            raise refused(name, value, remedy)
        return {whole(1)(name, key): each(f"{name}[{key}]", part) for key, part in value.items()}

    return check


def mix(what: str) -> Check:
    """Return a check for a name, or for a mix of names by weight.

    Parameters
    ----------
    what
        Is named, for example "a camera type".
    """
    remedy = f'the name of {what}, or weights by name as in {{"one": 0.7, "other": 0.3}}'
    by_weight = weights(number(0), remedy)

    def check(name: str, value: object) -> object:
        if isinstance(value, Mapping) and not value:
            raise InputError(f"{name}: is empty; give {remedy}")
        return value if isinstance(value, str) else by_weight(name, value)

    return check


def a_table(what: str, *, metres: bool = False, key: str = "") -> Check:
    """Return a check for a GeoDataFrame with a geometry column and a coordinate system.

    Parameters
    ----------
    what
        It holds, for example "building polygons".
    metres
        Whether the coordinate system must be projected.
    key
        Of the scenario, where one names the table.
    """
    remedy = f"a GeoDataFrame of {what}"

    def check(name: str, value: object) -> object:
        if "GeoDataFrame" not in {each.__name__ for each in type(value).__mro__}:
            raise refused(name, value, remedy)
        frame = cast("gpd.GeoDataFrame", value)
        if frame.active_geometry_name is None:
            raise InputError(f"{name}: has no geometry column; name it with set_geometry")
        if frame.crs is None:
            raise InputError(
                f"{name}: has no CRS{', and so is not in projected metres' if metres else ''}; set "
                "the true one, as .set_crs('EPSG:4326')",
                key,
            )
        if metres and frame.crs.is_geographic:
            raise InputError(
                f"{name}: positions are not in projected metres; convert them first with .to_crs"
            )
        return value

    return check


def _is_truth(value: object) -> bool:
    """Return whether a value is True or False, of Python or of numpy."""
    return isinstance(value, bool) or type(value).__name__ in ("bool_", "bool")


a_seed = whole(0, LARGEST_SEED)
"""A check for seeds."""
threads = whole(1, 4096)
"""A check for numbers of threads or processes."""
totals = several(whole(1), "a list of whole numbers, increasing")
"""A check for numbers of cameras in the whole city."""
