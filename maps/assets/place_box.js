// A box to type a place into. It knows what its owner tells it, and nothing of the map.

import { inputOf } from "./elements.js";
import { BESIDE } from "./zooms.js";

/** A box to type a place into, with a list of what may be meant (ARIA combobox with list box). */
export class PlaceBox {
  constructor(side, { offer, name, other, say, choose, arm, undo }) {
    this.side = side;
    this.offer = offer;
    this.name = name;
    this.other = other;
    this.say = say;
    this.choose = choose;
    this.undo = undo;
    this.input = inputOf(`own-${side}`);
    this.list = document.getElementById(`own-${side}-list`);
    this.entries = [];
    this.active = -1;
    this.shown = "";
    this.input.addEventListener("focus", () => this.input.select()); // and nothing else: a reader who tabs by chose nothing
    this.input.addEventListener("click", () => {
      arm();
      this._typing(true);
    });
    this.input.addEventListener("input", () => {
      this._typing(true);
      this._offer();
    });
    this.input.addEventListener("keydown", (event) => this._key(event));
    this.input.addEventListener("blur", () => this._left());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const item = /** @type {Element} */ (event.target).closest("[role=option]");
      if (item) this._take([...this.list.children].indexOf(item));
    });
  }

  speak() {
    this.input.placeholder = this.say("own_type");
    this.list.setAttribute("aria-label", this.say("own_offers"));
    this._close();
  }

  show(name) {
    this.shown = name;
    this.input.value = name;
    this._close();
  }

  _small() {
    return !window.matchMedia(BESIDE).matches;
  }

  /** On a small screen the panel gives the boxes and their lists all the room it has. */
  _typing(typing) {
    document.getElementById("panel").classList.toggle("typing", typing);
    if (typing && this._small()) document.getElementById("own").scrollIntoView({ block: "start" });
  }

  _left() {
    this._typing(false);
    if (this.input.value.trim() === "" && this.shown) this.undo();
    else this.input.value = this.shown;
    this._close();
  }

  _offer() {
    this.entries = this.offer(this.input.value.slice(0, 100));
    this.active = -1;
    const items = this.entries.map((entry, place) => this._item(entry, place));
    if (!items.length && this.input.value.trim()) {
      const none = document.createElement("li");
      none.textContent = this.say("own_unknown");
      none.className = "none";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      items.push(none);
    }
    this.list.replaceChildren(...items);
    this._open(items.length > 0);
  }

  _item(entry, place) {
    const item = document.createElement("li");
    item.id = `own-${this.side}-${place}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const name = document.createElement("bdi");
    name.textContent = this.name(entry);
    item.append(name);
    if (this.other(entry) !== this.name(entry)) {
      const other = document.createElement("bdi");
      other.textContent = this.other(entry);
      other.className = "other-name";
      other.translate = false;
      item.append(other);
    }
    return item;
  }

  _open(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) this.input.removeAttribute("aria-activedescendant");
  }

  _close() {
    this.entries = [];
    this.active = -1;
    this._open(false);
  }

  _key(event) {
    const { key } = event;
    if (key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this._close();
    } else if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) this._offer();
      this._mark(this.active + (key === "ArrowDown" ? 1 : -1));
    } else if (key === "Enter" && !event.isComposing) {
      event.preventDefault();
      this._take(Math.max(this.active, 0));
    }
  }

  _mark(place) {
    const count = this.entries.length;
    if (!count) return;
    this.active = (place + count) % count;
    [...this.list.children].forEach((item, i) => {
      item.setAttribute("aria-selected", String(i === this.active));
      if (i === this.active) item.scrollIntoView({ block: "nearest" });
    });
    this.input.setAttribute("aria-activedescendant", this.list.children[this.active].id);
  }

  _take(place) {
    const entry = this.entries[place];
    if (!entry) return;
    if (this._small()) this.input.blur(); // the map comes back into sight before the walk is shown
    this.choose(entry);
  }
}
