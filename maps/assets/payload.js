// Unpacks what the page carries. The one other place that knows this form is maps/packing.py.

/** Bits of `edge_form`, as payload._add_streets writes them. */
export const WIDE = 1;
export const ROOFED = 2;
export const RAISED = 4;

const PLAIN = 0;
const RECENT = 2;
const SIGNED = 8;
const CHARACTERS = 91;
const PAIR_BITS = 13;

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
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = colon + 1; i + 1 < text.length; i += 2) {
    held = (held << PAIR_BITS) | (digits[text.charCodeAt(i)] * CHARACTERS + digits[text.charCodeAt(i + 1)]);
    for (bits += PAIR_BITS; bits >= 8; bits -= 8) bytes[at++] = held >> (bits - 8);
    held &= (1 << bits) - 1;
  }
  return bytes;
}

/**
 * Return the columns as {name: Int32Array}. `index` lists name, count, how a column is stored
 * (0 plain, 1 differences, 2 how long ago each number first came), bytes a number (and 8 where
 * there are signs), unit.
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
  for (const [name, count, how, width, unit] of index) {
    const column = new Int32Array(count);
    for (let place = 0; place < width % SIGNED; place++, at += count) {
      for (let i = 0; i < count; i++) column[i] |= bytes[at + i] << (8 * place);
    }
    let before = how === RECENT ? -1 : 0;
    for (let i = 0; i < count; i++) {
      let value = width >= SIGNED ? (column[i] >>> 1) ^ -(column[i] & 1) : column[i];
      if (how === RECENT) {
        value = before + 1 - value;
        before = Math.max(before, value);
      } else if (how !== PLAIN) {
        before = value += before;
      }
      column[i] = value * unit;
    }
    columns[name] = column;
  }
  return columns;
}

/**
 * Codes of each piece's first-seen rank, as columns piece_<task>: the twin of payload._add_pieces.
 * @param {Columns} columns
 * @param {string[]} tasks
 */
export function unfoldPieces(columns, tasks) {
  const { piece_like: like, piece_new: fresh } = columns;
  const codes = tasks.map((task) => (columns[`piece_${task}`] = new Int32Array(like.length)));
  let next = 0;
  for (let i = 0; i < like.length; i++) {
    for (let k = 0; k < tasks.length; k++) {
      const said = (like[i] >> (2 * k)) & 3;
      if (said === 0 && i) codes[k][i] = codes[k][i - 1];
      else if (said === 2) codes[k][i] = codes[k - 1][i];
      else if (said === 3) codes[k][i] = fresh[next++];
    }
  }
}

/**
 * Corners of fields on the grid, the head itself among them: the twin of payload._add_fields.
 * @param {Columns} columns
 * @param {number} size
 */
export function unfoldFields(columns, size) {
  const { field_head: of, field_whole: whole, field_points: counts } = columns;
  const starts = runStarts(Int32Array.from(counts, (count, ring) => count + 1 - whole[ring]));
  const [x, y] = [new Int32Array(starts[of.length]), new Int32Array(starts[of.length])];
  let read = 0;
  for (let ring = 0; ring < of.length; ring++) {
    const [headX, headY] = [columns.head_x[of[ring]], columns.head_y[of[ring]]];
    for (let p = starts[ring]; p < starts[ring + 1]; p++) {
      const atHead = p === starts[ring] && !whole[ring];
      x[p] = headX + (atHead ? 0 : size * columns.field_x[read]);
      y[p] = headY + (atHead ? 0 : size * columns.field_y[read]);
      if (!atHead) read += 1;
    }
  }
  Object.assign(columns, { field_start: starts, field_x: x, field_y: y });
}

/**
 * Ends of edges, and their points on the grid: the twin of payload._add_lines.
 * @param {Columns} columns
 * @param {number} step
 */
export function unfoldLines(columns, step) {
  const { edge_points: points, edge_ends: ends, edge_x: offX, edge_y: offY } = columns;
  const starts = runStarts(points);
  const nodes = [columns.node_x, columns.node_y].map((axis) => axis.map((place) => place / step));
  const lines = [offX, offY].map((off, k) => {
    const line = new Int32Array(starts[points.length]);
    let read = 0;
    for (let edge = 0; edge < points.length; edge++) {
      const last = starts[edge + 1] - 1;
      const end = nodes[k][ends[2 * edge + 1]];
      let before = nodes[k][ends[2 * edge]];
      for (let p = starts[edge]; p < last; p++) {
        if (p > starts[edge]) before += Math.floor((end - before) / (last - p + 1)) + off[read++];
        line[p] = before * step;
      }
      line[last] = end * step;
    }
    return line;
  });
  Object.assign(columns, { edge_x: lines[0], edge_y: lines[1] });
  columns.edge_u = Int32Array.from(points, (_, edge) => ends[2 * edge]);
  columns.edge_v = Int32Array.from(points, (_, edge) => ends[2 * edge + 1]);
}

/**
 * Corners of rings on the grid: the twin of payload.ring_steps.
 * @param {Columns} columns
 * @param {string} name
 */
export function unfoldRings(columns, name) {
  const points = columns[`${name}_points`];
  const starts = runStarts(points);
  for (const axis of [`${name}_x`, `${name}_y`]) {
    const steps = columns[axis];
    const corners = new Int32Array(steps.length);
    // where the steps of first corners begin, of second ones, … and of those from the fifth on
    const next = new Int32Array(6);
    for (const count of points) {
      for (let place = 0; place < 5; place++) next[place + 1] += count > place ? (place < 4 ? 1 : count - 4) : 0;
    }
    for (let place = 0; place < 5; place++) next[place + 1] += next[place];
    let begun = 0;
    for (let ring = 0; ring < points.length; ring++) {
      for (let p = starts[ring]; p < starts[ring + 1]; p++) {
        const place = p - starts[ring];
        const step = steps[next[Math.min(place, 4)]++];
        if (place === 0) corners[p] = begun += step;
        else if (place === 3 && points[ring] === 4) corners[p] = corners[p - 1] + step - (corners[p - 2] - corners[p - 3]);
        else corners[p] = corners[p - 1] + step;
      }
    }
    columns[axis] = corners;
  }
}

/**
 * Cameras in ascending order of rank, and meetings with them: the twin of payload._add_heads.
 * @param {Columns} columns
 */
export function unfoldHeads(columns) {
  const { head_rank: rank, met_head: met } = columns;
  const order = Int32Array.from(rank.keys()).sort((a, b) => rank[a] - rank[b]);
  for (const name of Object.keys(columns)) {
    const column = columns[name];
    if (name.startsWith("head_")) columns[name] = order.map((head) => column[head]);
  }
  if (!met) return;
  const place = new Int32Array(order.length);
  order.forEach((head, row) => (place[head] = row));
  columns.met_head = met.map((head) => place[head]);
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
 * What is carried folded, unfolded: names, walls, streets, cameras, ranks of pieces, fields.
 * @param {Columns} columns
 * @param {Head} head
 * @returns {Columns}
 */
export function unfold(columns, head) {
  Object.assign(head, JSON.parse(new TextDecoder().decode(Uint8Array.from(columns.words))));
  for (const name of ["wall", "outline", "water", "green"]) unfoldRings(columns, name);
  unfoldLines(columns, head.line_step);
  unfoldHeads(columns);
  if (head.pieces_met) columns.piece_new = meetingCodes(columns, head.tasks.length);
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
