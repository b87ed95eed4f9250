/* Sums between clusters, beside the plainest way to make them. */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { load, numbers } = require("./load.js");

const { sums } = load("levels", "sums");

/** Some legs between places in few clusters, as a page has them; whole amounts, and some that none knows. */
const made = (seed, count) => {
  const draw = numbers(seed);
  const below = (most) => Math.floor(draw() * most);
  const column = (most) => Uint32Array.from({ length: count }, () => below(most));
  const member = Uint32Array.from({ length: 40 }, (_, place) => (place < 9 ? place : below(9)));
  const members = Array.from({ length: 9 }, (_, cluster) => member.filter((one) => one === cluster).length);
  const [start, end, kind, sure] = [column(40), column(40), column(3), column(4)];
  const amount = Float64Array.from({ length: count }, () => (below(5) ? below(50) : NaN));
  const level = { count: 9, member, members, largest: 200 };
  const same = (leg) => leg;
  const legs = { start, end, classes: 3, flowOf: same, amountOf: (leg) => amount[leg], classOf: (leg) => kind[leg],
    surenessOf: (leg) => sure[leg] };
  return { level, legs, amount, kind, sure };
};

/** The same, by text keys. */
const plainly = ({ level, legs, amount, kind, sure }, through) => {
  const found = new Map();
  for (let leg = 0; leg < amount.length; leg += 1) {
    const [a, b] = [level.member[legs.start[leg]], level.member[legs.end[leg]]];
    if (!through(leg) || (a === b && level.members[a] > 1)) continue;
    const row = found.get(`${a} ${b} ${kind[leg]}`) ?? { value: NaN, flows: 0, sure: 0 };
    if (!Number.isNaN(amount[leg])) row.value = (row.value || 0) + amount[leg];
    found.set(`${a} ${b} ${kind[leg]}`, { value: row.value, flows: row.flows + 1, sure: Math.max(row.sure, sure[leg]) });
  }
  return found;
};

test("keys are grouped, whatever their size", () => {
  const next = numbers(5);
  const keys = Float64Array.from({ length: 5000 }, () => Math.floor(next() * 700) * 7919 * 1048573);
  const { group, keys: distinct } = sums.grouped(keys);
  assert.equal(distinct.length, new Set(keys).size);
  keys.forEach((key, i) => assert.equal(distinct[group[i]], key));
});

test("a row for each way and class, with all that is behind it and nothing else", () => {
  for (const seed of [1, 2, 3]) {
    const given = made(seed, 500);
    const through = (leg) => leg % 3 !== 0;
    const rows = sums.addUp(given.level, given.legs, through);
    const asked = plainly(given, through);
    assert.equal(rows.order.length, asked.size);
    rows.order.forEach((key, row) => {
      const { start, end, kind } = sums.endsOf(given.level, 3, key);
      assert.deepEqual([start, end, kind], [rows.start[row], rows.end[row], rows.kind[row]]);
      const { value, flows, sure } = asked.get(`${start} ${end} ${kind}`);
      assert.deepEqual([rows.value[row], rows.flows[row], rows.sure[row]], [value, flows, sure]);
    });
    assert.equal(rows.zero, [...asked.values()].filter(({ value }) => value === 0).length);
    assert.equal(rows.shown, [...given.amount.keys()].filter(through).length);
  }
});

test("what comes, goes and stays at a cluster", () => {
  const given = made(4, 500);
  const { level: { member, members }, legs: { start, end }, amount } = given;
  const rows = sums.addUp(given.level, given.legs, () => true);
  for (let cluster = 0; cluster < 9; cluster += 1) {
    const mine = [...amount.keys()].filter((leg) => member[start[leg]] === cluster || member[end[leg]] === cluster);
    assert.equal(rows.total[cluster], mine.reduce((sum, leg) => sum + (amount[leg] || 0), 0));
    const within = mine.filter((leg) => member[start[leg]] === member[end[leg]]);
    assert.equal(rows.inner[cluster], members[cluster] > 1 ? within.length : 0);
  }
});

test("rows of one pair lie side by side, and bins rise with numbers", () => {
  const given = made(5, 2000);
  const rows = sums.addUp(given.level, given.legs, () => true);
  const pairs = [...rows.order].map((key) => sums.pairOf(3, key));
  assert.deepEqual(pairs, [...pairs].sort((a, b) => a - b));
  assert.deepEqual([...rows.order], [...new Set(rows.order)]);
  const ranked = [...rows.value.keys()].filter((row) => rows.value[row] > 0).sort((i, j) => rows.value[i] - rows.value[j]);
  ranked.forEach((row, k) => assert.ok(k === 0 || rows.bin[ranked[k - 1]] <= rows.bin[row]));
  assert.ok(ranked.every((row) => rows.bin[row] > 0 && rows.bin[row] < sums.BINS));
});

test("nothing let through makes nothing", () => {
  const given = made(6, 50);
  const rows = sums.addUp(given.level, given.legs, () => false);
  assert.deepEqual([rows.order.length, rows.shown, rows.zero, Math.max(...rows.total)], [0, 0, 0, 0]);
});
