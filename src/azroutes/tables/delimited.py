"""Tables as text: cells between commas, semicolons, tabs or bars."""

from __future__ import annotations

import codecs
import csv
import re
import warnings
from dataclasses import dataclass
from functools import cache
from io import BytesIO, StringIO
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from azroutes.distinct import distinct
from azroutes.errors import Fault, OptionError, TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from azroutes.geometry.shapes import Flags
    from azroutes.tables.form import FileForm

    Rows = tuple[pd.DataFrame, tuple[Fault, ...]]

SEPARATORS = (",", ";", "\t", "|")
NAMED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
"""What a file may begin with to say how it is written; the longer before those that they begin with."""

SAMPLE = 65_536
"""Bytes that the encoding is found out from, characters that the separator is."""

PAGES = ("cp1252", "cp1251", "cp1254", "cp1250", "cp1253", "cp1255", "cp1256", "cp1257", "cp1258", "koi8_r")
"""What text may be that is not Unicode: what spreadsheets save as CSV, and old Russian mail. With more to choose
from, short names of places are taken for Chinese."""

LINES = 50
"""Records that are parsed to find out the separator."""


SELDOM = 0.9
"""The share of cells with texts of their own, in the sample, above which a column is not worth codes."""


@dataclass(frozen=True)
class Delimited:
    """A table that is text, of which the header has been read; its cells are read when they are asked for.

    Attributes
    ----------
    names : tuple of str
        Of its columns.
    told : tuple of str
        What was found out.
    read : callable
        Returns the rows, by the line each begins at, and what is broken: of all columns, or of those at some positions.
        All cells are text, and those of a column may be a category. Blank lines are left aside.
    """

    names: tuple[str, ...]
    told: tuple[str, ...]
    read: Callable[[Sequence[int] | None], Rows]


def delimited(path: Path, form: FileForm) -> Delimited:
    """Return a table that is text."""
    text, encoding = _text(path, form)
    above, text = _below(text, form.header)
    separator = form.separator or _separator(text, path)
    told = [f"encoding {encoding}"] if encoding else []
    if form.separator is None and separator != ",":
        told.append(f"cells parted by {NAMED[separator]}")

    @cache
    def thorough() -> Rows:
        return _thorough(text, separator, path, above)

    header = _first_line(text)
    quick = _is_plain(text) and header.replace(separator, "").strip() != ""
    names = tuple(header.split(separator) if quick else thorough()[0].columns)
    if not names:
        raise TableError(f"{path} is empty: a table of flows begins with a line of column names")
    filled = re.compile(rf"[^\s{re.escape(separator)}]").search(text, len(header)) if quick else len(thorough()[0])
    if not filled:
        raise TableError(f"{path} has column names and no rows")

    def read(which: Sequence[int] | None) -> Rows:
        rows = _quick(text, separator, names, which) if quick else None
        if rows is not None:
            return rows.set_axis(rows.index + above), ()
        rows, faults = thorough()
        return (rows if which is None else rows.iloc[:, list(which)]), faults

    return Delimited(names, tuple(told), read)


def _text(path: Path, form: FileForm) -> tuple[str, str]:
    """Return a file's text, and its encoding if it had to be guessed."""
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise TableError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    mark = next((name for start, name in MARKS if data.startswith(start)), None)
    try:
        return data.decode(form.encoding or mark or "utf-8"), ""
    except LookupError:
        fault = Fault("no such encoding", column="encoding", value=form.encoding, hint="'utf-8', 'cp1252', 'cp1251'")
        raise OptionError("a file cannot be read so", [fault]) from None
    except UnicodeError as error:
        wrong = getattr(error, "start", 0)
    if form.encoding or mark:
        fault = Fault("not text of this encoding", value=form.encoding or mark, hint=f"byte {wrong + 1} is none of it")
        raise TableError(f"{path} cannot be read", [fault])
    return _guessed(data, wrong, path)


def _guessed(data: bytes, wrong: int, path: Path) -> tuple[str, str]:
    """Return the text of a file that is not UTF-8, and what it most likely is."""
    # Loaded for the few files that need it.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    refusal = TableError(f"{path} is not UTF-8 text; save it as CSV UTF-8, or name its encoding", [
        Fault("not UTF-8", value=data[wrong : wrong + 1], hint="azroutes.FileForm(encoding='cp1252')")])  # fmt: skip
    if b"\0" in data[:SAMPLE]:
        raise refusal
    begin = max(0, wrong - SAMPLE // 2)
    best = from_bytes(data[begin : begin + SAMPLE], cp_isolation=list(PAGES)).best()
    if best is None:
        raise refusal
    try:
        return data.decode(best.encoding), best.encoding
    except UnicodeError:
        raise refusal from None


def _below(text: str, header: int) -> tuple[int, str]:
    """Return how many lines stand above the header, and the text from it on."""
    begin = 0
    for line in range(header - 1):
        end = text.find("\n", begin)
        if end < 0:
            fault = Fault("no such line", column="header", value=header, hint=f"the file has {line + 1}")
            raise OptionError("the table has no header there", [fault])
        begin = end + 1
    return header - 1, text[begin:]


def _separator(text: str, path: Path) -> str:
    """Return what parts cells: what makes most columns that the header and the lines below have in common."""
    sample = text[:SAMPLE]

    def columns(mark: str) -> tuple[float, int]:
        try:
            found = [len(cells) for cells in islice(csv.reader(StringIO(sample, newline=""), delimiter=mark), LINES)
                     if any(cell.strip() for cell in cells)]  # fmt: skip
        except csv.Error:
            return 0.0, 0
        if not found or found[0] < 2:
            return 0.0, 0
        # The last record of the sample may be cut.
        body = found[1:-1] if len(text) > SAMPLE else found[1:]
        alike = sum(count == found[0] for count in body) / len(body) if body else 1.0
        return alike, found[0]

    best = max(SEPARATORS, key=lambda mark: (columns(mark), -SEPARATORS.index(mark)))
    likely = columns(best)
    rivals = [mark for mark in SEPARATORS if mark != best and columns(mark)[0] == likely[0] == 1.0]
    if rivals and likely[1] == max(columns(mark)[1] for mark in rivals):
        names = " or ".join(NAMED[mark] for mark in (best, *rivals))
        raise TableError(f"{path} may be parted by {names}",
                         [Fault("two ways to read it", hint="azroutes.FileForm(separator=';')")])  # fmt: skip
    return best


def _first_line(text: str) -> str:
    end = text.find("\n")
    return (text if end < 0 else text[:end]).removesuffix("\r")


def _is_plain(text: str) -> bool:
    """Tell whether pandas' own parser may do; it takes broken quotes as they come, and a NUL for an end."""
    return not ('"' in text or "\0" in text or text.count("\r") != text.count("\r\n"))


def _quick(text: str, separator: str, names: Sequence[str], which: Sequence[int] | None) -> pd.DataFrame | None:
    """Return the rows as pandas' own parser sees them, if each record is one line with no more cells than columns."""
    taken = range(len(names)) if which is None else sorted(set(which))
    # Columns that nobody asks for are read too, since only so too many cells are found out: of each cell one letter.
    kinds = dict.fromkeys(range(len(names)), "S1") | dict(zip(taken, _kinds(text, separator, taken), strict=True))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            rows = pd.read_csv(BytesIO(text.encode()), sep=separator, header=None, na_filter=False, index_col=False,
                               skip_blank_lines=False, low_memory=False,
                               dtype=str if which is None else kinds)[[*taken]]  # fmt: skip
    except (ValueError, OverflowError, Warning):
        return None
    if len(rows) != text.count("\n") + (not text.endswith("\n")):
        return None
    rows = rows.iloc[1:].set_axis(pd.RangeIndex(2, len(rows) + 1))
    blank = _blank_rows(rows, text, separator)
    rows = rows if which is None else rows[[*which]]
    return rows[~blank].set_axis(pd.Index([names[k] for k in rows.columns], dtype=object), axis=1)


def _kinds(text: str, separator: str, columns: Iterable[int]) -> list[str]:
    """Return how columns are best read: as a category, or where their texts are hardly ever the same, one by one."""
    sample = [line.split(separator) for line in text[:SAMPLE].split("\n")[1:-1]]
    cells = [[row[k] for row in sample if k < len(row)] for k in columns]
    return ["object" if len(set(found)) > SELDOM * len(found) else "category" for found in cells]


def _blank_rows(rows: pd.DataFrame, text: str, separator: str) -> Flags:
    """Tell which rows have nothing in any cell, read or not."""
    blank = np.ones(len(rows), dtype=bool)
    for name in rows.columns:
        if blank.any():
            number, known = distinct(rows[name])
            blank &= np.array([not (cell or "").strip() for cell in known])[number]
    if blank.any():
        lines = text.split("\n")
        blank[blank] = [not lines[k].replace(separator, "").strip() for k in np.flatnonzero(blank) + 1]
    return blank


def _thorough(text: str, separator: str, path: Path, above: int) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Return the rows record by record, and those that have more cells than columns."""
    records = _records(text, separator, path, above)
    if not records:
        return pd.DataFrame(), ()
    header = records.pop(0)[1]
    width = len(header)
    hint = "put text that holds a separator in double quotes"
    faults = tuple(Fault("more cells than columns", row=str(line), value=separator.join(cells[width:]), hint=hint)
                   for line, cells in records if any(cells[width:]))  # fmt: skip
    cells = [(row + [""] * width)[:width] for _, row in records]
    table = pd.DataFrame(cells, columns=pd.Index(header, dtype=object), dtype=object)
    return table.set_axis(pd.Index([line for line, _ in records], dtype=object)), faults


def _records(text: str, separator: str, path: Path, above: int) -> list[tuple[int, list[str]]]:
    """Return each record that is not blank, after the number of its first line."""
    reader = csv.reader(StringIO(text, newline=""), strict=True, delimiter=separator)
    records, line = [], 1 + above
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((line, cells))
            line = reader.line_num + 1 + above
    except csv.Error as error:
        hint = "a double quote within a quoted cell is written twice, and each that opens is closed"
        raise TableError(f"{path} is not a CSV table", [Fault(str(error), row=str(line), hint=hint)]) from None
    return records
