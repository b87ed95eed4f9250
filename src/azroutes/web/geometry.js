/* Plane geometry of the drawing: nothing here knows of the page, the map or the payload. */
"use strict";

(() => {
  /** @typedef {[number, number]} Point pixels, x to the right and y downwards */
  /** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

  const az = (globalThis.azroutes ??= {});
  const MAX_LATITUDE = 85.05;

  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  const between = (a, b, t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];

  /** Ease from 0 to 1 without a corner at either end. */
  const smooth = (t) => {
    const x = clamp(t, 0, 1);
    return x * x * (3 - 2 * x);
  };

  /** Web Mercator, the whole world from 0 to 1. @returns {Point} */
  const mercator = (lon, lat) => {
    const phi = (clamp(lat, -MAX_LATITUDE, MAX_LATITUDE) * Math.PI) / 180;
    return [(lon + 180) / 360, 0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI)];
  };

  /**
   * Undo the delta encoding of a line and project it.
   * @param {number[]} flat lon, lat, then differences, in integers of 1 / unit degrees
   * @param {number} unit
   * @returns {Float64Array} x, y, x, y ... in Mercator
   */
  const decode = (flat, unit) => {
    const line = new Float64Array(flat.length - (flat.length % 2));
    let lon = 0;
    let lat = 0;
    for (let i = 0; i + 1 < flat.length; i += 2) {
      lon += flat[i];
      lat += flat[i + 1];
      [line[i], line[i + 1]] = mercator(lon / unit, lat / unit);
    }
    return line;
  };

  /** @param {Float64Array} line @returns {Box} */
  const boundsOf = (line) => {
    const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (let i = 0; i + 1 < line.length; i += 2) {
      box.left = Math.min(box.left, line[i]);
      box.right = Math.max(box.right, line[i]);
      box.top = Math.min(box.top, line[i + 1]);
      box.bottom = Math.max(box.bottom, line[i + 1]);
    }
    return box;
  };

  /** Length of a polyline up to each of its points. @param {Point[]} points */
  const lengths = (points) => {
    const sums = [0];
    for (let i = 1; i < points.length; i += 1) sums.push(sums[i - 1] + distance(points[i - 1], points[i]));
    return sums;
  };

  /** Points at equal steps along a polyline, both ends kept. @param {Point[]} points @returns {Point[]} */
  const resample = (points, step, most = 240) => {
    const sums = lengths(points);
    const total = sums[sums.length - 1];
    if (!(total > 0)) return points.slice(0, 1);
    const count = clamp(Math.ceil(total / step), 2, most);
    const out = [];
    let k = 1;
    for (let i = 0; i <= count; i += 1) {
      const s = (total * i) / count;
      while (k < sums.length - 1 && sums[k] < s) k += 1;
      const gap = sums[k] - sums[k - 1];
      out.push(between(points[k - 1], points[k], gap > 0 ? (s - sums[k - 1]) / gap : 0));
    }
    return out;
  };

  /** A lane's offset where it meets a circle: never past the circle's side, the order of lanes kept. */
  const squash = (lane, radius) => {
    const room = Math.max(1, radius * 0.8);
    return room * Math.tanh(lane / room);
  };

  /**
   * Move a line to its right by its lane, less near both ends so that it still meets the two circles.
   * @param {Point[]} points evenly spaced
   * @returns {Point[]}
   */
  const offset = (points, lane, startRadius, endRadius) => {
    if (!lane || points.length < 2) return points;
    const sums = lengths(points);
    const total = sums[sums.length - 1];
    // A short arrow has no room to swing out far and back.
    const reach = total * 0.22;
    const swing = reach * Math.tanh(lane / reach);
    const taper = Math.min(220, total * 0.45) || 1;
    return points.map((point, i) => {
      const before = points[Math.max(0, i - 1)];
      const after = points[Math.min(points.length - 1, i + 1)];
      const size = distance(before, after) || 1;
      const left = sums[i];
      const right = total - sums[i];
      const edge = squash(swing, left < right ? startRadius : endRadius);
      const k = smooth(Math.min(left - startRadius, right - endRadius) / taper);
      const shift = edge + (swing - edge) * k;
      return [
        point[0] - ((after[1] - before[1]) / size) * shift,
        point[1] + ((after[0] - before[0]) / size) * shift,
      ];
    });
  };

  /** Cut off what lies within `radius` of `centre` at the line's start. @param {Point[]} points */
  const trimStart = (points, centre, radius) => {
    const first = points.findIndex((point) => distance(point, centre) >= radius);
    if (first < 0) return [];
    if (first === 0) return points;
    const inner = distance(points[first - 1], centre);
    const outer = distance(points[first], centre);
    const t = outer > inner ? clamp((radius - inner) / (outer - inner), 0, 1) : 1;
    return [between(points[first - 1], points[first], t), ...points.slice(first)];
  };

  /** The same at the line's end. @param {Point[]} points */
  const trimEnd = (points, centre, radius) =>
    trimStart([...points].reverse(), centre, radius).reverse();

  /** Leave out points where a line hardly turns; a reader sees no difference. @param {Point[]} points */
  const thin = (points, far = 36, turn = 0.05) => {
    if (points.length < 3) return points;
    const heading = (a, b) => Math.atan2(b[1] - a[1], b[0] - a[0]);
    const kept = [points[0]];
    let course = heading(points[0], points[1]);
    for (let i = 1; i + 1 < points.length; i += 1) {
      const next = heading(points[i], points[i + 1]);
      const bend = Math.abs(Math.atan2(Math.sin(next - course), Math.cos(next - course)));
      if (bend < turn && distance(points[i], kept[kept.length - 1]) < far) continue;
      kept.push(points[i]);
      course = next;
    }
    return [...kept, points[points.length - 1]];
  };

  /** Split a line at `back` pixels before its end. @param {Point[]} points @returns {Point[]} the first part */
  const shorten = (points, back) => {
    const sums = lengths(points);
    const keep = sums[sums.length - 1] - back;
    if (keep <= 0) return points.slice(0, 1);
    const next = sums.findIndex((s) => s >= keep);
    const gap = sums[next] - sums[next - 1];
    return [...points.slice(0, next), between(points[next - 1], points[next], (keep - sums[next - 1]) / gap)];
  };

  /** Unit normals to the right of the way, one a point. @param {Point[]} points @returns {Point[]} */
  const normals = (points) =>
    points.map((_, i) => {
      const before = points[Math.max(0, i - 1)];
      const after = points[Math.min(points.length - 1, i + 1)];
      const size = distance(before, after) || 1;
      return [-(after[1] - before[1]) / size, (after[0] - before[0]) / size];
    });

  /** The outline of a line with a half width at each of its points. @param {Point[]} points @param {number[]} halves */
  const outline = (points, halves) => {
    const out = normals(points);
    const side = (sign) =>
      points.map(([x, y], i) => [x + sign * out[i][0] * halves[i], y + sign * out[i][1] * halves[i]]);
    return [...side(1), ...side(-1).reverse()];
  };

  /** Half the width of a line at a distance along it; it begins with the share `taper` and ends with the whole. */
  const halfOf = (width, taper, total) => (s) => (width / 2) * (taper + (1 - taper) * (s / (total || 1)));

  /**
   * The outline of a line that begins with the share `taper` of its width and ends with the whole.
   * @param {Point[]} points @param {number} width @param {number} taper
   * @param {{before?: number, whole?: number}} [part] where the points are a part of the line: px before it, px in all
   */
  const ribbon = (points, width, taper, { before = 0, whole } = {}) => {
    const sums = lengths(points);
    const half = halfOf(width, taper, whole ?? sums[sums.length - 1]);
    return outline(points, sums.map((s) => half(before + s)));
  };

  /** The points of a line between two distances along it; `sums` are its lengths. @returns {Point[]} */
  const section = (points, sums, from, to) => {
    const pointAt = (s) => {
      const k = Math.max(1, sums.findIndex((sum, i) => i > 0 && sum >= s));
      const gap = sums[k] - sums[k - 1];
      return between(points[k - 1], points[k], gap > 0 ? clamp((s - sums[k - 1]) / gap, 0, 1) : 0);
    };
    return [pointAt(from), ...points.filter((_, i) => sums[i] > from && sums[i] < to), pointAt(to)];
  };

  /** The same in dashes: the outline of each stroke. @param {[number, number]} dash lengths of stroke and gap */
  const strokes = (points, width, taper, [stroke, gap], { before = 0, whole } = {}) => {
    const sums = lengths(points);
    const total = sums[sums.length - 1];
    const half = halfOf(width, taper, whole ?? total);
    const made = [];
    for (let start = -(before % (stroke + gap)); start < total; start += stroke + gap) {
      const [from, to] = [Math.max(0, start), Math.min(total, start + stroke)];
      if (to <= from) continue;
      const part = section(points, sums, from, to);
      made.push(outline(part, lengths(part).map((s) => half(before + from + s))));
    }
    return made;
  };

  /** Distance from a point to a polyline. @param {Point} p @param {Point[]} points */
  const distanceTo = (p, points) => {
    let best = points.length ? distance(p, points[0]) : Infinity;
    for (let i = 1; i < points.length; i += 1) {
      const a = points[i - 1];
      const b = points[i];
      const square = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2;
      const t = square > 0 ? ((p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1])) / square : 0;
      best = Math.min(best, distance(p, between(a, b, clamp(t, 0, 1))));
    }
    return best;
  };

  /** @param {Box} a @param {Box} b */
  const overlaps = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

  /** @param {Point[]} points @param {number} margin @returns {Box} */
  const boxAround = (points, margin) => ({
    left: Math.min(...points.map((p) => p[0])) - margin,
    right: Math.max(...points.map((p) => p[0])) + margin,
    top: Math.min(...points.map((p) => p[1])) - margin,
    bottom: Math.max(...points.map((p) => p[1])) + margin,
  });

  /** The middle of the widest gap between directions, in radians. @param {number[]} angles */
  const widestGap = (angles) => {
    if (!angles.length) return -Math.PI / 4;
    const sorted = [...angles].sort((a, b) => a - b);
    let best = { gap: -1, middle: 0 };
    sorted.forEach((angle, i) => {
      const next = i + 1 < sorted.length ? sorted[i + 1] : sorted[0] + 2 * Math.PI;
      if (next - angle > best.gap + 1e-9) best = { gap: next - angle, middle: (angle + next) / 2 };
    });
    return best.middle;
  };

  az.geometry = {
    between, boundsOf, boxAround, clamp, decode, distance, distanceTo, lengths, mercator, offset, overlaps,
    resample, ribbon, shorten, squash, strokes, thin, trimEnd, trimStart, widestGap,
  };
})();
