// What is painted depends on what is shown, never on how it was reached.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Pen, Seen } from "../../../maps/assets/seen.js";

const classes = [4, 8, 12];
const rank = Int32Array.from({ length: 60 }, (_, i) => 1 + Math.floor(i / 5));
const order = { pieces: Int32Array.from(rank, (_, i) => i), rank, ends: [20, 40, 60] };
const view = { k: 1, pixels: 1, zoom: 16, width: 10, height: 10, toGrid() {} };
const colours = { glow: 0, casing: "rim", classes: ["a", "b", "c"] };

/** A canvas that keeps the pieces stroked on it, by colour, last stroke last. */
class Canvas {
  constructor() {
    this.canvas = this;
    this.strokes = [];
  }

  getContext() {
    return this;
  }

  stroke(path) {
    for (const piece of path) this.strokes.push(`${this.strokeStyle} ${piece}`);
  }

  drawImage(other) {
    this.strokes.push(...other.strokes);
  }

  clearRect() {
    this.strokes = [];
  }

  save() {}

  restore() {}

  setTransform() {}
}

globalThis.document = { createElement: () => new Canvas() };
const path = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);

function painted(seen, total) {
  const canvas = new Canvas();
  seen.paint(canvas, view, new Pen(view, colours, 2), total);
  return canvas.strokes;
}

/** With pictures where `batch` is small, without where it is large. */
function made(batch) {
  const seen = new Seen(order, classes, path);
  seen.batch = batch;
  return seen;
}

test("all pieces seen by a total, and no other, are lit in the colour of their class", () => {
  for (let total = 0; total <= 13; total++) {
    const lit = new Set(painted(made(2048), total).filter((stroke) => !stroke.startsWith("rim")));
    const expected = order.pieces.filter((i) => rank[i] <= total);
    assert.deepEqual(lit, new Set(Array.from(expected, (i) => `${"abc"[Math.floor((rank[i] - 1) / 4)]} ${i}`)));
  }
});

test("pictures show what strokes do, however the slider came there", () => {
  const kept = made(3);
  for (const total of [12, 3, 7, 8, 6, 11, 0, 5, 5, 9, 12, 1, 12]) {
    const lights = (strokes) => strokes.filter((stroke) => !stroke.startsWith("rim")).sort();
    assert.deepEqual(lights(painted(kept, total)), lights(painted(made(2048), total)), `${total}`);
    assert.deepEqual(painted(kept, total), painted(made(3), total), `${total}`);
  }
});

test("streets seen first lie on top", () => {
  const lights = painted(made(2048), 12).filter((stroke) => !stroke.startsWith("rim"));
  assert.ok(lights.lastIndexOf("c 59") < lights.indexOf("b 20"));
  assert.ok(lights.lastIndexOf("b 39") < lights.indexOf("a 0"));
});

test("a pen has no rims where the whole city is shown", () => {
  assert.ok(new Pen({ ...view, zoom: 16 }, colours, 2).rims);
  assert.ok(!new Pen({ ...view, zoom: 11 }, colours, 2).rims);
});
