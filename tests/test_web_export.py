"""What leaves the page: the picture, the drawing and the table, downloaded in a real browser with the network off."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import folium
import numpy as np
import pytest
from PIL import Image

import azroutes
from azroutes.page import OfflineMap

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Browser

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]
    Pixels = np.ndarray[Any, np.dtype[np.int_]]

HEROIN = 5
BUTTONS = {"png": "Picture (PNG)", "svg": "Drawing (SVG)", "csv": "Table (CSV)"}
SVG = "{http://www.w3.org/2000/svg}"
COLUMNS = ["id", "market", "commodity", "route", "origin", "destination", "form", "who", "role", "period", "certainty",
           "wording", "basis", "quantity", "independent lines of sources", "sources"]  # fmt: skip
HOSTILE = (
    "</text><script>alert(1)</script>", "<!--<![CDATA[ alert(2)", '"&amp;" onload="alert(3)', "{{7*7}}{% raw %}",
    "null\x00byte\x1b[31m", "\u202eright to left\u2066", "line\u2028end\ud800", "long " * 2000, "]]>\ufffe",
    "a,b;=2+2\r\n@c", "=1+1", "@SUM(A1)", "+1", "-1+1", "\t=3", "\r=4", "A → B", "-5",
)  # fmt: skip


def download(seen: Visit, ending: str) -> tuple[str, bytes]:
    """Press a button of the panel; return the name and the bytes of the file."""
    with seen.page.expect_download() as offered:
        seen.page.get_by_role("button", name=BUTTONS[ending], exact=True).click()
    return offered.value.suggested_filename, offered.value.path().read_bytes()


def drawing(seen: Visit) -> ET.Element:
    return ET.fromstring(download(seen, "svg")[1])  # noqa: S314  # our own output


def table(seen: Visit) -> list[list[str]]:
    return list(csv.reader(io.StringIO(download(seen, "csv")[1].decode("utf-8-sig"), newline="")))


def picture(seen: Visit) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(download(seen, "png")[1])).convert("RGB")).astype(int)


def said(root: ET.Element) -> str:
    """Return all that can be read, each text once: halos below names are kept from readers."""
    return " ".join(one.text or "" for one in root.iter(f"{SVG}text") if one.get("aria-hidden") is None)


def group(root: ET.Element, name: str) -> ET.Element:
    return next(one for one in root.iter(f"{SVG}g") if one.get("id") == f"azroutes-{name}")


def clip(root: ET.Element) -> tuple[float, float, float, float]:
    rect = next(root.iter(f"{SVG}clipPath"))[0]
    x, y, width, height = (float(rect.get(name, "nan")) for name in ("x", "y", "width", "height"))
    return x, y, width, height


def heads(root: ET.Element, payload: dict[str, Any]) -> list[str]:
    """Return the colours of the arrowheads, one for each arrow: closed shapes in the colour of a market."""
    markets = {market["colour"] for market in payload["markets"]}
    inks = [one.get("fill", "") for one in group(root, "flows").iter(f"{SVG}path") if one.get("d", "").endswith("z")]
    return [ink for ink in inks if ink in markets]


def colour(text: str) -> list[int]:
    return [int(text[i : i + 2], 16) for i in (1, 3, 5)]


def has_colour(image: Pixels, wanted: str) -> bool:
    return bool((np.abs(image - colour(wanted)).max(axis=2) <= 2).sum() > 20)


def test_three_files_are_named_for_the_title_and_nothing_complains(saved: Path, visit: Opener) -> None:
    with visit(saved) as seen:
        title = seen.page.locator(".azroutes-panel h1").inner_text()
        name = re.sub(r"[^a-z]+", "-", title.lower()).strip("-")
        assert [download(seen, ending)[0] for ending in BUTTONS] == [f"{name}.{ending}" for ending in BUTTONS]
        assert f"Made {name}.csv" in seen.page.locator(".save").inner_text()
        seen.settle()
        assert seen.complaints == []
        assert [url for url in seen.requests if not url.startswith(("data:", "blob:"))] == [saved.as_uri()]


def test_every_object_url_is_let_go(saved: Path, visit: Opener) -> None:
    with visit(saved) as seen:
        seen.page.evaluate("""(() => {
            globalThis.urls = { made: [], gone: [], waits: [] };
            const { createObjectURL, revokeObjectURL } = URL;
            const later = setTimeout;
            URL.createObjectURL = (blob) => {
                urls.made.push(createObjectURL.call(URL, blob));
                return urls.made.at(-1);
            };
            URL.revokeObjectURL = (url) => {
                urls.gone.push(url);
                revokeObjectURL.call(URL, url);
            };
            globalThis.setTimeout = (act, ms) => {
                urls.waits.push(ms);
                return later(act, ms > 1000 ? 1000 : ms);
            };
        })()""")
        for ending in BUTTONS:
            download(seen, ending)
        seen.wait_for("urls.gone.length === 3")
        urls = seen.page.evaluate("urls")
    assert urls["gone"] == urls["made"]
    assert len(set(urls["made"])) == 3
    assert max(urls["waits"]) >= 10_000


def test_the_drawing_has_real_text_and_every_arrow(saved: Path, visit: Opener, payload: dict[str, Any]) -> None:
    with visit(saved) as seen:
        arrows = seen.arrows()
        size = seen.page.evaluate("(() => { const { x, y } = azroutes.app.map.getSize(); return [x, y]; })()")
        labels = seen.page.evaluate("azroutes.app.picture.labels.map(({ text }) => text)")
        root = drawing(seen)
    text = said(root)
    assert root[0].text == payload["title"]
    expected = [payload["title"], payload["subtitle"], *payload["notes"], *payload["credits"], *labels]
    expected += [f"{source['title']}, {source['publisher']}, {source['year']}" for source in payload["sources"]]
    expected += [market["label"] for market in payload["markets"]]
    expected += [entry["label"] for entry in payload["legends"]["certainty"]["entries"]]
    assert [part for part in expected if part not in text] == []
    assert len(labels) >= 12
    inks = [payload["markets"][arrow["market"]]["colour"] for arrow in arrows]
    assert sorted(heads(root, payload)) == sorted(inks)
    left, _, width, height = clip(root)
    assert [width, height] == size
    assert (left, float(root.get("width", 0))) == (28, width + 56)
    cut = next(one for one in root.iter(f"{SVG}g") if one.get("clip-path"))
    assert [one.get("id") for one in cut.iter(f"{SVG}g") if one.get("id")] == ["azroutes-land", "azroutes-flows"]
    assert group(root, "legend") not in list(cut.iter())


def test_the_picture_is_twice_as_large_and_in_the_colours_of_the_page(
    saved: Path, visit: Opener, payload: dict[str, Any]
) -> None:
    with visit(saved) as seen:
        arrows = seen.arrows()
        root = drawing(seen)
        image = picture(seen)
    assert image.shape[:2] == (2 * float(root.get("height", 0)), 2 * float(root.get("width", 0)))
    left, top, _, _ = clip(root)
    for index, market in enumerate(payload["markets"]):
        shares = []
        for arrow in (arrow for arrow in arrows if arrow["market"] == index):
            points = [(round(2 * (top + y)), round(2 * (left + x))) for x, y in arrow["path"]]
            shares.append(np.mean([np.abs(image[point] - colour(market["colour"])).max() <= 24 for point in points]))
        assert max(shares) > 0.1, market["code"]
    assert image[2, 2].tolist() == [255, 255, 255]


def test_picture_and_drawing_look_the_same(saved: Path, visit: Opener, browser: Browser, tmp_path: Path) -> None:
    with visit(saved) as seen:
        _, file = download(seen, "svg")
        image = picture(seen)
    path = tmp_path / "sheet.svg"
    path.write_bytes(file)
    high, wide = image.shape[0] // 2, image.shape[1] // 2
    context = browser.new_context(offline=True, viewport={"width": wide, "height": high}, device_scale_factor=2)
    page = context.new_page()
    page.goto(path.as_uri())
    shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
    context.close()
    assert shot.shape == image.shape
    differs = np.abs(shot - image).max(axis=2)
    # Edges are smoothed in two ways; letters stand half a pixel apart at the most.
    assert (differs > 96).mean() < 0.002
    assert differs.mean() < 1.5


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 640), (844, 390), (800, 600)])
def test_on_a_small_screen_the_sheet_has_a_map_of_decent_size(
    saved: Path, visit: Opener, width: int, height: int
) -> None:
    with visit(saved, width, height, has_touch=True) as seen:
        if width < 700:
            seen.page.get_by_role("button", name="Show panel").click()
            seen.settle()
        before = seen.page.evaluate("azroutes.app.arrowsDrawn().length")
        view = "(({ lat, lng }) => [lat, lng, azroutes.app.map.getZoom()])(azroutes.app.map.getCenter())"
        where = seen.page.evaluate(view)
        bounds = seen.page.evaluate("azroutes.app.map.getBounds().toBBoxString()")
        root, image = drawing(seen), picture(seen)
        sheet = seen.page.evaluate("""(() => {
            const { x, y, width, height, scale } = azroutes.sheet.roomy(azroutes.viewOf(azroutes.app.map));
            const at = (px, py) => L.CRS.EPSG3857.pointToLatLng(L.point(px, py).multiplyBy(256 / scale), 0);
            const [low, high] = [at(x, y + height), at(x + width, y)];
            return [low.lng, low.lat, high.lng, high.lat];
        })()""")
        # The screen is as it was.
        assert seen.page.evaluate(view) == where
        assert len(seen.arrows()) == before
    _, _, wide, high = clip(root)
    assert wide * high >= 690_000
    assert 0.69 <= wide / high <= 1.61
    assert image.shape[:2] == (2 * float(root.get("height", 0)), 2 * float(root.get("width", 0)))
    # All that was seen is on it.
    west, south, east, north = map(float, bounds.split(","))
    assert sheet[0] <= west + 0.1
    assert sheet[1] <= south + 0.1
    assert sheet[2] >= east - 0.1
    assert sheet[3] >= north - 0.1


def test_what_is_filtered_out_is_told_and_nowhere_in_the_files(
    saved: Path, visit: Opener, payload: dict[str, Any]
) -> None:
    gone = payload["markets"][HEROIN]
    kept = [flow for flow in payload["flows"] if flow["market"] != HEROIN]
    with visit(saved) as seen:
        assert has_colour(picture(seen), gone["colour"])
        seen.page.get_by_label("Heroin trade").uncheck()
        image, root, rows = picture(seen), drawing(seen), table(seen)
    assert not has_colour(image, gone["colour"])
    assert gone["colour"] not in heads(root, payload)
    said_now = said(root)
    assert f"Shown: markets without Heroin trade ({len(kept)} of {len(payload['flows'])} flows)" in said_now
    assert payload["subtitle"] not in said_now
    assert said_now.count("Heroin trade") == 1
    kept.sort(key=lambda flow: first_arrow(payload, flow))
    assert [row[0] for row in rows[1:]] == [flow["id"] for flow in kept]
    cited = {payload["statements"][s]["source"] for flow in kept for s in flow["statements"]}
    assert [source["title"] in said_now for source in payload["sources"]] == [k in cited for k in range(3)]


def first_arrow(payload: dict[str, Any], flow: dict[str, Any]) -> int:
    number = payload["flows"].index(flow)
    return next(k for k, arrow in enumerate(payload["arrows"]) if number in arrow["flows"])


def test_the_sheet_is_cut_at_the_map_and_tells_only_what_is_on_it(
    saved: Path, visit: Opener, payload: dict[str, Any]
) -> None:
    with visit(saved) as seen:
        seen.page.evaluate("azroutes.app.map.setView([33, 65], 6, { animate: false })")
        arrows = seen.arrows()
        size = seen.page.evaluate("azroutes.app.map.getSize()")
        root = drawing(seen)
    inside = [arrow for arrow in arrows if any(0 < x < size["x"] and 0 < y < size["y"] for x, y in arrow["path"])]
    assert 0 < len(inside) < len(arrows)
    text = said(root)
    assert f"Outside this map: {len(arrows) - len(inside)} of {len(arrows)} arrows." in text
    markets = {arrow["market"] for arrow in inside}
    assert [market["label"] in text for market in payload["markets"]] == [k in markets for k in range(8)]
    drawn = [payload["arrows"][arrow["index"]] for arrow in inside]
    thickest = max(arrow["width"] for arrow in drawn)
    widths = payload["legends"]["width"]["entries"]
    legend = [one.text for one in group(root, "legend").iter(f"{SVG}text")]
    assert [entry["label"] in legend for entry in widths] == [entry["width"] <= thickest for entry in widths]
    kinds = {payload["nodes"][arrow[end]]["kind"] for arrow in drawn for end in ("start", "end")}
    places = payload["legends"]["nodes"]["entries"]
    assert [entry["label"] in legend for entry in places] == [entry["kind"] in kinds for entry in places]
    assert sum(entry["label"] in legend for entry in [*widths, *places]) < len(widths) + len(places)
    assert "Ukraine" not in text
    left, top, width, height = clip(root)
    for one in group(root, "flows").iter(f"{SVG}text"):
        assert left <= float(one.get("x", "nan")) <= left + width
        assert top <= float(one.get("y", "nan")) <= top + height


def test_what_is_pointed_at_changes_no_file_and_the_same_map_gives_the_same_bytes(saved: Path, visit: Opener) -> None:
    with visit(saved) as seen:
        before = download(seen, "svg")
        seen.page.mouse.move(*seen.arrows()[3]["middle"])
        seen.settle()
        assert seen.page.evaluate("azroutes.app.state.hover !== null")
        assert seen.page.evaluate("azroutes.exports.svg(azroutes.app)").encode() == before[1]
        assert download(seen, "svg") == before
        first, second = download(seen, "png"), download(seen, "png")
        assert first == second


def test_layers_of_the_users_own_are_told_to_be_left_out(
    payload: dict[str, Any], saved: Path, tmp_path: Path, visit: Opener
) -> None:
    sentence = "Layers that were added to this map are in neither the picture nor the drawing."
    with visit(saved) as seen:
        assert seen.page.get_by_text(sentence).is_hidden()
    path = tmp_path / "layers.html"
    page = OfflineMap(payload, title="Layers")
    folium.Circle((30, 30), radius=300_000, color="#ff00ff", fill=True, fill_opacity=1, tooltip="mine").add_to(page)
    page.save(path)
    with visit(path) as seen:
        assert seen.page.get_by_text(sentence).is_visible()
        assert not has_colour(picture(seen), "#ff00ff")


def test_a_reader_whose_screen_is_dark_saves_the_sheet_in_the_pages_own_colours(tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "scheme.html"
    flows = azroutes.load_flows()
    azroutes.explore_flows(flows[flows["market"] == "heroin_trade"]).save(path)
    with visit(path) as seen:
        light = download(seen, "svg"), download(seen, "png")
        seen.page.emulate_media(color_scheme="dark")
        seen.wait_for("document.querySelector('.azroutes-dark') !== null")
        dark = seen.page.evaluate("azroutes.app.model.theme.paper")
        assert (download(seen, "svg"), download(seen, "png")) == light
        assert seen.page.evaluate("azroutes.app.model.theme.paper") == dark
    assert dark.encode() not in light[0][1]


def test_arrows_without_room_are_told_and_those_of_nothing_are_not(
    payload: dict[str, Any], tmp_path: Path, visit: Opener
) -> None:
    arrows = [{**arrow, "width": 0} if k < 2 else arrow for k, arrow in enumerate(payload["arrows"])]
    path = tmp_path / "short.html"
    OfflineMap({**payload, "arrows": arrows}, title="Short").save(path)
    with visit(path) as seen:
        assert "Too short" not in said(drawing(seen))
        seen.page.evaluate("azroutes.app.map.setZoom(2, { animate: false })")
        drawn = len(seen.arrows())
        root = drawing(seen)
    assert drawn < len(arrows) - 2
    assert f"Too short to be drawn on this map: {len(arrows) - 2 - drawn} of {len(arrows) - 2} arrows." in said(root)


def spoiled(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the payload with a hostile text in every place, each in turn."""

    def text(k: int) -> str:
        return HOSTILE[k % len(HOSTILE)]

    flows = [
        {**flow, "id": text(k), "title": text(k + 1), "route": text(k + 2), "form": text(k + 3), "group": text(k + 4),
         "role": text(k + 5), "period": text(k + 6), "certainty": text(k + 7), "wording": text(k + 8),
         "basis": text(k + 9), "quantity": text(k + 10), "statements": [], "sources_text": text(k + 11)}
        for k, flow in enumerate(payload["flows"])
    ]  # fmt: skip
    return {
        **payload, "title": HOSTILE[0] + HOSTILE[4], "subtitle": HOSTILE[5], "flows": flows,
        "land": payload["land"][:30],
        "nodes": [{**node, "name": text(k)} for k, node in enumerate(payload["nodes"])],
        "markets": [{**market, "label": text(k + 9)} for k, market in enumerate(payload["markets"])],
        "notes": list(HOSTILE), "credits": list(HOSTILE), "sources": [], "statements": [],
    }  # fmt: skip


def test_hostile_text_is_text_in_every_file(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "hostile.html"
    drawn = spoiled(payload)
    OfflineMap(drawn, title="Hostile").save(path)
    with visit(path) as seen:
        name, file = download(seen, "svg")
        root, rows, image = drawing(seen), table(seen), picture(seen)
        assert seen.complaints == []
    assert name == "text-script-alert-1-script-null-byte-31m.svg"
    tags = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert tags == {"svg", "title", "g", "clipPath", "rect", "path", "text"}
    attributes = {attribute for one in root.iter() for attribute in one.attrib}
    assert not {one for one in attributes if one.startswith("on") or "href" in one or one == "style"}
    assert b"\x00" not in file
    text = said(root)
    for part in ("</text><script>alert(1)</script>", '"&amp;" onload="alert(3)', "null\ufffdbyte\ufffd[31m"):
        assert part in text
    # A text without end is cut where it would fill the sheet.
    assert "…" in text
    assert image.shape[0] < 16_384
    assert rows[0] == COLUMNS
    assert all(len(row) == len(COLUMNS) for row in rows)
    cells = {cell for row in rows[1:] for cell in row}
    assert {"'=1+1", "'@SUM(A1)", "'+1", "'-1+1", "'\t'=3", "'\r'=4", "-5", "a,b;'=2+2\r\n'@c"} <= cells
    assert [cell for cell in cells if re.match(r"[=+@\t\r]|-(?!5$)", cell)] == []


def test_the_table_is_what_a_spreadsheet_reads(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    flows = [{**flow, "route": flow["route"].replace(" > ", " → ")} for flow in payload["flows"]]
    flows[0].update(title='Heroin, "brown"', quantity="1,200 kg")
    path = tmp_path / "table.html"
    OfflineMap({**payload, "flows": flows}, title="Table").save(path)
    with visit(path) as seen:
        _, file = download(seen, "csv")
    assert file.startswith(b"\xef\xbb\xbfid,market,")
    assert file.endswith(b"\r\n")
    assert file.count(b"\n") == file.count(b"\r\n") == len(flows) + 1
    assert b'"Heroin, ""brown"""' in file
    records = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline="")))
    assert list(records[0]) == COLUMNS
    first = next(record for record in records if record["id"] == flows[0]["id"])
    source = payload["sources"][payload["statements"][0]["source"]]
    assert first["market"] == "Heroin trade"
    assert (first["origin"], first["destination"]) == ("Afghanistan", "Russia")
    assert (first["commodity"], first["quantity"]) == ('Heroin, "brown"', "1,200 kg")
    assert (first["period"], first["role"], first["form"]) == ("2007–2011", "transit", "")
    assert first["independent lines of sources"] == "2"
    assert f"{source['title']}, {source['publisher']}, {source['year']} (page 12" in first["sources"]
    within = next(record for record in records if record["route"].split(" → ")[0] == record["route"].split(" → ")[-1])
    assert within["origin"] == within["destination"] != ""


def test_an_empty_map_gives_files_too(payload: dict[str, Any], tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "empty.html"
    empty: dict[str, Any] = {"markets": [], "nodes": [], "arrows": [], "flows": [], "sources": [], "statements": []}
    OfflineMap({**payload, **empty, "title": "Пусто"}, title="Empty").save(path)
    with visit(path) as seen:
        assert download(seen, "csv") == ("flows.csv", ("\ufeff" + ",".join(COLUMNS) + "\r\n").encode())
        root = drawing(seen)
        assert picture(seen).shape[1] == 2 * float(root.get("width", 0))
        assert seen.complaints == []
    assert "Пусто" in said(root)
    assert heads(root, payload) == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_no_text_of_the_sheet_leaves_its_column(
    saved: Path, visit: Opener, browser: Browser, tmp_path: Path, width: int, height: int
) -> None:
    with visit(saved, width, height) as seen:
        if width < 700:
            seen.page.get_by_role("button", name="Show panel").click()
        _, file = download(seen, "svg")
    path = tmp_path / "sheet.svg"
    path.write_bytes(file)
    page = browser.new_page()
    page.goto(path.as_uri())
    boxes = page.evaluate("""(() => {
        const lines = document.querySelectorAll("#azroutes-title text, #azroutes-legend text, #azroutes-text text");
        return [...lines].map((line) => line.getBBox()).map(({ x, y, width, height }) => [x, y, x + width, y + height]);
    })()""")
    sheet = page.evaluate("['width', 'height'].map((side) => document.documentElement[side].baseVal.value)")
    page.close()
    assert len(boxes) > 20
    assert min(box[0] for box in boxes) >= 16
    assert max(box[2] for box in boxes) <= sheet[0] - 14
    assert max(box[3] for box in boxes) <= sheet[1] - 10
    # Lines touch by the room above and below letters, never by letters.
    overlaps = [
        (a, b) for k, a in enumerate(boxes) for b in boxes[k + 1 :]
        if min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 3
    ]  # fmt: skip
    assert overlaps == []


def test_a_sheet_of_the_documents_names_its_sources_once(tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "documents.html"
    flows = azroutes.load_flows()
    azroutes.explore_flows(flows[flows["market"] == "heroin_trade"], theme="print").save(path)
    with visit(path) as seen:
        root, rows = drawing(seen), table(seen)
    text = said(root)
    assert text.count("World Factbook") == 1
    assert "Sources: " not in text
    assert "Boundaries: Natural Earth" in text
    assert "Heroin trade (HE)" in text
    assert len(rows) - 1 == (flows["market"] == "heroin_trade").sum()
    origin, destination = COLUMNS.index("origin"), COLUMNS.index("destination")
    assert all(row[origin] and row[destination] for row in rows[1:])
