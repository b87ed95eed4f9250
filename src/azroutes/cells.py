"""Cells of a user's table as text, numbers, years and codes; every one that will not do is a fault."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.distinct import coded, distinct, mapped
from azroutes.errors import Fault, did_you_mean
from azroutes.kinds import text_of_cell
from azroutes.vocabulary import Code, codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from azroutes.geometry.shapes import Floats
    from azroutes.tables.form import FileForm

NO_NUMBER = frozenset({"na", "n/a", "n.a.", "nan", "null", "none", "-", "–", "—", "..", "...", "…", "\\n"})
"""What stands in a column of numbers where there is none; told, and never so in a column of names."""

_DATE = re.compile(r"(?:([12]\d{3})-\d{1,2}(?:-\d{1,2})?(?:[ T].*)?|\d{1,2}[./-]\d{1,2}[./-]([12]\d{3}))")
"""Dates whose year cannot be taken for anything else."""


@dataclass
class Cells:
    """Columns of a table under our names.

    Attributes
    ----------
    rows : DataFrame
    file : FileForm
        How numbers are written, and what stands for nothing.
    faults : list of Fault
        Grows as columns are read.
    told : list of str
        What was found out, in words; grows too.
    """

    rows: pd.DataFrame
    file: FileForm
    faults: list[Fault] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @cached_property
    def nothing(self) -> pd.Series:
        """A column of which every cell is missing."""
        return coded([None], np.zeros(len(self.rows), dtype=np.int8), self.rows.index)

    def texts(self, column: str) -> pd.Series:
        """Return a column as text without spaces around it, as a category; missing is NaN."""
        if column not in self.rows:
            return self.nothing
        number, known = distinct(self.rows[column])
        texts = [self._text(value) for value in known]
        for k in _half_characters(texts):
            self.tell(number == k, "no Unicode text", column, texts[k], "it holds half a character")
            texts[k] = None
        return coded(texts, number, self.rows.index)

    def tell(self, which: pd.Series | np.ndarray, problem: str, column: str, value: object, hint: str) -> None:
        """Add the same fault of some rows."""
        at = self.rows.index[np.asarray(which, dtype=bool)]
        self.faults += [Fault(problem, str(row), column, value, hint) for row in at]

    def coded(self, values: pd.Series, kind: type[Code], column: str) -> pd.Series:
        """Return codes for codes or labels, in any case."""
        known = {code: code for code in codes(kind)} | {kind(code).label.lower(): code for code in codes(kind)}
        found = mapped(values, lambda text: known.get(text.lower()))
        for row, text in values[values.notna() & found.isna()].items():
            hint = did_you_mean(str(text), codes(kind))
            self.faults.append(Fault("not one of the list", str(row), column, text, hint))
        return found

    def numbers(self, values: pd.Series, column: str, *, low: float, high: float, whole: bool = False) -> pd.Series:
        """Return numbers within bounds; marks that say that there is none are missing, and told."""
        number, texts = distinct(values)
        none = np.array([text is not None and text.lower() in NO_NUMBER for text in texts])
        if none.any():
            many = np.bincount(number + 1, minlength=len(texts))[1:]
            marks = sorted((str(texts[k]), many[k]) for k in np.flatnonzero(none[:-1] & (many > 0)))
            shown = ", ".join(f"{mark!r} ({rows:,})" for mark, rows in marks)
            self.told += [f"no {column} where there stands {shown}"] if shown else []
        found = self._numbers(texts)
        fits = (found >= low) & (found <= high)
        if whole:
            fits &= found == np.floor(found)
        bounds = f"from {low:.0f} to {high:g}"
        mark = "point" if self.file.decimal == "." else "comma"
        hint = f"a whole number {bounds}" if whole else f"a number {bounds}, with a decimal {mark}"
        wrong = ~fits & ~none & np.array([text is not None for text in texts])
        below = found < 0
        for which, problem in ((below, f"negative {column}"), (~below, f"not a {column}")):
            for at in np.flatnonzero((wrong & which)[number]) if wrong.any() else ():
                self.faults.append(Fault(problem, str(self.rows.index[int(at)]), column, texts[number[at]], hint))
        kept = pd.arrays.FloatingArray(np.where(fits, found, 0.0)[number], ~fits[number])
        return pd.Series(kept, index=values.index)

    def quantities(self, column: str, *, low: float, high: float) -> pd.Series:
        """Return the numbers of a column within bounds, in which hardly any two may be the same."""
        found = self._plain_numbers(column)
        if found is None or not ((found >= low) & (found <= high) | np.isnan(found)).all():
            return self.numbers(self.texts(column), column, low=low, high=high)
        return pd.Series(pd.arrays.FloatingArray(found, np.isnan(found)), index=self.rows.index)

    def _plain_numbers(self, column: str) -> Floats | None:
        """Return the numbers of a column that has nothing else, NaN for what is missing; None where none are sure."""
        if column not in self.rows or self.file.decimal != "." or self.file.missing:
            return None
        values = self.rows[column]
        test = pd.api.types
        if test.is_numeric_dtype(values.dtype) and not test.is_bool_dtype(values.dtype):
            return values.to_numpy(dtype=np.float64, na_value=np.nan)
        if values.dtype != object or test.infer_dtype(values, skipna=False) != "string" or "_" in "".join(values):
            return None
        try:
            found = values.to_numpy().astype(np.float64)
        except ValueError:
            return None
        return None if np.isnan(found).any() else found  # "nan" is a mark for none, and is told

    def years(self, values: pd.Series, low: int, high: int) -> pd.Series:
        """Return years; of a date its year."""
        return self.numbers(mapped(values, _year), "year", low=low, high=high, whole=True).astype("Int16")

    def _numbers(self, texts: Sequence[str | None]) -> Floats:
        """Return the numbers that texts are, or NaN."""
        plain = ["nan" if text is None else text for text in texts]
        if self.file.decimal == "." and not any("_" in text for text in plain):
            try:
                return np.array(plain, dtype=object).astype(np.float64)  # as float() does
            except ValueError:
                pass
        return np.array([self.number(text) for text in plain])

    def number(self, text: object) -> float:
        """Return the number that a text is, or NaN; Python itself would also take '1_0' for one."""
        plain = str(text)
        if "_" in plain or (self.file.decimal == "," and "." in plain):
            return math.nan
        try:
            return float(plain.replace(",", ".") if self.file.decimal == "," else plain)
        except ValueError:
            return math.nan

    def _text(self, value: object) -> str | None:
        text = text_of_cell(value)
        return text if text and text not in self.file.missing else None


def _half_characters(texts: Sequence[str | None]) -> list[int]:
    """Return which texts are no Unicode, as they hold half a character."""
    try:
        "".join(text or "" for text in texts).encode()
    except UnicodeEncodeError:
        return [k for k, text in enumerate(texts) if text and any("\ud800" <= letter <= "\udfff" for letter in text)]
    return []


def _year(text: str) -> str:
    date = _DATE.fullmatch(text)
    return text if date is None else date[1] or date[2]
