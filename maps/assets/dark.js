// The dark network: which unseen streets hang together at a number of cameras. It knows pieces of
// street, the junctions at their ends and ranks; the rules are those of sim/tracking/percolation.py:
// a junction is seen on a deck as soon as one of its ends there is, and decks meet at a node.

import { Later } from "./later.js";
import { runStarts, upTo } from "./payload.js";

const EDGES_A_STEP = 1 << 10;
const LINKS_A_STEP = 1 << 15;
const MOST_AT_ONCE = 30000; // with more pieces a moving slider would wait for the answer

export class Dark {
  /**
   * @param {Head} head
   * @param {Columns} columns
   */
  constructor(head, columns) {
    this.head = head;
    this.columns = columns;
    /** @type {Map<string, Later<{pieces: number[], share: number}>>} */
    this.known = new Map();
    this.pieces = columns.piece_length.length;
    this.long = this.pieces > MOST_AT_ONCE;
    /** What of it hangs on what. @type {Later<Network>} */
    this.network = new Later(() => this._joined());
  }

  /**
   * Junctions, each with its pieces' ends, and pairs of neighbours, numbered after the pieces.
   * @returns {Generator<void, Network>}
   */
  *_joined() {
    const c = this.columns;
    const starts = runStarts(c.edge_pieces);
    let junctions = 0;
    const numbers = new Map();
    /** @type {Map<number, number[]>} */
    const ofNode = new Map();
    /** @type {(node: number, deck: number) => number} */
    const junction = (node, deck) => {
      const key = 8 * node + deck;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      const number = this.pieces + junctions++;
      numbers.set(key, number);
      const decks = ofNode.get(node);
      if (decks) decks.push(number);
      else ofNode.set(node, [number]);
      return number;
    };
    const ends = [];
    const links = [];
    for (let edge = 0; edge < c.edge_pieces.length; edge++) {
      if (edge % EDGES_A_STEP === 0) yield;
      const [first, last] = [starts[edge], starts[edge + 1] - 1];
      if (last < first) continue;
      for (let piece = first; piece < last; piece++) links.push(piece, piece + 1);
      ends.push(first, junction(c.edge_u[edge], c.edge_deck[edge]));
      ends.push(last, junction(c.edge_v[edge], c.edge_deck[edge]));
    }
    for (const decks of ofNode.values()) {
      for (let i = 0; i < decks.length; i++) {
        for (let k = 0; k < i; k++) links.push(decks[i], decks[k]);
      }
    }
    yield;
    let whole = 0;
    for (let i = 0; i < this.pieces; i++) whole += c.piece_inside[i] * c.piece_length[i];
    yield;
    return { junctions, ends: Int32Array.from(ends), links: Int32Array.from(links.concat(ends)), whole };
  }

  /**
   * Of each piece, then each junction: whether it is unseen with the ranks up to a code.
   * @param {number} task
   * @param {number} code
   */
  _unseen(task, code) {
    const codes = this.columns[`piece_${this.head.tasks[task]}`];
    const { junctions, ends } = this.network.value;
    const unseen = new Uint8Array(this.pieces + junctions).fill(1);
    for (let i = 0; i < this.pieces; i++) unseen[i] = codes[i] === 0 || codes[i] > code ? 1 : 0;
    for (let i = 0; i < ends.length; i += 2) {
      if (!unseen[ends[i]]) unseen[ends[i + 1]] = 0;
    }
    return unseen;
  }

  /**
   * Whether `largest` answers at once.
   * @param {number} task
   * @param {number} total
   */
  quick(task, total) {
    return !this.long || this.finding(task, total).done;
  }

  /**
   * The largest connected unseen part at `total`: its pieces, and its share of street length.
   * @param {number} task
   * @param {number} total
   * @returns {{pieces: number[], share: number}}
   */
  largest(task, total) {
    return this.finding(task, total).value;
  }

  /**
   * The same as work that may wait.
   * @param {number} task
   * @param {number} total
   * @returns {Later<{pieces: number[], share: number}>}
   */
  finding(task, total) {
    const code = upTo(this.columns.ranks, total);
    const key = `${task} ${code}`;
    const known = this.known.get(key);
    if (known) return known;
    const found = new Later(() => this._found(task, code));
    if (this.known.size > 40) this.known.clear();
    this.known.set(key, found);
    return found;
  }

  /**
   * @param {number} task
   * @param {number} code
   * @returns {Generator<void, {pieces: number[], share: number}>}
   */
  *_found(task, code) {
    const { links, whole } = yield* this.network.steps();
    const unseen = this._unseen(task, code);
    yield;
    const parent = Int32Array.from(unseen, (_, i) => i);
    /** @type {(i: number) => number} */
    const root = (i) => {
      while (parent[i] !== i) i = parent[i] = parent[parent[i]];
      return i;
    };
    for (let k = 0; k < links.length; k += 2) {
      if (k % LINKS_A_STEP === 0) yield;
      const [a, b] = [links[k], links[k + 1]];
      if (unseen[a] && unseen[b]) parent[root(a)] = root(b);
    }
    const length = new Float64Array(parent.length);
    const { piece_inside: inside, piece_length: metres } = this.columns;
    let best = -1;
    for (let i = 0; i < this.pieces; i++) {
      if (i % LINKS_A_STEP === 0) yield;
      if (!unseen[i] || !inside[i]) continue;
      const part = root(i);
      length[part] += metres[i];
      if (best < 0 || length[part] > length[best]) best = part;
    }
    const pieces = [];
    for (let i = 0; i < this.pieces && best >= 0; i++) {
      if (i % LINKS_A_STEP === 0) yield;
      if (unseen[i] && root(i) === best) pieces.push(i);
    }
    return { pieces, share: best >= 0 && whole ? length[best] / whole : 0 };
  }
}
