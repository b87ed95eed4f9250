/* The filters of the panel: what flows are told apart by, the years, the least number, one place's arrows. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { element, isolated } = az.dom;
  const { plain } = az.numbers;
  /** Choices of one kind that are listed at once; the most frequent come first. */
  const MOST_CHOICES = 40;
  /** Time that one step of the years is shown while they play, ms. */
  const STEP_MS = 900;
  const WAYS = [["", "All arrows of the map"], ["both", "Only those in or out"], ["in", "Only those in"], ["out", "Only those out"]];

  const button = (text, act) => {
    const made = element("button", { type: "button" }, text);
    made.addEventListener("click", act);
    return made;
  };

  /** Checkboxes for one facet, each with how many flows it would show. */
  const facetSection = (app, facet) => {
    const { filter } = app.state;
    const turn = (change) => {
      const off = new Set(filter.off[facet.key]);
      change(off);
      app.setFilter({ off: { ...filter.off, [facet.key]: off } });
    };
    const listed = facet.choices.slice(0, MOST_CHOICES);
    const rows = listed.map((choice) => {
      const input = element("input", { type: "checkbox" });
      input.addEventListener("change", () => turn((off) => (input.checked ? off.delete(choice) : off.add(choice))));
      const count = element("span", { class: "count" });
      return { input, count, label: element("label", {}, input, element("span", { class: "name" }, isolated(choice)), count) };
    });
    const more = facet.choices.length - listed.length;
    const section = element(
      "details",
      { class: "facet" },
      element("summary", {}, facet.title),
      element(
        "fieldset",
        {},
        element("legend", { class: "azroutes-unseen" }, facet.title),
        ...rows.map(({ label }) => label),
      ),
      more > 0 && element("p", { class: "sum" }, `${plain(more)} more, with fewer flows each, are shown or hidden together.`),
      element(
        "p",
        { class: "buttons" },
        button("All", () => turn((off) => off.clear())),
        button("None", () => turn((off) => facet.choices.forEach((choice) => off.add(choice)))),
      ),
    );
    const update = ({ counts }) => rows.forEach(({ input, count }, index) => {
      input.checked = !filter.off[facet.key]?.has(listed[index]);
      count.textContent = plain(counts[facet.key][index]);
    });
    return { section, update };
  };

  const field = (text, input) => element("label", { class: "field" }, element("span", {}, text), input);

  /** Two sliders for the first and the last year, and a button that lets the window run through the years. */
  const periodSection = (app, [low, high]) => {
    const { filter } = app.state;
    const slider = (value) =>
      element("input", { type: "range", min: String(low), max: String(high), step: "1", value: String(value) });
    const [from, to] = [slider(low), slider(high)];
    const undated = element("input", { type: "checkbox", checked: true });
    const told = element("output", { class: "sum" });
    let timer = null;
    const set = (first, last) => {
      const whole = first === low && last === high;
      app.setFilter({ period: whole ? null : [first, last] });
    };
    const stop = () => {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play the years";
    };
    const step = () => {
      const [first, last] = filter.period ?? [low, high];
      if (last >= high) return void stop();
      set(first + 1, last + 1);
    };
    const play = button("Play the years", () => {
      if (timer !== null) return void stop();
      play.textContent = "Stop";
      const [first, last] = filter.period ?? [low, high];
      // A window that is all years, or at their end, has nowhere to go: start with the first one.
      if (last >= high) set(low, low + (first > low ? last - first : 0));
      timer = setInterval(step, STEP_MS);
    });
    from.addEventListener("input", () => set(Number(from.value), Math.max(Number(from.value), Number(to.value))));
    to.addEventListener("input", () => set(Math.min(Number(from.value), Number(to.value)), Number(to.value)));
    undated.addEventListener("change", () => app.setFilter({ undated: undated.checked }));
    const section = element(
      "details",
      { class: "facet period" },
      element("summary", {}, "Period"),
      field("From", from),
      field("To", to),
      told,
      element("label", {}, undated, element("span", { class: "name" }, "Flows without a year")),
      element("p", { class: "buttons" }, play),
    );
    const update = () => {
      const [first, last] = filter.period ?? [low, high];
      [from.value, to.value] = [String(first), String(last)];
      undated.checked = filter.undated;
      told.textContent = first === last ? `Facts of ${first}` : `Facts of ${first} to ${last}`;
    };
    return { section, update };
  };

  /** The least number of an arrow, where arrows show quantities. */
  const leastSection = (app, unit) => {
    const { filter } = app.state;
    const input = element("input", { type: "number", min: "0", step: "any", inputMode: "decimal" });
    input.addEventListener("change", () => app.setFilter({ least: Math.max(0, Number(input.value) || 0) }));
    const section = element(
      "details",
      { class: "facet" },
      element("summary", {}, "Least quantity"),
      field(`Arrows of at least${unit ? ` (${unit})` : ""}`, input),
    );
    return { section, update: () => (input.value = filter.least ? String(filter.least) : "") };
  };

  /** Which arrows of a chosen place alone are shown. */
  const placeChoice = (app, node) => {
    const { filter } = app.state;
    const select = element("select", {});
    const now = filter.place?.code === node.code ? filter.place.way : "";
    for (const [way, text] of WAYS) select.append(element("option", { value: way, selected: way === now }, text));
    select.addEventListener("change", () =>
      app.setFilter({ place: select.value ? { code: node.code, way: select.value } : null }));
    return field("Show", select);
  };

  /** What the filters say now, in words; empty where they let everything through. @returns {string[]} */
  const inWords = (app) => {
    const { filter } = app.state;
    const { store, markets, nodes, source } = app.model;
    const without = (title, names) => `${title} without ${names.length > 3 ? `${names.length} choices` : names.join(", ")}`;
    const said = [];
    if (filter.markets.size) said.push(without("markets", [...filter.markets].map((market) => markets[market].label)));
    for (const { key, title } of store.facets) {
      if (filter.off[key]?.size) said.push(without(title.toLowerCase(), [...filter.off[key]]));
    }
    if (filter.period) said.push(`${filter.period[0]} to ${filter.period[1]}`);
    if (!filter.undated) said.push("flows with a year");
    if (filter.least) said.push(`arrows of at least ${plain(filter.least)}`);
    if (filter.place) {
      const { code } = filter.place;
      const name = (source.nodeAt?.(code) ?? nodes.find((node) => node.code === code))?.name ?? code;
      said.push(`${{ in: "into", out: "out of", both: "in or out of" }[filter.place.way]} ${name}`);
    }
    return said;
  };

  /**
   * @param {object} app
   * @returns {{section: HTMLElement | false, update: () => void, reset: HTMLElement}}
   */
  const build = (app) => {
    const { store, source, clustered, scale } = app.model;
    const parts = store.facets.map((facet) => facetSection(app, facet));
    if (store.years && store.years[0] < store.years[1]) parts.push(periodSection(app, store.years));
    if (source.largest > 0) parts.push(leastSection(app, clustered?.unit ?? scale?.unit ?? ""));
    const reset = button("Reset the filters", () => app.setFilter(az.filter.fresh()));
    const told = element("p", { class: "sum" });
    const section = parts.length > 0 &&
      element("section", { class: "filters" }, element("h2", {}, "Filters"), ...parts.map((part) => part.section));
    const status = element("div", { class: "filtered", hidden: true }, told, reset);
    const update = () => {
      parts.forEach((part) => part.update(app.result));
      const said = inWords(app);
      status.hidden = said.length === 0;
      told.textContent = `Shown: ${said.join("; ")}`;
    };
    return { section, status, update };
  };

  az.filters = { build, inWords, placeChoice };
})();
