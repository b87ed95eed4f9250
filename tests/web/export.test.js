/* Lines of text, names of files and cells of the table that leave the page, without a browser. */
"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { load } = require("./load.js");

const az = load("geometry", "numbers", "model", "arrows", "labels", "canvas_layer", "dom", "legend", "svg_context", "sheet", "export");

/** Each character is one wide. */
const measure = (text) => Array.from(text).length;
const lines = (text, width, most = Infinity) => [...az.sheet.linesOf(text, width, measure, most)];

test("words are set in lines, and a word too long for one is broken", () => {
  assert.deepEqual(lines("one two  three\nfour", 9), ["one two", "three", "four"]);
  assert.deepEqual(lines("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
  assert.deepEqual(lines("😀😀😀😀😀", 2), ["😀😀", "😀😀", "😀"]);
  assert.deepEqual(lines("", 9), []);
  assert.deepEqual(lines(null, 9), []);
});

test("a column narrower than a letter still ends", () => {
  assert.deepEqual(lines("ab", 0), ["a", "b"]);
});

test("a text without end is cut with an ellipsis that fits", () => {
  const cut = lines("long ".repeat(2000), 12, 3);
  assert.equal(cut.length, 3);
  assert.ok(cut[2].endsWith("…"));
  assert.ok(cut.every((line) => measure(line) <= 12));
  assert.deepEqual(lines("one two", 3, 2), ["one", "two"]);
});

test("no name turns the text after it around", () => {
  assert.deepEqual(lines("\u202eright\u2066 left", 20), ["right left"]);
});

test("files are named in short plain letters", () => {
  assert.equal(az.exports.slug("Azərbaycan: şəhər & ığdır"), "azerbaycan-seher-igdir");
  assert.equal(az.exports.slug("../../Etc/passwd\0"), "etc-passwd");
  assert.equal(az.exports.slug("Пусто"), "flows");
  assert.equal(az.exports.slug(undefined), "flows");
  assert.ok(az.exports.slug("many words ".repeat(20)).length <= 48);
  assert.equal(az.exports.slug("x".repeat(200)).length, 48);
});

test("cells are quoted where they must be, and only there", () => {
  assert.equal(az.exports.cell("plain text"), "plain text");
  assert.equal(az.exports.cell('say "no", twice'), '"say ""no"", twice"');
  assert.equal(az.exports.cell("two\r\nlines"), '"two\r\nlines"');
  assert.equal(az.exports.cell(" led by a space"), '" led by a space"');
  assert.equal(az.exports.cell(null), "");
  assert.equal(az.exports.cell(0), "0");
});

test("what a spreadsheet would run is led by an apostrophe, a plain number is not", () => {
  const run = ["=1+1", "@SUM(A1)", "+1", "-1+1", "-5 kg", "--5", "-"];
  for (const text of run) assert.equal(az.exports.cell(text), `'${text}`);
  for (const text of ["-5", "-0.25", "12", "1-5", "a=b"]) assert.equal(az.exports.cell(text), text);
  assert.equal(az.exports.cell(-5), "-5");
  assert.equal(az.exports.cell("\t=1"), `"'\t'=1"`);
  assert.equal(az.exports.cell("\r=1"), `"'\r'=1"`);
  assert.equal(az.exports.cell("a;=1"), `"a;'=1"`);
});

test("the map of a sheet holds all of a small view in a decent size, and is a large view as it is", () => {
  const centre = ({ box }) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  for (const [width, height] of [[390, 270], [320, 205], [390, 844], [1200, 200], [320, 640], [1, 1], [0, 0]]) {
    const view = az.viewAt(3.25, 1000, 800, width, height);
    const sheet = az.sheet.roomy(view);
    assert.ok(sheet.apart);
    assert.ok(sheet.width * sheet.height > 695000, `${width} ${height}`);
    const share = sheet.width / sheet.height;
    assert.ok(share > 0.69 && share < 1.61, String(share));
    const slack = 1 / sheet.scale;
    assert.ok(sheet.box.left <= view.box.left + slack && sheet.box.right >= view.box.right - slack);
    assert.ok(sheet.box.top <= view.box.top + slack && sheet.box.bottom >= view.box.bottom - slack);
    centre(sheet).forEach((at, k) => assert.ok(Math.abs(at - centre(view)[k]) < 1 / view.scale));
  }
  const large = az.viewAt(3, 0, 0, 1090, 900);
  assert.equal(az.sheet.roomy(large), large);
});
