"""Legs become arrows: what each stands for is counted once, and its width says what the legend says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from azroutes.arrows import BY, HAIRLINE_PX, LEAST_PX, WIDTHS, Arrows, arrows_of
from azroutes.documents import backing, load_flows
from azroutes.errors import OptionError
from azroutes.flows import legs
from azroutes.legend import notes
from azroutes.read import read_flows
from azroutes.theme import Theme

if TYPE_CHECKING:
    import geopandas as gpd

LOOK = Theme()


def table(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    return read_flows(pd.DataFrame(list(rows)))


def row(way: str, **rest: Any) -> dict[str, Any]:
    first, *between, last = way.split(">")
    return {"origin": first, "via": ">".join(between) or None, "destination": last, **rest}


def ways(arrows: Arrows) -> list[str]:
    return [f"{a}>{b}" for a, b in zip(arrows.table["start"], arrows.table["end"], strict=True)]


TWO_MARKETS = (
    row("AZE>TUR", market="heroin_trade", commodity="heroin", quantity=10.0, unit="kg"),
    row("AZE>TUR", market="heroin_trade", commodity="opium", quantity=30.0, unit="kg"),
    row("AZE>TUR", market="fauna_crimes", commodity="caviar", quantity=20.0, unit="kg"),
    row("AZE>GEO>TUR", market="fauna_crimes", commodity="caviar", quantity=5.0, unit="kg"),
)


@pytest.mark.parametrize(("by", "count"), [("market", 4), ("commodity", 5), ("flow", 5)])
def test_what_is_drawn_apart_is_ones_own_choice(by: str, count: int) -> None:
    flows = table(*TWO_MARKETS)
    arrows = arrows_of(flows, LOOK, by=by)
    assert len(arrows.table) == count
    assert set().union(*arrows.table["flows"]) == set(flows.index)
    assert (by == "flow") <= all(len(names) == 1 for names in arrows.table["flows"])


def test_flows_of_one_market_and_leg_are_one_arrow_that_adds_their_quantities() -> None:
    arrows = arrows_of(table(*TWO_MARKETS), LOOK)
    heroin = arrows.table[arrows.table["market"] == "heroin_trade"].iloc[0]
    assert heroin["quantity"] == 40.0
    assert len(heroin["flows"]) == 2
    assert heroin["width_px"] == LOOK.max_width_px


def test_widths_are_in_proportion_and_the_widest_is_drawn_first() -> None:
    arrows = arrows_of(table(*TWO_MARKETS), LOOK)
    drawn = arrows.table
    assert drawn["width_px"].is_monotonic_decreasing
    ratio = drawn["width_px"] / drawn["quantity"].astype(float)
    assert ratio.to_numpy() == pytest.approx(ratio.iloc[0])
    assert arrows.scale.title == "kg"
    assert arrows.without_number == 0


def test_a_route_falls_into_its_legs() -> None:
    arrows = arrows_of(table(row("AZE>GEO>TUR>EU")), LOOK)
    assert sorted(ways(arrows)) == ["AZE>GEO", "GEO>TUR", "TUR>EU"]


@pytest.mark.parametrize("by", BY)
def test_a_trip_that_passes_a_leg_twice_counts_there_once(by: str) -> None:
    arrows = arrows_of(table(row("AZE>GEO>AZE>GEO", quantity=7.0, unit="t")), LOOK, by=by)
    assert sorted(ways(arrows)) == ["AZE>GEO", "GEO>AZE"]
    assert arrows.table["quantity"].tolist() == [7.0, 7.0]
    assert [len(names) for names in arrows.table["flows"]] == [1, 1]


@pytest.mark.parametrize("by", BY)
def test_every_leg_of_every_flow_is_in_an_arrow_and_no_other(by: str) -> None:
    flows = load_flows()
    steps = legs(flows)
    wanted = {(str(a), str(b), str(name)) for a, b, name in steps[["start", "end", "flow_id"]].itertuples(index=False)}
    drawn = arrows_of(flows, LOOK, by=by).table
    found = {(a, b, name) for a, b, names in drawn[["start", "end", "flows"]].itertuples(index=False) for name in names}
    assert found == wanted
    for market, names in zip(drawn["market"], drawn["flows"], strict=True):
        assert set(flows.loc[list(names), "market"]) == {market}


def test_lines_of_sources_behind_a_documented_arrow_are_counted_once() -> None:
    flows = load_flows()
    drawn = arrows_of(flows, LOOK).table
    for market, start, end in (("human_trafficking", "AZE", "TUR"), ("heroin_trade", "AZE", "RUS")):
        arrow = drawn[(drawn["market"] == market) & (drawn["start"] == start) & (drawn["end"] == end)].iloc[0]
        said = backing(flows.loc[list(arrow["flows"])])
        assert len(arrow["flows"]) > 1
        assert arrow["lineages"] == said["lineage"].nunique()
        # Neither the best backed flow alone, as long as others add a line, nor the sum over all.
        assert arrow["lineages"] >= flows.loc[list(arrow["flows"]), "lineages"].max()
        assert arrow["lineages"] < flows.loc[list(arrow["flows"]), "lineages"].sum()


def test_a_table_of_ones_own_knows_no_more_lines_than_its_best_backed_flow() -> None:
    rows = [row("AZE>TUR", commodity=c, sources=f"s{k};t{k}") for k, c in enumerate("ab")]
    drawn = arrows_of(table(*rows), LOOK).table
    assert drawn["lineages"].tolist() == [2]
    assert arrows_of(table(*rows), LOOK).scale.title == "Independent lines of sources"


def test_the_strongest_words_set_the_dash() -> None:
    rows = [row("AZE>TUR", commodity=c, certainty=word) for c, word in (("a", "alleged"), ("b", "qualified"))]
    assert arrows_of(table(*rows), LOOK).table["certainty"].tolist() == ["qualified"]
    apart = arrows_of(table(*rows), LOOK, by="commodity").table
    assert sorted(apart["certainty"]) == ["alleged", "qualified"]


def test_zero_is_zero_and_a_missing_number_is_a_hairline() -> None:
    flows = table(row("AZE>TUR", quantity=0.0, unit="t"), row("AZE>GEO", quantity=4.0, unit="t"), row("AZE>IRN"))
    arrows = arrows_of(flows, LOOK)
    widths = dict(zip(ways(arrows), arrows.table["width_px"], strict=True))
    assert widths == {"AZE>TUR": 0.0, "AZE>GEO": LOOK.max_width_px, "AZE>IRN": HAIRLINE_PX}
    counted = dict(zip(ways(arrows), arrows.table["counted"], strict=True))
    assert counted == {"AZE>TUR": True, "AZE>GEO": True, "AZE>IRN": False}
    assert arrows.without_number == 1


def test_nothing_but_zeros_draws_nothing() -> None:
    arrows = arrows_of(table(row("AZE>TUR", quantity=0.0, unit="t")), LOOK)
    assert arrows.table["width_px"].tolist() == [0.0]
    assert arrows.scale.breaks() == []


def test_several_units_cannot_share_a_width_and_are_named() -> None:
    flows = table(row("AZE>TUR", quantity=1.0, unit="kg"), row("AZE>GEO", quantity=2.0, unit="persons"))
    with pytest.raises(OptionError, match="kg, persons") as caught:
        arrows_of(flows, LOOK)
    assert "lineages" in str(caught.value)
    assert len(arrows_of(flows, LOOK, width="lineages").table) == 2


def test_the_width_shows_what_one_asks_for() -> None:
    flows = table(*TWO_MARKETS)
    assert arrows_of(flows, LOOK, width="lineages").table["width_px"].unique().tolist() == [LOOK.px_each_lineage]
    assert arrows_of(flows, LOOK, width="quantity").scale.largest == 40.0
    bare = arrows_of(table(row("AZE>TUR")), LOOK, width="quantity")
    assert bare.table["width_px"].tolist() == [HAIRLINE_PX]
    assert bare.without_number == 1


@pytest.mark.parametrize(("option", "choices"), [("by", BY), ("width", WIDTHS)])
def test_an_option_that_is_none_is_told_with_the_choices(option: str, choices: tuple[str, ...]) -> None:
    with pytest.raises(OptionError) as caught:
        arrows_of(table(row("AZE>TUR")), LOOK, **{option: "colour"})
    for choice in choices:
        assert choice in str(caught.value)


def test_arrows_do_not_depend_on_the_order_of_rows() -> None:
    flows = load_flows()
    one = arrows_of(flows, LOOK).table
    other = arrows_of(flows.sample(frac=1, random_state=3), LOOK).table
    columns = ["start", "end", "lineages", "certainty", "width_px"]
    pd.testing.assert_frame_equal(one[columns], other[columns])
    assert [set(names) for names in one["flows"]] == [set(names) for names in other["flows"]]


def test_flows_without_a_market_are_arrows_too() -> None:
    drawn = arrows_of(table(row("AZE>TUR"), row("AZE>TUR", market="heroin_trade")), LOOK).table
    assert len(drawn) == 2
    assert drawn["market"].isna().sum() == 1


def test_a_number_too_small_to_be_seen_is_drawn_and_told() -> None:
    rows = {"origin": ["PER", "PER", "PER"], "destination": ["ESP", "FRA", "ITA"], "quantity": [1_000_000, 2, 0]}
    made = arrows_of(read_flows(pd.DataFrame(rows), unit="kg"), Theme())
    assert made.table["width_px"].tolist() == [Theme().max_width_px, LEAST_PX, 0.0]
    assert made.widened == 1
    told = notes(read_flows(pd.DataFrame(rows), unit="kg"), made, ["country"], [])
    assert "One arrow stands for less than 50,000 (kg), too thin to see: drawn as thin lines." in told
