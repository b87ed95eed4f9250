"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { load, numbers } = require("./load.js");

const { geometry: g, labels } = load("geometry", "labels");
const VIEW = { left: 0, top: 0, right: 400, bottom: 400 };
const measure = (text) => Array.from(text).length * 7;
const named = (name, index, place, radius, degree) => ({
  node: { name, index, radius, kind: "country" }, place, degree,
});
const placed = (wanted, grid = new Map()) => labels.placeNodes(wanted, grid, measure, VIEW, [], 12);

test("names cover neither one another nor circles, and stay in view", () => {
  const draw = numbers(3);
  const wanted = Array.from({ length: 60 }, (_, i) =>
    named(`Place ${i}`, i, [draw() * 400, draw() * 400], 3 + draw() * 5, Math.floor(draw() * 9)));
  const found = placed(wanted).labels;
  assert.ok(found.length > 20);
  const boxes = found.map(({ box }) => box);
  boxes.forEach((box, i) => {
    assert.ok(box.left >= 0 && box.top >= 0 && box.right <= 400 && box.bottom <= 400);
    boxes.slice(i + 1).forEach((other) => assert.ok(!g.overlaps(box, other)));
    wanted.forEach(({ node, place: [x, y] }) => {
      const across = Math.max(box.left - x, 0, x - box.right);
      assert.ok(Math.hypot(across, Math.max(box.top - y, 0, y - box.bottom)) >= node.radius);
    });
  });
});

/** A hub whose eight positions are all taken by small circles, with room a little farther out. */
const crowd = (degree) => {
  const [x, y] = [200, 200];
  const ring = [[20, 0], [-20, 0], [0, -17], [0, 17], [18, -16], [18, 16], [-18, -16], [-18, 16]];
  const small = ring.map(([dx, dy], i) => named("", i + 1, [x + dx, y + dy], 2, 1));
  return [named("Azerbaijan", 0, [x, y], 8, degree), ...small];
};

test("a hub has its name also where all eight positions are taken, near its circle", () => {
  const name = placed(crowd(20)).labels.find(({ node }) => node === 0);
  assert.ok(name);
  assert.ok(g.distanceTo([200, 200], [
    [name.box.left, name.box.top], [name.box.right, name.box.top], [name.box.right, name.box.bottom],
    [name.box.left, name.box.bottom], [name.box.left, name.box.top],
  ]) < 8 + 3 + 10 + 8);
});

test("a lesser place goes without, so that the room is left to others", () => {
  const hub = named("Hub", 99, [60, 380], 8, 30);
  assert.equal(placed([...crowd(2), hub]).labels.some(({ node }) => node === 0), false);
});

/** A line as arrows have it: its points, and no head. */
const shape = (index, width, from, to) => ({
  arrow: { index }, width, head: [],
  line: Array.from({ length: 41 }, (_, i) => [0, 1].map((k) => from[k] + ((to[k] - from[k]) * i) / 40)),
});
const covers = (box, y) => box.top <= y && y <= box.bottom;

test("a name stands on thin lines rather than on a wide one", () => {
  const wide = shape(0, 10, [0, 200], [400, 200]);
  const thin = Array.from({ length: 40 }, (_, i) => shape(i + 1, 0.5, [0, 170 + i * 0.5], [400, 170 + i * 0.5]));
  const below = Array.from({ length: 40 }, (_, i) => shape(i + 50, 0.5, [0, 212 + i * 0.5], [400, 212 + i * 0.5]));
  const grid = labels.gridOf([wide, ...thin, ...below]);
  const [{ box }] = placed([named("Somewhere", 0, [200, 200], 6, 1)], grid).labels;
  assert.equal(covers(box, 200), false);
});

test("ink counts as wide as it is", () => {
  const box = { left: 100, right: 160, top: 208, bottom: 222 };
  const cost = (width) => labels.burden(box, labels.gridOf([shape(0, width, [0, 200], [400, 200])]));
  assert.equal(cost(10), 0);
  assert.ok(cost(20) > 0);
});

test("a name may stand off the corner of a wide circle", () => {
  const wide = named("Wide", 0, [200, 200], 40, 1);
  const sides = [[260, 200], [140, 200], [200, 140], [200, 260]].map((place, i) => named("", i + 1, place, 14, 1));
  // Beside a much busier place it gets no second try.
  const found = placed([wide, ...sides, named("Busy", 9, [30, 30], 4, 9)]).labels.find(({ node }) => node === 0);
  assert.ok(found.box.left > 220 && (found.box.bottom < 180 || found.box.top > 220));
});

test("places with most arrows choose first", () => {
  const near = [named("First", 0, [200, 200], 4, 1), named("Second", 1, [203, 200], 4, 9)];
  const found = placed(near).labels.map(({ node }) => node);
  assert.equal(found[0], 1);
});

test("long names are shortened, and letters of two units are not cut in half", () => {
  const long = labels.shortened("🚢".repeat(60));
  assert.equal(Array.from(long).length, 42);
  assert.ok(long.endsWith("🚢…"));
  assert.equal(labels.shortened("a\n  b"), "a b");
});

test("boxes around a place never touch its circle", () => {
  for (const box of labels.boxesAround([50, 60], 9, 70, 15)) {
    const far = Math.hypot(Math.max(box.left - 50, 0, 50 - box.right), Math.max(box.top - 60, 0, 60 - box.bottom));
    assert.ok(far >= 9 + 3 - 1e-9);
    assert.ok(Math.abs(box.right - box.left - 70) < 1e-9);
  }
});
