"""Cells of a user's table as text, numbers, years and codes; every one that will not do is a fault."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.errors import Fault, did_you_mean
from azroutes.kinds import text_of_cell
from azroutes.vocabulary import Code, codes

if TYPE_CHECKING:
    from collections.abc import Callable

    from azroutes.geometry.shapes import Ints
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

    def texts(self, column: str) -> pd.Series:
        """Return a column as text without spaces around it; missing is NA."""
        if column not in self.rows:
            return pd.Series(pd.NA, index=self.rows.index, dtype="string")
        number, known = distinct(self.rows[column])
        texts = [self._text(value) for value in known]
        for k, text in enumerate(texts):
            if text is not None and any("\ud800" <= letter <= "\udfff" for letter in text):
                texts[k] = None
                self.tell(number == k, "no Unicode text", column, text, "it holds half a character")
        return pd.Series(pd.array(texts, dtype="string").take(number), index=self.rows.index)

    def tell(self, which: pd.Series | np.ndarray, problem: str, column: str, value: object, hint: str) -> None:
        """Add the same fault of some rows."""
        at = self.rows.index[np.asarray(which, dtype=bool)]
        self.faults += [Fault(problem, str(row), column, value, hint) for row in at]

    def coded(self, values: pd.Series, kind: type[Code], column: str) -> pd.Series:
        """Return codes for codes or labels, in any case."""
        known = {code: code for code in codes(kind)} | {kind(code).label.lower(): code for code in codes(kind)}
        coded = mapped(values, lambda text: known.get(text.lower()), "string")
        for row, text in values[values.notna() & coded.isna()].items():
            hint = did_you_mean(str(text), codes(kind))
            self.faults.append(Fault("not one of the list", str(row), column, text, hint))
        return coded

    def numbers(self, values: pd.Series, column: str, *, low: float, high: float, whole: bool = False) -> pd.Series:
        """Return numbers within bounds; marks that say that there is none are missing, and told."""
        none = mapped(values, lambda text: text.lower() in NO_NUMBER, "boolean").fillna(value=False)
        if none.any():
            marks = Counter(values[none])
            shown = ", ".join(f"{mark!r} ({many:,})" for mark, many in sorted(marks.items()))
            self.told.append(f"no {column} where there stands {shown}")
        kept = values.mask(none)
        found = mapped(kept, self.number, "Float64")
        fits = ((found >= low) & (found <= high)).fillna(value=False)
        if whole:
            fits &= (found % 1 == 0).fillna(value=False)
        bounds = f"from {low:.0f} to {high:g}"
        mark = "point" if self.file.decimal == "." else "comma"
        hint = f"a whole number {bounds}" if whole else f"a number {bounds}, with a decimal {mark}"
        below = (found < 0).fillna(value=False)
        for which, problem in ((below, f"negative {column}"), (~below, f"not a {column}")):
            for row, text in kept[kept.notna() & ~fits & which].items():
                self.faults.append(Fault(problem, str(row), column, text, hint))
        return found.where(fits)

    def years(self, values: pd.Series, low: int, high: int) -> pd.Series:
        """Return years; of a date its year."""
        return self.numbers(mapped(values, _year, "string"), "year", low=low, high=high, whole=True).astype("Int16")

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


def distinct(values: pd.Series) -> tuple[Ints, list[object]]:
    """Return the number of each value among the distinct ones, and these; of values of several kinds, each on its own.

    Among those 1, 1.0 and True would be one, and a list none at all.
    """
    if values.dtype == "object" and pd.api.types.infer_dtype(values, skipna=True) not in {"string", "empty"}:
        return np.arange(len(values)), list(values)
    number, known = pd.factorize(values, use_na_sentinel=False)
    return number, list(pd.Series(known))


def mapped(texts: pd.Series, meaning: Callable[[str], object], dtype: str) -> pd.Series:
    """Return what each text means, looked up once for each distinct one; missing stays missing."""
    number, known = pd.factorize(texts)
    meanings = pd.Series([*(meaning(text) for text in known), None], dtype=dtype)  # number -1 is missing, the last
    return pd.Series(meanings.array.take(number), index=texts.index)


def _year(text: str) -> str:
    date = _DATE.fullmatch(text)
    return text if date is None else date[1] or date[2]
