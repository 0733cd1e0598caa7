// Figures at any number of cameras, added up from the run's own curves. It draws nothing.

import { Later } from "./later.js";
import { runStarts, upTo } from "./payload.js";

export class Figures {
  /**
   * @param {Head} head
   * @param {Columns} columns
   */
  constructor(head, columns) {
    this.head = head;
    this.columns = columns;
    this.ranks = columns.ranks;
    /** @type {Later<{sums: Float64Array, all: number}>[]} */
    this.seen = head.tasks.map((task) => new Later(() => this._seen(task)));
    this.walkStarts = head.tasks.map((task) => runStarts(columns[`walk_${task}_steps`]));
  }

  /** What may be made before it is asked for. */
  get works() {
    return this.seen;
  }

  /** @param {string} task */
  *_seen(task) {
    const lengths = this._lengths(task);
    yield;
    return this._running(lengths);
  }

  /**
   * Street length (cm) first seen at each code: what pieces add up to, and what rounding left.
   * @param {string} task
   */
  _lengths(task) {
    const { piece_length: length, piece_inside: inside, [`piece_${task}`]: code } = this.columns;
    const sums = Float64Array.from(this.columns[`seen_${task}`]);
    const step = 10 * this.head.piece_step;
    for (let i = 0; i < length.length; i++) sums[code[i]] += step * inside[i] * length[i];
    return sums;
  }

  /**
   * Running sums; entry 0 of a curve is what is never seen, and is kept for the whole only.
   * @param {Float64Array} metres
   */
  _running(metres) {
    const sums = new Float64Array(metres.length);
    for (let i = 1; i < metres.length; i++) sums[i] = sums[i - 1] + metres[i];
    return { sums, all: sums[metres.length - 1] + metres[0] };
  }

  /**
   * Code of the highest known rank within `total` cameras.
   * @param {number} total
   */
  code(total) {
    return upTo(this.ranks, total);
  }

  /**
   * Share of street length in the area seen at `total` cameras.
   * @param {number} task
   * @param {number} total
   */
  streetShare(task, total) {
    const { sums, all } = this.seen[task].value;
    return all ? sums[this.code(total)] / all : 0;
  }

  /**
   * Cameras inside the study area among the first `total` of the city.
   * @param {number} total
   */
  camerasHere(total) {
    const { head_rank: rank, head_inside: inside } = this.columns;
    const last = upTo(rank, this.code(total));
    let count = 0;
    for (let i = 0; i < last; i++) count += inside[i];
    return count;
  }

  /**
   * {p10, p50, p90} of typical walks' seen share, or null where the run has none.
   * @param {number} task
   * @param {number} total
   * @returns {{p10: number, p50: number, p90: number} | null}
   */
  walkBand(task, total) {
    const place = upTo(this.columns.band_rank, total) - 1;
    if (place < 0) return null;
    const name = `band_${this.head.tasks[task]}`;
    /** @type {(quantile: string) => number} */
    const share = (quantile) => this.columns[`${name}_${quantile}`][place] / 100000;
    return { p10: share("p10"), p50: share("p50"), p90: share("p90") };
  }

  /**
   * Share of a named walk's length seen at `total` cameras.
   * @param {number} walk
   * @param {number} task
   * @param {number} total
   */
  walkShare(walk, task, total) {
    const name = `walk_${this.head.tasks[task]}`;
    const ranks = this.columns[`${name}_rank`];
    const metres = this.columns[`${name}_length`];
    const starts = this.walkStarts[task];
    const last = upTo(ranks, total, starts[walk], starts[walk + 1]);
    let sum = 0;
    for (let i = starts[walk]; i < last; i++) sum += metres[i];
    return Math.min(sum / 1000 / this.head.walks[walk].length, 1);
  }

  /**
   * Place of the nearest simulated total at or below `total`; −1 if there is none.
   * @param {number} total
   */
  step(total) {
    return upTo(this.head.totals, total) - 1;
  }

  /**
   * Points of the street-share curve for a chart: [[total, share], …], about `most` of them.
   * @param {number} task
   * @param {number} most
   * @returns {[number, number][]}
   */
  chart(task, most) {
    const last = this.head.totals[this.head.totals.length - 1];
    /** @type {[number, number][]} */
    const points = [];
    for (let i = 0; i <= most; i++) {
      const total = (last * i) / most;
      points.push([total, this.streetShare(task, total)]);
    }
    return points;
  }
}
