"""A short run of tests/fuzz, the same each time; and what long ones found, each by itself."""

from __future__ import annotations

import random
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

import azroutes
from azroutes import AzroutesError, OptionError, TableError, read_flows, write_flows
from azroutes.cli import app
from azroutes.mending import mended

if TYPE_CHECKING:
    from collections.abc import Iterator

FUZZ = Path(__file__).parent / "fuzz"
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".ods", ".geojson", ".gpkg", ".parquet")


@pytest.fixture(scope="module")
def fuzz() -> Iterator[Any]:
    """Return the fuzzer, whose files find one another as they do when it is run by hand."""
    before = set(sys.modules)
    sys.path.insert(0, str(FUZZ))
    yield import_module("fuzz_read")
    sys.path.remove(str(FUZZ))
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(FUZZ)):
            del sys.modules[name]


@pytest.mark.parametrize("ending", ENDINGS)
def test_any_bytes_give_flows_or_our_error(fuzz: Any, tmp_path: Path, ending: str) -> None:
    told = [fuzz.run(random.Random(f"b {ending} {k}").randbytes(fuzz.LENGTH), tmp_path, ending) for k in range(8)]  # noqa: S311
    assert {what.split()[0] for what in told} == {ending}
    assert len(set(told)) > 1  # some were read, or a part of them


def test_the_same_choices_are_the_same_file(fuzz: Any, tmp_path: Path) -> None:
    for ending in ENDINGS:
        data = random.Random(ending).randbytes(fuzz.LENGTH)  # noqa: S311
        once, again = (fuzz.case(data, tmp_path, ending) for _ in range(2))
        assert once[2] == again[2]
        assert once[0] == again[0] == ending
        assert once[1] == again[1] or ending == ".gpkg"  # SQLite counts the changes of a file


def test_the_fuzzer_sees_a_broken_law(fuzz: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    path.write_text("origin,destination\nIran,Georgia\n")
    assert fuzz.hold(path) == "read"

    def breaks(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("azroutes.accounting.account_lines", breaks)
    with pytest.raises(fuzz.BrokenLawError, match="fault of azroutes"):
        fuzz.hold(path)
    monkeypatch.setattr("azroutes.read_flows", breaks)
    with pytest.raises(KeyError):
        fuzz.hold(path)


# What it found.

HUGE, FAR, LIST = 10**5000, pd.Series(np.array([10**12], dtype="datetime64[s]")).iloc[0], np.array([1, 2])


@pytest.mark.parametrize("cell", [HUGE, FAR, LIST], ids=["digits", "time", "array"])
@pytest.mark.parametrize("column", ["origin", "quantity", "year", "wording", "unit", "back", "via"])
def test_cells_that_are_no_text_and_cannot_be_written_out(cell: object, column: str) -> None:
    rows = pd.DataFrame(
        {"origin": ["Iran"] * 2, "destination": ["Georgia", "Peru"], "quantity": ["1", "2"]}, dtype=object
    )
    rows[column] = pd.Series([None, cell], dtype=object) if column not in rows else rows[column]
    rows[column] = pd.Series([rows[column][0], cell], dtype=object)
    back = {"back": column} if column == "back" else {}
    flows, bad, account = read_flows(rows, on_bad="collect", **back)  # type: ignore[call-overload]
    assert account.rows == account.read + len(bad)
    assert len(bad) == (column not in {"wording", "unit"})
    assert len(flows) == 2 - (len(bad) and column != "back")
    mended(rows)


def test_such_cells_in_tables_of_another_shape() -> None:
    rows = pd.DataFrame({"origin": ["Iran", "AZE"], "destination": ["Georgia", "RUS"], "2015": [LIST, 1]}, dtype=object)
    assert len(read_flows(rows, wide="year", on_bad="collect").bad) == 1
    nodes = pd.DataFrame({"key": ["a", HUGE], "lat": [1, 2], "lon": [1, FAR]}, dtype=object)
    with pytest.raises(TableError, match="no such place in the nodes"):
        read_flows(pd.DataFrame({"origin": ["a"], "destination": ["b"]}), nodes=nodes)
    with pytest.raises(AzroutesError):
        azroutes.resolve(HUGE)  # type: ignore[arg-type]


def test_rows_whose_labels_are_written_alike_are_told_apart() -> None:
    rows = pd.DataFrame({"origin": ["Iran", "Nowhere"], "destination": ["Georgia"] * 2}, index=pd.Index([1, "1"]))
    flows, bad, account = read_flows(rows, on_bad="collect")
    assert (len(flows), bad["origin"].tolist(), account.read) == (1, ["Nowhere"], 1)


def lines(coordinates: str, crs: str = "EPSG:3857") -> str:
    return (f'{{"type": "FeatureCollection", "crs": {{"properties": {{"name": {crs!r}}}}}, "features": [{{"geometry": '
            f'{{"type": "LineString", "coordinates": {coordinates}}}, "properties": {{"wording": "x"}}}}]}}'
            ).replace("'", '"')  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [
    (lines("[[1e300, 2], [3, 4]]"), "no place on the globe"), (lines("[[NaN, 2], [3, 4]]"), "missing coordinates"),
    (lines("[[1, 2], [3, 4]]", "EPSG:5773"), "no place on the ground"),
    (lines("[[1, 2], [3, 4]]", "EPSG:4978"), "no place on the ground"),
    (lines("[[1, 2], [3, 4]]").replace("LineString", ""), "not a shape of GeoJSON"),
])  # fmt: skip
def test_lines_that_are_nowhere(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "lines.geojson"
    path.write_text(text)
    with pytest.raises(TableError, match=words):
        read_flows(path)


def test_coordinates_and_crs_that_are_nowhere() -> None:
    rows = pd.DataFrame({"origin_lon": [1e300, 1e6], "origin_lat": 1, "destination_lon": 1, "destination_lat": 1})
    assert len(read_flows(rows, crs="EPSG:3857", on_bad="collect").bad) == 1
    for crs in ("EPSG:5773", 'LOCAL_CS["x"]'):
        with pytest.raises(OptionError, match="a CRS of no place on the ground"):
            read_flows(rows, crs=crs)
    local = gpd.GeoDataFrame(geometry=[shapely.LineString([(1, 2), (3, 4)])], crs='LOCAL_CS["x"]')
    with pytest.raises(TableError, match="a CRS of no place on the ground"):
        read_flows(local)


def test_columns_of_one_name_beside_lines() -> None:
    frame = gpd.GeoDataFrame(
        {0: ["x"], "w": ["y"]}, geometry=[shapely.LineString([(50, 40), (45, 42)])], crs="EPSG:4326"
    )
    for names in (["w", "w", "geometry"], ["w", "x", 7]):
        named = frame.set_axis(["a", "b", "c"], axis=1).set_geometry("c").set_axis(names, axis=1)
        table = gpd.GeoDataFrame(named).set_geometry(names[-1], crs="EPSG:4326")
        assert len(read_flows(table)) == 1


def test_half_characters_in_a_file_of_ours_are_told(tmp_path: Path) -> None:
    path = tmp_path / "flows.geojson"
    write_flows(azroutes.load_flows().head(2), path)
    whole = path.read_text()
    path.write_text(whole.replace('"wording":"', '"wording":"\\ud800', 1))
    with pytest.raises(TableError, match=r"row feature 1, wording .*no Unicode text"):
        read_flows(path)


def test_mending_what_cannot_be_read_tells_once_and_what_we_wrote_stays(tmp_path: Path) -> None:
    write_flows(azroutes.load_flows().head(2), tmp_path / "flows.csv")
    (tmp_path / "flows.docx").write_bytes(b"x")
    for name, code in (("none.csv", 1), ("flows.csv", 0)):
        done = CliRunner().invoke(app, ["check", str(tmp_path / name), "--fix"])
        assert done.exit_code == code, done.output
        assert done.output.count("there is no file") == (name == "none.csv")
        assert "nothing could be mended" in done.output
    refused = CliRunner().invoke(app, ["check", str(tmp_path / "flows.docx"), "--fix"])
    assert isinstance(refused.exception, OptionError)  # of no table that can be read nothing is said but that
    assert {path.name for path in tmp_path.iterdir()} == {"flows.csv", "flows.docx"}
