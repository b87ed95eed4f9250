"""Places outside a map that is cut to an extent: each has one mark at the edge, where the way to it leaves the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

from azroutes.geometry.edge import Edge, settled
from azroutes.places import place
from azroutes.typesetting import LINE, text_width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from azroutes.extent import Focus
    from azroutes.geometry.shapes import Floats
    from azroutes.places import Place
    from azroutes.projection import Frame

EXIT_GAP = 5.0
"""Free space between the marks, or the names, of two places at the edge, px."""

NAME_ROOM = 3.0
"""What a mark stands farther from the frame than its name is wide or high, beside its own room, px."""

DEEPEST = 0.3
"""How deep a mark stands in the map at the most, in shares of its width or height."""

WAY_POINTS = 600
"""Points of the shortest way to a place outside, by which the spot is found where it leaves the map; close together at
its beginning."""

BEYOND_NOTE = "Places at the edge lie outside the map, or the point that stands for them does."


@dataclass(frozen=True, slots=True)
class Exit:
    """The mark of a place outside: where it stands on the map, px, and at which side.

    Attributes
    ----------
    x, y : float
        Px from the lower left corner of the frame.
    towards : float
        Out of the map: radians, anticlockwise from the right.
    """

    x: float
    y: float
    towards: float


def exits(
    focus: Focus, table: pd.DataFrame, at: Mapping[str, tuple[float, float]], names: Mapping[str, str], *,
    label_px: float, taken: Sequence[tuple[float, float, float, float]] = (),
) -> dict[str, Exit]:  # fmt: skip
    """Return a mark on the edge for each place outside that an arrow on the map joins.

    It stands where the shortest way from the middle of the places on the map that it is joined to, weighted by the
    widths of the arrows, leaves the map; then all marks spread so that their names have room, in the order in which
    they stand around the map, and step back from the edge by the size of their names.

    Parameters
    ----------
    focus : Focus
    table : DataFrame
        Arrows: ``start, end, width_px``.
    at : mapping of code to (x, y)
        Where the places on the map are, px.
    names : mapping of code to str
        What is written beside each mark; lines parted by newlines.
    label_px : float
        Height of the type.
    taken : sequence of (xmin, ymin, xmax, ymax)
        Corners of the map that marks keep off, px.
    """
    outer = sorted({*table["start"], *table["end"]} - focus.within)
    if not outer:
        return {}
    edge = focus.edge
    middles = np.array([_middle(code, table, at) for code in outer])
    wanted = np.array([edge.leaves(_way(focus.frame, middle, place(code)))
                       for code, middle in zip(outer, middles, strict=True)])  # fmt: skip
    sizes = np.array([_size(names[code], label_px) for code in outer])
    corners = _corners(edge, float(sizes[:, 1].max()), taken)
    runs = settled(edge, wanted, sizes + EXIT_GAP, corners, _near_edge(edge, at, sizes, label_px))
    # The name stands between the mark and the frame, where no arrow comes.
    inward = edge.inward(runs)
    size = np.array([edge.x1 - edge.x0, edge.y1 - edge.y0])
    room = np.abs(inward * np.minimum(sizes + NAME_ROOM, DEEPEST * size)).sum(axis=1)
    spots = edge.spot(runs) + inward * room[:, None]
    return {code: Exit(float(x), float(y), float(np.arctan2(-dy, -dx)))
            for code, (x, y), (dx, dy) in zip(outer, spots, inward, strict=True)}  # fmt: skip


def _middle(code: str, table: pd.DataFrame, at: Mapping[str, tuple[float, float]]) -> Floats:
    """Return the middle of the places on the map that a place outside is joined to, px."""
    leaving, coming = (table["start"] == code).to_numpy(), (table["end"] == code).to_numpy()
    partners = [*table["end"][leaving], *table["start"][coming]]
    width = np.append(table["width_px"][leaving], table["width_px"][coming]).astype(float)
    spots = np.array([at[partner] for partner in partners])
    return np.asarray(np.average(spots, axis=0, weights=width if width.sum() > 0 else None))


def _way(frame: Frame, middle: Floats, there: Place) -> Floats:
    """Return the shortest way on the globe from a spot on the map to a place, px; points are dense at its beginning."""
    globe = Geod(ellps="WGS84")
    lon, lat = frame.unproject(frame.to_metres(middle[None]))[0]
    azimuth, _, metres = globe.inv(lon, lat, there.lon, there.lat)
    share = np.linspace(0.0, 1.0, WAY_POINTS) ** 2
    ones = np.ones(WAY_POINTS)
    lons, lats, _ = globe.fwd(lon * ones, lat * ones, azimuth * ones, metres * share)
    way = frame.to_px(frame.project(np.column_stack([lons, lats])))
    way[0] = middle
    return way


def _size(name: str, size: float) -> tuple[float, float]:
    """Return the width and the height of a name, px."""
    lines = name.split("\n")
    return max(text_width(line, size) for line in lines), LINE * size * len(lines)


def _corners(edge: Edge, high: float, taken: Sequence[tuple[float, float, float, float]]) -> Floats:
    """Return how far marks keep off each corner, before and beyond it: their names at two sides do not meet there."""
    free = np.full((4, 2), high + EXIT_GAP)
    for box in taken:
        x0, y0, x1, y1 = np.clip(box, [edge.x0, edge.y0] * 2, [edge.x1, edge.y1] * 2)
        low, left = y0 - edge.y0 < edge.y1 - y1, x0 - edge.x0 < edge.x1 - x1
        corner = (0 if left else 1) if low else (3 if left else 2)
        across_first = corner % 2 == 1
        before, beyond = (x1 - x0, y1 - y0) if across_first else (y1 - y0, x1 - x0)
        free[corner] = np.maximum(free[corner], [before + EXIT_GAP, beyond + EXIT_GAP])
    return free


def _near_edge(edge: Edge, at: Mapping[str, tuple[float, float]], sizes: Floats, size: float) -> Floats:
    """Return where along the edge places on the map stand so near to it that a name would meet them, and how wide."""
    reach = sizes.max(axis=0) + size
    inner = Edge(edge.x0 + reach[0], edge.y0 + reach[1], edge.x1 - reach[0], edge.y1 - reach[1])
    spots = np.array(list(at.values())).reshape(-1, 2)
    runs = edge.run(spots[~inner.holds(spots)])
    return np.column_stack([runs, np.full(len(runs), size)])
