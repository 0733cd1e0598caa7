// The grid lies where spherical Web Mercator says (EPSG:3857).

import assert from "node:assert/strict";
import { test } from "node:test";

import { latLng, onGrid } from "../../../maps/assets/grid.js";
import { chance } from "./packed.js";

const near = (a, b, most) => assert.ok(Math.abs(a - b) <= most, `${a}, not ${b}`);

test("known places: where the equator meets Greenwich, and Mong Kok by pyproj", () => {
  const world = { origin: [0, 0], unit: 1 };
  near(latLng(world, 0, 0).lat, 0, 1e-12);
  near(latLng(world, 0, 0).lng, 0, 1e-12);
  const [x, y] = onGrid(world, { lat: 22.3193, lng: 114.1694 });
  near(x, 12709279.472173568, 1e-6);
  near(y, 2549904.433526915, 1e-6);
});

test("there and back is the same place", () => {
  const draw = chance(4);
  const grid = { origin: [12709000, 2549000], unit: 0.1 };
  for (let k = 0; k < 500; k++) {
    const [x, y] = [draw() * 1e6, draw() * 1e6];
    const back = onGrid(grid, latLng(grid, x, y));
    near(back[0], x, 1e-5);
    near(back[1], y, 1e-5);
  }
});
