"""The frame of a picture: a projection fitted to what is shown, and the pixels of the final size."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import antimeridian
import numpy as np
import shapely
from pyproj import CRS, Geod, Proj, Transformer
from pyproj.exceptions import CRSError

from azroutes.errors import Fault, OptionError

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Floats, Ints

EARTH_RADIUS_M = 6_378_137.0
"""Radius of the sphere of web maps, in metres."""

WIDE_DEGREES = 75.0
"""Angular radius beyond which an azimuthal map of the extent bends too much, and a map of the world serves better."""

LEAST_SPAN_M = 300_000.0
"""Width shown where all ends are one point, in metres."""

COUNTRY_SPAN_M = 1_800_000.0
"""Width that shows any country or region well enough for a reader to see which, in metres."""

SEAMS = (-169.0, -30.0)
"""Meridians that meet hardly any land, in the Bering Strait and in the Atlantic: where a map of the world may end."""

SEEN_GAP, REAL_GAP, SEAM_ROOM = 90.0, 10.0, 3.0
"""In degrees: how wide a gap between places is whose middle a map never shows, how wide one is at the least that a map
may end in, and how far from the places it then ends at the least."""

LAND_TORN = 30.0
"""What it costs to end a map on land that is seen, in degrees of its width."""

GAPS_TRIED = 8
"""In how many gaps a map may end, the widest."""

HALF_WAY, WRONG_WAY = 180.0, 120.0
"""What it costs if every arrow runs around the globe on its longer side, as from China to America over Africa, in
degrees of the map's width: an arrow that does so is longer than need be, and misleads too."""

INHABITED = (-58.0, 84.0)
"""Between which parallels a map of the world ends where no place needs more: the rest is ice and void."""

WORTH_TURNING = 10.0
"""By how many degrees a web map must gain if it is to end elsewhere than its readers are used to."""

MOST_TURN = 60.0
"""By how much north may be turned from the top of the page, in degrees, before a map is centred elsewhere: beyond 90
countries stand on their heads."""

TURN_WEIGHT, CENTRE_STEP = 2.0, 5.0
"""How many degrees from the centre to the farthest place one degree of such a turn is worth, and how finely a centre is
sought, in degrees."""

_EDGE_POINTS = 32


@dataclass(frozen=True)
class Frame:
    """A rectangle on a projected plane and its size in pixels (points of 1/72 inch in print, CSS pixels on a screen).

    Attributes
    ----------
    crs : str
        The projection, as PROJ or an authority writes it.
    bounds : tuple of float
        xmin, ymin, xmax, ymax in metres of the projection.
    width_px : float
        Pixels across.
    """

    crs: str
    bounds: tuple[float, float, float, float]
    width_px: float

    @property
    def metres_per_px(self) -> float:
        """Ground units of the projection that one pixel covers."""
        return (self.bounds[2] - self.bounds[0]) / self.width_px

    @property
    def height_px(self) -> float:
        """Pixels from bottom to top."""
        return (self.bounds[3] - self.bounds[1]) / self.metres_per_px

    @cached_property
    def _there(self) -> Transformer:
        return Transformer.from_crs("EPSG:4326", CRS(self.crs), always_xy=True)

    def project(self, lonlat: Floats) -> Floats:
        """Return metres for degrees; arrays of shape (n, 2)."""
        return np.column_stack(self._there.transform(lonlat[:, 0], lonlat[:, 1]))

    def unproject(self, metres: Floats) -> Floats:
        """Return degrees for metres; arrays of shape (n, 2)."""
        return np.column_stack(self._there.transform(metres[:, 0], metres[:, 1], direction="INVERSE"))

    def to_px(self, metres: Floats) -> Floats:
        """Return pixels from the lower left corner, y up."""
        px: Floats = (metres - np.array(self.bounds[:2])) / self.metres_per_px
        return px

    def to_metres(self, px: Floats) -> Floats:
        """Return metres of the projection for pixels from the lower left corner."""
        metres: Floats = px * self.metres_per_px + np.array(self.bounds[:2])
        return metres

    def lonlat_outline(self) -> shapely.Geometry:
        """Return what the frame shows in degrees, cut at the antimeridian; where it is wide, the whole globe."""
        globe = shapely.box(-180, -90, 180, 90)
        x0, y0, x1, y1 = self.bounds
        t = np.linspace(0, 1, _EDGE_POINTS, endpoint=False)
        ring = np.concatenate(
            [
                np.column_stack([x0 + (x1 - x0) * t, np.full_like(t, y0)]),
                np.column_stack([np.full_like(t, x1), y0 + (y1 - y0) * t]),
                np.column_stack([x1 - (x1 - x0) * t, np.full_like(t, y1)]),
                np.column_stack([np.full_like(t, x0), y1 - (y1 - y0) * t]),
            ]
        )
        degrees = self.unproject(ring)
        if not np.isfinite(degrees).all() or "eqearth" in self.crs or "merc" in self.crs:
            return globe
        poles = {lat: self._shows(lat) for lat in (90, -90)}
        if not any(poles.values()) and np.abs(np.diff(degrees[:, 0], append=degrees[0, 0])).max() < 180:
            return shapely.make_valid(shapely.Polygon(degrees))
        shape = antimeridian.fix_polygon(
            shapely.Polygon(degrees), force_north_pole=poles[90], force_south_pole=poles[-90], fix_winding=True
        )
        outline: shapely.Geometry = shapely.make_valid(shape)
        return outline

    def beyond(self) -> shapely.Geometry:
        """Return what of a frame lies beyond the ends of a map of the world, in metres; empty where it is all on it."""
        box = shapely.box(*self.bounds)
        if "eqearth" not in self.crs:
            return shapely.Polygon()
        up = np.linspace(-90.0, 90.0, _EDGE_POINTS)
        ends = [np.column_stack([np.full_like(up, meridian_of(self.crs) + side), up]) for side in (-179.999, 179.999)]
        globe = shapely.Polygon(self.project(np.concatenate([ends[0], ends[1][::-1]])))
        rest: shapely.Geometry = shapely.difference(box, globe)
        return rest

    def _shows(self, lat: float) -> bool:
        x, y = self.project(np.array([[0.0, lat]]))[0]
        x0, y0, x1, y1 = self.bounds
        return bool(x0 < x < x1 and y0 < y < y1)


def fit(
    lonlat: Floats, width_px: float, height_px: float, *, margin_px: float = 36.0, least_m: float = LEAST_SPAN_M,
    meridian: float | None = None, ways: Ints | None = None,
) -> Frame:  # fmt: skip
    """Return a frame of this size that shows all points, with a projection centred on them.

    Lambert's azimuthal equal-area projection up to 75 degrees around the centre, which lies off their middle where
    places would else stand on their heads, as around the pole; beyond that Equal Earth (B. Savric, T. Patterson,
    B. Jenny, 2018), equal-area too, which ends where it tears the points and the ways between them least: see
    `middle_of`.

    Parameters
    ----------
    lonlat : array of shape (n, 2)
        Degrees; at least one point.
    width_px, height_px : float
        Size of the frame.
    margin_px : float
        What stays free around the points.
    least_m : float
        Width of the frame at the least, metres.
    meridian : float, optional
        The middle of a map of the world, degrees; by default as points and ways have it.
    ways : array of shape (m, 2), optional
        Which points arrows join, by their numbers.
    """
    lon, lat = _centre(lonlat)
    for _ in range(4):
        crs = _azimuthal(lon, lat)
        plane = Proj(crs)
        xy = np.column_stack(plane(lonlat[:, 0], lonlat[:, 1]))
        if not np.isfinite(xy).all() or _radius(lonlat, lon, lat) > WIDE_DEGREES:
            middle = middle_of(lonlat[:, 0], ways) if meridian is None else meridian
            return _world(lonlat, middle, width_px, height_px, margin_px)
        low, high = xy.min(axis=0), xy.max(axis=0)
        x, y = (low + high) / 2
        lon, lat = plane(x, y, inverse=True)
    upright = _azimuthal(*_upright(lonlat, lon, lat))
    if upright != _azimuthal(lon, lat):
        xy = np.column_stack(Proj(upright)(lonlat[:, 0], lonlat[:, 1]))
        crs, low, high = upright, xy.min(axis=0), xy.max(axis=0)
    return _around(crs, low, high, width_px, height_px, margin_px, least_m)


def _azimuthal(lon: float, lat: float) -> str:
    return f"+proj=laea +lat_0={lat:.3f} +lon_0={lon:.3f} +datum=WGS84 +units=m +no_defs"


def _upright(lonlat: Floats, lon: float, lat: float) -> tuple[float, float]:
    """Return the centre of an azimuthal map on which no place stands on its head, if there is one.

    Centred amid places around a pole, a map has north at its middle, and some of them upside down. Farther from the
    pole it has not, but what lies far from the centre is bent: so both are weighed.
    """
    turn, _ = _seen_from(np.array([[lon, lat]]), lonlat)
    if turn[0] <= MOST_TURN:
        return lon, lat
    across, up = np.arange(-180.0, 180.0, CENTRE_STEP), np.arange(0.0, 90.0, CENTRE_STEP) * np.sign(lat)
    tried = np.vstack([[lon, lat], np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)])
    turn, far = _seen_from(tried, lonlat)
    cost = np.where(far <= WIDE_DEGREES, TURN_WEIGHT * np.maximum(turn, MOST_TURN) + far, np.inf)
    best = int(np.argmin(cost))
    return float(tried[best, 0]), float(tried[best, 1])


def _seen_from(centres: Floats, lonlat: Floats) -> tuple[Floats, Floats]:
    """Return by how much north is turned at a place, and how far one is away, at the most: degrees, for each centre."""
    lon, lat = np.radians(lonlat).T
    middle, up = (axis[:, None] for axis in np.radians(centres).T)
    ahead = lon - middle
    there = np.arctan2(np.sin(ahead) * np.cos(lat), np.cos(up) * np.sin(lat) - np.sin(up) * np.cos(lat) * np.cos(ahead))
    back = np.arctan2(-np.sin(ahead) * np.cos(up), np.cos(lat) * np.sin(up) - np.sin(lat) * np.cos(up) * np.cos(ahead))
    turn = np.abs((there - back) % (2 * np.pi) - np.pi)
    far = np.arccos(np.clip(np.sin(up) * np.sin(lat) + np.cos(up) * np.cos(lat) * np.cos(ahead), -1.0, 1.0))
    turn[far < 1e-6] = 0.0  # a place at the centre
    return np.degrees(turn.max(axis=1)), np.degrees(far.max(axis=1))


def _centre(lonlat: Floats) -> tuple[float, float]:
    """Return the direction of the mean of the points as vectors, which knows no antimeridian."""
    lon, lat = np.radians(lonlat).T
    x, y, z = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
    mean = np.array([x.mean(), y.mean(), z.mean()])
    if np.linalg.norm(mean) < 1e-6:
        mean = np.array([1.0, 0.0, 0.0])
    return float(np.degrees(np.arctan2(mean[1], mean[0]))), float(np.degrees(np.arctan2(mean[2], np.hypot(*mean[:2]))))


def _radius(lonlat: Floats, lon: float, lat: float) -> float:
    n = len(lonlat)
    _, _, metres = Geod(ellps="WGS84").inv(np.full(n, lon), np.full(n, lat), lonlat[:, 0], lonlat[:, 1])
    return float(np.max(metres)) / 111_195.0


def _world(lonlat: Floats, lon: float, width_px: float, height_px: float, margin_px: float) -> Frame:
    crs = f"+proj=eqearth +lon_0={lon:.3f} +datum=WGS84 +units=m +no_defs"
    return frame_in(crs, lonlat, width_px, height_px, margin_px=margin_px)


def trimmed(frame: Frame, lonlat: Floats, *, margin_px: float) -> Frame:
    """Return a map of the world without what lies beyond the inhabited lands, unless points or their margin do.

    All other maps are returned as they are.
    """
    if "eqearth" not in frame.crs:
        return frame
    x0, y0, x1, y1 = frame.bounds
    room = margin_px * frame.metres_per_px
    used, land = (frame.project(points)[:, 1] for points in (lonlat, np.array([[0.0, lat] for lat in INHABITED])))
    low, high = max(y0, min(land[0], used.min() - room)), min(y1, max(land[1], used.max() + room))
    return replace(frame, bounds=(x0, float(low), x1, float(high)))


def frame_in(crs: str, lonlat: Floats, width_px: float, height_px: float, *, margin_px: float) -> Frame:
    """Return a frame of this size around the points, in a given projected CRS.

    Raises
    ------
    OptionError
        If the CRS is geographic or unknown, or cannot show one of the points.
    """
    try:
        projected = CRS(crs).is_projected
    except CRSError:
        projected = False
    if not projected:
        raise OptionError("crs must be a projected CRS", [Fault("not projected", column="crs", value=crs)])
    there = Transformer.from_crs("EPSG:4326", CRS(crs), always_xy=True)
    xy = np.column_stack(there.transform(lonlat[:, 0], lonlat[:, 1]))
    if not np.isfinite(xy).all():
        raise OptionError("crs cannot show all places", [Fault("off the projection", column="crs", value=crs)])
    return _around(crs, xy.min(axis=0), xy.max(axis=0), width_px, height_px, margin_px)


def _around(
    crs: str, low: Floats, high: Floats, width_px: float, height_px: float, margin_px: float,
    least_m: float = 0.0,
) -> Frame:  # fmt: skip
    inner = np.maximum(np.array([width_px, height_px]) - 2 * margin_px, 1.0)
    metres_per_px = float(np.max((high - low) / inner))
    metres_per_px = max(metres_per_px, least_m / width_px)
    if metres_per_px * inner[0] < 1.0:
        metres_per_px = LEAST_SPAN_M / inner[0]
    half = np.array([width_px, height_px]) * metres_per_px / 2
    x, y = (low + high) / 2
    return Frame(crs, (x - half[0], y - half[1], x + half[0], y + half[1]), width_px)


def middle_of(lon: Floats, ways: Ints | None = None) -> float:
    """Return the meridian in the middle of a map of the world of places.

    Such a map ends somewhere, and an arrow between places on both sides of its end runs around the world. So it ends
    in one of the widest gaps between the places: where the map is the narrowest and the mean arrow the shortest, both
    in degrees, and where few arrows run around the longer side of the globe. Where land may be seen there, it ends at
    sea rather than in the middle of the gap.

    Parameters
    ----------
    lon : array of shape (n,)
        Degrees; at least one.
    ways : array of shape (m, 2), optional
        Which places arrows join, by their numbers.

    Examples
    --------
    >>> middle_of(np.array([-120.0, -75.0, 0.0, 60.0, 100.0, 160.0]))
    11.0
    """
    seams = _seams(lon)
    costs = [_cost(lon, ways, seam) + fine for seam, fine in seams]
    return (seams[int(np.argmin(costs))][0] + 360.0) % 360.0 - 180.0


def _seams(lon: Floats) -> list[tuple[float, float]]:
    """Return where a map may end, and what that costs by itself, in degrees: the widest gap first, at sea last."""
    ring = np.unique((lon + 180.0) % 360.0 - 180.0)
    gaps = np.append(np.diff(ring), ring[0] + 360.0 - ring[-1])
    found = []
    for k in np.argsort(-gaps, kind="stable")[:GAPS_TRIED]:
        gap, begin = float(gaps[k]), float(ring[k])
        if gap < REAL_GAP:
            break
        into = [seam for seam in SEAMS if SEAM_ROOM <= (seam - begin) % 360.0 <= gap - SEAM_ROOM]
        middle = begin + gap / 2
        at_sea = min(into, key=lambda seam: abs((seam - middle + 180.0) % 360.0 - 180.0), default=middle)
        seen = gap < SEEN_GAP
        found.append((at_sea if seen else middle, LAND_TORN if seen and not into else 0.0))
    return [*found, *((seam, 0.0) for seam in SEAMS)]


def _cost(lon: Floats, ways: Ints | None, seam: float) -> float:
    """Return how wide a map is that ends at a meridian, how far its mean arrow runs, and what wrong ways cost."""
    across = (lon - seam) % 360.0
    if ways is None or not len(ways):
        return round(float(np.ptp(across)), 6)
    runs = np.abs(np.diff(across[ways], axis=1))
    return round(float(np.ptp(across) + runs.mean() + WRONG_WAY * (runs > HALF_WAY).mean()), 6)


def mercator_for(lon: Floats, ways: Ints | None = None) -> str:
    """Return a spherical Mercator projection that does not tear the places apart at the antimeridian.

    It is that of web maps, turned only where places and the ways between them lie clearly closer together elsewhere.
    """
    middle = middle_of(lon, ways)
    if _cost(lon, ways, 180.0) - _cost(lon, ways, middle - 180.0) < WORTH_TURNING:
        middle = 0.0
    return f"+proj=merc +a={EARTH_RADIUS_M:.0f} +b={EARTH_RADIUS_M:.0f} +lat_ts=0 +lon_0={middle:.6f} +units=m +no_defs"


def meridian_of(crs: str) -> float:
    """Return the meridian in the middle of a map of the world, as `fit` and `mercator_for` make it, degrees."""
    turned = re.search(r"\+lon_0=(\S+)", crs)
    return float(turned[1]) if turned else 0.0


def mercator_to_lonlat(crs: str, metres: Floats) -> Floats:
    """Return degrees for metres of `mercator_for`; longitudes run on past 180 degrees."""
    lon = meridian_of(crs) + np.degrees(metres[:, 0] / EARTH_RADIUS_M)
    lat = np.degrees(2 * np.arctan(np.exp(metres[:, 1] / EARTH_RADIUS_M)) - np.pi / 2)
    return np.column_stack([lon, lat])
