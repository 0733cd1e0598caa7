// The districts of a city side by side: a curve each, what is said of it, the way to it on the map and
// down to one of its streets. Sentences and figures of districts are the page's own; of a street it
// adds up the pieces that the map draws.

import { latLng } from "./grid.js";
import { inputOf } from "./elements.js";
import { streetsIn } from "./district_streets.js";

const CURVE_WIDE = 104;
const CURVE_HIGH = 56;
const CURVE_MARGIN = 5;
const CLOSEST_STREET = 17.5;

export class Districts {
  constructor(panel) {
    this.panel = panel;
    this.told = panel.facts.districts;
    this.list = document.getElementById("districts-beside");
    this.chosen = -1;
    this.streets = [];
    if (!this.list) return;
    this.box = inputOf("street-in-district");
    this.box.addEventListener("change", () => this._toStreet());
    this.detail = document.getElementById("district-detail");
    const way = document.getElementById("to-districts"); // where the story stands before this part
    if (way) way.addEventListener("click", () => this._open());
    document.getElementById("district-back").addEventListener("click", () => this._back());
  }

  /** Bring this part of the panel into sight. */
  _open() {
    const title = document.getElementById("by-district-title");
    title.scrollIntoView({ block: "start" });
    title.focus({ preventScroll: true });
  }

  /** Words of cards, table and notes in the language shown. */
  speak() {
    if (!this.list) return;
    const { panel, told } = this;
    const { place } = panel;
    for (const key of ["lead", "sure"]) {
      document.querySelector(`[data-district=${key}]`).textContent = told[key][place];
    }
    told.heads.forEach((head, column) => {
      document.querySelector(`[data-district-head="${column}"]`).textContent = head[place];
    });
    told.cards.forEach((card, row) => card.cells.slice(1).forEach((cell, column) => {
      document.querySelector(`[data-district-cell="${row} ${column + 1}"]`).textContent = cell[place];
    }));
    this.list.before(this.detail);
    this.list.replaceChildren(...told.cards.map((card, row) => this._card(card, row)));
    this._say();
  }

  _card(card, row) {
    const { panel } = this;
    const { place } = panel;
    const words = panel._element("span", "", "district-words");
    const name = panel._element("span", "", "district-name");
    name.append(panel._element("bdi", card.name[place]));
    if (card.name[0] !== card.name[1]) {
      const other = panel._element("bdi", card.name[1 - place], "other-name");
      other.lang = place ? "en" : "zh-Hant-HK";
      other.translate = false;
      name.append(other);
    }
    words.append(name, ...card.lines.map((line) => panel._element("span", line[place])));
    words.append(panel._element("small", card.behind[place]));
    const button = panel._element("button");
    button.type = "button";
    button.setAttribute("aria-pressed", String(row === this.chosen));
    button.append(this._curve(card.curve), words);
    button.addEventListener("click", () => this.choose(row === this.chosen ? -1 : row));
    const item = panel._element("li");
    item.append(button);
    return item;
  }

  /** Both curves over the number of cameras, from none to all, and the two totals told of. */
  _curve(curve) {
    const { panel, told } = this;
    const { totals } = panel.head;
    const x = (step) => (CURVE_MARGIN + ((CURVE_WIDE - 2 * CURVE_MARGIN) * totals[step]) / panel.highest).toFixed(1);
    const y = (share) => (CURVE_HIGH - CURVE_MARGIN - ((CURVE_HIGH - 2 * CURVE_MARGIN) * share) / told.top).toFixed(1);
    const line = (shares, kind) => panel._svg("polyline", {
      class: kind, points: shares.map((share, step) => `${x(step)},${y(share)}`).join(" "),
    });
    const picture = panel._svg("svg", { viewBox: `0 0 ${CURVE_WIDE} ${CURVE_HIGH}`, "aria-hidden": "true", class: told.of === "walks" ? "" : "seen" });
    picture.append(panel._svg("path", { class: "ground", d: `M${CURVE_MARGIN} ${y(0)}H${CURVE_WIDE - CURVE_MARGIN}M${CURVE_MARGIN} ${y(told.top)}H${CURVE_WIDE - CURVE_MARGIN}` }));
    picture.append(line(told.whole, "whole"));
    if (!curve) return picture;
    picture.append(line(curve, "own"));
    picture.append(...told.ends.map((end) => panel._svg("circle", { cx: x(end), cy: y(curve[end]), r: 3.2 })));
    return picture;
  }

  /** Go to a district, or back to the whole area (−1). */
  choose(row) {
    this.chosen = row;
    [...this.list.children].forEach((item, place) => {
      item.firstElementChild.setAttribute("aria-pressed", String(place === row));
    });
    const card = this.told.cards[row];
    this.streets = card ? streetsIn(this.panel, card.name[0]) : [];
    this.box.value = "";
    this._say();
    const bounds = card ? this.panel.scene.boundsOf(card.name[0]) : null;
    if (bounds) this._fly(bounds, CLOSEST_STREET);
    else if (!card) this.panel.map.flyToBounds(this.panel.view.bounds(), this._flight(18));
  }

  /** The whole area again; the button goes, so the card that it stood under is at hand. */
  _back() {
    const button = this.list.children[this.chosen].querySelector("button");
    this.choose(-1);
    button.focus({ preventScroll: true });
  }

  _flight(margin) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    return { animate: !calm, duration: 0.8, ...this.panel._padding(margin) };
  }

  _fly([west, south, east, north], closest) {
    const { head, map } = this.panel;
    map.flyToBounds([latLng(head, west, south), latLng(head, east, north)], { maxZoom: closest, ...this._flight(30) });
  }

  /** What is said of the district, and the streets that may be asked for. */
  _say() {
    const { panel } = this;
    const card = this.told.cards[this.chosen];
    (card ? this.list.children[this.chosen] : this.list.parentElement).append(this.detail);
    this.detail.hidden = !card;
    document.getElementById("district-street").hidden = !this.streets.length;
    panel._write("district-said", card ? card.says[panel.place] : "");
    panel._write("street-said", "");
    if (!card) return;
    panel._write("street-label", panel.say("street_in", { name: card.name[panel.place] }));
    const names = [...new Set(this.streets.map(({ name }) => name[panel.place]))].sort((a, b) => a.localeCompare(b));
    document.getElementById("streets-in-district").replaceChildren(...names.map((name) => {
      const option = document.createElement("option");
      option.value = name;
      return option;
    }));
  }

  /** Go to the street that was written, and say how much of it is left at both totals. */
  _toStreet() {
    const { panel } = this;
    const written = this.box.value.trim().toLowerCase();
    const street = this.streets.find(({ name }) => name.some((one) => one.toLowerCase() === written));
    if (!street) {
      panel._write("street-said", written && panel.say("street_unknown"));
      return;
    }
    this._fly(street.bounds, CLOSEST_STREET);
    const [low, high] = [this.told.ends[0], this.told.ends[this.told.ends.length - 1]];
    const metres = (value) => panel.metres(value);
    panel._write("street-said", panel.say("street_says", {
      name: street.name[panel.place], all: metres(street.metres), low: panel.number(panel.head.totals[low]),
      high: panel.number(panel.head.totals[high]), low_left: metres(street.left[0]), high_left: metres(street.left[1]),
    }));
  }
}
