// A link says what is shown, and what it asks for is read only as far as it makes sense.

import assert from "node:assert/strict";
import { test } from "node:test";

import { latLng } from "../../../maps/assets/grid.js";
import { Link } from "../../../maps/assets/link.js";

const head = { tasks: ["detect", "recognise"], origin: [12709000, 2549000], unit: 0.1 };
const ends = [{ x: 100, y: 200 }, { x: 3000, y: 4000 }];

/** A link of a page that is not there: the map's middle, the state, and the box that says yes. */
function linkOf({ checked, own }) {
  const map = { getCenter: () => ({ lat: 22.31934, lng: 114.16945 }), getZoom: () => 16.25 };
  const link = Object.create(Link.prototype);
  return Object.assign(link, {
    panel: { head, map, own, state: { total: 20000, task: 1, language: "zh" } }, yes: { checked },
  });
}

test("it says view, cameras, task and language", () => {
  const said = linkOf({ checked: false, own: { ends } }).content();
  assert.equal(said, "n=20000&task=recognise&lang=zh&at=22.31934,114.16945&zoom=16.25");
});

test("ends are in it only after a yes, and only both", () => {
  assert.ok(!linkOf({ checked: false, own: { ends } }).content().includes("from"));
  assert.ok(!linkOf({ checked: true, own: { ends: [ends[0], null] } }).content().includes("from"));
  assert.ok(!linkOf({ checked: true, own: null }).content().includes("from"));
  assert.ok(linkOf({ checked: true, own: { ends } }).content().includes("from="));
});

test("what it says is read back", () => {
  const read = Link.read(`#${linkOf({ checked: true, own: { ends } }).content()}`, head);
  assert.equal(read.total, 20000);
  assert.equal(read.task, 1);
  assert.equal(read.language, "zh");
  assert.equal(read.zoom, 16.25);
  assert.deepEqual(read.at, { lat: 22.31934, lng: 114.16945 });
  const from = latLng(head, ends[0].x, ends[0].y);
  assert.ok(Math.abs(read.from.lat - from.lat) < 1e-5);
  assert.ok(Math.abs(read.to.lng - latLng(head, ends[1].x, ends[1].y).lng) < 1e-5);
});

test("where two counts stand side by side, it says where the line is", () => {
  const link = linkOf({ checked: false, own: null });
  Object.assign(link.panel, { wipe: { part: 0.404 } });
  link.panel.state.wipe = { x: 500, totals: [4000, 60000] };
  assert.ok(link.content().endsWith("&wipe=40"));
  assert.equal(Link.read(`#${link.content()}`, head).wipe, 0.4);
  for (const hash of ["", "#wipe=", "#wipe=x", "#wipe=-1", "#wipe=101", "#wipe=Infinity"]) {
    assert.equal(Link.read(hash, head).wipe, null, hash);
  }
});

test("nonsense is not read", () => {
  for (const hash of [
    "", "#", "#n=&task=&lang=&at=&zoom=", "#n=x&task=spy&lang=toString&at=1&zoom=y&from=,&to=200,300",
    "#lang=constructor&at=91,0&from=0,181&to=1,2,3", "#at=Infinity,0&n=NaN",
  ]) {
    const read = Link.read(hash, head);
    assert.deepEqual(
      [read.total, read.task, read.language, read.at, read.from, read.to], [null, -1, null, null, null, null], hash,
    );
  }
  assert.equal(Link.read(`#${"&x=1".repeat(1000)}&n=5`, head).total, null);
});

test("a page on the reader's own device gives words instead of an address that nobody else can open", () => {
  for (const [protocol, share] of [["file:", "words"], ["https:", "https://example.org/map.html#n=1"], ["http:", "http://example.org/map.html#n=1"]]) {
    globalThis.location = { protocol, href: `${protocol}//example.org/map.html#old` };
    globalThis.document = { getElementById: () => ({}) };
    const link = Object.assign(Object.create(Link.prototype), {
      panel: { own: null, _write() {} }, yes: {}, part: { open: true }, shown: {}, words: () => "words", content: () => "n=1",
    });
    link.refresh();
    assert.equal(link.shown.value, share);
  }
});
