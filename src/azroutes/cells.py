"""Cells of a user's table as text, numbers, years and codes; every one that will not do is a fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.distinct import coded, distinct, mapped
from azroutes.errors import Fault, did_you_mean
from azroutes.kinds import text_of_cell
from azroutes.numerals import NO_NUMBER, bare, hint_of, may_be_thousands, number_of, parted
from azroutes.places import VIA
from azroutes.vocabulary import Code, codes
from azroutes.years import Span, are_fiscal, may_be_fiscal, span_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from azroutes.geometry.shapes import Floats
    from azroutes.tables.form import FileForm

MODERN = (1500, 2100)
"""Years beyond which a year may be of another calendar: 1399 of Iran, 2563 of Thailand."""

DAYS = (20_000, 80_000)
"""Numbers that Excel has for days of 1954 to 2119."""

NOTED = frozenset({"origin", "destination", "via", "quantity", "year"})
"""Columns whose cells may have a note behind them; in all others it is a part of the text."""


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
    dated : bool
        Whether years were read from dates, which say more than their year.
    """

    rows: pd.DataFrame
    file: FileForm
    faults: list[Fault] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    dated: bool = False

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
        if self.file.notes and column in NOTED:
            texts = self._bared(texts, number, column)
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

    def units(self) -> pd.Series:
        """Return the units of quantities; a number is none, as where a column of numbers is said to hold them."""
        texts = self.texts("unit")
        number, known = distinct(texts)
        hint = "say unit='kg' for all rows, or the column that holds it"
        for k, text in enumerate(known):
            if text is not None and not np.isnan(self.number(text)):
                self.tell(number == k, "a number, no unit", "unit", text, hint)
        return texts

    def tell_empty(self, values: pd.Series, column: str) -> None:
        """Tell of cells that are empty in a column that is not: in merged ones only the first has what all mean."""
        gone = int(values.isna().sum())
        if column in self.rows and 0 < gone < len(values):
            self.told.append(f"{column} is empty in {gone:,} of {len(values):,} rows, and not taken from the row above")

    def numbers(self, values: pd.Series, column: str, *, low: float, high: float, whole: bool = False) -> pd.Series:
        """Return numbers within bounds; marks that say that there is none are missing, and told."""
        number, texts = distinct(values)
        none = np.array([text is not None and text.lower() in NO_NUMBER for text in texts])
        if none.any():
            many = np.bincount(number + 1, minlength=len(texts))[1:]
            marks = sorted((str(texts[k]), many[k]) for k in np.flatnonzero(none[:-1] & (many > 0)))
            shown = ", ".join(f"{mark!r} ({rows:,})" for mark, rows in marks)
            self.told += [f"no {column} where there stands {shown}"] if shown else []
        found = self._numbers(texts, column)
        fits = (found >= low) & (found <= high)
        if whole:
            fits &= found == np.floor(found)
        bounds = f"from {low:.0f} to {high:g}"
        mark = "point" if self.file.decimal == "." else "comma"
        usual = f"a whole number {bounds}" if whole else f"a number {bounds}, with a decimal {mark}"
        wrong = ~fits & ~none & np.array([text is not None for text in texts])
        below = found < 0
        for which, problem in ((below, f"negative {column}"), (~below, f"not a {column}")):
            hints = {int(k): self._hint(str(texts[k]), column, usual) for k in np.flatnonzero(wrong & which)}
            for at in np.flatnonzero((wrong & which)[number]) if hints else ():
                row, k = str(self.rows.index[int(at)]), int(number[at])
                self.faults.append(Fault(problem, row, column, texts[k], hints[k]))
        kept = pd.arrays.FloatingArray(np.where(fits, found, 0.0)[number], ~fits[number])
        return pd.Series(kept, index=values.index)

    def quantities(self, column: str, *, low: float, high: float) -> pd.Series:
        """Return the numbers of a column within bounds, in which hardly any two may be the same."""
        found = self._plain_numbers(column)
        if found is None or not ((found >= low) & (found <= high) | np.isnan(found)).all():
            texts = self.texts(column)
            self._doubt_thousands(distinct(texts)[1])
            return self.numbers(texts, column, low=low, high=high)
        return pd.Series(pd.arrays.FloatingArray(found, np.isnan(found)), index=self.rows.index)

    def _plain_numbers(self, column: str) -> Floats | None:
        """Return the numbers of a column that has nothing else, NaN for what is missing; None where none are sure."""
        if column not in self.rows or self.file.decimal != "." or self.file.missing or self.file.notes:
            return None
        values = self.rows[column]
        test = pd.api.types
        if test.is_numeric_dtype(values.dtype) and values.dtype.kind in "iuf":
            return values.to_numpy(dtype=np.float64, na_value=np.nan)
        if (
            self.file.thousands
            or values.dtype != object
            or test.infer_dtype(values, skipna=False) != "string"
            or "_" in "".join(values)
        ):
            return None
        try:
            found = values.to_numpy().astype(np.float64)
        except ValueError:
            return None
        if np.isnan(found).any():  # "nan" is a mark for none, and is told
            return None
        self._doubt_thousands(values)
        return found

    def _doubt_thousands(self, texts: Iterable[str | None]) -> None:
        """Tell it where all quantities look like thousands that are parted by what is taken for a decimal mark."""
        mark = self.file.decimal
        if self.file.thousands is None and may_be_thousands(texts, mark):
            self.told.append(f"each quantity with a {mark!r} has three figures behind it, and is read as a fraction; "
                             f"if these are thousands, say file=FileForm(thousands={mark!r}, decimal="
                             f"{',' if mark == '.' else '.'!r})")  # fmt: skip

    def years(self, column: str, low: int, high: int) -> tuple[pd.Series, pd.Series]:
        """Return the first and the last year of each row: of a date its year, of a span its ends."""
        values = self.texts(column)
        number, known = distinct(values)
        many = np.bincount(number + 1, minlength=len(known) + 1)[1:]
        there = [text for text, rows in zip(known, many, strict=False) if text is not None and rows]
        fiscal = are_fiscal(there)
        spans = {text: span for text in there if (span := span_of(text, fiscal=fiscal)) is not None}
        first = self.numbers(mapped(values, lambda text: _end_of(spans, text, 0)), column, low=low, high=high,
                             whole=True).astype("Int16")  # fmt: skip
        self.tell_empty(values, column)
        self.dated = any(span.part for span in spans.values())
        if may_be_fiscal(there):
            shown = ", ".join(map(repr, there[:2]))
            self.told.append(f"{shown} are read as months; if they are spans of two years, write 2011/12")
        odd = [int(year) for year in first.dropna().unique() if not MODERN[0] <= year <= MODERN[1]]
        if odd:
            which = f"year {odd[0]}" if len(odd) == 1 else f"years from {min(odd)} to {max(odd)}"
            self.told.append(f"{which}: read as of the common era, whatever calendar they are of")
        if all(span.first == span.last for span in spans.values()):
            return first, first
        wide = [k for k, text in enumerate(known) if text in spans and spans[text].first < spans[text].last]
        self.told.append(f"{column} is a span of years in {int(np.isin(number, wide).sum()):,} rows")
        last = mapped(values, lambda text: _end_of(spans, text, 1)).where(first.notna().to_numpy())
        return first, self.numbers(last, column, low=low, high=high, whole=True).astype("Int16")

    def _hint(self, text: str, column: str, usual: str) -> str:
        if column != "year":
            return hint_of(text, self.file.decimal, usual)
        day = self.number(text)
        if DAYS[0] <= day <= DAYS[1]:
            date = (datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=day)).date()
            return f"a day as Excel counts? it would be {date}: give the column the form of a date"
        return usual

    def _bared(self, texts: list[str | None], number: np.ndarray, column: str) -> list[str | None]:
        """Return texts without notes, and tell how many had one."""
        figures = column in {"quantity", "year"}
        found = [text and VIA.join(bare(part.strip(), self.file.notes, number=figures) for part in text.split(VIA))
                 for text in texts]  # fmt: skip
        changed = [k for k, (old, new) in enumerate(zip(texts, found, strict=True)) if old != new]
        rows = int(np.isin(number, changed).sum())
        if rows:
            self.told.append(f"{column} without its note in {rows:,} rows, for instance {texts[changed[0]]!r}")
        return found

    def _numbers(self, texts: Sequence[str | None], column: str) -> Floats:
        """Return the numbers that texts are, or NaN."""
        plain = ["nan" if text is None else text for text in texts]
        if self.file.thousands and column == "quantity":
            plain = [parted(text, self.file.thousands, self.file.decimal) or "nan" for text in plain]
        if self.file.decimal == "." and not any("_" in text for text in plain):
            try:
                return np.array(plain, dtype=object).astype(np.float64)  # as float() does
            except ValueError:
                pass
        return np.array([self.number(text) for text in plain])

    def number(self, text: object) -> float:
        """Return the number that a text is, or NaN."""
        return number_of(str(text), self.file.decimal)

    def _text(self, value: object) -> str | None:
        text = text_of_cell(value)
        if self.file.decimal == "," and isinstance(value, float | np.floating):
            text = text.replace(".", ",")  # a number of a sheet or a frame, which is written with a point
        return text if text and text not in self.file.missing else None


def _half_characters(texts: Sequence[str | None]) -> list[int]:
    """Return which texts are no Unicode, as they hold half a character."""
    try:
        "".join(text or "" for text in texts).encode()
    except UnicodeEncodeError:
        return [k for k, text in enumerate(texts) if text and any("\ud800" <= letter <= "\udfff" for letter in text)]
    return []


def _end_of(spans: Mapping[str, Span], text: str, end: int) -> str:
    """Return the first or last year of a text that has them, as text; any other as it is."""
    return str(spans[text][end]) if text in spans else text
