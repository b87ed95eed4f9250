"""The scene: all that is drawn, resolved once, for figures and maps alike.

No renderer decides a width, a colour, an offset or a word: it draws what the scene holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from azroutes.arrows import arrows_of
from azroutes.basemap import Basemap, basemap
from azroutes.errors import Fault, TableError
from azroutes.geometry.curve import arrows as arrow_shapes
from azroutes.geometry.curve import head_size, trimmed
from azroutes.geometry.layout import Drawn, arrange
from azroutes.geometry.shapes import Shapes, lines, points
from azroutes.labels import Label, Obstacles, name_lines, place_countries, place_labels, sized
from azroutes.legend import Legend, credits, legends, notes
from azroutes.places import gazetteer, place
from azroutes.projection import COUNTRY_SPAN_M, Frame, fit, frame_in
from azroutes.schema import Flows, validate
from azroutes.theme import Theme
from azroutes.vocabulary import Market, PlaceKind, label

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from azroutes.places import Place


NAME_PX = 105.0
"""Longest line of a name on the map, px; longer names take two lines, and what does not fit them is cut there and
whole in the tables."""

START_GAP, END_GAP = 0.6, 1.4
"""Free space between an arrow and the circles it joins, px."""

NEIGHBOUR_PX = 60.0
"""How close to an arrow or a place a country comes whose name is written."""

CURVES_MARGIN = 46.0
"""Free space around the places for arcs and names, px."""


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
        In the projection of the frame.
    radius_px : float
    arrows : int
        How many arrows meet there.
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


@dataclass(frozen=True)
class Scene:
    """All that is drawn.

    Attributes
    ----------
    frame : Frame
        Projection, extent and size.
    title : str
    arrows : GeoDataFrame
        One row an arrow in drawing order, in the CRS of the frame; geometry is the centre line from place to place.
        Columns: ``market, start, end, flows, lineages, quantity, certainty, counted, width_px, colour, title,
        head_length_px, head_half_px, lane_px, spine`` (line), ``outline`` (polygon, dashed where it is not certain).
    nodes : tuple of Node
    labels : tuple of Label
        Pixels from the lower left corner of the frame.
    basemap : Basemap
    legends : tuple of Legend
        Markets, widths, certainty, places: only what is on the map.
    notes, credits : tuple of str
    theme : Theme
    """

    frame: Frame
    title: str
    arrows: gpd.GeoDataFrame
    nodes: tuple[Node, ...]
    labels: tuple[Label, ...]
    basemap: Basemap
    legends: tuple[Legend, ...]
    notes: tuple[str, ...]
    credits: tuple[str, ...]
    theme: Theme


def compose(
    flows: gpd.GeoDataFrame, *, title: str = "", by: str = "market", width: str = "auto", method: str = "arc",
    theme: Theme | None = None, size_px: tuple[float, float] | None = None, crs: str | None = None,
) -> Scene:  # fmt: skip
    """Resolve flows into a scene.

    Parameters
    ----------
    flows : GeoDataFrame
        A table of flows, not empty.
    title : str
        Stands over the map.
    by : {'market', 'commodity', 'flow'}
        What is drawn as an arrow of its own.
    width : {'auto', 'lineages', 'quantity'}
        What the width shows.
    method : {'arc', 'straight', 'declutter'}
        How arrows run; see `azroutes.layout`.
    theme : Theme, optional
    size_px : (float, float), optional
        Width and height of the map; by default the theme's.
    crs : str, optional
        A projected CRS; by default one fitted to the flows.

    Raises
    ------
    TableError
        If the table is not valid, or has no row.

    Examples
    --------
    >>> import azroutes
    >>> scene = azroutes.compose(azroutes.load_flows())
    >>> [legend.title for legend in scene.legends][0]
    'Market'
    """
    look = theme or Theme()
    if len(validate(Flows, flows)) == 0:
        raise TableError("there is no flow to draw", [Fault("the table has no rows", hint="loosen the filter")])
    arrows = arrows_of(flows, look, by=by, width=width)
    table = arrows.table
    ends = sorted({*table["start"], *table["end"]})
    places = {code: place(code) for code in ends}
    frame = _frame(places, size_px or look.map_px, crs)
    at = _positions(places, frame)
    drawn = arrange(list(table["start"]), list(table["end"]), at, table["width_px"].to_numpy(dtype=float),
                    method=method, node_radius_px=look.node_radius_px,
                    frame=(0.0, 0.0, frame.width_px, frame.height_px))  # fmt: skip
    outlines, tips = _outlines(drawn, table, look)
    nodes = _nodes(places, at, drawn, table, frame)
    land = basemap(frame)
    labels, unlabelled = _labels(nodes, at, frame, land, look, Obstacles(
        outlines, tips, _circles(nodes, at), (frame.width_px, frame.height_px)))  # fmt: skip
    kinds = sorted({node.kind.value for node in nodes})
    return Scene(
        frame=frame,
        title=title,
        arrows=_arrow_frame(table, drawn, outlines, frame, look),
        nodes=nodes,
        labels=labels,
        basemap=land,
        legends=legends(arrows, kinds, look),
        notes=notes(flows, arrows, kinds, unlabelled),
        credits=credits(flows, land.credit),
        theme=look,
    )


def _frame(places: Mapping[str, Place], size: tuple[float, float], crs: str | None) -> Frame:
    lonlat = np.array([(found.lon, found.lat) for found in places.values()])
    if crs is None:
        only_points = all(found.kind is PlaceKind.POINT for found in places.values())
        return fit(lonlat, *size, margin_px=CURVES_MARGIN, least_m=0.0 if only_points else COUNTRY_SPAN_M)
    return frame_in(crs, lonlat, *size, margin_px=CURVES_MARGIN)


def _positions(places: Mapping[str, Place], frame: Frame) -> dict[str, tuple[float, float]]:
    lonlat = np.array([(found.lon, found.lat) for found in places.values()])
    px = frame.to_px(frame.project(lonlat))
    return {code: (float(x), float(y)) for code, (x, y) in zip(places, px, strict=True)}


def _outlines(drawn: Drawn, table: pd.DataFrame, look: Theme) -> tuple[Shapes, Shapes]:
    """Return the arrows as polygons, px, and the points where their heads end."""
    width = table["width_px"].to_numpy(dtype=float)
    starts = np.array([drawn.radius[code] for code in table["start"]])
    ends = np.array([drawn.radius[code] for code in table["end"]])
    seen = trimmed(drawn.lines, starts + START_GAP, ends + END_GAP)
    shapes = arrow_shapes(seen, width, head_size(width), [look.dashes[code] for code in table["certainty"]])
    shapes[width == 0] = shapely.Polygon()
    return shapes, points(seen[:, -1])


def _nodes(
    places: Mapping[str, Place], at: dict[str, tuple[float, float]], drawn: Drawn, table: pd.DataFrame, frame: Frame
) -> tuple[Node, ...]:
    met: dict[str, int] = dict.fromkeys(places, 0)
    for start, end in zip(table["start"], table["end"], strict=True):
        for code in {start, end}:
            met[code] += 1
    metres = frame.to_metres(np.array([at[code] for code in places]))
    return tuple(
        Node(code, found.name, found.kind, found.lon, found.lat, float(x), float(y), drawn.radius[code], met[code])
        for (code, found), (x, y) in zip(places.items(), metres, strict=True)
    )


def _circles(nodes: tuple[Node, ...], at: dict[str, tuple[float, float]]) -> Shapes:
    return np.array([shapely.Point(at[node.code]).buffer(node.radius_px + 0.6) for node in nodes], dtype=object)


def _labels(
    nodes: tuple[Node, ...], at: dict[str, tuple[float, float]], frame: Frame, land: Basemap, look: Theme,
    obstacles: Obstacles,
) -> tuple[tuple[Label, ...], list[str]]:  # fmt: skip
    """Return the names of places, then those of countries where there is room, and the names without room."""
    order = sorted(nodes, key=lambda node: (-node.arrows, node.code))
    wanted = [
        sized(Label(name_lines(node.name, look.label_px, NAME_PX), *at[node.code], 0, 0, look.label_px,
                    italic=node.kind is PlaceKind.REGION, bold=node.arrows == order[0].arrows > 4, colour=look.ink,
                    kind="node", code=node.code))
        for node in order
    ]  # fmt: skip
    named, left_out = place_labels(wanted, [node.radius_px for node in order], obstacles)
    shapes = shapely.transform(land.land.geometry.to_numpy(), frame.to_px)
    # Neighbours tell a reader where the arrows are; names far from all of them only crowd the map.
    inked = shapely.STRtree([*obstacles.arrows, *obstacles.circles])
    near = np.unique(inked.query(shapes, predicate="dwithin", distance=NEIGHBOUR_PX)[0])
    used = {node.code for node in nodes}
    countries, grounds = [], []
    for code, shape in sorted(
        zip(land.land["code"].iloc[near], shapes[near], strict=True), key=lambda pair: -pair[1].area
    ):
        known = gazetteer().get(code)
        if known is None or code in used or known.kind is not PlaceKind.COUNTRY:
            continue
        spot = frame.to_px(frame.project(np.array([[known.label_lon, known.label_lat]])))[0]
        countries.append(sized(Label(known.name, float(spot[0]), float(spot[1]), 0, 0, look.country_px, italic=False,
                                     bold=False, colour=look.quiet, kind="country", code=code)))  # fmt: skip
        grounds.append(shape)
    ground: Shapes = np.empty(len(grounds), dtype=object)
    ground[:] = grounds
    quiet = place_countries(countries, ground, named, obstacles)
    return (*named, *quiet), [name.text.replace("\n", " ") for name in left_out]


def _arrow_frame(table: pd.DataFrame, drawn: Drawn, outlines: Shapes, frame: Frame, look: Theme) -> gpd.GeoDataFrame:
    length, half = head_size(table["width_px"].to_numpy(dtype=float))
    market = [code if isinstance(code, str) else None for code in table["market"]]
    ends = zip(market, table["start"], table["end"], strict=True)
    looks = table.assign(
        colour=[look.colour(code) for code in market],
        title=[_arrow_title(code, start, end) for code, start, end in ends],
        head_length_px=length,
        head_half_px=half,
        lane_px=drawn.lanes,
    )
    made = gpd.GeoDataFrame(looks, geometry=lines(frame.to_metres(drawn.lines)), crs=frame.crs)
    made["spine"] = gpd.GeoSeries(lines(frame.to_metres(drawn.spines)), crs=frame.crs)
    made["outline"] = gpd.GeoSeries(shapely.transform(outlines, frame.to_metres), crs=frame.crs)
    return made


def _arrow_title(market: str | None, start: str, end: str) -> str:
    way = f"within {place(start).name}" if start == end else f"{place(start).name} to {place(end).name}"
    return f"{label(Market, market)}: {way}" if market else way[:1].upper() + way[1:]
