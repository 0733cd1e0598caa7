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

/** A finder of streets by name, each with its junctions; `at` gives where junctions lie. */
function finderOf(streets, at, decimetre = 1) {
  const names = Object.keys(streets).map((name) => [name, name]);
  const edges = Object.values(streets).flatMap((junctions, street) => junctions.map((j) => [street, j]));
  const column = (k) => Int32Array.from(edges, (edge) => edge[k]);
  const ways = { columns: { edge_u: column(1), edge_v: column(1) }, junctionAt: (junction) => at[junction] };
  const given = { edge_name: column(0), name_node: Int32Array.from(names, () => 0), found_node: Int32Array.of() };
  return new Finder({ decimetre, found: [], names }, given, ways);
}

const corners = (of, typed) => of.find(typed).filter(({ street }) => street < 0).map(({ junction }) => junction);

test("streets that meet more than once are met in the middle", () => {
  const at = [[0, 0], [100, 0], [1000, 0], [40, 0]];
  assert.deepEqual(corners(finderOf({ "Long Road": [0, 1, 2, 3], "Wide Lane": [0, 1, 2] }, at), "long & wide"), [1]);
});

test("streets a crossing's width apart are met at the lower junction, those further apart are not", () => {
  const met = (metres) => {
    const at = { 9: [0, 0], 4: [0, 20 * metres], 7: [5000, 0] };
    return corners(finderOf({ "Long Road": [7, 9], "Wide Lane": [4] }, at, 2), "wide lane/long road");
  };
  assert.deepEqual(met(24), [4]);
  assert.deepEqual(met(26), []);
});

test("three streets are no corner", () => {
  const at = [[0, 0], [100, 0]];
  const of = finderOf({ "Long Road": [0], "Wide Lane": [0], "Low Street": [0, 1] }, at);
  assert.deepEqual(corners(of, "long / wide / low"), []);
  assert.deepEqual(corners(of, "long / low"), [0]);
});

test("a name with a mistake comes after every name that holds what was typed", () => {
  const of = finderOf({ "Nelsom Street": [0], "Greatnelson Road": [0], "Upper Nelson": [0], "Nelson Lane": [0], Nelson: [0] }, [[0, 0]]);
  assert.deepEqual(of.find("nelson").map(({ name }) => name[0]),
    ["Nelson", "Nelson Lane", "Upper Nelson", "Greatnelson Road", "Nelsom Street"]);
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
