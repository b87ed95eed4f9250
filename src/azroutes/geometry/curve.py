"""Curves and arrows on the plane, in pixels: many at once, as arrays of shape (arrows, points, 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Floats, Shapes

SAMPLES = 49
"""Points of a drawn curve."""

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


def loops(centre: Floats, bearing: Floats, radius: Floats, samples: int = SAMPLES) -> Floats:
    """Return circles that begin at `centre` and lie towards `bearing` (radians, anticlockwise from east)."""
    turn = np.linspace(0.0, 2 * np.pi, samples)[None, :] + np.pi + bearing[:, None]
    middle = centre + radius[:, None] * np.column_stack([np.cos(bearing), np.sin(bearing)])
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    circle: Floats = middle[:, None, :] + radius[:, None, None] * ring
    circle[:, 0] = circle[:, -1] = centre
    return circle


def lengths(lines: Floats) -> Floats:
    """Return the distance along each line at each of its points, shape (n, points)."""
    steps = np.hypot(*np.moveaxis(np.diff(lines, axis=1), -1, 0))
    return np.concatenate([np.zeros((len(lines), 1)), np.cumsum(steps, axis=1)], axis=1)


def at(lines: Floats, distance: Floats) -> Floats:
    """Return the points of each line at the given distances along it; `distance` has shape (n, m)."""
    run = lengths(lines)
    found = np.empty((*distance.shape, 2))
    for k, (line, along) in enumerate(zip(lines, run, strict=True)):
        found[k, :, 0] = np.interp(distance[k], along, line[:, 0])
        found[k, :, 1] = np.interp(distance[k], along, line[:, 1])
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


def arrows(lines: Floats, width: Floats, head: tuple[Floats, Floats], dashes: list[Dash]) -> Shapes:
    """Return arrows as polygons: a shaft of constant width and a head whose tip is the line's last point.

    Parameters
    ----------
    lines : array of shape (n, points, 2)
        Centre lines, from where the arrow begins to its tip, px.
    width : array of shape (n,)
        Width of the shafts, px.
    head : pair of arrays of shape (n,)
        Length and half width of the heads, px; a head takes at most 0.8 of its line.
    dashes : list of Dash
        The pattern of each shaft.

    Returns
    -------
    array of Polygon or MultiPolygon
    """
    total = lengths(lines)[:, -1]
    shrink = np.minimum(1.0, 0.8 * total / np.maximum(head[0], 1e-9))
    head_length, half = head[0] * shrink, head[1] * np.maximum(shrink, 0.5)
    neck = total - head_length
    share = np.linspace(0, 1, lines.shape[1])[None, :]
    shaft = at(lines, neck[:, None] * share)
    outlines: Shapes = np.empty(len(lines), dtype=object)
    for k, dash in enumerate(dashes):
        tip = _head(lines[k, -1], shaft[k], half[k])
        stroke, gap = dash.lengths(float(width[k]))
        if gap <= 0 or neck[k] <= stroke:
            outlines[k] = _whole(shaft[k], float(width[k]) / 2, tip)
        else:
            outlines[k] = _dashed(shaft[k], float(width[k]) / 2, tip, (stroke, gap))
    # A wide shaft around a tight bend folds over itself; the fold is part of the same ink.
    folded = ~shapely.is_valid(outlines)
    outlines[folded] = shapely.make_valid(outlines[folded], method="structure", keep_collapsed=False)
    return outlines


def _head(tip: Floats, shaft: Floats, half: float) -> Floats:
    """Return the two barbs and the tip of a head: right barb, tip, left barb."""
    ahead = tip - shaft[-1]
    size = float(np.hypot(*ahead))
    ahead = ahead / size if size > 0 else np.array([1.0, 0.0])
    right = np.array([ahead[1], -ahead[0]])
    return np.array([shaft[-1] + half * right, tip, shaft[-1] - half * right])


def _sides(line: Floats, half: float) -> tuple[Floats, Floats]:
    right = normals(line[None])[0] * half
    return line + right, line - right


def _whole(shaft: Floats, half: float, tip: Floats) -> shapely.Polygon:
    right, left = _sides(shaft, half)
    return shapely.Polygon(np.concatenate([right, tip, left[::-1]]))


def _dashed(shaft: Floats, half: float, tip: Floats, dash: tuple[float, float]) -> shapely.MultiPolygon:
    """Return strokes along a shaft, all of one length, and a shorter one that is joined to the head."""
    run = lengths(shaft[None])[0]
    stroke, gap = dash
    last = max(float(run[-1]) - 0.7 * stroke, 0.0)
    # As many whole periods as fit best, drawn a little longer or shorter so that none is cut.
    count = max(1, round(last / (stroke + gap)))
    period = last / count
    drawn = period * stroke / (stroke + gap)
    pieces = [_part(shaft, run, k * period, k * period + drawn, half) for k in range(count)]
    right, left = _sides(_stretch(shaft, run, last, float(run[-1])), half)
    pieces.append(shapely.Polygon(np.concatenate([right, tip, left[::-1]])))
    return shapely.MultiPolygon([piece for piece in pieces if piece.area > 0])


def _part(shaft: Floats, run: Floats, begin: float, end: float, half: float) -> shapely.Polygon:
    right, left = _sides(_stretch(shaft, run, begin, end), half)
    return shapely.Polygon(np.concatenate([right, left[::-1]]))


def _stretch(line: Floats, run: Floats, begin: float, end: float) -> Floats:
    distance = np.linspace(begin, end, 6)
    return np.column_stack([np.interp(distance, run, line[:, 0]), np.interp(distance, run, line[:, 1])])
