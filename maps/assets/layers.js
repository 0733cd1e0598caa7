// What the map shows besides streets: cameras by owner, districts by share seen, and a count of
// sensitive places. It changes what is drawn, and no figure.

import { inputOf } from "./elements.js";
import { upTo } from "./payload.js";

const DARKEST_DISTRICT = 0.45;

export class Layers {
  constructor(panel, columns) {
    this.panel = panel;
    this.columns = columns;
    const { owners, districts, sensitive } = panel.head.layers;
    this.owners = owners;
    this.districts = districts;
    this.sensitive = sensitive;
    this.hidden = new Uint8Array(owners.length);
    this.box = inputOf("districts-shown");
    this.box.addEventListener("change", () => panel.refresh());
    const show = (id, shown) => (document.getElementById(id).hidden = !shown);
    show("owners-part", owners.length > 1);
    show("districts-part", districts.length);
    show("sensitive", Boolean(sensitive));
    show("layers", owners.length > 1 || districts.length || sensitive);
  }

  /** Words of the controls in the language shown. */
  speak() {
    const list = document.getElementById("owners");
    list.replaceChildren(...this.owners.map((owner, place) => this._owner(owner, place)));
  }

  _owner(owner, place) {
    const { panel } = this;
    const row = panel._element("label", "", "check");
    const box = panel._element("input");
    box.type = "checkbox";
    box.checked = !this.hidden[place];
    box.addEventListener("change", () => {
      this.hidden[place] = box.checked ? 0 : 1;
      panel.refresh();
    });
    const known = panel.texts.en[`owner_${owner}`];
    const name = panel._element("bdi", known ? panel.say(`owner_${owner}`) : owner || panel.say("owner_other"));
    row.append(box, name, panel._element("b", ""));
    return row;
  }

  refresh() {
    const { panel } = this;
    const { state, figures, head } = panel;
    state.hidden = this.hidden;
    this._counts();
    const step = figures.step(state.total);
    const task = head.tasks[state.task];
    const share = (part) => (step < 0 ? null : part.steps[step][task]);
    this._districts(share);
    if (this.sensitive) {
      const values = { n: panel.number(this.sensitive.places), share: panel.percent(share(this.sensitive)) };
      panel._write("sensitive", panel.say("sensitive_seen", values));
    }
    panel._write("layers-note", step < 0 || !(this.districts.length || this.sensitive)
      ? "" : panel.say("layers_at", { n: panel.number(head.totals[step]) }));
  }

  /** Cameras of each owner in the study area at this number. */
  _counts() {
    const { head_owner: owner, head_inside: inside, head_rank: rank } = this.columns;
    const counts = new Int32Array(this.owners.length);
    const last = upTo(rank, this.panel.figures.code(this.panel.state.total));
    for (let head = 0; head < last; head++) counts[owner[head]] += inside[head];
    [...document.getElementById("owners").children].forEach((row, place) => {
      row.lastChild.textContent = this.panel.number(counts[place]);
    });
  }

  _districts(share) {
    const { panel } = this;
    const rows = this.districts.map((district) => {
      const row = panel._element("div", "", "bar-row");
      const track = panel._element("span", "", "bar-track");
      const fill = panel._element("span", "", "bar-fill");
      fill.style.width = `${100 * (share(district) || 0)}%`;
      track.append(fill);
      const name = panel._element("bdi", district.name[panel.place]);
      row.append(name, track, panel._element("b", panel.percent(share(district))));
      return row;
    });
    document.getElementById("districts").replaceChildren(...rows);
    const shares = this.districts.map(share);
    const shown = this.box.checked && shares.every((part) => part !== null);
    const top = Math.max(...shares, 0.001);
    panel.state.districts = shown
      ? this.districts.map(({ name }, i) => ({ name: name[0], alpha: (DARKEST_DISTRICT * shares[i]) / top }))
      : null;
    const said = this.districts.map(({ name }, i) => [name[0], panel.percent(shares[i])]);
    const key = shown ? said.join() : "";
    panel.labels.shares = shown ? new Map(said) : null;
    if (key !== this.said) panel.sheets.names.redraw();
    this.said = key;
  }
}
