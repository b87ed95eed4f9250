/* What is said aloud: names of arrows and places that can be told apart by ear, and a region that tells of changes. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const ARROW = " → ";
  const MOST_NAMED = 3;

  /** Words as a list: "a", "a and b", "a, b and c". @param {string[]} parts */
  const listed = (parts) =>
    parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;

  const placesOf = (route) => String(route ?? "").split(ARROW).filter(Boolean);

  /** The way of a flow as one says it: "Iran through Azerbaijan to Russia". @param {string} route its places */
  const wayOf = (route) => {
    const places = placesOf(route);
    const [first, last] = [places[0], places[places.length - 1]];
    if (places.length > 2) return `${first} through ${listed(places.slice(1, -1))} to ${last}`;
    if (!places.length) return "";
    return first === last ? `within ${first}` : `${first} to ${last}`;
  };

  const lower = (text) => text.charAt(0).toLowerCase() + text.slice(1);

  /** What is moved: the commodity where all flows of an arrow have the same, and its market. */
  const cargoOf = (model, arrow, flows) => {
    const market = model.markets[arrow.market]?.label ?? "";
    const titles = [...new Set(flows.map((flow) => flow.title).filter(Boolean))];
    if (titles.length !== 1 || titles[0] === "Flow") return market || "Flow";
    const inMarket = market.toLowerCase().includes(titles[0].toLowerCase());
    return inMarket || !market ? titles[0] : `${market}, ${lower(titles[0])}`;
  };

  /**
   * The name of an arrow for the ear. An arrow is one leg: where its flows run on, their way is told with it.
   * @param {object} model
   * @param {object} arrow
   */
  const arrowName = (model, arrow) => {
    if (model.clustered) return `${model.nameOf(arrow)}, ${model.describe(arrow).replace(" · ", ", ")}`;
    const flows = model.flowsOf(arrow);
    const [start, end] = [model.nodes[arrow.start].name, model.nodes[arrow.end].name];
    const leg = arrow.start === arrow.end ? `within ${start}` : `${start} to ${end}`;
    const longer = flows.filter((flow) => placesOf(flow.route).length > 2).map((flow) => wayOf(flow.route));
    const routes = [...new Set(longer)];
    const parts = [cargoOf(model, arrow, flows)];
    if (routes.length === 1 && longer.length === flows.length) parts.push(routes[0], `here ${leg}`);
    else parts.push(leg);
    if (routes.length === 1 && longer.length < flows.length) parts.push(`part of ${routes[0]}`);
    else if (routes.length > 1) parts.push(`part of ${routes.length} longer routes`);
    if (flows.length !== 1) parts.push(az.model.counted(flows.length, "flow"));
    const quantity = arrow.quantity ?? (flows.length === 1 ? flows[0].quantity : null);
    if (quantity) parts.push(quantity);
    const lines = model.linesBehind(flows);
    if (lines) parts.push(az.model.counted(lines, "independent line of sources", "independent lines of sources"));
    return parts.join(", ");
  };

  const KINDS = { region: "region", historic: "state that is no more", subdivision: "part of a country", point: "point" };

  /** The name of a place for the ear. @param {object} node @param {object[]} arrows those now on the map */
  const placeName = (node, arrows) => {
    const within = arrows.filter((arrow) => arrow.start === node.index && arrow.end === node.index).length;
    const inwards = arrows.filter((arrow) => arrow.end === node.index).length - within;
    const outwards = arrows.filter((arrow) => arrow.start === node.index).length - within;
    const some = [[inwards, "in"], [outwards, "out"], [within, "within"]].filter(([count]) => count > 0);
    const many = (count, i) => (i ? count : az.model.counted(count, "arrow"));
    const told = some.map(([count, word], i) => `${many(count, i)} ${word}`);
    return [node.name, KINDS[node.kind], ...told].filter(Boolean).join(", ");
  };

  /** What the map shows, in a sentence. @param {object} app */
  const shownSentence = (app) => {
    const { model, state } = app;
    const { on } = state;
    const arrows = app.shown();
    if (!arrows.length) return on.size ? "No arrow is shown." : "No market is chosen, so no arrow is shown.";
    const { counted } = az.model;
    const count = `${counted(arrows.length, "arrow")}, ${counted(model.source.flowCount(), "flow")} shown`;
    const names = (wanted) => model.markets.filter((_, index) => on.has(index) === wanted).map(({ label }) => label);
    const [shown, hidden] = [names(true), names(false)];
    const others = az.filters.inWords(app).filter((words) => !words.startsWith("markets "));
    const more = others.length ? ` Also: ${others.join("; ")}.` : "";
    if (!hidden.length) return model.named ? `${count}: all markets.${more}` : `${count}.${more}`;
    if (shown.length <= MOST_NAMED) return `${count}: ${listed(shown)}.${more}`;
    if (hidden.length <= MOST_NAMED) return `${count}: all markets but ${listed(hidden)}.${more}`;
    return `${count}: ${shown.length} of ${model.markets.length} markets.${more}`;
  };

  /**
   * A region that nobody sees and screen readers read out when its text changes.
   * @param {HTMLElement} root
   * @returns {(text: string) => void}
   */
  const announcer = (root) => {
    const region = az.dom.element("p", { class: "azroutes-unseen", role: "status" });
    root.append(region);
    return (text) => {
      // The same words twice are no change, so they would not be read again.
      region.textContent = region.textContent === text ? `${text}\u00a0` : text;
    };
  };

  az.speech = { announcer, arrowName, listed, placeName, shownSentence, wayOf };
})();
