"""What names keep off, and what of it is in the way of a box."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from azroutes.geometry.room import Grid, corners, ink
from azroutes.geometry.shapes import Flags, Floats, Shapes, areas, near
from azroutes.geometry.shapes import boxes as rectangles

EDGE = 2.0
"""Free space between a name and the frame, px."""

CLEARANCE = 0.8
"""Free space between a name and a circle or head, px."""


@dataclass(frozen=True)
class Obstacles:
    """What names keep off: arrows (if they can), their heads and circles (always), and the frame's edge.

    Attributes
    ----------
    arrows : array of Polygon
    heads : array of Polygon
        The heads of the arrows.
    circles : array of Polygon
        Circles of places.
    size : tuple of float
        Width and height of the frame, px.
    """

    arrows: Shapes
    heads: Shapes
    circles: Shapes
    size: tuple[float, float]

    @cached_property
    def ink(self) -> Grid:
        """Return where arrows are drawn."""
        return ink(self.arrows, self.size)

    @cached_property
    def corners(self) -> Grid:
        """Return where the corners of heads and circles are."""
        return corners(np.concatenate([self.heads, self.circles]), self.size)

    def inside(self, boxes: Floats) -> Flags:
        """Return which boxes are within the frame."""
        low, high = boxes[:, :2] >= EDGE, boxes[:, 2:] <= np.array(self.size) - EDGE
        return np.asarray((low & high).all(axis=1), dtype=bool)

    def clear(self, boxes: Floats) -> Flags:
        """Return which boxes keep off circles and heads."""
        # Most of the boxes in a crowd hold a corner of something whole, which is quickly seen; the others are measured.
        clear: Flags = self.corners.within(boxes) == 0
        shapes = rectangles(boxes[clear])
        clear[clear] = ~(near(shapes, self.circles, CLEARANCE) | near(shapes, self.heads, CLEARANCE))
        return clear

    def inked(self, boxes: Floats) -> Floats:
        """Return the share of each box that lies on arrows, which may come to more than 1 where it is small."""
        share: Floats = self.ink.touched(boxes) * self.ink.cell**2 / areas(boxes)
        return share
