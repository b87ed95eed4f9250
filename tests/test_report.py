"""An atlas is whole or not there: every file, the same each time, and a stop leaves what stood before."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from PIL import Image

import azroutes
from azroutes import report
from azroutes.errors import OutputError, TableError
from azroutes.report import sources_page, write_atlas
from azroutes.vocabulary import Market, codes

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "</script><img src=x onerror=alert(1)>"
TABLES = {f"tables/flows{ending}" for ending in (".csv", ".geojson", ".gpkg")}


def figures(*names: str) -> set[str]:
    return {f"figures/{name}.{kind}" for name in names for kind in ("png", "svg", "pdf")}


def small(**cells: object) -> gpd.GeoDataFrame:
    return azroutes.read_flows(pd.DataFrame([{"origin": "IRN", "destination": "AZE", "sources": "a", **cells}]))


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder, hidden ones too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no figure, where the figures are not what is tested."""
    monkeypatch.setattr(report, "render", lambda _scene, kind, dpi: f"{kind} {dpi}".encode())


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path], list[tuple[str, int, int]]]:
    """Return the atlas of the documented flows, what the call returned, and the steps it told."""
    folder = tmp_path_factory.mktemp("documented") / "new" / "atlas"
    steps: list[tuple[str, int, int]] = []
    written = write_atlas(folder, progress=lambda *step: steps.append(step))
    return folder, written, steps


def test_the_documented_atlas_has_every_file(atlas: tuple[Path, list[Path], object]) -> None:
    folder, written, _ = atlas
    markets = [code for code in codes(Market) if code in set(azroutes.load_flows()["market"])]
    wanted = {"index.html", "sources.html", *TABLES, *figures("all-flows", *markets)}
    found = contents(folder)
    assert set(found) == wanted
    assert {path.relative_to(folder).as_posix() for path in written} == wanted
    assert all(found.values())


def test_the_files_of_the_atlas_are_what_their_endings_say(atlas: tuple[Path, list[Path], object]) -> None:
    folder, _, _ = atlas
    with Image.open(folder / "figures" / "all-flows.png") as image:
        assert [round(dpi) for dpi in image.info["dpi"]] == [300, 300]
        image.load()
    assert (folder / "figures" / "all-flows.pdf").read_bytes().startswith(b"%PDF-")
    assert b"<svg" in (folder / "figures" / "all-flows.svg").read_bytes()[:2000]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert len(page.encode()) < 1_500_000
    for ending in (".geojson", ".gpkg"):
        assert len(gpd.read_file(folder / "tables" / f"flows{ending}")) == len(azroutes.load_flows())


def test_steps_are_told_in_order(atlas: tuple[Path, object, list[tuple[str, int, int]]]) -> None:
    _, _, steps = atlas
    assert [number for _, number, _ in steps] == list(range(len(steps)))
    assert {total for _, _, total in steps} == {len(steps) - 1}
    assert [steps[0][0], steps[-2][0], steps[-1][0]] == ["map", "sources", "files"]


def test_the_sources_page_cites_each_backing_statement_once(atlas: tuple[Path, object, object]) -> None:
    page = (atlas[0] / "sources.html").read_text(encoding="utf-8")
    said = azroutes.load_statements()
    said = said[said["paths"].notna()]
    assert page.count("<li>") == len(said)
    for title in azroutes.load_sources().loc[said["source"].unique(), "title"]:
        assert escape(title) in page
    assert "<script" not in page


def test_the_same_flows_are_the_same_bytes(tmp_path: Path) -> None:
    flows = small(market="heroin_trade", quantity=2, unit="kg")
    for name in ("a", "b"):
        write_atlas(tmp_path / name, flows, title="One")
    first, second = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert set(first) == {"index.html", "sources.html", *TABLES, *figures("all-flows", "heroin_trade")}
    assert [name for name in first if first[name] != second[name]] == []


@pytest.mark.usefixtures("quick")
def test_an_old_atlas_is_replaced_and_other_files_stay(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    for name in ("index.html", "figures/all-flows.png", "notes.txt", "figures/own.png"):
        (tmp_path / name).write_text("old")
    write_atlas(tmp_path, small())
    found = contents(tmp_path)
    assert set(found) == {"index.html", "sources.html", "notes.txt", "figures/own.png", *TABLES, *figures("all-flows")}
    assert {name for name, content in found.items() if content == b"old"} == {"notes.txt", "figures/own.png"}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("stop", [RuntimeError("a fault"), KeyboardInterrupt(), OutputError("full"), MemoryError()])
@pytest.mark.parametrize("piece", ["explore_flows", "flows_bytes", "sources_page", "write_whole"])
def test_a_stop_midway_leaves_the_old_atlas_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException, piece: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise stop

    monkeypatch.setattr(report, piece, fail)
    if piece != "explore_flows":
        monkeypatch.setattr(report, "explore_flows", lambda *_, **__: Page())
    old = tmp_path / "old"
    (old / "figures").mkdir(parents=True)
    for name in ("index.html", "figures/all-flows.png", "sources.html"):
        (old / name).write_text(f"old {name}")
    before = contents(old)
    for folder in (old, tmp_path / "new"):
        with pytest.raises(type(stop)):
            write_atlas(folder, small())
    assert contents(old) == before
    assert sorted(path.name for path in old.iterdir()) == ["figures", "index.html", "sources.html"]
    assert not (tmp_path / "new").exists()


class Page:
    """A map that costs no time."""

    def page(self) -> str:
        return "<p>map"


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("stands", ["sources.html", "figures/all-flows.pdf", "tables/flows.csv"])
def test_a_folder_in_a_files_place_is_told_before_anything_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stands: str
) -> None:
    monkeypatch.setattr(report, "explore_flows", lambda *_, **__: Page())
    (tmp_path / stands).mkdir(parents=True)
    (tmp_path / "index.html").write_text("old")
    with pytest.raises(OutputError, match="a folder stands there"):
        write_atlas(tmp_path, small())
    assert contents(tmp_path) == {"index.html": b"old"}
    assert not list(tmp_path.glob(".atlas-*"))


@pytest.mark.usefixtures("quick")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "explore_flows", lambda *_, **__: Page())
    (tmp_path / "file").write_text("old")
    for folder in (tmp_path / "file", tmp_path / "file" / "atlas"):
        with pytest.raises(OutputError, match="cannot write into"):
            write_atlas(folder, small())
    (tmp_path / "figures").write_text("old")
    with pytest.raises(OutputError):
        write_atlas(tmp_path, small())
    assert contents(tmp_path) == {"file": b"old", "figures": b"old"}


def test_a_table_that_will_not_do_is_refused_and_leaves_no_folder(tmp_path: Path) -> None:
    flows = small()
    for bad in (flows.drop(columns="origin"), flows.iloc[:0]):
        with pytest.raises(TableError):
            write_atlas(tmp_path / "atlas", bad)
    assert list(tmp_path.iterdir()) == []


def test_hostile_text_is_text_on_the_sources_page() -> None:
    flows = small(commodity=HOSTILE, sources=HOSTILE, wording=HOSTILE)
    page = sources_page(flows, HOSTILE)
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 3
    assert "default-src 'none'" in page


def test_a_flow_without_a_source_says_so() -> None:
    assert "no source given" in sources_page(small(sources=None), "Flows")
    assert "no source given" not in sources_page(small(), "Flows")
