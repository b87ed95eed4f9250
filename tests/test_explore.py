"""The interactive map of real tables, in a real browser with the network off."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import pandas as pd
import pytest

import azroutes
from azroutes.payload import payload
from azroutes.projection import mercator_for
from azroutes.scene import compose

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    import geopandas as gpd

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]

HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("page") / "index.html"
    azroutes.explore_flows().save(path)
    return path


def made(flows: gpd.GeoDataFrame) -> dict[str, Any]:
    return payload(compose(flows, crs=mercator_for(flows.geometry.get_coordinates()["x"].to_numpy())), flows)


def test_the_documented_flows_are_a_folium_map() -> None:
    assert isinstance(azroutes.explore_flows(), folium.Map)


def test_the_page_of_the_documents_is_one_quiet_file(documented: Path, visit: Opener) -> None:
    assert documented.stat().st_size < 1_200_000
    with visit(documented) as seen:
        assert [url for url in seen.requests if not url.startswith("data:")] == [documented.as_uri()]
        assert seen.complaints == []
        assert len(seen.arrows()) == len(compose(azroutes.load_flows()).arrows)


def test_the_same_flows_give_the_same_bytes(documented: Path) -> None:
    assert azroutes.explore_flows().page().encode() == documented.read_bytes()


def test_a_click_on_an_arrow_tells_who_says_so(documented: Path, visit: Opener) -> None:
    caviar = azroutes.load_statements().loc[lambda table: table["paths"] == "AZE>GEO>TUR>EU"].iloc[0]
    with visit(documented) as seen:
        market = seen.page.locator("label", has_text="Fauna crimes")
        seen.page.get_by_role("button", name="Show none").click()
        market.click()
        x, y = max(seen.arrows(), key=lambda arrow: len(arrow["path"]))["middle"]
        seen.page.mouse.click(x, y)
        told = seen.page.locator(".details").inner_text()
    assert caviar["statement"] in told
    assert caviar["locator"] in told
    assert caviar["reading"] in told
    assert "Global Organized Crime Index 2021" in told


def test_a_market_switched_off_takes_its_arrows_away(documented: Path, visit: Opener) -> None:
    with visit(documented) as seen:
        before = seen.arrows()
        chosen = {arrow["market"] for arrow in before}
        seen.page.locator("label", has_text="Heroin trade").click()
        after = seen.arrows()
    gone = chosen - {arrow["market"] for arrow in after}
    assert len(gone) == 1
    assert len(after) == len([arrow for arrow in before if arrow["market"] not in gone])


def test_each_documented_flow_has_the_statements_that_it_counts() -> None:
    flows = azroutes.load_flows()
    told = {flow["id"]: flow for flow in made(flows)["flows"]}
    assert list(told) == flows.index.tolist()
    assert [len(told[name]["statements"]) for name in flows.index] == flows["statements"].tolist()


def test_numbers_stand_with_what_they_count() -> None:
    counts = [text for said in made(azroutes.load_flows())["statements"] for text in said["counts"]]
    assert any(text.startswith("23 persons (2010): ") for text in counts)
    assert any(text.startswith("14 persons (2012): ") for text in counts)


def test_a_table_of_ones_own_never_borrows_the_documents_statements() -> None:
    row = {"origin": "Iran", "via": "Azerbaijan", "destination": "Russia", "sources": "my own notes"}
    mine = azroutes.read_flows(pd.DataFrame([{**row, "market": "heroin_trade", "commodity": "heroin"}]))
    assert mine.index[0] in azroutes.load_flows().index
    drawn = made(mine)
    assert drawn["statements"] == []
    assert drawn["flows"][0]["sources_text"] == "my own notes"


def test_hostile_names_of_a_table_are_text(tmp_path: Path, visit: Opener) -> None:
    table = pd.DataFrame(
        {
            "origin": [HOSTILE], "origin_lon": [45.0], "origin_lat": [40.0],
            "destination": ["=cmd|' /C calc'!A0"], "destination_lon": [55.0], "destination_lat": [42.0],
            "commodity": ["{{7*7}}"], "sources": [HOSTILE],
        }
    )  # fmt: skip
    path = tmp_path / "hostile.html"
    azroutes.explore_flows(azroutes.read_flows(table), title=HOSTILE).save(path)
    with visit(path) as seen:
        x, y = seen.arrows()[0]["middle"]
        seen.page.mouse.click(x, y)
        told = seen.page.locator(".details").inner_text()
        assert HOSTILE in told
        assert seen.page.locator("img").count() == 0
        assert seen.complaints == []


def test_a_quantity_of_zero_is_zero_wide_and_a_tiny_one_is_seen(tmp_path: Path, visit: Opener) -> None:
    rows = {"origin": ["PER", "PER", "PER"], "destination": ["ESP", "FRA", "ITA"], "quantity": [1_000_000, 2, 0]}
    path = tmp_path / "zero.html"
    azroutes.explore_flows(azroutes.read_flows(pd.DataFrame(rows), unit="kg")).save(path)
    with visit(path) as seen:
        drawn = seen.arrows()
        assert len(drawn) == 2
        assert min(arrow["width"] for arrow in drawn) > 0
        assert "One arrow has a quantity of zero and is not drawn." in seen.page.locator("body").inner_text()
        assert seen.complaints == []


def test_places_either_side_of_the_antimeridian_lie_close_together() -> None:
    flows = azroutes.read_flows(pd.DataFrame({"origin": ["Fiji"], "destination": ["Samoa"]}))
    page = azroutes.explore_flows(flows)
    south, west = page_bounds(page)[0]
    north, east = page_bounds(page)[1]
    assert east - west < 30
    assert north - south < 30


def test_land_goes_on_past_180_degrees_as_places_do() -> None:
    data = data_of(
        azroutes.explore_flows(azroutes.read_flows(pd.DataFrame({"origin": ["FJI"], "destination": ["CHL"]})))
    )
    (_, west), (_, east) = data["bounds"]
    assert west < -180 < east < -60
    rings = {country["code"]: [ring[0] / 400 for ring in country["rings"]] for country in data["land"]}
    usual = {country["code"]: len(country["rings"]) for country in data_of(azroutes.explore_flows())["land"]}
    assert max(rings["AUS"]) < -190
    assert len(rings["AUS"]) == usual["AUS"]
    assert next(country["label"][1] for country in data["land"] if country["code"] == "AUS") < -200
    # Russia, whose land is cut there in the file, is whole: no ring has a border along 180 degrees.
    russia = next(country for country in data["land"] if country["code"] == "RUS")
    for ring in russia["rings"]:
        lon = np.cumsum(np.array(ring[::2])) / 400
        on_cut = np.abs(lon + 180.0) < 1e-9
        assert not (on_cut & np.roll(on_cut, 1)).any()
    # The map ends in Iran, which is at both ends.
    assert len(rings["IRN"]) > usual["IRN"]


def test_a_page_without_markets_has_nothing_to_tick(tmp_path: Path, visit: Opener) -> None:
    rows = {"origin": ["PER", "PER", "PER"], "destination": ["ESP", "FRA", "ITA"], "quantity": [9, 5, 2]}
    flows = azroutes.read_flows(pd.DataFrame(rows), unit="kg")
    whole, cut = tmp_path / "whole.html", tmp_path / "cut.html"
    azroutes.explore_flows(flows).save(whole)
    azroutes.explore_flows(flows, top=2).save(cut)
    with visit(whole) as seen:
        assert seen.page.locator(".markets").count() == 0
        assert "Market" not in seen.page.locator("body").inner_text()
        seen.page.locator(".flows-as-table summary").click()
        heads = seen.page.locator("table.flows th[scope=col]")
        assert [text.strip() for text in heads.all_inner_texts()][:2] == ["Flow", "Period"]
        cells = seen.page.locator("table.flows tbody tr").first.locator("th, td")
        assert cells.count() == heads.count()
        assert seen.complaints == []
    with visit(cut) as seen:
        words = seen.page.locator(".markets").inner_text()
        assert "Arrows" in words
        assert "Smaller flows, merged" in words


def data_of(page: Any) -> dict[str, Any]:
    import json
    import re

    data = re.search(r'id="azroutes-data">(.*?)</script>', page.page(), flags=re.DOTALL)
    assert data is not None
    found: dict[str, Any] = json.loads(data[1])
    return found


def test_what_one_picture_has_no_room_for_is_told_of_the_picture_alone() -> None:
    spots = {"Calais": (50.95, 1.86), "Dover": (51.13, 1.31), "Hanoi": (21.0, 105.8)}
    rows = [{"origin": a, "origin_lat": spots[a][0], "origin_lon": spots[a][1], "destination": b,
             "destination_lat": spots[b][0], "destination_lon": spots[b][1]}
            for a, b in (("Dover", "Calais"), ("Hanoi", "Calais"))]  # fmt: skip
    page: Any = azroutes.explore_flows(azroutes.read_flows(pd.DataFrame(rows)))
    told = "too close together to be seen here"
    assert told in page.still
    assert not any(told in note for note in data_of(page)["notes"])


def page_bounds(page: Any) -> list[list[float]]:
    bounds: list[list[float]] = data_of(page)["bounds"]
    return bounds


def test_an_extent_is_what_the_page_opens_on_and_takes_no_arrow_away(tmp_path: Path, visit: Opener) -> None:
    whole, cut = azroutes.explore_flows(), azroutes.explore_flows(extent=(44, 38, 51, 42))
    assert page_bounds(cut) == [pytest.approx([38, 44]), pytest.approx([42, 51])]
    assert {**data_of(cut), "bounds": None} == {**data_of(whole), "bounds": None, "framed": True}
    path = tmp_path / "cut.html"
    cut.save(path)
    with visit(path) as seen:
        west, south, east, north = map(
            float, seen.page.evaluate("azroutes.app.map.getBounds().toBBoxString()").split(",")
        )
        assert seen.complaints == []
    assert 33 < west < 44
    assert 51 < east < 62
    assert 30 < south < 38
    assert 42 < north < 50


def test_an_extent_may_be_a_name_and_is_never_a_mere_point() -> None:
    (south, west), (north, east) = page_bounds(azroutes.explore_flows(extent="Azerbaijan"))
    assert west == pytest.approx(44.8, abs=0.5)
    assert east == pytest.approx(50.4, abs=0.5)
    assert 38 < south < 39
    assert 41.5 < north < 42.2
    (south, west), (north, east) = page_bounds(azroutes.explore_flows(extent="Monaco"))
    assert 0.5 < north - south < 3
    assert 0.5 < east - west < 3


@pytest.mark.parametrize("places", [("Fiji", "Samoa"), ("Azerbaijan", "Georgia"), ("Peru", "Mexico")])
def test_an_extent_over_the_antimeridian_is_on_the_side_of_the_places(places: tuple[str, str]) -> None:
    origin, destination = places
    flows = azroutes.read_flows(pd.DataFrame({"origin": [origin], "destination": [destination]}))
    page = azroutes.explore_flows(flows, extent=(160, -30, -160, 0))
    (south, west), (north, east) = page_bounds(page)
    assert east - west == pytest.approx(40)
    assert west % 360 == pytest.approx(160)
    assert south == pytest.approx(-30)
    assert north == pytest.approx(0, abs=1e-6)
    lons = [node["lon"] for node in data_of(page)["nodes"]]
    assert abs((west + east) / 2 - (min(lons) + max(lons)) / 2) <= 180


def test_an_extent_around_the_globe_stays_whole() -> None:
    (_, west), (_, east) = page_bounds(azroutes.explore_flows(extent="World"))
    assert 355 < east - west <= 360


def test_an_extent_beyond_the_page_is_told() -> None:
    with pytest.raises(azroutes.OptionError, match="85 degrees"):
        azroutes.explore_flows(extent=(0, 86, 40, 89))
    (_, _), (north, _) = page_bounds(azroutes.explore_flows(extent=(0, 60, 40, 90)))
    assert 80 < north < 85.1
    with pytest.raises(azroutes.OptionError, match="Azerbaijan"):
        azroutes.explore_flows(extent="Azerbajan")


def test_the_command_opens_a_page_on_an_extent(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from azroutes.cli import app

    named, plain = tmp_path / "named.html", azroutes.explore_flows(extent="Caucasus")
    done = CliRunner().invoke(app, ["explore", str(named), "--extent", "Caucasus"])
    assert done.exit_code == 0
    assert named.read_bytes() == plain.page().encode()


def test_letters_are_those_of_the_theme_and_no_note_tells_of_the_figure_s_room() -> None:
    letters = {m["code"]: m.get("letters") for m in data_of(azroutes.explore_flows(theme="print"))["markets"]}
    assert letters["heroin_trade"] == "HE"
    assert all(letters.values())
    data = data_of(azroutes.explore_flows(theme="print"))
    assert not [note for note in data["notes"] if "letters" in note]
    assert not [m for m in data_of(azroutes.explore_flows())["markets"] if "letters" in m]


def test_names_take_their_size_from_the_theme() -> None:
    sizes = {name: data_of(azroutes.explore_flows(theme=name))["theme"]["label_px"]
             for name in ("default", "dark", "presentation")}  # fmt: skip
    assert sizes["default"] == sizes["dark"] >= 12
    assert sizes["presentation"] > sizes["default"]
    own = azroutes.explore_flows(theme=azroutes.Theme(label_px=9.5, taper=0.4))
    assert data_of(own)["theme"]["label_px"] == 9.5
    assert data_of(own)["theme"]["taper"] == 0.4


def test_circles_of_totals_and_their_legend_are_the_scene_s() -> None:
    flows = azroutes.load_flows()
    crs = mercator_for(flows.geometry.get_coordinates()["x"].to_numpy())
    scene = compose(flows, crs=crs, node_size="total")
    drawn = payload(scene, flows)
    radii = {node["code"]: node["radius"] for node in drawn["nodes"]}  # type: ignore[attr-defined]
    assert radii == {node.code: pytest.approx(node.radius_px, abs=0.005) for node in scene.nodes}
    assert len(set(radii.values())) > 2
    legend = next(one for one in scene.legends if one.kind == "circles")
    shown = drawn["legends"]["circles"]  # type: ignore[index]
    assert shown["title"] == legend.title
    assert [(e["label"], e["radius"]) for e in shown["entries"]] == [
        (entry.label, pytest.approx(entry.radius_px, abs=0.005)) for entry in legend.entries
    ]
    assert "circles" not in made(flows)["legends"]


def test_the_poles_are_told_not_drawn() -> None:
    north = {"origin_lon": [0.0], "origin_lat": [89.0], "destination_lon": [10.0], "destination_lat": [60.0]}
    table = pd.DataFrame(north)
    with pytest.raises(azroutes.OptionError, match="85 degrees"):
        azroutes.explore_flows(azroutes.read_flows(table))


def test_no_flow_is_a_clear_error() -> None:
    with pytest.raises(azroutes.TableError, match="no flow"):
        azroutes.explore_flows(azroutes.load_flows().iloc[:0])


def test_a_bad_table_is_told_before_anything_is_drawn() -> None:
    flows = azroutes.load_flows()
    flows["origin"] = flows["origin"].mask(flows["origin"] == "IRN", "IRX")
    with pytest.raises(azroutes.TableError, match="no such place"):
        azroutes.explore_flows(flows)


def test_a_notebook_shows_the_map() -> None:
    shown = azroutes.explore_flows()._repr_html_()
    assert "azroutes-data" in shown


def test_an_open_file_takes_the_page() -> None:
    file = io.BytesIO()
    azroutes.explore_flows().save(file, close_file=False)
    assert file.getvalue().startswith(b"<!DOCTYPE html>")


def test_colours_of_ones_own_are_on_the_map_the_legend_and_the_still_picture(tmp_path: Path, visit: Opener) -> None:
    page = azroutes.explore_flows(color={"heroin_trade": "#ff00ff"})
    data = data_of(page)
    markets = {market["code"]: market["colour"] for market in data["markets"]}
    assert markets["heroin_trade"] == "#ff00ff"
    assert markets["human_trafficking"] == azroutes.Theme().colour("human_trafficking")
    assert page.still.count('fill="#ff00ff"') == sum(arrow["market"] == list(markets).index("heroin_trade")
                                                     for arrow in data["arrows"]) + 1  # fmt: skip
    path = tmp_path / "page.html"
    page.save(path)
    with visit(path) as seen:
        image = seen.pixels()
        assert ((image == (255, 0, 255)).all(axis=2)).sum() > 100
        assert seen.complaints == []


def test_one_colour_is_for_all_arrows_on_dark_screens_too() -> None:
    data = data_of(azroutes.explore_flows(color="teal"))
    assert {market["colour"] for market in data["markets"]} == {"#008080"}
    assert set(data["dark"]["markets"]) == {"#008080"}
