"""The reference page of the scenario language, made from the models.

It turns every key with its form, range, unit, default and description into Markdown, after a
short introduction to what no table shows: units, dates, files that extend files, variants and
matrices. `python -m sim.scenario.reference > docs/scenario-language.md` writes the page, and a
test holds it equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sim.scenario import schema
from sim.scenario.layers import LONGEST_CHAIN
from sim.scenario.load import LARGEST_FILE
from sim.scenario.units import ANGLE, DENSITY, LENGTH, SHARE, SPEED, TIME

INTRODUCTION = """\
# The scenario language

A scenario is a text file in YAML: lines of `key: value`, groups of keys indented by two spaces.
Three keys must be there, everything else has a default:

```yaml
name: my_scenario
area: mong_kok_core
cameras:
  totals: [4000, 60000]
```

`sim template` prints a file with every key and its default, `sim validate FILE` names every
mistake with line and column ([common mistakes](common-mistakes.md)), `sim schema` prints the JSON
Schema with which editors complete and check keys, `sim run FILE --dry-run` shows the scenario as
resolved and what a run would take. Any key can be changed from the command line, with its place
in dots: `--set trips.people=500 --set cameras.strategy=transit`.

Only plain YAML is read: no anchors, aliases, tags or second documents, no tabs before a key, no
words that programs read differently (`no`, `1_000`, `12:30`), no file above <size> MB. A file
names the version of the language, or is taken as version <version>; files of a version unknown to
the program are refused.

## Units

A number may be written plainly, in the unit of its key, or as text with a unit, which is checked:

| kind | plain numbers are | units | for example |
|---|---|---|---|
<units>

```yaml
name: with_units
area: mong_kok_core
cameras: {totals: 60000, mobile_share: 10 %}
trips: {speed_m_s: 5 km/h}
tracking: {memory_s: 10 min, walkers_per_m2: 0.1 people/m2, facing_degrees: 60 degrees}
```

## Totals by date

Totals are a list, or stand under the dates by which they are reached. These two are the same:

```yaml
name: growth
area: mong_kok_core
cameras:
  totals: {2025: 4000, 2026-02: 11000, 2028: 60000}
```

```yaml
name: growth
area: mong_kok_core
cameras:
  totals: [4000, 11000, 60000]
  dates: [2025, 2026-02, 2028]
```

## One file from another

`extends` names a file, seen from the folder of the file that extends it and inside the folder of
the scenario, or in a folder in it, links followed. Groups of keys are
joined; everything else (numbers, texts, lists, mixes, and whatever may be a word or a group)
takes the place of what stands in the other file. Variants and overrides are taken over by name, a
matrix as a whole. At most <chain> files may follow one another. Mistakes are named in the file in
which they were made.

```yaml
extends: mong_kok_core.yaml
name: mong_kok_core_sharp
cameras: {optics: strong}
```

## Variants

`overrides` are named sets of keys to change; a variant is such a set, or a list of overrides
applied in order. `sim run my.yaml --variant late_and_sharp` runs it as
`my_scenario_late_and_sharp`, unless the variant changes the name. `--variant` may be repeated;
`--set` comes last.

```yaml
name: my_scenario
area: mong_kok_core
cameras: {totals: [4000, 60000]}
overrides:
  sharp: {cameras: {optics: strong}}
  late: {trips: {profiles: {night_out: 100 %}}}
variants:
  few_people: {trips: {people: 100}}
  late_and_sharp: [late, sharp]
```

## Many scenarios from one file

`matrix` gives keys, with their place in dots, lists of values. Every combination is a scenario,
at most <cells> in all, for `sim sweep`; its name says what is special in it. The key `variant`
takes names of variants or overrides.

```yaml
name: my_sweep
area: mong_kok_core
cameras: {totals: [4000, 60000]}
matrix:
  cameras.strategy: [random, junctions]
  cameras.optics: [weak, typical, strong]
  seed: [1, 2, 3]
```

## All keys

"required" stands where there is no default.
"""
SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("The file", schema.Scenario),
    ("Made of other files, or for several scenarios", schema.Layers),
    ("cameras", schema.Cameras),
    ("cameras.aims", schema.Aims),
    ("cameras.exclude", schema.Exclude),
    ("cameras.cost", schema.Cost),
    ("cameras.street_share, by owner", schema.StreetShares),
    ("cameras.phases, each", schema.GrowthPhase),
    ("cameras.phases, owners", schema.OwnerMix),
    ("cameras.phases, strategy", schema.OwnerStrategies),
    ("trips", schema.Trips),
    ("trips.profiles, by profile", schema.ProfileShares),
    ("trips.walks, each", schema.Walk),
    ("trips.crowds, each", schema.Crowd),
    ("tracking", schema.Tracking),
    ("tracking.hit_rate", schema.HitRate),
    ("recognition", schema.Recognition),
    ("ensemble", schema.Ensemble),
)
"""Every group of keys, in the order of the page."""


def reference() -> str:
    """Return the reference page of the scenario language in Markdown."""
    facts = {
        "<units>": "\n".join(_unit_rows()),
        "<chain>": str(LONGEST_CHAIN),
        "<size>": f"{LARGEST_FILE / 1e6:g}",
        "<cells>": f"{schema.MOST_CELLS:,}",
        "<version>": str(schema.VERSION),
    }
    introduction = INTRODUCTION
    for name, fact in facts.items():
        introduction = introduction.replace(name, fact)
    whole = schema.json_schema()
    parts = [introduction]
    for title, model in SECTIONS:
        heading = f"`{title}`" if title == title.split(" ")[0] else title
        parts.append(f"\n### {heading}\n\n{_sentence(model)}\n\n")
        parts.append("| key | is | default | meaning |\n|---|---|---|---|\n")
        forms = _properties(model, whole)
        for name, field in model.model_fields.items():
            form = _form(forms[name])
            parts.append(f"| `{name}` | {form} | {_default(field)} | {_cell(field)} |\n")
    return "".join(parts)


def _unit_rows() -> Iterator[str]:
    for kind in (TIME, LENGTH, SPEED, ANGLE, SHARE, DENSITY):
        spelt = ", ".join(f"`{unit}`" for unit in kind.units)
        name = kind.name.partition(" ")[2]
        yield f"| {name} | {kind.own or 'shares 0..1'} | {spelt} | `{kind.example}` |"


def _sentence(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


def _properties(model: type[BaseModel], whole: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of each key of a group."""
    group = whole if model in (schema.Scenario, schema.Layers) else whole["$defs"][model.__name__]
    found: dict[str, Any] = group["properties"]
    return found


def _form(form: dict[str, Any]) -> str:
    """Return in words what a key may be."""
    several = form.get("anyOf", form.get("oneOf"))
    if several:
        parts = [_form(inner) for inner in several if inner.get("type") != "null"]
        return " or ".join(dict.fromkeys(parts))
    if "enum" in form or "const" in form:
        return ", ".join(f"`{word}`" for word in form.get("enum", [form.get("const")]))
    by_date = "patternProperties" in form
    words = {
        "array": lambda: f"list of {_plural(_form(form.get('items', {})))}",
        "string": lambda: f'text as "{form["examples"][0]}"' if "pattern" in form else "text",
        "integer": lambda: f"whole number{_range(form)}",
        "number": lambda: f"number{_range(form)}",
    }
    kind = words.get(form.get("type", "object"))
    return kind() if kind else f"group {'by date' if by_date else 'of keys'}"


def _plural(words: str) -> str:
    for one in ("number", "text", "group"):
        if words.startswith((one, f"whole {one}")):
            return words.replace(one, f"{one}s", 1)
    return words


def _range(form: dict[str, Any]) -> str:
    """Return the range of a number."""
    least, most = form.get("minimum"), form.get("maximum")
    above = form.get("exclusiveMinimum")
    if most is None:
        return ""
    highest = f"{most:,.0f}" if most >= 10_000 else f"{most:g}"
    if above is not None:
        return f" above {above:g} to {highest}"
    return f" from {least:g} up" if most >= 2**53 else f" {least:g}..{highest}"


def _default(field: FieldInfo) -> str:
    """Return a key's default as it is written in a file."""
    if field.is_required():
        return "required"
    if field.default_factory is not None:
        return "its own defaults" if _is_group(field) else "none"
    value = field.default
    if value is None or value is PydanticUndefined or value in ("", ()):
        return "none"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{value}`"


def _is_group(field: FieldInfo) -> bool:
    inner = field.annotation
    return isinstance(inner, type) and issubclass(inner, BaseModel)


def _cell(field: FieldInfo) -> str:
    """Return a key's description, fit for a cell of a table."""
    return (field.description or "").replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    print(reference(), end="")
