"use strict";

const assert = require("node:assert/strict");
const test = require("node:test");
const { load, own } = require("./load.js");

const { tips } = load("numbers", "geometry", "tips");

const store = (amount, lineages) => ({ amount, at: (flow) => ({ lineages: lineages[flow] }) });
const model = (tip, amount, lineages = amount.map(() => 1)) => ({ tips: [tip], store: store(amount, lineages) });
const arrow = (...flows) => ({ flows });

test("values are told once each, that of the largest flow first, three at the most", () => {
  const tip = { title: "Commodity", added: false, words: ["a", "b", "c", "d", "e"], codes: [1, 2, 1, 3, 4, 5, 0] };
  const made = model(tip, [1, 7, 9, 5, NaN, NaN, 99]);
  assert.deepEqual(own(tips.of(made, arrow(0, 1, 2, 3, 4, 5, 6))), [["Commodity", "a; b; c; 2 more"]]);
  assert.deepEqual(own(tips.of(made, arrow(3, 1))), [["Commodity", "b; c"]]);
  assert.deepEqual(own(tips.of(made, arrow(6))), []);
});

test("of flows without a quantity that with most lines of sources is the largest", () => {
  const tip = { title: "Form", added: false, words: ["a", "b"], codes: [1, 2] };
  assert.deepEqual(own(tips.of(model(tip, [NaN, NaN], [1, 3]), arrow(0, 1))), [["Form", "b; a"]]);
});

test("cells that list several values are told value by value", () => {
  const tip = { title: "Sources", added: false, words: [["x", "y"], ["y", "z"]], codes: [1, 2] };
  assert.deepEqual(own(tips.of(model(tip, [2, 1]), arrow(0, 1))), [["Sources", "x; y; z"]]);
});

test("quantities are added up, those of each unit by themselves", () => {
  const tip = { title: "Quantity", added: true, words: ["kg", "persons", ""], codes: [1, 2, 1, 0, 3] };
  const made = model(tip, [1000, 5, 234, NaN, 2]);
  assert.deepEqual(own(tips.of(made, arrow(0, 1, 2, 3))), [["Quantity", "1,234 kg, 5 persons"]]);
  assert.deepEqual(own(tips.of(made, arrow(4))), [["Quantity", "2"]]);
});

test("codes come with the payload or packed, and without chosen columns there are none", () => {
  const tip = { title: "Form", added: false, words: ["a"] };
  assert.equal(tips.read({}), null);
  assert.equal(tips.read({ tooltip: false }), null);
  assert.deepEqual(own(tips.read({ tooltip: [{ ...tip, codes: [1] }] }))[0].codes, [1]);
  assert.deepEqual(own(tips.read({ tooltip: [tip] }, { "tip.0": [1, 0] }))[0].codes, [1, 0]);
  assert.equal(tips.of({ tips: null }, arrow(0)), null);
});
