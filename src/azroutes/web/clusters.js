/* Flows too many to be arrows one by one: they are added up between the clusters of places of the present zoom. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  /** Gap between arrows side by side, px. */
  const GAP = 1.5;
  const BINS = 256;
  /** Bins of numbers to a doubling. */
  const STEPS = 10;
  const { BULGE, controlOf, lineOf, placeIn, readLevel } = az.levels;

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
    const sureness = columns["flow.certainty"];
    let level = null;
    let sums = null;
    let hidden = null;
    let wanted = null;

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

    /** Whether a leg is let through, but for its market. */
    const lets = (result, filter) => {
      const { pass } = result;
      const { place } = filter;
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

    /** Add up the legs that are let through: for each way and class their sum, count, ends and greatest certainty. */
    const addUp = (result, filter) => {
      const { member, count } = level;
      const through = lets(result, filter);
      const steps = [];
      let [shown, before] = [0, -1];
      const total = new Float64Array(count);
      const inner = new Uint32Array(count);
      for (let step = 0; step < start.length; step += 1) {
        if (!through(step) || filter.markets.has(columns.market[flowOf(step)])) continue;
        const [a, b] = [member[start[step]], member[end[step]]];
        // The legs of a flow lie one after the other.
        if (flowOf(step) !== before) shown += 1;
        before = flowOf(step);
        const amount = amountOf(step);
        const known = Number.isNaN(amount) ? 0 : amount;
        total[a] += known;
        if (a !== b) total[b] += known;
        // Within a cluster of several places nothing can be drawn; it is told at the cluster.
        if (a === b && level.members[a] > 1) inner[a] += 1;
        else steps.push(step);
      }
      const keys = new Float64Array(steps.length);
      steps.forEach((step, i) => {
        const [a, b] = [member[start[step]], member[end[step]]];
        const pair = Math.min(a, b) * count + Math.max(a, b);
        keys[i] = (pair * classes.length + classOf(flowOf(step))) * 2 + (a > b ? 1 : 0);
      });
      const { group, keys: distinct } = grouped(keys);
      const sum = new Float64Array(distinct.length);
      const flows = new Uint32Array(distinct.length);
      const numbered = new Uint32Array(distinct.length);
      const sure = new Uint8Array(distinct.length);
      steps.forEach((step, i) => {
        const amount = amountOf(step);
        sure[group[i]] = Math.max(sure[group[i]], sureness[flowOf(step)]);
        flows[group[i]] += 1;
        if (Number.isNaN(amount)) return;
        numbered[group[i]] += 1;
        sum[group[i]] += amount;
      });
      // In order of their keys those of one pair of places lie side by side.
      return { order: Float64Array.from(distinct).sort(), distinct, sum, flows, numbered, sure, total, inner, shown,
        sought: new Map() };
    };

    /** The ends and class behind a key. */
    const unkey = (key, { count } = level) => {
      const back = key % 2;
      const rest = (key - back) / 2;
      const kind = rest % classes.length;
      const pair = (rest - kind) / classes.length;
      const high = pair % count;
      const low = (pair - high) / count;
      return back ? { start: high, end: low, kind } : { start: low, end: high, kind };
    };

    /** Turn the sums into arrays in order of their keys, that can be looked through quickly. */
    const index = () => {
      const { order, distinct } = sums;
      const count = order.length;
      const groups = new Uint32Array(count);
      distinct.forEach((key, group) => {
        groups[placeIn(order, key)] = group;
      });
      const made = {
        start: new Uint32Array(count), end: new Uint32Array(count), kind: new Uint32Array(count),
        value: new Float64Array(count), flows: new Uint32Array(count), bin: new Uint8Array(count),
        sure: new Uint8Array(count),
        lane: new Float32Array(count), drawn: new Map(), zero: 0,
      };
      const top = level.largest > 0 ? level.largest : 1;
      let begin = 0;
      for (let i = 0; i < count; i += 1) {
        const key = sums.order[i];
        const group = groups[i];
        const ends = unkey(key);
        [made.start[i], made.end[i], made.kind[i]] = [ends.start, ends.end, ends.kind];
        [made.flows[i], made.sure[i]] = [sums.flows[group], sums.sure[group]];
        made.value[i] = sums.numbered[group] ? sums.sum[group] : NaN;
        const share = made.value[i] / top;
        made.bin[i] = share > 0 ? Math.max(1, Math.min(BINS - 1, Math.ceil(BINS - 1 + STEPS * Math.log2(share)))) : 0;
        if (made.value[i] === 0) made.zero += 1;
        const last = i + 1 === count;
        if (last || pairOf(sums.order[i + 1]) !== pairOf(key)) {
          setLanes(made, begin, i + 1);
          begin = i + 1;
        }
      }
      return made;
    };

    const pairOf = (key) => Math.floor(Math.floor(key / 2) / classes.length);

    const widthOf = (value) => {
      if (Number.isNaN(value)) return given.hairline;
      return value > 0 ? Math.max(given.least, value * level.px) : 0;
    };

    /** Arrows of one pair side by side: each way on its right hand, the widest in the middle; one way alone centred. */
    const setLanes = (made, begin, stop) => {
      const ways = [[], []];
      for (let i = begin; i < stop; i += 1) ways[made.start[i] > made.end[i] ? 1 : 0].push(i);
      for (const way of ways) way.sort((i, j) => (made.value[j] || 0) - (made.value[i] || 0) || i - j);
      const both = ways[0].length && ways[1].length;
      for (const way of ways) {
        const widths = way.map((i) => widthOf(made.value[i]));
        const whole = widths.reduce((sum, width) => sum + width + GAP, -GAP);
        let at = both ? GAP / 2 : -whole / 2;
        way.forEach((i, k) => {
          made.lane[i] = at + widths[k] / 2;
          at += widths[k] + GAP;
        });
      }
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
      const through = lets(wanted.result, wanted.filter);
      const found = [];
      for (let step = 0; step < start.length; step += 1) {
        if (member[start[step]] !== arrow.start || member[end[step]] !== arrow.end) continue;
        if (classOf(flowOf(step)) === arrow.class && through(step)) found.push(step);
      }
      return found;
    };

    const arrowAt = (i) => {
      const { start: from, end: to, kind, value, flows, lane, sure } = sums.index;
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

    /** Whether the hull of a way meets a box. */
    const meets = (i, box) => {
      const { start: from, end: to } = sums.index;
      const [a, b] = [from[i], to[i]];
      const [ax, ay, bx, by] = [level.x[a], level.y[a], level.x[b], level.y[b]];
      // An arc leaves its chord by no more than its control point does.
      const reach = level.curves.size ? 0.9 : BULGE;
      const far = a === b ? 0 : reach * (Math.abs(bx - ax) + Math.abs(by - ay));
      if (Math.max(ax, bx) + far < box.left || Math.min(ax, bx) - far > box.right) return false;
      if (Math.max(ay, by) + far < box.top || Math.min(ay, by) - far > box.bottom) return false;
      if (a === b) return true;
      const [cx, cy] = controlOf(level, Math.min(a, b), Math.max(a, b));
      return Math.max(ax, bx, cx) >= box.left && Math.min(ax, bx, cx) <= box.right &&
        Math.max(ay, by, cy) >= box.top && Math.min(ay, by, cy) <= box.bottom;
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
      sums = addUp(result, filter);
      sums.index = index();
      Object.assign(sums, { distinct: null, sum: null, flows: null, numbered: null, sure: null });
      model.nodes = Array.from({ length: level.count }, (_, i) => i).map(nodeOf);
      model.legends = { ...model.legends, width: legendOf() };
      model.arrows = [];
    };

    /** The row of an arrow of this zoom, or -1. */
    const rowOf = (order) => {
      const row = placeIn(sums.order, order);
      return sums.order[row] === order ? row : -1;
    };

    /** Rows from the one with the largest number. */
    const ranked = (rows) => {
      const { value } = sums.index;
      return rows.sort((i, j) => (value[j] || 0) - (value[i] || 0) || i - j);
    };

    /** The arrow of a row. */
    const arrowIn = (row) => {
      const { drawn } = sums.index;
      if (!drawn.has(row)) drawn.set(row, arrowAt(row));
      return drawn.get(row);
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
      const way = unkey(order, then);
      if (!(Number.isInteger(order) && way.start < then.count && way.end < then.count)) return null;
      const [from, to] = [ringsOf(then, way.start), ringsOf(then, way.end)];
      const { start: starts, end: ends, kind } = sums.index;
      const [leaves, comes] = [new Set(from), new Set(to)];
      const isPart = (row) => kind[row] === way.kind && leaves.has(starts[row]) && comes.has(ends[row]);
      const rows = then === level ? [rowOf(order)].filter((row) => row >= 0) : ranked([...starts.keys()].filter(isPart));
      const within = from.length === 1 && to.length === 1 && from[0] === to[0] && level.members[from[0]] > 1;
      const same = isSame(then, way.start, from) && isSame(then, way.end, to);
      const name = model.nameOf({ ...classes[way.kind], label: wayOf(way.start, way.end, then) });
      return { name, rings: within ? from : [], rows, same };
    };

    /**
     * What stands now for an arrow or a place by its key, which tells the zoom at which it was chosen.
     * @returns {{name: string, rings: number[], rows: number[], same: boolean} | null} its name then; the clusters of
     *   a place, or the one within which an arrow has both its ends; the arrows; whether it is as it was
     */
    const seek = (kind, key) => {
      const [, zoom, rest] = /^(\d+) (.+)$/su.exec(String(key)) ?? [];
      const then = levels.find((one) => one.zoom === Number(zoom));
      if (!then) return null;
      const name = `${kind} ${key}`;
      if (!sums.sought.has(name)) sums.sought.set(name, (kind === "node" ? seekRing : seekWay)(then, rest));
      return sums.sought.get(name);
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
      const { value, flows, bin, drawn, zero } = sums.index;
      const seen = [];
      const many = new Uint32Array(BINS);
      let [sum, count] = [0, 0];
      const isSeen = (i) => value[i] !== 0 && !(filter.least > 0 && !(value[i] >= filter.least)) && meets(i, view.box);
      for (let i = 0; i < value.length; i += 1) {
        if (!isSeen(i)) continue;
        seen.push(i);
        many[bin[i]] += 1;
        count += flows[i];
        sum += Number.isNaN(value[i]) ? 0 : value[i];
      }
      let [floor, taken] = [BINS - 1, many[BINS - 1]];
      while (floor > 0 && taken < given.most) taken += many[(floor -= 1)];
      const chosen = ranked(seen.filter((i) => bin[i] >= floor)).slice(0, given.most);
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
      const through = lets(wanted.result, wanted.filter);
      const found = [];
      for (let step = 0; step < start.length; step += 1) {
        const number = flowOf(step);
        if (found[found.length - 1] === number || wanted.filter.markets.has(columns.market[number])) continue;
        if (through(step)) found.push(number);
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
      const { start: from, end: to, value } = sums.index;
      const { least } = wanted.filter;
      const at = (i) => from[i] === index || to[i] === index;
      return ranked([...value.keys()].filter((i) => at(i) && value[i] !== 0 && !(least > 0 && !(value[i] >= least))))
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
      arrowIn, arrowOf, arrowsAt, keyOf, seek, nodeAt, refresh, look, shownFlows, placesIn, membersOf, clusterOf,
      flowCount: () => sums.shown, hidden: () => hidden,
      largest: given.counts ? 0 : Math.max(...levels.map((one) => one.largest)),
      zoomOf: (spot) =>
        Math.min(...levels.filter((one) => one.members[one.member[spot]] === 1).map((one) => one.zoom), 10),
      spots: given.names.map((name, spot) => ({
        name, code: given.codes[spot], kind: given.kinds[spot], world: [columns.x[spot], columns.y[spot]], spot,
      })),
    };
  };

  az.clusters = { grouped, make };
})();
