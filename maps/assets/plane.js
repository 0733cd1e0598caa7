// A map surface of our own: the few calls of Leaflet that our pages make, under the same names, for pages
// that may hold nobody else's code. It is moved by pointer, wheel, pinch and keyboard, and draws nothing.

const TILE = 256; // side of the world at zoom 0, as on every Web-Mercator map
const RADIANS = Math.PI / 180;
const STEP = 80; // pixels of an arrow key
const STILL = 4; // pixels within which a press is a click
const TWICE_MS = 320;
const WHEEL_LINE = 20;

class Point {
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }

  add(other) { return new Point(this.x + other.x, this.y + other.y); }
  subtract(other) { return new Point(this.x - other.x, this.y - other.y); }
  multiplyBy(number) { return new Point(this.x * number, this.y * number); }
  divideBy(number) { return new Point(this.x / number, this.y / number); }
  round() { return new Point(Math.round(this.x), Math.round(this.y)); }
  distanceTo(other) { return Math.hypot(other.x - this.x, other.y - this.y); }
}

class Bounds {
  constructor(a, b) {
    this.min = new Point(Math.min(a.x, b.x), Math.min(a.y, b.y));
    this.max = new Point(Math.max(a.x, b.x), Math.max(a.y, b.y));
  }

  getSize() { return this.max.subtract(this.min); }
  contains({ x, y }) { return x >= this.min.x && x <= this.max.x && y >= this.min.y && y <= this.max.y; }
}

class LatLngBounds {
  constructor(places) {
    const lats = places.map((place) => latLng(place).lat);
    const lngs = places.map((place) => latLng(place).lng);
    this.south = Math.min(...lats);
    this.north = Math.max(...lats);
    this.west = Math.min(...lngs);
    this.east = Math.max(...lngs);
  }

  getNorthWest() { return { lat: this.north, lng: this.west }; }
  getSouthEast() { return { lat: this.south, lng: this.east }; }

  contains(place) {
    const { lat, lng } = latLng(place);
    return lat >= this.south && lat <= this.north && lng >= this.west && lng <= this.east;
  }

  /** The same, larger on each side by a part of its width and height. */
  pad(part) {
    const [tall, wide] = [part * (this.north - this.south), part * (this.east - this.west)];
    return new LatLngBounds([[this.south - tall, this.west - wide], [this.north + tall, this.east + wide]]);
  }
}

export const CRS = { EPSG3857: { scale: (zoom) => TILE * 2 ** zoom } };
export const point = (x, y) => new Point(x, y);
export const bounds = (a, b) => new Bounds(a, b);
export const latLngBounds = (places) => (places instanceof LatLngBounds ? places : new LatLngBounds(places));

/** A place given as [latitude, longitude] or {lat, lng}. */
function latLng(place) {
  return Array.isArray(place) ? { lat: place[0], lng: place[1] } : place;
}

const limited = (value, low, high) => Math.min(Math.max(value, low), high);

function element(name, className, parent) {
  const made = document.createElement(name);
  made.className = className;
  if (parent) parent.append(made);
  return made;
}

export class PlaneMap {
  constructor(id, options) {
    this.options = { minZoom: 0, maxZoom: 20, zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 90, ...options };
    this.container = document.getElementById(id);
    this.container.classList.add("leaflet-container");
    this.pane = element("div", "plane", this.container);
    this.panes = new Map();
    this.corners = new Map();
    this.heard = new Map();
    this.doubleClickZoom = { on: true, enable() { this.on = true; }, disable() { this.on = false; } };
    this.zoom = 0;
    this.origin = new Point(0, 0); // pixel of the world at the layers' own 0, 0
    this.offset = new Point(0, 0); // by how much the layers have been moved since they were drawn
    new Hand(this);
    window.addEventListener("resize", () => this.invalidateSize());
  }

  on(name, heard) {
    this.heard.set(name, [...(this.heard.get(name) || []), heard]);
    return this;
  }

  fire(name, said = {}) {
    for (const heard of this.heard.get(name) || []) heard({ type: name, target: this, ...said });
    return this;
  }

  // where what is ------------------------------------------------------------------------------

  project(place, zoom = this.zoom) {
    const { lat, lng } = latLng(place);
    const sine = Math.sin(limited(lat, -85, 85) * RADIANS);
    const side = this.options.crs.scale(zoom);
    return new Point(side * (lng / 360 + 0.5), side * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)));
  }

  unproject({ x, y }, zoom = this.zoom) {
    const side = this.options.crs.scale(zoom);
    const lat = Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / side))) / RADIANS;
    return { lat, lng: 360 * (x / side - 0.5) };
  }

  getSize() { return new Point(this.container.clientWidth, this.container.clientHeight); }
  getContainer() { return this.container; }
  getZoom() { return this.zoom; }
  getPixelOrigin() { return this.origin; }
  getCenter() { return this.containerPointToLatLng(this.getSize().divideBy(2)); }
  layerPointToContainerPoint(at) { return at.add(this.offset); }
  containerPointToLayerPoint(at) { return at.subtract(this.offset); }
  containerPointToLatLng(at) { return this.unproject(this.origin.add(this.containerPointToLayerPoint(at))); }
  latLngToContainerPoint(place) { return this.layerPointToContainerPoint(this.project(place).subtract(this.origin)); }

  getBounds() {
    return new LatLngBounds([this.containerPointToLatLng(new Point(0, 0)), this.containerPointToLatLng(this.getSize())]);
  }

  createPane(name) {
    this.panes.set(name, element("div", "plane-pane", this.pane));
    return this.panes.get(name);
  }

  // moving -------------------------------------------------------------------------------------

  setMinZoom(zoom) {
    this.options.minZoom = zoom;
    return this;
  }

  _allowed(zoom) { return limited(zoom, this.options.minZoom, this.options.maxZoom); }

  setView(center, zoom = this.zoom) {
    cancelAnimationFrame(this.flying);
    this._place(center, this._allowed(zoom));
    return this.fire("moveend");
  }

  _place(center, zoom) {
    const zoomed = zoom !== this.zoom;
    this.zoom = zoom;
    this.origin = this.project(center).subtract(this.getSize().divideBy(2)).round();
    this._slide(new Point(0, 0));
    this.fire("viewreset").fire("move");
    if (zoomed) this.fire("zoomend");
  }

  _slide(offset) {
    this.offset = offset;
    this.pane.style.transform = `translate(${offset.x}px, ${offset.y}px)`;
  }

  /** Move what is shown by so many pixels without drawing it again; `moveend` does that. */
  slideBy(by) {
    this._slide(this.offset.add(by));
    this.fire("move");
  }

  panBy(by) {
    const [x, y] = Array.isArray(by) ? by : [by.x, by.y];
    this.slideBy(new Point(-x, -y).round());
    return this.fire("moveend");
  }

  /** Zoom so that a point of the window keeps what it shows. */
  zoomAround(at, zoom) {
    const wanted = this._allowed(zoom);
    const place = this.containerPointToLatLng(at);
    const middle = this.getSize().divideBy(2);
    this.setView(this.unproject(this.project(place, wanted).add(middle.subtract(at)), wanted), wanted);
  }

  zoomBy(steps) {
    const snapped = Math.round((this.zoom + steps * this.options.zoomDelta) / this.options.zoomSnap);
    this.zoomAround(this.getSize().divideBy(2), snapped * this.options.zoomSnap);
  }

  /** The middle and the zoom at which bounds fill what the padding leaves free. */
  _fitting(wanted, { paddingTopLeft = [0, 0], paddingBottomRight = [0, 0], maxZoom = this.options.maxZoom }) {
    const box = latLngBounds(wanted);
    const [low, high] = [new Point(...paddingTopLeft), new Point(...paddingBottomRight)];
    const free = this.getSize().subtract(low).subtract(high);
    const [a, b] = [this.project(box.getNorthWest(), 0), this.project(box.getSouthEast(), 0)];
    const far = Math.min(Math.max(free.x, 1) / Math.max(b.x - a.x, 1e-9), Math.max(free.y, 1) / Math.max(b.y - a.y, 1e-9));
    const { zoomSnap } = this.options;
    const zoom = limited(Math.floor(Math.log2(far) / zoomSnap) * zoomSnap, this.options.minZoom, maxZoom);
    const middle = a.add(b).divideBy(2).multiplyBy(2 ** zoom).add(high.subtract(low).divideBy(2));
    return { center: this.unproject(middle, zoom), zoom };
  }

  fitBounds(wanted, options = {}) {
    const { center, zoom } = this._fitting(wanted, options);
    return this.setView(center, zoom);
  }

  flyToBounds(wanted, options = {}) {
    const { center, zoom } = this._fitting(wanted, options);
    if (options.animate === false) return this.setView(center, zoom);
    const [from, began, start] = [this.project(this.getCenter(), 0), performance.now(), this.zoom];
    const to = this.project(center, 0);
    const move = (now) => {
      const part = limited((now - began) / (1000 * (options.duration || 0.5)), 0, 1);
      const eased = part * part * (3 - 2 * part);
      const at = from.add(to.subtract(from).multiplyBy(eased));
      if (part === 1) this.setView(center, zoom);
      else {
        this._place(this.unproject(at, 0), start + (zoom - start) * eased);
        this.flying = requestAnimationFrame(move);
      }
    };
    cancelAnimationFrame(this.flying);
    this.flying = requestAnimationFrame(move);
    return this;
  }

  invalidateSize() {
    return this.fire("resize").fire("moveend");
  }

  corner(position) {
    if (!this.corners.has(position)) {
      const sides = position.replace(/^(top|bottom)/, "$1 ").split(" ").map((side) => `leaflet-${side}`);
      this.corners.set(position, element("div", sides.join(" "), this.container));
    }
    return this.corners.get(position);
  }
}

export const map = (id, options) => new PlaneMap(id, options);

/** What hands do to a map: drag, pinch, wheel, double click and keys. */
class Hand {
  constructor(moved) {
    this.map = moved;
    this.held = new Map(); // pointers by their number
    this.turned = 0;
    const { container } = moved;
    const hear = (name, heard, options) => container.addEventListener(name, (event) => {
      if (!event.target.closest(".plane-control")) heard(event);
    }, options);
    hear("pointerdown", (event) => this._down(event));
    hear("pointermove", (event) => this._move(event));
    for (const name of ["pointerup", "pointercancel"]) hear(name, (event) => this._up(event));
    hear("wheel", (event) => this._wheel(event), { passive: false });
    container.addEventListener("keydown", (event) => this._key(event));
  }

  _at({ clientX, clientY }) {
    const { left, top } = this.map.container.getBoundingClientRect();
    return new Point(clientX - left, clientY - top);
  }

  _down(event) {
    if (event.button) return;
    cancelAnimationFrame(this.map.flying);
    this.map.container.setPointerCapture(event.pointerId);
    this.held.set(event.pointerId, this._at(event));
    this.began = this.held.size === 1 ? this._at(event) : null;
  }

  _move(event) {
    const before = this.held.get(event.pointerId);
    if (!before) return;
    const now = this._at(event);
    if (this.began && this.began.distanceTo(now) <= STILL) return;
    this.began = null;
    const other = [...this.held].find(([id]) => id !== event.pointerId);
    this.held.set(event.pointerId, now);
    this.map.slideBy(other ? now.subtract(before).divideBy(2) : now.subtract(before));
    if (!other) return;
    const wider = now.distanceTo(other[1]) / Math.max(before.distanceTo(other[1]), 1);
    this.map.zoomAround(now.add(other[1]).divideBy(2), this.map.zoom + Math.log2(wider));
  }

  _up(event) {
    if (!this.held.delete(event.pointerId) || this.held.size) return;
    const at = this._at(event);
    if (!this.began) this.map.fire("moveend");
    else if (event.type === "pointerup") this._click(at, event);
    this.began = null;
  }

  _click(at, event) {
    const twice = event.timeStamp - (this.last || -TWICE_MS) < TWICE_MS && this.map.doubleClickZoom.on;
    this.last = twice ? 0 : event.timeStamp;
    if (twice) return this.map.zoomAround(at, this.map.zoom + 1);
    const said = { latlng: this.map.containerPointToLatLng(at), containerPoint: at, originalEvent: event };
    return this.map.fire("click", said);
  }

  _wheel(event) {
    event.preventDefault();
    const { wheelPxPerZoomLevel: level, zoomSnap } = this.map.options;
    this.turned -= event.deltaY * (event.deltaMode === 1 ? WHEEL_LINE : 1);
    const steps = Math.trunc(this.turned / level / zoomSnap);
    if (!steps) return;
    this.turned -= steps * level * zoomSnap;
    this.map.zoomAround(this._at(event), this.map.zoom + steps * zoomSnap);
  }

  _key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== this.map.container) return;
    const ways = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const zooms = { "+": 1, "=": 1, "-": -1, _: -1 };
    if (ways[event.key]) this.map.panBy(ways[event.key]);
    else if (zooms[event.key]) this.map.zoomBy(zooms[event.key]);
    else return;
    event.preventDefault();
  }
}

/** Give a class `extend`, which makes a class of it from an object of methods. */
function extendable(base) {
  base.extend = (methods) => {
    class Made extends base {}
    Object.assign(Made.prototype, methods, { options: { ...base.prototype.options, ...methods.options } });
    return extendable(Made);
  };
  return base;
}

class Drawn {
  constructor(...given) {
    this._container = null;
    this.initialize(...given);
  }

  initialize(options) {
    this.options = { ...this.options, ...options };
  }

  onAdd(_owner) {}

  addTo(owner) {
    this._map = owner;
    this.onAdd(owner);
    return this;
  }
}

class Canvas extends Drawn {
  onAdd(owner) {
    this._initContainer();
    owner.panes.get(this.options.pane).append(this._container);
    owner.on("viewreset", () => this._update());
    owner.on("moveend", () => {
      const { min, max } = this._around();
      if (min.distanceTo(this._bounds.min) + max.distanceTo(this._bounds.max)) this._update();
    });
    this._update();
  }

  _initContainer() {}

  /** What the window shows and a little more, in points of the layers. */
  _around() {
    const [size, { padding }] = [this._map.getSize(), this.options];
    const low = this._map.containerPointToLayerPoint(size.multiplyBy(-padding)).round();
    return new Bounds(low, low.add(size.multiplyBy(1 + 2 * padding)).round());
  }

  _update() {
    this._bounds = this._around();
  }
}

class ScaleLine extends Drawn {
  onAdd(owner) {
    this._container = element("div", "plane-control leaflet-control-scale", owner.corner(this.options.position));
    this._mScale = element("div", "leaflet-control-scale-line", this._container);
    owner.on("moveend", () => this._update());
    this._update();
  }

  _update() {
    const y = this._map.getSize().y / 2;
    const [a, b] = [0, this.options.maxWidth].map((x) => this._map.containerPointToLatLng(new Point(x, y)));
    this._updateMetric(metresBetween(a, b));
  }

  _updateMetric(_longest) {}

  _updateScale(line, words, part) {
    line.style.width = `${Math.round(this.options.maxWidth * part)}px`;
    line.textContent = words;
  }

  /** The next 1, 2, 3 or 5 of a power of ten at or below a number. */
  _getRoundNum(number) {
    const power = 10 ** (`${Math.floor(number)}`.length - 1);
    return power * [10, 5, 3, 2, 1].find((round) => number / power >= round);
  }
}

export function metresBetween(a, b) {
  const half = (from, to) => Math.sin(((to - from) * RADIANS) / 2) ** 2;
  const chord = half(a.lat, b.lat) + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * half(a.lng, b.lng);
  return 2 * 6371000 * Math.asin(Math.sqrt(chord));
}

class ZoomButtons extends Drawn {
  onAdd(owner) {
    this._container = element("div", "plane-control leaflet-bar leaflet-control-zoom", owner.corner(this.options.position));
    for (const [sign, steps] of [["+", 1], ["−", -1]]) {
      const button = element("a", "", this._container);
      button.textContent = String(sign);
      button.href = "#";
      button.setAttribute("role", "button");
      button.addEventListener("click", (event) => {
        event.preventDefault();
        owner.zoomBy(steps);
      });
    }
  }

  getContainer() { return this._container; }
}

Canvas.prototype.options = { padding: 0.1 };
ScaleLine.prototype.options = { position: "bottomleft", maxWidth: 100 };
ZoomButtons.prototype.options = { position: "topright" };

export const Renderer = extendable(Canvas);
export const Control = { Scale: extendable(ScaleLine) };
export const control = { zoom: (options) => new ZoomButtons(options) };
export const DomUtil = {
  setPosition(moved, { x, y }) { moved.style.transform = `translate(${x}px, ${y}px)`; },
};
