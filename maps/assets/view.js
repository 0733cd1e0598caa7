// One run on one map: what is known of it and the canvases that show it. It draws what its owner
// says, in the owner's colours, and decides nothing.

import { paintChosen } from "./chosen.js";
import { Dark } from "./dark.js";
import { Figures } from "./figures.js";
import { latLng } from "./grid.js";
import { Labels } from "./labels.js";
import { waitingOf } from "./later.js";
import { Scene } from "./scene.js";
import { Sheet } from "./sheet.js";

export class View {
  constructor(head, columns, classes, map) {
    this.head = head;
    this.columns = columns;
    this.map = map;
    this.figures = new Figures(head, columns);
    this.dark = new Dark(head, columns);
    this.scene = new Scene(head, columns, classes);
    this.labels = new Labels(head, columns);
    map.getContainer().tabIndex = 0;
    map.getContainer().setAttribute("role", "region");
  }

  /** Make the canvases; `shown()` gives {colours, state, pins} when one of them is painted. */
  makeSheets(shown) {
    const sheet = (order, paint) => {
      return new Sheet((context, view) => paint(context, view, shown()), this.head, { pane: this._pane(order) });
    };
    this.sheets = {
      ground: sheet(401, (c, v, { colours, state }) => this.scene.paintGround(c, v, colours, state)),
      light: sheet(402, (c, v, { colours, state }) => this.scene.paintLight(c, v, colours, state)),
      names: sheet(403, (c, v, { colours, state, pins }) => {
        if (state.camera) paintChosen(c, v, colours, state.camera, this.scene.width(v));
        this.labels.paint(c, v, colours, state.language);
        this.scene.paintPins(c, v, colours, pins);
      }),
    };
  }

  _pane(order) {
    const name = `sheet-${order}`;
    const pane = this.map.createPane(name);
    pane.style.zIndex = order;
    pane.style.pointerEvents = "none";
    return name;
  }

  /** Show the same streets with other pieces and cameras. */
  recut(columns) {
    const { head } = this;
    this.columns = columns;
    this.figures = new Figures(head, columns);
    this.dark = new Dark(head, columns);
    this.scene.recut(columns);
  }

  /** Lay the canvases on the map, once it knows where it looks, and let it be zoomed by hand. */
  open(say) {
    this.map.setMinZoom(this.map.getZoom() - 1.5);
    for (const sheet of Object.values(this.sheets)) sheet.addTo(this.map);
    this.scaleBar = new ScaleBar({ imperial: false, position: "bottomleft" });
    this.scaleBar.say = say;
    this.scaleBar.addTo(this.map);
  }

  /** What may be made before it is asked for: the first picture of a city needs little of what the page carries. */
  get works() {
    const { columns, scene, dark, labels, figures } = this;
    return [...figures.works, ...waitingOf(columns), ...scene.works, labels.stretches, dark.network];
  }

  addZoom() {
    this.zoomControl = L.control.zoom({ position: "topright" }).addTo(this.map);
  }

  /** Words on the map in the language shown. */
  speak(say) {
    if (this.zoomControl) {
      const buttons = this.zoomControl.getContainer().querySelectorAll("a");
      ["zoom_in", "zoom_out"].forEach((key, place) => {
        buttons[place].title = say(key);
        buttons[place].setAttribute("aria-label", say(key));
      });
    }
    if (this.scaleBar) this.scaleBar._update();
    if (this.scaleBar) this.sheets.names.redraw();
  }

  redraw() {
    for (const sheet of Object.values(this.sheets)) sheet.redraw();
  }

  /** Corners of the study area, or of all streets where it has no outline. */
  bounds() {
    const [west, south, east, north] = this.scene.areaBounds || this._allBounds();
    return [latLng(this.head, west, south), latLng(this.head, east, north)];
  }

  _allBounds() {
    const bounds = [Infinity, Infinity, -Infinity, -Infinity];
    const { x, y } = this.scene.piece;
    for (let i = 0; i < x.length; i++) {
      bounds[0] = Math.min(bounds[0], x[i]);
      bounds[1] = Math.min(bounds[1], y[i]);
      bounds[2] = Math.max(bounds[2], x[i]);
      bounds[3] = Math.max(bounds[3], y[i]);
    }
    return bounds;
  }
}

/** Leaflet's scale bar, in the language shown. */
export const ScaleBar = /** @type {any} */ (L.Control.Scale).extend({
  _updateMetric(longest) {
    const metres = this._getRoundNum(longest);
    const far = metres >= 1000;
    const label = this.say(far ? "kilometres" : "metres", { n: far ? metres / 1000 : metres });
    this._updateScale(this._mScale, label, metres / longest);
  },
});
