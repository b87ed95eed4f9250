"""Legs of a table along the lines that they are drawn along: from their CRS to pixels of a picture, and back."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from azroutes.errors import Fault, OptionError, TableError, check_option
from azroutes.geometry.arrange import METHODS, arrange
from azroutes.geometry.shapes import Floats, Ints, lines
from azroutes.progress import shown

ROOM_AROUND = 0.12
"""Room for curves around all places, in shares of the width that they take."""

ASTRAY_PX = 1.0
"""How far the ends of lines may be from where most rows have their place, px."""

NARROW = 1e-3
"""A figure whose places are less wide than this share of their height is measured along its height."""


def layout(
    legs: gpd.GeoDataFrame, *, method: str = "declutter", width: str = "width_px", figure_width_px: float = 1000.0,
    node_radius_px: float = 5.0,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Return legs with the centre lines that they are drawn along.

    Parameters
    ----------
    legs : GeoDataFrame
        One row an arrow, in a projected CRS: ``start``, ``end`` and a line between them.
    method : {'arc', 'straight', 'declutter'}
        How the lines run: as arcs side by side; as straight as their lanes allow; or so that they cross, touch and
        cover one another least, which takes longer.
    width : str
        The column with the widths in pixels of the final picture.
    figure_width_px : float
        Pixels across the bounding box of all ends, in the final picture.
    node_radius_px : float
        Radius of the places' circles, px.

    Returns
    -------
    GeoDataFrame
        A copy with drawn centre lines of 49 points, from place to place; the rows keep their order, and what is
        drawn does not depend on it.

    Raises
    ------
    TableError
        If a line, an end or a width is missing or not finite, the CRS is geographic, or a place is in two spots.
    OptionError
        If there is no such method, or a size is not a positive number.

    Examples
    --------
    >>> import azroutes
    >>> steps = azroutes.legs(azroutes.load_flows()).to_crs("EPSG:3857").assign(width_px=2.0)
    >>> azroutes.layout(steps).geometry.iloc[0].geom_type
    'LineString'
    """
    check_option("method", method, METHODS)
    _check_px("node_radius_px", node_radius_px)
    check_legs(legs, width, figure_width_px)
    if legs.empty:
        return legs.copy()
    legs_in_order = legs.iloc[_order(legs, width)]
    starts, ends = ([str(code) for code in legs_in_order[side]] for side in ("start", "end"))
    spots = _spots(starts, ends, legs_in_order, figure_width_px)
    xy = np.array(list(spots.values()))
    low, scale = xy.min(axis=0), picture_scale(xy, figure_width_px)
    px = (xy - low) * scale
    at = {code: (float(x), float(y)) for code, (x, y) in zip(spots, px, strict=True)}
    with shown("Laying out") as tell:
        drawn = arrange(starts, ends, at, _widths(legs_in_order, width), method=method,
                        radii=dict.fromkeys(at, float(node_radius_px)), follows=_follows(legs_in_order),
                        frame=_around(px), tell=tell)  # fmt: skip
    placed = drawn.lines / scale + low
    # There and back through pixels costs a last digit.
    placed[:, 0], placed[:, -1] = [spots[code] for code in starts], [spots[code] for code in ends]
    rows = np.empty_like(placed)
    rows[_order(legs, width)] = placed
    return legs.set_geometry(gpd.GeoSeries(list(lines(rows)), index=legs.index, crs=legs.crs))


def picture_scale(spots: Floats, figure_width_px: float) -> float:
    """Return how many pixels a unit of the CRS takes where a figure of this width holds all spots, shape (n, 2).

    Where they stand on one meridian, or nearly, the width is taken along it; a unit is a pixel where all are one spot.
    """
    span = np.ptp(spots, axis=0)
    across = float(span[0] if span[0] >= NARROW * span[1] else span[1])
    noise = 8 * np.finfo(float).eps * float(np.abs(spots).max())
    return figure_width_px / across if across > max(noise, 1e-9) else 1.0


def _spots(
    starts: list[str], ends: list[str], legs: gpd.GeoDataFrame, figure_width_px: float
) -> dict[str, tuple[float, float]]:
    """Return where each place is, in the CRS, in the order of their names."""
    shapes = legs.geometry.to_numpy()
    xy = shapely.get_coordinates(np.concatenate([shapely.get_point(shapes, k) for k in (0, -1)]))
    # The median is one of the ends where most agree, whatever the order of the rows.
    table = pd.DataFrame(xy, columns=["x", "y"]).groupby([*starts, *ends], sort=True)
    middle = table.transform("median").to_numpy()
    astray = np.hypot(*(xy - middle).T) * picture_scale(middle, figure_width_px) > ASTRAY_PX
    if astray.any():
        rows, codes = [str(row) for row in legs.index] * 2, [*starts, *ends]
        raise TableError("these legs cannot be laid out", [
            Fault("a place in two spots", row=rows[k], column="start" if k < len(legs) else "end",
                  value=codes[k], hint="lines begin and end at their places, and a place is where all rows have it")
            for k in np.flatnonzero(astray)
        ])  # fmt: skip
    return {str(code): (float(x), float(y)) for code, x, y in table.median().itertuples()}


def _around(px: Floats) -> tuple[float, float, float, float]:
    """Return a frame with room for curves around all places."""
    low, high = px.min(axis=0), px.max(axis=0)
    room = ROOM_AROUND * max(float((high - low).max()), 1.0)
    return (float(low[0]) - room, float(low[1]) - room, float(high[0]) + room, float(high[1]) + room)


def _order(legs: gpd.GeoDataFrame, width: str) -> Ints:
    """Return an order of the rows that does not depend on the one they stand in."""
    keys = [name for name in ("start", "end", "market", "commodity", "flow_id", "order") if name in legs]
    table = pd.DataFrame(legs[keys].astype("string").fillna("")).assign(width=_widths(legs, width))
    return table.reset_index(drop=True).sort_values([*keys, "width"], kind="stable").index.to_numpy()


def _widths(legs: gpd.GeoDataFrame, width: str) -> Floats:
    """Return the widths, px; what is not a number is nan."""
    return pd.to_numeric(legs[width], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _follows(legs: gpd.GeoDataFrame) -> list[tuple[int, int]]:
    """Return which legs a flow takes one after the other, where the table tells."""
    if not {"flow_id", "order"} <= set(legs.columns):
        return []
    order = pd.to_numeric(legs["order"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    table = pd.DataFrame({"flow": legs["flow_id"].astype("string").to_numpy(), "order": order})
    known = table.dropna().sort_values(["flow", "order"], kind="stable")
    rows = [int(row) for row in known.index]
    same = known["flow"].eq(known["flow"].shift()).to_numpy(dtype=bool)[1:]
    return [pair for pair, joined in zip(pairwise(rows), same, strict=True) if joined]


def _check_px(name: str, value: object) -> None:
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not number or not 0 < float(value) < np.inf:  # type: ignore[arg-type]
        raise OptionError(f"{name} must be a positive number", [Fault("not positive", column=name, value=value)])


def check_legs(legs: gpd.GeoDataFrame, width: str, figure_width_px: float) -> None:
    """Check that legs can be laid out or measured: places, lines and widths in a projected CRS.

    Raises
    ------
    TableError
        If not; it lists every fault.
    OptionError
        If the width of the figure is not a positive number.
    """
    _check_px("figure_width_px", figure_width_px)
    faults = [Fault("missing column", column=name) for name in ("start", "end", width) if name not in legs]
    if getattr(legs, "active_geometry_name", None) is None:
        faults.append(Fault("missing column", column="geometry", hint="a GeoDataFrame of lines"))
    elif legs.crs is None or not legs.crs.is_projected:
        faults.append(Fault("not a projected CRS", column="geometry", value=str(legs.crs), hint="say legs.to_crs(...)"))
    if not faults:
        faults += [Fault("missing place", row=str(row), column=name)
                   for name in ("start", "end") for row in legs.index[legs[name].isna()]]  # fmt: skip
        shapes, widths = legs.geometry.to_numpy(), _widths(legs, width)
        line = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
        many = shapely.get_type_id(shapes) == shapely.GeometryType.MULTILINESTRING
        sound = line & ~shapely.is_empty(shapes)
        # Bounds pass over what is not a number: only the coordinates tell.
        xy, owner = shapely.get_coordinates(shapes, return_index=True)
        sound[owner[~np.isfinite(xy).all(axis=1)]] = False
        faults += [Fault("not a finite line", row=str(row), column="geometry",
                         hint="one line from place to place: see shapely.line_merge" if many[k] else "")
                   for k, row in enumerate(legs.index) if not sound[k]]  # fmt: skip
        wide = np.isfinite(widths) & (widths >= 0)
        faults += [Fault("not a width", row=str(row), column=width, value=legs[width].iloc[k], hint="zero or more, px")
                   for k, row in enumerate(legs.index) if not wide[k]]  # fmt: skip
    if faults:
        raise TableError("these legs cannot be laid out", faults)
