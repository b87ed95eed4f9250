"""The scene as an interactive map: what the page draws, and the words that a click brings up."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from azroutes.basemap import MERCATOR_LIMIT, boundaries
from azroutes.documents import backing, load_flows, load_lineages, load_observations, load_sources, load_statements
from azroutes.errors import Fault, OptionError
from azroutes.flows import path_of
from azroutes.geometry.curve import head_size
from azroutes.legend import kind_labels
from azroutes.page import OfflineMap
from azroutes.places import gazetteer, place
from azroutes.projection import mercator_for, mercator_to_lonlat
from azroutes.scale import number
from azroutes.scene import Scene, compose
from azroutes.theme import SCREEN
from azroutes.vocabulary import Basis, Certainty, Form, Group, Market, Role, codes, label, words

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from azroutes.theme import Theme

PAGE_PX = (1000.0, 700.0)
"""Size of the map for which arrows are laid out, CSS pixels."""

LAND_TOLERANCE = 0.02
"""How far a drawn coast may leave the true one, in degrees."""

RING_UNIT, LINE_UNIT = 1000, 10_000
"""Parts of a degree in which the page holds land and arrows."""

def explore_flows(
    flows: gpd.GeoDataFrame | None = None, *, title: str = "", by: str = "market", width: str = "auto",
    method: str = "arc", theme: Theme | None = None,
) -> OfflineMap:  # fmt: skip
    """Return an interactive map of flows: one page that works with the network off.

    Parameters
    ----------
    flows : GeoDataFrame, optional
        A table of flows; by default those of the bundled documents, each arrow with its statements.
    title : str
        Title of the page.
    by, width, method, theme
        As in `azroutes.plot_flows`.

    Returns
    -------
    folium.Map
        Save it with ``.save("map.html")``, or show it in a notebook. Folium layers that need no network may be added.

    Raises
    ------
    TableError
        If the table is not valid or has no row; it lists every fault.
    OptionError
        If an option has a value that will not do, or a place lies beyond 85 degrees north or south.

    Examples
    --------
    >>> import azroutes
    >>> page = azroutes.explore_flows()
    >>> type(page).__mro__[1]
    <class 'folium.folium.Map'>
    """
    documented = flows is None
    table = load_flows() if flows is None else flows
    lonlat = _ends(table)
    scene = compose(table, title=title or (TITLE if documented else "Flows"), by=by, width=width, method=method,
                    theme=theme or SCREEN, size_px=PAGE_PX, crs=mercator_for(lonlat[:, 0]))  # fmt: skip
    return OfflineMap(payload(scene, table), title=scene.title)


TITLE = "Documented illicit flows through Azerbaijan"


def _ends(flows: gpd.GeoDataFrame) -> NDArray[np.float64]:
    if not {"origin", "via", "destination"} <= set(flows.columns):
        return np.zeros((1, 2))  # compose says what is missing
    names = {code for row in zip(flows["origin"], flows["via"], flows["destination"], strict=True) for code in path_of(*row)}
    found = [place(str(code)) for code in sorted(names)]
    faults = [Fault("beyond the map", value=known.name, hint="a page shows up to 85 degrees; use plot_flows")
              for known in found if abs(known.lat) > MERCATOR_LIMIT]  # fmt: skip
    if faults:
        raise OptionError("an interactive map cannot show the poles", faults)
    return np.array([(known.lon, known.lat) for known in found]).reshape(-1, 2)


def payload(scene: Scene, flows: gpd.GeoDataFrame) -> dict[str, object]:
    """Return all that the page draws and says, as plain numbers and text."""
    markets = [code for code in codes(Market) if (scene.arrows["market"] == code).any()]
    with_none = markets + ([""] if scene.arrows["market"].isna().any() else [])
    west, south, east, north = _bounds(scene)
    provenance = _provenance(flows)
    return {
        "version": 1,
        "title": scene.title,
        "subtitle": f"{len(flows)} flows on {len(scene.arrows)} arrows between {len(scene.nodes)} places",
        "bounds": [[south, west], [north, east]],
        "theme": {"water": scene.theme.water, "land": scene.theme.land, "border": scene.theme.border,
                  "ink": scene.theme.ink, "quiet": scene.theme.quiet, "halo": scene.theme.halo, "node": scene.theme.node},
        "land": _land(),
        "markets": [_market(code, scene.theme) for code in with_none],
        "nodes": [{"code": n.code, "name": n.name, "kind": n.kind.value, "lat": round(n.lat, 5), "lon": round(lon, 5),
                   "radius": round(n.radius_px, 1)} for n, lon in zip(scene.nodes, _node_lons(scene), strict=True)],
        "arrows": _arrows(scene, with_none, {name: k for k, name in enumerate(flows.index)}),
        "flows": _flows(flows, with_none, provenance["of_flow"]),
        "statements": provenance["statements"],
        "sources": provenance["sources"],
        "legends": _legends(scene),
        "notes": list(scene.notes),
        "credits": list(scene.credits),
    }  # fmt: skip


def _market(code: str, theme: Theme) -> dict[str, str]:
    return {"code": code, "label": label(Market, code) if code else "Flow", "colour": theme.colour(code or None)}


def _bounds(scene: Scene) -> tuple[float, float, float, float]:
    lon = _node_lons(scene)
    lat = [node.lat for node in scene.nodes]
    return min(lon), min(lat), max(lon), max(lat)


def _node_lons(scene: Scene) -> list[float]:
    xy = np.array([(node.x, node.y) for node in scene.nodes])
    return [float(lon) for lon in mercator_to_lonlat(scene.frame.crs, xy)[:, 0]]


def _arrows(scene: Scene, markets: list[str], flow_number: dict[str, int]) -> list[dict[str, object]]:
    node_number = {node.code: k for k, node in enumerate(scene.nodes)}
    name = {node.code: node.name for node in scene.nodes}
    found: list[dict[str, object]] = []
    for row in scene.arrows.itertuples(index=False):
        line = mercator_to_lonlat(scene.frame.crs, shapely.get_coordinates(row.spine))
        found.append(
            {
                "market": markets.index(row.market if isinstance(row.market, str) else ""),
                "start": node_number[row.start],
                "end": node_number[row.end],
                "line": _deltas(line, LINE_UNIT),
                "lane": round(float(row.lane_px), 2),
                "width": round(float(row.width_px), 2),
                "head": [round(float(row.head_length_px), 2), round(float(row.head_half_px), 2)],
                "certainty": str(row.certainty),
                "lineages": int(row.lineages),
                "flows": [flow_number[flow] for flow in row.flows],
                "label": f"within {name[row.start]}" if row.start == row.end else f"{name[row.start]} to {name[row.end]}",
            }
        )
    return found


def _flows(flows: gpd.GeoDataFrame, markets: list[str], of_flow: dict[str, list[int]]) -> list[dict[str, object]]:
    return [
        {
            "id": str(name),
            "market": markets.index(flow.market if isinstance(flow.market, str) else ""),
            "title": words(flow.commodity) if isinstance(flow.commodity, str) else "Flow",
            "route": " → ".join(place(code).name for code in path_of(flow.origin, flow.via, flow.destination)),
            "form": label(Form, _text(flow.form)) or None,
            "group": _group(_text(flow.group)),
            "role": label(Role, _text(flow.role)) or None,
            "period": _period(flow.first_year, flow.last_year),
            "certainty": label(Certainty, str(flow.certainty)),
            "wording": _text(flow.wording) or None,
            "basis": label(Basis, str(flow.basis)),
            "quantity": _quantity(flow.quantity, flow.unit),
            "lineages": int(flow.lineages),
            "sources_text": "" if str(name) in of_flow else _text(flow.sources) or "",
            "statements": of_flow.get(str(name), []),
        }
        for name, flow in zip(flows.index, flows.itertuples(index=False), strict=True)
    ]


def _provenance(flows: gpd.GeoDataFrame) -> dict[str, list[dict[str, object]] | dict[str, list[int]]]:
    """Return the statements behind the flows, their sources, and which statements stand behind which flow."""
    said = backing(flows)
    all_statements, lineages = load_statements(), load_lineages()
    used = [name for name in all_statements.index if name in set(said["statement"])]
    number_of = {name: k for k, name in enumerate(used)}
    sources = load_sources()
    cited = sorted({str(all_statements.loc[name, "source"]) for name in used})
    counts = _counts()
    statements: list[dict[str, object]] = []
    for name in used:
        row = all_statements.loc[name]
        statements.append(
            {
                "source": cited.index(str(row["source"])),
                "locator": str(row["locator"]),
                "text": str(row["statement"]),
                "certainty": label(Certainty, str(row["certainty"])),
                "wording": _text(row["wording"]),
                "lineage": str(lineages.loc[row["lineage"], "title"]),
                "reading": _text(row["reading"]),
                "period": _period(row["first_year"], row["last_year"]),
                "counts": counts.get(str(name), []),
            }
        )
    listed: list[dict[str, object]] = [
        {"id": name, "title": _text(sources.loc[name, "title"]), "publisher": _text(sources.loc[name, "publisher"]),
         "year": int(sources.loc[name, "year"]), "url": _text(sources.loc[name, "url"])}
        for name in cited
    ]  # fmt: skip
    of_flow = said.groupby("flow_id")["statement"].agg(lambda names: sorted({number_of[n] for n in names}))
    return {"statements": statements, "sources": listed, "of_flow": of_flow.to_dict()}


def _counts() -> dict[str, list[str]]:
    """Return the numbers of each statement, in words: how many, when, what was counted."""
    found: dict[str, list[str]] = {}
    lead = {"at_least": "at least ", "at_most": "up to ", "about": "about "}
    for row in load_observations().itertuples():
        most = f"–{number(row.quantity_max)}" if pd.notna(row.quantity_max) else ""
        year = f" ({row.year})" if pd.notna(row.year) else ""
        text = f"{lead.get(row.bound, '')}{number(row.quantity)}{most} {words(row.unit).lower()}{year}: {row.counted}"
        found.setdefault(str(row.statement_id), []).append(text)
    return found


def _legends(scene: Scene) -> dict[str, object]:
    shown = {legend.kind: legend for legend in scene.legends}
    made: dict[str, object] = {}
    if "width" in shown:
        entries = [{"width": round(e.width_px, 2), "head": _head(e.width_px), "label": e.label} for e in shown["width"].entries]
        made["width"] = {"title": shown["width"].title, "entries": entries}
    if "certainty" in shown:
        entries = [{"certainty": e.code, "label": e.label} for e in shown["certainty"].entries]
        made["certainty"] = {"title": shown["certainty"].title, "entries": entries}
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
    if pd.isna(first) and pd.isna(last):  # type: ignore[call-overload]
        return "no year given"
    if pd.isna(last):  # type: ignore[call-overload]
        return f"since {first}"
    if pd.isna(first):  # type: ignore[call-overload]
        return f"until {last}"
    return str(first) if first == last else f"{first}–{last}"


def _group(group: str | None) -> str | None:
    if not group:
        return None
    return ", ".join(label(Group, part).lower() for part in group.split("+"))


def _quantity(quantity: object, unit: object) -> str | None:
    if pd.isna(quantity):  # type: ignore[call-overload]
        return None
    return f"{number(float(str(quantity)))} {words(unit).lower() if isinstance(unit, str) else ''}".strip()


def _text(value: object) -> str | None:
    return None if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124
