"""What a page draws and says, as plain numbers and text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from azroutes.arrows import HAIRLINE_PX, LEAST_PX
from azroutes.basemap import MERCATOR_LIMIT, credit_of
from azroutes.clustered import DRAWN, TILE_PX, crowd_of, parts
from azroutes.errors import Fault, OptionError
from azroutes.extent import extent_of
from azroutes.flows import path_of
from azroutes.geometry.curve import head_size
from azroutes.geometry.lanes import HEAD_ROOM
from azroutes.geometry.loops import (
    LOOP_GAP_PX,
    LOOP_OPENS,
    LOOP_OPENS_MORE,
    LOOP_PX,
    LOOP_WIDEST,
    WIDE_OPENS,
    WIDE_PX,
    WIDE_REACHES,
)
from azroutes.kinds import text_or_none
from azroutes.legend import (
    ARROWS_NOTE,
    BORDERS_NOTE,
    CERTAINTY_TITLE,
    FLOW,
    LISTED_NOTE,
    NO_MARKET,
    REST_CODE,
    REST_LABEL,
    certainty_labels,
    credits,
    kind_labels,
    period_note,
)
from azroutes.measure import measure_of
from azroutes.packing import deltas
from azroutes.page_land import page_land
from azroutes.places import place
from azroutes.privacy import hidden_note, is_hidden
from azroutes.projection import frame_in, mercator_for, mercator_to_lonlat, meridian_of
from azroutes.provenance import (
    group_words,
    period_words,
    provenance,
    sum_words,
    told_quantity,
    whole_year,
)
from azroutes.tips import tips_of
from azroutes.vocabulary import Basis, Certainty, Form, Market, Role, codes, label, words

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from azroutes.cut import Cut
    from azroutes.extent import Area
    from azroutes.scale import AreaScale, WidthScale
    from azroutes.scene import Scene
    from azroutes.theme import Theme
    from azroutes.tips import Tip

PAGE_PX = (1000.0, 700.0)
"""Size of the map for which arrows are laid out, CSS pixels."""

LINE_UNIT = 100_000
"""Parts of a degree in which the page holds arrows: a metre, as exact as places are."""

CLUSTER_ENTRY = {"kind": "cluster", "label": "Several places, close at this zoom"}

CLUSTER_NOTE = (
    "Places that are close at a zoom are shown as one ring, and the flows between two rings are added up; zoom in to "
    "part them. The area of a ring shows what comes in and goes out."
)

SUREST_NOTE = (
    "An arrow of several flows is drawn as certain as the most certain of them; filter by certainty to see the others."
)

ADDED_NOTE = (
    "Flows were to be drawn one by one, and are too many for that: those of a market between the same places or rings "
    "are added up. A click on an arrow lists its flows."
)

_COLOURS = ("paper", "water", "land", "border", "ink", "quiet", "halo", "node")

_SIZES = ("label_px", "country_px", "taper")


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
    behind = provenance(flows)
    columns = () if isinstance(tooltip, bool) else tooltip
    return {
        "version": 1,
        "title": scene.title,
        "subtitle": _between(len(scene.nodes), flows),
        "bounds": [[south, west], [north, east]],
        **({} if extent is None else {"framed": True}),
        "theme": _look(scene.theme, set(scene.arrows["certainty"])),
        "dark": None if dark is None else _dark(dark, with_none),
        "land": page_land(meridian_of(scene.frame.crs)),
        "loops": _loops(),
        "markets": [_market(code, scene.theme, thin, beside=bool(markets)) for code in with_none],
        "nodes": [{"code": n.code, "name": n.name, "kind": n.kind.value, "lat": round(n.lat, 5), "lon": round(lon, 5),
                   "radius": round(n.radius_px, 2)} for n, lon in zip(scene.nodes, _node_lons(scene), strict=True)],
        "arrows": _arrows(scene, with_none, flows),
        "flows": _flows(flows, with_none, behind.of_flow),
        "statements": behind.statements,
        "sources": behind.sources,
        "legends": _legends(scene),
        "scale": {"px": scene.scale.px_per_unit, "counts": scene.scale.whole, "unit": scene.scale.title,
                  "hairline": HAIRLINE_PX, "least": LEAST_PX},
        **({} if scene.circles is None else {"circles": _circles(scene.circles)}),
        "notes": list(scene.notes),
        "credits": list(scene.credits),
        **_tooltip(tooltip, [{**_tip(tip), "codes": tip.codes.tolist()} for tip in tips_of(flows, columns)]),
    }  # fmt: skip


def _loops() -> dict[str, float]:
    """Return how the page runs loops, which it does anew at each zoom: as `azroutes.geometry.loops` does."""
    return {"reach": LOOP_PX, "gap": LOOP_GAP_PX, "opens": LOOP_OPENS, "more": LOOP_OPENS_MORE, "widest": LOOP_WIDEST,
            "wide": WIDE_PX, "reaches": WIDE_REACHES, "wider": WIDE_OPENS, "head": HEAD_ROOM}  # fmt: skip


def _circles(scale: AreaScale) -> dict[str, float]:
    """Return how the page turns a total into a radius: its root times so many px, and never less than a least."""
    px = scale.max_px / math.sqrt(scale.largest) if scale.largest > 0 else 0.0
    return {"px": px, "least": scale.least_px}


def payload_of_many(
    flows: gpd.GeoDataFrame, title: str, theme: Theme, *, width: str, cut: Cut, scale: WidthScale | None,
    extent: Area | None, dark: Theme | None, tooltip: bool | Sequence[str] = True, by: str = "market",
) -> dict[str, object]:  # fmt: skip
    """Return what the page needs of flows too many to be laid out one by one: see `azroutes.clustered`."""
    crowd = crowd_of(flows, measure_of(flows, width, scale).unit)
    present = flows["market"].dropna().unique()
    classes: list[str | None] = [code for code in codes(Market) if code in present]
    classes += [None] if flows["market"].isna().any() else []
    lon, lat = (np.array([getattr(found, axis) for found in crowd.places]) for axis in ("lon", "lat"))
    crs = mercator_for(lon, crowd.steps[["start", "end"]].to_numpy())
    lonlat = mercator_to_lonlat(crs, frame_in(crs, np.column_stack([lon, lat]), *PAGE_PX, margin_px=0.0).project(
        np.column_stack([lon, lat])))  # fmt: skip
    places = (lonlat[:, 0].min(), lonlat[:, 1].min(), lonlat[:, 0].max(), lonlat[:, 1].max())
    west, south, east, north = places if extent is None else _view(extent, places)
    kinds = sorted({found.kind.value for found in crowd.places})
    (x0, y0), (x1, y1) = _mercator(np.array([[west, north], [east, south]]))
    opening = np.log2(min(PAGE_PX[0] / max(x1 - x0, 1e-6), PAGE_PX[1] / max(y1 - y0, 1e-6)) / TILE_PX)
    tips = tips_of(crowd.flows, () if isinstance(tooltip, bool) else tooltip)
    drawn = parts(crowd, classes, _mercator(lonlat), theme, by=by, scale=scale, most=min(cut.top or DRAWN, DRAWN),
                  least=cut.min_quantity or 0.0, opening=float(opening),
                  also={f"tip.{k}": tip.codes for k, tip in enumerate(tips)})  # fmt: skip
    certainties = set(flows["certainty"].unique())
    return {
        "version": 1,
        "title": title,
        "subtitle": _between(len(crowd.places), flows),
        "bounds": [[float(south), float(west)], [float(north), float(east)]],
        **({} if extent is None else {"framed": True}),
        "theme": _look(theme, certainties),
        "dark": None if dark is None else _dark(dark, [code or "" for code in classes]),
        "land": page_land(meridian_of(crs)),
        "loops": _loops(),
        "markets": [_market(code or "", theme, beside=any(classes)) for code in classes],
        **drawn,
        "legends": {"nodes": {"title": "Places", "entries": [
            {"kind": kind, "label": text} for kind, text in kind_labels(kinds)] + [CLUSTER_ENTRY]},
            "certainty": {"title": CERTAINTY_TITLE, "entries": [
                {"certainty": code, "label": text} for code, text in certainty_labels(certainties)]}},
        "notes": [ARROWS_NOTE, CLUSTER_NOTE, *([SUREST_NOTE] if len(certainties) > 1 else []),
                  *([ADDED_NOTE] if by == "flow" else []),
                  *([LISTED_NOTE] if (flows["basis"] == Basis.LISTED.value).any() else []),
                  *([hidden] if (hidden := hidden_note(flows)) else []),
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


def _look(theme: Theme, certainties: set[str]) -> dict[str, object]:
    """Return colours, sizes, and dashes of certainties on the map: stroke, gap, the least width they grow with."""
    shown = sorted(certainties)
    dashes = {code: [theme.dashes[code].stroke, theme.dashes[code].gap, theme.dashes[code].least_px] for code in shown}
    return {**{name: getattr(theme, name) for name in (*_COLOURS, *_SIZES)}, "dashes": dashes}


def _dark(theme: Theme, markets: list[str]) -> dict[str, object]:
    """Return the colours that differ on a dark screen: of the map, and of each market."""
    colours = [theme.quiet if code == REST_CODE else theme.colour(code or None) for code in markets]
    return {"theme": {name: getattr(theme, name) for name in _COLOURS}, "markets": colours}


def _between(places: int, flows: gpd.GeoDataFrame) -> str:
    cited = {name for text in flows["sources"].dropna().unique() for name in text.split(";") if name}
    said = f", as {len(cited):,} sources report them" if len(cited) > 1 else ", as one source reports them"
    return f"Between {places:,} places{said if cited else ''}"


def _market(code: str, theme: Theme, thin: float = 0.0, *, beside: bool) -> dict[str, object]:
    """Return how arrows of a market look and what they are called; `beside` others those without one are told so."""
    if code == REST_CODE:
        own = {"width": round(thin, 2), "head": _head(thin)}
        return {"code": code, "label": REST_LABEL, "colour": theme.quiet, **own}
    letters = {"letters": theme.letters[code]} if code and theme.tags else {}
    words = label(Market, code) if code else (NO_MARKET if beside else FLOW)
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
    sides = (west + turn, south, east + turn, north)
    return cast("tuple[float, float, float, float]", tuple(round(float(side), 6) for side in sides))


def _node_lons(scene: Scene) -> list[float]:
    xy = np.array([(node.x, node.y) for node in scene.nodes])
    return [float(lon) for lon in mercator_to_lonlat(scene.frame.crs, xy)[:, 0]]


def _arrows(scene: Scene, markets: list[str], flows: gpd.GeoDataFrame) -> list[dict[str, object]]:
    flow_number = {name: k for k, name in enumerate(flows.index)}
    counted = flows.loc[flows["quantity"].notna(), "unit"]
    unit_of = {name: text_or_none(unit) or "" for name, unit in counted.items()}
    hidden = set(flows.index[is_hidden(flows)])
    node_number = {node.code: k for k, node in enumerate(scene.nodes)}
    name = {node.code: node.name for node in scene.nodes}
    found: list[dict[str, object]] = []
    for row in scene.arrows.to_dict("records"):
        start, end = row["start"], row["end"]
        line = mercator_to_lonlat(scene.frame.crs, shapely.get_coordinates(row["spine"]))
        found.append(
            {
                "market": markets.index(REST_CODE if row["rest"] else text_or_none(row["market"]) or ""),
                "start": node_number[start],
                "end": node_number[end],
                "line": deltas(line, LINE_UNIT),
                "lane": round(row["lane_px"], 2),
                "width": round(row["width_px"], 2),
                "head": [round(row["head_length_px"], 2), round(row["head_half_px"], 2)],
                "certainty": row["certainty"],
                "lineages": int(row["lineages"]),
                "flows": [flow_number[flow] for flow in row["flows"]],
                "quantity": _sum(row, unit_of, hidden),
                "label": f"within {name[start]}" if start == end else f"{name[start]} to {name[end]}",
            }
        )
    return found


def _sum(arrow: Mapping[Hashable, Any], unit_of: Mapping[Hashable, str], hidden: set[str]) -> str | None:
    """Return the quantity of an arrow in words, and that it is not all where some of its flows' numbers are hidden."""
    told = sum_words(arrow["quantity"], {unit_of[flow] for flow in arrow["flows"] if flow in unit_of})
    return f"{told} without hidden numbers" if told and not hidden.isdisjoint(arrow["flows"]) else told


def _flows(flows: gpd.GeoDataFrame, markets: list[str], of_flow: dict[str, list[int]]) -> list[dict[str, object]]:
    return [
        {
            "id": flow["flow_id"],
            "market": markets.index(market if (market := text_or_none(flow["market"]) or "") in markets else REST_CODE),
            "title": words(flow["commodity"]) if text_or_none(flow["commodity"]) else "Flow",
            "route": " → ".join(place(code).name for code in path_of(flow["origin"], flow["via"], flow["destination"])),
            "form": label(Form, text_or_none(flow["form"])) or None,
            "group": group_words(text_or_none(flow["group"])),
            "role": label(Role, text_or_none(flow["role"])) or None,
            "period": period_words(flow["first_year"], flow["last_year"]),
            "years": [whole_year(flow["first_year"]), whole_year(flow["last_year"])],
            "certainty": label(Certainty, flow["certainty"]),
            "wording": text_or_none(flow["wording"]) or None,
            "basis": label(Basis, flow["basis"]),
            "quantity": told_quantity(flow),
            "amount": None if text_or_none(flow["quantity"]) is None else float(flow["quantity"]),
            "lineages": flow["lineages"],
            "sources_text": "" if flow["flow_id"] in of_flow else text_or_none(flow["sources"]) or "",
            "statements": of_flow.get(flow["flow_id"], []),
        }
        for flow in flows.drop(columns="geometry").reset_index().to_dict("records")
    ]


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
