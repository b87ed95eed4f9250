"""How full a picture is: sums over a grid, so that what lies in a box is four look-ups, however much there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Flags, Floats, Ints, Shapes

CELL = 1.0
"""Side of a square of the grid, px."""

MOST_CELLS = 2_000_000
"""Larger pictures get larger squares."""


@dataclass(frozen=True)
class Grid:
    """Running sums of what lies in each square of a picture.

    Attributes
    ----------
    sums : array of shape (rows + 1, columns + 1)
        What lies below and to the left of each corner of the grid.
    cell : float
        Side of a square, px.
    """

    sums: Ints
    cell: float

    def touched(self, boxes: Floats) -> Floats:
        """Return how much lies in the squares that each box (xmin, ymin, xmax, ymax) touches."""
        low, high = np.floor(boxes[:, :2] / self.cell), np.ceil(boxes[:, 2:] / self.cell)
        return self._between(low, high)

    def free(self, boxes: Floats) -> Flags:
        """Return which boxes surely have nothing in them, though polygons were drawn square by square."""
        return np.asarray(self.touched(boxes + 1.5 * self.cell * np.array([-1, -1, 1, 1])) == 0, dtype=bool)

    def within(self, boxes: Floats) -> Floats:
        """Return how much lies in the squares that are wholly in each box."""
        low, high = np.ceil(boxes[:, :2] / self.cell), np.floor(boxes[:, 2:] / self.cell)
        return self._between(low, np.maximum(low, high))

    def _between(self, low: Floats, high: Floats) -> Floats:
        most = np.array(self.sums.shape)[::-1] - 1
        (x0, y0), (x1, y1) = (np.clip(corner, 0, most).astype(np.intp).T for corner in (low, high))
        s = self.sums
        return np.asarray(s[y1, x1] - s[y0, x1] - s[y1, x0] + s[y0, x0], dtype=float)


def corners(shapes: Shapes, size: tuple[float, float]) -> Grid:
    """Return a grid that counts the vertices of shapes in a picture of this width and height, px."""
    cell, columns, rows = _squares(size)
    xy = shapely.get_coordinates(shapes)
    column, row = np.floor(xy / cell).astype(np.intp).T
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    found = np.bincount(row[inside] * columns + column[inside], minlength=rows * columns)
    return Grid(_summed(found.reshape(rows, columns)), cell)


def ink(shapes: Shapes, size: tuple[float, float]) -> Grid:
    """Return a grid that counts the squares with ink of polygons, in a picture of this width and height, px."""
    cell, columns, rows = _squares(size)
    image = Image.new("1", (columns, rows))
    paint = ImageDraw.Draw(image)
    rings = shapely.get_exterior_ring(shapely.get_parts(shapes))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    if len(xy):
        # Where a number becomes a square, pillow drops the fraction: a square below its corner would be one too many.
        flat = np.maximum(np.floor(xy / cell), -1.0)
        starts = np.flatnonzero(np.diff(ring, prepend=-1))
        for part in np.split(flat, starts[1:]):
            paint.polygon(part.ravel().tolist(), fill=1)
    return Grid(_summed(np.asarray(image, dtype=np.intp)), cell)


def _squares(size: tuple[float, float]) -> tuple[float, int, int]:
    width, height = (max(side, CELL) for side in size)
    cell = max(CELL, float(np.sqrt(width * height / MOST_CELLS)))
    return cell, int(np.ceil(width / cell)), int(np.ceil(height / cell))


def _summed(found: Ints) -> Ints:
    sums = np.zeros((found.shape[0] + 1, found.shape[1] + 1), dtype=np.intp)
    sums[1:, 1:] = found.cumsum(axis=0).cumsum(axis=1)
    return sums
