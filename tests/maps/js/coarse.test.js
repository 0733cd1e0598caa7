// Streets from far away: snapped to half pixels, laid as squares, nothing of a kind left out.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Coarse } from "../../../maps/assets/coarse.js";

globalThis.Path2D = class {
  constructor() {
    this.lines = [];
  }

  moveTo(...place) {
    this.lines.push([place]);
  }

  lineTo(...place) {
    this.lines[this.lines.length - 1].push(place);
  }
};

globalThis.ImageData = class {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
  }
};

const INKS = [[0, 0, 255, 255], [255, 0, 0, 255], [0, 255, 0, 255]];
const ints = (values) => Int32Array.from(values);

/** A canvas on which so many steps of the grid are a pixel, its lower left corner at the grid's. */
const viewAt = (step, pixels = 1, [left, up] = [0, 0]) => ({
  k: pixels / step, tx: left, ty: 20 * pixels + up, pixels, width: 20 * pixels, height: 20 * pixels, zoom: 10,
});

/** Streets of pieces, each [[x, y], …] along an axis; on the next piece a street goes on. */
function coarseOf(streets, view) {
  const lines = streets.map((street) => street.flatMap((piece, i) => (i ? piece.slice(1) : piece)));
  const along = (piece) => piece.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - piece[i][0], y - piece[i][1]), 0);
  const columns = {
    edge_points: ints(lines.map((line) => line.length)), edge_pieces: ints(streets.map((street) => street.length)),
    edge_x: ints(lines.flat().map(([x]) => x)), edge_y: ints(lines.flat().map(([, y]) => y)),
    piece_length: Float64Array.from(streets.flat(), along),
  };
  return new Coarse(columns, view);
}

/** What is painted of an image, as [x, y, alpha] of its pixels from the lower left corner of the view. */
function paintedOf(found, view) {
  const { image, x, y, scale } = found;
  const painted = [];
  for (let p = 0; p < image.width * image.height; p++) {
    const alpha = image.data[4 * p + 3];
    const [column, row] = [p % image.width, Math.floor(p / image.width)];
    if (alpha) painted.push([x + column * scale, view.height - (y + (row + 1) * scale), alpha]);
  }
  return painted;
}

test("what is shorter than half a pixel is not drawn, and what leads on is one line", () => {
  const short = [[0, 0], [1, 0]];
  const street = [[[0, 0], [4, 0]], [[4, 0], [9, 0]], [[9, 0], [21, 0]]];
  const [path] = coarseOf([street, [short]], viewAt(20)).paths(() => 1, 1);
  assert.deepEqual(path.lines, [[[0, 0], [10, 0], [20, 0]]]);
});

test("two streets side by side are drawn once, whichever way they run; of two kinds both are", () => {
  const streets = [[[[0, 0], [30, 0]]], [[[30, 1], [0, 1]]], [[[0, 0], [10, 10]]], [[[10, 9], [1, 0]]]];
  const coarse = coarseOf(streets, viewAt(20));
  const drawn = (paths) => paths.map(({ lines }) => lines.reduce((steps, line) => steps + line.length - 1, 0));
  assert.deepEqual(drawn(coarse.paths(() => 1, 1)), [2]);
  assert.deepEqual(drawn(coarse.paths((piece) => 1 + (piece % 2), 2)), [2, 2]);
  assert.deepEqual(drawn(coarse.paths((piece) => (piece === 2 ? 1 : 0), 1)), [1]);
});

test("a street is as wide as a pixel, wherever the page's grid lies on the screen's", () => {
  for (const shift of [[0, 0], [0.25, 0.75], [-1.4, 3]]) {
    const view = viewAt(10, 1, shift);
    const found = coarseOf([[[[20, 50], [60, 50]]]], view).picture(view, () => [[2, 1]], INKS);
    const area = paintedOf(found, view).reduce((sum, [, , alpha]) => sum + alpha / 255, 0);
    assert.ok(Math.abs(area - 5) < 0.51, `${area}`); // four pixels long, with its ends
    const west = Math.min(...paintedOf(found, view).map(([x]) => x));
    assert.ok(Math.abs(west - (2 - 0.5 + shift[0])) <= 1, `${west}`);
  }
});

test("a long straight step is laid without a gap, and paper lies below ink", () => {
  const view = viewAt(10);
  const coarse = coarseOf([[[[0, 0], [150, 70]]], [[[0, 70], [150, 0]]]], view);
  const found = coarse.picture(view, (piece) => (piece ? [[4, 1], [2, 3]] : [[4, 1], [2, 2]]), INKS);
  const columns = new Set(paintedOf(found, view).map(([x]) => x));
  for (let x = 0; x < 15; x++) assert.ok(columns.has(x));
  const { data } = found.image;
  const pure = [0, 1, 2].map((channel) => {
    let most = 0;
    for (let p = 0; p < data.length; p += 4) if (data[p + 3]) most = Math.max(most, data[p + channel]);
    return most;
  });
  assert.deepEqual(pure, [255, 255, 255]); // of each ink, and of the paper, some is left whole
});

test("on a sharp screen a pixel is a square of its own; what is left out is not laid", () => {
  const view = viewAt(10, 2);
  const coarse = coarseOf([[[[20, 50], [60, 50]]], [[[20, 80], [60, 80]]]], view);
  const found = coarse.picture(view, (piece) => (piece ? null : [[2, 1]]), INKS);
  assert.equal(found.scale, 1);
  assert.equal(paintedOf(found, view).length, 2 * 10);
  assert.ok(paintedOf(found, view).every(([, , alpha]) => alpha === 255));
});

test("only what is in view is painted, and a page without streets has nothing to draw", () => {
  const view = viewAt(10);
  const coarse = coarseOf([[[[-5000, 50], [5000, 50]]]], view);
  const { image } = coarse.picture(view, () => [[2, 1]], INKS);
  assert.ok(image.width < 30 && image.height < 10);
  assert.equal(coarse.picture({ ...view, tx: -90000 }, () => [[2, 1]], INKS), null);
  assert.equal(coarse.fits({ ...view, tx: view.tx + 7 }), true);
  assert.equal(coarse.fits({ ...view, tx: view.tx + 0.5 }), false);
  const none = coarseOf([], view);
  assert.deepEqual(none.paths(() => 1, 1)[0].lines, []);
  assert.equal(none.picture(view, () => [[2, 1]], INKS), null);
});
