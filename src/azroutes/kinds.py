"""Columns of a table as plain cells of a file, and plain cells as columns of the dtypes that they had.

A file holds text, numbers, yes or no, and nothing. What kind of column these cells were is told beside them where a
format has room for that; see `azroutes.write`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from azroutes.distinct import distinct
from azroutes.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Cell: TypeAlias = "str | int | float | bool | None"
Kind: TypeAlias = "str | dict[str, object]"
"""What a column is, so that JSON can hold it: the name of its dtype, or of a category its values and their order."""

LONG = 2**63
"""The first whole number that no column of whole numbers holds."""
_TEXTS = {"string", "str", "object"}


def kind_of(values: pd.Series) -> Kind:
    """Return what a column is, for `column_of`.

    Examples
    --------
    >>> kind_of(pd.Series(["kg", "t"], dtype="category"))
    {'categories': ['kg', 't'], 'of': 'str', 'ordered': False}
    """
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        known = pd.Series(dtype.categories)
        return {"categories": cells_of(known), "of": kind_of(known), "ordered": bool(dtype.ordered)}
    return str(dtype)


def cells_of(values: pd.Series) -> list[Cell]:
    """Return the cells of a column: text, numbers, yes or no; None where one is missing, and times as ISO 8601 text."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        known: list[Cell] = [*cells_of(pd.Series(values.dtype.categories)), None]  # a missing one has the code -1
        return [known[code] for code in values.cat.codes.tolist()]
    gone = values.isna().to_numpy(dtype=bool)
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return [None if missing else time.isoformat() for time, missing in zip(values, gone, strict=True)]
    if pd.api.types.is_numeric_dtype(values.dtype):  # also yes or no
        there = iter(values[~gone].to_numpy().tolist())
        return [None if missing else next(there) for missing in gone.tolist()]
    number, texts = distinct(values)
    known = [None if is_missing(cell) else _python(cell) for cell in texts]
    return [known[k] for k in number.tolist()]


def _python(cell: object) -> Cell:
    found = cell.item() if isinstance(cell, np.generic) else cell
    return found if isinstance(found, bool | int | float) else str(found)


def column_of(cells: Sequence[Cell], kind: Kind) -> pd.Series:
    """Return the column of which `cells_of` and `kind_of` tell.

    Raises
    ------
    ValueError, TypeError, OverflowError
        If the cells are of another kind.
    """
    if isinstance(kind, dict):
        known, of = kind["categories"], kind["of"]
        if not isinstance(known, list) or not isinstance(of, str | dict):
            raise TypeError("not what a category is")
        dtype = pd.CategoricalDtype(pd.Index(column_of(known, of)), ordered=kind.get("ordered") is True)
        code = {cell: k for k, cell in enumerate(known)}
        strange = [str(cell) for cell in cells if cell is not None and cell not in code]
        if strange:
            raise ValueError(f"{min(strange)!r} is no category")
        return pd.Series(pd.Categorical.from_codes([-1 if cell is None else code[cell] for cell in cells], dtype=dtype))
    if kind in _TEXTS or kind.startswith("datetime64"):
        return pd.Series(list(cells), dtype=kind)
    plain = pd.api.types.pandas_dtype(kind)
    missing: object = np.nan if isinstance(plain, np.dtype) else pd.NA
    return pd.Series([missing if cell is None else cell for cell in cells], dtype=plain)


def plain_column(cells: Sequence[Cell]) -> pd.Series:
    """Return a column of cells of which nothing is told but what they are."""
    known = [type(cell) for cell in cells if cell is not None]
    some = len(known) < len(cells)
    if not known or set(known) - {bool, int, float}:
        return column_of([None if cell is None else str(cell) for cell in cells], "string")
    if set(known) == {bool}:
        return column_of(cells, "boolean" if some else "bool")
    if set(known) == {int} and all(-LONG <= cell < LONG for cell in cells if isinstance(cell, int)):
        return column_of(cells, "Int64" if some else "int64")
    return column_of([None if cell is None else float(cell) for cell in cells], "Float64" if some else "float64")


def column_faults(table: pd.DataFrame) -> Iterator[Fault]:
    """Tell which columns no file of ours can hold, and which text: that is no Unicode, or ends where it should not."""
    for name in table.columns:
        if not isinstance(name, str):
            yield Fault("a name of a column that is no text", column=str(name), value=name, hint="rename it to text")
        else:
            yield from _text_faults(pd.Series([name], index=["of column names"]), name)
        values = table[name]
        if not _is_plain(values):
            yield Fault("neither text, numbers, times nor yes or no", column=str(name), value=str(values.dtype),
                        hint=f"say table[{name!r}].astype('string'), or drop it")  # fmt: skip
        else:
            yield from _text_faults(values, str(name))


def _is_plain(values: pd.Series) -> bool:
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _is_plain(pd.Series(dtype.categories))
    if pd.api.types.is_object_dtype(dtype):
        return pd.api.types.infer_dtype(values, skipna=True) in {"string", "empty"}
    test = pd.api.types
    if test.is_integer_dtype(dtype):
        return str(dtype).lower() != "uint64"
    if test.is_float_dtype(dtype):
        return str(dtype).lower() in {"float32", "float64"}
    return test.is_bool_dtype(dtype) or test.is_string_dtype(dtype) or test.is_datetime64_any_dtype(dtype)


def _text_faults(values: pd.Series, column: str) -> Iterator[Fault]:
    """Tell which text is none: half a character, or a NUL, at which half the programs of the world end a text."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = pd.Series(values.dtype.categories, index=[f"{column} (category)"] * len(values.dtype.categories))
    if not pd.api.types.is_string_dtype(values.dtype) and values.dtype != object:
        return
    number, known = distinct(values)
    for k, text in enumerate(known[:-1]):
        problem, hint = _wrong(str(text))
        for row in values.index[number == k] if problem else ():
            yield Fault(problem, row=str(row), column=column, value=str(text), hint=hint)


def is_missing(cell: object) -> bool:
    """Tell whether a cell holds nothing; a list or an array in it is something.

    Examples
    --------
    >>> [is_missing(cell) for cell in (None, float("nan"), pd.NA, "", 0)]
    [True, True, True, False, False]
    """
    return cell is None or cell is pd.NA or cell is pd.NaT or (
        isinstance(cell, float | np.floating) and math.isnan(cell))  # fmt: skip


def text_or_none(cell: object) -> str | None:
    """Return a cell as text; None where it is missing."""
    return None if is_missing(cell) else str(cell)


def text_of_cell(cell: object) -> str:
    """Return a cell as text without spaces around it; one that is missing is empty."""
    if is_missing(cell):
        return ""
    try:
        return str(cell).strip()
    except Exception:  # noqa: BLE001 - a number of too many digits, a time too far off: of any kind in a user's frame
        return f"a {type(cell).__name__} that cannot be written out"


def has_half(text: str) -> bool:
    """Tell whether a text holds half a character, which no file can.

    Examples
    --------
    >>> has_half("Bakı"), has_half("Bak" + chr(0xD83D))
    (False, True)
    """
    return not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)


def _wrong(text: str) -> tuple[str, str]:
    """Return what is wrong with a text, and what would do; nothing where all is well."""
    if "\0" in text:
        return "text with a NUL", "take it out"
    if has_half(text):
        return "no Unicode text", "it holds half a character"
    return "", ""
