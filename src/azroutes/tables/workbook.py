"""Tables as sheets of a workbook: Excel and OpenDocument."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from azroutes.errors import Fault, OptionError, TableError
from azroutes.needed import needed
from azroutes.tables.binary import binary
from azroutes.tables.form import chosen_sheet
from azroutes.tables.sheets import check_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from azroutes.tables.binary import Sheet
    from azroutes.tables.form import FileForm


def workbook(path: Path, form: FileForm) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the rows of a sheet by their numbers, and what was found out; rows without a cell are left aside."""
    old = path.suffix.lower() == ".xls"
    (names, sheet, cells), (formulas, failed) = (binary(path, form), (0, 0)) if old else _packed(path, form)
    others = [name for name in names if name != sheet] if form.sheet is None else []
    told = (f"sheet {sheet!r} of {len(names)}",) if others else ()
    if formulas:
        todo = "open it in a spreadsheet program and save it"
        told = (*told, f"formulas without a value, read as empty: {formulas:,} in this workbook; {todo}")
    if failed:
        told = (*told, f"cells with an error like #N/A or #REF!, read as empty: {failed:,} in this workbook")
    try:
        return _table(cells, path, form), told
    except TableError as error:
        more = [Fault("there are other sheets", column="sheet", value=sheet,
                      hint=f"say file=FileForm(sheet={others[0]!r})")] if others else []  # fmt: skip
        raise TableError(str(error), [*error.faults, *more]) from None


def _packed(path: Path, form: FileForm) -> tuple[Sheet, tuple[int, int]]:
    """Return a sheet, and how many formulas of the workbook have no value or failed."""
    calamine = needed("python_calamine", "a workbook", "excel")
    formulas = check_workbook(path)
    try:
        with calamine.CalamineWorkbook.from_path(str(path)) as book:
            names = [sheet.name for sheet in sorted(book.sheets_metadata, key=_is_hidden)]
            sheet = chosen_sheet(names, form, path)
            return (names, sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)), formulas
    except (OptionError, TableError):
        raise
    except calamine.PasswordError:
        raise TableError(f"{path} is locked with a password; save it without one") from None
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, OSError, ValueError) as error:
        raise TableError(f"{path} is not a workbook that can be read: {error}") from None
    except BaseException as error:
        # The reader is compiled, and tells of a broken file by a panic that is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise TableError(f"{path} is not a workbook that can be read") from None


def _is_hidden(sheet: Any) -> bool:  # noqa: ANN401 - of a package without types
    return str(sheet.visible) != "SheetVisibleEnum.Visible"


def _table(cells: list[list[object]], path: Path, form: FileForm) -> pd.DataFrame:
    above = form.header - 1
    if above and above >= len(cells):
        fault = Fault("no such row", column="header", value=form.header, hint=f"the sheet has {len(cells)}")
        raise OptionError("the table has no header there", [fault])
    filled = [(number, row) for number, row in enumerate(cells, 1)
              if number > above and any(str(cell).strip() for cell in row)]  # fmt: skip
    if not filled:
        raise TableError(f"{path} is empty: a table of flows begins with a row of column names")
    (_, header), *body = filled
    if not body:
        raise TableError(f"{path} has column names and no rows")
    last = max(k for k, name in enumerate(header) if str(name).strip()) + 1
    wide = max([last, *(k + 1 for _, row in body for k, cell in enumerate(row) if k >= last and str(cell).strip())])
    names = [*(_plain(name) for name in header[:wide]), *[""] * (wide - len(header))]
    table = pd.DataFrame([[_plain(cell) for cell in row[:wide]] for _, row in body],
                         columns=pd.Index(names, dtype=object), dtype=object)  # fmt: skip
    return table.set_axis(pd.Index([number for number, _ in body], dtype=object))


def _plain(cell: object) -> object:
    """Return whole numbers as such; a sheet holds all numbers as fractions, and a year would be 2015.0."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    return cell
