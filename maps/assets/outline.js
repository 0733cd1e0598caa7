// What a camera sees, as an outline to be drawn: rays through the grid of walls, cell by cell, each to
// the first wall that is as high as the lens. It is a drawing; what counts is in sight.js.

import { GRID_CELL_M } from "./sight.js";

const RAY_DEGREES = 0.5;

/**
 * Corners [x, y] in metres of what a camera sees within a reach, the camera itself first unless it turns.
 * @param {import("./sight.js").Sight} sight
 * @param {Camera} camera
 * @param {number} reach
 * @returns {number[][]}
 */
export function outlineOf(sight, camera, reach) {
  const { x, y, mount, heading, fieldOfView } = camera;
  const corners = fieldOfView < 360 ? [[x, y]] : [];
  const rays = Math.ceil(fieldOfView / RAY_DEGREES);
  for (let k = 0; k <= rays; k++) {
    const angle = ((heading - fieldOfView / 2 + (fieldOfView * k) / rays) * Math.PI) / 180;
    const [dx, dy] = [Math.sin(angle), Math.cos(angle)];
    const far = firstWall(sight, x, y, dx, dy, reach, mount);
    corners.push([x + far * dx, y + far * dy]);
  }
  return corners;
}

/**
 * Metres from a place along a direction (a unit vector) to the first wall at least so high; `reach` where
 * there is none nearer.
 * @param {import("./sight.js").Sight} sight
 * @param {number} x
 * @param {number} y
 * @param {number} dx
 * @param {number} dy
 * @param {number} reach
 * @param {number} height
 */
export function firstWall({ wallGrid: grid, walls }, x, y, dx, dy, reach, height) {
  let column = Math.floor((x - grid.west) / GRID_CELL_M);
  let row = Math.floor((y - grid.south) / GRID_CELL_M);
  const [stepX, stepY] = [Math.sign(dx), Math.sign(dy)];
  const perX = stepX ? GRID_CELL_M / Math.abs(dx) : Infinity;
  const perY = stepY ? GRID_CELL_M / Math.abs(dy) : Infinity;
  let nextX = stepX ? (grid.west + (column + (stepX > 0 ? 1 : 0)) * GRID_CELL_M - x) / dx : Infinity;
  let nextY = stepY ? (grid.south + (row + (stepY > 0 ? 1 : 0)) * GRID_CELL_M - y) / dy : Infinity;
  let best = reach;
  let entered = 0;
  while (entered < best) {
    if (column >= 0 && column < grid.columns && row >= 0 && row < grid.rows) {
      const cell = row * grid.columns + column;
      for (let k = grid.first[cell]; k < grid.first[cell + 1]; k++) {
        const i = grid.item[k];
        if (walls.top[i] < height) continue;
        best = Math.min(best, meeting(walls, i, x, y, dx, dy));
      }
    }
    if (nextX < nextY) {
      entered = nextX;
      nextX += perX;
      column += stepX;
    } else {
      entered = nextY;
      nextY += perY;
      row += stepY;
    }
  }
  return best;
}

/**
 * Metres along a ray to the front of a wall, infinite where it does not meet it.
 * @param {WallLines} walls
 * @param {number} i
 * @param {number} x
 * @param {number} y
 * @param {number} dx
 * @param {number} dy
 */
function meeting(walls, i, x, y, dx, dy) {
  const [px, py] = [walls.x0[i] - x, walls.y0[i] - y];
  const [ex, ey] = [walls.x1[i] - walls.x0[i], walls.y1[i] - walls.y0[i]];
  const turn = dx * ey - dy * ex;
  if (turn >= 0) return Infinity; // from behind, or along it
  const far = (px * ey - py * ex) / turn;
  const part = (px * dy - py * dx) / turn;
  return far >= 0 && part >= 0 && part <= 1 ? far : Infinity;
}
