"""What FlowmapBlue, kepler.gl and networkx are given: every flow, no formula, and both files or none."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import azroutes
from azroutes.errors import OptionError, OutputError, TableError
from azroutes.exchange import to_flowmap, to_kepler, to_networkx
from azroutes.flows import legs
from azroutes.write import write_flows, write_together

if TYPE_CHECKING:
    import geopandas as gpd


@pytest.fixture(scope="module")
def flows() -> gpd.GeoDataFrame:
    table = pd.DataFrame({
        "origin": ["AFG", "IRN", "AZE", "=cmd|' /C calc'!A0"], "origin_lon": [None, None, None, 3.5],
        "origin_lat": [None, None, None, 4.25], "via": ["IRN>AZE", None, None, None],
        "destination": ["RUS", "AZE", "AZE", "TUR"], "market": ["heroin_trade"] * 3 + ["fauna_crimes"],
        "quantity": [10.5, 2, None, 3], "unit": "kg", "year": [2010, 2011, 2011, None],
        "wording": ["@x", "", "", "-1+1"],
    }).drop(columns=["origin_lon", "origin_lat"])  # fmt: skip
    named = table.assign(origin=["AFG", "IRN", "AZE", "'%3Dcmd@4.25000,3.50000"])
    found = azroutes.read_flows(named)
    later = found.copy()
    later.loc[later["origin"] == "IRN", "last_year"] = 2014
    return later


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_flowmap_has_a_row_for_each_leg_and_all_its_places(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    written = to_flowmap(flows, tmp_path / "new" / "map")
    assert [path.name for path in written] == ["locations.csv", "flows.csv"]
    locations, rows = (rows_of(path) for path in written)
    assert list(locations[0]) == ["id", "name", "lat", "lon"]
    assert list(rows[0])[:4] == ["origin", "dest", "count", "time"]
    assert len(rows) == len(legs(flows)) == 6
    # Both files disarm a code alike, so they still name the same places.
    assert {row[end] for row in rows for end in ("origin", "dest")} == {row["id"] for row in locations}
    assert not any(cell[:1] in set("=+-@") for row in [*locations, *rows] for name, cell in row.items()
                   if name not in {"lat", "lon", "count"})  # fmt: skip
    azerbaijan = next(row for row in locations if row["id"] == "AZE")
    assert azerbaijan["name"] == "Azerbaijan"
    assert float(azerbaijan["lon"]) == azroutes.resolve("AZE").lon
    opium = [row for row in rows if row["flow_id"].endswith("AFG>IRN>AZE>RUS")]
    assert [(row["origin"], row["dest"], row["count"], row["time"]) for row in opium] == [
        ("AFG", "IRN", "10.5", "2010"), ("IRN", "AZE", "10.5", "2010"), ("AZE", "RUS", "10.5", "2010")
    ]  # fmt: skip
    # A period of several years is no point in time, and no number is not zero.
    assert next(row for row in rows if row["flow_id"].endswith(":IRN>AZE"))["time"] == ""
    assert next(row for row in rows if row["flow_id"].endswith(":AZE>AZE"))["count"] == ""


def test_whole_flows_add_up_to_the_total_of_the_table(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    rows = rows_of(to_flowmap(flows, tmp_path, via="whole")[1])
    assert len(rows) == len(flows)
    assert sum(float(row["count"] or 0) for row in rows) == flows["quantity"].sum()
    assert {"IRN"} == {row["origin"] for row in rows if row["dest"] == "AZE"} - {"AZE"}


def test_without_quantities_each_flow_counts_one(tmp_path: Path) -> None:
    flows = azroutes.load_flows()
    rows = rows_of(to_flowmap(flows, tmp_path, market="heroin_trade")[1])
    assert {row["count"] for row in rows} == {"1"}
    assert {row["market"] for row in rows} == {"heroin_trade"}
    assert {row["flow_id"] for row in rows} == set(flows.index[flows["market"] == "heroin_trade"])


def test_what_cannot_be_added_or_is_not_there_is_refused(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    mixed = flows.copy()
    mixed["unit"] = pd.Categorical([None if pd.isna(unit) else f"u{k}" for k, unit in enumerate(mixed["unit"])])
    with pytest.raises(OptionError, match="several units"):
        to_flowmap(mixed, tmp_path / "out")
    with pytest.raises(OptionError, match="via"):
        to_flowmap(flows, tmp_path / "out", via="all")
    for market in ("heroin", "arms_trafficking"):
        with pytest.raises(OptionError, match=r"market|no flow"):
            to_flowmap(flows, tmp_path / "out", market=market)
    with pytest.raises(TableError):
        to_flowmap(flows.drop(columns="via"), tmp_path / "out")
    with pytest.raises(OptionError, match=r"\.csv"):
        to_kepler(flows, tmp_path / "out.json")
    assert list(tmp_path.iterdir()) == []


def test_both_files_are_written_or_none(
    flows: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_flowmap(flows, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    real = Path.replace
    for failing in ("locations.csv", "flows.csv"):

        def replace(self: Path, target: Path, failing: str = failing) -> Path:
            if Path(target).name == failing and self.suffix == ".part":
                raise OSError(28, "No space left on device")
            return real(self, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", replace)
            with pytest.raises(OutputError, match="untouched"):
                to_flowmap(flows, tmp_path, via="whole")
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_in_the_way_stops_both(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    (tmp_path / "flows.csv").mkdir()
    with pytest.raises(OutputError, match="folder stands there"):
        to_flowmap(flows, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["flows.csv"]
    (tmp_path / "file").write_text("old")
    with pytest.raises(OutputError):
        to_flowmap(flows, tmp_path / "file")
    with pytest.raises(OutputError):
        to_kepler(flows, tmp_path / "file" / "x.csv")
    with pytest.raises(OutputError):
        write_flows(flows, tmp_path / "a\0b.csv")
    assert (tmp_path / "file").read_text() == "old"


def test_a_folder_that_refuses_is_told(
    flows: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    for write in (lambda: to_flowmap(flows, tmp_path), lambda: to_kepler(flows, tmp_path / "k.csv"),
                  lambda: write_flows(flows, tmp_path / "f.parquet")):  # fmt: skip
        with pytest.raises(OutputError, match="Permission denied"):
            write()
    assert list(tmp_path.iterdir()) == []


def test_files_that_were_not_there_are_not_there_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if Path(target).name == "b":
            raise OSError(5, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OutputError):
        write_together({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    assert list(tmp_path.iterdir()) == []


def test_the_same_flows_are_the_same_bytes(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    for name in ("a", "b"):
        to_flowmap(flows.copy(), tmp_path / name)
        to_kepler(flows.copy(), tmp_path / name / "kepler.csv")
    for name in ("locations.csv", "flows.csv", "kepler.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_kepler_has_two_pairs_of_points_first_and_no_lines(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    table = flows.assign(origin_lat="mine", home_lat=1.0, home_lng=2.0)
    to_kepler(table, tmp_path / "k.csv")
    rows = rows_of(tmp_path / "k.csv")
    names = list(rows[0])
    assert names[:4] == ["origin_lat", "origin_lng", "dest_lat", "dest_lng"]
    assert len(set(names)) == len(names)
    assert {"geometry", "icon"}.isdisjoint(names)
    assert {"home_lat", *flows.columns.drop("geometry")} <= set(names)
    assert len(rows) == len(legs(flows))
    step = rows[[row["flow_id"].endswith("AFG>IRN>AZE>RUS") for row in rows].index(True) + 1]
    iran, azerbaijan = azroutes.resolve("IRN"), azroutes.resolve("AZE")
    assert [float(step[name]) for name in names[:4]] == [iran.lat, iran.lon, azerbaijan.lat, azerbaijan.lon]
    assert [step[name] for name in ("order", "origin_name", "dest_name", "quantity")] == [
        "1",
        "Iran",
        "Azerbaijan",
        "10.5",
    ]
    to_kepler(flows, tmp_path / "whole.csv", via="whole")
    assert len(rows_of(tmp_path / "whole.csv")) == len(flows)


def test_a_graph_has_every_leg_and_place_in_plain_types(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    import networkx as nx

    graph = to_networkx(flows)
    assert graph.number_of_edges() == len(legs(flows))
    assert graph.nodes["AZE"] == {"name": "Azerbaijan", "kind": "country", "lon": azroutes.resolve("AZE").lon,
                                  "lat": azroutes.resolve("AZE").lat}  # fmt: skip
    name = next(name for name in flows.index if name.endswith("AFG>IRN>AZE>RUS"))
    edge = graph.edges["IRN", "AZE", f"{name}#1"]
    assert (edge["flow_id"], edge["order"], edge["quantity"], edge["first_year"]) == (name, 1, 10.5, 2010)
    assert {type(value) for *_, told in graph.edges(data=True) for value in told.values()} <= {str, int, float, bool}
    assert "quantity" not in graph.get_edge_data("AZE", "AZE")[f"{flows.index[flows['quantity'].isna()][0]}#0"]
    nx.write_graphml(graph, tmp_path / "flows.graphml")
    back = nx.read_graphml(tmp_path / "flows.graphml", force_multigraph=True)
    assert back.number_of_edges() == graph.number_of_edges()
    assert dict(back.nodes(data=True)) == dict(graph.nodes(data=True))
    key = {(a, b, told["flow_id"], told["order"]): told for a, b, told in back.edges(data=True)}
    assert key["IRN", "AZE", name, 1] == edge
    assert nx.has_path(graph, "AFG", "RUS")


def test_a_graph_of_whole_flows_has_one_edge_a_flow(flows: gpd.GeoDataFrame) -> None:
    graph = to_networkx(flows, via="whole")
    assert sorted(key for *_, key in graph.edges(keys=True)) == sorted(flows.index)
    again = azroutes.read_flows(pd.DataFrame({"origin": ["IRN"], "via": ["AZE>IRN>AZE"], "destination": ["IRN"]}))
    assert to_networkx(again).number_of_edges() == 4
    assert to_networkx(flows.iloc[:0]).number_of_nodes() == 0


def test_columns_of_the_users_own_may_have_any_name(flows: gpd.GeoDataFrame) -> None:
    table = flows.assign(key=1, u_for_edge="x", name="y", order="mine")
    told = [told for *_, told in to_networkx(table, via="whole").edges(data=True)]
    assert all((one["key"], one["u_for_edge"], one["order"]) == (1, "x", "mine") for one in told)


def test_without_networkx_the_error_says_what_installs_it(
    flows: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(OptionError, match=r'pip install "azroutes\[networkx\]"'):
        to_networkx(flows)
