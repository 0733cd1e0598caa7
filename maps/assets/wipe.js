// Two numbers of cameras on one map, left and right of a line that a range in the panel moves, or a hand
// on the map. It says where the line stands; what is painted on either side is the scene's.

import { inputOf } from "./elements.js";

const STEPS = 100;

export class Wipe {
  /** `totals` are the two of the first screen, the fewer left. */
  constructor(panel, totals) {
    this.panel = panel;
    this.totals = totals;
    this.part = 0.5;
    this.shown = inputOf("wipe-shown");
    this.range = inputOf("wipe");
    this.line = document.getElementById("wipe-line");
    this.shown.addEventListener("change", () => this.refresh());
    this.range.addEventListener("input", () => this.moveTo(Number(this.range.value) / STEPS));
    this.line.addEventListener("pointerdown", (event) => this._drag(event));
    window.addEventListener("resize", () => this.refresh());
    panel.map.on("move", () => this.shown.checked && panel.sheets.light.redraw());
    document.getElementById("wipe-row").hidden = totals[0] === totals[1];
  }

  /** Show it with the line at a part of the free map, where there are two totals. */
  show(part) {
    if (this.totals[0] === this.totals[1]) return;
    this.shown.checked = true;
    this.moveTo(part);
  }

  hide() {
    if (!this.shown.checked) return;
    this.shown.checked = false;
    this.refresh();
  }

  moveTo(part) {
    this.part = Math.min(Math.max(part, 0), 1);
    this.refresh();
  }

  /** The part of the window in which the map is free. */
  _free() {
    const panel = document.getElementById("panel").getBoundingClientRect();
    return this.panel._wide() ? [panel.right, window.innerWidth] : [0, window.innerWidth];
  }

  _drag(event) {
    event.preventDefault();
    this.line.setPointerCapture(event.pointerId);
    const [from, to] = this._free();
    const move = ({ clientX }) => this.moveTo((clientX - from) / (to - from));
    const stop = () => {
      this.line.removeEventListener("pointermove", move);
      this.line.removeEventListener("pointerup", stop);
      this.line.removeEventListener("pointercancel", stop);
    };
    this.line.addEventListener("pointermove", move);
    this.line.addEventListener("pointerup", stop);
    this.line.addEventListener("pointercancel", stop);
  }

  refresh() {
    const { panel, totals } = this;
    const on = this.shown.checked;
    const [from, to] = this._free();
    const x = Math.round(from + this.part * (to - from));
    panel.state.wipe = on ? { x, totals } : null;
    this.range.hidden = this.line.hidden = !on;
    this.line.style.left = `${x}px`;
    this.range.value = String(Math.round(STEPS * this.part));
    const [low, high] = totals.map((total) => panel.number(total));
    ["wipe-low", "wipe-high"].forEach((id, end) => {
      panel._write(id, [panel.number(totals[end]), panel.when(totals[end])].filter(Boolean).join(" · "));
    });
    const [few, many] = totals.map((total) => panel._result(total));
    this.range.setAttribute("aria-valuetext", panel.say("wipe_value", {
      part: Math.round(STEPS * this.part), low, high, few, many,
    }));
    panel.sheets.light.redraw();
  }
}
