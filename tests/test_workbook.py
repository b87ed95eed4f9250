"""Workbooks with more in them than a table."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from azroutes import TableError, read_flows
from azroutes.accounting import KEPT

if TYPE_CHECKING:
    from pathlib import Path

ROWS: list[list[object]] = [["from", "to", "value"], ["Iran", "Iraq", 5]]


@pytest.mark.parametrize("ending", [".xlsx", ".xls"])
def test_a_sheet_that_can_be_seen_goes_before_hidden_ones(tmp_path: Path, ending: str) -> None:
    import openpyxl  # type: ignore[import-untyped]
    import xlwt

    path = tmp_path / f"table{ending}"
    if ending == ".xls":
        old = xlwt.Workbook()
        old.add_sheet("Lists").visibility = 1
        flows = old.add_sheet("Flows")
        for at, row in enumerate(ROWS):
            for column, cell in enumerate(row):
                flows.write(at, column, cell)
        old.save(str(path))
    else:
        new = openpyxl.Workbook()
        new.worksheets[0].sheet_state = "hidden"
        sheet = new.create_sheet("Flows")
        for row in ROWS:
            sheet.append(row)
        new.active = 1
        new.save(path)
    flows = read_flows(path)
    assert flows["quantity"].tolist() == [5.0]
    assert "sheet 'Flows' of 2" in flows.attrs[KEPT]["told"]


def test_formulas_without_a_value_are_told(tmp_path: Path) -> None:
    import openpyxl

    new = openpyxl.Workbook()
    for row in [*ROWS, ["Iran", "Oman", "=2+3"], ["Iran", "Peru", "=2+4"]]:
        new.active.append(row)
    new.save(tmp_path / "table.xlsx")
    _, _, account = read_flows(tmp_path / "table.xlsx", on_bad="collect")
    assert account.seen["no quantity"] == 2
    assert any(fact.startswith("formulas without a value, read as empty: 2 in") for fact in account.told)
    with zipfile.ZipFile(tmp_path / "table.xlsx") as old, zipfile.ZipFile(tmp_path / "worked.xlsx", "w") as worked:
        for part in old.infolist():  # as a spreadsheet saves them
            content = old.read(part).replace(b"<v></v>", b"<v>5</v>").replace(b"<v />", b"<v>5</v>")
            worked.writestr(part.filename, content)
    flows = read_flows(tmp_path / "worked.xlsx")
    assert flows["quantity"].sum() == 15
    assert "formulas" not in str(flows.attrs[KEPT])


@pytest.mark.parametrize("ending", [".xlsx", ".xls"])
def test_cells_of_formulas_that_failed_are_told(tmp_path: Path, ending: str) -> None:
    import openpyxl
    import xlwt

    path = tmp_path / f"table{ending}"
    rows: list[list[object]] = [*ROWS, ["Iran", "Oman"]]
    if ending == ".xls":
        old = xlwt.Workbook()
        flows = old.add_sheet("Flows")
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                flows.write(at, column, cell)
        flows.row(2).set_cell_error(2, 42)
        old.save(str(path))
    else:
        new = openpyxl.Workbook()
        for line in [*ROWS, ["Iran", "Oman", "#N/A"]]:
            new.active.append(line)
        new.save(path)
    read = read_flows(path)
    assert read["quantity"].sum() == 5
    said = {".xlsx": "cells with an error like #N/A or #REF!, read as empty: 1 in this workbook",
            ".xls": "no quantity where there stands '#N/A' (1)"}  # fmt: skip
    assert said[ending] in read.attrs[KEPT]["told"]


def test_other_sheets_are_named_where_the_first_holds_no_table(tmp_path: Path) -> None:
    import openpyxl

    new = openpyxl.Workbook()
    new.active.append(["Seizures, a report"])
    sheet = new.create_sheet("Data")
    for row in ROWS:
        sheet.append(row)
    new.save(tmp_path / "table.xlsx")
    with pytest.raises(TableError, match=r"there are other sheets \(say file=FileForm\(sheet='Data'\)\)"):
        read_flows(tmp_path / "table.xlsx")
