"""Flows on a folium map of the user's own, in a real browser: Leaflet is answered from the package, all else fails."""

from __future__ import annotations

import io
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import azroutes
from azroutes.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

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


def test_without_a_canvas_the_map_is_none_the_worse(show: Callable[..., Any]) -> None:
    m = plain()
    azroutes.explore_flows(m=m)
    folium.Marker((41, 29), icon=folium.DivIcon(html="<p>here</p>")).add_to(m)
    folium.LayerControl().add_to(m)
    with show(m, before="HTMLCanvasElement.prototype.getContext = () => null") as seen:
        assert seen.page.get_by_text("here", exact=True).is_visible()
        assert faults(seen) == []


def test_a_page_of_ours_takes_no_second_table() -> None:
    with pytest.raises(OptionError, match=r"folium\.Map"):
        azroutes.explore_flows(m=azroutes.explore_flows())


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
