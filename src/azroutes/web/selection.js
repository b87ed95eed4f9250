/* What is pointed at and what is chosen: known at every zoom and under every filter, found again and brought in view. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});

  /** What an arrow or a place is known by at every zoom and under every filter. */
  const keyOf = (model, kind, index) => {
    if (model.source.keyOf) return model.source.keyOf(kind, index);
    if (kind === "node") return model.nodes[index]?.code;
    return model.arrows[index]?.key ?? index;
  };

  /** The number that it has now; -1 where it has none, or has parted. */
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

  /** The arrows of all its parts, where what was chosen has parted at this zoom. */
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

  /** What a reader points at and chooses, and what that brings about. @param {object} app */
  const within = (app) => {
    const { model, map, state } = app;
    return {
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
      /** Where what was chosen is another at this zoom, or its flows are others, the panel tells of what it is now. */
      renew: () => {
        const { selected } = state;
        if (!selected?.found || selected.found === selected.told) return;
        if (!selected.found.rings.length && !selected.found.rows.length) return void app.select(null);
        app.panel.renew(az.details.of(app, selected));
      },
    };
  };

  az.selection = { emphasis, within };
})();
