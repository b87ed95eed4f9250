"""The bundled tables: what public documents say about illicit flows through Azerbaijan.

The documents become statements (in our own words, each with source and locator), the statements that affirm a path
become claims, and the claims become flows.
"""

from __future__ import annotations

from functools import cache
from io import StringIO
from typing import TYPE_CHECKING, Any

import pandas as pd

from azroutes.bundled import data_file
from azroutes.dtypes import BASIS, CERTAINTY, MARKET, POLARITY
from azroutes.errors import Fault, OptionError
from azroutes.flows import SUPPRESSED, flow_id, merge_claims, role_in

if TYPE_CHECKING:
    from collections.abc import Hashable

    import geopandas as gpd
    import pandera.pandas as pa

FOCUS = "AZE"
"""The country that the documents are about."""

_CLAIM = [
    "flow_id", "market", "commodity", "form", "path", "group", "role", "quantity", "unit", "first_year", "last_year",
    "certainty", "wording", "basis", "statement", "lineage", "source",
]  # fmt: skip

_CATEGORIES = {
    "market": MARKET,
    "certainty": CERTAINTY,
    "basis": BASIS,
    "polarity": POLARITY,
}


def load_sources() -> pd.DataFrame:
    """Return the documents: title, author, publisher, year of publication, period of their facts.

    Examples
    --------
    >>> import azroutes
    >>> int(azroutes.load_sources().loc["tip-2008", "year"])
    2008
    """
    return _bundled("sources").copy()


def load_lineages() -> pd.DataFrame:
    """Return the lines of knowledge behind the statements; statements of one line corroborate nothing between them."""
    return _bundled("lineages").copy()


def load_statements() -> pd.DataFrame:
    """Return every statement of the documents that bears on a flow, a role, a border, a count, a market or an actor.

    Returns
    -------
    DataFrame
        One row a statement, index ``statement_id``. What is a risk, a tie, a negative finding, displacement or legal
        trade is told here and has no path.

    Examples
    --------
    >>> import azroutes
    >>> statements = azroutes.load_statements()
    >>> statements.loc[statements["polarity"] == "negated", "paths"].notna().any()
    np.False_
    """
    return _bundled("statements").copy()


def load_observations() -> pd.DataFrame:
    """Return the numbers that the documents give, each with what was counted and where it stands.

    Returns
    -------
    DataFrame
        One row a number, index ``observation_id``; ``flow_id`` is missing where it belongs to no single flow.
    """
    return _bundled("observations").copy()


def load_scores() -> pd.DataFrame:
    """Return the scores and ranks of the Global Organized Crime Index 2021 and the tier ratings of the TIP reports."""
    return _bundled("scores").copy()


def load_flows(*, observed: int | None = None) -> gpd.GeoDataFrame:
    """Return the flows that the documents affirm and give a path.

    Parameters
    ----------
    observed : int, optional
        A year: the numbers that the sources give for flows in that year are put in ``quantity`` and ``unit``. By
        default both are empty, for most flows have no number at all.

    Returns
    -------
    GeoDataFrame
        One row a flow, EPSG:4326, index ``flow_id``; see ``docs/tables.md`` for the columns.

    Raises
    ------
    OptionError
        If no number of that year belongs to a flow.

    Examples
    --------
    >>> import azroutes
    >>> counted = azroutes.load_flows(observed=2012).dropna(subset=["quantity"])
    >>> int(counted["quantity"].sum())
    47
    """
    flows = _documented().copy()
    if observed is None:
        return flows
    year: object = observed  # what callers without a type checker may hand over
    if not isinstance(year, int) or isinstance(year, bool):
        fault = Fault("not a year", column="observed", value=observed, hint="a whole number, for instance 2012")
        raise OptionError("observed must be a year", [fault])
    numbers = load_observations().dropna(subset=["flow_id", "year"])
    chosen = numbers[numbers["year"] == observed].set_index("flow_id")
    if chosen.empty:
        years = ", ".join(str(year) for year in sorted(numbers["year"].unique()))
        hint = f"years with numbers: {years}"
        fault = Fault("no source gives a flow a number", column="observed", value=observed, hint=hint)
        raise OptionError(f"no number for {observed}", [fault])
    flows["quantity"] = chosen["quantity"].reindex(flows.index).astype("Float64")
    flows["unit"] = pd.Categorical(chosen["unit"].astype("string").reindex(flows.index))
    return flows


def claims(statements: pd.DataFrame) -> pd.DataFrame:
    """Return one row a claim: each path that an affirmed statement gives, for each of its commodities and forms.

    The columns are those that `azroutes.flows.merge_claims` takes, with the ``flow_id`` that the claim supports.
    """
    rows = [
        _claim(said, path, commodity, form)
        for said in statements[statements["paths"].notna()].reset_index().to_dict("records")
        for path in _split(said["paths"], ";")
        for commodity in _split(said["commodity"], "+")
        for form in (_split(said["form"], "+") or (None,))
    ]
    return _typed(rows)


def _typed(rows: list[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=_CLAIM)
    return frame.astype({"first_year": "Int16", "last_year": "Int16", "quantity": "Float64"})


def _claim(said: dict[Hashable, Any], path: str, commodity: str, form: str | None) -> dict[str, object]:
    kept = ("market", "group", "first_year", "last_year", "certainty", "wording", "basis", "lineage", "source")
    return {
        **{name: said[name] for name in kept},
        "flow_id": flow_id(said["market"], commodity, form, path),
        "commodity": commodity,
        "form": form,
        "path": path,
        "role": said["role"] if pd.notna(said["role"]) else role_in(path, FOCUS),
        "quantity": None,
        "unit": None,
        "statement": said["statement_id"],
    }


def backing(flows: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the claims of the documents that stand behind flows.

    A flow of a user's own table has none, even where it bears the name of a documented one: only a row whose sources
    and count of statements are those of the documents is theirs. Where small numbers are hidden no flow has any, as the
    documents' words and counts may hold the numbers.
    """
    if SUPPRESSED in flows.columns:
        return _typed([])
    # Most tables name none of our sources, and ours need not be read for them.
    named = {name for text in flows["sources"].dropna().unique() for name in text.split(";")}
    if named.isdisjoint(load_sources().index):
        return _typed([])
    documented = _documented()
    known = flows.index.intersection(documented.index)
    mine, theirs = flows.loc[known], documented.loc[known]
    same = (mine["sources"] == theirs["sources"]) & (mine["statements"] == theirs["statements"])
    said = _claims()
    return said[said["flow_id"].isin(known[same.to_numpy(dtype=bool)])]


@cache
def _claims() -> pd.DataFrame:
    return claims(_bundled("statements"))


@cache
def _documented() -> gpd.GeoDataFrame:
    return merge_claims(_claims())


@cache
def _bundled(table: str) -> pd.DataFrame:
    """Read one of our tables with the dtypes that its model declares."""
    # pandera takes half as long to load as geopandas, so it is loaded when the first table is.
    from azroutes import schema as models  # noqa: PLC0415

    model: type[pa.DataFrameModel] = getattr(models, table.capitalize())
    text = data_file(f"documents/{table}.csv").read_text(encoding="utf-8")
    frame = pd.read_csv(StringIO(text), dtype="string", keep_default_na=False, na_values=[""])
    schema = model.to_schema()
    for name in frame.columns:
        if name in _CATEGORIES and name in schema.columns:
            frame[name] = frame[name].astype(_CATEGORIES[name])
        elif name in schema.columns:
            frame[name] = frame[name].astype(_plain(schema.columns[name].dtype))
    return models.validate(model, frame.set_index(str(schema.index.name)))


def _plain(dtype: object) -> Any:  # noqa: ANN401 - whatever pandas takes for a dtype
    """Return pandas' own dtype for one of a pandera schema; an open list of codes is a plain category."""
    kind = getattr(dtype, "type", dtype)
    if isinstance(kind, pd.StringDtype):
        return "string"
    return "category" if isinstance(kind, pd.CategoricalDtype) else kind


def _split(text: object, joint: str) -> list[str]:
    return [part.strip() for part in text.split(joint)] if isinstance(text, str) else []
