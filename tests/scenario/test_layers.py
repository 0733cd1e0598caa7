"""Files that extend files, variants, matrices: laid over one another as one would by hand."""

import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from sim.errors import InputErrors
from sim.scenario.load import check_file, expand, load_scenario, read_scenario
from sim.scenario.schema import Scenario

BASE = """\
name: base
area: mong_kok_core
cameras:
  totals: [4000, 11000]
  strategy: {junctions: 3, random: 1}
trips:
  people: 500
  profiles: {commuter: 0.4, pupil: 0.2}
tracking: {memory_s: 10 min}
overrides:
  sharp: {cameras: {optics: strong}}
  few: {trips: {people: 10}}
variants:
  night: {trips: {profiles: {night_out: 1}}, seed: 3}
  both: [sharp, few]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def write(folder: Path, text: str, name: str = "s.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def lines(path: Path, *, of=load_scenario, **options) -> list[str]:
    """Return the complaints about a file, its folder left out."""
    with pytest.raises(InputErrors) as caught:
        of(path, **options)
    return [line.replace(f"{path.parent}/", "") for line in caught.value.lines]


class TestExtends:
    def test_groups_are_joined_and_all_else_replaced(self, folder: Path) -> None:
        path = write(
            folder,
            "extends: base.yaml\nname: mine\ncameras:\n  strategy: {even: 1}\n"
            "trips: {profiles: {shopper: 1}}\n",
        )
        loaded = load_scenario(path).scenario
        assert loaded.name == "mine"
        assert loaded.area == "mong_kok_core"
        assert loaded.cameras.totals == (4000, 11000)
        assert loaded.cameras.strategy == (("even", 1.0),)
        assert loaded.trips.people == 500
        assert loaded.trips.profiles.shopper == 1
        assert loaded.trips.profiles.commuter == 0
        assert loaded.tracking.memory_s == 600

    def test_a_file_that_only_extends_is_the_other(self, folder: Path) -> None:
        path = write(folder, "extends: base.yaml\n")
        assert load_scenario(path).scenario == load_scenario(folder / "base.yaml").scenario

    def test_the_path_is_seen_from_the_file(self, folder: Path) -> None:
        write(folder, "extends: ../base.yaml\nseed: 5\n", "inner/middle.yaml")
        path = write(folder, "extends: inner/middle.yaml\nname: top\n")
        assert load_scenario(path).scenario.seed == 5

    @pytest.mark.parametrize("there", ["secret: hunter2\n", "hunter2", None, "folder"])
    @pytest.mark.parametrize(
        "way",
        ["../other/file", "{above}/other/file", "link", "inner/link", "inner/../../other/file"],
    )
    def test_nothing_outside_the_folder_is_read_or_told(self, tmp_path, there, way) -> None:
        folder, other = tmp_path / "mine", tmp_path / "other"
        (folder / "inner").mkdir(parents=True)
        other.mkdir()
        if there == "folder":
            (other / "file").mkdir()
        elif there is not None:
            (other / "file").write_text(there)
        for link in (folder / "link", folder / "inner" / "link"):
            link.symlink_to(other / "file")
        path = write(folder, f"name: a\nextends: {way.format(above=tmp_path)}\nseed: 1\n")
        (line,) = lines(path)
        assert line.startswith("s.yaml:2:1: extends: ")
        assert line.endswith(": is outside the folder of the scenario; copy it there")
        assert "hunter2" not in line

    def test_a_file_of_the_chain_cannot_leave_the_folder_either(self, tmp_path) -> None:
        (tmp_path / "base.yaml").write_text("secret: hunter2\n")
        folder = tmp_path / "mine"
        (folder / "inner").mkdir(parents=True)
        write(folder, "extends: ../../base.yaml\n", "inner/middle.yaml")
        (line,) = lines(write(folder, "name: a\nextends: inner/middle.yaml\n"))
        assert "is outside the folder of the scenario" in line
        assert "hunter2" not in line

    def test_mistakes_are_named_in_the_file_that_made_them(self, folder: Path) -> None:
        write(folder, BASE.replace("people: 500", "people: many"), "base.yaml")
        path = write(folder, "extends: base.yaml\nsede: 1\ncameras:\n  totals: [2, 1]\n")
        assert lines(path) == [
            's.yaml:2:1: sede: unknown key (did you mean "seed"?)',
            "s.yaml:4:15: cameras.totals.1: 1 does not come after 2; "
            "write the totals in increasing order",
            'base.yaml:7:3: trips.people: "many" is text; write a whole number',
        ]

    def test_what_is_replaced_is_not_complained_about(self, folder: Path) -> None:
        write(folder, BASE.replace("people: 500", "people: many"), "base.yaml")
        path = write(folder, "extends: base.yaml\ntrips: {people: 3}\n")
        assert load_scenario(path).scenario.trips.people == 3

    def test_a_missing_file_is_named_with_the_other_mistakes(self, folder: Path) -> None:
        path = write(folder, "name: a\nextends: bas.yaml\nseed: -1\n")
        assert lines(path) == [
            's.yaml:2:1: extends: bas.yaml: no such file (did you mean "base.yaml"?)',
            "s.yaml:3:1: seed: -1 is out of range; write at least 0",
        ]

    def test_a_circle(self, folder: Path) -> None:
        write(folder, "extends: s.yaml\n", "other.yaml")
        path = write(folder, "extends: other.yaml\n")
        (line,) = lines(path)
        assert line == (
            "other.yaml:1:1: extends: s.yaml: extends itself by way of this file; break the circle"
        )
        path = write(folder, "extends: s.yaml\n")
        assert len(lines(path)) == 1

    def test_a_long_chain(self, folder: Path) -> None:
        for number in range(9):
            write(folder, f"extends: c{number + 1}.yaml\n", f"c{number}.yaml")
        write(folder, BASE, "c9.yaml")
        (line,) = lines(folder / "c0.yaml")
        assert line.startswith("c7.yaml:1:1: extends: c8.yaml: makes more than 8 files in a row")
        assert load_scenario(folder / "c3.yaml").scenario.name == "base"

    def test_a_base_that_is_no_scenario(self, folder: Path) -> None:
        path = write(folder, "name: a\nextends: base.yaml\n")
        write(folder, "- 1\n", "base.yaml")
        assert lines(path) == [
            "base.yaml:1:1: begins with a list; a scenario is lines of `key: value`"
        ]
        (folder / "base.yaml").write_bytes(b"name: \xff")
        assert lines(path) == [
            "s.yaml:2:1: extends: base.yaml:1:7: is not text in UTF-8; save the file as UTF-8"
        ]


class TestVariants:
    def test_are_laid_over_and_name_the_run(self, folder: Path) -> None:
        night = load_scenario(folder / "base.yaml", variants=["night"]).scenario
        assert (night.name, night.seed) == ("base_night", 3)
        assert night.trips.profiles.night_out == 1
        assert night.trips.profiles.commuter == 0
        assert night.trips.people == 500

    def test_may_be_lists_of_overrides_and_follow_one_another(self, folder: Path) -> None:
        path = folder / "base.yaml"
        both = load_scenario(path, variants=["both"]).scenario
        one_by_one = load_scenario(path, variants=["sharp", "few"]).scenario
        assert (both.cameras.optics, both.trips.people) == ("strong", 10)
        assert both.model_copy(update={"name": "base_sharp_few"}) == one_by_one

    def test_are_inherited_and_replaced_by_name(self, folder: Path) -> None:
        path = write(folder, "extends: base.yaml\nvariants: {night: {seed: 9}}\n")
        night = load_scenario(path, variants=["night"]).scenario
        assert (night.seed, night.trips.profiles.commuter) == (9, 0.4)
        assert load_scenario(path, variants=["both"]).scenario.trips.people == 10

    def test_the_command_line_comes_last(self, folder: Path) -> None:
        loaded = load_scenario(folder / "base.yaml", ["seed=8", "name=x"], ["night"])
        assert (loaded.scenario.seed, loaded.scenario.name) == (8, "x")

    def test_unknown_names(self, folder: Path) -> None:
        path = folder / "base.yaml"
        assert lines(path, variants=["nite"]) == [
            '--variant nite: is not a variant (did you mean "night"?)'
        ]
        path = write(folder, "extends: base.yaml\nvariants:\n  x: [sharp, fwe]\n")
        assert lines(path, variants=["x"]) == [
            's.yaml:3:14: "fwe" is not the name of overrides (did you mean "few"?)'
        ]
        path = write(folder, BASE.split("overrides", maxsplit=1)[0])
        assert lines(path, variants=["x"]) == ["--variant x: is not a variant; the file names none"]

    def test_mistakes_in_those_not_chosen_are_found_by_checking_the_file(
        self, folder: Path
    ) -> None:
        path = write(folder, BASE + "  wrong: {trips: {people: -1}, sede: 1}\n")
        assert load_scenario(path).scenario.name == "base"
        expected = [
            "s.yaml:16:19: trips.people: -1 is out of range; write at least 0",
            's.yaml:16:32: sede: unknown key (did you mean "seed"?)',
        ]
        assert lines(path, variants=["wrong"]) == expected
        assert lines(path, of=check_file) == expected


class TestMatrix:
    TEXT = BASE + "matrix:\n  cameras.optics: [weak, strong]\n  seed: [1, 2, 3]\n"

    def test_every_combination_is_a_scenario(self, folder: Path) -> None:
        cells = expand(write(folder, self.TEXT))
        assert [(s.cameras.optics, s.seed) for _, s in cells] == [
            (optics, seed) for optics in ("weak", "strong") for seed in (1, 2, 3)
        ]
        assert [name for name, _ in cells] == [scenario.name for _, scenario in cells]
        assert cells[0][0] == "base_optics-weak_seed-1"

    def test_a_cell_is_what_set_makes_of_the_file(self, folder: Path) -> None:
        path = write(folder, BASE)
        for name, scenario in expand(write(folder, self.TEXT, "m.yaml")):
            settings = [f"cameras.optics={scenario.cameras.optics}", f"seed={scenario.seed}"]
            assert load_scenario(path, [*settings, f"name={name}"]).scenario == scenario

    def test_variants_can_be_varied(self, folder: Path) -> None:
        text = BASE + "matrix: {variant: [night, both], seed: [1, 2]}\n"
        cells = expand(write(folder, text))
        assert [name for name, _ in cells] == [
            "base_night_seed-1", "base_night_seed-2", "base_both_seed-1", "base_both_seed-2",
        ]  # fmt: skip
        assert cells[3][1].trips.people == 10
        wrong = write(folder, BASE + "matrix: {variant: [nite]}\n")
        assert lines(wrong, of=expand) == [
            's.yaml:16:20: "nite" is not a variant (did you mean "night"?)'
        ]

    def test_a_key_may_stand_in_the_matrix_alone(self, folder: Path) -> None:
        text = "name: a\narea: b\nmatrix: {cameras.totals: [[4000], [4000, 60000]]}\n"
        cells = expand(write(folder, text))
        assert [s.cameras.totals for _, s in cells] == [(4000,), (4000, 60000)]
        assert [name for name, _ in cells] == ["a_totals-4000", "a_totals-4000-60000"]

    def test_without_a_matrix_the_file_is_one_cell(self, folder: Path) -> None:
        path = folder / "base.yaml"
        assert expand(path) == [("base", load_scenario(path).scenario)]

    def test_a_run_refuses_it(self, folder: Path) -> None:
        path = write(folder, self.TEXT)
        assert lines(path) == [
            "s.yaml:16:1: matrix: makes several scenarios of this file; run them with `sim sweep`"
        ]

    def test_a_file_takes_it_over_or_leaves_it_out(self, folder: Path) -> None:
        write(folder, self.TEXT, "base.yaml")
        assert len(expand(write(folder, "extends: base.yaml\nname: more\n"))) == 6
        assert len(expand(write(folder, "extends: base.yaml\nmatrix: {seed: [1, 2]}\n"))) == 2
        assert load_scenario(write(folder, "extends: base.yaml\nmatrix: {}\n"))

    def test_mistakes_are_named_once_where_they_were_written(self, folder: Path) -> None:
        text = BASE + "matrix:\n  seed: [1, x]\n  cameras.optics: [weak, storng]\n  area.x: [1]\n"
        found = lines(write(folder, text), of=expand)
        assert found[0] == 's.yaml:17:13: seed: "x" is text; write a whole number'
        assert found[1].startswith('s.yaml:18:26: cameras.optics: "storng" is not one of weak')
        assert found[2].startswith(
            's.yaml:19:12: matrix.area.x: area is "mong_kok_core", not a group'
        )
        assert len(found) == 3

    def test_names_are_folder_names_and_distinct(self, folder: Path) -> None:
        long = "x" * 70
        text = f"name: {long}\narea: b\ncameras: {{totals: 1}}\nmatrix:\n  seed: [1, 2, 3]\n"
        names = [name for name, _ in expand(write(folder, text + "  trips.taste: [0, 0.0, 0.5]"))]
        assert len(set(names)) == 9
        text = text.replace(long, "a") + "  cameras.strategy: [{even: 1, random: 0.5}]\n"
        assert expand(write(folder, text))[0][0] == "a_seed-1_strategy-even-1-random-0_5"

    def test_checking_counts_them(self, folder: Path) -> None:
        checked = check_file(write(folder, self.TEXT))
        assert checked.cells == 6
        assert checked.variants == ("night", "both")
        assert checked.overrides == ("sharp", "few")


keys = st.sampled_from(
    ["seed", "title", "trips.people", "trips.taste", "tracking.uptime", "cameras.optics",
     "tracking.hit_rate.recognise", "cameras.strategy", "cameras.totals"]
)  # fmt: skip
VALUES = {
    "seed": [1, 2], "title": ["x", "y"], "trips.people": [0, 7], "trips.taste": [0.5, 1],
    "tracking.uptime": [0.5, 0.25], "cameras.optics": ["weak", {"dome": 1.0, "ptz": 2.0}],
    "tracking.hit_rate.recognise": [0.1, 0.2], "cameras.strategy": [{"even": 1.0}, "random"],
    "cameras.totals": [[5], [6, 7]],
}  # fmt: skip
changes = st.dictionaries(keys, st.integers(0, 1), max_size=5)


def nested(chosen: dict[str, int]) -> dict[str, object]:
    """Return changes as groups of keys."""
    out: dict = {}
    for key, index in chosen.items():
        *groups, last = key.split(".")
        inside = out
        for group in groups:
            inside = inside.setdefault(group, {})
        inside[last] = VALUES[key][index]
    return out


@settings(max_examples=60, deadline=None)
@given(changes, changes, changes)
def test_layers_are_one_file_with_the_last_word(below, middle, above) -> None:
    """However changes are spread over variants, the last one to name a key decides it."""
    base = {"name": "a", "area": "b", "cameras": {"totals": [9]}}
    whole = {"name": "w", "area": "b", **nested({"cameras.totals": 0} | below | middle | above)}
    if "cameras.totals" not in below | middle | above:
        whole["cameras"]["totals"] = [9]
    named = {f"v{i}": nested(c) for i, c in enumerate((below, middle, above))}
    text = json.dumps({**base, "overrides": {"v0": named["v0"]}, "variants": named})
    variants = ["v0", "v1", "v2"]
    layered = read_scenario(text, Path("s.yaml"), ["name=w"], variants).scenario
    assert layered == Scenario.model_validate(whole)


def test_bombs_of_layers_are_answered(tmp_path: Path) -> None:
    many = "".join(f"key{number}: 1\n" for number in range(6_000))
    write(tmp_path, BASE + many, "base.yaml")
    path = write(tmp_path, "extends: base.yaml\n" + many)
    assert len(lines(path)) == 51
    cells = "matrix: {seed: [" + ", ".join(map(str, range(9_000))) + "]}\n"
    path = write(tmp_path, BASE + many + cells)
    assert len(lines(path, of=expand)) == 51
    path = write(tmp_path, BASE + "overrides: {" + ", ".join(f"a{n}: {{}}" for n in range(300)))
    assert len(lines(path)) >= 1
