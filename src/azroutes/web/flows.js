/* The flows of the page, as columns that filters run over, and as records that a reader is shown. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const NONE = "not given";
  const NO_YEAR = 0;

  /**
   * @typedef {object} Facet something that flows are told apart by
   * @property {string} key
   * @property {string} title
   * @property {string[]} choices
   * @property {number[][]} sets which choices a code stands for
   * @property {ArrayLike<number>} codes one a flow
   *
   * @typedef {object} Store
   * @property {number} count
   * @property {Facet[]} facets those with more than one choice
   * @property {ArrayLike<number>} market the class of each flow
   * @property {ArrayLike<number>} first year, 0 where none is given
   * @property {ArrayLike<number>} last
   * @property {ArrayLike<number>} amount NaN where there is none
   * @property {[number, number] | null} years the first and the last year of all
   * @property {(index: number) => object} at the record of a flow
   */

  const FACETS = [["title", "Commodity"], ["form", "Form"], ["role", "Role"], ["certainty", "Certainty"],
    ["sources", "Source"]];

  const capital = (text) => {
    const plain = String(text);
    return plain.charAt(0).toUpperCase() + plain.slice(1);
  };

  /** Number the choices behind codes, the most frequent first. @returns {Facet} */
  const facetOf = (key, title, codes, lists) => {
    const uses = new Uint32Array(lists.length);
    for (let i = 0; i < codes.length; i += 1) uses[codes[i]] += 1;
    const counts = new Map();
    lists.forEach((list, code) => {
      if (uses[code]) for (const text of list) counts.set(text, (counts.get(text) ?? 0) + uses[code]);
    });
    const choices = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([text]) => text);
    const number = new Map(choices.map((text, index) => [text, index]));
    const sets = lists.map((list) => [...new Set(list)].flatMap((text) => (number.has(text) ? [number.get(text)] : [])));
    return { key, title, choices, sets, codes };
  };

  /** The first and last year that any flow has. @returns {[number, number] | null} */
  const yearsOf = (first, last) => {
    let [low, high] = [Infinity, -Infinity];
    for (const years of [first, last]) {
      for (let i = 0; i < years.length; i += 1) {
        if (years[i] === NO_YEAR) continue;
        if (years[i] < low) low = years[i];
        if (years[i] > high) high = years[i];
      }
    }
    return low <= high ? [low, high] : null;
  };

  const told = (facets) => facets.filter(({ choices }) => choices.length > 1);

  /** Who said it: titles of the sources of its statements, else what the table names. */
  const sourcesOf = (data, record) => {
    const titles = (record.statements ?? []).map((s) => data.sources?.[data.statements?.[s]?.source]?.title);
    const named = titles.filter(Boolean).map(String);
    return named.length ? named : String(record.sources_text ?? "").split(";").filter(Boolean);
  };

  /** Flows that the payload has as records. @returns {Store} */
  const fromRecords = (data) => {
    const records = data.flows ?? [];
    const textOf = { sources: (record) => sourcesOf(data, record) };
    const facets = FACETS.map(([key, title]) => {
      const known = new Map();
      const codes = Uint32Array.from(records, (record) => {
        const found = textOf[key]?.(record) ?? (record[key] ? [capital(record[key])] : []);
        const list = found.length ? found : [NONE];
        const name = JSON.stringify(list);
        if (!known.has(name)) known.set(name, { code: known.size, list });
        return known.get(name).code;
      });
      return facetOf(key, title, codes, [...known.values()].map(({ list }) => list));
    });
    const years = (end) => Int16Array.from(records, (record) => record.years?.[end] ?? NO_YEAR);
    const [first, last] = [years(0), years(1)];
    return {
      count: records.length, facets: told(facets), first, last, years: yearsOf(first, last),
      market: Uint16Array.from(records, (record) => record.market ?? 0),
      amount: Float64Array.from(records, (record) => record.amount ?? NaN),
      at: (index) => records[index],
    };
  };

  const periodOf = (first, last) => {
    if (!first && !last) return "no year given";
    if (!last) return `since ${first}`;
    if (!first) return `until ${last}`;
    return first === last ? String(first) : `${first}–${last}`;
  };

  /**
   * Flows that the payload has as columns.
   * @param {Record<string, ArrayLike<number>>} columns
   * @param {Record<string, (string | string[] | null)[]>} words what the codes from 1 on stand for
   * @param {(index: number) => string} routeOf
   * @param {string} unit
   * @returns {Store}
   */
  const fromColumns = (columns, words, routeOf, unit) => {
    const meaning = (key) => [null, ...words[key]];
    const facets = FACETS.map(([key, title]) => {
      const lists = meaning(key).map((text) => {
        const found = Array.isArray(text) ? text : text ? [capital(text)] : [];
        return found.length ? found : [NONE];
      });
      return facetOf(key, title, columns[`flow.${key}`], lists);
    });
    const [first, last] = [columns["flow.first"], columns["flow.last"]];
    const all = Object.fromEntries(Object.keys(words).map((key) => [key, meaning(key)]));
    const text = (key, index) => all[key][columns[`flow.${key}`][index]] ?? null;
    const at = (index) => {
      const amount = columns["flow.amount"][index];
      const hidden = all.hidden ? text("hidden", index) : null;
      return {
        id: `row ${index + 1}`, market: columns.market[index], title: text("title", index) ?? "Flow",
        route: routeOf(index), form: text("form", index), group: text("group", index), role: text("role", index),
        period: periodOf(first[index], last[index]), certainty: text("certainty", index),
        wording: text("wording", index), basis: text("basis", index),
        quantity: Number.isNaN(amount) ? hidden : `${az.numbers.plain(amount)} ${unit}`.trim(),
        lineages: columns["flow.lineages"][index], sources_text: (text("sources", index) ?? []).join("; "),
        statements: [],
      };
    };
    return {
      count: columns.market.length, facets: told(facets), first, last, years: yearsOf(first, last),
      market: columns.market, amount: columns["flow.amount"], at,
    };
  };

  az.flows = { NONE, fromColumns, fromRecords };
})();
