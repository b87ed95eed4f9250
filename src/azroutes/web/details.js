/* What stands behind an arrow or a place: flows, statements, sources. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { citation, element, isolated } = az.dom;
  const { counted } = az.model;
  const { plain } = az.numbers;
  /** Lines of a list, flows told in full, and flows looked through, at the most, of an arrow that is a sum of many. */
  const MOST_TOLD = 12;
  const MOST_ARTICLES = 10;
  /** Buttons of a list up to which none waits to be asked for. */
  const MOST_LISTED = 40;
  const MOST_COUNTED = 2000;

  const capital = (word) => {
    const text = String(word ?? "").replaceAll("_", " ");
    return text.charAt(0).toUpperCase() + text.slice(1);
  };

  /** Rows of a definition list, without those that have nothing to say. */
  const facts = (rows) => {
    const known = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
    const pairs = known.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, isolated(value))]);
    return element("dl", {}, ...pairs);
  };

  const certaintyOf = (certainty, wording) =>
    certainty ? capital(certainty) + (wording ? ` (“${wording}”)` : "") : null;

  const sourceLine = (source, locator) => {
    const parts = source ? citation(source) : [];
    if (locator) parts.push(...(source ? [", "] : []), isolated(locator));
    return element("p", { class: "source" }, ...parts);
  };

  const sureness = (statement) => {
    const line = statement.lineage ? `line of sources: ${statement.lineage}` : null;
    return [certaintyOf(statement.certainty, statement.wording), line].filter(Boolean).join(" · ");
  };

  const statementItem = (model, statement) =>
    element(
      "li",
      {},
      element("p", { class: "statement" }, isolated(statement.text)),
      ...(statement.counts ?? []).map((count) => element("p", { class: "count" }, isolated(count))),
      statement.reading && element("p", { class: "reading" }, "Reading: ", isolated(statement.reading)),
      element("p", { class: "certainty" }, isolated(sureness(statement))),
      sourceLine(model.sources[statement.source], statement.locator),
    );

  /** One flow with all that is known of it. */
  const flowArticle = (model, flow) => {
    const statements = (flow.statements ?? []).map((index) => model.statements[index]).filter(Boolean);
    const items = statements.map((statement) => statementItem(model, statement));
    return element(
      "article",
      { class: "flow" },
      element("h3", {}, isolated(flow.title)),
      element("p", { class: "route" }, isolated(flow.route)),
      facts([
        ["Form", capital(flow.form)],
        ["Who", flow.group],
        ["Role", capital(flow.role)],
        ["Period", flow.period],
        ["Quantity", flow.quantity],
        ["Certainty", certaintyOf(flow.certainty, flow.wording)],
        ["Basis", capital(flow.basis)],
        ["Independent lines of sources", flow.lineages],
        ["Sources", flow.sources_text],
      ]),
      statements.length > 0 && element("h4", {}, counted(statements.length, "statement")),
      items.length > 0 && element("ul", { class: "statements" }, ...items),
    );
  };

  /** How often each text comes, the most frequent first; what is left out of a long list is told. */
  const tally = (title, texts) => {
    const counts = new Map();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    const rows = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const more = rows.length - MOST_TOLD;
    return rows.length > 0 && element(
      "section",
      {},
      element("h3", {}, `${title} (${plain(rows.length)})`),
      element("ul", { class: "tally" }, ...rows.slice(0, MOST_TOLD).map(([text, count]) =>
        element("li", {}, isolated(text), ` ${counted(count, "flow")}`))),
      more > 0 && element("p", { class: "sum" }, `and ${plain(more)} more`),
    );
  };

  /** An arrow that is the sum of many flows: its largest flows, its markets, and whose word they are, with counts. */
  const ofSum = (app, arrow) => {
    const { model } = app;
    const { amount } = model.store;
    const { found } = app.state.selected ?? {};
    const size = (flow) => (Number.isNaN(amount[flow]) ? -1 : amount[flow]);
    const flows = [...arrow.flows].sort((a, b) => size(b) - size(a) || a - b);
    const records = flows.slice(0, MOST_COUNTED).map((flow) => model.store.at(flow));
    const between = [arrow.start, arrow.end];
    const loop = arrow.start === arrow.end;
    const others = model.source.arrowsAt(arrow.start).filter(({ row, start, end }) =>
      row !== arrow.row && between.includes(start) && between.includes(end) && (start === end) === loop);
    const largest = records.slice(0, MOST_ARTICLES);
    const certainties = tally("Certainty", records.map(({ certainty }) => certainty ?? "not given"));
    const sources = records.flatMap(({ sources_text: text }) => (text ? text.split("; ") : ["none given"]));
    const counted_of = flows.length > records.length && `Counted over the ${plain(records.length)} largest flows.`;
    return [
      heading(model.nameOf(arrow)),
      element("p", { class: "sum" }, model.describe(arrow)),
      held(found),
      arrowList(app, "Other arrows between the same places", others),
      tally("Sources", sources),
      certainties,
      counted_of && element("p", { class: "sum" }, counted_of),
      element("h3", {}, largest.length < flows.length ? `The ${largest.length} largest flows` : "Flows"),
      ...largest.map((record) => flowArticle(model, record)),
    ].filter(Boolean);
  };

  const heading = (text) => element("h2", { class: "chosen", tabIndex: -1 }, isolated(text));

  /** @returns {Node[]} */
  const ofArrow = (app, index) => {
    const { model } = app;
    const arrow = model.arrows[index];
    const flows = model.flowsOf(arrow);
    return [
      heading(model.nameOf(arrow)),
      element("p", { class: "sum" }, model.describe(arrow)),
      ...flows.map((flow) => flowArticle(model, flow)),
      arrow.all.length > arrow.count &&
        element("p", { class: "sum" }, `The filters hide ${counted(arrow.all.length - arrow.count, "more flow")} of it.`),
    ].filter(Boolean);
  };

  /** A button that opens an arrow's details. */
  const arrowButton = (app, arrow) => {
    const name = isolated(app.model.nameOf(arrow));
    const button = element("button", { type: "button", class: "row" }, app.swatch(arrow.market), name);
    button.addEventListener("click", () => app.open("arrow", arrow.key ?? arrow.index));
    return button;
  };

  /** A button with a place's mark and name. */
  const placeButton = ({ model }, { kind, name }, act) => {
    const mark = az.legend.placePicture(model, kind);
    const button = element("button", { type: "button", class: "row" }, mark, isolated(name));
    button.addEventListener("click", act);
    return button;
  };

  const ringButton = (app, ring) => placeButton(app, app.model.nodes[ring], () => app.select("node", ring));

  /** Buttons one below the other; of many the first, and a button for the rest. */
  const rows = (makers) => {
    const list = element("ul", { class: "arrows" });
    const add = (some) => list.append(...some.map((make) => element("li", {}, make())));
    const first = makers.length > MOST_LISTED ? MOST_TOLD : makers.length;
    add(makers.slice(0, first));
    if (first === makers.length) return list;
    const waiting = Math.min(makers.length, MOST_COUNTED) - first;
    const more = element("button", { type: "button" }, `Show ${plain(waiting)} more`);
    more.addEventListener("click", () => {
      more.remove();
      add(makers.slice(first, MOST_COUNTED));
      list.children[first].querySelector("button").focus();
    });
    const beyond = makers.length - MOST_COUNTED;
    const told = beyond > 0 && element("p", { class: "sum" }, `${plain(beyond)} more are not listed.`);
    return element("div", {}, list, more, told);
  };

  /** A list of arrows, each a button that opens it. */
  const arrowList = (app, title, arrows) =>
    arrows.length > 0 &&
    element(
      "section",
      {},
      element("h3", {}, `${title} (${plain(arrows.length)})`),
      // Of very many only those are made that are listed.
      rows(arrows.map((arrow) => () => arrowButton(app, arrow.world ? arrow : app.model.source.arrowIn(arrow.row)))),
    );

  /** The places of a cluster, by name: each a button that goes where it stands by itself. */
  const membersOf = (app, node) => {
    const { source } = app.model;
    const spots = source.membersOf(node.index).map((spot) => source.spots[spot]);
    spots.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
    return element(
      "section",
      {},
      element("h3", {}, `Places that are close at this zoom (${plain(spots.length)})`),
      rows(spots.map((spot) => () => placeButton(app, spot, () => az.search.go(app, spot)))),
    );
  };

  /** What was chosen at another zoom, where it is more now than it was. */
  const held = (found) =>
    found && !found.same &&
    element("p", { class: "sum" }, "At this zoom it holds what was chosen: ", isolated(found.name));

  /** What was chosen at another zoom, and lies in several parts at this one. */
  const ofParts = (app, { name, rings, rows: ways }, kind) => {
    const [many, parts] = kind === "node"
      ? [counted(rings.length, "place or ring", "places and rings"), rings.map((ring) => () => ringButton(app, ring))]
      : [counted(ways.length, "arrow"), ways.map((row) => () => arrowButton(app, app.model.source.arrowIn(row)))];
    const told = `At this zoom it has parted into ${many}; zoom out to see it whole.`;
    return [heading(name), element("p", { class: "sum" }, told), rows(parts)];
  };

  /** An arrow both of whose ends lie in one cluster at this zoom. */
  const ofWithin = (app, { name, rings: [ring] }) => {
    return [
      heading(name),
      element("p", { class: "sum" },
        "At this zoom both its ends lie within one ring, where no arrow is drawn; zoom in to see it."),
      rows([() => ringButton(app, ring)]),
    ];
  };

  /** What is chosen, as it is now. @returns {Node[]} */
  const of = (app, selected) => {
    const { kind, index, found } = selected;
    selected.told = found;
    if (kind === "node") return found && found.rings.length !== 1 ? ofParts(app, found, kind) : ofNode(app, index);
    if (!found) return ofArrow(app, index);
    if (found.rings.length) return ofWithin(app, found);
    return found.rows.length === 1 ? ofSum(app, app.model.source.arrowIn(found.rows[0])) : ofParts(app, found, kind);
  };

  /** @returns {Node[]} */
  const ofNode = (app, index) => {
    const { model } = app;
    const node = model.nodes[index];
    const arrows = model.clustered ? model.source.arrowsAt(index)
      : node.arrows.map((i) => model.arrows[i]).filter(app.isOn);
    const within = arrows.filter((arrow) => arrow.start === arrow.end);
    const places = model.clustered && node.size > 1 ? membersOf(app, node) : null;
    const inwards = arrows.filter((arrow) => arrow.end === index && arrow.start !== index);
    const outwards = arrows.filter((arrow) => arrow.start === index && arrow.end !== index);
    return [
      heading(node.name),
      held(app.state.selected?.found),
      places,
      node.inner > 0 && element("p", { class: "sum" }, `${counted(node.inner, "flow")} between these places: zoom in to see them.`),
      az.filters.placeChoice(app, node),
      arrowList(app, "Arrows in", inwards),
      arrowList(app, "Arrows out", outwards),
      arrowList(app, "Within", within),
      arrows.length === 0 && element("p", {}, "No arrow that the filters let through."),
    ].filter(Boolean);
  };

  az.details = { arrowButton, of };
})();
