/* Numbers as a reader writes them, round numbers for legends, and how large what shows them is drawn. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});

  // Made once: to make a format takes as long as to write a thousand numbers.
  const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
  const PARTS = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });

  /** 12,000 or 0.5; of a number that is not whole six digits at the most. @param {number} value */
  const plain = (value) => (Number.isInteger(value) || Math.abs(value) >= 1e5 ? WHOLE : PARTS).format(value);

  /** A share in whole percent: what is not nothing is never told as 0 %, nor what is not all as 100 %. */
  const percent = (share) => {
    if (share > 0 && share < 0.01) return "less than 1 %";
    if (share < 1 && share > 0.99) return "more than 99 %";
    return `${Math.round(share * 100)} %`;
  };

  /** The largest of 1, 2 or 5 times a power of ten that is not above the value. */
  const roundDown = (value) => {
    const power = 10 ** Math.floor(Math.log10(value));
    return [5, 2, 1].find((lead) => lead <= value / power + 1e-9) * power;
  };

  /** A few round numbers up to the largest, for a legend. @returns {number[]} */
  const breaks = (largest, whole) => {
    if (!(largest > 0)) return [];
    const top = roundDown(largest);
    const found = [10, Math.sqrt(10), 1].map((step) => roundDown(top / step));
    return [...new Set(found)].filter((value) => !whole || value >= 1).sort((a, b) => a - b);
  };

  /** Length and half width of the head of an arrow, which grow slower than its shaft. @param {number} width px */
  const head = (width) => {
    const half = 0.5 * width + 1.5 * Math.sqrt(Math.max(width, 0.25));
    return [2.1 * half, half];
  };

  az.numbers = { breaks, head, percent, plain };
})();
