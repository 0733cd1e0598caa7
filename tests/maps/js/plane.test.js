// The page's own map surface puts places where Web Mercator does, and fits what it is asked to.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CRS, Control, PlaneMap, bounds, latLngBounds, metresBetween, point } from "../../../maps/assets/plane.js";

/** A map of so many pixels without a document. */
function mapOf(width, height, zoom = 15) {
  const map = Object.create(PlaneMap.prototype);
  const container = { clientWidth: width, clientHeight: height };
  return Object.assign(map, {
    container, zoom, pane: { style: {} }, heard: new Map(), origin: point(0, 0), offset: point(0, 0),
    options: { crs: CRS.EPSG3857, minZoom: 0, maxZoom: 20, zoomSnap: 0.25, zoomDelta: 0.5 },
  });
}

const near = (a, b, by = 1e-9) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);
const PLACE = { lat: 22.3193, lng: 114.1694 };
globalThis.cancelAnimationFrame = () => {};

test("a place is where EPSG:3857 has it, and comes back", () => {
  const map = mapOf(100, 100);
  const { x, y } = map.project(PLACE, 0);
  const half = Math.PI * 6378137;
  near((x / 256 - 0.5) * 2 * half, 12709279.4722, 0.001); // pyproj: Transformer 4326 → 3857
  near((0.5 - y / 256) * 2 * half, 2549904.4335, 0.001);
  const back = map.unproject(map.project(PLACE));
  near(back.lat, PLACE.lat);
  near(back.lng, PLACE.lng);
});

test("what is shown stays under the pointer while zooming, and moves with it while dragged", () => {
  const map = mapOf(800, 600);
  map.setView(PLACE, 15);
  const at = point(123, 456);
  const before = map.containerPointToLatLng(at);
  map.zoomAround(at, 17.25);
  const after = map.latLngToContainerPoint(before);
  assert.ok(after.distanceTo(at) <= 1, "within the pixel to which layers are laid");
  map.slideBy(point(30, -7));
  assert.ok(map.latLngToContainerPoint(before).distanceTo(at.add(point(30, -7))) <= 1);
});

test("bounds fill what the padding leaves free and are in its middle", () => {
  const map = mapOf(1000, 700);
  const box = latLngBounds([[22.31, 114.16], [22.33, 114.175]]);
  map.fitBounds(box, { paddingTopLeft: [400, 20], paddingBottomRight: [40, 60] });
  const [low, high] = [box.getNorthWest(), box.getSouthEast()].map((place) => map.latLngToContainerPoint(place));
  assert.ok(bounds(point(399, 19), point(961, 641)).contains(low) && bounds(point(399, 19), point(961, 641)).contains(high));
  near((low.x + high.x) / 2, 680, 1);
  near((low.y + high.y) / 2, 330, 1);
  assert.equal(map.zoom % 0.25, 0);
  map.zoom += 0.25;
  const wide = map.project(high).subtract(map.project(low));
  assert.ok(bounds(low, high).getSize().multiplyBy(2 ** 0.25).y > 620 || wide.x > 560, "one step closer would not fit");
});

test("zooms stay within bounds, padded boxes hold what lies around them", () => {
  const map = mapOf(500, 500);
  map.setMinZoom(14);
  map.setView(PLACE, 3);
  assert.equal(map.getZoom(), 14);
  map.setView(PLACE, 30);
  assert.equal(map.getZoom(), 20);
  const box = latLngBounds([[0, 0], [1, 2]]);
  assert.ok(!box.contains([1.4, 2.9]) && box.pad(0.5).contains([1.4, 2.9]) && !box.pad(0.5).contains([1.6, 2]));
});

test("the scale bar is round and no longer than the metres it has", () => {
  const bar = Control.Scale.prototype;
  assert.deepEqual([1, 4, 17, 55, 99, 999, 12345].map((n) => bar._getRoundNum(n)), [1, 3, 10, 50, 50, 500, 10000]);
  near(metresBetween({ lat: 0, lng: 0 }, { lat: 0, lng: 1 }), 111194.93, 0.01);
});
