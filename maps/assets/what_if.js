// What if a few cameras of the page changed: its columns again, as a page of the changed fleet would
// carry them. Streets are cut and first-seen ranks painted by the kernel alone, before and after, so a
// difference is that of the change; figures of the run stand where nothing has changed. It draws nothing.
// Codes are those of the page and one more, for code 1 is that of the reader's own cameras.

import { WatchedStreets, NEVER, rowsFrom } from "./fleet.js";
import { outlineOf } from "./outline.js";
import { cameraOf, offPlane, onPlane, sightOf } from "./packed_sight.js";
import { runStarts, upTo } from "./payload.js";
import { TASKS } from "./sight.js";

const OWN_CODE = 1;
const SLICE_MS = 30;
const MOST_APART = 0.02; // of street length: more, and the run has something that is not known here

export class WhatIf {
  /**
   * @param {Head} head
   * @param {Columns} columns
   * @param {import("./ways.js").Ways} ways
   */
  constructor(head, columns, ways) {
    this.head = head;
    this.base = columns;
    this.pieceEnd = ways.pieceEnd;
    this.piecesOf = ways.pieces;
    this.packed = sightOf(head, columns, ways);
    const { sight, drawn, cutFirst, cut } = this.packed;
    this.watched = new WatchedStreets(sight, drawn, cutFirst, cut);
    this.rings = runStarts(Int32Array.from(columns.head_rank, (_, i) => upTo(columns.field_head, i) - upTo(columns.field_head, i - 1)));
    /** Cameras that are there, by number: those of the page by their place, then the reader's own. @type {Map<number, Standing>} */
    this.entries = new Map();
    this.next = columns.head_rank.length;
    /** @type {{id: number, before: Standing | null}[]} */
    this.history = [];
    /** @type {CutEdge[]} */
    this.cut = [];
    this.looked = 0;
    /** @type {Float64Array[]} */
    this.level = [];
    this.trusted = false;
  }

  /** Look with more of the page's cameras, for a moment; return whether all have looked. */
  begin() {
    const until = performance.now() + SLICE_MS;
    const { head_rank: rank } = this.base;
    for (; this.looked < rank.length && performance.now() < until; this.looked++) {
      const id = this.looked;
      const entry = { camera: cameraOf(this.head, this.base, id), code: rank[id] + 1, like: id, changed: false, outline: null };
      this.entries.set(id, entry);
      this.watched.set(id, entry.code, entry.camera);
    }
    if (this.looked < rank.length) return false;
    if (!this.cut.length) {
      this.cut = Array.from(this.packed.drawn, (_, edge) => this._cutEdge(edge));
      this._level();
    }
    return true;
  }

  // editing -----------------------------------------------------------------------------------

  /**
   * Put a camera in place of the one with its number, or take it away; it can be undone.
   * @param {number} id
   * @param {Camera | null} camera
   */
  change(id, camera) {
    const before = this.entries.get(id) || null;
    this.history.push({ id, before });
    const outline = camera && this.outline(camera, camera.reach[0]);
    this._put(id, camera && { code: OWN_CODE, like: this.model, ...before, camera, changed: true, outline });
  }

  /**
   * Add a camera; return its number.
   * @param {Camera} camera
   */
  add(camera) {
    this.change(this.next, camera);
    return this.next++;
  }

  /** Take the last change back; return the number of its camera, −1 where there was none. */
  undo() {
    const last = this.history.pop();
    if (!last) return -1;
    this._put(last.id, last.before);
    return last.id;
  }

  /** Whether somebody put a camera in its place: of such a fleet there are figures only (sim/cameras/edits.py). */
  get byHand() {
    return Array.from(this.entries).some(([id, { camera, changed, like }]) => {
      if (!changed || id !== like) return changed;
      const { x, y } = cameraOf(this.head, this.base, like);
      return x !== camera.x || y !== camera.y;
    });
  }

  /** A camera of the page whose lens an added one has: the first. */
  get model() {
    return 0;
  }

  /**
   * @param {number} id
   * @param {Standing | null} entry
   */
  _put(id, entry) {
    if (entry) this.entries.set(id, entry);
    else this.entries.delete(id);
    const sees = entry && !(entry.changed && this.indoors(entry.camera));
    const edges = sees ? this.watched.set(id, entry.code, entry.camera) : this.watched.remove(id);
    for (const edge of edges) this.cut[edge] = this._cutEdge(edge);
  }

  // what a camera does ------------------------------------------------------------------------

  /**
   * What is seen by one camera alone among those up to a code: metres on foot, and where.
   * @param {number} id
   * @param {number} task
   * @param {number} code
   * @returns {{metres: number, steps: Step[]}}
   */
  alone(id, task, code) {
    const watcher = this.watched.watchers.get(id);
    /** @type {Step[]} */
    const steps = [];
    let metres = 0;
    if (!watcher) return { metres, steps };
    const { scale } = this.packed;
    for (const edge of watcher.edges) {
      const { end, rank } = this.watched.pieces(edge, (other) => other.id !== id && other.rank <= code);
      const { place, start, end: stop } = watcher.seeing;
      const last = rowsFrom(watcher.seeing, TASKS * edge + task + 1);
      for (let i = rowsFrom(watcher.seeing, TASKS * edge + task); i < last && place[i] === TASKS * edge + task; i++) {
        for (let k = 0; k < end.length; k++) {
          const from = Math.max(start[i], k ? end[k - 1] : 0);
          const to = Math.min(stop[i], end[k]);
          if (rank[TASKS * k + task] !== NEVER || to <= from) continue;
          steps.push({ edge, from: from * scale[edge], to: to * scale[edge] });
          metres += (to - from) * scale[edge];
        }
      }
    }
    return { metres, steps };
  }

  /**
   * Corners on the grid of what a camera sees within a reach.
   * @param {Camera} camera
   * @param {number} reach
   */
  outline(camera, reach) {
    return outlineOf(this.packed.sight, camera, reach).map(([x, y]) => offPlane(this.packed.plane, x, y));
  }

  /**
   * Whether a place (metres) lies in a building at least so high.
   * @param {Camera} camera
   */
  indoors({ x, y, mount }) {
    const { x0, y0, x1, y1, top } = this.packed.walls;
    let inside = false;
    for (let i = 0; i < x0.length; i++) {
      if (top[i] < mount || y0[i] > y === y1[i] > y) continue;
      if (x < x0[i] + ((y - y0[i]) / (y1[i] - y0[i])) * (x1[i] - x0[i])) inside = !inside;
    }
    return inside;
  }

  /**
   * The place (metres) of a point of the grid.
   * @param {number} x
   * @param {number} y
   */
  metresOf(x, y) {
    const { x: [east], y: [north] } = onPlane(this.packed.plane, [x], [y]);
    return { x: east, y: north };
  }

  /**
   * The point of the grid of a camera.
   * @param {Camera} camera
   */
  gridOf({ x, y }) {
    return offPlane(this.packed.plane, x, y);
  }

  // columns -----------------------------------------------------------------------------------

  /**
   * Pieces of an edge in the page's steps: lengths, four codes each, and the piece of the page that each is a part of.
   * @param {number} edge
   * @returns {CutEdge}
   */
  _cutEdge(edge) {
    const { piece_length: length } = this.base;
    const [first, last] = [this.piecesOf[edge], this.piecesOf[edge + 1]];
    let whole = 0;
    for (let i = first; i < last; i++) whole += length[i];
    const { end, rank } = this.watched.pieces(edge);
    /** @type {CutEdge} */
    const found = { length: [], code: [], of: [], met: [], strictest: [] };
    for (const { id, seeing } of this.watched.along[edge]) {
      found.met.push(id);
      found.strictest.push(seeing.place[rowsFrom(seeing, TASKS * (edge + 1)) - 1] % TASKS);
    }
    let before = 0;
    let begin = 0;
    for (let k = 0; k < end.length; k++) {
      const stop = end[k] * this.packed.scale[edge];
      const final = k === end.length - 1;
      const steps = final ? whole : Math.min(Math.round((10 * stop) / this.head.piece_step), whole);
      if (steps > before || (final && !found.length.length)) {
        found.length.push(steps - before);
        for (let task = 0; task < TASKS; task++) {
          const seen = rank[TASKS * k + task];
          found.code.push(seen === NEVER ? 0 : seen);
        }
        found.of.push(Math.min(upTo(this.pieceEnd, (begin + stop) / 2, first, last), last - 1));
        before = steps;
      }
      begin = stop;
    }
    return found;
  }

  /** Keep what the run's figures have that the kernel's have not, so that unchanged they are the run's. */
  _level() {
    const { head, base } = this;
    const cut = this._pieces();
    const step = 10 * head.piece_step;
    this.level = head.tasks.map((task) => {
      const rest = Float64Array.from({ length: base.ranks.length + 2 }, (_, code) => (
        code === OWN_CODE ? 0 : base[`seen_${task}`][code && code - 1]));
      const codes = base[`piece_${task}`];
      base.piece_length.forEach((length, i) => {
        rest[codes[i] && codes[i] + 1] += step * base.piece_inside[i] * length;
      });
      const own = cut[`piece_${task}`];
      cut.piece_length.forEach((length, i) => (rest[own[i]] -= step * cut.piece_inside[i] * length));
      return rest;
    });
    const all = base.piece_length.reduce((sum, length, i) => sum + step * length * base.piece_inside[i], 0);
    const apart = this.level.map((rest) => Math.abs(rest[0]) / all);
    this.trusted = Math.max(...apart) < MOST_APART;
  }

  /** Columns of the pieces. */
  _pieces() {
    const { head, base, cut } = this;
    let count = 0;
    for (const { length } of cut) count += length.length;
    /** @type {Columns} */
    const found = { edge_pieces: Int32Array.from(cut, ({ length }) => length.length) };
    const names = ["piece_inside", "piece_closed"].filter((name) => base[name]);
    for (const name of ["piece_length", ...names, ...head.tasks.map((task) => `piece_${task}`)]) found[name] = new Int32Array(count);
    const codes = head.tasks.map((task) => found[`piece_${task}`]);
    const lengths = found.piece_length;
    const of = new Int32Array(count);
    let i = 0;
    for (const edge of cut) {
      for (let k = 0; k < edge.length.length; k++, i++) {
        lengths[i] = edge.length[k];
        of[i] = edge.of[k];
        for (let task = 0; task < TASKS; task++) codes[task][i] = edge.code[TASKS * k + task];
      }
    }
    for (const name of names) found[name] = of.map((piece) => base[name][piece]);
    return found;
  }

  /**
   * The page's columns with the changed fleet, and the number of the camera at each place of theirs.
   * @returns {{columns: Columns, ids: number[]}}
   */
  columns() {
    const { head, base } = this;
    const known = base.head_rank.length; // cameras of the page lie in ascending order of code
    const numbers = Array.from(this.entries.keys()).sort((a, b) => a - b);
    const first = upTo(numbers, known - 1);
    const ids = numbers.slice(first).concat(numbers.slice(0, first));
    /** @type {Columns} */
    const found = { ...base, ...this._pieces(), ...this._heads(ids), ...this._fields(ids), ...this._meetings(ids) };
    found.ranks = Int32Array.from([0, ...base.ranks]);
    head.tasks.forEach((task, k) => (found[`seen_${task}`] = Int32Array.from(this.level[k], Math.round)));
    return { columns: found, ids };
  }

  /** @param {number} id */
  _entry(id) {
    return /** @type {Standing} */ (this.entries.get(id));
  }

  /** @param {number[]} ids */
  _heads(ids) {
    const { base, packed } = this;
    /** @type {Columns} */
    const found = {};
    const like = Int32Array.from(ids, (id) => this._entry(id).like);
    for (const name of Object.keys(base)) {
      if (name.startsWith("head_")) found[name] = like.map((i) => base[name][i]);
    }
    ids.forEach((id, i) => {
      const { camera, code, changed } = this._entry(id);
      found.head_rank[i] = code;
      if (!changed) return;
      const [x, y] = offPlane(packed.plane, camera.x, camera.y);
      found.head_x[i] = Math.round(x);
      found.head_y[i] = Math.round(y);
      found.head_heading[i] = Math.round(10 * camera.heading);
    });
    return found;
  }

  /**
   * Rings of what each camera sees, cameras ascending: those of the page, and an outline where one has changed.
   * @param {number[]} ids
   */
  _fields(ids) {
    const { base, rings } = this;
    const changed = ids.map((id) => this._entry(id)).filter((entry) => entry.changed);
    let room = base.field_x.length;
    for (const { outline } of changed) room += outline ? outline.length : 0;
    const [x, y] = [new Int32Array(room), new Int32Array(room)];
    const [of, starts] = [/** @type {number[]} */ ([]), [0]];
    let at = 0;
    ids.forEach((id, i) => {
      const entry = this._entry(id);
      if (entry.outline) {
        for (const [px, py] of entry.outline) {
          x[at] = Math.round(px);
          y[at++] = Math.round(py);
        }
        of.push(i);
        starts.push(at);
        return;
      }
      const [first, last] = [rings[entry.like], rings[entry.like + 1]];
      const [begin, end] = [base.field_start[first], base.field_start[last]];
      x.set(base.field_x.subarray(begin, end), at);
      y.set(base.field_y.subarray(begin, end), at);
      for (let ring = first; ring < last; ring++) {
        of.push(i);
        starts.push(at + base.field_start[ring + 1] - begin);
      }
      at += end - begin;
    });
    return { field_head: Int32Array.from(of), field_start: Int32Array.from(starts), field_x: x, field_y: y };
  }

  /**
   * Which cameras see each edge, and the strictest task that each does there.
   * @param {number[]} ids
   * @returns {Columns}
   */
  _meetings(ids) {
    /** @type {Columns} */
    const found = {};
    if (!this.base.edge_met) return found;
    const place = new Int32Array(this.next);
    ids.forEach((id, i) => (place[id] = i));
    found.edge_met = Int32Array.from(this.cut, ({ met }) => met.length);
    const count = found.edge_met.reduce((sum, many) => sum + many, 0);
    const [heads, tasks] = [new Int32Array(count), new Int32Array(count)];
    let at = 0;
    for (const { met, strictest } of this.cut) {
      for (let k = 0; k < met.length; k++, at++) {
        heads[at] = place[met[k]];
        tasks[at] = strictest[k];
      }
    }
    return Object.assign(found, { met_head: heads, met_task: tasks });
  }
}
