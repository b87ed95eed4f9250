"""The bundled tables and their loaders: columns, dtypes, references, and how statements become flows."""

from __future__ import annotations

import csv
import itertools
import re
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest

import azroutes
from azroutes.documents import FOCUS, claims
from azroutes.errors import OptionError, TableError
from azroutes.flows import role_in
from azroutes.places import place
from azroutes.schema import Statements, validate
from azroutes.vocabulary import Certainty, Form, Market, Polarity, Role, codes

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENTS = Path(__file__).parent.parent / "data" / "documents"
SOURCES = {"factbook-2011", "tip-2008", "ocindex-2021", "carim-2013"}


def columns_of(text: str) -> dict[str, str]:
    """Return columns and dtypes from a text in which a column without a dtype is a string."""
    return {name: dtype or "string" for name, _, dtype in (word.partition(":") for word in text.split())}


FLOWS = columns_of(
    "market:category commodity:category form:category group origin destination via role:category "
    "quantity:Float64 unit:category first_year:Int16 last_year:Int16 certainty:category wording "
    "basis:category statements:int64 lineages:int64 sources geometry:geometry"
)
STATEMENTS = columns_of(
    "source locator kind:category statement polarity:category certainty:category wording lineage "
    "first_year:Int16 last_year:Int16 market:category commodity form group role basis:category paths places "
    "reading"
)
OBSERVATIONS = columns_of(
    "statement_id flow_id year:Int16 quantity:Float64 quantity_max:Float64 bound:category unit:category "
    "counted source locator"
)
SCORES = columns_of(
    "source group:category indicator value:Float64 text rank:Int16 out_of:Int16 among year:Int16 locator"
)
LOADERS: list[tuple[Callable[[], pd.DataFrame], str, dict[str, str]]] = [
    (azroutes.load_flows, "flow_id", FLOWS),
    (azroutes.load_statements, "statement_id", STATEMENTS),
    (azroutes.load_observations, "observation_id", OBSERVATIONS),
    (azroutes.load_sources, "source", columns_of("citation title author publisher year:Int16 url facts_period note")),
    (azroutes.load_lineages, "lineage", columns_of("title note")),
    (azroutes.load_scores, "score_id", SCORES),
]
TABLES = ["statements", "observations", "sources", "lineages", "scores"]
NAMES = ["flows", *TABLES]
GROUPS = ["women", "men", "girls", "boys", "children", "females", "males"]
KINDS = {
    "flow", "role", "market", "count", "actor", "tie", "border", "risk", "enforcement", "legal_trade",
    "displacement", "rating",
}  # fmt: skip
STRENGTH = {"certainty": ["alleged", "qualified", "affirmed"], "basis": ["nationality", "listed", "stated"]}


def rows(table: str) -> list[dict[str, str]]:
    """Return a table as its file has it: text, an empty cell being an empty text."""
    with (DOCUMENTS / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def parts(cell: str, joint: str) -> list[str]:
    return [part.strip() for part in cell.split(joint)] if cell else []


def supported(said: dict[str, str]) -> list[str]:
    """Return the flows that a row of statements.csv supports, by the README's rule alone."""
    forms = [f"{form}:" for form in parts(said["form"], "+")] or [""]
    combinations = itertools.product(parts(said["commodity"], "+"), forms, parts(said["paths"], ";"))
    return [f"{said['market']}:{commodity}:{form}{path}" for commodity, form, path in combinations]


def by_flow() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for said in rows("statements"):
        for name in supported(said):
            found[name].append(said)
    return dict(found)


def years(all_said: list[dict[str, str]], column: str) -> list[int]:
    return [int(said[column]) for said in all_said if said[column]]


# Columns and dtypes


@pytest.mark.parametrize(("load", "index", "columns"), LOADERS, ids=NAMES)
def test_loader_gives_the_columns_and_dtypes_told(
    load: Callable[[], pd.DataFrame], index: str, columns: dict[str, str]
) -> None:
    frame = load()
    assert list(frame.columns) == list(columns)
    wrong = {name: str(frame[name].dtype) for name, dtype in columns.items() if frame[name].dtype != dtype}
    assert wrong == {}
    assert frame.index.name == index
    assert frame.index.dtype == "string"
    assert frame.index.is_unique
    assert len(frame) > 0


@pytest.mark.parametrize("table", TABLES)
def test_loader_gives_every_row_and_cell_of_its_file(table: str) -> None:
    frame: pd.DataFrame = getattr(azroutes, f"load_{table}")()
    written = rows(table)
    assert len(frame) == len(written)
    for index, row in zip(frame.index, written, strict=True):
        key, *names = row
        assert row[key] == index
        missing = frame.loc[index, names].isna()
        assert set(missing.index[missing]) == {name for name in names if not row[name]}


@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_explained_to_users(name: str) -> None:
    explained = (DOCUMENTS.parents[1] / "docs" / "tables.md").read_text(encoding="utf-8")
    columns = next(told for load, _, told in LOADERS if load.__name__ == f"load_{name}")
    assert [column for column in columns if f"`{column}`" not in explained] == []


def test_flows_are_lines_in_degrees() -> None:
    flows = azroutes.load_flows()
    assert isinstance(flows, gpd.GeoDataFrame)
    assert flows.crs == "EPSG:4326"
    assert set(flows.geom_type) == {"LineString"}
    assert not flows.geometry.is_empty.any()


def test_categories_are_the_closed_lists() -> None:
    flows = azroutes.load_flows()
    assert list(flows["market"].cat.categories) == codes(Market)
    assert list(flows["form"].cat.categories) == codes(Form)
    assert list(flows["role"].cat.categories) == codes(Role)
    assert list(flows["basis"].cat.categories) == STRENGTH["basis"]


@pytest.mark.parametrize("load", [azroutes.load_flows, azroutes.load_statements])
def test_certainty_is_ordered(load: Callable[[], pd.DataFrame]) -> None:
    certainty = load()["certainty"]
    assert certainty.cat.ordered
    assert list(certainty.cat.categories) == ["alleged", "qualified", "affirmed"]
    assert certainty.max() == Certainty.AFFIRMED.value


def test_a_flow_runs_from_its_origin_to_its_destination() -> None:
    for name, flow in azroutes.load_flows().iterrows():
        path = ">".join([flow["origin"], *parts(flow["via"], ">"), flow["destination"]])
        assert str(name).endswith(f":{path}")
        coordinates = list(flow["geometry"].coords)
        for code, end in ((flow["origin"], coordinates[0]), (flow["destination"], coordinates[-1])):
            assert end == pytest.approx((place(code).lon, place(code).lat), abs=1e-6)


@pytest.mark.parametrize("load", [row[0] for row in LOADERS], ids=NAMES)
def test_loader_hands_out_copies(load: Callable[[], pd.DataFrame]) -> None:
    before, spoilt = load().copy(), load()
    for column in spoilt.columns.drop("geometry", errors="ignore"):
        spoilt[column] = pd.NA
    spoilt.index.name = "spoilt"
    spoilt["own"] = 1
    spoilt.loc["own"] = spoilt.iloc[0]
    pd.testing.assert_frame_equal(pd.DataFrame(load()), pd.DataFrame(before))


# From statements to flows


def test_only_affirmed_statements_have_a_path() -> None:
    assert {said["polarity"] for said in rows("statements")} == set(codes(Polarity))
    assert {said["polarity"] for said in rows("statements") if said["paths"]} == {"affirmed"}
    assert {said["kind"] for said in rows("statements") if said["paths"]} == {"flow", "count"}


@pytest.mark.parametrize("polarity", ["negated", "hypothetical", "risk"])
def test_a_path_on_what_is_not_affirmed_is_refused(polarity: str) -> None:
    statements = azroutes.load_statements()
    statements.loc["tip-2008-06", "polarity"] = polarity
    with pytest.raises(TableError, match="tip-2008-06") as caught:
        validate(Statements, statements)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [("tip-2008-06", "paths")]


def test_every_flow_is_traced_to_statements_and_back() -> None:
    statements = azroutes.load_statements()
    made = claims(statements)
    expected = {(name, said["statement_id"]) for name, all_said in by_flow().items() for said in all_said}
    pairs = zip(made["flow_id"], made["statement"], strict=True)
    assert set(pairs) == expected
    assert len(made) == len(expected)
    assert set(made["flow_id"]) == set(azroutes.load_flows().index)
    assert set(made["statement"]) == set(statements.index[statements["paths"].notna()])


def test_claims_repeat_what_their_statement_says() -> None:
    said_by = {said["statement_id"]: said for said in rows("statements")}
    for claim in claims(azroutes.load_statements()).to_dict("records"):
        said = said_by[str(claim["statement"])]
        assert claim["path"] in parts(said["paths"], ";")
        assert claim["flow_id"] in supported({**said, "paths": str(claim["path"])})
        assert pd.isna(claim["quantity"])
        for column in columns_of("market source lineage certainty basis group wording first_year last_year"):
            assert ("" if pd.isna(claim[column]) else str(claim[column])) == said[column]


def test_flows_merge_their_statements() -> None:
    """Recompute the merged columns with nothing but the csv module."""
    flows = azroutes.load_flows()
    expected: dict[str, dict[str, Any]] = {}
    for name, all_said in by_flow().items():
        groups = {group for said in all_said for group in parts(said["group"], "+")}
        wording = dict.fromkeys(words for said in all_said for words in parts(said["wording"], ";"))
        expected[name] = {
            "statements": len({said["statement_id"] for said in all_said}),
            "lineages": len({said["lineage"] for said in all_said}),
            "sources": ";".join(sorted({said["source"] for said in all_said})),
            "first_year": min(years(all_said, "first_year"), default=None),
            "last_year": max(years(all_said, "last_year"), default=None),
            "certainty": max((said["certainty"] for said in all_said), key=STRENGTH["certainty"].index),
            "basis": max((said["basis"] for said in all_said), key=STRENGTH["basis"].index),
            "group": "+".join(group for group in GROUPS if group in groups) or None,
            "wording": "; ".join(wording),
        }
    columns = list(next(iter(expected.values())))
    found = {
        str(name): {column: None if pd.isna(flow[column]) else flow[column] for column in columns}
        for name, flow in flows.iterrows()
    }
    assert found == expected


def test_lineages_are_never_more_than_statements_or_all_lineages() -> None:
    flows = azroutes.load_flows()
    assert (flows["lineages"] <= flows["statements"]).all()
    assert flows["lineages"].max() <= len(rows("lineages"))
    # At least one flow has more documents than independent lines, or the column would say nothing.
    assert (flows["sources"].str.count(";") + 1 > flows["lineages"]).any()


def test_role_follows_from_the_path_save_for_the_exclave() -> None:
    for said in rows("statements"):
        roles = {role_in(path, FOCUS) for path in parts(said["paths"], ";")}
        if said["statement_id"] == "tip-2008-06":
            assert (roles, said["role"]) == ({"source"}, "transit")
        elif roles:
            assert roles == {said["role"] or None}


def test_the_bundled_flows_have_no_quantity_unless_asked() -> None:
    flows = azroutes.load_flows()
    assert flows["quantity"].isna().all()
    assert flows["unit"].isna().all()


# Numbers


@pytest.mark.parametrize(
    ("year", "numbers"),
    [(2010, {"TUR": 23, "ARE": 4, "IRN": 3}), (2012, {"TUR": 19, "IRN": 12, "ARE": 2, "RUS": 14})],
)
def test_observed_puts_the_numbers_of_a_year(year: int, numbers: dict[str, int]) -> None:
    flows = azroutes.load_flows(observed=year)
    counted = flows.dropna(subset=["quantity"])
    expected = {f"human_trafficking:persons:AZE>{code}": number for code, number in numbers.items()}
    assert counted["quantity"].to_dict() == expected
    assert counted["unit"].astype(str).tolist() == ["persons"] * len(numbers)
    assert flows.loc[flows["quantity"].isna(), "unit"].isna().all()
    assert {name: flows[name].dtype == dtype for name, dtype in FLOWS.items()} == dict.fromkeys(FLOWS, True)
    others = [name for name in FLOWS if name not in {"quantity", "unit", "geometry"}]
    pd.testing.assert_frame_equal(pd.DataFrame(flows[others]), pd.DataFrame(azroutes.load_flows()[others]))


def test_observed_leaves_the_next_load_as_it_was() -> None:
    azroutes.load_flows(observed=2010)
    assert azroutes.load_flows()["quantity"].isna().all()
    assert azroutes.load_flows(observed=2012)["quantity"].sum() == 47


@pytest.mark.parametrize("year", [0, 2007, 2011, 2021])
def test_a_year_without_numbers_of_flows_names_the_years_that_have_some(year: int) -> None:
    with pytest.raises(OptionError, match=str(year)) as caught:
        azroutes.load_flows(observed=year)
    assert "2010, 2012" in str(caught.value)
    assert caught.value.faults[0].column == "observed"
    assert caught.value.faults[0].value == year


def test_a_flow_has_at_most_one_number_a_year() -> None:
    keys = [(row["flow_id"], row["year"]) for row in rows("observations") if row["flow_id"]]
    assert len(keys) == len(set(keys))


def test_bounds_are_of_the_list_and_ranges_have_two_ends() -> None:
    for row in rows("observations"):
        assert row["bound"] in {"exact", "at_least", "at_most", "about", "range"}
        assert bool(row["quantity_max"]) == (row["bound"] == "range")
        assert not row["quantity_max"] or float(row["quantity"]) < float(row["quantity_max"])
        assert row["unit"] in {"persons", "persons_per_year", "convictions", "cases", "years", "usd"}


# References between tables


def test_sources_and_lineages_that_are_named_exist() -> None:
    lineages = {row["lineage"] for row in rows("lineages")}
    assert {row["source"] for row in rows("sources")} == SOURCES
    assert {row["source"] for row in rows("statements")} == SOURCES
    assert {row["lineage"] for row in rows("statements")} == lineages
    for table in ("observations", "scores"):
        assert {row["source"] for row in rows(table)} <= SOURCES
    assert {source for names in azroutes.load_flows()["sources"] for source in names.split(";")} <= SOURCES


def test_observations_belong_to_a_statement_and_a_flow() -> None:
    said_by = {row["statement_id"]: row for row in rows("statements")}
    for row in rows("observations"):
        said = said_by[row["statement_id"]]
        assert row["source"] == said["source"]
        assert row["locator"] in said["locator"]
        assert not row["flow_id"] or row["flow_id"] in supported(said)
        # A number of a year stands beside a statement on that year.
        assert not row["year"] or said["first_year"] == row["year"] == said["last_year"]


def test_every_statement_has_an_id_of_its_source_and_a_locator() -> None:
    numbered: dict[str, int] = defaultdict(int)
    for row in rows("statements"):
        numbered[row["source"]] += 1
        assert row["statement_id"] == f"{row['source']}-{numbered[row['source']]:02d}"
        assert row["locator"]
    assert set(numbered) == SOURCES
    for table in ("observations", "scores"):
        assert all(row["locator"] for row in rows(table))


def test_every_place_is_in_the_gazetteer() -> None:
    for row in rows("statements"):
        stops = [code for path in parts(row["paths"], ";") for code in path.split(">")]
        for code in [*stops, *parts(row["places"], ";")]:
            assert place(code).code == code


# Codes and words


def test_kinds_and_codes_are_of_their_lists() -> None:
    assert {row["kind"] for row in rows("statements")} == KINDS
    for row in rows("statements"):
        for column, known in (("group", GROUPS), ("role", codes(Role)), ("form", codes(Form))):
            named = parts(row[column], "+")
            assert named == [code for code in known if code in named]
        assert bool(row["basis"]) == bool(row["paths"])
        assert bool(row["market"] and row["commodity"]) >= bool(row["paths"])


def test_paths_have_two_ends_and_are_told_once() -> None:
    for row in rows("statements"):
        paths = parts(row["paths"], ";")
        assert len(paths) == len(set(paths))
        assert all(len(path.split(">")) >= 2 for path in paths)


def test_several_pairs_of_several_origins_are_never_stated() -> None:
    for row in rows("statements"):
        ends = [(path.split(">")[0], path.split(">")[-1]) for path in parts(row["paths"], ";")]
        origins, destinations = {end[0] for end in ends}, {end[1] for end in ends}
        if len(origins) > 1 and len(destinations) > 1:
            assert row["basis"] == "listed"
            assert set(ends) == set(itertools.product(origins, destinations))


def test_wording_is_empty_exactly_where_certainty_is_affirmed() -> None:
    for row in rows("statements"):
        assert (row["wording"] == "") == (row["certainty"] == "affirmed"), row["statement_id"]


def test_wording_is_of_the_lists_in_the_readme() -> None:
    lines = (DOCUMENTS / "README.md").read_text(encoding="utf-8").splitlines()
    listed = {
        certainty: line.split("|")[2].replace("and words of share:", "").replace("(", ";")
        for certainty in ("qualified", "alleged")
        for line in lines
        if line.strip().startswith(f"| {certainty} |")
    }
    known = {key: {word.strip(" )") for word in re.split("[,;]", text)} for key, text in listed.items()}
    for row in rows("statements"):
        for words in parts(row["wording"], ";"):
            assert words in known[row["certainty"]], row["statement_id"]


def test_years_are_in_order() -> None:
    for row in rows("statements"):
        assert not row["last_year"] or row["first_year"]
        assert not row["last_year"] or 1990 <= int(row["first_year"]) <= int(row["last_year"]) <= 2021


@pytest.mark.parametrize("table", TABLES)
def test_text_is_clean(table: str) -> None:
    for row in rows(table):
        for column, text in row.items():
            assert text == text.strip(), (column, text)
            assert "  " not in text
            assert not [c for c in text if unicodedata.category(c).startswith("C")], (column, text)
            assert unicodedata.normalize("NFC", text) == text


@pytest.mark.parametrize(
    ("table", "column"),
    [("statements", "statement"), ("statements", "reading"), ("lineages", "note"), ("sources", "note")],
)
def test_sentences_end_with_a_full_stop(table: str, column: str) -> None:
    texts = [row[column] for row in rows(table) if row[column]]
    assert texts
    assert [text for text in texts if not text.endswith(".")] == []


def test_statements_are_told_once_and_name_the_country() -> None:
    texts = [row["statement"] for row in rows("statements")]
    assert len(texts) == len(set(texts))
    assert [text for text in texts if "Azerbaijan" not in text] == []
