"""What stands around the map in a figure: the title above, legends beside it and notes below, and their room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.colors import to_hex, to_rgba
from matplotlib.offsetbox import AnchoredOffsetbox, DrawingArea, HPacker, TextArea, VPacker
from matplotlib.patches import Polygon

from azroutes.fonts import fonts_of
from azroutes.geometry.curve import arrows as arrow_shapes
from azroutes.geometry.curve import head_size
from azroutes.signs import sign
from azroutes.theme import contrast
from azroutes.typesetting import shortened, wrapped
from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from azroutes.legend import Entry, Legend
    from azroutes.scene import Scene
    from azroutes.theme import Theme

LEGEND_GAP_PX = 12.0
SWATCH_EMS = 3.75
"""Length of an arrow in the legend, in heights of its type."""

READABLE = 4.5
"""Least contrast of words with their ground, as the Web Content Accessibility Guidelines 2.2 ask."""

NOTE_LINE = 1.3
"""Height of a line of the notes, in heights of their type."""

MOST_LINES = 6
"""Lines of one entry of a legend, or of its title; the rest is cut off with an ellipsis."""

BOXES_NOTE = "Letters that no font of the computer has are drawn as boxes."


def width_px(scene: Scene) -> float:
    """Return how wide the map is with the legends beside it; title and notes run along both."""
    return scene.frame.width_px + LEGEND_GAP_PX + scene.theme.legend_column_px


def above_px(scene: Scene) -> float:
    """Return the room that the title takes above the map."""
    return scene.theme.title_px * 1.9 if scene.title else 0.0


def below_px(scene: Scene) -> float:
    """Return the room that the notes take below the map."""
    return len(_note_lines(scene)) * scene.theme.note_px * NOTE_LINE + 6.0


def draw_marginalia(scene: Scene, ax: Axes) -> None:
    """Draw what stands around the map of a scene."""
    _draw_title(scene, ax)
    _draw_legends(scene, ax)
    _draw_notes(scene, ax)


def _paper_behind(ax: Axes, look: Theme) -> dict[str, Any] | None:
    """Return the look of a ground for words, where on the figure's own they could not be read: dark on dark."""
    faces = [figure.get_facecolor() for figure in (ax.get_figure(root=False), ax.get_figure(root=True)) if figure]
    seen = next((to_hex(face) for face in faces if to_rgba(face)[3] > 0.5), "#ffffff")
    if min(contrast(to_hex(words), seen) for words in (look.ink, look.quiet)) >= READABLE:
        return None
    return {"boxstyle": "square,pad=0.3", "facecolor": look.paper, "edgecolor": "none"}


def _draw_title(scene: Scene, ax: Axes) -> None:
    if scene.title:
        ax.annotate(
            shortened(scene.title, scene.theme.title_px, 0.92 * width_px(scene)), (0, 1), xycoords="axes fraction",
            xytext=(0, 0.6 * scene.theme.title_px), textcoords="offset points", ha="left", va="bottom",
            fontsize=scene.theme.title_px, color=scene.theme.ink, fontweight="bold", parse_math=False,
            annotation_clip=False, gid="title", bbox=_paper_behind(ax, scene.theme),
        )  # fmt: skip


def _draw_legends(scene: Scene, ax: Axes) -> None:
    packed: list[Artist] = [_packed(legend, scene.theme) for legend in scene.legends]
    column = VPacker(children=packed, pad=0, sep=1.125 * scene.theme.legend_px, align="left")
    paper = _paper_behind(ax, scene.theme)
    box = AnchoredOffsetbox(
        loc="upper left", child=column, pad=0, borderpad=0, frameon=paper is not None,
        bbox_to_anchor=(1 + LEGEND_GAP_PX / scene.frame.width_px, 1.0), bbox_transform=ax.transAxes,
    )  # fmt: skip
    if paper is not None:
        box.patch.set(**paper)
    box.set_gid("legend")
    box.set_clip_on(False)
    ax.add_artist(box)


def _packed(legend: Legend, look: Theme) -> VPacker:
    plain = {"fontsize": look.legend_px, "color": look.ink, "parse_math": False}
    heading = _block(legend.title, look.legend_px * 1.08, look.legend_column_px)
    rows: list[Artist] = [TextArea(heading, textprops={**plain, "fontweight": "bold"})]
    room = look.legend_column_px - (SWATCH_EMS + 1) * look.legend_px
    for entry in legend.entries:
        text = _block(entry.label, look.legend_px, room)
        row: list[Artist] = [_swatch(entry, look), TextArea(text, textprops=plain)]
        rows.append(HPacker(children=row, pad=0, sep=0.75 * look.legend_px, align="center"))
    return VPacker(children=rows, pad=0, sep=0.5 * look.legend_px, align="left")


def _block(text: str, size: float, width: float) -> str:
    """Return words of a legend in lines; words of a table may be a book, and the legend is to stay beside the map."""
    lines = wrapped(text[: MOST_LINES * 200], size, width)
    rest = " ".join(lines[MOST_LINES - 1 :])
    return "\n".join(lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], shortened(rest, size, width)])


def _swatch(entry: Entry, look: Theme) -> DrawingArea:
    """Return an arrow of true width, or the sign of a kind of place."""
    width = np.array([entry.width_px])
    length, half = head_size(width)
    radius = entry.radius_px or look.node_radius_px + 0.8
    reach = radius if entry.kind else float(half[0])
    wide, high = SWATCH_EMS * look.legend_px, max(look.legend_px, 2 * reach + 1)
    area = DrawingArea(wide, high)
    if entry.kind:
        area.add_artist(sign(PlaceKind(entry.kind), (wide / 2, high / 2), radius, look))
        return area
    line = np.column_stack([np.linspace(0, wide, 9), np.full(9, high / 2)])[None]
    shape = arrow_shapes(line, width, (length, half), [look.dashes[entry.certainty]], taper=look.taper)[0]
    for part in shapely.get_parts(shape):
        area.add_artist(Polygon(shapely.get_coordinates(part.exterior), facecolor=entry.colour, edgecolor="none"))
    return area


def _note_lines(scene: Scene) -> list[str]:
    told = [*scene.notes, BOXES_NOTE] if fonts_of(scene)[1] else scene.notes
    paragraphs = [" ".join(told), *scene.credits]
    return [line for text in paragraphs for line in wrapped(text, scene.theme.note_px, 0.985 * width_px(scene))]


def _draw_notes(scene: Scene, ax: Axes) -> None:
    ax.annotate(
        "\n".join(_note_lines(scene)), (0, 0), xycoords="axes fraction", xytext=(0, -5),
        textcoords="offset points", ha="left", va="top", fontsize=scene.theme.note_px, linespacing=NOTE_LINE,
        color=scene.theme.quiet, parse_math=False, annotation_clip=False, gid="notes",
        bbox=_paper_behind(ax, scene.theme),
    )  # fmt: skip
