"""Numbers in sentences: one camera, two cameras, in every message of the engine."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from sim.wording import counted

ROOM = Path(__file__).parents[1] / "sim"
ALWAYS_SEVERAL = re.compile(r"\b(above|too many|at most|more than)\b")
"""Words of a refusal: what is above a bound of thousands is never one."""
AFTER = re.compile(r"(?: [A-Za-z-]+\b){0,3}")
JOINING = {"of", "and", "or", "in", "the", "a", "is", "to", "at", "s", "m", "by", "has", "for"} | {
    "holds", "knows", "names", "needs", "returns",
}  # fmt: skip
BOUND = re.compile(r"[A-Z][A-Z0-9_]+")
"""A constant of the source: whoever writes the sentence sees that it is not 1."""
OTHERS = ("answer", "figure", "file", "line", "warning", "message", "plan", "site", "sighting")
ALLOWED = {
    ("sim/placement/observed.py", "mean"),  # heads on a pole, a mean; 1 is not refused
    ("sim/sight/sightings.py", "heads"),  # so many that memory does not hold what they see
    ("sim/sight/sightings.py", "rows / 1000000.0"),
    ("sim/sight/grid.py", "columns * rows / 1000000.0"),  # as many
    ("sim/commands/sensitivity.py", "100 * told['error']"),  # with a decimal: 1.0 points
}
"""Sentences that are right for any number they can hold: (file, expression)."""


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 cells"), (1, "1 cell"), (2, "2 cells"), (4000, "4,000 cells"), (-1, "-1 cells")],
)
def test_one_is_singular(count, words):
    assert counted(count, "cell") == words


def test_a_noun_may_have_a_plural_of_its_own():
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(3, "entry", "entries") == "3 entries"


@cache
def trees():
    return {
        str(path.relative_to(ROOM.parent)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(ROOM.rglob("*.py"))
    }


@cache
def plurals():
    """Return every plural that `counted` makes somewhere: such a noun is counted everywhere."""
    found = {f"{word}s" for word in OTHERS}
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "counted":
                given = [each.value for each in node.args[1:] if isinstance(each, ast.Constant)]
                if given and isinstance(given[0], str):
                    many = given[1] if len(given) > 1 else f"{given[0]}s"
                    found.add(next(w for w in reversed(many.split()) if w not in ("is", "are")))
    return found


def uncounted(tree):
    """Yield the numbers of f-strings that stand right before a plural, as source."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.JoinedStr):
            continue
        whole = "".join(x.value for x in node.values if isinstance(x, ast.Constant))
        for number, words in zip(node.values, node.values[1:], strict=False):
            if not isinstance(number, ast.FormattedValue) or not isinstance(words, ast.Constant):
                continue
            source = ast.unparse(number.value)
            if BOUND.fullmatch(source.rpartition(".")[2]) or re.search(
                r"\.join\(|^counted\(", source
            ):
                continue
            nouns = AFTER.match(words.value)[0].split()
            last = next((i for i, word in enumerate(nouns) if word in JOINING), len(nouns))
            if plurals() & set(nouns[:last]) and not ALWAYS_SEVERAL.search(whole):
                yield node.lineno, source, words.value[:30]


def test_the_guard_finds_what_it_is_for():
    for text in ('f"{n} cameras"', 'f"{n:,} simulated cameras in view"', 'f"at {len(x)} runs."'):
        assert len(list(uncounted(ast.parse(text)))) == 1
    for text in ("f\"{counted(n, 'camera')} here\"", 'f"{MOST} runs"', 'f"{name} is of cameras"'):
        assert not list(uncounted(ast.parse(text)))


def test_no_number_is_written_before_a_plural():
    found = [
        f"{file}:{line}: {{{source}}}{words}"
        for file, tree in trees().items()
        for line, source, words in uncounted(tree)
        if (file, source) not in ALLOWED
    ]
    assert found == [], "write sim.wording.counted(number, noun)"
