"""What was written is read back as the same table: every column, dtype and letter, or it is refused and says why."""

from __future__ import annotations

import json
import sqlite3
import sys
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

import azroutes
from azroutes.cli import app
from azroutes.dtypes import BASIS, CERTAINTY, FORM, MARKET, ROLE
from azroutes.errors import AzroutesError, OptionError, TableError
from azroutes.write import armed, disarmed, flows_bytes, write_flows
from azroutes.written import written_flows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENDINGS = [".csv", ".geojson", ".gpkg", ".parquet", ".geoparquet"]
TELLING = [ending for ending in ENDINGS if ending != ".csv"]
HOSTILE = st.text(alphabet=st.one_of(st.sampled_from("=+-@'\"\t\r\n;,% NA"), st.characters(exclude_categories=["Cs"])))
TEXTS = HOSTILE.map(lambda text: text.replace("\0", ""))
PLACES = st.sampled_from(["AZE", "IRN", "NAM", "EU", "AZ-NX", "'%3D1@1.00000,2.00000", "x@40.40900,49.86700"])


@st.composite
def tables(draw: Callable[[Any], Any]) -> gpd.GeoDataFrame:
    """Draw tables of flows in which everything may be strange that may be at all."""
    rows = draw(st.integers(0, 4))

    def some(values: st.SearchStrategy[Any]) -> list[Any]:
        found: list[Any] = draw(st.lists(values, min_size=rows, max_size=rows))
        return found

    maybe = st.one_of(st.none(), TEXTS)
    years = [draw(st.tuples(st.integers(1000, 2999), st.integers(0, 9))) for _ in range(rows)]
    table = pd.DataFrame({
        "market": pd.Categorical(some(st.sampled_from([None, *MARKET.categories])), dtype=MARKET),
        "commodity": open_list(some(maybe)),
        "form": pd.Categorical(some(st.sampled_from([None, *FORM.categories])), dtype=FORM),
        "group": pd.array(some(maybe), dtype="string"),
        "origin": pd.array(some(PLACES), dtype="string"),
        "destination": pd.array(some(PLACES), dtype="string"),
        "via": pd.array(some(st.lists(PLACES, max_size=2).map(">".join)), dtype="string"),
        "role": pd.Categorical(some(st.sampled_from([None, *ROLE.categories])), dtype=ROLE),
        "quantity": pd.array(some(st.one_of(st.none(), st.floats(0, 1e300))), dtype="Float64"),
        "unit": open_list(some(maybe)),
        "first_year": pd.array([None if year % 3 == 0 else year for year, _ in years], dtype="Int16"),
        "last_year": pd.array([None if more == 0 else min(year + more, 2999) for year, more in years], dtype="Int16"),
        "certainty": pd.Categorical(some(st.sampled_from(list(CERTAINTY.categories))), dtype=CERTAINTY),
        "wording": pd.array(some(TEXTS), dtype="string"),
        "basis": pd.Categorical(some(st.sampled_from(list(BASIS.categories))), dtype=BASIS),
        "statements": np.array(some(st.integers(1, 2**62)), dtype="int64"),
        "lineages": np.array(some(st.integers(1, 9)), dtype="int64"),
        "sources": pd.array(some(TEXTS), dtype="string"),
    })  # fmt: skip
    table.index = pd.Index(pd.array([f"{k}{text}" for k, text in enumerate(some(TEXTS))], dtype="string"),
                           name="flow_id")  # fmt: skip
    degrees = st.tuples(st.floats(-540, 540), st.floats(-90, 90))
    lines = [shapely.LineString(points) for points in some(st.lists(degrees, min_size=2, max_size=5))]
    return gpd.GeoDataFrame(table, geometry=np.array(lines, dtype=object), crs="EPSG:4326")


def open_list(values: list[str | None]) -> pd.Categorical:
    known = pd.array(sorted({value for value in values if value is not None}), dtype="string")
    return pd.Categorical(pd.array(values, dtype="string"), categories=known)


def same(ours: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame | None) -> None:
    assert theirs is not None
    pd.testing.assert_frame_equal(pd.DataFrame(theirs.drop(columns="geometry")),
                                  pd.DataFrame(ours.drop(columns="geometry")), check_exact=True)  # fmt: skip
    assert list(theirs.columns) == list(ours.columns)
    assert shapely.equals_identical(theirs.geometry.to_numpy(), ours.geometry.to_numpy()).all()
    assert theirs.crs == ours.crs


@pytest.fixture(scope="module")
def flows() -> gpd.GeoDataFrame:
    found = azroutes.load_flows(observed=2012)
    assert found["quantity"].notna().any()
    return found


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=tables())
def test_any_table_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, ending: str, table: gpd.GeoDataFrame
) -> None:
    path = tmp_path_factory.mktemp("out") / f"flows{ending}"
    write_flows(table, path)
    same(table, azroutes.read_flows(path, precise=True))
    assert flows_bytes(azroutes.read_flows(path, precise=True), ending) == path.read_bytes()


@pytest.mark.parametrize("ending", ENDINGS)
def test_documented_flows_are_read_back_as_they_were(flows: gpd.GeoDataFrame, tmp_path: Path, ending: str) -> None:
    write_flows(flows, tmp_path / f"flows{ending}")
    same(flows, azroutes.read_flows(tmp_path / f"flows{ending}"))


OWN: dict[str, Any] = {
    "ordered": pd.Categorical(["a", None, "b"], categories=["b", "a", "unused"], ordered=True),
    "years": pd.Categorical([2001, 2002, None]),
    "text": ["12", "", None],
    "na": pd.array(["12", "", pd.NA], dtype="string"),
    "bare": np.array(["x", None, ""], dtype=object),
    "whole": [1, -2, 2**53 + 1],
    "small": np.array([1, -2, 3], dtype="int8"),
    "maybe": pd.array([1, pd.NA, -(2**63)], dtype="Int64"),
    "share": [0.1, float("nan"), 1e-300],
    "half": np.array([0.1, 1.0, 2.0], dtype="float32"),
    "yes": [True, False, True],
    "may": pd.array([True, pd.NA, False], dtype="boolean"),
    "when": pd.Series(["2020-01-01 00:00:00.123456789", None, "1999-12-31"], dtype="datetime64[ns]"),
    "zone": pd.Series(["2020-01-01 12:00+04:00", None, "2021-07-01"], dtype="datetime64[s, Asia/Baku]"),
    "Market": ["upper", "case", "name"],
    "fid": [3, 3, 3],
    "geom": ["no", "geometry", "this"],
    "=1+1": [1, 2, 3],
    "'=1": ["=1", "'=1", "''=1"],
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("ending", TELLING)
def test_columns_of_the_users_own_are_read_back_as_they_were(
    flows: gpd.GeoDataFrame, tmp_path: Path, ending: str, name: str
) -> None:
    table = flows.head(3).copy()
    table[name] = pd.Series(OWN[name]).set_axis(table.index)
    if ending == ".gpkg" and name == "Market":
        with pytest.raises(TableError, match="but for case"):
            flows_bytes(table, ending)
        return
    write_flows(table, tmp_path / f"flows{ending}")
    same(table, azroutes.read_flows(tmp_path / f"flows{ending}"))


def test_a_csv_gives_back_the_values_of_columns_of_the_users_own_and_plain_dtypes(
    flows: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    table = flows.head(3).assign(**{name: pd.Series(values).set_axis(flows.index[:3]) for name, values in OWN.items()})
    write_flows(table, tmp_path / "flows.csv")
    back = azroutes.read_flows(tmp_path / "flows.csv")
    same(flows.head(3).assign(commodity=back["commodity"], unit=back["unit"]), back[flows.columns])
    assert list(back.columns) == list(table.columns)
    for name in OWN:
        ours, theirs = table[name].astype(object), back[name].astype(object)
        assert theirs.isna().tolist() == ours.isna().tolist(), name
        if name not in {"when", "zone"}:
            assert theirs.dropna().tolist() == ours.dropna().tolist(), name
    kinds = {name: str(back[name].dtype) for name in ("text", "na", "whole", "maybe", "share", "yes", "may", "ordered")}
    assert kinds == {"text": "string", "na": "string", "whole": "int64", "maybe": "Int64", "share": "Float64",
                     "yes": "bool", "may": "boolean", "ordered": "string"}  # fmt: skip
    assert back["when"].iloc[0] == "2020-01-01T00:00:00.123456789"


@given(st.text(alphabet="=+-@'\t\r\n;, ab"))
def test_disarmed_text_is_armed_again(text: str) -> None:
    assert armed(str(disarmed(text))) == text


@pytest.mark.parametrize("ending", ENDINGS)
def test_long_text_and_many_rows_come_back(flows: gpd.GeoDataFrame, tmp_path: Path, ending: str) -> None:
    table = pd.concat([flows] * 30)
    table.index = pd.Index(pd.array([f"f{k}" for k in range(len(table))], dtype="string"), name="flow_id")
    table.loc["f7", "wording"] = '"=1",\r\n;' * 200_000
    write_flows(table, tmp_path / f"flows{ending}")
    same(table, azroutes.read_flows(tmp_path / f"flows{ending}"))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("text", ["half \ud800 a letter", "a\0b"])
def test_text_that_is_none_is_refused_with_row_and_column(flows: gpd.GeoDataFrame, ending: str, text: str) -> None:
    table = flows.head(2).copy()
    table["own"] = pd.Series(["fine", text], index=table.index, dtype=object)
    with pytest.raises(TableError, match="own") as caught:
        flows_bytes(table, ending)
    assert [(fault.row, fault.column, fault.value) for fault in caught.value.faults] == [(table.index[1], "own", text)]
    with pytest.raises(TableError, match="of column names"):
        flows_bytes(flows.head(2).set_axis([*flows.columns[:-1], "geometry"], axis=1).assign(**{"a\0b": 1}), ending)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("values", [[[1], [2]], [{"a": 1}, None], [1 + 2j, 2j], [shapely.Point(1, 2)] * 2,
                                    pd.array([1, 2], dtype="uint64"), pd.to_timedelta([1, 2])])  # fmt: skip
def test_what_no_file_holds_is_refused(flows: gpd.GeoDataFrame, ending: str, values: Any) -> None:
    table = flows.head(2).copy()
    table["own"] = pd.Series(values).set_axis(table.index)
    with pytest.raises(TableError, match=r"own.*neither text, numbers"):
        flows_bytes(table, ending)


@pytest.mark.parametrize("ending", ENDINGS)
def test_names_of_columns_that_no_file_holds_are_refused(flows: gpd.GeoDataFrame, ending: str) -> None:
    with pytest.raises(TableError, match="rename"):
        flows_bytes(flows.assign(flow_id="x"), ending)
    table = flows.copy()
    table[2012] = 1
    with pytest.raises(TableError, match="rename"):
        flows_bytes(table, ending)


def test_geojson_has_no_infinite_number(flows: gpd.GeoDataFrame) -> None:
    with pytest.raises(TableError, match="finite"):
        flows_bytes(flows.assign(own=np.inf), ".geojson")
    text = flows_bytes(flows, ".geojson").decode()
    assert json.loads(text)["type"] == "FeatureCollection"
    assert text.count("\n") == len(flows) + 2


@pytest.mark.parametrize("ending", [".parquet", ".geoparquet"])
def test_without_pyarrow_the_error_says_what_installs_it(
    flows: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.delattr("pyarrow.parquet", raising=False)
    with pytest.raises(OptionError, match=r'pip install "azroutes\[parquet\]"'):
        write_flows(flows, tmp_path / f"flows{ending}")
    assert list(tmp_path.iterdir()) == []


def test_a_table_of_the_users_own_is_not_taken_for_one_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("flow_id,origin,destination,quantity\nx,IRN,AZE,3\n")
    assert written_flows(path) is None
    assert azroutes.read_flows(path, unit="kg")["quantity"].tolist() == [3]
    for name, content in {"a.geojson": "{", "b.json": "[" * 100_000 + '"flow_id"', "c.gpkg": "x", "d.parquet": "x",
                          "e.csv": 'flow_id,"', "f.csv": ""}.items():  # fmt: skip
        (tmp_path / name).write_text(content)
        assert written_flows(tmp_path / name) is None
    for name in ("none.csv", "none.gpkg", "none.parquet", "none.geojson"):
        assert written_flows(tmp_path / name) is None


def test_a_table_that_a_spreadsheet_saved_again_is_still_read(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_flows(flows, tmp_path / "flows.csv")
    saved = pd.read_csv(tmp_path / "flows.csv", dtype=str, keep_default_na=False)
    saved.to_csv(tmp_path / "again.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    same(flows, azroutes.read_flows(tmp_path / "again.csv"))


@pytest.mark.parametrize(("column", "value"), [
    ("market", "heroine"), ("certainty", ""), ("quantity", "many"), ("quantity", "-1"), ("first_year", "1.5"),
    ("statements", ""), ("statements", "0"), ("lineages", "1e99"), ("origin", "NOWHERE"), ("geometry", "POINT (1 2)"),
    ("geometry", "x"), ("first_year", "99999999"), ("via", "AZE>>"), ("origin", ""),
])  # fmt: skip
def test_what_was_changed_into_no_flow_is_told_with_row_and_column(
    flows: gpd.GeoDataFrame, tmp_path: Path, column: str, value: str
) -> None:
    write_flows(flows, tmp_path / "flows.csv")
    saved = pd.read_csv(tmp_path / "flows.csv", dtype=str, keep_default_na=False)
    saved.loc[3, column] = value
    saved.to_csv(tmp_path / "flows.csv", index=False)
    with pytest.raises(TableError) as caught:
        azroutes.read_flows(tmp_path / "flows.csv")
    assert [fault.column for fault in caught.value.faults] == [column]
    assert caught.value.faults[0].row in {"5", saved.loc[3, "flow_id"]}


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(at=st.integers(0, 10**6), change=st.binary(max_size=6), cut=st.integers(0, 8))
def test_a_file_that_was_damaged_gives_flows_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, ending: str, at: int, change: bytes, cut: int
) -> None:
    whole = flows_bytes(azroutes.load_flows().head(3), ending)
    at %= len(whole)
    path = tmp_path_factory.mktemp("bad") / f"flows{ending}"
    path.write_bytes(whole[:at] + change + whole[at + cut :])
    try:
        found = written_flows(path)
    except AzroutesError:
        return
    assert found is None or len(found) <= 4


@pytest.mark.parametrize("ours", [True, False])
def test_parquet_with_text_that_is_none_is_refused(tmp_path: Path, *, ours: bool) -> None:
    path = tmp_path / "flows.parquet"
    write_flows(azroutes.load_flows().head(1), path)
    table = parquet.read_table(path)
    if not ours:
        table = pa.table({"origin": ["Iran"], "destination": ["Georgia"], "commodity": ["heroin"]})
    ends = pa.py_buffer(np.array([0, 2], dtype=np.int32).tobytes())
    broken = pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(b"\xc3(")])
    place = table.schema.names.index("commodity")
    parquet.write_table(table.set_column(place, "commodity", broken), path)
    with pytest.raises(TableError, match="is not Parquet that can be read"):
        azroutes.read_flows(path)


def test_a_written_table_is_read_with_an_account_of_its_rows(
    flows: gpd.GeoDataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_flows(flows, tmp_path / "flows.csv")
    found = azroutes.read_flows(tmp_path / "flows.csv", on_bad="collect")
    assert (found.account.rows, found.account.read, len(found.bad)) == (len(flows), len(flows), 0)
    app(["check", str(tmp_path / "flows.csv")], standalone_mode=False)
    assert f"{len(flows)} flows" in capsys.readouterr().out


def test_unit_and_focus_are_heeded(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    table = flows.head(4).copy()
    table["quantity"] = pd.array([1, 2, None, 3], dtype="Float64")
    table["unit"] = pd.Categorical(["kg", None, None, None])
    write_flows(table, tmp_path / "flows.gpkg")
    back = azroutes.read_flows(tmp_path / "flows.gpkg", unit="t", focus="Russia")
    assert back["unit"].astype(object).where(back["unit"].notna(), None).tolist() == ["kg", "t", None, "t"]
    assert set(back["role"].dropna()) <= {"source", "transit", "destination", "domestic"}
    assert (back["role"].notna() == [("RUS" in name.split(":")[-1].split(">")) for name in back.index]).all()


def test_a_geopackage_is_one_for_other_programs(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_flows(flows, tmp_path / "flows.gpkg")
    with sqlite3.connect(tmp_path / "flows.gpkg") as base:
        assert base.execute("select count(*), sum(quantity) from flows").fetchone() == (len(flows), 47.0)
    base.close()


@pytest.mark.parametrize("ending", ENDINGS)
def test_merged_claims_of_a_column_without_any_value_come_back(tmp_path: Path, ending: str) -> None:
    bare = azroutes.read_flows(pd.DataFrame({"origin": ["IRN"], "destination": ["AZE"]}))
    write_flows(bare, tmp_path / f"flows{ending}")
    same(bare, azroutes.read_flows(tmp_path / f"flows{ending}"))
