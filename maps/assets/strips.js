// The strips of a walk: from its beginning to its end at each number of cameras, thick where one could be
// recognised, with a mark for where somebody is on it.

/**
 * Rows of strips, and the marks on them.
 * @param {any} panel
 * @param {AtCount[]} at
 */
export function stripRows(panel, at) {
  /** @type {Element[]} */
  const marks = [];
  const rows = at.map(({ total, runs, length }) => {
    const row = panel._element("p", "", "strip-row");
    const svg = panel._svg("svg", { viewBox: "0 0 1000 20", preserveAspectRatio: "none", class: "profile" });
    svg.append(panel._svg("line", { x1: 0, x2: 1000, y1: 10, y2: 10 }));
    let walked = 0;
    for (const { metres, seen } of runs) {
      const part = (1000 * metres) / length;
      if (seen) svg.append(panel._svg("rect", { x: walked, y: 0, width: Math.max(part, 3), height: 20 }));
      walked += part;
    }
    const mark = panel._svg("line", { class: "strip-mark", y1: 0, y2: 20 });
    svg.append(mark);
    marks.push(mark);
    const name = panel._element("span");
    name.append(panel._element("b", panel.number(total)), panel._element("small", panel.when(total)));
    row.append(name, svg);
    return row;
  });
  return { rows: [...rows, stripKey(panel)], marks };
}

/**
 * What the marks of the strips mean.
 * @param {any} panel
 */
function stripKey(panel) {
  const key = panel._element("p", "", "key strip-key");
  for (const name of ["strip_seen", "strip_unseen", "strip_here"]) {
    const part = panel._element("span");
    part.append(panel._element("i", "", name.replace("_", "-")), panel.say(name));
    key.append(part);
  }
  return key;
}

/**
 * Put the marks at a part 0…1 of the walk.
 * @param {Element[]} marks
 * @param {number} part
 */
export function moveMarks(marks, part) {
  for (const mark of marks) {
    mark.setAttribute("x1", String(1000 * part));
    mark.setAttribute("x2", String(1000 * part));
  }
}

/**
 * What one is at each number of cameras so many metres along: in reach of one, or not.
 * @param {any} panel
 * @param {AtCount[]} at
 * @param {number} metres
 */
export function hereWords(panel, at, metres) {
  const parts = at.map(({ total, runs }) => {
    let walked = 0;
    const run = runs.find((one) => (walked += one.metres) > metres) || runs[runs.length - 1];
    return panel.say(run.seen ? "own_here_seen" : "own_here_unseen", { n: panel.number(total) });
  });
  return panel.say("own_here", { m: panel.metres(metres), parts: parts.join(panel.say("own_and")) });
}
