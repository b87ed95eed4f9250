"""Curves and arrows on the plane, in pixels: many at once, as arrays of shape (arrows, points, 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from azroutes.geometry.shapes import Floats, Ints, Shapes

SAMPLES = 49
"""Points of a drawn curve."""

STROKE_SAMPLES = 6
"""Points along each side of a dash."""

HEAD_SHARE, LEAST_BARB = 0.6, 0.5
"""The share of a short arrow that its head takes at the most, as a head without a shaft is a triangle that shows no
width; and the share of a whole head's barbs that stands out beside the shaft at the least."""

LEAST_SHARE = 0.3
"""Share of a line that is drawn at the least where the circles at its ends leave no room."""


@dataclass(frozen=True, slots=True)
class Dash:
    """A dash pattern in multiples of the arrow's width: length of a stroke and of a gap; no gap is a solid line."""

    stroke: float = 1.0
    gap: float = 0.0
    least_px: float = 3.0

    def lengths(self, width: float) -> tuple[float, float]:
        """Return the stroke and the gap in pixels for an arrow of this width."""
        unit = max(width, self.least_px)
        return self.stroke * unit, self.gap * unit


SOLID = Dash()


def bezier(start: Floats, control: Floats, end: Floats, samples: int = SAMPLES) -> Floats:
    """Return quadratic Bezier curves; the three arrays have shape (n, 2), the result (n, samples, 2)."""
    t = np.linspace(0.0, 1.0, samples)[None, :, None]
    a, b, c = start[:, None, :], control[:, None, :], end[:, None, :]
    curve: Floats = (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c
    curve[:, 0], curve[:, -1] = start, end
    return curve


def arc(start: Floats, end: Floats, bulge: Floats, samples: int = SAMPLES) -> Floats:
    """Return arcs that stand off their chord; `bulge` is in shares of the chord, positive to the left of start-end."""
    chord = end - start
    left = np.column_stack([-chord[:, 1], chord[:, 0]])
    return bezier(start, (start + end) / 2 + 2 * bulge[:, None] * left, end, samples)


def loops(centre: Floats, bearing: Floats, reach: Floats, spread: Floats, samples: int = SAMPLES) -> Floats:
    """Return drops that begin and end at `centre`, shape (n, 2).

    They lie towards `bearing` (radians, anticlockwise from east), reach so far, and leave their place by the angle
    `spread` to the right of their bearing, to come back as much to the left.
    """
    t = np.linspace(0.0, 1.0, samples)[:, None]
    # A cubic curve with both ends at one spot reaches three quarters of the way to the middle of its control points.
    away = (reach / (0.75 * np.cos(spread)))[:, None]
    right, left = (
        away * np.column_stack([np.cos(turn), np.sin(turn)]) for turn in (bearing - spread, bearing + spread)
    )
    drop: Floats = 3 * t * (1 - t) ** 2 * right[:, None] + 3 * t**2 * (1 - t) * left[:, None] + centre[:, None]
    drop[:, 0] = drop[:, -1] = centre
    return drop


def lengths(lines: Floats) -> Floats:
    """Return the distance along each line at each of its points, shape (n, points)."""
    steps = np.hypot(*np.moveaxis(np.diff(lines, axis=1), -1, 0))
    return np.concatenate([np.zeros((len(lines), 1)), np.cumsum(steps, axis=1)], axis=1)


def at(lines: Floats, distance: Floats) -> Floats:
    """Return the points of each line at the given distances along it; `distance` has shape (n, m)."""
    return _on(lines, np.arange(len(lines)), distance)


def _on(lines: Floats, owner: Ints, distance: Floats) -> Floats:
    """Return points on the lines that `owner` names, shape (k,), at the distances along them, shape (k, m)."""
    run = lengths(lines)
    # Laid end to end the runs are one rising row of numbers, so that one search finds the step of every point.
    begin = np.cumsum(run[:, -1] + 1.0) - (run[:, -1] + 1.0)
    first = owner[:, None] * lines.shape[1]
    step = np.searchsorted((run + begin[:, None]).ravel(), distance + begin[owner, None], side="right") - 1
    step = np.clip(step, first, first + lines.shape[1] - 2)
    along, xy = run.ravel(), lines.reshape(-1, 2)
    size = along[step + 1] - along[step]
    share = np.clip(np.divide(distance - along[step], size, out=np.zeros_like(size), where=size > 0), 0.0, 1.0)
    found: Floats = xy[step] + share[..., None] * (xy[step + 1] - xy[step])
    return found


def normals(lines: Floats) -> Floats:
    """Return the unit normals, to the right of the way, at each point of each line."""
    ahead = np.gradient(lines, axis=1)
    size = np.hypot(ahead[..., 0], ahead[..., 1])[..., None]
    ahead = np.divide(ahead, size, out=np.zeros_like(ahead), where=size > 0)
    return np.stack([ahead[..., 1], -ahead[..., 0]], axis=-1)


def shifted(lines: Floats, lane: Floats, ramp: Floats, spread: Floats, at_ends: Floats) -> Floats:
    """Return lines moved sideways into their lanes, with both ends where they were.

    Parameters
    ----------
    lines : array of shape (n, points, 2)
    lane : array of shape (n,)
        How far to the right, px.
    ramp : array of shape (n, 2)
        The stretch at the start and at the end, px, in which the lane leaves and meets the place.
    spread : array of shape (n, 2)
        The stretch beyond each ramp over which that share grows to the whole lane, px.
    at_ends : array of shape (n, 2)
        The share of the lane that is kept at the far side of each ramp, where the place's circle is.
    """
    run = lengths(lines)
    total = run[:, -1:]
    moved = np.ones_like(run)
    for side, distance in ((0, run), (1, total - run)):
        reach = np.maximum(ramp[:, side, None], 1e-9)
        kept = at_ends[:, side, None]
        inner = np.clip(distance / reach, 0, 1)
        room = np.maximum(np.minimum(spread[:, side, None], 0.35 * total - reach), 1e-9)
        outer = np.clip((distance - reach) / room, 0, 1)
        ease = outer * outer * (3 - 2 * outer)
        moved = np.minimum(moved, inner * (kept + (1 - kept) * ease))
    result: Floats = lines + normals(lines) * (lane[:, None] * moved)[..., None]
    result[:, 0], result[:, -1] = lines[:, 0], lines[:, -1]
    return result


def trimmed(lines: Floats, start: Floats, end: Floats, samples: int = SAMPLES) -> Floats:
    """Return the part of each line outside a circle around its first point and one around its last.

    Where the circles leave less than a share of the line they give way, so that no arrow vanishes or turns about.
    """
    run = lengths(lines)
    total = run[:, -1]
    left = _leaves(lines, run, lines[:, 0], start)
    right = total - _leaves(lines[:, ::-1], total[:, None] - run[:, ::-1], lines[:, -1], end)
    least = LEAST_SHARE * total
    short = right - left < least
    cut = np.maximum(left + (total - right), 1e-9)
    left = np.where(short, (total - least) * left / cut, left)
    right = np.where(short, left + least, right)
    share = np.linspace(0, 1, samples)[None, :]
    return at(lines, left[:, None] + (right - left)[:, None] * share)


def _leaves(lines: Floats, run: Floats, centre: Floats, radius: Floats) -> Floats:
    """Return the distance along each line at which it leaves the circle around its beginning."""
    away = np.hypot(*np.moveaxis(lines - centre[:, None, :], -1, 0))
    outside = away >= radius[:, None]
    first = np.where(outside.any(axis=1), outside.argmax(axis=1), away.argmax(axis=1))
    first = np.maximum(first, 1)
    k = np.arange(len(lines))
    near, far = away[k, first - 1], away[k, first]
    share = np.clip((radius - near) / np.maximum(far - near, 1e-9), 0, 1)
    found: Floats = run[k, first - 1] + share * (run[k, first] - run[k, first - 1])
    return found


def head_size(width: Floats) -> tuple[Floats, Floats]:
    """Return the length and the half width of arrowheads, px.

    They grow with the root of the width beyond the shaft's own, so that the head of a thin arrow can be seen and
    that of a thick one does not swell.
    """
    half = 0.5 * width + 1.5 * np.sqrt(np.maximum(width, 0.25))
    return 2.1 * half, half


def fitted_head(head: tuple[Floats, Floats], width: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Return the length and the half width of heads on arrows that are so long, px: shorter where there is no room.

    A shaft stays however short an arrow is, and what stands out beside it is never less than half of a whole head's.

    Examples
    --------
    >>> wide, far, near = np.array([8.0]), np.array([90.0]), np.array([10.0])
    >>> [[float(side[0].round(1)) for side in fitted_head(head_size(wide), wide, total)] for total in (far, near)]
    [[17.3, 8.2], [6.0, 6.1]]
    """
    length, half = head
    shrink = np.minimum(1.0, HEAD_SHARE * total / np.maximum(length, 1e-9))
    return length * shrink, width / 2 + (half - width / 2) * np.maximum(shrink, LEAST_BARB)


def arrows(
    lines: Floats, width: Floats, head: tuple[Floats, Floats], dashes: Sequence[Dash], *, taper: float = 1.0
) -> Shapes:
    """Return arrows as polygons: a shaft and a head whose tip is the line's last point.

    Parameters
    ----------
    lines : array of shape (n, points, 2)
        Centre lines, from where the arrow begins to its tip, px.
    width : array of shape (n,)
        Width of the shafts, px.
    head : pair of arrays of shape (n,)
        Length and half width of the heads, px; those of short lines are smaller, see `fitted_head`.
    dashes : sequence of Dash
        The pattern of each shaft.
    taper : float
        The share of its width with which a shaft begins; it has the whole of it where it meets the head. 1 for shafts
        that are as wide all along.

    Returns
    -------
    array of Polygon or MultiPolygon
        The head is in the last part.

    Examples
    --------
    >>> line = np.array([[[0.0, 0.0], [60.0, 0.0], [120.0, 0.0]]])
    >>> shape = arrows(line, np.array([4.0]), head_size(np.array([4.0])), [Dash()])[0]
    >>> [float(side) for side in shape.bounds]
    [0.0, -5.0, 120.0, 5.0]
    """
    outlines: Shapes = np.empty(len(lines), dtype=object)
    if len(lines) == 0:
        return outlines
    total = lengths(lines)[:, -1]
    head_length, half_head = fitted_head(head, width, total)
    neck = total - head_length
    share = np.linspace(0, 1, lines.shape[1])
    shaft = at(lines, neck[:, None] * share)
    heads = _heads(lines[:, -1], shaft, half_head)
    stroke, gap = np.array([dash.lengths(float(wide)) for dash, wide in zip(dashes, width, strict=True)]).T
    whole = (gap <= 0) | (neck <= stroke)
    half = width[whole, None] / 2 * (taper + (1 - taper) * share)
    outlines[whole] = _polygons(_ends_in(shaft[whole], half, heads[whole]))
    dashed = ~whole
    if dashed.any():
        outlines[dashed] = _dashed(shaft[dashed], width[dashed] / 2, heads[dashed], stroke[dashed], gap[dashed], taper)
    # A wide shaft around a tight bend folds over itself; the fold is part of the same ink.
    folded = ~shapely.is_valid(outlines)
    outlines[folded] = shapely.make_valid(outlines[folded], method="structure", keep_collapsed=False)
    return outlines


def _heads(tip: Floats, shaft: Floats, half: Floats) -> Floats:
    """Return the two barbs and the tip of each head, shape (n, 3, 2): right barb, tip, left barb."""
    neck = shaft[:, -1]
    ahead = tip - neck
    size = np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
    ahead = np.divide(ahead, size, out=np.tile([1.0, 0.0], (len(ahead), 1)), where=size > 0)
    right = np.column_stack([ahead[:, 1], -ahead[:, 0]]) * half[:, None]
    return np.stack([neck + right, tip, neck - right], axis=1)


def _ends_in(lines: Floats, half: Floats, heads: Floats) -> Floats:
    """Return the rings of shafts that are joined to their heads; `half` has shape (n, points)."""
    out = normals(lines) * half[..., None]
    return np.concatenate([lines + out, heads, (lines - out)[:, ::-1]], axis=1)


def _polygons(rings: Floats) -> Shapes:
    return np.atleast_1d(np.asarray(shapely.polygons(rings), dtype=object))


def _dashed(shaft: Floats, half: Floats, heads: Floats, stroke: Floats, gap: Floats, taper: float) -> Shapes:
    """Return strokes along each shaft, all of one length, and a shorter one that is joined to the head."""
    neck = lengths(shaft)[:, -1]
    last = np.maximum(neck - 0.7 * stroke, 0.0)
    # As many whole periods as fit best, drawn a little longer or shorter so that none is cut.
    count = np.maximum(1, np.rint(last / (stroke + gap)).astype(np.intp))
    period = last / count
    owner = np.repeat(np.arange(len(shaft)), count)
    begin = (np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)) * period[owner]
    drawn = (period * stroke / (stroke + gap))[owner]
    share = np.linspace(0, 1, STROKE_SAMPLES)
    along = begin[:, None] + drawn[:, None] * share
    wide = half[owner, None] * (taper + (1 - taper) * along / neck[owner, None])
    middle = _on(shaft, owner, along)
    out = normals(middle) * wide[..., None]
    strokes = _polygons(np.concatenate([middle + out, (middle - out)[:, ::-1]], axis=1))
    every = np.arange(len(shaft))
    along = last[:, None] + (neck - last)[:, None] * share
    wide = half[:, None] * (taper + (1 - taper) * along / neck[:, None])
    tips = _polygons(_ends_in(_on(shaft, every, along), wide, heads))
    pieces, owner = np.concatenate([strokes, tips]), np.concatenate([owner, every])
    order = np.argsort(owner, kind="stable")
    order = order[shapely.area(pieces[order]) > 0]
    made: Shapes = np.full(len(shaft), shapely.MultiPolygon(), dtype=object)
    shapely.multipolygons(pieces[order], indices=owner[order], out=made)
    return made
