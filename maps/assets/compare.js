// Two runs of one area: two maps that move together under one slider, and their figures with the
// differences. It adds nothing up that a run did not; differences with errors come from the command.

import { unfold, unpack, upTo } from "./payload.js";
import { CHART_POINTS, Stage, WAITING, begin } from "./stage.js";
import { View } from "./view.js";

const TAKEN_FROM_STEPS = [
  ["answer", "share"], ["unseen_trips", "share"], ["longest_gap_m", "metres"], ["identified", "share"],
  ["tracked_live", "share"], ["tracked_afterwards", "share"], ["no_unseen_walk", "share"],
];

export class Compare extends Stage {
  constructor(carried, columns, maps) {
    const views = carried.payloads.map((head, side) => {
      return new View(head, columns[side], carried.classes, maps[side]);
    });
    super(carried, views, carried.totals);
    this.steps = carried.steps;
    this.rules = carried.rules;
    Object.assign(this.state, { ramp: false, total: carried.facts.ends[1] });
    this.states = views.map(() => ({ ...this.state }));
    document.documentElement.classList.add("comparing");
  }

  start() {
    this.views.forEach((view, side) => {
      view.makeSheets(() => ({ colours: this.colours, state: this.states[side], pins: [] }));
    });
    this._controls();
    this.views[this.views.length - 1].addZoom();
    this._drawChart();
    this._readColours();
    this.speak(this.language);
    this._place();
    for (const { map } of this.views) map.invalidateSize({ animate: false });
    for (const view of this.views) {
      view.map.fitBounds(this.views[0].bounds(), { animate: false, paddingTopLeft: [14, 50], paddingBottomRight: [14, 18] });
      view.open((key, values) => this.say(key, values));
    }
    this.opened = true;
    this._join();
    this.views[0].map.on("zoomend", () => this._legend());
    window.addEventListener("resize", () => this._panelMoved());
    this._legend();
    this.refresh();
  }

  /** Move and zoom each map with the other: while one is dragged the other only slides along. */
  _join() {
    this.views.forEach(({ map }, side) => {
      const other = this.views[1 - side].map;
      const follow = (change) => {
        if (this.following) return;
        this.following = true;
        change();
        this.following = false;
      };
      map.on("move", () => follow(() => {
        if (map.getZoom() !== other.getZoom()) {
          other.setView(map.getCenter(), map.getZoom(), { animate: false });
          return;
        }
        const offset = other.latLngToContainerPoint(map.getCenter()).subtract(other.getSize().divideBy(2)).round();
        if (offset.x || offset.y) other._rawPanBy(offset);
      }));
      map.on("moveend", () => follow(() => other.fire("moveend")));
    });
  }

  /** On a small screen the maps share what the panel leaves free. */
  _place() {
    const panel = document.getElementById("panel").getBoundingClientRect();
    const free = this._wide() ? 0 : window.innerHeight - panel.top;
    document.documentElement.style.setProperty("--sheet", `${Math.ceil(free)}px`);
  }

  _panelMoved() {
    this._place();
    for (const { map } of this.views) map.invalidateSize({ animate: false });
  }

  _conditions() {
    const sides = this.facts.sides;
    const both = (say) => [...new Set(sides.map(say))].join(" / ");
    return [
      this.say("simulated"),
      both(({ walls }) => this.known(`walls_${walls}`, walls)),
      ...[0, 1].map((place) => both((side) => this.counted(side)[place])),
      ...sides.map((side, place) => `${"AB"[place]}: ${this.say("two_run", side)}`),
    ];
  }

  _curves() {
    return this.views.map(({ figures }, side) => ({
      points: figures.chart(this.state.task, CHART_POINTS),
      name: side ? "chosen second" : "chosen", label: "AB"[side], filled: !side,
    }));
  }

  // figures -----------------------------------------------------------------------------------

  /** What both runs come to at this number of cameras. */
  _result() {
    const { task, total } = this.state;
    const shares = this.views.map(({ figures }) => this.percent(figures.streetShare(task, total)));
    return shares.map((share, side) => `${"AB"[side]}: ${this.say("two_seen", { share })}`).join("; ");
  }

  refresh() {
    const { task, total } = this.state;
    this._sayTotal();
    this._write("task-means", this.say(`${this.tasks[task]}_means`));
    this.parts = this.darkParts();
    this.views.forEach(({ figures, map }, side) => {
      const share = this.percent(figures.streetShare(task, total));
      this._write(`dial-share-${side}`, share);
      this._write(`map-seen-${side}`, this.say("two_seen_on_map", { share }));
      const values = { side: "AB"[side], share, n: this.number(total) };
      map.getContainer().setAttribute("aria-label", this.say("two_map", values));
      const dark = this.parts && this.state.darkShown ? this.parts[side].pieces : null;
      this.states[side] = { ...this.state, dark };
    });
    this._table();
    this._rulesTable();
    this._track();
    this._moveChart();
    this._legendUnseen();
    for (const { sheets } of this.views) sheets.light.redraw();
  }

  /** Place of the nearest shared total at or below the slider; −1 if there is none. */
  _step() {
    return upTo(this.totals, this.state.total) - 1;
  }

  _table() {
    const { task, total } = this.state;
    const rows = [];
    const add = (key, form, values, error = null, apart = null) => {
      if (values.every((value) => value === null || value === undefined)) return;
      rows.push(this._row(this.say(`two_${key}`), form, values, error, apart));
    };
    const each = (of) => this.views.map(of);
    const bands = each(({ figures }) => figures.walkBand(task, total));
    const band = (name) => bands.map((found) => found && found[name]);
    add("cameras", "count", each(({ figures }) => figures.camerasHere(total)));
    add("coverage", "share", each(({ figures }) => figures.streetShare(task, total)));
    add("walk", "share", band("p50"));
    add("walk_p10", "share", band("p10"));
    add("walk_p90", "share", band("p90"));
    if (this.parts) add("dark", "share", this.parts.map(({ share }) => share));
    else add("dark", "waiting", [0, 0]);
    const step = this._step();
    const found = step < 0 ? {} : this.steps[step][this.tasks[task]];
    for (const [name, form] of TAKEN_FROM_STEPS) {
      const [a, b, apart, error] = found[name] || [null, null, null, null];
      add(name, form, [a, b], error, apart);
    }
    rows.push(this._criticalRow());
    document.getElementById("two-figures").replaceChildren(...rows);
    this._write("two-at", step < 0
      ? this.say("step_none", { n: this.number(this.totals[0]) })
      : this.say("two_at", { n: this.number(this.totals[step]) }));
  }

  _row(name, form, values, error, apart) {
    const difference = apart ?? (values.some((value) => value === null) ? null : values[1] - values[0]);
    const row = this._element("tr");
    const head = this._element("th", name);
    head.scope = "row";
    const last = this._element("td", this.orNone(difference, (d) => this._apart(form, d)), "apart");
    if (error !== null && error !== undefined && difference !== null) {
      const written = form === "share" ? (100 * error).toFixed(1) : this.number(error);
      last.append(this._element("small", this.say("two_error", { n: written })));
    }
    row.append(head, ...values.map((value) => this._element("td", this._written(form, value))), last);
    return row;
  }

  _written(form, value) {
    if (form === "waiting") return WAITING;
    if (form === "share") return this.percent(value);
    return this.orNone(value, (n) => (form === "metres" ? this.metres(n) : this.number(n)));
  }

  /** A difference with its sign; shares in percentage points. */
  _apart(form, difference) {
    if (form === "waiting") return WAITING;
    const size = Math.abs(difference);
    const zero = form === "share" ? size < 0.0005 : Math.round(size) === 0;
    const sign = zero ? "" : difference < 0 ? "−" : "+";
    if (form === "share") return sign + this.say("two_points", { n: (100 * size).toFixed(1) });
    return sign + (form === "metres" ? this.metres(size) : this.number(size));
  }

  /** Where each unseen network falls apart; beyond the highest total there is no figure. */
  _criticalRow() {
    const task = this.tasks[this.state.task];
    const found = this.views.map(({ head }) => head.critical[task]);
    const row = this._row(this.say("two_critical_total"), "count", found.map((n) => n || null), null, null);
    found.forEach((critical, side) => {
      if (critical) row.children[side + 1].textContent = this.about(critical);
      if (critical !== null) return;
      const { totals } = this.views[side].head;
      row.children[side + 1].textContent = this.say("two_beyond", { n: this.number(totals[totals.length - 1]) });
    });
    return row;
  }

  /** Tracked share under each rule, at the step shown. */
  _rulesTable() {
    const list = document.getElementById("two-rules");
    if (!list) return;
    const step = Math.max(this._step(), 0);
    const task = this.tasks[this.state.task];
    list.replaceChildren(...this.rules.map(({ name, steps }) => {
      return this._row(name[this.place], "share", steps[step][task], null, null);
    }));
    this._write("two-rules-note", this.say("two_rules_note", { n: this.number(this.totals[step]) }));
  }
}

/** What is open, for whoever looks at the page from outside. */
export let panel = null;

/** Unpack both runs and set them going; what the second has alike with the first is the first's. */
export function compare(maps) {
  return begin(async () => {
    const carried = JSON.parse(document.getElementById("carried").textContent);
    const read = (id, head) => unpack(document.getElementById(id).textContent, head.columns);
    const first = await read("packed-a", carried.payloads[0]);
    const second = await read("packed-b", carried.payloads[1]);
    const columns = [{ ...first }, { ...first, ...second }];
    columns.forEach((own, side) => unfold(own, carried.payloads[side]));
    panel = new Compare(carried, columns, maps);
    panel.start();
    return panel.views.flatMap(({ works }) => works);
  });
}
