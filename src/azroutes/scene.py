"""The scene: all that is drawn, resolved once, for figures and maps alike.

No renderer decides a width, a colour, an offset or a word: it draws what the scene holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from azroutes.basemap import Basemap, basemap
from azroutes.circles import circle_scale, node_radii
from azroutes.cut import Cut
from azroutes.errors import Fault, TableError, check_option
from azroutes.flows import steps_of
from azroutes.geometry.arrange import METHODS, SAME_SPOT_PX, Drawn, arrange
from azroutes.geometry.curve import arrows as arrow_shapes
from azroutes.geometry.curve import at as at_distance
from azroutes.geometry.curve import fitted_head, head_size, lengths, trimmed
from azroutes.geometry.shapes import Flags, Floats, Shapes, lines, points
from azroutes.labels import CIRCLE_MARGIN, Label
from azroutes.legend import REST_LABEL, Legend, credits, legends, notes, room_notes
from azroutes.lettering import names, outward, reserved, tags, wanted_names
from azroutes.obstacles import Obstacles
from azroutes.places import place
from azroutes.progress import shown
from azroutes.schema import Flows, validate
from azroutes.stage import Node, Stage, staged
from azroutes.theme import Theme, sized_for, theme_of
from azroutes.vocabulary import Market, label

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from azroutes.extent import Area
    from azroutes.inset import Inset
    from azroutes.projection import Frame
    from azroutes.scale import AreaScale, WidthScale


START_GAP, END_GAP = 0.6, 1.4
"""Free space between an arrow and the circles it joins, px."""

MARK_COSINE, LAST_STRETCH = 0.5, 5
"""How straight an arrow comes to the mark of a place outside: the least cosine between its last stretch, in points of
its line, and where the mark points to; arrows that come from farther aside are drawn straight."""

AT_ONCE = 8192
"""How many arrows are shaped together."""

NODE_SIZES = ("fixed", "total")

HALO_SHARE = 0.2
"""Share of the map that the halos of all arrows may take; where they would take more, none is drawn. So many thin
arrows with halos hide the wide ones below them, and lines that part lines leave little of either."""


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
        Columns: ``market, start, end, flows, lineages, quantity, certainty, counted, rest, width_px, colour, title,
        head_length_px, head_half_px, lane_px, spine`` (line), ``outline`` (polygon, dashed where it is not certain).
    nodes : tuple of Node
    labels : tuple of Label
        Pixels from the lower left corner of the frame.
    basemap : Basemap
    legends : tuple of Legend
        Markets, widths, certainty, places, circles: only what is on the map.
    notes, credits : tuple of str
    no_room : tuple of str
        Notes that are true of the scene at its size only: what it has no room for.
    theme : Theme
    scale : WidthScale
        What the widths show.
    circles : AreaScale or None
        How the area of circles shows totals; None where all are of like size.
    inset : Inset or None
        A small map of all flows, where the large one is cut to an extent.
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
    scale: WidthScale
    circles: AreaScale | None = None
    inset: Inset | None = None
    no_room: tuple[str, ...] = ()


def compose(
    flows: gpd.GeoDataFrame, *, title: str = "", by: str = "market", width: str = "auto", method: str = "declutter",
    theme: Theme | str = "default", size_px: tuple[float, float] | None = None, crs: str | None = None,
    top: int | None = None, min_quantity: float | None = None, rest: str = "merge", scale: WidthScale | None = None,
    extent: Area | None = None, outside: str = "edge", node_size: str = "fixed",
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
    method : {'declutter', 'arc', 'straight'}
        How arrows run; see `azroutes.layout`.
    theme : Theme or {'default', 'print', 'dark', 'presentation'}
        Colours, type and sizes.
    size_px : (float, float), optional
        Width and height of the map; by default the theme's, and a map of the world is as high as its inhabited lands.
    crs : str, optional
        A projected CRS; by default one fitted to the flows.
    top, min_quantity, rest
        Which arrows are drawn in full; see `azroutes.plot_flows`.
    scale : WidthScale, optional
        A scale for a set of figures; see `azroutes.width_scale`.
    extent, outside
        What the map is cut to, and what becomes of places outside; see `azroutes.plot_flows`.
    node_size : {'fixed', 'total'}
        Whether the area of a place's circle shows how much comes in and goes out.

    Raises
    ------
    TableError
        If the table is not valid, or has no row.
    OptionError
        If an option has a value that will not do.

    Examples
    --------
    >>> import azroutes
    >>> scene = azroutes.compose(azroutes.load_flows())
    >>> [legend.title for legend in scene.legends][0]
    'Market'
    """
    look = theme_of(theme)
    look = look if size_px is None else sized_for(look, size_px)
    check_option("method", method, METHODS)
    check_option("node_size", node_size, NODE_SIZES)
    if len(validate(Flows, flows)) == 0:
        raise TableError("there is no flow to draw", [Fault("the table has no rows", hint="loosen the filter")])
    stage = staged(flows, look, by=by, width=width, cut=Cut(top, min_quantity, rest), scale=scale,
                   size=size_px, crs=crs, extent=extent, outside=outside)  # fmt: skip
    order, wanted = wanted_names(stage, look)
    # Only arrows that keep off names need to know beforehand where these will stand.
    likely = reserved(stage, order, wanted) if method == "declutter" else outward(order, wanted)
    circles = circle_scale(stage.arrows, look, at=stage.spots) if node_size == "total" else None
    drawn = _drawn(stage, look, method, likely, None if circles is None else node_radii(stage.arrows, circles))
    table, frame = stage.arrows.table, stage.frame
    outlines, heads = _outlines(drawn, table, look)
    order = [replace(node, radius_px=drawn.radius[node.code]) for node in order]
    nodes = tuple(sorted(order, key=lambda node: node.code))
    land = basemap(frame)
    kept_off = [*_circles(nodes, stage.spots), *([] if stage.inset is None else [shapely.box(*stage.inset.box)])]
    obstacles = Obstacles(outlines, heads, np.array(kept_off, dtype=object), (frame.width_px, frame.height_px))
    labels, unlabelled = names(wanted, order, frame, land, look, obstacles, likely)
    letters, untagged = tags(drawn.lines, table, obstacles, labels, look)
    kinds = sorted({node.kind.value for node in nodes if not node.beyond})
    return Scene(
        frame=frame,
        title=title,
        arrows=_arrow_frame(table, drawn, outlines, frame, look),
        nodes=nodes,
        labels=(*labels, *letters),
        basemap=land,
        legends=legends(stage.arrows, kinds, look, circles=circles, also=stage.elsewhere),
        notes=notes(stage.flows, stage.arrows, kinds, stage.notes),
        no_room=(*room_notes(unlabelled, _covered(table, stage.spots, drawn.radius)), *untagged),
        credits=credits(stage.flows, land.credit),
        theme=look,
        scale=stage.arrows.scale,
        circles=circles,
        inset=stage.inset,
    )


def _covered(table: pd.DataFrame, at: Mapping[str, tuple[float, float]], radius: Mapping[str, float]) -> list[str]:
    """Return the ways of arrows that the circles of their own places cover, the widest first."""
    ends = (table["start"], table["end"])
    apart = np.hypot(*np.subtract(*(np.array([at[code] for code in codes]) for codes in ends)).T)
    reach = sum(np.array([radius[code] for code in codes]) for codes in ends)
    # What joins places at one spot is drawn as a loop.
    hidden = table[(apart > SAME_SPOT_PX) & (apart < reach + START_GAP + END_GAP) & (table["width_px"] > 0)]
    widest = hidden.sort_values(["width_px", "start", "end"], ascending=[False, True, True], kind="stable")
    return [f"{place(start).name} to {place(end).name}"
            for start, end in zip(widest["start"], widest["end"], strict=True)]  # fmt: skip


def halos(scene: Scene, most_px: float) -> Floats:
    """Return how wide the line around each arrow is that parts it from what it crosses, px; half of it shows.

    It is narrower where an arrow is thin, and nothing where the halos would hide what they part. Arrows of no width,
    which are not drawn, are left out.
    """
    seen = scene.arrows[scene.arrows["width_px"] > 0]
    wide: Floats = np.minimum(most_px, seen["width_px"].to_numpy(dtype=float))
    taken = float((shapely.length(seen["outline"].to_numpy()) * wide).sum()) / 2 / scene.frame.metres_per_px
    return wide if taken <= HALO_SHARE * scene.frame.width_px * scene.frame.height_px else np.zeros(len(wide))


def _drawn(stage: Stage, look: Theme, method: str, names_at: Floats, radii: Mapping[str, float] | None) -> Drawn:
    """Return how the arrows run: off one another, off the places, and off the boxes where names will stand."""
    table, frame = stage.arrows.table, stage.frame
    plain = {node.code: look.node_radius_px for node in stage.nodes if node.beyond}
    with shown("Laying out") as tell:
        drawn = arrange(
            list(table["start"]), list(table["end"]), stage.spots, table["width_px"].to_numpy(dtype=float),
            method=method, node_radius_px=look.node_radius_px, radii=None if radii is None else {**radii, **plain},
            keep_off=names_at[~np.isnan(names_at).any(axis=1)],
            follows=_follows(stage) if method == "declutter" else (),
            frame=(0.0, 0.0, frame.width_px, frame.height_px), ground=table["rest"].to_numpy(dtype=bool), tell=tell,
        )  # fmt: skip
    return _kept_in(drawn, stage) if stage.cut else drawn


def _follows(stage: Stage) -> list[tuple[int, int]]:
    """Return which arrows a flow takes one after the other."""
    table = stage.arrows.table
    row = {(flow, start, end): k for k, (start, end, flows) in
           enumerate(zip(table["start"], table["end"], table["flows"], strict=True)) for flow in flows}  # fmt: skip
    steps = steps_of(stage.flows).sort_values(["flow_id", "order"], kind="stable")
    legs = list(zip(steps["flow_id"], steps["start"], steps["end"], strict=True))
    found = {(row[one], row[other]) for one, other in pairwise(legs)
             if one[0] == other[0] and one in row and other in row}  # fmt: skip
    return sorted(found)


def _kept_in(drawn: Drawn, stage: Stage) -> Drawn:
    """Return the arrows with those straight that would leave the map on their way, and all others of their pairs.

    So are those that would come to the mark of a place outside from beside it, or from where the place lies.
    """
    table, frame = stage.arrows.table, stage.frame
    starts, ends, width = list(table["start"]), list(table["end"]), table["width_px"].to_numpy(dtype=float)
    size, half = np.array([frame.width_px, frame.height_px]), head_size(width)[1][:, None, None]
    straight = arrange(starts, ends, stage.spots, width, method="straight", radii=drawn.radius)
    out: Flags = np.asarray(((drawn.lines < half) | (drawn.lines > size - half)).any(axis=(1, 2)))
    outward = {node.code: (np.cos(node.towards), np.sin(node.towards)) for node in stage.nodes if node.beyond}
    for codes, sign in ((starts, 1), (ends, -1)):
        there = np.array([outward.get(code, (0.0, 0.0)) for code in codes])
        now, then = (_along(lines[:, ::sign], there) for lines in (drawn.lines, straight.lines))
        out |= (now < MARK_COSINE) & (then > now) & there.any(axis=1)
    pairs = [frozenset(pair) for pair in zip(starts, ends, strict=True)]
    gone = {pair for pair, leaves in zip(pairs, out, strict=True) if leaves}
    turned = np.array([pair in gone for pair in pairs], dtype=bool)
    if not turned.any():
        return drawn
    lines_px, spines = (np.where(turned[:, None, None], new, old) for new, old in (
        (straight.lines, drawn.lines), (straight.spines, drawn.spines)))  # fmt: skip
    return replace(drawn, lines=lines_px, spines=spines, lanes=np.where(turned, straight.lanes, drawn.lanes))


def _along(lines_px: Floats, there: Floats) -> Floats:
    """Return the cosine of the angle between the last stretch to where lines begin and a direction of length one."""
    last = lines_px[:, 0] - lines_px[:, LAST_STRETCH]
    cosine: Floats = (last * there).sum(axis=1) / np.maximum(np.hypot(*last.T), 1e-9)
    return cosine


def _outlines(drawn: Drawn, table: pd.DataFrame, look: Theme) -> tuple[Shapes, Shapes]:
    """Return the arrows as polygons, px, and their heads alone."""
    width = table["width_px"].to_numpy(dtype=float)
    starts = np.array([drawn.radius[code] for code in table["start"]])
    ends = np.array([drawn.radius[code] for code in table["end"]])
    dashes = [look.dashes[code] for code in table["certainty"]]
    shapes: Shapes = np.empty(len(width), dtype=object)
    heads: Shapes = np.empty(len(width), dtype=object)
    # Some at a time: what is worked out on the way takes many times the room of the arrows.
    for begin in range(0, len(width), AT_ONCE):
        some = slice(begin, begin + AT_ONCE)
        seen = trimmed(drawn.lines[some], starts[some] + START_GAP, ends[some] + END_GAP)
        shapes[some] = arrow_shapes(seen, width[some], head_size(width[some]), dashes[some], taper=look.taper)
        heads[some] = _heads(seen, width[some])
    shapes[width == 0] = shapely.Polygon()
    return shapes, heads[width > 0]


def _heads(seen: Floats, width: Floats) -> Shapes:
    """Return the heads of arrows as triangles, px."""
    total = lengths(seen)[:, -1]
    length, half = fitted_head(head_size(width), width, total)
    tip, neck = seen[:, -1], at_distance(seen, (total - length)[:, None])[:, 0]
    ahead = tip - neck
    right = np.column_stack([ahead[:, 1], -ahead[:, 0]]) / np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    barb = right * half[:, None]
    return np.atleast_1d(np.asarray(shapely.polygons(np.stack([neck + barb, tip, neck - barb], axis=1)), dtype=object))


def _circles(nodes: tuple[Node, ...], at: dict[str, tuple[float, float]]) -> Shapes:
    wide = np.array([node.radius_px + CIRCLE_MARGIN for node in nodes])
    return np.asarray(shapely.buffer(points(np.array([at[node.code] for node in nodes])), wide), dtype=object)


def _arrow_frame(table: pd.DataFrame, drawn: Drawn, outlines: Shapes, frame: Frame, look: Theme) -> gpd.GeoDataFrame:
    length, half = head_size(table["width_px"].to_numpy(dtype=float))
    market = [code if isinstance(code, str) else None for code in table["market"]]
    names = [REST_LABEL if rest else label(Market, code) for code, rest in zip(market, table["rest"], strict=True)]
    ends = zip(table["start"], table["end"], strict=True)
    looks = table.assign(
        colour=[look.quiet if rest else look.colour(code) for code, rest in zip(market, table["rest"], strict=True)],
        title=[_arrow_title(name, start, end) for name, (start, end) in zip(names, ends, strict=True)],
        head_length_px=length,
        head_half_px=half,
        lane_px=drawn.lanes,
    )
    made = gpd.GeoDataFrame(looks, geometry=lines(frame.to_metres(drawn.lines)), crs=frame.crs)
    made["spine"] = gpd.GeoSeries(lines(frame.to_metres(drawn.spines)), crs=frame.crs)
    made["outline"] = gpd.GeoSeries(shapely.transform(outlines, frame.to_metres), crs=frame.crs)
    return made


def _arrow_title(lead: str, start: str, end: str) -> str:
    way = f"within {place(start).name}" if start == end else f"{place(start).name} to {place(end).name}"
    return f"{lead}: {way}" if lead else way[:1].upper() + way[1:]
