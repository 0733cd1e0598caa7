"""Moments: one instant has one time of day, however a program writes it."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.trips.moments import Zone, moments, of_day

HONG_KONG = Zone.of("EPSG:2326")
INSTANT = datetime(2026, 3, 1, 0, 30, 15, tzinfo=UTC)
LOCAL_S = 8 * 3600 + 30 * 60 + 15


def day_seconds(texts, zone=HONG_KONG, walks=(), dates=None):
    return [of_day(moment) for moment in moments(texts, zone, walks, dates).tolist()]


@pytest.mark.parametrize(
    "text",
    [
        "08:30:15", "8:30:15", "08:30:15.0", "08:30:15,0", "8:30:15 AM", "08:30:15am",
        "2026-03-01T08:30:15", "2026-03-01 08:30:15", "2026/03/01 08:30:15", "2026/3/1 08:30:15",
        "2026-03-01T00:30:15Z", "2026-03-01T00:30:15+00:00", "2026-03-01 00:30:15 UTC",
        "2026-03-01T08:30:15+08:00", "2026-03-01 08:30:15 +0800", "2026-03-01T01:30:15+01:00",
        "2026-02-28T19:30:15-05:00", "20260301T003015Z", "30615", "30615.0", "3.0615e4",
        "1772325015", "1772325015.0", "1772325015000", "1772325015000000", "1772325015000000000",
        "1.772325015e9", "46082.3543402778", "0.354340277777778",
    ],
)  # fmt: skip
def test_one_instant_is_one_time_of_day(text):
    assert int(INSTANT.timestamp()) == 1772325015
    assert day_seconds([text]) == pytest.approx([LOCAL_S], abs=0.01)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "08:30 xm", "13:00 pm", "2026-13-01T00:00:00", "01/03/2026 08:30", "nan", "1_0",
     "0001-01-01T00:00:00+09:00"],
)  # fmt: skip
def test_what_is_no_moment_is_none(text):
    assert np.isnan(moments([text], HONG_KONG)).all()


@pytest.mark.parametrize("clock", [True, False])
def test_a_clock_that_goes_back_by_most_of_a_day_has_passed_midnight(clock):
    seconds = np.arange(86_390, 86_402) % 86_400
    if clock:
        texts = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in seconds.tolist()]
    else:
        texts = [str(s) for s in seconds.tolist()]
    found = moments(texts, HONG_KONG, [range(12)])
    assert found.tolist() == list(range(86_390, 86_402))
    two_walks = moments(texts, HONG_KONG, [range(10), range(10, 12)])
    assert two_walks.tolist() == seconds.tolist()
    latest_first = moments(texts[::-1], HONG_KONG, [range(12)])
    assert latest_first.tolist() == list(range(86_390, 86_402))[::-1]


def test_clocks_that_are_only_out_of_order_stay():
    texts = ["08:02:00", "08:00:00", "08:01:00", "19:00:00", "09:00:00"]
    found = moments(texts, HONG_KONG, [range(5)])
    assert found.tolist() == [28_920, 28_800, 28_860, 68_400, 32_400]
    beyond = moments(["26:10:00", "09:00:00"], HONG_KONG, [range(2)])
    assert beyond.tolist() == [94_200, 32_400]


def test_clocks_stand_on_the_dates_of_another_column():
    found = moments(["23:59:50", "00:00:05"], HONG_KONG, [range(2)], ["2026-03-01", "2026-03-02"])
    assert np.diff(found).tolist() == [15]
    assert of_day(found[0]) == 86_390
    words = moments(["23:59:50", "00:00:05"], HONG_KONG, [range(2)], ["Sunday", "Monday"])
    assert np.diff(words).tolist() == [15]


def test_seconds_with_parts_of_a_second_are_no_serial_days():
    ten_a_second = [str(36_526 + i / 10) for i in range(20)]
    assert moments(ten_a_second, HONG_KONG, [range(20)]).tolist() == list(map(float, ten_a_second))
    serial = [repr(46_082 + (LOCAL_S + i) / 86_400) for i in range(20)]
    found = day_seconds(serial, walks=[range(20)])
    assert found == pytest.approx([LOCAL_S + i for i in range(20)], abs=0.01)
    whole = [str(40_000 + i) for i in range(20)]
    assert moments(whole, HONG_KONG, [range(20)])[0] == 40_000


def test_elsewhere_the_offset_given_is_local_and_utc_goes_by_longitude():
    turkey = Zone.of("EPSG:32635")
    assert turkey == (2.0, False)
    assert day_seconds(["2026-03-01T08:30:15+03:00"], turkey) == [LOCAL_S]
    assert day_seconds(["2026-03-01T06:30:15Z"], turkey) == [LOCAL_S]
    assert day_seconds([str(1772325015 + 6 * 3600)], turkey) == [LOCAL_S]
    assert Zone.of("EPSG:32660").hours == 12
    assert Zone.of("EPSG:32701").hours == -12
    assert Zone.of("EPSG:32630").hours == 0


@given(
    st.datetimes(datetime(2002, 1, 1), datetime(2090, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
def test_any_instant_in_any_zone_is_the_same_in_hong_kong(moment, minutes):
    instant = moment.replace(microsecond=0, tzinfo=UTC)
    abroad = instant.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    serial = (instant.timestamp() + 8 * 3600) / 86_400 + 25_569
    texts = [abroad, f"{instant.timestamp():.0f}", f"{instant.timestamp() * 1000:.0f}"]
    local = instant.astimezone(timezone(timedelta(hours=8)))
    wanted = local.hour * 3600 + local.minute * 60 + local.second
    assert [day_seconds([text])[0] for text in texts] == [wanted] * 3
    if abs(serial * 1000 - round(serial * 1000)) > 1e-3:
        off = abs(day_seconds([repr(serial)])[0] - wanted)
        assert min(off, 86_400 - off) < 0.01


@given(
    st.lists(
        st.text(max_size=12)
        | st.floats().map(str)
        | st.from_regex(r"\d{1,4}([-:/]\d{1,2}){2}[ T]?(\d\d:\d\d(:\d\d)?)?(Z|[+-]\d\d:?\d\d)?"),
        max_size=6,
    ),
    st.sampled_from(["EPSG:2326", "EPSG:32635", "EPSG:32701"]),
)
def test_any_text_is_a_moment_or_none(texts, crs):
    dates = texts[::-1]
    for walks in ((), [range(len(texts))]):
        found = moments(texts, Zone.of(crs), walks, dates)
        assert len(found) == len(texts)
        assert all(np.isnan(s) or 0 <= s < 7 * 86_400 for s in map(of_day, found.tolist()))
