"""Flows on a folium map of the user's own, in a real browser: Leaflet is answered from the package, all else fails."""

from __future__ import annotations

import csv
import io
import re
from importlib import resources
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import folium
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import expect

import azroutes
from azroutes.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    import geopandas as gpd
    from playwright.sync_api import Browser

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}"
MAGENTA = (255, 0, 255)


@pytest.fixture(scope="module")
def answers() -> dict[str, str | bytes]:
    """Return what folium's page asks for: Leaflet, and tiles that are all of one colour."""
    leaflet = resources.files("xstatic.pkg.leaflet") / "data"
    tile = io.BytesIO()
    Image.new("RGB", (256, 256), "#d4dadc").save(tile, "PNG")
    return {
        "**/leaflet.js": (leaflet / "leaflet.js").read_bytes(),
        "**/leaflet.css": (leaflet / "leaflet.css").read_text(encoding="utf-8"),
        "https://tile.openstreetmap.org/**": tile.getvalue(),
    }


@pytest.fixture
def show(visit: Opener, answers: dict[str, str | bytes], tmp_path: Path) -> Callable[..., Any]:
    """Return a function that opens a folium map, a context manager."""

    def opened(m: folium.Map, width: int = 1440, height: int = 900, **options: Any) -> Any:
        path = tmp_path / "map.html"
        m.save(str(path))
        return visit(path, width, height, answers=answers, **options)

    return opened


def plain() -> folium.Map:
    return folium.Map(location=[40, 48], zoom_start=4)


def faults(seen: Visit) -> list[str]:
    """Return what the page complained of, but that what folium loads besides Leaflet is not there."""
    return [text for text in seen.complaints if "net::ERR" not in text]


def spot(seen: Visit) -> tuple[float, float]:
    """Return a pixel on the widest arrow that the panel does not hide."""
    arrows = sorted(seen.arrows(), key=lambda arrow: -arrow["width"])
    for arrow in arrows:
        for x, y in arrow["path"][len(arrow["path"]) // 3 :]:
            if 450 < x < 1200 and 80 < y < 800:
                return x, y
    pytest.fail("no arrow is free")


def colour_at(seen: Visit, x: float, y: float) -> tuple[int, ...]:
    return tuple(seen.pixels()[round(y), round(x)].tolist())


def test_the_map_that_was_given_comes_back_with_a_layer_more() -> None:
    m = plain()
    before = len(m._children)
    assert azroutes.explore_flows(m=m) is m
    assert len(m._children) == before + 1
    page = m.get_root().render()
    # The page is folium's own, with its scripts and its tiles.
    assert "Content-Security-Policy" not in page
    assert "cdn.jsdelivr.net/npm/leaflet" in page
    assert "tile.openstreetmap.org" in page


def test_arrows_are_drawn_between_tiles_and_markers(show: Callable[..., Any]) -> None:
    m = plain()
    folium.Marker((41, 29), icon=folium.DivIcon(html="<p>here</p>")).add_to(m)
    azroutes.explore_flows(m=m)
    with show(m) as seen:
        orders = seen.page.evaluate("""["tilePane", "azroutes-flows", "markerPane"].map((name) =>
            Number(getComputedStyle(azroutes.app.map.getPane(name)).zIndex))""")
        assert orders == sorted(orders)
        assert len(seen.arrows()) == len(azroutes.compose(azroutes.load_flows()).arrows)
        assert seen.page.get_by_text("here", exact=True).is_visible()
        x, y = spot(seen)
        assert colour_at(seen, x, y) != (0xD4, 0xDA, 0xDC)
        assert colour_at(seen, 1400, 200) == (0xD4, 0xDA, 0xDC)
        # The view is the map's own.
        assert seen.page.evaluate("azroutes.app.map.getZoom()") == 4
        assert faults(seen) == []


def test_notes_clicks_and_the_panel_work_as_on_a_page_of_ours(show: Callable[..., Any]) -> None:
    m = azroutes.explore_flows(m=plain(), title="Mine")
    with show(m) as seen:
        x, y = spot(seen)
        note = seen.page.locator(".azroutes-note")
        seen.page.mouse.move(x, y)
        assert note.is_visible()
        assert "independent line" in note.inner_text()
        panel = seen.page.locator(".azroutes-panel")
        assert panel.locator("h1").inner_text() == "Mine"
        box = panel.bounding_box()
        assert box is not None
        # What lies below the panel is not pointed at, nor does a click on it reach the map.
        seen.page.mouse.move(box["x"] + 30, box["y"] + box["height"] - 30)
        assert note.is_hidden()
        seen.page.mouse.click(x, y)
        details = seen.page.locator(".details")
        assert details.locator(".statement").count() > 0
        seen.page.get_by_role("button", name="Back to the legend").click()
        assert details.is_hidden()
        assert panel.get_by_text("Sources and credits").is_visible()
        seen.page.get_by_role("button", name="Hide panel").click()
        assert panel.locator(".body").is_hidden()
        assert panel.locator("h1").is_visible()
        seen.page.get_by_role("button", name="Show panel").click()
        assert panel.locator(".body").is_visible()
        panel.locator(".markets").get_by_label("Human trafficking").uncheck()
        assert {arrow["market"] for arrow in seen.arrows()}.isdisjoint({0})
        assert faults(seen) == []


def test_on_a_telephone_the_panel_is_folded_at_first(show: Callable[..., Any]) -> None:
    with show(azroutes.explore_flows(m=plain()), 390, 844) as seen:
        assert seen.page.locator(".azroutes-panel .body").is_hidden()
        seen.page.get_by_role("button", name="Show panel").click()
        assert seen.page.locator(".azroutes-panel .body").is_visible()


def test_the_flows_stand_beside_other_layers_in_a_layer_control(show: Callable[..., Any]) -> None:
    m = plain()
    group = folium.FeatureGroup("Shapes").add_to(m)
    shape = {"type": "Polygon", "coordinates": [[[58, 44], [66, 44], [66, 50], [58, 50], [58, 44]]]}
    look = {"color": "#ff00ff", "fillOpacity": 1, "fillColor": "#ff00ff"}
    folium.GeoJson(shape, style_function=lambda _: look, tooltip="a steppe").add_to(group)
    azroutes.explore_flows(m=m, title="Flows")
    folium.LayerControl(collapsed=False).add_to(m)
    with show(m) as seen:
        at = seen.page.evaluate("azroutes.app.map.latLngToContainerPoint([49, 65])")
        x, y = spot(seen)
        assert colour_at(seen, at["x"], at["y"]) == MAGENTA
        seen.page.mouse.move(at["x"], at["y"])
        assert seen.page.get_by_text("a steppe").is_visible()
        control = seen.page.locator(".leaflet-control-layers")
        drawn = colour_at(seen, x, y)
        control.get_by_label("Flows").uncheck()
        assert seen.page.locator("canvas.azroutes-canvas").count() == 0
        assert seen.page.locator(".azroutes-panel").count() == 0
        assert colour_at(seen, x, y) == (0xD4, 0xDA, 0xDC)
        seen.page.mouse.move(x, y)
        assert seen.page.locator(".azroutes-note").count() == 0
        seen.page.mouse.click(x, y)
        control.get_by_label("Flows").check()
        assert colour_at(seen, x, y) == drawn
        seen.page.mouse.click(x, y)
        assert seen.page.locator(".details .statement").count() > 0
        control.get_by_label("Shapes").uncheck()
        assert colour_at(seen, at["x"], at["y"]) != MAGENTA
        assert seen.arrows()
        assert faults(seen) == []


def test_two_tables_may_be_layers_of_one_map(show: Callable[..., Any]) -> None:
    flows = azroutes.load_flows()
    m = plain()
    azroutes.explore_flows(flows[flows["market"] == "heroin_trade"], m=m, title="Heroin", color="#ff00ff")
    azroutes.explore_flows(flows[flows["market"] == "fauna_crimes"], m=m, title="Caviar")
    # The same flows once more are the same layer.
    azroutes.explore_flows(flows[flows["market"] == "fauna_crimes"], m=m, title="Caviar")
    with show(m) as seen:
        seen.settle()
        assert seen.page.locator("canvas.azroutes-canvas").count() == 2
        assert sorted(seen.page.locator(".azroutes-panel h1").all_inner_texts()) == ["Caviar", "Heroin"]
        # Only one panel is open from the start.
        assert sum(body.is_visible() for body in seen.page.locator(".azroutes-panel .body").all()) == 1
        assert (np.abs(seen.pixels() - MAGENTA).max(axis=2) < 30).any()
        assert faults(seen) == []


def test_far_in_an_arrow_is_where_it_was_and_quickly_drawn(show: Callable[..., Any]) -> None:
    table = pd.DataFrame({"origin": ["Iran"], "destination": ["Russia"], "wording": ["perhaps"]})
    m = azroutes.explore_flows(azroutes.read_flows(table), m=plain(), color="#ff00ff", method="straight")
    with show(m) as seen:
        taken = seen.page.evaluate("""(() => {
            const { map, model } = azroutes.app;
            const { world } = model.arrows[0];
            const [x, y] = world[Math.floor(world.length / 2)];
            const spot = map.unproject(L.point(x, y).multiplyBy(256 * 2 ** 10), 10);
            map.setMaxZoom(18);
            map.setView(spot, 18, { animate: false });
            const begun = performance.now();
            azroutes.app.flows.draw();
            return performance.now() - begun;
        })()""")
        assert taken < 250
        image = seen.pixels()
        # A stroke through the middle of the view, as dashes may leave out the very middle.
        middle = image[350:550, 620:820]
        assert (np.abs(middle - MAGENTA).max(axis=2) < 30).sum() > 50
        assert faults(seen) == []


def test_hostile_words_are_text_on_a_map_of_anyone(show: Callable[..., Any]) -> None:
    table = pd.DataFrame({
        "origin": [HOSTILE], "origin_lon": [45.0], "origin_lat": [40.0], "destination": ["=1+1"],
        "destination_lon": [60.0], "destination_lat": [42.0], "commodity": [HOSTILE], "sources": [HOSTILE],
    })  # fmt: skip
    m = plain()
    azroutes.explore_flows(azroutes.read_flows(table), m=m, title=HOSTILE, tooltip=["commodity", "sources"])
    folium.LayerControl(collapsed=False).add_to(m)
    with show(m) as seen:
        x, y = seen.arrows()[0]["middle"]
        seen.page.mouse.move(x, y)
        assert HOSTILE in seen.page.locator(".azroutes-note").inner_text()
        seen.page.mouse.click(x, y)
        assert HOSTILE in seen.page.locator(".details").inner_text()
        assert seen.page.locator(".azroutes-panel h1").inner_text() == HOSTILE
        assert HOSTILE in seen.page.locator(".leaflet-control-layers").inner_text()
        assert seen.page.locator("img[src=x]").count() == 0
        assert faults(seen) == []


def test_very_many_flows_are_a_layer_too(show: Callable[..., Any]) -> None:
    rng = np.random.default_rng(3)
    ends = rng.uniform((20, 20), (80, 60), (80, 2))
    start, end = rng.integers(0, 80, (2, 2000))
    table = pd.DataFrame({
        "origin": [f"P{k}" for k in start], "origin_lon": ends[start, 0], "origin_lat": ends[start, 1],
        "destination": [f"P{k}" for k in end], "destination_lon": ends[end, 0], "destination_lat": ends[end, 1],
        "quantity": rng.uniform(1, 100, 2000), "commodity": [f"c{k % 5}" for k in range(2000)],
    })  # fmt: skip
    flows = azroutes.read_flows(table, unit="kg")
    m = azroutes.explore_flows(flows, m=plain(), tooltip=["commodity", "quantity"])
    with show(m) as seen:
        seen.wait_for("azroutes.app?.ready")
        x, y = spot(seen)
        seen.page.mouse.move(x, y)
        told = seen.page.locator(".azroutes-note").inner_text()
        assert re.search(r"Commodity: C\d", told)
        assert re.search(r"Quantity: [\d.,]+ kg", told)
        assert faults(seen) == []


def test_the_map_knows_where_the_flows_are() -> None:
    m = folium.Map()
    azroutes.explore_flows(m=m)
    (south, west), (north, east) = m.get_bounds()
    nodes = azroutes.compose(azroutes.load_flows()).nodes
    assert (south, north) == pytest.approx((min(n.lat for n in nodes), max(n.lat for n in nodes)), abs=0.01)
    assert (west, east) == pytest.approx((min(n.lon for n in nodes), max(n.lon for n in nodes)), abs=0.01)


def test_an_extent_that_is_asked_for_is_shown(show: Callable[..., Any]) -> None:
    m = azroutes.explore_flows(m=plain(), extent=(44, 38, 51, 42))
    with show(m) as seen:
        west, south, east, north = map(
            float, seen.page.evaluate("azroutes.app.map.getBounds().toBBoxString()").split(",")
        )
    assert west < 44
    assert 51 < east < 70
    assert south < 38
    assert north > 42


def test_a_map_of_others_says_itself_whose_borders_it_has() -> None:
    m = plain()
    azroutes.explore_flows(m=m)
    page = m.get_root().render()
    assert "Natural Earth" not in page
    assert "Borders and names express no opinion" not in page
    assert "Trafficking in Persons Report 2008" in page


def test_without_a_canvas_the_flows_are_told_in_a_table(show: Callable[..., Any]) -> None:
    flows = azroutes.load_flows()
    m = azroutes.explore_flows(m=plain())
    folium.Marker((41, 29), icon=folium.DivIcon(html="<p>here</p>")).add_to(m)
    folium.LayerControl(collapsed=False).add_to(m)
    with show(m, before="HTMLCanvasElement.prototype.getContext = () => null") as seen:
        panel = seen.page.locator(".azroutes-panel")
        assert seen.page.get_by_text("here", exact=True).is_visible()
        assert panel.get_by_text("draws on no canvas").is_visible()
        expect(panel.locator("table.flows tbody tr")).to_have_count(len(flows))
        assert panel.locator("caption").inner_text() == f"{len(flows)} flows, by flow"
        panel.get_by_role("button", name="Certainty").click()
        assert panel.locator("[aria-sort]").inner_text().startswith("Certainty")
        name, file = saved(seen, "Table (CSV)")
        assert name.endswith(".csv")
        assert len(list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline="")))) == len(flows)
        assert panel.get_by_role("button", name="Picture (PNG)").count() == 0
        seen.page.locator(".leaflet-control-layers").get_by_role("checkbox").uncheck()
        assert panel.count() == 0
        assert faults(seen) == []


def test_very_many_flows_without_a_canvas_are_a_table_too(
    show: Callable[..., Any], many: Callable[..., gpd.GeoDataFrame]
) -> None:
    m = azroutes.explore_flows(many(), m=plain())
    with show(m, before="HTMLCanvasElement.prototype.getContext = () => null") as seen:
        seen.wait_for("document.querySelectorAll('.azroutes-panel tbody tr').length === 200")
        assert "largest of" in seen.page.locator(".azroutes-panel caption").inner_text()
        assert faults(seen) == []


def saved(seen: Visit, button: str) -> tuple[str, bytes]:
    """Press a button for a file; return its name and its bytes."""
    with seen.page.expect_download() as offered:
        seen.page.get_by_role("button", name=button, exact=True).click()
    return offered.value.suggested_filename, offered.value.path().read_bytes()


def said(drawing: bytes) -> list[str]:
    """Return the lines of text in a drawing, halos left out."""
    texts = ET.fromstring(drawing).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314  # our own output
    return [one.text or "" for one in texts if one.get("aria-hidden") is None]


def test_files_leave_a_joined_map_on_plain_paper(show: Callable[..., Any]) -> None:
    flows = azroutes.load_flows()
    heroin = flows[flows["market"] == "heroin_trade"]
    with show(azroutes.explore_flows(heroin, m=plain(), title="Heroin", color="#ff00ff")) as seen:
        seen.settle()
        assert seen.page.get_by_text("without the map below the arrows").is_visible()
        size = seen.page.evaluate("azroutes.app.map.getSize()")
        _, picture = saved(seen, "Picture (PNG)")
        image = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)
        name, drawing = saved(seen, "Drawing (SVG)")
        _, table = saved(seen, "Table (CSV)")
        assert faults(seen) == []
    assert name == "heroin.svg"
    assert image.shape[1] == 2 * (size["x"] + 56)
    assert (np.abs(image - MAGENTA).max(axis=2) < 30).sum() > 500
    # Neither tiles nor land.
    assert not (np.abs(image - (0xD4, 0xDA, 0xDC)).max(axis=2) == 0).any()
    assert b"azroutes-land" not in drawing
    text = said(drawing)
    assert "Heroin" in text
    assert any(line.startswith("Arrows, places and legends stand on plain paper") for line in text)
    assert any("World Factbook" in line for line in text)
    # Names stand where the panel is on the screen.
    assert "European Union" in text
    assert len(list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))) == len(heroin)


def two(m: folium.Map) -> folium.Map:
    flows = azroutes.load_flows()
    azroutes.explore_flows(flows[flows["market"] == "heroin_trade"], m=m, title="Heroin", color="#ff00ff")
    return azroutes.explore_flows(
        flows[flows["market"] == "human_trafficking"], m=m, title="Trafficking", color="#00a000"
    )


def test_two_layers_on_a_map_keep_out_of_each_others_way(show: Callable[..., Any]) -> None:
    with show(two(plain())) as seen:
        seen.settle()
        page = seen.page
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
        assert len(ids) == len(set(ids))
        # No place is named twice, and no name stands on another.
        boxes = page.evaluate("""azroutes.app.peers().flatMap(({ picture, model }) => picture.labels.map((label) =>
            [model.nodes[label.node].code, label.box.left, label.box.top, label.box.right, label.box.bottom]))""")
        assert len(boxes) > 15
        assert len({box[0] for box in boxes}) == len(boxes)
        for k, (_, left, top, right, bottom) in enumerate(boxes):
            for _, left2, top2, right2, bottom2 in boxes[k + 1 :]:
                assert not (left < right2 and left2 < right and top < bottom2 and top2 < bottom)
        # Where arrows or places of both lie under the pointer, one note is shown and one of them is chosen.
        spot = page.evaluate("""(() => {
            const { map, model } = azroutes.app;
            const { lat, lon } = model.nodes.find(({ code }) => code === "AZE");
            return map.latLngToContainerPoint([lat, lon]);
        })()""")
        page.mouse.move(spot["x"], spot["y"])
        assert page.locator(".azroutes-note:visible").count() == 1
        assert page.locator(".azroutes-over").count() == 1
        page.mouse.click(spot["x"], spot["y"])
        assert page.locator(".details:visible h2").all_inner_texts() == ["Azerbaijan"]
        # The panel that opens folds the other.
        assert [body.is_visible() for body in page.locator(".azroutes-panel .body").all()].count(True) == 1
        page.get_by_role("button", name="Show panel").click()
        assert [body.is_visible() for body in page.locator(".azroutes-panel .body").all()].count(True) == 1
        assert faults(seen) == []


def test_a_picture_of_two_layers_has_both_and_says_whose_legend_is_which(show: Callable[..., Any]) -> None:
    with show(two(plain())) as seen:
        seen.settle()
        _, drawing = saved(seen, "Drawing (SVG)")
        text = said(drawing)
        assert "Heroin and Trafficking" in text
        assert {"Heroin: Markets", "Trafficking: Markets"} <= set(text)
        assert drawing.count(b'fill="#ff00ff"') >= 8
        assert drawing.count(b'fill="#00a000"') >= 8
        assert text.count("Azerbaijan") == 1
        assert faults(seen) == []


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """Return a page of ours to which a second table has been added."""
    flows = azroutes.load_flows()
    page = azroutes.explore_flows(flows[flows["market"] == "heroin_trade"], title="Heroin", color="#ff00ff")
    path = tmp_path / "both.html"
    second = flows[flows["market"] == "human_trafficking"]
    same = azroutes.explore_flows(second, m=page, title="Trafficking", color="#00a000")
    assert same is page
    page.save(path)
    return path


def middle(seen: Visit, number: int) -> list[float]:
    """Return a pixel on an arrow of a set of flows on which no other set has anything."""
    seen.settle()
    at: list[float] | None = seen.page.evaluate(f"""(() => {{
        const peers = azroutes.app.peers();
        const at = (one) => peers[one].arrowsDrawn().flatMap(({{ path }}) => path.slice(12, -12));
        const others = at({1 - number});
        return at({number}).find(([x, y]) => x > 60 && x < 1000 && y > 90 && y < 800 &&
            !azroutes.pointer.hit(peers[{1 - number}].picture, [x, y]) &&
            others.every(([x2, y2]) => Math.hypot(x - x2, y - y2) > 20)) ?? null;
    }})()""")
    assert at is not None
    return at


def test_a_page_of_ours_takes_a_second_table_and_stays_offline(both: Path, visit: Opener) -> None:
    with visit(both) as seen:
        page = seen.page
        image = seen.pixels()
        assert (np.abs(image - MAGENTA).max(axis=2) < 30).sum() > 100
        assert (np.abs(image - (0, 0xA0, 0)).max(axis=2) < 30).sum() > 100
        # The view holds all places of both.
        assert page.evaluate("""azroutes.app.peers().every(({ map, model }) =>
            model.nodes.every(({ lat, lon }) => map.getBounds().contains([lat, lon])))""")
        assert page.locator(".azroutes-panel:visible h1").all_inner_texts() == ["Heroin"]
        for number, title in ((1, "Trafficking"), (0, "Heroin")):
            x, y = middle(seen, number)
            page.mouse.move(x, y)
            assert page.locator(".azroutes-note:visible").count() == 1
            page.mouse.click(x, y)
            # What is chosen is told by the panel of its own table.
            assert page.locator(".azroutes-panel:visible h1").all_inner_texts() == [title]
            assert page.locator(".details:visible .statement").count() > 0
            page.get_by_role("button", name="Back to the legend").click()
        page.get_by_role("button", name="Trafficking").click()
        assert page.locator(".azroutes-panel:visible h1").all_inner_texts() == ["Trafficking"]
        assert page.evaluate("document.activeElement.textContent") == "Heroin"
        page.locator(".markets:visible").get_by_role("checkbox").uncheck()
        image = seen.pixels()[:, :1080]
        assert (np.abs(image - MAGENTA).max(axis=2) < 30).sum() > 100
        assert not (np.abs(image - (0, 0xA0, 0)).max(axis=2) < 30).any()
        # The map is not empty, so nothing says that it is.
        assert page.locator(".azroutes-message:visible").count() == 0
        page.locator(".markets:visible").get_by_role("checkbox").check()
        _, drawing = saved(seen, "Drawing (SVG)")
        assert {"Heroin and Trafficking", "Boundaries: Natural Earth, 1:50m, as of 2018."} <= set(said(drawing))
        assert [box.get_attribute("aria-label") for box in page.get_by_role("listbox").all()] == [
            "Arrows on the map", "Places on the map", "Arrows on the map: Trafficking",
            "Places on the map: Trafficking"]  # fmt: skip
        assert seen.complaints == []
        assert [url for url in seen.requests if not url.startswith(("data:", "blob:"))] == [both.as_uri()]
    assert "unsafe" not in re.findall(r'Content-Security-Policy" content="([^"]*)"', both.read_text("utf-8"))[0]


@pytest.mark.parametrize(("first", "second"), [((44, 38, 51, 42), None), (None, (44, 38, 51, 42))])
def test_an_extent_of_either_table_is_what_the_page_opens_on(
    first: Any, second: Any, tmp_path: Path, visit: Opener
) -> None:
    flows = azroutes.load_flows()
    page = azroutes.explore_flows(flows[flows["market"] == "heroin_trade"], title="Heroin", extent=first)
    azroutes.explore_flows(flows[flows["market"] == "fauna_crimes"], m=page, title="Caviar", extent=second)
    path = tmp_path / "both.html"
    page.save(path)
    with visit(path) as seen:
        seen.wait_for("azroutes.app?.peers().length === 2")
        west, south, east, north = map(
            float, seen.page.evaluate("azroutes.app.map.getBounds().toBBoxString()").split(",")
        )
    assert 30 < west < 44
    assert 51 < east < 66
    assert 30 < south < 38
    assert 42 < north < 50


def test_a_link_holds_the_state_of_both_tables(both: Path, visit: Opener, browser: Browser) -> None:
    with visit(both) as seen:
        seen.page.evaluate("azroutes.app.peers()[1].setFilter({ least: 2 })")
        seen.page.evaluate("azroutes.app.select('node', 0)")
        link = seen.page.evaluate("azroutes.address.linkOf(azroutes.app)")
        chosen = seen.page.evaluate("azroutes.app.state.selected.key")
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(link)
    page.wait_for_timeout(300)
    least = page.evaluate("azroutes.app.peers().map(({ state }) => state.filter.least)")
    opened = page.evaluate("azroutes.app.state.selected.key")
    page.close()
    assert least == [0, 2]
    assert opened == chosen


def test_on_a_dark_screen_and_on_a_telephone_both_tables_are_at_hand(both: Path, visit: Opener) -> None:
    with visit(both, 390, 844, color_scheme="dark", has_touch=True) as seen:
        page = seen.page
        assert page.locator(".azroutes-panel:visible h1").all_inner_texts() == ["Heroin"]
        assert page.evaluate("azroutes.app.peers().map(({ model }) => model.theme.paper)") == ["#12161a"] * 2
        page.get_by_role("button", name="Show panel").tap()
        page.get_by_role("button", name="Trafficking").tap()
        assert page.locator(".azroutes-panel:visible h1").all_inner_texts() == ["Trafficking"]
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert seen.complaints == []


def test_a_second_table_can_be_switched_off_and_on(tmp_path: Path, visit: Opener) -> None:
    flows = azroutes.load_flows()
    page = azroutes.explore_flows(flows[flows["market"] == "heroin_trade"], title="Heroin", color="#ff00ff")
    azroutes.explore_flows(flows[flows["market"] == "fauna_crimes"], m=page, title="Caviar", color="#00a000")
    folium.LayerControl(collapsed=False).add_to(page)
    path = tmp_path / "both.html"
    page.save(path)
    with visit(path) as seen:
        seen.settle()
        control = seen.page.locator(".leaflet-control-layers")
        seen.page.get_by_role("button", name="Caviar").click()
        for _ in range(2):
            control.get_by_label("Caviar").uncheck()
            seen.settle()
            assert seen.page.locator(".azroutes-panel h1").all_inner_texts() == ["Heroin"]
            assert seen.page.locator(".azroutes-panel").is_visible()
            assert seen.page.get_by_text("Also on this map").is_hidden()
            assert not (np.abs(seen.pixels() - (0, 0xA0, 0)).max(axis=2) < 30).any()
            control.get_by_label("Caviar").check()
            seen.settle()
            assert seen.page.get_by_text("Also on this map").first.is_visible()
            assert (np.abs(seen.pixels() - (0, 0xA0, 0)).max(axis=2) < 30).any()
        assert seen.complaints == []


@pytest.mark.parametrize("first", ["many", "few"])
def test_very_many_flows_and_few_share_a_page(
    first: str, many: Callable[..., gpd.GeoDataFrame], tmp_path: Path, visit: Opener
) -> None:
    flows = azroutes.load_flows()
    tables = {"few": flows[flows["market"] == "heroin_trade"], "many": many()}
    page = azroutes.explore_flows(tables.pop(first), title="First")
    azroutes.explore_flows(*tables.values(), m=page, title="Second")
    path = tmp_path / "both.html"
    page.save(path)
    with visit(path) as seen:
        seen.wait_for("azroutes.app?.peers().length === 2")
        counts = seen.page.evaluate("azroutes.app.peers().map((one) => one.arrowsDrawn().length)")
        assert sorted(count > 100 for count in counts) == [False, True]
        seen.page.evaluate("azroutes.app.map.setZoom(6, { animate: false })")
        seen.settle()
        assert seen.complaints == []


def test_without_scripts_or_canvas_a_page_of_two_tables_tells_both(both: Path, visit: Opener) -> None:
    for options in ({"scripts": False}, {"before": "HTMLCanvasElement.prototype.getContext = () => null"}):
        with visit(both, **options) as seen:
            assert seen.page.locator(".azroutes-still h1").all_inner_texts() == ["Heroin", "Trafficking"]
            assert seen.page.locator(".azroutes-picture svg").count() == 2
            assert seen.complaints == []


def test_the_same_two_tables_make_the_same_page(both: Path, tmp_path: Path) -> None:
    flows = azroutes.load_flows()
    page = azroutes.explore_flows(flows[flows["market"] == "heroin_trade"], title="Heroin", color="#ff00ff")
    second = flows[flows["market"] == "human_trafficking"]
    for _ in range(2):  # The same flows once more are the same layer.
        azroutes.explore_flows(second, m=page, title="Trafficking", color="#00a000")
    page.save(tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == both.read_bytes()


def test_dashes_stay_where_they_are_while_a_close_map_is_moved(show: Callable[..., Any]) -> None:
    table = pd.DataFrame({"origin": ["Iran"], "destination": ["Russia"], "certainty": ["qualified"]})
    m = azroutes.explore_flows(azroutes.read_flows(table), m=plain(), color="#ff00ff", method="straight")
    with show(m) as seen:
        seen.page.evaluate("""(() => {
            const { map, model } = azroutes.app;
            const { world } = model.arrows[0];
            const [x, y] = world[Math.floor(world.length / 2)];
            map.setMaxZoom(18);
            map.setView(map.unproject(L.point(x, y).multiplyBy(256 * 2 ** 10), 10), 11, { animate: false });
        })()""")
        before = np.abs(seen.pixels() - MAGENTA).max(axis=2) < 60
        certainty = seen.page.evaluate("azroutes.app.model.arrows[0].certainty")
        for step in (137, 410):
            seen.page.evaluate(f"azroutes.app.map.panBy([0, {step}], {{ animate: false }})")
        after = np.abs(seen.pixels() - MAGENTA).max(axis=2) < 60
    kept, moved = before[600:850, 420:1300], after[600 - 547 : 850 - 547, 420:1300]
    assert kept.sum() > 100
    assert certainty in {"qualified", "alleged"}
    assert (kept != moved).sum() < 0.05 * kept.sum()


@pytest.mark.parametrize("tables", [1, 2])
def test_on_paper_a_joined_map_has_its_legends_and_credits(show: Callable[..., Any], tables: int) -> None:
    m = two(plain()) if tables == 2 else azroutes.explore_flows(m=plain(), title="Heroin")
    with show(m) as seen:
        seen.settle()
        page = seen.page
        before = page.evaluate("[azroutes.app.map.getSize().x, azroutes.app.map.getZoom()]")
        order = page.locator(".azroutes-panel h1").all_inner_texts()
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 703, "height": 1032})
        seen.settle()
        box = page.locator(".folium-map").bounding_box()
        assert box is not None
        assert 600 < box["width"] <= 703
        assert box["height"] > 300
        for part in (".markets", ".legends", ".notes", "details.credits"):
            assert page.locator(part).count() == tables
            for found in page.locator(part).all():
                where = found.bounding_box()
                assert where is not None
                assert where["y"] >= box["y"] + box["height"]
                assert where["x"] + where["width"] <= 703
        assert not page.locator(".motion, .save, .search, .azroutes-toggle").first.is_visible()
        # No canvas is left out, and each has more points than the screen.
        assert page.evaluate("""[...document.querySelectorAll(".azroutes-canvas")].map((canvas) =>
            getComputedStyle(canvas).display !== "none" && canvas.width / parseFloat(canvas.style.width))""") == [
                pytest.approx(3, abs=0.01)] * tables  # fmt: skip
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 1440, "height": 900})
        seen.settle()
        assert page.evaluate("[azroutes.app.map.getSize().x, azroutes.app.map.getZoom()]") == before
        assert page.locator(".azroutes-panel h1").all_inner_texts() == order
        paper = page.pdf(format="A4")
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2
        assert len(paper) > 30_000
        assert faults(seen) == []


@pytest.mark.parametrize("m", ["map", 7, folium.FeatureGroup()])
def test_what_is_no_map_is_told(m: Any) -> None:
    with pytest.raises(OptionError, match=r"m must be a map of folium"):
        azroutes.explore_flows(m=m)


def test_a_map_in_another_projection_is_told() -> None:
    with pytest.raises(OptionError, match="EPSG3857"):
        azroutes.explore_flows(m=folium.Map(crs="EPSG4326", tiles=None))


def test_the_same_flows_make_the_same_layer() -> None:
    made = []
    for _ in range(2):
        m = plain()
        azroutes.explore_flows(m=m)
        page = m.get_root().render()
        made.append(re.search(r'id="azroutes-data-\w+">.*?</script>', page, flags=re.DOTALL))
    assert made[0] is not None
    assert made[1] is not None
    assert made[0][0] == made[1][0]
