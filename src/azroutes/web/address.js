/* The state of the page in the fragment of its address: a link that opens the map as a reader has set it. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const PAUSE_MS = 250;

  /** Choices by their names, so that a link outlives a change in their order. */
  const setParts = ({ model, state: { filter, selected } }) => {
    const parts = new URLSearchParams();
    for (const market of filter.markets) parts.append("without", model.markets[market].label);
    for (const [key, off] of Object.entries(filter.off)) {
      for (const choice of off) parts.append(`without-${key}`, choice);
    }
    if (filter.period) parts.set("years", filter.period.join("-"));
    if (!filter.undated) parts.set("undated", "no");
    if (filter.least) parts.set("least", String(filter.least));
    if (filter.place) parts.set("place", `${filter.place.way} ${filter.place.code}`);
    if (selected && selected.key !== undefined) parts.set("open", `${selected.kind} ${selected.key}`);
    return parts;
  };

  /** The view and every set of flows; names of parts of the second begin with "2.", and so on. */
  const written = (app) => {
    const parts = new URLSearchParams();
    const { lat, lng } = app.map.getCenter();
    parts.set("map", [app.map.getZoom(), lat.toFixed(3), lng.toFixed(3)].join("/"));
    for (const one of app.peers()) {
      for (const [name, value] of setParts(one)) parts.append(`${one.mark ?? ""}${name}`, value);
    }
    return parts.toString();
  };

  const partsOf = (fragment, mark = "") => {
    const parts = [...new URLSearchParams(fragment.replace(/^#/, ""))];
    return new URLSearchParams(
      parts.filter(([name]) => name.startsWith(mark)).map(([name, value]) => [name.slice(mark.length), value]));
  };

  /** The filter that a fragment asks for; what it names and this page has not is passed over. */
  const readFilter = (parts, { markets, store }) => {
    const filter = az.filter.fresh();
    const named = new Set(parts.getAll("without"));
    filter.markets = new Set([...markets.keys()].filter((index) => named.has(markets[index].label)));
    for (const { key, choices } of store.facets) {
      const known = parts.getAll(`without-${key}`).filter((choice) => choices.includes(choice));
      if (known.length) filter.off[key] = new Set(known);
    }
    const years = (parts.get("years") ?? "").split("-").map(Number);
    if (years.length === 2 && years.every(Number.isInteger) && years[0] <= years[1]) filter.period = years;
    filter.undated = parts.get("undated") !== "no";
    const least = Number(parts.get("least"));
    filter.least = least > 0 && Number.isFinite(least) ? least : 0;
    const [, way, code] = /^(in|out|both) (.+)$/su.exec(parts.get("place") ?? "") ?? [];
    if (way) filter.place = { code, way };
    return filter;
  };

  const readView = (parts) => {
    const [zoom, lat, lon] = (parts.get("map") ?? "").split("/").map(Number);
    return [zoom, lat, lon].every(Number.isFinite) ? { zoom, centre: [lat, lon] } : null;
  };

  /** Set one set of flows as a fragment says. */
  const applySet = (app, fragment) => {
    const parts = partsOf(fragment, app.mark);
    app.setFilter(readFilter(parts, app.model));
    const [, kind, key] = /^(arrow|node) (.+)$/su.exec(parts.get("open") ?? "") ?? [];
    if (!kind) return;
    const { nodes, arrows, source } = app.model;
    if (source.seek) {
      // Chosen at any zoom, it may be other things at this one.
      const found = source.seek(kind, key);
      if (found?.rings.length || found?.rows.length) app.open(kind, key);
      return;
    }
    const index = kind === "node"
      ? nodes.findIndex(({ code }) => code === key)
      : arrows.findIndex((arrow) => String(arrow.key ?? arrow.index) === key && arrow.shown);
    if (index >= 0) app.select(kind, index);
  };

  /** Set the page as a fragment says. @returns {boolean} whether it said anything */
  const apply = (app, fragment) => {
    const view = readView(partsOf(fragment));
    if (!view) return false;
    app.map.setView(view.centre, view.zoom, { animate: false });
    app.peers().forEach((one) => applySet(one, fragment));
    return true;
  };

  /** The address of the page as it is set now. */
  const linkOf = (app) => `${location.href.split("#")[0]}#${written(app)}`;

  /** Set the page by its address, and keep the address up to date from then on. @param {object} app */
  const follow = (app) => {
    let own = location.hash;
    let timer = null;
    app.opened = own.length > 1 && apply(app, own) ? own : "";
    const write = () => {
      timer = null;
      own = `#${written(app)}`;
      try {
        history.replaceState(null, "", own);
      } catch {
        // Within a notebook the page has no address of its own.
      }
    };
    app.changed = () => {
      if (timer === null) timer = setTimeout(write, PAUSE_MS);
    };
    app.map.on("moveend", app.changed);
    addEventListener("hashchange", () => {
      if (location.hash !== own) apply(app, (own = location.hash));
    });
  };

  /** Have other flows come to those of the page: the view holds both, unless someone has said what it is. */
  const meet = (app, page) => {
    app.changed = page.changed;
    if (page.opened) applySet(app, page.opened);
    else if (app.map.getCenter().equals(page.home)) {
      if (app.model.framed) page.model.bounds = app.model.bounds;
      else if (!page.model.framed) page.model.bounds = L.latLngBounds(page.model.bounds).extend(app.model.bounds);
      app.map.fitBounds(page.model.bounds, az.FITTED);
      page.home = app.map.getCenter();
    }
  };

  az.address = { apply, follow, linkOf, meet, written };
})();
