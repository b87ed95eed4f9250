/* Starts the page: reads the payload, makes the map and its two canvases, and ties panel and pointer to them. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});

  /** How places are fitted into the view: no circle at its edge, nor below the buttons in its corner. */
  az.FITTED = { paddingTopLeft: [52, 24], paddingBottomRight: [24, 24], animate: false };

  /** How far a map may be moved: around the middle of the globe, or of places that lie across its end. */
  const reach = ([[, west], [, east]]) => {
    const middle = west < -180 || east > 180 ? (west + east) / 2 : 0;
    return [[-75, middle - 220], [85, middle + 220]];
  };

  const makeMap = (id, maxZoom) => {
    const map = L.map(id, {
      preferCanvas: true, zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 100, minZoom: 0.5, maxZoom,
      maxBoundsViscosity: 0.7, worldCopyJump: false,
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
    const app = az.makeApp(model, map);
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
      map.fitBounds(model.bounds, az.FITTED);
      app.home = map.getCenter();
      const paintLand = (context, view) => az.land.paint(context, model.land, view, model.theme);
      app.ground = new az.CanvasLayer("azroutes-land", paintLand).addTo(map);
    }
    app.flows = new az.CanvasLayer("azroutes-flows", (context, view) => az.painting.paintFlows(app, context, view));
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
      // Leaflet glides back into these from a view beyond them, also while the next view is set, which it then shifts.
      map.setMaxBounds(reach(model.bounds));
    }
    app.ready = true;
    return app;
  };

  /** What tells of flows where they cannot be drawn. */
  const undrawn = (data, columns, map) => {
    const model = az.model.readModel(data, columns);
    const app = Object.assign(az.makeApp(model, map), { guest: {}, undrawn: true });
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
    // Spots of a user's own may all be in one city, of which the land has no shape at any zoom.
    const spots = !data.clustered && data.nodes.every(({ kind }) => kind === "point");
    const map = makeMap(id, spots ? az.CLOSEST : az.CLOSE);
    const container = map.getContainer();
    container.style.backgroundColor = data.theme.water;
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", "Map; two lists of its arrows and places follow, and a table of its flows");
    map.fitBounds(data.bounds, az.FITTED);
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

  Object.assign(az, { begin, undrawn });
})();
