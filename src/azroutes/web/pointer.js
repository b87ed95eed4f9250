/* The mouse, the finger and the Escape key: what is under the pointer, the small note beside it, and choosing. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { element, isolated } = az.dom;
  const g = az.geometry;
  const NEAR = 5;

  /** @returns {{kind: "node" | "arrow", index: number} | null} what lies under a pixel of the map's element */
  const hit = (picture, [x, y]) => {
    const point = [x + picture.x, y + picture.y];
    let best = null;
    for (const { node, place } of picture.nodes) {
      // In shares of the radius, so that a small circle on a large one can be pointed at.
      const far = g.distance(point, place) / (node.radius + 3) - 1;
      if (far <= 0 && (!best || far < best.far)) best = { kind: "node", index: node.index, far };
    }
    if (best) return best;
    for (const shape of az.labels.shapesNear(picture, point)) {
      const far = g.distanceTo(point, shape.line) - shape.width / 2;
      // An arrow drawn later lies on top, so it also wins where two are equally near.
      if (far > NEAR || (best && Math.max(0, far) > Math.max(0, best.far))) continue;
      best = { kind: "arrow", index: shape.arrow.index, far };
    }
    return best;
  };

  /** @returns {[string, string | [string, string][]]} the name of what is pointed at, and a line more or chosen columns */
  const noteOf = (app, found) => {
    if (found.kind === "arrow") {
      const arrow = app.model.arrows[found.index];
      return [app.model.nameOf(arrow), az.tips.of(app.model, arrow) ?? app.model.describe(arrow)];
    }
    const node = app.model.nodes[found.index];
    const arrows = node.arrows.map((index) => app.model.arrows[index]).filter(app.isOn);
    const inwards = arrows.filter((arrow) => arrow.end === node.index).length;
    const outwards = arrows.filter((arrow) => arrow.start === node.index).length;
    return [node.name, `${inwards} in, ${outwards} out`];
  };

  /** Put the note beside the pointer, inside the map. */
  const move = (note, [x, y], size) => {
    const [width, height] = [note.offsetWidth, note.offsetHeight];
    const left = x + 16 + width > size.x ? x - 14 - width : x + 16;
    note.style.left = `${g.clamp(left, 4, Math.max(4, size.x - width - 4))}px`;
    note.style.top = `${g.clamp(y + 14, 4, Math.max(4, size.y - height - 4))}px`;
  };

  /** @param {object} app */
  const watch = (app) => {
    const { map, state } = app;
    const container = map.getContainer();
    const note = element("div", { class: "azroutes-note", hidden: true });
    (app.guest?.overlay ?? container).append(note);

    const leave = () => {
      note.hidden = true;
      if (state.hover === null) return;
      state.hover = null;
      container.classList.toggle("azroutes-over", app.peers().some((one) => one.state.hover));
      app.redraw();
    };
    /** What lies under a pixel; what another set of flows has there above it is not this one's. */
    const under = ({ x, y }) => {
      const peers = app.peers();
      const above = peers.slice(peers.indexOf(app) + 1);
      return above.some(({ picture }) => hit(picture, [x, y])) ? null : hit(app.picture, [x, y]);
    };
    /** Let something stand out, with its note beside a pixel of the map's element. */
    const tell = ({ kind, index }, point) => {
      const before = state.hover;
      if (before?.kind !== kind || before?.index !== index) {
        state.hover = { kind, index };
        const [name, more] = noteOf(app, state.hover);
        const lines = typeof more === "string" ? [element("span", {}, more)] : more.map(([what, values]) =>
          element("span", { class: "tip" }, `${what}: `, isolated(values)));
        note.replaceChildren(element("b", {}, isolated(name)), ...lines);
        app.redraw();
      }
      note.hidden = app.model.tooltip === false;
      move(note, point, map.getSize());
    };
    /** The same from the keyboard, beside a spot of the world. */
    const show = (found, [x, y]) => {
      const pixel = L.point(x, y).multiplyBy(256 * 2 ** map.getZoom()).subtract(map.getPixelBounds().min);
      tell(found, [pixel.x, pixel.y]);
    };
    map.on("mousemove", (event) => {
      if (map.dragging.moving()) return;
      const { x, y } = event.containerPoint;
      const found = under(event.containerPoint);
      if (!found) return void leave();
      tell(found, [x, y]);
      container.classList.add("azroutes-over");
    });
    map.on("mouseout movestart zoomstart", leave);
    map.on("click", (event) => {
      const found = under(event.containerPoint);
      note.hidden = true;
      app.select(found?.kind ?? null, found?.index);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") app.select(null);
    });
    return { leave, show };
  };

  az.pointer = { hit, watch };
})();
