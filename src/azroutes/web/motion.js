/* Small marks that run along the arrows, for those who would rather see a direction move; never for those who ask for
   less motion. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { element } = az.dom;
  const SPEED = 22;
  const GAP = 26;
  const MARK = 2;
  /** Arrows on which marks run, at the most: the widest. */
  const MOST = 400;
  /** Pictures a second. */
  const RATE = 24;

  const calm = () => globalThis.matchMedia("(prefers-reduced-motion: reduce)");

  /** Paint the marks where they are at a time. @param {number} seconds */
  const paint = (app, context, view, seconds) => {
    context.translate(-view.x, -view.y);
    context.strokeStyle = app.model.theme.halo;
    context.lineCap = "round";
    context.setLineDash([MARK, GAP]);
    context.lineDashOffset = -seconds * SPEED;
    const shapes = app.picture.shapes.filter(({ box }) => az.geometry.overlaps(box, view.frame));
    for (const { shaft, width } of [...shapes].sort((a, b) => b.width - a.width).slice(0, MOST)) {
      context.lineWidth = Math.max(1.2, width * 0.45);
      context.beginPath();
      az.arrows.inView(shaft, view.frame).forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.stroke();
    }
    context.setLineDash([]);
  };

  /** @param {object} app @returns {HTMLElement} a checkbox that sets the marks going */
  const build = (app) => {
    const input = element("input", { type: "checkbox" });
    const label = element("label", { class: "motion" }, input, element("span", { class: "name" }, "Show directions by moving marks"));
    let layer = null;
    let last = 0;
    const run = (time) => {
      if (!layer) return;
      if (time - last > 1000 / RATE && !document.hidden) {
        last = time;
        layer.draw();
      }
      requestAnimationFrame(run);
    };
    const set = (on) => {
      if (on === Boolean(layer)) return;
      if (!on) {
        layer.remove();
        layer = null;
        return;
      }
      layer = new az.CanvasLayer("azroutes-flows", (context, view) => paint(app, context, view, performance.now() / 1000));
      layer.addTo(app.map);
      layer.mark("azroutes-marks");
      requestAnimationFrame(run);
    };
    input.addEventListener("change", () => set(input.checked));
    const heed = () => {
      label.hidden = calm().matches;
      if (calm().matches) set((input.checked = false));
    };
    calm().addEventListener("change", heed);
    heed();
    return label;
  };

  az.motion = { build, paint };
})();
