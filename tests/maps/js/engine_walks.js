// The page's walks against the engine's, in the random towns of a JSON file (tests/maps/random_towns.py),
// whose path is in WALK_CASES. Run by tests/maps/test_scripts.py.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Figures } from "../../../maps/assets/figures.js";
import { unfold, unpack } from "../../../maps/assets/payload.js";
import { Ways } from "../../../maps/assets/ways.js";

const MOST_ROUNDING_M = 0.0006; // an edge: half a millimetre, and what the sums of floats add
const AS_GOOD_M = 0.1;
const FOUND_AT_LEAST = 0.99; // of the least seen walks: the page's are found, not proven

const towns = JSON.parse(readFileSync(process.env.WALK_CASES, "utf8"));
const cases = [];
for (const { head, packed, stretches, cases: walks } of towns) {
  const columns = unfold(await unpack(packed, head.columns), head);
  const town = { head, ways: new Ways(head, columns), figures: new Figures(head, columns), stretches };
  for (const walk of walks) cases.push({ ...town, ...walk });
}

/** Whether steps lead from one junction to another without a gap, and how many there are. */
function assertJoined(ways, steps, from, to) {
  const { edge_u: u, edge_v: v } = ways.columns;
  let here = from;
  for (const step of steps) {
    const forward = step.from === 0;
    assert.equal(step.from, forward ? 0 : ways.length[step.edge]);
    assert.equal(step.to, forward ? ways.length[step.edge] : 0);
    assert.equal(forward ? u[step.edge] : v[step.edge], here);
    here = forward ? v[step.edge] : u[step.edge];
  }
  assert.equal(here, to);
}

const near = (value, expected, tolerance, what) =>
  assert.ok(Math.abs(value - expected) <= tolerance, `${what}: ${value}, the engine has ${expected}`);

test("a thousand walks", () => assert.equal(cases.length, 1000));

test("the shortest walk is the engine's, and so is what is seen of it", () => {
  for (const { ways, figures, from, to, total, task, shortest, seen } of cases) {
    const found = ways.shortest(ways.atJunction(from), ways.atJunction(to));
    assertJoined(ways, found.steps, from, to);
    const tolerance = MOST_ROUNDING_M * found.steps.length;
    near(found.length, shortest, tolerance, "length");
    const said = ways.figures(found.steps, task, figures.code(total));
    near(said.length, shortest, tolerance, "length of the pieces");
    near(said.seen, seen[0], tolerance, "metres seen");
  }
});

test("the least seen walk is within the stretch, no worse than proven, and mostly the engine's", () => {
  const hits = new Map();
  let less = 0;
  for (const { ways, figures, stretches, from, to, total, task, shortest, seen, bound } of cases) {
    stretches.forEach((stretch, k) => {
      const [a, b] = [ways.atJunction(from), ways.atJunction(to)];
      const code = figures.code(total);
      const found = ways.leastSeen(ways.shortest(a, b, stretch), task, code);
      assertJoined(ways, found.steps, from, to);
      const tolerance = MOST_ROUNDING_M * (found.steps.length + 20);
      const said = ways.figures(found.steps, task, code);
      near(said.seen, found.seen, 1e-6, "metres seen of the steps");
      near(said.length, found.length, 1e-6, "length of the steps");
      assert.ok(found.length <= stretch * shortest + tolerance, "longer than the stretch");
      assert.ok(found.seen >= bound[k] - tolerance, `${found.seen} m seen, at least ${bound[k]} m are`);
      assert.ok(found.seen <= seen[0] + tolerance, "more is seen than of the shortest");
      const [tried, hit] = hits.get(stretch) || [0, 0];
      hits.set(stretch, [tried + 1, hit + (found.seen <= seen[k] + AS_GOOD_M ? 1 : 0)]);
      if (seen[k] < seen[0] - 1) less += 1;
    });
  }
  for (const [stretch, [tried, hit]] of hits) {
    assert.ok(hit >= FOUND_AT_LEAST * tried, `${hit} of ${tried} found at ${stretch}`);
  }
  console.log("found of tried, by stretch:", Object.fromEntries(hits), "less seen than shortest:", less);
  assert.ok(less > 500, "too few cases in which another walk is less seen");
});
