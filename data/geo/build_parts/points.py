"""Points that stand for a territory: where its towns are, and where its polygon is widest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.ops import nearest_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from build_parts.fetch import Town

Vectors = NDArray[np.float64]
EARTH_KM = 6371.0
# How far inside its polygon an anchor lies: this share of the widest circle, and no more degrees than that.
INSET_SHARE = 0.35
INSET_MOST = 0.2


class LonLat(NamedTuple):
    """A longitude and a latitude in degrees."""

    lon: float
    lat: float


def distance_km(a: LonLat, b: LonLat) -> float:
    """Return the great-circle distance of two points in kilometres."""
    one, two = _vectors(np.array([a, b]))
    return EARTH_KM * math.atan2(float(np.linalg.norm(np.cross(one, two))), float(one @ two))


def median_of_towns(towns: Sequence[Town]) -> LonLat:
    """Return the geometric median of towns weighted by people, by Weiszfeld's iteration on the sphere.

    Each step works in the azimuthal equidistant plane about the present estimate.
    """
    points = _vectors(np.array([(town.lon, town.lat) for town in towns]))
    people = np.array([town.people for town in towns], dtype=float)
    here = _unit(people @ points)
    for _ in range(2000):
        plane, angles = _towards(here, points)
        # A town that the estimate lies on would weigh without bound: hold it a metre away.
        weights = people / np.maximum(angles, 1.6e-7)
        step = (weights @ plane) / weights.sum()
        length = float(np.linalg.norm(step))
        if length < 1e-9:
            break
        here = _unit(here * math.cos(length) + step / length * math.sin(length))
    return LonLat(math.degrees(math.atan2(here[1], here[0])), math.degrees(math.asin(max(-1.0, min(1.0, here[2])))))


def _vectors(lonlat: Vectors) -> Vectors:
    lon, lat = np.radians(lonlat).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _unit(vector: Vectors) -> Vectors:
    unit: Vectors = vector / np.linalg.norm(vector)
    return unit


def _towards(here: Vectors, points: Vectors) -> tuple[Vectors, Vectors]:
    """Return tangent vectors from here to each point, as long as the angle, and those angles."""
    cosines = np.clip(points @ here, -1.0, 1.0)
    across = points - np.outer(cosines, here)
    sines = np.linalg.norm(across, axis=1)
    angles = np.arctan2(sines, cosines)
    plane: Vectors = across * (angles / np.maximum(sines, 1e-15))[:, None]
    return plane, angles


def widest_point(shape: MultiPolygon) -> LonLat:
    """Return the pole of inaccessibility of the largest part."""
    part = max(shape.geoms, key=_area)
    squeeze = math.cos(math.radians(part.centroid.y))
    flat = shapely.transform(part, lambda points: points * [squeeze, 1])
    circle = shapely.maximum_inscribed_circle(flat, tolerance=0.001)
    x, y = circle.coords[0]
    return LonLat(x / squeeze, y)


def _area(part: Polygon) -> float:
    """Return the area in Lambert's cylindrical equal-area plane."""
    flat = shapely.transform(part, lambda points: np.degrees([1, 0] * np.radians(points) + _sine(points)))
    return float(flat.area)


def _sine(points: Vectors) -> Vectors:
    return np.column_stack([np.zeros(len(points)), np.sin(np.radians(points[:, 1]))])


def well_inside(point: LonLat, shape: MultiPolygon) -> LonLat:
    """Return the nearest point to this one that is some way inside the part that is nearest."""
    part = min(shape.geoms, key=lambda p: (p.distance(Point(point)), -p.area))
    inset = min(INSET_MOST, INSET_SHARE * shapely.maximum_inscribed_circle(part, tolerance=0.001).length)
    core: BaseGeometry = part.buffer(-inset)
    if core.is_empty:
        return LonLat(*part.representative_point().coords[0])
    return LonLat(*nearest_points(core, Point(point))[0].coords[0])
