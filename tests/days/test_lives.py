"""Lives of several weeks: habits that hold and change as stated, days that connect."""

import numpy as np
import pytest

from sim.city.loaders import load_city
from sim.days.lives import HOUR_S, draw_lives
from sim.days.parameters import WEEK, WORKDAYS, DaysParameters, habits
from sim.errors import InputError
from sim.trips.profiles import profiles

PEOPLE, DAYS = 120, 21


def drawn(city, **other):
    given = {"people": PEOPLE, "days": DAYS, **other}
    return draw_lives(city, DaysParameters(**given), 7, cost_dispersion=0.2, speed_m_s=1.34)[0]


@pytest.fixture(scope="module")
def core():
    return load_city("mong_kok_core")


@pytest.fixture(scope="module")
def lives(core):
    return drawn(core)


def ends(city, lives):
    """Return where each walk begins and ends."""
    streets, ways = city.streets.arrays, lives.walks
    first, last = ways.path_ptr[:-1], ways.path_ptr[1:] - 1
    tail = np.where(
        ways.path_backward, streets.edge_v[ways.path_edge], streets.edge_u[ways.path_edge]
    )
    tip = np.where(
        ways.path_backward, streets.edge_u[ways.path_edge], streets.edge_v[ways.path_edge]
    )
    return tail[first][lives.walk], tip[last][lives.walk]


def test_a_day_is_a_chain_from_home_to_home(core, lives):
    begin, end = ends(core, lives)
    for person in range(PEOPLE):
        for day in range(DAYS):
            rows = np.flatnonzero((lives.person == person) & (lives.day == day))
            if len(rows):
                assert begin[rows[0]] == end[rows[-1]] == lives.home[person]
                assert (begin[rows[1:]] == end[rows[:-1]]).all()
                lasts = lives.walks.duration_s[lives.walk[rows]]
                assert (lives.departs_s[rows[1:]] >= (lives.departs_s[rows] + lasts)[:-1]).all()


def test_without_change_each_stop_of_a_worker_is_the_usual_one(core):
    steady = drawn(core, change=0.0)
    _, end = ends(core, steady)
    at_work = (steady.leg == 0) & (steady.day % WEEK < WORKDAYS)
    changed = []
    for person in np.flatnonzero(steady.profile == "commuter"):
        where = end[at_work & (steady.person == person)]
        changed.append(np.mean(where != np.bincount(where).argmax()))
        assert steady.stays_at[person] == np.bincount(where).argmax()
    # only work itself may change; the place drawn then may be the usual one
    assert 0 < np.mean(changed) < habits().change_of_work + 0.01


def test_more_change_makes_more_ways(core, lives):
    ways = [len(drawn(core, change=change).walker) for change in (0.0, 0.5, 1.0)]
    assert ways[0] < len(lives.walker) < ways[1] < ways[2]


def test_people_stay_at_home_as_often_as_stated(lives):
    out = np.zeros((PEOPLE, DAYS), bool)
    out[lives.person, lives.day] = True
    weekend = np.arange(DAYS) % WEEK >= WORKDAYS
    # some days of the older ones and shoppers have no stop at all
    works = np.isin(lives.profile, ("commuter", "pupil"))
    for days, stays in zip((~weekend, weekend), habits().stays_home, strict=True):
        share = 1 - out[works][:, days].mean()
        assert share == pytest.approx(stays, abs=4 * np.sqrt(stays / out[works][:, days].size))


def test_a_further_day_or_resident_changes_no_other(core, lives):
    for other in (drawn(core, days=14), drawn(core, people=60)):
        kept = (lives.day < other.days) & (lives.person < len(other.home))
        assert np.array_equal(lives.departs_s[kept], other.departs_s)
        assert np.array_equal(ends(core, lives)[1][kept], ends(core, other)[1])


def test_hours_are_a_persons_own(lives):
    rows = (
        (lives.leg == 0)
        & (lives.day % WEEK < WORKDAYS)
        & (lives.profile == "commuter")[lives.person]
    )
    hour, who = lives.departs_s[rows] / HOUR_S, lives.person[rows]
    own = np.array([hour[who == person].std() for person in np.unique(who)])
    assert own.mean() < 0.3 < hour.std()
    assert np.nanmedian(lives.leaves_h[lives.profile == "commuter"]) == pytest.approx(8.3, abs=0.3)


def test_profiles_have_their_shares(lives):
    names = list(habits().weekend)
    whole = sum(profiles()[name].share for name in names)
    for name in names:
        share = (lives.profile == name).mean()
        assert share == pytest.approx(profiles()[name].share / whole, abs=0.02)


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"people": 1}, "days.people"),
        ({"days": 0}, "days.days"),
        ({"days": 57}, "days.days"),
        ({"change": 1.5}, "days.change"),
        ({"by": "somebody"}, "days.by"),
        ({"retention": (0,)}, "days.retention"),
        ({"retention": ()}, "days.retention"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(wrong, key):
    with pytest.raises(InputError) as error:
        DaysParameters(**wrong)
    assert error.value.key == key
