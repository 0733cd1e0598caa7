// Figures at any number of cameras, from columns small enough to add up by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Figures } from "../../../maps/assets/figures.js";
import { square } from "./packed.js";

const made = (change = {}) => {
  const { head, columns } = square();
  return new Figures(head, { ...columns, ...change });
};

test("street shares count what is seen inside the area at each number of cameras", () => {
  const figures = made();
  const whole = 400; // the bend lies outside
  for (const [total, seen] of [[0, 0], [4, 0], [5, 30], [8, 30], [9, 130], [1000, 130]]) {
    assert.equal(figures.streetShare(0, total), seen / whole, `detect, ${total} cameras`);
  }
  assert.equal(figures.streetShare(1, 8), 0);
  assert.equal(figures.streetShare(1, 9), 100 / whole);
});

test("what rounding left is added to what pieces add up to", () => {
  const figures = made({ seen_detect: Int32Array.of(-40, 7, 33) });
  assert.equal(figures.streetShare(0, 5), 3007 / 40000);
  assert.equal(figures.streetShare(0, 9), 13040 / 40000);
});

test("an area without streets has no share", () => {
  assert.equal(made({ piece_inside: new Int32Array(7) }).streetShare(0, 9), 0);
});

test("cameras are counted inside the area", () => {
  const figures = made();
  assert.deepEqual([4, 5, 9].map((total) => figures.camerasHere(total)), [0, 1, 1]);
});

test("the band of typical walks is three figures, each its own", () => {
  const figures = made();
  assert.deepEqual(figures.walkBand(1, 4), { p10: 0, p50: 0, p90: 0 });
  assert.deepEqual(figures.walkBand(1, 5), { p10: 0.01, p50: 0.3, p90: 0.8 });
  assert.deepEqual(figures.walkBand(1, 60000), { p10: 0.02, p50: 0.4, p90: 0.9 });
  assert.equal(made({ band_rank: Int32Array.of() }).walkBand(1, 5), null);
});

test("a named walk's share follows its own curve and ends at the whole", () => {
  const figures = made();
  assert.deepEqual([4, 5, 9].map((total) => figures.walkShare(0, 0, total)), [0, 0.2, 0.6]);
  assert.deepEqual([5, 9].map((total) => figures.walkShare(0, 1, total)), [0, 0.4]);
  assert.equal(made({ walk_detect_length: Int32Array.of(10000, 40001) }).walkShare(0, 0, 9), 1);
});

test("each of several named walks has its own part of the curve", () => {
  const { head, columns } = square();
  const walks = [50, 80, 100].map((length) => ({ name: ["", ""], length }));
  const own = {
    walk_detect_steps: Int32Array.of(2, 0, 3), walk_detect_rank: Int32Array.of(5, 9, 2, 5, 7),
    walk_detect_length: Int32Array.of(10000, 20000, 30000, 40000, 20000),
  };
  const figures = new Figures({ ...head, walks }, { ...columns, ...own });
  const shares = (walk) => [1, 2, 5, 8, 9].map((total) => figures.walkShare(walk, 0, total));
  assert.deepEqual(shares(0), [0, 0, 0.2, 0.2, 0.6]);
  assert.deepEqual(shares(1), [0, 0, 0, 0, 0]);
  assert.deepEqual(shares(2), [0, 0.3, 0.7, 0.9, 0.9]);
});

test("steps are the run's totals", () => {
  const figures = made();
  assert.deepEqual([0, 4, 5, 8, 9, 99].map((total) => figures.step(total)), [-1, -1, 0, 0, 1, 1]);
});

test("the curve begins at no camera, ends at the highest total and never falls", () => {
  const points = made().chart(0, 9);
  assert.deepEqual(points.map(([total]) => total), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(points.map(([, share]) => share), [0, 0, 0, 0, 0, 0.075, 0.075, 0.075, 0.075, 0.325]);
});
