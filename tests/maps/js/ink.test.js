// What is seen at a number of cameras, since the first number or only since then, and joined along streets.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Inks } from "../../../maps/assets/ink.js";

globalThis.Path2D = class {
  constructor() {
    this.lines = [];
  }

  moveTo(x) {
    this.lines.push([x]);
  }

  lineTo(x) {
    this.lines[this.lines.length - 1].push(x);
  }
};

/** Two streets of four pieces each, from 0 to 4 and from 10 to 14; the second is a footbridge. */
function inkOf(codes) {
  const count = codes.length;
  const x = Float32Array.from({ length: 2 * count }, (_, p) => (p < count ? 0 : 6) + Math.ceil(p / 2));
  const columns = {
    ranks: Int32Array.from([100, 4000, 30000]), edge_pieces: Int32Array.from([4, 4]), piece_detect: Int32Array.from(codes),
  };
  const piece = { x, y: new Float32Array(2 * count), at: Int32Array.from({ length: count + 1 }, (_, i) => 2 * i) };
  return new Inks({ tasks: ["detect"], totals: [4000, 60000] }, columns, piece, Uint8Array.from([0, 0, 0, 0, 1, 1, 1, 1]));
}

const lengths = (path) => path.lines.map((line) => line.length - 1);

test("pieces are seen from the first number on, seen only with more, or unseen", () => {
  const [below, above] = inkOf([1, 2, 3, 0, 0, 3, 3, 1]).paths(0, 60000);
  assert.deepEqual(lengths(below.seen), [2]);
  assert.deepEqual(lengths(below.fresh), [1]);
  assert.deepEqual(lengths(above.seen), [1]);
  assert.deepEqual(lengths(above.fresh), [2]);
});

test("at the first number nothing is new, and below it less is seen", () => {
  const ink = inkOf([1, 2, 3, 0, 0, 3, 3, 1]);
  const [below, above] = ink.paths(0, 4000);
  assert.deepEqual([below, above].map(({ fresh }) => fresh.lines.length), [0, 0]);
  assert.deepEqual(lengths(below.seen), [2]);
  assert.deepEqual(lengths(ink.paths(0, 200)[0].seen), [1]);
  assert.deepEqual(ink.paths(0, 50).map(({ seen }) => seen.lines.length), [0, 0]);
  assert.equal(ink.paths(0, 4000), ink.paths(0, 4100));
});

test("a line does not run on from one street to the next", () => {
  const ink = inkOf([0, 0, 0, 1, 1, 0, 0, 0]);
  ink.raised.fill(0);
  assert.equal(ink.paths(0, 4000)[0].seen.lines.length, 2);
});
