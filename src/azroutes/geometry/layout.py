"""Where arrows run: spines from place to place, and a lane beside one for each arrow.

Everything here is in pixels of the final picture, y up. The arrows of one pair of places keep to their lanes, those
from A to B on the right hand of the way and those from B to A on the right hand of theirs, so they stand in the same
order at both ends. Arcs and straight lines have one spine for both directions, decluttered lines one for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from azroutes.errors import Fault, OptionError, TableError, check_option
from azroutes.geometry.board import Spines
from azroutes.geometry.curve import SAMPLES, arc, bezier, head_size, loops, shifted
from azroutes.geometry.declutter import MOST, declutter
from azroutes.geometry.shapes import Flags, Floats, Ints, lines, points
from azroutes.progress import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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

SAME_SPOT_PX = 0.01
"""Places closer than this are at one spot: an arrow between them is a loop, px."""

ASTRAY_PX = 1.0
"""How far the ends of lines may be from where most rows have their place, px."""

NARROW = 1e-3
"""A figure whose places are less wide than this share of their height is measured along its height."""

LOOP_PX, LOOP_GAP_PX = 20.0, 3.0
"""How far the innermost loop at a place reaches beyond its circle, and free space between two loops, px."""

LOOP_OPENS, LOOP_OPENS_MORE, LOOP_WIDEST = 0.6, 0.15, 1.2
"""Half the angle that the innermost loop takes at its place, by how much that of the next is more, and the most of any,
radians."""

MOST_GROWTH = 1.8
"""How many times its least radius a circle may grow to make room for lanes; what is wider draws together there."""

HUB_FILL, HUB_GROWTH = 0.5, 3.0
"""Share of the circumference of all arrows that meet at a place which its circle has, and how many times its least
radius it may grow for that."""

NODE_GAP = 2.0
"""Free space between two circles, px, where they are large enough to give any."""

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
        The line that an arrow shares with others between its places, in its own direction.
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
    starts: list[str], ends: list[str], at: dict[str, tuple[float, float]], width: Floats, *, method: str = "declutter",
    node_radius_px: float = 5.0, radii: Mapping[str, float] | None = None, keep_off: Floats | None = None,
    follows: Sequence[tuple[int, int]] = (), frame: tuple[float, float, float, float] | None = None,
    tell: Callable[[float], None] | None = None,
) -> Drawn:  # fmt: skip
    """Draw arrows between places.

    Parameters
    ----------
    starts, ends : list of str
        The places of each arrow.
    at : mapping of place to (x, y)
        Where they are, px, y up.
    width : array of shape (n,)
        Widths of the arrows, px.
    method : {'declutter', 'arc', 'straight'}
        How spines run.
    node_radius_px : float
        Radius of a place's circle at the least; it grows where wide arrows meet.
    radii : mapping of place to float, optional
        The radius of each circle, px, where it is not for the arrows to say.
    keep_off : array of shape (k, 4), optional
        Boxes that decluttered arrows keep off if they can, such as names: xmin, ymin, xmax, ymax.
    follows : sequence of (int, int)
        Arrows that a route takes one after the other, for decluttered ones to run on smoothly.
    frame : tuple of float, optional
        xmin, ymin, xmax, ymax that decluttered arrows keep within.
    tell : callable, optional
        Called with the share of the work that is done.
    """
    check_option("method", method, METHODS)
    count = len(starts)
    a = np.array([at[code] for code in starts], dtype=float).reshape(-1, 2)
    b = np.array([at[code] for code in ends], dtype=float).reshape(-1, 2)
    still = np.hypot(*(b - a).T) < SAME_SPOT_PX
    laid = np.zeros(count, dtype=bool)
    lanes, half_bundle = _lanes(starts, ends, width, both_ways=True)
    if method == "declutter":
        laid = ~still & _widest(starts, ends, half_bundle)
        own = _lanes(starts, ends, width, both_ways=False)
        lanes, half_bundle = (np.where(laid, *parts) for parts in zip(own, (lanes, half_bundle), strict=True))
    used = {*starts, *ends}
    radius = ({code: float(radii[code]) for code in sorted(used)} if radii is not None
              else _radii(starts, ends, at, width, half_bundle, node_radius_px))  # fmt: skip
    spines = np.empty((count, SAMPLES, 2))
    plain = np.flatnonzero(~still & ~laid)
    spines[plain] = _spines(a[plain], b[plain], method)
    if method != "straight":
        pairs, reach = [(starts[k], ends[k]) for k in plain], half_bundle[plain] + CLEARANCE_PX
        spines[plain] = _clear_of_places(spines[plain], pairs, at, radius, reach)
    if laid.any():
        chosen = np.flatnonzero(laid)
        rank = {int(k): n for n, k in enumerate(chosen)}
        joined = [(rank[a], rank[b]) for a, b in follows if a in rank and b in rank]
        room = Room(radius, np.empty((0, 4)) if keep_off is None else keep_off, frame)
        pairs, sizes = [(starts[k], ends[k]) for k in chosen], (lanes[chosen], width[chosen])
        spines[chosen] = _decluttered(pairs, at, sizes, room, joined, tell)
    spines[still] = _loops(starts, ends, at, still, (lanes, width), radius)
    spines[still, -1] = b[still]
    rim = np.array([[radius[s], radius[e]] for s, e in zip(starts, ends, strict=True)]).reshape(-1, 2)
    fits = np.minimum(1.0, CIRCLE_FILL * rim / np.maximum(half_bundle[:, None], 1e-9))
    side = np.where(still, 0.0, lanes)
    spread = np.maximum(2 * rim, SPREAD * half_bundle[:, None])
    return Drawn(shifted(spines, side, rim, spread, fits), spines, side, radius)


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
    _check_legs(legs, width, figure_width_px)
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


def _check_legs(legs: gpd.GeoDataFrame, width: str, figure_width_px: float) -> None:
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


def _room(width: Floats) -> Floats:
    """Return how much room across an arrow takes, px."""
    room: Floats = np.maximum(width, 1.6 * head_size(width)[1])
    return room


def _lanes(starts: list[str], ends: list[str], width: Floats, *, both_ways: bool) -> tuple[Floats, Floats]:
    """Return each arrow's lane in its own direction, and half the width of the bundle that it is part of.

    A bundle is all arrows between two places, or only those of one direction.
    """
    room = _room(width) + LANE_GAP
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
    starts: list[str], ends: list[str], at: Mapping[str, tuple[float, float]], width: Floats, half_bundle: Floats,
    least: float,
) -> dict[str, float]:  # fmt: skip
    """Return a radius for each place: room for its widest bundle and for all that meets there, off the next circles.

    Where many arrows meet they would lie on one another on a small circle, whatever way they come.
    """
    used = sorted({*starts, *ends})
    if not used:
        return {}
    rank = {code: k for k, code in enumerate(used)}
    ends_at = np.array([[rank[start], rank[end]] for start, end in zip(starts, ends, strict=True)]).reshape(-1, 2)
    moving = ends_at[:, 0] != ends_at[:, 1]
    both = ends_at[moving].ravel()
    widest = np.zeros(len(used))
    np.maximum.at(widest, both, np.repeat(np.minimum(half_bundle[moving] / CIRCLE_FILL, MOST_GROWTH * least), 2))
    around = np.bincount(both, np.repeat(_room(width[moving]) + LANE_GAP, 2), len(used)) / (2 * np.pi)
    wanted = np.maximum(np.maximum(widest, least), np.minimum(HUB_FILL * around, HUB_GROWTH * least))
    xy = np.array([at[code] for code in used]).reshape(-1, 2)
    spots = points(xy)
    one, other = shapely.STRtree(spots).query(spots, predicate="dwithin", distance=2 * float(wanted.max()) + NODE_GAP)
    away = np.hypot(*(xy[one] - xy[other]).T)
    matter = away > 0
    one, other, away = one[matter], other[matter], away[matter]
    room = np.full(len(used), np.inf)
    np.minimum.at(room, one, (away - NODE_GAP) * wanted[one] / (wanted[one] + wanted[other]))
    radius = np.maximum(np.minimum(wanted, room), least)
    return {code: float(r) for code, r in zip(used, radius, strict=True)}


def _spines(a: Floats, b: Floats, method: str) -> Floats:
    """Return one spine an arrow, the same for both directions of a pair."""
    # Arcs stand off to the north of their chord, most where it lies east-west: like the paths of aeroplanes on a map.
    chord = b - a
    tilt = chord[:, 0] / np.maximum(np.hypot(chord[:, 0], chord[:, 1]), 1e-9)
    bulge = ARC_BULGE * tilt if method != "straight" else np.zeros(len(a))
    return arc(a, b, bulge)


@dataclass(frozen=True, slots=True)
class Room:
    """What is not free for arrows: circles, boxes, and all that lies outside the frame."""

    radius: Mapping[str, float]
    boxes: Floats
    frame: tuple[float, float, float, float] | None


def _widest(starts: list[str], ends: list[str], half_bundle: Floats) -> Flags:
    """Return which arrows are laid out: all of the widest pairs of places, as long as they take `MOST` spines at most.

    Both directions of a pair are laid out or neither is: a lane beside an arc is no place beside a curve.
    """
    ways = set(zip(starts, ends, strict=True))
    half = {(min(a, b), max(a, b)): float(wide) for a, b, wide in zip(starts, ends, half_bundle, strict=True) if a != b}
    chosen: set[tuple[str, str]] = set()
    left = MOST
    for pair in sorted(half, key=lambda pair: (-half[pair], pair)):
        left -= (pair in ways) + (pair[::-1] in ways)
        if left < 0:
            break
        chosen.add(pair)
    return np.array([(min(a, b), max(a, b)) in chosen for a, b in zip(starts, ends, strict=True)], dtype=bool)


def _decluttered(
    pairs: list[tuple[str, str]], at: dict[str, tuple[float, float]], sizes: tuple[Floats, Floats], room: Room,
    follows: list[tuple[int, int]], tell: Callable[[float], None] | None,
) -> Floats:  # fmt: skip
    """Return spines that cross, touch and cover one another least: one for each pair of places and direction.

    `sizes` are the lane and the width of each arrow.
    """
    lanes, width = sizes
    bundles: dict[tuple[str, str], list[int]] = {}
    for k, pair in enumerate(pairs):
        bundles.setdefault(pair, []).append(k)
    reach = np.abs(lanes) + _room(width) / 2
    half = {pair: float(reach[members].max()) for pair, members in bundles.items()}
    chosen = sorted(bundles)
    # Places at one spot are one: an arrow to either cannot keep off the other.
    spots: dict[tuple[float, float], list[str]] = {}
    for code in sorted(room.radius):
        spots.setdefault((round(at[code][0], 2), round(at[code][1], 2)), []).append(code)
    number = {code: n for n, codes in enumerate(spots.values()) for code in codes}
    ends = np.array([sorted((number[a], number[b])) for a, b in chosen], dtype=np.intp)
    widest = np.array([max(width[k] for k in bundles[pair]) for pair in chosen])
    bundle_of = {pair: n for n, pair in enumerate(chosen)}
    joined = sorted({(bundle_of[pairs[a]], bundle_of[pairs[b]]) for a, b in follows})
    # Rounded, so that places which differ by the noise of another scale are laid out alike.
    exact = np.array([at[codes[0]] for codes in spots.values()])
    spines = Spines(
        start=ends[:, 0], end=ends[:, 1], forward=np.array([number[a] < number[b] for a, b in chosen]),
        half=np.array([half[pair] for pair in chosen]),
        count=np.array([float(len(bundles[pair])) for pair in chosen]),
        head=np.column_stack(head_size(widest)), place=np.round(exact, 3),
        radius=np.array([max(room.radius[code] for code in codes) for codes in spots.values()]),
        box=np.round(room.boxes, 3),
        follows=np.array(joined, dtype=np.intp).reshape(-1, 2), frame=room.frame,
    )  # fmt: skip
    curves = bezier(exact[ends[:, 0]], declutter(spines, tell=tell), exact[ends[:, 1]])
    laid = np.empty((len(pairs), SAMPLES, 2))
    for curve, ahead, pair in zip(curves, spines.forward, chosen, strict=True):
        laid[bundles[pair]] = curve if ahead else curve[::-1]
    laid[:, 0], laid[:, -1] = [at[start] for start, _ in pairs], [at[end] for _, end in pairs]
    return laid


def _clear_of_places(
    spines: Floats, pairs: list[tuple[str, str]], at: dict[str, tuple[float, float]], radius: dict[str, float],
    reach: Floats,
) -> Floats:  # fmt: skip
    """Bend the spines that run over a place they do not serve, by as little as clears it.

    An arrow over a foreign place reads as if it stopped there. Both directions of a pair bend alike. Of very many
    arrows only the widest are looked at: among thousands none could get clear.
    """
    if not pairs:
        return spines
    codes = list(radius)
    spots = np.array([at[code] for code in codes])
    size, number = np.array([radius[code] for code in codes]), {code: n for n, code in enumerate(codes)}
    room = reach + max(radius.values())
    tree = shapely.STRtree(points(spots))
    cleared, bent = spines.copy(), {}
    widest = np.sort(np.lexsort((np.arange(len(pairs)), -reach))[:MOST])
    near = tree.query(lines(spines[widest]), predicate="dwithin", distance=room[widest])[0]
    for k in widest[np.unique(near)]:
        # Once a pair, from the end that comes first by name: two curves may cost the same but for a rounding.
        pair, ahead = tuple(sorted(pairs[k])), 1 if pairs[k][0] < pairs[k][1] else -1
        if pair not in bent:
            own = [number[code] for code in pair]
            bent[pair] = _least_run_over(spines[k][::ahead], tree, size + reach[k], own)
        cleared[k] = bent[pair][::ahead]
    return cleared


def _least_run_over(spine: Floats, tree: shapely.STRtree, needed: Floats, own: list[int]) -> Floats:
    """Return the spine, or the bend of it that keeps best to its distance from each place for the least change.

    `needed` is that distance for each place of the tree; those of `own` do not count.
    """
    start, end = spine[0], spine[-1]
    ends = np.ones((len(BENDS), 1))
    curves = np.concatenate([spine[None], arc(ends * start, ends * end, np.array(BENDS))])
    ways = lines(curves)
    # Who is near is found by short pieces, whose boxes hold few places; they leave the curve by no more than this.
    slack = max(BENDS) * float(np.hypot(*(end - start))) * (4 / (SAMPLES - 1)) ** 2
    rough = curves[:, ::4]
    pieces = lines(np.stack([rough[:, :-1], rough[:, 1:]], axis=2).reshape(-1, 2, 2))
    piece, place = tree.query(pieces, predicate="dwithin", distance=float(needed.max()) + slack)
    bend, place = np.divmod(np.unique(piece // (rough.shape[1] - 1) * len(needed) + place), len(needed))
    foreign = ~np.isin(place, own)
    bend, place = bend[foreign], place[foreign]
    gap = shapely.distance(ways[bend], tree.geometries[place])
    share = np.clip((needed[place] - gap) / needed[place], 0.0, 1.0) ** 0.5
    run_over = np.bincount(bend, share, len(curves))
    middle = curves[:, SAMPLES // 2]
    change = np.hypot(*(middle - middle[0]).T) / np.hypot(*(end - start))
    best: Floats = curves[int(np.argmin(run_over + BEND_COST * change))]
    return best


def _loops(
    starts: list[str], ends: list[str], at: dict[str, tuple[float, float]], still: Flags, sizes: tuple[Floats, Floats],
    radius: dict[str, float],
) -> Floats:  # fmt: skip
    """Return loops for arrows that stay at a place, in the widest free angle around it, each around those before it.

    `sizes` are the lane and the width of each arrow.
    """
    lanes, width = sizes
    room = _room(width)
    chosen = np.flatnonzero(still)
    bearing, reach, spread = np.zeros((3, len(chosen)))
    centre = np.array([at[starts[k]] for k in chosen]).reshape(-1, 2)
    # Of several places at one spot the loops lie around one another too.
    spot = {code: (round(at[code][0], 2), round(at[code][1], 2)) for code in {*starts, *ends}}
    rays = _rays([spot[code] for code in starts], [spot[code] for code in ends])
    outer: dict[tuple[float, float], tuple[float, float]] = {}
    for n in sorted(range(len(chosen)), key=lambda n: (lanes[chosen[n]], chosen[n])):
        code, half = starts[chosen[n]], float(room[chosen[n]]) / 2
        bearing[n] = _widest_gap(rays.get(spot[code], []))
        away, opens = outer.get(spot[code], (radius[code] + LOOP_PX, LOOP_OPENS - LOOP_OPENS_MORE))
        reach[n], spread[n] = away + half, min(opens + LOOP_OPENS_MORE, LOOP_WIDEST)
        outer[spot[code]] = float(reach[n]) + half + LOOP_GAP_PX, float(spread[n])
    return loops(centre, bearing, reach, spread)


def _rays(starts: list[tuple[float, float]], ends: list[tuple[float, float]]) -> dict[tuple[float, float], list[float]]:
    """Return for each spot the bearings of those that it is joined to."""
    joined = {pair for pair in zip(starts, ends, strict=True) if pair[0] != pair[1]}
    rays: dict[tuple[float, float], list[float]] = {}
    for here, there in sorted(joined | {(b, a) for a, b in joined}):
        rays.setdefault(here, []).append(float(np.arctan2(there[1] - here[1], there[0] - here[0])))
    return rays


def _widest_gap(rays: list[float]) -> float:
    if not rays:
        return -np.pi / 2
    ring = np.sort(np.array(rays))
    gaps = np.diff(np.append(ring, ring[0] + 2 * np.pi))
    k = int(np.argmax(gaps))
    return float(ring[k] + gaps[k] / 2)
