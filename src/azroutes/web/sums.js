/* Legs added up between the clusters of one zoom: rows, one for what is drawn apart on each way between two clusters. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  /** Rows lie in bins by their numbers, so that the widest in view are found without sorting all of them. */
  const BINS = 256;
  /** Bins of numbers to a doubling. */
  const STEPS = 10;

  /** Number groups of equal keys in order of appearance. @returns {{group: Int32Array, keys: Float64Array}} */
  const grouped = (keys) => {
    let size = 1024;
    while (size < keys.length * 2) size *= 2;
    const slots = new Int32Array(size).fill(-1);
    const group = new Int32Array(keys.length);
    const found = [];
    for (let i = 0; i < keys.length; i += 1) {
      const key = keys[i];
      let slot = (Math.imul(key % 4294967291, 2654435761) ^ Math.imul(key / 4294967291, 40503)) >>> 0 & (size - 1);
      while (slots[slot] >= 0 && found[slots[slot]] !== key) slot = (slot + 1) & (size - 1);
      if (slots[slot] < 0) slots[slot] = found.push(key) - 1;
      group[i] = slots[slot];
    }
    return { group, keys: Float64Array.from(found) };
  };

  /**
   * The key of a row: its pair of clusters, its class, its way; in order of keys the rows of a pair lie side by side.
   * @param {{count: number}} level @param {number} classes how many there are
   */
  const keyOf = ({ count }, classes, start, end, kind) =>
    ((Math.min(start, end) * count + Math.max(start, end)) * classes + kind) * 2 + (start > end ? 1 : 0);

  /** What is behind a key. */
  const endsOf = ({ count }, classes, key) => {
    const back = key % 2;
    const rest = (key - back) / 2;
    const kind = rest % classes;
    const pair = (rest - kind) / classes;
    const high = pair % count;
    const low = (pair - high) / count;
    return back ? { start: high, end: low, kind } : { start: low, end: high, kind };
  };

  /** The pair of clusters behind a key. */
  const pairOf = (classes, key) => Math.floor(Math.floor(key / 2) / classes);

  /** The bin of a number, from the share that it has of the largest; 0 where there is none. */
  const binOf = (share) =>
    (share > 0 ? Math.max(1, Math.min(BINS - 1, Math.ceil(BINS - 1 + STEPS * Math.log2(share)))) : 0);

  /** Go through the legs that are let through: what comes and goes at each cluster, and what is drawn between them. */
  const gather = ({ member, members, count }, { start, end, flowOf, amountOf }, through) => {
    const [total, inner] = [new Float64Array(count), new Uint32Array(count)];
    const drawn = [];
    let [shown, before] = [0, -1];
    for (let leg = 0; leg < start.length; leg += 1) {
      if (!through(leg)) continue;
      const [a, b] = [member[start[leg]], member[end[leg]]];
      // The legs of a flow lie one after the other.
      if (flowOf(leg) !== before) shown += 1;
      before = flowOf(leg);
      const amount = amountOf(leg);
      const known = Number.isNaN(amount) ? 0 : amount;
      total[a] += known;
      if (a !== b) total[b] += known;
      // Within a cluster of several places nothing can be drawn; it is told at the cluster.
      if (a === b && members[a] > 1) inner[a] += 1;
      else drawn.push(leg);
    }
    return { total, inner, shown, drawn };
  };

  /**
   * Add up the legs that are let through.
   * @param {object} level the clusters of a zoom
   * @param {object} legs their columns `start` and `end`; what the flow, the amount, the class and the certainty of
   *   each is; the number of `classes`
   * @param {(leg: number) => boolean} through
   * @returns {object} rows as columns in order of their keys, of which a number that none knows is NaN; how many of
   *   them are of zero; the total of each cluster and the legs within it; how many flows are behind all
   */
  const addUp = (level, legs, through) => {
    const { member } = level;
    const { start, end, flowOf, amountOf, classOf, surenessOf, classes } = legs;
    const { drawn, ...clusters } = gather(level, legs, through);
    const keys = new Float64Array(drawn.length);
    drawn.forEach((leg, i) => {
      keys[i] = keyOf(level, classes, member[start[leg]], member[end[leg]], classOf(flowOf(leg)));
    });
    const { group, keys: distinct } = grouped(keys);
    const order = Float64Array.from(distinct).sort();
    const rowOf = new Uint32Array(order.length);
    distinct.forEach((key, number) => {
      rowOf[number] = az.levels.placeIn(order, key);
    });
    const count = order.length;
    const rows = {
      ...clusters, order, start: new Uint32Array(count), end: new Uint32Array(count), kind: new Uint32Array(count),
      value: new Float64Array(count).fill(NaN), flows: new Uint32Array(count), sure: new Uint8Array(count),
      bin: new Uint8Array(count), zero: 0,
    };
    drawn.forEach((leg, i) => {
      const row = rowOf[group[i]];
      const amount = amountOf(leg);
      rows.sure[row] = Math.max(rows.sure[row], surenessOf(flowOf(leg)));
      rows.flows[row] += 1;
      if (!Number.isNaN(amount)) rows.value[row] = Number.isNaN(rows.value[row]) ? amount : rows.value[row] + amount;
    });
    const top = level.largest > 0 ? level.largest : 1;
    order.forEach((key, row) => {
      const ends = endsOf(level, classes, key);
      [rows.start[row], rows.end[row], rows.kind[row]] = [ends.start, ends.end, ends.kind];
      rows.bin[row] = binOf(rows.value[row] / top);
      if (rows.value[row] === 0) rows.zero += 1;
    });
    return rows;
  };

  az.sums = { BINS, addUp, endsOf, grouped, pairOf };
})();
