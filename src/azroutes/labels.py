"""Where names stand: beside their places, off one another, off circles and heads, and off arrows where there is room.

Each name tries places around its own, near ones first, and takes the one that costs least; a few sweeps let names give
way to one another. What no name may do is cover another or leave the frame: one that finds no such place is left out
and told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import numpy as np
import shapely
from PIL import ImageFont

from azroutes.geometry.shapes import Flags, Floats, Shapes, points
from azroutes.geometry.shapes import boxes as rectangles

if TYPE_CHECKING:
    from collections.abc import Sequence


SWEEPS = 3
DISTANCES = (2.0, 6.0, 12.0, 20.0, 32.0, 46.0)
LINE = 1.15
"""Height of a line, in heights of its type."""

ON_LAND = 0.8
"""Share of a country's name that must stand on its land."""

LEADER_FROM = 9.0
"""A name farther than this from its circle gets a line that leads to it, px."""

DIRECTIONS = tuple(np.radians(a) for a in (0, 45, 315, 90, 270, 180, 135, 225, 22, 338, 67, 293, 113, 247, 158, 202))
"""Where a name may stand, seen from its place: the east first, as readers expect."""

_REFERENCE = 100


@dataclass(frozen=True, slots=True)
class Label:
    """A piece of text on the map, px, y up.

    Attributes
    ----------
    text : str
    x, y : float
        Its middle.
    width, height : float
        Its box.
    size : float
        Height of the type.
    italic, bold : bool
    colour : str
    kind : str
        ``node`` or ``country``.
    code : str
        The place that it names.
    leader : tuple of float or None
        A line from the place's circle to the name: x0, y0, x1, y1.
    crosses : bool
        Whether it stands on an arrow, and so needs a halo to be read.
    """

    text: str
    x: float
    y: float
    width: float
    height: float
    size: float
    italic: bool
    bold: bool
    colour: str
    kind: str
    code: str
    leader: tuple[float, float, float, float] | None = None
    crosses: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return xmin, ymin, xmax, ymax."""
        return (self.x - self.width / 2, self.y - self.height / 2, self.x + self.width / 2, self.y + self.height / 2)


@dataclass(frozen=True)
class Obstacles:
    """What names keep off: arrows (if they can), circles (always), and the frame's edge.

    Attributes
    ----------
    arrows : array of Polygon
    heads : array of Point
        The tips of the arrows.
    circles : array of Polygon
        Circles of places, in the order of `codes`.
    size : tuple of float
        Width and height of the frame, px.
    """

    arrows: Shapes
    heads: Shapes
    circles: Shapes
    size: tuple[float, float]


@cache
def _font(bold: bool, italic: bool) -> ImageFont.FreeTypeFont:  # noqa: FBT001
    """Return DejaVu Sans as matplotlib ships it, found without importing matplotlib."""
    home = find_spec("matplotlib")
    if home is None or home.origin is None:
        message = "matplotlib is not installed"
        raise ImportError(message)
    style = {(False, False): "", (True, False): "-Bold", (False, True): "-Oblique", (True, True): "-BoldOblique"}
    path = Path(home.origin).parent / "mpl-data" / "fonts" / "ttf" / f"DejaVuSans{style[bold, italic]}.ttf"
    return ImageFont.truetype(str(path), _REFERENCE)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, *, bold: bool = False, italic: bool = False) -> float:
    """Return how wide a line of text is, px."""
    # The font has no Chinese, Japanese or Korean: where another draws them, each is as wide as the type is high.
    wide = sum(east_asian_width(c) in "WF" for c in text)
    plain = "".join(c for c in text if east_asian_width(c) not in "WF") if wide else text
    return float(_font(bold, italic).getlength(plain)) * size / _REFERENCE + wide * size


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Break text into lines no wider than `width`, px; a word wider than a line is broken too."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if text_width(longer, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while text_width(line, size) > width and len(line) > 1:
            cut = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or text_width(line[:n], size) <= width)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line] if line else lines


def shortened(text: str, size: float, width: float) -> str:
    """Return one line of text, cut with an ellipsis where it is wider than `width`."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if text_width(line, size) <= width:
        return line
    keep = len(line)
    while keep > 1 and text_width(line[:keep] + "…", size) > width:
        keep = max(1, min(keep - 1, int(keep * width / text_width(line[:keep] + "…", size))))
    return line[:keep] + "…"


def sized(label: Label) -> Label:
    """Return a label with the box that its text takes, line by line."""
    lines = label.text.split("\n")
    width = max(text_width(line, label.size, bold=label.bold, italic=label.italic) for line in lines)
    return replace(label, width=width + 2.0, height=LINE * label.size * len(lines))


def name_lines(text: str, size: float, width: float) -> str:
    """Return a name in one line, or where it is wider than `width` in two, cut where two are not enough."""
    line = shortened(text, size, 2 * width)
    parts = wrapped(line, size, width)
    if len(parts) < 2:
        return line
    # Lines of like length look better than a full one and a rest.
    even = wrapped(line, size, max(0.5 * text_width(line, size) * 1.25, *(text_width(w, size) for w in line.split())))
    parts = even if len(even) == 2 else parts
    return parts[0] + "\n" + shortened(" ".join(parts[1:]), size, width)


def place_labels(
    labels: Sequence[Label], radius: Sequence[float], obstacles: Obstacles
) -> tuple[list[Label], list[Label]]:
    """Place names around their places.

    Parameters
    ----------
    labels : sequence of Label
        Sized; each with ``x, y`` at its place, the most important first.
    radius : sequence of float
        The radius of each place's circle, px.
    obstacles : Obstacles

    Returns
    -------
    placed, left_out : lists of Label
    """
    options = _candidates(labels, radius, obstacles)
    chosen: dict[int, int] = {}
    for _ in range(SWEEPS):
        before = dict(chosen)
        for k, (boxes, costs) in enumerate(options):
            others = np.array([options[m][0][n] for m, n in chosen.items() if m != k]).reshape(-1, 4)
            total = np.where(_hits(boxes, others), np.inf, costs)
            best = int(np.argmin(total)) if len(total) else -1
            if best >= 0 and np.isfinite(total[best]):
                chosen[k] = best
            else:
                chosen.pop(k, None)
        if chosen == before:
            break
    placed = [_settled(labels[k], radius[k], options[k][0][n]) for k, n in sorted(chosen.items())]
    on_arrow = _any_near(rectangles(np.array([label.box for label in placed])), obstacles.arrows, 1.0)
    placed = [replace(label, crosses=bool(crosses)) for label, crosses in zip(placed, on_arrow, strict=True)]
    return placed, [label for k, label in enumerate(labels) if k not in chosen]


def _candidates(labels: Sequence[Label], radius: Sequence[float], obstacles: Obstacles) -> list[tuple[Floats, Floats]]:
    """Return for each name the boxes that it may take, and what each costs; what is forbidden is not among them."""
    ring, angle = np.meshgrid(np.arange(len(DISTANCES)), DIRECTIONS, indexing="ij")
    ring, dx, dy = ring.ravel(), np.cos(angle).ravel(), np.sin(angle).ravel()
    rank = np.tile(np.arange(len(DIRECTIONS)), len(DISTANCES))
    size = np.array([(label.width, label.height) for label in labels]).reshape(-1, 1, 2) / 2
    at = np.array([(label.x, label.y) for label in labels]).reshape(-1, 1, 2)
    away = np.array(radius)[:, None] + np.array(DISTANCES)[ring]
    lean = np.column_stack([np.clip(1.6 * dx, -1, 1), np.clip(1.3 * dy, -1, 1)])
    middle = at + away[..., None] * np.column_stack([dx, dy]) + size * lean
    table = np.concatenate([middle - size, middle + size], axis=-1).reshape(-1, 4)
    cost = np.tile(0.25 * ring**1.5 + 0.03 * rank, len(labels))
    owner = np.repeat(np.arange(len(labels)), len(ring))
    width, height = obstacles.size
    free = (table[:, :2] >= 2).all(axis=1) & (table[:, 2] <= width - 2) & (table[:, 3] <= height - 2)
    shapes = rectangles(table)
    free[free] = ~_any_near(shapes[free], obstacles.circles, 0.8)
    table, owner, cost = table[free], owner[free], cost[free] + _crowding(shapes[free], obstacles)
    return [(table[owner == k], cost[owner == k]) for k in range(len(labels))]


def _crowding(shapes: Shapes, obstacles: Obstacles) -> Floats:
    """Return what it costs each box to lie on arrows and heads: for each of them, and by the share that they cover."""
    cost = np.zeros(len(shapes))
    if len(obstacles.arrows) == 0 or len(shapes) == 0:
        return cost
    np.add.at(cost, shapely.STRtree(obstacles.arrows).query(shapes, predicate="intersects")[0], 0.8)
    # The ink of an arrow is taken as so many drops along its outline: near enough, and much faster than clipping it.
    drops, arrow = shapely.get_coordinates(obstacles.arrows, return_index=True)
    ink = (shapely.area(obstacles.arrows) / np.maximum(np.bincount(arrow, minlength=len(obstacles.arrows)), 1))[arrow]
    box, drop = shapely.STRtree(points(drops)).query(shapes, predicate="intersects")
    np.add.at(cost, box, 8.0 * ink[drop] / shapely.area(shapes)[box])
    near = shapely.STRtree(obstacles.heads).query(shapes, predicate="dwithin", distance=3.0)[0]
    np.add.at(cost, near, 3.0)
    return cost


def _any_near(shapes: Shapes, others: Shapes, distance: float) -> Flags:
    found = np.zeros(len(shapes), dtype=bool)
    if len(others):
        found[shapely.STRtree(others).query(shapes, predicate="dwithin", distance=distance)[0]] = True
    return found


def _hits(boxes: Floats, others: Floats) -> Flags:
    a, b = boxes[:, None, :], others[None, :, :]
    apart = (a[..., 2] <= b[..., 0]) | (a[..., 0] >= b[..., 2]) | (a[..., 3] <= b[..., 1]) | (a[..., 1] >= b[..., 3])
    return np.asarray(np.any(~apart, axis=1), dtype=bool)


def _settled(label: Label, radius: float, box: Floats) -> Label:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    near = np.clip([label.x, label.y], box[:2], box[2:])
    away = float(np.hypot(*(near - [label.x, label.y])))
    leader = None
    if away - radius > LEADER_FROM:
        rim = np.array([label.x, label.y]) + (near - [label.x, label.y]) * (radius + 1) / away
        leader = (float(rim[0]), float(rim[1]), float(near[0]), float(near[1]))
    return replace(label, x=float(x), y=float(y), leader=leader)


def place_countries(labels: Sequence[Label], land: Shapes, taken: Sequence[Label],
                    obstacles: Obstacles) -> list[Label]:  # fmt: skip
    """Place the names of countries on their own land where nothing else is; those without room are left out.

    Parameters
    ----------
    labels : sequence of Label
        Sized, each with ``x, y`` at its label point.
    land : array of geometry
        The land of each country, px.
    taken : sequence of Label
        Names that stand already.
    obstacles : Obstacles
    """
    boxes = [label.box for label in taken]
    blocked = shapely.STRtree(np.concatenate([obstacles.arrows, obstacles.circles]))
    width, height = obstacles.size
    placed = []
    for label, shape in zip(labels, land, strict=True):
        half = np.array([label.width, label.height]) / 2
        spots = _spots(label, shape)
        tried = np.hstack([spots - half, spots + half])
        inside = (tried[:, :2] >= 2).all(axis=1) & (tried[:, 2] <= width - 2) & (tried[:, 3] <= height - 2)
        free = inside & ~_hits(tried, np.array(boxes).reshape(-1, 4))
        spots, tried = spots[free], tried[free]
        shapes = rectangles(tried)
        clear = np.ones(len(spots), dtype=bool)
        clear[blocked.query(shapes, predicate="dwithin", distance=0.5)[0]] = False
        chosen = _on_land(tried[clear], shape)
        if chosen is not None:
            x, y = spots[clear][chosen]
            placed.append(replace(label, x=float(x), y=float(y)))
            boxes.append(placed[-1].box)
    return placed


def _on_land(boxes: Floats, land: shapely.MultiPolygon) -> int | None:
    """Return the first box that lies on the land for the most part, judged by a grid of points in it."""
    if len(boxes) == 0:
        return None
    shapely.prepare(land)
    across, up = (grid.ravel() for grid in np.meshgrid(np.linspace(0, 1, 7), np.linspace(0, 1, 3)))
    x = boxes[:, :1] + (boxes[:, 2:3] - boxes[:, :1]) * across
    y = boxes[:, 1:2] + (boxes[:, 3:] - boxes[:, 1:2]) * up
    share = np.asarray(shapely.contains_xy(land, x, y)).mean(axis=1)
    enough = np.flatnonzero(share >= ON_LAND)
    return int(enough[0]) if len(enough) else None


def _spots(label: Label, shape: shapely.MultiPolygon) -> Floats:
    """Return spots for a country's name: its label point, then a grid over its land, the nearest first."""
    x0, y0, x1, y1 = shape.bounds
    if x1 - x0 < ON_LAND * label.width or y1 - y0 < label.height:
        return np.empty((0, 2))
    xs = np.linspace(x0 + label.width / 2, x1 - label.width / 2, 6) if x1 - x0 > label.width else [(x0 + x1) / 2]
    ys = np.linspace(y0 + label.height / 2, y1 - label.height / 2, 6)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    away = (grid[:, 0] - label.x) ** 2 + (2 * (grid[:, 1] - label.y)) ** 2
    return np.vstack([[label.x, label.y], grid[np.argsort(away, kind="stable")]])
