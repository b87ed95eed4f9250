/* The sheet that leaves the page: the map as it is seen now, with its title, legends, notes and sources, set as a
   figure for a report. It is laid out once and then painted on a canvas or into an SVG. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { counted } = az.model;
  const { plain } = az.numbers;

  /** Margins of the sheet, wide and on a narrow map; gaps between its parts and between columns, px. */
  const MARGIN = 28;
  const NARROW_MARGIN = 16;
  const NARROW = 560;
  const GAP = 18;
  const GUTTER = 28;
  /** The least width of what the sheet holds, of a column of legends and of a column of text, px. */
  const LEAST = 320;
  const LEGEND_COLUMN = 150;
  const TEXT_COLUMN = 400;
  /** Size of the sheet's map in square px, at the least; where that is more than the screen's, its width in heights. */
  const AREA = 700000;
  const TALLEST = 0.7;
  const FLATTEST = 1.6;
  /** Height of a line, in heights of its type. */
  const LEADING = 1.38;
  /** Lines of a title, of a legend's entry and of a paragraph, at the most; the rest is cut with an ellipsis. */
  const TITLE_LINES = 4;
  const ENTRY_LINES = 3;
  const PARAGRAPH_LINES = 14;
  /** Names without room on the map, and sources, that are told at the most. */
  const MOST_NAMES = 40;
  const MOST_SOURCES = 40;
  /** What is said of a map that someone else made. */
  const PLAIN = "Arrows, places and legends stand on plain paper: the map below them is not part of this picture.";
  /** Marks that turn the direction of the text after them, also of text that is not theirs. */
  const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

  /**
   * @typedef {object} Block
   * @property {number} height px
   * @property {(context: CanvasRenderingContext2D, x: number, y: number) => void} paint
   */

  // Text

  /** The longest beginning of a word that is no wider than a line, at least one character. */
  const headOf = (word, width, measure) => {
    const characters = Array.from(word);
    let [fits, tooMany] = [1, characters.length + 1];
    while (tooMany - fits > 1) {
      const middle = Math.floor((fits + tooMany) / 2);
      if (measure(characters.slice(0, middle).join("")) <= width) fits = middle;
      else tooMany = middle;
    }
    return characters.slice(0, fits).join("");
  };

  /**
   * Break a text into lines.
   * @param {string} text
   * @param {number} width px
   * @param {(text: string) => number} measure
   * @param {number} most lines
   * @returns {string[]}
   */
  const linesOf = (text, width, measure, most) => {
    const words = String(text ?? "").replace(TURNS, "").split(/\s+/).filter(Boolean);
    const lines = [];
    let line = "";
    for (const word of words) {
      if (lines.length > most) break;
      const longer = line ? `${line} ${word}` : word;
      if (measure(longer) <= width) {
        line = longer;
        continue;
      }
      if (line) lines.push(line);
      line = word;
      while (measure(line) > width && lines.length <= most) {
        const head = headOf(line, width, measure);
        if (head === line) break;
        lines.push(head);
        line = line.slice(head.length);
      }
    }
    if (line) lines.push(line);
    if (lines.length <= most) return lines;
    const last = headOf(lines[most - 1], width - measure("…"), measure);
    return [...lines.slice(0, most - 1), `${last.trimEnd()}…`];
  };

  /** @returns {Block} lines of text from the left */
  const letters = ({ measure }, text, { size, weight, ink, most }, width) => {
    const font = `${weight ? `${weight} ` : ""}${size}px ${az.labels.FONT}`;
    const lines = linesOf(text, width, (part) => measure(part, font), most);
    const high = Math.round(size * LEADING);
    const paint = (context, x, y) => {
      Object.assign(context, { font, fillStyle: ink, textAlign: "left", textBaseline: "alphabetic" });
      lines.forEach((line, i) => context.fillText(line, x, Math.round(y + (i + 0.76) * high)));
    };
    return { height: lines.length * high, paint };
  };

  // Blocks in rows and columns

  /** @param {(Block | false | null)[]} blocks @returns {Block} one below the other */
  const stacked = (blocks, gap) => {
    const placed = [];
    let height = 0;
    for (const block of blocks) {
      if (!block || block.height === 0) continue;
      if (placed.length) height += gap;
      placed.push([block, height]);
      height += block.height;
    }
    return { height, paint: (context, x, y) => placed.forEach(([block, top]) => block.paint(context, x, y + top)) };
  };

  /** @param {((width: number) => Block)[]} makers @returns {Block} side by side, each in the column that is shortest */
  const inColumns = (makers, width, least, gap) => {
    const room = Math.floor((width + GUTTER) / (least + GUTTER));
    const many = Math.max(1, Math.min(room, makers.length));
    const wide = (width - (many - 1) * GUTTER) / many;
    const columns = Array.from({ length: many }, () => []);
    const heights = columns.map(() => 0);
    for (const make of makers) {
      const block = make(wide);
      const shortest = heights.indexOf(Math.min(...heights));
      columns[shortest].push(block);
      heights[shortest] += block.height + gap;
    }
    const stacks = columns.map((blocks) => stacked(blocks, gap));
    const paint = (context, x, y) =>
      stacks.forEach((stack, i) => stack.paint(context, x + Math.round(i * (wide + GUTTER)), y));
    return { height: Math.max(0, ...stacks.map((stack) => stack.height)), paint };
  };

  /** Under a name, for those who edit the drawing. */
  const named = (name, block) => ({
    height: block.height,
    paint: (context, x, y) => {
      const paint = () => block.paint(context, x, y);
      return context.group ? context.group(name, paint) : paint();
    },
  });

  const inGroup = (context, name, paint) => (context.group ? context.group(name, paint) : paint());

  // What the sheet tells

  /** The arrows of which any part is seen in the map's frame. */
  const inFrame = ({ shapes }, { left, top, right, bottom }) =>
    shapes.filter(({ line }) => line.some(([x, y]) => x > left && x < right && y > top && y < bottom))
      .map(({ arrow }) => arrow);

  /** What the filters let through, in words; empty where that is everything. */
  const filtered = (app) => {
    const said = az.filters.inWords(app);
    const many = `${plain(app.model.source.flowCount())} of ${counted(app.model.store.count, "flow")}`;
    return said.length ? `Shown: ${said.join("; ")} (${many})` : "";
  };

  /** All that a view shows in a map large enough for a report: a telephone's, or one beside a panel, is not. */
  const roomy = (view) => {
    const [wide, high] = [view.width, view.height].map((side) => Math.max(1, side));
    if (wide * high >= AREA) return view;
    const share = az.geometry.clamp(wide / high, TALLEST, FLATTEST);
    const [holding, tall] = [Math.max(wide, high * share), Math.max(high, wide / share)];
    const grow = Math.max(1, Math.sqrt(AREA / (holding * tall)));
    const [width, height] = [holding, tall].map((side) => Math.round(side * grow));
    const [x, y] = [(view.x + wide / 2) * grow - width / 2, (view.y + high / 2) * grow - height / 2];
    return { ...az.viewAt(view.zoom + Math.log2(grow), x, y, width, height), apart: true };
  };

  /** What is let through and still not to be seen: beyond the frame, too short, too small. @returns {string[]} */
  const leftOut = (app, picture, outside) => {
    const shown = app.shown();
    if (app.model.clustered) return [az.panel.summary(app, shown)];
    // What has a quantity of zero is drawn nowhere, and the notes say so.
    const wide = shown.filter(({ width }) => width > 0).length;
    const short = wide - picture.shapes.length;
    const of = counted(wide, "arrow");
    return [
      outside > 0 && `Outside this map: ${plain(outside)} of ${of}.`,
      short > 0 && `Too short to be drawn on this map: ${plain(short)} of ${of}.`,
    ].filter(Boolean);
  };

  /** Places on the sheet whose names found no room. @returns {string[]} none or one sentence */
  const unnamed = ({ model }, picture, { left, top, right, bottom }) => {
    if (model.clustered) return [];
    const names = picture.nodes
      .filter(({ node, place: [x, y] }) =>
        !picture.written.has(node.code) && x > left && x < right && y > top && y < bottom)
      .map(({ node }) => node.name);
    const more = names.length - MOST_NAMES;
    const rest = more > 0 ? ` and ${plain(more)} more` : "";
    const what = names.length > 1 ? "names" : "name";
    return names.length ? [`No room for the ${what} of ${names.slice(0, MOST_NAMES).join(", ")}${rest}.`] : [];
  };

  /** The sources behind some arrows, each once. @returns {string[]} */
  const sourcesOf = ({ model }, arrows) => {
    // Where flows are very many, the credits name the sources of all.
    if (model.clustered) return [];
    const flows = [...new Set(arrows.flatMap((arrow) => arrow.flows))].map((index) => model.store.at(index));
    const cited = new Set(flows.flatMap((flow) => (flow.statements ?? []).map((s) => model.statements[s]?.source)));
    const documents = model.sources.filter((_, index) => cited.has(index)).map(({ title, publisher, year, url }) =>
      [title, publisher, year, az.dom.webAddress(url)].filter(Boolean).join(", "));
    const own = flows.flatMap((flow) => String(flow.sources_text ?? "").split(";")).map((name) => name.trim());
    const all = [...new Set([...documents, ...own.filter(Boolean)])];
    const more = all.length - MOST_SOURCES;
    return more > 0 ? [...all.slice(0, MOST_SOURCES), `and ${plain(more)} more`] : all;
  };

  /** Credits; the line that names the sources of all flows only where those of the arrows seen are not listed. */
  const creditsOf = ({ credits }, sources) =>
    sources.length ? credits.filter((text) => !String(text).startsWith("Sources: ")) : credits;

  // The parts of the sheet

  const legendBlock = (tools, { title, rows }, width) => {
    const { inks } = tools;
    const marks = Math.max(...rows.map(([mark]) => mark.width));
    const entries = rows.map(([mark, label]) => {
      const text = letters(tools, label, { size: 12.5, ink: inks.ink, most: ENTRY_LINES }, width - marks - 10);
      const height = Math.max(mark.height, text.height);
      const paint = (context, x, y) => {
        context.save();
        context.translate(x, y + (height - mark.height) / 2);
        mark.paint(context);
        context.restore();
        text.paint(context, x + marks + 10, y + (height - text.height) / 2);
      };
      return { height, paint };
    });
    const heading = letters(tools, title, { size: 12.5, weight: 600, ink: inks.ink, most: TITLE_LINES }, width);
    return stacked([heading, stacked(entries, 4)], 6);
  };

  const textBlock = (tools, title, texts, width) => {
    const { inks } = tools;
    const heading = letters(tools, title, { size: 12, weight: 600, ink: inks.ink, most: 1 }, width);
    const look = { size: 11.5, ink: inks.quiet, most: PARAGRAPH_LINES };
    return stacked([heading, ...texts.map((text) => letters(tools, text, look, width))], 5);
  };

  /** The map in its frame: water, land, flows, and a hairline around them; on paper where the land is not ours. */
  const mapBlock = (sets, view, inks) => {
    const [{ app: { model: { land, theme } } }] = sets;
    const outline = (context, x, y) => {
      context.beginPath();
      context.rect(x, y, view.width, view.height);
    };
    const paint = (context, x, y) => {
      context.save();
      outline(context, x, y);
      context.clip();
      context.fillStyle = land.length ? theme.water : inks.paper;
      context.fill();
      context.translate(x, y);
      if (land.length) inGroup(context, "land", () => az.land.paint(context, land, view, theme));
      inGroup(context, "flows", () => {
        sets.forEach(({ app, picture }) => app.paint(context, view, picture));
        sets.forEach(({ app, picture }) => app.letter(context, view, picture));
      });
      context.restore();
      context.save();
      context.strokeStyle = inks.line;
      context.lineWidth = 1;
      outline(context, x, y);
      context.stroke();
      context.restore();
    };
    return { height: view.height, paint };
  };

  const inksOf = ({ paper = "#ffffff", ink, quiet = "#5a5d60", border }) => ({ paper, ink, quiet, line: border });

  /** What the sheet tells of one set of flows; of several each says whose word it is. */
  const toldOf = ({ app, picture }, view, several) => {
    const { model } = app;
    const seen = inFrame(picture, view.frame);
    const outside = picture.shapes.length - seen.length;
    // The subtitle tells of all flows, so it is not true of a map that shows a part of them.
    const subtitle = filtered(app) || (outside && !model.clustered ? "" : model.subtitle);
    const name = (text) => (several && text ? `${model.title}: ${text}` : text);
    const sources = sourcesOf(app, seen);
    return {
      subtitle: name(subtitle), sources, credits: creditsOf(model, sources),
      notes: [...leftOut(app, picture, outside), ...unnamed(app, picture, view.frame)].map(name),
      legends: [az.legend.marketGroup(model, seen), ...az.legend.groups(model, seen)]
        .filter(({ rows }) => rows.length).map((group) => ({ ...group, title: name(group.title) })),
    };
  };

  /**
   * Lay out the sheet of what the map shows now, of all sets of flows on it.
   * @param {object} app
   * @returns {{width: number, height: number, paint: (context: CanvasRenderingContext2D) => void}} in px of the page
   */
  const layOut = (app) => {
    const { model } = app;
    const ruler = document.createElement("canvas").getContext("2d");
    const measure = (text, font) => {
      ruler.font = font;
      return ruler.measureText(text).width;
    };
    const foreign = app.guest && !app.guest.page;
    const view = roomy(az.viewOf(app.map));
    // A panel over the map is not on the sheet, so names may stand there.
    if (foreign) view.apart = true;
    const sets = [];
    for (const one of app.peers()) {
      sets.push({ app: one, picture: one.compose(view, ruler, sets.map(({ picture }) => picture)) });
    }
    const inks = inksOf(model.theme);
    const tools = { measure, inks };
    const inner = Math.max(view.width, LEAST);
    const margin = inner < NARROW ? NARROW_MARGIN : MARGIN;
    const told = sets.map((set) => toldOf(set, view, sets.length > 1));
    const all = (key) => [...new Set(told.flatMap((one) => one[key]))];
    const plainly = foreign ? [PLAIN] : [];
    const general = new Set(sets.flatMap((set) => set.app.model.notes));
    const texts = [
      ["Notes", [...plainly, ...all("notes"), ...general]],
      ["Sources and credits", [...all("sources"), ...all("credits")]],
    ].filter(([, lines]) => lines.length);
    const title = az.speech.listed(sets.map((set) => set.app.model.title));
    const quiet = { size: 13.5, ink: inks.quiet, most: TITLE_LINES };
    const head = stacked([
      letters(tools, title, { size: 20, weight: 600, ink: inks.ink, most: TITLE_LINES }, inner),
      ...told.map(({ subtitle }) => letters(tools, subtitle, quiet, inner)),
    ], 2);
    const makers = told.flatMap(({ legends }) => legends).map((group) => (width) => legendBlock(tools, group, width));
    const ends = texts.map(([title, lines]) => (width) => textBlock(tools, title, lines, width));
    const whole = stacked([
      named("title", head),
      named("map", mapBlock(sets, view, inks)),
      named("legend", inColumns(makers, inner, LEGEND_COLUMN, GAP)),
      named("text", inColumns(ends, inner, TEXT_COLUMN, GAP)),
    ], GAP);
    const [width, height] = [Math.ceil(inner + 2 * margin), Math.ceil(whole.height + 2 * margin)];
    const paint = (context) => {
      context.fillStyle = inks.paper;
      context.beginPath();
      context.rect(0, 0, width, height);
      context.fill();
      whole.paint(context, margin, margin);
    };
    return { width, height, title, paint };
  };

  az.sheet = { PLAIN, layOut, linesOf, roomy };
})();
