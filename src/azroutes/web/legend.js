/* The keys to the drawing: arrows in their true widths, dashes, kinds of places; only what is on the map. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { element, isolated, picture } = az.dom;
  const WIDE = 46;

  /** A short arrow as the map draws it. */
  const arrowPicture = (colour, theme, width, head, certainty) => {
    const high = Math.max(16, Math.ceil(head[1] * 2 + 4));
    const line = [[2, high / 2], [WIDE / 2, high / 2], [WIDE - 2, high / 2]];
    const shape = { arrow: { certainty }, line, width, ...az.arrows.headOf(line, head[0], head[1]) };
    const style = { colour, halo: theme.halo, taper: theme.taper, dashes: theme.dashes };
    return picture(WIDE, high, (context) => az.arrows.paint(context, shape, style));
  };

  const nodePicture = (kind, theme) =>
    picture(WIDE, 16, (context) => az.arrows.paintNode(context, kind, [WIDE / 2, 8], 5, theme));

  /** A circle as large as on the map. */
  const circlePicture = (kind, radius, theme) => {
    const [wide, high] = [Math.max(WIDE, 2 * radius + 4), Math.max(16, 2 * radius + 4)].map(Math.ceil);
    const paint = (context) => az.arrows.paintNode(context, kind, [wide / 2, high / 2], radius, theme);
    return picture(wide, high, paint);
  };

  const group = (title, rows) =>
    rows.length &&
    element(
      "section",
      { class: "legend" },
      element("h2", {}, isolated(title)),
      element("ul", {}, ...rows.map(([swatch, label]) => element("li", {}, swatch, isolated(label)))),
    );

  /**
   * @param {object} model
   * @param {object[]} arrows those on the map
   * @returns {Node[]}
   */
  const build = (model, arrows) => {
    const { legends, theme } = model;
    const ink = theme.quiet ?? "#5d6166";
    const thickest = Math.max(0, ...arrows.map((arrow) => arrow.width)) + 0.01;
    const certainties = new Set(arrows.map((arrow) => arrow.certainty));
    const places = arrows.flatMap((arrow) => [arrow.start, arrow.end]).map((index) => model.nodes[index]);
    const kinds = new Set(places.map((node) => node.kind));
    const widest = Math.max(0, ...places.map((node) => node.radius)) + 0.01;
    const widths = (legends.width?.entries ?? []).filter((entry) => entry.width <= thickest);
    const dashes = (legends.certainty?.entries ?? []).filter((entry) => certainties.has(entry.certainty));
    const nodes = (legends.nodes?.entries ?? []).filter((entry) => kinds.has(entry.kind));
    const circles = (legends.circles?.entries ?? []).filter((entry) => entry.radius <= widest);
    const head = [10, 4.5];
    return [
      group(
        legends.width?.title,
        widths.map(({ width, head: own, label }) => [
          arrowPicture(ink, theme, width, own ?? head, "affirmed"), label,
        ]),
      ),
      group(
        legends.certainty?.title,
        dashes.map((entry) => [arrowPicture(ink, theme, 2.4, head, entry.certainty), entry.label]),
      ),
      group(legends.nodes?.title, nodes.map((entry) => [nodePicture(entry.kind, theme), entry.label])),
      group(
        legends.circles?.title,
        circles.map(({ kind, radius, label }) => [circlePicture(kind, radius, theme), label]),
      ),
    ].filter(Boolean);
  };

  az.legend = { arrowPicture, build };
})();
