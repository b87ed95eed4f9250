"""Polygons that share their borders: reading TopoJSON, rounding, noding."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

Ring = NDArray[np.float64]


def features(topology: dict[str, Any]) -> Iterator[tuple[dict[str, Any], MultiPolygon]]:
    """Yield each country of a TopoJSON file with its polygons, cut at the antimeridian and valid."""
    arcs = _arcs(topology)
    for item in topology["objects"]["countries"]["geometries"]:
        listed: list[list[list[int]]]
        match item["type"]:
            case "Polygon":
                listed = [item["arcs"]]
            case "MultiPolygon":
                listed = item["arcs"]
            case _:
                listed = []
        polygons = [_polygon([_ring(arcs, ring) for ring in rings]) for rings in listed]
        yield item, as_multi(shapely.union_all(polygons))


def _arcs(topology: dict[str, Any]) -> list[Ring]:
    scale = np.array(topology["transform"]["scale"])
    origin = np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc, dtype=float), axis=0) * scale + origin for arc in topology["arcs"]]


def _ring(arcs: list[Ring], indices: list[int]) -> Ring:
    pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
    return np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])


def _polygon(rings: list[Ring]) -> BaseGeometry:
    unrolled = [_unroll(ring) for ring in rings if len(ring) >= 4]
    if not unrolled:
        return Polygon()
    polygon = shapely.make_valid(Polygon(unrolled[0], unrolled[1:]))
    west, _, east, _ = polygon.bounds
    if west >= -180 and east <= 180:
        return polygon
    return shapely.union_all([_turned(polygon, turn) for turn in (-360.0, 0.0, 360.0)])


def _turned(polygon: BaseGeometry, turn: float) -> BaseGeometry:
    """Return what lies on one turn of the globe, moved to the longitudes of the first."""
    here = polygon.intersection(shapely.box(turn - 180, -90, turn + 180, 90))
    return shapely.transform(here, lambda points: points - [turn, 0])


def _unroll(ring: Ring) -> Ring:
    """Make a ring's longitudes continuous; a ring around the South Pole is closed through the pole."""
    lon = np.unwrap(ring[:, 0], period=360)
    out = np.column_stack([lon, ring[:, 1]])
    if abs(lon[-1] - lon[0]) > 180:
        out = np.vstack([out, [lon[-1], -90], [lon[0], -90], out[0]])
    return out


def as_multi(geometry: BaseGeometry) -> MultiPolygon:
    """Keep the polygons of a geometry, in one fixed order, as a MultiPolygon."""
    parts = shapely.get_parts(shapely.get_parts(shapely.normalize([geometry])))
    kept = [part for part in parts if isinstance(part, Polygon) and not part.is_empty]
    kept.sort(key=lambda part: (-part.area, part.bounds))
    return MultiPolygon(kept)


def share_borders(territories: Mapping[str, BaseGeometry], decimals: int) -> dict[str, MultiPolygon]:
    """Round territories to so many decimals with every shared border still the same line.

    All lines are noded together on the grid, the faces between them are found, and each face is given
    to the territory that holds it: no overlap, no gap that was not there before.
    """
    codes = sorted(territories)
    shapes = np.array([shapely.make_valid(territories[code]) for code in codes], dtype=object)
    lines = shapely.union_all(shapely.boundary(shapes), grid_size=10.0**-decimals)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    # Face, territory; where two claim a face, the first code in the alphabet has it.
    found = shapely.STRtree(shapes).query(shapely.point_on_surface(faces), predicate="intersects")
    owner: dict[int, int] = {}
    for face, territory in zip(*found.tolist(), strict=True):
        owner[face] = min(territory, owner.get(face, territory))
    owned = defaultdict(list)
    for face, territory in owner.items():
        owned[codes[territory]].append(faces[face])
    return {code: _rounded(shapely.coverage_union_all(owned[code]), decimals) for code in codes if code in owned}


def _rounded(geometry: BaseGeometry, decimals: int) -> MultiPolygon:
    return as_multi(shapely.transform(geometry, lambda points: np.round(points, decimals)))


def simplify(territories: Mapping[str, MultiPolygon], tolerance: float) -> dict[str, MultiPolygon]:
    """Simplify territories together, so that shared borders stay shared."""
    codes = sorted(territories)
    thinner = shapely.coverage_simplify([territories[code] for code in codes], tolerance)
    return dict(zip(codes, thinner.tolist(), strict=True))
