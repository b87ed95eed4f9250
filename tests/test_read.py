"""A table of a user's own becomes flows, or one error that lists everything that is wrong with it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import azroutes
from azroutes.accounting import Policy
from azroutes.columns import OPTIONAL
from azroutes.errors import AzroutesError, TableError
from azroutes.places import place
from azroutes.read import read_flows
from azroutes.schema import Flows, validate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "table.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def only(**cells: object) -> pd.Series:
    """Return the flow of a table of one row."""
    flows = read_flows(pd.DataFrame([{"origin": "IRN", "destination": "RUS", **cells}]))
    assert len(flows) == 1
    return flows.iloc[0]


def error_of(source: Path | pd.DataFrame) -> TableError:
    with pytest.raises(TableError) as caught:
        read_flows(source)
    return caught.value


def told(source: Path | pd.DataFrame) -> list[tuple[str | None, str | None, object]]:
    return [(fault.row, fault.column, fault.value) for fault in error_of(source).faults]


@pytest.mark.parametrize(
    ("name", "code"),
    [("AZE", "AZE"), ("azerbaijan", "AZE"), ("Türkiye", "TUR"), ("Turkey", "TUR"), ("NA", "NAM"), ("EU", "EU"),
     (" Nakhchivan ", "AZ-NX"), ("Baku@40.4,49.8", "Baku@40.40000,49.80000")],
)  # fmt: skip
def test_ends_and_stops_by_code_or_name(name: str, code: str) -> None:
    flow = only(origin=name, via=f"GEO>{name}>IRN", destination=name)
    assert (flow["origin"], flow["via"], flow["destination"]) == (code, f"GEO>{code}>IRN", code)


def test_coordinates_place_a_name_or_stand_alone() -> None:
    places = {"origin_lon": [49.867, "49.867"], "origin_lat": [40.409, " 40.409 "], "destination": "Georgia"}
    flows = read_flows(pd.DataFrame({"origin": ["Baku, old > town", None], **places}))
    ends = [place(code) for code in flows["origin"]]
    assert {(end.name, end.lon, end.lat) for end in ends} == {
        ("Baku, old > town", 49.867, 40.409),
        ("40.41°N 49.87°E", 49.867, 40.409),
    }
    assert set(flows["destination"]) == {"GEO"}
    both = {"destination_lon": [1], "destination_lat": [2], "origin_lon": [3], "origin_lat": [4]}
    assert read_flows(pd.DataFrame(both)).index.tolist() == ["-:-:@4.00000,3.00000>@2.00000,1.00000"]


@pytest.mark.parametrize("text", ["heroin_trade", "HEROIN_TRADE", "Heroin trade", " heroin TRADE "])
def test_a_market_by_code_or_label_in_any_case(text: str) -> None:
    assert only(market=text)["market"] == "heroin_trade"


def test_a_row_needs_no_more_than_its_ends() -> None:
    flow = only()
    for column in ("market", "commodity", "form", "group", "role", "quantity", "unit", "first_year", "last_year"):
        assert pd.isna(flow[column]), column
    assert (flow["certainty"], flow["basis"]) == ("affirmed", "stated")
    assert (flow["statements"], flow["lineages"], flow["sources"], flow["via"]) == (1, 1, "", "")


def test_every_optional_column_arrives() -> None:
    flow = only(via="AZE", market="Human trafficking", commodity="persons", form="Forced labour", group="men",
                quantity="12.5", unit="persons", year="2010", sources="a;b", wording="may", certainty="Alleged",
                lineage="x")  # fmt: skip
    assert flow["via"] == "AZE"
    assert (flow["market"], flow["commodity"], flow["form"]) == ("human_trafficking", "persons", "forced_labour")
    assert (flow["group"], flow["quantity"], flow["unit"]) == ("men", 12.5, "persons")
    assert (flow["first_year"], flow["last_year"], flow["sources"]) == (2010, 2010, "a;b")
    assert (flow["wording"], flow["certainty"], flow["lineages"]) == ("may", "alleged", 1)


@pytest.mark.parametrize("empty", [None, "", "   ", float("nan"), pd.NA, pd.NaT])
@pytest.mark.parametrize("column", OPTIONAL)
def test_an_empty_cell_is_a_missing_one(column: str, empty: object) -> None:
    pd.testing.assert_series_equal(only(**{column: empty}), only())


def test_rows_of_one_path_are_one_flow() -> None:
    rows = [
        {"origin": "Iran", "quantity": 0.1, "year": 2009, "sources": "b", "lineage": "x"},
        {"origin": "IRN", "quantity": 0.2, "year": 2012, "sources": "a;b", "lineage": "x"},
        {"origin": "iran", "quantity": None, "year": None, "sources": "c", "lineage": "y"},
    ]
    table = pd.DataFrame(rows, index=[7, 7, 7]).assign(destination="RUS", unit="kg")
    flow = read_flows(table).iloc[0]
    assert flow["quantity"] == pytest.approx(0.3)
    assert (flow["first_year"], flow["last_year"]) == (2009, 2012)
    assert (flow["statements"], flow["lineages"], flow["sources"]) == (3, 2, "a;b;c")


def test_without_lineages_sources_count_and_rows_without_a_source_count_for_nothing() -> None:
    table = pd.DataFrame({"origin": "IRN", "destination": "RUS", "sources": ["a", "b", "a;b", None, ";"]})
    assert read_flows(table)["lineages"].tolist() == [2]
    assert read_flows(table.drop(columns="sources"))["lineages"].tolist() == [1]


def test_the_unit_may_be_told_once_and_a_column_wins() -> None:
    table = pd.DataFrame({"origin": ["IRN", "AZE"], "destination": "RUS", "quantity": 2, "unit": [None, "t"]})
    assert sorted(read_flows(table, unit="kg")["unit"]) == ["kg", "t"]
    assert read_flows(table.drop(columns="unit"), unit="kg")["unit"].tolist() == ["kg", "kg"]


def test_a_focus_gives_roles_and_must_be_a_place() -> None:
    table = pd.DataFrame({"origin": ["AZE", "IRN", "IRN"], "destination": ["TUR", "AZE", "TUR"]})
    roles = read_flows(table, focus="Azerbaijan").set_index("origin", append=True)["role"]
    assert roles.astype("object").where(roles.notna(), None).tolist() == ["source", "destination", None]
    with pytest.raises(AzroutesError, match="Azerbaijan"):
        read_flows(table, focus="Azerbeijan")


def test_columns_in_any_case_and_order_and_others_left_aside(file: Callable[[str], Path]) -> None:
    flows = read_flows(file("Note, DESTINATION ,Origin\nsome text,RUS,IRN\n"))
    assert flows.index.tolist() == ["-:-:IRN>RUS"]
    assert "Note" not in flows


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_reads_as_a_frame_does(file: Callable[[str], Path], newline: str, mark: str) -> None:
    lines = ["origin,destination,commodity,year,quantity,unit", '"Korea, South",NA,"a ""b""",2010,1.5,kg', "",
             "IRN,RUS", ",,,,,", "IRN,RUS,,,,,,", ""]  # fmt: skip
    flows = read_flows(file(mark + newline.join(lines).replace("Korea, South", "South Korea")))
    assert flows["origin"].tolist() == ["KOR", "IRN"]
    assert flows["destination"].tolist() == ["NAM", "RUS"]
    assert flows["statements"].tolist() == [1, 2]
    assert flows["commodity"].iloc[0] == 'a "b"'


EVERY_FAULT = """origin,destination,via,market,form,certainty,quantity,unit,year
AZE,IRN,,,,,1,kg,

Azerbeijan,,,,,,,,
AZE,IRN,,,,,1,t,
"AZE","Tur
key",GEO>Xyz>,herion,beging,sure,-1,,2010.5
AZE,RUS,,,,,"1,5",,2010,surplus
AZE,RUS,,,,,inf,,20100
AZE,GEO,,,,,,,
"""


def test_one_error_tells_every_fault_at_once(file: Callable[[str], Path]) -> None:
    path = file(EVERY_FAULT)
    assert told(path) == [
        ("4", "origin", "Azerbeijan"),
        ("4", "destination", None),
        ("6", "destination", "Tur\nkey"),
        ("6", "via", "Xyz"),
        ("6", "via", None),
        ("6", "market", "herion"),
        ("6", "form", "beging"),
        ("6", "quantity", "-1"),
        ("6", "year", "2010.5"),
        ("6", "certainty", "sure"),
        ("8", None, "surplus"),
        ("8", "quantity", "1,5"),
        ("9", "quantity", "inf"),
        ("9", "year", "20100"),
        ("2, 5", "unit", "kg, t"),
    ]
    error = error_of(path)
    assert str(error).startswith("4 of 7 rows cannot be read as flows")
    assert all(fault.hint or fault.problem == "missing place" for fault in error.faults)
    for hint in ("did you mean 'Azerbaijan'?", "did you mean 'heroin_trade'?", "did you mean 'begging'?"):
        assert hint in str(error)


def test_what_many_rows_share_is_told_for_each_of_them() -> None:
    table = pd.DataFrame({"origin": ["Atlantis", "AZE", "Atlantis"], "via": ["GEO>Mu", "GEO>Mu", None],
                          "destination": "IRN", "market": ["herion", None, "herion"]})  # fmt: skip
    assert told(table) == [
        ("0", "origin", "Atlantis"), ("0", "via", "Mu"), ("0", "market", "herion"), ("1", "via", "Mu"),
        ("2", "origin", "Atlantis"), ("2", "market", "herion"),
    ]  # fmt: skip
    placed = pd.DataFrame({"origin": "x", "origin_lon": [181, 1, 181], "origin_lat": 0, "destination": "IRN"})
    assert told(placed) == [(row, "origin_lon, origin_lat", "181, 0") for row in ("0", "2")]


def test_values_that_equal_one_another_keep_their_own_text() -> None:
    table = pd.DataFrame(
        {"origin": "AZE", "destination": "IRN", "commodity": pd.Series([1, 1.0, True, [1]], dtype=object)}
    )
    assert sorted(read_flows(table)["commodity"]) == ["1", "1.0", "True", "[1]"]


def test_a_large_table_is_read_in_time() -> None:
    numbers = np.arange(30_000)
    table = pd.DataFrame({"origin": "a", "origin_lon": numbers % 150, "origin_lat": numbers // 150 % 80,
                          "destination": "b", "destination_lon": -1.5, "destination_lat": numbers % 3,
                          "quantity": numbers / 7, "sources": np.where(numbers % 2, "x", "y;x")})  # fmt: skip
    began = time.process_time()
    flows = read_flows(table, unit="kg")
    assert time.process_time() - began < 12, "row by row it took three times as long"
    assert flows["statements"].sum() == 30_000
    assert flows["quantity"].sum() == pytest.approx((numbers / 7).sum())


def test_faults_of_a_frame_bear_the_labels_of_its_index() -> None:
    table = pd.DataFrame({"origin": ["AZE", "Atlantis", None], "destination": "IRN"}, index=["x", "y", ("z", 1)])
    assert told(table) == [("y", "origin", "Atlantis"), ("('z', 1)", "origin", None)]
    stacked = pd.concat([table.iloc[:1], table.iloc[1:2].set_axis(["x"])])
    assert told(stacked) == [("x (number 2)", "origin", "Atlantis")]


@pytest.mark.parametrize("lon", ["181", "nan", "inf", "1_0", "east", "", "49°52'"])
def test_coordinates_off_the_globe_are_told(lon: str) -> None:
    table = pd.DataFrame({"origin": ["Baku"], "origin_lon": [lon], "origin_lat": [40.4], "destination": ["IRN"]})
    assert told(table) == [("0", "origin_lon, origin_lat", f"{lon}, 40.4")]


def test_coordinates_that_are_missing_are_told_and_no_name_is_guessed_for_them() -> None:
    table = pd.DataFrame({"origin": ["Peru"], "origin_lon": [None], "origin_lat": [None], "destination": ["IRN"]})
    assert told(table) == [("0", "origin_lon, origin_lat", None)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("2010 to 2014", 2010, 2014), ("20190305", 2019, 2019), ("03.2019", 2019, 2019), ("H1 2019", 2019, 2019),
     ("2019-W05", 2019, 2019),
     ("2010-2014", 2010, 2014), ("2012/13", 2012, 2013), ("2012–13", 2012, 2013), ("1999-00", 1999, 2000),
     ("2010-12", 2010, 2010), ("Mar 2012", 2012, 2012), ("31 December 2012", 2012, 2012), ("2012Q1", 2012, 2012),
     ("12/31/2012 12:00:00 AM", 2012, 2012), ("2012/01/15", 2012, 2012), ("2012M03", 2012, 2012)],
)  # fmt: skip
def test_years_of_spans_and_dates(text: str, first: int, last: int) -> None:
    flow = only(origin="AZE", destination="IRN", year=text)
    assert (flow["first_year"], flow["last_year"]) == (first, last)


def test_what_looks_like_a_month_is_read_by_its_column_and_told() -> None:
    ends = {"origin": "AZE", "destination": "IRN"}
    fiscal = read_flows(pd.DataFrame({**ends, "year": ["2011-12", "2012-13"]}))
    assert (fiscal["first_year"].tolist(), fiscal["last_year"].tolist()) == ([2011], [2013])
    assert "year is a span of years in 2 rows" in fiscal.attrs["account"]["told"]
    doubtful = read_flows(pd.DataFrame({**ends, "year": ["2010-11", "2011-12"]}))
    assert doubtful["last_year"].tolist() == [2011]
    assert any("are read as months; if they are spans" in line for line in doubtful.attrs["account"]["told"])
    assert told(pd.DataFrame({**ends, "year": ["2012-13", "2012-05"]})) == [("1", "year", "2012-05")]


def test_days_of_excel_and_years_of_other_calendars_are_told() -> None:
    table = pd.DataFrame({"origin": ["AZE"], "destination": ["IRN"]})
    with pytest.raises(TableError, match="it would be 2020-01-01"):
        read_flows(table.assign(year=[43831]))
    lines = read_flows(table.assign(year=["۱۳۹۹"])).attrs["account"]["told"]
    assert "year 1399: read as of the common era, whatever calendar they are of" in lines


def test_rows_of_two_days_of_a_year_are_not_alike() -> None:
    days = ["2012-03-01", "2012-03-02", "2012-03-02"]
    table = pd.DataFrame({"origin": "AZE", "destination": "IRN", "quantity": 5, "year": days})
    assert read_flows(table, policy=Policy(repeat="drop"))["quantity"].tolist() == [10.0]


@pytest.mark.parametrize("text", ["2012-2010", "c. 2010", "999", "3000", "10e400", "２０１０年", "1_999"])
def test_a_year_is_a_whole_number(text: str) -> None:
    table = pd.DataFrame({"origin": ["AZE"], "destination": ["IRN"], "year": [text]})
    assert told(table) == [("0", "year", text)]


def test_half_characters_are_told_in_every_column() -> None:
    for column in ("origin", "destination", *OPTIONAL):
        table = pd.DataFrame([{"origin": "AZE", "destination": "IRN", column: "\ud800"}], dtype=object)
        assert ("0", column, "\ud800") in told(table)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n \n,,\n", "is empty"),
        (b"origin,destination\n", "no rows"),
        (b"origin,destination\n\n,\n", "no rows"),
        (b"orgin,destination\nAZE,IRN\n", "did you mean 'orgin'"),
        (b"a,b\nAZE,IRN\n", "or origin_lon and origin_lat"),
        (b"origin,destination,source_s\nAZE,IRN,x\n", "did you mean 'sources'"),
        (b"origin,Origin ,destination\nAZE,GEO,IRN\n", "origin: column given twice"),
        (b'origin,destination\n"AZE,IRN\nAZE,IRN\n', "row 2: unexpected end"),
        (b'origin,destination\nAZE,IRN\n"A"Z,IRN\n', "row 3"),
        ("origin,destination\nAZE,IRN\n".encode("utf-16") + b"\n", "not text of this encoding"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8"),
        (b"PK\x03\x04\x00\x00,\n\x00,\n", "a workbook of now (rename it to .xlsx)"),
    ],
)
def test_a_file_that_is_no_table_of_flows_says_what_it_is(
    file: Callable[[bytes], Path], content: bytes, words: str
) -> None:
    assert words in str(error_of(file(content)))


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    assert "there is no file" in str(error_of(tmp_path / "none.csv"))
    assert "directory" in str(error_of(tmp_path))
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    assert "cannot be read" in str(error_of(loop))
    with pytest.raises(TableError, match="null"):
        read_flows("a\0b.csv")


def test_a_file_without_permission_says_so(file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = file("origin,destination\nAZE,IRN\n")
    path.chmod(0)

    def denied(_path: Path) -> bytes:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(type(path), "read_bytes", denied)  # root may read anything
    assert "cannot be read: Permission denied" in str(error_of(path))


def test_a_frame_without_rows_is_a_table_without_flows() -> None:
    flows = read_flows(pd.DataFrame({"origin": [], "destination": []}))
    assert len(validate(Flows, flows)) == 0
    assert len(azroutes.legs(flows)) == 0


def test_the_frame_that_is_read_stays_as_it_was() -> None:
    table = pd.DataFrame({"Origin": ["AZE"], "destination": ["IRN"]}, index=["a"])
    before = table.copy()
    read_flows(table)
    pd.testing.assert_frame_equal(table, before)


CELLS = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(), max_size=3),
    st.sampled_from(["AZE", "IRN", "NA", "Baku@40,50", "@0,0", "AZE>IRN", ">", "1", "-1", "1e308", "2010", "nan", "",
                     "heroin_trade", "kg", "a;b", ";", "=1+1", "affirmed"]),
    st.none(),
)  # fmt: skip
COLUMNS = ["origin", "destination", "origin_lon", "origin_lat", *OPTIONAL]


def whole(flows: gpd.GeoDataFrame, rows: int) -> None:
    """No row is lost: each stands in a flow."""
    assert flows["statements"].sum() == rows
    validate(Flows, flows)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_frame_of_text_gives_flows_or_our_error(data: st.DataObject) -> None:
    columns = data.draw(st.lists(st.sampled_from(COLUMNS), unique=True))
    count = data.draw(st.integers(0, 4))
    ends = data.draw(st.booleans())
    cells = {name: data.draw(st.lists(CELLS, min_size=count, max_size=count)) for name in columns}
    try:
        table = pd.DataFrame(cells)
    except UnicodeEncodeError:  # a column of Arrow's texts takes no half of a character
        table = pd.DataFrame(cells, dtype=object)
    if ends:
        table = table.assign(origin=["AZE"] * count, destination=["IRN"] * count).drop(
            columns=["origin_lon", "origin_lat"], errors="ignore"
        )
    try:
        flows = read_flows(table)
    except TableError:
        return  # any other error fails the test
    whole(flows, len(table))


CSV = st.lists(st.lists(CELLS.map(lambda cell: cell or ""), max_size=4).map(",".join), max_size=4).map("\n".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=60), CSV.map(lambda text: text.encode("utf-8", "surrogatepass"))), st.booleans())
def test_any_bytes_give_flows_or_our_error(tmp_path: Path, content: bytes, headed: bool) -> None:  # noqa: FBT001
    path = tmp_path / "any.csv"
    path.write_bytes((b"origin,destination,commodity,quantity\n" if headed else b"") + content)
    try:
        flows = read_flows(path)
    except TableError:
        return  # any other error fails the test
    assert len(flows) >= 1
