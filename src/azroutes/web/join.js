/* Flows as a layer of a map that someone else made: between its tiles and its markers, with the panel as a control. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  /** Narrower than this, px, a map has its panel folded at first. */
  const WIDE = 800;
  /** Width and height of the map on a sheet of A4 at the most, px. */
  const SHEET = [680, 900];
  const NO_CANVAS = "This browser draws on no canvas, so the arrows are not on the map. These are the flows:";
  if (!globalThis.L) return;

  const { element, isolated } = az.dom;

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

  /** On a page of ours the panel takes turns with the page's own. */
  const pageFrame = (map, { title }) => ({
    root: map.getContainer().parentElement, overlay: element("div", { class: "azroutes-over-page" }),
    aside: element("aside", { class: "azroutes-panel", hidden: true, "aria-label": `About: ${title}` }),
  });

  /**
   * Tell of flows on someone else's map, which has no picture of them: in a sentence and a table.
   * @param {object} app
   * @param {HTMLElement} root of the panel
   */
  const tell = (app, root) => {
    app.announce = az.speech.announcer(root);
    const table = az.table.build(app);
    const head = element("header", {}, element("h1", {}, isolated(app.model.title)),
      element("p", { class: "status" }, NO_CANVAS));
    const rest = [table.root, az.exports.section(app), ...az.panel.endMatter(app.model)];
    const body = element("div", { class: "body" }, element("div", { class: "rest" }, ...rest.filter(Boolean)));
    root.querySelector(".azroutes-panel").append(head, body);
    const folding = az.panel.toggle(root);
    root.append(folding.button);
    folding.set(true);
    root.classList.add("azroutes-wide");
    table.opened();
  };

  const Joined = L.Layer.extend({
    /** @param {object} data the payload */
    initialize(data) {
      this._data = data;
      this._app = null;
      this._mark = az.host ? `${(az.host.sets += 1)}.` : "";
    },

    onAdd(map) {
      const page = az.host?.map === map;
      if (page) this._frame ??= pageFrame(map, this._data);
      else this._enter(map);
      if (this._app) this._come(map);
      else if (!this._begun) {
        this._begun = true;
        this._begin(map, page).then(() => {
          if (!this._map) this._leave();
        });
      }
    },

    /** The panel in its corner, on a map that is not ours. */
    _enter(map) {
      if (!map.getPane("azroutes-flows")) {
        const pane = map.createPane("azroutes-flows");
        pane.style.zIndex = "450";
        pane.style.pointerEvents = "none";
      }
      this._frame ??= frameOf(this._data);
      const { control, overlay } = this._frame;
      // Panels of more layers stand on one another, so only the first is open from the start.
      const room = map.getSize().x >= WIDE && !map.getContainer().querySelector(".azroutes-joined");
      this._frame.open ??= room;
      control.addTo(map);
      map.getContainer().append(overlay);
      dress(this._frame, this._data.theme);
    },

    onRemove() {
      this._frame.control?.remove();
      this._frame.overlay.remove();
      this._leave();
    },

    /** For controls that show all of a layer. */
    getBounds() {
      return L.latLngBounds(this._data.bounds);
    },

    async _begin(map, page) {
      const { _data: data, _frame: frame } = this;
      const columns = data.clustered ? await az.packed.read(data.clustered.packed) : null;
      if (!az.fallback.draws()) return void tell(az.undrawn(data, columns, map), frame.root);
      if (page) frame.page = await az.host.begun;
      const app = (this._app = az.begin(data, columns, map, frame));
      if (page) {
        app.mark = this._mark;
        this._come(map);
        return void az.address.meet(app, frame.page);
      }
      const { open, root } = frame;
      if (open === root.classList.contains("azroutes-closed")) root.querySelector(".azroutes-toggle").click();
      az.paper.onPaper(() => this._toPaper(), () => this._fromPaper());
      // What lies below the panel is not pointed at.
      L.DomEvent.on(root, "mousemove", L.DomEvent.stopPropagation);
      L.DomEvent.on(root, "mouseenter", app.pointer.leave);
    },

    /** On paper the map shows what it did, as no tiles come while it is printed, and the panel stands below it. */
    _toPaper() {
      const { _app: app, _frame: { root }, _map: map } = this;
      if (!map || this._printed) return;
      const container = map.getContainer();
      const folded = [...root.querySelectorAll("details.credits:not([open])")];
      const [{ x, y }, style] = [map.getSize(), container.style.cssText];
      this._printed = { container, style, folded, spot: new Comment(), lowest: app.peers()[0] === app };
      folded.forEach((part) => part.setAttribute("open", ""));
      root.replaceWith(this._printed.spot);
      document.body.append(root);
      az.inkRatio = az.paper.PRINT_RATIO;
      if (this._printed.lowest) {
        const zoom = String(Math.min(SHEET[0] / x, SHEET[1] / y));
        Object.assign(container.style, { width: `${x}px`, height: `${y}px`, zoom });
      }
      app.drawNow();
    },

    _fromPaper() {
      if (!this._printed) return;
      const { container, style, folded, spot, lowest } = this._printed;
      this._printed = null;
      az.inkRatio = null;
      folded.forEach((part) => part.removeAttribute("open"));
      spot.replaceWith(this._frame.root);
      if (lowest) container.style.cssText = style;
      this._app.drawNow();
    },

    /** Be on the map, perhaps once more. */
    _come(map) {
      const { _app: app, _frame: frame } = this;
      map.getContainer().append(frame.overlay);
      if (frame.page) {
        const panels = [...frame.root.querySelectorAll(".azroutes-panel")];
        if (!frame.aside.isConnected) panels[panels.length - 1].after(frame.aside);
        frame.page.panel.aside.before(app.keys.nav);
        az.paper.wear(app, app.looks[frame.page.look]);
      }
      app.enter();
      app.flows.addTo(map);
      app.update();
    },

    /** Nothing is left on the map that could be pointed at. */
    _leave() {
      const { _app: app, _frame: { aside, page } } = this;
      if (!app) return;
      app.select(null);
      app.pointer.leave();
      app.flows.remove();
      app.picture = az.picture.nothing();
      app.exit();
      if (!page) return;
      app.keys.nav.remove();
      if (!aside.hidden) page.panel.show();
      aside.remove();
    },
  });

  az.Joined = Joined;

  /**
   * Make a layer of the flows that the page holds.
   * @param {string} id of their data
   * @returns {L.Layer}
   */
  az.join = (id) => {
    // A page of ours that cannot be drawn shows the picture and the table of all its flows.
    if (document.querySelector(".azroutes-stilled")) return L.layerGroup();
    return new Joined(JSON.parse(document.getElementById(id).textContent));
  };
})();
