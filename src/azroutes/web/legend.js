/* The keys to the drawing: arrows in their true widths, dashes, kinds of places; only what is on the map. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { element, isolated, picture } = az.dom;
  const WIDE = 46;

  /**
   * @typedef {object} Mark a small picture of what is on the map, for the panel and for sheets
   * @property {number} width px
   * @property {number} height
   * @property {(context: CanvasRenderingContext2D) => void} paint
   */

  /** A short arrow as the map draws it. @returns {Mark} */
  const arrowMark = (colour, theme, width, head, certainty) => {
    const high = Math.max(16, Math.ceil(head[1] * 2 + 4));
    const line = [[2, high / 2], [WIDE / 2, high / 2], [WIDE - 2, high / 2]];
    const shape = { arrow: { certainty }, line, width, ...az.arrows.headOf(line, head[0], head[1]) };
    const style = { colour, halo: theme.halo, taper: theme.taper, dashes: theme.dashes };
    return { width: WIDE, height: high, paint: (context) => az.arrows.paint(context, shape, style) };
  };

  /** @returns {Mark} */
  const marketMark = ({ markets, theme }, market) => {
    const { colour = theme.ink, width = 3, head = [10, 5] } = markets[market] ?? {};
    return arrowMark(colour, theme, width, head, "affirmed");
  };

  /** A circle as large as on the map. @returns {Mark} */
  const placeMark = (kind, radius, theme) => {
    const [width, height] = [Math.max(WIDE, 2 * radius + 4), Math.max(16, 2 * radius + 4)].map(Math.ceil);
    const paint = (context) => az.arrows.paintNode(context, kind, [width / 2, height / 2], radius, theme);
    return { width, height, paint };
  };

  const drawn = ({ width, height, paint }) => picture(width, height, paint);
  const placePicture = ({ theme }, kind) => drawn(placeMark(kind, 5, theme));
  const marketPicture = (model, market) => drawn(marketMark(model, market));

  const section = ({ title, rows }) =>
    element(
      "section",
      { class: "legend" },
      element("h2", {}, isolated(title)),
      element("ul", {}, ...rows.map(([mark, label]) => element("li", {}, drawn(mark), isolated(label)))),
    );

  /**
   * What the arrows of a map are told by, but for their markets.
   * @param {object} model
   * @param {object[]} arrows those on the map
   * @returns {{title: string, rows: [Mark, string][]}[]}
   */
  const groups = (model, arrows) => {
    const { legends, theme } = model;
    const ink = theme.quiet ?? "#5d6166";
    const thickest = Math.max(0, ...arrows.map((arrow) => arrow.width)) + 0.01;
    const certainties = new Set(arrows.map((arrow) => arrow.certainty));
    const places = arrows.flatMap((arrow) => [arrow.start, arrow.end]).map((index) => model.nodes[index]);
    const kinds = new Set(places.map((node) => node.kind));
    const widest = Math.max(0, ...places.map((node) => node.radius)) + 0.01;
    const widths = (legends.width?.entries ?? []).filter((entry) => entry.width <= thickest);
    // What all arrows are is no difference; where one alone is less than sure, it is told.
    const told = certainties.size > 1 || !certainties.has("affirmed");
    const dashes = ((told && legends.certainty?.entries) || []).filter((entry) => certainties.has(entry.certainty));
    const nodes = (legends.nodes?.entries ?? []).filter((entry) => kinds.has(entry.kind));
    const circles = (legends.circles?.entries ?? []).filter((entry) => entry.radius <= widest);
    const usual = [10, 4.5];
    return [
      {
        title: legends.width?.title,
        rows: widths.map(({ width, head, label }) => [arrowMark(ink, theme, width, head ?? usual, "affirmed"), label]),
      },
      {
        title: legends.certainty?.title,
        rows: dashes.map(({ certainty, label }) => [arrowMark(ink, theme, 2.4, usual, certainty), label]),
      },
      { title: legends.nodes?.title, rows: nodes.map(({ kind, label }) => [placeMark(kind, 5, theme), label]) },
      {
        title: legends.circles?.title,
        rows: circles.map(({ kind, radius, label }) => [placeMark(kind, radius, theme), label]),
      },
    ].filter(({ rows }) => rows.length);
  };

  /** What arrows are told apart by: markets, or where there are none, what is merged and what is not. */
  const marketTitle = (model) => (model.named ? "Markets" : "Arrows");

  /** The markets of some arrows, each with its colour; one class without a market says nothing. @returns {{title: string, rows: [Mark, string][]}} */
  const marketGroup = (model, arrows) => {
    const present = new Set(arrows.map((arrow) => arrow.market));
    const rows = model.markets.flatMap(({ label, letters }, market) =>
      present.has(market) ? [[marketMark(model, market), letters ? `${label} (${letters})` : label]] : []);
    return { title: marketTitle(model), rows: model.named || rows.length > 1 ? rows : [] };
  };

  /** @returns {Node[]} the legends of the panel, whose markets have boxes to tick of their own */
  const build = (model, arrows) => groups(model, arrows).map(section);

  az.legend = { build, groups, marketGroup, marketPicture, marketTitle, placePicture };
})();
