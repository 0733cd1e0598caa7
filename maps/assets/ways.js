// Ways on foot over the packed streets: the shortest between two places, how much of it is seen, and
// a less seen one. It knows edges, their ends and the ranks along them; lengths are metres. A place
// on the network is {edge, at}: metres along an edge from its first end. It draws and says nothing.

import { Heap } from "./heap.js";
import { Later } from "./later.js";
import { runStarts, upTo } from "./payload.js";

const EDGES_A_SLICE = 1 << 11;
const STRETCH = 1.5;
const MOST_PRICES = 24;
const SMALLEST_PRICE = 1e-6;
const NO_GAP_M = 1e-6;

export class Ways {
  /**
   * @param {Head} head
   * @param {Columns} columns
   */
  constructor(head, columns) {
    this.head = head;
    this.columns = columns;
    /** Streets as walked, and where they meet; a city's take a while. */
    this.measured = new Later(() => this._measured());
    this.meeting = new Later(() => this._meeting());
    /** Metres seen of every edge, for the task and code of the key. */
    this.seenOf = new Float64Array(columns.edge_points.length);
    this.seenKey = "";
  }

  // what is made when it is first asked for

  /** Where the points of each edge begin. */
  get points() { return this.measured.value.points; }
  /** Where the pieces of each edge begin. */
  get pieces() { return this.measured.value.pieces; }
  /** Where on its edge each piece ends. */
  get pieceEnd() { return this.measured.value.pieceEnd; }
  /** Of each edge. */
  get length() { return this.measured.value.length; }
  /** Where the cameras that see each edge begin; null where the page does not know them. */
  get metFirst() { return this.measured.value.metFirst; }
  get junctions() { return this.meeting.value.junctions; }
  /** Where the arcs of each junction begin. */
  get first() { return this.meeting.value.first; }
  get arcs() { return this.meeting.value.arcs; }

  *_measured() {
    const { head, columns: c } = this;
    const [points, pieces] = [runStarts(c.edge_points), runStarts(c.edge_pieces)];
    const pieceEnd = new Float64Array(c.piece_length.length);
    const length = new Float64Array(c.edge_points.length);
    for (let edge = 0; edge < length.length; edge++) {
      const [begin, end] = [pieces[edge], pieces[edge + 1]];
      let walked = 0;
      for (let i = begin; i < end; i++) pieceEnd[i] = walked += head.piece_step * c.piece_length[i];
      const whole = walked / 10 + c.edge_rest[edge] / 1000;
      for (let i = begin; i < end; i++) pieceEnd[i] = Math.min(pieceEnd[i] / 10, whole);
      if (end > begin) pieceEnd[end - 1] = whole;
      length[edge] = whole;
      if (edge % EDGES_A_SLICE === 0) yield;
    }
    return { points, pieces, pieceEnd, length, metFirst: c.edge_met ? runStarts(c.edge_met) : null };
  }

  *_meeting() {
    const { edge_u: u, edge_v: v } = this.columns;
    let junctions = 0;
    for (const ends of [u, v]) {
      for (let e = 0; e < ends.length; e++) junctions = Math.max(junctions, ends[e] + 1);
      yield;
    }
    const first = this._firstArcs(junctions);
    yield;
    return { junctions, first, arcs: this._arcs(first) };
  }

  /**
   * Arcs that leave junction n are arcs[first[n]] … arcs[first[n + 1] - 1]: edge · 2 + backward.
   * @param {Int32Array} first
   */
  _arcs(first) {
    const { edge_u: u, edge_v: v } = this.columns;
    const next = first.slice();
    const arcs = new Int32Array(2 * u.length);
    for (let e = 0; e < u.length; e++) {
      arcs[next[u[e]]++] = 2 * e;
      arcs[next[v[e]]++] = 2 * e + 1;
    }
    return arcs;
  }

  /**
   * Where the arcs of each junction begin.
   * @param {number} junctions
   */
  _firstArcs(junctions) {
    const { edge_u: u, edge_v: v } = this.columns;
    const count = new Int32Array(junctions);
    for (let e = 0; e < u.length; e++) {
      count[u[e]] += 1;
      count[v[e]] += 1;
    }
    return runStarts(count);
  }

  /**
   * The place on the network of a junction.
   * @param {number} junction
   * @returns {Place}
   */
  atJunction(junction) {
    const arc = this.arcs[this.first[junction]];
    return { edge: arc >> 1, at: arc & 1 ? this.length[arc >> 1] : 0 };
  }

  /**
   * Coordinates of a junction, in grid units.
   * @param {number} junction
   * @returns {number[]}
   */
  junctionAt(junction) {
    const arc = this.arcs[this.first[junction]];
    const point = arc & 1 ? this.points[(arc >> 1) + 1] - 1 : this.points[arc >> 1];
    return [this.columns.edge_x[point], this.columns.edge_y[point]];
  }

  /**
   * The place on the network nearest to a point of the grid, among the edges accepted, and how far
   * it is in grid units; null if there is none.
   * @param {number} x
   * @param {number} y
   * @param {(edge: number) => boolean} [accept]
   * @returns {(Place & {away: number}) | null}
   */
  nearest(x, y, accept = () => true) {
    const { edge_x: ex, edge_y: ey } = this.columns;
    let best = { away: Infinity, edge: -1, p: -1, part: 0 };
    for (let edge = 0; edge < this.length.length; edge++) {
      if (!accept(edge)) continue;
      for (let p = this.points[edge]; p < this.points[edge + 1] - 1; p++) {
        const [dx, dy] = [ex[p + 1] - ex[p], ey[p + 1] - ey[p]];
        const square = dx * dx + dy * dy;
        const along = square ? ((x - ex[p]) * dx + (y - ey[p]) * dy) / square : 0;
        const part = Math.min(Math.max(along, 0), 1);
        const away = Math.hypot(ex[p] + part * dx - x, ey[p] + part * dy - y);
        if (away < best.away) best = { away, edge, p, part };
      }
    }
    if (best.edge < 0) return null;
    return { edge: best.edge, at: this._along(best), away: best.away };
  }

  /**
   * Metres along an edge at a part of its drawn step `p`.
   * @param {{edge: number, p: number, part: number}} place
   */
  _along({ edge, p, part }) {
    let before = 0;
    let whole = 0;
    for (let q = this.points[edge]; q < this.points[edge + 1] - 1; q++) {
      const step = this._step(q);
      if (q < p) before += step;
      if (q === p) before += part * step;
      whole += step;
    }
    return whole ? (before / whole) * this.length[edge] : 0;
  }

  /** @param {number} p */
  _step(p) {
    const { edge_x: x, edge_y: y } = this.columns;
    return Math.hypot(x[p + 1] - x[p], y[p + 1] - y[p]);
  }

  // search ------------------------------------------------------------------------------------

  /**
   * Cheapest costs from a place to the junctions, up to `most`. `cost(edge)` is of a whole edge,
   * `part(edge, from, to)` of a stretch, `open(junction, arc, onward)` lets an arc be walked.
   * @param {Place} place
   * @param {(edge: number) => number} cost
   * @param {PartCost} part
   * @param {number} most
   * @param {Near} [open]
   * @returns {Tree}
   */
  _search({ edge, at }, cost, part, most, open) {
    const { edge_u: u, edge_v: v } = this.columns;
    const found = new Float64Array(this.junctions).fill(Infinity);
    const metres = new Float64Array(this.junctions).fill(Infinity);
    const came = new Int32Array(this.junctions).fill(-1);
    const heap = new Heap();
    /** @type {(junction: number, value: number, walked: number, arc: number) => void} */
    const reach = (junction, value, walked, arc) => {
      if (value >= found[junction] || value > most) return;
      found[junction] = value;
      metres[junction] = walked;
      came[junction] = arc;
      heap.add(value, junction);
    };
    reach(u[edge], part(edge, 0, at), at, -1);
    reach(v[edge], part(edge, at, this.length[edge]), this.length[edge] - at, -1);
    while (heap.size) {
      const value = heap.least;
      const junction = heap.take();
      if (value > found[junction]) continue;
      for (let k = this.first[junction]; k < this.first[junction + 1]; k++) {
        const arc = this.arcs[k];
        const onward = arc & 1 ? u[arc >> 1] : v[arc >> 1];
        if (open && !open(junction, arc >> 1, onward)) continue;
        reach(onward, value + cost(arc >> 1), metres[junction] + this.length[arc >> 1], arc);
      }
    }
    return { found, metres, came };
  }

  /**
   * The steps of the cheapest way from a to b after a search from a: [{edge, from, to}, …] or null.
   * @param {Place} a
   * @param {Place} b
   * @param {Tree} tree
   * @param {PartCost} part
   * @returns {Step[] | null}
   */
  _way(a, b, tree, part) {
    const { found } = tree;
    const { edge_u: u, edge_v: v } = this.columns;
    const whole = this.length[b.edge];
    const ends = [
      { cost: found[u[b.edge]] + part(b.edge, 0, b.at), junction: u[b.edge], from: 0 },
      { cost: found[v[b.edge]] + part(b.edge, b.at, whole), junction: v[b.edge], from: whole },
    ];
    if (a.edge === b.edge) {
      const [low, high] = [Math.min(a.at, b.at), Math.max(a.at, b.at)];
      ends.unshift({ cost: part(a.edge, low, high), junction: -1, from: a.at });
    }
    const best = ends.reduce((one, other) => (other.cost < one.cost ? other : one));
    if (!Number.isFinite(best.cost)) return null;
    const last = { edge: b.edge, from: best.from, to: b.at };
    const before = best.junction < 0 ? [] : this._upTo(a, best.junction, tree, part);
    return before.concat(last).filter(({ from, to }) => from !== to);
  }

  /**
   * The steps from a to a junction that a search from a has reached.
   * @param {Place} a
   * @param {number} junction
   * @param {Tree} tree
   * @param {PartCost} part
   * @returns {Step[]}
   */
  _upTo(a, junction, { found, came }, part) {
    const { edge_u: u, edge_v: v } = this.columns;
    const steps = [];
    while (came[junction] >= 0) {
      const arc = came[junction];
      const edge = arc >> 1;
      const [from, to] = arc & 1 ? [this.length[edge], 0] : [0, this.length[edge]];
      steps.push({ edge, from, to });
      junction = arc & 1 ? v[edge] : u[edge];
    }
    const to = this._side(a, junction, found[junction], part);
    steps.push({ edge: a.edge, from: a.at, to });
    return steps.reverse();
  }

  /**
   * The end of a's edge by which a walk reached `junction` first.
   * @param {Place} place
   * @param {number} junction
   * @param {number} cost
   * @param {PartCost} part
   */
  _side({ edge, at }, junction, cost, part) {
    const { edge_u: u, edge_v: v } = this.columns;
    if (u[edge] !== v[edge]) return u[edge] === junction ? 0 : this.length[edge];
    return part(edge, 0, at) <= cost ? 0 : this.length[edge];
  }

  /**
   * Shortest way between two places, with what later searches for a way at most `stretch` times as
   * long need; null if there is none.
   * @param {Place} a
   * @param {Place} b
   * @param {number} [stretch]
   * @returns {Shortest | null}
   */
  shortest(a, b, stretch = STRETCH) {
    /** @type {(edge: number) => number} */
    const metres = (edge) => this.length[edge];
    /** @type {PartCost} */
    const part = (edge, from, to) => to - from;
    const there = this._search(a, metres, part, Infinity);
    const steps = this._way(a, b, there, part);
    if (!steps) return null;
    const length = this.metres(steps);
    const most = stretch * length;
    const back = this._search(b, metres, part, most);
    /** @type {(one: Tree, other: Tree) => Near} */
    const near = (one, other) => (junction, edge, onward) =>
      one.found[junction] + this.length[edge] + other.found[onward] <= most + NO_GAP_M;
    return { a, b, steps, length, most, near: near(there, back), nearBack: near(back, there) };
  }

  /** @param {Step[]} steps */
  metres(steps) {
    return steps.reduce((sum, { from, to }) => sum + Math.abs(to - from), 0);
  }

  // what is seen --------------------------------------------------------------------------------

  /**
   * Call `use(metres, seen)` for each piece of a stretch, in walking order.
   * @param {Step} step
   * @param {(piece: number) => boolean} seen
   * @param {(metres: number, seen: boolean) => void} use
   */
  _pieces({ edge, from, to }, seen, use) {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const [first, last] = [this.pieces[edge], this.pieces[edge + 1] - 1];
    for (let k = 0; k <= last - first; k++) {
      const i = from > to ? last - k : first + k;
      const begin = i > first ? this.pieceEnd[i - 1] : 0;
      const metres = Math.min(high, this.pieceEnd[i]) - Math.max(low, begin);
      // a piece shorter than the page's decimetre still parts what is unseen on either side
      const point = begin === this.pieceEnd[i] && begin >= low && begin <= high;
      if (metres > 0 || point) use(metres, seen(i));
    }
  }

  /**
   * Whether a piece is seen for a task by the cameras up to a code.
   * @param {number} task
   * @param {number} code
   */
  _seen(task, code) {
    const codes = this.columns[`piece_${this.head.tasks[task]}`];
    return (/** @type {number} */ i) => codes[i] > 0 && codes[i] <= code;
  }

  /**
   * Stretches of a way in walking order, seen and unseen by turns: [{metres, seen}, …].
   * @param {Step[]} steps
   * @param {number} task
   * @param {number} code
   * @returns {Run[]}
   */
  stretches(steps, task, code) {
    const seen = this._seen(task, code);
    /** @type {Run[]} */
    const runs = [];
    for (const step of steps) {
      this._pieces(step, seen, (metres, isSeen) => {
        const last = runs[runs.length - 1];
        if (last && last.seen === isSeen) last.metres += metres;
        else runs.push({ metres, seen: isSeen });
      });
    }
    return runs;
  }

  /**
   * Figures of a way, as `sim walk` counts them; `first` is null where it is never seen.
   * @param {Step[]} steps
   * @param {number} task
   * @param {number} code
   * @returns {WayFigures}
   */
  figures(steps, task, code) {
    const runs = this.stretches(steps, task, code);
    /** @type {WayFigures} */
    const found = { length: 0, seen: 0, gap: 0, first: null, runs, share: 0, met: null };
    for (const { metres, seen } of runs) {
      if (seen) {
        if (found.first === null) found.first = found.length;
        found.seen += metres;
      } else {
        found.gap = Math.max(found.gap, metres);
      }
      found.length += metres;
    }
    found.share = found.length ? found.seen / found.length : 0;
    found.met = this.met(steps, task, code);
    return found;
  }

  // cameras ---------------------------------------------------------------------------------------

  /**
   * Number of cameras up to a code that see a way for a task; null where the page does not know.
   * @param {Step[]} steps
   * @param {number} task
   * @param {number} code
   */
  met(steps, task, code) {
    const { met_head: heads, met_task: strictest, head_rank: rank } = this.columns;
    if (!this.metFirst) return null;
    const found = new Set();
    for (const step of steps) {
      const { edge, from, to } = step;
      const whole = Math.abs(to - from) === this.length[edge];
      for (let k = this.metFirst[edge]; k < this.metFirst[edge + 1]; k++) {
        if (strictest[k] < task || rank[heads[k]] > code || found.has(heads[k])) continue;
        if (whole || this._inField(heads[k], task, step)) found.add(heads[k]);
      }
    }
    return found.size;
  }

  /**
   * The cameras of `met` in the order in which they are met: where each begins and ends to see the way,
   * in metres from its beginning, and on which edge; null where the page does not know.
   * @param {Step[]} steps
   * @param {number} task
   * @param {number} code
   * @returns {Meeting[] | null}
   */
  meetings(steps, task, code) {
    const { met_head: heads, met_task: strictest, head_rank: rank } = this.columns;
    if (!this.metFirst) return null;
    /** @type {Map<number, Meeting>} */
    const found = new Map();
    let walked = 0;
    for (const step of steps) {
      const { edge, from, to } = step;
      const metres = Math.abs(to - from);
      for (let k = this.metFirst[edge]; k < this.metFirst[edge + 1]; k++) {
        const head = heads[k];
        if (strictest[k] < task || rank[head] > code) continue;
        // a glimpse of a whole street that is shorter than half a metre counts in its middle
        const span = this.span(head, task, step) || (metres === this.length[edge] ? [0.5, 0.5] : null);
        if (!span) continue;
        const known = found.get(head) || { head, edge, from: walked + metres * span[0], to: 0 };
        found.set(head, { ...known, to: walked + metres * span[1] });
      }
      walked += metres;
    }
    return [...found.values()].sort((one, other) => one.from - other.from);
  }

  /**
   * The point of the grid so many metres along a way.
   * @param {Step[]} steps
   * @param {number} metres
   */
  pointAt(steps, metres) {
    let left = metres;
    for (const [place, { edge, from, to }] of steps.entries()) {
      const long = Math.abs(to - from);
      if (left > long && place < steps.length - 1) {
        left -= long;
        continue;
      }
      const at = from + Math.sign(to - from) * Math.min(left, long);
      return this.line([{ edge, from: at, to: at }])[0];
    }
    return null;
  }

  /**
   * Whether a part of a street, looked at every half metre, lies in what a camera sees.
   * @param {number} head
   * @param {number} task
   * @param {Step} step
   */
  _inField(head, task, step) {
    return this.span(head, task, step, true) !== null;
  }

  /**
   * Parts 0…1 of a step at which it first and last lies in what a camera sees, looked at every half
   * metre; null where it never does. With `any` the first place found is enough.
   * @param {number} head
   * @param {number} task
   * @param {Step} step
   * @param {boolean} [any]
   * @returns {number[] | null}
   */
  span(head, task, step, any = false) {
    const { head_x: hx, head_y: hy, head_near: nearest } = this.columns;
    const { decimetre, tasks } = this.head;
    const near = nearest[head] * decimetre;
    const far = this.columns[`head_range_${tasks[task]}`][head] * decimetre;
    const line = this.line([step]);
    const long = line.map(([x, y], i) => (i ? Math.hypot(x - line[i - 1][0], y - line[i - 1][1]) : 0));
    const whole = long.reduce((sum, part) => sum + part, 0);
    let found = null;
    for (let i = 0, walked = 0; i < line.length - 1; walked += long[++i]) {
      const [[x0, y0], [x1, y1]] = [line[i], line[i + 1]];
      const count = Math.ceil(long[i + 1] / (5 * decimetre));
      for (let k = 0; k <= count; k++) {
        const [x, y] = [x0 + (k / count) * (x1 - x0), y0 + (k / count) * (y1 - y0)];
        const away = Math.hypot(x - hx[head], y - hy[head]);
        if (!(away >= near && away <= far && this._inside(head, x, y))) continue;
        const part = (walked + (k / count) * long[i + 1]) / whole;
        if (any) return [part, part];
        found = [found ? found[0] : part, part];
      }
    }
    return found;
  }

  /**
   * Whether a point lies inside the rings of a camera's field.
   * @param {number} head
   * @param {number} x
   * @param {number} y
   */
  _inside(head, x, y) {
    const { field_start: start, field_head: of, field_x: fx, field_y: fy } = this.columns;
    let inside = false;
    const last = upTo(of, head);
    for (let ring = upTo(of, head - 1); ring < last; ring++) {
      let q = start[ring + 1] - 1;
      for (let p = start[ring]; p < start[ring + 1]; q = p++) {
        if (fy[p] > y === fy[q] > y) continue;
        const cross = fx[p] + ((y - fy[p]) / (fy[q] - fy[p])) * (fx[q] - fx[p]);
        if (x < cross) inside = !inside;
      }
    }
    return inside;
  }

  /**
   * Metres of every edge seen for a task by the cameras up to a code.
   * @param {number} task
   * @param {number} code
   */
  _seenMetres(task, code) {
    const key = `${task} ${code}`;
    if (this.seenKey !== key) {
      const seen = this._seen(task, code);
      this.seenOf = new Float64Array(this.length.length);
      for (let edge = 0; edge < this.length.length; edge++) {
        let begin = 0;
        for (let i = this.pieces[edge]; i < this.pieces[edge + 1]; i++) {
          if (seen(i)) this.seenOf[edge] += this.pieceEnd[i] - begin;
          begin = this.pieceEnd[i];
        }
      }
      this.seenKey = key;
    }
    return this.seenOf;
  }

  /**
   * The least seen way found that is no longer than `shortest` allows: metres seen
   * plus a price a metre walked, the price raised until the way is short enough (Handler and Zang,
   * Networks 10, 1980); at each price the best ways through every junction are tried as well. A way
   * between two prices may be less seen still, so it is found, not proven.
   * @param {Shortest} shortest
   * @param {number} task
   * @param {number} code
   * @returns {Way}
   */
  leastSeen(shortest, task, code) {
    const whole = this._seenMetres(task, code);
    const seen = this._seen(task, code);
    /** @type {PartCost} */
    const seenPart = (edge, from, to) => {
      let sum = 0;
      this._pieces({ edge, from, to }, seen, (metres, isSeen) => (sum += isSeen ? metres : 0));
      return sum;
    };
    const most = shortest.most + NO_GAP_M;
    let best = this._weighed(shortest.steps, seenPart);
    /** @type {(way: Way) => void} */
    const better = (way) => {
      if (way.length <= most && way.seen < best.seen - NO_GAP_M) best = way;
    };
    /** @type {(price: number) => Way} */
    const priced = (price) => {
      /** @type {PartCost} */
      const part = (edge, from, to) => seenPart(edge, from, to) + price * (to - from);
      /** @type {(edge: number) => number} */
      const cost = (edge) => whole[edge] + price * this.length[edge];
      const there = this._search(shortest.a, cost, part, Infinity, shortest.near);
      // the shortest way at least is near enough
      const way = /** @type {Step[]} */ (this._way(shortest.a, shortest.b, there, part));
      const found = this._weighed(way, seenPart);
      better(found);
      if (found.length > most || price > SMALLEST_PRICE) {
        const back = this._search(shortest.b, cost, part, Infinity, shortest.nearBack);
        const through = this._through(shortest, there, back, price, most, part);
        if (through) better(this._weighed(through, seenPart));
      }
      return found;
    };
    let within = best;
    let beyond = priced(SMALLEST_PRICE);
    if (beyond.length <= most) return best;
    for (let k = 0; k < MOST_PRICES; k++) {
      const price = (within.seen - beyond.seen) / (beyond.length - within.length);
      if (!(price > SMALLEST_PRICE)) break;
      const next = priced(price);
      const cheapest = within.seen + price * within.length;
      if (next.seen + price * next.length > cheapest - NO_GAP_M) break;
      if (next.length <= most) within = next;
      else beyond = next;
    }
    return best;
  }

  /**
   * Of the cheapest ways through each junction, the least seen that is short enough.
   * @param {Shortest} shortest
   * @param {Tree} there
   * @param {Tree} back
   * @param {number} price
   * @param {number} most
   * @param {PartCost} part
   */
  _through({ a, b }, there, back, price, most, part) {
    let least = Infinity;
    let via = -1;
    for (let junction = 0; junction < this.junctions; junction++) {
      const metres = there.metres[junction] + back.metres[junction];
      if (!(metres <= most)) continue;
      const seen = there.found[junction] + back.found[junction] - price * metres;
      if (seen < least) [least, via] = [seen, junction];
    }
    if (via < 0) return null;
    const onward = this._upTo(b, via, back, part).reverse();
    const turned = onward.map(({ edge, from, to }) => ({ edge, from: to, to: from }));
    return this._upTo(a, via, there, part).concat(turned).filter(({ from, to }) => from !== to);
  }

  /**
   * @param {Step[]} steps
   * @param {PartCost} seenPart
   * @returns {Way}
   */
  _weighed(steps, seenPart) {
    let seen = 0;
    for (const { edge, from, to } of steps) {
      seen += seenPart(edge, Math.min(from, to), Math.max(from, to));
    }
    return { steps, seen, length: this.metres(steps) };
  }

  // drawing ---------------------------------------------------------------------------------------

  /**
   * The line of a way: points [x, y] of the grid.
   * @param {Step[]} steps
   * @returns {number[][]}
   */
  line(steps) {
    const line = [];
    for (const step of steps) line.push(...this._stretch(step));
    return line;
  }

  /** @param {Step} step */
  _stretch({ edge, from, to }) {
    const { edge_x: x, edge_y: y } = this.columns;
    let whole = 0;
    for (let p = this.points[edge]; p < this.points[edge + 1] - 1; p++) whole += this._step(p);
    const scale = this.length[edge] ? whole / this.length[edge] : 0;
    const [low, high] = [scale * Math.min(from, to), scale * Math.max(from, to)];
    const line = [];
    let walked = 0;
    for (let p = this.points[edge]; p < this.points[edge + 1] - 1; p++) {
      const step = this._step(p);
      const cut = [Math.max(low - walked, 0), Math.min(high - walked, step)];
      walked += step;
      if (cut[0] > cut[1] + NO_GAP_M || !step) continue; // sums of floats
      for (const part of cut) {
        const here = [x[p] + (part / step) * (x[p + 1] - x[p]), y[p] + (part / step) * (y[p + 1] - y[p])];
        const last = line[line.length - 1];
        if (!last || last[0] !== here[0] || last[1] !== here[1]) line.push(here);
      }
    }
    return from > to ? line.reverse() : line;
  }
}
