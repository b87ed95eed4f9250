"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { load, own } = require("./load.js");

const az = load("numbers", "geometry", "dom", "flows", "filter", "given", "tips", "model", "speech");
const { model: made, speech } = az;

const payload = () => ({
  land: [], markets: [{ label: "Heroin trade" }, { label: "Human trafficking" }],
  nodes: ["Iran", "Azerbaijan", "Russia"].map((name, i) => ({ name, kind: "country", lat: 35 + i, lon: 50 })),
  arrows: [
    { market: 0, start: 0, end: 1, line: [5000000, 3500000, 0, 100000], width: 3, flows: [0, 1] },
    { market: 0, start: 1, end: 2, line: [5000000, 3600000, 0, 100000], width: 2, flows: [0] },
    { market: 1, start: 1, end: 1, line: [500000, 360000], width: 1, flows: [2] },
    { market: 1, start: 2, end: 1, line: [5000000, 3700000, 0, -100000], width: 1, flows: [3, 4] },
  ],
  flows: [
    { title: "Heroin", route: "Iran → Azerbaijan → Russia", statements: [0, 1], lineages: 2 },
    { title: "Heroin", route: "Iran → Azerbaijan", statements: [1], lineages: 1 },
    { title: "Persons", route: "Azerbaijan → Azerbaijan", statements: [], lineages: null, quantity: "1,200 persons" },
    { title: "Persons", route: "Russia → Azerbaijan", statements: [], lineages: 3 },
    { title: "Persons", route: "Russia → Azerbaijan", statements: [], lineages: 1 },
  ],
  statements: [{ lineage: "A" }, { lineage: "B" }],
});

const model = made.readModel(payload());

test("every place knows its arrows, and a loop once", () => {
  assert.deepEqual(own(model.nodes.map(({ arrows }) => arrows)), [[0], [0, 1, 2, 3], [1, 3]]);
});

test("arrows that share a flow are related, both ways", () => {
  assert.deepEqual([...model.related(0)].sort(), [0, 1]);
  assert.deepEqual([...model.related(1)].sort(), [0, 1]);
  assert.deepEqual([...model.related(2)], [2]);
});

test("lines of sources behind several flows count once, and never less than a flow's own", () => {
  const behind = (...flows) => model.linesBehind(flows.map((flow) => model.store.at(flow)));
  assert.equal(behind(0, 1), 2);
  assert.equal(behind(3, 4), 3);
  assert.equal(behind(2), null);
});

/** Let only the flows of some markets through, as the filters of the page do. */
const show = (one, hidden = []) => {
  const filter = { ...az.filter.fresh(), markets: new Set(hidden) };
  one.source.refresh(az.filter.apply(one.store, filter), filter, 3);
  return one;
};

test("flows of several arrows count once", () => {
  assert.equal(show(model).source.flowCount(), 5);
  assert.equal(show(model, [1]).source.flowCount(), 2);
  show(model);
});

test("one is one, and others are many", () => {
  assert.equal(made.counted(1, "arrow"), "1 arrow");
  assert.equal(made.counted(0, "arrow"), "0 arrows");
  assert.equal(made.counted(2, "box", "boxes"), "2 boxes");
});

test("a way is said with the places it goes through", () => {
  assert.equal(speech.wayOf("Iran → Azerbaijan → Russia"), "Iran through Azerbaijan to Russia");
  assert.equal(speech.wayOf("A → B → C → D → E"), "A through B, C and D to E");
  assert.equal(speech.wayOf("Iran → Russia"), "Iran to Russia");
  assert.equal(speech.wayOf("Iran → Iran"), "within Iran");
  assert.equal(speech.wayOf("Iran"), "within Iran");
  assert.equal(speech.wayOf(""), "");
});

test("names of arrows tell what, from where to where, by how many lines of sources; no two are the same", () => {
  const names = model.arrows.map((arrow) => speech.arrowName(model, arrow));
  assert.deepEqual(names, [
    "Heroin, Iran to Azerbaijan, part of Iran through Azerbaijan to Russia, 2 flows, 2 independent lines of sources",
    "Heroin, Iran through Azerbaijan to Russia, here Azerbaijan to Russia, 2 independent lines of sources",
    "Human trafficking, persons, within Azerbaijan, 1,200 persons",
    "Human trafficking, persons, Russia to Azerbaijan, 2 flows, 3 independent lines of sources",
  ]);
});

test("a place tells the arrows in, out and within, of those shown", () => {
  const azerbaijan = model.nodes[1];
  assert.equal(speech.placeName(azerbaijan, model.arrows), "Azerbaijan, 2 arrows in, 1 out, 1 within");
  assert.equal(speech.placeName(azerbaijan, [model.arrows[2]]), "Azerbaijan, 1 arrow within");
  const region = { ...azerbaijan, kind: "region" };
  assert.equal(speech.placeName(region, [model.arrows[0]]), "Azerbaijan, region, 1 arrow in");
});

test("what is shown is told in a sentence", () => {
  az.filters = { inWords: () => ["markets are left out", "from 2007 to 2009"] };
  const say = (one, on) => {
    const hidden = [...one.markets.keys()].filter((market) => !on.includes(market));
    show(one, hidden);
    return speech.shownSentence({
      model: one, state: { on: new Set(on) }, shown: () => one.arrows.filter(({ shown }) => shown),
    });
  };
  const more = " Also: from 2007 to 2009.";
  assert.equal(say(model, [0, 1]), `4 arrows, 5 flows shown: all markets.${more}`);
  assert.equal(say(model, [0]), `2 arrows, 2 flows shown: Heroin trade.${more}`);
  assert.equal(say(model, []), "No market is chosen, so no arrow is shown.");
  const many = { ...model, markets: "abcdefgh".split("").map((label) => ({ label })) };
  assert.ok(say(many, [0, 1, 2, 3, 4, 5]).includes(": all markets but g and h."));
  assert.ok(say(many, [0, 1, 2, 3]).includes(": 4 of 8 markets."));
  az.filters.inWords = () => [];
  assert.equal(say(model, [0, 1]), "4 arrows, 5 flows shown: all markets.");
  assert.equal(say({ ...model, named: false }, [0, 1]), "4 arrows, 5 flows shown.");
});
