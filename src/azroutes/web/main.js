/* Starts the page: reads the payload, makes the map and its two canvases, and ties panel and pointer to them. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const FAINT = 0.16;
  /** Heights of the names of places and countries where the theme has none, px. */
  const LABEL_PX = 12.5;
  const COUNTRY_PX = 11;

  const makeMap = (id) => {
    const map = L.map(id, {
      preferCanvas: true, zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 100, minZoom: 2, maxZoom: 10,
      maxBounds: [[-75, -220], [85, 220]], maxBoundsViscosity: 0.7, worldCopyJump: false,
    });
    map.attributionControl.setPrefix("Leaflet");
    // Land under and flows above whatever layers a user adds; neither takes the mouse from them.
    [["azroutes-land", 250], ["azroutes-flows", 450]].forEach(([name, order]) => {
      const pane = map.createPane(name);
      pane.style.zIndex = String(order);
      pane.style.pointerEvents = "none";
    });
    return map;
  };

  /** The arrows that stand out now, and the one that does most; null while nothing is pointed at or chosen. */
  const emphasis = (app) => {
    const focus = app.state.hover ?? app.state.selected;
    if (!focus) return null;
    if (focus.kind === "arrow") return { full: app.model.related(focus.index), strong: focus.index };
    return { full: new Set(app.model.nodes[focus.index].arrows), strong: null };
  };

  /** Where the map's own buttons lie. */
  const controlBoxes = (map, view) => {
    const container = map.getContainer();
    const origin = container.getBoundingClientRect();
    return [...container.parentElement.querySelectorAll(".leaflet-control, .azroutes-toggle")].map((control) => {
      const box = control.getBoundingClientRect();
      const [left, top] = [box.left - origin.left + view.x, box.top - origin.top + view.y];
      return { left, top, right: left + box.width, bottom: top + box.height };
    });
  };

  /** The forms of the arrows, which change with the zoom and the markets shown but not while the map is moved. */
  const shapesOf = (app, arrows, view) => {
    const key = [view.scale, ...arrows.map((arrow) => arrow.index)].join();
    if (app.forms?.key === key) return app.forms;
    const shapes = arrows.flatMap((arrow) => {
      const shape = az.arrows.shapeOf(app.model, arrow, view.toPixel);
      if (!shape) return [];
      shape.box = az.geometry.boxAround(shape.line, 8 + arrow.width / 2);
      return [shape];
    });
    app.forms = { key, shapes, grid: az.labels.gridOf(shapes) };
    return app.forms;
  };

  /** Everything the flow canvas shows in a view: forms, places and names, in pixels of the world. */
  const compose = (app, view, context) => {
    const { model } = app;
    const arrows = model.arrows.filter(app.isOn);
    const { shapes, grid } = shapesOf(app, arrows, view);
    const degree = new Map();
    for (const arrow of arrows) {
      for (const end of new Set([arrow.start, arrow.end])) degree.set(end, (degree.get(end) ?? 0) + 1);
    }
    const nodes = [...degree].map(([index, count]) => {
      const node = model.nodes[index];
      return { node, place: view.toPixel(node.world), degree: count };
    });
    // Large circles lie below small ones, which they would hide.
    nodes.sort((a, b) => b.node.radius - a.node.radius);
    const measure = (text, font) => {
      context.font = font;
      return context.measureText(text).width;
    };
    const { frame } = view;
    const { label_px: type = LABEL_PX, country_px: quietType = COUNTRY_PX } = model.theme;
    const { boxAround, overlaps } = az.geometry;
    const inView = nodes.filter(({ place }) => overlaps(boxAround([place], 20), frame));
    const controls = controlBoxes(app.map, view);
    const { labels, taken } = az.labels.placeNodes(inView, grid, measure, frame, controls, type);
    const lettersOf = (arrow) => model.markets[arrow.market]?.letters;
    const tags = az.labels.placeTags(shapes, lettersOf, grid, taken, measure, frame, type);
    taken.push(...tags.map((tag) => tag.box));
    const named = new Set(nodes.map(({ node }) => node.code));
    const others = model.land.filter((country) => !named.has(country.code));
    const { toPixel, scale } = view;
    const countries = az.labels.placeCountries(others, grid, toPixel, scale, taken, measure, frame, quietType);
    return { shapes, nodes, labels, tags, countries, x: view.x, y: view.y };
  };

  const paintFlows = (app, context, view) => {
    const { model } = app;
    const { theme } = model;
    const picture = (app.picture = compose(app, view, context));
    const focus = emphasis(app);
    context.translate(-view.x, -view.y);
    picture.countries.forEach((label) => az.labels.paint(context, label, theme.quiet ?? "#64625d", null));
    const rank = ({ arrow }) => {
      if (focus?.strong === arrow.index) return 3;
      // A loop is short, so it would be lost under the arrows that pass by.
      return (focus?.full.has(arrow.index) ? 2 : 0) + (arrow.start === arrow.end ? 0.5 : 0);
    };
    const seen = picture.shapes.filter(({ box }) => az.geometry.overlaps(box, view.frame));
    for (const shape of seen.sort((a, b) => rank(a) - rank(b))) {
      const { index, market } = shape.arrow;
      const colour = model.markets[market]?.colour ?? theme.ink;
      az.arrows.paint(context, shape, {
        colour, halo: theme.halo, taper: theme.taper, dashes: theme.dashes,
        alpha: focus && !focus.full.has(index) ? FAINT : 1,
        strong: focus?.strong === index,
      });
    }
    // The letters of arrows that stand back now would be read as those of the arrows that do not.
    const lettered = picture.tags.filter((tag) => !focus || focus.full.has(tag.arrow));
    lettered.forEach((tag) => az.labels.paint(context, tag, theme.ink, theme.halo));
    picture.nodes.forEach(({ node, place }) => az.arrows.paintNode(context, node.kind, place, node.radius, theme));
    picture.labels.forEach((label) => az.labels.paint(context, label, theme.ink, theme.halo));
  };

  /** Bring what is chosen into view, where the panel or an earlier move has put it out of sight. */
  const reveal = ({ model, map, state: { selected } }) => {
    const line = selected.kind === "arrow" ? model.arrows[selected.index].world : [model.nodes[selected.index].world];
    const [x, y] = line[Math.floor(line.length / 2)];
    const point = L.point(x, y).multiplyBy(256 * 2 ** map.getZoom());
    const seen = map.getPixelBounds();
    const margin = L.point(20, 20);
    if (L.bounds(seen.min.add(margin), seen.max.subtract(margin)).contains(point)) return;
    map.panTo(map.unproject(point), { animate: false });
  };

  const makeApp = (model, map) => {
    const state = { on: new Set(model.markets.keys()), hover: null, selected: null };
    const app = {
      model, map, state,
      picture: { shapes: [], nodes: [], labels: [], tags: [], countries: [], x: 0, y: 0 },
      isOn: (arrow) => state.on.has(arrow.market),
      redraw: () => app.flows.redraw(),
      drawNow: () => [app.ground, app.flows].forEach((layer) => layer.draw()),
      /** The arrows now on the map, and the records of their flows with their numbers in the payload. */
      shown: () => model.arrows.filter(app.isOn),
      shownFlows: () => {
        const indices = [...new Set(app.shown().flatMap((arrow) => arrow.flows))].sort((a, b) => a - b);
        return indices.map((index) => ({ ...model.flows[index], index }));
      },
      swatch: (market) => {
        const { colour = model.theme.ink, width = 3, head = [10, 5] } = model.markets[market] ?? {};
        const canvas = az.legend.arrowPicture(colour, model.theme, width, head, "affirmed");
        canvas.dataset.market = market;
        return canvas;
      },
      showMarkets: (markets) => {
        state.on = new Set(markets);
        state.hover = null;
        const { selected } = state;
        if (selected?.kind === "arrow" && !app.isOn(model.arrows[selected.index])) app.select(null);
        else if (selected?.kind === "node") app.select("node", selected.index);
        app.update();
        app.announce(az.speech.shownSentence(model, state.on, app.shown()));
      },
      showMarket: (market, on) => {
        const others = [...state.on].filter((index) => index !== market);
        app.showMarkets(on ? [...others, market] : others);
      },
      select: (kind, index) => {
        if (!kind && !state.selected) return;
        state.selected = kind ? { kind, index } : null;
        state.hover = null;
        const make = { arrow: () => az.details.ofArrow(model, index), node: () => az.details.ofNode(app, index) };
        app.panel.choose(kind ? make[kind]() : null);
        map.invalidateSize({ animate: false });
        if (kind) reveal(app);
        app.redraw();
      },
      update: () => {
        app.panel.update();
        app.keys.update();
        app.message.hidden = model.arrows.some(app.isOn);
        app.redraw();
      },
      /** For tests and other scripts: the arrows on the map, in pixels of its element. */
      arrowsDrawn: () => {
        const { shapes, x, y } = app.picture;
        return shapes.map(({ arrow: { index, market }, line, width }) => ({
          index, market, width, path: line.map((point) => [point[0] - x, point[1] - y]),
        }));
      },
    };
    return app;
  };

  /**
   * Build the page around the element of the map.
   * @param {string} id of the map's element
   * @returns {L.Map}
   */
  az.start = (id) => {
    const data = JSON.parse(document.getElementById("azroutes-data").textContent);
    const model = az.model.readModel(data);
    const map = makeMap(id);
    const container = map.getContainer();
    const root = container.parentElement;
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", "Map; two lists of its arrows and places follow, and a table of its flows");
    const app = (az.app = makeApp(model, map));
    const unticked = "No market is chosen. Tick one in the panel to see its arrows.";
    const empty = model.arrows.length ? unticked : "There is no flow to draw.";
    app.message = az.dom.element("p", { class: "azroutes-message", hidden: true }, empty);
    container.append(app.message);
    app.announce = az.speech.announcer(root);
    app.panel = az.panel.build(app, root);
    app.keys = az.keys.build(app);
    map.fitBounds(model.bounds, { padding: [18, 18], animate: false });
    const paintLand = (context, view) => az.land.paint(context, model.land, view, model.theme);
    app.ground = new az.CanvasLayer("azroutes-land", paintLand).addTo(map);
    app.flows = new az.CanvasLayer("azroutes-flows", (context, view) => paintFlows(app, context, view));
    app.flows.addTo(map);
    app.pointer = az.pointer.watch(app);
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(container);
    app.update();
    az.paper.watch(app, root);
    return map;
  };
})();
