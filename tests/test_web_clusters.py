"""Where places cluster: certainty, commodities, and what was chosen as a reader zooms in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import azroutes
from azroutes.dtypes import CERTAINTY

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    import geopandas as gpd

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]

CHOSEN = "h2.chosen"


@pytest.fixture(scope="module")
def mixed(many: Callable[..., gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Flows of three certainties and four commodities, several of each between the same places."""
    flows = many(rows=3000, places=45)
    chance = np.random.default_rng(4)
    sure = pd.Categorical.from_codes(chance.choice(3, len(flows), p=[0.5, 0.3, 0.2]), dtype=CERTAINTY)
    return flows.assign(certainty=sure, commodity=pd.Categorical(chance.choice(["opium", "pills"], len(flows))))


@pytest.fixture(scope="module")
def saved_mixed(mixed: gpd.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mixed") / "mixed.html"
    azroutes.explore_flows(mixed, title="Mixed").save(path)
    return path


DRAWN = """azroutes.app.model.arrows.map(({ flows, certainty, count, value, market, start, end, ...rest }) =>
    ({ flows, certainty, count, value, market, cargo: rest.cargo }))"""


def test_an_arrow_is_as_certain_as_the_most_certain_of_its_flows(
    mixed: gpd.GeoDataFrame, saved_mixed: Path, visit: Opener
) -> None:
    with visit(saved_mixed) as seen:
        seen.ready()
        seen.zoom_to(3)
        legend = seen.page.locator(".legends", has_text="Certainty of the sources’ words")
        for off, words in (
            (set(), "Stated as fact"),
            ({"affirmed"}, "Qualified"),
            ({"affirmed", "qualified"}, "Alleged"),
        ):
            names = ", ".join(f"'{code.capitalize()}'" for code in off)
            seen.page.evaluate(f"azroutes.app.setFilter({{ off: {{ certainty: new Set([{names}]) }} }})")
            seen.settle()
            found = seen.page.evaluate(DRAWN)
            assert len(found) > 50
            assert max(arrow["count"] for arrow in found) > 1
            for arrow in found:
                behind = mixed["certainty"].iloc[arrow["flows"]]
                assert not set(behind) & off
                assert arrow["certainty"] == behind.max()
            assert words in legend.inner_text()
            assert ("Stated as fact" in legend.inner_text()) == (not off)
        dashed = seen.page.evaluate(
            "(() => { let dashed = 0; const { prototype } = CanvasRenderingContext2D;"
            " const { setLineDash } = prototype; prototype.setLineDash = function (dash) {"
            " dashed += dash.length > 0; setLineDash.call(this, dash); };"
            " azroutes.app.flows.draw(); prototype.setLineDash = setLineDash; return dashed; })()"
        )
        assert dashed == len(found)


def test_where_all_is_certain_nothing_is_said_of_certainty(
    many: Callable[..., gpd.GeoDataFrame], tmp_path: Path, visit: Opener
) -> None:
    path = tmp_path / "certain.html"
    azroutes.explore_flows(many(rows=2500, places=40)).save(path)
    with visit(path) as seen:
        seen.ready()
        assert "Certainty" not in seen.page.locator(".legends").inner_text()


def test_dashes_do_not_run_along_an_arrow_while_the_map_is_moved(saved_mixed: Path, visit: Opener) -> None:
    with visit(saved_mixed) as seen:
        seen.ready()
        seen.zoom_to(9)
        # Where the next dash begins at the first point that is painted, told by the arrow's whole shaft.
        wrong = seen.page.evaluate(
            "(() => { const { arrows, geometry, app } = azroutes; const { frame } = azroutes.viewOf(app.map);"
            " let cut = 0; let wrong = 0; for (const shape of app.picture.shapes) {"
            " if (shape.arrow.certainty === 'affirmed') continue;"
            " const { shaft, before = 0 } = arrows.near(shape, frame); const whole = geometry.lengths(shape.shaft);"
            " const first = shape.shaft.indexOf(shaft[0]); cut += first > 0;"
            " wrong += Math.abs(whole[first] - before) > 1e-6; } return [cut, wrong]; })()"
        )
        assert wrong[0] > 0
        assert wrong[1] == 0


def details(seen: Visit) -> str:
    return seen.page.locator(".details").inner_text()


@pytest.mark.parametrize("by", ["pointer", "keyboard"])
def test_a_ring_parts_and_joins_again_and_the_panel_tells_so(saved_mixed: Path, visit: Opener, by: str) -> None:
    with visit(saved_mixed) as seen:
        seen.ready()
        seen.zoom_to(3)
        ring = seen.page.evaluate(
            "(() => { const { app } = azroutes; const ring = app.model.nodes.filter(({ size }) => size > 2)[0];"
            " app.select('node', ring.index); return { name: ring.name, places: app.model.source.membersOf(ring.index)"
            ".map((spot) => app.model.source.spots[spot].name) }; })()"
        )
        assert seen.page.locator("h2.chosen").inner_text() == ring["name"]
        listed = seen.page.locator(".details section").first.get_by_role("button").all_inner_texts()
        assert sorted(listed) == sorted(ring["places"])
        seen.zoom_to(10)
        assert f"parted into {len(ring['places'])} places" in details(seen)
        assert sorted(seen.page.locator(".details ul").first.get_by_role("button").all_inner_texts()) == sorted(
            ring["places"]
        )
        assert seen.page.get_by_role("status").inner_text().startswith(ring["name"])
        seen.zoom_to(3)
        assert "parted" not in details(seen)
        assert seen.page.evaluate("azroutes.app.model.nodes[azroutes.app.state.selected.index].name") == ring["name"]
        seen.zoom_to(2)
        larger = seen.page.evaluate("azroutes.app.model.nodes[azroutes.app.state.selected.index]")
        members = seen.page.evaluate(
            "azroutes.app.model.source.membersOf(azroutes.app.state.selected.index)"
            ".map((spot) => azroutes.app.model.source.spots[spot].name)"
        )
        assert set(ring["places"]) <= set(members)
        assert larger["size"] > len(ring["places"])
        assert f"it holds what was chosen: {ring['name']}" in details(seen)
        # From the list of its places to one of them, by itself.
        button = seen.page.locator(".details").get_by_role("button", name=ring["places"][-1], exact=True)
        if by == "pointer":
            button.click()
        else:
            button.focus()
            seen.page.keyboard.press("Enter")
        seen.settle()
        assert seen.page.locator("h2.chosen").inner_text() == ring["places"][-1]
        chosen = seen.page.evaluate("azroutes.app.model.nodes[azroutes.app.state.selected.index]")
        assert chosen["size"] == 1
        spot = seen.page.evaluate(
            "(() => { const { map, state, model } = azroutes.app; const scale = 256 * 2 ** map.getZoom();"
            " const [x, y] = model.nodes[state.selected.index].world; return map.getPixelBounds()"
            ".contains(L.point(x * scale, y * scale)); })()"
        )
        assert spot
        assert seen.page.evaluate("document.activeElement.className") == "chosen"
        assert seen.complaints == []


def test_the_flows_of_a_chosen_arrow_are_told_truly_at_every_zoom(saved_mixed: Path, visit: Opener) -> None:
    with visit(saved_mixed) as seen:
        seen.ready()
        seen.zoom_to(3)
        flows = seen.page.evaluate(
            "(() => { const { app } = azroutes; const { nodes } = app.model;"
            " const arrow = app.model.arrows.find((one) => one.count > 2 && nodes[one.start].size > 1 &&"
            " nodes[one.end].size > 1); app.select('arrow', arrow.index);"
            " return arrow.flows; })()"
        )
        name = seen.page.locator("h2.chosen").inner_text()
        told = details(seen)
        seen.zoom_to(10)
        # Apart, they are the same flows: none lost and none added.
        parts = seen.page.evaluate(
            "azroutes.app.state.selected.found.rows.map((row) => azroutes.app.model.source.arrowIn(row).flows)"
        )
        assert len(parts) > 1
        assert sorted(flow for part in parts for flow in part) == sorted(flows)
        assert f"parted into {len(parts)} arrows" in details(seen)
        first = seen.page.locator(".details ul").first.get_by_role("button").first
        wanted = first.inner_text()
        first.click()
        seen.settle()
        assert seen.page.locator("h2.chosen").inner_text() == wanted
        assert "parted" not in details(seen)
        # Farther out it is part of an arrow that is more, or lies within a ring.
        seen.page.evaluate("azroutes.app.map.setZoom(3, { animate: false })")
        seen.settle()
        seen.settle()
        assert seen.page.locator("h2.chosen").inner_text() == name
        assert f"it holds what was chosen: {wanted}" in details(seen)
        assert told.split("\n")[2] == details(seen).split("\n")[2]
        assert seen.complaints == []


def test_an_arrow_whose_ends_come_to_lie_in_one_ring_is_told_of(saved_mixed: Path, visit: Opener) -> None:
    with visit(saved_mixed) as seen:
        seen.ready()
        seen.zoom_to(2)
        ends = seen.page.evaluate(
            "(() => { const { source, nodes } = azroutes.app.model; const ring = nodes.find(({ inner }) => inner > 0);"
            " const spots = source.membersOf(ring.index).map((spot) => source.spots[spot].code);"
            " return { spots, name: ring.name }; })()"
        )
        seen.zoom_to(10)
        seen.page.evaluate(
            "(codes) => { const { app } = azroutes; const { nodes, source } = app.model;"
            " for (const node of nodes.filter(({ code }) => codes.includes(code)))"
            " for (const { row, start, end } of source.arrowsAt(node.index))"
            " if (start !== end && codes.includes(nodes[start].code) && codes.includes(nodes[end].code))"
            " return app.open('arrow', source.arrowIn(row).key); }",
            ends["spots"],
        )
        name = seen.page.locator("h2.chosen").inner_text()
        seen.settle()
        seen.zoom_to(2)
        assert seen.page.locator("h2.chosen").inner_text() == name
        assert "both its ends lie within one ring" in details(seen)
        seen.page.locator(".details").get_by_role("button", name=ends["name"], exact=True).click()
        assert seen.page.locator("h2.chosen").inner_text() == ends["name"]
        assert seen.complaints == []


def test_a_button_of_the_panel_opens_what_it_names_after_the_map_has_moved(saved_mixed: Path, visit: Opener) -> None:
    with visit(saved_mixed) as seen:
        seen.ready()
        seen.zoom_to(5)
        seen.page.evaluate("azroutes.app.select('node', azroutes.app.model.nodes.reduce((a, b) =>"
                           " (b.total > a.total ? b : a)).index)")  # fmt: skip
        seen.page.evaluate("azroutes.app.map.panBy([900, 300], { animate: false })")
        seen.settle()
        button = seen.page.locator(".details section", has_text="Arrows in").get_by_role("button").nth(3)
        wanted = button.inner_text()
        button.click()
        seen.settle()
        assert seen.page.locator("h2.chosen").inner_text() == wanted
        strong = seen.page.evaluate(
            "azroutes.app.model.nameOf(azroutes.app.model.arrows[azroutes.app.state.selected.index])"
        )
        assert strong == wanted


def test_a_filter_makes_the_panel_anew_and_leaves_the_focus_in_it(saved_mixed: Path, visit: Opener) -> None:
    with visit(saved_mixed) as seen:
        seen.ready()
        seen.page.evaluate("azroutes.app.select('node', azroutes.app.model.arrows[0].end)")
        show = seen.page.get_by_role("combobox", name="Show")
        show.focus()
        show.select_option("in")
        seen.settle()
        assert "Arrows out" not in details(seen)
        assert show.input_value() == "in"
        assert seen.page.evaluate("document.activeElement.tagName") == "SELECT"
        # Of an arrow of which nothing is left there is nothing to tell.
        seen.page.evaluate("azroutes.app.select('arrow', 0)")
        market = seen.page.evaluate("azroutes.app.model.arrows[0].market")
        seen.page.evaluate(f"azroutes.app.showMarket({market}, false)")
        assert seen.page.locator(".details").is_hidden()


def test_a_link_opens_what_was_chosen_at_another_zoom(saved_mixed: Path, visit: Opener) -> None:
    with visit(saved_mixed) as seen:
        seen.ready()
        seen.zoom_to(3)
        seen.page.evaluate("azroutes.app.select('node', azroutes.app.model.nodes.find(({ size }) => size > 2).index)")
        seen.zoom_to(8)
        before = details(seen)
        assert "parted" in before
        link = seen.page.evaluate("azroutes.address.linkOf(azroutes.app)")
        seen.page.goto("about:blank")
        seen.page.goto(link)
        seen.ready()
        assert details(seen) == before
        assert seen.complaints == []


def test_arrows_are_apart_by_commodity_where_that_is_asked_for(
    mixed: gpd.GeoDataFrame, tmp_path: Path, visit: Opener
) -> None:
    path = tmp_path / "commodity.html"
    azroutes.explore_flows(mixed, by="commodity").save(path)
    table = mixed.assign(market=mixed["market"].astype(object).fillna(""))
    with visit(path) as seen:
        seen.ready()
        codes_of = seen.page.evaluate("azroutes.app.model.markets.map(({ code }) => code)")
        seen.zoom_to(3)
        found = seen.page.evaluate(DRAWN)
        assert max(arrow["count"] for arrow in found) > 1
        for arrow in found:
            behind = table.iloc[arrow["flows"]]
            assert set(behind["commodity"]) == {arrow["cargo"]}
            assert set(behind["market"]) == {codes_of[arrow["market"]]}
            assert arrow["count"] == len(behind)
            assert (arrow["value"] or 0) == pytest.approx(behind["quantity"].sum())
        assert sum(arrow["count"] for arrow in found) > sum(
            arrow["count"] for arrow in found if arrow["cargo"] == "opium"
        )
        seen.page.evaluate("azroutes.app.select('arrow', 0)")
        assert f", {found[0]['cargo']}: " in seen.page.locator("h2.chosen").inner_text()
        # The scale is that of the largest arrow by commodity, so that one is as wide as the theme says.
        widest = seen.page.evaluate("Math.max(...azroutes.app.model.arrows.map(({ width }) => width))")
        assert widest == pytest.approx(azroutes.Theme().max_width_px)
        seen.page.evaluate("azroutes.app.setFilter({ off: { title: new Set(['Opium']) } })")
        assert {arrow["cargo"] for arrow in seen.page.evaluate(DRAWN)} == {"pills"}
        assert seen.complaints == []


def test_flows_that_cannot_be_drawn_one_by_one_are_said_to_be_added_up(mixed: gpd.GeoDataFrame) -> None:
    page, plain = (azroutes.explore_flows(mixed, by=by).page() for by in ("flow", "market"))
    note = "Flows were to be drawn one by one"
    assert note in page
    assert note not in plain
    with pytest.raises(azroutes.OptionError, match="by cannot be"):
        azroutes.explore_flows(mixed, by="comodity")
