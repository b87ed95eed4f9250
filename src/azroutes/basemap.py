"""Land and borders for a frame. Water is what no land covers, the Caspian Sea among it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from azroutes.bundled import data_file

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Shapes
    from azroutes.projection import Frame

NEAR_M = 4_000_000.0
"""Frames narrower than this take the finer boundaries where those cover them, in metres across."""

MERCATOR_LIMIT = 85.0
"""Latitude at which a Mercator map ends, in degrees."""

SEAM_DEGREES = 0.002
STEP_DEGREES = 1.0


@dataclass(frozen=True)
class Basemap:
    """The land of a frame.

    Attributes
    ----------
    land : GeoDataFrame
        One row a territory, in the frame's CRS and clipped to it: ``code``, ``name``, ``sovereign``.
    credit : str
        Whose boundaries they are, and of what date.
    """

    land: gpd.GeoDataFrame
    credit: str


@cache
def boundaries(name: str) -> gpd.GeoDataFrame:
    """Return one bundled file of boundaries: ``world_50m`` or ``region_10m``; do not change it."""
    return gpd.read_file(BytesIO(data_file(f"geo/{name}.fgb").read_bytes()))


@cache
def catalogue() -> pd.DataFrame:
    """Return the catalogue of the bundled geography: rows, hash, licence, source and date of each file."""
    with data_file("geo/catalogue.csv").open("r", encoding="utf-8") as file:
        return pd.read_csv(file, dtype="string").set_index("file")


@cache
def _region_box() -> shapely.Geometry:
    x0, y0, x1, y1 = boundaries("region_10m").total_bounds
    return shapely.box(x0, y0, x1, y1)


@lru_cache(maxsize=16)
def basemap(frame: Frame) -> Basemap:
    """Return the land that a frame shows, at the scale that fits it.

    It is kept for those who draw a map again, so it is not to be changed.
    """
    shown = frame.lonlat_outline()
    near = frame.bounds[2] - frame.bounds[0] < NEAR_M and shapely.contains(_region_box(), shown)
    file = "region_10m" if near else "world_50m"
    source = boundaries(file)
    wanted = source[shapely.intersects(source.geometry.to_numpy(), shown)]
    shapes = wanted.geometry.to_numpy()
    if shapely.area(shown) < 360 * 180 - 1:
        wider = shapely.buffer(shown, 0.5)
        shapely.prepare(wider)
        cut = ~shapely.covers(wider, shapes)
        shapes = shapes.copy()
        shapes[cut] = shapely.intersection(shapes[cut], wider)
    projected = _project(shapely.segmentize(_cut_at_seam(shapes, frame), STEP_DEGREES), frame)
    clipped = shapely.clip_by_rect(shapely.make_valid(projected), *frame.bounds)
    land = gpd.GeoDataFrame(wanted.drop(columns="geometry"), geometry=_polygons(clipped), crs=CRS(frame.crs))
    kept = land[~land.geometry.is_empty & (land.geometry.area > 0)].reset_index(drop=True)
    return Basemap(kept, credit_of(file))


def credit_of(name: str) -> str:
    """Return whose the borders of a layer are, at which scale and as of when."""
    date = str(catalogue()["data_date"][f"{name}.fgb"])
    return f"Natural Earth, 1:{name.rpartition('_')[2]}, as of {date}"


def _cut_at_seam(shapes: Shapes, frame: Frame) -> Shapes:
    """Cut shapes where a map of the whole world is torn: at the meridian opposite its middle."""
    if "merc" in frame.crs:
        shapes = shapely.clip_by_rect(shapely.make_valid(shapes), -180, -MERCATOR_LIMIT, 180, MERCATOR_LIMIT)
    turned = re.search(r"\+proj=(?:eqearth|merc) .*\+lon_0=(\S+)", frame.crs)
    middle = float(turned[1]) if turned else 0.0
    if abs(middle) < SEAM_DEGREES:
        return shapes
    seam = (middle + 360.0) % 360.0 - 180.0
    gap = shapely.box(seam - SEAM_DEGREES, -90, seam + SEAM_DEGREES, 90)
    return np.asarray(shapely.difference(shapes, gap))


def _project(shapes: Shapes, frame: Frame) -> Shapes:
    projected = shapely.transform(shapes, frame.project)
    # What is cut at the antimeridian in the file is whole on the ground: close the seam where a map shows it.
    bounds = shapely.bounds(shapes)
    torn = (bounds[:, 0] <= -180 + SEAM_DEGREES) & (bounds[:, 2] >= 180 - SEAM_DEGREES)
    if "eqearth" not in frame.crs and "merc" not in frame.crs:
        for k in np.flatnonzero(torn):
            projected[k] = shapely.union_all(shapely.get_parts(shapely.make_valid(projected[k])), grid_size=1.0)
    return np.asarray(projected)


def _polygons(shapes: Shapes) -> Shapes:
    """Return the polygons of each shape and leave out the points and lines that clipping may leave."""
    kept = np.empty(len(shapes), dtype=object)
    for k, shape in enumerate(shapes):
        parts = shapely.get_parts(shape)
        nested = shapely.get_parts(parts) if len(parts) else parts
        kept[k] = shapely.MultiPolygon([part for part in nested if part.geom_type == "Polygon" and part.area > 0])
    return kept
