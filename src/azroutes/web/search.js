/* Looking for a place by its name, and going there. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const { element, isolated } = az.dom;
  const MOST = 8;

  /** A name as it is looked for: without accents, in small letters. */
  const plainly = (text) => String(text).normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  /** Places whose name begins with what is asked, then those that have it anywhere. */
  const find = (spots, asked) => {
    const wanted = plainly(asked).trim();
    if (!wanted) return [];
    const named = spots.map((spot) => ({ spot, at: plainly(spot.name).indexOf(wanted) })).filter(({ at }) => at >= 0);
    named.sort((a, b) => Number(a.at > 0) - Number(b.at > 0) || a.spot.name.length - b.spot.name.length);
    return named.slice(0, MOST).map(({ spot }) => spot);
  };

  const go = (app, spot) => {
    const { map, model } = app;
    const { source } = model;
    const scale = 256 * 2 ** map.getZoom();
    const target = map.unproject(L.point(spot.world[0] * scale, spot.world[1] * scale));
    map.setView(target, Math.max(map.getZoom(), source.zoomOf?.(spot.spot) ?? 0), { animate: false });
    app.update();
    app.select("node", source.clusterOf?.(spot.spot) ?? spot.index);
  };

  /** @param {object} app @returns {HTMLElement} a field, and below it the places that are found */
  const build = (app) => {
    const spots = app.model.source.spots ?? app.model.nodes;
    const input = element("input", { type: "search", autocomplete: "off", spellcheck: false, placeholder: "Name of a place" });
    const found = element("ul", { class: "found" });
    const told = element("p", { class: "sum" });
    const show = () => {
      const places = find(spots, input.value);
      found.replaceChildren(...places.map((spot) => {
        const choice = element("button", { type: "button", class: "row" }, isolated(spot.name));
        choice.addEventListener("click", () => {
          input.value = "";
          show();
          go(app, spot);
        });
        return element("li", {}, choice);
      }));
      told.textContent = input.value.trim() && !places.length ? "No place of that name on this map." : "";
      if (told.textContent) app.announce(told.textContent);
      else if (places.length) app.announce(az.model.counted(places.length, "place found", "places found"));
    };
    input.addEventListener("input", show);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") found.querySelector("button")?.click();
      if (event.key === "Escape" && input.value) {
        input.value = "";
        show();
        event.stopPropagation();
      }
    });
    return element("section", { class: "search" }, element("label", {}, element("span", {}, "Find a place"), input), found, told);
  };

  az.search = { build, find, go, plainly };
})();
