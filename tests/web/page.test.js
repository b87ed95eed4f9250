"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { load, own } = require("./load.js");

const az = load("numbers", "geometry", "model", "arrows", "dom", "speech", "table", "keys", "paper");

test("only addresses of the web are links", () => {
  const { webAddress } = az.dom;
  assert.equal(webAddress("https://example.org/a?b=1"), "https://example.org/a?b=1");
  assert.equal(webAddress("HTTP://example.org"), "http://example.org/");
  const never = ["javascript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
    "file:///etc", "//example.org", "/a", "a", "", null, undefined, "vbscript:x", "https://"];
  for (const text of never) assert.equal(webAddress(text), null, String(text));
});

test("dashes are those of the theme, and grow with the width from the least one on", () => {
  const dashes = { affirmed: [1, 0, 3], alleged: [2, 0.5, 4] };
  assert.deepEqual(own(az.arrows.dashOf("affirmed", 9, dashes)), []);
  assert.deepEqual(own(az.arrows.dashOf("alleged", 1, dashes)), [8, 2]);
  assert.deepEqual(own(az.arrows.dashOf("alleged", 10, dashes)), [20, 5]);
  assert.deepEqual(own(az.arrows.dashOf("qualified", 10, dashes)), []);
});

const flows = [
  { index: 0, route: "B", period: "since 2009", quantity: "1,200 kilograms", lineages: 2, certainty: "Alleged" },
  { index: 1, route: "a", period: "2007–2011", quantity: "30 kilograms", lineages: 10, certainty: "Affirmed" },
  { index: 2, route: "C", period: "no year given", quantity: null, lineages: null, certainty: null },
  { index: 3, route: "Ä", period: "2007–2008", quantity: "400 persons", lineages: 1, certainty: "Qualified" },
];
const order = (id, falling) => {
  const column = az.table.COLUMNS.find((one) => one.id === id);
  return own(az.table.sorted(flows, (flow) => column.keys(flow, ""), falling).map(({ index }) => index));
};

test("columns are sorted as their numbers and words are, and what is missing comes last either way", () => {
  assert.deepEqual(order("lineages", false), [3, 0, 1, 2]);
  assert.deepEqual(order("lineages", true), [1, 0, 3, 2]);
  assert.deepEqual(order("period", false), [3, 1, 0, 2]);
  assert.deepEqual(order("quantity", false), [1, 0, 3, 2]);
  assert.deepEqual(order("certainty", false), [1, 3, 0, 2]);
  assert.deepEqual(order("flow", false), [1, 3, 0, 2]);
});

test("sorting keeps every flow and the order of the table among equals", () => {
  const column = az.table.COLUMNS.find((one) => one.id === "market");
  const same = az.table.sorted([...flows].reverse(), (flow) => column.keys(flow, "Heroin trade"), true);
  assert.deepEqual(own(same.map(({ index }) => index)), [0, 1, 2, 3]);
  assert.equal(az.table.sorted([], () => [], false).length, 0);
});

test("numbers are read with their thousands", () => {
  assert.equal(az.table.firstNumber("1,234.5 kilograms"), 1234.5);
  assert.equal(az.table.firstNumber("since 2009"), 2009);
  assert.equal(az.table.firstNumber("no year given"), null);
  assert.equal(az.table.firstNumber(null), null);
});

test("the sentence on the rest tells which rows are listed", () => {
  assert.equal(az.table.restSentence(0, 150, 150), "");
  assert.equal(az.table.restSentence(200, 400, 1234), "Rows 201 to 400 of 1234; at most 200 are listed at a time.");
});

test("keys of lists stay within the list", () => {
  const { step } = az.keys;
  assert.equal(step("ArrowDown", 3, 5), 4);
  assert.equal(step("ArrowDown", 4, 5), 4);
  assert.equal(step("ArrowUp", 0, 5), 0);
  assert.equal(step("PageDown", 3, 100), 13);
  assert.equal(step("PageUp", 3, 100), 0);
  assert.equal(step("Home", 3, 5), 0);
  assert.equal(step("End", 3, 5), 4);
  for (const key of ["a", "Enter", "Tab", "Escape", "toString"]) assert.equal(step(key, 3, 5), null, key);
});

test("letters find the next item of which a word begins so, without accents and capitals", () => {
  const names = [["Heroin trade", "Iran"], ["Fauna crimes", "Türkiye"], ["Heroin trade", "Turkmenistan"], ["İğdır"]];
  const { findTyped } = az.keys;
  assert.equal(findTyped(names, 0, "tur"), 1);
  assert.equal(findTyped(names, 1, "turkm"), 2);
  assert.equal(findTyped(names, 1, "t"), 2);
  assert.equal(findTyped(names, 2, "tt"), 1);
  assert.equal(findTyped(names, 0, "igd"), 3);
  assert.equal(findTyped(names, 0, "heroin t"), 0);
  assert.equal(findTyped(names, 0, "x"), null);
  assert.equal(findTyped(names, 0, " "), null);
  assert.equal(findTyped([], 0, "a"), null);
});

test("arrows come widest first, places by their arrows, without those that have none", () => {
  const arrows = [[0, 1, 2], [1, 5, 0], [2, 5, 1]].map(([index, width, start]) => ({ index, width, start, end: 3 }));
  assert.deepEqual(own(az.keys.byWidth(arrows).map(({ index }) => index)), [1, 2, 0]);
  const nodes = ["a", "b", "c", "hub", "none"].map((name) => ({ name }));
  assert.deepEqual(own(az.keys.byArrows(nodes, arrows).map(({ name }) => name)), ["hub", "a", "b", "c"]);
});

test("dark and light papers are told apart", () => {
  assert.equal(az.paper.isDark("rgb(18, 22, 26)"), true);
  assert.equal(az.paper.isDark("rgb(252, 251, 248)"), false);
});

test("a page without a dark look keeps its own; one with it changes colours only", () => {
  const own = { theme: { paper: "#fff", label_px: 12 }, markets: [{ colour: "#111111" }] };
  const plain = az.paper.looksOf(own);
  assert.equal(plain.dark, plain.light);
  const both = az.paper.looksOf({ ...own, dark: { theme: { paper: "#000" }, markets: ["#eeeeee"] } });
  assert.equal(both.dark.theme.label_px, 12);
  assert.equal(both.dark.theme.paper, "#000");
  assert.equal(both.dark.colours[0], "#eeeeee");
  assert.equal(both.light.colours[0], "#111111");
});

test("a short arrow keeps a shaft, and barbs that stand out beside it", () => {
  for (const [length, half, width] of [[17.3, 8.24, 8], [40.6, 19.3, 24], [4, 1.6, 0.7]]) {
    for (const room of [3, 10, 25, 400]) {
      const [long, wide] = az.arrows.headIn({ head: [length, half], width }, room);
      assert.ok(long <= 0.6 * room + 1e-9 && long <= length);
      assert.ok(wide - width / 2 >= (half - width / 2) / 2 - 1e-9 && wide <= half + 1e-9);
    }
    assert.deepEqual(own(az.arrows.headIn({ head: [length, half], width }, 400)), [length, half]);
  }
});
