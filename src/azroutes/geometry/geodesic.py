"""Shortest lines on the WGS 84 ellipsoid, whole across the antimeridian, and loops where a leg stays in place."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

from azroutes.geometry.shapes import Floats, Ints, Shapes, lines

if TYPE_CHECKING:
    from collections.abc import Sequence

STEP_M = 200_000.0
"""Longest stretch between two vertices, in metres: a chord so long leaves the geodesic by 0.8 km at most."""

LOOP_M = 25_000.0
"""Radius of the loop that stands for a leg within one place, in metres."""

LOOP_POINTS = 24

LEGS = 1_000
"""About how many legs are laid out at a time: their vertices lie in the processor's own memory then."""


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
    many = steps + 1
    line, first = np.repeat(np.arange(len(start)), many), np.cumsum(many) - many
    share = (np.arange(len(line)) - np.repeat(first, many)) / np.repeat(steps, many)
    vertices = _along(start, azimuth, metres, share, many)
    # A loop is a circle through the place: seen from there, a point of it lies at half the angle it has at the centre.
    loop = still[line]
    at, turn = start[line[loop]], share[loop]
    reach = 2 * LOOP_M * np.sin(np.pi * turn)
    vertices[loop] = np.column_stack(_ellipsoid().fwd(at[:, 0], at[:, 1], 180.0 * turn - 45.0, reach)[:2])
    vertices[first] = start
    vertices[first + steps] = end
    return vertices, line


def _along(start: Floats, azimuth: Floats, metres: Floats, share: Floats, many: Ints) -> Floats:
    """Return points of geodesics, at shares of their lengths.

    PROJ works out a geodesic anew for each of its points. Here that is done once for each line, by the same paper: its
    equations 8 to 25, with series to the third order, which is true to a tenth of a millimetre. What is asked of each
    point is a tangent and two arctangents.

    Parameters
    ----------
    start : array of shape (n, 2)
        Degrees.
    azimuth, metres : array of shape (n,)
        How each line leaves, degrees; its length.
    share : array of shape (m,)
        Of the length, for each point; those of one line follow one another.
    many : array of shape (n,)
        How many points each line has.
    """
    flat = _ellipsoid().f
    n = flat / (2 - flat)
    bearing, beta = np.radians(azimuth), np.arctan((1 - flat) * np.tan(np.radians(start[:, 1])))
    # The azimuth where the geodesic crosses the equator, and how far from there it starts, on the auxiliary sphere.
    east, north = np.sin(bearing) * np.cos(beta), np.hypot(np.cos(bearing), np.sin(bearing) * np.sin(beta))
    up, on_way = np.sin(beta), np.cos(bearing) * np.cos(beta)
    sigma, whole = np.arctan2(up, on_way), np.hypot(up, on_way)
    k2 = flat * (2 - flat) / (1 - flat) ** 2 * north**2
    e = k2 / (2 * (1 + np.sqrt(1 + k2)) + k2)
    a3 = 1 - (1 - n) * e / 2 - (1 / 4 + n / 8) * e**2 - e**3 / 16
    c1 = (-e / 2 + 3 * e**3 / 16, -(e**2) / 16, -(e**3) / 48)
    c1_back = (e / 2 - 9 * e**3 / 32, 5 * e**2 / 16, 29 * e**3 / 96)
    c3 = ((1 - n) * e / 4 + e**2 / 8 + 3 * e**3 / 64, (1 / 16 - 3 * n / 32) * e**2 + 3 * e**3 / 64, 5 * e**3 / 192)
    begin = sigma + _waves(c1, up / whole, on_way / whole)
    pace = metres * (1 - e) / ((1 + e**2 / 4) * _ellipsoid().b)

    def on(value: Floats) -> Floats:
        return np.repeat(value, many)

    tau = on(begin) + share * on(pace)
    half = np.tan(tau / 2)
    sin, cos = 2 * half / (1 + half * half), (1 - half * half) / (1 + half * half)
    more = _waves([on(c) for c in c1_back], sin, cos)
    # It is so small that two terms of its sine and its cosine are enough.
    sin_more, cos_more = more - more * more * more / 6, 1 - more * more / 2
    sin, cos = sin * cos_more + cos * sin_more, cos * cos_more - sin * sin_more
    lon = _longitude(tau + more, sin, cos, on(east), on(-flat * a3), [on(c) for c in c3])
    first = _longitude(sigma, up / whole, on_way / whole, east, -flat * a3, c3)
    with np.errstate(divide="ignore"):  # at a pole
        lat = np.arctan(on(north) * sin / ((1 - flat) * np.sqrt(cos * cos + (on(east) * sin) ** 2)))
    return np.column_stack([on(start[:, 0]) + np.degrees(lon - on(first)), np.degrees(lat)])


def _longitude(
    sigma: Floats, sin: Floats, cos: Floats, east: Floats, bend: Floats, waves: Sequence[Floats]
) -> Floats:  # fmt: skip
    """Return how far east of where it crosses the equator a geodesic is; it does not jump where it comes around."""
    steep = np.abs(east)
    across = np.maximum(cos * cos + steep * sin * sin, 1e-300)
    omega = sigma - np.arctan((1 - steep) * sin * cos / across)
    return np.where(east < 0, -omega, omega) + east * bend * (sigma + _waves(waves, sin, cos))


def _waves(weights: Sequence[Floats], sin: Floats, cos: Floats) -> Floats:
    """Return the sum of sines of twice, four and six times an angle, from its sine and cosine."""
    one, two, three = weights
    sin2, cos2 = 2 * sin * cos, 1 - 2 * sin * sin
    return sin2 * (one + 2 * cos2 * two + (4 * cos2 * cos2 - 1) * three)


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
    # So many whole routes at a time: of a million, all vertices at once are gigabytes.
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
