"""The scene as an interactive map: what the page draws, and the words that a click brings up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, cast, overload

import numpy as np
import pandas as pd
import shapely

from azroutes.arrows import HAIRLINE_PX, LEAST_PX, Cut, shown_unit
from azroutes.basemap import MERCATOR_LIMIT, boundaries, credit_of
from azroutes.clustered import DRAWN, MANY, TILE_PX, crowd_of, is_crowd, parts
from azroutes.documents import backing, load_flows, load_lineages, load_observations, load_sources, load_statements
from azroutes.errors import Fault, OptionError
from azroutes.extent import extent_of
from azroutes.flows import path_of
from azroutes.geometry.curve import head_size
from azroutes.layer import FlowLayer, check_map
from azroutes.legend import (
    ARROWS_NOTE,
    BORDERS_NOTE,
    LISTED_NOTE,
    REST_CODE,
    REST_LABEL,
    credits,
    kind_labels,
    period_note,
)
from azroutes.page import OfflineMap
from azroutes.places import VIA, gazetteer, place
from azroutes.projection import frame_in, mercator_for, mercator_to_lonlat
from azroutes.scale import number
from azroutes.scene import Scene, compose
from azroutes.schema import Flows, validate
from azroutes.still import Row, largest, still
from azroutes.theme import recoloured, theme_of
from azroutes.tips import checked_tooltip, tips_of
from azroutes.vocabulary import Basis, Certainty, Form, Group, Market, Role, codes, label, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import folium
    import geopandas as gpd
    from numpy.typing import NDArray

    from azroutes.extent import Area
    from azroutes.scale import WidthScale
    from azroutes.theme import Theme
    from azroutes.tips import Tip

PAGE_PX = (1000.0, 700.0)
"""Size of the map for which arrows are laid out, CSS pixels."""

NAME_PX, COUNTRY_PX = 12.5, 11.0
"""Height of the names of places and of other countries under a theme that is named, CSS pixels, at the least."""

LAND_TOLERANCE = 0.02
"""How far a drawn coast may leave the true one, in degrees."""

RING_UNIT, LINE_UNIT = 1000, 10_000
"""Parts of a degree in which the page holds land and arrows."""

PICTURED = 60
"""Flows in the picture without scripts, where there are too many to be laid out one by one."""

CLUSTER_ENTRY = {"kind": "cluster", "label": "Several places, close at this zoom"}
CLUSTER_NOTE = (
    "Places that are close at a zoom are shown as one ring, and the flows between two rings are added up; zoom in to "
    "part them. The area of a ring shows what comes in and goes out."
)

_COLOURS = ("paper", "water", "land", "border", "ink", "quiet", "halo", "node")
_SIZES = ("label_px", "country_px", "taper")


@overload
def explore_flows(
    flows: gpd.GeoDataFrame | None = ..., *, title: str = ..., by: str = ..., width: str = ...,
    method: str = ..., theme: Theme | str = ..., top: int | None = ...,
    min_quantity: float | None = ..., rest: str = ..., scale: WidthScale | None = ...,
    node_size: str = ..., extent: Area | None = ..., tooltip: bool | str | Sequence[str] = ...,
    color: str | Mapping[str, str] | None = ..., m: None = ...,
) -> OfflineMap: ...  # fmt: skip


@overload
def explore_flows(
    flows: gpd.GeoDataFrame | None = ..., *, title: str = ..., by: str = ..., width: str = ...,
    method: str = ..., theme: Theme | str = ..., top: int | None = ...,
    min_quantity: float | None = ..., rest: str = ..., scale: WidthScale | None = ...,
    node_size: str = ..., extent: Area | None = ..., tooltip: bool | str | Sequence[str] = ...,
    color: str | Mapping[str, str] | None = ..., m: folium.Map,
) -> folium.Map: ...  # fmt: skip


def explore_flows(
    flows: gpd.GeoDataFrame | None = None, *, title: str = "", by: str = "market", width: str = "auto",
    method: str = "declutter", theme: Theme | str = "default", top: int | None = None,
    min_quantity: float | None = None,
    rest: str = "merge", scale: WidthScale | None = None, node_size: str = "fixed", extent: Area | None = None,
    tooltip: bool | str | Sequence[str] = True, color: str | Mapping[str, str] | None = None,
    m: folium.Map | None = None,
) -> folium.Map:  # fmt: skip
    """Return an interactive map of flows: one page that works with the network off, or a layer of a map of yours.

    Parameters
    ----------
    flows : GeoDataFrame, optional
        A table of flows; by default those of the bundled documents, each arrow with its statements.
    title : str
        Title of the page.
    by, width, method, theme, top, min_quantity, rest, scale, node_size
        As in `azroutes.plot_flows`; a theme named takes sizes for a screen.
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
    table = load_flows() if flows is None else validate(Flows, flows)
    told = checked_tooltip(table, tooltip)
    if m is not None:
        check_map(m)
    # What is left out is not on the page, so it needs no room there.
    many = is_crowd(table) and not (rest == "omit" and top is not None and top <= MANY)
    lon = _ends(table)[:, 0]
    heading = title or (TITLE if documented else "Flows")
    crs = mercator_for(lon) if len(lon) else None
    look = recoloured(_on_screen(theme), color)
    # A theme that was chosen is kept; the page as it comes follows what its reader has set the screen to.
    dark = recoloured(_on_screen("dark"), color) if isinstance(theme, str) and theme == "default" else None
    if many:
        cut = Cut(top, min_quantity, rest)
        drawn = payload_of_many(table, heading, look, width=width, cut=cut, scale=scale, extent=extent,
                                dark=dark, tooltip=told)  # fmt: skip
        if m is not None and not isinstance(m, OfflineMap):
            return _joined(m, drawn, heading, extent)
        some = largest(table, PICTURED)
        picture = compose(some, title=heading, width=width, method="arc", theme=replace(look, tags=False),
                          size_px=PAGE_PX, crs=crs)  # fmt: skip
        cut_to = f"The picture shows the {len(some)} largest of {len(table):,} flows."
        picture = replace(picture, theme=look, notes=(cut_to, *picture.notes))
        return _page(drawn, heading, _still(picture, table), m)
    # The page finds room for letters itself, at each zoom: what the scene says of room for them is not true of it.
    scene = compose(table, title=heading, by=by, width=width, method=method, theme=replace(look, tags=False),
                    size_px=PAGE_PX, crs=crs, top=top, min_quantity=min_quantity, rest=rest, scale=scale,
                    node_size=node_size)  # fmt: skip
    scene = replace(scene, theme=look)
    shown = table[table.index.isin({name for names in scene.arrows["flows"] for name in names})]
    made = payload(scene, table, extent=extent, dark=dark, tooltip=told)
    if m is not None and not isinstance(m, OfflineMap):
        return _joined(m, made, scene.title, extent)
    return _page(made, scene.title, _still(scene, shown), m)


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


TITLE = "Documented illicit flows through Azerbaijan"


def _ends(flows: gpd.GeoDataFrame) -> NDArray[np.float64]:
    on_way = (code for via in flows["via"].unique() if via for code in via.split(VIA))
    found = [place(code) for code in sorted({*flows["origin"].unique(), *flows["destination"].unique(), *on_way})]
    faults = [Fault("beyond the map", value=known.name, hint="a page shows up to 85 degrees; use plot_flows")
              for known in found if abs(known.lat) > MERCATOR_LIMIT]  # fmt: skip
    if faults:
        raise OptionError("an interactive map cannot show the poles", faults)
    return np.array([(known.lon, known.lat) for known in found]).reshape(-1, 2)


def payload(
    scene: Scene, flows: gpd.GeoDataFrame, *, extent: Area | None = None, dark: Theme | None = None,
    tooltip: bool | Sequence[str] = True,
) -> dict[str, object]:  # fmt: skip
    """Return all that the page draws and says, as plain numbers and text; `dark` is how it looks on dark screens."""
    markets = [code for code in codes(Market) if (scene.arrows["market"] == code).any()]
    rest = scene.arrows["rest"].to_numpy(dtype=bool)
    thin = float(scene.arrows["width_px"].to_numpy()[rest].max(initial=0.0))
    with_none = [*markets, *([""] if scene.arrows.loc[~rest, "market"].isna().any() else []),
                 *([REST_CODE] if rest.any() else [])]  # fmt: skip
    flows = flows[flows.index.isin({name for names in scene.arrows["flows"] for name in names})]
    west, south, east, north = _bounds(scene) if extent is None else _view(extent, _bounds(scene))
    behind = _provenance(flows)
    columns = () if isinstance(tooltip, bool) else tooltip
    return {
        "version": 1,
        "title": scene.title,
        "subtitle": _subtitle(scene, flows),
        "bounds": [[south, west], [north, east]],
        **({} if extent is None else {"framed": True}),
        "theme": _look(scene.theme, set(scene.arrows["certainty"])),
        "dark": None if dark is None else _dark(dark, with_none),
        "land": _land(),
        "markets": [_market(code, scene.theme, thin) for code in with_none],
        "nodes": [{"code": n.code, "name": n.name, "kind": n.kind.value, "lat": round(n.lat, 5), "lon": round(lon, 5),
                   "radius": round(n.radius_px, 2)} for n, lon in zip(scene.nodes, _node_lons(scene), strict=True)],
        "arrows": _arrows(scene, with_none, flows),
        "flows": _flows(flows, with_none, behind.of_flow),
        "statements": behind.statements,
        "sources": behind.sources,
        "legends": _legends(scene),
        "scale": {"px": scene.scale.px_per_unit, "counts": scene.scale.whole, "unit": scene.scale.title,
                  "hairline": HAIRLINE_PX, "least": LEAST_PX},
        "notes": list(scene.notes),
        "credits": list(scene.credits),
        **_tooltip(tooltip, [{**_tip(tip), "codes": tip.codes.tolist()} for tip in tips_of(flows, columns)]),
    }  # fmt: skip


def payload_of_many(
    flows: gpd.GeoDataFrame, title: str, theme: Theme, *, width: str, cut: Cut, scale: WidthScale | None,
    extent: Area | None, dark: Theme | None, tooltip: bool | Sequence[str] = True,
) -> dict[str, object]:  # fmt: skip
    """Return what the page needs of flows too many to be laid out one by one: see `azroutes.clustered`."""
    unit = shown_unit(flows, width, scale)
    crowd = crowd_of(flows, unit)
    present = flows["market"].dropna().unique()
    classes: list[str | None] = [code for code in codes(Market) if code in present]
    classes += [None] if flows["market"].isna().any() else []
    lon, lat = (np.array([getattr(found, axis) for found in crowd.places]) for axis in ("lon", "lat"))
    crs = mercator_for(lon)
    lonlat = mercator_to_lonlat(crs, frame_in(crs, np.column_stack([lon, lat]), *PAGE_PX, margin_px=0.0).project(
        np.column_stack([lon, lat])))  # fmt: skip
    places = (lonlat[:, 0].min(), lonlat[:, 1].min(), lonlat[:, 0].max(), lonlat[:, 1].max())
    west, south, east, north = places if extent is None else _view(extent, places)
    kinds = sorted({found.kind.value for found in crowd.places})
    (x0, y0), (x1, y1) = _mercator(np.array([[west, north], [east, south]]))
    opening = np.log2(min(PAGE_PX[0] / max(x1 - x0, 1e-6), PAGE_PX[1] / max(y1 - y0, 1e-6)) / TILE_PX)
    tips = tips_of(crowd.flows, () if isinstance(tooltip, bool) else tooltip)
    drawn = parts(crowd, classes, _mercator(lonlat), theme, scale=scale, most=min(cut.top or DRAWN, DRAWN),
                  least=cut.min_quantity or 0.0, opening=float(opening),
                  also={f"tip.{k}": tip.codes for k, tip in enumerate(tips)})  # fmt: skip
    return {
        "version": 1,
        "title": title,
        "subtitle": _between(len(crowd.places), flows),
        "bounds": [[float(south), float(west)], [float(north), float(east)]],
        **({} if extent is None else {"framed": True}),
        "theme": _look(theme, {Certainty.AFFIRMED.value}),
        "dark": None if dark is None else _dark(dark, [code or "" for code in classes]),
        "land": _land(),
        "markets": [_market(code or "", theme) for code in classes],
        **drawn,
        "legends": {"nodes": {"title": "Places", "entries": [
            {"kind": kind, "label": text} for kind, text in kind_labels(kinds)] + [CLUSTER_ENTRY]}},
        "notes": [ARROWS_NOTE, CLUSTER_NOTE, *([LISTED_NOTE] if (flows["basis"] == Basis.LISTED.value).any() else []),
                  *([period] if (period := period_note(flows)) else []), BORDERS_NOTE],
        "credits": list(credits(flows, credit_of("world_50m"))),
        **_tooltip(tooltip, [_tip(tip) for tip in tips]),
    }  # fmt: skip


def _tooltip(tooltip: bool | Sequence[str], tips: list[dict[str, object]]) -> dict[str, object]:  # noqa: FBT001
    """Return what the note tells, where it is not what it tells by itself."""
    return {} if tooltip is True else {"tooltip": tips if tooltip else False}


def _tip(tip: Tip) -> dict[str, object]:
    return {"title": tip.title, "added": tip.added, "words": tip.words}


def _mercator(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return x and y of web maps, the whole world from 0 to 1, y downwards."""
    phi = np.radians(np.clip(lonlat[:, 1], -MERCATOR_LIMIT, MERCATOR_LIMIT))
    return np.column_stack([(lonlat[:, 0] + 180) / 360, 0.5 - np.log(np.tan(np.pi / 4 + phi / 2)) / (2 * np.pi)])


def _still(scene: Scene, flows: gpd.GeoDataFrame) -> str:
    """Return the picture and the table for browsers without scripts or canvas."""
    cited = load_sources()["citation"].to_dict()
    rows = [
        Row(
            market=label(Market, _text(flow["market"])),
            commodity=words(commodity) if (commodity := _text(flow["commodity"])) else "",
            route=tuple(place(code).name for code in path_of(flow["origin"], flow["via"], flow["destination"])),
            form=label(Form, _text(flow["form"])),
            certainty=label(Certainty, flow["certainty"]),
            period="" if (period := _period(flow["first_year"], flow["last_year"])) == "no year given" else period,
            quantity=_quantity(flow["quantity"], _text(flow["unit"])) or "",
            sources="; ".join(cited.get(name, name) for name in (_text(flow["sources"]) or "").split(";")),
        )
        for flow in largest(flows).drop(columns="geometry").to_dict("records")
    ]
    return still(scene, rows, flows=len(flows))


def _look(theme: Theme, certainties: set[str]) -> dict[str, object]:
    """Return colours, sizes, and dashes of certainties on the map: stroke, gap, the least width they grow with."""
    shown = sorted(certainties)
    dashes = {code: [theme.dashes[code].stroke, theme.dashes[code].gap, theme.dashes[code].least_px] for code in shown}
    return {**{name: getattr(theme, name) for name in (*_COLOURS, *_SIZES)}, "dashes": dashes}


def _dark(theme: Theme, markets: list[str]) -> dict[str, object]:
    """Return the colours that differ on a dark screen: of the map, and of each market."""
    colours = [theme.quiet if code == REST_CODE else theme.colour(code or None) for code in markets]
    return {"theme": {name: getattr(theme, name) for name in _COLOURS}, "markets": colours}


def _subtitle(scene: Scene, flows: gpd.GeoDataFrame) -> str:
    return _between(len(scene.nodes), flows)


def _between(places: int, flows: gpd.GeoDataFrame) -> str:
    cited = {name for text in flows["sources"].dropna().unique() for name in text.split(";") if name}
    said = f", as {len(cited)} source{'s' if len(cited) != 1 else ''} report them" if cited else ""
    return f"Between {places:,} places{said}"


def _market(code: str, theme: Theme, thin: float = 0.0) -> dict[str, object]:
    if code == REST_CODE:
        own = {"width": round(thin, 2), "head": _head(thin)}
        return {"code": code, "label": REST_LABEL, "colour": theme.quiet, **own}
    letters = {"letters": theme.letters[code]} if code and theme.tags else {}
    words = label(Market, code) if code else "Flow"
    return {"code": code, "label": words, "colour": theme.colour(code or None), **letters}


def _bounds(scene: Scene) -> tuple[float, float, float, float]:
    lon = _node_lons(scene)
    lat = [node.lat for node in scene.nodes]
    return min(lon), min(lat), max(lon), max(lat)


def _view(area: Area, places: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of an extent, on the same side of the antimeridian as the places."""
    wanted = extent_of(area)
    lon, lat = wanted.lonlat.T
    if lat.min() > MERCATOR_LIMIT or lat.max() < -MERCATOR_LIMIT:
        raise OptionError("an interactive map cannot show the poles", [Fault(
            "beyond the map", column="extent", hint="a page shows up to 85 degrees; use plot_flows")])  # fmt: skip
    lonlat = np.column_stack([lon, np.clip(lat, -MERCATOR_LIMIT, MERCATOR_LIMIT)])
    crs = mercator_for(lon)
    metres = frame_in(crs, lonlat, *PAGE_PX, margin_px=0.0).project(lonlat)
    low, high = metres.min(axis=0), metres.max(axis=0)
    # Mercator's metres are longer than the globe's, by as much as its parallels are.
    middle = mercator_to_lonlat(crs, (low + high)[None, :] / 2)[0, 1]
    short = np.maximum(wanted.least_m / np.cos(np.radians(middle)) - (high - low), 0.0) / 2
    (west, south), (east, north) = mercator_to_lonlat(crs, np.array([low - short, high + short]))
    turn = 360.0 * np.round(((places[0] + places[2]) - (west + east)) / 720.0)
    return float(west + turn), float(south), float(east + turn), float(north)


def _node_lons(scene: Scene) -> list[float]:
    xy = np.array([(node.x, node.y) for node in scene.nodes])
    return [float(lon) for lon in mercator_to_lonlat(scene.frame.crs, xy)[:, 0]]


def _arrows(scene: Scene, markets: list[str], flows: gpd.GeoDataFrame) -> list[dict[str, object]]:
    flow_number = {name: k for k, name in enumerate(flows.index)}
    counted = flows.loc[flows["quantity"].notna(), "unit"]
    unit_of = {name: _text(unit) or "" for name, unit in counted.items()}
    node_number = {node.code: k for k, node in enumerate(scene.nodes)}
    name = {node.code: node.name for node in scene.nodes}
    found: list[dict[str, object]] = []
    for row in scene.arrows.to_dict("records"):
        start, end = row["start"], row["end"]
        line = mercator_to_lonlat(scene.frame.crs, shapely.get_coordinates(row["spine"]))
        found.append(
            {
                "market": markets.index(REST_CODE if row["rest"] else _text(row["market"]) or ""),
                "start": node_number[start],
                "end": node_number[end],
                "line": _deltas(line, LINE_UNIT),
                "lane": round(row["lane_px"], 2),
                "width": round(row["width_px"], 2),
                "head": [round(row["head_length_px"], 2), round(row["head_half_px"], 2)],
                "certainty": row["certainty"],
                "lineages": int(row["lineages"]),
                "flows": [flow_number[flow] for flow in row["flows"]],
                "quantity": _sum(row["quantity"], {unit_of[flow] for flow in row["flows"] if flow in unit_of}),
                "label": f"within {name[start]}" if start == end else f"{name[start]} to {name[end]}",
            }
        )
    return found


def _flows(flows: gpd.GeoDataFrame, markets: list[str], of_flow: dict[str, list[int]]) -> list[dict[str, object]]:
    return [
        {
            "id": flow["flow_id"],
            "market": markets.index(market if (market := _text(flow["market"]) or "") in markets else REST_CODE),
            "title": words(flow["commodity"]) if _text(flow["commodity"]) else "Flow",
            "route": " → ".join(place(code).name for code in path_of(flow["origin"], flow["via"], flow["destination"])),
            "form": label(Form, _text(flow["form"])) or None,
            "group": _group(_text(flow["group"])),
            "role": label(Role, _text(flow["role"])) or None,
            "period": _period(flow["first_year"], flow["last_year"]),
            "years": [_whole(flow["first_year"]), _whole(flow["last_year"])],
            "certainty": label(Certainty, flow["certainty"]),
            "wording": _text(flow["wording"]) or None,
            "basis": label(Basis, flow["basis"]),
            "quantity": _quantity(flow["quantity"], _text(flow["unit"])),
            "amount": None if _text(flow["quantity"]) is None else float(flow["quantity"]),
            "lineages": flow["lineages"],
            "sources_text": "" if flow["flow_id"] in of_flow else _text(flow["sources"]) or "",
            "statements": of_flow.get(flow["flow_id"], []),
        }
        for flow in flows.drop(columns="geometry").reset_index().to_dict("records")
    ]


@dataclass(frozen=True)
class Behind:
    """The statements behind flows, their sources, and which statements stand behind which flow."""

    statements: list[dict[str, object]]
    sources: list[dict[str, object]]
    of_flow: dict[str, list[int]]


def _provenance(flows: gpd.GeoDataFrame) -> Behind:
    said = backing(flows)
    used = load_statements()
    used = used[used.index.isin(said["statement"])].reset_index()
    sources, lineages = load_sources(), load_lineages()
    cited = sorted(used["source"].unique())
    counts = _counts()
    statements: list[dict[str, object]] = [
        {
            "source": cited.index(row["source"]),
            "locator": row["locator"],
            "text": row["statement"],
            "certainty": label(Certainty, row["certainty"]),
            "wording": _text(row["wording"]),
            "lineage": lineages.loc[row["lineage"], "title"],
            "reading": _text(row["reading"]),
            "period": _period(row["first_year"], row["last_year"]),
            "counts": counts.get(row["statement_id"], []),
        }
        for row in used.to_dict("records")
    ]
    listed: list[dict[str, object]] = [
        {"id": row["source"], "title": row["title"], "publisher": row["publisher"], "year": int(row["year"]),
         "url": _text(row["url"])}
        for row in sources.loc[cited].reset_index().to_dict("records")
    ]  # fmt: skip
    number_of = {name: k for k, name in enumerate(used["statement_id"])}
    of_flow: dict[str, list[int]] = {}
    for name, statement in zip(said["flow_id"], said["statement"], strict=True):
        of_flow[name] = sorted({*of_flow.get(name, []), number_of[statement]})
    return Behind(statements, listed, of_flow)


def _counts() -> dict[str, list[str]]:
    """Return the numbers of each statement, in words: how many, when, what was counted."""
    found: dict[str, list[str]] = {}
    lead = {"at_least": "at least ", "at_most": "up to ", "about": "about "}
    for row in load_observations().to_dict("records"):
        most = f"–{number(row['quantity_max'])}" if _text(row["quantity_max"]) else ""
        year = f" ({row['year']})" if _text(row["year"]) else ""
        many = f"{lead.get(row['bound'], '')}{number(row['quantity'])}{most} {words(row['unit']).lower()}"
        found.setdefault(row["statement_id"], []).append(f"{many}{year}: {row['counted']}")
    return found


def _legends(scene: Scene) -> dict[str, object]:
    shown = {legend.kind: legend for legend in scene.legends}
    made: dict[str, object] = {}
    if "width" in shown:
        entries = [
            {"width": round(e.width_px, 2), "head": _head(e.width_px), "label": e.label} for e in shown["width"].entries
        ]
        made["width"] = {"title": shown["width"].title, "entries": entries}
    if "certainty" in shown:
        entries = [{"certainty": e.code, "label": e.label} for e in shown["certainty"].entries]
        made["certainty"] = {"title": shown["certainty"].title, "entries": entries}
    if "circles" in shown:
        entries = [{"radius": round(e.radius_px, 2), "kind": e.kind, "label": e.label}
                   for e in shown["circles"].entries]  # fmt: skip
        made["circles"] = {"title": shown["circles"].title, "entries": entries}
    nodes = [{"kind": kind, "label": text} for kind, text in kind_labels({n.kind.value for n in scene.nodes})]
    made["nodes"] = {"title": "Places", "entries": nodes}
    return made


def _head(width: float) -> list[float]:
    length, half = head_size(np.array([width]))
    return [round(float(length[0]), 2), round(float(half[0]), 2)]


@cache
def _land() -> list[dict[str, object]]:
    """Return the land of the world, simplified with its borders kept shared, in whole thousandths of a degree."""
    world = boundaries("world_50m")
    shapes = shapely.coverage_simplify(world.geometry.to_numpy(), LAND_TOLERANCE)
    found: list[dict[str, object]] = []
    for code, name, shape in zip(world["code"], world["name"], shapes, strict=True):
        rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
        known = gazetteer().get(code)
        spot = [known.label_lat, known.label_lon] if known is not None else None
        drawn = [_deltas(shapely.get_coordinates(ring)[:-1], RING_UNIT) for ring in rings]
        found.append({"code": code, "name": name, "label": spot, "rings": [ring for ring in drawn if len(ring) >= 6]})
    return found


def _deltas(lonlat: NDArray[np.float64], unit: int) -> list[int]:
    """Return points as whole numbers, each the step from the one before; steps of nothing are left out."""
    whole = np.round(lonlat * unit).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    kept = np.ones(len(steps), dtype=bool)
    kept[1:] = (steps[1:] != 0).any(axis=1)
    return [int(value) for value in steps[kept].ravel()]


def _period(first: object, last: object) -> str:
    begin, end = _text(first), _text(last)
    if begin is None and end is None:
        return "no year given"
    if end is None:
        return f"since {begin}"
    if begin is None:
        return f"until {end}"
    return begin if begin == end else f"{begin}–{end}"


def _group(group: str | None) -> str | None:
    if not group:
        return None
    return ", ".join(label(Group, part).lower() for part in group.split("+"))


def _quantity(quantity: float, unit: str | None) -> str | None:
    if _text(quantity) is None:
        return None
    return f"{number(quantity)} {words(unit).lower() if unit else ''}".strip()


def _whole(year: object) -> int | None:
    return None if _text(year) is None else int(str(year))


def _sum(quantity: float, units: set[str]) -> str | None:
    """Return the quantity of an arrow, in words; None where its flows are counted in several units."""
    return _quantity(quantity, next(iter(units))) if len(units) == 1 else None


def _text(value: object) -> str | None:
    """Return a cell's text, or None where it is missing."""
    return None if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124
