/* The context that writes SVG, without a browser: `node --test tests/web`. */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { load } = require("./load.js");

const az = load("geometry", "arrows", "svg_context");

/** Stands in for a canvas: letters half as wide as high, and 0.8 of their height above their foot. */
const ruler = () => ({
  font: "10px sans-serif",
  textBaseline: "alphabetic",
  measureText(text) {
    const size = Number(/([\d.]+)px/.exec(this.font)[1]);
    const above = { alphabetic: 0.8, middle: 0.5, top: 0 }[this.textBaseline];
    return { width: (text.length * size) / 2, fontBoundingBoxAscent: above * size };
  },
});

const fresh = () => new az.SvgContext(100, 80, ruler());

/** What a painter draws, without the lines around it. */
const drawn = (paint) => {
  const context = fresh();
  paint(context);
  return context.document("t").split("\n").slice(3, -2);
};

const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 1e-6, `${value} is not ${wanted}`);

/** Every point that a path comes to, in px. */
const pointsOf = (path) => {
  const points = [];
  let [x, y, begun] = [0, 0, [0, 0]];
  for (const [, command, text] of path.matchAll(/([Mlaz])([^Mlaz]*)/g)) {
    const numbers = (text.match(/-?(?:\d+\.?\d*|\.\d+)/g) ?? []).map(Number);
    if (command === "z") [x, y] = begun;
    const size = command === "a" ? 7 : 2;
    for (let i = 0; i < numbers.length; i += size) {
      const [dx, dy] = numbers.slice(i + size - 2, i + size);
      [x, y] = command === "M" ? [dx, dy] : [x + dx, y + dy];
      if (command === "M") begun = [x, y];
      points.push([x, y]);
    }
  }
  return points;
};

const pathIn = (element) => /d="([^"]*)"/.exec(element)[1];

test("the document is one svg of the size asked for, with its title escaped", () => {
  const text = fresh().document('a <b> & "c"');
  assert.match(text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
  assert.match(text, /width="100" height="80" viewBox="0 0 100 80"/);
  assert.match(text, /<title>a &lt;b&gt; &amp; &quot;c&quot;<\/title>/);
  assert.ok(text.endsWith("</svg>\n"));
});

test("a line is written in few characters, to two decimals", () => {
  const [line] = drawn((c) => {
    c.strokeStyle = "#123456";
    c.beginPath();
    c.moveTo(10.004, 20.006);
    c.lineTo(10.504, 19.5);
    c.lineTo(10.504, 19.5);
    c.lineTo(9, 30);
    c.stroke();
  });
  assert.equal(line, '<path d="M10 20.01l.5-.51-1.5 10.5" fill="none" stroke="#123456"/>');
});

test("steps between rounded points do not drift from where the points are", () => {
  const [line] = drawn((c) => {
    c.beginPath();
    for (let i = 0; i <= 1000; i += 1) c.lineTo(i / 30, Math.sin(i) / 7);
    c.stroke();
  });
  const points = pointsOf(pathIn(line));
  assert.equal(points.length, 1001);
  points.forEach(([x, y], i) => {
    assert.ok(Math.abs(x - i / 30) < 0.006 && Math.abs(y - Math.sin(i) / 7) < 0.006, `point ${i}`);
  });
});

test("points that are no numbers are left out", () => {
  const [line] = drawn((c) => {
    c.moveTo(1, 1);
    c.lineTo(NaN, 5);
    c.lineTo(Infinity, 5);
    c.arc(NaN, 0, 1, 0, 7);
    c.lineTo(2, 2);
    c.stroke();
  });
  assert.equal(pathIn(line), "M1 1l1 1");
});

test("a canvas' transforms are worked into points, widths, dashes and letters", () => {
  const lines = drawn((c) => {
    c.translate(10, 5);
    c.scale(2, 2);
    c.translate(1, 1);
    c.lineWidth = 1.5;
    c.setLineDash([3, 1]);
    c.moveTo(0, 0);
    c.lineTo(4, 0);
    c.stroke();
    c.font = "italic 6px Serif";
    c.fillText("x", 0, 0);
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.fillText("y", 3, 4);
  });
  assert.equal(lines[0], '<path d="M12 7l8 0" fill="none" stroke="#000000" stroke-width="3" stroke-dasharray="6 2"/>');
  assert.equal(lines[1], '<text x="12" y="7" font-size="12" font-style="italic" fill="#000000">x</text>');
  assert.match(lines[2], /x="3" y="4" font-size="6"/);
});

test("dashes may begin within a stroke", () => {
  const lines = drawn((c) => {
    c.scale(2, 2);
    c.setLineDash([3, 1]);
    for (const offset of [1.5, 0]) {
      c.lineDashOffset = offset;
      c.beginPath();
      c.moveTo(0, offset);
      c.lineTo(4, offset);
      c.stroke();
    }
  });
  assert.match(lines[0], /stroke-dashoffset="3" stroke-dasharray="6 2"/);
  assert.ok(!lines[1].includes("dashoffset"));
});

test("what the context cannot say is an error and not a wrong drawing", () => {
  assert.throws(() => fresh().scale(1, 2), /both directions/);
  assert.throws(() => fresh().setTransform(0, 1, -1, 0, 0, 0), /turns/);
  assert.throws(() => {
    const c = fresh();
    c.font = "larger Serif";
    c.fillText("x", 0, 0);
  }, /font/);
  assert.throws(() => {
    const c = fresh();
    c.arc(5, 5, 3, 0, 7);
    c.clip();
  }, /rectangle/);
  assert.throws(() => fresh().clearRect(1, 1, 5, 5), /all or nothing/);
});

test("states are kept and given back, and what a canvas refuses changes nothing", () => {
  const c = fresh();
  c.lineWidth = 3;
  c.save();
  Object.assign(c, { lineWidth: 0, globalAlpha: 2, strokeStyle: "#ff0000" });
  c.setLineDash([1, 2]);
  c.translate(5, 5);
  assert.deepEqual([c.lineWidth, c.globalAlpha, c.strokeStyle], [3, 1, "#ff0000"]);
  c.restore();
  c.restore();
  assert.deepEqual([c.strokeStyle, c.getLineDash().length], ["#000000", 0]);
  assert.deepEqual([...c.place(1, 1)], [100, 100]);
});

test("a shape filled and then stroked is one element, stroked and then filled two in that order", () => {
  const both = drawn((c) => {
    c.rect(1, 2, 3, 4);
    c.fill("evenodd");
    c.stroke();
  });
  assert.deepEqual(both, ['<path d="M1 2l3 0 0 4-3 0z" fill="#000000" fill-rule="evenodd" stroke="#000000"/>']);
  const halo = drawn((c) => {
    c.rect(1, 2, 3, 4);
    c.stroke();
    c.fill();
  });
  assert.equal(halo.length, 2);
  assert.match(halo[0], /fill="none" stroke=/);
  const others = drawn((c) => {
    c.rect(1, 2, 3, 4);
    c.fill();
    c.beginPath();
    c.rect(5, 6, 3, 4);
    c.stroke();
  });
  assert.equal(others.length, 2);
  assert.match(others[0], /^<path d="M1 2l3 0 0 4-3 0z" fill="#000000"\/>$/);
});

test("a whole circle is two arcs, a part of one goes the way round that is asked for", () => {
  const [circle] = drawn((c) => {
    c.arc(50, 40, 10, 0, 2 * Math.PI);
    c.fill();
  });
  assert.equal(pathIn(circle), "M60 40a10 10 0 0 1 -20 0a10 10 0 0 1 20 0");
  const arc = (from, to, back) => pathIn(drawn((c) => {
    c.arc(50, 40, 10, from, to, back);
    c.stroke();
  })[0]);
  assert.equal(arc(0, Math.PI / 2, false), "M60 40a10 10 0 0 1 -10 10");
  assert.equal(arc(0, Math.PI / 2, true), "M60 40a10 10 0 1 0 -10 10");
  assert.equal(arc(0, (3 * Math.PI) / 2, false), "M60 40a10 10 0 1 1 -10-10");
});

test("what is cut is cut at the rectangle, and what is wholly outside is left out", () => {
  const lines = drawn((c) => {
    c.save();
    c.rect(10, 10, 20, 20);
    c.clip();
    c.beginPath();
    c.rect(0, 0, 15, 15);
    c.fill();
    c.beginPath();
    c.rect(50, 50, 5, 5);
    c.fill();
    c.beginPath();
    c.moveTo(8, 0);
    c.lineTo(8, 60);
    c.stroke();
    c.lineWidth = 6;
    c.stroke();
    c.restore();
    c.beginPath();
    c.rect(50, 50, 5, 5);
    c.fill();
  });
  assert.equal(lines[0], '<clipPath id="azroutes-clip-1"><rect x="10" y="10" width="20" height="20"/></clipPath>');
  assert.equal(lines[1], '<g clip-path="url(#azroutes-clip-1)">');
  assert.match(lines[2], /^<path d="M0 0l/);
  assert.match(lines[3], /stroke-width="6"/);
  assert.equal(lines[4], "</g>");
  assert.match(lines[5], /^<path d="M50 50l/);
  assert.equal(lines.length, 6);
});

test("a clip that was never taken back is closed in the document", () => {
  const lines = drawn((c) => {
    c.rect(0, 0, 5, 5);
    c.clip();
    c.fillText("x", 1, 1);
  });
  assert.equal(lines.at(-1), "</g>");
});

test("text is text: fonts, anchors, baselines, and no markup", () => {
  const lines = drawn((c) => {
    c.font = '600 10px system-ui, "Segoe UI", sans-serif';
    Object.assign(c, { textAlign: "center", textBaseline: "middle", fillStyle: "#112233", globalAlpha: 0.5 });
    c.fillText("<b> & \"c\"", 20, 30);
    Object.assign(c, { textAlign: "right", textBaseline: "alphabetic" });
    c.strokeText("halo", 20, 30);
    c.font = "9px Serif";
    c.fillText(" two  spaces\n", 1, 2);
  });
  assert.equal(
    lines[0],
    '<text x="20" y="33" font-size="10" font-weight="600" text-anchor="middle" fill="#112233" fill-opacity="0.5">' +
      "&lt;b&gt; &amp; &quot;c&quot;</text>",
  );
  assert.match(lines[1], /text-anchor="end" fill="none" stroke="#000000".* aria-hidden="true">halo</);
  assert.match(lines[2], /font-family="Serif" font-size="9" text-anchor="end" xml:space="preserve"/);
  assert.match(lines[2], /> two {2}spaces <\/text>$/);
});

test("the family of the first text is that of the document", () => {
  const c = fresh();
  c.font = '10px system-ui, "Segoe UI"';
  c.fillText("x", 1, 1);
  assert.match(c.document("t"), /<svg [^>]*font-family="system-ui, 'Segoe UI'"/);
});

test("characters that XML cannot hold become the one that stands for them", () => {
  const forbidden = ["\0", "\u0008", "\u000b", "\u001f", "\ufffe", "\uffff", "\ud800", "\udc00"];
  for (const character of forbidden) assert.equal(az.svg.escaped(`a${character}b`), "a\ufffdb");
  for (const allowed of ["\t", "\n", "\u0085", "\u202e", "😀", "é"]) assert.equal(az.svg.escaped(allowed), allowed);
  assert.equal(az.svg.escaped(null), "");
});

test("letters are measured by the real context, in the present font", () => {
  const c = fresh();
  c.font = "20px Serif";
  near(c.measureText("abcd").width, 40);
});

test("an arrow of the map is a halo and ink, head and shaft, as the canvas paints it", () => {
  const line = [[2, 10], [30, 10], [60, 10]];
  const shape = { arrow: { certainty: "qualified" }, line, width: 3, ...az.arrows.headOf(line, 10, 5) };
  const style = { colour: "#aa0000", halo: "#ffffff", dashes: { qualified: [3.2, 1.1, 3] } };
  const lines = drawn((c) => az.arrows.paint(c, shape, { ...style, alpha: 0.5 }));
  assert.equal(lines.length, 4);
  assert.match(lines[2], /stroke="#aa0000" stroke-width="3" /);
  const dash = az.arrows.dashOf("qualified", 3, style.dashes).map((length) => Math.round(length * 100) / 100);
  assert.ok(lines[2].includes(`stroke-dasharray="${dash.join(" ")}"`));
  assert.match(lines[3], /z" fill="#aa0000" fill-opacity="0.5"\/>$/);
  assert.deepEqual(pointsOf(pathIn(lines[3]))[0], [60, 10]);
  const tapered = drawn((c) => az.arrows.paint(c, shape, { ...style, taper: 0.25 }));
  assert.equal(tapered.filter((one) => one.includes('fill="#aa0000"')).length, tapered.length - 3);
});

test("each kind of place has its own mark", () => {
  const theme = { halo: "#ffffff", node: "#333333" };
  const mark = (kind) => drawn((c) => az.arrows.paintNode(c, kind, [20, 20], 5, theme)).join("");
  assert.equal(new Set(["country", "region", "subdivision", "historic", "point"].map(mark)).size, 5);
  assert.match(mark("subdivision"), /d="M20 14\.25l5\.75 5\.75-5\.75 5\.75-5\.75-5\.75z"/);
});
