/* What filters let through and what they count, against a count that goes through flows one by one. */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { load, numbers, own } = require("./load.js");

const { filter, flows, numbers: written } = load("geometry", "numbers", "flows", "filter");

const FACETS = ["title", "form", "certainty"];

const made = (seed, count) => {
  const next = numbers(seed);
  const some = (list) => list[Math.floor(next() * list.length)];
  const records = Array.from({ length: count }, () => {
    const year = some([null, 2001, 2004, 2009]);
    return {
      market: some([0, 1, 2]), title: some(["Heroin", "Opium", null]), form: some(["Labour", null]),
      certainty: some(["affirmed", "qualified"]), sources_text: some(["A", "B", "A;B", ""]),
      years: [year, some([year, null])], amount: some([1, 2, null]),
    };
  });
  return { records, store: flows.fromRecords({ flows: records }) };
};

/** Whether one record is let through, told from the record itself. */
const lets = (record, wanted, but = null) => {
  for (const key of FACETS) {
    if (key === but) continue;
    const value = record[key] ? record[key].charAt(0).toUpperCase() + record[key].slice(1) : flows.NONE;
    if (wanted.off[key]?.has(value)) return false;
  }
  if (but !== "sources") {
    const named = record.sources_text.split(";").filter(Boolean);
    const list = named.length ? named : [flows.NONE];
    if (list.every((name) => wanted.off.sources?.has(name))) return false;
  }
  const [first, last] = record.years;
  if (!first && !last) return wanted.undated;
  if (!wanted.period) return true;
  const [from, to] = wanted.period;
  return (last ?? Infinity) >= from && (first ?? -Infinity) <= to;
};

test("flows are let through, and choices counted, as one by one", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const { records, store } = made(seed, 200);
    const wanted = {
      ...filter.fresh(), undated: seed % 3 > 0, period: seed % 2 ? [2002, 2005] : null, markets: new Set([seed % 4]),
      off: { title: new Set(seed % 5 ? ["Opium"] : []), certainty: new Set(seed % 4 ? [] : ["Qualified"]),
        sources: new Set(seed % 7 ? [] : ["A"]) },
    };
    const result = filter.apply(store, wanted);
    assert.deepEqual([...result.pass], records.map((record) => Number(lets(record, wanted))), `seed ${seed}`);
    const inMarkets = records.filter(({ market }) => !wanted.markets.has(market));
    assert.equal(result.shown, inMarkets.filter((record) => lets(record, wanted)).length);
    for (const { key, choices, sets, codes } of store.facets) {
      const expected = choices.map((_, choice) => inMarkets.filter((record) =>
        sets[codes[records.indexOf(record)]].includes(choice) && lets(record, wanted, key)).length);
      // A choice of a facet counts what it would show; what others of the facet hide is not in its way.
      if (key !== "role") assert.deepEqual([...result.counts[key]], own(expected), `${key}, seed ${seed}`);
    }
  }
});

test("an open filter lets everything through", () => {
  const { store } = made(3, 50);
  assert.ok(filter.isOpen(filter.fresh()));
  assert.equal([...filter.apply(store, filter.fresh()).pass].reduce((a, b) => a + b), 50);
});

test("numbers are written as in the figures", () => {
  assert.deepEqual([12000, 0.5, 1234.5, 215.5, 3, 0, 123456.7].map(written.plain),
    ["12,000", "0.5", "1,234.5", "215.5", "3", "0", "123,457"]);
  assert.deepEqual([0, 0.004, 0.3, 0.996, 1].map(written.percent), ["0 %", "less than 1 %", "30 %", "more than 99 %", "100 %"]);
  assert.deepEqual(own(written.breaks(4700, false)), [200, 500, 2000]);
});
