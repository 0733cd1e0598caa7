// A link to what is shown: view, cameras, task and language, all behind the "#", which no server is
// told. The two ends of a walk go into it only after an explicit yes. A page that lies on the reader's
// own device has no link that others could open: words stand in its place. Nothing is kept anywhere.

import { inputOf } from "./elements.js";
import { latLng } from "./grid.js";
import { LANGUAGE_TAGS } from "./languages.js";

export class Link {
  constructor(panel) {
    this.panel = panel;
    const byId = (id) => document.getElementById(id);
    this.yes = inputOf("link-ends");
    this.shown = inputOf("link-text");
    this.yes.addEventListener("change", () => this.refresh());
    this.part = /** @type {HTMLDetailsElement} */ (byId("link"));
    this.part.addEventListener("toggle", () => this.refresh());
    byId("link-copy").addEventListener("click", () => this.copy());
    panel.map.on("moveend", () => this.refresh());
  }

  /** The two ends of the reader's own walk, null where there is none. */
  _ends() {
    return this.panel.own ? this.panel.own.ends : [null];
  }

  /** Whether others can open where this page lies. */
  _isPublic() {
    return /^https?:$/.test(location.protocol);
  }

  /** What can be passed on in the language shown. */
  speak() {
    this.panel._write("link-means", this.panel.say(this._isPublic() ? "link_means" : "link_text_means"));
    this.refresh();
  }

  /** The sentence of the page, called simulated, without any place of the reader's. */
  words() {
    const { panel } = this;
    const { title, headline } = panel.facts;
    return panel.say("link_words", {
      title: title[panel.place], sentence: headline[panel.place], simulated: panel.say("simulated"),
    });
  }

  /** What stands behind the "#". */
  content() {
    const { head, state, map } = this.panel;
    const { lat, lng } = map.getCenter();
    const place = (at) => `${at.lat.toFixed(5)},${at.lng.toFixed(5)}`;
    const said = new URLSearchParams({
      n: state.total, task: head.tasks[state.task], lang: state.language,
      at: place({ lat, lng }), zoom: map.getZoom().toFixed(2),
    });
    if (state.wipe) said.set("wipe", String(Math.round(100 * this.panel.wipe.part)));
    if (this.yes.checked && this._ends().every(Boolean)) {
      const [from, to] = this._ends().map(({ x, y }) => latLng(head, x, y));
      said.set("from", place(from));
      said.set("to", place(to));
    }
    return said.toString().replaceAll("%2C", ",");
  }

  refresh() {
    const both = this._ends().every(Boolean);
    if (!both) this.yes.checked = false;
    document.getElementById("link-ends-row").hidden = !both || !this._isPublic();
    this.panel._write("link-done", "");
    if (!this.part.open) return;
    this.shown.value = this._isPublic() ? `${location.href.split("#")[0]}#${this.content()}` : this.words();
  }

  async copy() {
    this.shown.focus();
    this.shown.select();
    let done;
    try {
      await navigator.clipboard.writeText(this.shown.value);
      done = true;
    } catch {
      done = document.execCommand("copy");
    }
    this.panel._write("link-done", this.panel.say(done ? "link_copied" : "link_by_hand"));
  }

  /** What a link asks for, as far as it makes sense here. */
  static read(hash, head) {
    const said = new URLSearchParams(hash.replace(/^#/, "").slice(0, 1000));
    const place = (name) => {
      const parts = (said.get(name) || "").split(",").map((part) => (part.trim() ? Number(part) : NaN));
      const fits = parts.length === 2 && parts.every(Number.isFinite);
      return fits && Math.abs(parts[0]) <= 85 && Math.abs(parts[1]) <= 180 ? { lat: parts[0], lng: parts[1] } : null;
    };
    const number = (name) => (said.get(name) ? Number(said.get(name)) : NaN);
    const language = said.get("lang");
    const wipe = number("wipe");
    return {
      total: Number.isFinite(number("n")) ? Math.round(number("n")) : null,
      task: head.tasks.indexOf(said.get("task")),
      language: Object.hasOwn(LANGUAGE_TAGS, language) ? language : null,
      wipe: wipe >= 0 && wipe <= 100 ? wipe / 100 : null,
      at: place("at"), zoom: number("zoom"), from: place("from"), to: place("to"),
    };
  }
}
