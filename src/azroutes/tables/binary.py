"""Sheets of a workbook as Excel kept them before 2007 (.xls).

xlrd keeps a text once however many cells point to it, and rows only as long as they are; it is written in Python, so
what it cannot read is an error and never the end of the program.
"""

from __future__ import annotations

from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, Any, TypeAlias

from azroutes.errors import Fault, OptionError, TableError
from azroutes.needed import needed
from azroutes.tables.form import chosen_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from azroutes.tables.form import FileForm

    Sheet: TypeAlias = tuple[list[str], str, list[list[object]]]
    """The names of all sheets, that of the one that was chosen, and its cells."""

LONGEST = 200
"""Letters that are kept of what is wrong with a file."""


def binary(path: Path, form: FileForm) -> Sheet:
    """Return a sheet of a workbook of old.

    Raises
    ------
    TableError
        If it is none, or cannot be read.
    OptionError
        If it has no such sheet.
    """
    xlrd = needed("xlrd", "an old workbook", "excel")
    try:
        with xlrd.open_workbook(str(path), logfile=StringIO(), on_demand=True, ragged_rows=True) as book:
            names = [str(name) for name in book.sheet_names()]
            seen = (name for name in names if form.sheet is None and not book.sheet_by_name(name).visibility)
            sheet = next(seen, None) or chosen_sheet(names, form, path)
            page = book.sheet_by_name(sheet)
            rows = [[_cell(xlrd, book, cell) for cell in page.row(number)] for number in range(page.nrows)]
    except (OptionError, TableError):
        raise
    except Exception as error:  # noqa: BLE001 - of broken bytes comes whatever Python raises
        hint = "open it and save it as .xlsx, or as CSV UTF-8"
        reason = " ".join(str(error).split()) or type(error).__name__
        raise TableError(f"{path} is not a workbook that can be read", [Fault(reason[:LONGEST], hint=hint)]) from None
    widest = max(map(len, rows), default=0)
    return names, sheet, [[*row, *[""] * (widest - len(row))] for row in rows]


def _cell(xlrd: Any, book: Any, cell: Any) -> object:  # noqa: ANN401 - of a package without types
    """Return a cell: dates as such, the name of the error where a formula has failed."""
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            moment: datetime = xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):
            return cell.value
        return moment if moment.time() != datetime.min.time() else moment.date()
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#N/A")
    return cell.value
