"""A user's own table becomes flows."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from azroutes.errors import Fault, PlaceError, TableError, did_you_mean
from azroutes.flows import merge_claims, role_in, unit_faults
from azroutes.places import VIA, point, resolve
from azroutes.privacy import check_points
from azroutes.vocabulary import Basis, Certainty, Code, Form, Market, codes
from azroutes.written import asked_of, written_flows

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from os import PathLike

    import geopandas as gpd

    from azroutes.geometry.shapes import Ints

ENDS = ("origin", "destination")
OPTIONAL = ("via", "market", "commodity", "form", "group", "quantity", "unit", "year", "sources", "wording",
            "certainty", "lineage")  # fmt: skip
_COORDINATES = tuple(f"{end}_{axis}" for end in ENDS for axis in ("lon", "lat"))
_CODES: dict[str, type[Code]] = {"market": Market, "form": Form, "certainty": Certainty}
YEARS = (1000, 2999)
MOST = 1e15
"""The largest quantity of a row: beyond it digits are lost, and sums overflow."""


def read_flows(
    source: str | PathLike[str] | pd.DataFrame,
    *,
    unit: str | None = None,
    focus: str | None = None,
    precise: bool = False,
) -> gpd.GeoDataFrame:
    """Return the flows of a table of your own.

    Parameters
    ----------
    source : path or DataFrame
        A file that `azroutes.write_flows` wrote, which gives back the flows that were written; or a CSV file (UTF-8)
        or a frame with one row a movement. It needs ``origin`` and ``destination``, each a code
        (``AZE``, ``EU``) or an English name, or ``origin_lon, origin_lat, destination_lon, destination_lat`` in degrees
        (EPSG:4326); with both, the names are yours and the coordinates place them. It may have ``via`` (places joined
        by ``>``), ``market``, ``commodity``, ``form``, ``group``, ``quantity``, ``unit``, ``year``, ``sources`` (joined
        by ``;``), ``wording``, ``certainty`` and ``lineage`` (the line of knowledge that a row stands on). Other
        columns are left aside, and blank lines of a file; a file without a row is an error, a frame without one gives
        no flow.
    unit : str, optional
        What ``quantity`` counts, where the table has no column ``unit``.
    focus : str, optional
        Code of the country that the table is about; fills the column ``role``.
    precise : bool
        Whether people whom that may put in danger may be shown at points: flows of human trafficking and smuggling,
        and those whose unit says victims, survivors, migrants, refugees or children. By default such a table is
        refused: a spot finer than a country may tell of a person or a shelter.

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
    if not isinstance(source, pd.DataFrame) and (written := written_flows(Path(source))) is not None:
        return check_points(asked_of(written, unit=unit, focus=focus), precise=precise)
    faults: list[Fault] = []
    rows = _named(_rows(source, faults))
    claims = _claims(rows, _paths(rows, faults), unit, faults)
    wrong = {str(fault.row) for fault in faults}
    mixed = unit_faults(claims[~claims.index.isin(wrong)])
    if faults or mixed:
        order = {row: number for number, row in enumerate(rows.index)}
        lead = f"{len(wrong)} of {len(rows)} rows cannot be read as flows"
        raise TableError(lead if faults else "quantities of one flow cannot be added",
                         [*sorted(faults, key=lambda fault: order[str(fault.row)]), *mixed])  # fmt: skip
    if focus is not None:
        code = resolve(focus).code
        claims["role"] = claims["path"].map({path: role_in(path, code) for path in claims["path"].unique()})
    return check_points(merge_claims(claims), precise=precise)


def _rows(source: str | PathLike[str] | pd.DataFrame, faults: list[Fault]) -> pd.DataFrame:
    """Return the rows under the names their owner knows: lines of a file, or labels of a frame's index."""
    if isinstance(source, pd.DataFrame):
        labels = [str(label) for label in source.index]
        if len(set(labels)) < len(labels):  # after pandas.concat, for instance
            labels = [f"{label} (number {number})" for number, label in enumerate(labels, 1)]
        return source.set_axis(pd.Index(labels, dtype="object"))
    path = Path(source)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise TableError(f"there is no file {path}") from None
    except UnicodeDecodeError:
        raise TableError(f"{path} is not UTF-8 text; save it as CSV UTF-8") from None
    except (OSError, ValueError) as error:
        raise TableError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return _csv_rows(text, path, faults)


def _csv_rows(text: str, path: Path, faults: list[Fault]) -> pd.DataFrame:
    """Return the rows of a CSV table by the line each begins at; an empty cell is missing, and nothing else is."""
    records = _records(text, path)
    if not records:
        raise TableError(f"{path} is empty: a table of flows begins with a line of column names")
    header = records.pop(0)[1]
    width = len(header)
    if width == 1 and (other := next((mark for mark in ";\t|" if mark in header[0]), None)):
        fault = Fault(f"cells are parted by {other!r}", row="1", value=header[0], hint="save it with commas")
        raise TableError(f"{path} is not a CSV table", [fault])
    if not records:
        raise TableError(f"{path} has column names and no rows")
    hint = "put text that holds a comma in double quotes"
    faults += [
        Fault("more cells than columns", row=str(line), value=",".join(cells[width:]), hint=hint)
        for line, cells in records
        if any(cells[width:])
    ]
    cells = [(row + [""] * width)[:width] for _, row in records]
    table = pd.DataFrame(cells, columns=pd.Index(header, dtype="object"), dtype="object")
    return table.set_axis(pd.Index([str(line) for line, _ in records], dtype="object"))


def _records(text: str, path: Path) -> list[tuple[int, list[str]]]:
    """Return each record that is not blank, after the number of its first line."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    records, line = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        hint = "a double quote within a quoted cell is written twice, and each that opens is closed"
        raise TableError(f"{path} is not a CSV table", [Fault(str(error), row=str(line), hint=hint)]) from None
    return records


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with our names for columns, and refuse a table that lacks one or has it twice."""
    names = [str(name).strip().lower() for name in rows.columns]
    ours = {*ENDS, *_COORDINATES, *OPTIONAL}
    faults = [Fault("column given twice", column=name) for name in sorted(ours) if names.count(name) > 1]
    faults += _missing_columns(names)
    meant = {name: get_close_matches(name, OPTIONAL, n=1, cutoff=0.85) for name in sorted(set(names) - ours)}
    # A column that is misspelt would be lost without a word.
    faults += [Fault("unknown column", column=name, hint=f"did you mean {near[0]!r}?")
               for name, near in meant.items() if near and near[0] not in names]  # fmt: skip
    if faults:
        raise TableError("these are not flows", faults)
    kept = [name in ours for name in names]
    return rows.loc[:, kept].set_axis([name for name in names if name in ours], axis=1)


def _missing_columns(given: list[str]) -> list[Fault]:
    return [
        Fault("missing column", column=end, hint=_near(end, given) or f"or {end}_lon and {end}_lat")
        for end in ENDS
        if end not in given and not {f"{end}_lon", f"{end}_lat"} <= set(given)
    ]


def _near(name: str, given: list[str]) -> str:
    hint = did_you_mean(name, given)
    return hint if hint.startswith("did") else ""


def _texts(rows: pd.DataFrame, column: str, faults: list[Fault]) -> pd.Series:
    """Return a column as text without spaces around it; missing is NA."""
    if column not in rows:
        return pd.Series(pd.NA, index=rows.index, dtype="string")
    number, known = _distinct(rows[column])
    texts = [_text(value) for value in known]
    for k, text in enumerate(texts):
        if text is not None and any("\ud800" <= letter <= "\udfff" for letter in text):
            texts[k] = None
            faults += [Fault("no Unicode text", str(row), column, text, "it holds half a character")
                       for row in rows.index[number == k]]  # fmt: skip
    return pd.Series(pd.array(texts, dtype="string").take(number), index=rows.index)


def _distinct(values: pd.Series) -> tuple[Ints, list[object]]:
    """Return the number of each value among the distinct ones, and these; of values of several kinds, each on its own.

    Among those 1, 1.0 and True would be one, and a list none at all.
    """
    if values.dtype == "object" and pd.api.types.infer_dtype(values, skipna=True) not in {"string", "empty"}:
        return np.arange(len(values)), list(values)
    number, known = pd.factorize(values, use_na_sentinel=False)
    return number, list(pd.Series(known))


def _text(value: object) -> str | None:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return str(value).strip() or None


def _cells(texts: pd.Series) -> list[str | None]:
    cells = texts.to_numpy(dtype="object")
    cells[texts.isna().to_numpy()] = None
    return cells.tolist()


def _paths(rows: pd.DataFrame, faults: list[Fault]) -> list[str]:
    """Return each row's codes joined by '>'; a place that will not do is empty, and a fault."""
    origin, destination = (_end_codes(rows, end, faults) for end in ENDS)
    via = _answers(_cells(_texts(rows, "via", faults)), _codes_on_way, rows.index, "via", faults)
    return [f"{start}{VIA}{way}{end}" for start, way, end in zip(origin, via, destination, strict=True)]


def _end_codes(rows: pd.DataFrame, end: str, faults: list[Fault]) -> list[str]:
    names = _cells(_texts(rows, end, faults))
    axes = [f"{end}_lon", f"{end}_lat"]
    if not set(axes) <= set(rows.columns):
        return _answers(names, _code_of, rows.index, end, faults)
    lons, lats = (_cells(_texts(rows, axis, faults)) for axis in axes)
    placed = list(zip(names, lons, lats, strict=True))
    return _answers(placed, _code_at, rows.index, ", ".join(axes), faults)


_Given = TypeVar("_Given", bound="Hashable")


def _answers(
    given: list[_Given], answer: Callable[[_Given], tuple[str, list[Fault]]], rows: pd.Index, column: str,
    faults: list[Fault],
) -> list[str]:  # fmt: skip
    """Return the code of each row; what is given many times is answered once, its faults are told for each row."""
    known = {one: answer(one) for one in dict.fromkeys(given)}
    if any(found for _, found in known.values()):
        faults += [replace(fault, row=str(row), column=column)
                   for row, one in zip(rows, given, strict=True) for fault in known[one][1]]  # fmt: skip
    return [known[one][0] for one in given]


def _code_of(name: str | None) -> tuple[str, list[Fault]]:
    if not name:
        return "", [Fault("missing place")]
    try:
        return resolve(name).code, []
    except PlaceError as error:
        return "", [Fault("no such place", value=name, hint=error.faults[0].hint)]


def _codes_on_way(via: str | None) -> tuple[str, list[Fault]]:
    """Return the codes of places on the way, each with the joint after it."""
    found = [_code_of(name.strip()) for name in via.split(VIA)] if via else []
    return "".join(code + VIA for code, _ in found), [fault for _, faults in found for fault in faults]


def _code_at(given: tuple[str | None, str | None, str | None]) -> tuple[str, list[Fault]]:
    """Return the code of a user's own point, of its name, longitude and latitude."""
    name, lon, lat = given
    x, y = _number(lon), _number(lat)
    try:
        return point(x, y, name or "").code, []
    except PlaceError as error:
        if lon is None and lat is None:
            return "", [Fault("missing coordinates", hint="degrees, with a decimal point")]
        hint = "degrees, with a decimal point" if math.isnan(x) or math.isnan(y) else error.faults[0].hint
        return "", [Fault("no point on the globe", value=f"{lon or ''}, {lat or ''}", hint=hint)]


def _number(text: object) -> float:
    """Return the number that a text is, or NaN; Python itself would also take '1_0' for one."""
    try:
        return float(str(text)) if "_" not in str(text) else math.nan
    except ValueError:
        return math.nan


def _claims(rows: pd.DataFrame, paths: list[str], unit: str | None, faults: list[Fault]) -> pd.DataFrame:
    given = {name: _texts(rows, name, faults) for name in OPTIONAL if name != "via"}
    for name, kind in _CODES.items():
        given[name] = _coded(given[name], kind, name, faults)
    year = _numbers(given["year"], "year", faults, low=YEARS[0], high=YEARS[1], whole=True).astype("Int16")
    quantity = _numbers(given["quantity"], "quantity", faults, low=0.0, high=MOST)
    measured = given["unit"] if unit is None else given["unit"].fillna(unit)
    return pd.DataFrame(
        {
            "market": given["market"],
            "commodity": given["commodity"],
            "form": given["form"],
            "path": paths,
            "group": given["group"],
            "role": None,
            "quantity": quantity,
            "unit": measured.mask(quantity.isna()),
            "first_year": year,
            "last_year": year,
            "certainty": given["certainty"].fillna(Certainty.AFFIRMED.value),
            "wording": given["wording"],
            "basis": Basis.STATED.value,
            "statement": rows.index,
            "lineage": given["lineage"].fillna(given["sources"]),
            "source": given["sources"],
        },
        index=rows.index,
    )


def _mapped(texts: pd.Series, meaning: Callable[[str], object], dtype: str) -> pd.Series:
    """Return what each text means, looked up once for each distinct one; missing stays missing."""
    number, known = pd.factorize(texts)
    meanings = pd.Series([*(meaning(text) for text in known), None], dtype=dtype)  # number -1 is missing, the last
    return pd.Series(meanings.array.take(number), index=texts.index)


def _coded(values: pd.Series, kind: type[Code], column: str, faults: list[Fault]) -> pd.Series:
    """Return codes for codes or labels, in any case."""
    known = {code: code for code in codes(kind)} | {kind(code).label.lower(): code for code in codes(kind)}
    coded = _mapped(values, lambda text: known.get(text.lower()), "string")
    for row, text in values[values.notna() & coded.isna()].items():
        hint = did_you_mean(str(text), codes(kind))
        faults.append(Fault("not one of the list", row=str(row), column=column, value=text, hint=hint))
    return coded


def _numbers(
    values: pd.Series, column: str, faults: list[Fault], *, low: float, high: float, whole: bool = False
) -> pd.Series:
    numbers = _mapped(values, _number, "Float64")
    fits = ((numbers >= low) & (numbers <= high)).fillna(value=False)
    if whole:
        fits &= (numbers % 1 == 0).fillna(value=False)
    bounds = f"from {low:.0f} to {high:g}"
    hint = f"a whole number {bounds}" if whole else f"a number {bounds}, with a decimal point"
    for row, text in values[values.notna() & ~fits].items():
        faults.append(Fault(f"not a {column}", row=str(row), column=column, value=text, hint=hint))
    return numbers.where(fits)
