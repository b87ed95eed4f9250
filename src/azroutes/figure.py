"""The scene as a figure for a report: matplotlib draws what the scene holds, and decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from azroutes.documents import load_flows
from azroutes.errors import Fault, OptionError
from azroutes.figure_files import FlowFigure, pinned, rendered
from azroutes.fonts import fonts_of
from azroutes.map_face import draw_face
from azroutes.marginalia import MARGIN_PX, POINTS_PER_INCH, above_px, below_px, draw_marginalia, fitted, width_px
from azroutes.privacy import suppressed
from azroutes.scene import Scene, compose
from azroutes.theme import recoloured, theme_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from azroutes.extent import Area
    from azroutes.scale import WidthScale
    from azroutes.theme import Theme


def plot_flows(
    flows: gpd.GeoDataFrame | None = None, *, ax: Axes | None = None, title: str = "", by: str = "market",
    width: str = "auto", method: str = "declutter", theme: Theme | str = "default",
    color: str | Mapping[str, str] | None = None, width_cm: float | None = None,
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
        ``bbox_inches="tight"``. On axes narrower than some 10 cm, as for a column of text, arrows, circles and
        names are smaller, and the legends stand below, too.
    title : str
        Stands over the map.
    by : {'market', 'commodity', 'flow'}
        What is drawn as an arrow of its own: all flows of a market on a leg, those of a commodity, or each flow.
    width : {'auto', 'lineages', 'quantity'}
        What the width of an arrow shows; auto takes the quantity where the table has any, else the number of
        independent lines of sources. The width of the figure is `width_cm`.
    method : {'declutter', 'arc', 'straight'}
        How the arrows run: so that they cross, touch and cover one another least; as arcs; or straight. See
        `azroutes.layout`.
    theme : Theme or {'default', 'print', 'dark', 'presentation'}
        Colours, type and sizes.
    color : str or mapping of str to str, optional
        One colour for all arrows, or colours of markets by their codes, as CSS writes them; by default the theme's.
    width_cm : float, optional
        Width of the whole figure on paper, centimetres: 16 for a page of A4, 8.5 for a column. Type stays readable, and
        legends stand below the map where the width is too little for both. By default a figure is some 26 cm wide, as
        for a page on its side: on half of that its letters would be too small to read.
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
    if ax is not None and width_cm is not None:
        fault = Fault("axes have a width of their own", column="width_cm", value=width_cm, hint="say one of the two")
        raise OptionError("ax and width_cm exclude one another", [fault])
    look, size = fitted(recoloured(theme_of(theme), color), width_cm)
    size = size if ax is None else _size_of(ax)
    scene = compose(flows, title=title, by=by, width=width, method=method, theme=look, size_px=size, top=top,
                    min_quantity=min_quantity, rest=rest, scale=scale, extent=extent, outside=outside,
                    node_size=node_size)  # fmt: skip
    if ax is None:
        import matplotlib.pyplot as plt  # noqa: PLC0415 - pyplot picks a window system, which a file needs not

        figure = plt.figure(FigureClass=FlowFigure)
        ax = add_map_axes(figure, scene)
    return draw(scene, ax)


def render(scene: Scene, kind: str, *, dpi: float = 300) -> bytes:
    """Return a scene as the bytes of a figure: kind is png, svg or pdf."""
    figure = FlowFigure()
    draw(scene, add_map_axes(figure, scene))
    return rendered(figure, kind, {"dpi": dpi})


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
    below = below_px(scene)
    wide = width_px(scene) + 2 * MARGIN_PX
    high = scene.frame.height_px + below + above_px(scene) + 2 * MARGIN_PX
    more_wide = max(0.0, high * look.ratio - wide)
    more_high = max(0.0, wide / look.ratio - high) if look.ratio else 0.0
    left, low = MARGIN_PX + more_wide / 2, MARGIN_PX + below + more_high / 2
    wide, high = wide + more_wide, high + more_high
    figure.set_size_inches(wide / POINTS_PER_INCH, high / POINTS_PER_INCH)
    figure.set_facecolor(look.paper)
    return figure.add_axes((left / wide, low / high, scene.frame.width_px / wide, scene.frame.height_px / high))


def draw(scene: Scene, ax: Axes) -> Axes:
    """Draw a scene on axes and return them."""
    with pinned(fonts_of(scene)[0]):
        draw_face(scene, ax)
        draw_marginalia(scene, ax)
    ax.azroutes_scene = scene  # type: ignore[attr-defined]
    return ax
