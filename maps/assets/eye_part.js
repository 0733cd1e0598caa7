// The part of the panel that looks through one camera: its picture, a person whom the reader moves, what
// that comes to in words, and which camera it is. The picture is in the words too.

import { Eye } from "./eye.js";
import { inputOf } from "./elements.js";

const NEAREST_M = 8;
const FURTHEST_SHOWN_M = 40;
const STEP_M = 0.5;
const FRAMES = ["#c9d2dc", "#5d6f83", "#f79a12", "#cf2e1c", "#8d0f3c"];

export class EyePart {
  constructor(panel) {
    this.panel = panel;
    this.eye = new Eye(panel.head, panel.columns);
    this.part = document.getElementById("eye");
    this.part.hidden = !this.eye.known || !panel.columns.head_rank.length;
    this.canvas = /** @type {HTMLCanvasElement} */ (document.getElementById("eye-picture"));
    this.range = inputOf("eye-metres");
    Object.assign(this.range, { min: String(NEAREST_M), max: String(FURTHEST_SHOWN_M), step: String(STEP_M) });
    this.range.addEventListener("input", () => this.moveTo(Number(this.range.value)));
    this.canvas.addEventListener("pointerdown", (event) => this._drag(event));
    ["next", "before"].forEach((name, place) => {
      document.getElementById(`eye-${name}`).addEventListener("click", () => this._turn(place ? -1 : 1));
    });
    this.metres = FURTHEST_SHOWN_M;
    if (!this.part.hidden) this.camera = this._first();
  }

  /** The first camera of the study area before which somebody can be moved about. */
  _first() {
    const { head_inside: inside } = this.panel.columns;
    for (let head = 0; head < inside.length; head++) {
      if (inside[head] && this.eye.free(head) > FURTHEST_SHOWN_M) return head;
    }
    return Math.max(inside.indexOf(1), 0);
  }

  _turn(step) {
    const count = this.panel.columns.head_rank.length;
    this.show((this.camera + step + count) % count);
  }

  /** Look through a camera. */
  show(head) {
    this.camera = head;
    this.speak();
  }

  /** Look through the cameras of another fleet on the same streets. */
  recut(columns) {
    Object.assign(this.eye, { columns, shown: -1 });
    if (this.part.hidden || !columns.head_rank.length) return;
    this.show(Math.min(this.camera, columns.head_rank.length - 1));
  }

  /** Stand so many metres away, or as far as a wall lets one. */
  moveTo(metres) {
    if (this.part.hidden) return;
    this.metres = Math.min(Math.max(metres, 1), FURTHEST_SHOWN_M);
    this.range.value = String(this.metres);
    const words = this.words();
    this.range.setAttribute("aria-valuetext", words);
    this.panel._write("eye-words", words);
    this._reached();
    this._paint();
  }

  _at() {
    return Math.min(this.metres, Math.max(this.eye.free(this.camera), 1));
  }

  /** How far the person stands, how many pixels are on a metre of them, and what those are enough for. */
  words() {
    const { panel, eye, camera } = this;
    const at = this._at();
    const task = eye.task(camera, at);
    const software = eye.software(camera);
    const read = software && at >= software[0] && at <= software[1];
    const means = task < 0 ? panel.say("eye_nothing") : panel.say(`${panel.tasks[task]}_means`);
    const values = { m: panel.metres(at), pixels: panel.number(eye.pixels(camera, at)), means };
    return `${panel.say("eye_person", values)}${read ? panel.say("eye_read") : ""}`;
  }

  /** The four tasks: what each needs, and up to where this camera does it. */
  _tasks() {
    const { panel, eye, camera } = this;
    const row = (name, words) => {
      const line = panel._element("tr");
      const head = panel._element("th", words[0]);
      head.scope = "row";
      line.append(head, ...words.slice(1).map((said) => panel._element(name, said)));
      return line;
    };
    const lines = panel.tasks.map((task) => {
      const far = panel.columns[`head_range_${task}`][camera] / 10;
      const to = far > eye.near(camera) ? panel.say("eye_to", { m: panel.metres(far) }) : panel.say("eye_never");
      return row("td", [panel.say(task), panel.say(`${task}_means`), to]);
    });
    const body = panel._element("tbody");
    body.append(...lines);
    document.getElementById("eye-tasks").replaceChildren(body);
    this.lines = lines;
  }

  /** Which of the tasks the camera does where the person stands. */
  _reached() {
    const reached = this.eye.task(this.camera, this._at());
    (this.lines || []).forEach((line, task) => line.classList.toggle("reached", task <= reached));
  }

  _software() {
    const found = this.eye.software(this.camera);
    if (!found) return this.panel.say("eye_no_software");
    const [from, to] = found.map((metres) => this.panel.metres(metres));
    return this.panel.say("eye_software", { from, to });
  }

  /** Which camera it is, and what of the picture is invented. */
  speak() {
    if (this.part.hidden) return;
    const { panel, camera, eye } = this;
    const { ranks, head_rank: rank } = panel.columns;
    const n = panel.number(ranks[rank[camera] - 1]);
    panel._write("eye-camera", panel.say("eye_camera", { n, height: panel.say("metres", { n: eye.camera(camera).height }) }));
    panel._write("eye-software", this._software());
    this._tasks();
    panel._write("eye-drawn", panel.say(panel.facts.walls === "footprints" ? "eye_mapped" : "eye_blocks"));
    this.moveTo(this.metres);
  }

  _paint() {
    const { width, height } = this.canvas;
    const task = this.eye.task(this.camera, this._at());
    const context = this.canvas.getContext("2d");
    this.eye.paint(context, width, height, this.camera, this._at(), FRAMES[task + 1]);
    const words = this.panel.say("simulated_short");
    context.font = "600 22px system-ui, sans-serif";
    context.fillStyle = "#fffdf9";
    context.fillRect(8, 8, context.measureText(words).width + 16, 32);
    context.fillStyle = "#17202b";
    context.fillText(words, 16, 32);
    this.canvas.setAttribute("aria-label", this.panel.say("eye_picture"));
  }

  /** Up the picture is away. */
  _drag(event) {
    this.canvas.setPointerCapture(event.pointerId);
    const move = ({ offsetY }) => {
      const part = Math.min(Math.max(1 - offsetY / this.canvas.clientHeight, 0), 1);
      this.moveTo(NEAREST_M + Math.round((part * (FURTHEST_SHOWN_M - NEAREST_M)) / STEP_M) * STEP_M);
    };
    const stop = () => {
      for (const name of ["pointerup", "pointercancel"]) this.canvas.removeEventListener(name, stop);
      this.canvas.removeEventListener("pointermove", move);
    };
    move(event);
    this.canvas.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, stop);
  }
}
