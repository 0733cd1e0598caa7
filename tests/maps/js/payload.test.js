// What a page carries comes back as it was packed.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  meetingCodes, runStarts, unfoldFields, unfoldHeads, unfoldLines, unfoldPieces, unfoldRings, unpack, upTo,
} from "../../../maps/assets/payload.js";
import { chance, pack } from "./packed.js";

test("columns come back, whatever their numbers", async () => {
  const draw = chance(1);
  const any = (most) => Math.round((2 * draw() - 1) * most) + 0; // never -0
  const columns = { edges: { values: [0, 63, -64, 64, -65, 2 ** 30 - 1, -(2 ** 30 - 1)] }, none: { values: [0, 0] } };
  for (let k = 0; k < 40; k++) {
    const most = [3, 200, 40000, 2 ** 29][k % 4];
    const values = Array.from({ length: Math.floor(draw() * 50) }, () => any(most / 2));
    columns[`c${k}`] = { values, how: Math.floor(draw() * 2) };
  }
  const seen = [0];
  for (let k = 0; k < 200; k++) seen.push(Math.floor(draw() * (Math.max(...seen) + 2)));
  columns.seen = { values: seen, how: 2 };
  const { packed, index } = pack(columns);
  const found = await unpack(`\n${packed}\n`, index);
  assert.deepEqual(Object.keys(found), Object.keys(columns));
  for (const [name, { values }] of Object.entries(columns)) assert.deepEqual([...found[name]], values);
});

test("numbers are multiplied by their unit", async () => {
  const { packed, index } = pack({ x: { values: [1, 5, -3], how: 1, unit: 10 } });
  assert.deepEqual([...(await unpack(packed, index)).x], [10, 50, -30]);
});

test("points lie where they are said to be off the straight line", () => {
  // edge 0 from (0, 0) to (90, 10) by two points, edge 1 straight back
  const columns = {
    edge_points: Int32Array.of(4, 2), edge_ends: Int32Array.of(0, 1, 1, 0),
    node_x: Int32Array.of(0, 90), node_y: Int32Array.of(0, 10),
    edge_x: Int32Array.of(2, -1), edge_y: Int32Array.of(0, 1),
  };
  unfoldLines(columns, 10);
  // of 9 steps a third and 2 more are 5; of the rest a half and 1 less are 1 more
  assert.deepEqual([...columns.edge_x], [0, 50, 60, 90, 90, 0]);
  assert.deepEqual([...columns.edge_y], [0, 0, 10, 10, 10, 0]);
  assert.deepEqual([[...columns.edge_u], [...columns.edge_v]], [[0, 1], [1, 0]]);
});

test("corners of rings come back in their order", () => {
  const rings = [[3, 9, 9, 3], [20, 25, 30], [40, 41, 43, 47, 52, 60], [5, 6, 7, 7]];
  // first corners, second, third, fourth (of four: from where it closes), then the others
  const steps = [3, 17, 20, -35, 6, 5, 1, 1, 0, 5, 2, 1, 0, 4, 1, 5, 8];
  const columns = {
    wall_points: Int32Array.from(rings, (ring) => ring.length), wall_x: Int32Array.from(steps), wall_y: Int32Array.from(steps),
  };
  unfoldRings(columns, "wall");
  assert.deepEqual([...columns.wall_x], rings.flat());
  assert.deepEqual([...columns.wall_y], rings.flat());
});

test("cameras come in order of rank, and what sees a piece first is one that meets its street", () => {
  const columns = {
    head_rank: Int32Array.of(3, 1, 2), head_x: Int32Array.of(30, 10, 20), met_head: Int32Array.of(0, 1, 2),
    edge_met: Int32Array.of(2, 1), edge_pieces: Int32Array.of(2, 1),
    piece_like: Int32Array.of(0b1111, 0b0001, 0b1011), piece_met: Int32Array.of(1, 0, 0),
  };
  unfoldHeads(columns);
  assert.deepEqual([...columns.head_x], [10, 20, 30]);
  assert.deepEqual([...columns.met_head], [2, 0, 1]);
  assert.deepEqual([...meetingCodes(columns, 2)], [1, 3, 2]);
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
