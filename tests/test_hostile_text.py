"""Words of a table are words wherever they are drawn, written or told: no markup, no orders, no work without end."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from PIL import Image

import azroutes
from azroutes import AzroutesError, TableError, read_flows
from azroutes.accounting import Policy
from azroutes.errors import Fault, OptionError, visible
from azroutes.figure import render
from azroutes.mending import mended
from azroutes.scene import compose
from azroutes.typesetting import text_width, wrapped

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

ORDERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
TEXTS = {
    "terminal": "A\x1b[31m\x1b]0;evil\x07\x9b2JB",
    "controls": "a\x01\x0b\x7f\x85\ufffe\uffffb",
    "turned": "a\u202egpj.exe\u2066x\u2069",
    "markup": "</svg></text><script>alert(1)</script>&lt;$x_{1}^$ \\frac{1}{2}",
    "marks": "Z" + "\u0301\u20dd" * 300,
    "no space": "x" * 100_000,
    "words": "word " * 20_000,
}


def flows_of(text: str) -> gpd.GeoDataFrame:
    """Return flows with a text wherever a table has any."""
    every = dict.fromkeys(("commodity", "unit", "wording", "lineage", "group"), text)
    return read_flows(pd.DataFrame([
        {"origin": f"{text}1", "origin_lon": 49, "origin_lat": 40, "destination": "R", "destination_lon": 37,
         "destination_lat": 55, "quantity": 3, "sources": f"{text};s", **every},
        {"origin": "A", "origin_lon": 50, "origin_lat": 41, "destination": f"{text}2", "destination_lon": 28,
         "destination_lat": 41, "quantity": 4, "sources": "s", **every},
    ]))  # fmt: skip


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_figure_has_words_as_words(text: str) -> None:
    scene = compose(flows_of(text), title=text, by="commodity")
    svg = render(scene, "svg").decode()
    assert not ORDERS.search(svg)
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter()}  # noqa: S314 - made here
    assert not tags & {"script", "a", "image", "foreignObject", "animate", "set"}
    pixels = Image.open(io.BytesIO(render(scene, "png", dpi=36)))
    assert pixels.height < pixels.width  # a map, not a scroll with a book under it


@pytest.mark.parametrize("text", ["x" * 100_000, "m " * 50_000, "wide word " * 3 + "W" * 400, "\u0301" * 5000, ""])
def test_lines_are_no_wider_than_they_may_be_and_hold_all(text: str) -> None:
    lines = wrapped(text, 8.0, 140.0)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert all(text_width(line, 8.0) <= 140.0 for line in lines)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_errors_and_accounts_give_no_orders(text: str, tmp_path: Path) -> None:
    ends = pd.DataFrame({"origin": ["IRN", text], "destination": ["AZE", "AZE"], text: [1, 2]})
    told = [str(read_flows(ends, on_bad="collect").account)]
    calls = (lambda: read_flows(ends), lambda: read_flows(ends, columns={text: "no such"}), lambda: read_flows(text),
             lambda: read_flows(tmp_path / text[:200]), lambda: azroutes.resolve(text),
             lambda: azroutes.load_flows(observed=text), lambda: compose(flows_of("x"), theme=text))  # type: ignore[arg-type]  # fmt: skip
    for call in calls:
        with pytest.raises((AzroutesError, TypeError)) as caught:
            call()
        if isinstance(caught.value, AzroutesError):
            told.append(str(caught.value))
    assert len(told) > 5
    for words in told:
        assert not ORDERS.search(words)
        assert max(map(len, words.split("\n"))) < 4200


def test_a_fault_stays_in_its_line_whatever_its_column_is_called() -> None:
    line = str(Fault("bad", row="2", column="a\nrow 3\x1b[2J" + "x" * 1000, value=1, hint="b\u2028c"))
    assert line.startswith("row 2, a\\nrow 3\\x1b[2Jxxx")
    assert "\n" not in line
    assert line.endswith("… 1: bad (b\\u2028c)")


def test_letters_and_signs_of_all_scripts_stay() -> None:
    for text in ("İran–Ağdam", "سلام\u200cعلی", "שלום\u200f", "👩‍👩‍👧", "中国", "e\u0301"):
        assert visible(text) == text


# What an account holds beside its counts.


def test_an_account_has_the_faults_that_the_error_would_list() -> None:
    table = pd.DataFrame({"origin": ["IRN", "Nowhere", "IRN", "IRN"], "destination": ["AZE", "Atlantis", "TUR", "TUR"],
                          "quantity": ["1", "x", "1", "2"], "unit": ["kg", "kg", "g", "kg"]})  # fmt: skip
    flows, bad, account = read_flows(table, on_bad="collect")
    with pytest.raises(TableError) as caught:
        read_flows(table)
    assert account.faults == caught.value.faults
    assert [fault.row for fault in account.faults] == ["1", "1", "1", "2, 3"]
    assert (len(flows), len(bad), account.read, account.rows) == (1, 3, 1, 4)
    assert read_flows(table.head(1), on_bad="collect", policy=Policy(loop="drop")).account.faults == ()


def test_spots_that_are_refused_are_told_beside_rows_that_will_not_do() -> None:
    table = pd.DataFrame({"origin": ["Shelter", "Nowhere"], "origin_lon": [49.0, None], "origin_lat": [40.0, None],
                          "destination": ["TUR", "TUR"], "quantity": [3, 4], "unit": ["victims"] * 2})  # fmt: skip
    with pytest.raises(TableError, match="may put in danger") as caught:
        read_flows(table, on_bad="collect")
    assert [fault.problem for fault in caught.value.faults] == ["missing coordinates", "a spot finer than a country"]


@pytest.mark.parametrize("said", [{"quantity": "kg"}, {"columns": {"kg": "quantity"}}])
def test_a_unit_that_is_also_the_column_of_the_quantity_is_a_unit(said: dict[str, object]) -> None:
    table = pd.DataFrame({"from": ["IRN"], "to": ["AZE"], "kg": [3]})
    flows = read_flows(table, unit="kg", **said)  # type: ignore[call-overload]
    assert flows[["quantity", "unit"]].to_numpy().tolist() == [[3.0, "kg"]]


def test_a_unit_that_is_a_column_needs_a_quantity() -> None:
    table = pd.DataFrame({"from": ["IRN"], "to": ["AZE"], "kg": [3]})
    with pytest.raises((TableError, OptionError), match="say quantity='kg', if that holds the numbers"):
        read_flows(table, unit="kg")
    assert read_flows(table.rename(columns={"kg": "n"}), unit="kg")["unit"].tolist() == ["kg"]


def test_a_slip_in_a_wide_table_is_mended_once() -> None:
    table = pd.DataFrame({"origin": ["Azerbaijann"], "destination": ["IRN"], "2011": [1], "2012": [2]}, index=[2])
    done = mended(table, {"wide": "year"})
    assert done.changes == ("row 2, origin: 'Azerbaijann' is now 'Azerbaijan'",)
    assert done.left == ()


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\r=", "\n=", "a;=", "a\t＝"])
def test_no_cell_of_a_csv_begins_as_a_formula_and_all_come_back(lead: str, tmp_path: Path) -> None:
    text = f"{lead}cmd|' /C calc'!A0"
    flows = flows_of(text).assign(own=text)
    azroutes.write_flows(flows, tmp_path / "flows.csv")
    azroutes.to_kepler(flows, tmp_path / "kepler.csv")
    azroutes.to_flowmap(flows, tmp_path / "flowmap")
    written = [tmp_path / "flows.csv", tmp_path / "kepler.csv", *(tmp_path / "flowmap").iterdir()]
    assert len(written) == 4
    runs = re.compile(r"[=+\-@＝＋－＠](?!\d*\.?\d*\Z)")
    for path in written:
        for separator in ",;\t":
            rows = csv.reader(path.read_text(encoding="utf-8").splitlines(), delimiter=separator)
            assert not [cell for row in rows for cell in row if runs.match(cell)]
    again = read_flows(tmp_path / "flows.csv")
    assert again[["commodity", "own", "wording"]].to_numpy().tolist() == flows[
        ["commodity", "own", "wording"]].to_numpy().tolist()  # fmt: skip


def test_a_page_whose_title_gives_orders() -> None:
    page = azroutes.explore_flows(flows_of(TEXTS["terminal"]), title=TEXTS["terminal"]).page()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", page)
    assert "<title>A [31m ]0;evil  2JB</title>" in page
