// Unpacks what the page carries, each column when it is first asked for. The one other place that knows
// this form is maps/packing.py.

import { Later, asItIs, defer } from "./later.js";

/** Bits of `edge_form`, as payload._add_streets writes them. */
export const WIDE = 1;
export const ROOFED = 2;
export const RAISED = 4;

const PLAIN = 0;
const RECENT = 2;
const SIGNED = 8;
const CHARACTERS = 91;
const PAIR_BITS = 13;
const AT_ONCE = 1 << 14; // numbers that are unpacked before the work may be left for a while
const RINGS_AT_ONCE = 1 << 11;

/**
 * The bytes that a text holds: their number, a colon, and 13 bits in each two characters.
 * @param {string} text
 */
function bytesOf(text) {
  const digits = new Uint8Array(128);
  let digit = 0;
  for (let code = 33; code < 127; code++) {
    if (!'<&"'.includes(String.fromCharCode(code))) digits[code] = digit++;
  }
  const colon = text.indexOf(":");
  const bytes = new Uint8Array(Number(text.slice(0, colon)));
  const signs = new TextEncoder().encode(text);
  const most = signs.length - 1;
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = colon + 1; i < most; i += 2) {
    held = (held << PAIR_BITS) | (digits[signs[i]] * CHARACTERS + digits[signs[i + 1]]);
    bits += PAIR_BITS - 8;
    bytes[at++] = held >> bits; // of less than eight bits held and thirteen more, one byte is whole, or two
    if (bits >= 8) bytes[at++] = held >> (bits -= 8);
    held &= (1 << bits) - 1;
  }
  return bytes;
}

/**
 * Return the columns as {name: Int32Array}, each made when it is first asked for. `index` lists name,
 * count, how a column is stored (0 plain, 1 differences, 2 how long ago each number first came), bytes
 * a number (and 8 where there are signs), unit.
 * @param {string} packed
 * @param {[string, number, number, number, number][]} index
 * @returns {Promise<Columns>}
 */
export async function unpack(packed, index) {
  const compressed = bytesOf(packed.trim());
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  /** @type {Columns} */
  const columns = {};
  let at = 0;
  for (const entry of index) {
    const [name, count, , width] = entry;
    const first = at;
    defer(columns, [name], function* () {
      return { [name]: yield* decoded(bytes, first, entry) };
    });
    at += count * (width % SIGNED);
  }
  return columns;
}

/**
 * The numbers of a column whose bytes begin at `at`.
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {[string, number, number, number, number]} entry
 */
function* decoded(bytes, at, [, count, how, width, unit]) {
  const column = new Int32Array(count);
  let before = how === RECENT ? -1 : 0;
  for (let from = 0; from < count; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE, count);
    for (let place = 0; place < width % SIGNED; place++) addBytes(column, bytes, at + place * count, 8 * place, from, to);
    if (width >= SIGNED) giveSigns(column, from, to);
    before = summed(column, from, to, how, before);
    if (unit !== 1) for (let i = from; i < to; i++) column[i] *= unit;
    yield;
  }
  return column;
}

/**
 * @param {Int32Array} column
 * @param {Uint8Array} bytes
 * @param {number} plane
 * @param {number} shift
 * @param {number} from
 * @param {number} to
 */
function addBytes(column, bytes, plane, shift, from, to) {
  for (let i = from; i < to; i++) column[i] |= bytes[plane + i] << shift;
}

/**
 * @param {Int32Array} column
 * @param {number} from
 * @param {number} to
 */
function giveSigns(column, from, to) {
  for (let i = from; i < to; i++) column[i] = (column[i] >>> 1) ^ -(column[i] & 1);
}

/**
 * Turn what is stored of a part of a column into its numbers; the last, or the highest, is returned.
 * @param {Int32Array} column
 * @param {number} from
 * @param {number} to
 * @param {number} how
 * @param {number} before
 */
function summed(column, from, to, how, before) {
  if (how === RECENT) {
    for (let i = from; i < to; i++) {
      column[i] = before + 1 - column[i];
      if (column[i] > before) before = column[i];
    }
  } else if (how !== PLAIN) {
    for (let i = from; i < to; i++) before = column[i] += before;
  }
  return before;
}

/**
 * Codes of each piece's first-seen rank, as columns piece_<task>: the twin of payload._add_pieces.
 * @param {Columns} columns
 * @param {string[]} tasks
 */
export function unfoldPieces(columns, tasks) {
  const names = tasks.map((task) => `piece_${task}`);
  defer(columns, names, function* () {
    const { piece_like: like, piece_new: fresh } = columns;
    const codes = tasks.map(() => new Int32Array(like.length));
    const before = new Int32Array(tasks.length);
    let next = 0;
    for (let from = 0; from < like.length; from += AT_ONCE) {
      next = spread(codes, before, like, fresh, next, from, Math.min(from + AT_ONCE, like.length));
      yield;
    }
    return Object.fromEntries(names.map((name, k) => [name, codes[k]]));
  });
}

/**
 * Write the codes of some pieces, from those `before` and the fresh ones from `next` on; return how many are used.
 * @param {Int32Array[]} codes
 * @param {Int32Array} before
 * @param {Int32Array} like
 * @param {Int32Array} fresh
 * @param {number} next
 * @param {number} from
 * @param {number} to
 */
function spread(codes, before, like, fresh, next, from, to) {
  for (let i = from; i < to; i++) {
    for (let k = 0; k < codes.length; k++) {
      const said = (like[i] >> (2 * k)) & 3;
      if (said === 3) before[k] = fresh[next++];
      else if (said === 2) before[k] = before[k - 1];
      else if (said === 1) before[k] = 0;
      codes[k][i] = before[k];
    }
  }
  return next;
}

/**
 * Corners of fields on the grid, the head itself among them: the twin of payload._add_fields.
 * @param {Columns} columns
 * @param {number} size
 */
export function unfoldFields(columns, size) {
  const [offX, offY] = ["field_x", "field_y"].map((name) => asItIs(columns, name));
  defer(columns, ["field_start", "field_x", "field_y"], function* () {
    const { field_head: of, field_whole: whole, field_points: counts, head_x: headX, head_y: headY } = columns;
    const [stepX, stepY] = [yield* offX(), yield* offY()];
    const starts = runStarts(Int32Array.from(counts, (count, ring) => count + 1 - whole[ring]));
    const [x, y] = [new Int32Array(starts[of.length]), new Int32Array(starts[of.length])];
    let read = 0;
    for (let ring = 0; ring < of.length; ring++) {
      for (let p = starts[ring]; p < starts[ring + 1]; p++) {
        const atHead = p === starts[ring] && !whole[ring];
        x[p] = headX[of[ring]] + (atHead ? 0 : size * stepX[read]);
        y[p] = headY[of[ring]] + (atHead ? 0 : size * stepY[read]);
        if (!atHead) read += 1;
      }
      if (ring % RINGS_AT_ONCE === 0) yield;
    }
    return { field_start: starts, field_x: x, field_y: y };
  });
}

/**
 * Ends of edges, and their points on the grid: the twin of payload._add_lines.
 * @param {Columns} columns
 * @param {number} step
 */
export function unfoldLines(columns, step) {
  for (const axis of ["x", "y"]) {
    const name = `edge_${axis}`;
    const off = asItIs(columns, name);
    defer(columns, [name], function* () {
      const { edge_points: points, edge_ends: ends, [`node_${axis}`]: nodes } = columns;
      const steps = yield* off();
      const line = new Int32Array(points.reduce((sum, count) => sum + count, 0));
      let read = 0;
      let p = 0;
      for (let edge = 0; edge < points.length; edge++) {
        const end = nodes[ends[2 * edge + 1]] / step;
        let before = nodes[ends[2 * edge]] / step;
        line[p++] = before * step;
        for (let left = points[edge] - 1; left > 1; left--) {
          before += Math.floor((end - before) / left) + steps[read++];
          line[p++] = before * step;
        }
        line[p++] = end * step;
        if (edge % RINGS_AT_ONCE === 0) yield;
      }
      return { [name]: line };
    });
  }
  ["edge_u", "edge_v"].forEach((name, side) => defer(columns, [name], () => {
    const { edge_points: points, edge_ends: ends } = columns;
    const junctions = new Int32Array(points.length);
    for (let edge = 0; edge < points.length; edge++) junctions[edge] = ends[2 * edge + side];
    return { [name]: junctions };
  }));
}

/**
 * Corners of rings on the grid: the twin of payload.ring_steps.
 * @param {Columns} columns
 * @param {string} name
 */
export function unfoldRings(columns, name) {
  for (const axis of [`${name}_x`, `${name}_y`]) {
    const folded = asItIs(columns, axis);
    defer(columns, [axis], function* () {
      const { [`${name}_points`]: points } = columns;
      const steps = yield* folded();
      const corners = new Int32Array(steps.length);
      const next = firstSteps(points);
      let begun = 0;
      let p = 0;
      for (let ring = 0; ring < points.length; ring++) {
        for (let place = 0; place < points[ring]; place++, p++) {
          const step = steps[next[Math.min(place, 4)]++];
          if (place === 0) corners[p] = begun += step;
          else if (place === 3 && points[ring] === 4) corners[p] = corners[p - 1] + step - (corners[p - 2] - corners[p - 3]);
          else corners[p] = corners[p - 1] + step;
        }
        if (ring % RINGS_AT_ONCE === 0) yield;
      }
      return { [axis]: corners };
    });
  }
}

/**
 * Where the steps of first corners begin, of second ones, … and of those from the fifth on.
 * @param {Int32Array} points
 */
function firstSteps(points) {
  const next = new Int32Array(6);
  for (let ring = 0; ring < points.length; ring++) {
    const count = points[ring];
    for (let place = 0; place < 5; place++) next[place + 1] += count > place ? (place < 4 ? 1 : count - 4) : 0;
  }
  for (let place = 0; place < 5; place++) next[place + 1] += next[place];
  return next;
}

/**
 * Cameras in ascending order of rank, and meetings with them: the twin of payload._add_heads.
 * @param {Columns} columns
 */
export function unfoldHeads(columns) {
  const ranks = asItIs(columns, "head_rank");
  const order = new Later(function* () {
    return ascending(yield* ranks());
  });
  for (const name of Object.keys(columns).filter((each) => each.startsWith("head_"))) {
    const carried = asItIs(columns, name);
    defer(columns, [name], function* () {
      const column = yield* carried();
      return { [name]: order.value.map((head) => column[head]) };
    });
  }
  if (!("met_head" in columns)) return;
  const met = asItIs(columns, "met_head");
  defer(columns, ["met_head"], function* () {
    const place = new Int32Array(order.value.length);
    order.value.forEach((head, row) => (place[head] = row));
    const heads = yield* met();
    return { met_head: heads.map((/** @type {number} */ head) => place[head]) };
  });
}

/**
 * Places of numbers from 0 on in ascending order, of equal ones in the order in which they stand.
 * @param {Int32Array} numbers
 */
function ascending(numbers) {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) if (numbers[i] > most) most = numbers[i];
  const next = new Int32Array(most + 2);
  for (let i = 0; i < numbers.length; i++) next[numbers[i] + 1] += 1;
  for (let number = 0; number <= most; number++) next[number + 1] += next[number];
  const order = new Int32Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) order[next[numbers[i]]++] = i;
  return order;
}

/**
 * Codes that are carried as places among the cameras that meet the edge: the twin of Meetings.places.
 * @param {Columns} columns
 * @param {number} tasks
 */
export function meetingCodes(columns, tasks) {
  const { edge_pieces: pieces, piece_like: like, piece_met: places, head_rank: rank, met_head: met } = columns;
  const codes = new Int32Array(places.length);
  const starts = runStarts(columns.edge_met);
  let piece = 0;
  let next = 0;
  for (let edge = 0; edge < pieces.length; edge++) {
    for (const end = piece + pieces[edge]; piece < end; piece++) {
      for (let k = 0; k < tasks; k++) {
        if (((like[piece] >> (2 * k)) & 3) === 3) codes[next] = rank[met[starts[edge] + places[next++]]];
      }
    }
  }
  return codes;
}

/**
 * What is carried folded, unfolded: names at once; walls, streets, cameras, ranks of pieces and fields when
 * they are first asked for.
 * @param {Columns} columns
 * @param {Head} head
 * @returns {Columns}
 */
export function unfold(columns, head) {
  Object.assign(head, JSON.parse(new TextDecoder().decode(new Uint8Array(columns.words))));
  for (const name of ["wall", "outline", "water", "green"]) unfoldRings(columns, name);
  unfoldLines(columns, head.line_step);
  unfoldHeads(columns);
  if (head.pieces_met) defer(columns, ["piece_new"], () => ({ piece_new: meetingCodes(columns, head.tasks.length) }));
  unfoldPieces(columns, head.tasks);
  unfoldFields(columns, head.field_step);
  return columns;
}

/**
 * Turn counts into the places where each run begins, with the end of the last.
 * @param {ArrayLike<number>} counts
 * @returns {Int32Array}
 */
export function runStarts(counts) {
  const starts = new Int32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) starts[i + 1] = starts[i] + counts[i];
  return starts;
}

/**
 * Number of leading entries of an ascending array that are at most `limit`.
 * @param {ArrayLike<number>} ascending
 * @param {number} limit
 * @param {number} [from]
 * @param {number} [to]
 * @returns {number}
 */
export function upTo(ascending, limit, from = 0, to = ascending.length) {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
