// A heap gives the least first.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Heap } from "../../../maps/assets/heap.js";
import { chance } from "./packed.js";

test("what goes in comes out in order, with its own item", () => {
  const draw = chance(5);
  const heap = new Heap();
  let held = [];
  for (let k = 0; k < 3000; k++) {
    if (!held.length || draw() < 0.55) {
      const key = Math.floor(draw() * 50);
      heap.add(key, k);
      held.push({ key, item: k });
    } else {
      const { least } = heap;
      const item = heap.take();
      assert.equal(least, Math.min(...held.map(({ key }) => key)));
      assert.equal(held.find((entry) => entry.item === item).key, least);
      held = held.filter((entry) => entry.item !== item);
    }
    assert.equal(heap.size, held.length);
  }
});
