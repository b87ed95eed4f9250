"""The note beside the pointer with columns of one's own choice."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import azroutes
from azroutes.errors import OptionError
from azroutes.tips import checked_tooltip, tips_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    import geopandas as gpd

    from conftest import Visit

    Opener = Callable[..., AbstractContextManager[Visit]]

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}"


def seizures() -> gpd.GeoDataFrame:
    table = pd.DataFrame({
        "origin": ["Iran"] * 6, "destination": ["Azerbaijan"] * 6, "market": ["heroin_trade"] * 6,
        "commodity": ["heroin", "opium", "morphine", "opiates", "poppy_straw", "codeine"],
        "quantity": [30, 120, None, 10, 5, 1], "unit": ["kg", "kg", None, "kg", "persons", "kg"],
        "year": [2010, 2012, 2012, 2013, 2014, 2015],
    })  # fmt: skip
    flows = azroutes.read_flows(table)
    flows["vessel"] = pd.array([HOSTILE, None, "Aral", "Aral", None, "Aral"], dtype="string")
    flows["seen"] = [2010, 2012, 15000, 7, 1, 2]
    return flows


def note_of(path: Path, visit: Opener, **options: Any) -> list[str]:
    azroutes.explore_flows(**options, width="lineages").save(path)
    with visit(path) as seen:
        seen.page.mouse.move(*seen.arrows()[0]["middle"])
        note = seen.page.locator(".azroutes-note")
        assert seen.page.locator("img").count() == 0
        assert seen.complaints == []
        return note.inner_text().splitlines() if note.is_visible() else []


def test_chosen_columns_are_told_the_largest_flow_first(tmp_path: Path, visit: Opener) -> None:
    told = note_of(tmp_path / "a.html", visit, flows=seizures(), tooltip=["commodity", "quantity", "first_year"])
    assert told == [
        "Heroin trade: Iran to Azerbaijan",
        "Commodity: Opium; Heroin; Opiates; 3 more",
        "Quantity: 161 kg, 5 persons",
        "First year: 2012; 2010; 2013; 2 more",
    ]


def test_columns_of_ones_own_are_told_as_text(tmp_path: Path, visit: Opener) -> None:
    told = note_of(tmp_path / "a.html", visit, flows=seizures(), tooltip=["vessel", "seen"])
    # The six flows are sorted by commodity, so those columns stand with other flows than they were made for.
    assert any(line.startswith("Vessel: ") and HOSTILE in line and "Aral" in line for line in told)
    assert any(line.startswith("Seen: ") and "more" in line for line in told)


def test_one_column_may_be_named_by_itself_and_none_takes_the_note_away(tmp_path: Path, visit: Opener) -> None:
    told = note_of(tmp_path / "a.html", visit, flows=seizures(), tooltip="quantity")
    assert told == ["Heroin trade: Iran to Azerbaijan", "Quantity: 161 kg, 5 persons"]
    assert note_of(tmp_path / "b.html", visit, flows=seizures(), tooltip=False) == []
    usual = note_of(tmp_path / "c.html", visit, flows=seizures())
    assert usual[0] == told[0]
    assert "6 flows" in usual[1]


def test_the_note_counts_only_flows_that_the_filters_let_through(tmp_path: Path, visit: Opener) -> None:
    path = tmp_path / "a.html"
    azroutes.explore_flows(seizures(), tooltip=["commodity", "quantity"], width="lineages").save(path)
    with visit(path) as seen:
        seen.page.evaluate("azroutes.app.setFilter({ period: [2012, 2012], undated: false })")
        seen.page.mouse.move(*seen.arrows()[0]["middle"])
        told = seen.page.locator(".azroutes-note").inner_text().splitlines()
    assert told[1:] == ["Commodity: Opium; Morphine", "Quantity: 120 kg"]


def test_an_unknown_column_is_told_with_those_that_there_are() -> None:
    with pytest.raises(OptionError, match="did you mean 'commodity'") as caught:
        azroutes.explore_flows(tooltip=["comodity", "market", "geometry"])
    assert len(caught.value.faults) == 2
    assert "takes columns of the flows: market, commodity, form" in str(caught.value)
    assert checked_tooltip(seizures(), ["vessel", "vessel", "flow_id"]) == ("vessel", "flow_id")


def test_codes_are_put_into_words() -> None:
    flows = azroutes.load_flows()
    columns = ["market", "form", "group", "origin", "via", "sources", "certainty", "flow_id", "lineages"]
    tips = dict(zip(columns, tips_of(flows, columns), strict=True))
    assert "Heroin trade" in tips["market"].words
    assert "Sexual exploitation" in tips["form"].words
    assert "Azerbaijan" in tips["origin"].words
    assert "Georgia → Türkiye" in tips["via"].words
    assert "women, men, children, females" in tips["group"].words
    assert ["Global Organized Crime Index 2021: Azerbaijan"] in tips["sources"].words
    assert [tips["flow_id"].words[code - 1] for code in tips["flow_id"].codes] == flows.index.tolist()
    for name, tip in tips.items():
        empty = (
            flows[name].isna() | (flows[name].astype("string") == "") if name != "flow_id" else flows["lineages"] < 0
        )
        assert ((tip.codes == 0) == empty.to_numpy(dtype=bool)).all(), name


def test_numbers_of_a_users_column_are_written_as_a_reader_writes_them() -> None:
    flows = seizures()
    flows["mixed"] = np.array([2012, 12000.0, 0.5, True, np.nan, "x"], dtype=object)
    (tip,) = tips_of(flows, ["mixed"])
    assert tip.words == ["2012", "12,000", "0.5", "True", "x"]
    assert tip.codes.tolist() == [1, 2, 3, 4, 0, 5]


def test_a_number_without_a_unit_is_a_number() -> None:
    flows = azroutes.read_flows(pd.DataFrame({"origin": ["IRN", "IRN"], "destination": ["AZE", "AZE"],
                                              "commodity": ["a", "b"], "quantity": [3, None]}))  # fmt: skip
    (tip,) = tips_of(flows, ["quantity"])
    assert (tip.words, tip.codes.tolist()) == ([""], [1, 0])


def test_the_page_as_it_comes_is_as_large_as_before() -> None:
    assert azroutes.explore_flows().page() == azroutes.explore_flows(tooltip=True).page()
    data = re.search(r'id="azroutes-data">(.*?)</script>', azroutes.explore_flows().page(), flags=re.DOTALL)
    assert data is not None
    assert "tooltip" not in json.loads(data[1])
