// What a page with a slider is made of, whatever it shows: words in two languages, the slider with its
// curve, tasks, legend, colours. Pages say what is shown by `views` and by what a page says of itself, below; text
// is written as text only, never as markup, and nothing is kept once the page is closed.

import { every, everyInput, inputOf } from "./elements.js";
import { FONT, LANGUAGE_TAGS } from "./languages.js";
import { soon } from "./later.js";
import { BESIDE, FIELD_ZOOM } from "./zooms.js";

export const CHART_POINTS = 120;
const PLAY_MS = 9000;
const REST_MS = 120;
const NAME_APART = 16; // of names at the ends of curves, percent of the chart's height
const TICKS_APART = 3;
const NUMBERS = new Intl.NumberFormat("en-HK");
export const WAITING = "…";

export class Stage {
  constructor({ facts, texts, classes }, views, totals) {
    this.facts = facts;
    this.texts = texts;
    this.classes = classes;
    this.views = views;
    this.totals = totals;
    this.tasks = views[0].head.tasks;
    this.highest = totals[totals.length - 1];
    this.years = totals.map((total) => views[0].head.years[views[0].head.totals.indexOf(total)]);
    this.opened = false;
    /** @type {SVGElement | null} */
    this.chart = null;
    /** Look for the largest unseen part no longer. */
    this._leaveDark = () => {};
    const task = Math.max(this.tasks.indexOf("recognise"), 0);
    this.state = {
      task, total: this.highest, walk: -1, own: null, hidden: [], language: "en", dark: null, darkShown: false,
      ramp: true, wipe: null,
    };
    this.language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
  }

  // words -----------------------------------------------------------------------------------

  get place() {
    return this.state.language === "zh" ? 1 : 0;
  }

  /** A text of the page in the language shown, with its places filled. */
  say(key, values = {}) {
    const { city, area } = this.facts;
    const texts = this.texts[this.state.language];
    const all = { city: city[this.place], area: area[this.place], seen: texts[`${this.tasks[this.state.task]}_seen`], ...values };
    return texts[key].replace(/\{(\w+)\}/g, (_, name) => all[name]);
  }

  number(value) {
    return NUMBERS.format(Math.round(value));
  }

  /** A share as the page writes it: whole percent, tenths below ten. The twin of page.percent. */
  percent(share) {
    if (share === null || share === undefined) return this.say("no_figure");
    const value = 100 * share;
    const tenths = value < 9.95 && value >= 0.05;
    return this.say("percent", { n: value.toFixed(tenths ? 1 : 0) });
  }

  /** A share as so many of 100 walks; neither none nor all for what is neither. The twin of answer.of_a_hundred. */
  ofHundred(share) {
    const whole = Math.round(100 * share);
    if (whole === 0 && share > 0) return this.say("fewer_than_one");
    if (whole === 100 && share < 1) return this.say("more_than_99");
    return String(whole);
  }

  /** A count that is no more exact than two digits. The twin of page.about. */
  about(count) {
    return this.number(Number(count.toPrecision(2)));
  }

  orNone(value, write) {
    return value === null || value === undefined ? this.say("no_figure") : write(value);
  }

  /** When there are so many cameras, by the scenario or the plan; empty where neither says so. */
  when(total) {
    const { dates = {} } = this.facts;
    if (dates[total]) return dates[total][this.place];
    const year = this.years[this.totals.indexOf(total)];
    return year ? this.say("tick_year", { year }) : "";
  }

  metres(value) {
    return this.say("metres", { n: this.number(value) }).replace(" ", "\u00a0");
  }

  speak(language) {
    this.state.language = language;
    document.documentElement.lang = LANGUAGE_TAGS[language];
    for (const element of every("[data-t]")) {
      element.textContent = this.say(element.dataset.t);
    }
    for (const element of every("[data-t-label]")) {
      element.setAttribute("aria-label", this.say(element.dataset.tLabel));
    }
    for (const element of every("[data-fact]")) {
      element.textContent = this.facts[element.dataset.fact][this.place];
    }
    for (const button of every("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
    document.title = this.facts.title[this.place];
    this._strip();
    this._ticks();
    this._nameFold();
    this._namePlay();
    this._speakOn();
    for (const view of this.views) view.speak((key, values) => this.say(key, values));
    if (!this.opened) return;
    this._legend();
    this.refresh();
  }

  // what a page says of itself ----------------------------------------------------------------

  /** Words that one page alone has. */
  _speakOn() {}

  /**
   * What the figures hold for, the most important first.
   * @returns {string[]}
   */
  _conditions() {
    return [];
  }

  /**
   * What the number of cameras shown comes to, in a sentence.
   * @returns {string}
   */
  _result() {
    return "";
  }

  /**
   * Curves of the chart: {points, name, label, filled}.
   * @returns {{points: number[][], name: string, label: string, filled?: boolean}[]}
   */
  _curves() {
    return [];
  }

  /**
   * Make room once the panel has grown or shrunk by so many pixels.
   * @param {number} _moved
   */
  _panelMoved(_moved) {}

  /** Show the state. */
  refresh() {}

  // words on every page -----------------------------------------------------------------------

  /** What must never be out of sight; the rest of it stands where the page tells of itself. */
  _strip() {
    const [first, ...rest] = this._conditions();
    const strip = document.getElementById("strip");
    const cite = this._element("a", this.say("cite"));
    cite.href = "#cite";
    cite.addEventListener("click", () => this._fold(false));
    strip.replaceChildren(
      this._element("strong", first),
      this._element("span", this.facts.credit[this.place]),
      cite,
    );
    document.getElementById("conditions").replaceChildren(...rest.map((line) => this._element("li", line)));
    this._measure();
  }

  /** A word of the run's own, in the language shown where the page knows it. */
  known(key, otherwise) {
    return Object.hasOwn(this.texts.en, key) ? this.say(key) : otherwise;
  }

  /** How the cameras of a run were counted and shared out. */
  counted({ share_rule: rule, street_share: share }) {
    return [
      rule === "direct"
        ? this.say("share_rule_direct")
        : this.say("share_rule", { rule: this.known(`rule_${rule}`, rule) }),
      this.say("street_share", { share: this.known(`share_${share}`, share) }),
    ];
  }

  /** Tell the style sheet how much of the window the strip takes. */
  _measure() {
    const { height } = document.getElementById("strip").getBoundingClientRect();
    document.documentElement.style.setProperty("--strip", `${Math.ceil(height)}px`);
  }

  _element(name, content = "", className = "") {
    const element = document.createElement(name);
    element.textContent = content;
    if (className) element.className = className;
    return element;
  }

  _write(id, content) {
    const element = document.getElementById(id);
    if (element) element.textContent = content;
  }

  _svg(name, attributes) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  _wide() {
    return window.matchMedia(BESIDE).matches;
  }

  _within(total) {
    return Math.max(0, Math.min(total, this.highest));
  }

  // controls ----------------------------------------------------------------------------------

  _controls() {
    const byId = (id) => document.getElementById(id);
    const slider = inputOf("slider");
    slider.max = String(this.totals.length - 1);
    this._moveSlider();
    slider.addEventListener("input", () => {
      this.pause();
      this.setTotal(this.totals[Number(slider.value)]);
    });
    byId("dial-row").hidden = this.totals.length < 2;
    for (const input of everyInput("input[name=task]")) {
      input.checked = Number(input.value) === this.state.task;
      input.addEventListener("change", () => {
        this.state.task = Number(input.value);
        this._drawChart();
        this.speak(this.state.language);
      });
    }
    for (const button of every("[data-language]")) {
      button.addEventListener("click", () => this.speak(button.dataset.language));
    }
    const darkShown = inputOf("dark-shown");
    darkShown.addEventListener("change", () => {
      this.state.darkShown = darkShown.checked;
      this._legend();
      this.refresh();
    });
    byId("play").addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    byId("fold").addEventListener("click", () => {
      this._fold(!byId("panel").classList.contains("folded"));
    });
    window.addEventListener("resize", () => this._measure());
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this._readColours());
  }

  _fold(folded) {
    const panel = document.getElementById("panel");
    const before = panel.getBoundingClientRect().top;
    panel.classList.toggle("folded", folded);
    const moved = panel.getBoundingClientRect().top - before;
    if (moved) this._panelMoved(moved);
    this._nameFold();
  }

  _nameFold() {
    const folded = document.getElementById("panel").classList.contains("folded");
    const button = document.getElementById("fold");
    button.setAttribute("aria-expanded", String(!folded));
    button.setAttribute("aria-label", this.say(folded ? "unfold" : "fold"));
    button.title = this.say(folded ? "unfold" : "fold");
  }

  _ticks() {
    const ticks = document.getElementById("ticks");
    ticks.replaceChildren(
      ...this.totals.map((total) => {
        const button = this._element("button", this.number(total));
        const when = this.when(total);
        if (when) button.dataset.year = when;
        button.type = "button";
        button.style.left = `${100 * this.part(total)}%`;
        button.setAttribute("aria-label", this.say(when ? "go_to_year" : "go_to", { n: this.number(total), when }));
        button.addEventListener("click", () => {
          this.pause();
          this.setTotal(total);
        });
        return button;
      }),
    );
    this._thinTicks([...ticks.children]);
  }

  /**
   * Where there is no room for all numbers, those of the headline keep theirs, then the last and the first;
   * the others are marks alone, which nobody can press: the slider stops at each.
   * @param {Element[]} buttons
   */
  _thinTicks(buttons) {
    const boxes = buttons.map((button) => button.getBoundingClientRect());
    const told = this.facts.ends.map((end) => this.totals.indexOf(end));
    const order = new Set([...told, buttons.length - 1, 0, ...buttons.keys()]);
    /** @type {DOMRect[]} */
    const kept = [];
    for (const place of order) {
      const button = /** @type {HTMLButtonElement | undefined} */ (buttons[place]);
      if (!button) continue;
      const { left, right } = boxes[place];
      button.disabled = kept.some((box) => left < box.right + TICKS_APART && right + TICKS_APART > box.left);
      button.classList.toggle("crowded", button.disabled);
      if (!button.disabled) kept.push(boxes[place]);
    }
  }

  // moving the slider -------------------------------------------------------------------------

  /** Where a number of cameras lies on the slider, 0 to 1: its stops are the totals, in equal steps. */
  part(total) {
    const last = this.totals.length - 1;
    const next = this.totals.findIndex((stop) => stop >= total);
    if (next <= 0) return next < 0 || !last ? 1 : 0;
    const from = this.totals[next - 1];
    return (next - 1 + (total - from) / (this.totals[next] - from)) / last;
  }

  /** The number of cameras at a part of the slider. */
  _totalAt(part) {
    const place = Math.min(part, 1) * (this.totals.length - 1);
    const from = Math.min(Math.floor(place), this.totals.length - 2);
    const [low, high] = [this.totals[from], this.totals[from + 1]];
    return Math.round(low + (place - from) * (high - low));
  }

  _moveSlider() {
    inputOf("slider").value = String(Math.round(this.part(this.state.total) * (this.totals.length - 1)));
  }

  /** Say what the slider stands at, and what that comes to; while it plays nothing is said. */
  _sayTotal() {
    this._write("total", this.number(this.state.total));
    if (this.playing) return;
    const said = this.say("slider_value", { n: this.number(this.state.total), result: this._result() });
    document.getElementById("slider").setAttribute("aria-valuetext", said);
  }

  setTotal(total) {
    this.state.total = this._within(total);
    this._moveSlider();
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.refresh();
    });
  }

  /** The largest unseen part of each view; null where it takes long, until the slider rests. */
  darkParts() {
    const { task, total } = this.state;
    clearTimeout(this.resting);
    this._leaveDark();
    if (this.views.every(({ dark }) => dark.quick(task, total))) return this.views.map(({ dark }) => dark.largest(task, total));
    this.resting = setTimeout(() => {
      this._leaveDark = soon(this.views.map(({ dark }) => dark.finding(task, total)), () => this.darkFound());
    }, REST_MS);
    return null;
  }

  /** The largest unseen parts have been found: from now on they are known. */
  darkFound() {
    this.refresh();
  }

  play() {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const from = this.state.total >= this.highest ? 0 : this.part(this.state.total);
    const began = performance.now() - PLAY_MS * from;
    const move = (now) => {
      const part = Math.min((now - began) / PLAY_MS, 1);
      this.playing = part < 1 ? requestAnimationFrame(move) : 0;
      this.setTotal(calm ? this.totals[Math.floor(part * (this.totals.length - 1))] : this._totalAt(part));
      if (!this.playing) this._namePlay();
    };
    this.playing = requestAnimationFrame(move);
    this._namePlay();
  }

  pause() {
    cancelAnimationFrame(this.playing);
    const played = this.playing;
    this.playing = 0;
    this._namePlay();
    if (played) this._sayTotal();
  }

  _namePlay() {
    const button = document.getElementById("play");
    const name = this.say(this.playing ? "pause" : "play", {
      from: this.number(this.totals[0]), n: this.number(this.highest),
    });
    button.classList.toggle("playing", Boolean(this.playing));
    button.setAttribute("aria-label", name);
    button.title = name;
  }

  // the curve above the slider -----------------------------------------------------------------

  /** Curves of street share by cameras, as `_curves` gives them: one is filled. */
  _drawChart() {
    const curves = this._curves();
    const top = Math.max(...curves.map(({ points }) => points[points.length - 1][1]), 0.001);
    const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.4, 0.5, 0.6, 0.75, 0.8, 1];
    this.chartTop = steps.find((step) => step >= top) || 1;
    const svg = this._svg("svg", { viewBox: "0 0 1000 100", preserveAspectRatio: "none", role: "img" });
    for (const { points, name, filled } of curves) {
      const line = points.map(([total, share]) => this._chartPoint(total, share).join(",")).join(" ");
      if (filled) svg.append(this._svg("polygon", { points: `0,100 ${line} 1000,100`, class: "curve-fill" }));
      svg.append(this._svg("polyline", { points: line, class: `curve ${name}` }));
    }
    const frame = document.getElementById("chart-frame");
    const names = this._chartNames(curves);
    this.chart = svg;
    this.chartLine = this._element("span", "", "chart-line");
    this.chartDots = this.views.map(() => this._element("span", "", "chart-dot"));
    this.chartLabel = this._element("span", "", "chart-top");
    frame.replaceChildren(svg, this.chartLine, ...this.chartDots, this.chartLabel, ...names);
  }

  /** Each curve's name at its end, pushed apart where they would lie on each other. */
  _chartNames(curves) {
    const ends = curves.map(({ points, name, label }) => {
      const [total, share] = points[points.length - 1];
      return { name, label, y: this._chartPoint(total, share)[1] };
    });
    let free = Infinity;
    return ends.sort((a, b) => b.y - a.y).map(({ name, label, y }) => {
      const at = Math.min(y, free);
      free = at - NAME_APART;
      const written = this._element("span", label, `curve-name ${name}`);
      written.translate = this.views.length < 2; // two runs are told apart by letters
      written.style.top = `${at}%`;
      return written;
    });
  }

  _moveChart() {
    if (!this.chart) return; // it is on its way
    const { task, total } = this.state;
    this.chartDots.forEach((dot, place) => {
      const [x, y] = this._chartPoint(total, this.views[place].figures.streetShare(task, total));
      this.chartLine.style.left = `${x / 10}%`;
      dot.style.left = `${x / 10}%`;
      dot.style.top = `${y}%`;
    });
    this.chartLabel.textContent = this.percent(this.chartTop);
    this.chart.setAttribute("aria-label", this.say("chart"));
  }

  _chartPoint(total, share) {
    return [1000 * this._along(total), 100 - (100 * share) / this.chartTop];
  }

  /** Where a number of cameras lies along the chart, 0 to 1: above the slider, where it lies on that. */
  _along(total) {
    return this.part(total);
  }

  /** The slider's track wears the colours of the classes up to where it stands. */
  _track() {
    if (!this.state.ramp) {
      const at = `${(100 * this.part(this.state.total)).toFixed(2)}%`;
      document.getElementById("slider").style.setProperty("--run", `linear-gradient(90deg, var(--shown) ${at}, var(--track) ${at})`);
      return;
    }
    const part = (total) => `${(100 * this.part(total)).toFixed(2)}%`;
    const stops = [];
    let from = 0;
    this.classes.forEach((end, place) => {
      const to = Math.min(end, this.state.total);
      if (to > from) stops.push(`${this.colours.classes[place]} ${part(from)} ${part(to)}`);
      from = Math.max(from, to);
    });
    stops.push(`var(--track) ${part(this.state.total)} 100%`);
    const slider = document.getElementById("slider");
    slider.style.setProperty("--run", `linear-gradient(90deg, ${stops.join(", ")})`);
  }

  // legend and colours --------------------------------------------------------------------------

  _legend() {
    const legend = document.getElementById("legend");
    const task = this.tasks[this.state.task];
    const line = (className, colour, content) => {
      const row = this._element("li");
      const swatch = this._element("span", "", `swatch ${className}`);
      if (colour) swatch.style.background = colour;
      row.append(swatch, this._element("span", content));
      return row;
    };
    const ramp = this.classes.map((end, place) => {
      const from = place ? this.number(this.classes[place - 1] + 1) : "";
      const content = place
        ? this.say("legend_next", { from, to: this.number(end) })
        : this.say("legend_first", { to: this.number(end) });
      return line("street", this.colours.classes[place], content);
    });
    const unseen = line("street unseen", "", "");
    unseen.lastChild.id = "legend-unseen";
    const rows = this.state.ramp ? [...ramp, unseen]
      : this._inks().map(([kind, words]) => line(`ink ${kind}`, "", words));
    const close = this.views[0].map.getZoom() >= FIELD_ZOOM;
    const list = this._element("ul");
    const { raised, roofed } = this.views[0].scene.has;
    list.append(
      ...rows,
      ...(this.state.day ? [line("ink ink-walk", "", this.say("key_walk"))] : []),
      ...(this.state.darkShown ? [line("dark", "", this.say("legend_dark"))] : []),
      ...(raised ? [line("bridge", "", this.say("legend_bridge"))] : []),
      ...(roofed ? [line("roofed", "", this.say("legend_roofed"))] : []),
      line("camera", "", this.say(close ? "legend_camera" : "legend_camera_far")),
      line("wall", "", this.say("legend_walls")),
      line("area", "", this.say("legend_area")),
    );
    const title = this._element("h2", this.say(this.state.ramp ? "legend_title" : "legend", { task: this.say(task) }));
    legend.replaceChildren(title, list);
    this._legendUnseen();
  }

  /** What each ink means, with the name of its swatch; the last only where more cameras are shown than first. */
  _inks() {
    const n = this.number(this.views[0].head.first ?? this.totals[0]);
    return [["ink-unseen", this.say("key_unseen")], ["ink-seen", this.say("key_seen")],
      ...(this.totals.length > 1 ? [["ink-fresh", this.say("key_fresh", { n })]] : [])];
  }

  _legendUnseen() {
    this._write("legend-unseen", this.say("legend_unseen", { n: this.number(this.state.total) }));
  }

  /** Read the drawing's colours from the style sheet, which knows light from dark. */
  _readColours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    const ramp = read("ramp").split(" ");
    const count = this.classes.length;
    this.colours = {
      paper: read("paper"), inkUnseen: read("ink-unseen"), inkSeen: read("ink-seen"), inkFresh: read("ink-fresh"), water: read("water"), waterName: read("water-name"),
      green: read("green"), greenName: read("green-name"), block: read("block"), blockEdge: read("block-edge"),
      unseen: read("unseen"), dark: read("dark"), outline: read("outline"), camera: read("camera"),
      field: read("field"), fieldEdge: read("field-edge"), walk: read("walk"),
      walkInside: read("walk-inside"), casing: read("casing"), label: read("label"), station: read("station"),
      glow: Number(read("glow")),
      font: FONT,
      classes: Array.from({ length: count }, (_, i) => blend(ramp, count > 1 ? i / (count - 1) : 0)),
    };
    if (!this.opened) return;
    for (const view of this.views) view.redraw();
    this._legend();
    this._track();
  }
}

/** Colour at a part 0…1 of a ramp of #rrggbb colours. */
export function blend(ramp, part) {
  const at = part * (ramp.length - 1);
  const low = Math.min(Math.floor(at), ramp.length - 2);
  const channel = (colour, i) => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mixed = [0, 1, 2].map((i) => {
    const [a, b] = [channel(ramp[low], i), channel(ramp[low + 1], i)];
    return Math.round(a + (at - low) * (b - a)).toString(16).padStart(2, "0");
  });
  return `#${mixed.join("")}`;
}

/**
 * Set a page going; where that fails, show the still page and say so. `start` gives what may be done once the map can
 * be used; when that is done all of the page has arrived.
 */
export async function begin(start) {
  try {
    const works = await start();
    const { classList } = document.documentElement;
    classList.add("ready");
    soon(works, () => classList.add("whole"));
  } catch (error) {
    document.documentElement.classList.remove("live");
    document.getElementById("notice").hidden = false;
    console.error(error);
  }
}
