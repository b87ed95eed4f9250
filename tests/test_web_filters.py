"""Filters, search, the link and the moving marks of a page whose arrows are drawn one by one."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import azroutes

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]

FLOWS = azroutes.load_flows()


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("documents") / "map.html"
    azroutes.explore_flows().save(path)
    return path


def shown(seen: Visit) -> set[str]:
    seen.settle()
    return set(seen.page.evaluate("azroutes.app.shownFlows().map(({ id }) => id)"))


def count_beside(seen: Visit, label: str) -> int:
    row = seen.page.locator(".filters label", has_text=label).first
    return int(row.locator(".count").inner_text().replace(",", ""))


@pytest.mark.parametrize(
    ("facet", "column", "choice", "code"),
    [
        ("Certainty", "certainty", "Qualified", "qualified"),
        ("Commodity", "commodity", "Heroin", "heroin"),
        ("Role", "role", "Transit", "transit"),
    ],
)
def test_a_choice_switched_off_takes_its_flows_away(
    documents: Path, visit: Opener, facet: str, column: str, choice: str, code: str
) -> None:
    has = FLOWS[column].astype("string") == code
    with visit(documents) as seen:
        seen.page.locator(".facet > summary", has_text=facet).click()
        assert count_beside(seen, choice) == int(has.sum())
        seen.page.locator(".facet").get_by_label(choice).first.uncheck()
        assert shown(seen) == set(FLOWS.index[~has.fillna(value=False)])
        # What is switched off still says what it would show.
        assert count_beside(seen, choice) == int(has.sum())
        assert seen.page.locator(".filtered").inner_text().startswith(f"Shown: {facet.lower()} without {choice}")
        seen.page.get_by_role("button", name="Reset the filters").click()
        assert len(shown(seen)) == len(FLOWS)
        assert seen.page.locator(".filtered").is_hidden()


def test_of_a_facet_all_or_none_are_shown_at_once(documents: Path, visit: Opener) -> None:
    with visit(documents) as seen:
        facet = seen.page.locator(".facet", has_text="Certainty")
        facet.locator("summary").click()
        facet.get_by_role("button", name="None").click()
        assert shown(seen) == set()
        assert seen.page.get_by_text("The filters let no arrow through.").is_visible()
        facet.get_by_role("button", name="All").click()
        assert len(shown(seen)) == len(FLOWS)


def test_a_source_switched_off_leaves_what_another_source_says_too(documents: Path, visit: Opener) -> None:
    name = FLOWS["sources"].str.split(";").explode().value_counts().index[0]
    only = FLOWS["sources"] == name
    title = azroutes.load_sources().loc[name, "title"]
    with visit(documents) as seen:
        seen.page.locator(".facet > summary", has_text="Source").click()
        seen.page.locator(".facet").get_by_label(str(title)).uncheck()
        assert shown(seen) == set(FLOWS.index[~only])


def test_a_period_shows_what_overlaps_it_and_what_has_no_year(documents: Path, visit: Opener) -> None:
    first, last = (FLOWS[name].astype("Float64") for name in ("first_year", "last_year"))
    undated = first.isna() & last.isna()
    within = ~undated & (first.fillna(0) <= 2005) & (last.fillna(9999) >= 2001)
    with visit(documents) as seen:
        seen.page.locator(".facet > summary", has_text="Period").click()
        seen.page.evaluate("azroutes.app.setFilter({ period: [2001, 2005] })")
        assert shown(seen) == set(FLOWS.index[within | undated])
        assert seen.page.get_by_text("Facts of 2001 to 2005").is_visible()
        seen.page.get_by_label("Flows without a year").uncheck()
        assert shown(seen) == set(FLOWS.index[within])


def test_the_sliders_and_the_play_button_move_the_years(documents: Path, visit: Opener) -> None:
    with visit(documents) as seen:
        seen.page.locator(".facet > summary", has_text="Period").click()
        seen.page.get_by_label("From", exact=True).focus()
        seen.page.keyboard.press("ArrowRight")
        low, high = seen.page.evaluate("azroutes.app.model.store.years")
        assert seen.page.evaluate("azroutes.app.state.filter.period") == [low + 1, high]
        seen.page.get_by_role("button", name="Play the years").click()
        begun = seen.page.evaluate("azroutes.app.state.filter.period")
        seen.wait_for(f"azroutes.app.state.filter.period[0] > {begun[0]}")
        period = seen.page.evaluate("azroutes.app.state.filter.period")
        assert period[1] - period[0] == begun[1] - begun[0]
        seen.page.get_by_role("button", name="Stop").click()
        assert seen.page.get_by_role("button", name="Play the years").is_visible()


def test_an_arrow_is_as_wide_as_what_is_left_of_it(documents: Path, visit: Opener) -> None:
    with visit(documents) as seen:
        before = seen.page.evaluate("azroutes.app.model.arrows.map(({ width }) => width)")
        seen.page.evaluate("azroutes.app.setFilter({ off: { certainty: new Set(['Qualified']) } })")
        after = seen.page.evaluate("azroutes.app.model.arrows.map(({ shown, width, flows, all }) =>"
                                   " ({ shown, width, part: flows.length < all.length }))")  # fmt: skip
        px = seen.page.evaluate("azroutes.app.model.scale.px")
        lines = seen.page.evaluate(
            "(({ arrows, flowsOf, linesBehind }) =>"
            " arrows.map((arrow) => linesBehind(flowsOf(arrow))))(azroutes.app.model)"
        )
        assert any(arrow["part"] and arrow["shown"] for arrow in after)
        for was, arrow, many in zip(before, after, lines, strict=True):
            if arrow["shown"]:
                assert arrow["width"] == pytest.approx(was if not arrow["part"] else many * px, abs=0.01)


@pytest.mark.parametrize("way", ["in", "out", "both"])
def test_only_the_arrows_of_a_place_are_shown(documents: Path, visit: Opener, way: str) -> None:
    with visit(documents) as seen:
        seen.page.get_by_label("Find a place").fill("turkiye")
        seen.page.keyboard.press("Enter")
        assert seen.page.locator("h2.chosen").inner_text() == "Türkiye"
        seen.page.get_by_role("combobox", name="Show").select_option(way)
        seen.settle()
        ends = seen.page.evaluate(
            "azroutes.app.shown().map(({ start, end }) => [start, end].map((k) => azroutes.app.model.nodes[k].code))"
        )
        assert ends
        for start, end in ends:
            assert {"in": end == "TUR", "out": start == "TUR", "both": "TUR" in (start, end)}[way]


def test_a_place_that_is_not_there_is_said(documents: Path, visit: Opener) -> None:
    with visit(documents) as seen:
        seen.page.get_by_label("Find a place").fill("atlantis")
        assert seen.page.locator(".search").get_by_text("No place of that name on this map.").is_visible()


def test_the_address_follows_and_brings_back_what_is_set(documents: Path, visit: Opener) -> None:
    with visit(documents) as seen:
        seen.page.get_by_label("Heroin trade").uncheck()
        seen.page.evaluate("azroutes.app.map.setView([41, 48], 5, { animate: false }); azroutes.app.select('node', 3)")
        seen.wait_for("location.hash.includes('open=node')")
        link = seen.page.url
        wanted = shown(seen)
        seen.page.goto("about:blank")
        seen.page.goto(link)
        seen.wait_for("Boolean(globalThis.azroutes?.app?.ready)")
        assert shown(seen) == wanted
        assert not seen.page.get_by_label("Heroin trade").is_checked()
        assert seen.page.evaluate("azroutes.app.map.getZoom()") == 5
        assert seen.page.evaluate("azroutes.app.state.selected.index") == 3
        assert seen.complaints == []


def test_marks_move_only_for_those_who_want_them(documents: Path, visit: Opener) -> None:
    canvases = "document.querySelectorAll('.azroutes-canvas').length"
    with visit(documents) as seen:
        label = seen.page.get_by_label("Show directions by moving marks")
        still = seen.pixels()
        assert (seen.pixels() == still).all()
        label.check()
        assert seen.page.evaluate(canvases) == 3
        seen.page.wait_for_timeout(300)
        first = seen.pixels()
        seen.page.wait_for_timeout(300)
        assert (seen.pixels() != first).any()
        label.uncheck()
        assert seen.page.evaluate(canvases) == 2
    with visit(documents, reduced_motion="reduce") as seen:
        assert seen.page.get_by_label("Show directions by moving marks").is_hidden()


def test_circles_that_show_totals_follow_the_filters(tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "totals.html"
    table = pd.DataFrame({
        "origin": ["Iran", "Iran", "Georgia", "Peru", "Peru"],
        "destination": ["Georgia", "Georgia", "Iran", "Chile", "Peru"],
        "market": ["heroin_trade", "arms_trafficking", "arms_trafficking", "arms_trafficking", "heroin_trade"],
        "quantity": [40.0, 50.0, 10.0, 25.0, 9.0],
    })  # fmt: skip
    azroutes.explore_flows(azroutes.read_flows(table, unit="kg"), node_size="total").save(path)
    radii = "Object.fromEntries(azroutes.app.model.nodes.map(({ code, radius }) => [code, radius]))"
    with visit(path) as seen:
        whole = seen.page.evaluate(radii)
        assert whole["PER"] / whole["IRN"] == pytest.approx(math.sqrt(34 / 100), abs=0.01)  # a loop counts once
        assert whole["IRN"] == pytest.approx(whole["GEO"])
        seen.page.get_by_role("checkbox", name="Arms trafficking").uncheck()
        seen.settle()
        less = seen.page.evaluate(radii)
        assert less["IRN"] / whole["IRN"] == pytest.approx(math.sqrt(40 / 100), abs=0.01)
        assert less["PER"] / whole["PER"] == pytest.approx(math.sqrt(9 / 34), abs=0.02)
        seen.page.get_by_role("button", name="Reset the filters").click()
        seen.settle()
        assert seen.page.evaluate(radii) == whole


def test_circles_of_a_page_just_opened_are_those_of_its_layout(tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "totals.html"
    azroutes.explore_flows(node_size="total").save(path)
    laid_out = [float(radius) for radius in re.findall(r'"radius": ?([0-9.]+)', path.read_text(encoding="utf-8"))]
    with visit(path) as seen:
        given = seen.page.evaluate("azroutes.app.model.nodes.map(({ radius }) => radius)")
    assert given == pytest.approx(laid_out[: len(given)], abs=0.01)
    assert len(set(given)) > 2
