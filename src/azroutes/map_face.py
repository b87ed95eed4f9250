"""The face of the map in a figure: land, small map, arrows, signs and names, within the frame."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgba
from matplotlib.path import Path as Outline
from matplotlib.patheffects import Stroke

from azroutes.scene import Scene, halos
from azroutes.signs import draw_places

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from azroutes.geometry.shapes import Floats, Shapes
    from azroutes.inset import Inset
    from azroutes.labels import Label
    from azroutes.theme import Theme

HALO_PX = 1.2
"""Width of the line around an arrow that parts it from what it crosses; half of it shows, and less where the arrow is
thinner."""


def draw_face(scene: Scene, ax: Axes) -> None:
    """Draw what stands within the frame of a scene."""
    _draw_frame(scene, ax)
    _draw_land(scene, ax)
    if scene.inset is not None:
        _draw_inset(scene.inset, scene, ax)
    _draw_arrows(scene, ax)
    draw_places(scene, ax)
    _draw_names(scene, ax)


def _draw_frame(scene: Scene, ax: Axes) -> None:
    x0, y0, x1, y1 = scene.frame.bounds
    ax.set_xlim(x0, x1)
    ax.set_ylim(y0, y1)
    ax.set_aspect("equal", adjustable="box")
    ax.set_autoscale_on(False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_facecolor(scene.theme.water)
    for spine in ax.spines.values():
        spine.set(color=scene.theme.border, linewidth=0.6)


def _outlines(shapes: Shapes) -> list[Outline]:
    """Return each (multi)polygon with its holes as one path."""
    vertices = shapely.get_coordinates(shapes)
    sizes = shapely.get_num_coordinates(shapely.get_rings(shapely.get_parts(shapes)))
    kinds = np.full(len(vertices), Outline.LINETO, dtype=np.uint8)
    ends = np.cumsum(sizes)
    kinds[ends - sizes], kinds[ends - 1] = Outline.MOVETO, Outline.CLOSEPOLY
    stops = np.cumsum(shapely.get_num_coordinates(shapes))
    return [Outline(vertices[begin:stop], kinds[begin:stop]) for begin, stop in pairwise((0, *stops.tolist()))]


def _draw_land(scene: Scene, ax: Axes) -> None:
    outlines = _outlines(scene.basemap.land.geometry.to_numpy())
    land = PathCollection(outlines, facecolor=scene.theme.land, edgecolor=scene.theme.border, linewidth=0.35, zorder=1)
    land.set_gid("land")
    ax.add_collection(land, autolim=False)
    beyond = _outlines(shapely.get_parts(scene.frame.beyond()))
    if beyond:
        void = PathCollection(
            beyond, facecolor=scene.theme.paper, edgecolor=scene.theme.border, linewidth=0.6, zorder=1
        )
        void.set_gid("beyond the map")
        ax.add_collection(void, autolim=False)


def _draw_arrows(scene: Scene, ax: Axes) -> None:
    arrows = scene.arrows[scene.arrows["width_px"] > 0]
    shapes = arrows["outline"].to_numpy()
    outlines = _outlines(shapes)
    colours = {colour: to_rgba(colour) for colour in arrows["colour"].unique()}
    faces = np.array([colours[colour] for colour in arrows["colour"]]).reshape(-1, 4)
    edges, lines = np.zeros_like(faces), np.zeros(len(faces))
    halo = halos(scene, HALO_PX)
    if halo.any():
        # Halo and ink of each arrow follow one another, so that an arrow's halo parts it from those below it, and no
        # halo eats into the width of any ink.
        white = np.tile(to_rgba(scene.theme.halo), (len(faces), 1))
        outlines = [outline for outline in outlines for _ in range(2)]
        faces, edges, lines = _in_turn(white, faces), _in_turn(white, edges), _in_turn(halo, lines)
    drawn = PathCollection(outlines, facecolor=faces, edgecolor=edges, linewidth=lines, zorder=3)
    drawn.set_gid("arrows")
    ax.add_collection(drawn, autolim=False)


def _in_turn(one: Floats, other: Floats) -> Floats:
    """Return the rows of two arrays in turn."""
    return np.stack([one, other], axis=1).reshape(-1, *one.shape[1:])


def _draw_inset(inset: Inset, scene: Scene, ax: Axes) -> None:
    """Draw the small map, below all arrows and names of the large one."""
    look, frame = scene.theme, inset.frame
    size = np.array([scene.frame.width_px, scene.frame.height_px])
    low, high = np.array(inset.box[:2]) / size, np.array(inset.box[2:]) / size
    small = ax.inset_axes((low[0], low[1], *(high - low)), zorder=2.5)
    small.set(xlim=frame.bounds[::2], ylim=frame.bounds[1::2], xticks=[], yticks=[], facecolor=look.water, gid="inset")
    for spine in small.spines.values():
        spine.set(color=look.quiet, linewidth=0.8)
    land = PathCollection(_outlines(inset.basemap.land.geometry.to_numpy()), facecolor=look.land,
                          edgecolor=look.border, linewidth=0.2)  # fmt: skip
    arrows = PathCollection(_outlines(inset.arrows.geometry.to_numpy()), facecolor=inset.arrows["colour"],
                            edgecolor="none")  # fmt: skip
    pieces = [shapely.get_coordinates(piece) for piece in shapely.get_parts(inset.focus)]
    focus = LineCollection(pieces, colors=look.ink, linewidths=0.9)
    for kind, drawn in (("land", land), ("arrows", arrows), ("focus", focus)):
        drawn.set_gid(f"inset {kind}")
        small.add_collection(drawn, autolim=False)


def _draw_names(scene: Scene, ax: Axes) -> None:
    leaders = [label.leader for label in scene.labels if label.leader]
    if leaders:
        lines = [scene.frame.to_metres(np.array(line).reshape(2, 2)) for line in leaders]
        # Over arrows a thin line is seen only by the light one around it.
        for colour, wide in ((scene.theme.halo, 1.6), (scene.theme.ink, 0.45)):
            ax.add_collection(LineCollection(lines, colors=colour, linewidths=wide, zorder=4.5), autolim=False)
    for label in scene.labels:
        x, y = scene.frame.to_metres(np.array([[label.x, label.y]]))[0]
        _text(ax, x, y, label, scene.theme)


def _text(ax: Axes, x: float, y: float, label: Label, look: Theme) -> None:
    quiet = label.kind == "country"
    style = {
        "ha": "center", "va": "center", "linespacing": 1.0, "fontsize": label.size, "parse_math": False,
        "clip_on": True, "fontstyle": "oblique" if label.italic else "normal",
        "fontweight": "bold" if label.bold else "normal", "zorder": 2 if quiet else 5,
    }  # fmt: skip
    if label.crosses:
        # A text with a path effect is written as outlines, so the halo is a text of its own below one that stays text.
        halo = Stroke(linewidth=1.8, foreground=look.halo)
        ax.text(x, y, label.text, path_effects=[halo], gid=f"halo {label.code}", **style)  # type: ignore[arg-type]
    gid = f"{label.kind} label {label.code}"
    ax.text(x, y, label.text, color=label.colour, gid=gid, **style)  # type: ignore[arg-type]
