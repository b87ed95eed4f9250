/* Where names stand: greedy over eight positions, so that no name covers another name or a place. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const g = az.geometry;
  const FONT = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", sans-serif';
  const LONGEST = 42;
  const HEIGHT = 15;
  const CELL = 32;

  // Right of the place is read best, then left, then above and below, the corners last.
  const POSITIONS = [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [1, 1], [-1, -1], [-1, 1]];

  const fontOf = (kind) => (kind === "region" ? `italic 12.5px ${FONT}` : `600 12.5px ${FONT}`);
  const shortened = (text) => {
    const whole = Array.from(String(text).replace(/\s+/g, " "));
    return whole.length > LONGEST ? `${whole.slice(0, LONGEST - 1).join("")}…` : whole.join("");
  };

  /** The box a name fills at one of the positions around a place. */
  const boxAt = ([x, y], radius, width, [dx, dy]) => {
    const reach = radius + 4;
    const side = dy && dx ? reach * 0.72 : reach;
    const left = dx > 0 ? x + side : dx < 0 ? x - side - width : x - width / 2;
    const top = dy < 0 ? y - side - HEIGHT : dy > 0 ? y + side : y - HEIGHT / 2;
    return { left, top, right: left + width, bottom: top + HEIGHT };
  };

  const inside = (box, view) =>
    box.left >= view.left && box.right <= view.right && box.top >= view.top && box.bottom <= view.bottom;

  const cellOf = (x, y) => Math.floor(x / CELL) * 1e6 + Math.floor(y / CELL);

  /**
   * The points of all arrows, sorted into squares, so that what lies under a name is quickly found.
   * @param {object[]} shapes
   * @returns {Map<number, [number, number, number][]>} x, y and how much it matters that the point stays free
   */
  const gridOf = (shapes) => {
    const grid = new Map();
    const add = (x, y, weight) => {
      const key = cellOf(x, y);
      if (!grid.has(key)) grid.set(key, []);
      grid.get(key).push([x, y, weight]);
    };
    for (const { line, head } of shapes) {
      for (const [x, y] of line) add(x, y, 0.5);
      for (const [x, y] of head) add(x, y, 2);
    }
    return grid;
  };

  /** How much a box is in the way of the arrows: heads weigh most. */
  const burden = (box, grid) => {
    let cost = 0;
    for (let x = box.left; x < box.right + CELL; x += CELL) {
      for (let y = box.top; y < box.bottom + CELL; y += CELL) {
        for (const [px, py, weight] of grid.get(cellOf(x, y)) ?? []) {
          if (px > box.left - 2 && px < box.right + 2 && py > box.top && py < box.bottom) cost += weight;
        }
      }
    }
    return cost;
  };

  /**
   * @param {{node: object, place: [number, number], degree: number}[]} wanted
   * @param {Map} grid of the arrows, as obstacles
   * @param {(text: string, font: string) => number} measure
   * @param {object} view the box in which names may stand
   * @param {object[]} controls boxes of the map's buttons
   * @returns {{labels: object[], taken: object[]}} the names that found a place, and every box that is taken
   */
  const placeNodes = (wanted, grid, measure, view, controls) => {
    const taken = [...controls, ...wanted.map(({ node, place }) => g.boxAround([place], node.radius + 1))];
    const labels = [];
    const order = [...wanted].sort((a, b) => b.degree - a.degree || a.node.index - b.node.index);
    for (const { node, place } of order) {
      const text = shortened(node.name);
      const font = fontOf(node.kind);
      const width = measure(text, font) + 4;
      let best = null;
      POSITIONS.forEach((position, rank) => {
        const box = boxAt(place, node.radius, width, position);
        if (!inside(box, view) || taken.some((other) => g.overlaps(box, other))) return;
        const cost = burden(box, grid) + rank * 0.2;
        if (!best || cost < best.cost) best = { cost, box };
      });
      if (!best) continue;
      taken.push(best.box);
      labels.push({ node: node.index, text, font, box: best.box });
    }
    return { labels, taken };
  };

  /** Where a country's name may stand: at its point, or a little above or below it. */
  const SHIFTS = [0, -16, 16, -32, 32];

  /** Names of countries, only where they fit into the country and stand free of everything else. */
  const placeCountries = (land, grid, toPixel, scale, taken, measure, view) => {
    const labels = [];
    const full = [...taken];
    const font = `11px ${FONT}`;
    const size = (country) => (country.extent ? country.extent.right - country.extent.left : 0);
    for (const country of [...land].sort((a, b) => size(b) - size(a))) {
      if (!country.label || !country.extent) continue;
      const roomX = size(country) * scale * 0.85;
      const roomY = (country.extent.bottom - country.extent.top) * scale * 0.6;
      const text = shortened(country.name);
      if (roomX < 22 || roomY < 12) continue;
      const width = measure(text, font);
      if (width > roomX) continue;
      const [x, y] = toPixel(country.label);
      const boxes = SHIFTS.filter((shift) => Math.abs(shift) < roomY / 3).map((shift) => ({
        left: x - width / 2 - 3, right: x + width / 2 + 3, top: y + shift - 9, bottom: y + shift + 9,
      }));
      const free = (box) =>
        inside(box, view) && !full.some((other) => g.overlaps(box, other)) && burden(box, grid) === 0;
      const box = boxes.find(free);
      if (!box) continue;
      full.push(box);
      labels.push({ text, font, box });
    }
    return labels;
  };

  /** Write one name with a halo. */
  const paint = (context, label, colour, halo) => {
    context.save();
    context.font = label.font;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.lineJoin = "round";
    const [x, y] = [label.box.left + 2, (label.box.top + label.box.bottom) / 2 + 0.5];
    if (halo) {
      context.strokeStyle = halo;
      context.lineWidth = 3.5;
      context.strokeText(label.text, x, y);
    }
    context.fillStyle = colour;
    context.fillText(label.text, x, y);
    context.restore();
  };

  az.labels = { FONT, boxAt, fontOf, gridOf, paint, placeCountries, placeNodes, shortened, POSITIONS };
})();
