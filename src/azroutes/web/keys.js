/* The map by keyboard: two lists, of the arrows and of the places on it, from which one can be pointed at and opened.

   Each is an ARIA listbox with one tab stop. The focus itself moves from option to option, since not every screen
   reader follows aria-activedescendant; options are made only around the current one, and say their place in the
   whole. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { element } = az.dom;
  /** How many options are in the page on each side of the current one; how far a page goes. */
  const AROUND = 10;
  const PAGE = 10;
  /** Letters typed faster than this, ms, are one word. */
  const TYPING = 800;
  const MARGIN = 28;

  /** A text as one types it: small letters, no accents. */
  const plain = (text) =>
    String(text).normalize("NFD").replace(/\p{M}/gu, "").replaceAll("ı", "i").toLowerCase();

  /** Arrows as they are read out: the widest first. @param {object[]} arrows */
  const byWidth = (arrows) => [...arrows].sort((a, b) => b.width - a.width || a.index - b.index);

  /** Places with an arrow on the map: those with most arrows first. */
  const byArrows = (nodes, arrows) => {
    const count = new Map();
    for (const arrow of arrows) {
      for (const end of new Set([arrow.start, arrow.end])) count.set(end, (count.get(end) ?? 0) + 1);
    }
    const order = [...count.keys()].sort((a, b) => count.get(b) - count.get(a) || a - b);
    return order.map((index) => nodes[index]);
  };

  /**
   * Where a key leads in a list; null where it is no key of lists.
   * @param {string} key @param {number} at @param {number} count
   */
  const step = (key, at, count) => {
    const far = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: PAGE, PageUp: -PAGE };
    if (key === "Home") return 0;
    if (key === "End") return count - 1;
    return Object.hasOwn(far, key) ? az.geometry.clamp(at + far[key], 0, count - 1) : null;
  };

  /**
   * The next item of which some word begins as typed; one letter again and again goes on from one to the next.
   * @param {string[][]} names the words by which each item is found
   * @param {number} at the current item
   * @param {string} typed
   * @returns {number | null}
   */
  const findTyped = (names, at, typed) => {
    const whole = plain(typed);
    if (!whole.trim()) return null;
    const again = new Set(whole).size === 1;
    const wanted = again ? whole[0] : whole;
    const begins = (words) => words.some((word) => plain(word).startsWith(wanted));
    for (let i = 0; i < names.length; i += 1) {
      const k = (at + i + (again ? 1 : 0)) % names.length;
      if (begins(names[k])) return k;
    }
    return null;
  };

  /** What the two lists hold, how an item is called and found, and where it lies on the map. */
  const kindsOf = (app) => {
    const { model } = app;
    return {
      arrow: {
        title: "Arrows on the map",
        items: () => byWidth(app.shown()),
        name: (arrow) => az.speech.arrowName(model, arrow),
        words: (arrow) => [
          model.markets[arrow.market]?.label ?? "", model.nodes[arrow.start].name, model.nodes[arrow.end].name,
          ...(model.clustered ? [] : new Set(model.flowsOf(arrow).map((flow) => flow.title))),
        ],
        line: (arrow) => arrow.world,
      },
      node: {
        title: "Places on the map",
        items: () => byArrows(model.nodes, app.shown()),
        name: (node) => az.speech.placeName(node, app.shown()),
        words: (node) => [node.name],
        line: (node) => [node.world],
      },
    };
  };

  /** What an arrow or a place is known by where a zoom makes others of them. */
  const keyOf = (item) => item.key ?? item.code ?? item.index;

  /** Pan as little as will do to have a line in view; where it is too long, to its middle. */
  const bringIntoView = (map, world) => {
    const scale = 256 * 2 ** map.getZoom();
    const box = az.geometry.boxAround(world.map(([x, y]) => [x * scale, y * scale]), MARGIN);
    const seen = map.getPixelBounds();
    const shift = (low, high, from, to) => {
      if (high - low > to - from) return (low + high) / 2 - (from + to) / 2;
      return low < from ? low - from : Math.max(0, high - to);
    };
    const by = [
      shift(box.left, box.right, seen.min.x, seen.max.x), shift(box.top, box.bottom, seen.min.y, seen.max.y),
    ].map(Math.round);
    const hidden = world.every(([x, y]) => !seen.contains(L.point(x * scale, y * scale)));
    const whole = box.right - box.left <= seen.max.x - seen.min.x && box.bottom - box.top <= seen.max.y - seen.min.y;
    if ((hidden || whole) && (by[0] || by[1])) map.panBy(by, { animate: false });
  };

  /** One list of the two. */
  const listOf = (app, kind, { title, items, name, words, line }) => {
    const box = element("div", { role: "listbox", "aria-label": title, "aria-orientation": "vertical" });
    const place = element("span", { class: "place", "aria-hidden": "true" });
    const before = document.querySelectorAll(".azroutes-keys").length;
    const hint = element("span", { class: "hint", id: `azroutes-hint-${kind}-${before}`, "aria-hidden": "true" },
      "Arrow keys or letters move, Enter opens, Escape goes back");
    box.setAttribute("aria-describedby", hint.id);
    const frame = element("div", { class: "azroutes-list" }, element("span", { class: "title", "aria-hidden": "true" },
      title), place, box, hint);
    const list = { frame, all: [], at: 0, options: new Map(), typed: "", last: -Infinity, still: false };

    const optionOf = (position) => {
      const item = list.all[position];
      const option = element("div", {
        role: "option", tabIndex: -1, "aria-selected": "false", "aria-setsize": list.all.length,
        "aria-posinset": position + 1,
      }, name(item));
      option.position = position;
      option.addEventListener("click", () => {
        list.at = position;
        app.select(kind, item.index);
      });
      return option;
    };

    /** Have the options around the current one in the page, and no others; an option that is kept is not moved. */
    const render = () => {
      const low = Math.max(0, list.at - AROUND);
      const high = Math.min(list.all.length - 1, list.at + AROUND);
      for (const [position, option] of list.options) {
        if (position >= low && position <= high) continue;
        option.remove();
        list.options.delete(position);
      }
      let next = null;
      for (let position = high; position >= low; position -= 1) {
        if (!list.options.has(position)) {
          list.options.set(position, optionOf(position));
          box.insertBefore(list.options.get(position), next);
        }
        next = list.options.get(position);
      }
      for (const [position, option] of list.options) {
        const current = position === list.at;
        option.tabIndex = current ? 0 : -1;
        option.setAttribute("aria-selected", String(current));
      }
      place.textContent = list.all.length ? `${list.at + 1} of ${list.all.length}` : "";
      frame.hidden = !list.all.length;
    };

    /** Take what is on the map now; the current one stays current, and keeps the focus if it had it. */
    const update = () => {
      const fresh = items();
      const focused = box.contains(document.activeElement);
      if (fresh.length !== list.all.length || fresh.some((item, i) => item !== list.all[i])) {
        const current = list.all[list.at];
        const found = current ? fresh.findIndex((item) => keyOf(item) === keyOf(current)) : 0;
        list.all = fresh;
        list.at = found < 0 ? az.geometry.clamp(list.at, 0, Math.max(0, fresh.length - 1)) : found;
        list.options.clear();
        box.replaceChildren();
        render();
        // To move the map after an arrow that took the place of another would change what is on it once more.
        list.still = true;
        if (focused) list.options.get(list.at)?.focus({ preventScroll: true });
        list.still = false;
      } else if (focused && !app.state.hover) tell();
    };

    /** Let the current one stand out. */
    const tell = () => {
      const item = list.all[list.at];
      if (!item) return;
      const world = line(item);
      app.pointer.show({ kind, index: item.index }, world[Math.floor(world.length / 2)]);
    };
    const point = () => {
      if (!list.all.length) return;
      bringIntoView(app.map, line(list.all[list.at]));
      tell();
    };

    const go = (position) => {
      list.at = position;
      // The option that is left may go, so the focus moves on before.
      if (!list.options.has(position)) {
        list.options.set(position, optionOf(position));
        const after = [...list.options.values()].filter((option) => option.position > position);
        box.insertBefore(list.options.get(position), after.sort((a, b) => a.position - b.position)[0] ?? null);
      }
      list.options.get(position).focus({ preventScroll: true });
      render();
      point();
    };

    const type = (letter) => {
      const now = performance.now();
      list.typed = now - list.last < TYPING ? list.typed + letter : letter;
      list.last = now;
      const found = findTyped(list.all.map(words), list.at, list.typed);
      if (found !== null) go(found);
    };

    box.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      update();
      if (!list.all.length) return;
      const { key } = event;
      const typing = list.typed && performance.now() - list.last < TYPING;
      const position = step(key, list.at, list.all.length);
      if (position !== null) go(position);
      else if (key === "Enter" || (key === " " && !typing)) app.select(kind, list.all[list.at].index);
      else if (key.length === 1) type(key);
      else return;
      event.preventDefault();
    });
    box.addEventListener("focusin", () => {
      if (list.still) return void tell();
      update();
      point();
    });
    box.addEventListener("focusout", (event) => {
      if (!box.contains(event.relatedTarget)) app.pointer.leave();
    });
    return { frame, update };
  };

  /**
   * Put both lists behind the map, where the tab key comes to them next.
   * @param {object} app
   * @returns {{update: () => void}}
   */
  const build = (app) => {
    const whose = app.guest ? `: ${app.model.title}` : "";
    const lists = Object.entries(kindsOf(app)).map(([kind, options]) =>
      listOf(app, kind, { ...options, title: options.title + whose }));
    const nav = element("nav", { class: "azroutes-keys", "aria-label": `Map by keyboard${whose}` },
      ...lists.map(({ frame }) => frame));
    if (app.guest?.page) app.guest.page.panel.aside.before(nav);
    else if (app.guest) app.guest.overlay.append(nav);
    else app.map.getContainer().after(nav);
    return { nav, update: () => lists.forEach((list) => list.update()) };
  };

  az.keys = { build, byArrows, byWidth, findTyped, plain, step };
})();
