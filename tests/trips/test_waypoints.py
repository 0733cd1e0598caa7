"""Way-points on the built-in sample: one place, many ways to say it, in two languages."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.city.places import Places
from sim.errors import InputError
from sim.trips.waypoints import Gazetteer

SAME_PLACE = {
    "a station's exit": [
        "Mong Kok exit E2", "Mong Kok Station (Exit E2)", "MTR Mong Kok, exit E2", "mong kok e2",
        "旺角站 E2 出口", "旺角站E2出口", "港鐵旺角站 E2 出口", "旺角站E2號出口", "旺角 E2",
        "旺角站Ｅ２出口",
    ],
    "a corner": [
        "Nathan Road / Argyle Street", "nathan road/argyle street", "Argyle Street / Nathan Road",
        "Nathan Rd / Argyle St.", "Nathan Road & Argyle Street", "Nathan Road and Argyle Street",
        "corner of Nathan Rd and Argyle St", "彌敦道/亞皆老街", "彌敦道／亞皆老街",
        "亞皆老街 ／ 彌敦道", "彌敦道∕亞皆老街", "彌敦道與亞皆老街交界", "彌敦道、亞皆老街交界處",
        "Nathan Road／亞皆老街",
    ],
    "a position": [
        "22.3193,114.1694", "22.3193, 114.1694", "22.3193，114.1694", "(22.3193, 114.1694)",
        "２２．３１９３，１１４．１６９４",
    ],
    "a market": ["Flower Market", "flower market", "花墟", "Flower-Market"],
    "a station": ["Mong Kok", "Mong Kok Station", "旺角站", "旺角", "港鐵旺角站"],
    "a street": ["Nathan Road", "NATHAN RD", "彌敦道"],
}  # fmt: skip


@pytest.fixture(scope="module")
def names():
    return Gazetteer(sim.load_city("mong_kok_core"))


@pytest.mark.parametrize("what", SAME_PLACE)
def test_all_ways_to_say_it_mean_one_node(names, what):
    assert len({names.node(text) for text in SAME_PLACE[what]}) == 1


def test_different_places_are_different_nodes(names):
    nodes = [names.node(texts[0]) for texts in SAME_PLACE.values()]
    assert len(set(nodes)) == len(nodes)


def test_exits_are_told_apart(names):
    exits = [f"旺角站 {exit_} 出口" for exit_ in ("A1", "B3", "C3", "D3", "E2")]
    assert len({names.node(text) for text in exits}) == len(exits)


def test_a_street_is_not_one_of_the_homes_along_it(names):
    table = names.city.places.table
    homes = table[table["kind"] == "home"]
    assert homes["name"].isin(names.city.streets.edges["name"]).any()
    others = Places(table[~table["kind"].isin(["home", "office"])])
    bare = Gazetteer(replace(names.city, places=others))
    for street in sorted(set(homes["name"]) - {""}):
        assert names.node(street) == bare.node(street)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("彌敦道／亞皆老路", "亞皆老街"),
        ("彌敦道／亞皆老街／山東街", "names 3 streets; give two"),
        ("旺角站 E9 出口", "did you mean 旺角"),
        ("Nathan Road and the Moon", "is no place or street"),
        ("114.1694，22.3193", "latitude comes first"),
        ("／", "is no street"),
    ],
)
def test_what_cannot_be_found(names, text, message):
    with pytest.raises(InputError, match=message) as error:
        names.node(text, "k")
    assert error.value.key == "k"
    assert "\n" not in str(error.value)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40) | st.text(alphabet="彌敦道／/與、E2出口站, .0123456789", max_size=20))
def test_any_text_is_a_node_or_one_complaint(names, text):
    try:
        node, said = names.node(text), ""
    except InputError as error:
        node, said = 0, str(error)
    assert node >= 0
    assert "\n" not in said.replace(text, "")
