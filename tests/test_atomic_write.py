"""One way to write: whole or not at all, whoever writes, and what stood there stays."""

import ast
from pathlib import Path

import pytest

from sim.atomic_write import replace_both, replace_file, replace_folder, replace_text, target_name
from sim.errors import InputError

ROOT = Path(__file__).parents[1]


def test_a_write_that_fails_leaves_what_stood_there(tmp_path):
    path = tmp_path / "a.txt"
    replace_text(path, "one")

    def fail(new):
        new.write_text("half")
        raise KeyError("half")

    with pytest.raises(KeyError):
        replace_file(path, fail)
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == {"a.txt": "one"}


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    path = tmp_path / "no" / "a.txt"
    said = r"a\.txt: cannot be written \(No such file or directory\); choose another"
    with pytest.raises(InputError, match=said):
        replace_text(path, "one")
    with pytest.raises(FileNotFoundError) as refused:
        replace_text(path, "one", remedy="")
    assert refused.value.filename == str(path)


def test_a_temporary_file_says_whose_it_is(tmp_path):
    seen = []
    replace_file(tmp_path / "a-b.json", lambda new: seen.append(new.name))
    assert target_name(seen[0]) == "a-b.json"
    assert target_name("a-b.json") is None


def test_what_may_not_be_replaced_is_asked_at_the_moment_of_replacing(tmp_path):
    out = tmp_path / "out"

    def check(folder):
        if folder.exists():
            raise InputError("somebody's")

    def work():
        with replace_folder(out, check) as new:
            (new / "mine").touch()
            out.mkdir()
            (out / "theirs").touch()

    with pytest.raises(InputError, match="somebody's"):
        work()
    assert [path.name for path in out.iterdir()] == ["theirs"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_two_files_are_replaced_together_or_not_at_all(tmp_path):
    words, table = tmp_path / "words", tmp_path / "table"
    words.write_text("old")
    room = tmp_path / "room"
    room.mkdir()
    (room / "words").write_text("new")
    with pytest.raises(FileNotFoundError):
        replace_both((room / "words", room / "none"), (words, table))
    assert words.read_text() == "old"
    assert not table.exists()


def test_no_other_module_makes_temporary_files():
    for path in [*(ROOT / "sim").rglob("*.py"), *(ROOT / "maps").rglob("*.py")]:
        if path.name != "atomic_write.py":
            called = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            names = {node.attr for node in called if isinstance(node, ast.Attribute)}
            assert not names & {"mkstemp", "NamedTemporaryFile"}, path
