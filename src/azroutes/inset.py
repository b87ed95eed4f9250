"""The small map in a corner of one that is cut to an extent: where all flows run, and what part the large map shows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from azroutes.arrows import arrows_of
from azroutes.basemap import Basemap, basemap
from azroutes.dtypes import MARKET
from azroutes.flows import steps_of
from azroutes.geometry.arrange import arrange
from azroutes.geometry.curve import arrows as arrow_shapes
from azroutes.geometry.curve import head_size, trimmed
from azroutes.geometry.shapes import lines, points
from azroutes.places import place
from azroutes.projection import COUNTRY_SPAN_M, Frame, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from azroutes.extent import Focus
    from azroutes.geometry.shapes import Flags, Floats
    from azroutes.theme import Theme

WIDE, HIGH = 0.3, 0.36
"""The most that the small map takes of the large one's width and height."""

FLAT = 0.5
"""Height of the small map at the least, in shares of its width."""

ROOM_PX = 8.0
"""Free space around the places of the small map, px."""

ARROW_PX = 0.6
"""Width of its arrows, px: it shows where they run, not how much they stand for."""

LEAST_FOCUS_PX = 4.0
"""Side of the rectangle for the large map at the least, px."""

CORNERS = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)])

RING_POINTS = 64
"""Points along each side of that rectangle, whose sides are curves on another projection."""


@dataclass(frozen=True, eq=False)
class Inset:
    """A small map of all flows.

    Attributes
    ----------
    box : tuple of float
        xmin, ymin, xmax, ymax of its own in the large map, px.
    frame : Frame
    basemap : Basemap
    focus : LineString or MultiLineString
        What the large map shows, in the CRS of the small one.
    arrows : GeoDataFrame
        The steps that leave the large map or run outside it: ``market, start, end, colour`` and a polygon.
    """

    box: tuple[float, float, float, float]
    frame: Frame
    basemap: Basemap
    focus: shapely.Geometry
    arrows: gpd.GeoDataFrame


def inset(
    flows: gpd.GeoDataFrame, table: pd.DataFrame, focus: Focus, look: Theme, ink: Sequence[shapely.Geometry]
) -> Inset | None:
    """Return the small map for a large one that is cut to an extent; none where no step leaves the large one.

    Parameters
    ----------
    flows : GeoDataFrame
        All flows, those that the large map does not show among them.
    table : DataFrame
        The arrows of the large map.
    focus : Focus
        What the large map shows.
    look : Theme
    ink : sequence of geometry
        Roughly what is drawn on the large map, px; the small one stands in the corner with the least of it.
    """
    leaves = ~(table["start"].isin(focus.within) & table["end"].isin(focus.within))
    away = _elsewhere(flows, focus, look)
    if not leaves.any() and away.empty:
        return None
    table = pd.concat([table.loc[leaves, away.columns], away], ignore_index=True)
    known = [place(code) for code in sorted({*table["start"], *table["end"], *focus.within})]
    lonlat = np.array([(one.lon, one.lat) for one in known])
    outline = focus.frame.unproject(_outline(focus.frame))
    frame = _frame(np.vstack([lonlat, outline[np.isfinite(outline).all(axis=1)]]), focus.frame)
    px = frame.to_px(frame.project(lonlat))
    at = {one.code: (float(x), float(y)) for one, (x, y) in zip(known, px, strict=True)}
    return Inset(_corner(frame, focus.frame, ink), frame, basemap(frame), _seen(focus.frame, frame),
                 _arrows(table, at, frame, look))  # fmt: skip


def _elsewhere(flows: gpd.GeoDataFrame, focus: Focus, look: Theme) -> pd.DataFrame:
    """Return the arrows with both ends outside: none where only some flows are drawn, for these are none of them."""
    columns = ["market", "start", "end", "rest"]
    steps = steps_of(flows)
    if not focus.elsewhere or focus.touches(steps["start"], steps["end"]).all():
        return pd.DataFrame(columns=columns).astype(
            {"market": MARKET, "start": "string", "end": "string", "rest": bool}
        )
    found = arrows_of(flows, look, width="lineages", on_map=lambda starts, ends: ~focus.touches(starts, ends))
    return found.table[columns]


def _frame(lonlat: Floats, large: Frame) -> Frame:
    """Return a frame as wide as may be, and no higher than the places need."""
    wide, high = WIDE * large.width_px, HIGH * large.height_px
    square = fit(lonlat, wide, wide, margin_px=ROOM_PX, least_m=COUNTRY_SPAN_M)
    needed = float(np.ptp(square.to_px(square.project(lonlat))[:, 1])) + 2 * ROOM_PX
    return fit(lonlat, wide, float(np.clip(needed, min(FLAT * wide, high), high)), margin_px=ROOM_PX,
               least_m=COUNTRY_SPAN_M)  # fmt: skip


def _corner(small: Frame, large: Frame, ink: Sequence[shapely.Geometry]) -> tuple[float, float, float, float]:
    """Return the box in the corner of the large map with the least ink; of equal ones the first from the lower left."""
    wide, high = small.width_px, small.height_px
    lows = [(x, y) for y in (0.0, large.height_px - high) for x in (0.0, large.width_px - wide)]
    boxes = [(x, y, x + wide, y + high) for x, y in lows]
    drawn = np.array([*ink, shapely.Point()], dtype=object)
    covered = []
    for box in boxes:
        cut = shapely.intersection(drawn, shapely.box(*box))
        covered.append(float(shapely.length(cut).sum()))
    return boxes[int(np.argmin(np.round(covered, 6)))]


def _outline(large: Frame) -> Floats:
    """Return points all around the large map, in its CRS; the last is the first."""
    t = np.linspace(0.0, 1.0, RING_POINTS, endpoint=False)
    ring = np.concatenate([a + (b - a) * t[:, None] for a, b in pairwise(CORNERS)])
    return large.to_metres(np.vstack([ring, ring[:1]]) * [large.width_px, large.height_px])


def _seen(large: Frame, small: Frame) -> shapely.Geometry:
    """Return the outline of the large map on the small one; where it is torn, in pieces."""
    seen = small.project(large.unproject(_outline(large)))
    whole: Flags = np.asarray(np.isfinite(seen).all(axis=1))
    step = np.diff(np.where(whole[:, None], seen, 0.0), axis=0)
    jump: Floats = np.hypot(step[:, 0], step[:, 1])
    near: Flags = whole[:-1] & whole[1:] & (jump < 0.2 * (small.bounds[2] - small.bounds[0]))
    if near.all():
        spans = np.ptp(seen, axis=0)
        least = LEAST_FOCUS_PX * small.metres_per_px
        if spans.max() >= least:
            return shapely.LineString(seen)
        x, y = (seen.min(axis=0) + seen.max(axis=0)) / 2
        return shapely.LinearRing([(x + a * least / 2, y + b * least / 2) for a, b in 2 * CORNERS[:4] - 1])
    pieces = [shapely.LineString(seen[k : k + 2]) for k in np.flatnonzero(near)]
    merged: shapely.Geometry = shapely.line_merge(shapely.MultiLineString(pieces))
    return merged


def _arrows(table: pd.DataFrame, at: dict[str, tuple[float, float]], frame: Frame, look: Theme) -> gpd.GeoDataFrame:
    width = np.full(len(table), ARROW_PX)
    drawn = arrange(list(table["start"]), list(table["end"]), at, width, method="straight", node_radius_px=ARROW_PX)
    ends = np.full(len(table), ARROW_PX)
    solid = [look.dashes["affirmed"]] * len(table)
    shapes = arrow_shapes(trimmed(drawn.lines, ends, ends), width, head_size(width), solid)
    colours = [look.quiet if rest else look.colour(code if isinstance(code, str) else None)
               for code, rest in zip(table["market"], table["rest"], strict=True)]  # fmt: skip
    made = table[["market", "start", "end"]].assign(colour=colours)
    return gpd.GeoDataFrame(made, geometry=list(shapely.transform(shapes, frame.to_metres)), crs=frame.crs)


def ink_of(starts: Floats, ends: Floats) -> list[shapely.Geometry]:
    """Return straight lines and blobs at their ends, px: roughly what a map that is not laid out yet will hold."""
    straight = lines(np.stack([starts, ends], axis=1))
    blobs = shapely.boundary(shapely.buffer(points(np.vstack([starts, ends])), ROOM_PX))
    return [*straight, *blobs]
