"""Where names stand: beside their places, off one another, off circles and heads, and off arrows where there is room.

Each name tries spots around its place, near ones first, and takes the one that costs least; then names give way to one
another (`geometry/spots.py`). What no name may do is cover another name, a circle or an arrowhead, or leave the frame:
one that finds no such spot is left out and told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from azroutes.geometry.curve import at as at_distance
from azroutes.geometry.curve import lengths
from azroutes.geometry.shapes import Flags, Floats, Ints, Shapes, areas, near, points
from azroutes.geometry.shapes import boxes as rectangles
from azroutes.geometry.shapes import lines as lines_of
from azroutes.geometry.spots import Spots, around, choose, overlap, unshared
from azroutes.obstacles import Obstacles
from azroutes.typesetting import LINE, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from azroutes.geometry.room import Grid

ON_LAND = 0.8
"""Share of a country's name that must stand on its land."""

CIRCLE_MARGIN = 0.6
"""What circles are wider than they are drawn where names keep off them, px."""

LONGEST_LEADER = 5.6
"""The longest leader, in heights of type."""

LEADER_SHARE = 0.6
"""The longest leader, in shares of how far apart names are on the average."""

INK_COST, CROSSING_COST = 8.0, 0.3
"""What it costs a name to stand wholly on arrows, and on any at all; see `geometry/spots.py` for other costs."""

LED_OVER_COST = 0.05
"""What each pixel of a leader over arrows costs: it is hard to follow there."""

AMBIGUOUS_COST = 0.8
"""What it costs a name to stand close to a place that it does not name."""

PREFERRED_GAIN = 0.6
"""What it saves a name to stand just where it had better."""

TAG_STRETCH, TAG_SPOTS = 0.32, 17
"""How far from the middle of an arrow its letters may stand, in shares of its length, and how many spots are tried."""

TAG_LEAST = 3.0
"""The shortest arrow that letters are written on, in heights of their type."""

TAG_INK_COST = 0.6
"""What it costs letters to stand wholly on ink, in lengths of the arrow."""


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
        ``node``, ``country`` or ``tag``.
    code : str
        The place that it names, or the number of the arrow whose letters it is.
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


def sized(label: Label) -> Label:
    """Return a label with the box that its text takes, line by line."""
    lines = label.text.split("\n")
    width = max(text_width(line, label.size, bold=label.bold, italic=label.italic) for line in lines)
    return replace(label, width=width + 2.0, height=LINE * label.size * len(lines))


def place_labels(
    labels: Sequence[Label], radius: Sequence[float], obstacles: Obstacles, *, preferred: Floats | None = None
) -> tuple[list[Label], list[Label]]:
    """Place names around their places.

    Parameters
    ----------
    labels : sequence of Label
        Sized; each with ``x, y`` at its place, the most important first.
    radius : sequence of float
        The radius of each place's circle, px.
    obstacles : Obstacles
    preferred : array of shape (n, 4), optional
        A box for each name that it had better keep to, as `reserve` returns them; nan where there is none.

    Returns
    -------
    placed, left_out : lists of Label
    """
    spots = _spots(labels, radius, obstacles, preferred)
    rows = choose(spots)
    stand = np.flatnonzero(rows >= 0)
    boxes, leaders = spots.boxes[rows[stand]], spots.leaders[rows[stand]]
    crosses = ~obstacles.ink.free(boxes)
    placed = [
        replace(labels[int(k)], x=float((x0 + x1) / 2), y=float((y0 + y1) / 2), crosses=bool(over),
                leader=None if np.isnan(line[0]) else (float(line[0]), float(line[1]), float(line[2]), float(line[3])))
        for k, (x0, y0, x1, y1), line, over in zip(stand, boxes, leaders, crosses, strict=True)
    ]  # fmt: skip
    return placed, [labels[int(k)] for k in np.flatnonzero(rows < 0)]


def reserve(
    labels: Sequence[Label], radius: Sequence[float], lines: Floats, half: Floats, size: tuple[float, float]
) -> Floats:
    """Return where names will likely stand, before it is known how arrows run.

    Parameters
    ----------
    labels : sequence of Label
        As for `place_labels`.
    radius : sequence of float
        The least radius of each place's circle, px.
    lines : array of shape (m, points, 2)
        Straight or other first lines of the arrows, px.
    half : array of shape (m,)
        Half of the room that each arrow takes across, px.
    size : tuple of float
        Width and height of the frame, px.

    Returns
    -------
    array of shape (n, 4)
        Boxes xmin, ymin, xmax, ymax; nan where a name finds no room.
    """
    spot = points(np.array([(label.x, label.y) for label in labels]))
    circles = shapely.buffer(spot, np.array(radius, dtype=float) + CIRCLE_MARGIN)
    inked = shapely.buffer(lines_of(lines), np.maximum(half, 1.0), quad_segs=1, cap_style="flat")
    spots = _spots(labels, radius, Obstacles(inked, np.empty(0, dtype=object), circles, size), None)
    rows = choose(spots, sweeps=1)
    boxes = np.full((len(labels), 4), np.nan)
    boxes[rows >= 0] = spots.boxes[rows[rows >= 0]]
    return boxes


def _spots(labels: Sequence[Label], radius: Sequence[float], obstacles: Obstacles, preferred: Floats | None) -> Spots:
    """Return the spots that names may take, with what each costs; those that are forbidden are not among them."""
    at = np.array([(label.x, label.y) for label in labels]).reshape(-1, 2)
    half = np.array([(label.width, label.height) for label in labels]).reshape(-1, 2) / 2
    em = np.array([label.size for label in labels], dtype=float)
    width, height = obstacles.size
    # The more names stand on a map, the shorter their leaders: a share of how far apart they are, on the average, if
    # only those that matter no less are written. So a crowd leaves out its least names rather than spin a web.
    apart = np.sqrt(width * height / np.arange(1, len(labels) + 1))
    longest = np.minimum(LONGEST_LEADER * em, LEADER_SHARE * apart)
    spots = around(at, half, np.array(radius, dtype=float), em, longest)
    spots = spots.kept(obstacles.inside(spots.boxes))
    spots = spots.kept(obstacles.clear(spots.boxes))
    spots = spots.kept(~_runs_over(spots, at, obstacles.circles))
    share = obstacles.inked(spots.boxes)
    cost = INK_COST * np.minimum(share, 1.0) + np.where(share > 0, CROSSING_COST, 0.0)
    cost += LED_OVER_COST * _led_over(spots.leaders, obstacles.ink)
    cost += AMBIGUOUS_COST * _near_another(spots, at, em, obstacles.circles)
    if preferred is not None:
        cost -= PREFERRED_GAIN * _shared(spots.boxes, preferred[spots.owner])
    return spots.dearer(cost)


def _runs_over(spots: Spots, at: Floats, circles: Shapes) -> Flags:
    """Return which spots have a leader that runs over another place's circle."""
    found = np.zeros(len(spots.boxes), dtype=bool)
    led = np.flatnonzero(~np.isnan(spots.leaders[:, 0]))
    if len(led) and len(circles):
        leaders = lines_of(spots.leaders[led].reshape(-1, 2, 2))
        line, circle = shapely.STRtree(circles).query(leaders, predicate="dwithin", distance=0.5)
        foreign = _foreign(at, spots.owner[led[line]], circles, circle)
        found[led[line[foreign]]] = True
    return found


def _led_over(leaders: Floats, inked: Grid) -> Floats:
    """Return how many pixels of each leader run over arrows, by a few points of it."""
    found = np.zeros(len(leaders))
    led = np.flatnonzero(~np.isnan(leaders[:, 0]))
    share = np.linspace(0.0, 1.0, 12)[None, :, None]
    spots = (leaders[led, None, :2] * (1 - share) + leaders[led, None, 2:] * share).reshape(-1, 2)
    over = inked.touched(np.hstack([spots - 0.1, spots + 0.1])) > 0
    length = np.hypot(*(leaders[led, 2:] - leaders[led, :2]).T)
    found[led] = length * over.reshape(len(led), share.size).mean(axis=1)
    return found


def _near_another(spots: Spots, at: Floats, em: Floats, circles: Shapes) -> Floats:
    """Return how many other places a name seems to belong to: they are as near as its own, or near with a leader."""
    count = np.zeros(len(spots.boxes))
    if len(circles) and len(spots.boxes):
        reach = np.where(np.isnan(spots.leaders[:, 0]), spots.gaps + 0.15 * em[spots.owner], 0.8 * em[spots.owner])
        box, circle = shapely.STRtree(circles).query(rectangles(spots.boxes), predicate="dwithin", distance=reach)
        np.add.at(count, box[_foreign(at, spots.owner[box], circles, circle)], 1.0)
    return count


def _foreign(at: Floats, owner: Ints, circles: Shapes, circle: Ints) -> Flags:
    """Return which circles are not those of the places that own a spot."""
    return np.asarray(~shapely.intersects_xy(circles[circle], at[owner, 0], at[owner, 1]), dtype=bool)


def _shared(boxes: Floats, others: Floats) -> Floats:
    """Return the share of each box that lies in its other."""
    common = np.minimum(boxes[:, 2:], others[:, 2:]) - np.maximum(boxes[:, :2], others[:, :2])
    share: Floats = np.nan_to_num(np.prod(np.maximum(common, 0.0), axis=1)) / areas(boxes)
    return share


def place_tags(
    lines: Floats, tags: Sequence[str], obstacles: Obstacles, labels: Sequence[Label], *, size: float, colour: str
) -> tuple[list[Label], int]:
    """Write letters on arrows, as near their middle as there is room.

    Parameters
    ----------
    lines : array of shape (n, points, 2)
        Centre lines of the arrows, px.
    tags : sequence of str
        The letters of each arrow; those of an arrow without any are empty.
    obstacles : Obstacles
    labels : sequence of Label
        What stands already.
    size : float
        Height of the type, px.
    colour : str

    Returns
    -------
    placed : list of Label
        ``code`` is the number of the arrow.
    left_out : int
        How many letters found no room.
    """
    wanted = [k for k, text in enumerate(tags) if text]
    drafts = [sized(Label(tags[k], 0, 0, 0, 0, size, italic=False, bold=True, colour=colour, kind="tag", code=str(k),
                          crosses=True)) for k in wanted]  # fmt: skip
    run = lengths(lines[wanted])[:, -1] if wanted else np.empty(0)
    half = np.array([(tag.width, tag.height) for tag in drafts]).reshape(-1, 2) / 2
    stretch = np.linspace(-TAG_STRETCH, TAG_STRETCH, TAG_SPOTS)
    middle = at_distance(lines[wanted], run[:, None] * (0.5 + stretch)).reshape(-1, 2) if wanted else np.empty((0, 2))
    owner = np.repeat(np.arange(len(wanted)), TAG_SPOTS)
    boxes = np.hstack([middle - half[owner], middle + half[owner]])
    leaders = np.array([label.leader for label in labels if label.leader]).reshape(-1, 2, 2)
    free = obstacles.inside(boxes) & (run >= TAG_LEAST * size)[owner]
    free[free] = obstacles.clear(boxes[free])
    taken = np.concatenate([rectangles(np.array([label.box for label in labels])), lines_of(leaders)])
    free[free] = ~near(rectangles(boxes[free]), taken, 0.5)
    share = obstacles.inked(boxes)
    cost = np.abs(np.tile(stretch, len(wanted))) + TAG_INK_COST * share
    best = unshared(boxes, np.where(free, cost, np.inf), owner)
    placed = [replace(drafts[owner[row]], x=float(middle[row, 0]), y=float(middle[row, 1])) for row in best]
    return placed, len(wanted) - len(placed)


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
    placed = []
    for label, shape in zip(labels, land, strict=True):
        half = np.array([label.width, label.height]) / 2
        spots = _on_grid(label, shape)
        tried = np.hstack([spots - half, spots + half])
        free = obstacles.inside(tried) & obstacles.ink.free(tried)
        free &= ~overlap(tried, np.array(boxes).reshape(-1, 4)).any(axis=1)
        spots, tried = spots[free], tried[free]
        clear = ~near(rectangles(tried), obstacles.circles, 0.5)
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


def _on_grid(label: Label, shape: shapely.MultiPolygon) -> Floats:
    """Return spots for a country's name: its label point, then a grid over its land, the nearest first."""
    x0, y0, x1, y1 = shape.bounds
    if x1 - x0 < ON_LAND * label.width or y1 - y0 < label.height:
        return np.empty((0, 2))
    xs = np.linspace(x0 + label.width / 2, x1 - label.width / 2, 6) if x1 - x0 > label.width else [(x0 + x1) / 2]
    ys = np.linspace(y0 + label.height / 2, y1 - label.height / 2, 6)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    away = (grid[:, 0] - label.x) ** 2 + (2 * (grid[:, 1] - label.y)) ** 2
    return np.vstack([[label.x, label.y], grid[np.argsort(away, kind="stable")]])
