"""The scenario language: what it accepts, what it is held equal to, and what is written of it."""

import re
from itertools import pairwise
from pathlib import Path
from typing import get_args

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from pydantic import BaseModel, ValidationError

from sim.area import districts
from sim.placement.parameters import OwnerName
from sim.scenario.load import dump_scenario, read_scenario
from sim.scenario.schema import (
    LAYER_KEYS,
    OPTICS,
    STRATEGIES,
    Crowd,
    Exclude,
    GrowthPhase,
    HitRate,
    Layers,
    OwnerMix,
    OwnerStrategies,
    Scenario,
    StreetShares,
    coordinates,
    json_schema,
)
from sim.scenario.template import template

MINIMAL = {"name": "a", "area": "b", "cameras": {"totals": [4000]}}


def groups(model: type[BaseModel] = Scenario) -> list[type[BaseModel]]:
    """Return every group of keys of the language."""
    from sim.scenario.diagnostics import _models

    inner = [g for field in model.model_fields.values() for g in _models(field.annotation)]
    return [model, *(group for found in inner for group in groups(found))]


def test_every_key_says_what_it_is() -> None:
    for group in groups():
        assert group.__doc__
        for name, field in group.model_fields.items():
            assert field.description, f"{group.__name__}.{name} has no description"


def test_every_number_says_its_range_or_unit() -> None:
    units = ("0..1", "..", "seconds", "metres", "degrees", "people", "increasing", "same run")
    for group in groups():
        for name, field in group.model_fields.items():
            if re.search(r"\b(int|float)\b", str(field.annotation)):
                if name == "version":
                    continue
                assert any(unit in str(field.description) for unit in units), name


def test_names_equal_those_of_the_engine() -> None:
    from sim.cameras.fleet import OWNERS
    from sim.cameras.optics import CAMERA_TYPES, TASKS

    assert tuple(CAMERA_TYPES) == OPTICS
    assert tuple(StreetShares.model_fields) == OWNERS
    assert get_args(OwnerName) == OWNERS
    assert tuple(HitRate.model_fields) == TASKS


def test_strategies_and_rules_equal_the_registries() -> None:
    from sim.placement.growth import STREET_SHARES
    from sim.placement.parameters import SHARE_RULES
    from sim.placement.plan import announced_plans
    from sim.placement.strategies.registry import STRATEGIES as REGISTRY

    properties = json_schema()["$defs"]["Cameras"]["properties"]
    assert (*REGISTRY, "existing", "as_planned") == STRATEGIES
    assert properties["share_rule"]["enum"] == list(SHARE_RULES)
    assert properties["plan"]["anyOf"][0]["enum"] == [*announced_plans(), "own"]
    districts_of_a_phase = json_schema()["$defs"]["GrowthPhase"]["properties"]["districts"]
    assert districts_of_a_phase["items"]["enum"] == [district.name for district in districts()]
    assert properties["street_share"]["oneOf"][0]["enum"] == list(STREET_SHARES)


def test_a_scenario_does_not_change_and_can_be_a_key() -> None:
    scenario = Scenario.model_validate(MINIMAL)
    with pytest.raises(ValidationError):
        scenario.seed = 3
    assert {scenario: 1}[Scenario.model_validate(MINIMAL)] == 1


def test_one_total_stands_for_a_list_of_one() -> None:
    one = Scenario.model_validate({**MINIMAL, "cameras": {"totals": 4000}})
    assert one == Scenario.model_validate(MINIMAL)


@given(st.lists(st.integers(1, 1_000_000), min_size=1, max_size=64))
def test_totals_are_accepted_exactly_when_they_increase(totals: list[int]) -> None:
    increasing = all(before < after for before, after in pairwise(totals))
    try:
        scenario = Scenario.model_validate({**MINIMAL, "cameras": {"totals": totals}})
    except ValidationError:
        assert not increasing
    else:
        assert increasing
        assert scenario.cameras.totals == tuple(totals)


@pytest.mark.parametrize("rule", ["population", "streets", "given", "direct"])
@pytest.mark.parametrize("share", [None, 0.0, 0.05, 1.0])
def test_a_share_is_written_exactly_when_it_is_given(rule: str, share: float | None) -> None:
    cameras = {"totals": 4000, "share_rule": rule, "share": share}
    fits = (rule == "given") == (share is not None)
    try:
        Scenario.model_validate({**MINIMAL, "cameras": cameras})
    except ValidationError:
        assert not fits
    else:
        assert fits


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_a_sharper_picture_never_identifies_less_often(rates: list[float]) -> None:
    tasks = ("detect", "observe", "recognise", "identify")
    try:
        HitRate.model_validate(dict(zip(tasks, rates, strict=True)))
    except ValidationError:
        assert rates != sorted(rates)
    else:
        assert rates == sorted(rates)


def walk(*via: str) -> dict[str, object]:
    return {"walks": [{"name": "w", "via": list(via)}]}


def test_a_city_elsewhere_needs_direct_totals() -> None:
    trips = walk("60.17,24.94", "Senate Square")
    with pytest.raises(ValidationError, match="not in Hong Kong"):
        Scenario.model_validate({**MINIMAL, "trips": trips})
    cameras = {"totals": [300], "share_rule": "direct"}
    elsewhere = Scenario.model_validate({**MINIMAL, "cameras": cameras, "trips": trips})
    assert coordinates(elsewhere.trips.walks[0].via[0]) == (60.17, 24.94)


@given(st.floats(22.14, 22.57), st.floats(113.83, 114.44))
def test_positions_in_hong_kong_are_taken_one_way_round(latitude: float, longitude: float) -> None:
    right, swapped = f"{latitude:.6f},{longitude:.6f}", f"{longitude:.6f},{latitude:.6f}"
    Scenario.model_validate({**MINIMAL, "trips": walk(right, "MOKO")})
    with pytest.raises(ValidationError, match="swapped"):
        Scenario.model_validate({**MINIMAL, "trips": walk(swapped, "MOKO")})


def test_the_template_runs_and_shows_the_defaults() -> None:
    scenario = read_scenario(template(), Path("template.yaml")).scenario
    plain = Scenario.model_validate(
        {
            "name": scenario.name,
            "area": "mong_kok_core",
            "cameras": {"totals": scenario.cameras.totals},
            "trips": {"walks": scenario.trips.walks},
        }
    )
    assert scenario == plain
    for group in groups():
        for name in group.model_fields:
            assert group in NOT_SHOWN or f"{name}:" in template()


def test_the_json_schema_names_every_key_and_closes_every_group() -> None:
    schema = json_schema()
    for group in [schema, *schema["$defs"].values()]:
        assert group["additionalProperties"] is False
        assert all({"description", "$ref"} & set(key) for key in group["properties"].values())
    assert schema["else"]["required"] == ["name", "area", "cameras"]
    totals = schema["$defs"]["Cameras"]["properties"]["totals"]["anyOf"]
    assert [form["type"] for form in totals] == ["integer", "array", "object"]


def test_the_json_schema_says_both_forms_of_a_number_with_a_unit() -> None:
    tracking = json_schema()["$defs"]["Tracking"]["properties"]
    for key, right, wrong in (
        ("memory_s", ["10 min", "1.5 h", "90s"], ["10 m", "ten min"]),
        ("uptime", ["95 %", "95%", "50 percent"], ["95 m"]),
        ("facing_degrees", ["60 degrees", "60°"], ["60 %"]),
    ):
        number, text = tracking[key]["anyOf"]
        assert number["type"] == "number"
        for word in right:
            assert re.search(text["pattern"], word)
        for word in wrong:
            assert not re.search(text["pattern"], word)


def test_totals_by_date_are_totals_with_dates() -> None:
    by_date = {"2025": 4000, "2026-02": 11000, "2028-06-30": 60000}
    dated = Scenario.model_validate({**MINIMAL, "cameras": {"totals": by_date}})
    assert dated.cameras.totals == (4000, 11000, 60000)
    assert dated.cameras.dates == ("2025", "2026-02", "2028-06-30")
    lists = {"totals": list(by_date.values()), "dates": [2025, "2026-02", "2028-06-30"]}
    assert Scenario.model_validate({**MINIMAL, "cameras": lists}) == dated
    text = "name: a\narea: b\ncameras: {totals: {2025: 4000, 2026-02: 11000, 2028-06-30: 60000}}"
    assert read_scenario(text, Path("s.yaml")).scenario == dated


def test_the_layer_keys_are_those_of_the_model() -> None:
    assert tuple(Layers.model_fields) == LAYER_KEYS
    assert not set(LAYER_KEYS) & set(Scenario.model_fields)


words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=40).map(
    str.strip
)
names = st.from_regex(r"\A\w[\w-]{0,39}\Z").filter(lambda name: len(name.encode()) <= 200)
shares = st.floats(0, 1)


NOT_SHOWN = (StreetShares, GrowthPhase, OwnerMix, OwnerStrategies, Exclude, Crowd)
"""Groups that only an own mix of owners, a list of zones or of crowds needs."""
RANKING = tuple(name for name in STRATEGIES if name not in ("points", "existing", "as_planned"))
"""Strategies that need no file."""


def mixes(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, float]]:
    """Mixes of names by weight."""
    weights = st.floats(0, 1e6, exclude_min=True)
    return st.dictionaries(st.sampled_from(names), weights, min_size=1)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw any valid scenario."""
    texts = words.filter(lambda text: text and not any(map(str.isdigit, text)))
    walk_names = draw(st.lists(texts, max_size=3, unique=True))
    by_owner = st.fixed_dictionaries(dict.fromkeys(StreetShares.model_fields, shares))
    rates = sorted(draw(st.lists(shares, min_size=4, max_size=4)))
    share = draw(st.none() | shares)
    rules = st.sampled_from(["population", "daytime", "streets", "equal", "direct"])
    return Scenario.model_validate(
        {
            "name": draw(names),
            "title": draw(words),
            "area": draw(texts),
            "seed": draw(st.integers(0, 2**63 - 1)),
            "cameras": {
                "totals": sorted(draw(st.sets(st.integers(1, 10**6), min_size=1, max_size=9))),
                "strategy": draw(st.sampled_from(RANKING) | mixes(RANKING)),
                "optics": draw(st.sampled_from(OPTICS) | mixes(OPTICS)),
                "share_rule": draw(rules) if share is None else "given",
                "share": share,
                "street_share": draw(st.sampled_from(["low", "middle", "high"]) | by_owner),
                "heads_per_site": draw(st.floats(1, 8)),
            },
            "trips": {
                "taste": draw(st.floats(0, 2)),
                "walks": [
                    {
                        "name": name,
                        "via": draw(st.lists(texts, min_size=2, max_size=50, unique=True)),
                    }
                    for name in walk_names
                ],
            },
            "tracking": {"hit_rate": dict(zip(HitRate.model_fields, rates, strict=True))},
        }
    )


@settings(max_examples=60, deadline=None)
@given(scenarios())
def test_a_scenario_written_out_reads_back_as_the_same(scenario: Scenario) -> None:
    assert read_scenario(dump_scenario(scenario), Path("resolved.yaml")).scenario == scenario
