"""The lettering of a map: names of its places and of their neighbours, and the letters of markets on arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from azroutes.geometry.lanes import room_across
from azroutes.geometry.shapes import Floats, Shapes, points
from azroutes.labels import Label, place_countries, place_labels, place_tags, reserve, sized
from azroutes.places import gazetteer
from azroutes.stage import NAME_EMS, edge_name
from azroutes.typesetting import name_lines
from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from azroutes.basemap import Basemap
    from azroutes.obstacles import Obstacles
    from azroutes.projection import Frame
    from azroutes.stage import Node, Stage
    from azroutes.theme import Theme

TAG_SHARE = 0.7
"""Height of the letters on arrows, in heights of the places' names."""

NEIGHBOUR_PX = 60.0
"""How close to an arrow or a place a country comes whose name is written."""

NEIGHBOUR_STEP_PX = 15.0
"""How finely that is looked at."""

NAME_GAP = 2.0
"""Free space between the mark of a place beyond the map and its name, px."""


def wanted_names(stage: Stage, look: Theme) -> tuple[list[Node], list[Label]]:
    """Return the places in the order in which their names matter, and these names, each at its place.

    Those matter most whose arrows are the widest together: where widths are alike, those with most arrows.
    """
    table = stage.arrows.table
    met = dict.fromkeys((node.code for node in stage.nodes), 0.0)
    for start, end, width in zip(table["start"], table["end"], table["width_px"], strict=True):
        for code in {start, end}:
            met[code] += float(width)
    order = sorted(stage.nodes, key=lambda node: (-round(met[node.code], 6), -node.arrows, node.code))
    most = max(node.arrows for node in order)
    longest = NAME_EMS * look.label_px
    return order, [
        sized(Label(edge_name(node.name, look) if node.beyond else name_lines(node.name, look.label_px, longest),
                    *stage.spots[node.code], 0, 0, look.label_px,
                    italic=node.kind is PlaceKind.REGION, bold=node.arrows == most > 4, colour=look.ink,
                    kind="node", code=node.code))
        for node in order
    ]  # fmt: skip


def reserved(stage: Stage, nodes: Sequence[Node], wanted: Sequence[Label]) -> Floats:
    """Return a box for each name where it had better stand, before it is known how arrows run; nan where none is."""
    table = stage.arrows.table
    chords = np.array([[stage.spots[a], stage.spots[b]] for a, b in zip(table["start"], table["end"], strict=True)])
    size = (stage.frame.width_px, stage.frame.height_px)
    half = room_across(table["width_px"].to_numpy(dtype=float)) / 2
    boxes = reserve(wanted, [node.radius_px for node in nodes], chords.reshape(-1, 2, 2), half, size)
    beyond = outward(nodes, wanted)
    return np.where(np.isnan(beyond), boxes, beyond)


def names(
    wanted: Sequence[Label], nodes: Sequence[Node], frame: Frame, land: Basemap, look: Theme, obstacles: Obstacles,
    preferred: Floats,
) -> tuple[tuple[Label, ...], list[str]]:  # fmt: skip
    """Return the names of places, then those of countries where there is room, and the names without room.

    `wanted`, `nodes` and `preferred` go together: what `wanted_names` and `reserved` return.
    """
    named, left_out = place_labels(wanted, [node.radius_px for node in nodes], obstacles, preferred=preferred)
    shapes = shapely.transform(land.land.geometry.to_numpy(), frame.to_px)
    # Neighbours tell a reader where the arrows are; names far from all of them only crowd the map.
    inked = shapely.get_coordinates(shapely.segmentize([*obstacles.arrows, *obstacles.circles], NEIGHBOUR_STEP_PX))
    spots = points(np.unique(np.rint(inked / NEIGHBOUR_STEP_PX), axis=0) * NEIGHBOUR_STEP_PX)
    near = np.unique(shapely.STRtree(spots).query(shapes, predicate="dwithin", distance=NEIGHBOUR_PX)[0])
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


def tags(
    lines: Floats, table: pd.DataFrame, obstacles: Obstacles, labels: Sequence[Label], look: Theme
) -> tuple[list[Label], list[str]]:
    """Return the letters of the markets on their arrows, if the theme has them, and a note on those without room."""
    if not look.tags:
        return [], []
    seen = (table["width_px"] > 0) & ~table["rest"] & table["market"].notna()
    letters = [look.letters[code] if shown else "" for code, shown in zip(table["market"], seen, strict=True)]
    placed, left_out = place_tags(lines, letters, obstacles, labels, size=TAG_SHARE * look.label_px,
                                colour=look.ink)  # fmt: skip
    if not left_out:
        return placed, []
    many = f"{left_out} arrows: their shades tell" if left_out > 1 else "one arrow: its shade tells"
    return placed, [f"No room for the letters of {many} the market."]


def outward(nodes: Sequence[Node], wanted: Sequence[Label]) -> Floats:
    """Return a box for the name of each place beyond the map: between its mark and the frame, where no arrow comes."""
    boxes = np.full((len(nodes), 4), np.nan)
    for k, (node, name) in enumerate(zip(nodes, wanted, strict=True)):
        if node.beyond:
            half = np.array([name.width, name.height]) / 2
            away = np.array([np.cos(node.towards), np.sin(node.towards)])
            middle = np.array([name.x, name.y]) + away * (half + node.radius_px + NAME_GAP)
            boxes[k] = [*(middle - half), *(middle + half)]
    return boxes
