// The panel beside the map: words in two languages, controls, figures, and what they set in motion.
// It writes text as text only, never as markup, and keeps nothing once the page is closed.
"use strict";

const LANGUAGE_TAGS = { en: "en", zh: "zh-Hant-HK" };
const CHART_POINTS = 120;
const PLAY_MS = 9000;

Unseen.Panel = class {
  constructor({ payload: head, facts, texts, classes }, columns, map) {
    Object.assign(this, { head, facts, texts, classes, columns, map });
    this.figures = new Unseen.Figures(head, columns);
    this.dark = new Unseen.Dark(head, columns);
    this.scene = new Unseen.Scene(head, columns, classes);
    this.labels = new Unseen.Labels(head, columns);
    this.highest = head.totals[head.totals.length - 1];
    const task = Math.max(head.tasks.indexOf("recognise"), 0);
    this.asked = Unseen.Link.read(location.hash, head);
    this.state = { task, total: this.highest, walk: -1, own: null, hidden: [], language: "en", dark: null };
    if (this.asked.task >= 0) this.state.task = this.asked.task;
    if (this.asked.total !== null) this.state.total = this._within(this.asked.total);
    const own = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
    this.language = this.asked.language || own;
    this.own = new Unseen.OwnWalk(this, columns);
    this.link = new Unseen.Link(this);
    this.layers = new Unseen.Layers(this, columns);
  }

  // words -----------------------------------------------------------------------------------

  get place() {
    return this.state.language === "zh" ? 1 : 0;
  }

  /** A text of the page in the language shown, with its places filled. */
  say(key, values = {}) {
    const all = { city: this.facts.city[this.place], area: this.facts.area[this.place], ...values };
    return this.texts[this.state.language][key].replace(/\{(\w+)\}/g, (_, name) => all[name]);
  }

  number(value) {
    return Math.round(value).toLocaleString("en-HK");
  }

  /** A share as the page writes it: whole percent, tenths below ten. The twin of page.percent. */
  percent(share) {
    if (share === null || share === undefined) return this.say("no_figure");
    const value = 100 * share;
    const tenths = value < 9.95 && value >= 0.05;
    return this.say("percent", { n: value.toFixed(tenths ? 1 : 0) });
  }

  orNone(value, write) {
    return value === null || value === undefined ? this.say("no_figure") : write(value);
  }

  speak(language) {
    this.state.language = language;
    document.documentElement.lang = LANGUAGE_TAGS[language];
    for (const element of document.querySelectorAll("[data-t]")) {
      element.textContent = this.say(element.dataset.t);
    }
    for (const element of document.querySelectorAll("[data-t-label]")) {
      element.setAttribute("aria-label", this.say(element.dataset.tLabel));
    }
    for (const element of document.querySelectorAll("[data-fact]")) {
      element.textContent = this.facts[element.dataset.fact][this.place];
    }
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
    document.title = this.facts.title[this.place];
    this._strip();
    this._ticks();
    this._walks();
    this._zoomTitles();
    this._nameFold();
    this._namePlay();
    this.own.speak();
    this.layers.speak();
    if (!this.scaleBar) return;
    this._legend();
    this.scaleBar._update();
    this.sheets.names.redraw();
    this.refresh();
  }

  _strip() {
    const { walls, share_rule: rule, street_share: share } = this.facts;
    const known = (key, otherwise) => (this.texts.en[key] ? this.say(key) : otherwise);
    const lines = [
      this.say("simulated"),
      known(`walls_${walls}`, walls),
      rule === "direct"
        ? this.say("share_rule_direct")
        : this.say("share_rule", { rule: known(`rule_${rule}`, rule) }),
      this.say("street_share", { share: known(`share_${share}`, share) }),
      this.say("scenario", { name: this.facts.scenario, seed: this.facts.seed }),
    ];
    const strip = document.getElementById("strip");
    strip.replaceChildren(...lines.map((line, i) => this._element(i ? "span" : "strong", line)));
    strip.append(this._element("span", this.say("osm")));
    const cite = this._element("a", this.say("cite"));
    cite.href = "#cite";
    cite.addEventListener("click", () => this._fold(false));
    strip.append(cite);
    this._measure();
  }

  /** Tell the style sheet how much of the window the strip takes. */
  _measure() {
    const { height } = document.getElementById("strip").getBoundingClientRect();
    document.documentElement.style.setProperty("--strip", `${Math.ceil(height)}px`);
  }

  _element(name, content = "", className = "") {
    const element = document.createElement(name);
    element.textContent = content;
    if (className) element.className = className;
    return element;
  }

  // set-up ----------------------------------------------------------------------------------

  start() {
    this._sheets();
    this._controls();
    this._drawChart();
    this._readColours();
    this.speak(this.language);
    this._look();
    this._asAsked();
    this.refresh();
    window.addEventListener("resize", () => this._measure());
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this._readColours());
  }

  _sheets() {
    const sheet = (paint, order) => {
      return new Unseen.Sheet(paint, this.head, { pane: this._pane(order) });
    };
    this.sheets = {
      ground: sheet((c, v) => this.scene.paintGround(c, v, this.colours), 401),
      light: sheet((c, v) => this.scene.paintLight(c, v, this.colours, this.state), 402),
      names: sheet((c, v) => {
        this.labels.paint(c, v, this.colours, this.state.language);
        this.scene.paintPins(c, v, this.colours, this.own.ends);
      }, 403),
    };
  }

  _pane(order) {
    const name = `sheet-${order}`;
    const pane = this.map.createPane(name);
    pane.style.zIndex = order;
    pane.style.pointerEvents = "none";
    return name;
  }

  /** Show the study area in the part of the map that the panel leaves free. */
  _look() {
    const [west, south, east, north] = this.scene.areaBounds || this._allBounds();
    this.map.fitBounds(
      [Unseen.latLng(this.head, west, south), Unseen.latLng(this.head, east, north)],
      { animate: false, ...this._padding(18) },
    );
    const zoom = this.map.getZoom();
    this.map.setMinZoom(zoom - 1.5);
    for (const sheet of Object.values(this.sheets)) sheet.addTo(this.map);
    this.scaleBar = new Unseen.ScaleBar({ imperial: false, position: "bottomleft" });
    this.scaleBar.say = (key, values) => this.say(key, values);
    this.scaleBar.addTo(this.map);
    this.map.on("zoomend", () => this._legend());
    this._legend();
  }

  /** Go where the link says, and set the walk that it was told to carry. */
  _asAsked() {
    const { at, zoom, from, to } = this.asked;
    const inside = (place) => place && this.map.getBounds().pad(3).contains(place);
    if (inside(at) && Number.isFinite(zoom)) this.map.setView(at, zoom, { animate: false });
    if (!from || !to) return;
    this.own.open();
    for (const place of [from, to]) this.own.tapped(place);
  }

  /** Bring a part of the map into what the panel leaves free, unless it is there. */
  lookAt(bounds, closest) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const padding = this._padding(30);
    const { paddingTopLeft: low, paddingBottomRight: high } = padding;
    if (!this._wide()) low[1] += document.getElementById("own-open").offsetHeight;
    const size = this.map.getSize();
    const free = L.bounds(low, [size.x - high[0], size.y - high[1]]);
    const here = [bounds.getNorthWest(), bounds.getSouthEast()].map((corner) =>
      this.map.latLngToContainerPoint(corner));
    if (here.every((point) => free.contains(point)) && this.map.getZoom() >= 15.5) return;
    this.map.flyToBounds(bounds, {
      animate: !calm, duration: 0.8, maxZoom: closest, ...padding,
    });
  }

  _within(total) {
    return Math.max(0, Math.min(total, this.highest));
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

  _wide() {
    return window.matchMedia("(min-width: 760px)").matches;
  }

  _padding(margin) {
    const panel = document.getElementById("panel").getBoundingClientRect();
    const strip = document.getElementById("strip").getBoundingClientRect();
    return this._wide()
      ? {
          paddingTopLeft: [panel.right + margin, margin],
          paddingBottomRight: [margin + 44, strip.height + margin],
        }
      : {
          paddingTopLeft: [margin, strip.height + margin],
          paddingBottomRight: [margin, window.innerHeight - panel.top + margin],
        };
  }

  _controls() {
    const byId = (id) => document.getElementById(id);
    const slider = byId("slider");
    slider.max = this.highest;
    slider.step = Math.max(1, Math.round(this.highest / 1200));
    slider.value = this.state.total;
    slider.addEventListener("input", () => {
      this.pause();
      this.setTotal(Number(slider.value));
    });
    for (const input of document.querySelectorAll("input[name=task]")) {
      input.checked = Number(input.value) === this.state.task;
      input.addEventListener("change", () => {
        this.state.task = Number(input.value);
        this._drawChart();
        this._legend();
        this.refresh();
      });
    }
    for (const button of document.querySelectorAll("[data-language]")) {
      button.addEventListener("click", () => this.speak(button.dataset.language));
    }
    byId("dark-shown").addEventListener("change", () => {
      this._legend();
      this.refresh();
    });
    byId("play").addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    byId("fold").addEventListener("click", () => {
      this._fold(!byId("panel").classList.contains("folded"));
    });
    this.zoomControl = L.control.zoom({ position: "topright" }).addTo(this.map);
    this.map.getContainer().tabIndex = 0;
    this.map.getContainer().setAttribute("role", "region");
  }

  _zoomTitles() {
    const buttons = this.zoomControl.getContainer().querySelectorAll("a");
    ["zoom_in", "zoom_out"].forEach((key, place) => {
      buttons[place].title = this.say(key);
      buttons[place].setAttribute("aria-label", this.say(key));
    });
  }

  _fold(folded) {
    const panel = document.getElementById("panel");
    const before = panel.getBoundingClientRect().top;
    panel.classList.toggle("folded", folded);
    const moved = panel.getBoundingClientRect().top - before;
    if (moved) this.map.panBy([0, -moved / 2]);
    this._nameFold();
  }

  _nameFold() {
    const folded = document.getElementById("panel").classList.contains("folded");
    const button = document.getElementById("fold");
    button.setAttribute("aria-expanded", String(!folded));
    button.setAttribute("aria-label", this.say(folded ? "unfold" : "fold"));
    button.title = this.say(folded ? "unfold" : "fold");
  }

  _ticks() {
    const ticks = document.getElementById("ticks");
    ticks.replaceChildren(
      ...this.head.totals.map((total) => {
        const button = this._element("button", this.number(total));
        button.type = "button";
        button.style.left = `${(100 * total) / this.highest}%`;
        button.setAttribute("aria-label", this.say("go_to", { n: this.number(total) }));
        button.addEventListener("click", () => {
          this.pause();
          this.setTotal(total);
        });
        return button;
      }),
    );
    let free = -Infinity;
    const boxes = [...ticks.children].map((button) => [button, button.getBoundingClientRect()]);
    const last = boxes[boxes.length - 1][1].left;
    for (const [button, box] of boxes) {
      const crowded = box.left < free + 3 || (box.right + 3 > last && box.left !== last);
      button.classList.toggle("crowded", crowded);
      if (!crowded) free = box.right;
    }
  }

  // moving the slider -------------------------------------------------------------------------

  setTotal(total) {
    this.state.total = this._within(total);
    document.getElementById("slider").value = this.state.total;
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.refresh();
    });
  }

  play() {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const from = this.state.total >= this.highest ? 0 : this.state.total;
    const stops = [0, ...this.head.totals];
    const began = performance.now() - (PLAY_MS * from) / this.highest;
    const move = (now) => {
      const part = Math.min((now - began) / PLAY_MS, 1);
      const smooth = Math.round(part * this.highest);
      this.setTotal(calm ? stops[Math.floor(part * (stops.length - 1))] : smooth);
      this.playing = part < 1 ? requestAnimationFrame(move) : 0;
      if (!this.playing) this._namePlay();
    };
    this.playing = requestAnimationFrame(move);
    this._namePlay();
  }

  pause() {
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    this._namePlay();
  }

  _namePlay() {
    const button = document.getElementById("play");
    const name = this.say(this.playing ? "pause" : "play", { n: this.number(this.highest) });
    button.classList.toggle("playing", Boolean(this.playing));
    button.setAttribute("aria-label", name);
    button.title = name;
  }

  // figures -----------------------------------------------------------------------------------

  refresh() {
    const { task, total } = this.state;
    const share = this.figures.streetShare(task, total);
    this._write("total", this.number(total));
    this._write("dial-share", this.percent(share));
    this._write("task-means", this.say(`${this.head.tasks[task]}_means`));
    document.getElementById("slider").setAttribute(
      "aria-valuetext", this.say("slider_value", { n: this.number(total) }),
    );
    this.map.getContainer().setAttribute(
      "aria-label", this.say("map", { share: this.percent(share), n: this.number(total) }),
    );
    this._cards(share);
    this._darkPart();
    this._bars();
    this._track();
    this._moveChart();
    this._walkFigures();
    this._legendUnseen();
    this.own.refresh();
    this.layers.refresh();
    this.sheets.light.redraw();
  }

  _write(id, content) {
    const element = document.getElementById(id);
    if (element) element.textContent = content;
  }

  _cards(share) {
    const { task, total } = this.state;
    const band = this.figures.walkBand(task, total);
    const step = this.figures.step(total);
    const typical = step < 0 ? {} : this._typical(step, this.head.tasks[task]);
    const median = (name) => typical[name];
    this._write("cameras-here", this.number(this.figures.camerasHere(total)));
    this._write("streets-seen", this.percent(share));
    this._write("walk-seen", this.percent(band && band.p50));
    this._write("walk-range", band
      ? this.say("walk_range", { p10: this.percent(band.p10), p90: this.percent(band.p90) }) : "");
    this._write("dark-stretch", this.orNone(median("longest_gap_m"), (m) => this.metres(m)));
    this._write("heads-typical", this.orNone(median("heads"), (n) => this.number(n)));
    this._write("tracked-typical", this.percent(median("tracked_live")));
    for (const note of document.querySelectorAll(".step-note")) {
      note.textContent = this._stepNote(step);
    }
  }

  /** The largest connected unseen part: its share, when it falls apart, and its pieces to draw. */
  _darkPart() {
    const { task, total } = this.state;
    const { pieces, share } = this.dark.largest(task, total);
    const critical = this.head.critical[this.head.tasks[task]];
    const key = critical ? "dark_critical" : critical === null ? "dark_never" : "";
    this.state.dark = document.getElementById("dark-shown").checked ? pieces : null;
    this._write("dark-share", this.percent(share));
    this._write("dark-critical", key && this.say(key, { n: this.number(critical || this.highest) }));
  }

  _typical(step, task) {
    return this.head.typical[step][task] || {};
  }

  metres(value) {
    return this.say("metres", { n: this.number(value) }).replace(" ", "\u00a0");
  }

  _stepNote(step) {
    return step < 0
      ? this.say("step_none", { n: this.number(this.head.totals[0]) })
      : this.say("step_at", { n: this.number(this.head.totals[step]) });
  }

  _bars() {
    const bars = document.getElementById("bars");
    bars.replaceChildren(
      ...this.head.tasks.map((task, place) => {
        const share = this.figures.streetShare(place, this.state.total);
        const row = this._element("div", "", place === this.state.task ? "bar-row chosen" : "bar-row");
        const track = this._element("span", "", "bar-track");
        const fill = this._element("span", "", "bar-fill");
        fill.style.width = `${100 * share}%`;
        track.append(fill);
        row.append(this._element("span", this.say(task)), track, this._element("b", this.percent(share)));
        return row;
      }),
    );
  }

  // chart and track ---------------------------------------------------------------------------

  _svg(name, attributes) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  /** Curves of street share by cameras: the chosen task filled, the others thin. */
  _drawChart() {
    const curves = this.head.tasks.map((_, task) => this.figures.chart(task, CHART_POINTS));
    const top = Math.max(...curves.map((curve) => curve[curve.length - 1][1]), 0.001);
    const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.4, 0.5, 0.6, 0.75, 0.8, 1];
    this.chartTop = steps.find((step) => step >= top) || 1;
    const svg = this._svg("svg", { viewBox: "0 0 1000 100", preserveAspectRatio: "none", role: "img" });
    const points = (curve) => curve.map(([total, share]) => this._chartPoint(total, share).join(",")).join(" ");
    curves.forEach((curve, task) => {
      if (task !== this.state.task) {
        svg.append(this._svg("polyline", { points: points(curve), class: "curve" }));
      }
    });
    const chosen = points(curves[this.state.task]);
    svg.append(this._svg("polygon", { points: `0,100 ${chosen} 1000,100`, class: "curve-fill" }));
    svg.append(this._svg("polyline", { points: chosen, class: "curve chosen" }));
    const frame = document.getElementById("chart-frame");
    frame.replaceChildren(svg);
    this.chart = svg;
    this.chartLine = this._element("span", "", "chart-line");
    this.chartDot = this._element("span", "", "chart-dot");
    this.chartLabel = this._element("span", "", "chart-top");
    frame.append(this.chartLine, this.chartDot, this.chartLabel);
  }

  _chartPoint(total, share) {
    return [(1000 * total) / this.highest, 100 - (100 * share) / this.chartTop];
  }

  _moveChart() {
    const { task, total } = this.state;
    const [x, y] = this._chartPoint(total, this.figures.streetShare(task, total));
    this.chartLine.style.left = `${x / 10}%`;
    this.chartDot.style.left = `${x / 10}%`;
    this.chartDot.style.top = `${y}%`;
    this.chartLabel.textContent = this.percent(this.chartTop);
    this.chart.setAttribute("aria-label", this.say("chart"));
  }

  /** The slider's track wears the colours of the classes up to where it stands. */
  _track() {
    const part = (total) => `${((100 * total) / this.highest).toFixed(2)}%`;
    const stops = [];
    let from = 0;
    this.classes.forEach((end, place) => {
      const to = Math.min(end, this.state.total);
      if (to > from) stops.push(`${this.colours.classes[place]} ${part(from)} ${part(to)}`);
      from = Math.max(from, to);
    });
    stops.push(`var(--track) ${part(this.state.total)} 100%`);
    const slider = document.getElementById("slider");
    slider.style.setProperty("--run", `linear-gradient(90deg, ${stops.join(", ")})`);
  }

  // walks -------------------------------------------------------------------------------------

  _walks() {
    const list = document.getElementById("walks");
    const { walks } = this.head;
    this._write("walks-hint", this.say(walks.length ? "walks_hint" : "no_walks"));
    list.replaceChildren(...walks.map((walk, place) => this._walkItem(walk, place)));
  }

  _walkItem(walk, place) {
    const item = this._element("li");
    const button = this._element("button", "", "walk");
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    const name = this._element("span", "", "walk-name");
    name.append(this._element("bdi", walk.name[this.place]));
    const other = this._element("bdi", walk.name[1 - this.place], "other-name");
    other.translate = false;
    other.lang = this.place ? "en" : "zh-Hant-HK";
    if (walk.name[0] !== walk.name[1]) name.append(other);
    const track = this._element("span", "", "bar-track");
    track.append(this._element("span", "", "bar-fill"));
    button.append(name, track, this._element("b", ""));
    button.addEventListener("click", () => this.chooseWalk(this.state.walk === place ? -1 : place));
    item.append(button, this._element("div", "", "walk-figures"));
    return item;
  }

  chooseWalk(place) {
    this.state.walk = place;
    if (place >= 0) {
      const [west, south, east, north] = this.scene.walks[place].bounds;
      const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.map.flyToBounds(
        [Unseen.latLng(this.head, west, south), Unseen.latLng(this.head, east, north)],
        { animate: !calm, duration: 0.8, maxZoom: 17.5, ...this._padding(40) },
      );
    }
    this.refresh();
  }

  _walkFigures() {
    const { task, total } = this.state;
    const step = this.figures.step(total);
    [...document.getElementById("walks").children].forEach((item, place) => {
      const chosen = place === this.state.walk;
      const [button, figures] = item.children;
      const share = this.figures.walkShare(place, task, total);
      item.classList.toggle("chosen", chosen);
      button.setAttribute("aria-expanded", String(chosen));
      button.querySelector("b").textContent = this.percent(share);
      button.querySelector(".bar-fill").style.width = `${100 * share}%`;
      figures.hidden = !chosen;
      if (chosen) figures.replaceChildren(...this._walkLines(place, step, share));
    });
  }

  _walkLines(place, step, share) {
    const walk = this.head.walks[place];
    const task = this.head.tasks[this.state.task];
    const at = step < 0 ? {} : walk.steps[step][task];
    const pair = (value, key) => {
      const line = this._element("p", "", "card");
      line.append(this._element("b", value), this._element("span", this.say(key)));
      return line;
    };
    const cards = this._element("div", "", "cards");
    cards.append(
      pair(this.percent(share), "walk_seen"),
      pair(this.orNone(at.heads, (n) => this.number(n)), "walk_heads"),
      pair(this.orNone(at.longest_gap_m, (m) => this.metres(m)), "walk_gap"),
      pair(this.percent(at.tracked_live), "walk_tracked"),
    );
    const minutes = this.number(walk.duration_s / 60);
    const length = this.say("walk_length", { n: this.number(walk.length), minutes });
    return [
      this._element("p", length, "note"), cards, this._element("p", this._stepNote(step), "note"),
    ];
  }

  // legend and colours --------------------------------------------------------------------------

  _legend() {
    const legend = document.getElementById("legend");
    const task = this.head.tasks[this.state.task];
    const line = (className, colour, content) => {
      const row = this._element("li");
      const swatch = this._element("span", "", `swatch ${className}`);
      if (colour) swatch.style.background = colour;
      row.append(swatch, this._element("span", content));
      return row;
    };
    const rows = this.classes.map((end, place) => {
      const from = place ? this.number(this.classes[place - 1] + 1) : "";
      const content = place
        ? this.say("legend_next", { from, to: this.number(end) })
        : this.say("legend_first", { to: this.number(end) });
      return line("street", this.colours.classes[place], content);
    });
    const unseen = line("street unseen", "", "");
    unseen.lastChild.id = "legend-unseen";
    const close = this.map.getZoom() >= FIELD_ZOOM;
    const list = this._element("ul");
    const { raised, roofed } = this.scene.has;
    list.append(
      ...rows, unseen,
      ...(document.getElementById("dark-shown").checked ? [line("dark", "", this.say("legend_dark"))] : []),
      ...(raised ? [line("bridge", "", this.say("legend_bridge"))] : []),
      ...(roofed ? [line("roofed", "", this.say("legend_roofed"))] : []),
      line("camera", "", this.say(close ? "legend_camera" : "legend_camera_far")),
      line("wall", "", this.say("legend_walls")),
      line("area", "", this.say("legend_area")),
    );
    const title = this._element("h2", this.say("legend_title", { task: this.say(task) }));
    legend.replaceChildren(title, list);
    this._legendUnseen();
  }

  _legendUnseen() {
    this._write("legend-unseen", this.say("legend_unseen", { n: this.number(this.state.total) }));
  }

  /** Read the drawing's colours from the style sheet, which knows light from dark. */
  _readColours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(`--${name}`).trim();
    const ramp = read("ramp").split(" ");
    const count = this.classes.length;
    this.colours = {
      paper: read("paper"), block: read("block"), blockEdge: read("block-edge"),
      unseen: read("unseen"), dark: read("dark"), outline: read("outline"), camera: read("camera"),
      field: read("field"), fieldEdge: read("field-edge"), walk: read("walk"),
      walkInside: read("walk-inside"), casing: read("casing"), label: read("label"), station: read("station"),
      glow: Number(read("glow")),
      font: FONT,
      classes: Array.from({ length: count }, (_, i) => Unseen.blend(ramp, count > 1 ? i / (count - 1) : 0)),
    };
    if (!this.scaleBar) return;
    for (const sheet of Object.values(this.sheets)) sheet.redraw();
    this._legend();
    this._track();
  }
};

/** Leaflet's scale bar, in the language shown. */
Unseen.ScaleBar = L.Control.Scale.extend({
  _updateMetric(longest) {
    const metres = this._getRoundNum(longest);
    const far = metres >= 1000;
    const label = this.say(far ? "kilometres" : "metres", { n: far ? metres / 1000 : metres });
    this._updateScale(this._mScale, label, metres / longest);
  },
});

/** Colour at a part 0…1 of a ramp of #rrggbb colours. */
Unseen.blend = function (ramp, part) {
  const at = part * (ramp.length - 1);
  const low = Math.min(Math.floor(at), ramp.length - 2);
  const channel = (colour, i) => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mixed = [0, 1, 2].map((i) => {
    const [a, b] = [channel(ramp[low], i), channel(ramp[low + 1], i)];
    return Math.round(a + (at - low) * (b - a)).toString(16).padStart(2, "0");
  });
  return `#${mixed.join("")}`;
};

/** Unpack what the page carries and set it going; without it, show the still page. */
Unseen.start = async function (map) {
  try {
    const carried = JSON.parse(document.getElementById("carried").textContent);
    const packed = document.getElementById("packed").textContent;
    const columns = await Unseen.unpack(packed, carried.payload.columns);
    Unseen.panel = new Unseen.Panel(carried, columns, map);
    Unseen.panel.start();
    document.documentElement.classList.add("ready");
  } catch (error) {
    document.documentElement.classList.remove("live");
    document.getElementById("notice").hidden = false;
    console.error(error);
  }
};
