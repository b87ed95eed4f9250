/* Out of the page: a picture, a drawing and a table of what the map shows now, as files. Nothing is sent anywhere. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { element } = az.dom;
  const { plain } = az.numbers;
  /** Pixels of the picture for each of the page. */
  const RATIO = 2;
  /** Sides of a canvas longer than this, px, are more than some browsers draw. */
  const LONGEST = 16384;
  /** Time after which a file that was offered is let go, ms; some browsers ask first where to put it. */
  const KEPT_MS = 40000;
  const NAME_LENGTH = 48;
  /** Letters that do not come apart into a plain one and its accent. */
  const PLAIN = { ə: "e", ı: "i", ł: "l", đ: "d", ð: "d", ø: "o", æ: "ae", œ: "oe", þ: "th", ß: "ss" };

  // Names and cells

  /** A short name for files, of small plain letters. @param {unknown} title */
  const slug = (title) => {
    const small = String(title ?? "").toLowerCase().replace(/[əıłđðøæœþß]/g, (letter) => PLAIN[letter]);
    const words = small.normalize("NFKD").replace(/\p{M}/gu, "").split(/[^a-z0-9]+/).filter(Boolean);
    let name = "";
    for (const word of words) {
      const longer = name ? `${name}-${word}` : word.slice(0, NAME_LENGTH);
      if (longer.length > NAME_LENGTH) break;
      name = longer;
    }
    return name || "flows";
  };

  /** What a spreadsheet shows and does not run; also after marks at which some would part the text into cells. */
  const disarmed = (text) => {
    if (/^-?\d+(\.\d+)?$/.test(text)) return text;
    const inner = text.replace(/(^|[;\t\r\n])(?=[=+\-@＝＋－＠])/g, "$1'");
    return /^[\t\r\n]/.test(inner) ? `'${inner}` : inner;
  };

  /** @param {unknown} value @returns {string} a cell as RFC 4180 has it */
  const cell = (value) => {
    const text = disarmed(String(value ?? "").replaceAll("\0", "\ufffd"));
    return /[",;\r\n\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  // The table

  /** The sources of a flow: each document once, with the places in it; else what the table names. */
  const sourcesOf = ({ statements, sources }, flow) => {
    const places = new Map();
    for (const statement of (flow.statements ?? []).map((index) => statements[index]).filter(Boolean)) {
      const found = places.get(statement.source) ?? new Set();
      if (statement.locator) found.add(statement.locator);
      places.set(statement.source, found);
    }
    const named = [...places].filter(([source]) => sources[source]).map(([source, locators]) => {
      const { title, publisher, year } = sources[source];
      const where = locators.size ? ` (${[...locators].join(" and ")})` : "";
      return [title, publisher, year].filter(Boolean).join(", ") + where;
    });
    return named.length ? named.join("; ") : flow.sources_text;
  };

  /** The first and the last place of a route; nothing where a name in it could be taken for two. */
  const endsOf = (model) => {
    const names = new Set(model.clustered?.names ?? model.nodes.map(({ name }) => name));
    return ({ route }) => {
      const stops = String(route ?? "").split(" → ");
      const known = stops.length > 1 && stops.every((name) => names.has(name));
      return known ? [stops[0], stops[stops.length - 1]] : ["", ""];
    };
  };

  /** Columns of the table: their names, and what a flow has in them. */
  const COLUMNS = [
    ["id", ({ flow }) => flow.id],
    ["market", ({ market }) => (market?.code ? market.label : "")],
    ["commodity", ({ flow }) => flow.title],
    ["route", ({ flow }) => flow.route],
    ["origin", ({ ends }) => ends[0]],
    ["destination", ({ ends }) => ends[1]],
    ["form", ({ flow }) => flow.form],
    ["who", ({ flow }) => flow.group],
    ["role", ({ flow }) => flow.role],
    ["period", ({ flow }) => flow.period],
    ["certainty", ({ flow }) => flow.certainty],
    ["wording", ({ flow }) => flow.wording],
    ["basis", ({ flow }) => flow.basis],
    ["quantity", ({ flow }) => flow.quantity],
    ["independent lines of sources", ({ flow }) => flow.lineages],
    ["sources", ({ flow, model }) => sourcesOf(model, flow)],
  ];

  /** The flows that are shown, one a row. @returns {string} with a mark by which spreadsheets know its encoding */
  const csv = (app) => {
    const { model } = app;
    const ends = endsOf(model);
    const rows = app.shownFlows().map((flow) => {
      const facts = { flow, model, market: model.markets[flow.market], ends: ends(flow) };
      return COLUMNS.map(([, read]) => cell(read(facts))).join(",");
    });
    return `\ufeff${[COLUMNS.map(([name]) => cell(name)).join(","), ...rows].map((row) => `${row}\r\n`).join("")}`;
  };

  // The sheet as files

  /** Lay out and paint in the colours that the page was made in, as in print: a reader's dark screen is no paper. */
  const inOwnLook = (app, act) => {
    const worn = app.peers().map(({ model, looks }) => [model, az.paper.lookOf(model), looks.light]);
    worn.forEach(([model, , own]) => az.paper.putOn(model, own));
    try {
      return act();
    } finally {
      worn.forEach(([model, look]) => az.paper.putOn(model, look));
    }
  };

  /** @returns {string} */
  const svg = (app) => inOwnLook(app, () => {
    const sheet = az.sheet.layOut(app);
    const context = new az.SvgContext(sheet.width, sheet.height, document.createElement("canvas").getContext("2d"));
    sheet.paint(context);
    return context.document(sheet.title);
  });

  /** The sheet on a canvas; null where it is larger than browsers draw. @returns {HTMLCanvasElement | null} */
  const canvasOf = (app) => inOwnLook(app, () => {
    const sheet = az.sheet.layOut(app);
    const [width, height] = [sheet.width * RATIO, sheet.height * RATIO];
    if (Math.max(width, height) > LONGEST) return null;
    const canvas = element("canvas", { width, height });
    const context = canvas.getContext("2d");
    context.scale(RATIO, RATIO);
    sheet.paint(context);
    return canvas;
  });

  /** @returns {Promise<Blob | null>} null where the browser cannot make so large a picture */
  const png = (app) => {
    const canvas = canvasOf(app);
    return new Promise((done) => (canvas ? canvas.toBlob(done, "image/png") : done(null)));
  };

  /** Hand a file to the reader, and let go of it later. */
  const offer = (name, blob) => {
    const href = URL.createObjectURL(blob);
    element("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
  };

  // The panel's section

  /** Whether someone has added layers to the map besides the page's own. */
  const hasOthers = (map) => {
    let found = false;
    map.eachLayer((layer) => {
      const kinds = [az.CanvasLayer, az.Joined ?? L.LayerGroup, L.LayerGroup, L.Renderer, L.DivOverlay];
      found ||= !kinds.some((kind) => layer instanceof kind);
    });
    return found;
  };

  /**
   * @param {object} app
   * @returns {HTMLElement} three buttons, each for a kind of file
   */
  const section = (app) => {
    const told = element("p", { class: "sum", hidden: true });
    const foreign = Boolean(app.guest && !app.guest.page);
    const draws = az.fallback.draws();
    const others = element("p", { class: "sum", hidden: !(foreign && draws) }, foreign
      ? "Picture and drawing are on plain paper, without the map below the arrows and its other layers."
      : "Layers that were added to this map are in neither the picture nor the drawing.");
    const tell = (text) => {
      told.textContent = text;
      told.hidden = false;
      app.announce(text);
    };
    const nameFor = (ending) => `${slug(app.model.title)}.${ending}`;
    const give = (ending, blob) => {
      offer(nameFor(ending), blob);
      tell(`Made ${nameFor(ending)} (${plain(Math.max(1, Math.round(blob.size / 1024)))} kB).`);
    };
    const acts = {
      png: async () => {
        const blob = await png(app);
        if (blob) give("png", blob);
        else tell("The picture is larger than this browser can draw. Save it as a drawing.");
      },
      svg: () => give("svg", new Blob([svg(app)], { type: "image/svg+xml" })),
      csv: () => give("csv", new Blob([csv(app)], { type: "text/csv;charset=utf-8" })),
    };
    const button = (ending, text, title) => {
      const made = element("button", { type: "button", title }, text);
      made.addEventListener("click", () => {
        acts[ending]();
        // Laying out the sheet may have looked at a little less of the map than the screen does.
        app.redraw();
      });
      return made;
    };
    const watch = () => {
      others.hidden = !hasOthers(app.map);
    };
    if (!foreign) app.map.on("layeradd layerremove", watch);
    return element(
      "section",
      { class: "save" },
      element("h2", {}, "Save"),
      element(
        "p",
        { class: "buttons" },
        draws && button("png", "Picture (PNG)",
          "The map as it is seen now, with legends, notes and sources, at twice its size"),
        draws && button("svg", "Drawing (SVG)", "The same as lines and text that can be edited"),
        button("csv", "Table (CSV)", "The flows that are shown, one a row, for a spreadsheet"),
      ),
      others,
      told,
    );
  };

  az.exports = { cell, csv, png, section, slug, svg };
})();
