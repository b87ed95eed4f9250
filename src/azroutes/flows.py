"""Claims become flows, and flows fall into legs.

A claim is one path that one statement (or one row of a user's table) affirms. Claims of the same market, commodity,
form and path are one flow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pandas as pd

from azroutes.distinct import combined, distinct, listed, repeated, together
from azroutes.dtypes import BASIS, CERTAINTY, FORM, GEOGRAPHIC, MARKET, ROLE
from azroutes.errors import Fault, TableError
from azroutes.geometry.geodesic import routes
from azroutes.groups import Groups
from azroutes.kinds import text_or_none
from azroutes.places import VIA, place
from azroutes.vocabulary import Group, Role, codes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from azroutes.distinct import Ints
    from azroutes.geometry.shapes import Shapes

IDENTITY = ["market", "commodity", "form", "path"]
"""What makes two claims one flow."""

COLUMNS = [
    "market", "commodity", "form", "group", "origin", "destination", "via", "role", "quantity", "unit", "first_year",
    "last_year", "certainty", "wording", "basis", "statements", "lineages", "sources", "geometry",
]  # fmt: skip

SUPPRESSED = "suppressed"
"""The column that says which numbers `azroutes.suppress` hid, and why; missing where none is."""


def flow_id(market: str | None, commodity: str | None, form: str | None, path: str) -> str:
    """Return the readable, stable name of a flow.

    Examples
    --------
    >>> flow_id("heroin_trade", "opium", None, "IRN>AZE")
    'heroin_trade:opium:IRN>AZE'
    """
    return f"{_kind_id(market, commodity, form)}:{path.replace(':', '%3A')}"


def _kind_id(market: str | None, commodity: str | None, form: str | None) -> str:
    # What stands for "none", and what joins the parts, is escaped: two flows never share a name.
    named = ["%2D" if part == "-" else quote(part or "-", safe=" _-./()&'") for part in (market, commodity)]
    return ":".join([*named, *([form] if form else [])])


def role_in(path: str, focus: str) -> str | None:
    """Return the part that the focus country has in a path, or None where it has none or it is untold."""

    def is_focus(code: str) -> bool:
        return code == focus or place(code).part_of == focus

    stops = path.split(VIA)
    inside = [is_focus(code) for code in stops]
    if inside[0] and inside[-1]:
        return Role.DOMESTIC.value
    for index, role in ((0, Role.SOURCE), (-1, Role.DESTINATION)):
        if inside[index]:
            return role.value
    return Role.TRANSIT.value if any(inside) else None


def merge_claims(claims: pd.DataFrame) -> gpd.GeoDataFrame:
    """Merge claims of the same market, commodity, form and path into flows.

    Parameters
    ----------
    claims : DataFrame
        One row a claim, columns ``market, commodity, form, path`` (codes joined by ``>``), ``group, role, quantity,
        unit, first_year, last_year, certainty, wording, basis, statement, lineage, source``; missing is None or NA.
        Where there are ``records``, a claim stands for so many statements.

    Returns
    -------
    GeoDataFrame
        A valid table of flows, EPSG:4326, sorted by market, commodity, form and path. Quantities of one flow are added,
        its period spans theirs, its certainty and basis are the strongest, its sources and lineages are counted once.

    Raises
    ------
    TableError
        If claims of one flow count in different units.
    """
    faults = unit_faults(claims)
    if faults:
        raise TableError("quantities of one flow cannot be added", faults)
    flow, merged = _numbered(claims)
    each = Groups(flow, len(merged))
    number, lineages = each.joined(claims["lineage"], _lines_behind)
    merged = merged.assign(
        role=each.first(pd.Categorical(claims["role"], dtype=ROLE)),
        quantity=each.total(claims["quantity"]),
        unit=each.first(listed(claims["unit"])),
        first_year=each.least(claims["first_year"]),
        last_year=each.greatest(claims["last_year"]),
        certainty=each.last_of_list(pd.Categorical(claims["certainty"], dtype=CERTAINTY)),
        basis=each.last_of_list(pd.Categorical(claims["basis"], dtype=BASIS)),
        statements=_statements(claims, each),
        lineages=np.array(lineages, dtype=np.int64)[number],
    )
    for column, joiner in (("group", _join_groups), ("wording", _join_wording), ("source", _join_sources)):
        number, made = each.joined(claims[column], joiner)
        merged[column] = pd.array(made, dtype="string").take(number)
    return flows_frame(merged)


def _statements(claims: pd.DataFrame, each: Groups) -> NDArray[np.int64]:
    """Return how many statements are behind each flow; of records that were added up, how many records."""
    if "records" not in claims:
        return each.how_many(claims["statement"])
    found = np.zeros(each.many, dtype=np.int64)
    np.add.at(found, each.of, claims["records"].to_numpy(dtype=np.int64))
    return found


def _numbered(claims: pd.DataFrame) -> tuple[Ints, pd.DataFrame]:
    """Return the flow of each claim, as a number in the order of market, commodity, form and path; and what each is."""
    columns = [
        pd.Categorical(claims["market"], dtype=MARKET),
        listed(claims["commodity"]),
        pd.Categorical(claims["form"], dtype=FORM),
        listed(claims["path"]),
    ]
    flow, parts = combined([(column.codes, len(column.categories)) for column in columns])
    kinds = {name: pd.Categorical.from_codes(part, dtype=column.dtype)
             for name, part, column in zip(IDENTITY, parts, columns, strict=True)}  # fmt: skip
    return flow, pd.DataFrame(kinds)


def flows_frame(merged: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return merged claims with the columns, dtypes and geometry of a table of flows."""
    # Paths and kinds of flows are fewer than flows, and what is made of each is made once.
    number, paths = pd.factorize(merged["path"])
    stops = [path.split(VIA) for path in paths]
    kind, kinds = together([merged[name] for name in IDENTITY[:3]])
    named, escaped = [_kind_id(*one) for one in kinds], [path.replace(":", "%3A") for path in paths]
    ids = [f"{named[k]}:{escaped[n]}" for k, n in zip(kind.tolist(), number.tolist(), strict=True)]
    table = pd.DataFrame(
        {
            "market": merged["market"],
            "commodity": listed(merged["commodity"]),
            "form": merged["form"],
            "group": merged["group"],
            "origin": pd.array([path[0] for path in stops], dtype="string").take(number),
            "destination": pd.array([path[-1] for path in stops], dtype="string").take(number),
            "via": pd.array([VIA.join(path[1:-1]) for path in stops], dtype="string").take(number),
            "role": merged["role"],
            "quantity": merged["quantity"],
            "unit": listed(merged["unit"]),
            "first_year": merged["first_year"],
            "last_year": merged["last_year"],
            "certainty": merged["certainty"],
            "wording": merged["wording"],
            "basis": merged["basis"],
            "statements": merged["statements"].astype("int64"),
            "lineages": merged["lineages"].astype("int64"),
            "sources": merged["source"],
        }
    )
    table.index = pd.Index(pd.array(ids, dtype="string"), name="flow_id")
    frame = gpd.GeoDataFrame(table, geometry=route_lines(stops)[number], crs=GEOGRAPHIC)
    return _checked("Flows", frame[COLUMNS])


def legs(flows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the legs of flows: one row a step, place to place; what one calls the edges of a flow map.

    Parameters
    ----------
    flows : GeoDataFrame
        A table of flows, as `load_flows` and `read_flows` give it.

    Returns
    -------
    GeoDataFrame
        Columns ``flow_id, order, start, end, geometry``: geodesics in EPSG:4326, a loop where a leg stays in place.

    Raises
    ------
    TableError
        If `flows` is not a valid table of flows.

    Examples
    --------
    >>> import azroutes
    >>> steps = azroutes.legs(azroutes.load_flows())
    >>> steps.columns.tolist()
    ['flow_id', 'order', 'start', 'end', 'geometry']
    """
    return _checked("Legs", legs_of(_checked("Flows", flows)))


def legs_of(flows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the legs of flows that have been checked."""
    start, end = _leg_ends(_stops(flows))
    return gpd.GeoDataFrame(steps_of(flows), geometry=routes(start, end, np.arange(len(start))), crs=GEOGRAPHIC)


def steps_of(flows: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the legs of flows as a plain table: ``flow_id, order, start, end``."""
    if (flows["via"] == "").all():  # as in most large tables
        ends = {"start": flows["origin"].array, "end": flows["destination"].array}
        return pd.DataFrame({"flow_id": flows.index.astype("string"), "order": np.int64(0), **ends})
    stops = _stops(flows)
    count = np.array([len(path) - 1 for path in stops], dtype=np.intp)
    return pd.DataFrame(
        {
            "flow_id": flows.index.repeat(count).astype("string"),
            "order": np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count),
            "start": pd.array([a for path in stops for a in path[:-1]], dtype="string"),
            "end": pd.array([b for path in stops for b in path[1:]], dtype="string"),
        }
    ).astype({"order": "int64"})


def _stops(flows: gpd.GeoDataFrame) -> list[list[str]]:
    # As plain objects: pandas hands out the texts of Arrow one by one, which takes three times as long.
    columns = (flows[name].to_numpy(dtype=object) for name in ("origin", "via", "destination"))
    return [path_of(*row) for row in zip(*columns, strict=True)]


def _checked(table: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    # pandera takes half as long to load as geopandas, so it is loaded when the first table is checked.
    from azroutes import schema  # noqa: PLC0415

    return schema.validate(getattr(schema, table), frame)


def path_of(origin: str, via: str, destination: str) -> list[str]:
    """Return the codes of all places of a flow, in order."""
    return [origin, *(via.split(VIA) if via else []), destination]


def route_lines(stops: list[list[str]]) -> Shapes:
    """Return the line of each path, from the codes of its places."""
    start, end = _leg_ends(stops)
    return routes(start, end, np.repeat(np.arange(len(stops)), [len(path) - 1 for path in stops]))


def _leg_ends(stops: list[list[str]]) -> tuple[np.ndarray, np.ndarray]:
    number, known = pd.factorize(np.array([code for path in stops for code in path], dtype=object))
    at = np.array([(place(code).lon, place(code).lat) for code in known], dtype=float).reshape(-1, 2)[number]
    last = np.cumsum([len(path) for path in stops], dtype=np.intp) - 1
    return np.delete(at, last, axis=0), np.delete(at, last[:-1] + 1, axis=0)[1:]


def mixed_units(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the claims of flows that are counted in different units: their ``flow``, a number, and ``unit``."""
    counted = claims["quantity"].notna().to_numpy(dtype=bool)
    unit, known = distinct(claims.loc[counted, "unit"])
    if len(np.unique(unit)) < 2:
        return pd.DataFrame({"flow": [], "unit": []})
    flow = _numbered(claims)[0][counted]
    new = ~repeated(flow * len(known) + unit)
    mixed = np.bincount(flow[new])[flow] > 1
    named = np.array([text_or_none(one) or "no unit" for one in known], dtype=object)
    return pd.DataFrame({"flow": flow[mixed], "unit": named[unit[mixed]]}, index=claims.index[counted][mixed])


def unit_faults(claims: pd.DataFrame) -> list[Fault]:
    """Return a fault for each flow whose claims count in different units; its row names all their rows."""
    faults = []
    for _, same in mixed_units(claims).groupby("flow"):
        units = ", ".join(sorted(set(same["unit"])))
        rows = ", ".join(str(row) for row in same.index)
        hint = "one flow, one unit: convert them, say unit=... for rows without one, or keep them apart"
        faults.append(Fault("quantities of one flow in different units", rows, "unit", units, hint))
    return faults


def _parts(values: Iterable[object], joint: str) -> list[str]:
    return [
        part.strip() for value in values if (text := text_or_none(value)) for part in text.split(joint) if part.strip()
    ]


def _lines_behind(values: Iterable[object]) -> int:
    return max(1, len(set(_parts(values, ";"))))


def _join_groups(values: Iterable[object]) -> object:
    found = set(_parts(values, "+"))
    ordered = [group for group in codes(Group) if group in found] + sorted(found - set(codes(Group)))
    return "+".join(ordered) or pd.NA


def _join_wording(values: Iterable[object]) -> str:
    return "; ".join(dict.fromkeys(_parts(values, ";")))


def _join_sources(values: Iterable[object]) -> str:
    return ";".join(sorted(set(_parts(values, ";"))))
