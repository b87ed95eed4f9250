"""The page for everyone: by keyboard, by touch, by ear, on small and dark screens and on paper."""

from __future__ import annotations

import json
import math
import re
import subprocess
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from azroutes.page import OfflineMap

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import geopandas as gpd
    from playwright.sync_api import FloatRect

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]

HEROIN = 5
AZERBAIJAN = 0
DARK = {"theme": {"paper": "#12161a", "water": "#171d23", "land": "#2a3037", "border": "#535c66", "ink": "#eef0f2",
                  "quiet": "#b5bec7", "halo": "#12161a", "node": "#f2f4f5"}}  # fmt: skip
ON_DARK = "#f2751d"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CURRENT = "document.activeElement.textContent"


@pytest.fixture
def both(payload: dict[str, Any], tmp_path: Path) -> Path:
    """Return a page that has a dark look too, and the theme's dashes."""
    colours = [ON_DARK if k == HEROIN else "#a9ddf7" for k in range(len(payload["markets"]))]
    theme = {**payload["theme"], "paper": "#fcfbf8", "quiet": "#64625d", "label_px": 12.5, "country_px": 11.0,
             "dashes": {"affirmed": [1, 0, 3], "qualified": [3.2, 1.1, 3], "alleged": [1, 0.9, 3]}}  # fmt: skip
    path = tmp_path / "both.html"
    OfflineMap({**payload, "theme": theme, "dark": {**DARK, "markets": colours}}, title="Both").save(path)
    return path


def repeated(payload: dict[str, Any], count: int) -> dict[str, Any]:
    """Return a payload with so many arrows, each with a flow of its own, of slowly growing width."""
    some = payload["arrows"]
    arrows = [{**some[k % len(some)], "flows": [k], "width": 1 + k / count} for k in range(count)]
    flows = [{**payload["flows"][some[k % len(some)]["flows"][0]], "market": some[k % len(some)]["market"]}
             for k in range(count)]  # fmt: skip
    return {**payload, "arrows": arrows, "flows": flows}


def tab_to(seen: Visit, name: str) -> None:
    """Press Tab until an option of the list of that name has the focus."""
    for _ in range(12):
        seen.page.keyboard.press("Tab")
        if seen.page.evaluate("document.activeElement.parentElement.getAttribute('aria-label')") == name:
            return
    pytest.fail(f"no tab stop {name}")


def faults(seen: Visit) -> list[str]:
    """Return what axe-core finds, each with the first element that it means."""
    if not seen.page.evaluate("'axe' in globalThis"):
        script = resources.files("axe_playwright_python") / "axe.min.js"
        seen.page.evaluate(script.read_text(encoding="utf-8") + "; null")
    options = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
    found = seen.page.evaluate("(options) => axe.run(document, options)", options)
    assert len(found["passes"]) > 15
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0]['failureSummary']}"
            for one in found["violations"]]  # fmt: skip


def test_the_scripts_pass_their_own_tests(node: str) -> None:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    assert int(version.strip().lstrip("v").split(".")[0]) >= 18
    files = sorted(str(path) for path in (Path(__file__).parent / "web").glob("*.test.js"))
    assert len(files) >= 4
    done = subprocess.run([node, "--test", "--test-reporter=tap", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed
    assert int(passed[1]) >= 40


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844), (320, 640)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(both: Path, visit: Opener, width: int, height: int, scheme: str) -> None:
    with visit(both, width, height, color_scheme=scheme) as seen:
        assert faults(seen) == []
        # With the panel as it was not, then with an arrow's details, a place's, and the table.
        seen.page.locator(".azroutes-toggle").click()
        assert faults(seen) == []
        seen.page.evaluate("azroutes.app.select('arrow', 0)")
        assert seen.page.locator(".details .flow").count() > 0
        assert faults(seen) == []
        seen.page.evaluate(f"azroutes.app.select('node', {AZERBAIJAN})")
        assert faults(seen) == []
        seen.page.evaluate("azroutes.app.select(null)")
        seen.page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        seen.wait_for("document.querySelectorAll('tbody tr').length > 20")
        assert faults(seen) == []
        tab_to(seen, "Arrows on the map") if width > 1000 else seen.page.evaluate(
            "document.querySelector('[role=option][tabindex=\"0\"]').focus()"
        )
        assert faults(seen) == []


def test_every_stop_of_the_tab_key_has_a_name_and_is_seen(both: Path, visit: Opener) -> None:
    with visit(both) as seen:
        stops: list[dict[str, Any]] = []
        for _ in range(60):
            seen.page.keyboard.press("Tab")
            stop = seen.page.evaluate("""(() => {
                const it = document.activeElement;
                if (it === document.body) return null;
                const style = getComputedStyle(it);
                const box = it.getBoundingClientRect();
                const label = it.labels?.[0]?.textContent ?? it.getAttribute("aria-label") ?? it.textContent;
                return {
                    tag: it.tagName, role: it.getAttribute("role"), name: label.trim(), outline: style.outlineStyle,
                    width: parseFloat(style.outlineWidth), size: [box.width, box.height],
                };
            })()""")
            if stop is None:
                break
            stops.append(stop)
        else:
            pytest.fail("the tab key never comes to an end")
    assert all(stop["name"] for stop in stops)
    hidden = [stop for stop in stops if stop["outline"] in {"none", ""} or stop["width"] < 1.5]
    assert hidden == []
    assert [stop["role"] for stop in stops].count("option") == 2
    # Both lists come right after the map and its buttons.
    assert [stop["role"] for stop in stops[:6]].index("region") < [stop["role"] for stop in stops[:6]].index("option")


def test_every_control_of_the_panel_works_by_keyboard(both: Path, visit: Opener) -> None:
    look = """(() => {
        const it = document.activeElement;
        if (it === document.body) return null;
        const kind = it.tagName === "INPUT" ? it.type : it.tagName;
        return [kind, it.checked ?? null, it.value ?? null, it.parentElement.open ?? null,
            it.textContent || it.labels?.[0]?.textContent || "", Boolean(it.closest(".save, .azroutes-map"))];
    })()"""
    keys = {"checkbox": " ", "range": "ArrowRight", "SELECT": "ArrowDown", "SUMMARY": "Enter"}
    worked: dict[str, int] = {}
    with visit(both) as seen:
        for _ in range(250):
            seen.page.keyboard.press("Tab")
            before = seen.page.evaluate(look)
            if before is None:
                break
            kind = before[0]
            if kind not in keys or before[5]:
                continue
            # A slider that stands at its end goes the other way.
            for key in (keys[kind], "ArrowLeft" if kind == "range" else "ArrowUp" if kind == "SELECT" else ""):
                if key and seen.page.evaluate(look)[1:4] == before[1:4]:
                    seen.page.keyboard.press(key)
            after = seen.page.evaluate(look)
            assert after[1:4] != before[1:4], before
            if kind == "checkbox":
                seen.page.keyboard.press(keys[kind])
            worked[kind] = worked.get(kind, 0) + 1
        else:
            pytest.fail("the tab key never comes to an end")
        assert seen.complaints == []
    assert worked["checkbox"] > 8
    assert worked["SUMMARY"] >= 4


def test_an_arrow_is_found_opened_and_closed_by_keyboard_alone(
    both: Path, visit: Opener, payload: dict[str, Any]
) -> None:
    widest = max(payload["arrows"], key=lambda arrow: arrow["width"])
    with visit(both) as seen:
        tab_to(seen, "Arrows on the map")
        first = seen.page.evaluate(CURRENT)
        market = payload["markets"][widest["market"]]["label"]
        assert first.startswith(market)
        assert "independent line" in first
        index = seen.page.evaluate("azroutes.app.state.hover.index")
        assert payload["arrows"][index]["width"] == widest["width"]
        assert seen.page.locator(".azroutes-note").is_visible()
        seen.page.keyboard.press("ArrowDown")
        second = seen.page.evaluate(CURRENT)
        assert second != first
        hover = seen.page.evaluate("azroutes.app.state.hover")
        assert hover["kind"] == "arrow"
        assert hover["index"] != index
        seen.page.keyboard.press("Enter")
        assert seen.page.locator(".details").is_visible()
        chosen = seen.page.evaluate("azroutes.app.state.selected")
        assert (chosen["kind"], chosen["index"]) == (hover["kind"], hover["index"])
        assert seen.page.evaluate("document.activeElement.className") == "chosen"
        seen.page.keyboard.press("Escape")
        assert seen.page.locator(".details").is_hidden()
        assert seen.page.evaluate(CURRENT) == second
        assert seen.page.evaluate("document.activeElement.getAttribute('role')") == "option"
        # Two keys that lead to the ends, and one that leaves.
        seen.page.keyboard.press("End")
        assert seen.page.evaluate("document.activeElement.getAttribute('aria-posinset')") == str(len(payload["arrows"]))
        seen.page.keyboard.press("Home")
        assert seen.page.evaluate(CURRENT) == first
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("azroutes.app.state.hover.kind") == "node"


def test_a_place_is_found_by_its_letters_and_opened_with_the_space_bar(both: Path, visit: Opener) -> None:
    with visit(both) as seen:
        tab_to(seen, "Places on the map")
        # The place with most arrows comes first.
        assert seen.page.evaluate(CURRENT).startswith("Azerbaijan, ")
        seen.page.keyboard.type("turkiy")
        assert seen.page.evaluate(CURRENT).startswith("Türkiye, ")
        # In a pause, not in the middle of a word.
        seen.page.wait_for_timeout(900)
        seen.page.keyboard.press(" ")
        assert seen.page.locator(".details h2").inner_text() == "Türkiye"
        seen.page.keyboard.press("Escape")
        assert seen.page.evaluate(CURRENT).startswith("Türkiye, ")


def test_what_is_far_away_is_brought_into_view_before_it_is_told(both: Path, visit: Opener) -> None:
    with visit(both) as seen:
        seen.page.evaluate("azroutes.app.map.setView([-30, -60], 5, { animate: false })")
        tab_to(seen, "Places on the map")
        hover = seen.page.evaluate("azroutes.app.state.hover")
        assert hover == {"kind": "node", "index": AZERBAIJAN}
        inside = "azroutes.app.map.getBounds().contains(azroutes.app.model.nodes[0])"
        assert seen.page.evaluate(inside)
        note = box_of(seen, ".azroutes-note")
        place = seen.page.evaluate("azroutes.app.map.latLngToContainerPoint(azroutes.app.model.nodes[0])")
        beside = max(note["x"] - place["x"], 0, place["x"] - note["x"] - note["width"])
        below = max(note["y"] - place["y"], 0, place["y"] - note["y"] - note["height"])
        assert math.hypot(beside, below) < 30


def test_a_thousand_arrows_are_gone_through_with_few_options_in_the_page(
    payload: dict[str, Any], tmp_path: Path, visit: Opener
) -> None:
    path = tmp_path / "many.html"
    OfflineMap(repeated(payload, 1000), title="Many").save(path)
    with visit(path) as seen:
        tab_to(seen, "Arrows on the map")
        assert seen.page.evaluate("document.activeElement.getAttribute('aria-setsize')") == "1000"
        seen.page.keyboard.press("End")
        assert seen.page.evaluate("azroutes.app.state.hover.index") == 0
        for _ in range(3):
            seen.page.keyboard.press("PageUp")
        assert seen.page.evaluate("document.activeElement.getAttribute('aria-posinset')") == "970"
        assert seen.page.evaluate("azroutes.app.state.hover.index") == 30
        assert seen.page.locator("[role=option]").count() < 60
        # The options stand in their order, whatever way they came.
        order = seen.page.locator("[aria-label='Arrows on the map'] [role=option]").evaluate_all(
            "(options) => options.map((option) => Number(option.getAttribute('aria-posinset')))"
        )
        assert order == sorted(order)
        assert len(set(order)) == len(order)


def test_where_places_cluster_the_lists_hold_what_the_view_shows_and_keep_the_focus(
    many: Callable[..., gpd.GeoDataFrame], tmp_path: Path, visit: Opener
) -> None:
    import azroutes

    path = tmp_path / "clustered.html"
    azroutes.explore_flows(many(rows=6000, places=60), title="Many").save(path)
    with visit(path) as seen:
        seen.wait_for("Boolean(globalThis.azroutes.app?.ready)")
        assert seen.page.evaluate("Boolean(azroutes.app.model.clustered)")
        seen.page.evaluate("azroutes.app.map.setZoom(azroutes.app.map.getZoom() + 2, { animate: false })")
        seen.settle()
        tab_to(seen, "Arrows on the map")
        names = set()
        for key in ("ArrowDown", "ArrowDown", "PageDown", "PageDown", "End", "PageUp", "ArrowUp"):
            seen.page.keyboard.press(key)
            # To bring an arrow into view may change what the view shows; in the end all tell of the same arrow.
            seen.wait_for("""(() => {
                const { app, speech } = azroutes;
                const it = document.activeElement;
                const arrow = app.model.arrows[app.state.hover?.index];
                return it.getAttribute("role") === "option" && app.state.hover?.kind === "arrow" &&
                    Number(it.getAttribute("aria-setsize")) === app.shown().length &&
                    it.textContent === speech.arrowName(app.model, arrow);
            })()""")
            name = seen.page.evaluate(CURRENT)
            names.add(name)
        assert len(names) > 3
        seen.page.keyboard.press("Enter")
        assert seen.page.locator(".details").is_visible()
        seen.page.keyboard.press("Escape")
        assert seen.page.evaluate("document.activeElement.getAttribute('role')") == "option"
        assert seen.complaints == []


COSTS = """(() => { const { flows } = azroutes.app; const { draw } = flows; flows.cost = 1;
    flows.draw = function () { this._cost = this.cost; draw.call(this); }; })()"""
POINTED = """(({ model, state }) => model.arrows[state.hover.index].key)(azroutes.app)"""


def test_a_slow_picture_beyond_the_map_takes_nothing_from_what_is_pointed_at_or_chosen(
    many: Callable[..., gpd.GeoDataFrame], tmp_path: Path, visit: Opener
) -> None:
    import azroutes

    path = tmp_path / "slow.html"
    azroutes.explore_flows(many(rows=3000, places=60), title="Many", top=40).save(path)
    with visit(path) as seen:
        seen.wait_for("Boolean(globalThis.azroutes.app?.ready)")
        # However slow this machine is, pictures are told to be fast, and then to be slow.
        seen.page.evaluate(COSTS)
        seen.page.evaluate("azroutes.app.map.setZoom(azroutes.app.map.getZoom() + 2, { animate: false })")
        seen.settle()
        tab_to(seen, "Arrows on the map")
        seen.page.keyboard.press("End")
        seen.settle()
        seen.settle()
        key, name = seen.page.evaluate(POINTED), seen.page.evaluate(CURRENT)
        drawn = seen.page.evaluate("azroutes.app.model.arrows.map(({ key }) => key)")
        seen.page.evaluate("azroutes.app.flows.cost = 100; azroutes.app.redraw()")
        seen.settle()
        seen.settle()
        # The picture is of more than the map, and has wider arrows than the one pointed at in its stead.
        assert seen.page.evaluate("azroutes.app.model.arrows.map(({ key }) => key)") != drawn
        assert (seen.page.evaluate(POINTED), seen.page.evaluate(CURRENT)) == (key, name)
        seen.page.keyboard.press("Enter")
        seen.settle()
        seen.settle()
        assert seen.page.evaluate("azroutes.app.model.arrows[azroutes.app.state.selected.index].key") == key
        # The list has been made anew meanwhile; Escape leads back to where in it one was.
        seen.page.evaluate("azroutes.app.map.panBy([200, 120], { animate: false })")
        seen.settle()
        seen.settle()
        seen.page.keyboard.press("Escape")
        assert seen.page.evaluate("document.activeElement.getAttribute('role')") == "option"
        status = seen.page.locator(".status").inner_text()
        assert "The 40 widest of" in status


def test_the_lists_follow_the_markets_and_keep_their_place(both: Path, visit: Opener, payload: dict[str, Any]) -> None:
    with visit(both) as seen:
        tab_to(seen, "Arrows on the map")
        seen.page.keyboard.press("h")
        kept = seen.page.evaluate("azroutes.app.state.hover.index")
        market = payload["arrows"][kept]["market"]
        seen.page.evaluate(f"azroutes.app.showMarkets([{market}])")
        seen.page.evaluate("document.activeElement.blur()")
        seen.page.evaluate("document.querySelector('[role=option][tabindex=\"0\"]').focus()")
        assert seen.page.evaluate("azroutes.app.state.hover.index") == kept
        size = sum(arrow["market"] == market for arrow in payload["arrows"])
        assert seen.page.evaluate("document.activeElement.getAttribute('aria-setsize')") == str(size)
        seen.page.evaluate("azroutes.app.showMarkets([])")
        assert seen.page.locator("[role=option]").count() == 0


def test_a_filter_says_what_it_did(both: Path, visit: Opener, payload: dict[str, Any]) -> None:
    with visit(both) as seen:
        status = seen.page.get_by_role("status")
        assert status.inner_text() == ""
        seen.page.get_by_label("Heroin trade").uncheck()
        left = [arrow for arrow in payload["arrows"] if arrow["market"] != HEROIN]
        flows = {flow for arrow in left for flow in arrow["flows"]}
        said = f"{len(left)} arrows, {len(flows)} flows shown: all markets but Heroin trade."
        assert status.inner_text() == said
        seen.page.get_by_role("button", name="Show none").click()
        assert status.inner_text() == "No market is chosen, so no arrow is shown."
        # Nobody sees it, and no other region speaks of the same.
        box = status.bounding_box()
        assert box is not None
        assert box["width"] <= 1
        others = seen.page.locator("[aria-live], [role=alert], output").all_inner_texts()
        assert not any("shown" in text for text in others)


def test_the_table_is_sorted_by_its_headers_and_opens_arrows(
    both: Path, visit: Opener, payload: dict[str, Any]
) -> None:
    with visit(both) as seen:
        seen.page.get_by_text("All flows as a table").focus()
        seen.page.keyboard.press("Enter")
        rows = seen.page.locator("tbody tr")
        # A details element tells that it opened a moment later, and is filled then.
        expect(rows).to_have_count(len(payload["flows"]))
        assert "flows on the map" in seen.page.locator("caption").inner_text()
        header = seen.page.get_by_role("columnheader", name="Source lines")
        for wanted, turn in (("ascending", 1), ("descending", -1)):
            header.get_by_role("button").click()
            assert header.get_attribute("aria-sort") == wanted
            shown = [int(text) for text in rows.locator("td:last-child").all_inner_texts() if text != "–"]
            assert shown == sorted(shown)[::turn]
            assert len(set(shown)) > 1
        assert seen.page.locator("[aria-sort]").count() == 1
        opener = rows.nth(2).get_by_role("button")
        route = opener.locator(".way").inner_text()
        opener.focus()
        seen.page.keyboard.press("Enter")
        assert route in seen.page.locator(".details").inner_text()
        seen.page.keyboard.press("Escape")
        assert seen.page.evaluate("document.activeElement.className") == "row"
        seen.page.evaluate(f"azroutes.app.showMarkets([{HEROIN}])")
        assert {row.split("\t")[1] for row in rows.all_inner_texts()} == {"Heroin trade"}


def test_a_long_table_is_turned_page_by_page(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "long.html"
    OfflineMap(repeated(payload, 450), title="Long").save(path)
    with visit(path) as seen:
        seen.page.get_by_text("All flows as a table").click()
        rows = seen.page.locator("tbody tr")
        expect(rows).to_have_count(200)
        assert seen.page.get_by_text("Rows 1 to 200 of 450").is_visible()
        following = seen.page.get_by_role("button", name="Next rows")
        following.click()
        following.click()
        assert rows.count() == 50
        assert following.is_disabled()
        assert seen.page.get_by_role("status").inner_text().startswith("Rows 401 to 450 of 450")
        assert seen.page.evaluate("document.activeElement !== document.body")


def test_by_touch_an_arrow_and_a_place_open(both: Path, visit: Opener, payload: dict[str, Any]) -> None:
    with visit(both, 390, 844, has_touch=True, is_mobile=True) as seen:
        arrows = seen.arrows()
        point = next(arrow["middle"] for arrow in arrows if payload["arrows"][arrow["index"]]["label"]
                     == "Azerbaijan to India")  # fmt: skip
        seen.page.touchscreen.tap(*point)
        assert "Azerbaijan to India" in seen.page.locator(".details h2").inner_text()
        seen.page.get_by_role("button", name="Back to the legend").tap()
        seen.page.get_by_role("button", name="Hide panel").tap()
        seen.settle()
        spot = seen.page.evaluate("azroutes.app.map.latLngToContainerPoint(azroutes.app.model.nodes[0])")
        seen.page.touchscreen.tap(spot["x"], spot["y"])
        assert seen.page.locator(".details h2").inner_text() == "Azerbaijan"


@pytest.mark.parametrize("opened", [False, True])
def test_on_320_px_nothing_is_cut_and_every_target_can_be_hit(both: Path, visit: Opener, opened: bool) -> None:  # noqa: FBT001
    with visit(both, 320, 640, has_touch=True) as seen:
        if opened:
            seen.page.get_by_role("button", name="Show panel").click()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320
        assert seen.page.evaluate("document.querySelector('.azroutes-panel .body').scrollWidth") <= 320
        title = seen.page.locator("h1")
        box, panel = (box_of(seen, selector) for selector in ("h1", ".azroutes-panel"))
        assert box["y"] + box["height"] <= 640 + 0.5
        assert panel["y"] <= box["y"]
        assert title.evaluate("(it) => it.scrollHeight <= it.clientHeight + 1")
        toggle = box_of(seen, ".azroutes-toggle")
        assert apart(toggle, box) or toggle["x"] >= box["x"] + box["width"] - 0.5
        assert apart(box_of(seen, ".azroutes-map"), panel)
        small = seen.page.evaluate("""[...document.querySelectorAll("button, summary, label, .leaflet-bar a")]
            .filter((it) => it.checkVisibility()).map((it) => [it.textContent, it.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([text]) => text)""")
        assert small == []


def box_of(seen: Visit, selector: str) -> FloatRect:
    box = seen.page.locator(selector).first.bounding_box()
    assert box is not None
    return box


def apart(one: FloatRect, other: FloatRect) -> bool:
    beside = one["x"] + one["width"] <= other["x"] + 0.5 or other["x"] + other["width"] <= one["x"] + 0.5
    return beside or one["y"] + one["height"] <= other["y"] + 0.5 or other["y"] + other["height"] <= one["y"] + 0.5


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 640)])
def test_on_a_telephone_the_place_with_most_arrows_has_its_name(
    both: Path, visit: Opener, width: int, height: int
) -> None:
    with visit(both, width, height) as seen:
        seen.settle()
        assert AZERBAIJAN in seen.page.evaluate("azroutes.app.picture.labels.map(({ node }) => node)")


def ink(seen: Visit, index: int) -> list[int]:
    """Return the colour in the middle of an arrow's shaft."""
    arrow = next(one for one in seen.arrows() if one["index"] == index)
    x, y = arrow["middle"]
    return [int(value) for value in seen.pixels()[round(y), round(x)]]


def rgb(text: str) -> list[int]:
    return [int(text[i : i + 2], 16) for i in (1, 3, 5)]


def near(one: list[int], other: list[int]) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= 24


def test_the_page_follows_the_scheme_of_the_screen_while_it_is_open(
    both: Path, visit: Opener, payload: dict[str, Any]
) -> None:
    light = payload["markets"][HEROIN]["colour"]
    wide = max((arrow["width"], k) for k, arrow in enumerate(payload["arrows"])
               if arrow["market"] == HEROIN and arrow["certainty"] == "affirmed")[1]  # fmt: skip
    with visit(both) as seen:
        seen.page.evaluate(f"azroutes.app.showMarkets([{HEROIN}])")
        assert near(ink(seen, wide), rgb(light))
        before = seen.page.locator(".azroutes").evaluate("(it) => getComputedStyle(it).backgroundColor")
        swatch = "document.querySelectorAll('.markets canvas')[5].toDataURL()"
        swatch_before = seen.page.evaluate(swatch)
        seen.page.emulate_media(color_scheme="dark")
        assert near(ink(seen, wide), rgb(ON_DARK))
        panel = seen.page.locator(".azroutes").evaluate("(it) => getComputedStyle(it).backgroundColor")
        assert panel == "rgb(18, 22, 26)"
        assert seen.page.evaluate(swatch) != swatch_before
        # On paper it is light whatever the screen is.
        seen.page.emulate_media(media="print")
        seen.settle()
        assert seen.page.evaluate("azroutes.app.model.theme.paper") == "#fcfbf8"
        seen.page.emulate_media(media="screen", color_scheme="light")
        assert near(ink(seen, wide), rgb(light))
        after = seen.page.locator(".azroutes").evaluate("(it) => getComputedStyle(it).backgroundColor")
        assert after == before
        assert seen.page.evaluate(swatch) == swatch_before


def test_a_page_without_a_dark_look_stays_as_it_is(saved: Path, visit: Opener, payload: dict[str, Any]) -> None:
    with visit(saved, color_scheme="dark") as seen:
        assert seen.page.evaluate("azroutes.app.model.theme.water") == payload["theme"]["water"]


@pytest.mark.parametrize(("width", "height", "closed"), [(1440, 900, False), (390, 844, False), (1000, 700, True)])
def test_on_paper_are_map_legend_notes_and_credits(
    both: Path, visit: Opener, payload: dict[str, Any], width: int, height: int, closed: bool,  # noqa: FBT001
) -> None:  # fmt: skip
    with visit(both, width, height) as seen:
        if closed:
            seen.page.get_by_role("button", name="Hide panel").click()
            seen.settle()
        before = seen.page.evaluate("[azroutes.app.map.getZoom(), azroutes.app.map.getSize().x]")
        # A4 at 96 dpi without margins of 12 mm, upright and across.
        for sheet in ({"width": 703, "height": 1032}, {"width": 1032, "height": 703}):
            seen.page.emulate_media(media="print")
            seen.page.set_viewport_size(sheet)  # type: ignore[arg-type]
            seen.settle()
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= sheet["width"]
            box = box_of(seen, ".azroutes-map")
            assert box["width"] <= sheet["width"]
            assert box["width"] > 0.68 * sheet["width"]
            assert box["y"] + box["height"] <= sheet["height"]
            for text in (*payload["notes"], *payload["credits"], payload["title"]):
                assert seen.page.get_by_text(text).first.is_visible(), text
            assert seen.page.locator(".sources").get_by_text(payload["sources"][0]["title"]).is_visible()
            assert seen.page.locator(".legend").first.is_visible()
            assert not seen.page.locator(".azroutes-toggle, .azroutes-keys, .leaflet-control-zoom").first.is_visible()
            # Every place is on the map, and the canvas has more points than the screen.
            outside = seen.page.evaluate("""azroutes.app.model.nodes.filter((node) =>
                !azroutes.app.map.getBounds().contains(node)).length""")
            assert outside == 0
            finer = "document.querySelector('.azroutes-canvas').width / azroutes.app.map.getSize().x"
            assert seen.page.evaluate(finer) == pytest.approx(3, abs=0.01)
        seen.page.emulate_media(media="screen")
        seen.page.set_viewport_size({"width": width, "height": height})
        seen.settle()
        assert seen.page.evaluate("[azroutes.app.map.getZoom(), azroutes.app.map.getSize().x]") == before
        assert seen.page.locator("details.credits").get_attribute("open") is None


def test_the_map_is_printed_as_lines_and_in_light_colours(both: Path, visit: Opener) -> None:
    with visit(both, color_scheme="dark") as seen:
        seen.page.evaluate("""(() => {
            globalThis.sizes = [];
            addEventListener("beforeprint", () => sizes.push(azroutes.app.map.getSize().x));
        })()""")
        paper = seen.page.pdf(format="A4")
        assert paper.startswith(b"%PDF")
        # Canvases that are drawn for the print come as lines; the legend's small ones are pictures.
        pictures = [int(size) for size in re.findall(rb"/Subtype\s*/Image\s*/Width (\d+)", paper)]
        assert max(pictures, default=0) < 300
        assert len(paper) > 50_000
        # Two sheets at the most for such a map, and the map was laid out for them and not for the screen.
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2
        assert seen.page.evaluate("sizes") == [1000]
        assert seen.page.evaluate("azroutes.app.map.getSize().x") > 1000
        # Afterwards the screen is as dark as it was.
        seen.settle()
        assert seen.page.evaluate("azroutes.app.model.theme.paper") == "#12161a"


def test_dashes_are_those_of_the_theme(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    arrow = max((one for one in payload["arrows"] if one["start"] != one["end"]), key=lambda one: len(one["label"]))
    only = [{**arrow, "certainty": "qualified", "width": 5.0}]
    shares = []
    for gap in (0.0, 3.0):
        theme = {**payload["theme"], "dashes": {"qualified": [3.0, gap, 3.0]}}
        path = tmp_path / f"dashes{gap}.html"
        OfflineMap({**payload, "theme": theme, "arrows": only}, title="Dashes").save(path)
        with visit(path) as seen:
            image = seen.pixels()
            path_drawn = seen.arrows()[0]["path"]
            wanted = rgb(payload["markets"][arrow["market"]]["colour"])
            seen_ink = [near([int(v) for v in image[round(y), round(x)]], wanted) for x, y in path_drawn[3:-6]]
        shares.append(sum(seen_ink) / len(seen_ink))
    assert shares[0] > 0.9
    assert 0.35 < shares[1] < 0.65


def test_the_page_of_a_table_has_dashes_and_a_dark_look_by_default_only() -> None:
    import azroutes
    from azroutes.theme import DARK as ON_A_DARK_SCREEN
    from azroutes.theme import Theme

    def told(theme: Theme | str) -> dict[str, Any]:
        page = azroutes.explore_flows(theme=theme).page()
        data = re.search(r'id="azroutes-data">(.*?)</script>', page, re.DOTALL)
        assert data
        made: dict[str, Any] = json.loads(data[1])
        return made

    made = told("default")
    assert made["theme"]["dashes"]["alleged"] == [1.0, 0.9, 3.0]
    assert made["theme"]["dashes"]["affirmed"] == [1.0, 0.0, 3.0]
    assert made["dark"]["theme"]["land"] == ON_A_DARK_SCREEN.land
    codes = [market["code"] for market in made["markets"]]
    assert made["dark"]["markets"] == [ON_A_DARK_SCREEN.colour(code) for code in codes]
    assert told("print")["dark"] is None
    assert told(Theme())["dark"] is None
