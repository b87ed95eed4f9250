"""Workbooks with more in them than a table."""

from __future__ import annotations

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
