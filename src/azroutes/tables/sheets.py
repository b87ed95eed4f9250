"""How large the sheets of a workbook are, found out before they are unpacked.

The reader of workbooks lays a sheet out from its first to its last cell, and copies a text for each cell that points
to it. So two cells at opposite corners of an empty sheet, a cell that is said to stand there a million times, or one
long text with many pointers to it are files of some kilobytes that fill any memory; and where none is left, that reader
ends the whole program, not the reading.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING
from xml.parsers import expat

import numpy as np

from azroutes.errors import TableError
from azroutes.tables.bounds import MOST_BYTES, check_hollow, check_unpacked, too_large

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_CELLS = 30_000_000
"""The most cells of a sheet, counted from its first to its last row and column; it has a million rows at most."""

REPEATED_FROM = 1_000_000
"""So many cells of OpenDocument may be said to be as others before it is asked how many of them there are in truth."""

MOST_COLUMNS = 16_384
"""The most columns that Excel and LibreOffice have."""

_FAR = "a sheet that reaches too far"
_LONG = "text that unpacks to more than a table would hold"
_CHUNK = 2**24
_CELL_BYTES = 32
_LOCAL_HEADER = 30
_AT = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]*)(\d+)""")
_FAR_CELL = re.compile(rb'<c r="(?=[A-Za-z]{2}|[A-Za-z]?\d{6})([A-Za-z]*)(\d+)')
_FAR_ROW = re.compile(rb'<row r="()(\d{6,})')
_CELL = re.compile(rb"<(?:[\w.-]+:)?c(?=[\s/>])")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row(?=[\s/>])")
_POINTER = re.compile(rb"""\st\s*=\s*["']s["']""")
_POINTS_TO = re.compile(rb"""\st\s*=\s*["']s["'][^>]*>\s*<(?:[\w.-]+:)?v>\s*(\d{1,9})\s*<""")
_TEXT = re.compile(rb"</(?:[\w.-]+:)?si\s*>")
_FORMULA = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>")
"""A formula after which its cell has no value, as programs write it that do not reckon."""

_OPEN = re.compile(
    rb"""<(/?)(?:[\w.-]+:)?(table|table-row|table-cell|covered-table-cell)(?=[\s/>])"""
    rb"""((?:[^>"']|"[^"]*"|'[^']*')*?)(/?)>"""
)
_TIMES = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["']\s*(\d+)""")


def check_workbook(path: Path) -> tuple[int, int]:
    """Refuse a workbook that would fill the memory; return how many of its formulas have no value, and how many failed.

    Programs other than spreadsheets may write a formula and not what comes of it.

    Raises
    ------
    TableError
        If it would, or cannot be unpacked.
    """
    try:
        if not zipfile.is_zipfile(path):
            return 0, 0
        with path.open("rb") as file, zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
            check_unpacked(path, sum(part.file_size for part in parts))
            if path.suffix.lower() == ".ods":
                for part in parts:
                    content = b"".join(_unpacked(file, part))
                    if part.filename.endswith(".xml"):
                        _check_whole(content)
                    _check_repeated(path, content)
                return 0, 0
            return _check_reach(path, file, parts)
    except TableError:
        raise
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error, zlib.error,
            expat.ExpatError) as error:  # fmt: skip
        raise TableError(f"{path} is not a workbook that can be read: {error}") from None


def _check_whole(content: bytes) -> None:
    """Refuse XML in which not every element ends: the reader of OpenDocument looks for the end for ever."""
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _no_entity
    parser.Parse(content, True)  # noqa: FBT003 - as expat has it: there is no more


def _no_entity(*_: object) -> None:
    raise ValueError("a few letters that stand for a text, of which there may be gigabytes")


def _unpacked(file: IO[bytes], part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part of a packed file in pieces that each end before a tag; there may be no more of it than it says."""
    file.seek(part.header_offset)
    header = file.read(_LOCAL_HEADER)
    file.seek(part.header_offset + _LOCAL_HEADER + sum(struct.unpack("<HH", header[26:])))
    if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zipfile.BadZipFile(f"{part.filename!r} is packed in an unknown way")
    unpack = zlib.decompressobj(-zlib.MAX_WBITS) if part.compress_type == zipfile.ZIP_DEFLATED else None
    left, found, kept = part.compress_size, 0, b""
    while left > 0 and (piece := file.read(min(left, _CHUNK))):
        left -= len(piece)
        while piece:
            content = piece if unpack is None else unpack.decompress(piece, _CHUNK)
            piece = b"" if unpack is None else unpack.unconsumed_tail
            found += len(content)
            if found > part.file_size:
                raise zipfile.BadZipFile(f"{part.filename!r} holds more than it says")
            kept += content
            cut = kept.rfind(b"<")
            if cut > 0:
                yield kept[:cut]
                kept = kept[cut:]
    yield kept


@dataclass
class _Sheet:
    """How far the cells of a part of a workbook reach, at most; and how far exactly, which takes as long as reading."""

    exact: bool
    row: int = 99_999
    column: int = 26
    rows_without: int = 0
    cells_without: int = 0
    here: int = 0
    cells: int = 0
    longest: int = 0
    since: int = 0
    formulas: int = 0
    failed: int = 0
    ends: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with what is not looked for: cells near the corner."""
        if self.exact:
            self.row = self.column = 0

    def add(self, content: bytes) -> None:
        """Take in a piece of the part."""
        plain = _is_plain(content)
        near = plain and not self.exact
        found = _FAR_CELL.findall(content) + _FAR_ROW.findall(content) if near else _AT.findall(content)
        self.row = max([self.row, *map(int, {number for _, number in found})])
        self.column = max([self.column, *map(_column, {letters for letters, _ in found})])
        self.cells += content.count(b"<c") + content.count(b":c")
        if not plain:
            self._add_without(content, found)
        for end in _TEXT.finditer(content) if b"si" in content else ():
            length = self.since + end.end() - (self.ends[-1] if self.ends else 0)
            self.ends.append(self.since + end.end())
            self.longest = max(self.longest, length)
        for formula in _FORMULA.finditer(content) if b"<f" in content else ():
            # Text that a formula gives may be empty.
            self.formulas += b't="str"' not in content[content.rfind(b"<c", 0, formula.start()) : formula.start()]
        self.failed += content.count(b't="e"')
        self.since += len(content)

    def _add_without(self, content: bytes, found: list[tuple[bytes, bytes]]) -> None:
        """Count rows and cells that may not say where they stand: these come next to the one before."""
        named = sum(1 for letters, _ in found if letters)
        rows = len(_ROW.findall(content))
        if rows > len(found) - named:
            self.rows_without += rows
        if len(_CELL.findall(content)) > named:
            first, *others = (len(_CELL.findall(row)) for row in _ROW.split(content))
            self.here += first
            for cells in others:
                self.cells_without, self.here = max(self.cells_without, self.here), cells
            self.cells_without = max(self.cells_without, self.here)

    @property
    def area(self) -> int:
        """The cells from the first row and column to the last."""
        return (self.row + self.rows_without) * (self.column + self.cells_without)


def _is_plain(content: bytes) -> bool:
    """Tell whether each row and cell begins with where it stands, as all common programs write them."""
    rows = content.count(b"<row") - content.count(b"<rowBreaks")
    cells = content.count(b"<c") - sum(map(content.count, (b"<col", b"<conditional", b"<cf")))
    named = content.count(b'<row r="') == rows and content.count(b'<c r="') == cells
    return named and b":c" not in content and b":row" not in content


def _column(letters: bytes) -> int:
    """Return the number of a column, from 1; 0 where it has no letters."""
    number = 0
    for letter in letters.upper()[:9]:
        number = number * 26 + letter - 64
    return number


def _reach(file: IO[bytes], part: zipfile.ZipInfo, *, exact: bool) -> _Sheet:
    sheet = _Sheet(exact)
    for content in _unpacked(file, part):
        sheet.add(content)
    return sheet


def _check_reach(path: Path, file: IO[bytes], parts: list[zipfile.ZipInfo]) -> tuple[int, int]:
    sheets = []
    for part in parts:
        sheet = _reach(file, part, exact=False)
        if sheet.area > MOST_CELLS:
            sheet = _reach(file, part, exact=True)
        if sheet.area > MOST_CELLS or sheet.column > MOST_COLUMNS:
            raise too_large(path, _FAR, f"{sheet.area:,} cells")
        sheets.append(sheet)
    longest = max((sheet.longest for sheet in sheets), default=0)
    without = sum(sheet.formulas for sheet in sheets), sum(sheet.failed for sheet in sheets)
    if sum(sheet.cells for sheet in sheets) * longest <= MOST_BYTES:
        return without
    text = max(range(len(sheets)), key=lambda k: len(sheets[k].ends))
    lengths = np.diff(np.array(sheets[text].ends, dtype=np.int64), prepend=0)
    unpacked = 0
    for part in parts:
        for content in _unpacked(file, part):
            at = np.array([int(number) for number in _POINTS_TO.findall(content)], dtype=np.int64)
            unpacked += int(lengths[at[at < len(lengths)]].sum()) + longest * (len(_POINTER.findall(content)) - len(at))
    if unpacked > MOST_BYTES:
        raise too_large(path, _LONG, f"{unpacked:,} bytes")
    return without


@dataclass
class _Laid:
    """How far a sheet of OpenDocument reaches, each row and cell as often as it says; not its empty ends."""

    rows: int = 0
    widest: int = 0
    unpacked: int = 0
    empty_rows: int = 0
    row_times: int = 1
    columns: int = 0
    empty: int = 0
    row_bytes: int = 0
    cell: tuple[int, int, int] = (1, 0, 0)

    def row(self, attributes: bytes, *, opens: bool, closes: bool) -> None:
        """Begin or end a row."""
        if opens:
            self.row_times, self.columns, self.empty, self.row_bytes = _repeats(attributes), 0, 0, 0
        if closes and self.columns:
            self.rows, self.empty_rows = self.rows + self.empty_rows + self.row_times, 0
            self.widest = max(self.widest, self.columns)
            self.unpacked += self.row_times * self.row_bytes
        elif closes:
            self.empty_rows += self.row_times

    def put(self, tag: re.Match[bytes]) -> None:
        """Begin or end a cell."""
        ends, _, attributes, alone = tag.groups()
        if not ends:
            self.cell = _repeats(attributes), tag.end(), len(attributes)
        times, begin, length = self.cell
        if alone and b"value" not in attributes and b"formula" not in attributes:
            self.empty += times
        elif ends or alone:
            self.columns, self.empty = self.columns + self.empty + times, 0
            self.row_bytes += times * (_CELL_BYTES + length + (tag.start() - begin if ends else 0))


def _check_repeated(path: Path, content: bytes) -> None:
    sheet = _Laid()
    for tag in _OPEN.finditer(content):
        ends, name, attributes, alone = tag.groups()
        if name == b"table":
            check_hollow(path, sheet.rows, sheet.widest, len(content), least=REPEATED_FROM)
            sheet = _Laid(unpacked=sheet.unpacked)
        elif name == b"table-row":
            sheet.row(attributes, opens=not ends, closes=bool(ends or alone))
        else:
            sheet.put(tag)
        if sheet.rows * sheet.widest > MOST_CELLS or sheet.widest > MOST_COLUMNS:
            raise too_large(path, _FAR, f"{sheet.rows * sheet.widest:,} cells")
        if sheet.unpacked > MOST_BYTES:
            raise too_large(path, _LONG, f"{sheet.unpacked:,} bytes")


def _repeats(attributes: bytes) -> int:
    found = _TIMES.search(attributes)
    return 1 if found is None else int(found[1])
