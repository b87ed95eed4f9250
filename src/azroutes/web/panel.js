/* The panel beside the map: markets, legends, a table, notes and sources, or the details of what is chosen. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { citation, element, isolated } = az.dom;
  const { counted } = az.model;

  /** Rows of checkboxes, one a market; returns the section and a function that brings its counts up to date. */
  const marketSection = (app) => {
    const { model, state } = app;
    const boxes = model.markets.map((market, index) => {
      const input = element("input", { type: "checkbox", checked: state.on.has(index) });
      input.addEventListener("change", () => app.showMarket(index, input.checked));
      const arrows = model.arrows.filter((arrow) => arrow.market === index);
      const count = `${counted(arrows.length, "arrow")} · ${counted(model.flowCount(arrows), "flow")}`;
      const name = market.letters ? `${market.label} (${market.letters})` : market.label;
      const label = element(
        "label",
        {},
        input,
        app.swatch(index),
        element("span", { class: "name" }, isolated(name)),
        element("span", { class: "count" }, count),
      );
      return { input, label };
    });
    const all = element("button", { type: "button" }, "Show all");
    const none = element("button", { type: "button" }, "Show none");
    all.addEventListener("click", () => app.showMarkets(model.markets.keys()));
    none.addEventListener("click", () => app.showMarkets([]));
    const section = element(
      "section",
      { class: "markets" },
      element("fieldset", {}, element("legend", {}, "Markets"), ...boxes.map((box) => box.label)),
      boxes.length > 1 && element("p", { class: "buttons" }, all, none),
    );
    const update = () => boxes.forEach(({ input }, index) => {
      input.checked = state.on.has(index);
    });
    return { section, update };
  };

  const folded = (name, title, ...children) =>
    element("details", { class: name }, element("summary", {}, title), ...children);

  const paragraph = (text) => element("p", {}, isolated(text));

  const endMatter = (model) => [
    model.notes.length > 0 &&
      element("section", { class: "notes" }, element("h2", {}, "Notes"), ...model.notes.map(paragraph)),
    (model.sources.length > 0 || model.credits.length > 0) &&
      folded(
        "credits",
        "Sources and credits",
        element("ul", { class: "sources" }, ...model.sources.map((source) => element("li", {}, ...citation(source)))),
        ...model.credits.map(paragraph),
      ),
  ];

  /** The button that hides the panel on a desk and folds it into a strip on a telephone. */
  const toggle = (root) => {
    const button = element("button", { type: "button", class: "azroutes-toggle" });
    const set = (open) => {
      root.classList.toggle("azroutes-closed", !open);
      button.textContent = open ? "Hide panel" : "Show panel";
      button.setAttribute("aria-expanded", String(open));
    };
    button.addEventListener("click", () => set(root.classList.contains("azroutes-closed")));
    return { button, set };
  };

  /**
   * @param {object} app
   * @param {HTMLElement} root holds the map and the panel
   * @returns {{update: () => void, choose: (nodes: Node[] | null) => void}}
   */
  const build = (app, root) => {
    const { model } = app;
    const aside = root.querySelector(".azroutes-panel");
    const status = element("p", { class: "status" });
    const markets = marketSection(app);
    const legends = element("div", { class: "legends" });
    const table = az.table.build(app);
    const tableFold = folded("flows-as-table", "All flows as a table", table.root);
    tableFold.addEventListener("toggle", () => {
      root.classList.toggle("azroutes-wide", tableFold.open);
      table.opened();
    });
    const chosen = element("section", { class: "details", hidden: true, "aria-label": "Details" });
    const parts = [markets.section, legends, tableFold, ...endMatter(model)];
    const rest = element("div", { class: "rest" }, ...parts);
    const subtitle = model.subtitle && element("p", { class: "subtitle" }, isolated(model.subtitle));
    const body = element("div", { class: "body" }, chosen, rest);
    aside.append(element("header", {}, element("h1", {}, isolated(model.title)), subtitle, status), body);
    // Folded to a strip, the panel is as high as its title.
    new ResizeObserver(([{ target }]) => {
      if (root.classList.contains("azroutes-closed")) root.style.setProperty("--strip", `${target.offsetHeight}px`);
    }).observe(aside.querySelector("header"));
    const folding = toggle(root);
    root.append(folding.button);
    folding.set(!globalThis.matchMedia("(max-width: 699px)").matches);

    const close = element("button", { type: "button", class: "back" }, "Back to the legend");
    close.addEventListener("click", () => app.select(null));
    let opener = null;
    let scrolled = 0;

    const update = () => {
      const arrows = app.shown();
      markets.update();
      legends.replaceChildren(...az.legend.build(model, arrows));
      table.update();
      status.textContent = `${counted(arrows.length, "arrow")}, ${counted(model.flowCount(arrows), "flow")} shown`;
    };

    const choose = (nodes) => {
      if (nodes && chosen.hidden) [opener, scrolled] = [document.activeElement, body.scrollTop];
      chosen.hidden = !nodes;
      rest.hidden = Boolean(nodes);
      chosen.replaceChildren(...(nodes ? [close, ...nodes] : []));
      if (nodes) {
        folding.set(true);
        body.scrollTop = 0;
        chosen.querySelector(".chosen")?.focus({ preventScroll: true });
        return;
      }
      body.scrollTop = scrolled;
      if (opener?.isConnected) opener.focus({ preventScroll: true });
    };
    return { update, choose };
  };

  az.panel = { build };
})();
