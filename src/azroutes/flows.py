"""Claims become flows, and flows fall into legs.

A claim is one path that one statement (or one row of a user's table) affirms. Claims of the same market, commodity,
form and path are one flow.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pandas as pd

from azroutes.dtypes import BASIS, CERTAINTY, FORM, GEOGRAPHIC, MARKET, ROLE
from azroutes.errors import Fault, TableError
from azroutes.geometry.geodesic import routes
from azroutes.places import VIA, place
from azroutes.vocabulary import Group, Role, codes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

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


def _flow_ids(kinds: Iterable[tuple[object, ...]], paths: list[str], number: list[int]) -> list[str]:
    """Return the names of flows from market, commodity and form of each, the escaped paths, and which path is whose."""
    known: dict[tuple[object, ...], str] = {}
    ids = []
    for kind, k in zip(kinds, number, strict=True):
        if kind not in known:
            known[kind] = _kind_id(*(_text(part) for part in kind))
        ids.append(f"{known[kind]}:{paths[k]}")
    return ids


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
    keyed = claims.assign(
        certainty=claims["certainty"].astype(CERTAINTY).cat.codes,
        basis=claims["basis"].astype(BASIS).cat.codes,
        market=claims["market"].astype(MARKET),
        form=claims["form"].astype(FORM),
        commodity=claims["commodity"].astype("string"),
        unit=claims["unit"].astype("string"),
        role=claims["role"].astype("string"),
    )
    grouped = keyed.groupby(IDENTITY, dropna=False, sort=True, observed=True)
    merged = grouped.agg(
        role=("role", "first"),
        unit=("unit", "first"),
        first_year=("first_year", "min"),
        last_year=("last_year", "max"),
        certainty=("certainty", "max"),
        basis=("basis", "max"),
        statements=("records", "sum") if "records" in keyed else ("statement", "nunique"),
    )
    flow = grouped.ngroup().to_numpy()
    merged["quantity"] = pd.Series(_totals(keyed["quantity"], flow), index=merged.index, dtype="Float64")
    for column, joiner in (("lineage", _lines_behind), ("group", _join_groups), ("wording", _join_wording),
                           ("source", _join_sources)):  # fmt: skip
        merged[column] = pd.Series(_of_each(keyed[column], flow, joiner), index=merged.index, dtype="object")
    return flows_frame(merged.reset_index().rename(columns={"lineage": "lineages"}))


def _of_each(
    values: pd.Series, flow: NDArray[np.integer], joiner: Callable[[Sequence[object]], object]
) -> NDArray[np.object_]:
    """Return what a joiner makes of the values of each flow, asked once for the same values in the same order.

    A value that a flow has before is left out: no joiner minds.

    Parameters
    ----------
    values : Series
        One a claim.
    flow : array of int
        The flow of each claim, 0, 1, 2 ... in any order.
    joiner : callable
        Takes the values of one flow in the order of its claims; a missing one is None.
    """
    number, known = pd.factorize(values)
    listed = [*known, None]  # a missing value has the number -1
    new = ~pd.Series(flow * (len(known) + 1) + number + 1).duplicated().to_numpy()
    number, flow = number[new], flow[new]
    order = np.argsort(flow, kind="stable")
    count = np.bincount(flow)
    end = np.cumsum(count)
    # Most flows of a large table have one claim, and take what its value alone makes.
    alone = np.array([joiner([value]) for value in listed], dtype=object)
    found: NDArray[np.object_] = alone[number[order[end - count]]]
    made: dict[tuple[int, ...], object] = {}
    for k in np.flatnonzero(count > 1):
        key = tuple(number[order[end[k] - count[k] : end[k]]].tolist())
        if key not in made:
            made[key] = joiner([listed[n] for n in key])
        found[k] = made[key]
    return found


def flows_frame(merged: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return merged claims with the columns, dtypes and geometry of a table of flows."""
    # Paths and kinds of flows are fewer than flows, and what is made of each is made once.
    number, paths = pd.factorize(merged["path"])
    stops = [path.split(VIA) for path in paths]
    kinds = merged[IDENTITY[:3]].astype("object").itertuples(index=False, name=None)
    ids = _flow_ids(kinds, [path.replace(":", "%3A") for path in paths], number.tolist())
    table = pd.DataFrame(
        {
            "market": merged["market"].astype(MARKET),
            "commodity": _category(merged["commodity"]),
            "form": merged["form"].astype(FORM),
            "group": merged["group"].astype("string"),
            "origin": pd.array([path[0] for path in stops], dtype="string").take(number),
            "destination": pd.array([path[-1] for path in stops], dtype="string").take(number),
            "via": pd.array([VIA.join(path[1:-1]) for path in stops], dtype="string").take(number),
            "role": merged["role"].astype(ROLE),
            "quantity": merged["quantity"].astype("Float64"),
            "unit": _category(merged["unit"]),
            "first_year": merged["first_year"].astype("Int16"),
            "last_year": merged["last_year"].astype("Int16"),
            "certainty": pd.Categorical.from_codes(merged["certainty"], dtype=CERTAINTY),
            "wording": merged["wording"].astype("string"),
            "basis": pd.Categorical.from_codes(merged["basis"], dtype=BASIS),
            "statements": merged["statements"].astype("int64"),
            "lineages": merged["lineages"].astype("int64"),
            "sources": merged["source"].astype("string"),
        }
    )
    table.index = pd.Index(pd.array(ids, dtype="string"), name="flow_id")
    frame = gpd.GeoDataFrame(table, geometry=_route_lines(stops)[number], crs=GEOGRAPHIC)
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
    stops = _stops(flows)
    count = np.array([len(path) - 1 for path in stops], dtype=np.intp)
    return pd.DataFrame(
        {
            "flow_id": flows.index.repeat(count).astype("string"),
            "order": np.concatenate([np.arange(n) for n in count]) if len(count) else np.empty(0, dtype=np.int64),
            "start": pd.array([a for path in stops for a in path[:-1]], dtype="string"),
            "end": pd.array([b for path in stops for b in path[1:]], dtype="string"),
        }
    ).astype({"order": "int64"})


def _stops(flows: gpd.GeoDataFrame) -> list[list[str]]:
    return [path_of(*row) for row in zip(flows["origin"], flows["via"], flows["destination"], strict=True)]


def _checked(table: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    # pandera takes half as long to load as geopandas, so it is loaded when the first table is checked.
    from azroutes import schema  # noqa: PLC0415

    return schema.validate(getattr(schema, table), frame)


def path_of(origin: str, via: str, destination: str) -> list[str]:
    """Return the codes of all places of a flow, in order."""
    return [origin, *(via.split(VIA) if via else []), destination]


def _route_lines(stops: list[list[str]]) -> Shapes:
    start, end = _leg_ends(stops)
    return routes(start, end, np.repeat(np.arange(len(stops)), [len(path) - 1 for path in stops]))


def _leg_ends(stops: list[list[str]]) -> tuple[np.ndarray, np.ndarray]:
    known = {code: (place(code).lon, place(code).lat) for code in {code for path in stops for code in path}}
    start = [known[code] for path in stops for code in path[:-1]]
    end = [known[code] for path in stops for code in path[1:]]
    return np.array(start, dtype=float).reshape(-1, 2), np.array(end, dtype=float).reshape(-1, 2)


def mixed_units(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the claims of flows that are counted in different units: their ``flow``, a number, and ``unit``."""
    counted = claims.dropna(subset=["quantity"])
    number, known = pd.factorize(counted["unit"])
    named = counted.assign(
        unit=np.array([*(_text(unit) or "no unit" for unit in known), "no unit"], dtype=object)[number]
    )
    if named["unit"].nunique() < 2:
        return pd.DataFrame({"flow": [], "unit": []})
    flow = named.groupby(IDENTITY, dropna=False, observed=True).ngroup()
    pairs = pd.DataFrame({"flow": flow, "unit": named["unit"]}).drop_duplicates()
    mixed = flow.isin(pairs.loc[pairs["flow"].duplicated(), "flow"])
    return pd.DataFrame({"flow": flow[mixed], "unit": named.loc[mixed, "unit"]})


def unit_faults(claims: pd.DataFrame) -> list[Fault]:
    """Return a fault for each flow whose claims count in different units; its row names all their rows."""
    faults = []
    for _, same in mixed_units(claims).groupby("flow"):
        units = ", ".join(sorted(set(same["unit"])))
        rows = ", ".join(str(row) for row in same.index)
        hint = "one flow, one unit: convert them, or keep them apart"
        faults.append(Fault("quantities of one flow in different units", rows, "unit", units, hint))
    return faults


def _totals(quantities: pd.Series, flow: NDArray[np.integer]) -> list[object]:
    """Add the quantities of each flow exactly, so that the order of rows does not show in the last digit."""
    known = quantities.notna().to_numpy(dtype=bool)
    amount, of = quantities[known].to_numpy(dtype=float), flow[known]
    listed = amount[np.argsort(of, kind="stable")].tolist()
    end = np.cumsum(np.bincount(of, minlength=int(flow.max(initial=-1)) + 1)).tolist()
    return [math.fsum(listed[begin:stop]) if stop > begin else pd.NA for begin, stop in pairwise([0, *end])]


def _text(value: object) -> str | None:
    return None if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124


def _category(values: pd.Series) -> pd.Categorical:
    known = values.astype("string")
    return pd.Categorical(known, categories=pd.array(sorted(known.dropna().unique()), dtype="string"))


def _parts(values: Iterable[object], joint: str) -> list[str]:
    return [part.strip() for value in values if (text := _text(value)) for part in text.split(joint) if part.strip()]


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
