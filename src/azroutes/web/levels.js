/* The clusters of places at each zoom, and the ways between them; those of one zoom lie within those of the next. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const BULGE = 0.14;
  const POINTS = 20;

  /** Where a key lies among sorted ones. */
  const placeIn = (order, key) => {
    let [low, high] = [0, order.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (order[middle] < key) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** The clusters of one zoom, with the curves of their widest ways. */
  const readLevel = (columns, { zoom, px, largest, total }, number) => {
    const part = (name) => columns[`${number}.${name}`];
    const [x, y, a, b] = ["x", "y", "a", "b"].map(part);
    const curves = new Map();
    for (let i = 0; i < a.length; i += 1) curves.set(a[i] * x.length + b[i], i);
    const members = Array.from({ length: x.length }, () => 0);
    for (const cluster of part("member")) members[cluster] += 1;
    return {
      zoom, px, largest, total, x, y, curves, members, count: x.length, member: part("member"), lead: part("lead"),
      along: part("along"), across: part("across"),
    };
  };

  /** The control point of the way between two clusters, the one with the smaller number first. */
  const controlOf = (level, low, high) => {
    const known = level.curves.get(low * level.count + high);
    // y runs downwards on the page and upwards where curves are laid out.
    const [along, across] = known === undefined ? [0.5, BULGE] : [level.along[known], level.across[known]];
    const [dx, dy] = [level.x[high] - level.x[low], level.y[high] - level.y[low]];
    return [level.x[low] + along * dx + across * dy, level.y[low] + along * dy - across * dx];
  };

  /** The way between two clusters as points in Mercator. */
  const lineOf = (level, start, end) => {
    const from = [level.x[start], level.y[start]];
    if (start === end) return [from];
    const to = [level.x[end], level.y[end]];
    const control = controlOf(level, Math.min(start, end), Math.max(start, end));
    return Array.from({ length: POINTS + 1 }, (_, i) => {
      const t = i / POINTS;
      return [0, 1].map((k) => (1 - t) ** 2 * from[k] + 2 * t * (1 - t) * control[k] + t * t * to[k]);
    });
  };

  /** Whether the hull of a way meets a box. */
  const meets = (level, start, end, box) => {
    const [ax, ay, bx, by] = [level.x[start], level.y[start], level.x[end], level.y[end]];
    // An arc leaves its chord by no more than its control point does.
    const reach = level.curves.size ? 0.9 : BULGE;
    const far = start === end ? 0 : reach * (Math.abs(bx - ax) + Math.abs(by - ay));
    if (Math.max(ax, bx) + far < box.left || Math.min(ax, bx) - far > box.right) return false;
    if (Math.max(ay, by) + far < box.top || Math.min(ay, by) - far > box.bottom) return false;
    if (start === end) return true;
    const [cx, cy] = controlOf(level, Math.min(start, end), Math.max(start, end));
    return Math.max(ax, bx, cx) >= box.left && Math.min(ax, bx, cx) <= box.right &&
      Math.max(ay, by, cy) >= box.top && Math.min(ay, by, cy) <= box.bottom;
  };

  az.levels = { lineOf, meets, placeIn, readLevel };
})();
