/* What a reader has asked to see, and which flows that lets through. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});

  /**
   * @typedef {object} Filter
   * @property {Record<string, Set<string>>} off for each facet the choices that are switched off
   * @property {Set<number>} markets the classes that are switched off
   * @property {[number, number] | null} period years
   * @property {boolean} undated whether flows without a year are shown within a period
   * @property {number} least the least number of an arrow
   * @property {{code: string, way: "in" | "out" | "both"} | null} place whose arrows alone are shown
   */

  /** @returns {Filter} */
  const fresh = () => ({ off: {}, markets: new Set(), period: null, undated: true, least: 0, place: null });

  /** @param {Filter} filter */
  const isOpen = (filter) =>
    Object.values(filter.off).every((set) => !set.size) && !filter.markets.size && !filter.period && filter.undated &&
    !filter.least && !filter.place;

  /** Whether years overlap a period; what has a first year alone goes on, what has a last one alone began before. */
  const within = (first, last, [from, to]) => {
    if (last && last < from) return false;
    return !(first && first > to);
  };

  /**
   * @param {az.Store} store
   * @param {Filter} filter
   * @returns {{pass: Uint8Array, counts: Record<string, Uint32Array>, shown: number}} whether each flow is let through
   *   by all but the markets; how many flows each choice would show as the others are now; how many are shown
   */
  const apply = (store, filter) => {
    const { count, facets, first, last } = store;
    const { period, undated } = filter;
    const limits = facets.map(({ key, choices, sets, codes }) => {
      const off = filter.off[key];
      const on = choices.map((text) => !off?.has(text));
      return {
        codes, sets, counts: new Uint32Array(choices.length), free: !off?.size,
        lets: Uint8Array.from(sets, (set) => (set.some((choice) => on[choice]) ? 1 : 0)),
      };
    });
    const pass = new Uint8Array(count);
    let shown = 0;
    for (let i = 0; i < count; i += 1) {
      // A flow that one facet alone keeps out counts for the choices of that facet.
      let failed = -1;
      let failures = 0;
      for (let f = 0; f < limits.length; f += 1) {
        const limit = limits[f];
        if (limit.free || limit.lets[limit.codes[i]]) continue;
        failed = f;
        failures += 1;
      }
      const marketOff = filter.markets.has(store.market[i]);
      const dated = first[i] || last[i];
      const timely = dated ? !period || within(first[i], last[i], period) : undated;
      if (!timely) continue;
      if (failures === 0) {
        pass[i] = 1;
        if (!marketOff) shown += 1;
      }
      if (marketOff || failures > 1) continue;
      for (let f = 0; f < limits.length; f += 1) {
        if (failures === 1 && f !== failed) continue;
        const { codes, counts, sets } = limits[f];
        const set = sets[codes[i]];
        for (let k = 0; k < set.length; k += 1) counts[set[k]] += 1;
      }
    }
    const counts = Object.fromEntries(facets.map(({ key }, f) => [key, limits[f].counts]));
    return { pass, counts, shown };
  };

  az.filter = { apply, fresh, isOpen, within };
})();
