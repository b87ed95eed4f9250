"""The page without its map: a picture and a table that need neither scripts nor a canvas.

The markup stands in the page's ``noscript``. A browser that runs no scripts shows it, and so does the page itself where
it can draw on no canvas (`web/fallback.js`). It holds no script and no style attribute, which the page's policy would
forbid, and every word of a table is escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from azroutes.geometry.curve import arrows as arrow_shapes
from azroutes.geometry.curve import head_size
from azroutes.page_parts import markup
from azroutes.scale import number
from azroutes.scene import halos
from azroutes.theme import contrast
from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd

    from azroutes.geometry.shapes import Floats, Shapes
    from azroutes.labels import Label
    from azroutes.legend import Entry, Legend
    from azroutes.scene import Scene
    from azroutes.stage import Node
    from azroutes.theme import Theme

ROWS = 500
"""Rows of the table at the most."""

CELL = 400
"""Characters of a cell at the most: enough for any citation, and no cell can fill a page."""

POINTS = 8000
"""Corners of all arrows of the picture at the most, some 60 kB of text; the widest arrows come first."""

LAND_PX, LEAST_LAND_PX = 1.0, 2.0
"""How far a drawn coast may leave the true one, px, and the smallest island that is drawn, in square px."""

ARROW_PX = 0.1
"""How far an arrow's outline may leave the true one, px."""

HALO_PX = 2.2
"""Width of the line around an arrow that parts it from what it crosses; half of it shows."""

TENTHS = 10
"""Parts of a pixel in which the picture is drawn: whole numbers are shorter than fractions."""

SWATCH_PX = (46.0, 16.0)
"""Size of a picture in the legend, px; the height is the least."""

LEAD = "This browser runs no scripts or draws on no canvas, so the map is a picture here, and its flows are a table."

_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""Characters that are none: controls, and halves of others."""

_COLUMNS = {
    "market": "Market", "commodity": "Commodity", "route": "Route", "form": "Form", "certainty": "Certainty",
    "period": "Period", "quantity": "Quantity", "sources": "Sources",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A flow in words, as the table tells it; what is not known is empty.

    Attributes
    ----------
    market, commodity, form, certainty, period, quantity, sources : str
    route : tuple of str
        Names of the places in order.
    """

    market: str
    commodity: str
    route: tuple[str, ...]
    form: str
    certainty: str
    period: str
    quantity: str
    sources: str


def largest(flows: gpd.GeoDataFrame, most: int = ROWS) -> gpd.GeoDataFrame:
    """Return the flows that the table lists: all, or those with the largest quantities, else with most sources behind.

    Parameters
    ----------
    flows : GeoDataFrame
        A table of flows.
    most : int
        How many at the most.
    """
    if len(flows) <= most:
        return flows
    quantity = flows["quantity"].to_numpy(dtype=float, na_value=-np.inf)
    first = np.lexsort((-flows["lineages"].to_numpy(), -quantity))[:most]
    return flows.iloc[first]


def still(scene: Scene, rows: Sequence[Row], *, flows: int) -> str:
    """Return the page's picture and table as markup.

    Parameters
    ----------
    scene : Scene
        Not cut to an extent.
    rows : sequence of Row
        The flows of `largest`.
    flows : int
        How many flows there are in all.

    Returns
    -------
    str
        HTML without a script, a style attribute or a brace that a template could read.
    """
    drawn = _drawn(scene)
    dark = " azroutes-dark" if _is_dark(scene.theme.paper) else ""
    parts = [
        f'<div class="azroutes-still{dark}">',
        f"<header><h1>{_text(scene.title)}</h1><p>{LEAD}</p></header>",
        '<div class="azroutes-picture" tabindex="0" role="region" aria-label="Picture of the map">',
        picture(scene, drawn),
        "</div>",
        *_told(drawn, int((scene.arrows["width_px"] > 0).sum())),
        f'<div class="legends">{"".join(_legend(legend, scene.theme) for legend in scene.legends)}</div>',
        '<section class="notes"><h2>Notes</h2>',
        *(f"<p>{_text(note)}</p>" for note in (*scene.notes, *scene.no_room, *scene.credits)),
        "</section>",
        table(rows, flows),
        "</div>",
    ]
    return "\n".join(parts)


def picture(scene: Scene, drawn: gpd.GeoDataFrame | None = None) -> str:
    """Return the map as an SVG, its names as text.

    Parameters
    ----------
    scene : Scene
    drawn : GeoDataFrame, optional
        Those of its arrows that are drawn; by default the widest, up to `POINTS` corners.
    """
    look, frame = scene.theme, scene.frame
    arrows = _drawn(scene) if drawn is None else drawn
    ends = {*arrows["start"], *arrows["end"]}
    nodes = {node.code: node for node in scene.nodes if node.code in ends}
    named = [label for label in scene.labels if label.kind == "country" or label.code in nodes]
    wide, high = _short(frame.width_px), _short(frame.height_px)
    places = sorted(nodes.values(), key=lambda node: -node.radius_px)
    about = f'role="img" aria-label="{_text(scene.title or "Map")}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" {about}>',
            f'<rect width="{wide}" height="{high}" fill="{_text(look.water)}"/>',
            f'<g transform="scale({1 / TENTHS:g})">',
            _land(scene),
            *_names([label for label in named if label.kind == "country"], nodes, scene, scale=TENTHS),
            f'<g stroke="{_text(look.halo)}" stroke-linejoin="round" paint-order="stroke">',
            *_arrows(scene, arrows),
            "</g>",
            *(_mark(node.kind, _spot(node, scene), node.radius_px, look, title=node.name) for node in places),
            "</g>",
            *_leaders(named, scene),
            *_names([label for label in named if label.kind != "country"], nodes, scene),
            f'<rect width="{wide}" height="{high}" fill="none" stroke="{_text(look.border)}"/>',
            "</svg>",
        ]
    )


def table(rows: Sequence[Row], flows: int) -> str:
    """Return flows as an HTML table, without the columns in which no row has anything to say."""
    told = [name for name in _COLUMNS if any(getattr(row, name) for row in rows)]
    head = "".join(f'<th scope="col">{_COLUMNS[name]}</th>' for name in told)
    body = "\n".join(
        "<tr>" + "".join(f'<td class="{name}">{_cell(getattr(row, name))}</td>' for name in told) + "</tr>"
        for row in rows
    )
    listed = f"{number(len(rows))} of {number(flows)} flows: the largest" if len(rows) < flows else "All flows"
    more = ""
    if len(rows) < flows:
        more = f"<p>The table lists the {number(len(rows))} largest of {number(flows)} flows, as a page of all of them "
        more += "would be too long to be read; the table that the map was made from has them all.</p>"
    return (
        f'<section class="flows"><h2>Flows</h2>{more}<table><caption>{listed}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></section>"
    )


def _cell(value: str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        # A name in a script that runs from right to left must not turn the order of the places.
        return " → ".join(f"<bdi>{_cell(name)}</bdi>" for name in value)
    return _text(value if len(value) <= CELL else value[: CELL - 1] + "…")


def _is_dark(colour: str) -> bool:
    """Return whether white words are read better on a colour than black ones."""
    if not re.fullmatch("#[0-9a-fA-F]{6}", colour):
        return False
    return contrast("#000000", colour) < contrast("#ffffff", colour)


def _text(text: str) -> str:
    """Return text as markup shows it: no tag, attribute or template can begin in it, and no character is none."""
    return markup(_NO_TEXT.sub("\ufffd", text))


def _drawn(scene: Scene) -> gpd.GeoDataFrame:
    """Return the arrows of the picture in drawing order: the widest, as many as `POINTS` corners allow."""
    seen = scene.arrows[scene.arrows["width_px"] > 0]
    thin = shapely.simplify(seen["outline"].to_numpy(), ARROW_PX * scene.frame.metres_per_px)
    seen = seen.assign(outline=shapely.orient_polygons(thin), halo=halos(scene, HALO_PX))
    widest = np.argsort(-seen["width_px"].to_numpy(dtype=float), kind="stable")
    corners = np.cumsum(shapely.get_num_coordinates(thin[widest]))
    kept = np.zeros(len(seen), dtype=bool)
    kept[widest[corners <= POINTS]] = True
    return seen[kept]


def _told(drawn: gpd.GeoDataFrame, arrows: int) -> Iterator[str]:
    if len(drawn) < arrows:
        yield f"<p>The picture shows the {number(len(drawn))} widest of {number(arrows)} arrows.</p>"


def _land(scene: Scene) -> str:
    look, size = scene.theme, scene.frame.metres_per_px
    shapes = shapely.coverage_simplify(scene.basemap.land.geometry.to_numpy(), LAND_PX * size)
    parts = shapely.get_parts(shapes)
    kept = parts[shapely.area(parts) >= LEAST_LAND_PX * size**2]
    return (
        f'<path fill="{_text(look.land)}" stroke="{_text(look.border)}" stroke-width="{0.7 * TENTHS:g}" '
        f'stroke-linejoin="round" fill-rule="evenodd" d="{_path(_px(kept, scene))}"/>'
    )


def _arrows(scene: Scene, arrows: gpd.GeoDataFrame) -> Iterator[str]:
    shapes = _px(arrows["outline"].to_numpy(), scene)
    columns = (arrows["colour"], arrows["halo"], arrows["title"])
    for shape, colour, halo, title in zip(shapes, *columns, strict=True):
        yield (
            f'<path fill="{_text(colour)}" stroke-width="{_short(halo * TENTHS)}" d="{_path([shape])}">'
            f"<title>{_text(title)}</title></path>"
        )


def _px(shapes: Shapes, scene: Scene) -> Shapes:
    """Return shapes in tenths of a pixel from the upper left corner, y down."""

    def turned(metres: Floats) -> Floats:
        x, y = scene.frame.to_px(metres).T
        return np.column_stack([x, scene.frame.height_px - y]) * TENTHS

    return np.asarray(shapely.transform(shapes, turned))


def _path(shapes: Sequence[shapely.Geometry] | Shapes) -> str:
    """Return polygons as one path: each ring from its first corner in steps of whole numbers."""
    rings = shapely.get_rings(shapely.get_parts(np.asarray(shapes, dtype=object)))
    return "".join(_ring(shapely.get_coordinates(ring)[:-1]) for ring in rings)


def _ring(corners: Floats) -> str:
    whole = np.rint(corners).astype(int)
    steps = np.diff(whole, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    if len(steps) < 2:
        return ""
    x, y = whole[0]
    return f"M{x} {y}l{' '.join(map(str, steps.ravel().tolist()))}z".replace(" -", "-")


def _spot(node: Node, scene: Scene) -> tuple[float, float]:
    x, y = scene.frame.to_px(np.array([[node.x, node.y]]))[0]
    return float(x) * TENTHS, (scene.frame.height_px - float(y)) * TENTHS


def _mark(
    kind: PlaceKind, at: tuple[float, float], radius_px: float, look: Theme, *, title: str = "", scale: float = TENTHS
) -> str:
    """Return the sign of a kind of place, as the page's map draws it."""
    x, y, radius = *at, radius_px * scale
    if kind in {PlaceKind.REGION, PlaceKind.HISTORIC}:
        ring = min(1.8 * scale, 0.6 * radius)
        fill, stroke, thick, order, radius = look.halo, look.node, ring, "", radius - ring / 2
    else:
        fill, stroke, thick, order = look.node, look.halo, 1.4 * scale, ' paint-order="stroke"'
    paint = f'fill="{_text(fill)}" stroke="{_text(stroke)}" stroke-width="{_short(thick)}"{order}'
    inner = f"<title>{_text(title)}</title>" if title else ""
    if kind is PlaceKind.POINT:
        half = 0.85 * radius
        corner = f'x="{_short(x - half)}" y="{_short(y - half)}" width="{_short(2 * half)}" height="{_short(2 * half)}"'
        return f"<rect {corner} {paint}>{inner}</rect>"
    if kind in {PlaceKind.SUBDIVISION, PlaceKind.HISTORIC}:
        reach = 1.15 * radius
        corners = ((x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y))
        return f'<polygon points="{" ".join(f"{_short(a)},{_short(b)}" for a, b in corners)}" {paint}>{inner}</polygon>'
    return f'<circle cx="{_short(x)}" cy="{_short(y)}" r="{_short(radius)}" {paint}>{inner}</circle>'


def _leaders(labels: Sequence[Label], scene: Scene) -> Iterator[str]:
    high = scene.frame.height_px
    lines = [label.leader for label in labels if label.leader]
    path = "".join(f"M{_short(a)} {_short(high - b)}L{_short(c)} {_short(high - d)}" for a, b, c, d in lines)
    if path:
        # Over arrows a thin line is seen only by the light one around it.
        for colour, wide in ((scene.theme.halo, 2.2), (scene.theme.ink, 0.7)):
            yield f'<path d="{path}" fill="none" stroke="{_text(colour)}" stroke-width="{wide}"/>'


def _names(labels: Sequence[Label], nodes: dict[str, Node], scene: Scene, *, scale: float = 1) -> Iterator[str]:
    """Return names as text; the reader's own font may be narrower, so each keeps to the side towards its place."""
    for label in labels:
        x0, _, x1, _ = label.box
        node = nodes.get(label.code) if label.kind == "node" else None
        x, anchor = label.x, "middle"
        if node is not None:
            at = scene.frame.to_px(np.array([[node.x, node.y]]))[0][0]
            if x0 > at:
                x, anchor = x0 + 1.0, "start"
            elif x1 < at:
                x, anchor = x1 - 1.0, "end"
        lines = label.text.split("\n")
        step = label.height / len(lines)
        top = scene.frame.height_px - label.y - label.height / 2
        style = f'font-size="{_short(label.size * scale)}" fill="{_text(label.colour)}"'
        style += f' text-anchor="{anchor}"' if anchor != "start" else ""
        style += ' font-style="italic"' if label.italic else ""
        style += ' font-weight="600"' if label.bold else ""
        if label.kind != "country":
            # The layout has no letters' shapes: a halo lets a name be read even where it meets a border or an arrow.
            style += f' stroke="{_text(scene.theme.halo)}" stroke-width="2.6" stroke-linejoin="round"'
            style += ' paint-order="stroke"'
        for k, line in enumerate(lines):
            # Type of a height stands 0.35 of it below its middle.
            y = top + step * (k + 0.5) + 0.35 * label.size
            yield f'<text x="{_short(x * scale)}" y="{_short(y * scale)}" {style}>{_text(line)}</text>'


def _legend(legend: Legend, look: Theme) -> str:
    items = "".join(f"<li>{_swatch(entry, look)}<span>{_text(entry.label)}</span></li>" for entry in legend.entries)
    return f'<section class="legend"><h2>{_text(legend.title)}</h2><ul>{items}</ul></section>'


def _swatch(entry: Entry, look: Theme) -> str:
    """Return an arrow of true width, or the sign of a kind of place."""
    width = np.array([entry.width_px])
    length, half = head_size(width)
    radius = entry.radius_px or 5.0
    reach = radius if entry.kind else float(half[0])
    wide, high = max(SWATCH_PX[0], 2 * reach + 4), max(SWATCH_PX[1], 2 * reach + 4)
    if entry.kind:
        drawn = _mark(PlaceKind(entry.kind), (wide / 2, high / 2), radius, look, scale=1)
    else:
        line = np.column_stack([np.linspace(2, wide - 2, 9), np.full(9, high / 2)])[None]
        shape = arrow_shapes(line, width, (length, half), [look.dashes[entry.certainty]], taper=look.taper)
        path = _path(shapely.transform(shapely.simplify(shape, ARROW_PX), lambda px: px * TENTHS))
        drawn = f'<path transform="scale({1 / TENTHS:g})" fill="{_text(entry.colour)}" d="{path}"/>'
    size = f'width="{_short(wide)}" height="{_short(high)}" viewBox="0 0 {_short(wide)} {_short(high)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} aria-hidden="true">{drawn}</svg>'


def _short(value: float) -> str:
    """Return a number with one decimal at the most."""
    return f"{round(float(value), 1):g}"
