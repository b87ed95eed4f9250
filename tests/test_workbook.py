"""Workbooks with more in them than a table."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from azroutes import read_flows
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
