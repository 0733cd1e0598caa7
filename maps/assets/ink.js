// The unseen in ink: at a number of cameras each street is unseen, seen since the first number, or seen
// only since then. It gives the paths of what is seen; what is left of the streets is unseen.

import { runStarts, upTo } from "./payload.js";

const MOST_KEPT = 8;

export class Inks {
  /**
   * `piece` holds the points of all pieces, `raised` whether each is of a footbridge.
   * @param {Head} head
   * @param {Columns} columns
   * @param {{x: Float32Array, y: Float32Array, at: Int32Array}} piece
   * @param {Uint8Array} raised
   */
  constructor(head, columns, piece, raised) {
    this.head = head;
    this.columns = columns;
    this.piece = piece;
    this.raised = raised;
    /** @type {Map<string, {seen: Path2D, fresh: Path2D}[]>} */
    this.known = new Map();
  }

  /**
   * What is seen at `total`, below and on footbridges: since the first total told of, or only since then.
   * @param {number} task
   * @param {number} total
   * @returns {{seen: Path2D, fresh: Path2D}[]}
   */
  paths(task, total) {
    const key = `${task} ${upTo(this.columns.ranks, total)}`;
    const known = this.known.get(key);
    if (known) return known;
    const found = this._joined(this.kind(task, total));
    if (this.known.size >= MOST_KEPT) this.known.clear();
    this.known.set(key, found);
    return found;
  }

  /**
   * Tells of a piece: 0 unseen at `total`, 1 seen since the first total told of, 2 only since then.
   * @param {number} task
   * @param {number} total
   * @returns {(piece: number) => number}
   */
  kind(task, total) {
    const { ranks } = this.columns;
    const [first, last] = [upTo(ranks, this.head.first ?? this.head.totals[0]), upTo(ranks, total)];
    const codes = this.columns[`piece_${this.head.tasks[task]}`];
    return (i) => (codes[i] === 0 || codes[i] > last ? 0 : codes[i] > first ? 2 : 1);
  }

  /**
   * Pieces that follow each other along a street are one line, so that dashes run on.
   * @param {(piece: number) => number} kind
   */
  _joined(kind) {
    const starts = runStarts(this.columns.edge_pieces);
    const paths = [0, 1].map(() => ({ seen: new Path2D(), fresh: new Path2D() }));
    for (let edge = 0; edge + 1 < starts.length; edge++) {
      let before = 0;
      for (let i = starts[edge]; i < starts[edge + 1]; i++) {
        const now = kind(i);
        if (now) {
          const { seen, fresh } = paths[this.raised[i]];
          this._add(now === 1 ? seen : fresh, i, now === before);
        }
        before = now;
      }
    }
    return paths;
  }

  /**
   * @param {Path2D} path
   * @param {number} piece
   * @param {boolean} onward
   */
  _add(path, piece, onward) {
    const { x, y, at } = this.piece;
    const first = at[piece];
    if (!onward) path.moveTo(x[first], y[first]);
    for (let p = first + 1; p < at[piece + 1]; p++) path.lineTo(x[p], y[p]);
  }
}
