// Loads scripts of the page into a world of their own, as the page does: one after the other, with no exports.
"use strict";

const { readFileSync } = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const WEB = path.join(__dirname, "..", "..", "src", "azroutes", "web");

/** @param {...string} names files without their ending @returns {object} what they put on `azroutes` */
const load = (...names) => {
  const world = vm.createContext({ URL, performance, console });
  for (const name of names) {
    const file = path.join(WEB, `${name}.js`);
    vm.runInContext(readFileSync(file, "utf8"), world, { filename: file });
  }
  return world.azroutes;
};

/** The same numbers on every run, from 0 to 1 (a linear congruential generator). */
const numbers = (seed) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
};

/** Arrays of another world have another prototype, so that they never are deeply equal to ours. */
const own = (value) => JSON.parse(JSON.stringify(value));

module.exports = { load, numbers, own };
