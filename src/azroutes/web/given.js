/* Arrows that the page has one by one, each with its line: which are shown, and how wide they and places are now. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});

  /** The number that an arrow shows, of the flows that are let through; NaN where there is none. */
  const valueOf = (model, flows) => {
    if (model.scale.counts) return model.linesBehind(flows.map((flow) => model.store.at(flow))) ?? NaN;
    const known = flows.map((flow) => model.store.amount[flow]).filter((amount) => !Number.isNaN(amount));
    return known.length ? known.reduce((sum, amount) => sum + amount, 0) : NaN;
  };

  /** Width and head for a number, in the manner of the scale. */
  const drawnAs = ({ px, least, hairline }, value) => {
    const width = Number.isNaN(value) ? hairline : value > 0 ? Math.max(least, value * px) : 0;
    return { width, head: az.numbers.head(width) };
  };

  /** Let the area of a circle show what comes in and goes out by the arrows shown; what stays counts once. */
  const resize = ({ arrows, nodes, circles }, values) => {
    const totals = nodes.map(() => 0);
    arrows.forEach(({ shown, start, end }, index) => {
      if (!shown || !(values[index] > 0)) return;
      for (const place of new Set([start, end])) totals[place] += values[index];
    });
    totals.forEach((total, place) => {
      nodes[place].radius = Math.max(circles.least, circles.px * Math.sqrt(total));
    });
  };

  const touches = (arrow, place, nodes) => {
    const [leaves, comes] = [nodes[arrow.start].code === place.code, nodes[arrow.end].code === place.code];
    if (place.way === "in") return comes;
    return place.way === "out" ? leaves : comes || leaves;
  };

  /**
   * @param {object} model
   * @returns {{refresh: Function, look: Function, hidden: () => null}}
   */
  const make = (model) => {
    const whole = model.arrows.map(({ width, head }) => ({ width, head }));
    const values = model.scale ? model.arrows.map((arrow) => valueOf(model, arrow.all)) : [];
    /** The shown flows, each once. @returns {number[]} */
    const shownFlows = () =>
      [...new Set(model.arrows.filter(({ shown }) => shown).flatMap(({ flows }) => flows))].sort((a, b) => a - b);
    return {
      /** Bring widths and flows of the arrows up to date with what is let through. */
      refresh: ({ pass }, filter) => {
        const now = model.arrows.map((arrow, index) => {
          arrow.flows = arrow.all.filter((flow) => pass[flow]);
          arrow.count = arrow.flows.length;
          arrow.shown = !filter.markets.has(arrow.market) && (arrow.count > 0 || arrow.all.length === 0);
          if (filter.place) arrow.shown &&= touches(arrow, filter.place, model.nodes);
          const full = arrow.count === arrow.all.length;
          const value = full ? values[index] : model.scale ? valueOf(model, arrow.flows) : NaN;
          if (filter.least > 0) arrow.shown &&= value >= filter.least;
          const rest = model.markets[arrow.market]?.width !== undefined;
          Object.assign(arrow, full || !model.scale || rest ? whole[index] : drawnAs(model.scale, value));
          return value;
        });
        if (model.circles) resize(model, now);
      },
      look: () => false,
      hidden: () => null,
      largest: model.scale && !model.scale.counts ? Math.max(0, ...values.filter((value) => value > 0)) : 0,
      shownFlows,
      flowCount: () => shownFlows().length,
      /** The arrow on the map that a flow is in, or -1. */
      arrowOf: (flow) => model.arrows.findIndex(({ shown, flows }) => shown && flows.includes(flow)),
    };
  };

  az.given = { make };
})();
