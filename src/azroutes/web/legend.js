/* The keys to the drawing: arrows in their true widths, dashes, kinds of places; only what is on the map. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { element, isolated, picture } = az.dom;
  const WIDE = 46;

  /** A short arrow as the map draws it. */
  const arrowPicture = (colour, halo, width, head, certainty) => {
    const high = Math.max(16, Math.ceil(head[1] * 2 + 4));
    const line = [[2, high / 2], [WIDE / 2, high / 2], [WIDE - 2, high / 2]];
    const shape = { arrow: { certainty }, line, width, ...az.arrows.headOf(line, head[0], head[1]) };
    return picture(WIDE, high, (context) => az.arrows.paint(context, shape, { colour, halo }));
  };

  const nodePicture = (kind, theme) =>
    picture(WIDE, 16, (context) => az.arrows.paintNode(context, kind, [WIDE / 2, 8], 5, theme));

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
    const ink = theme.swatch ?? "#5d6166";
    const thickest = Math.max(0, ...arrows.map((arrow) => arrow.width)) + 0.01;
    const certainties = new Set(arrows.map((arrow) => arrow.certainty));
    const kinds = new Set(arrows.flatMap((arrow) => [arrow.start, arrow.end]).map((index) => model.nodes[index].kind));
    const widths = (legends.width?.entries ?? []).filter((entry) => entry.width <= thickest);
    const dashes = (legends.certainty?.entries ?? []).filter((entry) => certainties.has(entry.certainty));
    const nodes = (legends.nodes?.entries ?? []).filter((entry) => kinds.has(entry.kind));
    const head = [10, 4.5];
    return [
      group(
        legends.width?.title,
        widths.map(({ width, head: own, label }) => [
          arrowPicture(ink, theme.halo, width, own ?? head, "affirmed"), label,
        ]),
      ),
      group(
        legends.certainty?.title,
        dashes.map((entry) => [arrowPicture(ink, theme.halo, 2.4, head, entry.certainty), entry.label]),
      ),
      group(legends.nodes?.title, nodes.map((entry) => [nodePicture(entry.kind, theme), entry.label])),
    ].filter(Boolean);
  };

  az.legend = { arrowPicture, build };
})();
