/* What the note beside the pointer tells of an arrow where columns were chosen for it: sums, or the values of its flows. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { plain } = az.numbers;
  /** Values of a column that are told, at the most; how many more there are is told as well. */
  const MOST = 3;

  /** Read the columns that the payload has for the note. @param {Record<string, ArrayLike<number>>} [columns] packed */
  const read = ({ tooltip }, columns) =>
    Array.isArray(tooltip) ? tooltip.map((tip, k) => ({ ...tip, codes: tip.codes ?? columns[`tip.${k}`] })) : null;

  /** Sums of the flows' quantities, each unit by itself, the first flow's first. */
  const sums = ({ words, codes }, flows, amount) => {
    const totals = new Map();
    for (const flow of flows) {
      const code = codes[flow];
      if (code && !Number.isNaN(amount[flow])) totals.set(code, (totals.get(code) ?? 0) + amount[flow]);
    }
    return [...totals].map(([code, total]) => `${plain(total)} ${words[code - 1]}`.trim());
  };

  /** The values of the flows, each once, that of the largest flow first; of equal flows the first. */
  const values = ({ words, codes }, flows, { amount, lineages }) => {
    const largest = new Map();
    for (const flow of flows) {
      const code = codes[flow];
      if (!code) continue;
      const size = [Number.isNaN(amount[flow]) ? -1 : amount[flow], lineages(flow)];
      for (const word of [words[code - 1]].flat()) {
        const known = largest.get(word);
        if (!known || size[0] > known[0] || (size[0] === known[0] && size[1] > known[1])) largest.set(word, size);
      }
    }
    const order = [...largest].sort(([, a], [, b]) => b[0] - a[0] || b[1] - a[1]);
    const told = order.slice(0, MOST).map(([word]) => word);
    return order.length > MOST ? [...told, `${plain(order.length - MOST)} more`] : told;
  };

  /**
   * Lines of the note of an arrow; null where none were chosen.
   * @param {object} model
   * @param {object} arrow
   * @returns {[string, string][] | null} what, and its values
   */
  const of = (model, arrow) => {
    if (!model.tips) return null;
    const { amount, at } = model.store;
    // Very many flows are columns, and to make a record of each takes time; there the first is the largest of equals.
    const lineages = model.clustered ? () => 0 : (flow) => at(flow).lineages ?? 0;
    return model.tips.flatMap((tip) => {
      const told = tip.added ? sums(tip, arrow.flows, amount) : values(tip, arrow.flows, { amount, lineages });
      return told.length ? [[tip.title, told.join(tip.added ? ", " : "; ")]] : [];
    });
  };

  az.tips = { of, read };
})();
