// Seen streets on a canvas, kept as pictures while only the slider moves. A class below the slider
// is whole and does not change, so its picture is painted once for a view; of the class that grows,
// only the last few pieces are painted anew. What is shown depends on the state alone, never on how
// it was reached: pieces are stroked in batches of fixed size, and one picture is not built on another.

import { upTo } from "./payload.js";
import { FIELD_ZOOM, HEAD_ZOOM } from "./zooms.js";

const MOST_PIXELS = 24e6; // of whole classes kept: 96 MB

export class Seen {
  /**
   * `path(from, to)` is of pieces in that order.
   * @param {Order} order
   * @param {number[]} classes
   * @param {(from: number, to: number) => Path2D} path
   */
  constructor(order, classes, path) {
    this.order = order;
    this.classes = classes;
    this.path = path;
    this.batch = 2048;
    /** @type {Map<string, Path2D>} */
    this.batches = new Map();
    /** @type {Map<number, Pictures>} */
    this.whole = new Map();
    /** @type {Growing | null} */
    this.growing = null;
  }

  /** Forget pictures of another view, task or theme; let their memory go at once. */
  drop() {
    for (const pictures of this.whole.values()) this._free(pictures);
    this.whole.clear();
    if (this.growing) this._free(this.growing);
    this.growing = null;
  }

  /** @param {Pictures} pictures */
  _free(pictures) {
    for (const { canvas } of Object.values(pictures.sheets)) canvas.width = canvas.height = 0;
  }

  /**
   * Paint the pieces first seen by `total` on a canvas. `pen` strokes: see `Pen`.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Pen} pen
   * @param {number} total
   */
  paint(context, view, pen, total) {
    const place = this.classes.filter((end) => end <= total).length;
    const end = upTo(this.order.rank, total);
    const from = this._from(place);
    if (this.order.pieces.length <= 2 * this.batch) { // stroked as fast as a picture is copied
      this._direct(context, pen, place, end);
      return;
    }
    const last = from + this.batch * Math.floor((end - from) / this.batch);
    const whole = place ? this._whole(view, pen, place) : null;
    const growing = last > from ? this._grown(view, pen, place, from, last) : null;
    const rest = last < end ? this.path(last, end) : null;
    if (pen.rims) {
      if (whole && whole.sheets.rims) this._copy(context, whole.sheets.rims, 1);
      if (growing && growing.sheets.rims) this._copy(context, growing.sheets.rims, pen.rimAlpha);
      if (rest) pen.rim(context, rest, place, pen.rimAlpha);
    }
    if (growing) this._copy(context, growing.sheets.lights, 1);
    if (rest) pen.light(context, rest, place);
    if (whole) this._copy(context, whole.sheets.lights, 1);
  }

  /** @param {number} place */
  _from(place) {
    return place ? this.order.ends[place - 1] : 0;
  }

  /**
   * The path of a stretch that is always stroked as one: a whole class, or a batch.
   * @param {number} from
   * @param {number} to
   * @returns {Path2D}
   */
  _fixed(from, to) {
    const key = `${from} ${to}`;
    const known = this.batches.get(key);
    const path = known || this.path(from, to);
    if (!known) this.batches.set(key, path);
    return path;
  }

  /**
   * Whole classes below `place`: all rims, then lights, streets seen first on top.
   * @param {number} place
   * @param {Pen} pen
   * @param {CanvasRenderingContext2D | null} rims
   * @param {CanvasRenderingContext2D} lights
   */
  _strokes(place, pen, rims, lights) {
    /** @type {(i: number) => Path2D} */
    const whole = (i) => this._fixed(this._from(i), this.order.ends[i]);
    if (rims) for (let i = 0; i < place; i++) pen.rim(rims, whole(i), i, pen.rimAlpha);
    for (let i = place - 1; i >= 0; i--) pen.light(lights, whole(i), i);
  }

  /**
   * The same without pictures.
   * @param {CanvasRenderingContext2D} context
   * @param {Pen} pen
   * @param {number} place
   * @param {number} end
   */
  _direct(context, pen, place, end) {
    /** @type {(i: number) => Path2D} */
    const whole = (i) => this._fixed(this._from(i), this.order.ends[i]);
    const rest = end > this._from(place) ? this.path(this._from(place), end) : null;
    if (pen.rims) for (let i = 0; i < place; i++) pen.rim(context, whole(i), i, pen.rimAlpha);
    if (pen.rims && rest) pen.rim(context, rest, place, pen.rimAlpha);
    if (rest) pen.light(context, rest, place);
    for (let i = place - 1; i >= 0; i--) pen.light(context, whole(i), i);
  }

  /**
   * @param {CanvasView} view
   * @param {Pen} pen
   * @param {number} place
   * @returns {Pictures}
   */
  _whole(view, pen, place) {
    const known = this.whole.get(place);
    this.whole.delete(place);
    const found = known || { sheets: this._sheets(view, pen) };
    const { rims, lights } = found.sheets;
    if (!known) this._strokes(place, pen, rims || null, lights);
    this.whole.set(place, found); // the last used stand last
    const each = view.width * view.height * Object.keys(found.sheets).length;
    for (const [oldest, pictures] of this.whole) {
      if (this.whole.size * each <= MOST_PIXELS || oldest === place) break;
      this._free(pictures);
      this.whole.delete(oldest);
    }
    return found;
  }

  /**
   * The batches of the growing class up to piece `last`: added to, or begun anew when it shrinks.
   * @param {CanvasView} view
   * @param {Pen} pen
   * @param {number} place
   * @param {number} from
   * @param {number} last
   * @returns {Growing}
   */
  _grown(view, pen, place, from, last) {
    if (!this.growing) this.growing = { sheets: this._sheets(view, pen), place, last: from };
    const { growing } = this;
    const { rims, lights } = growing.sheets;
    if (growing.place !== place || growing.last > last) {
      for (const sheet of Object.values(growing.sheets)) {
        sheet.setTransform(1, 0, 0, 1, 0, 0);
        sheet.clearRect(0, 0, view.width, view.height);
        view.toGrid(sheet);
      }
      Object.assign(growing, { place, last: from });
    }
    for (; growing.last < last; growing.last += this.batch) {
      const path = this._fixed(growing.last, growing.last + this.batch);
      if (rims) pen.rim(rims, path, place, 1); // thinned when copied, so that batches do not add up
      pen.light(lights, path, place);
    }
    return growing;
  }

  /**
   * Empty canvases as large as the view's, one for rims where it has any.
   * @param {CanvasView} view
   * @param {Pen} pen
   * @returns {Pictures["sheets"]}
   */
  _sheets(view, pen) {
    const sheet = () => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [view.width, view.height];
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      view.toGrid(context);
      return context;
    };
    return pen.rims ? { lights: sheet(), rims: sheet() } : { lights: sheet() };
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasRenderingContext2D} copied
   * @param {number} alpha
   */
  _copy(context, { canvas }, alpha) {
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = alpha;
    context.drawImage(canvas, 0, 0);
    context.restore();
  }
}

/** How a seen street is stroked in a view: its colour's class, on a dark rim by day, in a glow by night. */
export class Pen {
  /**
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {number} width
   */
  constructor(view, colours, width) {
    this.colours = colours;
    this.width = width;
    this.pixel = view.pixels / view.k;
    this.rims = view.zoom >= HEAD_ZOOM; // a whole city: a rim would be mud, and cost a second stroke
    this.rimAlpha = colours.glow || 1;
    /** @type {CanvasLineJoin} */
    this.lineJoin = view.zoom < HEAD_ZOOM ? "bevel" : "round";
    /** @type {CanvasLineCap} */
    this.lineCap = view.zoom >= FIELD_ZOOM ? "round" : "butt";
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Path2D} path
   * @param {number} place
   * @param {number} alpha
   */
  rim(context, path, place, alpha) {
    const { glow, casing, classes } = this.colours;
    this._stroke(context, path, glow ? classes[place] : casing, glow ? 2.6 * this.width : this.width + 1, alpha);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Path2D} path
   * @param {number} place
   */
  light(context, path, place) {
    this._stroke(context, path, this.colours.classes[place], this.width, 1);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Path2D} path
   * @param {string} colour
   * @param {number} pixels
   * @param {number} alpha
   */
  _stroke(context, path, colour, pixels, alpha) {
    context.lineJoin = this.lineJoin;
    context.lineCap = this.lineCap;
    context.globalAlpha = alpha;
    context.strokeStyle = colour;
    context.lineWidth = pixels * this.pixel;
    context.stroke(path);
    context.globalAlpha = 1;
  }
}
