// What a fleet sees, while cameras come, go, turn and move: only a camera that changed looks again,
// and first-seen ranks are painted again on the streets concerned. The twin of sim/sight/ranks.py and
// sim/sight/what_if.py. A rank is a whole number from 1; the smallest that sees a point counts.

import { TASKS } from "./sight.js";

/** Rank of a piece that no camera sees. */
export const NEVER = 2 ** 31 - 1;

export class WatchedStreets {
  /**
   * `length` of each edge in metres; edge e is cut at cut[cutFirst[e]] … as well, where the area ends.
   * @param {import("./sight.js").Sight} sight
   * @param {Float64Array} length
   * @param {Int32Array} cutFirst
   * @param {Float64Array} cut
   */
  constructor(sight, length, cutFirst, cut) {
    this.sight = sight;
    this.length = length;
    this.cutFirst = cutFirst;
    this.cut = cut;
    /** @type {Map<number, Watcher>} */
    this.watchers = new Map();
    /** Watchers of each edge, in ascending order of rank. @type {Watcher[][]} */
    this.along = Array.from(length, () => []);
    this.stops = new Float64Array(256);
    this.isCut = new Uint8Array(256);
    this.following = new Int32Array(256);
    this.painted = new Int32Array(TASKS * 256);
  }

  /**
   * Put a camera of a rank in place, instead of the one that has its number; return the edges concerned.
   * @param {number} id
   * @param {number} rank
   * @param {Camera} camera
   * @returns {number[]}
   */
  set(id, rank, camera) {
    const before = this.remove(id);
    const seeing = this.sight.look(camera);
    const edges = edgesOf(seeing);
    const watcher = { id, rank, camera, seeing, edges };
    this.watchers.set(id, watcher);
    for (const edge of edges) {
      const list = this.along[edge];
      let k = list.length;
      while (k > 0 && (list[k - 1].rank > rank || (list[k - 1].rank === rank && list[k - 1].id > id))) k -= 1;
      list.splice(k, 0, watcher);
    }
    return unionOf(before, edges);
  }

  /**
   * Take a camera away; return the edges concerned.
   * @param {number} id
   * @returns {number[]}
   */
  remove(id) {
    const watcher = this.watchers.get(id);
    if (!watcher) return [];
    this.watchers.delete(id);
    for (const edge of watcher.edges) this.along[edge].splice(this.along[edge].indexOf(watcher), 1);
    return watcher.edges;
  }

  /**
   * The pieces of an edge on which no first-seen rank changes: where each ends, and its rank for
   * every task (`NEVER` where no camera sees it); of the cameras that `counts` lets count.
   * @param {number} edge
   * @param {(watcher: Watcher) => boolean} [counts]
   * @returns {EdgePieces}
   */
  pieces(edge, counts = () => true) {
    const watchers = this.along[edge].filter(counts);
    const pieces = this._stops(edge, watchers) - 1;
    this.painted.fill(NEVER, 0, TASKS * pieces);
    for (let task = 0; task < TASKS; task++) this._paint(edge, task, watchers, pieces);
    return this._merged(pieces);
  }

  /**
   * Write the places where a rank may change, ascending, and which are cuts; return how many.
   * @param {number} edge
   * @param {Watcher[]} watchers
   */
  _stops(edge, watchers) {
    const { cut, cutFirst } = this;
    const length = this.length[edge];
    let rows = 0;
    for (const { seeing } of watchers) rows += rowsFrom(seeing, TASKS * (edge + 1)) - rowsFrom(seeing, TASKS * edge);
    this._fit(2 + cutFirst[edge + 1] - cutFirst[edge] + 2 * rows);
    const { stops, isCut } = this;
    let k = 0;
    stops[k++] = 0;
    stops[k++] = length;
    for (let i = cutFirst[edge]; i < cutFirst[edge + 1]; i++) stops[k++] = Math.min(Math.max(cut[i], 0), length);
    for (const { seeing } of watchers) {
      const last = rowsFrom(seeing, TASKS * (edge + 1));
      for (let i = rowsFrom(seeing, TASKS * edge); i < last; i++) {
        stops[k++] = seeing.start[i];
        stops[k++] = Math.min(seeing.end[i], length);
      }
    }
    stops.subarray(0, k).sort();
    let kept = 1;
    for (let i = 1; i < k; i++) if (stops[i] > stops[kept - 1]) stops[kept++] = stops[i];
    isCut.fill(0, 0, kept);
    for (let i = cutFirst[edge]; i < cutFirst[edge + 1]; i++) {
      isCut[firstFrom(stops, kept, Math.min(Math.max(cut[i], 0), length))] = 1;
    }
    return kept;
  }

  /** @param {number} most */
  _fit(most) {
    if (most <= this.stops.length) return;
    const room = 2 * most;
    this.stops = new Float64Array(room);
    this.isCut = new Uint8Array(room);
    this.following = new Int32Array(room);
    this.painted = new Int32Array(TASKS * room);
  }

  /**
   * Paint pieces in order of rank; `following` skips what is painted already.
   * @param {number} edge
   * @param {number} task
   * @param {Watcher[]} watchers
   * @param {number} pieces
   */
  _paint(edge, task, watchers, pieces) {
    const { stops, painted, following } = this;
    for (let k = 0; k <= pieces; k++) following[k] = k;
    const place = TASKS * edge + task;
    for (const { seeing, rank } of watchers) {
      for (let i = rowsFrom(seeing, place); i < seeing.place.length && seeing.place[i] === place; i++) {
        let k = unpainted(following, Math.min(firstFrom(stops, pieces + 1, seeing.start[i]), pieces));
        const last = Math.min(firstFrom(stops, pieces + 1, seeing.end[i]), pieces);
        while (k < last) {
          painted[TASKS * k + task] = rank;
          following[k] = k + 1;
          k = unpainted(following, k);
        }
      }
    }
  }

  /**
   * Join neighbours that are alike, unless a cut lies between them.
   * @param {number} pieces
   * @returns {EdgePieces}
   */
  _merged(pieces) {
    const { stops, painted, isCut } = this;
    const end = new Float64Array(pieces);
    const rank = new Int32Array(TASKS * pieces);
    let count = 0;
    for (let k = 0; k < pieces; k++) {
      let same = count > 0 && !isCut[k];
      for (let task = 0; same && task < TASKS; task++) {
        same = rank[TASKS * (count - 1) + task] === painted[TASKS * k + task];
      }
      if (!same) {
        for (let task = 0; task < TASKS; task++) rank[TASKS * count + task] = painted[TASKS * k + task];
        count += 1;
      }
      end[count - 1] = stops[k + 1];
    }
    return { end: end.subarray(0, count), rank: rank.subarray(0, TASKS * count) };
  }
}

/**
 * The first row of what a camera sees whose place is `place` or later.
 * @param {Seeing} seeing
 * @param {number} place
 */
export function rowsFrom({ place: places }, place) {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[middle] < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param {Seeing} seeing */
function edgesOf({ place }) {
  /** @type {number[]} */
  const edges = [];
  for (let i = 0; i < place.length; i++) {
    const edge = Math.trunc(place[i] / TASKS);
    if (edges[edges.length - 1] !== edge) edges.push(edge);
  }
  return edges;
}

/**
 * Both of two ascending lists, ascending.
 * @param {number[]} one
 * @param {number[]} other
 */
function unionOf(one, other) {
  return Array.from(new Set([...one, ...other])).sort((a, b) => a - b);
}

/**
 * The first of ascending stops that is not before a position.
 * @param {Float64Array} stops
 * @param {number} count
 * @param {number} position
 */
function firstFrom(stops, count, position) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (stops[middle] < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The first piece from `k` on that has no paint yet, shortening the way for the next search.
 * @param {Int32Array} following
 * @param {number} k
 */
function unpainted(following, k) {
  let root = k;
  while (following[root] !== root) root = following[root];
  while (k !== root && following[k] !== root) {
    const next = following[k];
    following[k] = root;
    k = next;
  }
  return root;
}
