// Finding streets, stations and places by what a reader types, in either language, spelling
// mistakes forgiven. It knows names and the junctions they stand for, nothing of the page.

import { Later } from "./later.js";

const MOST_OFFERED = 7;
const NAMES_AT_ONCE = 64;
/** @type {Record<string, string>} */
const SHORT_WORDS = { rd: "road", st: "street", ave: "avenue", ln: "lane", stn: "station" };
const CORNER_WORDS = /\s*(?:[/⁄∕&、與和及]|\s(?:and|at)\s)\s*/;
const CORNER_METRES = 25;

/**
 * Letters and figures in lower case, without accents, short words written out; words apart.
 * @param {string} text
 * @returns {string}
 */
export function folded(text) {
  return text
    .normalize("NFKD").replace(/\p{M}/gu, "").normalize("NFKC").toLowerCase()
    .replace(/['’]/g, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim()
    .split(" ").map((word) => SHORT_WORDS[word] || word).join(" ");
}

export class Finder {
  /**
   * @param {Head} head
   * @param {Columns} columns
   * @param {import("./ways.js").Ways} ways
   */
  constructor(head, columns, ways) {
    this.ways = ways;
    this.decimetre = head.decimetre;
    this.columns = columns;
    /** Made when somebody first types, or before. @type {Later<{streets: Entry[], entries: Entry[]}>} */
    this.index = new Later(() => this._index(head, columns));
  }

  /**
   * @param {Head} head
   * @param {Columns} columns
   */
  *_index(head, { found_node: foundNode, name_node: nameNode }) {
    /** @type {Entry[][]} */
    const [places, streets] = [[], []];
    for (let i = 0; i < head.found.length; i++) {
      places.push(this._entry({ name: head.found[i], junction: foundNode[i] }));
      if (i % NAMES_AT_ONCE === 0) yield;
    }
    for (let i = 0; i < head.names.length; i++) {
      if (nameNode[i] >= 0) streets.push(this._entry({ name: head.names[i], junction: nameNode[i], street: i }));
      if (i % NAMES_AT_ONCE === 0) yield;
    }
    return { streets, entries: places.concat(streets) };
  }

  /**
   * @param {{name: Pair, junction: number, street?: number}} entry
   * @returns {Entry}
   */
  _entry({ name, junction, street = -1 }) {
    return { name, junction, street, forms: [...new Set(name.map(folded))] };
  }

  /**
   * Names that a text may mean, the likeliest first: [{name: [English, Chinese], junction}, …].
   * @param {string} text
   * @returns {{name: Pair, junction: number}[]}
   */
  find(text) {
    const corner = this._corners(text);
    const plain = this._matches(text, this.index.value.entries).slice(0, MOST_OFFERED);
    return corner.length ? corner.concat(plain).slice(0, MOST_OFFERED) : plain;
  }

  /**
   * @param {string} text
   * @param {Entry[]} entries
   * @returns {Entry[]}
   */
  _matches(text, entries) {
    const asked = folded(text);
    if (!asked) return [];
    /** @type {{entry: Entry, score: number, order: number}[]} */
    const found = [];
    entries.forEach((entry, order) => {
      const score = Math.min(...entry.forms.map((form) => this._score(asked, form)));
      if (score < Infinity) found.push({ entry, score, order });
    });
    /** @type {(match: {entry: Entry}) => number} */
    const length = ({ entry }) => entry.forms[0].length;
    found.sort((a, b) => a.score - b.score || length(a) - length(b) || a.order - b.order);
    return found.map(({ entry }) => entry);
  }

  /**
   * How far a name is from what was asked: 0 the same … 4 and more with mistakes, Infinity not.
   * @param {string} asked
   * @param {string} form
   */
  _score(asked, form) {
    if (form === asked) return 0;
    if (form.startsWith(asked)) return 1;
    const [tight, joined] = [asked.replaceAll(" ", ""), form.replaceAll(" ", "")];
    if (joined.startsWith(tight)) return 1;
    const words = form.split(" ");
    if (asked.split(" ").every((part) => words.some((word) => word.startsWith(part)))) return 2;
    if (joined.includes(tight)) return 3;
    const allowed = Math.floor(tight.length / 4);
    const mistakes = allowed ? fewestMistakes(tight, joined, allowed) : Infinity;
    return mistakes <= allowed ? 3 + mistakes : Infinity;
  }

  /**
   * Corners of two streets, where a text names two: "Nathan Rd / Argyle", "彌敦道／亞皆老街".
   * @param {string} text
   */
  _corners(text) {
    const parts = text.normalize("NFKC").toLowerCase().split(CORNER_WORDS);
    if (parts.length !== 2 || !parts[0] || !parts[1]) return [];
    const [ones, others] = parts.map((part) => this._matches(part, this.index.value.streets).slice(0, 3));
    const corners = [];
    for (const one of ones) {
      for (const other of others) {
        const junction = one === other ? -1 : this._meeting(one.street, other.street);
        if (junction < 0) continue;
        const name = [0, 1].map((place) => `${one.name[place]} / ${other.name[place]}`);
        corners.push({ name, junction, street: -1 });
      }
    }
    return corners.slice(0, 3);
  }

  /** @param {number} street */
  _junctionsOf(street) {
    const { edge_u: u, edge_v: v } = this.ways.columns;
    const found = new Set();
    this.columns.edge_name.forEach((name, edge) => name === street && found.add(u[edge]).add(v[edge]));
    return [...found].sort((a, b) => a - b);
  }

  /**
   * Where two streets meet: the middle of their junctions, or those a crossing's width apart.
   * @param {number} one
   * @param {number} other
   */
  _meeting(one, other) {
    const [ones, others] = [this._junctionsOf(one), this._junctionsOf(other)];
    const shared = ones.filter((junction) => others.includes(junction));
    /** @type {(junction: number) => number[]} */
    const at = (junction) => this.ways.junctionAt(junction);
    if (shared.length) {
      const points = shared.map(at);
      const middle = [0, 1].map((k) => points.reduce((sum, p) => sum + p[k], 0) / points.length);
      const away = points.map(([x, y]) => Math.hypot(x - middle[0], y - middle[1]));
      return shared[away.indexOf(Math.min(...away))];
    }
    let best = { away: CORNER_METRES * 10 * this.decimetre, junction: -1 };
    for (const a of ones) {
      for (const b of others) {
        const [[ax, ay], [bx, by]] = [at(a), at(b)];
        const away = Math.hypot(ax - bx, ay - by);
        if (away < best.away) best = { away, junction: Math.min(a, b) };
      }
    }
    return best.junction;
  }
}

/**
 * Fewest mistakes (letters wrong, missing, too many) between a text and the beginning of a name.
 * @param {string} text
 * @param {string} name
 * @param {number} most
 */
export function fewestMistakes(text, name, most) {
  const width = Math.min(name.length, text.length + most);
  let row = Array.from({ length: width + 1 }, (_, i) => i);
  for (let k = 1; k <= text.length; k++) {
    const next = [k];
    for (let i = 1; i <= width; i++) {
      const wrong = row[i - 1] + (text[k - 1] === name[i - 1] ? 0 : 1);
      next.push(Math.min(wrong, row[i] + 1, next[i - 1] + 1));
    }
    if (Math.min(...next) > most) return Infinity;
    row = next;
  }
  return Math.min(...row);
}
