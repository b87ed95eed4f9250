"""Where a careless reader of the documents goes wrong, trap by trap, with the facts written out here."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pytest

import azroutes
from azroutes.places import place

DOCUMENTS = Path(__file__).parent.parent / "data" / "documents"
SEX = "human_trafficking:persons:sexual_exploitation"
LABOUR = "human_trafficking:persons:forced_labour"
PERSONS = "human_trafficking:persons"
MIGRANTS = "human_smuggling:migrants"
STATE = "us-state-department"
Flows: TypeAlias = dict[str, dict[str, Any]]


def table(name: str) -> dict[str, dict[str, str]]:
    """Return a table by its first column, as its file has it."""
    with (DOCUMENTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {next(iter(row.values())): row for row in rows}


SAID = table("statements")
NUMBERS = table("observations")
SCORES = table("scores")


@pytest.fixture(scope="module")
def flows() -> Flows:
    frame = pd.DataFrame(azroutes.load_flows().drop(columns="geometry"))
    cells = frame.astype(object).where(frame.notna(), None).to_dict("index")
    return {str(name): {str(key): value for key, value in row.items()} for name, row in cells.items()}


def cells(row: dict[str, Any], columns: str) -> tuple[Any, ...]:
    return tuple(row[column] for column in columns.split())


def paths(name: str) -> set[str]:
    return {path.strip() for path in SAID[name]["paths"].split(";") if path.strip()}


def numbered(source: str, lineage: str) -> set[int]:
    """Return the numbers of the statements of one source and one lineage."""
    rows = [(name, said) for name, said in SAID.items() if cells(said, "source lineage") == (source, lineage)]
    return {int(name.removeprefix(f"{source}-")) for name, _ in rows}


def stops(flow: str) -> list[str]:
    return flow.rpartition(":")[2].split(">")


def having(flows: Flows, *codes: str) -> set[str]:
    """Return the flows that touch all of these places."""
    return {name for name in flows if set(codes) <= set(stops(name))}


# Not independent


def test_state_department_is_one_lineage_in_three_documents(flows: Flows) -> None:
    state = {name for name, said in SAID.items() if said["lineage"] == STATE}
    assert {SAID[name]["source"] for name in state} == {"tip-2008", "factbook-2011", "carim-2013"}
    assert {f"tip-2008-0{n}" for n in range(1, 7)} <= state
    assert {f"factbook-2011-{n:02d}" for n in range(9, 18)} <= state
    assert {"carim-2013-01", "carim-2013-02", "carim-2013-03"} <= state
    for name, documents in ((f"{LABOUR}:AZE>RUS", 3), (f"{SEX}:AZE>RUS", 2), (f"{SEX}:UZB>AZE>TUR", 2)):
        assert cells(flows[name], "statements lineages") == (documents, 1)
        assert len(flows[name]["sources"].split(";")) == documents


def test_lineages_that_are_apart_stay_apart(flows: Flows) -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    for said in SAID.values():
        homes[said["lineage"]].add(said["source"])
    assert homes["ocindex-2021"] == {"ocindex-2021"}
    assert {said["lineage"] for said in SAID.values() if said["source"] == "ocindex-2021"} == {"ocindex-2021"}
    for lineage in ("az-mia", "ngo-estimates", "yunusov", "carim-author"):
        assert homes[lineage] == {"carim-2013"}
    assert numbered("carim-2013", STATE) == {1, 2, 3}
    assert numbered("carim-2013", "yunusov") == {4, 5, 6, 7, 9, 11, 12, 13, 14}
    assert numbered("carim-2013", "ngo-estimates") == {10}
    assert numbered("carim-2013", "az-mia") == set(range(16, 33))
    assert numbered("carim-2013", "carim-author") == {8, 15, 33}
    assert numbered("tip-2008", "az-government") == {13, 22, 26}
    assert numbered("tip-2008", "az-civil-society") == {17, 24}
    # Two reports and the Factbook are one line, Yunusov's 1990s the other.
    assert cells(flows[f"{SEX}:AZE>ARE"], "statements lineages") == (5, 2)
    # The ministry's two years are one line, the OC Index the other.
    assert cells(flows[f"{PERSONS}:AZE>TUR"], "statements lineages") == (3, 2)
    assert cells(flows[f"{PERSONS}:AZE>IRN"], "statements lineages") == (2, 1)


def test_factbook_has_its_own_sentences_beside_the_state_departments() -> None:
    own = {name for name, said in SAID.items() if said["lineage"] == "cia-factbook"}
    assert {SAID[name]["source"] for name in own} == {"factbook-2011"}
    assert {f"factbook-2011-{n}" for n in (18, 19, 21, 22)} <= own


def test_oc_index_is_counted_once(flows: Flows) -> None:
    titles = [row["title"] for row in table("sources").values()]
    assert len([title for title in titles if "Organized Crime Index" in title]) == 1
    alone = {name for name, flow in flows.items() if flow["sources"] == "ocindex-2021"}
    assert {flows[name]["lineages"] for name in alone} == {1}
    # Two sentences of the one text tell of this cannabis; all else of the index is told once.
    twice = {name for name in alone if flows[name]["statements"] != 1}
    assert twice == {"cannabis_trade:cannabis:AZE>SOUTH_CAUCASUS"}
    rated = [(row["group"], row["indicator"]) for row in SCORES.values() if row["value"]]
    assert len(rated) == len(set(rated)) == 10 + 4 + 12 + 4


# Not flows


def test_negative_findings_are_no_edge(flows: Flows) -> None:
    for name, words in (("ocindex-2021-16", "extremely limited"), ("ocindex-2021-35", "very limited")):
        assert SAID[name]["polarity"] == "negated"
        assert words in SAID[name]["wording"]
        assert paths(name) == set()
    assert SAID["ocindex-2021-19"]["polarity"] == "negated"
    assert {flow["market"] for flow in flows.values()} == {
        "human_trafficking", "human_smuggling", "fauna_crimes", "non_renewable_resource_crimes",
        "heroin_trade", "cannabis_trade", "synthetic_drug_trade",
    }  # fmt: skip


def test_ties_between_groups_are_no_edge(flows: Flows) -> None:
    ties = {name: said for name, said in SAID.items() if said["kind"] == "tie"}
    assert {name: set(said["places"].split(";")) for name, said in ties.items()} == {
        "ocindex-2021-61": {"RUS"},
        "ocindex-2021-63": {"TUR", "IRN", "EU"},
    }
    assert not any(said["paths"] for said in ties.values())
    assert {name for name in flows if name.startswith("heroin") and "TUR" in stops(name)} == set()


def test_nearness_is_no_edge(flows: Flows) -> None:
    near = SAID["ocindex-2021-74"]
    assert cells(near, "polarity places paths") == ("risk", "AFG;IRN;RUS", "")
    assert cells(SAID["ocindex-2021-72"], "polarity paths") == ("risk", "")
    assert having(flows, "AFG") == {
        f"{LABOUR}:AFG>AZE",
        *(f"heroin_trade:{drug}:AFG>AZE>{end}" for drug in ("heroin", "opium") for end in ("RUS", "EU")),
    }


def test_vulnerable_is_no_edge(flows: Flows) -> None:
    for name in ("ocindex-2021-02", "ocindex-2021-03", "ocindex-2021-09"):
        assert cells(SAID[name], "polarity paths") == ("risk", "")
    assert SAID["ocindex-2021-09"]["places"] == "PHL"
    assert having(flows, "PHL") == set()
    assert "domestic_servitude" not in {flow["form"] for flow in flows.values()}


def test_legal_arms_imports_are_no_edge(flows: Flows) -> None:
    assert cells(SAID["ocindex-2021-17"], "kind market") == ("legal_trade", "")
    assert SAID["ocindex-2021-18"]["polarity"] == "hypothetical"
    assert (paths("ocindex-2021-17"), paths("ocindex-2021-18")) == (set(), set())
    assert "arms" not in {flow["commodity"] for flow in flows.values()}


def test_refugees_and_displaced_persons_are_no_edge(flows: Flows) -> None:
    displaced = {name for name, said in SAID.items() if said["kind"] == "displacement"}
    assert displaced == {"factbook-2011-07", "factbook-2011-08", "carim-2013-04"}
    assert not any(paths(name) for name in displaced)
    # The only ways from Russia are the trafficked Russians of the OC Index.
    assert {name for name in flows if stops(name)[0] == "RUS"} == {f"{SEX}:RUS>AZE", f"{LABOUR}:RUS>AZE"}
    assert having(flows, "ARM") == set()


def test_russia_is_not_on_the_caviar_route(flows: Flows) -> None:
    assert {name for name in flows if "caviar" in name} == {"fauna_crimes:caviar:AZE>GEO>TUR>EU"}
    label = SAID["ocindex-2021-25"]
    assert cells(label, "commodity places paths") == ("caviar", "RUS", "")


def test_cotton_begging_and_actors_are_no_edge(flows: Flows) -> None:
    assert {SAID["ocindex-2021-06"]["paths"], SAID["ocindex-2021-07"]["paths"]} == {""}
    assert {flow["form"] for flow in flows.values()} == {"sexual_exploitation", "forced_labour", None}
    assert not any(said["paths"] for said in SAID.values() if said["kind"] == "actor")


# Ends that need thought


OPIATES = "heroin_trade:opiates:SOUTHWEST_ASIA>AZE"
DRUGS = [f"heroin_trade:{drug}" for drug in ("heroin", "opium")]
ONWARD = ["RUS", "GEO", "TUR", "EUROPE"]
CANNABIS = "cannabis_trade:cannabis:AZE"
NORTHWARD = {f"heroin_trade:{drug}:SOUTH_CAUCASUS>NORTH_CAUCASUS" for drug in ("heroin", "opiates")}
REGIONS = {
    "EU": {
        f"{MIGRANTS}:AZE>EU", f"{MIGRANTS}:SOUTHWEST_ASIA>AZE>EU", "fauna_crimes:caviar:AZE>GEO>TUR>EU",
        *(f"{drug}:{origin}>AZE>EU" for drug in DRUGS for origin in ("IRN", "AFG")),
    },
    "EUROPE": {f"{MIGRANTS}:{a}>AZE>EUROPE" for a in ("MIDDLE_EAST", "CENTRAL_ASIA", "SOUTHEAST_ASIA")},
    "REST_OF_EUROPE": {f"{OPIATES}>REST_OF_EUROPE"},
    "CIS": {f"{CANNABIS}>CIS", "heroin_trade:opium:AZE>CIS"},
    "SOUTH_CAUCASUS": {f"{CANNABIS}>SOUTH_CAUCASUS", *NORTHWARD},
    "NORTH_CAUCASUS": NORTHWARD,
    "SOUTHWEST_ASIA": {f"{MIGRANTS}:SOUTHWEST_ASIA>AZE>EU", f"{OPIATES}>RUS", f"{OPIATES}>REST_OF_EUROPE"},
    "MIDDLE_EAST": {f"{MIGRANTS}:MIDDLE_EAST>AZE>{end}" for end in ONWARD},
    "CENTRAL_ASIA": {f"{MIGRANTS}:CENTRAL_ASIA>AZE>{end}" for end in ONWARD},
    "SOUTHEAST_ASIA": {f"{MIGRANTS}:SOUTHEAST_ASIA>AZE>{end}" for end in ONWARD},
    "EASTERN_EUROPE": {f"{CANNABIS}>EASTERN_EUROPE"},
    "CENTRAL_EUROPE": {f"{CANNABIS}>CENTRAL_EUROPE"},
    "NEIGHBOURS_OF_AZERBAIJAN": {"non_renewable_resource_crimes:oil:AZE>NEIGHBOURS_OF_AZERBAIJAN"},
    "FORMER_SOVIET_REPUBLICS": {f"{form}:FORMER_SOVIET_REPUBLICS>AZE" for form in (SEX, LABOUR)},
}  # fmt: skip


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_stays_the_region_that_the_source_names(flows: Flows, region: str) -> None:
    assert place(region).kind.value == "region"
    assert having(flows, region) == REGIONS[region]


def test_no_other_region_is_an_end(flows: Flows) -> None:
    named = {code for name in flows for code in stops(name)}
    assert {code for code in named if place(code).kind.value == "region"} == set(REGIONS)


def test_rest_of_europe_counts_russia_as_europe() -> None:
    assert place("EUROPE").holds("RUS")
    assert set(place("EUROPE").members) - set(place("REST_OF_EUROPE").members) == {"RUS"}
    assert "without Russia" in SAID["factbook-2011-22"]["reading"]


@pytest.mark.parametrize(
    ("region", "told_by"),
    [
        ("CIS", ["factbook-2011-18", "factbook-2011-19"]),
        ("SOUTH_CAUCASUS", ["ocindex-2021-39", "ocindex-2021-64"]),
    ],
)
def test_regions_that_contain_azerbaijan_are_told_so(region: str, told_by: list[str]) -> None:
    assert place(region).holds("AZE")
    for name in told_by:
        assert "contains Azerbaijan" in SAID[name]["reading"]
        assert paths(name) == {f"AZE>{region}"}


def test_northern_caucasus_is_inside_russia(flows: Flows) -> None:
    assert place("NORTH_CAUCASUS").members == ("RUS",)
    assert "inside Russia" in SAID["ocindex-2021-62"]["reading"]
    # Where Azerbaijan stands on this way is untold.
    assert {flows[name]["role"] for name in NORTHWARD} == {None}


def test_other_former_soviet_republics_are_those_besides_russia() -> None:
    assert {"CHN>AZE", "RUS>AZE", "FORMER_SOVIET_REPUBLICS>AZE"} == paths("ocindex-2021-08")
    assert "without Russia, and without Azerbaijan" in SAID["ocindex-2021-08"]["reading"]


def test_neighbouring_countries_are_the_five_with_a_land_border() -> None:
    assert set(place("NEIGHBOURS_OF_AZERBAIJAN").members) == {"ARM", "GEO", "IRN", "RUS", "TUR"}


def test_nakhchivan_is_its_own_place(flows: Flows) -> None:
    exclave = place("AZ-NX")
    assert (exclave.kind.value, exclave.part_of) == ("subdivision", "AZE")
    assert having(flows, "AZ-NX") == {f"{PERSONS}:AZ-NX>TUR"}
    flow = flows[f"{PERSONS}:AZ-NX>TUR"]
    assert cells(flow, "origin via destination") == ("AZ-NX", "", "TUR")
    assert cells(flow, "role group form first_year") == ("transit", "women", None, 2007)
    assert "no land joins" in SAID["tip-2008-06"]["reading"]


def test_no_leg_joins_nakhchivan_to_the_rest_of_azerbaijan() -> None:
    legs = azroutes.legs(azroutes.load_flows())
    touching = legs[(legs["start"] == "AZ-NX") | (legs["end"] == "AZ-NX")]
    assert list(zip(touching["start"], touching["end"], strict=True)) == [("AZ-NX", "TUR")]


ONE_ENDED = {
    "tip-2008-01": "source+transit", "factbook-2011-09": "source+transit+destination",
    "factbook-2011-10": "source+transit+destination", "carim-2013-01": "source+transit+destination",
    "carim-2013-07": "source", "ocindex-2021-10": "source+transit", "ocindex-2021-37": "source",
}  # fmt: skip


def test_one_ended_statements_have_no_path() -> None:
    assert {name: said["role"] for name, said in SAID.items() if said["kind"] == "role"} == ONE_ENDED
    for name in [*ONE_ENDED, "carim-2013-10", "carim-2013-12", "carim-2013-13", "ocindex-2021-32"]:
        assert paths(name) == set()


def test_domestic_flows_are_loops(flows: Flows) -> None:
    domestic = {name for name, flow in flows.items() if flow["role"] == "domestic"}
    assert domestic == {f"{PERSONS}:AZE>AZE", f"{CANNABIS}>AZE"}
    assert {name for name, flow in flows.items() if flow["origin"] == flow["destination"]} == domestic
    lines = azroutes.load_flows().geometry
    assert {name for name, line in lines.items() if line.coords[0] == line.coords[-1]} == domestic
    assert all(lines[name].length > 0 for name in domestic)


def test_undirected_borderlands_are_no_flow(flows: Flows) -> None:
    hub, leaky = SAID["ocindex-2021-66"], SAID["factbook-2011-05"]
    assert cells(hub, "kind places paths") == ("border", "AZE;ARM", "")
    assert cells(leaky, "kind places paths") == ("border", "AZE;ARM;GEO", "")
    assert {name for name in flows if {"ARM", "GEO"} & {stops(name)[0]}} == set()
    assert not any(said["paths"] for said in SAID.values() if said["kind"] == "border")


EIGHT = {f"{origin}>AZE>{end}" for origin in ("UZB", "KGZ", "KAZ", "MDA") for end in ("TUR", "ARE")}


def test_a_list_of_four_and_two_gives_eight_pairs_marked_listed(flows: Flows) -> None:
    assert len(EIGHT) == 8
    assert paths("tip-2008-05") == EIGHT
    assert {name for name, flow in flows.items() if flow["role"] == "transit" and name.startswith(SEX)} == {
        f"{SEX}:{path}" for path in EIGHT
    }
    # The Factbook's four pairs repeat some of them, which makes none of them stated.
    assert {flows[f"{SEX}:{path}"]["basis"] for path in EIGHT} == {"listed"}
    assert "eight pairs" in SAID["tip-2008-05"]["reading"]


@pytest.mark.parametrize(
    ("name", "origins", "ends"),
    [
        ("tip-2008-04", ["AZE"], ["IRN", "PAK", "ARE", "IND"]),
        ("factbook-2011-13", ["UZB>AZE", "KAZ>AZE"], ["TUR", "ARE"]),
        ("ocindex-2021-12", ["MIDDLE_EAST>AZE", "CENTRAL_ASIA>AZE", "SOUTHEAST_ASIA>AZE"], ONWARD),
        ("ocindex-2021-30", ["IRN>AZE", "AFG>AZE"], ["RUS", "EU"]),
    ],
)
def test_other_lists_are_marked_too(name: str, origins: list[str], ends: list[str]) -> None:
    assert paths(name) == {f"{origin}>{end}" for origin in origins for end in ends}
    assert SAID[name]["basis"] == "listed"


def test_iran_and_afghanistan_may_be_a_chain() -> None:
    reading = SAID["ocindex-2021-30"]["reading"]
    assert "two origins" in reading
    assert "they may be a chain (Afghanistan, then Iran)" in reading


def test_georgia_and_turkey_may_be_alternatives() -> None:
    reading = SAID["ocindex-2021-23"]["reading"]
    assert paths("ocindex-2021-23") == {"AZE>GEO>TUR>EU"}
    assert "chain" in reading
    assert "alternatives" in reading


def test_an_origin_given_as_nationality_is_marked(flows: Flows) -> None:
    peoples = ("CHN", "RUS", "FORMER_SOVIET_REPUBLICS")
    assert {name for name, flow in flows.items() if flow["basis"] == "nationality"} == {
        f"{MIGRANTS}:AZE>EU",
        *(f"{form}:{people}>AZE" for form in (SEX, LABOUR) for people in peoples),
    }
    by_people = {name for name, said in SAID.items() if said["basis"] == "nationality"}
    assert by_people == {"factbook-2011-15", "ocindex-2021-08", "ocindex-2021-11", "ocindex-2021-64"}
    # The men out of Turkey and Afghanistan stand in the same clause, with a stated origin.
    assert SAID["factbook-2011-14"]["basis"] == "stated"
    assert paths("factbook-2011-14") == {"TUR>AZE", "AFG>AZE"}
    # Afghans are most of those on this route, which does not make Afghanistan its start.
    assert paths("ocindex-2021-13") == {"SOUTHWEST_ASIA>AZE>EU"}
    assert SAID["ocindex-2021-13"]["places"] == "AFG"


# Contradictions, kept


def test_moldova_is_origin_and_destination(flows: Flows) -> None:
    assert having(flows, "MDA") == {f"{SEX}:MDA>AZE>TUR", f"{SEX}:MDA>AZE>ARE", f"{LABOUR}:AZE>MDA"}
    for name in (f"{SEX}:MDA>AZE>TUR", f"{SEX}:MDA>AZE>ARE"):
        assert cells(flows[name], "sources first_year last_year") == ("tip-2008", 2007, 2007)
    there = flows[f"{LABOUR}:AZE>MDA"]
    assert cells(there, "sources first_year last_year") == ("factbook-2011", 2011, 2011)


@pytest.mark.parametrize("code", ["TUR", "RUS"])
def test_turkey_and_russia_are_destination_and_origin(flows: Flows, code: str) -> None:
    assert f"{SEX}:AZE>{code}" in flows
    assert f"{LABOUR}:{code}>AZE" in flows


def test_destination_role_is_absent_in_2008_and_there_in_2011(flows: Flows) -> None:
    arriving = {name: flow for name, flow in flows.items() if flow["role"] == "destination"}
    assert arriving
    assert not any("tip-2008" in flow["sources"] for flow in arriving.values())
    assert not any("destination" in said["role"] for said in SAID.values() if said["source"] == "tip-2008")
    of_2011 = {name for name, flow in arriving.items() if flow["first_year"] == 2011}
    assert of_2011 == {f"{LABOUR}:{origin}>AZE" for origin in ("TUR", "AFG", "CHN")}


def test_transit_origins_are_four_and_then_two() -> None:
    assert {path.split(">")[0] for path in paths("tip-2008-05")} == {"UZB", "KGZ", "KAZ", "MDA"}
    assert {path.split(">")[0] for path in paths("factbook-2011-13")} == {"UZB", "KAZ"}


def test_transit_that_2011_does_not_repeat_ends_in_2007(flows: Flows) -> None:
    last = {path: flows[f"{SEX}:{path}"]["last_year"] for path in EIGHT}
    assert last == {path: 2011 if path[:3] in {"UZB", "KAZ"} else 2007 for path in EIGHT}


def test_opiates_are_ranked_by_one_source_and_not_by_the_other(flows: Flows) -> None:
    assert flows[f"{OPIATES}>RUS"]["certainty"] == "affirmed"
    lesser = flows[f"{OPIATES}>REST_OF_EUROPE"]
    assert cells(lesser, "certainty wording") == ("qualified", "to a lesser extent")
    unranked = [flows[f"{drug}:{a}>AZE>{b}"] for drug in DRUGS for a in ("IRN", "AFG") for b in ("RUS", "EU")]
    assert {(flow["certainty"], flow["wording"]) for flow in unranked} == {("qualified", "appears to be")}
    assert {flow["sources"] for flow in unranked} == {"ocindex-2021"}
    assert {flows[f"{OPIATES}>{end}"]["sources"] for end in ("RUS", "REST_OF_EUROPE")} == {"factbook-2011"}


# Numbers


def counted(year: int) -> dict[str, float]:
    quantity = azroutes.load_flows(observed=year)["quantity"].dropna()
    return {str(name).removeprefix(f"{PERSONS}:AZE>"): float(number) for name, number in quantity.items()}


def test_2010_has_34_victims_of_whom_4_went_to_no_one_country() -> None:
    assert counted(2010) == {"TUR": 23, "ARE": 4, "IRN": 3}
    total, others = NUMBERS["carim-2013-n03"], NUMBERS["carim-2013-n08"]
    assert cells(total, "quantity year flow_id") == ("34", "2010", "")
    assert cells(others, "quantity year flow_id") == ("4", "2010", "")
    assert int(total["quantity"]) == 23 + 4 + 3 + 4
    # Russia is one of the other countries: a flow, without a number of its own.
    assert paths("carim-2013-24") == {"AZE>RUS"}


def test_2012_has_89_victims_of_whom_47_have_a_country() -> None:
    assert counted(2012) == {"TUR": 19, "IRN": 12, "ARE": 2, "RUS": 14}
    assert sum(counted(2012).values()) == 47
    total = NUMBERS["carim-2013-n10"]
    assert cells(total, "quantity year flow_id") == ("89", "2012", "")
    # Neither the sum nor the remainder stands in the source, so neither is entered.
    assert not {"42", "47"} & {row["quantity"] for row in NUMBERS.values()}


def test_473_victims_are_of_six_years_or_of_seven() -> None:
    number, said = NUMBERS["carim-2013-n09"], SAID["carim-2013-26"]
    assert cells(number, "quantity year flow_id bound") == ("473", "", "", "exact")
    assert "six" in number["counted"]
    assert "seven" in number["counted"]
    assert "six years" in said["reading"]
    assert "seven, 2006 to 2012" in said["reading"]
    assert cells(said, "first_year last_year") == ("2006", "2012")


def test_ngo_estimate_is_up_to_1000_a_year_of_no_told_year() -> None:
    number = NUMBERS["carim-2013-n01"]
    assert cells(number, "quantity bound unit") == ("1000", "at_most", "persons_per_year")
    assert (number["year"], number["flow_id"], SAID["carim-2013-10"]["first_year"]) == ("", "", "")


def test_2007_has_more_than_100_identified_and_29_in_the_shelter() -> None:
    found, housed = NUMBERS["tip-2008-n05"], NUMBERS["tip-2008-n06"]
    assert cells(found, "quantity bound year") == ("100", "at_least", "2007")
    assert cells(housed, "quantity bound year") == ("29", "exact", "2007")
    assert cells(SAID["tip-2008-22"], "certainty wording") == ("alleged", "reportedly")


def test_displaced_persons_are_a_range() -> None:
    number = NUMBERS["factbook-2011-n02"]
    assert cells(number, "quantity quantity_max bound") == ("580000", "690000", "range")
    assert cells(number, "year flow_id") == ("2007", "")
    assert cells(NUMBERS["factbook-2011-n01"], "quantity year") == ("2400", "2007")


def mean(values: list[Decimal]) -> Decimal:
    return (sum(values, Decimal()) / len(values)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def score(indicator: str) -> Decimal:
    return Decimal(SCORES[f"ocindex-2021:{indicator}"]["value"])


@pytest.mark.parametrize(
    ("group", "indicator", "length", "published"),
    [
        ("market", "criminal_markets", 10, "4.15"),
        ("actor", "criminal_actors", 4, "6.00"),
        ("resilience", "resilience", 12, "4.08"),
    ],
)
def test_scores_have_the_published_means(group: str, indicator: str, length: int, published: str) -> None:
    names = [row["indicator"] for row in SCORES.values() if row["group"] == group]
    values = [score(name) for name in names if name != indicator]
    assert len(values) == length
    assert mean(values) == score(indicator) == Decimal(published)


def test_criminality_is_the_mean_of_markets_and_actors() -> None:
    means = [score("criminal_markets"), score("criminal_actors")]
    assert mean(means) == score("criminality") == Decimal("5.08")


# Years


def test_the_year_of_publication_is_never_the_year_of_an_undated_fact(flows: Flows) -> None:
    dated: dict[str, set[str]] = defaultdict(set)
    for said in SAID.values():
        dated[said["source"]] |= {year for year in cells(said, "first_year last_year") if year}
    assert dated["ocindex-2021"] == {"2013", "2020"}  # seizures since 2013, the war of 2020
    assert not {"2013", "2011"} & dated["carim-2013"]
    of_2008 = {name for name, said in SAID.items() if "2008" in cells(said, "first_year last_year")}
    assert of_2008 == {"tip-2008-07"}  # the rating, which bears the year of its edition
    for name in ("carim-2013-01", "carim-2013-02", "carim-2013-03"):  # taken from a report of 2012
        assert cells(SAID[name], "first_year last_year") == ("", "")
    assert {flow["last_year"] for flow in flows.values()} == {None, 2007, 2011, 2012}
    assert {flow["first_year"] for flow in flows.values()} == {None, 1990, 2007, 2010, 2011, 2013}


def test_the_factbooks_drug_sentence_is_undated(flows: Flows) -> None:
    for number in range(18, 23):
        said = SAID[f"factbook-2011-{number}"]
        assert cells(said, "first_year last_year") == ("", "")
    assert flows["heroin_trade:opium:AZE>CIS"]["first_year"] is None


def test_oc_index_flows_of_its_own_are_undated_but_for_one(flows: Flows) -> None:
    own = {name for name, flow in flows.items() if flow["sources"] == "ocindex-2021"}
    assert {name for name in own if flows[name]["first_year"] is not None} == {f"{CANNABIS}>SOUTH_CAUCASUS"}
    assert {flows[name]["last_year"] for name in own} == {None}


def test_observations_bear_the_year_of_the_fact() -> None:
    years: dict[str, set[str]] = defaultdict(set)
    for row in NUMBERS.values():
        years[row["source"]].add(row["year"])
    assert years == {
        "tip-2008": {"", "2007"},
        "factbook-2011": {"2007"},
        "carim-2013": {"", "2010", "2012"},
    }
