// Walks in a town small enough to measure by hand, between places that are no junctions.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Ways } from "../../../maps/assets/ways.js";
import { square } from "./packed.js";

const { head, columns } = square();
const ways = new Ways(head, columns);
const place = (edge, at) => ({ edge, at });
const near = (a, b, most = 1e-9) => assert.ok(Math.abs(a - b) <= most, `${a}, not ${b}`);

test("edges are as long as their pieces and their millimetres", () => {
  assert.deepEqual([...ways.length], [100, 100, 100, 100, 120.025]);
});

test("a walk along one street is its part of it, either way", () => {
  assert.deepEqual(ways.shortest(place(0, 30), place(0, 80)).steps, [{ edge: 0, from: 30, to: 80 }]);
  assert.deepEqual(ways.shortest(place(0, 80), place(0, 30)).steps, [{ edge: 0, from: 80, to: 30 }]);
});

test("a walk round a corner takes the nearer end", () => {
  const found = ways.shortest(place(0, 90), place(2, 40));
  assert.deepEqual(found.steps, [
    { edge: 0, from: 90, to: 100 }, { edge: 1, from: 0, to: 100 }, { edge: 2, from: 100, to: 40 },
  ]);
  near(found.length, 170);
  near(ways.shortest(place(2, 40), place(0, 90)).length, 170);
  near(ways.shortest(place(0, 10), place(2, 10)).length, 120);
});

test("places that no street joins have no way", () => {
  const apart = new Ways(head, { ...columns, edge_u: Int32Array.of(0, 1, 4, 0, 1), edge_v: Int32Array.of(1, 2, 5, 3, 2) });
  assert.equal(apart.shortest(place(0, 10), place(2, 10)), null);
});

test("figures of a walk count metres, gaps and the first sighting from its beginning", () => {
  const { steps } = ways.shortest(place(0, 10), place(1, 60));
  const there = ways.figures(steps, 0, 1);
  assert.deepEqual(there, {
    length: 150, seen: 30, gap: 110, first: 10, share: 0.2, met: null,
    runs: [{ metres: 10, seen: false }, { metres: 30, seen: true }, { metres: 110, seen: false }],
  });
  const back = ways.figures(ways.shortest(place(1, 60), place(0, 10)).steps, 0, 1);
  assert.deepEqual([back.length, back.seen, back.gap, back.first], [150, 30, 110, 110]);
  assert.equal(ways.figures(steps, 0, 0).first, null);
  near(ways.figures(steps, 0, 2).seen, 90);
});

test("the least seen way takes the bend round the watched street, if that is not too far", () => {
  const [from, to] = [place(0, 100), place(2, 100)];
  const way = (stretch, code = 2) => ways.leastSeen(ways.shortest(from, to, stretch), 1, code);
  assert.deepEqual(way(1.5).steps, [{ edge: 4, from: 0, to: 120.025 }]);
  assert.equal(way(1.5).seen, 0);
  near(way(1.5).length, 120.025);
  assert.deepEqual([way(1.2).seen, way(1.2).length], [100, 100]);
  assert.equal(way(1.5, 0).length, 100); // nothing is seen: the shortest
});

test("the nearest place on a street, and its line, are where they are drawn", () => {
  const found = ways.nearest(250, -30);
  assert.deepEqual(found, { edge: 0, at: 25, away: 30 });
  assert.deepEqual(ways.nearest(250, -30, (edge) => edge === 2), { edge: 2, at: 25, away: 1030 });
  assert.equal(ways.nearest(0, 0, () => false), null);
  assert.deepEqual(ways.line([{ edge: 2, from: 100, to: 40 }]), [[1000, 1000], [400, 1000]]);
  assert.deepEqual(ways.junctionAt(2), [1000, 1000]);
  for (const junction of [0, 1, 2, 3]) {
    const { edge, at } = ways.atJunction(junction);
    assert.deepEqual(ways.line([{ edge, from: at, to: at }])[0], ways.junctionAt(junction));
  }
});

test("a bent street is cut where its metres say", () => {
  const { length } = ways;
  const cut = (from, to) => ways.line([{ edge: 4, from: from * length[4], to: to * length[4] }])
    .map((point) => point.map((value) => Math.round(1000 * value) / 1000));
  assert.deepEqual(cut(0, 1), [[1000, 0], [1300, 500], [1000, 1000]]);
  assert.deepEqual(cut(0, 0.5), [[1000, 0], [1300, 500]]);
  assert.deepEqual(cut(0.25, 0.75), [[1150, 250], [1300, 500], [1150, 750]]);
  assert.deepEqual(cut(0.75, 0.25), [[1150, 750], [1300, 500], [1150, 250]]);
  assert.deepEqual(cut(0.25, 0.25), [[1150, 250]]);
  const bend = (x, y) => ways.nearest(x, y, (edge) => edge === 4);
  for (const [x, y, part] of [[1000, -10, 0], [1150, 250, 0.25], [1300, 500, 0.5], [1150, 750, 0.75], [990, 1010, 1]]) {
    near(bend(x, y).at, part * length[4], 1e-6);
  }
  near(bend(1150, 250).away, 0, 1e-9);
  near(bend(1400, 500).away, 100, 1e-9);
});

test("cameras met are those that see the part walked, for the task or a stricter one", () => {
  const ring = (x, y) => [[x - 100, y - 100], [x + 100, y - 100], [x + 100, y + 100], [x - 100, y + 100]];
  const corners = [...ring(350, 0), ...ring(1000, 500)];
  const known = new Ways(head, {
    ...columns, edge_met: Int32Array.of(1, 1, 0, 0, 0), met_head: Int32Array.of(0, 1), met_task: Int32Array.of(0, 1),
    head_near: Int32Array.of(0, 0), head_range_detect: Int32Array.of(150, 150), head_range_recognise: Int32Array.of(150, 150),
    field_head: Int32Array.of(0, 1), field_start: Int32Array.of(0, 4, 8),
    field_x: Int32Array.from(corners, ([x]) => x), field_y: Int32Array.from(corners, ([, y]) => y),
  });
  const met = (steps, task, code) => known.met(steps, task, code);
  const both = [{ edge: 0, from: 0, to: 100 }, { edge: 1, from: 0, to: 100 }];
  assert.equal(met(both, 0, 2), 2);
  assert.equal(met(both, 0, 1), 1);
  assert.equal(met(both, 1, 2), 1);
  assert.equal(met([{ edge: 0, from: 0, to: 24 }], 0, 2), 0);
  assert.equal(met([{ edge: 0, from: 0, to: 26 }], 0, 2), 1);
  assert.equal(met([{ edge: 0, from: 100, to: 46 }], 0, 2), 0);
});
