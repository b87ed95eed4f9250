/* The payload, read once and indexed: which arrows a node has, which arrows share a flow, what an arrow is called. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const LINE_UNIT = 10000;
  const RING_UNIT = 1000;

  /** @param {number} count @param {string} one @param {string} [many] */
  const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

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
    return { ...arrow, index, world, flows: arrow.flows ?? [] };
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

  /**
   * @param {object} data the payload, version 1
   * @returns {object} the payload with arrows, nodes and land made ready for drawing
   */
  const readModel = (data) => {
    const nodes = data.nodes.map(readNode);
    const arrows = data.arrows.map(readArrow);
    const carriers = new Map();
    for (const arrow of arrows) {
      for (const end of new Set([arrow.start, arrow.end])) nodes[end].arrows.push(arrow.index);
      for (const flow of arrow.flows) carriers.set(flow, [...(carriers.get(flow) ?? []), arrow.index]);
    }
    /** The arrow itself and every other leg of the routes it is part of. */
    const related = (index) => new Set([index, ...arrows[index].flows.flatMap((flow) => carriers.get(flow))]);
    const flowsOf = (arrow) => arrow.flows.map((flow) => data.flows[flow]);
    const flowCount = (some) => new Set(some.flatMap((arrow) => arrow.flows)).size;
    const nameOf = (arrow) => {
      const market = data.markets[arrow.market]?.label;
      const label = arrow.label || `${nodes[arrow.start].name} to ${nodes[arrow.end].name}`;
      return market ? `${market}: ${label}` : label;
    };
    /** How many flows an arrow stands for, and how many lines of sources stand behind them. */
    const describe = (arrow) => {
      const lines = linesBehind(data, flowsOf(arrow));
      const parts = [counted(arrow.flows.length, "flow")];
      if (lines) parts.push(counted(lines, "independent line of sources", "independent lines of sources"));
      return parts.join(" · ");
    };
    const none = { statements: [], sources: [], notes: [], credits: [], legends: {} };
    return {
      ...none, ...data, nodes, arrows, land: readLand(data.land), related, flowsOf, flowCount, nameOf, describe,
      linesBehind: (flows) => linesBehind(data, flows),
    };
  };

  az.model = { counted, readModel };
})();
