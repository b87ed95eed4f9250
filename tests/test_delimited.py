"""Tables of text as programs of all kinds have saved them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from azroutes import AzroutesError, read_flows
from azroutes.accounting import KEPT
from azroutes.tables.form import FileForm

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("rows", "encoding"),
    [("İran;Türkiye\nGürcistan;Çin", "cp1254"), ("Иран;Россия\nГрузия;Турция", "cp1251"),
     ("Иран;Россия\nГрузия;Турция", "koi8_r"), ("Иран;Россия\nГрузия;Турция", "cp866"),
     ("Iran;Côte d'Ivoire", "mac_roman"), ("Россия;Ирак", "utf-16-le"), ("İran;Türkiye", "utf-16-be")],
)  # fmt: skip
def test_of_old_pages_that_is_taken_in_which_names_of_places_can_be_read(
    tmp_path: Path, rows: str, encoding: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(f"origin;destination\n{rows}\n".encode(encoding))
    flows = read_flows(path)
    assert flows["statements"].sum() == rows.count("\n") + 1
    assert f"encoding {encoding}" in flows.attrs[KEPT]["told"]


def test_utf_16_without_its_mark_that_is_broken_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("откуда;куда\r\nИран;Россия\r\n".encode("utf-16-le"))
    assert read_flows(path).index.tolist() == ["-:-:IRN>RUS"]
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(AzroutesError, match="'utf-16-le': not text of this encoding"):
        read_flows(path)


def test_what_was_found_out_about_nodes_is_told(tmp_path: Path) -> None:
    (tmp_path / "nodes.csv").write_bytes("id;name;lat;lon\na;Türkiye;40;30\nb;İran;35;50\n".encode("cp1254"))
    (tmp_path / "flows.csv").write_text("origin,destination\na,b\n", encoding="utf-8")
    flows = read_flows(tmp_path / "flows.csv", nodes=tmp_path / "nodes.csv")
    told = "places by column 'id' of the nodes, encoding cp1254, cells parted by semicolons"
    assert told in flows.attrs[KEPT]["told"]
    assert flows.index.tolist() == ["-:-:T%C3%BCrkiye@40.00000,30.00000>%C4%B0ran@35.00000,50.00000"]


def test_how_a_table_was_read_is_told_where_it_will_not_do(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("origin;destination\nQâzax;Tûrkiye\n".encode("cp1252"))
    with pytest.raises(
        AzroutesError, match=r"1 of 1 rows .*; this was found out: encoding cp125\d, cells parted by semi"
    ):
        read_flows(path)
    path.write_text("a;b\nIran;Iraq\n", encoding="utf-8")
    with pytest.raises(AzroutesError, match="these are not flows; this was found out: cells parted by semicolons"):
        read_flows(path)


@pytest.mark.parametrize("line", ["sep=;\n", "sep=;\r", '"sep=;"\r\n', "\ufeffsep=;\n"])
def test_a_first_line_that_says_what_parts_cells(tmp_path: Path, line: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(f"{line}origin;destination;value\nIran;Iraq;1\nIran;Iraqq;2\n".encode())
    _, bad, account = read_flows(path, on_bad="collect")
    assert (bad.index.astype(str).tolist(), account.read) == (["4"], 1)
    assert read_flows(path, file=FileForm(missing=("Iraqq",)), on_bad="collect").account.rows == 2


def test_a_first_line_may_say_any_character(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("sep=^\norigin^destination^value\nIran^Iraq^1,2\n", encoding="utf-8")
    flows = read_flows(path, file=FileForm(decimal=","))
    assert flows["quantity"].tolist() == [1.2]
    assert "cells parted by '^'" in flows.attrs[KEPT]["told"]


@pytest.mark.parametrize("header", ["origin,destination,2015", "origin,destination,quantity", "1,2,3"])
def test_a_column_of_numbers_alone_keeps_its_zeros(tmp_path: Path, header: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{header}\n" + "031,004,5\n004,031,5.5\n" * 20)
    origin, destination, quantity = header.split(",")
    flows = read_flows(path, origin=origin, destination=destination, quantity=quantity)
    assert dict(zip(flows.index, flows["quantity"], strict=True)) == {"-:-:AFG>AZE": 110, "-:-:AZE>AFG": 100}
    nodes = pd.DataFrame({"id": ["031", "004", "31", "4"], "lat": [1, 2, 80, 80], "lon": [1, 2, 80, 80]})
    placed = read_flows(path, origin=origin, destination=destination, quantity=quantity, nodes=nodes)
    assert set(placed["origin"]) == {"031@1.00000,1.00000", "004@2.00000,2.00000"}


def test_years_that_nobody_said_to_be_columns_are_left_aside(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("origin,destination,2015,2016\n" + "Iran,Peru,5,0\n" * 3)
    told = read_flows(path).attrs[KEPT]["told"]
    assert "no quantity is read; columns of numbers are '2015', '2016': say quantity=..., or wide=..." in told


def test_text_is_gone_over_no_oftener_for_more_columns_that_are_left_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.csv"
    many = range(30)
    path.write_text("from,to," + ",".join(f"c{k}" for k in many) + "\n" + ("Iran,Peru," + ",1" * 29 + "\n") * 3)
    read, times = pd.read_csv, [0]

    def counted(*args: object, **options: object) -> object:
        times[0] += 1
        return read(*args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr("azroutes.tables.delimited.pd.read_csv", counted)
    assert "columns of numbers are 'c1', 'c2'" in str(read_flows(path).attrs[KEPT]["told"])
    assert times[0] == 2  # what is read, and what is left aside
