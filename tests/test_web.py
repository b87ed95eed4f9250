"""The scripts of the page: what a reader sees and does in a real browser with the network off."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from azroutes.explore import explore_flows
from azroutes.page import OfflineMap
from azroutes.read import read_flows

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
        (x0, y0), (x1, y1) = ((round(node["lon"] * 1e5), round(node["lat"] * 1e5)) for node in (start, end))
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


def thinned(payload: dict[str, Any], width: float) -> dict[str, Any]:
    return {**payload, "arrows": [{**arrow, "width": width} for arrow in payload["arrows"]]}


def test_the_halo_of_a_thin_arrow_is_no_wider_than_the_arrow(
    payload: dict[str, Any], tmp_path: Path, visit: Opener
) -> None:
    widths = []
    for width in (0.6, 6.0):
        path = tmp_path / f"{width}.html"
        OfflineMap(thinned(payload, width), title="Halo").save(path)
        with visit(path) as seen:
            seen.settle()
            widths.append(
                seen.page.evaluate("""(() => {
                    const { shapes } = azroutes.app.picture;
                    const real = document.createElement("canvas").getContext("2d");
                    const seen = [];
                    const spy = new Proxy({}, {
                        get: (_, name) => name === "stroke" ? () => seen.push(real.lineWidth)
                            : typeof real[name] === "function" ? real[name].bind(real) : real[name],
                        set: (_, name, value) => { real[name] = value; return true; },
                    });
                    azroutes.arrows.paint(spy, shapes[0], { colour: "#000000", halo: "#ffffff" });
                    return Math.max(...seen);
                })()""")
            )  # fmt: skip
    assert widths == [pytest.approx(1.2), pytest.approx(8.2)]


def test_the_legend_has_circles_as_large_as_on_the_map(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    entries = [{"radius": radius, "kind": "country", "label": f"{radius} kg"} for radius in (6, 20, 90)]
    nodes = [{**node, "radius": 20 if node["name"] == "Iran" else 4} for node in payload["nodes"]]
    legends = {**payload["legends"], "circles": {"title": "Circle: total", "entries": entries}}
    path = tmp_path / "circles.html"
    OfflineMap({**payload, "nodes": nodes, "legends": legends}, title="Circles").save(path)
    with visit(path) as seen:
        group = seen.page.locator(".legend", has_text="Circle: total")
        # No place on the map is as large as the third.
        assert group.locator("li").all_inner_texts() == ["6 kg", "20 kg"]
        inked = group.locator("canvas").evaluate_all("""(made) => made.map((canvas) => {
            const { data } = canvas.getContext("2d").getImageData(0, canvas.height / 2, canvas.width, 1);
            const dark = Array.from({ length: canvas.width }, (_, x) => data[4 * x + 3] > 128 && data[4 * x] < 128);
            return dark.filter(Boolean).length / (canvas.width / parseFloat(canvas.style.width));
        })""")
        assert inked == [pytest.approx(2 * 6, abs=0.6), pytest.approx(2 * 20, abs=0.6)]
        spot = seen.page.evaluate("""(() => {
            const node = azroutes.app.model.nodes.find((one) => one.name === "Iran");
            const { x, y } = azroutes.app.map.latLngToContainerPoint(node);
            return [x, y];
        })()""")
        row = seen.pixels()[round(spot[1]), round(spot[0]) - 40 : round(spot[0]) + 40]
        dark = np.abs(row - colour(payload["theme"]["node"])).max(axis=1) < 40
        assert int(dark.sum()) >= 2 * 20 - 1


def test_a_small_circle_on_a_large_one_can_be_chosen(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    nodes = [{**node, "radius": 60 if node["name"] == "Azerbaijan" else 4} for node in payload["nodes"]]
    path = tmp_path / "large.html"
    OfflineMap({**payload, "nodes": nodes}, title="Large").save(path)
    with visit(path) as seen:
        spot, name = seen.page.evaluate("""(() => {
            const { nodes } = azroutes.app.picture;
            const large = nodes.find(({ node }) => node.radius === 60);
            const near = nodes.filter(({ node, place }) =>
                node !== large.node && azroutes.geometry.distance(place, large.place) < 50)[0];
            const { x, y } = azroutes.app.map.latLngToContainerPoint(near.node);
            return [[x, y], near.node.name];
        })()""")
        seen.page.mouse.click(*spot)
        assert seen.page.locator(".details h2.chosen").inner_text() == name


def test_names_are_as_large_as_the_theme_says(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    found = []
    for size in (10, 20):
        theme = {**payload["theme"], "label_px": size, "country_px": size - 2}
        path = tmp_path / f"{size}.html"
        OfflineMap({**payload, "theme": theme}, title="Names").save(path)
        with visit(path) as seen:
            seen.settle()
            found.append(seen.page.evaluate("""(() => {
                const { labels, countries } = azroutes.app.picture;
                return [labels, countries].map((made) => {
                    const fonts = made.map(({ font }) => font.match(/([\\d.]+)px/)[1]);
                    return [...new Set(fonts)].join();
                });
            })()"""))  # fmt: skip
    assert found == [["10", "8"], ["20", "18"]]


def test_a_tapered_shaft_is_thin_where_it_begins(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    # Alone, so that no other arrow lies on it.
    only = [{**one, "width": 8.0, "certainty": "affirmed"} for one in payload["arrows"]
            if one["label"] == "Azerbaijan to India"][:1]  # fmt: skip
    drawn = {**payload, "arrows": only, "theme": {**payload["theme"], "taper": 0.25}}
    path = tmp_path / "taper.html"
    OfflineMap(drawn, title="Taper").save(path)
    with visit(path) as seen:
        wide = seen.page.evaluate("""(() => {
            const { ribbon, strokes } = azroutes.geometry;
            const line = [[0, 0], [40, 0], [100, 0]];
            const across = (points, x) => {
                const ys = points.filter((point) => Math.abs(point[0] - x) < 1e-9).map((point) => point[1]);
                return Math.max(...ys) - Math.min(...ys);
            };
            const whole = ribbon(line, 8, 0.25);
            const parts = strokes(line, 8, 0.25, [10, 5]);
            return [[0, 40, 100].map((x) => across(whole, x)), parts.length, across(parts[0], 0), across(parts[4], 70)];
        })()""")
        assert wide == [[2, pytest.approx(2 + 6 * 0.4), 8], 7, 2, pytest.approx(2 + 6 * 0.7)]
        arrow = seen.arrows()[0]
        image = seen.pixels()
    # Ink across the arrow a tenth of its way on and eight tenths on.
    widths = []
    for share in (0.1, 0.8):
        k = round(share * (len(arrow["path"]) - 1))
        (x, y), (x1, y1) = arrow["path"][k], arrow["path"][k + 1]
        size = math.dist((x, y), (x1, y1))
        across = [(x - (y1 - y) / size * step, y + (x1 - x) / size * step) for step in np.arange(-8, 8.1, 0.5)]
        ink = colour(payload["markets"][arrow["market"]]["colour"])
        widths.append(sum(np.abs(image[round(b), round(a)] - ink).max() < 60 for a, b in across) / 2)
    assert 0 < widths[0] < 5 < widths[1]


def test_letters_stand_on_their_own_arrow_and_free_of_all_else(
    payload: dict[str, Any], tmp_path: Path, visit: Opener
) -> None:
    markets = [{**market, "letters": f"M{k}"} if k else market for k, market in enumerate(payload["markets"])]
    path = tmp_path / "letters.html"
    OfflineMap({**payload, "markets": markets}, title="Letters").save(path)
    with visit(path) as seen:
        seen.settle()
        look = """(() => {
            const g = azroutes.geometry;
            const { shapes, labels, countries, nodes, tags } = azroutes.app.picture;
            const middle = ({ box }) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
            const others = [...labels, ...countries].map(({ box }) => box);
            others.push(...nodes.map(({ node, place }) => g.boxAround([place], node.radius)));
            const inside = (box, [x, y]) => x > box.left && x < box.right && y > box.top && y < box.bottom;
            let faults = 0;
            tags.forEach((tag, i) => {
                const boxes = [...others, ...tags.slice(i + 1).map(({ box }) => box)];
                faults += boxes.filter((box) => g.overlaps(tag.box, box)).length;
                const foreign = shapes.filter((shape) => shape.arrow.index !== tag.arrow);
                faults += foreign.filter(({ line }) => line.some((point) => inside(tag.box, point))).length;
                faults += foreign.filter(({ line }) => g.distanceTo(middle(tag), line) < 5).length;
                const own = shapes.find((shape) => shape.arrow.index === tag.arrow);
                faults += g.distanceTo(middle(tag), own.line) > 1 ? 1 : 0;
            });
            return [tags.map(({ arrow, text }) => [arrow, text]), faults];
        })()"""
        tags, faults = seen.page.evaluate(look)
        # Far in, the points of a line are far apart.
        closer = []
        for index in dict(tags):
            seen.page.evaluate("""(index) => {
                const { map, model } = azroutes.app;
                const { world } = model.arrows[index];
                const [x, y] = world[Math.floor(world.length / 2)];
                map.setView(map.unproject(L.point(x, y).multiplyBy(256 * 2 ** 9), 9), 9, { animate: false });
            }""", index)  # fmt: skip
            seen.settle()
            closer.append(seen.page.evaluate(look))
        assert "Heroin trade (M5)" in seen.page.locator(".markets").inner_text()
        assert seen.complaints == []
    assert faults == 0
    assert tags
    assert sum(len(some) for some, _ in closer) > 0
    assert sum(found for _, found in closer) == 0
    assert all(text == f"M{payload['arrows'][arrow]['market']}" for arrow, text in tags)
    # A market without letters has none on its arrows.
    assert "M0" not in {text for _, text in tags}


def test_letters_keep_off_a_line_whose_points_are_far_apart(saved: Path, visit: Opener) -> None:
    with visit(saved) as seen:
        spots = seen.page.evaluate("""(() => {
            const { boxAround } = azroutes.geometry;
            const { gridOf, placeTags } = azroutes.labels;
            const shape = (index, line) => ({ arrow: { index }, line, head: line.slice(-1), box: boxAround(line, 2) });
            const along = shape(0, Array.from({ length: 101 }, (_, i) => [4 * i, 200]));
            const across = shape(1, [[200, 50], [200, 350]]);
            const view = { left: 0, top: 0, right: 400, bottom: 400 };
            const letters = ({ index }) => (index ? "" : "HE");
            return [[along], [along, across]].map((shapes) => {
                const [tag] = placeTags(shapes, letters, gridOf(shapes), [], () => 14, view, 12);
                return [tag.box.left, tag.box.right];
            });
        })()""")
    (alone_left, alone_right), (left, right) = spots
    assert alone_left < 200 < alone_right
    assert right < 200 or left > 200


def test_loops_at_one_place_lie_around_one_another(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    loop = next(arrow for arrow in payload["arrows"] if arrow["start"] == arrow["end"])
    first = len(payload["arrows"])
    drawn = {**payload, "arrows": [*payload["arrows"], {**loop, "lane": 0, "market": 1}, {**loop, "lane": 0}]}
    path = tmp_path / "loops.html"
    OfflineMap(drawn, title="Loops").save(path)
    with visit(path) as seen:
        inner, outer = (arrow for arrow in seen.arrows() if arrow["index"] >= first)
    assert min(math.dist(inner["middle"], point) for point in outer["path"]) > 5


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


WORLD = {"NW": (66, -150), "SW": (-40, -72), "NE": (66, 150), "SE": (-43, 172), "Oslo": (60, 11)}
PACIFIC = {"Lima": (-12, -77), "Quito": (0, -78), "Suva": (-18, 178), "Dhaka": (24, 90), "Tokyo": (36, 140)}
AFRICA = {"Rome": (42, 13), "Lahore": (31, 72), "Nairobi": (-1, 37), "Durban": (-26, 28)}


@pytest.mark.parametrize(("width", "height"), [(400, 760), (1300, 850)])
@pytest.mark.parametrize("spots", [WORLD, PACIFIC, AFRICA], ids=["world", "pacific", "africa"])
def test_a_page_opens_with_all_places_in_view_and_none_below_the_buttons(
    tmp_path: Path, visit: Opener, spots: dict[str, tuple[int, int]], width: int, height: int
) -> None:
    rows = [{"origin": a, "origin_lat": spots[a][0], "origin_lon": spots[a][1], "destination": b,
             "destination_lat": spots[b][0], "destination_lon": spots[b][1]}
            for a, b in combinations(spots, 2)]  # fmt: skip
    path = tmp_path / "world.html"
    explore_flows(read_flows(pd.DataFrame(rows))).save(str(path))
    with visit(path, width, height) as seen:
        seen.ready()
        seen.page.wait_for_timeout(400)  # a view that glides has come to rest
        places = seen.page.evaluate(
            "azroutes.app.model.nodes.map((node) => azroutes.app.map.latLngToContainerPoint(node))"
            ".map((point) => [point.x, point.y])"
        )
        size = seen.page.evaluate("[azroutes.app.map.getSize().x, azroutes.app.map.getSize().y]")
        buttons = seen.page.locator(".leaflet-control-zoom").bounding_box()
    assert buttons is not None
    assert len(places) == len(spots)
    for x, y in places:
        assert 8 < x < size[0] - 8
        assert 8 < y < size[1] - 8
        assert x > buttons["x"] + buttons["width"] + 4 or y > buttons["y"] + buttons["height"] + 4


def test_a_page_of_spots_in_one_city_opens_with_them_apart(tmp_path: Path, visit: Opener) -> None:
    spots = {"Port": (41.015, 28.96), "Hotel": (41.03, 28.98), "Market": (41.042, 28.95), "Flat": (41.009, 28.948)}
    rows = [
        {"origin": a, "origin_lat": spots[a][0], "origin_lon": spots[a][1], "destination": b,
         "destination_lat": spots[b][0], "destination_lon": spots[b][1]} for a, b in combinations(spots, 2)
    ]  # fmt: skip
    path = tmp_path / "city.html"
    explore_flows(read_flows(pd.DataFrame(rows))).save(str(path))
    with visit(path) as seen:
        seen.ready()
        places = np.array(seen.page.evaluate(
            "azroutes.app.model.nodes.map((node) => azroutes.app.map.latLngToContainerPoint(node))"
            ".map((point) => [point.x, point.y])"
        ))  # fmt: skip
        away = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + 1e9 * np.eye(len(places))
        assert away.min() > 60
        named = seen.page.evaluate("azroutes.app.picture.labels.length")
        assert named == len(spots)
        assert len(seen.arrows()) == len(rows)
        assert seen.complaints == []


def test_a_page_of_countries_goes_no_closer_than_its_land(saved: Path, visit: Opener) -> None:
    with visit(saved) as seen:
        seen.ready()
        assert seen.page.evaluate("azroutes.app.map.getMaxZoom()") == 10
