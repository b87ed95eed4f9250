"""Files are written whole or not at all, the same each time, and no spreadsheet runs what they hold."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import azroutes
from azroutes.errors import OptionError, OutputError, TableError
from azroutes.write import disarmed, flows_bytes, write_flows, write_whole

ENDINGS = [".csv", ".geojson", ".gpkg"]
FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "x;=cmd|' /C calc'!A0", "x\n=1+1;-2"]
RUNS = "=+-@\t\r"


@pytest.fixture(scope="module")
def flows() -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        {
            "origin": ["IRN", "AZE", 'Baku, "old" > town@40.4,49.8'],
            "via": ["AZE", None, None],
            "destination": ["RUS", "AZE", "=1+1@1,2"],
            "market": ["heroin_trade", None, "fauna_crimes"],
            "quantity": [1.5, None, 2],
            "unit": ["kg", None, "t"],
            "year": [2010, None, 2011],
            "wording": ["may\nbe", "</script>", "Ə\N{PALM TREE}"],
        }
    )
    return azroutes.read_flows(table)


def cells_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_in_any_column_is_disarmed(tmp_path: Path, text: str) -> None:
    rows: list[dict[str, object]] = [
        {"origin": "IRN", "destination": "RUS", column: text} for column in ("commodity", "group", "wording", "sources")
    ]
    rows += [{"origin": "IRN", "destination": "RUS", "quantity": 1, "unit": text}]
    named = pd.DataFrame({"origin": [text], "origin_lon": [1], "origin_lat": [2], "destination": ["IRN"]})
    for number, table in enumerate([*(pd.DataFrame([row]) for row in rows), named]):
        flows = azroutes.read_flows(table)
        flows[text] = text
        flows["own"] = pd.Categorical([text])
        flows.index = pd.Index(pd.array([text], dtype="string"), name="flow_id")
        path = tmp_path / f"{number}.csv"
        write_flows(flows, path)
        # Read with the comma, and with the semicolon where it parts cells and quotes are no help.
        pieces = [cell for row in cells_of(path) for cell in row]
        pieces += path.read_text(encoding="utf-8").replace("\n", ";").split(";")
        assert not [piece for piece in pieces if piece[:1] and piece[0] in RUNS]
        assert "'" in "".join(pieces)


@pytest.mark.parametrize("value", ["caviar", "", "a-b", "a=b", "1;2", None, 1.5, -3, "2010-2012", " =1"])
def test_what_does_not_run_stays_as_it_is(value: object) -> None:
    assert disarmed(value) == value


@given(st.text(alphabet="=+-@\t\r\n;, ab'"))
def test_disarmed_text_only_gains_apostrophes_and_never_runs(text: str) -> None:
    safe = str(disarmed(text))
    assert not safe.startswith(tuple(RUNS))
    assert not any(piece[:1] and piece[0] in "=+-@" for piece in safe.replace("\n", ";").split(";"))
    kept = iter(safe)
    assert all(letter in kept for letter in text)


def test_csv_has_every_column_and_the_line_as_text(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_flows(flows, tmp_path / "flows.csv")
    header, *rows = cells_of(tmp_path / "flows.csv")
    assert header == ["flow_id", *flows.columns]
    assert len(rows) == len(flows)
    first = dict(zip(header, rows[0], strict=True))
    assert first["geometry"].startswith("LINESTRING (")
    back = pd.read_csv(tmp_path / "flows.csv", keep_default_na=False, index_col="flow_id")
    assert set(back["quantity"]) == {"1.5", "", "2.0"}
    assert set(back["first_year"]) == {"2010", "", "2011"}
    line = gpd.GeoSeries.from_wkt(back["geometry"])
    assert line.geom_equals_exact(gpd.GeoSeries(flows.geometry.to_numpy(), index=line.index), 1e-5).all()


@pytest.mark.parametrize("ending", [".geojson", ".gpkg"])
def test_geographic_files_hold_the_same_flows(flows: gpd.GeoDataFrame, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"flows{ending}"
    write_flows(flows, path)
    back = gpd.read_file(path).set_index("flow_id")
    assert list(back.index) == list(flows.index)
    assert list(back.columns) == list(flows.columns)
    assert back.crs is not None
    assert back.crs.equals("EPSG:4326", ignore_axis_order=True)
    assert back.geometry.geom_equals_exact(flows.geometry, 1e-6).all()
    for column in flows.columns.drop("geometry"):
        ours, theirs = flows[column].astype("object"), back[column].astype("object")
        assert theirs.where(theirs.notna(), None).tolist() == ours.where(ours.notna(), None).tolist(), column


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_table_without_rows_is_a_file(flows: gpd.GeoDataFrame, ending: str) -> None:
    assert flows_bytes(flows.iloc[:0], ending)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_flows_are_the_same_bytes(flows: gpd.GeoDataFrame, tmp_path: Path, ending: str) -> None:
    for name in ("a", "b"):
        write_flows(flows, tmp_path / f"{name}{ending.upper()}")
    a, b = ((tmp_path / f"{name}{ending.upper()}").read_bytes() for name in ("a", "b"))
    assert a == b
    assert a == flows_bytes(flows.copy(), ending)


@pytest.mark.parametrize("name", ["flows.xlsx", "flows", "flows.csv.bak"])
def test_another_ending_is_refused_and_nothing_written(flows: gpd.GeoDataFrame, tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError, match="geojson"):
        write_flows(flows, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_bad_table_is_refused_and_the_old_file_kept(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    path.write_text("old")
    with pytest.raises(TableError, match="origin"):
        write_flows(flows.drop(columns="origin"), path)
    assert path.read_text() == "old"


def test_folders_are_made_and_files_replaced_with_plain_permissions(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / ("n" * 250 + ".txt")
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_folder_that_is_a_file_or_a_file_that_is_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(OutputError, match="cannot write"):
        write_whole(tmp_path / "file" / "flows.csv", b"new")
    assert (tmp_path / "file").read_text() == "old"
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    with pytest.raises(OutputError, match="untouched"):
        write_whole(tmp_path / "folder", b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize("stop", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_stop_at_any_step_leaves_the_old_file_and_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException, step: str
) -> None:
    path = tmp_path / "flows.csv"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise stop

    monkeypatch.setattr(os, step, fail)
    if step == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write_whole(path, b"new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    path.write_text("old")
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from azroutes.errors import OutputError\n"
        "from azroutes.write import write_whole\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    write_whole(Path(sys.argv[1]), b'x' * 100_000)\n"
        "except OutputError as error:\n"
        "    sys.exit(str(error))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the old file is untouched" in done.stderr
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
