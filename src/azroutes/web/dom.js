/* Elements of the panel. Whatever comes from the payload becomes text here, never markup. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});

  /**
   * @param {string} tag
   * @param {Record<string, unknown>} [properties] set on the element; `class` and names with a dash as attributes
   * @param {...(Node | string | null | undefined | false)} children
   */
  const element = (tag, properties = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name === "class" || name.includes("-") || name === "role") made.setAttribute(name, String(value));
      else made[name] = value;
    }
    made.append(...children.filter(Boolean));
    return made;
  };

  /** A name in any script, which cannot turn the text around it. */
  const isolated = (text) => element("bdi", {}, String(text ?? ""));

  /** The address if it is one of the web, else null. @param {unknown} url */
  const webAddress = (url) => {
    try {
      const parsed = new URL(String(url));
      return ["http:", "https:"].includes(parsed.protocol) ? parsed.href : null;
    } catch {
      return null;
    }
  };

  /** A link where the address is one of the web, else the bare text. */
  const link = (url, text) => {
    const href = url ? webAddress(url) : null;
    return href ? element("a", { href, target: "_blank", rel: "noopener noreferrer" }, text) : isolated(text);
  };

  /** A source's title, publisher and year, with commas between them. @returns {(Node | string)[]} */
  const citation = (source) => {
    const rest = [source.publisher, source.year].filter(Boolean);
    return [link(source.url, source.title), ...rest.flatMap((part) => [", ", isolated(part)])];
  };

  /** A small crisp canvas for a legend. @param {(context: CanvasRenderingContext2D) => void} painter */
  const picture = (width, height, painter) => {
    const ratio = Math.max(2, globalThis.devicePixelRatio || 1);
    const canvas = element("canvas", { class: "swatch", "aria-hidden": "true" });
    [canvas.width, canvas.height] = [width * ratio, height * ratio];
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    painter(context);
    return canvas;
  };

  az.dom = { citation, element, isolated, link, picture, webAddress };
})();
