/* The sets of flows that lie on one map, and what each must know of the others. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  /** Those of each map, the lowest first. @type {WeakMap<L.Map, object[]>} */
  const onMaps = new WeakMap();

  /** What a set does among the others. @param {object} app */
  const among = (app) => ({
    /** All sets of flows on the map, this one among them, the lowest first. */
    peers: () => onMaps.get(app.map) ?? [],
    /** Lie on top of them, or be no longer one of them. */
    enter: () => {
      onMaps.set(app.map, [...app.peers().filter((one) => one !== app), app]);
      app.peers().forEach((one) => one.panel.meet());
    },
    exit: () => {
      onMaps.set(app.map, app.peers().filter((one) => one !== app));
      app.message.hidden = true;
      for (const one of app.peers()) {
        one.panel.meet();
        one.tell();
        one.redraw();
      }
    },
    // The names of others keep clear of what is on the map now.
    redraw: () => [...app.peers(), app].forEach(({ flows }) => flows?.redraw()),
  });

  az.sets = { among };
})();
