// Names of streets and places, written where there is room. It knows nothing of what is seen.

import { FONT } from "./languages.js";
import { Later } from "./later.js";
import { WIDE, runStarts } from "./payload.js";
import { EVERY_STREET_ZOOM, MAIN_STREET_ZOOM, NAME_ZOOMS, RING_ZOOM, STATION_ZOOM } from "./zooms.js";

const SPREAD = new Set(["harbour", "bay", "island"]); // may be written in several places
const LATIN = /^[ -\u024f]*$/;
const EDGES_AT_ONCE = 1 << 10;
const APART = 320; // pixels between two that say the same, such as a harbour's name

export class Labels {
  /**
   * @param {Head} head
   * @param {Columns} columns
   */
  constructor(head, columns) {
    this.head = head;
    this.columns = columns;
    /** Of a city's far picture no street is named. @type {Later<Street[]>} */
    this.stretches = new Later(() => this._stretches());
    /** @type {Map<string, string> | null} */
    this.shares = null;
  }

  /**
   * Per name: straight stretches of streets that bear it, [x0, y0, x1, y1]; longest names first.
   * @returns {Generator<void, Street[]>}
   */
  *_stretches() {
    const c = this.columns;
    const points = runStarts(c.edge_points);
    const found = new Map();
    for (let edge = 0; edge < c.edge_name.length; edge++) {
      if (edge % EDGES_AT_ONCE === 0) yield;
      const name = c.edge_name[edge];
      if (!this.head.names[name][0]) continue;
      if (!found.has(name)) found.set(name, { name, wide: 0, length: 0, parts: [] });
      const street = found.get(name);
      street.wide = Math.max(street.wide, c.edge_form[edge] & WIDE);
      for (let p = points[edge]; p < points[edge + 1] - 1; p++) {
        const part = [c.edge_x[p], c.edge_y[p], c.edge_x[p + 1], c.edge_y[p + 1]];
        street.length += Math.hypot(part[2] - part[0], part[3] - part[1]);
        street.parts.push(part);
      }
    }
    return [...found.values()].sort((a, b) => b.wide - a.wide || b.length - a.length);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {string} language
   */
  paint(context, view, colours, language) {
    const place = language === "zh" ? 1 : 0;
    /** @type {number[][]} */
    const taken = [];
    view.toScreen(context);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    this._paintPlaces(context, view, colours, place, taken);
    if (view.zoom >= MAIN_STREET_ZOOM) this._paintStreets(context, view, colours, place, taken);
  }

  /**
   * @param {number[][]} taken
   * @param {number[]} box
   */
  _free(taken, box) {
    for (const other of taken) {
      if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) {
        return false;
      }
    }
    taken.push(box);
    return true;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Colours} colours
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {number} angle
   * @param {string} colour
   * @param {string} [around]
   */
  _write(context, colours, text, x, y, angle, colour, around = colours.paper) {
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    context.strokeStyle = around;
    context.lineWidth = 3.5;
    context.strokeText(text, 0, 0);
    context.fillStyle = colour;
    context.fillText(text, 0, 0);
    context.restore();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {number} place
   * @param {number[][]} taken
   */
  _paintPlaces(context, view, colours, place, taken) {
    /** @type {Map<string, number[][]>} */
    const written = new Map();
    for (const { kind, name, at } of this.head.places) {
      if (!this._shown(kind, view)) continue;
      const x = (view.k * at[0] + view.tx) / view.pixels;
      const y = (view.ty - view.k * at[1]) / view.pixels;
      if (x < 0 || y < 0 || x > view.width / view.pixels || y > view.height / view.pixels) continue;
      const before = written.get(name[0]) || [];
      if (before.some(([otherX, otherY]) => Math.hypot(x - otherX, y - otherY) < APART)) continue;
      const share = kind === "district" && this.shares && this.shares.get(name[0]);
      const said = share ? `${name[place]} ${share}` : name[place];
      const { font, colour, text, around } = this._style(kind, said, view, colours);
      const ring = kind === "station" ? this._ring(context, view, colours, x, y) : 0;
      context.font = font;
      const half = context.measureText(text).width / 2 + 4;
      if (ring && view.zoom < STATION_ZOOM) continue;
      const below = ring && ring + 10; // a station's name stands below its ring, else above it
      const low = [below, -below].find((by) => {
        const box = [x - half, y + by - 10, x + half, y + by + 10];
        return (!SPREAD.has(kind) || this._whole(view, box)) && this._free(taken, box);
      });
      if (low === undefined) continue;
      if (ring) taken.push([x - ring, y - ring, x + ring, y + ring]);
      else if (kind !== "district") written.set(name[0], [...before, [x, y]]);
      this._write(context, colours, text, x, y + low, 0, colour, around);
    }
  }

  /**
   * Whether a box lies in the window, which the canvas is larger than on all sides.
   * @param {CanvasView} view
   * @param {number[]} box
   */
  _whole(view, box) {
    const part = -view.left / (view.width / view.pixels);
    const [wide, tall] = [view.width / view.pixels, view.height / view.pixels];
    const strip = 40; // at the foot of the window
    return box[0] >= part * wide && box[2] <= (1 - part) * wide && box[1] >= part * tall
      && box[3] <= (1 - part) * tall - strip;
  }

  /**
   * Mark a station by a ring; return its radius.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {number} x
   * @param {number} y
   */
  _ring(context, view, colours, x, y) {
    const radius = view.zoom >= RING_ZOOM ? 5.5 : 2.5;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = colours.paper;
    context.fill();
    context.lineWidth = radius / 2;
    context.strokeStyle = colours.station;
    context.stroke();
    return radius;
  }

  /**
   * Each kind of name has its zooms; what is not listed shows close by.
   * @param {string} kind
   * @param {CanvasView} view
   */
  _shown(kind, view) {
    const [from, to] = NAME_ZOOMS[kind] || [EVERY_STREET_ZOOM, Infinity];
    return view.zoom >= from && view.zoom < to;
  }

  /**
   * @param {string} kind
   * @param {string} name
   * @param {CanvasView} view
   * @param {Colours} colours
   */
  _style(kind, name, view, colours) {
    if (kind === "station") {
      const size = view.zoom >= 14.5 ? 13 : 11;
      return { font: `600 ${size}px ${FONT}`, colour: colours.station, text: name, around: colours.paper };
    }
    if (kind === "harbour" || kind === "bay") {
      const size = view.zoom >= 13 ? 13 : 11;
      const slope = LATIN.test(name) ? "italic " : ""; // Chinese type has no italics
      return { font: `${slope}500 ${size}px ${FONT}`, colour: colours.waterName, text: name, around: colours.water };
    }
    if (kind === "park") {
      return { font: `500 11px ${FONT}`, colour: colours.greenName, text: name, around: colours.green };
    }
    if (kind in NAME_ZOOMS && kind !== "district") {
      const size = kind === "island" ? 14 : 12;
      return { font: `500 ${size}px ${FONT}`, colour: colours.outline, text: name, around: colours.paper };
    }
    if (kind === "district") {
      // Thin spaces set a district apart from a station of the same name.
      const text = [...name.toUpperCase()].join("\u200a");
      return { font: `500 11px ${FONT}`, colour: colours.outline, text, around: colours.paper };
    }
    return { font: `500 11px ${FONT}`, colour: colours.label, text: name, around: colours.paper };
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {number} place
   * @param {number[][]} taken
   */
  _paintStreets(context, view, colours, place, taken) {
    const close = view.zoom >= EVERY_STREET_ZOOM;
    for (const street of this.stretches.value) {
      if (!close && !street.wide) continue;
      const text = this.head.names[street.name][place];
      context.font = `${close && street.wide ? 600 : 400} ${close ? 12 : 10.5}px ${FONT}`;
      const width = context.measureText(text).width;
      const best = this._longestInView(view, street.parts);
      if (!best || best.inView < width * (close ? 1.1 : 4)) continue;
      const { x, y, angle } = best;
      const halfX = (Math.abs(Math.cos(angle)) * width) / 2 + 7;
      const halfY = (Math.abs(Math.sin(angle)) * width) / 2 + 7;
      if (!this._free(taken, [x - halfX, y - halfY, x + halfX, y + halfY])) continue;
      this._write(context, colours, text, x, y, angle, colours.label);
    }
  }

  /**
   * The longest stretch whose middle is on the canvas, and how much of the street is.
   * @param {CanvasView} view
   * @param {Stretch[]} parts
   */
  _longestInView(view, parts) {
    let inView = 0;
    let longest = 0;
    let best = null;
    for (const [x0, y0, x1, y1] of parts) {
      const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
      if (x < view.west || x > view.east || y < view.south || y > view.north) continue;
      const length = (Math.hypot(x1 - x0, y1 - y0) * view.k) / view.pixels;
      inView += length;
      if (length <= longest) continue;
      longest = length;
      best = { x0, y0, x1, y1, x, y };
    }
    if (!best) return null;
    let angle = -Math.atan2(best.y1 - best.y0, best.x1 - best.x0);
    if (angle > Math.PI / 2) angle -= Math.PI;
    if (angle < -Math.PI / 2) angle += Math.PI;
    return {
      inView, angle,
      x: (view.k * best.x + view.tx) / view.pixels,
      y: (view.ty - view.k * best.y) / view.pixels,
    };
  }
}
