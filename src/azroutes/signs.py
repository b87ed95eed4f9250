"""The signs of places in a figure: what stands on the map, and beside it in the legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, Rectangle, RegularPolygon
from matplotlib.path import Path as Outline

from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from azroutes.scene import Scene
    from azroutes.stage import Node
    from azroutes.theme import Theme

EXIT_SIZE, EXIT_STROKE = 1.4, 0.58
"""Half the height of the mark of a place outside, and the width of its line, in least radii of a circle."""

DIAMOND = 1.15
"""How far the corners of a diamond are from its middle, in radii, so that it looks as large as a disc."""

OPEN: Mapping[PlaceKind, dict[str, Any]] = {
    PlaceKind.REGION: {"linestyle": (0, (1.6, 1.0)), "linewidth": 0.8},
    PlaceKind.HISTORIC: {"linewidth": 1.1},
}
"""Kinds of places whose signs are open, and their lines."""

MOST_SIGNS = 100
"""How many places have a sign that is an artist of its own, and so a group of its own in an SVG."""


def sign(kind: PlaceKind, at: tuple[float, float], radius: float, look: Theme) -> Patch:
    """Return the sign of a kind of place, in the shapes of the page: open where no land of today is one place.

    A disc is a country, a diamond a part of one, a square a user's point; a ring is a region, an open diamond a state
    that is no more.
    """
    mark = _shape(kind, at, radius)
    if kind in OPEN:
        mark.set(facecolor=look.halo, edgecolor=look.node, **OPEN[kind])
    else:
        mark.set(facecolor=look.node, edgecolor=look.halo, linewidth=0.5)
    return mark


def _shape(kind: PlaceKind, at: tuple[float, float], radius: float) -> Patch:
    if kind is PlaceKind.POINT:
        side = 1.7 * radius
        return Rectangle((at[0] - side / 2, at[1] - side / 2), side, side)
    if kind in {PlaceKind.SUBDIVISION, PlaceKind.HISTORIC}:
        return RegularPolygon(at, 4, radius=DIAMOND * radius)
    return Circle(at, radius)


def draw_places(scene: Scene, ax: Axes) -> None:
    """Draw the sign of each place, and of those outside where they lie."""
    inside = [node for node in scene.nodes if not node.beyond]
    for node in scene.nodes:
        if node.beyond:
            _draw_exit(node, scene, ax)
    if len(inside) > MOST_SIGNS:
        _draw_many(inside, scene, ax)
        return
    for node in inside:
        mark = sign(node.kind, (node.x, node.y), node.radius_px * scene.frame.metres_per_px, scene.theme)
        mark.set(zorder=4, gid=f"node {node.code}")
        ax.add_artist(mark)


def _draw_many(nodes: Sequence[Node], scene: Scene, ax: Axes) -> None:
    """Draw all places of a kind as one artist: the same signs, in a third of the time."""
    for kind in PlaceKind:
        some = [node for node in nodes if node.kind is kind]
        if not some:
            continue
        one = sign(kind, (0.0, 0.0), 1.0, scene.theme)
        unit = one.get_patch_transform().transform_path(one.get_path())
        around, codes = np.asarray(unit.vertices), unit.codes
        size = scene.frame.metres_per_px
        marks = PathCollection(
            [Outline(around * (node.radius_px * size) + (node.x, node.y), codes) for node in some],
            facecolor=one.get_facecolor(), edgecolor=one.get_edgecolor(), linewidth=one.get_linewidth(),
            linestyle=one.get_linestyle(), zorder=4,
        )  # fmt: skip
        marks.set_gid(f"nodes {kind.value}")
        ax.add_collection(marks, autolim=False)


def _draw_exit(node: Node, scene: Scene, ax: Axes) -> None:
    """Draw the sign of a place outside: an angle that points to where it lies."""
    ahead = np.array([np.cos(node.towards), np.sin(node.towards)])
    left = np.array([-ahead[1], ahead[0]])
    size = EXIT_SIZE * scene.theme.node_radius_px * scene.frame.metres_per_px
    corners = np.array([node.x, node.y]) + size * np.array([left - 0.6 * ahead, 0.6 * ahead, -left - 0.6 * ahead])
    thick = EXIT_STROKE * scene.theme.node_radius_px
    for width, colour, gid in ((thick + 1.9, scene.theme.halo, "edge"), (thick, scene.theme.node, "node")):
        mark = Line2D(corners[:, 0], corners[:, 1], linewidth=width, color=colour, zorder=4)
        mark.set_gid(f"{gid} {node.code}")
        ax.add_artist(mark)
