"""The page without scripts or canvas: its picture and table, parsed, and opened in a browser that runs no script."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import pandas as pd
import pytest
import shapely

import azroutes
from azroutes.page import OfflineMap
from azroutes.projection import mercator_for
from azroutes.scene import Scene, compose
from azroutes.still import CELL, POINTS, ROWS, Row, largest, picture, still
from azroutes.theme import theme_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    import geopandas as gpd

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "</noscript><script>alert(1)</script>",
    "</svg><img src=x onerror=alert(2)>",
    "{{7*7}}{% raw %}{# no #}",
    "\" onload=alert(3) x='",
    "<!--<title>]]>&lt;",
    "null\x00byte\ud800",
    "\u202eright to left\u2066",
    "long " * 2000,
)
NO_CANVAS = "HTMLCanvasElement.prototype.getContext = () => null"


def scene_of(flows: gpd.GeoDataFrame, **options: Any) -> Scene:
    crs = mercator_for(flows.geometry.get_coordinates()["x"].to_numpy())
    return compose(flows, title="Flows", size_px=(1000.0, 700.0), crs=crs, theme=theme_of("default", screen=True),
                   **options)  # fmt: skip


@pytest.fixture(scope="module")
def scene() -> Scene:
    return scene_of(azroutes.load_flows())


@pytest.fixture(scope="module")
def page() -> OfflineMap:
    return azroutes.explore_flows()


@pytest.fixture
def bare(visit: Opener) -> Opener:
    """Return a context manager that opens a file without scripts, or with scripts and without a canvas."""

    def opened(path: Path, width: int = 1440, height: int = 900, *, scripts: bool = False) -> Any:
        return visit(path, width, height, scripts=scripts, before=NO_CANVAS if scripts else "")

    return opened


class Parts(HTMLParser):
    """Collects tags with their attributes, and the text of cells by row."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.columns: list[str] = []
        self.text = ""
        self._into: list[str] | None = None
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self._into = self.columns if tag == "th" else self.rows[-1]
            self._into.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._into = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._into is not None:
            self._into[-1] += data


def row(**cells: Any) -> Row:
    empty = Row("", "", ("Iran", "Azerbaijan"), "", "Affirmed", "", "", "")
    return replace(empty, **cells)


def numbers(path: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the corners of a path of rings that start anywhere and go on in steps."""
    corners = []
    for ring in path.split("z"):
        if ring:
            values = np.array(re.findall(r"-?\d+", ring), dtype=float).reshape(-1, 2)
            corners.append(np.cumsum(values, axis=0))
    return np.concatenate(corners)


def test_the_picture_has_what_the_scene_has(scene: Scene) -> None:
    root = ET.fromstring(picture(scene))  # noqa: S314 - our own
    assert root.get("viewBox") == "0 0 1000 700"
    arrows = [path for path in root.iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]
    assert [arrow.findtext(f"{SVG}title") for arrow in arrows] == scene.arrows["title"].tolist()
    assert [arrow.get("fill") for arrow in arrows] == scene.arrows["colour"].tolist()
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts == [line for kind in ("country", "node") for label in scene.labels if label.kind == kind
                     for line in label.text.split("\n")]  # fmt: skip
    marks = [shape for shape in root.iter() if shape.tag != f"{SVG}path" and shape.find(f"{SVG}title") is not None]
    assert sorted(str(mark.findtext(f"{SVG}title")) for mark in marks) == sorted(node.name for node in scene.nodes)


def test_arrows_and_land_are_where_the_scene_has_them(scene: Scene) -> None:
    root = ET.fromstring(picture(scene))  # noqa: S314 - our own
    paths = list(root.iter(f"{SVG}path"))
    arrows = [path for path in paths if path.find(f"{SVG}title") is not None]
    for arrow, outline in zip(arrows, scene.arrows["outline"], strict=True):
        corners = numbers(str(arrow.get("d"))) / 10
        true = scene.frame.to_px(shapely.get_coordinates(outline))
        true[:, 1] = scene.frame.height_px - true[:, 1]
        assert corners.min(axis=0) == pytest.approx(true.min(axis=0), abs=0.25)
        assert corners.max(axis=0) == pytest.approx(true.max(axis=0), abs=0.25)
    land = numbers(str(paths[0].get("d"))) / 10
    assert land.min() >= -0.1
    assert (land.max(axis=0) <= (1000.1, 700.1)).all()
    assert paths[0].get("fill") == scene.theme.land


def test_the_picture_and_the_page_stay_small(scene: Scene, page: OfflineMap) -> None:
    assert len(picture(scene)) < 110_000
    assert len(page.still) < 150_000
    assert len(page.page()) < 1_200_000


def test_the_table_tells_every_documented_flow(page: OfflineMap) -> None:
    parts = Parts(page.still)
    flows = azroutes.load_flows()
    assert parts.columns == ["Market", "Commodity", "Route", "Form", "Certainty", "Period", "Sources"]
    assert len(parts.rows) == len(flows) + 1
    caviar = next(cells for cells in parts.rows if "Caviar" in cells)
    assert caviar[2] == "Azerbaijan → Georgia → Türkiye → European Union"
    assert caviar[-1] == "Global Organized Crime Index 2021: Azerbaijan"
    for note in azroutes.compose(flows).notes[:2]:
        assert note in parts.text


def test_quantities_are_told_with_their_unit() -> None:
    table = pd.DataFrame({"origin": ["IRN"], "destination": ["AZE"], "quantity": [1200], "year": [2012]})
    parts = Parts(azroutes.explore_flows(azroutes.read_flows(table, unit="kg")).still)
    assert parts.rows[1] == ["Iran → Azerbaijan", "Affirmed", "2012", "1,200 kg"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_text(scene: Scene, text: str) -> None:
    nodes = tuple(replace(node, name=text) for node in scene.nodes)
    labels = tuple(replace(label, text=text) for label in scene.labels)
    # As an object: not every kind of text column can hold half a character.
    arrows = scene.arrows.assign(title=pd.Series(text, scene.arrows.index, dtype=object))
    foul = replace(scene, title=text, nodes=nodes, labels=labels, arrows=arrows, notes=(text,), credits=(text,))
    cells = dict.fromkeys(("market", "commodity", "form", "period", "quantity", "sources"), text)
    made = still(foul, [row(route=(text, text), **cells)], flows=1)
    tame = still(scene, [row(route=("a", "b"), **dict.fromkeys(cells, "c"))], flows=1)
    allowed = {tag for tag, _ in Parts(tame).tags}
    assert {tag for tag, _ in Parts(made).tags} <= allowed
    assert not {"script", "style", "img", "a"} & allowed
    names = {name for _, attributes in Parts(made).tags for name in attributes}
    assert names <= {name for _, attributes in Parts(tame).tags for name in attributes}
    assert "style" not in names
    assert not set("{}\x00\ud800") & set(made)
    whole = text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    expected = whole if len(whole) <= CELL else whole[: CELL - 1] + "…"
    assert Parts(made).rows[1][-1] == expected
    root = ET.fromstring(picture(foul))  # noqa: S314 - well formed whatever the text, or this fails
    assert root.find(f".//{SVG}text").text == whole  # type: ignore[union-attr]


@pytest.mark.parametrize("scripts", [False, True], ids=["no scripts", "no canvas"])
@pytest.mark.parametrize("text", HOSTILE[:4], ids=range(4))
def test_hostile_names_of_a_table_are_text_in_the_browser(
    tmp_path: Path, bare: Opener, text: str, *, scripts: bool
) -> None:
    table = pd.DataFrame({
        "origin": [text], "origin_lon": [45.0], "origin_lat": [40.0], "destination": ["Baku's </noscript><b>"],
        "destination_lon": [55.0], "destination_lat": [42.0], "commodity": [text], "sources": [text],
    })  # fmt: skip
    path = tmp_path / "page.html"
    azroutes.explore_flows(azroutes.read_flows(table), title=text).save(path)
    with bare(path, scripts=scripts) as seen:
        still_part = seen.page.locator(".azroutes-still")
        assert still_part.locator("h1").text_content() == text
        assert still_part.locator("td.sources").text_content() == text
        assert "</noscript><b>" in str(still_part.locator("td.route").text_content())
        assert seen.page.locator("img, .azroutes-still script, .azroutes-still b").count() == 0
        assert seen.complaints == []


@pytest.mark.parametrize("scripts", [False, True], ids=["no scripts", "no canvas"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_without_scripts_or_canvas_the_page_is_a_sheet_to_scroll(
    page: OfflineMap, tmp_path: Path, bare: Opener, width: int, height: int, *, scripts: bool
) -> None:
    path = tmp_path / "page.html"
    page.save(path)
    with bare(path, width, height, scripts=scripts) as seen:
        assert [url for url in seen.requests if not url.startswith("data:")] == [path.as_uri()]
        drawn = seen.page.locator(".azroutes-picture svg")
        assert drawn.is_visible()
        box = drawn.bounding_box()
        assert box is not None
        assert box["width"] >= 700
        assert seen.page.locator(".azroutes-still text").filter(has_text="Azerbaijan").first.is_visible()
        for part in (".azroutes-map", ".azroutes-panel"):
            assert seen.page.locator(part).count() == 0 or seen.page.locator(part).is_hidden()
        last = seen.page.locator(".azroutes-still tbody tr").last
        last.scroll_into_view_if_needed()
        spot = last.bounding_box()
        assert spot is not None
        assert 0 <= spot["y"] < height
        assert spot["x"] >= 0
        assert spot["x"] + spot["width"] <= width
        assert seen.complaints == []


def test_a_dark_theme_is_dark_without_scripts(tmp_path: Path, bare: Opener) -> None:
    path = tmp_path / "page.html"
    azroutes.explore_flows(theme="dark").save(path)
    for scripts in (False, True):
        with bare(path, scripts=scripts) as seen:
            look = seen.page.locator(".azroutes-still h1").evaluate(
                "(h) => [getComputedStyle(h).color, getComputedStyle(h.closest('main')).backgroundColor]"
            ) if scripts else None  # fmt: skip
            image = seen.page.screenshot()
        assert look in (None, ["rgb(238, 240, 242)", "rgb(18, 22, 26)"])
        assert corner(image) == (18, 22, 26)


def corner(image: bytes) -> tuple[int, ...]:
    from io import BytesIO

    from PIL import Image

    return tuple(Image.open(BytesIO(image)).convert("RGB").getpixel((5, 5)))  # type: ignore[arg-type]


def test_layers_of_a_user_do_no_harm_where_there_is_no_canvas(tmp_path: Path, bare: Opener) -> None:
    page = azroutes.explore_flows()
    folium.Circle((40, 48), radius=100_000, tooltip="mine").add_to(page)
    folium.GeoJson({"type": "Point", "coordinates": [48, 40]}, name="a point").add_to(page)
    folium.LayerControl().add_to(page)
    path = tmp_path / "page.html"
    page.save(path)
    with bare(path, scripts=True) as seen:
        assert seen.page.locator(".azroutes-still table").is_visible()
        assert seen.complaints == []


def test_with_scripts_and_canvas_there_is_the_map_alone(page: OfflineMap, tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "page.html"
    page.save(path)
    with visit(path) as seen:
        assert seen.page.locator(".azroutes-still").count() == 0
        assert seen.page.locator(".azroutes-panel").is_visible()
        assert seen.arrows()
        assert seen.complaints == []


def many(count: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(5)
    ends = rng.uniform((-20, -40), (60, 60), (60, 2))
    start, end = rng.integers(0, 60, (2, count))
    table = pd.DataFrame({
        "origin": [f"P{k}" for k in start], "origin_lon": ends[start, 0], "origin_lat": ends[start, 1],
        "destination": [f"P{k}" for k in end], "destination_lon": ends[end, 0], "destination_lat": ends[end, 1],
        "commodity": [f"c{k}" for k in range(count)], "quantity": rng.permutation(count) + 1.0,
    })  # fmt: skip
    return azroutes.read_flows(table, unit="kg")


def test_a_large_table_is_cut_and_says_so() -> None:
    flows = many(2500)
    made = azroutes.explore_flows(flows, method="straight").still
    parts = Parts(made)
    assert len(parts.rows) == ROWS + 1
    assert f"The table lists the {ROWS} largest of 2,500 flows" in parts.text
    assert parts.rows[1][-1] == "2,500 kg"
    assert parts.rows[-1][-1] == "2,001 kg"
    assert re.search(r"The picture shows the \d+ largest of 2,500 flows", parts.text)
    assert len(made) < 300_000


def test_the_widest_arrows_are_in_a_picture_that_cannot_hold_all() -> None:
    scene = scene_of(many(1500), by="flow", method="straight")
    root = ET.fromstring(picture(scene))  # noqa: S314 - our own
    arrows = [path for path in root.iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]
    assert 50 < len(arrows) < len(scene.arrows)
    assert sum(len(numbers(str(arrow.get("d")))) for arrow in arrows) <= POINTS
    titles = [arrow.findtext(f"{SVG}title") for arrow in arrows]
    widest = int(scene.arrows["width_px"].to_numpy().argmax())
    assert scene.arrows["title"].iloc[widest] in titles


def test_a_table_that_fits_keeps_its_order() -> None:
    flows = azroutes.load_flows()
    assert largest(flows).index.tolist() == flows.index.tolist()
    assert len(largest(flows, 10)) == 10
    assert largest(flows, 10)["lineages"].tolist() == sorted(flows["lineages"], reverse=True)[:10]


def test_the_same_flows_give_the_same_picture(page: OfflineMap) -> None:
    assert azroutes.explore_flows().still == page.still
    assert azroutes.explore_flows(azroutes.load_flows()[::-1]).still != ""


def test_a_page_made_without_a_picture_still_says_what_it_needs(
    payload: dict[str, Any], tmp_path: Path, bare: Opener
) -> None:
    path = tmp_path / "page.html"
    OfflineMap(payload, title="Flows").save(path)
    with bare(path) as seen:
        told = seen.page.locator("main p")
        assert told.is_visible()
        assert "draws its map with scripts" in str(told.text_content())


def test_colours_of_a_theme_cannot_end_the_style_sheet() -> None:
    foul = {"theme": {"paper": "#fff} </style><script>alert(1)</script>", "ink": "#22262a"}}
    made = OfflineMap(foul, title="Flows").page()
    assert "alert(1)" not in made.split("azroutes-data", 1)[0]
    assert "--ink: #22262a;" in made
