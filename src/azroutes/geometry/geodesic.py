"""Shortest lines on the WGS 84 ellipsoid, whole across the antimeridian, and loops where a leg stays in place."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from pyproj import Geod

from azroutes.geometry.shapes import Floats, Ints, Shapes, lines

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
    Inverse and direct problem after C. F. F. Karney, Algorithms for geodesics (J. Geodesy 87, 2013), by PROJ.
    """
    if len(start) == 0:
        return np.empty((0, 2)), np.empty(0, dtype=np.intp)
    azimuth, _, metres = _ellipsoid().inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    still = np.all(start == end, axis=1) | (metres < 1e-3)
    steps = np.where(still, LOOP_POINTS, np.maximum(1, np.ceil(metres / STEP_M))).astype(np.intp)
    line = np.repeat(np.arange(len(start)), steps + 1)
    first = np.cumsum(steps + 1) - (steps + 1)
    share = (np.arange(len(line)) - first[line]) / steps[line]
    # A loop is a circle through the place: seen from there, a point of it lies at half the angle it has at the centre.
    bearing = np.where(still[line], 180.0 * share - 45.0, azimuth[line])
    reach = np.where(still[line], 2 * LOOP_M * np.sin(np.pi * share), metres[line] * share)
    lon, lat, _ = _ellipsoid().fwd(start[line, 0], start[line, 1], bearing, reach)
    vertices = np.column_stack([lon, lat])
    vertices[first] = start
    vertices[first + steps] = end
    return unwrapped(vertices, line), line


def unwrapped(vertices: Floats, line: Ints) -> Floats:
    """Return the vertices with longitudes that run on past 180 degrees instead of jumping within a line."""
    turns = -np.round(np.diff(vertices[:, 0], prepend=vertices[0, 0]) / 360.0)
    turns[np.diff(line, prepend=-1) != 0] = 0
    total = np.cumsum(turns)
    firsts = np.flatnonzero(np.diff(line, prepend=-1) != 0)
    total -= np.repeat(total[firsts], np.diff(np.append(firsts, len(line))))
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
    vertices, leg = geodesics(start, end)
    owner = route[leg] - route[0]
    # The first vertex of a leg that goes on is the last of the one before.
    repeated = (np.diff(leg, prepend=-1) != 0) & (np.diff(owner, prepend=-1) == 0)
    vertices, owner = vertices[~repeated], owner[~repeated]
    return lines(unwrapped(vertices, owner), owner)
