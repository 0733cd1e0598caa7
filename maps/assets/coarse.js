// Streets as they look from far away: snapped to steps of half a pixel, each step drawn once. Of a city's
// pieces most are shorter than a pixel there, and drawing each takes seconds.

import { runStarts } from "./payload.js";

/** A part of a pixel. */
export const PIXEL_PART = 0.5;
const ONWARD = 4; // ways on from a cell that are counted: the other four are these, walked back

export class Coarse {
  /**
   * `piece` holds the points of all pieces, in order along each street.
   * @param {Columns} columns
   * @param {{x: Float32Array, y: Float32Array, at: Int32Array}} piece
   * @param {number} step
   */
  constructor(columns, piece, step) {
    this.step = step;
    const { x, y, at } = piece;
    const starts = runStarts(columns.edge_pieces);
    const [west, south, east, north] = boundsOf(x, y);
    this.west = Math.round(west / step);
    this.south = Math.round(south / step);
    this.wide = Math.round(east / step) - this.west + 3; // wider, so that no jump along a row looks like a step up
    this.high = Math.round(north / step) - this.south + 1;
    /** @type {number[][]} */
    const [from, to, of] = [[], [], []];
    for (let edge = 0; edge + 1 < starts.length; edge++) {
      let here = -1;
      for (let i = starts[edge]; i < starts[edge + 1]; i++) {
        for (let p = at[i]; p < at[i + 1]; p++) {
          const cell = (Math.round(y[p] / step) - this.south) * this.wide + Math.round(x[p] / step) - this.west;
          if (here >= 0 && cell !== here) {
            from.push(here);
            to.push(cell);
            of.push(i);
          }
          here = cell;
        }
      }
    }
    this.from = Int32Array.from(from);
    this.to = Int32Array.from(to);
    this.of = Int32Array.from(of);
  }

  /**
   * The steps of pieces by kind, 0 for those that are left out: one path for each kind up to `kinds`.
   * @param {(piece: number) => number} kind
   * @param {number} kinds
   * @returns {Path2D[]}
   */
  paths(kind, kinds) {
    const drawn = Array.from({ length: kinds }, () => new Uint8Array(this.wide * this.high));
    const paths = drawn.map(() => new Path2D());
    const ends = new Int32Array(kinds).fill(-1);
    for (let n = 0; n < this.of.length; n++) {
      const of = kind(this.of[n]) - 1;
      if (of < 0 || this._again(drawn[of], this.from[n], this.to[n])) continue;
      if (ends[of] !== this.from[n]) paths[of].moveTo(...this._place(this.from[n]));
      paths[of].lineTo(...this._place(this.to[n]));
      ends[of] = this.to[n];
    }
    return paths;
  }

  /**
   * Whether a step to a cell beside this one is drawn already; from now on it is.
   * @param {Uint8Array} drawn
   * @param {number} from
   * @param {number} to
   */
  _again(drawn, from, to) {
    const low = Math.min(from, to);
    const side = [1, this.wide - 1, this.wide, this.wide + 1].indexOf(Math.max(from, to) - low);
    if (side < 0 || side >= ONWARD) return false;
    const again = drawn[low] & (1 << side);
    drawn[low] |= 1 << side;
    return again > 0;
  }

  /**
   * @param {number} cell
   * @returns {[number, number]}
   */
  _place(cell) {
    return [((cell % this.wide) + this.west) * this.step, (Math.floor(cell / this.wide) + this.south) * this.step];
  }
}

/**
 * @param {Float32Array} x
 * @param {Float32Array} y
 */
function boundsOf(x, y) {
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (let p = 0; p < x.length; p++) {
    bounds[0] = Math.min(bounds[0], x[p]);
    bounds[1] = Math.min(bounds[1], y[p]);
    bounds[2] = Math.max(bounds[2], x[p]);
    bounds[3] = Math.max(bounds[3], y[p]);
  }
  return x.length ? bounds : [0, 0, 0, 0];
}
