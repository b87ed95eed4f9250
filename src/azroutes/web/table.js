/* The flows on the map as a table that can be sorted: the same facts for those who do not see the map. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { element, isolated } = az.dom;
  const { counted } = az.model;
  const { plain } = az.numbers;
  /** How many flows are sorted, at the most; of more the largest. */
  const MOST = 2000;
  /** How many rows are in the page at a time. */
  const ROWS = 200;
  const SURENESS = ["affirmed", "stated as fact", "qualified", "alleged"];

  const firstNumber = (text) => {
    const found = /\d[\d,]*(?:\.\d+)?/.exec(String(text ?? ""));
    return found ? Number(found[0].replaceAll(",", "")) : null;
  };
  const lastNumber = (text) => firstNumber(/\D(\d+)$/.exec(String(text ?? ""))?.[1]);
  const unitOf = (text) => String(text ?? "").replace(/[\d.,]+/g, "").trim();
  const sureness = (text) => {
    const rank = SURENESS.findIndex((word) => String(text ?? "").toLowerCase().startsWith(word));
    return text ? (rank < 0 ? SURENESS.length : rank) : null;
  };

  /** By what a column is sorted: a few texts and numbers one after the other; null where there is nothing. */
  const COLUMNS = [
    { id: "flow", title: "Flow", keys: (flow) => [flow.route || null, flow.title || null] },
    { id: "market", title: "Market", keys: (flow, market) => [market || null] },
    { id: "period", title: "Period", keys: ({ period }) => [firstNumber(period), lastNumber(period)] },
    { id: "certainty", title: "Certainty", keys: ({ certainty }) => [sureness(certainty)] },
    {
      id: "quantity", title: "Quantity", number: true,
      keys: ({ quantity }) => (quantity ? [unitOf(quantity), firstNumber(quantity)] : [null]),
    },
    { id: "lineages", title: "Source lines", number: true, keys: ({ lineages }) => [lineages ?? null] },
  ];

  const compare = (a, b) =>
    typeof a === "number" && typeof b === "number"
      ? a - b
      : String(a).localeCompare(String(b), "en", { numeric: true, sensitivity: "base" });

  /**
   * Flows in the order of a column; those of which it tells nothing come last either way.
   * @param {object[]} flows
   * @param {(flow: object) => unknown[]} keysOf
   * @param {boolean} falling
   */
  const sorted = (flows, keysOf, falling) => {
    const keyed = flows.map((flow) => ({ flow, keys: keysOf(flow) }));
    const order = (a, b) => {
      for (let i = 0; i < Math.max(a.keys.length, b.keys.length); i += 1) {
        const [one, other] = [a.keys[i] ?? null, b.keys[i] ?? null];
        if (one === null && other === null) continue;
        if (one === null || other === null) return one === null ? 1 : -1;
        const found = compare(one, other);
        if (found) return falling ? -found : found;
      }
      return a.flow.index - b.flow.index;
    };
    return keyed.sort(order).map(({ flow }) => flow);
  };

  /** What is said of the rows that are not in the page. */
  const restSentence = (from, to, count) =>
    count <= ROWS ? "" : `Rows ${from + 1} to ${to} of ${count}; at most ${ROWS} are listed at a time.`;

  /**
   * @param {object} app
   * @returns {{root: HTMLElement, update: () => void}}
   */
  const build = (app) => {
    const { model } = app;
    const state = { column: 0, falling: false, from: 0, stale: true };
    const caption = element("caption");
    const body = element("tbody");
    const columns = COLUMNS.filter(({ id }) => id !== "market" || model.named);
    const heads = columns.map((column, index) => {
      const button = element("button", { type: "button", class: "sort" }, column.title);
      const head = element("th", { scope: "col", class: column.number ? "number" : "" }, button);
      button.addEventListener("click", () => {
        state.falling = state.column === index && !state.falling;
        [state.column, state.from] = [index, 0];
        fill();
        app.announce(`Sorted by ${column.title.toLowerCase()}, ${state.falling ? "falling" : "rising"}.`);
      });
      return head;
    });
    const top = element("thead", {}, element("tr", {}, ...heads));
    const table = element("table", { class: "flows" }, caption, top, body);
    const scroller = element("div", { class: "scroller", role: "region", tabIndex: 0, "aria-label": "Table of flows" },
      table);
    const rest = element("p", { class: "rest-of-table" });
    const turn = (by) => {
      const button = element("button", { type: "button" }, by < 0 ? "Previous rows" : "Next rows");
      button.addEventListener("click", () => {
        state.from = Math.max(0, state.from + by * ROWS);
        fill();
        app.announce(rest.textContent);
        scroller.scrollTop = 0;
        (button.disabled ? scroller : button).focus({ preventScroll: true });
      });
      return button;
    };
    const [previous, next] = [turn(-1), turn(1)];
    const pages = element("p", { class: "buttons" }, previous, next);
    const empty = element("p", {}, "No flow is shown.");
    const root = element("div", { class: "table" }, scroller, rest, pages, empty);

    const rowOf = (flow, arrow) => {
      const name = element("button", { type: "button", class: "row" }, isolated(flow.title), " ",
        element("span", { class: "way" }, isolated(flow.route)));
      // Of very many flows some are in arrows too small or too far off to be on the map.
      name.disabled = arrow < 0;
      name.addEventListener("click", () => app.select("arrow", arrow));
      const market = model.markets[flow.market]?.label;
      const { period, certainty, quantity, lineages } = flow;
      const cells = [...(model.named ? [market] : []), period, certainty, quantity, lineages];
      return element("tr", {}, element("th", { scope: "row" }, name), ...cells.map((value, i) =>
        element("td", { class: columns[i + 1].number ? "number" : "" }, isolated(value ?? "–"))));
    };

    const fill = () => {
      state.stale = false;
      const flows = app.listedFlows(MOST);
      const column = columns[state.column];
      const keysOf = (flow) => column.keys(flow, model.markets[flow.market]?.label);
      if (state.from >= flows.length) state.from = 0;
      const to = Math.min(flows.length, state.from + ROWS);
      const seen = sorted(flows, keysOf, state.falling).slice(state.from, to);
      body.replaceChildren(...seen.map((flow) => rowOf(flow, model.source.arrowOf(flow.index))));
      heads.forEach((head, index) => {
        if (index !== state.column) head.removeAttribute("aria-sort");
        else head.setAttribute("aria-sort", state.falling ? "descending" : "ascending");
      });
      const all = model.source.flowCount();
      const every = counted(all, "flow");
      const listed = flows.length < all ? `The ${plain(flows.length)} largest of ${every}` : every;
      caption.textContent = `${listed}${app.undrawn ? "" : " on the map"}, by ${column.title.toLowerCase()}`;
      rest.textContent = restSentence(state.from, to, flows.length);
      rest.hidden = pages.hidden = flows.length <= ROWS;
      previous.disabled = state.from === 0;
      next.disabled = to >= flows.length;
      scroller.hidden = !flows.length;
      empty.hidden = flows.length > 0;
    };

    /** Rows are made when the table can be seen. */
    const update = () => {
      state.stale = true;
      state.from = 0;
      if (root.closest("details")?.open) fill();
    };
    const opened = () => {
      if (state.stale) fill();
    };
    return { root, update, opened };
  };

  az.table = { COLUMNS, ROWS, build, firstNumber, restSentence, sorted };
})();
