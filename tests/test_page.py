"""The page is opened in a real browser with the network off, and looked at."""

from __future__ import annotations

import io
import json
import math
import os
from typing import TYPE_CHECKING, Any

import folium
import folium.plugins
import pytest

from azroutes.content_policy import content_policy
from azroutes.errors import AzroutesError, OutputError
from azroutes.page import OfflineMap, json_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]

HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>alert(2)//",
    "{{7*7}}{% raw %}",
    "javascript:alert(3)",
    "null\x00byte",
    "\u202eright to left\u2066",
    "line\u2028end\ud800",
    "long " * 2000,
)


def test_the_page_asks_for_nothing_and_complains_of_nothing(saved: Path, visit: Opener) -> None:
    with visit(saved) as seen:
        assert seen.page.title() == "Flows"
        assert [url for url in seen.requests if not url.startswith("data:")] == [saved.as_uri()]
        assert seen.complaints == []
        assert seen.page.locator("html").get_attribute("lang") == "en"


def test_a_realistic_page_is_small(saved: Path) -> None:
    assert 300_000 < saved.stat().st_size < 1_500_000


def hostile_payload(payload: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the payload with a text in every place where a table's text can come."""
    kept = {"code", "kind", "colour", "certainty", "theme", "rings"}

    def spoil(value: object, key: str) -> object:
        if key in kept:
            return value
        if isinstance(value, dict):
            return {name: spoil(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [spoil(inner, key) for inner in value]
        return text if isinstance(value, str) or value is None else value

    return {name: spoil(value, name) for name, value in payload.items()}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_text(payload: dict[str, Any], tmp_path: Path, visit: Opener, text: str) -> None:
    path = tmp_path / "page.html"
    small = {**payload, "land": payload["land"][:30]}
    OfflineMap(hostile_payload(small, text), title=text).save(path)
    with visit(path) as seen:
        x, y = next(
            one["middle"] for one in seen.arrows() if payload["markets"][one["market"]]["code"] == "heroin_trade"
        )
        seen.page.mouse.move(x, y)
        seen.page.mouse.click(x, y)
        shown = seen.page.locator(".details .statement").first.text_content()
        assert shown == text
        assert seen.page.locator("img").count() == 0
        assert seen.page.locator(".details a").count() == 0
        assert seen.page.locator(".azroutes-panel h1").text_content() == text
        assert seen.complaints == []
        assert [url for url in seen.requests if not url.startswith("data:")] == [path.as_uri()]


def test_layers_of_the_users_own_are_drawn(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "page.html"
    page = OfflineMap(payload, title="Flows")
    circle = folium.Circle((30, 30), radius=300_000, color="#ff00ff", fill=True, fill_opacity=1, tooltip="mine")
    circle.add_to(page)
    shape = {"type": "Polygon", "coordinates": [[[20, 25], [24, 25], [24, 28], [20, 28], [20, 25]]]}
    folium.Marker((24, 45)).add_to(page)
    box = folium.GeoJson(shape, name="a box", style_function=lambda _: {"color": "#00c000"})
    box.add_to(page)
    folium.LayerControl().add_to(page)
    page.keep_in_front(box)
    page.save(path)
    with visit(path) as seen:
        at = seen.page.evaluate("azroutes.app.map.latLngToContainerPoint([30, 30])")
        image = seen.pixels()
        assert image[round(at["y"]), round(at["x"])].tolist() == [255, 0, 255]
        assert seen.page.locator(".leaflet-control-layers").count() == 1
        assert seen.page.locator("img.leaflet-marker-icon").evaluate("(icon) => icon.naturalWidth") > 0
        seen.page.mouse.move(at["x"], at["y"])
        assert seen.page.get_by_text("mine", exact=True).is_visible()
        assert len(seen.arrows()) == len(payload["arrows"])
        assert seen.complaints == []
        assert [url for url in seen.requests if not url.startswith("data:")] == [path.as_uri()]


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (lambda: folium.TileLayer("OpenStreetMap"), "TileLayer"),
        (lambda: folium.Marker((40, 48), popup="text"), "Popup"),
        (lambda: folium.Marker((40, 48), icon=folium.Icon()), "Icon"),
        (folium.plugins.Fullscreen, "Fullscreen"),
    ],
)
def test_layers_that_need_the_network_are_refused(layer: Callable[[], Any], name: str) -> None:
    page = OfflineMap({}, title="Flows")
    page.add_child(layer())
    with pytest.raises(AzroutesError, match=name):
        page.get_root().render()


def test_the_policy_stops_what_was_not_in_the_page(saved: Path, visit: Opener) -> None:
    with visit(saved) as seen:
        ran = seen.page.evaluate("""() => {
            const script = document.createElement("script");
            script.textContent = "globalThis.intruder = true";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<b onclick='globalThis.intruder = true'>x</b>");
            document.body.lastChild.click();
            return globalThis.intruder ?? false;
        }""")
        reached = seen.page.evaluate("fetch('https://example.org/').then(() => true, (error) => String(error))")
        assert ran is False
        assert "Failed to fetch" in reached
        assert any("connect-src 'none'" in complaint for complaint in seen.complaints)
        assert any("script-src" in complaint for complaint in seen.complaints)


def test_the_policy_stands_before_everything_that_could_load(saved: Path) -> None:
    head = saved.read_text(encoding="utf-8").split("<head>", 1)[1]
    policy = head.index('<meta http-equiv="Content-Security-Policy"')
    assert head[:policy].strip() == '<meta charset="utf-8">'
    content = head[policy:].split('content="', 1)[1].split('"', 1)[0]
    assert content.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in content
    assert "http" not in content


def test_content_policy_names_scripts_and_styles_but_no_data() -> None:
    page = '<script type="application/json">{}</script><script>a &amp; b</script><p style="color:red">'
    # echo -n 'a &amp; b' | openssl dgst -sha256 -binary | base64
    assert content_policy(page).split("; ")[1:4] == [
        "script-src 'sha256-vpjtZp+xT5mKOUYMDoNeiID8LBHF/mtPtU4iD5F58yI='",
        "style-src 'none'",
        "style-src-attr 'unsafe-inline'",
    ]


def test_json_text_can_be_read_back_and_ends_nothing() -> None:
    payload = {"text": list(HOSTILE), "number": 1.5}
    text = json_text(payload)
    assert json.loads(text) == payload
    assert text.isascii()
    assert not set("<>&\x00") & set(text)


def test_a_number_that_json_cannot_hold_is_an_error() -> None:
    with pytest.raises(ValueError, match="JSON"):
        OfflineMap({"lat": math.nan}, title="Flows")


def test_the_same_payload_gives_the_same_bytes(payload: dict[str, Any], saved: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.html"
    page = OfflineMap(payload, title="Flows")
    page.save(again)
    page.save(str(again))
    assert again.read_bytes() == saved.read_bytes()
    OfflineMap({**payload, "title": "Other"}, title="Flows").save(again)
    assert again.read_bytes() != saved.read_bytes()


def test_a_save_that_fails_leaves_the_old_file(
    payload: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    path.write_text("old", encoding="utf-8")

    def full(descriptor: int) -> None:
        raise OSError(28, f"No space left on device {descriptor}")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        OfflineMap(payload, title="Flows").save(path)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_page_can_be_saved_to_an_open_file(payload: dict[str, Any], saved: Path) -> None:
    file = io.BytesIO()
    OfflineMap(payload, title="Flows").save(file, close_file=False)
    assert file.getvalue() == saved.read_bytes()


def test_a_notebook_shows_the_map(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "notebook.html"
    html = OfflineMap(payload, title="Flows")._repr_html_()
    path.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{html}</body>", encoding="utf-8")
    with visit(path) as seen:
        frame = seen.page.frames[1]
        frame.wait_for_load_state()
        assert frame.evaluate("azroutes.app.arrowsDrawn().length") == len(payload["arrows"])
        assert seen.complaints == []
