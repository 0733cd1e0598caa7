// Water, green ground and names: what is painted, in which order, at which zoom, in which language.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Labels } from "../../../maps/assets/labels.js";
import { Scene } from "../../../maps/assets/scene.js";

globalThis.Path2D = class {
  constructor() {
    this.parts = [];
  }

  addPath(path) {
    this.parts.push(path);
  }
};

/** A canvas that notes what is filled, stroked and written, and with what. */
function canvas() {
  const done = [];
  const context = {
    done, setLineDash() {}, save() {}, restore() {}, translate(x, y) { this.at = [x, y]; }, rotate() {}, beginPath() {},
    arc(x, y, radius) { this.ring = [x, y, radius]; }, clip() {}, strokeText() {}, setTransform() {},
    measureText: (text) => ({ width: 6 * text.length }),
    fill(path) { if (path) done.push(["fill", this.fillStyle]); },
    stroke(path) { done.push(path ? ["stroke", this.strokeStyle] : ["ring", ...this.ring]); },
    fillText(text) { done.push(["text", text, ...this.at, this.font]); },
  };
  return context;
}

const colours = new Proxy({}, { get: (_, name) => String(name) });

/** A window of 800 × 600 pixels in which a step of the grid is a pixel, on a canvas 15 % wider on each side. */
const viewAt = (zoom) => ({
  k: 1, tx: 120, ty: 690, zoom, pixels: 1, width: 1040, height: 780, left: -120, toScreen() {}, toGrid() {},
});

function labelsOf(places) {
  return new Labels({ places, names: [] }, { edge_points: [], edge_name: [] });
}

function painted(places, zoom, language = "en") {
  const context = canvas();
  labelsOf(places).paint(context, viewAt(zoom), colours, language);
  return context.done;
}

const words = (done) => done.filter(([what]) => what === "text").map(([, text]) => text);
const at = (kind, name, x, y) => ({ kind, name: [name, `中${name}`], at: [x, y] });

test("water, then buildings, then green ground, all below the streets", () => {
  const context = canvas();
  const scene = {
    water: {}, green: {}, blocks: { value: {} }, ground: { value: { open: {}, roofed: {} } }, width: () => 1, _paintOutlines() {}, afar: () => null,
  };
  Scene.prototype.paintGround.call(scene, context, viewAt(14), colours, { ramp: false });
  assert.deepEqual(context.done, [
    ["fill", "water"], ["fill", "block"], ["fill", "green"], ["stroke", "inkUnseen"], ["stroke", "unseen"],
  ]);
  const distant = canvas();
  const streets = { roofed: {}, paintOpen: (canvas, view, colour) => canvas.done.push(["picture", colour]) };
  const afar = { ...scene, blocks: null, ground: null, afar: () => streets };
  Scene.prototype.paintGround.call(afar, distant, viewAt(10), colours, { ramp: false });
  assert.deepEqual(distant.done.map(([how]) => how), ["fill", "fill", "picture", "stroke"]);
});

test("names are in the page's language, and Chinese ones do not slope", () => {
  const places = [at("harbour", "Harbour", 300, 300)];
  const [[, english, , , slanted], [, chinese, , , upright]] = ["en", "zh"].map((tongue) => painted(places, 14, tongue)[0]);
  assert.deepEqual([english, chinese], ["Harbour", "中Harbour"]);
  assert.match(slanted, /^italic/);
  assert.doesNotMatch(upright, /italic/);
});

test("each kind of name has its zooms", () => {
  const places = [
    at("harbour", "H", 100, 100), at("bay", "B", 200, 100), at("island", "I", 300, 100), at("suburb", "S", 400, 100),
    at("neighbourhood", "N", 500, 100), at("park", "P", 600, 100), at("landmark", "L", 700, 100),
  ];
  const shown = (zoom) => words(painted(places, zoom)).join("");
  assert.deepEqual([10, 12, 14, 15.75, 17].map(shown), ["HI", "HBIS", "HBSN", "HBSNP", "HBPL"]);
});

test("a station has a ring at every zoom, and its name below it, above it, or not at all", () => {
  const one = painted([at("station", "One", 300, 300)], 14);
  assert.equal(one[0][0], "ring");
  assert.ok(one[1][3] > one[0][2]);
  const near = [at("station", "One", 300, 300), at("station", "Two", 310, 320), at("station", "Three", 305, 292)];
  const done = painted(near, 14);
  assert.equal(done.filter(([what]) => what === "ring").length, 3);
  assert.equal(words(done).length, 2);
  const far = painted(near, 10);
  assert.deepEqual(far.map(([what]) => what), ["ring", "ring", "ring"]);
  assert.ok(far[0][3] < done[0][3]);
});

test("a harbour's name is written where it fits the window, and again only far away", () => {
  const places = [at("harbour", "Harbour", -10, 300), at("harbour", "Harbour", 790, 200)];
  assert.deepEqual(words(painted(places, 14)), []);
  const more = [at("harbour", "Harbour", 100, 300), at("harbour", "Harbour", 200, 300), at("harbour", "Harbour", 700, 300)];
  assert.equal(words(painted(more, 14)).length, 2);
});

test("no two names lie on each other", () => {
  const crowd = Array.from({ length: 60 }, (_, i) => at("suburb", `Quarter ${i}`, 300 + 3 * (i % 8), 300 + 2 * i));
  const boxes = painted(crowd, 13).map(([, text, x, y]) => [x - 3 * text.length, y - 6, x + 3 * text.length, y + 6]);
  assert.ok(boxes.length > 2 && boxes.length < 20);
  for (const a of boxes) {
    for (const b of boxes) assert.ok(a === b || a[0] >= b[2] || b[0] >= a[2] || a[1] >= b[3] || b[1] >= a[3]);
  }
});
