// What the page says of the reader's own walk at both numbers of cameras: one sentence, two strips, a
// table, the walker, and the cameras in whose view it comes. It writes what Both has found.

import { Both } from "./both.js";
import { Fewest } from "./fewest.js";
import { hereWords, moveMarks, stripRows } from "./strips.js";
import { Walker } from "./walker.js";
import { townOf } from "./watched_town.js";

const SAME_M = 0.5;
const SPEAK_WAIT_MS = 900;

export class OwnBoth {
  constructor(panel, ways) {
    this.panel = panel;
    this.ways = ways;
    this.both = new Both(ways, panel.facts.ends);
    this.walker = new Walker(panel, ways, (metres) => this._walked(metres));
    this.part = document.getElementById("own-both");
    this.key = "";
    this.shortest = null;
    this.found = null;
    this.marks = [];
    document.getElementById("own-fewest-find").addEventListener("click", () => this._fewest());
  }

  /** Show a walk for the task shown; null for none. It is written again only where something changed. */
  show(shortest) {
    const { state } = this.panel;
    if (shortest !== this.shortest) this.key = "";
    const key = shortest ? `${state.task} ${state.language}` : "none";
    if (key === this.key) return;
    const other = shortest !== this.shortest;
    Object.assign(this, { key, shortest });
    this.part.hidden = !shortest;
    this.found = shortest && this.both.of(shortest, state.task);
    if (shortest) this._write();
    if (other || !shortest) this.walker.take(shortest && shortest.steps);
    else this.walker.speak();
  }

  _write() {
    const { panel } = this;
    const said = this.sentences();
    const sentences = document.getElementById("own-sentences");
    sentences.replaceChildren(...said.map((words) => panel._element("p", words, "own-sentence")));
    this._strips();
    this._table();
    this._cameras();
    document.getElementById("own-fewest").hidden = !this._blocked || Boolean(panel.cameras.fixed);
    panel._write("own-fewest-said", "");
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => panel._write("own-said", said.join(" ")), SPEAK_WAIT_MS);
  }

  /** The walk in one sentence, then the last number of cameras that leaves an unseen way. */
  sentences() {
    const { panel, found } = this;
    const values = { length: panel.metres(this.shortest.length) };
    ["low", "high"].slice(-found.at.length).forEach((end, place) => {
      const at = found.at[place];
      values[end] = panel.number(at.total);
      values[`${end}_m`] = panel.metres(at.seen);
      values[`${end}_way`] = this._way(at);
    });
    return [panel.say(found.at.length > 1 ? "own_both" : "own_both_one", values), this._last()];
  }

  _told() {
    return this.panel.head.simulated && this.found.inside;
  }

  _longer(at) {
    return at.left.length - this.shortest.length;
  }

  _way(at) {
    const { panel } = this;
    if (!this._told()) return "";
    if (!at.left) return panel.say("own_way_gone");
    if (this._longer(at) >= SAME_M) return panel.say("own_way_longer", { longer: panel.metres(this._longer(at)) });
    return at.seen > 0 ? panel.say("own_way_equal") : "";
  }

  _last() {
    const { panel, found } = this;
    if (!panel.head.simulated) return panel.say("own_refused");
    if (!found.inside) return panel.say("own_last_beyond");
    if (found.last < 0) return panel.say("own_last_never");
    if (found.last === Infinity) return panel.say("own_last_always", { n: panel.number(panel.highest) });
    return panel.say("own_last", { n: panel.number(found.last) });
  }

  /** The walk from A to B at each number: thick where one could be recognised. */
  _strips() {
    const { panel, found } = this;
    const strips = document.getElementById("own-strips");
    const { rows, marks } = stripRows(panel, found.at);
    this.marks = marks;
    strips.replaceChildren(...rows, panel._element("small", panel.say("own_profile")));
  }

  /** Where the walker is: marks on the strips, and the words for it. */
  _walked(metres) {
    const { panel, found } = this;
    moveMarks(this.marks, metres / this.shortest.length);
    const words = hereWords(panel, found.at, metres);
    panel._write("own-here", words);
    return words;
  }

  _table() {
    const { panel, found } = this;
    const table = document.getElementById("own-counts");
    const row = (line, words, cells, name) => {
      const head = panel._element("th", words);
      head.scope = "row";
      line.append(head, ...cells.map((words_) => panel._element(name, words_)));
    };
    const counts = panel._element("tr");
    row(counts, panel.say("own_cameras"), found.at.map(({ total }) => panel.number(total)), "th");
    for (const cell of counts.children) cell.setAttribute("scope", "col");
    const head = panel._element("thead");
    head.append(counts);
    const body = panel._element("tbody");
    const add = (key, write) => {
      const line = panel._element("tr");
      row(line, panel.say(key), found.at.map(write), "td");
      body.append(line);
    };
    add("own_seen_m", ({ seen, share }) => panel.say("own_of", { metres: panel.metres(seen), share: panel.percent(share) }));
    if (found.at[0].met !== null) add("own_met", ({ met }) => panel.number(met));
    add("walk_gap", ({ gap }) => panel.metres(gap));
    if (this._told()) add("own_left", (at) => this._left(at));
    table.replaceChildren(head, body);
  }

  _left(at) {
    const { panel } = this;
    if (!at.left) return panel.say("own_left_none");
    return panel.say("own_left_longer", { longer: panel.metres(Math.max(this._longer(at), 0)) });
  }

  /** Whether a number of cameras leaves no unseen way, of which something can be told. */
  get _blocked() {
    return this._told() && this.found.at.some(({ left }) => !left);
  }

  /** Find the fewest cameras in the way at each number, once every camera has looked. */
  _fewest() {
    const { panel } = this;
    panel._write("own-fewest-said", panel.say("camera_wait"));
    panel.cameras.whenReady(() => {
      const said = this.found.at.map(({ total, left }) => this._inTheWay(total, left));
      panel._write("own-fewest-said", [...said, panel.say("own_fewest_means")].join(" "));
    });
  }

  /** The cameras in the way at a number; null where no way is open. */
  fewest(total) {
    const { panel } = this;
    const { cameras, state } = panel;
    const code = panel.figures.code(total) + (cameras.changes ? 0 : 1);
    const town = townOf(cameras.model, this.both.unseen, this.shortest, state.task, code);
    const found = new Fewest(town).find();
    return found && [...found].map((camera) => town.ids[camera]);
  }

  _inTheWay(total, left) {
    const { panel } = this;
    const n = panel.number(total);
    if (left) return panel.say("own_fewest_none", { n });
    const found = this.fewest(total);
    if (!found) return panel.say("own_fewest_closed", { n });
    const counts = new Map();
    for (const id of found) {
      const owner = panel.head.layers.owners[panel.cameras.base.head_owner[panel.cameras.model.entries.get(id).like]] || "other";
      counts.set(owner, (counts.get(owner) || 0) + 1);
    }
    const owners = [...counts].map(([owner, many]) => panel.say("own_fewest_owner", { owner: panel.known(`owner_${owner}`, owner), k: panel.number(many) }));
    return panel.say("own_fewest", { n, k: panel.number(found.length), owners: owners.join(panel.say("own_fewest_and")) });
  }

  /** Each camera met, as an item of a list; none where one of them may be real. */
  _cameras() {
    const { panel, found } = this;
    const part = document.getElementById("own-cameras");
    part.hidden = !found.meetings || !found.meetings.length;
    if (part.hidden) return;
    panel._write("own-cameras-title", panel.say("own_cameras_met", { n: panel.number(found.meetings.length) }));
    const list = document.getElementById("own-cameras-list");
    list.replaceChildren(...found.meetings.map((meeting) => {
      const item = panel._element("li");
      const known = !panel.eye.part.hidden;
      const name = panel._element(known ? "button" : "span", this._meeting(meeting));
      if (known) name.addEventListener("click", () => this._look(meeting.head));
      item.append(name);
      return item;
    }));
  }

  /** Look at the walk through a camera. */
  _look(head) {
    this.panel.eye.show(head);
    this.panel.bring("eye");
    document.getElementById("eye-metres").focus({ preventScroll: true });
  }

  _meeting({ head, edge, from }) {
    const { panel } = this;
    const { ranks, head_rank: rank, head_owner: owner, edge_name: name } = panel.columns;
    const street = panel.head.names[name[edge]][panel.place] || panel.say("own_street");
    const few = ranks[rank[head] - 1] <= this.both.totals[0];
    const who = panel.head.layers.owners[owner[head]] || "other";
    return panel.say(few ? "own_camera" : "own_camera_later", {
      m: panel.metres(from), street, owner: panel.known(`owner_${who}`, who), n: panel.number(this.both.totals[0]),
    });
  }
}
