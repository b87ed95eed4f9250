"""Tables that would fill the memory, or never end, are refused before anything unpacks them.

What is small as a file and large as a table: columns in which no row has a cell, one long text that a million rows
have, a table that a database makes up as it is read. What was made to be read stays far below these bounds.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from azroutes.errors import Fault, TableError

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 2_000_000_000
"""The most that a file which was packed may unpack to, or the text of one of its tables."""

MOST_SWELL, SWELLS_FROM = 200, 50_000_000
"""How many times larger a file may be unpacked than packed, where that comes to so many bytes or more: true tables
swell ten to fifty times, files made to fill a machine's memory a thousand times."""

MOST_HOLLOW, HOLLOW_FROM = 20, 10_000_000
"""How many cells a byte of a file that is not packed may stand for, where there are so many or more: nearly all of them
are empty, or said to be as the one before."""

SQLITE = b"SQLite format 3\0"
BEGINS = (
    (b"PK\x03\x04", "a workbook of now", (".xlsx", ".xlsm", ".ods")),
    (b"\xd0\xcf\x11\xe0", "a workbook of old", (".xls", ".xlsx", ".xlsm")),  # also one of now with a password
    (SQLITE, "a database", (".gpkg",)),
    (b"PAR1", "a table of Parquet", (".parquet", ".geoparquet")),
)
"""What files begin with, what they are, and how their names may end."""
PACKAGE_AT, PACKAGES = 68, (b"GPKG", b"GP10", b"GP11")
"""Where a database says that it is a GeoPackage, and how."""


def check_begin(path: Path) -> None:
    """Refuse a file that begins as one of another kind than its ending says, and tell what it is.

    Raises
    ------
    TableError
        If it does.
    """
    ending = path.suffix.lower()
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError:  # told by whatever reads it
        return
    for begin, what, endings in BEGINS:
        if start.startswith(begin):
            faults = [Fault(what, hint=f"rename it to {endings[0]}")] if ending not in endings else []
            break
    else:
        of_text = ending in {".xlsx", ".xlsm", ".xls", ".ods"} and start.strip() and b"\0" not in start
        faults = [Fault("text", hint="rename it to .csv; a web page, open it and save it as .xlsx")] if of_text else []
    if faults:
        raise TableError(f"{path} is not what its ending says", faults)


def check_hollow(
    path: Path, rows: int, columns: int, size: int, times: int = MOST_HOLLOW, least: int = HOLLOW_FROM
) -> None:
    """Refuse a table of more than so many cells at the least that has many more of them than its file has bytes.

    Raises
    ------
    TableError
        If it has.
    """
    cells = rows * columns
    if cells > least and cells > times * max(size, 1):
        raise too_large(path, "more cells than such a file can hold", f"{rows:,} rows, {columns:,} columns")


def check_unpacked(path: Path, unpacked: int) -> None:
    """Refuse a file that unpacks to more than a table would.

    Raises
    ------
    TableError
        If it does.
    """
    size = max(path.stat().st_size, 1)
    if unpacked > MOST_BYTES or (unpacked > SWELLS_FROM and unpacked > MOST_SWELL * size):
        raise too_large(path, "unpacks to more than a table would", f"{unpacked:,} bytes")


def too_large(path: Path, problem: str, value: str) -> TableError:
    """Return the error for a file that is larger than it looks."""
    fault = Fault(problem, value=value, hint="save the table as CSV UTF-8")
    return TableError(f"{path} is too large to be read safely", [fault])


def check_geopackage(path: Path) -> None:
    """Refuse a file that is no GeoPackage, and one whose tables are not kept but made up as they are read.

    A view may go on for ever, or call for what is in another file; other programs that made one can save it as a table.

    Raises
    ------
    TableError
        If it is such a file.
    """
    try:
        with path.open("rb") as file:
            start = file.read(PACKAGE_AT + 4)
    except (OSError, ValueError) as error:
        raise TableError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not start.startswith(SQLITE) or start[PACKAGE_AT:] not in PACKAGES:
        raise TableError(f"{path} is not a GeoPackage")
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)) as base:
            base.text_factory = lambda text: text.decode("utf-8", "replace")
            _check_kept(path, base)
    except (sqlite3.Error, UnicodeError, OverflowError) as error:  # also words of SQLite that are no text
        raise TableError(f"{path} is not a GeoPackage that can be read: {error}") from None


def _check_kept(path: Path, base: sqlite3.Connection) -> None:
    known = {str(name).lower(): (kind, str(sql or "")) for name, kind, sql in
             base.execute("select name, type, sql from sqlite_master where type in ('table', 'view')")}  # fmt: skip
    own = [name for name in known if name.startswith("gpkg_")]
    made_up = [name for name in own if not _is_kept(*known[name])]
    if not made_up and "gpkg_contents" in known:
        listed = [str(name).lower() for (name,) in base.execute("select table_name from gpkg_contents")]
        own += [name for name in listed if name in known]
        made_up = [name for name in own if not _is_kept(*known[name])]
    faults = [Fault("a layer that is no table", column="sheet", value=name, hint="save it as a layer of its own")
              for name in made_up]  # fmt: skip
    for name in own if not faults else ():
        columns = base.execute("select name, dflt_value, hidden from pragma_table_xinfo(?)", (name,)).fetchall()
        faults += [Fault("a column that is computed", column=str(column), hint="save it as a layer of its own")
                   for column, _, hidden in columns if hidden in {2, 3}]  # fmt: skip
        if not faults:
            (rows,) = base.execute(f'select count(*) from "{name.replace(chr(34), chr(34) * 2)}"').fetchone()  # noqa: S608
            # A value by default is kept once, and read for each row from before there was the column.
            wide = len(columns) + sum(len(str(value or "")) for _, value, _ in columns)
            check_hollow(path, rows, wide, path.stat().st_size)
    if faults:
        raise TableError(f"{path} holds what is made up as it is read", faults)


def _is_kept(kind: str, sql: str) -> bool:
    return kind == "table" and not sql.lstrip().lower().startswith("create virtual")


def check_parquet(path: Path) -> None:
    """Refuse a Parquet file that would fill the memory.

    Raises
    ------
    TableError
        If it would: a value that many rows have is kept once.
    ArrowException, OSError, ValueError
        If it is no such file.
    """
    from pyarrow import parquet  # noqa: PLC0415 - an extra

    with parquet.ParquetFile(path) as file:
        told = file.metadata
    groups = [told.row_group(k) for k in range(told.num_row_groups)]
    check_unpacked(path, sum(group.total_byte_size for group in groups))
    rows = max(told.num_rows, sum(group.num_rows for group in groups))
    check_hollow(path, rows, told.num_columns, path.stat().st_size, MOST_SWELL)
    chunks = [group.column(k) for group in groups for k in range(group.num_columns)]
    texts = [chunk for chunk in chunks if chunk.physical_type == "BYTE_ARRAY"]
    if sum(chunk.num_values * chunk.total_uncompressed_size for chunk in texts) <= MOST_BYTES:
        return
    names = sorted({chunk.path_in_schema for chunk in texts})
    with parquet.ParquetFile(path, read_dictionary=names) as file:
        for k in range(told.num_row_groups):
            table = file.read_row_group(k, columns=names)
            unpacked = sum(_text_bytes(part) for column in table.columns for part in column.chunks)
            if unpacked > MOST_BYTES:
                raise too_large(path, "text that unpacks to more than a table would hold", f"{unpacked:,} bytes")


def _text_bytes(array: Any) -> int:  # noqa: ANN401 - of pyarrow's
    """Return how many bytes the texts of a column take, one kept for many rows as often as there are rows."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import compute  # noqa: PLC0415

    if pa.types.is_dictionary(array.type):
        if not len(array.dictionary):
            return 0
        lengths = compute.binary_length(array.dictionary).cast(pa.int64())
        return int(compute.sum(lengths.take(array.indices)).as_py() or 0)
    if pa.types.is_struct(array.type):
        return sum(map(_text_bytes, array.flatten()))
    if pa.types.is_list(array.type) or pa.types.is_map(array.type):
        return sum(map(_text_bytes, [array.keys, array.items] if pa.types.is_map(array.type) else [array.flatten()]))
    return 0
