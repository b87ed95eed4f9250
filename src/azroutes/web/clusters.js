/* Flows too many to be arrows one by one: they are added up between the clusters of places of the present zoom. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  /** Gap between arrows side by side, px. */
  const GAP = 1.5;
  const { lineOf, meets, placeIn, readLevel } = az.levels;
  const { BINS, addUp, pairOf } = az.sums;
  const { ranked } = az.seek;

  /**
   * How far rows lie off the ways that they share, px: those of a pair side by side, each way on its right hand, the
   * widest in the middle; one way alone is centred.
   */
  const lanesOf = (rows, classes, widthOf) => {
    const lanes = new Float32Array(rows.order.length);
    const setPair = (begin, stop) => {
      const ways = [[], []];
      for (let i = begin; i < stop; i += 1) ways[rows.start[i] > rows.end[i] ? 1 : 0].push(i);
      for (const way of ways) way.sort((i, j) => (rows.value[j] || 0) - (rows.value[i] || 0) || i - j);
      const both = ways[0].length && ways[1].length;
      for (const way of ways) {
        const widths = way.map((i) => widthOf(rows.value[i]));
        const whole = widths.reduce((sum, width) => sum + width + GAP, -GAP);
        let at = both ? GAP / 2 : -whole / 2;
        way.forEach((i, k) => {
          lanes[i] = at + widths[k] / 2;
          at += widths[k] + GAP;
        });
      }
    };
    let begin = 0;
    for (let i = 1; i <= lanes.length; i += 1) {
      if (i < lanes.length && pairOf(classes, rows.order[i]) === pairOf(classes, rows.order[begin])) continue;
      setPair(begin, i);
      begin = i;
    }
    return lanes;
  };

  /**
   * @param {object} model gets `nodes`, `arrows` and `legends.width` of what is in view
   * @param {object} given the payload's part on clusters
   * @param {Record<string, ArrayLike<number>>} columns
   */
  const make = (model, given, columns) => {
    const levels = given.levels.map((level, number) => readLevel(columns, level, number));
    const { start, end, flow } = columns;
    const flowOf = flow ? (step) => flow[step] : (step) => step;
    const amountOf = given.counts ? () => 1 : (step) => columns["flow.amount"][flowOf(step)];
    /** What is drawn apart: the markets, or each commodity of each. */
    const classes = given.classes ?? model.markets.map((_, market) => ({ market }));
    const classOf = (number) => (columns.class ?? columns.market)[number];
    const surenessOf = (number) => columns["flow.certainty"][number];
    const legs = { start, end, flowOf, amountOf, classOf, surenessOf, classes: classes.length };
    /** What is asked for, and of that at the present zoom: the sums, the arrows made of them, what a key stands for. */
    let wanted = null;
    let level = null;
    let sums = null;
    let drawn = null;
    let seek = null;
    /** What of it is not drawn. */
    let hidden = null;

    const levelAt = (zoom) => {
      const near = Math.floor(zoom + 1e-9);
      const fit = levels.filter((one) => one.zoom <= near);
      return fit.length ? fit.reduce((a, b) => (b.zoom > a.zoom ? b : a)) : levels.reduce((a, b) => (b.zoom < a.zoom ? b : a));
    };

    const nameOf = (index, { members, lead } = level) => {
      const more = members[index] - 1;
      const name = given.names[lead[index]];
      return more ? `${name} and ${az.numbers.plain(more)} other${more > 1 ? "s" : ""}` : name;
    };

    const wayOf = (from, to, one = level) =>
      (from === to ? `within ${nameOf(from, one)}` : `${nameOf(from, one)} to ${nameOf(to, one)}`);

    /** What tells whether a leg is let through, but for its market. */
    const lets = () => {
      const { result: { pass }, filter: { place } } = wanted;
      const spot = place ? given.codes.indexOf(place.code) : -1;
      const mine = spot < 0 ? -1 : level.member[spot];
      const { member } = level;
      const [comes, leaves] = [place?.way !== "out", place?.way !== "in"];
      return (step) => {
        if (!pass[flowOf(step)]) return false;
        if (mine < 0) return true;
        return (comes && member[end[step]] === mine) || (leaves && member[start[step]] === mine);
      };
    };

    /** What tells whether a leg is let through. */
    const letsAll = () => {
      const through = lets();
      const { markets } = wanted.filter;
      return (step) => through(step) && !markets.has(columns.market[flowOf(step)]);
    };

    const widthOf = (value) => {
      if (Number.isNaN(value)) return given.hairline;
      return value > 0 ? Math.max(given.least, value * level.px) : 0;
    };

    const nodeOf = (i) => {
      const share = level.total > 0 ? sums.total[i] / level.total : 0;
      const alone = level.members[i] === 1;
      return {
        index: i, code: given.codes[level.lead[i]], size: level.members[i], inner: sums.inner[i],
        kind: alone ? given.kinds[level.lead[i]] : "cluster", world: [level.x[i], level.y[i]], arrows: [],
        total: sums.total[i],
        get name() {
          return nameOf(i);
        },
        radius: Math.max(given.radius * (alone ? 0.7 : 1), given.widest_radius * Math.sqrt(share)),
      };
    };

    /** The steps behind an arrow of the present level and filter. */
    const stepsOf = (arrow) => {
      const { member } = level;
      const through = lets();
      const found = [];
      for (let step = 0; step < start.length; step += 1) {
        if (member[start[step]] !== arrow.start || member[end[step]] !== arrow.end) continue;
        if (classOf(flowOf(step)) === arrow.class && through(step)) found.push(step);
      }
      return found;
    };

    const arrowAt = (i) => {
      const { start: from, end: to, kind, value, flows, lane, sure } = sums;
      const width = widthOf(value[i]);
      let behind = null;
      const arrow = {
        key: `${level.zoom} ${sums.order[i]}`, row: i, start: from[i], end: to[i], ...classes[kind[i]], class: kind[i],
        value: value[i], count: flows[i], lane: lane[i], width, head: az.numbers.head(width), shown: true,
        // As where arrows are few: as sure as the surest of its flows.
        certainty: given.certainties[sure[i] - 1] ?? "affirmed", world: lineOf(level, from[i], to[i]),
        get label() {
          return wayOf(this.start, this.end);
        },
        get flows() {
          return (behind ??= stepsOf(this).map(flowOf));
        },
      };
      return arrow;
    };

    const legendOf = () => {
      const entries = az.numbers.breaks(level.largest, given.integral).map((value) => {
        const width = value * level.px;
        return { width, head: az.numbers.head(width), label: az.numbers.plain(value) };
      });
      return { title: given.title, entries };
    };

    const refresh = (result, filter, zoom) => {
      wanted = { result, filter };
      level = levelAt(zoom);
      sums = addUp(level, legs, letsAll());
      sums.lane = lanesOf(sums, classes.length, widthOf);
      drawn = new Map();
      seek = az.seek.make({ level, levels, sums, given, classes, nameOf, wayOf, nameOfArrow: model.nameOf });
      model.nodes = Array.from({ length: level.count }, (_, i) => i).map(nodeOf);
      model.legends = { ...model.legends, width: legendOf() };
      model.arrows = [];
    };

    /** The arrow of a row. */
    const arrowIn = (row) => {
      if (!drawn.has(row)) drawn.set(row, arrowAt(row));
      return drawn.get(row);
    };

    const keyOf = (kind, index) =>
      (kind === "node" ? `${level.zoom} ${model.nodes[index]?.code}` : model.arrows[index]?.key);

    /**
     * Take the widest arrows in a view, and those that are held if they run through it: else an arrow would vanish
     * under the pointer where a picture that is drawn beyond the map brings enough that are wider.
     * @param {{kind: string, key: string}[]} held
     * @returns {boolean} whether they are others than before
     */
    const look = (view, filter, held = []) => {
      if (levelAt(view.zoom) !== level) refresh(wanted.result, wanted.filter, view.zoom);
      const { start: from, end: to, value, flows, bin, zero } = sums;
      const seen = [];
      const many = new Uint32Array(BINS);
      let [sum, count] = [0, 0];
      const isSeen = (i) => value[i] !== 0 && !(filter.least > 0 && !(value[i] >= filter.least)) &&
        meets(level, from[i], to[i], view.box);
      for (let i = 0; i < value.length; i += 1) {
        if (!isSeen(i)) continue;
        seen.push(i);
        many[bin[i]] += 1;
        count += flows[i];
        sum += Number.isNaN(value[i]) ? 0 : value[i];
      }
      let [floor, taken] = [BINS - 1, many[BINS - 1]];
      while (floor > 0 && taken < given.most) taken += many[(floor -= 1)];
      const chosen = ranked(sums, seen.filter((i) => bin[i] >= floor)).slice(0, given.most);
      const widest = chosen.length;
      for (const { kind, key } of held) {
        const [i, ...more] = (kind === "arrow" && seek(kind, key)?.rows) || [];
        if (i !== undefined && !more.length && isSeen(i) && !chosen.includes(i)) chosen.push(i);
      }
      const before = model.arrows;
      for (const arrow of before) model.nodes[arrow.start].arrows.length = model.nodes[arrow.end].arrows.length = 0;
      if (drawn.size > 20 * given.most) drawn.clear();
      model.arrows = chosen.map((i, at) => Object.assign(arrowIn(i), { index: at }));
      for (const arrow of model.arrows) {
        for (const node of new Set([arrow.start, arrow.end])) model.nodes[node].arrows.push(arrow.index);
      }
      const shown = chosen.reduce((all, i) => all + (Number.isNaN(value[i]) ? 0 : value[i]), 0);
      const flowsShown = chosen.reduce((all, i) => all + flows[i], 0);
      hidden = {
        arrows: seen.length - chosen.length, of: seen.length, flows: count - flowsShown,
        share: sum > 0 ? (sum - shown) / sum : 0, zero, widest,
      };
      return before.length !== model.arrows.length || before.some((arrow, k) => arrow !== model.arrows[k]);
    };

    /** Flows that are let through, whether their arrows are in view or not, each once. @returns {number[]} */
    const shownFlows = () => {
      const through = letsAll();
      const found = [];
      for (let step = 0; step < start.length; step += 1) {
        const number = flowOf(step);
        if (found[found.length - 1] !== number && through(step)) found.push(number);
      }
      return found;
    };

    /** Clusters in view with any flow, the largest first. */
    const placesIn = (box, most) => {
      const found = model.nodes.filter(({ total, inner, arrows, world: [x, y] }) => (total > 0 || inner || arrows.length) &&
        x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
      return found.sort((a, b) => b.total - a.total || a.index - b.index).slice(0, most);
    };

    /** The places of a cluster. @returns {number[]} */
    const membersOf = (index) => [...level.member.keys()].filter((spot) => level.member[spot] === index);

    /** The rows and ends of the arrows at a cluster, in view or not, from the largest. */
    const arrowsAt = (index) => {
      const { start: from, end: to, value } = sums;
      const { least } = wanted.filter;
      const at = (i) => from[i] === index || to[i] === index;
      return ranked(sums, [...value.keys()].filter((i) => at(i) && value[i] !== 0 && !(least > 0 && !(value[i] >= least))))
        .map((row) => ({ row, start: from[row], end: to[row] }));
    };

    /** The cluster that a place is in at present. */
    const clusterOf = (spot) => level.member[spot];

    /** The same by the place's code. */
    const nodeAt = (code) => model.nodes[clusterOf(given.codes.indexOf(code))];

    /** The drawn arrow that the first leg of a flow is in, or -1. */
    const arrowOf = (number) => {
      const step = flow ? firstStep(number) : number;
      const [a, b] = [level.member[start[step]], level.member[end[step]]];
      return model.arrows.findIndex((arrow) =>
        arrow.start === a && arrow.end === b && arrow.class === classOf(number));
    };

    /** The first leg of a flow: legs lie in the order of flows. */
    const firstStep = (number) => placeIn(flow, number);

    return {
      arrowIn, arrowOf, arrowsAt, keyOf, nodeAt, refresh, look, shownFlows, placesIn, membersOf, clusterOf,
      seek: (kind, key) => seek(kind, key),
      flowCount: () => sums.shown,
      hidden: () => hidden,
      largest: given.counts ? 0 : Math.max(...levels.map((one) => one.largest)),
      zoomOf: (spot) =>
        Math.min(...levels.filter((one) => one.members[one.member[spot]] === 1).map((one) => one.zoom), 10),
      spots: given.names.map((name, spot) => ({
        name, code: given.codes[spot], kind: given.kinds[spot], world: [columns.x[spot], columns.y[spot]], spot,
      })),
    };
  };

  az.clusters = { make };
})();
