"""What stands around the map in a figure: the title above, legends beside it and notes below, and their room."""

from __future__ import annotations

from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnchoredOffsetbox, DrawingArea, HPacker, OffsetBox, TextArea, VPacker
from matplotlib.patches import Polygon

from azroutes.errors import Fault, OptionError
from azroutes.figure_files import pinned
from azroutes.fonts import fonts_of
from azroutes.geometry.curve import arrows as arrow_shapes
from azroutes.geometry.curve import head_size
from azroutes.signs import sign
from azroutes.theme import contrast
from azroutes.typesetting import block, wrapped
from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from azroutes.legend import Entry, Legend
    from azroutes.scene import Scene
    from azroutes.theme import Theme

POINTS_PER_INCH, CM_PER_INCH = 72, 2.54
MARGIN_PX = 10.0
"""Free space around all of a figure."""

NARROWEST_CM, WIDEST_CM = 5.0, 120.0
"""Of figures whose width is asked for: less has no room for a name, more is wider than the largest sheet."""

LEGEND_GAP_PX = 12.0
NOTES_GAP_PX = 5.0
"""Free space above the notes, and above legends that stand below the map, px."""

BESIDE = 1.6
"""How wide a map is at the least, in widths of the column of legends, that has them beside it; below a narrower one
they stand side by side, so that the figure is no wider than the map."""

SWATCH_EMS = 3.75
"""Length of an arrow in the legend, in heights of its type."""

READABLE = 4.5
"""Least contrast of words with their ground, as the Web Content Accessibility Guidelines 2.2 ask."""

TITLE_LINES, TITLE_LINE = 3, 1.2
"""In how many lines a title stands at the most, and the height of one, in heights of its type."""

LEGEND_SEP = 1.125
"""Free space between legends, in heights of their type; twice as much where they stand side by side."""

NOTE_LINE = 1.3
"""Height of a line of the notes, in heights of their type."""

ENTRY_LINES = 6
"""In how many lines an entry of a legend stands at the most, or its title; what does not fit is cut, as in titles."""

BOXES_NOTE = "Letters that no font of the computer has are drawn as boxes."


def beside(scene: Scene) -> bool:
    """Tell whether the legends stand beside the map, and not below it."""
    look = scene.theme
    return _leaves_map(scene.frame.width_px, look) if look.legends_below is None else not look.legends_below


def _leaves_map(map_px: float, look: Theme) -> bool:
    return map_px >= BESIDE * look.legend_column_px


def fitted(look: Theme, width_cm: float | None) -> tuple[Theme, tuple[float, float] | None]:
    """Return a theme for a figure of this width with all that stands around its map, and the size of the map, px.

    The legends stand beside the map only where that leaves it wide enough; the map keeps its shape. Without a width
    both are the theme's own.

    Raises
    ------
    OptionError
        If the width will not do.

    Examples
    --------
    >>> from azroutes.theme import Theme
    >>> look, size = fitted(Theme(), 16)
    >>> look.legends_below, [round(side) for side in size]
    (True, [434, 320])
    """
    if width_cm is None:
        return look, None
    if isinstance(width_cm, bool) or not isinstance(width_cm, Real) or not NARROWEST_CM <= width_cm <= WIDEST_CM:
        fault = Fault(f"not a number from {NARROWEST_CM:g} to {WIDEST_CM:g}", column="width_cm", value=width_cm,
                      hint="the width of the whole figure in centimetres, for instance 16")  # fmt: skip
        raise OptionError("a figure cannot be so wide", [fault])
    room = float(width_cm) / CM_PER_INCH * POINTS_PER_INCH - 2 * MARGIN_PX
    beside_it = room - LEGEND_GAP_PX - look.legend_column_px
    below = not _leaves_map(beside_it, look)
    wide = room if below else beside_it
    usual_wide, usual_high = look.map_px
    column = min(look.legend_column_px, room)
    return replace(look, legends_below=below, legend_column_px=column, ratio=0.0), (
        wide,
        wide * usual_high / usual_wide,
    )


def width_px(scene: Scene) -> float:
    """Return how wide the map is with the legends that stand beside it; title and notes run along both."""
    return scene.frame.width_px + (LEGEND_GAP_PX + scene.theme.legend_column_px if beside(scene) else 0.0)


def above_px(scene: Scene) -> float:
    """Return the room that the title takes above the map."""
    lines = len(_title_lines(scene))
    return scene.theme.title_px * (0.7 + TITLE_LINE * lines) if lines else 0.0


def below_px(scene: Scene) -> float:
    """Return the room that notes, and legends that reach or stand there, take below the map."""
    return _notes_from_px(scene) + len(_note_lines(scene)) * scene.theme.note_px * NOTE_LINE + 1.0


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


def _title_lines(scene: Scene) -> list[str]:
    return block(scene.title, scene.theme.title_px, 0.985 * width_px(scene), TITLE_LINES, bold=True)


def _draw_title(scene: Scene, ax: Axes) -> None:
    lines = _title_lines(scene)
    if lines:
        ax.annotate(
            "\n".join(lines), (0, 1), xycoords="axes fraction", xytext=(0, 0.6 * scene.theme.title_px),
            textcoords="offset points", ha="left", va="bottom", linespacing=TITLE_LINE,
            fontsize=scene.theme.title_px, color=scene.theme.ink, fontweight="bold", parse_math=False,
            annotation_clip=False, gid="title", bbox=_paper_behind(ax, scene.theme),
        )  # fmt: skip


def _draw_legends(scene: Scene, ax: Axes) -> None:
    paper, frame = _paper_behind(ax, scene.theme), scene.frame
    anchor = ((1 + LEGEND_GAP_PX / frame.width_px, 1.0) if beside(scene)
              else (0.0, -NOTES_GAP_PX / frame.height_px))  # fmt: skip
    box = AnchoredOffsetbox(
        loc="upper left", child=_legend_block(scene), pad=0, borderpad=0, frameon=paper is not None,
        bbox_to_anchor=anchor, bbox_transform=ax.transAxes,
    )  # fmt: skip
    if paper is not None:
        box.patch.set(**paper)
    box.set_gid("legend")
    box.set_clip_on(False)
    ax.add_artist(box)


def _legend_block(scene: Scene) -> VPacker:
    """Return the legends as one column, or in rows no wider than the map below which they stand."""
    gap = LEGEND_SEP * scene.theme.legend_px
    packed = [_packed(legend, scene.theme) for legend in scene.legends]
    rows: list[list[VPacker]] = []
    room = 0.0
    for one, legend in zip(packed, scene.legends, strict=True):
        wide = 0.0 if beside(scene) else _size_px(_packed(legend, scene.theme))[0] + 2 * gap
        if beside(scene) or wide - 2 * gap > room:
            rows.append([])
            room = scene.frame.width_px
        rows[-1].append(one)
        room -= wide
    lined: list[Artist] = [HPacker(children=[*row], pad=0, sep=2 * gap, align="top") for row in rows]
    return VPacker(children=lined, pad=0, sep=gap, align="left")


def _size_px(box: OffsetBox) -> tuple[float, float]:
    """Return the width and height of what is packed, as it is drawn; it cannot be drawn afterwards."""
    box.set_figure(Figure(dpi=POINTS_PER_INCH))
    found = box.get_bbox(RendererAgg(1, 1, POINTS_PER_INCH))  # type: ignore[no-untyped-call]
    return float(found.width), float(found.height)


def _notes_from_px(scene: Scene) -> float:
    """Return how far below the map the notes begin: below the legends too, where these are taller than the map."""
    if not scene.legends:
        return NOTES_GAP_PX
    with pinned(fonts_of(scene)[0]):
        high = _size_px(_legend_block(scene))[1]
    above = scene.frame.height_px if beside(scene) else -NOTES_GAP_PX
    return NOTES_GAP_PX + max(0.0, high - above)


def _packed(legend: Legend, look: Theme) -> VPacker:
    plain = {"fontsize": look.legend_px, "color": look.ink, "parse_math": False}
    heading = "\n".join(block(legend.title, look.legend_px * 1.08, look.legend_column_px, ENTRY_LINES))
    rows: list[Artist] = [TextArea(heading, textprops={**plain, "fontweight": "bold"})]
    room = look.legend_column_px - (SWATCH_EMS + 1) * look.legend_px
    for entry in legend.entries:
        text = "\n".join(block(entry.label, look.legend_px, room, ENTRY_LINES))
        row: list[Artist] = [_swatch(entry, look), TextArea(text, textprops=plain)]
        rows.append(HPacker(children=row, pad=0, sep=0.75 * look.legend_px, align="center"))
    return VPacker(children=rows, pad=0, sep=0.5 * look.legend_px, align="left")


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
    told = [*scene.notes, *scene.no_room, *([BOXES_NOTE] if fonts_of(scene)[1] else [])]
    paragraphs = [" ".join(told), *scene.credits]
    return [line for text in paragraphs for line in wrapped(text, scene.theme.note_px, 0.985 * width_px(scene))]


def _draw_notes(scene: Scene, ax: Axes) -> None:
    ax.annotate(
        "\n".join(_note_lines(scene)), (0, 0), xycoords="axes fraction", xytext=(0, -_notes_from_px(scene)),
        textcoords="offset points", ha="left", va="top", fontsize=scene.theme.note_px, linespacing=NOTE_LINE,
        color=scene.theme.quiet, parse_math=False, annotation_clip=False, gid="notes",
        bbox=_paper_behind(ax, scene.theme),
    )  # fmt: skip
