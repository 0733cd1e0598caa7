"""Numbers with units: text and plain numbers mean the same, and a wrong unit is named."""

import math

import hypothesis.strategies as st
import pytest
from hypothesis import given

from sim.scenario.schema import Scenario
from sim.scenario.units import QUANTITIES, SHARE, SPEED, TIME, kind_of, split

MINIMAL = {"name": "a", "area": "b", "cameras": {"totals": [4000]}}


def test_no_unit_belongs_to_two_kinds() -> None:
    spelt = [unit for quantity in QUANTITIES for unit in quantity.units]
    assert len(spelt) == len(set(spelt))
    for quantity in QUANTITIES:
        assert all(kind_of(unit) is quantity for unit in quantity.units)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_example_and_every_spelling_is_taken(quantity) -> None:
    assert isinstance(quantity.plain(quantity.example), float)
    for unit, factor in quantity.units.items():
        for text in (f"2 {unit}", f"2{unit}", f"  2.0   {unit} "):
            assert quantity.plain(text) == pytest.approx(2 * factor, rel=1e-14)


@pytest.mark.parametrize(
    ("quantity", "text", "number"),
    [
        (TIME, "10 min", 600), (TIME, "1.5 h", 5400), (TIME, "500 ms", 0.5),
        (SPEED, "3.6 km/h", 1), (SPEED, "36 km / h", 10), (SPEED, "1.34 m/s", 1.34),
        (SHARE, "30 %", 0.3), (SHARE, "5%", 0.05), (SHARE, "7 ‰", 0.007), (SHARE, "1e1 %", 0.1),
    ],
)  # fmt: skip
def test_values(quantity, text, number) -> None:
    assert quantity.plain(text) == number


@given(st.text(max_size=100) | st.floats() | st.integers() | st.none() | st.booleans())
def test_what_has_no_unit_is_left_as_it_is(value) -> None:
    if split(value) is None:
        for quantity in QUANTITIES:
            assert quantity.plain(value) is value


@given(st.integers(0, 100_000))
def test_percent_means_a_hundredth(thousandths: int) -> None:
    percent = thousandths / 1000
    assert math.isclose(SHARE.plain(f"{percent} %"), percent / 100, rel_tol=1e-12)


def test_a_scenario_with_units_is_the_scenario_without() -> None:
    plain = {
        "cameras": {"totals": 1, "mobile_share": 0.3, "share_rule": "given", "share": 0.05},
        "trips": {"speed_m_s": 1.5},
        "tracking": {"memory_s": 600.0, "walkers_per_m2": 0.1, "facing_degrees": 45.0},
    }
    units = {
        "cameras": {"totals": 1, "mobile_share": "30 %", "share_rule": "given", "share": "5 %"},
        "trips": {"speed_m_s": "5.4 km/h"},
        "tracking": {
            "memory_s": "10 min", "walkers_per_m2": "0.1 people/m2", "facing_degrees": "45 degrees",
        },
    }  # fmt: skip
    first = Scenario.model_validate({**MINIMAL, **plain})
    assert Scenario.model_validate({**MINIMAL, **units}) == first
