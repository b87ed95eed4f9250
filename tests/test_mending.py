"""Slips with one likely meaning are put right in a copy, each told; all else is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from typer.testing import CliRunner

from azroutes import read_flows
from azroutes.cli import app
from azroutes.mending import mended

if TYPE_CHECKING:
    from pathlib import Path


def test_slips_with_one_meaning_are_mended_and_told() -> None:
    table = pd.DataFrame({
        "origin": ["Azerbaijann", " Iran ", "Nowhere"], "destination": ["Georgia", "Turkmenistn", "Iran"],
        "via": ["Iran > Turkmenistn", None, None], "market": ["heroin_trad", "heroin_trade", None],
        "quantity": ["1,5", "2", "1,500"], "certainity": ["alleged", "alleged", "affirmed"],
    })  # fmt: skip
    done = mended(table)
    assert done.changes[0] == "column 'certainity' is now 'certainty'"
    assert set(done.changes[1:]) == {
        "row 0, origin: 'Azerbaijann' is now 'Azerbaijan'",
        "row 0, via: 'Iran > Turkmenistn' is now 'Iran>Turkmenistan'",
        "row 0, market: 'heroin_trad' is now 'heroin_trade'", "row 0, quantity: '1,5' is now '1.5'",
        "row 1, destination: 'Turkmenistn' is now 'Turkmenistan'",
    }  # fmt: skip
    assert {(fault.row, fault.value) for fault in done.left} == {("2", "Nowhere"), ("2", "1,500")}
    assert table["origin"].tolist() == ["Azerbaijann", " Iran ", "Nowhere"]
    flows, bad, _ = read_flows(done.rows, on_bad="collect")
    assert (len(flows), bad.index.tolist()) == (2, ["2"])


def test_a_table_without_slips_stays_as_it_is() -> None:
    done = mended(pd.DataFrame({"origin": ["Iran"], "destination": ["Georgia"], "note": ["=1+1"]}))
    assert (done.changes, done.left) == ((), ())
    assert done.text() == "origin,destination,note\nIran,Georgia,'=1+1\n"


@pytest.mark.parametrize("thousands", ["1.250", "1.250,75", "12.345.678"])
def test_decimal_commas_beside_points_that_may_part_thousands_are_left(thousands: str) -> None:
    table = pd.DataFrame({"origin": ["Iran", "Iraq"], "destination": ["Peru"] * 2, "quantity": ["12,5", thousands]})
    done = mended(table)
    assert (done.changes, done.rows["quantity"].tolist()) == ((), ["12,5", thousands])
    assert done.left[0].hint == "a number with a decimal point, or say file=FileForm(decimal=',')"


@pytest.mark.parametrize(("row", "code", "left"), [("Azerbaijann,Georgia", 1, 0), ("Nowhere,Georgia", 1, None)])
def test_the_command_writes_a_copy_beside_the_table(tmp_path: Path, row: str, code: int, left: int | None) -> None:
    path = tmp_path / "seizures.csv"
    path.write_text(f"Country;To\n{row.replace(',', ';')}\n")
    done = CliRunner().invoke(app, ["check", str(path), "--column", "Country=origin", "--column", "To=destination",
                                    "--fix"])  # fmt: skip
    assert done.exit_code == code
    copy = tmp_path / "seizures.fixed.csv"
    if left is None:
        assert "cells parted by semicolons" in done.output
    else:
        assert "row 2, Country: 'Azerbaijann' is now 'Azerbaijan'" in done.output
        assert f"{left} faults left" in done.output
        assert copy.read_text() == "Country,To\nAzerbaijan,Georgia\n"
    assert path.read_text().startswith("Country;To")


def test_the_command_says_what_became_of_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "seizures.csv"
    path.write_text("from,to,value\nIran,Georgia,0\nIran,Iran,1\n")
    done = CliRunner().invoke(app, ["check", str(path)])
    assert done.exit_code == 0
    said = ("2 rows, 2 flows", "1 row quantity zero", "1 row from a place to itself", "origin is column 'from'")
    for words in said:
        assert words in done.output
    wrong = CliRunner().invoke(app, ["check", str(path), "--column", "from"])
    assert wrong.exit_code != 0


@pytest.mark.parametrize(("text", "options", "fixed"), [
    ('from,to,n\nAzerbaijann,Peru,"1,5"\n', [], "from,to,n\nAzerbaijan,Peru,1.5\n"),
    ("orgin,destination\nIran,Peru\n", [], "origin,destination\nIran,Peru\n"),
    ('from,to,2015,2016\nIran,Peruu,"2,5",7\n', ["--wide", "year"], "from,to,2015,2016\nIran,Peru,2.5,7\n"),
    ('Country,Iran,Azerbaijann\nPeru,1,"2,5"\n', ["--wide", "destination", "--column", "Country=origin"],
     "Country,Iran,Azerbaijan\nPeru,1,2.5\n"),
    ('from,to,ab,ba\nIran,Georgiaa,3,"1,75"\n', ["--column", "ab=quantity", "--column", "ba=back"],
     "from,to,ab,ba\nIran,Georgia,3,1.75\n"),
    ('way,n\nIran > Peruu,"1,5"\n', ["--column", "way=route"], "way,n\nIran>Peru,1.5\n"),
    ("Nationality,n\nIrann,3\n", ["--column", "Nationality=origin", "--set", "destination=Peru"],
     "Nationality,n\nIran,3\n"),
])  # fmt: skip
def test_tables_of_every_shape_are_mended_and_then_read(
    tmp_path: Path, text: str, options: list[str], fixed: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text)
    done = CliRunner().invoke(app, ["check", str(path), *options, "--fix"])
    copy = tmp_path / "table.fixed.csv"
    assert copy.read_text() == fixed, done.output
    assert "0 faults left" in done.output
    assert path.read_text() == text
    again = CliRunner().invoke(app, ["check", str(copy), *options])
    assert again.exit_code == 0, again.output


def test_decimal_commas_beside_points_in_another_column_of_a_wide_table_are_left() -> None:
    table = pd.DataFrame({"from": ["Iran"], "to": ["Peru"], "2015": ["2,5"], "2016": ["1.250"]})
    assert mended(table, {"wide": "year"}).changes == ()
