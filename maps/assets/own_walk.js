// The reader's own walk: two places tapped or typed, the ways between them, what is seen of each.
// Places may be somebody's door, so they live in this object only, and leave it by `ends()` alone.

import { Both } from "./both.js";
import { Card } from "./card.js";
import { Finder } from "./finder.js";
import { latLng, onGrid } from "./grid.js";
import { OwnBoth } from "./own_both.js";
import { PlaceBox } from "./place_box.js";
import { Ways } from "./ways.js";

const FURTHEST_M = 250;
const NEAR_M = 60;
const AT_JUNCTION_M = 0.2; // the page's own rounding: so near to a junction is the junction
const SEARCH_WAIT_MS = 140;
const QUICK_MS = 12;
const SIDES = ["from", "to"];

export class OwnWalk {
  constructor(panel, columns) {
    this.panel = panel;
    this.ways = new Ways(panel.head, columns);
    this.finder = new Finder(panel.head, columns, this.ways);
    this.counts = new OwnBoth(panel, this.ways);
    this.card = new Card(this);
    this.ends = [null, null];
    this.shortest = null;
    this.armed = -1;
    this.trouble = "";
    this.known = new Map();
    this.searchMs = 0;
    this.boxes = SIDES.map((side, place) => new PlaceBox(side, {
      offer: (text) => this.finder.find(text),
      name: (entry) => entry.name[panel.place],
      other: (entry) => entry.name[1 - panel.place],
      say: (key, values) => panel.say(key, values),
      choose: (entry) => this.setEnd(place, this.atJunction(entry.junction, entry.name)),
      arm: () => this.arm(place),
      undo: () => this.setEnd(place, null),
    }));
    const byId = (id) => document.getElementById(id);
    byId("own-open").addEventListener("click", (event) => this.open(event.detail === 0));
    byId("own-clear").addEventListener("click", () => this.clear());
    byId("own-turn").addEventListener("click", () => this.turn());
    panel.map.on("click", ({ latlng }) => this.tapped(latlng));
  }

  /** What a walk needs, that may be made before one is asked for. */
  get works() {
    return [this.ways.measured, this.ways.meeting, this.finder.index];
  }

  // the two ends ------------------------------------------------------------------------------

  atJunction(junction, name) {
    const [x, y] = this.ways.junctionAt(junction);
    return { ...this.ways.atJunction(junction), x, y, name };
  }

  /** The place on a street nearest to a point of the map; null beyond reach of any. */
  atPoint(place) {
    const { head } = this.panel;
    const found = this.ways.nearest(...onGrid(head, place));
    if (!found || !(found.away <= FURTHEST_M * 10 * head.decimetre)) return null;
    const { edge } = found;
    const { [edge]: whole } = this.ways.length;
    const at = found.at < AT_JUNCTION_M ? 0 : found.at > whole - AT_JUNCTION_M ? whole : found.at;
    const [[x, y]] = this.ways.line([{ edge, from: at, to: at }]);
    return { edge, at, x, y, ...this._called(edge, x, y) };
  }

  /** The name of a place on an edge: its street, or the named one that it is near. */
  _called(edge, x, y) {
    const { head, columns } = this.panel;
    const name = (of) => head.names[columns.edge_name[of]];
    if (name(edge)[0]) return { name: name(edge) };
    const named = this.ways.nearest(x, y, (other) => name(other)[0]);
    const close = named && named.away <= NEAR_M * 10 * head.decimetre;
    return { name: ["", ""], near: close ? name(named.edge) : null };
  }

  /** What the box of an end shows. */
  _label(end) {
    const { panel } = this;
    if (!end) return "";
    if (end.near) return panel.say("own_near", { street: end.near[panel.place] });
    return end.name[panel.place] || panel.say("own_point");
  }

  /** Begin, or begin again: the next taps on the map are the ends. */
  open(byKey = false) {
    if (this.ends[0] && this.ends[1]) this.clear();
    this.panel._fold(false);
    document.getElementById("panel").classList.add("walking");
    this.arm(this.ends[0] ? 1 : 0);
    this.panel.bring("own");
    if (byKey) this.boxes[this.armed].input.focus();
  }

  arm(place) {
    this.armed = place;
    if (place >= 0) {
      document.getElementById("panel").classList.add("walking");
      this.panel.map.doubleClickZoom.disable();
    } else {
      this.panel.map.doubleClickZoom.enable();
    }
    document.documentElement.classList.toggle("tapping", place >= 0);
    this._guide();
  }

  tapped(latlng) {
    if (this.armed < 0) return;
    const end = this.atPoint(latlng);
    if (end) {
      this.setEnd(this.armed, end);
    } else {
      this.trouble = "own_far";
      this._guide();
    }
  }

  setEnd(place, end) {
    const { panel } = this;
    this.ends[place] = end;
    this._route();
    if (end) this.arm(this.ends.indexOf(null));
    this._names();
    panel.refresh();
    if (!this.shortest) return;
    if (!panel._wide()) panel.bring("own");
    this._look();
  }

  turn() {
    this.ends.reverse();
    this._route();
    this._names();
    this.panel.refresh();
  }

  clear() {
    this.ends = [null, null];
    this._route();
    this.arm(-1);
    document.getElementById("panel").classList.remove("walking");
    this._names();
    this.panel.refresh();
  }

  _route() {
    const [from, to] = this.ends;
    this.known.clear();
    this.trouble = "";
    this.shortest = from && to ? this.ways.shortest(from, to) : null;
    if (from && to && !this.shortest) this.trouble = "own_no_way";
    if (this.shortest && this.shortest.length < 1) {
      this.shortest = null;
      this.trouble = "own_same";
    }
    this.drawn = this.shortest && this._path(this.shortest.steps);
  }

  _path(steps) {
    const path = new Path2D();
    this.ways.line(steps).forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    return path;
  }

  /** Bring the walk into view, unless it is. */
  _look() {
    const line = this.ways.line(this.shortest.steps);
    const bounds = L.latLngBounds(line.map(([x, y]) => latLng(this.panel.head, x, y)));
    this.panel.lookAt(bounds, 17.5);
  }

  /** Take streets cut otherwise: what is seen of the walk is found again. */
  recut(columns) {
    Object.assign(this.ways, new Ways(this.panel.head, columns));
    this.known.clear();
    Object.assign(this.counts, { both: new Both(this.ways, this.panel.facts.ends), key: "" });
  }

  // words ---------------------------------------------------------------------------------------

  speak() {
    for (const box of this.boxes) box.speak();
    this.counts.walker.speak();
    this._names();
    this._guide();
  }

  _names() {
    const { panel } = this;
    this.boxes.forEach((box, place) => box.show(this._label(this.ends[place])));
    const any = this.ends.some(Boolean);
    document.getElementById("own-clear").hidden = !any;
    document.getElementById("own-turn").hidden = !any;
    document.getElementById("own-hint").hidden = this.ends.every(Boolean);
    panel.sheets.names.redraw();
  }

  /** Say what to do next, on the map and above the boxes. */
  _guide() {
    const { panel } = this;
    const done = this.ends.every(Boolean);
    const next = this.armed < 0 ? (done ? "own_again" : "own") : `own_tap_${SIDES[this.armed]}`;
    panel._write("own-open-words", panel.say(next));
    panel._write("own-trouble", this.trouble && panel.say(this.trouble));
    document.getElementById("own-trouble").hidden = !this.trouble;
  }

  // figures ---------------------------------------------------------------------------------------

  /** Both ways at the state shown: the shortest at once; the other too, or, where that takes long, once the slider rests. */
  refresh() {
    const { panel } = this;
    const { task, total } = panel.state;
    clearTimeout(this.waiting);
    panel.state.own = null;
    this._guide();
    this.counts.show(this.shortest);
    document.getElementById("own-more").hidden = !this.shortest;
    const result = document.getElementById("own-result");
    if (!this.shortest) {
      panel._write("own-said", this.trouble ? panel.say(this.trouble) : "");
      result.replaceChildren();
      return;
    }
    const code = panel.figures.code(total);
    const key = `${task} ${code}`;
    const seen = this.ways.figures(this.shortest.steps, task, code);
    const wanted = panel.head.simulated && seen.seen > 0;
    if (wanted && this.searchMs < QUICK_MS) this._lookFor(key, task, code);
    const other = wanted ? this.known.get(key) : null;
    if (wanted && other === undefined) {
      this.waiting = setTimeout(() => {
        this._lookFor(key, task, code);
        panel.refresh();
      }, SEARCH_WAIT_MS);
    }
    panel.state.own = { path: this.drawn, other: other && other.path };
    this._write(seen, other);
  }

  _lookFor(key, task, code) {
    if (this.known.has(key)) return;
    const began = performance.now();
    const found = this.ways.leastSeen(this.shortest, task, code);
    const shortest = this.ways.figures(this.shortest.steps, task, code);
    const better = found.seen < shortest.seen - 0.05;
    const figures = better ? this.ways.figures(found.steps, task, code) : null;
    if (this.known.size > 60) this.known.clear();
    this.searchMs = performance.now() - began;
    this.known.set(key, better ? { ...figures, steps: found.steps, path: this._path(found.steps) } : null);
  }

  /** `other` is the less seen way, null if there is none, undefined while it is looked for. */
  _write(seen, other) {
    const { panel } = this;
    const said = [this._sentence(seen)];
    if (panel.head.simulated && seen.seen > 0 && other === null) said.push(panel.say("own_none_less"));
    else if (other) said.push(this._otherSentence(seen, other));
    const result = document.getElementById("own-result");
    const rows = other ? [seen, other] : [seen];
    result.replaceChildren(
      ...said.map((sentence) => panel._element("p", sentence, "own-sentence")),
      this._table(rows),
      ...(other ? [panel._element("p", panel.say("own_found"), "note")] : []),
    );
  }

  _sentence(seen) {
    const { panel } = this;
    const task = panel.say(panel.head.tasks[panel.state.task]);
    const values = {
      task, n: panel.number(panel.state.total), length: panel.metres(seen.length),
      share: panel.percent(seen.share), metres: panel.metres(seen.seen),
    };
    return panel.say(seen.seen > 0 ? "own_seen" : "own_unseen", values);
  }

  _otherSentence(seen, other) {
    const { panel } = this;
    const longer = panel.metres(Math.max(other.length - seen.length, 0));
    const [before, after] = [seen.seen, other.seen].map((metres) => panel.metres(metres));
    return panel.say(other.seen > 0 ? "own_less" : "own_dark", { longer, before, after });
  }

  _table(ways) {
    const { panel } = this;
    const table = panel._element("table", "", "own-table");
    const head = table.createTHead().insertRow();
    head.append(panel._element("td"));
    ["own_shortest", "own_least"].slice(0, ways.length).forEach((key, place) => {
      const cell = panel._element("th");
      cell.scope = "col";
      cell.append(panel._element("span", "", place ? "way-line other" : "way-line"), panel.say(key));
      head.append(cell);
    });
    const body = table.createTBody();
    const row = (key, write) => {
      const line = body.insertRow();
      const name = panel._element("th", panel.say(key));
      name.scope = "row";
      line.append(name, ...ways.map((way) => panel._element("td", write(way))));
    };
    row("own_length", (way) => panel.metres(way.length));
    row("own_seen_m", (way) => panel.say("own_of", {
      metres: panel.metres(way.seen), share: panel.percent(way.share),
    }));
    row("walk_gap", (way) => panel.metres(way.gap));
    if (ways[0].met !== null) row("own_met", (way) => panel.number(way.met));
    row("own_first", ({ first }) => this._first(first));
    return table;
  }

  _first(metres) {
    if (metres === null) return this.panel.say("own_never");
    if (metres < 0.5) return this.panel.say("own_at_once");
    return this.panel.say("own_after", { m: this.panel.metres(metres) });
  }
}
