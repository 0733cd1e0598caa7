// Ways that no camera sees, over the packed streets: up to how many cameras some way is left between two
// places, and the shortest one at a number of cameras. The rules are those of `sim unseen`
// (sim/tracking/answer.py): doors and ways lie in the study area; subways, indoor ways and what lies
// under roofs count as closed; a junction is seen on a deck as soon as one of its ends there is.
// Where a place lies within a street, its own piece is the door.

import { Heap } from "./heap.js";
import { RAISED, ROOFED, upTo } from "./payload.js";

const CLOSED = 0;
const AT_END_M = 1e-6;

export class UnseenWays {
  /** @param {import("./ways.js").Ways} ways */
  constructor(ways) {
    this.ways = ways;
    this.head = ways.head;
    this.columns = ways.columns;
    /** A rank that no camera has: what is never seen. */
    this.never = this.columns.ranks.length + 1;
    this._decks = 0;
    /** @type {Map<number, {piece: Int32Array, edge: Int32Array, junction: Int32Array}>} */
    this.known = new Map();
  }

  /** How many decks streets lie on. */
  get decks() {
    return (this._decks ||= 1 + this.columns.edge_deck.reduce((most, deck) => Math.max(most, deck), 0));
  }

  /**
   * Codes of the first camera that sees each piece, edge and junction (of a node and a deck): `CLOSED` where no way leads.
   * @param {number} task
   */
  _ranks(task) {
    const known = this.known.get(task);
    if (known) return known;
    const { edge_u: u, edge_v: v, edge_deck: deck, piece_inside: inside, piece_closed: closed } = this.columns;
    const codes = this.columns[`piece_${this.head.tasks[task]}`];
    const { pieces } = this.ways;
    const seen = codes.map((code) => code || this.never);
    const piece = seen.map((code, i) => (inside[i] && !closed[i] ? code : CLOSED));
    const junction = new Int32Array(this.ways.junctions * this.decks).fill(this.never);
    const edge = new Int32Array(u.length);
    for (let e = 0; e < u.length; e++) {
      if (pieces[e] === pieces[e + 1]) continue;
      const [at, on] = [u[e] * this.decks + deck[e], v[e] * this.decks + deck[e]];
      junction[at] = Math.min(junction[at], seen[pieces[e]]);
      junction[on] = Math.min(junction[on], seen[pieces[e + 1] - 1]);
    }
    for (let e = 0; e < u.length; e++) {
      let least = pieces[e] === pieces[e + 1] ? CLOSED : this.never;
      for (let i = pieces[e]; i < pieces[e + 1]; i++) least = Math.min(least, piece[i]);
      edge[e] = Math.min(least, junction[u[e] * this.decks + deck[e]], junction[v[e] * this.decks + deck[e]]);
    }
    const found = { piece, edge, junction };
    this.known.set(task, found);
    return found;
  }

  /**
   * The junction at which a place lies, −1 where it lies within a street.
   * @param {Place} place
   */
  _node({ edge, at }) {
    if (at <= AT_END_M) return this.columns.edge_u[edge];
    return at >= this.ways.length[edge] - AT_END_M ? this.columns.edge_v[edge] : -1;
  }

  /**
   * The deck on which one stands at a junction: the street, or else the first that is there.
   * @param {number} node
   */
  _deckAt(node) {
    const { edge_form: form, edge_deck: deck } = this.columns;
    const { first, arcs } = this.ways;
    let found = -1;
    let best = Infinity;
    for (let k = first[node]; k < first[node + 1]; k++) {
      const edge = arcs[k] >> 1;
      const order = form[edge] & RAISED ? 1 : form[edge] & ROOFED ? 2 + this.decks - deck[edge] : 0;
      if (order < best) [best, found] = [order, deck[edge]];
    }
    return found;
  }

  /**
   * The piece of street in which a place lies.
   * @param {Place} place
   */
  _pieceAt({ edge, at }) {
    const { pieces, pieceEnd } = this.ways;
    return Math.min(upTo(pieceEnd, at, pieces[edge], pieces[edge + 1]), pieces[edge + 1] - 1);
  }

  /**
   * Code of the first camera that sees the door at a place.
   * @param {Place} place
   * @param {number} task
   */
  _door(place, task) {
    const node = this._node(place);
    const { piece, junction } = this._ranks(task);
    return node < 0 ? piece[this._pieceAt(place)] : junction[node * this.decks + this._deckAt(node)];
  }

  /**
   * Whether a stretch of an edge is open to walkers, whoever sees it.
   * @param {number} task
   * @param {number} edge
   * @param {number} from
   * @param {number} to
   */
  open(task, edge, from, to) {
    return this._along(task, edge, from, to) !== CLOSED;
  }

  /**
   * The door at a place: a junction on a deck, or (node −1) a piece of its edge, from and to where.
   * @param {Place} place
   */
  doorOf(place) {
    const node = this._node(place);
    if (node >= 0) return { node, deck: this._deckAt(node), from: 0, to: 0 };
    const [piece, { pieces, pieceEnd }] = [this._pieceAt(place), this.ways];
    return { node, deck: 0, from: piece > pieces[place.edge] ? pieceEnd[piece - 1] : 0, to: pieceEnd[piece] };
  }

  /**
   * Whether a place lies in the study area.
   * @param {Place} place
   */
  inside(place) {
    const node = this._node(place);
    const { piece_inside: inside, edge_u: u } = this.columns;
    if (node < 0) return Boolean(inside[this._pieceAt(place)]);
    const { first, arcs, pieces } = this.ways;
    for (let k = first[node]; k < first[node + 1]; k++) {
      const edge = arcs[k] >> 1;
      if (inside[u[edge] === node ? pieces[edge] : pieces[edge + 1] - 1]) return true;
    }
    return false;
  }

  /**
   * Code of the first camera that sees anything of a stretch of an edge, junctions at its ends included.
   * @param {number} task
   * @param {number} edge
   * @param {number} from
   * @param {number} to
   */
  _along(task, edge, from, to) {
    const { piece, junction } = this._ranks(task);
    const { pieces, pieceEnd, length } = this.ways;
    const { edge_u: u, edge_v: v, edge_deck: deck } = this.columns;
    let least = this.never;
    if (to - from <= AT_END_M) return least;
    for (let i = pieces[edge]; i < pieces[edge + 1]; i++) {
      const begin = i > pieces[edge] ? pieceEnd[i - 1] : 0;
      if (Math.min(to, pieceEnd[i]) - Math.max(from, begin) > AT_END_M) least = Math.min(least, piece[i]);
    }
    if (from <= AT_END_M) least = Math.min(least, junction[u[edge] * this.decks + deck[edge]]);
    if (to >= length[edge] - AT_END_M) least = Math.min(least, junction[v[edge] * this.decks + deck[edge]]);
    return least;
  }

  /**
   * Up to how many cameras in the city some way is left: `Infinity` where all of them leave one, −1 where none is without any camera either.
   * @param {Place} a
   * @param {Place} b
   * @param {number} task
   */
  last(a, b, task) {
    const code = this._joined(a, b, task);
    if (code === CLOSED) return -1;
    return code === this.never ? Infinity : this.columns.ranks[code - 1] - 1;
  }

  /**
   * Code of the camera that takes the last way: the widest way's narrowest place.
   * @param {Place} a
   * @param {Place} b
   * @param {number} task
   */
  _joined(a, b, task) {
    const { edge: ranks } = this._ranks(task);
    const { edge_u: u, edge_v: v } = this.columns;
    const { first, arcs, length, junctions } = this.ways;
    const doors = Math.min(this._door(a, task), this._door(b, task));
    const found = new Int32Array(junctions).fill(-1);
    const heap = new Heap();
    /** @type {(node: number, code: number) => void} */
    const reach = (node, code) => {
      if (code <= found[node] || code === CLOSED) return;
      found[node] = code;
      heap.add(-code, node);
    };
    reach(u[a.edge], this._along(task, a.edge, 0, a.at));
    reach(v[a.edge], this._along(task, a.edge, a.at, length[a.edge]));
    while (heap.size) {
      const code = -heap.least;
      const node = heap.take();
      if (code < found[node]) continue;
      for (let k = first[node]; k < first[node + 1]; k++) {
        const edge = arcs[k] >> 1;
        reach(arcs[k] & 1 ? u[edge] : v[edge], Math.min(code, ranks[edge]));
      }
    }
    const direct = a.edge === b.edge ? this._along(task, a.edge, Math.min(a.at, b.at), Math.max(a.at, b.at)) : CLOSED;
    return Math.min(doors, Math.max(
      direct,
      Math.min(found[u[b.edge]], this._along(task, b.edge, 0, b.at)),
      Math.min(found[v[b.edge]], this._along(task, b.edge, b.at, length[b.edge])),
      CLOSED,
    ));
  }

  /**
   * The shortest way that no camera up to a code sees: its steps and metres; null where none is left.
   * @param {Place} a
   * @param {Place} b
   * @param {number} task
   * @param {number} code
   */
  shortest(a, b, task, code) {
    if (Math.min(this._door(a, task), this._door(b, task)) <= code) return null;
    const { edge: ranks } = this._ranks(task);
    /** @type {PartCost} */
    const part = (edge, from, to) => (this._along(task, edge, from, to) > code ? to - from : Infinity);
    /** @type {Near} */
    const open = (_, edge) => ranks[edge] > code;
    const tree = this.ways._search(a, (edge) => this.ways.length[edge], part, Infinity, open);
    const steps = this.ways._way(a, b, tree, part);
    return steps && { steps, length: this.ways.metres(steps) };
  }
}
