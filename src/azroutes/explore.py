"""The scene as an interactive map of its own, or as a layer of a map that the user has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast, overload

import numpy as np
import pandas as pd

from azroutes.basemap import MERCATOR_LIMIT
from azroutes.clustered import MANY, is_crowd
from azroutes.cut import Cut
from azroutes.documents import load_flows, load_sources
from azroutes.errors import Fault, OptionError, check_option
from azroutes.flows import path_of, steps_of
from azroutes.geometry.arrange import METHODS
from azroutes.kinds import text_or_none
from azroutes.layer import FlowLayer, check_map
from azroutes.legend import BORDERS_NOTE
from azroutes.options import By
from azroutes.page import OfflineMap
from azroutes.payload import PAGE_PX, payload, payload_of_many
from azroutes.places import place
from azroutes.privacy import hidden_note, suppressed
from azroutes.projection import mercator_for
from azroutes.provenance import period_words, told_quantity
from azroutes.scene import NODE_SIZES, Scene, compose
from azroutes.schema import Flows, validate
from azroutes.still import Row, largest, still
from azroutes.theme import recoloured, theme_of
from azroutes.tips import checked_tooltip
from azroutes.vocabulary import Certainty, Form, Market, label, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import folium
    import geopandas as gpd

    from azroutes.extent import Area
    from azroutes.geometry.shapes import Floats, Ints
    from azroutes.scale import WidthScale
    from azroutes.theme import Theme

NAME_PX, COUNTRY_PX = 12.5, 11.0
"""Height of the names of places and of other countries under a theme that is named, CSS pixels, at the least."""

PICTURED = 40
"""Flows in the picture without scripts, where there are too many to be laid out one by one."""

TITLE = "Documented illicit flows through Azerbaijan"


@overload
def explore_flows(
    flows: gpd.GeoDataFrame | None = ..., *, title: str = ..., by: str = ..., width: str = ...,
    method: str = ..., theme: Theme | str = ..., top: int | None = ...,
    min_quantity: float | None = ..., rest: str = ..., scale: WidthScale | None = ...,
    node_size: str = ..., extent: Area | None = ..., tooltip: bool | str | Sequence[str] = ...,
    color: str | Mapping[str, str] | None = ..., suppress_below: float | None = ..., m: None = ...,
) -> OfflineMap: ...  # fmt: skip


@overload
def explore_flows(
    flows: gpd.GeoDataFrame | None = ..., *, title: str = ..., by: str = ..., width: str = ...,
    method: str = ..., theme: Theme | str = ..., top: int | None = ...,
    min_quantity: float | None = ..., rest: str = ..., scale: WidthScale | None = ...,
    node_size: str = ..., extent: Area | None = ..., tooltip: bool | str | Sequence[str] = ...,
    color: str | Mapping[str, str] | None = ..., suppress_below: float | None = ..., m: folium.Map,
) -> folium.Map: ...  # fmt: skip


def explore_flows(
    flows: gpd.GeoDataFrame | None = None, *, title: str = "", by: str = "market", width: str = "auto",
    method: str = "declutter", theme: Theme | str = "default", top: int | None = None,
    min_quantity: float | None = None,
    rest: str = "merge", scale: WidthScale | None = None, node_size: str = "fixed", extent: Area | None = None,
    tooltip: bool | str | Sequence[str] = True, color: str | Mapping[str, str] | None = None,
    suppress_below: float | None = None, m: folium.Map | None = None,
) -> folium.Map:  # fmt: skip
    """Return an interactive map of flows: one page that works with the network off, or a layer of a map of yours.

    Parameters
    ----------
    flows : GeoDataFrame, optional
        A table of flows; by default those of the bundled documents, each arrow with its statements.
    title : str
        Title of the page.
    by, width, method, theme, top, min_quantity, rest, scale, node_size
        As in `azroutes.plot_flows`; a theme named takes sizes for a screen. With flows of a market that go more than
        1,000 ways, flows between places that are close at a zoom are added up: those of a market, or with
        ``by="commodity"`` those of each of its commodities. ``by="flow"`` adds up those of a market too, and a note on
        the page says so. How arrows run and how large circles are is then up to the page, not `method` or `node_size`.
    extent : str, sequence of 4 floats, or shapes, optional
        What the page shows when it is opened, as in `azroutes.plot_flows`; by default all places. All arrows are on the
        page, wherever they run.
    tooltip : bool, str or sequence of str
        What the small note beside the pointer tells of an arrow: by default (True) how many flows it stands for, and
        the independent lines of sources behind them; nothing (False); or these columns of the table, yours among them.
        Quantities of an arrow's flows are added up, those of each unit by themselves. Of any other column the values
        of its flows are told, each once, that of the largest flow first, three at the most.
    color : str or mapping of str to str, optional
        One colour for all arrows, or colours of markets by their codes, as CSS writes them; by default the theme's.
    suppress_below : float, optional
        Hide numbers of people below this; see `azroutes.suppress`.
    m : folium.Map, optional
        A map of your own to which the flows are added as a layer, between its tiles and its markers, with the panel as
        a control that can be folded. Its page is folium's and asks for what folium and your tiles ask for. Its view
        stays as it is unless `extent` is given; ``m.fit_bounds(m.get_bounds())`` shows all. Pictures saved out of its
        panel are on plain paper, and its address holds no state, as both map and address are yours. Or a map that this
        function returned: then its page, which needs no network, has both sets of flows, each with a panel.

    Returns
    -------
    folium.Map
        Save it with ``.save("map.html")``, or show it in a notebook. Folium layers that need no network may be added.
        With `m`, that map.

    Raises
    ------
    TableError
        If the table is not valid or has no row; it lists every fault.
    OptionError
        If an option has a value that will not do, or a place or all of the extent lies beyond 85 degrees north or
        south.

    Examples
    --------
    >>> import azroutes
    >>> page = azroutes.explore_flows()
    >>> type(page).__mro__[1]
    <class 'folium.folium.Map'>
    """
    documented = flows is None
    table = suppressed(load_flows() if flows is None else validate(Flows, flows), suppress_below)
    told = checked_tooltip(table, tooltip)
    if m is not None:
        check_map(m)
    # What is left out is not on the page, so it needs no room there.
    many = is_crowd(table) and not (rest == "omit" and top is not None and top <= MANY)
    lon, ways = _ends(table)
    heading = title or (TITLE if documented else "Flows")
    crs = mercator_for(lon, ways) if len(lon) else None
    look = recoloured(_on_screen(theme), color)
    # A theme that was chosen is kept; the page as it comes follows what its reader has set the screen to.
    dark = recoloured(_on_screen("dark"), color) if isinstance(theme, str) and theme == "default" else None
    for name, value, choices in (("by", by, By), ("method", method, METHODS), ("node_size", node_size, NODE_SIZES)):
        check_option(name, value, choices)
    cut = Cut(top, min_quantity, rest)
    if many:
        drawn, picture = _of_many(table, heading, look, dark, crs, by=by, width=width, cut=cut, scale=scale,
                                  extent=extent, tooltip=told)  # fmt: skip
    else:
        drawn, picture = _of_few(table, heading, look, dark, crs, by=by, width=width, method=method, cut=cut,
                                 scale=scale, node_size=node_size, extent=extent, tooltip=told)  # fmt: skip
    if m is not None and not isinstance(m, OfflineMap):
        return _joined(m, drawn, heading, extent)
    return _page(drawn, heading, picture(), m)


def _of_many(
    table: gpd.GeoDataFrame, title: str, look: Theme, dark: Theme | None, crs: str | None, *, by: str, width: str,
    cut: Cut, scale: WidthScale | None, extent: Area | None, tooltip: bool | Sequence[str],
) -> tuple[dict[str, object], Callable[[], str]]:  # fmt: skip
    """Return what a page has of flows that it adds up itself, and its picture of the largest; no layout is searched."""
    drawn = payload_of_many(table, title, look, width=width, cut=cut, scale=scale, extent=extent, dark=dark,
                            tooltip=tooltip, by=by)  # fmt: skip

    def picture() -> str:
        some = largest(table, PICTURED)
        scene = compose(some, title=title, by=by, width=width, method="arc", theme=replace(look, tags=False),
                        size_px=PAGE_PX, crs=crs)  # fmt: skip
        cut_to = f"The picture shows the {len(some)} largest of {len(table):,} flows."
        hidden = [hidden_note(table)] if hidden_note(table) else []
        others = [note for note in scene.notes if note != hidden_note(some)]
        return _still(replace(scene, theme=look, notes=(cut_to, *hidden, *others)), table)

    return drawn, picture


def _of_few(
    table: gpd.GeoDataFrame, title: str, look: Theme, dark: Theme | None, crs: str | None, *, by: str, width: str,
    method: str, cut: Cut, scale: WidthScale | None, node_size: str, extent: Area | None,
    tooltip: bool | Sequence[str],
) -> tuple[dict[str, object], Callable[[], str]]:  # fmt: skip
    """Return what a page has of flows that are laid out here, arrow by arrow, and its picture of them."""
    # The page finds room for letters itself, at each zoom: what the scene says of room for them is not true of it.
    scene = compose(table, title=title, by=by, width=width, method=method, theme=replace(look, tags=False),
                    size_px=PAGE_PX, crs=crs, top=cut.top, min_quantity=cut.min_quantity, rest=cut.rest, scale=scale,
                    node_size=node_size)  # fmt: skip
    scene = replace(scene, theme=look)
    shown = table[table.index.isin({name for names in scene.arrows["flows"] for name in names})]
    return payload(scene, table, extent=extent, dark=dark, tooltip=tooltip), lambda: _still(scene, shown)


def _page(drawn: dict[str, object], title: str, still: str, m: OfflineMap | None) -> OfflineMap:
    """Return a page of the flows, or the page that they have been added to."""
    if m is None:
        return OfflineMap(drawn, title=title, still=still)
    m.add_flows(FlowLayer({**drawn, "land": []}, name=title), still)
    return m


def _joined(m: folium.Map, drawn: dict[str, object], name: str, extent: Area | None) -> folium.Map:
    """Add flows to a map of the user's own, which has its own land and says itself whose that is."""
    notes, said = cast("list[str]", drawn["notes"]), cast("list[str]", drawn["credits"])
    own = {"land": [], "dark": None, "notes": [note for note in notes if note != BORDERS_NOTE], "credits": said[:1]}
    FlowLayer({**drawn, **own}, name=name).add_to(m)
    if extent is not None:
        m.fit_bounds(cast("list[list[float]]", drawn["bounds"]))
    return m


def _on_screen(theme: Theme | str) -> Theme:
    look = theme_of(theme, screen=True)
    if not isinstance(theme, str):
        return look
    return replace(look, label_px=max(look.label_px, NAME_PX), country_px=max(look.country_px, COUNTRY_PX))


def _ends(flows: gpd.GeoDataFrame) -> tuple[Floats, Ints]:
    """Return the longitudes of all places, and which of them the flows join step by step."""
    steps = steps_of(flows[["origin", "via", "destination"]].drop_duplicates())
    number, codes = pd.factorize(pd.concat([steps["start"], steps["end"]]).astype(object), sort=True)
    found = [place(str(code)) for code in codes]
    faults = [Fault("beyond the map", value=known.name, hint="a page shows up to 85 degrees; use plot_flows")
              for known in found if abs(known.lat) > MERCATOR_LIMIT]  # fmt: skip
    if faults:
        raise OptionError("an interactive map cannot show the poles", faults)
    return np.array([known.lon for known in found], dtype=float), number.reshape(2, -1).T


def _still(scene: Scene, flows: gpd.GeoDataFrame) -> str:
    """Return the picture and the table for browsers without scripts or canvas."""
    cited = load_sources()["citation"].to_dict()
    rows = [
        Row(
            market=label(Market, text_or_none(flow["market"])),
            commodity=words(commodity) if (commodity := text_or_none(flow["commodity"])) else "",
            route=tuple(place(code).name for code in path_of(flow["origin"], flow["via"], flow["destination"])),
            form=label(Form, text_or_none(flow["form"])),
            certainty=label(Certainty, flow["certainty"]),
            period="" if (period := period_words(flow["first_year"], flow["last_year"])) == "no year given" else period,
            quantity=told_quantity(flow) or "",
            sources="; ".join(cited.get(name, name) for name in (text_or_none(flow["sources"]) or "").split(";")),
        )
        for flow in largest(flows).drop(columns="geometry").to_dict("records")
    ]
    return still(scene, rows, flows=len(flows))
