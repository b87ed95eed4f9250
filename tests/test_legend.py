"""Legends show what is on the map and nothing else; notes and credits leave nothing untold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from matplotlib.patches import Circle

from azroutes.arrows import HAIRLINE_PX, REST_PX, arrows_of, width_scale
from azroutes.circles import circle_scale
from azroutes.cut import Cut
from azroutes.documents import load_flows, load_sources
from azroutes.legend import (
    ARROWS_NOTE,
    BORDERS_NOTE,
    HISTORIC_NOTE,
    LISTED_NOTE,
    REGIONS_NOTE,
    REST_CODE,
    REST_LABEL,
    Legend,
    credits,
    kind_labels,
    legends,
    notes,
    room_notes,
)
from azroutes.marginalia import _swatch
from azroutes.read import read_flows
from azroutes.theme import Theme

if TYPE_CHECKING:
    import geopandas as gpd

LOOK = Theme()


def table(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    return read_flows(pd.DataFrame([{"origin": "AZE", "destination": "TUR", **row} for row in rows]))


def legends_of(flows: gpd.GeoDataFrame, kinds: tuple[str, ...] = ("country",)) -> dict[str, Legend]:
    return {legend.kind: legend for legend in legends(arrows_of(flows, LOOK), kinds, LOOK)}


def notes_of(flows: gpd.GeoDataFrame, kinds: tuple[str, ...] = ("country",)) -> str:
    return "\n".join(notes(flows, arrows_of(flows, LOOK), kinds))


def test_only_markets_on_the_map_are_in_the_legend_in_their_colours() -> None:
    found = legends_of(table({"market": "heroin_trade"}, {"market": "fauna_crimes"}))["market"]
    assert {(e.code, e.label, e.colour) for e in found.entries} == {
        ("heroin_trade", "Heroin trade", LOOK.markets["heroin_trade"]),
        ("fauna_crimes", "Fauna crimes", LOOK.markets["fauna_crimes"]),
    }


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([{}, {"market": "heroin_trade"}], ["Heroin trade", "Market not given"]),
        (
            [{}, {"market": "heroin_trade"}, {"market": "fauna_crimes"}],
            ["Heroin trade", "Fauna crimes", "Market not given"],
        ),
    ],
)
def test_flows_without_a_market_are_told_beside_others(rows: list[dict[str, Any]], labels: list[str]) -> None:
    found = legends_of(table(*rows))["market"]
    assert found.title == "Market"
    assert {entry.label for entry in found.entries} == set(labels)
    assert found.entries[-1].colour == LOOK.no_market


def test_a_table_without_markets_has_no_legend_of_them() -> None:
    flows = table({"quantity": 3.0, "unit": "kg"}, {"destination": "GEO", "quantity": 2.0, "unit": "kg"})
    assert list(legends_of(flows)) == ["width", "places"]
    cut = arrows_of(flows, LOOK, cut=Cut(top=1))
    found = legends(cut, ("country",), LOOK)[0]
    assert (found.title, [entry.label for entry in found.entries]) == ("Arrows", ["Flow", REST_LABEL])


def test_widths_in_the_legend_are_those_on_the_map() -> None:
    flows = table({"quantity": 50.0, "unit": "kg"}, {"destination": "GEO", "quantity": 10.0, "unit": "kg"})
    found = legends_of(flows)["width"]
    assert found.title == "Width: kg"
    shown = {entry.label: entry.width_px for entry in found.entries}
    assert shown["50"] == pytest.approx(LOOK.max_width_px)
    assert shown["5"] == pytest.approx(LOOK.max_width_px / 10)


def test_a_missing_number_has_its_line_in_the_legend() -> None:
    flows = table({"quantity": 50.0, "unit": "kg"}, {"destination": "GEO"})
    last = legends_of(flows)["width"].entries[-1]
    assert last.label == "no number given"
    assert last.width_px == HAIRLINE_PX


def test_certainty_is_explained_only_where_it_differs() -> None:
    assert "certainty" not in legends_of(table({}))
    found = legends_of(table({}, {"destination": "GEO", "certainty": "alleged"}))["certainty"]
    assert [entry.certainty for entry in found.entries] == ["affirmed", "alleged"]
    alone = legends_of(table({"certainty": "qualified"}))["certainty"]
    assert [entry.certainty for entry in alone.entries] == ["qualified"]


def test_kinds_of_place_are_those_on_the_map() -> None:
    found = legends_of(table({}), ("point", "region"))["places"]
    assert [entry.kind for entry in found.entries] == ["region", "point"]
    assert kind_labels(["country"]) == [("country", "Country")]


def test_what_arrows_and_borders_mean_is_always_told() -> None:
    told = notes_of(table({}))
    assert ARROWS_NOTE in told
    assert BORDERS_NOTE in told
    assert REGIONS_NOTE not in told
    assert LISTED_NOTE not in told
    assert "Period" not in told


def test_regions_and_lists_are_explained_where_there_are_any() -> None:
    assert REGIONS_NOTE in notes_of(table({"destination": "EU"}), ("country", "region"))
    assert HISTORIC_NOTE in notes_of(table({"origin": "SUN"}), ("country", "historic"))
    assert HISTORIC_NOTE not in notes_of(table({}))
    assert LISTED_NOTE in notes_of(load_flows())


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ([2008, 2012], "Period of the facts: 2008–2012."),
        ([2008, 2008], "Period of the facts: 2008."),
        ([2008, None], "Period of the facts: 2008; 1 of 2 flows carry no date."),
    ],
)
def test_the_period_is_told_and_what_carries_no_date(years: list[int | None], said: str) -> None:
    rows = [{"destination": code, "year": year} for code, year in zip(("TUR", "GEO"), years, strict=True)]
    assert said in notes_of(table(*rows)).split("\n")


def test_zero_missing_numbers_and_names_without_room_are_told() -> None:
    flows = table(
        {"quantity": 0.0, "unit": "t"}, {"destination": "GEO", "quantity": 3.0, "unit": "t"}, {"destination": "IRN"}
    )
    told = notes_of(flows)
    assert "1 of 3 flows have no number" in told
    assert "One arrow has a quantity of zero and is not drawn." in told
    assert room_notes(("Chad", "St. Gallen A."), ()) == ("No room for the names of Chad, St. Gallen A.",)
    assert room_notes(("Chad",), ()) == ("No room for the name of Chad.",)
    assert room_notes((), ()) == ()
    more = table(*({"destination": code, "quantity": 0.0, "unit": "t"} for code in ("TUR", "GEO")))
    assert "2 arrows have a quantity of zero and are not drawn." in notes_of(more)


def test_credits_cite_every_document_that_the_flows_rest_on_and_no_other() -> None:
    said, borders = credits(load_flows(), "Natural Earth")
    used = {name for text in load_flows()["sources"] for name in text.split(";")}
    for name, source in load_sources().iterrows():
        assert (source["citation"] in said) == (name in used)
        assert str(source["year"]) in source["citation"]
    assert borders == "Boundaries: Natural Earth."


def test_credits_name_ones_own_sources_in_ones_own_words() -> None:
    said, _ = credits(table({"sources": "Field notes; <b>police</b> $x_1$"}), "Natural Earth")
    assert said == "Sources: <b>police</b> $x_1$; Field notes."
    assert credits(table({}), "x")[0] == "Sources: none given in the table."


@pytest.mark.parametrize("name", ["$a_b$", "_under_", "<b>bold</b>", "100 %"])
def test_names_of_units_stay_text(name: str) -> None:
    found = legends_of(table({"quantity": 2.0, "unit": name}))["width"]
    assert found.title.removeprefix("Width: ").lower() == name.replace("_", " ").strip().lower()


def test_a_heading_in_capitals_keeps_them() -> None:
    assert legends_of(table({"quantity": 2.0, "unit": "USD"}))["width"].title == "Width: USD"


def test_the_merged_rest_has_its_line_and_no_other() -> None:
    rows = [{"destination": code, "market": market, "quantity": quantity, "unit": "t"} for code, market, quantity in
            (("TUR", "heroin_trade", 9.0), ("GEO", None, 1.0), ("IRN", "fauna_crimes", 2.0))]  # fmt: skip
    found = {
        legend.kind: legend for legend in legends(arrows_of(table(*rows), LOOK, cut=Cut(top=1)), ("country",), LOOK)
    }
    assert [entry.label for entry in found["market"].entries] == ["Heroin trade", REST_LABEL]
    last = found["market"].entries[-1]
    assert (last.colour, last.width_px, last.code) == (LOOK.quiet, REST_PX, REST_CODE)
    assert "no number given" not in [entry.label for entry in found["width"].entries]
    omitted = legends(arrows_of(table(*rows), LOOK, cut=Cut(top=1, rest="omit")), ("country",), LOOK)
    assert [entry.label for entry in omitted[0].entries] == ["Heroin trade"]


def test_arrows_of_one_width_have_one_line_in_the_legend_with_their_number() -> None:
    same = table(*({"destination": code, "quantity": 12.5, "unit": "kg"} for code in ("TUR", "GEO")))
    (entry,) = legends_of(same)["width"].entries
    assert (entry.label, entry.width_px) == ("12.5", LOOK.max_width_px)
    others = table({"quantity": 12.5, "unit": "kg"}, {"destination": "GEO", "quantity": 0.0, "unit": "kg"},
                   {"destination": "IRN", "unit": "kg"})  # fmt: skip
    assert [entry.label for entry in legends_of(others)["width"].entries] == ["12.5", "no number given"]


def test_where_all_is_merged_no_width_is_explained() -> None:
    flows = table(
        {"quantity": 2.0, "unit": "t", "sources": "a;b"}, {"destination": "GEO", "quantity": 1.0, "unit": "t"}
    )
    for width in ("quantity", "lineages"):
        arrows = arrows_of(flows, LOOK, width=width, cut=Cut(min_quantity=5))
        assert [legend.kind for legend in legends(arrows, (), LOOK)] == ["market"]


def test_a_set_of_figures_has_one_legend_of_widths() -> None:
    flows = table(*({"destination": code, "quantity": q, "unit": "t"} for code, q in (("TUR", 900.0), ("GEO", 40.0))))
    scale = width_scale(flows)
    parts = [legends(arrows_of(flows.iloc[[k]], LOOK, scale=scale), (), LOOK)[0] for k in range(2)]
    assert parts[0] == parts[1] == legends(arrows_of(flows, LOOK), (), LOOK)[0]


def test_circles_that_show_totals_are_explained_at_their_true_size() -> None:
    arrows = arrows_of(table({"quantity": 50.0, "unit": "kg"}), LOOK)
    scale = circle_scale(arrows, LOOK)
    found = legends(arrows, ("country",), LOOK, circles=scale)[-1]
    assert (found.kind, found.title) == ("circles", "Circle: total in and out")
    assert {entry.label: entry.radius_px for entry in found.entries} == {
        "10": pytest.approx(scale.max_px * 0.2**0.5), "50": pytest.approx(scale.max_px)
    }  # fmt: skip
    for entry in found.entries:
        drawn = _swatch(entry, LOOK)
        (mark,) = [child for child in drawn.get_children() if isinstance(child, Circle)]
        assert mark.get_radius() == entry.radius_px
        assert drawn.height > 2 * entry.radius_px
    assert "circles" not in legends_of(table({}))
