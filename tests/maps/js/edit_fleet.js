// Applies edits to a fleet with the page's sight kernel and writes all that it finds: node edit_fleet.js
// CASES FOUND. CASES is JSON of tests/maps/page_edits.py: a scene in metres, or what a page carries.

import { readFileSync, writeFileSync } from "node:fs";

import { WatchedStreets } from "../../../maps/assets/fleet.js";
import { cameraOf, sightOf } from "../../../maps/assets/packed_sight.js";
import { unfold, unpack } from "../../../maps/assets/payload.js";
import { Sight } from "../../../maps/assets/sight.js";
import { Ways } from "../../../maps/assets/ways.js";

const asFloats = (numbers) => Float64Array.from(numbers, (value) => (value === null ? Infinity : value));

/** Streets, walls and cameras [id, rank, camera] of a case. */
async function sceneOf({ scene, payload }) {
  if (scene) {
    const streets = Object.fromEntries(Object.entries(scene.lines).map(([key, numbers]) => [key, asFloats(numbers)]));
    const walls = Object.fromEntries(Object.entries(scene.walls).map(([key, numbers]) => [key, asFloats(numbers)]));
    return { lines: streets, walls, drawn: asFloats(scene.drawn), cutFirst: scene.cutFirst, cut: asFloats(scene.cut),
      sight: new Sight(streets, walls), cameras: scene.cameras };
  }
  const { head, packed } = payload;
  const columns = unfold(await unpack(packed, head.columns), head);
  const found = sightOf(head, columns, new Ways(head, columns));
  const cameras = Array.from(columns.head_rank, (rank, i) => [i, rank, cameraOf(head, columns, i)]);
  return { ...found, cameras };
}

const listed = (object) => Object.fromEntries(Object.entries(object).map(([key, numbers]) => [key, Array.from(numbers)]));

const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { sight, lines, walls, drawn, cutFirst, cut, cameras } = await sceneOf(cases);
const watched = new WatchedStreets(sight, drawn, Int32Array.from(cutFirst), cut);
const began = performance.now();
for (const [id, rank, camera] of cameras) watched.set(id, rank, camera);
const lookedMs = performance.now() - began;
const edits = cases.edits.map(([id, rank, camera]) => {
  const start = performance.now();
  const edges = camera ? watched.set(id, rank, camera) : watched.remove(id);
  const pieces = edges.map((edge) => watched.pieces(edge));
  const ms = performance.now() - start;
  const seen = camera ? listed(watched.watchers.get(id).seeing) : null;
  return { edges, seen, pieces: pieces.map(listed), ms };
});
const scene = cases.scene ? null : {
  lines: listed(lines), walls: listed(walls), drawn: Array.from(drawn), cutFirst: Array.from(cutFirst),
  cut: Array.from(cut), cameras,
};
const seen = cases.edits.length ? [] : cameras.map(([id]) => listed(watched.watchers.get(id).seeing));
writeFileSync(process.argv[3], JSON.stringify({ scene, edits, seen, lookedMs, cameras: cameras.length }));
