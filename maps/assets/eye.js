// What one camera sees: the walls that the page carries, cast column by column through a grid, and a
// person at a distance. Heights that nobody mapped are invented, and the page says so. Lengths are
// metres, angles radians from east; it draws on a canvas and says nothing.

import { runStarts } from "./payload.js";

const RAYS = 240;
const FAR_WALL_M = 250;
const CELL_M = 20;
const WIDEST = Math.PI / 2; // of a wider lens the middle is shown
const HORIZON = 0.4;
const PERSON_M = 1.7;
const FACE_M = 1.6;
const PUPILS_M = 0.063;
const STOREY_M = 3.2;
const LOWEST_M = 15;
const INVENTED_STOREYS = 9;
/** Pixels a metre on the person that each task needs: sim/cameras/optics.py. */
const NEEDS = { detect: 25, observe: 62.5, recognise: 125, identify: 250 };

export class Eye {
  /**
   * @param {Head} head
   * @param {Columns} columns
   */
  constructor(head, columns) {
    this.head = head;
    this.columns = columns;
    this.unit = 10 * head.decimetre;
    /** @type {Map<number, number[]> | null} */
    this.grid = null;
    /** @type {number[][]} */
    this.walls = [];
    this.shown = -1;
    /** @type {Hit[]} */
    this.hits = [];
  }

  /** Whether the page knows where its cameras look. */
  get known() {
    return Boolean(this.columns.head_heading) && this.head.simulated;
  }

  /**
   * A camera's place, direction, lens and height.
   * @param {number} head
   */
  camera(head) {
    const { head_x: x, head_y: y, head_heading: heading, head_view: view, head_mount: mount } = this.columns;
    const angle = ((90 - heading[head] / 10) * Math.PI) / 180;
    const lens = Math.min((view[head] / 100 / 180) * Math.PI, WIDEST);
    return { x: x[head] / this.unit, y: y[head] / this.unit, angle, lens, height: mount[head] / 10 };
  }

  /**
   * Metres at a slant times pixels a metre there: what the lens makes of the strictest task that it has.
   * @param {number} head
   */
  _sharpness(head) {
    const up = this.camera(head).height - FACE_M;
    for (const task of [...this.head.tasks].reverse()) {
      const range = this.columns[`head_range_${task}`][head] / 10;
      if (range > 0) return NEEDS[/** @type {keyof typeof NEEDS} */ (task)] * Math.hypot(range, up);
    }
    return 0;
  }

  /**
   * Pixels a metre on a person so many metres away.
   * @param {number} head
   * @param {number} metres
   */
  pixels(head, metres) {
    return this._sharpness(head) / Math.hypot(metres, this.camera(head).height - FACE_M);
  }

  /**
   * Metres nearer than which a camera sees nobody.
   * @param {number} head
   */
  near(head) {
    return this.columns.head_near[head] / 10;
  }

  /**
   * The strictest task that the camera does so many metres away, as its place among them; −1 for none.
   * @param {number} head
   * @param {number} metres
   */
  task(head, metres) {
    if (metres < this.columns.head_near[head] / 10) return -1;
    return this.head.tasks.filter((task) => metres <= this.columns[`head_range_${task}`][head] / 10).length - 1;
  }

  /**
   * From where to where software reads the face of somebody who looks at the camera; null where nowhere.
   * @param {number} head
   * @returns {number[] | null}
   */
  software(head) {
    const { head_near: nearest, head_range_identify: identify } = this.columns;
    if (!this.head.software || !(identify[head] > 0)) return null;
    const { pupil_px: pupil, pitch } = this.head.software;
    const up = this.camera(head).height - FACE_M;
    const slant = (this._sharpness(head) * PUPILS_M) / pupil;
    const near = Math.max(nearest[head] / 10, up / Math.tan((pitch * Math.PI) / 180));
    const far = Math.min(Math.sqrt(Math.max(slant * slant - up * up, 0)), identify[head] / 10);
    return far > near ? [near, far] : null;
  }

  /** Sides of walls by the cells of a grid that they cross. */
  _cells() {
    if (this.grid) return this.grid;
    const { wall_points: points, wall_x: x, wall_y: y } = this.columns;
    const first = runStarts(points);
    this.grid = new Map();
    for (let ring = 0; ring < points.length; ring++) {
      for (let p = first[ring], q = first[ring + 1] - 1; p < first[ring + 1]; q = p++) {
        const wall = [x[q] / this.unit, y[q] / this.unit, x[p] / this.unit, y[p] / this.unit, ring];
        const number = this.walls.push(wall) - 1;
        const steps = Math.ceil((2 * Math.hypot(wall[2] - wall[0], wall[3] - wall[1])) / CELL_M) + 1;
        let last = NaN;
        for (let k = 0; k <= steps; k++) {
          const part = k / steps;
          const cell = this._cell(wall[0] + part * (wall[2] - wall[0]), wall[1] + part * (wall[3] - wall[1]));
          if (cell === last) continue;
          last = cell;
          const there = this.grid.get(cell);
          if (there) there.push(number);
          else this.grid.set(cell, [number]);
        }
      }
    }
    return this.grid;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  _cell(x, y) {
    return 100000 * Math.floor(x / CELL_M) + Math.floor(y / CELL_M);
  }

  /**
   * The first wall that a ray meets beyond a metre: how far, which ring, where along its side, how squarely.
   * @param {number} x
   * @param {number} y
   * @param {number} angle
   * @returns {Hit}
   */
  _cast(x, y, angle) {
    const grid = this._cells();
    const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
    /** @type {Hit} */
    let hit = { away: FAR_WALL_M, ring: -1, along: 0, square: 1 };
    for (let gone = 0; gone <= hit.away + CELL_M; gone += CELL_M / 2) {
      // the cells beside too: a side that only grazes one is listed in its neighbour
      for (const [i, j] of [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]]) {
        for (const number of grid.get(this._cell(x + gone * dx + i * CELL_M, y + gone * dy + j * CELL_M)) || []) {
          const [ax, ay, bx, by, ring] = this.walls[number];
          const [ex, ey] = [bx - ax, by - ay];
          const cross = dx * ey - dy * ex;
          if (!cross) continue;
          const away = ((ax - x) * ey - (ay - y) * ex) / cross;
          const part = ((ax - x) * dy - (ay - y) * dx) / cross;
          if (away <= 1 || away >= hit.away || part < 0 || part > 1) continue;
          const long = Math.hypot(ex, ey);
          hit = { away, ring, along: part * long, square: Math.abs(cross) / long };
        }
      }
    }
    return hit;
  }

  /**
   * What the rays of a camera meet, from left to right.
   * @param {number} head
   */
  look(head) {
    if (this.shown === head) return this.hits;
    const { x, y, angle, lens } = this.camera(head);
    const focal = RAYS / (2 * Math.tan(lens / 2));
    this.hits = Array.from({ length: RAYS }, (_, ray) => this._cast(x, y, angle - Math.atan((ray + 0.5 - RAYS / 2) / focal)));
    this.shown = head;
    return this.hits;
  }

  /**
   * How far somebody in the middle of the picture may stand, before a wall.
   * @param {number} head
   */
  free(head) {
    return this.look(head)[RAYS / 2].away - 0.5;
  }

  /**
   * Height of a wall: as mapped, or invented.
   * @param {number} ring
   */
  top(ring) {
    const mapped = this.columns.wall_top[ring] / 10;
    return mapped || LOWEST_M + STOREY_M * ((7 * ring) % INVENTED_STOREYS);
  }

  /**
   * Draw what a camera sees, with a person in the middle.
   * @param {CanvasRenderingContext2D} context
   * @param {number} width
   * @param {number} height
   * @param {number} head
   * @param {number} metres
   * @param {string} colour of the frame about the face
   */
  paint(context, width, height, head, metres, colour) {
    const { lens, height: mount } = this.camera(head);
    const [horizon, focal] = [HORIZON * height, width / (2 * Math.tan(lens / 2))];
    const shade = (/** @type {number} */ from, /** @type {number} */ to, /** @type {string[]} */ colours) => {
      const fill = context.createLinearGradient(0, from, 0, to);
      colours.forEach((one, place) => fill.addColorStop(place, one));
      context.fillStyle = fill;
      context.fillRect(0, from, width, to - from);
    };
    shade(0, horizon, ["#b9c4cc", "#e4e6e2"]);
    shade(horizon, height, ["#a9a59b", "#6f6c66"]);
    const column = width / RAYS;
    this.look(head).forEach(({ away, ring, along, square }, ray) => {
      if (ring < 0) return;
      const depth = away * Math.cos(Math.atan(((ray + 0.5) * column - width / 2) / focal));
      const at = (/** @type {number} */ up) => horizon - (focal * (up - mount)) / depth;
      const [top, fade, grey] = [this.top(ring), Math.min(depth / 160, 0.8), 70 + 50 * square];
      const mixed = [0, 4, 10].map((less) => Math.round(grey - less + (215 - grey) * fade));
      context.fillStyle = `rgb(${mixed.join()})`;
      context.fillRect(ray * column, at(top), column + 0.6, at(0) - at(top));
      if (depth > 70 || along % 3 > 1.9) return;
      context.fillStyle = `rgba(30, 40, 50, ${0.35 * (1 - depth / 70)})`;
      for (let floor = 4; floor + 2 < top; floor += STOREY_M) {
        context.fillRect(ray * column, at(floor + 1.5), column + 0.6, at(floor) - at(floor + 1.5));
      }
    });
    this._person(context, width / 2, horizon + (focal * mount) / metres, (focal * PERSON_M) / metres, colour);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} x
   * @param {number} foot
   * @param {number} tall
   * @param {string} colour
   */
  _person(context, x, foot, tall, colour) {
    context.fillStyle = "#1d242b";
    context.beginPath();
    context.ellipse(x, foot - 0.42 * tall, 0.13 * tall, 0.42 * tall, 0, 0, 7);
    context.fill();
    context.beginPath();
    context.arc(x, foot - 0.92 * tall, 0.075 * tall, 0, 7);
    context.fill();
    context.strokeStyle = colour;
    context.lineWidth = 3;
    context.strokeRect(x - 0.14 * tall, foot - 1.02 * tall, 0.28 * tall, 0.2 * tall);
  }
}
