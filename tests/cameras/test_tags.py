"""Tags of surveillance: every variant that people write, and that nothing is guessed in silence."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cameras.directions import ALL_ROUND_FROM, MOST_LOOKS, Look, parse_directions
from sim.cameras.tags import KINDS, LIFECYCLE, is_surveillance, read_tags
from sim.city.measures import metres

LETTERS = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE",
           "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]  # fmt: skip
WORDS = {"N": "north", "E": "east", "S": "south", "W": "west"}
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212~"
CAMERA = {"man_made": "surveillance"}


def outcomes(tags, key):
    reading, notes = read_tags("node/1", CAMERA | tags)
    return reading, [note.outcome for note in notes if note.key == key]


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("90", [(90, None)]),
        (" 090 ", [(90, None)]),
        ("90.5", [(90.5, None)]),
        ("90°", [(90, None)]),
        ("90 º", [(90, None)]),
        ("90 degrees", [(90, None)]),
        ("９０", [(90, None)]),
        ("0", [(0, None)]),
        ("-0", [(0, None)]),
        ("NNE", [(22.5, None)]),
        ("nnw", [(337.5, None)]),
        ("South-West", [(225, None)]),
        ("west north west", [(292.5, None)]),
        ("90-180", [(135, 90)]),
        ("90° - 180°", [(135, 90)]),
        ("90–180", [(135, 90)]),
        ("300-20", [(340, 80)]),
        ("350-10", [(0, 20)]),
        ("270-360", [(315, 90)]),
        ("N-E", [(45, 90)]),
        ("north-south", [(90, 180)]),
        ("W-90", [(0, 180)]),
        ("north-west-south-east", [(45, 180)]),
        ("0-360", [(0, 360)]),
        ("0-359", [(0, 360)]),
        ("90;270", [(90, None), (270, None)]),
        ("N; 90-180 ;270.5", [(0, None), (135, 90), (270.5, None)]),
    ],
)
def test_what_is_read(text, looks):
    found = parse_directions(text)
    assert [tuple(look) for look in found.looks] == looks
    assert not found.guessed
    assert not found.refused


@pytest.mark.parametrize(
    ("text", "heading", "why"),
    [
        ("-90", 270, "negative"),
        ("\u221290", 270, "negative"),
        ("360", 0, "not as all round"),
        ("90,5", 90.5, "decimal point"),
        ("45-45", 45, "without width"),
        ("360-0", 0, "without width"),
    ],
)
def test_what_is_guessed_is_said(text, heading, why):
    found = parse_directions(text)
    assert found.looks == (Look(heading, None),)
    assert why in found.guessed[0]
    assert not found.refused


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("forward", "along a way"),
        ("Backward", "along a way"),
        ("all", "0-360"),
        ("", "empty"),
        ("junk", "no direction"),
        ("nan", "no direction"),
        ("inf", "no direction"),
        ("1e3", "more than 360"),
        ("0x10", "no direction"),
        ("361", "more than 360"),
        ("-361", "more than 360"),
        ("90,270", "comma"),
        ("90-180-270", "no direction"),
        ("-90-20", "no direction"),
        ("90--20", "no direction"),
        ("90 to 180", "no direction"),
        ("NEE", "no direction"),
        ("up", "no direction"),
        ("9" * 300, "longer"),
    ],
)
def test_what_is_refused_is_said(text, why):
    found = parse_directions(text)
    assert not found.looks
    assert why in found.refused[0]


def test_a_list_keeps_what_can_be_read_and_counts_the_rest():
    found = parse_directions("90;junk;;-90;90;N-E")
    assert [look.heading for look in found.looks] == [90, 270, 45]
    assert len(found.guessed) == 1
    assert len(found.refused) == 3
    many = parse_directions(";".join(str(d) for d in range(40)))
    assert len(many.looks) == MOST_LOOKS
    assert len(many.refused) == 40 - MOST_LOOKS


@given(st.sampled_from(range(16)), st.booleans(), st.sampled_from(["", "-", " "]))
def test_compass_points_are_sixteenths_of_a_turn(i, capitals, joint):
    letters = LETTERS[i] if capitals else LETTERS[i].lower()
    words = joint.join(WORDS[letter] for letter in LETTERS[i])
    for text in (letters, words.upper() if capitals else words):
        assert parse_directions(text).looks == (Look(22.5 * i, None),)


@given(
    st.integers(0, 3599), st.integers(1, 3599), st.sampled_from(DASHES), st.sampled_from(["", " "])
)
def test_a_fan_turns_clockwise_from_its_first_end(tenths, width, dash, space):
    first, last = tenths / 10, (tenths + width) % 3600 / 10
    (look,) = parse_directions(f"{first}{space}{dash}{space}{last}").looks
    if width / 10 >= ALL_ROUND_FROM or (first, last) == (0, 360):
        assert look == Look(0, 360)
        return
    assert look.width == pytest.approx(width / 10, abs=1e-9)
    ahead = (first + width / 20 - look.heading + 180) % 360 - 180
    assert ahead == pytest.approx(0, abs=1e-9)


@given(st.integers(0, 3599), st.integers(1, 3400), st.integers(1, 3599))
def test_turning_both_ends_turns_the_fan(tenths, width, turn):
    def fan(begin):
        return parse_directions(f"{begin % 3600 / 10}-{(begin + width) % 3600 / 10}").looks[0]

    here, there = fan(tenths), fan(tenths + turn)
    assert there.width == pytest.approx(here.width, abs=1e-9)
    turned = (here.heading + turn / 10 - there.heading + 180) % 360 - 180
    assert turned == pytest.approx(0, abs=1e-9)


@given(st.text() | st.text("0123456789.,;-−–°NESWnesw forwad'"))
def test_any_text_ends_as_looks_or_refusals(text):
    found = parse_directions(text)
    assert found.looks or found.refused
    assert len(found.looks) <= MOST_LOOKS
    for heading, width in found.looks:
        assert 0 <= heading < 360
        assert width is None or 0 < width <= 360


@pytest.mark.parametrize(
    ("text", "height"),
    [
        ("4", 4), ("4 m", 4), ("4m", 4), ("4,5", 4.5), ("4.5 metres", 4.5), ("13'", 13 * 0.3048),
        ("13 ft", 13 * 0.3048), ("13'6\"", 13.5 * 0.3048), ("13′", 13 * 0.3048),
        ("13'12\"", None), ("-4", None), ("4-5", None), ("nan", None), ("1e3", 1000),
        ("3.6576000000000004", 3.6576), ("450 cm", 4.5),
        ("high", None), ("", None), ("４", 4), ("4 km", None),
    ],
)  # fmt: skip
def test_heights(text, height):
    read = metres(text)
    assert read is None if height is None else read == pytest.approx(height)


@pytest.mark.parametrize("text", ["1.6", "0", "301", "junk", "1,2,3"])
def test_a_height_that_cannot_be_is_refused_and_the_default_said(text):
    reading, said = outcomes({"height": text}, "height")
    assert reading.height is None
    assert said == ["refused", "guessed"]


def test_est_height_is_a_guess_of_the_mapper():
    assert outcomes({"est_height": "5"}, "est_height")[1] == ["guessed"]
    assert outcomes({"height": "7", "est_height": "5"}, "height")[0].height == 7


@pytest.mark.parametrize(
    ("text", "angle", "said"),
    [("15", 15, "read"), ("15°", 15, "read"), ("-15", 15, "guessed"), ("−15", 15, "guessed"),
     ("0", 0, "read"), ("91", None, "refused"), ("down", None, "refused")],
)  # fmt: skip
def test_tilts(text, angle, said):
    reading, told = outcomes({"camera:angle": text}, "camera:angle")
    assert (reading.tilt, told) == (angle, [said])


@pytest.mark.parametrize("value", [*KINDS, "Dome", "dome;fixed"])
def test_kinds_of_camera(value):
    reading, said = outcomes({"camera:type": value}, "camera:type")
    assert reading.kind == KINDS[value.lower().split(";")[0]]
    assert said == ["read"]


def test_a_kind_not_said_is_guessed_and_revolving_is_read():
    assert outcomes({}, "camera:type")[0].kind == "fixed"
    assert outcomes({}, "camera:type")[1] == ["guessed"]
    assert outcomes({"camera:type": "blue"}, "camera:type")[1] == ["refused", "guessed"]
    assert outcomes({"revolving": "yes"}, "revolving")[0].kind == "turning"
    assert outcomes({"camera:direction": "90-180"}, "camera:type")[0].kind == "turning"
    fan = {"camera:type": "fixed", "camera:direction": "90-180"}
    assert outcomes(fan, "camera:type")[0].kind == "fixed"


def test_direction_counts_only_without_camera_direction():
    assert outcomes({"direction": "90"}, "direction")[0].looks == (Look(90, None),)
    reading, said = outcomes({"direction": "90", "camera:direction": "junk"}, "direction")
    assert reading.looks == ()
    assert said == ["refused"]


@pytest.mark.parametrize(
    "tags",
    [
        {"surveillance:type": "guard"},
        {"surveillance:type": "gunshot_detector"},
        {"surveillance": "indoor"},
        {"surveillance": "no"},
        {"indoor": "yes"},
        {"location": "indoor"},
        {"disused": "yes"},
        {"abandoned": "yes"},
        {"end_date": "2015"},
    ],
)
def test_what_is_no_camera_of_a_street_is_left_out_with_one_reason(tags):
    reading, notes = read_tags("node/1", CAMERA | tags)
    assert reading is None
    assert [(note.key, note.outcome) for note in notes] == [("man_made", "refused")]
    assert notes[0].reason


@pytest.mark.parametrize("prefix", LIFECYCLE)
def test_what_no_longer_stands_is_left_out(prefix):
    tags = {f"{prefix}:man_made": "surveillance", "camera:direction": "90"}
    assert is_surveillance(tags)
    assert read_tags("node/1", tags)[0] is None


@pytest.mark.parametrize("value", ["camera", "ALPR", "anpr", "camera;guard", "Camera"])
def test_what_watches_is_a_camera(value):
    assert outcomes({"surveillance:type": value}, "surveillance:type")[1] == ["read"]


@pytest.mark.parametrize("value", ["public", "outdoor", "traffic", "webcam", "indoor;outdoor"])
def test_where_it_watches(value):
    assert outcomes({"surveillance": value}, "surveillance")[1] == ["read"]


@pytest.mark.parametrize(
    ("tags", "mount"),
    [({"camera:mount": "wall"}, "wall"), ({"camera:mount": "pole"}, "lamp post"),
     ({"camera:mount": "traffic_signals"}, "traffic light"), ({"camera:mount": "roof"}, "building"),
     ({"camera:mount": "tree"}, "unknown"), ({"highway": "street_lamp"}, "lamp post"),
     ({}, "unknown")],
)  # fmt: skip
def test_mounts(tags, mount):
    assert outcomes(tags, "camera:mount")[0].mounted_on == mount


@pytest.mark.parametrize(
    ("operator", "owner", "said"),
    [("police", "police", "read"), ("Hong Kong Police Force", "police", "guessed"),
     ("Transport Department", "transport", "guessed"), ("MTR", "transport", "guessed"),
     ("Housing Authority", "estate", "guessed"), ("City of Helsinki", "department", "guessed"),
     ("Langham Place Mall", "mall", "guessed"), ("Metropolis Ltd", "other", "guessed"),
     ("Me", "other", "guessed"), ("", "other", "guessed")],
)  # fmt: skip
def test_owners(operator, owner, said):
    reading, told = outcomes({"operator": operator}, "operator")
    assert (reading.owner, told) == (owner, [said])


@pytest.mark.parametrize(
    ("text", "year"),
    [("2019", 2019), ("2019-05", 2019), ("2019-05-31", 2019), ("~2019", 2019), ("1066", None),
     ("before 2010", 2010), ("C20", None), ("19", None)],
)  # fmt: skip
def test_years(text, year):
    assert outcomes({"start_date": text}, "start_date")[0].year == year


def test_underground_by_layer_or_location():
    assert outcomes({"layer": "-1"}, "layer")[0].underground
    assert outcomes({"location": "underground"}, "location")[0].underground
    assert not outcomes({"layer": "1"}, "layer")[0].underground


KEYS = st.sampled_from(
    ["surveillance", "surveillance:type", "camera:type", "camera:mount", "camera:direction",
     "direction", "camera:angle", "height", "est_height", "operator", "start_date", "layer",
     "location", "indoor", "revolving", "field_of_view", "highway", "disused"]
)  # fmt: skip


@given(st.dictionaries(KEYS, st.text(max_size=20) | st.text("0123456789.,;-°' NESWm")))
def test_any_tags_are_read_and_every_value_used_has_an_outcome(tags):
    reading, notes = read_tags("node/1", CAMERA | tags)
    assert {note.outcome for note in notes} <= {"read", "guessed", "refused"}
    if reading is None:
        return
    said = {note.key for note in notes}
    always = {"surveillance", "surveillance:type", "man_made", "operator"}
    used = {"camera:type", "camera:mount", "camera:direction", "camera:angle", "direction",
            "height", "start_date", "field_of_view"}  # fmt: skip
    assert always | (used & set(tags)) <= said | {k for k in used if tags.get(k) == ""}
    for number in (reading.height, reading.tilt, reading.field_of_view):
        assert number is None or math.isfinite(number)
