// The page's unseen ways against the engine's, in the random towns of a JSON file (tests/maps/random_towns.py),
// whose path is in WALK_CASES. Run by tests/maps/test_scripts.py.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { unfold, unpack, upTo } from "../../../maps/assets/payload.js";
import { UnseenWays } from "../../../maps/assets/unseen_ways.js";
import { Ways } from "../../../maps/assets/ways.js";

const MOST_ROUNDING_M = 0.02; // the sum over a way of half a millimetre an edge

const towns = JSON.parse(readFileSync(process.env.WALK_CASES, "utf8"));
const cases = [];
for (const { head, packed, cases: walks } of towns) {
  const columns = unfold(await unpack(packed, head.columns), head);
  const ways = new Ways(head, columns);
  for (const walk of walks) cases.push({ ways, columns, unseen: new UnseenWays(ways), ...walk });
}

test("a thousand walks, of every kind", () => {
  assert.equal(cases.length, 1000);
  const many = (fits) => assert.ok(cases.filter(fits).length > 40, String(fits));
  many(({ last }) => last === null);
  many(({ last }) => last === -1);
  many(({ last }) => last > 0);
  many(({ left }) => left === null);
  many(({ left }) => left > 0);
});

test("the last total that leaves a way is the engine's", () => {
  for (const { ways, unseen, from, to, task, last } of cases) {
    const found = unseen.last(ways.atJunction(from), ways.atJunction(to), task);
    assert.equal(found, last === null ? Infinity : last);
  }
});

test("the shortest unseen way is as long as the engine's, and nothing of it is seen", () => {
  for (const { ways, columns, unseen, from, to, task, total, left } of cases) {
    const code = upTo(columns.ranks, total);
    const found = unseen.shortest(ways.atJunction(from), ways.atJunction(to), task, code);
    assert.equal(found === null, left === null, `${found && found.length} m, the engine has ${left}`);
    if (!found) continue;
    assert.ok(Math.abs(found.length - left) <= MOST_ROUNDING_M, `${found.length} m, the engine has ${left}`);
    assert.equal(ways.figures(found.steps, task, code).seen, 0);
  }
});
