/* The form of each arrow at the present zoom, and how it is painted. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const g = az.geometry;
  const STEP = 4;
  const LOOP_REACH = 30;
  const LOOP_SPREAD = 0.7;

  /** Dash pattern of a certainty; it grows with the width so that it reads the same on thin and thick arrows. */
  const dashOf = (certainty, width) => {
    if (certainty === "qualified") return [Math.max(9, width * 3.4), Math.max(4, width * 1.5)];
    if (certainty === "alleged") return [Math.max(2, width * 1.1), Math.max(3, width * 1.3)];
    return [];
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

  /** A drop that leaves a node and comes back, on the side where fewest arrows are. */
  const loopLine = (model, arrow, place) => {
    const node = model.nodes[arrow.start];
    const angle = g.widestGap(directionsAt(model, node)) + arrow.lane * 0.09;
    // A cubic curve with both ends at the node reaches 3/4 of the way to the middle of its control points.
    const away = (node.radius + LOOP_REACH) / (0.75 * Math.cos(LOOP_SPREAD));
    const control = (side) => {
      const turn = angle + side * LOOP_SPREAD;
      return [Math.cos(turn) * away, Math.sin(turn) * away];
    };
    const [first, second] = [control(-1), control(1)];
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
      line = g.offset(g.resample(arrow.world.map(toPixel), STEP), arrow.lane ?? 0, start.radius, end.radius);
    }
    line = g.trimEnd(g.trimStart(line, from, start.radius + 1), to, end.radius + 2);
    if (line.length < 2) return null;
    const room = g.lengths(line)[line.length - 1];
    if (room < 3) return null;
    const [length, half] = arrow.head;
    const fit = Math.min(1, room / (length * 1.25));
    return { arrow, line, width: arrow.width, ...headOf(line, length * fit, half * Math.max(fit, 0.5)) };
  };

  const trace = (context, points, closed) => {
    context.beginPath();
    points.forEach((p, i) => (i ? context.lineTo(p[0], p[1]) : context.moveTo(p[0], p[1])));
    if (closed) context.closePath();
  };

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {object} shape from shapeOf
   * @param {{colour: string, halo: string, alpha?: number, strong?: boolean}} style
   */
  const paint = (context, shape, style) => {
    const width = shape.width + (style.strong ? 1 : 0);
    const casing = style.strong ? 4 : 2.2;
    context.save();
    context.globalAlpha = style.alpha ?? 1;
    context.lineJoin = "round";
    context.strokeStyle = style.halo;
    context.lineWidth = width + casing;
    trace(context, shape.shaft, false);
    context.stroke();
    context.lineWidth = casing;
    trace(context, shape.head, true);
    context.stroke();
    context.strokeStyle = style.colour;
    context.fillStyle = style.colour;
    context.lineWidth = width;
    context.setLineDash(dashOf(shape.arrow.certainty, shape.width));
    trace(context, shape.shaft, false);
    context.stroke();
    context.setLineDash([]);
    trace(context, shape.head, true);
    context.fill();
    context.restore();
  };

  /** Draw a place in the manner of its kind. */
  const paintNode = (context, kind, [x, y], radius, theme) => {
    context.save();
    context.lineWidth = kind === "region" ? 1.8 : 1.4;
    context.fillStyle = kind === "region" ? theme.halo : theme.node;
    context.strokeStyle = kind === "region" ? theme.node : theme.halo;
    context.beginPath();
    if (kind === "point") context.rect(x - radius * 0.85, y - radius * 0.85, radius * 1.7, radius * 1.7);
    else if (kind === "subdivision") {
      const reach = radius * 1.15;
      [[0, -1], [1, 0], [0, 1], [-1, 0]].forEach(([dx, dy]) => context.lineTo(x + dx * reach, y + dy * reach));
      context.closePath();
    } else context.arc(x, y, kind === "region" ? radius - 0.4 : radius, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    context.restore();
  };

  az.arrows = { dashOf, headOf, paint, paintNode, shapeOf };
})();
