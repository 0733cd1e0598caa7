// A dot that walks a walk on the map, the reader's own or an everyday one: moved by a range, or by itself where motion is
// welcome. It knows a way and a place on it, and tells its owner where it is.

import { inputOf } from "./elements.js";
import { latLng } from "./grid.js";

const WALK_MS = 14000;
const WALK_STEPS = 1000;

const OWN = { range: "own-at", button: "own-play", dot: "walker" };

export class Walker {
  /** `told(metres)` is called wherever the dot comes to; it gives the words for the place. `ids` are of range, button and dot. */
  constructor(panel, ways, told, ids = OWN) {
    this.panel = panel;
    this.ways = ways;
    this.told = told;
    this.steps = null;
    this.part = 0;
    this.range = inputOf(ids.range);
    this.button = document.getElementById(ids.button);
    this.dot = document.getElementById(ids.dot);
    this.range.max = String(WALK_STEPS);
    this.range.addEventListener("input", () => {
      this.part = Number(this.range.value) / WALK_STEPS;
      this.stop();
    });
    this.button.addEventListener("click", () => (this.walking ? this.stop() : this.walk()));
    panel.map.on("move zoom viewreset resize", () => this._place());
  }

  /** Walk another way, from its beginning; null for none. */
  take(steps) {
    this.steps = null;
    this.stop();
    this.steps = steps;
    this.dot.hidden = !steps;
    if (steps) this.moveTo(0);
  }

  moveTo(part) {
    this.part = part;
    this.range.value = String(Math.round(WALK_STEPS * part));
    this.range.setAttribute("aria-valuetext", this.told(part * this.ways.metres(this.steps)));
    this._place();
  }

  _place() {
    if (!this.steps) return;
    const [x, y] = this.ways.pointAt(this.steps, this.part * this.ways.metres(this.steps));
    const { x: left, y: top } = this.panel.map.latLngToContainerPoint(latLng(this.panel.head, x, y));
    this.dot.style.transform = `translate(${left}px, ${top}px)`;
  }

  walk() {
    const from = this.part >= 1 ? 0 : this.part;
    const began = performance.now() - WALK_MS * from;
    const move = (now) => {
      const part = Math.min(Math.max((now - began) / WALK_MS, 0), 1); // a frame may have begun before
      this.walking = part < 1 ? requestAnimationFrame(move) : 0;
      this.moveTo(part);
      if (!this.walking) this.speak();
    };
    this.walking = requestAnimationFrame(move);
    this.speak();
  }

  stop() {
    cancelAnimationFrame(this.walking);
    this.walking = 0;
    this.speak();
  }

  /** Name the button, which is not there where the reader asked for less motion. */
  speak() {
    this.button.hidden = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.button.textContent = this.panel.say(this.walking ? "own_stop" : "own_walk");
    if (this.steps && !this.walking) this.moveTo(this.part);
  }
}
