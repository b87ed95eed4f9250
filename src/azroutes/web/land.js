/* Land and borders; water is the background. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const DETAIL = 0.6;

  /** Add a ring to the path, leaving out points that no one could tell apart. */
  const addRing = (context, line, view) => {
    let lastX = Infinity;
    let lastY = Infinity;
    for (let i = 0; i + 1 < line.length; i += 2) {
      const x = line[i] * view.scale - view.x;
      const y = line[i + 1] * view.scale - view.y;
      if (i === 0) context.moveTo(x, y);
      else if (Math.abs(x - lastX) + Math.abs(y - lastY) < DETAIL) continue;
      else context.lineTo(x, y);
      lastX = x;
      lastY = y;
    }
    context.closePath();
  };

  /** @param {CanvasRenderingContext2D} context @param {object[]} land @param {object} view @param {object} theme */
  const paint = (context, land, view, theme) => {
    context.save();
    context.fillStyle = theme.land;
    context.strokeStyle = theme.border;
    context.lineWidth = 0.7;
    context.lineJoin = "round";
    for (const country of land) {
      const rings = country.rings.filter(({ box }) => az.geometry.overlaps(box, view.box));
      if (!rings.length) continue;
      context.beginPath();
      rings.forEach(({ line }) => addRing(context, line, view));
      context.fill("evenodd");
      context.stroke();
    }
    context.restore();
  };

  az.land = { paint };
})();
