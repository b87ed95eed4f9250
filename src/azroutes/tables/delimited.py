"""Tables as text: cells between commas, semicolons, tabs or bars."""

from __future__ import annotations

import codecs
import csv
import warnings
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING

import pandas as pd

from azroutes.errors import Fault, OptionError, TableError
from azroutes.tables.bounds import check_hollow

if TYPE_CHECKING:
    from pathlib import Path

    from azroutes.tables.form import FileForm

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


def delimited(path: Path, form: FileForm) -> tuple[pd.DataFrame, tuple[str, ...], tuple[Fault, ...]]:
    """Return the rows of a table that is text, by the line each begins at; what was found out; what is broken.

    All cells are text, those without any are missing, and nothing else is. Blank lines are left aside.
    """
    text, encoding = _text(path, form)
    head, text = _below(text, form.header)
    separator = form.separator or _separator(text, path)
    told = [f"encoding {encoding}"] if encoding else []
    if form.separator is None and separator != ",":
        told.append(f"cells parted by {NAMED[separator]}")
    check_hollow(path, text.count("\n"), text[: text.find("\n")].count(separator) + 1, len(text))
    quick = _quick(text, separator)
    rows, faults = (quick, ()) if quick is not None else _thorough(text, separator, path, head)
    if not rows.columns.size:
        raise TableError(f"{path} is empty: a table of flows begins with a line of column names")
    if not len(rows):
        raise TableError(f"{path} has column names and no rows")
    if quick is not None and head:
        rows.index += head
    return rows, tuple(told), faults


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


def _quick(text: str, separator: str) -> pd.DataFrame | None:
    """Return the rows as pandas' own parser sees them, if each record is one line with no more cells than columns."""
    lines = text.count("\n") + (not text.endswith("\n"))
    # Cells in quotes are read by the stricter parser: this one takes broken quotes as they come.
    if '"' in text or "\0" in text or "\r" in text.replace("\r\n", "\n"):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            rows = pd.read_csv(StringIO(text), sep=separator, header=None, dtype=str, na_filter=False, index_col=False,
                               skip_blank_lines=False, low_memory=False)  # fmt: skip
    except (ValueError, OverflowError, Warning):
        return None
    header = [str(name) for name in rows.iloc[0]]
    if len(rows) != lines or not any(name.strip() for name in header):
        return None
    rows = rows.iloc[1:].set_axis(pd.Index(header, dtype=object), axis=1)
    rows.index = pd.RangeIndex(2, len(rows) + 2)
    filled = (rows != "").any(axis=1)
    suspect = ~filled | rows.iloc[:, 0].str.isspace().astype(bool)
    if suspect.any():
        blank = rows[suspect].apply(lambda row: not "".join(row).strip(), axis=1)
        rows = rows.drop(index=blank.index[blank.to_numpy(dtype=bool)])
    return rows


def _thorough(text: str, separator: str, path: Path, above: int) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Return the rows record by record, and those that have more cells than columns."""
    records = _records(text, separator, path, above)
    if not records:
        return pd.DataFrame(), ()
    header = records.pop(0)[1]
    width = len(header)
    check_hollow(path, len(records), width, len(text))
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
