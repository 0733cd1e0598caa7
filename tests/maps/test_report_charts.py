"""Charts keep every line inside the field, every number apart, and break where nothing is known."""

import json
import re
from importlib.resources import files
from string import Formatter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.charts import (
    Band,
    Curve,
    Mark,
    camera_axis,
    chart,
    count_axis,
    log_axis,
    share_axis,
    short,
)  # fmt: skip
from maps.report_curves import dark
from maps.report_figures import Figures
from maps.report_reader import COMMANDS
from maps.report_texts import ASSUMPTIONS, GROUPS, WORDS, group_name, words
from maps.run_folder import read_run_folder
from maps.texts import TEXTS

PAIR = ["title", "標題"]
SHARES = st.lists(st.floats(0, 1), min_size=2, max_size=20)
NUMBERS = st.lists(st.floats(0, 1e7), min_size=2, max_size=20)


def drawn(axis, values, totals=(4000, 60_000), marks=()):
    x = np.linspace(0, totals[-1], len(values))
    curve = Curve(x, np.array(values, float), PAIR, PAIR, "recognise", dots=True)
    band = Band(x, np.zeros(len(values)), np.array(values, float), "recognise")
    return chart(PAIR, PAIR, camera_axis(totals), axis, [curve], [band], marks)


def places(text):
    return np.array([pair.split(",") for pair in text.split()], float).reshape(-1, 2)


@given(SHARES)
def test_shares_lie_in_the_field_below_the_highest_tick(values):
    axis = share_axis(values)
    assert max(values) <= axis.high + 1e-12 <= 1 + 1e-12
    assert axis.ticks[0] == (0, "0%")
    assert axis.ticks[-1][0] == pytest.approx(axis.high)
    for line in drawn(axis, values).lines:
        for part in line["points"]:
            assert (places(part) >= 0).all()
            assert (places(part) <= [1000, 500]).all()


@given(NUMBERS)
def test_counts_lie_below_the_highest_tick_and_steps_are_even(values):
    axis = count_axis(values)
    ticks = [value for value, _ in axis.ticks]
    assert max(values) <= axis.high * (1 + 1e-9)
    assert len(ticks) <= 6
    assert np.allclose(np.diff(ticks), ticks[1])
    assert (places(drawn(axis, values).bands[0]["points"]) >= -1e-9).all()


@given(st.lists(st.floats(1e-3, 1e7), min_size=1, max_size=9))
def test_log_ticks_are_powers_of_ten_around_the_values(values):
    axis = log_axis(values)
    assert axis.low <= min(values) * (1 + 1e-9)
    assert axis.high >= max(values) * (1 - 1e-9)
    assert all(np.log10(value) == pytest.approx(round(np.log10(value))) for value, _ in axis.ticks)
    order = np.argsort(values)
    assert (np.diff(axis.along(np.array(values)[order])) >= 0).all()


def test_a_log_axis_of_nothing_is_an_axis():
    assert log_axis([0.0, np.nan]).along([0.0])[0] == 0


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=30, unique=True))
def test_numbers_of_cameras_stand_apart_and_the_ends_stay(totals):
    totals = sorted(totals)
    below = drawn(share_axis(1.0), [0, 1], totals).upright
    at = [place for place, _ in below]
    assert (at[0], at[-1]) == (0, 100)
    assert below[-1][1] == f"{totals[-1]:,}"
    assert (np.diff(at) >= 16 - 1e-9).all()


def test_a_line_breaks_where_a_value_is_missing():
    line = drawn(share_axis(1.0), [0.1, 0.2, np.nan, 0.4, 0.5]).lines[0]
    assert [len(places(part)) for part in line["points"]] == [2, 2]
    assert len(line["dots"]) == 4


def test_a_mark_stands_at_its_number_of_cameras():
    marks = drawn(share_axis(1.0), [0, 1], marks=[Mark(15_000, PAIR, "recognise")]).marks
    assert marks[0]["at"] == 25


@pytest.mark.parametrize(
    ("value", "written"), [(0.1, "0.1"), (500, "500"), (2500, "2.5k"), (1e5, "100k"), (3e6, "3M")]
)
def test_axis_numbers_are_short(value, written):
    assert short(value) == written


def test_the_dark_network_is_drawn_over_cameras_of_the_city(run_folder):
    """The third camera of the area stands at its rank, and the share holds until the next step."""
    run = read_run_folder(run_folder)
    steps = [[0, 1.0], [3, 0.4], [5, 0.2]]
    found = {"critical_cameras": 3, "critical_total": 9, "largest_dark_share": steps}
    run.summary["percolation"] = {task: json.loads(json.dumps(found)) for task in run.tasks}
    figures = Figures(run, PAIR)
    line = places(dark(figures).charts[0].lines[0]["points"][0])
    area = run.districts.geometry[run.districts["kind"] == "area"].iloc[0]
    ranks = np.sort(run.heads["rank"][run.heads.geometry.intersects(area)])
    at = 1000 * np.array([0, ranks[2], ranks[2], ranks[4], ranks[4], run.totals[-1]])
    assert np.allclose(line[:, 0], at / run.totals[-1], atol=0.06)
    assert np.allclose(line[:, 1], 500 - 500 * np.repeat([1.0, 0.4, 0.2], 2))


def holes(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_say_it_with_the_same_places(key):
    english, chinese = WORDS[key]
    assert english
    assert chinese
    assert holes(english) == holes(chinese)


def test_no_word_of_the_report_is_one_of_the_map():
    assert not set(WORDS) & set(TEXTS)


def test_every_word_is_asked_for():
    folder = files("maps")
    own = {one.name for one in folder.iterdir() if re.fullmatch(r"report\w*\.py", one.name)}
    own = {name for name in own if not name.endswith("_texts.py")}
    sources = [
        folder.joinpath(name).read_text(encoding="utf-8")
        for name in (*sorted(own), "stops.py", "weeks.py", "assets/report.html")
    ]
    written = set(re.findall(r'["\']([a-z_0-9]+)["\']', "".join(sources)))
    written |= {f"bands_{end}" for end in ("scenario", "lowest", "highest")}
    written |= {f"sensitivity_more_{model}" for model in ("additive", "pairs")}
    written |= {f"ran_{key}" for key, _ in COMMANDS}
    written |= {f"reader_{name}" for name in ("knowing", "walked", "not_seen")}
    heads = ("total", "cameras", "year", "km_seen", "km", "walk_seen", "walk")
    written |= {f"cost_{column}" for column in heads}
    columns = ("cameras", "streets", "passed", "faced", "without")
    written |= {f"machine_{column}" for column in columns}
    written |= {f"weeks_{said}_one" for said in ("alone", "few", "says")}
    alerts = ("faces", "lowest", "middle", "highest")
    written |= {f"alerts_{column}" for column in alerts}
    written |= {f"regimes_{column}" for column in ("live", "afterwards", "stops", "range")}
    built = (
        "alerts ",
        "alerts_why_",
        "regime ",
        "log ",
        "policy ",
        "by ",
        "factor ",
        "level ",
        "way_",
        "machine ",
        "live_by ",
    )
    unused = {key for key in WORDS if not key.startswith(built)} - written
    assert not unused
    assert {way for way, _ in ASSUMPTIONS} == {key for key in WORDS if key.startswith("way_")}


def test_a_place_may_differ_by_language():
    assert words("below", city=["Hong Kong", "全港"]) == ["Cameras in Hong Kong", "全港鏡頭數目"]


def test_groups_without_a_name_of_ours_are_called_as_in_the_data():
    assert group_name("primary") == list(GROUPS["primary"])
    assert group_name("some_thing") == ["some thing", "some thing"]
