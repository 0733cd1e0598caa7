"""Styles of exported layers: the colours and words of the page, and files that can be read."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import maps
from maps.page import MOST_CLASSES, class_ends
from maps.texts import TEXTS
from sim.results import layer_look
from sim.results.layer_look import Condition, Fill, Line, Look, Mark, Rule, looks
from sim.results.layer_xml import qml, sld

TOTALS = [4000, 11000, 60000, 66500]
CSS = (Path(maps.__file__).parent / "assets" / "page.css").read_text(encoding="utf-8")


def of_page(name):
    """A colour of the page by day."""
    return re.search(rf"--{name}: ([^;]+);", CSS)[1]


def test_colours_are_those_of_the_page():
    assert " ".join(layer_look.RAMP) == of_page("ramp")
    names = ("unseen", "outline", "camera", "paper", "block", "block-edge", "station", "label",
             "ink-unseen", "ink-seen", "ink-fresh")  # fmt: skip
    for name in names:
        assert getattr(layer_look, name.upper().replace("-", "_")) == of_page(name)
    red, green, blue = (int(layer_look.FIELD[i : i + 2], 16) for i in (1, 3, 5))
    assert of_page("field").startswith(f"rgba({red}, {green}, {blue},")


def test_legends_say_what_the_page_says():
    english = {key: words[0] for key, words in TEXTS.items() if isinstance(words, tuple)}
    for look in looks(TOTALS):
        labels = [rule.label for rule in look.rules]
        for task, seen in layer_look.SEEN_WORDS.items():
            assert seen == english[f"{task}_seen"]
            if look.name == f"First {seen} at":
                assert look.title == english["legend_title"].format(
                    task=english[task], city="the city", seen=seen
                )
                assert labels[0] == english["legend_first"].format(to="4,000")
                assert labels[1] == english["legend_next"].format(
                    **{"from": "4,001", "to": "11,000"}
                )
                assert labels[-1] == english["legend_unseen"].format(n="66,500")
        if look.name == "Unseen and recognised":
            keys = ("key_seen", "key_fresh", "key_unseen")
            assert labels == [english[k].format(n="4,000", seen="recognised") for k in keys]
        if look.layer == "walls":
            assert labels[0] == english["legend_walls"]
        if look.layer == "districts":
            assert labels[0] == english["legend_area"]


@pytest.mark.parametrize("count", [1, 2, MOST_CLASSES, 23, 60])
def test_classes_are_those_of_the_page(count):
    totals = [1000 * (i + 1) for i in range(count)]
    assert layer_look.class_ends(totals) == class_ends(totals)


def test_a_ramp_is_as_the_page_blends_it():
    assert layer_look.blend(0) == layer_look.RAMP[0]
    assert layer_look.blend(1) == layer_look.RAMP[-1]
    assert layer_look.blend(0.5) == layer_look.RAMP[2]
    assert layer_look.blend(0.5, ["#000000", "#ff0102"]) == "#800101"


def test_every_layer_with_styles_has_one_default_and_names_differ():
    found = looks([500], ["simulated", "listed_pole", "mapped"])
    for layer in {look.layer for look in found}:
        own = [look for look in found if look.layer == layer]
        assert [look.default for look in own] == [True] + [False] * (len(own) - 1)
        assert len({look.name for look in own}) == len(own)
    (cameras,) = (look for look in found if look.layer == "cameras")
    assert [rule.condition.text for rule in cameras.rules] == ["simulated", "listed_pole", ""]
    assert "simulated" not in cameras.rules[-1].label


def test_words_and_numbers_are_escaped():
    look = Look("a<b", "x & y", "t", (
        Rule('"<&>"', Condition("is", 'co"l', text="it's <b>"), (Line("#000000", 1, (1, 2)),)),
        Rule("far", Condition("above", "n", 1_000_000, 7_500_000), (Fill("", "#010203", 0.1),)),
        Rule("rest", Condition("else"), (Mark("circle", "#ffffff", 2),)),
    ))  # fmt: skip
    one, two, three = ElementTree.fromstring(qml(look)).iter("rule")
    assert one.get("filter") == "\"co\"\"l\" = 'it''s <b>'"
    assert two.get("filter") == '"n" > 1000000 AND "n" <= 7500000'
    assert three.get("filter") == "ELSE"
    literals = ElementTree.fromstring(sld(look)).iter("{http://www.opengis.net/ogc}Literal")
    assert [element.text for element in literals] == ["it's <b>", "1000000", "7500000"]
