"""Reading scenarios: every mistake named by line, key and remedy; nothing ever a traceback."""

import json
import string
from collections.abc import Sequence
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings
from scenario.common_mistakes import COMMON, GOOD, page

from sim.errors import InputErrors
from sim.scenario.load import (
    LoadedScenario,
    load_scenario,
    one_line,
    read_scenario,
)
from sim.scenario.schema import Scenario
from sim.scenario.strict_yaml import read
from sim.scenario.template import template

FILE = Path("s.yaml")
DOCS = Path(__file__).parents[2] / "docs"


def mistakes(text: str, *overrides: str, variants: Sequence[str] = ()) -> list[str]:
    """Return the lines of complaint about a scenario, none where it is right."""
    try:
        loaded = read_scenario(text, FILE, overrides, variants)
    except InputErrors as errors:
        return errors.lines or ["raised without a reason"]
    return [] if isinstance(loaded.scenario, Scenario) else ["read without a scenario"]


@pytest.mark.parametrize("mistake", COMMON)
def test_common_mistakes(mistake: str) -> None:
    text, lines = COMMON[mistake]
    assert mistakes(text) == lines


def test_there_are_enough_common_mistakes() -> None:
    assert len(COMMON) >= 30


def test_the_documentation_shows_these_answers() -> None:
    assert (DOCS / "common-mistakes.md").read_text(encoding="utf-8") == page()


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
    starts = [":".join(line.split(":")[:4]) for line in lines]
    assert starts == [
        "s.yaml:1:1: name",
        "s.yaml:2:1: area",
        "s.yaml:4:15: cameras.totals.1",
        "s.yaml:5:3: cameras.optics",
        "s.yaml:6:1: sede",
        "--set trips.people: -1 is out of range; write at least 0",
        "--set x: unknown key; known here are version, name, title, title_zh, area, cameras, "
        "trips, tracking, recognition, ensemble, zones, seed, extends, overrides, variants, matrix",
    ]


def test_very_many_mistakes_are_counted() -> None:
    lines = mistakes(GOOD + "".join(f"key{number}: 1\n" for number in range(5000)))
    assert len(lines) == 51
    assert lines[-1] == "s.yaml: and 4,950 mistakes more"


# A file as a whole is complained about on line 1, whatever stands above.
BELOW_THE_TOP = [name for name, (_, lines) in COMMON.items() if "s.yaml:1:" not in " ".join(lines)]


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
            ("name", "s.yaml:2:1"),
            ("cameras.totals.1", "s.yaml:7:5"),
            ("trips.walks.0.name", "s.yaml:10:5"),
            ("trips.walks.0.via.1", "s.yaml:13:7"),
            ("trips.walks.0.name_zh", "s.yaml:10:5"),
            ("cameras.share_rule", "s.yaml:4:1"),
            ("tracking.memory_s", "s.yaml:1:1"),
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
        assert self.complaint(path) == "FILE:2:7: is not text in UTF-8; save the file as UTF-8"
        path.write_bytes(GOOD.encode("utf-16"))
        assert self.complaint(path) == "FILE:1:1: is not text in UTF-8; save the file as UTF-8"

    def test_too_large(self, tmp_path: Path) -> None:
        path = tmp_path / "s.yaml"
        path.write_text(GOOD + "#" * 1_000_000)
        expected = "FILE: is larger than 1 MB, so no scenario; name a scenario file"
        assert self.complaint(path) == expected

    @pytest.mark.parametrize("text", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n")])
    def test_marks_and_line_ends_of_other_systems(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "s.yaml"
        path.write_bytes(text.encode())
        assert load_scenario(path).locate("cameras.totals") == f"{path}:4:3"


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
    for line in [*mistakes(text, *overrides), *mistakes(text, *overrides, variants=["detect"])]:
        assert line == one_line(line)
        assert line.startswith(("s.yaml:", "--set ", "--variant "))
        assert len(line) <= 500


signs = st.text(st.sampled_from("abn:,-#'\"[]{}&*!|>%@`?~ \n\t0123456789.\\旺：\0\x85\u2028"))
KEYS = sorted(
    {"name", "area", "cameras", "totals", "strategy", "share", "street_share", "police", "trips",
     "people", "walks", "via", "tracking", "hit_rate", "detect", "seed", "version", "kinds",
     "extends", "overrides", "variants", "matrix", "variant", "dates", "2025"}
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


@pytest.mark.slow
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
