/* The panel beside the map: markets, legends, a table, notes and sources, or the details of what is chosen. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { citation, element, isolated } = az.dom;
  const { counted } = az.model;

  /** What each market has, as the other filters are now: where places cluster its flows, else also its arrows. */
  const countsOf = ({ model, result: { pass } }) => {
    if (model.clustered) {
      const flows = new Uint32Array(model.markets.length);
      for (let i = 0; i < pass.length; i += 1) flows[model.store.market[i]] += pass[i];
      return Array.from(flows, (count) => counted(count, "flow"));
    }
    return model.markets.map((_, index) => {
      const arrows = model.arrows.filter((arrow) => arrow.market === index && arrow.flows.length > 0);
      const flows = new Set(arrows.flatMap((arrow) => arrow.flows)).size;
      return `${counted(arrows.length, "arrow")} · ${counted(flows, "flow")}`;
    });
  };

  /** What the map shows and what it does not, in words. */
  const summary = (app, arrows) => {
    const hidden = app.model.source.hidden();
    if (!hidden) {
      const flows = new Set(arrows.flatMap((arrow) => arrow.flows)).size;
      return `${counted(arrows.length, "arrow")}, ${counted(flows, "flow")} shown`;
    }
    const { percent, plain } = az.numbers;
    const all = `${counted(app.model.source.flowCount(), "flow")} shown, added up between places that are close at this zoom.`;
    if (!hidden.arrows) return `${all} All ${counted(hidden.of, "arrow")} in view are drawn.`;
    const share = hidden.share > 0 ? `, ${percent(hidden.share)} of what is in view,` : "";
    return `${all} The ${plain(hidden.widest)} widest of ${counted(hidden.of, "arrow")} in view are drawn; ` +
      `${plain(hidden.arrows)} smaller ones${share} are not.`;
  };

  /** Rows of checkboxes, one a market; returns the section and a function that brings its counts up to date. */
  const marketSection = (app) => {
    const { model, state } = app;
    const boxes = model.markets.map((market, index) => {
      const input = element("input", { type: "checkbox", checked: state.on.has(index) });
      input.addEventListener("change", () => app.showMarket(index, input.checked));
      const count = element("span", { class: "count" });
      const name = market.letters ? `${market.label} (${market.letters})` : market.label;
      const label = element(
        "label",
        {},
        input,
        app.swatch(index),
        element("span", { class: "name" }, isolated(name)),
        count,
      );
      return { input, label, count };
    });
    const all = element("button", { type: "button" }, "Show all");
    const none = element("button", { type: "button" }, "Show none");
    all.addEventListener("click", () => app.showMarkets(model.markets.keys()));
    none.addEventListener("click", () => app.showMarkets([]));
    const told = model.named || boxes.length > 1;
    const section = told && element(
      "section",
      { class: "markets" },
      element("fieldset", {}, element("legend", {}, az.legend.marketTitle(model)), ...boxes.map((box) => box.label)),
      boxes.length > 1 && element("p", { class: "buttons" }, all, none),
    );
    const update = () => {
      const counts = countsOf(app);
      boxes.forEach(({ input, count }, index) => {
        input.checked = state.on.has(index);
        count.textContent = counts[index];
      });
    };
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

  /** Where a page has several sets of flows: buttons for the panels of the others. */
  const setsSection = (app) => {
    const root = element("p", { class: "buttons sets", hidden: true });
    const update = () => {
      const others = app.peers().filter((one) => one !== app);
      root.hidden = !others.length;
      root.replaceChildren("Also on this map:", ...others.map((one) => {
        const button = element("button", { type: "button" }, isolated(one.model.title));
        button.addEventListener("click", () => {
          one.panel.show();
          one.panel.aside.querySelector(".sets button").focus({ preventScroll: true });
        });
        return button;
      }));
    };
    return { root, update };
  };

  /**
   * The button that hides the panel on a desk and folds it into a strip on a telephone.
   * @param {HTMLElement} root
   * @param {() => void} [opened]
   */
  const toggle = (root, opened) => {
    const button = element("button", { type: "button", class: "azroutes-toggle" });
    const set = (open) => {
      root.classList.toggle("azroutes-closed", !open);
      button.textContent = open ? "Hide panel" : "Show panel";
      button.setAttribute("aria-expanded", String(open));
      if (open) opened?.();
    };
    button.addEventListener("click", () => set(root.classList.contains("azroutes-closed")));
    return { button, set };
  };

  /**
   * @param {object} app
   * @param {HTMLElement} root holds the map and the panel
   * @returns {{update: () => void, choose: (nodes: Node[] | null) => void, renew: (nodes: Node[]) => void}}
   */
  const build = (app, root) => {
    const { model } = app;
    const page = app.guest?.page;
    const foreign = app.guest && !page;
    const aside = app.guest?.aside ?? root.querySelector(".azroutes-panel");
    const status = element("p", { class: "status" });
    const markets = marketSection(app);
    const legends = element("div", { class: "legends" });
    const table = az.table.build(app);
    const tableFold = folded("flows-as-table", "All flows as a table", table.root);
    tableFold.addEventListener("toggle", () => {
      if (!aside.hidden) root.classList.toggle("azroutes-wide", tableFold.open);
      table.opened();
    });
    const chosen = element("section", { class: "details", hidden: true, "aria-label": "Details" });
    const filters = az.filters.build(app);
    const parts = [az.search.build(app), markets.section, filters.section, az.motion.build(app), legends, tableFold,
      az.exports.section(app), ...endMatter(model)];
    const rest = element("div", { class: "rest" }, ...parts);
    const subtitle = model.subtitle && element("p", { class: "subtitle" }, isolated(model.subtitle));
    const body = element("div", { class: "body" }, chosen, rest);
    const sets = setsSection(app);
    const title = element("h1", {}, isolated(model.title));
    aside.append(element("header", {}, title, subtitle, status, filters.status, sets.root), body);
    // Folded to a strip, the panel is as high as its title.
    new ResizeObserver(([{ target }]) => {
      const high = target.offsetHeight;
      if (high && root.classList.contains("azroutes-closed")) root.style.setProperty("--strip", `${high}px`);
    }).observe(aside.querySelector("header"));
    // Those on a map of the user's own stand on one another: one that opens folds the others.
    const others = () => app.peers().filter((one) => one !== app);
    const folding = page?.panel.folding ?? toggle(root, () => {
      if (foreign && app.ready) others().forEach((one) => one.panel.folding.set(false));
    });
    if (!page) {
      root.append(folding.button);
      folding.set(!globalThis.matchMedia("(max-width: 699px)").matches);
    }

    const close = element("button", { type: "button", class: "back" }, "Back to the legend");
    close.addEventListener("click", () => app.select(null));
    let opener = null;
    let scrolled = 0;
    /** Where the focus came from: of a list that was made anew since, what is current in it. */
    const origin = () => {
      const { element: from, list } = opener ?? {};
      return from?.isConnected ? from : list?.querySelector("[tabindex='0']");
    };

    const update = () => {
      const arrows = app.shown();
      markets.update();
      filters.update();
      legends.replaceChildren(...az.legend.build(model, arrows));
      table.update();
      status.textContent = summary(app, arrows);
    };

    /** Which sets of flows there are has changed. */
    const meet = () => foreign || sets.update();

    /** Have this panel in the place of those of other sets. */
    const show = () => {
      if (foreign || !aside.hidden) return;
      others().forEach((one) => {
        one.panel.aside.hidden = true;
      });
      aside.hidden = false;
      root.classList.toggle("azroutes-wide", tableFold.open);
    };

    const choose = (nodes) => {
      if (nodes) show();
      if (nodes && chosen.hidden) {
        const from = document.activeElement;
        [opener, scrolled] = [{ element: from, list: from?.closest("[role=listbox]") }, body.scrollTop];
      }
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
      origin()?.focus({ preventScroll: true });
    };
    /** Tell of what is chosen as it is now, and leave the focus where it is if it can be. */
    const renew = (nodes) => {
      const from = document.activeElement;
      const within = chosen.contains(from) && from !== close;
      chosen.replaceChildren(close, ...nodes);
      const again = from.tagName === "SELECT" ? "select" : ".chosen";
      if (within) chosen.querySelector(again)?.focus({ preventScroll: true });
      app.announce([".chosen", ".sum"].map((part) => chosen.querySelector(part)?.textContent ?? "").join(". "));
    };
    return { aside, folding, update, choose, meet, show, renew };
  };

  az.panel = { build, endMatter, summary, toggle };
})();
