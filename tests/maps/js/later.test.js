// Work that may wait: done in parts, at once when it is needed, and once only.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Later, asItIs, defer, soon, waitingOf } from "../../../maps/assets/later.js";

/** Work of some parts that counts them. */
function counted(parts, value) {
  const done = { parts: 0 };
  const later = new Later(function* () {
    for (let part = 0; part < parts; part++) {
      done.parts += 1;
      yield;
    }
    return value;
  });
  return { done, later };
}

test("work is done part by part, or at once, and never again", () => {
  const { done, later } = counted(5, "all");
  assert.equal(later.step(), false);
  assert.equal(done.parts, 1);
  assert.equal(later.value, "all");
  assert.equal(later.value, "all");
  assert.equal(later.step(), true);
  assert.equal(done.parts, 5);
});

test("work that fails does so for whoever asks, and is not taken for done", () => {
  let times = 0;
  const later = new Later(function* () {
    yield;
    times += 1;
    throw new Error("broken");
  });
  for (let k = 1; k <= 2; k++) {
    assert.throws(() => later.value, /broken/);
    assert.equal(later.done, false);
    assert.equal(times, k);
  }
});

test("properties are made together when one is read; one put in their place stands on what it was", () => {
  const owner = { plain: 2 };
  let made = 0;
  defer(owner, ["a", "b"], () => {
    made += 1;
    return { a: 1, b: 10 };
  });
  const [before, plain] = ["a", "plain"].map((name) => asItIs(owner, name));
  defer(owner, ["a"], function* () {
    return { a: 100 + (yield* before()) + (yield* plain()) };
  });
  assert.deepEqual(Object.keys(owner), ["plain", "a", "b"]);
  assert.equal(waitingOf(owner).length, 2);
  assert.equal(made, 0);
  assert.deepEqual({ ...owner }, { plain: 2, a: 103, b: 10 });
  assert.equal(made, 1);
  assert.equal(waitingOf(owner).length, 0);
  owner.a = 5;
  assert.equal(owner.a, 5);
});

test("slices do all works in turn, in parts, unless they are called off", async () => {
  const works = [counted(3, 0), counted(2, 0)];
  await new Promise((go) => {
    soon(works.map(({ later }) => later), () => go(null));
  });
  assert.ok(works.every(({ later }) => later.done));
  const kept = counted(1, 0);
  const callOff = soon([kept.later], () => assert.fail("called off"));
  callOff();
  await new Promise((go) => {
    setTimeout(go, 60);
  });
  assert.equal(kept.done.parts, 0);
});
