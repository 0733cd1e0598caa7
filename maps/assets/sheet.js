// A canvas that lies on the Leaflet map and calls a painter. It knows where the page's grid lies on
// the screen, and nothing of what is painted.

import { EARTH_RADIUS } from "./grid.js";

const SHARPEST_PIXELS = 2;

/** Leaflet's class for canvases; its types do not tell what a subclass may use. */
const Renderer = /** @type {any} */ (L.Renderer);

export const Sheet = Renderer.extend({
  options: { padding: 0.15 },

  /** `paint(context, view)` draws; `grid` is {origin, unit} in Web-Mercator metres. */
  initialize(paint, grid, options) {
    Renderer.prototype.initialize.call(this, options);
    this._paint = paint;
    this._grid = grid;
  },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.setAttribute("aria-hidden", "true");
    this._context = this._container.getContext("2d");
  },

  _destroyContainer() {
    cancelAnimationFrame(this._request);
    this._container.remove();
    delete this._container;
  },

  /** Paint again at the next frame. */
  redraw() {
    if (this._request || !this._container) return;
    this._request = requestAnimationFrame(() => {
      this._request = 0;
      this._draw();
    });
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const pixels = Math.min(window.devicePixelRatio || 1, SHARPEST_PIXELS);
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._container.width = Math.round(size.x * pixels);
    this._container.height = Math.round(size.y * pixels);
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this._pixels = pixels;
    this._draw();
  },

  _draw() {
    const context = this._context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this._container.width, this._container.height);
    this._paint(context, this._view());
  },

  /** How the grid lies on this canvas: canvas pixel = k·(x, −y) + (tx, ty). */
  _view() {
    const { origin, unit } = this._grid;
    const zoom = this._map.getZoom();
    const scale = this._map.options.crs.scale(zoom) / (2 * Math.PI * EARTH_RADIUS);
    const half = Math.PI * EARTH_RADIUS;
    const corner = this._map.getPixelOrigin().add(this._bounds.min);
    const pixels = this._pixels;
    const k = pixels * scale * unit;
    const tx = pixels * ((half + origin[0]) * scale - corner.x);
    const ty = pixels * ((half - origin[1]) * scale - corner.y);
    const { width, height } = this._container;
    const { x: left } = this._map.layerPointToContainerPoint(this._bounds.min);
    return {
      k, tx, ty, zoom, pixels, width, height, left,
      west: -tx / k, east: (width - tx) / k, north: ty / k, south: (ty - height) / k,
      toGrid(context) { context.setTransform(k, 0, 0, -k, tx, ty); },
      toScreen(context) { context.setTransform(pixels, 0, 0, pixels, 0, 0); },
    };
  },
});
