/* Paints the picture of a view: arrows and places, and names above those of all sets of flows on the map. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  const FAINT = 0.16;
  /** Where an arrow is one of very many, thin ones stand back: how clear the thinnest is, and how much each px adds. */
  const PALE = 0.3;
  const CLEARER = 0.25;

  /** Paint a part of a picture, counted from the corner of the world, or of a view that is very close. */
  const within = (context, view, picture, paint) => {
    const [near, seen] = view.zoom > az.CLOSE ? az.closeUp(picture, view) : [picture, view];
    context.save();
    context.translate(-seen.x, -seen.y);
    paint(near, seen);
    context.restore();
  };

  const paintArrows = ({ model }, context, picture, view, focus) => {
    const { theme } = model;
    picture.countries.forEach((label) => az.labels.paint(context, label, theme.quiet ?? "#64625d", null));
    const rank = ({ arrow }) => {
      if (focus?.strong === arrow.index) return 3;
      // A loop is short, so it would be lost under the arrows that pass by.
      return (focus?.full.has(arrow.index) ? 2 : 0) + (arrow.start === arrow.end ? 0.5 : 0);
    };
    const crowded = Boolean(model.clustered);
    const clear = (width) => (crowded ? Math.min(1, PALE + CLEARER * width) : 1);
    const seen = picture.shapes.filter(({ box }) => az.geometry.overlaps(box, view.frame));
    // Few arrows are drawn the thin ones on top; of very many the thin ones lie below, as the ground.
    if (crowded) seen.reverse();
    for (const shape of seen.sort((a, b) => rank(a) - rank(b))) {
      const { index, market } = shape.arrow;
      const colour = model.markets[market]?.colour ?? theme.ink;
      const near = crowded ? az.arrows.near(shape, view.frame) : shape;
      az.arrows.paint(context, near, {
        colour, halo: theme.halo, taper: theme.taper, dashes: theme.dashes,
        alpha: focus && !focus.full.has(index) ? FAINT : clear(shape.width),
        strong: focus?.strong === index,
      });
    }
    picture.nodes.forEach(({ node, place }) => az.arrows.paintNode(context, node.kind, place, node.radius, theme));
  };

  const paintNames = ({ model: { theme } }, context, picture, focus) => {
    // The letters of arrows that stand back now would be read as those of the arrows that do not.
    const lettered = picture.tags.filter((tag) => !focus || focus.full.has(tag.arrow));
    lettered.forEach((tag) => az.labels.paint(context, tag, theme.ink, theme.halo));
    picture.labels.forEach((label) => az.labels.paint(context, label, theme.ink, theme.halo));
  };

  /** All that a view shows, with nothing standing out: for pictures outside the page. */
  const paint = (app, context, view, picture) =>
    within(context, view, picture, (near, seen) => paintArrows(app, context, near, seen, null));

  const letter = (app, context, view, picture) =>
    within(context, view, picture, (near) => paintNames(app, context, near, null));

  /** What the canvas of a set of flows shows now. */
  const paintFlows = (app, context, view) => {
    const peers = app.peers();
    const below = peers.slice(0, Math.max(0, peers.indexOf(app)));
    app.picture = az.picture.compose(app, view, context, below.map(({ picture }) => picture));
    within(context, view, app.picture, (near, seen) => paintArrows(app, context, near, seen, az.selection.emphasis(app)));
    // The uppermost writes the names of all, which its arrows would hide.
    if (peers.indexOf(app) < peers.length - 1) return;
    for (const one of below.concat(app)) {
      within(context, view, one.picture, (near) => paintNames(one, context, near, az.selection.emphasis(one)));
    }
  };

  az.painting = { paintFlows, paint, letter };
})();
