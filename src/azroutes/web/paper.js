/* Light, dark and paper: the page follows the reader's scheme, and is laid out and drawn anew when it is printed. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  /** How many pixels of a canvas go to one of the page in print. */
  const PRINT_RATIO = 3;

  /** Whether a colour that a style has come to, such as "rgb(18, 22, 26)", is a dark one. */
  const isDark = (colour) => {
    const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128;
  };

  /** Give the panel the paper and the inks of the theme, and the map its water. */
  const dress = (root, theme) => {
    for (const name of ["paper", "ink", "quiet"]) {
      if (theme[name]) root.style.setProperty(`--${name}`, theme[name]);
      else root.style.removeProperty(`--${name}`);
    }
    const map = root.querySelector(".azroutes-map");
    if (map) map.style.backgroundColor = theme.water;
    root.classList.toggle("azroutes-dark", isDark(getComputedStyle(root).backgroundColor));
  };

  /** Both looks of a page: its own, and the dark one where the payload has it. */
  const looksOf = (model) => {
    const own = { theme: model.theme, colours: model.markets.map(({ colour }) => colour) };
    const { dark } = model;
    return { light: own, dark: dark ? { theme: { ...own.theme, ...dark.theme }, colours: dark.markets } : own };
  };

  /** Draw all that has colours in those of a look. */
  const wear = (app, root, { theme, colours }) => {
    const { model } = app;
    model.theme = theme;
    model.markets.forEach((market, index) => {
      market.colour = colours[index];
    });
    dress(root, theme);
    for (const swatch of root.querySelectorAll("canvas[data-market]")) {
      swatch.replaceWith(app.swatch(Number(swatch.dataset.market)));
    }
    app.panel.update();
    app.drawNow();
  };

  /**
   * Follow the reader's scheme, and bring the page onto paper when it is printed.
   * @param {object} app
   * @param {HTMLElement} root
   */
  const watch = (app, root) => {
    const { map } = app;
    const looks = looksOf(app.model);
    app.ownLook = looks.light;
    const scheme = globalThis.matchMedia("(prefers-color-scheme: dark)");
    let printed = null;
    let worn = looks.light;
    dress(root, worn.theme);

    const choose = () => {
      const wanted = scheme.matches && !printed ? looks.dark : looks.light;
      if (wanted === worn) return false;
      worn = wanted;
      wear(app, root, worn);
      return true;
    };

    /** What was seen of the world fills the paper, in a map of one size, which the style scales to the sheet. */
    const enter = () => {
      if (printed) return;
      const folded = [...root.querySelectorAll("details.credits:not([open])")];
      printed = { bounds: map.getBounds(), center: map.getCenter(), zoom: map.getZoom(), folded };
      folded.forEach((part) => {
        part.open = true;
      });
      az.inkRatio = PRINT_RATIO;
      root.classList.add("azroutes-paper");
      map.invalidateSize({ animate: false, pan: false });
      const opening = L.latLngBounds(app.model.bounds);
      const all = printed.bounds.contains(opening);
      map.fitBounds(all ? opening : printed.bounds, { padding: all ? [40, 40] : [0, 0], animate: false });
      if (!choose()) app.drawNow();
    };
    const leave = () => {
      if (!printed) return;
      const { center, zoom, folded } = printed;
      printed = null;
      az.inkRatio = null;
      folded.forEach((part) => {
        part.open = false;
      });
      root.classList.remove("azroutes-paper");
      map.invalidateSize({ animate: false, pan: false });
      map.setView(center, zoom, { animate: false });
      if (!choose()) app.drawNow();
    };
    scheme.addEventListener("change", choose);
    addEventListener("beforeprint", enter);
    addEventListener("afterprint", leave);
    globalThis.matchMedia("print").addEventListener("change", (event) => (event.matches ? enter() : leave()));
    choose();
  };

  az.paper = { dress, isDark, looksOf, watch };
})();
