"""What each table holds, and the one function that checks it.

The models are pandera's; a table is checked whole, so that one error names every fault with its row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from azroutes.dtypes import GEOGRAPHIC
from azroutes.errors import Fault, PlaceError, TableError, did_you_mean, near_hint
from azroutes.kinds import is_missing
from azroutes.models import GeoSeries, Index, SchemaErrors, Series, pa
from azroutes.places import VIA, place
from azroutes.vocabulary import Basis, Certainty, Code, Form, Market, Polarity, Role, codes

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

_Market = Annotated[pd.CategoricalDtype, codes(Market), False]
_Form = Annotated[pd.CategoricalDtype, codes(Form), False]
_Role = Annotated[pd.CategoricalDtype, codes(Role), False]
_Basis = Annotated[pd.CategoricalDtype, codes(Basis), False]
_Certainty = Annotated[pd.CategoricalDtype, codes(Certainty), True]


def _place_faults(code: str) -> tuple[Fault, ...]:
    try:
        place(code)
    except PlaceError as error:
        return error.faults
    return ()


def _is_place(code: object) -> bool:
    return not _place_faults(str(code))


def _is_via(via: object) -> bool:
    return not via or all(_is_place(code) for code in str(via).split(VIA))


def _per_value(series: pd.Series, test: Callable[[object], bool]) -> pd.Series:
    """Apply a test once to each distinct value; tables repeat themselves."""
    number, known = pd.factorize(series)
    passed = np.array([*(test(value) for value in known), True], dtype=bool)  # a missing value has the number -1
    return pd.Series(passed[number], index=series.index)


class Flows(pa.DataFrameModel):
    """One row a flow: a commodity that moves from an origin by places on the way to a destination."""

    flow_id: Index[pd.StringDtype] = pa.Field(unique=True, check_name=True)
    market: Series[_Market] = pa.Field(nullable=True)
    commodity: Series[pd.CategoricalDtype] = pa.Field(nullable=True)
    form: Series[_Form] = pa.Field(nullable=True)
    group: Series[pd.StringDtype] = pa.Field(nullable=True)
    origin: Series[pd.StringDtype]
    destination: Series[pd.StringDtype]
    via: Series[pd.StringDtype]
    role: Series[_Role] = pa.Field(nullable=True)
    quantity: Series[pd.Float64Dtype] = pa.Field(nullable=True, ge=0, lt=float("inf"))
    unit: Series[pd.CategoricalDtype] = pa.Field(nullable=True)
    first_year: Series[pd.Int16Dtype] = pa.Field(nullable=True, ge=1000, le=2999)
    last_year: Series[pd.Int16Dtype] = pa.Field(nullable=True, ge=1000, le=2999)
    certainty: Series[_Certainty]
    wording: Series[pd.StringDtype]
    basis: Series[_Basis]
    statements: Series[int] = pa.Field(ge=1)
    lineages: Series[int] = pa.Field(ge=1)
    sources: Series[pd.StringDtype]
    geometry: GeoSeries  # type: ignore[type-arg]

    class Config:
        """Columns of a user's own may stand beside ours."""

        name = "flows"
        strict = False

    @pa.check("origin", "destination", name="place")
    @classmethod
    def _ends(cls, series: pd.Series) -> pd.Series:
        return _per_value(series, _is_place)

    @pa.check("via", name="via")
    @classmethod
    def _ways(cls, series: pd.Series) -> pd.Series:
        return _per_value(series, _is_via)

    @pa.check("geometry", name="line")
    @classmethod
    def _lines(cls, series: pd.Series) -> pd.Series:
        shapes = series.to_numpy()
        kind = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
        return pd.Series(kind & ~shapely.is_empty(shapes), index=series.index)


class Legs(pa.DataFrameModel):
    """One row a leg: one step of a flow, from place to place."""

    flow_id: Series[pd.StringDtype]
    order: Series[int] = pa.Field(ge=0)
    start: Series[pd.StringDtype]
    end: Series[pd.StringDtype]
    geometry: GeoSeries  # type: ignore[type-arg]

    class Config:
        """See Flows."""

        name = "legs"
        strict = False


class Sources(pa.DataFrameModel):
    """One row a document."""

    source: Index[pd.StringDtype] = pa.Field(unique=True, check_name=True)
    citation: Series[pd.StringDtype]
    title: Series[pd.StringDtype]
    author: Series[pd.StringDtype] = pa.Field(nullable=True)
    publisher: Series[pd.StringDtype]
    year: Series[pd.Int16Dtype]
    url: Series[pd.StringDtype] = pa.Field(nullable=True)
    facts_period: Series[pd.StringDtype]
    note: Series[pd.StringDtype] = pa.Field(nullable=True)

    class Config:
        """See Flows."""

        name = "sources"
        strict = True


class Lineages(pa.DataFrameModel):
    """One row a line of knowledge; statements of one line corroborate nothing between them."""

    lineage: Index[pd.StringDtype] = pa.Field(unique=True, check_name=True)
    title: Series[pd.StringDtype]
    note: Series[pd.StringDtype]

    class Config:
        """See Flows."""

        name = "lineages"
        strict = True


class Statements(pa.DataFrameModel):
    """One row a statement: what one source says in one place, in our own words."""

    statement_id: Index[pd.StringDtype] = pa.Field(unique=True, check_name=True)
    source: Series[pd.StringDtype]
    locator: Series[pd.StringDtype]
    kind: Series[pd.CategoricalDtype]
    statement: Series[pd.StringDtype]
    polarity: Series[Annotated[pd.CategoricalDtype, codes(Polarity), False]]
    certainty: Series[_Certainty]
    wording: Series[pd.StringDtype] = pa.Field(nullable=True)
    lineage: Series[pd.StringDtype]
    first_year: Series[pd.Int16Dtype] = pa.Field(nullable=True)
    last_year: Series[pd.Int16Dtype] = pa.Field(nullable=True)
    market: Series[_Market] = pa.Field(nullable=True)
    commodity: Series[pd.StringDtype] = pa.Field(nullable=True)
    form: Series[pd.StringDtype] = pa.Field(nullable=True)
    group: Series[pd.StringDtype] = pa.Field(nullable=True)
    role: Series[pd.StringDtype] = pa.Field(nullable=True)
    basis: Series[_Basis] = pa.Field(nullable=True)
    paths: Series[pd.StringDtype] = pa.Field(nullable=True)
    places: Series[pd.StringDtype] = pa.Field(nullable=True)
    reading: Series[pd.StringDtype] = pa.Field(nullable=True)

    class Config:
        """See Flows."""

        name = "statements"
        strict = True

    @pa.dataframe_check(name="affirmed")
    @classmethod
    def _only_affirmed_paths(cls, frame: pd.DataFrame) -> pd.Series:
        """Only what is affirmed has a path: a risk, a tie or a negative finding is never an edge."""
        return frame["paths"].isna() | (frame["polarity"] == Polarity.AFFIRMED.value)


class Observations(pa.DataFrameModel):
    """One row a number that a source gives."""

    observation_id: Index[pd.StringDtype] = pa.Field(unique=True, check_name=True)
    statement_id: Series[pd.StringDtype]
    flow_id: Series[pd.StringDtype] = pa.Field(nullable=True)
    year: Series[pd.Int16Dtype] = pa.Field(nullable=True)
    quantity: Series[pd.Float64Dtype]
    quantity_max: Series[pd.Float64Dtype] = pa.Field(nullable=True)
    bound: Series[pd.CategoricalDtype]
    unit: Series[pd.CategoricalDtype]
    counted: Series[pd.StringDtype]
    source: Series[pd.StringDtype]
    locator: Series[pd.StringDtype]

    class Config:
        """See Flows."""

        name = "observations"
        strict = True


class Scores(pa.DataFrameModel):
    """One row a score, rank or rating that a source gives a country."""

    score_id: Index[pd.StringDtype] = pa.Field(unique=True, check_name=True)
    source: Series[pd.StringDtype]
    group: Series[pd.CategoricalDtype]
    indicator: Series[pd.StringDtype]
    value: Series[pd.Float64Dtype] = pa.Field(nullable=True)
    text: Series[pd.StringDtype] = pa.Field(nullable=True)
    rank: Series[pd.Int16Dtype] = pa.Field(nullable=True)
    out_of: Series[pd.Int16Dtype] = pa.Field(nullable=True)
    among: Series[pd.StringDtype] = pa.Field(nullable=True)
    year: Series[pd.Int16Dtype]
    locator: Series[pd.StringDtype]

    class Config:
        """See Flows."""

        name = "scores"
        strict = True


_Frame = TypeVar("_Frame", bound=pd.DataFrame)


def validate(model: type[pa.DataFrameModel], frame: _Frame) -> _Frame:
    """Return the frame if it is what the model says.

    Raises
    ------
    TableError
        With every fault of the table: row, column, value and a hint.
    """
    name = str(model.to_schema().name)
    if not isinstance(frame, pd.DataFrame):
        fault = Fault("not a table", value=frame, hint="azroutes.read_flows reads a file")
        raise TableError(f"this is not a table of {name}", [fault])
    faults = [*_frame_faults(model, frame)]
    # Of columns that bear one name the checks see the first; the fault is told above.
    single = frame.loc[:, ~frame.columns.duplicated()]
    try:
        model.validate(single, lazy=True)
    except SchemaErrors as errors:
        faults += _faults(errors.failure_cases, single)
    faults += _year_faults(single)
    if faults:
        raise TableError(f"this is not a valid table of {name}", faults) from None
    return frame


def _frame_faults(model: type[pa.DataFrameModel], frame: pd.DataFrame) -> Iterator[Fault]:
    """Tell what is wrong with the table as a whole: a column given twice, no CRS or another."""
    wanted = model.to_schema().columns
    missing = [column for column in wanted if column not in frame]
    if model is Flows and 2 * len(missing) > len(wanted):
        yield Fault("not made by azroutes", hint="azroutes.read_flows makes flows of any other table, and of a file")
    for column in dict.fromkeys(frame.columns[frame.columns.duplicated()]):
        yield Fault("column given twice", column=str(column))
    if "geometry" not in wanted or "geometry" not in frame:
        return
    if not isinstance(frame, gpd.GeoDataFrame):
        yield Fault("no GeoDataFrame", hint=f"say geopandas.GeoDataFrame(frame, crs={GEOGRAPHIC!r})")
        return
    crs = gpd.GeoSeries(frame.loc[:, ~frame.columns.duplicated()]["geometry"]).crs
    if crs is None:
        yield Fault("no CRS", column="geometry", hint=f"say frame.set_crs({GEOGRAPHIC!r}) if it is in degrees")
    elif not crs.equals(GEOGRAPHIC, ignore_axis_order=True):
        yield Fault("another CRS", column="geometry", value=crs.to_string(), hint=f"say frame.to_crs({GEOGRAPHIC!r})")


def _year_faults(frame: pd.DataFrame) -> Iterator[Fault]:
    """Tell which periods run backwards; pandera's own check of rows fails where an index bears a label twice."""
    if not {"first_year", "last_year"} <= set(frame.columns):
        return
    first, last = frame["first_year"], frame["last_year"]
    if not all(pd.api.types.is_numeric_dtype(years.dtype) for years in (first, last)):
        return
    wrong = (first > last).fillna(value=False).to_numpy(dtype=bool)
    for row, a, b in zip(frame.index[wrong], first[wrong], last[wrong], strict=True):
        yield Fault("first_year lies after last_year", row=str(row), column="first_year", value=f"{a}–{b}")


def _faults(cases: pd.DataFrame, frame: pd.DataFrame) -> list[Fault]:
    seen: dict[tuple[object, ...], Fault] = {}
    not_run: list[Fault] = []
    for case in cases.itertuples(index=False):
        check, row = str(case.check), None if is_missing(case.index) else case.index
        fault = _fault_of(check, str(case.column), case.failure_case, row, frame)
        if row is None and not check.startswith(_OF_THE_TABLE):
            not_run.append(fault)
            continue
        seen.setdefault((fault.row, fault.column, fault.problem, repr(fault.value)), fault)
    for column in sorted({column for _, column, *_ in seen if column in _LISTS and column in frame.columns}):
        if not isinstance(frame[column].dtype, pd.CategoricalDtype):
            fault = _type_fault("dtype", column, frame)
            seen.setdefault((None, column, fault.problem, repr(fault.value)), fault)
    # A check that could not be run stumbled over another fault, which is told: a missing column, a wrong type.
    return list(seen.values()) or not_run


_OF_THE_TABLE = ("column_in_", "dtype", "field_name")
"""Checks of pandera's whose failures belong to no row."""


def _fault_of(check: str, column: str, value: object, row: Hashable, frame: pd.DataFrame) -> Fault:
    where = None if row is None else str(row)
    if check == "column_in_dataframe":
        hint = near_hint(str(value), [str(name) for name in frame.columns])
        return Fault("missing column", column=str(value), hint=hint)
    if check == "column_in_schema":
        return Fault("unknown column", column=str(value))
    if check.startswith("field_name"):
        wanted = check.partition("(")[2].rstrip(")").strip("'")
        return Fault(f"the index is not {wanted}", hint=f"say frame.set_index({wanted!r})")
    if check == "affirmed":
        return Fault("only an affirmed statement has paths", row=where, column="paths")
    named = column if column in (*frame.columns, frame.index.name) else None
    if "dtype" in check and (row is None or column not in _LISTS or is_missing(value)):
        return _type_fault(check, named, frame)
    problem, hint = _explained(check, column, value)
    plain = value.item() if isinstance(value, np.generic) else value
    return Fault(problem, row=where, column=named, value=None if is_missing(plain) else plain, hint=hint)


def _type_fault(check: str, column: str | None, frame: pd.DataFrame) -> Fault:
    found = frame[column].dtype if column in frame.columns else frame.index.dtype
    if column in _LISTS:
        hint = f"say frame[{column!r}].astype(azroutes.dtypes.{column.upper()})"
        return Fault("not a category of our codes", column=column, value=str(found), hint=hint)
    wanted = check.partition("(")[2].rstrip(")'").strip("'")
    return Fault(f"wrong type, wanted {wanted}", column=column, value=str(found))


_LISTS: dict[str, type[Code]] = {
    "market": Market, "form": Form, "role": Role, "certainty": Certainty, "basis": Basis, "polarity": Polarity,
}  # fmt: skip


def _explained(check: str, column: str, value: object) -> tuple[str, str]:
    """Say in plain words what a failed check means, and what would do."""
    if check in {"place", "via"}:
        faults = [fault for code in str(value).split(VIA) for fault in _place_faults(code)]
        return "no such place", "; ".join(dict.fromkeys(fault.hint for fault in faults if fault.hint))
    if check in _SAID:
        return _SAID[check]
    if column in _LISTS and ("dtype" in check or "isin" in check):
        return "not one of the list", did_you_mean(str(value), codes(_LISTS[column]))
    for test, wanted in _BOUNDS.items():
        if check.startswith(test):
            return "out of range", wanted.format(check.partition("(")[2].rstrip(")"))
    return check, ""


_SAID = {
    "line": ("not a line", "each flow needs a LineString that is not empty"),
    "not_nullable": ("missing value", ""),
    "field_uniqueness": ("duplicate id", "each flow stands in one row; add rows of one path together first"),
}
_BOUNDS = {
    "greater_than_or_equal_to": "{} or more",
    "less_than_or_equal_to": "{} or less",
    "less_than": "less than {}",
}
