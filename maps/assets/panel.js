// The panel beside the map of one run: its figures and walks, and what is chosen to be shown.
// It writes text as text only, never as markup, and keeps nothing once the page is closed.

import { Cameras } from "./cameras.js";
import { Districts } from "./districts.js";
import { inputOf } from "./elements.js";
import { Everyday } from "./everyday.js";
import { EyePart } from "./eye_part.js";
import { Figures } from "./figures.js";
import { latLng } from "./grid.js";
import { Layers } from "./layers.js";
import { Later } from "./later.js";
import { Link } from "./link.js";
import { OwnWalk } from "./own_walk.js";
import { unfold, unpack } from "./payload.js";
import { Story } from "./story.js";
import { CHART_POINTS, Stage, WAITING, begin } from "./stage.js";
import { View } from "./view.js";
import { Wipe } from "./wipe.js";
import { Years } from "./years.js";

export class Panel extends Stage {
  constructor(carried, columns, map) {
    const head = carried.payload;
    const view = new View(head, columns, carried.classes, map);
    super(carried, [view], head.totals);
    Object.assign(this.state, { ramp: false, total: carried.facts.ends[1] });
    const { figures, dark, scene, labels } = view;
    this.head = head;
    this.columns = columns;
    this.map = map;
    this.view = view;
    this.figures = figures;
    this.dark = dark;
    this.scene = scene;
    this.labels = labels;
    this.asked = Link.read(location.hash, head);
    if (this.asked.task >= 0) this.state.task = this.asked.task;
    if (this.asked.total !== null) this.state.total = this._within(this.asked.total);
    this.language = this.asked.language || this.language;
    this.cameras = new Cameras(this); // before the walk, whose taps come first
    this.own = head.walkable ? new OwnWalk(this, columns) : null;
    this.eye = new EyePart(this);
    this.link = new Link(this);
    this.layers = new Layers(this, columns);
    this.districts = new Districts(this);
    this.wipe = new Wipe(this, this.facts.ends);
    this.plan = new Years(this);
    this.day = new Everyday(this);
    this.story = new Story(this);
    const ramp = inputOf("ramp-shown");
    ramp.addEventListener("change", () => {
      this.state.ramp = ramp.checked;
      this.sheets.ground.redraw();
      this.speak(this.state.language);
    });
  }

  // set-up ----------------------------------------------------------------------------------

  start() {
    this.view.makeSheets(() => ({ colours: this.colours, state: this.state, pins: this.own ? this.own.ends : [] }));
    this.sheets = this.view.sheets;
    this._controls();
    this.view.addZoom();
    this._readColours();
    this.speak(this.language);
    this._look();
    this._asAsked();
    this.refresh();
    this.day.lit = this.state.wipe === null && !(this.own && this.own.armed >= 0);
    this.day.begin();
  }

  /** Show the study area in the part of the map that the panel leaves free. */
  _look() {
    this.map.fitBounds(this.view.bounds(), { animate: false, ...this._padding(18) });
    this.view.open((key, values) => this.say(key, values));
    this.opened = true;
    this.map.on("zoomend", () => this._legend());
    this._legend();
  }

  /** Show other pieces of street and cameras: a fleet that the reader has changed. */
  recut(columns) {
    this.view.recut(columns);
    const { figures, dark } = this.view;
    Object.assign(this, { columns, figures, dark });
    this.layers.columns = columns;
    if (this.own) this.own.recut(columns);
    this.eye.recut(columns);
    this._drawChart();
    this.refresh();
  }

  /** Figures of a fleet that may be another than the one shown. */
  figuresOf(columns) {
    return new Figures(this.head, columns);
  }

  _conditions() {
    const { walls } = this.facts;
    return [
      this.say("simulated"),
      this.known(`walls_${walls}`, walls),
      ...this.counted(this.facts),
      this.say("scenario", { name: this.facts.scenario, seed: this.facts.seed }),
    ];
  }

  _speakOn() {
    if (this.chart) this._drawChart();
    this._write("chart-end", this.number(this.highest));
    this._walks();
    this.link.speak();
    this._key();
    const [low, high] = this.wipe.totals.map((total) => this.number(total));
    this._write("wipe-words", this.say("wipe_show", { low, high }));
    if (this.opened) this.wipe.refresh();
    if (this.own) this.own.speak();
    this.layers.speak();
    this.districts.speak();
    this.eye.speak();
    this.plan.speak();
    this.day.speak();
    this.story.speak();
  }

  /** What the inks of the map mean, in a sentence. */
  _key() {
    const key = document.getElementById("key");
    key.hidden = this.state.ramp;
    const walk = this.state.day ? [["ink-walk", this.say("key_walk")]] : [];
    const camera = ["swatch camera", this.say("key_camera")];
    key.replaceChildren(...[...this._inks(), camera, ...walk].map(([kind, words]) => {
      const part = this._element("span");
      part.append(this._element("i", "", kind), words);
      return part;
    }));
  }

  /** A walk of the story has come to the map or gone from it, and so to the legend. */
  nameWalk() {
    this._key();
    if (this.opened) this._legend();
  }

  /** A number of cameras chosen is shown on the whole map. */
  setTotal(total) {
    if (this.opened) this.wipe.hide();
    super.setTotal(total);
  }

  _panelMoved(moved) {
    this.map.panBy([0, -moved / 2]);
  }

  _curves() {
    const curve = (task, name) => ({
      points: this.figures.chart(task, CHART_POINTS), name, label: this.say(this.tasks[task]),
    });
    const others = this.tasks.map((_, task) => task).filter((task) => task !== this.state.task);
    return [
      ...others.map((task) => curve(task, "")),
      { ...curve(this.state.task, "chosen"), filled: true },
    ];
  }

  /** Go where the link says, and set the walk that it was told to carry. */
  _asAsked() {
    const { at, zoom, from, to, wipe } = this.asked;
    const inside = (place) => place && this.map.getBounds().pad(3).contains(place);
    if (inside(at) && Number.isFinite(zoom)) this.map.setView(at, zoom, { animate: false });
    if (wipe !== null) this.wipe.show(wipe);
    if (!from || !to || !this.own) return;
    this.own.open();
    for (const place of [from, to]) this.own.tapped(place);
  }

  /** Bring a part of the map into what the panel leaves free, unless it is there. */
  lookAt(bounds, closest) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const padding = this._padding(30);
    const { paddingTopLeft: low, paddingBottomRight: high } = padding;
    if (!this._wide() && this.own) low[1] += document.getElementById("own-open").offsetHeight;
    const size = this.map.getSize();
    const free = L.bounds(L.point(low[0], low[1]), L.point(size.x - high[0], size.y - high[1]));
    const here = [bounds.getNorthWest(), bounds.getSouthEast()].map((corner) =>
      this.map.latLngToContainerPoint(corner));
    if (here.every((point) => free.contains(point)) && this.map.getZoom() >= 15.5) return;
    this.map.flyToBounds(bounds, {
      animate: !calm, duration: 0.8, maxZoom: closest, ...padding,
    });
  }

  /**
   * Bring a part of the panel into sight, whatever step of the story it stands in.
   * @param {string} id
   * @param {ScrollLogicalPosition} [block]
   */
  bring(id, block = "start") {
    const part = document.getElementById(id);
    this.story.openStepOf(part);
    part.scrollIntoView({ block });
  }

  _padding(margin) {
    const panel = document.getElementById("panel").getBoundingClientRect();
    const strip = document.getElementById("strip").getBoundingClientRect();
    return this._wide()
      ? {
          paddingTopLeft: [panel.right + margin, margin],
          paddingBottomRight: [margin + 44, strip.height + margin],
        }
      : {
          paddingTopLeft: [margin, strip.height + margin],
          paddingBottomRight: [margin, window.innerHeight - panel.top + margin],
        };
  }

  // figures -----------------------------------------------------------------------------------

  refresh() {
    const { task, total } = this.state;
    const share = this.figures.streetShare(task, total);
    this._sayTotal();
    this._write("dial-result", this._result());
    this._write("task-means", this.say(`${this.head.tasks[task]}_means`));
    this.map.getContainer().setAttribute(
      "aria-label", this.say("map", { share: this.percent(share), n: this.number(total) }),
    );
    this._cards(share);
    this._darkPart();
    this._bars();
    this._track();
    this._moveChart();
    this._walkFigures();
    this._legendUnseen();
    if (this.own) this.own.refresh();
    this.day.refresh();
    this.link.refresh();
    this.layers.refresh();
    this.cameras.write();
    this.sheets.light.redraw();
  }

  /** So many of 100 walks, as simulated at the nearest total; where no walk is known, a share of streets. */
  _result(total = this.state.total) {
    const { task } = this.state;
    const step = this.figures.step(total);
    const answer = step < 0 ? null : this._typical(step, this.head.tasks[task]).answer;
    if (answer === null || answer === undefined) {
      return this.say("dial_streets", { share: this.percent(this.figures.streetShare(task, total)) });
    }
    const said = this.say("dial_walks", { of: this.ofHundred(answer) });
    const at = this.head.totals[step];
    return at === total ? said : `${said} (${this.say("way_left_at", { n: this.number(at) })})`;
  }

  /** The chart's own axis runs from no camera to the most. */
  _along(total) {
    return total / this.highest;
  }

  _cards(share) {
    const { task, total } = this.state;
    const band = this.figures.walkBand(task, total);
    const step = this.figures.step(total);
    const typical = step < 0 ? {} : this._typical(step, this.head.tasks[task]);
    const median = (name) => typical[name];
    this._write("way-left", this.percent(median("answer")));
    this._write("way-left-at", step < 0 ? ""
      : this.say("way_left_at", { n: this.number(this.head.totals[step]) }));
    this._write("cameras-here", this.number(this.figures.camerasHere(total)));
    this._write("streets-seen", this.percent(share));
    this._write("walk-seen", this.percent(band && band.p50));
    this._write("walk-range", band
      ? this.say("walk_range", { p10: this.percent(band.p10), p90: this.percent(band.p90) }) : "");
    this._write("dark-stretch", this.orNone(median("longest_gap_m"), (m) => this.metres(m)));
    this._write("heads-typical", this.orNone(median("heads"), (n) => this.number(n)));
    this._write("tracked-typical", this.percent(median("tracked_live")));
    for (const note of document.querySelectorAll(".step-note")) {
      note.textContent = this._stepNote(step);
    }
  }

  /** What may be made once the map can be used. */
  get works() {
    const chart = new Later(() => this._chartDrawn());
    return [...this.figures.works, chart, ...this.view.works, ...(this.own ? this.own.works : [])];
  }

  _chartDrawn() {
    this._drawChart();
    this._moveChart();
    return true;
  }

  darkFound() {
    this._darkPart();
    if (this.state.darkShown) this.sheets.light.redraw();
  }

  /** The largest connected unseen part: its share, when it falls apart, and its pieces to draw. */
  _darkPart() {
    const parts = this.darkParts();
    const critical = this.head.critical[this.head.tasks[this.state.task]];
    const key = critical ? "dark_critical" : critical === null ? "dark_never" : "";
    this.state.dark = parts && this.state.darkShown ? parts[0].pieces : null;
    this._write("dark-share", parts ? this.percent(parts[0].share) : WAITING);
    document.getElementById("dark-share").parentElement.setAttribute("aria-busy", String(!parts));
    const n = critical ? this.about(critical) : this.number(this.highest);
    this._write("dark-critical", key && this.say(key, { n }));
  }

  _typical(step, task) {
    return this.head.typical[step][task] || {};
  }

  _stepNote(step) {
    return step < 0
      ? this.say("step_none", { n: this.number(this.head.totals[0]) })
      : this.say("step_at", { n: this.number(this.head.totals[step]) });
  }

  _bars() {
    const bars = document.getElementById("bars");
    bars.replaceChildren(
      ...this.head.tasks.map((task, place) => {
        const share = this.figures.streetShare(place, this.state.total);
        const row = this._element("div", "", place === this.state.task ? "bar-row chosen" : "bar-row");
        const track = this._element("span", "", "bar-track");
        const fill = this._element("span", "", "bar-fill");
        fill.style.width = `${100 * share}%`;
        track.append(fill);
        row.append(this._element("span", this.say(task)), track, this._element("b", this.percent(share)));
        return row;
      }),
    );
  }

  // chart and track ---------------------------------------------------------------------------

  // walks -------------------------------------------------------------------------------------

  _walks() {
    const list = document.getElementById("walks");
    const { walks } = this.head;
    if (!list) return;
    this._write("walks-hint", this.say(walks.length ? "walks_hint" : "no_walks"));
    list.replaceChildren(...walks.map((walk, place) => this._walkItem(walk, place)));
  }

  _walkItem(walk, place) {
    const item = this._element("li");
    const button = this._element("button", "", "walk");
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    const name = this._element("span", "", "walk-name");
    name.append(this._element("bdi", walk.name[this.place]));
    const other = this._element("bdi", walk.name[1 - this.place], "other-name");
    other.translate = false;
    other.lang = this.place ? "en" : "zh-Hant-HK";
    if (walk.name[0] !== walk.name[1]) name.append(other);
    const track = this._element("span", "", "bar-track");
    track.append(this._element("span", "", "bar-fill"));
    button.append(name, track, this._element("b", ""));
    button.addEventListener("click", () => this.chooseWalk(this.state.walk === place ? -1 : place));
    item.append(button, this._element("div", "", "walk-figures"));
    return item;
  }

  chooseWalk(place) {
    this.state.walk = place;
    if (place >= 0) {
      const [west, south, east, north] = this.scene.walks[place].bounds;
      const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.map.flyToBounds(
        [latLng(this.head, west, south), latLng(this.head, east, north)],
        { animate: !calm, duration: 0.8, maxZoom: 17.5, ...this._padding(40) },
      );
    }
    this.refresh();
  }

  _walkFigures() {
    const { task, total } = this.state;
    const step = this.figures.step(total);
    const list = document.getElementById("walks");
    if (!list) return;
    [...list.children].forEach((item, place) => {
      const chosen = place === this.state.walk;
      const [button, figures] = /** @type {HTMLElement[]} */ ([...item.children]);
      const share = this.figures.walkShare(place, task, total);
      item.classList.toggle("chosen", chosen);
      button.setAttribute("aria-expanded", String(chosen));
      button.querySelector("b").textContent = this.percent(share);
      const fill = /** @type {HTMLElement} */ (button.querySelector(".bar-fill"));
      fill.style.width = `${100 * share}%`;
      figures.hidden = !chosen;
      if (chosen) figures.replaceChildren(...this._walkLines(place, step, share));
    });
  }

  _walkLines(place, step, share) {
    const walk = this.head.walks[place];
    const task = this.head.tasks[this.state.task];
    const at = step < 0 ? {} : walk.steps[step][task];
    const pair = (value, key) => {
      const line = this._element("p", "", "card");
      line.append(this._element("b", value), this._element("span", this.say(key)));
      return line;
    };
    const cards = this._element("div", "", "cards");
    cards.append(
      pair(this.percent(share), "walk_seen"),
      pair(this.orNone(at.heads, (n) => this.number(n)), "walk_heads"),
      pair(this.orNone(at.longest_gap_m, (m) => this.metres(m)), "walk_gap"),
      pair(this.percent(at.tracked_live), "walk_tracked"),
    );
    const minutes = this.number(walk.duration_s / 60);
    const length = this.say("walk_length", { n: this.number(walk.length), minutes });
    return [
      this._element("p", length, "note"), cards, this._element("p", this._stepNote(step), "note"),
    ];
  }
}

/** What is open, for whoever looks at the page from outside. */
export let panel = null;

/** Let the page answer a touch, and paint, between two long works. */
function breath() {
  return new Promise((go) => {
    setTimeout(go);
  });
}

/** Unpack what the page carries and set it going. */
export function start(map) {
  return begin(async () => {
    const carried = JSON.parse(document.getElementById("carried").textContent);
    const packed = document.getElementById("packed").textContent;
    const columns = await unpack(packed, carried.payload.columns);
    await breath();
    unfold(columns, carried.payload);
    await breath();
    panel = new Panel(carried, columns, map);
    await breath();
    panel.start();
    return panel.works;
  });
}
