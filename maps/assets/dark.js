// The dark network: which unseen streets hang together at a number of cameras. It knows pieces of
// street, the junctions at their ends and ranks; the rules are those of sim/tracking/percolation.py:
// a junction is seen on a deck as soon as one of its ends there is, and decks meet at a node.

import { runStarts, upTo } from "./payload.js";

const MOST_AT_ONCE = 30000; // with more pieces a moving slider would wait for the answer

export class Dark {
  /**
   * @param {Head} head
   * @param {Columns} columns
   */
  constructor(head, columns) {
    this.head = head;
    this.columns = columns;
    this.known = new Map();
    const c = columns;
    this.pieces = c.piece_length.length;
    this.long = this.pieces > MOST_AT_ONCE;
    const starts = runStarts(c.edge_pieces);
    this.junctions = 0;
    const numbers = new Map();
    const ofNode = new Map();
    /** @type {(node: number, deck: number) => number} */
    const junction = (node, deck) => {
      const key = 8 * node + deck;
      if (!numbers.has(key)) {
        const number = this.pieces + this.junctions++;
        numbers.set(key, number);
        if (!ofNode.has(node)) ofNode.set(node, []);
        ofNode.get(node).push(number);
      }
      return numbers.get(key);
    };
    this.ends = [];
    const links = [];
    for (let edge = 0; edge < c.edge_pieces.length; edge++) {
      const [first, last] = [starts[edge], starts[edge + 1] - 1];
      if (last < first) continue;
      for (let piece = first; piece < last; piece++) links.push(piece, piece + 1);
      this.ends.push(first, junction(c.edge_u[edge], c.edge_deck[edge]));
      this.ends.push(last, junction(c.edge_v[edge], c.edge_deck[edge]));
    }
    for (const decks of ofNode.values()) {
      for (let i = 0; i < decks.length; i++) {
        for (let k = 0; k < i; k++) links.push(decks[i], decks[k]);
      }
    }
    this.links = Int32Array.from(links.concat(this.ends));
    this.whole = 0;
    for (let i = 0; i < this.pieces; i++) this.whole += c.piece_inside[i] * c.piece_length[i];
  }

  /**
   * Of each piece, then each junction: whether it is unseen with the ranks up to a code.
   * @param {number} task
   * @param {number} code
   */
  _unseen(task, code) {
    const codes = this.columns[`piece_${this.head.tasks[task]}`];
    const unseen = new Uint8Array(this.pieces + this.junctions).fill(1);
    for (let i = 0; i < this.pieces; i++) unseen[i] = codes[i] === 0 || codes[i] > code ? 1 : 0;
    for (let i = 0; i < this.ends.length; i += 2) {
      if (!unseen[this.ends[i]]) unseen[this.ends[i + 1]] = 0;
    }
    return unseen;
  }

  /**
   * Whether `largest` answers at once.
   * @param {number} task
   * @param {number} total
   */
  quick(task, total) {
    return !this.long || this.known.has(`${task} ${upTo(this.columns.ranks, total)}`);
  }

  /**
   * The largest connected unseen part at `total`: its pieces, and its share of street length.
   * @param {number} task
   * @param {number} total
   * @returns {{pieces: number[], share: number}}
   */
  largest(task, total) {
    const code = upTo(this.columns.ranks, total);
    const key = `${task} ${code}`;
    if (this.known.has(key)) return this.known.get(key);
    const unseen = this._unseen(task, code);
    const parent = Int32Array.from(unseen, (_, i) => i);
    /** @type {(i: number) => number} */
    const root = (i) => {
      while (parent[i] !== i) i = parent[i] = parent[parent[i]];
      return i;
    };
    for (let k = 0; k < this.links.length; k += 2) {
      const [a, b] = [this.links[k], this.links[k + 1]];
      if (unseen[a] && unseen[b]) parent[root(a)] = root(b);
    }
    const length = new Float64Array(parent.length);
    const { piece_inside: inside, piece_length: metres } = this.columns;
    let best = -1;
    for (let i = 0; i < this.pieces; i++) {
      if (!unseen[i] || !inside[i]) continue;
      const part = root(i);
      length[part] += metres[i];
      if (best < 0 || length[part] > length[best]) best = part;
    }
    const pieces = [];
    for (let i = 0; i < this.pieces && best >= 0; i++) {
      if (unseen[i] && root(i) === best) pieces.push(i);
    }
    const found = { pieces, share: best >= 0 && this.whole ? length[best] / this.whole : 0 };
    if (this.known.size > 40) this.known.clear();
    this.known.set(key, found);
    return found;
  }
}
