"""The cheapest rules: against every set of them, hour by hour, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.tracking.rules import MOST_RULES, Rule, rules_tried


def drawn(rng, count, heads=12):
    """Rules at random, and walks that pass once all of their heads are gone."""
    rules = [
        Rule(
            f"rule {k}", rng.random(heads) < 0.4, rng.random(24) < rng.choice([0.3, 1.0]),
            float(rng.integers(0, 6)),
        )
        for k in range(count)
    ]  # fmt: skip
    walks = [set(rng.choice(heads, int(rng.integers(0, 4)), replace=False)) for _ in range(30)]
    return rules, lambda gone: float(np.mean([all(gone[h] for h in walk) for walk in walks]))


def share_by_hour(rules, share_of, bits):
    """The mean over the day, each hour on its own."""
    total = 0.0
    for hour in range(24):
        gone = np.zeros(len(rules[0].gone), bool)
        for k, rule in enumerate(rules):
            if bits >> k & 1 and rule.hours[hour]:
                gone |= rule.gone
        total += share_of(gone)
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
        assert found.price == price[bits] == min(enough)
        assert found.share == pytest.approx(shares[bits])


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
    tried = rules_tried([*rules, Rule("both", np.ones(2, bool), always, 3.0)], lambda g: g.all())
    assert [tried.of((k,)).share for k in range(3)] == [0, 0, 1]
    assert tried.cheapest(1.0).rules == (0, 1)


def test_too_many_rules_and_prices_below_nothing_are_refused():
    rules, share_of = drawn(np.random.default_rng(1), MOST_RULES + 1)
    with pytest.raises(InputError, match="13 rules: every set of 1 to 12"):
        rules_tried(rules, share_of)
    with pytest.raises(InputError, match="0 rules"):
        rules_tried([], share_of)
    with pytest.raises(InputError, match='rule "rule 0": price -1; give 0 or more'):
        rules_tried([rules[0]._replace(price=-1.0)], share_of)
