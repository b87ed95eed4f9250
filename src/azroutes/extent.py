"""What a map is cut to, and which flows are on it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from io import StringIO
from numbers import Real
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Proj

from azroutes.basemap import boundaries
from azroutes.bundled import data_file
from azroutes.errors import Fault, OptionError, PlaceError, check_option, did_you_mean
from azroutes.flows import steps_of
from azroutes.geometry.edge import Edge
from azroutes.options import Outside
from azroutes.places import gazetteer, place, resolve
from azroutes.projection import LEAST_SPAN_M, Frame, fit, frame_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from azroutes.geometry.shapes import Flags, Floats
    from azroutes.places import Place

Area: TypeAlias = "str | Sequence[float] | Floats | shapely.Geometry | gpd.GeoSeries | gpd.GeoDataFrame"
"""What a map may be cut to: a name or code, west, south, east and north in degrees, or shapes in degrees."""

FAR_PART_M = 500_000.0
"""Parts of a country farther than this from its largest are left out of its extent, if they are small; in metres."""

SMALL_PART = 0.01
"""What counts as small there: the share of the largest part's area."""

LEAST_FOCUS_M = 100_000.0
"""Width shown of a country or region at the least, metres."""

STEP_DEGREES = 1.0
"""Longest stretch between two points of a box's edge that the frame is fitted to, in degrees."""

SAME_DEGREES = 0.01
"""How far a place may be from where its spot on the map is projected back to, in degrees."""


@dataclass(frozen=True, eq=False)
class Extent:
    """What a map is cut to.

    Attributes
    ----------
    lonlat : array of shape (n, 2)
        Points that the frame is fitted to, degrees.
    least_m : float
        Width shown at the least, metres.
    meridian : float or None
        The middle of a box, degrees.
    """

    lonlat: Floats
    least_m: float = 0.0
    meridian: float | None = None


@dataclass(frozen=True, eq=False)
class Focus:
    """A map that is cut to an extent: its frame, and which flows are on it.

    Attributes
    ----------
    frame : Frame
    edge : Edge
        What places on the map lie within, px; marks of those outside stand on it.
    within : frozenset of str
        The codes of the places on the map.
    flows : GeoDataFrame
        The flows of which the map shows a step or more.
    outside : {'edge', 'inset', 'omit'}
        What becomes of steps with an end outside.
    elsewhere : bool
        Whether the small map shows steps with both ends outside, too.
    notes : tuple of str
        What is not drawn.
    """

    frame: Frame
    edge: Edge
    within: frozenset[str]
    flows: gpd.GeoDataFrame
    outside: str
    elsewhere: bool
    notes: tuple[str, ...]

    def shows(self, starts: pd.Series, ends: pd.Series) -> Flags:
        """Tell which steps are on the map."""
        return _on_map(starts, ends, self.within, self.outside)

    def touches(self, starts: pd.Series, ends: pd.Series) -> Flags:
        """Tell which steps have an end on the map."""
        return _on_map(starts, ends, self.within, "edge")


def focus_on(
    flows: gpd.GeoDataFrame, extent: Area, *, outside: str = "edge", size_px: tuple[float, float], edge_px: float,
    crs: str | None = None, elsewhere: bool = True,
) -> Focus:  # fmt: skip
    """Cut a map of flows to an extent.

    Parameters
    ----------
    flows : GeoDataFrame
        A valid table of flows, not empty.
    extent : str, sequence of 4 floats, or shapes
        As `extent_of` takes it.
    outside : {'edge', 'inset', 'omit'}
        What becomes of steps with an end outside.
    size_px : (float, float)
        Width and height of the map.
    edge_px : float
        How far within the frame the marks of places outside stand.
    crs : str, optional
        A projected CRS; by default one fitted to the extent.
    elsewhere : bool
        Whether the small map shows steps with both ends outside, too.

    Raises
    ------
    OptionError
        If the extent is none, or no flow would be on the map.

    Examples
    --------
    >>> import azroutes
    >>> focus = focus_on(azroutes.load_flows(), "Caucasus", size_px=(548, 404), edge_px=10)
    >>> "AZE" in focus.within, "CHN" in focus.within
    (True, False)
    """
    check_option("outside", outside, Outside)
    frame = frame_of(extent_of(extent), size_px, margin_px=edge_px + 1.0, crs=crs)
    edge = Edge(edge_px, edge_px, max(frame.width_px - edge_px, edge_px), max(frame.height_px - edge_px, edge_px))
    steps = steps_of(flows)
    codes = sorted({*steps["start"], *steps["end"]})
    lonlat = np.array([(known.lon, known.lat) for known in map(place, codes)])
    held = edge.holds(px_of(frame, lonlat))
    within = frozenset(code for code, inside in zip(codes, held, strict=True) if inside)
    shown = _on_map(steps["start"], steps["end"], within, outside)
    drawn = flows.index.isin(steps["flow_id"][shown])
    if not drawn.any():
        raise _nothing_there(extent, lonlat, outside, some_end=bool(within))
    in_part = int(flows.index[drawn].isin(steps["flow_id"][~shown]).sum())
    fate = "edge" if outside == "inset" and not elsewhere else outside
    notes = _told(int((~drawn).sum()), in_part, len(flows), fate)
    return Focus(frame, edge, within, flows[drawn], outside, elsewhere, notes)


def _on_map(starts: pd.Series, ends: pd.Series, within: frozenset[str], outside: str) -> Flags:
    begins, finishes = starts.isin(within).to_numpy(dtype=bool), ends.isin(within).to_numpy(dtype=bool)
    return np.asarray(begins & finishes if outside == "omit" else begins | finishes)


def _nothing_there(extent: Area, lonlat: Floats, outside: str, *, some_end: bool) -> OptionError:
    low, high = lonlat.min(axis=0), lonlat.max(axis=0)
    hint = f"their places lie from {low[0]:.1f} to {high[0]:.1f} east and from {low[1]:.1f} to {high[1]:.1f} north"
    if some_end and outside == "omit":
        hint = "every one of them leaves it; outside='edge' draws them up to its edge"
    value = extent if isinstance(extent, str) else None
    return OptionError("no flow is in this extent", [Fault("no flow there", column="extent", value=value, hint=hint)])


def _told(gone: int, in_part: int, total: int, outside: str) -> tuple[str, ...]:
    found = []
    if gone:
        many = f"{gone} of {total} flows"
        run = "runs" if gone == 1 else "run"
        is_are = "is" if gone == 1 else "are"
        found.append({
            "edge": f"{many} {run} wholly outside the map and {is_are} not drawn.",
            "inset": f"{many} {run} wholly outside the map and {is_are} drawn in the small one only.",
            "omit": f"{many} {'leaves' if gone == 1 else 'leave'} the map or {run} outside it and {is_are} not drawn.",
        }[outside])  # fmt: skip
    if in_part:
        many, has = (f"{in_part} flows", "have") if in_part > 1 else ("One flow", "has")
        which = "steps that leave the map or run" if outside == "omit" else "steps"
        rest = "drawn in the small map only" if outside == "inset" else "not drawn"
        found.append(f"{many} {has} {which} outside it, which are {rest}.")
    return tuple(found)


def px_of(frame: Frame, lonlat: Floats) -> Floats:
    """Return where places are in a frame, px; infinite where its projection does not show them."""
    metres = frame.project(lonlat)
    # Some projections put places far off somewhere among those near by.
    back = frame.unproject(metres)
    true: Flags = np.asarray(np.isfinite(metres).all(axis=1) & np.isfinite(back).all(axis=1))
    off = np.where(true[:, None], back - lonlat, 0.0)
    across = np.abs((off[:, 0] + 180.0) % 360.0 - 180.0) * np.cos(np.radians(lonlat[:, 1]))
    true &= (across < SAME_DEGREES) & (np.abs(off[:, 1]) < SAME_DEGREES)
    px: Floats = np.where(true[:, None], frame.to_px(metres), np.inf)
    return px


def frame_of(extent: Extent, size_px: tuple[float, float], *, margin_px: float, crs: str | None = None) -> Frame:
    """Return the frame that shows an extent, with this much beside it, px."""
    if crs is not None:
        return frame_in(crs, extent.lonlat, *size_px, margin_px=margin_px)
    return fit(extent.lonlat, *size_px, margin_px=margin_px, least_m=extent.least_m, meridian=extent.meridian)


def extent_of(area: Area) -> Extent:
    """Return what a map is cut to.

    Parameters
    ----------
    area : str, sequence of 4 floats, or shapes
        The name or code of a country (``"Azerbaijan"``, ``"AZE"``, ``"AZ"``), of a region (``"CIS"``: the land of its
        members), or of an area of ``focus.csv`` (``"Caucasus"``, ``"Europe"``, ``"Africa"``); or west, south, east and
        north in degrees, west greater than east over the antimeridian; or a shapely geometry in degrees; or a
        GeoSeries or GeoDataFrame, in degrees if it has no CRS.

    Raises
    ------
    OptionError
        If there is no such area; the message says what comes near.

    Examples
    --------
    >>> extent_of((44, 38, 51, 42)).meridian
    47.5
    """
    if isinstance(area, str):
        return _named(area)
    if isinstance(area, (gpd.GeoSeries, gpd.GeoDataFrame)):
        shapes = area.geometry if area.crs is None else area.geometry.to_crs("EPSG:4326")
        return _shaped(shapely.get_coordinates(shapes.to_numpy()))
    if isinstance(area, shapely.Geometry):
        return _shaped(shapely.get_coordinates(shapely.segmentize(area, STEP_DEGREES)))
    return _box(*_four(area))


def _bad(problem: str, value: object, hint: str) -> OptionError:
    return OptionError("cannot cut the map to this extent", [Fault(problem, column="extent", value=value, hint=hint)])


def _four(area: object) -> tuple[float, float, float, float]:
    sides = list(area) if isinstance(area, Iterable) else []
    if len(sides) != 4 or not all(isinstance(side, Real) and not isinstance(side, bool) for side in sides):
        raise _bad("no extent", area, "a name, (west, south, east, north) in degrees, or a shape")
    west, south, east, north = (float(side) for side in sides)
    if not np.isfinite([west, south, east, north]).all():
        raise _bad("not finite", area, "west, south, east and north in degrees")
    if not (abs(west) <= 180 and abs(east) <= 180 and abs(south) <= 90 and abs(north) <= 90):
        hint = "longitudes -180 to 180, latitudes -90 to 90; over the antimeridian west is greater than east"
        raise _bad("not on the globe", area, hint)
    if south >= north:
        raise _bad("its south is not south of its north", area, "the order is west, south, east, north")
    if west == east:
        raise _bad("its west is its east", area, "the order is west, south, east, north")
    return west, south, east, north


def _box(west: float, south: float, east: float, north: float) -> Extent:
    east += 360.0 if east < west else 0.0
    across = np.linspace(west, east, int(np.ceil((east - west) / STEP_DEGREES)) + 1)
    up = np.linspace(south, north, int(np.ceil((north - south) / STEP_DEGREES)) + 1)
    ring = np.concatenate([
        np.column_stack([across, np.full_like(across, south)]), np.column_stack([across, np.full_like(across, north)]),
        np.column_stack([np.full_like(up, west), up]), np.column_stack([np.full_like(up, east), up]),
    ])  # fmt: skip
    middle = (west + east) / 2
    ring[:, 0] = _turned(ring[:, 0])
    return Extent(ring, meridian=float(_turned(np.array([middle]))[0]))


def _turned(lon: Floats) -> Floats:
    """Return longitudes from -180 to 180; both ends stay where they are."""
    return np.where(np.abs(lon) <= 180.0, lon, (lon + 180.0) % 360.0 - 180.0)


def _shaped(lonlat: Floats) -> Extent:
    if len(lonlat) == 0:
        raise _bad("an empty shape", None, "a shape with at least one point")
    if not np.isfinite(lonlat).all():
        raise _bad("a shape whose coordinates are not finite", None, "longitude and latitude in degrees")
    if (np.abs(lonlat) > [180.0, 90.0]).any():
        raise _bad(
            "a shape that is not in degrees", None, "a GeoSeries with a CRS may be in any; a shape is in degrees"
        )
    return Extent(lonlat)


@cache
def _areas() -> Mapping[str, tuple[str, tuple[float, float, float, float]]]:
    """Return name and box of the areas that have one of their own, by their folded names and codes."""
    found = {}
    for row in csv.DictReader(StringIO(data_file("geo/focus.csv").read_text(encoding="utf-8"))):
        box = (float(row["west"]), float(row["south"]), float(row["east"]), float(row["north"]))
        for name in (row["code"], row["name"], *filter(None, row["also"].split(";"))):
            found[_folded(name)] = (row["name"], box)
    return MappingProxyType(found)


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").split())


def _named(name: str) -> Extent:
    area = _areas().get(_folded(name))
    if area is None:
        try:
            known = resolve(name)
        except PlaceError as error:
            names = [*(label for label, _ in _areas().values()), *(known.name for known in gazetteer().values())]
            hint = did_you_mean(name, list(dict.fromkeys(names))) if name.strip() else ""
            told = hint or error.faults[0].hint or "a name, (west, south, east, north) in degrees, or a shape"
            raise _bad("no such country, region or area", name, told) from None
        area = _areas().get(_folded(known.code))
        if area is None:
            return _land_of(known)
    return _box(*area[1])


def _land_of(known: Place) -> Extent:
    """Return the extent of a place's land; where the boundaries have none of it, its own point."""
    world = boundaries("world_50m")
    codes = {known.code, *known.members, *known.successors}
    codes |= {part.code for part in gazetteer().values() if part.part_of in codes}
    parts = shapely.get_parts(world[world["code"].isin(codes)].geometry.to_numpy())
    if len(parts) == 0:
        return Extent(np.array([[known.lon, known.lat]]), least_m=LEAST_SPAN_M)
    middle = shapely.point_on_surface(parts[int(np.argmax(shapely.area(parts)))])
    plane = Proj(f"+proj=laea +lon_0={middle.x} +lat_0={middle.y} +datum=WGS84")
    # On a plane of their own, parts that a file cuts at the antimeridian lie beside one another.
    flat = shapely.make_valid(shapely.transform(parts, lambda xy: np.column_stack(plane(xy[:, 0], xy[:, 1]))))
    whole = shapely.get_parts(shapely.union_all(flat, grid_size=1.0))
    area = shapely.area(whole)
    largest = whole[int(np.argmax(area))]
    shapely.prepare(largest)
    near = shapely.dwithin(largest, whole, FAR_PART_M) | (area >= SMALL_PART * area.max())
    xy = shapely.get_coordinates(whole[near])
    lonlat = np.column_stack(plane(xy[:, 0], xy[:, 1], inverse=True))
    return Extent(lonlat, least_m=LEAST_FOCUS_M)
