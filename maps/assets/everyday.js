// A hundred everyday walks of the run: one of them walked by a dot, all of them as dots. Their ways are
// found here, on the fleet as simulated, for the task of the headline; a moment at a time.

import { Both } from "./both.js";
import { inputOf } from "./elements.js";
import { latLng } from "./grid.js";
import { hereWords, moveMarks, stripRows } from "./strips.js";
import { Walker } from "./walker.js";
import { Ways } from "./ways.js";

const LOOK_MS = 12;
const PAUSE_MS = 30;
const HEADLINE_TASK = "recognise";
const GOOD_M = [350, 1200]; // long enough to tell something, short enough to be walked in a moment
const ALIKE_M = 0.5;

export class Everyday {
  constructor(panel) {
    this.panel = panel;
    this.part = document.getElementById("day");
    this.from = panel.columns.day_from || [];
    this.to = panel.columns.day_to;
    this.count = this.part && panel.own ? this.from.length : 0;
    /** Last number of cameras that leaves each walk a way, as far as it was looked for. @type {number[]} */
    this.lasts = [];
    this.shown = -1;
    this.lit = false;
    if (!this.count) return;
    this.task = panel.tasks.indexOf(HEADLINE_TASK);
    this.ways = Object.assign(Object.create(Ways.prototype), panel.own.ways); // as simulated, whatever is changed later
    this.both = new Both(this.ways, panel.facts.ends);
    this.walker = new Walker(panel, this.ways, (metres) => this._walked(metres), { range: "day-at", button: "day-play", dot: "day-dot" });
    this.number = inputOf("day-number");
    this.number.max = String(this.count);
    this.number.addEventListener("input", () => {
      this.show(Number(this.number.value) - 1);
      if (this.lit) this._bring();
    });
  }

  /** Look for all walks' last numbers, in slices; the first that tells the story is shown meanwhile. */
  begin() {
    if (!this.count) return;
    const look = () => {
      const until = performance.now() + LOOK_MS;
      while (this.lasts.length < this.count && performance.now() < until) this._look();
      if (this.lasts.length < this.count) setTimeout(look, PAUSE_MS);
      else this._all();
    };
    setTimeout(look, PAUSE_MS);
  }

  _ends(k) {
    return [this.ways.atJunction(this.from[k]), this.ways.atJunction(this.to[k])];
  }

  _look() {
    const k = this.lasts.length;
    const [a, b] = this._ends(k);
    const last = this.both.unseen.last(a, b, this.task);
    this.lasts.push(last);
    const [low, high] = this.panel.facts.ends;
    if (this.shown >= 0 || last < low || last >= high) return;
    const { length } = this.ways.shortest(a, b) || { length: 0 };
    if (length >= GOOD_M[0] && length <= GOOD_M[1]) this._first(k);
  }

  /** Show the walk with which the story begins; where motion is welcome it is walked once. */
  _first(k) {
    this.show(k);
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.lit && this.steps && !calm) this.walker.walk();
  }

  _all() {
    if (this.shown < 0) this._first(0);
    document.getElementById("day-pick").hidden = false;
    this.panel.story.dots();
    this.speak();
  }

  /** Whether each walk is known. */
  get ready() {
    return this.count > 0 && this.lasts.length === this.count;
  }

  /** Places of the walks, those that keep a way the longest first. */
  get order() {
    return Array.from(this.lasts, (_, k) => k).sort((one, other) => this.lasts[other] - this.lasts[one] || one - other);
  }

  /** How many of the walks can still be made at a number of cameras. */
  left(total) {
    return this.lasts.filter((last) => last >= total).length;
  }

  /** Show one of the walks. */
  show(k) {
    const [a, b] = this._ends(k);
    const shortest = this.ways.shortest(a, b);
    if (!shortest) return;
    this.shown = k;
    this.found = this.both.of(shortest, this.task);
    this.length = shortest.length;
    this.steps = shortest.steps;
    this.path = new Path2D();
    this.ways.line(this.steps).forEach(([x, y], i) => (i ? this.path.lineTo(x, y) : this.path.moveTo(x, y)));
    this.part.hidden = false;
    this.number.value = String(k + 1);
    this._write();
    this.light(this.lit);
    if (this.ready) this.panel.story.dots();
  }

  /** Light the walk's street on the map, or no longer; the reader's own walk goes before it. */
  light(on) {
    this.lit = on;
    if (this.shown < 0) return;
    const { panel } = this;
    const there = on && this._free;
    panel.state.day = there ? { path: this.path } : null;
    panel.nameWalk();
    this.walker.take(there ? this.steps : null);
    panel.sheets.light.redraw();
  }

  /** Whether the reader's own walk leaves the map to another. */
  get _free() {
    return !this.panel.own.shortest;
  }

  /** Give way to the reader's own walk, or come back after it. */
  refresh() {
    if (this.shown >= 0 && this.lit && Boolean(this.panel.state.day) !== this._free) this.light(true);
  }

  _bring() {
    const { panel } = this;
    panel.lookAt(L.latLngBounds(this.ways.line(this.steps).map(([x, y]) => latLng(panel.head, x, y))), 17);
  }

  _write() {
    const { panel, found } = this;
    const { rows, marks } = stripRows(panel, found.at);
    this.marks = marks;
    document.getElementById("day-strips").replaceChildren(...rows);
    const values = { length: panel.metres(this.length) };
    ["low", "high"].forEach((end, place) => {
      const { total } = found.at[place];
      values[end] = panel.number(total);
      values[`${end}_way`] = this._way(found.at[place]);
    });
    panel._write("day-says", panel.say("day_says", values));
    this._picked();
  }

  _way({ left }) {
    const { panel } = this;
    if (!left) return panel.say("day_none");
    const longer = left.length - this.length;
    return longer < ALIKE_M ? panel.say("day_same") : panel.say("day_longer", { longer: panel.metres(longer) });
  }

  /** Which of the walks is shown, and up to how many cameras it can be made. */
  _picked() {
    const { panel } = this;
    const last = this.lasts[this.shown];
    if (last === undefined) return;
    const key = last === Infinity ? "day_always" : last < 0 ? "day_never" : "day_last";
    const values = { k: panel.number(this.shown + 1), n: panel.number(this.count), length: panel.metres(this.length), last: panel.number(last), most: panel.number(panel.highest) };
    const words = panel.say("day_picked", { ...values, how: panel.say(key, values) });
    panel._write("day-picked", words);
    this.number.setAttribute("aria-valuetext", words);
  }

  _walked(metres) {
    moveMarks(this.marks, metres / this.length);
    const words = hereWords(this.panel, this.found.at, metres);
    this.panel._write("day-here", words);
    return words;
  }

  speak() {
    if (!this.count) return;
    const { panel } = this;
    this.walker.speak();
    const [low, high] = panel.facts.ends;
    if (this.ready) {
      const alike = [low, high].every((total) => this.left(total) === panel.story.hundred(total));
      panel._write("day-sample", panel.say(alike ? "day_sample" : "day_sample_apart", {
        n: panel.number(this.count), low: panel.number(low), high: panel.number(high),
        low_of: panel.number(this.left(low)), high_of: panel.number(this.left(high)),
      }));
    }
    if (this.shown >= 0) this._write();
  }
}
