/* Flows as a layer of a map that someone else made: between its tiles and its markers, with the panel as a control. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  /** Narrower than this, px, a map has its panel folded at first. */
  const WIDE = 800;
  if (!globalThis.L) return;

  const { element } = az.dom;

  /** The panel as a control in a corner, and a ground over the map for notes. */
  const frameOf = ({ title }) => {
    const panel = element("aside", { class: "azroutes-panel", "aria-label": String(title || "Flows") });
    const root = element("div", { class: "azroutes azroutes-joined" }, panel);
    const overlay = element("div", { class: "azroutes azroutes-over-map" });
    L.DomEvent.disableClickPropagation(root);
    L.DomEvent.disableScrollPropagation(root);
    const control = L.control({ position: "bottomleft" });
    control.onAdd = () => root;
    return { root, overlay, control };
  };

  /** Give both the inks of the theme, once they are on the map: whether its paper is dark is seen on it. */
  const dress = ({ root, overlay }, theme) => {
    az.paper.dress(root, theme);
    overlay.style.cssText = root.style.cssText;
    overlay.classList.toggle("azroutes-dark", root.classList.contains("azroutes-dark"));
  };

  const Joined = L.Layer.extend({
    /** @param {object} data the payload */
    initialize(data) {
      this._data = data;
      this._app = null;
    },

    onAdd(map) {
      if (!map.getPane("azroutes-flows")) {
        const pane = map.createPane("azroutes-flows");
        pane.style.zIndex = "450";
        pane.style.pointerEvents = "none";
      }
      this._frame ??= frameOf(this._data);
      const { control, overlay, root } = this._frame;
      // Panels of more layers stand on one another, so only the first is open from the start.
      const room = map.getSize().x >= WIDE && !map.getContainer().querySelector(".azroutes-joined");
      this._frame.open ??= room;
      control.addTo(map);
      map.getContainer().append(overlay);
      dress(this._frame, this._data.theme);
      if (this._app) this._app.flows.addTo(map);
      else if (!this._begun) {
        this._begun = true;
        this._begin(map).then((app) => {
          this._app = app;
          const { open } = this._frame;
          if (open === root.classList.contains("azroutes-closed")) root.querySelector(".azroutes-toggle").click();
          // What lies below the panel is not pointed at.
          L.DomEvent.on(root, "mousemove", L.DomEvent.stopPropagation);
          L.DomEvent.on(root, "mouseenter", app.pointer.leave);
          if (!this._map) this._leave();
        });
      }
    },

    onRemove() {
      this._frame.control.remove();
      this._frame.overlay.remove();
      this._leave();
    },

    /** For controls that show all of a layer. */
    getBounds() {
      return L.latLngBounds(this._data.bounds);
    },

    async _begin(map) {
      const { clustered } = this._data;
      const columns = clustered ? await az.packed.read(clustered.packed) : null;
      return az.begin(this._data, columns, map, this._frame);
    },

    /** Nothing is left on the map that could be pointed at. */
    _leave() {
      const app = this._app;
      if (!app) return;
      app.select(null);
      app.pointer.leave();
      app.flows.remove();
      app.picture = az.nothing();
    },
  });

  /**
   * Make a layer of the flows that the page holds.
   * @param {string} id of their data
   * @returns {L.Layer}
   */
  az.join = (id) => {
    // Without a canvas there is nothing to draw on; the rest of the map is none the worse for it.
    if (!az.fallback.draws()) return L.layerGroup();
    return new Joined(JSON.parse(document.getElementById(id).textContent));
  };
})();
