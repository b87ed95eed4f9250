/* A drawing context that writes SVG: that part of a canvas' interface which our painters use, with text as text. So
   the painters of the screen make the picture and the drawing too, and these cannot differ. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});

  /** Coordinates are kept in whole parts of a pixel, so that steps between them add up without drift. */
  const PARTS = 100;
  /** What XML cannot hold, not even escaped: most control characters, half surrogates, two characters that are none. */
  const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Cs}]/gu;
  const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  const FONT = /^(?:(italic|oblique) )?(?:(bold|\d{3}) )?([\d.]+)px (.+)$/;
  const ANCHORS = { center: "middle", right: "end", end: "end" };
  /** How far the foot of letters is below their middle, in heights of the type, where a browser does not say. */
  const MIDDLE = 0.33;

  const START = {
    fillStyle: "#000000", strokeStyle: "#000000", lineWidth: 1, lineJoin: "miter", lineCap: "butt", globalAlpha: 1,
    lineDashOffset: 0, font: "10px sans-serif", textAlign: "start", textBaseline: "alphabetic",
  };
  /** What a canvas would refuse, and go on with the value that it has. */
  const ACCEPTS = {
    lineWidth: (value) => Number.isFinite(value) && value > 0,
    globalAlpha: (value) => value >= 0 && value <= 1,
  };

  /** @param {unknown} text @returns {string} for an attribute or an element's content */
  const escaped = (text) =>
    String(text ?? "").replace(FORBIDDEN, "\ufffd").replace(/[&<>"]/g, (character) => ENTITIES[character]);

  /** A number of parts as pixels, in the fewest characters. */
  const brief = (parts) => String(parts / PARTS).replace(/^(-?)0\./, "$1.");
  const decimals = (value) => brief(Math.round(value * PARTS));

  /** Numbers in a row; a minus parts them as well as a space does. */
  const row = (...parts) => parts.map(brief).reduce((text, next) => text + (next.startsWith("-") ? next : ` ${next}`));

  const attributes = (pairs) =>
    Object.entries(pairs).map(([name, value]) => (value === null ? "" : ` ${name}="${escaped(value)}"`)).join("");

  const unless = (value, usual) => (value === usual ? null : value);

  class SvgContext {
    /**
     * @param {number} width px
     * @param {number} height px
     * @param {CanvasRenderingContext2D} ruler a real context, which knows how wide text is
     */
    constructor(width, height, ruler) {
      Object.assign(this, { width, height, ruler });
      this.parts = [];
      this.clips = 0;
      this.family = null;
      this.drops = new Map();
      this.stack = [];
      this.state = { ...START, dash: [], factor: 1, dx: 0, dy: 0, clip: null, open: 0 };
      this.beginPath();
    }

    // State

    save() {
      this.stack.push(this.state);
      this.state = { ...this.state, open: 0 };
    }

    restore() {
      if (!this.stack.length) return;
      if (this.state.open) this.parts.push("</g>".repeat(this.state.open));
      this.state = this.stack.pop();
    }

    translate(x, y) {
      this.state.dx += x * this.state.factor;
      this.state.dy += y * this.state.factor;
    }

    /** Alike in both directions: strokes and letters of uneven scale would need a transform of their own. */
    scale(x, y) {
      if (x !== y || !(x > 0)) throw new RangeError("an SvgContext scales alike in both directions");
      this.state.factor *= x;
    }

    setTransform(a, b, c, d, e, f) {
      if (b !== 0 || c !== 0 || a !== d || !(a > 0)) throw new RangeError("an SvgContext neither turns nor skews");
      Object.assign(this.state, { factor: a, dx: e, dy: f });
    }

    setLineDash(lengths) {
      this.state.dash = [...lengths];
    }

    getLineDash() {
      return [...this.state.dash];
    }

    /** What is drawn cannot be rubbed out in part; all of it can be forgotten. */
    clearRect(x, y, width, height) {
      const [left, top] = this.place(x, y);
      const [right, bottom] = this.place(x + width, y + height);
      const whole = left <= 0 && top <= 0 && right >= this.width * PARTS && bottom >= this.height * PARTS;
      if (!whole || this.stack.length) throw new RangeError("an SvgContext forgets all or nothing");
      this.parts.length = 0;
    }

    // Paths

    /** A point of the present transform in whole parts of the sheet's pixels. */
    place(x, y) {
      const { factor, dx, dy } = this.state;
      return [Math.round((x * factor + dx) * PARTS), Math.round((y * factor + dy) * PARTS)];
    }

    beginPath() {
      this.path = "";
      this.command = "";
      this.at = null;
      this.begun = null;
      this.box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
      this.alone = null;
    }

    widen([x, y]) {
      const { box } = this;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y);
    }

    moveTo(x, y) {
      const point = this.place(x, y);
      if (!point.every(Number.isFinite)) return;
      this.path += `M${row(...point)}`;
      this.command = "M";
      this.alone = null;
      this.at = this.begun = point;
      this.widen(point);
    }

    lineTo(x, y) {
      if (!this.at) return void this.moveTo(x, y);
      const point = this.place(x, y);
      const [dx, dy] = [point[0] - this.at[0], point[1] - this.at[1]];
      if (!Number.isFinite(dx + dy) || (dx === 0 && dy === 0)) return;
      const step = row(dx, dy);
      if (this.command !== "l") this.path += `l${step}`;
      else this.path += step.startsWith("-") ? step : ` ${step}`;
      this.command = "l";
      this.alone = null;
      this.at = point;
      this.widen(point);
    }

    closePath() {
      if (!this.at) return;
      this.path += "z";
      this.command = "z";
      this.at = this.begun;
    }

    rect(x, y, width, height) {
      const first = this.path === "";
      this.moveTo(x, y);
      this.lineTo(x + width, y);
      this.lineTo(x + width, y + height);
      this.lineTo(x, y + height);
      this.closePath();
      if (first) this.alone = { ...this.box };
    }

    arc(x, y, radius, from, to, back = false) {
      if (![x, y, radius, from, to].every(Number.isFinite)) return;
      const turn = 2 * Math.PI;
      const whole = Math.abs(to - from) >= turn && back === to < from;
      const rest = (((back ? from - to : to - from) % turn) + turn) % turn;
      const sweep = (back ? -1 : 1) * (whole ? turn : rest);
      const spot = (angle) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
      this.lineTo(...spot(from));
      const reach = Math.round(radius * this.state.factor * PARTS);
      // One command cannot say a whole circle, whose ends are one point.
      for (const share of whole ? [0.5, 1] : [1]) {
        const point = this.place(...spot(from + sweep * share));
        const large = !whole && Math.abs(sweep) > Math.PI ? 1 : 0;
        const step = row(point[0] - this.at[0], point[1] - this.at[1]);
        this.path += `a${row(reach, reach)} 0 ${large} ${sweep > 0 ? 1 : 0} ${step}`;
        this.at = point;
      }
      this.command = "a";
      this.alone = null;
      const middle = this.place(x, y);
      this.widen([middle[0] - reach, middle[1] - reach]);
      this.widen([middle[0] + reach, middle[1] + reach]);
    }

    /** What is drawn until the state is restored is seen within the path alone, which is one rectangle. */
    clip() {
      if (!this.alone) throw new RangeError("an SvgContext is cut at one rectangle");
      const { left, top, right, bottom } = this.alone;
      const { clip } = this.state;
      this.state.clip = clip === null ? { ...this.alone } : {
        left: Math.max(left, clip.left), top: Math.max(top, clip.top),
        right: Math.min(right, clip.right), bottom: Math.min(bottom, clip.bottom),
      };
      const id = `azroutes-clip-${(this.clips += 1)}`;
      const sides = { x: brief(left), y: brief(top), width: brief(right - left), height: brief(bottom - top) };
      this.parts.push(`<clipPath id="${id}"><rect${attributes(sides)}/></clipPath>`, `<g clip-path="url(#${id})">`);
      this.state.open += 1;
    }

    /** Whether a box, and as much again around it, lies where nothing is seen. */
    unseen({ left, top, right, bottom }, around) {
      const { clip } = this.state;
      if (!clip) return false;
      const margin = around * PARTS;
      return right + margin < clip.left || left - margin > clip.right || bottom + margin < clip.top ||
        top - margin > clip.bottom;
    }

    // Ink

    fill(rule = "nonzero") {
      if (!this.path || this.unseen(this.box, 0)) return;
      const { fillStyle, globalAlpha } = this.state;
      const ink = { fill: fillStyle, "fill-rule": unless(rule, "nonzero"), "fill-opacity": unless(globalAlpha, 1) };
      this.parts.push(`<path d="${this.path}"${attributes(ink)}/>`);
      this.filled = { path: this.path, part: this.parts.length };
    }

    stroke() {
      const { state } = this;
      if (!this.path || this.unseen(this.box, (state.lineWidth * state.factor) / 2)) return;
      const ink = attributes(this.strokeInk());
      const { filled, parts } = this;
      // An element is filled first and then stroked, so what was just done so in two steps is one element.
      if (filled && filled.path === this.path && filled.part === parts.length && parts.length) {
        parts.push(`${parts.pop().slice(0, -2)}${ink}/>`);
        this.filled = null;
      } else parts.push(`<path d="${this.path}" fill="none"${ink}/>`);
    }

    strokeInk() {
      const { strokeStyle, lineWidth, lineJoin, lineCap, lineDashOffset, globalAlpha, dash, factor } = this.state;
      return {
        stroke: strokeStyle, "stroke-width": unless(decimals(lineWidth * factor), "1"),
        "stroke-linejoin": unless(lineJoin, "miter"), "stroke-linecap": unless(lineCap, "butt"),
        "stroke-dashoffset": dash.length && lineDashOffset ? decimals(lineDashOffset * factor) : null,
        "stroke-dasharray": dash.length ? dash.map((length) => decimals(length * factor)).join(" ") : null,
        "stroke-dashoffset": dash.length ? unless(decimals(lineDashOffset * factor), "0") : null,
        "stroke-opacity": unless(globalAlpha, 1),
      };
    }

    // Text

    measureText(text) {
      this.ruler.font = this.state.font;
      return this.ruler.measureText(text);
    }

    fillText(text, x, y) {
      const { fillStyle, globalAlpha } = this.state;
      this.write(text, x, y, { fill: fillStyle, "fill-opacity": unless(globalAlpha, 1) });
    }

    /** A halo below a name: the same letters once more, which are not to be read out twice. */
    strokeText(text, x, y) {
      this.write(text, x, y, { fill: "none", ...this.strokeInk(), "aria-hidden": "true" });
    }

    /** How far the foot of the letters lies below the line that the baseline names, px of the present font. */
    drop(size) {
      const { font, textBaseline } = this.state;
      if (textBaseline === "alphabetic") return 0;
      const key = `${textBaseline} ${font}`;
      if (!this.drops.has(key)) {
        const ascent = (baseline) => {
          this.ruler.font = font;
          this.ruler.textBaseline = baseline;
          return this.ruler.measureText("x").fontBoundingBoxAscent;
        };
        const found = ascent("alphabetic") - ascent(textBaseline);
        this.drops.set(key, Number.isFinite(found) ? found : MIDDLE * size);
      }
      return this.drops.get(key);
    }

    write(text, x, y, ink) {
      const { font, textAlign, factor } = this.state;
      const read = FONT.exec(font);
      if (!read) throw new RangeError(`an SvgContext cannot read the font ${font}`);
      const [, slant = null, weight = null, size, list] = read;
      const family = list.replaceAll('"', "'");
      this.family ??= family;
      const [left, foot] = this.place(x, y + this.drop(Number(size)));
      if (!Number.isFinite(left + foot)) return;
      // A canvas takes every white space for a space and keeps all of them.
      const plain = String(text).replace(/[\t\n\f\r]/g, " ");
      const look = {
        x: brief(left), y: brief(foot), "font-family": unless(family, this.family),
        "font-size": decimals(Number(size) * factor), "font-weight": weight, "font-style": slant,
        "text-anchor": ANCHORS[textAlign] ?? null, "xml:space": /^ | {2}| $/.test(plain) ? "preserve" : null,
      };
      this.parts.push(`<text${attributes({ ...look, ...ink })}>${escaped(plain)}</text>`);
    }

    // The document

    /** Keep together what is drawn meanwhile, under a name for those who edit the file. */
    group(name, paint) {
      this.parts.push(`<g id="azroutes-${escaped(name)}">`);
      paint();
      this.parts.push("</g>");
    }

    /** @param {string} title @returns {string} the whole file */
    document(title) {
      const [width, height] = [decimals(this.width), decimals(this.height)];
      const root = {
        xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`,
        "font-family": this.family, "stroke-miterlimit": "10",
      };
      const open = "</g>".repeat([this.state, ...this.stack].reduce((sum, state) => sum + state.open, 0));
      const drawn = [...this.parts, open].filter(Boolean).join("\n");
      return `<?xml version="1.0" encoding="UTF-8"?>\n<svg${attributes(root)}>\n<title>${escaped(title)}</title>\n` +
        `${drawn}\n</svg>\n`;
    }
  }

  for (const name of Object.keys(START)) {
    Object.defineProperty(SvgContext.prototype, name, {
      get() {
        return this.state[name];
      },
      set(value) {
        if (ACCEPTS[name]?.(value) ?? true) this.state[name] = value;
      },
    });
  }

  az.SvgContext = SvgContext;
  az.svg = { escaped };
})();
