"""What is hidden is nowhere: tables that differ in hidden numbers alone give the same of everything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import azroutes
from azroutes.cli import app
from azroutes.errors import OptionError, TableError
from azroutes.explore import explore_flows
from azroutes.flows import SUPPRESSED
from azroutes.places import place
from azroutes.privacy import HOLDS, hidden_note, may_hold, suppress
from azroutes.scene import compose
from azroutes.write import WRITERS, flows_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd

K = 5
PEOPLE: dict[str, Any] = {"unit": "victims", "market": "human_trafficking"}


def star(counts: Mapping[str, float | None], **facts: Any) -> gpd.GeoDataFrame:
    table = pd.DataFrame({"origin": list(counts), "destination": "GBR", "quantity": list(counts.values())})
    return azroutes.read_flows(table.assign(**{**PEOPLE, **facts}))


@pytest.fixture(scope="module")
def flows() -> gpd.GeoDataFrame:
    return star({"ALB": 600, "VNM": 478, "DZA": 3, "AGO": 17, "CHN": 4.125, "GBR": 1, "ETH": 0, "IRN": None})


def told(flows: gpd.GeoDataFrame, code: str) -> tuple[object, object]:
    row = flows[flows["origin"] == code].iloc[0]
    return tuple(None if pd.isna(row[name]) else row[name] for name in ("quantity", SUPPRESSED))  # type: ignore[return-value]


def test_small_numbers_are_missing_and_all_flows_stay(flows: gpd.GeoDataFrame) -> None:
    found = suppress(flows, below=K)
    assert sorted(found.index) == sorted(flows.index)
    assert told(found, "DZA") == told(found, "CHN") == told(found, "GBR") == (None, "fewer than 5")
    assert told(found, "ALB") == (600, None)
    assert told(found, "AGO") == (17, None)
    # Nobody was counted, and no number was given: neither tells of a person.
    assert told(found, "ETH") == (0, None)
    assert told(found, "IRN") == (None, None)
    assert told(suppress(flows, below=K, zeros="hide"), "ETH") == (None, "fewer than 5")
    assert found["certainty"].tolist() == flows["certainty"].reindex(found.index).tolist()
    again = suppress(found, below=K)
    pd.testing.assert_frame_equal(again, found)
    assert told(suppress(found, below=20), "AGO") == (None, "fewer than 20")
    assert told(suppress(found, below=20), "DZA") == (None, "fewer than 5")


@pytest.mark.parametrize(("unit", "market", "hides"), [
    ("persons", None, True), ("persons_per_year", None, True), ("Victims identified", "arms_trafficking", True),
    ("kg", None, False), ("kg", "human_trafficking", False), (None, "human_smuggling", True),
    (None, None, True), ("pieces", "arms_trafficking", False), ("pieces", None, False), (None, "heroin_trade", False),
    ("cases", "fauna_crimes", True), ("USD", "human_smuggling", False), ("boats", "human_smuggling", True),
])  # fmt: skip
def test_numbers_of_people_are_hidden_and_others_only_if_asked_for(
    unit: str | None, market: str | None, *, hides: bool
) -> None:
    table = star({"ALB": 2}, unit=unit, market=market)
    assert (suppress(table, below=K)["quantity"].isna().item()) == hides
    assert suppress(table, below=K, of="all")["quantity"].isna().item()


@pytest.mark.parametrize("options", [
    {"below": 0}, {"below": -1}, {"below": float("nan")}, {"below": float("inf")}, {"below": True}, {"below": "5"},
    {"below": 5, "of": "men"}, {"below": 5, "zeros": "no"}, {"below": 5, "totals": "no"}, {"below": 5, "keep": ["x"]},
    {"below": 5, "keep": ["quantity"]},
])  # fmt: skip
def test_options_that_will_not_do_are_told(flows: gpd.GeoDataFrame, options: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        suppress(flows, **options)


def test_what_would_tell_a_number_goes_with_it() -> None:
    rows = pd.DataFrame({"origin": ["ALB"] * 4, "destination": "GBR", "quantity": 1, "wording": "one of 4",
                         "sources": ["case 1", "case 2", "case 3", "case 4"]})  # fmt: skip
    flows = azroutes.read_flows(rows.assign(**PEOPLE)).assign(count=4, note="four", fine="yes")
    flows.attrs["account"] = "4 rows"
    found = suppress(flows, below=K, keep=["fine"])
    row = found.iloc[0]
    assert (row["statements"], row["lineages"], row["sources"], row["wording"]) == (1, 1, "", "")
    assert {"count", "note"}.isdisjoint(found.columns)
    assert row["fine"] == "yes"
    assert found.attrs == {}


# Numbers that may hold a hidden one.

FROM_EU = {"EU": 60, "FRA": 57, "DEU": 3, "TUR": 40, "ESP": 12}


def test_a_total_that_would_tell_a_small_number_is_hidden_too() -> None:
    found = suppress(star(FROM_EU), below=K)
    assert told(found, "DEU") == (None, "fewer than 5")
    assert told(found, "EU") == (None, HOLDS)
    assert [told(found, code)[0] for code in ("FRA", "TUR", "ESP")] == [57, 40, 12]
    assert told(suppress(star(FROM_EU), below=K, totals="keep"), "EU") == (60, None)
    # A second look with a lower bound tells no more.
    assert told(suppress(found, below=1), "EU") == (None, HOLDS)


@pytest.mark.parametrize(("whole", "part", "holds"), [
    ({}, {"commodity": "persons"}, True), ({"commodity": "persons"}, {"commodity": "women"}, False),
    ({"market": None}, {}, True), ({}, {"form": "forced_labour"}, True),
    ({"form": "begging"}, {"form": "forced_labour"}, False), ({}, {"via": "TUR"}, True),
    ({"via": "TUR"}, {"via": "GRC>TUR"}, True), ({"via": "GRC"}, {"via": "TUR"}, False),
    ({"origin": "AZE"}, {"origin": "AZ-NX"}, True), ({"origin": "EUROPE"}, {"origin": "EU"}, True),
    ({"origin": "EU"}, {"origin": "EUROPE"}, True), ({"destination": "EU"}, {"destination": "FRA"}, True),
    ({"origin": "EU"}, {"origin": "TUR"}, False), ({"year": 2010}, {"year": 2012, "form": "begging"}, False),
    ({"year": 2012}, {"year": 2012, "form": "begging"}, True), ({"unit": "cases"}, {"form": "begging"}, False),
    ({"origin": "AZE"}, {"origin": "Baku@40.40000,49.80000"}, True),
    ({"origin": "Baku@40.40000,49.80000"}, {"origin": "Baku@40.40000,49.80000", "form": "begging"}, True),
    ({"origin": "Baku@40.40000,49.80000"}, {"origin": "Ganja@40.70000,46.40000"}, False),
])  # fmt: skip
def test_what_may_hold_what(whole: dict[str, object], part: dict[str, object], *, holds: bool) -> None:
    base = {"origin": "AZE", "destination": "GBR", **PEOPLE}
    rows = [{**base, **whole, "quantity": 50}, {**base, **part, "quantity": 3}]
    found = suppress(azroutes.read_flows(pd.DataFrame(rows), precise=True), below=K)
    assert sorted(found[SUPPRESSED].dropna()) == sorted(["fewer than 5", *([HOLDS] if holds else [])])


def test_a_place_holds_itself_and_its_parts() -> None:
    for whole, part in (("AZE", "AZE"), ("AZE", "AZ-NX"), ("CIS", "AZ-NX"), ("EU", "EU"), ("EUROPE", "EU")):
        assert may_hold(place(whole), place(part))
    for whole, part in (("AZ-NX", "AZE"), ("FRA", "EU"), ("EU", "CIS"), ("TUR", "AZ-NX")):
        assert not may_hold(place(whole), place(part))


# The law: nothing depends on what is hidden.

HOME = {"FRA": {"EU", "EUROPE"}, "DEU": {"EU", "EUROPE"}, "TUR": set(), "AZ-NX": {"AZE", "CIS"},
        "Baku@40.40000,49.80000": {"AZE", "CIS"}}  # fmt: skip
"""Places, and in which others they are."""

PART = st.tuples(
    st.sampled_from(sorted(HOME)), st.sampled_from(["begging", "forced_labour"]), st.sampled_from(["", "GEO"])
)
SUM = st.tuples(st.sampled_from(["EU", "EUROPE", "AZE", "CIS", "FRA", "TUR"]), st.sampled_from([None, "begging"]),
                st.sampled_from([True, False]))  # fmt: skip


@st.composite
def pairs(draw: Callable[[Any], Any]) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw two tables of parts and their sums that differ in small parts, and so in the sums of which these are parts.

    A small part is a row for each person, each with a source of its own.
    """
    parts = draw(st.lists(PART, min_size=1, max_size=6, unique=True))
    sums = draw(st.lists(SUM, max_size=4, unique=True))
    fixed = [draw(st.sampled_from([None, None, 0, K, K + 1, 60])) for _ in parts]
    tables = []
    for _ in range(2):
        numbers = [draw(st.integers(1, K - 1)) if number is None else number for number in fixed]
        rows: list[dict[str, object]] = []
        for k, ((origin, form, via), number) in enumerate(zip(parts, numbers, strict=True)):
            facts = {"origin": origin, "form": form, "via": via or None, "commodity": "persons"}
            if 0 < number < K:
                rows += [{**facts, "quantity": 1, "sources": f"case {k}.{n}"} for n in range(number)]
            else:
                rows.append({**facts, "quantity": number, "sources": "office"})
        for origin, form, named in sums:
            held = [number for (code, of, _), number in zip(parts, numbers, strict=True)
                    if (origin == code or origin in HOME[code]) and form in {None, of}]  # fmt: skip
            if (origin, form, "") in parts and named:
                continue
            rows.append({"origin": origin, "form": form, "via": None, "commodity": "persons" if named else None,
                         "quantity": sum(held), "sources": "office"})  # fmt: skip
        made = pd.DataFrame(rows).assign(destination="GBR", unit="victims", market="human_trafficking")
        flows = azroutes.read_flows(made, precise=True)
        flows["mine"] = flows["quantity"].astype(float)
        tables.append(flows.sort_values("quantity", kind="stable"))
    one, other = tables
    assume((small(one) == small(other).reindex(one.index)).all())
    assume(((one["quantity"] == 0) == (other["quantity"].reindex(one.index) == 0)).all())
    return one, other


def small(flows: gpd.GeoDataFrame) -> pd.Series:
    return (flows["quantity"] > 0) & (flows["quantity"] < K)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(pairs())
def test_tables_that_differ_in_hidden_numbers_become_the_same_table(
    tables: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    one, other = (suppress(table, below=K) for table in tables)
    pd.testing.assert_frame_equal(one, other)
    quantity = tables[0]["quantity"].reindex(one.index)
    told_ones = one["quantity"].dropna()
    assert ((told_ones == 0) | (told_ones >= K)).all()
    assert (told_ones == quantity[told_ones.index]).all()
    assert (one[SUPPRESSED].notna() | one["quantity"].notna()).all()


def test_everything_that_is_made_of_them_is_the_same_bytes(tmp_path: Path) -> None:
    def made(small: list[float]) -> dict[str, object]:
        counts = {"ALB": 600.0, "VNM": 478, "DZA": small[0], "AGO": 17, "CHN": small[1], "GBR": small[2]}
        flows = star(counts).assign(mine=list(counts.values()))
        ax = azroutes.plot_flows(flows, node_size="total", suppress_below=K)
        azroutes.save_figure(ax, tmp_path / "f.svg")
        azroutes.to_flowmap(flows, tmp_path, suppress_below=K)
        azroutes.to_kepler(flows, tmp_path / "k.csv", suppress_below=K)
        azroutes.write_flows(flows, tmp_path / "w.csv", suppress_below=K)
        graph = azroutes.to_networkx(flows, suppress_below=K)
        page = explore_flows(flows, node_size="total", tooltip=["quantity", "statements", "sources"], suppress_below=K)
        return {
            "page": page.page(),
            "edges": sorted(map(str, graph.edges(keys=True, data=True))),
            **{path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())},
            **{ending: flows_bytes(suppress(flows, below=K), ending) for ending in WRITERS},
            "top": explore_flows(flows, top=2, suppress_below=K).page(),
        }

    one, other = made([1, 2, 3.0078125]), made([4, 1, 1])
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []
    assert "3.0078125" not in str(one)
    assert "fewer than 5 victims" in str(one["page"])


def test_the_data_of_a_clustered_page_do_not_hold_what_is_hidden(many: Callable[..., gpd.GeoDataFrame]) -> None:
    flows = many(3000)
    flows["unit"] = pd.Categorical(["victims" if known else None for known in flows["quantity"].notna()])
    few = flows["quantity"].fillna(99) < K
    assert 100 < few.sum() < len(flows) - 100
    other = flows.copy()
    other["quantity"] = other["quantity"].mask(few, 1.0)
    pages = [explore_flows(table, suppress_below=K).page() for table in (flows, other)]
    assert pages[0] == pages[1]
    assert "fewer than 5" in pages[0]
    assert f"{int(few.sum())} of {len(flows)} flows count fewer than 5" in pages[0]


# What is said of it.


def test_figure_and_page_say_how_many_are_hidden_and_why(flows: gpd.GeoDataFrame) -> None:
    found = suppress(flows, below=K)
    scene = compose(found, node_size="total")
    note = hidden_note(found)
    assert note in scene.notes
    assert note.startswith("3 of 8 flows count fewer than 5: hidden, so that no person can be known by it.")
    assert any("1 of 8 flows have no number" in text for text in scene.notes)
    widths = next(legend for legend in scene.legends if legend.kind == "width")
    assert widths.entries[-1].label == "no number given, or hidden"
    arrow = scene.arrows[scene.arrows["start"] == "DZA"].iloc[0]
    assert not arrow["counted"]
    assert arrow["certainty"] == "affirmed"
    page = explore_flows(found).page()
    assert note in page
    assert page.count("fewer than 5 victims") >= 6  # of three flows, in the data and in the table
    assert hidden_note(flows) == hidden_note(suppress(flows, below=0.5)) == ""
    holding = suppress(star(FROM_EU), below=K)
    assert "1 of 5 flows counts fewer than 5; 1 may hold such a number: hidden" in hidden_note(holding)
    assert HOLDS in explore_flows(holding).page()


def test_an_arrow_of_several_flows_says_that_its_sum_is_not_all() -> None:
    rows = pd.DataFrame({"origin": "ALB", "destination": "GBR", "form": ["begging", "forced_labour"],
                         "quantity": [3, 40]}).assign(**PEOPLE)  # fmt: skip
    found = suppress(azroutes.read_flows(rows), below=K)
    assert compose(found).arrows["quantity"].tolist() == [40]
    assert "40 victims without hidden numbers" in explore_flows(found).page()


def test_the_documents_words_are_left_out_where_numbers_are_hidden() -> None:
    flows = azroutes.load_flows(observed=2012)
    small = flows["quantity"].dropna().min()
    plain, found = (explore_flows(flows, suppress_below=below).page() for below in (None, float(small) + 1))
    statement = azroutes.load_statements()["statement"].iloc[-1]
    assert any(text in plain for text in azroutes.load_statements()["statement"])
    assert not any(text in found for text in azroutes.load_statements()["statement"])
    assert statement not in found


def test_a_suppressed_table_is_written_and_read_as_one(flows: gpd.GeoDataFrame, tmp_path: Path) -> None:
    found = suppress(flows, below=K)
    for ending in WRITERS:
        azroutes.write_flows(found, tmp_path / f"flows{ending}")
        back = azroutes.read_flows(tmp_path / f"flows{ending}")
        assert back[SUPPRESSED].dtype == found[SUPPRESSED].dtype
        pd.testing.assert_frame_equal(back[[SUPPRESSED, "quantity"]], found[[SUPPRESSED, "quantity"]])
        assert hidden_note(back) == hidden_note(found)


def test_the_commands_hide(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("origin,destination,quantity,market\nALB,GBR,600,human_trafficking\nDZA,GBR,3,human_trafficking\n")
    options = ["--flows", str(table), "--unit", "victims", "--suppress-below", "5"]
    app(["figure", str(tmp_path / "f.svg"), *options], standalone_mode=False)
    app(["explore", str(tmp_path / "p.html"), *options], standalone_mode=False)
    app(["atlas", str(tmp_path / "atlas"), *options], standalone_mode=False)
    for name in ("f.svg", "p.html", "atlas/index.html", "atlas/figures/all-flows.svg", "atlas/tables/flows.csv"):
        assert "fewer than 5" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", (tmp_path / name).read_text())), name
    assert pd.read_csv(tmp_path / "atlas" / "tables" / "flows.csv")["quantity"].dropna().tolist() == [600]


# Spots of people at risk.

SPOT = {"origin": "home", "origin_lon": 49.8, "origin_lat": 40.4, "destination": "GBR"}


@pytest.mark.parametrize(("facts", "refused"), [
    ({"market": "human_trafficking"}, True), ({"market": "human_smuggling", "quantity": 300_000}, True),
    ({"unit": "victims", "quantity": 9}, True), ({"unit": "migrants_per_year", "quantity": 9}, True),
    ({"unit": "persons", "quantity": 9}, False), ({}, False), ({"market": "heroin_trade"}, False),
    ({"unit": "kg", "quantity": 1, "market": "fauna_crimes"}, False),
])  # fmt: skip
def test_spots_of_people_at_risk_are_refused_unless_asked_for(facts: dict[str, object], *, refused: bool) -> None:
    table = pd.DataFrame([{**SPOT, **facts}])
    assert len(azroutes.read_flows(table, precise=True)) == 1
    if not refused:
        assert len(azroutes.read_flows(table)) == 1
        return
    with pytest.raises(TableError, match=r"precise=True") as caught:
        azroutes.read_flows(table)
    assert [fault.value for fault in caught.value.faults] == ["home"]
    named = pd.DataFrame([{**facts, "origin": "AZ-NX", "destination": "EU"}])
    assert len(azroutes.read_flows(named)) == 1


def test_a_spot_on_the_way_counts_and_so_does_one_in_a_file_of_ours(tmp_path: Path) -> None:
    table = pd.DataFrame([{"origin": "AZE", "via": "x@40.00000,45.00000", "destination": "TUR",
                           "market": "human_trafficking"}])  # fmt: skip
    with pytest.raises(TableError, match="finer than a country"):
        azroutes.read_flows(table)
    azroutes.write_flows(azroutes.read_flows(table, precise=True), tmp_path / "f.gpkg")
    with pytest.raises(TableError, match="finer than a country"):
        azroutes.read_flows(tmp_path / "f.gpkg")
    assert len(azroutes.read_flows(tmp_path / "f.gpkg", precise=True)) == 1
