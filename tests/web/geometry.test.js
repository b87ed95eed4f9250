"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { load, numbers, own } = require("./load.js");

const g = load("geometry").geometry;

/** Wandering lines, the same on every run. */
const lines = () => {
  const draw = numbers(7);
  return Array.from({ length: 40 }, () => {
    const line = [[draw() * 500, draw() * 500]];
    const count = 2 + Math.floor(draw() * 8);
    while (line.length < count) {
      const [x, y] = line[line.length - 1];
      line.push([x + (draw() - 0.3) * 120, y + (draw() - 0.5) * 120]);
    }
    return line;
  });
};
const total = (line) => g.lengths(line)[line.length - 1];
const close = (a, b, by = 1e-9) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);

test("a resampled line keeps its ends, is as long, and has even steps", () => {
  for (const line of lines()) {
    const made = g.resample(line, 4);
    assert.deepEqual(own(made[0]), line[0]);
    close(g.distance(made[made.length - 1], line[line.length - 1]), 0, 1e-6);
    assert.ok(total(made) <= total(line) + 1e-6);
    const steps = made.slice(1).map((point, i) => g.distance(point, made[i]));
    assert.ok(Math.max(...steps) <= total(line) / (made.length - 1) + 1e-6);
  }
});

test("a line of no length is one point", () => {
  assert.equal(g.resample([[3, 4], [3, 4]], 4).length, 1);
});

test("mercator keeps the equator in the middle, order from north to south, and never leaves the world", () => {
  close(g.mercator(0, 0)[0], 0.5);
  close(g.mercator(0, 0)[1], 0.5);
  for (let lat = -90; lat < 90; lat += 5) assert.ok(g.mercator(0, lat)[1] >= g.mercator(0, lat + 5)[1]);
  for (const lat of [-90, 90]) assert.ok(g.mercator(0, lat)[1] > -0.01 && g.mercator(0, lat)[1] < 1.01);
  close(g.mercator(10, 60)[1] + g.mercator(10, -60)[1], 1);
});

test("decoding undoes differences", () => {
  const points = [[489000, 404500], [335000, 393000], [335000, 393001]];
  const flat = points.flatMap(([x, y], i) => (i ? [x - points[i - 1][0], y - points[i - 1][1]] : [x, y]));
  const line = g.decode([...flat, 99], 10000);
  assert.equal(line.length, 6);
  points.forEach(([lon, lat], i) => {
    const [x, y] = g.mercator(lon / 10000, lat / 10000);
    close(line[2 * i], x, 1e-12);
    close(line[2 * i + 1], y, 1e-12);
  });
});

test("what is trimmed at a circle begins on it, and the rest is as it was", () => {
  for (const line of lines()) {
    const radius = 15;
    const left = g.trimStart(g.resample(line, 2), line[0], radius);
    if (!left.length) continue;
    close(g.distance(left[0], line[0]), radius, 0.2);
    const back = g.trimEnd([...g.resample(line, 2)].reverse(), line[0], radius);
    assert.deepEqual(own([...back].reverse()), own(left));
  }
});

test("a line that never leaves the circle has nothing left", () => {
  assert.equal(g.trimStart([[0, 0], [1, 1]], [0, 0], 10).length, 0);
});

test("shortening takes just so much from the end", () => {
  for (const line of lines()) {
    const whole = total(line);
    close(total(g.shorten(line, whole / 3)), (whole * 2) / 3, 1e-6);
    assert.equal(g.shorten(line, whole + 1).length, 1);
  }
});

test("a lane lies as far to the right as it says in the middle, and at the ends within the circles", () => {
  const straight = g.resample([[0, 0], [800, 0]], 4);
  for (const lane of [-9, -2, 3, 12]) {
    const moved = g.offset(straight, lane, 6, 6);
    // On a screen y grows downwards: the right of a way to the east is below it.
    const middle = moved[Math.floor(moved.length / 2)];
    close(middle[1], lane, Math.abs(lane) * 0.1);
    assert.ok(Math.abs(moved[0][1]) < 6 && Math.abs(moved[moved.length - 1][1]) < 6);
  }
  assert.equal(g.offset(straight, 0, 6, 6), straight);
});

test("lanes keep their order and stay within the circle where they meet it", () => {
  const lanes = [-30, -8, -1, 0, 2, 9, 40].map((lane) => g.squash(lane, 5));
  lanes.slice(1).forEach((lane, i) => assert.ok(lane > lanes[i]));
  assert.ok(Math.max(...lanes.map(Math.abs)) <= 4);
});

test("thinning keeps the ends and strays from the line by less than a pixel", () => {
  for (const line of lines()) {
    const dense = g.resample(line, 2);
    const few = g.thin(dense);
    assert.ok(few.length <= dense.length);
    assert.deepEqual(own(few[0]), own(dense[0]));
    assert.deepEqual(own(few[few.length - 1]), own(dense[dense.length - 1]));
    for (const point of dense) assert.ok(g.distanceTo(point, few) < 1);
  }
});

test("dashes cover the share of a line that their stroke is", () => {
  const line = [[0, 0], [60, 0], [300, 0]];
  const parts = g.strokes(line, 4, 1, [9, 3]);
  assert.equal(parts.length, 25);
  const covered = parts.reduce((sum, part) => {
    const xs = part.map(([x]) => x);
    return sum + Math.max(...xs) - Math.min(...xs);
  }, 0);
  close(covered, 225, 1e-6);
});

test("a ribbon is as wide at its end as it says, and has the share of it at its start", () => {
  const [width, taper] = [10, 0.3];
  const corners = g.ribbon([[0, 0], [50, 0], [100, 0]], width, taper);
  const across = (x) => corners.filter((corner) => Math.abs(corner[0] - x) < 1e-9).map((corner) => corner[1]);
  close(Math.max(...across(100)) - Math.min(...across(100)), width);
  close(Math.max(...across(0)) - Math.min(...across(0)), width * taper);
});

test("of a part of a line strokes and widths are those that the whole line has there", () => {
  const [width, taper, dash] = [8, 0.4, [9, 3]];
  const whole = [[0, 0], [50, 0], [200, 0], [300, 0]];
  const part = whole.slice(1, 3);
  const told = { before: 50, whole: 300 };
  const spans = (parts) => parts.map((one) => one.map(([x]) => x)).map((xs) => [Math.min(...xs), Math.max(...xs)]);
  const inside = spans(g.strokes(whole, width, taper, dash))
    .map(([from, to]) => [Math.max(50, from), Math.min(200, to)]).filter(([from, to]) => to > from);
  const cut = spans(g.strokes(part, width, taper, dash, told));
  assert.equal(cut.length, inside.length);
  cut.forEach(([from, to], k) => {
    close(from, inside[k][0], 1e-9);
    close(to, inside[k][1], 1e-9);
  });
  const high = (corners, x) => Math.max(...corners.filter((corner) => Math.abs(corner[0] - x) < 1e-9).map((one) => one[1]));
  const [all, some] = [g.ribbon(whole, width, taper), g.ribbon(part, width, taper, told)];
  for (const x of [50, 200]) close(high(some, x), high(all, x));
});

test("the distance to a line is none on it, and that to its nearest point beside it", () => {
  const line = [[0, 0], [10, 0], [10, 10]];
  close(g.distanceTo([5, 0], line), 0);
  close(g.distanceTo([5, 3], line), 3);
  close(g.distanceTo([13, 14], line), 5);
  assert.equal(g.distanceTo([0, 0], []), Infinity);
});

test("boxes that only touch do not overlap", () => {
  const box = (left, top) => ({ left, top, right: left + 10, bottom: top + 10 });
  assert.equal(g.overlaps(box(0, 0), box(9, 9)), true);
  assert.equal(g.overlaps(box(0, 0), box(10, 0)), false);
  for (const line of lines()) {
    const around = g.boxAround(line, 2);
    for (const [x, y] of line) assert.ok(x > around.left && x < around.right && y > around.top && y < around.bottom);
  }
});

test("the widest gap is found also where it lies over the turn of the angles", () => {
  close(g.widestGap([0, Math.PI / 2]), (5 * Math.PI) / 4, 1e-9);
  close(Math.cos(g.widestGap([0.2, -0.2])), -1, 1e-9);
  assert.equal(g.widestGap([]), -Math.PI / 4);
});
