/* The payload, read once and indexed: which arrows a node has, which arrows share a flow, what an arrow is called. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const LINE_UNIT = 100000;
  const RING_UNIT = 400;

  /** @param {number} count @param {string} one @param {string} [many] */
  const counted = (count, one, many = `${one}s`) => `${az.numbers.plain(count)} ${count === 1 ? one : many}`;

  /** Country polygons in Mercator, with the box of the largest ring, in which a name must fit. */
  const readLand = (land) =>
    land.map((country) => {
      const rings = country.rings.map((flat) => {
        const line = az.geometry.decode(flat, RING_UNIT);
        return { line, box: az.geometry.boundsOf(line) };
      });
      const area = ({ box }) => (box.right - box.left) * (box.bottom - box.top);
      const main = rings.reduce((best, ring) => (best && area(best) >= area(ring) ? best : ring), null);
      const label = country.label ? az.geometry.mercator(country.label[1], country.label[0]) : null;
      return { code: country.code, name: country.name, rings, label, extent: main ? main.box : null };
    });

  const readArrow = (arrow, index) => {
    const line = az.geometry.decode(arrow.line, LINE_UNIT);
    const world = [];
    for (let i = 0; i + 1 < line.length; i += 2) world.push([line[i], line[i + 1]]);
    const all = arrow.flows ?? [];
    return { ...arrow, index, world, all, flows: all, count: all.length, shown: true };
  };

  const readNode = (node, index) => ({ ...node, index, world: az.geometry.mercator(node.lon, node.lat), arrows: [] });

  /** The lines of sources that stand behind some flows, each counted once; null where none is known. */
  const linesBehind = (data, flows) => {
    const named = new Set();
    let least = 0;
    for (const flow of flows) {
      least = Math.max(least, flow.lineages ?? 0);
      for (const s of flow.statements ?? []) {
        const lineage = data.statements?.[s]?.lineage;
        if (lineage) named.add(lineage);
      }
    }
    return Math.max(named.size, least) || null;
  };

  /** The names of a flow's places, in order, where flows are columns. */
  const routesIn = ({ clustered: { names } }, { start, end, flow, market }) => {
    const first = new Uint32Array(market.length + 1);
    if (flow) for (const number of flow) first[number + 1] += 1;
    else first.fill(1, 1);
    for (let i = 1; i < first.length; i += 1) first[i] += first[i - 1];
    return (index) => {
      const stops = [names[start[first[index]]]];
      for (let step = first[index]; step < first[index + 1]; step += 1) stops.push(names[end[step]]);
      return stops.join(" → ");
    };
  };

  /** How many flows an arrow between clusters stands for, and how much they are together. */
  const sizeOf = ({ counts, unit }, { count, value }) => {
    const many = counted(count, "flow");
    if (counts) return many;
    return Number.isNaN(value) ? `${many}, without a number` : `${many} · ${az.numbers.plain(value)} ${unit}`.trim();
  };

  /**
   * @param {object} data the payload, version 1
   * @param {Record<string, ArrayLike<number>>} [columns] those of a page whose places cluster
   * @returns {object} the payload with arrows, nodes and land made ready for drawing
   */
  const readModel = (data, columns) => {
    const none = { statements: [], sources: [], notes: [], credits: [], legends: {} };
    const model = { ...none, ...data, land: readLand(data.land), nodes: [], arrows: [] };
    // A table of flows without a market has none to be told apart by.
    model.named = data.markets.some(({ code }) => code !== "" && code !== "rest");
    const routeOf = columns && routesIn(data, columns);
    model.store = columns
      ? az.flows.fromColumns(columns, data.clustered.words, routeOf, data.clustered.unit)
      : az.flows.fromRecords(data);
    model.tips = az.tips.read(data, columns);
    model.flowsOf = (arrow) => arrow.flows.map((flow) => model.store.at(flow));
    model.linesBehind = (flows) => linesBehind(data, flows);
    model.nameOf = (arrow) => {
      const market = [data.markets[arrow.market]?.label, arrow.cargo].filter(Boolean).join(", ");
      const label = arrow.label || `${model.nodes[arrow.start].name} to ${model.nodes[arrow.end].name}`;
      return market ? `${market}: ${label}` : label;
    };
    if (columns) {
      model.related = (index) => new Set([index]);
      model.describe = (arrow) => sizeOf(data.clustered, arrow);
      model.source = az.clusters.make(model, data.clustered, columns);
      return model;
    }
    model.nodes = data.nodes.map(readNode);
    model.arrows = data.arrows.map(readArrow);
    const carriers = new Map();
    for (const arrow of model.arrows) {
      for (const end of new Set([arrow.start, arrow.end])) model.nodes[end].arrows.push(arrow.index);
      for (const flow of arrow.all) carriers.set(flow, [...(carriers.get(flow) ?? []), arrow.index]);
    }
    /** The arrow itself and every other leg of the routes it is part of. */
    model.related = (index) => new Set([index, ...model.arrows[index].flows.flatMap((flow) => carriers.get(flow))]);
    /** How many flows an arrow stands for, and how many lines of sources stand behind them. */
    model.describe = (arrow) => {
      const lines = linesBehind(data, model.flowsOf(arrow));
      const parts = [counted(arrow.count, "flow")];
      if (lines) parts.push(counted(lines, "independent line of sources", "independent lines of sources"));
      return parts.join(" · ");
    };
    model.source = az.given.make(model);
    return model;
  };

  az.model = { counted, readModel };
})();
