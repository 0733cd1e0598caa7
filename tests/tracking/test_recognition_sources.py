"""Tables of other people's figures: every row says when, what and where from, and adds up."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.area import districts
from sim.cameras.optics import PIXELS_PER_METRE, TASKS
from sim.cameras.software import REFERENCE_CASE, SOFTWARE_CASES
from sim.tracking.parameters import LIVE_BY, TrackingParameters
from sim.tracking.recognition import (
    recognition_cases,
    recognition_rates,
    scaled_false_positive_rate,
)

DOCS = Path(__file__).parents[2] / "docs"


def table(name):
    with files("sim.facts").joinpath(f"{name}.csv").open(encoding="utf-8") as lines:
        return pd.read_csv(lines, comment="#", index_col=0)


@pytest.mark.parametrize("name", ["recognition", "camera_counts", "published_findings"])
def test_every_row_says_when_and_where_from(name):
    rows = table(name)
    assert rows.index.is_unique
    assert rows["year"].between(1990, 2035).all()
    assert rows[["source", "url", "secondary"]].notna().all(axis=None)
    assert rows["secondary"].isin(["yes", "no"]).all()
    assert rows["url"].str.match(r"https?://\S+$").all()


def test_rates_are_rates_and_agree_with_their_counts():
    rows = recognition_rates()
    for column in ("hit_rate", "false_positive_rate"):
        known = rows[column].dropna()
        assert known.between(0, 1).all()
    derived = rows[rows["derived"] == "false_alerts / faces"]
    assert len(derived) >= 2
    rate = derived["false_alerts"] / derived["faces"]
    np.testing.assert_allclose(rate, derived["false_positive_rate"], rtol=1e-5)
    assert (rows["false_alerts"] <= rows["alerts"]).where(rows["alerts"].notna(), True).all()


def test_the_british_test_scales_with_the_list():
    """1 in 60,000 at 1,000 pictures is 1 in 6,000 at 10,000."""
    rates = recognition_rates()["false_positive_rate"]
    scaled = scaled_false_positive_rate(rates["npl_2023_1000"], 1_000, 10_000)
    assert scaled == pytest.approx(rates["npl_2023_10000"], rel=1e-3)


def test_london_s_right_alerts_are_what_its_case_implies():
    """The listed share of the middle case, put back, gives the true alerts that London counted."""
    london, middle = recognition_rates().loc["met_2025"], recognition_cases()["middle"]
    true = london["faces"] * middle.listed_share * middle.hit_rate
    assert true == pytest.approx(london["alerts"] - london["false_alerts"])


def test_hong_kong_is_the_land_and_the_people_of_the_districts():
    rows = table("camera_counts")
    here = rows[rows["place"] == "Hong Kong"]
    assert (here["population"] == sum(d.population for d in districts())).all()
    assert (here["area_km2"] == round(sum(d.land_km2 for d in districts()))).all()
    plan = here.loc["hong_kong_2028"]
    assert plan["cameras"] / plan["area_km2"] == pytest.approx(54, abs=0.5)
    assert 1000 * plan["cameras"] / plan["population"] == pytest.approx(8.1, abs=0.05)


def test_the_page_on_other_cities_shows_the_table():
    """Each row of the page is a row of the table, densities as published or as computed."""
    text = (DOCS / "context.md").read_text(encoding="utf-8")
    for row in table("camera_counts").itertuples():
        area = row.per_km2 if row.per_km2 > 0 else row.cameras / row.area_km2
        people = row.per_1000 if row.per_1000 > 0 else 1000 * row.cameras / row.population
        cells = [row.place, str(row.year), _shown(row.cameras, ",.0f"), row.counts]
        cells += [_shown(area, ".1f"), _shown(people, ".1f")]
        assert f"| {' | '.join(cells)} |" in text, row.Index


def test_the_page_on_other_cities_shows_every_finding():
    text = (DOCS / "context.md").read_text(encoding="utf-8")
    for row in table("published_findings").itertuples():
        assert row.finding in text, row.Index
        assert row.difference in text, row.Index


def test_the_page_on_recognition_shows_every_measurement():
    text = (DOCS / "recognition.md").read_text(encoding="utf-8")
    for row in recognition_rates().itertuples():
        assert f"`{row.Index}`" in text


def test_the_page_on_recognition_gives_the_cases_as_they_are():
    text = (DOCS / "recognition.md").read_text(encoding="utf-8")
    lines = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("|")}
    said = {"low": (315_000, 741), "middle": (6_000, 1_355), "high": (300, 10_000)}
    for name, case in recognition_cases().items():
        assert f"| {case.hit_rate:.2f} (" in lines[name]
        wrong = scaled_false_positive_rate(case.false_positive_rate, case.gallery, 10_000)
        for rate, number in zip((float(wrong), case.listed_share), said[name], strict=True):
            assert f"1 in {number:,}" in lines[name]
            assert 1 / rate == pytest.approx(number, rel=2e-3)


def test_hit_rates_are_those_of_the_tables_and_of_the_page():
    text = (DOCS / "recognition.md").read_text(encoding="utf-8")
    persons, needs = table("hit_rates"), dict(zip(TASKS, PIXELS_PER_METRE, strict=True))
    assert tuple(persons["hit_rate"]) == TrackingParameters.hit_rate
    assert list(persons.index) == list(needs)
    assert persons["px_per_m"].tolist() == list(needs.values())
    # the standard has nobody recognised below 125 px/m, and more pixels never find fewer
    assert (persons["hit_rate"][persons["px_per_m"] < 125] == 0).all()
    assert persons["hit_rate"].is_monotonic_increasing
    assert persons["source"].str.len().min() > 20
    assert f"| sighting to recognise | 60° | {persons['hit_rate']['recognise']:g} |" in text
    assert f"| sighting to identify | 60° | {persons['hit_rate']['identify']:g} |" in text
    assert (*SOFTWARE_CASES, "person") == LIVE_BY
    assert TrackingParameters.live_by == REFERENCE_CASE
    for name, case in SOFTWARE_CASES.items():
        line = next(row for row in text.splitlines() if row.startswith(f"| software, {name}"))
        assert f"| {case.turn:g}° | {case.hit_rate:.2f} |" in line


def _shown(number, form):
    return "" if np.isnan(number) else format(number, form)
