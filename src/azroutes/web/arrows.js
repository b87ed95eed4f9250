/* The form of each arrow at the present zoom, and how it is painted. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const g = az.geometry;
  /** Length of the steps of a line, px; where there are very many arrows fewer points will do. */
  const STEP = 4;
  const LONG_STEP = 12;
  const FEW_STEPS = 80;
  /** How much wider than its ink an arrow's halo is, both sides together, px. */
  const HALO = 2.2;
  /** The share of a short arrow that its head takes at the most, and of its barbs beyond the shaft at the least. */
  const HEAD_SHARE = 0.6;
  const LEAST_BARB = 0.5;
  /** How far beyond the view a line is still drawn, px. */
  const FAR = 300;

  /**
   * The lengths of stroke and gap, px; they grow with the width, so that dashes read the same on thin and thick arrows.
   * @param {string} certainty @param {number} width
   * @param {Record<string, [number, number, number]>} [dashes] stroke and gap in widths, the least width they grow with
   */
  const dashOf = (certainty, width, dashes = {}) => {
    const [stroke, gap, least] = dashes[certainty] ?? [1, 0, 0];
    const unit = Math.max(width, least);
    return gap > 0 ? [stroke * unit, gap * unit] : [];
  };

  /** Directions in which arrows leave or reach a node, loops left out. */
  const directionsAt = (model, node) =>
    node.arrows.flatMap((index) => {
      const arrow = model.arrows[index];
      if (arrow.start === arrow.end || arrow.world.length < 2) return [];
      const forth = arrow.start === node.index;
      const line = arrow.world;
      const near = forth ? line[0] : line[line.length - 1];
      const next = forth ? line[Math.min(3, line.length - 1)] : line[Math.max(0, line.length - 4)];
      return [Math.atan2(next[1] - near[1], next[0] - near[0])];
    });

  /** How far the last of the loops at a node reaches beyond its circle, px, and half the angle that it takes there. */
  const loopSize = (loops, as) => {
    const wider = ({ width }) => Math.max(width - as.wide, 0);
    let [reach, next, spread] = [0, as.reach + as.reaches * wider(loops[0]), as.opens - as.more];
    for (const loop of loops) {
      const half = Math.max(loop.width, as.head * loop.head[1]) / 2;
      reach = next + half;
      next = reach + half + as.gap;
      spread = Math.min(as.widest, Math.max(spread + as.more, as.opens + as.wider * wider(loop)));
    }
    return [reach, spread];
  };

  /** A drop that leaves a node and comes back, on the side where fewest arrows are; each around those before it. */
  const loopLine = (model, arrow, place) => {
    const node = model.nodes[arrow.start];
    const angle = g.widestGap(directionsAt(model, node));
    const around = node.arrows.map((index) => model.arrows[index]).filter((other) =>
      other.start === other.end && other.index <= arrow.index);
    const [reach, spread] = loopSize(around, model.loops);
    // A cubic curve with both ends at the node reaches 3/4 of the way to the middle of its control points.
    const away = (node.radius + reach) / (0.75 * Math.cos(spread));
    const control = (side) => {
      const turn = angle + side * spread;
      return [Math.cos(turn) * away, Math.sin(turn) * away];
    };
    // Out to the right of where it points and back on the left, as in a figure; y runs down here.
    const [first, second] = [control(1), control(-1)];
    return Array.from({ length: 49 }, (_, i) => {
      const t = i / 48;
      const [b1, b2] = [3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t)];
      return [place[0] + b1 * first[0] + b2 * second[0], place[1] + b1 * first[1] + b2 * second[1]];
    });
  };

  /** Corners of an arrowhead: tip, one barb, the notch where the shaft ends, the other barb. */
  const headOf = (line, length, half) => {
    const tip = line[line.length - 1];
    const shaft = g.shorten(line, length * 0.82);
    const notch = shaft[shaft.length - 1];
    const size = g.distance(notch, tip) || 1;
    const [ux, uy] = [(tip[0] - notch[0]) / size, (tip[1] - notch[1]) / size];
    const base = [tip[0] - ux * length, tip[1] - uy * length];
    const barb = (side) => [base[0] - uy * half * side, base[1] + ux * half * side];
    return { shaft: g.thin(shaft), head: [tip, barb(1), notch, barb(-1)] };
  };

  /**
   * Length and half width of a head on an arrow so long: a shaft stays, and what stands out beside it is at least half
   * of a whole head's, as in figures.
   * @param {{head: [number, number], width: number}} arrow @param {number} room px @returns {[number, number]}
   */
  const headIn = ({ head: [length, half], width }, room) => {
    const fit = Math.min(1, (HEAD_SHARE * room) / length);
    return [length * fit, width / 2 + (half - width / 2) * Math.max(fit, LEAST_BARB)];
  };

  /**
   * @param {object} model
   * @param {object} arrow
   * @param {(world: [number, number]) => [number, number]} toPixel
   * @returns {object | null} null where the two circles leave no room for an arrow, or its width is zero
   */
  const shapeOf = (model, arrow, toPixel) => {
    // A canvas takes a width of zero for no change of width.
    if (!(arrow.width > 0)) return null;
    const start = model.nodes[arrow.start];
    const end = model.nodes[arrow.end];
    const from = toPixel(start.world);
    const to = toPixel(end.world);
    let line;
    if (arrow.start === arrow.end) {
      line = g.resample(loopLine(model, arrow, from), STEP / 2);
    } else {
      const spaced = model.clustered ? [LONG_STEP, FEW_STEPS] : [STEP];
      line = g.offset(g.resample(arrow.world.map(toPixel), ...spaced), arrow.lane ?? 0, start.radius, end.radius);
    }
    line = g.trimEnd(g.trimStart(line, from, start.radius + 1), to, end.radius + 2);
    if (line.length < 2) return null;
    const room = g.lengths(line)[line.length - 1];
    if (room < 3) return null;
    const [length, half] = headIn(arrow, room);
    return { arrow, line, width: arrow.width, ...headOf(line, length, half) };
  };

  const trace = (context, points, closed) => {
    context.beginPath();
    points.forEach((p, i) => (i ? context.lineTo(p[0], p[1]) : context.moveTo(p[0], p[1])));
    if (closed) context.closePath();
  };

  /** The part of a line that is in view, or near it: a canvas takes long over what runs far beyond it. */
  const inView = (points, frame) => {
    /** Whether the stretch from a point to the next lies to one side of the view; its ends alone may both be far. */
    const far = (i) => {
      const [[x0, y0], [x1, y1]] = [points[i], points[i + 1]];
      return Math.max(x0, x1) < frame.left - FAR || Math.min(x0, x1) > frame.right + FAR ||
        Math.max(y0, y1) < frame.top - FAR || Math.min(y0, y1) > frame.bottom + FAR;
    };
    let [first, last] = [0, points.length - 1];
    while (first < last - 1 && far(first)) first += 1;
    while (last > first + 1 && far(last - 1)) last -= 1;
    return points.slice(first, last + 1);
  };

  /** A shape with the part of its shaft that is in view, and how much of the whole lies before it and beyond, px. */
  const near = (shape, frame) => {
    const shaft = inView(shape.shaft, frame);
    if (shaft.length === shape.shaft.length) return shape;
    const sums = g.lengths(shape.shaft);
    return { ...shape, shaft, before: sums[shape.shaft.indexOf(shaft[0])], whole: sums[sums.length - 1] };
  };

  /** A shaft all of one width: its halo, then its ink in dashes. */
  const paintEven = (context, shape, width, casing, style) => {
    context.strokeStyle = style.halo;
    context.lineWidth = width + casing;
    trace(context, shape.shaft, false);
    context.stroke();
    context.strokeStyle = style.colour;
    context.lineWidth = width;
    const dash = dashOf(shape.arrow.certainty, shape.width, style.dashes);
    context.setLineDash(dash);
    // Strokes count from the arrow's start, so that they stay where they are while the map is moved.
    if (dash.length && shape.before) context.lineDashOffset = shape.before % (dash[0] + dash[1]);
    trace(context, shape.shaft, false);
    context.stroke();
    context.setLineDash([]);
    context.lineDashOffset = 0;
  };

  /** A shaft that begins with a share of its width and has the whole of it at the head. */
  const paintTapered = (context, shape, width, casing, style) => {
    const whole = g.ribbon(shape.shaft, width, style.taper, shape);
    const dash = dashOf(shape.arrow.certainty, shape.width, style.dashes);
    context.fillStyle = context.strokeStyle = style.halo;
    context.lineWidth = casing;
    trace(context, whole, true);
    context.stroke();
    context.fill();
    context.fillStyle = style.colour;
    for (const part of dash.length ? g.strokes(shape.shaft, width, style.taper, dash, shape) : [whole]) {
      trace(context, part, true);
      context.fill();
    }
  };

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {object} shape from shapeOf
   * @param {{colour: string, halo: string, taper?: number, dashes?: object, alpha?: number, strong?: boolean}} style
   */
  const paint = (context, shape, style) => {
    const width = shape.width + (style.strong ? 1 : 0);
    // A halo wider than a thin arrow would be seen before the arrow is.
    const casing = style.strong ? 4 : Math.min(HALO, width);
    context.save();
    context.globalAlpha = style.alpha ?? 1;
    context.lineJoin = "round";
    context.strokeStyle = style.halo;
    context.lineWidth = casing;
    trace(context, shape.head, true);
    context.stroke();
    const paintShaft = (style.taper ?? 1) === 1 ? paintEven : paintTapered;
    paintShaft(context, shape, width, casing, style);
    context.fillStyle = style.colour;
    trace(context, shape.head, true);
    context.fill();
    context.restore();
  };

  /** Draw a place in the manner of its kind; its ink is as wide as its radius says, as the size may show a number. */
  const paintNode = (context, kind, [x, y], radius, theme) => {
    context.save();
    const ring = Math.min(1.8, 0.6 * radius);
    const open = kind === "region" || kind === "historic" || kind === "cluster";
    context.lineWidth = open ? ring : 1.4;
    context.fillStyle = open ? theme.halo : theme.node;
    context.strokeStyle = open ? theme.node : theme.halo;
    context.beginPath();
    if (kind === "point") context.rect(x - radius * 0.85, y - radius * 0.85, radius * 1.7, radius * 1.7);
    else if (kind === "subdivision" || kind === "historic") {
      const reach = (open ? radius - ring / 2 : radius) * 1.15;
      [[0, -1], [1, 0], [0, 1], [-1, 0]].forEach(([dx, dy]) => context.lineTo(x + dx * reach, y + dy * reach));
      context.closePath();
    } else context.arc(x, y, open ? radius - ring / 2 : radius, 0, 2 * Math.PI);
    // A halo goes below the ink, a ring above its ground.
    if (open) context.fill();
    context.stroke();
    if (!open) context.fill();
    context.restore();
  };

  az.arrows = { dashOf, headIn, headOf, inView, near, paint, paintNode, shapeOf };
})();
