// The reader's own walk: two places tapped or typed, the ways between them, what is seen of each.
// Places may be somebody's door, so they live in this object only, and leave it by `ends()` alone.
"use strict";

const FURTHEST_M = 250;
const NEAR_M = 60;
const SEARCH_WAIT_MS = 140;
const QUICK_MS = 12;
const SPEAK_WAIT_MS = 900;
const SIDES = ["from", "to"];

Unseen.OwnWalk = class {
  constructor(panel, columns) {
    this.panel = panel;
    this.ways = new Unseen.Ways(panel.head, columns);
    this.finder = new Unseen.Finder(panel.head, columns, this.ways);
    this.ends = [null, null];
    this.shortest = null;
    this.armed = -1;
    this.trouble = "";
    this.known = new Map();
    this.searchMs = 0;
    this.boxes = SIDES.map((side, place) => new Unseen.PlaceBox(side, {
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

  // the two ends ------------------------------------------------------------------------------

  atJunction(junction, name) {
    const [x, y] = this.ways.junctionAt(junction);
    return { ...this.ways.atJunction(junction), x, y, name };
  }

  /** The place on a street nearest to a point of the map; null beyond reach of any. */
  atPoint({ lat, lng }) {
    const { origin, unit, decimetre } = this.panel.head;
    const east = L.CRS.EPSG3857.project(L.latLng(lat, lng));
    const found = this.ways.nearest((east.x - origin[0]) / unit, (east.y - origin[1]) / unit);
    if (!found || !(found.away <= FURTHEST_M * 10 * decimetre)) return null;
    const { edge, at } = found;
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

  /** Begin, or begin anew: the next taps on the map are the ends. */
  open(byKey = false) {
    if (this.ends[0] && this.ends[1]) this.clear();
    this.panel._fold(false);
    document.getElementById("panel").classList.add("walking");
    this.arm(this.ends[0] ? 1 : 0);
    document.getElementById("panel").scrollTop = 0;
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
    if (!panel._wide()) document.getElementById("own").scrollIntoView({ block: "start" });
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
    const bounds = L.latLngBounds(line.map(([x, y]) => Unseen.latLng(this.panel.head, x, y)));
    this.panel.lookAt(bounds, 17.5);
  }

  // words ---------------------------------------------------------------------------------------

  speak() {
    for (const box of this.boxes) box.speak();
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
    const result = document.getElementById("own-result");
    result.hidden = !this.shortest;
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
    if (!panel.head.simulated) said.push(panel.say("own_refused"));
    else if (seen.seen > 0 && other === null) said.push(panel.say("own_none_less"));
    else if (other) said.push(this._otherSentence(seen, other));
    const result = document.getElementById("own-result");
    const rows = other ? [seen, other] : [seen];
    result.replaceChildren(
      ...said.map((sentence) => panel._element("p", sentence, "own-sentence")),
      this._table(rows),
      ...(other ? [panel._element("p", panel.say("own_found"), "note")] : []),
    );
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => panel._write("own-said", said.join(" ")), SPEAK_WAIT_MS);
  }

  _sentence(seen) {
    const { panel } = this;
    const task = panel.say(panel.head.tasks[panel.state.task]);
    const values = {
      task, n: panel.number(panel.state.total), length: panel.metres(seen.length),
      share: panel.percent(seen.share),
    };
    return panel.say(seen.seen > 0 ? "own_seen" : "own_unseen", values);
  }

  _otherSentence(seen, other) {
    const { panel } = this;
    const longer = panel.metres(Math.max(other.length - seen.length, 0));
    const less = panel.metres(seen.seen - other.seen);
    return panel.say(other.seen > 0 ? "own_less" : "own_dark", { longer, less });
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
    this._profileRow(body, ways);
    return table;
  }

  _first(metres) {
    if (metres === null) return this.panel.say("own_never");
    if (metres < 0.5) return this.panel.say("own_at_once");
    return this.panel.say("own_after", { m: this.panel.metres(metres) });
  }

  /** Each way as a bar from A to B: thick where it is seen. */
  _profileRow(body, ways) {
    const { panel } = this;
    const longest = Math.max(...ways.map((way) => way.length));
    const line = body.insertRow();
    line.className = "own-profiles";
    const cell = line.insertCell();
    cell.colSpan = ways.length + 1;
    cell.setAttribute("aria-hidden", "true");
    ways.forEach((way, place) => {
      const width = 1000 * (way.length / longest);
      const svg = panel._svg("svg", { viewBox: "0 0 1000 20", preserveAspectRatio: "none", class: place ? "profile other" : "profile" });
      svg.append(panel._svg("line", { x1: 0, x2: width, y1: 10, y2: 10 }));
      let at = 0;
      for (const { metres, seen } of way.runs) {
        const part = (1000 * metres) / longest;
        if (seen) svg.append(panel._svg("rect", { x: at, y: 0, width: Math.max(part, 3), height: 20 }));
        at += part;
      }
      cell.append(svg);
    });
    cell.append(panel._element("small", panel.say("own_profile")));
  }
};

/** A box to type a place into, with a list of what may be meant (ARIA combobox with list box). */
Unseen.PlaceBox = class {
  constructor(side, { offer, name, other, say, choose, arm, undo }) {
    Object.assign(this, { side, offer, name, other, say, choose, undo });
    this.input = document.getElementById(`own-${side}`);
    this.list = document.getElementById(`own-${side}-list`);
    this.entries = [];
    this.active = -1;
    this.shown = "";
    this.input.addEventListener("focus", () => {
      arm();
      this._typing(true);
      this.input.select();
    });
    this.input.addEventListener("input", () => this._offer());
    this.input.addEventListener("keydown", (event) => this._key(event));
    this.input.addEventListener("blur", () => this._left());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) this._take([...this.list.children].indexOf(item));
    });
  }

  speak() {
    this.input.placeholder = this.say("own_type");
    this.list.setAttribute("aria-label", this.say("own_offers"));
    this._close();
  }

  show(name) {
    this.shown = name;
    this.input.value = name;
    this._close();
  }

  _small() {
    return window.matchMedia("(max-width: 759.98px)").matches;
  }

  /** On a small screen the panel gives the boxes and their lists all the room it has. */
  _typing(typing) {
    document.getElementById("panel").classList.toggle("typing", typing);
    if (typing && this._small()) document.getElementById("own").scrollIntoView({ block: "start" });
  }

  _left() {
    this._typing(false);
    if (this.input.value.trim() === "" && this.shown) this.undo();
    else this.input.value = this.shown;
    this._close();
  }

  _offer() {
    this.entries = this.offer(this.input.value.slice(0, 100));
    this.active = -1;
    const items = this.entries.map((entry, place) => this._item(entry, place));
    if (!items.length && this.input.value.trim()) {
      const none = document.createElement("li");
      none.textContent = this.say("own_unknown");
      none.className = "none";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      items.push(none);
    }
    this.list.replaceChildren(...items);
    this._open(items.length > 0);
  }

  _item(entry, place) {
    const item = document.createElement("li");
    item.id = `own-${this.side}-${place}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const name = document.createElement("bdi");
    name.textContent = this.name(entry);
    item.append(name);
    if (this.other(entry) !== this.name(entry)) {
      const other = document.createElement("bdi");
      other.textContent = this.other(entry);
      other.className = "other-name";
      other.translate = false;
      item.append(other);
    }
    return item;
  }

  _open(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) this.input.removeAttribute("aria-activedescendant");
  }

  _close() {
    this.entries = [];
    this.active = -1;
    this._open(false);
  }

  _key(event) {
    const { key } = event;
    if (key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this._close();
    } else if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) this._offer();
      this._mark(this.active + (key === "ArrowDown" ? 1 : -1));
    } else if (key === "Enter" && !event.isComposing) {
      event.preventDefault();
      this._take(Math.max(this.active, 0));
    }
  }

  _mark(place) {
    const count = this.entries.length;
    if (!count) return;
    this.active = (place + count) % count;
    [...this.list.children].forEach((item, i) => {
      item.setAttribute("aria-selected", String(i === this.active));
      if (i === this.active) item.scrollIntoView({ block: "nearest" });
    });
    this.input.setAttribute("aria-activedescendant", this.list.children[this.active].id);
  }

  _take(place) {
    const entry = this.entries[place];
    if (!entry) return;
    if (this._small()) this.input.blur(); // the map comes back into sight before the walk is shown
    this.choose(entry);
  }
};
