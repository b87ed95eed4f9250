"""Columns are found as a user would, and never guessed between."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from azroutes import AzroutesError, FileForm, Gazetteer, OptionError, Policy, read_flows
from azroutes.accounting import KEPT
from azroutes.columns import PAIRS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("one", "other"), PAIRS)
@pytest.mark.parametrize("dress", [str, str.title, lambda name: name.replace("_", " ").upper()])
def test_common_names_of_ends_are_known(one: str, other: str, dress: object) -> None:
    assert callable(dress)
    table = pd.DataFrame({dress(one): ["Iran"], dress(other): ["Georgia"], "Amount": [3]})
    flows = read_flows(table)
    assert flows.index.tolist() == ["-:-:IRN>GEO"]
    assert flows["quantity"].tolist() == [3.0]


def test_our_own_names_come_before_common_ones() -> None:
    table = pd.DataFrame({"origin": ["Iran"], "destination": ["Georgia"], "from": ["x"], "to": ["y"], "value": [9],
                          "quantity": [1]})  # fmt: skip
    flows = read_flows(table)
    assert (flows.index.tolist(), flows["quantity"].tolist()) == (["-:-:IRN>GEO"], [1.0])
    assert "columns left aside: from, to, value" in flows.attrs[KEPT]["told"]


def test_of_two_codings_side_by_side_none_is_guessed() -> None:
    table = pd.DataFrame({"coo": ["GFR"], "coa": ["TUR"], "coo_iso": ["DEU"], "coa_iso": ["TUR"]})
    with pytest.raises(AzroutesError, match="say origin='coo', destination='coa' or origin='coo_iso'"):
        read_flows(table)
    assert read_flows(table, origin="coo_iso", destination="coa_iso").index.tolist() == ["-:-:DEU>TUR"]
    quantities = pd.DataFrame({"from": ["Iran"], "to": ["Georgia"], "value": [1], "count": [2]})
    with pytest.raises(AzroutesError, match="quantity='value' or quantity='count'"):
        read_flows(quantities)
    assert read_flows(quantities, quantity="count")["quantity"].tolist() == [2.0]


@pytest.mark.parametrize(
    "names", [("Country of origin", "Source", "Destination"), ("exporter", "importer", "from", "to")]
)
def test_ends_with_too_many_columns_are_not_missing(names: tuple[str, ...]) -> None:
    with pytest.raises(AzroutesError) as caught:
        read_flows(pd.DataFrame({name: ["Iran"] for name in names}))
    assert [fault.problem.partition(" may be")[0] for fault in caught.value.faults] == [
        "more than one column" if "Source" in names else "more than one pair of columns"
    ]


def test_an_end_without_a_column_is_told_beside_one_with_too_many() -> None:
    with pytest.raises(AzroutesError) as caught:
        read_flows(pd.DataFrame({"origin": ["Iran"], "value": [1], "count": [2]}))
    assert [(fault.column, fault.problem) for fault in caught.value.faults] == [
        ("quantity", "more than one column may be the quantity"), ("destination", "missing column"),
    ]  # fmt: skip


def test_several_places_on_the_way_are_told_how_to_stand_in_one_cell() -> None:
    table = pd.DataFrame({"origin": ["Afghanistan"], "via": ["Iran, Azerbaijan"], "destination": ["Georgia"]})
    with pytest.raises(AzroutesError, match=r"via 'Iran, Azerbaijan': several places, not one .join them by > "):
        read_flows(table)
    joined = read_flows(table.assign(via="Iran > Azerbaijan"))
    assert joined["via"].tolist() == ["IRN>AZE"]
    with pytest.raises(AzroutesError, match=r"origin 'Iran, Iraq': several places, not one .one row for each"):
        read_flows(table.assign(origin="Iran, Iraq", via=""))


def test_one_place_or_value_for_all_rows() -> None:
    table = pd.DataFrame({"Nationality": ["Albania", "Vietnam"], "Cases": [600, 478]})
    flows = read_flows(table, origin="Nationality", destination="United Kingdom", quantity="Cases", unit="persons",
                       market="human_trafficking", year=2015)  # fmt: skip
    assert set(flows["destination"]) == {"GBR"}
    assert set(flows["first_year"]) == {2015}
    assert set(flows["unit"]) == {"persons"}
    with pytest.raises(AzroutesError, match="destination 'Untied Kingdom': no such column, and no such place"):
        read_flows(table, origin="Nationality", destination="Untied Kingdom")
    with pytest.raises(AzroutesError, match=r"quantity 'Case': no such column .did you mean 'Cases'"):
        read_flows(table, origin="Nationality", destination="GBR", quantity="Case")


def test_columns_by_a_mapping_as_pandas_renames() -> None:
    table = pd.DataFrame({"A": ["Iran"], "B": ["Georgia"], "Remarks": ["reportedly"]})
    flows = read_flows(table, columns={"A": "origin", "B": "destination", "Remarks": "wording"})
    assert flows["wording"].tolist() == ["reportedly"]
    for columns, words in (({"A": "origins"}, "did you mean 'origin'"), ({"C": "origin"}, "no such column"),
                           ({"A": "origin", "B": "origin"}, "two columns for one")):  # fmt: skip
        with pytest.raises(AzroutesError, match=words):
            read_flows(table, columns=columns)


def test_a_column_that_is_nearly_ours_is_a_slip_unless_columns_are_said() -> None:
    table = pd.DataFrame({"origin": ["Iran"], "destination": ["Georgia"], "Certainly": ["W"]})
    with pytest.raises(AzroutesError, match="did you mean 'certainty'"):
        read_flows(table)
    assert read_flows(table, origin="origin").attrs[KEPT]["told"] == ["columns left aside: Certainly"]


@pytest.mark.parametrize("name", ["Source", "Data source", "Mənbə", "Источник"])
def test_a_column_of_sources_is_an_end_only_beside_the_other_end(name: str) -> None:
    flows = read_flows(pd.DataFrame({"origin": ["Iran"], "destination": ["Georgia"], name: ["Police, 2019"]}))
    assert flows["sources"].tolist() == ["Police, 2019"]
    assert f"sources is column {name!r}" in flows.attrs[KEPT]["told"]
    ends = read_flows(pd.DataFrame({"Source": ["Iran"], "Target": ["Georgia"]}))
    assert (ends["origin"].item(), ends["sources"].item()) == ("IRN", "")


def test_years_as_columns() -> None:
    table = pd.DataFrame({"From": ["Iran", "Iraq"], "To": ["Georgia", "Iran"], "2001": [1, None], "2002": [2, 5]})
    flows = read_flows(table, wide="year")
    assert flows["quantity"].tolist() == [3.0, 5.0]
    assert list(zip(flows["first_year"], flows["last_year"], strict=True)) == [(2001, 2002), (2002, 2002)]
    assert flows.attrs[KEPT]["rows"] == 3
    assert "1 empty cells are no rows" in flows.attrs[KEPT]["told"]
    with pytest.raises(AzroutesError, match=r"row 1, column 2002, quantity 'x'"):
        read_flows(
            table.rename(columns={"2002": "old"}).assign(old=[2, "x"]).rename(columns={"old": "2002"}), wide="year"
        )


def test_places_as_columns() -> None:
    table = pd.DataFrame({"Country": ["Iran", "Iraq"], "GEO": [1, 2], "Türkiye": [0, None], "GDP": [9, 9]})
    flows = read_flows(table, origin="Country", wide="destination")
    found = dict(zip(flows.index, flows["quantity"], strict=True))
    assert found == {"-:-:IRN>GEO": 1.0, "-:-:IRQ>GEO": 2.0, "-:-:IRN>TUR": 0.0}
    assert "columns left aside: GDP" in flows.attrs[KEPT]["told"]
    with pytest.raises(AzroutesError, match="not wide"):
        read_flows(table[["Country", "GDP"]], origin="Country", wide="destination")


def test_both_directions_in_a_row() -> None:
    table = pd.DataFrame({"a": ["Iran", "Iraq"], "b": ["Georgia", "Iran"], "there": [1, 2], "again": [3, None],
                          "via": ["Azerbaijan > Armenia", None]})  # fmt: skip
    flows = read_flows(table, origin="a", destination="b", quantity="there", back="again")
    found = dict(zip(flows.index, flows["quantity"], strict=True))
    assert found == {"-:-:IRN>AZE>ARM>GEO": 1.0, "-:-:GEO>ARM>AZE>IRN": 3.0, "-:-:IRQ>IRN": 2.0}
    with pytest.raises(AzroutesError, match=r"row 0 \(back\), quantity 'x'"):
        read_flows(
            table.assign(again=pd.Series(["x", None], dtype=object)),
            origin="a",
            destination="b",
            quantity="there",
            back="again",
        )


def test_places_of_a_table_of_nodes() -> None:
    nodes = pd.DataFrame({"name": ["Ankara Esenboğa", "Heydar Aliyev"], "iata": ["ESB", "GYD"], "Lat": [40.1, 40.5],
                          "Lon": [33.0, 50.0]})  # fmt: skip
    routes = pd.DataFrame({"from": ["ESB", "GYD"], "to": ["GYD", "XXX"]})
    flows, bad, _ = read_flows(routes, nodes=nodes, on_bad="collect")
    assert flows.index.tolist() == ["-:-:Ankara Esenbo%C4%9Fa@40.10000,33.00000>Heydar Aliyev@40.50000,50.00000"]
    assert bad["problem"].tolist() == ["no such place in the nodes"]
    with pytest.raises(AzroutesError, match="missing column"):
        read_flows(routes, nodes=nodes.drop(columns="Lat"))
    same = pd.concat([nodes, nodes.astype({"Lat": object}), nodes.iloc[:0]])
    assert read_flows(routes, nodes=same, on_bad="collect").account == read_flows(routes, nodes=nodes,
                                                                                  on_bad="collect").account  # fmt: skip
    twice = pd.concat([nodes, nodes.assign(Lat=1.0)])
    with pytest.raises(AzroutesError, match="several places in the nodes"):
        read_flows(routes, nodes=twice)


def test_coordinates_in_metres_and_axes_by_other_names() -> None:
    table = pd.DataFrame({"from": ["Bern"], "to": ["Zurich"], "x_from": [827000.0], "y_from": [5933000.0],
                          "x_to": [950000.0], "y_to": [6002000.0]})  # fmt: skip
    with pytest.raises(AzroutesError, match="need crs="):
        read_flows(table)
    (name,) = read_flows(table, crs="EPSG:3857").index
    assert name.startswith("-:-:Bern@46.9")
    with pytest.raises(AzroutesError, match="no such CRS"):
        read_flows(table, crs="EPSG:0")


def test_a_place_on_the_way_that_repeats_is_told_once() -> None:
    table = pd.DataFrame({"origin": ["Iran", "Iran"], "via": ["Iran", "Georgia"], "destination": ["Georgia"] * 2})
    flows = read_flows(table)
    assert flows.index.tolist() == ["-:-:IRN>GEO"]
    assert any("2 rows" in fact for fact in flows.attrs[KEPT]["told"])


def test_names_of_states_are_read_by_the_year_of_their_row() -> None:
    table = pd.DataFrame({"origin": ["USSR", "CS", "CS"], "destination": ["Georgia"] * 3, "year": [1985, 1990, 2004]})
    assert read_flows(table)["origin"].tolist() == ["CSK", "SCG", "SUN"]
    _, bad, account = read_flows(table.assign(year=[2010, 1990, 2004]), on_bad="collect")
    assert bad["problem"].tolist() == ["Soviet Union was there from 1922 to 1991"]
    assert list(account.aside) == ["a state that was not there in that year"]
    with pytest.raises(AzroutesError, match="the name of several places"):
        read_flows(table.drop(columns="year"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [("Total", "a total, no place"), ("Stateless", "people without a nationality, no place"),
     ("Unknown", "a place that is not known")],
)  # fmt: skip
def test_what_is_no_place_is_counted_as_what_it_is(name: str, reason: str) -> None:
    table = pd.DataFrame({"origin": ["Iran", name], "destination": ["Georgia"] * 2})
    _, bad, account = read_flows(table, on_bad="collect")
    assert dict(account.aside) == {reason: ("1",)}
    assert bad["hint"].tolist()[0]


def test_places_of_a_gazetteer_of_ones_own() -> None:
    own = Gazetteer.read(pd.DataFrame({"code": ["B1"], "name": ["Red Bridge"], "lon": [45.07], "lat": [41.33],
                                       "aliases": ["Krasny Most; Qırmızı Körpü"]}))  # fmt: skip
    table = pd.DataFrame({"from": ["krasny most", "Azerbaijan"], "to": ["Georgia", "Red Bridge"]})
    flows = read_flows(table, nodes=own)
    assert set(flows["origin"]) | set(flows["destination"]) == {"AZE", "GEO", "Red Bridge@41.33000,45.07000"}


@pytest.mark.parametrize("keys", [[7, 8, 9], [7.0, 8.0, 9.0], ["7", "8", "9"]])
@pytest.mark.parametrize("ends", [[7, 8], [7.0, 8.0], ["7", "8"]])
def test_keys_of_nodes_that_are_numbers_here_and_text_there(keys: list[object], ends: list[object]) -> None:
    nodes = pd.DataFrame({"id": keys, "x": [1, 2, 3], "y": [1, 2, 3]})
    table = pd.DataFrame({"origin": ends, "destination": ends[::-1], "value": [1, 2]})
    assert sorted(read_flows(table, nodes=nodes)["origin"]) == ["7@1.00000,1.00000", "8@2.00000,2.00000"]


def test_nodes_without_coordinates_are_told_and_twice_alike_is_once() -> None:
    nodes = pd.DataFrame({"id": ["a", "a", "b", "b", "c"], "lat": [1, 1, pd.NA, pd.NA, 2],
                          "lon": [1, 1, None, None, "x"]}, dtype=object)  # fmt: skip
    table = pd.DataFrame({"origin": ["a", "b", "c"], "destination": ["a", "a", "a"]})
    bad = read_flows(table, nodes=nodes, on_bad="collect").bad
    assert bad["problem"].tolist() == ["missing coordinates", "no point on the globe"]


def test_totals_of_a_wide_table_are_no_places_and_no_years() -> None:
    matrix = pd.DataFrame(
        {"Country": ["Iran", "Total"], "Georgia": [1, 3], "Peru": [2, 4], "Total": [3, 7], "Unknown": [0, 0]}
    )
    flows, bad, account = read_flows(matrix, origin="Country", wide="destination", on_bad="collect")
    assert (flows["quantity"].sum(), bad["problem"].unique().tolist()) == (3, ["a total, no place"])
    assert "columns left aside: Total, Unknown" in account.told
    years = pd.DataFrame({"from": ["Iran"], "to": ["Peru"], "2014": [1], "2015": [2], "Total": [3]})
    flows = read_flows(years, wide="year")
    assert (flows["quantity"].tolist(), flows["last_year"].tolist()) == ([3], [2015])


def test_a_column_that_may_be_a_place_is_never_left_out_of_a_matrix() -> None:
    table = pd.DataFrame(
        {"Country": ["Iran", "Iraq"], "GEO": [1, 2], "Land": [5, 5], "Total": [3, 4], "Unknown": [7, 8]}
    )
    told = read_flows(table, origin="Country", wide="destination").attrs[KEPT]["told"]
    assert any(
        "no place, left aside: Total (a total, no place), Unknown (a place that is not known)" in t for t in told
    )
    for name, words in (("Congo", "COD .* or COG"), ("Türkiye (1)", "did you mean 'Türkiye'"),
                        ("Azerbaijann", "did you mean 'Azerbaijan'")):  # fmt: skip
        with pytest.raises(AzroutesError, match=f"- {re.escape(name)}: .*{words}"):
            read_flows(table.assign(**{name: [1, 2]}), origin="Country", wide="destination")
        text = table.assign(**{name: ["see", "note"]})  # no number would be lost with it
        assert len(read_flows(text, origin="Country", wide="destination")) == 2
    noted = table.assign(**{"Türkiye (1)": [1, 2]})
    flows = read_flows(noted, origin="Country", wide="destination", file=FileForm(notes=("(1)",)))
    assert sorted(flows["destination"]) == ["GEO", "GEO", "TUR", "TUR"]


def test_a_column_that_numbers_the_rows_is_not_a_place_of_two_letters() -> None:
    table = pd.DataFrame({"ID": [1, 2, 3], "Country": ["Iran", "Iraq", "Peru"], "US": [4, 2, 3]})
    with pytest.raises(AzroutesError, match="- ID: a place, or the number of the row"):
        read_flows(table, origin="Country", wide="destination")
    assert set(read_flows(table.assign(ID=[1, 3, 2]), origin="Country", wide="destination")["destination"]) == {
        "IDN",
        "USA",
    }


@pytest.mark.parametrize("name", ["2002 (p)", "2002*", "2002p", "FY2002", "2002, 2004", "Jan-02"])
def test_a_column_that_may_be_a_year_is_never_left_out(name: str) -> None:
    table = pd.DataFrame({"from": ["Iran"], "to": ["Peru"], "2001": [1], name: [2]})
    with pytest.raises(AzroutesError, match=f"- {re.escape(name)}: a column that may be a year"):
        read_flows(table, wide="year")
    assert read_flows(table.assign(**{name: ["text"]}), wide="year")["quantity"].tolist() == [1.0]
    assert read_flows(table.rename(columns={name: "2002*"}), wide="year",
                      file=FileForm(notes=("*",)))["last_year"].tolist() == [2002]  # fmt: skip


def test_months_and_spans_as_columns_but_no_year_twice() -> None:
    ends = {"from": ["Iran"], "to": ["Peru"]}
    months = read_flows(pd.DataFrame({**ends, "JAN2009": [4], "Feb 2009": [4], "2010-03": [5]}), wide="year",
                        policy=Policy(repeat="drop"))  # fmt: skip
    assert (months["quantity"].tolist(), months["first_year"].tolist(), months["last_year"].tolist()) == (
        [13.0],
        [2009],
        [2010],
    )
    fiscal = read_flows(pd.DataFrame({**ends, "2011-12": [1], "2012-13": [2]}), wide="year")
    assert (fiscal["first_year"].tolist(), fiscal["last_year"].tolist()) == ([2011], [2013])
    for names in (["2010", "2011", "2010-2011"], ["JAN2009", "2009"], ["2010-2012", "2011-2013"]):
        with pytest.raises(AzroutesError, match="years that are counted twice"):
            read_flows(pd.DataFrame({**ends, **{name: [1] for name in names}}), wide="year")


def test_each_row_may_count_for_a_number() -> None:
    table = pd.DataFrame({"from": ["Iran", "Iran"], "to": ["Peru", "Peru"], "quantity": [8, 9]})
    assert read_flows(table, quantity=1, unit="victims", precise=True)["quantity"].tolist() == [2.0]
    comma = FileForm(decimal=",")
    assert read_flows(table, quantity=1.5, file=comma)["quantity"].tolist() == [3.0]
    for number in (-1, True, float("nan"), float("inf")):
        with pytest.raises(AzroutesError, match="no number that a row can count for"):
            read_flows(table, quantity=number)
    with pytest.raises(AzroutesError, match=r"said twice \(each way has its own\)"):
        read_flows(table, quantity=1, back="quantity")


@pytest.mark.parametrize(("wide", "said"), [
    ("year", {"year": "Y"}), ("year", {"year": 1999}), ("year", {"quantity": "q"}), ("year", {"quantity": 1}),
    ("year", {"columns": {"q": "back"}}), ("destination", {"destination": "Chile"}),
    ("destination", {"columns": {"q": "destination_lon", "Y": "destination_lat"}}),
    ("destination", {"columns": {"q": "route"}}),
])  # fmt: skip
def test_what_the_cells_of_a_wide_table_say_is_not_said_again(wide: str, said: dict[str, object]) -> None:
    table = pd.DataFrame({"origin": ["Iran"], "destination": ["Peru"], "Y": [2010], "q": [9], "2015": [1], "AZ": [2]})
    with pytest.raises(OptionError, match="said twice"):
        read_flows(table, wide=wide, **said)  # type: ignore[call-overload]


@pytest.mark.parametrize("name", ["quantity", "Year"])
def test_a_column_of_a_wide_table_that_its_cells_stand_for_is_told(name: str) -> None:
    table = pd.DataFrame({"origin": ["Iran"], "destination": ["Peru"], name: [1999], "2015": [1], "2016": [2]})
    flows = read_flows(table, wide="year")
    assert (flows["quantity"].tolist(), flows["first_year"].tolist()) == ([3.0], [2015])
    told = flows.attrs[KEPT]["told"]
    assert f"column {name!r} is left aside: the cells and their columns say that" in told


def test_columns_of_one_place_are_told() -> None:
    table = pd.DataFrame({"origin": ["AZ"], "IR": [1], "Iran": [1], "West Bank": [2], "Gaza": [3]})
    told = read_flows(table, wide="destination").attrs[KEPT]["told"]
    assert [line for line in told if "one place" in line] == [
        "columns 'IR' and 'Iran' are one place, IRN: their cells are added",
        "columns 'West Bank' and 'Gaza' are one place, PSE: their cells are added",
    ]


@pytest.mark.parametrize("names", [["from", "from", "to", "n"], ["From", "to", "To", "n"]])
def test_ends_by_a_common_name_that_is_there_twice_are_not_guessed(names: list[str]) -> None:
    with pytest.raises(AzroutesError, match="column given twice"):
        read_flows(pd.DataFrame([["Iran", "Peru", "Chile", 1]], columns=names))


def test_a_coordinate_without_the_other_is_told() -> None:
    ends = {"origin": ["x"], "destination": ["Peru"]}
    with pytest.raises(AzroutesError, match="origin_lat: missing column"):
        read_flows(pd.DataFrame({**ends, "origin_lon": [1]}))
    flows = read_flows(pd.DataFrame({"from": ["AZ"], "to": ["Peru"], "from_long": ["Azerbaijan"]}))
    assert "columns left aside: from_long" in flows.attrs[KEPT]["told"]


def test_totals_and_two_directions_in_columns_left_aside_are_told() -> None:
    table = pd.DataFrame({"from": ["Iran", "Iran", "World"], "to": ["Peru", "Peru", "Peru"], "sex": ["T", "F", "F"],
                          "flowCode": ["M", "X", "X"], "partner": ["IRN", "IRN", "World"]})  # fmt: skip
    told = read_flows(table, on_bad="collect").account.told
    assert [t for t in told if "beside" in t] == [
        "column 'sex', left aside, has 'T' beside 'F': a total and its parts are added up unless one is left out"
    ]
    assert any(t.startswith("column 'flowCode', left aside, has 'M' and 'X'") for t in told)
    other = table.assign(sex="F", flowCode="X", purpose=["T", "P", "P"], code=["001", "002", "002"])
    assert not any("beside" in t for t in read_flows(other, on_bad="collect").account.told)
    one = read_flows(table[table["sex"] == "F"], on_bad="collect").account.told
    assert not any("beside" in t or "run the other way" in t for t in one)
    drugs = read_flows(table.assign(commodity=["All drugs", "heroin", "heroin"]), on_bad="collect").account.told
    assert any(t.startswith("column 'commodity' has 'All drugs' beside 'heroin'") for t in drugs)


def test_columns_without_a_name_are_told() -> None:
    table = pd.DataFrame([["Iran", "Peru", 3, 4]], columns=["from", "to", "n", ""])
    assert "columns left aside: one without a name" in read_flows(table).attrs[KEPT]["told"]


def test_a_whole_route_in_a_cell() -> None:
    routes = ["Mozambique - Kenya - Viet Nam", "Tanzania → UAE->China", "Guinea-Bissau > Timor-Leste",
              "Iran –> Türkiye", "Uganda-Singapore", "", "Kenya > > China"]  # fmt: skip
    table = pd.DataFrame({"Route": routes, "origin": "Peru", "Kilos": range(7)})
    flows, bad, account = read_flows(table, quantity="Kilos", columns={"Route": "route"}, on_bad="collect")
    assert set(flows.index) == {f"-:-:{way}" for way in ("MOZ>KEN>VNM", "TZA>ARE>CHN", "GNB>TLS", "IRN>TUR")}
    assert bad.index.tolist() == [4, 5, 6]
    assert set(bad["problem"]) == {"not a route of two places or more"}
    assert [fault.row for fault in account.faults] == ["4", "5", "6"]  # and not again for either end
    assert "columns left aside: origin" in account.told
    with pytest.raises(AzroutesError, match=r"destination: said twice .a route holds the ends"):
        read_flows(table, destination="Peru", columns={"Route": "route"})
    with pytest.raises(AzroutesError, match="destination: missing column"):
        read_flows(table.rename(columns={"Route": "route"}))  # a name of its own, unless it is said


@pytest.mark.parametrize(("name", "wide"), [("2001", "year"), ("JAN2009", "year"), ("Peru", "destination")])
def test_a_year_or_place_that_is_there_twice_is_not_added_up(name: str, wide: str) -> None:
    table = pd.DataFrame([["Iran", "Georgia", 1, 2]], columns=["from", "to", name, name])
    with pytest.raises(AzroutesError, match=f"- {name}: a column twice"):
        read_flows(table if wide == "year" else table.drop(columns="to"), wide=wide)


def test_regions_beside_their_countries_are_told() -> None:
    table = pd.DataFrame({"from": ["Europe", "France", "Iran"], "to": ["Peru", "Peru", "Peru"], "n": [5, 3, 2]})
    line = "origin 'Europe' stands beside 'France', which is within it: if it is a sum, all is counted twice"
    assert line in read_flows(table).attrs[KEPT]["told"]
    for other in (table.drop(index=1), table.assign(to=["Peru", "Chile", "Peru"])):
        assert not any("within it" in told for told in read_flows(other).attrs[KEPT]["told"])


def test_numbers_of_a_frame_stand_beside_texts_with_a_decimal_comma() -> None:
    cells = [1.5, "2,5", 3, Decimal("1.125")]
    table = pd.DataFrame({"from": "Iran", "to": "Peru", "n": pd.Series(cells, dtype=object)})
    assert read_flows(table, file=FileForm(decimal=",", thousands="."))["quantity"].tolist() == [8.125]


@pytest.mark.parametrize("quantity", ["victims", None])
def test_a_unit_that_names_the_column_of_the_quantity_is_that_of_all_rows(quantity: str | None) -> None:
    table = pd.DataFrame({"from": ["Iran", "Iraq"], "to": ["Georgia"] * 2, "victims": [1, 2]})
    flows = read_flows(table, quantity=quantity, unit="victims")
    assert (flows["quantity"].sum(), set(flows["unit"])) == (3.0, {"victims"})
    assert "unit is 'victims' in all rows: the column 'victims' is the quantity" in flows.attrs[KEPT]["told"]
    opium = table.rename(columns={"victims": "opium"})
    assert set(read_flows(opium, quantity="opium", commodity="opium")["commodity"]) == {"opium"}


def test_a_column_of_numbers_is_no_unit_and_one_column_not_both_ends() -> None:
    table = pd.DataFrame({"from": ["Iran"], "to": ["Georgia"], "value": [1], "kg": [2]})
    with pytest.raises(AzroutesError, match=r"row 0, unit '2': a number, no unit .say unit='kg' for all rows"):
        read_flows(table, unit="kg")
    with pytest.raises(AzroutesError, match="'from': one column for both ends"):
        read_flows(table, origin="from", destination="from", quantity="kg")
    with pytest.raises(AzroutesError, match="'kg': one column for both ways"):
        read_flows(table, quantity="kg", back="kg")


def test_cells_that_are_empty_in_a_column_that_is_not_are_told() -> None:
    # As where cells of a sheet were merged: only the first of them holds what is meant of all.
    table = pd.DataFrame({"from": ["Iran", "Iran", "Iraq"], "to": ["Georgia"] * 3, "value": [1, 2, 3],
                          "commodity": ["opium", None, None], "year": [2018, None, 2019]})  # fmt: skip
    told = read_flows(table).attrs[KEPT]["told"]
    assert "commodity is empty in 2 of 3 rows, and not taken from the row above" in told
    assert "year is empty in 1 of 3 rows, and not taken from the row above" in told


@pytest.mark.parametrize("crs", [None, "EPSG:4326"])
def test_how_the_file_of_flows_is_kept_is_not_said_of_that_of_nodes(tmp_path: Path, crs: str | None) -> None:
    for name, text in {"points.csv": "id,lat,lon\na,40.5,49.75\nb,41,29\n",
                       "commas.csv": "id;lat;lon\na;40,5;49,75\nb;41;29\n",
                       "flows.csv": "A title\norigin|destination|value\na|b|1,5\n"}.items():  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
    form = FileForm(header=2, separator="|", decimal=",")
    ways = [read_flows(tmp_path / "flows.csv", file=form, nodes=nodes, crs=crs) for nodes in (
        tmp_path / "points.csv", tmp_path / "commas.csv", pd.read_csv(tmp_path / "points.csv"))]  # fmt: skip
    assert {(*flows["quantity"], *flows["origin"]) for flows in ways} == {(1.5, "a@40.50000,49.75000")}


@pytest.mark.parametrize(
    "header",
    ["ÇIKIŞ ÜLKESİ,Varış ülkesi,Miktar,Yıl,Birim", "Mənşə ölkəsi,Təyinat ölkəsi,Miqdar,year,Vahid",
     "Страна отправления,Страна назначения,Количество,Год,Единица измерения",
     "Pays d'origine,Pays de destination,Quantité,Année,Unité", "País de origen,País de destino,Cantidad,Año,Unidad",
     "Herkunftsland,Zielland,Menge,Jahr,Einheit"],
)  # fmt: skip
def test_names_of_columns_in_other_languages(header: str) -> None:
    flows = read_flows(pd.DataFrame([["İran", "Rusiya", 5, 2019, "kg"]], columns=header.split(",")))
    assert (flows.index.tolist(), flows["quantity"].tolist()) == (["-:-:IRN>RUS"], [5.0])
    assert (flows["first_year"].tolist(), flows["unit"].tolist()) == ([2019], ["kg"])


def test_where_no_quantity_is_read_columns_of_numbers_are_told() -> None:
    table = pd.DataFrame(
        {"from": ["Iran", "Iraq"], "to": ["Georgia"] * 2, "No. of cases": [1, None], "note": ["1", "x"]}
    )
    (told,) = [fact for fact in read_flows(table).attrs[KEPT]["told"] if "no quantity" in fact]
    assert told.startswith("no quantity is read; columns of numbers are 'No. of cases': say quantity=")
    assert "no quantity" not in str(read_flows(table, quantity="No. of cases", on_bad="collect").account.told)


def test_points_at_nowhere_and_quantities_that_number_the_rows_are_told() -> None:
    table = pd.DataFrame({"from": ["Baku", "Ganja", "Gəncə"], "to": ["Georgia"] * 3, "from_lon": [0, 46.4, 46.4],
                          "from_lat": [0, 40.7, 40.7], "n": [1, 2, 3]})  # fmt: skip
    told = read_flows(table).attrs[KEPT]["told"]
    assert "1 rows are at 0, 0, where programs put places that they did not find" in told
    assert "the quantities are 1, 2, 3 and so on: does their column number the rows?" in told
    other = read_flows(table.assign(n=[1, 2, 4], from_lat=[0.1, 1, 1])).attrs[KEPT]["told"]
    assert not any("0, 0" in fact or "and so on" in fact for fact in other)


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", "frame"])
def test_nodes_that_are_points(tmp_path: Path, ending: str) -> None:
    nodes: object = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=gpd.points_from_xy([50, 45], [40, 41]), crs=4326)
    assert isinstance(nodes, gpd.GeoDataFrame)
    nodes = nodes.to_crs(3857) if ending != ".geojson" else nodes
    if ending != "frame":
        nodes.to_file(tmp_path / f"nodes{ending}")
        nodes = tmp_path / f"nodes{ending}"
    table = pd.DataFrame({"origin": ["a"], "destination": ["b"]})
    for crs in (None, "EPSG:2056") if ending != ".geojson" else (None,):
        flows = read_flows(table, nodes=nodes, crs=crs)
        assert flows.index.tolist() == ["-:-:a@40.00000,50.00000>b@41.00000,45.00000"]


def test_names_that_are_numbers_and_what_is_no_number() -> None:
    table = pd.DataFrame([["Iran", "Georgia", 1 + 0j]])
    names: dict[str, str] = {0: "origin", 1: "destination"}  # type: ignore[dict-item]
    assert read_flows(table, columns=names, unit="").index.tolist() == ["-:-:IRN>GEO"]
    with pytest.raises(AzroutesError, match=r"'\(1\+0j\)': not a quantity"):
        read_flows(table, columns=names, quantity="2")
    assert read_flows(table, columns=names, quantity=1, unit=" ")["unit"].isna().all()
    with pytest.raises(AzroutesError, match="'5': no such column"):
        read_flows(table, columns={5: "origin"})  # type: ignore[dict-item]


def test_names_of_columns_that_hold_a_year_are_told_where_none_is_called_by_one() -> None:
    table = pd.DataFrame({"from": ["Iran"], "to": ["Iraq"], "yr_2018": [1], "2019 [YR2019]": [2]})
    with pytest.raises(
        AzroutesError, match=r"no column is called by a year .call them by their years alone: 'yr_2018', '2"
    ):
        read_flows(table, wide="year")


def test_a_matrix_with_an_empty_corner() -> None:
    matrix = pd.DataFrame([["Iran", 1, 2], ["Iraq", 3, None]], columns=["", "Georgia", "Peru"])
    flows = read_flows(matrix, wide="destination")
    assert (flows["quantity"].sum(), flows["destination"].tolist()) == (6.0, ["GEO", "PER", "GEO"])
    assert "origin is the first column, which has no name" in flows.attrs[KEPT]["told"]
    assert read_flows(matrix, wide="origin")["origin"].tolist() == ["GEO", "GEO", "PER"]
    named = matrix.set_axis(["Reporter", "Georgia", "Peru"], axis=1)
    with pytest.raises(AzroutesError, match="origin: missing column"):
        read_flows(named, wide="destination")


def test_numbers_below_no_name_are_not_lost_in_a_wide_table() -> None:
    # As where the name of a year stands above two columns, in a merged cell.
    table = pd.DataFrame([["Iran", "Iraq", 1, 2, ""]], columns=["from", "to", "2018", "", ""])
    with pytest.raises(AzroutesError, match="number 4: numbers in a column without a name") as caught:
        read_flows(table, wide="year")
    assert len(caught.value.faults) == 1


def test_points_that_are_turned_are_told() -> None:
    spots = pd.DataFrame({"id": ["IRN", "AZE", "Peru"], "lat": [35.7, 40.4, -12], "lon": [51.4, 49.9, -77]})
    table = pd.DataFrame({"from": ["IRN", "IRN"], "to": ["AZE", "Peru"]})
    assert "where the longitude" not in str(read_flows(table, nodes=spots).attrs[KEPT])
    turned = spots.rename(columns={"lat": "lon", "lon": "lat"})
    told = read_flows(table, nodes=turned).attrs[KEPT]["told"]
    assert told[-1] == (
        "'AZE' is read at longitude 40.4, latitude 49.9, far from Azerbaijan: turned, it and all others would be near; "
        "is the latitude where the longitude should be?"
    )
    out = pd.DataFrame({"origin_lon": [40.4], "origin_lat": [149.9], "destination": ["Peru"]})
    with pytest.raises(AzroutesError, match="is the latitude where the longitude should be"):
        read_flows(out)


def test_degrees_that_are_said_to_be_metres_are_told() -> None:
    line = shapely.LineString([(51, 35), (49.9, 40.4)])
    told = read_flows(gpd.GeoDataFrame(geometry=[line], crs="EPSG:3857")).attrs[KEPT]["told"]
    assert "all points are next to 0, 0: are these degrees that are said to be metres?" in told
    assert "metres" not in str(read_flows(gpd.GeoDataFrame(geometry=[line], crs="EPSG:4326")).attrs[KEPT])


def test_hints_say_what_marks_and_notes_may_be() -> None:
    table = pd.DataFrame({"from": ["Iran"] * 2, "to": ["Peru"] * 2, "via": ["-", None], "value": ["c", "#N/A"],
                          "year": ["2015*", "2016"]})  # fmt: skip
    reading = read_flows(table, on_bad="collect")
    assert {fault.column: fault.hint for fault in reading.account.faults} == {
        "via": "leave it empty where nothing is on the way; say file=FileForm(missing=('-',))",
        "quantity": "nothing? say file=FileForm(missing=('c',))",
        "year": "a note? say file=FileForm(notes=('*',))",
    }
    assert "no quantity where there stands '#N/A' (1)" in reading.account.told


def test_words_that_differ_in_capitals_alone_are_told_and_kept_apart() -> None:
    table = pd.DataFrame(
        {
            "origin": ["Iran"] * 5,
            "destination": ["Georgia"] * 5,
            "market": "heroin_trade",
            "commodity": ["heroin", "Heroin", "heroin ", "opium", "!!"],
            "group": ["a", "b", "?", "!", ""],
        }
    )
    flows = read_flows(table)
    assert sorted(flows["commodity"]) == ["!!", "Heroin", "heroin", "opium"]
    assert [line for line in flows.attrs[KEPT]["told"] if "may be one" in line] == [
        "column 'commodity' has 'Heroin' and 'heroin': they are read as two, and may be one"
    ]
