// What is drawn: walls, streets, cameras, walks, in the page's grid. Lengths and places are grid
// units; widths are pixels on the screen. It reads the state and changes nothing in it.

import { Afar } from "./afar.js";
import { Cut } from "./cut.js";
import { Inks } from "./ink.js";
import { Later, defer, waitingOf } from "./later.js";
import { RAISED, ROOFED, runStarts, upTo } from "./payload.js";
import { Pen, Seen } from "./seen.js";
import { FIELD_ZOOM, HEAD_ZOOM } from "./zooms.js";

const TURN = 2 * Math.PI;
const UNSEEN_WIDTH = 1.5; // to the width that streets have at a zoom
const SEEN_WIDTH = 0.85;
const EDGES_IN_TURN = 1 << 10; // that are looked at before the work may be left for a while
const MANY_PIECES = 60_000; // of a page; with fewer all are drawn at every zoom

export class Scene {
  /**
   * @param {Head} head
   * @param {Columns} columns
   * @param {number[]} classes
   */
  constructor(head, columns, classes) {
    this.head = head;
    this.columns = columns;
    this.classes = classes;
    /** Whether each piece is of a footbridge. */
    this.raised = this._raised();
    this.piece = this._cutPieces();
    /** @type {Seen[][]} */
    this._seen = [];
    this.ink = new Inks(head, columns, this.piece, this.raised);
    /** @type {{key: unknown[], canvas: HTMLCanvasElement}[]} */
    this.sides = [];
    /** The rings of each head's field. @type {Later<Map<number, number[]>>} */
    this.fieldOf = new Later(() => this._fields());
    /** All walls. @type {Later<Path2D>} */
    this.blocks = new Later(() => this._wallPath());
    /** All streets. @type {Later<{open: Path2D, roofed: Path2D, raised: Path2D}>} */
    this.ground = new Later(() => this._streets());
    /** @type {Afar | null} */
    this._afar = null;
    this.area = new Path2D();
    this.outside = new Path2D();
    this.districts = new Path2D();
    /** @type {Map<string, Path2D>} */
    this.districtOf = new Map();
    /** @type {Map<string, number[]>} */
    this.districtBounds = new Map();
    /** @type {number[] | null} */
    this.areaBounds = null;
    this.water = this._whole("water");
    this.green = this._whole("green");
    this.land = new Path2D();
    this.land.rect(-1e7, -1e7, 2e7, 2e7);
    this.land.addPath(this.water);
    this._areas();
    this.has = this._kinds();
    this.walks = this._lines("walk");
    this.shown = "";
    /** @type {Colours | null} */
    this.shownIn = null;
    /** @type {number[] | null} */
    this.darkPieces = null;
    this.darkPath = new Path2D();
  }

  /**
   * Draw other pieces and cameras on the same streets.
   * @param {Columns} columns
   */
  recut(columns) {
    this.columns = columns;
    this.raised = this._raised();
    this.piece = this._cutPieces();
    this._seen = []; // put in order again where they are painted
    this.ink = new Inks(this.head, columns, this.piece, this.raised);
    this.sides = [];
    this.fieldOf = new Later(() => this._fields());
    this._afar = null;
    this.shown = "";
    this.darkPieces = null;
  }

  /** What the first picture of a city does not show, and may be made before it is painted. */
  get works() {
    return [...waitingOf(this.piece), this.ground, this.blocks, this.fieldOf];
  }

  /**
   * Streets as they look from far away; null nearer by, and where there are few.
   * @param {CanvasView} view
   */
  afar(view) {
    if (view.zoom >= HEAD_ZOOM || this.raised.length < MANY_PIECES) return null;
    if (!this._afar || !this._afar.fits(view)) this._afar = new Afar(this.columns, view, this.raised);
    return this._afar;
  }

  /** Pieces in the order of their ranks, by task and level; put in order when they are first painted. */
  get seen() {
    if (!this._seen.length) this._seen = this._orderPieces();
    return this._seen;
  }

  _raised() {
    const { edge_form: forms, edge_pieces: counts, piece_length: length } = this.columns;
    const starts = runStarts(counts);
    const raised = new Uint8Array(length.length);
    for (let edge = 0; edge < counts.length; edge++) if (forms[edge] & RAISED) raised.fill(1, starts[edge], starts[edge + 1]);
    return raised;
  }

  /**
   * Every street cut at its pieces' ends, when it is first asked for: points of piece i are at[i] … at[i + 1].
   * @returns {{x: Float32Array, y: Float32Array, at: Int32Array}}
   */
  _cutPieces() {
    const { columns } = this;
    const piece = /** @type {any} */ ({});
    defer(piece, ["x", "y", "at"], function* () {
      const cut = new Cut(columns);
      const [x, y] = [new Float32Array(cut.most), new Float32Array(cut.most)];
      const at = new Int32Array(columns.piece_length.length + 1);
      let n = 0;
      for (let edge = 0; edge < cut.edges; edge++) {
        n = cut.write(edge, x, y, at, n);
        if (edge % EDGES_IN_TURN === 0) yield;
      }
      at[at.length - 1] = n;
      return { x: x.slice(0, n), y: y.slice(0, n), at };
    });
    return piece;
  }

  /** For each task, below and on footbridges: seen pieces in ascending order of first-seen rank. */
  _orderPieces() {
    const ranks = this.columns.ranks;
    return this.head.tasks.map((task) => {
      const codes = this.columns[`piece_${task}`];
      return [0, 1].map((level) => {
        const pieces = this._byCode(codes, level);
        const rank = Int32Array.from(pieces, (i) => ranks[codes[i] - 1]);
        const ends = this.classes.map((end) => upTo(rank, end));
        /** @type {(from: number, to: number) => Path2D} */
        const path = (from, to) => this._path(pieces, from, to);
        return new Seen({ pieces, rank, ends }, this.classes, path);
      });
    });
  }

  /**
   * Seen pieces of a level in ascending order of their codes, counted into their places.
   * @param {Int32Array} codes
   * @param {number} level
   */
  _byCode(codes, level) {
    const next = new Int32Array(this.columns.ranks.length + 2);
    for (let i = 0; i < codes.length; i++) if (codes[i] > 0 && this.raised[i] === level) next[codes[i] + 1] += 1;
    for (let code = 1; code < next.length; code++) next[code] += next[code - 1];
    const pieces = new Int32Array(next[next.length - 1]);
    for (let i = 0; i < codes.length; i++) if (codes[i] > 0 && this.raised[i] === level) pieces[next[codes[i]]++] = i;
    return pieces;
  }

  /**
   * @param {ArrayLike<number>} pieces
   * @param {number} from
   * @param {number} to
   */
  _path(pieces, from, to) {
    const { x, y, at } = this.piece;
    const path = new Path2D();
    for (let i = from; i < to; i++) {
      const piece = pieces[i];
      path.moveTo(x[at[piece]], y[at[piece]]);
      for (let p = at[piece] + 1; p < at[piece + 1]; p++) path.lineTo(x[p], y[p]);
    }
    return path;
  }

  /**
   * @param {string} name
   * @returns {Line[]}
   */
  _lines(name) {
    const points = runStarts(this.columns[`${name}_points`]);
    const [x, y] = [this.columns[`${name}_x`], this.columns[`${name}_y`]];
    return Array.from(this.columns[`${name}_points`], (count, i) => {
      const path = new Path2D();
      trace(path, x, y, points[i], points[i + 1]);
      const bounds = [Infinity, Infinity, -Infinity, -Infinity];
      for (let p = points[i]; p < points[i + 1]; p++) {
        bounds[0] = Math.min(bounds[0], x[p]);
        bounds[1] = Math.min(bounds[1], y[p]);
        bounds[2] = Math.max(bounds[2], x[p]);
        bounds[3] = Math.max(bounds[3], y[p]);
      }
      const end = points[i + 1] - 1;
      return { path, bounds, ends: [[x[points[i]], y[points[i]]], [x[end], y[end]]] };
    });
  }

  /** @param {string} name */
  _rings(name) {
    return this._lines(name).map((line) => {
      line.path.closePath();
      return line;
    });
  }

  /**
   * All rings of a kind as one path.
   * @param {string} name
   */
  _whole(name) {
    const whole = new Path2D();
    for (const { path } of this._rings(name)) whole.addPath(path);
    return whole;
  }

  /**
   * All streets as three paths: in the open, roofed (subways, covered ways), footbridges.
   * @returns {Generator<void, {open: Path2D, roofed: Path2D, raised: Path2D}>}
   */
  *_streets() {
    const paths = { open: new Path2D(), roofed: new Path2D(), raised: new Path2D() };
    const { edge_points: counts, edge_x: x, edge_y: y, edge_form: forms } = this.columns;
    const points = runStarts(counts);
    for (let edge = 0; edge < counts.length; edge++) {
      const kind = forms[edge] & RAISED ? "raised" : forms[edge] & ROOFED ? "roofed" : "open";
      trace(paths[kind], x, y, points[edge], points[edge + 1]);
      if (edge % EDGES_IN_TURN === 0) yield;
    }
    return paths;
  }

  /** Which kinds of streets there are. */
  _kinds() {
    const has = { open: false, roofed: false, raised: false };
    for (const form of this.columns.edge_form) has[form & RAISED ? "raised" : form & ROOFED ? "roofed" : "open"] = true;
    return has;
  }

  /**
   * All walls as one path: a city has too many for one each.
   * @returns {Generator<void, Path2D>}
   */
  *_wallPath() {
    const { wall_points: counts, wall_x: x, wall_y: y } = this.columns;
    const points = runStarts(counts);
    const path = new Path2D();
    for (let ring = 0; ring < counts.length; ring++) {
      trace(path, x, y, points[ring], points[ring + 1]);
      if (counts[ring]) path.lineTo(x[points[ring]], y[points[ring]]); // closePath looks at all that the path holds
      if (ring % EDGES_IN_TURN === 0) yield;
    }
    return path;
  }

  /** @returns {Generator<void, Map<number, number[]>>} */
  *_fields() {
    const { field_head: heads } = this.columns;
    /** @type {Map<number, number[]>} */
    const rings = new Map();
    for (let ring = 0; ring < heads.length; ring++) {
      const known = rings.get(heads[ring]);
      if (known) known.push(ring);
      else rings.set(heads[ring], [ring]);
      if (ring % EDGES_IN_TURN === 0) yield;
    }
    return rings;
  }

  /**
   * The path of a head's field.
   * @param {number} head
   */
  fieldPath(head) {
    const { field_start: start, field_x: x, field_y: y } = this.columns;
    const path = new Path2D();
    for (const ring of this.fieldOf.value.get(head) || []) {
      path.moveTo(x[start[ring]], y[start[ring]]);
      for (let p = start[ring] + 1; p < start[ring + 1]; p++) path.lineTo(x[p], y[p]);
      path.closePath();
    }
    return path;
  }

  /**
   * Width of a street on the screen, pixels, growing with the zoom.
   * @param {CanvasView} view
   */
  width(view) {
    return Math.min(Math.max(1.15 * 2 ** ((view.zoom - 14) * 0.5), 0.8), 9);
  }

  /**
   * Water, buildings, green ground, then all streets as if unseen.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {State} state
   */
  paintGround(context, view, colours, state) {
    view.toGrid(context);
    const pixel = view.pixels / view.k;
    context.fillStyle = colours.water;
    context.fill(this.water, "evenodd");
    const afar = this.afar(view);
    if (!afar) {
      context.fillStyle = colours.block;
      context.fill(this.blocks.value, "evenodd");
    }
    context.fillStyle = colours.green; // over blocks: where no building is mapped, parks count as blocks
    context.fill(this.green, "evenodd");
    if (view.zoom >= 15) {
      context.lineWidth = 0.8 * pixel;
      context.strokeStyle = colours.blockEdge;
      context.stroke(this.blocks.value);
    }
    context.lineJoin = "round";
    const width = (state.ramp ? 0.72 : UNSEEN_WIDTH) * this.width(view);
    const colour = state.ramp ? colours.unseen : colours.inkUnseen;
    context.lineWidth = width * pixel;
    context.strokeStyle = colour;
    const { roofed } = afar || this.ground.value;
    if (afar) afar.paintOpen(context, view, colour, Math.min(width, 1));
    else context.stroke(this.ground.value.open);
    context.lineWidth = 0.72 * this.width(view) * pixel;
    context.strokeStyle = colours.unseen;
    if (!afar) context.setLineDash([3 * pixel, 3 * pixel]);
    context.stroke(roofed);
    context.setLineDash([]);
    this._paintOutlines(context, pixel, colours);
  }

  /** The study area's outline, everything outside it, and the districts' outlines. */
  _areas() {
    this._rings("outline").forEach(({ path, bounds }, ring) => {
      const { kind, name } = this.head.outlines[ring];
      if (kind === "district") {
        this.districts.addPath(path);
        const whole = this.districtOf.get(name[0]) || new Path2D();
        whole.addPath(path);
        this.districtOf.set(name[0], whole);
        this.districtBounds.set(name[0], around(this.districtBounds.get(name[0]), bounds));
      }
      if (kind !== "area") return;
      this.area.addPath(path);
      this.outside.addPath(path);
      this.areaBounds = around(this.areaBounds, bounds);
    });
    if (this.areaBounds) this.outside.rect(-1e7, -1e7, 2e7, 2e7);
  }

  /**
   * West, south, east, north of what the study area holds of a district; null where it is not drawn.
   * @param {string} district
   */
  boundsOf(district) {
    const [all, own] = [this.areaBounds, this.districtBounds.get(district)];
    if (!own || !all) return own || null;
    return [Math.max(own[0], all[0]), Math.max(own[1], all[1]), Math.min(own[2], all[2]), Math.min(own[3], all[3])];
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} pixel
   * @param {Colours} colours
   */
  _paintOutlines(context, pixel, colours) {
    context.setLineDash([2 * pixel, 5 * pixel]);
    context.lineWidth = pixel;
    context.strokeStyle = colours.outline;
    context.save();
    context.clip(this.land, "evenodd"); // outlines of districts are coarser than the coast
    context.stroke(this.districts);
    context.restore();
    context.setLineDash([8 * pixel, 5 * pixel]);
    context.lineWidth = 1.2 * pixel;
    context.stroke(this.area);
    context.setLineDash([]);
  }

  /**
   * Two numbers of cameras left and right of a line; each side is painted once for a view and a state.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {State} state
   */
  _paintWiped(context, view, colours, state) {
    const { x, totals } = /** @type {{x: number, totals: number[]}} */ (state.wipe);
    const { width, height } = view;
    const line = Math.min(Math.max(Math.round((x - view.left) * view.pixels), 0), width);
    context.setTransform(1, 0, 0, 1, 0, 0);
    [[0, line], [line, width]].forEach(([from, to], side) => {
      if (to <= from) return;
      const picture = this._side(side, view, colours, { ...state, total: totals[side], wipe: null, dark: null });
      context.drawImage(picture, from, 0, to - from, height, from, 0, to - from, height);
    });
  }

  /**
   * @param {number} side
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {State} state
   */
  _side(side, view, colours, state) {
    const { k, tx, ty, width, height } = view;
    const { own, day, districts } = state;
    const key = [
      k, tx, ty, width, height, colours, state.task, state.total, state.ramp, state.walk, own && own.path,
      own && own.other, day, Array.from(state.hidden).join(), districts && districts.map(({ alpha }) => alpha).join(),
    ];
    const known = this.sides[side];
    if (known && known.key.every((part, i) => part === key[i])) return known.canvas;
    const canvas = known ? known.canvas : document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    this.paintLight(/** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), view, colours, state);
    this.sides[side] = { key, canvas };
    return canvas;
  }

  /**
   * The chosen walk as a band, seen streets, then cameras.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {State} state
   */
  paintLight(context, view, colours, state) {
    if (state.wipe) {
      this._paintWiped(context, view, colours, state);
      return;
    }
    view.toGrid(context);
    const close = view.zoom >= FIELD_ZOOM;
    if (state.districts) this._paintDistricts(context, colours, state.districts);
    if (state.walk >= 0) this._paintWay(context, view, colours, this.walks[state.walk].path);
    if (state.own && state.own.other) this._paintOther(context, view, colours, state.own.other);
    const lit = state.own || state.day;
    if (lit) this._paintWay(context, view, colours, lit.path);
    if (close) this._paintFields(context, view, colours, state);
    if (state.dark) this._paintDark(context, view, colours, state.dark);
    this._paintLevel(context, view, colours, state, 0);
    this._paintFootbridges(context, view, colours);
    this._paintLevel(context, view, colours, state, 1);
    this._veil(context, colours);
    this._paintHeads(context, view, colours, state);
    if (state.walk >= 0) this._paintEnds(context, view, colours, this.walks[state.walk].ends);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {State} state
   * @param {number} level
   */
  _paintLevel(context, view, colours, state, level) {
    if (state.ramp) this._paintSeen(context, view, colours, state, level);
    else this._paintInk(context, view, colours, state, level);
  }

  /**
   * Seen streets as thin lines where the wide ones of unseen streets are taken away; dashed where they
   * are seen only since the first number of cameras.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {State} state
   * @param {number} level
   */
  _paintInk(context, view, colours, state, level) {
    const afar = this.afar(view);
    const kind = afar && this.ink.kind(state.task, state.total);
    if (afar && !level) {
      afar.paintInks(context, view, /** @type {(piece: number) => number} */ (kind), colours);
      return;
    }
    const { seen, fresh } = afar && kind ? afar.over(kind) : this.ink.paths(state.task, state.total)[level];
    const pixel = view.pixels / view.k;
    context.lineJoin = "round";
    context.lineCap = "butt";
    context.strokeStyle = colours.paper;
    context.lineWidth = (UNSEEN_WIDTH * this.width(view) + 1) * pixel;
    context.stroke(seen);
    context.stroke(fresh);
    context.strokeStyle = colours.inkSeen;
    context.lineWidth = Math.max(SEEN_WIDTH * this.width(view), 1.3) * pixel;
    context.stroke(seen);
    context.strokeStyle = colours.inkFresh;
    if (!afar) context.setLineDash([4 * pixel, 3.5 * pixel]);
    context.stroke(fresh);
    context.setLineDash([]);
  }

  /**
   * Seen streets, below or on footbridges, in the colour of their class.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {State} state
   * @param {number} level
   */
  _paintSeen(context, view, colours, state, level) {
    const width = Math.max(1.45 * this.width(view), view.zoom < HEAD_ZOOM ? 1.5 : 1.9);
    const { k, tx, ty, zoom, width: wide, height } = view;
    const shown = [k, tx, ty, zoom, wide, height, state.task].join();
    if (this.shown !== shown || this.shownIn !== colours) {
      for (const levels of this.seen) for (const seen of levels) seen.drop();
      [this.shown, this.shownIn] = [shown, colours];
    }
    this.seen[state.task][level].paint(context, view, new Pen(view, colours, width), state.total);
  }

  /**
   * The largest connected unseen part, as a band under the streets.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {number[]} dark
   */
  _paintDark(context, view, colours, dark) {
    if (this.darkPieces !== dark) {
      this.darkPieces = dark;
      this.darkPath = this._path(dark, 0, dark.length);
    }
    context.lineJoin = "round";
    context.lineCap = "round";
    context.strokeStyle = colours.dark;
    context.lineWidth = ((2.6 * this.width(view) + 3) * view.pixels) / view.k;
    context.stroke(this.darkPath);
    context.strokeStyle = colours.unseen;
    context.lineWidth = (0.7 * this.width(view) * view.pixels) / view.k;
    context.stroke(this.darkPath);
  }

  /**
   * Footbridges run over the streets, and are not seen by the cameras below.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   */
  _paintFootbridges(context, view, colours) {
    const pixel = view.pixels / view.k;
    const width = this.width(view);
    const { raised } = this.afar(view) || this.ground.value;
    context.lineCap = "butt";
    context.strokeStyle = colours.unseen;
    context.lineWidth = (1.1 * width + 2.4) * pixel;
    context.stroke(raised);
    context.strokeStyle = colours.paper;
    context.lineWidth = 1.1 * width * pixel;
    context.stroke(raised);
  }

  /**
   * Districts, the darker the more of their streets is seen; figures count the area only.
   * @param {CanvasRenderingContext2D} context
   * @param {Colours} colours
   * @param {{name: string, alpha: number}[]} districts
   */
  _paintDistricts(context, colours, districts) {
    context.save();
    if (this.areaBounds) context.clip(this.area);
    context.fillStyle = colours.camera;
    for (const { name, alpha } of districts) {
      context.globalAlpha = alpha;
      context.fill(this.districtOf.get(name) || new Path2D(), "evenodd");
    }
    context.restore();
  }

  /**
   * Dim what lies outside the study area: it is simulated, but not counted.
   * @param {CanvasRenderingContext2D} context
   * @param {Colours} colours
   */
  _veil(context, colours) {
    context.globalAlpha = 0.55;
    context.fillStyle = colours.paper;
    context.fill(this.outside, "evenodd");
    context.globalAlpha = 1;
  }

  /**
   * A way on foot, as a band with a rim.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {Path2D} path
   */
  _paintWay(context, view, colours, path) {
    const pixel = view.pixels / view.k;
    const band = 2.2 * this.width(view) + 9;
    context.lineJoin = "round";
    context.lineCap = "round";
    context.strokeStyle = colours.walk;
    context.lineWidth = (band + 2.5) * pixel;
    context.stroke(path);
    context.strokeStyle = colours.walkInside;
    context.lineWidth = band * pixel;
    context.stroke(path);
    context.strokeStyle = colours.unseen;
    context.lineWidth = 0.9 * this.width(view) * pixel;
    context.stroke(path);
  }

  /**
   * The less seen way: the same band, but its rim is broken.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {Path2D} path
   */
  _paintOther(context, view, colours, path) {
    const pixel = view.pixels / view.k;
    const band = 2.2 * this.width(view) + 9;
    context.lineJoin = "round";
    context.lineCap = "butt";
    context.setLineDash([7 * pixel, 6 * pixel]);
    context.strokeStyle = colours.walk;
    context.lineWidth = (band + 2.5) * pixel;
    context.stroke(path);
    context.setLineDash([]);
    context.strokeStyle = colours.walkInside;
    context.lineWidth = (band - 2) * pixel;
    context.stroke(path);
    context.strokeStyle = colours.unseen;
    context.lineWidth = 0.9 * this.width(view) * pixel;
    context.stroke(path);
  }

  /**
   * The ends of the reader's own walk, with their letters.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {({x: number, y: number} | null)[]} ends
   */
  paintPins(context, view, colours, ends) {
    view.toScreen(context);
    context.font = `700 12px ${colours.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    ends.forEach((end, place) => {
      if (!end) return;
      const [px, py] = this._screen(view, end.x, end.y);
      context.beginPath();
      context.arc(px, py, 11, 0, TURN);
      context.fillStyle = colours.walk;
      context.fill();
      context.lineWidth = 2;
      context.strokeStyle = colours.paper;
      context.stroke();
      context.fillStyle = colours.paper;
      context.fillText("AB"[place], px, py + 0.5);
    });
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {number[][]} ends
   */
  _paintEnds(context, view, colours, ends) {
    view.toScreen(context);
    ends.forEach(([x, y], place) => {
      const [px, py] = this._screen(view, x, y);
      context.beginPath();
      context.arc(px, py, 7, 0, TURN);
      context.fillStyle = place ? colours.walk : colours.paper;
      context.fill();
      context.lineWidth = 3;
      context.strokeStyle = colours.walk;
      context.stroke();
    });
  }

  /**
   * @param {CanvasView} view
   * @param {number} x
   * @param {number} y
   */
  _screen(view, x, y) {
    return [(view.k * x + view.tx) / view.pixels, (view.ty - view.k * y) / view.pixels];
  }

  /**
   * Call `use(head, x, y)` for every camera on this canvas among the first `total`.
   * @param {CanvasView} view
   * @param {State} state
   * @param {number} margin
   * @param {(head: number, x: number, y: number) => void} use
   */
  _visibleHeads(view, state, margin, use) {
    const c = this.columns;
    const last = upTo(c.head_rank, upTo(c.ranks, state.total));
    for (let head = 0; head < last; head++) {
      if (state.hidden[c.head_owner[head]]) continue;
      const [x, y] = [c.head_x[head], c.head_y[head]];
      if (x < view.west - margin || x > view.east + margin) continue;
      if (y < view.south - margin || y > view.north + margin) continue;
      use(head, x, y);
    }
  }

  /**
   * What each camera sees: its field, cut by walls, between near limit and the task's range.
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {State} state
   */
  _paintFields(context, view, colours, state) {
    const task = this.head.tasks[state.task];
    const range = this.columns[`head_range_${task}`];
    const near = this.columns.head_near;
    const { decimetre } = this.head;
    const pixel = view.pixels / view.k;
    context.fillStyle = colours.field;
    context.strokeStyle = colours.fieldEdge;
    context.lineWidth = 0.8 * pixel;
    this._visibleHeads(view, state, 3000, (head, x, y) => {
      const far = range[head] * decimetre;
      if (!this.fieldOf.value.has(head) || far <= near[head] * decimetre) return;
      const path = this.fieldPath(head);
      context.save();
      const ring = new Path2D();
      ring.arc(x, y, far, 0, TURN);
      ring.moveTo(x + near[head] * decimetre, y);
      ring.arc(x, y, near[head] * decimetre, 0, TURN);
      context.clip(ring, "evenodd");
      context.fill(path);
      context.stroke(path);
      context.restore();
    });
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {CanvasView} view
   * @param {Colours} colours
   * @param {State} state
   */
  _paintHeads(context, view, colours, state) {
    if (view.zoom < HEAD_ZOOM) return;
    view.toScreen(context);
    const close = view.zoom >= FIELD_ZOOM;
    const far = Math.max(1.15 + (view.zoom - 15) * 0.3, 0.6);
    const radius = close ? Math.min(2.2 + (view.zoom - FIELD_ZOOM) * 1.1, 4.4) : far;
    context.beginPath();
    this._visibleHeads(view, state, 50, (head, x, y) => {
      const [px, py] = this._screen(view, x, y);
      context.moveTo(px + radius, py);
      context.arc(px, py, radius, 0, TURN);
    });
    context.globalAlpha = close ? 1 : 0.75;
    context.fillStyle = colours.camera;
    context.fill();
    context.globalAlpha = 1;
    if (close) {
      context.lineWidth = 1.2;
      context.strokeStyle = colours.paper;
      context.stroke();
    }
  }
}

/**
 * Bounds around others and these.
 * @param {number[] | null | undefined} others
 * @param {number[]} bounds
 */
function around(others, bounds) {
  const b = others || bounds;
  return [
    Math.min(b[0], bounds[0]), Math.min(b[1], bounds[1]),
    Math.max(b[2], bounds[2]), Math.max(b[3], bounds[3]),
  ];
}

/**
 * Add a line of points to a path.
 * @param {Path2D} path
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 * @param {number} from
 * @param {number} to
 */
function trace(path, x, y, from, to) {
  for (let p = from; p < to; p++) {
    if (p === from) path.moveTo(x[p], y[p]);
    else path.lineTo(x[p], y[p]);
  }
}
