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

  az.levels = { BULGE, controlOf, lineOf, placeIn, readLevel };
})();
