/* A picture very far in, where pixels counted from the corner of the world are more than a canvas can tell apart. */
"use strict";

(() => {
  const az = (globalThis.azroutes ??= {});
  /** The closest zoom of a page of our own, and of one with nothing but spots; other maps go closer. */
  const CLOSE = 10;
  const CLOSEST = 13;
  const MARGIN = 60;

  const boxFrom = (box, { x, y }) => ({
    left: box.left - x, right: box.right - x, top: box.top - y, bottom: box.bottom - y,
  });

  /**
   * What of a picture is in view, counted from the view's own corner.
   * @param {object} picture of a map
   * @param {object} view
   * @returns {[object, object]} picture and view
   */
  const closeUp = (picture, view) => {
    const { boxAround, overlaps } = az.geometry;
    const { frame } = view;
    const from = ([x, y]) => [x - view.x, y - view.y];
    const placed = (labels) => labels.map((label) => ({ ...label, box: boxFrom(label.box, view) }));
    const shapes = picture.shapes.filter(({ box }) => overlaps(box, frame)).map((shape) => {
      const near = az.arrows.near(shape, frame);
      return { ...near, shaft: near.shaft.map(from), head: shape.head.map(from), box: boxFrom(shape.box, view) };
    });
    const nodes = picture.nodes.filter(({ node, place }) => overlaps(boxAround([place], node.radius + MARGIN), frame));
    return [
      {
        ...picture, shapes, nodes: nodes.map((one) => ({ ...one, place: from(one.place) })),
        labels: placed(picture.labels), tags: placed(picture.tags), countries: placed(picture.countries),
      },
      { ...view, x: 0, y: 0, frame: boxFrom(frame, view) },
    ];
  };

  Object.assign(az, { CLOSE, CLOSEST, closeUp });
})();
