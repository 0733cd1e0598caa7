// What is typed finds streets, stations and corners, in either language and with mistakes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Finder, fewestMistakes, folded } from "../../../maps/assets/finder.js";
import { Ways } from "../../../maps/assets/ways.js";
import { chance, square } from "./packed.js";

const { head, columns } = square();
const finder = new Finder(head, columns, new Ways(head, columns));
const first = (text) => (finder.find(text)[0] || { name: ["nothing"] }).name[0];

test("names are compared without case, accents and short words", () => {
  assert.equal(folded("  Nathan RD. "), "nathan road");
  assert.equal(folded("St. Émile's Ave"), "street emiles avenue");
  assert.equal(folded("ＭＴＲ 旺角"), "mtr 旺角");
  assert.equal(folded("!?"), "");
});

test("names are found by their beginning, a word of theirs, either language, with a mistake", () => {
  assert.equal(first("south"), "South Street");
  assert.equal(first("street"), "South Street");
  assert.equal(first("東"), "East Road");
  assert.equal(first("est road"), "East Road");
  assert.equal(first("sotuh street"), "South Street");
  assert.equal(first("車站"), "Station");
  assert.equal(first("zebra"), "nothing");
  assert.equal(first("   "), "nothing");
});

test("two streets are their corner", () => {
  for (const typed of ["south st / east rd", "East Road and South Street", "東道／南街", "南街與東道"]) {
    const [corner] = finder.find(typed);
    assert.equal(corner.junction, 1, typed);
    assert.ok(corner.name[0].includes(" / "));
  }
  assert.equal(finder.find("south / nowhere").filter(({ name }) => name[0].includes("/")).length, 0);
});

/** Fewest mistakes, by trying every beginning of the name. */
function slowly(text, name) {
  const distance = (a, b) => {
    if (!a || !b) return a.length + b.length;
    return Math.min(
      distance(a.slice(1), b) + 1, distance(a, b.slice(1)) + 1,
      distance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
    );
  };
  return Math.min(...Array.from({ length: name.length + 1 }, (_, n) => distance(text, name.slice(0, n))));
}

test("mistakes are counted as a slow search counts them", () => {
  const draw = chance(6);
  const word = () => Array.from({ length: 1 + Math.floor(draw() * 5) }, () => "abc"[Math.floor(draw() * 3)]).join("");
  for (let k = 0; k < 300; k++) {
    const [text, name] = [word(), word()];
    const slow = slowly(text, name);
    assert.equal(fewestMistakes(text, name, 9), slow, `${text} ${name}`);
    const most = Math.floor(draw() * 3);
    const found = fewestMistakes(text, name, most);
    assert.equal(Math.min(found, most + 1), Math.min(slow, most + 1), `${text} ${name}, at most ${most}`);
  }
});
