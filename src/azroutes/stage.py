"""The stage: what a map shows of the flows and where it shows it, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from azroutes.arrows import Arrows, arrows_of
from azroutes.errors import check_option
from azroutes.exits import BEYOND_NOTE, Exit, exits
from azroutes.extent import focus_on
from azroutes.inset import Inset, ink_of, inset
from azroutes.options import Outside
from azroutes.places import Place, place
from azroutes.projection import COUNTRY_SPAN_M, Frame, fit, frame_in, trimmed
from azroutes.typesetting import name_lines, shortened, text_width
from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from azroutes.cut import Cut
    from azroutes.extent import Area, Focus
    from azroutes.scale import WidthScale
    from azroutes.theme import Theme

EDGE_NAME_EMS, EDGE_NAME_SHARE = 8.5, 0.64
"""Longest line of a name at the edge: heights of its type, or a share of the name where that is longer."""

NAME_EMS = 13.2
"""Longest line of a name on the map, in heights of its type; longer names take two lines, and what does not fit them is
cut there and whole in the tables."""

CURVES_MARGIN, CURVES_SHARE = 46.0, 0.115
"""Free space around the places for arcs and names: px, and on a small map this share of its shorter side."""


AROUND = 2.0
"""How many times as wide as its places need a map of neighbours is made, so that a reader sees which they are."""


@dataclass(frozen=True, slots=True)
class Node:
    """A place that arrows join.

    Attributes
    ----------
    code, name : str
    kind : PlaceKind
    lon, lat : float
        Degrees.
    x, y : float
        In the projection of the frame; of a place beyond it, where its mark stands at the edge.
    radius_px : float
    arrows : int
        How many arrows meet there.
    beyond : bool
        Whether the place lies outside the map.
    towards : float
        At which side of the map, if it does: radians, anticlockwise from the right.
    """

    code: str
    name: str
    kind: PlaceKind
    lon: float
    lat: float
    x: float
    y: float
    radius_px: float
    arrows: int
    beyond: bool = False
    towards: float = 0.0


@dataclass(frozen=True)
class Stage:
    """What is to be drawn, and where.

    Attributes
    ----------
    flows : GeoDataFrame
        Those that the map shows.
    arrows : Arrows
    frame : Frame
    nodes : tuple of Node
        With plain circles.
    spots : mapping of place to (x, y)
        Where the nodes are, px, y up.
    inset : Inset or None
    elsewhere : set of str
        Markets that only the small map shows.
    cut : bool
        Whether the map is cut to an extent.
    notes : tuple of str
        What is told of places and flows outside.
    """

    flows: gpd.GeoDataFrame
    arrows: Arrows
    frame: Frame
    nodes: tuple[Node, ...]
    spots: dict[str, tuple[float, float]]
    inset: Inset | None
    elsewhere: set[str]
    cut: bool
    notes: tuple[str, ...]


def staged(
    flows: gpd.GeoDataFrame, look: Theme, *, by: str, width: str, cut: Cut, scale: WidthScale | None,
    size: tuple[float, float] | None, crs: str | None, extent: Area | None, outside: str,
) -> Stage:  # fmt: skip
    """Return the arrows of flows, the frame that they are drawn in, and where their places are in it.

    Parameters are those of `azroutes.compose`.
    """
    focus = _focus(
        flows, extent, outside, size or look.map_px, crs, look, elsewhere=cut.top is None and cut.min_quantity is None
    )
    shown = flows if focus is None else focus.flows
    arrows = arrows_of(shown, look, by=by, width=width, cut=cut, scale=scale,
                       on_map=None if focus is None else focus.shows)  # fmt: skip
    table = arrows.table
    places = {code: place(code) for code in sorted({*table["start"], *table["end"]})}
    frame = _frame(places, table, size or look.map_px, crs, whole=size is not None) if focus is None else focus.frame
    at = _positions({code: found for code, found in places.items() if focus is None or code in focus.within}, frame)
    marks, small = ({}, None) if focus is None else _outside(flows, focus, table, at, look)
    at |= {code: (mark.x, mark.y) for code, mark in marks.items()}
    return Stage(
        flows=shown,
        arrows=arrows,
        frame=frame,
        nodes=_nodes(places, at, table, frame, marks, look),
        spots=at,
        inset=small,
        elsewhere=set() if small is None else set(small.arrows["market"].dropna()),
        cut=focus is not None,
        notes=() if focus is None else (*([BEYOND_NOTE] if marks else []), *focus.notes),
    )


def _frame(
    places: Mapping[str, Place], table: pd.DataFrame, size: tuple[float, float], crs: str | None, *, whole: bool
) -> Frame:
    """Return the frame of all places; unless it has to be of the whole size, without what of it shows nothing."""
    lonlat = np.array([(found.lon, found.lat) for found in places.values()])
    margin = min(CURVES_MARGIN, CURVES_SHARE * min(size))
    if crs is None:
        row = {code: k for k, code in enumerate(places)}
        ways = np.array([[row[start], row[end]] for start, end in zip(table["start"], table["end"], strict=True)])
        tight = fit(lonlat, *size, margin_px=margin, least_m=0.0, ways=ways)
        least = _least_span(places, tight)
        is_wide = tight.bounds[2] - tight.bounds[0] >= least
        frame = tight if is_wide else fit(lonlat, *size, margin_px=margin, least_m=least, ways=ways)
        return frame if whole else trimmed(frame, lonlat, margin_px=margin)
    return frame_in(crs, lonlat, *size, margin_px=margin)


def _least_span(places: Mapping[str, Place], tight: Frame) -> float:
    """Return how wide a map has to be at the least so that a reader sees where on earth its places are, metres."""
    kinds = {found.kind for found in places.values()}
    if kinds == {PlaceKind.POINT}:
        return 0.0
    # A region is larger than its point tells, and a place alone tells nothing of a size.
    if len(places) == 1 or kinds & {PlaceKind.REGION, PlaceKind.HISTORIC}:
        return COUNTRY_SPAN_M
    return min(COUNTRY_SPAN_M, AROUND * (tight.bounds[2] - tight.bounds[0]))


def _focus(
    flows: gpd.GeoDataFrame, extent: Area | None, outside: str, size: tuple[float, float], crs: str | None, look: Theme,
    *, elsewhere: bool,
) -> Focus | None:  # fmt: skip
    check_option("outside", outside, Outside)
    if extent is None:
        return None
    # So far within the frame that a circle at its widest, and the mark of a place outside, are not cut.
    room = 2 * look.node_radius_px + 4.0
    return focus_on(flows, extent, outside=outside, size_px=size, edge_px=room, crs=crs, elsewhere=elsewhere)


def _outside(
    flows: gpd.GeoDataFrame, focus: Focus, table: pd.DataFrame, at: dict[str, tuple[float, float]], look: Theme
) -> tuple[dict[str, Exit], Inset | None]:
    """Return the marks of places outside, which keep off the small map, and the small map if one is asked for."""
    outer = sorted({*table["start"], *table["end"]} - focus.within)
    names = {code: edge_name(place(code).name, look) for code in outer}
    marks = exits(focus, table, at, names, label_px=look.label_px)
    if focus.outside != "inset":
        return marks, None
    spots = at | {code: (mark.x, mark.y) for code, mark in marks.items()}
    ink = ink_of(*(np.array([spots[code] for code in table[end]]) for end in ("start", "end")))
    small = inset(flows, table, focus, look, ink)
    if small is None:
        return marks, None
    return exits(focus, table, at, names, label_px=look.label_px, taken=[small.box]), small


def edge_name(name: str, look: Theme) -> str:
    """Return a name in lines as short as two allow, so that it takes little of the map beside the edge."""
    line = shortened(name, look.label_px, 2 * NAME_EMS * look.label_px)
    half = EDGE_NAME_SHARE * text_width(line, look.label_px)
    return name_lines(line, look.label_px, max(half, EDGE_NAME_EMS * look.label_px))


def _positions(places: Mapping[str, Place], frame: Frame) -> dict[str, tuple[float, float]]:
    lonlat = np.array([(found.lon, found.lat) for found in places.values()])
    px = frame.to_px(frame.project(lonlat))
    return {code: (float(x), float(y)) for code, (x, y) in zip(places, px, strict=True)}


def _nodes(
    places: Mapping[str, Place], at: dict[str, tuple[float, float]], table: pd.DataFrame, frame: Frame,
    marks: Mapping[str, Exit], look: Theme,
) -> tuple[Node, ...]:  # fmt: skip
    met: dict[str, int] = dict.fromkeys(places, 0)
    for start, end in zip(table["start"], table["end"], strict=True):
        for code in {start, end}:
            met[code] += 1
    metres = frame.to_metres(np.array([at[code] for code in places]))
    return tuple(
        Node(code, found.name, found.kind, found.lon, found.lat, float(x), float(y), look.node_radius_px, met[code],
             code in marks, marks[code].towards if code in marks else 0.0)
        for (code, found), (x, y) in zip(places.items(), metres, strict=True)
    )  # fmt: skip
