// The scene of the sight kernel from what the page carries: streets, walls and cameras on its grid, in
// metres on the run's own plane. Positions along an edge are metres of the drawn line here; `scale` of
// an edge makes metres on foot of them.

import { runStarts } from "./payload.js";
import { Sight } from "./sight.js";

/** Decks as the kernel numbers them: sim/city/decks.py. */
const DECKS = ["street", "footbridge", "subway", "covered"];
const NO_DECK = DECKS.length;

/**
 * The kernel on the page's geometry; see `PackedSight`.
 * @param {Head} head
 * @param {Columns} columns
 * @param {{length: Float64Array, pieces: Int32Array, pieceEnd: Float64Array}} ways
 * @returns {PackedSight}
 */
export function sightOf(head, columns, ways) {
  const { plane, decks } = /** @type {SightHead} */ (head.sight);
  const place = onPlane(plane, columns.edge_x, columns.edge_y);
  const first = runStarts(columns.edge_points);
  const drawn = new Float64Array(columns.edge_points.length);
  for (let edge = 0; edge < drawn.length; edge++) {
    for (let p = first[edge]; p < first[edge + 1] - 1; p++) {
      drawn[edge] += Math.sqrt((place.x[p + 1] - place.x[p]) ** 2 + (place.y[p + 1] - place.y[p]) ** 2);
    }
  }
  const scale = drawn.map((metres, edge) => (metres ? ways.length[edge] / metres : 1));
  const deckOf = Int32Array.from(decks, (name) => DECKS.indexOf(name));
  const lines = openLines(columns, place, first, scale, deckOf);
  const walls = wallLines(columns, plane);
  return { sight: new Sight(lines, walls), lines, walls, plane, drawn, scale, ...areaCuts(columns, ways, scale) };
}

/**
 * Metres east and north of places on the grid.
 * @param {number[]} plane
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 */
export function onPlane([a, b, c, d], x, y) {
  return {
    x: Float64Array.from(x, (at, i) => a * at + b * y[i]),
    y: Float64Array.from(x, (at, i) => c * at + d * y[i]),
  };
}

/**
 * The place on the grid of metres east and north.
 * @param {number[]} plane
 * @param {number} east
 * @param {number} north
 * @returns {[number, number]}
 */
export function offPlane([a, b, c, d], east, north) {
  const whole = a * d - b * c;
  return [(d * east - b * north) / whole, (a * north - c * east) / whole];
}

/**
 * Segments of the streets without what lies under roofs.
 * @param {Columns} columns
 * @param {{x: Float64Array, y: Float64Array}} place
 * @param {Int32Array} first
 * @param {Float64Array} scale
 * @param {Int32Array} deckOf
 * @returns {StreetLines}
 */
function openLines(columns, { x, y }, first, scale, deckOf) {
  /** @type {number[][]} */
  const found = [[], [], [], [], [], [], []];
  let roof = 0;
  const { roof_edge: of, roof_start: from, roof_end: to } = columns;
  for (let edge = 0; edge < scale.length; edge++) {
    const roofs = [];
    for (; roof < of.length && of[roof] === edge; roof++) {
      roofs.push([from[roof] / 10 / scale[edge], to[roof] / 10 / scale[edge]]);
    }
    let start = 0;
    for (let p = first[edge]; p < first[edge + 1] - 1; p++) {
      const length = Math.sqrt((x[p + 1] - x[p]) ** 2 + (y[p + 1] - y[p]) ** 2);
      for (const [low, high] of openParts(roofs, start, length)) {
        const ends = [low / length, high / length].map((part) => [x[p] + part * (x[p + 1] - x[p]), y[p] + part * (y[p + 1] - y[p])]);
        const whole = low === 0 && high === length;
        const [a, b] = whole ? [[x[p], y[p]], [x[p + 1], y[p + 1]]] : ends;
        [a[0], a[1], b[0], b[1], edge, start + low, deckOf[columns.edge_deck[edge]]].forEach((value, k) => found[k].push(value));
      }
      start += length;
    }
  }
  const [x0, y0, x1, y1, edge, start, deck] = found;
  return {
    x0: Float64Array.from(x0), y0: Float64Array.from(y0), x1: Float64Array.from(x1), y1: Float64Array.from(y1),
    edge: Int32Array.from(edge), start: Float64Array.from(start), deck: Int32Array.from(deck),
  };
}

/**
 * What roofs, ascending along an edge, leave of a segment of it: metres from its beginning.
 * @param {number[][]} roofs
 * @param {number} start
 * @param {number} length
 */
function openParts(roofs, start, length) {
  const parts = [];
  let open = 0;
  for (const [low, high] of roofs) {
    if (high - start <= open || low - start >= length) continue;
    if (low - start > open) parts.push([open, low - start]);
    open = high - start;
  }
  if (open < length) parts.push([open, length]);
  return parts;
}

/**
 * @param {Columns} columns
 * @param {number[]} plane
 * @returns {WallLines}
 */
function wallLines(columns, plane) {
  const { wall_points: points, wall_top: top } = columns;
  const { x, y } = onPlane(plane, columns.wall_x, columns.wall_y);
  const first = runStarts(points);
  const count = x.length;
  const walls = { x0: x, y0: y, x1: new Float64Array(count), y1: new Float64Array(count), top: new Float64Array(count) };
  for (let ring = 0; ring < points.length; ring++) {
    for (let p = first[ring]; p < first[ring + 1]; p++) {
      const next = p + 1 < first[ring + 1] ? p + 1 : first[ring];
      walls.x1[p] = x[next];
      walls.y1[p] = y[next];
      walls.top[p] = top[ring] ? top[ring] / 10 : Infinity;
    }
  }
  return walls;
}

/**
 * Where edges cross the edge of the study area, or become closed to walkers (metres of the drawn line).
 * @param {Columns} columns
 * @param {{pieces: Int32Array, pieceEnd: Float64Array}} ways
 * @param {Float64Array} scale
 */
function areaCuts({ piece_inside: inside, piece_closed: closed = inside }, { pieces, pieceEnd }, scale) {
  const cutFirst = new Int32Array(scale.length + 1);
  const cut = [];
  for (let edge = 0; edge < scale.length; edge++) {
    for (let i = pieces[edge]; i < pieces[edge + 1] - 1; i++) {
      if (inside[i] !== inside[i + 1] || closed[i] !== closed[i + 1]) cut.push(pieceEnd[i] / scale[edge]);
    }
    cutFirst[edge + 1] = cut.length;
  }
  return { cutFirst, cut: Float64Array.from(cut) };
}

/**
 * A camera that the page carries.
 * @param {Head} head
 * @param {Columns} columns
 * @param {number} i
 * @returns {Camera}
 */
export function cameraOf(head, columns, i) {
  const { plane, decks } = /** @type {SightHead} */ (head.sight);
  const [a, b, c, d] = plane;
  const [x, y] = [columns.head_x[i], columns.head_y[i]];
  const deck = columns.head_deck[i];
  return {
    x: a * x + b * y, y: c * x + d * y, mount: columns.head_mount[i] / 10,
    deck: deck < decks.length ? DECKS.indexOf(decks[deck]) : NO_DECK,
    heading: columns.head_heading[i] / 10, fieldOfView: columns.head_view[i] / 100, near: columns.head_near[i] / 10,
    reach: head.tasks.map((task) => columns[`head_range_${task}`][i] / 10),
  };
}
