// Exact sight of one camera: the kernel of sim/sight in double precision. A camera's intervals on
// streets are what lies in its field and ring, less the shadows of walls; there is no sampling step.
// Lengths are metres on the page's plane; headings are degrees clockwise from north. The twins of the
// functions here are those of the same names in sim/sight/kernels.py, where each is told in full.

const TOUCH_M = 1e-9;
const FACE_HEIGHT_M = 1.6;
const FOOTBRIDGE_M = 5.5;
export const GRID_CELL_M = 20;
const SECTORS = 256;
const SLACK = 1e-9;
export const TASKS = 4;
const DECK_FOOTBRIDGE = 1;
const DECK_SUBWAY = 2;
const LINE = 6; // numbers kept of a segment in reach
const WALL = 7; // and of a wall
const ROOM = 1024; // for so many of each, and for more where they come

/** Lines on a grid of square cells; each cell lists those whose box touches it. */
export class LineGrid {
  /** @param {Lines} lines */
  constructor(lines) {
    const { x0, y0, x1, y1 } = lines;
    this.lines = lines;
    [this.west, this.south] = [Infinity, Infinity];
    let [east, north] = [-Infinity, -Infinity];
    for (let i = 0; i < x0.length; i++) {
      this.west = Math.min(this.west, x0[i], x1[i]);
      this.south = Math.min(this.south, y0[i], y1[i]);
      east = Math.max(east, x0[i], x1[i]);
      north = Math.max(north, y0[i], y1[i]);
    }
    if (!x0.length) [this.west, this.south, east, north] = [0, 0, 0, 0];
    this.columns = Math.floor((east - this.west) / GRID_CELL_M) + 1;
    this.rows = Math.floor((north - this.south) / GRID_CELL_M) + 1;
    /** Lines of cell (row, column) are item[first[row · columns + column]] up to the next. */
    this.first = new Int32Array(this.columns * this.rows + 1);
    this._each((cell) => (this.first[cell + 1] += 1));
    for (let cell = 0; cell < this.first.length - 1; cell++) this.first[cell + 1] += this.first[cell];
    const next = this.first.slice();
    this.item = new Int32Array(this.first[this.first.length - 1]);
    this._each((cell, i) => (this.item[next[cell]++] = i));
    /** The search that met each line last, so that it is taken once. */
    this.met = new Int32Array(x0.length);
    this.search = 0;
    this.window = new Int32Array(4);
  }

  /** @param {(cell: number, line: number) => void} use */
  _each(use) {
    const { x0, y0, x1, y1 } = this.lines;
    for (let i = 0; i < x0.length; i++) {
      const lastColumn = Math.floor((Math.max(x0[i], x1[i]) - this.west) / GRID_CELL_M);
      const lastRow = Math.floor((Math.max(y0[i], y1[i]) - this.south) / GRID_CELL_M);
      for (let row = Math.floor((Math.min(y0[i], y1[i]) - this.south) / GRID_CELL_M); row <= lastRow; row++) {
        const from = Math.floor((Math.min(x0[i], x1[i]) - this.west) / GRID_CELL_M);
        for (let column = from; column <= lastColumn; column++) use(row * this.columns + column, i);
      }
    }
  }

  /**
   * Begin a search under a rectangle: first and last column, first and last row to `window`.
   * @param {number} west
   * @param {number} south
   * @param {number} east
   * @param {number} north
   */
  under(west, south, east, north) {
    const { window } = this;
    window[0] = Math.max(Math.floor((west - this.west) / GRID_CELL_M), 0);
    window[1] = Math.min(Math.floor((east - this.west) / GRID_CELL_M), this.columns - 1);
    window[2] = Math.max(Math.floor((south - this.south) / GRID_CELL_M), 0);
    window[3] = Math.min(Math.floor((north - this.south) / GRID_CELL_M), this.rows - 1);
    this.search += 1;
  }
}

/**
 * A camera as the kernel reads it: its place, and unit vectors along the edges of its field.
 * @param {Camera} camera
 */
function viewOf({ x, y, mount, deck, heading, fieldOfView, near, reach }) {
  const left = (heading - fieldOfView / 2) * (Math.PI / 180);
  const right = (heading + fieldOfView / 2) * (Math.PI / 180);
  return {
    x, y, mount, deck, near, reach, convex: fieldOfView <= 180, reflex: fieldOfView > 180 && fieldOfView < 360,
    lx: Math.sin(left), ly: Math.cos(left), rx: Math.sin(right), ry: Math.cos(right),
  };
}

/** Streets and walls on their grids, with the working room of the kernel. */
export class Sight {
  /**
   * `top` is the height of each wall (infinite where unknown).
   * @param {StreetLines} streets
   * @param {WallLines} walls
   */
  constructor(streets, walls) {
    this.streets = streets;
    this.walls = walls;
    this.streetGrid = new LineGrid(streets);
    this.wallGrid = new LineGrid(walls);
    this.span = new Float64Array(2);
    this.box = new Float64Array(4);
    this.depth = new Float64Array(SECTORS);
    this.line = new Float64Array(LINE * ROOM);
    this.chosen = new Int32Array(ROOM);
    this.wall = new Float64Array(WALL * ROOM);
    this.shadow = new Float64Array(2 * (ROOM + 2));
    this.free = new Float64Array(2 * (ROOM + 3));
    this.found = new SightRows(4096);
  }

  /**
   * All that a camera sees, by edge, task and start; intervals that meet are joined.
   * @param {Camera} camera
   * @returns {Seeing}
   */
  look(camera) {
    const view = viewOf(camera);
    this.found.count = 0;
    if (!(view.reach[0] <= view.near)) this._look(view);
    return this.found.ordered();
  }

  /** @param {View} view */
  _look(view) {
    const count = this._gatherLines(view);
    if (!count) return;
    let walls = view.deck === DECK_SUBWAY ? 0 : this._gatherWalls(view);
    this._measureDepth(walls);
    walls = this._dropHiddenWalls(walls);
    const { line, streets } = this;
    for (let k = 0; k < count; k++) {
      const at = LINE * k;
      const ax = line[at];
      const ay = line[at + 1];
      const bx = line[at + 2];
      const by = line[at + 3];
      const low = line[at + 4];
      const high = line[at + 5];
      const dx = bx - ax;
      const dy = by - ay;
      if (this._isHidden(ax + low * dx, ay + low * dy, ax + high * dx, ay + high * dy)) continue;
      const dark = this._castShadows(ax, ay, bx, by, low, high, view, walls);
      const length = Math.sqrt(dx * dx + dy * dy);
      const open = this._openIntervals(low, high, length, dark);
      const segment = this.chosen[k];
      this._writeTasks(ax, ay, bx, by, length, streets.edge[segment], streets.start[segment], view, open);
    }
  }

  // intervals on a line, in `span` ------------------------------------------------------------

  /**
   * Clip the span to where the linear function from `atA` (s = 0) to `atB` (s = 1) is not negative.
   * @param {number} atA
   * @param {number} atB
   */
  _clipAbove(atA, atB) {
    const { span } = this;
    if (atA < 0 && atB < 0) {
      span[0] = 1;
      span[1] = 0;
    } else if (atA < 0) {
      span[0] = Math.max(span[0], atA / (atA - atB));
    } else if (atB < 0) {
      span[1] = Math.min(span[1], atA / (atA - atB));
    }
  }

  /**
   * Set the span to the part of the endless line through A and B within a radius, empty as (1, 0).
   * @param {number} ax
   * @param {number} ay
   * @param {number} bx
   * @param {number} by
   * @param {number} radius
   */
  _withinRing(ax, ay, bx, by, radius) {
    const { span } = this;
    const dx = bx - ax;
    const dy = by - ay;
    const squared = dx * dx + dy * dy;
    const across = ax * dy - ay * dx;
    const room = radius * radius * squared - across * across;
    if (room <= 0 || squared === 0) {
      span[0] = 1;
      span[1] = 0;
      return;
    }
    const middle = -(ax * dx + ay * dy) / squared;
    const half = Math.sqrt(room) / squared;
    span[0] = middle - half;
    span[1] = middle + half;
  }

  // what is near ------------------------------------------------------------------------------

  /** @param {View} view */
  _sectorWindow({ lx, ly, rx, ry, reach, convex }) {
    const { box } = this;
    const radius = reach[0];
    box[0] = convex && !(ly <= 0 && ry >= 0) ? radius * Math.min(0, lx, rx) : -radius;
    box[1] = convex && !(rx <= 0 && lx >= 0) ? radius * Math.min(0, ly, ry) : -radius;
    box[2] = convex && !(ry <= 0 && ly >= 0) ? radius * Math.max(0, lx, rx) : radius;
    box[3] = convex && !(lx <= 0 && rx >= 0) ? radius * Math.max(0, ly, ry) : radius;
  }

  /**
   * Collect the segments that a camera could see without walls, and the window of all that is kept.
   * @param {View} view
   * @returns {number}
   */
  _gatherLines(view) {
    const { streetGrid: grid, streets, span, box } = this;
    const { x, y, lx, ly, rx, ry } = view;
    this._sectorWindow(view);
    grid.under(x + box[0], y + box[1], x + box[2], y + box[3]);
    const [c0, c1, r0, r1] = grid.window;
    box.fill(0);
    let count = 0;
    for (let row = r0; row <= r1; row++) {
      if (c0 > c1) break;
      const stop = grid.first[row * grid.columns + c1 + 1];
      for (let k = grid.first[row * grid.columns + c0]; k < stop; k++) {
        const segment = grid.item[k];
        if (grid.met[segment] === grid.search) continue;
        grid.met[segment] = grid.search;
        if (streets.deck[segment] !== view.deck) continue;
        const ax = streets.x0[segment] - x;
        const ay = streets.y0[segment] - y;
        const bx = streets.x1[segment] - x;
        const by = streets.y1[segment] - y;
        this._withinRing(ax, ay, bx, by, view.reach[0]);
        span[0] = Math.max(span[0], 0);
        span[1] = Math.min(span[1], 1);
        if (view.convex && span[0] < span[1]) {
          this._clipAbove(ax * ly - ay * lx, bx * ly - by * lx);
          this._clipAbove(rx * ay - ry * ax, rx * by - ry * bx);
        }
        if (span[0] >= span[1]) continue;
        if (count === this.chosen.length) this._moreLines();
        this._keepLine(count++, segment, ax, ay, bx, by);
      }
    }
    return count;
  }

  _moreLines() {
    this.line = widened(this.line);
    const chosen = new Int32Array(2 * this.chosen.length);
    chosen.set(this.chosen);
    this.chosen = chosen;
  }

  /**
   * @param {number} k
   * @param {number} segment
   * @param {number} ax
   * @param {number} ay
   * @param {number} bx
   * @param {number} by
   */
  _keepLine(k, segment, ax, ay, bx, by) {
    const { line, span, box } = this;
    const at = LINE * k;
    this.chosen[k] = segment;
    line[at] = ax;
    line[at + 1] = ay;
    line[at + 2] = bx;
    line[at + 3] = by;
    line[at + 4] = span[0];
    line[at + 5] = span[1];
    for (let end = 0; end < 2; end++) {
      const px = ax + span[end] * (bx - ax);
      const py = ay + span[end] * (by - ay);
      box[0] = Math.min(box[0], px);
      box[1] = Math.min(box[1], py);
      box[2] = Math.max(box[2], px);
      box[3] = Math.max(box[3], py);
    }
  }

  /**
   * Collect the walls that may hide something within the window: those higher than the camera by
   * their front, lower ones by both faces.
   * @param {View} view
   * @returns {number}
   */
  _gatherWalls(view) {
    const { wallGrid: grid, walls, box } = this;
    const { x, y, lx, ly, rx, ry } = view;
    const deckHeight = view.deck === DECK_FOOTBRIDGE ? FOOTBRIDGE_M : 0;
    const lens = view.mount + deckHeight;
    const face = FACE_HEIGHT_M + deckHeight;
    grid.under(x + box[0], y + box[1], x + box[2], y + box[3]);
    const [c0, c1, r0, r1] = grid.window;
    let count = 0;
    for (let row = r0; row <= r1; row++) {
      if (c0 > c1) break;
      const stop = grid.first[row * grid.columns + c1 + 1];
      for (let k = grid.first[row * grid.columns + c0]; k < stop; k++) {
        const i = grid.item[k];
        if (grid.met[i] === grid.search) continue;
        grid.met[i] = grid.search;
        const px = walls.x0[i] - x;
        const py = walls.y0[i] - y;
        const qx = walls.x1[i] - x;
        const qy = walls.y1[i] - y;
        const facing = px * qy - py * qx;
        const top = walls.top[i];
        const low = top < lens;
        if (facing === 0 || (facing > 0 && !low) || top <= face) continue;
        if (Math.max(px, qx) < box[0] || Math.min(px, qx) > box[2]) continue;
        if (Math.max(py, qy) < box[1] || Math.min(py, qy) > box[3]) continue;
        if (view.convex && ((lx * py - ly * px > 0 && lx * qy - ly * qx > 0) || (rx * py - ry * px < 0 && rx * qy - ry * qx < 0))) continue;
        const shade = low ? (lens - top) / (lens - face) : 0;
        if (WALL * count === this.wall.length) this._moreWalls();
        if (facing < 0) this._keepWall(count++, px, py, qx, qy, shade);
        else this._keepWall(count++, qx, qy, px, py, shade);
      }
    }
    return count;
  }

  _moreWalls() {
    this.wall = widened(this.wall);
    this.shadow = widened(this.shadow);
    this.free = widened(this.free);
  }

  /**
   * Write a front-facing wall: P, Q, Q − P, and the largest cross(Q − P, d) it can hide.
   * @param {number} k
   * @param {number} px
   * @param {number} py
   * @param {number} qx
   * @param {number} qy
   * @param {number} shade
   */
  _keepWall(k, px, py, qx, qy, shade) {
    const { wall } = this;
    const at = WALL * k;
    const ex = qx - px;
    const ey = qy - py;
    wall[at] = px;
    wall[at + 1] = py;
    wall[at + 2] = qx;
    wall[at + 3] = qy;
    wall[at + 4] = ex;
    wall[at + 5] = ey;
    wall[at + 6] = shade > 0 ? (ex * py - ey * px) / shade : Infinity;
  }

  // leaving out what is certainly hidden ------------------------------------------------------

  /**
   * Write, per sector, a squared distance beyond which everything is hidden by one high wall.
   * @param {number} walls
   */
  _measureDepth(walls) {
    const { wall, depth } = this;
    depth.fill(Infinity);
    for (let at = 0; at < WALL * walls; at += WALL) {
      if (wall[at + 6] < Infinity) continue;
      const px = wall[at];
      const py = wall[at + 1];
      const qx = wall[at + 2];
      const qy = wall[at + 3];
      const first = sectorOf(qx, qy);
      let last = sectorOf(px, py);
      if (last < first) last += SECTORS;
      const far = Math.max(px * px + py * py, qx * qx + qy * qy);
      const stop = Math.trunc(last - SLACK);
      for (let b = Math.trunc(first + SLACK) + 1; b < stop; b++) {
        const sector = b % SECTORS;
        if (far < depth[sector]) depth[sector] = far;
      }
    }
  }

  /**
   * Whether the segment A→B lies beyond the depth of every sector it touches.
   * @param {number} ax
   * @param {number} ay
   * @param {number} bx
   * @param {number} by
   */
  _isHidden(ax, ay, bx, by) {
    const { depth } = this;
    const turn = ax * by - ay * bx;
    if (turn === 0) return false;
    let first = turn < 0 ? sectorOf(bx, by) : sectorOf(ax, ay);
    let last = turn < 0 ? sectorOf(ax, ay) : sectorOf(bx, by);
    if (last < first) last += SECTORS;
    const near = nearestSquared(ax, ay, bx, by) * (1 - SLACK);
    first = Math.floor(first - SLACK);
    last = Math.trunc(last + SLACK) + 1;
    for (let b = first; b < last; b++) {
      if (depth[(b + SECTORS) % SECTORS] >= near) return false;
    }
    return true;
  }

  /**
   * Keep the walls that are not wholly hidden by others.
   * @param {number} walls
   */
  _dropHiddenWalls(walls) {
    const { wall } = this;
    let count = 0;
    for (let at = 0; at < WALL * walls; at += WALL) {
      if (this._isHidden(wall[at], wall[at + 1], wall[at + 2], wall[at + 3])) continue;
      if (at > count) wall.copyWithin(count, at, at + WALL);
      count += WALL;
    }
    return count / WALL;
  }

  // shadows -----------------------------------------------------------------------------------

  /**
   * Insert an interval into the shadows, kept in order of their beginnings.
   * @param {number} count
   * @param {number} low
   * @param {number} high
   */
  _addShadow(count, low, high) {
    if (low >= high) return count;
    const { shadow } = this;
    let k = 2 * count;
    while (k > 0 && shadow[k - 2] > low) {
      shadow[k] = shadow[k - 2];
      shadow[k + 1] = shadow[k - 1];
      k -= 2;
    }
    shadow[k] = low;
    shadow[k + 1] = high;
    return count + 1;
  }

  /**
   * Set the span to the part of [low, high] that the wall at `w` hides, empty where low ≥ high.
   * @param {number} ax
   * @param {number} ay
   * @param {number} bx
   * @param {number} by
   * @param {number} low
   * @param {number} high
   * @param {number} w
   */
  _wallShadow(ax, ay, bx, by, low, high, w) {
    const { wall, span } = this;
    span[0] = 1;
    span[1] = 0;
    const px = wall[w];
    const py = wall[w + 1];
    const afterA = ax * py - ay * px;
    const afterB = bx * py - by * px;
    if (afterA < 0 && afterB < 0) return;
    const qx = wall[w + 2];
    const qy = wall[w + 3];
    const beforeA = ay * qx - ax * qy;
    const beforeB = by * qx - bx * qy;
    if (beforeA <= 0 && beforeB <= 0) return;
    const ex = wall[w + 4];
    const ey = wall[w + 5];
    const beyondA = ex * (ay - py) - ey * (ax - px);
    const beyondB = ex * (by - py) - ey * (bx - px);
    if (beyondA <= 0 && beyondB <= 0) return;
    span[0] = low;
    span[1] = high;
    this._clipAbove(afterA, afterB);
    this._clipAbove(beforeA, beforeB);
    this._clipAbove(beyondA, beyondB);
    const furthest = wall[w + 6];
    if (furthest < Infinity) this._clipAbove(furthest - (ex * ay - ey * ax), furthest - (ex * by - ey * bx));
  }

  /**
   * Collect all that hides parts of one segment: near limit, blind wedge, walls.
   * @param {number} ax
   * @param {number} ay
   * @param {number} bx
   * @param {number} by
   * @param {number} low
   * @param {number} high
   * @param {View} view
   * @param {number} walls
   */
  _castShadows(ax, ay, bx, by, low, high, view, walls) {
    const { span } = this;
    const { lx, ly, rx, ry } = view;
    let count = 0;
    if (view.near > 0) {
      this._withinRing(ax, ay, bx, by, view.near);
      count = this._addShadow(count, Math.max(low, span[0]), Math.min(high, span[1]));
    }
    if (view.reflex) {
      const rightA = ry * ax - rx * ay;
      const rightB = ry * bx - rx * by;
      const leftA = lx * ay - ly * ax;
      const leftB = lx * by - ly * bx;
      span[0] = low;
      span[1] = high;
      this._clipAbove(rightA, rightB);
      this._clipAbove(leftA, leftB);
      // along the edge of the field, which belongs to the field, nothing is hidden
      const edge = Math.max(rightA, rightB) <= 0 || Math.max(leftA, leftB) <= 0;
      if (!edge) count = this._addShadow(count, span[0], span[1]);
    }
    for (let w = 0; w < WALL * walls; w += WALL) {
      this._wallShadow(ax, ay, bx, by, low, high, w);
      if (span[0] < span[1]) count = this._addShadow(count, span[0], span[1]);
    }
    return count;
  }

  /**
   * Write [low, high] without the ordered shadows to `free`; return the number of intervals.
   * @param {number} low
   * @param {number} high
   * @param {number} length
   * @param {number} count
   */
  _openIntervals(low, high, length, count) {
    const { shadow, free } = this;
    let found = 0;
    let lit = low;
    for (let k = 0; k < 2 * count; k += 2) {
      if ((shadow[k] - lit) * length > TOUCH_M) {
        free[found++] = lit;
        free[found++] = shadow[k];
      }
      lit = Math.max(lit, shadow[k + 1]);
    }
    if ((high - lit) * length > TOUCH_M) {
      free[found++] = lit;
      free[found++] = high;
    }
    return found / 2;
  }

  /**
   * Write what is seen of one segment for every task.
   * @param {number} ax
   * @param {number} ay
   * @param {number} bx
   * @param {number} by
   * @param {number} length
   * @param {number} edge
   * @param {number} start
   * @param {View} view
   * @param {number} open
   */
  _writeTasks(ax, ay, bx, by, length, edge, start, { near, reach }, open) {
    const { span, free, found } = this;
    for (let task = 0; task < TASKS; task++) {
      span[0] = 0;
      span[1] = 1;
      if (task > 0) {
        if (reach[task] <= near) break;
        this._withinRing(ax, ay, bx, by, reach[task]);
      }
      for (let k = 0; k < 2 * open; k += 2) {
        const low = Math.max(free[k], span[0]);
        const high = Math.min(free[k + 1], span[1]);
        if ((high - low) * length > TOUCH_M) found.add(edge, task, start + low * length, start + high * length);
      }
    }
  }
}

/** Rows as they are found. */
class SightRows {
  /** @param {number} room */
  constructor(room) {
    this.count = 0;
    this.place = new Int32Array(room);
    this.start = new Float64Array(room);
    this.end = new Float64Array(room);
  }

  /**
   * @param {number} edge
   * @param {number} task
   * @param {number} start
   * @param {number} end
   */
  add(edge, task, start, end) {
    if (this.count === this.place.length) this._grow();
    this.place[this.count] = TASKS * edge + task;
    this.start[this.count] = start;
    this.end[this.count] = end;
    this.count += 1;
  }

  _grow() {
    const place = new Int32Array(2 * this.place.length);
    place.set(this.place);
    this.place = place;
    this.start = widened(this.start);
    this.end = widened(this.end);
  }

  /**
   * A copy in order of edge, task and start; what meets across segments is one interval.
   * @returns {Seeing}
   */
  ordered() {
    const { count, place, start, end } = this;
    const order = Int32Array.from({ length: count }, (_, i) => i);
    order.sort((a, b) => place[a] - place[b] || start[a] - start[b]);
    const found = { place: new Int32Array(count), start: new Float64Array(count), end: new Float64Array(count) };
    let last = -1;
    for (const i of order) {
      if (last >= 0 && found.place[last] === place[i] && start[i] - found.end[last] <= TOUCH_M) {
        found.end[last] = Math.max(found.end[last], end[i]);
        continue;
      }
      last += 1;
      found.place[last] = place[i];
      found.start[last] = start[i];
      found.end[last] = end[i];
    }
    const size = last + 1;
    return { place: found.place.slice(0, size), start: found.start.slice(0, size), end: found.end.slice(0, size) };
  }
}

/**
 * Twice the room, with what is in it.
 * @param {Float64Array} numbers
 */
function widened(numbers) {
  const wide = new Float64Array(2 * numbers.length);
  wide.set(numbers);
  return wide;
}

/**
 * A direction's place on a diamond round the camera, in sectors, counter-clockwise from east.
 * @param {number} x
 * @param {number} y
 */
function sectorOf(x, y) {
  const along = y / (Math.abs(x) + Math.abs(y));
  const turn = x >= 0 ? along : 2 - along;
  return (turn >= 0 ? turn : turn + 4) * (SECTORS / 4);
}

/**
 * The squared distance from the camera to the segment A→B.
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 */
function nearestSquared(ax, ay, bx, by) {
  const dx = bx - ax;
  const dy = by - ay;
  const squared = dx * dx + dy * dy;
  const s = squared === 0 ? 0 : Math.min(Math.max(-(ax * dx + ay * dy) / squared, 0), 1);
  const x = ax + s * dx;
  const y = ay + s * dy;
  return x * x + y * y;
}
