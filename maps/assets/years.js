// The plan year by year, as the run has it: each year's number of cameras on the map, one by one by hand or
// one after the other. Years are cuts, so that it is the same for whoever asked for less motion.

const YEAR_MS = 1600;

export class Years {
  constructor(panel) {
    this.panel = panel;
    this.years = panel.facts.plan_years || [];
    this.row = document.getElementById("years-row");
    this.place = -1;
    this.playing = 0;
    if (!this.row) return;
    this.button = document.getElementById("years-play");
    this.button.addEventListener("click", () => (this.playing ? this.stop() : this.play()));
    this.buttons = this.years.map((_, place) => {
      const button = panel._element("button", "", "quiet");
      button.type = "button";
      button.addEventListener("click", () => {
        this.stop();
        this.show(place);
      });
      return button;
    });
    this.row.replaceChildren(...this.buttons);
  }

  /** Show the map at the end of a year. */
  show(place) {
    this.place = place;
    this.panel.setTotal(this.years[place][1]);
    this.speak();
  }

  play() {
    const next = (place) => {
      this.show(place);
      const more = place < this.years.length - 1;
      this.playing = more ? window.setTimeout(() => next(place + 1), YEAR_MS) : 0;
      this._name();
    };
    next(0);
  }

  stop() {
    clearTimeout(this.playing);
    this.playing = 0;
    this._name();
  }

  /** Go back to the number of cameras of the first screen, if a year is shown. */
  leave() {
    if (this.place < 0) return;
    this.stop();
    this.place = -1;
    this.panel.setTotal(this.panel.facts.ends[1]);
    this.speak();
  }

  /** Walks left where the run counted them at that number, else the streets of the map. */
  _result(total) {
    const { panel } = this;
    if (panel.head.totals.includes(total)) return panel._result(total);
    return panel.say("dial_streets", { share: panel.percent(panel.figures.streetShare(panel.state.task, total)) });
  }

  _name() {
    this.button.textContent = this.panel.say(this.playing ? "pause" : "years_play");
  }

  speak() {
    if (!this.row) return;
    const { panel } = this;
    this._name();
    this.years.forEach(([year, total], place) => {
      this.buttons[place].textContent = panel.say("tick_year", { year });
      this.buttons[place].setAttribute("aria-label", panel.say("go_to_year", { n: panel.number(total), when: panel.say("tick_year", { year }) }));
      this.buttons[place].setAttribute("aria-pressed", String(place === this.place));
    });
    const shown = this.years[this.place];
    panel._write("years-said", shown
      ? panel.say("years_said", { year: shown[0], n: panel.number(shown[1]), result: this._result(shown[1]) }) : "");
  }
}
