// Who watches which street, for the fewest cameras in the way: each open edge with the cameras that see any
// of it or of the junctions that it touches, by the page's own kernel. The twin of `watched_ways` in
// sim/tracking/fewest.py; where a place lies within a street its own piece is the door.

import { rowsFrom } from "./fleet.js";
import { TASKS } from "./sight.js";

const END_M = 1e-6;

/**
 * The town between two places, for a task and the cameras up to a code of the model.
 * @param {import("./what_if.js").WhatIf} model
 * @param {import("./unseen_ways.js").UnseenWays} unseen
 * @param {{a: Place, b: Place}} ends
 * @param {number} task
 * @param {number} code
 * @returns {WatchedTown & {ids: number[]}}
 */
export function townOf(model, unseen, { a, b }, task, code) {
  const { ways, columns } = unseen;
  const { edge_u: u, edge_v: v, edge_deck: deck } = columns;
  /** @type {number[]} */
  const ids = [];
  /** @type {Map<number, number>} */
  const numbers = new Map();
  /** @type {Seen[][]} */
  const along = Array.from(ways.length, (_, edge) => seenAlong(model, edge, task, code));
  /** @type {(id: number) => number} */
  const number = (id) => {
    if (!numbers.has(id)) numbers.set(id, ids.push(id) - 1);
    return /** @type {number} */ (numbers.get(id));
  };
  /** @type {Map<number, Set<number>>} */
  const corner = new Map();
  /** @type {(node: number, on: number, id: number) => void} */
  const atCorner = (node, on, id) => {
    const key = node * unseen.decks + on;
    corner.set(key, (corner.get(key) || new Set()).add(number(id)));
  };
  along.forEach((seen, edge) => {
    for (const { id, from, to } of seen) {
      if (from <= END_M) atCorner(u[edge], deck[edge], id);
      if (to >= ways.length[edge] - END_M) atCorner(v[edge], deck[edge], id);
    }
  });
  /** @type {(node: number, on: number) => number[]} */
  const corners = (node, on) => [...(corner.get(node * unseen.decks + on) || [])];
  /** Cameras that see a stretch of an edge, or a junction at its ends; null where it is closed. @type {(edge: number, from: number, to: number) => number[] | null} */
  const stretch = (edge, from, to) => {
    if (to - from <= END_M) return [];
    if (!unseen.open(task, edge, from, to)) return null;
    const found = along[edge].filter((seen) => seen.from < to && seen.to > from).map(({ id }) => number(id));
    if (from <= END_M) found.push(...corners(u[edge], deck[edge]));
    if (to >= ways.length[edge] - END_M) found.push(...corners(v[edge], deck[edge]));
    return [...new Set(found)];
  };
  const edges = Array.from(ways.length, (long, edge) => (u[edge] === v[edge] ? null : stretch(edge, 0, long)));
  /** @type {(place: Place) => {node: number, cameras: number[]}[]} */
  const stubs = ({ edge, at }) => [
    { node: u[edge], cameras: stretch(edge, 0, at) }, { node: v[edge], cameras: stretch(edge, at, ways.length[edge]) },
  ].filter(({ cameras }) => cameras !== null).map(({ node, cameras }) => ({ node, cameras: /** @type {number[]} */ (cameras) }));
  /** @type {(place: Place) => number[]} */
  const door = (place) => {
    const { node, deck: on, from, to } = unseen.doorOf(place);
    if (node >= 0) return corners(node, on);
    return along[place.edge].filter((seen) => seen.from < to && seen.to > from).map(({ id }) => number(id));
  };
  const paid = new Set([...door(a), ...door(b)]);
  const direct = a.edge === b.edge ? stretch(a.edge, Math.min(a.at, b.at), Math.max(a.at, b.at)) : null;
  return { first: ways.first, arcs: ways.arcs, u, v, length: ways.length, edges, from: stubs(a), to: stubs(b), paid, direct, cameras: ids.length, ids };
}

/**
 * Which cameras see an edge for a task, from and to where (metres on foot).
 * @param {import("./what_if.js").WhatIf} model
 * @param {number} edge
 * @param {number} task
 * @param {number} code
 */
function seenAlong(model, edge, task, code) {
  /** @type {Seen[]} */
  const found = [];
  const scale = model.packed.scale[edge];
  for (const { id, rank, seeing } of model.watched.along[edge]) {
    if (rank > code) continue;
    const place = TASKS * edge + task;
    for (let i = rowsFrom(seeing, place); i < seeing.place.length && seeing.place[i] === place; i++) {
      const [from, to] = [seeing.start[i], Math.min(seeing.end[i], model.packed.drawn[edge])];
      if (to > from) found.push({ id, from: from * scale, to: to * scale });
    }
  }
  return found;
}
