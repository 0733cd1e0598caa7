// How figures are written.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Stage, blend } from "../../../maps/assets/stage.js";

const leaflet = { extend: (methods) => methods };
globalThis.L = { Renderer: leaflet, Control: { Scale: leaflet } }; // what modules ask for when they are read
const { Compare } = await import("../../../maps/assets/compare.js");
const { Panel } = await import("../../../maps/assets/panel.js");

/** A page that is not there: it keeps what is written where. */
function panelOf({ band, typical = {} }) {
  const written = {};
  const panel = Object.create(Panel.prototype);
  Object.assign(panel, {
    state: { task: 0, total: 5, language: "en" }, tasks: ["detect"], head: { tasks: ["detect"], totals: [4000] },
    facts: { city: ["Hong Kong", "香港"], area: ["Here", "這裏"] },
    texts: { en: { percent: "{n}%", no_figure: "—", walk_range: "{p10} to {p90}", metres: "{n} m", step_at: "{n}", way_left_at: "at {n}" } },
    figures: { walkBand: () => band, step: () => 0, camerasHere: () => 3 },
    _typical: () => typical, _stepNote: () => "", _write: (id, content) => (written[id] = content),
  });
  globalThis.document = { querySelectorAll: () => [] };
  panel._cards(0.25);
  return written;
}

test("the card of a typical walk gives its median, and both ends of its band", () => {
  const written = panelOf({ band: { p10: 0.01, p50: 0.3, p90: 0.8 } });
  assert.equal(written["walk-seen"], "30%");
  assert.equal(written["walk-range"], "1.0% to 80%");
  assert.equal(written["streets-seen"], "25%");
  assert.equal(panelOf({ band: null })["walk-range"], "");
  assert.equal(panelOf({ band: null, typical: { answer: 0.164 } })["way-left"], "16%");
  assert.equal(panelOf({ band: null })["way-left"], "—");
  assert.equal(written["way-left-at"], "at 4,000");
});

test("a comparison's table gives each percentile of both runs its own row", () => {
  const rows = [];
  const bands = [{ p10: 0.1, p50: 0.3, p90: 0.8 }, { p10: 0.2, p50: 0.4, p90: 0.9 }];
  const views = bands.map((band) => ({
    figures: { walkBand: () => band, camerasHere: () => 1, streetShare: () => 0.5 },
  }));
  globalThis.document = { getElementById: () => ({ replaceChildren() {} }) };
  const page = Object.assign(Object.create(Compare.prototype), {
    state: { task: 0, total: 5 }, tasks: ["detect"], totals: [5], steps: [{ detect: {} }], views,
    parts: [{ share: 0 }, { share: 0 }], say: (key) => key, number: String, _write() {}, _criticalRow() {},
    _row: (name, form, values) => rows.push([name, ...values]),
  });
  page._table();
  const walks = rows.filter(([name]) => name.startsWith("two_walk"));
  assert.deepEqual(walks, [["two_walk", 0.3, 0.4], ["two_walk_p10", 0.1, 0.2], ["two_walk_p90", 0.8, 0.9]]);
});

test("shares are whole percent, tenths below ten, as Python writes them", () => {
  const stage = { say: (key, { n } = {}) => (key === "percent" ? `${n}%` : "—") };
  const write = (share) => Stage.prototype.percent.call(stage, share);
  const written = [[0, "0%"], [0.0004, "0%"], [0.0006, "0.1%"], [0.0994, "9.9%"], [0.0996, "10%"], [0.38, "38%"], [1, "100%"]];
  for (const [share, text] of written) assert.equal(write(share), text);
  assert.equal(write(null), "—");
  assert.equal(write(undefined), "—");
});

test("so many of 100 walks are neither none nor all where they are neither, as Python writes them", () => {
  const stage = { say: (key) => ({ fewer_than_one: "fewer than 1", more_than_99: "more than 99" })[key] };
  const write = (share) => Stage.prototype.ofHundred.call(stage, share);
  const written = [[0, "0"], [0.004, "fewer than 1"], [0.006, "1"], [0.16, "16"], [0.994, "99"], [0.997, "more than 99"], [1, "100"]];
  for (const [share, text] of written) assert.equal(write(share), text);
});

test("a count that is no more exact than two digits is written so", () => {
  const stage = Object.create(Stage.prototype);
  const written = [[46229, "46,000"], [1234, "1,200"], [950, "950"], [4000, "4,000"]];
  for (const [count, text] of written) assert.equal(stage.about(count), text);
});

test("the slider's stops are the totals, in equal steps", () => {
  const stage = Object.assign(Object.create(Stage.prototype), { totals: [4000, 11000, 60000], highest: 60000 });
  const places = [[0, 0], [4000, 0], [7500, 0.25], [11000, 0.5], [35500, 0.75], [60000, 1]];
  for (const [total, part] of places) assert.equal(stage.part(total), part);
  for (const [total, part] of places.slice(1)) assert.equal(stage._totalAt(part), total);
  assert.equal(Object.assign(Object.create(Stage.prototype), { totals: [60000] }).part(60000), 1);
});

test("what the count comes to is of walks, at the nearest total that was simulated", () => {
  const result = (total, answer) => {
    const page = Object.assign(Object.create(Panel.prototype), {
      state: { task: 0, total }, head: { tasks: ["detect"], totals: [4000, 60000] },
      figures: { step: (n) => (n < 4000 ? -1 : n < 60000 ? 0 : 1), streetShare: () => 0.5 },
      _typical: () => ({ answer }), number: String, percent: () => "half",
      say: (key, values = {}) => [key, ...Object.values(values)].join(" "),
    });
    return page._result();
  };
  assert.equal(result(60000, 0.19), "dial_walks 19");
  assert.equal(result(9000, 0.92), "dial_walks 92 (way_left_at 4000)");
  assert.equal(result(100, 0.92), "dial_streets half");
  assert.equal(result(60000, null), "dial_streets half");
});

test("a ramp's colours are met at its ends and mixed between", () => {
  const ramp = ["#000000", "#804020", "#ffffff"];
  assert.equal(blend(ramp, 0), "#000000");
  assert.equal(blend(ramp, 0.5), "#804020");
  assert.equal(blend(ramp, 1), "#ffffff");
  assert.equal(blend(ramp, 0.25), "#402010");
});
