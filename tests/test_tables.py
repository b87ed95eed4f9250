"""Every way in which a table is kept gives the same flows, or one error of ours."""

from __future__ import annotations

import json
import math
import os
import sys
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from azroutes import AzroutesError, OptionError, read_flows
from azroutes.accounting import KEPT
from azroutes.tables import bounds, delimited, encodings
from azroutes.tables.form import FileForm

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = [("Türkiye", "Azerbaijan", "12.5", "2015"), ("Côte d'Ivoire", "NA", "", "2016"), ("Iran", "Georgia", "0", "")]
HEADER = ("From", "To", "Value", "Year")
WANTED = [("CIV", "NAM", None, 2016), ("IRN", "GEO", 0.0, None), ("TUR", "AZE", 12.5, 2015)]


def told(flows: gpd.GeoDataFrame) -> list[tuple[object, ...]]:
    columns = [flows[name].astype(object).where(flows[name].notna(), None)
               for name in ("origin", "destination", "quantity", "first_year")]  # fmt: skip
    return sorted(zip(*columns, strict=True))


def text(separator: str = ",", newline: str = "\n") -> str:
    return newline.join(separator.join(row) for row in (HEADER, *ROWS)) + newline


def account(flows: gpd.GeoDataFrame) -> dict[str, Any]:
    found: dict[str, Any] = flows.attrs[KEPT]
    return found


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "cp1254"])
def test_separator_line_ends_and_encoding_are_found_out(
    tmp_path: Path, separator: str, newline: str, encoding: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text(separator, newline).encode(encoding))
    flows = read_flows(path)
    assert told(flows) == WANTED
    said = " ".join(account(flows)["told"])
    assert ("parted by" in said) == (separator != ",")
    assert ("encoding" in said) == encoding.startswith("cp")


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("a.xlsx", "python_calamine", "excel"),
        ("a.ods", "python_calamine", "excel"),
        ("a.xls", "xlrd", "excel"),
        ("a.parquet", "pyarrow", "parquet"),
    ],
)
def test_a_package_that_is_not_there_is_named_with_what_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str, extra: str
) -> None:
    (tmp_path / name).write_bytes(b"\0")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(OptionError, match=package.replace("_", "-")) as caught:
        read_flows(tmp_path / name)
    assert f'pip install "azroutes[{extra}]"' in str(caught.value)


def test_russian_text_of_an_old_page_is_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("origin,destination,wording\nIRN,RUS,изъято сотрудниками таможни на границе\n".encode("cp1251"))
    assert read_flows(path)["wording"].tolist() == ["изъято сотрудниками таможни на границе"]


def test_an_encoding_that_is_said_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("origin,destination,wording\nIRN,RUS,ж\n".encode("koi8_r"))
    assert read_flows(path, file=FileForm(encoding="koi8_r"))["wording"].tolist() == ["ж"]
    with pytest.raises(AzroutesError, match="no such encoding"):
        read_flows(path, file=FileForm(encoding="none"))
    with pytest.raises(AzroutesError, match="not text of this encoding"):
        read_flows(path, file=FileForm(encoding="utf-8"))


def test_two_separators_that_both_make_a_table_are_not_guessed_between(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("origin,a;destination\nIRN,1;RUS\n")
    with pytest.raises(AzroutesError, match=r"commas or semicolons|semicolons or commas"):
        read_flows(path)
    with pytest.raises(AzroutesError, match="missing column"):
        read_flows(path, file=FileForm(separator=";"))


def test_decimal_commas_are_read_when_said(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("origin;destination;quantity\nIRN;RUS;1234,5\n")
    assert read_flows(path, file=FileForm(decimal=","))["quantity"].tolist() == [1234.5]
    with pytest.raises(AzroutesError, match="with a decimal point"):
        read_flows(path)
    path.write_text("origin;destination;quantity\nIRN;RUS;1.234,5\n")
    with pytest.raises(AzroutesError, match="thousands="):
        read_flows(path, file=FileForm(decimal=","))


def test_a_header_lower_down_and_marks_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('A title,,\n,,\norigin,destination,quantity\nIRN,"RUS",\\N\n')
    flows = read_flows(path, file=FileForm(header=3, missing=("\\N",)))
    assert flows["quantity"].isna().tolist() == [True]
    path.write_text("x,y\norigin,destination\nIRN,Nowhere\n")
    with pytest.raises(AzroutesError, match="row 3, destination 'Nowhere'"):
        read_flows(path, file=FileForm(header=2))
    with pytest.raises(AzroutesError, match="the file has"):
        read_flows(path, file=FileForm(header=9))


def test_both_parsers_see_the_same_table(tmp_path: Path) -> None:
    plain = "origin,destination,quantity,wording\n\nIRN,RUS,1,a b\n  ,,\nIRN,TUR\nGEO,AZE,2,c\n"
    quoted = plain.replace("a b", '"a b"')
    frames = []
    for name, content in (("plain.csv", plain), ("quoted.csv", quoted)):
        (tmp_path / name).write_text(content)
        frames.append(read_flows(tmp_path / name))
    pd.testing.assert_frame_equal(pd.DataFrame(frames[0]), pd.DataFrame(frames[1]))
    for content in (plain + "GEO,Nowhere\n", quoted + "GEO,Nowhere\n"):
        (tmp_path / "bad.csv").write_text(content)
        with pytest.raises(AzroutesError, match="row 7, destination 'Nowhere'"):
            read_flows(tmp_path / "bad.csv")


CELL = st.one_of(
    st.text(st.sampled_from('ab ,;"\t\x1f\xa0é'), max_size=3),
    st.sampled_from(["AZE", "IRN", "1.5", "", '"', '""', "a,b"]),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=6), st.booleans(),
       st.sampled_from(["\n", "\r\n"]), st.sets(st.integers(0, 2), max_size=2))  # fmt: skip
def test_lines_that_look_orderly_are_read_as_the_stricter_parser_reads_them(
    rows: list[list[str]],
    quoted: bool,  # noqa: FBT001
    newline: str,
    which: set[int],
) -> None:
    records = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' if quoted or "," in cell else cell for cell in row]
               for row in [["x", "y", "z"], *rows]]  # fmt: skip
    text = newline.join(",".join(record) for record in records)
    lines = delimited._Lines(text.encode(), ",")
    if not lines.is_orderly():
        assert '"' in text, "only quotes can put such lines in disorder"
        return
    for some in (None, sorted(which)):
        found = lines.read(some, None)
        wanted, faults = delimited._thorough(text, ",", Path("any.csv"), 0)
        assert (found is None) or not faults
        if found is not None:
            pd.testing.assert_frame_equal(found.astype(object), wanted if some is None else wanted.iloc[:, some],
                                          check_index_type=False, check_column_type=False)  # fmt: skip


NUMBERS = st.one_of(
    st.sampled_from(["", "0", "1", "1.5", "12.50", "1e3", "-1", "nan", "inf", "1_0", " 2", "2e15", "3 t", ".5", "007"]),
    st.floats(0, 1e16).map(repr), st.integers(0, 10**18).map(str),
)  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.tuples(NUMBERS, st.sampled_from(["", "IRN", "nan"])), min_size=1, max_size=6), st.integers(0, 1))
def test_numbers_that_are_read_at_once_are_those_that_their_texts_are(rows: list[tuple[str, str]], number: int) -> None:
    text = "\n".join(",".join(row) for row in [("kg", "o"), *rows])
    lines = delimited._Lines(text.encode(), ",")
    found, plain = lines.read([0, 1], number), lines.read([0, 1], None)
    assert found is not None
    assert plain is not None
    assert found.index.tolist() == plain.index.tolist()
    for name in plain.columns:
        texts = plain[name].astype(object).tolist()
        if found[name].dtype == float:
            assert name == plain.columns[number]
            values = [None if math.isnan(one) else one for one in found[name]]
            assert values == [float(one) if one else None for one in texts]
            assert all(value is None or 0 <= value <= delimited.LARGEST for value in values)
        else:
            assert found[name].astype(object).tolist() == texts


@pytest.mark.parametrize("sample", [encodings.SAMPLE, 48])
def test_plain_numbers_are_read_at_once_and_odd_ones_told_as_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample: int
) -> None:
    monkeypatch.setattr(delimited, "SAMPLE", sample)
    good = "origin,destination,kg\nIRN,RUS,1.50\nIRN,RUS,\n,,\nIRN,RUS,0.10\n"
    lines = delimited._Lines(good.encode(), ",")
    rows = lines.read([2, 0], 2)
    assert rows is not None
    assert (rows.index.tolist(), rows["kg"].dtype == float) == ([2, 3, 5], delimited.EXACT)
    path = tmp_path / "table.csv"
    path.write_text(good)
    assert read_flows(path, quantity="kg")["quantity"].tolist() == [1.6]
    path.write_text("origin,destination,kg\nIRN,RUS,1.500\nIRN,RUS,12.250\n")
    assert any("thousands" in fact for fact in account(read_flows(path, quantity="kg"))["told"])
    for odd, value in (("-1.50", "-1.50"), ("2e015", "2e015"), ("inf", "inf"), ("1_0", "1_0")):
        path.write_text(f"{good}IRN,RUS,{odd}\n")
        reading = read_flows(path, quantity="kg", on_bad="collect")
        assert reading.bad["kg"].tolist() == [value]
        with pytest.raises(AzroutesError, match=f"row 6, quantity {value!r}"):
            read_flows(path, quantity="kg")
    path.write_text(f"{good}IRN,RUS,nan\n")
    assert any("'nan'" in fact for fact in account(read_flows(path, quantity="kg"))["told"])


@pytest.mark.parametrize("text", ['"a"b,c', 'a"b,c', '"a,c', '"a\nb",c', 'a "b",c', '"a""b",c', "a\rb,c", "a\0,b"])
def test_lines_in_disorder_are_left_to_the_stricter_parser(text: str) -> None:
    assert not delimited._Lines(f"x,y\n{text}\n".encode(), ",").is_orderly()
    assert delimited._Lines(b'x,y\n"a, b","c"\n"",d\n', ",").is_orderly()


def test_names_in_quotes_and_columns_that_nobody_asks_for(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('"note",origin,"to, at last",origin_note\n"a, b","Korea, Republic of",IRN,\n,Nowhere,IRN,"kept"\n')
    reading = read_flows(path, destination="to, at last", on_bad="collect")
    assert reading.flows.index.tolist() == ["-:-:KOR>IRN"]
    assert reading.bad.iloc[0, :4].tolist() == ["", "Nowhere", "IRN", "kept"]
    assert reading.bad.index.tolist() == [3]
    path.write_text("origin,destination\nIRN,RUS\nIRN,RUS,one more\n")
    assert read_flows(path, on_bad="collect").account.aside == {"more cells than columns": ("3",)}


def book(path: Path, rows: list[tuple[object, ...]], sheet: str = "Flows") -> None:
    frame = pd.DataFrame(rows[1:], columns=list(rows[0]))
    frame.to_excel(path, index=False, sheet_name=sheet, engine="openpyxl")


def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    book(path, [HEADER, ("Türkiye", "Azerbaijan", 12.5, 2015), ("Côte d'Ivoire", "NA", None, 2016),
                (None, None, None, None), ("Iran", "Georgia", 0, None)])  # fmt: skip
    assert told(read_flows(path)) == WANTED
    book(path, [HEADER, ("Türkiye", "Azerbaijan", 1, 2015), (None, None, None, None), ("Iran", "Nowhere", 1, 2015)])
    with pytest.raises(AzroutesError, match="row 4, destination 'Nowhere'"):
        read_flows(path)


def test_the_sheet_of_a_workbook_is_chosen_or_told(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    with pd.ExcelWriter(path, engine="openpyxl") as file:
        pd.DataFrame({"note": ["none"]}).to_excel(file, sheet_name="Read me", index=False)
        pd.DataFrame({"from": ["Iran"], "to": ["Russia"]}).to_excel(file, sheet_name="Flows", index=False)
    assert read_flows(path, file=FileForm(sheet="Flows"))["origin"].tolist() == ["IRN"]
    with pytest.raises(AzroutesError, match="did you mean 'Flows'"):
        read_flows(path, file=FileForm(sheet="Flow"))
    with pytest.raises(AzroutesError, match="missing column"):
        read_flows(path)


def old_book(path: Path, *sheets: list[tuple[object, ...]]) -> None:
    import xlwt

    written, day = xlwt.Workbook(), xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for k, rows in enumerate(sheets):
        sheet = written.add_sheet(f"Sheet {k + 1}")
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(at, column, cell, *([day] if isinstance(cell, date) else []))
    written.save(str(path))


def test_a_workbook_of_old(tmp_path: Path) -> None:
    import xlwt

    path = tmp_path / "table.xls"
    rows: list[tuple[object, ...]] = [(*HEADER, "note"), ("Türkiye", "Azerbaijan", 12.5, 2015, True),
                                      ("Côte d'Ivoire", "NA", "", date(2016, 5, 1)), (),
                                      ("Iran", "Georgia", 0, "", xlwt.Formula("1/0"))]  # fmt: skip
    old_book(path, rows, [("x",)])
    flows = read_flows(path)
    assert told(flows) == WANTED
    assert "sheet 'Sheet 1' of 2" in account(flows)["told"]
    with pytest.raises(AzroutesError, match="did you mean 'Sheet 1'"):
        read_flows(path, file=FileForm(sheet="Sheet1"))
    with pytest.raises(AzroutesError, match="row 2, origin 'True'") as caught:
        read_flows(path, origin="note")
    assert [fault.row for fault in caught.value.faults] == ["2", "3", "5"]


def test_a_workbook_of_old_keeps_a_text_once(tmp_path: Path) -> None:
    path = tmp_path / "table.xls"
    old_book(path, [("from", "to", "note"), *[("Iran", "Georgia", "x" * 32_000)] * 4_000])
    tracemalloc.start()
    flows = read_flows(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert flows["statements"].tolist() == [4_000]
    assert most < 60e6  # and not 128 MB


@pytest.mark.parametrize(("ending", "content", "match"), [
    (".xls", b"\0<html><table>", "Expected BOF"), (".xls", b"<html><table>", "text .rename it to .csv"),
    (".xls", b"PK\3\4", "rename it to .xlsx"), (".csv", b"PK\3\4", "rename it to .xlsx"),
    (".xlsx", b"from,to\nIran,Peru\n", "rename it to .csv"), (".csv", b"\xd0\xcf\x11\xe0", "rename it to .xls"),
    (".csv", b"PAR1", "rename it to .parquet"), (".geojson", b"SQLite format 3\0", "rename it to .gpkg"),
    (".docx", b"PK\3\4", "no such format"),
])  # fmt: skip
def test_what_is_not_what_its_ending_says_is_refused(tmp_path: Path, ending: str, content: bytes, match: str) -> None:
    path = tmp_path / f"table{ending}"
    path.write_bytes(content)
    with pytest.raises(AzroutesError, match=match):
        read_flows(path)


def test_a_workbook_made_to_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open("xl/worksheets/sheet1.xml", "w") as sheet:
        for _ in range(bounds.SWELLS_FROM // 10**6 + 1):
            sheet.write(b" " * 10**6)
    with pytest.raises(AzroutesError, match="too large to be read safely"):
        read_flows(path)


def test_entities_that_multiply_are_not_unfolded(tmp_path: Path) -> None:
    path = tmp_path / "laughs.xlsx"
    book(path, [HEADER, ("Iran", "Georgia", 1, 2015)])
    laughs = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + k)} "{f"&{chr(97 + k)};" * 10}">' for k in range(9)) + "]>"  # fmt: skip
    with zipfile.ZipFile(path) as old:
        parts = {part.filename: old.read(part) for part in old.infolist()}
    for name, content in parts.items():
        if name.startswith("xl/worksheets/"):
            parts[name] = content.replace(b"<worksheet", laughs.encode() + b"<worksheet").replace(
                b"<t>Iran</t>", b"<t>&j;</t>")  # fmt: skip
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    with pytest.raises(AzroutesError):
        read_flows(path)


def lines() -> gpd.GeoDataFrame:
    shapes = [shapely.LineString([(49.87, 40.41), (47.0, 41.0), (44.8, 41.7)]), shapely.LineString([(1, 2), (3, 4)])]
    return gpd.GeoDataFrame({"from": ["Baku", "A"], "to": ["Tbilisi", "B"], "value": [3, 4]}, geometry=shapes,
                            crs="EPSG:4326")  # fmt: skip


def test_lines_give_their_ends_in_any_crs() -> None:
    plain, moved = read_flows(lines()), read_flows(lines().to_crs("EPSG:3857"))
    assert plain.index.tolist() == moved.index.tolist()
    assert "-:-:Baku@40.41000,49.87000>Tbilisi@41.70000,44.80000" in plain.index
    assert any("ends are those of" in fact for fact in account(plain)["told"])
    with pytest.raises(AzroutesError, match="no CRS"):
        read_flows(gpd.GeoDataFrame(lines().drop(columns="geometry"), geometry=list(lines().geometry)))
    broken = lines().set_geometry([lines().geometry[0], shapely.Point(1, 2)], crs="EPSG:4326")
    with pytest.raises(AzroutesError, match="row 1, geometry: not a line"):
        read_flows(broken)


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".parquet"])
def test_layers_of_lines(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"table{ending}"
    if ending == ".parquet":
        lines().to_parquet(path)
    else:
        lines().to_file(path)
    assert read_flows(path).index.tolist() == read_flows(lines()).index.tolist()


def test_tables_without_shapes(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS, columns=HEADER).replace("", None)
    frame.to_parquet(tmp_path / "table.parquet")
    assert told(read_flows(tmp_path / "table.parquet")) == WANTED
    features = [{"type": "Feature", "geometry": None, "properties": row} for row in frame.to_dict("records")]
    (tmp_path / "table.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert told(read_flows(tmp_path / "table.geojson")) == WANTED


def test_frames_of_others() -> None:
    import polars as pl
    import pyarrow as pa

    plain = {name: [row[k] or None for row in ROWS] for k, name in enumerate(HEADER)}
    assert told(read_flows(pl.DataFrame(plain))) == WANTED
    assert told(read_flows(pl.LazyFrame(plain))) == WANTED
    assert told(read_flows(pa.table(plain))) == WANTED
    with pytest.raises(AzroutesError, match="a path, or a frame"):
        read_flows(3)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx", ".xls", ".ods", ".geojson", ".gpkg", ".parquet"])
@pytest.mark.parametrize("seed", range(6))
def test_bytes_at_random_are_no_table(tmp_path: Path, ending: str, seed: int) -> None:
    chance = np.random.default_rng(seed)
    starts = [
        b"",
        b"PK\x03\x04",
        b"SQLite format 3\0" + bytes(52) + b"GPKG",
        b"PAR1",
        b'{"features": [',
        b"\xd0\xcf\x11\xe0",
    ]
    path = tmp_path / f"table{ending}"
    path.write_bytes(starts[seed] + chance.integers(0, 256, 4000, dtype=np.uint8).tobytes())
    with pytest.raises(AzroutesError):
        read_flows(path)


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".gpkg", ".parquet", ".geojson", ".ods"])
def test_files_with_bytes_changed_are_read_or_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"table{ending}"
    writers: dict[str, Callable[[], object]] = {
        ".parquet": lambda: lines().to_parquet(path),
        ".xlsx": lambda: book(path, [HEADER, *ROWS]),
        ".xls": lambda: old_book(path, [HEADER, *ROWS]),
        ".ods": lambda: pd.DataFrame(ROWS, columns=HEADER).to_excel(path, engine="odf"),  # type: ignore[arg-type]
    }
    writers.get(ending, lambda: lines().to_file(path))()
    whole = path.read_bytes()
    chance = np.random.default_rng(1)
    for _ in range(40):
        spoilt = bytearray(whole)
        for at in chance.integers(0, len(whole), chance.integers(1, 30)):
            spoilt[at] = chance.integers(0, 256)
        path.write_bytes(bytes(spoilt[: chance.integers(1, len(whole))]) if chance.random() < 0.3 else bytes(spoilt))
        try:
            read_flows(path)
        except AzroutesError:
            continue


def test_deep_geojson_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.geojson"
    path.write_text('{"features": ' + "[" * 100_000 + "]" * 100_000 + "}")
    with pytest.raises(AzroutesError, match="nested too deeply"):
        read_flows(path)
    deep = '{"type": "GeometryCollection", "geometries": [' * 5000
    path.write_text('{"features": [{"geometry": ' + deep + "]}" * 5000 + "}]}")
    with pytest.raises(AzroutesError):
        read_flows(path)


def test_a_database_that_is_no_geopackage_is_not_opened(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "table.gpkg"
    with sqlite3.connect(path) as base:
        base.execute("create table flows (origin text, destination text)")
    base.close()
    with pytest.raises(AzroutesError, match="not a GeoPackage"):
        read_flows(path)
    path.write_text('<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://x</SrcDataSource>')
    with pytest.raises(AzroutesError, match="not a GeoPackage"):
        read_flows(path)


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path, words in ((pipe, "not a file that can be read twice"), (tmp_path, "is a directory"),
                        (tmp_path / "none.csv", "there is no file"), ("a\0b.csv", "cannot be read")):  # fmt: skip
        with pytest.raises(AzroutesError, match=words):
            read_flows(path)
    (tmp_path / "table.docx").write_bytes(b"x")
    with pytest.raises(AzroutesError, match="no such format"):
        read_flows(tmp_path / "table.docx")


def test_thousands_are_read_when_said(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    for text, form, value in (
        ("1.234.567,5", FileForm(thousands=".", decimal=","), 1234567.5),
        ("1'234.5", FileForm(thousands="'"), 1234.5),
        ("1\u202f234", FileForm(thousands=" "), 1234.0),
        ("12", FileForm(thousands=","), 12.0),
    ):
        path.write_text(f"origin;destination;quantity\nIRN;RUS;{text}\n", encoding="utf-8")
        assert read_flows(path, file=form)["quantity"].tolist() == [value]
    for text in ("12,34", "1,2345", ",123", "1,,234", "1234,567"):
        path.write_text(f"origin;destination;quantity\nIRN;RUS;{text}\n")
        with pytest.raises(AzroutesError, match="not a quantity"):
            read_flows(path, file=FileForm(thousands=","))
    wrong: list[dict[str, Any]] = [{"thousands": "."}, {"thousands": "_"}, {"notes": "*"}, {"notes": ("",)}]
    for options in wrong:
        with pytest.raises(AzroutesError, match="no file is held like this"):
            FileForm(**options)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1,234.50", r"thousands=','\)"),
        ("1 234,5", r"thousands=' ', decimal=','"),
        ("10-20", "a range"),
        ("ca. 5", "estimate"),
        ("> 100", "a bound"),
        ("45%", "a share"),
        ("12*", r"notes=\('\*',\)"),
        ("12[a]", r"notes=\('\[a\]'"),
        ("5 kg", "unit into a column"),
        ("€ 5", "unit into a column"),
    ],
)
def test_what_is_no_number_is_told_what_it_looks_like(text: str, hint: str) -> None:
    with pytest.raises(AzroutesError, match=f"not a quantity .*{hint}"):
        read_flows(pd.DataFrame({"origin": ["IRN"], "destination": ["RUS"], "quantity": [text]}))


def test_fractions_that_may_be_thousands_are_told() -> None:
    def told(*texts: str) -> bool:
        table = pd.DataFrame({"origin": "IRN", "destination": "RUS", "quantity": [*texts]})
        account = read_flows(table, on_bad="collect").account
        return any("if these are thousands" in line for line in account.told)

    assert told("1.234", "12.500", "7")
    assert told("1.234", "n.a.")
    assert not told("1.234", "0.500")
    assert not told("1.234", "1234")
    assert not told("7", "8")


def test_notes_behind_places_numbers_and_years_are_taken_off_and_told(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "origin,via,destination,quantity,year,wording\nSyria (1),Iraq*>Iran¹,Georgia,5 bp,2012p,seen*\n",
        encoding="utf-8",
    )
    flows, _, account = read_flows(path, file=FileForm(notes=("*", "(1)", "¹", "b", "p", "a")), on_bad="collect")
    assert flows.index.tolist() == ["-:-:SYR>IRQ>IRN>GEO"]
    assert (flows["quantity"].tolist(), flows["last_year"].tolist(), flows["wording"].tolist()) == (
        [5.0],
        [2012],
        ["seen*"],
    )
    assert "origin without its note in 1 rows, for instance 'Syria (1)'" in account.told
    path.write_text("origin,destination,quantity\nIran,Georgia,21\n")
    assert read_flows(path, file=FileForm(notes=("1",)))["quantity"].tolist() == [21.0]


def test_a_key_of_several_columns_in_one(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("freq,citizen,age,sex,geo\\TIME_PERIOD\t2019 \t2020 \nA,IR,TOTAL,T,EL\t5 b\t: \n"
                    "A,AF,TOTAL,T,UK\t7 \t: z\nA,AF,TOTAL,DE\t1 \t2 \nA,AF,TOTAL,T,EU27_2020\t12 \t \n")  # fmt: skip
    flows, bad, account = read_flows(path, wide="year", origin="citizen", destination="geo", on_bad="collect",
                                     file=FileForm(notes=("b", "z")))  # fmt: skip
    assert flows["quantity"].to_dict() == {"-:-:AFG>GBR": 7.0, "-:-:IRN>GRC": 5.0}
    assert "the first column holds 5: freq, citizen, age, sex, geo" in account.told
    assert set(bad["problem"]) == {"not a key of as many parts as the header says", "a total, no place"}
    assert sum(len(rows) for rows in account.aside.values()) == account.rows - account.read == 3
    path.with_suffix(".csv").write_text('"a,b\\c",from,to\n1,IRN,RUS\n')
    assert len(read_flows(path.with_suffix(".csv"), on_bad="collect").bad) == 1


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_header_lower_down_is_told(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"table{suffix}"
    rows: list[list[object]] = [["Seizures by country"], [], ["Made on 3 May"], []]
    rows += [["Departure country", "Destination country", "Kilos"], ["IRN", "RUS", 5], ["IRN", "GEO", 6]]
    if suffix == ".csv":
        path.write_text("\n".join(",".join(map(str, row)) for row in rows))
    else:
        pd.DataFrame([row + [None] * (3 - len(row)) for row in rows]).to_excel(
            path, index=False, header=False, engine="openpyxl"
        )
    with pytest.raises(AzroutesError, match=r"the names of columns stand lower down .say file=FileForm\(header=5\)"):
        read_flows(path)
    with pytest.raises(AzroutesError, match=r"header=5"):
        read_flows(path, origin="Departure country", destination="Destination country", quantity="Kilos")
    assert len(read_flows(path, file=FileForm(header=5))) == 2
    with pytest.raises(
        AzroutesError, match=r"the names of columns may stand lower down .say file=FileForm\(header=5\)"
    ):
        read_flows(path, columns={"Nobody": "origin"})


def test_lines_without_a_crs_are_in_the_one_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "table.geojson"
    line = {"type": "LineString", "coordinates": [[5552000, 4920000], [5000000, 5100000]]}
    told = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"n": 1}, "geometry": line}]}
    path.write_text(json.dumps(told))
    with pytest.raises(AzroutesError, match="need crs="):
        read_flows(path)
    assert read_flows(path, crs="EPSG:3857")["origin"].tolist() == ["@40.37098,49.87446"]


def test_a_broken_line_of_a_wide_table_or_of_two_ways_is_broken_in_all_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("from,to,2001,2002\nIran,Peru,1,2\nIran,Peru,1,2,3\nIran,Peru,,,3\n")
    with pytest.raises(AzroutesError, match="row 3, column 2002 '3': more cells than columns"):
        read_flows(path, wide="year")
    flows, bad, account = read_flows(path, wide="year", on_bad="collect")
    assert (flows["quantity"].tolist(), len(bad), account.rows, account.read) == ([3.0], 3, 5, 2)
    path.write_text("from,to,there,back\nIran,Peru,1,2\nIran,Peru,1,2,3\n")
    both = read_flows(path, quantity="there", back="back", on_bad="collect")
    assert (both.flows["quantity"].tolist(), both.account.read) == ([1.0, 2.0], 2)
