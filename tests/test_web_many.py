"""A page of more flows than can be arrows one by one: sums, filters, clusters, and what it tells of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import azroutes

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    import geopandas as gpd
    import numpy as np

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]

SUM = "azroutes.app.model.arrows.reduce((sum, arrow) => sum + (arrow.value || 0), 0)"


@pytest.fixture(scope="module")
def flows(many: Callable[..., gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    return many(rows=6000, places=60)


@pytest.fixture(scope="module")
def saved_many(flows: gpd.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("many") / "many.html"
    azroutes.explore_flows(flows, title="Many").save(path)
    return path


def codes(flows: gpd.GeoDataFrame) -> dict[str, str]:
    return {code.split("@")[0]: code for code in {*flows["origin"], *flows["destination"]}}


def amounts(flows: gpd.GeoDataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    found: np.ndarray[Any, np.dtype[np.float64]] = flows["quantity"].to_numpy(dtype=float, na_value=0.0)
    return found


def test_nothing_is_asked_for_and_nothing_complained_of(saved_many: Path, visit: Opener) -> None:
    with visit(saved_many) as seen:
        seen.ready()
        assert len(seen.arrows()) > 100
        seen.zoom_to(8)
        assert seen.complaints == []
        assert [url for url in seen.requests if not url.startswith("data:")] == [saved_many.as_uri()]


def test_where_places_are_apart_arrows_are_the_sums_of_their_flows(
    flows: gpd.GeoDataFrame, saved_many: Path, visit: Opener
) -> None:
    table = flows.assign(amount=amounts(flows), market=flows["market"].astype(object).fillna(""))
    wanted = table.groupby(["market", "origin", "destination"])["amount"].sum()
    with visit(saved_many) as seen:
        seen.ready()
        seen.zoom_to(10)
        found = seen.page.evaluate(
            "azroutes.app.model.arrows.map(({ start, end, market, value, count }) => ({ value, count,"
            " market: azroutes.app.model.markets[market].code, start: azroutes.app.model.nodes[start].code,"
            " end: azroutes.app.model.nodes[end].code }))"
        )
        assert len(found) > 20
        for arrow in found:
            total = wanted[arrow["market"], arrow["start"], arrow["end"]]
            assert (arrow["value"] or 0) == pytest.approx(total)


def test_zooming_out_adds_up_and_loses_nothing(flows: gpd.GeoDataFrame, saved_many: Path, visit: Opener) -> None:
    with visit(saved_many) as seen:
        seen.ready()
        for zoom in (2, 3, 4):
            seen.zoom_to(zoom)
            drawn, hidden, inner = seen.page.evaluate(
                "[azroutes.app.model.arrows.reduce((sum, arrow) => sum + arrow.count, 0),"
                " azroutes.app.model.source.hidden().flows,"
                " azroutes.app.model.nodes.reduce((sum, node) => sum + node.inner, 0)]"
            )
            # All of the world is in view: each flow is in a drawn arrow, in one that is told of, or within a cluster.
            assert drawn + hidden + inner == len(flows)
            assert hidden == 0 or seen.page.get_by_text("smaller ones").is_visible()


def test_the_widest_arrows_are_drawn_and_the_others_told(
    flows: gpd.GeoDataFrame, tmp_path: Path, visit: Opener
) -> None:
    path = tmp_path / "top.html"
    azroutes.explore_flows(flows, top=50).save(path)
    with visit(path) as seen:
        seen.ready()
        values = seen.page.evaluate("azroutes.app.model.arrows.map(({ value }) => value)")
        hidden = seen.page.evaluate("azroutes.app.model.source.hidden()")
        assert len(values) == 50
        assert values == sorted(values, reverse=True)
        text = seen.page.locator(".status").inner_text()
        assert f"The 50 widest of {hidden['of']:,} arrows" in text
        assert f"{hidden['arrows']:,} smaller ones" in text
        assert f"{round(hidden['share'] * 100)} %" in text


def test_an_arrow_whose_ends_are_both_out_of_view_is_drawn(saved_many: Path, visit: Opener) -> None:
    with visit(saved_many) as seen:
        seen.ready()
        seen.zoom_to(8)
        passing = seen.page.evaluate(
            "(() => { const { box } = azroutes.viewOf(azroutes.app.map); const inside = ([x, y]) =>"
            " x > box.left && x < box.right && y > box.top && y < box.bottom;"
            " const { nodes, arrows } = azroutes.app.model;"
            " return arrows.filter(({ start, end }) => ![start, end].some((k) => inside(nodes[k].world))).length; })()"
        )
        assert passing > 0


@pytest.mark.parametrize("market", ["Heroin trade", "Cannabis trade"])
def test_a_market_switched_off_takes_its_sums_away(
    flows: gpd.GeoDataFrame, saved_many: Path, visit: Opener, market: str
) -> None:
    code = market.lower().replace(" ", "_")
    with visit(saved_many) as seen:
        seen.ready()
        seen.page.get_by_label(market).uncheck()
        seen.settle()
        left = seen.page.evaluate("azroutes.app.shownFlows().length")
        assert left == int((flows["market"].astype(object) != code).sum())
        names = seen.page.evaluate(
            "[...new Set(azroutes.app.model.arrows.map(({ market }) => azroutes.app.model.markets[market].code))]"
        )
        assert code not in names


def test_years_and_sources_are_counted_as_the_table_has_them(
    flows: gpd.GeoDataFrame, saved_many: Path, visit: Opener
) -> None:
    with visit(saved_many) as seen:
        seen.ready()
        seen.page.evaluate("azroutes.app.setFilter({ period: [2003, 2005], off: { sources: new Set(['B']) } })")
        # A flow of two sources is shown as long as one of them is.
        kept = flows[(flows["first_year"] == 2004) & flows["sources"].str.contains("A")]
        assert seen.page.evaluate("azroutes.app.shownFlows().length") == len(kept)
        counts = seen.page.evaluate(
            "azroutes.app.model.store.facets.filter(({ key }) => key === 'sources').map(({ choices }) =>"
            " choices.map((choice, k) => [choice, azroutes.app.result.counts.sources[k]]))[0]"
        )
        dated = flows[flows["first_year"] == 2004]
        assert dict(counts) == {name: int(dated["sources"].str.contains(name).sum()) for name in "AB"}
        assert seen.page.get_by_text("Shown: source without B; 2003 to 2005").is_visible()
        seen.page.get_by_role("button", name="Reset the filters").click()
        assert seen.page.evaluate("azroutes.app.shownFlows().length") == len(flows)


def test_only_what_comes_into_a_place_is_shown(flows: gpd.GeoDataFrame, saved_many: Path, visit: Opener) -> None:
    with visit(saved_many) as seen:
        seen.ready()
        seen.page.get_by_label("Find a place").fill("p17")
        seen.page.get_by_role("button", name="P17", exact=True).click()
        seen.settle()
        code = codes(flows)["P17"]
        chosen = seen.page.evaluate("azroutes.app.model.nodes[azroutes.app.state.selected.index]")
        assert chosen["code"] == code
        assert chosen["size"] == 1
        seen.page.get_by_role("combobox", name="Show").select_option("in")
        seen.settle()
        seen.zoom_to(10)
        ends = seen.page.evaluate(
            "[...new Set(azroutes.app.model.arrows.map(({ end }) => azroutes.app.model.nodes[end].code))]"
        )
        assert ends == [code]


def test_a_sum_tells_its_largest_flows_and_whose_word_they_are(
    flows: gpd.GeoDataFrame, saved_many: Path, visit: Opener
) -> None:
    with visit(saved_many) as seen:
        seen.ready()
        seen.page.evaluate("azroutes.app.select('arrow', 0)")
        arrow = seen.page.evaluate(
            "(({ count, value, flows }) => ({ count, value, flows }))(azroutes.app.model.arrows[0])"
        )
        behind = flows.iloc[arrow["flows"]]
        assert arrow["count"] == len(behind)
        assert arrow["value"] == pytest.approx(amounts(behind).sum())
        text = seen.page.locator(".details").inner_text()
        for name in "AB":
            count = int(behind["sources"].str.split(";").map(lambda names, name=name: name in names).sum())
            assert (f"{name} {count} flow" in text) == (count > 0)
        largest = behind["quantity"].max()
        assert f"{largest:g} kg" in text


def test_a_link_opens_the_map_as_it_was_set(saved_many: Path, visit: Opener) -> None:
    with visit(saved_many) as seen:
        seen.ready()
        seen.page.evaluate(
            "azroutes.app.map.setView([45, 20], 6, { animate: false });"
            "azroutes.app.setFilter({ period: [2004, 2009], markets: new Set([0]), least: 5 });"
            "azroutes.app.select('arrow', 1)"
        )
        link = seen.page.evaluate("azroutes.address.linkOf(azroutes.app)")
        name = seen.page.locator("h2.chosen").inner_text()
        seen.page.goto("about:blank")
        seen.page.goto(link)
        seen.ready()
        state = seen.page.evaluate(
            "({ zoom: azroutes.app.map.getZoom(), period: azroutes.app.state.filter.period,"
            " markets: [...azroutes.app.state.filter.markets], least: azroutes.app.state.filter.least })"
        )
        assert state == {"zoom": 6, "period": [2004, 2009], "markets": [0], "least": 5}
        assert seen.page.locator("h2.chosen").inner_text() == name


@pytest.mark.parametrize(
    "fragment",
    ["map=3/0/0&without=nothing&years=9-1&least=-4&place=in%20nowhere&open=arrow%20x", "map=a/b/c", "%%%", ""],
)
def test_a_link_that_makes_no_sense_breaks_nothing(saved_many: Path, visit: Opener, fragment: str) -> None:
    with visit(saved_many) as seen:
        seen.page.goto("about:blank")
        seen.page.goto(f"{saved_many.as_uri()}#{fragment}")
        seen.ready()
        assert seen.complaints == []
        assert seen.page.locator(".status").inner_text() != ""


HOSTILE = (
    "</script><img src=x onerror=alert(1)>", "{{7*7}}{% raw %}", "javascript:alert(3)", "\u202eright to left\u2066",
    "=cmd|' /C calc'!A0", "long " * 2000, "<!--<script>alert(2)//", "null\x00byte",
)  # fmt: skip


def test_hostile_text_of_a_large_table_is_text(
    many: Callable[..., gpd.GeoDataFrame], tmp_path: Path, visit: Opener
) -> None:
    flows = many(rows=2500, places=50).copy()
    words = [HOSTILE[k % len(HOSTILE)] for k in range(len(flows))]
    for column in ("wording", "sources", "group"):
        flows[column] = pd.array(words, dtype="string")
    flows["commodity"] = pd.Categorical(words)
    path = tmp_path / "hostile.html"
    azroutes.explore_flows(flows, title=HOSTILE[0]).save(path)
    with visit(path) as seen:
        seen.ready()
        seen.page.locator("summary", has_text="Commodity").click()
        seen.page.locator("summary", has_text="Source").first.click()
        seen.page.evaluate("azroutes.app.select('arrow', 0)")
        text = seen.page.locator(".details").inner_text()
        assert any(word.strip()[:12] in text for word in words)
        seen.page.keyboard.press("Escape")
        seen.page.locator("summary", has_text="as a table").click()
        seen.page.evaluate("azroutes.app.setFilter({ off: { title: new Set(['=cmd|']) } })")
        assert seen.page.locator("main img, main script, main iframe").count() == 0
        assert seen.complaints == []
        assert [url for url in seen.requests if not url.startswith("data:")] == [path.as_uri()]


def test_nothing_let_through_is_said(saved_many: Path, visit: Opener) -> None:
    with visit(saved_many) as seen:
        seen.ready()
        seen.page.get_by_role("button", name="Show none").click()
        assert seen.page.get_by_text("No market is chosen.").first.is_visible()
        assert seen.page.evaluate("azroutes.app.shown().length") == 0
        seen.page.get_by_role("button", name="Show all").click()
        seen.page.evaluate("azroutes.app.setFilter({ least: 1e12 })")
        assert seen.page.get_by_text("The filters let no arrow through.").is_visible()
