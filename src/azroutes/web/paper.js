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

  /** The colours of a model as they are now. */
  const lookOf = ({ theme, markets }) => ({ theme, colours: markets.map(({ colour }) => colour) });

  const putOn = (model, { theme, colours }) => {
    model.theme = theme;
    model.markets.forEach((market, index) => {
      market.colour = colours[index];
    });
  };

  /** Both looks of a page: its own, and the dark one where the payload has it. */
  const looksOf = (model) => {
    const own = lookOf(model);
    const { dark } = model;
    return { light: own, dark: dark ? { theme: { ...own.theme, ...dark.theme }, colours: dark.markets } : own };
  };

  /** Draw all that has colours in those of a look. */
  const wear = (app, look) => {
    putOn(app.model, look);
    for (const swatch of app.panel.aside.querySelectorAll("canvas[data-market]")) {
      swatch.replaceWith(app.swatch(Number(swatch.dataset.market)));
    }
    app.panel.update();
    app.drawNow();
  };

  /** Call when the page goes onto paper and when it comes back; browsers tell of it in two ways, some in both. */
  const onPaper = (enter, leave) => {
    addEventListener("beforeprint", enter);
    addEventListener("afterprint", leave);
    globalThis.matchMedia("print").addEventListener("change", (event) => (event.matches ? enter() : leave()));
  };

  /**
   * Follow the reader's scheme, and bring the page onto paper when it is printed.
   * @param {object} app
   * @param {HTMLElement} root
   */
  const watch = (app, root) => {
    const { looks, map } = app;
    const scheme = globalThis.matchMedia("(prefers-color-scheme: dark)");
    let printed = null;
    app.look = "light";
    dress(root, looks.light.theme);

    const choose = () => {
      const wanted = scheme.matches && !printed ? "dark" : "light";
      if (looks[wanted] === looks[app.look]) return false;
      app.look = wanted;
      dress(root, looks[wanted].theme);
      app.peers().forEach((one) => wear(one, one.looks[wanted]));
      return true;
    };

    const draw = () => choose() || app.peers().forEach((one) => one.drawNow());

    /** What was seen of the world fills the paper, in a map of one size, which the style scales to the sheet. */
    const enter = () => {
      if (printed) return;
      const folded = [...root.querySelectorAll("details.credits:not([open])")];
      const { maxBounds } = map.options;
      printed = { bounds: map.getBounds(), center: map.getCenter(), zoom: map.getZoom(), folded, maxBounds };
      folded.forEach((part) => {
        part.open = true;
      });
      az.inkRatio = PRINT_RATIO;
      root.classList.add("azroutes-paper");
      // On a sheet of another shape the map would begin to move away from their edge.
      map.stop().setMaxBounds(null);
      map.invalidateSize({ animate: false, pan: false });
      const opening = L.latLngBounds(app.model.bounds);
      const all = printed.bounds.contains(opening);
      map.fitBounds(all ? opening : printed.bounds, { padding: all ? [40, 40] : [0, 0], animate: false });
      draw();
    };
    const leave = () => {
      if (!printed) return;
      const { center, zoom, folded, maxBounds } = printed;
      printed = null;
      az.inkRatio = null;
      folded.forEach((part) => {
        part.open = false;
      });
      root.classList.remove("azroutes-paper");
      map.invalidateSize({ animate: false, pan: false });
      map.setView(center, zoom, { animate: false });
      map.setMaxBounds(maxBounds);
      draw();
    };
    scheme.addEventListener("change", choose);
    onPaper(enter, leave);
    choose();
  };

  az.paper = { PRINT_RATIO, dress, isDark, lookOf, looksOf, onPaper, putOn, watch, wear };
})();
