// The story: a sentence a step, scrolled past on a desk and swiped on a phone. The step in sight shows on
// the map what it is about. Sentences are the page's own; this knows which of them is read.

import { every } from "./elements.js";

const IN_SIGHT = 0.6;
const HALF = 0.5;
const DOTS = 100;
const DOTS_A_ROW = 20;

export class Story {
  constructor(panel) {
    this.panel = panel;
    this.list = document.getElementById("story-steps");
    this.step = 0;
    if (!this.list) return;
    this.steps = [...this.list.children].map((item) => /** @type {HTMLElement} */ (item));
    this.wiped = false;
    const go = { eye: "eye", own: "own" };
    for (const button of every("[data-story]")) {
      const part = document.getElementById(go[button.dataset.story]);
      button.hidden = !part || part.hidden;
      button.addEventListener("click", () => this._open(button.dataset.story, part));
    }
    document.getElementById("story-explore").addEventListener("click", () => this._explore());
    document.getElementById("story-before").addEventListener("click", () => this.goTo(this.step - 1));
    document.getElementById("story-next").addEventListener("click", () => this.goTo(this.step + 1));
    this.list.addEventListener("scroll", () => this._swiped());
    const seen = new IntersectionObserver((entries) => this._scrolled(entries), { threshold: IN_SIGHT });
    for (const step of this.steps) seen.observe(step);
  }

  /** On a phone the step in sight is where the row of them was swiped to. */
  _swiped() {
    const wide = this.list.clientWidth;
    if (this.list.scrollWidth > wide + 1) this.tell(Math.round(this.list.scrollLeft / wide));
  }

  /** On a desk it is the last one that came into sight, once the reader has scrolled. */
  _scrolled(entries) {
    if (this.list.scrollWidth > this.list.clientWidth + 1 || !document.getElementById("panel").scrollTop) return;
    const came = entries.filter(({ isIntersecting }) => isIntersecting).pop();
    if (came) this.tell(this.steps.indexOf(came.target));
  }

  goTo(step) {
    const place = Math.min(Math.max(step, 0), this.steps.length - 1);
    this.list.scrollTo({ left: place * this.list.clientWidth });
    this.tell(place);
  }

  /** Show on the map what a step is about; the line is taken away again only by who drew it. */
  tell(step) {
    if (step === this.step) return;
    this.step = step;
    const { wipe } = this.panel;
    const about = this.steps[step].dataset.step === "wipe";
    if (about && !wipe.shown.checked) {
      wipe.show(HALF);
      this.wiped = true;
    } else if (!about && this.wiped) {
      wipe.hide();
      this.wiped = false;
    }
    this.speak();
  }

  _open(name, part) {
    if (name === "own") {
      this.panel.own.open(true);
      return;
    }
    part.scrollIntoView({ block: "start" });
    document.getElementById("eye-metres").focus({ preventScroll: true });
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
    before.toggleAttribute("disabled", this.step === 0);
    next.toggleAttribute("disabled", this.step === this.steps.length - 1);
    this.steps.forEach((item, place) => item.classList.toggle("read", place === this.step));
    this._dots();
  }

  /** A hundred walks at each number: filled where one can still be made unrecognised. */
  _dots() {
    const place = document.getElementById("story-dots");
    const { panel } = this;
    const shares = panel.facts.ends.map((total) => {
      const step = panel.figures.step(total);
      return step < 0 ? 0 : panel._typical(step, "recognise").answer;
    });
    place.replaceChildren(...shares.map((share, k) => {
      const svg = panel._svg("svg", { viewBox: `0 0 ${DOTS_A_ROW * 10} ${(DOTS / DOTS_A_ROW) * 10}`, role: "img" });
      svg.setAttribute("aria-label", panel.say("story_dots_of", { n: panel.number(panel.facts.ends[k]), of: panel.ofHundred(share) }));
      for (let dot = 0; dot < DOTS; dot++) {
        svg.append(panel._svg("circle", {
          cx: 10 * (dot % DOTS_A_ROW) + 5, cy: 10 * Math.floor(dot / DOTS_A_ROW) + 5, r: dot < Math.round(100 * share) ? 4 : 1.6,
          class: dot < Math.round(100 * share) ? "dot-left" : "dot-gone",
        }));
      }
      const row = panel._element("p", "", "dots-row");
      row.append(panel._element("b", panel.number(panel.facts.ends[k])), svg);
      return row;
    }));
  }
}
