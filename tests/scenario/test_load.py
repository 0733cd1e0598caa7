"""Reading scenarios: every mistake named by line, key and remedy; nothing ever a traceback."""

import json
import string
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from sim.errors import InputErrors
from sim.scenario.load import LoadedScenario, load_scenario, one_line, read_scenario
from sim.scenario.schema import Scenario
from sim.scenario.strict_yaml import read
from sim.scenario.template import template

FILE = Path("s.yaml")
GOOD = "name: a\narea: b\ncameras:\n  totals: [4000, 11000]\n"


def mistakes(text: str, *overrides: str) -> list[str]:
    """Return the lines of complaint about a scenario, none where it is right."""
    try:
        loaded = read_scenario(text, FILE, overrides)
    except InputErrors as errors:
        return errors.lines or ["raised without a reason"]
    return [] if isinstance(loaded.scenario, Scenario) else ["read without a scenario"]


# What the file says, and the lines of complaint, whole. The table is quoted in the documentation.
COMMON = {
    "misspelt key": (
        GOOD + "sede: 7",
        ['s.yaml:5: sede: unknown key (did you mean "seed"?)'],
    ),
    "misspelt key in a group": (
        GOOD + "  stratgy: random",
        ['s.yaml:5: cameras.stratgy: unknown key (did you mean "strategy"?)'],
    ),
    "misspelt choice": (
        GOOD + "  strategy: junction",
        [
            's.yaml:5: cameras.strategy: "junction" is not one of random, even, junctions, '
            "betweenness, transit, places, population, points, equity, greedy_cover, "
            'greedy_trips, existing (did you mean "junctions"?)'
        ],
    ),
    "choice in capitals": (
        GOOD + "  optics: Typical",
        [
            's.yaml:5: cameras.optics: "Typical" is not one of weak, typical, strong, '
            'fixed_bullet, dome, panoramic, ptz, low_cost, fourk (did you mean "typical"?)'
        ],
    ),
    "mix with a weight of nothing": (
        GOOD + "  strategy: {junctions: 3, random: 0}",
        ["s.yaml:5: cameras.strategy.random: 0 is no weight; write a number above 0"],
    ),
    "existing cameras without their file": (
        GOOD + "  strategy: existing",
        ["s.yaml:3: cameras.existing: is missing; strategy existing needs a file of cameras"],
    ),
    "points without their file": (
        GOOD + "  strategy: points",
        ["s.yaml:3: cameras.aims.points: is missing; strategy points needs a file of points"],
    ),
    "growth that shrinks": (
        GOOD + "  phases:\n  - {total: 9000, year: 2027, owners: {police: 1}}\n"
        "  - {total: 8000, year: 2028, owners: {mall: 1}}",
        ["s.yaml:7: cameras.phases.1: does not come after the phase before; write them in order"],
    ),
    "key without its group": (
        "name: a\narea: b\ntotals: [4000]",
        [
            "s.yaml:1: cameras: is missing; add it, with `totals` below it",
            "s.yaml:3: totals: unknown key here; it belongs under `cameras`, check its indent",
        ],
    ),
    "indent forgotten": (
        GOOD.replace("  totals", "totals"),
        [
            "s.yaml:3: cameras: nothing stands under it; indent its keys (totals, strategy, "
            "share_rule, …) or remove it",
            "s.yaml:4: totals: unknown key here; it belongs under `cameras`, check its indent",
        ],
    ),
    "indent unequal": (
        GOOD + "   strategy: random",
        [
            "s.yaml:5: is indented unlike the lines above; keys of one group begin in one column",
        ],
    ),
    "indent too small": (
        GOOD + " strategy: random",
        ["s.yaml:5: is indented unlike the lines above; keys of one group begin in one column"],
    ),
    "tab": (
        "name: a\narea: b\ncameras:\n\ttotals: [4000]",
        ["s.yaml:4: begins with a tab; indent with spaces"],
    ),
    "key twice": (
        GOOD + "area: c",
        ["s.yaml:5: area: stands twice (first on line 2); keep one"],
    ),
    "no space after the colon": (
        GOOD + "seed:7",
        ["s.yaml:5: no `key: value` here; write a colon and a space after the key"],
    ),
    "no space after a colon in a group": (
        "name: a\narea: b\ncameras:\n  totals:4000",
        [
            's.yaml:3: cameras: "totals:4000" is text; write a colon and a space: `key: value`',
        ],
    ),
    "full-width colon": (
        "name：a\narea：b",
        [
            "s.yaml:1: has no `key: value` lines; write a colon (: not ：) and a space after "
            "each key"
        ],
    ),
    "full-width colon among others": (
        GOOD + "seed：7",
        ["s.yaml:5: has a full-width colon (：); write `key: value` with : "],
    ),
    "key missing": (
        "name: a\ncameras: {totals: 4000}",
        ["s.yaml:1: area: is missing; add for example `area: mong_kok_core`"],
    ),
    "value missing": (
        GOOD + "seed:",
        ["s.yaml:5: seed: nothing is not a whole number"],
    ),
    "empty file": ("", ["s.yaml:1: is empty; `sim template` prints a scenario to begin with"]),
    "a list instead of keys": (
        "- name: a",
        ["s.yaml:1: begins with a list; a scenario is lines of `key: value`"],
    ),
    "totals as text": (
        GOOD.replace("[4000, 11000]", "['4000']"),
        ['s.yaml:4: cameras.totals.0: "4000" is text; write 4000'],
    ),
    "totals with commas": (
        GOOD.replace("[4000, 11000]", "4,000"),
        ['s.yaml:4: cameras.totals: "4,000" is text; write 4000'],
    ),
    "totals with commas in a list": (
        GOOD.replace("[4000, 11000]", "[4,000]"),
        [
            's.yaml:4: cameras.totals.1: "000" begins with a zero; write numbers plainly '
            '(4000, not 4,000); for text write "000"'
        ],
    ),
    "totals with underscores": (
        GOOD.replace("4000,", "4_000,"),
        [
            's.yaml:4: cameras.totals.0: "4_000" holds underscores; write the digits alone; '
            'for text write "4_000"'
        ],
    ),
    "totals in full-width figures": (
        GOOD.replace("[4000, 11000]", "４０００"),
        ['s.yaml:4: cameras.totals: "４０００" is text; write 4000'],
    ),
    "totals that fall": (
        GOOD.replace("11000", "3000"),
        [
            "s.yaml:4: cameras.totals.1: 3000 does not come after 4000; "
            "write the totals in increasing order"
        ],
    ),
    "totals of none": (
        GOOD.replace("[4000, 11000]", "[0]"),
        ["s.yaml:4: cameras.totals.0: 0 is out of range; write at least 1"],
    ),
    "totals beyond reason": (
        GOOD.replace("11000", "60000000"),
        ["s.yaml:4: cameras.totals.1: 60000000 is out of range; write at most 1000000"],
    ),
    "a total with a decimal point": (
        GOOD.replace("4000", "4000.0"),
        ["s.yaml:4: cameras.totals.0: 4000.0 is not a whole number (did you mean 4000?)"],
    ),
    "no totals": (
        GOOD.replace("[4000, 11000]", "[]"),
        ["s.yaml:4: cameras.totals: has 0 of at least 1 entries; add some"],
    ),
    "percent": (
        GOOD + "  share_rule: given\n  share: 5%",
        ['s.yaml:6: cameras.share: "5%" is text; write 0.05'],
    ),
    "percent as a number": (
        GOOD + "  share_rule: given\n  share: 5",
        [
            "s.yaml:6: cameras.share: 5 is out of range; write at most 1 "
            "(shares run from 0 to 1: 0.05 is 5 %)"
        ],
    ),
    "unit after a number": (
        GOOD + "trips: {speed_m_s: 1.3 m/s}",
        ['s.yaml:5: trips.speed_m_s: "1.3 m/s" is text; write 1.3 and leave out the unit "m/s"'],
    ),
    "share without its rule": (
        GOOD + "  share: 0.05",
        [
            "s.yaml:5: cameras.share: has no effect with share_rule: population; remove it, "
            "or write share_rule: given"
        ],
    ),
    "rule without its share": (
        GOOD + "  share_rule: given",
        ["s.yaml:3: cameras.share: is missing; share_rule: given needs a share 0..1"],
    ),
    "owner forgotten": (
        GOOD + "  street_share: {police: 1, department: 1, transport: 1, estate: 1, mall: 0}",
        ["s.yaml:5: cameras.street_share.other: is missing; add it"],
    ),
    "latitude and longitude swapped": (
        GOOD + "trips:\n  walks:\n  - name: w\n    via:\n    - 114.1694,22.3193\n    - MOKO",
        [
            's.yaml:9: trips.walks.0.via.0: "114.1694,22.3193" has latitude and longitude '
            'swapped; the latitude comes first (did you mean "22.3193,114.1694"?)'
        ],
    ),
    "position far from Hong Kong": (
        GOOD + "trips:\n  walks:\n  - name: w\n    via:\n    - 51.5,-0.12\n    - MOKO",
        [
            's.yaml:9: trips.walks.0.via.0: "51.5,-0.12" is not in Hong Kong; correct it, or '
            "write cameras.share_rule: direct for another city"
        ],
    ),
    "position in a list without quotes": (
        GOOD + "trips:\n  walks:\n  - name: w\n    via: [MOKO, 22.3193,114.1694]",
        [
            's.yaml:8: trips.walks.0.via.1: 22.3193 is a number; a text needs quotes: "22.3193" '
            '(a position: "22.3193,114.1694")',
            "s.yaml:8: trips.walks.0.via.2: 114.1694 is a number; a text needs quotes: "
            '"114.1694" (a position: "22.3193,114.1694")',
        ],
    ),
    "position as a list": (
        GOOD + "trips:\n  walks:\n  - name: w\n    via: [MOKO, [22.3193, 114.1694]]",
        [
            "s.yaml:8: trips.walks.0.via.1: a position is written as a text in quotes: "
            '"22.3193,114.1694"'
        ],
    ),
    "position without its comma": (
        GOOD + "trips:\n  walks:\n  - name: w\n    via: [MOKO, 22.3193 114.1694]",
        [
            's.yaml:8: trips.walks.0.via.1: "22.3193 114.1694" is not a position; '
            'write latitude,longitude: "22.3193,114.1694"'
        ],
    ),
    "walk to nowhere": (
        GOOD + "trips: {walks: [{name: w, via: [MOKO]}]}",
        ["s.yaml:5: trips.walks.0.via: has 1 of at least 2 entries; add some"],
    ),
    "walk named twice": (
        GOOD + "trips:\n  walks:\n  - {name: w, via: [A, B]}\n  - {name: w, via: [A, C]}",
        ['s.yaml:8: trips.walks.1.name: "w" names two walks; rename one'],
    ),
    "one walk that is no list": (
        GOOD + "trips:\n  walks:\n    name: w\n    via: [A, B]",
        ["s.yaml:6: trips.walks: a group of keys is not a list; write one entry a line with `- `"],
    ),
    "name of no folder": (
        GOOD.replace("name: a", "name: Mong Kok/1"),
        [
            's.yaml:1: name: "Mong Kok/1" is not a folder name: letters, digits, _ and -, '
            '1 to 80 (did you mean "Mong_Kok_1"?)'
        ],
    ),
    "name of figures": (
        GOOD.replace("name: a", "name: 2025"),
        ['s.yaml:1: name: 2025 is a number; a text needs quotes: "2025"'],
    ),
    "name that is a date": (
        GOOD.replace("name: a", "name: 2025-10-28"),
        ['s.yaml:1: name: "2025-10-28" reads as a date; for text write "2025-10-28"'],
    ),
    "name that is no": (
        GOOD.replace("name: a", "name: no"),
        ['s.yaml:1: name: "no" reads as true or false to some programs; for text write "no"'],
    ),
    "quotation mark not closed": (
        GOOD + 'title: "What now?',
        ["s.yaml:5: the quotation mark opened here is not closed"],
    ),
    "apostrophe in single quotes": (
        GOOD + "trips: {walks: [{name: w, via: ['Ladies' Market', MOKO]}]}",
        ["s.yaml:5: the list opened here lacks a comma or its ], or text in it needs quotes"],
    ),
    "backslash in double quotes": (
        GOOD.replace("area: b", 'area: "C:\\data\\mong_kok"'),
        ["s.yaml:2: in double quotes \\ begins an escape; use single quotes"],
    ),
    "bracket not closed": (
        GOOD.replace("11000]", "11000") + "seed: 1",
        ["s.yaml:4: the list opened here lacks a comma or its ], or text in it needs quotes"],
    ),
    "anchors and aliases": (
        GOOD.replace("area: b", "area: &x b") + "title: *x",
        [
            's.yaml:2: area: "&x" is a YAML anchor; remove it',
            's.yaml:5: title: "*x" refers to another value; write it out',
        ],
    ),
    "objects": (
        GOOD.replace("area: b", "area: !!python/object/apply:os.system [ls]"),
        [
            's.yaml:2: area: "tag:yaml.org,2002:python/object/apply:os.system" is a YAML tag; '
            "remove it"
        ],
    ),
    "two documents": (
        GOOD + "---\nname: b",
        ["s.yaml:5: begins a second document; keep one to a file"],
    ),
    "version of another program": (
        GOOD + "version: 2",
        ["s.yaml:5: version: this file is written in version 2; this program reads version 1"],
    ),
    "a seed below zero": (
        GOOD + "seed: -1",
        ["s.yaml:5: seed: -1 is out of range; write at least 0"],
    ),
    "a rate that falls": (
        GOOD + "tracking:\n  hit_rate:\n    recognise: 0.95",
        [
            "s.yaml:6: tracking.hit_rate.identify: 0.9 is less than 0.95 of recognise; "
            "a sharper picture cannot identify less often"
        ],
    ),
}


@pytest.mark.parametrize("mistake", COMMON)
def test_common_mistakes(mistake: str) -> None:
    text, lines = COMMON[mistake]
    assert mistakes(text) == lines


def test_there_are_enough_common_mistakes() -> None:
    assert len(COMMON) >= 30


SETTINGS = {
    "no value": (["seed"], "--set seed: write KEY=VALUE, for example cameras.totals=[4000]"),
    "unknown key": (["sede=1"], '--set sede: unknown key (did you mean "seed"?)'),
    "unknown group": (
        ["camera.totals=1"],
        '--set camera.totals: camera: unknown key (did you mean "cameras"?)',
    ),
    "text": (["seed=x"], '--set seed: "x" is text; write a whole number'),
    "fall": (
        ["cameras.totals=[2, 1]"],
        "--set cameras.totals: cameras.totals.1: 1 does not come after 2; "
        "write the totals in increasing order",
    ),
    "no such entry": (
        ["cameras.totals.2=1"],
        "--set cameras.totals.2: cameras.totals has 2 entries, numbered from 0",
    ),
    "no group": (["area.x=1"], '--set area.x: area is "b", not a group of keys'),
    "bad YAML": (
        ["cameras.totals=[1"],
        "--set cameras.totals: the list opened here lacks a comma or its ], or text in it "
        "needs quotes",
    ),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_mistakes_in_overrides(setting: str) -> None:
    overrides, line = SETTINGS[setting]
    assert mistakes(GOOD, *overrides) == [line]


def test_all_mistakes_are_named_at_once_in_the_order_of_the_file() -> None:
    text = "name: a b\narea: 7\ncameras:\n  totals: [5, 4]\n  optics: good\nsede: 1\n"
    lines = mistakes(text, "trips.people=-1", "x=1")
    starts = [":".join(line.split(":")[:3]) for line in lines]
    assert starts == [
        "s.yaml:1: name",
        "s.yaml:2: area",
        "s.yaml:4: cameras.totals.1",
        "s.yaml:5: cameras.optics",
        "s.yaml:6: sede",
        "--set trips.people: -1 is out of range; write at least 0",
        "--set x: unknown key; known here are version, name, title, title_zh, area, cameras, "
        "trips, tracking, recognition, seed",
    ]


def test_very_many_mistakes_are_counted() -> None:
    lines = mistakes(GOOD + "".join(f"key{number}: 1\n" for number in range(5000)))
    assert len(lines) == 51
    assert lines[-1] == "s.yaml: and 4950 mistakes more"


# A file as a whole is complained about on line 1, whatever stands above.
BELOW_THE_TOP = [name for name, (_, lines) in COMMON.items() if "s.yaml:1: " not in " ".join(lines)]


@pytest.mark.parametrize("mistake", BELOW_THE_TOP)
@pytest.mark.parametrize("above", [1, 7])
def test_lines_move_with_the_text(mistake: str, above: int) -> None:
    text, lines = COMMON[mistake]
    moved = mistakes("# a remark\n" * above + text)
    for before, after in zip(lines, moved, strict=True):
        number = int(before.split(":")[1])
        expected = before.replace(f"s.yaml:{number}:", f"s.yaml:{number + above}:", 1)
        expected = expected.replace("first on line 2", f"first on line {2 + above}")
        assert after == expected


def test_the_order_of_the_keys_does_not_matter() -> None:
    blocks = ["name: a\n", "area: b\n", "cameras:\n  totals: 4000\n", "seed: 3\n", "trips: {}\n"]
    forwards = read_scenario("".join(blocks), FILE).scenario
    assert read_scenario("".join(reversed(blocks)), FILE).scenario == forwards


def test_an_override_is_the_same_as_an_edit_and_the_last_one_wins() -> None:
    edited = read_scenario(GOOD.replace("11000", "12000") + "seed: 3\ntrips: {people: 5}", FILE)
    overrides = ["seed=9", "cameras.totals.1=12000", "trips.people=5", "seed=3"]
    assert read_scenario(GOOD, FILE, overrides).scenario == edited.scenario


def test_quoted_words_are_text_and_plain_ones_what_they_look_like() -> None:
    text = "a: 'no'\nb: \"12:30\"\nc: 1e3\nd: -2\ne: .5\nf: ~\ng: true\nh: 旺角\ni: '4000'\n"
    expected = {"a": "no", "b": "12:30", "c": 1000.0, "d": -2, "e": 0.5, "f": None, "g": True}
    expected |= {"h": "旺角", "i": "4000"}
    document = read(text)
    assert document.value == expected
    assert document.problems == []
    assert [type(value) for value in document.value.values()] == [
        type(value) for value in expected.values()
    ]


class TestLocate:
    loaded: LoadedScenario = read_scenario(
        "# remark\nname: a\narea: b\ncameras:\n  totals:\n  - 1\n  - 2\ntrips:\n  walks:\n"
        "  - name: w\n    via:\n    - A\n    - B\n",
        FILE,
        ["seed=3", "trips.people=2"],
    )

    @pytest.mark.parametrize(
        ("key", "place"),
        [
            ("name", "s.yaml:2"),
            ("cameras.totals.1", "s.yaml:7"),
            ("trips.walks.0.name", "s.yaml:10"),
            ("trips.walks.0.via.1", "s.yaml:13"),
            ("trips.walks.0.name_zh", "s.yaml:10"),
            ("cameras.share_rule", "s.yaml:4"),
            ("tracking.memory_s", "s.yaml:1"),
            ("seed", "--set seed"),
            ("trips.people", "--set trips.people"),
        ],
    )
    def test_names_the_line_or_the_group_around(self, key: str, place: str) -> None:
        assert self.loaded.locate(key) == place


class TestFiles:
    def complaint(self, path: Path) -> str:
        with pytest.raises(InputErrors) as caught:
            load_scenario(path)
        (line,) = caught.value.lines
        return line.replace(str(path), "FILE")

    def test_missing(self, tmp_path: Path) -> None:
        (tmp_path / "mong_kok.yaml").write_text(GOOD)
        path = tmp_path / "mongkok.yaml"
        expected = f'FILE: no such file (did you mean "{tmp_path / "mong_kok.yaml"}"?)'
        assert self.complaint(path) == expected
        assert self.complaint(tmp_path / "none" / "x.yaml") == "FILE: no such file"

    def test_folder(self, tmp_path: Path) -> None:
        assert self.complaint(tmp_path) == "FILE: is a folder; name a scenario file in it"

    def test_device(self) -> None:
        if not Path("/dev/zero").exists():
            pytest.skip("no /dev/zero here")
        assert self.complaint(Path("/dev/zero")) == "FILE: is not a regular file"

    def test_hostile_path(self) -> None:
        assert "cannot be read" in self.complaint(Path("a\0b")) or "no such file" in (
            self.complaint(Path("a\0b"))
        )
        with pytest.raises(InputErrors) as caught:
            load_scenario("a\n\x1b[31mb.yaml")
        assert caught.value.lines == ["a\ufffd\ufffd[31mb.yaml: no such file"]

    def test_another_encoding(self, tmp_path: Path) -> None:
        path = tmp_path / "s.yaml"
        path.write_bytes(b"name: a\n" + "area: 旺角\n".encode("big5"))
        assert self.complaint(path) == "FILE:2: is not text in UTF-8; save the file as UTF-8"
        path.write_bytes(GOOD.encode("utf-16"))
        assert self.complaint(path) == "FILE:1: is not text in UTF-8; save the file as UTF-8"

    def test_too_large(self, tmp_path: Path) -> None:
        path = tmp_path / "s.yaml"
        path.write_text(GOOD + "#" * 1_000_000)
        expected = "FILE: is larger than 1 MB, so no scenario; name a scenario file"
        assert self.complaint(path) == expected

    @pytest.mark.parametrize("text", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n")])
    def test_marks_and_line_ends_of_other_systems(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "s.yaml"
        path.write_bytes(text.encode())
        assert load_scenario(path).locate("cameras.totals") == f"{path}:4"


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "a: " + "{a: " * 100_000,
        "".join("  " * depth + "a:\n" for depth in range(400)),
        "- " * 50_000,
        "a: &a [x, x]\n" + "".join(f"b{n}: [*a, *a, *a, *a]\n" for n in range(1000)),
        "a: " + "9" * 100_000,
        "a: " + "1e" + "9" * 100_000,
        "a: '" + "x" * 900_000,
        "? " * 10_000,
        "a: *" + "x" * 100_000,
    ],
    ids=[
        *("lists", "groups", "indents", "dashes", "aliases"),
        *("number", "power", "text", "keys", "alias"),
    ],
)
def test_bombs_are_refused_with_short_lines(text: str) -> None:
    lines = mistakes(text)
    assert 1 <= len(lines) <= 51
    assert all(len(line) < 400 for line in lines)


def check(text: str, *overrides: str) -> None:
    """Hold what is true of any input: a scenario, or lines that can stand on a terminal."""
    for line in mistakes(text, *overrides):
        assert line == one_line(line)
        assert line.startswith(("s.yaml:", "--set "))
        assert len(line) <= 500


signs = st.text(st.sampled_from("abn:,-#'\"[]{}&*!|>%@`?~ \n\t0123456789.\\旺：\0\x85\u2028"))
KEYS = sorted(
    {"name", "area", "cameras", "totals", "strategy", "share", "street_share", "police", "trips",
     "people", "walks", "via", "tracking", "hit_rate", "detect", "seed", "version", "kinds"}
)  # fmt: skip
leaves = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["random", "low", "22.3,114.1", "4,000", "5 %", "2025-01-01", "no", "given"])
)  # fmt: skip
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=25,
)
fuzz = settings(max_examples=200, deadline=None)


@fuzz
@given(st.text() | signs)
@example('a: "\\UFFFFFFFF"')
@example('a: "\\ud800"')
@example("%YAML 1.99999999999999999999\n---\na: 1")
@example("? - a\n: b")
@example("<<: {a: b}")
@example("cameras: {street_share: {<case>: 1, <owners>: 2}}")
def test_any_text_is_answered(text: str) -> None:
    check(text)


@fuzz
@given(st.dictionaries(st.sampled_from(KEYS), trees, min_size=1))
def test_any_tree_is_answered(tree: dict[str, object]) -> None:
    check(json.dumps(tree, ensure_ascii=False))
    check(json.dumps({"name": "a", "area": "b", "cameras": {"totals": 1}, **tree}))


@fuzz
@given(st.data())
def test_a_damaged_scenario_is_answered(data: st.DataObject) -> None:
    text = template()
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = begin + data.draw(st.integers(0, 30))
        text = text[:begin] + data.draw(signs | st.sampled_from(KEYS)) + text[end:]
    check(text)


@fuzz
@given(st.lists(st.text(string.printable, max_size=30) | signs, max_size=3))
@example(["cameras.totals." + "9" * 150 + "=1"])
@example(["trips.walks.0.name=x"])
@example([".=1", "..=1", "a..b=1"])
def test_any_override_is_answered(overrides: list[str]) -> None:
    check(GOOD, *overrides)


@fuzz
@given(st.binary(max_size=200))
def test_any_bytes_are_answered(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(content)
    with pytest.raises(InputErrors) as caught:
        load_scenario(path)
    assert all(line == one_line(line) for line in caught.value.lines)
