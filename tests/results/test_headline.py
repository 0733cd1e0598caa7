"""The sentence that a run begins with, from summaries written by hand."""

import pytest

from sim.results.headline import answer_sentence, answer_share, of_a_hundred


def step(total, recognise, detect):
    shares = {"recognise": recognise, "detect": detect}
    answer = {task: {"any_length": {"share": share}} for task, share in shares.items()}
    return {"total": total, "answer": answer}


def summary(*steps, **more):
    return {"simulated": True, "area": {"name": "Mong Kok core"}, "steps": list(steps), **more}


def test_the_sentence():
    assert answer_sentence(summary(step(4000, 0.874, 0.33), step(60000, 0.16, 0.03))) == (
        "At 4,000 cameras, 87 of 100 everyday walks in Mong Kok core could still be made without "
        "being recognised once, by someone who knew every camera of the plan; at 60,000, 16 of "
        "100. Without being seen at all: 33; at 60,000, 3. Only the plan's cameras are counted, "
        "simulated; subways, indoor and roofed ways count as closed."
    )
    one = answer_sentence(summary(step(60000, 0.16, 0.001), simulated=False))
    assert "at 60,000, 16" not in one
    assert (
        "seen at all: fewer than 1. Only the plan's cameras are counted, some of them real" in one
    )


def test_no_sentence_without_an_answer_or_without_walks():
    none = {"total": 4000, "trips": {}}
    assert answer_sentence(summary(none)) is None
    assert answer_sentence(summary(step(4000, None, None))) is None
    buses = {"name": "Hong Kong", "streets": "bus-street proxy"}
    assert answer_sentence(summary(step(4000, 0.5, 0.5), area=buses)) is None
    assert answer_share(none) is None
    assert answer_share(step(4000, 0.5, 0.25), "detect") == 0.25


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0"), (1, "100"), (0.004, "fewer than 1"), (0.006, "1"), (0.996, "more than 99"),
     (0.5, "50"), (0.994, "99")],
)  # fmt: skip
def test_neither_none_nor_all_for_what_is_neither(share, words):
    assert of_a_hundred(share) == words
