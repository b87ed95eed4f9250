"""Shortest lines on the WGS 84 ellipsoid, whole across the antimeridian, and loops where a leg stays in place."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

from azroutes.geometry.shapes import Floats, Ints, Shapes, lines

if TYPE_CHECKING:
    from collections.abc import Callable

STEP_M = 200_000.0
"""Longest stretch between two vertices, in metres: a chord so long leaves the geodesic by 0.8 km at most."""

LOOP_M = 25_000.0
"""Radius of the loop that stands for a leg within one place, in metres."""

LOOP_POINTS = 24

LEGS = 5_000
"""About how many legs are laid out at a time."""


@cache
def _ellipsoid() -> Geod:
    return Geod(ellps="WGS84")


def geodesics(start: Floats, end: Floats) -> tuple[Floats, Ints]:
    """Return the vertices of the geodesic of each pair of points.

    Parameters
    ----------
    start, end : array of shape (n, 2)
        Longitude and latitude in degrees, EPSG:4326.

    Returns
    -------
    vertices : array of shape (m, 2)
        Vertices of all lines, one after the other; both ends of each are exactly as given, but that a line over the
        antimeridian goes on past 180 degrees (or -180) so that it stays in one piece.
    line : array of shape (m,)
        To which line each vertex belongs, 0 to n - 1.

    Notes
    -----
    After C. F. F. Karney, Algorithms for geodesics (J. Geodesy 87, 2013); the inverse problem by PROJ.
    """
    vertices, line = _vertices(start, end)
    return unwrapped(vertices, line), line


def _vertices(start: Floats, end: Floats) -> tuple[Floats, Ints]:
    """Return the vertices of geodesics, with longitudes that may jump by 360 degrees within a line."""
    if len(start) == 0:
        return np.empty((0, 2)), np.empty(0, dtype=np.intp)
    azimuth, _, metres = _ellipsoid().inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    still = np.all(start == end, axis=1) | (metres < 1e-3)
    steps = np.where(still, LOOP_POINTS, np.maximum(1, np.ceil(metres / STEP_M))).astype(np.intp)
    line = np.repeat(np.arange(len(start)), steps + 1)
    first = np.cumsum(steps + 1) - (steps + 1)
    share = (np.arange(len(line)) - first[line]) / steps[line]
    vertices = _along(start, azimuth, metres)(line, share)
    # A loop is a circle through the place: seen from there, a point of it lies at half the angle it has at the centre.
    loop = still[line]
    at, turn = start[line[loop]], share[loop]
    reach = 2 * LOOP_M * np.sin(np.pi * turn)
    vertices[loop] = np.column_stack(_ellipsoid().fwd(at[:, 0], at[:, 1], 180.0 * turn - 45.0, reach)[:2])
    vertices[first] = start
    vertices[first + steps] = end
    return vertices, line


def _along(start: Floats, azimuth: Floats, metres: Floats) -> Callable[[Ints, Floats], Floats]:
    """Return what gives the points of geodesics at shares of their lengths, from where each starts and how it leaves.

    PROJ works out a geodesic anew for each point of it. Here that is done once for each line, by the same paper: its
    equations 8 to 25, the series to the third order, which is true to a tenth of a millimetre.
    """
    flattening = _ellipsoid().f
    third = flattening / (2 - flattening)
    bearing = np.radians(azimuth)
    beta = np.arctan((1 - flattening) * np.tan(np.radians(start[:, 1])))
    sin_azimuth = np.sin(bearing) * np.cos(beta)  # where the geodesic crosses the equator
    cos_azimuth = np.hypot(np.cos(bearing), np.sin(bearing) * np.sin(beta))
    forward = np.cos(bearing) * np.cos(beta)
    sigma = np.arctan2(np.sin(beta), forward)
    omega = np.arctan2(sin_azimuth * np.sin(beta), forward)
    k2 = flattening * (2 - flattening) / (1 - flattening) ** 2 * cos_azimuth**2
    e = k2 / (2 * (1 + np.sqrt(1 + k2)) + k2)
    scale = (1 + e**2 / 4) / (1 - e)
    c1 = (-e / 2 + 3 * e**3 / 16, -(e**2) / 16, -(e**3) / 48)
    inverse = (e / 2 - 9 * e**3 / 32, 5 * e**2 / 16, 29 * e**3 / 96)
    a3 = 1 - (1 - third) * e / 2 - (1 / 4 + third / 8) * e**2 - e**3 / 16
    c3 = ((1 - third) * e / 4 + e**2 / 8 + 3 * e**3 / 64, (1 / 16 - 3 * third / 32) * e**2 + 3 * e**3 / 64,
          5 * e**3 / 192)  # fmt: skip
    begin = sigma + _waves(c1, np.sin(2 * sigma), np.cos(2 * sigma))
    pace = metres / (_ellipsoid().b * scale)
    bend = -flattening * sin_azimuth * a3
    behind = omega + bend * (sigma + _waves(c3, np.sin(2 * sigma), np.cos(2 * sigma)))

    def at(line: Ints, share: Floats) -> Floats:
        tau = begin[line] + share * pace[line]
        sin, cos = np.sin(tau), np.cos(tau)
        more = _waves(tuple(c[line] for c in inverse), 2 * sin * cos, 1 - 2 * sin * sin)
        # The difference is so small that two terms of its sine and its cosine are enough.
        sin_more, cos_more = more - more**3 / 6, 1 - more**2 / 2
        sin, cos = sin * cos_more + cos * sin_more, cos * cos_more - sin * sin_more
        waves = _waves(tuple(c[line] for c in c3), 2 * sin * cos, 1 - 2 * sin * sin)
        omega = np.arctan2(sin_azimuth[line] * sin, cos)
        across = np.hypot(cos, sin_azimuth[line] * sin)
        lon = start[line, 0] + np.degrees(omega + bend[line] * (tau + more + waves) - behind[line])
        lat = np.degrees(np.arctan2(cos_azimuth[line] * sin, (1 - flattening) * across))
        return np.column_stack([lon, lat])

    return at


def _waves(weights: tuple[Floats, ...], sin: Floats, cos: Floats) -> Floats:
    """Return the sum of sines of an angle, twice and three times it, from its sine and cosine."""
    one, two, three = weights
    return sin * (one + 2 * cos * two + (4 * cos * cos - 1) * three)


def unwrapped(vertices: Floats, line: Ints) -> Floats:
    """Return the vertices with longitudes that run on past 180 degrees instead of jumping within a line."""
    firsts = np.flatnonzero(np.diff(line, prepend=-1))
    turns = -np.round(np.diff(vertices[:, 0], prepend=0.0) / 360.0)
    turns[firsts] = 0
    total = np.cumsum(turns)
    total -= np.repeat(total[firsts], np.diff(firsts, append=len(line)))
    return np.column_stack([vertices[:, 0] + 360.0 * total, vertices[:, 1]])


def routes(start: Floats, end: Floats, route: Ints) -> Shapes:
    """Join consecutive legs of a route into one line each.

    Parameters
    ----------
    start, end : array of shape (n, 2)
        The ends of each leg, degrees; the legs of one route follow one another.
    route : array of shape (n,)
        To which route each leg belongs: 0, 0, 1, 2, 2, 2 ...

    Returns
    -------
    array of LineString
        One line a route, with a vertex at each place on its way.
    """
    firsts = np.flatnonzero(np.diff(route, prepend=-1) != 0)
    # As many whole routes at a time as the processor's memory bears: of a million, all vertices at once are gigabytes.
    cuts = [*np.unique(firsts[np.searchsorted(firsts, np.arange(0, len(route), LEGS), "right") - 1]), len(route)]
    found = [_joined(start[a:b], end[a:b], route[a:b]) for a, b in pairwise(cuts)]
    return np.concatenate([np.empty(0, dtype=object), *found])


def _joined(start: Floats, end: Floats, route: Ints) -> Shapes:
    vertices, leg = _vertices(start, end)
    # The first vertex of a leg that goes on is the last of the one before.
    on = np.flatnonzero(np.diff(route) == 0) + 1
    repeated = np.searchsorted(leg, on)
    vertices, owner = np.delete(vertices, repeated, axis=0), np.delete(route[leg] - route[0], repeated)
    return lines(unwrapped(vertices, owner), owner)
