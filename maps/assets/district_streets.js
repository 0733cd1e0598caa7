// Streets of one district by name: how long they are, and how much of them nobody is recognised on.

import { runStarts } from "./payload.js";

const COUNTED_TASK = "recognise";

/**
 * Streets with a name inside a district of the study area, each with metres, metres on which nobody could be
 * recognised at the two totals told of, and bounds on the grid. A street belongs where its edges begin.
 * @param {any} panel
 * @param {string} district
 * @returns {{name: Pair, metres: number, left: number[], bounds: number[]}[]}
 */
export function streetsIn(panel, district) {
  const { columns: c, head, scene, figures, facts } = panel;
  const bounds = scene.districtBounds.get(district);
  const path = scene.districtOf.get(district);
  if (!bounds || !path || !c.edge_name) return [];
  const codes = [facts.districts.ends[0], facts.districts.ends[facts.districts.ends.length - 1]].map((end) =>
    figures.code(head.totals[end]));
  const rank = c[`piece_${COUNTED_TASK}`];
  const points = runStarts(c.edge_points);
  const pieces = runStarts(c.edge_pieces);
  const context = document.createElement("canvas").getContext("2d");
  const step = head.piece_step / 10;
  const found = new Map();
  for (let edge = 0; edge < c.edge_name.length; edge++) {
    const name = c.edge_name[edge];
    const [x, y] = [c.edge_x[points[edge]], c.edge_y[points[edge]]];
    if (!name || x < bounds[0] || x > bounds[2] || y < bounds[1] || y > bounds[3]) continue;
    if (!context.isPointInPath(path, x, y, "evenodd")) continue;
    for (let i = pieces[edge]; i < pieces[edge + 1]; i++) {
      if (!c.piece_inside[i]) continue;
      const street = found.get(name) || { name: head.names[name], metres: 0, left: [0, 0], bounds: [Infinity, Infinity, -Infinity, -Infinity] };
      found.set(name, street);
      const metres = step * c.piece_length[i];
      street.metres += metres;
      codes.forEach((code, k) => (street.left[k] += rank[i] && rank[i] <= code ? 0 : metres));
      for (let p = points[edge]; p < points[edge + 1]; p++) widen(street.bounds, c.edge_x[p], c.edge_y[p]);
    }
  }
  return [...found.values()].filter(({ name }) => name[0]);
}

/**
 * @param {number[]} bounds
 * @param {number} x
 * @param {number} y
 */
function widen(bounds, x, y) {
  bounds[0] = Math.min(bounds[0], x);
  bounds[1] = Math.min(bounds[1], y);
  bounds[2] = Math.max(bounds[2], x);
  bounds[3] = Math.max(bounds[3], y);
}
