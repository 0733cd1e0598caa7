// The largest unseen part of a network: by hand, and against a search that floods it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Dark } from "../../../maps/assets/dark.js";
import { chance, square } from "./packed.js";

test("a street seen in its middle parts the network, and a seen street ends it", () => {
  const { head, columns } = square();
  const dark = new Dark(head, columns);
  assert.deepEqual(dark.largest(0, 4), { pieces: [0, 1, 2, 3, 4, 5, 6], share: 1 });
  // edge 0 is seen from 20 m to 50 m: the rest still hangs together, round the square
  assert.deepEqual(dark.largest(0, 5), { pieces: [0, 2, 3, 4, 5, 6], share: 370 / 400 });
  // edge 1 is seen wholly, and with it both its ends: south of it 50 m are cut off, the bend too
  assert.deepEqual(dark.largest(0, 9), { pieces: [0, 4, 5], share: 220 / 400 });
});

test("the answer is kept, and is the same when asked again", () => {
  const { head, columns } = square();
  const dark = new Dark(head, columns);
  assert.equal(dark.largest(1, 9), dark.largest(1, 9));
  assert.ok(dark.quick(1, 9));
});

test("decks meet at a node, whatever is seen on the other", () => {
  const { head, columns } = square();
  const decks = new Dark(head, { ...columns, edge_deck: Int32Array.of(0, 1, 0, 0, 0) });
  // edge 1 on a footbridge ends nothing below it: the bend and the south-east corner are reached
  assert.deepEqual(decks.largest(0, 9).pieces, [0, 2, 4, 5, 6]);
});

/** The largest unseen part by flooding: pieces, metres inside. */
function flooded({ edge_u: u, edge_v: v, edge_deck: deck, edge_pieces: counts, ...c }, codes, code) {
  const dark = (i) => codes[i] === 0 || codes[i] > code;
  const ends = [];
  let first = 0;
  counts.forEach((count, edge) => {
    ends.push({ at: `${u[edge]} ${deck[edge]}`, node: u[edge], piece: first });
    ends.push({ at: `${v[edge]} ${deck[edge]}`, node: v[edge], piece: first + count - 1 });
    first += count;
  });
  const shut = new Set(ends.filter(({ piece }) => !dark(piece)).map(({ at }) => at));
  const open = ends.filter(({ at }) => !shut.has(at));
  const edgeOf = [...counts].flatMap((count, edge) => Array(count).fill(edge));
  const left = new Set([...edgeOf.keys()].filter(dark));
  let best = 0;
  while (left.size) {
    const todo = [left.values().next().value];
    left.delete(todo[0]);
    let metres = 0;
    while (todo.length) {
      const piece = todo.pop();
      metres += c.piece_inside[piece] * c.piece_length[piece];
      const nodes = open.filter((end) => end.piece === piece).map(({ node }) => node);
      const next = open.filter(({ node }) => nodes.includes(node)).map((end) => end.piece);
      for (const side of [piece - 1, piece + 1]) if (edgeOf[side] === edgeOf[piece]) next.push(side);
      for (const other of next) if (left.delete(other)) todo.push(other);
    }
    best = Math.max(best, metres);
  }
  return best;
}

test("in 300 random networks it is what flooding finds", () => {
  const draw = chance(3);
  const whole = (most) => Math.floor(draw() * most);
  for (let k = 0; k < 300; k++) {
    const edges = 2 + whole(12);
    const each = (count, of) => Int32Array.from({ length: count }, of);
    const counts = each(edges, () => 1 + whole(3));
    const pieces = counts.reduce((sum, count) => sum + count, 0);
    const columns = {
      ranks: Int32Array.of(1, 2, 3), edge_u: each(edges, () => whole(7)), edge_v: each(edges, () => whole(7)),
      edge_deck: each(edges, () => whole(2)), edge_pieces: counts, piece_length: each(pieces, () => 1 + whole(900)),
      piece_inside: each(pieces, () => (draw() < 0.8 ? 1 : 0)), piece_detect: each(pieces, () => whole(7) % 4),
    };
    const total = 1 + whole(3);
    const best = flooded(columns, columns.piece_detect, total);
    const sum = columns.piece_length.reduce((all, metres, i) => all + metres * columns.piece_inside[i], 0);
    const found = new Dark({ tasks: ["detect"] }, columns).largest(0, total);
    assert.equal(found.share, sum ? best / sum : 0);
    const inside = found.pieces.reduce((all, i) => all + columns.piece_length[i] * columns.piece_inside[i], 0);
    assert.equal(inside, best);
  }
});
