// What one camera sees, in a street small enough to measure by hand: pixels, tasks, software, walls.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Eye } from "../../../maps/assets/eye.js";

const near = (a, b, most = 1e-6) => assert.ok(Math.abs(a - b) <= most, `${a}, not ${b}`);
const of = (...values) => Int32Array.of(...values);
const head = {
  decimetre: 1, simulated: true, tasks: ["detect", "observe", "recognise", "identify"],
  software: { pupil_px: 24, pitch: 30 },
};
// a camera 3.6 m up at (50, 0) that looks north; a house from y = 60 m, 20 m wide, and one to its left
const columns = {
  head_x: of(500), head_y: of(0), head_heading: of(0), head_view: of(6000), head_mount: of(36), head_near: of(30),
  head_range_detect: of(1280), head_range_observe: of(512), head_range_recognise: of(256), head_range_identify: of(126),
  wall_points: of(4, 4), wall_x: of(400, 600, 600, 400, 300, 450, 450, 300), wall_y: of(600, 600, 700, 700, 300, 300, 310, 310),
  wall_top: of(250, 0),
};
const eye = new Eye(head, columns);

test("pixels on a person fall with the distance along the line of sight", () => {
  near(eye.pixels(0, 12.6), 250);
  near(eye.pixels(0, 0), (250 * Math.hypot(12.6, 2)) / 2);
  near(eye.pixels(0, 25.6), (250 * Math.hypot(12.6, 2)) / Math.hypot(25.6, 2));
});

test("the task is the strictest whose range holds the person, beyond the near limit", () => {
  const tasks = [2, 3, 12.6, 12.7, 25.6, 40, 60, 128, 129].map((metres) => eye.task(0, metres));
  assert.deepEqual(tasks, [-1, 3, 3, 2, 2, 1, 0, 0, -1]);
});

test("software reads a face where it is near enough and not too far below", () => {
  const slant = (250 * Math.hypot(12.6, 2) * 0.063) / 24;
  const [from, to] = eye.software(0);
  near(from, 2 / Math.tan(Math.PI / 6));
  near(to, Math.sqrt(slant * slant - 4));
  const strict = new Eye({ ...head, software: { pupil_px: 100, pitch: 15 } }, columns);
  assert.equal(strict.software(0), null);
  assert.equal(new Eye({ ...head, software: null }, columns).software(0), null);
});

test("each column meets the first wall on its line, as the formula has it", () => {
  const hits = eye.look(0);
  assert.equal(hits.length, 240);
  near(hits[120].away, 60, 0.01);
  assert.equal(hits[120].ring, 0);
  near(eye.free(0), 59.5, 0.01);
  const focal = 120 / Math.tan(Math.PI / 6);
  hits.forEach(({ away, ring }, ray) => {
    const slope = (ray + 0.5 - 120) / focal; // metres to the right for each metre north
    const expected = [[30, 45, 30, 1], [40, 60, 60, 0]].find(([west, east, north]) =>
      50 + slope * north > west && 50 + slope * north < east);
    const side = 50 + 30 * slope >= 45 && 50 + 31 * slope <= 45; // through the near house's side
    if (!expected || side) return;
    assert.equal(ring, expected[3], `ray ${ray}`);
    near(away, expected[2] * Math.hypot(1, slope), 1e-6);
  });
  assert.equal(hits[239].ring, -1);
});

test("heights are as mapped, or invented", () => {
  assert.equal(eye.top(0), 25);
  assert.ok(eye.top(1) >= 15);
});

test("a page that does not know where its cameras look has no eye", () => {
  assert.equal(eye.known, true);
  assert.equal(new Eye({ ...head, simulated: false }, columns).known, false);
  const less = Object.fromEntries(Object.entries(columns).filter(([name]) => name !== "head_heading"));
  assert.equal(new Eye(head, less).known, false);
});
