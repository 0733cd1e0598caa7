// What a page carries comes back as it was packed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { runStarts, unfoldFields, unfoldPieces, unpack, upTo } from "../../../maps/assets/payload.js";
import { chance, pack } from "./packed.js";

test("columns come back, whatever their numbers", async () => {
  const draw = chance(1);
  const any = (most) => Math.round((2 * draw() - 1) * most) + 0; // never -0
  const columns = { edges: { values: [0, 63, -64, 64, -65, 2 ** 30 - 1, -(2 ** 30 - 1)], differences: false } };
  for (let k = 0; k < 40; k++) {
    const most = [3, 200, 40000, 2 ** 29][k % 4];
    const values = Array.from({ length: Math.floor(draw() * 50) }, () => any(most / 2));
    columns[`c${k}`] = { values, differences: draw() < 0.5 };
  }
  const { packed, index } = pack(columns);
  const found = await unpack(`\n${packed}\n`, index);
  assert.deepEqual(Object.keys(found), Object.keys(columns));
  for (const [name, { values }] of Object.entries(columns)) assert.deepEqual([...found[name]], values);
});

test("codes of pieces are unfolded from what they are like", () => {
  // a piece a row: as before 0, never 1, as the looser task 2, a new one 3; looser task in the low bits
  const like = [[3, 2], [0, 3], [1, 0], [3, 1], [0, 0], [1, 1]];
  const columns = {
    piece_like: Int32Array.from(like, ([a, b]) => a | (b << 2)), piece_new: Int32Array.from([4, 7, 9]),
  };
  unfoldPieces(columns, ["detect", "recognise"]);
  assert.deepEqual([...columns.piece_detect], [4, 4, 0, 9, 9, 0]);
  assert.deepEqual([...columns.piece_recognise], [4, 7, 7, 0, 0, 0]);
});

test("the first piece is like none where it is said to be as before", () => {
  const columns = { piece_like: Int32Array.of(0), piece_new: Int32Array.of() };
  unfoldPieces(columns, ["detect"]);
  assert.deepEqual([...columns.piece_detect], [0]);
});

test("fields begin at their camera, unless they are whole", () => {
  const columns = {
    head_x: Int32Array.of(100, 500), head_y: Int32Array.of(10, 20), field_head: Int32Array.of(0, 1),
    field_whole: Int32Array.of(0, 1), field_points: Int32Array.of(2, 3),
    field_x: Int32Array.of(1, 2, 5, 6, 7), field_y: Int32Array.of(3, 4, -5, 0, 5),
  };
  unfoldFields(columns, 2);
  assert.deepEqual([...columns.field_start], [0, 3, 6]);
  assert.deepEqual([...columns.field_x], [100, 102, 104, 510, 512, 514]);
  assert.deepEqual([...columns.field_y], [10, 16, 18, 10, 20, 30]);
});

test("runs begin where those before them end", () => {
  assert.deepEqual([...runStarts([2, 0, 3])], [0, 2, 2, 5]);
  assert.deepEqual([...runStarts([])], [0]);
});

test("the number of entries up to a limit is what counting gives", () => {
  const draw = chance(2);
  for (let k = 0; k < 300; k++) {
    const ascending = Array.from({ length: Math.floor(draw() * 20) }, () => Math.floor(draw() * 10)).sort((a, b) => a - b);
    const limit = Math.floor(draw() * 12) - 1;
    assert.equal(upTo(ascending, limit), ascending.filter((value) => value <= limit).length);
    const from = Math.floor(draw() * (ascending.length + 1));
    const within = ascending.slice(from).filter((value) => value <= limit).length;
    assert.equal(upTo(ascending, limit, from), from + within);
  }
});
