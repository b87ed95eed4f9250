/* What stands now for an arrow or a place between clusters that was chosen at some zoom, by a key that tells which. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { placeIn } = az.levels;
  const { endsOf } = az.sums;

  /** Rows from the one with the largest number. */
  const ranked = ({ value }, rows) => rows.sort((i, j) => (value[j] || 0) - (value[i] || 0) || i - j);

  /**
   * @param {object} now the `level` of this zoom and its `sums`; all `levels`; the payload's part on clusters; `classes`;
   *   how clusters, ways and arrows are called
   */
  const make = ({ level, levels, sums, given, classes, nameOf, wayOf, nameOfArrow }) => {
    const sought = new Map();

    /** The row of an arrow of this zoom, or -1. */
    const rowOf = (order) => {
      const row = placeIn(sums.order, order);
      return sums.order[row] === order ? row : -1;
    };

    /** The clusters of now that share places with one of any zoom: one that holds them all, or those it parts into. */
    const ringsOf = (then, cluster) => {
      const found = new Set();
      for (let spot = 0; spot < then.member.length; spot += 1) {
        if (then.member[spot] === cluster) found.add(level.member[spot]);
      }
      return [...found].sort((a, b) => sums.total[b] - sums.total[a] || a - b);
    };

    /** Whether clusters of two zooms are the same places; those of one lie within those of the other. */
    const isSame = (then, cluster, rings) => rings.length === 1 && level.members[rings[0]] === then.members[cluster];

    const seekRing = (then, code) => {
      const spot = given.codes.indexOf(code);
      if (spot < 0) return null;
      const cluster = then.member[spot];
      const rings = ringsOf(then, cluster);
      return { name: nameOf(cluster, then), rings, rows: [], same: isSame(then, cluster, rings) };
    };

    const seekWay = (then, text) => {
      const order = Number(text);
      const way = endsOf(then, classes.length, order);
      if (!(Number.isInteger(order) && way.start < then.count && way.end < then.count)) return null;
      const [from, to] = [ringsOf(then, way.start), ringsOf(then, way.end)];
      const { start: starts, end: ends, kind } = sums;
      const [leaves, comes] = [new Set(from), new Set(to)];
      const isPart = (row) => kind[row] === way.kind && leaves.has(starts[row]) && comes.has(ends[row]);
      const rows = then === level
        ? [rowOf(order)].filter((row) => row >= 0) : ranked(sums, [...starts.keys()].filter(isPart));
      const within = from.length === 1 && to.length === 1 && from[0] === to[0] && level.members[from[0]] > 1;
      const same = isSame(then, way.start, from) && isSame(then, way.end, to);
      const name = nameOfArrow({ ...classes[way.kind], label: wayOf(way.start, way.end, then) });
      return { name, rings: within ? from : [], rows, same };
    };

    /**
     * What stands now for an arrow or a place.
     * @returns {{name: string, rings: number[], rows: number[], same: boolean} | null} its name then; the clusters of
     *   a place, or the one within which an arrow has both its ends; the arrows; whether it is as it was
     */
    return (kind, key) => {
      const [, zoom, rest] = /^(\d+) (.+)$/su.exec(String(key)) ?? [];
      const then = levels.find((one) => one.zoom === Number(zoom));
      if (!then) return null;
      const name = `${kind} ${key}`;
      if (!sought.has(name)) sought.set(name, (kind === "node" ? seekRing : seekWay)(then, rest));
      return sought.get(name);
    };
  };

  az.seek = { make, ranked };
})();
