// The fewest cameras in the way: of all ways between two places, one that few different cameras see. To
// find the fewest is hard in general (the minimum-colour path); this is an upper bound, "at most": shortest
// ways, each camera's price on an edge lowered where one way meets it often, and a search that counts
// different cameras. `sim unseen` proves the bound where it can (sim/tracking/fewest.py). It says nothing.

import { Heap } from "./heap.js";

const ROUNDS = 40;
const LEARN = 0.5;
const FORGET = 0.1;
const METRE_PRICE = 1e-7; // of ways with equally many cameras the shorter one

export class Fewest {
  /** @param {WatchedTown} town */
  constructor(town) {
    this.town = town;
    this.price = new Float64Array(town.cameras).fill(1);
    /** @type {Set<number> | null} */
    this.best = null;
  }

  /**
   * The cameras on the best way found, those at the doors too; null where no way is open.
   * @param {number} [rounds]
   * @returns {Set<number> | null}
   */
  find(rounds = ROUNDS) {
    const { direct, paid } = this.town;
    if (direct) this._keep(direct);
    for (let round = 0; round < rounds && !(this.best && this.best.size <= Math.max(paid.size, 1)); round++) {
      const way = this._cheapest();
      if (!way) break;
      this._keep(way.flat());
      this._learn(way);
    }
    if (this.best) {
      const way = this._counting();
      if (way) this._keep(way.flat());
      this._prune();
    }
    return this.best;
  }

  /**
   * Keep the cameras of a way if they are fewer than those of every way before.
   * @param {number[]} cameras
   */
  _keep(cameras) {
    const found = new Set([...this.town.paid, ...cameras]);
    if (!this.best || found.size < this.best.size) this.best = found;
  }

  /**
   * A camera that the way meets on several edges costs less on each; others go back to a whole one.
   * @param {number[][]} way
   */
  _learn(way) {
    /** @type {Map<number, number>} */
    const met = new Map();
    for (const cameras of way) for (const camera of cameras) met.set(camera, (met.get(camera) || 0) + 1);
    for (let camera = 0; camera < this.price.length; camera++) this.price[camera] += FORGET * (1 - this.price[camera]);
    for (const [camera, times] of met) this.price[camera] += LEARN * (1 / times - this.price[camera]);
  }

  /** @param {number[]} cameras */
  _cost(cameras) {
    let sum = 0;
    for (const camera of cameras) if (!this.town.paid.has(camera)) sum += this.price[camera];
    return sum;
  }

  /** The cheapest way at the prices, as the cameras of each of its edges; null where there is none. */
  _cheapest() {
    const { edges, length } = this.town;
    const costs = edges.map((cameras, edge) => (cameras ? this._cost(cameras) + METRE_PRICE * length[edge] : Infinity));
    return this._grow((edge) => costs[edge], (cameras) => this._cost(cameras));
  }

  /** A way grown by the number of different cameras on the one way that is kept to each junction. */
  _counting() {
    const { edges, length } = this.town;
    let known = new Set();
    /** @type {(cameras: number[] | null) => number} */
    const fresh = (cameras) => (cameras ? cameras.reduce((sum, camera) => sum + (known.has(camera) ? 0 : 1), 0) : Infinity);
    return this._grow((edge) => fresh(edges[edge]) + METRE_PRICE * length[edge], (cameras) => fresh(cameras), (way) => {
      known = new Set([...this.town.paid, ...way.flat()]);
    });
  }

  /**
   * Grow from the one place to the other; `before` is told the way to each junction before it is left.
   * @param {(edge: number) => number} cost
   * @param {(cameras: number[]) => number} part
   * @param {(way: number[][]) => void} [before]
   * @returns {number[][] | null}
   */
  _grow(cost, part, before) {
    const { first, arcs, u, v, edges, from, to } = this.town;
    const found = new Float64Array(first.length - 1).fill(Infinity);
    const came = new Int32Array(first.length - 1).fill(-1);
    /** @type {Map<number, number[]>} */
    const begun = new Map();
    const heap = new Heap();
    /** @type {(node: number) => number[][]} */
    const wayTo = (node) => {
      const way = [];
      while (came[node] >= 0) {
        const edge = came[node] >> 1;
        way.push(/** @type {number[]} */ (edges[edge]));
        node = came[node] & 1 ? v[edge] : u[edge];
      }
      return way.concat([begun.get(node) || []]);
    };
    if (before) before([]);
    for (const { node, cameras } of from) {
      const value = part(cameras);
      if (value >= found[node]) continue;
      found[node] = value;
      begun.set(node, cameras);
      heap.add(value, node);
    }
    /** @type {{value: number, way: number[][]} | null} */
    let best = null;
    const settled = new Uint8Array(found.length);
    while (heap.size) {
      const value = heap.least;
      const node = heap.take();
      if (value > found[node] || settled[node]) continue;
      if (best && value >= best.value) break;
      settled[node] = 1;
      if (before) before(wayTo(node));
      for (const end of to) {
        if (end.node !== node) continue;
        const whole = value + part(end.cameras);
        if (!best || whole < best.value) best = { value: whole, way: wayTo(node).concat([end.cameras]) };
      }
      for (let k = first[node]; k < first[node + 1]; k++) {
        const edge = arcs[k] >> 1;
        const onward = arcs[k] & 1 ? u[edge] : v[edge];
        if (settled[onward] || !edges[edge]) continue;
        const reached = value + cost(edge);
        if (reached >= found[onward]) continue;
        found[onward] = reached;
        came[onward] = arcs[k];
        heap.add(reached, onward);
      }
    }
    return best && best.way;
  }

  /** Leave out each camera without which the others still let a way through. */
  _prune() {
    const kept = /** @type {Set<number>} */ (this.best);
    for (const camera of [...kept]) {
      if (this.town.paid.has(camera)) continue;
      kept.delete(camera);
      if (!this._passes(kept)) kept.add(camera);
    }
  }

  /**
   * Whether some way is seen by no other cameras than these.
   * @param {Set<number>} cameras
   */
  _passes(cameras) {
    const { first, arcs, u, v, edges, from, to, direct } = this.town;
    /** @type {(those: number[] | null) => boolean} */
    const only = (those) => Boolean(those) && /** @type {number[]} */ (those).every((camera) => cameras.has(camera));
    if (direct && only(direct)) return true;
    const ends = new Set(to.filter((end) => only(end.cameras)).map(({ node }) => node));
    const waiting = from.filter((begin) => only(begin.cameras)).map(({ node }) => node);
    const seen = new Set(waiting);
    while (waiting.length) {
      const node = /** @type {number} */ (waiting.pop());
      if (ends.has(node)) return true;
      for (let k = first[node]; k < first[node + 1]; k++) {
        const edge = arcs[k] >> 1;
        const onward = arcs[k] & 1 ? u[edge] : v[edge];
        if (seen.has(onward) || !only(edges[edge])) continue;
        seen.add(onward);
        waiting.push(onward);
      }
    }
    return false;
  }
}
