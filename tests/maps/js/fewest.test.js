// The fewest cameras in the way: never fewer than any way has, and those found really open one.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Fewest } from "../../../maps/assets/fewest.js";
import { runStarts } from "../../../maps/assets/payload.js";

const TOWNS = 300;

/** Numbers 0 … 1 that are the same every time. */
function drawn(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) >>> 0;
    return state / 2 ** 32;
  };
}

/** A town of a few junctions in which some cameras watch a few edges each. */
function town(seed) {
  const draw = drawn(seed + 1);
  const nodes = 9;
  const cameras = 2 + Math.floor(6 * draw());
  const [u, v, edges] = [[], [], []];
  const add = (a, b) => {
    u.push(a);
    v.push(b);
    const watched = Array.from({ length: cameras }, (_, k) => k).filter(() => draw() < 0.3);
    edges.push(draw() < 0.1 ? null : watched);
  };
  for (let n = 0; n < nodes; n++) {
    if (n % 3 < 2) add(n, n + 1);
    if (n < 6) add(n + 3, n);
  }
  const counts = new Int32Array(nodes);
  for (const n of [...u, ...v]) counts[n] += 1;
  const first = runStarts(counts);
  const next = first.slice();
  const arcs = new Int32Array(2 * u.length);
  u.forEach((a, e) => {
    arcs[next[a]++] = 2 * e;
    arcs[next[v[e]]++] = 2 * e + 1;
  });
  const paid = new Set(draw() < 0.3 ? [0] : []);
  const direct = draw() < 0.1 ? [0, 1] : null;
  const length = u.map(() => 10 + 90 * draw());
  return {
    first, arcs, u, v, length, edges, paid, direct, cameras,
    from: [{ node: 0, cameras: draw() < 0.3 ? [1] : [] }], to: [{ node: 8, cameras: [] }, { node: 5, cameras: [0, 1] }],
  };
}

/** Whether some way is seen by none but these, by walking everywhere. */
function opens(place, those) {
  const only = (cameras) => cameras !== null && cameras.every((camera) => those.has(camera));
  if (place.direct && only(place.direct)) return true;
  const reached = new Set(place.from.filter((end) => only(end.cameras)).map(({ node }) => node));
  for (let more = true; more; ) {
    more = false;
    place.edges.forEach((cameras, e) => {
      const [a, b] = [place.u[e], place.v[e]];
      if (!only(cameras) || reached.has(a) === reached.has(b)) return;
      reached.add(a).add(b);
      more = true;
    });
  }
  return place.to.some((end) => only(end.cameras) && reached.has(end.node));
}

/** The fewest by trying every set; Infinity where no way is open. */
function slow(place) {
  let best = Infinity;
  for (let set = 0; set < 1 << place.cameras; set++) {
    const those = new Set(Array.from({ length: place.cameras }, (_, k) => k).filter((k) => (set >> k) & 1));
    if (those.size >= best || [...place.paid].some((camera) => !those.has(camera))) continue;
    if (opens(place, those)) best = those.size;
  }
  return best;
}

test("the cameras found open a way, and are never fewer than the fewest", () => {
  let exact = 0;
  let there = 0;
  for (let seed = 0; seed < TOWNS; seed++) {
    const place = town(seed);
    const found = new Fewest(place).find();
    const fewest = slow(place);
    if (fewest === Infinity) {
      assert.equal(found, null, `town ${seed}`);
      continue;
    }
    assert.ok(found, `town ${seed}`);
    assert.ok(opens(place, found), `town ${seed}`);
    assert.ok(found.size >= fewest, `town ${seed}`);
    there += 1;
    exact += found.size === fewest ? 1 : 0;
  }
  assert.ok(there > TOWNS / 2);
  assert.ok(exact > 0.97 * there, `${exact} of ${there}`);
});
