/* What the canvas of flows shows in a view: forms of arrows, places and names, in pixels of the world. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  /** Heights of the names of places and countries where the theme has none, px. */
  const LABEL_PX = 12.5;
  const COUNTRY_PX = 11;
  /** Places that are drawn and named at once, at the most, where there are very many. */
  const MOST_PLACES = 1500;
  const MOST_NAMES = 60;

  /** Where the map's own buttons lie; a picture outside the page has none. */
  const controlBoxes = (map, view) => {
    if (view.apart) return [];
    const container = map.getContainer();
    const origin = container.getBoundingClientRect();
    return [...container.parentElement.querySelectorAll(".leaflet-control, .azroutes-toggle")].map((control) => {
      const box = control.getBoundingClientRect();
      const [left, top] = [box.left - origin.left + view.seen.left, box.top - origin.top + view.seen.top];
      return { left, top, right: left + box.width, bottom: top + box.height };
    });
  };

  /** The form of an arrow, which changes with the zoom, its width and its places' but not while the map is moved. */
  const formOf = (model, arrow, view) => {
    const [from, to] = [arrow.start, arrow.end].map((end) => model.nodes[end].radius);
    const key = `${view.scale} ${arrow.width} ${arrow.lane} ${from} ${to}`;
    if (arrow.form?.key !== key) {
      const shape = az.arrows.shapeOf(model, arrow, view.toPixel);
      if (shape) shape.box = az.geometry.boxAround(shape.line, 8 + arrow.width / 2);
      arrow.form = { key, shape };
    }
    return arrow.form.shape;
  };

  /** The forms of all arrows shown, and the squares of the map that they run through. */
  const shapesOf = (app, arrows, view) => {
    const shapes = arrows.map((arrow) => formOf(app.model, arrow, view)).filter(Boolean);
    const { forms } = app;
    const same = forms && forms.shapes.length === shapes.length && shapes.every((shape, k) => shape === forms.shapes[k]);
    // Very many arrows are others in another view, so squares beyond it are not needed; nor are those far beyond one.
    const crowded = Boolean(app.model.clustered) || view.zoom > az.CLOSE;
    if (!same || crowded) app.forms = { shapes, grid: az.labels.gridOf(shapes, crowded ? view.frame : null) };
    return app.forms;
  };

  /** The places that are drawn: those of the arrows shown, and where places cluster the largest in view besides. */
  const placesOf = (model, arrows, view) => {
    const degree = new Map();
    for (const arrow of arrows) {
      for (const end of new Set([arrow.start, arrow.end])) degree.set(end, (degree.get(end) ?? 0) + 1);
    }
    for (const { index } of model.source.placesIn?.(view.box, MOST_PLACES) ?? []) {
      if (!degree.has(index)) degree.set(index, 0);
    }
    const nodes = [...degree].map(([index, count]) => {
      const node = model.nodes[index];
      return { node, place: view.toPixel(node.world), degree: node.total ?? count };
    });
    // Large circles lie below small ones, which they would hide.
    return nodes.sort((a, b) => b.node.radius - a.node.radius || a.node.index - b.node.index);
  };

  /** A grid of arrows with those of other sets, of which none is its own. */
  const together = (grid, others) => {
    const all = new Map(grid);
    for (const other of others) {
      for (const [key, points] of other) {
        all.set(key, [...(all.get(key) ?? []), ...points.map(([x, y, weight, , half]) => [x, y, weight, -1, half])]);
      }
    }
    return all;
  };

  /** The places that are named: those in view that no set below names, and of very many those with most arrows. */
  const namedOf = (nodes, told, frame) => {
    const { boxAround, overlaps } = az.geometry;
    const near = nodes.filter(({ node, place }) => !told.has(node.code) && overlaps(boxAround([place], 20), frame));
    return near.length > MOST_NAMES ? [...near].sort((a, b) => b.degree - a.degree).slice(0, MOST_NAMES) : near;
  };

  /** The countries whose names may stand on their land: those that are no place of any set. */
  const unnamedOf = (model, nodes, others) => {
    const named = new Set(nodes.map(({ node }) => node.code));
    for (const other of others) {
      for (const { start, end } of other.shown()) {
        named.add(other.model.nodes[start].code).add(other.model.nodes[end].code);
      }
    }
    return model.land.filter((country) => !named.has(country.code));
  };

  /** All that is written: names of places, letters of arrows, names of countries, where each finds room. */
  const writingOf = (app, view, context, { shapes, nodes, obstacles, others, below }) => {
    const { model } = app;
    const { seen: frame, toPixel, scale } = view;
    const { label_px: type = LABEL_PX, country_px: quietType = COUNTRY_PX } = model.theme;
    const measure = (text, font) => {
      context.font = font;
      return context.measureText(text).width;
    };
    const told = new Set(below.flatMap(({ written }) => [...written]));
    const letters = below.flatMap((picture) => [...picture.labels, ...picture.tags, ...picture.countries]);
    const full = [...controlBoxes(app.map, view), ...letters.map(({ box }) => box)];
    const { labels, taken } = az.labels.placeNodes(namedOf(nodes, told, frame), obstacles, measure, frame, full, type);
    const lettersOf = (arrow) => model.markets[arrow.market]?.letters;
    const tags = az.labels.placeTags(shapes, lettersOf, obstacles, taken, measure, frame, type);
    taken.push(...tags.map((tag) => tag.box));
    const rest = unnamedOf(model, nodes, others);
    const countries = az.labels.placeCountries(rest, obstacles, toPixel, scale, taken, measure, frame, quietType);
    const written = new Set([...told, ...labels.map(({ node }) => model.nodes[node].code)]);
    return { labels, tags, countries, written };
  };

  /**
   * Everything the flow canvas shows in a view: forms, places and names, in pixels of the world.
   * @param {object} app
   * @param {object} view
   * @param {CanvasRenderingContext2D} context
   * @param {object[]} below pictures of the sets of flows that lie below: what they name is not named once more
   */
  const compose = (app, view, context, below) => {
    const { model } = app;
    // A picture that became slow is drawn beyond the map, which may bring in other arrows: then lists and panel follow.
    if (app.lookAround(view)) app.flows.afterDraw(app.tell);
    const arrows = model.arrows.filter(app.isOn);
    const { shapes, grid } = shapesOf(app, arrows, view);
    const others = app.peers().filter((other) => other !== app);
    const obstacles = others.length
      ? together(grid, others.map((other) => shapesOf(other, other.shown(), view).grid))
      : grid;
    const nodes = placesOf(model, arrows, view);
    const writing = writingOf(app, view, context, { shapes, nodes, obstacles, others, below });
    return { shapes, grid, nodes, ...writing, x: view.seen.left, y: view.seen.top };
  };

  /** The picture of a map without flows. */
  const nothing = () => ({ shapes: [], nodes: [], labels: [], tags: [], countries: [], written: [], x: 0, y: 0 });

  az.picture = { compose, nothing };
})();
