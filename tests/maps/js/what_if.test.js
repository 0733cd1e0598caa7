// What changes a fleet changes the page's figures by, and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Figures } from "../../../maps/assets/figures.js";
import { firstWall } from "../../../maps/assets/outline.js";
import { Ways } from "../../../maps/assets/ways.js";
import { WhatIf } from "../../../maps/assets/what_if.js";
import { square } from "./packed.js";

const TASKS = ["detect", "observe", "recognise", "identify"];
const ints = (...values) => Int32Array.from(values);
const near = (value, expected, tolerance = 1e-6) => assert.ok(Math.abs(value - expected) <= tolerance, `${value}, not ${expected}`);

/** The square town with four tasks, two cameras that look along edge 0 and edge 1, and a block in its middle. */
function town() {
  const { head, columns } = square();
  Object.assign(head, { tasks: TASKS, fixed: null, sight: { plane: [0.1, 0, 0, 0.1], decks: ["street"] } });
  for (const task of TASKS) {
    Object.assign(columns, { [`piece_${task}`]: ints(0, 0, 0, 0, 0, 0, 0), [`seen_${task}`]: ints(0, 0, 0), [`walk_${task}_steps`]: ints(1) });
    Object.assign(columns, { [`walk_${task}_rank`]: ints(9), [`walk_${task}_length`]: ints(0) });
  }
  return {
    head,
    columns: {
      ...columns, edge_met: ints(0, 0, 0, 0, 0), met_head: ints(), met_task: ints(),
      head_rank: ints(1, 2), head_x: ints(0, 1000), head_y: ints(0, 0), head_near: ints(0, 0), head_owner: ints(0, 0), head_inside: ints(1, 1),
      head_heading: ints(900, 0), head_view: ints(6000, 6000), head_mount: ints(40, 40), head_deck: ints(0, 0),
      head_range_detect: ints(500, 400), head_range_observe: ints(300, 200), head_range_recognise: ints(200, 100), head_range_identify: ints(100, 50),
      wall_points: ints(4), wall_top: ints(0), wall_x: ints(300, 700, 700, 300), wall_y: ints(300, 300, 700, 700),
      roof_edge: ints(), roof_start: ints(), roof_end: ints(),
      field_head: ints(0, 1), field_start: ints(0, 3, 6), field_x: ints(0, 500, 500, 1000, 1100, 900), field_y: ints(0, 100, -100, 0, 400, 400),
    },
  };
}

/** The page's run is what its own kernel finds, so that unchanged figures can be told. */
function begun() {
  const { head, columns } = town();
  const model = new WhatIf(head, columns, new Ways(head, columns));
  while (!model.begin());
  return { head, columns, model };
}

const share = (head, columns, task, total = 9) => new Figures(head, columns).streetShare(task, total);

test("what each camera sees alone is the metres that go dark without it", () => {
  const { head, model } = begun();
  TASKS.forEach((_, task) => {
    const before = share(head, model.columns().columns, task);
    for (const id of [0, 1]) {
      const { metres } = model.alone(id, task, 3);
      model.change(id, null);
      near(before - share(head, model.columns().columns, task), metres / 400, 0.0003);
      model.undo();
      near(share(head, model.columns().columns, task), before);
    }
  });
});

test("a camera sees its street to its reach, and the next one from its own place", () => {
  const { model } = begun();
  assert.deepEqual(model.alone(0, 2, 3), { metres: 20, steps: [{ edge: 0, from: 0, to: 20 }] });
  const [step, bend] = model.alone(1, 2, 3).steps;
  assert.equal(step.edge, 1);
  near(step.to, 10);
  assert.equal(bend, undefined);
});

test("where nothing has changed the figures are the run's, to the last place", () => {
  const { head, columns, model } = begun();
  const { columns: same, ids } = model.columns();
  assert.deepEqual(ids, [0, 1]);
  for (const [task] of TASKS.entries()) {
    for (const total of [0, 5, 9]) near(share(head, same, task, total), share(head, columns, task, total), 1e-9);
  }
  assert.equal(same.piece_length.reduce((a, b) => a + b), columns.piece_length.reduce((a, b) => a + b));
});

test("a camera of the reader's own hangs at any number of cameras, before all others", () => {
  const { head, columns, model } = begun();
  const camera = { ...model.entries.get(0).camera, x: 0, y: 100, heading: 90 };
  const id = model.add(camera);
  const { columns: changed, ids } = model.columns();
  assert.deepEqual(ids, [id, 0, 1]);
  assert.deepEqual([...changed.head_rank], [1, 2, 3]);
  assert.deepEqual([changed.head_x[0], changed.head_y[0]], [0, 1000]);
  near(share(head, changed, 2, 0) - share(head, columns, 2, 0), 20 / 400, 0.0003);
  assert.equal(new Figures(head, changed).camerasHere(0), 1);
  const first = changed.edge_met[0] + changed.edge_met[1];
  assert.deepEqual([...changed.met_head.subarray(first, first + changed.edge_met[2])], [0]);
});

test("in a building a camera sees nothing, and undone all is as before", () => {
  const { head, model } = begun();
  const before = model.columns().columns;
  model.change(0, { ...model.entries.get(0).camera, x: 50, y: 50 });
  assert.equal(model.alone(0, 0, 9).metres, 0);
  assert.ok(share(head, model.columns().columns, 0) < share(head, before, 0));
  model.undo();
  assert.equal(model.undo(), -1);
  assert.deepEqual(model.columns().columns, before);
});

test("a ray ends at the first wall as high as the lens, met from its front", () => {
  const { model } = begun();
  const { sight } = model.packed;
  assert.equal(firstWall(sight, 0, 50, 1, 0, 200, 4), 30);
  assert.equal(firstWall(sight, 50, 0, 0, 1, 25, 4), 25);
  assert.equal(firstWall(sight, 0, 10, 1, 0, 90, 4), 90);
  near(firstWall(sight, 0, 0, Math.SQRT1_2, Math.SQRT1_2, 200, 4), 30 * Math.SQRT2);
  sight.walls.top.fill(3);
  assert.equal(firstWall(sight, 0, 50, 1, 0, 200, 4), 200);
});

test("the outline of a camera begins at it and stays within its reach", () => {
  const { model } = begun();
  const { camera } = model.entries.get(0);
  const corners = model.outline(camera, 20);
  assert.deepEqual(corners[0], [0, 0]);
  for (const [x, y] of corners.slice(1)) near(Math.hypot(x, y), 200);
});
