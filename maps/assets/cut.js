// Streets cut at the ends of their pieces, where along them what is seen changes.

import { runStarts } from "./payload.js";

export class Cut {
  /** @param {Columns} columns */
  constructor(columns) {
    this.length = columns.piece_length;
    this.edgeX = columns.edge_x;
    this.edgeY = columns.edge_y;
    this.points = runStarts(columns.edge_points);
    this.pieces = runStarts(columns.edge_pieces);
    this.edges = columns.edge_points.length;
  }

  /**
   * At most so many points have the pieces of all edges.
   */
  get most() {
    return this.edgeX.length + 2 * this.length.length;
  }

  /**
   * Write the points of an edge's pieces from place `n` on, and in `at` the places where the pieces begin, that of
   * piece `first` at 0; return the place after the last point. A piece begins with the point in which the one
   * before ends.
   * @param {number} edge
   * @param {Float32Array} x
   * @param {Float32Array} y
   * @param {Int32Array} at
   * @param {number} n
   * @param {number} [first]
   */
  write(edge, x, y, at, n, first = 0) {
    const { edgeX, edgeY, length, pieces } = this;
    const last = this.points[edge + 1] - 1;
    const end = pieces[edge + 1];
    const stretch = this._stretch(edge);
    let p = this.points[edge];
    let walked = 0;
    let [hereX, hereY] = [edgeX[p], edgeY[p]];
    for (let i = pieces[edge]; i < end; i++) {
      at[i - first] = n;
      x[n] = hereX;
      y[n++] = hereY;
      let rest = length[i] * stretch;
      while (p < last) {
        const [dx, dy] = [edgeX[p + 1] - edgeX[p], edgeY[p + 1] - edgeY[p]];
        const step = Math.sqrt(dx * dx + dy * dy); // Math.hypot takes ten times as long
        if (i < end - 1 && step - walked > rest) {
          walked += rest;
          const part = walked / step;
          hereX = edgeX[p] + part * dx;
          hereY = edgeY[p] + part * dy;
          break;
        }
        rest -= step - walked;
        walked = 0;
        p += 1;
        [hereX, hereY] = [edgeX[p], edgeY[p]];
        if (p < last) {
          x[n] = hereX;
          y[n++] = hereY;
        }
      }
      x[n] = hereX;
      y[n++] = hereY;
    }
    return n;
  }

  /**
   * Grid units of an edge's line to a step of its pieces' lengths.
   * @param {number} edge
   */
  _stretch(edge) {
    const { edgeX, edgeY, length, pieces, points } = this;
    let whole = 0;
    for (let i = pieces[edge]; i < pieces[edge + 1]; i++) whole += length[i];
    let drawn = 0;
    for (let p = points[edge]; p < points[edge + 1] - 1; p++) {
      const [dx, dy] = [edgeX[p + 1] - edgeX[p], edgeY[p + 1] - edgeY[p]];
      drawn += Math.sqrt(dx * dx + dy * dy);
    }
    return whole ? drawn / whole : 0;
  }
}
