"""Where arrows run: spines from place to place, and a lane beside one for each arrow.

Everything here is in pixels of the final picture, y up. The arrows of one pair of places keep to their lanes, those
from A to B on the right hand of the way and those from B to A on the right hand of theirs, so they stand in the same
order at both ends. Arcs and straight lines have one spine for both directions, decluttered lines one for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from azroutes.errors import check_option
from azroutes.geometry.bends import clear_of_places
from azroutes.geometry.curve import SAMPLES, arc, bezier, head_size, shifted
from azroutes.geometry.declutter import MOST, declutter
from azroutes.geometry.lanes import CIRCLE_FILL, lanes_of, radii_of, room_across
from azroutes.geometry.loops import loops_at
from azroutes.geometry.spines import Spines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from azroutes.geometry.shapes import Flags, Floats, Ints

METHODS = ("arc", "straight", "declutter")
ARC_BULGE = 0.09
"""How far an arc stands off its chord, in shares of the chord, where the chord lies east-west."""

CLEARANCE_PX = 1.5
"""Free space between an arrow and the circle of a place that it passes, px."""

SAME_SPOT_PX = 0.01
"""Places closer than this are at one spot: an arrow between them is a loop, px."""

SPREAD = 3.0
"""Over how many half widths of a bundle its lanes draw together where they meet a circle that is narrower."""


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
    ground: Flags | None = None, tell: Callable[[float], None] | None = None,
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
        xmin, ymin, xmax, ymax that decluttered arrows and loops keep within.
    ground : array of bool, shape (n,), optional
        Arrows that are the ground on which others are seen: where all of a pair of places are, they keep their arcs,
        and decluttered ones make no way for them.
    tell : callable, optional
        Called with the share of the work that is done.
    """
    check_option("method", method, METHODS)
    count = len(starts)
    a = np.array([at[code] for code in starts], dtype=float).reshape(-1, 2)
    b = np.array([at[code] for code in ends], dtype=float).reshape(-1, 2)
    still = np.hypot(*(b - a).T) < SAME_SPOT_PX
    laid = np.zeros(count, dtype=bool)
    lanes, half_bundle = lanes_of(starts, ends, width, both_ways=True)
    if method == "declutter":
        seen = _seen(starts, ends, np.zeros(count, dtype=bool) if ground is None else ground)
        laid = ~still & seen & _widest(starts, ends, np.where(seen, half_bundle, 0.0))
        own = lanes_of(starts, ends, width, both_ways=False)
        lanes, half_bundle = (np.where(laid, *parts) for parts in zip(own, (lanes, half_bundle), strict=True))
    used = {*starts, *ends}
    radius = ({code: float(radii[code]) for code in sorted(used)} if radii is not None
              else radii_of(starts, ends, at, width, half_bundle, node_radius_px))  # fmt: skip
    spines = np.empty((count, SAMPLES, 2))
    pairs = list(zip(starts, ends, strict=True))
    plain, chosen = np.flatnonzero(~still & ~laid), np.flatnonzero(laid)
    spines[plain] = _spines(a[plain], b[plain], method)
    if method != "straight":
        reach = half_bundle[plain] + CLEARANCE_PX
        spines[plain] = clear_of_places(spines[plain], [pairs[k] for k in plain], at, radius, reach)
    if len(chosen):
        room = Room(radius, np.empty((0, 4)) if keep_off is None else keep_off, frame)
        spines[chosen] = _decluttered([pairs[k] for k in chosen], at, (lanes[chosen], width[chosen]), room,
                                      _among(chosen, follows), tell)  # fmt: skip
    spines[still] = loops_at(starts, ends, at, still, (lanes, width), radius, frame)
    spines[still, -1] = b[still]
    side = np.where(still, 0.0, lanes)
    rim = np.array([[radius[s], radius[e]] for s, e in pairs]).reshape(-1, 2)
    return Drawn(_beside(spines, side, half_bundle, rim), spines, side, radius)


def _among(chosen: Ints, follows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return which of some arrows a route takes one after the other, by their numbers among these."""
    rank = {int(k): n for n, k in enumerate(chosen)}
    return [(rank[a], rank[b]) for a, b in follows if a in rank and b in rank]


def _beside(spines: Floats, lanes: Floats, half_bundle: Floats, rim: Floats) -> Floats:
    """Return the centre lines in their lanes, which draw together where they meet circles narrower than their bundle.

    `rim` has the radii of the circles at both ends.
    """
    fits = np.minimum(1.0, CIRCLE_FILL * rim / np.maximum(half_bundle[:, None], 1e-9))
    spread = np.maximum(2 * rim, SPREAD * half_bundle[:, None])
    return shifted(spines, lanes, rim, spread, fits)


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


def _seen(starts: list[str], ends: list[str], ground: Flags) -> Flags:
    """Return which arrows are of a pair of places between which one at least is not the ground for others."""
    pairs = [(min(a, b), max(a, b)) for a, b in zip(starts, ends, strict=True)]
    some = {pair for pair, below in zip(pairs, ground, strict=True) if not below}
    return np.array([pair in some for pair in pairs], dtype=bool)


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
    reach = np.abs(lanes) + room_across(width) / 2
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
