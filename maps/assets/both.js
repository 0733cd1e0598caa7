// A walk at two numbers of cameras at once: what is seen of it, whether an unseen way is left, how long
// that is, and the last number of cameras that leaves one. Unseen ways are told under simulated cameras
// only. It computes and says nothing.

import { UnseenWays } from "./unseen_ways.js";
import { upTo } from "./payload.js";

export class Both {
  /**
   * @param {import("./ways.js").Ways} ways
   * @param {number[]} totals
   */
  constructor(ways, totals) {
    this.ways = ways;
    this.totals = [...new Set(totals)];
    this.unseen = new UnseenWays(ways);
  }

  /**
   * @param {Shortest} shortest
   * @param {number} task
   * @returns {BothCounts}
   */
  of({ a, b, steps }, task) {
    const { head, columns } = this.ways;
    const inside = this.unseen.inside(a) && this.unseen.inside(b);
    const told = head.simulated && inside;
    const at = this.totals.map((total) => {
      const code = upTo(columns.ranks, total);
      const left = told ? this.unseen.shortest(a, b, task, code) : null;
      return { total, ...this.ways.figures(steps, task, code), left };
    });
    const most = upTo(columns.ranks, this.totals[this.totals.length - 1]);
    return {
      at, inside,
      last: told ? this.unseen.last(a, b, task) : null,
      meetings: head.simulated ? this.ways.meetings(steps, task, most) : null,
    };
  }
}
