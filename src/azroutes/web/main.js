/* Starts the page: reads the payload, makes the map and its two canvases, and ties panel and pointer to them. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const FAINT = 0.16;
  /** Heights of the names of places and countries where the theme has none, px. */
  const LABEL_PX = 12.5;
  const COUNTRY_PX = 11;
  /** Places that are drawn and named at once, at the most, where there are very many. */
  const MOST_PLACES = 1500;
  const MOST_NAMES = 60;
  /** Where an arrow is one of very many, thin ones stand back: how clear the thinnest is, and how much each px adds. */
  const PALE = 0.3;
  const CLEARER = 0.25;

  /** The closest zoom of a page of our own; other maps go closer. */
  const CLOSE = 10;

  const makeMap = (id) => {
    const map = L.map(id, {
      preferCanvas: true, zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 100, minZoom: 2, maxZoom: CLOSE,
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

  /** The same where what was chosen has parted at this zoom. */
  const partedIn = ({ model }, { kind, found: { rings, rows } }) => {
    const wanted = new Set(rows);
    const full = kind === "node" ? rings.flatMap((ring) => model.nodes[ring].arrows)
      : model.arrows.filter(({ row }) => wanted.has(row)).map(({ index }) => index);
    return full.length ? { full: new Set(full), strong: null } : null;
  };

  /** The arrows that stand out now, and the one that does most; null while nothing is pointed at or chosen. */
  const emphasis = (app) => {
    const focus = app.state.hover ?? app.state.selected;
    if (focus?.index < 0 && focus.found) return partedIn(app, focus);
    if (!focus || focus.index < 0) return null;
    if (focus.kind === "arrow") return { full: app.model.related(focus.index), strong: focus.index };
    return { full: new Set(app.model.nodes[focus.index].arrows), strong: null };
  };

  /** The sets of flows on each map, the lowest first. @type {WeakMap<L.Map, object[]>} */
  const onMaps = new WeakMap();

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
    const crowded = Boolean(app.model.clustered) || view.zoom > CLOSE;
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
    const measure = (text, font) => {
      context.font = font;
      return context.measureText(text).width;
    };
    const frame = view.seen;
    const { label_px: type = LABEL_PX, country_px: quietType = COUNTRY_PX } = model.theme;
    const { boxAround, overlaps } = az.geometry;
    const told = new Set(below.flatMap(({ written }) => [...written]));
    const near = nodes.filter(({ node, place }) => !told.has(node.code) && overlaps(boxAround([place], 20), frame));
    const inView = near.length > MOST_NAMES ? [...near].sort((a, b) => b.degree - a.degree).slice(0, MOST_NAMES) : near;
    const letters = below.flatMap((picture) => [...picture.labels, ...picture.tags, ...picture.countries]);
    const full = [...controlBoxes(app.map, view), ...letters.map(({ box }) => box)];
    const { labels, taken } = az.labels.placeNodes(inView, obstacles, measure, frame, full, type);
    const lettersOf = (arrow) => model.markets[arrow.market]?.letters;
    const tags = az.labels.placeTags(shapes, lettersOf, obstacles, taken, measure, frame, type);
    taken.push(...tags.map((tag) => tag.box));
    const named = new Set(nodes.map(({ node }) => node.code));
    for (const other of others) {
      for (const { start, end } of other.shown()) {
        named.add(other.model.nodes[start].code).add(other.model.nodes[end].code);
      }
    }
    const rest = model.land.filter((country) => !named.has(country.code));
    const { toPixel, scale } = view;
    const countries = az.labels.placeCountries(rest, obstacles, toPixel, scale, taken, measure, frame, quietType);
    const written = new Set([...told, ...labels.map(({ node }) => model.nodes[node].code)]);
    return { shapes, grid, nodes, labels, tags, countries, written, x: frame.left, y: frame.top };
  };

  /** Paint a part of a picture, counted from the corner of the world, or of a view that is very close. */
  const within = (context, view, picture, paint) => {
    const [near, seen] = view.zoom > CLOSE ? az.closeUp(picture, view) : [picture, view];
    context.save();
    context.translate(-seen.x, -seen.y);
    paint(near, seen);
    context.restore();
  };

  const paintArrows = ({ model }, context, picture, view, focus) => {
    const { theme } = model;
    picture.countries.forEach((label) => az.labels.paint(context, label, theme.quiet ?? "#64625d", null));
    const rank = ({ arrow }) => {
      if (focus?.strong === arrow.index) return 3;
      // A loop is short, so it would be lost under the arrows that pass by.
      return (focus?.full.has(arrow.index) ? 2 : 0) + (arrow.start === arrow.end ? 0.5 : 0);
    };
    const crowded = Boolean(model.clustered);
    const clear = (width) => (crowded ? Math.min(1, PALE + CLEARER * width) : 1);
    const seen = picture.shapes.filter(({ box }) => az.geometry.overlaps(box, view.frame));
    // Few arrows are drawn the thin ones on top; of very many the thin ones lie below, as the ground.
    if (crowded) seen.reverse();
    for (const shape of seen.sort((a, b) => rank(a) - rank(b))) {
      const { index, market } = shape.arrow;
      const colour = model.markets[market]?.colour ?? theme.ink;
      const near = crowded ? az.arrows.near(shape, view.frame) : shape;
      az.arrows.paint(context, near, {
        colour, halo: theme.halo, taper: theme.taper, dashes: theme.dashes,
        alpha: focus && !focus.full.has(index) ? FAINT : clear(shape.width),
        strong: focus?.strong === index,
      });
    }
    picture.nodes.forEach(({ node, place }) => az.arrows.paintNode(context, node.kind, place, node.radius, theme));
  };

  const paintNames = ({ model: { theme } }, context, picture, focus) => {
    // The letters of arrows that stand back now would be read as those of the arrows that do not.
    const lettered = picture.tags.filter((tag) => !focus || focus.full.has(tag.arrow));
    lettered.forEach((tag) => az.labels.paint(context, tag, theme.ink, theme.halo));
    picture.labels.forEach((label) => az.labels.paint(context, label, theme.ink, theme.halo));
  };

  const paintFlows = (app, context, view) => {
    const peers = app.peers();
    const below = peers.slice(0, Math.max(0, peers.indexOf(app)));
    app.picture = compose(app, view, context, below.map(({ picture }) => picture));
    within(context, view, app.picture, (near, seen) => paintArrows(app, context, near, seen, emphasis(app)));
    // The uppermost writes the names of all, which its arrows would hide.
    if (peers.indexOf(app) < peers.length - 1) return;
    for (const one of below.concat(app)) {
      within(context, view, one.picture, (near) => paintNames(one, context, near, emphasis(one)));
    }
  };

  /** Bring what is chosen into view, where the panel or an earlier move has put it out of sight. */
  const reveal = ({ model, map, state: { selected } }) => {
    const { kind, index, found } = selected;
    // What has parted has no one place, and what is no longer there none at all.
    if (index < 0 && found?.rows.length !== 1) return;
    const line = kind === "node" ? [model.nodes[index].world]
      : (model.arrows[index] ?? model.source.arrowIn(found.rows[0])).world;
    const [x, y] = line[Math.floor(line.length / 2)];
    const point = L.point(x, y).multiplyBy(256 * 2 ** map.getZoom());
    const seen = map.getPixelBounds();
    const margin = L.point(20, 20);
    if (L.bounds(seen.min.add(margin), seen.max.subtract(margin)).contains(point)) return;
    map.panTo(map.unproject(point), { animate: false });
  };

  /** Why the map is empty, where it is. */
  const emptiness = ({ model, state }) => {
    if (!model.store.count) return "There is no flow to draw.";
    if (!state.on.size) return "No market is chosen. Tick one in the panel to see its arrows.";
    if (model.clustered && !state.filter.least) return "No arrow runs through this part of the map. Zoom out to see more.";
    return "The filters let no arrow through. Loosen or reset them in the panel.";
  };

  /** The picture of a map without flows. */
  const nothing = () => ({ shapes: [], nodes: [], labels: [], tags: [], countries: [], written: [], x: 0, y: 0 });

  /** What a reader does to the page, and what that brings about. */
  const makeApp = (model, map) => {
    const state = {
      filter: az.filter.fresh(), hover: null, selected: null,
      get on() {
        return new Set([...model.markets.keys()].filter((market) => !state.filter.markets.has(market)));
      },
    };
    const app = {
      model, map, state, ready: false,
      picture: nothing(),
      isOn: (arrow) => arrow.shown,
      /** The arrows on the map; where there are too many to draw, the widest in view. */
      shown: () => model.arrows.filter(app.isOn),
      shownFlows: () => model.source.shownFlows().map((flow) => ({ ...model.store.at(flow), index: flow })),
      /** The same, of very many those with the largest quantities. @param {number} most */
      listedFlows: (most) => {
        const { amount, at } = model.store;
        const size = (flow) => (Number.isNaN(amount[flow]) ? -1 : amount[flow]);
        const all = model.source.shownFlows();
        const some = all.length > most ? [...all].sort((a, b) => size(b) - size(a) || a - b).slice(0, most) : all;
        return some.map((flow) => ({ ...at(flow), index: flow }));
      },
      /** All sets of flows on the map, this one among them, the lowest first. */
      peers: () => onMaps.get(map) ?? [],
      /** Lie on top of them, or be no longer one of them. */
      enter: () => {
        onMaps.set(map, [...app.peers().filter((one) => one !== app), app]);
        app.peers().forEach((one) => one.panel.meet());
      },
      exit: () => {
        onMaps.set(map, app.peers().filter((one) => one !== app));
        app.message.hidden = true;
        for (const one of app.peers()) {
          one.panel.meet();
          one.tell();
          one.redraw();
        }
      },
      // The names of others keep clear of what is on the map now.
      redraw: () => [...app.peers(), app].forEach(({ flows }) => flows?.redraw()),
      drawNow: () => [app.ground, app.flows].forEach((layer) => layer?.draw()),
      swatch: (market) => {
        const canvas = az.legend.marketPicture(model, market);
        canvas.dataset.market = market;
        return canvas;
      },
      /** For pictures outside the page: all that a view shows, and the same painted with nothing standing out. */
      compose: (view, context, below) => compose(app, view, context, below),
      paint: (context, view, whole) =>
        within(context, view, whole, (picture, seen) => paintArrows(app, context, picture, seen, null)),
      letter: (context, view, whole) =>
        within(context, view, whole, (picture) => paintNames(app, context, picture, null)),
      showMarkets: (markets) => {
        const on = new Set(markets);
        app.setFilter({ markets: new Set([...model.markets.keys()].filter((market) => !on.has(market))) });
      },
      showMarket: (market, on) => {
        const others = [...state.on].filter((index) => index !== market);
        app.showMarkets(on ? [...others, market] : others);
      },
      setFilter: (change) => {
        Object.assign(state.filter, change);
        state.hover = null;
        app.update();
        app.announce(az.speech.shownSentence(app));
        const { selected } = state;
        // Where places cluster, sums are others now, so the panel has been made anew.
        if (model.clustered) return;
        if (selected?.kind === "node") app.select("node", selected.index);
        else if (selected && !(selected.index >= 0 && app.isOn(model.arrows[selected.index]))) app.select(null);
      },
      select: (kind, index) => app.open(kind, kind && keyOf(model, kind, index)),
      /** The same by what it is known by, also where it is not drawn now. */
      open: (kind, key) => {
        if (!kind && !state.selected) return;
        state.selected = kind ? { kind, key } : null;
        state.hover = null;
        app.seek();
        app.panel.choose(kind ? az.details.of(app, state.selected) : null);
        map.invalidateSize({ animate: false });
        if (kind) reveal(app);
        app.changed?.();
        app.redraw();
      },
      /** Find again what was chosen: it may have another number now, and at another zoom be other things. */
      seek: () => {
        const { selected } = state;
        if (!selected) return;
        selected.found = model.source.seek?.(selected.kind, selected.key);
        selected.index = indexOf(model, selected);
      },
      /** Where places cluster: take what the view shows, and find again what was chosen; whether it is new. */
      lookAround: (view) => {
        const { hover, selected } = state;
        const held = hover && { ...hover, key: keyOf(model, hover.kind, hover.index) };
        if (!model.source.look(view, state.filter, [held, selected].filter(Boolean))) return false;
        // What is pointed at has another number now, or is gone.
        const index = held ? indexOf(model, held) : -1;
        state.hover = index < 0 ? null : { kind: held.kind, index };
        app.seek();
        return true;
      },
      /** Bring panel and message up to date with what the map shows. */
      tell: () => {
        app.changed?.();
        app.panel.update();
        app.renew();
        app.keys.update();
        const [lowest = app] = app.peers();
        lowest.message.textContent = emptiness(app);
        lowest.message.hidden = [app, ...app.peers()].some((one) => one.model.arrows.some(one.isOn));
      },
      /** Where what was chosen is another at this zoom, or its flows are others, the panel tells of what it is now. */
      renew: () => {
        const { selected } = state;
        if (!selected?.found || selected.found === selected.told) return;
        if (!selected.found.rings.length && !selected.found.rows.length) return void app.select(null);
        app.panel.renew(az.details.of(app, selected));
      },
      update: () => {
        app.result = az.filter.apply(model.store, state.filter);
        model.source.refresh(app.result, state.filter, map.getZoom());
        // Sums are made anew, so what the view shows is too, before the panel tells of it.
        app.lookAround(az.viewOf(map));
        app.seek();
        app.tell();
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

  /** What an arrow or a place is known by at every zoom and under every filter. */
  const keyOf = (model, kind, index) => {
    if (model.source.keyOf) return model.source.keyOf(kind, index);
    if (kind === "node") return model.nodes[index]?.code;
    return model.arrows[index]?.key ?? index;
  };

  const indexOf = (model, { kind, key, found }) => {
    if (found) {
      const [one, ...more] = kind === "node" ? found.rings : found.rows;
      if (one === undefined || more.length) return -1;
      return kind === "node" ? one : model.arrows.findIndex(({ row }) => row === one);
    }
    if (kind === "node" && model.source.seek) return model.source.seek(kind, key)?.rings[0] ?? -1;
    if (kind === "node") return model.nodes.findIndex(({ code }) => code === key);
    return model.arrows.findIndex((arrow) => (arrow.key ?? arrow.index) === key);
  };

  /**
   * Panel, canvases and pointer, once all data is there.
   * @param {object} data the payload
   * @param {Record<string, ArrayLike<number>> | null} columns
   * @param {L.Map} map
   * @param {{root: HTMLElement, overlay: HTMLElement, aside?: HTMLElement, page?: object}} [guest] on a map that is not
   *   the page's own: the panel's element and the ground for notes; the page's own flows where others have come to them
   */
  const begin = (data, columns, map, guest) => {
    const model = az.model.readModel(data, columns);
    const container = map.getContainer();
    const app = makeApp(model, map);
    if (!guest?.page) az.app = app;
    app.guest = guest ?? null;
    app.looks = az.paper.looksOf(model);
    app.message = az.dom.element("p", { class: "azroutes-message", hidden: true });
    (guest?.overlay ?? container).append(app.message);
    const root = guest?.root ?? container.parentElement;
    app.announce = az.speech.announcer(root);
    app.panel = az.panel.build(app, root);
    app.keys = az.keys.build(app);
    map.invalidateSize({ animate: false });
    if (!guest) {
      map.fitBounds(model.bounds, { padding: [18, 18], animate: false });
      app.home = map.getCenter();
      const paintLand = (context, view) => az.land.paint(context, model.land, view, model.theme);
      app.ground = new az.CanvasLayer("azroutes-land", paintLand).addTo(map);
    }
    app.flows = new az.CanvasLayer("azroutes-flows", (context, view) => paintFlows(app, context, view));
    app.state.filter.least = data.clustered?.at_least ?? 0;
    app.update();
    app.enter();
    app.flows.addTo(map);
    app.pointer = az.pointer.watch(app);
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(container);
    // Another zoom may have other places, and another view other arrows.
    if (columns) map.on("moveend", () => app.flows.afterDraw(app.tell));
    // How the page looks, and what its address says, is for whoever made it.
    if (!guest) {
      az.paper.watch(app, root);
      az.address.follow(app);
    }
    app.ready = true;
    return app;
  };

  /** What tells of flows where they cannot be drawn. */
  const undrawn = (data, columns, map) => {
    const model = az.model.readModel(data, columns);
    const app = Object.assign(makeApp(model, map), { guest: {}, undrawn: true });
    model.source.refresh(az.filter.apply(model.store, app.state.filter), app.state.filter, map.getZoom());
    model.source.arrowOf = () => -1;
    return app;
  };

  /**
   * Build the page around the element of the map.
   * @param {string} id of the map's element
   * @returns {L.Map}
   */
  az.start = (id) => {
    const unseen = az.fallback.show(document.getElementById(id));
    if (unseen) return unseen;
    const holder = document.getElementById("azroutes-data");
    const data = JSON.parse(holder.textContent);
    const map = makeMap(id);
    const container = map.getContainer();
    container.style.backgroundColor = data.theme.water;
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", "Map; two lists of its arrows and places follow, and a table of its flows");
    map.fitBounds(data.bounds, { padding: [18, 18], animate: false });
    // Others may come to the page's own flows; they wait for them and are told apart by their number.
    az.host = { map, sets: 1, begun: null };
    if (!data.clustered) az.host.begun = Promise.resolve(begin(data, null, map));
    else {
      holder.textContent = "";
      az.host.begun = az.packed.read(data.clustered.packed).then((columns) => {
        data.clustered.packed = null;
        return begin(data, columns, map);
      });
    }
    return map;
  };

  Object.assign(az, { begin, nothing, undrawn });
})();
