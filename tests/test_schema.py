"""A table that is not what it should be raises one error that names each fault with row, column, value and hint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import azroutes
from azroutes.errors import Fault, TableError
from azroutes.schema import Flows, Legs, validate

if TYPE_CHECKING:
    from collections.abc import Callable

WANTED = pd.DataFrame(
    {
        "origin": ["AZE", "IRN", "AFG", "UZB"],
        "via": ["", "AZE", "IRN>AZE", ""],
        "destination": ["TUR", "RUS", "EU", "AZE"],
        "market": "heroin_trade",
        "quantity": [1.5, 2, 3, 4],
        "unit": "kg",
        "year": 2010,
    }
)


@pytest.fixture
def flows() -> gpd.GeoDataFrame:
    return azroutes.read_flows(WANTED)


def faults_of(frame: Any) -> list[Fault]:
    with pytest.raises(TableError) as caught:
        validate(Flows, frame)
    return list(caught.value.faults)


def put(frame: gpd.GeoDataFrame, number: int, column: str, value: object) -> None:
    """Write one cell, whatever it does to the column's type."""
    values = frame[column].tolist()
    values[number] = value
    dtype = frame[column].dtype
    frame[column] = pd.Series(values, index=frame.index, dtype="object" if column == "market" else dtype)


def test_a_good_table_is_returned_as_it_is(flows: gpd.GeoDataFrame) -> None:
    assert validate(Flows, flows) is flows
    own = flows.assign(own="a column of the user's")
    assert validate(Flows, own) is own
    assert validate(Legs, azroutes.legs(flows))["order"].tolist() == [0, 1, 2, 0, 0, 1, 0]


def test_a_table_without_rows_is_good(flows: gpd.GeoDataFrame) -> None:
    assert len(validate(Flows, flows.iloc[:0])) == 0


def test_a_missing_column_is_named_with_what_stands_in_its_place(flows: gpd.GeoDataFrame) -> None:
    found = faults_of(flows.drop(columns="first_year").rename(columns={"origin": "Orgin"}))
    assert {(fault.problem, fault.column, fault.hint) for fault in found} == {
        ("missing column", "origin", "did you mean 'Orgin'?"),
        ("missing column", "first_year", "did you mean 'last_year'?"),
    }


@pytest.mark.parametrize(
    ("column", "value", "problem", "hint"),
    [
        ("market", "heroin", "not one of the list", "did you mean 'heroin_trade'?"),
        ("origin", "Azerbaijan", "no such place", "did you mean 'AZE'?"),
        ("destination", "TRK", "no such place", "azroutes.resolve"),
        ("via", "AZE>Geo>XQX", "no such place", "did you mean 'GEO'?"),
        ("origin", "Baku@95,20", "no such place", "latitude -90 to 90"),
        ("quantity", -1.0, "out of range", "0 or more"),
        ("quantity", float("inf"), "out of range", "less than inf"),
        ("statements", 0, "out of range", "1 or more"),
        ("first_year", 999, "out of range", "1000 or more"),
        ("last_year", 3000, "out of range", "2999 or less"),
        ("geometry", shapely.LineString(), "not a line", "not empty"),
        ("geometry", shapely.Point(1, 2), "not a line", "LineString"),
    ],
)
def test_a_bad_value_is_told_with_its_row_column_value_and_what_would_do(
    flows: gpd.GeoDataFrame, column: str, value: Any, problem: str, hint: str
) -> None:
    if column == "geometry":
        flows.geometry = [value, *flows.geometry[1:]]
    else:
        put(flows, 0, column, value)
    found = [fault for fault in faults_of(flows) if fault.row is not None]
    told = [fault for fault in found if fault.problem == problem]
    assert len(told) == 1
    assert (told[0].row, told[0].column, told[0].value) == (flows.index[0], column, value)
    assert hint in told[0].hint
    assert {fault.row for fault in found} == {flows.index[0]}


@pytest.mark.parametrize("column", ["origin", "destination", "certainty", "statements", "geometry"])
def test_a_missing_value_is_told(flows: gpd.GeoDataFrame, column: str) -> None:
    flows[column] = (
        flows[column]
        .mask(pd.Series([True, False, False, False], index=flows.index))
        .astype("Int64" if column == "statements" else flows[column].dtype)
    )
    assert (flows.index[0], column) in {(fault.row, fault.column) for fault in faults_of(flows)}


def test_years_in_the_wrong_order_are_told(flows: gpd.GeoDataFrame) -> None:
    put(flows, 1, "last_year", 2009)
    fault = faults_of(flows)[0]
    assert (fault.row, fault.column, fault.value) == (flows.index[1], "first_year", "2010–2009")
    put(flows, 1, "last_year", pd.NA)
    assert validate(Flows, flows) is flows


@pytest.mark.parametrize("column", ["market", "form", "role", "certainty", "basis", "commodity", "unit", "first_year"])
def test_a_column_of_the_wrong_type_is_one_fault_not_one_a_row(flows: gpd.GeoDataFrame, column: str) -> None:
    flows[column] = flows[column].astype("object")
    found = faults_of(flows)
    assert [(fault.row, fault.column, fault.value) for fault in found] == [(None, column, "object")]


def test_text_for_markets_tells_the_wrong_ones_and_the_type_at_once(flows: gpd.GeoDataFrame) -> None:
    put(flows, 2, "market", "opium")
    assert [(fault.row, fault.value) for fault in faults_of(flows)] == [(flows.index[2], "opium"), (None, "object")]


def test_another_crs_or_none_is_told_with_what_to_say(flows: gpd.GeoDataFrame) -> None:
    assert "to_crs('EPSG:4326')" in faults_of(flows.to_crs(3857))[0].hint
    bare = gpd.GeoDataFrame(pd.DataFrame(flows).assign(geometry=flows.geometry.to_numpy()))
    assert "set_crs('EPSG:4326')" in faults_of(bare)[0].hint
    assert validate(Flows, flows.to_crs("OGC:CRS84")) is not None


def test_a_plain_frame_is_told_how_to_become_geographic(flows: gpd.GeoDataFrame) -> None:
    assert "geopandas.GeoDataFrame(frame" in faults_of(pd.DataFrame(flows))[0].hint
    assert [fault.column for fault in faults_of(pd.DataFrame(flows.drop(columns="geometry")))] == ["geometry"]


@pytest.mark.parametrize("thing", ["flows.csv", None, [1, 2]])
def test_what_is_no_table_is_told_how_a_file_is_read(thing: object) -> None:
    assert "read_flows" in faults_of(thing)[0].hint


def test_duplicate_ids_are_told_and_hide_no_other_fault(flows: gpd.GeoDataFrame) -> None:
    twice = gpd.GeoDataFrame(pd.concat([flows, flows.iloc[:1]]))
    put(twice, 1, "last_year", 2001)
    put(twice, 0, "origin", "Foo")
    put(twice, 4, "origin", "Bar")
    told = {(fault.row, fault.column, fault.value) for fault in faults_of(twice)}
    first, second = flows.index[:2]
    assert told == {
        (first, "flow_id", first),
        (second, "first_year", "2010–2001"),
        (first, "origin", "Foo"),
        (first, "origin", "Bar"),
    }


def test_a_column_given_twice_and_an_index_of_another_name_are_told(flows: gpd.GeoDataFrame) -> None:
    twice = gpd.GeoDataFrame(pd.concat([flows, flows[["origin"]]], axis=1))
    assert [(fault.problem, fault.column) for fault in faults_of(twice)] == [("column given twice", "origin")]
    numbered = faults_of(flows.reset_index(drop=True))
    assert any("set_index('flow_id')" in fault.hint for fault in numbered)


def broken(flows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table with every kind of fault that the README promises to tell."""
    bad = gpd.GeoDataFrame(pd.concat([flows, flows.iloc[:1]])).to_crs(3857)
    put(bad, 0, "market", "herion")
    put(bad, 1, "origin", "Azerbeijan")
    bad.geometry = [*bad.geometry[:2], shapely.LineString(), *bad.geometry[3:]]
    put(bad, 3, "quantity", -5.0)
    put(bad, 3, "last_year", 1999)
    return gpd.GeoDataFrame(bad.drop(columns="wording"))


CALLS: list[Callable[..., object]] = [
    lambda frame: validate(Flows, frame),
    azroutes.legs,
    azroutes.plot_flows,
    azroutes.explore_flows,
]


@pytest.mark.parametrize("call", CALLS, ids=["validate", "legs", "plot_flows", "explore_flows"])
def test_every_call_tells_all_faults_at_once(flows: gpd.GeoDataFrame, call: Callable[..., object]) -> None:
    bad = broken(flows)
    with pytest.raises(TableError) as caught:
        call(bad)
    ids = list(flows.index)
    assert {(fault.row, fault.column, str(fault.value)) for fault in caught.value.faults} == {
        (None, "geometry", "EPSG:3857"),
        (None, "wording", "None"),
        (None, "market", "object"),
        (ids[0], "flow_id", ids[0]),
        (ids[0], "market", "herion"),
        (ids[1], "origin", "Azerbeijan"),
        (ids[2], "geometry", "LINESTRING EMPTY"),
        (ids[3], "quantity", "-5.0"),
        (ids[3], "first_year", "2010–1999"),
    }


def test_a_frame_of_a_users_own_is_told_what_makes_flows_of_it(flows: gpd.GeoDataFrame) -> None:
    frame = pd.DataFrame({"from": ["Iran"], "to": ["Georgia"], "kg": [3]})
    assert "azroutes.read_flows makes flows" in faults_of(frame)[0].hint
    assert len(faults_of(frame)) > 15
    assert all("read_flows" not in fault.hint for fault in faults_of(flows.drop(columns=["via", "sources"])))
