"""Where arrows run: one spine for each pair of places, and a lane beside it for each arrow.

Everything here is in pixels of the final picture, y up. The arrows of one pair keep to their lanes along its spine,
those from A to B on the right hand of the way and those from B to A on the right hand of theirs, so they never lie on
one another and stand in the same order at both ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from azroutes.errors import Fault, OptionError, TableError, check_option
from azroutes.geometry.curve import SAMPLES, arc, bezier, head_size, loops, shifted
from azroutes.geometry.declutter import MOST, Spines, declutter
from azroutes.geometry.shapes import Flags, Floats, Ints, lines, points

METHODS = ("arc", "straight", "declutter")
ARC_BULGE = 0.09
"""How far an arc stands off its chord, in shares of the chord, where the chord lies east-west."""

BENDS = tuple(sign * bend for bend in (0.0, 0.04, 0.08, 0.12, 0.16, 0.2) for sign in (1.0, -1.0))
"""Other bends that a spine tries to get clear of a place, in shares of its chord."""

BEND_COST = 4.0
"""What a change of bend by the whole chord costs, in places run over."""

CLEARANCE_PX = 1.5
"""Free space between an arrow and the circle of a place that it passes, px."""

ROOM_AROUND = 0.12
"""Room for curves around all places, in shares of the width that they take."""

LANE_GAP = 1.2
"""Free space between two lanes, px."""

LOOP_PX = 5.0
"""Radius of the innermost loop at a place, px."""

MOST_GROWTH = 1.8
"""How many times its least radius a circle may grow to make room for lanes; what is wider draws together there."""

SPREAD = 3.0
"""Over how many half widths of a bundle its lanes draw together where they meet a circle that is narrower."""

CIRCLE_FILL = 0.85
"""Share of a circle's diameter that lanes may take where they meet it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Drawn arrows: centre lines from place to place, the spine and lane that they keep to, and their places' radii.

    Attributes
    ----------
    lines : array of shape (n, points, 2)
        The centre lines, px; both ends exactly at their places.
    spines : array of shape (n, points, 2)
        The line that the pair of places shares, in the direction of the arrow.
    lanes : array of shape (n,)
        How far the arrow runs to the right of its spine, px.
    radius : mapping of place to float
        The circles that the arrows end on, px: wide enough for the lanes that meet there, where there is room.
    """

    lines: Floats
    spines: Floats
    lanes: Floats
    radius: dict[str, float]


def arrange(
    starts: list[str], ends: list[str], at: dict[str, tuple[float, float]], width: Floats, *,
    method: str = "arc", node_radius_px: float = 3.0, frame: tuple[float, float, float, float] | None = None,
) -> Drawn:  # fmt: skip
    """Lay out arrows between places.

    Parameters
    ----------
    starts, ends : list of str
        The places of each arrow.
    at : mapping of place to (x, y)
        Where they are, px, y up.
    width : array of shape (n,)
        Widths of the arrows, px.
    method : {'arc', 'straight', 'declutter'}
        How spines run.
    node_radius_px : float
        Radius of a place's circle at the least.
    frame : tuple of float, optional
        xmin, ymin, xmax, ymax that decluttered arrows keep within.
    """
    check_option("method", method, METHODS)
    count = len(starts)
    a = np.array([at[code] for code in starts], dtype=float).reshape(-1, 2)
    b = np.array([at[code] for code in ends], dtype=float).reshape(-1, 2)
    lanes, half_bundle = _lanes(starts, ends, width, both_ways=method != "declutter")
    radius = _radii(starts, ends, at, half_bundle, node_radius_px)
    still = np.all(np.isclose(a, b, atol=1e-6), axis=1)
    spines = np.empty((count, SAMPLES, 2))
    moving = np.flatnonzero(~still)
    spines[moving] = _spines(a[moving], b[moving], method)
    pairs = [(starts[k], ends[k]) for k in moving]
    if method != "straight":
        reach = half_bundle[moving] + CLEARANCE_PX
        spines[moving] = _clear_of_places(spines[moving], pairs, at, radius, reach)
    if method == "declutter":
        spines[moving] = _decluttered(spines[moving], pairs, at, radius, (half_bundle[moving], width[moving]), frame)
    spines[still] = _loops(starts, ends, at, still, lanes, radius)
    rim = np.array([[radius[s], radius[e]] for s, e in zip(starts, ends, strict=True)]).reshape(-1, 2)
    fits = np.minimum(1.0, CIRCLE_FILL * rim / np.maximum(half_bundle[:, None], 1e-9))
    side = np.where(still, 0.0, lanes)
    spread = np.maximum(2 * rim, SPREAD * half_bundle[:, None])
    return Drawn(shifted(spines, side, rim, spread, fits), spines, side, radius)


def layout(
    legs: gpd.GeoDataFrame, *, method: str = "arc", width: str = "width_px", figure_width_px: float = 1000.0,
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
        If a line, an end or a width is missing or not finite, or the CRS is geographic.

    Examples
    --------
    >>> import azroutes
    >>> steps = azroutes.legs(azroutes.load_flows()).to_crs("EPSG:3857").assign(width_px=2.0)
    >>> azroutes.layout(steps).geometry.iloc[0].geom_type
    'LineString'
    """
    _check_legs(legs, width, figure_width_px)
    if legs.empty:
        return legs.copy()
    shapes = legs.geometry.to_numpy()
    first, last = shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)
    ends = pd.DataFrame(
        {
            "place": [*legs["start"], *legs["end"]],
            "x": [*shapely.get_x(first), *shapely.get_x(last)],
            "y": [*shapely.get_y(first), *shapely.get_y(last)],
        }
    )
    anchors = ends.groupby("place", sort=True)[["x", "y"]].first()
    low, span = anchors.min(), np.ptp(anchors.to_numpy(), axis=0)
    scale = figure_width_px / max(span[0] or span.max(), 1e-9)
    px = (anchors - low) * scale
    at = {str(code): (float(x), float(y)) for code, x, y in px.itertuples()}
    order = _order(legs, width)
    sorted_legs = legs.iloc[order]
    drawn = arrange(list(sorted_legs["start"]), list(sorted_legs["end"]), at,
                    sorted_legs[width].to_numpy(dtype=float), method=method, node_radius_px=node_radius_px,
                    frame=_around(px.to_numpy()))  # fmt: skip
    placed = np.empty_like(drawn.lines)
    placed[order] = drawn.lines / scale + low.to_numpy()
    return legs.set_geometry(gpd.GeoSeries(list(lines(placed)), index=legs.index, crs=legs.crs))


def _around(px: Floats) -> tuple[float, float, float, float]:
    """Return a frame with room for curves around all places."""
    low, high = px.min(axis=0), px.max(axis=0)
    room = ROOM_AROUND * max(float((high - low).max()), 1.0)
    return (float(low[0]) - room, float(low[1]) - room, float(high[0]) + room, float(high[1]) + room)


def _order(legs: gpd.GeoDataFrame, width: str) -> Ints:
    """Return an order of the rows that does not depend on the one they stand in."""
    keys = [name for name in ("start", "end", "market", "commodity", "flow_id", "order") if name in legs]
    table = pd.DataFrame(legs[keys].astype("string").fillna("")).assign(width=legs[width])
    return table.reset_index(drop=True).sort_values([*keys, "width"], kind="stable").index.to_numpy()


def _check_legs(legs: gpd.GeoDataFrame, width: str, figure_width_px: float) -> None:
    if not figure_width_px > 0 or not np.isfinite(figure_width_px):
        raise OptionError("figure_width_px must be a positive number",
                          [Fault("not positive", column="figure_width_px", value=figure_width_px)])  # fmt: skip
    faults = [Fault("missing column", column=name) for name in ("start", "end", width) if name not in legs]
    if legs.crs is None or not legs.crs.is_projected:
        faults.append(Fault("not a projected CRS", column="geometry", value=str(legs.crs), hint="say legs.to_crs(...)"))
    if not faults:
        faults += [Fault("missing place", row=str(row), column=name)
                   for name in ("start", "end") for row in legs.index[legs[name].isna()]]  # fmt: skip
        shapes, widths = legs.geometry.to_numpy(), legs[width].to_numpy(dtype=float, na_value=np.nan)
        line = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
        sound = line & ~shapely.is_empty(shapes)
        # Bounds pass over what is not a number: only the coordinates tell.
        xy, owner = shapely.get_coordinates(shapes, return_index=True)
        sound[owner[~np.isfinite(xy).all(axis=1)]] = False
        faults += [Fault("not a finite line", row=str(row), column="geometry") for row in legs.index[~sound]]
        wide = np.isfinite(widths) & (widths >= 0)
        faults += [Fault("not a width", row=str(row), column=width, value=float(widths[k]), hint="zero or more, px")
                   for k, row in enumerate(legs.index) if not wide[k]]  # fmt: skip
    if faults:
        raise TableError("these legs cannot be laid out", faults)


def _lanes(starts: list[str], ends: list[str], width: Floats, *, both_ways: bool) -> tuple[Floats, Floats]:
    """Return each arrow's lane in its own direction, and half the width of the bundle that it is part of.

    A bundle is all arrows between two places, or only those of one direction.
    """
    _, half_head = head_size(width)
    room = np.maximum(width, 1.6 * half_head) + LANE_GAP
    bundles: dict[tuple[str, str], list[int]] = {}
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        bundles.setdefault((min(start, end), max(start, end)) if both_ways else (start, end), []).append(k)
    lanes, half = np.zeros(len(starts)), np.zeros(len(starts))
    for (first, _), members in bundles.items():
        # Looking from the first place to the second: those that come back keep left, those that go keep right.
        across = [k for k in members if starts[k] != first][::-1] + [k for k in members if starts[k] == first]
        total = float(room[across].sum())
        middle = np.cumsum(room[across]) - room[across] / 2 - total / 2
        for k, offset in zip(across, middle, strict=True):
            lanes[k] = offset if starts[k] == first else -offset
            half[k] = (total - LANE_GAP) / 2
    return lanes, half


def _radii(
    starts: list[str], ends: list[str], at: dict[str, tuple[float, float]], half_bundle: Floats, least: float
) -> dict[str, float]:
    """Return a radius for each place: room for its widest bundle, but never into the next place's."""
    used = sorted({*starts, *ends})
    wanted = dict.fromkeys(used, least)
    for start, end, half in zip(starts, ends, half_bundle, strict=True):
        if start != end:
            for code in (start, end):
                wanted[code] = max(wanted[code], min(float(half) / CIRCLE_FILL, MOST_GROWTH * least))
    xy = np.array([at[code] for code in used]).reshape(-1, 2)
    tree = shapely.STRtree(points(xy))
    radius = {}
    for code, (x, y) in zip(used, xy, strict=True):
        others = [float(np.hypot(x - xy[k, 0], y - xy[k, 1]))
                  for k in tree.query(shapely.Point(x, y).buffer(4 * wanted[code])) if used[k] != code]  # fmt: skip
        room = 0.3 * min((d for d in others if d > 0), default=np.inf)
        radius[code] = max(least, min(wanted[code], room))
    return radius


def _spines(a: Floats, b: Floats, method: str) -> Floats:
    """Return one spine an arrow, the same for both directions of a pair."""
    # Arcs stand off to the north of their chord, most where it lies east-west: like the paths of aeroplanes on a map.
    chord = b - a
    tilt = chord[:, 0] / np.maximum(np.hypot(chord[:, 0], chord[:, 1]), 1e-9)
    bulge = ARC_BULGE * tilt if method == "arc" else np.zeros(len(a))
    return arc(a, b, bulge)


def _decluttered(
    arcs: Floats, pairs: list[tuple[str, str]], at: dict[str, tuple[float, float]], radius: dict[str, float],
    sizes: tuple[Floats, Floats], frame: tuple[float, float, float, float] | None,
) -> Floats:  # fmt: skip
    """Return spines that cross, touch and cover one another least: one for each pair of places and direction.

    `sizes` are the half width of the bundle and the width of each arrow. The widest bundles are laid out; what is
    thinner than the first `declutter.MOST` keeps its arc.
    """
    half, width = sizes
    bundles: dict[tuple[str, str], list[int]] = {}
    for k, pair in enumerate(pairs):
        bundles.setdefault(pair, []).append(k)
    chosen = sorted(sorted(bundles, key=lambda pair: (-half[bundles[pair][0]], pair))[:MOST])
    if not chosen:
        return arcs
    number = {code: n for n, code in enumerate(sorted(radius))}
    ends = np.array([sorted((number[a], number[b])) for a, b in chosen], dtype=np.intp)
    widest = np.array([max(width[k] for k in bundles[pair]) for pair in chosen])
    # Rounded, so that places which differ by the noise of another scale are laid out alike.
    exact = np.array([at[code] for code in number])
    place = np.round(exact, 3)
    spines = Spines(
        start=ends[:, 0], end=ends[:, 1], forward=np.array([number[a] < number[b] for a, b in chosen]),
        half=np.array([half[bundles[pair][0]] for pair in chosen]),
        count=np.array([float(len(bundles[pair])) for pair in chosen]),
        head=np.column_stack(head_size(widest)), place=place,
        radius=np.array([radius[code] for code in number]), frame=frame,
    )  # fmt: skip
    curves = bezier(exact[ends[:, 0]], declutter(spines), exact[ends[:, 1]])
    laid = arcs.copy()
    for curve, ahead, pair in zip(curves, spines.forward, chosen, strict=True):
        laid[bundles[pair]] = curve if ahead else curve[::-1]
    return laid


def _clear_of_places(
    spines: Floats, pairs: list[tuple[str, str]], at: dict[str, tuple[float, float]], radius: dict[str, float],
    reach: Floats,
) -> Floats:  # fmt: skip
    """Bend the spines that run over a place they do not serve, by as little as clears it.

    An arrow over a foreign place reads as if it stopped there. Both directions of a pair bend alike.
    """
    codes = list(radius)
    spots = np.array([at[code] for code in codes])
    room = reach + max(radius.values())
    tree = shapely.STRtree(points(spots))
    cleared, bent = spines.copy(), {}
    for k in np.unique(tree.query(lines(spines), predicate="dwithin", distance=room)[0]):
        # Once a pair, from the end that comes first by name: two curves may cost the same but for a rounding.
        pair, ahead = tuple(sorted(pairs[k])), 1 if pairs[k][0] < pairs[k][1] else -1
        if pair not in bent:
            foreign = [n for n, code in enumerate(codes) if code not in pair]
            needed = np.array([radius[codes[n]] for n in foreign]) + reach[k]
            bent[pair] = _least_run_over(spines[k][::ahead], spots[foreign], needed)
        cleared[k] = bent[pair][::ahead]
    return cleared


def _least_run_over(spine: Floats, spots: Floats, needed: Floats) -> Floats:
    """Return the spine, or the bend of it that keeps best to its distance from each spot for the least change."""
    start, end = spine[0], spine[-1]
    ends = np.ones((len(BENDS), 1))
    curves = np.concatenate([spine[None], arc(ends * start, ends * end, np.array(BENDS))])
    gap = shapely.distance(lines(curves)[:, None], points(spots)[None, :])
    run_over = np.clip((needed - gap) / needed, 0.0, 1.0) ** 0.5
    middle = curves[:, SAMPLES // 2]
    change = np.hypot(*(middle - middle[0]).T) / np.hypot(*(end - start))
    best: Floats = curves[int(np.argmin(run_over.sum(axis=1) + BEND_COST * change))]
    return best


def _loops(
    starts: list[str], ends: list[str], at: dict[str, tuple[float, float]], still: Flags, lanes: Floats,
    radius: dict[str, float],
) -> Floats:  # fmt: skip
    """Return loops for arrows that stay at a place, in the widest free angle around it, one outside the other."""
    chosen = np.flatnonzero(still)
    bearing, size = np.zeros(len(chosen)), np.zeros(len(chosen))
    centre = np.array([at[starts[k]] for k in chosen]).reshape(-1, 2)
    for n, k in enumerate(chosen):
        x, y = at[starts[k]]
        rays = [float(np.arctan2(at[code][1] - y, at[code][0] - x)) for code in _neighbours(starts, ends, starts[k])]
        bearing[n] = _widest_gap(rays)
        rank = sum(1 for m in chosen if starts[m] == starts[k] and (lanes[m], m) < (lanes[k], k))
        size[n] = LOOP_PX + radius[starts[k]] / 2 + 3.5 * rank
    return loops(centre, bearing, size)


def _neighbours(starts: list[str], ends: list[str], code: str) -> list[str]:
    pairs = zip(starts, ends, strict=True)
    return sorted({e if s == code else s for s, e in pairs if code in (s, e) and s != e})


def _widest_gap(rays: list[float]) -> float:
    if not rays:
        return -np.pi / 2
    ring = np.sort(np.array(rays))
    gaps = np.diff(np.append(ring, ring[0] + 2 * np.pi))
    k = int(np.argmax(gaps))
    return float(ring[k] + gaps[k] / 2)
