// Unpacks what the page carries. The one other place that knows this form is maps/packing.py.
"use strict";
const Unseen = {};

/** Return the columns as {name: Int32Array}. `index` lists [name, count, 1 if differences]. */
Unseen.unpack = async function (packed, index) {
  const characters = atob(packed.trim());
  const compressed = Uint8Array.from(characters, (c) => c.charCodeAt(0));
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
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
};

/** Turn counts into the places where each run begins, with the end of the last. */
Unseen.starts = function (counts) {
  const starts = new Int32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) starts[i + 1] = starts[i] + counts[i];
  return starts;
};

/** Number of leading entries of an ascending array that are at most `limit`. */
Unseen.upTo = function (ascending, limit, from = 0, to = ascending.length) {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
};
