"""A user's own table becomes flows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

import numpy as np
import pandas as pd

from azroutes.accounting import KEPT, Account, Policy, Reading, aside_of, check_balance, reason_of
from azroutes.aggregation import Aggregated
from azroutes.cells import Cells
from azroutes.choices import chosen
from azroutes.claims import claims_of, converted, with_roles
from azroutes.columns import BACK, OURS, ROUTE
from azroutes.distinct import coded
from azroutes.ends import MISSING
from azroutes.errors import AzroutesError, Fault, OptionError, TableError, check_option
from azroutes.flows import merge_claims, mixed_units, unit_faults
from azroutes.gazetteer import Gazetteer
from azroutes.nodes import Nodes, nodes_of
from azroutes.overlooked import numbering, overlooked, with_lower_header
from azroutes.privacy import check_points
from azroutes.shape import WAY_BACK, both_ways, laid_out, stops_of
from azroutes.tables.form import FileForm
from azroutes.tables.given import given
from azroutes.units import MOST, check_target
from azroutes.written import asked_of, written_flows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from azroutes.columns import Matched
    from azroutes.tables.given import Given

MIXED = "quantities of one flow in different units"
ON_BAD = ("raise", "collect")


@overload
def read_flows(
    source: object, *, origin: str | None = ..., destination: str | None = ..., via: str | None = ...,
    market: str | None = ..., commodity: str | None = ..., quantity: str | float | None = ..., unit: str | None = ...,
    year: str | int | None = ..., back: str | None = ..., columns: Mapping[str, str] | None = ...,
    wide: str | None = ..., nodes: object = ..., node_key: str | None = ..., crs: object = ...,
    convert: str | None = ..., focus: str | None = ..., on_bad: Literal["raise"] = ..., policy: Policy | None = ...,
    file: FileForm | None = ..., precise: bool = ...,
) -> gpd.GeoDataFrame: ...  # fmt: skip


@overload
def read_flows(
    source: object, *, origin: str | None = ..., destination: str | None = ..., via: str | None = ...,
    market: str | None = ..., commodity: str | None = ..., quantity: str | float | None = ..., unit: str | None = ...,
    year: str | int | None = ..., back: str | None = ..., columns: Mapping[str, str] | None = ...,
    wide: str | None = ..., nodes: object = ..., node_key: str | None = ..., crs: object = ...,
    convert: str | None = ..., focus: str | None = ..., on_bad: Literal["collect"], policy: Policy | None = ...,
    file: FileForm | None = ..., precise: bool = ...,
) -> Reading: ...  # fmt: skip


def read_flows(
    source: object, *, origin: str | None = None, destination: str | None = None, via: str | None = None,
    market: str | None = None, commodity: str | None = None, quantity: str | float | None = None,
    unit: str | None = None, year: str | int | None = None, back: str | None = None,
    columns: Mapping[str, str] | None = None, wide: str | None = None, nodes: object = None,
    node_key: str | None = None, crs: object = None, convert: str | None = None, focus: str | None = None,
    on_bad: str = "raise", policy: Policy | None = None, file: FileForm | None = None, precise: bool = False,
) -> gpd.GeoDataFrame | Reading:  # fmt: skip
    """Return the flows of a table of your own.

    Parameters
    ----------
    source : path, or frame of pandas, geopandas, Polars or Arrow, or what `azroutes.aggregate` returns
        CSV, TSV, a workbook of Excel or OpenDocument, GeoJSON, GeoPackage, (Geo)Parquet, by the ending of the path; or
        a frame. One row is one movement. The lines of a GeoDataFrame are its ends. A file that `azroutes.write_flows`
        wrote gives back the flows that were written.
    origin, destination : str, optional
        The column with the place each row begins or ends at, or one place for all rows. Places are codes or names as
        `azroutes.resolve` knows them, or keys of `nodes`. Columns ``origin_lon, origin_lat, destination_lon,
        destination_lat`` place points of your own; beside them the names are yours.
    via : str, optional
        The column with the places on the way, joined by ``>``; or one for all rows.
    market, commodity, unit, year : str or int, optional
        A column, or one value for all rows. A unit said for all rows fills those that have none.
    quantity : str or float, optional
        The column of the quantity; or a number that each row counts for: 1 where a row is a case.
    back : str, optional
        The column of the quantity of the way back, where a row has both directions.
    columns : mapping of str to str, optional
        More columns, each with our name for it: ``{"Remarks": "wording"}``. Ours are ``origin``, ``destination``,
        ``via``, ``market``, ``commodity``, ``form``, ``group``, ``quantity``, ``unit``, ``year``, ``sources`` (joined
        by ``;``), ``wording``, ``certainty``, ``lineage`` (the line of knowledge that a row stands on) and the four
        of coordinates; or ``route``, for a whole one in a cell: ``Kenya > UAE > China``. Columns that bear our names,
        or common ones (``from`` and ``to``, ``value``), need not be said. All others are left aside.
    wide : {'year', 'origin', 'destination'}, optional
        Columns that are called by years, or by places, are turned into rows; their cells are the quantity.
    nodes : path, frame or Gazetteer, optional
        A table of all the places of this one: a key, ``lat`` and ``lon`` or points, and a name if you like. Or places
        of your own with their other names, beside those that azroutes knows.
    node_key : str, optional
        The column of `nodes` by which `source` calls them.
    crs : optional
        Of coordinates, as geopandas takes it; by default degrees of WGS 84 (EPSG:4326).
    convert : str, optional
        A unit of mass, ``"kg"``, into which quantities in other units of mass are turned.
    focus : str, optional
        Code of the country that the table is about; fills the column ``role``.
    on_bad : {'raise', 'collect'}
        What becomes of rows that will not do: one error that lists them all; or they are handed back.
    policy : Policy, optional
        What becomes of zeros, blanks, loops and copies; by default all are kept.
    file : FileForm, optional
        Encoding, separator, sheet and the like of `source`, where they are not found out rightly. A file of `nodes` is
        found out by itself; give it as a frame where that goes wrong.
    precise : bool
        Whether people whom that may put in danger may be shown at points: flows of human trafficking and smuggling,
        and those whose unit says victims, survivors, migrants, refugees or children. By default such a table is
        refused: a spot finer than a country may tell of a person or a shelter.

    Returns
    -------
    GeoDataFrame
        A valid table of flows. Rows of the same market, commodity, form and path are one flow: their quantities are
        added and their years span its period. ``statements`` counts the rows, or the records that were added up to
        them; ``lineages`` counts the distinct values of ``lineage``, or where there is none of ``sources``, at least 1.
        Its ``attrs["account"]`` says in counts what became of the rows.
    Reading
        With ``on_bad="collect"``: the flows, the bad rows as a frame, and the `Account`.

    Raises
    ------
    TableError
        If the table or any of its rows will not do; it lists every fault with row, column, value and a hint.
    OptionError
        If an option has a value that will not do.

    Examples
    --------
    >>> import pandas as pd
    >>> import azroutes
    >>> table = pd.DataFrame({"from": ["Peru"], "via": ["Ecuador"], "to": ["US"], "value": [12.5]})
    >>> azroutes.read_flows(table, unit="kg").index.tolist()
    ['-:-:PER>ECU>USA']
    """
    check_option("on_bad", on_bad, ON_BAD)
    said = {"origin": origin, "destination": destination, "via": via, "market": market, "commodity": commodity,
            "quantity": quantity, "unit": unit, "year": year, BACK: back}  # fmt: skip
    matters = {**said, "unit": None, "columns": columns or None, "wide": wide, "nodes": nodes, "file": file}
    if not any(what is not None for what in matters.values()) and (written := _written(source)) is not None:
        flows = check_points(asked_of(written, unit=unit, focus=focus), precise=precise)
        whole = Account(len(flows), len(flows), {}, {})
        flows.attrs[KEPT] = whole.plain()
        return flows if on_bad == "raise" else Reading(flows, pd.DataFrame(), whole)
    taken = _taken(source, said, columns, wide, nodes, node_key, crs, convert, file or FileForm())
    faults = _all_faults(taken)
    if faults and on_bad == "raise":
        raise _told_how(refusal(len(taken.claims), faults), taken.table)
    fit, bad, account = _accounted(taken, policy or Policy())
    account = replace(account, faults=faults)
    try:
        flows = check_points(merge_claims(with_roles(fit, focus)), precise=precise)
    except TableError as error:
        raise TableError(str(error.args[0]).partition("\n")[0], [*faults, *error.faults]) from None
    flows.attrs[KEPT] = account.plain()
    return flows if on_bad == "raise" else Reading(flows, _handed_back(taken.table.rows, bad), account)


@dataclass(frozen=True)
class _Taken:
    """What a table says.

    Attributes
    ----------
    table : Given
    own : DataFrame
        Its rows under our names, each direction by itself.
    claims : DataFrame
        A claim of each row; what will not do is missing in it.
    faults : tuple of Fault
        What will not do, in no order.
    told : tuple of str
        What was found out and not said.
    aside : tuple of int
        Where columns stand that are not read.
    """

    table: Given
    own: pd.DataFrame
    claims: pd.DataFrame
    faults: tuple[Fault, ...]
    told: tuple[str, ...]
    aside: tuple[int, ...]

    @cached_property
    def wrong(self) -> dict[str, Fault]:
        """The first fault of each row that has any."""
        return _first_faults(self.faults)

    @cached_property
    def fit(self) -> pd.DataFrame:
        """The claims of rows without a fault."""
        return self.claims[~self.claims.index.astype(str).isin(self.wrong.keys())] if self.wrong else self.claims

    @cached_property
    def mixed(self) -> pd.DataFrame:
        """Those of them whose quantities cannot be added, as their flow has several units."""
        return mixed_units(self.fit)


def _taken(
    source: object, said: Mapping[str, object], columns: Mapping[str, str] | None, wide: str | None, nodes: object,
    node_key: str | None, crs: object, convert: str | None, form: FileForm,
) -> _Taken:  # fmt: skip
    """Return what a table says, by the options of `read_flows`."""
    added = source if isinstance(source, Aggregated) else None
    _check_one_way(said, wide, added)
    table = given(source if added is None else added.table, form)
    points = _nodes(nodes, node_key)

    def laid(table: Given) -> tuple[Given, Matched, list[str]]:
        return laid_out(table, said, columns, wide, points, form)

    try:
        table, matched, found = laid(table)
    except AzroutesError as error:
        raise _told_how(with_lower_header(error, source, form, table, laid), table) from None
    told = [*table.told, *([points.told] if isinstance(points, Nodes) else []), *found]
    own, broken = _ours(table, matched)
    if said["quantity"] is None and wide is None and "quantity" not in (columns or {}).values():
        told += numbering(own)
    cells = Cells(own, form)
    claims = claims_of(cells, points, None if table.degrees else crs, matched.value.get("unit"))
    if added is not None:
        claims["records"] = added.table["records"].reindex(claims.index)
        told += added.tally.lines()
    if convert is not None:
        claims = converted(claims, check_target(convert))
    aside = tuple(k for k in range(len(table.names)) if k not in matched.place.values())
    gone = {str(fault.row) for fault in broken}  # whose ends are missing because of that
    wrong = [fault for fault in cells.faults if str(fault.row) not in gone or fault.problem not in MISSING]
    return _Taken(table, own, claims, (*broken, *wrong), (*told, *matched.told, *cells.told), aside)


def _all_faults(taken: _Taken) -> tuple[Fault, ...]:
    """Return all that is wrong with the rows of a table, in their order."""
    if not taken.faults and not len(taken.mixed):
        return ()
    order = {str(row): number for number, row in enumerate(taken.claims.index)}
    return (*sorted(taken.faults, key=lambda fault: (order[str(fault.row)], _place_of(fault))),
            *unit_faults(taken.fit))  # fmt: skip


def refusal(rows: int, faults: Sequence[Fault]) -> TableError:
    """Return the error that lists all that is wrong with so many rows."""
    wrong = {str(fault.row) for fault in faults if fault.row is not None and fault.problem != MIXED}
    lead = f"{len(wrong)} of {rows} rows cannot be read as flows"
    return TableError(lead if wrong else "quantities of one flow cannot be added", faults)


def _told_how(error: AzroutesError, table: Given) -> AzroutesError:
    """Return an error that also says how the table was read, which may be why it will not do."""
    if not table.told:
        return error
    lead = str(error).partition("\n")[0]
    return type(error)(f"{lead}; this was found out: {', '.join(table.told)}", error.faults)


def _accounted(taken: _Taken, policy: Policy) -> tuple[pd.DataFrame, dict[str, tuple[str, str, str]], Account]:
    """Return the claims that go into flows; the rows that will not do, with reason, problem and hint; the account."""
    bad = {row: (reason_of(fault), fault.problem, fault.hint) for row, fault in taken.wrong.items()}
    hint = "say convert='kg' for units of mass, unit=... for rows without one; read rows of another by themselves"
    bad |= {str(row): (MIXED, MIXED, hint) for row in taken.mixed.index}
    fit = taken.fit.drop(index=taken.mixed.index) if len(taken.mixed) else taken.fit
    dropped, seen = chosen(fit, policy, counted="quantity" in taken.own)
    fit = fit[~fit.index.isin(dropped)] if dropped else fit
    why = {**{row: reason for row, (reason, _, _) in bad.items()}, **{str(row): what for row, what in dropped.items()}}
    reasons = [(str(row), why[str(row)]) for row in taken.claims.index if str(row) in why] if why else []
    told = (*taken.told, *overlooked(taken.table, taken.aside, taken.own, fit["path"]))
    return fit, bad, check_balance(Account(len(taken.claims), len(fit), aside_of(reasons), seen, told))


def _check_one_way(said: Mapping[str, object], wide: str | None, added: Aggregated | None) -> None:
    """Refuse options that exclude one another."""
    faults = []
    if added is not None and (wide or said[BACK]):
        faults.append(Fault("records that are added up have one row a flow", column="wide" if wide else BACK))
    if isinstance(said["quantity"], int | float) and said[BACK]:
        faults.append(Fault("said twice", column="quantity", value=said["quantity"], hint="each way has its own"))
    each = said["quantity"]
    if isinstance(each, int | float) and (isinstance(each, bool) or not 0 <= each <= MOST):
        faults.append(
            Fault("no number that a row can count for", column="quantity", value=each, hint="1, for instance")
        )
    if faults:
        raise OptionError("the table cannot be read so", faults)


def _written(source: object) -> gpd.GeoDataFrame | None:
    """Return the flows of a file of ours; None where the source is anything else."""
    try:
        if not isinstance(source, str | PathLike) or not Path(source).is_file():
            return None
    except OSError:  # a name that is too long, a folder that may not be entered
        return None
    return written_flows(Path(source))


def _nodes(nodes: object, key: str | None) -> Nodes | Gazetteer | None:
    if nodes is None or isinstance(nodes, Gazetteer):
        return nodes
    # What is said of the file of flows is not said of this one.
    table = given(nodes, FileForm())
    found = nodes_of(table.rows, key)
    return replace(found, degrees=table.points, told=", ".join([found.told, *table.told]))


def _ours(table: Given, matched: Matched) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Return the rows with our names for columns, each direction by itself; and those that are broken."""
    rows, broken = table.read(list(matched.place.values()), matched.place.get("quantity"))
    own = rows.set_axis(list(matched.place), axis=1)
    every = {name: coded([str(value)], np.zeros(len(own), dtype=np.int8), own.index)
             for name, value in matched.value.items() if name not in own}  # fmt: skip
    if isinstance(each := matched.value.get("quantity"), int | float):
        every["quantity"] = pd.Series(float(each), index=own.index)
    own = own.assign(**every)
    if ROUTE in own:
        own, wrong = stops_of(own)
        broken = (*broken, *wrong)
    if BACK not in own:
        return own, broken
    own = both_ways(own)
    back = [replace(fault, row=f"{fault.row}{WAY_BACK}") for fault in broken]
    return own, (*broken, *(fault for fault in back if fault.row in own.index))


def _first_faults(faults: Sequence[Fault]) -> dict[str, Fault]:
    """Return the first fault of each row."""
    found: dict[str, Fault] = {}
    for fault in faults:
        found.setdefault(str(fault.row), fault)
    return found


def _place_of(fault: Fault) -> int:
    """Return where the column of a fault stands in the order of ours."""
    name = str(fault.column).partition(",")[0]
    return OURS.index(name) if name in OURS else -1


def _handed_back(rows: pd.DataFrame, bad: Mapping[str, tuple[str, str, str]]) -> pd.DataFrame:
    """Return the rows that will not do as they were given, with what is the matter; of two ways in a row, each once."""
    names = list(map(str, rows.index))
    whole = {name.removesuffix(WAY_BACK): why for name, why in bad.items()} | dict(bad)
    kept = rows[np.array([name in whole for name in names], dtype=bool)]
    told = [whole[name] for name in names if name in whole]
    return kept.assign(problem=[problem for _, problem, _ in told], hint=[hint for _, _, hint in told])
