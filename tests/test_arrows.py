"""Legs become arrows: what each stands for is counted once, and its width says what the legend says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from azroutes.arrows import (
    HAIRLINE_PX,
    LEAST_PX,
    REST_PX,
    Arrows,
    Unnumbered,
    arrows_of,
    width_scale,
)
from azroutes.circles import CIRCLE_GAP_PX, LEAST_RADIUS, MOST_RADIUS, circle_scale, node_radii
from azroutes.cli import app
from azroutes.cut import Cut
from azroutes.documents import backing, load_flows
from azroutes.errors import OptionError, TableError
from azroutes.explore import explore_flows
from azroutes.flows import legs
from azroutes.legend import REST_CODE, REST_LABEL, notes
from azroutes.options import By, Width
from azroutes.payload import payload
from azroutes.places import gazetteer
from azroutes.projection import mercator_for
from azroutes.read import read_flows
from azroutes.scene import compose
from azroutes.theme import DARK, Theme
from azroutes.vocabulary import PlaceKind

if TYPE_CHECKING:
    from pathlib import Path

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
    assert arrows.unnumbered == Unnumbered()
    assert arrows.rest is None
    assert not drawn["rest"].any()


def test_a_route_falls_into_its_legs() -> None:
    arrows = arrows_of(table(row("AZE>GEO>TUR>EU")), LOOK)
    assert sorted(ways(arrows)) == ["AZE>GEO", "GEO>TUR", "TUR>EU"]


@pytest.mark.parametrize("by", By)
def test_a_trip_that_passes_a_leg_twice_counts_there_once(by: str) -> None:
    arrows = arrows_of(table(row("AZE>GEO>AZE>GEO", quantity=7.0, unit="t")), LOOK, by=by)
    assert sorted(ways(arrows)) == ["AZE>GEO", "GEO>AZE"]
    assert arrows.table["quantity"].tolist() == [7.0, 7.0]
    assert [len(names) for names in arrows.table["flows"]] == [1, 1]


@pytest.mark.parametrize("by", By)
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
    assert arrows.unnumbered == Unnumbered(thin=1)


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
    assert bare.unnumbered == Unnumbered(thin=1)


@pytest.mark.parametrize(("option", "choices"), [("by", By), ("width", Width)])
def test_an_option_that_is_none_is_told_with_the_choices(option: str, choices: tuple[str, ...]) -> None:
    with pytest.raises(OptionError) as caught:
        arrows_of(table(row("AZE>TUR")), LOOK, **{option: "colour"})  # type: ignore[arg-type]
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
    told = notes(read_flows(pd.DataFrame(rows), unit="kg"), made, ["country"])
    assert "One arrow stands for less than 50,000 (kg), too thin to see: drawn as a thin line." in told


def told(flows: gpd.GeoDataFrame, arrows: Arrows) -> str:
    return "\n".join(notes(flows, arrows, ["country"]))


def note_of(flows: gpd.GeoDataFrame, start: str, **cut: Any) -> str:
    (found,) = [
        line for line in told(flows, arrows_of(flows, LOOK, cut=Cut(**cut))).split("\n") if line.startswith(start)
    ]
    return found


def parts(arrows: Arrows) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the arrows drawn in full, and the merged ones."""
    rest = arrows.table["rest"].to_numpy(dtype=bool)
    return arrows.table[~rest], arrows.table[rest]


def names_in(drawn: pd.DataFrame) -> set[str]:
    return {name for names in drawn["flows"] for name in names}


def amounts(*quantities: float | None, **rest: Any) -> gpd.GeoDataFrame:
    """Return one flow from Azerbaijan for each quantity, to countries in the order of their codes."""
    ends = [code for code in sorted(COUNTRIES) if code != "AZE"]
    unit = rest.pop("unit", "t")
    rows = [row(f"AZE>{end}", quantity=q, unit=unit, **rest) for q, end in zip(quantities, ends, strict=False)]
    return table(*rows)


COUNTRIES = [code for code, known in gazetteer().items() if known.kind is PlaceKind.COUNTRY]


def gravity(count: int = 300, among: int = 60) -> gpd.GeoDataFrame:
    """Return flows between countries, many small and few large, of three markets and of none."""
    random = np.random.default_rng(11)
    places, weight = random.choice(sorted(COUNTRIES), among, replace=False), random.lognormal(0, 1.2, among)
    ways = [(a, b) for a in range(among) for b in range(among) if a != b]
    markets = ["heroin_trade", "cocaine_trade", "fauna_crimes", None]
    rows = [
        row(f"{places[a]}>{places[b]}", quantity=float(weight[a] * weight[b]), unit="t", market=markets[k % 4])
        for k, (a, b) in enumerate(ways[int(n)] for n in random.choice(len(ways), count, replace=False))
    ]
    return table(*rows)


GRAVITY = gravity()


def test_the_largest_arrows_are_drawn_in_full_above_one_grey_arrow_for_each_way() -> None:
    flows = GRAVITY
    whole = arrows_of(flows, LOOK).table
    arrows = arrows_of(flows, LOOK, cut=Cut(top=30))
    full, rest = parts(arrows)
    assert sorted(full["quantity"]) == sorted(whole["quantity"])[-30:]
    assert set(rest["width_px"]) == {REST_PX}
    assert rest[["market"]].isna().all(axis=None)
    assert not rest["counted"].any()
    assert not rest.duplicated(["start", "end"]).any()
    assert arrows.table["rest"].tolist() == [True] * len(rest) + [False] * 30
    assert full["width_px"].is_monotonic_decreasing
    assert names_in(full) | names_in(rest) == set(flows.index)
    assert rest["quantity"].sum() + full["quantity"].sum() == pytest.approx(whole["quantity"].sum())


def test_what_is_omitted_is_not_there_and_the_rest_is_as_it_was() -> None:
    flows = GRAVITY
    full, _ = parts(arrows_of(flows, LOOK, cut=Cut(top=30)))
    omitted = arrows_of(flows, LOOK, cut=Cut(top=30, rest="omit")).table
    pd.testing.assert_frame_equal(omitted, full.reset_index(drop=True))


def test_the_merged_rest_stands_for_all_markets_of_a_way_and_each_flow_once() -> None:
    rows = [row("AZE>TUR", market=name, commodity=name, quantity=q, unit="t", certainty=word)
            for name, q, word in (("heroin_trade", 1.0, "alleged"), ("fauna_crimes", 2.0, "qualified"))]  # fmt: skip
    flows = table(*rows, row("AZE>GEO>AZE>GEO", quantity=3.0, unit="t"), row("AZE>RUS", quantity=9.0, unit="t"))
    arrows = arrows_of(flows, LOOK, cut=Cut(top=1))
    _, rest = parts(arrows)
    found = {(a, b): (q, len(names), word) for a, b, q, names, word in
             rest[["start", "end", "quantity", "flows", "certainty"]].itertuples(index=False)}  # fmt: skip
    assert found == {
        ("AZE", "TUR"): (3.0, 2, "qualified"),
        ("AZE", "GEO"): (3.0, 1, "affirmed"),
        ("GEO", "AZE"): (3.0, 1, "affirmed"),
    }


def test_a_cut_that_cuts_nothing_changes_nothing() -> None:
    flows = gravity(40, 12)
    whole = arrows_of(flows, LOOK)
    for cut in (Cut(), Cut(top=1000), Cut(min_quantity=0.0), Cut(top=len(whole.table), rest="omit")):
        same = arrows_of(flows, LOOK, cut=cut)
        pd.testing.assert_frame_equal(same.table, whole.table)
        assert same.rest is None
        assert told(flows, same) == told(flows, whole)


def test_of_equal_arrows_the_first_by_market_and_places_are_drawn_in_any_order_of_rows() -> None:
    flows = amounts(5.0, 5.0, 5.0, 9.0, 5.0)
    for seed in range(5):
        full, rest = parts(arrows_of(flows.sample(frac=1, random_state=seed), LOOK, cut=Cut(top=3)))
        assert sorted(full["end"]) == sorted([*flows["destination"].iloc[:2], flows["destination"].iloc[3]])
        assert len(rest) == 2
    said = note_of(flows, "Only", top=3)
    assert said == (
        "Only the 3 widest arrows are drawn in full (2 more are as wide as the narrowest of them); "
        "2 of 5 flows, 34 % of the total, are drawn as thin grey lines."
    )


def test_what_is_not_drawn_in_full_is_told_with_count_and_share() -> None:
    flows = amounts(80.0, 11.0, 9.0)
    assert note_of(flows, "Only", top=2) == (
        "Only the 2 widest arrows are drawn in full; 1 of 3 flows, 9 % of the total, is drawn as thin grey lines."
    )
    assert note_of(flows, "Only", top=1, rest="omit") == (
        "Only the widest arrow is drawn; 2 of 3 flows, 20 % of the total, are not drawn."
    )
    assert note_of(flows, "Only", min_quantity=11) == (
        "Only arrows of at least 11 (t) are drawn in full; 1 of 3 flows, 9 % of the total, is drawn as thin grey lines."
    )
    assert note_of(flows, "Only", top=1, min_quantity=10) == (
        "Only the widest arrow of at least 10 (t) is drawn in full; "
        "2 of 3 flows, 20 % of the total, are drawn as thin grey lines."
    )
    assert note_of(flows, "No arrow", min_quantity=1e3) == (
        "No arrow reaches 1,000 (t); 3 of 3 flows, 100 % of the total, are drawn as thin grey lines."
    )


@pytest.mark.parametrize(("quantities", "words"), [((1e6, 1.0), "less than 1 %"), ((50.0, 50.0), "50 %")])
def test_a_share_is_neither_nothing_nor_all_unless_it_is(quantities: tuple[float, ...], words: str) -> None:
    assert f", {words} of the total," in note_of(amounts(*quantities), "Only", top=1)


def test_nearly_all_is_told_as_more_than_99_in_the_hundred() -> None:
    flows = amounts(*([1.0] * 240))
    assert ", more than 99 % of the total," in note_of(flows, "Only", top=1)


def test_counts_have_no_total_and_flows_drawn_in_part_are_told() -> None:
    flows = table(row("AZE>GEO>TUR", sources="a;b"), row("AZE>GEO", commodity="x", sources="c;d;e"), row("AZE>IRN"))
    assert note_of(flows, "Only", top=1) == (
        "Only the widest arrow is drawn in full; 2 of 3 flows (1 of them in part) are drawn as thin grey lines."
    )


def test_a_share_over_legs_says_so() -> None:
    flows = table(row("AZE>GEO>TUR", quantity=2.0, unit="t"), row("AZE>IRN", quantity=1.0, unit="t"))
    assert ", 20 % of the total over all legs, is" in note_of(flows, "Only", top=2)


def test_zero_is_told_as_zero_and_takes_nobodys_place() -> None:
    flows = amounts(0.0, 3.0, 2.0)
    arrows = arrows_of(flows, LOOK, cut=Cut(top=2))
    assert arrows.rest is None
    for cut in (Cut(top=1), Cut(min_quantity=2.5), Cut(min_quantity=2.5, rest="omit")):
        cut_off = arrows_of(flows, LOOK, cut=cut)
        assert cut_off.rest is not None
        assert cut_off.rest.flows == 1
        assert "One arrow has a quantity of zero and is not drawn." in told(flows, cut_off)


def test_what_is_left_out_leaves_no_place_without_an_arrow() -> None:
    flows = table(
        row("AZE>TUR", quantity=9.0, unit="t"), row("AZE>GEO", quantity=4.0, unit="t"),
        row("IRN>IRN", quantity=0.0, unit="t"), row("RUS>AZE", quantity=0.0, unit="t"),
    )  # fmt: skip
    scene = compose(flows, top=1, rest="omit")
    assert {node.code for node in scene.nodes} == {"AZE", "TUR"}
    assert {label.code for label in scene.labels if label.kind == "node"} == {"AZE", "TUR"}
    assert "2 arrows have a quantity of zero and are not drawn." in scene.notes
    # Where nothing is left out a zero is something that the table says of its places.
    assert {node.code for node in compose(flows).nodes} == {"AZE", "TUR", "GEO", "IRN", "RUS"}


def test_an_arrow_without_a_number_has_no_rank_and_each_is_told_once() -> None:
    flows = table(
        row("AZE>TUR", quantity=9.0, unit="t", commodity="a"), row("AZE>TUR", commodity="b"),
        row("AZE>GEO", quantity=4.0, unit="t"), row("AZE>IRN"), row("AZE>RUS"),
    )  # fmt: skip
    whole = arrows_of(flows, LOOK)
    assert whole.unnumbered == Unnumbered(thin=2, hidden=1)
    assert "3 of 5 flows have no number: 2 are drawn as thin lines, 1 is part of arrows" in told(flows, whole)
    for cut in (Cut(top=3), Cut(min_quantity=0)):
        arrows = arrows_of(flows, LOOK, cut=cut)
        assert arrows.unnumbered == Unnumbered(hidden=1, rest=2)
        full, rest = parts(arrows)
        assert sorted(full["end"]) == ["GEO", "TUR"]
        assert sorted(rest["end"]) == ["IRN", "RUS"]
        assert "2 are among the thin grey lines." in told(flows, arrows)
    assert note_of(flows, "Only", top=3) == (
        "Only arrows with a number are drawn in full; 2 of 5 flows are drawn as thin grey lines."
    )
    omitted = told(flows, arrows_of(flows, LOOK, cut=Cut(top=3, rest="omit")))
    assert "2 are not drawn." in omitted
    assert "thin" not in omitted


def test_widths_are_fitted_to_what_is_drawn_in_full() -> None:
    flows = table(row("AZE>TUR", quantity=9.0, unit="t"), row("AZE>GEO", quantity=4.0, unit="t", sources="a;b;c"))
    full, rest = parts(arrows_of(flows, LOOK, width="lineages", cut=Cut(min_quantity=5)))
    assert full["end"].tolist() == ["TUR"]
    assert rest["end"].tolist() == ["GEO"]
    assert arrows_of(flows, LOOK, width="lineages", cut=Cut(min_quantity=5)).scale.largest == 1.0


@pytest.mark.parametrize(
    ("option", "value"),
    [("top", 0), ("top", -3), ("top", 2.5), ("top", True), ("top", "3"), ("min_quantity", float("nan")),
     ("min_quantity", float("inf")), ("min_quantity", -1.0), ("min_quantity", "5"), ("min_quantity", False),
     ("rest", "grey")],
)  # fmt: skip
def test_a_cut_that_will_not_do_is_told(option: str, value: Any) -> None:
    with pytest.raises(OptionError) as caught:
        Cut(**{option: value})
    assert [fault.column for fault in caught.value.faults] == [option]


def test_numbers_of_numpy_will_do() -> None:
    assert Cut(top=np.int64(3), min_quantity=np.float64(2.5)) == Cut(top=3, min_quantity=2.5)  # type: ignore[arg-type]


def test_a_cut_that_cannot_be_made_is_told() -> None:
    bare = table(row("AZE>TUR"), row("AZE>GEO"))
    with pytest.raises(OptionError, match="needs quantities"):
        arrows_of(bare, LOOK, cut=Cut(min_quantity=1))
    with pytest.raises(OptionError, match="rank"):
        arrows_of(bare, LOOK, width="quantity", cut=Cut(top=1))
    with pytest.raises(OptionError, match="the largest is 7"):
        arrows_of(amounts(3.0, 7.0), LOOK, cut=Cut(min_quantity=7.5, rest="omit"))
    mixed = table(row("AZE>TUR", quantity=1.0, unit="kg"), row("AZE>GEO", quantity=2.0, unit="persons"))
    with pytest.raises(OptionError, match="several units"):
        arrows_of(mixed, LOOK, width="lineages", cut=Cut(min_quantity=1))


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    st.lists(
        st.one_of(st.none(), st.sampled_from([0.0, 1.0, 1.0, 2.5]), st.floats(1e-3, 1e6)), min_size=1, max_size=12
    ),
    st.integers(1, 8),
    st.booleans(),
)
def test_every_flow_is_drawn_or_told(quantities: list[float | None], top: int, merge: bool) -> None:  # noqa: FBT001
    flows = amounts(*quantities)
    if not any(q for q in quantities):
        return
    arrows = arrows_of(flows, LOOK, width="quantity", cut=Cut(top=top, rest="merge" if merge else "omit"))
    full, rest = parts(arrows)
    seen = full[full["width_px"] > 0]
    zero = sum(q == 0 for q in quantities)
    told_off = arrows.rest.flows if arrows.rest else 0
    assert len(seen) + zero + told_off == len(flows)
    assert len(rest) == (told_off if merge else 0)
    assert len(seen) <= top
    assert sum((arrows.unnumbered.thin, arrows.unnumbered.hidden, arrows.unnumbered.rest)) == quantities.count(None)
    # None that is cut is larger than one that is drawn.
    shown = sorted((q for q in quantities if q), reverse=True)[: len(seen)]
    assert sorted(seen["quantity"].dropna(), reverse=True) == shown[: int(seen["quantity"].notna().sum())]


def test_one_scale_makes_the_widths_of_a_set_of_figures_compare() -> None:
    flows = table(*TWO_MARKETS)
    scale = width_scale(flows)
    for market in ("heroin_trade", "fauna_crimes"):
        part = flows[flows["market"] == market]
        arrows = arrows_of(part, LOOK, scale=scale)
        assert arrows.scale is scale
        ratio = arrows.table["width_px"] / arrows.table["quantity"].astype(float)
        assert ratio.to_numpy() == pytest.approx(LOOK.max_width_px / 40.0)
        assert "made for a set of maps" in told(part, arrows)
    assert "made for a set of maps" not in told(flows, arrows_of(flows, LOOK))


def test_a_scale_says_what_an_automatic_width_shows() -> None:
    flows = table(*TWO_MARKETS)
    counts = width_scale(flows, width="lineages")
    assert arrows_of(flows, LOOK, scale=counts).table["width_px"].unique().tolist() == [LOOK.px_each_lineage]
    bare = arrows_of(table(row("AZE>TUR")), LOOK, scale=width_scale(flows))
    assert bare.table["width_px"].tolist() == [HAIRLINE_PX]


@pytest.mark.parametrize("by", By)
def test_the_scale_of_all_documents_serves_each_market(by: str) -> None:
    flows = load_flows()
    scale = width_scale(flows, by=by)
    whole = arrows_of(flows, LOOK, by=by).table
    for market in flows["market"].unique():
        arrows = arrows_of(flows[flows["market"] == market], LOOK, by=by, scale=scale)
        pd.testing.assert_series_equal(
            arrows.table["width_px"], whole.loc[whole["market"] == market, "width_px"].reset_index(drop=True)
        )


def test_a_scale_of_something_else_is_refused() -> None:
    kilograms, tonnes = amounts(3.0, unit="kg"), amounts(3.0, unit="t")
    with pytest.raises(OptionError, match="show 't'"):
        arrows_of(tonnes, LOOK, scale=width_scale(kilograms))
    with pytest.raises(OptionError, match="something else"):
        arrows_of(kilograms, LOOK, width="lineages", scale=width_scale(kilograms))
    with pytest.raises(OptionError, match="something else"):
        arrows_of(kilograms, LOOK, width="quantity", scale=width_scale(kilograms, width="lineages"))
    with pytest.raises(OptionError, match="width_scale"):
        arrows_of(kilograms, LOOK, scale=10.0)  # type: ignore[arg-type]


def test_a_number_beyond_the_scale_is_refused_and_one_equal_to_it_is_not() -> None:
    scale = width_scale(amounts(0.3))
    assert arrows_of(amounts(0.1 + 0.2), LOOK, scale=scale).table["width_px"].tolist() == [
        pytest.approx(LOOK.max_width_px)
    ]
    flows = amounts(0.2, 0.5, 0.4)
    with pytest.raises(OptionError, match=r"ends at 0\.3") as caught:
        arrows_of(flows, LOOK, scale=scale)
    assert [fault.value for fault in caught.value.faults] == [0.5, 0.4]


def test_a_scale_of_nothing_or_of_numbers_past_all_bounds_is_refused() -> None:
    with pytest.raises(TableError, match="no flow"):
        width_scale(load_flows().iloc[:0])
    rows = [row("AZE>TUR", commodity=name, quantity=1.0, unit="t") for name in "ab"]
    tiny = amounts(1.0)
    huge = table(*rows)
    for flows in (huge.assign(quantity=huge["quantity"] * 1.7e308), tiny.assign(quantity=tiny["quantity"] * 5e-324)):
        with pytest.raises(OptionError, match="another unit"):
            width_scale(flows)


@pytest.mark.parametrize("quantities", [(1e-9, 3e-9), (1e12, 1e-9), (7.0, 7.0, 7.0), (42.0,), (0.0, 0.0), (1e15,)])
def test_any_range_of_numbers_is_drawn_with_a_legend_of_true_widths(quantities: tuple[float, ...]) -> None:
    scene = compose(amounts(*quantities))
    widths = scene.arrows["width_px"]
    assert widths.max() == (pytest.approx(LOOK.max_width_px) if any(quantities) else 0.0)
    legend = [legend for legend in scene.legends if legend.kind == "width"]
    assert len(legend) == any(quantities)
    for entry in legend[0].entries if legend else ():
        assert LEAST_PX <= entry.width_px <= LOOK.max_width_px
        assert len(entry.label) < 20


SPOTS = [f"P{k}@{lat},{lon}" for k, (lat, lon) in enumerate([(40, 45), (41, 46), (42, 50), (38, 44)])]


def test_the_area_of_a_circle_shows_what_comes_in_and_goes_out() -> None:
    rows = [row(">".join((SPOTS[a], SPOTS[b])), quantity=q, unit="t") for a, b, q in ((0, 1, 75.0), (2, 0, 25.0))]
    arrows = arrows_of(table(*rows, row(f"{SPOTS[3]}>{SPOTS[3]}", quantity=4.0, unit="t")), LOOK)
    radii = {code.partition("@")[0]: radius for code, radius in node_radii(arrows, circle_scale(arrows, LOOK)).items()}
    most = MOST_RADIUS * LOOK.node_radius_px
    share = {"P0": 1.0, "P1": 0.75, "P2": 0.25, "P3": 0.04}
    assert radii == {code: pytest.approx(most * part**0.5) for code, part in share.items()}
    bare = arrows_of(table(row("AZE>TUR")), LOOK, width="quantity")
    assert set(node_radii(bare, circle_scale(bare, LOOK)).values()) == {LEAST_RADIUS * LOOK.node_radius_px}


def test_counts_and_the_merged_rest_are_in_the_totals() -> None:
    flows = gravity(60, 12)
    whole, cut = (node_radii(found, circle_scale(found, LOOK)) for found in
                  (arrows_of(flows, LOOK, cut=Cut(top=top)) for top in (1000, 5)))  # fmt: skip
    assert whole == pytest.approx(cut)
    counts = arrows_of(table(row("AZE>TUR", sources="a;b;c"), row("AZE>GEO")), LOOK)
    radii = node_radii(counts, circle_scale(counts, LOOK))
    assert circle_scale(counts, LOOK).whole
    assert radii["TUR"] / radii["AZE"] == pytest.approx((3 / 4) ** 0.5)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("span", [40.0, 400.0, 4000.0])
def test_circles_shrink_alike_until_none_meets_another(seed: int, span: float) -> None:
    arrows = arrows_of(GRAVITY, LOOK, cut=Cut(top=4 * seed + 3, rest="omit"))
    codes = sorted({*arrows.table["start"], *arrows.table["end"]})
    xy = np.random.default_rng(seed).uniform(0, span, (len(codes), 2))
    at = {code: (float(x), float(y)) for code, (x, y) in zip(codes, xy, strict=True)}
    scale = circle_scale(arrows, LOOK, at=at)
    radii = node_radii(arrows, scale)
    assert LOOK.node_radius_px <= scale.max_px <= MOST_RADIUS * LOOK.node_radius_px
    assert max(radii.values()) == pytest.approx(scale.max_px)
    gaps = {(a, b): float(np.hypot(*(xy[k] - xy[m]))) - CIRCLE_GAP_PX - radii[a] - radii[b]
            for k, a in enumerate(codes) for m, b in enumerate(codes[:k])}  # fmt: skip
    least = min((gap for (a, b), gap in gaps.items() if max(radii[a], radii[b]) > scale.least_px), default=np.inf)
    if scale.max_px > LOOK.node_radius_px:
        assert least > -1e-9
    if LOOK.node_radius_px < scale.max_px < MOST_RADIUS * LOOK.node_radius_px:
        assert least < 1e-9


@pytest.mark.parametrize("theme", ["default", DARK], ids=["default", "dark"])
def test_the_scene_draws_the_rest_grey_thin_and_below(theme: Theme | str) -> None:
    scene = compose(GRAVITY, top=30, theme=theme)
    rest = scene.arrows["rest"].to_numpy(dtype=bool)
    assert rest[:-30].all()
    assert not rest[-30:].any()
    assert set(scene.arrows.loc[rest, "colour"]) == {scene.theme.quiet}
    assert scene.theme.quiet not in set(scene.arrows.loc[~rest, "colour"])
    assert all(title.startswith(REST_LABEL) for title in scene.arrows.loc[rest, "title"])
    omitted = compose(GRAVITY, top=30, rest="omit", theme=theme)
    assert len(omitted.arrows) == 30
    assert {node.code for node in omitted.nodes} == {*omitted.arrows["start"], *omitted.arrows["end"]}


@pytest.mark.parametrize("rest", ["merge", "omit"])
def test_the_page_knows_the_flows_of_every_arrow_whatever_their_market(rest: str) -> None:
    # The only flow of cocaine is small: its market has no arrow of its own.
    flows = table(
        row("AZE>TUR", market="heroin_trade", quantity=9.0, unit="t", sources="a"),
        row("AZE>GEO", market="cocaine_trade", quantity=1.0, unit="t", sources="b"),
        row("AZE>GEO", market="fauna_crimes", quantity=1.0, unit="t", sources="c"),
    )
    lon = flows.geometry.get_coordinates()["x"].to_numpy()
    made: Any = payload(compose(flows, top=1, rest=rest, crs=mercator_for(lon)), flows)
    markets = [market["code"] for market in made["markets"]]
    behind = [
        (markets[arrow["market"]], sorted(made["flows"][k]["sources_text"] for k in arrow["flows"]))
        for arrow in made["arrows"]
    ]
    merged = [(REST_CODE, ["b", "c"])] if rest == "merge" else []
    assert behind == [*merged, ("heroin_trade", ["a"])]
    assert markets == ["heroin_trade", *(name for name, _ in merged)]
    assert all(0 <= flow["market"] < len(markets) for flow in made["flows"])
    assert REST_LABEL in explore_flows(flows, top=1).page()


def test_documented_arrows_in_the_rest_keep_their_statements() -> None:
    flows = load_flows()
    lon = flows.geometry.get_coordinates()["x"].to_numpy()
    made: Any = payload(compose(flows, top=3, crs=mercator_for(lon)), flows)
    assert {flow["id"] for flow in made["flows"]} == set(flows.index)
    rest = [arrow for arrow in made["arrows"] if made["markets"][arrow["market"]]["code"] == REST_CODE]
    assert rest
    assert all(made["flows"][k]["statements"] for arrow in rest for k in arrow["flows"])


def test_the_command_takes_the_cut(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("origin,destination,quantity\nAZE,TUR,9\nAZE,GEO,1\nAZE,IRN,2\n", encoding="utf-8")
    run = ["--flows", str(source), "--unit", "t"]
    page, figure = tmp_path / "m.html", tmp_path / "f.svg"
    assert CliRunner().invoke(app, ["explore", str(page), *run, "--top", "1"]).exit_code == 0
    assert "Only the widest arrow is drawn in full; 2 of 3 flows" in page.read_text(encoding="utf-8")
    cut = ["--min-quantity", "2", "--rest", "omit"]
    assert CliRunner().invoke(app, ["figure", str(figure), *run, *cut]).exit_code == 0
    assert "Only arrows of at least 2 (t) are drawn; 1 of 3 flows" in figure.read_text(encoding="utf-8")
    assert CliRunner().invoke(app, ["figure", str(figure), *run, "--top", "0"]).exit_code != 0
