"""How well a flow map reads, in numbers: what crosses, covers and runs over what, and how far lines go round.

Everything is in pixels of the final picture, found as `azroutes.layout` finds them, and by places: two arrows into
one place are told from two that only pass each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from azroutes.errors import Fault, OptionError, TableError
from azroutes.geometry.arrange import SAME_SPOT_PX
from azroutes.geometry.curve import at, fitted_head, head_size, lengths, trimmed
from azroutes.geometry.layout import check_legs, picture_scale
from azroutes.geometry.shapes import Flags, Floats, Ints, Shapes, lines, points

if TYPE_CHECKING:
    import geopandas as gpd

ACUTE_DEGREES = 30.0
"""Crossings under less than this angle are hard to follow."""

MERGE_PX = 5.0
"""Crossings of one pair of flows that are closer than this count once, px."""

BEARING_PX = 2.0
"""How far before and behind a crossing the way of a line is taken, px."""

RAY_PX, RAY_SHARE = 25.0, 0.3
"""How far from a place the bearing of a flow is taken: px, and share of the flow at the most."""

SEEN_PX2 = 0.1
"""Shapes that share less than this do not overlap for the eye, px²."""

ROUND = 16
"""Segments of a quarter circle where lines are given their width."""

TILES = 24
"""Tiles along the longer side of a picture, in which ink is put together: a union of all at once takes far longer."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """A drawing in pixels: its lines, the places that each joins (as numbers), and where those are."""

    xy: Floats
    owner: Ints
    lines: Shapes
    start: Ints
    end: Ints
    places: Floats
    width: Floats
    radius: float


def metrics(
    drawn: gpd.GeoDataFrame, *, width: str = "width_px", figure_width_px: float = 1000.0, node_radius_px: float = 5.0,
    labels: gpd.GeoSeries | None = None,
) -> pd.Series[float]:  # fmt: skip
    """Return how well drawn flows read, as numbers.

    Parameters
    ----------
    drawn : GeoDataFrame
        One row a flow, in a projected CRS, as `azroutes.layout` returns it: ``start``, ``end`` and the drawn centre
        line from the one place to the other.
    width : str
        The column with the widths in pixels of the final picture.
    figure_width_px : float
        Pixels across the bounding box of all places, in the final picture.
    node_radius_px : float
        Radius of the places' circles, px.
    labels : GeoSeries, optional
        The boxes of labels, in the CRS of `drawn`.

    Returns
    -------
    Series of float
        Less is better, but for what is named a quality or a resolution: there 1 is best and 0 worst.

        ``flows``
            Rows.
        ``crossings``
            Where centre lines cross or touch, not counting what is within ``node_radius_px`` of a place that both
            flows join. A stretch that two lines share is one crossing, and crossings of one pair less than 5 px apart
            count once, as the most acute of them.
        ``acute_crossings``
            Crossings under less than 30 degrees; a shared stretch is at 0 degrees.
        ``crossing_quality``
            1 - crossings / most crossings, not below 0, where the most is that of straight lines that each cross all
            those they share no place with [1]_. Curves may cross more often.
        ``crossing_angle_quality``
            Mean of the crossings' angles in shares of 90 degrees; 1 if there is none [2]_.
        ``node_hits``
            Pairs of a flow and a place that it does not join, but whose circle its stroke touches.
        ``overlap_area_share``
            Share of the ink of all strokes, without heads, that is covered by other strokes.
        ``detour_mean``, ``detour_max``
            Length of a line over the distance of its places. Loops, whose places are one spot, are left out.
        ``angular_resolution``
            Mean over places of the least angle between two flows there, in shares of the angle that they would all
            have if they were spread evenly. The angle is taken 25 px from the place, or 0.3 of a shorter line.
        ``endpoint_error_px``
            Farthest that an end of a line is from its place, px: the middle of all ends there (the median of x and y).
        ``head_overlaps``
            Arrowheads that the shaft or head of another arrow overlaps. Heads are of the size that figures draw, with
            their tips on the circle of the end place, and shafts run from circle to head. Arrows into one place do
            not count against one another: all of these heads say the same, and how they crowd is told by
            ``angular_resolution``.
        ``label_overlaps``
            Pairs of a label and another label, an arrowhead or the circle of a place that overlap.
        ``label_crossings``
            Pairs of a label and the shaft of an arrow that runs over it. Both are nan without `labels`.

        Shapes overlap where they share more than 0.1 px². An arrow of no width has neither shaft nor head. Where there
        is nothing to measure, counts, ``overlap_area_share`` and ``endpoint_error_px`` are 0, the others 1.

    Raises
    ------
    TableError
        If a line, an end or a width is missing or not finite, if the CRS is geographic, or a label is not an area in
        the CRS of `drawn`.
    OptionError
        If a size is not a number that will do.

    Notes
    -----
    What to measure follows the findings of [3]_ on flow maps: few overlaps, no acute crossings, no flows under places
    that they do not join, flows spread around their places.

    References
    ----------
    .. [1] Purchase, H. C. (2002). Metrics for graph drawing aesthetics. Journal of Visual Languages & Computing
       13(5), 501-516.
    .. [2] Mooney, G. J., Hegemann, T., Wolff, A., Wybrow, M. and Purchase, H. C. (2025). Universal quality metrics for
       graph drawings: which graphs excite us most? Graph Drawing and Network Visualization (GD 2025). Their package
       geg-metrics leaves out crossings under less than 2.5 degrees, counts those at places that both edges join but
       not exactly at their ends, and takes bearings at the place itself.
    .. [3] Jenny, B. et al. (2018). Design principles for origin-destination flow maps. Cartography and Geographic
       Information Science 45(1), 62-75.

    Examples
    --------
    >>> import azroutes
    >>> steps = azroutes.legs(azroutes.load_flows()).to_crs("EPSG:3857").assign(width_px=2.0)
    >>> straight = azroutes.metrics(azroutes.layout(steps, method="straight"))
    >>> bool(straight["detour_mean"] < azroutes.metrics(azroutes.layout(steps))["detour_mean"])
    True
    """
    check_legs(drawn, width, figure_width_px)
    if not node_radius_px >= 0 or not np.isfinite(node_radius_px):
        raise OptionError("node_radius_px must be a number, zero or more",
                          [Fault("not a radius", column="node_radius_px", value=node_radius_px)])  # fmt: skip
    if labels is not None:
        _check_labels(labels, drawn)
    picture, boxes = _picture(drawn, labels, (width, figure_width_px, node_radius_px))
    angles = _crossing_angles(picture)
    straight = np.hypot(*(picture.places[picture.end] - picture.places[picture.start]).T)
    moving = straight > SAME_SPOT_PX
    detour = shapely.length(picture.lines)[moving] / straight[moving]
    shafts, heads = _arrows(picture)
    found = {
        "flows": len(drawn),
        "crossings": len(angles),
        "acute_crossings": int((angles < ACUTE_DEGREES).sum()),
        "crossing_quality": _crossing_quality(picture, len(angles)),
        "crossing_angle_quality": float((angles / 90).mean()) if len(angles) else 1.0,
        "node_hits": _node_hits(picture),
        "overlap_area_share": _overlap_area_share(picture),
        "detour_mean": float(detour.mean()) if len(detour) else 1.0,
        "detour_max": float(detour.max()) if len(detour) else 1.0,
        "angular_resolution": _angular_resolution(picture),
        "endpoint_error_px": _endpoint_error(picture),
        "head_overlaps": _head_overlaps(picture, shafts, heads),
        "label_overlaps": np.nan if boxes is None else _label_overlaps(picture, boxes, heads),
        "label_crossings": np.nan if boxes is None else len(_overlapping(boxes, shafts)[0]),
    }
    return pd.Series(found, dtype=float)


def _check_labels(labels: gpd.GeoSeries, drawn: gpd.GeoDataFrame) -> None:
    faults = []
    if labels.crs != drawn.crs:
        faults.append(Fault("not the CRS of the flows", column="labels", value=str(labels.crs),
                            hint=f"say labels.to_crs({str(drawn.crs)!r})"))  # fmt: skip
    shapes = labels.to_numpy()
    kind = shapely.get_type_id(shapes)
    area = np.isin(kind, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    sound = area & ~shapely.is_empty(shapes) & shapely.is_valid(shapes)
    faults += [Fault("not an area", row=str(row), column="labels") for row in labels.index[~sound]]
    if faults:
        raise TableError("these labels cannot be measured", faults)


def _picture(
    drawn: gpd.GeoDataFrame, labels: gpd.GeoSeries | None, sizes: tuple[str, float, float]
) -> tuple[_Picture, Shapes | None]:
    """Return the drawing and the boxes of its labels in pixels; `sizes` are the width's column, figure and radius."""
    column, figure, radius = sizes
    xy, owner = shapely.get_coordinates(drawn.geometry.to_numpy(), return_index=True)
    first = np.searchsorted(owner, np.arange(len(drawn)), side="left")
    last = np.searchsorted(owner, np.arange(len(drawn)), side="right") - 1
    names = [str(code) for code in (*drawn["start"], *drawn["end"])]
    place, _ = pd.factorize(pd.Series(names, dtype=object), sort=True)
    # The median is one of the ends where most agree, whatever the order of the rows.
    ends = pd.DataFrame(xy[np.concatenate([first, last])], columns=["x", "y"])
    middle = ends.groupby(place).median().to_numpy().reshape(-1, 2)
    low, scale = np.zeros(2), 1.0
    if len(middle):
        low, scale = middle.min(axis=0), picture_scale(middle, figure)
    px = (xy - low) * scale
    count = len(drawn)
    picture = _Picture(
        xy=px, owner=owner, lines=lines(px, owner) if count else np.empty(0, dtype=object),
        start=place[:count], end=place[count:], places=(middle - low) * scale,
        width=drawn[column].to_numpy(dtype=float), radius=radius,
    )  # fmt: skip
    if labels is None:
        return picture, None
    return picture, shapely.transform(labels.to_numpy(), lambda corner: (corner - low) * scale)


def _crossing_angles(picture: _Picture) -> Floats:
    """Return the angle, in degrees, of each crossing of two flows outside the places that both join."""
    one, other = _pairs(picture.lines, picture.lines)
    one, other = one[one < other], other[one < other]
    met = shapely.intersection(picture.lines[one], picture.lines[other])
    part, pair = shapely.get_parts(met, return_index=True)
    # A line without length meets others and yet shares nothing with them.
    part, pair = part[~shapely.is_empty(part)], pair[~shapely.is_empty(part)]
    point = shapely.get_type_id(part) == shapely.GeometryType.POINT
    stretch, along = _stretches(part[~point], pair[~point])
    spots = np.concatenate([part[point], shapely.line_interpolate_point(stretch, 0.5, normalized=True)])
    pair = np.concatenate([pair[point], along])
    xy = shapely.get_coordinates(spots)
    free = ~_at_common_place(picture, xy, one[pair], other[pair])
    spots, xy, pair, crossing = spots[free], xy[free], pair[free], np.arange(len(spots))[free] < point.sum()
    turn = np.abs(_bearing(picture.lines[one[pair]], spots) - _bearing(picture.lines[other[pair]], spots)) % np.pi
    angle = np.where(crossing, np.degrees(np.minimum(turn, np.pi - turn)), 0.0)
    kept: Floats = angle[_apart(xy, pair, angle)]
    return kept


def _pairs(shapes: Shapes, others: Shapes) -> tuple[Ints, Ints]:
    """Return which of the shapes and which of the others meet."""
    found = shapely.STRtree(others).query(shapes, predicate="intersects")
    return found[0], found[1]


def _stretches(pieces: Shapes, pair: Ints) -> tuple[Shapes, Ints]:
    """Return the stretches that two lines share: an intersection cuts them at every vertex."""
    if not len(pieces):
        return np.empty(0, dtype=object), pair
    which, number = np.unique(pair, return_inverse=True)
    merged = shapely.line_merge(shapely.multilinestrings(pieces, indices=number))
    stretch, owner = shapely.get_parts(merged, return_index=True)
    return stretch, which[owner]


def _at_common_place(picture: _Picture, xy: Floats, one: Ints, other: Ints) -> Flags:
    near = np.zeros(len(xy), dtype=bool)
    for place in (picture.start[one], picture.end[one]):
        common = (place == picture.start[other]) | (place == picture.end[other])
        near |= common & (np.hypot(*(xy - picture.places[place]).T) < picture.radius)
    return near


def _bearing(way: Shapes, spots: Shapes) -> Floats:
    run = shapely.line_locate_point(way, spots)
    behind = shapely.line_interpolate_point(way, np.maximum(0.0, run - BEARING_PX))
    ahead = shapely.line_interpolate_point(way, np.minimum(shapely.length(way), run + BEARING_PX))
    step = shapely.get_coordinates(ahead) - shapely.get_coordinates(behind)
    return np.arctan2(step[:, 1], step[:, 0])


def _apart(xy: Floats, pair: Ints, angle: Floats) -> Ints:
    """Return crossings of which no two of one pair are close: always the most acute that is left, and none near it."""
    left = np.lexsort((xy[:, 1], xy[:, 0], np.round(angle, 6), pair))
    kept = [left[:0]]
    while len(left):
        first = np.unique(pair[left], return_index=True, return_inverse=True)
        chosen = left[first[1]]
        kept.append(chosen)
        far = np.hypot(*(xy[left] - xy[chosen[first[2]]]).T) >= MERGE_PX
        far[first[1]] = False
        left = left[far]
    return np.concatenate(kept)


def _crossing_quality(picture: _Picture, crossings: int) -> float:
    flows = len(picture.lines)
    degree = np.bincount(np.concatenate([picture.start, picture.end]))
    most = flows * (flows - 1) / 2 - float((degree * (degree - 1)).sum()) / 2
    return max(0.0, 1 - crossings / most) if most > 0 else 1.0


def _node_hits(picture: _Picture) -> int:
    reach = picture.radius + picture.width / 2
    spots = points(picture.places)
    flow, place = shapely.STRtree(spots).query(picture.lines, predicate="dwithin", distance=reach)
    foreign = (place != picture.start[flow]) & (place != picture.end[flow])
    flow, place = flow[foreign], place[foreign]
    return int((shapely.distance(spots[place], picture.lines[flow]) < reach[flow]).sum())


def _overlap_area_share(picture: _Picture) -> float:
    strokes = shapely.buffer(picture.lines, picture.width / 2, cap_style="flat", quad_segs=ROUND)
    ink = float(shapely.area(strokes).sum())
    if ink == 0:
        return 0.0
    x0, y0, x1, y1 = shapely.total_bounds(strokes)
    side = max(x1 - x0, y1 - y0) / TILES
    column, row = np.divmod(np.arange(TILES * TILES), TILES)
    tiles = shapely.box(x0 + column * side, y0 + row * side, x0 + (column + 1) * side, y0 + (row + 1) * side)
    stroke, tile = _pairs(strokes, tiles)
    order = np.argsort(tile, kind="stable")
    stroke, tile = stroke[order], tile[order]
    pieces = np.split(shapely.intersection(strokes[stroke], tiles[tile]), np.flatnonzero(np.diff(tile)) + 1)
    covered = sum(float(shapely.union_all(here).area) for here in pieces)
    return max(0.0, 1 - covered / ink)


def _angular_resolution(picture: _Picture) -> float:
    far = shapely.length(picture.lines)
    step = np.minimum(RAY_PX, RAY_SHARE * far)
    seen = [shapely.line_interpolate_point(picture.lines, run) for run in (step, far - step)]
    place = np.concatenate([picture.start, picture.end])
    ray = shapely.get_coordinates(np.concatenate(seen)) - picture.places[place]
    angle = np.arctan2(ray[:, 1], ray[:, 0])
    order = np.lexsort((angle, place))
    angle, place = angle[order], place[order]
    _, first, count = np.unique(place, return_index=True, return_counts=True)
    if not (count > 1).any():
        return 1.0
    following = np.arange(1, len(angle) + 1)
    following[first + count - 1] = first
    gap = angle[following] - angle
    gap[first + count - 1] += 2 * np.pi
    share = np.minimum.reduceat(gap, first) / (2 * np.pi / count)
    return float(share[count > 1].mean())


def _endpoint_error(picture: _Picture) -> float:
    flow = np.arange(len(picture.lines))
    first = picture.xy[np.searchsorted(picture.owner, flow, side="left")]
    last = picture.xy[np.searchsorted(picture.owner, flow, side="right") - 1]
    off = np.concatenate([first - picture.places[picture.start], last - picture.places[picture.end]])
    return float(np.hypot(off[:, 0], off[:, 1]).max(initial=0.0))


def _arrows(picture: _Picture) -> tuple[Shapes, Shapes]:
    """Return the shafts and the heads of arrows as figures draw them: from circle to circle, the tip on its edge."""
    count = len(picture.lines)
    if not count:
        return np.empty(0, dtype=object), np.empty(0, dtype=object)
    # One array for all lines: what has fewer points than others stays on its last.
    flow = np.arange(count)
    first = np.searchsorted(picture.owner, flow, side="left")
    last = np.searchsorted(picture.owner, flow, side="right") - 1
    index = np.minimum(first[:, None] + np.arange(int((last - first).max()) + 1), last[:, None])
    rim = np.full(count, picture.radius)
    seen = trimmed(picture.xy[index], rim, rim)
    total = lengths(seen)[:, -1]
    length, half = fitted_head(head_size(picture.width), picture.width, total)
    neck = total - length
    shaft = at(seen, neck[:, None] * np.linspace(0, 1, seen.shape[1]))
    ahead = seen[:, -1] - shaft[:, -1]
    size = np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
    ahead = np.divide(ahead, size, out=np.zeros_like(ahead), where=size > 0)
    barb = np.column_stack([ahead[:, 1], -ahead[:, 0]]) * half[:, None]
    corners = np.stack([shaft[:, -1] + barb, seen[:, -1], shaft[:, -1] - barb], axis=1)
    heads: Shapes = np.asarray(shapely.polygons(corners), dtype=object)
    shafts = shapely.buffer(lines(shaft), picture.width / 2, cap_style="flat", quad_segs=ROUND)
    heads[picture.width == 0] = shapely.Polygon()
    return shafts, heads


def _overlapping(shapes: Shapes, others: Shapes) -> tuple[Ints, Ints]:
    """Return which of the shapes and which of the others share more than the eye overlooks."""
    one, other = _pairs(shapes, others)
    seen = shapely.area(shapely.intersection(shapes[one], others[other])) > SEEN_PX2
    return one[seen], other[seen]


def _head_overlaps(picture: _Picture, shafts: Shapes, heads: Shapes) -> int:
    pairs = [_overlapping(shafts, heads), _overlapping(heads, heads)]
    over, head = np.concatenate([pair[0] for pair in pairs]), np.concatenate([pair[1] for pair in pairs])
    return len(np.unique(head[picture.end[over] != picture.end[head]]))


def _label_overlaps(picture: _Picture, boxes: Shapes, heads: Shapes) -> int:
    one, other = _overlapping(boxes, boxes)
    circles = shapely.buffer(points(picture.places), picture.radius, quad_segs=ROUND)
    return int((one < other).sum()) + sum(len(_overlapping(boxes, shapes)[0]) for shapes in (heads, circles))
