/* Loops of arrows that stay at a place, without a browser. */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { load } = require("./load.js");

const payload = require("../page_payload.json");

const { arrows, geometry: g } = load("geometry", "numbers", "arrows");

/** The loops of some widths at one place, on a map of a pixel a unit. */
const loops = (...widths) => {
  const head = (width) => [8 + width, 4 + width];
  const made = widths.map((width, index) => (
    { index, start: 0, end: 0, width, lane: 0, world: [[300, 300]], head: head(width), certainty: "affirmed" }));
  const node = { index: 0, world: [300, 300], radius: 6, arrows: [...made.keys()] };
  const model = { nodes: [node], arrows: made, loops: payload.loops };
  return made.map((arrow) => arrows.shapeOf(model, arrow, (world) => world));
};

/** How wide a loop is where it is widest: across the way from its place to its tip. */
const across = ({ line }) => {
  const tip = line.reduce((far, point) => (g.distance(point, [300, 300]) > g.distance(far, [300, 300]) ? point : far));
  const [dx, dy] = [tip[0] - 300, tip[1] - 300].map((part) => part / g.distance(tip, [300, 300]));
  const sides = line.map(([x, y]) => (x - 300) * dy - (y - 300) * dx);
  return Math.max(...sides) - Math.min(...sides);
};

const reach = ({ line }) => Math.max(...line.map((point) => g.distance(point, [300, 300])));

test("a loop stays open, however wide it is", () => {
  for (const width of [1, 4, 8, 16]) {
    const [loop] = loops(width);
    assert.ok(across(loop) > 1.5 * width, `${width} wide, ${across(loop)} across`);
  }
});

test("a loop around another is off its ink", () => {
  for (const widths of [[2, 2], [12, 2], [2, 12], [10, 10]]) {
    const [inner, outer] = loops(...widths);
    assert.ok(reach(outer) - reach(inner) > (widths[0] + widths[1]) / 2, `${widths}`);
  }
});

test("a loop reaches and opens as it does in a figure", () => {
  const [inner, outer] = loops(2, 6);
  // Its circle, 20 px, and half the room of its head; then the gap, and half the room of the next one's.
  const room = (width) => Math.max(width, 1.6 * (4 + width)) / 2;
  assert.ok(Math.abs(reach(inner) - (6 + 20 + room(2))) < 1, `${reach(inner)}`);
  assert.ok(Math.abs(reach(outer) - (6 + 20 + 2 * room(2) + 3 + room(6))) < 1, `${reach(outer)}`);
});

test("a loop runs against the clock, as in a figure", () => {
  const [{ line }] = loops(2);
  const turned = line.slice(1).reduce((sum, [x, y], i) => sum + (line[i][0] - 300) * (y - 300) - (x - 300) * (line[i][1] - 300), 0);
  assert.ok(turned < 0, `${turned}`);  // y runs down
});
