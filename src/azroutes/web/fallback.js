/* The page where there is no canvas to draw on: the picture and the table that it has for browsers without scripts. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});

  /** Whether this browser draws on canvases: some forbid it, and some have none. */
  const draws = () => {
    try {
      return Boolean(document.createElement("canvas").getContext("2d"));
    } catch {
      return false;
    }
  };

  /**
   * Put the picture and the table in place of a map that cannot be drawn.
   * @param {HTMLElement} container the map's element
   * @returns {L.Map | null} a map that no one sees, for the layers that a user adds; null where the map can be drawn
   */
  const show = (container) => {
    if (draws()) return null;
    const root = container.parentElement;
    // With scripts on, a browser keeps this markup as text. It is the page's own: all text of a table is escaped in it,
    // no script runs in a parsed document, and the page's policy forbids handlers and styles within markup.
    const markup = root.querySelector("noscript").textContent;
    const { body } = new DOMParser().parseFromString(markup, "text/html");
    root.replaceChildren(...body.childNodes);
    root.classList.add("azroutes-stilled");
    const { theme = {} } = JSON.parse(document.getElementById("azroutes-data").textContent);
    for (const name of ["paper", "ink", "quiet"]) {
      if (theme[name]) root.style.setProperty(`--${name}`, theme[name]);
    }
    const unseen = document.createElement("div");
    return L.map(unseen, { preferCanvas: false, center: [0, 0], zoom: 2 });
  };

  az.fallback = { draws, show };
})();
