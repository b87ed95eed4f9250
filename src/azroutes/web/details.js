/* What stands behind an arrow or a place: flows, statements, sources. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { citation, element, isolated } = az.dom;
  const { counted } = az.model;

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

  const heading = (text) => element("h2", { class: "chosen", tabIndex: -1 }, isolated(text));

  /** @returns {Node[]} */
  const ofArrow = (model, index) => {
    const arrow = model.arrows[index];
    const flows = model.flowsOf(arrow);
    return [
      heading(model.nameOf(arrow)),
      element("p", { class: "sum" }, model.describe(arrow)),
      ...flows.map((flow) => flowArticle(model, flow)),
    ];
  };

  /** A button that opens an arrow's details. */
  const arrowButton = (app, arrow) => {
    const name = isolated(app.model.nameOf(arrow));
    const button = element("button", { type: "button", class: "row" }, app.swatch(arrow.market), name);
    button.addEventListener("click", () => app.select("arrow", arrow.index));
    return button;
  };

  /** A list of arrows, each a button that opens it. */
  const arrowList = (app, title, arrows) =>
    arrows.length > 0 &&
    element(
      "section",
      {},
      element("h3", {}, `${title} (${arrows.length})`),
      element(
        "ul",
        { class: "arrows" },
        ...arrows.map((arrow) => element("li", {}, arrowButton(app, arrow))),
      ),
    );

  /** @returns {Node[]} */
  const ofNode = (app, index) => {
    const node = app.model.nodes[index];
    const arrows = node.arrows.map((i) => app.model.arrows[i]).filter(app.isOn);
    const within = arrows.filter((arrow) => arrow.start === arrow.end);
    const inwards = arrows.filter((arrow) => arrow.end === index && arrow.start !== index);
    const outwards = arrows.filter((arrow) => arrow.start === index && arrow.end !== index);
    return [
      heading(node.name),
      arrowList(app, "Arrows in", inwards),
      arrowList(app, "Arrows out", outwards),
      arrowList(app, "Within", within),
      arrows.length === 0 && element("p", {}, "No arrow of the markets shown."),
    ].filter(Boolean);
  };

  az.details = { arrowButton, ofArrow, ofNode };
})();
