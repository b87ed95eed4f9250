"""Frames as analysts leave them, and lines as GIS programs keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from azroutes import AzroutesError, read_flows

if TYPE_CHECKING:
    from pathlib import Path

CASES = pd.DataFrame({"origin": ["Iran", "Iran", "Iraq"], "destination": ["Georgia", "Georgia", "Iran"],
                      "year": [2018, 2018, 2019], "value": [1, 2, 3]})  # fmt: skip


def test_keys_of_what_was_grouped_are_columns(tmp_path: Path) -> None:
    grouped = CASES.groupby(["origin", "destination", "year"])[["value"]].sum()
    grouped.to_parquet(tmp_path / "grouped.parquet")
    for source in (grouped, tmp_path / "grouped.parquet"):
        flows = read_flows(source)
        assert flows["quantity"].to_dict() == {"-:-:IRN>GEO": 3.0, "-:-:IRQ>IRN": 3.0}
        assert flows["first_year"].tolist() == [2018, 2019]
    assert list(grouped.columns) == ["value"]  # the frame that is read stays as it was
    with pytest.raises(AzroutesError, match=r"series.reset_index\(\) is one"):
        read_flows(grouped["value"])


def test_a_matrix_keeps_its_places_in_its_index() -> None:
    matrix = CASES.pivot_table(index="origin", columns="destination", values="value", aggfunc="sum")
    assert read_flows(matrix, wide="destination")["quantity"].sum() == 6


def test_shapes_that_are_points_are_told_and_are_no_ends() -> None:
    points = gpd.GeoDataFrame(
        CASES, geometry=gpd.GeoSeries.from_wkt(["POINT (50 40)", "POINT (45 41)", "POINT EMPTY"]), crs=4326
    )
    told = read_flows(points).attrs["account"]["told"]
    assert "its shapes are points, its columns lon and lat" in told
    assert read_flows(points)["quantity"].sum() == 6


def test_numbers_of_rows_are_no_column_whatever_they_are_called() -> None:
    numbered = CASES.drop(columns="value").rename_axis("number")
    assert read_flows(numbered)["quantity"].isna().all()


def test_columns_of_several_names() -> None:
    pivoted = CASES.pivot_table(index=["origin", "destination"], columns="year", values=["value"], aggfunc="sum")
    flows = read_flows(pivoted.reset_index(), wide="year")
    assert flows[["quantity", "first_year"]].to_numpy().tolist() == [[3.0, 2018], [3.0, 2019]]
    # As pandas reads two lines of names, of which the lower is empty in places.
    names = [
        ("origin", "Unnamed: 0_level_1"),
        ("destination", "Unnamed: 1_level_1"),
        ("2018", "men"),
        ("2018", "women"),
    ]
    lines = pd.DataFrame([["Iran", "Iraq", 1, 2]], columns=pd.MultiIndex.from_tuples(names))
    reading = read_flows(lines, quantity="2018 women", on_bad="collect")
    assert (reading.flows["quantity"].tolist(), reading.account.told) == ([2.0], ("columns left aside: 2018 men",))


def test_names_that_stand_twice_are_told_as_such() -> None:
    table = pd.DataFrame([["Iran", "Iraq", 1, 2]], columns=["origin", "destination", "value", "value"])
    with pytest.raises(AzroutesError, match=r"value: column given twice .give each a name of its own"):
        read_flows(table)


def test_lines_in_several_pieces_are_one_where_each_goes_on_from_one_before(tmp_path: Path) -> None:
    whole = [[(50, 40), (45, 41)]], [[(50, 40), (45, 41)], [(45, 41), (29, 41)]], [[(1, 1), (2, 2)], [(0, 0), (1, 1)]]
    apart = [[(50, 40), (45, 41)], [(44, 41), (29, 41)]], [[(1, 1), (2, 2)], [(3, 3), (2, 2)]]
    lines = gpd.GeoDataFrame({"value": range(5)}, geometry=[*map(shapely.MultiLineString, (*whole, *apart))], crs=4326)
    path = tmp_path / "lines.gpkg"
    lines.to_file(path)
    flows, bad, _ = read_flows(path, on_bad="collect")
    assert [index[4:] for index in flows.sort_values("quantity").index] == [
        "@40.00000,50.00000>@41.00000,45.00000", "@40.00000,50.00000>@41.00000,29.00000",
        "@0.00000,0.00000>@2.00000,2.00000"]  # fmt: skip
    assert bad["problem"].tolist() == ["not a line"] * 2


@pytest.mark.parametrize("index", [
    pd.to_datetime(["2015-01-01", "2016-01-01"]), pd.PeriodIndex(["2015", "2016"], freq="Y"), pd.Index([0.1, 1e22]),
    pd.CategoricalIndex(["a", "b"]), pd.to_timedelta([1, 2], unit="D"), pd.Index([True, False]),
    pd.interval_range(0, 2), pd.Index([None, "x"], dtype=object),
], ids=lambda index: type(index).__name__ + str(index.dtype))  # fmt: skip
def test_rows_are_found_again_whatever_they_are_named_by(index: pd.Index) -> None:
    table = pd.DataFrame({"origin": ["Iran", "Nowhere"], "destination": ["Peru"] * 2, "quantity": [1, 2]}, index=index)
    flows, bad, account = read_flows(table, on_bad="collect")
    assert (flows.index.tolist(), bad["origin"].tolist(), account.read) == (["-:-:IRN>PER"], ["Nowhere"], 1)
