// Streets as they look from far away: snapped to half pixels of the screen, and painted as squares of them.
// Of a city's pieces most are shorter than a pixel there, and drawing each as a line takes seconds.

import { Cut } from "./cut.js";

/** A part of a pixel. */
export const PIXEL_PART = 0.5;
const SHARP = 1.5; // pixels of a screen to one of the page from which half of one is not divided again
const RIM = 2; // half pixels around what is painted
const SAME = 1e-6;

export class Coarse {
  /**
   * @param {Columns} columns
   * @param {CanvasView} view
   */
  constructor(columns, view) {
    this.k = view.k;
    this.half = PIXEL_PART * view.pixels;
    const [phaseX, phaseY] = phases(view);
    this.phaseX = phaseX;
    this.phaseY = phaseY;
    const cut = new Cut(columns);
    const most = cut.most;
    this.fromX = new Int32Array(most);
    this.fromY = new Int32Array(most);
    this.toX = new Int32Array(most);
    this.toY = new Int32Array(most);
    this.of = new Int32Array(most);
    this.count = 0;
    this.bounds = [Infinity, Infinity, -Infinity, -Infinity];
    this._snap(cut);
    for (const name of /** @type {const} */ (["fromX", "fromY", "toX", "toY", "of"])) this[name] = this[name].slice(0, this.count);
  }

  /**
   * Whether this is how streets look in a view: at its zoom, wherever it lies.
   * @param {CanvasView} view
   */
  fits(view) {
    const [x, y] = phases(view);
    return this.k === view.k && Math.abs(x - this.phaseX) < SAME && Math.abs(y - this.phaseY) < SAME;
  }

  /** @param {Cut} cut */
  _snap(cut) {
    const { k, half, phaseX, phaseY, fromX, fromY, toX, toY, of } = this;
    const { points, pieces } = cut;
    let longest = 0;
    for (let edge = 0; edge < cut.edges; edge++) {
      longest = Math.max(longest, points[edge + 1] - points[edge] + 2 * (pieces[edge + 1] - pieces[edge]));
    }
    const [x, y, at] = [new Float32Array(longest), new Float32Array(longest), new Int32Array(longest + 1)];
    let [west, south, east, north] = this.bounds;
    let count = 0;
    for (let edge = 0; edge < cut.edges; edge++) {
      const first = pieces[edge];
      at[pieces[edge + 1] - first] = cut.write(edge, x, y, at, 0, first);
      let hereX = NaN;
      let hereY = NaN;
      for (let i = first; i < pieces[edge + 1]; i++) {
        for (let p = i === first ? 0 : at[i - first] + 1; p < at[i + 1 - first]; p++) {
          const nextX = Math.round((k * x[p] + phaseX) / half);
          const nextY = Math.round((k * y[p] - phaseY) / half);
          if (nextX === hereX && nextY === hereY) continue;
          if (nextX < west) west = nextX;
          if (nextX > east) east = nextX;
          if (nextY < south) south = nextY;
          if (nextY > north) north = nextY;
          if (hereX === hereX) {
            fromX[count] = hereX;
            fromY[count] = hereY;
            toX[count] = nextX;
            toY[count] = nextY;
            of[count++] = i;
          }
          hereX = nextX;
          hereY = nextY;
        }
      }
    }
    this.count = count;
    this.bounds = [west, south, east, north];
  }

  /**
   * The steps of pieces by kind, 0 for those that are left out: one path for each kind up to `kinds`. A step
   * that is walked twice is drawn once.
   * @param {(piece: number) => number} kind
   * @param {number} kinds
   * @returns {Path2D[]}
   */
  paths(kind, kinds) {
    const { fromX, fromY, toX, toY } = this;
    const paths = Array.from({ length: kinds }, () => new Path2D());
    const drawn = paths.map(() => new Set());
    const ends = new Int32Array(kinds).fill(-1);
    for (let n = 0; n < this.count; n++) {
      const of = kind(this.of[n]) - 1;
      if (of < 0) continue;
      const ways = [[fromX[n], fromY[n]], [toX[n], toY[n]]].map(([x, y]) => `${x} ${y}`);
      const [onward, back] = [ways.join(), ways.reverse().join()];
      if (drawn[of].has(onward) || drawn[of].has(back)) continue;
      drawn[of].add(onward);
      const last = ends[of];
      if (last < 0 || toX[last] !== fromX[n] || toY[last] !== fromY[n]) paths[of].moveTo(...this._place(fromX[n], fromY[n]));
      paths[of].lineTo(...this._place(toX[n], toY[n]));
      ends[of] = n;
    }
    return paths;
  }

  /**
   * Where a half pixel lies on the page's grid.
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]}
   */
  _place(x, y) {
    return [(x * this.half - this.phaseX) / this.k, (y * this.half + this.phaseY) / this.k];
  }

  /**
   * A picture of the steps in view: `squares(piece)` are sides, in half pixels, and values from 1 to 3 of the squares
   * that are laid on each, the highest on top; `inks` are the colours of the values. Null where nothing is in view.
   * @param {CanvasView} view
   * @param {(piece: number) => number[][] | null} squares
   * @param {number[][]} inks red, green, blue and alpha, 0 … 255, of each value
   * @returns {{image: ImageData, x: number, y: number, scale: number} | null}
   */
  picture(view, squares, inks) {
    const { half } = this;
    const [left, top] = [view.tx - this.phaseX, view.ty - this.phaseY];
    const even = (/** @type {number} */ n) => 2 * Math.floor(n / 2);
    const west = even(Math.max(this.bounds[0], Math.floor(-left / half))) - RIM;
    const south = even(Math.max(this.bounds[1], Math.floor((top - view.height) / half))) - RIM;
    const wide = even(Math.min(this.bounds[2], Math.ceil((view.width - left) / half)) + 1) + RIM - west;
    const high = even(Math.min(this.bounds[3], Math.ceil(top / half)) + 1) + RIM - south;
    if (wide < 2 * RIM || high < 2 * RIM) return null;
    const cells = new Uint8Array(wide * high);
    this._lay({ cells, wide, high, west, north: south + high }, squares);
    const fold = view.pixels < SHARP ? 2 : 1;
    const image = fold === 2 ? quartered(cells, wide, high, inks) : coloured(cells, wide, high, inks);
    return { image, x: left + west * half, y: top - (south + high) * half, scale: fold * half };
  }

  /**
   * @param {{cells: Uint8Array, wide: number, high: number, west: number, north: number}} sheet
   * @param {(piece: number) => number[][] | null} squares
   */
  _lay({ cells, wide, high, west, north }, squares) {
    const { fromX, fromY, toX, toY, of } = this;
    /** @type {number[][] | null} */
    let laid = null;
    let before = -1;
    for (let n = 0; n < this.count; n++) {
      if (of[n] !== before) {
        const next = squares(of[n]);
        const onward = next === laid && n && toX[n - 1] === fromX[n] && toY[n - 1] === fromY[n];
        [laid, before] = [next, of[n]];
        if (laid && !onward) lay(cells, wide, high, fromX[n] - west, north - fromY[n], laid);
      }
      if (!laid) continue;
      const [dx, dy] = [toX[n] - fromX[n], toY[n] - fromY[n]];
      const steps = Math.max(Math.abs(dx), Math.abs(dy));
      for (let s = 1; s <= steps; s++) {
        const x = fromX[n] + Math.round((s * dx) / steps);
        const y = fromY[n] + Math.round((s * dy) / steps);
        lay(cells, wide, high, x - west, north - y, laid);
      }
    }
  }
}

/**
 * By how much the pixels of a canvas lie off those of the page's grid.
 * @param {CanvasView} view
 */
function phases({ tx, ty, pixels }) {
  return [tx, ty].map((at) => at - pixels * Math.floor(at / pixels + SAME));
}

/**
 * Lay squares around a corner of cells; a higher value lies on a lower one.
 * @param {Uint8Array} cells
 * @param {number} wide
 * @param {number} high
 * @param {number} column
 * @param {number} row
 * @param {number[][]} squares
 */
function lay(cells, wide, high, column, row, squares) {
  if (column < RIM || row < RIM || column > wide - RIM || row > high - RIM) return;
  for (let s = 0; s < squares.length; s++) {
    const side = squares[s][0];
    const value = squares[s][1];
    let first = (row - side / 2) * wide + column - side / 2;
    for (let down = 0; down < side; down++, first += wide) {
      for (let cell = first; cell < first + side; cell++) if (cells[cell] < value) cells[cell] = value;
    }
  }
}

/**
 * One pixel for each cell.
 * @param {Uint8Array} cells
 * @param {number} wide
 * @param {number} high
 * @param {number[][]} inks
 */
function coloured(cells, wide, high, inks) {
  const image = new ImageData(wide, high);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = Uint32Array.from([0, 1, 2, 3], (value) => mixed([value], inks));
  for (let i = 0; i < cells.length; i++) pixels[i] = colours[cells[i]];
  return image;
}

/**
 * One pixel for four cells.
 * @param {Uint8Array} cells
 * @param {number} wide
 * @param {number} high
 * @param {number[][]} inks
 */
function quartered(cells, wide, high, inks) {
  const image = new ImageData(wide / 2, high / 2);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = Uint32Array.from({ length: 256 }, (_, four) => mixed([four & 3, (four >> 2) & 3, (four >> 4) & 3, four >> 6], inks));
  let at = 0;
  for (let row = 0; row < high; row += 2) {
    for (let i = row * wide; i < (row + 1) * wide; i += 2, at++) {
      const four = cells[i] | (cells[i + 1] << 2) | (cells[i + wide] << 4) | (cells[i + wide + 1] << 6);
      if (four) pixels[at] = colours[four];
    }
  }
  return image;
}

/**
 * The colour of cells side by side, as a pixel of an image.
 * @param {number[]} values
 * @param {number[][]} inks
 */
function mixed(values, inks) {
  const sum = [0, 0, 0, 0];
  for (const value of values) {
    const ink = value ? inks[value - 1] || inks[0] : [0, 0, 0, 0];
    for (let c = 0; c < 3; c++) sum[c] += ink[c] * ink[3];
    sum[3] += ink[3];
  }
  const [red, green, blue] = sum.map((part) => (sum[3] ? Math.round(part / sum[3]) : 0));
  return ((Math.round(sum[3] / values.length) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
