// The story: a sentence a step with what belongs to it, scrolled past on a desk; on a phone one step is there
// at a time, and a swipe or a button brings the next. The step read shows on the map what it is about.
// Sentences are the page's own; this knows which of them is read.

import { every } from "./elements.js";

const HALF = 0.5;
const READ_PX = 90; // below the panel's top: what has come so far up is read
const SWIPE_PX = 45;
const SWIPE_STEEPEST = 0.6;
const DOTS = 100;
const DOTS_A_ROW = 20;
/** Steps at which an everyday walk is lit on the map. */
const DAY_STEPS = ["question", "dots"];
/** The buttons that bring another step. */
const WAYS = ["story-before", "story-next"];
/** Things that a finger moves sideways by themselves. */
const OWN_HANDS = "input, canvas, .scroll, .camera-hands";

export class Story {
  constructor(panel) {
    this.panel = panel;
    this.list = document.getElementById("story-steps");
    this.step = 0;
    if (!this.list) return;
    this.part = document.getElementById("story-part");
    this.steps = [...this.list.children].map((item) => /** @type {HTMLElement} */ (item));
    this.wiped = false;
    const byId = (id) => document.getElementById(id);
    byId("story-explore").addEventListener("click", () => this._explore());
    byId("story-start").addEventListener("click", () => this._start());
    byId("story-before").addEventListener("click", () => this.goTo(this.step - 1));
    byId("story-next").addEventListener("click", () => this.goTo(this.step + 1));
    this._swipes();
    byId("panel").addEventListener("scroll", () => this._scrolled(), { passive: true });
  }

  /** Whether the steps stand one below the other. */
  get whole() {
    return this.steps.every((step) => step.offsetParent !== null);
  }

  _start() {
    this.part.scrollIntoView({ block: "start" });
    document.getElementById(this.step < this.steps.length - 1 ? "story-next" : "story-before").focus({ preventScroll: true });
  }

  _swipes() {
    /** @type {Touch | null} */
    let begun = null;
    this.list.addEventListener("touchstart", ({ touches, target }) => {
      const free = touches.length === 1 && !(/** @type {Element} */ (target).closest(OWN_HANDS));
      begun = free ? touches[0] : null;
    }, { passive: true });
    this.list.addEventListener("touchend", ({ changedTouches: [end] }) => {
      if (!begun || this.whole) return;
      const [across, down] = [end.clientX - begun.clientX, end.clientY - begun.clientY];
      if (Math.abs(across) < SWIPE_PX || Math.abs(down) > SWIPE_STEEPEST * Math.abs(across)) return;
      this.goTo(this.step + (across < 0 ? 1 : -1));
    }, { passive: true });
  }

  /** On a desk the step read is the last one that has come up far enough, once the reader has scrolled. */
  _scrolled() {
    const panel = document.getElementById("panel");
    if (!this.whole || !panel.scrollTop) return;
    const line = panel.getBoundingClientRect().top + READ_PX;
    let read = 0;
    this.steps.forEach((step, place) => {
      if (step.getBoundingClientRect().top < line) read = place;
    });
    this.tell(read);
  }

  goTo(step) {
    const place = Math.min(Math.max(step, 0), this.steps.length - 1);
    this.tell(place);
    (this.whole ? this.steps[place] : this.part).scrollIntoView({ block: "start" });
    if (this.whole) this.tell(place); // it may be too short to come up
    const { id } = document.activeElement;
    if (this.whole && WAYS.includes(id)) { // the buttons scroll away with the story's head
      this.steps[place].tabIndex = -1;
      this.steps[place].focus({ preventScroll: true });
      return;
    }
    if (id === "story-before" && place === 0) document.getElementById("story-next").focus({ preventScroll: true });
    if (id === "story-next" && place === this.steps.length - 1) document.getElementById("story-before").focus({ preventScroll: true });
  }

  /** Read the step in which an element stands, where only one is there. */
  openStepOf(element) {
    const place = this.list ? this.steps.findIndex((step) => step.contains(element)) : -1;
    if (place >= 0 && !this.whole) this.tell(place);
  }

  /** Show on the map what a step is about; what it drew is taken away again. */
  tell(step) {
    if (step === this.step) return;
    this.step = step;
    const { wipe, plan, day } = this.panel;
    const name = this.steps[step].dataset.step;
    if (name !== "wipe") plan.leave();
    if (name === "wipe" && !wipe.shown.checked) {
      wipe.show(HALF);
      this.wiped = true;
    } else if (name !== "wipe" && this.wiped) {
      wipe.hide();
      this.wiped = false;
    }
    day.light(DAY_STEPS.includes(name));
    this.speak();
  }

  _explore() {
    const body = document.getElementById("explore");
    body.scrollIntoView({ block: "start" });
    body.focus({ preventScroll: true });
  }

  /** Which step is read, of how many. */
  speak() {
    if (!this.list) return;
    const { panel } = this;
    const values = { k: panel.number(this.step + 1), n: panel.number(this.steps.length) };
    panel._write("story-place", panel.say("story_place", values));
    const [before, next] = ["before", "next"].map((name) => document.getElementById(`story-${name}`));
    this.steps.forEach((item, place) => item.classList.toggle("read", place === this.step));
    before.toggleAttribute("disabled", this.step === 0);
    next.toggleAttribute("disabled", this.step === this.steps.length - 1);
    this.dots();
    this._tables();
  }

  /** The tables of the steps in the language shown. */
  _tables() {
    const { facts, place } = this.panel;
    for (const table of every("[data-table]")) {
      const { head, rows } = facts.story_tables[table.dataset.table];
      const cells = [head, ...rows].flat();
      [...table.querySelectorAll("th, td")].forEach((cell, k) => (cell.textContent = cells[k][place]));
    }
  }

  /** A dot a walk at each number: filled where it can still be made unrecognised. */
  dots() {
    const { panel } = this;
    const { day } = panel;
    if (day.count && !day.ready) return;
    const order = day.count ? day.order : Array.from({ length: DOTS }, (_, k) => k);
    document.getElementById("story-dots").replaceChildren(...panel.facts.ends.map((total) => {
      const left = day.count ? day.left(total) : this.hundred(total);
      const rows = Math.ceil(order.length / DOTS_A_ROW);
      const svg = panel._svg("svg", { viewBox: `0 0 ${DOTS_A_ROW * 10} ${rows * 10}`, role: "img" });
      const key = day.count ? "story_dots_sample" : "story_dots_of";
      svg.setAttribute("aria-label", panel.say(key, { n: panel.number(total), of: String(left), walks: panel.number(order.length) }));
      order.forEach((k, dot) => {
        const [cx, cy] = [10 * (dot % DOTS_A_ROW) + 5, 10 * Math.floor(dot / DOTS_A_ROW) + 5];
        if (day.count && k === day.shown) svg.append(panel._svg("circle", { cx, cy, r: 4.6, class: "dot-shown" }));
        svg.append(panel._svg("circle", { cx, cy, r: dot < left ? 3.4 : 1.6, class: dot < left ? "dot-left" : "dot-gone" }));
      });
      const row = panel._element("p", "", "dots-row");
      const name = panel._element("span");
      name.append(panel._element("b", panel.number(total)), panel._element("small", panel.when(total)));
      row.append(name, svg);
      return row;
    }));
  }

  /** So many of a hundred as the run says, where its walks are not carried. */
  hundred(total) {
    const step = this.panel.figures.step(total);
    return step < 0 ? 0 : Math.round(100 * this.panel._typical(step, "recognise").answer);
  }
}
