// A city's streets from far away, on a canvas: unseen ones, seen ones in their inks, footbridges over them.

import { Coarse } from "./coarse.js";
import { RAISED, ROOFED, runStarts } from "./payload.js";

const OPEN = [[2, 1]]; // a square of a pixel
const SEEN = [[4, 1], [2, 2]]; // the same where the wider paper around it takes away what is unseen
const FRESH = [[4, 1], [2, 3]];

export class Afar {
  /**
   * @param {Columns} columns
   * @param {CanvasView} view
   * @param {Uint8Array} level of each piece, 1 on footbridges
   */
  constructor(columns, view, level) {
    this.coarse = new Coarse(columns, view);
    this.level = level;
    this.form = formOfPieces(columns);
    const [roofed, raised] = this.coarse.paths((i) => (this.form[i] & RAISED ? 2 : this.form[i] & ROOFED ? 1 : 0), 2);
    this.roofed = roofed;
    this.raised = raised;
    this.canvas = document.createElement("canvas");
  }

  /** @param {CanvasView} view */
  fits(view) {
    return this.coarse.fits(view);
  }

  /**
   * All streets in the open, as if unseen.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {string} colour
   * @param {number} alpha
   */
  paintOpen(context, view, colour, alpha) {
    const closed = RAISED | ROOFED;
    this._paint(context, view, (i) => (this.form[i] & closed ? null : OPEN), [colour], alpha);
  }

  /**
   * What is seen below footbridges; `kind` of a piece is 1 where it is seen by the first number of cameras, 2 only since.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {(piece: number) => number} kind
   * @param {Colours} colours
   */
  paintInks(context, view, kind, { paper, inkSeen, inkFresh }) {
    const squares = [null, SEEN, FRESH];
    this._paint(context, view, (i) => (this.level[i] ? null : squares[kind(i)]), [paper, inkSeen, inkFresh], 1);
  }

  /**
   * Paths of what is seen on footbridges.
   * @param {(piece: number) => number} kind
   */
  over(kind) {
    const [seen, fresh] = this.coarse.paths((i) => (this.level[i] ? kind(i) : 0), 2);
    return { seen, fresh };
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {(piece: number) => number[][] | null} squares
   * @param {string[]} colours
   * @param {number} alpha
   */
  _paint(context, view, squares, colours, alpha) {
    const found = this.coarse.picture(view, squares, colours.map(channels));
    if (!found) return;
    const { image, x, y, scale } = found;
    [this.canvas.width, this.canvas.height] = [image.width, image.height];
    const sheet = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    sheet.putImageData(image, 0, 0);
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = alpha;
    context.drawImage(this.canvas, Math.round(x), Math.round(y), scale * image.width, scale * image.height);
    context.restore();
  }
}

/**
 * Bits of `edge_form` of every piece.
 * @param {Columns} columns
 */
function formOfPieces({ edge_form: forms, edge_pieces: counts, piece_length: { length } }) {
  const starts = runStarts(counts);
  const found = new Uint8Array(length);
  for (let edge = 0; edge < counts.length; edge++) if (forms[edge]) found.fill(forms[edge], starts[edge], starts[edge + 1]);
  return found;
}

/** @type {Map<string, number[]>} */
const CHANNELS = new Map();

/**
 * Red, green, blue and alpha of a colour of the style sheet.
 * @param {string} colour
 */
function channels(colour) {
  const found = CHANNELS.get(colour);
  if (found) return found;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const read = [...context.getImageData(0, 0, 1, 1).data];
  CHANNELS.set(colour, read);
  return read;
}
