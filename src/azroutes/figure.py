"""The scene as a figure for a report: matplotlib draws what the scene holds, and decides nothing."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, DrawingArea, HPacker, TextArea, VPacker
from matplotlib.patches import Circle, Patch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import Stroke
from PIL import Image

from azroutes.documents import load_flows
from azroutes.errors import Fault, OptionError, OutputError
from azroutes.fonts import families
from azroutes.geometry.curve import arrows as arrow_shapes
from azroutes.geometry.curve import head_size
from azroutes.labels import shortened, wrapped
from azroutes.privacy import suppressed
from azroutes.scene import Scene, compose, halos
from azroutes.theme import FONT, Theme, contrast
from azroutes.vocabulary import PlaceKind
from azroutes.write import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

    from azroutes.extent import Area
    from azroutes.geometry.shapes import Floats, Shapes
    from azroutes.inset import Inset
    from azroutes.labels import Label
    from azroutes.legend import Entry, Legend
    from azroutes.scale import WidthScale
    from azroutes.stage import Node

POINTS_PER_INCH = 72.0
FORMATS = ("pdf", "png", "svg")
MARGIN_PX = 10.0
LEGEND_GAP_PX = 12.0
SWATCH_EMS = 3.75
"""Length of an arrow in the legend, in heights of its type."""

READABLE = 4.5
"""Least contrast of words with their ground, as the Web Content Accessibility Guidelines 2.2 ask."""

HALO_PX = 1.2
"""Width of the line around an arrow that parts it from what it crosses; half of it shows, and less where the arrow is
thinner."""

EXIT_SIZE, EXIT_STROKE = 1.4, 0.58
"""Half the height of the mark of a place outside, and the width of its line, in least radii of a circle."""

MOST_SIGNS = 100
"""How many places have a sign that is an artist of its own, and so a group of its own in an SVG."""

NOTE_LINE = 1.3
"""Height of a line of the notes, in heights of their type."""

BOXES_NOTE = "Letters that no font of the computer has are drawn as boxes."

# What a figure must not take from a user's own settings: text stays text in SVG and PDF, and bytes stay the same.
_PINNED: dict[Any, Any] = {
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "savefig.facecolor": "auto",
    "svg.fonttype": "none",
    "svg.hashsalt": "azroutes",
    "text.hinting": "none",
    "text.usetex": False,
    "axes.unicode_minus": False,
    "path.simplify": True,
}
COMPRESSION = 3
"""Of a PNG: half the time of the usual 6 for a file that is a twentieth larger."""

# No dates, so that bytes stay the same.
_SAVING: dict[str, dict[str, object]] = {
    "png": {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": COMPRESSION}},
    "svg": {"metadata": {"Date": None, "Creator": None}},
    "pdf": {"metadata": {"CreationDate": None, "ModDate": None, "Creator": "azroutes", "Producer": None}},
}


def plot_flows(
    flows: gpd.GeoDataFrame | None = None, *, ax: Axes | None = None, title: str = "", by: str = "market",
    width: str = "auto", method: str = "declutter", theme: Theme | str = "default",
    top: int | None = None, min_quantity: float | None = None, rest: str = "merge", scale: WidthScale | None = None,
    extent: Area | None = None, outside: str = "edge", node_size: str = "fixed", suppress_below: float | None = None,
) -> Axes:  # fmt: skip
    """Draw flows as a figure for a report.

    Parameters
    ----------
    flows : GeoDataFrame, optional
        A table of flows; by default those of the bundled documents.
    ax : Axes, optional
        Where to draw; by default a new figure. The projection is fitted to the flows and to the shape of the axes, and
        the legends stand to the right of the axes and the notes below: leave room, or save with
        ``bbox_inches="tight"``.
    title : str
        Stands over the map.
    by : {'market', 'commodity', 'flow'}
        What is drawn as an arrow of its own: all flows of a market on a leg, those of a commodity, or each flow.
    width : {'auto', 'lineages', 'quantity'}
        What the width of an arrow shows; auto takes the quantity where the table has any, else the number of
        independent lines of sources.
    method : {'declutter', 'arc', 'straight'}
        How the arrows run: so that they cross, touch and cover one another least; as arcs; or straight. See
        `azroutes.layout`.
    theme : Theme or {'default', 'print', 'dark', 'presentation'}
        Colours, type and sizes.
    top : int, optional
        Draw only so many arrows in full, those with the largest numbers; of equal ones those that come first by market,
        start and end.
    min_quantity : float, optional
        Draw only arrows of at least this quantity in full, in the unit of the table.
    rest : {'merge', 'omit'}
        What becomes of the others, those without a number among them: thin grey arrows below all others, one for each
        way between two places, or nothing. The notes tell how many flows they are and which share of the total.
    scale : WidthScale, optional
        The scale that a set of figures shares; see `azroutes.width_scale`.
    extent : str, sequence of 4 floats, or shapes, optional
        What the map is cut to: a country, region or area by name or code (``"Azerbaijan"``, ``"CIS"``, ``"Caucasus"``),
        west, south, east and north in degrees (west greater than east over the antimeridian), a shapely geometry in
        degrees, or a GeoSeries. By default all places of the flows are on the map.
    outside : {'edge', 'inset', 'omit'}
        What becomes of arrows with an end outside: they stop at the edge, where a mark bears the name of the place;
        or a small map in a corner shows them whole, too; or they are not drawn. Arrows with both ends outside are not
        drawn, but on the small map if neither `top` nor `min_quantity` is given. The notes tell how many flows that is.
    node_size : {'fixed', 'total'}
        Whether all places have circles of like size, or of an area that shows how much comes in and goes out.
    suppress_below : float, optional
        Hide numbers of people below this, here and in sums; see `azroutes.suppress`.

    Returns
    -------
    Axes
        In a projected CRS, metres: add layers of your own in ``ax.azroutes_scene.frame.crs``.

    Raises
    ------
    TableError
        If the table is not valid or has no row; it lists every fault.
    OptionError
        If an option has a value that will not do.

    Examples
    --------
    >>> import azroutes
    >>> flows = azroutes.load_flows()
    >>> ax = azroutes.plot_flows(flows[flows["market"] == "heroin_trade"])
    >>> azroutes.save_figure(ax, "heroin.svg")  # doctest: +SKIP
    """
    if flows is None:
        flows = load_flows()
    flows = suppressed(flows, suppress_below)
    size = None if ax is None else _size_of(ax)
    scene = compose(flows, title=title, by=by, width=width, method=method, theme=theme, size_px=size, top=top,
                    min_quantity=min_quantity, rest=rest, scale=scale, extent=extent, outside=outside,
                    node_size=node_size)  # fmt: skip
    if ax is None:
        import matplotlib.pyplot as plt  # noqa: PLC0415 - pyplot picks a window system, which a file needs not

        figure = plt.figure(FigureClass=FlowFigure)
        ax = add_map_axes(figure, scene)
    return draw(scene, ax)


class FlowFigure(Figure):
    """A figure whose `savefig` keeps text editable, embeds fonts, writes whole files, and the same bytes each time."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw as `matplotlib.figure.Figure.draw` does, with text as wide as it was measured."""
        with pinned():
            super().draw(renderer)

    def savefig(self, fname: str | PathLike[str] | IO[bytes], **options: object) -> None:
        """Save as `matplotlib.figure.Figure.savefig` does; a path is written whole or not at all."""
        path = Path(fname) if isinstance(fname, (str, PathLike)) else None
        ending = path.suffix.lstrip(".").lower() if path else ""
        content = _rendered(self, str(options.pop("format", None) or ending or "png"), options)
        if path is not None:
            write_whole(path, content)
        elif not isinstance(fname, (str, PathLike)):
            fname.write(content)


def save_figure(ax: Axes, path: str | PathLike[str], *, dpi: float = 300) -> None:
    """Save the figure of an axes as PNG, SVG or PDF, whole or not at all.

    Parameters
    ----------
    ax : Axes
        As `plot_flows` returns it.
    path : path
        Its ending says the format. Text stays text in SVG and PDF, fonts are embedded in PDF.
    dpi : float
        Dots per inch of a PNG.

    Raises
    ------
    OptionError
        If the ending is none of ``.pdf, .png, .svg``.
    OutputError
        If the file cannot be written; what stood there is untouched.
    """
    target = Path(path)
    kind = target.suffix.lstrip(".").lower()
    if kind not in FORMATS:
        fault = Fault("no such format", column="path", value=target.suffix, hint="one of .pdf, .png, .svg")
        raise OptionError(f"cannot tell the format of {target.name!r}", [fault])
    figure = ax.get_figure(root=True)
    if not isinstance(figure, Figure):
        raise OutputError("the axes has no figure to save")
    write_whole(target, _rendered(figure, kind, {"dpi": dpi}))


def render(scene: Scene, kind: str, *, dpi: float = 300) -> bytes:
    """Return a scene as the bytes of a figure: kind is png, svg or pdf."""
    figure = FlowFigure()
    draw(scene, add_map_axes(figure, scene))
    return _rendered(figure, kind, {"dpi": dpi})


def _rendered(figure: Figure, kind: str, options: dict[str, object]) -> bytes:
    buffer = BytesIO()
    opaque = figure.get_alpha() in {None, 1.0} and to_rgba(figure.get_facecolor())[3] == 1.0
    with pinned():
        if kind == "png" and opaque and set(options) <= {"dpi"}:
            return _opaque_png(figure, float(str(options.get("dpi", figure.dpi))))
        Figure.savefig(figure, buffer, format=kind, **{**_SAVING.get(kind, {}), **options})  # type: ignore[arg-type]
    return buffer.getvalue()


def _opaque_png(figure: Figure, dpi: float) -> bytes:
    """Return a PNG without an alpha channel, which an opaque page needs not: smaller, and sooner written."""
    pixels, buffer = BytesIO(), BytesIO()
    Figure.savefig(figure, pixels, format="rgba", dpi=dpi)
    size = (int(figure.get_figwidth() * dpi), int(figure.get_figheight() * dpi))
    image = Image.frombytes("RGBA", size, pixels.getvalue()).convert("RGB")
    image.save(buffer, "PNG", dpi=(dpi, dpi), compress_level=COMPRESSION)
    return buffer.getvalue()


@contextmanager
def pinned(fonts: Sequence[str] = (FONT,)) -> Iterator[None]:
    """Draw under our own settings, whatever the user's are."""
    with mpl.rc_context(_PINNED), mpl.rc_context({"font.family": list(fonts)}):
        yield


def _size_of(ax: Axes) -> tuple[float, float]:
    figure = ax.get_figure(root=True)
    if figure is None:
        raise OptionError("ax belongs to no figure", [Fault("no figure", column="ax")])
    box = ax.get_window_extent()
    scale = POINTS_PER_INCH / figure.dpi
    return box.width * scale, box.height * scale


def add_map_axes(figure: Figure, scene: Scene) -> Axes:
    """Return axes for the map in a figure that is made as large as map, legends, title and notes need."""
    look = scene.theme
    across = scene.frame.width_px + LEGEND_GAP_PX + look.legend_column_px
    below = _notes_height(scene, across) + 6.0
    above = look.title_px * 1.9 if scene.title else 0.0
    wide = across + 2 * MARGIN_PX
    high = scene.frame.height_px + below + above + 2 * MARGIN_PX
    more_wide = max(0.0, high * look.ratio - wide)
    more_high = max(0.0, wide / look.ratio - high) if look.ratio else 0.0
    left, low = MARGIN_PX + more_wide / 2, MARGIN_PX + below + more_high / 2
    wide, high = wide + more_wide, high + more_high
    figure.set_size_inches(wide / POINTS_PER_INCH, high / POINTS_PER_INCH)
    figure.set_facecolor(look.paper)
    return figure.add_axes((left / wide, low / high, scene.frame.width_px / wide, scene.frame.height_px / high))


def draw(scene: Scene, ax: Axes) -> Axes:
    """Draw a scene on axes and return them."""
    with pinned(_fonts(scene)[0]):
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
        _draw_land(scene, ax)
        if scene.inset is not None:
            _draw_inset(scene.inset, scene, ax)
        _draw_arrows(scene, ax)
        _draw_nodes(scene, ax)
        _draw_labels(scene, ax)
        _draw_title(scene, ax)
        _draw_legends(scene, ax)
        _draw_notes(scene, ax)
    ax.azroutes_scene = scene  # type: ignore[attr-defined]
    return ax


def _fonts(scene: Scene) -> tuple[list[str], bool]:
    """Return the fonts that the words of a scene need, and whether letters are left without one."""
    entries = [entry.label for legend in scene.legends for entry in legend.entries]
    titles = [scene.title, *(legend.title for legend in scene.legends)]
    names = [label.text for label in scene.labels]
    return families([*titles, *entries, *names, *scene.notes, *scene.credits], FONT)


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


def _draw_nodes(scene: Scene, ax: Axes) -> None:
    inside = [node for node in scene.nodes if not node.beyond]
    for node in scene.nodes:
        if node.beyond:
            _draw_exit(node, scene, ax)
    if len(inside) > MOST_SIGNS:
        _draw_many_nodes(inside, scene, ax)
        return
    for node in inside:
        mark = _mark(node.kind, (node.x, node.y), node.radius_px * scene.frame.metres_per_px, scene.theme)
        mark.set(zorder=4, gid=f"node {node.code}")
        ax.add_artist(mark)


def _draw_many_nodes(nodes: Sequence[Node], scene: Scene, ax: Axes) -> None:
    """Draw all places of a kind as one artist: the same signs, in a third of the time."""
    for kind in PlaceKind:
        some = [node for node in nodes if node.kind is kind]
        if not some:
            continue
        sign = _mark(kind, (0.0, 0.0), 1.0, scene.theme)
        unit = sign.get_patch_transform().transform_path(sign.get_path())
        around, codes = np.asarray(unit.vertices), unit.codes
        size = scene.frame.metres_per_px
        marks = PathCollection(
            [Outline(around * (node.radius_px * size) + (node.x, node.y), codes) for node in some],
            facecolor=sign.get_facecolor(), edgecolor=sign.get_edgecolor(), linewidth=sign.get_linewidth(),
            linestyle=sign.get_linestyle(), zorder=4,
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


def _mark(kind: PlaceKind, at: tuple[float, float], radius: float, look: Theme) -> Patch:
    """Return the sign of a kind of place: a disc; a ring for a region or state of old; a square for a user's point."""
    if kind is PlaceKind.POINT:
        side = 1.7 * radius
        return Rectangle(
            (at[0] - side / 2, at[1] - side / 2), side, side, facecolor=look.halo, edgecolor=look.node, linewidth=0.9
        )
    style = {
        PlaceKind.REGION: {
            "facecolor": look.halo,
            "edgecolor": look.node,
            "linestyle": (0, (1.6, 1.0)),
            "linewidth": 0.8,
        },
        PlaceKind.HISTORIC: {"facecolor": look.halo, "edgecolor": look.node, "linewidth": 1.1},
        PlaceKind.SUBDIVISION: {"facecolor": look.border, "edgecolor": look.node, "linewidth": 0.8},
    }.get(kind, {"facecolor": look.node, "edgecolor": look.halo, "linewidth": 0.5})
    return Circle(at, radius, **style)


def _draw_labels(scene: Scene, ax: Axes) -> None:
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


def _paper_behind(ax: Axes, look: Theme) -> dict[str, Any] | None:
    """Return the look of a ground for words, where on the figure's own they could not be read: dark on dark."""
    faces = [figure.get_facecolor() for figure in (ax.get_figure(root=False), ax.get_figure(root=True)) if figure]
    seen = next((to_hex(face) for face in faces if to_rgba(face)[3] > 0.5), "#ffffff")
    if min(contrast(to_hex(words), seen) for words in (look.ink, look.quiet)) >= READABLE:
        return None
    return {"boxstyle": "square,pad=0.3", "facecolor": look.paper, "edgecolor": "none"}


def _draw_title(scene: Scene, ax: Axes) -> None:
    if scene.title:
        width = scene.frame.width_px + LEGEND_GAP_PX + scene.theme.legend_column_px
        ax.annotate(
            shortened(scene.title, scene.theme.title_px, 0.92 * width), (0, 1), xycoords="axes fraction",
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
    heading = "\n".join(wrapped(legend.title, look.legend_px * 1.08, look.legend_column_px))
    rows: list[Artist] = [TextArea(heading, textprops={**plain, "fontweight": "bold"})]
    room = look.legend_column_px - (SWATCH_EMS + 1) * look.legend_px
    for entry in legend.entries:
        text = "\n".join(wrapped(entry.label, look.legend_px, room))
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
        area.add_artist(_mark(PlaceKind(entry.kind), (wide / 2, high / 2), radius, look))
        return area
    line = np.column_stack([np.linspace(0, wide, 9), np.full(9, high / 2)])[None]
    shape = arrow_shapes(line, width, (length, half), [look.dashes[entry.certainty]], taper=look.taper)[0]
    for part in shapely.get_parts(shape):
        area.add_artist(Polygon(shapely.get_coordinates(part.exterior), facecolor=entry.colour, edgecolor="none"))
    return area


def _note_lines(scene: Scene, across: float) -> list[str]:
    told = [*scene.notes, BOXES_NOTE] if _fonts(scene)[1] else scene.notes
    paragraphs = [" ".join(told), *scene.credits]
    return [line for text in paragraphs for line in wrapped(text, scene.theme.note_px, 0.985 * across)]


def _notes_height(scene: Scene, across: float) -> float:
    return len(_note_lines(scene, across)) * scene.theme.note_px * NOTE_LINE


def _draw_notes(scene: Scene, ax: Axes) -> None:
    across = scene.frame.width_px + LEGEND_GAP_PX + scene.theme.legend_column_px
    ax.annotate(
        "\n".join(_note_lines(scene, across)), (0, 0), xycoords="axes fraction", xytext=(0, -5),
        textcoords="offset points", ha="left", va="top", fontsize=scene.theme.note_px, linespacing=NOTE_LINE,
        color=scene.theme.quiet, parse_math=False, annotation_clip=False, gid="notes",
        bbox=_paper_behind(ax, scene.theme),
    )  # fmt: skip
