"""Keys that make one file out of others, or several scenarios out of one file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from sim.scenario.schema.values import NAME, FilePath, Part, mistake

MOST_NAMED = 200
"""Overrides, or variants, that a file may name."""
MOST_CELLS = 10_000
"""Scenarios that a matrix may make."""


LAYER_KEYS = ("extends", "overrides", "variants", "matrix")
"""The keys of `Layers`, which only a whole file can have."""


def _name_of_changes(name: object) -> str | None:
    """Return what is wrong with the name of overrides or a variant, None if nothing is."""
    if isinstance(name, str) and NAME.fullmatch(name) and len(name) <= 40:
        return None
    return "is not a name: letters, digits, _ and -, 1 to 40"


def _named(value: object, info: ValidationInfo) -> dict[str, Any]:
    """Check named sets of changes; what the changes say is checked where they are chosen."""
    key = str(info.field_name)
    if not isinstance(value, dict):
        raise mistake("is not a group of names, each with the keys that it changes below it")
    if len(value) > MOST_NAMED:
        raise mistake(f"has more than {MOST_NAMED} entries; write fewer")
    found: list[tuple[tuple[str | int, ...], str]] = []
    for name, changes in value.items():
        wrong = _name_of_changes(name)
        if wrong:
            found.append(((key, name), wrong))
        elif isinstance(changes, list) and key == "variants":
            found += [
                ((key, name, index), "is not the name of overrides; write one")
                for index, part in enumerate(changes)
                if not isinstance(part, str)
            ]
        elif isinstance(changes, dict):
            words = "cannot be changed here; write it at the top of a file"
            found += [((key, name, inner), words) for inner in changes if inner in LAYER_KEYS]
        else:
            lists = ", or a list of overrides" if key == "variants" else ""
            found.append(((key, name), f"is not a group of keys to change{lists}"))
    if found:
        raise _several(found)
    return value


def _several(found: list[tuple[tuple[str | int, ...], str]]) -> PydanticCustomError:
    """Return the error for several mistakes, each with its path from the top."""
    return PydanticCustomError("scenario", "{text}", {"text": found[0][1], "problems": found})


def _lists_by_key(value: object) -> dict[str, list[Any]]:
    """Check that a matrix is lists of values by key, and how many scenarios it makes."""
    if not isinstance(value, dict):
        raise mistake("is not a group of keys, each with a list of values")
    cells = 1
    found: list[tuple[tuple[str | int, ...], str]] = []
    for key, values in value.items():
        if not all(key.split(".")) or len(key) > 200:
            found.append((("matrix", key), "is not a key; write one such as cameras.strategy"))
        elif not isinstance(values, list) or not values:
            found.append((("matrix", key), "is not a list of values; write [one, another]"))
        else:
            cells *= len(values)
    if cells > MOST_CELLS:
        found.append((("matrix",), f"makes {cells} scenarios; at most {MOST_CELLS} can be made"))
    if found:
        raise _several(found)
    return value


class Layers(Part):
    """Keys that make one file out of others, or several scenarios out of one file."""

    extends: FilePath | None = Field(
        default=None,
        description=(
            "Scenario file that this one begins with, seen from the folder of this file: groups "
            "of keys are joined, everything else written here takes the place of what stands there."
        ),
        examples=["mong_kok_core.yaml"],
    )
    overrides: Annotated[dict[str, Any], PlainValidator(_named)] = Field(
        default_factory=dict,
        description=(
            "Named sets of keys to change, at most 200; chosen with `--variant NAME`, or by the "
            "variants that list them."
        ),
        examples=[{"sharp": {"cameras": {"optics": "strong"}}}],
    )
    variants: Annotated[dict[str, Any], PlainValidator(_named)] = Field(
        default_factory=dict,
        description=(
            "Named forms of this scenario, at most 200, chosen with `--variant NAME`: keys to "
            "change, or a list of overrides, applied in order. The run is called <name>_<variant> "
            "unless it changes the name."
        ),
        examples=[{"night": {"trips": {"profiles": ["night_out"]}}, "worst": ["sharp"]}],
    )
    matrix: Annotated[dict[str, Any], PlainValidator(_lists_by_key)] = Field(
        default_factory=dict,
        description=(
            "Lists of values by dotted key: every combination is one scenario, at most 10,000 in "
            "all, for `sim sweep`. The key `variant` takes names of variants or overrides."
        ),
        examples=[{"cameras.strategy": ["random", "junctions"], "seed": [1, 2, 3]}],
    )
