// Which camera matters: one camera tapped, what it sees and what would go dark without it; on simulated
// fleets it is deleted, turned, dragged, or another added, and the page shows the changed fleet. It
// keeps nothing: once the page is closed all is as simulated.

import { latLng, onGrid } from "./grid.js";
import { Ways } from "./ways.js";
import { WhatIf } from "./what_if.js";
import { HEAD_ZOOM } from "./zooms.js";

const TAP_PIXELS = 22;
const TURN_DEGREES = 15;
const MOVE_M = 5;
const HANDS = {
  left: { turn: -TURN_DEGREES }, right: { turn: TURN_DEGREES },
  west: { x: -MOVE_M }, north: { y: MOVE_M }, south: { y: -MOVE_M }, east: { x: MOVE_M },
};

export class Cameras {
  constructor(panel) {
    this.panel = panel;
    this.base = panel.columns;
    this.fixed = panel.head.walkable ? panel.head.fixed : "none";
    this.chosen = -1;
    this.adding = false;
    this.ids = Array.from(panel.columns.head_rank, (_, i) => i);
    this.model = null;
    if (this.fixed) return;
    const byId = (id) => document.getElementById(id);
    byId("camera-tools").hidden = false;
    byId("camera-nearest").addEventListener("click", () => this.tapped(panel.map.getCenter(), Infinity));
    byId("camera-add").addEventListener("click", (event) => this._add(event.detail === 0));
    byId("camera-undo").addEventListener("click", () => this.undo());
    byId("camera-reset").addEventListener("click", () => this.reset());
    byId("camera-delete").addEventListener("click", () => this.change(null));
    for (const [name, by] of Object.entries(HANDS)) byId(`camera-${name}`).addEventListener("click", () => this._nudge(by));
    panel.map.on("click", ({ latlng }) => this._click(latlng));
    this._mark();
  }

  // choosing ----------------------------------------------------------------------------------

  _click(latlng) {
    const { own, map } = this.panel;
    if (own && own.armed >= 0) return; // the tap is an end of the reader's walk
    if (this.adding) this._hang(latlng);
    else if (map.getZoom() >= HEAD_ZOOM) this.tapped(latlng, TAP_PIXELS);
  }

  /** Choose the camera shown nearest to a place, within so many pixels; none there lets go. */
  tapped(place, pixels) {
    const { panel } = this;
    const { head_x: x, head_y: y, head_rank: rank, head_owner: owner } = panel.columns;
    const code = panel.figures.code(panel.state.total);
    const at = panel.map.latLngToContainerPoint(place);
    let best = pixels;
    let found = -1;
    for (let i = 0; i < rank.length && rank[i] <= code; i++) {
      if (panel.state.hidden[owner[i]]) continue;
      const here = panel.map.latLngToContainerPoint(latLng(panel.head, x[i], y[i]));
      const away = Math.hypot(here.x - at.x, here.y - at.y);
      if (away < best) [best, found] = [away, this.ids[i]];
    }
    if (found < 0) this._let();
    else this.whenReady(() => this.choose(found));
  }

  choose(id) {
    this.chosen = id;
    const { panel } = this;
    panel._fold(false);
    this.write();
    if (!panel.eye.part.hidden) panel.eye.show(this.ids.indexOf(id));
    panel.bring("camera", "nearest");
  }

  _let() {
    this.chosen = -1;
    this.write();
  }

  /** Go on once every camera has looked with the page's own kernel; the first time that takes a moment. */
  whenReady(then) {
    if (this.waiting) return;
    if (!this.model) this.model = new WhatIf(this.panel.head, this.base, this.panel.own.ways);
    this.waiting = true;
    this._hint("camera_wait");
    const look = () => {
      if (!this.model.begin()) {
        setTimeout(look);
        return;
      }
      this.waiting = false;
      if (!this.model.trusted) this._refuse();
      else then();
    };
    setTimeout(look);
  }

  /** What the kernel finds is not what the run found: there is more to it than the page knows. */
  _refuse() {
    this.fixed = "unknown";
    this._let();
    document.getElementById("camera-tools").hidden = true;
  }

  // changing ----------------------------------------------------------------------------------

  get entry() {
    return this.model && this.model.entries.get(this.chosen);
  }

  change(camera) {
    this.model.change(this.chosen, camera);
    this._changed();
  }

  _nudge({ turn = 0, x = 0, y = 0 }) {
    const { camera } = this.entry;
    this.change({ ...camera, x: camera.x + x, y: camera.y + y, heading: (camera.heading + turn + 360) % 360 });
  }

  _add(byKey) {
    this.adding = !this.adding;
    if (byKey) this._hang(this.panel.map.getCenter());
    else this._hint(this.adding ? "camera_tap" : "");
  }

  /** Hang a camera like those of the page at a place, looking at the nearest street. */
  _hang(latlng) {
    this.adding = false;
    this.whenReady(() => {
      const { panel, model } = this;
      const like = model.entries.get(this.ids.find((id) => model.entries.get(id).camera.deck === 0)) || [...model.entries.values()][0];
      const [gx, gy] = onGrid(panel.head, latlng);
      const { x, y } = model.metresOf(gx, gy);
      const street = panel.own.ways.nearest(gx, gy);
      const [point] = street ? panel.own.ways.line([{ edge: street.edge, from: street.at, to: street.at }]) : [];
      const to = point ? model.metresOf(point[0], point[1]) : { x, y: y + 1 };
      const heading = ((Math.atan2(to.x - x, to.y - y) * 180) / Math.PI + 360) % 360;
      this.chosen = model.add({ ...like.camera, x, y, heading });
      this._changed();
    });
  }

  undo() {
    const id = this.model ? this.model.undo() : -1;
    if (id < 0) return;
    this.chosen = this.model.entries.has(id) ? id : -1;
    this._changed();
  }

  reset() {
    while (this.model && this.model.undo() >= 0);
    this.chosen = -1;
    this._changed();
  }

  /** Show the changed fleet; with no change left, the very page as it was. */
  _changed() {
    const { model, base, panel } = this;
    const { columns, ids } = model.history.length ? model.columns()
      : { columns: base, ids: Array.from(base.head_rank, (_, i) => i) };
    this.ids = ids;
    if (!model.entries.has(this.chosen)) this.chosen = -1;
    panel.head.simulated = !model.byHand;
    panel.recut(columns);
  }

  // words -------------------------------------------------------------------------------------

  /** What to do, or why nothing can be done. */
  _hint(key) {
    const { panel } = this;
    panel._write("camera-hint", panel.say(key || (this.fixed ? `camera_fixed_${this.fixed}` : "camera_hint")));
  }

  /** Say the chosen camera, what goes dark without it, and what the changes have come to. */
  write() {
    const { panel, entry } = this;
    if (!document.getElementById("camera")) return;
    this._hint("");
    document.getElementById("camera-card").hidden = !entry;
    if (this.fixed) return;
    document.getElementById("camera-undo").hidden = document.getElementById("camera-reset").hidden = !this.changes;
    const said = entry ? [this._what(entry), this._without(entry)] : [];
    panel._write("camera-what", said[0] || "");
    panel._write("camera-without", said[1] || "");
    this._table();
    panel._write("camera-said", [...said, ...(this.changes ? [this._street()] : [])].join(" "));
    this._show(entry && entry.camera);
  }

  get changes() {
    return this.model ? this.model.history.length : 0;
  }

  _what({ camera, like, changed }) {
    const { panel } = this;
    const owner = panel.head.layers.owners[this.base.head_owner[like]];
    const reach = camera.reach[panel.state.task];
    const key = reach > camera.near ? "camera_what" : "camera_what_none";
    return panel.say(key, {
      owner: changed && this.chosen >= this.base.head_rank.length ? panel.say("camera_own") : panel.known(`owner_${owner}`, owner || panel.say("owner_other")),
      mount: panel.metres(camera.mount), view: panel.number(camera.fieldOfView), metres: panel.metres(reach),
    });
  }

  _without({ camera, code, changed }) {
    const { panel } = this;
    const values = { n: panel.number(panel.state.total) };
    if (changed && this.model.indoors(camera)) return panel.say("camera_indoors");
    const shown = panel.figures.code(panel.state.total) + (this.changes ? 0 : 1);
    if (code > shown) return panel.say("camera_later", values);
    const { metres } = this.model.alone(this.chosen, panel.state.task, shown);
    return panel.say(metres < 0.5 ? "camera_alone_none" : "camera_alone", { ...values, metres: panel.metres(metres) });
  }

  _street() {
    const { panel } = this;
    const { task, total } = panel.state;
    const [before, after] = [this._before().figures, panel.figures].map((figures) => this._fine(figures.streetShare(task, total)));
    return panel.say("camera_street", { before, after });
  }

  /** A share in hundredths of a percent: one camera is little. */
  _fine(share) {
    return this.panel.say("percent", { n: (100 * share).toFixed(2) });
  }

  /** Figures and ways of the fleet as simulated. */
  _before() {
    const { panel, base } = this;
    if (!this.was) this.was = { figures: panel.figuresOf(base), ways: new Ways(panel.head, base) };
    return this.was;
  }

  _table() {
    const { panel } = this;
    const { task, total } = panel.state;
    const table = document.getElementById("camera-table");
    table.hidden = !this.changes;
    panel._write("camera-means", this.changes ? panel.say("camera_means") : "");
    panel._write("camera-by-hand", this.changes && this.model.byHand ? panel.say("camera_by_hand") : "");
    table.replaceChildren();
    if (!this.changes) return;
    const { figures, ways } = this._before();
    const rows = [["camera_row_street", this._fine(figures.streetShare(task, total)), this._fine(panel.figures.streetShare(task, total))]];
    if (panel.own && panel.own.shortest) {
      const { steps } = panel.own.shortest;
      const [one, other] = [[ways, figures], [panel.own.ways, panel.figures]].map(([over, of]) => over.figures(steps, task, of.code(total)));
      rows.push(["camera_row_walk", panel.metres(one.seen), panel.metres(other.seen)]);
    }
    const head = /** @type {any} */ (table).createTHead().insertRow();
    head.append(panel._element("td"), ...["camera_before", "camera_after"].map((key) => {
      const cell = panel._element("th", panel.say(key));
      cell.scope = "col";
      return cell;
    }));
    const body = /** @type {any} */ (table).createTBody();
    for (const [key, ...values] of rows) {
      const name = panel._element("th", panel.say(key));
      name.scope = "row";
      body.insertRow().append(name, ...values.map((value) => panel._element("td", value)));
    }
  }

  // drawing -----------------------------------------------------------------------------------

  /** Draw the view of a camera and, unless it is being dragged, what it alone sees. */
  _show(camera, dragged = false) {
    const { panel, model } = this;
    if (!camera && !this.drawn) return;
    panel.state.camera = camera ? { view: this._path(model.outline(camera, Math.max(camera.reach[panel.state.task], camera.near))), dark: new Path2D() } : null;
    if (camera && !dragged) {
      const code = panel.figures.code(panel.state.total) + (this.changes ? 0 : 1);
      for (const step of model.alone(this.chosen, panel.state.task, code).steps) {
        panel.state.camera.dark.addPath(this._path(panel.own.ways.line([step]), false));
      }
    }
    this.drawn = camera;
    this._place();
    panel.sheets.names.redraw();
  }

  _path(points, closed = true) {
    const path = new Path2D();
    points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    if (closed) path.closePath();
    return path;
  }

  /** The mark of the chosen camera on the map: by hand it is dragged, by the buttons moved. */
  _mark() {
    const { map } = this.panel;
    this.mark = this.panel._element("div", "", "camera-mark plane-control");
    this.mark.setAttribute("aria-hidden", "true");
    this.mark.hidden = true;
    map.getContainer().append(this.mark);
    for (const name of ["move", "zoom", "moveend", "zoomend", "viewreset"]) map.on(name, () => this._place());
    for (const name of ["mousedown", "touchstart", "click", "dblclick"]) this.mark.addEventListener(name, (event) => event.stopPropagation());
    this.mark.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      event.preventDefault();
      this.mark.setPointerCapture(event.pointerId);
      this.held = { x: event.clientX, y: event.clientY, camera: this.entry.camera };
    });
    this.mark.addEventListener("pointermove", (event) => this._drag(event, false));
    this.mark.addEventListener("pointerup", (event) => this._drag(event, true));
    this.mark.addEventListener("pointercancel", () => {
      this.held = null;
      this.write();
    });
  }

  _drag(event, done) {
    if (!this.held) return;
    const { head, map } = this.panel;
    const { x, y, camera } = this.held;
    const [gx, gy] = this.model.gridOf(camera);
    const here = map.latLngToContainerPoint(latLng(head, gx, gy));
    const other = map.latLngToContainerPoint(latLng(head, gx + 1000, gy));
    const step = 1000 / (other.x - here.x); // of the grid to a pixel
    const moved = { ...camera, ...this.model.metresOf(gx + step * (event.clientX - x), gy - step * (event.clientY - y)) };
    const far = Math.hypot(event.clientX - x, event.clientY - y) > 2;
    if (!done) this._show(moved, true);
    if (!done) return;
    this.held = null;
    if (far) this.change(moved);
    else this.write();
  }

  _place() {
    this.mark.hidden = !this.drawn;
    if (!this.drawn) return;
    const [x, y] = this.model.gridOf(this.drawn);
    const at = this.panel.map.latLngToContainerPoint(latLng(this.panel.head, x, y));
    this.mark.style.transform = `translate(${at.x}px, ${at.y}px) rotate(${this.drawn.heading}deg)`;
  }
}
