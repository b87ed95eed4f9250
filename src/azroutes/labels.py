"""Where names stand: beside their places, off one another, off circles and heads, and off arrows where there is room.

Each name tries places around its own, near ones first, and takes the one that costs least; a few sweeps let names give
way to one another. What no name may do is cover another or leave the frame: one that finds no such place is left out
and told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

import numpy as np
import shapely
from PIL import ImageFont

from azroutes.geometry.shapes import Flags, Floats, Shapes
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
    options = [_candidates(label, r, obstacles) for label, r in zip(labels, radius, strict=True)]
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
    return placed, [label for k, label in enumerate(labels) if k not in chosen]


def _candidates(label: Label, radius: float, obstacles: Obstacles) -> tuple[Floats, Floats]:
    """Return the boxes that a name may take, and what each costs; what is forbidden is not among them."""
    boxes, costs = [], []
    for ring, distance in enumerate(DISTANCES):
        for rank, angle in enumerate(DIRECTIONS):
            away = radius + distance
            dx, dy = np.cos(angle), np.sin(angle)
            x = label.x + away * dx + label.width / 2 * np.clip(dx * 1.6, -1, 1)
            y = label.y + away * dy + label.height / 2 * np.clip(dy * 1.3, -1, 1)
            boxes.append((x - label.width / 2, y - label.height / 2, x + label.width / 2, y + label.height / 2))
            costs.append(0.25 * ring**1.5 + 0.03 * rank)
    table, cost = np.array(boxes), np.array(costs)
    width, height = obstacles.size
    inside = (table[:, 0] >= 2) & (table[:, 1] >= 2) & (table[:, 2] <= width - 2) & (table[:, 3] <= height - 2)
    table, cost = table[inside], cost[inside]
    if len(table) == 0:
        return table.reshape(0, 4), cost
    shapes = rectangles(table)
    clear = ~_any_near(shapes, obstacles.circles, 0.8)
    table, cost, shapes = table[clear], cost[clear], shapes[clear]
    return table, cost + _crowding(shapes, obstacles)


def _crowding(shapes: Shapes, obstacles: Obstacles) -> Floats:
    """Return what it costs each box to lie on arrows and heads: by the share of it that they cover."""
    cost = np.zeros(len(shapes))
    if len(obstacles.arrows) == 0:
        return cost
    tree = shapely.STRtree(obstacles.arrows)
    box, arrow = tree.query(shapes, predicate="intersects")
    covered = shapely.area(shapely.intersection(shapes[box], obstacles.arrows[arrow])) / shapely.area(shapes[box])
    np.add.at(cost, box, 0.8 + 8.0 * covered)
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
        for (x, y), box, rectangle in zip(spots[clear], tried[clear], shapes[clear], strict=True):
            if shapely.intersection(rectangle, shape).area >= ON_LAND * rectangle.area:
                placed.append(replace(label, x=float(x), y=float(y)))
                boxes.append(tuple(box))
                break
    return placed


def _spots(label: Label, shape: shapely.MultiPolygon) -> Floats:
    """Return spots for a country's name: its label point, then a grid over its land, the nearest first."""
    x0, y0, x1, y1 = shape.bounds
    if x1 - x0 < ON_LAND * label.width or y1 - y0 < label.height:
        return np.empty((0, 2))
    xs = np.linspace(x0 + label.width / 2, x1 - label.width / 2, 9) if x1 - x0 > label.width else [(x0 + x1) / 2]
    ys = np.linspace(y0 + label.height / 2, y1 - label.height / 2, 9)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    away = (grid[:, 0] - label.x) ** 2 + (2 * (grid[:, 1] - label.y)) ** 2
    return np.vstack([[label.x, label.y], grid[np.argsort(away, kind="stable")]])
