// What the tests share: packing as maps/packing.py does it, chance that can be repeated, a small town.

import { deflateRawSync } from "node:zlib";

/** Columns {name: {values, how, unit}} as the text and the index that a page carries. */
export function pack(columns) {
  const bytes = [];
  const index = [];
  for (const [name, { values, how = 0, unit = 1 }] of Object.entries(columns)) {
    let before = how === 2 ? -1 : 0;
    const stored = values.map((value) => {
      const written = how === 2 ? before + 1 - value : how === 1 ? value - before : value;
      before = how === 2 ? Math.max(before, value) : value;
      return written;
    });
    const signed = stored.some((value) => value < 0);
    const numbers = signed ? stored.map((value) => (value < 0 ? -2 * value - 1 : 2 * value)) : stored;
    const most = Math.max(0, ...numbers);
    const width = most ? Math.floor(Math.log2(most) / 8) + 1 : 0;
    for (let place = 0; place < width; place++) {
      for (const number of numbers) bytes.push(Math.floor(number / 2 ** (8 * place)) % 256);
    }
    index.push([name, values.length, how, width + (signed ? 8 : 0), unit]);
  }
  return { packed: printable(deflateRawSync(Uint8Array.from(bytes))), index };
}

/** The number of bytes, a colon, and 13 bits in each two of 91 characters. */
function printable(bytes) {
  const alphabet = Array.from({ length: 94 }, (_, k) => String.fromCharCode(33 + k)).filter((c) => !'<&"'.includes(c));
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  let text = `${bytes.length}:`;
  for (let at = 0; at < bits.length; at += 13) {
    const value = parseInt(bits.slice(at, at + 13).padEnd(13, "0"), 2);
    text += alphabet[Math.floor(value / 91)] + alphabet[value % 91];
  }
  return text;
}

/** Numbers of 0 … 1 that are the same at every run (mulberry32). */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ints = (...values) => Int32Array.from(values);

/**
 * A square of four streets of 100 m and a way round: junctions 0 (west south), 1 (east south),
 * 2 (east north), 3 (west north); edge 0 leads 0–1, edge 1 1–2, edge 2 3–2, edge 3 0–3, and edge 4
 * also 1–2, by a bend of 120 m. A decimetre is a step of the grid. Ranks 5 and 9 occur: edge 0 is seen
 * from 20 m to 50 m at 5, edge 1 wholly at 9; a second, stricter task sees edge 1 only.
 */
export function square() {
  const head = {
    origin: [0, 0], unit: 0.1, decimetre: 1, line_step: 1, field_step: 1, piece_step: 1, tasks: ["detect", "recognise"],
    totals: [5, 9], names: [["", ""], ["South Street", "南街"], ["East Road", "東道"]], found: [["Station", "車站"]],
    walks: [{ name: ["Round", "環"], length: 50 }], walkable: true, simulated: true,
  };
  const columns = {
    ranks: ints(5, 9),
    edge_u: ints(0, 1, 3, 0, 1), edge_v: ints(1, 2, 2, 3, 2), edge_deck: ints(0, 0, 0, 0, 0), edge_form: ints(0, 0, 0, 0, 0),
    edge_name: ints(1, 2, 0, 0, 0), edge_rest: ints(0, 0, 0, 0, 25), name_node: ints(-1, 0, 1), found_node: ints(3),
    edge_points: ints(2, 2, 2, 2, 3),
    edge_x: ints(0, 1000, 1000, 1000, 0, 1000, 0, 0, 1000, 1300, 1000),
    edge_y: ints(0, 0, 0, 1000, 1000, 1000, 0, 1000, 0, 500, 1000),
    edge_pieces: ints(3, 1, 1, 1, 1),
    piece_length: ints(200, 300, 500, 1000, 1000, 1000, 1200), piece_inside: ints(1, 1, 1, 1, 1, 1, 0),
    piece_detect: ints(0, 1, 0, 2, 0, 0, 0), piece_recognise: ints(0, 0, 0, 2, 0, 0, 0),
    head_rank: ints(1, 2), head_inside: ints(1, 0), head_x: ints(350, 1000), head_y: ints(0, 500),
    seen_detect: ints(0, 0, 0), seen_recognise: ints(0, 0, 0),
    band_rank: ints(0, 5, 9),
    band_recognise_p10: ints(0, 1000, 2000), band_recognise_p50: ints(0, 30000, 40000), band_recognise_p90: ints(0, 80000, 90000),
    walk_detect_steps: ints(2), walk_detect_rank: ints(5, 9), walk_detect_length: ints(10000, 20000),
    walk_recognise_steps: ints(1), walk_recognise_rank: ints(9), walk_recognise_length: ints(20000),
  };
  return { head, columns };
}
