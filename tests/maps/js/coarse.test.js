// Streets from far away: snapped to steps, each step drawn once, nothing of a kind left out.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Coarse } from "../../../maps/assets/coarse.js";

globalThis.Path2D = class {
  constructor() {
    this.lines = [];
  }

  moveTo(...place) {
    this.lines.push([place]);
  }

  lineTo(...place) {
    this.lines[this.lines.length - 1].push(place);
  }
};

/** Streets of pieces, each [[x, y], …]; on the next piece a street goes on. */
function coarseOf(streets, step) {
  const pieces = streets.flat();
  const at = Int32Array.from({ length: pieces.length + 1 }, (_, i) => pieces.slice(0, i).flat().length);
  const [x, y] = [0, 1].map((k) => Float32Array.from(pieces.flat(), (place) => place[k]));
  return new Coarse({ edge_pieces: Int32Array.from(streets, (street) => street.length) }, { x, y, at }, step);
}

test("what is shorter than a step is not drawn, and what leads on is one line", () => {
  const short = [[0, 0], [1, 0]];
  const street = [[[0, 0], [4, 0]], [[4, 0], [9, 0]], [[9, 0], [21, 0]]];
  const [path] = coarseOf([street, [short]], 10).paths(() => 1, 1);
  assert.deepEqual(path.lines, [[[0, 0], [10, 0], [20, 0]]]);
});

test("two streets side by side are drawn once, whichever way they run; of two kinds both are", () => {
  const streets = [[[[0, 0], [30, 0]]], [[[30, 1], [0, 1]]], [[[0, 0], [10, 10]]], [[[10, 9], [1, 0]]]];
  const coarse = coarseOf(streets, 10);
  const drawn = (paths) => paths.map(({ lines }) => lines.reduce((steps, line) => steps + line.length - 1, 0));
  assert.deepEqual(drawn(coarse.paths(() => 1, 1)), [3]); // jumps of three steps are not counted
  assert.deepEqual(drawn(coarse.paths((piece) => 1 + (piece % 2), 2)), [2, 2]);
  assert.deepEqual(drawn(coarse.paths((piece) => (piece === 2 ? 1 : 0), 1)), [1]);
});

test("a page without streets has nothing to draw", () => {
  assert.deepEqual(coarseOf([], 10).paths(() => 1, 1)[0].lines, []);
});
