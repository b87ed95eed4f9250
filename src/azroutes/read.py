"""A user's own table becomes flows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.errors import AzroutesError, Fault, PlaceError, TableError, did_you_mean
from azroutes.flows import merge_claims, role_in
from azroutes.places import VIA, point, resolve
from azroutes.vocabulary import Basis, Certainty, Code, Form, Market, codes

if TYPE_CHECKING:
    from os import PathLike

    import geopandas as gpd

ENDS = ("origin", "destination")
OPTIONAL = ("via", "market", "commodity", "form", "group", "quantity", "unit", "year", "sources", "wording",
            "certainty", "lineage")  # fmt: skip
_COORDINATES = tuple(f"{end}_{axis}" for end in ENDS for axis in ("lon", "lat"))
_CODES: dict[str, type[Code]] = {"market": Market, "form": Form, "certainty": Certainty}
YEARS = (1000, 2999)


def read_flows(
    source: str | PathLike[str] | pd.DataFrame, *, unit: str | None = None, focus: str | None = None
) -> gpd.GeoDataFrame:
    """Return the flows of a table of your own.

    Parameters
    ----------
    source : path or DataFrame
        A CSV file (UTF-8) or a frame with one row a movement. It needs ``origin`` and ``destination``, each a code
        (``AZE``, ``EU``) or an English name, or ``origin_lon, origin_lat, destination_lon, destination_lat`` in degrees
        (EPSG:4326); with both, the names are yours and the coordinates place them. It may have ``via`` (places joined
        by ``>``), ``market``, ``commodity``, ``form``, ``group``, ``quantity``, ``unit``, ``year``, ``sources`` (joined
        by ``;``), ``wording``, ``certainty`` and ``lineage`` (the line of knowledge that a row stands on).
    unit : str, optional
        What ``quantity`` counts, where the table has no column ``unit``.
    focus : str, optional
        Code of the country that the table is about; fills the column ``role``.

    Returns
    -------
    GeoDataFrame
        A valid table of flows. Rows of the same market, commodity, form and path are one flow: their quantities are
        added and their years span its period. ``statements`` counts the rows; ``lineages`` counts the distinct values
        of ``lineage``, or where there is none of ``sources``, at least 1.

    Raises
    ------
    TableError
        If the file or any of its rows will not do; it lists every fault with row, column, value and a hint.

    Examples
    --------
    >>> import pandas as pd
    >>> import azroutes
    >>> table = pd.DataFrame({"origin": ["Peru"], "via": ["Ecuador"], "destination": ["US"], "quantity": [12.5]})
    >>> azroutes.read_flows(table, unit="kg").index.tolist()
    ['-:-:PER>ECU>USA']
    """
    table = _table(source)
    columns = {str(name).strip().lower(): name for name in table.columns}
    faults = list(_missing_columns(columns))
    if faults:
        raise TableError("these are not flows", faults)
    rows = _numbered(table.rename(columns={old: new for new, old in columns.items()}), source)
    paths, path_faults = _paths(rows)
    claims, value_faults = _claims(rows, paths, unit)
    faults = sorted([*path_faults, *value_faults], key=lambda fault: (len(fault.row or ""), fault.row or ""))
    if faults:
        raise TableError(f"{len({fault.row for fault in faults})} of {len(rows)} rows cannot be read as flows", faults)
    if focus is not None:
        code = resolve(focus).code
        claims["role"] = [role_in(path, code) for path in claims["path"]]
    return merge_claims(claims)


def _table(source: str | PathLike[str] | pd.DataFrame) -> pd.DataFrame:
    if isinstance(source, pd.DataFrame):
        return source
    path = Path(source)
    try:
        # 'NA' is Namibia and an empty cell is a missing one: nothing else may be taken for missing.
        return pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""], encoding="utf-8-sig",
                           skip_blank_lines=False)
    except FileNotFoundError:
        raise TableError(f"there is no file {path}") from None
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise TableError(f"{path} is not UTF-8 text; save it as CSV UTF-8") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise TableError(f"{path} is not a CSV table: {str(error).strip()}") from None


def _missing_columns(columns: dict[str, object]) -> list[Fault]:
    given = list(columns)
    if all(name in columns for name in _COORDINATES):
        return []
    return [
        Fault("missing column", column=end, hint=_near(end, given) or f"or {end}_lon and {end}_lat")
        for end in ENDS
        if end not in columns and not {f"{end}_lon", f"{end}_lat"} <= set(columns)
    ]


def _near(name: str, given: list[str]) -> str:
    hint = did_you_mean(name, given)
    return hint if hint.startswith("did") else ""


def _numbered(table: pd.DataFrame, source: object) -> pd.DataFrame:
    """Return the rows under the names their owner knows: lines of a file, or labels of a frame's index."""
    rows = table.copy()
    if isinstance(source, pd.DataFrame):
        rows.index = pd.Index([str(label) for label in table.index])
    else:
        rows.index = pd.Index([str(line) for line in range(2, len(table) + 2)])
        rows = rows.dropna(how="all")
    return rows


def _paths(rows: pd.DataFrame) -> tuple[list[str], list[Fault]]:
    """Return each row's codes joined by '>', and what is wrong with its places."""
    faults: list[Fault] = []
    known: dict[str, str | PlaceError] = {}

    def code_of(row: str, column: str, name: object) -> str:
        if pd.isna(name) or not str(name).strip():
            faults.append(Fault("missing place", row=row, column=column))
            return ""
        text = str(name)
        if text not in known:
            try:
                known[text] = resolve(text).code
            except PlaceError as error:
                known[text] = error
        found = known[text]
        if isinstance(found, PlaceError):
            faults.append(Fault("no such place", row=row, column=column, value=text, hint=found.faults[0].hint))
            return ""
        return found

    ends = {end: _end_codes(rows, end, code_of, faults) for end in ENDS}
    via = rows["via"] if "via" in rows else pd.Series(pd.NA, index=rows.index)
    paths = []
    for row, origin, between, destination in zip(rows.index, ends["origin"], via, ends["destination"], strict=True):
        names = [] if pd.isna(between) or not str(between).strip() else str(between).split(VIA)
        stops = [code_of(row, "via", name) for name in names]
        paths.append(VIA.join([origin, *stops, destination]))
    return paths, faults


def _end_codes(rows: pd.DataFrame, end: str, code_of, faults: list[Fault]) -> list[str]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    lon, lat = f"{end}_lon", f"{end}_lat"
    names = rows[end] if end in rows else pd.Series(pd.NA, index=rows.index)
    if lon not in rows or lat not in rows:
        return [code_of(row, end, name) for row, name in zip(rows.index, names, strict=True)]
    found = []
    for row, name, x, y in zip(rows.index, names, rows[lon], rows[lat], strict=True):
        try:
            found.append(point(float(x), float(y), "" if pd.isna(name) else str(name).strip()).code)
        except (TypeError, ValueError) as error:
            hint = error.faults[0].hint if isinstance(error, AzroutesError) else "degrees, with a decimal point"
            faults.append(Fault("no point on the globe", row=row, column=f"{lon}, {lat}", value=f"{x}, {y}", hint=hint))
            found.append("")
    return found


def _claims(rows: pd.DataFrame, paths: list[str], unit: str | None) -> tuple[pd.DataFrame, list[Fault]]:
    faults: list[Fault] = []
    given = {name: rows[name] if name in rows else pd.Series(pd.NA, index=rows.index, dtype="string")
             for name in OPTIONAL}  # fmt: skip
    for name, kind in _CODES.items():
        given[name] = _coded(given[name], kind, name, faults)
    year = _numbers(given["year"], "year", faults, low=YEARS[0], high=YEARS[1], whole=True).astype("Int16")
    quantity = _numbers(given["quantity"], "quantity", faults, low=0.0, high=np.inf)
    sources = given["sources"].astype("string")
    measured = given["unit"].fillna(unit) if unit is not None else given["unit"]
    frame = pd.DataFrame(
        {
            "market": given["market"],
            "commodity": given["commodity"].astype("string").str.strip(),
            "form": given["form"],
            "path": paths,
            "group": given["group"],
            "role": None,
            "quantity": quantity,
            "unit": measured.astype("string").str.strip(),
            "first_year": year,
            "last_year": year,
            "certainty": given["certainty"].fillna(Certainty.AFFIRMED.value),
            "wording": given["wording"],
            "basis": Basis.STATED.value,
            "statement": rows.index,
            "lineage": given["lineage"].astype("string").fillna(sources).fillna("this table"),
            "source": sources,
        },
        index=rows.index,
    )
    return frame, faults


def _coded(values: pd.Series, kind: type[Code], column: str, faults: list[Fault]) -> pd.Series:
    """Return codes for codes or labels, in any case."""
    known = {code: code for code in codes(kind)} | {kind(code).label.lower(): code for code in codes(kind)}
    given = values.astype("string").str.strip()
    given = given.mask(given == "")
    coded = given.str.lower().map(known).astype("string")
    for row, text in given[given.notna() & coded.isna()].items():
        hint = did_you_mean(str(text), codes(kind))
        faults.append(Fault("not one of the list", row=str(row), column=column, value=text, hint=hint))
    return coded


def _numbers(
    values: pd.Series, column: str, faults: list[Fault], *, low: float, high: float, whole: bool = False
) -> pd.Series:
    given = values.mask(values.astype("string").str.strip() == "")
    numbers = pd.to_numeric(given, errors="coerce").astype("Float64")
    numbers = numbers.mask(~np.isfinite(numbers.to_numpy(dtype=float, na_value=np.nan)))
    wrong = given.notna() & (numbers.isna() | (numbers < low) | (numbers > high)).fillna(value=True)
    if whole:
        wrong |= (numbers.notna() & (numbers % 1 != 0)).fillna(value=False)
    hint = f"a whole number from {low:.0f} to {high:.0f}" if whole else "a number, zero or more, with a decimal point"
    for row, text in given[wrong.astype(bool)].items():
        faults.append(Fault(f"not a {column}", row=str(row), column=column, value=text, hint=hint))
    return numbers.mask(wrong.astype(bool))
