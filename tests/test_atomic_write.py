"""One way to write: whole or not at all, whoever writes, and what stood there stays."""

import ast
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sim import atomic_write
from sim.atomic_write import (
    FolderKind,
    replace_both,
    replace_file,
    replace_folder,
    replace_text,
    target_name,
    temporary_folder,
)
from sim.errors import InputError, KeptBesideError
from sim.stopping import undisturbed

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


NOTES = FolderKind(
    "notes",
    lambda parts: parts in {("mark",), ("note",), ("pages",), ("pages", "one")},
    lambda folder: (folder / "mark").is_file() and (folder / "mark").read_text() == "of ours",
)


def contents(folder):
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


def put(folder, note="new"):
    (folder / "mark").write_text("of ours")
    (folder / "note").write_text(note)
    (folder / "pages").mkdir()
    (folder / "pages" / "one").write_text(note)


WHOLE = {"mark": "of ours", "note": "new", "pages/one": "new"}


def theirs_file(out):
    (out / "theirs").write_text("t")


def theirs_hidden(out):
    (out / ".theirs").write_text("t")


def theirs_deep(out):
    (out / "pages" / "deep" / "er").mkdir(parents=True)
    (out / "pages" / "deep" / "er" / "theirs").write_text("t")


def theirs_in_an_own_folder(out):
    (out / "pages").mkdir(exist_ok=True)
    (out / "pages" / "two").write_text("t")


def theirs_link(out):
    (out / "link").symlink_to("/etc/hostname")


def theirs_empty_folder(out):
    (out / "empty").mkdir()


def theirs_under_an_own_name(out):
    (out / "mark").write_text("of theirs")


APPEARING = [
    theirs_file,
    theirs_hidden,
    theirs_deep,
    theirs_in_an_own_folder,
    theirs_link,
    theirs_empty_folder,
    theirs_under_an_own_name,
]


@pytest.mark.parametrize("appear", APPEARING)
@pytest.mark.parametrize("before", ["nothing", "empty", "earlier"])
def test_what_appears_while_one_works_survives_and_the_new_is_kept_beside(tmp_path, appear, before):
    out = tmp_path / "out"
    if before != "nothing":
        out.mkdir()
    if before == "earlier":
        put(out, "old")
    seen = {}

    def work():
        with replace_folder(out, NOTES) as new:
            put(new)
            out.mkdir(exist_ok=True)
            appear(out)
            seen.update(contents(out))

    with pytest.raises(KeptBesideError, match=r"out: holds .*; .* in .*out-new$"):
        work()
    assert contents(out) == seen
    assert contents(tmp_path / "out-new") == WHOLE
    assert {path.name for path in tmp_path.iterdir()} == {"out", "out-new"}


def test_a_file_that_takes_the_place_survives(tmp_path):
    out = tmp_path / "out"

    def work():
        with replace_folder(out, NOTES) as new:
            put(new)
            out.write_text("theirs")

    for kept in ("out-new", "out-new-2"):
        with pytest.raises(KeptBesideError, match=f"out: is a file; .* in .*{kept}$"):
            work()
        assert out.read_text() == "theirs"
        assert contents(tmp_path / kept) == WHOLE
        out.unlink()


@pytest.mark.parametrize("appear", APPEARING)
def test_what_is_there_before_is_refused_before_the_work(tmp_path, appear):
    out = tmp_path / "out"
    out.mkdir()
    put(out, "old")
    appear(out)
    seen = contents(out)
    said = "holds files that are not of notes"
    with pytest.raises(InputError, match=said), replace_folder(out, NOTES):
        pytest.fail("the work was begun")
    assert contents(out) == seen
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_an_earlier_one_is_replaced_and_nothing_stays_beside(tmp_path, times):
    for _ in range(times):
        with replace_folder(tmp_path / "out", NOTES) as new:
            put(new)
    assert contents(tmp_path / "out") == WHOLE
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("of_target", ["empty", "earlier"])
@pytest.mark.parametrize("link", ["out", "deep/out"])
def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path, of_target, link):
    target, out = tmp_path / "disk" / "real", tmp_path / link
    target.mkdir(parents=True)
    out.parent.mkdir(exist_ok=True)
    if of_target == "earlier":
        put(target, "old")
    out.symlink_to(target)
    with replace_folder(out, NOTES) as new:
        put(new)
    assert out.is_symlink()
    assert out.readlink() == target
    assert contents(target) == WHOLE
    assert [path.name for path in target.parent.iterdir()] == ["real"]


def test_places_where_no_folder_can_stand_are_refused_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "dangling").symlink_to(tmp_path / "none")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").touch()
    (tmp_path / "in" / "side").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "in" / "side")
    places = {
        tmp_path / "dangling": "a link to a place that is not there",
        tmp_path / "loop": "a link to a place that is not there",
        tmp_path / "file": "is a file",
        Path(): "the folder you are in",
        Path(".."): "the folder you are in",
        tmp_path / "in" / "side": "the folder you are in",
        tmp_path / "in": "the folder you are in",
        Path("/"): "mount point",
        Path("/proc"): "mount point",
    }
    for place, said in places.items():
        with pytest.raises(InputError, match=said), replace_folder(place, NOTES):
            pytest.fail("the work was begun")
    assert {path.name for path in tmp_path.iterdir()} == {"dangling", "loop", "file", "in"}


KILLED = """
import os, signal, sys
from pathlib import Path
import sim.atomic_write as a
out = Path(sys.argv[1])
kind = a.FolderKind("x", lambda parts: True, lambda folder: True)
if sys.argv[2] == "between":
    real = Path.replace
    def replace(self, to):
        found = real(self, to)
        if Path(to).name == a.FORMER:
            os.kill(os.getpid(), signal.SIGKILL)
        return found
    Path.replace = replace
if sys.argv[2] == "deleting":
    a._delete_own = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with a.replace_folder(out, kind) as new:
    (new / "note").write_text("new")
    if sys.argv[2] == "working":
        os.kill(os.getpid(), signal.SIGKILL)
    if sys.argv[2] == "file":
        a.replace_file(out.parent / "a.txt", lambda _: os.kill(os.getpid(), signal.SIGKILL))
    if sys.argv[2] == "alive":
        print("ready", flush=True)
        sys.stdin.read()
"""


def killed(out, when, **more):
    words = [sys.executable, "-c", KILLED, str(out), when]
    return subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, **more)


@pytest.mark.parametrize("when", ["working", "between", "deleting", "file"])
def test_what_a_killed_program_left_goes_with_the_next_one(tmp_path, monkeypatch, when):
    monkeypatch.setattr(atomic_write, "GRACE_S", 0.0)
    out = tmp_path / "out"
    out.mkdir()
    put(out, "old")
    with killed(out, when) as program:
        assert program.wait() == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) > (when != "between")
    with temporary_folder(out):  # gives back what the killed one had moved away
        assert (out / "note").read_text() == ("new" if when == "deleting" else "old")
    replace_text(tmp_path / "a.txt", "new")
    beside = {"out-new"} if when == "deleting" else set()
    assert {path.name for path in tmp_path.iterdir()} == {"out", "a.txt"} | beside


def test_a_room_that_was_killed_before_its_lock_or_after_it_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_write, "GRACE_S", 0.0)
    (tmp_path / ".out-abcdefgh").mkdir()
    with temporary_folder(tmp_path / "out"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_room_goes_last(tmp_path, monkeypatch):
    deleted = []
    real = atomic_write.shutil.rmtree
    monkeypatch.setattr(
        atomic_write.shutil, "rmtree", lambda path, **more: (deleted.append(path.name), real(path))
    )
    with temporary_folder(tmp_path / "out") as work:
        (work / "file").touch()
    assert deleted[0] == "work"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("foreign", [False, True])
def test_a_deletion_that_was_killed_is_ended_by_the_next_of_the_kind(
    tmp_path, monkeypatch, foreign
):
    monkeypatch.setattr(atomic_write, "GRACE_S", 0.0)
    out = tmp_path / "out"
    out.mkdir()
    put(out, "old")
    with killed(out, "deleting") as program:
        assert program.wait() == -signal.SIGKILL
    if foreign:
        (former,) = tmp_path.glob(".out-*/work/former")
        (former / "mine").write_text("mine")
    kind = FolderKind("x", lambda parts: parts != ("mine",), lambda _: True)
    with replace_folder(out, kind) as new:
        (new / "note").write_text("third")
    beside = {"out-new"} if foreign else set()
    assert {path.name for path in tmp_path.iterdir()} == {"out"} | beside
    assert contents(out) == {"note": "third"}
    if foreign:
        assert contents(tmp_path / "out-new") == {"mine": "mine"}


def test_an_earlier_folder_whose_place_was_taken_after_a_kill_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_write, "GRACE_S", 0.0)
    out = tmp_path / "out"
    out.mkdir()
    put(out, "old")
    with killed(out, "between") as program:
        assert program.wait() == -signal.SIGKILL
    out.mkdir()
    put(out, "taken")
    kind = FolderKind("x", lambda _: True, lambda _: True)
    with replace_folder(out, kind) as new:
        (new / "note").write_text("third")
    assert contents(out) == {"note": "third"}
    assert contents(tmp_path / "out-new") == WHOLE | {"note": "old", "pages/one": "old"}


def test_what_a_living_program_works_on_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_write, "GRACE_S", 0.0)
    out = tmp_path / "out"
    with killed(out, "alive", stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"ready\n"
        with temporary_folder(out):
            pass
        assert len(list(tmp_path.iterdir())) == 1
        other.communicate()
    assert contents(out) == {"note": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_folders_of_others_that_look_like_left_overs_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_write, "GRACE_S", 0.0)
    for name in (".out-abcdefgh", ".out-abcdefg", ".other-abcdefgh"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "theirs").touch()
    with temporary_folder(tmp_path / "out"):
        pass
    assert len(list(tmp_path.rglob("theirs"))) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_wait_until_a_step_is_done(number):
    came = []
    former = signal.signal(number, lambda *_: came.append("handled"))
    try:
        with undisturbed():
            signal.raise_signal(number)
            came.append("done")
    finally:
        signal.signal(number, former)
    assert came == ["done", "handled"]


def test_two_files_are_kept_beside_where_one_may_not_be_replaced(tmp_path):
    def refuse():
        raise InputError("a: is somebody's")

    with temporary_folder(tmp_path / "a.gpkg") as room:
        (room / "words").write_text("w")
        (room / "a").write_text("a")
        with pytest.raises(KeptBesideError, match=r"is somebody's; .* in .*a-new$"):
            replace_both(
                (room / "words", room / "a"), (tmp_path / "words", tmp_path / "a.gpkg"), refuse
            )
    assert {path.name for path in tmp_path.iterdir()} == {"a-new"}
    assert contents(tmp_path / "a-new") == {"words": "w", "a": "a"}


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
