/* A Leaflet layer that is one canvas as large as the map: crisp on any screen, redrawn once a frame at most. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const SLOW = 20;
  /** How far the canvas of a slow picture goes beyond the map, in shares of its size, so that it can be moved first. */
  const MARGIN = 0.2;
  /** What a painter needs to know of a view, whose pixels count from the corner of the world. */
  const viewAt = (zoom, x, y, width, height, pad = 0) => {
    const scale = 256 * 2 ** zoom;
    const [right, bottom] = [x + width, y + height];
    return {
      scale, x, y, width, height, zoom,
      box: { left: x / scale, top: y / scale, right: right / scale, bottom: bottom / scale },
      frame: { left: x, top: y, right, bottom },
      seen: { left: x + pad, top: y + pad, right: right - pad, bottom: bottom - pad },
      toPixel: (world) => [world[0] * scale, world[1] * scale],
    };
  };

  /**
   * The map's present view.
   * @param {L.Map} map
   * @param {number} [pad] how far the canvas goes beyond the map on each side, px
   */
  const viewOf = (map, pad = 0) => {
    const size = map.getSize();
    const corner = map.containerPointToLayerPoint([-pad, -pad]);
    const origin = map.getPixelOrigin();
    const [x, y] = [origin.x + corner.x, origin.y + corner.y];
    return { corner, ...viewAt(map.getZoom(), x, y, size.x + 2 * pad, size.y + 2 * pad, pad) };
  };

  Object.assign(az, { viewAt, viewOf });
  if (!globalThis.L) return;

  az.CanvasLayer = L.Layer.extend({
    /** @param {string} pane @param {(context: CanvasRenderingContext2D, view: object) => void} painter */
    initialize(pane, painter) {
      L.setOptions(this, { pane });
      this._painter = painter;
      this._frame = null;
      this._cost = 0;
      this._waiting = [];
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
      const { x, y } = this._map.getSize();
      const view = viewOf(this._map, az.inkRatio || this._cost < SLOW ? 0 : Math.round(MARGIN * Math.max(x, y)));
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
      this._drawn = { zoom: view.zoom, corner: this._map.layerPointToLatLng(view.corner) };
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      if (!fresh) context.clearRect(0, 0, view.width, view.height);
      this._drawing = true;
      this._painter(context, view);
      this._drawing = false;
      this._cost = performance.now() - begun;
      this._waiting.splice(0).forEach((done) => done());
    },

    /** Name the canvas for styles. */
    mark(name) {
      this._canvas.classList.add(name);
    },

    /** Call back once the next picture is drawn, or the one that is being drawn. @param {() => void} done */
    afterDraw(done) {
      if (!this._waiting.includes(done)) this._waiting.push(done);
      if (!this._drawing) this.redraw();
    },

    /** While Leaflet animates a zoom the picture is stretched; it is drawn anew when the zoom has ended. */
    _scale(event) {
      const scale = this._map.getZoomScale(event.zoom, this._drawn.zoom);
      const goal = this._map._latLngToNewLayerPoint(this._drawn.corner, event.zoom, event.center);
      L.DomUtil.setTransform(this._canvas, goal, scale);
    },
  });
})();
