/* A Leaflet layer that is one canvas as large as the map: crisp on any screen, redrawn once a frame at most. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const SLOW = 20;
  if (!globalThis.L) return;

  /** What a painter needs to know of the map's present view; its pixels count from the corner of the world. */
  const viewOf = (map) => {
    const size = map.getSize();
    const corner = map.containerPointToLayerPoint([0, 0]);
    const origin = map.getPixelOrigin();
    const scale = 256 * 2 ** map.getZoom();
    const [x, y] = [origin.x + corner.x, origin.y + corner.y];
    return {
      scale, x, y, corner, width: size.x, height: size.y,
      box: { left: x / scale, top: y / scale, right: (x + size.x) / scale, bottom: (y + size.y) / scale },
      frame: { left: x, top: y, right: x + size.x, bottom: y + size.y },
      toPixel: (world) => [world[0] * scale, world[1] * scale],
    };
  };

  az.CanvasLayer = L.Layer.extend({
    /** @param {string} pane @param {(context: CanvasRenderingContext2D, view: object) => void} painter */
    initialize(pane, painter) {
      L.setOptions(this, { pane });
      this._painter = painter;
      this._frame = null;
      this._cost = 0;
    },

    onAdd() {
      this._canvas = L.DomUtil.create("canvas", "azroutes-canvas leaflet-zoom-animated", this.getPane());
      this._canvas.setAttribute("aria-hidden", "true");
      this.draw();
    },

    onRemove() {
      if (this._frame !== null) L.Util.cancelAnimFrame(this._frame);
      this._canvas.remove();
    },

    getEvents() {
      const { redraw } = this;
      return { move: this._follow, moveend: redraw, resize: redraw, viewreset: redraw, zoomanim: this._scale };
    },

    redraw() {
      if (this._frame === null) this._frame = L.Util.requestAnimFrame(this.draw, this);
    },

    /** The canvas moves with the map by itself; only a picture that is quickly made is made anew at each step. */
    _follow() {
      if (this._cost < SLOW) this.redraw();
    },

    draw() {
      this._frame = null;
      // A zoom that is being animated ends with a move, and that draws.
      if (!this._map || this._map._animatingZoom) return;
      const begun = performance.now();
      const view = viewOf(this._map);
      const ratio = az.inkRatio ?? (globalThis.devicePixelRatio || 1);
      const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
      const context = this._canvas.getContext("2d");
      // A canvas that gets a size is empty; printed, what clears a canvas would hide what lies below it.
      const fresh = az.inkRatio || this._canvas.width !== width || this._canvas.height !== height;
      if (fresh) {
        this._canvas.width = width;
        this._canvas.height = height;
        this._canvas.style.width = `${view.width}px`;
        this._canvas.style.height = `${view.height}px`;
      }
      L.DomUtil.setTransform(this._canvas, view.corner, 1);
      this._drawn = { zoom: this._map.getZoom(), corner: this._map.containerPointToLatLng([0, 0]) };
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      if (!fresh) context.clearRect(0, 0, view.width, view.height);
      this._painter(context, view);
      this._cost = performance.now() - begun;
    },

    /** While Leaflet animates a zoom the picture is stretched; it is drawn anew when the zoom has ended. */
    _scale(event) {
      const scale = this._map.getZoomScale(event.zoom, this._drawn.zoom);
      const goal = this._map._latLngToNewLayerPoint(this._drawn.corner, event.zoom, event.center);
      L.DomUtil.setTransform(this._canvas, goal, scale);
    },
  });

  az.viewOf = viewOf;
})();
