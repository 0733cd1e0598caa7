// Unpacks what the page carries. The one other place that knows this form is maps/packing.py.

/** Bits of `edge_form`, as payload._add_streets writes them. */
export const WIDE = 1;
export const ROOFED = 2;
export const RAISED = 4;

/**
 * Return the columns as {name: Int32Array}. `index` lists [name, count, 1 if differences].
 * @param {string} packed
 * @param {[string, number, number][]} index
 * @returns {Promise<Columns>}
 */
export async function unpack(packed, index) {
  const characters = atob(packed.trim());
  const compressed = Uint8Array.from(characters, (c) => c.charCodeAt(0));
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  /** @type {Columns} */
  const columns = {};
  let at = 0;
  for (const [name, count, differences] of index) {
    const column = new Int32Array(count);
    let before = 0;
    for (let i = 0; i < count; i++) {
      let value = 0;
      let bits = 0;
      let byte;
      do {
        byte = bytes[at++];
        value |= (byte & 127) << bits;
        bits += 7;
      } while (byte > 127);
      value = (value >>> 1) ^ -(value & 1);
      column[i] = differences ? (before += value) : value;
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
 * What is carried folded, unfolded: ranks of pieces, fields.
 * @param {Columns} columns
 * @param {Head} head
 * @returns {Columns}
 */
export function unfold(columns, head) {
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
