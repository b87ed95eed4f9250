/* Where names stand: greedy over eight positions, so that no name covers another name or a place. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const g = az.geometry;
  const FONT = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", sans-serif';
  const LONGEST = 42;
  /** Height of the box of a name, in heights of its type. */
  const LINE = 1.2;
  /** Height of letters on arrows, in heights of the type of places' names; the least that can be read, px. */
  const TAG_SHARE = 0.75;
  const TAG_LEAST = 9;
  /** Points of a line farther apart than this, px, may have letters between them. */
  const COARSE = 6;
  /** Where letters are tried: at the middle of their arrow first, in shares of its length. */
  const TAG_SPOTS = [0.5, 0.46, 0.54, 0.42, 0.58, 0.38, 0.62];
  const CELL = 32;
  /** How bad it is for a name to stand on a px of a line that is 1 px wide, and on a corner of its head. It grows with the
      width, and below 1 px with its square, as there lines are pale: a reader follows the wide ones. */
  const LINE_WEIGHT = 0.1;
  const HEAD_WEIGHT = 1.5;
  /** How much room a name keeps at its sides, px. */
  const BESIDE = 2;

  // Right of the place is read best, then left, then above and below, the corners last.
  const POSITIONS = [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [1, 1], [-1, -1], [-1, 1]];

  const fontOf = (kind, size) => `${kind === "region" ? "italic" : "600"} ${size}px ${FONT}`;
  const shortened = (text) => {
    const whole = Array.from(String(text).replace(/\s+/g, " "));
    return whole.length > LONGEST ? `${whole.slice(0, LONGEST - 1).join("")}…` : whole.join("");
  };

  /** The box a name fills at one of the positions around a place. */
  const boxAt = ([x, y], radius, width, height, [dx, dy]) => {
    const reach = radius + 4;
    const side = dy && dx ? reach * 0.72 : reach;
    const left = dx > 0 ? x + side : dx < 0 ? x - side - width : x - width / 2;
    const top = dy < 0 ? y - side - height : dy > 0 ? y + side : y - height / 2;
    return { left, top, right: left + width, bottom: top + height };
  };

  /** A place with at least this share of the arrows of the busiest one has its name where it can stand at all. */
  const HUB = 1 / 3;
  /** How many px farther out a name may stand that has no room beside its circle; how far it slides each time. */
  const FARTHER = [0, 5, 10];
  const SLIDE = 3;
  /** What it costs that a name is nearer to another circle than to its own, for each px. */
  const MISTAKEN = 4;

  /** Boxes all around a place, edge by edge: where a name may stand that found no room at the eight positions. */
  const boxesAround = ([x, y], radius, width, height) =>
    FARTHER.flatMap((more) => {
      const reach = radius + 3 + more;
      const [left, top] = [x - width - reach, y - height - reach];
      const along = (length) =>
        Array.from({ length: Math.ceil(length / SLIDE) + 1 }, (_, i) => Math.min(length, i * SLIDE));
      const rows = along(width + 2 * reach).flatMap((slide) => [[left + slide, top], [left + slide, y + reach]]);
      const sides = along(height + 2 * reach).flatMap((slide) => [[left, top + slide], [x + reach, top + slide]]);
      return [...rows, ...sides].map((corner) => ({
        left: corner[0], top: corner[1], right: corner[0] + width, bottom: corner[1] + height,
      }));
    });

  /** How far a box is from the edge of a circle. */
  const apart = (box, [x, y], radius) =>
    Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom)) - radius;

  /** The best of the free boxes around a place: clear of arrows, near to it, and not nearer to another; else null. */
  const secondBest = (boxes, place, radius, others, isFree, grid) => {
    let best = null;
    for (const box of boxes) {
      if (!isFree(box)) continue;
      const own = apart(box, place, radius);
      const nearer = others.map((other) => own - apart(box, other.place, other.node.radius));
      const cost = burden(box, grid) + own + MISTAKEN * Math.max(0, ...nearer);
      if (!best || cost < best.cost) best = { cost, box };
    }
    return best;
  };

  const inside = (box, view) =>
    box.left >= view.left && box.right <= view.right && box.top >= view.top && box.bottom <= view.bottom;

  const cellOf = (x, y) => Math.floor(x / CELL) * 1e6 + Math.floor(y / CELL);

  /**
   * The points of all arrows, sorted into squares, so that what lies under a name is quickly found.
   * @param {object[]} shapes
   * @param {object | null} [frame] box outside which points do not matter
   * @returns {Map<number, number[][]>} x, y, how much it matters that the point stays free, whose point it is, and how
   *   far the ink reaches from it
   */
  const gridOf = (shapes, frame = null) => {
    const grid = new Map();
    const add = (x, y, weight, owner, half) => {
      if (frame && (x < frame.left || x > frame.right || y < frame.top || y > frame.bottom)) return;
      const key = cellOf(x, y);
      if (!grid.has(key)) grid.set(key, []);
      grid.get(key).push([x, y, weight, owner, half]);
    };
    for (const { arrow, line, head, width } of shapes) {
      const middle = Math.floor(line.length / 2); // the first step and the last one can be short
      const step = g.distance(line[middle - 1], line[middle]);
      const half = Math.min(width / 2, CELL / 2);
      const ink = width * Math.min(1, width);
      for (const [x, y] of line) add(x, y, LINE_WEIGHT * step * ink, arrow.index, half);
      for (const [x, y] of head) add(x, y, HEAD_WEIGHT * ink, arrow.index, 0);
    }
    return grid;
  };

  /** The forms of arrows that run through the squares around a point, in drawing order. */
  const shapesNear = ({ shapes, grid }, [x, y]) => {
    const owners = new Set();
    for (const dx of [-CELL, 0, CELL]) {
      for (const dy of [-CELL, 0, CELL]) {
        for (const point of grid?.get(cellOf(x + dx, y + dy)) ?? []) owners.add(point[3]);
      }
    }
    // The points of a very long line are farther apart than the squares are wide.
    return shapes.filter(({ arrow, box, line }) =>
      (owners.has(arrow.index) || g.distance(line[0], line[1]) > CELL) && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
  };

  /** How much a box is in the way of the arrows but one: heads weigh most. */
  const burden = (box, grid, but = null) => {
    let cost = 0;
    const far = CELL / 2; // no ink reaches farther from its point
    for (let x = box.left - far; x < box.right + far + CELL; x += CELL) {
      for (let y = box.top - far; y < box.bottom + far + CELL; y += CELL) {
        for (const [px, py, weight, owner, half] of grid.get(cellOf(x, y)) ?? []) {
          if (owner === but) continue;
          const wide = half + BESIDE;
          const on = px > box.left - wide && px < box.right + wide && py > box.top - half && py < box.bottom + half;
          if (on) cost += weight;
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
   * @param {number} size height of the type, px
   * @returns {{labels: object[], taken: object[]}} the names that found a place, and every box that is taken
   */
  const placeNodes = (wanted, grid, measure, view, controls, size) => {
    const taken = [...controls];
    const labels = [];
    const order = [...wanted].sort((a, b) => b.degree - a.degree || a.node.index - b.node.index);
    const isFree = (box) =>
      inside(box, view) && !taken.some((other) => g.overlaps(box, other)) &&
      wanted.every(({ node, place }) => apart(box, place, node.radius) >= 1);
    for (const { node, place, degree } of order) {
      const text = shortened(node.name);
      const font = fontOf(node.kind, size);
      const width = measure(text, font) + 4;
      let best = null;
      POSITIONS.forEach((position, rank) => {
        const box = boxAt(place, node.radius, width, size * LINE, position);
        if (!isFree(box)) return;
        const cost = burden(box, grid) + rank * 0.2;
        if (!best || cost < best.cost) best = { cost, box };
      });
      if (!best && degree >= HUB * order[0].degree) {
        // Circles on its own are as near as it is to any name.
        const others = wanted.filter((other) => g.distance(place, other.place) > node.radius + other.node.radius);
        const boxes = boxesAround(place, node.radius, width, size * LINE);
        best = secondBest(boxes, place, node.radius, others, isFree, grid);
      }
      if (!best) continue;
      taken.push(best.box);
      labels.push({ node: node.index, text, font, box: best.box });
    }
    return { labels, taken: [...taken, ...wanted.map(({ node, place }) => g.boxAround([place], node.radius + 1))] };
  };

  /**
   * Letters of markets on their arrows, near the middle, where they stand free of everything else; else none.
   * @param {object[]} shapes
   * @param {(arrow: object) => string | undefined} lettersOf
   * @param {Map} grid of the arrows
   * @param {object[]} taken boxes of names, places and buttons
   * @returns {object[]} the letters that found a place
   */
  const placeTags = (shapes, lettersOf, grid, taken, measure, view, labelSize) => {
    const size = Math.max(TAG_LEAST, TAG_SHARE * labelSize);
    const font = `700 ${size}px ${FONT}`;
    const full = [...taken];
    const coarse = shapes.filter(({ line }) => g.distance(line[0], line[1]) > COARSE);
    const tags = [];
    for (const { arrow, line, head } of shapes) {
      const text = lettersOf(arrow);
      if (!text) continue;
      const half = [measure(text, font) / 2 + 2, (size * LINE) / 2];
      const ownHead = g.boxAround(head, 0);
      const runsUnder = (shape, box) =>
        shape.arrow !== arrow && g.overlaps(shape.box, box) &&
        g.distanceTo([(box.left + box.right) / 2, (box.top + box.bottom) / 2], shape.line) < Math.hypot(...half);
      const boxes = TAG_SPOTS.map((share) => {
        const [x, y] = line[Math.round(share * (line.length - 1))];
        return { left: x - half[0], right: x + half[0], top: y - half[1], bottom: y + half[1] };
      });
      const free = (box) =>
        inside(box, view) && !g.overlaps(box, ownHead) && !full.some((other) => g.overlaps(box, other)) &&
        burden(box, grid, arrow.index) === 0 && !coarse.some((shape) => runsUnder(shape, box));
      const box = boxes.find(free);
      if (!box) continue;
      full.push(box);
      tags.push({ arrow: arrow.index, text, font, box });
    }
    return tags;
  };

  /** Where a country's name may stand: at its point, or above or below it, in heights of its type. */
  const SHIFTS = [0, -1.45, 1.45, -2.9, 2.9];

  /** Names of countries, only where they fit into the country and stand free of everything else. */
  const placeCountries = (land, grid, toPixel, scale, taken, measure, view, type) => {
    const labels = [];
    const full = [...taken];
    const font = `${type}px ${FONT}`;
    const size = (country) => (country.extent ? country.extent.right - country.extent.left : 0);
    for (const country of [...land].sort((a, b) => size(b) - size(a))) {
      if (!country.label || !country.extent) continue;
      const roomX = size(country) * scale * 0.85;
      const roomY = (country.extent.bottom - country.extent.top) * scale * 0.6;
      const text = shortened(country.name);
      if (roomX < 2 * type || roomY < 1.1 * type) continue;
      const width = measure(text, font);
      if (width > roomX) continue;
      const [x, y] = toPixel(country.label);
      const high = 0.8 * type;
      const shifts = SHIFTS.map((shift) => shift * type).filter((shift) => Math.abs(shift) < roomY / 3);
      const boxes = shifts.map((shift) => ({
        left: x - width / 2 - 3, right: x + width / 2 + 3, top: y + shift - high, bottom: y + shift + high,
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

  az.labels = {
    FONT, boxesAround, burden, gridOf, paint, placeCountries, placeNodes, placeTags, shapesNear, shortened,
  };
})();
