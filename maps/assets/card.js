// A picture of the reader's own walk, made on the device: its sentence, its two strips, "simulated". The
// ends of the strips are blurred and nameless unless the reader says otherwise.

import { inputOf } from "./elements.js";
import { FONT } from "./languages.js";

const WIDE_CARD = [1200, 630];
const TALL_CARD = [1080, 1350];
const EDGE = 72;
const BLURRED = 0.14; // of a strip, at either end
const SHEET = "#fffdf9";
const INK = "#1b232c";
const SEEN_INK = "#86101f";
const UNSEEN_INK = "#4fb3a5";

export class Card {
  constructor(own) {
    this.own = own;
    this.panel = own.panel;
    this.named = inputOf("card-ends");
    [["wide", WIDE_CARD], ["tall", TALL_CARD]].forEach(([name, size]) => {
      document.getElementById(`card-${name}`).addEventListener("click", () => this._save(size, name));
    });
    document.getElementById("card-copy").addEventListener("click", () => this._copy());
  }

  /** What may be passed on in words: no place of the reader's. */
  words() {
    const { panel, own } = this;
    const space = panel.place ? "" : " ";
    return `${own.counts.sentences().join(space)}${space}${panel.say("simulated")}.`;
  }

  async _copy() {
    const { panel } = this;
    const box = inputOf("card-words");
    box.hidden = false;
    box.value = this.words();
    box.select();
    let done;
    try {
      await navigator.clipboard.writeText(box.value);
      done = true;
    } catch {
      done = document.execCommand("copy");
    }
    panel._write("card-done", panel.say(done ? "link_copied" : "link_by_hand"));
  }

  _save(size, name) {
    const link = document.createElement("a");
    link.href = this.draw(size).toDataURL("image/png");
    link.download = `walk-${name}.png`;
    link.click();
    this.panel._write("card-done", this.panel.say("card_saved"));
  }

  /** Draw the card on a canvas of its own. */
  draw([width, height]) {
    const { panel, own } = this;
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    context.fillStyle = SHEET;
    context.fillRect(0, 0, width, height);
    const tall = height > width;
    const [sentence, last] = own.counts.sentences();
    let y = this._text(context, panel.facts.area[panel.place], tall ? 44 : 34, 400, EDGE, width);
    y = this._text(context, sentence, tall ? 58 : 40, 700, y + 12, width);
    y = this._text(context, last, tall ? 40 : 28, 400, y + 14, width);
    y += tall ? 60 : 18;
    for (const at of own.counts.found.at) y = this._strip(context, at, y, width, tall ? 84 : 44);
    if (this.named.checked) {
      const names = own.ends.map((end) => own._label(end)).join(" → ");
      this._text(context, names, tall ? 34 : 24, 400, y + 8, width);
    }
    this._text(context, panel.say("simulated"), tall ? 32 : 22, 700, height - EDGE - (tall ? 60 : 8), width);
    return canvas;
  }

  /** Write text in lines no wider than the card; where the next line would begin is returned. */
  _text(context, words, size, weight, top, width) {
    context.font = `${weight} ${size}px ${FONT}`;
    context.fillStyle = INK;
    context.textBaseline = "top";
    const parts = this.panel.place ? [...words] : words.split(/(?<= )/);
    let line = "";
    let y = top;
    for (const part of parts) {
      if (line && context.measureText((line + part).trimEnd()).width > width - 2 * EDGE) {
        context.fillText(line, EDGE, y);
        y += 1.3 * size;
        line = "";
      }
      line += part;
    }
    context.fillText(line, EDGE, y);
    return y + 1.3 * size;
  }

  _strip(context, { total, runs, length }, top, width, height) {
    const { panel } = this;
    context.font = `700 ${height * 0.6}px ${FONT}`;
    context.fillStyle = INK;
    context.textBaseline = "middle";
    context.fillText(panel.number(total), EDGE, top + height / 2);
    const left = EDGE + height * 2.6;
    const long = width - EDGE - left;
    let at = left;
    for (const { metres, seen } of runs) {
      const part = (metres / length) * long;
      context.fillStyle = seen ? SEEN_INK : UNSEEN_INK;
      const thick = seen ? 0.7 * height : 0.16 * height;
      context.fillRect(at, top + (height - thick) / 2, part, thick);
      at += part;
    }
    if (!this.named.checked) {
      for (const [from, to] of [[left, left + BLURRED * long], [left + long, left + (1 - BLURRED) * long]]) {
        const veil = context.createLinearGradient(from, 0, to, 0);
        veil.addColorStop(0, SHEET);
        veil.addColorStop(0.6, SHEET);
        veil.addColorStop(1, `${SHEET}00`);
        context.fillStyle = veil;
        context.fillRect(Math.min(from, to), top, Math.abs(to - from), height);
      }
    }
    return top + height * 1.25;
  }
}
