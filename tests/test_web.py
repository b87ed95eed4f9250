"""The scripts of the page: what a reader sees and does in a real browser with the network off."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from azroutes.page import OfflineMap

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]

HEROIN = 5


def colour(text: str) -> list[int]:
    return [int(text[i : i + 2], 16) for i in (1, 3, 5)]


def painted(image: np.ndarray[Any, np.dtype[np.int_]], arrow: dict[str, Any], wanted: str) -> float:
    """Return the share of an arrow's points that have a colour in the picture."""
    points = [(round(x), round(y)) for x, y in arrow["path"]]
    inside = [(x, y) for x, y in points if 0 <= x < image.shape[1] and 0 <= y < image.shape[0]]
    hits = [np.abs(image[y, x] - colour(wanted)).max() <= 24 for x, y in inside]
    return float(np.mean(hits))


def arrow_of(visit: Visit, payload: dict[str, Any], label: str, market: int) -> dict[str, Any]:
    chosen = [
        arrow
        for arrow in visit.arrows()
        if arrow["market"] == market and payload["arrows"][arrow["index"]]["label"] == label
    ]
    assert len(chosen) == 1
    return chosen[0]


def test_every_market_is_painted_where_its_arrows_are_said_to_be(
    saved: Path, visit: Opener, payload: dict[str, Any]
) -> None:
    with visit(saved) as seen:
        arrows = seen.arrows()
        image = seen.pixels()
    assert len(arrows) == len(payload["arrows"])
    for index, market in enumerate(payload["markets"]):
        shares = [painted(image, arrow, market["colour"]) for arrow in arrows if arrow["market"] == index]
        # A thin dotted line has its full colour at few points, and the picture has it nowhere else.
        assert max(shares) > 0.1, market["code"]


def test_arrows_run_from_the_edge_of_one_circle_to_the_edge_of_the_other(
    saved: Path, visit: Opener, payload: dict[str, Any]
) -> None:
    with visit(saved) as seen:
        arrows = seen.arrows()
        places = seen.page.evaluate(
            "azroutes.app.model.nodes.map((node) => azroutes.app.map.latLngToContainerPoint(node))"
            ".map((point) => [point.x, point.y])"
        )
    for arrow in arrows:
        drawn = payload["arrows"][arrow["index"]]
        for end, point, gap in (("start", arrow["path"][0], 1), ("end", arrow["path"][-1], 2)):
            radius = payload["nodes"][drawn[end]]["radius"]
            assert math.dist(point, places[drawn[end]]) == pytest.approx(radius + gap, abs=1.5)


def test_arrows_there_and_back_on_one_line_lie_side_by_side(
    payload: dict[str, Any], tmp_path: Path, visit: Opener
) -> None:
    labels = ("Azerbaijan to Russia", "Russia to Azerbaijan")
    pair = [arrow for arrow in payload["arrows"] if arrow["label"] in labels and arrow["market"] == 0]
    for arrow in pair:
        start, end = (payload["nodes"][arrow[side]] for side in ("start", "end"))
        (x0, y0), (x1, y1) = ((round(node["lon"] * 1e4), round(node["lat"] * 1e4)) for node in (start, end))
        arrow.update(line=[x0, y0, x1 - x0, y1 - y0], lane=4)
    path = tmp_path / "pair.html"
    OfflineMap(payload, title="Pair").save(path)
    with visit(path) as seen:
        there, back = (arrow_of(seen, payload, label, 0) for label in labels)
    near = min(math.dist(there["middle"], point) for point in back["path"])
    assert near == pytest.approx(8, abs=0.5)


def test_a_click_on_an_arrow_tells_what_the_sources_say(saved: Path, visit: Opener, payload: dict[str, Any]) -> None:
    with visit(saved) as seen:
        arrow = arrow_of(seen, payload, "Afghanistan to Iran", HEROIN)
        seen.page.mouse.click(*arrow["middle"])
        text = seen.page.locator(".details").inner_text()
        flow = payload["flows"][payload["arrows"][arrow["index"]]["flows"][0]]
        statement = payload["statements"][flow["statements"][0]]
        source = payload["sources"][statement["source"]]
        for part in (flow["route"], flow["period"], statement["text"], statement["locator"], source["title"]):
            assert part in text
        link = seen.page.locator(".details a").first
        assert link.get_attribute("rel") == "noopener noreferrer"
        assert link.get_attribute("target") == "_blank"
        seen.page.keyboard.press("Escape")
        assert seen.page.locator(".details").is_hidden()
        assert seen.page.locator(".markets").is_visible()


def test_a_click_on_water_closes_the_details(saved: Path, visit: Opener, payload: dict[str, Any]) -> None:
    with visit(saved) as seen:
        seen.page.mouse.click(*arrow_of(seen, payload, "Afghanistan to Iran", HEROIN)["middle"])
        assert seen.page.locator(".details").is_visible()
        seen.page.mouse.click(500, 860)
        assert seen.page.locator(".details").is_hidden()


def test_a_click_on_a_place_lists_its_arrows(saved: Path, visit: Opener) -> None:
    with visit(saved) as seen:
        point = seen.page.evaluate("azroutes.app.map.latLngToContainerPoint([49.3, 31.5])")
        seen.page.mouse.click(point["x"], point["y"])
        details = seen.page.locator(".details")
        assert details.locator("h2").inner_text() == "Ukraine"
        assert details.get_by_role("button", name="Human trafficking: Ukraine to Azerbaijan").count() == 1
        assert "Arrows in (" not in details.inner_text()


def test_hovering_keeps_the_whole_route_and_fades_the_rest(saved: Path, visit: Opener, payload: dict[str, Any]) -> None:
    with visit(saved) as seen:
        leg = arrow_of(seen, payload, "Afghanistan to Iran", HEROIN)
        other_leg = arrow_of(seen, payload, "Azerbaijan to Russia", HEROIN)
        foreign = arrow_of(seen, payload, "Ukraine to Azerbaijan", 0)
        seen.page.mouse.move(*leg["middle"])
        image = seen.pixels()
        note = seen.page.locator(".azroutes-note").inner_text()
    assert "Heroin trade: Afghanistan to Iran" in note
    assert "2 flows · 3 independent lines of sources" in note
    assert painted(image, other_leg, payload["markets"][HEROIN]["colour"]) > 0.8
    assert painted(image, foreign, payload["markets"][0]["colour"]) == 0


def test_a_market_switched_off_takes_its_arrows_away(saved: Path, visit: Opener, payload: dict[str, Any]) -> None:
    with visit(saved) as seen:
        arrow = arrow_of(seen, payload, "Afghanistan to Iran", HEROIN)
        wanted = payload["markets"][HEROIN]["colour"]
        assert painted(seen.pixels(), arrow, wanted) > 0.8
        seen.page.get_by_label("Heroin trade").uncheck()
        assert painted(seen.pixels(), arrow, wanted) == 0
        left = seen.arrows()
        assert HEROIN not in {one["market"] for one in left}
        assert seen.page.get_by_role("status").inner_text().startswith(f"{len(left)} arrows")


def test_with_nothing_on_a_sentence_says_so(saved: Path, visit: Opener) -> None:
    with visit(saved) as seen:
        message = seen.page.get_by_text("No market is chosen.")
        assert message.is_hidden()
        seen.page.get_by_role("button", name="Show none").click()
        assert message.is_visible()
        assert seen.arrows() == []
        assert seen.page.locator(".legend").count() == 0
        seen.page.get_by_role("button", name="Show all").click()
        assert message.is_hidden()


def test_legends_list_only_what_is_on_the_map(saved: Path, visit: Opener) -> None:
    with visit(saved) as seen:
        legends = seen.page.locator(".legends")
        assert "Alleged" in legends.inner_text()
        seen.page.get_by_role("button", name="Show none").click()
        seen.page.get_by_label("Fauna crimes").check()
        text = legends.inner_text()
        assert "Qualified" in text
        assert "Alleged" not in text
        assert "Part of a country" not in text


def test_every_arrow_is_reached_by_keyboard(saved: Path, visit: Opener, payload: dict[str, Any]) -> None:
    with visit(saved) as seen:
        seen.page.get_by_text("All arrows as a table").focus()
        seen.page.keyboard.press("Enter")
        rows = seen.page.locator("table button")
        assert rows.count() == len(payload["arrows"])
        rows.nth(3).focus()
        seen.page.keyboard.press("Enter")
        heading = seen.page.evaluate("document.activeElement.textContent")
        assert heading == rows.nth(3).text_content()
        seen.page.keyboard.press("Escape")
        assert seen.page.evaluate("document.activeElement.textContent") == heading
        assert seen.page.evaluate("document.activeElement.tagName") == "BUTTON"


def test_names_cover_neither_names_nor_places(saved: Path, visit: Opener) -> None:
    with visit(saved) as seen:
        seen.settle()
        faults, count = seen.page.evaluate("""(() => {
            const { labels, countries, nodes } = azroutes.app.picture;
            const boxes = [...labels, ...countries].map((label) => label.box);
            const discs = nodes.map(({ node, place }) => azroutes.geometry.boxAround([place], node.radius));
            let faults = 0;
            boxes.forEach((box, i) => [...boxes.slice(i + 1), ...discs].forEach((other) => {
                if (azroutes.geometry.overlaps(box, other)) faults += 1;
            }));
            return [faults, labels.length];
        })()""")
    assert faults == 0
    assert count >= 12


def test_after_a_zoom_and_a_drag_the_arrows_are_where_their_places_are(
    saved: Path, visit: Opener, payload: dict[str, Any]
) -> None:
    with visit(saved) as seen:
        before = arrow_of(seen, payload, "Ukraine to Azerbaijan", 0)["path"][0]
        seen.page.mouse.move(500, 420)
        seen.page.mouse.wheel(0, -200)
        seen.wait_for("!azroutes.app.map._animatingZoom && azroutes.app.map.getZoom() > 4.5")
        seen.page.mouse.down()
        seen.page.mouse.move(560, 450, steps=4)
        seen.page.mouse.up()
        seen.page.wait_for_timeout(400)
        arrow = arrow_of(seen, payload, "Ukraine to Azerbaijan", 0)
        image = seen.pixels()
        place = seen.page.evaluate("azroutes.app.map.latLngToContainerPoint([49.3, 31.5])")
    assert arrow["path"][0] != before
    assert math.dist(arrow["path"][0], (place["x"], place["y"])) < 8
    assert painted(image, arrow, payload["markets"][0]["colour"]) > 0.5


def test_the_panel_makes_room_for_the_map(saved: Path, visit: Opener, payload: dict[str, Any]) -> None:
    with visit(saved, 800, 480) as seen:
        before = arrow_of(seen, payload, "Afghanistan to Iran", HEROIN)["path"][0]
        seen.page.get_by_role("button", name="Hide panel").click()
        assert seen.page.locator(".azroutes-panel").is_hidden()
        seen.wait_for("azroutes.app.map.getSize().x === 800")
        after = arrow_of(seen, payload, "Afghanistan to Iran", HEROIN)
        assert after["path"][0] != before
        assert painted(seen.pixels(), after, payload["markets"][HEROIN]["colour"]) > 0.5
        seen.page.get_by_role("button", name="Show panel").click()
        assert seen.page.locator(".azroutes-panel").is_visible()


def test_on_a_telephone_the_panel_is_a_sheet(saved: Path, visit: Opener, payload: dict[str, Any]) -> None:
    with visit(saved, 390, 844) as seen:
        panel = seen.page.locator(".azroutes-panel")
        closed = panel.bounding_box()
        assert closed is not None
        assert closed["height"] < 120
        seen.page.mouse.click(*arrow_of(seen, payload, "Azerbaijan to India", 0)["middle"])
        opened = panel.bounding_box()
        assert opened is not None
        assert opened["height"] > 400
        assert "Azerbaijan to India" in seen.page.locator(".details").inner_text()


def test_a_flow_of_a_users_own_table_shows_what_there_is(
    payload: dict[str, Any], tmp_path: Path, visit: Opener
) -> None:
    bare: dict[str, Any] = {
        "statements": [],
        "sources_text": "My notes, p. 3",
        "wording": "perhaps",
        "lineages": None,
    }
    own = {**payload, "statements": [], "sources": [], "notes": [], "credits": []}
    own["flows"] = [{**flow, **bare} for flow in payload["flows"]]
    path = tmp_path / "own.html"
    OfflineMap(own, title="Own").save(path)
    with visit(path) as seen:
        seen.page.mouse.click(*arrow_of(seen, payload, "Ukraine to Azerbaijan", 0)["middle"])
        text = seen.page.locator(".details").inner_text()
        assert "My notes, p. 3" in text
        assert "“perhaps”" in text
        assert "statement" not in text
        assert "Independent lines" not in text
        assert seen.complaints == []


def test_a_page_without_flows_says_so(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "empty.html"
    OfflineMap({**payload, "markets": [], "nodes": [], "arrows": [], "flows": []}, title="Empty").save(path)
    with visit(path) as seen:
        assert seen.page.get_by_text("There is no flow to draw.").is_visible()
        assert seen.complaints == []
