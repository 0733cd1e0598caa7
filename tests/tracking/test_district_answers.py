"""The answer by district: against the plain standard error, by hand, and over several fleets."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely

from sim.area import DistrictPart, district_outlines, districts, districts_at
from sim.cameras.optics import TASKS
from sim.results.districts import districts_of
from sim.tracking.answer import Answer, Ways
from sim.tracking.districts import FEWEST_WALKS, answer_by_district, shares_of_some
from sim.tracking.statistics import standard_error
from sim.trips.model import Persons

TOTALS = (10, 20, 30)
HOMES = ("Sha Tin", "Tai Po", "Islands")
"""Districts of the three doors of the town below."""


@pytest.mark.parametrize("walks_each", [1, 3])
def test_shares_and_errors_are_those_of_all_walks_where_others_have_none(walks_each):
    draw = np.random.default_rng(walks_each)
    stratum = draw.integers(0, 4, 300)
    person = np.repeat(np.arange(300), draw.integers(1, walks_each + 1, 300))
    counts = draw.random(len(person)) < 0.3
    yes = draw.random((len(person), 2, 3)) < 0.4
    shares, errors = shares_of_some(yes[counts], person[counts], stratum)
    for k in range(2):
        for t in range(3):
            values = np.where(counts, yes[:, k, t], np.nan)
            assert shares[k, t] == pytest.approx(np.nanmean(values), rel=1e-12)
            known = standard_error(values, person, stratum)
            assert errors[k, t] == pytest.approx(known, rel=1e-9)


def test_one_person_has_a_share_and_no_error():
    shares, errors = shares_of_some(np.ones((3, 1, 1), bool), np.zeros(3, int), np.zeros(5, int))
    assert shares.tolist() == [[1.0]]
    assert np.isnan(errors).all()


def test_a_point_belongs_to_the_district_around_it_or_to_the_nearest():
    outlines = district_outlines()
    inside = [outlines[district.name].representative_point() for district in districts()]
    x, y = shapely.get_coordinates(inside).T
    assert districts_at(x, y).tolist() == list(range(18))
    west, south, *_ = outlines["Islands"].bounds
    at_sea = districts_at(np.array([west - 5_000.0]), np.array([south]))
    assert districts()[at_sea[0]].name == "Islands"


def town(parts=HOMES, area=None):
    """Three junctions, one in each of `HOMES`, as far as the district answer looks at a city."""
    at = [district_outlines()[name].representative_point() for name in HOMES]
    x, y = shapely.get_coordinates(at).T.copy()
    area = area or shapely.union_all([district_outlines()[name] for name in parts])
    return SimpleNamespace(
        area=SimpleNamespace(
            polygon=area, parts=tuple(DistrictPart(name, 0, 0, 0) for name in parts)
        ),
        streets=SimpleNamespace(arrays=SimpleNamespace(node_x=x, node_y=y)),
    )


def walked(begins, last):
    """Walks of one person each from junction to junction, with their last unseen totals."""
    walks = len(begins)
    trips = SimpleNamespace(table=pd.DataFrame({"origin": np.array(begins, np.int32)}))
    counted = np.ones(walks, bool)
    counted[-1] = False  # a named one
    totals = np.repeat(np.array(last, float)[:, None], len(TASKS), axis=1)
    none = np.zeros((0, len(TOTALS), len(TASKS)), bool)
    who = Persons(np.arange(walks), np.zeros(walks, np.int64))
    ways = Ways(totals, none)
    return trips, Answer(
        TOTALS, counted, {}, who, np.zeros(0, int), np.zeros(0), ways, ways, simulated=True
    )


def test_walks_are_counted_where_they_begin():
    begins = [0] * FEWEST_WALKS + [1] * (FEWEST_WALKS - 1) + [2]
    last = [25.0] * 30 + [np.inf] * 10 + [15.0] * 60 + [np.inf] * FEWEST_WALKS
    found = answer_by_district(town(), *walked(begins, last))
    assert [(told["name"], told["walks"]) for told in found] == [
        ("Tai Po", FEWEST_WALKS - 1), ("Sha Tin", FEWEST_WALKS), ("Islands", 0),
    ]  # fmt: skip
    for task in TASKS:
        assert found[1]["answer"][task]["share"] == [1.0, 0.4, 0.1]
        assert found[1]["answer"][task]["se"][0] == 0
        assert found[1]["answer"][task]["se"][2] == pytest.approx(0.03, rel=0.02)
        for name in ("share", "se"):  # too few of them
            assert found[0]["answer"][task][name] == [None] * 3


def test_an_area_of_one_district_has_none():
    assert answer_by_district(town(HOMES[:1]), *walked([0, 0], [5.0, 5.0])) == []
    edge = district_outlines()["Sha Tin"].buffer(1)  # touches its neighbours and no more
    assert answer_by_district(town(HOMES, edge), *walked([0, 0], [5.0, 5.0])) == []
    abroad = town((), shapely.box(0, 0, 1, 1))
    assert answer_by_district(abroad, *walked([0, 0], [5.0, 5.0])) == []


def part(share, se):
    answer = {"recognise": {"share": [share, None], "se": [se, None]}}
    return {"districts": [{"name": "Tai Po", "walks": 400, "answer": answer}]}


def test_of_several_fleets_means_stand_with_both_chances_in_the_error():
    one = part(0.4, 0.03)
    assert districts_of([one]) == one["districts"]
    assert districts_of([{"steps": []}]) == []
    merged = districts_of([one, part(0.6, 0.04)])[0]
    assert merged["walks"] == 400
    figures = merged["answer"]["recognise"]
    assert figures["share"] == [0.5, None]
    assert (figures["p5"], figures["p95"]) == ([0.4, None], [0.6, None])
    assert figures["se"][0] == pytest.approx(np.sqrt(0.02 / 2 + (0.03**2 + 0.04**2) / 2))
    assert figures["se"][1] is None
