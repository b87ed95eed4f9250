"""Arrays of numbers and of shapes: the types that geometry is written in, and shapely's makers of many shapes."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.intp]
Flags: TypeAlias = NDArray[np.bool_]
Shapes: TypeAlias = NDArray[np.object_]


def points(xy: Floats) -> Shapes:
    """Return a point for each row."""
    return np.atleast_1d(np.asarray(shapely.points(np.reshape(xy, (-1, 2))), dtype=object))


def lines(vertices: Floats, line: Ints | None = None) -> Shapes:
    """Return lines: one a row of an array (n, points, 2), or from vertices (m, 2) and the line that each is of."""
    return np.atleast_1d(np.asarray(shapely.linestrings(vertices, indices=line), dtype=object))


def boxes(corners: Floats) -> Shapes:
    """Return a rectangle for each row of xmin, ymin, xmax, ymax."""
    x0, y0, x1, y1 = np.reshape(corners, (-1, 4)).T
    return np.atleast_1d(np.asarray(shapely.box(x0, y0, x1, y1), dtype=object))


def areas(corners: Floats) -> Floats:
    """Return the area of each row of xmin, ymin, xmax, ymax."""
    area: Floats = np.prod(corners[:, 2:] - corners[:, :2], axis=1)
    return area


def near(shapes: Shapes, others: Shapes, distance: float) -> Flags:
    """Return which shapes are within a distance of any of the others."""
    found = np.zeros(len(shapes), dtype=bool)
    if len(others) and len(shapes):
        found[shapely.STRtree(others).query(shapes, predicate="dwithin", distance=distance)[0]] = True
    return found
