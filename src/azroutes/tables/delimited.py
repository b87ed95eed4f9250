"""Tables as text: cells between commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
import re
import warnings
from dataclasses import dataclass
from functools import cache, cached_property
from io import BytesIO, StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
import pandas as pd

from azroutes.distinct import distinct
from azroutes.errors import Fault, OptionError, TableError
from azroutes.tables.bounds import check_hollow
from azroutes.tables.encodings import SAMPLE, as_utf8

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pandas._typing import ReadCsvBuffer

    from azroutes.geometry.shapes import Flags
    from azroutes.tables.form import FileForm

    Rows = tuple[pd.DataFrame, tuple[Fault, ...]]

SEPARATORS = (",", ";", "\t", "|")
TABBED = (".tsv", ".tab")
NAMED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SAID = re.compile(rb'"?sep=([^\r\n])"?(?:\r\n|\n|\r)')
"""A first line by which spreadsheets are told what parts cells."""

LINES = 50
"""Records that are parsed to find out the separator."""


_NUMBER = re.compile(r"([0-9]{1,15}([.][0-9]{1,15})?)?")
"""Cells that need not be looked at as text: plain numbers, and nothing."""

_NO_THOUSANDS = re.compile(r"0[.][0-9]+|[0-9]{4,}([.][0-9]*)?|[0-9]+[.]([0-9]{1,2}|[0-9]{4,})")
"""Numbers that show that no point among them parts thousands; without one of them all are looked at as text."""

LARGEST = 1e15
"""Numbers beyond it are looked at as text, as are those below zero, so that what is refused is told as it stands."""

EXACT = tuple(int(part) for part in pd.__version__.split(".")[:2]) >= (3, 1)
"""Whether pandas reads the float nearest to a number; before 3.1 it would have to be asked, and take "nan" for one."""

SELDOM = 0.9
"""The share of cells with texts of their own, in the sample, above which a column is not worth codes."""


class Reads(Protocol):
    """What returns the rows of a table, by the names that their owner has for them, and those that are broken."""

    def __call__(self, which: Sequence[int] | None, number: int | None = None, /) -> Rows:
        """Return all columns, or those at some positions; one of them may be read as numbers at once."""


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
        By the line that each row begins at. All cells are text, and those of a column may be a category; a column that
        may be numbers is, if all its cells are plain ones or empty. Blank lines are left aside.
    """

    names: tuple[str, ...]
    told: tuple[str, ...]
    read: Reads


def delimited(path: Path, form: FileForm) -> Delimited:
    """Return a table that is text."""
    data, encoding = as_utf8(path, form)
    above, data = _below(data, form.header)
    first = _SAID.match(data) if above == 0 else None
    if first is not None:
        above, data = 1, data[first.end() :]
    sample = data[: 4 * SAMPLE + 4].decode(errors="ignore")[: SAMPLE + 1]
    separator = form.separator or (_separator(sample, path) if first is None else first[1].decode())
    told = [f"encoding {encoding}"] if encoding else []
    if form.separator is None and separator != ",":
        told.append(f"cells parted by {NAMED.get(separator, repr(separator))}")
    check_hollow(path, data.count(b"\n"), data[: data.find(b"\n")].count(separator.encode()) + 1, len(data))

    @cache
    def thorough() -> Rows:
        return _thorough(data.decode(errors="surrogatepass"), separator, path, above)

    lines = _Lines(data, separator)
    quick = lines.is_orderly() and any(name.strip() for name in lines.header)
    names = lines.header if quick else tuple(thorough()[0].columns)
    if not names:
        raise TableError(f"{path} is empty: a table of flows begins with a line of column names")
    if not (lines.has_rows() if quick else len(thorough()[0])):
        raise TableError(f"{path} has column names and no rows")

    plain = form.decimal == "." and not (form.missing or form.notes or form.thousands)

    def read(which: Sequence[int] | None, number: int | None = None) -> Rows:
        rows = lines.read(which, number if plain else None) if quick else None
        if rows is not None:
            return rows.set_axis(rows.index + above), ()
        rows, faults = thorough()
        return (rows if which is None else rows.iloc[:, list(which)]), faults

    return Delimited(names, tuple(told), read)


def _below(data: bytes, header: int) -> tuple[int, bytes]:
    """Return how many lines stand above the header, and the text from it on."""
    begin = 0
    for line in range(header - 1):
        end = data.find(b"\n", begin)
        if end < 0:
            fault = Fault("no such line", column="header", value=header, hint=f"the file has {line + 1}")
            raise OptionError("the table has no header there", [fault])
        begin = end + 1
    return header - 1, data[begin:]


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

    # What a file's ending says goes first, where it makes a table: its keys may hold more commas than there are tabs.
    if path.suffix.lower() in TABBED and columns("\t")[0] == 1.0:
        return "\t"
    best = max(SEPARATORS, key=lambda mark: (columns(mark), -SEPARATORS.index(mark)))
    likely = columns(best)
    rivals = [mark for mark in SEPARATORS if mark != best and columns(mark)[0] == likely[0] == 1.0]
    if rivals and likely[1] == max(columns(mark)[1] for mark in rivals):
        names = " or ".join(NAMED[mark] for mark in (best, *rivals))
        raise TableError(f"{path} may be parted by {names}",
                         [Fault("two ways to read it", hint="azroutes.FileForm(separator=';')")])  # fmt: skip
    return best


class _Bytes:
    """A file of UTF-8 that is handed to pandas' parser as it is; a BytesIO would be decoded, and encoded again.

    Another text may stand in place of its begin, without a copy of the rest.
    """

    def __init__(self, data: bytes, head: bytes = b"", end: int = 0) -> None:
        self.head, self.rest = head, BytesIO(data)
        self.rest.seek(end)

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes, or fewer."""
        head, self.head = self.head, b""
        return head or self.rest.read(size)

    def __iter__(self) -> Iterator[bytes]:
        """Pandas asks for it, and never uses it."""
        return iter(self.read, b"")


@dataclass(frozen=True)
class _Lines:
    """A text of which each record is one line, for pandas' own parser: it knows no lines, nor minds broken quotes."""

    data: bytes
    separator: str

    def cells(self, line: bytes) -> list[str]:
        """Return the cells of a line; nothing where they are too long for the csv module."""
        try:
            return next(csv.reader([line.decode(errors="surrogatepass")], delimiter=self.separator), [])
        except csv.Error:
            return []

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The names in the first line."""
        return tuple(self.cells(self.data[: self.header_end]))

    @property
    def header_end(self) -> int:
        """Where the first line ends."""
        end = self.data.find(b"\n")
        return len(self.data) if end < 0 else end

    def is_orderly(self) -> bool:
        """Tell whether lines are records, for all one can see: cells in quotes end where they should, in their line."""
        data, part = self.data, self.separator.encode()
        if len(part) > 1 or b"\0" in data or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")):
            return False
        if b'"' not in data:
            return True
        letters = np.frombuffer(b"\n" + data + b"\n", dtype=np.uint8)
        quotes = np.flatnonzero(letters == ord('"'))
        if len(quotes) % 2:
            return False
        opened, closed = quotes[::2], quotes[1::2]
        ends = np.flatnonzero(letters == ord("\n"))
        return bool(np.isin(letters[opened - 1], [*part, *b"\n"]).all()
                    and np.isin(letters[closed + 1], [*part, *b"\r\n"]).all()
                    and (np.searchsorted(ends, opened) == np.searchsorted(ends, closed)).all())  # fmt: skip

    def has_rows(self) -> bool:
        """Tell whether there is anything below the first line."""
        begin = self.header_end
        likely = re.compile(rb'[^\0- "\x7f-\xff' + re.escape(self.separator.encode()) + b"]")
        if likely.search(self.data, begin):
            return True
        return any(cell.strip() for line in self.data[begin:].split(b"\n") for cell in self.cells(line))

    def read(self, which: Sequence[int] | None, number: int | None) -> pd.DataFrame | None:
        """Return the rows, if each line is a record with no more cells than columns."""
        taken = range(len(self.header)) if which is None else sorted(set(which))
        # Columns that nobody asks for are read too, or cells that are too many would not be found out; one letter each.
        kinds: dict[int, Any] = dict.fromkeys(range(len(self.header)), "S1")
        kinds |= dict.fromkeys(taken, str) if which is None else self.kinds(taken)
        table = None if number is None or number not in taken else self.numbered(kinds, number)
        if table is None:
            table = self.parsed(kinds)
        if table is None:
            return None
        rows = table[[*taken]].iloc[1:].set_axis(pd.RangeIndex(2, len(table) + 1))
        blank = self.blank(rows)
        rows = rows if which is None else rows[[*which]]
        rows = rows[~blank] if blank.any() else rows
        names = [self.header[k] for k in (taken if which is None else which)]
        return rows.set_axis(pd.Index(names, dtype=object), axis=1)

    def parsed(self, kinds: dict[int, Any], number: int | None = None) -> pd.DataFrame | None:
        """Return all lines as rows, if that can be; the first stands for the header.

        It holds text, as pandas makes numbers of a category that has nothing else, and of 031 one that is 31; a zero in
        a column of numbers.
        """
        none = cast("dict[str, Any]", {"na_filter": False})
        first = ['"-"'] * len(self.header)
        if number is not None:
            kinds = {**kinds, number: "float64"}
            first[number] = '"0"'
            none = {"keep_default_na": False, "na_values": {number: [""]}}
        text = _Bytes(self.data, self.separator.join(first).encode(), self.header_end)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found: pd.DataFrame = pd.read_csv(
                    cast("ReadCsvBuffer[bytes]", text), sep=self.separator, header=None, dtype=kinds,
                    index_col=False, skip_blank_lines=False, low_memory=False, **none)  # fmt: skip
        except (ValueError, OverflowError, Warning):
            return None
        return found

    def numbered(self, kinds: dict[int, Any], number: int) -> pd.DataFrame | None:
        """Return the rows below one of zeros, with a column as numbers, if that holds plain ones and nothing else."""
        sample = [self.cells(line) for line in self.data[self.header_end : SAMPLE].split(b"\n")[1:-1]]
        cells = [row[number] for row in sample if number < len(row)]
        plain = all(_NUMBER.fullmatch(cell) for cell in cells) and any(_NO_THOUSANDS.fullmatch(cell) for cell in cells)
        if not EXACT or not plain:
            return None
        table = self.parsed(kinds, number)
        fits = table is not None and (table[number].between(0.0, LARGEST) | table[number].isna()).all()
        return table if fits else None

    def kinds(self, columns: Iterable[int]) -> dict[int, str]:
        """Return how columns are best read: as a category, or where hardly any two texts are the same, one by one."""
        sample = [self.cells(line) for line in self.data[:SAMPLE].split(b"\n")[1:-1]]
        cells = {k: [row[k] for row in sample if k < len(row)] for k in columns}
        return {k: "object" if len(set(found)) > SELDOM * len(found) else "category" for k, found in cells.items()}

    def blank(self, rows: pd.DataFrame) -> Flags:
        """Tell which rows have nothing in any cell, asked for or not."""
        blank = np.ones(len(rows), dtype=bool)
        for name in rows.columns:
            if not blank.any():
                break
            if pd.api.types.is_float_dtype(rows[name].dtype):
                blank &= rows[name].isna().to_numpy()
            else:
                number, known = distinct(rows[name])
                blank &= np.array([not (cell or "").strip() for cell in known])[number]
        if blank.any():
            lines = self.data.split(b"\n")
            blank[blank] = [not any(cell.strip() for cell in self.cells(lines[k])) for k in np.flatnonzero(blank) + 1]
        return blank


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
