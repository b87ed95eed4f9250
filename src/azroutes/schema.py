"""What each table holds, and the one function that checks it.

The models are pandera's; a table is checked whole, so that one error names every fault with its row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
import shapely
from pandera.errors import SchemaErrors
from pandera.typing import Index, Series
from pandera.typing.geopandas import GeoSeries

from azroutes.errors import Fault, PlaceError, TableError, did_you_mean
from azroutes.places import VIA, gazetteer, place
from azroutes.vocabulary import Basis, Certainty, Code, Form, Market, Polarity, Role, codes

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

GEOGRAPHIC = "EPSG:4326"

MARKET = pd.CategoricalDtype(codes(Market))
FORM = pd.CategoricalDtype(codes(Form))
ROLE = pd.CategoricalDtype(codes(Role))
BASIS = pd.CategoricalDtype(codes(Basis))
CERTAINTY = pd.CategoricalDtype(codes(Certainty), ordered=True)

_Market = Annotated[pd.CategoricalDtype, codes(Market), False]
_Form = Annotated[pd.CategoricalDtype, codes(Form), False]
_Role = Annotated[pd.CategoricalDtype, codes(Role), False]
_Basis = Annotated[pd.CategoricalDtype, codes(Basis), False]
_Certainty = Annotated[pd.CategoricalDtype, codes(Certainty), True]


def _is_place(code: object) -> bool:
    try:
        place(str(code))
    except PlaceError:
        return False
    return True


def _is_via(via: object) -> bool:
    return not via or all(_is_place(code) for code in str(via).split(VIA))


def _per_value(series: pd.Series, test: Callable[[object], bool]) -> pd.Series:
    """Apply a test once to each distinct value; tables repeat themselves."""
    known = {value: test(value) for value in series.dropna().unique()}
    return series.map(lambda value: known.get(value, True)).astype(bool)


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
    quantity: Series[pd.Float64Dtype] = pa.Field(nullable=True, ge=0)
    unit: Series[pd.CategoricalDtype] = pa.Field(nullable=True)
    first_year: Series[pd.Int16Dtype] = pa.Field(nullable=True, ge=1000, le=2999)
    last_year: Series[pd.Int16Dtype] = pa.Field(nullable=True, ge=1000, le=2999)
    certainty: Series[_Certainty]
    wording: Series[pd.StringDtype]
    basis: Series[_Basis]
    statements: Series[int] = pa.Field(ge=1)
    lineages: Series[int] = pa.Field(ge=1)
    sources: Series[pd.StringDtype]
    geometry: GeoSeries

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

    @pa.dataframe_check(name="years")
    @classmethod
    def _years(cls, frame: pd.DataFrame) -> pd.Series:
        return (frame["first_year"] <= frame["last_year"]).fillna(True).astype(bool)  # noqa: FBT003


class Legs(pa.DataFrameModel):
    """One row a leg: one step of a flow, from place to place."""

    flow_id: Series[pd.StringDtype]
    order: Series[int] = pa.Field(ge=0)
    start: Series[pd.StringDtype]
    end: Series[pd.StringDtype]
    geometry: GeoSeries

    class Config:
        """See Flows."""

        name = "legs"
        strict = False


class Sources(pa.DataFrameModel):
    """One row a document."""

    source: Index[pd.StringDtype] = pa.Field(unique=True, check_name=True)
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
    faults = list(_crs_faults(frame))
    try:
        model.validate(frame, lazy=True)
    except SchemaErrors as errors:
        faults += _faults(errors.failure_cases, frame)
    if faults:
        raise TableError(f"this is not a valid table of {model.to_schema().name}", faults) from None
    return frame


def _crs_faults(frame: pd.DataFrame) -> Iterator[Fault]:
    if not isinstance(frame, gpd.GeoDataFrame) or "geometry" not in frame:
        return
    crs = frame.geometry.crs
    if crs is None:
        yield Fault("no CRS", column="geometry", hint=f"say frame.set_crs({GEOGRAPHIC!r}) if it is in degrees")
    elif not crs.equals(GEOGRAPHIC, ignore_axis_order=True):
        yield Fault(
            "another CRS", column="geometry", value=crs.to_string(), hint=f"say frame.to_crs({GEOGRAPHIC!r})"
        )


def _faults(cases: pd.DataFrame, frame: pd.DataFrame) -> list[Fault]:
    seen: dict[tuple[object, ...], Fault] = {}
    for case in cases.itertuples(index=False):
        fault = _fault_of(str(case.check), str(case.column), case.failure_case, case.index, frame)
        seen.setdefault((fault.row, fault.column, fault.problem), fault)
    return list(seen.values())


def _fault_of(check: str, column: str, value: object, row: Hashable, frame: pd.DataFrame) -> Fault:
    where = None if row is None or row != row else str(row)  # noqa: PLR0124 - pandera writes NaN where no row is at fault
    if check == "column_in_dataframe":
        present = [str(name) for name in frame.columns]
        near = did_you_mean(str(value), present) if len(present) else ""
        return Fault("missing column", column=str(value), hint=near if near.startswith("did") else "")
    if check == "column_in_schema":
        return Fault("unknown column", column=str(value))
    if check == "years":
        first, last = frame.loc[row, ["first_year", "last_year"]]
        return Fault("first_year lies after last_year", row=where, column="first_year", value=f"{first}–{last}")
    if check == "affirmed":
        return Fault("only an affirmed statement has paths", row=where, column="paths")
    problem, hint = _explained(check, column, value)
    shown = None if value is None or value is pd.NA or value != value else value  # noqa: PLR0124
    return Fault(problem, row=where, column=column if column in (*frame.columns, frame.index.name) else None,
                 value=shown, hint=hint)


_LISTS: dict[str, type[Code]] = {
    "market": Market, "form": Form, "role": Role, "certainty": Certainty, "basis": Basis, "polarity": Polarity,
}  # fmt: skip


def _explained(check: str, column: str, value: object) -> tuple[str, str]:
    """Say in plain words what a failed check means, and what would do."""
    if check in {"place", "via"}:
        parts = [code for code in str(value).split(VIA) if not _is_place(code)]
        return "no such place", "; ".join(did_you_mean(code, list(gazetteer())) for code in parts)
    if check == "line":
        return "not a line", "each flow needs a LineString that is not empty"
    if check == "not_nullable":
        return "missing value", ""
    if "unique" in check:
        return "duplicate id", "each flow stands in one row; add rows of one path together first"
    if column in _LISTS and ("dtype" in check or "isin" in check):
        return "not one of the list", did_you_mean(str(value), codes(_LISTS[column]))
    if "dtype" in check:
        wanted = check.partition("(")[2].rstrip(")'").strip("'")
        return f"wrong type, wanted {wanted}", ""
    if "greater_than" in check or "less_than" in check:
        return "out of range", check.replace("_", " ")
    return check, ""
