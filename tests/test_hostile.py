"""Files that are made to do harm, places where files cannot be, and ends in the middle of a write."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import zipfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

import azroutes
from azroutes import AzroutesError, Gazetteer, OutputError, TableError, read_flows, write_flows
from azroutes.cli import app
from azroutes.tables.given import ENDINGS
from azroutes.write import WRITERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROWS = pd.DataFrame({"origin": ["Iran", "AZE"], "destination": ["Georgia", "RUS"], "quantity": [1.5, 2.0]})
KEPT = (".csv", ".tsv", ".txt", ".xlsx", ".ods", ".geojson", ".gpkg", ".parquet")
"""An ending for each way in which a table is kept."""


def file(path: Path, rows: pd.DataFrame = ROWS) -> Path:
    """Write a small good table in the way that the ending says."""
    if path.suffix in {".xlsx", ".ods"}:
        rows.to_excel(path, index=False, engine={".xlsx": "openpyxl", ".ods": "odf"}[path.suffix])  # type: ignore[arg-type]
    elif path.suffix == ".parquet":
        rows.to_parquet(path)
    elif path.suffix in {".geojson", ".gpkg"}:
        line = shapely.LineString([(50, 40), (45, 42)])
        gpd.GeoDataFrame(rows, geometry=[line] * len(rows), crs="EPSG:4326").to_file(path)
    else:
        rows.to_csv(path, index=False, sep={".csv": ",", ".tsv": "\t", ".txt": "|"}[path.suffix])
    return path


def repacked(path: Path, change: Callable[[str, bytes], bytes]) -> None:
    """Change the parts of a packed file."""
    with zipfile.ZipFile(path) as old:
        parts = {part.filename: old.read(part) for part in old.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, change(name, content))


def refusal(path: Path) -> str:
    """Return the error that a file gives, by whichever way it is read."""
    errors = []
    for on_bad in ("raise", "collect"):
        with pytest.raises(TableError) as caught:
            read_flows(path, on_bad=on_bad)
        errors.append(str(caught.value))
    done = CliRunner().invoke(app, ["check", str(path), "--fix"])
    assert done.exit_code == 1, done.output
    assert errors[0] == errors[1]
    assert errors[0].partition("\n")[0] in done.output
    return errors[0]


# What is small as a file and large as a table.


def test_a_cell_at_the_far_corner_of_a_sheet(tmp_path: Path) -> None:
    path = file(tmp_path / "far.xlsx")
    corner = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
    repacked(path, lambda _, content: content.replace(b"</sheetData>", corner))
    assert "a sheet that reaches too far" in refusal(path)


def test_cells_and_rows_that_do_not_say_where_they_stand_come_one_after_another(tmp_path: Path) -> None:
    path = file(tmp_path / "far.xlsx")
    corner = b'<row r="1048576">' + b"<c/>" * 16_383 + b"<c><v>1</v></c></row></sheetData>"
    repacked(path, lambda _, content: content.replace(b"</sheetData>", corner))
    assert "a sheet that reaches too far" in refusal(path)
    path = file(tmp_path / "near.xlsx")
    repacked(path, lambda _, content: content.replace(b' r="', b' q="'))
    assert len(read_flows(path)) == 2


@pytest.mark.parametrize(("what", "times"), [("columns", 50_000_000), ("columns", 20_000), ("rows", 50_000_000)])
def test_cells_that_are_said_to_stand_there_many_times(tmp_path: Path, what: str, times: int) -> None:
    path = file(tmp_path / "many.ods")
    element = b"<table:table-row" if what == "rows" else b"<table:table-cell"
    many = element + f' table:number-{what}-repeated="{times}"'.encode()
    repacked(path, lambda _, content: content.replace(element, many))
    assert "a sheet that reaches too far" in refusal(path)


@pytest.mark.parametrize(("cells", "times"), [(8, 500_000), (1, 1_000_000)])
def test_a_row_that_is_said_to_stand_there_a_million_times(tmp_path: Path, cells: int, times: int) -> None:
    path = file(tmp_path / "many.ods")
    more = b'<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>' * cells
    many = f'<table:table-row table:number-rows-repeated="{times}"'.encode()
    repacked(path, lambda _, content: content.replace(b"<table:table-row", many).replace(
        b"</table:table-row>", more + b"</table:table-row>"))  # fmt: skip
    assert "more cells than such a file can hold" in refusal(path)


def test_empty_rows_and_cells_at_the_end_are_none(tmp_path: Path) -> None:
    path = file(tmp_path / "ends.ods")
    empty = b'<table:table-cell table:number-columns-repeated="16000"/>'
    rest = b'<table:table-row table:number-rows-repeated="1048000">' + empty + b"</table:table-row></table:table>"
    repacked(path, lambda _, content: content.replace(b"</table:table-row>", empty + b"</table:table-row>").replace(
        b"</table:table>", rest))  # fmt: skip
    assert len(read_flows(path)) == 2


def pointed(path: Path, cells: bytes, texts: list[bytes]) -> Path:
    """Write a workbook with more rows, and texts that cells point to by number."""
    repacked(file(path), lambda _, content: content.replace(b"</sheetData>", cells + b"</sheetData>"))
    shared = b"".join(b"<si><t>" + text + b"</t></si>" for text in texts)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        main = b'"http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        packed.writestr("xl/sharedStrings.xml", b"<sst xmlns=" + main + b">" + shared + b"</sst>")
    return path


def test_a_long_text_that_many_cells_point_to(tmp_path: Path) -> None:
    rows, texts = b'<row><c t="s"><v>0</v></c></row>' * 30_000, [b"x" * 100_000, b"IRN"]
    assert "text that unpacks to more than a table would hold" in refusal(pointed(tmp_path / "text.xlsx", rows, texts))
    other = pointed(tmp_path / "other.xlsx", rows.replace(b"0", b"1"), texts)
    with pytest.raises(TableError, match="30000 of 30002 rows") as caught:
        read_flows(other)
    assert str(caught.value.faults[0]).startswith("row 4, destination: missing place")


@pytest.mark.parametrize("ending", [".xlsx", ".ods"])
def test_a_part_that_holds_more_than_it_says(tmp_path: Path, ending: str) -> None:
    path = file(tmp_path / f"lie{ending}")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("more.xml", b" " * 3_000_000)
    content = path.read_bytes()
    path.write_bytes(content.replace((3_000_000).to_bytes(4, "little"), (30).to_bytes(4, "little")))
    assert "holds more than it says" in refusal(path)


@pytest.mark.parametrize("ending", [".xlsx", ".ods"])
def test_a_workbook_that_unpacks_to_more_than_memory(tmp_path: Path, ending: str) -> None:
    path = file(tmp_path / f"bomb{ending}")
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("more.xml", "w") as part,
    ):
        for _ in range(60):
            part.write(bytes(10**6))
    assert "too large to be read safely" in refusal(path)


def test_entities_that_multiply_are_not_unfolded(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "haha">' + "".join(
        f'<!ENTITY {chr(98 + k)} "{f"&{chr(97 + k)};" * 10}">' for k in range(9)) + "]>"  # fmt: skip
    for ending, start in ((".xlsx", b"<worksheet"), (".ods", b"<office:document-content")):
        path = file(tmp_path / f"laughs{ending}")
        repacked(path, lambda _, content, start=start: content.replace(start, laughs.encode() + start).replace(
            b">Iran<", b">&j;<").replace(b'"Iran"', b'"&j;"'))  # type: ignore[misc]  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(AzroutesError):
            read_flows(path)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2**18


def test_an_open_document_in_which_a_table_never_ends(tmp_path: Path) -> None:
    path = file(tmp_path / "open.ods")
    repacked(path, lambda _, content: content.replace(b"</table:table>", b"</ able:table>"))
    # In a process of its own: the reader of such files would look for the end for ever.
    code = (
        f"import azroutes\ntry: azroutes.read_flows({str(path)!r})\nexcept azroutes.TableError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "not a workbook that can be read: not well-formed" in done.stdout


def test_columns_in_which_no_row_has_a_cell(tmp_path: Path) -> None:
    text = tmp_path / "hollow.csv"
    for last in ("x", '"x"'):
        text.write_text("origin,destination," + "," * 20_000 + last + "\nIran,Georgia\n" + "IRN,AZE\n" * 20_000)
        assert "more cells than such a file can hold" in refusal(text)
    features = [{"properties": {f"x{k}": 1, "origin": "Iran", "destination": "AZE"}} for k in range(5000)]
    (tmp_path / "hollow.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert "more cells than such a file can hold" in refusal(tmp_path / "hollow.geojson")


def test_a_value_that_many_rows_have_is_kept_once_and_counted_as_often(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    def column(value: str, rows: int) -> Any:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int8)), [value])

    for rows, value in ((20_000_000, "IRN"), (50_000, "x" * 50_000)):
        table = pa.table({"origin": column(value, rows), "destination": column("AZE", rows)})
        parquet.write_table(table, tmp_path / "many.parquet", store_schema=False, row_group_size=rows)
        assert (tmp_path / "many.parquet").stat().st_size < 300_000
        assert "too large to be read safely" in refusal(tmp_path / "many.parquet")
    nested = pa.table(
        {"own": pa.ListArray.from_arrays(np.arange(50_001, dtype=np.int32), column("x" * 50_000, 50_000))}
    )
    parquet.write_table(nested, tmp_path / "nested.parquet")
    assert "too large to be read safely" in refusal(tmp_path / "nested.parquet")
    wide = ROWS.loc[[0] * 50_000].assign(wording=["x" * 50_000, *["y"] * 49_999])
    wide.to_parquet(tmp_path / "fine.parquet")
    assert read_flows(tmp_path / "fine.parquet")["statements"].tolist() == [50_000]


ENDLESS = "with recursive c(x) as (select 1 union all select x + 1 from c) select {} from c"


@pytest.mark.parametrize("changes", [
    ["drop table flows", "create view flows as " + ENDLESS.format("max(x) as fid, 'IRN' as origin, 'AZE' as via")],
    ["drop table gpkg_contents", "create view gpkg_contents as " + ENDLESS.format("x as table_name")],
    ["create table w (fid integer primary key, origin text, far text as (hex(zeroblob(100000000))) virtual)",
     "insert into w(origin) values ('IRN')",
     "insert into gpkg_contents(table_name, data_type, identifier) values ('w', 'attributes', 'w')"],
    ["create virtual table w using fts3(origin)",
     "insert into gpkg_contents(table_name, data_type, identifier) values ('w', 'attributes', 'w')"],
])  # fmt: skip
def test_what_a_database_makes_up_as_it_is_read(tmp_path: Path, changes: list[str]) -> None:
    path = tmp_path / "flows.gpkg"
    write_flows(azroutes.load_flows().head(2), path)
    with closing(sqlite3.connect(path)) as base:
        for change in changes:
            base.execute(change)
        base.commit()
    assert "made up as it is read" in refusal(path)


def test_a_value_by_default_that_each_row_has(tmp_path: Path) -> None:
    path = file(tmp_path / "default.gpkg", ROWS.loc[[0] * 2000])
    with closing(sqlite3.connect(path)) as base:
        base.execute(f"alter table 'default' add column own text default '{'x' * 900_000}'")
        base.commit()
    assert "more cells than such a file can hold" in refusal(path)


def test_a_package_that_is_another_format_inside_is_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.gpkg"
    path.write_text('<OGRVRTDataSource><OGRVRTLayer name="flows"><SrcDataSource>/vsicurl/http://x/y.csv</SrcDataSource>'
                    "</OGRVRTLayer></OGRVRTDataSource>")  # fmt: skip

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("GDAL was asked to open it")

    for name in ("read_info", "read_dataframe", "list_layers"):
        monkeypatch.setattr(f"pyogrio.{name}", opened)
    assert "not a GeoPackage" in refusal(path)


# What is no file, or not for long, or not for us.


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, ending: str) -> None:
    pipe, device, folder = (tmp_path / f"{name}{ending}" for name in ("pipe", "device", "folder"))
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    folder.mkdir()
    for path, words in ((pipe, "not a file that can be read twice"), (device, "not a file that can be read twice"),
                        (folder, "is a directory"), (tmp_path / ("x" * 300 + ending), "name too long"),
                        (tmp_path / f"none{ending}", "there is no file")):  # fmt: skip
        assert words in refusal(path)


def test_a_gazetteer_and_nodes_are_files_too(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path, words in ((pipe, "not a file that can be read twice"), (Path("/dev/zero"), "not a file that can be read"),
                        (tmp_path, "is a directory"), (tmp_path / "none", "there is no file")):  # fmt: skip
        with pytest.raises(TableError, match=words):
            Gazetteer.read(path)
        with pytest.raises(TableError, match=words):
            read_flows(ROWS, nodes=path)


@contextmanager
def nobody(folder: Path) -> Iterator[None]:
    """Let root, who may do anything, be nobody for a while; others are themselves."""
    before = os.geteuid()
    if before == 0:
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that others may enter, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_files_and_folders_without_permission(open_folder: Path) -> None:
    shut = open_folder / "shut"
    shut.mkdir()
    paths = [file(folder / f"table{ending}") for ending in KEPT for folder in (open_folder, shut)]
    for path in paths:
        read_flows(path)  # what is imported on the way is not for nobody either
        path.chmod(0)
    shut.chmod(0)
    with nobody(open_folder):
        for path in paths:
            assert "Permission denied" in refusal(path)
    shut.chmod(0o700)


def test_folders_that_nothing_may_be_written_to(open_folder: Path) -> None:
    flows = read_flows(ROWS)
    source = open_folder / "table.csv"
    source.write_text("origin,destination\nAzerbaijann,Georgia\n")
    for ending in WRITERS:
        write_flows(flows, open_folder / f"flows{ending}")
    before = {path.name: path.read_bytes() for path in open_folder.iterdir()}
    with nobody(open_folder):
        open_folder.chmod(0o555)
        try:
            for ending in WRITERS:
                with pytest.raises(OutputError, match="Permission denied"):
                    write_flows(flows.head(1), open_folder / f"flows{ending}")
            done = CliRunner().invoke(app, ["check", str(source), "--fix"])
            assert isinstance(done.exception, OutputError)
        finally:
            open_folder.chmod(0o755)
    assert {path.name: path.read_bytes() for path in open_folder.iterdir()} == before


@pytest.mark.parametrize("ending", KEPT)
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, ending: str) -> None:
    """What was there before, what is there afterwards, or an error: a file that changes is none of ours to lock."""
    many = file(tmp_path / f"many{ending}", ROWS.loc[[0, 1] * 50]).read_bytes()
    few = file(tmp_path / f"few{ending}").read_bytes()
    path = tmp_path / f"table{ending}"
    path.write_bytes(many)
    stop = threading.Event()

    def rewrite() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            content = (many, few, many[: len(many) // 2], many + few, b"")[turn % 5]
            with path.open("r+b") as open_file:  # in its place, as many programs write
                open_file.truncate(len(content) // 2)
                open_file.write(content)
                open_file.truncate()
            stop.wait(0.001)

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        for _ in range(12):
            try:
                assert 1 <= read_flows(path)["statements"].sum() <= 102
            except AzroutesError:
                continue
    finally:
        stop.set()
        writer.join()


# Ends in the middle of a write.

FULL = """
import json, resource, sys
from pathlib import Path
import pandas as pd
import azroutes
from azroutes.cli import main
from azroutes.write import WRITERS

folder, told = Path(sys.argv[1]), {}
flows = azroutes.load_flows()
resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))
for ending in WRITERS:
    try:
        azroutes.write_flows(flows, folder / f"flows{ending}")
    except azroutes.OutputError as error:
        told[ending] = str(error)
print(json.dumps(told), flush=True)
sys.argv = ["azroutes", "check", str(folder / "table.csv"), "--fix"]
main()
"""


def test_a_full_disk_leaves_every_old_file_and_nothing_else(tmp_path: Path) -> None:
    for ending in WRITERS:
        (tmp_path / f"flows{ending}").write_text("old")
    (tmp_path / "table.fixed.csv").write_text("old")
    (tmp_path / "table.csv").write_text("origin,destination,own\n" + "Azerbaijann,Georgia,x\n" * 500)
    done = subprocess.run([sys.executable, "-c", FULL, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "the old file is untouched" in done.stderr
    told = json.loads(done.stdout.splitlines()[0])
    assert set(told) == set(WRITERS)
    assert all("File too large" in words and "untouched" in words for words in told.values())
    assert {path.name for path in tmp_path.iterdir()} == {
        *(f"flows{e}" for e in WRITERS),
        "table.csv",
        "table.fixed.csv",
    }
    assert all(path.read_text() == "old" for path in tmp_path.iterdir() if path.name != "table.csv")


WRITER = """
import os, signal, sys, time
from pathlib import Path
import numpy as np
import azroutes
from azroutes.write import WRITERS, flows_bytes, write_flows

flows, chance = azroutes.load_flows().head(40), np.random.default_rng(1)
for ending in WRITERS:
    path, tables = Path(sys.argv[1]) / f"flows{ending}", [flows, flows.head(20)]
    whole = {flows_bytes(table, ending) for table in tables}
    write_flows(flows, path)
    for _ in range(2):
        writer = os.fork()
        while not writer:
            for table in tables:
                write_flows(table, path)
        late, seen = time.monotonic() + 30, set()
        while len(seen) < 2 and time.monotonic() < late:
            seen.add(path.read_bytes())  # another program, that looks at any moment
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.1))
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        seen.add(path.read_bytes())
        assert seen <= whole, f"{ending}: half a file"
        print(ending, len(seen), flush=True)
"""


def test_a_process_that_is_killed_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WRITER, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rounds = [line.split() for line in done.stdout.splitlines()]
    assert [ending for ending, _ in rounds] == [ending for ending in WRITERS for _ in range(2)]
    assert {seen for _, seen in rounds} == {"2"}  # there was a writer at work
