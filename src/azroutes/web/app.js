/* A set of flows on a map: what it shows, what a reader does to it, and what that brings about. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});

  /** Why the map is empty, where it is. */
  const emptiness = ({ model, state }) => {
    if (!model.store.count) return "There is no flow to draw.";
    if (!state.on.size) return "No market is chosen. Tick one in the panel to see its arrows.";
    if (model.clustered && !state.filter.least) return "No arrow runs through this part of the map. Zoom out to see more.";
    return "The filters let no arrow through. Loosen or reset them in the panel.";
  };

  /** @param {object} model @param {L.Map} map */
  const makeApp = (model, map) => {
    const state = {
      filter: az.filter.fresh(), hover: null, selected: null,
      get on() {
        return new Set([...model.markets.keys()].filter((market) => !state.filter.markets.has(market)));
      },
    };
    const app = {
      model, map, state, ready: false,
      picture: az.picture.nothing(),
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
      drawNow: () => [app.ground, app.flows].forEach((layer) => layer?.draw()),
      swatch: (market) => {
        const canvas = az.legend.marketPicture(model, market);
        canvas.dataset.market = market;
        return canvas;
      },
      /** For pictures outside the page: all that a view shows, and the same painted with nothing standing out. */
      compose: (view, context, below) => az.picture.compose(app, view, context, below),
      paint: (context, view, picture) => az.painting.paint(app, context, view, picture),
      letter: (context, view, picture) => az.painting.letter(app, context, view, picture),
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
    return Object.assign(app, az.sets.among(app), az.selection.within(app));
  };

  az.makeApp = makeApp;
})();
