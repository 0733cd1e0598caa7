"""The cheapest rules: against every set of them, hour by hour, and laws."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.tracking import rules as engine
from sim.tracking.rules import MOST_RULES, InForce, Rule, rules_tried


def drawn(rng, count, heads=12):
    """Rules at random, and walks that pass once all of their heads are gone."""
    rules = [
        Rule(
            f"rule {k}", rng.random(heads) < 0.4, rng.random(24) < rng.choice([0.3, 1.0]),
            float(rng.integers(0, 6)), live=rng.random() < 0.8,
            kept_days=float(rng.choice([1, 5, np.inf])), searched=float(rng.choice([0.1, 1])),
        )
        for k in range(count)
    ]  # fmt: skip
    walks = [set(rng.choice(heads, int(rng.integers(0, 4)), replace=False)) for _ in range(30)]

    def share_of(force):
        """Return the share of walks that pass; a part of the rest does where little is searched."""
        passes = np.array([all(force.gone[h] for h in walk) for walk in walks], float)
        rest = 0.2 * (not force.live) + 0.2 * (force.kept_days < 3) + 0.3 * (1 - force.searched)
        return float(np.maximum(passes, rest).mean())

    return rules, share_of


def share_by_hour(rules, share_of, bits):
    """The mean over the day, each hour on its own."""
    total = 0.0
    for hour in range(24):
        gone = np.zeros(len(rules[0].gone), bool)
        for k, rule in enumerate(rules):
            if bits >> k & 1 and rule.hours[hour]:
                gone |= rule.gone
        held = [r for k, r in enumerate(rules) if bits >> k & 1 and r.hours[hour]]
        days = min([r.kept_days for r in held], default=np.inf)
        searched = min([r.searched for r in held], default=1.0)
        total += share_of(InForce(gone, all(r.live for r in held), days, searched))
    return total / 24


@pytest.mark.parametrize("seed", range(12))
def test_it_equals_every_set_of_rules(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 7)) if seed else 10
    rules, share_of = drawn(rng, count)
    shares = [share_by_hour(rules, share_of, bits) for bits in range(1 << count)]
    price = [
        sum(r.price for k, r in enumerate(rules) if bits >> k & 1) for bits in range(1 << count)
    ]
    tried = rules_tried(rules, share_of)
    for restore in (0.05, 0.3, shares[-1], 1.0):
        enough = [p for p, share in zip(price, shares, strict=True) if share >= restore - 1e-12]
        if not enough:
            with pytest.raises(InputError, match="together bring back"):
                tried.cheapest(restore)
            continue
        found = tried.cheapest(restore)
        bits = sum(1 << k for k in found.rules)
        assert found.price == price[bits] == min(enough) == found.at_least
        assert found.share == pytest.approx(shares[bits])
        with pytest.MonkeyPatch.context() as patch:  # as more rules are searched
            patch.setattr(engine, "EVERY_SET", 0)
            searched = rules_tried(rules, share_of).cheapest(restore)
            assert searched.price == searched.at_least == min(enough)
            assert searched.share >= restore - 1e-12
            patch.setattr(engine, "MOST_LOOKS", 0)
            bracket = rules_tried(rules, share_of).cheapest(restore)
            assert bracket.at_least <= min(enough) <= bracket.price
            assert bracket.share >= restore - 1e-12
        greedy = tried.greedy(restore)
        for rule in greedy.rules:  # none in vain
            assert tried.of(set(greedy.rules) - {rule}).share < restore - 1e-12


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_laws(seed):
    rng = np.random.default_rng(seed)
    rules, share_of = drawn(rng, int(rng.integers(2, 8)))
    tried = rules_tried(rules, share_of)
    chosen = [k for k in range(len(rules)) if rng.random() < 0.5]
    few, all_of_them = tried.of(chosen), tried.of(range(len(rules)))
    assert tried.of(()).share <= few.share <= all_of_them.share, "a rule never closes a way"
    low, high = sorted(rng.uniform(0, all_of_them.share, 2))
    assert tried.cheapest(low).price <= tried.cheapest(high).price, "more never costs less"
    free = [rule._replace(price=0.0) for rule in rules]
    assert rules_tried(free, share_of).cheapest(all_of_them.share).price == 0


def test_two_rules_may_do_what_neither_does():
    always = np.ones(24, bool)
    rules = [Rule(name, np.arange(2) == k, always, 1.0) for k, name in enumerate("ab")]
    both = Rule("both", np.ones(2, bool), always, 3.0)
    tried = rules_tried([*rules, both], lambda force: force.gone.all())
    assert [tried.of((k,)).share for k in range(3)] == [0, 0, 1]
    assert tried.cheapest(1.0).rules == (0, 1)


def test_too_many_rules_and_prices_below_nothing_are_refused():
    rules, share_of = drawn(np.random.default_rng(1), MOST_RULES + 1)
    with pytest.raises(InputError, match="61 rules; give 1 to 60"):
        rules_tried(rules, share_of)
    with pytest.raises(InputError, match="0 rules"):
        rules_tried([], share_of)
    with pytest.raises(InputError, match='rule "rule 0": price -1; give 0 or more'):
        rules_tried([rules[0]._replace(price=-1.0)], share_of)


def test_thirty_rules_have_a_cheapest_set_or_a_bracket(monkeypatch):
    rules, share_of = drawn(np.random.default_rng(3), 30, heads=40)
    rules = [rule._replace(price=1 + rule.price, live=True, searched=1.0) for rule in rules]
    found = rules_tried(rules, share_of).cheapest(0.5)
    assert found.share >= 0.5
    prices = [0.0]
    for looks in (0, 100, 1000):
        monkeypatch.setattr(engine, "MOST_LOOKS", looks)
        bracket = rules_tried(rules, share_of).cheapest(0.5)
        assert bracket.at_least <= found.price <= bracket.price
        prices.append(bracket.at_least)
    assert all(one <= other for one, other in pairwise(prices)), "looking longer never knows less"
